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

/* What only `not open(…)` keeps from starting waits for that. False: it may start. */
static bool is_kept_from(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                         const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    if (program->opens_count == 0 ||
        !esc_trigger_asks_open(program, program->triggers[trigger].pred) ||
        esc_ticket_open_id(engine, ticket,
                           esc_trigger_name(program, &program->triggers[trigger])) !=
            0 || /* it is open, and absorbs this */
        esc_trigger_holds(engine, ticket, trigger, event, engine->now_ms))
        return false;
    if (esc_trigger_would_hold(engine, ticket, trigger, event, engine->now_ms))
        esc_pending_hold_back(engine, ticket, trigger, event);
    return true;
}

/* A `start` that names several events is one, whichever of them come in an input. */
static void trigger_fire(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                         const EscEvent *event, EscText because)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    if (!esc_act_once(engine, ticket, ACT_START + row->template, row->clause) ||
        is_kept_from(engine, ticket, trigger, event))
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

/* What its `overdue` comes to for a ticket. */
static int64_t overdue_ms_of(const EscEngine *engine, const EscTicket *ticket,
                             const EscTriggerRow *row)
{
    return esc_sla_late_ms(engine, ticket, (EscSlaClock)row->clock,
                           (EscLateness){row->overdue_ms, row->overdue_calendar});
}

/* Whether the clock was over by so much before the event and is still. */
static bool stays_late(const EscEngine *engine, const EscTicket *ticket, const EscTriggerRow *row)
{
    const EscSlaState *state = &ticket->sla[row->clock];
    return row->kind == ESC_TRIGGER_SLA && state->state != ESC_CLOCK_NONE && !state->is_met &&
           state->overdue_done_ms >= overdue_ms_of(engine, ticket, row);
}

bool esc_trigger_may_turn(const EscEngine *engine, const EscTicket *ticket,
                          const EscPosting *posting)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTriggerRow *row = &program->triggers[posting->trigger];
    if (!gate_holds(ticket, posting))
        return false;
    if (row->kind == ESC_TRIGGER_SLA && !stays_late(engine, ticket, row))
        return false;
    /* What happens while its escalation is open starts nothing later. */
    return row->automation != 0 ||
           esc_ticket_open_id(engine, ticket, esc_trigger_name(program, row)) == 0;
}

static void trigger_turned(EscEngine *engine, EscTicket *ticket, uint32_t trigger)
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
    esc_triggers_turned(engine, ticket, esc_edges_of_clock(engine, ticket, false));
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

/* --- in which order ----------------------------------------------------------------------------- */

static bool asks_for(const EscProgram *program, uint32_t pred, uint32_t template)
{
    const EscPredRow *row = &program->preds[pred];
    bool asks = row->kind == ESC_PRED_OPEN && program->opens[row->detail].template == template;
    for (uint32_t i = 0; i < row->children_count && !asks; i++)
        asks = asks_for(program, row->children_first + i, template);
    return asks;
}

/* Whether a trigger asks for a template that one of the others may yet start. */
static bool waits_for_one(const EscProgram *program, const EscEdges *edges, uint32_t trigger)
{
    for (uint32_t i = 0; i < edges->count; i++)
        if (edges->triggers[i] != trigger &&
            asks_for(program, program->triggers[trigger].pred,
                     program->triggers[edges->triggers[i]].template - 1))
            return true;
    return false;
}

/* The next in the order of the text, but causes before what asks for them; no two ask for each other. */
static uint32_t edge_take(const EscProgram *program, EscEdges *edges)
{
    uint32_t at = 0;
    while (program->opens_count > 0 && at < edges->count &&
           waits_for_one(program, edges, edges->triggers[at]))
        at++;
    at = at < edges->count ? at : 0;
    uint32_t trigger = edges->triggers[at];
    memmove(edges->triggers + at, edges->triggers + at + 1,
            (--edges->count - at) * sizeof *edges->triggers);
    return trigger;
}

