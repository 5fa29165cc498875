/* linked.c - tickets that the engine makes: how they are made and found, and which of them have to be in memory.
 *
 * A post-mortem stays in memory while the ticket whose it is has a restart load it, for an escalation may start there in any
 * input, and its evidence goes into a post-mortem that is open. What is in memory must not decide that, so it is pinned by
 * what the rows say: whether its ticket is live. Before an input speaks of a ticket that is not, the caller brings both
 * back (esc_engine_lacks). */
#include <engine/model.h>

/* Whose customer it is about is whose the first one is. */
static void account_take(EscEngine *engine, EscTicket *ticket, const EscTicket *parent)
{
    for (uint32_t i = 0; i < engine->schema.slots_count; i++) {
        if (esc_text_starts_with(esc_slot_name(engine, i), ESC_TEXT("account.")) &&
            !esc_ticket_is_assumed(parent, i))
            esc_ticket_set(engine, ticket, i, parent->values[i].value);
    }
}

EscText esc_ticket_linked_id(EscEngine *engine, uint64_t number)
{
    return esc_turn_printf(engine, ESC_OWN_TICKETS "T-%llu", (unsigned long long)number);
}

EscTicket *esc_ticket_linked(EscEngine *engine, uint64_t number)
{
    return number == 0 ? NULL : esc_ticket_find(engine, esc_ticket_linked_id(engine, number));
}

void esc_ticket_pin(EscEngine *engine, EscTicket *ticket, bool is_needed)
{
    if (ticket == NULL || (!is_needed && ticket->pins == 0))
        return;
    bool was_live = esc_ticket_is_live(ticket);
    ticket->pins = is_needed ? ticket->pins + 1 : ticket->pins - 1;
    if (esc_ticket_is_live(ticket) != was_live)
        esc_ticket_dirty(engine, ticket);
}

EscTicket *esc_ticket_create_linked(EscEngine *engine, const EscTicket *parent, EscText title)
{
    EscText id = esc_ticket_linked_id(engine, engine->counters.next_ticket++);
    ESC_ASSERT(!esc_ticket_exists(engine, id)); /* no source names one so */
    EscTicket *ticket = esc_ticket_new(engine, id, engine->now_ms);
    ticket->is_linked = true;
    esc_ticket_set_text(engine, ticket, engine->schema.title_slot, title);
    esc_ticket_set_text(engine, ticket, esc_slot_find(engine, ESC_TEXT("parent")), parent->id);
    account_take(engine, ticket, parent);
    esc_ticket_dirty(engine, ticket);
    return ticket;
}

/* --- post-mortems ----------------------------------------------------------------------------- */

void esc_postmortem_note(EscEngine *engine, EscTicket *ticket, EscText template_name,
                         uint64_t number)
{
    EscStarts *starts = esc_ticket_starts(engine, ticket, template_name);
    EscTicket *postmortem = esc_ticket_linked(engine, number);
    ESC_ASSERT(postmortem != NULL); /* it was just made */
    postmortem->postmortem_of = esc_text_own(ticket->id);
    if (ticket->is_holding) {
        esc_ticket_pin(engine, esc_ticket_linked(engine, starts->postmortem), false);
        esc_ticket_pin(engine, postmortem, true);
    }
    starts->postmortem = number;
    esc_ticket_dirty(engine, ticket);
}

static void hold(EscEngine *engine, EscTicket *ticket, bool is_needed)
{
    if (ticket->is_holding == is_needed)
        return;
    ticket->is_holding = is_needed;
    for (size_t i = 0; i < ticket->starts_count; i++)
        esc_ticket_pin(engine, esc_ticket_linked(engine, ticket->starts[i].postmortem), is_needed);
}

/* Whatever made a ticket live, or not live any more, has it written: it is among those. */
void esc_postmortems_hold(EscEngine *engine)
{
    for (size_t i = 0; i < engine->tickets.dirty_count; i++)
        hold(engine, engine->tickets.dirty[i], esc_ticket_is_live(engine->tickets.dirty[i]));
}

/* The rows say already that it is live: nothing is dirty by that. */
static void restored_pin(EscTicket *postmortem)
{
    if (postmortem != NULL)
        postmortem->pins++;
}

void esc_postmortems_restored(EscEngine *engine, EscTicket *ticket, bool is_live)
{
    ticket->is_holding = is_live;
    for (size_t i = 0; i < ticket->starts_count && is_live; i++)
        restored_pin(esc_ticket_linked(engine, ticket->starts[i].postmortem));
    if (ticket->postmortem_of.size == 0)
        return;
    const EscTicket *of = esc_ticket_find(engine, ticket->postmortem_of);
    for (size_t i = 0; of != NULL && of->is_holding && i < of->starts_count; i++)
        if (esc_ticket_linked(engine, of->starts[i].postmortem) == ticket)
            restored_pin(ticket);
}
