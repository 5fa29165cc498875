/* test_store_open.c - opening and closing: settings, the lock, whose file it is, damage. */
#define _GNU_SOURCE
#include "support/store_file.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "sample.h"
#include "sqlite_internal.h"

static StoreFile file;
static EscStore *store;
static EscWhy why;

static int set_up(void **state)
{
    (void)state;
    store_file_make(&file);
    store = NULL;
    why = (EscWhy){.text = ""};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_store_close(store);
    store_file_remove(&file);
    return 0;
}

static EscStatus open_store(void)
{
    return sample_open(file.path, &store, &why);
}

static EscStatus open_as(EscText workspace)
{
    const EscSqliteOptions options = {.path = file.path, .workspace = workspace};
    return esc_sqlite_open(&options, &store, &why);
}

static sqlite3 *db_of(void)
{
    return esc_sqlite_of(store)->db;
}

static void close_store(void)
{
    esc_store_close(store);
    store = NULL;
}

/* Changes the closed file by hand. */
static void run_on_file(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(file.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void commit_groups(uint64_t first, uint64_t last)
{
    Sample sample;
    sample_init(&sample);
    for (uint64_t n = first; n <= last; n++)
        assert_status(sample_commit(store, &sample, n, &why), ESC_OK);
    sample_release(&sample);
}

static void a_new_file_belongs_to_its_owner_alone(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    struct stat about;
    assert_int_equal(stat(file.path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(store->next_audit, 1);
}

static void settings_are_what_the_manual_asks_for(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    assert_int_equal(sqlite3_limit(db_of(), SQLITE_LIMIT_ATTACHED, -1), 0);
    assert_int_equal(sqlite3_limit(db_of(), SQLITE_LIMIT_LENGTH, -1),
                     (int)ESC_BUNDLE_BYTES_MAX + (1 << 20));
    int value = -1;
    sqlite3_db_config(db_of(), SQLITE_DBCONFIG_DEFENSIVE, -1, &value);
    assert_int_equal(value, 1);
    /* Lift the authorizer to look at the rest. */
    sqlite3_set_authorizer(db_of(), NULL, NULL);
    static const char *const wanted[][2] = {
        {"PRAGMA journal_mode", "wal"},     {"PRAGMA synchronous", "2"},
        {"PRAGMA trusted_schema", "0"},     {"PRAGMA cell_size_check", "1"},
        {"PRAGMA foreign_keys", "1"},       {"PRAGMA locking_mode", "normal"},
        {"PRAGMA page_size", "4096"},       {"PRAGMA cache_size", "-65536"},
        {"PRAGMA wal_autocheckpoint", "0"}, {"PRAGMA mmap_size", "0"},
        {"PRAGMA user_version", "5"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(wanted); i++) {
        sqlite3_stmt *query = NULL;
        assert_int_equal(sqlite3_prepare_v2(db_of(), wanted[i][0], -1, &query, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(query), SQLITE_ROW);
        assert_string_equal((const char *)sqlite3_column_text(query, 0), wanted[i][1]);
        sqlite3_finalize(query);
    }
}

/* --- a SQLite that was built without what we ask for; its own functions stand behind these --------- */

static int option_refused = -1, option_ignored = -1, limit_ignored = -1;

int sqlite3_db_config(sqlite3 *db, int option, ...)
{
    int (*real)(sqlite3 *, int, ...) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "sqlite3_db_config");
    memcpy(&real, &symbol, sizeof real);
    va_list arguments;
    va_start(arguments, option);
    int value = va_arg(arguments, int);
    int *now = va_arg(arguments, int *);
    va_end(arguments);
    int rc = real(db, option, option == option_ignored ? -1 : value, now);
    return option == option_refused ? SQLITE_ERROR : rc;
}

int sqlite3_limit(sqlite3 *db, int limit, int value)
{
    int (*real)(sqlite3 *, int, int) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "sqlite3_limit");
    memcpy(&real, &symbol, sizeof real);
    return real(db, limit, limit == limit_ignored ? -1 : value);
}

static void a_sqlite_that_does_not_do_as_told_is_refused(void **state)
{
    (void)state;
    limit_ignored = SQLITE_LIMIT_ATTACHED;
    assert_status(open_store(), ESC_STORE_FAILED);
    assert_null(store);
    assert_string_equal(why.text, "a limit of the store was not taken");
    limit_ignored = -1;
    option_ignored = SQLITE_DBCONFIG_DEFENSIVE;
    assert_status(open_store(), ESC_STORE_FAILED);
    assert_string_equal(why.text, "an option of the store was not taken");
    option_ignored = -1;
    option_refused = SQLITE_DBCONFIG_DEFENSIVE;
    assert_status(open_store(), ESC_STORE_FAILED);
    assert_null(store);
    option_refused = -1;
    assert_status(open_store(), ESC_OK);
}

/* --- a disk that fails once, at any statement of an opening ----------------------------------------- */

static unsigned prepare_fails_at, step_fails_at;
static bool has_failed;

static bool fails_now(unsigned *countdown)
{
    if (*countdown == 0 || --*countdown > 0)
        return false;
    return has_failed = true;
}

int sqlite3_prepare_v2(sqlite3 *db, const char *sql, int size, sqlite3_stmt **statement,
                       const char **tail)
{
    int (*real)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "sqlite3_prepare_v2");
    memcpy(&real, &symbol, sizeof real);
    *statement = NULL;
    return fails_now(&prepare_fails_at) ? SQLITE_IOERR : real(db, sql, size, statement, tail);
}

int sqlite3_prepare_v3(sqlite3 *db, const char *sql, int size, unsigned flags,
                       sqlite3_stmt **statement, const char **tail)
{
    int (*real)(sqlite3 *, const char *, int, unsigned, sqlite3_stmt **, const char **) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "sqlite3_prepare_v3");
    memcpy(&real, &symbol, sizeof real);
    *statement = NULL;
    return fails_now(&prepare_fails_at) ? SQLITE_IOERR
                                        : real(db, sql, size, flags, statement, tail);
}

int sqlite3_step(sqlite3_stmt *statement)
{
    int (*real)(sqlite3_stmt *) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "sqlite3_step");
    memcpy(&real, &symbol, sizeof real);
    const char *sql = sqlite3_sql(statement);
    bool is_setting = sql == NULL || (strncmp(sql, "PRAGMA ", 7) == 0 &&
                                      strchr(sql, '=') != NULL); /* asked for behind it */
    return !is_setting && fails_now(&step_fails_at) ? SQLITE_IOERR : real(statement);
}

/* How many failures an opening took without a word; none of them is lost otherwise. */
static unsigned open_with_failures(unsigned *countdown)
{
    unsigned taken = 0;
    has_failed = true;
    for (unsigned nth = 1; has_failed; nth++) {
        has_failed = false;
        why = (EscWhy){.text = ""};
        *countdown = nth;
        EscStatus status = open_store();
        *countdown = 0;
        if (status == ESC_OK) {
            taken += has_failed;
            close_store();
        } else {
            assert_true(has_failed);
            assert_null(store);
            assert_true(why.text[0] != '\0');
        }
    }
    return taken;
}

static void an_opening_fails_with_its_statements(void **state)
{
    (void)state;
    /* Whether a file may be mapped is asked in another way, by each of the two connections. */
    assert_int_equal(open_with_failures(&prepare_fails_at), 2);
    assert_int_equal(open_with_failures(&step_fails_at), 0);
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 3);
    close_store();
    assert_int_equal(open_with_failures(&prepare_fails_at), 2);
    assert_int_equal(open_with_failures(&step_fails_at), 0);
    assert_status(open_store(), ESC_OK);
    assert_true(store->next_audit > 1);
}

