/* esc/service.h - one workspace at work: takes inputs, commits in groups. */
#ifndef ESC_SERVICE_H
#define ESC_SERVICE_H

#include <esc/doors.h>
#include <esc/engine.h>
#include <esc/store.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct EscService EscService;

/* Answer to one input of a batch. */
typedef struct EscReply {
    EscStatus status; /* OK, DUPLICATE, or why it was refused */
    EscOutcome outcome;
    EscWhy why;
    EscText
        kept; /* DUPLICATE of an input with a key: what was kept of the first one's reply (esc_outcome_json) */
} EscReply;
/* "escalations":[…],"ticket":"…": the members that every answer begins with. */
void esc_outcome_write(EscBuf *out, const EscOutcome *outcome);
/* What is kept of a reply to an input with a key: {"escalations","ticket","noop","refused","forbidden","messages","note"}. */
void esc_outcome_json(const EscOutcome *outcome, EscBuf *out);

typedef struct EscServiceConfig {
    const EscClock *clock;
    const EscZones *zones;
    EscStore *store; /* open; the service takes it over, and closes it also when it cannot open */
    uint64_t hash_seed;
    /* How long (boot clock) both clocks have to differ before the wall clock is followed; 0: ESC_CLOCK_SETTLE_MS. */
    int64_t clock_settle_ms;
    /* The wall clock is a made-up one that starts anew with each process: where it is behind the store's time, it goes on
     * from there. */
    bool is_time_lapse;
    const EscReceiver *receivers; /* of channels that are mail; copied */
    size_t receivers_count;
    const EscRemark *remarks; /* go into the trail with the start; borrowed for the opening */
    size_t remarks_count;
} EscServiceConfig;

/* What a workspace makes of the two clocks, for /health and the log. */
typedef struct EscServiceClock {
    int64_t ahead_ms;                         /* wall clock minus engine time, at the last look */
    bool is_apart;                            /* by more than ESC_CLOCK_APART_MS */
    bool waits_for_word;                      /* it is too far ahead to be followed unasked */
    uint64_t corrections;                     /* since the start, which may have made one itself */
    int64_t corrected_by_ms, corrected_at_ms; /* the last one; engine time just behind it */
} EscServiceClock;

/* Loads the needed bundles, makes `bundle_bytes` current, restores the engine. Time goes on from the store's
 * (esc/timekeeper.h). Where the start corrects the clock, or something waits for a first input (parked escalations, service
 * levels of a new bundle), a turn is made of it before this returns, so that it is told at once. */
ESC_MUST_USE EscStatus esc_service_open(const EscServiceConfig *config, EscBytes bundle_bytes,
                                        EscService **out, EscWhy *why);
void esc_service_close(EscService *service); /* NULL is allowed */
EscEngine *esc_service_engine(EscService *service);
EscStore *esc_service_store(EscService *service);

/* Notes that an attempt to deliver failed and will be made again: a row of the next turn's group. The detail is copied. */
void esc_service_retry(EscService *service, const EscOutboxRetry *retry);

/* Engine time as it would be now by the boot clock; looks at neither the wall clock nor a correction. */
int64_t esc_service_now_ms(const EscService *service);
/* How long, by the boot clock of the door, until a turn has something to do without an input: a timer is due, or somebody
 * has to look at the clocks. 0: now; at most half of clock_settle_ms. */
int64_t esc_service_wait_ms(const EscService *service);
/* The instant of that by the boot clock, which may be over: then its turn is late. INT64_MAX: nothing waits. */
int64_t esc_service_due_boot_ms(const EscService *service);
EscServiceClock esc_service_clock(const EscService *service);
/* Engine time minus the boot clock of the door: who keeps instants of rows by the boot clock needs no correction. */
int64_t esc_service_ahead_of_boot_ms(const EscService *service);

/* One turn: looked up, decided, committed and settled, as numbered below. replies has `count` items and is filled. An input of
 * kind ESC_INPUT_CLOCK is an operator's word: its actor says that a wall clock which waits for it is right (a noop when none
 * does); the service fills in the rest. A failure of the store is returned, no reply is valid, and the workspace must stop.
 * *timers_fired may be NULL. */
ESC_MUST_USE EscStatus esc_service_turn(EscService *service, const EscInput *inputs, size_t count,
                                        size_t timers_max, EscReply *replies, size_t *timers_fired,
                                        EscWhy *why);

/* The same in its steps, so that one turn can be decided while the one before is on its way to the disk:
 *
 *   1. esc_service_look_up  looks at the clocks, corrects engine time where they say so, and asks the store which events are
 *                           known and for their tickets
 *   2. esc_service_decide   applies the inputs in order, then fires due timers (at most timers_max, in due order), and makes
 *                           a group of the changes
 *   3. esc_service_commit   writes the group; only then the replies are valid
 *   4. esc_service_settle   lets go of what was committed; when no other turn is decided or under way, forgets what is old
 *
 * 3 may run in another thread beside 1 and 2 of the next turn, and beside nothing else; all else is one thread's. A turn is looked
 * up when the one before is decided, and settled before the one after the next is looked up. Inputs and replies are the
 * caller's, and hold until the turn is settled. Any failure is the store's: nothing that is not settled is valid, and the
 * workspace must stop. */
ESC_MUST_USE EscStatus esc_service_look_up(EscService *service, const EscInput *inputs,
                                           size_t count, EscReply *replies, EscWhy *why);
ESC_MUST_USE EscStatus esc_service_decide(EscService *service, size_t timers_max, EscWhy *why);
bool esc_service_has_group(const EscService *service); /* a turn is decided and not settled */
ESC_MUST_USE EscStatus esc_service_commit(EscService *service, EscWhy *why);
/* *timers_fired: of this turn. */
ESC_MUST_USE EscStatus esc_service_settle(EscService *service, size_t *timers_fired, EscWhy *why);
/* Audit rows of the last turn, given once, for a live account (escald --follow): call it after each turn is settled; rows
 * hold until the next. */
void esc_service_news(EscService *service, const EscAuditRow **rows, size_t *count);
/* All rows of the last turn that was settled, until the next; NULL: there are none. */
const EscGroup *esc_service_settled(const EscService *service);

#ifdef __cplusplus
}
#endif
#endif
