/* pending.c - starts that wait, one for each ticket and `start`: for `for`, for the end of `again after`, for what is open.
 *
 * Or for an escalation to be closed that holds it back (held.c).
 *
 * What waits is found again by the text of its `start`, so another bundle may come meanwhile; a `start` that is not the
 * same any more drops it. Late rather than never: what is too soon starts when its time has come, if it still holds. */
#include <engine/flow.h>

#include <string.h>

static uint32_t trigger_find(const EscProgram *program, const EscArmed *armed)
{
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        const EscTriggerRow *row = &program->triggers[i];
        EscText name = esc_trigger_name(program, row);
        EscText type =
            row->event == 0 ? (EscText){0} : program->texts[program->events[row->event - 1].name];
        if (row->clause == armed->clause && esc_text_equal(name, armed->template_name) &&
            (row->is_level || esc_text_equal(type, armed->event_type)))
            return i;
    }
    return ESC_NONE;
}

static EscArmed *armed_find(EscTicket *ticket, EscText template_name, uint32_t clause)
{
    for (size_t i = 0; i < ticket->armed_count; i++) {
        EscArmed *armed = &ticket->armed[i];
        if (armed->clause == clause && esc_text_equal(armed->template_name, template_name))
            return armed;
    }
    return NULL;
}

static void event_keep(EscEngine *engine, EscArmed *armed, const EscEvent *event)
{
    esc_text_drop(&armed->event_json);
    if (event == NULL) /* of a service level: none of its `start` has ever one */
        return;
    armed->event_type = esc_engine_intern(engine, esc_event_type_name(engine, event));
    armed->event_json = esc_text_own(event->json);
}

/* The event as it was heard, read again; NULL when there is none, or the present schema refuses it. */
static const EscEvent *event_read(EscEngine *engine, const EscArmed *armed)
{
    const EscProgram *program = engine->schema.current->program;
    if (armed->event_type.size == 0)
        return NULL;
    EscEvent *event = esc_arena_alloc(engine->turn.arena, sizeof *event);
    ESC_ASSERT(event != NULL);
    EscText kept = esc_turn_text(engine, armed->event_json);
    EscWhy why;
    if (esc_event_parse(engine->turn.arena, program, kept, event, &why) != ESC_OK)
        return NULL;
    if (esc_text_equal(esc_event_type_name(engine, event), armed->event_type))
        return event;
    event->fields = NULL;
    event->fields_count = 0;
    for (event->type = 0; event->type < program->events_count; event->type++) {
        if (esc_text_equal(esc_event_type_name(engine, event), armed->event_type))
            return event;
    }
    return NULL;
}

/* Its timer, which goes or has just fired, makes the ticket dirty. */
void esc_pending_drop(EscEngine *engine, EscTicket *ticket, size_t index)
{
    EscArmed *armed = &ticket->armed[index];
    esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_ARMED, armed->number);
    esc_text_drop(&armed->event_json);
    memmove(armed, armed + 1, (ticket->armed_count - index - 1) * sizeof *armed);
    ticket->armed_count--;
}

/* --- it begins to wait ------------------------------------------------------------------------ */

static EscArmed *armed_add(EscEngine *engine, EscTicket *ticket, const EscTriggerRow *row,
                           int64_t due_ms)
{
    const EscProgram *program = engine->schema.current->program;
    ESC_ENGINE_GROW(ticket->armed, ticket->armed_count, ticket->armed_capacity);
    EscArmed *armed = &ticket->armed[ticket->armed_count++];
    *armed = (EscArmed){
        .template_name = esc_engine_intern(engine, esc_trigger_name(program, row)),
        .clause = row->clause,
        .number = ticket->armed_next++,
        .at_ms = engine->now_ms,
    };
    esc_timer_put(engine, NULL, ticket, ESC_TIMER_ARMED, armed->number, due_ms);
    return armed;
}

void esc_pending_hold(EscEngine *engine, EscTicket *ticket, uint32_t trigger, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTriggerRow *row = &program->triggers[trigger];
    EscText name = esc_trigger_name(program, row);
    EscArmed *armed = armed_find(ticket, name, row->clause);
    esc_ticket_dirty(engine, ticket);
    if (armed != NULL) {
        if (armed->is_again ||
            armed->is_held) { /* the newest one counts; the time of `for` is not begun anew */
            event_keep(engine, armed, event);
            armed->at_ms = engine->now_ms;
        }
        return;
    }
    int64_t due_ms =
        esc_calendar_due_ms(program, engine->zones, row->for_calendar, engine->now_ms, row->for_ms);
    event_keep(engine, armed_add(engine, ticket, row, due_ms), event);
    EscText until = esc_local_time(engine, due_ms);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_ARMED,
                     esc_audit_data(engine, "template", name, "until", until, NULL),
                     "%.*s %s at %.*s if its condition still holds then", ESC_TEXT_ARG(name),
                     row->automation != 0 ? "acts" : "starts", ESC_TEXT_ARG(until));
}

