/* errands.c - comments are written in the system that has the ticket, linked tickets are made there, and taken back; and what became of
 * it. They are told with the fields that were set (homes.c), and fail as those do. */
#include <engine/run.h>

static EscEscalation *asker_of(EscEngine *engine, const EscErrand *errand)
{
    return esc_home_asker(engine, errand->escalation);
}

/* --- asked for -------------------------------------------------------------------------------- */

static void comment_record(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                           EscErrandKind kind, EscText text, bool is_told)
{
    EscText where = is_told ? esc_turn_printf(engine, "in %.*s", ESC_TEXT_ARG(ticket->home))
                            : ESC_TEXT("here alone: nothing that takes such comments has the ticket");
    EscText shown = esc_turn_cut(engine, text, 200);
    esc_home_record(engine, ticket, escalation, ESC_AUDIT_COMMENT,
                    esc_audit_data(engine, "text", text, "kind",
                                   esc_text_from(kind == ESC_ERRAND_COMMENT ? "internal"
                                                                            : "public"),
                                   "home", is_told ? ticket->home : (EscText){0}, "automation",
                                   escalation == NULL ? engine->turn.automation : (EscText){0}, NULL),
                    esc_turn_printf(engine, "comments %.*s: \"%.*s\"", ESC_TEXT_ARG(where),
                                    ESC_TEXT_ARG(shown)));
}

void esc_comment_put(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                     EscErrandKind kind, EscText text)
{
    bool is_told =
        ticket->home.size > 0 && esc_home_errand(engine, ticket->home, kind) != NULL;
    comment_record(engine, ticket, escalation, kind, text, is_told);
    uint64_t by = escalation == NULL ? 0 : escalation->id;
    if (is_told && esc_errand_add(engine, ticket, kind, text, by) == NULL)
        esc_home_raise(engine, ticket, escalation, ESC_EXCEPTION_ACTION_FAILED,
                       esc_say(engine, COMMENTS_TOO_MANY, ticket->home));
}

void esc_ticket_publish(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                        EscText source)
{
    if (esc_home_errand(engine, source, ESC_ERRAND_TICKET) == NULL)
        return; /* the present bundle makes none there any more: it stays a ticket of ours */
    ticket->home = esc_engine_intern(engine, source);
    (void)esc_errand_add(engine, ticket, ESC_ERRAND_TICKET, (EscText){0},
                         escalation == NULL ? 0 : escalation->id);
}

bool esc_ticket_unpublish(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation)
{
    bool is_wanted = ticket->there.size > 0 || esc_ticket_is_made(ticket);
    if (!is_wanted || esc_home_errand(engine, ticket->home, ESC_ERRAND_UNDO) == NULL)
        return false;
    return esc_errand_add(engine, ticket, ESC_ERRAND_UNDO, (EscText){0}, escalation->id) != NULL;
}

/* --- told ------------------------------------------------------------------------------------- */

static EscText what_of(const EscErrand *errand)
{
    static const char *const words[ESC_ERRAND_COUNT] = {"a comment", "a comment for the customer",
                                                        "the ticket", "that the ticket is void"};
    return esc_text_from(words[errand->kind]);
}

static EscText not_made(EscEngine *engine, const EscTicket *ticket, const EscErrand *errand)
{
    return errand->kind == ESC_ERRAND_TICKET
               ? esc_say(engine, TICKET_NOT_MADE, ticket->id, ticket->home)
           : errand->kind == ESC_ERRAND_UNDO ? ESC_SAYING(REQUEST_NOT_MADE)
                                             : esc_say(engine, COMMENT_NOT_MADE, ticket->home);
}

static uint32_t exception_of(const EscErrand *errand)
{
    return errand->kind == ESC_ERRAND_UNDO ? ESC_EXCEPTION_ROLLBACK_INCOMPLETE
                                           : ESC_EXCEPTION_ACTION_FAILED;
}

static void fail(EscEngine *engine, EscTicket *ticket, EscErrand *errand, EscText text)
{
    EscEscalation *asker = asker_of(engine, errand);
    uint32_t exception = exception_of(errand);
    esc_errand_settle(engine, ticket, errand, ESC_ERRAND_STATE_FAILED);
    esc_home_raise(engine, ticket, asker, exception, text);
}

