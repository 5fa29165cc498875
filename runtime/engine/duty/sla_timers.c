/* sla_timers.c - the timers of a clock: that its time is over, that it is over by so much, and warnings before it is.
 *
 * A breach and each warning are told once in a cycle. They are events of the ticket like any other; they are asked for here
 * and heard in flow/events.c. */
#include "sla_internal.h"

#include <string.h>

/* Puts a timer unless it stands as it should: looking at the levels again must not write rows. */
static void timer_ensure(EscEngine *engine, EscTicket *ticket, EscTimer kind, uint32_t index,
                         int64_t due_ms)
{
    const EscTimerNode *timer = esc_timer_find(ticket->timers, kind, index);
    if (timer == NULL || timer->due_ms != due_ms)
        esc_timer_put(engine, NULL, ticket, kind, index, due_ms);
}

/* --- overdue ---------------------------------------------------------------------------------- */

int64_t esc_sla_late_ms(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock,
                        EscLateness late)
{
    bool may_stand = clock == ESC_SLA_CLOCK_RESOLVE;
    EscClockTime time = {.program = engine->schema.current->program,
                         .zones = engine->zones,
                         .calendar = late.calendar,
                         .begin_ms = ticket->sla[clock].due_ms,
                         .pauses = may_stand ? ticket->pauses : NULL,
                         .pauses_count = may_stand ? ticket->pauses_count : 0};
    if (late.calendar == 0)
        return late.ms;
    int64_t at_ms = esc_clock_time_reaches_ms(&time, late.ms);
    time.calendar = 0;
    return esc_clock_time_used_ms(&time, at_ms);
}

int64_t esc_sla_overdue_due_ms(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock,
                               int64_t none)
{
    int64_t first_ms = INT64_MAX;
    for (uint32_t i = 0; i < engine->schema.overdues_count[clock]; i++) {
        int64_t late_ms = esc_sla_late_ms(engine, ticket, clock, engine->schema.overdues[clock][i]);
        if (late_ms > ticket->sla[clock].overdue_done_ms && late_ms < first_ms)
            first_ms = late_ms;
    }
    return first_ms == INT64_MAX ? none : esc_clock_late_since_ms(ticket, clock) + first_ms;
}

static void overdue_timer(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    int64_t due_ms = esc_clock_runs(ticket, clock)
                         ? esc_sla_overdue_due_ms(engine, ticket, clock, INT64_MAX)
                         : INT64_MAX;
    if (due_ms == INT64_MAX)
        esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_SLA_OVERDUE, clock);
    else
        timer_ensure(engine, ticket, ESC_TIMER_SLA_OVERDUE, clock, due_ms);
}

void esc_sla_moved(EscEngine *engine, EscTicket *ticket)
{
    for (uint32_t clock = 0; clock < ESC_SLA_CLOCK_COUNT; clock++) {
        bool counts_hours = false;
        for (uint32_t i = 0; i < engine->schema.overdues_count[clock]; i++)
            counts_hours = counts_hours || engine->schema.overdues[clock][i].calendar != 0;
        if (counts_hours)
            overdue_timer(engine, ticket, (EscSlaClock)clock);
    }
}

void esc_sla_overdue_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    if (!esc_clock_runs(ticket, clock))
        return;
    int64_t from_ms = state->overdue_done_ms,
            to_ms = engine->now_ms - esc_clock_late_since_ms(ticket, clock);
    state->overdue_done_ms = to_ms;
    overdue_timer(engine, ticket, clock);
    esc_overdue_ask(engine, ticket, clock, from_ms, to_ms);
}

/* --- warnings --------------------------------------------------------------------------------- */

/* What a told warning is kept as; they are known by what they say, since another level has others. */
static int32_t warn_mark(const EscWarnRow *row)
{
    return row->percent > 0 ? (int32_t)row->percent : (int32_t)(-row->before_ms / ESC_SECOND_MS);
}

static bool is_told(const EscSlaState *state, int32_t mark)
{
    for (uint32_t i = 0; i < state->told_count; i++)
        if (state->told[i] == mark)
            return true;
    return false;
}

static void told_add(EscSlaState *state, int32_t mark)
{
    if (state->told_count == ESC_TOLD_MAX)
        memmove(state->told, state->told + 1, --state->told_count * sizeof state->told[0]);
    state->told[state->told_count++] = mark;
}

int64_t esc_sla_warn_due_ms(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock,
                            const EscWarnRow *row)
{
    EscClockTime time = esc_sla_time(engine, ticket, clock);
    return esc_clock_time_reaches_ms(
        &time, esc_moment_ms(ticket->sla[clock].goal_ms, row->percent, row->before_ms));
}

/* One that was past when the clock was computed is not told; one that is late only because nobody was there is. */
static bool is_to_come(const EscEngine *engine, const EscTicket *ticket, uint32_t index,
                       int64_t due_ms)
{
    const EscTimerNode *timer = esc_timer_find(ticket->timers, ESC_TIMER_SLA_WARN, index);
    return due_ms > engine->now_ms || (timer != NULL && timer->due_ms == due_ms);
}

