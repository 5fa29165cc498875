/* sla.c - service levels: what becomes of a ticket's clocks at its events.
 *
 * The first level whose condition holds is the ticket's. `respond` and `resolve` begin with the ticket, `update` with the
 * oldest message that nobody has answered. Each change of level, or of the time that a table promises, computes a clock
 * anew from its beginning. `respond` ends for good with an acknowledgement, an event that meets it, or the resolution;
 * `resolve` stands while the ticket is resolved or its level pauses, and a reopening lets it go on or begin anew; `update`
 * ends with an answer or the resolution. What a clock says of time is clock_time.c's, its timers are sla_timers.c's. */
#include "sla_internal.h"

/* Turns of one pause that are caught up with: two a day for longer than a deadline may be. */
#define PAUSE_TURNS_MAX 1024u

/* What one look at a ticket goes by. */
typedef struct Look {
    EscEngine *engine;
    EscTicket *ticket;
    const EscSlaRow *level; /* NULL: none */
    bool is_anew;           /* calendars may say something else than before */
    bool is_resolved;
    bool has_changed;                     /* of the level or of what it promises */
    bool is_touched[ESC_SLA_CLOCK_COUNT]; /* its timers are to be set */
} Look;

static bool is_waited_for(const EscTicket *ticket, EscSlaClock clock)
{
    return clock != ESC_SLA_CLOCK_UPDATE || ticket->sla[clock].origin_ms != 0;
}

/* --- computing -------------------------------------------------------------------------------- */

/* What was late by more than it is now may fire again; what it was late by all the time may not. */
static void overdue_again(const EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    int64_t late_ms = engine->now_ms - esc_clock_late_since_ms(ticket, clock);
    if (late_ms < 0)
        state->overdue_done_ms = ESC_NONE_OVERDUE_MS;
    else if (late_ms < state->overdue_done_ms)
        state->overdue_done_ms = late_ms;
}

static EscClockState state_of(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock)
{
    const EscSlaState *state = &ticket->sla[clock];
    if (state->is_met && clock != ESC_SLA_CLOCK_RESOLVE)
        return state->state == ESC_CLOCK_BREACHED ? ESC_CLOCK_BREACHED : ESC_CLOCK_MET;
    int64_t at_ms = esc_clock_stands(ticket, clock) ? ticket->stands_since_ms : engine->now_ms;
    if (state->is_told && state->due_ms <= at_ms)
        return ESC_CLOCK_BREACHED; /* told once, whatever becomes of the level */
    return state->is_met ? ESC_CLOCK_MET : ESC_CLOCK_RUNNING;
}

/* The time of the goal from the clock's beginning on, without what it stood. */
static void clock_compute(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    int64_t due_before_ms = state->due_ms;
    state->is_kept = false;
    esc_ticket_dirty(engine, ticket);
    if (state->goal_ms == 0 || !is_waited_for(ticket, clock)) {
        state->state = ESC_CLOCK_NONE;
        state->due_ms = 0;
        state->overdue_done_ms = ESC_NONE_OVERDUE_MS;
        return;
    }
    EscClockTime time = esc_sla_time(engine, ticket, clock);
    state->due_ms = esc_clock_time_reaches_ms(&time, state->goal_ms);
    state->state = state_of(engine, ticket, clock);
    if (state->due_ms != due_before_ms)
        overdue_again(engine, ticket, clock);
}

/* --- level and goals -------------------------------------------------------------------------- */

static EscText level_name(const EscEngine *engine, const EscSlaRow *level)
{
    return level == NULL ? (EscText){0} : engine->schema.current->program->texts[level->name];
}

static EscText calendar_name(EscEngine *engine, const EscGoalRow *goal)
{
    const EscProgram *program = engine->schema.current->program;
    return goal->ms == 0 || goal->calendar == 0
               ? (EscText){0}
               : program->texts[program->calendars[goal->calendar - 1].name];
}

/* What was met in time says nothing more, until it is reopened and counted anew. */
static bool stays_as_it_is(const EscSlaState *state)
{
    return state->calendar.size > 0 && (state->is_kept || state->state == ESC_CLOCK_MET);
}

