/* sources_internal.h - what the files of this folder share. */
#ifndef ESC_SOURCES_INTERNAL_H
#define ESC_SOURCES_INTERNAL_H

#include <esc/sources.h>

/* A body while its items are gone through. */
typedef struct EscMapping {
    EscArena *arena;
    const EscBundle *bundle;
    const EscProgram *program;
    const EscSourceRow *row;
    EscDocument *document;
    int64_t now_ms;
    EscWhy *why;
} EscMapping;

/* A form as the JSON of an object of its fields; what is there several times is a list. As esc_source_map. */
EscStatus esc_source_form(EscArena *arena, EscText form, EscText *json, EscWhy *why);
/* The headers as an object of texts, by names in small letters; NULL: no memory. */
const EscJson *esc_source_headers(EscArena *arena, const EscProgram *program,
                                  const EscSourceRow *row, const EscSourceSent *sent);

/* The item that the document has at hand as an event; item->why says why it is none. A failure is of memory, or ours. */
EscStatus esc_source_event(EscMapping *mapping, const EscJson *json, EscSourceItem *item);

#endif
