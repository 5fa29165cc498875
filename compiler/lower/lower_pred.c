/* lower_pred.c - conditions of triggers as data (PREDS).
 *
 * A matcher can file a condition only when it sees it, so what compares a field with a constant
 * becomes a leaf of data, `not` is pushed inwards to such leaves, and only the rest is a COND
 * function. Pushing is sound with missing values because the check refuses conditions that a
 * missing value could make true: a complemented leaf is false on a missing field, and its context
 * has asked for presence. Not here: when a template starts, see lower_trigger.c. */
#include "lower/lower.h"

#include <math.h>
#include <string.h>

typedef struct EscLowerPred Pred;
struct EscLowerPred {
    EscPredRow row;
    Pred *first, *last, *next; /* children */
    const EscNode *code;       /* CODE: the condition */
    uint32_t function; /* CODE: made with the first trigger that needs it; ESC_NONE before */
    uint32_t index;    /* row of the tree put last */
};

static Pred *new_pred(EscLower *lower, EscPred kind)
{
    Pred *pred = esc_arena_alloc(lower->build.arena, sizeof *pred);
    if (pred != NULL)
        pred->row.kind = kind;
    return pred;
}

static void add_child(Pred *parent, Pred *child)
{
    if (child == NULL)
        return;
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
    parent->row.children_count++;
}

/* --- leaves ----------------------------------------------------------------------------------- */

/* A field that a leaf can test: of the ticket or the event, as it is. */
static bool is_field(const EscLower *lower, const EscNode *node)
{
    if (node->kind != ESC_NODE_PATH)
        return false;
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    return (meaning.means == ESC_MEANS_TICKET_FIELD || meaning.means == ESC_MEANS_EVENT_FIELD) &&
           meaning.unit == ESC_UNIT_NONE;
}

static bool is_constant(const EscLower *lower, const EscNode *node)
{
    if (node->kind == ESC_NODE_PATH) {
        EscMeans means = (EscMeans)esc_meaning(lower->workspace, node).means;
        return means == ESC_MEANS_MEMBER || means == ESC_MEANS_PERSON_NAME;
    }
    if (node->kind == ESC_NODE_TEXT)
        return node->text.is_plain;
    if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NEGATE)
        node = node->unary.operand;
    return node->kind == ESC_NODE_NUMBER || node->kind == ESC_NODE_BOOL ||
           node->kind == ESC_NODE_DURATION;
}

static EscText constant_text(const EscLower *lower, const EscNode *node)
{
    if (node->kind == ESC_NODE_TEXT)
        return node->text.plain;
    return lower->workspace->persons[esc_meaning(lower->workspace, node).index].name;
}

static uint32_t field_option(const EscLower *lower, const EscNode *node)
{
    return esc_meaning(lower->workspace, node).index + 1;
}

static int64_t number_bits(double value)
{
    int64_t bits;
    double plain = value == 0 ? 0 : value;
    memcpy(&bits, &plain, sizeof bits);
    return bits;
}

/* Members that compare like that with member `number`. */
static uint64_t member_mask(EscBinaryOp op, uint32_t number, uint32_t count)
{
    uint64_t mask = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool holds = op == ESC_BINARY_EQUAL        ? i == number
                     : op == ESC_BINARY_LESS       ? i < number
                     : op == ESC_BINARY_LESS_EQUAL ? i <= number
                     : op == ESC_BINARY_GREATER    ? i > number
                                                   : i >= number;
        if (holds)
            mask |= UINT64_C(1) << i;
    }
    return mask;
}

static void set_mask(EscPredRow *row, uint64_t mask)
{
    memcpy(&row->low, &mask, sizeof mask);
}

static Pred *enum_leaf(EscLower *lower, EscBinaryOp op, const EscNode *field,
                       const EscNode *constant)
{
    uint32_t count =
        lower->workspace->enums[esc_type_enum(esc_node_type(lower->workspace, field))].count;
    if (count > 64)
        return NULL;
    Pred *pred = new_pred(lower, ESC_PRED_ENUM_IN);
    if (pred != NULL)
        set_mask(&pred->row, member_mask(op, esc_meaning(lower->workspace, constant).index, count));
    return pred;
}

/* A number's bits or a duration's ms, with a sign before it or not. */
static int64_t range_end(const EscNode *constant, bool is_number)
{
    bool is_negative = constant->kind == ESC_NODE_UNARY;
    const EscNode *plain = is_negative ? constant->unary.operand : constant;
    if (is_number)
        return number_bits(is_negative ? -plain->number.value : plain->number.value);
    return is_negative ? -plain->duration.ms : plain->duration.ms;
}