static void tell(EscEngine *engine, EscTicket *ticket, EscErrand *errand)
{
    const EscSourceErrandRow *row = esc_home_errand(engine, ticket->home, errand->kind);
    if (row == NULL) { /* the present bundle knows no way any more */
        fail(engine, ticket, errand, not_made(engine, ticket, errand));
        return;
    }
    const EscHomeCall call = {
        .action = row->action,
        .arguments = row->arguments,
        .what = what_of(errand),
        .comment = errand->text,
        .is_ours = errand->kind == ESC_ERRAND_TICKET,
    };
    errand->outbox = esc_call_home(engine, ticket, asker_of(engine, errand), &call);
    errand->at_ms = engine->now_ms;
    errand->state = ESC_ERRAND_STATE_TOLD;
    esc_ticket_dirty(engine, ticket);
    if (errand->outbox == 0)
        fail(engine, ticket, errand, not_made(engine, ticket, errand));
}

/* Nothing can be said of a ticket that is not there. */
static void rest_fail(EscEngine *engine, EscTicket *ticket)
{
    for (EscErrand *due = NULL; (due = esc_errand_due(ticket)) != NULL;)
        fail(engine, ticket, due, not_made(engine, ticket, due));
    EscErrand *undo = esc_errand_find(ticket, ESC_ERRAND_UNDO);
    if (undo != NULL && undo->state == ESC_ERRAND_STATE_DUE) /* there is nothing to take back */
        esc_errand_settle(engine, ticket, undo, ESC_ERRAND_STATE_DONE);
    for (size_t i = 0; i < ticket->writes_count; i++) {
        EscWrite *write = &ticket->writes[i];
        write->is_failed = write->is_failed || write->is_due;
        write->is_due = false;
    }
    esc_ticket_dirty(engine, ticket);
}

bool esc_errands_tell(EscEngine *engine, EscTicket *ticket)
{
    EscErrand *making = esc_errand_find(ticket, ESC_ERRAND_TICKET);
    if (making != NULL && making->state == ESC_ERRAND_STATE_DUE)
        tell(engine, ticket, making);
    if (esc_ticket_is_made(ticket) && ticket->there.size == 0)
        return true;
    making = esc_errand_find(ticket, ESC_ERRAND_TICKET);
    if (making != NULL && making->state == ESC_ERRAND_STATE_FAILED && ticket->there.size == 0) {
        rest_fail(engine, ticket);
        return true;
    }
    EscErrand *undo = esc_errand_find(ticket, ESC_ERRAND_UNDO), *due = NULL;
    while ((due = esc_errand_due(ticket)) != NULL)
        tell(engine, ticket, due); /* the next one where this one could not be told */
    if (undo != NULL && undo->state == ESC_ERRAND_STATE_DUE)
        tell(engine, ticket, undo);
    return false;
}

/* --- answered --------------------------------------------------------------------------------- */

static EscText failure(EscEngine *engine, const EscTicket *ticket, const EscErrand *errand,
                       const EscOutboxNode *node, const EscDelivery *delivery)
{
    EscText detail = esc_unmarked(engine, esc_utf8_cut(delivery->detail, 1000));
    return errand->kind == ESC_ERRAND_TICKET
               ? esc_say(engine, TICKET_FAILED, node->target, ticket->id, detail)
           : errand->kind == ESC_ERRAND_UNDO
               ? esc_say(engine, LEFT,
                         esc_turn_printf(engine, "%.*s (%.*s)", ESC_TEXT_ARG(ticket->id),
                                         ESC_TEXT_ARG(esc_say(engine, INVERSE_FAILED_WITH, detail))))
               : esc_say(engine, COMMENT_FAILED, node->target, detail);
}

static void linked_record(EscEngine *engine, EscTicket *ticket, EscEscalation *asker, EscText id,
                          const char *because)
{
    esc_home_record(engine, ticket, asker, ESC_AUDIT_LINKED,
                    esc_audit_data(engine, "ticket", ticket->id, "home", ticket->home, "there", id,
                                   "because", esc_text_from(because), NULL),
                    esc_turn_printf(engine, "%.*s is %.*s in %.*s (%s)", ESC_TEXT_ARG(ticket->id),
                                    ESC_TEXT_ARG(id), ESC_TEXT_ARG(ticket->home), because));
}

