/* api_escalations.c - escalations are read: lists with what a person looks for in them, single ones, and who is on duty.
 *
 * What is open comes from the engine, what is closed from the store; both show the last committed turn. */
#include <string.h>

#include "api_internal.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 20)
#define CALENDAR_MS (92 * ESC_DAY_MS) /* that a calendar of who is on duty reaches ahead */

/* --- lists -------------------------------------------------------------------------------------- */

/* Rows are written as the store gives them: what is open is looked up in the engine, which asks nothing of a store. */
typedef struct List {
    EscApiItems items;
    EscText client;
    EscEngine *engine;
} List;

static bool list_add(void *context, const EscEscalationRow *row)
{
    List *list = context;
    EscEscalationView view;
    if (row->state == ESC_STATE_CLOSED || !esc_engine_find_row(list->engine, row->id, &view))
        esc_escalation_row_show(row, &view);
    return esc_api_row_item(&list->items, list->client, &view);
}

static bool read_state(EscRequest *request, EscEscalationFilter *filter)
{
    EscText state;
    if (!esc_request_text(request, "state", &state))
        return false;
    filter->is_unclosed = esc_text_equal(state, ESC_TEXT("unclosed"));
    filter->has_state = state.size > 0 && !filter->is_unclosed;
    if (!filter->has_state || esc_state_find(state, &filter->state))
        return true;
    esc_request_refuse_parameter(
        request, "state", "must be open, closing, parked, closed, or unclosed for the first three");
    return false;
}

/* What is closed has no deadline, and a ticket has few. */
static bool check_sort(EscRequest *request, const EscEscalationFilter *filter)
{
    bool has_closed = filter->has_state && filter->state == ESC_STATE_CLOSED;
    if (filter->sort == ESC_SORT_OPENED || (!has_closed && filter->ticket.size == 0))
        return true;
    esc_request_refuse_parameter(
        request, "sort", "must be opened for what is closed, and for the escalations of a ticket");
    return false;
}

static bool read_due(EscRequest *request, EscEscalationFilter *filter)
{
    EscText due;
    if (!esc_request_text(request, "due_before", &due))
        return false;
    if (due.size == 0 || esc_time_read(due, &filter->due_before_ms))
        return true;
    esc_request_refuse_parameter(request, "due_before",
                                 "must be a time such as 2026-01-05T09:00:00Z");
    return false;
}

static bool read_filter(EscRequest *request, EscEscalationFilter *filter)
{
    return read_state(request, filter) && esc_request_text(request, "ticket", &filter->ticket) &&
           esc_request_text(request, "owner", &filter->owner) &&
           esc_request_text(request, "template", &filter->template_name) &&
           esc_request_text(request, "account", &filter->account) &&
           esc_request_text(request, "severity", &filter->severity) && read_due(request, filter) &&
           esc_request_sort(request, &filter->sort) && check_sort(request, filter) &&
           esc_request_place(request, filter->sort, &filter->after) &&
           esc_request_limit(request, &filter->limit);
}

static void answer_escalations(EscRequest *request, EscService *service)
{
    EscEscalationFilter filter = {.limit = 0};
    EscListPlace next;
    EscWhy why = {.text = ""};
    if (!read_filter(request, &filter))
        return;
    List list = {.client = request->client, .engine = esc_service_engine(service)};
    esc_api_items_open(&list.items);
    list.items.now_ms = esc_service_now_ms(service);
    EscStatus status =
        esc_store_escalations(esc_service_store(service), &filter, list_add, &list, &next, &why);
    list.items.next = esc_page_end_text(request->arena, filter.sort, &next);
    esc_api_items_answer(request, &list.items, status, &why);
}

/* --- one ---------------------------------------------------------------------------------------- */

typedef struct Shown {
    EscRequest *request;
    EscApiItems items; /* one object, without the list's brackets */
} Shown;

static void show(void *context, const EscEscalationView *view)
{
    Shown *shown = context;
    if (esc_answer_version(shown->request, view))
        return;
    esc_api_escalation_view(&shown->items, shown->request->client, view);
}

/* The bundle that a closed one ran on: from the engine, or from the store, and *owned then. NULL: nobody has it. */
static const EscBundle *bundle_of(EscService *service, const uint8_t hash[32], EscBundle **owned)
{
    *owned = NULL;
    const EscBundle *bundle = esc_engine_bundle(esc_service_engine(service), hash);
    if (bundle != NULL)
        return bundle;
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    if (esc_store_bundle_get(esc_service_store(service), hash, &bytes, NULL) == ESC_OK &&
        esc_bundle_load(esc_buf_as_bytes(&bytes), owned, NULL) != ESC_OK)
        *owned = NULL;
    esc_buf_release(&bytes);
    return *owned;
}

