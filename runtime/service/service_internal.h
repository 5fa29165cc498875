/* service_internal.h - a workspace at work, and what lives for one turn of it. */
#ifndef ESC_SERVICE_INTERNAL_H
#define ESC_SERVICE_INTERNAL_H

#include "service_clock.h"

#define ESC_SERVICE_TICKETS_AWAKE                                                                  \
    1000 /* open tickets that are not asleep, with their escalations */
/* The same while a start reads them: nobody needs what comes by, and so little stays in the processor's cache. */
#define ESC_SERVICE_TICKETS_PASSING 64

typedef struct EscServiceTurn EscServiceTurn;

/* An event among the inputs of a turn, or another input with a key. */
typedef struct EscServiceEvent {
    EscEventKey key;
    uint8_t digest[ESC_EVENT_DIGEST_SIZE];
    EscEventKnown known; /* what the store says of the key */
    size_t place;        /* of its number in EscServiceTurn.by_key */
    bool is_absent;      /* the store knows no ticket of its name */
    bool is_taken;       /* the engine has taken it */
    EscText kept;        /* of an input that is none: its reply */
} EscServiceEvent;

/* What lives for one turn. */
struct EscServiceTurn {
    EscService *service;
    EscArena *arena, *retries_arena; /* kept from turn to turn, emptied at the begin of each */
    const EscInput *inputs;
    EscReply *replies;
    size_t count; /* inputs */
    size_t timers_max, fired;
    int64_t now_ms;
    EscServiceEvent *events; /* one for each input, filled where it is an event */
    size_t *by_key;          /* numbers of the inputs that are events, by key, then as they came */
    size_t events_count;
    bool is_decided;  /* it is flushed */
    bool has_changes; /* something was accepted: there is a reason to commit */
    EscGroup *group;  /* the engine's; NULL: nothing is to be committed */
    EscWhy *why;      /* of the call that works on it */
};

struct EscService {
    EscServiceTime time;
    EscStore *store;
    EscEngine *engine;
    EscBundle **bundles; /* all that the engine borrows */
    size_t bundles_count;
    EscBundleRow new_bundle; /* the current one until a group has taken it to the store */
    EscBuf new_bundle_bytes; /* behind it */
    bool is_bundle_taken;    /* by a group, which may be under way */
    EscArena *scratch, *retries_arena;
    EscOutboxRetry *retries; /* for the next group */
    size_t retries_count, retries_capacity;
    EscServiceTurn turns[2];
    EscServiceTurn *coming; /* looked up; decided or not; NULL: none */
    EscServiceTurn *going;  /* decided, and to be committed or under way to the disk; NULL: none */
    const EscGroup *
        settled; /* of the last turn, the engine's: esc_service_news points into it; NULL: nothing was flushed */
    bool has_news;
    bool has_changed;      /* something was accepted since the last rest */
    int64_t retain_due_ms; /* when the next step of forgetting is due; boot clock */
};

/* What a turn looks at while it is looked up and decided: beside the group before, which may be on its way to the disk. */
static inline EscStore *esc_service_looks(const EscService *service)
{
    return service->going == NULL ? service->store : esc_store_beside(service->store);
}

/* service_turn.c: begins a turn without inputs; then the steps of deciding it. */
EscServiceTurn *esc_service_turn_begin(EscService *service, EscWhy *why);
ESC_MUST_USE EscStatus esc_service_turn_correct_clock(EscServiceTurn *turn, int64_t correction_ms);
ESC_MUST_USE EscStatus esc_service_turn_wake(EscServiceTurn *turn);
/* Looks at the next days, when it is time to. */
ESC_MUST_USE EscStatus esc_service_turn_night(EscServiceTurn *turn);
/* An input that needs no look-up. */
ESC_MUST_USE EscStatus esc_service_turn_apply(EscServiceTurn *turn, const EscInput *input,
                                              EscReply *reply);
/* Flushes it: it is decided, and goes to the store when no other one does. */
void esc_service_turn_end(EscServiceTurn *turn);

/* service.c: the turn that a start makes of a corrected clock and of what is in arrears, when there is any. */
ESC_MUST_USE EscStatus esc_turn_start(EscService *service, const EscServiceConfig *config,
                                      EscWhy *why);

/* service_events.c: asks the store about all events of the turn at once, and the turn that is not in the store yet. */
ESC_MUST_USE EscStatus esc_turn_look_up(EscServiceTurn *turn);
/* ESC_OK: new, to the store and within the turn. ESC_DUPLICATE; ESC_CONFLICT when it is known with another content. */
ESC_MUST_USE EscStatus esc_turn_judge(const EscServiceTurn *turn, size_t index, EscWhy *why);
/* What was kept of the reply to the input that this one repeats. */
ESC_MUST_USE EscStatus esc_turn_kept(EscServiceTurn *turn, size_t index, EscText *kept);
/* The events that were taken, as rows of the group. */
void esc_turn_list_events(EscServiceTurn *turn, EscGroup *group);

#endif
