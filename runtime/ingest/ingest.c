/* ingest.c - CloudEvents 1.0 in JSON (structured mode; ingest_binary.c makes it of binary mode), one or a batch, as typed events.
 *
 * In order: read with limits (ingest_read.c), the attributes here, then the data against the program's
 * schema (ingest_data.c, ingest_value.c). Attributes that we do not know are extensions and pass unread, as the specification
 * has it. They say what the event is and have to be right; data is taken as far as it fits, and what does not is noted. */
#include "ingest_internal.h"

#include <stdlib.h>
#include <string.h>

EscStatus esc_ingest_id(EscText id, const char *what, EscWhy *why)
{
    if (id.size == 0)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "%s is empty", what);
    if (id.size > ESC_ID_BYTES_MAX)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "%s has %zu bytes; at most %d are taken", what,
                       id.size, ESC_ID_BYTES_MAX);
    for (size_t i = 0, size; i < id.size; i += size) {
        uint32_t character = esc_utf8_decode(id, i, &size);
        if (character < 0x20 || (character >= 0x7F && character < 0xA0))
            return esc_why(why, ESC_BAD_INPUT, "", i, "%s has a control character", what);
    }
    return ESC_OK;
}

EscStatus esc_ingest_ticket_id(EscText id, const char *what, EscWhy *why)
{
    if (esc_text_starts_with(id, ESC_TEXT(ESC_OWN_TICKETS)))
        return esc_why(why, ESC_BAD_INPUT, "", 0,
                       "%s begins with \"" ESC_OWN_TICKETS "\", as only ids of linked tickets do",
                       what);
    return esc_ingest_id(id, what, why);
}

/* An attribute as text; empty when it is not there or null, which means the same. */
static EscStatus read_attribute(const EscJson *envelope, const char *name, EscText *text,
                                EscWhy *why)
{
    *text = (EscText){0};
    const EscJson *json = esc_json_member(envelope, esc_text_from(name));
    if (json == NULL || json->kind == ESC_JSON_NULL)
        return ESC_OK;
    if (json->kind != ESC_JSON_TEXT)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "%s is %s; wanted is a text", name,
                       esc_ingest_kind_name(json));
    *text = json->text;
    return ESC_OK;
}

/* An id that must be there: an empty one is refused like a missing one. */
static EscStatus read_id(EscArena *arena, const EscJson *envelope, const char *name, EscText *id,
                         EscWhy *why)
{
    EscText text;
    EscStatus status = read_attribute(envelope, name, &text, why);
    if (status == ESC_OK && text.size == 0)
        status = esc_why(why, ESC_BAD_INPUT, "", 0, "the event has no %s", name);
    if (status == ESC_OK)
        status = esc_ingest_id(text, name, why);
    if (status != ESC_OK)
        return status;
    *id = esc_arena_text(arena, text);
    return esc_arena_failed(arena) ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event")
                                   : ESC_OK;
}

static EscStatus read_version(const EscJson *envelope, EscWhy *why)
{
    EscText version;
    EscStatus status = read_attribute(envelope, "specversion", &version, why);
    if (status == ESC_OK && !esc_text_equal(version, ESC_TEXT("1.0")))
        status = esc_why(why, ESC_BAD_INPUT, "", 0, "specversion is \"%.*s\"; wanted is \"1.0\"",
                         ESC_TEXT_ARG(esc_utf8_cut(version, 40)));
    return status;
}

static EscStatus unknown_type(const EscProgram *program, EscText name, EscWhy *why)
{
    EscText nearest = {0};
    unsigned nearest_distance = 4;
    for (uint32_t i = 0; i < program->events_count; i++) {
        EscText known = program->texts[program->events[i].name];
        unsigned distance = esc_text_distance(name, known, nearest_distance);
        if (distance < nearest_distance) {
            nearest_distance = distance;
            nearest = known;
        }
    }
    EscText shown = esc_utf8_cut(name, 80);
    if (nearest.size == 0)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the workspace has no event type %.*s",
                       ESC_TEXT_ARG(shown));
    return esc_why(why, ESC_BAD_INPUT, "", 0,
                   "the workspace has no event type %.*s; did you mean %.*s?", ESC_TEXT_ARG(shown),
                   ESC_TEXT_ARG(nearest));
}

static EscStatus find_type(const EscProgram *program, EscText name, uint32_t *type, EscWhy *why)
{
    for (uint32_t i = 0; i < program->events_count; i++) {
        if (esc_text_equal(program->texts[program->events[i].name], name)) {
            *type = i;
            return ESC_OK;
        }
    }
    return unknown_type(program, name, why);
}

