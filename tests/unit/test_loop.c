/* test_loop.c - mailboxes, the pool and its lanes. Threads meet at semaphores, never at a sleep. */
#define _GNU_SOURCE /* CLOCK_BOOTTIME */
#include "support/alloc_fail.h"
#include "support/test.h"

#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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

/* However full it is, and the room of others is not less for it. */
static void what_is_added_is_never_refused(void **state)
{
    (void)state;
    int notices = 0;
    EscMailbox mailbox;
    EscParcel parcels[4];
    esc_mailbox_init(&mailbox, count_notice, &notices);
    esc_mailbox_add(&mailbox, &parcels[0]);
    assert_int_equal(notices, 1);
    assert_true(esc_mailbox_put(&mailbox, &parcels[1], 5, 5));
    esc_mailbox_add(&mailbox, &parcels[2]);
    assert_false(esc_mailbox_put(&mailbox, &parcels[3], 1, 5));
    assert_int_equal(notices, 1);
    assert_int_equal(mailbox.weight, 5);
    const EscParcel *parcel = esc_mailbox_take(&mailbox);
    for (size_t i = 0; i < 3; i++, parcel = parcel->next)
        assert_ptr_equal(parcel, &parcels[i]);
    assert_null(parcel);
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
    assert_true(esc_mailbox_put(&mailbox, &parcels[2], 0, 51)); /* what weighs nothing fits */
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

/* The other pool's alarm gives the watcher the time to be wrong. */
static void a_worker_that_is_merely_busy_is_not_replaced(void **state)
{
    (void)state;
    EscPool *pool = pool_of(1, 2, NEVER_STUCK_MS), *clock = pool_of(1, 1, NEVER_STUCK_MS);
    Job busy, waiting, alarm;
    job_init(&busy, pool);
    job_init(&waiting, pool);
    job_init(&alarm, clock);
    esc_lane_wake(&busy.lane);
    (void)sem_wait(&busy.began);
    esc_lane_wake(&waiting.lane);
    (void)sem_post(&alarm.may_end);
    esc_lane_wake_at(&alarm.lane, esc_boot_ns() + 20000000);
    (void)sem_wait(&alarm.began);
    assert_int_equal(esc_pool_workers(pool), 1);
    (void)sem_post(&waiting.may_end);
    (void)sem_post(&busy.may_end);
    (void)sem_wait(&waiting.began);
    esc_lane_close(&busy.lane);
    esc_lane_close(&waiting.lane);
    esc_lane_close(&alarm.lane);
    esc_pool_free(pool);
    esc_pool_free(clock);
}

/* --- who comes first on a busy machine -------------------------------------------------------- */

/* As in sched_setattr(2). */
typedef struct Attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t slice_ns, deadline_ns, period_ns;
} Attributes;

static Attributes attributes_of_thread(void)
{
    Attributes found = {.size = 0};
    assert_int_equal(syscall(SYS_sched_getattr, 0, &found, sizeof found, 0), 0);
    return found;
}

/* The slice of a thread that asked for nothing, of one that is prompt, and again of one that is not. */
static void slices_of_system(uint64_t slices[3])
{
    slices[0] = attributes_of_thread().slice_ns;
    esc_thread_set_prompt(true);
    slices[1] = attributes_of_thread().slice_ns;
    esc_thread_set_prompt(false);
    slices[2] = attributes_of_thread().slice_ns;
}

static void a_prompt_thread_asks_for_shorter_slices_and_nothing_else(void **state)
{
    (void)state;
    uint64_t slices[3];
    slices_of_system(slices);
    assert_int_equal(slices[2], slices[0]);
    assert_true(slices[1] <= slices[0]);
    esc_thread_set_prompt(true);
    Attributes prompt = attributes_of_thread();
    esc_thread_set_prompt(false);
    Attributes usual = attributes_of_thread();
    assert_int_equal(prompt.nice, usual.nice);
    assert_int_equal(prompt.policy, usual.policy);
}

typedef struct SliceJob {
    EscLane lane;
    sem_t done;
    int64_t works_ns;  /* of processor */
    uint64_t slice_ns; /* of the worker, when it began */
} SliceJob;

