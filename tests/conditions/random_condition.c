/* random_condition.c - makes, writes and plainly judges conditions. Where an optional field stands under a negation it
 * gets the test of presence that the check asks for. */
#include "random_condition.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double NUMBERS[] = {-3, 0, 2, 2.5, 5};
static const int64_t SPANS[] = {60000, 300000, 5400000, 7200000, -60000};
static const char *const SPAN_WORDS[] = {"1m", "5m", "90m", "2h", "-1m"};
static const char *const TEXTS[] = {"ab", "b", "abc", "c", "Bc"};
static const char *const ITEMS[] = {"a", "b", "ab"};
static const int64_t OFFSETS[] = {0, 3600000, -3600000};
static const char *const OFFSET_WORDS[] = {"now", "now + 1h", "now - 1h"};
/* The clocks are those of UTC; a day is the whole of it. */
static const char *const DATE_WORDS[] = {"2026-01-05T08:00", "2026-01-05T09:00", "2026-01-05T07:00",
                                         "2026-01-05", "2026-01-04"};
static const int64_t DATES[] = {SAMPLE_NOW_MS, SAMPLE_NOW_MS + 3600000, SAMPLE_NOW_MS - 3600000,
                                SAMPLE_NOW_MS - 8 * 3600000, SAMPLE_NOW_MS - 32 * 3600000};
static const int64_t DATE_SIZES[] = {1, 1, 1, 86400000, 86400000};
static const char *const OP_WORDS[] = {"=", "!=", "<", "<=", ">", ">="};
static const char *const UNIT_WORDS[] = {"seconds", "minutes", "hours", "days"};
static const int64_t UNITS[] = {1000, 60000, 3600000, 86400000};
static const char *const HOW_WORDS[] = {"starts with", "ends with", "contains"};

static int constants_of(EscKind kind)
{
    return kind == ESC_KIND_ENUM   ? SAMPLE_MEMBERS
           : kind == ESC_KIND_BOOL ? 2
           : kind == ESC_KIND_LIST ? 3
                                   : 5;
}

/* --- judging ---------------------------------------------------------------------------------- */

