/* lookup.c - names of what a workspace declares, where one kind of thing is wanted: found and marked, or reported with the
 * nearest that would fit. */
#include "check/lookup.h"
#include "check/expressions.h"
#include "check/names.h"

/* The index of what has that name, if it is of that kind; `wanted`: "a person". *is_unknown: nothing has the name, which is
 * still to be reported. */
static uint32_t find_named(EscWorkspace *workspace, EscName name, EscSymbolKind kind,
                           const char *wanted, bool *is_unknown)
{
    const EscSymbol *symbol = esc_symbol_find(workspace, name.text);
    *is_unknown = symbol == NULL;
    if (symbol == NULL || symbol->kind == ESC_SYMBOL_NONE)
        return ESC_NONE;
    if (symbol->kind == kind)
        return symbol->index;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0111", name.span, "`%.*s` is %s, and %s is wanted here",
                   ESC_TEXT_ARG(name.text), esc_symbol_kind_words(symbol->kind), wanted);
    esc_report_related(workspace, diagnostic, symbol->span, "declared here");
    return ESC_NONE;
}

uint32_t esc_find_person(EscWorkspace *workspace, EscName name)
{
    bool is_unknown;
    uint32_t index = find_named(workspace, name, ESC_SYMBOL_PERSON, "a person", &is_unknown);
    if (!is_unknown)
        return index;
    EscSuggest suggest = esc_suggest(name.text);
    esc_suggest_try_symbols(&suggest, workspace, 1u << ESC_SYMBOL_PERSON);
    if (esc_is_meant_by_a_twin(workspace, &suggest, 1u << ESC_SYMBOL_PERSON))
        return ESC_NONE;
    EscDiagnostic *diagnostic = esc_report(workspace, "E0101", name.span,
                                           "there is no person `%.*s`", ESC_TEXT_ARG(name.text));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, name.span))
        esc_report_hint(workspace, diagnostic, "declare `person %.*s { … }`",
                        ESC_TEXT_ARG(name.text));
    return ESC_NONE;
}

const uint32_t *esc_find_persons(EscWorkspace *workspace, EscNodeList items, uint32_t *count)
{
    uint32_t *persons = esc_arena_alloc_array(workspace->arena, items.count, sizeof *persons);
    *count = 0;
    if (persons == NULL)
        return NULL;
    ESC_EACH_NODE(item, items) {
        if (item->kind != ESC_NODE_MEMBER)
            continue;
        uint32_t person = esc_find_person(workspace, item->member.name);
        if (person != ESC_NONE)
            persons[(*count)++] = person;
    }
    return persons;
}

const uint32_t *esc_check_events(EscWorkspace *workspace, EscNodeList paths, uint32_t *count)
{
    uint32_t *events = esc_arena_alloc_array(workspace->arena, paths.count, sizeof *events);
    uint32_t found = 0;
    ESC_EACH(path, paths) {
        uint32_t event = esc_check_event(workspace, path);
        if (event != ESC_NONE && events != NULL)
            events[found++] = event;
    }
    *count = esc_sort_unique(events, found);
    return events;
}

uint32_t esc_find_calendar(EscWorkspace *workspace, EscName name)
{
    bool is_unknown;
    uint32_t index = find_named(workspace, name, ESC_SYMBOL_CALENDAR, "a calendar", &is_unknown);
    if (!is_unknown)
        return index;
    EscSuggest suggest = esc_suggest(name.text);
    esc_suggest_try_symbols(&suggest, workspace, 1u << ESC_SYMBOL_CALENDAR);
    EscDiagnostic *diagnostic = esc_report(workspace, "E0101", name.span,
                                           "there is no calendar `%.*s`", ESC_TEXT_ARG(name.text));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, name.span))
        esc_report_hint(workspace, diagnostic, "declare `calendar %.*s { mon..fri 08:00..18:00 }`",
                        ESC_TEXT_ARG(name.text));
    return ESC_NONE;
}

const EscSymbol *esc_check_symbol(EscWorkspace *workspace, const EscNode *path, EscSymbolKind kind)
{
    char buffer[ESC_PATH_TEXT_MAX];
    EscText name = esc_path_text(path, 0, path->path.count, buffer);
    const EscSymbol *symbol = esc_symbol_find(workspace, name);
    if (symbol != NULL && (symbol->kind == kind || symbol->kind == ESC_SYMBOL_NONE))
        return symbol->kind == kind ? symbol : NULL;
    const char *wanted = esc_symbol_kind_words(kind);
    if (symbol != NULL) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0111", path->span, "`%.*s` is %s, and %s is wanted here",
                       ESC_TEXT_ARG(name), esc_symbol_kind_words(symbol->kind), wanted);
        esc_report_related(workspace, diagnostic, symbol->span, "declared here");
        return NULL;
    }
    EscSuggest suggest = esc_suggest(name);
    esc_suggest_try_symbols(&suggest, workspace, 1u << kind);
    const char *noun = strchr(wanted, ' ') + 1;
    EscDiagnostic *diagnostic = esc_report(workspace, "E0101", path->span, "there is no %s `%.*s`",
                                           noun, ESC_TEXT_ARG(name));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, path->span))
        esc_report_hint(workspace, diagnostic, "declare it");
    return NULL;
}

uint32_t esc_check_event(EscWorkspace *workspace, const EscNode *path)
{
    char buffer[ESC_PATH_TEXT_MAX];
    EscText name = esc_path_text(path, 0, path->path.count, buffer);
    const EscSymbol *symbol = esc_symbol_find(workspace, name);
    if (symbol != NULL && symbol->kind == ESC_SYMBOL_EVENT) {
        esc_mark(workspace, path, ESC_MEANS_EVENT, symbol->index, ESC_TYPE_ANY);
        return symbol->index;
    }
    if (symbol != NULL && symbol->kind == ESC_SYMBOL_NONE)
        return ESC_NONE;
    EscSuggest suggest = esc_suggest(name);
    esc_suggest_try_symbols(&suggest, workspace, 1u << ESC_SYMBOL_EVENT);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0106", path->span, "there is no event `%.*s`", ESC_TEXT_ARG(name));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, path->span))
        esc_report_hint(workspace, diagnostic, "declare `event %.*s { … }`", ESC_TEXT_ARG(name));
    return ESC_NONE;
}

unsigned esc_who_can(EscSymbolKind kind)
{
    switch (kind) {
    case ESC_SYMBOL_PERSON:
        return ESC_WHO_CAN_PERSON;
    case ESC_SYMBOL_TEAM:
        return ESC_WHO_CAN_TEAM;
    case ESC_SYMBOL_SCHEDULE:
        return ESC_WHO_CAN_SCHEDULE;
    case ESC_SYMBOL_ROUTE:
        return ESC_WHO_CAN_ROUTE;
    case ESC_SYMBOL_CHANNEL:
        return ESC_WHO_CAN_CHANNEL;
    default:
        return 0;
    }
}
