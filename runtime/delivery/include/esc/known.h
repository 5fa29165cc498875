/* esc/known.h - what services call people and places: the id behind a mail address, the thread of an escalation.
 *
 * Found out once and kept, so that neither a message nor a pressed button asks again. It is a memory and no record: what
 * is lost is found out anew. What names people is kept in a file too (one line of JSON each, the last one counts); threads
 * are in memory only. Any thread may use one. */
#ifndef ESC_KNOWN_H
#define ESC_KNOWN_H

#include <esc/doors.h>
#include <esc/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_KNOWN_MAX 10000       /* of each sort; then the oldest makes room */
#define ESC_KNOWN_BYTES_MAX 1024u /* a key and a value; what is longer is not kept */

typedef struct EscKnown EscKnown; /* of one workspace */

typedef enum EscKnownSort {
    ESC_KNOWN_PERSON, /* kept in the file */
    ESC_KNOWN_PLACE,  /* in memory */
    ESC_KNOWN_SORTS
} EscKnownSort;

/* Reads the file, where there is one; what cannot be read of it is left out. `path` is copied; `files` and `pool`, on
 * which it is written, are borrowed. NULL without memory. */
EscKnown *esc_known_new(const EscFiles *files, EscPool *pool, const char *path, uint64_t hash_seed);
/* Waits for a write that is under way. NULL is allowed, here and below: it knows nothing. */
void esc_known_free(EscKnown *known);

/* A copy in the arena; empty: it is not known. */
EscText esc_known_find(EscKnown *known, EscArena *arena, EscKnownSort sort, EscText key);
/* The other way round: the key, without `prefix`, of the person whose id this is. */
EscText esc_known_of(EscKnown *known, EscArena *arena, EscText prefix, EscText value);
void esc_known_put(EscKnown *known, EscKnownSort sort, EscText key, EscText value);
void esc_known_forget(EscKnown *known, EscKnownSort sort, EscText key);

#ifdef __cplusplus
}
#endif
#endif
