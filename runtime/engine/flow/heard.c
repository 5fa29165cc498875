/* heard.c - what a change of a ticket is heard as: events of the engine's own, and what the ticket was before. */
#include <engine/flow.h>

#include <string.h>

uint32_t esc_standing_event(EscStanding before, EscStanding now)
{
    if (now == before || (now == ESC_STANDING_RESOLVED && before == ESC_STANDING_CLOSED))
        return ESC_NONE;
    return now == ESC_STANDING_CLOSED     ? ESC_EVENT_TICKET_CLOSED
           : now == ESC_STANDING_RESOLVED ? ESC_EVENT_TICKET_RESOLVED
                                          : ESC_EVENT_TICKET_REOPENED;
}

EscDerived esc_before_keep(EscEngine *engine)
{
    uint32_t count = engine->schema.slots_count;
    EscDerived kept = {
        .ticket = engine->turn.before_ticket,
        .before = esc_arena_alloc_array(engine->turn.arena, count, sizeof *kept.before),
        .standing_before = engine->turn.before_standing,
        .clocks_before = engine->turn.before_clocks,
        .judged_ms = engine->turn.before_ms,
        .is_new = engine->turn.before_is_new,
    };
    ESC_ASSERT(kept.before != NULL);
    memcpy(kept.before, engine->turn.before, count * sizeof *kept.before);
    return kept;
}

void esc_before_set(EscEngine *engine, const EscDerived *derived)
{
    engine->turn.before_ticket = derived->ticket;
    engine->turn.before_is_new = derived->is_new;
    engine->turn.before_standing = derived->standing_before;
    engine->turn.before_clocks = derived->clocks_before;
    engine->turn.before_ms = derived->judged_ms != 0
                                 ? derived->judged_ms
                                 : esc_ticket_judged_ms(engine, derived->ticket);
    memcpy(engine->turn.before, derived->before,
           engine->schema.slots_count * sizeof *derived->before);
}

EscHeard esc_changes_heard(EscEngine *engine, EscTicket *ticket)
{
    EscHeard heard = {.count = 0};
    uint32_t transition =
        esc_standing_event(engine->turn.before_standing, esc_ticket_standing(engine, ticket));
    if (transition == ESC_NONE && !esc_ticket_has_changed(engine, ticket))
        return heard; /* it was changed back */
    heard.events[heard.count++] = esc_event_own(engine, ticket, ESC_EVENT_TICKET_UPDATED, NULL, 0);
    if (transition != ESC_NONE)
        heard.events[heard.count++] =
            esc_event_own(engine, ticket, (EscBuiltinEvent)transition, NULL, 0);
    return heard;
}
