/* api_reads.c - everything that is only read: tickets, escalations, audit, outbox. GET
 * never changes anything.
 *
 * Answers come from the engine for what is open and from the store for lists and history; both
 * show the last committed turn. */
#include <stdio.h>
#include <string.h>

#include "api_internal.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 20)
#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000

static void refuse_parameter(EscRequest *request, const char *name, const char *detail)
{
    char place[64];
    (void)snprintf(place, sizeof(place), "query:%s", name);
    esc_request_refuse(request, 400, "bad_parameter", "A parameter of the query is wrong", place,
                       detail);
}

/* A text parameter; empty when it is not there. False: refused. */
static bool query_text(EscRequest *request, const char *name, EscText *out)
{
    EscBuf buf;
    esc_buf_init(&buf, 1024);
    EscStatus status = esc_query_get(request->query.data, name, &buf);
    *out = status == ESC_OK ? esc_arena_text(request->arena, esc_buf_as_text(&buf)) : (EscText){0};
    esc_buf_release(&buf);
    if (status == ESC_OK || status == ESC_NOT_FOUND)
        return true;
    refuse_parameter(request, name, "is there twice or badly encoded");
    return false;
}

static bool query_number(EscRequest *request, const char *name, uint64_t preset, uint64_t max,
                         uint64_t *out)
{
    EscText text;
    if (!query_text(request, name, &text))
        return false;
    *out = text.size == 0 ? preset : 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || text.size > 18) {
            refuse_parameter(request, name, "must be a whole number");
            return false;
        }
        *out = *out * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (*out > max)
        refuse_parameter(request, name, "is too big");
    return *out <= max;
}

static bool query_escalation(EscRequest *request, const char *name, uint64_t *out)
{
    EscText text;
    if (!query_text(request, name, &text))
        return false;
    *out = 0;
    if (text.size == 0 || esc_escalation_id_read(text, out))
        return true;
    refuse_parameter(request, name, "an escalation's id looks like E-12");
    return false;
}

static bool query_limit(EscRequest *request, size_t *limit)
{
    uint64_t number = 0;
    if (!query_number(request, "limit", LIMIT_DEFAULT, LIMIT_MAX, &number))
        return false;
    *limit = number == 0 ? 1 : (size_t)number;
    return true;
}

static void items_open(EscApiItems *items)
{
    *items = (EscApiItems){.count = 0};
    esc_buf_init(&items->out, ANSWER_BYTES_MAX);
    esc_buf_string(&items->out, "{\"items\":[");
}

/* Answers with the list, or with what went wrong while the store gave it. */
static void items_answer(EscRequest *request, EscApiItems *items, EscStatus status, EscWhy *why)
{
    esc_buf_string(&items->out, "]}");
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
    if (!query_text(request, "after", &filter.after) || !query_limit(request, &filter.limit))
        return;
    EscWhy why = {.text = ""};
    EscApiItems items;
    items_open(&items);
    items_answer(
        request, &items,
        esc_store_tickets(esc_service_store(service), &filter, esc_api_ticket_item, &items, &why),
        &why);
}

static void answer_escalations(EscRequest *request, EscService *service)
{
    EscText state;
    EscEscalationFilter filter = {.limit = 0};
    if (!query_text(request, "state", &state) || !query_text(request, "ticket", &filter.ticket) ||
        !query_escalation(request, "before", &filter.before) ||
        !query_limit(request, &filter.limit))
        return;
    filter.has_state = state.size > 0;
    if (filter.has_state && !esc_state_find(state, &filter.state)) {
        refuse_parameter(request, "state", "must be open, closing, parked or closed");
        return;
    }
    EscWhy why = {.text = ""};
    EscApiItems items;
    items_open(&items);
    items_answer(request, &items,
                 esc_store_escalations(esc_service_store(service), &filter, esc_api_escalation_item,
                                       &items, &why),
                 &why);
}

static void answer_audit(EscRequest *request, EscService *service)
{
    EscAuditFilter filter = {.limit = 0};
    if (!query_text(request, "ticket", &filter.ticket) ||
        !query_escalation(request, "escalation", &filter.escalation) ||
        !query_number(request, "after", 0, INT64_MAX, &filter.after) ||
        !query_limit(request, &filter.limit))
        return;
    EscWhy why = {.text = ""};
    EscApiItems items;
    items_open(&items);
    items_answer(
        request, &items,
        esc_store_audit(esc_service_store(service), &filter, esc_api_audit_item, &items, &why),
        &why);
}

static void answer_outbox(EscRequest *request, EscService *service)
{
    EscText state;
    EscOutboxFilter filter = {.limit = 0};
    if (!query_text(request, "state", &state) ||
        !query_number(request, "before", 0, INT64_MAX, &filter.before) ||
        !query_limit(request, &filter.limit))
        return;
    filter.has_state = state.size > 0;
    if (filter.has_state && !esc_delivery_state_find(state, &filter.state)) {
        refuse_parameter(request, "state",
                         "must be queued, accepted, delivered, seen, acked or dead");
        return;
    }
    EscWhy why = {.text = ""};
    EscApiItems items;
    items_open(&items);
    items_answer(
        request, &items,
        esc_store_outbox(esc_service_store(service), &filter, esc_api_outbox_item, &items, &why),
        &why);
}

/* --- single things ---------------------------------------------------------------------------- */

static void text_member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

static void time_member(EscBuf *out, const char *name, int64_t time_ms)
{
    esc_buf_printf(out, ",\"%s\":", name);
    if (time_ms == 0) {
        esc_buf_string(out, "null");
        return;
    }
    esc_buf_char(out, '"');
    esc_time_write(out, time_ms);
    esc_buf_char(out, '"');
}

