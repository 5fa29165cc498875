/* api_outbox.c - what was sent, and what became of it: of the workspace, or of one escalation.
 *
 * The outbox is not filed by escalation, as that would cost with every message. The trail is, and its records name the
 * rows that were queued. */
#include <string.h>

#include "api_internal.h"

#define PAGE 1000
#define ROWS_MAX 100000 /* of one escalation; the newest ones are not found beyond it */
#define DATA_BYTES_MAX ((size_t)1 << 20)

/* --- rows that an escalation's trail names ------------------------------------------------------ */

typedef struct Ids {
    EscArena *arena, *scratch;
    uint64_t *items; /* ascending, as rows get their numbers */
    size_t count, capacity;
    uint64_t seq; /* of the last record */
    size_t seen;  /* records of this page */
} Ids;

static uint64_t number_of(EscText text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.size && i < 18; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.size <= 18 ? number : 0;
}

static bool take_id(void *context, const EscAuditRow *row)
{
    Ids *ids = context;
    EscJsonLimits limits = {.depth_max = 8, .values_max = 4096};
    const EscJson *data = NULL;
    ids->seq = row->seq;
    ids->seen++;
    esc_arena_clear(ids->scratch);
    if (row->data.size == 0 ||
        esc_json_read(ids->scratch, row->data, &limits, &data, NULL) != ESC_OK)
        return true;
    uint64_t id =
        number_of(esc_json_text_or(esc_json_member(data, ESC_TEXT("outbox")), (EscText){0}));
    if (id == 0 || (ids->count > 0 && id <= ids->items[ids->count - 1]))
        return true; /* what became of one that was named before */
    ids->items = esc_arena_grow(ids->arena, ids->items, ids->count, &ids->capacity, sizeof(id));
    if (ids->items == NULL)
        return false;
    ids->items[ids->count++] = id;
    return ids->count < ROWS_MAX;
}

static EscStatus find_ids(EscService *service, uint64_t escalation, Ids *ids, EscWhy *why)
{
    EscStatus status = ESC_OK;
    ids->scratch = esc_arena_new(DATA_BYTES_MAX);
    if (ids->scratch == NULL)
        return ESC_NO_MEMORY;
    do {
        EscAuditFilter filter = {.escalation = escalation, .after = ids->seq, .limit = PAGE};
        ids->seen = 0;
        status = esc_store_audit(esc_service_store(service), &filter, take_id, ids, why);
    } while (status == ESC_OK && ids->seen == PAGE && ids->count < ROWS_MAX);
    esc_arena_free(ids->scratch);
    return status;
}

/* --- the list ----------------------------------------------------------------------------------- */

typedef struct Picked {
    const EscOutboxFilter *filter;
    EscApiItems items;
} Picked;

static bool pick(void *context, const EscOutboxEntry *entry)
{
    Picked *picked = context;
    const EscOutboxFilter *filter = picked->filter;
    bool fits = (!filter->has_state || entry->state == filter->state) &&
                (filter->before == 0 || entry->row.id < filter->before);
    return (!fits || esc_api_outbox_item(&picked->items, entry)) &&
           picked->items.count < filter->limit;
}

static EscStatus list_of_escalation(EscRequest *request, EscService *service, uint64_t escalation,
                                    Picked *picked, EscWhy *why)
{
    Ids ids = {.arena = request->arena};
    EscStatus status = find_ids(service, escalation, &ids, why);
    for (size_t i = 0; i < ids.count / 2; i++) { /* newest first */
        uint64_t id = ids.items[i];
        ids.items[i] = ids.items[ids.count - 1 - i];
        ids.items[ids.count - 1 - i] = id;
    }
    if (status != ESC_OK || ids.count == 0)
        return status;
    return esc_store_outbox_get(esc_service_store(service), ids.items, ids.count, pick, picked,
                                why);
}

static void answer_outbox(EscRequest *request, EscService *service)
{
    EscText state;
    uint64_t escalation = 0;
    EscOutboxFilter filter = {.limit = 0};
    if (!esc_request_text(request, "state", &state) ||
        !esc_request_escalation(request, "escalation", &escalation) ||
        !esc_request_number(request, "before", 0, INT64_MAX, &filter.before) ||
        !esc_request_limit(request, &filter.limit))
        return;
    filter.has_state = state.size > 0;
    if (filter.has_state && !esc_delivery_state_find(state, &filter.state)) {
        esc_request_refuse_parameter(request, "state",
                                     "must be queued, accepted, delivered, seen, acked or dead");
        return;
    }
    EscWhy why = {.text = ""};
    Picked picked = {.filter = &filter};
    EscApiItems *items = &picked.items;
    esc_api_items_open(items);
    EscStatus status = escalation != 0
                           ? list_of_escalation(request, service, escalation, &picked, &why)
                           : esc_store_outbox(esc_service_store(service), &filter,
                                              esc_api_outbox_item, items, &why);
    esc_api_items_answer(request, items, status, &why);
}

const EscHandler esc_handle_outbox = {.look = answer_outbox};
