/* forget.c - what a restart would not load need not stay: closed escalations go as soon as they are written, tickets
 * without open escalation of theirs or that they joined, timer, pin or paused clock once others that were touched later fill the room that is left for them.
 *
 * Every step costs the same however much is kept: a ticket that was written goes to the end of a list, the first of
 * which are forgotten; a forgotten escalation leaves its place empty until half of the places are.
 *
 * And what a restart would load, but nothing has happened to for a while, sleeps: rows/sleep.c makes the bytes of it and of
 * them what it was; here it is taken off the lists and put back. */
#include <engine/model.h>

#include <stdlib.h>

/* A clock that its level pauses has no timer, and another bundle may let it go on. */
static bool has_paused_clock(const EscTicket *ticket)
{
    return ticket->is_paused && ticket->sla[ESC_SLA_CLOCK_RESOLVE].state == ESC_CLOCK_RUNNING;
}

bool esc_ticket_is_live(const EscTicket *ticket)
{
    return ticket->open_count > 0 || ticket->joined_count > 0 || ticket->timers != NULL ||
           ticket->pins > 0 || has_paused_clock(ticket) || esc_writes_wait(ticket) || esc_errands_wait(ticket);
}

/* --- tickets ---------------------------------------------------------------------------------- */

static void list_unlink(EscTicket *ticket)
{
    EscTicketList *list = ticket->list;
    if (list == NULL)
        return;
    if (ticket->list_before != NULL)
        ticket->list_before->list_after = ticket->list_after;
    else
        list->first = ticket->list_after;
    if (ticket->list_after != NULL)
        ticket->list_after->list_before = ticket->list_before;
    else
        list->last = ticket->list_before;
    ticket->list_before = ticket->list_after = NULL;
    ticket->list = NULL;
    list->count--;
}

static void list_append(EscTicketList *list, EscTicket *ticket)
{
    ticket->list = list;
    ticket->list_before = list->last;
    if (list->last != NULL)
        list->last->list_after = ticket;
    else
        list->first = ticket;
    list->last = ticket;
    list->count++;
}

void esc_ticket_written(EscEngine *engine, EscTicket *ticket)
{
    EscTickets *tickets = &engine->tickets;
    list_unlink(ticket);
    list_append(esc_ticket_is_live(ticket) ? &tickets->live : &tickets->idle, ticket);
}

static void place_give(EscTickets *tickets, uint32_t index)
{
    ESC_ENGINE_GROW(tickets->places, tickets->places_count, tickets->places_capacity);
    tickets->places[tickets->places_count++] = index;
}

void esc_ticket_remove(EscEngine *engine, EscTicket *ticket)
{
    EscTickets *tickets = &engine->tickets;
    esc_timer_cancel_all(engine, NULL, ticket);
    if (ticket->is_dirty) { /* by the line above: nobody removes what has to be written */
        ESC_ASSERT(tickets->dirty[tickets->dirty_count - 1] == ticket);
        tickets->dirty_count--;
    }
    list_unlink(ticket);
    esc_names_remove(tickets->names, ticket->id);
    tickets->items[ticket->index] = NULL;
    place_give(tickets, ticket->index);
    esc_ticket_free(engine, ticket);
}

/* --- sleepers ---------------------------------------------------------------------------------- */

void esc_ticket_sleep(EscEngine *engine, EscTicket *ticket, EscSleeper *sleeper)
{
    EscTickets *tickets = &engine->tickets;
    ESC_ASSERT(!ticket->is_dirty && !ticket->is_touched);
    for (size_t i = 0; i < ticket->open_count; i++) {
        EscEscalation *escalation = ticket->open[i];
        esc_escalation_sleep(engine, escalation->id, ticket->index);
        esc_timers_drop(engine, &escalation->timers);
        esc_escalation_free(engine, escalation);
    }
    esc_timers_drop(engine, &ticket->timers);
    list_unlink(ticket);
    bool is_known = esc_names_rekey(tickets->names, sleeper->id);
    ESC_ASSERT(is_known);
    sleeper->index = ticket->index;
    tickets->sleepers[ticket->index] = sleeper;
    tickets->items[ticket->index] = NULL;
    if (sleeper->has_timer)
        esc_timer_sleeper_put(engine, sleeper);
    esc_ticket_free(engine, ticket);
}

/* Its place is the next that is taken. */
void esc_sleeper_take(EscEngine *engine, EscSleeper *sleeper)
{
    EscTickets *tickets = &engine->tickets;
    if (sleeper->has_timer)
        esc_timer_sleeper_remove(engine, sleeper);
    esc_names_remove(tickets->names, sleeper->id);
    tickets->sleepers[sleeper->index] = NULL;
    place_give(tickets, sleeper->index);
}

/* --- escalations ------------------------------------------------------------------------------ */

void esc_escalation_written(EscEngine *engine, EscEscalation *escalation)
{
    EscEscalations *all = &engine->escalations;
    esc_ticket_written(engine, escalation->ticket);
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
        if (all->items[i].escalation != NULL || all->items[i].sleeper != 0)
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
    while (engine->tickets.idle.count > keep) {
        EscTicket *ticket = engine->tickets.idle.first;
        if (esc_ticket_is_live(ticket)) /* since it was read */
            esc_ticket_written(engine, ticket);
        else
            esc_ticket_remove(engine, ticket);
    }
}
