/* daemon_clock.h - what the log is told about the clocks of the workspaces. */
#ifndef ESC_DAEMON_CLOCK_H
#define ESC_DAEMON_CLOCK_H

#include <esc/service.h>

/* What was told about a workspace's clock so far. */
typedef struct EscClockWatch {
    uint64_t corrections;
    bool is_apart, waits_for_word;
} EscClockWatch;

/* Says what has changed since the last time: `clock_apart` once when the clocks begin to differ, `clock_waits` when the
 * difference needs an operator's word, `clock_corrected` with its size. */
void esc_clock_tell(EscClockWatch *watch, EscText workspace, const EscServiceClock *clock,
                    void (*say)(void *context, const char *level, const char *event, EscText text),
                    void *context);

#endif
