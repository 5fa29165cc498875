/* node.c - nodes and lists of nodes, whatever their kind. */
#include "ast.h"

#include <string.h>

/* A kind needs the members in front of the union and its own member, not the largest one: a tree
 * has several nodes for each token, so this halves its memory. */
static const uint16_t node_sizes[ESC_NODE_COUNT] = {
#define ESC_NODE(KIND, member, Struct, text)                                                       \
    [ESC_NODE_##KIND] = (uint16_t)(offsetof(EscNode, file) + sizeof(Struct)),
#define ESC_BARE(KIND, member, text)                                                               \
    [ESC_NODE_##KIND] = (uint16_t)(offsetof(EscNode, file) + sizeof(EscBareNode)),
#include <esc/nodes.def>
};

EscNode *esc_node_put(EscParse *parse, const EscNode *node)
{
    size_t size = node_sizes[node->kind];
    EscNode *copy = esc_arena_alloc(parse->arena, size);
    if (copy != NULL) {
        memcpy(copy, node, size);
        copy->id = ++parse->node_count;
    }
    return copy;
}

/* Lists hold nodes that nobody may change, but for the parser that is making them. */
void esc_node_link(const EscNode *before, const EscNode *after)
{
    ((EscNode *)before)->next = after;
}

EscNodeList esc_list_empty(void)
{
    return (EscNodeList){NULL, NULL, 0};
}

EscNodeList esc_list_one(EscNode *node)
{
    return (EscNodeList){node, node, node == NULL ? 0 : 1};
}

EscNodeList esc_list_append(EscNodeList list, EscNode *node)
{
    if (node == NULL)
        return list;
    if (list.last == NULL)
        return esc_list_one(node);
    esc_node_link(list.last, node);
    list.last = node;
    list.count++;
    return list;
}
