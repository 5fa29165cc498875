/* postmortem.c - the post-mortem that a template asks for: a linked ticket made of the evidence. The
 * evidence of a ticket that came again goes into the one that is open still. */
#include <engine/run.h>

static void description_timeline(EscEngine *engine, const EscEscalation *escalation, EscBuf *buf)
{
    esc_buf_string(buf, "\nTimeline:\n");
    for (size_t i = 0; i < escalation->timeline_count; i++) {
        const EscMoment *moment = &escalation->timeline[i];
        esc_buf_printf(buf, "- %.*s %s%s%.*s\n",
                       ESC_TEXT_ARG(esc_local_time(engine, moment->at_ms)),
                       esc_audit_word((EscAuditKind)moment->kind), esc_words_with(moment->who, " "),
                       ESC_TEXT_ARG(moment->who));
    }
}

/* What people read in the ticket; the evidence has the same as data. due_ms 0: that stands there already. */
static EscText description_of(EscEngine *engine, const EscEscalation *escalation, int64_t due_ms,
                              const char *hex)
{
    const EscProgram *program = escalation->bundle->program;
    EscBuf buf = esc_turn_buf();
    esc_buf_printf(&buf, "%.*s on %.*s was closed as %.*s after %.*s. ",
                   ESC_TEXT_ARG(esc_escalation_title(escalation)),
                   ESC_TEXT_ARG(escalation->ticket->id), ESC_TEXT_ARG(escalation->outcome),
                   ESC_TEXT_ARG(esc_duration_text(engine, escalation->closed_at_ms -
                                                              escalation->opened_at_ms)));
    if (due_ms != 0)
        esc_buf_printf(&buf, "Due %.*s. ", ESC_TEXT_ARG(esc_local_time(engine, due_ms)));
    esc_buf_printf(&buf, "Evidence %.12s.\n", hex);
    description_timeline(engine, escalation, &buf);
    esc_buf_printf(&buf,
                   "\nNotifications: %u sent, %u given up. Hand-offs: %u. Exceptions: "
                   "%u.\n\nQuality checks:\n",
                   escalation->messages, escalation->dead, escalation->handoffs,
                   escalation->exceptions);
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        const EscCheckRow *row =
            &program->checks[esc_escalation_template(escalation)->checks_first + i];
        if (row->timing == ESC_TIMING_IN_PLACE && escalation->checks[i] == ESC_CHECK_STATE_PENDING)
            continue;
        esc_buf_printf(&buf, "- %.*s: %s\n", ESC_TEXT_ARG(esc_qa_check_text(engine, escalation, i)),
                       esc_check_state_name((EscCheckState)escalation->checks[i]));
    }
    return esc_turn_take(engine, &buf);
}

static void postmortem_fields(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                              EscText owner, int64_t due_ms, const char *hex)
{
    esc_ticket_set_text(engine, ticket, esc_slot_find(engine, ESC_TEXT("description")),
                        description_of(engine, escalation, due_ms, hex));
    esc_ticket_set_member(engine, ticket, esc_slot_find(engine, ESC_TEXT("kind")), "postmortem");
    esc_ticket_set_text(engine, ticket, engine->schema.assignee_slot, owner);
    static const char *const due_fields[] = {"due_at", "due"};
    for (size_t i = 0; i < ESC_COUNT_OF(due_fields); i++) {
        uint32_t slot = esc_slot_find(engine, esc_text_from(due_fields[i]));
        if (slot != ESC_NONE && esc_type_kind(esc_slot_type(engine, slot)) == ESC_KIND_TIME)
            esc_ticket_set(engine, ticket, slot,
                           (EscValue){.type = esc_slot_type(engine, slot), .ms = due_ms});
    }
}

static void postmortem_tell(EscEngine *engine, EscEscalation *escalation, const EscTicket *ticket,
                            EscText owner, EscText text)
{
    const EscNotice message = {
        .text = esc_turn_printf(engine, "%.*s: %.*s", ESC_TEXT_ARG(text), ESC_TEXT_ARG(ticket->id)),
        .is_due = true,
    };
    esc_message_person(engine, escalation, owner, &message);
}

/* --- a new one -------------------------------------------------------------------------------- */

