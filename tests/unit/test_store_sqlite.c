/* test_store_sqlite.c - what only the store on SQLite has: its file, seen from outside. */
#define _GNU_SOURCE
#include "support/store_file.h"

#include "sample.h"
#include "sqlite_internal.h"

static StoreFile file;
static EscStore *store;
static Sample sample;
static EscWhy why;

static int set_up(void **state)
{
    (void)state;
    store_file_make(&file);
    why = (EscWhy){.text = ""};
    sample_init(&sample);
    assert_status(sample_open(file.path, &store, &why), ESC_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_store_close(store);
    sample_release(&sample);
    store_file_remove(&file);
    return 0;
}

static void commit(uint64_t n)
{
    assert_status(sample_commit(store, &sample, n, &why), ESC_OK);
}

/* Closes the store and counts the whole groups in its file. */
static int64_t count_after_close(void)
{
    esc_store_close(store);
    store = NULL;
    int64_t count = sample_count(file.path, &why);
    if (count < 0)
        print_error("%s\n", why.text);
    return count;
}

static void groups_are_found_whole(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 20; n++)
        commit(n);
    assert_int_equal(count_after_close(), 20);
}

/* A group that fails at its last statements: nothing of it stays. */
static void assert_refused(const char *message)
{
    sample.group.epoch = esc_store_epoch(store);
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_STORE_FAILED);
    assert_non_null(strstr(why.text, message));
    assert_int_equal(count_after_close(), 1);
}

static void a_refusal_says_what_failed(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    EscOutboxRetry retry = {.id = 77, .attempts = 1};
    sample.group.retries = &retry;
    sample.group.retries_count = 1;
    assert_refused("the store failed to note a failed attempt: 0 rows changed, not 1");
}

static void a_missing_bundle_is_said(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.escalations[0].bundle_hash[0] ^= 1;
    assert_refused("NOT NULL constraint failed: escalation.bundle");
}

static void a_row_that_settles_nothing_is_said(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.settled[0].id = 77;
    assert_refused("the store failed to settle an outbox row: 0 rows changed, not 1");
}

static int64_t ask(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_open(file.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    return answer;
}

static void a_store_that_failed_is_not_marked_clean(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.settled[0].id = 77;
    assert_refused("settle");
    assert_int_equal(ask("SELECT is_clean FROM state"), 0);
}

/* --- indexes --------------------------------------------------------------------------------------- */

static void no_list_scans(void **state)
{
    (void)state;
    sqlite3_set_authorizer(esc_sqlite_of(store)->db, NULL, NULL);
    for (int i = 0; i < ESC_STATEMENT_COUNT; i++) {
        char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s",
                                        sqlite3_sql(esc_sqlite_of(store)->statements[i]));
        sqlite3_stmt *plan = NULL;
        assert_int_equal(sqlite3_prepare_v2(esc_sqlite_of(store)->db, explain, -1, &plan, NULL),
                         SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *line = (const char *)sqlite3_column_text(plan, 3);
            bool is_scan = strncmp(line, "SCAN ", 5) == 0 &&
                           strstr(line, " CONSTANT ROW") == NULL && /* its own values */
                           strstr(line, "USING INDEX escalation_live") ==
                               NULL &&                  /* which has the live ones only */
                           i != ESC_STATEMENT_KEPT_ALL; /* all of it is live */
            bool is_sort = strstr(line, "USE TEMP B-TREE") != NULL &&
                           i != ESC_STATEMENT_OUTBOX_DUE && i != ESC_STATEMENT_TICKETS_LIVE &&
                           i != ESC_STATEMENT_BUNDLES_NEEDED && i != ESC_STATEMENT_ESCALATIONS_LIVE;
            if (is_scan || is_sort)
                fail_msg("%s: %s", explain, line);
        }
        sqlite3_finalize(plan);
        sqlite3_free(explain);
    }
}