static void postpone(EscEngine *engine, EscTicket *ticket, uint32_t trigger, const EscEvent *event,
                     int64_t due_ms)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTriggerRow *row = &program->triggers[trigger];
    EscText name = esc_trigger_name(program, row);
    EscArmed *armed = armed_find(ticket, name, row->clause);
    if (armed == NULL)
        armed = armed_add(engine, ticket, row, due_ms);
    armed->is_again = true;
    armed->at_ms = engine->now_ms;
    event_keep(engine, armed, event);
    esc_ticket_dirty(engine, ticket);
    EscText until = esc_local_time(engine, due_ms);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_POSTPONED,
                     esc_audit_data(engine, "template", name, "until", until, NULL),
                     "%.*s may start again from %.*s on: it starts then if its condition holds",
                     ESC_TEXT_ARG(name), ESC_TEXT_ARG(until));
}

void esc_pending_start(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                       const EscEvent *event, EscText because)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t template_index = program->triggers[trigger].template - 1;
    EscText name = program->texts[program->templates[template_index].name];
    int64_t free_ms = esc_start_free_ms(engine, ticket, template_index);
    if (free_ms > engine->now_ms && esc_ticket_open_id(engine, ticket, name) == 0 &&
        esc_group_to_join(engine, ticket, template_index) == NULL)
        postpone(engine, ticket, trigger, event, free_ms);
    else
        (void)esc_escalation_start(engine, ticket, template_index, event, because);
}

/* --- it goes on, or not ----------------------------------------------------------------------- */

static void dropped_tell(EscEngine *engine, EscTicket *ticket, EscText name, const char *because)
{
    esc_audit_ticket(engine, ticket, ESC_AUDIT_DISARMED,
                     esc_audit_data(engine, "template", name, NULL), "%.*s does not start: %s",
                     ESC_TEXT_ARG(name), because);
}

/* What is open in the meantime is asked for when the time is over. */
static bool armed_holds(EscEngine *engine, EscTicket *ticket, const EscArmed *armed)
{
    uint32_t trigger = trigger_find(engine->schema.current->program, armed);
    return trigger != ESC_NONE &&
           esc_trigger_would_hold(engine, ticket, trigger, event_read(engine, armed), armed->at_ms);
}

void esc_pending_review(EscEngine *engine, EscTicket *ticket)
{
    esc_pending_judge_held(engine, ticket, false);
    for (size_t i = ticket->armed_count; i > 0; i--) {
        const EscArmed *armed = &ticket->armed[i - 1];
        if (armed->is_again || armed->is_held || armed_holds(engine, ticket, armed))
            continue;
        EscText name = armed->template_name;
        esc_pending_drop(engine, ticket, i - 1);
        dropped_tell(engine, ticket, name, "its condition did not hold long enough");
    }
}

/* A resolved ticket starts nothing late, but what speaks of its being resolved. */
static bool may_start(EscEngine *engine, const EscTicket *ticket, const EscTriggerRow *row)
{
    bool is_transition =
        row->event > ESC_EVENT_TICKET_RESOLVED && row->event <= ESC_EVENT_TICKET_REOPENED + 1;
    return is_transition || (row->is_level && !row->is_unresolved) ||
           !esc_ticket_is_resolved(engine, ticket);
}

/* What `changed` and `previous` say is true at the event alone: it was when that came, and waits since. */
static bool was_a_moment(const EscTriggerRow *row)
{
    bool reports_fields =
        row->event == ESC_EVENT_TICKET_CREATED + 1 || row->event == ESC_EVENT_TICKET_UPDATED + 1;
    return reports_fields && !row->is_level;
}

static bool still_holds(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                        const EscEvent *event, const EscArmed *armed)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    return may_start(engine, ticket, row) &&
           ((armed->is_again && was_a_moment(row)) ||
            esc_trigger_would_hold(engine, ticket, trigger, event, armed->at_ms));
}

