/* symbols.c - one namespace for everything that a workspace declares: rows in the arrays, in
 * order of declaration, and names that are taken only once. What stands inside declarations is
 * looked at by later passes. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"
#include "libraries.h"

/* Words that mean something of their own wherever a name may stand; and so do roles. */
static const char *const RESERVED[] = {
    "ticket",   "event", "exception", "sla",   "workspace", "previous",
    "resolved", "now",   "true",      "false", "everyone",  NULL,
};

static void name_put(EscWorkspace *workspace, EscText name, uint32_t symbol)
{
    EscStatus status = esc_names_put(workspace->names, name, symbol);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
}

static bool is_reserved(EscText name)
{
    for (size_t i = 0; RESERVED[i] != NULL; ++i) {
        if (esc_text_equal(name, esc_text_from(RESERVED[i])))
            return true;
    }
    return esc_role_number(name) != ESC_NONE;
}

/* The workspace's own file, one of a library, one of the standard library. */
static unsigned far_away(const EscWorkspace *workspace, EscSpan span)
{
    const EscSourceFile *file = esc_file_of(workspace, span);
    return file->is_std ? 2 : file->library != 0;
}

/* The files of libraries come last; who declares one of their names again is shown all the same. */
static void declared_twice(EscWorkspace *workspace, EscSymbol *first, EscSymbolKind kind,
                           EscSpan span)
{
    bool is_ours =
        first->span.end == 0 || far_away(workspace, span) <= far_away(workspace, first->span);
    EscSpan here = is_ours ? span : first->span, there = is_ours ? first->span : span;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0102", here,
                   "`%.*s` is declared twice: all names of a workspace are different",
                   ESC_TEXT_ARG(first->name));
    esc_report_hint(workspace, diagnostic,
                    there.end == 0 ? "this one belongs to the language; choose another name"
                                   : "choose another name");
    esc_report_related(workspace, diagnostic, there, "%s, declared here",
                       esc_symbol_kind_words(is_ours ? first->kind : kind));
    workspace->twice_kinds |= 1u << kind;
    if (first->kind != kind)
        first->kind = ESC_SYMBOL_NONE; /* nobody knows which of them its users mean */
}

static void declare(EscWorkspace *workspace, EscSymbolKind kind, uint32_t index, EscText name,
                    EscSpan span)
{
    if (name.size == 0)
        return;
    uint32_t at = 0;
    EscSymbol *first = esc_names_find(workspace->names, name, &at) ? &workspace->symbols[at] : NULL;
    if (first != NULL && kind != ESC_SYMBOL_NONE && first->kind != ESC_SYMBOL_NONE) {
        declared_twice(workspace, first, kind, span);
        return;
    }
    if (first != NULL)
        return;
    if (kind != ESC_SYMBOL_EVENT && kind != ESC_SYMBOL_NONE && is_reserved(name)) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0118", span,
                                               "`%.*s` is a word of the language and cannot be %s",
                                               ESC_TEXT_ARG(name), esc_symbol_kind_words(kind));
        esc_report_hint(workspace, diagnostic, "choose another name");
        return;
    }
    if (span.end > 0 && kind != ESC_SYMBOL_NONE)
        esc_check_spelling(workspace, (EscName){.text = name, .span = span});
    EscSymbol *symbol = ESC_ARRAY_ADD(workspace, symbols);
    *symbol = (EscSymbol){.kind = kind, .index = index, .name = name, .span = span};
    name_put(workspace, name, workspace->symbols_count - 1);
}

/* --- what is built in ------------------------------------------------------------------------- */

static void builtin_events(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < ESC_EVENT_BUILTIN_COUNT; ++i) {
        EscEventInfo *event = ESC_ARRAY_ADD(workspace, events);
        event->name = esc_text_from(esc_event_words[i]);
        declare(workspace, ESC_SYMBOL_EVENT, i, event->name, (EscSpan){0});
    }
}

/* --- declarations ----------------------------------------------------------------------------- */

static void declare_workspace(EscWorkspace *workspace, const EscNode *node)
{
    if (workspace->node != NULL) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0302", node->workspace.name.span,
                                               "a workspace is declared once");
        esc_report_hint(workspace, diagnostic, "a folder is one workspace: leave one of them out");
        esc_report_related(workspace, diagnostic, workspace->node->workspace.name.span,
                           "declared here");
        return;
    }
    esc_check_spelling(workspace, node->workspace.name);
    workspace->node = node;
    workspace->name = node->workspace.name.text;
    workspace->title = esc_plain_text(workspace, node->workspace.title);
}

