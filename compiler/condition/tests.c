/* tests.c - one test from one node: which side is the subject, and which set of values the other side means. Where both
 * sides vary, the subject is how they lie to each other. */
#include "condition/tests.h"

#include "condition/clock.h"

#include <math.h>

/* --- constants -------------------------------------------------------------------------------- */

static bool is_constant(const EscWorkspace *workspace, const EscNode *node)
{
    if (node->kind == ESC_NODE_PATH) {
        EscMeans means = (EscMeans)esc_meaning(workspace, node).means;
        return means == ESC_MEANS_MEMBER || means == ESC_MEANS_PERSON_NAME;
    }
    if (node->kind == ESC_NODE_TEXT)
        return node->text.is_plain;
    if (node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NEGATE)
        node = node->unary.operand;
    return node->kind == ESC_NODE_NUMBER || node->kind == ESC_NODE_BOOL ||
           node->kind == ESC_NODE_LOCAL_TIME ||
           (node->kind == ESC_NODE_DURATION && !esc_is_counted(node));
}

static EscText constant_text(const EscWorkspace *workspace, const EscNode *node)
{
    if (node->kind == ESC_NODE_TEXT)
        return node->text.plain;
    return workspace->persons[esc_meaning(workspace, node).index].name;
}

/* A local time, as if it were UTC: what comes later on the clocks is no earlier instant. */
static int64_t minute_key(int64_t minute)
{
    return minute * ESC_MINUTE_MS;
}

/* A number, a duration, with a sign before it or not, or a time as a key. */
static int64_t constant_key(const EscNode *node)
{
    bool is_negative = node->kind == ESC_NODE_UNARY;
    if (node->kind == ESC_NODE_LOCAL_TIME)
        return minute_key(esc_local_minutes(node));
    const EscNode *plain = is_negative ? node->unary.operand : node;
    if (plain->kind == ESC_NODE_NUMBER)
        return esc_number_key(is_negative ? -plain->number.value : plain->number.value);
    return is_negative ? -plain->duration.ms : plain->duration.ms;
}

static EscCell constant_cell(const EscWorkspace *workspace, const EscNode *node, EscKind kind)
{
    EscCell cell = {0};
    if (kind == ESC_KIND_ENUM)
        cell.member = esc_meaning(workspace, node).index;
    else if (kind == ESC_KIND_BOOL)
        cell.member = node->boolean.value;
    else if (kind == ESC_KIND_TEXT)
        cell.text = constant_text(workspace, node);
    else
        cell.key = constant_key(node);
    return cell;
}

/* --- sets ------------------------------------------------------------------------------------- */

static bool is_order(EscBinaryOp op)
{
    return op == ESC_BINARY_EQUAL || (op >= ESC_BINARY_LESS && op <= ESC_BINARY_GREATER_EQUAL);
}

/* != and `not in` are what the positive test says, negated. */
static EscBinaryOp positive_op(EscBinaryOp op)
{
    if (op == ESC_BINARY_NOT_EQUAL)
        return ESC_BINARY_EQUAL;
    return op == ESC_BINARY_NOT_IN ? ESC_BINARY_IN : op;
}

/* Of `count` values in order those that lie like that to number `number`. */
static uint64_t mask_of(EscBinaryOp op, uint32_t number, uint32_t count)
{
    uint64_t mask = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool holds = op == ESC_BINARY_EQUAL        ? i == number
                     : op == ESC_BINARY_LESS       ? i < number
                     : op == ESC_BINARY_LESS_EQUAL ? i <= number
                     : op == ESC_BINARY_GREATER    ? i > number
                                                   : i >= number;
        mask |= holds ? UINT64_C(1) << i : 0;
    }
    return mask;
}

static EscInterval interval_of(EscBinaryOp op, int64_t key, bool is_number)
{
    EscInterval interval = {.low = is_number ? esc_number_key(-HUGE_VAL) : INT64_MIN,
                            .high = is_number ? esc_number_key(HUGE_VAL) : INT64_MAX,
                            .is_low_open = op == ESC_BINARY_GREATER,
                            .is_high_open = op == ESC_BINARY_LESS};
    if (op == ESC_BINARY_EQUAL || op == ESC_BINARY_GREATER || op == ESC_BINARY_GREATER_EQUAL)
        interval.low = key;
    if (op == ESC_BINARY_EQUAL || op == ESC_BINARY_LESS || op == ESC_BINARY_LESS_EQUAL)
        interval.high = key;
    return interval;
}

