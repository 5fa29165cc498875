/* fan.c - a message that goes to several receivers one after the other, in one attempt: what became of it when all were asked.
 * One that took it is enough; those that want no more are told to whoever keeps them. */
#include "outside.h"

#include <stdio.h>
#include <string.h>

static bool is_over(const EscAttempt *attempt, EscVerdict verdict)
{
    return verdict == ESC_VERDICT_DEAD && (attempt->status == 404 || attempt->status == 410);
}

static void note_gone(EscFan *fan, EscText receiver)
{
    size_t size = strlen(fan->gone);
    if (size + receiver.size + 2 <= sizeof(fan->gone))
        (void)snprintf(fan->gone + size, sizeof(fan->gone) - size, "%s%.*s", size > 0 ? " " : "",
                       ESC_TEXT_ARG(receiver));
}

bool esc_fan_goes_on(EscAttempt *attempt, EscVerdict *verdict)
{
    EscFan *fan = &attempt->fan;
    const EscPlan *plan = &attempt->plan;
    if (is_over(attempt, *verdict) && plan->receiver.size > 0)
        note_gone(fan, plan->receiver);
    if (plan->others == 0 && fan->asked == 0)
        return false;
    fan->asked++;
    fan->took += *verdict == ESC_VERDICT_DONE;
    fan->put_off += *verdict == ESC_VERDICT_RETRY;
    fan->held += *verdict == ESC_VERDICT_HOLD;
    if (plan->others > 0)
        return true;
    *verdict = fan->took > 0      ? ESC_VERDICT_DONE
               : fan->put_off > 0 ? ESC_VERDICT_RETRY
               : fan->held > 0    ? ESC_VERDICT_HOLD
                                  : ESC_VERDICT_DEAD;
    return false;
}

void esc_fan_describe(const EscAttempt *attempt, char *out, size_t size)
{
    const EscFan *fan = &attempt->fan;
    if (fan->asked == 0) {
        esc_attempt_describe(attempt, out, size);
        return;
    }
    char last[ESC_DETAIL_BYTES_MAX];
    if (attempt->plan.refusal.size > 0)
        (void)snprintf(last, sizeof(last), "%.*s", ESC_TEXT_ARG(attempt->plan.refusal));
    else
        esc_attempt_describe(attempt, last, sizeof(last));
    (void)snprintf(out, size, "%u of %u browsers took it; the last one: %s", fan->took, fan->asked,
                   last);
}
