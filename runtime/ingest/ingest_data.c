/* ingest_data.c - the data of an event as typed fields and as patches of the ticket.
 *
 * Where a member goes: in ticket.created, ticket.updated … every member of data is a field of the ticket. In other events a member is
 * a field of the event, and the member "ticket" holds fields of the ticket. Records may be nested or dotted:
 * {"account":{"tier":"pro"}} and {"account.tier":"pro"} say the same, and saying both is an error. What does not fit its field, and
 * what has none, is left out and noted; the ticket's own id has to fit.
 * Names are looked up once in the sorted texts of the program; after that they are numbers. */
#include "ingest_internal.h"

#include <string.h>

typedef struct Filler {
    EscArena *arena;
    const EscProgram *program;
    EscEvent *event;
    EscValue *fields;
    EscPatch *patches;
    size_t patches_capacity;
    bool *has_patch; /* by index in FIELDS; NULL until there is one */
    bool *has_field; /* by position in the event's list */
    EscNotes *notes;
    EscWhy *why;
} Filler;

/* What is looked up where: the ticket's fields or the event's, and how messages call the place. */
typedef struct Place {
    EscScope scope;
    const char *shown; /* "data." or "data.ticket." */
    char path[ESC_INGEST_PATH_MAX];
    size_t path_size;
    uint32_t depth;
} Place;

static EscText path_of(const Place *place)
{
    return (EscText){place->path, place->path_size};
}

/* The index of a text of the program; ESC_NONE when it has none. */
static uint32_t find_text(const EscProgram *program, EscText name)
{
    uint32_t low = 0, high = program->texts_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = esc_text_compare(program->texts[middle], name);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return ESC_NONE;
}

/* How many fields the place has, and the n-th of them as an index in FIELDS; ESC_NONE for a row of another scope. */
static uint32_t place_count(const Filler *filler, const Place *place)
{
    return place->scope == ESC_SCOPE_TICKET
               ? filler->program->fields_count
               : filler->program->events[filler->event->type].fields_count;
}

static uint32_t place_field(const Filler *filler, const Place *place, uint32_t position)
{
    const EscProgram *program = filler->program;
    if (place->scope == ESC_SCOPE_TICKET)
        return program->fields[position].scope == ESC_SCOPE_TICKET ? position : ESC_NONE;
    return program->event_fields[program->events[filler->event->type].fields_first + position]
        .field;
}

/* The position of the field that the path names; ESC_NONE when there is none. */
static uint32_t find_field(const Filler *filler, const Place *place)
{
    uint32_t name = find_text(filler->program, path_of(place));
    uint32_t count = place_count(filler, place);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t field = place_field(filler, place, i);
        if (field != ESC_NONE && filler->program->fields[field].name == name)
            return i;
    }
    return ESC_NONE;
}

/* True when the path is a record: some field's name goes on behind it. */
static bool is_record(const Filler *filler, const Place *place)
{
    EscText path = path_of(place);
    uint32_t count = place_count(filler, place);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t field = place_field(filler, place, i);
        if (field == ESC_NONE)
            continue;
        EscText name = filler->program->texts[filler->program->fields[field].name];
        if (name.size > path.size && name.data[path.size] == '.' &&
            esc_text_starts_with(name, path))
            return true;
    }
    return false;
}

/* What was noted last is left out; a person is told instead. */
static EscStatus left_out(const Filler *filler)
{
    const EscNotes *notes = filler->notes;
    if (!notes->is_strict)
        return ESC_OK;
    ESC_ASSERT(notes->count > 0); /* the first one is not forgiven */
    return esc_why(filler->why, ESC_BAD_INPUT, "", 0, "%.*s",
                   ESC_TEXT_ARG(notes->items[notes->count - 1]));
}

static EscStatus unknown_member(const Filler *filler, const Place *place)
{
    EscText nearest = {0};
    unsigned nearest_distance = 4;
    uint32_t count = place_count(filler, place);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t field = place_field(filler, place, i);
        if (field == ESC_NONE)
            continue;
        EscText name = filler->program->texts[filler->program->fields[field].name];
        unsigned distance = esc_text_distance(path_of(place), name, nearest_distance);
        if (distance < nearest_distance) {
            nearest_distance = distance;
            nearest = name;
        }
    }
    const char *whose = place->scope == ESC_SCOPE_TICKET ? "the ticket" : "this event";
    EscText shown = esc_utf8_cut(path_of(place), 64);
    if (nearest.size == 0)
        esc_ingest_note(filler->notes, "%s%.*s: %s has no such field", place->shown,
                        ESC_TEXT_ARG(shown), whose);
    else
        esc_ingest_note(filler->notes, "%s%.*s: %s has no such field; did you mean %.*s?",
                        place->shown, ESC_TEXT_ARG(shown), whose, ESC_TEXT_ARG(nearest));
    return left_out(filler);
}

