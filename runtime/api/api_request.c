/* api_request.c - what all handlers need of a request: refusals, room in the queue, ids and outcomes as texts.
 *
 * Not its job: how a request comes and goes (api.c). */
#include <stdio.h>

#include "api_internal.h"

/* --- refusals --------------------------------------------------------------------------------- */

void esc_request_refuse(EscRequest *request, unsigned http_status, const char *code,
                        const char *title, const char *place, const char *detail)
{
    esc_answer_problem(&request->answer, &(EscProblem){.status = http_status,
                                                       .code = code,
                                                       .title = title,
                                                       .place = place,
                                                       .detail = esc_text_from(detail)});
}

unsigned esc_api_http_status(EscStatus status)
{
    switch (status) {
    case ESC_OK:
    case ESC_DUPLICATE:
        return 200;
    case ESC_NOT_FOUND:
        return 404;
    case ESC_CONFLICT:
        return 409;
    case ESC_FORBIDDEN:
        return 403;
    case ESC_OVER_LIMIT:
        return 413;
    case ESC_BAD_INPUT:
    case ESC_BAD_ARGUMENT:
        return 422;
    case ESC_STORE_BUSY:
        return 503;
    default:
        return 500;
    }
}

void esc_request_fail(EscRequest *request, EscStatus status, const EscWhy *why)
{
    static const struct {
        EscStatus status;
        const char *code, *title;
    } rows[] = {
        {ESC_NOT_FOUND, "not_found", "There is no such thing"},
        {ESC_CONFLICT, "conflict", "The request does not fit the present state"},
        {ESC_FORBIDDEN, "forbidden", "This is not yours to do"},
        {ESC_OVER_LIMIT, "over_limit", "A limit was reached"},
        {ESC_BAD_INPUT, "bad_input", "The content of the request is wrong"},
        {ESC_BAD_ARGUMENT, "bad_input", "The content of the request is wrong"},
    };
    const char *code = "internal", *title = "The server failed";
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (rows[i].status == status) {
            code = rows[i].code;
            title = rows[i].title;
        }
    unsigned http_status = esc_api_http_status(status);
    esc_request_refuse(request, http_status, code, title, NULL,
                       http_status == 500 || why == NULL ? "" : why->text);
}

/* Not 429, which is the sender's fault: many senders of webhooks repeat what got a 5xx, and drop what got a 4xx. */
void esc_request_queue_full(EscRequest *request)
{
    esc_answer_header(&request->answer, "Retry-After", "1");
    esc_request_refuse(request, 503, "queue_full", "Too much is waiting already", NULL, "");
}

void esc_request_later(EscRequest *request)
{
    esc_answer_header(&request->answer, "Retry-After", "1");
    esc_request_refuse(request, 503, "no_memory", "The server is out of memory", NULL, "");
}

void esc_request_stopped(EscRequest *request, EscText reason)
{
    esc_answer_problem(&request->answer,
                       &(EscProblem){.status = 503,
                                     .code = "workspace_stopped",
                                     .title = "The workspace is stopped; only a restart opens it",
                                     .detail = reason});
}

bool esc_request_let_in(EscRequest *request, uint32_t count)
{
    if (count > request->let_in && !esc_shard_let_in(request->shard, count - request->let_in,
                                                     request->let_in, request->setup->queue_max)) {
        esc_request_queue_full(request);
        return false;
    }
    request->let_in = count > request->let_in ? count : request->let_in;
    return true;
}

/* --- texts ------------------------------------------------------------------------------------ */

bool esc_id_read(EscText digits, uint64_t *id)
{
    *id = 0;
    if (digits.size == 0 || digits.size > 18 || digits.data[0] == '0')
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        *id = *id * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return true;
}

bool esc_escalation_id_read(EscText text, uint64_t *id)
{
    *id = 0;
    return esc_text_starts_with(text, ESC_TEXT("E-")) &&
           esc_id_read((EscText){text.data + 2, text.size - 2}, id);
}

bool esc_request_path_escalation(EscRequest *request, uint64_t *id)
{
    if (esc_escalation_id_read(esc_buf_as_text(&request->parameter), id))
        return true;
    esc_request_refuse(request, 404, "not_found", "There is no such thing", NULL,
                       "an escalation's id looks like E-12");
    return false;
}
