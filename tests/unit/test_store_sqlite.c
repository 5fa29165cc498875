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
    sample.group.timers_deleted[0].index = 5;
    assert_refused("the store failed to delete a timer: 0 rows changed, not 1");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(groups_are_found_whole),
        TEST(a_refusal_says_what_failed),
        TEST(a_missing_bundle_is_said),
        TEST(a_row_that_settles_nothing_is_said),
        TEST(a_store_that_failed_is_not_marked_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
