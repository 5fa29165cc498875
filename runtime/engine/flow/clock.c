/* clock.c - the clock is corrected: every instant that the engine keeps moves, or stays, here. When another bundle brings other
 * calendars, what counts their hours goes the same way.
 *
 * A correction says that the clock was wrong, not that time has passed, so whatever runs keeps the time it has left. Who
 * adds an instant to a struct of engine/state.h, or a kind of timer, decides here what becomes of it:
 *
 *   keeps what is left, by the correction            opening and moments of an escalation, its turn, its first
 *                                                    acknowledgement, lease, pages and their contact methods, `for` of a
 *                                                    trigger, windows and digests, times of hand-offs and of automations,
 *                                                    `again after`, log and creation of a ticket, what is told to where it came from, absences `for` a duration; acknowledgement,
 *                                                    waits, reminders, checks, expectations, service levels without a calendar
 *   is elapsed time and needs nothing                 counts and silences (model/kept.c)
 *   keeps the open time that is left                 the same with a calendar, unless it is late already
 *   stays                                            absences between dates; dates in fields, events and snapshots of
 *                                                    code; what was written: audit, evidence, closed escalations
 *   is looked up anew when it is needed              whose turn it is by a schedule
 *   is set anew from what it is made of              clock timers (wakes.c), ends of quiet time (duty/quiet.c)
 *
 * Tickets that are not in memory are behind by what was corrected since they were written; they catch up when they come
 * back (engine->moved_ms). Unsettled outbox rows are moved by the store. */
#include <engine/flow.h>

#include <stdlib.h>

/* --- timers ----------------------------------------------------------------------------------- */

static int64_t escalation_timer_due(EscEngine *engine, const EscMove *move,
                                    const EscTimerNode *timer)
{
    EscEscalation *escalation = timer->escalation;
    int64_t elapsed_ms = timer->due_ms + esc_move_by(move);
    if (escalation->bundle == NULL || escalation->state == ESC_STATE_PARKED)
        return elapsed_ms;
    switch ((EscTimer)timer->kind) {
    case ESC_TIMER_ACK:
        return esc_role_ack_moved(engine, escalation, move, timer->due_ms);
    case ESC_TIMER_WAIT:
        return esc_wait_moved(escalation, timer->index, elapsed_ms);
    case ESC_TIMER_REMINDER:
        return esc_reminder_moved(engine, escalation, move, timer->due_ms);
    case ESC_TIMER_CHECK:
        return esc_qa_moved(engine, escalation, move, timer->index, timer->due_ms);
    case ESC_TIMER_EXPECTATION:
        return esc_expectation_due_ms(escalation, timer->index, elapsed_ms);
    case ESC_TIMER_SHIFT:
        return esc_follow_due_ms(engine, escalation, elapsed_ms);
    case ESC_TIMER_HOLD:
        return esc_role_hold_moved(engine, escalation, move, timer->due_ms);
    case ESC_TIMER_CONTACT:
    case ESC_TIMER_OFFER:
    case ESC_TIMER_CLOCK: /* set anew when all is moved */
        return elapsed_ms;
    case ESC_TIMER_NONE:
    case ESC_TIMER_ARMED:
    case ESC_TIMER_SLA_DUE:
    case ESC_TIMER_SLA_WARN:
    case ESC_TIMER_SLA_OVERDUE:
    case ESC_TIMER_DIGEST:
    case ESC_TIMER_ABSENCE:
    case ESC_TIMER_SILENCE:
    case ESC_TIMER_TALLIES:
    case ESC_TIMER_TASK:
    case ESC_TIMER_COUNT:
        break; /* not an escalation's: it will fire without an effect */
    }
    return elapsed_ms;
}

static int64_t timer_due(EscEngine *engine, const EscMove *move, const EscTimerNode *timer)
{
    EscTimer kind = (EscTimer)timer->kind;
    if (timer->escalation != NULL)
        return escalation_timer_due(engine, move, timer);
    if (move->is_of_calendars) /* duty/sla.c and pending.c compute them anew */
        return timer->due_ms;
    if (kind == ESC_TIMER_ABSENCE)
        return timer->due_ms;
    if (timer->ticket == NULL || kind == ESC_TIMER_CLOCK)
        return timer->due_ms + esc_move_by(move);
    if (kind == ESC_TIMER_ARMED)
        return esc_pending_moved(engine, timer->ticket, move, timer->index, timer->due_ms);
    return esc_sla_timer_moved(engine, timer->ticket, move, kind, timer->index, timer->due_ms);
}

