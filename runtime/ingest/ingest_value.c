/* ingest_value.c - one JSON value as a typed value: no conversion between kinds, and a message that says where,
 * what was found and what is wanted. What is too long is cut where the caller takes notes. */
#include "ingest_internal.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

static const char *const wanted_of_kind[ESC_KIND_COUNT] = {
    [ESC_KIND_BOOL] = "true or false",
    [ESC_KIND_NUMBER] = "a number",
    [ESC_KIND_TEXT] = "a text",
    [ESC_KIND_DURATION] = "a duration such as \"1h30m\" or \"PT1H30M\"",
    [ESC_KIND_TIME] = "a time such as \"2026-01-05T09:00:00Z\"",
    [ESC_KIND_ENUM] = "one of",
    [ESC_KIND_LIST] = "a list of texts",
};

const char *esc_ingest_kind_name(const EscJson *json)
{
    switch (json->kind) {
    case ESC_JSON_OBJECT:
        return "an object";
    case ESC_JSON_LIST:
        return "a list";
    case ESC_JSON_TEXT:
        return "a text";
    case ESC_JSON_INTEGER:
    case ESC_JSON_REAL:
        return "a number";
    case ESC_JSON_TRUE:
    case ESC_JSON_FALSE:
        return "true or false";
    case ESC_JSON_NULL:
        return "null";
    }
    return "unknown";
}

static bool is_ascii(EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] >= 0x80)
            return false;
    return true;
}

