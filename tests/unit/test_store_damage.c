/* test_store_damage.c - what was acknowledged is not lost in silence: files that go away under a store, logs that are
 * damaged, older copies, missing files. And what a power cut may leave behind is taken. */
#define _GNU_SOURCE
#include "support/store_file.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "sample.h"
#include "sqlite_internal.h"

enum { HEADER = 32, FRAME = 24 + ESC_SQLITE_PAGE_SIZE, GROUPS = 4, LOG_MAX = 4 << 20 };

static StoreFile file;
static EscStore *store;
static Sample sample;
static EscWhy why;
static EscBuf log_bytes; /* of a process that was killed */

static int set_up(void **state)
{
    (void)state;
    store_file_make(&file);
    store = NULL;
    why = (EscWhy){.text = ""};
    sample_init(&sample);
    esc_buf_init(&log_bytes, LOG_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_store_close(store);
    esc_buf_release(&log_bytes);
    sample_release(&sample);
    store_file_remove(&file);
    return 0;
}

static const char *beside(const char *end)
{
    static char name[2][400];
    static unsigned turn;
    turn ^= 1;
    snprintf(name[turn], sizeof name[turn], "%s%s", file.path, end);
    return name[turn];
}

static void read_file(const char *name, EscBuf *out)
{
    FILE *stream = fopen(name, "rb");
    assert_non_null(stream);
    char bytes[4096];
    size_t size = 0;
    esc_buf_clear(out);
    while ((size = fread(bytes, 1, sizeof bytes, stream)) > 0)
        esc_buf_append(out, bytes, size);
    fclose(stream);
    assert_status(out->status, ESC_OK);
}

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *stream = fopen(name, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    fclose(stream);
}

static EscStatus open_store(void)
{
    return sample_open(file.path, &store, &why);
}

static EscStatus open_anyway(void)
{
    const EscSqliteOptions options = {.path = file.path, .workspace = SAMPLE_WORKSPACE, .accepts_loss = true};
    return esc_sqlite_open(&options, &store, &why);
}

static void close_store(void)
{
    esc_store_close(store);
    store = NULL;
}

/* A process that commits some groups and ends without closing: file, log and mark stay. */
static void leave_log(void)
{
    pid_t child = fork();
    if (child == 0) {
        bool is_good = open_store() == ESC_OK;
        for (uint64_t n = 1; n <= GROUPS && is_good; n++)
            is_good = sample_commit(store, &sample, n, &why) == ESC_OK;
        _exit(is_good ? 7 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    read_file(beside("-wal"), &log_bytes);
    assert_int_equal((log_bytes.size - HEADER) % FRAME, 0);
}

static size_t frames(void)
{
    return (log_bytes.size - HEADER) / FRAME;
}

/* The first frame of the last transaction. */
static size_t last_begin(void)
{
    size_t first = frames() - 1;
    while (first > 0 && memcmp(log_bytes.data + HEADER + (first - 1) * FRAME + 4, "\0\0\0\0", 4) == 0)
        first--;
    return first;
}

/* Puts the log back with one byte changed. */
static void damage_log(size_t at)
{
    log_bytes.data[at] ^= 0x5a;
    write_file(beside("-wal"), log_bytes.data, log_bytes.size);
    log_bytes.data[at] ^= 0x5a;
}

static void assert_log_unchanged(size_t changed_at)
{
    EscBuf now;
    esc_buf_init(&now, LOG_MAX);
    read_file(beside("-wal"), &now);
    assert_int_equal(now.size, log_bytes.size);
    now.data[changed_at] ^= 0x5a;
    assert_memory_equal(now.data, log_bytes.data, log_bytes.size);
    esc_buf_release(&now);
}

/* --- under a store that is open ------------------------------------------------------------------ */

static void assert_noticed(const char *words)
{
    assert_status(esc_store_is_intact(store, &why), ESC_STORE_DAMAGED);
    assert_non_null(strstr(why.text, words));
    assert_status(sample_commit(store, &sample, 2, &why), ESC_STORE_DAMAGED);
    assert_status(sample_commit(store, &sample, 2, &why), ESC_STORE_FAILED); /* it stays so */
}

static void open_with_a_group(void)
{
    assert_status(open_store(), ESC_OK);
    assert_status(sample_commit(store, &sample, 1, &why), ESC_OK);
    assert_status(esc_store_is_intact(store, &why), ESC_OK);
}

static void a_deleted_file_is_noticed(void **state)
{
    (void)state;
    open_with_a_group();
    assert_int_equal(unlink(file.path), 0);
    assert_noticed("was deleted or replaced");
}

static void a_replaced_file_is_noticed_and_left_alone(void **state)
{
    (void)state;
    open_with_a_group();
    write_file(beside("-journal"), "another", 7); /* on the same file system */
    assert_int_equal(rename(beside("-journal"), file.path), 0);
    assert_noticed("was deleted or replaced");
    close_store();
    EscBuf now;
    esc_buf_init(&now, LOG_MAX);
    read_file(file.path, &now);
    assert_text_equal(esc_buf_as_text(&now), "another");
    esc_buf_release(&now);
    assert_int_equal(access(beside("-wal"), F_OK), 0); /* closing did not delete it */
}

static void a_deleted_log_is_noticed(void **state)
{
    (void)state;
    open_with_a_group();
    assert_int_equal(unlink(beside("-wal")), 0);
    assert_noticed("log of the store");
}

/* --- a damaged log --------------------------------------------------------------------------------- */

static void every_damaged_frame_is_found_with_the_mark(void **state)
{
    (void)state;
    leave_log();
    static const size_t places[] = {0, 4, 8, 15, 16, 23, 24, 24 + 100, 24 + ESC_SQLITE_PAGE_SIZE - 1};
    for (size_t frame = 0; frame < frames(); frame++) {
        for (size_t i = 0; i < ESC_COUNT_OF(places); i++) {
            size_t at = HEADER + frame * FRAME + places[i];
            damage_log(at);
            assert_status(open_store(), ESC_STORE_DAMAGED);
            assert_log_unchanged(at); /* nothing of it is gone: somebody may still look */
        }
    }
    damage_log(HEADER + 3);
    assert_status(open_anyway(), ESC_OK);
    close_store();
    assert_int_equal(sample_count(file.path, &why), 0);
    assert_status(open_store(), ESC_OK); /* said once is enough */
}

/* Without the mark damage in the last transaction cannot be told from a power cut; in any other it can. */
static void damage_behind_which_something_was_written_is_found(void **state)
{
    (void)state;
    leave_log();
    assert_int_equal(unlink(beside("-mark")), 0);
    static const size_t places[] = {0, 8, 20, 24, 24 + 2000};
    assert_true(last_begin() > 4);
    for (size_t frame = 0; frame + 2 < last_begin(); frame++) {
        for (size_t i = 0; i < ESC_COUNT_OF(places); i++) {
            damage_log(HEADER + frame * FRAME + places[i]);
            if (open_store() != ESC_STORE_DAMAGED)
                fail_msg("damage at byte %zu of frame %zu of %zu was taken", places[i], frame, frames());
        }
    }
}

static void a_damaged_header_is_found(void **state)
{
    (void)state;
    leave_log();
    for (size_t at = 0; at < 2 * HEADER; at++) {
        if (at == HEADER)
            assert_int_equal(unlink(beside("-mark")), 0); /* and once more without the mark */
        damage_log(at % HEADER);
        assert_status(open_store(), ESC_STORE_DAMAGED);
    }
}

/* Frames of the last transaction in any mixture, with a mark that has lagged: nothing that was acknowledged is missing, and
 * the store opens. */
static void a_torn_transaction_is_no_damage(void **state)
{
    (void)state;
    leave_log();
    assert_int_equal(unlink(beside("-mark")), 0);
    EscBuf torn, whole;
    esc_buf_init(&torn, LOG_MAX);
    esc_buf_init(&whole, LOG_MAX);
    read_file(file.path, &whole); /* opening changes it */
    size_t first = last_begin(), count = frames() - first;
    assert_true(count >= 3 && count < 24);
    for (uint32_t lost = 1; lost < (UINT32_C(1) << (count < 8 ? count : 8)); lost++) {
        esc_buf_clear(&torn);
        esc_buf_append(&torn, log_bytes.data, log_bytes.size);
        for (size_t i = 0; i < count; i++)
            if (((lost >> (i % 8)) & 1) != 0)
                memset(torn.data + HEADER + (first + i) * FRAME, 0, FRAME);
        write_file(file.path, whole.data, whole.size);
        write_file(beside("-wal"), torn.data, torn.size);
        if (open_store() != ESC_OK)
            fail_msg("%x: %s", lost, why.text);
        close_store();
        assert_int_equal(sample_count(file.path, &why), GROUPS - 1);
        (void)unlink(beside("-mark"));
    }
    esc_buf_release(&torn);
    esc_buf_release(&whole);
}

/* --- loss ------------------------------------------------------------------------------------------ */

static void a_log_that_is_gone_is_noticed(void **state)
{
    (void)state;
    leave_log();
    assert_int_equal(unlink(beside("-wal")), 0);
    assert_status(open_store(), ESC_STORE_DAMAGED);
    assert_string_equal(why.text, "the store has lost what it held: it has 0 groups and was opened 0 times, "
                                  "and the mark beside it says 4 and 1");
    assert_status(open_anyway(), ESC_OK);
    close_store();
    assert_status(open_store(), ESC_OK);
}

/* Who looks whether a log is damaged makes none, and says why it could not look. */
static void a_look_at_no_log_makes_none(void **state)
{
    (void)state;
    open_with_a_group();
    close_store();
    assert_int_not_equal(access(beside("-wal"), F_OK), 0);
    assert_status(esc_sqlite_wal_check(file.path, NULL, &why), ESC_OK);
    assert_int_not_equal(access(beside("-wal"), F_OK), 0);
    static char too_long[5000];
    memset(too_long, 'x', sizeof too_long - 1);
    why = (EscWhy){.text = ""};
    assert_status(esc_sqlite_wal_check(too_long, NULL, &why), ESC_IO_FAILED);
    assert_true(why.text[0] != '\0');
}

static void a_log_that_was_cut_is_noticed(void **state)
{
    (void)state;
    leave_log();
    write_file(beside("-wal"), log_bytes.data, HEADER + last_begin() * FRAME);
    assert_status(open_store(), ESC_STORE_DAMAGED);
}

static void an_older_copy_is_noticed(void **state)
{
    (void)state;
    open_with_a_group();
    close_store();
    EscBuf copy;
    esc_buf_init(&copy, LOG_MAX);
    read_file(file.path, &copy);
    assert_status(open_store(), ESC_OK);
    assert_status(sample_commit(store, &sample, 2, &why), ESC_OK);
    close_store();
    write_file(file.path, copy.data, copy.size);
    assert_status(open_store(), ESC_STORE_DAMAGED);
    assert_string_equal(why.text, "the store has lost what it held: it has 1 groups and was opened 1 times, "
                                  "and the mark beside it says 2 and 2");
    esc_buf_release(&copy);
}

static void another_store_is_noticed(void **state)
{
    (void)state;
    open_with_a_group();
    close_store();
    EscBuf mark;
    esc_buf_init(&mark, LOG_MAX);
    read_file(beside("-mark"), &mark);
    assert_int_equal(unlink(file.path) + unlink(beside("-mark")), 0);
    const EscSqliteOptions other = {.path = file.path, .workspace = SAMPLE_WORKSPACE, .new_id = {9}};
    assert_status(esc_sqlite_open(&other, &store, &why), ESC_OK);
    close_store();
    write_file(beside("-mark"), mark.data, mark.size);
    assert_status(open_store(), ESC_STORE_DAMAGED);
    assert_non_null(strstr(why.text, "another store than before"));
    mark.data[20] ^= 1; /* a mark that does not fit its own sum says nothing */
    write_file(beside("-mark"), mark.data, mark.size);
    assert_status(open_store(), ESC_OK);
    esc_buf_release(&mark);
}

static void a_missing_file_with_a_trace_is_noticed(void **state)
{
    (void)state;
    leave_log();
    const char *const traces[] = {beside("-shm"), NULL};
    const EscSqliteOptions options = {.path = file.path, .workspace = SAMPLE_WORKSPACE, .traces = traces};
    assert_int_equal(unlink(file.path), 0);
    assert_status(open_store(), ESC_STORE_DAMAGED);
    assert_non_null(strstr(why.text, "is missing, and there was one"));
    assert_int_equal(access(file.path, F_OK), -1); /* nor was one made */
    assert_int_equal(unlink(beside("-wal")), 0);
    assert_status(open_store(), ESC_STORE_DAMAGED); /* the mark */
    assert_int_equal(unlink(beside("-mark")), 0);
    write_file(traces[0], "{}\n", 3);
    assert_status(esc_sqlite_open(&options, &store, &why), ESC_STORE_DAMAGED);
    assert_non_null(strstr(why.text, traces[0]));
    assert_int_equal(unlink(traces[0]), 0);
    assert_status(esc_sqlite_open(&options, &store, &why), ESC_OK);
}

static void a_log_alone_is_a_trace(void **state)
{
    (void)state;
    leave_log();
    assert_int_equal(unlink(file.path), 0);
    assert_int_equal(unlink(beside("-mark")), 0);
    assert_status(open_store(), ESC_STORE_DAMAGED);
    assert_non_null(strstr(why.text, "-wal is left"));
    assert_int_equal(truncate(beside("-wal"), 0), 0); /* an empty one says nothing */
    assert_status(open_store(), ESC_OK);
}

/* The log of a file that is gone is not taken for the new file's. */
static void a_log_without_its_file_is_put_aside(void **state)
{
    (void)state;
    leave_log();
    assert_int_equal(unlink(file.path), 0);
    assert_status(open_anyway(), ESC_OK);
    close_store();
    assert_int_equal(sample_count(file.path, &why), 0);
    assert_int_equal(access(beside("-wal.lost"), F_OK), 0);
}

/* Where it cannot be put aside, nothing is opened beside it. */
static void a_log_that_cannot_be_put_aside_stays(void **state)
{
    (void)state;
    leave_log();
    assert_int_equal(unlink(file.path), 0);
    assert_int_equal(mkdir(beside("-wal.lost"), 0700), 0);
    assert_status(open_anyway(), ESC_IO_FAILED);
    assert_non_null(strstr(why.text, "cannot rename"));
    assert_int_equal(access(beside("-wal"), F_OK), 0);
    assert_int_equal(access(file.path, F_OK), -1);
    assert_int_equal(rmdir(beside("-wal.lost")), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_deleted_file_is_noticed),
        TEST(a_replaced_file_is_noticed_and_left_alone),
        TEST(a_deleted_log_is_noticed),
        TEST(every_damaged_frame_is_found_with_the_mark),
        TEST(damage_behind_which_something_was_written_is_found),
        TEST(a_damaged_header_is_found),
        TEST(a_torn_transaction_is_no_damage),
        TEST(a_log_that_is_gone_is_noticed),
        TEST(a_look_at_no_log_makes_none),
        TEST(a_log_that_was_cut_is_noticed),
        TEST(an_older_copy_is_noticed),
        TEST(another_store_is_noticed),
        TEST(a_missing_file_with_a_trace_is_noticed),
        TEST(a_log_alone_is_a_trace),
        TEST(a_log_without_its_file_is_put_aside),
        TEST(a_log_that_cannot_be_put_aside_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
