/* triggers.c - which templates an event starts: conditions as data, levels and happenings, service-level triggers.
 *
 * Triggers of the current bundle are filed by event type (model/postings.c). A level fires when it became true: it
 * holds now and did not hold before the event; it is looked at only when the ticket changed. A happening fires each
 * time while its condition holds. What has to wait before it starts is in pending.c. */
#include <engine/flow.h>

#include <string.h>

#define ACT_START 16u /* with the template's index: what a ticket does once in an input */

static bool gate_holds(const EscTicket *ticket, const EscPosting *posting)
{
    if (posting->slot == ESC_NONE)
        return true;
    const EscValue *value = &ticket->values[posting->slot].value;
    return !value->is_missing && value->member < 64 && (posting->members >> value->member & 1) != 0;
}

/* --- an event --------------------------------------------------------------------------------- */

static EscText started_by(EscEngine *engine, const EscEvent *event)
{
    return esc_turn_printf(engine, "the event %.*s",
                           ESC_TEXT_ARG(esc_event_type_name(engine, event)));
}

/* A `start` that names several events is one, whichever of them come in an input. */
static void trigger_fire(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                         const EscEvent *event, EscText because)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    if (!esc_act_once(engine, ticket, ACT_START + row->template, row->clause))
        return;
    if (row->for_ms > 0)
        esc_pending_hold(engine, ticket, trigger, event);
    else
        esc_pending_start(engine, ticket, trigger, event, because);
}

static void edges_collect(EscMatching *matching, uint32_t type, bool only_levels, bool has_changed,
                          bool of_automations, EscEdges *edges)
{
    EscEngine *engine = matching->engine;
    const EscProgram *program = engine->schema.current->program;
    uint32_t end = engine->schema.postings_first[type + 1];
    for (uint32_t i = engine->schema.postings_first[type]; i < end; i++) {
        const EscPosting *posting = &engine->schema.postings[i];
        if (posting->is_automation != of_automations || (only_levels && !posting->is_level) ||
            (posting->is_level && !has_changed) ||
            (engine->listener == NULL && !gate_holds(matching->ticket, posting)) ||
            !esc_matching_is_edge(matching, &program->triggers[posting->trigger]))
            continue;
        if (edges->triggers == NULL) /* most events start nothing, and there may be many triggers */
            edges->triggers =
                esc_arena_alloc_array(engine->turn.arena, edges->capacity, sizeof(uint32_t));
        ESC_ASSERT(edges->triggers != NULL);
        ESC_ASSERT(edges->count < edges->capacity);
        edges->triggers[edges->count++] = posting->trigger;
    }
}

static uint32_t postings_count(const EscEngine *engine, uint32_t type)
{
    return engine->schema.postings_first[type + 1] - engine->schema.postings_first[type];
}

/* --- time alone --------------------------------------------------------------------------------- */

/* Whether the clock was over by so much before the event and is still. */
static bool stays_late(const EscTicket *ticket, const EscTriggerRow *row)
{
    const EscSlaState *state = &ticket->sla[row->clock];
    return row->kind == ESC_TRIGGER_SLA && state->state != ESC_CLOCK_NONE && !state->is_met &&
           state->overdue_done_ms >= row->overdue_ms;
}

bool esc_trigger_may_turn(const EscEngine *engine, const EscTicket *ticket,
                          const EscPosting *posting)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTriggerRow *row = &program->triggers[posting->trigger];
    if (!gate_holds(ticket, posting))
        return false;
    if (row->kind == ESC_TRIGGER_SLA && !stays_late(ticket, row))
        return false;
    /* What happens while its escalation is open starts nothing later. */
    return row->automation != 0 ||
           esc_ticket_open_id(engine, ticket, esc_trigger_name(program, row)) == 0;
}

void esc_trigger_turned(EscEngine *engine, EscTicket *ticket, uint32_t trigger)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    bool has_event = row->kind == ESC_TRIGGER_EVENT;
    trigger_fire(engine, ticket, trigger, has_event ? esc_event_of_clock(engine, ticket) : NULL,
                 ESC_TEXT("the time that its condition names has come"));
}

EscEdges esc_edges_of_clock(EscEngine *engine, EscTicket *ticket, bool of_automations)
{
    const EscProgram *program = engine->schema.current->program;
    EscEdges edges = {.capacity = engine->schema.clocked_count};
    edges.triggers = esc_arena_alloc_array(engine->turn.arena, edges.capacity, sizeof(uint32_t));
    ESC_ASSERT(edges.triggers != NULL);
    EscMatching matching = esc_matching_begin(engine, ticket, NULL);
    for (uint32_t i = 0; i < engine->schema.clocked_count; i++) {
        const EscPosting *posting = &engine->schema.clocked[i];
        if (posting->is_automation == of_automations &&
            esc_trigger_may_turn(engine, ticket, posting) &&
            esc_matching_is_edge(&matching, &program->triggers[posting->trigger]))
            edges.triggers[edges.count++] = posting->trigger;
    }
    esc_run_return(engine);
    return edges;
}

