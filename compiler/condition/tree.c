/* tree.c - the form of a condition from its checked tree, and the table that keeps it. `not` goes inwards to the tests: sound with
 * missing values because the check refuses what a missing value could make true, so the test that is turned around is
 * false of a missing value too, and what stands beside it has asked for presence. */
#include "condition/tests.h"

static EscCondition *new_node(EscWorkspace *workspace, EscConditionKind kind, EscSpan span)
{
    EscCondition *node = esc_arena_alloc(workspace->arena, sizeof *node);
    if (node != NULL)
        *node = (EscCondition){.kind = kind, .span = span};
    return node;
}

static EscCondition *make(EscWorkspace *workspace, const EscNode *node, bool sense);

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
static void add_operands(EscWorkspace *workspace, Chain *chain, const EscNode *node, bool sense)
{
    EscBinaryOp op =
        (chain->parent->kind == ESC_CONDITION_AND) == sense ? ESC_BINARY_AND : ESC_BINARY_OR;
    if (node->kind == ESC_NODE_BINARY && node->binary.op == op) {
        add_operands(workspace, chain, node->binary.left, sense);
        add_operands(workspace, chain, node->binary.right, sense);
    } else if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NOT) {
        add_operands(workspace, chain, node->unary.operand, !sense);
    } else {
        add_child(chain, make(workspace, node, sense));
    }
}

static EscCondition *make_chain(EscWorkspace *workspace, const EscNode *node, bool sense)
{
    bool is_and = (node->binary.op == ESC_BINARY_AND) == sense;
    Chain chain = {
        .parent = new_node(workspace, is_and ? ESC_CONDITION_AND : ESC_CONDITION_OR, node->span)};
    if (chain.parent == NULL)
        return NULL;
    add_operands(workspace, &chain, node, sense);
    return chain.is_broken ? NULL : chain.parent;
}

static EscCondition *make_leaf(EscWorkspace *workspace, const EscNode *node, bool sense)
{
    EscCondition *leaf = new_node(workspace, ESC_CONDITION_TEST, node->span);
    EscTest *test = esc_arena_alloc(workspace->arena, sizeof *test);
    if (leaf == NULL || test == NULL || !esc_test_make(workspace, node, sense, test))
        return NULL;
    leaf->test = test;
    return leaf;
}

static EscCondition *make(EscWorkspace *workspace, const EscNode *node, bool sense)
{
    if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NOT)
        return make(workspace, node->unary.operand, !sense);
    if (node->kind == ESC_NODE_BINARY &&
        (node->binary.op == ESC_BINARY_AND || node->binary.op == ESC_BINARY_OR))
        return make_chain(workspace, node, sense);
    return make_leaf(workspace, node, sense);
}

/* --- the side table --------------------------------------------------------------------------- */

void esc_condition_keep(EscWorkspace *workspace, const EscNode *node)
{
    if (node->meaning == 0)
        return; /* it is wrong */
    const EscCondition *condition = make(workspace, node, true);
    if (condition == NULL)
        return;
    *ESC_ARRAY_ADD(workspace, conditions) = condition;
    workspace->meanings[node->meaning].condition = workspace->conditions_count;
}

const EscCondition *esc_condition_of(const EscWorkspace *workspace, const EscNode *node)
{
    if (node == NULL)
        return NULL;
    uint32_t number = esc_meaning(workspace, node).condition;
    return number == 0 ? NULL : workspace->conditions[number - 1];
}
