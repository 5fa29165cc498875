/* shard.c - the two lanes of a workspace, and one turn of it.
 *
 * A run of the turn lane, in the order that everything depends on:
 *   1. take what lies in the mailbox
 *   2. let those that only look see the committed state; collect inputs, a bounded number
 *   3. these inputs, then due timers (a bounded number), in one transaction
 *   4. only then tell whoever waits for these inputs
 *   5. hand the news and the new outbox rows on
 *   6. come again at once when something is left, or when the next timer is due or somebody has to look at the clocks
 * Under load step 1 finds more, so a transaction holds more; when idle an input is committed at once. Between two runs
 * other shards have theirs. Not its job: what jobs are about (api/, daemon/). */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shard_internal.h"

/* A turn should compute for about this long: short beside what another client would notice. Waiting for the disk does not
 * count, or a slow one would get small groups, and so more to do. */
#define TURN_CPU_NS INT64_C(10000000)
#define INPUTS_PER_TURN_MIN 32
#define INPUTS_PER_TURN_MAX 4096
#define INGEST_NS_MAX INT64_C(5000000)
#define WAIT_NS_MAX INT64_C(60000000000)

/* --- taking mail ------------------------------------------------------------------------------ */

static void wake_turn(void *context)
{
    EscShard *shard = context;
    esc_lane_wake(&shard->turn);
}

static void wake_ingest(void *context)
{
    EscShard *shard = context;
    esc_lane_wake(&shard->ingest);
}

static void take_mail(EscShard *shard)
{
    EscParcel *parcel = esc_mailbox_take(&shard->mail);
    if (parcel == NULL)
        return;
    if (shard->last == NULL)
        shard->first = parcel;
    else
        shard->last->next = parcel;
    while (parcel->next != NULL)
        parcel = parcel->next;
    shard->last = parcel;
}

/* --- the ingest lane -------------------------------------------------------------------------- */

static void ingest_one(EscShard *shard, EscJob *job)
{
    job->is_parsed = true;
    if (job->steps->parse == NULL || job->steps->parse(job, shard->program)) {
        bool is_put = esc_mailbox_put(&shard->mail, &job->parcel, 1, SIZE_MAX);
        ESC_ASSERT(is_put);
    } else {
        job->steps->over(job);
    }
}

static bool ingest_next(EscShard *shard)
{
    if (shard->unparsed_first == NULL)
        shard->unparsed_first = esc_mailbox_take(&shard->unparsed);
    if (shard->unparsed_first == NULL)
        return false;
    EscJob *job = (EscJob *)shard->unparsed_first;
    shard->unparsed_first = job->parcel.next;
    ingest_one(shard, job);
    atomic_fetch_sub(&shard->ingesting, 1);
    return true;
}

static void ingest_run(void *context)
{
    EscShard *shard = context;
    int64_t until_ns = esc_boot_ns() + INGEST_NS_MAX;
    bool is_in_time = true;
    while (is_in_time && ingest_next(shard))
        is_in_time = esc_boot_ns() < until_ns;
    if (!is_in_time) /* what came meanwhile has woken this run, not the next one */
        esc_lane_wake(&shard->ingest);
    if (atomic_load(&shard->is_closing))
        esc_lane_wake(&shard->turn); /* it waits for the last of these */
}

/* --- being stopped ---------------------------------------------------------------------------- */

EscText esc_shard_reason(EscShard *shard)
{
    (void)pthread_mutex_lock(&shard->lock);
    EscText reason = esc_buf_as_text(&shard->reason);
    (void)pthread_mutex_unlock(&shard->lock);
    return reason; /* never changed after it was set */
}

static void set_stopped(EscShard *shard, EscText reason)
{
    (void)pthread_mutex_lock(&shard->lock);
    esc_buf_text(&shard->reason, reason);
    (void)pthread_mutex_unlock(&shard->lock);
    atomic_store(&shard->state, ESC_SHARD_STOPPED);
}

/* The fail-stop of one workspace: an uncommitted turn is never answered as if it were committed. */
static void stop(EscShard *shard, EscBatch *batch, EscStatus status, const EscWhy *why)
{
    char text[sizeof(why->text) + 64];
    (void)snprintf(text, sizeof(text), "%s%s%s", esc_status_text(status),
                   why->text[0] == '\0' ? "" : ": ", why->text);
    set_stopped(shard, esc_text_from(text));
    if (shard->setup.stopped != NULL)
        shard->setup.stopped(shard->setup.context, shard, esc_shard_reason(shard));
    esc_batch_refuse(batch, ESC_REFUSED_STOPPED, esc_shard_reason(shard));
}

static void refuse_all(EscShard *shard)
{
    bool is_stopped = esc_shard_state(shard) == ESC_SHARD_STOPPED;
    EscText reason = is_stopped ? esc_shard_reason(shard) : (EscText){0};
    EscBatch all = {.first = shard->first};
    shard->first = shard->last = NULL;
    esc_batch_refuse(&all, is_stopped ? ESC_REFUSED_STOPPED : ESC_REFUSED_CLOSING, reason);
}

/* --- the turn lane ---------------------------------------------------------------------------- */

