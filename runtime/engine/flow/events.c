/* events.c - one event's way through the engine, in this order: the ticket takes what it brings, service
 * levels, handlers of open escalations, their waits, triggers, and what closes them. */
#include <engine/flow.h>

#include <string.h>

/* --- which ticket ----------------------------------------------------------------------------- */

static EscText event_type_name(const EscEngine *engine, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    return program->texts[program->events[event->type].name];
}

static EscText ticket_id_of(EscEngine *engine, const EscEvent *event)
{
    if (event->subject.size > 0)
        return event->subject;
    EscText type = event_type_name(engine, event);
    EscText id = esc_turn_printf(engine, "%.*s:%.*s:%.*s", ESC_TEXT_ARG(type),
                                 ESC_TEXT_ARG(event->source), ESC_TEXT_ARG(event->id));
    return esc_utf8_cut(id, ESC_ID_BYTES_MAX);
}

/* A ticket that no ticket event brought gets a title from the event. */
static void title_default(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    if (engine->schema.title_slot == ESC_NONE ||
        esc_ticket_text(engine, ticket, engine->schema.title_slot).size > 0 ||
        event->type <= ESC_EVENT_TICKET_REOPENED)
        return;
    const EscProgram *program = engine->schema.current->program;
    EscText title = program->texts[program->events[event->type].title];
    if (title.size == 0)
        title = event_type_name(engine, event);
    esc_ticket_set_text(
        engine, ticket, engine->schema.title_slot,
        esc_turn_printf(engine, "%.*s %.*s", ESC_TEXT_ARG(title), ESC_TEXT_ARG(event->id)));
}

/* --- what it brings --------------------------------------------------------------------------- */

static void field_name_add(EscBuf *names, EscText name)
{
    if (names->size > 0)
        esc_buf_string(names, ", ");
    esc_buf_text(names, name);
}

static void patches_apply(EscEngine *engine, EscTicket *ticket, const EscEvent *event,
                          EscBuf *names)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < event->patches_count; i++) {
        const EscPatch *patch = &event->patches[i];
        if (patch->field >= program->fields_count ||
            program->fields[patch->field].scope != ESC_SCOPE_TICKET)
            continue;
        uint32_t slot = program->fields[patch->field].slot;
        EscValue value = patch->value;
        value.type = program->fields[patch->field].type;
        bool is_status_event =
            event->type >= ESC_EVENT_TICKET_RESOLVED && event->type <= ESC_EVENT_TICKET_REOPENED;
        if (!is_status_event || slot != engine->schema.status_slot)
            esc_qa_reported(engine, ticket, slot, value);
        if (esc_ticket_set(engine, ticket, slot, value))
            field_name_add(names, esc_slot_name(engine, slot));
    }
}

static void status_apply(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    if (event->type == ESC_EVENT_TICKET_RESOLVED)
        esc_ticket_set_resolved(engine, ticket, "resolved", true);
    else if (event->type == ESC_EVENT_TICKET_CLOSED)
        esc_ticket_set_resolved(engine, ticket, "closed", true);
    else if (event->type == ESC_EVENT_TICKET_REOPENED)
        esc_ticket_set_resolved(engine, ticket, "open", false);
}

/* Service levels count from the source's own time of creation where it says one that has been. */
static void creation_time(EscEngine *engine, EscTicket *ticket)
{
    uint32_t slot = engine->schema.created_slot;
    if (slot == ESC_NONE || esc_type_kind(esc_slot_type(engine, slot)) != ESC_KIND_TIME)
        return;
    EscValue value = ticket->values[slot].value;
    if (!value.is_missing && value.ms > 0 && value.ms <= engine->now_ms)
        ticket->created_at_ms = value.ms;
}

static void change_record(EscEngine *engine, EscTicket *ticket, const EscEvent *event, bool is_new,
                          bool was_resolved, EscText names)
{
    EscText type = event_type_name(engine, event);
    EscText data = esc_audit_data(engine, "event", type, "fields", names, NULL);
    if (is_new)
        esc_audit_ticket(engine, ticket, ESC_AUDIT_TICKET_OPENED, data,
                         "%.*s was seen for the first time (%.*s)", ESC_TEXT_ARG(ticket->id),
                         ESC_TEXT_ARG(type));
    else if (names.size > 0)
        esc_audit_ticket(engine, ticket, ESC_AUDIT_TICKET_UPDATED, data,
                         "%.*s reported other values of %.*s", ESC_TEXT_ARG(type),
                         ESC_TEXT_ARG(names));
    bool is_resolved = esc_ticket_is_resolved(engine, ticket);
    if (is_resolved && !was_resolved)
        esc_audit_ticket(engine, ticket, ESC_AUDIT_RESOLVED,
                         esc_audit_data(engine, "by", engine->turn.actor, NULL), "%.*s is resolved",
                         ESC_TEXT_ARG(ticket->id));
    else if (was_resolved && !is_resolved)
        esc_audit_ticket(engine, ticket, ESC_AUDIT_REOPENED, (EscText){0}, "%.*s is open again",
                         ESC_TEXT_ARG(ticket->id));
}

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
                        event_type_name(engine, engine->turn.event)))
        return false;
    if (handler->cond == 0)
        return true;
    EscWorld world = esc_world_of(engine, escalation, handler->cond - 1, true);
    return esc_cond_holds(&world, NULL);
}

