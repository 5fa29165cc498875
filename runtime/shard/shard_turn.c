/* shard_turn.c - the turns of a shard: from the jobs that lie there to their answers.
 *
 * The order that everything depends on:
 *   1. let those that only look see the committed state; collect inputs, a bounded number
 *   2. look them up, and decide them and due timers (a bounded number)
 *   3. commit, in one transaction
 *   4. only then tell whoever waits for these inputs
 *   5. hand the news and the new outbox rows on
 * Under load there is more to collect, so a transaction holds more; when idle an input is committed at once, on the same
 * worker. Where inputs lie there already when a turn is decided, the ahead lane makes the turn behind it of them meanwhile
 * (esc/service.h): at most one is on its way to the disk, and one decided. The commit stays here, because under load it is
 * what all wait for: no other thread has to wake up before it begins, nor before the next one does.
 *
 * Not its job: lanes and mail (shard.c), jobs (shard_jobs.c). */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shard_internal.h"

/* A turn should compute for about this long: short beside what another client would notice. Waiting for the disk does not
 * count, or a slow one would get small groups, and so more to do. */
#define TURN_CPU_NS INT64_C(10000000)
#define AHEAD_MAX 16 /* turns in a row that are decided beside a commit */

static bool is_serving(EscShard *shard)
{
    return esc_shard_state(shard) == ESC_SHARD_SERVING;
}

/* --- being told ------------------------------------------------------------------------------- */

/* Halves or doubles what a turn may hold, so that one that is full computes for about TURN_CPU_NS. */
static void adapt(EscShard *shard, bool is_full, int64_t took_ns)
{
    if (took_ns > TURN_CPU_NS && shard->inputs_max > ESC_INPUTS_PER_TURN_MIN)
        shard->inputs_max /= 2;
    else if (took_ns < TURN_CPU_NS / 2 && is_full && shard->inputs_max < ESC_INPUTS_PER_TURN_MAX)
        shard->inputs_max *= 2;
}

static void release(EscShardTurn *turn)
{
    free(turn->inputs);
    free(turn->replies);
    *turn = (EscShardTurn){.inputs = NULL};
}

/* Whoever waits for the turn that is settled, if there is one. */
static void tell(EscShard *shard)
{
    EscShardTurn *turn = shard->settled;
    if (turn == NULL)
        return;
    shard->settled = NULL;
    adapt(shard, turn->batch.is_full, turn->cpu_ns);
    atomic_fetch_add(&shard->turns, 1);
    atomic_fetch_add(&shard->inputs, turn->batch.count);
    atomic_fetch_add(&shard->timers, turn->fired);
    esc_shard_show_clock(shard);
    esc_batch_finish(&turn->batch, turn->replies);
    if (shard->setup.committed != NULL)
        shard->setup.committed(shard->setup.context, shard, shard->service);
    release(turn);
}

/* --- being stopped ---------------------------------------------------------------------------- */

static void refuse_turn(EscShardTurn *turn, EscText reason)
{
    if (turn == NULL)
        return;
    esc_batch_refuse(&turn->batch, ESC_REFUSED_STOPPED, reason);
    release(turn);
}

/* The fail-stop of one workspace: an uncommitted turn is never answered as if it were committed, and a committed one never as
 * if it were not. */
static void stop(EscShard *shard, EscStatus status, const EscWhy *why)
{
    char text[sizeof(why->text) + 64];
    (void)snprintf(text, sizeof(text), "%s%s%s", esc_status_text(status),
                   why->text[0] == '\0' ? "" : ": ", why->text);
    esc_shard_set_stopped(shard, esc_text_from(text));
    if (shard->setup.stopped != NULL)
        shard->setup.stopped(shard->setup.context, shard, esc_shard_reason(shard));
    tell(shard);
    refuse_turn(shard->going, esc_shard_reason(shard));
    refuse_turn(shard->coming, esc_shard_reason(shard));
    shard->going = shard->coming = NULL;
}

/* --- one turn --------------------------------------------------------------------------------- */

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

static EscShardTurn *free_slot(EscShard *shard)
{
    size_t i = 0;
    while (shard->slots[i].inputs != NULL)
        i++;
    ESC_ASSERT(i < ESC_COUNT_OF(shard->slots));
    return &shard->slots[i];
}

static EscShardTurn *turn_new(EscShard *shard, const EscBatch *batch)
{
    EscShardTurn *turn = free_slot(shard);
    *turn = (EscShardTurn){.batch = *batch, .inputs = flatten(batch)};
    turn->replies = calloc(batch->count + 1, sizeof(*turn->replies));
    ESC_ASSERT(turn->replies != NULL);
    return turn;
}

/* The service moves a turn on when it is decided, or when the one before is settled. */
static void move_on(EscShard *shard)
{
    if (shard->going == NULL && esc_service_has_group(shard->service)) {
        shard->going = shard->coming;
        shard->coming = NULL;
    }
}

