/* lengths.c - lengths of time that a calendar counts, within conditions and values. Hours are counted from an instant on: such a
 * length is added to a time, or held against how long something has been. */
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

static void without_instant(EscWhere *where, const EscNode *hours, const char *hint)
{
    EscDiagnostic *diagnostic = esc_report(where->workspace, "E0366", hours->span,
                                           "`%.*s` is counted from an instant on, and here is none",
                                           ESC_TEXT_ARG(esc_words_of(where, hours)));
    esc_report_hint(where->workspace, diagnostic, "%s", hint);
}

EscType esc_check_counted(EscWhere *where, const EscNode *hours)
{
    esc_check_duration(where->workspace, hours, true, ESC_BOUND_DEADLINE_MS);
    without_instant(where, hours,
                    "add it to a time: `ticket.created_at + 4h of office_hours`; or say how long "
                    "something has been: `now - ticket.created_at > 4h of office_hours`");
    return ESC_TYPE_WRONG;
}

EscType esc_check_counted_sum(EscWhere *where, const EscNode *node)
{
    const EscNode *time = node->binary.left, *hours = node->binary.right;
    EscBinaryOp op = node->binary.op;
    EscType type = esc_check_expression(where, time, ESC_TYPE_ANY);
    bool is_sum = op == ESC_BINARY_ADD || op == ESC_BINARY_SUBTRACT;
    if (!is_sum || (type != ESC_TYPE_WRONG && esc_type_kind(type) != ESC_KIND_TIME))
        return esc_check_counted(where, hours);
    esc_check_duration(where->workspace, hours, true, ESC_BOUND_DEADLINE_MS);
    if (!esc_type_is_optional(type))
        return type;
    esc_must_be_present(where, time);
    return ESC_TYPE_WRONG;
}

static bool is_fact(const EscWorkspace *workspace, const EscNode *node, EscFact first, EscFact last)
{
    EscMeaning meaning = esc_meaning(workspace, node);
    return node->kind == ESC_NODE_PATH && meaning.means == ESC_MEANS_FACT &&
           meaning.unit == ESC_UNIT_NONE && meaning.index >= (uint32_t)first &&
           meaning.index <= (uint32_t)last;
}

/* The time between two times, or the age of the escalation: both ends are known. */
static bool has_ends(const EscWorkspace *workspace, const EscNode *length)
{
    bool is_difference =
        length->kind == ESC_NODE_BINARY && length->binary.op == ESC_BINARY_SUBTRACT &&
        esc_type_kind(esc_node_type(workspace, length->binary.left)) == ESC_KIND_TIME;
    return is_difference ||
           is_fact(workspace, length, ESC_FACT_ESCALATION_AGE, ESC_FACT_ESCALATION_AGE);
}

void esc_check_counted_comparison(EscWhere *where, const EscNode *node, const EscNode *length,
                                  const EscNode *hours)
{
    EscWorkspace *workspace = where->workspace;
    EscBinaryOp op = node->binary.op;
    EscType type = esc_check_expression(where, length, ESC_TYPE_ANY);
    if (type == ESC_TYPE_WRONG)
        return;
    if (where->is_test || esc_type_kind(type) != ESC_KIND_DURATION ||
        !has_ends(workspace, length)) {
        bool is_late =
            esc_type_kind(type) == ESC_KIND_DURATION &&
            is_fact(workspace, length, ESC_FACT_SLA_RESPOND_DUE, ESC_FACT_SLA_UPDATE_OVERDUE);
        if (is_late)
            without_instant(where, hours,
                            "say since when: `sla.resolve.due < now - 4h of office_hours`");
        else
            (void)esc_check_counted(where, hours);
        return;
    }
    esc_check_duration(workspace, hours, true, ESC_BOUND_DEADLINE_MS);
    if (op == ESC_BINARY_EQUAL || op == ESC_BINARY_NOT_EQUAL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0366", node->span,
                                   "hours are counted until so many have passed, not exactly so "
                                   "many"),
                        "compare with `<`, `<=`, `>` or `>=`");
}
