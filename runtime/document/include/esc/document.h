/* esc/document.h - JSON that came from outside, read by a program: what a source was sent, or what a connector's system
 * replied. Pure.
 *
 * DOCUMENT functions of a bundle read places of it (DOCUMENT_PATHS) and give one value each. A place that is not there, is
 * null or empty, or holds another kind of value than is wanted is missing; nothing that a document says is an error. */
#ifndef ESC_DOCUMENT_H
#define ESC_DOCUMENT_H

#include <esc/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_DOCUMENT_DEPTH_MAX 32 /* lists and objects within each other */
#define ESC_DOCUMENT_VALUES_MAX                                                                    \
    200000u /* values in all: more than 1 MiB of one kind can hold of use */
#define ESC_DOCUMENT_OPENED_BYTES_MAX                                                              \
    ((size_t)1 << 20) /* of texts in one document that are read as JSON themselves */
#define ESC_DOCUMENT_REPLY_BYTES_MAX ((size_t)64 << 10) /* of a reply that is looked at */

/* Reads a JSON text within the limits above; the tree lies in the arena and borrows from the text. As esc_json_read. */
ESC_MUST_USE EscStatus esc_document_read(EscArena *arena, EscText text, const EscJson **json,
                                         EscWhy *why);
/* What an RFC 6901 pointer names; NULL: there is no such place. `json` may be NULL. */
const EscJson *esc_document_find(const EscJson *json, EscText pointer);

typedef struct EscDocument EscDocument; /* opaque; of one thread */

/* Documents for functions of `bundle`. Values that are given live in the arena; bundle and arena are borrowed. NULL: no memory. */
EscDocument *esc_document_new(const EscBundle *bundle, EscArena *arena);
void esc_document_free(EscDocument *document); /* NULL is allowed */
/* What the paths of a root begin at from now on; NULL: everything there is missing. Borrowed. */
void esc_document_set(EscDocument *document, EscDocumentRoot root, const EscJson *json);
/* Who is told what runs; NULL: nobody. */
void esc_document_listen(EscDocument *document, const EscListener *listener);

/* The place under a root that a pointer names. A step into a text reads that text as JSON: some senders put one into the
 * other. NULL: there is no such place. */
const EscJson *esc_document_place(EscDocument *document, EscDocumentRoot root, EscText pointer);

/* Runs a DOCUMENT function: *value is of the type that its row says, with texts in the arena. */
ESC_MUST_USE EscStatus esc_document_gives(EscDocument *document, uint32_t function, int64_t now_ms,
                                          EscValue *value, EscWhy *why);
/* The same of a condition. */
ESC_MUST_USE EscStatus esc_document_holds(EscDocument *document, uint32_t function, int64_t now_ms,
                                          bool *holds, EscWhy *why);
/* Whether something was longer than a value can be since this was asked last: a text was cut, or items of a list left out. */
bool esc_document_was_cut(EscDocument *document);

#ifdef __cplusplus
}
#endif
#endif
