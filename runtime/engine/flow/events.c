/* events.c - one event's way through the engine, in this order: the ticket takes what it brings (reports.c), service
 * levels, handlers of open escalations, their waits, triggers; then, event by event, what those changed; and at the end
 * what closes them. */
#include <engine/flow.h>

#include <string.h>

enum {
    ACT_HANDLER,
    ACT_LOOP
}; /* what an escalation does once in an input; a start's kind is its template's name */

/* --- who hears of it -------------------------------------------------------------------------- */

/* Escalations that are open now, in id order; later starts do not hear of this event. */
static EscEscalation **open_list(EscEngine *engine, const EscTicket *ticket, size_t *count)
{
    *count = ticket->open_count;
    EscEscalation **list =
        esc_arena_alloc_array(engine->turn.arena, ticket->open_count, sizeof *list);
    ESC_ASSERT(list != NULL);
    if (ticket->open_count > 0)
        memcpy(list, ticket->open, ticket->open_count * sizeof *list);
    return list;
}

static bool handler_matches(EscEngine *engine, EscEscalation *escalation,
                            const EscHandlerRow *handler)
{
    const EscProgram *program = escalation->bundle->program;
    if (!esc_text_equal(program->texts[program->events[handler->event].name],
                        esc_event_type_name(engine, engine->turn.event)))
        return false;
    if (handler->cond == 0)
        return true;
    EscWorld world = esc_world_of(engine, escalation, handler->cond - 1, true);
    return esc_cond_holds(&world, NULL);
}

/* Whether `skip` ends the wait: not that for what closes the escalation, nor that of an exception for its handler. */
static bool may_skip(const EscWaitRow *wait)
{
    return wait != NULL && wait->kind != ESC_WAIT_CLOSE_WHEN && wait->kind != ESC_WAIT_RAISED;
}

static void handler_run(EscEngine *engine, EscEscalation *escalation, const EscHandlerRow *handler)
{
    static const char *const ends[] = {"the wait goes on", "the wait is over", "it raises",
                                       "the exception is over"};
    EscEndMode mode = esc_atomic_run(engine, escalation, handler->body, true, false);
    const EscWaitRow *wait = esc_frame_wait(escalation);
    if (mode == ESC_END_SKIP && !may_skip(wait))
        mode = ESC_END_FALL;
    EscText type = esc_event_type_name(engine, engine->turn.event);
    const char *end = esc_close_is_asked(engine, escalation) ? "it closes" : ends[mode];
    esc_audit_escalation(engine, escalation, ESC_AUDIT_HANDLER,
                         esc_audit_data(engine, "event", type, "end", esc_text_from(end), NULL),
                         "the handler of %.*s ran: %s", ESC_TEXT_ARG(type), end);
    if (mode != ESC_END_SKIP)
        return;
    /* A question that is skipped has no answer, so its way out is the one without. */
    bool has_answer = wait->kind == ESC_WAIT_ANSWER || wait->kind == ESC_WAIT_APPROVAL;
    esc_frame_resume(engine, escalation, &escalation->frame,
                     has_answer ? ESC_WAIT_END_TIMED_OUT : ESC_WAIT_END_SATISFIED);
}

static void handlers_run(EscEngine *engine, EscEscalation *escalation)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    for (uint32_t i = 0; i < row->handlers_count && escalation->state == ESC_STATE_OPEN; i++) {
        const EscHandlerRow *handler =
            &escalation->bundle->program->handlers[row->handlers_first + i];
        if (!handler_matches(engine, escalation, handler) ||
            !esc_act_once(engine, escalation, ACT_HANDLER, i))
            continue;
        handler_run(engine, escalation, handler);
        esc_outcome_add(engine, escalation);
        esc_frame_drive(engine, escalation);
    }
}

/* `by`: the escalation that made the change; it does not wait for itself. People have done nothing then, so no lease is
 * renewed; nor is it of who has another ticket. NULL: the event came from outside. */
