/* events_own.c - events that the engine makes itself: what they say, and in which words the record keeps them. */
#include <engine/flow.h>

static EscText own_json(EscEngine *engine, const EscTicket *ticket, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    const EscEventRow *row = &program->events[event->type];
    EscBuf buf = esc_turn_buf();
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

const EscEvent *esc_event_own(EscEngine *engine, const EscTicket *ticket, EscBuiltinEvent type,
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
    event->json = own_json(engine, ticket, event);
    return event;
}

const EscEvent *esc_event_of_clock(EscEngine *engine, const EscTicket *ticket)
{
    return esc_event_own(engine, ticket, ESC_EVENT_TICKET_UPDATED, NULL, 0);
}
