/* test_store_commit.c - what goes in comes out, whole or not at all: events, groups, outbox, bundles, tickets. */
#define _GNU_SOURCE
#include "support/store_file.h"

#include <sqlite3.h>

#include "sample.h"
#include "store_internal.h"

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
    assert_status(esc_store_open(file.path, SAMPLE_WORKSPACE, &store, &why), ESC_OK);
    assert_status(sample_begin(store, &why), ESC_OK);
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

static void a_rolled_back_group_leaves_nothing(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    bool is_new = false;
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_event_put(store, &sample.event, 2000, &is_new, &why), ESC_OK);
    assert_true(is_new);
    esc_store_rollback(store);
    esc_store_rollback(store); /* without a transaction it does nothing */
    commit(2);
    assert_int_equal(count_after_close(), 2);
}

static void a_known_event_is_a_duplicate(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 1);
    bool is_new = true;
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_event_put(store, &sample.event, 9000, &is_new, &why), ESC_OK);
    assert_false(is_new);
    esc_store_rollback(store);
}

static void another_content_under_the_same_id_is_a_conflict(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 1);
    sample.event.json = ESC_TEXT("something else");
    bool is_new = true;
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_event_put(store, &sample.event, 9000, &is_new, &why), ESC_CONFLICT);
    assert_false(is_new);
    assert_string_equal(why.text, "event e-1 of source /monitor was received before with another content");
    sample.event.source = ESC_TEXT("/other"); /* the id alone means nothing */
    assert_status(esc_store_event_put(store, &sample.event, 9000, &is_new, &why), ESC_OK);
    assert_true(is_new);
    esc_store_rollback(store);
}

static void an_event_that_was_taken_back_may_come_again(void **state)
{
    (void)state;
    sample_make(&sample, 1);
    bool is_new = false;
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_event_put(store, &sample.event, 1000, &is_new, &why), ESC_OK);
    assert_status(esc_store_event_take_back(store, &sample.event, &why), ESC_OK);
    assert_status(esc_store_event_put(store, &sample.event, 1000, &is_new, &why), ESC_OK);
    assert_true(is_new);
    assert_status(esc_store_event_take_back(store, &sample.event, &why), ESC_OK);
    assert_status(esc_store_event_take_back(store, &sample.event, &why), ESC_STORE_FAILED);
    esc_store_rollback(store);
}

/* A group that cannot be written: nothing of it stays, and the store takes nothing more. */
static void assert_refused(const char *message)
{
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_STORE_FAILED);
    assert_non_null(strstr(why.text, message));
    assert_status(esc_store_begin(store, &why), ESC_STORE_FAILED);
    assert_status(sample_begin(store, &why), ESC_STORE_FAILED);
    assert_int_equal(count_after_close(), 1);
}

static void a_timer_is_deleted_exactly_once(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.timers_deleted[0].index = 5;
    assert_refused("the store failed to delete a timer: 0 rows changed, not 1");
}

static void the_audit_trail_has_no_gap(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.audit[1].seq++;
    assert_refused("the audit trail would have a gap: record 5 comes where 4 is due");
}

static void the_audit_counter_must_fit(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.counters.next_audit++;
    assert_refused("the audit counter says 6, but 5 is due");
}

static void an_escalation_needs_its_bundle(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.escalations[0].bundle_hash[0] ^= 1;
    assert_refused("NOT NULL constraint failed: escalation.bundle");
}

static void an_outbox_row_settles_once_it_is_there(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.settled[0].id = 77;
    assert_refused("the store failed to settle an outbox row: 0 rows changed, not 1");
}

static void a_store_that_failed_is_not_marked_clean(void **state)
{
    (void)state;
    commit(1);
    sample_make(&sample, 2);
    sample.group.settled[0].id = 77;
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_STORE_FAILED);
    esc_store_close(store);
    store = NULL;
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_open(file.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT is_clean FROM state", -1, &query, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(query, 0), 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
}

/* --- bundles ------------------------------------------------------------------------------------------- */

static void a_bundle_is_kept_once_and_found_by_hash(void **state)
{
    (void)state;
    uint8_t hash[32] = {7};
    EscBuf out;
    esc_buf_init(&out, 100);
    assert_status(esc_store_bundle_get(store, hash, &out, &why), ESC_NOT_FOUND);
    assert_status(esc_store_bundle_put(store, hash, (EscBytes){(const uint8_t *)"abc", 3}, 5, &why), ESC_OK);
    assert_status(esc_store_bundle_put(store, hash, (EscBytes){(const uint8_t *)"xyz", 3}, 6, &why), ESC_OK);
    assert_status(esc_store_bundle_get(store, hash, &out, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&out), "abc");
    esc_buf_release(&out);
    esc_buf_init(&out, 2);
    assert_status(esc_store_bundle_get(store, hash, &out, &why), ESC_OVER_LIMIT);
    esc_buf_release(&out);
}