/* The times that lie to a date, or to a day, as `op` says. */
static EscInterval interval_of_date(EscBinaryOp op, const EscNode *date)
{
    const EscNode comparison = {.kind = ESC_NODE_BINARY,
                                .binary = {.op = op, .left = date, .right = date}};
    EscDayTest day;
    if (!esc_is_day(date) || !esc_day_test(&comparison, &day))
        return interval_of(op, constant_key(date), false);
    EscInterval interval = interval_of(day.op, minute_key(day.minute), false);
    if (op == ESC_BINARY_EQUAL) {
        interval.high = minute_key(esc_local_end_minutes(date));
        interval.is_high_open = true;
    }
    return interval;
}

/* The bound of a whole number of units in ms; what is beyond every duration stays beyond. */
static int64_t units_in_ms(double units, int64_t unit_ms)
{
    double ms = units * (double)unit_ms;
    if (ms >= 9e18)
        return INT64_MAX;
    return ms <= -9e18 ? INT64_MIN : (int64_t)ms;
}

/* The durations whose number of whole units, rounded down, lies in the interval. */
static EscInterval interval_in_ms(EscInterval units, int64_t unit_ms)
{
    double low = esc_key_number(units.low), high = esc_key_number(units.high);
    EscInterval ms = {.low = INT64_MIN, .high = INT64_MAX};
    if (!isinf(low))
        ms.low = units_in_ms(units.is_low_open ? esc_number_floor(low) + 1 : esc_number_ceil(low),
                             unit_ms);
    if (!isinf(high)) {
        ms.high = units_in_ms(
            (units.is_high_open ? esc_number_ceil(high) - 1 : esc_number_floor(high)) + 1, unit_ms);
        ms.is_high_open = ms.high != INT64_MAX;
    }
    return ms;
}

/* A test while the values of its set are added. */
typedef struct Making {
    const EscMaker *maker;
    EscTest *test;
    EscInterval *intervals;
    EscAtom *atoms;
    int64_t unit_ms; /* the subject is tested by its units; 0: as it is */
} Making;

static EscAtomKind atom_of(EscBinaryOp op)
{
    return op == ESC_BINARY_STARTS_WITH ? ESC_ATOM_STARTS
           : op == ESC_BINARY_ENDS_WITH ? ESC_ATOM_ENDS
           : op == ESC_BINARY_CONTAINS  ? ESC_ATOM_CONTAINS
                                        : ESC_ATOM_IS;
}

static bool is_text_op(EscBinaryOp op)
{
    return op == ESC_BINARY_EQUAL || op == ESC_BINARY_STARTS_WITH || op == ESC_BINARY_ENDS_WITH ||
           op == ESC_BINARY_CONTAINS;
}

static bool begin(Making *making, EscTestKind kind, uint32_t count)
{
    EscArena *arena = making->maker->arena;
    making->test->kind = kind;
    if (kind == ESC_TEST_RANGES)
        making->test->intervals = making->intervals =
            esc_arena_alloc_array(arena, count, sizeof(EscInterval));
    else if (kind != ESC_TEST_MEMBERS)
        making->test->atoms = making->atoms = esc_arena_alloc_array(arena, count, sizeof(EscAtom));
    return !esc_arena_failed(arena);
}

/* Adds the values that lie to the constant as `op` says. */
static void add(Making *making, EscBinaryOp op, const EscNode *constant)
{
    EscTest *test = making->test;
    EscKind kind = esc_type_kind(test->subject.type);
    if (kind == ESC_KIND_ENUM) {
        uint32_t member = esc_meaning(making->maker->workspace, constant).index;
        test->members |= mask_of(op, member, test->subject.members_count);
    } else if (kind == ESC_KIND_BOOL) {
        test->members |= constant->boolean.value ? 2 : 1;
    } else if (kind == ESC_KIND_TIME) {
        making->intervals[test->count++] = interval_of_date(op, constant);
        test->is_leaf = false; /* where it lies, the zone says */
    } else if (test->kind == ESC_TEST_RANGES) {
        bool is_number = kind == ESC_KIND_NUMBER || making->unit_ms != 0;
        EscInterval interval = interval_of(op, constant_key(constant), is_number);
        making->intervals[test->count++] =
            making->unit_ms == 0 ? interval : interval_in_ms(interval, making->unit_ms);
    } else {
        EscAtomKind atom = test->kind == ESC_TEST_ITEMS ? ESC_ATOM_IS : atom_of(op);
        making->atoms[test->count++] =
            (EscAtom){atom, constant_text(making->maker->workspace, constant)};
    }
}

