/* delivery_verdict.c - what the end of an attempt means, when to try again, and what a call
 * returns. Pure.
 *
 * Only the peer's own answer counts, never libcurl's code alone: a temporary and a permanent
 * refusal of a mail look alike there. */
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

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

/* One reference token of a pointer, with ~1 and ~0 decoded. False when malformed or too long. */
static bool pointer_token(EscText token, char *out, size_t out_size)
{
    size_t at = 0;
    for (size_t i = 0; i < token.size; i++) {
        char c = token.data[i];
        if (c == '~') {
            char next = i + 1 < token.size ? token.data[++i] : '\0';
            if (next != '0' && next != '1')
                return false;
            c = next == '0' ? '~' : '/';
        }
        if (at + 1 >= out_size)
            return false;
        out[at++] = c;
    }
    out[at] = '\0';
    return true;
}

static const json_t *pointer_step(const json_t *value, const char *token)
{
    if (json_is_object(value))
        return json_object_get(value, token);
    if (!json_is_array(value) || token[0] == '\0' || (token[0] == '0' && token[1] != '\0'))
        return NULL;
    if (token[strspn(token, "0123456789")] != '\0')
        return NULL;
    return json_array_get(value, (size_t)strtoul(token, NULL, 10)); /* too big: no such element */
}

static const json_t *pointer_follow(const json_t *value, EscText pointer)
{
    while (value != NULL && pointer.size > 0) {
        char token[256];
        if (pointer.data[0] != '/')
            return NULL;
        const char *end = memchr(pointer.data + 1, '/', pointer.size - 1);
        size_t size = end == NULL ? pointer.size - 1 : (size_t)(end - pointer.data) - 1;
        if (!pointer_token((EscText){pointer.data + 1, size}, token, sizeof(token)))
            return NULL;
        value = pointer_step(value, token);
        pointer = (EscText){pointer.data + 1 + size, pointer.size - 1 - size};
    }
    return value;
}

/* What a register can hold: valid UTF-8 without NUL, at most ESC_TEXT_MAX bytes. */
static void put_register_text(EscBuf *out, EscText text)
{
    size_t bad_at = 0;
    text = text.size > ESC_TEXT_MAX ? (EscText){text.data, ESC_TEXT_MAX} : text;
    while (text.size > 0 && !esc_utf8_is_valid(text, &bad_at)) {
        esc_buf_append(out, text.data, bad_at);
        if (text.size - bad_at > 3)
            esc_buf_char(out, '?'); /* at the very end it is a character that was cut */
        text = (EscText){text.data + bad_at + 1, text.size - bad_at - 1};
    }
    esc_buf_text(out, text);
}

bool esc_reply_select(EscBuf *out, EscText body, EscText pointer)
{
    if (pointer.size == 0) {
        put_register_text(out, body);
        return true;
    }
    json_t *root = json_loadb(body.data == NULL ? "" : body.data, body.size, JSON_DECODE_ANY, NULL);
    const json_t *value = pointer_follow(root, pointer);
    if (json_is_string(value)) {
        put_register_text(out, (EscText){json_string_value(value), json_string_length(value)});
    } else if (value != NULL) {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        put_register_text(out, esc_text_from(text));
        free(text);
    }
    json_decref(root);
    return value != NULL;
}

static bool has_id(const json_t *reply, const char *name)
{
    const json_t *id = json_object_get(reply, name);
    return json_is_integer(id) || (json_is_string(id) && json_string_length(id) > 0);
}

EscDeliveryState esc_reply_state(EscText reply, bool is_chat, bool *is_refused)
{
    static const char *const chat_ids[] = {"id", "ts", "sid", "messageId"};
    json_t *root = json_loadb(reply.data == NULL ? "" : reply.data, reply.size, 0, NULL);
    bool is_arrived =
        has_id(root, "message_id") || has_id(json_object_get(root, "result"), "message_id");
    for (size_t i = 0; is_chat && i < ESC_COUNT_OF(chat_ids); i++)
        is_arrived = is_arrived || has_id(root, chat_ids[i]);
    EscDeliveryState state = is_arrived ? ESC_DELIVERY_DELIVERED : ESC_DELIVERY_ACCEPTED, said;
    const char *word = json_string_value(json_object_get(root, "state"));
    if (word != NULL && esc_delivery_state_find(esc_text_from(word), &said) &&
        said != ESC_DELIVERY_QUEUED && said != ESC_DELIVERY_DEAD)
        state = said;
    *is_refused = is_chat && json_is_false(json_object_get(root, "ok"));
    json_decref(root);
    return state;
}
