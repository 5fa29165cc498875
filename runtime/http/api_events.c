/* api_events.c - POST /v1/events: one CloudEvent or a batch, parsed against the workspace's
 * schema before anything is queued.
 *
 * A batch is taken whole or not at all: the first bad event refuses the request and is named by
 * its index. */
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "http/api_internal.h"

static bool is_json(EscText body)
{
    if (body.size > 0 && memchr(body.data, '\0', body.size) != NULL)
        return false; /* which jansson overlooks behind a number */
    json_t *root = json_loadb(body.data == NULL ? "" : body.data, body.size,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    json_decref(root);
    return root != NULL;
}

static char first_byte(EscText body)
{
    for (size_t i = 0; i < body.size; i++)
        if (strchr(" \t\r\n", body.data[i]) == NULL)
            return body.data[i];
    return '\0';
}

/* application/cloudevents+json is one event, -batch+json a list; application/json may be either. */
static bool form_fits_type(EscApiCall *call, char first)
{
    const char *type = esc_http_header(call->http, "Content-Type");
    bool wants_one = type != NULL && strncasecmp(type, "application/cloudevents+json", 28) == 0;
    bool wants_list =
        type != NULL && strncasecmp(type, "application/cloudevents-batch+json", 34) == 0;
    return (first == '{' && !wants_list) || (first == '[' && !wants_one);
}

static void refuse_parse(EscApiCall *call, EscStatus status, const EscWhy *why)
{
    if (status == ESC_BAD_INPUT && !is_json(esc_http_body(call->http))) {
        esc_api_refuse(call, 400, "malformed_json", "The body is not JSON", NULL, why->text);
        return;
    }
    if (status != ESC_BAD_INPUT && status != ESC_OVER_LIMIT && status != ESC_NOT_FOUND) {
        esc_api_fail(call, status, why);
        return;
    }
    esc_http_problem(call->http,
                     &(EscProblem){.status = status == ESC_OVER_LIMIT ? 413 : 422,
                                   .code = status == ESC_OVER_LIMIT ? "over_limit" : "bad_event",
                                   .title = "An event is wrong; none of the request was taken",
                                   .detail = esc_text_from(why->text),
                                   .index = (int64_t)why->offset});
}

void esc_api_events(EscApiCall *call)
{
    EscText body = esc_http_body(call->http);
    if (!form_fits_type(call, first_byte(body))) {
        bool is_other_form = first_byte(body) == '{' || first_byte(body) == '[';
        esc_api_refuse(call, 400, is_other_form ? "form_mismatch" : "malformed_json",
                       "The body must be one event or a list of events, as its type says",
                       "header:Content-Type", "");
        return;
    }
    EscWhy why = {.text = ""};
    const EscProgram *program = esc_engine_program(esc_service_engine(call->workspace->service));
    EscStatus status =
        esc_event_parse_batch(call->arena, program, body, &call->events, &call->events_count, &why);
    if (status != ESC_OK) {
        refuse_parse(call, status, &why);
        return;
    }
    if (call->events_count == 0) {
        esc_http_answer(call->http, 200, NULL, ESC_TEXT("{\"events\":[]}"));
        return;
    }
    call->inputs = esc_arena_alloc_array(call->arena, call->events_count, sizeof(EscInput));
    if (call->inputs == NULL) {
        esc_api_fail(call, ESC_NO_MEMORY, NULL);
        return;
    }
    for (uint32_t i = 0; i < call->events_count; i++)
        call->inputs[i] = (EscInput){.kind = ESC_INPUT_EVENT, .event = &call->events[i]};
    esc_api_enqueue(call, call->inputs, call->events_count, false);
}
