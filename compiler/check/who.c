/* who.c - people and places: who owns, is notified, paged, asked. Gives the packed reference
 * that the bundle will hold. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

static EscRef done(EscWhere *where, const EscNode *node, EscRefKind kind, uint32_t index)
{
    EscRef ref = ESC_REF(kind, index);
    esc_mark(where->workspace, node, ESC_MEANS_REF, ref, ESC_TYPE_ANY);
    return ref;
}

/* "a person, a team or a schedule" for what is allowed. */
static const char *allowed_words(unsigned allowed)
{
    if ((allowed & ESC_WHO_CAN_CHANNEL) != 0)
        return "a person, team, schedule, role or channel";
    if ((allowed & ESC_WHO_CAN_ROLE) != 0)
        return "a person, team, schedule or role";
    return (allowed & ESC_WHO_CAN_ROUTE) != 0 ? "a person, team, schedule or route"
                                              : "a person, team or schedule";
}

static EscRef role_ref(EscWhere *where, const EscNode *node, uint32_t role, unsigned allowed,
                       const char *to)
{
    EscWorkspace *workspace = where->workspace;
    if (where->is_automation) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0111", node->span,
                                   "an automation has no owners, so nobody is its `%.*s`",
                                   ESC_TEXT_ARG(node->path.parts[0].text)),
                        "name a person, team, schedule or channel");
        return 0;
    }
    if ((allowed & ESC_WHO_CAN_ROLE) == 0) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0111", node->span, "a role of an escalation cannot %s", to);
        esc_report_hint(workspace, diagnostic, "name %s", allowed_words(allowed));
        return 0;
    }
    if (role < ESC_ROLES_MAX)
        where->facts.roles_used |= 1u << role;
    if (role < ESC_ROLES_MAX && where->has_roles && (where->roles & (1u << role)) == 0) {
        if (role == ESC_ROLE_PRIMARY)
            return 0; /* that a template has none is said of the template (E0304) */
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0113", node->span, "this template has no %.*s owner",
                       ESC_TEXT_ARG(node->path.parts[0].text));
        esc_report_hint(workspace, diagnostic, "declare it in `owners { … }`");
        return 0;
    }
    return done(where, node, ESC_REF_ROLE, role);
}

static EscRef field_ref(EscWhere *where, const EscNode *node, unsigned allowed, const char *to)
{
    EscType type = esc_check_path(where, node, ESC_TYPE_ANY);
    if (type == ESC_TYPE_WRONG)
        return 0;
    EscMeaning meaning = esc_meaning(where->workspace, node);
    if ((allowed & ESC_WHO_CAN_FIELD) == 0 || meaning.means != ESC_MEANS_TICKET_FIELD ||
        esc_type_kind(type) != ESC_KIND_TEXT) {
        EscDiagnostic *diagnostic =
            esc_report(where->workspace, "E0111", node->span, "this cannot %s", to);
        esc_report_hint(where->workspace, diagnostic, "name %s%s", allowed_words(allowed),
                        (allowed & ESC_WHO_CAN_FIELD) != 0
                            ? ", or a text field of the ticket that holds such a name"
                            : "");
        return 0;
    }
    return done(where, node, ESC_REF_FIELD, meaning.index);
}

/* A parameter of the template, which may hold such a name as a field of the ticket may; 0 when the word is none. */
static uint32_t param_called(const EscWhere *where, EscText word)
{
    for (uint32_t i = 0; i < where->locals_count; ++i) {
        const EscLocal *local = &where->workspace->locals[where->locals[i]];
        if (local->param != 0 && esc_text_equal(local->name, word))
            return local->param;
    }
    return 0;
}