/* How SQLite goes about a statement: a line for each table that it reads. */
static void plan_of(EscStatement statement, char *plan, size_t size)
{
    sqlite3_stmt *ask = NULL;
    sqlite3 *db = esc_sqlite_of(store)->db;
    sqlite3_set_authorizer(db, NULL, NULL);
    char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s",
                                sqlite3_sql(esc_sqlite_of(store)->statements[statement]));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &ask, NULL), SQLITE_OK);
    plan[0] = '\0';
    while (sqlite3_step(ask) == SQLITE_ROW) {
        size_t used = strlen(plan);
        (void)snprintf(plan + used, size - used, "%s\n", (const char *)sqlite3_column_text(ask, 3));
    }
    sqlite3_finalize(ask);
    sqlite3_free(sql);
}

/* However many rows there are, a list reads those that it gives: by the column that it asks for, not by its ids. */
static void lists_use_their_indexes(void **state)
{
    (void)state;
    static const struct {
        EscStatement statement;
        const char *by;
    } lists[] = {
        {ESC_STATEMENT_TICKETS_AFTER, "(id>?)"},
        {ESC_STATEMENT_ESCALATIONS_BEFORE, "(rowid<?)"},
        {ESC_STATEMENT_ESCALATIONS_OF_STATE, "(state=? AND"},
        {ESC_STATEMENT_ESCALATIONS_OF_TICKET, "(ticket=? AND"},
        {ESC_STATEMENT_ESCALATIONS_BY_DUE, "COVERING INDEX escalation_by_due (due_ms>?"},
        {ESC_STATEMENT_ESCALATIONS_BY_RANK, "COVERING INDEX escalation_by_rank ((rank,due_ms)>(?,?)"},
        {ESC_STATEMENT_OUTBOX_BEFORE, "(rowid<?)"},
        {ESC_STATEMENT_OUTBOX_OF_STATE, "(state=? AND"},
        {ESC_STATEMENT_OUTBOX_DUE, "(state=?"},
        {ESC_STATEMENT_AUDIT_AFTER, "(rowid>?)"},
        {ESC_STATEMENT_AUDIT_OF_TICKET, "(ticket=? AND"},
        {ESC_STATEMENT_AUDIT_OF_ESCALATION, "(ticket=? AND"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(lists); i++) {
        char plan[1024];
        plan_of(lists[i].statement, plan, sizeof plan);
        if (strstr(plan, lists[i].by) == NULL)
            fail_msg("list %zu: %s", i, plan);
    }
}

/* --- version 1 --------------------------------------------------------------------------------------- */

static char *read_text(const char *path)
{
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    char *text = calloc(1, 1 << 16);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 16) - 1, stream) > 0);
    fclose(stream);
    return text;
}

static const char rows_of_version_1[] =
    "INSERT INTO state VALUES (1, 'acme', 0, 4, 1, 4, 604, 9, 7000, '{\"absent\":{}}');"
    "INSERT INTO bundle VALUES (5, CAST(x'e5ca010203' || zeroblob(27) AS BLOB), 1, x'616263');"
    "INSERT INTO event VALUES ('/monitor', 'e-1', zeroblob(16), 1000), ('/monitor', 'e-2', "
    "zeroblob(16), 2000);"
    "INSERT INTO ticket VALUES (1, 'T-1', 'Down', 'open', '{\"a\":1}', 1000, 2000, '{\"s\":2}'),"
    " (2, 'T-2', 'Up', 'resolved', '{}', 1000, 2000, '');"
    "INSERT INTO escalation VALUES (1, 'T-1', 'trouble', 5, 0, 1, 'ben', 1, 1000, 0, '', "
    "'a.esc:3', 9000, x'01', x'02', '{\"qa\":[]}'),"
    " (2, 'T-2', 'trouble', 5, 3, 0, 'ana', 0, 1000, 3000, 'resolved', '', 0, x'', x'', '{}');"
    "INSERT INTO start_event VALUES (1, 'start of 1'), (2, 'start of 2');"
    "INSERT INTO timer VALUES (9000, 8, 1, 'T-1', 2, 0);"
    "INSERT INTO outbox VALUES (1, 'acme/E-1/1', 1, 'T-1', 0, 'room', 'chat', '', '{}', 1000, 0, "
    "1, 0, 1000, 'ok'),"
    " (2, 'acme/E-1/2', 1, 'T-1', 0, 'room', 'chat', '', '{}', 1000, 0, 0, 3, 5000, 'late'),"
    " (3, 'acme/E-2/1', 2, 'T-2', 0, 'room', 'chat', '', '{}', 1000, 0, 3, 9, 5000, 'given up');"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 603) INSERT INTO "
    "audit "
    "SELECT i, 1000 + i, iif(i % 2, 1, 0), iif(i < 400, 'T-1', iif(i < 500, '', 'T-2')), 'opened', "
    "'escal', 'a.esc:1', 'record ' || i, '' FROM n;"
    "INSERT INTO evidence VALUES (3, 1, 'ticket', zeroblob(32), 7, 'kept');"
    "PRAGMA user_version = 1; PRAGMA application_id = 0x45736361;";

