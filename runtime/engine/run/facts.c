/* facts.c - what is known of an exception, for whoever decides what becomes of it: its name, what it says, the values that it carries
 * and the place that raised it. */
#include <engine/run.h>

static EscText name_of(const EscEscalation *escalation, const EscRaised *raised)
{
    const EscProgram *program = escalation->bundle->program;
    return program->texts[program->exceptions[raised->exception].name];
}

static EscText field_name(const EscEscalation *escalation, const EscRaised *raised, uint32_t i)
{
    const EscProgram *program = escalation->bundle->program;
    return program->texts[program->fields[raised->field_indexes[i]].name];
}

/* The field `message` is what the exception says: it is told apart from the others. */
static bool is_message(const EscEscalation *escalation, const EscRaised *raised, uint32_t i)
{
    return esc_text_equal(field_name(escalation, raised, i), ESC_TEXT("message"));
}

EscText esc_raised_json(EscEngine *engine, const EscEscalation *escalation, const EscRaised *raised)
{
    EscBuf out = esc_turn_buf();
    esc_buf_string(&out, "{\"exception\":");
    esc_json_text(&out, name_of(escalation, raised));
    esc_buf_string(&out, ",\"message\":");
    EscText message = esc_said(engine, raised->message, ESC_LANGUAGE_ENGLISH);
    esc_json_text(&out, esc_message_words(engine, message).text);
    esc_buf_string(&out, ",\"fields\":{");
    for (uint32_t i = 0, put = 0; i < raised->fields_count; i++) {
        if (is_message(escalation, raised, i))
            continue;
        esc_buf_string(&out, put++ == 0 ? "" : ",");
        esc_json_text(&out, field_name(escalation, raised, i));
        esc_buf_char(&out, ':');
        esc_value_write_json(&out, escalation->bundle->program, raised->fields[i].value);
    }
    esc_buf_char(&out, '}');
    if (raised->place != ESC_NONE) {
        esc_buf_string(&out, ",\"place\":");
        esc_json_text(&out, esc_index_place(engine, escalation, raised->place));
    }
    esc_buf_char(&out, '}');
    return esc_turn_take(engine, &out);
}

EscText esc_raised_lines(EscEngine *engine, const EscEscalation *escalation,
                         const EscRaised *raised)
{
    EscBuf out = esc_turn_buf();
    if (raised->message.size > 0)
        esc_buf_printf(&out, "\n%.*s", ESC_TEXT_ARG(raised->message));
    for (uint32_t i = 0; i < raised->fields_count; i++) {
        EscValue value = raised->fields[i].value;
        if (value.is_missing || is_message(escalation, raised, i))
            continue;
        EscText fact = esc_say(engine, FACT, field_name(escalation, raised, i),
                               esc_value_words(engine, escalation->bundle->program, value));
        esc_buf_printf(&out, "\n%.*s", ESC_TEXT_ARG(fact));
    }
    return esc_turn_take(engine, &out);
}
