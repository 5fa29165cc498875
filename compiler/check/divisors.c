/* divisors.c - what may be divided by: a constant, or what a condition on the way there keeps away from zero. So
 * arithmetic has no faults, as texts have none with missing values. */
#include "check/expressions.h"
#include "check/names.h"

/* The number that a literal stands for; false when the node is none. */
static bool literal(const EscNode *node, double *value)
{
    bool is_negative = node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NEGATE;
    const EscNode *number = is_negative ? node->unary.operand : node;
    if (number->kind != ESC_NODE_NUMBER)
        return false;
    *value = is_negative ? -number->number.value : number->number.value;
    return true;
}

/* The path that is not 0 where the test is `truth`; NULL: none. Units fall together with 0, so the test of 0 alone says it. */
static const EscNode *test_proves(EscWorkspace *workspace, const EscNode *node, bool truth)
{
    EscTest test;
    const EscNode *left = node->binary.left, *right = node->binary.right;
    const EscNode *path = left->kind == ESC_NODE_PATH ? left : right;
    EscKind kind = esc_type_kind(esc_node_type(workspace, path));
    if (path->kind != ESC_NODE_PATH || (kind != ESC_KIND_NUMBER && kind != ESC_KIND_DURATION) ||
        !esc_condition_test(workspace, node, truth, &test) || test.kind != ESC_TEST_RANGES ||
        test.subject.is_from_now)
        return NULL;
    return esc_test_holds(&test, &(EscCell){.key = 0}) ? NULL : path;
}

uint32_t esc_condition_keeps_from_zero(EscWorkspace *workspace, const EscNode *condition,
                                       bool truth, const EscNode **paths, uint32_t max)
{
    if (condition->kind == ESC_NODE_UNARY && condition->unary.op == ESC_UNARY_NOT)
        return esc_condition_keeps_from_zero(workspace, condition->unary.operand, !truth, paths,
                                             max);
    if (condition->kind != ESC_NODE_BINARY || max == 0)
        return 0;
    if (condition->binary.op == (truth ? ESC_BINARY_AND : ESC_BINARY_OR)) {
        uint32_t count =
            esc_condition_keeps_from_zero(workspace, condition->binary.left, truth, paths, max);
        return count + esc_condition_keeps_from_zero(workspace, condition->binary.right, truth,
                                                     paths + count, max - count);
    }
    const EscNode *path = test_proves(workspace, condition, truth);
    if (path == NULL)
        return 0;
    paths[0] = path;
    return 1;
}

static bool is_kept_from_zero(const EscWhere *where, const EscNode *divisor)
{
    for (uint32_t i = 0; i < where->narrowed_count; i++) {
        if (where->is_nonzero[i] && esc_paths_equal(where->narrowed[i], divisor))
            return true;
    }
    return false;
}

void esc_check_divisor(EscWhere *where, const EscNode *divisor)
{
    double value = 0;
    bool is_literal = literal(divisor, &value);
    if (is_literal ? value != 0
                   : divisor->kind == ESC_NODE_PATH && is_kept_from_zero(where, divisor))
        return;
    EscText words = esc_words_of(where, divisor);
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0227", divisor->span,
                   is_literal ? "`%.*s` divides nothing"
                              : "`%.*s` may be 0, and nothing can be divided by that",
                   ESC_TEXT_ARG(words));
    if (!is_literal && divisor->kind == ESC_NODE_PATH)
        esc_report_hint(where->workspace, diagnostic,
                        "test it on the way: `if %.*s != 0 { … }`, or `%.*s != 0 and …`",
                        ESC_TEXT_ARG(words), ESC_TEXT_ARG(words));
    else if (!is_literal)
        esc_report_hint(where->workspace, diagnostic,
                        "divide by a number, or by a field that was tested to be `!= 0`");
}
