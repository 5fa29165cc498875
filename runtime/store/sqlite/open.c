/* open.c - opens and closes a store: one file, one process, one connection that writes and one that looks.
 *
 * In order: the place, the connection's settings (settings.c), which take the lock, the log and the mark beside it
 * (wal_check.c, mark.c), the schema or its version, whose file it is, a new epoch, and the connection for looks (beside.c).
 * Until all of it is right nothing but the epoch is written. The lock is SQLite's own and held until close. The file must not
 * be opened by any other way in this process: closing such a descriptor would drop the lock (fcntl(2)). */
#define _GNU_SOURCE
#include "sqlite_internal.h"

#include <stdlib.h>
#include <string.h>

static EscStatus run(EscSqlite *store, const char *sql, const char *doing, EscWhy *why)
{
    int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ESC_OK : esc_sqlite_why(store, rc, doing, why);
}

static EscStatus ask_number(EscSqlite *store, const char *sql, int64_t *number, EscWhy *why)
{
    sqlite3_stmt *query = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &query, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(query);
    EscStatus status = ESC_OK;
    if (rc == SQLITE_ROW)
        *number = sqlite3_column_int64(query, 0);
    else
        status = esc_sqlite_why(store, rc, "to look at its file", why);
    sqlite3_finalize(query);
    return status;
}

static EscStatus write_version(EscSqlite *store, EscWhy *why)
{
    char numbers[96];
    sqlite3_snprintf((int)sizeof numbers, numbers,
                     "PRAGMA application_id = %d; PRAGMA user_version = %d",
                     ESC_SQLITE_APPLICATION_ID, ESC_SQLITE_SCHEMA_VERSION);
    return run(store, numbers, "to write its version", why);
}

static EscStatus create_schema(EscSqlite *store, const EscSqliteOptions *options, EscWhy *why)
{
    EscStatus status = run(store, esc_sqlite_schema_sql, "to create its tables", why);
    if (status == ESC_OK)
        status = write_version(store, why);
    if (status != ESC_OK)
        return status;
    sqlite3_stmt *insert = NULL;
    int rc = sqlite3_prepare_v2(
        store->db, "INSERT INTO state VALUES (1, ?1, ?2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, x'')", -1,
        &insert, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text64(insert, 1, options->workspace.data, options->workspace.size,
                                 SQLITE_STATIC, SQLITE_UTF8);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_blob(insert, 2, options->new_id, ESC_STORE_ID_SIZE, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(insert);
    status = rc == SQLITE_DONE ? ESC_OK : esc_sqlite_why(store, rc, "to write whose it is", why);
    sqlite3_finalize(insert);
    return status;
}

/* Version 1 becomes what we have at once, the others step by step. */
static EscStatus migrate(EscSqlite *store, int64_t version, const EscSqliteOptions *options,
                         EscWhy *why)
{
    if (version == 1)
        return esc_sqlite_migrate(store, options->new_id, why);
    EscStatus status = version == 2 ? esc_sqlite_migrate_2(store, why) : ESC_OK;
    if (status == ESC_OK && version <= 3)
        status = esc_sqlite_migrate_3(store, why);
    return status == ESC_OK ? esc_sqlite_migrate_4(store, why) : status;
}

/* A new file gets its schema, one of an older version is migrated; any other must have exactly ours. */
static EscStatus check_schema(EscSqlite *store, const EscSqliteOptions *options, EscWhy *why)
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
        return create_schema(store, options, why);
    if (application != ESC_SQLITE_APPLICATION_ID)
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the file is not a store of Escal");
    if (version >= 1 && version < ESC_SQLITE_SCHEMA_VERSION) {
        status = migrate(store, version, options, why);
        return status == ESC_OK ? write_version(store, why) : status;
    }
    if (version != ESC_SQLITE_SCHEMA_VERSION)
        return esc_why(why, ESC_BAD_CONFIG, "", 0,
                       "the store has schema version %lld, and this program needs %d",
                       (long long)version, ESC_SQLITE_SCHEMA_VERSION);
    return ESC_OK;
}

/* One transaction, so that a stop half way leaves an empty file and not half a schema. */
static EscStatus prepare_schema(EscSqlite *store, const EscSqliteOptions *options, EscWhy *why)
{
    EscStatus status = run(store, "BEGIN IMMEDIATE", "to lock its file", why);
    if (status != ESC_OK)
        return status;
    status = check_schema(store, options, why);
    if (status == ESC_OK)
        status = run(store, "COMMIT", "to create its tables", why);
    if (status != ESC_OK)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static EscStatus take_state(EscSqlite *store, const EscSqliteStep *get, EscText workspace,
                            EscWhy *why)
{
    EscText found = esc_sqlite_column_text(get, 0);
    EscBytes id = esc_sqlite_column_bytes(get, 9);
    if (!esc_text_equal(found, workspace))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the store belongs to workspace %.*s, not %.*s",
                       ESC_TEXT_ARG(found), ESC_TEXT_ARG(workspace));
    ESC_ASSERT(id.size == ESC_STORE_ID_SIZE); /* the schema's CHECK */
    memcpy(store->base.id, id.data, ESC_STORE_ID_SIZE);
    store->groups = esc_sqlite_column_u64(get, 12);
    store->base.next_audit = esc_sqlite_column_u64(get, 5);
    store->next_content = esc_sqlite_column_u64(get, 11);
    store->base.epoch = esc_sqlite_column_u64(get, 10) + 1; /* as mark_open writes it */
    return ESC_OK;
}

static EscStatus read_state(EscSqlite *store, EscText workspace, EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_STATE_GET, "to read its state");
    EscStatus status = ESC_OK;
    if (esc_sqlite_next(&get))
        status = take_state(store, &get, workspace, why);
    else if (get.rc == SQLITE_DONE)
        status = esc_why(why, ESC_STORE_FAILED, "", 0, "the store has no state row");
    return esc_sqlite_finish(&get, status, why);
}

