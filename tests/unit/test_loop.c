/* test_loop.c - mailboxes, the pool and its lanes. Threads meet at semaphores, never at a sleep. */
#define _GNU_SOURCE /* CLOCK_BOOTTIME */
#include "support/test.h"

#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include <esc/loop.h>

#define STUCK_MS 20
#define NEVER_STUCK_MS 3600000

/* --- mailboxes -------------------------------------------------------------------------------- */

static void count_notice(void *context)
{
    ++*(int *)context;
}

static void mail_comes_out_in_order_and_is_noticed_once(void **state)
{
    (void)state;
    int notices = 0;
    EscMailbox mailbox;
    EscParcel parcels[3];
    esc_mailbox_init(&mailbox, count_notice, &notices);
    for (size_t i = 0; i < 3; i++)
        assert_true(esc_mailbox_put(&mailbox, &parcels[i], 2, SIZE_MAX));
    assert_int_equal(notices, 1);
    assert_int_equal(mailbox.weight, 6);
    EscParcel *parcel = esc_mailbox_take(&mailbox);
    for (size_t i = 0; i < 3; i++, parcel = parcel->next)
        assert_ptr_equal(parcel, &parcels[i]);
    assert_null(parcel);
    assert_null(esc_mailbox_take(&mailbox));
    assert_true(esc_mailbox_put(&mailbox, &parcels[0], 1, SIZE_MAX));
    assert_int_equal(notices, 2);
    assert_non_null(esc_mailbox_take(&mailbox));
    esc_mailbox_release(&mailbox);
}

static void what_was_taken_has_no_weight(void **state)
{
    (void)state;
    EscMailbox mailbox;
    EscParcel parcels[2];
    esc_mailbox_init(&mailbox, NULL, NULL);
    assert_true(esc_mailbox_put(&mailbox, &parcels[0], 5, 5));
    assert_non_null(esc_mailbox_take(&mailbox));
    assert_true(esc_mailbox_put(&mailbox, &parcels[0], 3, 5));
    assert_true(esc_mailbox_put(&mailbox, &parcels[1], 2, 5));
    assert_non_null(esc_mailbox_take(&mailbox));
    esc_mailbox_release(&mailbox);
}

static void boot_clock_is_that_of_the_machine(void **state)
{
    (void)state;
    struct timespec before, after;
    assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &before), 0);
    int64_t first_ns = esc_boot_ns(), then_ms = esc_boot_ms();
    assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &after), 0);
    int64_t before_ns = (int64_t)before.tv_sec * 1000000000 + before.tv_nsec,
            after_ns = (int64_t)after.tv_sec * 1000000000 + after.tv_nsec;
    assert_in_range(first_ns, before_ns, after_ns);
    assert_in_range(then_ms, first_ns / 1000000, after_ns / 1000000);
}

static void a_full_mailbox_refuses(void **state)
{
    (void)state;
    EscMailbox mailbox;
    EscParcel parcels[3];
    esc_mailbox_init(&mailbox, NULL, NULL);
    assert_true(esc_mailbox_put(&mailbox, &parcels[0], 50, 10)); /* alone it always fits */
    assert_false(esc_mailbox_put(&mailbox, &parcels[1], 1, 50));
    assert_true(esc_mailbox_put(&mailbox, &parcels[1], 1, 51));
    assert_false(esc_mailbox_put(&mailbox, &parcels[2], SIZE_MAX, 60));
    assert_int_equal(mailbox.weight, 51);
    assert_non_null(esc_mailbox_take(&mailbox));
    esc_mailbox_release(&mailbox);
}

/* --- the pool --------------------------------------------------------------------------------- */

typedef struct Job {
    EscLane lane;
    sem_t began, may_end;
    int runs, inside, overlaps; /* only touched by `run`, which never runs twice at once */
    int wakes_itself;
} Job;

static EscPool *pool_of(uint32_t workers, uint32_t workers_max, int64_t stuck_ms)
{
    EscPool *pool = esc_pool_new(
        &(EscPoolConfig){.workers = workers, .workers_max = workers_max, .stuck_ms = stuck_ms},
        NULL);
    assert_non_null(pool);
    return pool;
}

static void job_run(void *context)
{
    Job *job = context;
    job->overlaps += job->inside;
    job->inside = 1;
    job->runs++;
    (void)sem_post(&job->began);
    (void)sem_wait(&job->may_end);
    job->inside = 0;
    if (job->wakes_itself-- > 0)
        esc_lane_wake(&job->lane);
}

