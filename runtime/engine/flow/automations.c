/* automations.c - what is done to a ticket at once and by nobody: rounds of an event, before escalations and templates hear
 * of it.
 *
 * All handlers of a round are judged on the ticket as it is, then run in the order of the text; what they changed is a
 * `ticket.updated` of the next round. Each acts once in an input. Templates see one event: the ticket before the input,
 * and as it is when nothing moves any more. Nothing of it is taken back by a rollback. */
#include <engine/flow.h>

#include <stdlib.h>

#define ACT_AUTOMATION 0x80000000u /* with its number: what a ticket does once in an input */

/* --- refusals --------------------------------------------------------------------------------- */

static void refuse(EscEngine *engine, EscTicket *ticket, EscText name, EscText because)
{
    esc_audit_ticket(engine, ticket, ESC_AUDIT_ALARM,
                     esc_audit_data(engine, "name", name, "because", because, NULL),
                     "the automation %.*s does not act on %.*s: %.*s", ESC_TEXT_ARG(name),
                     ESC_TEXT_ARG(ticket->id), ESC_TEXT_ARG(because));
}

static EscAutomated *automated_of(EscEngine *engine, const EscTicket *ticket)
{
    EscTurn *turn = &engine->turn;
    for (size_t i = 0; i < turn->automated_count; i++)
        if (turn->automated[i].ticket == ticket)
            return &turn->automated[i];
    ESC_ENGINE_GROW(turn->automated, turn->automated_count, turn->automated_capacity);
    turn->automated[turn->automated_count] = (EscAutomated){.ticket = ticket};
    return &turn->automated[turn->automated_count++];
}

/* A body is run whole or not at all, so what it may do at most has to fit. It has no loops around effects. */
static uint32_t effects_of(const EscProgram *program, uint32_t function)
{
    const EscFunctionRow *row = &program->functions[function];
    uint32_t count = 0;
    for (uint32_t i = row->code_first; i < row->code_first + row->code_count; i++)
        count += program->code[i].op == ESC_OP_EMIT;
    return count;
}

static bool is_allowed(EscEngine *engine, EscTicket *ticket, const EscTriggerRow *row, EscText name)
{
    EscAutomated *automated = automated_of(engine, ticket);
    uint32_t effects = effects_of(engine->schema.current->program, row->body - 1);
    if (automated->effects + effects > ESC_AUTOMATION_EFFECTS_MAX) {
        refuse(engine, ticket, name,
               esc_turn_printf(engine, "automations have done %d things to it at once",
                               ESC_AUTOMATION_EFFECTS_MAX));
        return false;
    }
    EscActsEnd end = esc_acts_note(engine, ticket, name);
    if (end == ESC_ACTS_REFUSED)
        refuse(engine, ticket, name,
               esc_turn_printf(engine,
                               "it has acted %d times within an hour, so two systems may be "
                               "correcting each other",
                               ESC_AUTOMATION_HOUR_MAX));
    automated->effects += end == ESC_ACTS_FINE ? effects : 0;
    return end == ESC_ACTS_FINE;
}

/* --- one handler ------------------------------------------------------------------------------ */

static void body_run(EscEngine *engine, EscTicket *ticket, uint32_t function, const EscEvent *event)
{
    EscScratch *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    const EscEngineBundle *bundle = engine->schema.current;
    EscWorld world = {.engine = engine, .ticket = ticket, .bundle = bundle, .function = function};
    if (event != NULL) {
        world.event_program = bundle->program;
        world.event_type = event->type;
        world.event_fields = event->fields;
    }
    EscHost host = esc_world_host(&world);
    EscRunEnd end = ESC_RUN_ENDED;
    EscWhy why = {.text = ""};
    esc_run_init(run, bundle->bundle, function, NULL, 0, scratch->bytes, sizeof scratch->bytes);
    EscStatus status = esc_run_go(run, &host, engine->now_ms, &end, &why);
    if (status != ESC_OK)
        esc_audit_ticket(engine, ticket, ESC_AUDIT_ALARM,
                         esc_audit_data(engine, "name", engine->turn.automation, "because",
                                        esc_text_from(why.text), NULL),
                         "the automation %.*s stopped within: %s: %s",
                         ESC_TEXT_ARG(engine->turn.automation), esc_status_text(status), why.text);
    esc_run_return(engine);
}

static void act(EscEngine *engine, EscTicket *ticket, uint32_t trigger, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTriggerRow *row = &program->triggers[trigger];
    EscText name = esc_engine_intern(engine, esc_trigger_name(program, row));
    if (!is_allowed(engine, ticket, row, name))
        return;
    EscText type = event == NULL ? (EscText){0} : esc_event_type_name(engine, event);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_AUTOMATED,
                     esc_audit_data(engine, "automation", name, "event", type, NULL),
                     "the automation %.*s acts", ESC_TEXT_ARG(name));
    engine->turn.automation = name;
    engine->turn.is_taking = true; /* what it changes is heard of in the next round */
    const EscEvent *heard = engine->turn.event;
    engine->turn.event = event; /* for the routes that it follows */
    body_run(engine, ticket, row->body - 1, event);
    engine->turn.event = heard;
    engine->turn.is_taking = false;
    engine->turn.automation = (EscText){0};
}

