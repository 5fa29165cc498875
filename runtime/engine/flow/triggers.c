/* triggers.c - which templates an event starts: conditions as data, edges, `for`, service-level triggers.
 *
 * Triggers of the current bundle are filed by event type (model/postings.c). A condition that reads
 * only the ticket is an edge when it holds now and did not hold before the event; it is looked at only when the
 * ticket changed. */
#include <engine/flow.h>

#include <string.h>

static bool gate_holds(const EscTicket *ticket, const EscPosting *posting)
{
    if (posting->slot == ESC_NONE)
        return true;
    const EscValue *value = &ticket->values[posting->slot].value;
    return !value->is_missing && value->member < 64 && (posting->members >> value->member & 1) != 0;
}

/* --- one condition ---------------------------------------------------------------------------- */

typedef struct Matching {
    EscEngine *engine;
    EscTicket *ticket;
    EscWorld world;
    char *scratch;
} Matching;

static Matching matching_begin(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    Matching matching = {
        .engine = engine,
        .ticket = ticket,
        .world = {.engine = engine,
                  .ticket = ticket,
                  .bundle = engine->schema.current,
                  .function = ESC_NONE},
    };
    if (event != NULL) {
        matching.world.event_program = engine->schema.current->program;
        matching.world.event_type = event->type;
        matching.world.event_fields = event->fields;
    }
    (void)esc_run_borrow(engine, &matching.scratch);
    return matching;
}

static bool condition_holds(Matching *matching, uint32_t pred, bool is_before)
{
    EscEngine *engine = matching->engine;
    matching->world.is_before = is_before;
    EscHost host = esc_world_reader(&matching->world);
    bool holds = false;
    EscStatus status = esc_pred_holds(engine->schema.current->bundle, pred, &host, engine->now_ms,
                                      matching->scratch, ESC_RUN_SCRATCH_MAX, &holds);
    return status == ESC_OK && holds;
}

static bool is_edge(Matching *matching, const EscTriggerRow *row)
{
    EscEngine *engine = matching->engine;
    if (!condition_holds(matching, row->pred, false))
        return false;
    if (!row->is_level || engine->turn.before_is_new)
        return true;
    return !condition_holds(matching, row->pred, true);
}

/* Whether any field differs from before the event; without a change no level has an edge. */
static bool ticket_changed(const EscEngine *engine, const EscTicket *ticket)
{
    if (engine->turn.before_ticket != ticket || engine->turn.before_is_new)
        return engine->turn.before_ticket == ticket;
    for (uint32_t i = 0; i < engine->schema.slots_count; i++) {
        if (!esc_value_equal(engine->turn.before[i], ticket->values[i].value))
            return true;
    }
    return false;
}

/* --- `for` ------------------------------------------------------------------------------------ */

static uint32_t ordinal_of(const EscProgram *program, uint32_t trigger)
{
    uint32_t ordinal = 0;
    for (uint32_t i = 0; i < trigger; i++)
        ordinal += program->triggers[i].template == program->triggers[trigger].template;
    return ordinal;
}

static uint32_t trigger_find(const EscProgram *program, EscText template_name, uint32_t ordinal)
{
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        EscText name = program->texts[program->templates[program->triggers[i].template].name];
        if (!esc_text_equal(name, template_name))
            continue;
        if (ordinal == 0)
            return i;
        ordinal--;
    }
    return ESC_NONE;
}

static void arm(EscEngine *engine, EscTicket *ticket, uint32_t trigger, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTriggerRow *row = &program->triggers[trigger];
    EscText name = program->texts[program->templates[row->template].name];
    uint32_t ordinal = ordinal_of(program, trigger);
    for (size_t i = 0; i < ticket->armed_count; i++) {
        if (ticket->armed[i].ordinal == ordinal &&
            esc_text_equal(ticket->armed[i].template_name, name))
            return;
    }
    ESC_ENGINE_GROW(ticket->armed, ticket->armed_count, ticket->armed_capacity);
    EscArmed *armed = &ticket->armed[ticket->armed_count++];
    *armed = (EscArmed){
        .template_name = esc_engine_intern(engine, name),
        .ordinal = ordinal,
        .number = ticket->armed_next++,
        .event_json = esc_text_own(event->json),
    };
    int64_t due_ms = engine->now_ms + row->for_ms;
    esc_timer_put(engine, NULL, ticket, ESC_TIMER_ARMED, armed->number, due_ms);
    esc_ticket_dirty(engine, ticket);
    EscText until = esc_local_time(engine, due_ms);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_ARMED,
                     esc_audit_data(engine, "template", name, "until", until, NULL),
                     "%.*s starts at %.*s if its condition still holds then", ESC_TEXT_ARG(name),
                     ESC_TEXT_ARG(until));
}

void esc_armed_drop(EscEngine *engine, EscTicket *ticket, size_t index)
{
    EscArmed *armed = &ticket->armed[index];
    esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_ARMED, armed->number);
    esc_text_drop(&armed->event_json);
    memmove(armed, armed + 1, (ticket->armed_count - index - 1) * sizeof *armed);
    ticket->armed_count--;
    esc_ticket_dirty(engine, ticket);
}