/* Whether the same goal still ends at the same instant. */
static bool due_stands(const Look *look, EscSlaClock clock)
{
    const EscSlaState *state = &look->ticket->sla[clock];
    if (!look->is_anew || state->state == ESC_CLOCK_NONE || stays_as_it_is(state))
        return true;
    EscClockTime time = esc_sla_time(look->engine, look->ticket, clock);
    return esc_clock_time_reaches_ms(&time, state->goal_ms) == state->due_ms;
}

static void goal_take(Look *look, EscSlaClock clock)
{
    EscEngine *engine = look->engine;
    EscTicket *ticket = look->ticket;
    EscSlaState *state = &ticket->sla[clock];
    EscGoalRow goal = esc_sla_goal(engine, ticket, esc_sla_clock(engine, look->level, clock));
    EscText calendar = calendar_name(engine, &goal);
    look->is_touched[clock] = look->is_touched[clock] || look->is_anew;
    bool is_same = goal.ms == state->goal_ms && esc_text_equal(calendar, state->calendar);
    if (is_same && due_stands(look, clock))
        return;
    if (!esc_text_equal(calendar, state->calendar))
        state->moved_ms = clock == ESC_SLA_CLOCK_RESOLVE ? ticket->pauses_old_ms : 0;
    state->goal_ms = goal.ms;
    state->calendar = esc_engine_intern(engine, calendar);
    look->has_changed = look->has_changed || is_waited_for(ticket, clock);
    look->is_touched[clock] = true;
    clock_compute(engine, ticket, clock);
}

static EscText until_text(const Look *look, EscSlaClock clock)
{
    return esc_clock_has_due(look->ticket, clock)
               ? esc_local_time(look->engine, look->ticket->sla[clock].due_ms)
               : (EscText){0};
}

static void level_tell(const Look *look)
{
    static const char *const words[] = {"respond", "resolve", "answer"};
    EscText until[ESC_SLA_CLOCK_COUNT], name = look->ticket->sla_name;
    EscBuf times = esc_turn_buf();
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++) {
        until[i] = until_text(look, (EscSlaClock)i);
        if (until[i].size > 0)
            esc_buf_printf(&times, "%s%s by %.*s", times.size == 0 ? ": " : ", ", words[i],
                           ESC_TEXT_ARG(until[i]));
    }
    EscText by = esc_turn_take(look->engine, &times);
    esc_audit_ticket(look->engine, look->ticket, ESC_AUDIT_SLA_STARTED,
                     esc_audit_data(look->engine, "sla", name, "respond", until[0], "resolve",
                                    until[1], "update", until[2], NULL),
                     "the service level %.*s applies%.*s", ESC_TEXT_ARG(name), ESC_TEXT_ARG(by));
}

static void level_take(Look *look)
{
    EscEngine *engine = look->engine;
    EscTicket *ticket = look->ticket;
    EscText name = level_name(engine, look->level);
    if (!esc_text_equal(name, ticket->sla_name)) {
        ticket->sla_name = esc_engine_intern(engine, name);
        look->has_changed = true;
        for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
            look->is_touched[i] = true; /* it has warnings of its own */
        esc_ticket_dirty(engine, ticket);
    }
    if (esc_sla_clock(engine, look->level, ESC_SLA_CLOCK_UPDATE) == NULL)
        ticket->sla[ESC_SLA_CLOCK_UPDATE].origin_ms = 0; /* nobody would hear of an answer */
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        goal_take(look, (EscSlaClock)i);
    if (look->has_changed && look->level != NULL)
        level_tell(look);
}

/* --- respond and update ----------------------------------------------------------------------- */

static void met_tell(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    bool is_late = ticket->sla[clock].state == ESC_CLOCK_BREACHED;
    esc_audit_ticket(engine, ticket, ESC_AUDIT_SLA_MET,
                     esc_audit_data(engine, "clock", esc_text_from(esc_clock_name(clock)), NULL),
                     "the %s clock of %.*s stopped %s", esc_clock_name(clock),
                     ESC_TEXT_ARG(ticket->sla_name), is_late ? "after its breach" : "in time");
}

