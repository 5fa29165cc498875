/* counted.c - comparisons with a length that a calendar counts, and at which instant they turn.
 *
 * With S a time, D a length and n the time now, in ms: S + D is the first instant by which D of the calendar's hours have
 * passed since S, S - D the last one since which they have passed at S. So
 *
 *   n >= S + D                  from S + D on                     n - S >= D of its hours   the same
 *   n - D >= S                  from S + D on                     n - S >  D                from S + (D + 1) on
 *   n - D >  S                  from (S + 1) + D on               S - n <= D                from S - (D + 1), and 1 behind that, on
 *   n + D >  S                  from 1 behind S - D on            S - n <  D                from 1 behind S - D on
 *   n + D >= S                  from 1 behind (S - 1) - D on
 *
 * and the opposite until then. Plain lengths stand before or behind what is counted, not within a difference. */
#include "condition/instants.h"

/* A side of a comparison: a plain sum, hours that are counted from there, a plain length behind them. */
typedef struct Side {
    EscSum sum;
    const EscNode *hours; /* NULL: none */
    int sign;             /* of the hours */
    int64_t behind_ms;
} Side;

static bool is_sum(const EscNode *node)
{
    return node->kind == ESC_NODE_BINARY &&
           (node->binary.op == ESC_BINARY_ADD || node->binary.op == ESC_BINARY_SUBTRACT);
}

/* (a + D of C) + b. Depth is that of an expression. */
static bool side_of(const EscNode *node, Side *side)
{
    int sign = is_sum(node) && node->binary.op == ESC_BINARY_SUBTRACT ? -1 : 1;
    if (is_sum(node) && esc_is_counted(node->binary.right)) {
        side->hours = node->binary.right;
        side->sign = sign;
        return esc_sum_add(&side->sum, node->binary.left, 1);
    }
    EscSum behind = {.workspace = side->sum.workspace};
    if (is_sum(node) && side_of(node->binary.left, side) && side->hours != NULL) {
        bool is_plain = esc_sum_add(&behind, node->binary.right, sign);
        side->behind_ms += behind.ms;
        return is_plain && behind.now == 0 && behind.path == NULL;
    }
    side->sum = (EscSum){.workspace = behind.workspace};
    return side->hours == NULL && esc_sum_add(&side->sum, node, 1);
}

static bool is_now(const EscSum *sum)
{
    return sum->now == 1 && sum->path == NULL;
}

static bool is_time(const EscSum *sum)
{
    return sum->now == 0 && sum->path != NULL && sum->source == 1;
}

static bool is_strict(EscBinaryOp op)
{
    return op == ESC_BINARY_GREATER || op == ESC_BINARY_LESS_EQUAL;
}

static bool is_until(EscBinaryOp op)
{
    return op == ESC_BINARY_LESS || op == ESC_BINARY_LESS_EQUAL;
}

/* The row that counts `ms` of the hours; lead and distance are what they are already. */
static bool count(const EscWorkspace *workspace, const EscNode *hours, int64_t ms, EscClock *clock)
{
    clock->row.calendar = esc_meaning(workspace, hours).index + 1;
    clock->row.calendar_ms = ms;
    return esc_bound_holds(ESC_BOUND_SPAN_MS, ms) &&
           esc_bound_holds(ESC_BOUND_SPAN_MS, clock->row.lead_ms) &&
           esc_bound_holds(ESC_BOUND_SPAN_MS, clock->row.distance_ms);
}

/* now + a  op  (S + p +- D) + q */
static bool of_time_side(const EscWorkspace *workspace, const Side *now, EscBinaryOp op,
                         const Side *time, EscClock *clock)
{
    clock->row.lead_ms = time->sum.ms;
    clock->row.distance_ms = time->behind_ms - now->sum.ms + is_strict(op);
    return count(workspace, time->hours, time->sign * time->hours->duration.ms, clock);
}

