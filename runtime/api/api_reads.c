/* api_reads.c - tickets, audit and outbox are read. GET never changes anything.
 * What belongs to an escalation is in api_escalations.c.
 *
 * Answers come from the engine for what is open and from the store for lists and history; both
 * show the last committed turn. */
#include <stdio.h>
#include <string.h>

#include "api_internal.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 20)
#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000

void esc_request_refuse_parameter(EscRequest *request, const char *name, const char *detail)
{
    char place[64];
    (void)snprintf(place, sizeof(place), "query:%s", name);
    esc_request_refuse(request, 400, "bad_parameter", "A parameter of the query is wrong", place,
                       detail);
}

bool esc_request_text(EscRequest *request, const char *name, EscText *out)
{
    EscBuf buf;
    esc_buf_init(&buf, 1024);
    EscStatus status = esc_query_get(request->query.data, name, &buf);
    *out = status == ESC_OK ? esc_arena_text(request->arena, esc_buf_as_text(&buf)) : (EscText){0};
    esc_buf_release(&buf);
    if (status == ESC_OK || status == ESC_NOT_FOUND)
        return true;
    esc_request_refuse_parameter(request, name, "is there twice or badly encoded");
    return false;
}

bool esc_request_number(EscRequest *request, const char *name, uint64_t preset, uint64_t max,
                        uint64_t *out)
{
    EscText text;
    if (!esc_request_text(request, name, &text))
        return false;
    *out = text.size == 0 ? preset : 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || text.size > 18) {
            esc_request_refuse_parameter(request, name, "must be a whole number");
            return false;
        }
        *out = *out * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (*out > max)
        esc_request_refuse_parameter(request, name, "is too big");
    return *out <= max;
}

bool esc_request_escalation(EscRequest *request, const char *name, uint64_t *out)
{
    EscText text;
    if (!esc_request_text(request, name, &text))
        return false;
    *out = 0;
    if (text.size == 0 || esc_escalation_id_read(text, out))
        return true;
    esc_request_refuse_parameter(request, name, "an escalation's id looks like E-12");
    return false;
}

bool esc_request_limit(EscRequest *request, size_t *limit)
{
    uint64_t number = 0;
    if (!esc_request_number(request, "limit", LIMIT_DEFAULT, LIMIT_MAX, &number))
        return false;
    *limit = number == 0 ? 1 : (size_t)number;
    return true;
}

void esc_api_items_open(EscApiItems *items)
{
    *items = (EscApiItems){.count = 0};
    esc_buf_init(&items->out, ANSWER_BYTES_MAX);
    esc_buf_string(&items->out, "{\"items\":[");
}

void esc_api_items_answer(EscRequest *request, EscApiItems *items, EscStatus status, EscWhy *why)
{
    esc_buf_char(&items->out, ']');
    if (items->you.size > 0) {
        esc_buf_string(&items->out, ",\"you\":");
        esc_json_text(&items->out, items->you);
    }
    if (items->now_ms != 0) {
        esc_buf_string(&items->out, ",\"now\":\"");
        esc_time_write(&items->out, items->now_ms);
        esc_buf_char(&items->out, '"');
    }
    if (items->next.size > 0) {
        esc_buf_string(&items->out, ",\"next\":");
        esc_json_text(&items->out, items->next);
    }
    esc_buf_char(&items->out, '}');
    if (status == ESC_OK && items->out.status != ESC_OK)
        status = esc_why(why, items->out.status, "", 0,
                         "the answer is larger than its limit: ask for less");
    if (status != ESC_OK)
        esc_request_fail(request, status, why);
    else
        esc_answer_json(&request->answer, 200, &items->out);
    esc_buf_release(&items->out);
}

static void answer_tickets(EscRequest *request, EscService *service)
{
    EscTicketFilter filter = {.limit = 0};
    if (!esc_request_text(request, "after", &filter.after) ||
        !esc_request_limit(request, &filter.limit))
        return;
    EscWhy why = {.text = ""};
    EscApiItems items;
    esc_api_items_open(&items);
    esc_api_items_answer(
        request, &items,
        esc_store_tickets(esc_service_store(service), &filter, esc_api_ticket_item, &items, &why),
        &why);
}

static void answer_audit(EscRequest *request, EscService *service)
{
    EscAuditFilter filter = {.limit = 0};
    if (!esc_request_text(request, "ticket", &filter.ticket) ||
        !esc_request_escalation(request, "escalation", &filter.escalation) ||
        !esc_request_number(request, "after", 0, INT64_MAX, &filter.after) ||
        !esc_request_limit(request, &filter.limit))
        return;
    EscWhy why = {.text = ""};
    EscApiItems items;
    esc_api_items_open(&items);
    esc_api_items_answer(
        request, &items,
        esc_store_audit(esc_service_store(service), &filter, esc_api_audit_item, &items, &why),
        &why);
}

/* --- single things ---------------------------------------------------------------------------- */

EscStatus esc_api_ticket_find(EscRequest *request, EscService *service, EscText id,
                              EscTicketRow *row, EscWhy *why)
{
    EscEngine *engine = esc_service_engine(service);
    EscStore *store = esc_service_store(service);
    if (esc_engine_find_ticket(engine, id, row))
        return ESC_OK;
    EscStatus status = esc_store_ticket_get(store, id, request->arena, row, why);
    EscText linked = status == ESC_OK ? esc_ticket_stands_for(row->body) : (EscText){0};
    if (linked.size == 0)
        return status;
    linked = esc_arena_text(request->arena, linked);
    return esc_engine_find_ticket(engine, linked, row)
               ? ESC_OK
               : esc_store_ticket_get(store, linked, request->arena, row, why);
}

bool esc_request_finds_escalation(EscRequest *request, EscService *service, uint64_t id)
{
    EscEscalationRow row;
    EscWhy why = {.text = ""};
    EscStatus status =
        esc_store_escalation_get(esc_service_store(service), id, request->arena, &row, &why);
    if (status != ESC_OK)
        esc_request_fail(request, status, &why);
    return status == ESC_OK;
}

static void answer_ticket(EscRequest *request, EscService *service)
{
    EscTicketRow row;
    EscWhy why = {.text = ""};
    EscText id = esc_buf_as_text(&request->parameter);
    EscStatus status = esc_api_ticket_find(request, service, id, &row, &why);
    if (status != ESC_OK) {
        esc_request_fail(request, status, &why);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, ANSWER_BYTES_MAX);
    esc_api_ticket_write(&out, &row, esc_service_now_ms(service));
    esc_answer_json(&request->answer, 200, &out);
}

const EscHandler esc_handle_tickets = {.look = answer_tickets};
const EscHandler esc_handle_ticket = {.look = answer_ticket};
const EscHandler esc_handle_audit = {.look = answer_audit};
