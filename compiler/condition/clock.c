/* clock.c - tests that time alone can turn: `ticket.due_at < now + 2d`, `escalation.age > 4h`, `now >= 2026-12-24`,
 * `now in office_hours`.
 *
 * Both sides are added up as so many times `now`, so many times one time (or the beginning of a duration that grows) and a
 * length. What is left when one side is taken from the other says how far behind a time `now` lies, which has one instant
 * at which the answer turns. Anything else with `now` in it has none. Lengths that a calendar counts are counted.c's. */
#include "condition/clock.h"

#include "condition/instants.h"

/* --- who reads it ----------------------------------------------------------------------------- */

typedef struct Search {
    const EscWorkspace *workspace;
    bool is_found;
} Search;

static void visit(void *context, const EscNode *parent, const EscNode *node)
{
    Search *search = context;
    (void)parent;
    search->is_found =
        search->is_found || node->kind == ESC_NODE_NOW ||
        (node->kind == ESC_NODE_PATH && esc_is_growing(esc_meaning(search->workspace, node)));
    if (!search->is_found)
        esc_node_each_child(node, visit, context);
}

bool esc_reads_clock(const EscWorkspace *workspace, const EscNode *node)
{
    Search search = {.workspace = workspace};
    visit(&search, NULL, node);
    return search.is_found;
}

bool esc_is_hours_test(const EscWorkspace *workspace, const EscNode *node, uint32_t *calendar)
{
    bool is_in = node->kind == ESC_NODE_BINARY &&
                 (node->binary.op == ESC_BINARY_IN || node->binary.op == ESC_BINARY_NOT_IN);
    if (!is_in || node->binary.left->kind != ESC_NODE_NOW)
        return false;
    EscMeaning meaning = esc_meaning(workspace, node->binary.right);
    *calendar = meaning.index;
    return meaning.means == ESC_MEANS_CALENDAR;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* From the instant (or length) `ms` on, or until then. */
static bool make_row(const EscWorkspace *workspace, const EscNode *path, EscBinaryOp op, int64_t ms,
                     EscClock *clock)
{
    bool is_behind = op == ESC_BINARY_GREATER || op == ESC_BINARY_LESS_EQUAL;
    esc_clock_from(workspace, path, clock);
    clock->row.distance_ms = ms + is_behind;
    clock->row.is_until = op == ESC_BINARY_LESS || op == ESC_BINARY_LESS_EQUAL;
    return esc_bound_holds(ESC_BOUND_SPAN_MS, clock->row.distance_ms);
}

/* A day that stands alone on a side ends with its last instant. */
static bool compares_day(const EscWorkspace *workspace, const EscNode *node, EscClock *clock)
{
    EscDayTest day;
    EscSum sum = {.workspace = workspace};
    if (!esc_is_ordering(node->binary.op) || !esc_day_test(node, &day) ||
        !esc_sum_add(&sum, day.value, 1) || sum.path != NULL || sum.now != 1 ||
        !make_row(workspace, day.date, day.op, -sum.ms, clock))
        return false;
    clock->local_minute = day.minute;
    return true;
}

static bool compares_sums(const EscWorkspace *workspace, const EscNode *node, EscClock *clock)
{
    EscSum sum = {.workspace = workspace};
    EscBinaryOp op = node->binary.op;
    if (!esc_is_ordering(op) || !esc_sum_add(&sum, node->binary.left, 1) ||
        !esc_sum_add(&sum, node->binary.right, -1))
        return false;
    if (sum.path == NULL || sum.now * sum.now != 1 || sum.source != -sum.now)
        return false;
    return make_row(workspace, sum.path, sum.now > 0 ? op : esc_binary_turned(op),
                    sum.now > 0 ? -sum.ms : sum.ms, clock);
}

static bool number_of(const EscNode *node, double *number)
{
    bool is_negative = node->kind == ESC_NODE_UNARY && node->unary.op == ESC_UNARY_NEGATE;
    const EscNode *plain = is_negative ? node->unary.operand : node;
    if (plain->kind != ESC_NODE_NUMBER)
        return false;
    *number = is_negative ? -plain->number.value : plain->number.value;
    return true;
}

/* escalation.age.hours > 3: whole hours, rounded down, so that it holds from four hours on. */
static bool compares_units(const EscWorkspace *workspace, const EscNode *path,
                           const EscNode *constant, EscBinaryOp op, EscClock *clock)
{
    double number;
    EscMeaning meaning = esc_meaning(workspace, path);
    if (!esc_is_ordering(op) || path->kind != ESC_NODE_PATH || meaning.unit == ESC_UNIT_NONE ||
        !esc_is_growing(meaning) || !number_of(constant, &number))
        return false;
    bool is_whole = op == ESC_BINARY_GREATER_EQUAL || op == ESC_BINARY_LESS;
    double units = is_whole ? esc_number_ceil(number) : esc_number_floor(number) + 1;
    double ms = units * (double)esc_unit_info[meaning.unit - 1].ms;
    bool is_until = op == ESC_BINARY_LESS || op == ESC_BINARY_LESS_EQUAL;
    return ms < 1e15 && ms > -1e15 &&
           make_row(workspace, path, is_until ? ESC_BINARY_LESS : ESC_BINARY_GREATER_EQUAL,
                    (int64_t)ms, clock);
}

/* sla.resolve.overdue is present: it is late by a millisecond. */
static bool asks_presence(const EscWorkspace *workspace, const EscNode *node, EscClock *clock)
{
    bool is_presence = node->kind == ESC_NODE_UNARY && (node->unary.op == ESC_UNARY_IS_PRESENT ||
                                                        node->unary.op == ESC_UNARY_IS_MISSING);
    const EscNode *path = node->kind == ESC_NODE_UNARY ? node->unary.operand : NULL;
    if (!is_presence || path->kind != ESC_NODE_PATH ||
        !esc_is_growing(esc_meaning(workspace, path)) ||
        !make_row(workspace, path, ESC_BINARY_GREATER_EQUAL, 1, clock))
        return false;
    clock->is_opposite = node->unary.op == ESC_UNARY_IS_MISSING;
    return true;
}

bool esc_clock_test(const EscWorkspace *workspace, const EscNode *node, EscClock *clock)
{
    uint32_t calendar;
    *clock = (EscClock){0};
    if (asks_presence(workspace, node, clock))
        return true;
    if (node->kind != ESC_NODE_BINARY)
        return false;
    if (esc_is_hours_test(workspace, node, &calendar)) {
        *clock = (EscClock){
            .row = {.source = ESC_CLOCK_SOURCE_HOURS, .calendar = calendar + 1},
            .is_opposite = node->binary.op == ESC_BINARY_NOT_IN,
        };
        return true;
    }
    const EscNode *left = node->binary.left, *right = node->binary.right;
    return compares_day(workspace, node, clock) || compares_sums(workspace, node, clock) ||
           esc_counted_test(workspace, node, clock) ||
           compares_units(workspace, left, right, node->binary.op, clock) ||
           compares_units(workspace, right, left, esc_binary_turned(node->binary.op), clock);
}
