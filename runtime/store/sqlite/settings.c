/* settings.c - the settings of a connection: applied, then read back, because SQLite answers an unknown or
 * impossible PRAGMA with silence. And what no statement may do any more once the schema stands.
 *
 * The log is not checkpointed by SQLite itself: open.c does it after a commit, where it learns how long the log is.
 * The VFS unix-excl keeps every other process out for as long as the store is open, and the log's index in memory. A store
 * has two connections, of which one writes and checkpoints and the other one only looks (beside.c): so there is no room for
 * the fault of SQLite 3.7.0 to 3.51.2 where two connections that write or checkpoint at one instant damage the log. */
#include "sqlite_internal.h"

#include <stdio.h>
#include <string.h>

typedef struct Setting {
    const char *name;
    const char *apply; /* whole statement, or NULL when something else sets it */
    const char *query;
    const char *wanted;
} Setting;

#define TEXT_OF_(number) #number
#define TEXT_OF(number) TEXT_OF_(number)

/* page_size comes before journal_mode: a log fixes it. Normal locking, because the VFS keeps others out. */
static const Setting settings[] = {
    {"page_size", "PRAGMA page_size = 4096", "PRAGMA page_size", TEXT_OF(ESC_SQLITE_PAGE_SIZE)},
    {"locking_mode", "PRAGMA locking_mode = NORMAL", "PRAGMA locking_mode", "normal"},
    {"journal_mode", "PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal"},
    {"synchronous", "PRAGMA synchronous = FULL", "PRAGMA synchronous", "2"},
    {"foreign_keys", "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", "1"},
    {"trusted_schema", "PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", "0"},
    {"cell_size_check", "PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", "1"},
    {"recursive_triggers", "PRAGMA recursive_triggers = OFF", "PRAGMA recursive_triggers", "0"},
    {"temp_store", "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2"},
    {"wal_autocheckpoint", "PRAGMA wal_autocheckpoint = 0", "PRAGMA wal_autocheckpoint", "0"},
    {"journal_size_limit", "PRAGMA journal_size_limit = 67108864", "PRAGMA journal_size_limit",
     "67108864"},
};

/* The bundle is the largest value; the rest are the manual's figures for hostile surroundings. */
static const struct {
    int limit, value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, (int)ESC_BUNDLE_BYTES_MAX + (1 << 20)},
    {SQLITE_LIMIT_SQL_LENGTH, 100000},
    {SQLITE_LIMIT_COLUMN, 100},
    {SQLITE_LIMIT_EXPR_DEPTH, 10},
    {SQLITE_LIMIT_COMPOUND_SELECT, 3},
    {SQLITE_LIMIT_VDBE_OP, 25000},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 6 * ESC_SQLITE_EVENTS_AT_ONCE},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static const struct {
    int option, value;
} options[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_DQS_DML, 0},
};

static EscStatus check_setting(sqlite3 *db, const Setting *setting, EscWhy *why)
{
    sqlite3_stmt *query = NULL;
    int rc = sqlite3_prepare_v2(db, setting->query, -1, &query, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(query);
    EscStatus status = esc_sqlite_status(db, rc);
    if (status != ESC_OK) {
        esc_why(why, status, "", 0, "the store failed to read %s: %s", setting->name,
                sqlite3_errmsg(db));
    } else {
        const char *found = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(query, 0) : NULL;
        if (found == NULL || strcmp(found, setting->wanted) != 0)
            status = esc_why(why, ESC_STORE_FAILED, "", 0, "the store's %s is %s, not %s",
                             setting->name, found == NULL ? "unknown" : found, setting->wanted);
    }
    sqlite3_finalize(query);
    return status;
}

static EscStatus apply_setting(sqlite3 *db, const Setting *setting, EscWhy *why)
{
    int rc = sqlite3_exec(db, setting->apply, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return esc_why(why, esc_sqlite_status(db, rc), "", 0, "the store failed to set %s: %s",
                       setting->name, sqlite3_errmsg(db));
    return check_setting(db, setting, why);
}

/* mmap_size answers nothing at all on a VFS that cannot map, which is as good as 0. */
static EscStatus refuse_mapping(sqlite3 *db, EscWhy *why)
{
    sqlite3_int64 size = 0;
    sqlite3_exec(db, "PRAGMA mmap_size = 0", NULL, NULL, NULL);
    sqlite3_int64 *argument = &size;
    *argument = -1; /* a negative number asks */
    int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_MMAP_SIZE, argument);
    if (rc == SQLITE_OK && size != 0)
        return esc_why(why, ESC_STORE_FAILED, "", 0, "the store's mmap_size is not 0");
    return ESC_OK;
}

/* A negative number counts KiB, so the cache holds what it may whatever the page size is. */
static EscStatus bound_cache(sqlite3 *db, size_t cache_bytes, EscWhy *why)
{
    size_t kib = cache_bytes / 1024;
    char apply[64], wanted[32];
    (void)snprintf(wanted, sizeof wanted, "-%zu", kib == 0 ? 1 : kib > INT32_MAX ? INT32_MAX : kib);
    (void)snprintf(apply, sizeof apply, "PRAGMA cache_size = %s", wanted);
    const Setting setting = {"cache_size", apply, "PRAGMA cache_size", wanted};
    return apply_setting(db, &setting, why);
}

EscStatus esc_sqlite_settings_apply(sqlite3 *db, size_t cache_bytes, EscWhy *why)
{
    for (size_t i = 0; i < ESC_COUNT_OF(limits); i++) {
        sqlite3_limit(db, limits[i].limit, limits[i].value);
        if (sqlite3_limit(db, limits[i].limit, -1) != limits[i].value)
            return esc_why(why, ESC_STORE_FAILED, "", (uint64_t)i,
                           "a limit of the store was not taken");
    }
    for (size_t i = 0; i < ESC_COUNT_OF(options); i++) {
        int now = -1;
        int rc = sqlite3_db_config(db, options[i].option, options[i].value, &now);
        if (rc != SQLITE_OK || now != options[i].value)
            return esc_why(why, ESC_STORE_FAILED, "", (uint64_t)i,
                           "an option of the store was not taken");
    }
    EscStatus status = refuse_mapping(db, why);
    for (size_t i = 0; i < ESC_COUNT_OF(settings) && status == ESC_OK; i++)
        status = apply_setting(db, &settings[i], why);
    if (status == ESC_OK)
        status = bound_cache(db, cache_bytes, why);
    return status;
}

/* Tests put a VFS of their own before the system's. Theirs is known to this process alone. */
const char *esc_sqlite_vfs_name(void)
{
    const sqlite3_vfs *standard = sqlite3_vfs_find(NULL);
    return strcmp(standard->zName, "unix") == 0 ? "unix-excl" : standard->zName;
}

EscStatus esc_sqlite_settings_only_read(sqlite3 *db, EscWhy *why)
{
    const Setting setting = {"query_only", "PRAGMA query_only = ON", "PRAGMA query_only", "1"};
    return apply_setting(db, &setting, why);
}

/* What prepared statements may do after opening: read, change rows, and call the built-in functions. */
static int authorize(void *context, int action, const char *first, const char *second,
                     const char *database, const char *trigger)
{
    (void)context, (void)first, (void)second, (void)database, (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_FUNCTION:
    case SQLITE_TRANSACTION:
        return SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

EscStatus esc_sqlite_settings_lock(sqlite3 *db, EscWhy *why)
{
    if (sqlite3_set_authorizer(db, authorize, NULL) != SQLITE_OK)
        return esc_why(why, ESC_STORE_FAILED, "", 0, "the store's authorizer was not taken");
    return ESC_OK;
}
