/* shard.c - a shard's three lanes and its life.
 *
 * A run of the turn lane takes what lies in the mailbox, makes turns of it (shard_turn.c), and comes again at once when
 * something is left, or when the next timer is due or somebody has to look at the clocks. Between two runs other shards have
 * theirs. Not its job: what jobs are about (api/, daemon/). */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shard_internal.h"

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

/* --- the ingest lane -------------------------------------------------------------------------- */

static void ingest_one(EscShard *shard, EscJob *job)
{
    job->is_parsed = true;
    if (job->steps->parse == NULL || job->steps->parse(job, shard->program)) {
        esc_mailbox_add(&shard->mail, &job->parcel);
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

static void refuse_all(EscShard *shard)
{
    bool is_stopped = esc_shard_state(shard) == ESC_SHARD_STOPPED;
    EscText reason = is_stopped ? esc_shard_reason(shard) : (EscText){0};
    EscBatch all = {.first = shard->first};
    shard->first = shard->last = NULL;
    esc_batch_refuse(&all, is_stopped ? ESC_REFUSED_STOPPED : ESC_REFUSED_CLOSING, reason);
}

/* --- the turn lane ---------------------------------------------------------------------------- */

/* When to come again. */
static void wake_later(EscShard *shard)
{
    int64_t wait_ms = shard->first != NULL ? 0 : esc_service_wait_ms(shard->service);
    esc_shard_show_due(shard);
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

static bool is_serving(EscShard *shard)
{
    return esc_shard_state(shard) == ESC_SHARD_SERVING;
}

static bool is_idle(const EscShard *shard)
{
    return shard->first == NULL && shard->going == NULL && shard->coming == NULL &&
           shard->settled == NULL;
}

static void turn_run(void *context)
{
    EscShard *shard = context;
    /* In this order: what the ingest lane handed over before it was idle is in the mailbox. */
    bool is_last = atomic_load(&shard->is_closing) && atomic_load(&shard->ingesting) == 0;
    esc_shard_take_mail(shard);
    if (atomic_load(&shard->is_deciding))
        return; /* its end wakes this lane */
    if (is_serving(shard))
        esc_shard_serve(shard);
    if (!is_serving(shard))
        refuse_all(shard);
    if (is_last && is_idle(shard)) {
        if (!atomic_load(&shard->is_over))
            end(shard);
    } else if (is_serving(shard) && !shard->is_sent) {
        wake_later(shard);
    }
}

/* --- from outside ----------------------------------------------------------------------------- */

/* A lane of its own pays when it parses beside a turn. What is small and comes alone is parsed in its turn: no other worker has
 * to wake for it. */
static bool is_parsed_apart(EscShard *shard, const EscJob *job)
{
    bool is_alone = atomic_load(&shard->waiting) <= 1 && atomic_load(&shard->ingesting) == 0;
    return job->unparsed_bytes > (is_alone ? ESC_SHARD_SMALL_BYTES_MAX : 0);
}

bool esc_shard_put(EscShard *shard, EscJob *job)
{
    job->is_parsed = false;
    if (!is_parsed_apart(shard, job) || esc_shard_state(shard) != ESC_SHARD_SERVING) {
        esc_mailbox_add(&shard->mail, &job->parcel);
        return true;
    }
    atomic_fetch_add(&shard->ingesting, 1);
    bool is_put = esc_mailbox_put(&shard->unparsed, &job->parcel, job->unparsed_bytes,
                                  ESC_SHARD_UNPARSED_BYTES_MAX);
    if (!is_put)
        atomic_fetch_sub(&shard->ingesting, 1);
    return is_put;
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
    shard->inputs_max = 8 * (size_t)ESC_INPUTS_PER_TURN_MIN;
    esc_mailbox_init(&shard->mail, wake_turn, shard);
    esc_mailbox_init(&shard->unparsed, wake_ingest, shard);
    esc_lane_init(&shard->turn, setup->pool, turn_run, shard);
    esc_lane_init(&shard->ahead, setup->pool, esc_shard_ahead_run, shard);
    esc_lane_init(&shard->ingest, setup->pool, ingest_run, shard);
    ESC_ASSERT(pthread_mutex_init(&shard->lock, NULL) == 0);
    esc_buf_init(&shard->reason, 1024);
    if (service == NULL)
        esc_shard_set_stopped(shard, reason);
    else {
        shard->program = esc_engine_program(esc_service_engine(service));
        shard->bundle = esc_engine_current(esc_service_engine(service));
        esc_shard_show_clock(shard);
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
    esc_lane_close(&shard->ahead);
    esc_lane_close(&shard->turn);
    esc_shard_take_mail(shard);
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
