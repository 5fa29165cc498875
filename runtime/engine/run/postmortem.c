/* postmortem.c - the post-mortem that a template asks for: a linked ticket made of the evidence. The
 * evidence of a ticket that came again goes into the one that is open still. */
#include <engine/run.h>

#define HASH_SHOWN 12 /* digits of the evidence's hash */

/* What stands in a timeline (esc_escalation_moment). */
static EscText moment_word(EscAuditKind kind)
{
    switch (kind) {
#define MOMENT(KIND, NAME)                                                                         \
    case ESC_AUDIT_##KIND:                                                                         \
        return ESC_SAYING(NAME);
        MOMENT(OPENED, DID_OPEN)
        MOMENT(FAILOVER, DID_FAIL_OVER)
        MOMENT(ACKED, DID_ACK)
        MOMENT(HANDOFF, DID_HAND_OFF)
        MOMENT(ANSWERED, DID_ANSWER)
        MOMENT(APPROVED, DID_APPROVE)
        MOMENT(REJECTED, DID_REJECT)
        MOMENT(CHECK_PASSED, DID_CONFIRM)
        MOMENT(CHECK_OVERRIDDEN, DID_OVERRIDE)
        MOMENT(ATTACHED, DID_ATTACH)
        MOMENT(SNAPSHOT, DID_SNAPSHOT)
        MOMENT(EXCEPTION, DID_RAISE)
        MOMENT(DELIVERY_DEAD, DID_DIE)
        MOMENT(ROLLBACK, DID_ROLL_BACK)
        MOMENT(CLOSING, DID_BEGIN_CLOSING)
        MOMENT(CLOSED, DID_CLOSE)
        MOMENT(PARKED, DID_PARK)
        MOMENT(TAKEN_UP, DID_TAKE_UP)
#undef MOMENT
    default:
        return esc_text_from(esc_audit_word(kind));
    }
}

static EscText state_word(EscCheckState state)
{
    switch (state) {
    case ESC_CHECK_STATE_PASSED:
        return ESC_SAYING(IS_PASSED);
    case ESC_CHECK_STATE_FAILED:
        return ESC_SAYING(IS_FAILED);
    case ESC_CHECK_STATE_HANDLED:
        return ESC_SAYING(IS_HANDLED);
    case ESC_CHECK_STATE_OVERRIDDEN:
        return ESC_SAYING(IS_OVERRIDDEN);
    case ESC_CHECK_STATE_NOT_ASKED:
        return ESC_SAYING(IS_NOT_ASKED);
    default:
        return ESC_SAYING(IS_PENDING);
    }
}

static void description_timeline(EscEngine *engine, const EscEscalation *escalation, EscBuf *buf)
{
    esc_buf_printf(buf, "\n%.*s\n", ESC_TEXT_ARG(ESC_SAYING(PM_TIMELINE)));
    for (size_t i = 0; i < escalation->timeline_count; i++) {
        const EscMoment *moment = &escalation->timeline[i];
        EscText who = esc_unmarked(engine, moment->who);
        esc_buf_printf(buf, "- %.*s %.*s%s%.*s\n",
                       ESC_TEXT_ARG(esc_local_time(engine, moment->at_ms)),
                       ESC_TEXT_ARG(moment_word((EscAuditKind)moment->kind)),
                       esc_words_with(who, " "), ESC_TEXT_ARG(who));
    }
}

static void description_checks(EscEngine *engine, const EscEscalation *escalation, EscBuf *buf)
{
    const EscCheckRow *rows =
        &escalation->bundle->program->checks[esc_escalation_template(escalation)->checks_first];
    esc_buf_printf(buf, "\n\n%.*s\n", ESC_TEXT_ARG(ESC_SAYING(PM_CHECKS)));
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        EscCheckState state = (EscCheckState)escalation->checks[i];
        if (rows[i].timing == ESC_TIMING_IN_PLACE && state == ESC_CHECK_STATE_PENDING)
            continue;
        esc_buf_printf(buf, "- %.*s: %.*s\n",
                       ESC_TEXT_ARG(esc_qa_check_text(engine, escalation, i)),
                       ESC_TEXT_ARG(state_word(state)));
    }
}

/* What people read in the ticket, in the workspace's language; the evidence has the same as data. due_ms 0: that stands there
 * already. */
