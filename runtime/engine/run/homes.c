/* homes.c - fields that were set here are told to the system that the ticket came from: by the action that its source names, at the
 * end of the input, with the values of then; and what became of it. What that system is asked to do besides is errands.c's job.
 *
 * A write that fails is a side exception of the escalation that set the field, else of the ticket's open ones; without any it is
 * an alarm. Nothing is told twice by itself: what a system refuses it would refuse again. */
#include <engine/run.h>

/* The open one that set the field; NULL: none did, or it is closed. */
static EscEscalation *setter_of(EscEngine *engine, const EscWrite *write)
{
    return write == NULL ? NULL : esc_home_asker(engine, write->escalation);
}

/* --- told ------------------------------------------------------------------------------------- */

static void hold(EscEngine *engine, EscTicket *ticket, EscWrite *write)
{
    write->is_due = false;
    write->is_failed = true;
    esc_audit_ticket(engine, ticket, ESC_AUDIT_WRITE_HELD,
                     esc_audit_data(engine, "field", write->field, "home", ticket->home, NULL),
                     "ticket.%.*s is not told to %.*s: both set it against each other",
                     ESC_TEXT_ARG(write->field), ESC_TEXT_ARG(ticket->home));
    esc_home_raise(engine, ticket, setter_of(engine, write), ESC_EXCEPTION_ROUTING_LOOP,
          esc_say(engine, WRITES_CONTEST, write->field, ticket->home));
}

static void tell(EscEngine *engine, EscTicket *ticket, EscWrite *write, const EscSourceBackRow *row)
{
    const EscHomeCall call = {
        .action = row->action,
        .arguments = row->arguments,
        .what = esc_turn_printf(engine, "ticket.%.*s", ESC_TEXT_ARG(write->field)),
        .field = write->field,
    };
    write->outbox = esc_call_home(engine, ticket, setter_of(engine, write), &call);
    write->is_due = false;
    write->told_ms = engine->now_ms;
    esc_owned_release(&write->sent);
    write->sent = esc_owned_copy(write->value.value);
    write->is_failed = write->outbox == 0;
    esc_ticket_dirty(engine, ticket);
    if (write->outbox == 0)
        esc_home_raise(engine, ticket, setter_of(engine, write), ESC_EXCEPTION_ACTION_FAILED, ESC_SAYING(REQUEST_NOT_MADE));
}

static void ticket_tell(EscEngine *engine, EscTicket *ticket)
{
    if (esc_errands_tell(engine, ticket))
        return;
    for (size_t i = 0; i < ticket->writes_count; i++) {
        EscWrite *write = &ticket->writes[i];
        if (!write->is_due || write->outbox != 0)
            continue;
        uint32_t slot = esc_slot_find(engine, write->field);
        const EscSourceBackRow *row =
            slot == ESC_NONE ? NULL : esc_home_row(engine, ticket->home, slot);
        if (row == NULL)
            write->is_due = false; /* the present bundle gives it back no more */
        else if (esc_write_is_contested(engine, write))
            hold(engine, ticket, write);
        else
            tell(engine, ticket, write, row);
    }
}

bool esc_homes_tell(EscEngine *engine)
{
    EscTurn *turn = &engine->turn;
    bool has_told = turn->telling_count > 0;
    for (size_t i = 0; i < turn->telling_count; i++) {
        turn->telling[i]->is_telling = false;
        ticket_tell(engine, turn->telling[i]);
    }
    turn->telling_count = 0;
    return has_told;
}

/* --- answered --------------------------------------------------------------------------------- */

bool esc_home_answered(EscEngine *engine, const EscOutboxNode *node, const EscDelivery *delivery)
{
    bool is_call = node->kind == ESC_OUTBOX_CALL && node->ticket.size > 0;
    EscTicket *ticket = is_call ? esc_ticket_find(engine, node->ticket) : NULL;
    EscWrite *write = ticket == NULL ? NULL : esc_write_of_outbox(ticket, node->id);
    if (write == NULL)
        return ticket != NULL && esc_errand_answered(engine, ticket, node, delivery);
    bool is_dead = delivery->state == ESC_DELIVERY_DEAD;
    esc_home_record_answer(
        engine, ticket, setter_of(engine, write), node, delivery,
        esc_turn_printf(engine, "ticket.%.*s", ESC_TEXT_ARG(write->field)), "field", write->field);
    write->outbox = 0;
    write->told_ms = engine->now_ms;
    write->is_accepted = !is_dead;
    write->is_failed = is_dead && !write->is_due;
    esc_ticket_dirty(engine, ticket);
    esc_ticket_touch(engine, ticket);
    if (is_dead)
        esc_home_raise(engine, ticket, setter_of(engine, write), ESC_EXCEPTION_ACTION_FAILED,
              esc_say(engine, WRITE_FAILED, node->target, write->field,
                      esc_unmarked(engine, esc_utf8_cut(delivery->detail, 1000))));
    if (write->is_due)
        esc_write_note(engine, ticket);
    return true;
}

/* --- said there ------------------------------------------------------------------------------- */

void esc_home_overtook(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value)
{
    EscText field = esc_slot_name(engine, slot);
    EscBuf buf = esc_turn_buf();
    esc_value_write_text(&buf, engine->schema.current->program, value);
    EscText said = esc_turn_cut(engine, esc_turn_take(engine, &buf), 200);
    const EscWrite *write = esc_write_find(ticket, field);
    esc_audit_ticket(
        engine, ticket, ESC_AUDIT_OVERTAKEN,
        esc_audit_data(engine, "field", field, "home", ticket->home, "new", said, NULL),
        "%.*s says ticket.%.*s is \"%.*s\", later than it was set here", ESC_TEXT_ARG(ticket->home),
        ESC_TEXT_ARG(field), ESC_TEXT_ARG(said));
    if (!esc_qa_is_resolution(engine, slot, value))
        esc_home_raise(engine, ticket, setter_of(engine, write), ESC_EXCEPTION_OVERTAKEN,
              esc_say(engine, OVERTAKEN, field, said, ticket->home));
}
