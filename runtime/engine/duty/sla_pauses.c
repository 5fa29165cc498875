/* sla_pauses.c - the times in which the clock to resolve stood: because the ticket was resolved, or its level says so.
 *
 * The last ESC_PAUSES_MAX are kept as instants. Older ones are taken into the beginning of the clock: it begins so much
 * later that its calendar has used as much by then, which is exact as long as the calendar stays. For another calendar
 * their sum is what is known. */
#include "sla_internal.h"

#include <string.h>

/* What was late stays late by as much when a pause behind its due time is not kept any more. */
static void due_shift(EscSlaState *state, const EscPause *pause)
{
    if (state->state != ESC_CLOCK_BREACHED || pause->from_ms < state->due_ms)
        return;
    state->due_ms += pause->to_ms - pause->from_ms;
    state->is_kept = true;
}

static void oldest_fold(const EscEngine *engine, EscTicket *ticket)
{
    const EscPause oldest = ticket->pauses[0];
    EscSlaState *state = &ticket->sla[ESC_SLA_CLOCK_RESOLVE];
    EscClockTime time = esc_sla_time(engine, ticket, ESC_SLA_CLOCK_RESOLVE);
    int64_t used_ms = esc_clock_time_used_ms(&time, oldest.from_ms);
    state->moved_ms = esc_clock_time_begun_ms(&time, oldest.to_ms, used_ms) -
                      esc_sla_origin_ms(ticket, ESC_SLA_CLOCK_RESOLVE);
    due_shift(state, &oldest);
    ticket->pauses_old_ms += oldest.to_ms - oldest.from_ms;
    memmove(ticket->pauses, ticket->pauses + 1, --ticket->pauses_count * sizeof ticket->pauses[0]);
}

static void pause_add(const EscEngine *engine, EscTicket *ticket, EscPause pause)
{
    if (ticket->pauses_count == ESC_PAUSES_MAX)
        oldest_fold(engine, ticket);
    ESC_ENGINE_GROW(ticket->pauses, ticket->pauses_count, ticket->pauses_capacity);
    ticket->pauses[ticket->pauses_count++] = pause;
}

void esc_sla_stand(EscEngine *engine, EscTicket *ticket, bool stands, int64_t at_ms)
{
    if (stands == (ticket->stands_since_ms != 0))
        return;
    if (!stands && at_ms > ticket->stands_since_ms)
        pause_add(engine, ticket, (EscPause){ticket->stands_since_ms, at_ms});
    ticket->stands_since_ms = stands ? at_ms : 0;
    esc_ticket_dirty(engine, ticket);
}

void esc_sla_begin(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    *state = (EscSlaState){.cycle = state->cycle + 1,
                           .goal_ms = state->goal_ms,
                           .calendar = state->calendar,
                           .origin_ms = engine->now_ms,
                           .overdue_done_ms = ESC_NONE_OVERDUE_MS};
    if (clock == ESC_SLA_CLOCK_RESOLVE) {
        ticket->pauses_count = 0;
        ticket->pauses_old_ms = 0;
        ticket->stands_since_ms = ticket->stands_since_ms == 0 ? 0 : engine->now_ms;
    }
    esc_ticket_dirty(engine, ticket);
}

void esc_sla_fold_all(EscTicket *ticket, int64_t begin_ms)
{
    for (size_t i = 0; i < ticket->pauses_count; i++)
        ticket->pauses_old_ms += ticket->pauses[i].to_ms - ticket->pauses[i].from_ms;
    ticket->pauses_count = 0;
    ticket->sla[ESC_SLA_CLOCK_RESOLVE].moved_ms =
        begin_ms - esc_sla_origin_ms(ticket, ESC_SLA_CLOCK_RESOLVE);
}
