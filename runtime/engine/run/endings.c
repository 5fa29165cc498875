/* endings.c - how things end: an exception is over, triage is moot, the steps end, the escalation is closed, or a
 * person has to go on. */
#include <engine/run.h>

#include <stdlib.h>
#include <string.h>

/* --- frames ----------------------------------------------------------------------------------- */

static EscText raised_name(const EscEscalation *escalation, const EscRaised *raised)
{
    const EscProgram *program = escalation->bundle->program;
    return program->texts[program->exceptions[raised->exception].name];
}

void esc_frame_pop(EscEngine *engine, EscEscalation *escalation)
{
    esc_frame_timers_stop(engine, escalation, &escalation->frame);
    esc_frame_drop(&escalation->frame);
    if (escalation->below_count == 0)
        return;
    escalation->frame = escalation->below[--escalation->below_count];
    escalation->below[escalation->below_count] = (EscFrame){0};
    esc_frame_timers(engine, escalation, &escalation->frame);
}

void esc_exception_over(EscEngine *engine, EscEscalation *escalation)
{
    EscText name = raised_name(escalation, escalation->frame.raised);
    bool goes_on = escalation->below_count > 0;
    esc_frame_pop(engine, escalation);
    const EscWaitRow *wait = esc_frame_wait(escalation);
    if (wait != NULL && wait->kind == ESC_WAIT_RAISED && !escalation->frame.is_held)
        esc_wish_set_resumed(engine, escalation, true);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_EXCEPTION_OVER,
                         esc_audit_data(engine, "name", name, NULL),
                         "exception %.*s is handled; %s", ESC_TEXT_ARG(name),
                         goes_on ? "what it interrupted goes on" : "the steps had ended before");
}

void esc_steps_end(EscEngine *engine, EscEscalation *escalation)
{
    esc_frame_timers_stop(engine, escalation, &escalation->frame);
    esc_wish_set_resumed(engine, escalation, false);
    esc_frame_drop(&escalation->frame);
    esc_below_drop(escalation);
}

void esc_triage_withdraw(EscEngine *engine, EscEscalation *escalation, const char *because)
{
    if (escalation->triage == NULL)
        return;
    EscText name = raised_name(escalation, escalation->triage->frame.raised);
    esc_frame_timers_stop(engine, escalation, &escalation->triage->frame);
    esc_triage_drop(escalation);
    esc_escalation_alarm(engine, escalation, ESC_ALARM_TRIAGE, false);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_TRIAGE_OVER,
                         esc_audit_data(engine, "name", name, "answer", ESC_TEXT("withdrawn"),
                                        "because", esc_text_from(because), NULL),
                         "triage of %.*s is withdrawn: %s", ESC_TEXT_ARG(name), because);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void ticket_unlink(EscTicket *ticket, const EscEscalation *escalation)
{
    size_t at = 0;
    while (ticket->open[at] != escalation)
        at++;
    memmove(ticket->open + at, ticket->open + at + 1,
            (ticket->open_count - at - 1) * sizeof *ticket->open);
    ticket->open_count--;
}

static void all_drop(EscEngine *engine, EscEscalation *escalation)
{
    esc_offer_withdraw(engine, escalation, ESC_SAYING(OFFER_OVER));
    esc_pages_stop(engine, escalation, (EscText){0});
    if (escalation->bundle != NULL)
        esc_triage_withdraw(engine, escalation, "it is closed");
    esc_timer_cancel_all(engine, escalation, NULL);
    esc_frames_drop(escalation);
    esc_wish_forget(engine, escalation);
    for (size_t i = 0; i < escalation->changes_count; i++)
        esc_change_pin(engine, &escalation->changes[i], false);
}

/* When another of its template may start for the same key; 0: at once. */
static int64_t free_ms_of(const EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation->bundle == NULL)
        return 0;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    return row->again_after_ms == 0
               ? 0
               : esc_calendar_due_ms(escalation->bundle->program, engine->zones,
                                     row->again_calendar, engine->now_ms, row->again_after_ms);
}

static void members_leave(EscEngine *engine, EscEscalation *escalation)
{
    for (size_t i = 0; i < escalation->members_count; i++) {
        EscTicket *ticket = esc_member_ticket(engine, escalation, i);
        if (ticket != NULL)
            esc_audit_ticket(
                engine, ticket, ESC_AUDIT_LEFT,
                esc_audit_data(engine, "escalation", esc_escalation_name(engine, escalation),
                               "outcome", escalation->outcome, NULL),
                "E-%llu of %.*s, which it had joined, is closed as %.*s",
                (unsigned long long)escalation->id, ESC_TEXT_ARG(escalation->ticket->id),
                ESC_TEXT_ARG(escalation->outcome));
    }
    esc_group_close(engine, escalation, free_ms_of(engine, escalation));
}

void esc_escalation_closed(EscEngine *engine, EscEscalation *escalation)
{
    esc_rollback_closed(engine, escalation);
    all_drop(engine, escalation);
    escalation->state = ESC_STATE_CLOSED;
    esc_opens_forget(engine, escalation);
    for (uint32_t alarm = 1; alarm < ESC_ALARM_ALL; alarm *= 2)
        esc_escalation_alarm(engine, escalation, (EscAlarm)alarm, false);
    escalation->closed_at_ms = engine->now_ms;
    esc_ticket_starts(engine, escalation->ticket, escalation->template_name)->closed_at_ms =
        engine->now_ms;
    esc_ticket_dirty(engine, escalation->ticket);
    esc_tasks_look(engine, escalation);
    ticket_unlink(escalation->ticket, escalation);
    members_leave(engine, escalation);
    esc_escalation_moment(engine, escalation, ESC_AUDIT_CLOSED, escalation->outcome);
    esc_room_close(engine, escalation);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_CLOSED,
        esc_audit_data(engine, "outcome", escalation->outcome, NULL), "closed as %.*s after %.*s",
        ESC_TEXT_ARG(escalation->outcome),
        ESC_TEXT_ARG(esc_duration_text(engine, engine->now_ms - escalation->opened_at_ms)));
    if (escalation->bundle != NULL && escalation->is_closed_by_when &&
        esc_escalation_template(escalation)->postmortem_role > 0)
        esc_postmortem_make(engine, escalation);
}

/* --- a person has to go on -------------------------------------------------------------------- */

static void last_resort_tell(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    EscText title = esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot);
    esc_page_ref(engine, escalation, ESC_REF(ESC_REF_ROLE, 3),
                 esc_say(engine, PARKED, escalation->ticket->id, esc_escalation_title(escalation),
                         title, because, escalation->owner));
}

/* Only the steps end: owner, chain and `close when` go on. The snapshot stays, as evidence. */
void esc_escalation_park(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    escalation->state = ESC_STATE_PARKED;
    esc_escalation_alarm(engine, escalation, ESC_ALARM_PARKED, true);
    esc_wish_forget(engine, escalation);
    esc_timer_cancel_kind(engine, escalation, NULL, ESC_TIMER_WAIT);
    esc_timer_cancel_kind(engine, escalation, NULL, ESC_TIMER_REMINDER);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_PARKED, esc_audit_data(engine, "because", because, NULL),
        "its steps cannot go on: %.*s; the last resort is told", ESC_TEXT_ARG(because));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_PARKED, (EscText){0});
    last_resort_tell(engine, escalation, because);
}
