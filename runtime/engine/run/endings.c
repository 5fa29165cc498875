/* endings.c - how a frame ends: an exception is over, the escalation is closed, or a person has to go on. */
#include <engine/run.h>

#include <string.h>

void esc_exception_over(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->below.bytes == NULL) {
        esc_escalation_park(engine, escalation,
                            "its exception is handled, but what it interrupted is lost");
        return;
    }
    escalation->frame = escalation->below;
    escalation->below = (EscFrame){0};
    esc_wish_set_resumed(engine, escalation, esc_frame_wait(escalation)->kind == ESC_WAIT_RAISED);
    esc_frame_timers(engine, escalation);
    const EscProgram *program = escalation->bundle->program;
    EscText name = escalation->raised.exception == ESC_NONE
                       ? (EscText){0}
                       : program->texts[program->exceptions[escalation->raised.exception].name];
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_EXCEPTION_OVER, esc_audit_data(engine, "name", name, NULL),
        "exception %.*s is handled; what it interrupted goes on", ESC_TEXT_ARG(name));
    esc_raised_release(&escalation->raised);
}

static void ticket_unlink(EscTicket *ticket, const EscEscalation *escalation)
{
    for (size_t i = 0; i < ticket->open_count; i++) {
        if (ticket->open[i] != escalation)
            continue;
        memmove(ticket->open + i, ticket->open + i + 1,
                (ticket->open_count - i - 1) * sizeof *ticket->open);
        ticket->open_count--;
        return;
    }
}

void esc_escalation_closed(EscEngine *engine, EscEscalation *escalation)
{
    esc_pages_stop(engine, escalation, (EscText){0});
    esc_timer_cancel_all(engine, escalation, NULL);
    esc_frame_drop(&escalation->frame);
    esc_frame_drop(&escalation->below);
    esc_wish_forget(engine, escalation);
    for (size_t i = 0; i < escalation->changes_count; i++)
        esc_change_pin(engine, &escalation->changes[i], false);
    escalation->state = ESC_STATE_CLOSED;
    escalation->closed_at_ms = engine->now_ms;
    esc_ticket_starts(engine, escalation->ticket, escalation->template_name)->closed_at_ms =
        engine->now_ms;
    esc_ticket_dirty(engine, escalation->ticket);
    ticket_unlink(escalation->ticket, escalation);
    esc_escalation_moment(engine, escalation, ESC_AUDIT_CLOSED, escalation->outcome);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_CLOSED,
        esc_audit_data(engine, "outcome", escalation->outcome, NULL), "closed as %.*s after %.*s",
        ESC_TEXT_ARG(escalation->outcome),
        ESC_TEXT_ARG(esc_duration_text(engine, engine->now_ms - escalation->opened_at_ms)));
    if (escalation->bundle != NULL && escalation->is_closed_by_when &&
        esc_escalation_template(escalation)->postmortem_role > 0)
        esc_postmortem_make(engine, escalation);
}

void esc_escalation_park(EscEngine *engine, EscEscalation *escalation, const char *because)
{
    if (escalation->state == ESC_STATE_CLOSED)
        return;
    escalation->state = ESC_STATE_PARKED;
    escalation->parked_because = esc_engine_intern(engine, esc_text_from(because));
    esc_wish_forget(engine, escalation);
    esc_pages_stop(engine, escalation, (EscText){0});
    esc_timer_cancel_all(engine, escalation, NULL);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_PARKED,
                         esc_audit_data(engine, "because", escalation->parked_because, NULL),
                         "cannot go on by itself: %s; a person has to", because);
    esc_escalation_moment(engine, escalation, ESC_AUDIT_PARKED, (EscText){0});
    esc_role_last_resort(engine, escalation, because);
}