static EscRef param_ref(EscWhere *where, const EscNode *node, uint32_t param, unsigned allowed,
                        const char *to)
{
    EscWorkspace *workspace = where->workspace;
    const EscParamInfo *info = &workspace->params[param];
    bool is_text = esc_type_kind(info->type) == ESC_KIND_TEXT;
    if (info->type == ESC_TYPE_WRONG)
        return 0;
    if (is_text && (allowed & ESC_WHO_CAN_FIELD) != 0) {
        esc_receiver_is_used(workspace, param, allowed);
        return done(where, node, ESC_REF_PARAM, param);
    }
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0111", node->span, "the parameter `%.*s` cannot %s",
                   ESC_TEXT_ARG(info->name), to);
    esc_report_hint(workspace, diagnostic, "name %s%s", allowed_words(allowed),
                    is_text ? "" : ", or a parameter that is a text and holds such a name");
    esc_report_related(workspace, diagnostic, workspace->locals[info->local].span, "declared here");
    return 0;
}

static EscRefKind symbol_ref_kind(EscSymbolKind kind)
{
    switch (kind) {
    case ESC_SYMBOL_PERSON:
        return ESC_REF_PERSON;
    case ESC_SYMBOL_TEAM:
        return ESC_REF_TEAM;
    case ESC_SYMBOL_SCHEDULE:
        return ESC_REF_SCHEDULE;
    case ESC_SYMBOL_ROUTE:
        return ESC_REF_ROUTE;
    default:
        return ESC_REF_CHANNEL;
    }
}

static unsigned symbol_kinds(unsigned allowed)
{
    unsigned kinds = 0;
    for (unsigned kind = ESC_SYMBOL_PERSON; kind < ESC_SYMBOL_COUNT; ++kind) {
        if ((esc_who_can((EscSymbolKind)kind) & allowed) != 0)
            kinds |= 1u << kind;
    }
    return kinds;
}

static EscRef symbol_ref(EscWhere *where, const EscNode *node, EscName name, unsigned allowed,
                         const char *to)
{
    EscWorkspace *workspace = where->workspace;
    const EscSymbol *symbol = esc_symbol_find(workspace, name.text);
    if (symbol == NULL) {
        EscSuggest suggest = esc_suggest(name.text);
        esc_suggest_try_symbols(&suggest, workspace, symbol_kinds(allowed));
        if (esc_is_meant_by_a_twin(workspace, &suggest, symbol_kinds(allowed)))
            return 0;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0101", name.span, "nobody and nothing is called `%.*s`",
                       ESC_TEXT_ARG(name.text));
        if (!esc_suggest_hint(workspace, &suggest, diagnostic, name.span))
            esc_report_hint(workspace, diagnostic, "declare it, or name %s",
                            allowed_words(allowed));
        return 0;
    }
    if (symbol->kind == ESC_SYMBOL_NONE)
        return 0; /* its declaration could not be read */
    if ((esc_who_can(symbol->kind) & allowed) == 0) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0111", name.span, "`%.*s` is %s and cannot %s",
                       ESC_TEXT_ARG(name.text), esc_symbol_kind_words(symbol->kind), to);
        esc_report_hint(workspace, diagnostic, "name %s", allowed_words(allowed));
        esc_report_related(workspace, diagnostic, symbol->span, "declared here");
        return 0;
    }
    return done(where, node, symbol_ref_kind(symbol->kind), symbol->index);
}

/* A route can only stand where a person comes out of it. */
static EscRef route_leads_to_people(EscWhere *where, const EscNode *node, EscRef ref,
                                    const char *to)
{
    if (esc_ref_kind(ref) != ESC_REF_ROUTE)
        return ref;
    const EscRouteInfo *route = &where->workspace->routes[esc_ref_index(ref)];
    if (esc_who_can(route->result) != 0 && route->result != ESC_SYMBOL_CHANNEL)
        return ref;
    EscDiagnostic *diagnostic = esc_report(
        where->workspace, "E0111", node->span,
        "the route `%.*s` does not lead to people, so it cannot %s", ESC_TEXT_ARG(route->name), to);
    esc_report_related(where->workspace, diagnostic, route->node->route.result.span,
                       "it leads to this");
    return 0;
}