bool esc_clock_is_due(const EscEngine *engine, const EscTicket *ticket)
{
    const EscTimerNode *timer = esc_timer_find(ticket->timers, ESC_TIMER_CLOCK, 0);
    return timer != NULL && timer->due_ms <= engine->now_ms;
}

void esc_triggers_clock(EscEngine *engine, EscTicket *ticket)
{
    EscEdges edges = esc_edges_of_clock(engine, ticket, false);
    for (uint32_t i = 0; i < edges.count; i++)
        esc_trigger_turned(engine, ticket, edges.triggers[i]);
}

/* An event at or behind the instant of the ticket's clock timer is judged with it: what the one or the other made true
 * fires once. */
static EscEdges clocked_take(EscEngine *engine, EscTicket *ticket)
{
    if (!esc_clock_is_due(engine, ticket))
        return (EscEdges){.count = 0};
    EscEdges edges = esc_edges_of_clock(engine, ticket, false);
    esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_CLOCK, 0);
    return edges;
}

/* --- an event, all in all ----------------------------------------------------------------------- */

EscEdges esc_edges_of(EscEngine *engine, EscTicket *ticket, const EscEvent *event,
                      bool of_automations)
{
    bool is_reopened = event->type == ESC_EVENT_TICKET_REOPENED;
    EscEdges edges = {.capacity = postings_count(engine, event->type)};
    if (is_reopened)
        edges.capacity += postings_count(engine, ESC_EVENT_TICKET_CREATED) +
                          postings_count(engine, ESC_EVENT_TICKET_UPDATED);
    if (edges.capacity == 0 || ticket->is_linked)
        return edges;
    bool has_changed = esc_ticket_has_changed(engine, ticket);
    EscMatching matching = esc_matching_begin(engine, ticket, event);
    edges_collect(&matching, event->type, false, has_changed, of_automations, &edges);
    if (is_reopened) {
        edges_collect(&matching, ESC_EVENT_TICKET_CREATED, true, has_changed, of_automations,
                      &edges);
        edges_collect(&matching, ESC_EVENT_TICKET_UPDATED, true, has_changed, of_automations,
                      &edges);
    }
    esc_run_return(engine);
    return edges;
}

/* All are judged before the first one acts: that may change the ticket. */
void esc_triggers_event(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    EscEdges edges = esc_edges_of(engine, ticket, event, false);
    EscEdges turned = clocked_take(engine, ticket);
    for (uint32_t i = 0; i < edges.count; i++)
        trigger_fire(engine, ticket, edges.triggers[i], event, started_by(engine, event));
    for (uint32_t i = 0; i < turned.count; i++)
        esc_trigger_turned(engine, ticket, turned.triggers[i]);
}

/* --- a service level -------------------------------------------------------------------------- */

static void late_fire(EscEngine *engine, EscTicket *ticket, uint32_t trigger)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    if (esc_act_once(engine, ticket, ACT_START + row->template, row->clause))
        esc_pending_start(
            engine, ticket, trigger, NULL,
            esc_turn_printf(engine, "the time to %s is over by %.*s",
                            esc_clock_name((EscSlaClock)row->clock),
                            ESC_TEXT_ARG(esc_duration_text(engine, row->overdue_ms))));
}

void esc_triggers_overdue(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                          int64_t to_ms)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        const EscTriggerRow *row = &program->triggers[i];
        if (row->kind == ESC_TRIGGER_SLA && row->clock == (uint32_t)clock &&
            row->overdue_ms > from_ms && row->overdue_ms <= to_ms &&
            esc_trigger_holds(engine, ticket, i, NULL, engine->now_ms))
            late_fire(engine, ticket, i);
    }
}

void esc_triggers_late(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    bool is_late = false;
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        is_late = is_late || (engine->schema.overdues_count[i] > 0 &&
                              ticket->sla[i].overdue_done_ms >= engine->schema.overdues[i][0]);
    if (!is_late || !esc_ticket_has_changed(engine, ticket))
        return;
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        if (!stays_late(ticket, &program->triggers[i]))
            continue;
        EscMatching matching = esc_matching_begin(engine, ticket, NULL);
        bool fires = esc_matching_is_edge(&matching, &program->triggers[i]);
        esc_run_return(engine);
        if (fires)
            late_fire(engine, ticket, i);
    }
}