static void every_table_is_strict(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    close_store();
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(file.path, &db), SQLITE_OK);
    sqlite3_stmt *query = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT count(*), total(strict) FROM pragma_table_list "
                           "WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'",
                           -1, &query, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(query, 0), 12);
    assert_int_equal(sqlite3_column_int(query, 1), 12);
    sqlite3_finalize(query);
    sqlite3_close(db);
}

static void an_open_store_takes_no_definition(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    static const char *const refused[] = {
        "DROP TABLE audit",
        "CREATE TABLE x (a)",
        "ALTER TABLE audit ADD COLUMN x",
        "CREATE INDEX x ON audit (kind)",
        "ATTACH ':memory:' AS x",
        "PRAGMA synchronous = OFF",
        "CREATE TRIGGER x AFTER INSERT ON audit BEGIN SELECT 1; END",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
        "UPDATE sqlite_schema SET sql = ''",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(refused); i++)
        if (sqlite3_exec(db_of(), refused[i], NULL, NULL, NULL) == SQLITE_OK)
            fail_msg("%s was taken", refused[i]);
}

static size_t read_beside(const char *end, uint8_t *bytes, size_t size)
{
    char path[320];
    (void)snprintf(path, sizeof path, "%s%s", file.path, end);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t got = fread(bytes, 1, size, in);
    (void)fclose(in);
    return got;
}

