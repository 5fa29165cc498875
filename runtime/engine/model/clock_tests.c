/* clock_tests.c - tests that time alone can turn (rows of CLOCKS): at which instant each does, so that whoever waits for an
 * answer sets one timer and forgets none. Flow sets it: flow/wakes.c. */
#include <engine/model.h>

#define NEVER INT64_MAX

/* --- instants --------------------------------------------------------------------------------- */

static int64_t behind_now(const EscWorld *world, int64_t from_ms, int64_t distance_ms)
{
    int64_t turns_ms = from_ms + distance_ms; /* both are within 400 years */
    return turns_ms > esc_world_now_ms(world) ? turns_ms : NEVER;
}

static int64_t instant_turns_ms(const EscWorld *world, const EscClockRow *row, int64_t time_ms)
{
    EscWorld reader = *world;
    const EscHost host = esc_world_reader(&reader);
    return behind_now(world, esc_clock_instant_ms(row, &host, time_ms), 0);
}

static int64_t date_turns_ms(const EscWorld *world, const EscClockRow *row)
{
    EscWorld reader = *world;
    const EscHost host = esc_world_reader(&reader);
    return instant_turns_ms(world, row,
                            esc_host_date_ms(&host, world->bundle->program, row->index));
}

/* A clock that runs is over by as much at that instant; one that stands stays as it is. */
static int64_t overdue_turns_ms(const EscWorld *world, EscSlaClock clock, int64_t distance_ms)
{
    const EscTicket *ticket = world->ticket;
    if (ticket == NULL || !esc_clock_runs(ticket, clock))
        return NEVER;
    /* It is missing until it is over by a millisecond, whatever length it is held against. */
    int64_t least_ms = distance_ms > 1 ? distance_ms : 1;
    return behind_now(world, esc_clock_late_since_ms(ticket, clock), least_ms);
}

static int64_t fact_turns_ms(const EscWorld *world, const EscClockRow *row)
{
    switch (row->index) {
    case ESC_FACT_ESCALATION_AGE:
        return world->escalation == NULL
                   ? NEVER
                   : behind_now(world, world->escalation->opened_at_ms, row->distance_ms);
    case ESC_FACT_SLA_RESPOND_OVERDUE:
        return overdue_turns_ms(world, ESC_SLA_CLOCK_RESPOND, row->distance_ms);
    case ESC_FACT_SLA_RESOLVE_OVERDUE:
        return overdue_turns_ms(world, ESC_SLA_CLOCK_RESOLVE, row->distance_ms);
    case ESC_FACT_SLA_UPDATE_OVERDUE:
        return overdue_turns_ms(world, ESC_SLA_CLOCK_UPDATE, row->distance_ms);
    default:
        break;
    }
    EscValue value = esc_world_value(world, ESC_LOAD_FACT, row->index);
    return value.is_missing ? NEVER : instant_turns_ms(world, row, value.ms);
}

static int64_t row_turns_ms(const EscWorld *world, const EscClockRow *row)
{
    switch ((EscClockSource)row->source) {
    case ESC_CLOCK_SOURCE_HOURS:
        return esc_hours_turn_ms(world, row->calendar - 1);
    case ESC_CLOCK_SOURCE_FACT:
        return fact_turns_ms(world, row);
    case ESC_CLOCK_SOURCE_DATE:
        return date_turns_ms(world, row);
    default:
        break;
    }
    EscLoad what = row->source == ESC_CLOCK_SOURCE_EVENT   ? ESC_LOAD_EVENT
                   : row->source == ESC_CLOCK_SOURCE_PARAM ? ESC_LOAD_PARAM
                                                           : ESC_LOAD_TICKET;
    EscValue value = esc_world_value(world, what, row->index);
    return value.is_missing ? NEVER : instant_turns_ms(world, row, value.ms);
}

/* --- conditions ------------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Of the tests that the code of a function asks. */
static int64_t code_turns_ms(const EscWorld *world, uint32_t function, bool has_hours)
{
    const EscProgram *program = world->bundle->program;
    const EscFunctionRow *row = &program->functions[function];
    int64_t turns_ms = NEVER;
    for (uint32_t pc = row->code_first; pc < row->code_first + row->code_count; pc++) {
        if (program->code[pc].op != ESC_OP_CLOCK)
            continue;
        const EscClockRow *clock = &program->clocks[program->code[pc].imm];
        if (has_hours || clock->source != ESC_CLOCK_SOURCE_HOURS)
            turns_ms = earlier(turns_ms, row_turns_ms(world, clock));
    }
    return turns_ms;
}

int64_t esc_function_turns_ms(const EscWorld *world, uint32_t function)
{
    return code_turns_ms(world, function, true);
}

static int64_t leaf_turns_ms(const EscWorld *world, const EscPredRow *row, bool has_hours)
{
    const EscProgram *program = world->bundle->program;
    if (row->kind == ESC_PRED_CODE)
        return code_turns_ms(world, row->detail, has_hours);
    bool is_asked = row->kind == ESC_PRED_CLOCK &&
                    (has_hours || program->clocks[row->detail].source != ESC_CLOCK_SOURCE_HOURS);
    return is_asked ? row_turns_ms(world, &program->clocks[row->detail]) : NEVER;
}

/* Trees are at most ESC_PRED_DEPTH_MAX deep. */
static int64_t tree_turns_ms(const EscWorld *world, uint32_t pred, bool has_hours)
{
    const EscPredRow *row = &world->bundle->program->preds[pred];
    int64_t turns_ms = leaf_turns_ms(world, row, has_hours);
    for (uint32_t i = 0; i < row->children_count; i++)
        turns_ms = earlier(turns_ms, tree_turns_ms(world, row->children_first + i, has_hours));
    return turns_ms;
}

int64_t esc_pred_turns_ms(const EscWorld *world, uint32_t pred)
{
    return tree_turns_ms(world, pred, false);
}

int64_t esc_pred_flips_ms(const EscWorld *world, uint32_t pred)
{
    return tree_turns_ms(world, pred, true);
}
