/* held.c - starts that `not open(…)` holds back: all else that they ask for holds, but another template is open for the
 * same value of a field. Such a start waits on its ticket (pending.c) and is judged again when the last escalation that
 * held it back is closed; an event of its own ticket may let it go before.
 *
 * Who is waited for is found by the value (model/opens.c), and who waits by the same: `held`, which is in memory only and
 * follows from what waits on the tickets. One that nothing frees is judged again after the longest time that anything
 * waits. */
#include <engine/flow.h>

#include <stdlib.h>

/* --- after a restart -------------------------------------------------------------------------- */

/* A ticket that was read, from the store or from sleep, has noted itself. */
void esc_held_catch_up(EscEngine *engine)
{
    EscOpenIndex *opens = &engine->opens;
    for (size_t i = 0; i < opens->unread_count; i++) {
        EscTicket *ticket = esc_ticket_at(engine, opens->unread[i]);
        if (ticket != NULL)
            esc_pending_note_held(engine, ticket);
    }
    opens->unread_count = 0;
}

static void opens_of(EscEngine *engine, EscEscalation *escalation)
{
    esc_opens_note(engine, escalation, escalation->ticket);
    for (size_t i = 0; i < escalation->members_count; i++) {
        const EscTicket *member = esc_member_ticket(engine, escalation, i);
        if (member != NULL)
            esc_opens_note(engine, escalation, member);
    }
}

/* What is open is asked for from now on as it is now, where nobody asked before. */
void esc_held_review(EscEngine *engine)
{
    EscEscalation *escalation = NULL;
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;)
        if (esc_escalation_is_open(escalation))
            opens_of(engine, escalation);
    for (size_t i = 0; i < engine->tickets.count; i++) {
        EscTicket *ticket = esc_ticket_at(engine, i);
        if (ticket == NULL || ticket->armed_count == 0)
            continue;
        esc_ticket_remember(engine, ticket, false);
        esc_pending_judge_held(engine, ticket, true);
        esc_pending_note_held(engine, ticket);
    }
}

#define HELD_AT_ONCE_MAX                                                                           \
    100u /* tickets that one input judges again; the others have inputs of their own */

/* --- something is closed ---------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    const EscTicket *x = *(EscTicket *const *)a, *y = *(EscTicket *const *)b;
    return esc_text_compare(x->id, y->id);
}

/* Those that waited for the value, and are not noted as waiting for it any more. */
static EscTicket **waiting_take(EscEngine *engine, const EscKeptId *value, size_t *count)
{
    EscChains *held = &engine->opens.held;
    uint64_t index = 0;
    *count = 0;
    for (uint32_t at = 0; esc_chain_next(held, value, &at, &index);)
        (*count)++;
    EscTicket **tickets = esc_arena_alloc_array(engine->turn.arena, *count, sizeof *tickets);
    ESC_ASSERT(tickets != NULL);
    *count = 0;
    for (uint32_t at = 0; esc_chain_next(held, value, &at, &index); at = 0) {
        esc_chain_remove(held, value, index);
        EscTicket *ticket = index < engine->tickets.count ? esc_ticket_at(engine, index) : NULL;
        if (ticket != NULL)
            tickets[(*count)++] = ticket;
    }
    if (*count > 1)
        qsort(tickets, *count, sizeof(EscTicket *), by_id);
    return tickets;
}

void esc_held_free(EscEngine *engine)
{
    EscTurn *turn = &engine->turn;
    for (size_t i = 0; i < turn->freed_count; i++) { /* it grows while they start and close */
        size_t count = 0;
        EscKeptId value = turn->freed[i];
        EscTicket **tickets = waiting_take(engine, &value, &count);
        for (size_t k = HELD_AT_ONCE_MAX; k < count; k++)
            esc_pending_wake_held(engine, tickets[k]);
        for (size_t k = 0; k < count && k < HELD_AT_ONCE_MAX; k++) {
            esc_ticket_remember(engine, tickets[k], false);
            esc_pending_judge_held(engine, tickets[k], true);
            esc_ticket_touch(engine, tickets[k]);
        }
    }
    turn->freed_count = 0;
}