/* A new epoch, and a note that a process is at work. */
static EscStatus mark_open(EscSqlite *store, EscWhy *why)
{
    EscSqliteStep mark = esc_sqlite_step(store, ESC_STATEMENT_STATE_OPEN, "to mark its state");
    esc_sqlite_bind_u64(&mark, store->base.epoch);
    return esc_sqlite_write(&mark, 1, why);
}

static EscStatus mark_clean(EscSqlite *store, EscWhy *why)
{
    EscSqliteStep mark = esc_sqlite_step(store, ESC_STATEMENT_STATE_CLEAN, "to mark its state");
    return esc_sqlite_write(&mark, 1, why);
}

/* After each commit, with the length of the log: it is written back into the file now and then. */
static int committed(void *context, sqlite3 *db, const char *name, int frames)
{
    EscSqlite *store = context;
    store->frames = (uint64_t)frames;
    if (frames >= ESC_SQLITE_CHECKPOINT_PAGES)
        sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

/* Closing writes the log back and deletes it, which a log that is damaged or not ours must not suffer. */
static EscStatus keep_log(EscSqlite *store, bool is_kept, EscWhy *why)
{
    int rc = sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, is_kept ? 1 : 0, NULL);
    return rc == SQLITE_OK ? ESC_OK : esc_sqlite_why(store, rc, "to keep its log", why);
}

static size_t cache_bytes_of(const EscSqliteOptions *options)
{
    return options->cache_bytes == 0 ? ESC_SQLITE_CACHE_BYTES : options->cache_bytes;
}

static EscStatus open_connection(EscSqlite *store, const EscSqliteOptions *options, EscWhy *why)
{
    int rc = sqlite3_open_v2(options->path, &store->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                 SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                             esc_sqlite_vfs_name());
    if (rc != SQLITE_OK)
        return esc_sqlite_why(store, rc, "to open its file", why);
    EscStatus status = keep_log(store, true, why);
    if (status != ESC_OK)
        return status;
    status = esc_sqlite_settings_apply(store->db, cache_bytes_of(options), why);
    sqlite3_wal_hook(store->db, committed, store);
    return status;
}

/* What is there is ours and whole: the log goes into the file, and with it whatever a power cut had left behind its end,
 * so that no later look at the log meets it (wal_check.c). Then this opening is on record. */
static EscStatus begin_epoch(EscSqlite *store, EscWhy *why)
{
    int rc = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc != SQLITE_OK)
        return esc_sqlite_why(store, rc, "to write its log back", why);
    EscStatus status = keep_log(store, false, why);
    if (status == ESC_OK)
        status = mark_open(store, why);
    if (status == ESC_OK)
        status = esc_sqlite_side_open(&store->mark, store->path, "-mark", true, why);
    if (status == ESC_OK) {
        esc_sqlite_mark_write(store);
        esc_sqlite_intact_watch(store);
    }
    return status;
}

static EscStatus take_file(EscSqlite *store, const EscSqliteOptions *options, EscWhy *why)
{
    EscStatus status = esc_sqlite_opened_add(store);
    if (status == ESC_OK)
        status = open_connection(store, options, why);
    if (status == ESC_STORE_BUSY)
        esc_why(why, status, "", 0, "another process has the store %.150s open", options->path);
    return status;
}