/* What `open` says is asked for at the instant of the start, whatever the rest waited for. */
static bool is_held_back(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                         const EscEvent *event, int64_t at_ms)
{
    const EscProgram *program = engine->schema.current->program;
    return program->opens_count > 0 &&
           esc_trigger_asks_open(program, program->triggers[trigger].pred) &&
           esc_holders_note(engine, ticket, trigger) != 0 &&
           !esc_trigger_holds(engine, ticket, trigger, event, at_ms);
}

static EscText waited_for(EscEngine *engine, const EscTriggerRow *row, bool is_again)
{
    if (is_again)
        return ESC_TEXT("its condition holds, and it may start again");
    EscText length =
        esc_length_text(engine, engine->schema.current->program, row->for_ms, row->for_calendar);
    return esc_turn_printf(engine, "its condition held for %.*s", ESC_TEXT_ARG(length));
}

/* --- held back -------------------------------------------------------------------------------- */

static void held_timer_put(EscEngine *engine, EscTicket *ticket, const EscArmed *armed,
                           int64_t in_ms)
{
    esc_timer_put(engine, NULL, ticket, ESC_TIMER_ARMED, armed->number, engine->now_ms + in_ms);
}

void esc_pending_hold_back(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                           const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTriggerRow *row = &program->triggers[trigger];
    EscText name = esc_trigger_name(program, row);
    EscArmed *armed = armed_find(ticket, name, row->clause);
    if (armed == NULL)
        armed = armed_add(engine, ticket, row, engine->now_ms + ESC_DEADLINE_MAX_MS);
    else
        held_timer_put(engine, ticket, armed, ESC_DEADLINE_MAX_MS);
    armed->is_again = false;
    armed->is_held = true;
    armed->at_ms = engine->now_ms;
    event_keep(engine, armed, event);
    esc_ticket_dirty(engine, ticket);
    uint64_t holder = esc_holders_note(engine, ticket, trigger);
    EscText by = esc_turn_printf(engine, "E-%llu", (unsigned long long)holder);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_HELD_BACK,
                     esc_audit_data(engine, "template", name, "by", by, NULL),
                     "%.*s does not start while %.*s is open: it is judged again then",
                     ESC_TEXT_ARG(name), ESC_TEXT_ARG(by));
}

void esc_pending_note_held(EscEngine *engine, EscTicket *ticket)
{
    for (size_t i = 0; i < ticket->armed_count; i++) {
        uint32_t trigger = ticket->armed[i].is_held
                               ? trigger_find(engine->schema.current->program, &ticket->armed[i])
                               : ESC_NONE;
        if (trigger != ESC_NONE)
            (void)esc_holders_note(engine, ticket, trigger);
    }
}

/* Nothing holds it back: `for` begins now, for its condition was not true before. */
static void held_start(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                       const EscEvent *event)
{
    if (engine->schema.current->program->triggers[trigger].for_ms > 0)
        esc_pending_hold(engine, ticket, trigger, event);
    else
        esc_pending_start(engine, ticket, trigger, event,
                          ESC_TEXT("nothing that is open holds it back any more"));
}

/* `is_last`: what holds it back is over, so that what does not hold now is dropped. */
static void held_judge(EscEngine *engine, EscTicket *ticket, size_t index, bool is_last)
{
    EscArmed armed = ticket->armed[index];
    const EscEvent *event = event_read(engine, &armed);
    uint32_t trigger = trigger_find(engine->schema.current->program, &armed);
    bool is_readable = trigger != ESC_NONE && (armed.event_type.size == 0 || event != NULL);
    bool holds = is_readable && still_holds(engine, ticket, trigger, event, &armed);
    if (holds ? is_held_back(engine, ticket, trigger, event, armed.at_ms) : !is_last)
        return;
    esc_ticket_dirty(engine, ticket);
    esc_pending_drop(engine, ticket, index);
    if (holds)
        held_start(engine, ticket, trigger, event);
    else
        dropped_tell(engine, ticket, armed.template_name,
                     is_readable ? "its condition does not hold any more"
                                 : "its `start` is not the same any more");
}

void esc_pending_judge_held(EscEngine *engine, EscTicket *ticket, bool is_last)
{
    for (size_t i = ticket->armed_count; i > 0; i--)
        if (i <= ticket->armed_count && ticket->armed[i - 1].is_held)
            held_judge(engine, ticket, i - 1, is_last);
}

void esc_pending_wake_held(EscEngine *engine, EscTicket *ticket)
{
    for (size_t i = 0; i < ticket->armed_count; i++)
        if (ticket->armed[i].is_held)
            held_timer_put(engine, ticket, &ticket->armed[i], 0);
}

