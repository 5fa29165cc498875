/* shard_internal.h - a shard from inside; for shard*.c only. */
#ifndef ESC_SHARD_INTERNAL_H
#define ESC_SHARD_INTERNAL_H

#include <esc/shard.h>

#define ESC_INPUTS_PER_TURN_MIN 32
#define ESC_INPUTS_PER_TURN_MAX 4096

/* Jobs of one turn. */
typedef struct EscBatch {
    EscParcel *first, *last; /* jobs with inputs, in order */
    size_t count;            /* their inputs */
    bool is_full;            /* the next job did not fit */
    bool wants_turn;
} EscBatch;

/* A turn that is under way. */
typedef struct EscShardTurn {
    EscBatch batch;
    EscInput *inputs;
    EscReply *replies;
    int64_t cpu_ns; /* that it took so far */
    size_t fired;   /* timers, known when it is settled */
} EscShardTurn;

struct EscShard {
    EscShardSetup setup;
    EscLane turn, ingest;
    EscMailbox mail;     /* to the turn lane */
    EscMailbox unparsed; /* to the ingest lane; weighs bytes */
    const EscProgram *program;
    const EscBundle *bundle;
    bool is_started;

    /* Of the turn lane alone. */
    EscService *service;     /* the ahead lane has all of it but the commit while is_deciding */
    EscParcel *first, *last; /* taken out of the mailbox, not worked off yet */
    size_t inputs_max;       /* of one turn: see `adapt` */
    EscShardTurn slots[3];
    EscShardTurn *coming, *going; /* as the service's: looked up; decided and not settled */
    EscShardTurn *settled;        /* committed, and nobody was told yet */
    bool is_sent;                 /* `going` is committed, or was tried to be, and not settled */
    unsigned ahead_count;         /* turns in a row that were decided beside a commit */
    EscStatus commit_status;
    EscWhy commit_why;
    int64_t commit_ns; /* of processor */

    /* Handed from the turn lane to the ahead lane and back, with what else a turn is decided with. */
    EscLane ahead;
    atomic_bool is_deciding; /* the ahead lane has them */
    EscBatch next;
    EscStatus decide_status; /* of a turn that was decided beside a commit, until that is over */
    EscWhy decide_why;
    /* Of the ingest lane alone. */
    EscParcel *unparsed_first;

    pthread_mutex_t
        lock; /* of the clock, and of the reason: that is written once, before the state says so */
    EscBuf reason;
    _Atomic(int) state; /* EscShardState */
    atomic_bool is_closing, is_over;
    atomic_size_t waiting, ingesting; /* ingesting: jobs between the two mailboxes */
    atomic_uint_fast64_t turns, inputs, timers;
    _Atomic(int64_t) time_ms, due_boot_ms;
    atomic_size_t alarmed, gaps;
    EscServiceClock clock; /* under the lock */
};

/* shard_state.c */
void esc_shard_set_stopped(EscShard *shard, EscText reason);
/* What others may see of the engine's time and of the clocks. */
void esc_shard_show_clock(EscShard *shard);
/* When it has to come again by itself. */
void esc_shard_show_due(EscShard *shard);

/* shard_turn.c: what can be done while nothing is under way to the disk. */
void esc_shard_serve(EscShard *shard);
void esc_shard_ahead_run(void *shard); /* of the ahead lane */

/* shard_jobs.c */
void esc_shard_take_mail(EscShard *shard); /* out of the mailbox, behind what was taken before */
void esc_job_refuse(EscJob *job, EscRefusal refusal, EscText reason);

/* Moves jobs from the shard to the batch as long as its inputs and its time allow; jobs that only look are done, and
 * those that cannot be parsed are over. */
void esc_batch_collect(EscShard *shard, EscBatch *batch);
/* The same, up to the first job that wants to see what is committed or asks for it. */
void esc_batch_collect_plain(EscShard *shard, EscBatch *batch);
/* Tells each job of the batch what was decided. */
void esc_batch_decided(const EscBatch *batch, EscService *service, const EscReply *replies);
/* Tells each job of the batch about its replies, and lets it go. */
void esc_batch_finish(EscBatch *batch, const EscReply *replies);
void esc_batch_refuse(EscBatch *batch, EscRefusal refusal, EscText reason);

#endif
