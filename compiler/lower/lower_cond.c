/* lower_cond.c - conditions as jumps.
 *
 * A positive test on a missing value is false: every operand of a comparison that may be missing
 * goes straight to the false side. The check made sure that no missing value can make a
 * condition true. `is present` unwraps the value into a register that stays, so that what stands
 * behind the test sees the value that was tested (narrowing), even when the ticket changes while
 * the steps wait. */
#include "condition/clock.h"
#include "lower/lower.h"

/* --- comparisons ------------------------------------------------------------------------------ */

typedef struct Comparison {
    EscOp op;
    bool is_swapped, is_negated;
} Comparison;

static EscOp pick_op(EscKind kind, EscOp number, EscOp duration, EscOp time, EscOp member)
{
    switch (kind) {
    case ESC_KIND_NUMBER:
        return number;
    case ESC_KIND_DURATION:
        return duration;
    case ESC_KIND_TIME:
        return time;
    default:
        return member;
    }
}

EscOp esc_lower_equal_op(EscKind kind)
{
    switch (kind) {
    case ESC_KIND_BOOL:
        return ESC_OP_EQ_BOOL;
    case ESC_KIND_TEXT:
        return ESC_OP_EQ_TEXT;
    case ESC_KIND_REF:
        return ESC_OP_EQ_REF;
    default:
        return pick_op(kind, ESC_OP_EQ_NUMBER, ESC_OP_EQ_DURATION, ESC_OP_EQ_TIME, ESC_OP_EQ_ENUM);
    }
}

static Comparison comparison_of(EscBinaryOp op, EscKind left)
{
    EscOp less =
        pick_op(left, ESC_OP_LT_NUMBER, ESC_OP_LT_DURATION, ESC_OP_LT_TIME, ESC_OP_LT_ENUM);
    EscOp less_equal =
        pick_op(left, ESC_OP_LE_NUMBER, ESC_OP_LE_DURATION, ESC_OP_LE_TIME, ESC_OP_LE_ENUM);
    switch (op) {
    case ESC_BINARY_EQUAL:
        return (Comparison){esc_lower_equal_op(left), false, false};
    case ESC_BINARY_NOT_EQUAL:
        return (Comparison){esc_lower_equal_op(left), false, true};
    case ESC_BINARY_LESS:
        return (Comparison){less, false, false};
    case ESC_BINARY_LESS_EQUAL:
        return (Comparison){less_equal, false, false};
    case ESC_BINARY_GREATER:
        return (Comparison){less, true, false};
    case ESC_BINARY_GREATER_EQUAL:
        return (Comparison){less_equal, true, false};
    case ESC_BINARY_STARTS_WITH:
        return (Comparison){ESC_OP_STARTS_WITH, false, false};
    case ESC_BINARY_ENDS_WITH:
        return (Comparison){ESC_OP_ENDS_WITH, false, false};
    case ESC_BINARY_CONTAINS:
        return (Comparison){left == ESC_KIND_LIST ? ESC_OP_LIST_HAS : ESC_OP_CONTAINS, false,
                            false};
    case ESC_BINARY_IN:
        return (Comparison){ESC_OP_LIST_HAS, true, false};
    default:
        ESC_ASSERT(op == ESC_BINARY_NOT_IN);
        return (Comparison){ESC_OP_LIST_HAS, true, true};
    }
}

/* The same test without regard to case. */
static EscOp folded_op(EscOp op)
{
    return op == ESC_OP_STARTS_WITH ? ESC_OP_STARTS_FOLDED
           : op == ESC_OP_ENDS_WITH ? ESC_OP_ENDS_FOLDED
           : op == ESC_OP_CONTAINS  ? ESC_OP_CONTAINS /* it never tells cases apart */
                                    : ESC_OP_HAS_FOLDED;
}

static void jump_compare(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    EscKind left = esc_type_kind(esc_node_type(lower->workspace, node->binary.left));
    Comparison comparison = comparison_of(node->binary.op, left);
    if (node->binary.ignores_case)
        comparison.op = folded_op(comparison.op);
    uint32_t mark = emit->next;
    EscLabel skip = {0};
    EscLabel *missing = sense ? &skip : target;
    EscRegister a = esc_lower_operand(lower, node->binary.left, missing);
    EscRegister b = esc_lower_operand(lower, node->binary.right, missing);
    EscRegister first = comparison.is_swapped ? b : a, second = comparison.is_swapped ? a : b;
    EscRegister truth = esc_emit_take(emit);
    esc_emit_make(emit, comparison.op, truth, ESC_TYPE(ESC_KIND_BOOL), first, second, 0);
    esc_emit_jump_if(emit, truth, sense != comparison.is_negated, target);
    esc_emit_drop_to(emit, mark);
    esc_emit_label(emit, &skip);
}