/* (now + a +- D) + b  op  S + p */
static bool of_now_side(const EscWorkspace *workspace, const Side *now, EscBinaryOp op,
                        const Side *time, EscClock *clock)
{
    bool is_ahead = now->sign > 0;
    clock->row.lead_ms =
        time->sum.ms - now->behind_ms + (is_ahead ? is_strict(op) - 1 : is_strict(op));
    clock->row.distance_ms = is_ahead - now->sum.ms;
    return count(workspace, now->hours, -now->sign * now->hours->duration.ms, clock);
}

/* The other side of `value op date` where a day stands alone. */
static bool day_sides(const EscNode *node, Side *left, Side *right, EscBinaryOp *op,
                      int64_t *minute)
{
    EscDayTest day;
    if (!esc_day_test(node, &day))
        return false;
    *op = day.op;
    *minute = day.minute;
    return side_of(day.value, left) && side_of(day.date, right);
}

static bool compares_times(const EscWorkspace *workspace, const EscNode *node, EscClock *clock)
{
    Side left = {.sum = {.workspace = workspace}}, right = left;
    EscBinaryOp op = node->binary.op;
    int64_t minute = 0;
    bool has_day = day_sides(node, &left, &right, &op, &minute);
    if (!has_day && (!side_of(node->binary.left, &left) || !side_of(node->binary.right, &right)))
        return false;
    if ((left.hours == NULL) == (right.hours == NULL))
        return false;
    bool is_turned = is_now(&right.sum);
    const Side *now = is_turned ? &right : &left, *time = is_turned ? &left : &right;
    op = is_turned ? esc_binary_turned(op) : op;
    if (!is_now(&now->sum) || !is_time(&time->sum))
        return false;
    esc_clock_from(workspace, time->sum.path, clock);
    if (clock->row.source == ESC_CLOCK_SOURCE_DATE && has_day)
        clock->local_minute = minute;
    clock->row.is_until = is_until(op);
    return time->hours != NULL ? of_time_side(workspace, now, op, time, clock)
                               : of_now_side(workspace, now, op, time, clock);
}

/* How long it is since a time, or until it: the difference of two times, or the age of the escalation. */
static bool length_of(const EscWorkspace *workspace, const EscNode *node, EscSum *sum,
                      EscClock *clock)
{
    *sum = (EscSum){.workspace = workspace};
    if (!esc_sum_add(sum, node, 1) || sum->path == NULL || sum->now * sum->now != 1 ||
        sum->source != -sum->now || sum->ms != 0)
        return false;
    esc_clock_from(workspace, sum->path, clock);
    if (clock->row.source != ESC_CLOCK_SOURCE_FACT ||
        esc_type_kind(esc_fact_info[clock->row.index].type) == ESC_KIND_TIME)
        return true;
    bool is_age = clock->row.index == ESC_FACT_ESCALATION_AGE;
    clock->row.index = ESC_FACT_ESCALATION_OPENED_AT;
    return is_age;
}

/* now - S  op  D of C,  S - now  op  D of C */
static bool compares_length(const EscWorkspace *workspace, const EscNode *length, EscBinaryOp op,
                            const EscNode *hours, EscClock *clock)
{
    EscSum sum;
    if (!esc_is_counted(hours) || !length_of(workspace, length, &sum, clock))
        return false;
    bool is_since = sum.now > 0;
    int64_t ms = hours->duration.ms + is_strict(op);
    clock->row.is_until = is_until(op) == is_since;
    clock->row.distance_ms = !is_since;
    return count(workspace, hours, is_since ? ms : -ms, clock);
}

bool esc_counted_test(const EscWorkspace *workspace, const EscNode *node, EscClock *clock)
{
    EscBinaryOp op = node->binary.op;
    const EscNode *left = node->binary.left, *right = node->binary.right;
    return esc_is_ordering(op) &&
           (compares_length(workspace, left, op, right, clock) ||
            compares_length(workspace, right, esc_binary_turned(op), left, clock) ||
            compares_times(workspace, node, clock));
}
