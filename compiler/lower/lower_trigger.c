/* lower_trigger.c - when a template starts: one row for each event, or for a service-level
 * clock. */
#include "lower/lower.h"

/* True when the condition depends on nothing but the ticket's fields. */
static bool reads_only_ticket(const EscLower *lower, const EscNode *node)
{
    switch (node->kind) {
    case ESC_NODE_PATH: {
        EscMeans means = (EscMeans)esc_meaning(lower->workspace, node).means;
        return means == ESC_MEANS_TICKET_FIELD || means == ESC_MEANS_MEMBER ||
               means == ESC_MEANS_LOCAL || means == ESC_MEANS_PERSON_NAME;
    }
    case ESC_NODE_BINARY:
        return reads_only_ticket(lower, node->binary.left) &&
               reads_only_ticket(lower, node->binary.right);
    case ESC_NODE_UNARY:
        return reads_only_ticket(lower, node->unary.operand);
    case ESC_NODE_QUANTIFIER:
        return reads_only_ticket(lower, node->quantifier.list) &&
               reads_only_ticket(lower, node->quantifier.condition);
    case ESC_NODE_TEXT:
        ESC_EACH_NODE(part, node->text.parts)
            if (!reads_only_ticket(lower, part))
                return false;
        return true;
    case ESC_NODE_LIST:
        ESC_EACH_NODE(item, node->list.items)
            if (!reads_only_ticket(lower, item))
                return false;
        return true;
    case ESC_NODE_NUMBER:
    case ESC_NODE_BOOL:
    case ESC_NODE_DURATION:
    case ESC_NODE_TEXT_LITERAL:
        return true;
    default:
        return false;
    }
}

/* An edge of the ticket exists only where the event patches the ticket: any other event is news
 * by itself. */
static bool patches_ticket(uint32_t event)
{
    return event <= ESC_EVENT_TICKET_REOPENED;
}

static void put_event_triggers(EscLower *lower, const EscNode *node, EscTriggerRow row,
                               EscLowerPred *condition)
{
    const EscStartNode *start = &node->start;
    bool is_level = start->condition != NULL && reads_only_ticket(lower, start->condition);
    ESC_EACH_NODE(path, start->events) {
        uint32_t event = esc_meaning(lower->workspace, path).index;
        row.event = event + 1;
        row.pred = esc_lower_pred_put(lower, condition, event);
        row.is_level = is_level && patches_ticket(event);
        esc_build_put_triggers(&lower->build, row);
    }
}

/* A condition sees the events of its own `start` and no others. */
static void lower_start(EscLower *lower, const EscNode *node)
{
    const EscStartNode *start = &node->start;
    uint32_t *events =
        esc_arena_alloc_array(lower->build.arena, start->events.count, sizeof *events);
    EscLowerPred *condition = esc_lower_pred(lower, start->condition);
    if (events == NULL || condition == NULL)
        return; /* no memory: noted */
    EscEventSource source = {.events = events,
                             .count = esc_lower_events(lower, start->events, events)};
    lower->source = &source;
    EscTriggerRow row = {.template = lower->template_index};
    row.for_ms = start->holds == NULL ? 0 : start->holds->duration.ms;
    if (start->clock == NULL) {
        put_event_triggers(lower, node, row, condition);
    } else {
        row.kind = ESC_TRIGGER_SLA;
        row.clock = esc_meaning(lower->workspace, start->clock).index;
        row.overdue_ms = start->overdue == NULL ? 0 : start->overdue->duration.ms;
        row.pred = esc_lower_pred_put(lower, condition, ESC_NONE);
        esc_build_put_triggers(&lower->build, row);
    }
    lower->source = &lower->template_source;
}

void esc_lower_triggers(EscLower *lower)
{
    ESC_EACH_NODE(item, lower->template->node->template.items)
        if (item->kind == ESC_NODE_START)
            lower_start(lower, item);
}
