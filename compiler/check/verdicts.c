/* verdicts.c - what conditions come to: those that can never hold, those that always do, and rows of a table that the
 * rows above leave nothing for. Only what is certain is said; what the diagrams (condition/) are not sure of passes. */
#include <string.h>

#include "check/expressions.h"
#include "condition/condition.h"

enum { CORE_MAX = 32, RELATED_MAX = 4 };

/* What comes of a condition by where it stands. */
static const struct {
    const char *never, *always;
} OUTCOMES[] = {
    [ESC_USE_START] = {"nothing ever starts here", "every ticket starts it"},
    [ESC_USE_HANDLER] = {"this handler never runs", "the handler runs at every such event"},
    [ESC_USE_CLOSE] = {"it never closes", "it closes at once"},
    [ESC_USE_IF] = {"these steps never run", "its steps always run"},
    [ESC_USE_AWAIT] = {"the wait always runs out of time", "nothing is waited for"},
    [ESC_USE_EVENT] = {"the wait always runs out of time", "every such event ends the wait"},
    [ESC_USE_CHECK] = {"the check always fails", "the check always passes"},
    [ESC_USE_ROUTE] = {"this row is never taken", "every ticket takes this row"},
    [ESC_USE_SLA] = {"it promises nobody anything", "it is for every ticket"},
    [ESC_USE_PAUSE] = {"the clock never stands", "the clock always stands"},
    [ESC_USE_POLICY] = {"the rule is never applied", "the rule is applied always"},
    [ESC_USE_TEST] = {"the test always fails", "the expectation cannot fail"},
};

typedef struct Judge {
    EscWorkspace *workspace;
    EscSpace *space;
    const EscCondition *whole;
    EscDiagram verdict; /* on the whole */
    EscConditionUse use;
} Judge;

void esc_judge_done(EscWorkspace *workspace, EscSpace *space)
{
    if (esc_space_status(space) == ESC_NO_MEMORY)
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    esc_space_free(space);
}

/* --- conditions ------------------------------------------------------------------------------- */

static EscDiagram all_but(Judge *judge, const EscDiagram *parts, const bool *is_out, uint32_t count)
{
    EscDiagram all = ESC_ALWAYS;
    for (uint32_t i = 0; i < count; i++)
        if (!is_out[i])
            all = esc_space_and(judge->space, all, parts[i]);
    return all;
}

/* Shows a smallest set of the parts that cannot hold together. */
static void relate_core(Judge *judge, EscDiagnostic *diagnostic, const EscCondition *both)
{
    EscDiagram parts[CORE_MAX];
    bool is_out[CORE_MAX] = {false};
    uint32_t count = 0, left = 0, shown = 0;
    if (both->count > CORE_MAX)
        return;
    for (const EscCondition *part = both->first; part != NULL; part = part->next)
        parts[count++] = esc_space_diagram(judge->space, part);
    for (uint32_t i = 0; i < count; i++) {
        is_out[i] = true;
        is_out[i] = all_but(judge, parts, is_out, count) == ESC_NEVER;
        left += !is_out[i];
    }
    uint32_t i = 0;
    const EscTest *first = NULL;
    for (const EscCondition *part = both->first; part != NULL; part = part->next, i++) {
        if (is_out[i] || shown == RELATED_MAX)
            continue;
        shown++;
        if (shown == 2 && left == 2 && first != NULL && part->test != NULL &&
            esc_subject_equal(&first->subject, &part->test->subject))
            esc_report_hint(judge->workspace, diagnostic, "say `or` where either is enough");
        first = part->test;
        esc_report_related(judge->workspace, diagnostic, part->span, "%s",
                           shown == left ? "and this exclude each other" : "this");
    }
}

static void say_never(Judge *judge, const EscCondition *condition)
{
    EscDiagnostic *diagnostic = NULL;
    if (judge->verdict == ESC_NEVER)
        diagnostic = esc_report(judge->workspace, "E0230", condition->span,
                                "this can never hold, so %s", OUTCOMES[judge->use].never);
    else
        diagnostic = esc_report(judge->workspace, "E0230", condition->span,
                                "this part of the condition can never hold");
    if (condition->kind == ESC_CONDITION_AND)
        relate_core(judge, diagnostic, condition);
    else if (condition->kind == ESC_CONDITION_TEST && condition->test->kind != ESC_TEST_CONSTANT)
        esc_report_hint(judge->workspace, diagnostic, "no value of `%.*s` is like that",
                        ESC_TEXT_ARG(condition->test->subject.words));
}

static void say_always(Judge *judge, const EscCondition *condition)
{
    EscDiagnostic *diagnostic = NULL;
    if (judge->use == ESC_USE_TEST) {
        diagnostic = esc_report(judge->workspace, "E0348", condition->span,
                                "this always holds, so it cannot fail");
        esc_report_hint(judge->workspace, diagnostic,
                        "expect what would be different if the template were wrong");
        return;
    }
    if (judge->verdict == ESC_ALWAYS)
        diagnostic = esc_report(judge->workspace, "A0210", condition->span, "this always holds: %s",
                                OUTCOMES[judge->use].always);
    else
        diagnostic = esc_report(judge->workspace, "A0210", condition->span,
                                "this part of the condition always holds");
    esc_report_hint(judge->workspace, diagnostic, "leave it out");
}