static EscStatus show_stored(Shown *shown, EscService *service, uint64_t id, EscWhy *why)
{
    EscArena *arena = shown->request->arena;
    EscEscalationRow row;
    EscTicketRow ticket;
    EscStatus status = esc_store_escalation_get(esc_service_store(service), id, arena, &row, why);
    if (status == ESC_OK)
        status = esc_store_ticket_get(esc_service_store(service), row.ticket, arena, &ticket, why);
    if (status != ESC_OK)
        return status;
    EscBundle *owned = NULL;
    const EscBundle *bundle = bundle_of(service, row.bundle_hash, &owned);
    status = esc_engine_show_closed(esc_service_engine(service), bundle, &ticket, &row, show, shown,
                                    why);
    esc_bundle_free(owned);
    return status;
}

static void answer_escalation(EscRequest *request, EscService *service)
{
    uint64_t id = 0;
    EscEscalationView view;
    if (!esc_request_path_escalation(request, &id))
        return;
    EscWhy why = {.text = ""};
    Shown shown = {.request = request, .items = {.now_ms = esc_service_now_ms(service)}};
    esc_buf_init(&shown.items.out, ANSWER_BYTES_MAX);
    EscStatus status = ESC_OK;
    if (esc_engine_find_escalation(esc_service_engine(service), id, &view))
        show(&shown, &view);
    else
        status = show_stored(&shown, service, id, &why);
    if (status == ESC_OK)
        status = shown.items.out.status;
    if (status != ESC_OK)
        esc_request_fail(request, status, &why);
    else if (request->answer.status == 0)
        esc_answer_json(&request->answer, 200, &shown.items.out);
    esc_buf_release(&shown.items.out);
}

/* --- who is on duty ----------------------------------------------------------------------------- */

/* {"calendar":"BEGIN:VCALENDAR…"}: text in JSON, as everything that this API answers. */
static void answer_calendar(EscRequest *request, EscService *service, EscText name, int64_t from_ms)
{
    EscWhy why = {.text = ""};
    EscBuf calendar, out;
    esc_buf_init(&calendar, ANSWER_BYTES_MAX / 4);
    esc_buf_init(&out, ANSWER_BYTES_MAX);
    EscStatus status = esc_engine_duty_calendar(esc_service_engine(service), name, from_ms,
                                                from_ms + CALENDAR_MS, &calendar);
    esc_buf_string(&out, "{\"calendar\":");
    esc_json_text(&out, esc_buf_as_text(&calendar));
    esc_buf_char(&out, '}');
    if (status == ESC_NOT_FOUND)
        status = esc_why(&why, status, "", 0, "there is no schedule and no person \"%.*s\"",
                         ESC_TEXT_ARG(esc_utf8_cut(name, 64)));
    else if (status == ESC_OVER_LIMIT)
        status = esc_why(&why, status, "", 0, "too many turns: ask for one schedule");
    else if (status == ESC_OK)
        status = out.status;
    if (status == ESC_OK)
        esc_answer_json(&request->answer, 200, &out);
    else
        esc_request_fail(request, status, &why);
    esc_buf_release(&out);
    esc_buf_release(&calendar);
}

static void answer_oncall(EscRequest *request, EscService *service)
{
    EscWhy why = {.text = ""};
    EscApiItems items;
    EscText at, name;
    int64_t at_ms = 0;
    if (!esc_request_text(request, "at", &at) || !esc_request_text(request, "ics", &name))
        return;
    if (at.size > 0 && !esc_time_read(at, &at_ms)) {
        esc_request_refuse_parameter(request, "at", "must be a time such as 2026-01-05T09:00:00Z");
        return;
    }
    if (at.size == 0)
        at_ms = esc_service_now_ms(service);
    if (name.size > 0) {
        answer_calendar(request, service, name, at_ms);
        return;
    }
    esc_api_items_open(&items);
    items.now_ms = esc_service_now_ms(service);
    bool (*visit)(void *, const EscDutyView *) = esc_api_duty_item;
    esc_engine_each_duty(esc_service_engine(service), at_ms, visit, &items);
    esc_api_items_answer(request, &items, ESC_OK, &why);
}

const EscHandler esc_handle_escalations = {.look = answer_escalations};
const EscHandler esc_handle_escalation = {.headers = esc_row_headers, .look = answer_escalation};
const EscHandler esc_handle_oncall = {.look = answer_oncall};