static EscText owner_of(EscEngine *engine, EscEscalation *escalation)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    EscPeople people;
    esc_role_people(engine, escalation, row->postmortem_role - 1 - row->roles_first, &people);
    return people.count > 0 ? people.names[0] : escalation->owner;
}

static EscTicket *ticket_make(EscEngine *engine, EscEscalation *escalation)
{
    EscText title = esc_turn_printf(engine, "Post-mortem: %.*s on %.*s",
                                    ESC_TEXT_ARG(esc_escalation_title(escalation)),
                                    ESC_TEXT_ARG(escalation->ticket->id));
    uint64_t number = engine->counters.next_ticket;
    EscTicket *ticket = esc_ticket_create_linked(engine, escalation->ticket, title);
    esc_postmortem_note(engine, escalation->ticket, escalation->template_name, number);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_CREATED,
        esc_audit_data(engine, "name", ESC_TEXT("postmortem"), "ticket", ticket->id, NULL),
        "made the ticket %.*s (postmortem): \"%.*s\"", ESC_TEXT_ARG(ticket->id),
        ESC_TEXT_ARG(title));
    return ticket;
}

static void postmortem_new(EscEngine *engine, EscEscalation *escalation, const char *hex)
{
    EscText owner = owner_of(engine, escalation);
    int64_t due_ms = engine->now_ms + esc_escalation_template(escalation)->postmortem_due_ms;
    EscTicket *ticket = ticket_make(engine, escalation);
    postmortem_fields(engine, escalation, ticket, owner, due_ms, hex);
    EscText until = esc_local_time(engine, due_ms);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_POSTMORTEM,
                         esc_audit_data(engine, "ticket", ticket->id, "owner", owner, "until",
                                        until, "hash", esc_text_from(hex), NULL),
                         "the post-mortem %.*s is %.*s's, due %.*s", ESC_TEXT_ARG(ticket->id),
                         ESC_TEXT_ARG(owner), ESC_TEXT_ARG(until));
    postmortem_tell(engine, escalation, ticket, owner,
                    esc_turn_printf(engine, "The post-mortem of %.*s is yours until %.*s",
                                    ESC_TEXT_ARG(escalation->ticket->id),
                                    ESC_TEXT_ARG(esc_person_time(engine, owner, due_ms))));
}

/* --- one that is open still ------------------------------------------------------------------- */

/* That of this template on this ticket; NULL: there is none, or it is done. */
static EscTicket *open_one(EscEngine *engine, const EscEscalation *escalation)
{
    const EscStarts *starts =
        esc_ticket_starts(engine, escalation->ticket, escalation->template_name);
    EscTicket *ticket = esc_ticket_linked(engine, starts->postmortem);
    return ticket == NULL || esc_ticket_is_resolved(engine, ticket) ? NULL : ticket;
}

/* Whoever has it by now keeps it, and its due date. */
static void postmortem_add(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                           const char *hex)
{
    uint32_t slot = esc_slot_find(engine, ESC_TEXT("description"));
    EscText before = esc_ticket_text(engine, ticket, slot);
    esc_ticket_set_text(engine, ticket, slot,
                        esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(before),
                                        esc_words_with(before, "\n\nOnce more:\n"),
                                        ESC_TEXT_ARG(description_of(engine, escalation, 0, hex))));
    EscText owner = esc_ticket_text(engine, ticket, engine->schema.assignee_slot);
    if (!esc_person_known(engine, owner))
        owner = owner_of(engine, escalation);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_POSTMORTEM,
                         esc_audit_data(engine, "ticket", ticket->id, "owner", owner, "hash",
                                        esc_text_from(hex), NULL),
                         "the evidence goes into the post-mortem %.*s, which is open still",
                         ESC_TEXT_ARG(ticket->id));
    postmortem_tell(engine, escalation, ticket, owner,
                    esc_turn_printf(engine, "There is more for the post-mortem of %.*s",
                                    ESC_TEXT_ARG(escalation->ticket->id)));
}

void esc_postmortem_make(EscEngine *engine, EscEscalation *escalation)
{
    char hex[65];
    esc_evidence_put(engine, escalation, ESC_TEXT("postmortem"),
                     esc_postmortem_json(engine, escalation), hex);
    EscTicket *ticket = open_one(engine, escalation);
    if (ticket != NULL)
        postmortem_add(engine, escalation, ticket, hex);
    else
        postmortem_new(engine, escalation, hex);
}
