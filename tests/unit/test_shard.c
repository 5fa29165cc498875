/* test_shard.c - lanes of a workspace over a real service: order, room, being stopped, being closed, and that what hangs
 * in one lane holds no other up. Threads meet at semaphores, never at a sleep. */
#define _GNU_SOURCE
#include "support/service_file.h"

#include <semaphore.h>

#include <esc/shard.h>

#define WORKSPACE                                                                                  \
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"                                    \
    "person dora \"Dora\" { email \"dora@acme.example\" }\n"                                       \
    "policy company { last resort dora }\n"

static ServiceFile file;
static EscPool *pool;
static EscShard *shard;
static sem_t over, stopped, closed, held, parsed;
static int stops;

/* --- the shard under test --------------------------------------------------------------------- */

static void note_stopped(void *context, EscShard *one, EscText reason)
{
    (void)context;
    (void)one;
    assert_true(reason.size > 0);
    stops++;
    (void)sem_post(&stopped);
}

static void note_closed(void *context)
{
    (void)context;
    (void)sem_post(&closed);
}

static int set_up(void **state)
{
    (void)state;
    stops = 0;
    (void)sem_init(&over, 0, 0);
    (void)sem_init(&stopped, 0, 0);
    (void)sem_init(&closed, 0, 0);
    (void)sem_init(&held, 0, 0);
    (void)sem_init(&parsed, 0, 0);
    service_file_make(&file, WORKSPACE);
    pool =
        esc_pool_new(&(EscPoolConfig){.workers = 2, .workers_max = 2, .stuck_ms = 3600000}, NULL);
    assert_non_null(pool);
    EscShardSetup setup = {.name = ESC_TEXT("acme"),
                           .pool = pool,
                           .time_scale = 1.0,
                           .timers_max = 10,
                           .stopped = note_stopped,
                           .closed = note_closed};
    assert_status(esc_shard_new(&setup, file.service, (EscText){0}, &shard, NULL), ESC_OK);
    return 0;
}

static void end_shard(void)
{
    if (!esc_shard_is_over(shard)) {
        esc_shard_close(shard);
        (void)sem_wait(&closed);
    }
}

static int tear_down(void **state)
{
    (void)state;
    end_shard();
    esc_shard_free(shard);
    file.service = NULL; /* it was the shard's */
    esc_pool_free(pool);
    service_file_remove(&file);
    return 0;
}

/* --- jobs ------------------------------------------------------------------------------------- */

#define JOBS_MAX 64
#define APART_BYTES (ESC_SHARD_SMALL_BYTES_MAX + 1) /* parsed in the ingest lane, also alone */

typedef struct TestJob {
    EscJob job;
    EscInput input;
    EscStatus reply;
    bool is_refused;
    EscRefusal refusal;
    int place; /* in the order of ends; 0: not over */
    sem_t *gate;
} TestJob;

static atomic_int ends;

static void job_committed(EscJob *job, const EscReply *replies)
{
    ((TestJob *)job)->reply = replies[0].status;
}

static void job_refused(EscJob *job, EscRefusal refusal, EscText reason)
{
    TestJob *one = (TestJob *)job;
    one->is_refused = true;
    one->refusal = refusal;
    assert_true(refusal != ESC_REFUSED_STOPPED || reason.size > 0);
}

static void job_over(EscJob *job)
{
    ((TestJob *)job)->place = atomic_fetch_add(&ends, 1) + 1;
    (void)sem_post(&over);
}

static bool job_parse(EscJob *job, const EscProgram *program)
{
    TestJob *one = (TestJob *)job;
    assert_non_null(program);
    if (one->gate != NULL)
        (void)sem_wait(one->gate);
    one->job.inputs = &one->input;
    one->job.inputs_count = 1;
    return true;
}

static bool job_look(EscJob *job, EscService *service)
{
    (void)job;
    assert_non_null(service);
    return false;
}

static const EscJobSteps input_steps = {
    .parse = job_parse, .committed = job_committed, .refused = job_refused, .over = job_over};
static const EscJobSteps look_steps = {.look = job_look, .refused = job_refused, .over = job_over};

