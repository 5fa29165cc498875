/* http_answer.c - the parts of a request, and answers: JSON and problem documents (RFC 9457). */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "http/http_call.h"

#define PARAMETER_BYTES_MAX 1024

EscHttpMethod esc_http_method(const EscHttpCall *call)
{
    return call->method;
}

const char *esc_http_path(const EscHttpCall *call)
{
    return call->uri == NULL ? "" : call->uri;
}

const char *esc_http_header(const EscHttpCall *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

EscText esc_http_body(const EscHttpCall *call)
{
    return esc_buf_as_text(&call->body);
}

void **esc_http_note(EscHttpCall *call)
{
    return &call->note;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool esc_http_decode(EscText text, bool plus_is_space, EscBuf *out)
{
    size_t start = out->size;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.size ? hex_value(text.data[i + 1]) : -1;
            int low = i + 2 < text.size ? hex_value(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(unsigned char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        esc_buf_char(out, c);
    }
    EscText made = {(const char *)out->data + start, out->size - start};
    return out->status == ESC_OK && (made.size == 0 || esc_utf8_is_valid(made, NULL));
}

/* Next "name=value" of a query; false at its end. */
static bool next_parameter(const char **at, EscText *name, EscText *value)
{
    while (*at != NULL && **at == '&')
        ++*at;
    if (*at == NULL || **at == '\0')
        return false;
    size_t size = strcspn(*at, "&");
    const char *equals = memchr(*at, '=', size);
    *name = (EscText){*at, equals == NULL ? size : (size_t)(equals - *at)};
    *value = equals == NULL ? (EscText){0} : (EscText){equals + 1, size - name->size - 1};
    *at += size;
    return true;
}

EscStatus esc_http_query(const EscHttpCall *call, const char *wanted, EscBuf *out)
{
    EscStatus status = ESC_NOT_FOUND;
    const char *at = call->query;
    EscText name, value;
    while (next_parameter(&at, &name, &value)) {
        if (!esc_text_equal(name, esc_text_from(wanted)))
            continue;
        if (status == ESC_OK || value.size > PARAMETER_BYTES_MAX ||
            !esc_http_decode(value, true, out))
            return ESC_BAD_INPUT;
        status = ESC_OK;
    }
    return status;
}

void esc_http_each_query(const EscHttpCall *call, bool (*visit)(void *context, EscText name),
                         void *context)
{
    const char *at = call->query;
    EscText name, value;
    while (next_parameter(&at, &name, &value))
        if (!visit(context, name))
            return;
}

bool esc_http_is_answered(const EscHttpCall *call)
{
    return call->answered_status != 0;
}

void esc_http_add_header(EscHttpCall *call, const char *name, const char *value)
{
    ESC_ASSERT(call->headers_count < ESC_HTTP_HEADERS_MAX);
    call->headers[call->headers_count].name = name;
    (void)snprintf(call->headers[call->headers_count].value, sizeof(call->headers[0].value), "%s",
                   value);
    call->headers_count++;
}

void esc_http_answer(EscHttpCall *call, unsigned status, const char *type, EscText body)
{
    ESC_ASSERT(!esc_http_is_answered(call));
    call->response = MHD_create_response_from_buffer(
        body.size, (void *)(uintptr_t)(body.size == 0 ? "" : body.data), MHD_RESPMEM_MUST_COPY);
    ESC_ASSERT(call->response != NULL); /* out of memory: nothing can be told to anybody any more */
    call->answered_status = status;
    (void)MHD_add_response_header(call->response, "Content-Type",
                                  type == NULL ? "application/json" : type);
    (void)MHD_add_response_header(call->response, "Cache-Control", "no-store");
    (void)MHD_add_response_header(call->response, "X-Content-Type-Options", "nosniff");
    for (unsigned i = 0; i < call->headers_count; i++)
        (void)MHD_add_response_header(call->response, call->headers[i].name,
                                      call->headers[i].value);
    if (call->is_suspended) {
        call->is_suspended = false;
        MHD_resume_connection(call->connection);
    }
}

static void member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

void esc_http_problem(EscHttpCall *call, const EscProblem *problem)
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
    if (problem->index >= 0)
        esc_buf_printf(&out, ",\"index\":%lld", (long long)problem->index);
    esc_buf_char(&out, '}');
    if (problem->close)
        esc_http_add_header(call, "Connection", "close");
    esc_http_answer(call, problem->status, "application/problem+json", esc_buf_as_text(&out));
    esc_buf_release(&out);
}