static void declare_event(EscWorkspace *workspace, const EscNode *node)
{
    EscEventInfo *event = ESC_ARRAY_ADD(workspace, events);
    uint32_t index = workspace->events_count - 1;
    const EscNode *path = node->event.name;
    char buffer[ESC_PATH_TEXT_MAX];
    event->name =
        esc_arena_text(workspace->arena, esc_path_text(path, 0, path->path.count, buffer));
    event->node = node;
    declare(workspace, ESC_SYMBOL_EVENT, index, event->name, path->span);
}

/* Adds the row of a named declaration to its array and gives its index. */
/* Before any step is looked at: steps start templates that are declared behind them. */
static bool is_manual(const EscNode *node)
{
    ESC_EACH_NODE(item, node->template.items) {
        if (item->kind == ESC_NODE_MANUAL)
            return true;
    }
    return false;
}

static uint32_t add_row(EscWorkspace *workspace, EscSymbolKind kind, const EscNode *node,
                        EscName name)
{
    switch (kind) {
    case ESC_SYMBOL_PERSON:
        *ESC_ARRAY_ADD(workspace, persons) = (EscPersonInfo){.name = name.text, .node = node};
        return workspace->persons_count - 1;
    case ESC_SYMBOL_TEAM:
        *ESC_ARRAY_ADD(workspace, teams) =
            (EscTeamInfo){.name = name.text, .lead = ESC_NONE, .node = node};
        return workspace->teams_count - 1;
    case ESC_SYMBOL_CALENDAR:
        *ESC_ARRAY_ADD(workspace, calendars) = (EscCalendarInfo){.name = name.text, .node = node};
        return workspace->calendars_count - 1;
    case ESC_SYMBOL_SCHEDULE:
        *ESC_ARRAY_ADD(workspace, schedules) = (EscScheduleInfo){.name = name.text, .node = node};
        return workspace->schedules_count - 1;
    case ESC_SYMBOL_CHANNEL:
        *ESC_ARRAY_ADD(workspace, channels) = (EscChannelInfo){.name = name.text, .node = node};
        return workspace->channels_count - 1;
    case ESC_SYMBOL_SYSTEM:
        *ESC_ARRAY_ADD(workspace, systems) = (EscSystemInfo){.name = name.text, .node = node};
        return workspace->systems_count - 1;
    case ESC_SYMBOL_ROUTE:
        *ESC_ARRAY_ADD(workspace, routes) = (EscRouteInfo){.name = name.text, .node = node};
        return workspace->routes_count - 1;
    case ESC_SYMBOL_SLA:
        *ESC_ARRAY_ADD(workspace, slas) = (EscSlaInfo){.name = name.text, .node = node};
        return workspace->slas_count - 1;
    case ESC_SYMBOL_RUNBOOK:
        *ESC_ARRAY_ADD(workspace, runbooks) = (EscRunbookInfo){.name = name.text, .node = node};
        return workspace->runbooks_count - 1;
    case ESC_SYMBOL_TEMPLATE:
        *ESC_ARRAY_ADD(workspace, templates) =
            (EscTemplateInfo){.name = name.text, .node = node, .is_manual = is_manual(node)};
        return workspace->templates_count - 1;
    case ESC_SYMBOL_AUTOMATION:
        *ESC_ARRAY_ADD(workspace, automations) =
            (EscAutomationInfo){.name = name.text, .node = node};
        return workspace->automations_count - 1;
    case ESC_SYMBOL_SOURCE:
        *ESC_ARRAY_ADD(workspace, inbounds) = (EscInboundInfo){.name = name.text, .node = node};
        return workspace->inbounds_count - 1;
    default:
        return 0; /* policies have no rows */
    }
}

static EscSymbolKind kind_of(EscNodeKind kind)
{
    switch (kind) {
    case ESC_NODE_PERSON:
        return ESC_SYMBOL_PERSON;
    case ESC_NODE_TEAM:
        return ESC_SYMBOL_TEAM;
    case ESC_NODE_CALENDAR:
        return ESC_SYMBOL_CALENDAR;
    case ESC_NODE_SCHEDULE:
        return ESC_SYMBOL_SCHEDULE;
    case ESC_NODE_CHANNEL:
        return ESC_SYMBOL_CHANNEL;
    case ESC_NODE_SYSTEM:
        return ESC_SYMBOL_SYSTEM;
    case ESC_NODE_SOURCE:
        return ESC_SYMBOL_SOURCE;
    case ESC_NODE_EVENT:
        return ESC_SYMBOL_EVENT;
    case ESC_NODE_ROUTE:
        return ESC_SYMBOL_ROUTE;
    case ESC_NODE_SLA:
        return ESC_SYMBOL_SLA;
    case ESC_NODE_RUNBOOK:
        return ESC_SYMBOL_RUNBOOK;
    case ESC_NODE_TEMPLATE:
        return ESC_SYMBOL_TEMPLATE;
    case ESC_NODE_AUTOMATION:
        return ESC_SYMBOL_AUTOMATION;
    case ESC_NODE_POLICY:
        return ESC_SYMBOL_POLICY;
    default:
        return ESC_SYMBOL_NONE;
    }
}