/* By the salts in the log's header, bytes 16 to 24. */
static void the_mark_names_the_round_of_the_log(void **state)
{
    (void)state;
    uint8_t log[24], mark[256];
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 2);
    assert_int_equal(read_beside("-wal", log, sizeof log), sizeof log);
    size_t size = read_beside("-mark", mark, sizeof mark);
    assert_non_null(memmem(mark, size, log + 16, 8));
}

/* The store says so, and its log stays for who looks at it. */
static void a_look_beside_that_fails_fails_the_store(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 2);
    assert_status(esc_store_is_intact(store, &why), ESC_OK);
    EscArena *arena = esc_arena_new(1 << 20);
    EscTicketRow row;
    step_fails_at = 1;
    assert_status(esc_store_ticket_get(esc_store_beside(store), ESC_TEXT("T-1"), arena, &row, &why),
                  ESC_STORE_FAILED);
    assert_status(esc_store_is_intact(store, &why), ESC_STORE_FAILED);
    assert_non_null(strstr(why.text, "to read a ticket"));
    close_store();
    esc_arena_free(arena);
    unsigned char log[32];
    assert_int_equal(read_beside("-wal", log, sizeof log), sizeof log);
    assert_status(open_store(), ESC_OK);
}

static void a_second_opener_is_refused(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    EscStore *second = NULL;
    assert_status(sample_open(file.path, &second, &why), ESC_STORE_BUSY);
    assert_null(second);
    assert_non_null(strstr(why.text, "another process has the store"));
    commit_groups(1, 2); /* the first is none the worse for it */
    close_store();
    assert_status(open_store(), ESC_OK);
}