static EscStatus said_twice(const Filler *filler, const Place *place)
{
    return esc_why(filler->why, ESC_BAD_INPUT, "", 0, "%s%.*s is said twice", place->shown,
                   ESC_TEXT_ARG(path_of(place)));
}

/* The ticket's id is not a field that can be changed: it names the ticket, like the event's subject. */
static EscStatus take_id(Filler *filler, const Place *place, const EscValue *value)
{
    EscStatus status = esc_ingest_ticket_id(value->text, "the ticket's id", filler->why);
    if (status != ESC_OK)
        return status;
    if (filler->event->subject.size == 0)
        filler->event->subject = value->text;
    if (!esc_text_equal(filler->event->subject, value->text))
        return esc_why(filler->why, ESC_BAD_INPUT, "", 0, "%s%.*s is %.*s, but the subject is %.*s",
                       place->shown, ESC_TEXT_ARG(path_of(place)),
                       ESC_TEXT_ARG(esc_utf8_cut(value->text, 50)),
                       ESC_TEXT_ARG(esc_utf8_cut(filler->event->subject, 50)));
    return ESC_OK;
}

static bool is_id(const Place *place)
{
    return place->scope == ESC_SCOPE_TICKET && esc_text_equal(path_of(place), ESC_TEXT("id"));
}

static EscStatus add_patch(Filler *filler, const Place *place, uint32_t field,
                           const EscValue *value)
{
    if (filler->has_patch == NULL)
        filler->has_patch = esc_arena_alloc_array(filler->arena, filler->program->fields_count, 1);
    filler->patches = esc_arena_grow(filler->arena, filler->patches, filler->event->patches_count,
                                     &filler->patches_capacity, sizeof *filler->patches);
    if (filler->has_patch == NULL || filler->patches == NULL)
        return esc_why(filler->why, ESC_NO_MEMORY, "", 0, "no memory for an event");
    if (filler->has_patch[field])
        return said_twice(filler, place);
    filler->has_patch[field] = true;
    if (is_id(place))
        return take_id(filler, place, value);
    filler->patches[filler->event->patches_count++] = (EscPatch){field, *value};
    return ESC_OK;
}

static EscStatus fill_one(Filler *filler, const Place *place, uint32_t position,
                          const EscJson *json)
{
    uint32_t field = place_field(filler, place, position);
    const EscDataPath path = {place->shown, path_of(place)};
    if (filler->notes->is_strict)
        json = esc_ingest_said(filler->arena, json, filler->program->fields[field].type);
    EscValue value;
    /* A ticket's id names it: one that is cut or left out would be another ticket's. */
    EscNotes *notes = is_id(place) || filler->notes->is_strict ? NULL : filler->notes;
    EscStatus status =
        esc_ingest_value(filler->arena, filler->program, &filler->program->fields[field], json,
                         path, notes, &value, filler->why);
    if (status == ESC_BAD_INPUT && notes != NULL) {
        esc_ingest_note(notes, "%s", filler->why->text);
        return ESC_OK;
    }
    if (status != ESC_OK)
        return status;
    if (place->scope == ESC_SCOPE_TICKET)
        return add_patch(filler, place, field, &value);
    if (filler->has_field[position])
        return said_twice(filler, place);
    filler->has_field[position] = true;
    filler->fields[position] = value;
    return ESC_OK;
}

static bool append_key(Place *place, EscText key)
{
    size_t dot = place->path_size == 0 ? 0 : 1;
    if (key.size == 0 || place->path_size + dot + key.size > sizeof place->path)
        return false;
    if (dot != 0)
        place->path[place->path_size++] = '.';
    memcpy(place->path + place->path_size, key.data, key.size);
    place->path_size += key.size;
    return true;
}

static EscStatus fill_object(Filler *filler, Place *place, const EscJson *object);

static EscStatus fill_member(Filler *filler, Place *place, const EscJson *json)
{
    uint32_t position = find_field(filler, place);
    if (position != ESC_NONE)
        return fill_one(filler, place, position, json);
    bool has_fields = is_record(filler, place);
    if (has_fields && json->kind == ESC_JSON_OBJECT)
        return fill_object(filler, place, json);
    if (!has_fields)
        return unknown_member(filler, place);
    esc_ingest_note(filler->notes, "%s%.*s is %s; wanted is an object", place->shown,
                    ESC_TEXT_ARG(path_of(place)), esc_ingest_kind_name(json));
    return left_out(filler);
}