static void escalations_hear(EscEngine *engine, EscTicket *ticket, const EscDerived *by)
{
    EscHearers hearers = esc_hearers_of(engine, ticket, engine->turn.event);
    EscEscalation **list = hearers.list;
    for (size_t i = 0; i < hearers.count; i++) {
        if (list[i]->state != ESC_STATE_PARKED)
            (void)esc_reopening_look(engine, list[i]);
        if (list[i]->state == ESC_STATE_OPEN)
            handlers_run(engine, list[i]);
    }
    for (size_t i = 0; i < hearers.count; i++) {
        if (list[i]->state == ESC_STATE_PARKED || !esc_escalation_is_open(list[i]))
            continue;
        if (by == NULL && list[i]->ticket == ticket)
            esc_role_active(engine, list[i]);
        if (by == NULL || by->escalation != list[i]->id)
            esc_frame_event(engine, list[i]);
        esc_frame_drive(engine, list[i]);
        if (list[i]->ticket != ticket)
            esc_ticket_touch(engine, list[i]->ticket);
    }
}

/* Service levels, handlers, waits, triggers; what closes is judged when everything has settled. */
static void event_pass(EscEngine *engine, EscTicket *ticket, const EscEvent *event,
                       const EscDerived *by)
{
    const EscEvent *before = engine->turn.event;
    engine->turn.event = event;
    esc_sla_review(engine, ticket);
    escalations_hear(engine, ticket, by);
    engine->turn.event = before;
    if (ticket->joined_count > 0)
        esc_members_hear(engine, ticket);
    if (ticket->armed_count > 0)
        esc_pending_review(engine, ticket);
    esc_triggers_event(engine, ticket, event);
    if (!ticket->is_linked)
        esc_triggers_late(engine, ticket);
    esc_silences_hear(engine, event);
    if (event->type == ESC_EVENT_TICKET_RESOLVED || event->type == ESC_EVENT_TICKET_CLOSED)
        esc_silences_resolved(engine, ticket);
    esc_ticket_touch(engine, ticket);
}

/* --- what it is heard as ---------------------------------------------------------------------- */

static const EscEvent *event_as(EscEngine *engine, const EscEvent *event, uint32_t type);

static void heard_add(EscHeard *heard, EscEngine *engine, const EscEvent *event, uint32_t type)
{
    if (type != ESC_NONE)
        heard->events[heard->count++] = event_as(engine, event, type);
}

/* A report of what is known already is no event to anybody. A known ticket that is made again is updated; what a ticket
 * was when it was first seen is no change. */
static EscHeard heard_as(EscEngine *engine, const EscReport *report, const EscEvent *event)
{
    EscHeard heard = {.count = 0};
    uint32_t transition = esc_standing_event(engine->turn.before_standing,
                                             esc_ticket_standing(engine, report->ticket));
    bool is_declared = event->type > ESC_EVENT_TICKET_REOPENED && !report->is_echo;
    bool is_status = event->type >= ESC_EVENT_TICKET_RESOLVED && !is_declared;
    if (report->is_new || is_declared)
        heard_add(&heard, engine, event, event->type);
    if (report->is_new)
        return heard;
    if (esc_ticket_has_changed(engine, report->ticket) && (!is_status || transition == ESC_NONE))
        heard_add(&heard, engine, event, ESC_EVENT_TICKET_UPDATED);
    heard_add(&heard, engine, event, transition);
    return heard;
}

/* The event under another type: those of tickets have no fields of their own. Its bytes stay what was received. */
static const EscEvent *event_as(EscEngine *engine, const EscEvent *event, uint32_t type)
{
    if (event->type == type)
        return event;
    EscEvent *as = esc_arena_alloc(engine->turn.arena, sizeof *as);
    ESC_ASSERT(as != NULL);
    *as = *event;
    as->type = type;
    as->fields = NULL;
    as->fields_count = 0;
    return as;
}