static void another_process_is_refused(void **state)
{
    (void)state;
    int ready[2], end[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(end), 0);
    pid_t child = fork();
    if (child == 0) { /* holds the store until the parent has looked */
        char byte = sample_open(file.path, &store, NULL) == ESC_OK ? 'y' : 'n';
        close(end[1]);
        ssize_t done = write(ready[1], &byte, 1);
        done += read(end[0], &byte, 1);
        _exit((int)done & 0);
    }
    char byte = 'n';
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_status(open_store(), ESC_STORE_BUSY);
    close(end[0]), close(end[1]), close(ready[0]), close(ready[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_status(open_store(), ESC_OK);
}

/* Also one that only wants to read, by SQLite's ordinary ways. */
static void no_other_process_looks_in(void **state)
{
    (void)state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork(); /* before anything is open here, which it would take for its own */
    if (child == 0) {
        char byte = 0;
        sqlite3 *db = NULL;
        bool is_told = read(ready[0], &byte, 1) == 1 && sqlite3_open(file.path, &db) == SQLITE_OK;
        int rc = sqlite3_exec(db, "SELECT count(*) FROM event", NULL, NULL, NULL);
        _exit(is_told && rc == SQLITE_BUSY ? 7 : 1);
    }
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 2);
    assert_int_equal(write(ready[1], "y", 1), 1);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    close(ready[0]), close(ready[1]);
    char name[320];
    (void)snprintf(name, sizeof name, "%s-shm", file.path);
    assert_int_equal(access(name, F_OK), -1); /* the log's index is no file */
}

/* M0.10 */
static void a_store_of_another_workspace_is_refused(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    close_store();
    assert_status(open_as(ESC_TEXT("globex")), ESC_BAD_CONFIG);
    assert_string_equal(why.text, "the store belongs to workspace acme, not globex");
    assert_status(open_store(), ESC_OK);
    close_store();
    assert_status(open_as(ESC_TEXT("")), ESC_BAD_ARGUMENT);
}

static void another_schema_is_refused(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    close_store();
    run_on_file("PRAGMA user_version = 6");
    assert_status(open_store(), ESC_BAD_CONFIG);
    assert_string_equal(why.text, "the store has schema version 6, and this program needs 5");
    run_on_file("PRAGMA user_version = 5; PRAGMA application_id = 7");
    assert_status(open_store(), ESC_BAD_CONFIG);
    assert_string_equal(why.text, "the file is not a store of Escal");
}

/* Found at once, by what prepares a statement that needs it, and not when it is asked. */
static void a_table_that_is_missing_is_refused(void **state)
{
    (void)state;
    char wanted[400];
    (void)snprintf(
        wanted, sizeof wanted,
        "the store failed to prepare its statements: no such table: evidence (code 1, file %s)",
        file.path);
    assert_status(open_store(), ESC_OK);
    close_store();
    run_on_file("ALTER TABLE evidence RENAME TO elsewhere");
    for (int i = 0; i < 2; i++) {
        assert_status(open_store(), ESC_STORE_FAILED);
        assert_null(store);
        assert_string_equal(why.text, wanted);
    }
    run_on_file("ALTER TABLE elsewhere RENAME TO evidence");
    assert_status(open_store(), ESC_OK);
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    FILE *other = fopen(file.path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is not a database\n", other);
    fclose(other);
    assert_status(open_store(), ESC_STORE_FAILED);
    char missing[400];
    snprintf(missing, sizeof missing, "%s/none/acme.db", file.folder);
    assert_status(sample_open(missing, &store, &why), ESC_IO_FAILED);
}

static int64_t is_clean(void)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_open(file.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT is_clean FROM state", -1, &query, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    return answer;
}

static void a_clean_stop_leaves_a_mark_and_no_log(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 3);
    close_store();
    assert_int_equal(is_clean(), 1);
    char log[320];
    snprintf(log, sizeof log, "%s-wal", file.path);
    assert_int_equal(access(log, F_OK), -1);
    assert_int_equal(sample_count(file.path, &why), 3);
}

static void an_unclean_stop_leaves_no_mark_and_loses_nothing(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        bool is_good = sample_open(file.path, &store, NULL) == ESC_OK;
        commit_groups(1, 3);
        _exit(is_good ? 7 : 1); /* without closing */
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(is_clean(), 0);
    assert_status(open_store(), ESC_OK);
    close_store();
    assert_int_equal(sample_count(file.path, &why), 3);
}

/* Overwrites the middle of a page of the closed file. */
static void damage(long page)
{
    FILE *bytes = fopen(file.path, "r+b");
    assert_non_null(bytes);
    assert_int_equal(fseek(bytes, page * ESC_SQLITE_PAGE_SIZE + 2, SEEK_SET), 0);
    for (int i = 0; i < 500; i++)
        fputc(0xA5, bytes);
    fclose(bytes);
}

static EscStatus take_counters(void *context, const EscCounters *counters, EscBytes workspace,
                               EscWhy *refusal)
{
    (void)context, (void)counters, (void)workspace, (void)refusal;
    return ESC_OK;
}

static EscStatus take_ticket(void *context, const EscTicketRow *row, EscWhy *refusal)
{
    (void)context, (void)row, (void)refusal;
    return ESC_OK;
}

/* The pages that a start reads are checked as SQLite reads them; no others are. */
static void damage_is_found_by_what_reads_it(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 3);
    close_store();
    run_on_file("UPDATE ticket SET title = 'x'"); /* its root page is written, whichever it is */
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_open(file.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT rootpage FROM sqlite_schema WHERE name = 'ticket'",
                                        -1, &query, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    long page = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    damage(page - 1);
    assert_status(open_store(), ESC_OK);
    const EscStoreSink sink = {.counters = take_counters, .ticket = take_ticket};
    assert_status(esc_store_load(store, &sink, &why), ESC_STORE_FAILED);
}

static EscStatus take_escalation(void *context, const EscEscalationRow *row, EscWhy *refusal)
{
    (void)row, (void)refusal;
    ++*(int *)context;
    return ESC_OK;
}

/* Nobody is left out in silence: an escalation whose bundle somebody has deleted is no escalation less. */
static void a_bundle_that_was_deleted_is_damage(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 3);
    close_store();
    run_on_file("PRAGMA foreign_keys = OFF; DELETE FROM bundle");
    assert_status(open_store(), ESC_OK);
    int taken = 0;
    const EscStoreSink sink = {.context = &taken,
                               .counters = take_counters,
                               .ticket = take_ticket,
                               .escalation = take_escalation};
    assert_status(esc_store_load(store, &sink, &why), ESC_STORE_DAMAGED);
    assert_string_equal(why.text, "escalation E-1 is pinned to a bundle that the store has lost");
    assert_int_equal(taken, 0);
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    EscEscalationRow row;
    assert_status(esc_store_escalation_get(store, 3, arena, &row, &why), ESC_STORE_DAMAGED);
    assert_string_equal(why.text, "escalation E-3 is pinned to a bundle that the store has lost");
    esc_arena_free(arena);
}

