/* circles.c - templates that start each other without time passing: each start would bring the next at once, for ever.
 * `again after` of a template on the way ends the storm. The verifier asks the same of a bundle (V32).
 *
 * Templates and runbooks are the nodes: a template starts templates and runs runbooks, and what a runbook starts is
 * started by whoever runs it. The walk is depth first with a stack of its own. Not here: runbooks that only run each other (calls.c). */
#include "check/check.h"

typedef struct Edge {
    uint32_t target; /* a node: templates first, then runbooks */
    uint32_t next;   /* + 1, of the same node; 0: the last */
    EscSpan span;
} Edge;

typedef enum State { STATE_NEW, STATE_OPEN, STATE_DONE } State;

typedef struct Circles {
    EscWorkspace *workspace;
    uint32_t from; /* whose steps are looked through */
    Edge *edges;
    uint32_t edges_count;
    size_t edges_capacity;
    uint32_t *first; /* by node: its edge that was not gone yet, + 1 */
    uint8_t *states; /* by node: State */
} Circles;

/* --- edges ------------------------------------------------------------------------------------ */

static void add_edge(Circles *circles, uint32_t target, EscSpan span)
{
    Edge *grown = esc_arena_grow(circles->workspace->arena, circles->edges, circles->edges_count,
                                 &circles->edges_capacity, sizeof *grown);
    if (grown == NULL)
        return; /* the check ends in ESC_NO_MEMORY */
    circles->edges = grown;
    circles->edges[circles->edges_count++] =
        (Edge){.target = target, .next = circles->first[circles->from], .span = span};
    circles->first[circles->from] = circles->edges_count;
}

static bool may_start_at_once(const Circles *circles, uint32_t template)
{
    const EscNode *again = circles->workspace->templates[template].again;
    return again == NULL || again->duration.ms < ESC_SECOND_MS;
}

/* A route may lead to each of its templates. */
static void add_route(Circles *circles, uint32_t route, EscSpan span)
{
    const EscWorkspace *workspace = circles->workspace;
    ESC_EACH_NODE(row, workspace->routes[route].node->route.rows) {
        EscMeaning target = esc_meaning(workspace, row->route_row.target);
        if (target.means == ESC_MEANS_REF && esc_ref_kind(target.index) == ESC_REF_TEMPLATE &&
            may_start_at_once(circles, esc_ref_index(target.index)))
            add_edge(circles, esc_ref_index(target.index), span);
    }
}

static void collect_steps(void *context, EscNodeList steps)
{
    Circles *circles = context;
    ESC_EACH(step, steps) {
        const EscNode *named = step->kind == ESC_NODE_START_TEMPLATE ? step->start_template.name
                               : step->kind == ESC_NODE_RUN          ? step->run.runbook
                                                                     : NULL;
        EscMeaning meaning =
            named == NULL ? (EscMeaning){0} : esc_meaning(circles->workspace, named);
        if (meaning.means == ESC_MEANS_TEMPLATE && may_start_at_once(circles, meaning.index))
            add_edge(circles, meaning.index, step->span);
        else if (meaning.means == ESC_MEANS_REF)
            add_route(circles, esc_ref_index(meaning.index), step->span);
        else if (meaning.means == ESC_MEANS_RUNBOOK)
            add_edge(circles, circles->workspace->templates_count + meaning.index, step->span);
        esc_node_each_block(step, collect_steps, circles); /* at most ESC_NESTING_MAX deep */
    }
}

static void collect(Circles *circles)
{
    EscWorkspace *workspace = circles->workspace;
    for (uint32_t i = 0; i < workspace->templates_count; ++i) {
        circles->from = i;
        if (may_start_at_once(circles, i))
            esc_node_each_block(workspace->templates[i].node, collect_steps, circles);
    }
    for (uint32_t i = 0; i < workspace->runbooks_count; ++i) {
        circles->from = workspace->templates_count + i;
        collect_steps(circles, workspace->runbooks[i].node->runbook.steps);
    }
}

/* --- the walk --------------------------------------------------------------------------------- */

typedef struct Walk {
    Circles *circles;
    uint32_t root, depth;
    uint32_t *path; /* path[d]: the edge + 1 that leads to the node at depth d */
} Walk;

static uint32_t node_at(const Walk *walk, uint32_t depth)
{
    return depth == 0 ? walk->root : walk->circles->edges[walk->path[depth] - 1].target;
}

/* `edge` leads back to a node of the path: everything from there on is the circle. */
static void report(const Walk *walk, const Edge *edge)
{
    EscWorkspace *workspace = walk->circles->workspace;
    uint32_t begin = walk->depth;
    bool has_template = node_at(walk, begin) < workspace->templates_count;
    while (node_at(walk, begin) != edge->target) {
        --begin;
        has_template = has_template || node_at(walk, begin) < workspace->templates_count;
    }
    if (!has_template)
        return; /* runbooks alone: E0310 */
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0364", edge->span,
                   "this leads back to where it comes from, at once and for ever");
    esc_report_hint(workspace, diagnostic, "add `again after 1h` to a template of the circle");
    for (uint32_t i = begin + 1; i <= walk->depth; ++i)
        esc_report_related(workspace, diagnostic, walk->circles->edges[walk->path[i] - 1].span,
                           i == begin + 1 ? "it comes from here" : "and goes on here");
}

static void walk_from(Walk *walk, uint32_t root)
{
    Circles *circles = walk->circles;
    walk->root = root;
    walk->depth = 0;
    circles->states[root] = STATE_OPEN;
    for (;;) {
        uint32_t node = node_at(walk, walk->depth), edge = circles->first[node];
        if (edge == 0) {
            circles->states[node] = STATE_DONE;
            if (walk->depth-- == 0)
                return;
            continue;
        }
        circles->first[node] = circles->edges[edge - 1].next; /* each is gone once */
        uint32_t target = circles->edges[edge - 1].target;
        if (circles->states[target] == STATE_OPEN)
            report(walk, &circles->edges[edge - 1]);
        if (circles->states[target] != STATE_NEW)
            continue;
        circles->states[target] = STATE_OPEN;
        walk->path[++walk->depth] = edge;
    }
}

void esc_check_circles(EscWorkspace *workspace)
{
    uint32_t count = workspace->templates_count + workspace->runbooks_count;
    Circles circles = {
        .workspace = workspace,
        .first = esc_arena_alloc_array(workspace->arena, count, sizeof *circles.first),
        .states = esc_arena_alloc_array(workspace->arena, count, sizeof *circles.states),
    };
    Walk walk = {.circles = &circles,
                 .path = esc_arena_alloc_array(workspace->arena, count, sizeof *walk.path)};
    if (circles.first == NULL || circles.states == NULL || walk.path == NULL)
        return;
    collect(&circles);
    for (uint32_t root = 0; root < count; ++root) {
        if (circles.states[root] == STATE_NEW)
            walk_from(&walk, root);
    }
}