static Pred *range_leaf(EscLower *lower, EscBinaryOp op, const EscNode *constant)
{
    bool is_number = esc_type_kind(esc_node_type(lower->workspace, constant)) == ESC_KIND_NUMBER;
    int64_t value = range_end(constant, is_number);
    Pred *pred = new_pred(lower, ESC_PRED_RANGE);
    if (pred == NULL)
        return NULL;
    pred->row.low = is_number ? number_bits(-HUGE_VAL) : INT64_MIN;
    pred->row.high = is_number ? number_bits(HUGE_VAL) : INT64_MAX;
    bool has_low =
        op == ESC_BINARY_EQUAL || op == ESC_BINARY_GREATER || op == ESC_BINARY_GREATER_EQUAL;
    bool has_high = op == ESC_BINARY_EQUAL || op == ESC_BINARY_LESS || op == ESC_BINARY_LESS_EQUAL;
    if (has_low)
        pred->row.low = value;
    if (has_high)
        pred->row.high = value;
    pred->row.detail = op == ESC_BINARY_GREATER ? 1 : op == ESC_BINARY_LESS ? 2 : 0;
    return pred;
}

static Pred *text_leaf(EscLower *lower, EscPred kind, const EscNode *constant)
{
    EscText text = constant_text(lower, constant);
    Pred *pred = new_pred(lower, kind);
    if (pred != NULL)
        pred->row.detail = esc_build_text(&lower->build, text);
    return pred;
}

static bool text_pred_of(EscBinaryOp op, EscKind left, EscPred *kind)
{
    *kind = op == ESC_BINARY_EQUAL         ? ESC_PRED_TEXT_IS
            : op == ESC_BINARY_STARTS_WITH ? ESC_PRED_TEXT_STARTS
            : op == ESC_BINARY_ENDS_WITH   ? ESC_PRED_TEXT_ENDS
            : left == ESC_KIND_LIST        ? ESC_PRED_LIST_HAS
                                           : ESC_PRED_TEXT_CONTAINS;
    return op == ESC_BINARY_EQUAL || op == ESC_BINARY_STARTS_WITH || op == ESC_BINARY_ENDS_WITH ||
           op == ESC_BINARY_CONTAINS;
}

static bool is_order(EscBinaryOp op)
{
    return op == ESC_BINARY_EQUAL || (op >= ESC_BINARY_LESS && op <= ESC_BINARY_GREATER_EQUAL);
}

/* field op constant; NULL: no leaf says it. */
static Pred *field_leaf(EscLower *lower, EscBinaryOp op, const EscNode *field,
                        const EscNode *constant)
{
    EscKind kind = esc_type_kind(esc_node_type(lower->workspace, field));
    Pred *pred = NULL;
    EscPred text_kind;
    if (kind == ESC_KIND_ENUM && is_order(op))
        pred = enum_leaf(lower, op, field, constant);
    else if ((kind == ESC_KIND_NUMBER || kind == ESC_KIND_DURATION) && is_order(op))
        pred = range_leaf(lower, op, constant);
    else if ((kind == ESC_KIND_TEXT || kind == ESC_KIND_LIST) && text_pred_of(op, kind, &text_kind))
        pred = text_leaf(lower, text_kind, constant);
    else if (kind == ESC_KIND_BOOL && op == ESC_BINARY_EQUAL) {
        pred = new_pred(lower, ESC_PRED_BOOL);
        if (pred != NULL)
            pred->row.detail = constant->boolean.value;
    }
    if (pred != NULL)
        pred->row.field = field_option(lower, field);
    return pred;
}

/* field in [constants]: one mask, or one leaf for each. */
static Pred *in_leaf(EscLower *lower, const EscNode *field, const EscNode *list)
{
    bool is_enum = esc_type_kind(esc_node_type(lower->workspace, field)) == ESC_KIND_ENUM;
    uint64_t mask = 0;
    ESC_EACH_NODE(item, list->list.items) {
        if (!is_constant(lower, item))
            return NULL;
        if (is_enum && esc_meaning(lower->workspace, item).index >= 64)
            return NULL;
        mask |= is_enum ? UINT64_C(1) << esc_meaning(lower->workspace, item).index : 0;
    }
    if (list->list.items.count == 0)
        return NULL;
    Pred *pred = new_pred(lower, is_enum ? ESC_PRED_ENUM_IN : ESC_PRED_OR);
    if (pred == NULL)
        return NULL;
    if (is_enum) {
        pred->row.field = field_option(lower, field);
        set_mask(&pred->row, mask);
        return pred;
    }
    ESC_EACH_NODE(item, list->list.items)
        add_child(pred, field_leaf(lower, ESC_BINARY_EQUAL, field, item));
    if (pred->row.children_count != list->list.items.count)
        return NULL;
    return pred->row.children_count == 1 ? pred->first : pred;
}