static void make_version_1(void)
{
    esc_store_close(store);
    store = NULL;
    unlink(file.path);
    char mark[400];
    snprintf(mark, sizeof mark, "%s-mark", file.path);
    unlink(mark);
    char *schema = read_text(ESC_TEST_SOURCE_DIR "/tests/unit/support/store_v1.sql");
    sqlite3 *db = NULL;
    char *message = NULL;
    assert_int_equal(sqlite3_open(file.path, &db), SQLITE_OK);
    if (sqlite3_exec(db, schema, NULL, NULL, &message) != SQLITE_OK ||
        sqlite3_exec(db, rows_of_version_1, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    sqlite3_close(db);
    free(schema);
}

static bool count_record(void *context, const EscAuditRow *row)
{
    uint64_t *next = context;
    char text[32];
    snprintf(text, sizeof text, "record %llu", (unsigned long long)*next);
    assert_int_equal(row->seq, *next);
    assert_text_equal(row->text, text);
    assert_int_equal(row->at_ms, 1000 + (int64_t)*next);
    assert_int_equal(row->escalation, *next % 2);
    assert_text_equal(row->ticket, *next < 400 ? "T-1" : *next < 500 ? "" : "T-2");
    (*next)++;
    return true;
}

static bool write_entry(void *context, const EscOutboxEntry *entry)
{
    esc_buf_printf(context, "%llu %.*s %s %u %lld %.*s;", (unsigned long long)entry->row.id,
                   ESC_TEXT_ARG(entry->row.key), esc_delivery_state_name(entry->state),
                   entry->attempts, (long long)entry->next_attempt_at_ms,
                   ESC_TEXT_ARG(entry->detail));
    return true;
}

static EscStatus write_counters(void *context, const EscCounters *counters, EscBytes workspace,
                                EscWhy *refusal)
{
    (void)refusal;
    esc_buf_printf(
        context, "%llu %llu %llu %llu %llu %lld %.*s;",
        (unsigned long long)counters->next_escalation, (unsigned long long)counters->next_ticket,
        (unsigned long long)counters->next_outbox, (unsigned long long)counters->next_audit,
        (unsigned long long)counters->next_timer, (long long)counters->time_ms, (int)workspace.size,
        (const char *)workspace.data);
    return ESC_OK;
}

static EscStatus write_ticket(void *context, const EscTicketRow *row, EscWhy *refusal)
{
    (void)refusal;
    esc_buf_printf(context, "%.*s %.*s;", ESC_TEXT_ARG(row->id), (int)row->body.size,
                   (const char *)row->body.data);
    return ESC_OK;
}

static EscStatus write_escalation(void *context, const EscEscalationRow *row, EscWhy *refusal)
{
    (void)refusal;
    esc_buf_printf(context, "E-%llu %d %.*s %02x;", (unsigned long long)row->id, row->is_acked,
                   (int)row->body.size, (const char *)row->body.data, row->bundle_hash[1]);
    return ESC_OK;
}

static EscStatus write_queued(void *context, const EscOutboxEntry *entry, EscWhy *refusal)
{
    (void)refusal;
    write_entry(context, entry);
    return ESC_OK;
}

static EscStatus write_kept(void *context, const EscKeptRow *row, EscWhy *refusal)
{
    (void)refusal;
    esc_buf_printf(context, "kept %.*s;", (int)row->body.size, (const char *)row->body.data);
    return ESC_OK;
}

static void a_file_of_version_1_is_migrated(void **state)
{
    (void)state;
    make_version_1();
    assert_status(sample_open(file.path, &store, &why), ESC_OK);
    EscBuf out;
    esc_buf_init(&out, 10000);
    const EscStoreSink sink = {&out,         write_counters, write_ticket, write_escalation,
                               write_queued, NULL,           write_kept,   NULL};
    assert_status(esc_store_load(store, &sink, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&out),
                      "4 1 4 604 9 7000 ;T-1 {\"a\":1};"
                      "E-1 1 {\"qa\":[]} ca;2 acme/E-1/2 queued 3 5000 late;");
    esc_buf_clear(&out);
    const EscOutboxFilter outbox = {.limit = 10};
    assert_status(esc_store_outbox(store, &outbox, write_entry, &out, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&out),
                      "3 acme/E-2/1 dead 9 5000 given up;2 acme/E-1/2 queued 3 5000 late;"
                      "1 acme/E-1/1 accepted 0 1000 ok;");
    esc_buf_clear(&out);
    uint64_t next = 1;
    const EscAuditFilter audit = {.limit = 1000};
    assert_status(esc_store_audit(store, &audit, count_record, &next, &why), ESC_OK);
    assert_int_equal(next, 604);
    const EscEventKey key = {ESC_TEXT("/monitor"), ESC_TEXT("e-2")};
    EscEventKnown known;
    int64_t at_ms = 0;
    assert_status(esc_store_events_find(store, &key, 1, &known, &why), ESC_OK);
    assert_true(known.is_known);
    assert_status(esc_store_event_get(store, &key, &out, &at_ms, &why),
                  ESC_NOT_FOUND); /* it never was kept */
    assert_status(esc_store_start_event_get(store, 2, &out, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&out), "start of 2");
    esc_buf_release(&out);
    /* And it goes on. */
    sample_make(&sample, 4);
    EscGroup *group = &sample.group;
    group->epoch = esc_store_epoch(store);
    group->settled_count = 0;
    group->tickets_count = 1;
    group->escalations_count = 1;
    group->audit[0].seq = 604, group->audit[1].seq = 605;
    group->counters.next_audit = 606;
    assert_status(esc_store_commit(store, group, &why), ESC_OK);
    esc_store_close(store);
    assert_status(sample_open(file.path, &store, &why), ESC_OK);
    esc_store_close(store);
    store = NULL;
    assert_int_equal(ask("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'old%'"), 0);
    assert_int_equal(ask("SELECT integrity_check = 'ok' FROM pragma_integrity_check(1)"), 1);
    assert_int_equal(ask("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* A stop half way leaves a file of version 1: the migration is one transaction, and one that fails leaves no trace. */
static void a_migration_that_fails_leaves_the_file(void **state)
{
    (void)state;
    make_version_1();
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(file.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DROP INDEX evidence_by_escalation", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    assert_status(sample_open(file.path, &store, &why), ESC_STORE_FAILED);
    assert_int_equal(ask("SELECT user_version FROM pragma_user_version"), 1);
    assert_int_equal(ask("SELECT count(*) FROM audit WHERE text = 'record 603'"), 1);
    assert_int_equal(ask("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'old%'"), 0);
}

static void a_path_that_is_too_long_has_no_file_beside_it(void **state)
{
    (void)state;
    char path[5000];
    memset(path, 'p', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    EscSqliteSide side = {0};
    assert_status(esc_sqlite_side_open(&side, path, "-mark", true, &why), ESC_IO_FAILED);
    assert_null(side.name);
    assert_null(side.file);
    assert_non_null(strstr(why.text, "-mark"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(groups_are_found_whole),
        TEST(a_path_that_is_too_long_has_no_file_beside_it),
        TEST(a_refusal_says_what_failed),
        TEST(a_missing_bundle_is_said),
        TEST(a_row_that_settles_nothing_is_said),
        TEST(a_store_that_failed_is_not_marked_clean),
        TEST(no_list_scans),
        TEST(lists_use_their_indexes),
        TEST(a_file_of_version_1_is_migrated),
        TEST(a_migration_that_fails_leaves_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
