/* test_line_writer.c - lines to a pipe that is read late, or never: whoever writes them does not wait, and what is lost is
 * counted. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "escald_log.h"
#include "support/test.h"

enum { LINES = 40000, LINE_BYTES = 100, FOR_EVER_MS = 600000 };

static void tell(void *context, uint64_t lost, EscBuf *out)
{
    *(uint64_t *)context += lost;
    esc_buf_printf(out, "lost %llu", (unsigned long long)lost);
}

/* A pipe with room for a page. */
static void make_pipe(int ends[2])
{
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 0);
}

static void put_numbered(LineWriter *writer, unsigned number)
{
    char line[LINE_BYTES + 1];
    int size = snprintf(line, sizeof line, "%0*u", LINE_BYTES, number);
    assert_int_equal(size, LINE_BYTES);
    line_writer_put(writer, (EscText){line, LINE_BYTES});
}

/* Reads lines until the end of the stream: numbers ascend, and a count stands where some are missing. Gives how many
 * numbers came. */
static unsigned read_numbered(int fd, uint64_t *missing)
{
    FILE *file = fdopen(fd, "r");
    assert_non_null(file);
    char line[256];
    unsigned count = 0, next = 0;
    unsigned long long lost = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "lost %llu", &lost) == 1) {
            next += (unsigned)lost;
            *missing += lost;
        } else {
            assert_int_equal(strtoul(line, NULL, 10), next);
            next++;
            count++;
        }
    }
    (void)fclose(file);
    return count;
}

static void lines_arrive_whole_and_in_order(void **state)
{
    (void)state;
    int ends[2];
    make_pipe(ends);
    uint64_t told = 0, missing = 0;
    LineWriter *writer = line_writer_new(ends[1], tell, &told);
    assert_non_null(writer);
    for (unsigned i = 0; i < 30; i++) /* fewer bytes than a page: nobody has to read yet */
        put_numbered(writer, i);
    line_writer_close(writer, FOR_EVER_MS);
    (void)close(ends[1]);
    assert_int_equal(read_numbered(ends[0], &missing), 30);
    assert_int_equal(missing + told, 0);
}

typedef struct Reader {
    int fd;
    unsigned count;
    uint64_t missing;
} Reader;

static void *read_all(void *context)
{
    Reader *reader = context;
    reader->count = read_numbered(reader->fd, &reader->missing);
    return NULL;
}

/* Four megabytes while nobody reads: putting them returns all the same. Then somebody reads. */
static void what_nobody_reads_is_lost_and_counted(void **state)
{
    (void)state;
    int ends[2];
    make_pipe(ends);
    uint64_t told = 0;
    LineWriter *writer = line_writer_new(ends[1], tell, &told);
    assert_non_null(writer);
    for (unsigned i = 0; i < LINES; i++)
        put_numbered(writer, i);
    Reader reader = {.fd = ends[0]};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
    line_writer_close(writer, FOR_EVER_MS);
    (void)close(ends[1]);
    (void)pthread_join(thread, NULL);
    assert_true(reader.missing > 0);
    assert_int_equal(reader.missing, told);
    assert_int_equal(reader.count + reader.missing, LINES);
}

/* At the end of the process nobody waits for a reader that is not there: its thread is left behind. */
static void closing_does_not_wait_for_who_never_reads(void **state)
{
    (void)state;
    int ends[2];
    make_pipe(ends);
    static uint64_t told;
    LineWriter *writer = line_writer_new(ends[1], tell, &told);
    assert_non_null(writer);
    for (unsigned i = 0; i < LINES; i++)
        put_numbered(writer, i);
    line_writer_close(writer, 1);
    /* The pipe stays open until the process ends: the thread is in a write to it. */
}

static void a_reader_that_is_gone_holds_nobody_up(void **state)
{
    (void)state;
    int ends[2];
    make_pipe(ends);
    uint64_t told = 0;
    LineWriter *writer = line_writer_new(ends[1], tell, &told);
    assert_non_null(writer);
    (void)close(ends[0]);
    for (unsigned i = 0; i < LINES; i++)
        put_numbered(writer, i);
    line_writer_close(writer, FOR_EVER_MS);
    (void)close(ends[1]);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_arrive_whole_and_in_order),
        cmocka_unit_test(what_nobody_reads_is_lost_and_counted),
        cmocka_unit_test(a_reader_that_is_gone_holds_nobody_up),
        cmocka_unit_test(closing_does_not_wait_for_who_never_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
