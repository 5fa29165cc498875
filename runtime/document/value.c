/* value.c - a JSON value as what a program wants there, or missing.
 *
 * Senders are lenient with each other, so a number or a truth is a text where a text is wanted, in its own words. Nothing
 * is guessed the other way: "5" is no number. Empty texts and the zero times that programs send for "never" are missing. */
#include "document_internal.h"

#include <string.h>

/* Above this a whole number counts milliseconds, below it seconds: the year 5138 and 1973. */
#define EPOCH_SECONDS_MAX 100000000000.0
/* The largest whole number that a number keeps exactly. */
#define EXACT_MAX INT64_C(9007199254740992)
/* JSON that is written anew, without white space; longer one is shown as it came, because a value has no room for it. */
#define REWRITTEN_MAX (4 * (size_t)ESC_TEXT_MAX)

/* The words of a value that is one: empty for null, lists and objects. */
static EscText words_of(const EscJson *json)
{
    switch (json->kind) {
    case ESC_JSON_TEXT:
        return json->text;
    case ESC_JSON_INTEGER:
    case ESC_JSON_REAL:
        return json->source;
    case ESC_JSON_TRUE:
        return ESC_TEXT("true");
    case ESC_JSON_FALSE:
        return ESC_TEXT("false");
    default:
        return ESC_TEXT("");
    }
}

static EscText cut(EscConversion *conversion, EscText text)
{
    conversion->is_cut = conversion->is_cut || text.size > ESC_TEXT_MAX;
    return esc_utf8_cut(text, ESC_TEXT_MAX);
}

static bool take_text(EscConversion *conversion, EscText text, EscValue *value)
{
    value->text = cut(conversion, text);
    return value->text.size > 0;
}

static bool take_json(EscConversion *conversion, const EscJson *json, EscValue *value)
{
    bool is_plain = json->kind != ESC_JSON_LIST && json->kind != ESC_JSON_OBJECT;
    if (is_plain || json->source.size > REWRITTEN_MAX)
        return take_text(conversion, is_plain ? words_of(json) : json->source, value);
    if (json->count == 0)
        return false; /* holds nothing */
    EscBuf text;
    esc_buf_init(&text, 2 * REWRITTEN_MAX);
    esc_json_write(&text, json, 0);
    EscText kept = esc_arena_text(conversion->arena, esc_buf_as_text(&text));
    conversion->has_failed = conversion->has_failed || text.status != ESC_OK;
    esc_buf_release(&text);
    return take_text(conversion, kept, value);
}

static bool take_number(const EscJson *json, EscValue *value)
{
    if (json->kind == ESC_JSON_REAL)
        value->number = json->real;
    else if (json->kind == ESC_JSON_INTEGER && json->integer <= EXACT_MAX &&
             json->integer >= -EXACT_MAX)
        value->number = (double)json->integer;
    else
        return false;
    return true;
}

/* Text of RFC 3339, or seconds or milliseconds since 1970. 0001-01-01 and 1970-01-01T00:00:00 are programs' words for never. */
static bool take_time(const EscJson *json, EscValue *value)
{
    EscValue number;
    if (json->kind == ESC_JSON_TEXT)
        return esc_time_read(json->text, &value->ms) && value->ms != 0 &&
               value->ms >= -ESC_SPAN_MAX_MS && value->ms <= ESC_SPAN_MAX_MS;
    if (!take_number(json, &number) || number.number <= 0)
        return false;
    double ms = number.number < EPOCH_SECONDS_MAX ? number.number * 1000 : number.number;
    if (ms > (double)ESC_SPAN_MAX_MS)
        return false;
    value->ms = (int64_t)ms;
    return true;
}

static bool equal_in_any_case(EscText a, EscText b)
{
    bool is_equal = a.size == b.size;
    for (size_t i = 0; i < a.size && is_equal; i++)
        is_equal = esc_ascii_lower(a.data[i]) == esc_ascii_lower(b.data[i]);
    return is_equal;
}

static bool take_member(const EscProgram *program, uint32_t index, const EscJson *json,
                        EscValue *value)
{
    const EscEnumRow *row = &program->enums[index];
    EscText words = words_of(json);
    for (uint32_t i = 0; i < row->members_count; i++) {
        uint32_t name = program->members[row->members_first + i].name;
        if (!equal_in_any_case(program->texts[name], words))
            continue;
        value->member = i;
        return true;
    }
    return false;
}

/* Items of a list, or members of an object as "name=value": those that have one value. */
static bool take_items(EscConversion *conversion, const EscJson *json, bool is_pairs,
                       EscValue *value)
{
    uint32_t room = json->count < ESC_LIST_ITEMS_MAX ? json->count : ESC_LIST_ITEMS_MAX;
    EscText *items = esc_arena_alloc_array(conversion->arena, room, sizeof *items);
    uint32_t count = 0;
    for (const EscJson *item = json->first; item != NULL && items != NULL; item = item->next) {
        EscText words = words_of(item);
        if (words.size == 0)
            continue;
        if (count == room) {
            conversion->is_cut = true;
            break;
        }
        if (is_pairs)
            words = esc_arena_printf(conversion->arena, "%.*s=%.*s", ESC_TEXT_ARG(item->name),
                                     ESC_TEXT_ARG(words));
        items[count++] = cut(conversion, words);
    }
    value->list.items = items;
    value->list.count = count;
    return true;
}

static bool take(EscConversion *conversion, const EscDocumentPathRow *row, const EscJson *json,
                 EscValue *value)
{
    if (row->form == ESC_DOCUMENT_JSON)
        return take_json(conversion, json, value);
    bool is_pairs = row->form == ESC_DOCUMENT_PAIRS;
    switch (esc_type_kind(row->type)) {
    case ESC_KIND_BOOL:
        value->truth = json->kind == ESC_JSON_TRUE;
        return json->kind == ESC_JSON_TRUE || json->kind == ESC_JSON_FALSE;
    case ESC_KIND_NUMBER:
        return take_number(json, value);
    case ESC_KIND_TEXT:
        return take_text(conversion, words_of(json), value);
    case ESC_KIND_DURATION:
        return json->kind == ESC_JSON_TEXT &&
               esc_duration_read(json->text, ESC_SPAN_MAX_MS, &value->ms);
    case ESC_KIND_TIME:
        return take_time(json, value);
    case ESC_KIND_ENUM:
        return take_member(conversion->program, esc_type_enum(row->type), json, value);
    case ESC_KIND_LIST:
        return json->kind == (is_pairs ? ESC_JSON_OBJECT : ESC_JSON_LIST) &&
               take_items(conversion, json, is_pairs, value);
    default:
        return false; /* the verifier lets no other type through */
    }
}

EscStatus esc_document_value(EscConversion *conversion, const EscDocumentPathRow *row,
                             const EscJson *json, EscValue *value)
{
    *value = (EscValue){.type = row->type};
    bool is_there = json != NULL && take(conversion, row, json, value);
    if (!is_there)
        *value = (EscValue){.type = row->type, .is_missing = true};
    return conversion->has_failed || esc_arena_failed(conversion->arena) ? ESC_NO_MEMORY : ESC_OK;
}
