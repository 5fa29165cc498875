/* api_events.c - POST /v1/events: one CloudEvent, in structured or binary mode, or a batch, parsed against the workspace's
 * schema in its ingest lane, before anything of it gets a turn.
 *
 * A bad event is refused and named, and the others of its batch are taken: a sender repeats a
 * request that was not taken as a whole, and would bring the same event again for ever. */
#include <string.h>
#include <strings.h>

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

/* --- binary mode ------------------------------------------------------------------------------ */

typedef struct Attributes {
    EscRequest *request;
    uint32_t count;
} Attributes;

static bool take_attribute(void *context, EscText name, EscText value)
{
    Attributes *taken = context;
    EscArena *arena = taken->request->arena;
    if (name.size <= 3 || strncasecmp(name.data, "ce-", 3) != 0)
        return true;
    if (taken->count < ESC_EVENT_HEADERS_MAX)
        taken->request->attributes[taken->count] =
            (EscEventHeader){esc_arena_text(arena, (EscText){name.data + 3, name.size - 3}),
                             esc_arena_text(arena, value)};
    taken->count++;
    return true;
}

bool esc_request_take_binary(EscRequest *request)
{
    const char *type = esc_http_header(request->http, "Content-Type");
    bool is_structured = type != NULL && strncasecmp(type, "application/cloudevents", 23) == 0;
    if (is_structured || esc_http_header(request->http, "ce-specversion") == NULL)
        return false;
    Attributes taken = {.request = request};
    request->attributes =
        esc_arena_alloc_array(request->arena, ESC_EVENT_HEADERS_MAX, sizeof(EscEventHeader));
    if (request->attributes != NULL)
        esc_http_each_header(request->http, take_attribute, &taken);
    request->attributes_count = taken.count;
    request->type = esc_arena_text(request->arena, esc_text_from(type));
    if (taken.count > ESC_EVENT_HEADERS_MAX)
        esc_request_refuse(request, 413, "over_limit", "An event has too many attributes", NULL,
                           "");
    else if (esc_arena_failed(request->arena))
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
    return true;
}

/* --- parsing ---------------------------------------------------------------------------------- */

static void refuse_event(EscRequest *request, EscStatus status, EscText detail, uint32_t index)
{
    esc_answer_problem(&request->answer,
                       &(EscProblem){.status = status == ESC_OVER_LIMIT ? 413 : 422,
                                     .code = status == ESC_OVER_LIMIT ? "over_limit" : "bad_event",
                                     .title = "An event is wrong; none of the request was taken",
                                     .detail = detail,
                                     .has_index = true,
                                     .index = index});
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
    refuse_event(request, status, esc_text_from(why->text), (uint32_t)why->offset);
}

static void answer_nothing(EscRequest *request)
{
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_buf_string(&out, "{\"events\":[]}");
    esc_answer_json(&request->answer, 200, &out);
}

static uint32_t count_good(const EscRequest *request)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < request->events_count; i++)
        count += request->events[i].status == ESC_OK;
    return count;
}

static void make_inputs(EscRequest *request, uint32_t count)
{
    EscInput *inputs = esc_arena_alloc_array(request->arena, count, sizeof(*inputs));
    if (inputs == NULL) {
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
        return;
    }
    for (uint32_t i = 0, at = 0; i < request->events_count; i++)
        if (request->events[i].status == ESC_OK)
            inputs[at++] = (EscInput){.kind = ESC_INPUT_EVENT, .event = &request->events[i].event};
    request->job.inputs = inputs;
    request->job.inputs_count = count;
}

static void take_parsed(EscRequest *request)
{
    uint32_t good = count_good(request);
    const EscParsedEvent *first = request->events;
    if (request->events_count == 0)
        answer_nothing(request);
    else if (good == 0)
        refuse_event(request, first->status, first->why, 0);
    else if (esc_request_let_in(request, good))
        make_inputs(request, good);
}

