/* trial_values.c - values of a trial, from JSON and to it. */
#include "trial.h"

const EscJson *trial_member(const EscJson *object, EscText path)
{
    const EscJson *whole = esc_json_member(object, path);
    if (whole != NULL || path.size == 0)
        return whole;
    const char *dot = memchr(path.data, '.', path.size);
    if (dot == NULL)
        return NULL;
    size_t size = (size_t)(dot - path.data);
    const EscJson *part = esc_json_member(object, (EscText){path.data, size});
    return part == NULL ? NULL : trial_member(part, (EscText){dot + 1, path.size - size - 1});
}

/* --- from JSON ------------------------------------------------------------------------------------ */

static bool read_number(const EscJson *json, EscValue *value)
{
    value->number = json->kind == ESC_JSON_INTEGER ? (double)json->integer : json->real;
    return json->kind == ESC_JSON_INTEGER || json->kind == ESC_JSON_REAL;
}

static bool read_member(const EscProgram *program, EscText name, EscValue *value)
{
    const EscEnumRow *row = &program->enums[esc_type_enum(value->type)];
    for (uint32_t i = 0; i < row->members_count; i++) {
        value->member = i;
        if (esc_text_equal(program->texts[program->members[row->members_first + i].name], name))
            return true;
    }
    return false;
}

static bool read_list(EscArena *arena, const EscJson *json, EscValue *value)
{
    if (json->kind != ESC_JSON_LIST || json->count > 255)
        return false;
    EscText *items = esc_arena_alloc_array(arena, json->count, sizeof *items);
    uint32_t count = 0;
    for (const EscJson *item = json->first; items != NULL && item != NULL; item = item->next) {
        if (item->kind != ESC_JSON_TEXT || item->text.size > ESC_TEXT_MAX)
            return false;
        items[count++] = item->text;
    }
    value->list.items = items;
    value->list.count = count;
    return items != NULL;
}

static bool read_text(const EscProgram *program, EscText text, EscValue *value)
{
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_TEXT:
        value->text = text;
        return text.size <= ESC_TEXT_MAX;
    case ESC_KIND_DURATION:
        return esc_duration_read(text, ESC_SPAN_MAX_MS, &value->ms);
    case ESC_KIND_TIME:
        return esc_time_read(text, &value->ms);
    case ESC_KIND_ENUM:
        return read_member(program, text, value);
    default:
        return false;
    }
}

static bool read_plain(const EscProgram *program, EscArena *arena, const EscJson *json,
                       EscValue *value)
{
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        value->truth = json->kind == ESC_JSON_TRUE;
        return json->kind == ESC_JSON_TRUE || json->kind == ESC_JSON_FALSE;
    case ESC_KIND_NUMBER:
        return read_number(json, value);
    case ESC_KIND_LIST:
        return read_list(arena, json, value);
    default:
        return json->kind == ESC_JSON_TEXT && read_text(program, json->text, value);
    }
}

EscStatus trial_value(const EscProgram *program, EscArena *arena, EscText path, const EscJson *json,
                      EscType type, EscValue *value, EscWhy *why)
{
    static const char *const wanted[ESC_KIND_COUNT] = {
        [ESC_KIND_BOOL] = "true or false",
        [ESC_KIND_NUMBER] = "a number",
        [ESC_KIND_TEXT] = "a text",
        [ESC_KIND_DURATION] = "a duration such as \"1h30m\"",
        [ESC_KIND_TIME] = "a time such as \"2026-01-05T09:00:00Z\"",
        [ESC_KIND_ENUM] = "the name of one of its members",
        [ESC_KIND_LIST] = "a list of texts",
    };
    *value = (EscValue){.type = type};
    value->is_missing = json->kind == ESC_JSON_NULL && esc_type_is_optional(type);
    if (value->is_missing || read_plain(program, arena, json, value))
        return ESC_OK;
    const char *words = wanted[esc_type_kind(type)];
    return esc_why(why, ESC_BAD_INPUT, "", 0, "%.*s: this is not %s", ESC_TEXT_ARG(path),
                   words == NULL ? "a value that can be given" : words);
}

/* --- to JSON -------------------------------------------------------------------------------------- */

/* Marks tell an author's words from values; people see none of them. */
void trial_write_text(EscText text, EscBuf *out)
{
    EscBuf seen;
    esc_buf_init(&seen, ESC_TEXT_MAX);
    for (size_t mark = 0; text.size > 0;) {
        mark = esc_mark_find(text);
        esc_buf_text(&seen, (EscText){text.data, mark});
        size_t step = mark < text.size ? mark + ESC_MARK_SIZE : mark;
        text = (EscText){text.data + step, text.size - step};
    }
    if (seen.status == ESC_OK)
        esc_json_text(out, esc_buf_as_text(&seen));
    else
        out->status = seen.status;
    esc_buf_release(&seen);
}

static void write_written(void (*write)(EscBuf *out, int64_t ms), int64_t ms, EscBuf *out)
{
    esc_buf_char(out, '"');
    write(out, ms);
    esc_buf_char(out, '"');
}

static void write_list(const EscValue *value, EscBuf *out)
{
    esc_buf_char(out, '[');
    for (uint32_t i = 0; i < value->list.count; i++) {
        if (i > 0)
            esc_buf_char(out, ',');
        trial_write_text(value->list.items[i], out);
    }
    esc_buf_char(out, ']');
}

static EscText member_name(const EscProgram *program, const EscValue *value)
{
    const EscEnumRow *row = &program->enums[esc_type_enum(value->type)];
    return program->texts[program->members[row->members_first + value->member].name];
}

void trial_write_value(const EscProgram *program, const EscValue *value, EscBuf *out)
{
    if (value->is_missing) {
        esc_buf_string(out, "null");
        return;
    }
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        esc_buf_string(out, value->truth ? "true" : "false");
        break;
    case ESC_KIND_NUMBER:
        esc_json_number(out, value->number);
        break;
    case ESC_KIND_TEXT:
        trial_write_text(value->text, out);
        break;
    case ESC_KIND_DURATION:
        write_written(esc_duration_write, value->ms, out);
        break;
    case ESC_KIND_TIME:
        write_written(esc_time_write, value->ms, out);
        break;
    case ESC_KIND_ENUM:
        trial_write_text(member_name(program, value), out);
        break;
    case ESC_KIND_REF:
        trial_write_text(esc_ref_text(program, value->ref), out);
        break;
    case ESC_KIND_LIST:
        write_list(value, out);
        break;
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        esc_buf_string(out, "null");
        break;
    }
}
