/* event.c - one item of a source as an event: the source's functions give its values, which are written as the CloudEvent that
 * ingestion takes from everybody. So what is too long, unknown or missing is treated and noted there, in one place. */
#include "sources_internal.h"

#include <string.h>

#define ORIGINAL_BYTES_MAX ((size_t)16 << 10) /* of an item, kept beside what was made of it */

static EscText text_at(const EscMapping *mapping, uint32_t index)
{
    return mapping->program->texts[index];
}

static EscStatus not_mapped(EscSourceItem *item, EscText why)
{
    item->is_mapped = false;
    item->why = why;
    return ESC_OK;
}

/* --- which event -------------------------------------------------------------------------------- */

/* M11.3: the first that holds. ESC_NONE: none does. */
static EscStatus find_event(EscMapping *mapping, uint32_t *event)
{
    const EscSourceRow *row = mapping->row;
    *event = ESC_NONE;
    for (uint32_t i = row->events_first; i < row->events_first + row->events_count; i++) {
        const EscSourceEventRow *one = &mapping->program->source_events[i];
        bool holds = one->cond == 0;
        EscStatus status = holds ? ESC_OK
                                 : esc_document_holds(mapping->document, one->cond - 1,
                                                      mapping->now_ms, &holds, mapping->why);
        if (status != ESC_OK)
            return status;
        if (holds) {
            *event = one->event;
            return ESC_OK;
        }
    }
    return ESC_OK;
}

static bool event_has(const EscProgram *program, uint32_t event, uint32_t field)
{
    const EscEventRow *row = &program->events[event];
    for (uint32_t i = row->fields_first; i < row->fields_first + row->fields_count; i++)
        if (program->event_fields[i].field == field)
            return true;
    return false;
}

/* --- its id ------------------------------------------------------------------------------------- */

static bool is_id(EscText text)
{
    bool is_plain = text.size > 0 && text.size <= ESC_ID_BYTES_MAX;
    for (size_t i = 0, size; i < text.size && is_plain; i += size) {
        uint32_t character = esc_utf8_decode(text, i, &size);
        is_plain = character >= 0x20 && (character < 0x7F || character >= 0xA0);
    }
    return is_plain;
}

static EscText hashed(EscMapping *mapping, const uint8_t hash[32])
{
    char hex[65];
    esc_hex((EscBytes){hash, 32}, hex);
    return esc_arena_printf(mapping->arena, "sha256-%s", hex);
}

/* M11.4: without an id, the item itself says which one it is. What is no id, being too long, says it by its hash. */
static EscStatus find_id(EscMapping *mapping, const EscJson *json, EscText *id)
{
    EscValue value = {.is_missing = true};
    uint8_t hash[32];
    EscStatus status = ESC_OK;
    if (mapping->row->event_id != 0)
        status = esc_document_gives(mapping->document, mapping->row->event_id - 1, mapping->now_ms,
                                    &value, mapping->why);
    if (status != ESC_OK)
        return status;
    if (!value.is_missing && is_id(value.text)) {
        *id = value.text;
        return ESC_OK;
    }
    if (!value.is_missing)
        esc_sha256((EscBytes){(const uint8_t *)value.text.data, value.text.size}, hash);
    else if (!esc_source_hash(json, hash))
        return ESC_NO_MEMORY;
    *id = hashed(mapping, hash);
    return ESC_OK;
}

/* --- its data ----------------------------------------------------------------------------------- */

static void write_quoted(EscBuf *out, void (*write)(EscBuf *out, int64_t value), int64_t value)
{
    esc_buf_char(out, '"');
    write(out, value);
    esc_buf_char(out, '"');
}