/* It is of no ticket: whoever it reaches hears it, and who waits for it; nothing begins with it. */
static void shared_apply(EscEngine *engine, const EscEvent *event)
{
    engine->turn.event = event;
    esc_notes_record(engine, NULL, event);
    escalations_hear(engine, NULL, NULL);
    engine->turn.event = NULL;
    esc_silences_hear(engine, event);
}

/* What a person opens is not there yet: else two would be one, and nobody would have said so. Theirs is the report and its
 * record; what follows from it is Escal's. */
static EscStatus report_take(EscEngine *engine, const EscEvent *event, EscReport *report,
                             EscWhy *why)
{
    const EscOpening *opening = event->opening;
    if (opening == NULL)
        return esc_report_take(engine, event, report, why);
    if (esc_ticket_find(engine, event->subject) != NULL)
        return esc_why(why, ESC_CONFLICT, "", 0,
                       "there is a ticket \"%.*s\" already: leave its id out to get a new one",
                       ESC_TEXT_ARG(esc_utf8_cut(event->subject, 100)));
    engine->turn.actor = opening->actor;
    engine->turn.by = esc_text_equal(opening->by, opening->actor) ? (EscText){0} : opening->by;
    EscStatus status = esc_report_take(engine, event, report, why);
    engine->turn.actor = engine->turn.by = (EscText){0};
    return status;
}

/* Those that start now have it as their start event. */
static void content_keep(EscEngine *engine, const EscTicket *ticket, const EscEvent *event)
{
    for (size_t i = 0; i < ticket->open_count && event->kept_as.size > 0; i++) {
        char hex[65];
        EscEscalation *escalation = ticket->open[i];
        esc_evidence_put(engine, escalation, event->kept_as, event->json, hex);
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_ATTACHED,
            esc_audit_data(engine, "name", event->kept_as, "hash", esc_text_from(hex), NULL),
            "kept %.*s as evidence (%.12s)", ESC_TEXT_ARG(event->kept_as), hex);
        esc_escalation_moment(engine, escalation, ESC_AUDIT_ATTACHED, event->kept_as);
    }
}

/* A comment that was written from here: what it says of the ticket's fields counts, and that somebody wrote it does not. */
static bool is_echo(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    if (event->comment.size == 0 || !esc_text_equal(ticket->home, event->source) ||
        !esc_comment_is_ours(ticket, event->comment))
        return false;
    EscText type = esc_event_type_name(engine, event);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_ECHO,
                     esc_audit_data(engine, "event", type, "home", ticket->home, NULL),
                     "%.*s is about a comment that was written from here", ESC_TEXT_ARG(type));
    return true;
}

EscStatus esc_event_apply(EscEngine *engine, const EscEvent *event, EscWhy *why)
{
    if (event->type >= engine->schema.current->program->events_count)
        return esc_why(why, ESC_BAD_INPUT, "", event->type,
                       "the current bundle has no such event type");
    if (!esc_event_makes_ticket(engine, event)) {
        shared_apply(engine, event);
        return ESC_OK;
    }
    EscReport report;
    EscStatus status = report_take(engine, event, &report, why);
    if (status != ESC_OK)
        return status;
    EscTicket *ticket = report.ticket;
    memcpy(engine->turn.outcome->ticket, ticket->id.data, ticket->id.size);
    content_keep(engine, ticket, event);
    report.is_echo = is_echo(engine, ticket, event);
    EscHeard heard = heard_as(engine, &report, event);
    if (esc_automations_run(engine, ticket, &heard))
        heard = heard_as(engine, &report, event); /* templates see what is behind them */
    for (uint32_t i = 0; i < heard.count; i++)
        event_pass(engine, ticket, heard.events[i], NULL);
    esc_ticket_touch(engine, ticket);
    return ESC_OK;
}

/* --- the engine's own events ------------------------------------------------------------------ */

