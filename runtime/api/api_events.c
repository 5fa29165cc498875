/* api_events.c - POST /v1/events: one CloudEvent or a batch, parsed against the workspace's
 * schema in its ingest lane, before anything of it gets a turn.
 *
 * A batch is taken whole or not at all: the first bad event refuses the request and is named by
 * its index. */
#include <string.h>

#include "api_internal.h"

static char first_byte(EscText body)
{
    for (size_t i = 0; i < body.size; i++)
        if (strchr(" \t\r\n", body.data[i]) == NULL)
            return body.data[i];
    return '\0';
}

/* application/cloudevents+json is one event, -batch+json a list; application/json may be either. */
static bool form_fits_type(const EscRequest *request, char first)
{
    bool wants_one = request->type.size == 28; /* one of the three */
    bool wants_list = request->type.size > 28;
    return (first == '{' && !wants_list) || (first == '[' && !wants_one);
}

static void refuse_parse(EscRequest *request, EscStatus status, const EscWhy *why)
{
    if (status == ESC_BAD_INPUT && strcmp(why->check, "JSON") == 0) {
        esc_request_refuse(request, 400, "malformed_json", "The body is not JSON", NULL, why->text);
        return;
    }
    if (status != ESC_BAD_INPUT && status != ESC_OVER_LIMIT && status != ESC_NOT_FOUND) {
        esc_request_fail(request, status, why);
        return;
    }
    esc_answer_problem(&request->answer,
                       &(EscProblem){.status = status == ESC_OVER_LIMIT ? 413 : 422,
                                     .code = status == ESC_OVER_LIMIT ? "over_limit" : "bad_event",
                                     .title = "An event is wrong; none of the request was taken",
                                     .detail = esc_text_from(why->text),
                                     .index = (int64_t)why->offset});
}

static void answer_nothing(EscRequest *request)
{
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_buf_string(&out, "{\"events\":[]}");
    esc_answer_json(&request->answer, 200, &out);
}

static void make_inputs(EscRequest *request)
{
    EscInput *inputs =
        esc_arena_alloc_array(request->arena, request->events_count, sizeof(*inputs));
    if (inputs == NULL) {
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
        return;
    }
    for (uint32_t i = 0; i < request->events_count; i++)
        inputs[i] = (EscInput){.kind = ESC_INPUT_EVENT, .event = &request->events[i]};
    request->job.inputs = inputs;
    request->job.inputs_count = request->events_count;
}

static void parse_events(EscRequest *request, const EscProgram *program)
{
    EscText body = esc_buf_as_text(&request->body);
    char first = first_byte(body);
    if (!form_fits_type(request, first)) {
        esc_request_refuse(request, 400,
                           first == '{' || first == '[' ? "form_mismatch" : "malformed_json",
                           "The body must be one event or a list of events, as its type says",
                           "header:Content-Type", "");
        return;
    }
    EscWhy why = {.text = ""};
    EscStatus status = esc_event_parse_batch(request->arena, program, body, &request->events,
                                             &request->events_count, &why);
    esc_buf_release(&request->body); /* the events are copies */
    if (status != ESC_OK)
        refuse_parse(request, status, &why);
    else if (request->events_count == 0)
        answer_nothing(request);
    else if (esc_request_let_in(request, request->events_count))
        make_inputs(request);
}

/* --- after the turn --------------------------------------------------------------------------- */

static void write_event_result(EscBuf *out, const EscEvent *event, const EscReply *reply)
{
    bool is_fine = reply->status == ESC_OK || reply->status == ESC_DUPLICATE;
    esc_buf_string(out, "{\"source\":");
    esc_json_text(out, event->source);
    esc_buf_string(out, ",\"id\":");
    esc_json_text(out, event->id);
    esc_buf_printf(out, ",\"status\":\"%s\"",
                   reply->status == ESC_OK          ? "accepted"
                   : reply->status == ESC_DUPLICATE ? "duplicate"
                                                    : "refused");
    if (reply->status == ESC_OK) {
        esc_buf_char(out, ',');
        esc_outcome_write(out, &reply->outcome);
    }
    if (!is_fine) {
        esc_buf_string(out, ",\"detail\":");
        esc_json_text(out, esc_text_from(reply->why.text));
    }
    esc_buf_char(out, '}');
}

/* 202 when something was new, 200 when all was known already; a refusal of them all has the
 * first one's status. */
static void answer_events(EscRequest *request, const EscReply *replies)
{
    bool has_new = false, has_known = false;
    for (uint32_t i = 0; i < request->events_count; i++) {
        has_new = has_new || replies[i].status == ESC_OK;
        has_known = has_known || replies[i].status == ESC_DUPLICATE;
    }
    if (!has_new && !has_known && request->events_count > 0) {
        esc_request_fail(request, replies[0].status, &replies[0].why);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, (size_t)64 << 20);
    esc_buf_string(&out, "{\"events\":[");
    for (uint32_t i = 0; i < request->events_count; i++) {
        if (i > 0)
            esc_buf_char(&out, ',');
        write_event_result(&out, &request->events[i], &replies[i]);
    }
    esc_buf_string(&out, "]}");
    esc_answer_json(&request->answer, has_new ? 202 : 200, &out);
}

const EscHandler esc_handle_events = {
    .parse = parse_events,
    .committed = answer_events,
    .parses_apart = true,
    .types = " application/cloudevents+json application/cloudevents-batch+json ",
};
