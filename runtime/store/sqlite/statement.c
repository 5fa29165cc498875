/* statement.c - prepared statements: binding, stepping, reading, and SQLite's result codes as our status.
 *
 * Not here: what the statements say (statements.def) and when they run. */
#include "sqlite_internal.h"

#include <errno.h>
#include <string.h>

static const char *const sql_texts[ESC_STATEMENT_COUNT] = {
#define ESC_SQL(name, text) [ESC_STATEMENT_##name] = (text),
#include "statements.def"
#undef ESC_SQL
};

EscStatus esc_sqlite_status(sqlite3 *db, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ESC_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ESC_STORE_BUSY;
    case SQLITE_FULL:
        return ESC_STORE_FULL;
    case SQLITE_NOMEM:
        return ESC_NO_MEMORY;
    case SQLITE_IOERR: {
        /* Some file systems report a full disk or quota only when the data is synced. */
        int system_error = db != NULL ? sqlite3_system_errno(db) : 0;
        bool is_full = system_error == ENOSPC || system_error == EDQUOT;
        return is_full ? ESC_STORE_FULL : ESC_STORE_FAILED;
    }
    default:
        return ESC_STORE_FAILED;
    }
}

EscStatus esc_sqlite_why(EscSqlite *store, int rc, const char *doing, EscWhy *why)
{
    const char *words = store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(rc);
    return esc_why(why, esc_sqlite_status(store->db, rc), "", 0,
                   "the store failed %s: %s (code %d, file %.120s)", doing, words, rc, store->path);
}

EscStatus esc_sqlite_statement_prepare(EscSqlite *store, EscStatement sql, EscWhy *why)
{
    int rc = sqlite3_prepare_v3(store->db, sql_texts[sql], -1, SQLITE_PREPARE_PERSISTENT,
                                &store->statements[sql], NULL);
    return rc == SQLITE_OK ? ESC_OK : esc_sqlite_why(store, rc, "to prepare its statements", why);
}

EscStatus esc_sqlite_statements_prepare(EscSqlite *store, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (int i = 0; i < ESC_STATEMENT_COUNT && status == ESC_OK; i++)
        status = esc_sqlite_statement_prepare(store, (EscStatement)i, why);
    return status;
}

void esc_sqlite_statements_finalize(EscSqlite *store)
{
    for (int i = 0; i < ESC_STATEMENT_COUNT; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
}

EscSqliteStep esc_sqlite_step(EscSqlite *store, EscStatement sql, const char *doing)
{
    return (EscSqliteStep){store, store->statements[sql], doing, 0, SQLITE_OK};
}

static void bound(EscSqliteStep *step, int rc)
{
    if (step->rc == SQLITE_OK)
        step->rc = rc;
}

/* An empty text is '', never NULL: every column is NOT NULL. */
void esc_sqlite_bind_text(EscSqliteStep *step, EscText text)
{
    const char *data = text.size == 0 ? "" : text.data;
    bound(step, sqlite3_bind_text64(step->statement, ++step->parameter, data, text.size,
                                    SQLITE_STATIC, SQLITE_UTF8));
}

void esc_sqlite_bind_bytes(EscSqliteStep *step, EscBytes bytes)
{
    const void *data = bytes.size == 0 ? "" : (const void *)bytes.data;
    bound(step,
          sqlite3_bind_blob64(step->statement, ++step->parameter, data, bytes.size, SQLITE_STATIC));
}

void esc_sqlite_bind_i64(EscSqliteStep *step, int64_t value)
{
    bound(step, sqlite3_bind_int64(step->statement, ++step->parameter, value));
}

void esc_sqlite_bind_u64(EscSqliteStep *step, uint64_t value)
{
    ESC_ASSERT(value <= INT64_MAX);
    esc_sqlite_bind_i64(step, (int64_t)value);
}

bool esc_sqlite_next(EscSqliteStep *step)
{
    if (step->rc == SQLITE_OK || step->rc == SQLITE_ROW)
        step->rc = sqlite3_step(step->statement);
    return step->rc == SQLITE_ROW;
}

EscStatus esc_sqlite_done(EscSqliteStep *step, EscWhy *why)
{
    EscStatus status = ESC_OK;
    if (esc_sqlite_status(step->store->db, step->rc) != ESC_OK) {
        EscStore *base = &step->store->base;
        status = esc_sqlite_why(step->store, step->rc, step->doing, &base->failure);
        if (why != NULL)
            *why = base->failure;
        base->has_failed =
            base->has_failed || status == ESC_STORE_FAILED; /* damage does not heal */
    }
    sqlite3_reset(step->statement);
    sqlite3_clear_bindings(step->statement); /* what was bound is only borrowed */
    return status;
}

EscStatus esc_sqlite_write(EscSqliteStep *step, int changes_wanted, EscWhy *why)
{
    while (esc_sqlite_next(step))
        continue;
    int changes = sqlite3_changes(step->store->db);
    EscStatus status = esc_sqlite_done(step, why);
    if (status == ESC_OK && changes_wanted >= 0 && changes != changes_wanted)
        status =
            esc_why(why, ESC_STORE_FAILED, "", 0, "the store failed %s: %d rows changed, not %d",
                    step->doing, changes, changes_wanted);
    return status;
}

EscStatus esc_sqlite_run(EscSqlite *store, EscStatement sql, const char *doing, EscWhy *why)
{
    EscSqliteStep step = esc_sqlite_step(store, sql, doing);
    return esc_sqlite_write(&step, -1, why);
}

/* Read as bytes: sqlite3_column_text copies the value to put a NUL behind it, and a copy that fails for want of memory
 * would look like an empty text. The file's encoding is UTF-8, so the bytes are the text. */
EscText esc_sqlite_column_text(const EscSqliteStep *step, int column)
{
    EscBytes bytes = esc_sqlite_column_bytes(step, column);
    return (EscText){(const char *)bytes.data, bytes.size};
}

EscBytes esc_sqlite_column_bytes(const EscSqliteStep *step, int column)
{
    const void *data = sqlite3_column_blob(step->statement, column);
    return (EscBytes){data, (size_t)sqlite3_column_bytes(step->statement, column)};
}

int64_t esc_sqlite_column_i64(const EscSqliteStep *step, int column)
{
    return sqlite3_column_int64(step->statement, column);
}

uint64_t esc_sqlite_column_u64(const EscSqliteStep *step, int column)
{
    return (uint64_t)sqlite3_column_int64(step->statement, column);
}