static void parse_events(EscRequest *request, const EscProgram *program)
{
    EscText body = esc_buf_as_text(&request->body);
    char first = first_byte(body);
    if (request->attributes == NULL && !form_fits_type(request, first)) {
        esc_request_refuse(request, 400,
                           first == '{' || first == '[' ? "form_mismatch" : "malformed_json",
                           "The body must be one event or a list of events, as its type says",
                           "header:Content-Type", "");
        return;
    }
    EscWhy why = {.text = ""};
    EscStatus status = ESC_OK;
    if (request->attributes != NULL)
        status = esc_event_from_binary(request->arena, request->attributes,
                                       request->attributes_count, request->type, body, &body, &why);
    if (status == ESC_OK)
        status = esc_event_parse_batch(request->arena, program, body, &request->events,
                                       &request->events_count, &why);
    esc_buf_release(&request->body); /* the events are copies */
    if (status != ESC_OK)
        refuse_parse(request, status, &why);
    else
        take_parsed(request);
}

/* --- after the turn --------------------------------------------------------------------------- */

static void write_notes(EscBuf *out, const EscEvent *event)
{
    esc_buf_string(out, ",\"notes\":[");
    for (uint32_t i = 0; i < event->notes_count; i++) {
        esc_buf_string(out, i > 0 ? "," : "");
        esc_json_text(out, event->notes[i]);
    }
    esc_buf_char(out, ']');
    if (event->notes_left_out > 0)
        esc_buf_printf(out, ",\"notes_left_out\":%u", event->notes_left_out);
}

static void write_event_result(EscBuf *out, const EscParsedEvent *parsed, const EscReply *reply)
{
    const EscEvent *event = &parsed->event;
    EscStatus status = reply == NULL ? parsed->status : reply->status;
    bool is_fine = status == ESC_OK || status == ESC_DUPLICATE;
    esc_buf_string(out, "{\"source\":");
    esc_json_text(out, event->source);
    esc_buf_string(out, ",\"id\":");
    esc_json_text(out, event->id);
    esc_buf_printf(out, ",\"status\":\"%s\"",
                   status == ESC_OK          ? "accepted"
                   : status == ESC_DUPLICATE ? "duplicate"
                                             : "refused");
    if (status == ESC_OK) {
        esc_buf_char(out, ',');
        esc_outcome_write(out, &reply->outcome);
    }
    if (status == ESC_OK && event->notes_count > 0)
        write_notes(out, event);
    if (!is_fine) {
        esc_buf_string(out, ",\"detail\":");
        esc_json_text(out, reply == NULL ? parsed->why : esc_text_from(reply->why.text));
    }
    esc_buf_char(out, '}');
}

/* What became of a request's events. `replies` has those of the events that got a turn, in order. */
typedef struct Tally {
    bool has_new, has_known, has_refused;
} Tally;

static Tally count_up(const EscRequest *request, const EscReply *replies)
{
    Tally tally = {.has_refused = request->job.inputs_count < request->events_count};
    for (size_t i = 0; i < request->job.inputs_count; i++) {
        tally.has_new = tally.has_new || replies[i].status == ESC_OK;
        tally.has_known = tally.has_known || replies[i].status == ESC_DUPLICATE;
        tally.has_refused = tally.has_refused ||
                            (replies[i].status != ESC_OK && replies[i].status != ESC_DUPLICATE);
    }
    return tally;
}

/* 207 when some were refused: it is a success, so that nobody sends the batch again, and no plain one. */
static unsigned status_of(Tally tally)
{
    if (tally.has_refused)
        return 207;
    return tally.has_new ? 202 : 200;
}

static void answer_events(EscRequest *request, const EscReply *replies)
{
    Tally tally = count_up(request, replies);
    if (!tally.has_new && !tally.has_known) {
        esc_request_fail(request, replies[0].status, &replies[0].why);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, (size_t)64 << 20);
    esc_buf_string(&out, "{\"events\":[");
    for (uint32_t i = 0, at = 0; i < request->events_count; i++) {
        bool has_reply = request->events[i].status == ESC_OK;
        esc_buf_string(&out, i > 0 ? "," : "");
        write_event_result(&out, &request->events[i], has_reply ? &replies[at] : NULL);
        at += has_reply;
    }
    esc_buf_string(&out, "]}");
    esc_answer_json(&request->answer, status_of(tally), &out);
}

const EscHandler esc_handle_events = {
    .parse = parse_events,
    .committed = answer_events,
    .parses_apart = true,
    .takes_webhooks = true,
    .takes_binary = true,
    .types = " application/cloudevents+json application/cloudevents-batch+json ",
};