static EscStatus open_steps(EscSqlite *store, const EscSqliteOptions *options, EscWhy *why)
{
    EscSqliteMark mark;
    bool is_marked = false;
    EscStatus status = esc_sqlite_place_check(options, why);
    if (status == ESC_OK)
        status = take_file(store, options, why);
    if (status == ESC_OK && !options->accepts_loss)
        status = esc_sqlite_mark_read(options->path, &mark, &is_marked, why);
    if (status == ESC_OK && !options->accepts_loss)
        status = esc_sqlite_wal_check(options->path, is_marked ? &mark : NULL, why);
    if (status == ESC_OK)
        status = prepare_schema(store, options, why);
    if (status == ESC_OK)
        status = esc_sqlite_statements_prepare(store, why);
    if (status == ESC_OK)
        status = read_state(store, options->workspace, why);
    if (status == ESC_OK && is_marked)
        status = esc_sqlite_mark_compare(&mark, store, why);
    if (status == ESC_OK)
        status = begin_epoch(store, why);
    if (status == ESC_OK)
        status = esc_sqlite_settings_lock(store->db, why);
    return status == ESC_OK ? esc_sqlite_beside_open(store, cache_bytes_of(options), why) : status;
}

/* A store that failed leaves everything as it is, for who looks at it. */
static void close_file(EscSqlite *store)
{
    bool has_failed =
        store->base.has_failed || (store->beside != NULL && store->beside->base.has_failed);
    esc_sqlite_beside_close(store);
    if (has_failed) {
        EscStatus kept = store->db != NULL ? keep_log(store, true, NULL) : ESC_OK;
        (void)kept;
    } else if (mark_clean(store, NULL) == ESC_OK) {
        sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        store->frames = 0;
        esc_sqlite_mark_write(store);
    }
    esc_sqlite_statements_finalize(store);
    int rc = sqlite3_close(store->db);
    ESC_ASSERT(rc == SQLITE_OK);
}

static void close_store(EscStore *base)
{
    EscSqlite *store = esc_sqlite_of(base);
    close_file(store);
    esc_sqlite_opened_remove(store);
    esc_sqlite_side_close(&store->mark);
    esc_sqlite_content_forget(store);
    esc_buf_release(&store->records);
    free(store->places);
    free(store->path);
    free(store);
}

static const EscStoreOps operations = {
    .load = esc_sqlite_load,
    .bundles_needed = esc_sqlite_bundles_needed,
    .bundle_get = esc_sqlite_bundle_get,
    .bundle_newest = esc_sqlite_bundle_newest,
    .events_find = esc_sqlite_events_find,
    .event_get = esc_sqlite_event_get,
    .start_event_get = esc_sqlite_start_event_get,
    .escalation_get = esc_sqlite_escalation_get,
    .ticket_get = esc_sqlite_ticket_get,
    .outbox_get = esc_sqlite_outbox_get,
    .outbox_due = esc_sqlite_outbox_due,
    .commit = esc_sqlite_commit,
    .audit = esc_sqlite_audit,
    .escalations = esc_sqlite_escalations,
    .tickets = esc_sqlite_tickets,
    .outbox = esc_sqlite_outbox,
    .evidence = esc_sqlite_evidence,
    .tasks = esc_sqlite_tasks,
    .retain = esc_sqlite_retain,
    .is_intact = esc_sqlite_is_intact,
    .beside = esc_sqlite_beside,
    .close = close_store,
};

EscStatus esc_sqlite_open(const EscSqliteOptions *options, EscStore **out, EscWhy *why)
{
    *out = NULL;
    /* Counting its own memory costs SQLite a lock for each allocation. Refused once it is in use,
     * which is as good. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (options->workspace.size == 0 || options->workspace.size > ESC_ID_BYTES_MAX)
        return esc_why(why, ESC_BAD_ARGUMENT, "", 0, "a store needs a workspace of 1 to %d bytes",
                       ESC_ID_BYTES_MAX);
    EscSqlite *store = calloc(1, sizeof *store);
    if (store == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a store");
    store->base.ops = &operations;
    esc_buf_init(&store->records, ESC_SQLITE_AUDIT_BYTES_MAX);
    store->path = strdup(options->path);
    EscStatus status = store->path == NULL
                           ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a store")
                           : open_steps(store, options, why);
    if (status != ESC_OK) {
        store->base.has_failed =
            true; /* whatever the file says about its last stop, it still says */
        close_store(&store->base);
        return status;
    }
    *out = &store->base;
    return ESC_OK;
}
