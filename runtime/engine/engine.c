/* engine.c - the engine as a whole: made, fed one input at a time, emptied of old tickets.
 *
 * It is pure: it reads no clock, file or socket and draws no random number. The same inputs give the same rows, in
 * whatever order its hash tables lie in memory. An input's way: esc_engine_apply → engine_events.c, engine_actions.c,
 * engine_delivery.c or a timer → esc_engine_settle, until nothing moves any more → esc_engine_flush (engine_flush.c). */
#include "engine/engine_internal.h"

#include <stdlib.h>
#include <string.h>

EscEngine *esc_engine_new(const EscEngineConfig *config)
{
    EscEngine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->zones = config->zones;
    engine->hash_seed = config->hash_seed;
    engine->ticket_names = esc_names_new(config->hash_seed);
    engine->intern_names = esc_names_new(config->hash_seed);
    engine->turn = esc_arena_new(ESC_ENGINE_TURN_BYTES_MAX);
    engine->view = esc_arena_new(ESC_ENGINE_TURN_BYTES_MAX);
    engine->pending_arena = esc_arena_new(ESC_ENGINE_PENDING_BYTES_MAX);
    engine->emit_place = ESC_NONE;
    engine->counters = (EscCounters){
        .next_escalation = 1, .next_ticket = 1, .next_outbox = 1, .next_audit = 1, .next_timer = 1};
    bool is_complete = engine->ticket_names != NULL && engine->intern_names != NULL &&
                       engine->turn != NULL && engine->view != NULL &&
                       engine->pending_arena != NULL;
    if (!is_complete) {
        esc_engine_free(engine);
        return NULL;
    }
    esc_group_init(&engine->pending, engine->pending_arena);
    return engine;
}

static void garbage_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->garbage_count; i++)
        free(engine->garbage[i]);
    engine->garbage_count = 0;
}

static void bundles_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->bundles_count; i++) {
        free(engine->bundles[i]->slots);
        free(engine->bundles[i]);
    }
    free(engine->bundles);
    free(engine->slot_fields);
    free(engine->slots_by_name);
    free(engine->before);
    free(engine->postings);
    free(engine->postings_first);
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        free(engine->overdues[i]);
}

static void lists_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->outbox_count; i++)
        esc_text_drop(&engine->outbox[i].ticket);
    for (size_t i = 0; i < engine->interned_count; i++)
        esc_text_drop(&engine->interned[i]);
    free(engine->outbox);
    free(engine->interned);
    free(engine->absences);
    free(engine->tickets);
    free(engine->tickets_free);
    free(engine->escalations);
    free(engine->dirty_tickets);
    free(engine->dirty_escalations);
    free(engine->touched);
    free(engine->garbage);
    free(engine->starts);
}

void esc_engine_free(EscEngine *engine)
{
    if (engine == NULL)
        return;
    for (size_t i = 0; i < engine->escalations_count; i++)
        esc_escalation_free(engine, engine->escalations[i]);
    for (size_t i = 0; i < engine->tickets_count; i++) {
        if (engine->tickets[i] != NULL)
            esc_ticket_free(engine, engine->tickets[i]);
    }
    garbage_free(engine);
    esc_timers_release(engine);
    esc_windows_release(engine);
    bundles_free(engine);
    lists_free(engine);
    for (uint32_t i = 0; i < ESC_ENGINE_RUN_DEPTH_MAX; i++) {
        free(engine->runs[i]);
        free(engine->scratch[i]);
    }
    esc_names_free(engine->ticket_names);
    esc_names_free(engine->intern_names);
    esc_arena_free(engine->turn);
    esc_arena_free(engine->view);
    esc_arena_free(engine->pending_arena);
    free(engine);
}

/* --- timers ---------------------------------------------------------------------------------------------------- */

static void escalation_timer_fire(EscEngine *engine, EscEscalation *escalation,
                                  const EscTimerNode *fired)
{
    if (escalation->state == ESC_STATE_PARKED)
        return; /* only a person moves it */
    esc_outcome_add(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
    memcpy(engine->outcome->ticket, escalation->ticket->id.data, escalation->ticket->id.size);
    switch ((EscTimer)fired->kind) {
    case ESC_TIMER_ACK: {
        EscText taken = esc_duration_text(engine, engine->now_ms - escalation->turn_at_ms);
        EscText because =
            esc_turn_printf(engine, "did not acknowledge within %.*s", ESC_TEXT_ARG(taken));
        esc_role_failover(engine, escalation, because.data);
        break;
    }
    case ESC_TIMER_HOLD:
        esc_role_lease_end(engine, escalation);
        break;
    case ESC_TIMER_WAIT:
        if (esc_frame_wait(escalation) != NULL)
            esc_frame_resume(engine, escalation, ESC_WAIT_END_TIMED_OUT);
        break;
    case ESC_TIMER_REMINDER:
        esc_reminder_fire(engine, escalation, fired->index);
        break;
    case ESC_TIMER_CONTACT:
        esc_page_fire(engine, escalation, fired->index);
        break;
    case ESC_TIMER_CHECK:
        esc_qa_fire(engine, escalation, fired->index);
        break;
    case ESC_TIMER_EXPECTATION:
        esc_expectation_fire(engine, escalation, fired->index);
        break;
    default:
        break;
    }
}

static void ticket_timer_fire(EscEngine *engine, EscTicket *ticket, const EscTimerNode *fired)
{
    memcpy(engine->outcome->ticket, ticket->id.data, ticket->id.size);
    switch ((EscTimer)fired->kind) {
    case ESC_TIMER_ARMED:
        esc_armed_fire(engine, ticket, fired->index);
        break;
    case ESC_TIMER_SLA_DUE:
        esc_sla_due_fire(engine, ticket, (EscSlaClock)fired->index);
        break;
    case ESC_TIMER_SLA_WARN:
        esc_sla_warn_fire(engine, ticket, fired->index);
        break;
    case ESC_TIMER_SLA_OVERDUE:
        esc_sla_overdue_fire(engine, ticket, (EscSlaClock)fired->index);
        break;
    default:
        break;
    }
    esc_ticket_touch(engine, ticket);
}

static void timer_apply(EscEngine *engine)
{
    EscTimerNode fired;
    if (!esc_timer_take_due(engine, &fired)) {
        engine->outcome->is_noop = true;
        return;
    }
    if (fired.escalation != NULL)
        escalation_timer_fire(engine, fired.escalation, &fired);
    else if (fired.ticket != NULL)
        ticket_timer_fire(engine, fired.ticket, &fired);
    else
        esc_digest_fire(engine);
}

/* --- one input ----------------------------------------------------------------------------------------------------- */

static void turn_begin(EscEngine *engine, int64_t now_ms, EscOutcome *outcome)
{
    for (size_t i = 0; i < engine->touched_count; i++)
        engine->touched[i]->is_touched = false;
    garbage_free(engine);
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
        timer_apply(engine);
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

int64_t esc_engine_next_due_ms(const EscEngine *engine)
{
    return engine->heap_count == 0 ? INT64_MAX : engine->heap[0]->due_ms;
}

int64_t esc_engine_time_ms(const EscEngine *engine)
{
    return engine->now_ms;
}

/* --- forgetting ---------------------------------------------------------------------------------------------------------- */

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