void esc_triggers_review(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    for (size_t i = ticket->armed_count; i > 0; i--) {
        EscText name = ticket->armed[i - 1].template_name;
        uint32_t trigger = trigger_find(program, name, ticket->armed[i - 1].ordinal);
        bool holds = trigger != ESC_NONE && !program->triggers[trigger].is_level;
        if (trigger != ESC_NONE && !holds) {
            Matching matching = matching_begin(engine, ticket, NULL);
            holds = condition_holds(&matching, program->triggers[trigger].pred, false);
            esc_run_return(engine);
        }
        if (holds)
            continue;
        esc_armed_drop(engine, ticket, i - 1);
        esc_audit_ticket(
            engine, ticket, ESC_AUDIT_DISARMED, esc_audit_data(engine, "template", name, NULL),
            "%.*s does not start: its condition did not hold long enough", ESC_TEXT_ARG(name));
    }
}

/* The event that armed a trigger, read again for the start; NULL when the present schema refuses it. */
static const EscEvent *armed_event(EscEngine *engine, EscText json)
{
    EscEvent *event = esc_arena_alloc(engine->turn.arena, sizeof *event);
    ESC_ASSERT(event != NULL);
    EscText kept = esc_turn_text(engine, json);
    EscWhy why;
    return esc_event_parse(engine->turn.arena, engine->schema.current->program, kept, event,
                           &why) == ESC_OK
               ? event
               : NULL;
}

static EscText started_by(EscEngine *engine, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    return esc_turn_printf(engine, "the event %.*s",
                           ESC_TEXT_ARG(program->texts[program->events[event->type].name]));
}

void esc_armed_fire(EscEngine *engine, EscTicket *ticket, uint32_t number)
{
    const EscProgram *program = engine->schema.current->program;
    for (size_t i = 0; i < ticket->armed_count; i++) {
        if (ticket->armed[i].number != number)
            continue;
        EscText name = ticket->armed[i].template_name;
        uint32_t trigger = trigger_find(program, name, ticket->armed[i].ordinal);
        const EscEvent *event = armed_event(engine, ticket->armed[i].event_json);
        esc_armed_drop(engine, ticket, i);
        if (trigger == ESC_NONE || event == NULL)
            return;
        Matching matching = matching_begin(engine, ticket, event);
        bool holds = condition_holds(&matching, program->triggers[trigger].pred, false);
        esc_run_return(engine);
        if (holds)
            (void)esc_escalation_start(
                engine, ticket, program->triggers[trigger].template, event,
                esc_turn_printf(
                    engine, "its condition held for %.*s",
                    ESC_TEXT_ARG(esc_duration_text(engine, program->triggers[trigger].for_ms))));
        return;
    }
}

/* --- an event, a service level ---------------------------------------------------------------- */

static void trigger_fire(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                         const EscEvent *event)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    if (row->for_ms > 0)
        arm(engine, ticket, trigger, event);
    else
        (void)esc_escalation_start(engine, ticket, row->template, event, started_by(engine, event));
}

void esc_triggers_event(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t first = engine->schema.postings_first[event->type],
             end = engine->schema.postings_first[event->type + 1];
    if (first == end || ticket->is_linked)
        return;
    bool has_changed = ticket_changed(engine, ticket);
    /* All are judged before the first one starts: a start may change the ticket. */
    uint32_t *edges = NULL;
    uint32_t edges_count = 0;
    Matching matching = matching_begin(engine, ticket, event);
    for (uint32_t i = first; i < end; i++) {
        const EscPosting *posting = &engine->schema.postings[i];
        if ((posting->is_level && !has_changed) || !gate_holds(ticket, posting) ||
            !is_edge(&matching, &program->triggers[posting->trigger]))
            continue;
        if (edges == NULL)
            edges = esc_arena_alloc_array(engine->turn.arena, end - first, sizeof *edges);
        ESC_ASSERT(edges != NULL);
        edges[edges_count++] = engine->schema.postings[i].trigger;
    }
    esc_run_return(engine);
    for (uint32_t i = 0; i < edges_count; i++)
        trigger_fire(engine, ticket, edges[i], event);
}

void esc_triggers_overdue(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                          int64_t to_ms)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        const EscTriggerRow *row = &program->triggers[i];
        if (row->kind != ESC_TRIGGER_SLA || row->clock != (uint32_t)clock ||
            row->overdue_ms <= from_ms || row->overdue_ms > to_ms)
            continue;
        Matching matching = matching_begin(engine, ticket, NULL);
        bool holds = condition_holds(&matching, row->pred, false);
        esc_run_return(engine);
        if (holds)
            (void)esc_escalation_start(
                engine, ticket, row->template, NULL,
                esc_turn_printf(engine, "the time to %s is over by %.*s", esc_clock_name(clock),
                                ESC_TEXT_ARG(esc_duration_text(engine, row->overdue_ms))));
    }
}