/* a in [b, c]: one comparison after the other. */
static void jump_in_list(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    bool is_positive = node->binary.op == ESC_BINARY_IN;
    bool wants_member = sense == is_positive; /* go to target when it is one of them */
    uint32_t mark = emit->next;
    EscLabel skip = {0};
    EscLabel *missing = sense ? &skip : target;
    EscKind kind = esc_type_kind(esc_node_type(lower->workspace, node->binary.left));
    EscRegister value = esc_lower_operand(lower, node->binary.left, missing);
    EscRegister truth = esc_emit_take(emit);
    ESC_EACH_NODE(item, node->binary.right->list.items) {
        if (esc_is_day(item)) {
            esc_lower_jump_within(lower, value, item, true, wants_member ? target : &skip);
            if (!wants_member && item->next == NULL)
                esc_emit_jump(emit, target);
            continue;
        }
        uint32_t item_mark = emit->next;
        EscRegister other = esc_lower_operand(lower, item, missing);
        esc_emit_make(emit, esc_lower_equal_op(kind), truth, ESC_TYPE(ESC_KIND_BOOL), value, other,
                      0);
        esc_emit_drop_to(emit, item_mark);
        if (wants_member)
            esc_emit_jump_if(emit, truth, true, target);
        else if (item->next != NULL)
            esc_emit_jump_if(emit, truth, true, &skip);
        else
            esc_emit_jump_if(emit, truth, false, target);
    }
    if (node->binary.right->list.items.count == 0 && !wants_member)
        esc_emit_jump(emit, target);
    esc_emit_drop_to(emit, mark);
    esc_emit_label(emit, &skip);
}

/* --- presence, quantifiers, plain truth ------------------------------------------------------- */

/* A test whose answer is known from around it stays one for who looks at the code alone: steps on both of its sides can be
 * reached, as loops and waits there ask for. */
static void jump_known(EscLower *lower, bool is_taken, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    EscRegister truth = esc_emit_take(emit);
    esc_emit_const(emit, truth, ESC_TYPE(ESC_KIND_BOOL), 1);
    esc_emit_jump_if(emit, truth, is_taken, target);
    esc_emit_drop_to(emit, truth);
}

void esc_lower_jump_never(EscLower *lower, EscLabel *target)
{
    jump_known(lower, false, target);
}

static void jump_present(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    const EscNode *operand = node->unary.operand;
    bool wants_present = sense == (node->unary.op == ESC_UNARY_IS_PRESENT);
    EscLabel skip = {0};
    EscRegister value = esc_emit_take(emit); /* stays: see esc_lower_narrow */
    EscLabel *missing = wants_present ? &skip : target;
    uint32_t ways = missing->patches;
    if (operand->kind == ESC_NODE_PATH) /* the duration itself, whichever unit is asked for */
        esc_lower_path_value(lower, operand, value, missing);
    else
        esc_lower_plain(lower, operand, value, missing);
    esc_lower_narrow(lower, operand, value);
    if (missing->patches == ways)
        jump_known(lower, wants_present, target);
    else if (wants_present)
        esc_emit_jump(emit, target);
    esc_emit_label(emit, &skip);
}

uint8_t esc_lower_rounds_max(const EscLower *lower, const EscNode *list, uint32_t at_most)
{
    EscMeaning meaning = esc_meaning(lower->workspace, list);
    bool is_field = meaning.means == ESC_MEANS_TICKET_FIELD ||
                    meaning.means == ESC_MEANS_EVENT_FIELD ||
                    meaning.means == ESC_MEANS_EXCEPTION_FIELD;
    uint32_t items_max = is_field ? lower->workspace->fields[meaning.index].items_max
                         : list->kind == ESC_NODE_LIST ? list->list.items.count
                                                       : 0;
    if (items_max == 0 || items_max > ESC_LIST_ITEMS_MAX)
        items_max = ESC_LIST_ITEMS_MAX;
    return (uint8_t)(at_most != 0 && at_most < items_max ? at_most : items_max);
}

static void jump_quantifier(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    bool is_all = node->quantifier.is_all;
    EscType truth_type = ESC_TYPE(ESC_KIND_BOOL);
    EscLowerMark outer = esc_lower_mark(lower);
    EscLabel missing = {0}, next = {0};
    EscRegister answer = esc_emit_take(emit);
    esc_emit_const(emit, answer, truth_type, 0);
    EscRegister list = esc_lower_operand(lower, node->quantifier.list, &missing);
    if (is_all)
        esc_emit_const(emit, answer, truth_type, 1);
    EscRegister item = esc_emit_take(emit);
    lower->local_registers[esc_meaning(lower->workspace, node).index] = item;
    EscLoop loop;
    esc_emit_loop_begin(emit, &loop, item, list,
                        esc_lower_rounds_max(lower, node->quantifier.list, 0));
    EscLowerMark body = esc_lower_mark(lower);
    esc_lower_jump(lower, node->quantifier.condition, is_all, &next);
    esc_lower_reset(lower, body);
    esc_emit_const(emit, answer, truth_type, !is_all);
    esc_emit_jump(emit, &loop.exit);
    esc_emit_label(emit, &next);
    esc_emit_loop_end(emit, &loop);
    esc_emit_label(emit, &missing);
    esc_emit_jump_if(emit, answer, sense, target);
    esc_lower_reset(lower, outer);
}

