/* daemon_clock.c - what the log is told about the clocks of the workspaces. */
#include "daemon_clock.h"

static void sentence(EscBuf *out, EscText workspace, const char *what, int64_t by_ms,
                     const char *behind)
{
    esc_buf_clear(out);
    esc_buf_text(out, workspace);
    esc_buf_string(out, what);
    esc_duration_write(out, by_ms < 0 ? -by_ms : by_ms);
    esc_buf_string(out, behind);
}

void esc_clock_tell(EscClockWatch *watch, EscText workspace, const EscServiceClock *clock,
                    void (*say)(void *context, const char *level, const char *event, EscText text),
                    void *context)
{
    EscBuf text;
    esc_buf_init(&text, 1024);
    if (clock->is_apart && !watch->is_apart) {
        sentence(&text, workspace, ": the wall clock is ", clock->ahead_ms,
                 clock->ahead_ms < 0
                     ? " behind the time that has passed; it is followed when that lasts"
                     : " ahead of the time that has passed; it is followed when that lasts");
        say(context, "warning", "clock_apart", esc_buf_as_text(&text));
    }
    if (clock->waits_for_word && !watch->waits_for_word) {
        sentence(&text, workspace, ": the wall clock is ", clock->ahead_ms,
                 " ahead; it is followed when an operator says that it is right (escalctl clock "
                 "accept)");
        say(context, "warning", "clock_waits", esc_buf_as_text(&text));
    }
    if (clock->corrections > watch->corrections) {
        sentence(&text, workspace, ": engine time was moved ", clock->corrected_by_ms,
                 clock->corrected_by_ms < 0 ? " back to follow the wall clock"
                                            : " forward to follow the wall clock");
        say(context, "warning", "clock_corrected", esc_buf_as_text(&text));
    }
    esc_buf_release(&text);
    *watch = (EscClockWatch){.corrections = clock->corrections,
                             .is_apart = clock->is_apart,
                             .waits_for_word = clock->waits_for_word};
}
