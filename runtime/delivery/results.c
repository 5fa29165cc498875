/* results.c - what became of a row under way, told to its workspace and to the log. */
#include "outside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t esc_outside_now_ms(const EscOutside *outside)
{
    return outside->setup.clock->boot_ms(outside->setup.clock->context);
}

int64_t esc_outside_wall_ms(const EscOutside *outside)
{
    return outside->setup.clock->wall_ms(outside->setup.clock->context);
}

void esc_outside_log(const EscOutside *outside, const char *level, const char *event,
                     const char *format, ...)
{
    if (outside->setup.log == NULL)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    size_t bad_at;
    if (!esc_utf8_is_valid(esc_text_from(text), &bad_at))
        text[bad_at] = '\0'; /* cut within a character */
    outside->setup.log(outside->setup.context, level, event, esc_text_from(text));
}

/* One block, the texts behind the struct. */
static EscResult *result_with(EscText detail, EscText reply, EscText document, EscText *kept_detail,
                              EscText *kept_reply, EscText *kept_document)
{
    EscResult *result = calloc(1, sizeof(*result) + detail.size + reply.size + document.size + 1);
    ESC_ASSERT(result != NULL);
    char *texts = (char *)(result + 1);
    memcpy(texts, detail.data, detail.size); /* a sentence is never NULL */
    if (reply.size > 0)
        memcpy(texts + detail.size, reply.data, reply.size);
    if (document.size > 0)
        memcpy(texts + detail.size + reply.size, document.data, document.size);
    *kept_detail = (EscText){texts, detail.size};
    *kept_reply = (EscText){texts + detail.size, reply.size};
    *kept_document = (EscText){texts + detail.size + reply.size, document.size};
    return result;
}

static EscResult *result_new(EscText detail, EscText reply, EscText *kept_detail,
                             EscText *kept_reply)
{
    EscText none = {0};
    return result_with(detail, reply, none, kept_detail, kept_reply, &none);
}

void esc_result_free(EscResult *result)
{
    free(result);
}

static uint32_t rank_of(EscDeliveryState state)
{
    static const uint32_t ranks[ESC_DELIVERY_STATE_COUNT] = {[ESC_DELIVERY_ACCEPTED] = 1,
                                                             [ESC_DELIVERY_DELIVERED] = 2,
                                                             [ESC_DELIVERY_SEEN] = 3,
                                                             [ESC_DELIVERY_ACKED] = 4};
    return ranks[state];
}

static EscText key_of(const EscQueueItem *item)
{
    const EscContent *content = item->content;
    return content == NULL ? ESC_TEXT("a row without its content") : content->row.key;
}

const EscSite *esc_site_of(const EscOutside *outside, const EscQueueItem *item)
{
    return outside->sites[esc_queue_workspace(item->queue)];
}

/* The item is gone afterwards. */
static void forget(EscOutside *outside, EscQueueItem *item, EscEndpointDid did, const char *detail)
{
    EscQueue *queue = item->queue;
    esc_queue_settled(item);
    esc_endpoint_note(outside, queue, did, detail);
    esc_endpoint_look(outside, queue);
}

void esc_item_settle(EscOutside *outside, EscQueueItem *item, EscDeliveryState state,
                     unsigned status, const char *detail, EscText reply)
{
    const EscSite *site = esc_site_of(outside, item);
    EscDelivery delivery = {.outbox = item->id, .state = state, .http_status = status};
    EscResult *result = result_new(esc_text_from(detail), reply, &delivery.detail, &delivery.reply);
    result->delivery = delivery;
    result->rank = rank_of(state);
    if (state == ESC_DELIVERY_DEAD)
        esc_outside_log(outside, "warning", "delivery_dead", "%.*s to %.*s: %s",
                        ESC_TEXT_ARG(key_of(item)), ESC_TEXT_ARG(esc_queue_name(item->queue)),
                        detail);
    forget(outside, item, state == ESC_DELIVERY_DEAD ? ESC_ENDPOINT_GAVE_UP : ESC_ENDPOINT_TOOK,
           detail);
    site->host.result(site->host.context, result);
}

