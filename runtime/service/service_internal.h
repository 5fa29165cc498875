/* service_internal.h - a workspace at work, and what lives for one turn of it. */
#ifndef ESC_SERVICE_INTERNAL_H
#define ESC_SERVICE_INTERNAL_H

#include "service_clock.h"

#define ESC_SERVICE_TICKETS_AWAKE 1000 /* open tickets that are not asleep, with their escalations */
/* The same while a start reads them: nobody needs what comes by, and so little stays in the processor's cache. */
#define ESC_SERVICE_TICKETS_PASSING 64

struct EscService {
    EscServiceTime time;
    EscStore *store;
    EscEngine *engine;
    EscBundle **bundles; /* all that the engine borrows */
    size_t bundles_count, bundles_capacity;
    EscBundleRow new_bundle; /* the current one until a group has taken it to the store */
    EscBuf new_bundle_bytes; /* behind it */
    EscArena *turn_arena, *scratch, *retries_arena;
    EscOutboxRetry *retries; /* for the next group */
    size_t retries_count, retries_capacity;
    EscGroup *group; /* of the last turn, the engine's: esc_service_news points into it; NULL: nothing was flushed */
    bool has_news;
    int64_t retain_due_ms; /* when the next step of forgetting is due; boot clock */
};

/* An event among the inputs of a turn. */
typedef struct EscServiceEvent {
    EscEventKey key;
    uint8_t digest[ESC_EVENT_DIGEST_SIZE];
    EscEventKnown known; /* what the store says of the key */
    size_t place;        /* of its number in EscServiceTurn.by_key */
    bool is_taken;       /* the engine has taken it */
} EscServiceEvent;

typedef struct EscServiceTurn {
    EscService *service;
    const EscInput *inputs;
    size_t count;
    int64_t now_ms;
    EscServiceEvent *events; /* one for each input, filled where it is an event */
    size_t *by_key;       /* numbers of the inputs that are events, by key, then as they came */
    size_t events_count;
    bool has_changes; /* something was accepted: there is a reason to commit */
    EscWhy *why;
} EscServiceTurn;

/* service.c: the turn that a start makes of a corrected clock and of what is in arrears, when there is any. */
ESC_MUST_USE EscStatus esc_turn_start(EscService *service, const EscServiceConfig *config,
                                      EscWhy *why);

/* service_events.c: asks the store about all events of the turn at once. */
ESC_MUST_USE EscStatus esc_turn_look_up(EscServiceTurn *turn);
/* ESC_OK: new, to the store and within the turn. ESC_DUPLICATE; ESC_CONFLICT when it is known with another content. */
ESC_MUST_USE EscStatus esc_turn_judge(const EscServiceTurn *turn, size_t index, EscWhy *why);
/* The events that were taken, as rows of the group. */
void esc_turn_list_events(const EscServiceTurn *turn, EscGroup *group);

#endif