/* `respond` is met for good, `update` until the next message. */
static void clock_met(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    EscSlaState *state = &ticket->sla[clock];
    if (state->is_met)
        return;
    state->is_met = true;
    esc_ticket_dirty(engine, ticket);
    if (state->state == ESC_CLOCK_NONE)
        return;
    if (state->state == ESC_CLOCK_RUNNING)
        state->state = ESC_CLOCK_MET;
    met_tell(engine, ticket, clock);
    esc_sla_timers_set(engine, ticket, clock);
}

void esc_sla_respond_met(EscEngine *engine, EscTicket *ticket)
{
    clock_met(engine, ticket, ESC_SLA_CLOCK_RESPOND);
}

static void update_stop(EscEngine *engine, EscTicket *ticket)
{
    if (ticket->sla[ESC_SLA_CLOCK_UPDATE].origin_ms == 0)
        return;
    clock_met(engine, ticket, ESC_SLA_CLOCK_UPDATE);
    ticket->sla[ESC_SLA_CLOCK_UPDATE].origin_ms = 0;
}

static void begun_tell(EscEngine *engine, EscTicket *ticket, EscSlaClock clock)
{
    if (ticket->sla[clock].state != ESC_CLOCK_RUNNING || !esc_clock_has_due(ticket, clock))
        return;
    EscText until = esc_local_time(engine, ticket->sla[clock].due_ms);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_SLA_BEGUN,
                     esc_audit_data(engine, "sla", ticket->sla_name, "clock",
                                    esc_text_from(esc_clock_name(clock)), "due", until, NULL),
                     "the %s clock of %.*s begins: %s by %.*s", esc_clock_name(clock),
                     ESC_TEXT_ARG(ticket->sla_name),
                     clock == ESC_SLA_CLOCK_UPDATE ? "answer" : "resolve", ESC_TEXT_ARG(until));
}

static void update_start(EscEngine *engine, EscTicket *ticket)
{
    if (ticket->sla[ESC_SLA_CLOCK_UPDATE].origin_ms != 0)
        return; /* the oldest message counts */
    esc_sla_begin(engine, ticket, ESC_SLA_CLOCK_UPDATE);
    clock_compute(engine, ticket, ESC_SLA_CLOCK_UPDATE);
    begun_tell(engine, ticket, ESC_SLA_CLOCK_UPDATE);
    esc_sla_timers_set(engine, ticket, ESC_SLA_CLOCK_UPDATE);
}

static bool is_among(const EscEngine *engine, uint32_t first, uint32_t count, uint32_t event)
{
    const EscClockEventRow *events = engine->schema.current->program->clock_events;
    for (uint32_t i = first; i < first + count; i++)
        if (events[i].event == event)
            return true;
    return false;
}

/* The event at hand may meet a clock, and begin that of messages; what does both ends one and begins the next. */
static void event_hear(const Look *look, uint32_t event)
{
    EscEngine *engine = look->engine;
    const EscSlaClockRow *respond = esc_sla_clock(engine, look->level, ESC_SLA_CLOCK_RESPOND),
                         *update = esc_sla_clock(engine, look->level, ESC_SLA_CLOCK_UPDATE);
    if (respond != NULL && is_among(engine, respond->met_first, respond->met_count, event))
        clock_met(engine, look->ticket, ESC_SLA_CLOCK_RESPOND);
    if (update == NULL)
        return;
    if (is_among(engine, update->met_first, update->met_count, event))
        update_stop(engine, look->ticket);
    if (!look->is_resolved && is_among(engine, update->since_first, update->since_count, event))
        update_start(engine, look->ticket);
}

/* --- resolve ---------------------------------------------------------------------------------- */

static EscWorld pause_world(EscEngine *engine, EscTicket *ticket, const EscSlaRow *level,
                            int64_t at_ms)
{
    return (EscWorld){.engine = engine,
                      .ticket = ticket,
                      .bundle = engine->schema.current,
                      .function = level->pause - 1,
                      .at_ms = at_ms,
                      .hours_ms = at_ms};
}

static bool is_paused(const Look *look)
{
    if (look->level == NULL || look->level->pause == 0)
        return false;
    EscWorld world = pause_world(look->engine, look->ticket, look->level, look->engine->now_ms);
    return esc_cond_holds(&world, NULL);
}

/* What time alone turned while nobody looked: the hours of a night when the daemon was down count as they would have. The
 * ticket is as it was before the event at hand. False: nothing did. */
