/* esc/importers.h - what another tool exports, as a workspace of .esc files.
 *
 * Files come in as texts and go out as texts: nothing here opens a file or asks a network. In between stands a model
 * (model.h, of this folder alone): readers fill it in, the writer and the generator of tests read it. Start reading at
 * esc_import_run(). */
#ifndef ESC_IMPORTERS_H
#define ESC_IMPORTERS_H

#include <esc/kit.h>

/* One file of an export. `path` is as a person would name it, below the folder that was given. Borrowed. */
typedef struct EscImportFile {
    EscText path, text;
} EscImportFile;

/* What only the program knows: time zones of this machine, Unicode, words of the language. */
typedef struct EscImportDoors {
    void *context;
    bool (*is_zone)(void *context, EscText zone);
    int64_t (*offset_s)(void *context, EscText zone, int64_t at_ms); /* east of Greenwich */
    EscStatus (*compose)(void *context, EscText text,
                         EscBuf *out); /* appends its composed form (NFC) */
    bool (*is_free)(void *context,
                    EscText word); /* a name may be this word: the language has not taken it */
} EscImportDoors;

typedef struct EscImportRequest {
    EscText kind; /* "opsgenie"; empty: found out by what the files hold */
    EscText name; /* of the workspace; empty: the kind's */
    const EscImportFile *files;
    size_t files_count;
    EscImportDoors doors;
    int64_t
        now_ms; /* what is over by then is not carried over; tests begin on the Monday behind it */
} EscImportRequest;

/* What comes out. Counts are of things of the source; each is in exactly one of them. */
typedef struct EscImported EscImported;

#define ESC_TITLE_NAME_BYTES_MAX 44

/* A title in the letters of a name: small ASCII letters and digits, with `_` between words, in `name`. "Jörg O'Neill" gives
 * joerg_oneill; what is in no Latin script is left out, and so is what is behind 40 bytes. The title is composed (NFC). */
EscText esc_title_name(EscText title, char name[ESC_TITLE_NAME_BYTES_MAX]);

/* Reads the files and writes the workspace. On ESC_OK *out is owned by the caller, to be given to esc_imported_free. ESC_BAD_INPUT
 * when no kind is known or nothing of the files can be read as one, with the reason in *why; ESC_NO_MEMORY. */
ESC_MUST_USE EscStatus esc_import_run(const EscImportRequest *request, EscImported **out,
                                      EscWhy *why);
void esc_imported_free(EscImported *imported); /* NULL is allowed */

/* The files of the workspace, to be laid out by `escalc fmt`'s rules, with names below its folder. Borrowed from `imported`. */
size_t esc_imported_count(const EscImported *imported);
EscImportFile esc_imported_file(const EscImported *imported, size_t index);
/* The report in Markdown: what was carried over, what changed, what could not be, and why. Borrowed. */
EscText esc_imported_report(const EscImported *imported);
/* How many things the source has, and of these were carried over as they are, with a change, or not at all. */
typedef struct EscImportCounts {
    size_t seen, carried, changed, left;
} EscImportCounts;
EscImportCounts esc_imported_counts(const EscImported *imported);

/* The kinds that can be read: name and what it is, for help and messages. */
typedef struct EscImportKind {
    const char *name, *title;
    const char *
        query; /* what a user sends to get the export, where the tool has none of its own; NULL otherwise */
} EscImportKind;
size_t esc_import_kinds_count(void);
EscImportKind esc_import_kind(size_t index);

#endif
