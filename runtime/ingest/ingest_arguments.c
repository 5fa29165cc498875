/* ingest_arguments.c - what a person starts a template with, as typed values. Whoever gives it waits for the answer, so nothing is
 * cut, left out or assumed as it is of events. */
#include "ingest_internal.h"

typedef struct Arguments {
    EscArena *arena;
    const EscProgram *program;
    const EscParamRow *params;
    uint32_t count;
    EscValue *values;
    bool *is_given;
    EscWhy *why;
} Arguments;

static EscText name_of(const Arguments *arguments, uint32_t param)
{
    return arguments->program->texts[arguments->params[param].name];
}

static bool is_meant(EscKind kind, const EscJson *said)
{
    bool is_number = said->kind == ESC_JSON_INTEGER || said->kind == ESC_JSON_REAL;
    bool is_truth = said->kind == ESC_JSON_TRUE || said->kind == ESC_JSON_FALSE;
    return kind == ESC_KIND_NUMBER ? is_number : is_truth;
}

/* Command lines know no types: "7" and "true" stand for what they say. */
const EscJson *esc_ingest_said(EscArena *arena, const EscJson *json, EscType type)
{
    static const EscJsonLimits limits = {.depth_max = 1, .values_max = 1};
    EscKind kind = esc_type_kind(type);
    const EscJson *said = NULL;
    if (json->kind != ESC_JSON_TEXT)
        return json;
    if (kind == ESC_KIND_LIST) {
        EscJson *one = esc_arena_alloc(arena, sizeof *one),
                *list = esc_arena_alloc(arena, sizeof *list);
        if (one == NULL || list == NULL)
            return json;
        *one = *json;
        one->next = NULL;
        *list = (EscJson){
            .kind = ESC_JSON_LIST, .count = 1, .name = json->name, .source = json->source};
        list->first = one;
        return list;
    }
    if ((kind != ESC_KIND_NUMBER && kind != ESC_KIND_BOOL) ||
        esc_json_read(arena, json->text, &limits, &said, NULL) != ESC_OK)
        return json;
    return is_meant(kind, said) ? said : json;
}

static EscStatus no_such(const Arguments *arguments, EscText name)
{
    EscBuf names;
    esc_buf_init(&names, 200);
    for (uint32_t i = 0; i < arguments->count; i++) {
        esc_buf_string(&names, i == 0 ? "" : ", ");
        esc_buf_text(&names, name_of(arguments, i));
    }
    EscText listed = esc_buf_as_text(&names);
    EscStatus status = esc_why(arguments->why, ESC_BAD_INPUT, "", 0,
                               "with.%.*s: the template has no such parameter%s%.*s%s",
                               ESC_TEXT_ARG(esc_utf8_cut(name, 60)),
                               arguments->count == 0 ? ", nor any other" : "; it has ",
                               ESC_TEXT_ARG(listed), names.status == ESC_OK ? "" : " …");
    esc_buf_release(&names);
    return status;
}

static EscStatus take_member(Arguments *arguments, const EscJson *member)
{
    uint32_t at = 0;
    while (at < arguments->count && !esc_text_equal(name_of(arguments, at), member->name))
        at++;
    if (at == arguments->count)
        return no_such(arguments, member->name);
    EscType type = arguments->params[at].type;
    const EscFieldRow like = {
        .type = type, .size_max = ESC_TEXT_MAX, .items_max = ESC_LIST_ITEMS_MAX};
    const EscJson *json = esc_ingest_said(arguments->arena, member, type);
    arguments->is_given[at] = true;
    return esc_ingest_value(arguments->arena, arguments->program, &like, json,
                            (EscDataPath){"with.", name_of(arguments, at)}, NULL,
                            &arguments->values[at], arguments->why);
}

static EscStatus must_be_complete(const Arguments *arguments)
{
    for (uint32_t i = 0; i < arguments->count; i++)
        if (!arguments->is_given[i] && !esc_type_is_optional(arguments->params[i].type))
            return esc_why(arguments->why, ESC_BAD_INPUT, "", 0,
                           "with.%.*s is missing: the template is started with it",
                           ESC_TEXT_ARG(name_of(arguments, i)));
    return ESC_OK;
}

static const EscTemplateRow *template_called(const EscProgram *program, EscText name)
{
    for (uint32_t i = 0; i < program->templates_count; i++)
        if (esc_text_equal(program->texts[program->templates[i].name], name))
            return &program->templates[i];
    return NULL;
}

static EscStatus take_members(Arguments *arguments, const EscJson *json)
{
    EscStatus status = ESC_OK;
    if (json != NULL && json->kind != ESC_JSON_OBJECT)
        return esc_why(arguments->why, ESC_BAD_INPUT, "", 0, "with is %s; wanted is an object",
                       esc_ingest_kind_name(json));
    const EscJson *member = json == NULL ? NULL : json->first;
    for (; member != NULL && status == ESC_OK; member = member->next)
        status = take_member(arguments, member);
    return status == ESC_OK ? must_be_complete(arguments) : status;
}

EscStatus esc_arguments_read(EscArena *arena, const EscProgram *program, EscText template_name,
                             const EscJson *json, const EscValue **values, uint32_t *count,
                             EscWhy *why)
{
    const EscTemplateRow *row = template_called(program, template_name);
    *values = NULL;
    *count = 0;
    if (row == NULL)
        return ESC_OK;
    Arguments arguments = {.arena = arena, .program = program, .count = row->params_count};
    arguments.params = &program->params[row->params_first];
    arguments.values = esc_arena_alloc_array(arena, row->params_count, sizeof(EscValue));
    arguments.is_given = esc_arena_alloc_array(arena, row->params_count, sizeof(bool));
    arguments.why = why;
    if (esc_arena_failed(arena))
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for what is given");
    for (uint32_t i = 0; i < row->params_count; i++)
        arguments.values[i] = esc_field_default(&(EscFieldRow){.type = arguments.params[i].type});
    *values = arguments.values;
    *count = row->params_count;
    return take_members(&arguments, json);
}