static EscRef on_call(EscWhere *where, const EscNode *node, unsigned allowed, const char *to)
{
    return symbol_ref(where, node, node->call.arguments.first->path.parts[0],
                      allowed & (ESC_WHO_CAN_SCHEDULE | ESC_WHO_CAN_TEAM), to);
}

/* The next of a team. Whoever is drawn is nobody to be found again, so nothing that is answered later is asked of turns. */
static EscRef round_robin(EscWhere *where, const EscNode *node, unsigned allowed, const char *to)
{
    EscWorkspace *workspace = where->workspace;
    if ((allowed & ESC_WHO_CAN_TURNS) == 0) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0111", node->span, "the next of a team in turn cannot %s", to);
        esc_report_hint(workspace, diagnostic, "name %s", allowed_words(allowed));
        return 0;
    }
    EscRef team = symbol_ref(where, node, node->call.arguments.first->path.parts[0],
                             ESC_WHO_CAN_TEAM, "take turns");
    return team == 0 ? 0 : done(where, node, ESC_REF_TURNS, esc_ref_index(team));
}

static EscRef called(EscWhere *where, const EscNode *node, unsigned allowed, const char *to)
{
    const EscNode *argument = node->call.arguments.first;
    bool is_named = node->call.arguments.count == 1 && argument->kind == ESC_NODE_PATH &&
                    argument->path.count == 1;
    if (is_named && esc_text_equal(node->call.name.text, ESC_TEXT("on_call")))
        return on_call(where, node, allowed, to);
    if (is_named && esc_text_equal(node->call.name.text, ESC_TEXT("round_robin")))
        return round_robin(where, node, allowed, to);
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0101", node->span,
                   "only `on_call(SCHEDULE)` and `round_robin(TEAM)` can be written like this");
    esc_report_hint(where->workspace, diagnostic,
                    "name one schedule or team between the parentheses");
    return 0;
}

EscRef esc_check_who(EscWhere *where, const EscNode *node, unsigned allowed, const char *to)
{
    if (node->kind == ESC_NODE_CALL)
        return called(where, node, allowed, to);
    ESC_ASSERT(node->kind == ESC_NODE_PATH);
    if (node->path.count > 1)
        return field_ref(where, node, allowed, to);
    uint32_t role = esc_role_number(node->path.parts[0].text);
    if (role != ESC_NONE)
        return role_ref(where, node, role, allowed, to);
    uint32_t param = param_called(where, node->path.parts[0].text);
    if (param != 0)
        return param_ref(where, node, param - 1, allowed, to);
    return route_leads_to_people(where, node,
                                 symbol_ref(where, node, node->path.parts[0], allowed, to), to);
}

/* --- how many --------------------------------------------------------------------------------- */

uint32_t esc_people_at_most(const EscWorkspace *workspace, EscRef ref)
{
    switch (esc_ref_kind(ref)) {
    case ESC_REF_TEAM:
        return workspace->teams[esc_ref_index(ref)].count;
    case ESC_REF_PERSON:
    case ESC_REF_SCHEDULE:
    case ESC_REF_TURNS:
        return 1;
    default:
        return ESC_NONE;
    }
}

void esc_check_people(EscWorkspace *workspace, EscBound bound, uint32_t count, uint32_t people,
                      EscSpan span, const char *what)
{
    const EscBoundInfo *info = &esc_bound_info[bound];
    bool is_known = people != ESC_NONE;
    EscDiagnostic *diagnostic = NULL;
    if (is_known && count > people)
        diagnostic = esc_report(workspace, info->code, span,
                                "%u %s are asked for, and there are %u people to give them", count,
                                what, people);
    else if (!esc_bound_holds(bound, count))
        diagnostic =
            esc_report(workspace, info->code, span, "%u %s are asked for, and %u are the most",
                       count, what, (unsigned)info->high);
    if (diagnostic != NULL)
        esc_report_hint(workspace, diagnostic, "ask for fewer%s",
                        is_known ? ", or name a larger team" : "");
}
