/* standing.c - conditions that stand: of triggers, automations, waits, checks, `close when` and `pause when`. They are judged again when their answer
 * can change, so whatever in them reads the time must say at which instant that is (condition/clock.c). */
#include "check/expressions.h"
#include "check/names.h"
#include "condition/clock.h"

/* `now = 2026-12-24`: on that day, which begins and ends. */
static void no_instant_of_day(EscWhere *where, const EscNode *node, const EscNode *day)
{
    EscText words = esc_words_of(where, day);
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0231", node->span,
                   "a day begins and ends, and nothing says at which of these instants this turns");
    esc_report_hint(where->workspace, diagnostic,
                    "say both: `now >= %.*s and now <= %.*s` holds on that day",
                    ESC_TEXT_ARG(words), ESC_TEXT_ARG(words));
}

static void no_instant(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    EscDayTest day;
    bool is_equality = node->kind == ESC_NODE_BINARY && (node->binary.op == ESC_BINARY_EQUAL ||
                                                         node->binary.op == ESC_BINARY_NOT_EQUAL);
    if (is_equality && esc_day_test(node, &day) && day.value->kind == ESC_NODE_NOW) {
        no_instant_of_day(where, node, day.date);
        return;
    }
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0231", node->span,
                   is_equality ? "this holds for an instant that nobody would be awake for"
                               : "nothing says at which instant this begins to hold");
    esc_report_hint(workspace, diagnostic,
                    is_equality
                        ? "compare with `<`, `<=`, `>` or `>=`"
                        : "compare one time of the ticket, the event or a clock with `now`, so "
                          "long before or behind it: `ticket.due_at < now + 2d`");
}

static const EscNode *path_of(const EscNode *node)
{
    if (node->kind == ESC_NODE_PATH)
        return node;
    if (node->kind == ESC_NODE_UNARY)
        return path_of(node->unary.operand);
    if (node->kind != ESC_NODE_BINARY)
        return NULL;
    const EscNode *left = path_of(node->binary.left);
    return left == NULL ? path_of(node->binary.right) : left;
}

/* What an `if` around the wait found present may be gone by the time that this is judged again, and would hold then. */
static void may_be_gone(EscWhere *where, const EscNode *node)
{
    const EscNode *path = path_of(node);
    for (uint32_t i = 0; path != NULL && i < where->narrowed_count; i++) {
        if (where->is_nonzero[i] || !esc_paths_equal(where->narrowed[i], path))
            continue;
        esc_might_be_missing(where, path, "not");
        return;
    }
}

static void look(EscWhere *where, const EscNode *node, bool sense)
{
    bool is_joint = node->kind == ESC_NODE_BINARY &&
                    (node->binary.op == ESC_BINARY_AND || node->binary.op == ESC_BINARY_OR);
    EscClock clock;
    if (is_joint) {
        look(where, node->binary.left, sense);
        look(where, node->binary.right, sense);
    } else if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NOT) {
        look(where, node->unary.operand, !sense);
    } else if (!esc_reads_clock(where->workspace, node)) {
        return;
    } else if (!esc_clock_test(where->workspace, node, &clock)) {
        no_instant(where, node);
    } else if (!sense && !clock.is_opposite) {
        may_be_gone(where, node);
    }
}

void esc_check_standing(EscWhere *where, const EscNode *node, EscConditionUse use)
{
    bool stands = use == ESC_USE_START || use == ESC_USE_CLOSE || use == ESC_USE_AWAIT ||
                  use == ESC_USE_CHECK || use == ESC_USE_PAUSE ||
                  (use == ESC_USE_HANDLER && where->is_automation);
    if (stands)
        look(where, node, true);
}
