/* lower_trigger.c - when a template starts: one row for each event, or for a service-level
 * clock. */
#include "lower/lower.h"

typedef struct Search {
    const EscLower *lower;
    bool is_found;
} Search;

/* What is open goes on to be so; a count is one of events. */
static bool counts_events(const EscLower *lower, const EscNode *node)
{
    return node->kind == ESC_NODE_KEYED &&
           esc_meaning(lower->workspace, node->keyed.what).means != ESC_MEANS_TEMPLATE;
}

static void visit_moment(void *context, const EscNode *parent, const EscNode *node)
{
    Search *search = context;
    (void)parent;
    search->is_found = search->is_found || node->kind == ESC_NODE_CHANGED ||
                       node->kind == ESC_NODE_PREVIOUS || counts_events(search->lower, node) ||
                       (node->kind == ESC_NODE_PATH &&
                        esc_meaning(search->lower->workspace, node).means == ESC_MEANS_EVENT_FIELD);
    esc_node_each_child(node, visit_moment, context);
}

/* True when the condition depends on nothing but the ticket, its clocks and the time: it goes on to hold, or not, when
 * the event is over. */
static bool reads_no_event(const EscLower *lower, const EscNode *condition)
{
    Search search = {.lower = lower};
    visit_moment(&search, NULL, condition);
    return !search.is_found;
}

static void visit_status(void *context, const EscNode *parent, const EscNode *node)
{
    Search *search = context;
    (void)parent;
    if (node->kind == ESC_NODE_PATH) {
        const EscWorkspace *workspace = search->lower->workspace;
        EscMeaning meaning = esc_meaning(workspace, node);
        search->is_found =
            search->is_found ||
            (meaning.means == ESC_MEANS_FACT && meaning.index == ESC_FACT_RESOLVED) ||
            (meaning.means == ESC_MEANS_TICKET_FIELD &&
             esc_text_equal(workspace->fields[meaning.index].name, ESC_TEXT("status")));
    }
    esc_node_each_child(node, visit_status, context);
}

/* A condition about the status says itself which tickets it means. */
static bool reads_status(const EscLower *lower, const EscNode *condition)
{
    Search search = {.lower = lower};
    if (condition != NULL)
        visit_status(&search, NULL, condition);
    return search.is_found;
}

static bool reports_fields(uint32_t event)
{
    return event == ESC_EVENT_TICKET_CREATED || event == ESC_EVENT_TICKET_UPDATED;
}

/* What `ticket.updated` alone says is true of every change; that a ticket was made is true of it for good. */
static bool is_level(const EscLower *lower, const EscNode *condition, uint32_t event)
{
    if (condition == NULL)
        return event == ESC_EVENT_TICKET_CREATED;
    return reports_fields(event) && reads_no_event(lower, condition);
}

/* The same for all layouts of the same `start`; others may share it, which no template will notice. */
static uint32_t clause_hash(EscLower *lower, const EscNode *start)
{
    EscBuf text;
    uint8_t hash[32];
    esc_buf_init(&text, (size_t)1 << 20);
    esc_node_dump(&text, start);
    if (text.status != ESC_OK)
        lower->build.status = text.status;
    esc_sha256((EscBytes){(const uint8_t *)text.data, text.size}, hash);
    esc_buf_release(&text);
    return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}

static void put_event_triggers(EscLower *lower, const EscNode *node, EscTriggerRow row,
                               EscLowerPred *condition)
{
    const EscStartNode *start = &node->start;
    bool is_about_status = reads_status(lower, start->condition);
    row.clause += clause_hash(lower, node);
    ESC_EACH_NODE(path, start->events) {
        uint32_t event = esc_meaning(lower->workspace, path).index;
        row.event = event + 1;
        row.pred = esc_lower_pred_put(lower, condition, event);
        row.is_level = is_level(lower, start->condition, event);
        row.is_unresolved = reports_fields(event) && !is_about_status;
        esc_build_put_triggers(&lower->build, row);
    }
}

static void put_silence(EscLower *lower, const EscNode *node, EscTriggerRow row,
                        EscLowerPred *condition)
{
    const EscStartNode *start = &node->start;
    uint32_t event = esc_meaning(lower->workspace, start->unheard).index;
    row.kind = ESC_TRIGGER_SILENCE;
    row.event = event + 1;
    row.pred = esc_lower_pred_put(lower, condition, event);
    row.clause = clause_hash(lower, node);
    row.for_ms = start->silence->duration.ms;
    row.keys_first = esc_lower_keys(lower, start->keys);
    row.keys_count = start->keys.count;
    esc_build_put_triggers(&lower->build, row);
}

/* A condition sees the events of its own `start` and no others. */
static void lower_start(EscLower *lower, const EscNode *node, EscTriggerRow row)
{
    const EscStartNode *start = &node->start;
    EscNodeList heard =
        start->unheard == NULL ? start->events : (EscNodeList){start->unheard, start->unheard, 1};
    uint32_t *events = esc_arena_alloc_array(lower->build.arena, heard.count, sizeof *events);
    EscLowerPred *condition = esc_lower_pred(lower, start->condition);
    if (events == NULL || condition == NULL)
        return; /* no memory: noted */
    EscEventSource source = {.events = events, .count = esc_lower_events(lower, heard, events)};
    lower->source = &source;
    if (start->holds != NULL)
        row.for_ms = esc_lower_duration(lower, start->holds, &row.for_calendar);
    if (start->unheard != NULL) {
        put_silence(lower, node, row, condition);
    } else if (start->clock == NULL) {
        put_event_triggers(lower, node, row, condition);
    } else {
        row.kind = ESC_TRIGGER_SLA;
        row.clock = esc_meaning(lower->workspace, start->clock).index;
        if (start->overdue != NULL)
            row.overdue_ms = esc_lower_duration(lower, start->overdue, &row.overdue_calendar);
        row.pred = esc_lower_pred_put(lower, condition, ESC_NONE);
        row.clause = clause_hash(lower, node);
        esc_build_put_triggers(&lower->build, row);
    }
    lower->source = &lower->template_source;
}

void esc_lower_triggers(EscLower *lower)
{
    ESC_EACH_NODE(item, lower->template->node->template.items)
        if (item->kind == ESC_NODE_START)
            lower_start(lower, item, (EscTriggerRow){.template = lower->template_index + 1});
}

void esc_lower_acts(EscLower *lower, const EscNode *handler, EscTriggerRow row)
{
    const EscHandlerNode *when = &handler->handler;
    const EscNode start = {
        .kind = ESC_NODE_START,
        .span = handler->span,
        .start = {.events = when->events, .condition = when->condition, .holds = when->holds},
    };
    lower_start(lower, &start, row);
}

uint32_t esc_lower_events(const EscLower *lower, EscNodeList paths, uint32_t *events)
{
    uint32_t count = 0;
    ESC_EACH_NODE(path, paths)
        events[count++] = esc_meaning(lower->workspace, path).index;
    return esc_sort_unique(events, count);
}
