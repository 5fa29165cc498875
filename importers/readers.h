/* readers.h - the kinds of export that can be read, and what a reader is. One row in readers.c for each. */
#ifndef ESC_IMPORTERS_READERS_H
#define ESC_IMPORTERS_READERS_H

#include "documents.h"
#include "model.h"

typedef struct ImportReader {
    EscImportKind kind;
    /* Whether these documents look like an export of this kind: how many of them do. Nothing is noted. */
    size_t (*recognise)(const Documents *documents);
    /* Fills the model in. Whatever cannot be used is noted there; it never fails. */
    void (*read)(EscModel *model, const Documents *documents);
} ImportReader;

extern const ImportReader esc_reader_opsgenie, esc_reader_alertmanager;
extern const ImportReader esc_reader_pagerduty, esc_reader_goalert, esc_reader_oncall;

const ImportReader *esc_reader(size_t index); /* NULL behind the last */

#endif