static void write_value(const EscProgram *program, EscBuf *out, const EscValue *value)
{
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        esc_buf_string(out, value->truth ? "true" : "false");
        break;
    case ESC_KIND_NUMBER:
        esc_json_number(out, value->number);
        break;
    case ESC_KIND_DURATION:
        write_quoted(out, esc_duration_write, value->ms);
        break;
    case ESC_KIND_TIME:
        write_quoted(out, esc_time_write, value->ms);
        break;
    case ESC_KIND_ENUM: {
        const EscEnumRow *row = &program->enums[esc_type_enum(value->type)];
        esc_json_text(out,
                      program->texts[program->members[row->members_first + value->member].name]);
        break;
    }
    case ESC_KIND_LIST:
        esc_buf_char(out, '[');
        for (uint32_t i = 0; i < value->list.count; i++) {
            esc_buf_string(out, i == 0 ? "" : ",");
            esc_json_text(out, value->list.items[i]);
        }
        esc_buf_char(out, ']');
        break;
    default:
        esc_json_text(out, value->text);
        break;
    }
}

/* Fields of the ticket or of the event, as members of an object that is being written. M11.5: what is missing is not brought. */
static EscStatus write_fields(EscMapping *mapping, uint32_t event, EscScope scope, EscBuf *out,
                              uint32_t *count, bool *names_ticket)
{
    const EscProgram *program = mapping->program;
    const EscSourceRow *row = mapping->row;
    for (uint32_t i = row->fields_first; i < row->fields_first + row->fields_count; i++) {
        const EscSourceFieldRow *one = &program->source_fields[i];
        const EscFieldRow *field = &program->fields[one->field];
        EscValue value;
        if (field->scope != (uint32_t)scope ||
            (scope == ESC_SCOPE_EVENT && !event_has(program, event, one->field)))
            continue;
        EscStatus status = esc_document_gives(mapping->document, one->value, mapping->now_ms,
                                              &value, mapping->why);
        if (status != ESC_OK)
            return status;
        if (value.is_missing)
            continue;
        esc_buf_string(out, (*count)++ == 0 ? "" : ",");
        esc_json_text(out, text_at(mapping, field->name));
        esc_buf_char(out, ':');
        write_value(program, out, &value);
        bool is_name = scope == ESC_SCOPE_TICKET &&
                       esc_text_equal(text_at(mapping, field->name), ESC_TEXT("id"));
        *names_ticket = *names_ticket || is_name;
    }
    return ESC_OK;
}

/* Events about the ticket have its fields for data, others their own and those of the ticket below. */
static EscStatus write_data(EscMapping *mapping, uint32_t event, EscBuf *out, bool *names_ticket)
{
    uint32_t own = 0, of_ticket = 0;
    bool is_about_ticket = event < ESC_EVENT_BUILTIN_COUNT;
    EscStatus status = ESC_OK;
    esc_buf_char(out, '{');
    if (is_about_ticket) {
        status = write_fields(mapping, event, ESC_SCOPE_TICKET, out, &of_ticket, names_ticket);
        esc_buf_char(out, '}');
        return status;
    }
    status = write_fields(mapping, event, ESC_SCOPE_EVENT, out, &own, names_ticket);
    if (status == ESC_OK) {
        esc_buf_string(out, own > 0 ? ",\"ticket\":{" : "\"ticket\":{");
        status = write_fields(mapping, event, ESC_SCOPE_TICKET, out, &of_ticket, names_ticket);
        esc_buf_string(out, "}}");
    }
    return status;
}

static EscStatus write_time(EscMapping *mapping, EscBuf *out)
{
    EscValue value = {.is_missing = true};
    EscStatus status = ESC_OK;
    if (mapping->row->event_time != 0)
        status = esc_document_gives(mapping->document, mapping->row->event_time - 1,
                                    mapping->now_ms, &value, mapping->why);
    if (status == ESC_OK && !value.is_missing) {
        esc_buf_string(out, ",\"time\":");
        write_quoted(out, esc_time_write, value.ms);
    }
    return status;
}

/* As an extension, so that it counts for nothing but to be read: what was sent, for who asks later. */
static void write_original(EscBuf *out, const EscJson *json)
{
    esc_buf_string(out, ",\"original\":");
    esc_json_text(out, esc_utf8_cut(json->source, ORIGINAL_BYTES_MAX));
}