/* Keeps the turn lane until the test lets it go. */
static bool job_hold(EscJob *job, EscService *service)
{
    (void)service;
    (void)sem_post(&held);
    (void)sem_wait(((TestJob *)job)->gate);
    return false;
}

static const EscJobSteps hold_steps = {.look = job_hold, .over = job_over};
static const EscJobSteps many_steps = {.refused = job_refused, .over = job_over};

static void make_job(TestJob *one, int number)
{
    char id[16];
    (void)snprintf(id, sizeof(id), "%d", number);
    *one = (TestJob){.job = {.steps = &input_steps}, .reply = ESC_STATUS_COUNT};
    one->input = (EscInput){.kind = ESC_INPUT_EVENT,
                            .event = service_file_event(&file, "ticket.created", id, id, "{}")};
}

static void wait_over(int count)
{
    for (int i = 0; i < count; i++)
        (void)sem_wait(&over);
}

static TestJob latecomer;

/* Takes longer than a run of the ingest lane may, and somebody else comes meanwhile. */
static bool parse_long(EscJob *job, const EscProgram *program)
{
    int64_t until_ns = esc_boot_ns() + INT64_C(10000000);
    assert_true(esc_shard_put(shard, &latecomer.job));
    while (esc_boot_ns() < until_ns)
        ;
    return job_parse(job, program);
}

static const EscJobSteps long_steps = {
    .parse = parse_long, .committed = job_committed, .refused = job_refused, .over = job_over};

/* --- tests ------------------------------------------------------------------------------------ */

static void jobs_end_in_the_order_they_came(void **state)
{
    (void)state;
    static TestJob jobs[JOBS_MAX];
    atomic_store(&ends, 0);
    for (int i = 0; i < JOBS_MAX; i++) {
        make_job(&jobs[i], i);
        assert_true(esc_shard_put(shard, &jobs[i].job));
    }
    esc_shard_start(shard);
    wait_over(JOBS_MAX);
    for (int i = 0; i < JOBS_MAX; i++) {
        assert_int_equal(jobs[i].place, i + 1);
        assert_status(jobs[i].reply, ESC_OK);
    }
    end_shard(); /* its counts are final */
    EscShardCounts counts;
    esc_shard_counts(shard, &counts);
    assert_int_equal(counts.inputs, JOBS_MAX);
    assert_true(counts.turns >= 1 && counts.turns <= JOBS_MAX);
}

/* Jobs that are too much for one turn together have one each, and so has one that is too much alone: none is torn. */
/* Its coming woke the run that was over in time only; the next one had what was left, and nobody took it. */
static void who_comes_in_a_long_run_is_taken_too(void **state)
{
    (void)state;
    static TestJob jobs[3];
    sem_t gate;
    (void)sem_init(&gate, 0, 0);
    for (int i = 0; i < 3; i++) {
        make_job(&jobs[i], i);
        jobs[i].job.unparsed_bytes = APART_BYTES;
    }
    make_job(&latecomer, 3);
    latecomer.job.unparsed_bytes = APART_BYTES;
    jobs[0].gate = &gate; /* until the two behind it lie there together */
    jobs[1].job.steps = &long_steps;
    for (int i = 0; i < 3; i++)
        assert_true(esc_shard_put(shard, &jobs[i].job));
    esc_shard_start(shard);
    (void)sem_post(&gate);
    wait_over(4); /* or the test hangs */
    assert_status(latecomer.reply, ESC_OK);
}