static void trigger_fire(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                         const EscEvent *event)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    if (!esc_act_once(engine, ticket, ACT_AUTOMATION | row->automation, row->clause))
        return;
    if (row->for_ms > 0)
        esc_pending_hold(engine, ticket, trigger, event);
    else
        act(engine, ticket, trigger, event);
}

/* --- rounds ----------------------------------------------------------------------------------- */

#define NOTHING_TURNED ((EscEdges){.count = 0})

typedef struct Firing {
    uint32_t trigger;
    const EscEvent *event;
} Firing;

typedef struct Firings {
    Firing *items;
    uint32_t count;
} Firings;

static int firing_compare(const void *a, const void *b)
{
    const Firing *first = a, *second = b;
    return (first->trigger > second->trigger) - (first->trigger < second->trigger);
}

/* In the order of the text, which is that of TRIGGERS. `turned`: by time alone. */
static Firings firings_of(EscEngine *engine, EscTicket *ticket, const EscHeard *heard,
                          EscEdges turned)
{
    EscEdges edges[ESC_COUNT_OF(heard->events)];
    uint32_t count = turned.count;
    for (uint32_t i = 0; i < heard->count; i++) {
        edges[i] = esc_edges_of(engine, ticket, heard->events[i], true);
        count += edges[i].count;
    }
    Firings firings = {.items = esc_turn_alloc(engine, (count + 1) * sizeof(Firing))};
    for (uint32_t i = 0; i < heard->count; i++)
        for (uint32_t k = 0; k < edges[i].count; k++)
            firings.items[firings.count++] = (Firing){edges[i].triggers[k], heard->events[i]};
    const EscEvent *of_clock = turned.count > 0 ? esc_event_of_clock(engine, ticket) : NULL;
    for (uint32_t i = 0; i < turned.count; i++)
        firings.items[firings.count++] = (Firing){turned.triggers[i], of_clock};
    qsort(firings.items, firings.count, sizeof *firings.items, firing_compare);
    return firings;
}

static void too_deep(EscEngine *engine, EscTicket *ticket)
{
    esc_audit_ticket(engine, ticket, ESC_AUDIT_ROUTING_LOOP,
                     esc_audit_data(engine, "ticket", ticket->id, NULL),
                     "automations of %.*s followed from each other in %d rounds: none hears "
                     "of the last change",
                     ESC_TEXT_ARG(ticket->id), ESC_ENGINE_DERIVED_MAX);
}

/* One round: false when nothing came of it. */
static bool round_run(EscEngine *engine, EscTicket *ticket, EscHeard *heard, EscEdges turned)
{
    Firings firings = firings_of(engine, ticket, heard, turned);
    if (firings.count == 0)
        return false;
    esc_ticket_remember(engine, ticket, false);
    for (uint32_t i = 0; i < firings.count; i++)
        trigger_fire(engine, ticket, firings.items[i].trigger, firings.items[i].event);
    *heard = esc_changes_heard(engine, ticket);
    if (heard->count > 0)
        esc_standing_record(engine, ticket, engine->turn.before_standing);
    if (heard->count > 0 && ticket->armed_count > 0)
        esc_pending_review(engine, ticket);
    return heard->count > 0;
}

static bool rounds_run(EscEngine *engine, EscTicket *ticket, EscHeard heard, EscEdges turned)
{
    EscDerived kept = esc_before_keep(engine);
    uint32_t rounds = 0;
    while (rounds < ESC_ENGINE_DERIVED_MAX && round_run(engine, ticket, &heard, turned)) {
        turned = NOTHING_TURNED;
        rounds++;
    }
    if (rounds == ESC_ENGINE_DERIVED_MAX &&
        firings_of(engine, ticket, &heard, NOTHING_TURNED).count > 0)
        too_deep(engine, ticket);
    esc_before_set(engine, &kept);
    return rounds > 0;
}

bool esc_automations_run(EscEngine *engine, EscTicket *ticket, const EscHeard *heard)
{
    if (engine->schema.current->program->automations_count == 0 || ticket->is_linked ||
        heard->count == 0)
        return false;
    /* What an event and the time made true at once is judged at once. */
    EscEdges turned = esc_clock_is_due(engine, ticket) ? esc_edges_of_clock(engine, ticket, true)
                                                       : NOTHING_TURNED;
    return rounds_run(engine, ticket, *heard, turned);
}

bool esc_automations_turned(EscEngine *engine, EscTicket *ticket, EscEdges turned)
{
    return turned.count > 0 && rounds_run(engine, ticket, (EscHeard){.count = 0}, turned);
}

bool esc_automation_due(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                        const EscEvent *event)
{
    const EscTriggerRow *row = &engine->schema.current->program->triggers[trigger];
    esc_ticket_remember(engine, ticket, false);
    if (!esc_act_once(engine, ticket, ACT_AUTOMATION | row->automation, row->clause))
        return false;
    act(engine, ticket, trigger, event);
    EscHeard heard = esc_changes_heard(engine, ticket);
    if (heard.count == 0)
        return false;
    esc_standing_record(engine, ticket, engine->turn.before_standing);
    (void)esc_automations_run(engine, ticket, &heard);
    return true;
}
