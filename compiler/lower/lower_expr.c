/* lower_expr.c - expressions as values in registers.
 *
 * A value that may be missing is lowered as its plain value and a label for the missing case
 * (esc_lower_plain), so that arithmetic and comparisons need no optional registers; only at the
 * end it is wrapped again where somebody wants the optional itself. Recursion follows the tree,
 * whose depth grammar.h bounds (ESC_EXPRESSION_DEPTH_MAX). Not here: conditions, see
 * lower_cond.c. */
#include "lower/lower.h"

enum {
    JOIN_PARTS_MAX = 8
}; /* registers that one JOIN takes at once; longer texts are joined in groups */

static bool is_condition(const EscNode *node)
{
    if (node->kind == ESC_NODE_BINARY)
        return node->binary.op <= ESC_BINARY_CONTAINS;
    if (node->kind == ESC_NODE_UNARY)
        return node->unary.op != ESC_UNARY_NEGATE;
    return node->kind == ESC_NODE_QUANTIFIER || node->kind == ESC_NODE_CHANGED;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* The author's own words. A text that has no room for the marks goes without: it is shown as what it says, and none of
 * its characters does anything. */
static void literal(EscLower *lower, EscText text, EscRegister out, EscTextUse use)
{
    bool is_marked = use == ESC_TEXT_USE_MESSAGE && text.size > 0 &&
                     text.size <= ESC_TEXT_MAX - 2 * ESC_MARK_SIZE;
    if (is_marked)
        text = esc_arena_printf(lower->build.arena, ESC_MARK_OWN "%.*s" ESC_MARK_END,
                                ESC_TEXT_ARG(text));
    esc_emit_const_text(lower->emit, out, text);
}

/* Only texts and lists of them hold what others wrote. */
static bool may_hold_marks(EscType type)
{
    return esc_type_kind(type) == ESC_KIND_TEXT || esc_type_kind(type) == ESC_KIND_LIST;
}

static void value_part(EscLower *lower, EscRegister out, EscTextUse use)
{
    EscEmit *emit = lower->emit;
    EscType type = esc_emit_type(emit, out);
    if (type != ESC_TYPE(ESC_KIND_TEXT))
        esc_emit_make(emit, ESC_OP_TO_TEXT, out, ESC_TYPE(ESC_KIND_TEXT), out, 0, 0);
    if (use == ESC_TEXT_USE_URL)
        esc_emit_make(emit, ESC_OP_URL_ENCODE, out, ESC_TYPE(ESC_KIND_TEXT), out, 0, 0);
    if (use == ESC_TEXT_USE_MESSAGE && may_hold_marks(type))
        esc_emit_make(emit, ESC_OP_UNMARK, out, ESC_TYPE(ESC_KIND_TEXT), out, 0, 0);
}

/* The author's words stay theirs, also behind `else`. */
static void otherwise_part(EscLower *lower, const EscNode *otherwise, EscRegister out,
                           EscTextUse use)
{
    if (otherwise == NULL) {
        literal(lower, ESC_TEXT("(none)"), out, ESC_TEXT_USE_VALUE);
    } else if (otherwise->kind == ESC_NODE_TEXT) {
        esc_lower_text(lower, otherwise, out, use);
    } else {
        esc_lower_into(lower, otherwise, out);
        value_part(lower, out, use);
    }
}

/* What it gives are digits and signs of our own. */
static void form_part(EscLower *lower, EscRegister out, uint32_t form, EscTextUse use)
{
    EscType text = ESC_TYPE(ESC_KIND_TEXT);
    esc_emit_make(lower->emit, ESC_OP_SHOW, out, text, out, 0, form);
    if (use == ESC_TEXT_USE_URL)
        esc_emit_make(lower->emit, ESC_OP_URL_ENCODE, out, text, out, 0, 0);
}

/* {value as form else otherwise}: an optional is taken apart, and both ways come together with a text. */
static void shown_part(EscLower *lower, const EscNode *node, EscRegister out, EscTextUse use)
{
    EscEmit *emit = lower->emit;
    EscLowerMark mark = esc_lower_mark(lower);
    EscLabel missing = {0}, end = {0};
    esc_lower_plain(lower, node->shown.value, out, &missing);
    if (node->shown.form.text.size == 0)
        value_part(lower, out, use);
    else
        form_part(lower, out, esc_meaning(lower->workspace, node).index, use);
    if (missing.is_reached) {
        esc_emit_jump(emit, &end);
        esc_emit_label(emit, &missing);
        otherwise_part(lower, node->shown.otherwise, out, use);
    }
    esc_emit_label(emit, &end);
    esc_lower_reset(lower, mark);
}

static void text_part(EscLower *lower, const EscNode *part, EscRegister out, EscTextUse use)
{
    if (part->kind == ESC_NODE_TEXT_LITERAL) {
        literal(lower, part->text_literal.value, out, use);
    } else if (part->kind == ESC_NODE_SHOWN) {
        shown_part(lower, part, out, use);
    } else {
        esc_lower_into(lower, part, out);
        value_part(lower, out, use);
    }
}

void esc_lower_text(EscLower *lower, const EscNode *node, EscRegister out, EscTextUse use)
{
    EscEmit *emit = lower->emit;
    if (node == NULL || node->text.is_plain || node->text.parts.count == 0) {
        literal(lower, node == NULL ? (EscText){0} : node->text.plain, out, use);
        return;
    }
    if (node->text.parts.count == 1) {
        text_part(lower, node->text.parts.first, out, use);
        return;
    }
    uint32_t first = emit->next, count = 0;
    ESC_EACH_NODE(part, node->text.parts) {
        if (count == JOIN_PARTS_MAX) {
            esc_emit_make(emit, ESC_OP_JOIN, (EscRegister)first, ESC_TYPE(ESC_KIND_TEXT),
                          (EscRegister)first, JOIN_PARTS_MAX, 0);
            esc_emit_drop_to(emit, first + 1);
            count = 1;
        }
        text_part(lower, part, esc_emit_take(emit), use);
        count++;
    }
    esc_emit_make(emit, ESC_OP_JOIN, out, ESC_TYPE(ESC_KIND_TEXT), (EscRegister)first,
                  (uint8_t)count, 0);
    esc_emit_drop_to(emit, first);
}

/* --- arithmetic ------------------------------------------------------------------------------- */

typedef struct Arithmetic {
    EscBinaryOp op;
    EscKind left, right;
    EscOp instruction;
    EscKind result;
} Arithmetic;

#define ROW(op, left, right, instruction, result)                                                  \
    {                                                                                              \
        ESC_BINARY_##op, ESC_KIND_##left, ESC_KIND_##right, ESC_OP_##instruction,                  \
            ESC_KIND_##result                                                                      \
    }

static const Arithmetic arithmetic[] = {
    ROW(ADD, NUMBER, NUMBER, ADD_NUMBER, NUMBER),
    ROW(SUBTRACT, NUMBER, NUMBER, SUB_NUMBER, NUMBER),
    ROW(MULTIPLY, NUMBER, NUMBER, MUL_NUMBER, NUMBER),
    ROW(DIVIDE, NUMBER, NUMBER, DIV_NUMBER, NUMBER),
    ROW(ADD, DURATION, DURATION, ADD_DURATION, DURATION),
    ROW(SUBTRACT, DURATION, DURATION, SUB_DURATION, DURATION),
    ROW(MULTIPLY, DURATION, NUMBER, MUL_DURATION, DURATION),
    ROW(DIVIDE, DURATION, NUMBER, DIV_DURATION, DURATION),
    ROW(ADD, TIME, DURATION, TIME_ADD, TIME),
    ROW(SUBTRACT, TIME, DURATION, TIME_SUB, TIME),
    ROW(SUBTRACT, TIME, TIME, TIME_DIFF, DURATION),
};

#undef ROW

static const Arithmetic *find_arithmetic(EscBinaryOp op, EscKind left, EscKind right)
{
    for (size_t i = 0; i < ESC_COUNT_OF(arithmetic); i++)
        if (arithmetic[i].op == op && arithmetic[i].left == left && arithmetic[i].right == right)
            return &arithmetic[i];
    return NULL;
}

static void lower_arithmetic(EscLower *lower, const EscNode *node, EscRegister out,
                             EscLabel *missing)
{
    EscEmit *emit = lower->emit;
    if (esc_is_counted(node->binary.right)) {
        esc_lower_hours(lower, node, out, missing);
        return;
    }
    EscKind left = esc_type_kind(esc_node_type(lower->workspace, node->binary.left));
    EscKind right = esc_type_kind(esc_node_type(lower->workspace, node->binary.right));
    const Arithmetic *row = find_arithmetic(node->binary.op, left, right);
    ESC_ASSERT(row != NULL);
    uint32_t mark = emit->next;
    EscRegister a = esc_lower_operand(lower, node->binary.left, missing);
    EscRegister b = esc_lower_operand(lower, node->binary.right, missing);
    esc_emit_make(emit, row->instruction, out, ESC_TYPE(row->result), a, b, 0);
    esc_emit_drop_to(emit, mark);
}

static void lower_negate(EscLower *lower, const EscNode *node, EscRegister out, EscLabel *missing)
{
    EscEmit *emit = lower->emit;
    EscKind kind = esc_type_kind(esc_node_type(lower->workspace, node->unary.operand));
    uint32_t mark = emit->next;
    EscRegister value = esc_lower_operand(lower, node->unary.operand, missing);
    EscRegister zero = esc_emit_take(emit);
    esc_lower_default(lower, zero, ESC_TYPE(kind));
    esc_emit_make(emit, kind == ESC_KIND_DURATION ? ESC_OP_SUB_DURATION : ESC_OP_SUB_NUMBER, out,
                  ESC_TYPE(kind), zero, value, 0);
    esc_emit_drop_to(emit, mark);
}

/* --- values ----------------------------------------------------------------------------------- */

static void lower_truth(EscLower *lower, const EscNode *node, EscRegister out)
{
    EscEmit *emit = lower->emit;
    EscLowerMark mark = esc_lower_mark(lower);
    EscLabel end = {0};
    esc_emit_const(emit, out, ESC_TYPE(ESC_KIND_BOOL), 0);
    esc_lower_jump(lower, node, false, &end);
    esc_emit_const(emit, out, ESC_TYPE(ESC_KIND_BOOL), 1);
    esc_emit_label(emit, &end);
    esc_lower_reset(lower, mark);
}

void esc_lower_path_value(EscLower *lower, const EscNode *node, EscRegister out, EscLabel *missing)
{
    EscRegister held;
    if (esc_lower_held(lower, node, &held) || esc_lower_narrowed(lower, node, &held)) {
        esc_emit_move(lower->emit, out, held);
        return;
    }
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    bool is_assured = (meaning.flags & ESC_MEANING_ASSURED) != 0;
    esc_lower_load(lower, node, out);
    esc_lower_make_plain(lower, out, is_assured ? NULL : missing);
}

static void lower_path(EscLower *lower, const EscNode *node, EscRegister out, EscLabel *missing)
{
    uint32_t unit = esc_meaning(lower->workspace, node).unit;
    esc_lower_path_value(lower, node, out, missing);
    if (unit != ESC_UNIT_NONE)
        esc_emit_make(lower->emit, ESC_OP_DURATION_IN, out, ESC_TYPE(ESC_KIND_NUMBER), out, 0,
                      unit - ESC_UNIT_NONE - 1);
}

static void lower_previous(EscLower *lower, const EscNode *node, EscRegister out)
{
    uint32_t field = esc_meaning(lower->workspace, node->previous.path).index;
    EscType type = lower->workspace->fields[field].type | ESC_TYPE_OPTIONAL;
    esc_emit_make(lower->emit, ESC_OP_LOAD_PREVIOUS, out, type, 0, 0, field);
}

/* Item by item onto the empty one: two registers, however long it is. */
static void lower_list(EscLower *lower, const EscNode *node, EscRegister out)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister item = esc_emit_take(emit);
    esc_emit_const(emit, out, ESC_TYPE(ESC_KIND_LIST), 0);
    ESC_EACH_NODE(part, node->list.items) {
        esc_lower_into(lower, part, item);
        esc_emit_make(emit, ESC_OP_LIST_ADD, out, ESC_TYPE(ESC_KIND_LIST), out, item, 0);
    }
    esc_emit_drop_to(emit, mark);
}