static int older(const void *a, const void *b)
{
    const EscTimerNode *x = *(const EscTimerNode *const *)a, *y = *(const EscTimerNode *const *)b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* In the order of creation, which a restart does not change. */
static void timers_move(EscEngine *engine, const EscMove *move)
{
    size_t count = engine->timers.heap_count;
    const EscTimerNode **list = esc_arena_alloc_array(engine->turn.arena, count, sizeof *list);
    ESC_ASSERT(list != NULL);
    for (size_t i = 0; i < count; i++)
        list[i] = engine->timers.heap[i].node;
    if (count > 0)
        qsort(list, count, sizeof(EscTimerNode *), older);
    for (size_t i = 0; i < count; i++)
        esc_timer_move(engine, list[i], timer_due(engine, move, list[i]));
}

/* --- what they belong to ---------------------------------------------------------------------- */

static void tickets_move(EscEngine *engine, const EscMove *move)
{
    for (size_t i = 0; i < engine->tickets.count; i++) {
        EscTicket *ticket = esc_ticket_at(engine, i);
        if (ticket == NULL)
            continue;
        bool is_live = esc_ticket_is_live(ticket);
        if (is_live)
            esc_sla_move(engine, ticket, move);
        esc_ticket_move(ticket, esc_move_by(move));
        if (!is_live)
            continue;
        esc_sla_moved(engine, ticket);
        esc_ticket_dirty(engine, ticket);
    }
}

static void escalations_move(EscEngine *engine, const EscMove *move)
{
    EscEscalation *escalation = NULL;
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
        if (!esc_escalation_is_open(escalation))
            continue;
        esc_escalation_move(escalation, esc_move_by(move));
        esc_role_move(escalation, esc_move_by(move));
        esc_pages_move(escalation, esc_move_by(move));
        esc_expectations_move(engine, escalation, move);
        esc_frames_move(engine, escalation, move);
        esc_escalation_dirty(engine, escalation);
    }
}

void esc_clock_calendars(EscEngine *engine, const EscProgram *before)
{
    const EscMove move = {engine->now_ms, engine->now_ms, .is_of_calendars = true,
                          .before = before};
    if (before != NULL && esc_calendars_equal(before, engine->schema.current->program))
        return;
    escalations_move(engine, &move);
    timers_move(engine, &move);
}

static void correct(EscEngine *engine, int64_t by_ms)
{
    const EscMove move = {.from_ms = engine->now_ms, .to_ms = engine->now_ms + by_ms};
    const EscWakeTruths *truths = esc_wakes_before_move(engine, by_ms);
    tickets_move(engine, &move);
    escalations_move(engine, &move);
    timers_move(engine, &move);
    esc_windows_move(engine, by_ms);
    engine->pending->outbox_moved_ms += by_ms;
    engine->moved_ms += by_ms;
    engine->now_ms = move.to_ms;
    esc_absences_move(engine, by_ms);
    esc_groups_move(engine, by_ms);
    esc_tasks_move(engine, by_ms);
    if (engine->quiets.count > 0)
        esc_quiets_review(engine);
    esc_audit_ticket(
        engine, NULL, ESC_AUDIT_CLOCK_CORRECTED,
        esc_audit_data(engine, "by_ms", esc_turn_printf(engine, "%lld", (long long)by_ms), NULL),
        "the clock was moved %.*s %s: what runs keeps the time that it has left",
        ESC_TEXT_ARG(esc_duration_text(engine, by_ms < 0 ? -by_ms : by_ms)),
        by_ms < 0 ? "back" : "forward");
    esc_wakes_after_move(engine, truths);
    esc_silences_review(engine);
}

void esc_clock_apply(EscEngine *engine, const EscClockChange *change)
{
    if (change->correction_ms != 0)
        correct(engine, change->correction_ms);
    if (change->actor.size == 0)
        return;
    engine->turn.actor = esc_engine_intern(engine, change->actor);
    EscText ahead = esc_turn_printf(engine, "%lld", (long long)change->ahead_ms);
    esc_audit_ticket(engine, NULL, ESC_AUDIT_CLOCK_ACCEPTED,
                     esc_audit_data(engine, "ahead_ms", ahead, NULL),
                     "%.*s says that the wall clock is right, which is %.*s ahead",
                     ESC_TEXT_ARG(engine->turn.actor),
                     ESC_TEXT_ARG(esc_duration_text(engine, change->ahead_ms)));
}