void esc_event_internal(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                        const EscValue *fields, uint32_t count)
{
    if (engine->turn.before_ticket != ticket)
        esc_ticket_remember(engine, ticket, false);
    EscHeard heard = {.events = {esc_event_own(engine, ticket, type, fields, count)}, .count = 1};
    bool has_changed = esc_automations_run(engine, ticket, &heard);
    event_pass(engine, ticket, heard.events[0], NULL);
    if (has_changed)
        esc_changes_tell(engine, ticket);
}

/* --- what follows from changes ---------------------------------------------------------------- */

/* The change stays; nobody hears of it. Whoever made it has a fault to be looked at. */
static void derived_refuse(EscEngine *engine, const EscDerived *derived)
{
    EscEscalation *by = esc_escalation_find(engine, derived->escalation);
    EscText message = esc_say(engine, TOO_DEEP, derived->ticket->id,
                              esc_say_count(engine, ESC_ENGINE_DERIVED_MAX));
    if (!esc_act_once(engine, by == NULL ? (const void *)derived->ticket : by, ACT_LOOP, 0))
        return;
    esc_audit_ticket(engine, derived->ticket, ESC_AUDIT_ROUTING_LOOP,
                     esc_audit_data(engine, "ticket", derived->ticket->id, NULL), "%.*s",
                     ESC_TEXT_ARG(message));
    if (by != NULL)
        esc_exception_ask_named(engine, by, ESC_TEXT("routing_loop"), message);
}

static void heard_pass(EscEngine *engine, const EscDerived *derived, const EscHeard *heard)
{
    for (uint32_t i = 0; i < heard->count; i++) {
        esc_before_set(engine, derived);
        event_pass(engine, derived->ticket, heard->events[i], derived);
    }
}

void esc_changes_tell(EscEngine *engine, EscTicket *ticket)
{
    EscDerived derived = esc_before_keep(engine);
    ESC_ASSERT(derived.ticket == ticket);
    EscHeard heard = esc_changes_heard(engine, ticket);
    heard_pass(engine, &derived, &heard);
}

static void derived_hear(EscEngine *engine, const EscDerived *derived)
{
    EscTicket *ticket = derived->ticket;
    esc_before_set(engine, derived);
    EscHeard heard = esc_changes_heard(engine, ticket);
    if (heard.count == 0)
        return;
    if (derived->depth > ESC_ENGINE_DERIVED_MAX) {
        derived_refuse(engine, derived);
        return;
    }
    engine->turn.depth = derived->depth;
    esc_standing_record(engine, ticket, derived->standing_before);
    if (esc_automations_run(engine, ticket, &heard))
        heard = esc_changes_heard(engine, ticket);
    heard_pass(engine, derived, &heard);
}

/* First in, first out. Each depth has at most one event of a ticket. */
static void derived_drain(EscEngine *engine)
{
    EscTurn *turn = &engine->turn;
    while (turn->derived_first < turn->derived_count) {
        EscDerived derived = turn->derived[turn->derived_first++];
        derived_hear(engine, &derived);
    }
}

/* --- settling --------------------------------------------------------------------------------- */

static void ticket_settle(EscEngine *engine, EscTicket *ticket)
{
    size_t count;
    esc_work_ticket_look(engine, ticket, (EscText){0}, (EscText){0});
    if (ticket->joined_count > 0) /* nobody hears of what is done to a linked one */
        esc_members_hear(engine, ticket);
    EscEscalation **list = open_list(engine, ticket, &count);
    for (size_t i = 0; i < count; i++) { /* each may close itself, and none another one */
        esc_frame_drive(engine, list[i]);
        esc_close_when(engine, list[i]);
        esc_frame_drive(engine, list[i]);
    }
}

static void asked_start(EscEngine *engine, const EscStartAsked *asked)
{
    EscText name = asked->template_name;
    uint32_t template_index = esc_template_find(engine->schema.current->program, name);
    if (template_index != ESC_NONE)
        (void)esc_escalation_start_by(engine, asked->ticket, template_index, asked->event,
                                      asked->because, asked->by, &asked->given);
    else /* whoever asked is of another bundle */
        esc_audit_ticket(
            engine, asked->ticket, ESC_AUDIT_NOT_STARTED,
            esc_audit_data(engine, "template", name, "because", ESC_TEXT("no such template"), NULL),
            "%.*s did not start: there is no template of that name any more", ESC_TEXT_ARG(name));
}

