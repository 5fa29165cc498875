/* esc/shard.h - a workspace at work among others: its jobs, its turns on the pool's workers, its end.
 *
 * A *job* is what somebody wants of a workspace: inputs to be taken (a request, the outcome of a delivery), or a look
 * at its committed state. Jobs are put from any thread and wait in a mailbox. Lanes of the pool work them off, each on one
 * worker at a time: the *ingest lane* parses what is large, against the program, which never changes; the *turn lane* owns
 * engine and store, and nobody else touches them, but for the *ahead lane*: while the turn lane writes a group to the store
 * it has the engine, and decides the next inputs.
 *
 * A shard whose store fails is stopped: its memory is ahead of the disk, so it answers nothing any more, and everything
 * that waits or comes later is refused. Only a new start opens it again. */
#ifndef ESC_SHARD_H
#define ESC_SHARD_H

#include <esc/loop.h>
#include <esc/service.h>

#include <stdatomic.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_WORKSPACES_MAX 1024 /* served by one daemon */
/* Bodies of one shard that wait to be parsed, in bytes. */
#define ESC_SHARD_UNPARSED_BYTES_MAX ((size_t)64 << 20)
/* A body up to this size, in bytes, that comes while no other input waits is parsed in its turn. */
#define ESC_SHARD_SMALL_BYTES_MAX ((size_t)4096)

/* --- jobs ------------------------------------------------------------------------------------- */

typedef enum EscRefusal {
    ESC_REFUSED_STOPPED, /* the shard is stopped; its reason is given */
    ESC_REFUSED_CLOSING  /* the daemon ends, and nothing was done */
} EscRefusal;

typedef struct EscJob EscJob;

/* Called on workers, in this order, each at most once; NULL is left out. After `refused` only `over` comes. */
typedef struct EscJobSteps {
    /* Makes the inputs. False: they cannot be made, and it is over. */
    bool (*parse)(EscJob *job, const EscProgram *program);
    /* In the turn lane, before the turn. True: a turn is wanted though there may be no inputs. */
    bool (*look)(EscJob *job, EscService *service);
    /* The inputs are decided, and not in the store yet: what is read of the engine here may be told in `committed` only. */
    void (*decided)(EscJob *job, EscService *service, const EscReply *replies);
    /* The inputs are in the store; replies hold during the call. Not called for a job without inputs. */
    void (*committed)(EscJob *job, const EscReply *replies);
    void (*refused)(EscJob *job, EscRefusal refusal, EscText reason);
    /* Always, and last: the owner may free the job. Must not be NULL. */
    void (*over)(EscJob *job);
} EscJobSteps;

/* Embedded, as the first member, in what its owner keeps about it. */
struct EscJob {
    EscParcel parcel; /* first: a mailbox's pointer is ours */
    const EscJobSteps *steps;
    size_t unparsed_bytes;  /* above 0: `parse` may be worth a lane of its own */
    const EscInput *inputs; /* the owner's, until `over` */
    uint32_t inputs_count;
    bool is_parsed; /* the shard's */
};

/* --- one shard -------------------------------------------------------------------------------- */

typedef struct EscShard EscShard;

typedef enum EscShardState {
    ESC_SHARD_SERVING,
    ESC_SHARD_STOPPED, /* its store failed, or could not be opened */
    ESC_SHARD_CLOSED   /* it ended as it should: the store is closed */
} EscShardState;

typedef struct EscShardSetup {
    EscText name;   /* copied */
    EscText notice; /* copied: what is not as it should be though it is served; empty: nothing */
    EscPool *pool;
    double time_scale; /* how much faster than real time the clock goes */
    size_t timers_max; /* fired in one turn */
    void *context;     /* of the functions, which are called on workers and may be NULL */
    /* A turn was committed: its news and its outbox rows can be read from the service. */
    void (*committed)(void *context, EscShard *shard, EscService *service);
    /* Nothing is under way to the disk, so that all that is read from the service is committed. */
    void (*rested)(void *context, EscShard *shard, EscService *service);
    /* It is stopped: tell somebody. */
    void (*stopped)(void *context, EscShard *shard, EscText reason);
    void (*closed)(void *context); /* esc_shard_state has become CLOSED or STOPPED at the end */
} EscShardSetup;

/* `service` goes over to the shard. NULL: it could not be opened, and `reason` says why; the shard is stopped from the
 * start. Works only after esc_shard_start. */
ESC_MUST_USE EscStatus esc_shard_new(const EscShardSetup *setup, EscService *service,
                                     EscText reason, EscShard **out, EscWhy *why);
void esc_shard_start(EscShard *shard); /* fires what fell due, and takes jobs */
/* Any thread. False: too much waits to be parsed, and the job stays the caller's. Otherwise it ends with `over`. */
ESC_MUST_USE bool esc_shard_put(EscShard *shard, EscJob *job);
/* Works off what lies there, refuses what comes later, and closes the store, all in the turn lane. */
void esc_shard_close(EscShard *shard);
bool esc_shard_is_over(EscShard *shard); /* any thread: closed, or stopped and nothing left */
/* It must be over, or never started. NULL is allowed. */
void esc_shard_free(EscShard *shard);

EscText esc_shard_name(const EscShard *shard);
/* The templates that it runs, which never change; NULL: it could not be opened. Any thread. */
const EscBundle *esc_shard_bundle(const EscShard *shard);
EscText esc_shard_notice(const EscShard *shard);
EscShardState esc_shard_state(EscShard *shard); /* any thread */
EscText esc_shard_reason(EscShard *shard);      /* any thread: why it is stopped; else empty */

typedef struct EscShardCounts {
    uint64_t turns, inputs, timers; /* since the start */
    size_t waiting;                 /* inputs that were let in and are not over */
    size_t alarmed;                 /* escalations that nobody answers for, after the last turn */
    size_t gaps;                    /* times of the next days in which nobody of a chain is there */
    int64_t time_ms;                /* of its engine, after the last turn */
    int64_t
        due_boot_ms; /* when it has to come again by itself, by the boot clock of the door; over by much: it is late. INT64_MAX: never */
    EscServiceClock clock;
} EscShardCounts;
void esc_shard_counts(EscShard *shard, EscShardCounts *counts); /* any thread */

/* Lets `more` inputs in when there is room: others than the `held` ones that the caller has let in already may be at
 * most `room`; when nobody else waits they always fit. esc_shard_let_out gives the room back. Any thread. */
ESC_MUST_USE bool esc_shard_let_in(EscShard *shard, size_t more, size_t held, size_t room);
void esc_shard_let_out(EscShard *shard, size_t count);

/* --- all of them ------------------------------------------------------------------------------ */

/* A set that is filled before the threads start, and only read then. */
typedef struct EscShards {
    EscShard *items[ESC_WORKSPACES_MAX];
    uint32_t count;
    EscNames *names;
} EscShards;

ESC_MUST_USE EscStatus esc_shards_init(EscShards *shards, uint64_t hash_seed, EscWhy *why);
/* ESC_CONFLICT when the name is there, ESC_OVER_LIMIT; the shard is the set's when it was taken. */
ESC_MUST_USE EscStatus esc_shards_add(EscShards *shards, EscShard *shard, EscWhy *why);
EscShard *esc_shards_find(const EscShards *shards, EscText name); /* NULL: there is none */
void esc_shards_release(EscShards *shards);                       /* frees them all */

#ifdef __cplusplus
}
#endif
#endif
