/* lower_automation.c - automations: a function for each handler, and when it acts, as triggers. */
#include "lower/lower.h"

static uint32_t lower_body(EscLower *lower, const EscNode *handler)
{
    EscLowerFunction function;
    esc_lower_begin(lower, &function, ESC_FUNCTION_AUTOMATION, handler->span);
    esc_lower_origin(lower, handler->span);
    uint32_t start = esc_cover_here(lower);
    esc_lower_steps(lower, handler->handler.steps);
    esc_emit_op(lower->emit, ESC_OP_END, 0, 0, 0, ESC_END_FALL);
    esc_cover_ran(lower, ESC_COVER_HANDLER, handler->span, "", start);
    return esc_lower_end(lower, &function);
}

static bool has_same_text(const EscNode *a, const EscNode *b)
{
    EscBuf first, second;
    esc_buf_init(&first, (size_t)1 << 20);
    esc_buf_init(&second, (size_t)1 << 20);
    esc_node_dump(&first, a);
    esc_node_dump(&second, b);
    bool is_same = esc_text_equal(esc_buf_as_text(&first), esc_buf_as_text(&second));
    esc_buf_release(&first);
    esc_buf_release(&second);
    return is_same;
}

static bool has_same_condition(const EscNode *a, const EscNode *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return has_same_text(a, b);
}

/* What waits is found again by what it waits for; handlers that wait for the same are told apart by their order. */
static uint32_t alike_before(EscNodeList items, const EscNode *handler)
{
    uint32_t count = 0;
    ESC_EACH_NODE(item, items) {
        if (item == handler)
            break;
        count += item->kind == ESC_NODE_HANDLER &&
                 has_same_condition(item->handler.condition, handler->handler.condition);
    }
    return count;
}

static void lower_handler(EscLower *lower, EscNodeList items, const EscNode *handler,
                          uint32_t automation)
{
    EscNodeList paths = handler->handler.events;
    uint32_t *events = esc_arena_alloc_array(lower->build.arena, paths.count, sizeof *events);
    if (events == NULL)
        return;
    EscEventSource source = {.events = events, .count = esc_lower_events(lower, paths, events)};
    lower->source = &source;
    uint32_t body = lower_body(lower, handler);
    esc_lower_acts(lower, handler,
                   (EscTriggerRow){.automation = automation + 1,
                                   .body = body + 1,
                                   .clause = alike_before(items, handler)});
    lower->source = NULL;
}

void esc_lower_automation(EscLower *lower, uint32_t index)
{
    const EscAutomationInfo *info = &lower->workspace->automations[index];
    uint32_t row = esc_build_put_automations(
        &lower->build, (EscAutomationRow){.name = esc_build_text(&lower->build, info->name),
                                          .title = esc_build_text(&lower->build, info->title)});
    EscNodeList items = info->node->automation.items;
    ESC_EACH_NODE(item, items)
        if (item->kind == ESC_NODE_HANDLER)
            lower_handler(lower, items, item, row);
}
