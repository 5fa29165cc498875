/* api_actions.c - what people do: acknowledge, resolve, hand off, answer, approve, confirm,
 * override, start, be absent.
 *
 * Turns path and body into one EscAction. Whether the action is allowed in the present state is
 * the engine's to say. */
#include <stdio.h>
#include <string.h>

#include "api_internal.h"

/* The largest body has a handful of texts: whatever is more than that is not built at all. */
static const EscJsonLimits body_limits = {.depth_max = 4, .values_max = 64};

void esc_request_refuse_member(EscRequest *request, const char *code, const char *name,
                               const char *detail)
{
    char place[80];
    (void)snprintf(place, sizeof(place), "/%s", name);
    esc_request_refuse(request, 422, code, "The content of the request is wrong", place, detail);
}

bool esc_request_take_text(EscRequest *request, const EscJson *body, const char *name,
                           size_t size_max, EscText *out)
{
    const EscJson *value = esc_json_member(body, esc_text_from(name));
    *out = (EscText){0};
    if (value == NULL)
        return true;
    if (value->kind != ESC_JSON_TEXT || value->text.size > size_max) {
        esc_request_refuse_member(request, "bad_member", name,
                                  value->kind == ESC_JSON_TEXT ? "is too long" : "must be a text");
        return false;
    }
    *out = esc_arena_text(request->arena, value->text);
    return true;
}

bool esc_request_check_members(EscRequest *request, const EscJson *body)
{
    for (const EscJson *member = body->first; member != NULL; member = member->next) {
        char padded[64];
        EscText name = member->name;
        int length = snprintf(padded, sizeof(padded), " %.*s ", ESC_TEXT_ARG(name));
        bool is_known = length > 2 && (size_t)length < sizeof(padded) &&
                        memchr(name.data, ' ', name.size) == NULL &&
                        strstr(request->route->names, padded) != NULL;
        if (!is_known) {
            char shown[64];
            (void)snprintf(shown, sizeof(shown), "%.*s", ESC_TEXT_ARG(esc_utf8_cut(name, 60)));
            esc_request_refuse_member(request, "unknown_member", shown,
                                      "there is no such member here");
            return false;
        }
    }
    return true;
}

bool esc_request_take_actor(EscRequest *request, const EscJson *body)
{
    EscText as;
    if (!esc_request_take_text(request, body, "as", ESC_ID_BYTES_MAX, &as))
        return false;
    request->action.actor = as.size > 0 ? as : request->principal;
    request->action.by = request->principal;
    request->action.is_operator = (request->scopes & ESC_SCOPE_BIT_OPERATE) != 0;
    if (esc_text_equal(request->action.actor, request->principal) ||
        (request->scopes & ESC_SCOPE_BIT_ACT_AS) != 0)
        return true;
    esc_request_refuse(request, 403, "forbidden", "The token does not allow to act for others",
                       "/as", "");
    return false;
}

static bool take_time(EscRequest *request, const char *name, EscText text, int64_t *ms)
{
    if (text.size == 0 || (esc_duration_read(text, ESC_DEADLINE_MAX_MS, ms) && *ms > 0))
        return true;
    esc_request_refuse_member(request, "bad_member", name,
                              "must be a duration such as 30m or 1h30m");
    return false;
}

/* What is expected by when: both or neither; without them the policy says it, or refuses. */
static bool take_expectation(EscRequest *request, EscText expect, EscText within)
{
    bool is_resolved = esc_text_equal(expect, ESC_TEXT("resolved"));
    request->action.expect = is_resolved ? ESC_EXPECT_RESOLVED : ESC_EXPECT_ACKED;
    if (expect.size > 0 && !is_resolved && !esc_text_equal(expect, ESC_TEXT("acked"))) {
        esc_request_refuse_member(request, "bad_member", "expect", "must be acked or resolved");
        return false;
    }
    if (!take_time(request, "within", within, &request->action.within_ms))
        return false;
    if ((expect.size > 0) == (within.size > 0))
        return true;
    esc_request_refuse_member(request, "missing_member", expect.size > 0 ? "within" : "expect",
                              "what is expected (acked or resolved) and within what time go "
                              "together");
    return false;
}

static bool take_handoff(EscRequest *request, const EscJson *body)
{
    EscText expect, within, offer;
    if (!esc_request_take_text(request, body, "to", ESC_ID_BYTES_MAX, &request->action.target) ||
        !esc_request_take_text(request, body, "expect", 16, &expect) ||
        !esc_request_take_text(request, body, "within", 32, &within) ||
        !esc_request_take_text(request, body, "offer", 32, &offer) ||
        !take_expectation(request, expect, within) ||
        !take_time(request, "offer", offer, &request->action.offer_ms))
        return false;
    if (request->action.target.size == 0)
        esc_request_refuse_member(request, "missing_member", "to",
                                  "a handoff names whom it goes to");
    return request->action.target.size > 0;
}

