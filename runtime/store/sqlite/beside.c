/* beside.c - a second connection, for looks while the first one commits.
 *
 * With a write-ahead log who reads does not wait for who writes, and sees what was committed when the look began. This
 * connection writes nothing and checkpoints nothing, so that the log has one writer all the same (settings.c). It prepares
 * the few statements of its looks, because there is one for each workspace; what it read is of no use to it once the other
 * one has committed, so it keeps little. */
#include "sqlite_internal.h"

#include <stdlib.h>

#define CACHE_PART 16        /* of what the store may keep */
#define BESIDE_WAIT_MS 10000 /* for the moments in which the log's index changes */

static const EscStatement looks[] = {ESC_STATEMENT_BEGIN_READING, ESC_STATEMENT_COMMIT,
                                     ESC_STATEMENT_EVENT_GET, ESC_STATEMENT_TICKET_GET,
                                     ESC_STATEMENT_ESCALATION_GET};

static const EscStoreOps operations = {
    .events_find = esc_sqlite_events_find,
    .ticket_get = esc_sqlite_ticket_get,
    .escalation_get = esc_sqlite_escalation_get,
};

static EscStatus open_connection(EscSqlite *beside, EscWhy *why)
{
    int rc = sqlite3_open_v2(beside->path, &beside->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                 SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                             esc_sqlite_vfs_name());
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(beside->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(beside->db, BESIDE_WAIT_MS);
    return rc == SQLITE_OK ? ESC_OK : esc_sqlite_why(beside, rc, "to open its file again", why);
}

static EscStatus open_steps(EscSqlite *beside, size_t cache_bytes, EscWhy *why)
{
    EscStatus status = open_connection(beside, why);
    if (status == ESC_OK)
        status = esc_sqlite_settings_apply(beside->db, cache_bytes, why);
    if (status == ESC_OK)
        status = esc_sqlite_settings_only_read(beside->db, why);
    for (size_t i = 0; i < ESC_COUNT_OF(looks) && status == ESC_OK; i++)
        status = esc_sqlite_statement_prepare(beside, looks[i], why);
    return status == ESC_OK ? esc_sqlite_settings_lock(beside->db, why) : status;
}

EscStatus esc_sqlite_beside_open(EscSqlite *store, size_t cache_bytes, EscWhy *why)
{
    store->beside = calloc(1, sizeof *store->beside);
    if (store->beside == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a store");
    store->beside->base.ops = &operations;
    store->beside->path = store->path;
    return open_steps(store->beside, cache_bytes / CACHE_PART, why);
}

EscStore *esc_sqlite_beside(EscStore *store)
{
    return &esc_sqlite_of(store)->beside->base;
}

void esc_sqlite_beside_close(EscSqlite *store)
{
    if (store->beside == NULL)
        return;
    esc_sqlite_statements_finalize(store->beside);
    int rc = sqlite3_close(store->beside->db);
    ESC_ASSERT(rc == SQLITE_OK);
    free(store->beside);
    store->beside = NULL;
}