/* A clock that runs has a row. */
static void warn_timers(EscEngine *engine, EscTicket *ticket, EscSlaClock clock,
                        const EscSlaClockRow *row)
{
    const EscSlaState *state = &ticket->sla[clock];
    bool runs = esc_clock_runs(ticket, clock) && state->state == ESC_CLOCK_RUNNING;
    for (uint32_t i = 0; i < ESC_CLOCK_WARNS_MAX; i++) {
        uint32_t index = (uint32_t)clock * ESC_CLOCK_WARNS_MAX + i;
        const EscWarnRow *warn = runs && i < row->warns_count
                                     ? &engine->schema.current->program->warns[row->warns_first + i]
                                     : NULL;
        int64_t due_ms = warn == NULL || is_told(state, warn_mark(warn))
                             ? INT64_MIN
                             : esc_sla_warn_due_ms(engine, ticket, clock, warn);
        if (due_ms != INT64_MIN && is_to_come(engine, ticket, index, due_ms))
            timer_ensure(engine, ticket, ESC_TIMER_SLA_WARN, index, due_ms);
        else
            esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_SLA_WARN, index);
    }
}

/* How much of the goal has gone by then; whole, and never all of it. */
static uint32_t warn_percent(const EscSlaState *state, const EscWarnRow *row)
{
    if (row->percent > 0)
        return row->percent;
    return (uint32_t)((state->goal_ms - row->before_ms) * 100 / state->goal_ms);
}

static EscText warn_words(EscEngine *engine, const EscWarnRow *row)
{
    if (row->percent > 0)
        return esc_turn_printf(engine, "%u%% of the time", row->percent);
    EscText left = esc_duration_text(engine, row->before_ms);
    return esc_turn_printf(engine, "all but %.*s of the time", ESC_TEXT_ARG(left));
}

static EscValue clock_value(EscSlaClock clock)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT),
                      .text = esc_text_from(esc_clock_name(clock))};
}

void esc_sla_warn_fire(EscEngine *engine, EscTicket *ticket, uint32_t index)
{
    EscSlaClock clock = (EscSlaClock)(index / ESC_CLOCK_WARNS_MAX);
    uint32_t number = index % ESC_CLOCK_WARNS_MAX;
    if (clock >= ESC_SLA_CLOCK_COUNT || !esc_clock_runs(ticket, clock))
        return;
    const EscSlaClockRow *row = esc_sla_clock(engine, esc_sla_level(engine, ticket), clock);
    if (row == NULL || number >= row->warns_count)
        return;
    const EscWarnRow *warn = &engine->schema.current->program->warns[row->warns_first + number];
    EscSlaState *state = &ticket->sla[clock];
    if (is_told(state, warn_mark(warn)))
        return;
    told_add(state, warn_mark(warn)); /* the timer, which has fired, makes the ticket dirty */
    uint32_t percent = warn_percent(state, warn);
    EscText words = warn_words(engine, warn);
    const char *name = esc_clock_name(clock);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_SLA_WARNING,
                     esc_audit_data(engine, "clock", esc_text_from(name), "percent",
                                    esc_turn_printf(engine, "%u", percent), NULL),
                     "%.*s to %s of %.*s has gone", ESC_TEXT_ARG(words), name,
                     ESC_TEXT_ARG(ticket->sla_name));
    EscValue fields[2] = {clock_value(clock),
                          {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = percent}};
    esc_event_ask(engine, ticket, ESC_EVENT_SLA_WARNING, fields, 2);
}

/* --- due -------------------------------------------------------------------------------------- */

void esc_sla_due_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    if (state->state != ESC_CLOCK_RUNNING || !esc_clock_runs(ticket, clock))
        return;
    bool was_told = state->is_told;
    state->state = ESC_CLOCK_BREACHED; /* its timer, which has fired, makes the ticket dirty */
    state->is_told = true;
    if (was_told)
        return;
    esc_audit_ticket(engine, ticket, ESC_AUDIT_SLA_BREACHED,
                     esc_audit_data(engine, "clock", esc_text_from(esc_clock_name(clock)), NULL),
                     "the time to %s of %.*s is over", esc_clock_name(clock),
                     ESC_TEXT_ARG(ticket->sla_name));
    EscValue field = clock_value(clock);
    esc_event_ask(engine, ticket, ESC_EVENT_SLA_BREACHED, &field, 1);
}

void esc_sla_timers_set(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    const EscSlaState *state = &ticket->sla[clock];
    if (esc_clock_runs(ticket, clock) && state->state == ESC_CLOCK_RUNNING)
        timer_ensure(engine, ticket, ESC_TIMER_SLA_DUE, clock, state->due_ms);
    else
        esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_SLA_DUE, clock);
    overdue_timer(engine, ticket, clock);
    warn_timers(engine, ticket, clock, esc_sla_clock(engine, esc_sla_level(engine, ticket), clock));
}
