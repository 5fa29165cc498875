/* api_actions.c - what people do: acknowledge, resolve, hand off, answer, approve, confirm,
 * override, start, be absent.
 *
 * Turns path and body into one EscAction. Whether the action is allowed in the present state is
 * the engine's to say. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "http/api_internal.h"

bool esc_escalation_id_read(EscText text, uint64_t *id)
{
    *id = 0;
    if (text.size < 3 || text.size > 20 || text.data[0] != 'E' || text.data[1] != '-' ||
        text.data[2] == '0')
        return false;
    for (size_t i = 2; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *id = *id * 10 + (uint64_t)(text.data[i] - '0'); /* at most 18 digits */
    }
    return true;
}

static void refuse_member(EscApiCall *call, const char *code, const char *name, const char *detail)
{
    char place[80];
    (void)snprintf(place, sizeof(place), "/%s", name);
    esc_api_refuse(call, 422, code, "The content of the request is wrong", place, detail);
}

/* A text member of the body; empty when it is not there. False: refused. */
static bool take_text(EscApiCall *call, const json_t *body, const char *name, size_t size_max,
                      EscText *out)
{
    const json_t *value = json_object_get(body, name);
    *out = (EscText){0};
    if (value == NULL)
        return true;
    EscText text = {json_string_value(value), json_string_length(value)};
    if (!json_is_string(value) || text.size > size_max) {
        refuse_member(call, "bad_member", name,
                      json_is_string(value) ? "is too long" : "must be a text");
        return false;
    }
    *out = esc_arena_text(call->arena, text);
    return true;
}

static bool check_members(EscApiCall *call, json_t *body)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(body, name, value)
    {
        char padded[64];
        int length = snprintf(padded, sizeof(padded), " %s ", name);
        bool is_known = length > 2 && (size_t)length < sizeof(padded) &&
                        strchr(name, ' ') == NULL && strstr(call->route->names, padded) != NULL;
        if (!is_known) {
            EscText cut = esc_utf8_cut(esc_text_from(name), 60);
            char shown[64];
            (void)snprintf(shown, sizeof(shown), "%.*s", ESC_TEXT_ARG(cut));
            refuse_member(call, "unknown_member", shown, "there is no such member here");
            return false;
        }
    }
    return true;
}

/* The token's own principal, or the person named by "as" when the token may. */
static bool take_actor(EscApiCall *call, const json_t *body)
{
    EscText as;
    if (!take_text(call, body, "as", ESC_ID_BYTES_MAX, &as))
        return false;
    call->action.actor = as.size > 0 ? as : call->principal;
    if (esc_text_equal(call->action.actor, call->principal) ||
        (call->scopes & ESC_SCOPE_BIT_ACT_AS) != 0)
        return true;
    esc_api_refuse(call, 403, "forbidden", "The token does not allow to act for others", "/as", "");
    return false;
}

static bool take_handoff(EscApiCall *call, const json_t *body)
{
    EscText expect, within;
    if (!take_text(call, body, "to", ESC_ID_BYTES_MAX, &call->action.target) ||
        !take_text(call, body, "expect", 16, &expect) ||
        !take_text(call, body, "within", 32, &within))
        return false;
    call->action.expect =
        esc_text_equal(expect, ESC_TEXT("resolved")) ? ESC_EXPECT_RESOLVED : ESC_EXPECT_ACKED;
    if (expect.size > 0 && call->action.expect == ESC_EXPECT_ACKED &&
        !esc_text_equal(expect, ESC_TEXT("acked"))) {
        refuse_member(call, "bad_member", "expect", "must be acked or resolved");
        return false;
    }
    if (within.size > 0 &&
        (!esc_duration_read(within, ESC_DEADLINE_MAX_MS, &call->action.within_ms) ||
         call->action.within_ms == 0)) {
        refuse_member(call, "bad_member", "within", "must be a duration such as 30m or 1h30m");
        return false;
    }
    if (call->action.target.size == 0)
        refuse_member(call, "missing_member", "to", "a handoff names whom it goes to");
    return call->action.target.size > 0;
}

static bool take_absence(EscApiCall *call, const json_t *body)
{
    EscText until, length;
    int64_t length_ms = 0;
    if (!take_text(call, body, "until", 64, &until) || !take_text(call, body, "for", 32, &length))
        return false;
    if ((until.size > 0) == (length.size > 0)) {
        refuse_member(call, "missing_member", "until", "an absence has either `until` or `for`");
        return false;
    }
    if (until.size > 0 && !esc_time_read(until, &call->action.until_ms)) {
        refuse_member(call, "bad_member", "until", "must be a time such as 2026-01-05T09:00:00Z");
        return false;
    }
    if (length.size > 0 && !esc_duration_read(length, ESC_DEADLINE_MAX_MS, &length_ms)) {
        refuse_member(call, "bad_member", "for", "must be a duration such as 2h or 3d");
        return false;
    }
    if (length.size > 0)
        call->action.until_ms = esc_daemon_now_ms(esc_api_daemon(call->api)) + length_ms;
    return true;
}

/* What the path names: a ticket, an escalation, a template or a person. */
static bool take_path(EscApiCall *call)
{
    EscText name = esc_arena_text(call->arena, esc_buf_as_text(&call->parameter));
    const char *path = call->route->path;
    if (strncmp(path, "/v1/escalations/", 16) == 0) {
        if (esc_escalation_id_read(name, &call->action.escalation))
            return true;
        esc_api_refuse(call, 404, "not_found", "There is no such thing", NULL,
                       "an escalation's id looks like E-12");
        return false;
    }
    if (strncmp(path, "/v1/tickets/", 12) == 0)
        call->action.ticket = name;
    else
        call->action.target = name;
    return true;
}

static bool take_body(EscApiCall *call, const json_t *body)
{
    EscAction *action = &call->action;
    if (!take_actor(call, body) ||
        !take_text(call, body, "reason", ESC_REASON_BYTES_MAX, &action->reason))
        return false;
    switch (action->verb) {
    case ESC_VERB_HANDOFF:
        return take_handoff(call, body);
    case ESC_VERB_ABSENT:
        return take_absence(call, body);
    case ESC_VERB_ANSWER:
        return take_text(call, body, "answer", ESC_TEXT_MAX, &action->target);
    case ESC_VERB_CONFIRM:
    case ESC_VERB_OVERRIDE:
        return take_text(call, body, "check", ESC_TEXT_MAX, &action->target);
    case ESC_VERB_START:
        return take_text(call, body, "ticket", ESC_ID_BYTES_MAX, &action->ticket);
    default:
        return true;
    }
}

void esc_api_act(EscApiCall *call)
{
    call->action.verb = (EscVerb)call->route->verb;
    EscText text = esc_http_body(call->http);
    json_t *body = text.size == 0 ? json_object()
                                  : json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    if (body == NULL || !json_is_object(body)) {
        esc_api_refuse(call, 400, "malformed_json", "The body must be one JSON object", NULL, "");
    } else if (take_path(call) && check_members(call, body) && take_body(call, body)) {
        call->inputs = esc_arena_alloc(call->arena, sizeof(EscInput));
        if (esc_arena_failed(call->arena)) {
            esc_api_fail(call, ESC_NO_MEMORY, NULL);
        } else {
            *call->inputs = (EscInput){.kind = ESC_INPUT_ACTION, .action = &call->action};
            esc_api_enqueue(call, call->inputs, 1, true);
        }
    }
    json_decref(body);
}
