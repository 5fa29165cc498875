/* clock_time.c - how much of a clock's time has gone, and when so much will have: a function of its goal's calendar, its
 * beginning and the times in which it stood, and of nothing else. What becomes of the clock is the business of sla.c. */
#include <engine/duty.h>

static int64_t open_ms(const EscClockTime *time, int64_t from_ms, int64_t to_ms)
{
    return to_ms <= from_ms
               ? 0
               : esc_calendar_open_ms(time->program, time->zones, time->calendar, from_ms, to_ms);
}

int64_t esc_clock_time_reaches_ms(const EscClockTime *time, int64_t length_ms)
{
    int64_t from_ms = time->begin_ms;
    for (size_t i = 0; i < time->pauses_count; i++) {
        const EscPause *pause = &time->pauses[i];
        int64_t used_ms = open_ms(time, from_ms, pause->from_ms);
        if (used_ms >= length_ms)
            break; /* it was over before the clock stood */
        length_ms -= used_ms;
        from_ms = pause->to_ms > from_ms ? pause->to_ms : from_ms;
    }
    return esc_calendar_due_ms(time->program, time->zones, time->calendar, from_ms, length_ms);
}

int64_t esc_clock_time_used_ms(const EscClockTime *time, int64_t at_ms)
{
    int64_t used_ms = 0, from_ms = time->begin_ms;
    for (size_t i = 0; i < time->pauses_count && time->pauses[i].from_ms < at_ms; i++) {
        const EscPause *pause = &time->pauses[i];
        used_ms += open_ms(time, from_ms, pause->from_ms);
        from_ms = pause->to_ms > from_ms ? pause->to_ms : from_ms;
    }
    return used_ms + open_ms(time, from_ms, at_ms);
}

int64_t esc_clock_time_begun_ms(const EscClockTime *time, int64_t at_ms, int64_t used_ms)
{
    return esc_calendar_since_ms(time->program, time->zones, time->calendar, at_ms, used_ms);
}
