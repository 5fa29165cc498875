/* members.c - what each kind of node is made of, and walking from a node to its children. */
#include "members.h"

#include <stddef.h>

static const Member members[] = {
#define MEMBER(kind_, member, type_, field)                                                        \
    {ESC_NODE_##kind_, MEMBER_##type_, (uint16_t)offsetof(EscNode, member.field), #field},
#include "members.def"
#undef MEMBER
};

const Member *esc_members_of(EscNodeKind kind, size_t *count)
{
    /* The rows follow the order of ESC_NODE_LIST, so the first row of a kind is found by halving.
     */
    size_t low = 0, high = ESC_COUNT_OF(members);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (members[middle].kind < kind)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < ESC_COUNT_OF(members) && members[end].kind == kind)
        end++;
    *count = end - low;
    return members + low;
}

void esc_node_each_child(const EscNode *node, EscChildVisitor visit, void *context)
{
    size_t count = 0;
    const Member *rows = esc_members_of(node->kind, &count);
    for (size_t i = 0; i < count; i++) {
        const void *field = (const char *)node + rows[i].offset;
        if (rows[i].type == MEMBER_NODE && *(EscNode *const *)field != NULL)
            visit(context, node, *(EscNode *const *)field);
        if (rows[i].type != MEMBER_LIST)
            continue;
        for (const EscNode *child = ((const EscNodeList *)field)->first; child != NULL;
             child = child->next)
            visit(context, node, child);
    }
    if (node->kind != ESC_NODE_TEXT)
        return;
    for (const EscNode *part = node->text.parts.first; part != NULL; part = part->next)
        visit(context, node, part);
}