static bool compares(CompareOp op, int order)
{
    switch (op) {
    case OP_EQUAL:
        return order == 0;
    case OP_NOT_EQUAL:
        return order != 0;
    case OP_LESS:
        return order < 0;
    case OP_LESS_EQUAL:
        return order <= 0;
    case OP_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

static int order_of(double a, double b)
{
    return a < b ? -1 : a > b;
}

static EscValue constant(EscKind kind, int number)
{
    EscValue value = {.type = ESC_TYPE(kind)};
    if (kind == ESC_KIND_ENUM)
        value.member = (uint32_t)number;
    else if (kind == ESC_KIND_NUMBER)
        value.number = NUMBERS[number];
    else if (kind == ESC_KIND_DURATION)
        value.ms = SPANS[number];
    else if (kind == ESC_KIND_BOOL)
        value.truth = number == 1;
    else
        value.text = esc_text_from(TEXTS[number]);
    return value;
}

static int value_order(EscKind kind, const EscValue *a, const EscValue *b)
{
    switch (kind) {
    case ESC_KIND_ENUM:
        return order_of(a->member, b->member);
    case ESC_KIND_NUMBER:
        return order_of(a->number, b->number);
    case ESC_KIND_BOOL:
        return order_of(a->truth, b->truth);
    case ESC_KIND_TEXT:
        return esc_text_compare(a->text, b->text);
    default:
        return order_of((double)a->ms, (double)b->ms);
    }
}

static bool has_item(const EscValue *list, const char *item)
{
    for (uint32_t i = 0; i < list->list.count; i++)
        if (esc_text_equal(list->list.items[i], esc_text_from(item)))
            return true;
    return false;
}

static bool text_is(const Atom *atom, EscText text)
{
    EscText part = esc_text_from(TEXTS[atom->constants[0]]);
    return atom->how == 0   ? esc_text_starts_with(text, part)
           : atom->how == 1 ? esc_text_ends_with(text, part)
                            : esc_text_contains_folded(text, part);
}

static bool is_one_of(const Atom *atom, EscKind kind, const EscValue *value)
{
    for (int i = 0; i < atom->count; i++) {
        EscValue other = constant(kind, atom->constants[i]);
        if (value_order(kind, value, &other) == 0)
            return true;
    }
    return false;
}

static int date_order(int64_t ms, int date)
{
    return ms < DATES[date] ? -1 : ms >= DATES[date] + DATE_SIZES[date];
}

static bool value_holds(const Atom *atom, const Sample *sample)
{
    const EscValue *value = &sample->values[atom->field];
    EscKind kind = sample_fields[atom->field].kind;
    EscValue other =
        kind == ESC_KIND_LIST || kind == ESC_KIND_TIME
            ? (EscValue){.ms = SAMPLE_NOW_MS +
                               (atom->kind == ATOM_NOW ? OFFSETS[atom->constants[0]] : 0)}
            : constant(kind, atom->constants[0]);
    if (value->is_missing)
        return false;
    switch (atom->kind) {
    case ATOM_AGO:
        return compares(atom->op, order_of((double)(SAMPLE_NOW_MS - value->ms),
                                           (double)SPANS[atom->constants[0]]));
    case ATOM_DATE:
        return compares(atom->op, atom->is_negative ? -date_order(value->ms, atom->constants[0])
                                                    : date_order(value->ms, atom->constants[0]));
    case ATOM_NOW:
        return atom->is_negative ? compares(atom->op, value_order(kind, &other, value))
                                 : compares(atom->op, value_order(kind, value, &other));
    case ATOM_COMPARE:
        return compares(atom->op, value_order(kind, value, &other));
    case ATOM_SWAPPED:
        return compares(atom->op, value_order(kind, &other, value));
    case ATOM_IN:
        return is_one_of(atom, kind, value) != atom->is_negative;
    case ATOM_TEXT:
        return text_is(atom, value->text);
    case ATOM_HAS:
        return has_item(value, ITEMS[atom->constants[0]]) != atom->is_negative;
    case ATOM_UNIT:
        return compares(atom->op, order_of(floor((double)value->ms / (double)UNITS[atom->unit]),
                                           NUMBERS[atom->constants[0]]));
    case ATOM_FIELDS:
        return !sample->values[atom->other].is_missing &&
               compares(atom->op, value_order(kind, value, &sample->values[atom->other]));
    default:
        return value->truth;
    }
}

static bool quantifier_holds(const Atom *atom, const Sample *sample)
{
    const EscValue *list = &sample->values[atom->field];
    const char *item = ITEMS[atom->constants[0]];
    if (atom->kind == ATOM_ANY)
        return has_item(list, item);
    for (uint32_t i = 0; i < list->list.count; i++)
        if (!esc_text_equal(list->list.items[i], esc_text_from(item)))
            return false;
    return true;
}

static bool late_holds(const Atom *atom, const Sample *sample)
{
    double ms = (double)sample->late.ms;
    if (sample->late.is_missing)
        return false;
    return atom->is_of_unit ? compares(atom->op, order_of(floor(ms / (double)UNITS[atom->unit]),
                                                          NUMBERS[atom->constants[0]]))
                            : compares(atom->op, order_of(ms, (double)SPANS[atom->constants[0]]));
}

bool atom_holds(const Atom *atom, const Sample *sample)
{
    switch (atom->kind) {
    case ATOM_HOURS:
        return sample->is_open[atom->how] != atom->is_negative;
    case ATOM_DUE:
        return !sample->due.is_missing &&
               compares(atom->op, order_of((double)sample->due.ms,
                                           (double)(SAMPLE_NOW_MS + OFFSETS[atom->constants[0]])));
    case ATOM_LATE:
        return late_holds(atom, sample);
    case ATOM_IS_LATE:
        return sample->late.is_missing == atom->is_negative;
    case ATOM_PRESENT:
        return !sample->values[atom->field].is_missing;
    case ATOM_MISSING:
        return sample->values[atom->field].is_missing;
    case ATOM_CHANGED:
        return sample->is_changed[atom->field];
    case ATOM_ANY:
    case ATOM_ALL:
        return quantifier_holds(atom, sample);
    case ATOM_RESOLVED:
        return sample->is_resolved;
    case ATOM_HANDOFFS:
        return compares(atom->op, order_of(sample->handoffs, NUMBERS[atom->constants[0]]));
    default:
        return value_holds(atom, sample);
    }
}

static bool node_holds(const RandomCondition *condition, int number, const Sample *sample)
{
    const Node *node = &condition->nodes[number];
    switch (node->kind) {
    case NODE_AND:
        return node_holds(condition, node->left, sample) &&
               node_holds(condition, node->right, sample);
    case NODE_OR:
        return node_holds(condition, node->left, sample) ||
               node_holds(condition, node->right, sample);
    case NODE_NOT:
        return !node_holds(condition, node->left, sample);
    default:
        return atom_holds(&node->atom, sample);
    }
}

bool condition_holds(const RandomCondition *condition, const Sample *sample)
{
    return node_holds(condition, condition->root, sample);
}

/* --- writing ---------------------------------------------------------------------------------- */

static void write_constant(char *out, size_t size, EscKind kind, int number)
{
    if (kind == ESC_KIND_ENUM)
        snprintf(out, size, "%s", sample_members[number]);
    else if (kind == ESC_KIND_NUMBER)
        snprintf(out, size, "%g", NUMBERS[number]);
    else if (kind == ESC_KIND_DURATION)
        snprintf(out, size, "%s", SPAN_WORDS[number]);
    else if (kind == ESC_KIND_BOOL)
        snprintf(out, size, "%s", number == 1 ? "true" : "false");
    else
        snprintf(out, size, "\"%s\"", TEXTS[number]);
}

static void write_list(const Atom *atom, char *out, size_t size)
{
    size_t at = 0;
    for (int i = 0; i < atom->count; i++) {
        char word[32];
        write_constant(word, sizeof word, sample_fields[atom->field].kind, atom->constants[i]);
        at += (size_t)snprintf(out + at, size - at, "%s%s", i == 0 ? "" : ", ", word);
    }
}

static void write_atom(Atom *atom)
{
    const char *path = sample_fields[atom->field].path;
    char word[32] = "", list[96] = "", unit[16] = "";
    size_t size = sizeof atom->text;
    if (atom->kind == ATOM_COMPARE || atom->kind == ATOM_SWAPPED || atom->kind == ATOM_TEXT)
        write_constant(word, sizeof word, sample_fields[atom->field].kind, atom->constants[0]);
    if (atom->is_of_unit)
        snprintf(unit, sizeof unit, ".%s", UNIT_WORDS[atom->unit]);
    switch (atom->kind) {
    case ATOM_COMPARE:
        snprintf(atom->text, size, "%s %s %s", path, OP_WORDS[atom->op], word);
        break;
    case ATOM_SWAPPED:
        snprintf(atom->text, size, "%s %s %s", word, OP_WORDS[atom->op], path);
        break;
    case ATOM_IN:
        write_list(atom, list, sizeof list);
        snprintf(atom->text, size, "%s %s [%s]", path, atom->is_negative ? "not in" : "in", list);
        break;
    case ATOM_TEXT:
        snprintf(atom->text, size, "%s %s %s", path, HOW_WORDS[atom->how], word);
        break;
    case ATOM_HAS:
        if (atom->how == 0 && !atom->is_negative)
            snprintf(atom->text, size, "%s contains \"%s\"", path, ITEMS[atom->constants[0]]);
        else
            snprintf(atom->text, size, "\"%s\" %s %s", ITEMS[atom->constants[0]],
                     atom->is_negative ? "not in" : "in", path);
        break;
    case ATOM_UNIT:
        snprintf(atom->text, size, "%s.%s %s %g", path, UNIT_WORDS[atom->unit], OP_WORDS[atom->op],
                 NUMBERS[atom->constants[0]]);
        break;
    case ATOM_FIELDS:
        snprintf(atom->text, size, "%s %s %s", path, OP_WORDS[atom->op],
                 sample_fields[atom->other].path);
        break;
    case ATOM_NOW:
        snprintf(atom->text, size, "%s %s %s",
                 atom->is_negative ? OFFSET_WORDS[atom->constants[0]] : path, OP_WORDS[atom->op],
                 atom->is_negative ? path : OFFSET_WORDS[atom->constants[0]]);
        break;
    case ATOM_DATE:
        snprintf(atom->text, size, "%s %s %s",
                 atom->is_negative ? DATE_WORDS[atom->constants[0]] : path, OP_WORDS[atom->op],
                 atom->is_negative ? path : DATE_WORDS[atom->constants[0]]);
        break;
    case ATOM_AGO:
        snprintf(atom->text, size, "now - %s %s %s", path, OP_WORDS[atom->op],
                 SPAN_WORDS[atom->constants[0]]);
        break;
    case ATOM_HOURS:
        snprintf(atom->text, size, "now %s %s", atom->is_negative ? "not in" : "in",
                 sample_hours[atom->how]);
        break;
    case ATOM_DUE:
        snprintf(atom->text, size, "sla.resolve.due %s %s", OP_WORDS[atom->op],
                 OFFSET_WORDS[atom->constants[0]]);
        break;
    case ATOM_LATE:
        if (atom->is_of_unit)
            snprintf(atom->text, size, "sla.resolve.overdue.%s %s %g", UNIT_WORDS[atom->unit],
                     OP_WORDS[atom->op], NUMBERS[atom->constants[0]]);
        else
            snprintf(atom->text, size, "sla.resolve.overdue %s %s", OP_WORDS[atom->op],
                     SPAN_WORDS[atom->constants[0]]);
        break;
    case ATOM_IS_LATE:
        snprintf(atom->text, size, "sla.resolve.overdue is %s",
                 atom->is_negative ? "missing" : "present");
        break;
    case ATOM_TRUTH:
        snprintf(atom->text, size, "%s", path);
        break;
    case ATOM_PRESENT:
        snprintf(atom->text, size, "%s%s is present", path, unit);
        break;
    case ATOM_MISSING:
        snprintf(atom->text, size, "%s%s is missing", path, unit);
        break;
    case ATOM_CHANGED:
        snprintf(atom->text, size, "changed %s", path);
        break;
    case ATOM_ANY:
    case ATOM_ALL:
        snprintf(atom->text, size, "%s(t in %s: t = \"%s\")",
                 atom->kind == ATOM_ANY ? "any" : "all", path, ITEMS[atom->constants[0]]);
        break;
    case ATOM_RESOLVED:
        snprintf(atom->text, size, "resolved");
        break;
    case ATOM_HANDOFFS:
        snprintf(atom->text, size, "escalation.handoffs %s %g", OP_WORDS[atom->op],
                 NUMBERS[atom->constants[0]]);
        break;
    }
}

static void write_node(RandomCondition *condition, int number, size_t *at)
{
    const Node *node = &condition->nodes[number];
    size_t room = sizeof condition->text;
    if (node->kind == NODE_ATOM) {
        *at += (size_t)snprintf(condition->text + *at, room - *at, "%s", node->atom.text);
        return;
    }
    *at +=
        (size_t)snprintf(condition->text + *at, room - *at, node->kind == NODE_NOT ? "not (" : "(");
    write_node(condition, node->left, at);
    if (node->kind != NODE_NOT) {
        *at += (size_t)snprintf(condition->text + *at, room - *at,
                                node->kind == NODE_AND ? " and " : " or ");
        write_node(condition, node->right, at);
    }
    *at += (size_t)snprintf(condition->text + *at, room - *at, ")");
}

/* --- making ----------------------------------------------------------------------------------- */

typedef struct Maker {
    RandomCondition *condition;
    uint64_t *state;
} Maker;

static int put(Maker *maker, Node node)
{
    RandomCondition *condition = maker->condition;
    ESC_ASSERT(condition->count < CONDITION_NODES_MAX);
    if (node.kind == NODE_ATOM)
        write_atom(&node.atom);
    condition->nodes[condition->count] = node;
    return condition->count++;
}

static CompareOp pick_op(Maker *maker, int field)
{
    return (CompareOp)sample_below(maker->state, sample_fields[field].is_ordered ? 6 : 2);
}

static CompareOp pick_order(Maker *maker)
{
    return (CompareOp)(OP_LESS + sample_below(maker->state, 4));
}

static AtomKind pick_kind(Maker *maker, int field)
{
    static const AtomKind by_kind[][6] = {
        [ESC_KIND_BOOL] = {ATOM_COMPARE, ATOM_TRUTH, ATOM_TRUTH, ATOM_SWAPPED, ATOM_FIELDS,
                           ATOM_IN},
        [ESC_KIND_NUMBER] = {ATOM_COMPARE, ATOM_COMPARE, ATOM_SWAPPED, ATOM_IN, ATOM_FIELDS,
                             ATOM_COMPARE},
        [ESC_KIND_TEXT] = {ATOM_COMPARE, ATOM_TEXT, ATOM_TEXT, ATOM_TEXT, ATOM_IN, ATOM_FIELDS},
        [ESC_KIND_DURATION] = {ATOM_COMPARE, ATOM_SWAPPED, ATOM_UNIT, ATOM_UNIT, ATOM_IN,
                               ATOM_FIELDS},
        [ESC_KIND_TIME] = {ATOM_NOW, ATOM_DATE, ATOM_AGO, ATOM_FIELDS, ATOM_NOW, ATOM_DATE},
        [ESC_KIND_ENUM] = {ATOM_COMPARE, ATOM_COMPARE, ATOM_IN, ATOM_COMPARE, ATOM_SWAPPED,
                           ATOM_FIELDS},
        [ESC_KIND_LIST] = {ATOM_HAS, ATOM_HAS, ATOM_ANY, ATOM_ALL, ATOM_HAS, ATOM_HAS},
    };
    return by_kind[sample_fields[field].kind][sample_below(maker->state, 6)];
}

/* Another field of the same type, or the field itself. */
static int pick_other(Maker *maker, int field)
{
    static const int others[SAMPLE_FIELDS] = {8, 1, 9, 2, 10, 11, 13, 14, 0, 3, 4, 5, 12, 6, 7};
    (void)maker;
    return others[field];
}

static Atom pick_atom(Maker *maker, int field)
{
    Atom atom = {.kind = pick_kind(maker, field), .field = field};
    EscKind kind = sample_fields[field].kind;
    uint32_t constants = (uint32_t)(atom.kind == ATOM_NOW    ? 3
                                    : atom.kind == ATOM_UNIT ? 5
                                                             : constants_of(kind));
    atom.op = pick_op(maker, field);
    if (atom.kind == ATOM_NOW || atom.kind == ATOM_AGO) /* others have no instant */
        atom.op = pick_order(maker);
    atom.count = 1 + (int)sample_below(maker->state, ATOM_CONSTANTS_MAX);
    for (int i = 0; i < atom.count; i++)
        atom.constants[i] = (int)sample_below(maker->state, constants);
    atom.is_negative = sample_below(maker->state, 3) == 0;
    atom.how = (int)sample_below(maker->state, 3);
    atom.unit = (int)sample_below(maker->state, 4);
    atom.other = pick_other(maker, field);
    return atom;
}

static bool is_negative(const Atom *atom)
{
    bool has_op = atom->kind == ATOM_COMPARE || atom->kind == ATOM_SWAPPED ||
                  atom->kind == ATOM_UNIT || atom->kind == ATOM_FIELDS || atom->kind == ATOM_DATE;
    bool has_in = atom->kind == ATOM_IN || atom->kind == ATOM_HAS;
    return (has_op && atom->op == OP_NOT_EQUAL) || (has_in && atom->is_negative);
}

/* `field is present and …`, or `field is missing or …`. */
static int guard(Maker *maker, int field, int guarded)
{
    bool is_and = sample_below(maker->state, 2) == 0;
    const Atom *atom = &maker->condition->nodes[guarded].atom;
    Atom test_atom = {
        .kind = is_and ? ATOM_PRESENT : ATOM_MISSING, .field = field, .unit = atom->unit};
    test_atom.is_of_unit =
        maker->condition->nodes[guarded].kind == NODE_ATOM && atom->kind == ATOM_UNIT;
    int test = put(maker, (Node){.kind = NODE_ATOM, .atom = test_atom});
    return put(maker, (Node){.kind = is_and ? NODE_AND : NODE_OR, .left = test, .right = guarded});
}

/* Of a service level, or hours; what may be missing does not stand under a negation. */
static Atom clock_atom(Maker *maker, bool is_under_not)
{
    static const AtomKind kinds[] = {ATOM_HOURS, ATOM_IS_LATE, ATOM_DUE, ATOM_LATE};
    Atom atom = {.kind = kinds[sample_below(maker->state, is_under_not ? 2 : 4)]};
    atom.op = pick_order(maker);
    atom.is_negative = sample_below(maker->state, 2) == 0;
    atom.how = (int)sample_below(maker->state, SAMPLE_HOURS);
    atom.constants[0] = (int)sample_below(maker->state, atom.kind == ATOM_DUE ? 3 : 5);
    atom.is_of_unit = sample_below(maker->state, 2) == 0;
    atom.unit = (int)sample_below(maker->state, 4);
    return atom;
}

static int make_atom(Maker *maker, bool is_under_not)
{
    int field = (int)sample_below(maker->state, SAMPLE_FIELDS);
    uint32_t special = sample_below(maker->state, 12);
    Atom atom = pick_atom(maker, field);
    if (special == 0)
        atom.kind = ATOM_RESOLVED;
    else if (special == 1)
        atom.kind = ATOM_HANDOFFS, atom.op = (CompareOp)sample_below(maker->state, 6),
        atom.constants[0] %= 5;
    else if (special == 2 && field < 8)
        atom.kind = ATOM_CHANGED;
    else if (special <= 4 && sample_fields[field].is_optional)
        atom.kind = special == 3 ? ATOM_PRESENT : ATOM_MISSING;
    else if (special == 5)
        atom = clock_atom(maker, is_under_not);
    int made = put(maker, (Node){.kind = NODE_ATOM, .atom = atom});
    if (atom.kind >= ATOM_PRESENT || !(is_under_not || is_negative(&atom) || atom.kind == ATOM_AGO))
        return made; /* what is calculated with is there */
    if (atom.kind == ATOM_FIELDS && atom.other != field && sample_fields[atom.other].is_optional)
        made = guard(maker, atom.other, made);
    return sample_fields[field].is_optional ? guard(maker, field, made) : made;
}

static int make(Maker *maker, int depth, bool is_under_not)
{
    uint32_t what = sample_below(maker->state, 8);
    if (depth == 0 || what < 2)
        return make_atom(maker, is_under_not);
    if (what == 2)
        return put(maker, (Node){.kind = NODE_NOT, .left = make(maker, depth - 1, !is_under_not)});
    int left = make(maker, depth - 1, is_under_not), right = make(maker, depth - 1, is_under_not);
    return put(maker, (Node){.kind = what < 6 ? NODE_AND : NODE_OR, .left = left, .right = right});
}

void random_condition(RandomCondition *condition, uint64_t *state)
{
    Maker maker = {.condition = condition, .state = state};
    size_t size = 0;
    condition->count = 0;
    condition->root = make(&maker, (int)sample_below(state, 4), false);
    write_node(condition, condition->root, &size);
    ESC_ASSERT(size < sizeof condition->text);
}
