/* esc/store_sqlite.h - a store in one SQLite file, written by one connection of one process. */
#ifndef ESC_STORE_SQLITE_H
#define ESC_STORE_SQLITE_H

#include <esc/store.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct EscSqliteOptions {
    const char *path;  /* of the file; SQLite keeps its log beside it */
    EscText workspace; /* whose it is: 1 to ESC_ID_BYTES_MAX bytes */
    /* Random bytes: the identity of the store if this opening makes it. */
    uint8_t new_id[ESC_STORE_ID_SIZE];
} EscSqliteOptions;

/* Opens or creates the file, applies and asserts the settings (WAL, synchronous FULL …), checks the schema version and
 * the workspace's name, and takes the lock of the only writer (ESC_STORE_BUSY when another process has it). Gives the
 * store a new epoch. */
ESC_MUST_USE EscStatus esc_sqlite_open(const EscSqliteOptions *options, EscStore **out,
                                       EscWhy *why);

#ifdef __cplusplus
}
#endif
#endif
