/* attempt.c - one attempt: from the row whose turn has come to what became of it. */
#include "outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPT_ARENA_BYTES_MAX ((size_t)16 << 20)
#define SPARE_MAX 64 /* attempts kept to be used again */
#define RETRY_AFTER_S_MAX 86400

/* --- life --------------------------------------------------------------------------------------- */

static EscAttempt *attempt_new(EscOutside *outside, EscQueueItem *item)
{
    EscAttempt *attempt = outside->spare;
    if (attempt != NULL) {
        outside->spare = attempt->next;
        outside->spare_count--;
        EscArena *arena = attempt->arena;
        CURL *easy = attempt->easy;
        *attempt = (EscAttempt){.arena = arena, .easy = easy};
    } else {
        attempt = calloc(1, sizeof(*attempt));
        ESC_ASSERT(attempt != NULL);
        attempt->arena = esc_arena_new(ATTEMPT_ARENA_BYTES_MAX);
        ESC_ASSERT(attempt->arena != NULL);
    }
    attempt->outside = outside;
    attempt->site = esc_site_of(outside, item);
    attempt->item = item;
    esc_buf_init(&attempt->reply, ESC_HTTP_REPLY_BYTES_MAX);
    esc_buf_init(&attempt->refused, ESC_DETAIL_BYTES_MAX / 2);
    attempt->next = outside->attempts;
    if (attempt->next != NULL)
        attempt->next->previous = attempt;
    outside->attempts = attempt;
    return attempt;
}

static void unlink_attempt(EscAttempt *attempt)
{
    if (attempt->previous != NULL)
        attempt->previous->next = attempt->next;
    else
        attempt->outside->attempts = attempt->next;
    if (attempt->next != NULL)
        attempt->next->previous = attempt->previous;
}

static void attempt_destroy(EscAttempt *attempt)
{
    if (attempt->easy != NULL)
        curl_easy_cleanup(attempt->easy);
    esc_arena_free(attempt->arena);
    free(attempt);
}

void esc_attempt_free(EscAttempt *attempt)
{
    EscOutside *outside = attempt->outside;
    unlink_attempt(attempt);
    esc_transfer_release(attempt);
    if (outside->spare_count == SPARE_MAX) {
        attempt_destroy(attempt);
        return;
    }
    esc_arena_clear(attempt->arena);
    attempt->next = outside->spare;
    outside->spare = attempt;
    outside->spare_count++;
}

void esc_attempts_close(EscOutside *outside)
{
    for (EscAttempt *one = outside->attempts; one != NULL; one = one->next)
        if (one->route.way == ESC_WAY_MAIL)
            esc_lane_close(&one->lane);
        else
            esc_request_give_up(one);
}

void esc_attempts_free(EscOutside *outside)
{
    while (outside->attempts != NULL)
        esc_attempt_free(outside->attempts);
    while (outside->spare != NULL) {
        EscAttempt *attempt = outside->spare;
        outside->spare = attempt->next;
        attempt_destroy(attempt);
    }
}

/* --- the beginning ------------------------------------------------------------------------------ */

static void give_back(EscAttempt *attempt, int64_t now_ms, const char *why)
{
    EscOutside *outside = attempt->outside;
    EscQueueItem *item = attempt->item;
    EscQueue *queue = item->queue;
    esc_item_settle(outside, item, ESC_DELIVERY_DEAD, 0, why, (EscText){0});
    esc_queue_gave_back(queue, now_ms);
    esc_attempt_free(attempt);
}

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
    EscAttempt *attempt = attempt_new(outside, item);
    attempt->route = route;
    EscPlanInput input = {.config = site->config,
                          .route = &route,
                          .row = &content->row,
                          .now_ms = esc_outside_wall_ms(outside)};
    esc_plan_make(attempt->arena, &input, &attempt->plan);
    attempt->timeout_ms = attempt->plan.timeout_ms > 0 ? attempt->plan.timeout_ms
                                                       : outside->setup.config->delivery_timeout_ms;
    if (attempt->plan.refusal.size > 0)
        give_back(attempt, now_ms, attempt->plan.refusal.data);
    else if (!esc_transfer_prepare(attempt))
        give_back(attempt, now_ms, "no memory");
    else if (route.way == ESC_WAY_MAIL)
        esc_mail_start(attempt);
    else if (!esc_request_start(attempt))
        give_back(attempt, now_ms, "no memory");
}

