/* service_clock.c - the one place that follows the wall clock: both clocks of the door read for a workspace's timekeeper.
 *
 * Somebody has to look even when nothing happens: every half of the settling time, so that a difference that stays is
 * seen at least twice before it is followed. Who looks so often also sees when nobody could: the boot clock runs on while
 * the machine sleeps. */
#include "service_clock.h"

static int64_t wall_ms(const EscServiceTime *time)
{
    return time->clock->wall_ms(time->clock->context) + time->lapse_ms;
}

static int64_t boot_ms(const EscServiceTime *time)
{
    return time->clock->boot_ms(time->clock->context);
}

static EscTimeReading note(EscServiceTime *time, EscTimeReading reading)
{
    const EscTimekeeper *keeper = &time->keeper;
    time->look_due_ms = time->is_time_lapse ? INT64_MAX : keeper->boot_ms + keeper->settle_ms / 2;
    time->seen.ahead_ms = keeper->apart_ms;
    time->seen.is_apart = keeper->apart_since_ms >= 0;
    time->seen.waits_for_word = keeper->waits_for_word;
    if (reading.correction_ms != 0) {
        time->seen.corrections++;
        time->seen.corrected_by_ms = reading.correction_ms;
        time->seen.corrected_at_ms = reading.now_ms;
    }
    return reading;
}

EscTimeReading esc_service_time_start(EscServiceTime *time, const EscServiceConfig *config,
                                      int64_t kept_ms)
{
    *time = (EscServiceTime){.clock = config->clock, .is_time_lapse = config->is_time_lapse};
    int64_t settle_ms = config->clock_settle_ms > 0 ? config->clock_settle_ms : ESC_CLOCK_SETTLE_MS;
    int64_t wall = wall_ms(time);
    if (config->is_time_lapse && wall < kept_ms) {
        time->lapse_ms = kept_ms - wall;
        wall = kept_ms;
    }
    return note(time, esc_timekeeper_start(&time->keeper, settle_ms, kept_ms, wall, boot_ms(time)));
}

EscTimeReading esc_service_time_look(EscServiceTime *time)
{
    int64_t boot = boot_ms(time);
    time->has_slept =
        boot - time->keeper.boot_ms > ESC_SLEPT_MS && boot - time->look_due_ms > ESC_SLEPT_MS / 2;
    return note(time, esc_timekeeper_read(&time->keeper, wall_ms(time), boot));
}

int64_t esc_service_time_now_ms(const EscServiceTime *time)
{
    int64_t passed_ms = boot_ms(time) - time->keeper.boot_ms;
    return time->keeper.now_ms + (passed_ms > 0 ? passed_ms : 0);
}

int64_t esc_service_time_wait_ms(const EscServiceTime *time, int64_t due_ms)
{
    int64_t boot = boot_ms(time), now_ms = esc_service_time_now_ms(time);
    if (due_ms <= now_ms || time->look_due_ms <= boot)
        return 0;
    int64_t timer_ms = due_ms == INT64_MAX ? INT64_MAX : due_ms - now_ms,
            look_ms = time->look_due_ms == INT64_MAX ? INT64_MAX : time->look_due_ms - boot;
    return timer_ms < look_ms ? timer_ms : look_ms;
}

int64_t esc_service_time_due_boot_ms(const EscServiceTime *time, int64_t due_ms)
{
    const EscTimekeeper *keeper = &time->keeper;
    int64_t timer_ms =
        due_ms == INT64_MAX ? INT64_MAX : keeper->boot_ms + (due_ms - keeper->now_ms);
    return timer_ms < time->look_due_ms ? timer_ms : time->look_due_ms;
}

bool esc_service_time_accept(EscServiceTime *time)
{
    if (!time->keeper.waits_for_word)
        return false;
    esc_timekeeper_allow(&time->keeper);
    time->look_due_ms = time->keeper.boot_ms;
    return true;
}
