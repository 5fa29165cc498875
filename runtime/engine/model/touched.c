/* touched.c - which tickets an input has changed: each is written once, when all has settled. */
#include <engine/model.h>

void esc_ticket_note(EscEngine *engine, EscTicket *ticket)
{
    EscTurn *turn = &engine->turn;
    if (turn->outcome == NULL || ticket->is_noted ||
        (engine->schema.current->program->clocks_count == 0 && engine->reaches.pairs_count == 0))
        return;
    ticket->is_noted = true;
    ESC_ENGINE_GROW(turn->noted, turn->noted_count, turn->noted_capacity);
    turn->noted[turn->noted_count++] = ticket;
}

void esc_ticket_dirty(EscEngine *engine, EscTicket *ticket)
{
    esc_ticket_note(engine, ticket);
    if (ticket->is_dirty)
        return;
    esc_text_drop(&ticket->body);
    ticket->is_dirty = true;
    ESC_ENGINE_GROW(engine->tickets.dirty, engine->tickets.dirty_count,
                    engine->tickets.dirty_capacity);
    engine->tickets.dirty[engine->tickets.dirty_count++] = ticket;
}

void esc_ticket_touch(EscEngine *engine, EscTicket *ticket)
{
    esc_ticket_note(engine, ticket);
    if (ticket->is_touched)
        return;
    ticket->is_touched = true;
    ESC_ENGINE_GROW(engine->turn.touched, engine->turn.touched_count,
                    engine->turn.touched_capacity);
    engine->turn.touched[engine->turn.touched_count++] = ticket;
}
