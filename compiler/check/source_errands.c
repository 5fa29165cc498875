/* source_errands.c - `comment -> SYSTEM.ACTION(…)` and `ticket -> SYSTEM.ACTION(…) undo …` in a source: what its system does beside taking back a
 * field. */
#include "check/check.h"
#include "check/errands.h"
#include "check/lookup.h"
#include "check/names.h"
#include "check/steps.h"

static void check_given(EscWhere *where, const EscNode *path, EscNodeList arguments)
{
    uint32_t action = esc_check_action(where->workspace, path, ESC_NONE);
    if (action == ESC_NONE)
        return;
    const EscActionInfo *info = &where->workspace->actions[action];
    esc_check_arguments(where, path->span, arguments,
                        &(EscCallee){.params = where->workspace->params + info->params_first,
                                     .count = info->params_count,
                                     .base = info->params_first,
                                     .whose = "the action",
                                     .declared = info->node->action.name.span});
}

/* Its id there is what the action gives back: without it nobody would know which ticket was made. */
static void must_give_id(EscWorkspace *workspace, const EscNode *path)
{
    EscMeaning meaning = esc_meaning(workspace, path);
    if (meaning.means != ESC_MEANS_ACTION || workspace->actions[meaning.index].result != 0)
        return;
    const EscActionInfo *info = &workspace->actions[meaning.index];
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0419", path->span,
                   "`%.*s` gives nothing back, and the id of the ticket that it makes is wanted",
                   ESC_TEXT_ARG(info->name));
    esc_report_hint(workspace, diagnostic, "write `action %.*s(…) -> text { … return body.id }`",
                    ESC_TEXT_ARG(info->name));
    esc_report_related(workspace, diagnostic, info->node->action.name.span, "declared here");
}

void esc_check_errand(EscWorkspace *workspace, const EscNode *source, const EscNode *back)
{
    EscErrandKind kind = esc_errand_kind(back);
    EscWhere where = esc_where(workspace, ESC_FUNCTION_BACK);
    where.is_automation = true; /* whoever asks for it: there may be no escalation */
    where.is_back = true;
    where.source = source;
    where.is_comment = kind != ESC_ERRAND_TICKET;
    (void)esc_check_reader(workspace, back->source_back.reader);
    check_given(&where, back->source_back.action, back->source_back.arguments);
    if (kind == ESC_ERRAND_TICKET)
        must_give_id(workspace, back->source_back.action);
    const EscNode *undo = back->source_back.undo;
    if (undo != NULL && undo->undo.action != NULL)
        check_given(&where, undo->undo.action, undo->undo.arguments);
    else if (undo != NULL)
        (void)esc_plain_text(workspace, undo->undo.reason);
}