void esc_item_settle_call(EscOutside *outside, EscQueueItem *item, unsigned status,
                          const char *detail, EscText reply, EscText document)
{
    const EscSite *site = esc_site_of(outside, item);
    EscDelivery delivery = {
        .outbox = item->id, .state = ESC_DELIVERY_DELIVERED, .http_status = status};
    EscResult *result = result_with(esc_text_from(detail), reply, document, &delivery.detail,
                                    &delivery.reply, &delivery.document);
    result->delivery = delivery;
    result->rank = rank_of(delivery.state);
    forget(outside, item, ESC_ENDPOINT_TOOK, detail);
    site->host.result(site->host.context, result);
}

static uint64_t random_number(const EscOutside *outside)
{
    uint64_t random;
    outside->setup.random->fill(outside->setup.random->context, &random, sizeof(random));
    return random;
}

static void retry_give(EscOutside *outside, EscQueueItem *item, uint32_t attempts, int64_t next_ms,
                       const char *detail)
{
    const EscSite *site = esc_site_of(outside, item);
    EscOutboxRetry retry = {.id = item->id, .attempts = attempts, .next_attempt_at_ms = next_ms};
    EscText none = {0};
    EscResult *result = result_new(esc_text_from(detail), none, &retry.detail, &none);
    result->is_retry = true;
    result->retry = retry;
    site->host.result(site->host.context, result);
}

void esc_item_again(EscOutside *outside, EscQueueItem *item, int64_t floor_ms, const char *detail)
{
    EscRetryPlan next =
        esc_retry_plan(&outside->retries, item->attempts, item->deadline_ms,
                       esc_outside_now_ms(outside), floor_ms, random_number(outside));
    if (next.is_dead) {
        char text[ESC_DETAIL_BYTES_MAX + 64]; /* whole, and cut between characters behind it */
        (void)snprintf(text, sizeof(text), "given up after %u attempt%s: %s", next.attempts,
                       next.attempts == 1 ? "" : "s", detail);
        esc_item_settle(outside, item, ESC_DELIVERY_DEAD, 0, text, (EscText){0});
        return;
    }
    esc_outside_log(outside, "info", "delivery_retry", "%.*s to %.*s: %s; attempt %u in %lld ms",
                    ESC_TEXT_ARG(key_of(item)), ESC_TEXT_ARG(esc_queue_name(item->queue)), detail,
                    next.attempts + 1, (long long)next.pause_ms);
    esc_endpoint_note(outside, item->queue, ESC_ENDPOINT_FAILED, detail);
    retry_give(outside, item, next.attempts, next.next_ms, detail);
    esc_queue_again(item, next.attempts, next.next_ms);
}

void esc_item_hold(EscOutside *outside, EscQueueItem *item, const char *detail)
{
    int64_t now_ms = esc_outside_now_ms(outside);
    esc_endpoint_note(outside, item->queue, ESC_ENDPOINT_FAILED, detail);
    int64_t next_ms =
        now_ms + outside->setup.config->circuit_open_ms;       /* unless its time is over before */
    retry_give(outside, item, item->attempts, now_ms, detail); /* a restart tries at once */
    esc_queue_hold(item, next_ms);
}

void esc_endpoint_tell(EscOutside *outside, const EscQueueItem *item, bool is_held,
                       const char *detail)
{
    const EscSite *site = esc_site_of(outside, item);
    EscText name = esc_queue_name(item->queue);
    esc_outside_log(
        outside, is_held ? "alarm" : "info", is_held ? "endpoint_held" : "endpoint_back",
        "%.*s: %.*s%s%s", ESC_TEXT_ARG(site->name), ESC_TEXT_ARG(name),
        is_held ? ", whose messages wait: " : " takes messages again", is_held ? detail : "");
    EscDelivery delivery = {.outbox = item->id,
                            .state = ESC_DELIVERY_QUEUED,
                            .news = is_held ? ESC_ENDPOINT_HELD : ESC_ENDPOINT_BACK};
    EscResult *result = result_new(esc_text_from(detail), name, &delivery.detail, &delivery.reply);
    result->delivery = delivery;
    site->host.result(site->host.context, result);
}
