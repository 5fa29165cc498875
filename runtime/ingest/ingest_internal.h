/* ingest_internal.h - what the files of ingestion share: the shape check before parsing, values, durations. */
#ifndef ESC_INGEST_INTERNAL_H
#define ESC_INGEST_INTERNAL_H

#include <jansson.h>

#include <esc/event.h>

#define ESC_INGEST_DEPTH_MAX 32     /* nested objects and lists of one event */
#define ESC_INGEST_NODES_MAX 10000  /* values of one event */
#define ESC_INGEST_PATH_MAX 256     /* bytes of a dotted path in data */
#define ESC_INGEST_NUMBER_EXACT_MAX INT64_C(9007199254740992) /* 2^53: the largest integer that a number keeps exactly */
#define ESC_INGEST_DURATION_MAX_MS (10000 * ESC_YEAR_MS)

/* Skips white space of JSON from *at on. */
void esc_ingest_skip_space(EscText text, size_t *at);
/* A value as it stands in the text (borrowed from it) and without white space between its tokens (in the arena). */
typedef struct EscSlice {
    EscText original, compact;
} EscSlice;
/* Finds the end of the JSON value at *at and checks its size, depth and number of values. *at moves behind it. Whether it is JSON is
 * for the parser to say, from the original: without its white space other text may be JSON that this one is not. */
ESC_MUST_USE EscStatus esc_ingest_slice(EscArena *arena, EscText text, size_t *at, EscSlice *slice, EscWhy *why);

/* Copies a text to the arena in Unicode normalisation form C. */
ESC_MUST_USE EscStatus esc_ingest_normal(EscArena *arena, EscText text, EscText *normal, EscWhy *why);

/* Converts a JSON value to the field's type. `path` names it in messages. */
ESC_MUST_USE EscStatus esc_ingest_value(EscArena *arena, const EscProgram *program, const EscFieldRow *field, const json_t *json, EscText path, EscValue *value, EscWhy *why);
/* What a field holds when nothing is said: missing, or the first value of its type. */
EscValue esc_ingest_default(EscType type);
const char *esc_ingest_kind_name(const json_t *json); /* "a number" */

/* Fills event->fields and event->patches from data (NULL: nothing is said). Needs event->type; may set event->subject from the ticket's id. */
ESC_MUST_USE EscStatus esc_ingest_data(EscArena *arena, const EscProgram *program, const json_t *data, EscEvent *event, EscWhy *why);

/* Checks an id: 1 to ESC_ID_BYTES_MAX bytes, no control characters. */
ESC_MUST_USE EscStatus esc_ingest_id(EscText id, const char *what, EscWhy *why);
/* The same for a ticket, whose id must also not be one of the engine's own (ESC_OWN_TICKETS). */
ESC_MUST_USE EscStatus esc_ingest_ticket_id(EscText id, const char *what, EscWhy *why);

#endif
