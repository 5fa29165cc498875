/* lower_trigger.c - when a template starts: one row for each event, or for a service-level
 * clock. */
#include "lower.h"

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

static void lower_start(EscLower *lower, const EscNode *node)
{
    const EscStartNode *start = &node->start;
    EscTriggerRow row = {.template = lower->template_index};
    EscLowerPred *condition = esc_lower_pred(lower, start->condition);
    if (condition == NULL)
        return; /* no memory: noted */
    bool is_level = start->condition != NULL && reads_only_ticket(lower, start->condition);
    row.for_ms = start->holds == NULL ? 0 : start->holds->duration.ms;
    if (start->clock != NULL) {
        row.kind = ESC_TRIGGER_SLA;
        row.clock = esc_meaning(lower->workspace, start->clock).index;
        row.overdue_ms = start->overdue == NULL ? 0 : start->overdue->duration.ms;
        row.pred = esc_lower_pred_put(lower, condition, ESC_NONE);
        esc_build_put_triggers(&lower->build, row);
        return;
    }
    ESC_EACH_NODE(path, start->events) {
        uint32_t event = esc_meaning(lower->workspace, path).index;
        row.event = event + 1;
        row.pred = esc_lower_pred_put(lower, condition, event);
        row.is_level = is_level && patches_ticket(event);
        esc_build_put_triggers(&lower->build, row);
    }
}

void esc_lower_triggers(EscLower *lower)
{
    ESC_EACH_NODE(item, lower->template->node->template.items)
        if (item->kind == ESC_NODE_START)
            lower_start(lower, item);
}