static Pred *binary_leaf(EscLower *lower, EscBinaryOp op, const EscNode *left, const EscNode *right)
{
    if (op == ESC_BINARY_IN && right->kind == ESC_NODE_LIST && is_field(lower, left))
        return in_leaf(lower, left, right);
    if (op == ESC_BINARY_IN && is_field(lower, right) && is_constant(lower, left))
        return field_leaf(lower, ESC_BINARY_CONTAINS, right, left);
    if (is_field(lower, left) && is_constant(lower, right))
        return field_leaf(lower, op, left, right);
    if (is_order(op) && is_constant(lower, left) && is_field(lower, right))
        return field_leaf(lower, esc_binary_turned(op), right, left);
    return NULL;
}

static Pred *simple_leaf(EscLower *lower, const EscNode *node)
{
    Pred *pred = NULL;
    const EscNode *field = NULL;
    if (node->kind == ESC_NODE_CHANGED) {
        field = node->changed.path;
        pred = new_pred(lower, ESC_PRED_CHANGED);
    } else if (node->kind == ESC_NODE_UNARY && is_field(lower, node->unary.operand)) {
        field = node->unary.operand;
        pred = new_pred(lower, node->unary.op == ESC_UNARY_IS_PRESENT ? ESC_PRED_PRESENT
                                                                      : ESC_PRED_MISSING);
    } else if (is_field(lower, node) &&
               esc_type_kind(esc_node_type(lower->workspace, node)) == ESC_KIND_BOOL) {
        field = node;
        pred = new_pred(lower, ESC_PRED_BOOL);
        if (pred != NULL)
            pred->row.detail = 1;
    }
    if (pred != NULL)
        pred->row.field = field_option(lower, field);
    return pred;
}

static Pred *code_leaf(EscLower *lower, const EscNode *node)
{
    Pred *pred = new_pred(lower, ESC_PRED_CODE);
    if (pred != NULL) {
        pred->code = node;
        pred->function = ESC_NONE;
    }
    return pred;
}

/* --- not -------------------------------------------------------------------------------------- */

static uint64_t all_members(const EscLower *lower, uint32_t field)
{
    uint32_t count =
        lower->workspace->enums[esc_type_enum(lower->workspace->fields[field].type)].count;
    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

/* Turns a leaf into its opposite without a NOT above it; false when no leaf says that. */
static bool complement(const EscLower *lower, EscPredRow *row)
{
    uint64_t mask;
    switch ((EscPred)row->kind) {
    case ESC_PRED_ENUM_IN:
        memcpy(&mask, &row->low, sizeof mask);
        set_mask(row, ~mask & all_members(lower, row->field - 1));
        return true;
    case ESC_PRED_BOOL:
        row->detail = !row->detail;
        return true;
    case ESC_PRED_PRESENT:
        row->kind = ESC_PRED_MISSING;
        return true;
    case ESC_PRED_MISSING:
        row->kind = ESC_PRED_PRESENT;
        return true;
    default:
        return false;
    }
}

static Pred *negate(EscLower *lower, Pred *leaf)
{
    if (leaf == NULL || complement(lower, &leaf->row))
        return leaf;
    Pred *pred = new_pred(lower, ESC_PRED_NOT);
    if (pred != NULL)
        add_child(pred, leaf);
    return pred;
}

/* --- the tree --------------------------------------------------------------------------------- */

static Pred *lower_pred(EscLower *lower, const EscNode *node, bool sense);

/* Chains of the same connective become one node with many children; depth is bounded by the
 * tree's. */
static void add_operands(EscLower *lower, Pred *parent, const EscNode *node, bool sense)
{
    EscBinaryOp op =
        ((EscPred)parent->row.kind == ESC_PRED_AND) == sense ? ESC_BINARY_AND : ESC_BINARY_OR;
    if (node->kind == ESC_NODE_BINARY && node->binary.op == op) {
        add_operands(lower, parent, node->binary.left, sense);
        add_operands(lower, parent, node->binary.right, sense);
        return;
    }
    if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NOT) {
        add_operands(lower, parent, node->unary.operand, !sense);
        return;
    }
    add_child(parent, lower_pred(lower, node, sense));
}

/* != and `not in` are what the positive test says, negated. */
static EscBinaryOp positive_op(EscBinaryOp op)
{
    if (op == ESC_BINARY_NOT_EQUAL)
        return ESC_BINARY_EQUAL;
    return op == ESC_BINARY_NOT_IN ? ESC_BINARY_IN : op;
}