/* Which kind of set a subject of this type has under `op`; false: none that constants give. */
static bool set_kind(EscType type, EscBinaryOp op, EscTestKind *kind)
{
    switch (esc_type_kind(type)) {
    case ESC_KIND_ENUM:
        *kind = ESC_TEST_MEMBERS;
        return is_order(op);
    case ESC_KIND_BOOL:
        *kind = ESC_TEST_MEMBERS;
        return op == ESC_BINARY_EQUAL;
    case ESC_KIND_NUMBER:
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        *kind = ESC_TEST_RANGES;
        return is_order(op);
    case ESC_KIND_TEXT:
        *kind = ESC_TEST_TEXTS;
        return is_text_op(op);
    case ESC_KIND_LIST:
        *kind = ESC_TEST_ITEMS;
        return op == ESC_BINARY_CONTAINS;
    default:
        return false;
    }
}

static bool is_field(const EscSubject *subject)
{
    return subject->kind == ESC_SUBJECT_TICKET || subject->kind == ESC_SUBJECT_EVENT;
}

static int64_t unit_ms_of(EscMeaning meaning)
{
    return meaning.unit == ESC_UNIT_NONE ? 0 : esc_unit_info[meaning.unit - 1].ms;
}

static Making making_of(const EscMaker *maker, const EscNode *subject, EscTest *test)
{
    test->subject = esc_subject_of(maker, subject);
    int64_t unit_ms =
        subject->kind == ESC_NODE_PATH ? unit_ms_of(esc_meaning(maker->workspace, subject)) : 0;
    test->is_leaf = is_field(&test->subject) && unit_ms == 0;
    return (Making){.maker = maker, .test = test, .unit_ms = unit_ms};
}

/* subject op constant */
static bool against_constant(const EscMaker *maker, EscBinaryOp op, const EscNode *subject,
                             const EscNode *constant, EscTest *test)
{
    EscTestKind kind;
    if (!set_kind(esc_node_type(maker->workspace, subject), op, &kind))
        return false;
    if (esc_type_kind(esc_node_type(maker->workspace, subject)) != ESC_KIND_LIST &&
        esc_type_kind(esc_node_type(maker->workspace, constant)) !=
            esc_type_kind(esc_node_type(maker->workspace, subject)))
        return false;
    Making making = making_of(maker, subject, test);
    if (!begin(&making, kind, 1))
        return false;
    add(&making, op, constant);
    return true;
}

/* Both sides are fixed. */
static void fold(const EscMaker *maker, const EscNode *constant, EscTest *test)
{
    EscCell cell = constant_cell(maker->workspace, constant,
                                 esc_type_kind(esc_node_type(maker->workspace, constant)));
    bool holds = esc_test_holds(test, &cell);
    *test = (EscTest){.kind = ESC_TEST_CONSTANT, .is_negated = !holds};
}

/* subject in [constants] */
static bool in_constants(const EscMaker *maker, const EscNode *subject, const EscNode *list,
                         EscTest *test)
{
    EscTestKind kind;
    EscType type = esc_node_type(maker->workspace, subject);
    if (!set_kind(type, ESC_BINARY_EQUAL, &kind) || list->list.items.count == 0)
        return false;
    ESC_EACH_NODE(item, list->list.items)
        if (!is_constant(maker->workspace, item) ||
            esc_type_kind(esc_node_type(maker->workspace, item)) != esc_type_kind(type))
            return false;
    Making making = making_of(maker, subject, test);
    if (!begin(&making, kind, list->list.items.count))
        return false;
    ESC_EACH_NODE(item, list->list.items)
        add(&making, ESC_BINARY_EQUAL, item);
    return true;
}

/* --- times beside `now` ----------------------------------------------------------------------- */

/* now, now + D, now - D */
static bool offset_from_now(const EscNode *node, int64_t *ms)
{
    *ms = 0;
    if (node->kind == ESC_NODE_NOW)
        return true;
    if (node->kind != ESC_NODE_BINARY || node->binary.left->kind != ESC_NODE_NOW ||
        node->binary.right->kind != ESC_NODE_DURATION)
        return false;
    *ms = node->binary.op == ESC_BINARY_ADD ? node->binary.right->duration.ms
                                            : -node->binary.right->duration.ms;
    return node->binary.op == ESC_BINARY_ADD || node->binary.op == ESC_BINARY_SUBTRACT;
}