/* Recursion is bounded by ESC_INGEST_DEPTH_MAX, which was checked before the text was parsed. */
static EscStatus fill_object(Filler *filler, Place *place, const EscJson *object)
{
    ESC_ASSERT(place->depth <= ESC_INGEST_DEPTH_MAX);
    place->depth++;
    size_t path_size = place->path_size;
    EscStatus status = ESC_OK;
    for (const EscJson *value = object->first; value != NULL; value = value->next) {
        Place ticket = {.scope = ESC_SCOPE_TICKET, .shown = "data.ticket.", .depth = place->depth};
        if (!append_key(place, value->name)) {
            esc_ingest_note(filler->notes,
                            "data has a member whose name is empty or longer than %d bytes",
                            ESC_INGEST_PATH_MAX);
            status = left_out(filler);
        } else if (place->scope == ESC_SCOPE_EVENT &&
                   esc_text_equal(path_of(place), ESC_TEXT("ticket")) &&
                   value->kind == ESC_JSON_OBJECT && find_field(filler, place) == ESC_NONE) {
            status = fill_object(filler, &ticket, value);
        } else {
            status = fill_member(filler, place, value);
        }
        place->path_size = path_size;
        if (status != ESC_OK)
            break;
    }
    place->depth--;
    return status;
}

static bool is_about_the_ticket(uint32_t type)
{
    return type <= ESC_EVENT_TICKET_REOPENED;
}

_Static_assert(ESC_EVENT_TICKET_CREATED == 0 && ESC_EVENT_TICKET_REOPENED == 4,
               "the events about the ticket come first");

/* Texts and lists that nobody gave are empty, and look it; another value is somebody's guess. */
static bool is_guess(EscType type)
{
    EscKind kind = esc_type_kind(type);
    return !esc_type_is_optional(type) && kind != ESC_KIND_TEXT && kind != ESC_KIND_LIST;
}

static void note_assumed(const Filler *filler)
{
    const EscProgram *program = filler->program;
    const EscEventRow *type = &program->events[filler->event->type];
    for (uint32_t i = 0; i < type->fields_count; i++) {
        const EscFieldRow *field =
            &program->fields[program->event_fields[type->fields_first + i].field];
        if (!filler->has_field[i] && is_guess(field->type))
            esc_ingest_note(filler->notes, "data.%.*s was not given: %s is assumed",
                            ESC_TEXT_ARG(program->texts[field->name]),
                            field->has_default ? "its default" : "the first value of its type");
    }
}

EscStatus esc_ingest_data(EscArena *arena, const EscProgram *program, const EscJson *data,
                          EscNotes *notes, EscEvent *event, const bool **is_given, EscWhy *why)
{
    const EscEventRow *type = &program->events[event->type];
    EscWhy unheard; /* a caller may want none, and faults of fields are noted in their words */
    Filler filler = {.arena = arena,
                     .program = program,
                     .event = event,
                     .notes = notes,
                     .why = why == NULL ? &unheard : why};
    filler.fields = esc_arena_alloc_array(arena, type->fields_count, sizeof *filler.fields);
    filler.has_field = esc_arena_alloc_array(arena, type->fields_count, sizeof *filler.has_field);
    if (esc_arena_failed(arena))
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event");
    for (uint32_t i = 0; i < type->fields_count; i++)
        filler.fields[i] = esc_field_default(
            &program->fields[program->event_fields[type->fields_first + i].field]);
    event->fields_count = type->fields_count;
    event->fields = filler.fields;
    EscStatus status = ESC_OK;
    if (data != NULL && data->kind != ESC_JSON_OBJECT)
        status = esc_why(why, ESC_BAD_INPUT, "", 0, "data is %s; wanted is an object",
                         esc_ingest_kind_name(data));
    else if (data != NULL) {
        Place place = {.scope =
                           is_about_the_ticket(event->type) ? ESC_SCOPE_TICKET : ESC_SCOPE_EVENT,
                       .shown = notes->is_strict ? "" : "data."};
        status = fill_object(&filler, &place, data);
    }
    event->patches = filler.patches;
    event->is_given = *is_given = filler.has_field;
    if (status == ESC_OK)
        note_assumed(&filler);
    return status;
}