static bool take_absence(EscRequest *request, const EscJson *body)
{
    EscText until, length, from;
    if (!esc_request_take_text(request, body, "until", 64, &until) ||
        !esc_request_take_text(request, body, "for", 32, &length) ||
        !esc_request_take_text(request, body, "from", 64, &from) ||
        !esc_request_take_text(request, body, "deputy", ESC_ID_BYTES_MAX, &request->action.deputy))
        return false;
    if (from.size > 0 && !esc_time_read(from, &request->action.from_ms)) {
        esc_request_refuse_member(request, "bad_member", "from",
                                  "must be a time such as 2026-01-05T09:00:00Z");
        return false;
    }
    if ((until.size > 0) == (length.size > 0)) {
        esc_request_refuse_member(request, "missing_member", "until",
                                  "an absence has either `until` or `for`");
        return false;
    }
    if (until.size > 0 && !esc_time_read(until, &request->action.until_ms)) {
        esc_request_refuse_member(request, "bad_member", "until",
                                  "must be a time such as 2026-01-05T09:00:00Z");
        return false;
    }
    if (length.size > 0 &&
        (!esc_duration_read(length, ESC_DEADLINE_MAX_MS, &request->action.for_ms) ||
         request->action.for_ms == 0)) {
        esc_request_refuse_member(request, "bad_member", "for",
                                  "must be a duration such as 2h or 3d");
        return false;
    }
    return true;
}

/* What the path names: a ticket, an escalation, a task, a template or a person. */
static bool take_path(EscRequest *request)
{
    const char *path = request->route->path;
    if (strncmp(path, "/v1/escalations/", 16) == 0)
        return esc_request_path_escalation(request, &request->action.escalation);
    if (strncmp(path, "/v1/tasks/", 10) == 0)
        return esc_request_path_task(request, &request->action.escalation, &request->action.task);
    EscText name = esc_arena_text(request->arena, esc_buf_as_text(&request->parameter));
    if (strncmp(path, "/v1/tickets/", 12) == 0)
        request->action.ticket = name;
    else
        request->action.target = name;
    return true;
}

/* On which ticket, and with what. */
static bool take_start(EscRequest *request, const EscJson *body, const EscProgram *program)
{
    EscAction *action = &request->action;
    EscWhy why = {.text = ""};
    if (!esc_request_take_text(request, body, "ticket", ESC_ID_BYTES_MAX, &action->ticket))
        return false;
    EscStatus status = esc_arguments_read(request->arena, program, action->target,
                                          esc_json_member(body, ESC_TEXT("with")), &action->given,
                                          &action->given_count, &why);
    if (status == ESC_BAD_INPUT)
        esc_request_refuse_member(request, "bad_member", "with", why.text);
    else if (status != ESC_OK)
        esc_request_fail(request, status, &why);
    return status == ESC_OK;
}

static bool take_body(EscRequest *request, const EscJson *body, const EscProgram *program)
{
    EscAction *action = &request->action;
    if (!esc_request_take_actor(request, body) ||
        !esc_request_take_text(request, body, "reason", ESC_REASON_BYTES_MAX, &action->reason))
        return false;
    switch (action->verb) {
    case ESC_VERB_HANDOFF:
        return take_handoff(request, body);
    case ESC_VERB_ABSENT:
        return take_absence(request, body);
    case ESC_VERB_ANSWER:
    case ESC_VERB_COMPLETE:
        return esc_request_take_text(request, body, "answer", ESC_TEXT_MAX, &action->target);
    case ESC_VERB_CONFIRM:
    case ESC_VERB_OVERRIDE:
        return esc_request_take_text(request, body, "check", ESC_TEXT_MAX, &action->target);
    case ESC_VERB_START:
        return take_start(request, body, program);
    default:
        return true;
    }
}

void esc_request_make_input(EscRequest *request, EscInput made)
{
    EscInput *input = esc_arena_alloc(request->arena, sizeof(*input));
    if (esc_arena_failed(request->arena)) {
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
        return;
    }
    *input = made;
    input->key = esc_request_input_key(request);
    request->job.inputs = input;
    request->job.inputs_count = 1;
}