static EscText description_of(EscEngine *engine, const EscEscalation *escalation, int64_t due_ms,
                              const char *hex)
{
    EscBuf buf = esc_turn_buf();
    EscText after = esc_duration_text(engine, escalation->closed_at_ms - escalation->opened_at_ms),
            title = esc_escalation_title(escalation);
    esc_buf_text(&buf, esc_say(engine, PM_CLOSED, title, escalation->ticket->id,
                               escalation->outcome, after));
    esc_buf_char(&buf, ' ');
    if (due_ms != 0) {
        esc_buf_text(&buf, esc_say(engine, PM_DUE, esc_local_time(engine, due_ms)));
        esc_buf_char(&buf, ' ');
    }
    esc_buf_text(&buf, esc_say(engine, PM_EVIDENCE, (EscText){hex, HASH_SHOWN}));
    esc_buf_char(&buf, '\n');
    description_timeline(engine, escalation, &buf);
    esc_buf_char(&buf, '\n');
    esc_buf_text(&buf, esc_say(engine, PM_COUNTS, esc_say_count(engine, escalation->messages),
                               esc_say_count(engine, escalation->dead),
                               esc_say_count(engine, escalation->handoffs),
                               esc_say_count(engine, escalation->exceptions)));
    description_checks(engine, escalation, &buf);
    return esc_said(engine, esc_turn_take(engine, &buf), esc_workspace_reads(engine));
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

static void postmortem_tell(EscEngine *engine, EscEscalation *escalation, EscText owner,
                            EscText text)
{
    const EscNotice message = {.marked = text, .is_due = true};
    esc_message_person(engine, escalation, owner, &message);
}

/* --- a new one -------------------------------------------------------------------------------- */

static bool came(const EscEscalation *escalation, EscText person)
{
    if (esc_text_equal(escalation->owner, person) || esc_escalation_has_acked(escalation, person))
        return true;
    for (size_t i = 0; i < escalation->timeline_count; i++) {
        const EscMoment *moment = &escalation->timeline[i];
        if (moment->kind == ESC_AUDIT_ACKED && esc_text_equal(moment->who, person))
            return true;
    }
    return false;
}

static bool was_missed(const EscEscalation *escalation, EscText person)
{
    for (size_t i = 0; i < escalation->formers_count; i++) {
        if (escalation->formers[i].has_missed &&
            esc_text_equal(escalation->formers[i].person, person))
            return true;
    }
    return false;
}

/* Whom the template names, but not somebody who was called and never came: then it is theirs who handled it. */
static EscText owner_of(EscEngine *engine, EscEscalation *escalation)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    EscPeople people;
    esc_role_people(engine, escalation, row->postmortem_role - 1 - row->roles_first, &people);
    for (uint32_t i = 0; i < people.count; i++) {
        if (came(escalation, people.names[i]) || !was_missed(escalation, people.names[i]))
            return people.names[i];
    }
    return escalation->owner;
}

static EscTicket *ticket_make(EscEngine *engine, EscEscalation *escalation)
{
    EscText title = esc_said(
        engine, esc_say(engine, PM_TITLE, esc_escalation_title(escalation), escalation->ticket->id),
        esc_workspace_reads(engine));
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
    const EscTemplateRow *template = esc_escalation_template(escalation);
    int64_t due_ms =
        esc_hours_due_ms(engine, escalation->bundle->program, template->postmortem_calendar,
                         engine->now_ms, template->postmortem_due_ms);
    EscTicket *ticket = ticket_make(engine, escalation);
    postmortem_fields(engine, escalation, ticket, owner, due_ms, hex);
    EscText until = esc_local_time(engine, due_ms);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_POSTMORTEM,
                         esc_audit_data(engine, "ticket", ticket->id, "owner", owner, "until",
                                        until, "hash", esc_text_from(hex), NULL),
                         "the post-mortem %.*s is %.*s's, due %.*s", ESC_TEXT_ARG(ticket->id),
                         ESC_TEXT_ARG(owner), ESC_TEXT_ARG(until));
    esc_postmortem_task(engine, escalation, ticket, owner, due_ms);
    postmortem_tell(engine, escalation, owner,
                    esc_say(engine, PM_YOURS, escalation->ticket->id,
                            esc_person_time(engine, owner, due_ms), ticket->id));
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
    EscText again = esc_said(engine, ESC_SAYING(PM_AGAIN), esc_workspace_reads(engine)),
            more = description_of(engine, escalation, 0, hex);
    if (before.size > 0)
        more = esc_turn_printf(engine, "%.*s\n\n%.*s\n%.*s", ESC_TEXT_ARG(before),
                               ESC_TEXT_ARG(again), ESC_TEXT_ARG(more));
    esc_ticket_set_text(engine, ticket, slot, more);
    EscText owner = esc_ticket_text(engine, ticket, engine->schema.assignee_slot);
    if (!esc_person_known(engine, owner))
        owner = owner_of(engine, escalation);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_POSTMORTEM,
                         esc_audit_data(engine, "ticket", ticket->id, "owner", owner, "hash",
                                        esc_text_from(hex), NULL),
                         "the evidence goes into the post-mortem %.*s, which is open still",
                         ESC_TEXT_ARG(ticket->id));
    postmortem_tell(engine, escalation, owner,
                    esc_say(engine, PM_MORE, escalation->ticket->id, ticket->id));
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
