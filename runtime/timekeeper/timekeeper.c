/* timekeeper.c - the engine's time: the boot clock's pace, the wall clock's place. */
#include <esc/timekeeper.h>

static EscTimeReading correct(EscTimekeeper *keeper, int64_t by_ms)
{
    keeper->now_ms += by_ms;
    keeper->apart_ms = 0;
    keeper->apart_since_ms = -1;
    keeper->slew_rest = 0;
    keeper->waits_for_word = false;
    keeper->is_allowed = false;
    return (EscTimeReading){.now_ms = keeper->now_ms, .correction_ms = by_ms};
}

EscTimeReading esc_timekeeper_start(EscTimekeeper *keeper, int64_t settle_ms, int64_t kept_ms,
                                    int64_t wall_ms, int64_t boot_ms)
{
    *keeper = (EscTimekeeper){
        .settle_ms = settle_ms, .now_ms = kept_ms, .boot_ms = boot_ms, .apart_since_ms = -1};
    if (wall_ms < kept_ms - ESC_CLOCK_APART_MS)
        return correct(keeper, wall_ms - kept_ms);
    if (wall_ms > kept_ms)
        keeper->now_ms = wall_ms;
    keeper->apart_ms = wall_ms - keeper->now_ms;
    return (EscTimeReading){.now_ms = keeper->now_ms};
}

static bool is_apart(int64_t difference_ms)
{
    return difference_ms > ESC_CLOCK_APART_MS || difference_ms < -ESC_CLOCK_APART_MS;
}

/* Moves towards the wall clock by at most a tenth of what passed; never back. */
static void slew(EscTimekeeper *keeper, int64_t passed_ms, int64_t difference_ms)
{
    keeper->slew_rest += passed_ms;
    int64_t step_ms = keeper->slew_rest / ESC_CLOCK_SLEW;
    keeper->slew_rest %= ESC_CLOCK_SLEW;
    int64_t size_ms = difference_ms < 0 ? -difference_ms : difference_ms;
    if (step_ms > size_ms)
        step_ms = size_ms;
    keeper->now_ms += difference_ms < 0 ? -step_ms : step_ms;
}

EscTimeReading esc_timekeeper_read(EscTimekeeper *keeper, int64_t wall_ms, int64_t boot_ms)
{
    int64_t passed_ms = boot_ms > keeper->boot_ms ? boot_ms - keeper->boot_ms : 0;
    keeper->boot_ms += passed_ms;
    keeper->now_ms += passed_ms;
    int64_t difference_ms = wall_ms - keeper->now_ms;
    if (!is_apart(difference_ms)) {
        keeper->apart_since_ms = -1;
        keeper->waits_for_word = false;
        keeper->is_allowed = false; /* the word was for the difference that has gone */
        slew(keeper, passed_ms, difference_ms);
    } else if (keeper->apart_since_ms < 0) {
        keeper->apart_since_ms = keeper->boot_ms;
    } else if (keeper->boot_ms - keeper->apart_since_ms > keeper->settle_ms) {
        if (difference_ms <= ESC_CLOCK_FORWARD_MAX_MS || keeper->is_allowed)
            return correct(keeper, difference_ms);
        keeper->waits_for_word = true;
    }
    keeper->apart_ms = wall_ms - keeper->now_ms;
    return (EscTimeReading){.now_ms = keeper->now_ms};
}

void esc_timekeeper_allow(EscTimekeeper *keeper)
{
    keeper->is_allowed = true;
}