const EscJson *esc_request_read_body(EscRequest *request, const EscJsonLimits *limits)
{
    static const EscJson nothing = {.kind = ESC_JSON_OBJECT};
    const EscJson *body = &nothing;
    EscText text = esc_buf_as_text(&request->body);
    EscWhy why = {.text = ""};
    EscStatus status =
        text.size == 0 ? ESC_OK : esc_json_read(request->arena, text, limits, &body, &why);
    if (status == ESC_NO_MEMORY || status == ESC_OVER_LIMIT)
        esc_request_fail(request, status, &why);
    else if (status != ESC_OK || body->kind != ESC_JSON_OBJECT)
        esc_request_refuse(request, 400, "malformed_json", "The body must be one JSON object", NULL,
                           why.text);
    return request->answer.status != 0 ? NULL : body;
}

static void parse_action(EscRequest *request, const EscProgram *program)
{
    /* whom and what an action names is the engine's to know; the program says in what types a template is started */
    request->action.verb = (EscVerb)request->route->verb;
    const EscJson *body = esc_request_read_body(request, &body_limits);
    if (body != NULL && take_path(request) && esc_request_check_members(request, body) &&
        esc_request_take_seen(request) && take_body(request, body, program))
        esc_request_make_input(request, (EscInput){.kind = ESC_INPUT_ACTION, .action = &request->action});
}

/* The principal of the token says that the wall clock is right. */
static void parse_clock(EscRequest *request, const EscProgram *program)
{
    (void)program;
    request->clock.actor = request->principal;
    const EscJson *body = esc_request_read_body(request, &body_limits);
    if (body != NULL && esc_request_check_members(request, body))
        esc_request_make_input(request, (EscInput){.kind = ESC_INPUT_CLOCK, .clock = &request->clock});
}

/* --- after the turn --------------------------------------------------------------------------- */

/* The attempt stands in the record. is_forbidden: because of who it is, and not of what the ticket has had already. */
static void refuse_by_policy(EscRequest *request, EscText note, bool is_forbidden)
{
    EscStatus status = is_forbidden ? ESC_FORBIDDEN : ESC_CONFLICT;
    EscWhy why;
    esc_request_fail(request, esc_why(&why, status, "", 0, "%.*s", ESC_TEXT_ARG(note)), &why);
}

/* As the first request was answered, but for the row, which is that of now. */
static void answer_again(EscRequest *request, const EscReply *reply)
{
    const EscJsonLimits limits = {.depth_max = 4, .values_max = 4096};
    const EscJson *kept = NULL;
    esc_answer_header(&request->answer, "Idempotency-Replayed", "true");
    bool is_read = reply->kept.size > 0 &&
                   esc_json_read(request->arena, reply->kept, &limits, &kept, NULL) == ESC_OK;
    if (is_read && esc_json_member(kept, ESC_TEXT("refused")) != NULL) {
        refuse_by_policy(request,
                         esc_json_text_or(esc_json_member(kept, ESC_TEXT("note")), (EscText){0}),
                         esc_json_member(kept, ESC_TEXT("forbidden")) != NULL);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 20);
    EscText text = is_read ? reply->kept : ESC_TEXT("{\"escalations\":[],\"ticket\":\"\",\"noop\":true}");
    esc_buf_text(&out, (EscText){text.data, text.size - 1});
    esc_row_append(request, &out);
    esc_buf_char(&out, '}');
    esc_answer_json(&request->answer, 200, &out);
}

void esc_request_answer_act(EscRequest *request, const EscReply *reply)
{
    if (reply->status == ESC_DUPLICATE)
        answer_again(request, reply);
    else if (reply->status != ESC_OK)
        esc_request_fail(request, reply->status, &reply->why);
    else if (reply->outcome.is_stale)
        esc_request_stale(request);
    else if (reply->outcome.is_refused)
        refuse_by_policy(request, esc_text_from(reply->outcome.note), reply->outcome.is_forbidden);
    if (request->answer.status != 0)
        return;
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 20);
    esc_outcome_json(&reply->outcome, &out);
    out.size--; /* the brace */
    esc_row_append(request, &out);
    esc_buf_char(&out, '}');
    esc_answer_json(&request->answer, 200, &out);
}

const EscHandler esc_handle_action = {
    .headers = esc_act_headers,
    .parse = parse_action,
    .decided = esc_request_row,
    .committed = esc_request_answer_act,
    .has_reserve = true,
    .may_be_empty = true,
    .body_bytes_max = ESC_ACTION_BYTES_MAX,
};

const EscHandler esc_handle_clock = {
    .headers = esc_act_headers,
    .parse = parse_clock,
    .committed = esc_request_answer_act,
    .has_reserve = true,
    .may_be_empty = true,
    .body_bytes_max = ESC_ACTION_BYTES_MAX,
};