static EscStatus write_event(EscMapping *mapping, uint32_t event, const EscJson *json, EscBuf *out,
                             bool *names_ticket)
{
    EscText id = {0};
    EscStatus status = find_id(mapping, json, &id);
    if (status != ESC_OK)
        return status;
    esc_buf_string(out, "{\"specversion\":\"1.0\",\"id\":");
    esc_json_text(out, id);
    esc_buf_string(out, ",\"source\":");
    esc_json_text(out, text_at(mapping, mapping->row->name));
    esc_buf_string(out, ",\"type\":");
    esc_json_text(out, text_at(mapping, mapping->program->events[event].name));
    status = write_time(mapping, out);
    write_original(out, json);
    esc_buf_string(out, ",\"data\":");
    if (status == ESC_OK)
        status = write_data(mapping, event, out, names_ticket);
    esc_buf_char(out, '}');
    return status == ESC_OK ? out->status : status;
}

/* --- the event ---------------------------------------------------------------------------------- */

/* What a value had no room for is noted as what a field has no room for is. */
static EscStatus note_cut(EscMapping *mapping, EscEvent *event)
{
    if (!esc_document_was_cut(mapping->document))
        return ESC_OK;
    if (event->notes_count >= ESC_EVENT_NOTES_MAX) {
        event->notes_left_out++;
        return ESC_OK;
    }
    EscText *notes = esc_arena_alloc_array(mapping->arena, event->notes_count + 1u, sizeof *notes);
    if (notes == NULL)
        return ESC_NO_MEMORY;
    if (event->notes_count > 0)
        memcpy(notes, event->notes, event->notes_count * sizeof *notes);
    notes[event->notes_count++] = esc_arena_printf(
        mapping->arena,
        "something in the item is longer than a value can be (%d bytes, %d items); it was cut",
        ESC_TEXT_MAX, ESC_LIST_ITEMS_MAX);
    event->notes = notes;
    return esc_arena_failed(mapping->arena) ? ESC_NO_MEMORY : ESC_OK;
}

/* The comment that the item is about, where the source says so: what was written from here is known by its text. */
static EscStatus take_comment(EscMapping *mapping, EscEvent *event)
{
    EscValue value = {.is_missing = true};
    EscStatus status = ESC_OK;
    if (mapping->row->comment != 0)
        status = esc_document_gives(mapping->document, mapping->row->comment - 1, mapping->now_ms,
                                    &value, mapping->why);
    if (status != ESC_OK || value.is_missing)
        return status;
    event->comment = esc_arena_text(mapping->arena, value.text);
    return esc_arena_failed(mapping->arena) ? ESC_NO_MEMORY : ESC_OK;
}

/* A refusal of ingestion is about this item alone. */
static EscStatus take_event(EscMapping *mapping, EscText json, EscSourceItem *item)
{
    EscWhy why = {.text = ""};
    EscStatus status = esc_event_parse(mapping->arena, mapping->program, json, &item->event, &why);
    if (status == ESC_BAD_INPUT || status == ESC_OVER_LIMIT)
        return not_mapped(item, esc_arena_text(mapping->arena, esc_text_from(why.text)));
    item->is_mapped = status == ESC_OK;
    if (status == ESC_OK)
        status = take_comment(mapping, &item->event);
    return status == ESC_OK ? note_cut(mapping, &item->event) : status;
}

EscStatus esc_source_event(EscMapping *mapping, const EscJson *json, EscSourceItem *item)
{
    uint32_t event = ESC_NONE;
    bool names_ticket = false;
    EscBuf text;
    (void)esc_document_was_cut(mapping->document); /* of the item before */
    EscStatus status = find_event(mapping, &event);
    if (status != ESC_OK)
        return status;
    if (event == ESC_NONE)
        return not_mapped(item, ESC_TEXT("no event of the source fits it"));
    esc_buf_init(&text, ESC_EVENT_BYTES_MAX);
    status = write_event(mapping, event, json, &text, &names_ticket);
    if (status == ESC_OVER_LIMIT)
        status = not_mapped(item, ESC_TEXT("what is made of it is larger than an event can be"));
    else if (status == ESC_OK && event < ESC_EVENT_BUILTIN_COUNT && !names_ticket)
        status = not_mapped(item, ESC_TEXT("it names no ticket"));
    else if (status == ESC_OK)
        status = take_event(mapping, esc_buf_as_text(&text), item);
    esc_buf_release(&text);
    return status;
}
