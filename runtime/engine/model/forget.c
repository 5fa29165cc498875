/* forget.c - what a restart would not load need not stay: closed escalations go as soon as they are written, tickets
 * without open escalation, timer or pin once others that were touched later fill the room that is left for them.
 *
 * Every step costs the same however much is kept: a ticket that was written goes to the end of a list, the first of
 * which are forgotten; a forgotten escalation leaves its place empty until half of the places are. */
#include <engine/model.h>

#include <stdlib.h>

bool esc_ticket_is_live(const EscTicket *ticket)
{
    return ticket->open_count > 0 || ticket->timers != NULL || ticket->pins > 0;
}

/* --- tickets ---------------------------------------------------------------------------------- */

static void idle_unlink(EscTickets *tickets, EscTicket *ticket)
{
    if (!ticket->is_idle)
        return;
    if (ticket->idle_before != NULL)
        ticket->idle_before->idle_after = ticket->idle_after;
    else
        tickets->idle_first = ticket->idle_after;
    if (ticket->idle_after != NULL)
        ticket->idle_after->idle_before = ticket->idle_before;
    else
        tickets->idle_last = ticket->idle_before;
    ticket->idle_before = ticket->idle_after = NULL;
    ticket->is_idle = false;
    tickets->idle_count--;
}

static void idle_append(EscTickets *tickets, EscTicket *ticket)
{
    ticket->is_idle = true;
    ticket->idle_before = tickets->idle_last;
    if (tickets->idle_last != NULL)
        tickets->idle_last->idle_after = ticket;
    else
        tickets->idle_first = ticket;
    tickets->idle_last = ticket;
    tickets->idle_count++;
}

void esc_ticket_written(EscEngine *engine, EscTicket *ticket)
{
    idle_unlink(&engine->tickets, ticket);
    if (!esc_ticket_is_live(ticket))
        idle_append(&engine->tickets, ticket);
}

void esc_ticket_remove(EscEngine *engine, EscTicket *ticket)
{
    EscTickets *tickets = &engine->tickets;
    esc_timer_cancel_all(engine, NULL, ticket);
    if (ticket->is_dirty) { /* by the line above: nobody removes what has to be written */
        ESC_ASSERT(tickets->dirty[tickets->dirty_count - 1] == ticket);
        tickets->dirty_count--;
    }
    idle_unlink(tickets, ticket);
    esc_names_remove(tickets->names, ticket->id);
    tickets->items[ticket->index] = NULL;
    ESC_ENGINE_GROW(tickets->places, tickets->places_count, tickets->places_capacity);
    tickets->places[tickets->places_count++] = ticket->index;
    esc_ticket_free(engine, ticket);
}

/* --- escalations ------------------------------------------------------------------------------ */

void esc_escalation_written(EscEngine *engine, EscEscalation *escalation)
{
    EscEscalations *all = &engine->escalations;
    if (escalation->state != ESC_STATE_CLOSED || escalation->is_leaving)
        return;
    escalation->is_leaving = true;
    ESC_ENGINE_GROW(all->closed, all->closed_count, all->closed_capacity);
    all->closed[all->closed_count++] = escalation;
}

/* Empty places are cleared up when there are more of them than others. */
static void places_clear(EscEscalations *all)
{
    if (all->forgotten_count <= all->count / 2)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].escalation != NULL)
            all->items[kept++] = all->items[i];
    all->count = kept;
    all->forgotten_count = 0;
}

static void closed_forget(EscEngine *engine)
{
    EscEscalations *all = &engine->escalations;
    for (size_t i = 0; i < all->closed_count; i++) {
        EscEscalation *escalation = all->closed[i];
        esc_escalation_leave(engine, escalation->id);
        esc_escalation_free(engine, escalation);
    }
    all->closed_count = 0;
    places_clear(all);
}

void esc_engine_evict(EscEngine *engine, size_t keep)
{
    if (engine->escalations.dirty_count > 0 || engine->tickets.dirty_count > 0)
        return;           /* not flushed yet */
    esc_turn_end(engine); /* reading a ticket back touches it */
    closed_forget(engine);
    while (engine->tickets.idle_count > keep) {
        EscTicket *ticket = engine->tickets.idle_first;
        if (esc_ticket_is_live(ticket)) /* since it was read */
            idle_unlink(&engine->tickets, ticket);
        else
            esc_ticket_remove(engine, ticket);
    }
}
