/* members.c - nodes.def and words.def as arrays: names and members of every kind, and walking from a
 * node to its children. */
#include "members.h"

#include <stddef.h>

/* --- names ------------------------------------------------------------------------------------ */

static const char *const words_EscNodeKind[ESC_NODE_COUNT] = {
#define ESC_NODE(KIND, member, Struct, text) [ESC_NODE_##KIND] = text,
#define ESC_BARE(KIND, member, text) [ESC_NODE_##KIND] = text,
#include <esc/nodes.def>
};

#define ESC_WORDS(Enum) static const char *const words_##Enum[] = {
#define ESC_WORD_IS(MEMBER, text) [MEMBER] = text,
#define ESC_WORDS_END(Enum)                                                                        \
    }                                                                                              \
    ;                                                                                              \
    _Static_assert(sizeof(Enum) == sizeof(unsigned), "a WORD is read as a number");
#include <esc/words.def>

const char *esc_node_kind_name(EscNodeKind kind)
{
    ESC_ASSERT((unsigned)kind < ESC_NODE_COUNT);
    return words_EscNodeKind[kind];
}

const char *esc_binary_op_text(EscBinaryOp op)
{
    ESC_ASSERT((unsigned)op < ESC_COUNT_OF(words_EscBinaryOp));
    return words_EscBinaryOp[op];
}

/* --- members ---------------------------------------------------------------------------------- */

/* The members of each kind stand in a function of their own, where offsetof can name the struct as Row: a
 * member's line does not say whose it is. */
#define OFFSET(field_) (uint16_t)(offsetof(EscNode, file) + offsetof(Row, field_))
#define ESC_NODE(KIND, member, Struct, text)                                                       \
    static const Member *members_of_##KIND(void)                                                   \
    {                                                                                              \
        typedef Struct Row;                                                                        \
        static const Member rows[] = {
#define ESC_NODE_END(Struct)                                                                       \
    {                                                                                              \
        MEMBER_END, 0, NULL, NULL                                                                  \
    }                                                                                              \
    }                                                                                              \
    ;                                                                                              \
    return rows;                                                                                   \
    }
#define ESC_BARE(KIND, member, text)                                                               \
    static const Member *members_of_##KIND(void)                                                   \
    {                                                                                              \
        static const Member end = {MEMBER_END, 0, NULL, NULL};                                     \
        return &end;                                                                               \
    }
#define ESC_MEMBER(TYPE, field) {MEMBER_##TYPE, OFFSET(field), #field, NULL},
#define ESC_WORD(Enum, field) {MEMBER_WORD, OFFSET(field), #field, words_##Enum},
#define ESC_HIDDEN(ctype, field) {MEMBER_HIDDEN, OFFSET(field), #field, NULL},
#include <esc/nodes.def>
#undef OFFSET

static const Member *(*const members[ESC_NODE_COUNT])(void) = {
#define ESC_NODE(KIND, member, Struct, text) [ESC_NODE_##KIND] = members_of_##KIND,
#define ESC_BARE(KIND, member, text) [ESC_NODE_##KIND] = members_of_##KIND,
#include <esc/nodes.def>
};

const Member *esc_members_of(EscNodeKind kind)
{
    return members[kind]();
}

/* --- walking ---------------------------------------------------------------------------------- */

void esc_node_each_child(const EscNode *node, EscChildVisitor visit, void *context)
{
    for (const Member *member = esc_members_of(node->kind); member->type != MEMBER_END; member++) {
        const void *field = (const char *)node + member->offset;
        if (member->type == MEMBER_NODE && *(EscNode *const *)field != NULL)
            visit(context, node, *(EscNode *const *)field);
        if (member->type != MEMBER_LIST && member->type != MEMBER_STEPS)
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

void esc_node_each_block(const EscNode *node, EscBlockVisitor visit, void *context)
{
    for (const Member *member = esc_members_of(node->kind); member->type != MEMBER_END; member++) {
        const EscNodeList *list =
            (const EscNodeList *)(const void *)((const char *)node + member->offset);
        if (member->type == MEMBER_STEPS)
            visit(context, *list);
        if (member->type != MEMBER_LIST)
            continue;
        for (const EscNode *part = list->first; part != NULL; part = part->next)
            esc_node_each_block(part, visit, context);
    }
}