/* Those that ask what is open come behind all others. */
static EscEdges edges_part(EscEngine *engine, EscEdges *edges)
{
    const EscProgram *program = engine->schema.current->program;
    EscEdges asking = {.capacity = edges->count};
    uint32_t kept = 0;
    if (program->opens_count == 0 || edges->count == 0)
        return asking;
    asking.triggers = esc_arena_alloc_array(engine->turn.arena, edges->count, sizeof(uint32_t));
    ESC_ASSERT(asking.triggers != NULL);
    for (uint32_t i = 0; i < edges->count; i++) {
        uint32_t trigger = edges->triggers[i];
        if (esc_trigger_asks_open(program, program->triggers[trigger].pred))
            asking.triggers[asking.count++] = trigger;
        else
            edges->triggers[kept++] = trigger;
    }
    edges->count = kept;
    return asking;
}

/* All are judged before the first one acts: that may change the ticket. */
void esc_triggers_event(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    esc_tallies_hear(engine, ticket, event);
    EscEdges edges = esc_edges_of(engine, ticket, event, false);
    EscEdges turned = clocked_take(engine, ticket);
    EscEdges asking = edges_part(engine, &edges);
    for (uint32_t i = 0; i < edges.count; i++)
        trigger_fire(engine, ticket, edges.triggers[i], event, started_by(engine, event));
    esc_triggers_turned(engine, ticket, turned);
    while (asking.count > 0) {
        uint32_t trigger = edge_take(engine->schema.current->program, &asking);
        trigger_fire(engine, ticket, trigger, event, started_by(engine, event));
    }
}

void esc_triggers_turned(EscEngine *engine, EscTicket *ticket, EscEdges turned)
{
    EscEdges asking = edges_part(engine, &turned);
    for (uint32_t i = 0; i < turned.count; i++)
        trigger_turned(engine, ticket, turned.triggers[i]);
    while (asking.count > 0)
        trigger_turned(engine, ticket, edge_take(engine->schema.current->program, &asking));
}

/* --- a service level -------------------------------------------------------------------------- */

static void late_fire(EscEngine *engine, EscTicket *ticket, uint32_t trigger)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    if (esc_act_once(engine, ticket, ACT_START + row->template, row->clause) &&
        !is_kept_from(engine, ticket, trigger, NULL))
        esc_pending_start(
            engine, ticket, trigger, NULL,
            esc_turn_printf(engine, "the time to %s is over by %.*s",
                            esc_clock_name((EscSlaClock)row->clock),
                            ESC_TEXT_ARG(esc_length_text(engine, engine->schema.current->program,
                                                         row->overdue_ms, row->overdue_calendar))));
}

void esc_triggers_overdue(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                          int64_t to_ms)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        const EscTriggerRow *row = &program->triggers[i];
        if (row->kind != ESC_TRIGGER_SLA || row->clock != (uint32_t)clock)
            continue;
        int64_t late_ms = overdue_ms_of(engine, ticket, row);
        if (late_ms > from_ms && late_ms <= to_ms &&
            esc_trigger_would_hold(engine, ticket, i, NULL, engine->now_ms))
            late_fire(engine, ticket, i);
    }
}

void esc_triggers_late(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    bool is_late = false;
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        is_late = is_late || (engine->schema.overdues_count[i] > 0 &&
                              ticket->sla[i].overdue_done_ms >= engine->schema.overdues[i][0].ms);
    if (!is_late || !esc_ticket_has_changed(engine, ticket))
        return;
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        if (!stays_late(engine, ticket, &program->triggers[i]))
            continue;
        EscMatching matching = esc_matching_begin(engine, ticket, NULL);
        bool fires = esc_matching_is_edge(&matching, &program->triggers[i]);
        esc_run_return(engine);
        if (fires)
            late_fire(engine, ticket, i);
    }
}
