/* parameters.c - what whoever asks for something gives: parameters of actions and of templates. Those of runbooks live in
 * registers, so they are declared where a runbook is (runbooks.c). */
#include "check/check.h"
#include "check/lookup.h"
#include "check/names.h"
#include "check/where.h"

static void must_be_new(EscWorkspace *workspace, EscName name, uint32_t first)
{
    for (uint32_t i = first; i < workspace->params_count; ++i) {
        if (!esc_text_equal(workspace->params[i].name, name.text))
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0112", name.span, "the parameter `%.*s` stands here twice",
                       ESC_TEXT_ARG(name.text));
        esc_report_related(workspace, diagnostic,
                           workspace->locals[workspace->params[i].local].span, "first here");
        return;
    }
}

void esc_params_declare(EscWorkspace *workspace, EscNodeList nodes, const char *whose,
                        uint32_t *first, uint32_t *count)
{
    *first = workspace->params_count;
    *count = 0;
    ESC_EACH_NODE(param, nodes) {
        EscName name = param->parameter.name;
        uint32_t size_max = 0, items_max = 0;
        EscType type =
            esc_schema_type(workspace, param->parameter.type, name.text, &size_max, &items_max);
        if (type != ESC_TYPE_WRONG && param->parameter.is_optional)
            type |= ESC_TYPE_OPTIONAL;
        must_be_new(workspace, name, *first);
        if (*count == ESC_PARAMS_MAX) {
            esc_report(workspace, "E0333", name.span, "%s has at most %u parameters", whose,
                       ESC_PARAMS_MAX);
            return;
        }
        esc_check_spelling(workspace, name);
        uint32_t local = esc_local_add(workspace, name.text, type, name.span);
        *ESC_ARRAY_ADD(workspace, params) =
            (EscParamInfo){.name = name.text, .type = type, .local = local};
        ++*count;
    }
}

/* --- templates -------------------------------------------------------------------------------- */

/* What starts by itself has nobody who would give anything. */
static void must_be_given(EscWorkspace *workspace, const EscTemplateInfo *info)
{
    ESC_EACH_NODE(item, info->node->template.items) {
        if (item->kind != ESC_NODE_START)
            continue;
        EscSpan span = {item->span.file, item->span.start, item->span.start + 5};
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0397", span,
                       "`%.*s` has parameters, and nobody gives them where it starts by itself",
                       ESC_TEXT_ARG(info->name));
        esc_report_hint(workspace, diagnostic,
                        "let an automation or a template of its own begin here and say "
                        "`start template %.*s(…)`, or read fields of the ticket",
                        ESC_TEXT_ARG(info->name));
        esc_report_related(workspace, diagnostic, info->node->template.parameters.first->span,
                           "this would be missing");
        return;
    }
}

/* `start template NAME(ticket: …)` says on which ticket, and `ticket.title` is read in every template. */
static void must_not_hide(EscWorkspace *workspace, const EscTemplateInfo *info)
{
    for (uint32_t i = 0; i < info->params_count; ++i) {
        const EscParamInfo *param = &workspace->params[info->params_first + i];
        if (!esc_text_equal(param->name, ESC_TEXT("ticket")))
            continue;
        EscDiagnostic *diagnostic = esc_report(
            workspace, "E0112", workspace->locals[param->local].span,
            "`ticket` has a meaning here already: the ticket that the template is about");
        esc_report_hint(workspace, diagnostic, "choose another name");
    }
}

void esc_pass_parameters(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->templates_count; ++i) {
        EscTemplateInfo *info = &workspace->templates[i];
        esc_params_declare(workspace, info->node->template.parameters, "a template",
                           &info->params_first, &info->params_count);
        for (uint32_t p = info->params_first; p < info->params_first + info->params_count; ++p)
            workspace->locals[workspace->params[p].local].param = p + 1;
        if (info->params_count > 0)
            must_be_given(workspace, info);
        must_not_hide(workspace, info);
    }
}

void esc_where_params(EscWhere *where, const EscTemplateInfo *info)
{
    for (uint32_t i = 0; i < info->params_count; ++i)
        where->locals[where->locals_count++] =
            where->workspace->params[info->params_first + i].local;
}
