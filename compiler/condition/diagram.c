/* diagram.c - ordered multi-way decision diagrams: a node asks for the cell of one variable, variables come in the order
 * of the topics, and equal nodes are one (R. Bryant, "Graph-based algorithms for Boolean function manipulation", 1986;
 * A. Srinivasan and others, "Algorithms for discrete function manipulation", 1990). So two diagrams that say the same
 * have the same number. Nodes, edges and steps are bounded: what does not fit is ESC_INCONCLUSIVE. */
#include <string.h>

#include "condition/space.h"

enum { TERMINALS = 2, TABLE_SIZE_MIN = 64 };
enum { OP_NONE, OP_AND, OP_OR, OP_NOT };

/* They spread the bits of what is hashed: with other odd numbers a look would only take longer. */
#define SPREAD_A 0x9e3779b1u
#define SPREAD_B 0x85ebca6bu
#define SPREAD_C 0xc2b2ae35u

static const EscDiagramNode *node_of(const EscSpace *space, EscDiagram diagram)
{
    return &space->nodes[diagram - TERMINALS];
}

/* --- room ------------------------------------------------------------------------------------- */

static bool grow(EscSpace *space, void **items, uint32_t count, uint32_t more, size_t *capacity,
                 size_t size)
{
    while (count + more > *capacity) {
        void *grown = esc_arena_grow(space->arena, *items, *capacity, capacity, size);
        if (grown == NULL) {
            space->is_over = true;
            return false;
        }
        *items = grown;
    }
    return true;
}

void esc_space_push(EscSpace *space, EscDiagram edge)
{
    void *items = space->work;
    if (edge == ESC_INCONCLUSIVE)
        space->is_over = true;
    if (!grow(space, &items, space->work_count, 1, &space->work_capacity, sizeof edge))
        return;
    space->work = items;
    space->work[space->work_count++] = edge;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static uint32_t hash_of(uint32_t variable, const EscDiagram *edges, uint32_t count)
{
    uint64_t hash = variable * UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t i = 0; i < count; i++)
        hash = (hash ^ edges[i]) * UINT64_C(0x100000001b3) ^ hash >> 29;
    return (uint32_t)(hash >> 17);
}

/* The place of that node in the table: its own, or a free one. */
static uint32_t *slot_of(const EscSpace *space, uint32_t variable, const EscDiagram *edges)
{
    uint32_t count = space->variables[variable].count;
    uint32_t at = hash_of(variable, edges, count) & (space->table_size - 1);
    for (;; at = (at + 1) & (space->table_size - 1)) {
        uint32_t node = space->unique[at];
        if (node == 0)
            return &space->unique[at];
        const EscDiagramNode *other = &space->nodes[node - 1];
        if (other->variable == variable &&
            memcmp(&space->edges[other->edges], edges, count * sizeof *edges) == 0)
            return &space->unique[at];
    }
}

static bool grow_tables(EscSpace *space)
{
    if (space->nodes_count * 2 < space->table_size)
        return true;
    uint32_t size = space->table_size == 0 ? TABLE_SIZE_MIN : space->table_size * 2;
    uint32_t *unique = esc_arena_alloc_array(space->arena, size, sizeof *unique);
    EscDiagramCache *cache = esc_arena_alloc_array(space->arena, size, sizeof *cache);
    if (unique == NULL || cache == NULL)
        return false;
    space->unique = unique;
    space->cache = cache;
    space->table_size = size;
    for (uint32_t i = 0; i < space->nodes_count; i++)
        *slot_of(space, space->nodes[i].variable, &space->edges[space->nodes[i].edges]) = i + 1;
    return true;
}

static bool add_node(EscSpace *space, uint32_t variable, const EscDiagram *edges, uint32_t count)
{
    void *nodes = space->nodes, *all = space->edges;
    if (space->nodes_count == ESC_SPACE_NODES_MAX ||
        space->edges_count + count > ESC_SPACE_EDGES_MAX ||
        !grow(space, &nodes, space->nodes_count, 1, &space->nodes_capacity, sizeof *space->nodes))
        return false;
    space->nodes = nodes;
    if (!grow(space, &all, space->edges_count, count, &space->edges_capacity, sizeof *edges))
        return false;
    space->edges = all;
    memcpy(&space->edges[space->edges_count], edges, count * sizeof *edges);
    space->nodes[space->nodes_count++] = (EscDiagramNode){variable, space->edges_count};
    space->edges_count += count;
    return true;
}

