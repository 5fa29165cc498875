/* ingest_digest.c - what an event says, as bytes that do not depend on how it was written.
 *
 *   packed type  packed subject  u64 time   then for each field that is said, in order of scope and name:
 *   u8 scope  packed name  u8 kind, +128 when missing   value: u8 truth | 8 bytes of a number | packed text or member |
 *   u64 ms | count and packed items
 *
 * Its SHA-256, cut, tells a sender's retry from another event under the same id. Names stand for rows, so that a
 * bundle that numbers its fields otherwise gives the same digest. */
#include "ingest_internal.h"

#include <stdlib.h>
#include <string.h>

#define USUAL_BYTES 512
#define SAID_BYTES_MAX (4 * ESC_EVENT_BYTES_MAX)

typedef struct Said {
    uint32_t name; /* in TEXTS, which are sorted: numbers of names are in the order of names */
    uint8_t scope;
    const EscValue *value;
} Said;

static int compare_said(const void *a, const void *b)
{
    const Said *x = a, *y = b;
    int order = (int)x->scope - (int)y->scope;
    return order != 0 ? order : (x->name > y->name) - (x->name < y->name);
}

static void put_number(EscBuf *out, double number)
{
    double plain = number == 0 ? 0 : number; /* -0 says the same */
    uint64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    esc_buf_u64(out, bits);
}

static void put_value(EscBuf *out, const EscProgram *program, const EscValue *value)
{
    EscKind kind = esc_type_kind(value->type);
    esc_buf_u8(out, (uint8_t)((uint32_t)kind | (value->is_missing ? 128u : 0u)));
    if (value->is_missing)
        return;
    switch (kind) {
    case ESC_KIND_UNSET:
    case ESC_KIND_REF:
    case ESC_KIND_COUNT:
        break;
    case ESC_KIND_BOOL:
        esc_buf_u8(out, value->truth);
        break;
    case ESC_KIND_NUMBER:
        put_number(out, value->number);
        break;
    case ESC_KIND_TEXT:
        esc_buf_packed(out, value->text);
        break;
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        esc_buf_u64(out, (uint64_t)value->ms);
        break;
    case ESC_KIND_ENUM: {
        const EscEnumRow *row = &program->enums[esc_type_enum(value->type)];
        esc_buf_packed(out,
                       program->texts[program->members[row->members_first + value->member].name]);
        break;
    }
    case ESC_KIND_LIST:
        esc_buf_varint(out, value->list.count);
        for (uint32_t i = 0; i < value->list.count; i++)
            esc_buf_packed(out, value->list.items[i]);
    }
}

static size_t list_said(const EscProgram *program, const bool *is_given, const EscEvent *event,
                        Said *said)
{
    size_t count = 0;
    const EscEventRow *type = &program->events[event->type];
    for (uint32_t i = 0; i < event->fields_count; i++) {
        const EscFieldRow *field =
            &program->fields[program->event_fields[type->fields_first + i].field];
        if (is_given[i])
            said[count++] = (Said){field->name, ESC_SCOPE_EVENT, &event->fields[i]};
    }
    for (uint32_t i = 0; i < event->patches_count; i++) {
        const EscPatch *patch = &event->patches[i];
        said[count++] = (Said){program->fields[patch->field].name, ESC_SCOPE_TICKET, &patch->value};
    }
    qsort(said, count, sizeof *said, compare_said);
    return count;
}

EscStatus esc_ingest_digest(EscArena *arena, const EscProgram *program, const bool *is_given,
                            EscEvent *event, EscWhy *why)
{
    Said *said =
        esc_arena_alloc_array(arena, event->fields_count + event->patches_count, sizeof *said);
    if (said == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event");
    size_t count = list_said(program, is_given, event, said);
    EscBuf out;
    esc_buf_init(&out, SAID_BYTES_MAX);
    esc_buf_reserve(&out, USUAL_BYTES);
    esc_buf_packed(&out, program->texts[program->events[event->type].name]);
    esc_buf_packed(&out, event->subject);
    esc_buf_u64(&out, (uint64_t)event->time_ms);
    for (size_t i = 0; i < count; i++) {
        esc_buf_u8(&out, said[i].scope);
        esc_buf_packed(&out, program->texts[said[i].name]);
        put_value(&out, program, said[i].value);
    }
    uint8_t digest[32];
    EscStatus status = out.status;
    if (status == ESC_OK)
        esc_sha256((EscBytes){out.data, out.size}, digest);
    esc_buf_release(&out);
    if (status != ESC_OK)
        return esc_why(why, status, "", 0, "no memory for an event");
    memcpy(event->digest, digest, sizeof event->digest);
    return ESC_OK;
}