static void a_bundle_is_needed_while_an_escalation_is_open(void **state)
{
    (void)state;
    uint8_t(*hashes)[32];
    size_t count;
    EscArena *arena = esc_arena_new(10000);
    assert_status(esc_store_bundles_needed(store, arena, &hashes, &count, &why), ESC_OK);
    assert_int_equal(count, 0);
    commit(1);
    assert_status(esc_store_bundles_needed(store, arena, &hashes, &count, &why), ESC_OK);
    assert_int_equal(count, 1);
    assert_memory_equal(hashes[0], sample_bundle_hash, 32);
    sample_make(&sample, 2);
    sample.group.escalations[0].state = ESC_STATE_CLOSED;
    sample.group.escalations[1].state = ESC_STATE_CLOSED;
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_OK);
    assert_status(esc_store_bundles_needed(store, arena, &hashes, &count, &why), ESC_OK);
    assert_int_equal(count, 0);
    esc_arena_free(arena);
}

/* --- tickets and the outbox ------------------------------------------------------------------------------- */

static void a_ticket_is_read_back(void **state)
{
    (void)state;
    commit(1);
    EscArena *arena = esc_arena_new(10000);
    EscTicketRow row;
    assert_status(esc_store_ticket_get(store, ESC_TEXT("T-1"), arena, &row, &why), ESC_OK);
    assert_text_equal(row.id, "T-1");
    assert_text_equal(row.title, "Checkout is down");
    assert_text_equal(row.json, "{\"severity\":\"critical\"}");
    assert_int_equal(row.created_at_ms, 1000);
    assert_status(esc_store_ticket_get(store, ESC_TEXT("T-2"), arena, &row, &why), ESC_NOT_FOUND);
    assert_string_equal(why.text, "there is no ticket T-2");
    assert_status(esc_store_ticket_get(store, ESC_TEXT("' OR 1=1 --"), arena, &row, &why), ESC_NOT_FOUND);
    esc_arena_free(arena);
    arena = esc_arena_new(16);
    assert_status(esc_store_ticket_get(store, ESC_TEXT("T-1"), arena, &row, &why), ESC_NO_MEMORY);
    esc_arena_free(arena);
}

static size_t count_due(int64_t now_ms, size_t count_max, EscOutboxClaim *first)
{
    EscArena *arena = esc_arena_new(100000);
    EscOutboxClaim *claims;
    size_t count;
    assert_status(esc_store_outbox_due(store, now_ms, count_max, arena, &claims, &count, &why), ESC_OK);
    if (count > 0 && first != NULL) {
        *first = claims[0];
        assert_text_equal(claims[0].row.body, "{\"text\":\"You own it\"}");
    }
    esc_arena_free(arena);
    return count;
}

static void the_outbox_gives_what_is_due_oldest_first(void **state)
{
    (void)state;
    EscOutboxClaim claim = {0};
    commit(1);
    assert_int_equal(count_due(999, 10, NULL), 0);
    assert_int_equal(count_due(1000, 10, &claim), 1);
    assert_int_equal(claim.row.id, 1);
    assert_int_equal(claim.attempts, 0);
    assert_status(esc_store_outbox_retry(store, 1, 1, 5000, ESC_TEXT("timed out"), &why), ESC_OK);
    assert_int_equal(count_due(4999, 10, NULL), 0);
    assert_int_equal(count_due(5000, 10, &claim), 1);
    assert_int_equal(claim.attempts, 1);
    assert_int_equal(claim.next_attempt_at_ms, 5000);
    commit(2); /* settles row 1 */
    assert_int_equal(count_due(9000, 10, &claim), 1);
    assert_int_equal(claim.row.id, 2);
    assert_status(esc_store_outbox_retry(store, 1, 2, 9000, ESC_TEXT("late"), &why), ESC_STORE_FAILED);
    sample_make(&sample, 3);
    sample.group.settled_count = 0;
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_OK);
    assert_int_equal(count_due(9000, 10, &claim), 2);
    assert_int_equal(count_due(9000, 1, &claim), 1);
    assert_int_equal(claim.row.id, 2);
    assert_int_equal(count_due(9000, 0, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(groups_are_found_whole),
        TEST(a_rolled_back_group_leaves_nothing),
        TEST(a_known_event_is_a_duplicate),
        TEST(another_content_under_the_same_id_is_a_conflict),
        TEST(an_event_that_was_taken_back_may_come_again),
        TEST(a_timer_is_deleted_exactly_once),
        TEST(the_audit_trail_has_no_gap),
        TEST(the_audit_counter_must_fit),
        TEST(an_escalation_needs_its_bundle),
        TEST(an_outbox_row_settles_once_it_is_there),
        TEST(a_store_that_failed_is_not_marked_clean),
        TEST(a_bundle_is_kept_once_and_found_by_hash),
        TEST(a_bundle_is_needed_while_an_escalation_is_open),
        TEST(a_ticket_is_read_back),
        TEST(the_outbox_gives_what_is_due_oldest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