/* What others may see of the engine's time and of the clocks. */
static void show_clock(EscShard *shard)
{
    atomic_store(&shard->time_ms, esc_engine_time_ms(esc_service_engine(shard->service)));
    atomic_store(&shard->alarmed, esc_engine_alarmed_count(esc_service_engine(shard->service)));
    (void)pthread_mutex_lock(&shard->lock);
    shard->clock = esc_service_clock(shard->service);
    (void)pthread_mutex_unlock(&shard->lock);
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Halves or doubles what a turn may hold, so that one that is full computes for about TURN_CPU_NS. */
static void adapt(EscShard *shard, size_t count, int64_t took_ns)
{
    if (took_ns > TURN_CPU_NS && shard->inputs_max > INPUTS_PER_TURN_MIN)
        shard->inputs_max /= 2;
    else if (took_ns < TURN_CPU_NS / 2 && count >= shard->inputs_max &&
             shard->inputs_max < INPUTS_PER_TURN_MAX)
        shard->inputs_max *= 2;
}

static EscInput *flatten(const EscBatch *batch)
{
    EscInput *inputs = calloc(batch->count + 1, sizeof(*inputs));
    ESC_ASSERT(inputs != NULL);
    size_t at = 0;
    for (const EscParcel *one = batch->first; one != NULL; one = one->next) {
        const EscJob *job = (const EscJob *)one;
        memcpy(&inputs[at], job->inputs, job->inputs_count * sizeof(*inputs));
        at += job->inputs_count;
    }
    return inputs;
}

static void turn(EscShard *shard, EscBatch *batch)
{
    EscInput *inputs = flatten(batch);
    EscReply *replies = calloc(batch->count + 1, sizeof(*replies));
    ESC_ASSERT(replies != NULL);
    size_t fired = 0, count = batch->count;
    EscWhy why = {.text = ""};
    size_t timers_max =
        shard->setup.timers_max < shard->inputs_max ? shard->setup.timers_max : shard->inputs_max;
    int64_t began_ns = cpu_ns();
    EscStatus status =
        esc_service_turn(shard->service, inputs, count, timers_max, replies, &fired, &why);
    if (status != ESC_OK) {
        stop(shard, batch, status, &why);
    } else {
        adapt(shard, count + fired, cpu_ns() - began_ns);
        atomic_fetch_add(&shard->turns, 1);
        atomic_fetch_add(&shard->inputs, count);
        atomic_fetch_add(&shard->timers, fired);
        show_clock(shard);
        esc_batch_finish(batch, replies);
        if (shard->setup.committed != NULL)
            shard->setup.committed(shard->setup.context, shard, shard->service);
    }
    free(replies);
    free(inputs);
}

static void serve(EscShard *shard)
{
    EscBatch batch = {0};
    esc_batch_collect(shard, &batch);
    if (batch.count > 0 || batch.wants_turn || esc_service_wait_ms(shard->service) == 0)
        turn(shard, &batch);
    EscWhy why = {.text = ""};
    EscStatus status = esc_store_is_intact(esc_service_store(shard->service), &why);
    if (status != ESC_OK && esc_shard_state(shard) == ESC_SHARD_SERVING)
        stop(shard, &(EscBatch){0}, status,
             &why); /* a reading has met damage, or the file is gone */
}

/* When to come again. */
static void wake_later(EscShard *shard)
{
    int64_t wait_ms = shard->first != NULL ? 0 : esc_service_wait_ms(shard->service);
    if (wait_ms == 0) {
        esc_lane_wake(&shard->turn);
        return;
    }
    if (wait_ms == INT64_MAX) {
        esc_lane_wake_at(&shard->turn, INT64_MAX);
        return;
    }
    double wait_ns = (double)wait_ms * 1e6 / shard->setup.time_scale;
    int64_t bounded_ns = wait_ns > (double)WAIT_NS_MAX ? WAIT_NS_MAX : (int64_t)wait_ns + 1;
    esc_lane_wake_at(&shard->turn, esc_boot_ns() + bounded_ns);
}

/* Everything that was taken is done: the store is closed here, so that many close at a time and none of them holds
 * anybody up. */
static void end(EscShard *shard)
{
    esc_lane_wake_at(&shard->turn, INT64_MAX);
    esc_service_close(shard->service);
    shard->service = NULL;
    if (esc_shard_state(shard) == ESC_SHARD_SERVING)
        atomic_store(&shard->state, ESC_SHARD_CLOSED);
    atomic_store(&shard->is_over, true);
    if (shard->setup.closed != NULL)
        shard->setup.closed(shard->setup.context);
}

static void turn_run(void *context)
{
    EscShard *shard = context;
    /* In this order: what the ingest lane handed over before it was idle is in the mailbox. */
    bool is_last = atomic_load(&shard->is_closing) && atomic_load(&shard->ingesting) == 0;
    take_mail(shard);
    if (esc_shard_state(shard) == ESC_SHARD_SERVING)
        serve(shard);
    if (esc_shard_state(shard) != ESC_SHARD_SERVING)
        refuse_all(shard);
    if (is_last && shard->first == NULL) {
        if (!atomic_load(&shard->is_over))
            end(shard);
    } else if (esc_shard_state(shard) == ESC_SHARD_SERVING) {
        wake_later(shard);
    }
}

/* --- from outside ----------------------------------------------------------------------------- */

bool esc_shard_put(EscShard *shard, EscJob *job)
{
    job->is_parsed = false;
    if (job->unparsed_bytes == 0 || esc_shard_state(shard) != ESC_SHARD_SERVING) {
        bool is_put = esc_mailbox_put(&shard->mail, &job->parcel, 1, SIZE_MAX);
        ESC_ASSERT(is_put);
        return true;
    }
    atomic_fetch_add(&shard->ingesting, 1);
    bool is_put = esc_mailbox_put(&shard->unparsed, &job->parcel, job->unparsed_bytes,
                                  ESC_SHARD_UNPARSED_BYTES_MAX);
    if (!is_put)
        atomic_fetch_sub(&shard->ingesting, 1);
    return is_put;
}

bool esc_shard_let_in(EscShard *shard, size_t more, size_t held, size_t room)
{
    size_t waiting = atomic_load(&shard->waiting);
    do {
        size_t others = waiting > held ? waiting - held : 0;
        if (others > 0 && waiting + more > room)
            return false;
    } while (!atomic_compare_exchange_weak(&shard->waiting, &waiting, waiting + more));
    return true;
}

void esc_shard_let_out(EscShard *shard, size_t count)
{
    size_t before = atomic_fetch_sub(&shard->waiting, count);
    ESC_ASSERT(before >= count);
}

EscText esc_shard_name(const EscShard *shard)
{
    return shard->setup.name;
}

EscText esc_shard_notice(const EscShard *shard)
{
    return shard->setup.notice;
}

EscShardState esc_shard_state(EscShard *shard)
{
    return (EscShardState)atomic_load(&shard->state);
}

bool esc_shard_is_over(EscShard *shard)
{
    return atomic_load(&shard->is_over);
}

void esc_shard_counts(EscShard *shard, EscShardCounts *counts)
{
    *counts = (EscShardCounts){.turns = atomic_load(&shard->turns),
                               .inputs = atomic_load(&shard->inputs),
                               .timers = atomic_load(&shard->timers),
                               .waiting = atomic_load(&shard->waiting),
                               .alarmed = atomic_load(&shard->alarmed),
                               .time_ms = atomic_load(&shard->time_ms)};
    (void)pthread_mutex_lock(&shard->lock);
    counts->clock = shard->clock;
    (void)pthread_mutex_unlock(&shard->lock);
}

/* --- life ------------------------------------------------------------------------------------- */

static EscText text_copy(EscText text)
{
    char *copy = malloc(text.size + 1);
    ESC_ASSERT(copy != NULL);
    memcpy(copy, text.size == 0 ? "" : text.data, text.size);
    copy[text.size] = '\0';
    return (EscText){copy, text.size};
}

EscStatus esc_shard_new(const EscShardSetup *setup, EscService *service, EscText reason,
                        EscShard **out, EscWhy *why)
{
    EscShard *shard = calloc(1, sizeof(*shard));
    *out = NULL;
    if (shard == NULL) {
        esc_service_close(service);
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a workspace");
    }
    shard->setup = *setup;
    shard->setup.name = text_copy(setup->name);
    shard->setup.notice = text_copy(setup->notice);
    shard->service = service;
    shard->inputs_max = 8 * (size_t)INPUTS_PER_TURN_MIN;
    esc_mailbox_init(&shard->mail, wake_turn, shard);
    esc_mailbox_init(&shard->unparsed, wake_ingest, shard);
    esc_lane_init(&shard->turn, setup->pool, turn_run, shard);
    esc_lane_init(&shard->ingest, setup->pool, ingest_run, shard);
    ESC_ASSERT(pthread_mutex_init(&shard->lock, NULL) == 0);
    esc_buf_init(&shard->reason, 1024);
    if (service == NULL)
        set_stopped(shard, reason);
    else {
        shard->program = esc_engine_program(esc_service_engine(service));
        show_clock(shard);
    }
    *out = shard;
    return ESC_OK;
}

void esc_shard_start(EscShard *shard)
{
    shard->is_started = true;
    esc_lane_wake(&shard->turn);
}

void esc_shard_close(EscShard *shard)
{
    atomic_store(&shard->is_closing, true);
    esc_lane_wake(&shard->turn);
}

void esc_shard_free(EscShard *shard)
{
    if (shard == NULL)
        return;
    ESC_ASSERT(!shard->is_started || esc_shard_is_over(shard));
    esc_lane_close(&shard->ingest);
    esc_lane_close(&shard->turn);
    take_mail(shard);
    refuse_all(shard);
    esc_service_close(shard->service);
    esc_mailbox_release(&shard->mail);
    esc_mailbox_release(&shard->unparsed);
    (void)pthread_mutex_destroy(&shard->lock);
    esc_buf_release(&shard->reason);
    free((void *)(uintptr_t)shard->setup.name.data);
    free((void *)(uintptr_t)shard->setup.notice.data);
    free(shard);
}
