/* esc/timekeeper.h - what time it is for an engine, from two clocks of which one cannot be trusted. Pure.
 *
 * Elapsed time comes from the machine's boot clock, which never goes back. The wall clock is set by people and by
 * NTP, wrongly now and then; it is *followed*: what differs by up to ESC_CLOCK_APART_MS is caught up at a tenth of the
 * speed, and what differs by more for longer than `settle_ms` becomes a *correction*, at which the engine moves all
 * that it measured in elapsed time. A wall clock that jumps and comes back before that changes nothing. */
#ifndef ESC_TIMEKEEPER_H
#define ESC_TIMEKEEPER_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_CLOCK_APART_MS (2 * ESC_SECOND_MS)
#define ESC_CLOCK_SETTLE_MS ESC_MINUTE_MS
#define ESC_CLOCK_SLEW 10 /* a small difference is caught up at 1/10 of the speed */
#define ESC_CLOCK_FORWARD_MAX_MS ESC_DAY_MS /* further forward only by the operator's word */

typedef struct EscTimekeeper {
    int64_t settle_ms;
    int64_t now_ms;         /* of the engine, at boot_ms */
    int64_t boot_ms;        /* of the last reading */
    int64_t apart_since_ms; /* boot clock; -1: the clocks agree */
    int64_t slew_rest;      /* boot milliseconds that no caught-up millisecond was given for yet */
    int64_t apart_ms;       /* wall minus engine, at the last reading */
    bool waits_for_word;    /* the wall clock is too far ahead to follow it unasked */
    bool is_allowed;        /* the operator's word, used up by the next correction, or when the clocks agree again */
} EscTimekeeper;

/* One look at both clocks. */
typedef struct EscTimeReading {
    int64_t now_ms; /* the engine's time from now on */
    int64_t
        correction_ms; /* 0: none; else by how much it was moved at this reading, already in now_ms */
} EscTimeReading;

/* Begins at a start of the daemon. `kept_ms` is the engine's time as the store has it (0: a new one). The wall clock
 * counts, time since the last stop has passed; where it is behind the store by more than ESC_CLOCK_APART_MS the reading is
 * a correction back. `settle_ms`: usually ESC_CLOCK_SETTLE_MS. */
EscTimeReading esc_timekeeper_start(EscTimekeeper *keeper, int64_t settle_ms, int64_t kept_ms,
                                    int64_t wall_ms, int64_t boot_ms);
/* Any later look; boot_ms does not go back (one that does counts as no time passed). */
EscTimeReading esc_timekeeper_read(EscTimekeeper *keeper, int64_t wall_ms, int64_t boot_ms);
/* The operator says that the wall clock is right: a difference of any size is followed once it has settled. */
void esc_timekeeper_allow(EscTimekeeper *keeper);

#ifdef __cplusplus
}
#endif
#endif
