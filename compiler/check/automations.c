/* automations.c - what is done to a ticket at once, without anybody who is accountable: handlers of events, with `for`, and
 * bodies that neither wait nor ask anybody. Which steps may stand there says verbs.def. */
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/steps.h"

static void check_handler(EscWorkspace *workspace, const EscNode *handler)
{
    uint32_t count = 0;
    const uint32_t *events = esc_check_events(workspace, handler->handler.events, &count);
    EscWhere where = esc_where(workspace, ESC_FUNCTION_AUTOMATION);
    where.is_automation = true;
    where.has_event = count > 0;
    where.events = events;
    where.events_count = count;
    esc_check_holds(workspace, handler->handler.condition, handler->handler.holds, false);
    if (count == 0)
        return; /* what its fields are cannot be known */
    EscWhere condition = where;
    condition.body = ESC_FUNCTION_COND;
    esc_check_condition(&condition, handler->handler.condition, ESC_USE_HANDLER);
    (void)esc_check_steps(&where, handler->handler.steps);
}

void esc_pass_automations(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->automations_count; ++i) {
        const EscNode *node = workspace->automations[i].node;
        workspace->automations[i].title = esc_plain_text(workspace, node->automation.title);
        ESC_EACH(item, node->automation.items)
            check_handler(workspace, item);
        if (node->automation.items.count > 0 || esc_has_broken_part(workspace, node->span))
            continue;
        esc_report_hint(workspace,
                        esc_report(workspace, "E0303", node->automation.name.span,
                                   "nothing ever makes `%.*s` act",
                                   ESC_TEXT_ARG(node->automation.name.text)),
                        "add `on ticket.created when … { … }`");
    }
}