/* --- the end ------------------------------------------------------------------------------------ */

/* A sentence without any address in it but those of recipients who were refused: libcurl's own messages
 * name hosts. */
static void describe(const EscAttempt *attempt, char *out, size_t size)
{
    bool is_mail = attempt->route.way == ESC_WAY_MAIL;
    const char *what = is_mail ? "the mail server answered" : "HTTP status";
    if (attempt->is_address_refused && !attempt->is_address_tried)
        (void)snprintf(out, size, "its address is not allowed by the configuration");
    else if (attempt->code == CURLE_OK ||
             (attempt->status > 0 && attempt->code != CURLE_OPERATION_TIMEDOUT))
        (void)snprintf(out, size, "%s %ld", what, attempt->status);
    else if (attempt->code == CURLE_OPERATION_TIMEDOUT)
        (void)snprintf(out, size, "no answer in time");
    else
        (void)snprintf(out, size, "%s", curl_easy_strerror(attempt->code));
    size_t used = strlen(out);
    if (attempt->refused.size > 0)
        (void)snprintf(out + used, size - used, "; refused: %.*s",
                       ESC_TEXT_ARG(esc_buf_as_text(&attempt->refused)));
}

static void settle_done(EscAttempt *attempt, const char *detail)
{
    EscOutside *outside = attempt->outside;
    if (!attempt->plan.is_call) {
        esc_item_settle(outside, attempt->item, ESC_DELIVERY_ACCEPTED, (unsigned)attempt->status,
                        detail, (EscText){0});
        return;
    }
    EscBuf reply;
    esc_buf_init(&reply, ESC_TEXT_MAX);
    bool has_result =
        esc_reply_select(&reply, esc_buf_as_text(&attempt->reply), attempt->plan.result_path);
    esc_item_settle(outside, attempt->item, ESC_DELIVERY_DELIVERED, (unsigned)attempt->status,
                    has_result ? detail : "the reply has no such member", esc_buf_as_text(&reply));
    esc_buf_release(&reply);
}

static EscVerdict verdict_of(const EscAttempt *attempt)
{
    bool is_fine = attempt->code == CURLE_OK;
    if (attempt->is_address_refused && !attempt->is_address_tried)
        return ESC_VERDICT_DEAD;
    if (attempt->route.way != ESC_WAY_MAIL)
        return esc_verdict_http(&attempt->plan, is_fine, (unsigned)attempt->status);
    if (attempt->has_temporary_refusal && attempt->recipients_accepted == 0)
        return ESC_VERDICT_RETRY; /* whatever the last recipient was refused for */
    return esc_verdict_mail(is_fine, (unsigned)attempt->status);
}

/* As long as the receiver asks for, within reason. */
static int64_t retry_after_ms(const EscAttempt *attempt)
{
    curl_off_t after_s = 0;
    if (attempt->route.way != ESC_WAY_MAIL)
        (void)curl_easy_getinfo(attempt->easy, CURLINFO_RETRY_AFTER, &after_s);
    return after_s > 0 && after_s < RETRY_AFTER_S_MAX ? (int64_t)after_s * 1000 : 0;
}

void esc_attempt_ended(EscAttempt *attempt)
{
    EscOutside *outside = attempt->outside;
    if (attempt->code ==
        CURLE_ABORTED_BY_CALLBACK) { /* given up at the stop: its row stays unsettled */
        esc_attempt_free(attempt);
        return;
    }
    EscQueueItem *item = attempt->item;
    EscQueue *queue = item->queue;
    EscVerdict verdict = verdict_of(attempt);
    char detail[ESC_DETAIL_BYTES_MAX];
    describe(attempt, detail, sizeof(detail));
    if (verdict == ESC_VERDICT_RETRY)
        esc_item_again(outside, item, retry_after_ms(attempt), detail);
    else if (verdict == ESC_VERDICT_DONE)
        settle_done(attempt, detail);
    else
        esc_item_settle(outside, item, ESC_DELIVERY_DEAD, (unsigned)attempt->status, detail,
                        (EscText){0});
    esc_queue_ended(queue, verdict, esc_outside_now_ms(outside));
    esc_attempt_free(attempt);
}
