/* verdict.h - what the end of an attempt means, when the next one comes. Pure; for this folder only. */
#ifndef ESC_DELIVERY_VERDICT_H
#define ESC_DELIVERY_VERDICT_H

#include "plan.h"

typedef enum EscVerdict {
    ESC_VERDICT_DONE,
    ESC_VERDICT_RETRY,
    ESC_VERDICT_DEAD,
    ESC_VERDICT_HOLD /* the endpoint's fault, not the message's: it waits until the endpoint is well */
} EscVerdict;
/* What a receiver answered, for who knows its kind: changes what follows from it. */
typedef struct EscSaid {
    unsigned http_status;
    EscText reply;
    EscVerdict verdict;     /* by the status alone */
    EscDeliveryState state; /* how far the message has come, when the verdict is DONE */
    const char *words;      /* a sentence for people besides the peer's own; NULL: none */
    bool is_unknown;        /* the receiver knows nobody, or no place, by what it was told */
} EscSaid;
/* `is_transferred`: the peer answered completely. http_status 0: no answer. */
EscVerdict esc_verdict_http(const EscPlan *plan, bool is_transferred, unsigned http_status);
EscVerdict esc_verdict_mail(bool is_transferred, unsigned reply_code);
/* Full jitter: anything from 0 to min(max, base * 2^(attempts - 1)), but not before `floor_ms`. */
int64_t esc_backoff_ms(uint32_t attempts, int64_t base_ms, int64_t max_ms, int64_t floor_ms,
                       uint64_t random);

typedef struct EscRetryRules {
    int64_t attempts_max, base_ms, max_ms;
} EscRetryRules;

typedef struct EscRetryPlan {
    bool is_dead;      /* there is no next attempt */
    uint32_t attempts; /* that failed by now */
    int64_t next_ms;   /* of the next attempt; never behind the deadline */
    int64_t pause_ms;  /* until then */
} EscRetryPlan;
/* After an attempt failed at now_ms that was preceded by `attempts` others. A next attempt that would
 * lie behind the deadline lies on it instead, where nothing is sent any more: the row is found dead
 * on time. */
EscRetryPlan esc_retry_plan(const EscRetryRules *rules, uint32_t attempts, int64_t deadline_ms,
                            int64_t now_ms, int64_t floor_ms, uint64_t random);

/* A breaker opens after so many failures in a row or at once when the endpoint refuses us, and lets one attempt through when its time is
 * over. */
typedef struct EscBreaker {
    uint32_t failures;
    int64_t open_until_ms; /* 0: closed */
    bool is_probing;
    bool is_held; /* it refuses us as such */
} EscBreaker;
/* When an attempt may begin: 0 at once, INT64_MAX not before the one that probes has ended. */
int64_t esc_breaker_opens_at_ms(const EscBreaker *breaker);
void esc_breaker_start(EscBreaker *breaker); /* an attempt begins */
void esc_breaker_note(EscBreaker *breaker, EscVerdict verdict, int64_t now_ms, int64_t failures_max,
                      int64_t open_ms);

#endif