static EscStatus read_type(const EscProgram *program, const EscJson *envelope, uint32_t *type,
                           EscWhy *why)
{
    EscText name;
    EscStatus status = read_attribute(envelope, "type", &name, why);
    if (status == ESC_OK && name.size == 0)
        status = esc_why(why, ESC_BAD_INPUT, "", 0, "the event has no type");
    return status == ESC_OK ? find_type(program, name, type, why) : status;
}

/* Data of another type has no fields that a workspace could know. */
static EscStatus check_content_type(const EscJson *envelope, EscWhy *why)
{
    EscText given;
    EscStatus status = read_attribute(envelope, "datacontenttype", &given, why);
    if (status == ESC_OK && !esc_ingest_is_json_type(given))
        status = esc_why(why, ESC_BAD_INPUT, "", 0,
                         "datacontenttype is \"%.*s\"; wanted is application/json",
                         ESC_TEXT_ARG(esc_utf8_cut(given, 80)));
    return status;
}

static EscStatus read_subject(EscArena *arena, const EscJson *envelope, EscText *subject,
                              EscWhy *why)
{
    EscText text;
    EscStatus status = read_attribute(envelope, "subject", &text, why);
    if (status != ESC_OK || text.size == 0)
        return status;
    status = esc_ingest_normal(arena, text, subject, why);
    return status == ESC_OK ? esc_ingest_ticket_id(*subject, "subject", why) : status;
}

static EscStatus read_time(const EscJson *envelope, int64_t *time_ms, EscWhy *why)
{
    EscText text;
    EscStatus status = read_attribute(envelope, "time", &text, why);
    if (status == ESC_OK && text.size != 0 && !esc_time_read(text, time_ms))
        status = esc_why(why, ESC_BAD_INPUT, "", 0,
                         "time is \"%.*s\"; wanted is \"2026-01-05T09:00:00Z\"",
                         ESC_TEXT_ARG(esc_utf8_cut(text, 40)));
    return status;
}

/* The specification allows a-z and 0-9 only, so a member such as "Subject" or "dataa_" is a slip and no extension. */
static EscStatus check_names(const EscJson *envelope, EscWhy *why)
{
    for (const EscJson *member = envelope->first; member != NULL; member = member->next) {
        EscText name = member->name;
        if (esc_text_equal(name, ESC_TEXT("data_base64")))
            continue;
        bool is_name = name.size != 0;
        for (size_t i = 0; i < name.size && is_name; i++)
            is_name = (name.data[i] >= 'a' && name.data[i] <= 'z') ||
                      (name.data[i] >= '0' && name.data[i] <= '9');
        if (!is_name)
            return esc_why(
                why, ESC_BAD_INPUT, "", 0,
                "\"%.*s\" cannot be an attribute: their names are lower-case letters and digits",
                ESC_TEXT_ARG(esc_utf8_cut(name, 64)));
        bool is_plain = member->kind != ESC_JSON_OBJECT && member->kind != ESC_JSON_LIST;
        if (!is_plain && !esc_text_equal(name, ESC_TEXT("data")))
            return esc_why(why, ESC_BAD_INPUT, "", 0,
                           "attribute %.*s is %s; attributes are plain values",
                           ESC_TEXT_ARG(esc_utf8_cut(name, 64)), esc_ingest_kind_name(member));
    }
    return ESC_OK;
}

static EscStatus read_envelope(EscArena *arena, const EscProgram *program, const EscJson *envelope,
                               EscEvent *event, EscWhy *why)
{
    EscStatus status = read_version(envelope, why);
    if (status == ESC_OK)
        status = read_id(arena, envelope, "id", &event->id, why);
    if (status == ESC_OK)
        status = read_id(arena, envelope, "source", &event->source, why);
    if (status == ESC_OK)
        status = read_type(program, envelope, &event->type, why);
    if (status == ESC_OK)
        status = read_subject(arena, envelope, &event->subject, why);
    if (status == ESC_OK)
        status = read_time(envelope, &event->time_ms, why);
    if (status == ESC_OK)
        status = check_content_type(envelope, why);
    if (status == ESC_OK)
        status = check_names(envelope, why);
    return status;
}

static bool is_said(const EscJson *json)
{
    return json != NULL && json->kind != ESC_JSON_NULL;
}

