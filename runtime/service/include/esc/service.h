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
} EscReply;

typedef struct EscServiceConfig {
    const EscClock *clock;
    const EscZones *zones;
    EscStore *store; /* open; the service takes it over, and closes it also when it cannot open */
    uint64_t hash_seed;
} EscServiceConfig;

/* Loads the needed bundles, makes `bundle_bytes` current, restores the engine. */
ESC_MUST_USE EscStatus esc_service_open(const EscServiceConfig *config, EscBytes bundle_bytes,
                                        EscService **out, EscWhy *why);
void esc_service_close(EscService *service); /* NULL is allowed */
EscEngine *esc_service_engine(EscService *service);
EscStore *esc_service_store(EscService *service);

/* Notes that an attempt to deliver failed and will be made again: a row of the next turn's group. The detail is copied. */
void esc_service_retry(EscService *service, const EscOutboxRetry *retry);

/* One turn, as numbered steps: look up which events are known; apply every other input in order; then fire due timers (at
 * most timers_max, in due order); flush; commit; only then are the replies valid. replies has `count` items. A failure of
 * the store is returned, no reply is valid, and the workspace must stop. *timers_fired may be NULL. */
ESC_MUST_USE EscStatus esc_service_turn(EscService *service, const EscInput *inputs, size_t count,
                                        size_t timers_max, EscReply *replies, size_t *timers_fired,
                                        EscWhy *why);
/* Audit rows of the last turn, given once, for a live account (escald --follow): call it after each turn; rows hold until
 * the next. */
void esc_service_news(EscService *service, const EscAuditRow **rows, size_t *count);
/* Outbox rows of the last turn that was committed; they hold until the next. */
void esc_service_outbox(const EscService *service, const EscOutboxRow **rows, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