static void a_turn_holds_no_more_than_its_bound(void **state)
{
    (void)state;
    enum { JOBS = 3, MANY = 300 };
    static const uint32_t counts_of[JOBS] = {200, 200, MANY}; /* a turn holds 256 at the start */
    sem_t gate;
    (void)sem_init(&gate, 0, 0);
    TestJob hold = {.job = {.steps = &hold_steps}, .gate = &gate};
    esc_shard_start(shard);
    assert_true(esc_shard_put(shard, &hold.job));
    (void)sem_wait(&held); /* from here on nothing is taken until both jobs are there */
    static TestJob jobs[JOBS];
    static EscInput inputs[JOBS][MANY];
    for (int i = 0; i < JOBS; i++) {
        make_job(&jobs[i], i);
        jobs[i].job.steps = &many_steps;
        jobs[i].job.inputs = inputs[i];
        jobs[i].job.inputs_count = counts_of[i];
        for (uint32_t j = 0; j < counts_of[i]; j++) {
            char id[16];
            (void)snprintf(id, sizeof(id), "%d-%u", i, j);
            inputs[i][j] =
                (EscInput){.kind = ESC_INPUT_EVENT,
                           .event = service_file_event(&file, "ticket.created", id, id, "{}")};
        }
        assert_true(esc_shard_put(shard, &jobs[i].job));
    }
    (void)sem_post(&gate);
    wait_over(1 + JOBS);
    end_shard(); /* its counts are final */
    EscShardCounts counts;
    esc_shard_counts(shard, &counts);
    assert_int_equal(counts.inputs, 200 + 200 + MANY);
    assert_int_equal(counts.turns, JOBS);
    (void)sem_destroy(&gate);
}

/* --- turns that are decided beside a commit --------------------------------------------------- */

enum { CROWD = 5000, EACH = 50 };

typedef struct ManyJob {
    TestJob one; /* first */
    EscInput inputs[EACH];
    EscStatus replies[EACH];
} ManyJob;

static void many_committed(EscJob *job, const EscReply *replies)
{
    ManyJob *many = (ManyJob *)job;
    many->one.reply = replies[0].status;
    for (size_t i = 0; i < EACH; i++)
        many->replies[i] = replies[i].status;
}

static const EscJobSteps crowd_steps = {
    .committed = many_committed, .refused = job_refused, .over = job_over};

/* More than any turn holds lies there when the lane begins; every fifth event comes a second time, in another job. */
static ManyJob *crowd_put(size_t *count, const sem_t *gate, TestJob *hold)
{
    *count = CROWD / EACH;
    ManyJob *jobs = calloc(*count, sizeof(*jobs));
    assert_non_null(jobs);
    *hold = (TestJob){.job = {.steps = &hold_steps}, .gate = (sem_t *)(uintptr_t)gate};
    esc_shard_start(shard);
    assert_true(esc_shard_put(shard, &hold->job));
    (void)sem_wait(&held);
    for (size_t i = 0; i < *count; i++) {
        jobs[i].one = (TestJob){.job = {.steps = &crowd_steps}, .reply = ESC_STATUS_COUNT};
        jobs[i].one.job.inputs = jobs[i].inputs;
        jobs[i].one.job.inputs_count = EACH;
        for (size_t j = 0; j < EACH; j++) {
            char id[32];
            size_t number = i > 0 && j % 5 == 0 ? (i - 1) * EACH + j + 1 : i * EACH + j;
            (void)snprintf(id, sizeof(id), "%zu", number);
            jobs[i].inputs[j] =
                (EscInput){.kind = ESC_INPUT_EVENT,
                           .event = service_file_event(&file, "ticket.created", id, id, "{}")};
        }
        assert_true(esc_shard_put(shard, &jobs[i].one.job));
    }
    return jobs;
}

static void what_lies_there_is_decided_beside_a_commit(void **state)
{
    (void)state;
    sem_t gate;
    (void)sem_init(&gate, 0, 0);
    size_t count = 0;
    TestJob hold;
    atomic_store(&ends, 0);
    ManyJob *jobs = crowd_put(&count, &gate, &hold);
    (void)sem_post(&gate);
    wait_over(1 + (int)count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(jobs[i].one.place, i + 2); /* in the order they came */
        assert_false(jobs[i].one.is_refused);
        for (size_t j = 0; j < EACH; j++)
            assert_status(jobs[i].replies[j], i > 0 && j % 5 == 0 ? ESC_DUPLICATE : ESC_OK);
    }
    end_shard();
    EscShardCounts counts;
    esc_shard_counts(shard, &counts);
    assert_int_equal(counts.inputs, CROWD);
    free(jobs);
    (void)sem_destroy(&gate);
}

static atomic_int commits_left;
static const EscStoreOps *real_ops;

static EscStatus commit_some(EscStore *store, const EscGroup *group, EscWhy *why)
{
    if (atomic_fetch_sub(&commits_left, 1) > 0)
        return real_ops->commit(store, group, why);
    return esc_why(why, ESC_STORE_FAILED, "", 0, "the disk is gone");
}

