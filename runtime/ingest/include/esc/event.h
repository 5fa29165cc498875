/* esc/event.h - bytes of a CloudEvent to a typed event. Pure. */
#ifndef ESC_EVENT_H
#define ESC_EVENT_H

#include <esc/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_EVENT_BYTES_MAX ((size_t)1 << 20) /* one event as JSON */
#define ESC_BATCH_EVENTS_MAX 1000             /* events of one request */
#define ESC_OWN_TICKETS "escal:" /* how the ids of tickets begin that no source names: linked ones */

typedef struct EscPatch {
    uint32_t field; /* index in FIELDS, TICKET scope */
    EscValue value; /* of the field's type, missing allowed where it is optional */
} EscPatch;

/* A typed event: everything in it lives in the arena it was parsed into. */
typedef struct EscEvent {
    EscText source, id; /* CloudEvents source and id: the key of deduplication */
    EscText subject;    /* ticket id, or empty */
    uint32_t type;      /* index in EVENTS of the current bundle */
    int64_t time_ms;    /* when the source says it happened; 0 when it says nothing */
    const EscValue *
        fields; /* by position in the event type's field list; every one set (missing or default) */
    uint32_t fields_count;
    const EscPatch *
        patches; /* ticket fields it brings: data of ticket.* events, member "ticket" of the others */
    uint32_t patches_count;
    EscText json; /* the event as received, compact; kept as evidence */
} EscEvent;

/* Parses one CloudEvent 1.0 in JSON (structured mode) against a program's schema: required attributes, known type, known fields, types, sizes,
 * UTF-8 (texts are normalised to NFC, enum members ignore case). Unknown data members are errors (ESC_BAD_INPUT) that name the member and the nearest known one.
 * A member of ticket.* data that is null makes an optional field missing. */
ESC_MUST_USE EscStatus esc_event_parse(EscArena *arena, const EscProgram *program, EscText json,
                                       EscEvent *event, EscWhy *why);
/* A batch (JSON array) or a single event (object): *events in order. Fails as a whole; why->offset is then the number of the bad event,
 * and why->check is "JSON" when it is not even that. */
ESC_MUST_USE EscStatus esc_event_parse_batch(EscArena *arena, const EscProgram *program,
                                             EscText json, EscEvent **events, uint32_t *count,
                                             EscWhy *why);
/* From typed values (escalc test): builds the same struct. */
ESC_MUST_USE EscStatus esc_event_make(EscArena *arena, const EscProgram *program, EscText type,
                                      EscText source, EscText id, EscText subject,
                                      EscText data_json, EscEvent *event, EscWhy *why);

#ifdef __cplusplus
}
#endif
#endif