static void handler_run(EscEngine *engine, EscEscalation *escalation, const EscHandlerRow *handler)
{
    static const char *const ends[] = {"the wait goes on", "the wait is over", "it raises",
                                       "the exception is over"};
    EscEndMode mode = esc_atomic_run(engine, escalation, handler->body, true, false);
    EscText type = event_type_name(engine, engine->turn.event);
    const char *end = esc_close_is_asked(engine, escalation) ? "it closes" : ends[mode];
    esc_audit_escalation(engine, escalation, ESC_AUDIT_HANDLER,
                         esc_audit_data(engine, "event", type, "end", esc_text_from(end), NULL),
                         "the handler of %.*s ran: %s", ESC_TEXT_ARG(type), end);
    const EscWaitRow *wait = esc_frame_wait(escalation);
    if (mode != ESC_END_SKIP || wait == NULL || wait->kind == ESC_WAIT_CLOSE_WHEN ||
        wait->kind == ESC_WAIT_RAISED)
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
        if (!handler_matches(engine, escalation, handler))
            continue;
        handler_run(engine, escalation, handler);
        esc_outcome_add(engine, escalation);
        esc_frame_drive(engine, escalation);
    }
}

static void escalations_hear(EscEngine *engine, EscTicket *ticket)
{
    size_t count = 0;
    EscEscalation **list = open_list(engine, ticket, &count);
    for (size_t i = 0; i < count; i++) {
        if (list[i]->state != ESC_STATE_PARKED)
            (void)esc_reopening_look(engine, list[i]);
        if (list[i]->state == ESC_STATE_OPEN)
            handlers_run(engine, list[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i]->state == ESC_STATE_PARKED || !esc_escalation_is_open(list[i]))
            continue;
        esc_role_active(engine, list[i]);
        esc_frame_event(engine, list[i]);
        esc_frame_drive(engine, list[i]);
    }
}

/* Service levels, handlers, waits, triggers; what closes is judged when everything has settled. */
static void event_pass(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    const EscEvent *before = engine->turn.event;
    engine->turn.event = event;
    esc_sla_review(engine, ticket);
    if (ticket->open_count > 0)
        escalations_hear(engine, ticket);
    engine->turn.event = before;
    if (ticket->armed_count > 0)
        esc_triggers_review(engine, ticket);
    esc_triggers_event(engine, ticket, event);
    esc_ticket_touch(engine, ticket);
}

EscStatus esc_event_apply(EscEngine *engine, const EscEvent *event, EscWhy *why)
{
    if (event->type >= engine->schema.current->program->events_count)
        return esc_why(why, ESC_BAD_INPUT, "", event->type,
                       "the current bundle has no such event type");
    EscText id = ticket_id_of(engine, event);
    if (id.size > ESC_ID_BYTES_MAX)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the subject has more than %d bytes",
                       ESC_ID_BYTES_MAX);
    EscTicket *ticket = esc_ticket_find(engine, id);
    bool is_new = ticket == NULL;
    if (is_new)
        ticket = esc_ticket_new(engine, id, engine->now_ms);
    esc_ticket_remember(engine, ticket, is_new);
    bool was_resolved = !is_new && esc_ticket_is_resolved(engine, ticket);
    EscBuf names;
    esc_buf_init(&names, ESC_ENGINE_TURN_BYTES_MAX);
    patches_apply(engine, ticket, event, &names);
    status_apply(engine, ticket, event);
    if (is_new) {
        title_default(engine, ticket, event);
        creation_time(engine, ticket);
        esc_ticket_dirty(engine, ticket);
    }
    change_record(engine, ticket, event, is_new, was_resolved, esc_turn_take(engine, &names));
    memcpy(engine->turn.outcome->ticket, ticket->id.data, ticket->id.size);
    event_pass(engine, ticket, event);
    return ESC_OK;
}

/* --- the engine's own events ------------------------------------------------------------------ */