/* *data is NULL when nothing is said. */
static EscStatus find_data(EscArena *scratch, const EscJson *envelope, const EscJson **data,
                           EscWhy *why)
{
    const EscJson *coded = esc_json_member(envelope, ESC_TEXT("data_base64"));
    *data = esc_json_member(envelope, ESC_TEXT("data"));
    *data = is_said(*data) ? *data : NULL;
    if (!is_said(coded))
        return ESC_OK;
    if (*data != NULL)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the event has both data and data_base64");
    EscStatus status = esc_ingest_base64(scratch, coded, data, why);
    *data = status == ESC_OK && is_said(*data) ? *data : NULL;
    return status;
}

static EscStatus read_event(EscNotes *notes, EscArena *scratch, const EscProgram *program,
                            const EscJson *json, EscEvent *event, EscWhy *why)
{
    const EscJson *data = NULL;
    const bool *is_given = NULL;
    EscStatus status = read_envelope(notes->arena, program, json, event, why);
    if (status == ESC_OK)
        status = find_data(scratch, json, &data, why);
    if (status == ESC_OK)
        status = esc_ingest_data(notes->arena, program, data, notes, event, &is_given, why);
    if (status == ESC_OK)
        status = esc_ingest_digest(notes->arena, program, is_given, event, why);
    return status;
}

static EscStatus keep_notes(const EscNotes *notes, EscEvent *event, EscWhy *why)
{
    EscText *items = esc_arena_alloc_array(notes->arena, notes->count, sizeof *items);
    if (esc_arena_failed(notes->arena))
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event");
    if (notes->count > 0)
        memcpy(items, notes->items, notes->count * sizeof *items);
    event->notes = items;
    event->notes_count = notes->count;
    event->notes_left_out = notes->left_out;
    return ESC_OK;
}

/* What of an event outlives its parsing goes to the arena; the rest to the scratch. */
typedef struct Parser {
    EscArena *arena, *scratch;
    const EscProgram *program;
    EscText json;
    size_t at;
} Parser;

static EscStatus parse_event(Parser *parser, EscEvent *event, EscWhy *why)
{
    EscRead read = {0};
    *event = (EscEvent){0};
    EscStatus status =
        esc_ingest_read(parser->arena, parser->scratch, parser->json, &parser->at, &read, why);
    if (status != ESC_OK)
        return status;
    event->json = read.compact;
    if (read.json->kind != ESC_JSON_OBJECT)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the event is %s; wanted is an object",
                       esc_ingest_kind_name(read.json));
    EscNotes notes = {.arena = parser->arena};
    status = read_event(&notes, parser->scratch, parser->program, read.json, event, why);
    return status == ESC_OK ? keep_notes(&notes, event, why) : status;
}

static EscStatus check_end(Parser *parser, EscWhy *why)
{
    esc_ingest_skip_space(parser->json, &parser->at);
    return parser->at == parser->json.size
               ? ESC_OK
               : esc_why(why, ESC_BAD_INPUT, "JSON", parser->at, "there is text behind the JSON");
}

EscStatus esc_event_parse(EscArena *arena, const EscProgram *program, EscText json, EscEvent *event,
                          EscWhy *why)
{
    Parser parser = {
        .arena = arena, .scratch = esc_ingest_scratch(why), .program = program, .json = json};
    if (parser.scratch == NULL)
        return ESC_NO_MEMORY;
    EscStatus status = parse_event(&parser, event, why);
    if (status == ESC_OK)
        status = check_end(&parser, why);
    esc_arena_free(parser.scratch);
    return status;
}

/* --- batches ------------------------------------------------------------------------------------------ */

typedef struct Batch {
    Parser parser;
    EscParsedEvent *events;
    size_t capacity;
    uint32_t count;
} Batch;

/* What only the engine knows to be so. */
static EscStatus refuse_own_type(const EscProgram *program, const EscEvent *event, EscWhy *why)
{
    if (esc_event_is_brought(event->type))
        return ESC_OK;
    return esc_why(why, ESC_BAD_INPUT, "", 0, "only Escal itself raises %.*s",
                   ESC_TEXT_ARG(program->texts[program->events[event->type].name]));
}

