/* start.c - a template starts on a ticket: whether it may, and its first run. */
#include <engine/flow.h>

static void start_event_keep(EscEscalation *escalation, const EscEvent *event)
{
    escalation->start_type = event->type;
    escalation->start_fields_count = event->fields_count;
    escalation->start_fields =
        esc_engine_alloc(event->fields_count * sizeof *escalation->start_fields);
    for (uint32_t i = 0; i < event->fields_count; i++)
        escalation->start_fields[i] = esc_owned_copy(event->fields[i]);
    escalation->start_json = esc_text_own(event->json);
}

int64_t esc_start_free_ms(EscEngine *engine, EscTicket *ticket, uint32_t template_index)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTemplateRow *row = &program->templates[template_index];
    EscText name = program->texts[row->name], key = esc_group_key(engine, ticket, template_index);
    if (key.size > 0) /* as its tickets do, whichever of them it was on */
        return esc_group_free_ms(engine, name, key);
    const EscStarts *starts = esc_ticket_starts(engine, ticket, name);
    return starts->closed_at_ms == 0
               ? 0
               : esc_calendar_due_ms(program, engine->zones, row->again_calendar,
                                     starts->closed_at_ms, row->again_after_ms);
}

static bool is_open(EscEngine *engine, EscTicket *ticket, EscText name)
{
    uint64_t open = esc_ticket_open_id(engine, ticket, name);
    if (open == 0)
        return false;
    EscText text = esc_turn_printf(engine, "E-%llu", (unsigned long long)open);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_NOT_STARTED,
                     esc_audit_data(engine, "template", name, "because", text, NULL),
                     "%.*s did not start again: %.*s is still open", ESC_TEXT_ARG(name),
                     ESC_TEXT_ARG(text));
    return true;
}

/* Steps of an older bundle ask for a template as it was, and the present one may want more. */
static bool is_complete(EscEngine *engine, EscTicket *ticket, EscText name, uint32_t template_index,
                        const EscGiven *given)
{
    EscText lacks = esc_given_lacks(engine, template_index, given);
    if (lacks.size == 0)
        return true;
    esc_audit_ticket(engine, ticket, ESC_AUDIT_NOT_STARTED,
                     esc_audit_data(engine, "template", name, "because", ESC_TEXT("not given"),
                                    "lacks", lacks, NULL),
                     "%.*s did not start: nobody gave %.*s", ESC_TEXT_ARG(name),
                     ESC_TEXT_ARG(lacks));
    return false;
}

static void opened_record(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    EscText with = esc_given_text(engine, escalation);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_OPENED,
                         esc_audit_data(engine, "template", escalation->template_name, "because",
                                        because, "with", with, NULL),
                         "\"%.*s\" started on %.*s%s%.*s: %.*s",
                         ESC_TEXT_ARG(esc_escalation_title(escalation)),
                         ESC_TEXT_ARG(escalation->ticket->id), esc_words_with(with, " with "),
                         ESC_TEXT_ARG(with), ESC_TEXT_ARG(because));
}

static bool is_too_soon(EscEngine *engine, EscTicket *ticket, EscText name, uint32_t template_index)
{
    int64_t free_ms = esc_start_free_ms(engine, ticket, template_index);
    if (engine->now_ms >= free_ms)
        return false;
    EscText until = esc_local_time(engine, free_ms);
    esc_audit_ticket(
        engine, ticket, ESC_AUDIT_NOT_STARTED,
        esc_audit_data(engine, "template", name, "because", ESC_TEXT("again after"), NULL),
        "%.*s did not start: it may start again from %.*s on", ESC_TEXT_ARG(name),
        ESC_TEXT_ARG(until));
    return true;
}

/* It is found by its key before its steps run: what they set off may belong to it. */
static EscEscalation *opened(EscEngine *engine, EscTicket *ticket, uint32_t template_index,
                             EscText name)
{
    EscEscalation *escalation = esc_escalation_alloc(engine, engine->counters.next_escalation++,
                                                     ticket, engine->schema.current, name);
    escalation->is_new = escalation->is_first_run = true;
    escalation->opened_at_ms = engine->now_ms;
    escalation->is_resolved = esc_ticket_is_resolved(engine, ticket);
    escalation->resolved_ms = escalation->is_resolved ? engine->now_ms : 0;
    escalation->group_key = esc_text_own(esc_group_key(engine, ticket, template_index));
    esc_group_put(engine, escalation);
    return escalation;
}

EscEscalation *esc_escalation_start_by(EscEngine *engine, EscTicket *ticket,
                                       uint32_t template_index, const EscEvent *event,
                                       EscText because, EscText by, const EscGiven *given)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTemplateRow *row = &program->templates[template_index];
    EscText name = program->texts[row->name];
    if (is_open(engine, ticket, name) || !is_complete(engine, ticket, name, template_index, given))
        return NULL;
    EscEscalation *escalation = esc_group_to_join(engine, ticket, template_index);
    if (escalation != NULL) {
        esc_group_join(engine, escalation, ticket, because);
        esc_opens_note(engine, escalation, ticket);
        return escalation;
    }
    if (is_too_soon(engine, ticket, name, template_index))
        return NULL;
    EscStarts *starts = esc_ticket_starts(engine, ticket, name);
    starts->count++;
    esc_ticket_dirty(engine, ticket);
    escalation = opened(engine, ticket, template_index, name);
    if (event != NULL)
        start_event_keep(escalation, event);
    esc_given_take(escalation, given);
    esc_opens_note(engine, escalation, ticket);
    esc_outcome_add(engine, escalation);
    opened_record(engine, escalation, because);
    esc_escalation_moment(engine, escalation, ESC_AUDIT_OPENED, by);
    esc_frame_start(engine, escalation, &escalation->frame, row->steps, NULL, 0);
    esc_qa_begin(engine, escalation);
    esc_frame_drive(engine, escalation);
    escalation->is_first_run = false;
    esc_ticket_touch(engine, ticket);
    return escalation;
}

EscEscalation *esc_escalation_start(EscEngine *engine, EscTicket *ticket, uint32_t template_index,
                                    const EscEvent *event, EscText because)
{
    return esc_escalation_start_by(engine, ticket, template_index, event, because, (EscText){0},
                                   &(EscGiven){.count = 0});
}
