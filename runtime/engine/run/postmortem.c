/* postmortem.c - the post-mortem that a template asks for: a linked ticket made of the evidence. */
#include <engine/run.h>

static void description_timeline(EscEngine *engine, const EscEscalation *escalation, EscBuf *buf)
{
    esc_buf_string(buf, "\nTimeline:\n");
    for (size_t i = 0; i < escalation->timeline_count; i++) {
        const EscMoment *moment = &escalation->timeline[i];
        esc_buf_printf(buf, "- %.*s %s%s%.*s\n",
                       ESC_TEXT_ARG(esc_local_time(engine, moment->at_ms)),
                       esc_audit_word((EscAuditKind)moment->kind), moment->who.size > 0 ? " " : "",
                       ESC_TEXT_ARG(moment->who));
    }
}

/* What people read in the ticket; the evidence has the same as data. */
static EscText description_of(EscEngine *engine, const EscEscalation *escalation, int64_t due_ms,
                              const char *hex)
{
    const EscProgram *program = escalation->bundle->program;
    EscBuf buf = esc_turn_buf();
    esc_buf_printf(&buf, "%.*s on %.*s was closed as %.*s after %.*s. Due %.*s. Evidence %.12s.\n",
                   ESC_TEXT_ARG(esc_escalation_title(escalation)),
                   ESC_TEXT_ARG(escalation->ticket->id), ESC_TEXT_ARG(escalation->outcome),
                   ESC_TEXT_ARG(esc_duration_text(engine, escalation->closed_at_ms -
                                                              escalation->opened_at_ms)),
                   ESC_TEXT_ARG(esc_local_time(engine, due_ms)), hex);
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

void esc_postmortem_make(EscEngine *engine, EscEscalation *escalation)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    const EscRoleRow *role = &escalation->bundle->program->roles[row->postmortem_role - 1];
    EscPeople people;
    esc_people_find(engine, escalation, escalation->ticket, escalation->bundle, role->owner,
                    &people);
    EscText owner = people.count > 0 ? people.names[0] : escalation->owner;
    int64_t due_ms = engine->now_ms + row->postmortem_due_ms;
    char hex[65];
    esc_evidence_put(engine, escalation, ESC_TEXT("postmortem"),
                     esc_postmortem_json(engine, escalation), hex);
    EscText title = esc_turn_printf(engine, "Post-mortem: %.*s on %.*s",
                                    ESC_TEXT_ARG(esc_escalation_title(escalation)),
                                    ESC_TEXT_ARG(escalation->ticket->id));
    EscTicket *ticket = esc_ticket_create_linked(engine, escalation->ticket, title);
    postmortem_fields(engine, escalation, ticket, owner, due_ms, hex);
    EscText until = esc_local_time(engine, due_ms);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_CREATED,
        esc_audit_data(engine, "name", ESC_TEXT("postmortem"), "ticket", ticket->id, NULL),
        "made the ticket %.*s (postmortem): \"%.*s\"", ESC_TEXT_ARG(ticket->id),
        ESC_TEXT_ARG(title));
    esc_audit_escalation(engine, escalation, ESC_AUDIT_POSTMORTEM,
                         esc_audit_data(engine, "ticket", ticket->id, "owner", owner, "until",
                                        until, "hash", esc_text_from(hex), NULL),
                         "the post-mortem %.*s is %.*s's, due %.*s", ESC_TEXT_ARG(ticket->id),
                         ESC_TEXT_ARG(owner), ESC_TEXT_ARG(until));
    EscNotice message = {
        .text = esc_turn_printf(engine, "The post-mortem of %.*s is yours until %.*s: %.*s",
                                ESC_TEXT_ARG(escalation->ticket->id),
                                ESC_TEXT_ARG(esc_person_time(engine, owner, due_ms)),
                                ESC_TEXT_ARG(ticket->id)),
        .is_due = true,
    };
    esc_message_person(engine, escalation, owner, &message);
}
