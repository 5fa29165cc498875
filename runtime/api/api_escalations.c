/* api_escalations.c - escalations are read: lists with what a person looks for in them, single ones, and who is on duty.
 *
 * What is open comes from the engine, what is closed from the store; both show the last committed turn. */
#include <string.h>

#include "api_internal.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 20)
#define CALENDAR_MS (92 * ESC_DAY_MS) /* that a calendar of who is on duty reaches ahead */
#define FIELDS_BYTES_MAX ((size_t)16 << 20)

/* --- what a ticket says of itself --------------------------------------------------------------- */

static EscText field_text(const EscJson *fields, EscText name)
{
    return esc_json_text_or(esc_json_member(fields, name), (EscText){0});
}

static void facts_read(EscArena *arena, EscBytes body, EscApiFacts *facts)
{
    EscArena *scratch = esc_arena_new(FIELDS_BYTES_MAX);
    if (scratch == NULL)
        return;
    EscApiBody shown;
    esc_api_body_open(&shown, body);
    EscJsonLimits limits = {.depth_max = 8, .values_max = 65536};
    const EscJson *fields = NULL;
    if (esc_json_read(scratch, esc_buf_as_text(&shown.fields), &limits, &fields, NULL) == ESC_OK) {
        EscText account = field_text(fields, ESC_TEXT("account.name"));
        if (account.size == 0)
            account = field_text(fields, ESC_TEXT("account"));
        facts->account = esc_arena_text(arena, account);
        facts->severity = esc_arena_text(arena, field_text(fields, ESC_TEXT("severity")));
    }
    esc_api_body_close(&shown);
    esc_arena_free(scratch);
}

/* Texts in the request's arena; all are empty for a ticket that is not there. */
static EscApiFacts facts_of(EscRequest *request, EscService *service, EscText ticket)
{
    EscTicketRow row;
    EscApiFacts facts = {.view = NULL};
    EscWhy why = {.text = ""};
    if (!esc_engine_find_ticket(esc_service_engine(service), ticket, &row) &&
        esc_store_ticket_get(esc_service_store(service), ticket, request->arena, &row, &why) !=
            ESC_OK)
        return facts;
    facts.title = esc_arena_text(request->arena, row.title);
    facts_read(request->arena, row.body, &facts);
    return facts;
}

/* --- lists -------------------------------------------------------------------------------------- */

/* Rows are copied first, because nothing may be asked of a store while it gives a list. */
typedef struct Rows {
    EscArena *arena;
    EscEscalationRow *items;
    size_t count, capacity;
} Rows;

static bool rows_take(void *context, const EscEscalationRow *row)
{
    Rows *rows = context;
    rows->items =
        esc_arena_grow(rows->arena, rows->items, rows->count, &rows->capacity, sizeof(*row));
    if (rows->items == NULL)
        return false;
    EscEscalationRow *copy = &rows->items[rows->count++];
    *copy = *row;
    EscText *texts[] = {&copy->ticket, &copy->template_name, &copy->owner, &copy->outcome,
                        &copy->step};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_arena_text(rows->arena, *texts[i]);
    return !esc_arena_failed(rows->arena);
}

static bool read_filter(EscRequest *request, EscEscalationFilter *filter)
{
    EscText state;
    if (!esc_request_text(request, "state", &state) ||
        !esc_request_text(request, "ticket", &filter->ticket) ||
        !esc_request_escalation(request, "before", &filter->before) ||
        !esc_request_limit(request, &filter->limit))
        return false;
    filter->is_unclosed = esc_text_equal(state, ESC_TEXT("unclosed"));
    filter->has_state = state.size > 0 && !filter->is_unclosed;
    if (!filter->has_state || esc_state_find(state, &filter->state))
        return true;
    esc_request_refuse_parameter(
        request, "state", "must be open, closing, parked, closed, or unclosed for the first three");
    return false;
}

static void answer_escalations(EscRequest *request, EscService *service)
{
    EscEscalationFilter filter = {.limit = 0};
    if (!read_filter(request, &filter))
        return;
    EscWhy why = {.text = ""};
    Rows rows = {.arena = request->arena};
    EscStatus status =
        esc_store_escalations(esc_service_store(service), &filter, rows_take, &rows, &why);
    EscApiItems items;
    esc_api_items_open(&items);
    items.now_ms = esc_service_now_ms(service);
    for (size_t i = 0; status == ESC_OK && i < rows.count; i++) {
        EscEscalationView view;
        EscApiFacts facts = facts_of(request, service, rows.items[i].ticket);
        if (esc_engine_find_escalation(esc_service_engine(service), rows.items[i].id, &view))
            facts.view = &view;
        (void)esc_api_escalation_with_facts(&items, &rows.items[i], &facts);
    }
    if (status == ESC_OK && esc_arena_failed(request->arena))
        status = esc_why(&why, ESC_OVER_LIMIT, "", 0,
                         "the answer is larger than its limit: ask for less");
    esc_api_items_answer(request, &items, status, &why);
}

/* --- one ---------------------------------------------------------------------------------------- */

typedef struct Shown {
    EscRequest *request;
    EscApiFacts facts;
    EscApiItems items; /* one object, without the list's brackets */
} Shown;

static void show(void *context, const EscEscalationView *view)
{
    Shown *shown = context;
    esc_api_escalation_view(&shown->items, view, &shown->facts);
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
    shown->facts = facts_of(shown->request, service, row.ticket);
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
    if (esc_engine_find_escalation(esc_service_engine(service), id, &view)) {
        EscText ticket = esc_arena_text(request->arena, view.ticket);
        shown.facts = facts_of(request, service, ticket);
        if (esc_engine_find_escalation(esc_service_engine(service), id, &view))
            show(&shown, &view); /* a ticket's view may have taken the place of the first one */
    } else {
        status = show_stored(&shown, service, id, &why);
    }
    if (status == ESC_OK)
        status = shown.items.out.status;
    if (status != ESC_OK)
        esc_request_fail(request, status, &why);
    else
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
const EscHandler esc_handle_escalation = {.look = answer_escalation};
const EscHandler esc_handle_oncall = {.look = answer_oncall};
