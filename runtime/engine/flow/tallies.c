/* tallies.c - an event counts (model/tallies.c) before triggers are judged: they ask whether it was the one that made a
 * count exceed its number. */
#include <engine/flow.h>

void esc_tallies_hear(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    const EscByEvent *tallies = &engine->schema.tallies;
    EscTurn *turn = &engine->turn;
    uint32_t first = esc_by_event_first(tallies, event->type),
             end = esc_by_event_first(tallies, event->type + 1);
    turn->counted = NULL;
    if (first == end || ticket->is_linked)
        return;
    EscMatching matching = esc_matching_begin(engine, ticket, event);
    turn->reached_count = 0;
    turn->reached = esc_arena_alloc_array(turn->arena, end - first, sizeof *turn->reached);
    ESC_ASSERT(turn->reached != NULL);
    for (uint32_t i = first; i < end; i++)
        if (esc_tally_hear(engine, esc_world_keys(&matching.world), tallies->rows[i]))
            turn->reached[turn->reached_count++] = tallies->rows[i];
    turn->counted = event;
    esc_run_return(engine);
}