static EscText internal_json(EscEngine *engine, const EscTicket *ticket, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    const EscEventRow *row = &program->events[event->type];
    EscBuf buf;
    esc_buf_init(&buf, ESC_ENGINE_TURN_BYTES_MAX);
    esc_buf_string(&buf, "{\"specversion\":\"1.0\",\"source\":\"escal\",\"id\":");
    esc_json_text(&buf, event->id);
    esc_buf_string(&buf, ",\"type\":");
    esc_json_text(&buf, program->texts[row->name]);
    esc_buf_string(&buf, ",\"subject\":");
    esc_json_text(&buf, ticket->id);
    esc_buf_string(&buf, ",\"data\":{");
    for (uint32_t i = 0; i < event->fields_count; i++) {
        const EscFieldRow *field =
            &program->fields[program->event_fields[row->fields_first + i].field];
        esc_buf_string(&buf, i > 0 ? "," : "");
        esc_json_text(&buf, program->texts[field->name]);
        esc_buf_char(&buf, ':');
        esc_value_write_json(&buf, program, event->fields[i]);
    }
    esc_buf_string(&buf, "}}");
    return esc_turn_take(engine, &buf);
}

void esc_event_internal(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                        const EscValue *fields, uint32_t count)
{
    const EscProgram *program = engine->schema.current->program;
    const EscEventRow *row = &program->events[type];
    EscEvent *event = esc_arena_alloc(engine->turn.arena, sizeof *event);
    EscValue *values = esc_arena_alloc_array(engine->turn.arena, row->fields_count, sizeof *values);
    ESC_ASSERT(event != NULL);
    ESC_ASSERT(values != NULL);
    for (uint32_t i = 0; i < row->fields_count; i++) {
        EscType field_type =
            program->fields[program->event_fields[row->fields_first + i].field].type;
        values[i] = esc_value_default(field_type);
        if (i < count && esc_type_kind(fields[i].type) == esc_type_kind(field_type)) {
            values[i] = fields[i];
            values[i].type = field_type;
        }
    }
    *event = (EscEvent){
        .source = ESC_TEXT("escal"),
        .id =
            esc_turn_printf(engine, "escal-%llu", (unsigned long long)engine->counters.next_audit),
        .subject = ticket->id,
        .type = (uint32_t)type,
        .time_ms = engine->now_ms,
        .fields = values,
        .fields_count = row->fields_count,
    };
    event->json = internal_json(engine, ticket, event);
    if (engine->turn.before_ticket != ticket)
        esc_ticket_remember(engine, ticket, false);
    event_pass(engine, ticket, event);
}

/* --- settling --------------------------------------------------------------------------------- */

static void ticket_settle(EscEngine *engine, EscTicket *ticket)
{
    size_t count = 0;
    EscEscalation **list = open_list(engine, ticket, &count);
    for (size_t i = 0; i < count; i++) {
        if (!esc_escalation_is_open(list[i]))
            continue;
        esc_frame_drive(engine, list[i]);
        esc_close_when(engine, list[i]);
        esc_frame_drive(engine, list[i]);
    }
}

static void starts_run(EscEngine *engine)
{
    for (size_t i = 0; i < engine->turn.starts_count; i++) {
        EscStartAsked asked = engine->turn.starts[i];
        uint32_t template_index =
            esc_template_find(engine->schema.current->program, asked.template_name);
        if (template_index != ESC_NONE)
            (void)esc_escalation_start_by(engine, asked.ticket, template_index, asked.event,
                                          asked.because, asked.by);
    }
}

/* After the last round somebody may have been told something, and one message too many asks for an exception. */
static void wishes_settle(EscEngine *engine)
{
    for (size_t i = 0; i < engine->turn.wishes_count; i++) {
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

void esc_engine_settle(EscEngine *engine)
{
    for (; engine->turn.rounds < ESC_ENGINE_ROUNDS_MAX; engine->turn.rounds++) {
        size_t touched_count = engine->turn.touched_count;
        if (touched_count == 0 && engine->turn.starts_count == 0)
            break;
        for (size_t i = 0; i < touched_count; i++)
            engine->turn.touched[i]->is_touched = false;
        EscTicket **touched =
            esc_arena_alloc_array(engine->turn.arena, touched_count, sizeof *touched);
        ESC_ASSERT(touched != NULL);
        if (touched_count > 0)
            memcpy(touched, engine->turn.touched, touched_count * sizeof *touched);
        engine->turn.touched_count = 0;
        for (size_t i = 0; i < touched_count; i++)
            ticket_settle(engine, touched[i]);
        starts_run(engine);
        engine->turn.starts_count = 0;
    }
    wishes_settle(engine);
    starts_refuse(engine);
}
