/* verdict.c - what the end of an attempt means, and when to try again. Pure.
 *
 * Only the peer's own answer counts, never libcurl's code alone: a temporary and a permanent
 * refusal of a mail look alike there. Not its job: what stands in a reply (reply.c). */
#include "verdict.h"

static bool is_success(const EscPlan *plan, unsigned http_status)
{
    if (!plan->is_call || plan->statuses_count == 0)
        return http_status >= 200 && http_status < 300;
    for (uint32_t i = 0; i < plan->statuses_count; i++)
        if (plan->statuses[i] == http_status)
            return true;
    return false;
}

EscVerdict esc_verdict_http(const EscPlan *plan, bool is_transferred, unsigned http_status)
{
    if (is_transferred && is_success(plan, http_status))
        return ESC_VERDICT_DONE;
    bool is_us = http_status == 401 || http_status == 403 || http_status == 407;
    if (is_us && is_transferred && !plan->is_call)
        return ESC_VERDICT_HOLD; /* a call has an `else` that somebody waits for */
    bool may_change = http_status == 0 || http_status >= 500 || http_status == 408 ||
                      http_status == 425 || http_status == 429;
    if (may_change || !is_transferred)
        return ESC_VERDICT_RETRY;
    /* the same request would get the same answer; redirects are not followed */
    return ESC_VERDICT_DEAD;
}

EscVerdict esc_verdict_mail(bool is_transferred, unsigned reply_code)
{
    if (is_transferred && reply_code >= 200 && reply_code < 300)
        return ESC_VERDICT_DONE;
    return reply_code >= 500 && reply_code < 600 ? ESC_VERDICT_DEAD : ESC_VERDICT_RETRY;
}

int64_t esc_backoff_ms(uint32_t attempts, int64_t base_ms, int64_t max_ms, int64_t floor_ms,
                       uint64_t random)
{
    int64_t ceiling = base_ms;
    for (uint32_t i = 1; i < attempts && ceiling < max_ms; i++)
        ceiling *= 2; /* base and max are bounded by the configuration, far from overflow */
    if (ceiling > max_ms)
        ceiling = max_ms;
    int64_t pause = (int64_t)(random % ((uint64_t)ceiling + 1));
    if (floor_ms > max_ms)
        floor_ms = max_ms; /* a peer cannot put us off for longer than the longest pause */
    return pause > floor_ms ? pause : floor_ms;
}

EscRetryPlan esc_retry_plan(const EscRetryRules *rules, uint32_t attempts, int64_t deadline_ms,
                            int64_t now_ms, int64_t floor_ms, uint64_t random)
{
    EscRetryPlan plan = {.attempts = attempts + 1};
    plan.is_dead = (int64_t)plan.attempts >= rules->attempts_max || now_ms >= deadline_ms;
    if (plan.is_dead)
        return plan;
    int64_t pause_ms =
        esc_backoff_ms(plan.attempts, rules->base_ms, rules->max_ms, floor_ms, random);
    plan.pause_ms = deadline_ms - now_ms < pause_ms ? deadline_ms - now_ms : pause_ms;
    plan.next_ms = now_ms + plan.pause_ms;
    return plan;
}

int64_t esc_breaker_opens_at_ms(const EscBreaker *breaker)
{
    return breaker->is_probing ? INT64_MAX : breaker->open_until_ms;
}

void esc_breaker_start(EscBreaker *breaker)
{
    breaker->is_probing = breaker->open_until_ms != 0;
}

void esc_breaker_note(EscBreaker *breaker, EscVerdict verdict, int64_t now_ms, int64_t failures_max,
                      int64_t open_ms)
{
    breaker->is_probing = false;
    if (verdict == ESC_VERDICT_DONE || verdict == ESC_VERDICT_DEAD) {
        *breaker = (EscBreaker){0}; /* a definite answer, even a refusal: the endpoint is alive */
        return;
    }
    breaker->is_held = breaker->is_held || verdict == ESC_VERDICT_HOLD;
    if (breaker->failures < UINT32_MAX)
        breaker->failures++;
    if (breaker->is_held || (int64_t)breaker->failures >= failures_max)
        breaker->open_until_ms = now_ms + open_ms;
}
