/* sla.c - service levels: two clocks a ticket, respond and resolve, by the first level whose condition holds.
 *
 * Clocks run from the ticket's creation. When its fields change so that another level holds, they are computed anew,
 * with what was used so far. The clock to respond ends with an acknowledgement or the resolution; the clock to resolve
 * stands while the ticket is resolved, and goes on when it is reopened. A breach is told once.
 * A warning or a breach is an event of the ticket like any other; it is asked for here and heard in flow/events.c. */
#include <engine/duty.h>

#include <string.h>

static const EscSlaRow *level_of(EscEngine *engine, const EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->slas_count; i++) {
        if (esc_text_equal(program->texts[program->slas[i].name], ticket->sla_name))
            return &program->slas[i];
    }
    return NULL;
}

static const EscSlaRow *level_match(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->slas_count; i++) {
        const EscSlaRow *row = &program->slas[i];
        if (row->cond == 0)
            return row;
        EscWorld world = {.engine = engine,
                          .ticket = ticket,
                          .bundle = engine->schema.current,
                          .function = row->cond - 1};
        if (esc_cond_holds(&world, NULL))
            return row;
    }
    return NULL;
}

static int64_t clock_length(const EscSlaRow *row, EscSlaClock clock, uint32_t *calendar)
{
    *calendar = clock == ESC_SLA_CLOCK_RESPOND ? row->respond_calendar : row->resolve_calendar;
    return clock == ESC_SLA_CLOCK_RESPOND ? row->respond_ms : row->resolve_ms;
}

/* The instant at which so much of a clock's time has gone. */
static int64_t clock_reaches(EscEngine *engine, const EscTicket *ticket, EscSlaClock clock,
                             uint32_t calendar, int64_t length_ms)
{
    const EscProgram *program = engine->schema.current->program;
    int64_t from_ms = ticket->created_at_ms + ticket->sla[clock].moved_ms;
    if (clock != ESC_SLA_CLOCK_RESOLVE)
        return esc_calendar_due_ms(program, engine->zones, calendar, from_ms, length_ms);
    from_ms += ticket->pauses_old_ms;
    for (size_t i = 0; i < ticket->pauses_count; i++) {
        const EscPause *pause = &ticket->pauses[i];
        int64_t used_ms =
            esc_calendar_open_ms(program, engine->zones, calendar, from_ms, pause->from_ms);
        if (used_ms >= length_ms)
            break; /* it was over before the ticket was resolved */
        length_ms -= used_ms;
        from_ms = pause->to_ms;
    }
    return esc_calendar_due_ms(program, engine->zones, calendar, from_ms, length_ms);
}

static void pause_add(EscTicket *ticket, EscPause pause)
{
    if (ticket->pauses_count == ESC_PAUSES_MAX) {
        ticket->pauses_old_ms += ticket->pauses[0].to_ms - ticket->pauses[0].from_ms;
        memmove(ticket->pauses, ticket->pauses + 1,
                --ticket->pauses_count * sizeof ticket->pauses[0]);
    }
    ESC_ENGINE_GROW(ticket->pauses, ticket->pauses_count, ticket->pauses_capacity);
    ticket->pauses[ticket->pauses_count++] = pause;
}

/* Puts a timer unless it stands as it should: reading the levels again must not write rows. */
static void timer_ensure(EscEngine *engine, EscTicket *ticket, EscTimer kind, uint32_t index,
                         int64_t due_ms)
{
    const EscTimerNode *timer = esc_timer_find(ticket->timers, kind, index);
    if (timer == NULL || timer->due_ms != due_ms)
        esc_timer_put(engine, NULL, ticket, kind, index, due_ms);
}

/* --- timers of a clock ------------------------------------------------------------------------ */

/* When the next overdue time is reached that some trigger waits for; `none` when none does. */
static int64_t overdue_due_ms(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock,
                              int64_t none)
{
    const EscSlaState *state = &ticket->sla[clock];
    for (uint32_t i = 0; i < engine->schema.overdues_count[clock]; i++) {
        int64_t overdue_ms = engine->schema.overdues[clock][i];
        if (overdue_ms > state->overdue_done_ms)
            return esc_clock_late_since_ms(ticket, clock) + overdue_ms;
    }
    return none;
}

static void overdue_timer(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    int64_t due_ms = overdue_due_ms(engine, ticket, clock, INT64_MAX);
    if (due_ms == INT64_MAX)
        esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_SLA_OVERDUE, clock);
    else
        timer_ensure(engine, ticket, ESC_TIMER_SLA_OVERDUE, clock, due_ms);
}

