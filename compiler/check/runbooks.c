/* runbooks.c - steps with parameters: checked once, and judged again where they are run. */
#include <stdio.h>

#include "check/check.h"
#include "check/lookup.h"
#include "check/steps.h"

void esc_check_runbook(EscWorkspace *workspace, uint32_t index, unsigned run_depth)
{
    const EscNode *node = workspace->runbooks[index].node;
    workspace->runbook_facts[index].state = 1;
    (void)esc_plain_text(workspace, node->runbook.title);
    EscWhere where = esc_where(workspace, ESC_FUNCTION_STEPS);
    where.is_runbook = true;
    where.run_depth = run_depth;
    where.facts.depth = 1;
    workspace->runbooks[index].locals_first = workspace->locals_count;
    ESC_EACH_NODE(param, node->runbook.parameters) {
        if (where.locals_count == ESC_PARAMS_MAX) {
            esc_report(workspace, "E0333", param->span, "a runbook has at most %u parameters",
                       ESC_PARAMS_MAX);
            break;
        }
        uint32_t size_max = 0, items_max = 0;
        EscName name = param->parameter.name;
        EscType type =
            esc_schema_type(workspace, param->parameter.type, name.text, &size_max, &items_max);
        if (type != ESC_TYPE_WRONG && param->parameter.is_optional)
            type |= ESC_TYPE_OPTIONAL;
        (void)esc_where_local(&where, NULL, name, type);
    }
    workspace->runbooks[index].params_count = where.locals_count;
    (void)esc_check_steps(&where, node->runbook.steps);
    EscRunbookInfo *runbook = &workspace->runbooks[index];
    runbook->is_waiting = where.facts.is_waiting;
    runbook->is_resuming = where.facts.is_resuming;
    runbook->is_skipping = where.facts.is_skipping;
    runbook->is_closing = where.facts.is_closing;
    where.facts.state = 2;
    workspace->runbook_facts[index] = where.facts;
}

void esc_pass_runbooks(EscWorkspace *workspace)
{
    workspace->runbook_facts = esc_arena_alloc_array(workspace->arena, workspace->runbooks_count,
                                                     sizeof *workspace->runbook_facts);
    if (workspace->runbook_facts == NULL)
        return;
    for (uint32_t i = 0; i < workspace->runbooks_count; ++i) {
        if (workspace->runbook_facts[i].state == 0)
            esc_check_runbook(workspace, i, 0);
    }
}

/* What a runbook does must be possible where it is run. */
static void run_fits(EscWhere *where, const EscNode *node, const EscRunbookInfo *runbook,
                     const EscBodyFacts *facts)
{
    EscWorkspace *workspace = where->workspace;
    EscSpan declared = runbook->node->runbook.name.span;
    EscSpan span = node->run.runbook->span;
    const char *verb = NULL;
    if (where->is_in_round && !esc_is_atomic(where) && (facts->is_waiting || facts->is_raising)) {
        EscDiagnostic *diagnostic = esc_report(
            workspace, "E0312", span,
            "the runbook `%.*s` waits, and a round of `every` runs at once and may not wait",
            ESC_TEXT_ARG(runbook->name));
        esc_report_hint(workspace, diagnostic, "run it behind the rounds or in their `else`");
        esc_report_related(workspace, diagnostic, declared, "declared here");
        return;
    }
    if (esc_is_atomic(where) && facts->is_waiting) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0312", span,
                       "the runbook `%.*s` waits, and what runs at once may not wait",
                       ESC_TEXT_ARG(runbook->name));
        esc_report_hint(workspace, diagnostic, "`raise` an exception and run it in its handler");
        esc_report_related(workspace, diagnostic, declared, "declared here");
        return;
    }
    if (where->is_runbook)
        return; /* judged where that one is run */
    if (facts->is_resuming && where->body != ESC_FUNCTION_CATCH)
        verb = "resume";
    else if (facts->is_skipping && where->body != ESC_FUNCTION_HANDLER)
        verb = "skip";
    else if (facts->is_closing &&
             (where->body == ESC_FUNCTION_REMINDER || where->body == ESC_FUNCTION_QA_ELSE))
        verb = "close";
    if (verb != NULL) {
        EscDiagnostic *diagnostic = esc_report(
            workspace, "E0313", span, "the runbook `%.*s` says `%s`, which cannot stand here",
            ESC_TEXT_ARG(runbook->name), verb);
        esc_report_related(workspace, diagnostic, declared, "declared here");
    }
    unsigned missing = where->has_roles ? facts->roles_used & ~where->roles : 0;
    for (uint32_t role = ESC_ROLE_PRIMARY + 1; missing >> role != 0; ++role) {
        if ((missing >> role & 1) == 0)
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0113", span,
                       "the runbook `%.*s` turns to the %s owner, and this template has none",
                       ESC_TEXT_ARG(runbook->name), esc_role_words[role]);
        esc_report_hint(workspace, diagnostic, "declare it in `owners { … }`");
        esc_report_related(workspace, diagnostic, declared, "declared here");
    }
}

bool esc_check_run(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    const EscSymbol *symbol = esc_check_symbol(workspace, node->run.runbook, ESC_SYMBOL_RUNBOOK);
    if (symbol == NULL)
        return false;
    uint32_t index = symbol->index;
    esc_mark(workspace, node->run.runbook, ESC_MEANS_RUNBOOK, index, ESC_TYPE_ANY);
    const EscBodyFacts *facts = &workspace->runbook_facts[index];
    if (facts->state == 1) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0310", node->run.runbook->span,
                                               "runbooks cannot run one another in a circle");
        esc_report_hint(workspace, diagnostic,
                        "break the circle; to begin anew, `start template` or `raise`");
        esc_report_related(workspace, diagnostic, symbol->span,
                           "this runbook comes back to itself");
        return false;
    }
    if (where->run_depth >= ESC_RUNBOOK_DEPTH_MAX ||
        (facts->state == 2 && facts->depth + where->run_depth > ESC_RUNBOOK_DEPTH_MAX)) {
        esc_report(workspace, "E0311", node->run.runbook->span,
                   "runbooks run one another more than %u deep here", ESC_RUNBOOK_DEPTH_MAX);
        return false;
    }
    if (facts->state == 0)
        esc_check_runbook(workspace, index, where->run_depth + 1);
    const EscRunbookInfo *runbook = &workspace->runbooks[index];
    EscParamInfo params[ESC_PARAMS_MAX];
    for (uint32_t i = 0; i < runbook->params_count; ++i) {
        const EscLocal *local = &workspace->locals[runbook->locals_first + i];
        params[i] = (EscParamInfo){.name = local->name, .type = local->type};
    }
    char whose[ESC_NAME_SIZE_MAX + 32];
    (void)snprintf(whose, sizeof whose, "the runbook `%.*s`", ESC_TEXT_ARG(runbook->name));
    esc_check_arguments(where, node->run.runbook->span, node->run.arguments,
                        &(EscCallee){.params = params,
                                     .count = runbook->params_count,
                                     .whose = whose,
                                     .declared = runbook->node->runbook.name.span});
    run_fits(where, node, runbook, facts);
    esc_facts_merge(where->workspace, &where->facts, facts);
    return false;
}