EscStatus esc_ingest_normal(EscArena *arena, EscText text, EscText *normal, EscWhy *why)
{
    if (is_ascii(text)) {
        *normal = esc_arena_text(arena, text);
    } else {
        utf8proc_uint8_t *composed = NULL;
        utf8proc_ssize_t size =
            utf8proc_map((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.size,
                         &composed, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
        if (composed == NULL) /* the reader has seen to it that the text is UTF-8 */
            return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event");
        *normal = esc_arena_text(arena, (EscText){(const char *)composed, (size_t)size});
        free(composed);
    }
    return esc_arena_failed(arena) ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event")
                                   : ESC_OK;
}

typedef struct Conversion {
    EscArena *arena;
    const EscProgram *program;
    const EscFieldRow *field;
    EscDataPath path;
    EscNotes *notes; /* NULL: nothing is cut */
    EscWhy *why;
} Conversion;

static EscStatus wrong_kind(const Conversion *conversion, const EscJson *json, EscKind kind)
{
    return esc_why(conversion->why, ESC_BAD_INPUT, "", 0, ESC_DATA_PATH " is %s; wanted is %s",
                   ESC_DATA_PATH_ARG(conversion->path), esc_ingest_kind_name(json),
                   wanted_of_kind[kind]);
}

/* The cut shows: whoever reads the text shall not take it for all that was said. */
static EscStatus cut_text(const Conversion *conversion, EscText *text)
{
    EscText mark = ESC_TEXT("\u2026");
    uint32_t size_max = conversion->field->size_max;
    esc_ingest_note(conversion->notes, ESC_DATA_PATH " has %zu bytes; it was cut to %u",
                    ESC_DATA_PATH_ARG(conversion->path), text->size, size_max);
    if (size_max < mark.size)
        mark.size = 0;
    *text = esc_arena_printf(conversion->arena, "%.*s%.*s",
                             ESC_TEXT_ARG(esc_utf8_cut(*text, size_max - mark.size)),
                             ESC_TEXT_ARG(mark));
    return esc_arena_failed(conversion->arena)
               ? esc_why(conversion->why, ESC_NO_MEMORY, "", 0, "no memory for an event")
               : ESC_OK;
}

static EscStatus convert_text(const Conversion *conversion, const EscJson *json, EscText *text)
{
    if (json->kind != ESC_JSON_TEXT)
        return wrong_kind(conversion, json, ESC_KIND_TEXT);
    EscStatus status = esc_ingest_normal(conversion->arena, json->text, text, conversion->why);
    if (status != ESC_OK || text->size <= conversion->field->size_max)
        return status;
    if (conversion->notes == NULL)
        return esc_why(conversion->why, ESC_BAD_INPUT, "", 0,
                       ESC_DATA_PATH " has %zu bytes; at most %u are taken",
                       ESC_DATA_PATH_ARG(conversion->path), text->size,
                       conversion->field->size_max);
    return cut_text(conversion, text);
}

static EscStatus convert_number(const Conversion *conversion, const EscJson *json, double *number)
{
    if (json->kind == ESC_JSON_REAL) {
        *number = json->real; /* finite: the reader refuses what overflows */
        return ESC_OK;
    }
    if (json->kind != ESC_JSON_INTEGER)
        return wrong_kind(conversion, json, ESC_KIND_NUMBER);
    int64_t integer = json->integer;
    if (integer > ESC_INGEST_NUMBER_EXACT_MAX || integer < -ESC_INGEST_NUMBER_EXACT_MAX)
        return esc_why(conversion->why, ESC_BAD_INPUT, "", 0,
                       ESC_DATA_PATH
                       " is %lld; whole numbers are kept exactly up to 9007199254740992",
                       ESC_DATA_PATH_ARG(conversion->path), (long long)integer);
    *number = (double)integer;
    return ESC_OK;
}

static EscStatus convert_time(const Conversion *conversion, const EscJson *json, EscKind kind,
                              int64_t *ms)
{
    if (json->kind != ESC_JSON_TEXT)
        return wrong_kind(conversion, json, kind);
    EscText text = json->text;
    bool is_read = kind == ESC_KIND_TIME ? esc_time_read(text, ms)
                                         : esc_duration_read(text, ESC_INGEST_DURATION_MAX_MS, ms);
    if (!is_read)
        return esc_why(conversion->why, ESC_BAD_INPUT, "", 0,
                       ESC_DATA_PATH " is \"%.*s\"; wanted is %s",
                       ESC_DATA_PATH_ARG(conversion->path), ESC_TEXT_ARG(esc_utf8_cut(text, 40)),
                       wanted_of_kind[kind]);
    return ESC_OK;
}

/* Members are names of the language, so only ASCII letters have a case. */
static bool equal_without_case(EscText a, EscText b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (esc_ascii_lower(a.data[i]) != esc_ascii_lower(b.data[i]))
            return false;
    return true;
}

static EscText member_name(const EscProgram *program, const EscEnumRow *enumeration,
                           uint32_t member)
{
    return program->texts[program->members[enumeration->members_first + member].name];
}

static EscStatus not_a_member(const Conversion *conversion, const EscEnumRow *enumeration,
                              const EscJson *json)
{
    bool is_text = json->kind == ESC_JSON_TEXT;
    EscText found = is_text ? json->text : esc_text_from(esc_ingest_kind_name(json));
    EscBuf names;
    esc_buf_init(&names, 120);
    for (uint32_t i = 0; i < enumeration->members_count; i++) {
        esc_buf_string(&names, i == 0 ? "" : ", ");
        esc_buf_text(&names, member_name(conversion->program, enumeration, i));
    }
    EscText listed = esc_buf_as_text(&names);
    EscStatus status = esc_why(conversion->why, ESC_BAD_INPUT, "", 0,
                               ESC_DATA_PATH " is %s%.*s%s; wanted is one of %.*s%s",
                               ESC_DATA_PATH_ARG(conversion->path), is_text ? "\"" : "",
                               ESC_TEXT_ARG(esc_utf8_cut(found, 40)), is_text ? "\"" : "",
                               ESC_TEXT_ARG(listed), names.status == ESC_OK ? "" : " …");
    esc_buf_release(&names);
    return status;
}

static EscStatus convert_enum(const Conversion *conversion, const EscJson *json, uint32_t *member)
{
    const EscEnumRow *enumeration =
        &conversion->program->enums[esc_type_enum(conversion->field->type)];
    if (json->kind != ESC_JSON_TEXT)
        return not_a_member(conversion, enumeration, json);
    EscText text = json->text;
    for (uint32_t i = 0; i < enumeration->members_count; i++) {
        if (equal_without_case(text, member_name(conversion->program, enumeration, i))) {
            *member = i;
            return ESC_OK;
        }
    }
    return not_a_member(conversion, enumeration, json);
}

static EscStatus convert_list(const Conversion *conversion, const EscJson *json, EscValue *value)
{
    if (json->kind != ESC_JSON_LIST)
        return wrong_kind(conversion, json, ESC_KIND_LIST);
    uint32_t count = json->count;
    if (count > conversion->field->items_max) {
        ESC_ASSERT(conversion->notes !=
                   NULL); /* only an id is taken without notes, and that is a text */
        esc_ingest_note(conversion->notes, ESC_DATA_PATH " has %u items; the first %u were taken",
                        ESC_DATA_PATH_ARG(conversion->path), count, conversion->field->items_max);
        count = conversion->field->items_max;
    }
    EscText *items = esc_arena_alloc_array(conversion->arena, count, sizeof *items);
    if (items == NULL)
        return esc_why(conversion->why, ESC_NO_MEMORY, "", 0, "no memory for an event");
    EscText *next = items;
    for (const EscJson *item = json->first; next < items + count; item = item->next) {
        EscStatus status = convert_text(conversion, item, next++);
        if (status != ESC_OK)
            return status;
    }
    value->list.items = items;
    value->list.count = count;
    return ESC_OK;
}

EscStatus esc_ingest_value(EscArena *arena, const EscProgram *program, const EscFieldRow *field,
                           const EscJson *json, EscDataPath path, EscNotes *notes, EscValue *value,
                           EscWhy *why)
{
    Conversion conversion = {arena, program, field, path, notes, why};
    *value = (EscValue){.type = field->type};
    EscKind kind = esc_type_kind(field->type);
    if (json->kind == ESC_JSON_NULL) {
        *value = esc_field_default(field);
        return value->is_missing ? ESC_OK
                                 : esc_why(why, ESC_BAD_INPUT, "", 0,
                                           ESC_DATA_PATH " is null, but it is not optional",
                                           ESC_DATA_PATH_ARG(path));
    }
    switch (kind) {
    case ESC_KIND_BOOL:
        value->truth = json->kind == ESC_JSON_TRUE;
        return json->kind == ESC_JSON_TRUE || json->kind == ESC_JSON_FALSE
                   ? ESC_OK
                   : wrong_kind(&conversion, json, kind);
    case ESC_KIND_NUMBER:
        return convert_number(&conversion, json, &value->number);
    case ESC_KIND_TEXT:
        return convert_text(&conversion, json, &value->text);
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        return convert_time(&conversion, json, kind, &value->ms);
    case ESC_KIND_ENUM:
        return convert_enum(&conversion, json, &value->member);
    case ESC_KIND_LIST:
        return convert_list(&conversion, json, value);
    case ESC_KIND_UNSET:
    case ESC_KIND_REF:
    case ESC_KIND_COUNT:
        break;
    }
    ESC_ASSERT(false && "the verifier lets no field of that kind through");
    return ESC_TRAP;
}
