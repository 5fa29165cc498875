/* shard_internal.h - a shard from inside; for shard*.c only. */
#ifndef ESC_SHARD_INTERNAL_H
#define ESC_SHARD_INTERNAL_H

#include <esc/shard.h>

struct EscShard {
    EscShardSetup setup;
    EscLane turn, ingest;
    EscMailbox mail;     /* to the turn lane */
    EscMailbox unparsed; /* to the ingest lane; weighs bytes */
    const EscProgram *program;
    bool is_started;

    /* Of the turn lane alone. */
    EscService *service;
    EscParcel *first, *last; /* taken out of the mailbox, not worked off yet */
    size_t inputs_max;       /* of one turn: see `adapt` */
    /* Of the ingest lane alone. */
    EscParcel *unparsed_first;

    pthread_mutex_t
        lock; /* of the clock, and of the reason: that is written once, before the state says so */
    EscBuf reason;
    _Atomic(int) state; /* EscShardState */
    atomic_bool is_closing, is_over;
    atomic_size_t waiting, ingesting; /* ingesting: jobs between the two mailboxes */
    atomic_uint_fast64_t turns, inputs, timers;
    _Atomic(int64_t) time_ms;
    atomic_size_t alarmed;
    EscServiceClock clock; /* under the lock */
};

void esc_job_refuse(EscJob *job, EscRefusal refusal, EscText reason);

/* What one run of the turn lane works on. Released by esc_batch_release. */
typedef struct EscBatch {
    EscParcel *first, *last; /* jobs with inputs, in order */
    size_t count;            /* their inputs */
    bool wants_turn;
} EscBatch;

/* Moves jobs from the shard to the batch as long as its inputs and its time allow; jobs that only look are done, and
 * those that cannot be parsed are over. */
void esc_batch_collect(EscShard *shard, EscBatch *batch);
/* Tells each job of the batch about its replies, and lets it go. */
void esc_batch_finish(EscBatch *batch, const EscReply *replies);
void esc_batch_refuse(EscBatch *batch, EscRefusal refusal, EscText reason);

#endif