/* The name of a declaration of `kind`: all of them begin with it but events. */
static EscName name_of(const EscNode *node)
{
    switch (node->kind) {
    case ESC_NODE_PERSON:
        return node->person.name;
    case ESC_NODE_TEAM:
        return node->team.name;
    case ESC_NODE_CALENDAR:
        return node->calendar.name;
    case ESC_NODE_SCHEDULE:
        return node->schedule.name;
    case ESC_NODE_CHANNEL:
        return node->channel.name;
    case ESC_NODE_SYSTEM:
        return node->system.name;
    case ESC_NODE_SOURCE:
        return node->source.name;
    case ESC_NODE_ROUTE:
        return node->route.name;
    case ESC_NODE_SLA:
        return node->sla.name;
    case ESC_NODE_RUNBOOK:
        return node->runbook.name;
    case ESC_NODE_TEMPLATE:
        return node->template.name;
    case ESC_NODE_AUTOMATION:
        return node->automation.name;
    case ESC_NODE_POLICY:
        return node->policy.name;
    case ESC_NODE_BROKEN:
        return node->broken.name;
    default:
        return (EscName){0};
    }
}

static void declare_node(EscWorkspace *workspace, const EscNode *node)
{
    if (!esc_library_may_hold(workspace, node))
        return;
    if (node->kind == ESC_NODE_WORKSPACE) {
        declare_workspace(workspace, node);
        return;
    }
    if (node->kind == ESC_NODE_EVENT) {
        declare_event(workspace, node);
        return;
    }
    EscName name = name_of(node);
    EscSymbolKind kind = kind_of(node->kind);
    declare(workspace, kind, add_row(workspace, kind, node, name), name.text, name.span);
}

/* --- the workspace's own settings ------------------------------------------------------------- */

static void workspace_setting(EscWorkspace *workspace, const EscNode *setting)
{
    static const char *const words[] = {"language", "timezone", NULL};
    if (setting->kind != ESC_NODE_SETTING)
        return; /* a library: libraries.c */
    EscText name = setting->setting.name.text;
    const EscNode *value = setting->setting.value;
    if (esc_text_equal(name, ESC_TEXT("timezone"))) {
        workspace->timezone = esc_timezone_setting(workspace, setting);
    } else if (value->kind == ESC_NODE_PATH) { /* a version is a number */
        esc_language_setting(workspace, setting, &workspace->reads);
    } else if (esc_text_equal(name, ESC_TEXT("language"))) {
        if (value->kind != ESC_NODE_NUMBER || value->number.value < 1 || value->number.value > 1) {
            EscDiagnostic *diagnostic = esc_report(workspace, "E0325", value->span,
                                                   "this compiler knows language version 1 only");
            esc_report_hint(workspace, diagnostic, "write `language 1`");
        }
    } else {
        esc_report_word(workspace, setting->setting.name, "a setting of a workspace", words);
    }
}

void esc_pass_symbols(EscWorkspace *workspace)
{
    builtin_events(workspace);
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].tree == NULL)
            continue;
        ESC_EACH(node, workspace->files[i].tree->file.declarations)
            declare_node(workspace, node);
    }
    const EscSymbol *triage = esc_symbol_find(workspace, ESC_TEXT("triage"));
    if (triage != NULL && triage->kind == ESC_SYMBOL_RUNBOOK)
        workspace->triage_runbook = triage->index;
    if (workspace->node != NULL) {
        ESC_EACH_NODE(setting, workspace->node->workspace.settings)
            workspace_setting(workspace, setting);
        return;
    }
    bool has_broken = false;
    for (uint32_t i = 0; i < workspace->files_count; ++i)
        has_broken = has_broken || workspace->files[i].tree == NULL ||
                     workspace->files[i].tree->file.error_count > 0;
    if (has_broken)
        return; /* it may be the declaration that could not be read */
    EscDiagnostic *diagnostic = esc_report(workspace, "E0301", (EscSpan){.end = 1},
                                           "no file of this folder declares the workspace");
    esc_report_hint(
        workspace, diagnostic,
        "write `workspace NAME { language 1  timezone \"Europe/Berlin\" }` in one file");
}
