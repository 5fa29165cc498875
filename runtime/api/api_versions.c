/* api_versions.c - versions of an escalation: the ETag of what is read, If-None-Match, If-Match of what is done, the key by which a
 * request is known when it comes once more, and the row that an act's answer shows.
 *
 * An ETag is "E-12.7": the escalation, and how often its row was written. */
#include <stdio.h>
#include <string.h>

#include "api_internal.h"

#define KEY_BYTES_MAX 128

static bool is_key(EscText key)
{
    for (size_t i = 0; i < key.size; i++)
        if ((unsigned char)key.data[i] <= ' ' || (unsigned char)key.data[i] >= 0x7f)
            return false;
    return key.size > 0 && key.size <= KEY_BYTES_MAX;
}

void esc_open_take_key(EscRequest *request)
{
    const char *key = esc_http_header(request->http, "Idempotency-Key");
    request->key = esc_arena_text(request->arena, esc_text_from(key));
    if (key != NULL && !is_key(request->key))
        esc_request_refuse(request, 400, "bad_header",
                           "The key is empty, too long, or has other than visible characters",
                           "header:Idempotency-Key", "");
}

void esc_act_headers(EscRequest *request)
{
    const char *seen = esc_http_header(request->http, "If-Match");
    request->if_match = esc_arena_text(request->arena, esc_text_from(seen));
    esc_open_take_key(request);
}

void esc_row_headers(EscRequest *request)
{
    const char *seen = esc_http_header(request->http, "If-None-Match");
    request->if_none_match = esc_arena_text(request->arena, esc_text_from(seen));
}

/* \"E-12.7\", with or without its quotes. */
static bool version_read(EscText text, uint64_t *id, uint64_t *version)
{
    if (text.size >= 2 && text.data[0] == '"' && text.data[text.size - 1] == '"')
        text = (EscText){text.data + 1, text.size - 2};
    const char *dot = text.size == 0 ? NULL : memchr(text.data, '.', text.size);
    if (dot == NULL || !esc_escalation_id_read((EscText){text.data, (size_t)(dot - text.data)}, id))
        return false;
    EscText digits = {dot + 1, text.size - (size_t)(dot + 1 - text.data)};
    *version = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || digits.size > 18)
            return false;
        *version = *version * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return *version != 0;
}

/* What the key stands for: who repeats it says the same of the same thing. */
const EscInputKey *esc_request_input_key(EscRequest *request)
{
    if (request->key.size == 0)
        return NULL;
    EscText path = esc_text_from(request->route->path), name = esc_buf_as_text(&request->parameter),
            body = esc_buf_as_text(&request->body);
    EscText whole = esc_arena_printf(request->arena, "%.*s\n%.*s\n%.*s", ESC_TEXT_ARG(path),
                                     ESC_TEXT_ARG(name), ESC_TEXT_ARG(body));
    uint8_t hash[32];
    esc_sha256((EscBytes){(const uint8_t *)whole.data, whole.size}, hash);
    memcpy(request->input_key.digest, hash, sizeof(request->input_key.digest));
    request->input_key.source =
        esc_arena_printf(request->arena, "escal:acts/%.*s", ESC_TEXT_ARG(request->principal));
    request->input_key.id = request->key;
    ESC_ASSERT(!esc_arena_failed(request->arena) && request->input_key.source.size > 0);
    return &request->input_key;
}

bool esc_request_take_seen(EscRequest *request)
{
    EscAction *action = &request->action;
    if (request->if_match.size == 0 || esc_text_equal(request->if_match, ESC_TEXT("*")))
        return true;
    if (version_read(request->if_match, &action->if_escalation, &action->if_version))
        return true;
    esc_request_refuse(request, 400, "bad_header", "The version that was seen cannot be read",
                       "header:If-Match", "it is the ETag of an escalation, such as \"E-12.7\"");
    return false;
}

bool esc_answer_version(EscRequest *request, const EscEscalationView *view)
{
    char tag[64];
    uint64_t id = 0, version = 0;
    (void)snprintf(tag, sizeof(tag), "\"E-%llu.%llu\"", (unsigned long long)view->id,
                   (unsigned long long)view->version);
    esc_answer_header(&request->answer, "ETag", tag);
    bool has_it = version_read(request->if_none_match, &id, &version) && id == view->id &&
                  version == view->version;
    if (has_it)
        request->answer.status = 304;
    return has_it;
}

static uint64_t id_of(const EscRequest *request, const EscReply *reply)
{
    if (request->action.escalation != 0)
        return request->action.escalation;
    return reply->outcome.escalations_count > 0 ? reply->outcome.escalations[0] : 0;
}

void esc_request_row(EscRequest *request, EscService *service, const EscReply *replies)
{
    EscEscalationView view;
    EscApiItems items = {.count = 0};
    request->row_id = id_of(request, replies);
    if (request->row_id == 0 ||
        !esc_engine_find_row(esc_service_engine(service), request->row_id, &view))
        return;
    items.out = request->row;
    (void)esc_api_row_item(&items, request->client, &view);
    request->row = items.out;
}

void esc_row_append(const EscRequest *request, EscBuf *out)
{
    if (request->row.size == 0)
        return;
    esc_buf_string(out, ",\"escalation\":");
    esc_buf_text(out, esc_buf_as_text(&request->row));
}

void esc_request_stale(EscRequest *request)
{
    esc_request_refuse(request, 412, "changed", "The escalation is not as it was seen",
                       "header:If-Match", "it has changed since; `escalation` is as it is now");
    EscBuf *body = &request->answer.body;
    body->size_max = (size_t)1 << 20;
    body->size--; /* the brace */
    esc_row_append(request, body);
    esc_buf_char(body, '}');
}