/* JSON that the engine made already; `otherwise` stands for an empty text. */
static void json_member(EscBuf *out, const char *name, EscText json, const char *otherwise)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_buf_text(out, json.size > 0 ? json : esc_text_from(otherwise));
}

static void write_ticket(EscBuf *out, const EscTicketRow *row)
{
    EscApiBody shown;
    esc_api_body_open(&shown, row->body);
    esc_buf_string(out, "{\"id\":");
    esc_json_text(out, row->id);
    text_member(out, "title", row->title);
    text_member(out, "status", row->status);
    time_member(out, "created_at", row->created_at_ms);
    time_member(out, "updated_at", row->updated_at_ms);
    json_member(out, "fields", esc_buf_as_text(&shown.fields), "{}");
    json_member(out, "sla", esc_buf_as_text(&shown.sla), "null");
    esc_buf_char(out, '}');
    esc_api_body_close(&shown);
}

static void answer_ticket(EscRequest *request, EscService *service)
{
    EscTicketRow row;
    EscWhy why = {.text = ""};
    EscText id = esc_buf_as_text(&request->parameter);
    EscStatus status = ESC_OK;
    if (!esc_engine_find_ticket(esc_service_engine(service), id, &row))
        status = esc_store_ticket_get(esc_service_store(service), id, request->arena, &row, &why);
    if (status != ESC_OK) {
        esc_request_fail(request, status, &why);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, ANSWER_BYTES_MAX);
    write_ticket(&out, &row);
    esc_answer_json(&request->answer, 200, &out);
}

static void write_escalation(EscBuf *out, const EscEscalationView *view)
{
    esc_buf_printf(out, "{\"id\":\"E-%llu\"", (unsigned long long)view->id);
    text_member(out, "ticket", view->ticket);
    text_member(out, "ticket_title", view->ticket_title);
    text_member(out, "template", view->template_name);
    text_member(out, "template_title", view->template_title);
    text_member(out, "state", esc_text_from(esc_state_name(view->state)));
    text_member(out, "outcome", view->outcome);
    text_member(out, "owner", view->owner);
    text_member(out, "role", esc_text_from(esc_role_row_name(view->role)));
    esc_buf_printf(out, ",\"acked\":%s", view->is_acked ? "true" : "false");
    if (view->is_alarmed)
        esc_buf_string(out, ",\"alarm\":true");
    text_member(out, "step", view->step);
    text_member(out, "waiting_for", view->waiting_for);
    time_member(out, "opened_at", view->opened_at_ms);
    time_member(out, "closed_at", view->closed_at_ms);
    time_member(out, "next_due_at", view->next_due_ms);
    time_member(out, "ack_due_at", view->ack_due_ms);
    esc_buf_printf(out, ",\"handoffs\":%u,\"exceptions\":%u", view->handoffs, view->exceptions);
    text_member(out, "question", view->question);
    json_member(out, "answers", view->answers_json, "[]");
    json_member(out, "checks", view->checks_json, "[]");
    json_member(out, "changes", view->changes_json, "[]");
    esc_buf_char(out, '}');
}

/* The item of a list alone, when it is the escalation that was asked for. */
typedef struct Wanted {
    uint64_t id;
    EscApiItems items;
} Wanted;

static bool wanted_item(void *context, const EscEscalationRow *row)
{
    Wanted *wanted = context;
    return row->id != wanted->id || esc_api_escalation_item(&wanted->items, row);
}

/* An escalation that is closed and no longer in memory: its row of the list. */
static void answer_stored_escalation(EscRequest *request, EscService *service, uint64_t id)
{
    EscWhy why = {.text = ""};
    Wanted wanted = {.id = id};
    esc_buf_init(&wanted.items.out, ANSWER_BYTES_MAX);
    EscEscalationFilter filter = {.before = id + 1, .limit = 1};
    EscStatus status =
        esc_store_escalations(esc_service_store(service), &filter, wanted_item, &wanted, &why);
    if (status == ESC_OK && wanted.items.count == 0)
        status = esc_why(&why, ESC_NOT_FOUND, "", 0, "there is no escalation E-%llu",
                         (unsigned long long)id);
    if (status == ESC_OK)
        status = wanted.items.out.status;
    if (status != ESC_OK)
        esc_request_fail(request, status, &why);
    else
        esc_answer_json(&request->answer, 200, &wanted.items.out);
    esc_buf_release(&wanted.items.out);
}

static void answer_escalation(EscRequest *request, EscService *service)
{
    uint64_t id = 0;
    EscEscalationView view;
    if (!esc_escalation_id_read(esc_buf_as_text(&request->parameter), &id)) {
        esc_request_refuse(request, 404, "not_found", "There is no such thing", NULL,
                           "an escalation's id looks like E-12");
        return;
    }
    if (!esc_engine_find_escalation(esc_service_engine(service), id, &view)) {
        answer_stored_escalation(request, service, id);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, ANSWER_BYTES_MAX);
    write_escalation(&out, &view);
    esc_answer_json(&request->answer, 200, &out);
}

const EscHandler esc_handle_tickets = {.look = answer_tickets};
const EscHandler esc_handle_ticket = {.look = answer_ticket};
const EscHandler esc_handle_escalations = {.look = answer_escalations};
const EscHandler esc_handle_escalation = {.look = answer_escalation};
const EscHandler esc_handle_audit = {.look = answer_audit};
const EscHandler esc_handle_outbox = {.look = answer_outbox};
