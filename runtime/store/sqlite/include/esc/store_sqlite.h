/* esc/store_sqlite.h - a store in one SQLite file, which one process has open. */
#ifndef ESC_STORE_SQLITE_H
#define ESC_STORE_SQLITE_H

#include <esc/store.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_SQLITE_CACHE_BYTES ((size_t)64 << 20)

typedef struct EscSqliteOptions {
    const char *path;  /* of the file; SQLite keeps its log beside it */
    EscText workspace; /* whose it is: 1 to ESC_ID_BYTES_MAX bytes */
    /* Random bytes: the identity of the store if this opening makes it. */
    uint8_t new_id[ESC_STORE_ID_SIZE];
    /* Files whose presence says that there was a store: where one is, a missing file is not silently made anew. NULL at the
     * end, or NULL. The log and the mark beside the store count always. */
    const char *const *traces;
    /* The operator's word: open although the log is damaged, or the store is missing, another one or behind its mark. */
    bool accepts_loss;
    /* Of pages in memory; 0: ESC_SQLITE_CACHE_BYTES. Looks beside a commit keep a sixteenth more. */
    size_t cache_bytes;
} EscSqliteOptions;

/* Opens or creates the file, applies and asserts the settings (WAL, synchronous FULL …), checks the schema version and
 * the workspace's name, and takes the lock of the only writer (ESC_STORE_BUSY when another process has it). Gives the
 * store a new epoch. ESC_STORE_DAMAGED when it has lost what it held: nothing is changed then. */
ESC_MUST_USE EscStatus esc_sqlite_open(const EscSqliteOptions *options, EscStore **out,
                                       EscWhy *why);

#ifdef __cplusplus
}
#endif
#endif