static EscStatus decide(EscShard *shard, const EscShardTurn *turn, EscWhy *why)
{
    size_t timers_max =
        shard->setup.timers_max < shard->inputs_max ? shard->setup.timers_max : shard->inputs_max;
    EscStatus status =
        esc_service_look_up(shard->service, turn->inputs, turn->batch.count, turn->replies, why);
    return status == ESC_OK ? esc_service_decide(shard->service, timers_max, why) : status;
}

/* Looks up and decides what becomes the next turn, perhaps beside a commit. */
static void come(EscShard *shard, const EscBatch *batch)
{
    int64_t began_ns = esc_thread_cpu_ns();
    EscShardTurn *turn = shard->coming = turn_new(shard, batch);
    EscWhy why = {.text = ""};
    EscStatus status = decide(shard, turn, &why);
    turn->cpu_ns = esc_thread_cpu_ns() - began_ns;
    if (status == ESC_OK)
        esc_batch_decided(&turn->batch, shard->service, turn->replies);
    if (status == ESC_OK)
        move_on(shard);
    else if (!shard->is_sent)
        stop(shard, status, &why);
    else { /* the commit beside it still reads what would be given back */
        shard->decide_status = status;
        shard->decide_why = why;
    }
}

static void commit(EscShard *shard)
{
    int64_t began_ns = esc_thread_cpu_ns();
    shard->commit_why = (EscWhy){.text = ""};
    shard->commit_status = esc_service_commit(shard->service, &shard->commit_why);
    shard->commit_ns = esc_thread_cpu_ns() - began_ns;
}

/* Beside a commit. Who waits for the turn before is told first: that may bring the inputs of the next one but one. */
void esc_shard_ahead_run(void *context)
{
    EscShard *shard = context;
    tell(shard);
    come(shard, &shard->next);
    atomic_store(&shard->is_deciding, false);
    esc_lane_wake(&shard->turn);
}

/* Behind a commit, whoever made it. Who waits for it is told a little later. */
static void settle(EscShard *shard)
{
    EscShardTurn *turn = shard->going;
    EscWhy why = shard->commit_why;
    EscStatus status = shard->commit_status;
    if (status == ESC_OK)
        status = esc_service_settle(shard->service, &turn->fired, &why);
    if (status != ESC_OK) {
        stop(shard, status, &why);
        return;
    }
    turn->cpu_ns += shard->commit_ns;
    shard->settled = turn;
    shard->going = NULL;
    move_on(shard);
}

/* A reading may have met damage, or the file is gone. */
static void check_store(EscShard *shard)
{
    EscWhy why = {.text = ""};
    EscStatus status = esc_store_is_intact(esc_service_store(shard->service), &why);
    if (status != ESC_OK)
        stop(shard, status, &why);
}

/* Makes a turn of what lies there, looks included; false: nothing is to be done. */
static bool begin(EscShard *shard)
{
    EscBatch batch = {0};
    esc_batch_collect(shard, &batch);
    if (batch.count == 0 && !batch.wants_turn && esc_service_wait_ms(shard->service) != 0)
        return false;
    come(shard, &batch);
    return is_serving(shard);
}

/* The decided turn goes to the disk. When the next inputs lie there and nobody among them wants to see what is committed, they
 * are decided meanwhile; now and then they wait, so that the service comes to rest. */
static void send_off(EscShard *shard)
{
    EscBatch next = {0};
    esc_shard_take_mail(shard); /* what came while it was decided */
    if (shard->ahead_count < AHEAD_MAX)
        esc_batch_collect_plain(shard, &next);
    if (next.count == 0) {
        shard->ahead_count = 0;
        tell(shard);
        commit(shard);
        settle(shard);
        return;
    }
    shard->ahead_count++;
    shard->next = next;
    shard->is_sent = true;
    atomic_store(&shard->is_deciding, true);
    esc_lane_wake(&shard->ahead);
    commit(shard);
}

/* Nothing is under way to the disk, and nothing decided beside it. */
void esc_shard_serve(EscShard *shard)
{
    if (shard->is_sent) {
        shard->is_sent = false;
        settle(shard);
    }
    if (is_serving(shard) && shard->decide_status != ESC_OK)
        stop(shard, shard->decide_status, &shard->decide_why);
    if (is_serving(shard) && (shard->going != NULL || begin(shard)))
        send_off(shard);
    if (shard->is_sent)
        return; /* the rest is the ahead lane's, whose end wakes this one */
    tell(shard);
    if (is_serving(shard) && shard->going == NULL && shard->setup.rested != NULL)
        shard->setup.rested(shard->setup.context, shard, shard->service);
    if (is_serving(shard))
        check_store(shard);
}