static void timers_put(EscEngine *engine, EscTicket *ticket, const EscSlaRow *row,
                       EscSlaClock clock)
{
    const EscProgram *program = engine->schema.current->program;
    const EscSlaState *state = &ticket->sla[clock];
    if (state->state == ESC_CLOCK_RUNNING)
        timer_ensure(engine, ticket, ESC_TIMER_SLA_DUE, clock, state->due_ms);
    overdue_timer(engine, ticket, clock);
    uint32_t calendar = 0;
    int64_t length_ms = clock_length(row, clock, &calendar);
    for (uint32_t i = 0; i < row->warns_count; i++) {
        const EscWarnRow *warn = &program->warns[row->warns_first + i];
        if (warn->clock != (uint32_t)clock)
            continue;
        int64_t due_ms =
            clock_reaches(engine, ticket, clock, calendar, length_ms / 100 * warn->percent);
        if (due_ms > engine->now_ms)
            timer_ensure(engine, ticket, ESC_TIMER_SLA_WARN, i, due_ms);
    }
}

static void timers_stop(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    const EscProgram *program = engine->schema.current->program;
    esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_SLA_DUE, clock);
    esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_SLA_OVERDUE, clock);
    const EscSlaRow *row = level_of(engine, ticket);
    for (uint32_t i = 0; row != NULL && i < row->warns_count; i++) {
        if (program->warns[row->warns_first + i].clock == (uint32_t)clock)
            esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_SLA_WARN, i);
    }
}

/* --- which level ------------------------------------------------------------------------------ */

static void level_leave(EscEngine *engine, EscTicket *ticket)
{
    esc_timer_cancel_kind(engine, NULL, ticket, ESC_TIMER_SLA_DUE);
    esc_timer_cancel_kind(engine, NULL, ticket, ESC_TIMER_SLA_OVERDUE);
    esc_timer_cancel_kind(engine, NULL, ticket, ESC_TIMER_SLA_WARN);
}

/* What was late by more than it is now may fire again; what it was late by all the time may not. */
static void overdue_again(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    int64_t late_ms = engine->now_ms - esc_clock_late_since_ms(ticket, clock);
    if (late_ms < 0)
        state->overdue_done_ms = -1;
    else if (late_ms < state->overdue_done_ms)
        state->overdue_done_ms = late_ms;
}

static void clock_start(EscEngine *engine, EscTicket *ticket, const EscSlaRow *row,
                        EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    uint32_t calendar = 0;
    int64_t length_ms = clock_length(row, clock, &calendar);
    if (length_ms == 0) {
        *state = (EscSlaState){
            .is_met = state->is_met, .is_told = state->is_told, .overdue_done_ms = -1};
        return;
    }
    int64_t due_before_ms = state->due_ms;
    state->is_kept = false;
    state->moved_ms = 0; /* of the calendar before */
    state->due_ms = clock_reaches(engine, ticket, clock, calendar, length_ms);
    /* A breach that was told is not told again because the level changed. */
    bool stays_over = state->is_told && state->state == ESC_CLOCK_BREACHED && state->is_met;
    bool is_over = state->is_told && !state->is_met && state->due_ms <= engine->now_ms;
    if (!stays_over)
        state->state = state->is_met ? ESC_CLOCK_MET
                       : is_over     ? ESC_CLOCK_BREACHED
                                     : ESC_CLOCK_RUNNING;
    if (state->due_ms != due_before_ms)
        overdue_again(engine, ticket, clock);
    if (!state->is_met)
        timers_put(engine, ticket, row, clock);
}

static void level_enter(EscEngine *engine, EscTicket *ticket, const EscSlaRow *row)
{
    level_leave(engine, ticket);
    ticket->sla_name =
        row == NULL ? (EscText){0}
                    : esc_engine_intern(engine, engine->schema.current->program->texts[row->name]);
    esc_ticket_dirty(engine, ticket);
    if (row == NULL) {
        for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
            ticket->sla[i] = (EscSlaState){.is_met = ticket->sla[i].is_met,
                                           .is_told = ticket->sla[i].is_told,
                                           .overdue_done_ms = -1};
        return;
    }
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        clock_start(engine, ticket, row, (EscSlaClock)i);
    EscText until[ESC_SLA_CLOCK_COUNT];
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        until[i] = ticket->sla[i].state == ESC_CLOCK_NONE
                       ? (EscText){0}
                       : esc_local_time(engine, ticket->sla[i].due_ms);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_SLA_STARTED,
                     esc_audit_data(engine, "sla", ticket->sla_name, "respond", until[0], "resolve",
                                    until[1], NULL),
                     "the service level %.*s applies%s%.*s%s%.*s", ESC_TEXT_ARG(ticket->sla_name),
                     esc_words_with(until[0], ": respond by "), ESC_TEXT_ARG(until[0]),
                     esc_words_with(until[1], ", resolve by "), ESC_TEXT_ARG(until[1]));
}

