/* lower_checks.c - QA checks: their rows and conditions, wherever they stand. */
#include "lower/lower.h"

typedef struct LocalSearch {
    const EscLower *lower;
    EscSpan condition;
    bool is_found;
} LocalSearch;

static bool is_within(EscSpan part, EscSpan whole)
{
    return part.file == whole.file && part.start >= whole.start && part.end <= whole.end;
}

/* What a quantifier of the condition itself names lives as long as the condition. */
static void visit_locals(void *context, const EscNode *parent, const EscNode *node)
{
    LocalSearch *search = context;
    const EscWorkspace *workspace = search->lower->workspace;
    (void)parent;
    EscMeaning meaning = esc_meaning(workspace, node);
    if (node->kind == ESC_NODE_PATH && meaning.means == ESC_MEANS_LOCAL &&
        workspace->locals[meaning.index].param == 0)
        search->is_found = search->is_found ||
                           !is_within(workspace->locals[meaning.index].span, search->condition);
    esc_node_each_child(node, visit_locals, context);
}

/* True when a condition needs registers of the steps around it. */
static bool uses_locals(const EscLower *lower, const EscNode *condition)
{
    LocalSearch search = {.lower = lower, .condition = condition->span};
    visit_locals(&search, NULL, condition);
    return search.is_found;
}

/* The condition as it was written, for messages. */
static EscText source_text(const EscLower *lower, EscSpan span)
{
    return esc_utf8_cut(esc_span_text(lower->workspace, span), ESC_TEXT_MAX);
}

/* Checks are judged again at closing, so their conditions cannot see the registers of steps. */
static uint32_t lower_check_condition(EscLower *lower, const EscNode *condition)
{
    if (!uses_locals(lower, condition))
        return esc_lower_standing(lower, condition);
    esc_report(lower->workspace, "E0355", condition->span,
               "a check cannot use names that steps gave: it is judged again at closing");
    return ESC_NONE; /* nothing is built any more */
}

EscCheckRow esc_lower_qa_check(EscLower *lower, const EscNode *node, EscTiming timing)
{
    const EscCheckNode *check = &node->check;
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    EscCheckRow row = {.kind = meaning.index, .timing = timing};
    if (check->within != NULL)
        row.within_ms = esc_lower_duration(lower, check->within, &row.calendar);
    if (row.kind == ESC_CHECK_DELIVERED)
        row.proof = meaning.extra;
    if (row.kind == ESC_CHECK_CONFIRMED && check->text != NULL)
        row.text = esc_build_text(&lower->build, check->text->text.plain);
    if (row.kind == ESC_CHECK_CONDITION) {
        row.text = esc_build_text(&lower->build, source_text(lower, check->condition->span));
        row.cond = 1 + lower_check_condition(lower, check->condition);
    }
    return row;
}

void esc_lower_put_check(EscLower *lower, EscCheckRow row)
{
    void *checks = lower->checks;
    if (lower->checks_count == lower->checks_capacity)
        checks = esc_arena_grow(lower->build.arena, checks, lower->checks_count,
                                &lower->checks_capacity, sizeof row);
    if (checks == NULL) {
        lower->build.status = lower->build.status == ESC_OK ? ESC_NO_MEMORY : lower->build.status;
        return;
    }
    lower->checks = checks;
    lower->checks[lower->checks_count++] = row;
}
