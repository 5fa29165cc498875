/* places.c - which step may stand in which body: the places of verbs.def, in words. */
#include "check/steps.h"
#include "verbs.h"

bool esc_is_atomic(const EscWhere *where)
{
    return where->body == ESC_FUNCTION_HANDLER || where->body == ESC_FUNCTION_REMINDER ||
           where->body == ESC_FUNCTION_QA_ELSE;
}

static const char *body_words(const EscWhere *where)
{
    if (where->is_runbook)
        return "a runbook";
    switch (where->body) {
    case ESC_FUNCTION_HANDLER:
        return "a handler of an event";
    case ESC_FUNCTION_REMINDER:
        return "a reminder";
    case ESC_FUNCTION_QA_ELSE:
        return "the `else` of a QA check";
    case ESC_FUNCTION_CATCH:
        return "a handler of an exception";
    case ESC_FUNCTION_AUTOMATION:
        return "an automation";
    default:
        return "the steps";
    }
}

static void may_not_wait(EscWhere *where, const EscNode *node)
{
    /* A call may go on over many lines: what cannot stand here is its name. */
    EscSpan span = node->kind == ESC_NODE_ACTION_CALL ? node->action_call.action->span : node->span;
    EscDiagnostic *diagnostic = esc_report(where->workspace, "E0312", span,
                                           "%s waits, and %s runs at once and may not wait",
                                           esc_verb_info[node->kind].word, body_words(where));
    esc_report_hint(where->workspace, diagnostic,
                    "`raise` an exception and do it in its handler, or do it in the steps");
}

bool esc_round_fits(EscWhere *where, const EscNode *node)
{
    const EscVerbInfo *verb = &esc_verb_info[node->kind];
    bool is_waiting = verb->place == ESC_PLACE_WAITS || node->kind == ESC_NODE_RAISE;
    if (!where->is_in_round || esc_is_atomic(where) || !is_waiting)
        return true;
    EscSpan span = node->kind == ESC_NODE_ACTION_CALL ? node->action_call.action->span : node->span;
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0312", span,
                   "%s waits, and a round of `every` runs at once and may not wait", verb->word);
    esc_report_hint(
        where->workspace, diagnostic,
        "do it behind the rounds or in their `else`; what ends them stands behind `until`");
    return false;
}

void esc_check_place(EscWhere *where, const EscNode *node)
{
    const EscVerbInfo *verb = &esc_verb_info[node->kind];
    const EscPlaceInfo *place = &esc_place_info[verb->place];
    bool is_waiting = verb->place == ESC_PLACE_WAITS;
    where->facts.is_waiting = where->facts.is_waiting || is_waiting;
    if (!esc_round_fits(where, node))
        return;
    if (where->is_runbook ? place->is_in_runbook : (place->bodies & (1u << where->body)) != 0)
        return;
    if (where->is_automation) {
        EscSpan span =
            node->kind == ESC_NODE_ACTION_CALL ? node->action_call.action->span : node->span;
        esc_report_hint(
            where->workspace,
            esc_report(where->workspace, "E0313", span, "%s cannot stand in %s", verb->word,
                       body_words(where)),
            "an automation changes the ticket, notifies and starts templates; what "
            "pages, asks, calls or waits belongs in a template: `start template NAME()`");
        return;
    }
    if (is_waiting) {
        may_not_wait(where, node);
        return;
    }
    EscDiagnostic *diagnostic = esc_report(where->workspace, "E0313", node->span,
                                           "%s cannot stand in %s", verb->word, body_words(where));
    esc_report_hint(where->workspace, diagnostic, "%s belongs %s", verb->word, place->belongs);
}