/* Where the time now lies to a date. */
static bool of_now(const EscMaker *maker, const EscClock *clock, EscTest *test)
{
    Making making = {.maker = maker, .test = test};
    test->subject = esc_subject_now();
    if (!begin(&making, ESC_TEST_RANGES, 1))
        return false;
    EscBinaryOp op = clock->row.is_until != 0 ? ESC_BINARY_LESS : ESC_BINARY_GREATER_EQUAL;
    making.intervals[test->count++] =
        interval_of(op, minute_key(clock->local_minute) + clock->row.distance_ms, false);
    return true;
}

/* The test that a row of CLOCKS means, about a field or fact: how far its time lies behind now. */
static bool of_clock(const EscMaker *maker, const EscNode *node, EscTest *test)
{
    EscClock clock;
    if (!esc_clock_test(maker->workspace, node, &clock) || clock.path == NULL ||
        clock.row.calendar != 0)
        return false;
    if (clock.row.source == ESC_CLOCK_SOURCE_DATE)
        return of_now(maker, &clock, test);
    Making making = making_of(maker, clock.path, test);
    test->is_leaf = false;
    if (esc_type_kind(test->subject.type) == ESC_KIND_DURATION)
        return false; /* as the number or length that is written */
    esc_subject_from_now(&test->subject);
    if (!begin(&making, ESC_TEST_RANGES, 1))
        return false;
    EscBinaryOp op = clock.row.is_until != 0 ? ESC_BINARY_GREATER : ESC_BINARY_LESS_EQUAL;
    making.intervals[test->count++] = interval_of(op, -clock.row.distance_ms, false);
    return true;
}

static bool of_hours(const EscMaker *maker, const EscNode *node, EscTest *test)
{
    uint32_t calendar;
    if (!esc_is_hours_test(maker->workspace, node, &calendar))
        return false;
    *test = (EscTest){.kind = ESC_TEST_MEMBERS, .members = 2};
    test->is_negated = node->binary.op == ESC_BINARY_NOT_IN;
    test->subject = esc_subject_hours(maker, node, calendar);
    return true;
}

/* time op now + D: the time lies so far behind now */
static bool beside_now(const EscMaker *maker, EscBinaryOp op, const EscNode *time,
                       const EscNode *other, EscTest *test)
{
    int64_t ms;
    if (!is_order(op) || time->kind != ESC_NODE_PATH || !offset_from_now(other, &ms))
        return false;
    Making making = making_of(maker, time, test);
    test->is_leaf = false;
    esc_subject_from_now(&test->subject);
    if (!begin(&making, ESC_TEST_RANGES, 1))
        return false;
    making.intervals[test->count++] = interval_of(op, ms, false);
    return true;
}

/* --- two values that vary --------------------------------------------------------------------- */

enum { ORDER_COUNT = 3 };

static void make_order(const EscMaker *maker, EscBinaryOp op, const EscNode *left,
                       const EscNode *right, EscTest *test)
{
    bool is_turned = false;
    test->kind = ESC_TEST_MEMBERS;
    test->subject = esc_subject_order(maker, left, right, &is_turned);
    test->members = mask_of(is_turned ? esc_binary_turned(op) : op, 1, ORDER_COUNT);
}

static void make_opaque(const EscMaker *maker, const EscNode *node, EscTest *test)
{
    test->kind = ESC_TEST_MEMBERS;
    test->members = 2;
    test->subject = esc_subject_opaque(maker, node);
}

/* --- each kind of node ------------------------------------------------------------------------ */

/* True when some set says it. */
static bool make_set(const EscMaker *maker, EscBinaryOp op, const EscNode *left,
                     const EscNode *right, EscTest *test)
{
    bool is_left_fixed = is_constant(maker->workspace, left);
    if (op == ESC_BINARY_IN && right->kind == ESC_NODE_LIST) {
        if (!in_constants(maker, left, right, test))
            return false;
        if (is_left_fixed)
            fold(maker, left, test);
        return true;
    }
    if (op == ESC_BINARY_IN)
        return is_left_fixed && against_constant(maker, ESC_BINARY_CONTAINS, right, left, test);
    if (is_constant(maker->workspace, right)) {
        if (!against_constant(maker, op, left, right, test))
            return false;
        if (is_left_fixed)
            fold(maker, left, test);
        return true;
    }
    if (is_order(op) && is_left_fixed)
        return against_constant(maker, esc_binary_turned(op), right, left, test);
    return beside_now(maker, op, left, right, test) ||
           beside_now(maker, esc_binary_turned(op), right, left, test);
}