static EscPendingDue armed_end(EscEngine *engine, EscTicket *ticket, size_t index)
{
    EscPendingDue due = {.trigger = ESC_NONE};
    EscArmed armed = ticket->armed[index];
    if (armed.is_held) { /* its timer has fired, and it may have to wait on */
        held_timer_put(engine, ticket, &armed, ESC_DEADLINE_MAX_MS);
        held_judge(engine, ticket, index, true);
        return due;
    }
    const EscEvent *event = event_read(engine, &armed);
    uint32_t trigger = trigger_find(engine->schema.current->program, &armed);
    bool is_readable = armed.event_type.size == 0 || event != NULL;
    esc_pending_drop(engine, ticket, index);
    if (trigger == ESC_NONE || !is_readable) {
        dropped_tell(engine, ticket, armed.template_name, "its `start` is not the same any more");
        return due;
    }
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    bool holds = still_holds(engine, ticket, trigger, event, &armed);
    if (holds && row->automation == 0 && is_held_back(engine, ticket, trigger, event, armed.at_ms))
        esc_pending_hold_back(engine, ticket, trigger, event);
    else if (holds && row->automation != 0)
        due = (EscPendingDue){trigger, event};
    else if (holds)
        esc_pending_start(engine, ticket, trigger, event, waited_for(engine, row, armed.is_again));
    else
        dropped_tell(engine, ticket, armed.template_name, "its condition does not hold any more");
    return due;
}

/* --- another calendar, another clock ---------------------------------------------------------- */

/* The calendar (OPTION) by which it waits, of the present bundle. */
static uint32_t calendar_of(const EscProgram *program, const EscArmed *armed, uint32_t trigger)
{
    const EscTriggerRow *row = &program->triggers[trigger];
    if (armed->is_held)
        return 0;
    if (!armed->is_again)
        return row->for_calendar;
    return row->template == 0 ? 0 : program->templates[row->template - 1].again_calendar;
}

/* Hours that are counted are those of the present bundle, from when it began to wait. */
void esc_pending_rebuild(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    for (size_t i = 0; i < ticket->armed_count; i++) {
        const EscArmed *armed = &ticket->armed[i];
        uint32_t trigger = trigger_find(program, armed);
        if (trigger == ESC_NONE || calendar_of(program, armed, trigger) == 0)
            continue;
        const EscTriggerRow *row = &program->triggers[trigger];
        int64_t due_ms = armed->is_again
                             ? esc_start_free_ms(engine, ticket, row->template - 1)
                             : esc_calendar_due_ms(program, engine->zones, row->for_calendar,
                                                   armed->at_ms, row->for_ms);
        const EscTimerNode *timer = esc_timer_find(ticket->timers, ESC_TIMER_ARMED, armed->number);
        if (timer == NULL || timer->due_ms != due_ms)
            esc_timer_put(engine, NULL, ticket, ESC_TIMER_ARMED, armed->number, due_ms);
    }
}

int64_t esc_pending_moved(EscEngine *engine, const EscTicket *ticket, const EscMove *move,
                          uint32_t number, int64_t due_ms)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t calendar = 0;
    for (size_t i = 0; i < ticket->armed_count; i++) {
        const EscArmed *armed = &ticket->armed[i];
        uint32_t trigger = armed->number == number ? trigger_find(program, armed) : ESC_NONE;
        if (trigger != ESC_NONE)
            calendar = calendar_of(program, armed, trigger);
    }
    return esc_move_due(engine, program, move, calendar, due_ms);
}

int64_t esc_pending_turns_ms(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    int64_t first_ms = INT64_MAX;
    for (size_t i = 0; i < ticket->armed_count; i++) {
        const EscArmed *armed = &ticket->armed[i];
        bool is_judged_then = armed->is_again || armed->is_held;
        uint32_t trigger = is_judged_then ? ESC_NONE : trigger_find(program, armed);
        if (trigger == ESC_NONE || !esc_pred_has_clock(program, program->triggers[trigger].pred))
            continue;
        EscMatching matching = esc_matching_begin(engine, ticket, event_read(engine, armed));
        int64_t turns_ms = esc_pred_turns_ms(&matching.world, program->triggers[trigger].pred);
        esc_run_return(engine);
        first_ms = turns_ms < first_ms ? turns_ms : first_ms;
    }
    return first_ms;
}

EscPendingDue esc_pending_fire(EscEngine *engine, EscTicket *ticket, uint32_t number)
{
    for (size_t i = 0; i < ticket->armed_count; i++)
        if (ticket->armed[i].number == number)
            return armed_end(engine, ticket, i);
    return (EscPendingDue){.trigger = ESC_NONE};
}
