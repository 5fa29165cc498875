/* tree.c - the form of a condition from its checked tree, and the table that keeps it. `not` goes inwards to the tests: sound with
 * missing values because the check refuses what a missing value could make true, so the test that is turned around is
 * false of a missing value too, and what stands beside it has asked for presence. */
#include <string.h>

#include "condition/tests.h"

static EscCondition *new_node(const EscMaker *maker, EscConditionKind kind, EscSpan span)
{
    EscCondition *node = esc_arena_alloc(maker->arena, sizeof *node);
    if (node != NULL)
        *node = (EscCondition){.kind = kind, .span = span};
    return node;
}

static EscCondition *make(const EscMaker *maker, const EscNode *node, bool sense);

/* A parent while its children are put under it. */
typedef struct Chain {
    EscCondition *parent;
    EscCondition *last;
    bool is_broken; /* a part is not typed */
} Chain;

static void add_child(Chain *chain, EscCondition *child)
{
    if (child == NULL) {
        chain->is_broken = true;
        return;
    }
    if (chain->last == NULL)
        chain->parent->first = child;
    else
        chain->last->next = child;
    chain->last = child;
    chain->parent->count++;
}

/* Chains of the same connective become one node with many children; depth is bounded by the tree's. */
static void add_operands(const EscMaker *maker, Chain *chain, const EscNode *node, bool sense)
{
    EscBinaryOp op =
        (chain->parent->kind == ESC_CONDITION_AND) == sense ? ESC_BINARY_AND : ESC_BINARY_OR;
    if (node->kind == ESC_NODE_BINARY && node->binary.op == op) {
        add_operands(maker, chain, node->binary.left, sense);
        add_operands(maker, chain, node->binary.right, sense);
    } else if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NOT) {
        add_operands(maker, chain, node->unary.operand, !sense);
    } else {
        add_child(chain, make(maker, node, sense));
    }
}

static EscCondition *make_chain(const EscMaker *maker, const EscNode *node, bool sense)
{
    bool is_and = (node->binary.op == ESC_BINARY_AND) == sense;
    Chain chain = {.parent =
                       new_node(maker, is_and ? ESC_CONDITION_AND : ESC_CONDITION_OR, node->span)};
    if (chain.parent == NULL)
        return NULL;
    add_operands(maker, &chain, node, sense);
    return chain.is_broken ? NULL : chain.parent;
}

static EscCondition *make_leaf(const EscMaker *maker, const EscNode *node, bool sense)
{
    EscCondition *leaf = new_node(maker, ESC_CONDITION_TEST, node->span);
    EscTest *test = esc_arena_alloc(maker->arena, sizeof *test);
    if (leaf == NULL || test == NULL || !esc_test_make(maker, node, sense, test))
        return NULL;
    leaf->test = test;
    return leaf;
}

static EscCondition *make(const EscMaker *maker, const EscNode *node, bool sense)
{
    if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NOT)
        return make(maker, node->unary.operand, !sense);
    if (node->kind == ESC_NODE_BINARY &&
        (node->binary.op == ESC_BINARY_AND || node->binary.op == ESC_BINARY_OR))
        return make_chain(maker, node, sense);
    return make_leaf(maker, node, sense);
}

/* --- the side table --------------------------------------------------------------------------- */

/* The first whose meaning is not below that of the node. */
static uint32_t find(const EscWorkspace *workspace, uint32_t meaning)
{
    uint32_t low = 0, high = workspace->conditions_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (workspace->conditions[middle].meaning < meaning)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* NULL: it is no condition, or was not checked without a fault. */
static EscWhole *whole_of(const EscWorkspace *workspace, const EscNode *node)
{
    uint32_t meaning = node == NULL ? 0 : *esc_meaning_at(workspace, node);
    if (meaning == 0)
        return NULL;
    uint32_t at = find(workspace, meaning);
    bool is_there =
        at < workspace->conditions_count && workspace->conditions[at].meaning == meaning;
    return is_there ? &workspace->conditions[at] : NULL;
}

/* Meanings are given in the order of the check, so a new one belongs at the end. */
void esc_condition_passed(EscWorkspace *workspace, const EscNode *node)
{
    uint32_t meaning = *esc_meaning_at(workspace, node);
    if (meaning == 0 || whole_of(workspace, node) != NULL)
        return;
    uint32_t at = find(workspace, meaning);
    (void)ESC_ARRAY_ADD(workspace, conditions);
    if (workspace->has_failed)
        return;
    EscWhole *whole = &workspace->conditions[at];
    memmove(whole + 1, whole, (workspace->conditions_count - 1 - at) * sizeof *whole);
    *whole = (EscWhole){.meaning = meaning};
}

const EscCondition *esc_condition_make(EscWorkspace *workspace, const EscNode *node,
                                       EscArena *arena)
{
    EscMaker maker = {workspace, arena};
    if (whole_of(workspace, node) == NULL)
        return NULL;
    const EscCondition *condition = make(&maker, node, true);
    if (esc_arena_failed(arena))
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    return condition;
}

const EscCondition *esc_condition_of(EscWorkspace *workspace, const EscNode *node)
{
    EscWhole *whole = whole_of(workspace, node);
    if (whole != NULL && whole->form == NULL)
        whole->form = esc_condition_make(workspace, node, workspace->arena);
    return whole == NULL ? NULL : whole->form;
}
