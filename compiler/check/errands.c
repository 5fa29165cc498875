/* errands.c - steps that ask the system that has a ticket for something: `comment "…"` and `create ticket NAME in SYSTEM { … }`. Some source has to say
 * how that is done (source_errands.c). */
#include "check/errands.h"

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"
#include "check/steps.h"

bool esc_check_reader(EscWorkspace *workspace, EscName reader)
{
    static const char *const readers[] = {"public", NULL};
    if (reader.text.size == 0 || esc_text_equal(reader.text, ESC_TEXT("public")))
        return true;
    esc_report_word(workspace, reader, "a kind of comment", readers);
    return false;
}

/* The first row of a source for it, from *at on: where it was found, else the number of sources. */
static const EscNode *row_find(const EscWorkspace *workspace, EscErrandKind kind, uint32_t *at)
{
    for (; *at < workspace->inbounds_count; ++*at)
        ESC_EACH_NODE(item, workspace->inbounds[*at].node->source.items)
            if (item->kind == ESC_NODE_SOURCE_BACK && esc_is_errand(item) &&
                esc_errand_kind(item) == kind)
                return item;
    return NULL;
}

bool esc_check_comment(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    esc_check_text(where, node->comment.text);
    if (!esc_check_reader(workspace, node->comment.reader))
        return false;
    bool is_public = node->comment.reader.text.size > 0;
    uint32_t at = 0;
    if (row_find(workspace, is_public ? ESC_ERRAND_COMMENT_PUBLIC : ESC_ERRAND_COMMENT, &at) !=
        NULL)
        return false;
    uint32_t other = 0;
    bool has_other = row_find(workspace, is_public ? ESC_ERRAND_COMMENT : ESC_ERRAND_COMMENT_PUBLIC,
                              &other) != NULL;
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0418", node->span,
        is_public ? "no source says how a comment for the customer is written"
                  : "no source says how a comment that customers do not see is written");
    if (has_other)
        esc_report_hint(workspace, diagnostic,
                        is_public ? "`comment \"…\"` is what its system takes"
                                  : "`comment public \"…\"` is what its system takes");
    else
        esc_report_hint(
            workspace, diagnostic,
            "add `comment%s -> SYSTEM.ACTION(id: ticket.id, words: comment.text)` to the source that "
            "brings the tickets",
            is_public ? " public" : "");
    return false;
}

static bool makes_in(const EscNode *row, EscText system)
{
    const EscNode *action = row->source_back.action;
    return action->path.count == 2 && esc_text_equal(action->path.parts[0].text, system);
}

static void two_make(EscWorkspace *workspace, const EscNode *system, const EscNode *first,
                     const EscNode *second)
{
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0419", system->span,
                   "two sources say how a ticket is made in `%.*s`, and one of them has it then",
                   ESC_TEXT_ARG(system->path.parts[0].text));
    esc_report_related(workspace, diagnostic, first->span, "here");
    esc_report_related(workspace, diagnostic, second->span, "and here");
}

void esc_check_create_in(EscWorkspace *workspace, const EscNode *system)
{
    const EscSymbol *symbol = esc_check_symbol(workspace, system, ESC_SYMBOL_SYSTEM);
    if (symbol == NULL)
        return;
    const EscNode *found = NULL, *row = NULL;
    for (uint32_t at = 0; (row = row_find(workspace, ESC_ERRAND_TICKET, &at)) != NULL; ++at) {
        if (!makes_in(row, symbol->name))
            continue;
        if (found != NULL) {
            two_make(workspace, system, found, row);
            return;
        }
        found = row;
        esc_mark(workspace, system, ESC_MEANS_VALUE, at, ESC_TYPE_ANY);
    }
    if (found != NULL)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0419", system->span, "no source says how a ticket is made in `%.*s`",
                   ESC_TEXT_ARG(symbol->name));
    esc_report_hint(workspace, diagnostic,
                    "add `ticket -> %.*s.ACTION(…)` to the source that brings its tickets",
                    ESC_TEXT_ARG(symbol->name));
}
