/* receivers.c - names that are given as texts: a template may own, page and notify by its parameters, so a text that a step or an
 * automation gives for one of them is a name as any other. What a test gives may be wrong on purpose, and what is read from a ticket is
 * known when it is read. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/names.h"

void esc_receiver_is_used(EscWorkspace *workspace, uint32_t param, unsigned allowed)
{
    EscParamInfo *info = &workspace->params[param];
    info->receives = info->receives == 0 ? allowed : info->receives & allowed;
}

void esc_receivers_given(EscWorkspace *workspace, EscNodeList arguments)
{
    ESC_EACH(entry, arguments) {
        const EscNode *value = entry->entry.value;
        EscMeaning meaning = esc_meaning(workspace, entry);
        if (meaning.means == ESC_MEANS_PARAM && value->kind == ESC_NODE_TEXT &&
            value->text.is_plain)
            *ESC_ARRAY_ADD(workspace, given_names) =
                (EscGivenName){.param = meaning.index, .text = value};
    }
}

/* A text does not lead to a route. */
static unsigned bit_of(EscSymbolKind kind)
{
    return esc_who_can(kind) & ~(unsigned)ESC_WHO_CAN_ROUTE;
}

static bool may_be_address(EscText text, unsigned receives)
{
    return (receives & ESC_WHO_CAN_CHANNEL) != 0 && text.size > 0 &&
           memchr(text.data, '@', text.size) != NULL;
}

static void check_given(EscWorkspace *workspace, const EscGivenName *given)
{
    const EscParamInfo *param = &workspace->params[given->param];
    EscText name = given->text->text.plain;
    if (param->receives == 0)
        return;
    const EscSymbol *symbol = esc_symbol_find(workspace, name);
    bool is_broken = symbol != NULL && symbol->kind == ESC_SYMBOL_NONE;
    if (is_broken || (symbol != NULL && (bit_of(symbol->kind) & param->receives) != 0) ||
        may_be_address(name, param->receives))
        return;
    bool takes_channel = (param->receives & ESC_WHO_CAN_CHANNEL) != 0;
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0436", given->text->span, "`%.*s` is %s, and the parameter `%.*s` wants one",
        ESC_TEXT_ARG(name), takes_channel ? "nobody's name and no channel" : "nobody's name",
        ESC_TEXT_ARG(param->name));
    EscSuggest suggest = esc_suggest(name);
    unsigned kinds = 1u << ESC_SYMBOL_PERSON | 1u << ESC_SYMBOL_TEAM | 1u << ESC_SYMBOL_SCHEDULE;
    esc_suggest_try_symbols(&suggest, workspace,
                            takes_channel ? kinds | 1u << ESC_SYMBOL_CHANNEL : kinds);
    if (suggest.best.size > 0)
        esc_report_hint(workspace, diagnostic, "did you mean \"%.*s\"?",
                        ESC_TEXT_ARG(suggest.best));
    else
        esc_report_hint(workspace, diagnostic, "name a person, team%s, in quotes",
                        takes_channel ? ", schedule or channel" : " or schedule");
    esc_report_related(workspace, diagnostic, workspace->locals[param->local].span,
                       "declared here, and used as somebody");
}

void esc_pass_receivers(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->given_names_count; ++i)
        check_given(workspace, &workspace->given_names[i]);
}
