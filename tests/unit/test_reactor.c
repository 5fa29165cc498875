/* test_reactor.c - who is called for which descriptor, how long it waits, signals, and what is left when it is gone. */
#define _GNU_SOURCE
#include "support/alloc_fail.h"
#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/resource.h>

#include <esc/loop.h>

typedef struct Pipe {
    EscReactor *reactor;
    int in, out; /* bytes go in at `in` */
    EscWatch *watch;
    struct Pipe *takes_away; /* whom the call unwatches */
    int calls;
    uint32_t events;
} Pipe;

static void ready(void *context, int fd, uint32_t events)
{
    Pipe *pipe = context;
    assert_int_equal(fd, pipe->out);
    pipe->calls++;
    pipe->events = events;
    if (pipe->takes_away != NULL) {
        esc_reactor_unwatch(pipe->reactor, pipe->takes_away->watch);
        pipe->takes_away->watch = NULL;
    }
}

static void pipe_open(Pipe *opened, EscReactor *reactor, uint32_t events)
{
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
    *opened = (Pipe){.reactor = reactor, .out = fds[0], .in = fds[1]};
    opened->watch = esc_reactor_watch(reactor, opened->out, events, ready, opened);
    assert_non_null(opened->watch);
}

static void pipe_write(const Pipe *pipe)
{
    assert_int_equal(write(pipe->in, "x", 1), 1);
}

static void pipe_close(Pipe *pipe)
{
    esc_reactor_unwatch(pipe->reactor, pipe->watch);
    (void)close(pipe->in);
    (void)close(pipe->out);
}

static EscReactor *reactor_new(bool takes_signals)
{
    EscReactor *reactor = esc_reactor_new(takes_signals, NULL);
    assert_non_null(reactor);
    return reactor;
}

static void look(EscReactor *reactor)
{
    assert_status(esc_reactor_wait(reactor, 0, NULL), ESC_OK);
}

static void who_is_ready_is_called_and_nobody_else(void **state)
{
    (void)state;
    EscReactor *reactor = reactor_new(false);
    Pipe one, other;
    pipe_open(&one, reactor, EPOLLIN);
    pipe_open(&other, reactor, EPOLLIN);
    look(reactor);
    assert_int_equal(one.calls + other.calls, 0);
    pipe_write(&one);
    assert_status(esc_reactor_wait(reactor, INT64_MAX, NULL), ESC_OK);
    assert_int_equal(one.calls, 1);
    assert_int_equal(one.events, EPOLLIN);
    assert_int_equal(other.calls, 0);
    esc_reactor_change(reactor, one.watch, 0);
    look(reactor);
    assert_int_equal(one.calls, 1);
    esc_reactor_change(reactor, one.watch, EPOLLIN);
    look(reactor);
    assert_int_equal(one.calls, 2);
    esc_reactor_unwatch(reactor, one.watch);
    one.watch = NULL;
    look(reactor);
    assert_int_equal(one.calls, 2);
    pipe_close(&one);
    pipe_close(&other);
    esc_reactor_free(reactor);
}

/* Both are ready in one round, and the first that is called unwatches the other. */
static void who_was_unwatched_in_this_round_is_not_called(void **state)
{
    (void)state;
    EscReactor *reactor = reactor_new(false);
    Pipe one, other;
    pipe_open(&one, reactor, EPOLLIN);
    pipe_open(&other, reactor, EPOLLIN);
    one.takes_away = &other;
    other.takes_away = &one;
    pipe_write(&one);
    pipe_write(&other);
    look(reactor);
    assert_int_equal(one.calls + other.calls, 1);
    pipe_close(&one);
    pipe_close(&other);
    esc_reactor_free(reactor);
}

static void a_descriptor_that_cannot_be_watched_is_refused(void **state)
{
    (void)state;
    EscReactor *reactor = reactor_new(false);
    Pipe pipe;
    pipe_open(&pipe, reactor, EPOLLIN);
    assert_null(esc_reactor_watch(reactor, pipe.out, EPOLLIN, ready, &pipe)); /* twice */
    assert_null(esc_reactor_watch(reactor, -1, EPOLLIN, ready, &pipe));
    esc_reactor_unwatch(reactor, NULL);
    pipe_close(&pipe);
    esc_reactor_free(reactor);
    esc_reactor_free(NULL);
}

static void it_does_not_wait_for_less_than_it_is_told(void **state)
{
    (void)state;
    static const int64_t waits_ns[] = {1, 3000000, 1000000001};
    EscReactor *reactor = reactor_new(false);
    for (size_t i = 0; i < ESC_COUNT_OF(waits_ns); i++) {
        int64_t began_ns = esc_boot_ns();
        assert_status(esc_reactor_wait(reactor, waits_ns[i], NULL), ESC_OK);
        assert_true(esc_boot_ns() - began_ns >= waits_ns[i]);
        look(reactor); /* the timer that went off does not go off again */
    }
    assert_status(esc_reactor_wait(reactor, -5, NULL), ESC_OK); /* what was due only looks */
    esc_reactor_free(reactor);
}