static void job_init(Job *job, EscPool *pool)
{
    *job = (Job){.runs = 0};
    assert_int_equal(sem_init(&job->began, 0, 0), 0);
    assert_int_equal(sem_init(&job->may_end, 0, 0), 0);
    esc_lane_init(&job->lane, pool, job_run, job);
}

static void waking_a_running_lane_runs_it_once_more(void **state)
{
    (void)state;
    EscPool *pool = pool_of(2, 2, NEVER_STUCK_MS);
    Job job;
    job_init(&job, pool);
    esc_lane_wake(&job.lane);
    (void)sem_wait(&job.began);
    esc_lane_wake(&job.lane);
    esc_lane_wake(&job.lane);
    (void)sem_post(&job.may_end);
    (void)sem_wait(&job.began); /* the second run */
    (void)sem_post(&job.may_end);
    esc_lane_close(&job.lane);
    assert_int_equal(job.runs, 2);
    assert_int_equal(job.overlaps, 0);
    esc_lane_wake(&job.lane); /* closed: nothing */
    esc_pool_free(pool);
    assert_int_equal(job.runs, 2);
}

static void lanes_take_turns(void **state)
{
    (void)state;
    EscPool *pool = pool_of(1, 1, NEVER_STUCK_MS);
    Job greedy, modest;
    job_init(&greedy, pool);
    job_init(&modest, pool);
    greedy.wakes_itself = 1000;
    esc_lane_wake(&greedy.lane);
    (void)sem_wait(&greedy.began);
    esc_lane_wake(&modest.lane); /* waits for the only worker */
    (void)sem_post(&greedy.may_end);
    (void)sem_wait(&modest.began); /* before greedy's second run, which is behind it */
    assert_int_equal(greedy.runs, 1);
    (void)sem_post(&modest.may_end);
    for (int i = 0; i < 1001; i++)
        (void)sem_post(&greedy.may_end);
    for (int i = 0; i < 1000; i++)
        (void)sem_wait(&greedy.began);
    esc_lane_close(&modest.lane);
    esc_lane_close(&greedy.lane);
    esc_pool_free(pool);
}

static void a_stuck_worker_is_replaced(void **state)
{
    (void)state;
    EscPool *pool = pool_of(1, 2, STUCK_MS);
    Job hanging, healthy;
    job_init(&hanging, pool);
    job_init(&healthy, pool);
    esc_lane_wake(&hanging.lane);
    (void)sem_wait(&hanging.began); /* and stays there */
    esc_lane_wake(&healthy.lane);
    (void)sem_post(&healthy.may_end);
    (void)sem_wait(&healthy.began);
    assert_int_equal(esc_pool_workers(pool), 2);
    (void)sem_post(&hanging.may_end);
    esc_lane_close(&healthy.lane);
    esc_lane_close(&hanging.lane);
    esc_pool_free(pool);
}

/* Two lanes come while the only worker is free: it was woken for the first and hangs in it before anybody could tell
 * that the second has none. Many rounds, because the worker may also be too slow for it to happen. */
static void a_lane_behind_one_that_hangs_gets_a_worker(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        EscPool *pool = pool_of(1, 2, STUCK_MS);
        Job hanging, healthy;
        job_init(&hanging, pool);
        job_init(&healthy, pool);
        (void)sem_post(&healthy.may_end);
        esc_lane_wake(&hanging.lane);
        esc_lane_wake(&healthy.lane);
        (void)sem_wait(&hanging.began);
        (void)sem_wait(&healthy.began); /* by a substitute */
        (void)sem_post(&hanging.may_end);
        esc_lane_close(&healthy.lane);
        esc_lane_close(&hanging.lane);
        esc_pool_free(pool);
    }
}

static void alarms_wake_in_order_of_their_time(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    EscPool *pool = pool_of(1, 1, NEVER_STUCK_MS);
    Job jobs[COUNT];
    int64_t now = esc_boot_ns();
    for (int i = 0; i < COUNT; i++) {
        job_init(&jobs[i], pool);
        (void)sem_post(&jobs[i].may_end);
    }
    for (int i = 0; i < COUNT; i++) /* far away, in a mixed order, then drawn near or taken away */
        esc_lane_wake_at(&jobs[i].lane, now + INT64_C(3600000000000) + (i * 7 % COUNT));
    for (int i = 0; i < COUNT; i++)
        esc_lane_wake_at(&jobs[i].lane, i % 3 == 0 ? INT64_MAX : now - COUNT + i);
    for (int i = 0; i < COUNT; i++)
        if (i % 3 != 0)
            (void)sem_wait(&jobs[i].began);
    for (int i = 0; i < COUNT; i++) {
        esc_lane_close(&jobs[i].lane);
        assert_int_equal(jobs[i].runs, i % 3 == 0 ? 0 : 1);
    }
    esc_pool_free(pool);
}

