/* open.c - opens and closes a store: one file, one connection, one process.
 *
 * In order: the place, the connection's settings (settings.c), the schema or its version, whose file it is, a check of
 * the pages when the last process did not stop cleanly, and the mark that this one is running. The lock is SQLite's
 * own, taken with the first access and held until close. The file must not be opened by any other way in this process:
 * closing such a descriptor would drop the lock (fcntl(2)). */
#include "store_internal.h"

#include <stdlib.h>
#include <string.h>

static EscStatus run(EscStore *store, const char *sql, const char *doing, EscWhy *why)
{
    int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ESC_OK : esc_store_why(store, rc, doing, why);
}

static EscStatus ask_number(EscStore *store, const char *sql, int64_t *number, EscWhy *why)
{
    sqlite3_stmt *query = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &query, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(query);
    EscStatus status = ESC_OK;
    if (rc == SQLITE_ROW)
        *number = sqlite3_column_int64(query, 0);
    else
        status = esc_store_why(store, rc, "to look at its file", why);
    sqlite3_finalize(query);
    return status;
}

static EscStatus create_schema(EscStore *store, EscText workspace, EscWhy *why)
{
    EscStatus status = run(store, esc_store_schema_sql, "to create its tables", why);
    if (status != ESC_OK)
        return status;
    char numbers[96];
    sqlite3_snprintf((int)sizeof numbers, numbers,
                     "PRAGMA application_id = %d; PRAGMA user_version = %d",
                     ESC_STORE_APPLICATION_ID, ESC_STORE_SCHEMA_VERSION);
    status = run(store, numbers, "to write its version", why);
    if (status != ESC_OK)
        return status;
    sqlite3_stmt *insert = NULL;
    int rc = sqlite3_prepare_v2(store->db,
                                "INSERT INTO state VALUES (1, ?1, 1, 1, 1, 1, 1, 1, 0, '')", -1,
                                &insert, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text64(insert, 1, workspace.data, workspace.size, SQLITE_STATIC,
                                 SQLITE_UTF8);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(insert);
    status = rc == SQLITE_DONE ? ESC_OK : esc_store_why(store, rc, "to write whose it is", why);
    sqlite3_finalize(insert);
    return status;
}

/* A new file gets its schema; an old one must have exactly ours. */
static EscStatus check_schema(EscStore *store, EscText workspace, EscWhy *why)
{
    int64_t objects = 0, application = 0, version = 0;
    EscStatus status = ask_number(store, "SELECT count(*) FROM sqlite_schema", &objects, why);
    if (status == ESC_OK)
        status = ask_number(store, "PRAGMA application_id", &application, why);
    if (status == ESC_OK)
        status = ask_number(store, "PRAGMA user_version", &version, why);
    if (status != ESC_OK)
        return status;
    if (objects == 0 && application == 0 && version == 0)
        return create_schema(store, workspace, why);
    if (application != ESC_STORE_APPLICATION_ID)
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the file is not a store of Escal");
    if (version != ESC_STORE_SCHEMA_VERSION)
        return esc_why(why, ESC_BAD_CONFIG, "", 0,
                       "the store has schema version %lld, and this program needs %d",
                       (long long)version, ESC_STORE_SCHEMA_VERSION);
    return ESC_OK;
}

/* One transaction, so that a stop half way leaves an empty file and not half a schema. */
static EscStatus prepare_schema(EscStore *store, EscText workspace, EscWhy *why)
{
    EscStatus status = run(store, "BEGIN IMMEDIATE", "to lock its file", why);
    if (status != ESC_OK)
        return status;
    status = check_schema(store, workspace, why);
    if (status == ESC_OK)
        status = run(store, "COMMIT", "to create its tables", why);
    if (status != ESC_OK)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* Bit rot and torn pages are silent until somebody looks; after an unclean stop we look. */
static EscStatus check_pages(EscStore *store, EscWhy *why)
{
    sqlite3_stmt *check = NULL;
    int rc = sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &check, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(check);
    EscStatus status = ESC_OK;
    if (rc != SQLITE_ROW)
        status = esc_store_why(store, rc, "to check its pages", why);
    else if (strcmp((const char *)sqlite3_column_text(check, 0), "ok") != 0)
        status = esc_why(why, ESC_STORE_FAILED, "", 0, "the store is damaged: %.150s",
                         (const char *)sqlite3_column_text(check, 0));
    sqlite3_finalize(check);
    return status;
}

static EscStatus read_state(EscStore *store, EscText workspace, bool *is_clean, EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_STATE_GET, "to read its state");
    EscStatus wrong = ESC_OK;
    if (esc_store_next(&get)) {
        EscText found = esc_store_column_text(&get, 0);
        if (!esc_text_equal(found, workspace))
            wrong = esc_why(why, ESC_BAD_CONFIG, "", 0,
                            "the store belongs to workspace %.*s, not %.*s", ESC_TEXT_ARG(found),
                            ESC_TEXT_ARG(workspace));
        *is_clean = esc_store_column_i64(&get, 1) != 0;
        store->next_audit = store->next_audit_kept = esc_store_column_u64(&get, 5);
    } else if (get.rc == SQLITE_DONE) {
        wrong = esc_why(why, ESC_STORE_FAILED, "", 0, "the store has no state row");
    }
    EscStatus status = esc_store_done(&get, wrong == ESC_OK ? why : NULL);
    return wrong != ESC_OK ? wrong : status;
}

static EscStatus mark_clean(EscStore *store, bool is_clean, EscWhy *why)
{
    EscStoreStep mark = esc_store_step(store, ESC_STORE_SQL_STATE_CLEAN, "to mark its state");
    esc_store_bind_i64(&mark, is_clean ? 1 : 0);
    return esc_store_write(&mark, 1, why);
}

static EscStatus open_connection(EscStore *store, const char *path, EscWhy *why)
{
    int rc = sqlite3_open_v2(path, &store->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                 SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                             NULL);
    if (rc != SQLITE_OK)
        return esc_store_why(store, rc, "to open its file", why);
    EscStatus status = esc_store_settings_apply(store->db, why);
    if (status == ESC_STORE_BUSY)
        esc_why(why, status, "", 0, "another process has the store %.150s open", path);
    return status;
}

static EscStatus open_steps(EscStore *store, const char *path, EscText workspace, EscWhy *why)
{
    EscStatus status = esc_store_place_check(path, why);
    if (status == ESC_OK)
        status = open_connection(store, path, why);
    if (status == ESC_OK)
        status = prepare_schema(store, workspace, why);
    if (status == ESC_OK)
        status = esc_store_statements_prepare(store, why);
    bool is_clean = false;
    if (status == ESC_OK)
        status = read_state(store, workspace, &is_clean, why);
    if (status == ESC_OK && !is_clean)
        status = check_pages(store, why);
    if (status == ESC_OK)
        status = mark_clean(store, false, why);
    if (status == ESC_OK)
        status = esc_store_settings_lock(store->db, why);
    return status;
}

EscStatus esc_store_open(const char *path, EscText workspace, EscStore **out, EscWhy *why)
{
    *out = NULL;
    /* Counting its own memory costs SQLite a lock for each allocation. Refused once it is in use, which is as good. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (workspace.size == 0 || workspace.size > ESC_ID_BYTES_MAX)
        return esc_why(why, ESC_BAD_ARGUMENT, "", 0, "a store needs a workspace of 1 to %d bytes",
                       ESC_ID_BYTES_MAX);
    EscStore *store = calloc(1, sizeof *store);
    if (store == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a store");
    EscStatus status = open_steps(store, path, workspace, why);
    if (status != ESC_OK) {
        store->has_failed = true; /* whatever the file says about its last stop, it still says */
        esc_store_close(store);
        return status;
    }
    *out = store;
    return ESC_OK;
}

void esc_store_close(EscStore *store)
{
    if (store == NULL)
        return;
    if (store->is_in_transaction)
        esc_store_rollback(store);
    if (!store->has_failed) {
        /* Without the mark the next opening only checks more: nothing to tell anybody. */
        EscStatus marked = mark_clean(store, true, NULL);
        if (marked == ESC_OK)
            sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    esc_store_statements_finalize(store);
    int rc = sqlite3_close(store->db);
    ESC_ASSERT(rc == SQLITE_OK);
    free(store);
}