static void a_poke_is_for_one_wait(void **state)
{
    (void)state;
    EscReactor *reactor = reactor_new(false);
    esc_reactor_poke(reactor);
    esc_reactor_poke(reactor);
    assert_status(esc_reactor_wait(reactor, INT64_MAX, NULL), ESC_OK);
    int64_t began_ns = esc_boot_ns();
    assert_status(esc_reactor_wait(reactor, 3000000, NULL), ESC_OK);
    assert_true(esc_boot_ns() - began_ns >= 3000000);
    esc_reactor_free(reactor);
}

static void signals_stop_it_or_ask_for_the_configuration(void **state)
{
    (void)state;
    EscReactor *reactor = reactor_new(true);
    assert_false(esc_reactor_take_reload(reactor));
    assert_int_equal(raise(SIGHUP), 0); /* it is blocked, or this test would end here */
    assert_status(esc_reactor_wait(reactor, INT64_MAX, NULL), ESC_OK);
    assert_false(esc_reactor_is_stopping(reactor));
    assert_true(esc_reactor_take_reload(reactor));
    assert_false(esc_reactor_take_reload(reactor)); /* told once */
    static const int ends[] = {SIGTERM, SIGINT};
    esc_reactor_free(reactor);
    for (size_t i = 0; i < ESC_COUNT_OF(ends); i++) {
        reactor = reactor_new(true);
        assert_int_equal(raise(ends[i]), 0);
        assert_status(esc_reactor_wait(reactor, INT64_MAX, NULL), ESC_OK);
        assert_true(esc_reactor_is_stopping(reactor));
        assert_false(esc_reactor_take_reload(reactor));
        esc_reactor_free(reactor);
    }
}

/* Who takes signals writes to peers that may be gone. */
static void a_peer_that_is_gone_is_an_error_and_no_signal(void **state)
{
    (void)state;
    EscReactor *reactor = reactor_new(true);
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    (void)close(fds[0]);
    assert_int_equal(write(fds[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    (void)close(fds[1]);
    esc_reactor_free(reactor);
}

static int open_files(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

static void nothing_is_left_open(void **state)
{
    (void)state;
    int before = open_files();
    esc_reactor_free(reactor_new(true));
    esc_reactor_free(reactor_new(false));
    assert_int_equal(open_files(), before);
}

/* Without a descriptor for one of its parts there is no reactor, and the others are closed again. */
static void without_descriptors_there_is_no_reactor(void **state)
{
    (void)state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int files = open_files(), free_fd = dup(0), refused = 0;
    (void)close(free_fd); /* the next number, and none below it is free */
    for (rlim_t more = 0; more <= 4; more++) {
        EscWhy why = {.text = ""};
        struct rlimit few = {.rlim_cur = (rlim_t)free_fd + more, .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        EscReactor *reactor = esc_reactor_new(true, &why);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        refused += reactor == NULL;
        assert_int_equal(reactor == NULL, more < 4);
        assert_int_equal(why.text[0] != '\0', reactor == NULL);
        esc_reactor_free(reactor);
        assert_int_equal(open_files(), files);
    }
    assert_int_equal(refused, 4);
}

static void without_memory_there_is_no_reactor(void **state)
{
    (void)state;
    int files = open_files();
    bool happened = true;
    for (unsigned n = 1; happened; n++) {
        alloc_fail_at(n);
        EscWhy why = {.text = ""};
        EscReactor *reactor = esc_reactor_new(true, &why);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_int_equal(reactor == NULL, happened);
        assert_int_equal(why.text[0] != '\0', happened);
        esc_reactor_free(reactor);
        assert_int_equal(open_files(), files);
    }
}

static atomic_bool is_over;
static pthread_t waiter;

static void nothing(int number)
{
    (void)number;
}

static void *disturb(void *context)
{
    (void)context;
    while (!atomic_load(&is_over))
        (void)pthread_kill(waiter, SIGUSR1);
    return NULL;
}

/* Somebody's signal is no failure: the wait is over, and its owner looks again. */
static void a_signal_of_others_ends_the_wait(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = nothing}, before;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    EscReactor *reactor = reactor_new(false);
    pthread_t other;
    waiter = pthread_self();
    assert_int_equal(pthread_create(&other, NULL, disturb, NULL), 0);
    EscStatus status = esc_reactor_wait(reactor, INT64_MAX, NULL);
    atomic_store(&is_over, true);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    assert_status(status, ESC_OK);
    esc_reactor_free(reactor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_ready_is_called_and_nobody_else),
        cmocka_unit_test(who_was_unwatched_in_this_round_is_not_called),
        cmocka_unit_test(a_descriptor_that_cannot_be_watched_is_refused),
        cmocka_unit_test(it_does_not_wait_for_less_than_it_is_told),
        cmocka_unit_test(a_poke_is_for_one_wait),
        cmocka_unit_test(signals_stop_it_or_ask_for_the_configuration),
        cmocka_unit_test(a_peer_that_is_gone_is_an_error_and_no_signal),
        cmocka_unit_test(nothing_is_left_open),
        cmocka_unit_test(without_descriptors_there_is_no_reactor),
        cmocka_unit_test(without_memory_there_is_no_reactor),
        cmocka_unit_test(a_signal_of_others_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