static Pred *lower_pred(EscLower *lower, const EscNode *node, bool sense)
{
    if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NOT)
        return lower_pred(lower, node->unary.operand, !sense);
    if (node->kind == ESC_NODE_BINARY &&
        (node->binary.op == ESC_BINARY_AND || node->binary.op == ESC_BINARY_OR)) {
        Pred *pred = new_pred(lower, (node->binary.op == ESC_BINARY_AND) == sense ? ESC_PRED_AND
                                                                                  : ESC_PRED_OR);
        if (pred != NULL)
            add_operands(lower, pred, node, sense);
        return pred;
    }
    bool is_negative = false;
    Pred *leaf = NULL;
    if (node->kind == ESC_NODE_BINARY) {
        EscBinaryOp op = positive_op(node->binary.op);
        is_negative = op != node->binary.op;
        leaf = binary_leaf(lower, op, node->binary.left, node->binary.right);
    } else {
        leaf = simple_leaf(lower, node);
    }
    if (leaf == NULL) {
        leaf = code_leaf(lower, node);
        is_negative = false; /* the function says it itself */
    }
    return sense != is_negative ? leaf : negate(lower, leaf);
}

static uint32_t depth_of(const Pred *pred)
{
    uint32_t deepest = 0;
    for (const Pred *child = pred->first; child != NULL; child = child->next) {
        uint32_t depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* A test that no ticket passes has no data of its own: it is the negation of ALWAYS. `opposite`
 * says that every ticket passes. */
static bool is_constant_test(const EscLower *lower, const EscPredRow *row, uint32_t event,
                             bool *opposite)
{
    *opposite = row->kind == ESC_PRED_MISSING;
    if (row->field == 0)
        return false;
    bool is_of_event = lower->workspace->fields[row->field - 1].scope == ESC_SCOPE_EVENT;
    if (is_of_event &&
        (event == ESC_NONE || !esc_lower_event_has_field(lower, event, row->field - 1)))
        return true; /* the event that starts has no such field: its value is missing */
    return row->kind == ESC_PRED_ENUM_IN && row->low == 0;
}

/* The row as this trigger's event sees it. wants_spare: it became a NOT that needs an ALWAYS as
 * its child. */
static EscPredRow row_for(EscLower *lower, Pred *pred, uint32_t event, bool *wants_spare)
{
    bool opposite = false;
    *wants_spare = false;
    if (is_constant_test(lower, &pred->row, event, &opposite)) {
        *wants_spare = !opposite;
        return (EscPredRow){.kind = opposite ? ESC_PRED_ALWAYS : ESC_PRED_NOT,
                            .children_count = !opposite};
    }
    EscPredRow row = pred->row;
    if (row.kind == ESC_PRED_CODE) {
        if (pred->function == ESC_NONE)
            pred->function = esc_lower_condition(lower, pred->code);
        row.detail = pred->function;
    }
    return row;
}

typedef struct PredQueue {
    Pred **items;
    size_t count, capacity;
} PredQueue;

static void enqueue(EscLower *lower, PredQueue *queue, Pred *pred)
{
    if (queue->count == queue->capacity) {
        Pred **grown = esc_arena_grow(lower->build.arena, queue->items, queue->count,
                                      &queue->capacity, sizeof(Pred *));
        if (grown == NULL) {
            lower->build.status = ESC_NO_MEMORY;
            return;
        }
        queue->items = grown;
    }
    queue->items[queue->count++] = pred;
}

static void put_node(EscLower *lower, PredQueue *queue, Pred *pred, uint32_t event)
{
    bool wants_spare;
    EscPredRow row = row_for(lower, pred, event, &wants_spare);
    pred->index = esc_build_put_preds(&lower->build, row);
    if (pred->first != NULL || wants_spare)
        enqueue(lower, queue, pred);
}

/* Level by level, so that the children of a node follow each other and come behind it. */
uint32_t esc_lower_pred_put(EscLower *lower, EscLowerPred *root, uint32_t event)
{
    PredQueue queue = {0};
    put_node(lower, &queue, root, event);
    uint32_t first = root->index;
    for (size_t i = 0; i < queue.count && lower->build.status == ESC_OK; i++) {
        Pred *parent = queue.items[i];
        lower->build.preds[parent->index].children_first = (uint32_t)lower->build.preds_count;
        if (parent->first == NULL)
            esc_build_put_preds(&lower->build, (EscPredRow){.kind = ESC_PRED_ALWAYS});
        for (Pred *child = parent->first; child != NULL; child = child->next)
            put_node(lower, &queue, child, event);
    }
    return first;
}

EscLowerPred *esc_lower_pred(EscLower *lower, const EscNode *condition)
{
    Pred *root =
        condition == NULL ? new_pred(lower, ESC_PRED_ALWAYS) : lower_pred(lower, condition, true);
    /* A NOT may come to stand above a test that is constant for its event. */
    if (root != NULL && depth_of(root) + 1 > ESC_PRED_DEPTH_MAX)
        root = code_leaf(lower, condition);
    return root;
}
