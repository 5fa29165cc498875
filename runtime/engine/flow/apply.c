/* apply.c - an engine is fed one input at a time, and emptied of old tickets.
 *
 * It is pure: it reads no clock, file or socket and draws no random number. The same inputs give the same rows, in
 * whatever order its hash tables lie in memory. An input's way: esc_engine_apply → events.c, actions.c, results.c or
 * due.c → esc_engine_settle, until nothing moves any more → esc_engine_flush (rows/flush.c). */
#include <engine/flow.h>

#include <stdlib.h>

/* --- one input -------------------------------------------------------------------------------- */

static void turn_begin(EscEngine *engine, int64_t now_ms, EscOutcome *outcome)
{
    for (size_t i = 0; i < engine->touched_count; i++)
        engine->touched[i]->is_touched = false;
    esc_garbage_free(engine);
    esc_arena_clear(engine->turn);
    esc_arena_clear(engine->view);
    *outcome = (EscOutcome){.escalations_count = 0};
    engine->outcome = outcome;
    engine->now_ms = now_ms > engine->now_ms ? now_ms : engine->now_ms;
    engine->actor = (EscText){0};
    engine->before_ticket = NULL;
    engine->before_is_new = false;
    engine->event = NULL;
    engine->touched_count = 0;
    engine->starts_count = 0;
    engine->asked_count = 0;
    engine->emit_place = ESC_NONE;
}

/* Escalations that could not be read at the start, and service levels under another bundle: done with the first
 * input that changes anything. */
static void arrears_do(EscEngine *engine)
{
    if (engine->is_parked_due) {
        engine->is_parked_due = false;
        for (size_t i = 0; i < engine->escalations_count; i++) {
            EscEscalation *escalation = engine->escalations[i];
            if (!escalation->is_parked_now)
                continue;
            escalation->is_parked_now = false;
            esc_escalation_park(engine, escalation,
                                esc_turn_text(engine, escalation->parked_because).data);
        }
    }
    if (!engine->is_review_due)
        return;
    engine->is_review_due = false;
    for (size_t i = 0; i < engine->tickets_count; i++) {
        if (engine->tickets[i] != NULL)
            esc_sla_rebuild(engine, engine->tickets[i]);
    }
}

static EscStatus input_apply(EscEngine *engine, const EscInput *input, EscWhy *why)
{
    switch (input->kind) {
    case ESC_INPUT_EVENT:
        return esc_event_apply(engine, input->event, why);
    case ESC_INPUT_ACTION:
        return esc_action_apply(engine, input->action, why);
    case ESC_INPUT_DELIVERY:
        return esc_delivery_apply(engine, input->delivery, why);
    case ESC_INPUT_TIMER:
        esc_due_apply(engine);
        return ESC_OK;
    }
    return esc_why(why, ESC_BAD_ARGUMENT, "", 0, "an input of an unknown kind");
}

EscStatus esc_engine_apply(EscEngine *engine, const EscInput *input, int64_t now_ms,
                           EscOutcome *outcome, EscWhy *why)
{
    if (engine->current == NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "the engine has no bundle");
    int64_t time_before_ms = engine->now_ms;
    turn_begin(engine, now_ms, outcome);
    EscStatus status = input_apply(engine, input, why);
    if (status != ESC_OK) {
        engine->now_ms = time_before_ms;
        engine->outcome = NULL;
        return status;
    }
    engine->actor = (EscText){0};
    arrears_do(engine);
    esc_engine_settle(engine);
    engine->outcome = NULL;
    return ESC_OK;
}

/* --- forgetting ------------------------------------------------------------------------------- */

static bool is_evictable(const EscEngine *engine, const EscTicket *ticket)
{
    return ticket != NULL && ticket->open_count == 0 && ticket->timers == NULL &&
           !ticket->is_dirty && (esc_ticket_is_resolved(engine, ticket) || ticket->is_linked);
}

static int older(const void *a, const void *b)
{
    const EscTicket *x = *(EscTicket *const *)a, *y = *(EscTicket *const *)b;
    if (x->updated_at_ms != y->updated_at_ms)
        return x->updated_at_ms < y->updated_at_ms ? -1 : 1;
    return esc_text_compare(x->id, y->id);
}

static void ticket_evict(EscEngine *engine, EscTicket *ticket)
{
    esc_names_remove(engine->ticket_names, ticket->id);
    engine->tickets[ticket->index] = NULL;
    ESC_ENGINE_GROW(engine->tickets_free, engine->tickets_free_count,
                    engine->tickets_free_capacity);
    engine->tickets_free[engine->tickets_free_count++] = ticket->index;
    esc_ticket_free(engine, ticket);
}

/* Closed escalations go with their tickets. Those that still have something to write stay, and so do their tickets. */
static void closed_evict(EscEngine *engine, EscTicket **gone, size_t gone_count)
{
    for (size_t i = 0; i < gone_count; i++)
        gone[i]->is_touched =
            true; /* marks for the walk below; nothing is touched between two inputs */
    size_t kept = 0;
    for (size_t i = 0; i < engine->escalations_count; i++) {
        EscEscalation *escalation = engine->escalations[i];
        if (escalation->ticket->is_touched && escalation->state == ESC_STATE_CLOSED)
            esc_escalation_free(engine, escalation);
        else
            engine->escalations[kept++] = escalation;
    }
    engine->escalations_count = kept;
}

/* It looks at all tickets, so it waits until an eighth of what it keeps may have closed: a ticket that did, or whose
 * escalation did, was flushed since the last look. */
void esc_engine_evict(EscEngine *engine, size_t keep)
{
    if (engine->dirty_escalations_count > 0 || engine->dirty_tickets_count > 0)
        return; /* not flushed yet */
    if (engine->flushed_count < keep / 8)
        return;
    engine->flushed_count = 0;
    for (size_t i = 0; i < engine->touched_count; i++)
        engine->touched[i]->is_touched = false;
    engine->touched_count = 0;
    engine->before_ticket = NULL;
    EscTicket **closed = esc_engine_alloc((engine->tickets_count + 1) * sizeof *closed);
    size_t count = 0;
    for (size_t i = 0; i < engine->tickets_count; i++) {
        if (is_evictable(engine, engine->tickets[i]))
            closed[count++] = engine->tickets[i];
    }
    if (count > keep) {
        qsort(closed, count, sizeof(EscTicket *), older);
        closed_evict(engine, closed, count - keep);
        for (size_t i = 0; i < count - keep; i++)
            ticket_evict(engine, closed[i]);
    }
    free(closed);
}