static bool make_binary(const EscMaker *maker, const EscNode *node, EscTest *test)
{
    EscBinaryOp op = positive_op(node->binary.op);
    const EscNode *left = node->binary.left, *right = node->binary.right;
    if (of_hours(maker, node, test))
        return true;
    if (esc_node_type(maker->workspace, left) == 0 ||
        (right->kind != ESC_NODE_LIST && esc_node_type(maker->workspace, right) == 0))
        return false;
    bool is_in_text = op == ESC_BINARY_CONTAINS &&
                      esc_type_kind(esc_node_type(maker->workspace, left)) == ESC_KIND_TEXT;
    /* Other sets of texts tell cases apart. */
    if ((node->binary.ignores_case && !is_in_text) ||
        (!of_clock(maker, node, test) && !make_set(maker, op, left, right, test))) {
        if (is_order(op))
            make_order(maker, op, left, right, test);
        else
            make_opaque(maker, node, test);
        test->is_leaf = false;
    }
    /* What an opaque subject is, its node says with its `not in`. */
    if (test->subject.kind != ESC_SUBJECT_OPAQUE || test->kind == ESC_TEST_CONSTANT)
        test->is_negated ^= op != node->binary.op;
    return true;
}

static bool make_presence(const EscMaker *maker, const EscNode *node, EscTest *test)
{
    const EscNode *operand = node->unary.operand;
    if (esc_node_type(maker->workspace, operand) == 0)
        return false;
    (void)making_of(maker, operand, test);
    test->kind = ESC_TEST_PRESENCE;
    test->subject.may_be_missing = true; /* where it never is, another warning says so */
    esc_subject_from_now(&test->subject);
    test->is_negated = node->unary.op == ESC_UNARY_IS_MISSING;
    return true;
}

static bool make_truth(const EscMaker *maker, const EscNode *node, EscTest *test)
{
    if (esc_type_kind(esc_node_type(maker->workspace, node)) != ESC_KIND_BOOL)
        return false;
    (void)making_of(maker, node, test);
    test->kind = ESC_TEST_MEMBERS;
    test->members = 2;
    return true;
}

static bool make_changed(const EscMaker *maker, const EscNode *node, EscTest *test)
{
    const EscNode *path = node->changed.path;
    if (esc_node_type(maker->workspace, path) == 0)
        return false;
    (void)making_of(maker, path, test);
    test->kind = ESC_TEST_MEMBERS;
    test->members = 2;
    test->subject.is_change = true;
    test->subject.members_count = 0;
    test->subject.may_be_missing = false;
    test->subject.type = ESC_TYPE(ESC_KIND_BOOL);
    return true;
}

static bool make_positive(const EscMaker *maker, const EscNode *node, EscTest *test)
{
    switch (node->kind) {
    case ESC_NODE_BINARY:
        return make_binary(maker, node, test);
    case ESC_NODE_UNARY:
        return make_presence(maker, node, test);
    case ESC_NODE_CHANGED:
        return make_changed(maker, node, test);
    case ESC_NODE_BOOL:
        *test = (EscTest){.kind = ESC_TEST_CONSTANT, .is_negated = !node->boolean.value};
        return true;
    case ESC_NODE_QUANTIFIER:
        make_opaque(maker, node, test);
        return true;
    default:
        return make_truth(maker, node, test);
    }
}

bool esc_test_make(const EscMaker *maker, const EscNode *node, bool sense, EscTest *test)
{
    *test = (EscTest){0};
    if (!make_positive(maker, node, test))
        return false;
    test->is_negated ^= !sense;
    test->node = node;
    test->is_under_not = !sense;
    return !esc_arena_failed(maker->arena);
}

bool esc_condition_equals(EscWorkspace *workspace, const EscNode *value, const EscNode *constant,
                          EscTest *test)
{
    EscMaker maker = {workspace, workspace->arena};
    *test = (EscTest){0};
    return is_constant(workspace, constant) && esc_node_type(workspace, value) != 0 &&
           against_constant(&maker, ESC_BINARY_EQUAL, value, constant, test);
}

bool esc_condition_test(EscWorkspace *workspace, const EscNode *node, bool truth, EscTest *test)
{
    return esc_test_make(&(EscMaker){workspace, workspace->arena}, node, truth, test);
}
