/* requests.c - the headers and the body of an action's request, from its parts and the values that its REQUEST gives. What is sent
 * around them, and where to, is the business of delivery. */
#include <engine/run.h>

static bool has_value(const EscPartRow *part)
{
    return part->argument != 0;
}

/* --- JSON ------------------------------------------------------------------------------------- */

typedef struct Json {
    EscBuf *out;
    uint32_t depth; /* of what is open: the body itself is 0 */
    bool is_first[10];
    bool is_list[10]; /* by depth: bounded as the verifier has it (V51) */
} Json;

static void json_open(Json *json, bool is_list)
{
    json->depth++;
    json->is_list[json->depth] = is_list;
    json->is_first[json->depth] = true;
    esc_buf_char(json->out, is_list ? '[' : '{');
}

static void json_close(Json *json)
{
    esc_buf_char(json->out, json->is_list[json->depth] ? ']' : '}');
    json->depth--;
}

static void json_part(Json *json, const EscProgram *program, const EscPartRow *part,
                      const EscValue *arguments)
{
    while (json->depth > part->depth + 1)
        json_close(json);
    if (!json->is_first[json->depth])
        esc_buf_char(json->out, ',');
    json->is_first[json->depth] = false;
    if (!json->is_list[json->depth]) {
        esc_json_text(json->out, program->texts[part->name]);
        esc_buf_char(json->out, ':');
    }
    if (has_value(part))
        esc_value_write_json(json->out, program, arguments[part->argument]);
    else
        json_open(json, part->kind == ESC_PART_LIST);
}

static EscText json_of(EscEngine *engine, const EscProgram *program, const EscActionRow *action,
                       const EscValue *arguments)
{
    EscBuf buf = esc_turn_buf();
    Json json = {.out = &buf};
    json_open(&json, false);
    for (uint32_t p = action->parts_first; p < action->parts_first + action->parts_count; p++)
        if (program->parts[p].kind != ESC_PART_HEADER)
            json_part(&json, program, &program->parts[p], arguments);
    while (json.depth > 0)
        json_close(&json);
    return esc_turn_take(engine, &buf);
}

/* --- forms and headers ------------------------------------------------------------------------ */

/* application/x-www-form-urlencoded; what is missing is left out. */
static EscText form_of(EscEngine *engine, const EscProgram *program, const EscActionRow *action,
                       const EscValue *arguments)
{
    EscBuf buf = esc_turn_buf();
    for (uint32_t p = action->parts_first; p < action->parts_first + action->parts_count; p++) {
        const EscPartRow *part = &program->parts[p];
        if (part->kind == ESC_PART_HEADER || arguments[part->argument].is_missing)
            continue;
        if (buf.size > 0)
            esc_buf_char(&buf, '&');
        esc_buf_percent(&buf, program->texts[part->name]);
        esc_buf_char(&buf, '=');
        esc_buf_percent(&buf, arguments[part->argument].text);
    }
    return esc_turn_take(engine, &buf);
}

/* Headers come before the body. A value that no header holds is refused where the request is planned. */
static void headers_fill(EscEngine *engine, const EscProgram *program, const EscActionRow *action,
                         const EscValue *arguments, EscCall *call)
{
    EscText *headers = esc_turn_alloc(engine, (action->parts_count + 1) * sizeof(*headers));
    for (uint32_t p = action->parts_first; p < action->parts_first + action->parts_count; p++) {
        const EscPartRow *part = &program->parts[p];
        if (part->kind != ESC_PART_HEADER)
            break;
        const EscValue *value = &arguments[part->argument];
        if (value->is_missing)
            continue;
        headers[call->headers_count++] =
            esc_turn_printf(engine, "%.*s: %.*s", ESC_TEXT_ARG(program->texts[part->name]),
                            ESC_TEXT_ARG(value->text));
    }
    call->headers = call->headers_count > 0 ? headers : NULL;
}

void esc_request_fill(EscEngine *engine, const EscProgram *program, const EscActionRow *action,
                      const EscValue *arguments, EscCall *call)
{
    headers_fill(engine, program, action, arguments, call);
    if (action->body == ESC_BODY_JSON)
        call->json = json_of(engine, program, action, arguments);
    if (action->body == ESC_BODY_FORM)
        call->form = form_of(engine, program, action, arguments);
}