void esc_lower_plain(EscLower *lower, const EscNode *node, EscRegister out, EscLabel *missing)
{
    EscEmit *emit = lower->emit;
    if (is_condition(node)) {
        lower_truth(lower, node, out);
        return;
    }
    switch (node->kind) {
    case ESC_NODE_PATH:
    case ESC_NODE_CALL:
        lower_path(lower, node, out, missing);
        break;
    case ESC_NODE_NUMBER:
        esc_emit_const_number(emit, out, node->number.value);
        break;
    case ESC_NODE_PERCENT:
        esc_emit_const_number(emit, out, node->percent.value);
        break;
    case ESC_NODE_BOOL:
        esc_emit_const(emit, out, ESC_TYPE(ESC_KIND_BOOL), node->boolean.value);
        break;
    case ESC_NODE_DURATION:
        esc_emit_const(emit, out, ESC_TYPE(ESC_KIND_DURATION), node->duration.ms);
        break;
    case ESC_NODE_LOCAL_TIME:
        esc_lower_date(lower, node, out);
        break;
    case ESC_NODE_TEXT:
        esc_lower_text(lower, node, out, ESC_TEXT_USE_VALUE);
        break;
    case ESC_NODE_LIST:
        lower_list(lower, node, out);
        break;
    case ESC_NODE_NOW:
        esc_emit_make(emit, ESC_OP_LOAD_NOW, out, ESC_TYPE(ESC_KIND_TIME), 0, 0, 0);
        break;
    case ESC_NODE_PREVIOUS:
        lower_previous(lower, node, out);
        esc_lower_make_plain(lower, out, missing);
        break;
    case ESC_NODE_BINARY:
        lower_arithmetic(lower, node, out, missing);
        break;
    case ESC_NODE_UNARY:
        lower_negate(lower, node, out, missing);
        break;
    default:
        ESC_ASSERT(false && "an expression without a value passed the check");
    }
}

