/* reply.c - what stands in a peer's reply: how far a message has come, what a call returns, words for people. Pure.
 *
 * A peer is as hostile as anybody else outside. A reply that is nested too deeply, has too many values, says a member
 * twice or holds what no text or number can be is not JSON: nothing in it counts, and people see it as a text. Half a
 * surrogate pair is U+FFFD and costs nothing more. Not its job: what follows from it (verdict.c). */
#include "reply.h"

#include <string.h>

#include <esc/document.h>

#define REPLY_DEPTH_MAX 64
#define REPLY_VALUES_MAX 100000u
/* All of these, the texts of a reply without their escapes, and what sorting their names takes. */
#define REPLY_TREE_BYTES_MAX ((size_t)16 << 20)

typedef struct Reply {
    EscArena *arena;
    const EscJson *json; /* in the arena, over the text; NULL: it is not JSON */
} Reply;

static EscStatus open_reply(Reply *reply, EscText text, EscWhy *why)
{
    static const EscJsonLimits limits = {REPLY_DEPTH_MAX, REPLY_VALUES_MAX};
    *reply = (Reply){.arena = esc_arena_new(REPLY_TREE_BYTES_MAX)};
    if (reply->arena == NULL)
        return ESC_NO_MEMORY;
    return esc_json_read(reply->arena, text, &limits, &reply->json, why);
}

static void close_reply(Reply *reply)
{
    esc_arena_free(reply->arena);
}

/* NULL when it has none, or is no list. */
static const EscJson *first_item(const EscJson *list)
{
    return list->kind == ESC_JSON_LIST ? list->first : NULL;
}

/* --- what a call returns ------------------------------------------------------------------------ */

/* What a register can hold: valid UTF-8 without NUL, at most ESC_TEXT_MAX bytes. */
static void put_register_text(EscBuf *out, EscText text)
{
    size_t bad_at;
    text = text.size > ESC_TEXT_MAX ? (EscText){text.data, ESC_TEXT_MAX} : text;
    while (text.size > 0 && !esc_utf8_is_valid(text, &bad_at)) {
        esc_buf_append(out, text.data, bad_at);
        if (text.size - bad_at > 3)
            esc_buf_char(out, '?'); /* at the very end it is a character that was cut */
        text = (EscText){text.data + bad_at + 1, text.size - bad_at - 1};
    }
    esc_buf_text(out, text);
}

static void put_register_value(EscBuf *out, const EscJson *value)
{
    EscBuf text;
    if (value->kind == ESC_JSON_TEXT) {
        put_register_text(out, value->text);
        return;
    }
    esc_buf_init(&text, REPLY_TREE_BYTES_MAX);
    esc_json_write(&text, value, 0);
    put_register_text(out, esc_buf_as_text(&text));
    esc_buf_release(&text);
}

bool esc_reply_select(EscBuf *out, EscText body, EscText pointer, EscWhy *why)
{
    if (pointer.size == 0) {
        put_register_text(out, body);
        return true;
    }
    Reply reply;
    EscWhy fault = {.text = "no memory"};
    const EscJson *value = NULL;
    if (open_reply(&reply, body, &fault) == ESC_OK) {
        value = esc_document_find(reply.json, pointer);
        (void)esc_why(&fault, ESC_NOT_FOUND, "", 0, "the reply has no such member");
    } else {
        char text[sizeof(fault.text)];
        memcpy(text, fault.text, sizeof(text));
        (void)esc_why(&fault, ESC_BAD_INPUT, "", fault.offset, "the reply is not JSON: %s", text);
    }
    if (value != NULL && value->kind == ESC_JSON_NULL)
        value = NULL; /* said to be missing */
    if (value != NULL)
        put_register_value(out, value);
    else if (why != NULL)
        *why = fault;
    close_reply(&reply);
    return value != NULL;
}

/* --- how far a message has come ----------------------------------------------------------------- */

static bool has_id(const EscJson *reply, const char *name)
{
    const EscJson *id = esc_json_member(reply, esc_text_from(name));
    return id != NULL &&
           (id->kind == ESC_JSON_INTEGER || (id->kind == ESC_JSON_TEXT && id->text.size > 0));
}

static bool has_arrived(const EscJson *reply, bool is_chat)
{
    static const char *const chat_ids[] = {"id", "ts", "sid", "messageId"};
    if (has_id(reply, "message_id") ||
        has_id(esc_json_member(reply, ESC_TEXT("result")), "message_id"))
        return true;
    for (size_t i = 0; is_chat && i < ESC_COUNT_OF(chat_ids); i++)
        if (has_id(reply, chat_ids[i]))
            return true;
    return false;
}

EscDeliveryState esc_reply_state(EscText text, bool is_chat, bool *is_refused)
{
    Reply reply;
    EscDeliveryState state = ESC_DELIVERY_ACCEPTED, said;
    (void)open_reply(&reply, text, NULL); /* what is not JSON says nothing */
    if (has_arrived(reply.json, is_chat))
        state = ESC_DELIVERY_DELIVERED;
    EscText word = esc_json_text_or(esc_json_member(reply.json, ESC_TEXT("state")), (EscText){0});
    if (esc_delivery_state_find(word, &said) && said != ESC_DELIVERY_QUEUED &&
        said != ESC_DELIVERY_DEAD)
        state = said;
    const EscJson *ok = esc_json_member(reply.json, ESC_TEXT("ok"));
    *is_refused = is_chat && ok != NULL && ok->kind == ESC_JSON_FALSE;
    close_reply(&reply);
    return state;
}

/* --- words for people --------------------------------------------------------------------------- */

/* A value's text, or that of its first item; empty when it has none. */
static EscText text_of(const EscJson *value)
{
    if (value != NULL && value->kind == ESC_JSON_LIST)
        value = first_item(value);
    if (value != NULL && value->kind == ESC_JSON_OBJECT) /* {"error": {"message": "…"}} */
        value = esc_json_member(value, ESC_TEXT("message"));
    return esc_json_text_or(value, (EscText){0});
}

static EscText first_words(const EscJson *reply)
{
    static const char *const members[] = {
        "message", "error_description", "detail", "description", "title", "error", "errors",
        "reason"};
    EscText words = {0};
    if (reply != NULL && reply->kind == ESC_JSON_LIST)
        reply = first_item(reply);
    if (reply != NULL && reply->kind == ESC_JSON_TEXT)
        return reply->text;
    for (size_t i = 0; i < ESC_COUNT_OF(members) && words.size == 0; i++)
        words = text_of(esc_json_member(reply, esc_text_from(members[i])));
    return words;
}

void esc_reply_words(EscBuf *out, EscText text)
{
    Reply reply;
    (void)open_reply(&reply, text, NULL); /* what is not JSON is shown as it is */
    EscText words = first_words(reply.json);
    esc_buf_text(out, words.size > 0 ? words : text);
    close_reply(&reply);
}