/* One bad event does not keep the others away, as long as it is clear where it ends. */
static EscStatus parse_alone(Parser *parser, EscParsedEvent *parsed, EscWhy *why)
{
    EscWhy own = {.text = ""};
    EscStatus status = parse_event(parser, &parsed->event, &own);
    if (status == ESC_OK)
        status = refuse_own_type(parser->program, &parsed->event, &own);
    bool is_refused =
        (status == ESC_BAD_INPUT && strcmp(own.check, "JSON") != 0) || status == ESC_OVER_LIMIT;
    parsed->status = status;
    parsed->why = (EscText){0};
    if (is_refused) {
        parsed->why = esc_arena_text(parser->arena, esc_text_from(own.text));
        status = esc_arena_failed(parser->arena) ? ESC_NO_MEMORY : ESC_OK;
    }
    if (status != ESC_OK && why != NULL)
        *why = own;
    return status;
}

static EscStatus parse_item(Batch *batch, EscWhy *why)
{
    if (batch->count == ESC_BATCH_EVENTS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", batch->count, "a batch has at most %d events",
                       ESC_BATCH_EVENTS_MAX);
    EscParsedEvent *grown = esc_arena_grow(batch->parser.arena, batch->events, batch->count,
                                           &batch->capacity, sizeof *batch->events);
    if (grown == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", batch->count, "no memory for a batch");
    batch->events = grown;
    EscStatus status = parse_alone(&batch->parser, &grown[batch->count], why);
    if (status != ESC_OK) {
        if (why != NULL)
            why->offset = batch->count;
        return status;
    }
    batch->count++;
    return ESC_OK;
}

static char peek(Parser *parser)
{
    esc_ingest_skip_space(parser->json, &parser->at);
    return parser->at < parser->json.size ? parser->json.data[parser->at] : '\0';
}

/* The brackets and commas between the events; the parser stands behind the first bracket. */
static EscStatus parse_items(Batch *batch, EscWhy *why)
{
    Parser *parser = &batch->parser;
    if (peek(parser) == ']') {
        parser->at++;
        return ESC_OK;
    }
    for (;;) { /* each round takes an event, of which there are at most ESC_BATCH_EVENTS_MAX */
        EscStatus status = parse_item(batch, why);
        if (status != ESC_OK)
            return status;
        char next = peek(parser);
        parser->at++;
        if (next == ']')
            return ESC_OK;
        if (next != ',')
            return esc_why(why, ESC_BAD_INPUT, "JSON", batch->count,
                           "the batch is no JSON: ',' or ']' is missing");
    }
}

EscStatus esc_event_parse_batch(EscArena *arena, const EscProgram *program, EscText json,
                                EscParsedEvent **events, uint32_t *count, EscWhy *why)
{
    *events = NULL;
    *count = 0;
    Batch batch = {
        .parser = {
            .arena = arena, .scratch = esc_ingest_scratch(why), .program = program, .json = json}};
    if (batch.parser.scratch == NULL)
        return ESC_NO_MEMORY;
    bool is_list = peek(&batch.parser) == '[';
    batch.parser.at += is_list ? 1 : 0;
    EscStatus status = is_list ? parse_items(&batch, why) : parse_item(&batch, why);
    if (status == ESC_OK)
        status = check_end(&batch.parser, why);
    esc_arena_free(batch.parser.scratch);
    if (status != ESC_OK)
        return status;
    *events = batch.events;
    *count = batch.count;
    return ESC_OK;
}

/* --- from typed values ------------------------------------------------------------------------------------- */

EscStatus esc_event_make(EscArena *arena, const EscProgram *program, EscText type, EscText source,
                         EscText id, EscText subject, EscText data_json, EscEvent *event,
                         EscWhy *why)
{
    EscBuf json;
    esc_buf_init(&json, 2 * ESC_EVENT_BYTES_MAX);
    const struct {
        const char *name;
        EscText text;
    } attributes[] = {{"id", id}, {"source", source}, {"type", type}, {"subject", subject}};
    esc_buf_string(&json, "{\"specversion\":\"1.0\"");
    for (size_t i = 0; i < ESC_COUNT_OF(attributes); i++) {
        if (attributes[i].text.size == 0)
            continue;
        esc_buf_printf(&json, ",\"%s\":", attributes[i].name);
        esc_json_text(&json, attributes[i].text);
    }
    if (data_json.size != 0) {
        esc_buf_string(&json, ",\"data\":");
        esc_buf_text(&json, data_json);
    }
    esc_buf_char(&json, '}');
    EscStatus status = json.status == ESC_OK
                           ? esc_event_parse(arena, program, esc_buf_as_text(&json), event, why)
                           : esc_why(why, json.status, "", 0, "the event does not fit");
    esc_buf_release(&json);
    return status;
}