EscRegister esc_lower_operand(EscLower *lower, const EscNode *node, EscLabel *missing)
{
    EscRegister held;
    if (esc_lower_held(lower, node, &held))
        return held;
    EscRegister out = esc_emit_take(lower->emit);
    esc_lower_plain(lower, node, out, missing);
    return out;
}

/* An optional that is computed: its plain value wrapped, or missing. */
static void lower_optional(EscLower *lower, const EscNode *node, EscRegister out, EscType type)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscLabel missing = {0}, end = {0};
    EscRegister value = esc_lower_operand(lower, node, &missing);
    esc_emit_make(emit, ESC_OP_WRAP, out, type, value, 0, 0);
    esc_emit_drop_to(emit, mark);
    if (missing.is_reached) {
        esc_emit_jump(emit, &end);
        esc_emit_label(emit, &missing);
        esc_emit_make(emit, ESC_OP_MISSING, out, type, 0, 0, type);
    }
    esc_emit_label(emit, &end);
}

void esc_lower_into(EscLower *lower, const EscNode *node, EscRegister out)
{
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    if (!esc_type_is_optional(meaning.type)) {
        esc_lower_plain(lower, node, out, NULL);
    } else if (node->kind == ESC_NODE_PATH && meaning.unit == ESC_UNIT_NONE) {
        esc_lower_load(lower, node, out);
        esc_lower_fit(lower, out, meaning.type);
    } else if (node->kind == ESC_NODE_PREVIOUS) {
        lower_previous(lower, node, out);
    } else {
        lower_optional(lower, node, out, meaning.type);
    }
}