/* The crowd is let go, and the workspace stops: some are told that they are kept, and none behind the first that is not. */
static ManyJob *crowd_until_stopped(size_t *count, size_t *good)
{
    sem_t gate;
    (void)sem_init(&gate, 0, 0);
    TestJob hold;
    ManyJob *jobs = crowd_put(count, &gate, &hold);
    (void)sem_post(&gate);
    wait_over(1 + (int)*count);
    (void)sem_wait(&stopped);
    (void)sem_destroy(&gate);
    while (*good < *count && !jobs[*good].one.is_refused)
        (*good)++;
    assert_true(*good > 0 && *good < *count);
    return jobs;
}

static void ends_behind(uint64_t turns, size_t good)
{
    EscShardCounts counts;
    end_shard();
    esc_shard_counts(shard, &counts);
    assert_int_equal(counts.turns, turns);
    assert_int_equal(counts.inputs, good * EACH);
    assert_int_equal(stops, 1);
}

/* The turn that was decided behind the failed one is refused with it, and so is all that lies there. */
static void a_store_that_fails_takes_what_was_decided_with_it(void **state)
{
    (void)state;
    EscStore *store = esc_service_store(file.service);
    real_ops = store->ops;
    EscStoreOps ops = *store->ops;
    ops.commit = commit_some;
    store->ops = &ops;
    atomic_store(&commits_left, 3);
    size_t count = 0, good = 0;
    ManyJob *jobs = crowd_until_stopped(&count, &good);
    for (size_t i = good; i < count; i++) {
        assert_true(jobs[i].one.is_refused);
        assert_int_equal(jobs[i].one.refusal, ESC_REFUSED_STOPPED);
        assert_status(jobs[i].one.reply, ESC_STATUS_COUNT); /* never told that it was committed */
    }
    ends_behind(3, good);
    free(jobs);
}

static EscStatus find_some(EscStore *store, const EscEventKey *keys, size_t count,
                           EscEventKnown *known, EscWhy *why)
{
    if (atomic_fetch_sub(&commits_left, 1) > 0)
        return real_ops->events_find(store, keys, count, known, why);
    return esc_why(why, ESC_STORE_FAILED, "", 0, "the disk cannot be read");
}

/* A look beside a commit fails: that commit is told all the same, and nothing behind it. */
static void a_look_that_fails_beside_a_commit_leaves_the_commit_alone(void **state)
{
    (void)state;
    EscStore *beside = esc_store_beside(esc_service_store(file.service));
    real_ops = beside->ops;
    EscStoreOps ops = *beside->ops;
    ops.events_find = find_some;
    beside->ops = &ops;
    atomic_store(&commits_left, 2);
    size_t count = 0, good = 0;
    ManyJob *jobs = crowd_until_stopped(&count, &good);
    for (size_t i = good; i < count; i++)
        assert_true(jobs[i].one.is_refused);
    ends_behind(3, good); /* the first one looks by the front door */
    free(jobs);
}

/* What is parsed apart may take as long as it likes: looks and actions have their turns meanwhile. */
static void what_hangs_in_the_ingest_lane_holds_no_turn_up(void **state)
{
    (void)state;
    sem_t gate;
    (void)sem_init(&gate, 0, 0);
    TestJob slow, quick, look = {.job = {.steps = &look_steps}};
    make_job(&slow, 1);
    make_job(&quick, 2);
    slow.gate = &gate;
    slow.job.unparsed_bytes = APART_BYTES;
    esc_shard_start(shard);
    assert_true(esc_shard_put(shard, &slow.job));
    assert_true(esc_shard_put(shard, &quick.job));
    assert_true(esc_shard_put(shard, &look.job));
    wait_over(2);
    assert_status(quick.reply, ESC_OK);
    assert_int_equal(slow.place, 0);
    esc_shard_close(shard); /* waits for what is still to be parsed */
    (void)sem_post(&gate);
    wait_over(1);
    assert_status(slow.reply, ESC_OK);
    (void)sem_wait(&closed);
    assert_int_equal(esc_shard_state(shard), ESC_SHARD_CLOSED);
    (void)sem_destroy(&gate);
}

