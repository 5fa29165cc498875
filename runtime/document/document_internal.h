/* document_internal.h - what the files of this folder share. */
#ifndef ESC_DOCUMENT_INTERNAL_H
#define ESC_DOCUMENT_INTERNAL_H

#include <esc/document.h>

/* One JSON value as a value of a row of DOCUMENT_PATHS. */
typedef struct EscConversion {
    const EscProgram *program;
    EscArena *arena; /* what texts are made in */
    bool is_cut;     /* set: something was too long */
    bool has_failed; /* set: there was no memory */
} EscConversion;

/* `json` may be NULL. Gives the missing value where it is not what the row wants; ESC_NO_MEMORY alone is a failure. */
EscStatus esc_document_value(EscConversion *conversion, const EscDocumentPathRow *row,
                             const EscJson *json, EscValue *value);

#endif
