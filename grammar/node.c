/* node.c - nodes and lists of nodes, whatever their kind. */
#include "ast.h"

#include <string.h>

/* A kind needs the members in front of the union and its own member, not the largest one: a tree
 * has several nodes for each token, so this halves its memory. */
static const uint16_t node_sizes[ESC_NODE_COUNT] = {
#define NODE_SIZE(name, member, text)                                                              \
    [ESC_NODE_##name] = (uint16_t)(offsetof(EscNode, file) + sizeof(((EscNode *)NULL)->member)),
    ESC_NODE_LIST(NODE_SIZE)
#undef NODE_SIZE
};

static const char *const node_names[ESC_NODE_COUNT] = {
#define NODE_NAME(name, member, text) [ESC_NODE_##name] = text,
    ESC_NODE_LIST(NODE_NAME)
#undef NODE_NAME
};

static const char *const binary_texts[ESC_BINARY_COUNT] = {
#define BINARY_TEXT(name, text) [ESC_BINARY_##name] = text,
    ESC_BINARY_LIST(BINARY_TEXT)
#undef BINARY_TEXT
};

const char *esc_node_kind_name(EscNodeKind kind)
{
    ESC_ASSERT((unsigned)kind < ESC_NODE_COUNT);
    return node_names[kind];
}

const char *esc_binary_op_text(EscBinaryOp op)
{
    ESC_ASSERT((unsigned)op < ESC_BINARY_COUNT);
    return binary_texts[op];
}

EscNode *esc_node_put(EscParse *parse, const EscNode *node)
{
    size_t size = node_sizes[node->kind];
    EscNode *copy = esc_arena_alloc(parse->arena, size);
    if (copy != NULL)
        memcpy(copy, node, size);
    return copy;
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
    list.last->next = node;
    list.last = node;
    list.count++;
    return list;
}
