/* deeds_operators.c - people resolve a ticket, call an escalation off that was a mistake, start a template, have taken back what an
 * escalation changed. */
#include "deeds.h"

EscStatus esc_deed_resolve(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscStatus status = esc_deed_check_actor(deed);
    if (status != ESC_OK)
        return status;
    /* An old button: after a restart a closed escalation is not there at all, so it must not resolve its ticket now. */
    if (deed->action->escalation != 0 && !esc_escalation_is_open(deed->escalation))
        return esc_deed_noop_text(deed, esc_deed_closed_text(deed));
    if (esc_ticket_is_resolved(engine, deed->ticket))
        return esc_deed_noop_text(deed, ESC_SAYING(SORRY_RESOLVED));
    return esc_deed_ticket_resolve(deed);
}

EscStatus esc_deed_ticket_resolve(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    esc_ticket_remember(engine, deed->ticket, false);
    engine->turn.is_taking = true;
    esc_ticket_set_resolved(engine, deed->ticket, "resolved", true);
    engine->turn.is_taking = false;
    esc_work_ticket_look(engine, deed->ticket, deed->actor, deed->action->reason);
    esc_audit_ticket(engine, deed->ticket, ESC_AUDIT_RESOLVED,
                     esc_audit_data(engine, "reason", deed->action->reason, NULL),
                     "%.*s resolved %.*s%.*s", ESC_TEXT_ARG(deed->actor),
                     ESC_TEXT_ARG(deed->ticket->id), ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    esc_event_internal(engine, deed->ticket, ESC_EVENT_TICKET_RESOLVED, NULL, 0);
    return ESC_OK;
}

/* It ends at once: nothing is waited for, and whoever was called hears that they need not come. */
EscStatus esc_deed_call_off(EscDeed *deed)
{
    EscStatus status = esc_deed_check_actor(deed);
    if (status == ESC_OK)
        status = esc_deed_check_reason(deed);
    if (status != ESC_OK)
        return status;
    if (!esc_escalation_is_open(deed->escalation))
        return esc_deed_noop_text(deed, esc_deed_closed_text(deed));
    esc_escalation_call_off(deed->engine, deed->escalation, deed->actor, deed->action->reason);
    return ESC_OK;
}

EscStatus esc_deed_start(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    const EscProgram *program = engine->schema.current->program;
    uint32_t template_index = esc_template_find(program, deed->action->target);
    if (template_index == ESC_NONE)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "there is no template \"%.*s\"",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->action->target, 64)));
    if (!program->templates[template_index].is_manual)
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "the template %.*s does not say `manual`",
                       ESC_TEXT_ARG(deed->action->target));
    if (deed->action->escalation != 0 && !esc_escalation_is_open(deed->escalation))
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "E-%llu is closed: name the ticket instead",
                       (unsigned long long)deed->escalation->id);
    if (esc_ticket_open_id(engine, deed->ticket, deed->action->target) != 0)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "the template %.*s is open on this ticket",
                       ESC_TEXT_ARG(deed->action->target));
    EscGiven given = esc_given_by_hand(engine, template_index, deed->action);
    EscText lacks = esc_given_lacks(engine, template_index, &given);
    if (lacks.size > 0)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "the template %.*s wants to be given: %.*s",
                       ESC_TEXT_ARG(deed->action->target), ESC_TEXT_ARG(lacks));
    EscText because = esc_turn_printf(engine, "%.*s started it%s%.*s", ESC_TEXT_ARG(deed->actor),
                                      esc_words_with(deed->action->reason, ": "),
                                      ESC_TEXT_ARG(deed->action->reason));
    deed->escalation = esc_escalation_start_by(engine, deed->ticket, template_index, NULL, because,
                                               deed->actor, &given);
    if (deed->escalation == NULL)
        engine->turn.outcome->is_noop = true;
    else
        (void)esc_deed_notices(deed); /* whoever is called by what they started knows of it */
    return ESC_OK;
}

/* Once: what was taken back, or could not be, is recorded no more. */
EscStatus esc_deed_rollback(EscDeed *deed)
{
    EscEscalation *escalation = deed->escalation;
    EscStatus status = esc_deed_check_actor(deed);
    if (status == ESC_OK)
        status = esc_deed_check_reason(deed);
    if (status != ESC_OK)
        return status;
    if (!esc_escalation_is_open(escalation))
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "E-%llu is closed: what it changed is taken back while it is open",
                       (unsigned long long)escalation->id);
    if (escalation->bundle == NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "E-%llu is parked: what it changed is not known",
                       (unsigned long long)escalation->id);
    if (escalation->changes_count == 0)
        return esc_deed_noop_text(deed, ESC_SAYING(SORRY_UNCHANGED));
    esc_rollback(deed->engine, escalation, deed->action->reason);
    (void)esc_deed_notices(deed);
    return ESC_OK;
}
