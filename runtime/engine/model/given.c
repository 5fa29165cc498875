/* given.c - what a template is started with: values for its parameters, from steps or from a person, kept with the escalation
 * in the types of its bundle. How they are packed is in rows/escalation_pack.c. */
#include <engine/model.h>

#define SHOWN_BYTES_MAX 200 /* of one value, in the trail */

/* --- before the start ------------------------------------------------------------------------- */

EscValue esc_turn_value(EscEngine *engine, EscValue value)
{
    EscKind kind = esc_type_kind(value.type);
    if (value.is_missing)
        return value;
    if (kind == ESC_KIND_TEXT)
        value.text = esc_turn_text(engine, value.text);
    if (kind != ESC_KIND_LIST)
        return value;
    EscText *items = esc_turn_alloc(engine, (value.list.count + (size_t)1) * sizeof *items);
    for (uint32_t i = 0; i < value.list.count; i++)
        items[i] = esc_turn_text(engine, value.list.items[i]);
    value.list.items = items;
    return value;
}

EscGiven esc_given_by_hand(EscEngine *engine, uint32_t template_index, const EscAction *action)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTemplateRow *row = &program->templates[template_index];
    EscGiven given = {.program = program};
    if (action->given == NULL || action->given_count != row->params_count)
        return given;
    EscText *names = esc_turn_alloc(engine, (row->params_count + (size_t)1) * sizeof *names);
    for (uint32_t i = 0; i < row->params_count; i++)
        names[i] = program->texts[program->params[row->params_first + i].name];
    given.names = names;
    given.values = action->given;
    given.count = row->params_count;
    return given;
}

/* NULL: it is not given. */
static const EscValue *given_find(const EscGiven *given, EscText name)
{
    for (uint32_t i = 0; i < given->count; i++)
        if (esc_text_equal(given->names[i], name))
            return &given->values[i];
    return NULL;
}

static bool is_lacking(const EscProgram *program, const EscParamRow *param, const EscGiven *given)
{
    const EscValue *value = given_find(given, program->texts[param->name]);
    return !esc_type_is_optional(param->type) &&
           (value == NULL || value->is_missing ||
            esc_type_kind(value->type) != esc_type_kind(param->type));
}

EscText esc_given_lacks(EscEngine *engine, uint32_t template_index, const EscGiven *given)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTemplateRow *row = &program->templates[template_index];
    EscBuf names = esc_turn_buf();
    for (uint32_t i = 0; i < row->params_count; i++) {
        const EscParamRow *param = &program->params[row->params_first + i];
        if (!is_lacking(program, param, given))
            continue;
        esc_buf_string(&names, names.size > 0 ? ", " : "");
        esc_buf_text(&names, program->texts[param->name]);
    }
    return esc_turn_take(engine, &names);
}

/* --- behind it -------------------------------------------------------------------------------- */

void esc_given_take(EscEscalation *escalation, const EscGiven *given)
{
    const EscProgram *program = escalation->bundle->program;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    escalation->given_count = row->params_count;
    escalation->given = esc_engine_alloc(row->params_count * sizeof *escalation->given);
    for (uint32_t i = 0; i < row->params_count; i++) {
        const EscParamRow *param = &program->params[row->params_first + i];
        const EscValue *value = given_find(given, program->texts[param->name]);
        escalation->given[i] = esc_owned_copy(
            value == NULL ? esc_value_default(param->type)
                          : esc_value_convert(given->program, program, *value, param->type));
    }
}

EscValue esc_given_value(const EscEscalation *escalation, uint32_t param)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    ESC_ASSERT(param - row->params_first < escalation->given_count); /* V47 */
    return escalation->given[param - row->params_first].value;
}

/* Times as people in the workspace say them. */
static EscText shown_text(EscEngine *engine, const EscProgram *program, EscValue value)
{
    if (esc_type_kind(value.type) == ESC_KIND_TIME && !value.is_missing)
        return esc_local_time(engine, value.ms);
    EscBuf text = esc_turn_buf();
    esc_value_write_text(&text, program, value);
    return esc_turn_cut(engine, esc_turn_take(engine, &text), SHOWN_BYTES_MAX);
}

EscText esc_given_text(EscEngine *engine, const EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    EscBuf text = esc_turn_buf();
    for (uint32_t i = 0; i < escalation->given_count; i++) {
        EscText shown = shown_text(engine, program, escalation->given[i].value);
        esc_buf_printf(&text, "%s%.*s: %.*s", i > 0 ? ", " : "",
                       ESC_TEXT_ARG(program->texts[program->params[row->params_first + i].name]),
                       ESC_TEXT_ARG(shown));
    }
    return esc_turn_take(engine, &text);
}

EscRef esc_given_ref(const EscEngine *engine, const EscEscalation *escalation, uint32_t param)
{
    EscValue value = esc_given_value(escalation, param);
    EscRef ref = value.is_missing || value.text.size == 0
                     ? 0
                     : esc_ref_named(engine->schema.current->program, value.text);
    return esc_ref_kind(ref) == ESC_REF_ROUTE ? 0 : ref; /* as a field of the ticket */
}