/* What an event was taken for, by its title, it is not: that id is another ticket's. */
static void mistake_mend(EscEngine *engine, EscTicket *ticket, EscEscalation *asker)
{
    EscText wrong = esc_turn_text(engine, ticket->there);
    esc_signpost_remove(engine, ticket);
    esc_home_raise(engine, ticket, asker, ESC_EXCEPTION_ACTION_FAILED,
                   esc_say(engine, TICKET_WAS_ANOTHER, wrong, ticket->id));
}

static void ticket_made(EscEngine *engine, EscTicket *ticket, const EscErrand *errand,
                        const EscOutboxNode *node, const EscDelivery *delivery)
{
    EscEscalation *asker = asker_of(engine, errand);
    EscText id = esc_made_id(delivery);
    if (id.size == 0 && delivery->http_status == 0)
        return; /* it was written to a file: there is nobody who could know it by another id */
    if (id.size == 0) {
        esc_home_raise(engine, ticket, asker, ESC_EXCEPTION_ACTION_FAILED,
                       esc_say(engine, TICKET_HAS_NO_ID, node->target, ticket->id));
        return;
    }
    if (esc_text_equal(ticket->there, id))
        return; /* an event has told it already */
    if (ticket->there.size > 0)
        mistake_mend(engine, ticket, asker);
    bool is_ours = esc_signpost_put(engine, ticket, id);
    linked_record(engine, ticket, asker, id, "as it was answered");
    if (!is_ours)
        esc_home_raise(engine, ticket, asker, ESC_EXCEPTION_ACTION_FAILED,
                       esc_say(engine, TICKET_IS_ANOTHER, node->target, ticket->id, id));
}

void esc_ticket_recognise(EscEngine *engine, EscTicket *ticket, EscText id)
{
    const EscErrand *errand = esc_errand_find(ticket, ESC_ERRAND_TICKET);
    (void)esc_signpost_put(engine, ticket, id);
    linked_record(engine, ticket, asker_of(engine, errand), id,
                  "an event told of it before the answer came");
}

/* What was to be taken back is, or is not. */
static void undone(EscEngine *engine, EscTicket *ticket, const EscErrand *errand)
{
    esc_home_record(engine, ticket, asker_of(engine, errand), ESC_AUDIT_UNDONE,
                    esc_audit_data(engine, "what", ticket->id, NULL),
                    esc_turn_printf(engine, "undone: %.*s is taken back in %.*s",
                                    ESC_TEXT_ARG(ticket->id), ESC_TEXT_ARG(ticket->home)));
}

bool esc_errand_answered(EscEngine *engine, EscTicket *ticket, const EscOutboxNode *node,
                         const EscDelivery *delivery)
{
    EscErrand *errand = esc_errand_of_outbox(ticket, node->id);
    if (errand == NULL)
        return false;
    esc_home_record_answer(engine, ticket, asker_of(engine, errand), node, delivery,
                           what_of(errand), "ticket", ticket->id);
    esc_ticket_touch(engine, ticket);
    if (delivery->state == ESC_DELIVERY_DEAD) {
        fail(engine, ticket, errand, failure(engine, ticket, errand, node, delivery));
    } else {
        const EscErrand was = *errand;
        if (was.kind == ESC_ERRAND_TICKET)
            ticket_made(engine, ticket, errand, node, delivery);
        if (was.kind == ESC_ERRAND_UNDO)
            undone(engine, ticket, errand);
        bool is_lost = was.kind == ESC_ERRAND_TICKET && ticket->there.size == 0 &&
                       delivery->http_status != 0;
        esc_errand_settle(engine, ticket, esc_errand_of_outbox(ticket, node->id),
                          is_lost ? ESC_ERRAND_STATE_FAILED : ESC_ERRAND_STATE_DONE);
    }
    esc_write_note(engine, ticket);
    return true;
}