/* What starts may ask for the next ones, which are run as well: the list grows. */
static void starts_run(EscEngine *engine)
{
    for (size_t i = 0; i < engine->turn.starts_count; i++) {
        EscStartAsked asked = engine->turn.starts[i];
        asked_start(engine, &asked);
    }
}

static bool has_open_wish(const EscEngine *engine)
{
    for (size_t i = 0; i < engine->turn.wishes_count; i++)
        if (esc_wish_is_open(&engine->turn.wishes[i]))
            return true;
    return false;
}

/* After the last round somebody may have been told something, and one message too many asks for an exception. Doing what
 * one escalation asks for may make it, or one before it in the list, ask again; how often one goes on is bounded there. */
static void wishes_settle(EscEngine *engine)
{
    while (has_open_wish(engine)) {
        for (size_t i = 0; i < engine->turn.wishes_count; i++)
            if (esc_wish_is_open(&engine->turn.wishes[i]))
                esc_frame_drive(engine, engine->turn.wishes[i].escalation);
    }
}

/* The rounds are used up: nothing starts any more, and the record says so. */
static void starts_refuse(EscEngine *engine)
{
    for (size_t i = 0; i < engine->turn.starts_count; i++) {
        const EscStartAsked *asked = &engine->turn.starts[i];
        esc_audit_ticket(
            engine, asked->ticket, ESC_AUDIT_NOT_STARTED,
            esc_audit_data(engine, "template", asked->template_name, "because",
                           ESC_TEXT("too many rounds"), NULL),
            "%.*s did not start: escalations had woken each other in %d rounds by then",
            ESC_TEXT_ARG(asked->template_name), ESC_ENGINE_ROUNDS_MAX);
    }
    engine->turn.starts_count = 0;
}

/* What was touched last is looked at once more, and what that touches again waits for the next event. */
static void touched_settle(EscEngine *engine)
{
    size_t count = engine->turn.touched_count;
    EscTicket **touched = esc_arena_alloc_array(engine->turn.arena, count, sizeof *touched);
    ESC_ASSERT(touched != NULL);
    for (size_t i = 0; i < count; i++) {
        touched[i] = engine->turn.touched[i];
        touched[i]->is_touched = false;
    }
    engine->turn.touched_count = 0;
    for (size_t i = 0; i < count; i++)
        ticket_settle(engine, touched[i]);
}

static void round_run(EscEngine *engine)
{
    derived_drain(engine);
    touched_settle(engine);
    starts_run(engine);
    engine->turn.starts_count = 0;
    esc_held_free(engine);
}

/* Whoever changes a ticket, or asks for a start on it, touches it. */
static bool has_settled(const EscEngine *engine)
{
    return engine->turn.touched_count == 0 && engine->turn.freed_count == 0;
}

/* The rounds are used up while something still moves: the record says so, and nothing is left that nobody was told of. */
static void rest_refuse(EscEngine *engine)
{
    touched_settle(engine);
    wishes_settle(engine);
    esc_held_free(engine);
    starts_refuse(engine);
    for (EscTurn *turn = &engine->turn; turn->derived_first < turn->derived_count;
         turn->derived_first++)
        derived_refuse(engine, &turn->derived[turn->derived_first]);
    wishes_settle(engine);
}

void esc_engine_settle(EscEngine *engine)
{
    for (; engine->turn.rounds < ESC_ENGINE_ROUNDS_MAX && !has_settled(engine);
         engine->turn.rounds++)
        round_run(engine);
    if (!has_settled(engine))
        rest_refuse(engine);
    wishes_settle(engine);
    starts_refuse(engine);
}