/* Many threads, many lanes: what counts is that the thread sanitizer sees it, and that nothing is lost. */
enum { SENDERS = 4, RECEIVERS = 8, PARCELS = 2000 };

typedef struct Receiver {
    EscLane lane;
    EscMailbox mailbox;
    size_t received;
    sem_t *all;
} Receiver;

static Receiver receivers[RECEIVERS];

static void wake_receiver(void *context)
{
    esc_lane_wake(context);
}

static void receive(void *context)
{
    Receiver *receiver = context;
    for (EscParcel *parcel = esc_mailbox_take(&receiver->mailbox); parcel != NULL;) {
        EscParcel *next = parcel->next;
        free(parcel);
        parcel = next;
        (void)sem_post(receiver->all);
        receiver->received++;
    }
}

static void *send_all(void *context)
{
    unsigned seed = *(unsigned *)context;
    for (int i = 0; i < PARCELS; i++) {
        EscParcel *parcel = calloc(1, sizeof(*parcel));
        assert_non_null(parcel);
        seed = seed * 1103515245u + 12345u;
        assert_true(
            esc_mailbox_put(&receivers[seed / 65536u % RECEIVERS].mailbox, parcel, 1, SIZE_MAX));
    }
    return NULL;
}

static void nothing_is_lost_between_many_threads(void **state)
{
    (void)state;
    sem_t all;
    assert_int_equal(sem_init(&all, 0, 0), 0);
    EscPool *pool = pool_of(3, 3, NEVER_STUCK_MS);
    for (int i = 0; i < RECEIVERS; i++) {
        receivers[i].received = 0;
        receivers[i].all = &all;
        esc_lane_init(&receivers[i].lane, pool, receive, &receivers[i]);
        esc_mailbox_init(&receivers[i].mailbox, wake_receiver, &receivers[i].lane);
    }
    pthread_t senders[SENDERS];
    unsigned seeds[SENDERS] = {1, 2, 3, 4};
    for (int i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_create(&senders[i], NULL, send_all, &seeds[i]), 0);
    for (int i = 0; i < SENDERS * PARCELS; i++)
        (void)sem_wait(&all);
    for (int i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_join(senders[i], NULL), 0);
    size_t sum = 0;
    for (int i = 0; i < RECEIVERS; i++) {
        esc_lane_close(&receivers[i].lane);
        esc_mailbox_release(&receivers[i].mailbox);
        sum += receivers[i].received;
    }
    assert_int_equal(sum, SENDERS * PARCELS);
    esc_pool_free(pool);
}

/* --- the reactor ------------------------------------------------------------------------------ */

static void *poke(void *context)
{
    esc_reactor_poke(context);
    return NULL;
}

static void a_poke_ends_the_wait(void **state)
{
    (void)state;
    EscReactor *reactor = esc_reactor_new(false, NULL);
    assert_non_null(reactor);
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, poke, reactor), 0);
    assert_status(esc_reactor_wait(reactor, INT64_MAX, NULL), ESC_OK); /* or the test hangs */
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_false(esc_reactor_is_stopping(reactor));
    esc_reactor_free(reactor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_comes_out_in_order_and_is_noticed_once),
        cmocka_unit_test(what_was_taken_has_no_weight),
        cmocka_unit_test(boot_clock_is_that_of_the_machine),
        cmocka_unit_test(a_full_mailbox_refuses),
        cmocka_unit_test(waking_a_running_lane_runs_it_once_more),
        cmocka_unit_test(lanes_take_turns),
        cmocka_unit_test(a_stuck_worker_is_replaced),
        cmocka_unit_test(a_lane_behind_one_that_hangs_gets_a_worker),
        cmocka_unit_test(alarms_wake_in_order_of_their_time),
        cmocka_unit_test(nothing_is_lost_between_many_threads),
        cmocka_unit_test(a_poke_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