static bool parse_and_tell(EscJob *job, const EscProgram *program)
{
    (void)sem_post(&parsed);
    return job_parse(job, program);
}

static const EscJobSteps told_steps = {
    .parse = parse_and_tell, .committed = job_committed, .refused = job_refused, .over = job_over};

static void make_told(TestJob *one, int number, size_t bytes)
{
    make_job(one, number);
    one->job.steps = &told_steps;
    one->job.unparsed_bytes = bytes;
}

/* Nothing could be parsed beside it, so that waking another worker would only make it late. */
static void what_is_small_and_comes_alone_is_parsed_in_its_turn(void **state)
{
    (void)state;
    sem_t gate;
    (void)sem_init(&gate, 0, 0);
    TestJob hold = {.job = {.steps = &hold_steps}, .gate = &gate}, small, large, second;
    make_told(&small, 1, ESC_SHARD_SMALL_BYTES_MAX);
    make_told(&large, 2, ESC_SHARD_SMALL_BYTES_MAX + 1);
    make_told(&second, 3, 1);
    esc_shard_start(shard);
    assert_true(esc_shard_put(shard, &hold.job));
    (void)sem_wait(&held); /* the turn lane stands */
    assert_true(esc_shard_let_in(shard, 1, 0, 10));
    assert_true(esc_shard_put(shard, &small.job));
    assert_true(esc_shard_put(shard, &large.job));
    (void)sem_wait(&parsed); /* the large one's */
    assert_true(esc_shard_let_in(shard, 1, 1, 10));
    assert_true(esc_shard_put(shard, &second.job));
    (void)sem_wait(&parsed); /* it is not alone */
    assert_int_equal(sem_trywait(&parsed), -1);
    (void)sem_post(&gate);
    wait_over(4);
    assert_int_equal(sem_trywait(&parsed), 0);
    esc_shard_let_out(shard, 2);
    assert_status(small.reply, ESC_OK);
    assert_status(large.reply, ESC_OK);
    assert_status(second.reply, ESC_OK);
    (void)sem_destroy(&gate);
}

static void bodies_that_wait_are_bounded_by_their_bytes(void **state)
{
    (void)state;
    sem_t gate;
    (void)sem_init(&gate, 0, 0);
    TestJob jobs[3];
    for (int i = 0; i < 3; i++) {
        make_job(&jobs[i], i);
        jobs[i].job.unparsed_bytes = ESC_SHARD_UNPARSED_BYTES_MAX;
    }
    jobs[0].gate = &gate;
    esc_shard_start(shard);
    assert_true(esc_shard_put(shard, &jobs[0].job));
    bool second = esc_shard_put(shard, &jobs[1].job); /* fits when the first is taken already */
    bool third = second && esc_shard_put(shard, &jobs[2].job);
    assert_false(third);
    (void)sem_post(&gate);
    wait_over(second ? 2 : 1);
    (void)sem_destroy(&gate);
}

static void a_failing_store_stops_the_shard_for_good(void **state)
{
    (void)state;
    TestJob first, later, look = {.job = {.steps = &look_steps}};
    make_job(&first, 1);
    make_job(&later, 2);
    esc_service_store(file.service)->has_failed = true;
    esc_shard_start(shard);
    assert_true(esc_shard_put(shard, &first.job));
    wait_over(1);
    (void)sem_wait(&stopped);
    assert_int_equal(esc_shard_state(shard), ESC_SHARD_STOPPED);
    assert_true(first.is_refused);
    assert_int_equal(first.refusal, ESC_REFUSED_STOPPED);
    assert_status(first.reply, ESC_STATUS_COUNT); /* never told that it was committed */
    assert_true(esc_shard_reason(shard).size > 0);
    assert_true(esc_shard_put(shard, &later.job));
    assert_true(
        esc_shard_put(shard, &look.job)); /* memory that is ahead of the disk is not looked at */
    wait_over(2);
    assert_int_equal(later.refusal, ESC_REFUSED_STOPPED);
    assert_true(later.is_refused && look.is_refused);
    end_shard();
    assert_int_equal(esc_shard_state(shard), ESC_SHARD_STOPPED);
    assert_int_equal(stops, 1);
}

