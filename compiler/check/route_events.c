/* route_events.c - which events start those who follow a route whose rows read the event. */
#include "check/check.h"
#include "check/lookup.h"
#include "check/names.h"

/* What one template, or one handler of an automation, follows, through the runbooks that it runs. */
typedef struct Uses {
    EscWorkspace *workspace;
    uint32_t round;                        /* which one it is, from 1 */
    uint32_t *routes_seen, *runbooks_seen; /* by index: the round that met it last */
    uint32_t *routes, routes_count;
    uint32_t *runbooks, runbooks_count; /* still to be looked through */
} Uses;

typedef struct EventList {
    uint32_t *events;
    uint32_t count;
    size_t capacity;
} EventList;

static void visit_event(void *context, const EscNode *parent, const EscNode *node)
{
    bool *is_found = context;
    (void)parent;
    *is_found = *is_found || (node->kind == ESC_NODE_PATH &&
                              esc_text_equal(node->path.parts[0].text, ESC_TEXT("event")));
    esc_node_each_child(node, visit_event, context);
}

static bool reads_event(const EscNode *route)
{
    bool is_found = false;
    ESC_EACH_NODE(row, route->route.rows)
        if (row->route_row.condition != NULL)
            visit_event(&is_found, NULL, row->route_row.condition);
    return is_found;
}

static void meet(uint32_t *seen, uint32_t round, uint32_t index, uint32_t *met, uint32_t *count)
{
    if (seen[index] == round)
        return;
    seen[index] = round;
    met[(*count)++] = index;
}

static void visit_use(void *context, const EscNode *parent, const EscNode *node)
{
    Uses *uses = context;
    (void)parent;
    const EscNode *name = node->kind == ESC_NODE_RUN ? node->run.runbook : node;
    const EscSymbol *symbol = name->kind == ESC_NODE_PATH && name->path.count == 1
                                  ? esc_symbol_find(uses->workspace, name->path.parts[0].text)
                                  : NULL;
    if (symbol != NULL && symbol->kind == ESC_SYMBOL_ROUTE)
        meet(uses->routes_seen, uses->round, symbol->index, uses->routes, &uses->routes_count);
    if (symbol != NULL && symbol->kind == ESC_SYMBOL_RUNBOOK)
        meet(uses->runbooks_seen, uses->round, symbol->index, uses->runbooks,
             &uses->runbooks_count);
    esc_node_each_child(node, visit_use, context);
}

static void uses_collect(Uses *uses, const EscNode *node)
{
    uses->round++;
    uses->routes_count = 0;
    visit_use(uses, NULL, node);
    while (uses->runbooks_count > 0)
        visit_use(uses, NULL,
                  uses->workspace->runbooks[uses->runbooks[--uses->runbooks_count]].node);
}

static void event_add(EscWorkspace *workspace, EventList *list, uint32_t event)
{
    uint32_t *events = esc_arena_grow(workspace->arena, list->events, list->count, &list->capacity,
                                      sizeof *events);
    if (events == NULL)
        return; /* the check ends in ESC_NO_MEMORY */
    list->events = events;
    list->events[list->count++] = event;
}

/* What is no event is reported where it is said. */
static void events_add(const Uses *uses, EventList *lists, EscNodeList paths)
{
    char buffer[ESC_PATH_TEXT_MAX];
    ESC_EACH_NODE(path, paths) {
        const EscSymbol *symbol =
            esc_symbol_find(uses->workspace, esc_path_text(path, 0, path->path.count, buffer));
        for (uint32_t i = 0;
             symbol != NULL && symbol->kind == ESC_SYMBOL_EVENT && i < uses->routes_count; i++)
            event_add(uses->workspace, &lists[uses->routes[i]], symbol->index);
    }
}

static void all_collect(Uses *uses, EventList *lists)
{
    EscWorkspace *workspace = uses->workspace;
    for (uint32_t i = 0; i < workspace->templates_count; ++i) {
        const EscNode *node = workspace->templates[i].node;
        uses_collect(uses, node);
        ESC_EACH_NODE(item, node->template.items)
            if (item->kind == ESC_NODE_START)
                events_add(uses, lists, item->start.events);
    }
    for (uint32_t i = 0; i < workspace->automations_count; ++i) {
        ESC_EACH_NODE(item, workspace->automations[i].node->automation.items) {
            uses_collect(uses, item);
            if (item->kind == ESC_NODE_HANDLER)
                events_add(uses, lists, item->handler.events);
        }
    }
}

void esc_route_events(EscWorkspace *workspace)
{
    bool is_any = false;
    for (uint32_t i = 0; i < workspace->routes_count && !is_any; ++i)
        is_any = reads_event(workspace->routes[i].node);
    if (!is_any)
        return;
    EscArena *arena = workspace->arena;
    uint32_t routes = workspace->routes_count, runbooks = workspace->runbooks_count;
    Uses uses = {.workspace = workspace};
    EventList *lists = esc_arena_alloc_array(arena, routes, sizeof *lists);
    uses.routes_seen = esc_arena_alloc_array(arena, routes, sizeof(uint32_t));
    uses.routes = esc_arena_alloc_array(arena, routes, sizeof(uint32_t));
    uses.runbooks_seen = esc_arena_alloc_array(arena, runbooks, sizeof(uint32_t));
    uses.runbooks = esc_arena_alloc_array(arena, runbooks, sizeof(uint32_t));
    if (esc_arena_failed(arena))
        return;
    all_collect(&uses, lists);
    for (uint32_t i = 0; i < routes; ++i) {
        EscRouteInfo *route = &workspace->routes[i];
        if (lists[i].count == 0 || !reads_event(route->node))
            continue;
        route->events_count = esc_sort_unique(lists[i].events, lists[i].count);
        route->events = lists[i].events;
    }
}