static EscStatus count_kept(void *context, const EscKeptRow *row, EscWhy *refusal)
{
    (void)refusal;
    assert_int_equal(row->body.size, 3);
    ++*(int *)context;
    return ESC_OK;
}

static EscStatus count_live(void *context, const EscEscalationRow *row, EscWhy *refusal)
{
    (void)context, (void)row, (void)refusal;
    return ESC_OK;
}

static EscStatus count_queued(void *context, const EscOutboxEntry *entry, EscWhy *refusal)
{
    (void)context, (void)entry, (void)refusal;
    return ESC_OK;
}

#define AS_VERSION_4 "DROP TABLE task; PRAGMA user_version = 4;"
#define AS_VERSION_3                                                                               \
    "DROP INDEX escalation_by_due; DROP INDEX escalation_by_rank;"                                 \
    "ALTER TABLE escalation DROP COLUMN version; ALTER TABLE escalation DROP COLUMN account;"      \
    "ALTER TABLE escalation DROP COLUMN severity; ALTER TABLE escalation DROP COLUMN rank;"        \
    "ALTER TABLE escalation DROP COLUMN due_ms;" AS_VERSION_4 "PRAGMA user_version = 3;"

static bool count_listed(void *count, const EscEscalationRow *row)
{
    assert_int_equal(row->version, 0);
    assert_int_equal(row->due_ms, 0);
    assert_int_equal(row->account.size, 0);
    ++*(int *)count;
    return true;
}

/* Version 3 knew nothing of what lists are sorted by: such rows are listed behind the others until they are written again. */
static void a_store_of_version_3_is_opened(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 3);
    close_store();
    run_on_file(AS_VERSION_3);
    assert_status(open_store(), ESC_OK);
    int count = 0;
    const EscEscalationFilter filter = {.sort = ESC_SORT_DUE, .limit = 10};
    assert_status(esc_store_escalations(store, &filter, count_listed, &count, NULL, &why), ESC_OK);
    assert_int_equal(count, 3);
}