static bool standing_catch_up(EscEngine *engine, EscTicket *ticket, int64_t since_ms)
{
    const EscSlaRow *level = esc_sla_level(engine, ticket);
    bool has_turned = false;
    if (level == NULL || level->pause == 0 || ticket->sla[ESC_SLA_CLOCK_RESOLVE].is_met)
        return false;
    int64_t at_ms = since_ms;
    for (uint32_t i = 0; i < PAUSE_TURNS_MAX && at_ms < engine->now_ms; i++) {
        EscWorld world = pause_world(engine, ticket, level, at_ms);
        world.is_before = true;
        bool stands = esc_cond_holds(&world, NULL);
        has_turned = has_turned || stands != (ticket->stands_since_ms != 0);
        esc_sla_stand(engine, ticket, stands, at_ms);
        at_ms = esc_function_turns_ms(&world, level->pause - 1);
    }
    return has_turned;
}

static void resume_tell(const Look *look)
{
    EscTicket *ticket = look->ticket;
    if (ticket->sla[ESC_SLA_CLOCK_RESOLVE].state != ESC_CLOCK_RUNNING)
        return; /* it stays late */
    EscText until = until_text(look, ESC_SLA_CLOCK_RESOLVE);
    esc_audit_ticket(look->engine, ticket, ESC_AUDIT_SLA_RESUMED,
                     esc_audit_data(look->engine, "sla", ticket->sla_name, "resolve", until, NULL),
                     "the resolve clock of %.*s goes on: resolve by %.*s",
                     ESC_TEXT_ARG(ticket->sla_name), ESC_TEXT_ARG(until));
}

static void pause_tell(const Look *look)
{
    EscTicket *ticket = look->ticket;
    const EscSlaState *state = &ticket->sla[ESC_SLA_CLOCK_RESOLVE];
    if (state->state != ESC_CLOCK_RUNNING)
        return;
    EscClockTime time = esc_sla_time(look->engine, ticket, ESC_SLA_CLOCK_RESOLVE);
    int64_t left_ms = state->goal_ms - esc_clock_time_used_ms(&time, ticket->stands_since_ms);
    EscText left = esc_duration_text(look->engine, left_ms < 0 ? 0 : left_ms);
    esc_audit_ticket(look->engine, ticket, ESC_AUDIT_SLA_PAUSED,
                     esc_audit_data(look->engine, "sla", ticket->sla_name, "left", left, NULL),
                     "the resolve clock of %.*s stands, with %.*s left",
                     ESC_TEXT_ARG(ticket->sla_name), ESC_TEXT_ARG(left));
}

/* What is late already stays as late as it was; what runs is due later by what it stood. */
static void resolve_go_on(const Look *look)
{
    EscSlaState *state = &look->ticket->sla[ESC_SLA_CLOCK_RESOLVE];
    if (state->state == ESC_CLOCK_MET)
        state->state = ESC_CLOCK_RUNNING;
    if (state->state == ESC_CLOCK_RUNNING)
        clock_compute(look->engine, look->ticket, ESC_SLA_CLOCK_RESOLVE);
    resume_tell(look);
}

static void resolve_restart(const Look *look)
{
    esc_sla_begin(look->engine, look->ticket, ESC_SLA_CLOCK_RESOLVE);
    clock_compute(look->engine, look->ticket, ESC_SLA_CLOCK_RESOLVE);
    begun_tell(look->engine, look->ticket, ESC_SLA_CLOCK_RESOLVE);
}

static void resolve_met(const Look *look)
{
    EscSlaState *state = &look->ticket->sla[ESC_SLA_CLOCK_RESOLVE];
    if (state->state == ESC_CLOCK_NONE)
        return;
    if (state->state == ESC_CLOCK_RUNNING)
        state->state = ESC_CLOCK_MET;
    met_tell(look->engine, look->ticket, ESC_SLA_CLOCK_RESOLVE);
}

/* Before the level counts: whether the clock stands, so that a change of its goal knows. */
static void standing_note(Look *look)
{
    EscTicket *ticket = look->ticket;
    bool was_paused = ticket->is_paused;
    ticket->is_paused = is_paused(look);
    if (ticket->is_paused != was_paused)
        esc_ticket_dirty(look->engine, ticket);
    esc_sla_stand(look->engine, ticket, look->is_resolved || ticket->is_paused,
                  look->engine->now_ms);
}