/* A value that is written out as people read it. Not here: a plain text stays as it is. */
static void write_out(EscLower *lower, EscRegister out)
{
    EscEmit *emit = lower->emit;
    EscType text = ESC_TYPE(ESC_KIND_TEXT), optional = text | ESC_TYPE_OPTIONAL;
    EscLabel missing = {0}, end = {0};
    bool may_be_missing = esc_type_is_optional(esc_emit_type(emit, out));
    if (may_be_missing)
        esc_emit_unwrap(emit, out, out, &missing);
    esc_emit_make(emit, ESC_OP_TO_TEXT, out, text, out, 0, 0);
    if (!may_be_missing)
        return;
    esc_emit_make(emit, ESC_OP_WRAP, out, optional, out, 0, 0);
    esc_emit_jump(emit, &end);
    esc_emit_label(emit, &missing);
    esc_emit_make(emit, ESC_OP_MISSING, out, optional, 0, 0, optional);
    esc_emit_label(emit, &end);
}

EscRegister esc_lower_argument(EscLower *lower, const EscNode *node, EscType wanted)
{
    EscRegister out = esc_emit_take(lower->emit);
    esc_lower_into(lower, node, out);
    if (esc_type_kind(wanted) == ESC_KIND_TEXT &&
        esc_type_kind(esc_emit_type(lower->emit, out)) != ESC_KIND_TEXT)
        write_out(lower, out);
    esc_lower_fit(lower, out, wanted);
    return out;
}

/* A parameter that was left out is optional: the check asks for the others. */
EscRegister esc_lower_given(EscLower *lower, const EscNode *value, EscType type)
{
    if (value != NULL)
        return esc_lower_argument(lower, value, type);
    EscRegister out = esc_emit_take(lower->emit);
    esc_emit_make(lower->emit, ESC_OP_MISSING, out, type, 0, 0, type);
    return out;
}
