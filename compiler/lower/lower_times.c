/* lower_times.c - dates that are written down, days, and lengths that a calendar counts. Where they lie the run asks its host: a
 * bundle knows neither the zones of the machine that it will run on nor which calendars count by then. */
#include "condition/clock.h"
#include "lower/lower.h"

#define TIME_TYPE ESC_TYPE(ESC_KIND_TIME)

uint32_t esc_lower_clock(EscLower *lower, const EscClock *clock)
{
    EscClockRow row = clock->row;
    if (row.source == ESC_CLOCK_SOURCE_DATE)
        row.index =
            esc_build_put_dates(&lower->build, (EscDateRow){.local_minute = clock->local_minute});
    return esc_build_put_clocks(&lower->build, row);
}

/* --- values ----------------------------------------------------------------------------------- */

/* What nobody reaches must not put rows that nobody names. */
static void load_minute(EscLower *lower, int64_t minute, EscRegister out)
{
    EscDateRow row = {.local_minute = minute};
    if (lower->emit->is_reachable)
        esc_emit_make(lower->emit, ESC_OP_LOAD_DATE, out, TIME_TYPE, 0, 0,
                      esc_build_put_dates(&lower->build, row));
}

void esc_lower_date(EscLower *lower, const EscNode *node, EscRegister out)
{
    load_minute(lower, esc_local_minutes(node), out);
}

static void add_hours(EscLower *lower, EscRegister from, const EscNode *hours, int64_t ms,
                      EscRegister out)
{
    uint32_t mark = lower->emit->next;
    EscRegister length = esc_emit_take(lower->emit);
    esc_emit_const(lower->emit, length, ESC_TYPE(ESC_KIND_DURATION), ms);
    esc_emit_make(lower->emit, ESC_OP_ADD_HOURS, out, TIME_TYPE, from, length,
                  esc_meaning(lower->workspace, hours).index);
    esc_emit_drop_to(lower->emit, mark);
}

void esc_lower_hours(EscLower *lower, const EscNode *node, EscRegister out, EscLabel *missing)
{
    const EscNode *hours = node->binary.right;
    int64_t ms = hours->duration.ms;
    uint32_t mark = lower->emit->next;
    EscRegister from = esc_lower_operand(lower, node->binary.left, missing);
    add_hours(lower, from, hours, node->binary.op == ESC_BINARY_SUBTRACT ? -ms : ms, out);
    esc_emit_drop_to(lower->emit, mark);
}

/* --- comparisons ------------------------------------------------------------------------------ */

/* Goes to `target` when `a < b`, or with `at_least` when `a >= b`, is `sense`. */
static void jump_ordered(EscLower *lower, EscRegister a, bool at_least, EscRegister b, bool sense,
                         EscLabel *target)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister truth = esc_emit_take(emit);
    esc_emit_make(emit, at_least ? ESC_OP_LE_TIME : ESC_OP_LT_TIME, truth, ESC_TYPE(ESC_KIND_BOOL),
                  at_least ? b : a, at_least ? a : b, 0);
    esc_emit_jump_if(emit, truth, sense, target);
    esc_emit_drop_to(emit, mark);
}

void esc_lower_jump_within(EscLower *lower, EscRegister value, const EscNode *day, bool sense,
                           EscLabel *target)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscLabel out = {0};
    EscRegister at = esc_emit_take(emit);
    load_minute(lower, esc_local_minutes(day), at);
    jump_ordered(lower, value, true, at, false, sense ? &out : target);
    load_minute(lower, esc_local_end_minutes(day), at);
    jump_ordered(lower, value, false, at, sense, target);
    esc_emit_drop_to(emit, mark);
    esc_emit_label(emit, &out);
}

static void jump_day(EscLower *lower, const EscDayTest *day, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscLabel skip = {0};
    EscRegister value = esc_lower_operand(lower, day->value, sense ? &skip : target);
    if (day->op == ESC_BINARY_EQUAL || day->op == ESC_BINARY_NOT_EQUAL) {
        esc_lower_jump_within(lower, value, day->date, sense == (day->op == ESC_BINARY_EQUAL),
                              target);
    } else {
        EscRegister at = esc_emit_take(emit);
        load_minute(lower, day->minute, at);
        jump_ordered(lower, value, day->op == ESC_BINARY_GREATER_EQUAL, at, sense, target);
    }
    esc_emit_drop_to(emit, mark);
    esc_emit_label(emit, &skip);
}

/* The beginning of a length, to be counted from; the end stays in *end. */
static EscRegister length_ends(EscLower *lower, const EscNode *length, EscRegister *end,
                               EscLabel *missing)
{
    EscEmit *emit = lower->emit;
    if (length->kind == ESC_NODE_BINARY) {
        *end = esc_lower_operand(lower, length->binary.left, missing);
        return esc_lower_operand(lower, length->binary.right, missing);
    }
    EscRegister begin = esc_emit_take(emit); /* the age of the escalation */
    *end = esc_emit_take(emit);
    esc_emit_make(emit, ESC_OP_LOAD_FACT, begin, TIME_TYPE, 0, 0, ESC_FACT_ESCALATION_OPENED_AT);
    esc_emit_make(emit, ESC_OP_LOAD_NOW, *end, TIME_TYPE, 0, 0, 0);
    return begin;
}

/* end - begin > D of C: the end lies at or behind begin + (D + 1 ms) of C, whatever is between them. */
static void jump_length(EscLower *lower, const EscNode *length, EscBinaryOp op,
                        const EscNode *hours, bool sense, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscLabel skip = {0};
    bool is_strict = op == ESC_BINARY_GREATER || op == ESC_BINARY_LESS_EQUAL;
    bool at_least = op == ESC_BINARY_GREATER || op == ESC_BINARY_GREATER_EQUAL;
    EscRegister end;
    EscRegister begin = length_ends(lower, length, &end, sense ? &skip : target);
    EscRegister due = esc_emit_take(emit);
    add_hours(lower, begin, hours, hours->duration.ms + is_strict, due);
    jump_ordered(lower, end, at_least, due, sense, target);
    esc_emit_drop_to(emit, mark);
    esc_emit_label(emit, &skip);
}

bool esc_lower_jump_times(EscLower *lower, const EscNode *node, bool sense, EscLabel *target)
{
    EscDayTest day;
    if (node->kind != ESC_NODE_BINARY || node->binary.op < ESC_BINARY_EQUAL ||
        node->binary.op > ESC_BINARY_GREATER_EQUAL)
        return false;
    const EscNode *left = node->binary.left, *right = node->binary.right;
    if (esc_is_counted(right))
        jump_length(lower, left, node->binary.op, right, sense, target);
    else if (esc_is_counted(left))
        jump_length(lower, right, esc_binary_turned(node->binary.op), left, sense, target);
    else if (esc_day_test(node, &day))
        jump_day(lower, &day, sense, target);
    else
        return false;
    return true;
}