/* And behind it: what that means for the clock. */
static void standing_follow(Look *look, bool was_resolved, bool was_standing)
{
    EscTicket *ticket = look->ticket;
    EscSlaState *state = &ticket->sla[ESC_SLA_CLOCK_RESOLVE];
    bool stands = ticket->stands_since_ms != 0;
    state->is_met = look->is_resolved;
    if (look->is_resolved != was_resolved) {
        esc_ticket_dirty(look->engine, ticket);
        look->is_touched[ESC_SLA_CLOCK_RESOLVE] = true;
    }
    look->is_touched[ESC_SLA_CLOCK_RESOLVE] =
        look->is_touched[ESC_SLA_CLOCK_RESOLVE] || stands != was_standing;
    if (look->is_resolved && !was_resolved)
        resolve_met(look);
    else if (was_resolved && !look->is_resolved && look->level != NULL && look->level->is_restarted)
        resolve_restart(look);
    else if (was_standing && !stands)
        resolve_go_on(look);
    else if (was_resolved && !look->is_resolved && state->state == ESC_CLOCK_MET)
        state->state = ESC_CLOCK_RUNNING; /* it stands for the other reason */
    else if (stands && !was_standing)
        pause_tell(look);
}

/* --- one look --------------------------------------------------------------------------------- */

/* `event`: the type at hand; ESC_NONE: there is none. Nobody looked at what time alone turns since `since_ms`. */
static void look_at(EscEngine *engine, EscTicket *ticket, uint32_t event, bool is_anew,
                    int64_t since_ms)
{
    if (ticket->is_linked)
        return;
    if (standing_catch_up(engine, ticket, since_ms) &&
        ticket->sla[ESC_SLA_CLOCK_RESOLVE].state == ESC_CLOCK_RUNNING) {
        clock_compute(engine, ticket, ESC_SLA_CLOCK_RESOLVE);
        esc_sla_timers_set(engine, ticket, ESC_SLA_CLOCK_RESOLVE);
    }
    Look look = {.engine = engine,
                 .ticket = ticket,
                 .level = esc_sla_match(engine, ticket),
                 .is_anew = is_anew,
                 .is_resolved = esc_ticket_is_resolved(engine, ticket)};
    bool was_resolved = ticket->sla[ESC_SLA_CLOCK_RESOLVE].is_met;
    bool was_standing = ticket->stands_since_ms != 0;
    standing_note(&look);
    level_take(&look);
    if (look.is_resolved) {
        clock_met(engine, ticket, ESC_SLA_CLOCK_RESPOND);
        update_stop(engine, ticket);
    }
    standing_follow(&look, was_resolved, was_standing);
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        if (look.is_touched[i])
            esc_sla_timers_set(engine, ticket, (EscSlaClock)i);
    if (event != ESC_NONE && look.level != NULL)
        event_hear(&look, event);
}

void esc_sla_review(EscEngine *engine, EscTicket *ticket)
{
    const EscEvent *event = engine->turn.event;
    const EscTimerNode *timer = esc_timer_find(ticket->timers, ESC_TIMER_CLOCK, 0);
    look_at(engine, ticket, event == NULL ? ESC_NONE : event->type, false,
            timer == NULL ? engine->now_ms : timer->due_ms);
}

void esc_sla_wake(EscEngine *engine, EscTicket *ticket, int64_t since_ms)
{
    look_at(engine, ticket, ESC_NONE, false, since_ms);
}

int64_t esc_sla_turns_ms(EscEngine *engine, EscTicket *ticket)
{
    const EscSlaRow *level = ticket->is_linked ? NULL : esc_sla_level(engine, ticket);
    if (level == NULL || level->pause == 0 || esc_ticket_is_resolved(engine, ticket))
        return INT64_MAX;
    EscWorld world = pause_world(engine, ticket, level, engine->now_ms);
    return esc_function_turns_ms(&world, level->pause - 1);
}

void esc_sla_rebuild(EscEngine *engine, EscTicket *ticket)
{
    look_at(engine, ticket, ESC_NONE, true, engine->now_ms);
}