/* The smallest parts that are certain for themselves. */
static void judge_part(Judge *judge, const EscCondition *condition)
{
    EscDiagram verdict = esc_space_diagram(judge->space, condition);
    bool is_certain = verdict == ESC_NEVER || verdict == ESC_ALWAYS, is_below = false;
    for (const EscCondition *part = condition->first; part != NULL; part = part->next) {
        if (is_certain && esc_space_diagram(judge->space, part) != verdict)
            continue;
        judge_part(judge, part);
        is_below = true;
    }
    if (is_below)
        return;
    if (verdict == ESC_NEVER)
        say_never(judge, condition);
    else if (verdict == ESC_ALWAYS)
        say_always(judge, condition);
}

void esc_judge_condition(EscWorkspace *workspace, const EscNode *node, EscConditionUse use)
{
    Judge judge = {.workspace = workspace, .use = use};
    EscArena *arena = esc_arena_new(ESC_FORM_BYTES_MAX);
    if (arena == NULL)
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    else
        judge.whole = esc_condition_make(workspace, node, arena);
    if (judge.whole != NULL) {
        judge.space = esc_space_new(&judge.whole, 1);
        if (judge.space != NULL) {
            judge.verdict = esc_space_diagram(judge.space, judge.whole);
            judge_part(&judge, judge.whole);
        }
        esc_judge_done(workspace, judge.space);
    }
    esc_arena_free(arena);
}

/* --- rows of a table -------------------------------------------------------------------------- */

void esc_report_example(EscWorkspace *workspace, EscDiagnostic *diagnostic,
                        const EscExample *example)
{
    if (example->has_failed)
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    for (uint32_t i = 0; i < example->count; i++)
        esc_report_witness(workspace, diagnostic, example->lines[i].field, example->lines[i].value);
}

/* Rows above, one another's equals: which of them together take all that a row would. */
typedef struct Cover {
    EscSpace *space;
    const EscDiagram *diagrams; /* ESC_NEVER for rows that take nothing */
    EscDiagram row;
} Cover;

static bool covers(const Cover *cover, const uint32_t *rows, uint32_t count, uint32_t without)
{
    EscDiagram all = ESC_NEVER;
    for (uint32_t i = 0; i < count; i++)
        if (i != without)
            all = esc_space_or(cover->space, all, cover->diagrams[rows[i]]);
    return esc_space_implies(cover->space, cover->row, all);
}

/* A smallest set of rows that cover it, the first ones where there is a choice. */
static uint32_t smallest_cover(const Cover *cover, uint32_t *rows, uint32_t count)
{
    for (uint32_t i = count; i > 0; i--) {
        if (!covers(cover, rows, count, i - 1))
            continue;
        memmove(&rows[i - 1], &rows[i], (count - i) * sizeof *rows);
        count--;
    }
    return count;
}

static void relate_rows(EscWorkspace *workspace, const Cover *cover, EscDiagnostic *diagnostic,
                        const EscTableRow *rows, uint32_t row)
{
    uint32_t some[CORE_MAX], count = 0;
    if (workspace->diagnostics_count == ESC_DIAGNOSTICS_MAX)
        return; /* nobody will read it */
    for (uint32_t i = 0; i < row && count < CORE_MAX; i++)
        if (cover->diagrams[i] != ESC_INCONCLUSIVE &&
            esc_space_and(cover->space, cover->row, cover->diagrams[i]) != ESC_NEVER)
            some[count++] = i;
    count = smallest_cover(cover, some, count);
    for (uint32_t i = 0; i < count && i < RELATED_MAX; i++)
        esc_report_related(workspace, diagnostic, rows[some[i]].span,
                           count == 1 ? "this takes all of it" : "this takes some of it");
}

static void judge_rows(EscWorkspace *workspace, EscSpace *space, const EscTableRow *rows,
                       EscDiagram *diagrams, uint32_t count, const char *what)
{
    EscDiagram covered = ESC_NEVER;
    for (uint32_t i = 0; i < count; i++) {
        bool is_wrong = rows[i].condition != NULL && rows[i].form == NULL;
        diagrams[i] = is_wrong ? ESC_INCONCLUSIVE : esc_space_diagram(space, rows[i].form);
        if (diagrams[i] == ESC_INCONCLUSIVE || diagrams[i] == ESC_NEVER)
            continue;
        if (!rows[i].is_otherwise && esc_space_implies(space, diagrams[i], covered)) {
            EscDiagnostic *diagnostic =
                esc_report(workspace, "A0310", rows[i].span,
                           "%s: what stands above takes every ticket of it", what);
            esc_report_hint(workspace, diagnostic, "put it above them, or leave it out");
            Cover cover = {space, diagrams, diagrams[i]};
            relate_rows(workspace, &cover, diagnostic, rows, i);
            EscExample example;
            if (esc_space_example(space, diagrams[i], workspace->arena, &example))
                esc_report_example(workspace, diagnostic, &example);
            diagrams[i] = ESC_NEVER;
            continue;
        }
        EscDiagram both = esc_space_or(space, covered, diagrams[i]);
        covered = both == ESC_INCONCLUSIVE ? covered : both;
    }
}

void esc_judge_rows(EscWorkspace *workspace, EscTableRow *rows, uint32_t count, const char *what)
{
    const EscCondition **forms =
        esc_arena_alloc_array(workspace->arena, count, sizeof(const EscCondition *));
    EscDiagram *diagrams = esc_arena_alloc_array(workspace->arena, count, sizeof *diagrams);
    if (forms == NULL || diagrams == NULL || count < 2)
        return;
    for (uint32_t i = 0; i < count; i++)
        forms[i] = rows[i].form = esc_condition_of(workspace, rows[i].condition);
    EscSpace *space = esc_space_new(forms, count);
    if (space != NULL)
        judge_rows(workspace, space, rows, diagrams, count, what);
    esc_judge_done(workspace, space);
}
