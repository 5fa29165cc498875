/* ingest_internal.h - what the files of ingestion share: reading one event of a text, values, data. */
#ifndef ESC_INGEST_INTERNAL_H
#define ESC_INGEST_INTERNAL_H

#include <esc/event.h>

#define ESC_INGEST_DEPTH_MAX 32    /* nested objects and lists of one event */
#define ESC_INGEST_NODES_MAX 10000 /* values of one event */
#define ESC_INGEST_PATH_MAX 256    /* bytes of a dotted path in data */
#define ESC_INGEST_NUMBER_EXACT_MAX                                                                \
    INT64_C(9007199254740992) /* 2^53: the largest integer that a number keeps exactly */
#define ESC_INGEST_DURATION_MAX_MS (10000 * ESC_YEAR_MS)

/* Skips white space of JSON from *at on. */
void esc_ingest_skip_space(EscText text, size_t *at);
/* One event: its tree (in the scratch arena, borrowing from the text), and its JSON without white space between its values (in the arena). */
typedef struct EscRead {
    const EscJson *json;
    EscText compact;
} EscRead;
/* An arena that esc_ingest_read clears before each event; the caller frees it. NULL: no memory. */
EscArena *esc_ingest_scratch(EscWhy *why);
/* Reads the value at *at within the limits of an event; *at moves behind it and the white space that follows, also when it is over a limit. */
ESC_MUST_USE EscStatus esc_ingest_read(EscArena *arena, EscArena *scratch, EscText text, size_t *at,
                                       EscRead *read, EscWhy *why);

/* What was not taken as it came; borrowed by the event. */
typedef struct EscNotes {
    EscArena *arena;
    EscText items[ESC_EVENT_NOTES_MAX];
    uint32_t count, left_out;
    bool
        is_strict; /* a person gives it, and is told at once: nothing is left out, and texts say numbers, truths and lists of one */
} EscNotes;
void esc_ingest_note(EscNotes *notes, const char *format, ...) ESC_PRINTF(2, 3);

/* Copies a text to the arena in Unicode normalisation form C. */
ESC_MUST_USE EscStatus esc_ingest_normal(EscArena *arena, EscText text, EscText *normal,
                                         EscWhy *why);

/* Where a value stands, for messages: most values fit, so nobody puts the two together before one does not. */
typedef struct EscDataPath {
    const char *place; /* "data." or "data.ticket." */
    EscText name;      /* dotted */
} EscDataPath;
#define ESC_DATA_PATH "%s%.*s"
#define ESC_DATA_PATH_ARG(path) (path).place, ESC_TEXT_ARG((path).name)

/* Converts a JSON value to the field's type; ESC_BAD_INPUT when it does not fit. `path` names it in messages. What is too long is cut and noted;
 * without notes (NULL) it does not fit. */
ESC_MUST_USE EscStatus esc_ingest_value(EscArena *arena, const EscProgram *program,
                                        const EscFieldRow *field, const EscJson *json,
                                        EscDataPath path, EscNotes *notes, EscValue *value,
                                        EscWhy *why);
const char *esc_ingest_kind_name(const EscJson *json); /* "a number" */

/* What a person's text says where a value of that type is wanted: a number, a truth, or a list of that text alone; else the value itself. */
const EscJson *esc_ingest_said(EscArena *arena, const EscJson *json, EscType type);

/* Whether data of this type (a Content-Type, parameters and all) is JSON; one that says nothing is. */
bool esc_ingest_is_json_type(EscText type);
/* The JSON that stands in data_base64; text and tree lie in the scratch arena. */
ESC_MUST_USE EscStatus esc_ingest_base64(EscArena *scratch, const EscJson *coded,
                                         const EscJson **data, EscWhy *why);

/* Fills event->fields and event->patches from data (NULL: nothing is said). Needs event->type; may set event->subject from the ticket's id.
 * *is_given (in the arena, by position in the event's list): which of its fields were said. */
ESC_MUST_USE EscStatus esc_ingest_data(EscArena *arena, const EscProgram *program,
                                       const EscJson *data, EscNotes *notes, EscEvent *event,
                                       const bool **is_given, EscWhy *why);

/* Fills event->digest; needs everything else of it. */
ESC_MUST_USE EscStatus esc_ingest_digest(EscArena *arena, const EscProgram *program,
                                         const bool *is_given, EscEvent *event, EscWhy *why);

/* Checks an id: 1 to ESC_ID_BYTES_MAX bytes, no control characters. */
ESC_MUST_USE EscStatus esc_ingest_id(EscText id, const char *what, EscWhy *why);
/* The same for a ticket, whose id must also not be one of the engine's own (ESC_OWN_TICKETS). */
ESC_MUST_USE EscStatus esc_ingest_ticket_id(EscText id, const char *what, EscWhy *why);

#endif