static void jump_truth(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscLabel skip = {0};
    EscRegister truth = esc_lower_operand(lower, node, sense ? &skip : target);
    esc_emit_jump_if(emit, truth, sense, target);
    esc_emit_drop_to(emit, mark);
    esc_emit_label(emit, &skip);
}

static void jump_changed(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister truth = esc_emit_take(emit);
    uint32_t field = esc_meaning(lower->workspace, node->changed.path).index;
    esc_emit_make(emit, ESC_OP_LOAD_CHANGED, truth, ESC_TYPE(ESC_KIND_BOOL), 0, 0, field);
    esc_emit_jump_if(emit, truth, sense, target);
    esc_emit_drop_to(emit, mark);
}

/* --- what time alone turns --------------------------------------------------------------------- */

/* Hours are asked for by a row wherever they are said; other tests only where the condition stands, for elsewhere what was
 * found present keeps its value. A test of a missing time is false. */
static bool jump_clock(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    EscClock test;
    if (!esc_clock_test(lower->workspace, node, &test) ||
        (!lower->is_standing && test.row.source != ESC_CLOCK_SOURCE_HOURS))
        return false;
    uint32_t mark = emit->next;
    EscRegister truth = esc_emit_take(emit);
    if (emit->is_reachable)
        esc_emit_make(emit, ESC_OP_CLOCK, truth, ESC_TYPE(ESC_KIND_BOOL), 0, 0,
                      esc_lower_clock(lower, &test));
    esc_emit_jump_if(emit, truth, sense != test.is_opposite, target);
    esc_emit_drop_to(emit, mark);
    return true;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* `and` goes to its false side as soon as one side is false, `or` to its true side as soon as
 * one is true. */
static void jump_both(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    bool early = node->binary.op == ESC_BINARY_OR; /* the value that ends it early */
    EscLabel skip = {0};
    esc_lower_jump(lower, node->binary.left, early, sense == early ? target : &skip);
    esc_lower_jump(lower, node->binary.right, sense, target);
    esc_emit_label(lower->emit, &skip);
}

static void jump_binary(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscBinaryOp op = node->binary.op;
    bool is_in = op == ESC_BINARY_IN || op == ESC_BINARY_NOT_IN;
    if (is_in && node->binary.right->kind == ESC_NODE_LIST)
        jump_in_list(lower, node, sense, target);
    else
        jump_compare(lower, node, sense, target);
}

/* One test, without a connective at its top. */
static void jump_test(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    uint32_t start = esc_cover_here(lower);
    if (jump_clock(lower, node, sense, target) ||
        esc_lower_jump_times(lower, node, sense, target)) {
        esc_cover_test(lower, node, start);
        return;
    }
    if (node->kind == ESC_NODE_BINARY)
        jump_binary(lower, node, sense, target);
    else if (node->kind == ESC_NODE_UNARY)
        jump_present(lower, node, sense, target);
    else if (node->kind == ESC_NODE_QUANTIFIER)
        jump_quantifier(lower, node, sense, target);
    else if (node->kind == ESC_NODE_CHANGED)
        jump_changed(lower, node, sense, target);
    else
        jump_truth(lower, node, sense, target);
    esc_cover_test(lower, node, start);
}

void esc_lower_jump(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    bool is_joint = node->kind == ESC_NODE_BINARY &&
                    (node->binary.op == ESC_BINARY_AND || node->binary.op == ESC_BINARY_OR);
    if (is_joint)
        jump_both(lower, node, sense, target);
    else if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NOT)
        esc_lower_jump(lower, node->unary.operand, !sense, target);
    else
        jump_test(lower, node, sense, target);
}

/* --- functions that answer -------------------------------------------------------------------- */

static void answer(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    esc_lower_origin(lower, node->span);
    EscRegister truth = esc_emit_take(emit);
    esc_lower_plain(lower, node, truth, NULL);
    uint32_t at = esc_cover_here(lower);
    esc_emit_op(emit, ESC_OP_RETURN, truth, 0, 0, 0);
    esc_cover_answer(lower, node, at);
}

uint32_t esc_lower_condition(EscLower *lower, const EscNode *node)
{
    if (node == NULL)
        return ESC_NONE;
    EscLowerFunction function;
    esc_lower_begin(lower, &function, ESC_FUNCTION_COND, node->span);
    answer(lower, node);
    return esc_lower_end(lower, &function);
}

uint32_t esc_lower_standing(EscLower *lower, const EscNode *node)
{
    lower->is_standing = true;
    uint32_t function = esc_lower_condition(lower, node);
    lower->is_standing = false;
    return function;
}

uint32_t esc_lower_condition_at_wait(EscLower *lower, const EscNode *node, EscEventSource *source)
{
    if (node == NULL)
        return ESC_NONE;
    EscLowerFunction function;
    esc_lower_begin_at_wait(lower, &function, ESC_FUNCTION_COND, node->span);
    if (source != NULL)
        lower->source = source;
    lower->is_standing = source == NULL;
    answer(lower, node);
    lower->is_standing = false;
    return esc_lower_end(lower, &function);
}
