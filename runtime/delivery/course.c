/* course.c - the course of a row's attempt: what comes first (a token, steps that find out who is meant), and what comes behind each
 * request. One request and its end are attempt.c's. */
#include "outside.h"

#include "plan.h"
#include "reply.h"

#define STEPS_MAX 8 /* that find out what a row's own request needs */

void esc_attempt_start(EscOutside *outside, EscQueueItem *item, int64_t now_ms)
{
    const EscSite *site = esc_site_of(outside, item);
    const EscContent *content = item->content;
    EscRoute route;
    esc_route_find(site->config, &content->row, &route);
    if (route.way == ESC_WAY_FILE) {
        esc_batch_start(outside, site, item, &route, now_ms);
        return;
    }
    EscAttempt *attempt = esc_attempt_new(outside, item);
    attempt->route = route;
    if (esc_token_is_needed(attempt))
        esc_token_get(attempt);
    else
        esc_attempt_send(attempt);
}

/* Keeps what the reply says. False: it does not say it. */
static bool learn(const EscAttempt *attempt)
{
    const EscPlan *plan = &attempt->plan;
    EscBuf value;
    esc_buf_init(&value, ESC_KNOWN_BYTES_MAX);
    bool has_value = esc_reply_select(&value, esc_buf_as_text(&attempt->reply),
                                      esc_text_from(plan->learns_from), NULL) &&
                     value.status == ESC_OK && value.size > 0;
    if (has_value)
        esc_known_put(attempt->site->host.known, plan->learns_sort, plan->learns,
                      esc_buf_as_text(&value));
    esc_buf_release(&value);
    return has_value;
}

/* What follows from the verdict for what is known. True: the row's own request can be planned anew, by what was found out or
 * has turned out to be wrong. */
static bool goes_on(EscAttempt *attempt, EscVerdict *verdict)
{
    const EscPlan *plan = &attempt->plan;
    if (*verdict == ESC_VERDICT_DEAD && attempt->is_unknown && plan->relies_on.size > 0 &&
        !attempt->has_forgotten) {
        attempt->has_forgotten = true;
        esc_known_forget(attempt->site->host.known, plan->relies_sort, plan->relies_on);
        return true;
    }
    bool has_learnt = *verdict == ESC_VERDICT_DONE && plan->learns.size > 0 && learn(attempt);
    if (!plan->is_step || *verdict != ESC_VERDICT_DONE)
        return false;
    if (has_learnt && ++attempt->steps < STEPS_MAX)
        return true;
    *verdict = ESC_VERDICT_DEAD; /* asked for ever, it would never be sent */
    attempt->is_refused_within = true;
    attempt->words = "and does not say who or what is meant";
    return false;
}

void esc_attempt_ended(EscAttempt *attempt)
{
    if (attempt->code ==
        CURLE_ABORTED_BY_CALLBACK) { /* given up at the stop: its row stays unsettled */
        esc_attempt_free(attempt);
        return;
    }
    if (attempt->is_fetching) {
        esc_token_ended(attempt);
        return;
    }
    if (esc_token_is_refused(attempt)) {
        esc_attempt_renew(attempt);
        esc_token_get(attempt);
        return;
    }
    EscVerdict verdict = esc_attempt_verdict(attempt);
    if (goes_on(attempt, &verdict) || esc_fan_goes_on(attempt, &verdict)) {
        esc_attempt_renew(attempt);
        esc_attempt_send(attempt);
        return;
    }
    char detail[ESC_DETAIL_BYTES_MAX]; /* behind the verdict, which reads the reply */
    esc_fan_describe(attempt, detail, sizeof(detail));
    esc_attempt_close(attempt, verdict, detail);
}
