/* turn.c - what one input leaves for later: exceptions, starts, events and triggers that were asked for, and what the
 * answer says. Who asks does not run anything: the rooms above do, when the present run is over. */
#include <engine/model.h>

void esc_outcome_add(EscEngine *engine, const EscEscalation *escalation)
{
    EscOutcome *outcome = engine->outcome;
    if (outcome == NULL)
        return;
    for (uint32_t i = 0; i < outcome->escalations_count; i++) {
        if (outcome->escalations[i] == escalation->id)
            return;
    }
    if (outcome->escalations_count < ESC_COUNT_OF(outcome->escalations))
        outcome->escalations[outcome->escalations_count++] = escalation->id;
}

void esc_start_ask(EscEngine *engine, EscTicket *ticket, EscText template_name, EscText because)
{
    if (engine->starts_count >= ESC_ENGINE_STARTS_MAX) {
        esc_audit_ticket(engine, ticket, ESC_AUDIT_NOT_STARTED,
                         esc_audit_data(engine, "template", template_name, "because",
                                        ESC_TEXT("too many"), NULL),
                         "%.*s did not start: templates started %d others at once",
                         ESC_TEXT_ARG(template_name), ESC_ENGINE_STARTS_MAX);
        return;
    }
    ESC_ENGINE_GROW(engine->starts, engine->starts_count, engine->starts_capacity);
    engine->starts[engine->starts_count++] = (EscStartAsked){
        .ticket = ticket,
        .template_name = esc_engine_intern(engine, template_name),
        .because = because,
    };
}

void esc_exception_ask(EscEngine *engine, EscEscalation *escalation, uint32_t exception,
                       EscText message)
{
    if (escalation->asked.is_pending || escalation->state == ESC_STATE_CLOSED ||
        escalation->state == ESC_STATE_PARKED)
        return;
    escalation->asked = (EscRaised){
        .is_pending = true,
        .exception = exception,
        .message = esc_text_own(message),
        .place = ESC_NONE,
    };
    esc_escalation_dirty(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
}

void esc_exception_ask_named(EscEngine *engine, EscEscalation *escalation, EscText name,
                             EscText message)
{
    const EscProgram *program =
        escalation->bundle == NULL ? engine->current->program : escalation->bundle->program;
    uint32_t exception = ESC_EXCEPTION_ENGINE_FAULT;
    for (uint32_t i = 0; i < program->exceptions_count; i++) {
        if (esc_text_equal(program->texts[program->exceptions[i].name], name))
            exception = i;
    }
    esc_exception_ask(engine, escalation, exception, message);
}

static EscAsked *asked_add(EscEngine *engine, EscAskedKind kind, EscTicket *ticket)
{
    ESC_ENGINE_GROW(engine->asked, engine->asked_count, engine->asked_capacity);
    EscAsked *asked = &engine->asked[engine->asked_count++];
    *asked = (EscAsked){.kind = kind, .ticket = ticket};
    return asked;
}

void esc_event_ask(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                   const EscValue *fields, uint32_t count)
{
    EscAsked *asked = asked_add(engine, ESC_ASKED_EVENT, ticket);
    ESC_ASSERT(count <= ESC_COUNT_OF(asked->fields));
    asked->event = type;
    asked->fields_count = count;
    for (uint32_t i = 0; i < count; i++)
        asked->fields[i] = fields[i];
}

void esc_overdue_ask(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                     int64_t to_ms)
{
    EscAsked *asked = asked_add(engine, ESC_ASKED_OVERDUE, ticket);
    asked->clock = clock;
    asked->from_ms = from_ms;
    asked->to_ms = to_ms;
}