static void what_comes_after_the_end_is_refused(void **state)
{
    (void)state;
    TestJob before, after;
    make_job(&before, 1);
    make_job(&after, 2);
    esc_shard_start(shard);
    assert_true(esc_shard_put(shard, &before.job));
    end_shard();
    wait_over(1);
    assert_status(before.reply, ESC_OK);
    assert_true(esc_shard_put(shard, &after.job));
    wait_over(1);
    assert_true(after.is_refused);
    assert_int_equal(after.refusal, ESC_REFUSED_CLOSING);
    assert_true(esc_shard_is_over(shard));
}

static void room_counts_the_others(void **state)
{
    (void)state;
    assert_true(esc_shard_let_in(shard, 1000, 0, 3)); /* alone it always fits */
    assert_false(esc_shard_let_in(shard, 1, 0, 1000));
    assert_true(esc_shard_let_in(shard, 1, 0, 1001));
    esc_shard_let_out(shard, 1000);
    assert_true(esc_shard_let_in(shard, 99, 1, 3));    /* the caller is the only one: it grows */
    assert_false(esc_shard_let_in(shard, 1, 99, 100)); /* another one is there */
    esc_shard_let_out(shard, 100);
    EscShardCounts counts;
    esc_shard_counts(shard, &counts);
    assert_int_equal(counts.waiting, 0);
    esc_shard_start(shard);
}

/* One that could not be opened is there all the same, and says why. */
static void a_workspace_that_was_not_opened_is_stopped(void **state)
{
    (void)state;
    char name[] = "globex", notice[] = "old templates", reason[] = "its file is gone";
    EscShardSetup setup = {.name = esc_text_from(name),
                           .notice = esc_text_from(notice),
                           .pool = pool,
                           .time_scale = 1.0,
                           .timers_max = 10};
    EscShard *other = NULL;
    assert_status(esc_shard_new(&setup, NULL, esc_text_from(reason), &other, NULL), ESC_OK);
    memset(name, 'x', sizeof(name) - 1); /* nothing of it is borrowed */
    memset(notice, 'x', sizeof(notice) - 1);
    memset(reason, 'x', sizeof(reason) - 1);
    assert_int_equal(esc_shard_state(other), ESC_SHARD_STOPPED);
    assert_text_equal(esc_shard_reason(other), "its file is gone");
    assert_text_equal(esc_shard_name(other), "globex");
    assert_text_equal(esc_shard_notice(other), "old templates");
    assert_int_equal(esc_shard_state(shard), ESC_SHARD_SERVING);
    assert_int_equal(esc_shard_reason(shard).size, 0);
    assert_int_equal(esc_shard_notice(shard).size, 0);
    esc_shard_free(other);
    esc_shard_free(NULL);
    esc_shard_start(shard);
}

static void shards_are_found_by_name(void **state)
{
    (void)state;
    static EscShards shards;
    assert_status(esc_shards_init(&shards, 1, NULL), ESC_OK);
    assert_status(esc_shards_add(&shards, shard, NULL), ESC_OK);
    assert_status(esc_shards_add(&shards, shard, NULL), ESC_CONFLICT);
    assert_ptr_equal(esc_shards_find(&shards, ESC_TEXT("acme")), shard);
    assert_null(esc_shards_find(&shards, ESC_TEXT("acm")));
    shards.count = 0; /* the shard is the test's */
    esc_shards_release(&shards);
    esc_shard_start(shard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(jobs_end_in_the_order_they_came, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_comes_in_a_long_run_is_taken_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_turn_holds_no_more_than_its_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_lies_there_is_decided_beside_a_commit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_fails_takes_what_was_decided_with_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_look_that_fails_beside_a_commit_leaves_the_commit_alone,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_hangs_in_the_ingest_lane_holds_no_turn_up, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_small_and_comes_alone_is_parsed_in_its_turn, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bodies_that_wait_are_bounded_by_their_bytes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_failing_store_stops_the_shard_for_good, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_comes_after_the_end_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(room_counts_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_workspace_that_was_not_opened_is_stopped, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(shards_are_found_by_name, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