static int64_t thread_cpu_ns(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void slice_run(void *context)
{
    SliceJob *job = context;
    int64_t until_ns = thread_cpu_ns() + job->works_ns;
    job->slice_ns = attributes_of_thread().slice_ns;
    while (thread_cpu_ns() < until_ns) {
    }
    (void)sem_post(&job->done);
}

static void slice_job_init(SliceJob *job, EscPool *pool, int64_t works_ns)
{
    *job = (SliceJob){.works_ns = works_ns};
    assert_int_equal(sem_init(&job->done, 0, 0), 0);
    esc_lane_init(&job->lane, pool, slice_run, job);
}

static uint64_t slice_of_run(SliceJob *job)
{
    esc_lane_wake(&job->lane);
    (void)sem_wait(&job->done);
    return job->slice_ns;
}

/* What a lane is comes out with its runs: the first one is prompt, whatever it becomes. */
static void a_lane_that_computes_for_long_is_not_prompt(void **state)
{
    (void)state;
    uint64_t slices[3];
    slices_of_system(slices);
    EscPool *pool = pool_of(1, 1, NEVER_STUCK_MS);
    SliceJob light, heavy;
    slice_job_init(&light, pool, 0);
    slice_job_init(&heavy, pool, 3000000);
    assert_int_equal(slice_of_run(&light), slices[1]);
    assert_int_equal(slice_of_run(&heavy), slices[1]);
    assert_int_equal(slice_of_run(&heavy), slices[0]);
    assert_int_equal(slice_of_run(&light), slices[1]);
    heavy.works_ns = 0; /* it has less to do, and is prompt again some runs later */
    assert_int_equal(slice_of_run(&heavy), slices[0]);
    for (int i = 0; i < 30; i++)
        (void)slice_of_run(&heavy);
    assert_int_equal(slice_of_run(&heavy), slices[1]);
    esc_lane_close(&light.lane);
    esc_lane_close(&heavy.lane);
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

enum { ALARMS = 40 };

/* A lane of these notes that it ran, and when. One worker only, so that nobody writes beside it. */
typedef struct Clocked {
    EscLane lane;
    sem_t *all;
    int number, *order, *ran_count;
    int64_t ran_ns;
} Clocked;

static void note_the_time(void *context)
{
    Clocked *clocked = context;
    clocked->ran_ns = esc_boot_ns();
    clocked->order[(*clocked->ran_count)++] = clocked->number;
    (void)sem_post(clocked->all);
}

/* Sets all alarms anew in a mixed order, every third one off. True when all were set before the first was due. */
static bool set_alarms(Clocked *clocked, int64_t first_ns)
{
    for (int i = 0; i < ALARMS; i++) /* far away at first, then drawn near or taken away */
        esc_lane_wake_at(&clocked[i * 7 % ALARMS].lane, first_ns + INT64_C(3600000000000) - i);
    for (int k = 0; k < ALARMS; k++) {
        int i = k * 11 % ALARMS;
        esc_lane_wake_at(&clocked[i].lane, i % 3 == 0 ? INT64_MAX : first_ns + i * 1000);
    }
    return esc_boot_ns() < first_ns;
}

static void alarms_wake_in_order_of_their_time(void **state)
{
    (void)state;
    bool were_set_in_time = false;
    for (int64_t ahead_ns = 10000000; !were_set_in_time;
         ahead_ns *= 2) { /* as slow as the machine is */
        EscPool *pool = pool_of(1, 1, NEVER_STUCK_MS);
        Clocked clocked[ALARMS];
        int order[ALARMS], ran_count = 0;
        sem_t all;
        assert_int_equal(sem_init(&all, 0, 0), 0);
        for (int i = 0; i < ALARMS; i++) {
            clocked[i] =
                (Clocked){.all = &all, .number = i, .order = order, .ran_count = &ran_count};
            esc_lane_init(&clocked[i].lane, pool, note_the_time, &clocked[i]);
        }
        int64_t first_ns = esc_boot_ns() + ahead_ns;
        were_set_in_time = set_alarms(clocked, first_ns);
        for (int i = 0; i < ALARMS; i++)
            if (i % 3 != 0)
                (void)sem_wait(&all);
        for (int i = 0; i < ALARMS; i++)
            esc_lane_close(&clocked[i].lane);
        esc_pool_free(pool);
        assert_int_equal(ran_count, ALARMS - (ALARMS + 2) / 3);
        for (int i = 0; i < ran_count; i++) {
            assert_true(clocked[order[i]].ran_ns >= first_ns + order[i] * 1000);
            assert_int_not_equal(order[i] % 3, 0);
            if (were_set_in_time && i > 0)
                assert_true(order[i - 1] < order[i]);
        }
    }
}

static void an_alarm_of_a_closed_lane_is_gone(void **state)
{
    (void)state;
    EscPool *pool = pool_of(1, 1, NEVER_STUCK_MS);
    Job closed, other;
    job_init(&closed, pool);
    job_init(&other, pool);
    (void)sem_post(&closed.may_end);
    (void)sem_post(&other.may_end);
    esc_lane_wake_at(&closed.lane, esc_boot_ns() + INT64_C(3600000000000));
    esc_lane_close(&closed.lane);
    esc_lane_wake_at(&closed.lane, esc_boot_ns()); /* too late */
    esc_lane_wake_at(&other.lane, esc_boot_ns());
    (void)sem_wait(&other.began);
    esc_lane_close(&other.lane);
    esc_pool_free(pool);
    assert_int_equal(closed.runs, 0);
}

/* --- the end of a lane ------------------------------------------------------------------------ */

/* From any place in the queue; the others go on in their order. */
static void a_lane_that_waits_is_closed_without_running(void **state)
{
    (void)state;
    enum { WAITING = 4 };
    for (int which = 0; which < WAITING; which++) {
        EscPool *pool = pool_of(1, 1, NEVER_STUCK_MS);
        Job first, waiting[WAITING + 1];
        job_init(&first, pool);
        esc_lane_wake(&first.lane);
        (void)sem_wait(&first.began); /* the only worker */
        for (int i = 0; i < WAITING; i++) {
            job_init(&waiting[i], pool);
            (void)sem_post(&waiting[i].may_end);
            esc_lane_wake(&waiting[i].lane);
        }
        esc_lane_close(&waiting[which].lane);
        job_init(&waiting[WAITING], pool);
        (void)sem_post(&waiting[WAITING].may_end);
        esc_lane_wake(&waiting[WAITING].lane); /* behind what is left */
        (void)sem_post(&first.may_end);
        for (int i = 0; i <= WAITING; i++)
            if (i != which)
                (void)sem_wait(&waiting[i].began);
        for (int i = 0; i <= WAITING; i++) {
            esc_lane_close(&waiting[i].lane);
            assert_int_equal(waiting[i].runs, i == which ? 0 : 1);
        }
        esc_lane_close(&first.lane);
        esc_pool_free(pool);
    }
}

static void go_on_for_ever(void *context)
{
    Job *job = context;
    job->runs++;
    esc_lane_wake(&job->lane);
    esc_lane_wake_at(&job->lane, esc_boot_ns());
    (void)sem_post(&job->began);
}

/* Although it wakes itself in every run, and sets an alarm. */
static void a_lane_that_is_closed_never_begins_again(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 2; workers++) {
        EscPool *pool = pool_of(workers, workers, NEVER_STUCK_MS);
        Job job;
        job_init(&job, pool);
        esc_lane_init(&job.lane, pool, go_on_for_ever, &job);
        esc_lane_wake(&job.lane);
        (void)sem_wait(&job.began);
        esc_lane_close(&job.lane);
        int runs = job.runs;
        esc_lane_wake(&job.lane);
        esc_lane_wake_at(&job.lane, esc_boot_ns());
        esc_pool_free(pool);
        assert_int_equal(job.runs, runs);
    }
}

static void what_never_was_a_lane_can_be_closed(void **state)
{
    (void)state;
    EscLane lane = {0};
    esc_lane_close(&lane);
}

/* --- threads ---------------------------------------------------------------------------------- */

static void note_mask(void *context)
{
    Job *job = context;
    sigset_t blocked;
    (void)pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    job->runs = sigismember(&blocked, SIGTERM) + sigismember(&blocked, SIGHUP);
    (void)sem_post(&job->began);
}

/* Signals are for whoever asked for them; a worker that took one would end the program. */
static void workers_take_no_signals(void **state)
{
    (void)state;
    sigset_t before, after;
    (void)pthread_sigmask(SIG_BLOCK, NULL, &before);
    EscPool *pool = pool_of(3, 5, NEVER_STUCK_MS);
    (void)pthread_sigmask(SIG_BLOCK, NULL, &after);
    assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
    assert_int_equal(esc_pool_workers(pool), 3);
    Job job;
    job_init(&job, pool);
    esc_lane_init(&job.lane, pool, note_mask, &job);
    esc_lane_wake(&job.lane);
    (void)sem_wait(&job.began);
    esc_lane_close(&job.lane);
    assert_int_equal(job.runs, 2);
    esc_pool_free(pool);
    esc_pool_free(NULL);
}

static void without_memory_there_is_no_pool(void **state)
{
    (void)state;
    bool happened = true;
    for (unsigned n = 1; happened; n++) {
        EscWhy why = {.text = ""};
        alloc_fail_at(n);
        EscPool *pool = esc_pool_new(
            &(EscPoolConfig){.workers = 2, .workers_max = 2, .stuck_ms = NEVER_STUCK_MS}, &why);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        if (happened) {
            assert_null(pool);
            assert_true(why.text[0] != '\0');
        }
        esc_pool_free(pool);
    }
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
        cmocka_unit_test(what_is_added_is_never_refused),
        cmocka_unit_test(boot_clock_is_that_of_the_machine),
        cmocka_unit_test(a_full_mailbox_refuses),
        cmocka_unit_test(waking_a_running_lane_runs_it_once_more),
        cmocka_unit_test(lanes_take_turns),
        cmocka_unit_test(a_stuck_worker_is_replaced),
        cmocka_unit_test(a_worker_that_is_merely_busy_is_not_replaced),
        cmocka_unit_test(a_lane_behind_one_that_hangs_gets_a_worker),
        cmocka_unit_test(a_prompt_thread_asks_for_shorter_slices_and_nothing_else),
        cmocka_unit_test(a_lane_that_computes_for_long_is_not_prompt),
        cmocka_unit_test(alarms_wake_in_order_of_their_time),
        cmocka_unit_test(an_alarm_of_a_closed_lane_is_gone),
        cmocka_unit_test(a_lane_that_waits_is_closed_without_running),
        cmocka_unit_test(a_lane_that_is_closed_never_begins_again),
        cmocka_unit_test(what_never_was_a_lane_can_be_closed),
        cmocka_unit_test(workers_take_no_signals),
        cmocka_unit_test(without_memory_there_is_no_pool),
        cmocka_unit_test(nothing_is_lost_between_many_threads),
        cmocka_unit_test(a_poke_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
