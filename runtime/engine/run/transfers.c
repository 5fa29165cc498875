/* transfers.c - who works on a ticket was changed in the system that has it: outside of this layer. It is recorded, and what follows the
 * policy says: the owner is asked, what was so before is told there again, or who was named there has the escalation here. What a
 * policy wants and cannot have (a name that nobody here has, a field that goes nowhere) is asked about. */
#include <engine/run.h>

static EscText value_said(EscEngine *engine, EscValue value)
{
    EscBuf buf = esc_turn_buf();
    esc_value_write_text(&buf, engine->schema.current->program, value);
    return esc_turn_cut(engine, esc_turn_take(engine, &buf), 200);
}

/* It is set here again, as a step would set it: where both do so again and again, that is noticed (writes.c). */
static bool put_back(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue before)
{
    if (esc_home_row(engine, ticket->home, slot) == NULL)
        return false;
    EscText field = esc_slot_name(engine, slot), old = value_said(engine, before),
            now = value_said(engine, ticket->values[slot].value);
    (void)esc_ticket_set(engine, ticket, slot, before);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_PUT_BACK,
                     esc_audit_data(engine, "field", field, "home", ticket->home, "old", now,
                                    "new", old, NULL),
                     "the policy puts ticket.%.*s back to \"%.*s\"", ESC_TEXT_ARG(field),
                     ESC_TEXT_ARG(old));
    return true;
}

static bool is_title(EscText title, EscText name)
{
    return title.size > 0 && esc_text_equal_folded(title, name);
}

/* Who is meant by what another system calls them: by name, title, or an address. 0: nobody, or more than one. */
static EscRef named_there(const EscProgram *program, EscText name)
{
    EscRef found = esc_ref_named(program, name);
    uint32_t count = found != 0;
    for (uint32_t i = 0; i < program->persons_count && found == 0; i++) {
        const EscPersonRow *person = &program->persons[i];
        bool is_it = is_title(program->texts[person->title], name);
        for (uint32_t c = 0; c < person->contacts_count && !is_it; c++)
            is_it = is_title(program->texts[program->contacts[person->contacts_first + c].address],
                             name);
        count += is_it;
        found = is_it ? ESC_REF(ESC_REF_PERSON, i) : found;
    }
    for (uint32_t i = 0; i < program->teams_count && found == 0; i++) {
        bool is_it = is_title(program->texts[program->teams[i].title], name);
        count += is_it;
        found = is_it ? ESC_REF(ESC_REF_TEAM, i) : found;
    }
    return count == 1 ? found : 0;
}

static bool escalation_take(EscEngine *engine, EscEscalation *escalation, const EscHandoff *handoff,
                            EscText field, EscText said)
{
    EscTicket *ticket = escalation->ticket;
    if (!esc_handoff_is_possible(engine, escalation, handoff))
        return false;
    EscText owner = escalation->owner;
    (void)esc_role_handoff(engine, escalation, handoff);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_TAKEN_OVER,
                         esc_audit_data(engine, "field", field, "home", ticket->home, "new", said,
                                        "to", escalation->owner, NULL),
                         "the policy takes over what %.*s says: %.*s has it%s%.*s",
                         ESC_TEXT_ARG(ticket->home), ESC_TEXT_ARG(escalation->owner),
                         esc_text_equal(owner, escalation->owner) ? "" : " and no longer ",
                         ESC_TEXT_ARG(esc_text_equal(owner, escalation->owner) ? (EscText){0}
                                                                               : owner));
    esc_outcome_add(engine, escalation);
    return true;
}

static bool take_over(EscEngine *engine, EscTicket *ticket, uint32_t slot)
{
    const EscProgram *program = engine->schema.current->program;
    EscText field = esc_slot_name(engine, slot),
            said = value_said(engine, ticket->values[slot].value);
    EscHandoff handoff = {
        .bundle = engine->schema.current,
        .to = named_there(program, said),
        .reason = esc_say(engine, TRANSFER_TO, field, said, ticket->home),
        .expect = ESC_EXPECT_ACKED,
    };
    EscRefKind kind = esc_ref_kind(handoff.to);
    bool is_taken = kind == ESC_REF_PERSON || kind == ESC_REF_TEAM || kind == ESC_REF_SCHEDULE;
    for (size_t i = 0; i < ticket->open_count && is_taken; i++) {
        EscEscalation *escalation = ticket->open[i];
        if (escalation->bundle != NULL && escalation->state != ESC_STATE_PARKED &&
            esc_escalation_is_open(escalation))
            is_taken = escalation_take(engine, escalation, &handoff, field, said);
    }
    return is_taken;
}

void esc_home_transferred(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue before)
{
    EscText field = esc_slot_name(engine, slot),
            said = value_said(engine, ticket->values[slot].value);
    esc_audit_ticket(
        engine, ticket, ESC_AUDIT_TRANSFERRED,
        esc_audit_data(engine, "field", field, "home", ticket->home, "new", said, NULL),
        "in %.*s ticket.%.*s was changed to \"%.*s\"", ESC_TEXT_ARG(ticket->home),
        ESC_TEXT_ARG(field), ESC_TEXT_ARG(said));
    if (ticket->open_count == 0)
        return; /* nobody works on it here */
    uint32_t policy = engine->schema.current->program->meta->transfer;
    bool is_done =
        (policy == ESC_TRANSFER_PUT_BACK && put_back(engine, ticket, slot, before)) ||
        (policy == ESC_TRANSFER_TAKE_OVER && take_over(engine, ticket, slot));
    if (!is_done)
        esc_home_raise(engine, ticket, NULL, ESC_EXCEPTION_TRANSFERRED,
                       esc_say(engine, TRANSFERRED, field, said, ticket->home));
}
