/* services.c - routes: ordered tables over the ticket. Service levels are in levels.c. */
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

/* --- routes ----------------------------------------------------------------------------------- */

static bool route_result(EscWorkspace *workspace, EscRouteInfo *route)
{
    static const char *const words[] = {"team", "person", "schedule", "template", "queue", NULL};
    static const EscSymbolKind kinds[] = {ESC_SYMBOL_TEAM, ESC_SYMBOL_PERSON, ESC_SYMBOL_SCHEDULE,
                                          ESC_SYMBOL_TEMPLATE, ESC_SYMBOL_NONE};
    EscName result = route->node->route.result;
    for (size_t i = 0; words[i] != NULL; ++i) {
        if (!esc_text_equal(result.text, esc_text_from(words[i])))
            continue;
        route->result = kinds[i];
        return true;
    }
    esc_report_word(workspace, result, "something a route can lead to", words);
    return false;
}

static void route_target(EscWorkspace *workspace, const EscRouteInfo *route, const EscNode *target)
{
    if (route->result == ESC_SYMBOL_NONE) {
        esc_mark(workspace, target, ESC_MEANS_QUEUE, ESC_NONE, ESC_TYPE_ANY);
        return;
    }
    const EscSymbol *symbol = esc_check_symbol(workspace, target, route->result);
    if (symbol == NULL)
        return;
    EscRefKind kind = route->result == ESC_SYMBOL_TEAM       ? ESC_REF_TEAM
                      : route->result == ESC_SYMBOL_PERSON   ? ESC_REF_PERSON
                      : route->result == ESC_SYMBOL_SCHEDULE ? ESC_REF_SCHEDULE
                                                             : ESC_REF_TEMPLATE;
    esc_mark(workspace, target, ESC_MEANS_REF, ESC_REF(kind, symbol->index), ESC_TYPE_ANY);
}

/* Rows up to `otherwise`; what stands behind that was reported. */
static void judge_route(EscWorkspace *workspace, const EscNode *node)
{
    EscTableRow *rows =
        esc_arena_alloc_array(workspace->arena, node->route.rows.count, sizeof *rows);
    uint32_t count = 0;
    if (rows == NULL)
        return;
    ESC_EACH_NODE(row, node->route.rows) {
        rows[count++] = (EscTableRow){.condition = row->route_row.condition,
                                      .is_otherwise = row->route_row.condition == NULL,
                                      .span = row->span};
        if (row->route_row.condition == NULL)
            break;
    }
    esc_judge_rows(workspace, rows, count, "this row is never reached");
}

static void check_route(EscWorkspace *workspace, EscRouteInfo *route)
{
    const EscNode *node = route->node;
    (void)esc_plain_text(workspace, node->route.title);
    bool has_result = route_result(workspace, route);
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    const EscNode *otherwise = NULL;
    where.is_route = true;
    where.has_event = route->events_count > 0;
    where.events = route->events;
    where.events_count = route->events_count;
    where.event_may_be_missing = true; /* whoever is started by hand has none */
    ESC_EACH(row, node->route.rows) {
        if (otherwise != NULL)
            esc_report_related(
                workspace, esc_report(workspace, "E0309", row->span, "this row is never reached"),
                otherwise->span, "`otherwise` takes everything");
        if (row->route_row.condition == NULL)
            otherwise = row;
        esc_check_condition(&where, row->route_row.condition, ESC_USE_ROUTE);
        if (has_result)
            route_target(workspace, route, row->route_row.target);
    }
    judge_route(workspace, node);
    if (otherwise == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0309", node->route.name.span,
                                   "the route `%.*s` lets some tickets fall through",
                                   ESC_TEXT_ARG(route->name)),
                        "end it with `otherwise -> …`");
}

void esc_pass_services(EscWorkspace *workspace)
{
    esc_route_events(workspace);
    for (uint32_t i = 0; i < workspace->routes_count; ++i)
        check_route(workspace, &workspace->routes[i]);
    esc_check_levels(workspace);
}