/* Version 2 had no place for what is counted; all else stays as it is. */
static void a_store_of_version_2_is_opened(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 3);
    close_store();
    run_on_file("DROP TABLE kept;" AS_VERSION_3 "PRAGMA user_version = 2");
    assert_status(open_store(), ESC_OK);
    EscKeptRow kept = {.id = "0123456789abcdef", .body = {(const uint8_t *)"one", 3}};
    Sample sample;
    sample_init(&sample);
    sample_make(&sample, 4);
    sample.group.epoch = esc_store_epoch(store);
    sample.group.kept = &kept;
    sample.group.kept_count = 1;
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_OK);
    sample_release(&sample);
    close_store();
    assert_status(open_store(), ESC_OK);
    int count = 0;
    const EscStoreSink sink = {.context = &count,
                               .counters = take_counters,
                               .ticket = take_ticket,
                               .escalation = count_live,
                               .outbox = count_queued,
                               .kept = count_kept};
    assert_status(esc_store_load(store, &sink, &why), ESC_OK);
    assert_int_equal(count, 1);
}

static EscStatus count_task(void *context, const EscTaskRow *row, EscWhy *refusal)
{
    (void)refusal;
    *(int *)context += (int)row->number;
    return ESC_OK;
}

/* Version 4 knew no tasks. */
static void tasks_come_into_a_store_of_version_4(void **state)
{
    (void)state;
    assert_status(open_store(), ESC_OK);
    commit_groups(1, 3);
    close_store();
    run_on_file(AS_VERSION_4);
    assert_status(open_store(), ESC_OK);
    EscTaskRow tasks[] = {{.escalation = 1, .number = 1, .state = ESC_TASK_DONE},
                          {.escalation = 1, .number = 2, .state = ESC_TASK_CLAIMED}};
    Sample sample;
    sample_init(&sample);
    sample_make(&sample, 4);
    sample.group.epoch = esc_store_epoch(store);
    sample.group.tasks = tasks;
    sample.group.tasks_count = ESC_COUNT_OF(tasks);
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_OK);
    sample_release(&sample);
    close_store();
    assert_status(open_store(), ESC_OK);
    int sum = 0;
    const EscStoreSink sink = {.context = &sum,
                               .counters = take_counters,
                               .ticket = take_ticket,
                               .escalation = count_live,
                               .outbox = count_queued,
                               .kept = count_kept,
                               .task = count_task};
    assert_status(esc_store_load(store, &sink, &why), ESC_OK);
    assert_int_equal(sum, 2); /* the open one alone */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_belongs_to_its_owner_alone),
        TEST(settings_are_what_the_manual_asks_for),
        TEST(a_sqlite_that_does_not_do_as_told_is_refused),
        TEST(an_opening_fails_with_its_statements),
        TEST(every_table_is_strict),
        TEST(an_open_store_takes_no_definition),
        TEST(the_mark_names_the_round_of_the_log),
        TEST(a_look_beside_that_fails_fails_the_store),
        TEST(a_second_opener_is_refused),
        TEST(another_process_is_refused),
        TEST(no_other_process_looks_in),
        TEST(a_store_of_another_workspace_is_refused),
        TEST(another_schema_is_refused),
        TEST(a_table_that_is_missing_is_refused),
        TEST(a_store_of_version_2_is_opened),
        TEST(a_store_of_version_3_is_opened),
        TEST(tasks_come_into_a_store_of_version_4),
        TEST(what_is_no_database_is_refused),
        TEST(a_clean_stop_leaves_a_mark_and_no_log),
        TEST(an_unclean_stop_leaves_no_mark_and_loses_nothing),
        TEST(damage_is_found_by_what_reads_it),
        TEST(a_bundle_that_was_deleted_is_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