EscDiagram esc_space_node(EscSpace *space, uint32_t variable)
{
    uint32_t count = space->variables[variable].count;
    if (space->is_over || !grow_tables(space)) {
        space->is_over = true;
        space->work_count -= count <= space->work_count ? count : space->work_count;
        return ESC_INCONCLUSIVE;
    }
    space->work_count -= count;
    const EscDiagram *edges = &space->work[space->work_count];
    bool is_same = memcmp(edges, edges + 1, (count - 1) * sizeof *edges) == 0;
    if (is_same)
        return edges[0];
    uint32_t *slot = slot_of(space, variable, edges);
    if (*slot == 0) {
        if (!add_node(space, variable, edges, count)) {
            space->is_over = true;
            return ESC_INCONCLUSIVE;
        }
        *slot = space->nodes_count;
    }
    return *slot - 1 + TERMINALS;
}

/* --- operations ------------------------------------------------------------------------------- */

/* Where one side decides alone. */
static bool is_settled(uint32_t op, EscDiagram a, EscDiagram b, EscDiagram *result)
{
    EscDiagram strong = op == OP_AND ? ESC_NEVER : ESC_ALWAYS;
    if (op == OP_NOT) {
        *result = a == ESC_NEVER ? ESC_ALWAYS : ESC_NEVER;
        return a < TERMINALS;
    }
    if (a == strong || b == strong || a == b) {
        *result = a == strong ? a : b;
        return true;
    }
    *result = a < TERMINALS ? b : a;
    return a < TERMINALS || b < TERMINALS;
}

static EscDiagram edge_of(const EscSpace *space, EscDiagram diagram, uint32_t variable,
                          uint32_t cell)
{
    if (diagram < TERMINALS || node_of(space, diagram)->variable != variable)
        return diagram;
    return space->edges[node_of(space, diagram)->edges + cell];
}

static EscDiagramCache *cached(const EscSpace *space, uint32_t op, EscDiagram a, EscDiagram b)
{
    uint32_t hash = (a * SPREAD_A ^ b * SPREAD_B ^ op * SPREAD_C) >> 7;
    return &space->cache[hash & (space->table_size - 1)];
}

/* At most one level deep for each variable. */
static EscDiagram apply(EscSpace *space, uint32_t op, EscDiagram a, EscDiagram b)
{
    EscDiagram result;
    if (a == ESC_INCONCLUSIVE || b == ESC_INCONCLUSIVE || space->is_over)
        return ESC_INCONCLUSIVE;
    if (is_settled(op, a, b, &result))
        return result;
    const EscDiagramCache *known = cached(space, op, a, b);
    if (known->op == op && known->a == a && known->b == b)
        return known->result;
    uint32_t variable = a < TERMINALS ? UINT32_MAX : node_of(space, a)->variable;
    if (b >= TERMINALS && node_of(space, b)->variable < variable)
        variable = node_of(space, b)->variable;
    uint32_t count = space->variables[variable].count;
    space->steps += count;
    space->is_over = space->is_over || space->steps > ESC_SPACE_STEPS_MAX;
    for (uint32_t cell = 0; cell < count && !space->is_over; cell++)
        esc_space_push(space, apply(space, op, edge_of(space, a, variable, cell),
                                    edge_of(space, b, variable, cell)));
    if (space->is_over)
        return ESC_INCONCLUSIVE;
    result = esc_space_node(space, variable);
    if (result != ESC_INCONCLUSIVE)
        *cached(space, op, a, b) = (EscDiagramCache){op, a, b, result};
    return result;
}

EscDiagram esc_space_and(EscSpace *space, EscDiagram a, EscDiagram b)
{
    return a < b ? apply(space, OP_AND, a, b) : apply(space, OP_AND, b, a);
}

EscDiagram esc_space_or(EscSpace *space, EscDiagram a, EscDiagram b)
{
    return a < b ? apply(space, OP_OR, a, b) : apply(space, OP_OR, b, a);
}

EscDiagram esc_space_not(EscSpace *space, EscDiagram a)
{
    return apply(space, OP_NOT, a, ESC_NEVER);
}

bool esc_space_implies(EscSpace *space, EscDiagram a, EscDiagram b)
{
    return esc_space_and(space, a, esc_space_not(space, b)) == ESC_NEVER;
}

bool esc_space_holds(const EscSpace *space, EscDiagram diagram,
                     EscCell (*value)(void *context, const EscSubject *subject), void *context)
{
    ESC_ASSERT(diagram != ESC_INCONCLUSIVE);
    while (diagram >= TERMINALS) {
        const EscDiagramNode *node = node_of(space, diagram);
        const EscTopic *topic = &space->topics[space->variables[node->variable].topic];
        EscCell cell = value(context, &topic->subject);
        diagram = space->edges[node->edges + esc_topic_cell(space, topic, node->variable, &cell)];
    }
    return diagram == ESC_ALWAYS;
}