static void clock_met(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    if (state->is_met)
        return;
    state->is_met = true;
    esc_ticket_dirty(engine, ticket);
    timers_stop(engine, ticket, clock);
    if (state->state == ESC_CLOCK_NONE)
        return;
    bool is_late = state->state == ESC_CLOCK_BREACHED;
    if (!is_late)
        state->state = ESC_CLOCK_MET;
    esc_audit_ticket(engine, ticket, ESC_AUDIT_SLA_MET,
                     esc_audit_data(engine, "clock", esc_text_from(esc_clock_name(clock)), NULL),
                     "the %s clock of %.*s stopped %s", esc_clock_name(clock),
                     ESC_TEXT_ARG(ticket->sla_name), is_late ? "after its breach" : "in time");
}

/* A reopened ticket goes on with its old resolve clock. */
static void clock_reopen(EscEngine *engine, EscTicket *ticket)
{
    EscSlaState *state = &ticket->sla[ESC_SLA_CLOCK_RESOLVE];
    if (!state->is_met)
        return;
    state->is_met = false;
    esc_ticket_dirty(engine, ticket);
    const EscSlaRow *row = level_of(engine, ticket);
    if (row == NULL || state->state == ESC_CLOCK_NONE)
        return;
    if (state->state == ESC_CLOCK_MET) {
        uint32_t calendar = 0;
        int64_t length_ms = clock_length(row, ESC_SLA_CLOCK_RESOLVE, &calendar);
        state->is_kept = false;
        state->due_ms = clock_reaches(engine, ticket, ESC_SLA_CLOCK_RESOLVE, calendar, length_ms);
        state->state = ESC_CLOCK_RUNNING;
        EscText until = esc_local_time(engine, state->due_ms);
        esc_audit_ticket(engine, ticket, ESC_AUDIT_SLA_RESUMED,
                         esc_audit_data(engine, "sla", ticket->sla_name, "resolve", until, NULL),
                         "the resolve clock of %.*s goes on: resolve by %.*s",
                         ESC_TEXT_ARG(ticket->sla_name), ESC_TEXT_ARG(until));
    }
    timers_put(engine, ticket, row, ESC_SLA_CLOCK_RESOLVE);
}

static void resolution_note(EscEngine *engine, EscTicket *ticket, bool is_resolved)
{
    if (is_resolved == (ticket->resolved_at_ms != 0))
        return;
    if (!is_resolved)
        pause_add(ticket, (EscPause){ticket->resolved_at_ms, engine->now_ms});
    ticket->resolved_at_ms = is_resolved ? engine->now_ms : 0;
    esc_ticket_dirty(engine, ticket);
}

void esc_sla_review(EscEngine *engine, EscTicket *ticket)
{
    if (ticket->is_linked)
        return;
    bool is_resolved = esc_ticket_is_resolved(engine, ticket);
    resolution_note(engine, ticket, is_resolved);
    const EscSlaRow *row = level_match(engine, ticket);
    EscText name = row == NULL ? (EscText){0} : engine->schema.current->program->texts[row->name];
    if (!esc_text_equal(name, ticket->sla_name))
        level_enter(engine, ticket, row);
    if (is_resolved) {
        clock_met(engine, ticket, ESC_SLA_CLOCK_RESPOND);
        clock_met(engine, ticket, ESC_SLA_CLOCK_RESOLVE);
    } else {
        clock_reopen(engine, ticket);
    }
}

static bool level_stands(EscEngine *engine, const EscTicket *ticket, const EscSlaRow *row)
{
    EscText name = row == NULL ? (EscText){0} : engine->schema.current->program->texts[row->name];
    if (!esc_text_equal(name, ticket->sla_name))
        return false;
    for (uint32_t i = 0; row != NULL && i < ESC_SLA_CLOCK_COUNT; i++) {
        uint32_t calendar = 0;
        int64_t length_ms = clock_length(row, (EscSlaClock)i, &calendar);
        int64_t due_ms =
            length_ms == 0 ? 0 : clock_reaches(engine, ticket, (EscSlaClock)i, calendar, length_ms);
        /* What was met in time says nothing more, until it is reopened and counted anew. */
        bool is_kept =
            calendar != 0 && (ticket->sla[i].is_kept || ticket->sla[i].state == ESC_CLOCK_MET);
        if (due_ms != ticket->sla[i].due_ms && !is_kept)
            return false;
    }
    return true;
}

void esc_sla_rebuild(EscEngine *engine, EscTicket *ticket)
{
    if (ticket->is_linked)
        return;
    const EscSlaRow *row = level_match(engine, ticket);
    if (!level_stands(engine, ticket, row)) {
        level_enter(engine, ticket, row);
        return;
    }
    for (uint32_t i = 0; row != NULL && i < ESC_SLA_CLOCK_COUNT; i++) {
        if (ticket->sla[i].state != ESC_CLOCK_NONE && !ticket->sla[i].is_met)
            timers_put(engine, ticket, row, (EscSlaClock)i);
    }
}

