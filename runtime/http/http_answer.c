/* http_answer.c - the parts of a request, and answers: JSON and problem documents (RFC 9457). */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_call.h"

#define PARAMETER_BYTES_MAX 4096
#define LOCATION_BYTES_MAX 16384

EscHttpMethod esc_http_method(const EscHttpCall *call)
{
    return call->method;
}

bool esc_http_is_tls(const EscHttpCall *call)
{
    return call->is_tls;
}

const char *esc_http_path(const EscHttpCall *call)
{
    return call->uri == NULL ? "" : call->uri;
}

const char *esc_http_header(const EscHttpCall *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

typedef struct HeaderVisit {
    bool (*visit)(void *context, EscText name, EscText value);
    void *context;
} HeaderVisit;

static enum MHD_Result visit_header(void *context, enum MHD_ValueKind kind, const char *name,
                                    size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    const HeaderVisit *visit = context;
    EscText said = {value, value == NULL ? 0 : value_size};
    return visit->visit(visit->context, (EscText){name, name_size}, said) ? MHD_YES : MHD_NO;
}

void esc_http_each_header(const EscHttpCall *call,
                          bool (*visit)(void *context, EscText name, EscText value), void *context)
{
    HeaderVisit each = {.visit = visit, .context = context};
    (void)MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, visit_header, &each);
}

const char *esc_http_query(const EscHttpCall *call)
{
    return call->query;
}

void esc_http_limit_body(EscHttpCall *call, size_t bytes_max)
{
    if (bytes_max >= call->max_body)
        return;
    call->max_body = bytes_max;
    call->body.size_max = bytes_max;
    const char *length = esc_http_header(call, "Content-Length");
    if (length != NULL && strtoull(length, NULL, 10) > bytes_max)
        esc_http_refuse_size(call);
}

void esc_http_take_body(EscHttpCall *call, EscBuf *out)
{
    *out = call->body;
    esc_buf_init(&call->body, call->max_body);
}

void **esc_http_note(EscHttpCall *call)
{
    return &call->note;
}

EscStatus esc_query_get(const char *query, const char *wanted, EscBuf *out)
{
    EscStatus status = ESC_NOT_FOUND;
    EscText rest = esc_text_from(query), name, value;
    while (esc_form_next_coded(&rest, &name, &value)) {
        if (!esc_text_equal(name, esc_text_from(wanted)))
            continue;
        if (status == ESC_OK || value.size > PARAMETER_BYTES_MAX ||
            !esc_percent_decode(value, true, out))
            return ESC_BAD_INPUT;
        status = ESC_OK;
    }
    return status;
}

void esc_query_each(const char *query, bool (*visit)(void *context, EscText name), void *context)
{
    EscText rest = esc_text_from(query), name, value;
    while (esc_form_next_coded(&rest, &name, &value))
        if (!visit(context, name))
            return;
}

/* --- answers ---------------------------------------------------------------------------------- */

void esc_answer_header(EscAnswer *answer, const char *name, const char *value)
{
    ESC_ASSERT(answer->headers_count < ESC_ANSWER_HEADERS_MAX);
    answer->headers[answer->headers_count].name = name;
    (void)snprintf(answer->headers[answer->headers_count].value, sizeof(answer->headers[0].value),
                   "%s", value);
    answer->headers_count++;
}

void esc_answer_location(EscAnswer *answer, EscText url)
{
    esc_buf_init(&answer->location, LOCATION_BYTES_MAX);
    esc_buf_text(&answer->location, url);
    esc_buf_char(&answer->location, '\0');
}

void esc_answer_json(EscAnswer *answer, unsigned status, EscBuf *body)
{
    ESC_ASSERT(answer->status == 0);
    answer->status = status;
    answer->body = *body;
    esc_buf_init(body, 0);
}

static void member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

void esc_answer_problem(EscAnswer *answer, const EscProblem *problem)
{
    EscBuf out;
    esc_buf_init(&out, 16384);
    esc_buf_printf(&out, "{\"type\":\"urn:escal:problem:%s\"", problem->code);
    member(&out, "title", esc_text_from(problem->title));
    esc_buf_printf(&out, ",\"status\":%u", problem->status);
    if (problem->detail.size > 0)
        member(&out, "detail", problem->detail);
    member(&out, "code", esc_text_from(problem->code));
    if (problem->place != NULL)
        member(&out, "place", esc_text_from(problem->place));
    if (problem->has_index)
        esc_buf_printf(&out, ",\"index\":%u", problem->index);
    esc_buf_char(&out, '}');
    if (problem->close)
        esc_answer_header(answer, "Connection", "close");
    answer->type = "application/problem+json";
    esc_answer_json(answer, problem->status, &out);
}

void esc_answer_release(EscAnswer *answer)
{
    esc_buf_release(&answer->body);
    esc_buf_release(&answer->location);
}

/* --- sending ---------------------------------------------------------------------------------- */

bool esc_http_is_answered(const EscHttpCall *call)
{
    return call->answered_status != 0;
}

/* The library frees a body that it was given; an empty one it must not be given at all. */
static struct MHD_Response *response_of(EscAnswer *answer)
{
    static char nothing[1];
    if (answer->body.size == 0)
        return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.size, answer->body.data, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        esc_buf_init(&answer->body, 0);
    return response;
}

/* What every answer says that says nothing else of it: nothing of it is kept, run or shown within another page. */
static const struct {
    const char *name, *value;
} usual_headers[] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

static bool has_header(const EscAnswer *answer, const char *name)
{
    for (unsigned i = 0; i < answer->headers_count; i++)
        if (strcasecmp(answer->headers[i].name, name) == 0)
            return true;
    return false;
}

void esc_http_send(EscHttpCall *call, EscAnswer *answer)
{
    ESC_ASSERT(!esc_http_is_answered(call));
    ESC_ASSERT(answer->status != 0);
    call->response = response_of(answer);
    ESC_ASSERT(call->response != NULL); /* out of memory: nothing can be told to anybody any more */
    call->answered_status = answer->status;
    (void)MHD_add_response_header(call->response, "Content-Type",
                                  answer->type == NULL ? "application/json" : answer->type);
    for (size_t i = 0; i < ESC_COUNT_OF(usual_headers); i++)
        if (!has_header(answer, usual_headers[i].name))
            (void)MHD_add_response_header(call->response, usual_headers[i].name,
                                          usual_headers[i].value);
    if (answer->location.size > 0 && answer->location.status == ESC_OK)
        (void)MHD_add_response_header(call->response, "Location",
                                      (const char *)answer->location.data);
    if (call->is_tls)
        (void)MHD_add_response_header(call->response, "Strict-Transport-Security",
                                      "max-age=31536000");
    for (unsigned i = 0; i < answer->headers_count; i++)
        (void)MHD_add_response_header(call->response, answer->headers[i].name,
                                      answer->headers[i].value);
    esc_answer_release(answer);
    if (call->is_suspended) {
        call->is_suspended = false;
        MHD_resume_connection(call->connection);
    }
}

void esc_http_problem(EscHttpCall *call, const EscProblem *problem)
{
    EscAnswer answer = {0};
    esc_answer_problem(&answer, problem);
    esc_http_send(call, &answer);
}

void esc_http_refuse(EscHttpCall *call, unsigned status, const char *code, const char *title,
                     const char *place)
{
    esc_http_problem(
        call, &(EscProblem){
                  .status = status, .code = code, .title = title, .place = place, .close = true});
}

void esc_http_refuse_size(EscHttpCall *call)
{
    esc_http_refuse(call, 413, "body_too_large", "The body is too large", NULL);
}
