/* values.c - values between bundles and as JSON. Ticket and event values are typed by the bundle that read
 * them; an escalation that is pinned to an older bundle sees them in that bundle's types: fields by name, enum
 * members by name. */
#include <engine/model.h>

EscValue esc_value_default(EscType type)
{
    return (EscValue){.type = type, .is_missing = esc_type_is_optional(type)};
}

EscText esc_member_name(const EscProgram *program, EscType type, uint32_t member)
{
    const EscEnumRow *row = &program->enums[esc_type_enum(type)];
    if (member >= row->members_count)
        return (EscText){0};
    return program->texts[program->members[row->members_first + member].name];
}

/* Enum members ignore case, as at ingestion. */
static bool name_matches(EscText a, EscText b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (esc_ascii_lower(a.data[i]) != esc_ascii_lower(b.data[i]))
            return false;
    }
    return true;
}

bool esc_member_find(const EscProgram *program, EscType type, EscText name, uint32_t *member)
{
    const EscEnumRow *row = &program->enums[esc_type_enum(type)];
    for (uint32_t i = 0; i < row->members_count; i++) {
        if (name_matches(program->texts[program->members[row->members_first + i].name], name)) {
            *member = i;
            return true;
        }
    }
    return false;
}

uint32_t esc_field_find(const EscProgram *program, EscScope scope, EscText name)
{
    for (uint32_t i = 0; i < program->fields_count; i++) {
        if (program->fields[i].scope == scope &&
            esc_text_equal(program->texts[program->fields[i].name], name))
            return i;
    }
    return ESC_NONE;
}

EscValue esc_value_convert(const EscProgram *from, const EscProgram *to, EscValue value,
                           EscType type)
{
    EscKind kind = esc_type_kind(type);
    if (kind != esc_type_kind(value.type) || value.is_missing)
        return esc_value_default(type);
    if (kind == ESC_KIND_ENUM && from != to) {
        uint32_t member = 0;
        EscText name = esc_member_name(from, value.type, value.member);
        if (!esc_member_find(to, type, name, &member))
            return esc_value_default(type);
        value.member = member;
    }
    value.type = type;
    return value;
}

bool esc_value_same(const EscProgram *a_program, EscValue a, const EscProgram *b_program,
                    EscValue b)
{
    if (a.is_missing || b.is_missing)
        return a.is_missing == b.is_missing;
    EscValue converted = esc_value_convert(b_program, a_program, b, a.type);
    return !converted.is_missing && esc_value_equal(a, converted);
}

static void list_write(EscBuf *out, EscValue value)
{
    esc_buf_char(out, '[');
    for (uint32_t i = 0; i < value.list.count; i++) {
        if (i > 0)
            esc_buf_char(out, ',');
        esc_json_text(out, value.list.items[i]);
    }
    esc_buf_char(out, ']');
}

static void time_write_json(EscBuf *out, int64_t time_ms)
{
    esc_buf_char(out, '"');
    esc_time_write(out, time_ms);
    esc_buf_char(out, '"');
}

void esc_value_write_json(EscBuf *out, const EscProgram *program, EscValue value)
{
    if (value.is_missing) {
        esc_buf_string(out, "null");
        return;
    }
    switch (esc_type_kind(value.type)) {
    case ESC_KIND_BOOL:
        esc_buf_string(out, value.truth ? "true" : "false");
        break;
    case ESC_KIND_NUMBER:
        esc_json_number(out, value.number);
        break;
    case ESC_KIND_TEXT:
        esc_json_text(out, value.text);
        break;
    case ESC_KIND_DURATION:
        esc_buf_printf(out, "%lld", (long long)value.ms);
        break;
    case ESC_KIND_TIME:
        time_write_json(out, value.ms);
        break;
    case ESC_KIND_ENUM:
        esc_json_text(out, esc_member_name(program, value.type, value.member));
        break;
    case ESC_KIND_LIST:
        list_write(out, value);
        break;
    case ESC_KIND_REF:
        esc_buf_printf(out, "%u", value.ref);
        break;
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        esc_buf_string(out, "null");
        break;
    }
}

void esc_value_write_key(EscBuf *out, const EscProgram *program, EscValue value)
{
    if (esc_type_kind(value.type) == ESC_KIND_NUMBER && value.number == 0)
        value.number = 0; /* there are two of them */
    esc_value_write_json(out, program, value);
}

void esc_value_write_text(EscBuf *out, const EscProgram *program, EscValue value)
{
    if (value.is_missing) {
        esc_buf_string(out, "(none)");
        return;
    }
    switch (esc_type_kind(value.type)) {
    case ESC_KIND_TEXT:
        esc_buf_text(out, value.text);
        break;
    case ESC_KIND_ENUM:
        esc_buf_text(out, esc_member_name(program, value.type, value.member));
        break;
    case ESC_KIND_DURATION:
        esc_duration_write(out, value.ms);
        break;
    case ESC_KIND_TIME:
        esc_time_write(out, value.ms);
        break;
    case ESC_KIND_LIST:
        for (uint32_t i = 0; i < value.list.count; i++) {
            esc_buf_string(out, i > 0 ? ", " : "");
            esc_buf_text(out, value.list.items[i]);
        }
        break;
    case ESC_KIND_REF:
        esc_buf_text(out, esc_directory_ref_name(program, value.ref));
        break;
    default:
        esc_value_write_json(out, program, value);
        break;
    }
}

static EscOwned list_read(EscType type, const EscJson *json)
{
    EscText items[ESC_LIST_ITEMS_MAX];
    uint32_t count = 0;
    for (const EscJson *item = json->first; item != NULL && count < ESC_LIST_ITEMS_MAX;
         item = item->next)
        if (item->kind == ESC_JSON_TEXT)
            items[count++] = item->text;
    EscValue value = {.type = type};
    value.list.items = items;
    value.list.count = count;
    EscOwned owned = esc_owned_copy(value);
    if (count == 0)
        owned.value.list.items = NULL;
    return owned;
}

EscOwned esc_value_read_json(const EscProgram *program, EscType type, const EscJson *json)
{
    EscValue value = {.type = type};
    bool is_text = json->kind == ESC_JSON_TEXT, is_good = false;
    switch (esc_type_kind(type)) {
    case ESC_KIND_BOOL:
        is_good = json->kind == ESC_JSON_TRUE || json->kind == ESC_JSON_FALSE;
        value.truth = json->kind == ESC_JSON_TRUE;
        break;
    case ESC_KIND_NUMBER:
        is_good = json->kind == ESC_JSON_INTEGER || json->kind == ESC_JSON_REAL;
        if (is_good)
            value.number = json->kind == ESC_JSON_REAL ? json->real : (double)json->integer;
        break;
    case ESC_KIND_TEXT:
        is_good = is_text;
        if (is_good)
            value.text = json->text;
        break;
    case ESC_KIND_DURATION:
        is_good = json->kind == ESC_JSON_INTEGER;
        if (is_good)
            value.ms = json->integer;
        break;
    case ESC_KIND_TIME:
        is_good = is_text && esc_time_read(json->text, &value.ms);
        break;
    case ESC_KIND_ENUM:
        is_good = is_text && esc_member_find(program, type, json->text, &value.member);
        break;
    case ESC_KIND_LIST:
        if (json->kind == ESC_JSON_LIST)
            return list_read(type, json);
        break;
    case ESC_KIND_REF:
        is_good = json->kind == ESC_JSON_INTEGER;
        if (is_good)
            value.ref = (EscRef)json->integer;
        break;
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        break;
    }
    return is_good ? esc_owned_copy(value) : (EscOwned){esc_value_default(type), NULL};
}
