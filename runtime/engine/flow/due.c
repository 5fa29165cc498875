/* due.c - the earliest timer that is due fires: one input. */
#include <engine/flow.h>

#include <string.h>

static void escalation_timer_fire(EscEngine *engine, EscEscalation *escalation,
                                  const EscTimerNode *fired)
{
    esc_outcome_add(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
    memcpy(engine->turn.outcome->ticket, escalation->ticket->id.data, escalation->ticket->id.size);
    switch ((EscTimer)fired->kind) {
    default:
        break;
    case ESC_TIMER_CLOCK: /* its waits, checks and `close when` are judged when the input settles */
        esc_escalation_note(engine, escalation);
        break;
    case ESC_TIMER_ACK:
        esc_role_ack_due(engine, escalation, fired->due_ms);
        break;
    case ESC_TIMER_HOLD:
        esc_role_lease_end(engine, escalation);
        break;
    case ESC_TIMER_SHIFT:
        esc_follow_fire(engine, escalation);
        break;
    case ESC_TIMER_WAIT:
        esc_wait_fire(engine, escalation, fired->index);
        break;
    case ESC_TIMER_REMINDER:
        esc_reminder_fire(engine, escalation, fired->index);
        break;
    case ESC_TIMER_CONTACT:
        esc_page_fire(engine, escalation, fired->index);
        break;
    case ESC_TIMER_CHECK:
        esc_check_fire(engine, escalation, fired->index);
        break;
    case ESC_TIMER_EXPECTATION:
        esc_expectation_fire(engine, escalation, fired->index);
        break;
    case ESC_TIMER_OFFER:
        esc_offer_fire(engine, escalation);
    }
}

/* What service levels asked for while they fired. */
static void asked_run(EscEngine *engine)
{
    for (size_t i = 0; i < engine->turn.asked_count; i++) {
        EscAsked asked = engine->turn.asked[i];
        if (asked.kind == ESC_ASKED_EVENT)
            esc_event_internal(engine, asked.ticket, asked.event, asked.fields, asked.fields_count);
        else
            esc_triggers_overdue(engine, asked.ticket, asked.clock, asked.from_ms, asked.to_ms);
    }
    engine->turn.asked_count = 0;
}

static void armed_fire(EscEngine *engine, EscTicket *ticket, uint32_t number)
{
    EscPendingDue due = esc_pending_fire(engine, ticket, number);
    if (due.trigger != ESC_NONE && esc_automation_due(engine, ticket, due.trigger, due.event))
        esc_changes_tell(engine, ticket);
}

static void ticket_timer_fire(EscEngine *engine, EscTicket *ticket, const EscTimerNode *fired)
{
    memcpy(engine->turn.outcome->ticket, ticket->id.data, ticket->id.size);
    switch ((EscTimer)fired->kind) {
    default:
        break;
    case ESC_TIMER_CLOCK:
        esc_wake_ticket(engine, ticket, fired->due_ms);
        break;
    case ESC_TIMER_ARMED:
        armed_fire(engine, ticket, fired->index);
        break;
    case ESC_TIMER_SLA_DUE:
        esc_sla_due_fire(engine, ticket, (EscSlaClock)fired->index);
        break;
    case ESC_TIMER_SLA_WARN:
        esc_sla_warn_fire(engine, ticket, fired->index);
        break;
    case ESC_TIMER_SLA_OVERDUE:
        esc_sla_overdue_fire(engine, ticket, (EscSlaClock)fired->index);
    }
    asked_run(engine);
    esc_ticket_touch(engine, ticket);
}

void esc_due_apply(EscEngine *engine)
{
    EscTimerNode fired;
    if (!esc_timer_take_due(engine, &fired)) {
        engine->turn.outcome->is_noop = true;
        return;
    }
    if (fired.escalation != NULL)
        escalation_timer_fire(engine, fired.escalation, &fired);
    else if (fired.ticket != NULL)
        ticket_timer_fire(engine, fired.ticket, &fired);
    else if (fired.kind == ESC_TIMER_ABSENCE)
        esc_absences_fire(engine, fired.due_ms);
    else if (fired.kind == ESC_TIMER_SILENCE)
        esc_silences_fire(engine);
    else if (fired.kind == ESC_TIMER_TALLIES)
        esc_tallies_fire(engine);
    else if (fired.kind == ESC_TIMER_TASK)
        esc_tasks_fire(engine);
    else if (fired.index == ESC_DIGEST_STORM)
        esc_storms_fire(engine);
    else if (fired.index == ESC_DIGEST_QUIET)
        esc_quiets_fire(engine);
    else
        esc_digest_fire(engine);
}
