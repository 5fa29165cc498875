/* matching.c - whether the condition of a trigger holds for a ticket, now and before the event at hand. */
#include <engine/flow.h>

EscMatching esc_matching_begin(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    EscMatching matching = {
        .engine = engine,
        .ticket = ticket,
        .world = {.engine = engine,
                  .ticket = ticket,
                  .bundle = engine->schema.current,
                  .function = ESC_NONE,
                  .are_opens_aside = true},
    };
    if (event != NULL) {
        matching.world.event_program = engine->schema.current->program;
        matching.world.event_type = event->type;
        matching.world.event_fields = event->fields;
        matching.world.is_counted = event == engine->turn.counted;
    }
    (void)esc_run_borrow(engine, &matching.scratch);
    return matching;
}

/* Tickets that are resolved start nothing by what they are, only by what happens to them. */
static bool is_in_the_way(const EscMatching *matching, const EscTriggerRow *row, bool is_before)
{
    if (!row->is_unresolved && row->kind != ESC_TRIGGER_SLA)
        return false;
    EscStanding standing = is_before ? matching->engine->turn.before_standing
                                     : esc_ticket_standing(matching->engine, matching->ticket);
    return standing != ESC_STANDING_OPEN;
}

bool esc_matching_holds(EscMatching *matching, const EscTriggerRow *row, bool is_before)
{
    if (is_in_the_way(matching, row, is_before))
        return false;
    EscEngine *engine = matching->engine;
    /* What time alone turned since it was judged last is a change as well; hours are asked for once. */
    int64_t at_ms = is_before ? engine->turn.before_ms : engine->now_ms;
    matching->world.is_before = is_before;
    matching->world.at_ms = at_ms;
    EscHost host = esc_world_reader(&matching->world);
    if (is_before) /* what was the case is not what the event is judged by */
        host.listener = NULL;
    bool holds = false;
    EscStatus status =
        esc_pred_holds(engine->schema.current->bundle, row->pred, &host, at_ms,
                       matching->scratch->bytes, sizeof matching->scratch->bytes, &holds);
    return status == ESC_OK && holds;
}

bool esc_matching_is_edge(EscMatching *matching, const EscTriggerRow *row)
{
    if (!esc_matching_holds(matching, row, false))
        return false;
    bool is_level = row->is_level || row->kind == ESC_TRIGGER_SLA;
    if (!is_level || matching->engine->turn.before_is_new)
        return true;
    return !esc_matching_holds(matching, row, true);
}

static bool trigger_holds(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                          const EscEvent *event, int64_t hours_ms, bool are_opens_aside)
{
    EscMatching matching = esc_matching_begin(engine, ticket, event);
    matching.world.hours_ms = hours_ms;
    matching.world.are_opens_aside = are_opens_aside;
    bool holds =
        esc_matching_holds(&matching, &engine->schema.current->program->triggers[trigger], false);
    esc_run_return(engine);
    return holds;
}

bool esc_trigger_holds(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                       const EscEvent *event, int64_t hours_ms)
{
    return trigger_holds(engine, ticket, trigger, event, hours_ms, false);
}

bool esc_trigger_would_hold(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                            const EscEvent *event, int64_t hours_ms)
{
    return trigger_holds(engine, ticket, trigger, event, hours_ms, true);
}
