/* sla_moves.c - clocks of service levels when the machine's clock is corrected.
 *
 * Elapsed time moves as a whole. A clock that counts a calendar's hours has used as many of them as before: it began so
 * that this is true on the corrected clock, and the times in which it stood are taken into its beginning. */
#include "sla_internal.h"

/* Late by the calendar as it was: what it would have been by the corrected one is over. */
static bool is_late(const EscTicket *ticket, EscSlaClock clock, int64_t at_ms)
{
    const EscSlaState *state = &ticket->sla[clock];
    return state->state == ESC_CLOCK_BREACHED || state->due_ms <= at_ms;
}

static void counting_move(EscEngine *engine, EscTicket *ticket, const EscMove *move,
                          EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    int64_t by_ms = esc_move_by(move);
    int64_t at_ms = esc_clock_stands(ticket, clock) ? ticket->stands_since_ms : move->from_ms;
    if (is_late(ticket, clock, at_ms)) {
        state->is_kept = true;
        return;
    }
    EscClockTime time = esc_sla_time(engine, ticket, clock);
    int64_t used_ms = esc_clock_time_used_ms(&time, at_ms);
    time.begin_ms = esc_clock_time_begun_ms(&time, at_ms + by_ms, used_ms);
    time.pauses_count = 0;
    if (clock == ESC_SLA_CLOCK_RESOLVE)
        esc_sla_fold_all(ticket, time.begin_ms - by_ms);
    else
        state->moved_ms = time.begin_ms - by_ms - esc_sla_origin_ms(ticket, clock);
    state->due_ms = esc_clock_time_reaches_ms(&time, state->goal_ms) - by_ms;
}

/* All of it is as before the correction, which esc_ticket_move adds. */
void esc_sla_move(EscEngine *engine, EscTicket *ticket, const EscMove *move)
{
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++) {
        EscSlaClock clock = (EscSlaClock)i;
        const EscSlaState *state = &ticket->sla[i];
        bool is_counted = state->state == ESC_CLOCK_RUNNING || state->state == ESC_CLOCK_BREACHED ||
                          (state->state == ESC_CLOCK_MET && esc_clock_stands(ticket, clock));
        if (state->calendar.size > 0 && is_counted)
            counting_move(engine, ticket, move, clock);
    }
}

static int64_t warn_moved(EscEngine *engine, const EscTicket *ticket, const EscMove *move,
                          uint32_t index, int64_t due_ms)
{
    EscSlaClock clock = (EscSlaClock)(index / ESC_CLOCK_WARNS_MAX);
    uint32_t number = index % ESC_CLOCK_WARNS_MAX;
    const EscSlaClockRow *row = clock >= ESC_SLA_CLOCK_COUNT
                                    ? NULL
                                    : esc_sla_clock(engine, esc_sla_level(engine, ticket), clock);
    if (row == NULL || number >= row->warns_count || ticket->sla[clock].is_kept ||
        due_ms <= move->from_ms)
        return due_ms + esc_move_by(move);
    return esc_sla_warn_due_ms(engine, ticket, clock,
                               &engine->schema.current->program->warns[row->warns_first + number]);
}

int64_t esc_sla_timer_moved(EscEngine *engine, const EscTicket *ticket, const EscMove *move,
                            EscTimer kind, uint32_t index, int64_t due_ms)
{
    if (kind == ESC_TIMER_SLA_WARN)
        return warn_moved(engine, ticket, move, index, due_ms);
    if (kind == ESC_TIMER_SLA_OVERDUE)
        return esc_sla_overdue_due_ms(engine, ticket, (EscSlaClock)index,
                                      due_ms + esc_move_by(move));
    return ticket->sla[index].due_ms;
}
