/* service_clock.h - the time of one workspace: its timekeeper, when to look at the clocks again, what was seen. For
 * service*.c only. */
#ifndef ESC_SERVICE_CLOCK_H
#define ESC_SERVICE_CLOCK_H

#include <esc/service.h>
#include <esc/timekeeper.h>

#define ESC_SLEPT_MS ESC_MINUTE_MS /* without a look, though one was due */

typedef struct EscServiceTime {
    const EscClock *clock;
    EscTimekeeper keeper;
    bool is_time_lapse; /* its wall clock goes by the boot clock: nothing to look at */
    int64_t
        lapse_ms; /* added to the wall clock of a time lapse, so that it goes on from the store's time */
    int64_t look_due_ms; /* boot clock */
    bool
        has_slept; /* nobody looked for long before the last look: the machine was asleep, or the process */
    EscServiceClock seen;
} EscServiceTime;

/* The first look, with the engine's time as the store has it. */
EscTimeReading esc_service_time_start(EscServiceTime *time, const EscServiceConfig *config,
                                      int64_t kept_ms);
/* Any later one. A correction in it has to be applied by the engine in this very turn. */
EscTimeReading esc_service_time_look(EscServiceTime *time);
int64_t esc_service_time_now_ms(const EscServiceTime *time);
/* Until the next look is due or the instant of engine time is reached; 0: now. */
int64_t esc_service_time_wait_ms(const EscServiceTime *time, int64_t due_ms);
/* The instant of that by the boot clock, which may be over. INT64_MAX: nothing waits. */
int64_t esc_service_time_due_boot_ms(const EscServiceTime *time, int64_t due_ms);
/* The operator's word; false when nothing waits for it. The next look is due at once. */
bool esc_service_time_accept(EscServiceTime *time);

#endif