void esc_sla_respond_met(EscEngine *engine, EscTicket *ticket)
{
    clock_met(engine, ticket, ESC_SLA_CLOCK_RESPOND);
}

/* --- what fires ------------------------------------------------------------------------------- */

static EscValue clock_value(EscSlaClock clock)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT),
                      .text = esc_text_from(esc_clock_name(clock))};
}

void esc_sla_due_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    if (state->state != ESC_CLOCK_RUNNING)
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

void esc_sla_warn_fire(EscEngine *engine, EscTicket *ticket, uint32_t warn)
{
    const EscProgram *program = engine->schema.current->program;
    const EscSlaRow *level = level_of(engine, ticket);
    if (level == NULL || warn >= level->warns_count)
        return;
    const EscWarnRow *row = &program->warns[level->warns_first + warn];
    EscText percent = esc_turn_printf(engine, "%u", row->percent);
    const char *clock = esc_clock_name((EscSlaClock)row->clock);
    esc_audit_ticket(
        engine, ticket, ESC_AUDIT_SLA_WARNING,
        esc_audit_data(engine, "clock", esc_text_from(clock), "percent", percent, NULL),
        "%u%% of the time to %s of %.*s has gone", row->percent, clock,
        ESC_TEXT_ARG(ticket->sla_name));
    EscValue fields[2] = {clock_value((EscSlaClock)row->clock),
                          {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = row->percent}};
    esc_event_ask(engine, ticket, ESC_EVENT_SLA_WARNING, fields, 2);
}

void esc_sla_overdue_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    if (state->state == ESC_CLOCK_NONE || state->is_met)
        return;
    int64_t from_ms = state->overdue_done_ms,
            to_ms = engine->now_ms - esc_clock_late_since_ms(ticket, clock);
    state->overdue_done_ms = to_ms;
    overdue_timer(engine, ticket, clock);
    esc_overdue_ask(engine, ticket, clock, from_ms, to_ms);
}

/* --- the clock is corrected ------------------------------------------------------------------- */

/* A clock that is late already stays late by as much: what it would have been by the calendar is over. */
static void running_move(EscEngine *engine, EscTicket *ticket, const EscMove *move,
                         EscSlaClock clock, uint32_t calendar)
{
    const EscProgram *program = engine->schema.current->program;
    EscSlaState *state = &ticket->sla[clock];
    int64_t due_before_ms = state->due_ms - esc_move_by(move),
            since_ms = ticket->created_at_ms - esc_move_by(move) + state->moved_ms;
    if (due_before_ms <= move->from_ms) {
        state->is_kept = true;
        return;
    }
    state->due_ms = esc_move_due(engine, program, move, calendar, due_before_ms);
    if (clock == ESC_SLA_CLOCK_RESOLVE && ticket->pauses_count > 0)
        state->is_kept = true; /* no one beginning gives all its parts */
    if (!state->is_kept)
        state->moved_ms =
            esc_move_since(engine, program, move, calendar, since_ms) - ticket->created_at_ms;
}

void esc_sla_move(EscEngine *engine, EscTicket *ticket, const EscMove *move)
{
    const EscSlaRow *row = level_of(engine, ticket);
    for (uint32_t i = 0; row != NULL && i < ESC_SLA_CLOCK_COUNT; i++) {
        uint32_t calendar = 0;
        (void)clock_length(row, (EscSlaClock)i, &calendar);
        if (calendar != 0 && ticket->sla[i].state == ESC_CLOCK_RUNNING)
            running_move(engine, ticket, move, (EscSlaClock)i, calendar);
    }
}

int64_t esc_sla_timer_moved(EscEngine *engine, const EscTicket *ticket, const EscMove *move,
                            EscTimer kind, uint32_t index, int64_t due_ms)
{
    int64_t elapsed_ms = due_ms + esc_move_by(move);
    const EscSlaRow *row = level_of(engine, ticket);
    if (row == NULL)
        return elapsed_ms;
    if (kind == ESC_TIMER_SLA_OVERDUE)
        return overdue_due_ms(engine, ticket, (EscSlaClock)index, elapsed_ms);
    if (kind == ESC_TIMER_SLA_DUE)
        return ticket->sla[index].due_ms;
    if (index >= row->warns_count)
        return elapsed_ms;
    const EscProgram *program = engine->schema.current->program;
    uint32_t calendar = 0;
    (void)clock_length(row, (EscSlaClock)program->warns[row->warns_first + index].clock, &calendar);
    return esc_move_due(engine, program, move, calendar, due_ms);
}
