/* calendar.c - when a duration of open hours has passed, and how much of them lies between two instants.
 *
 * Walks local days, not instants: an opening time is a local time, so a day with a clock change has an hour more or less and the
 * opening hours stay what people read on the wall. */
#include "resolve.h"

#include "zone.h"

#define CALENDAR_DAYS_MAX 401
#define DAY_MINUTES 1440

EscText esc_calendar_zone(const EscProgram *program, const EscCalendarRow *calendar)
{
    return program
        ->texts[calendar->timezone != 0 ? calendar->timezone - 1 : program->meta->timezone];
}

/* The first holiday on a day or behind it; INT64_MAX: there is none. */
static int64_t holiday_from(const EscProgram *program, const EscCalendarRow *calendar, int64_t day)
{
    uint32_t low = 0, high = calendar->holidays_count; /* sorted: first holiday that is >= day */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (program->holidays[calendar->holidays_first + middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low < calendar->holidays_count ? program->holidays[calendar->holidays_first + low].day
                                          : INT64_MAX;
}

bool esc_calendar_is_holiday(const EscProgram *program, const EscCalendarRow *calendar, int64_t day)
{
    return holiday_from(program, calendar, day) == day;
}

static int64_t local_day(const EscProgram *program, const EscZones *zones,
                         const EscCalendarRow *calendar, int64_t at_ms)
{
    int32_t offset_s = esc_zone_offset_s(zones, esc_calendar_zone(program, calendar), at_ms);
    return esc_floor_divide(esc_floor_divide(at_ms, 1000) + offset_s, 86400);
}

/* Takes this day's open time that lies at or after *at_ms from *left_ms. True when nothing is left; *at_ms is then the instant. */
static bool spend_day(const EscProgram *program, const EscZones *zones,
                      const EscCalendarRow *calendar, int64_t day, int64_t *at_ms, int64_t *left_ms)
{
    EscText zone = esc_calendar_zone(program, calendar);
    for (uint32_t i = 0; i < calendar->hours_count; i++) {
        const EscHoursRow *hours = &program->hours[calendar->hours_first + i];
        if (hours->weekday != esc_weekday_from_days(day))
            continue;
        int64_t opens_ms = esc_zone_instant_ms(zones, zone, day * DAY_MINUTES + hours->from_minute);
        int64_t closes_ms = esc_zone_instant_ms(zones, zone, day * DAY_MINUTES + hours->to_minute);
        int64_t from_ms = opens_ms > *at_ms ? opens_ms : *at_ms;
        if (closes_ms <= from_ms)
            continue;
        if (closes_ms - from_ms >= *left_ms) {
            *at_ms = from_ms + *left_ms;
            return true;
        }
        *left_ms -= closes_ms - from_ms;
    }
    return false;
}

int64_t esc_calendar_due_ms(const EscProgram *program, const EscZones *zones,
                            uint32_t calendar_option, int64_t from_ms, int64_t duration_ms)
{
    if (calendar_option == 0 || duration_ms <= 0)
        return from_ms > INT64_MAX - duration_ms ? INT64_MAX : from_ms + duration_ms;
    const EscCalendarRow *calendar = &program->calendars[calendar_option - 1];
    int64_t day = local_day(program, zones, calendar, from_ms);
    int64_t at_ms = from_ms, left_ms = duration_ms;
    for (int i = 0; i < CALENDAR_DAYS_MAX; i++, day++) {
        if (esc_calendar_is_holiday(program, calendar, day))
            continue;
        if (spend_day(program, zones, calendar, day, &at_ms, &left_ms))
            return at_ms;
    }
    return from_ms + ESC_DEADLINE_MAX_MS;
}

/* This day's open time between two instants. */
static int64_t open_of_day(const EscProgram *program, const EscZones *zones,
                           const EscCalendarRow *calendar, int64_t day, int64_t from_ms,
                           int64_t to_ms)
{
    EscText zone = esc_calendar_zone(program, calendar);
    int64_t open_ms = 0;
    for (uint32_t i = 0; i < calendar->hours_count; i++) {
        const EscHoursRow *hours = &program->hours[calendar->hours_first + i];
        if (hours->weekday != esc_weekday_from_days(day))
            continue;
        int64_t opens_ms = esc_zone_instant_ms(zones, zone, day * DAY_MINUTES + hours->from_minute);
        int64_t closes_ms = esc_zone_instant_ms(zones, zone, day * DAY_MINUTES + hours->to_minute);
        if (opens_ms < from_ms)
            opens_ms = from_ms;
        if (closes_ms > to_ms)
            closes_ms = to_ms;
        open_ms += closes_ms > opens_ms ? closes_ms - opens_ms : 0;
    }
    return open_ms;
}

int64_t esc_calendar_open_ms(const EscProgram *program, const EscZones *zones,
                             uint32_t calendar_option, int64_t from_ms, int64_t to_ms)
{
    if (calendar_option == 0 || to_ms <= from_ms)
        return to_ms - from_ms;
    const EscCalendarRow *calendar = &program->calendars[calendar_option - 1];
    int64_t first = local_day(program, zones, calendar, from_ms),
            last = local_day(program, zones, calendar, to_ms);
    if (last > first + CALENDAR_DAYS_MAX)
        last = first + CALENDAR_DAYS_MAX;
    int64_t open_ms = 0;
    for (int64_t day = first; day <= last; day++)
        open_ms += esc_calendar_is_holiday(program, calendar, day)
                       ? 0
                       : open_of_day(program, zones, calendar, day, from_ms, to_ms);
    return open_ms;
}

/* Takes this day's open time that lies before *at_ms from *left_ms. True when nothing is left; *at_ms is then the instant. */
static bool unspend_day(const EscProgram *program, const EscZones *zones,
                        const EscCalendarRow *calendar, int64_t day, int64_t *at_ms,
                        int64_t *left_ms)
{
    EscText zone = esc_calendar_zone(program, calendar);
    for (uint32_t i = calendar->hours_count; i > 0; i--) {
        const EscHoursRow *hours = &program->hours[calendar->hours_first + i - 1];
        if (hours->weekday != esc_weekday_from_days(day))
            continue;
        int64_t opens_ms = esc_zone_instant_ms(zones, zone, day * DAY_MINUTES + hours->from_minute);
        int64_t closes_ms = esc_zone_instant_ms(zones, zone, day * DAY_MINUTES + hours->to_minute);
        int64_t until_ms = closes_ms < *at_ms ? closes_ms : *at_ms;
        if (until_ms <= opens_ms)
            continue;
        if (until_ms - opens_ms >= *left_ms) {
            *at_ms = until_ms - *left_ms;
            return true;
        }
        *left_ms -= until_ms - opens_ms;
    }
    return false;
}

int64_t esc_calendar_since_ms(const EscProgram *program, const EscZones *zones,
                              uint32_t calendar_option, int64_t to_ms, int64_t duration_ms)
{
    if (calendar_option == 0 || duration_ms <= 0)
        return to_ms - duration_ms;
    const EscCalendarRow *calendar = &program->calendars[calendar_option - 1];
    int64_t day = local_day(program, zones, calendar, to_ms);
    int64_t at_ms = to_ms, left_ms = duration_ms;
    for (int i = 0; i < CALENDAR_DAYS_MAX; i++, day--) {
        if (!esc_calendar_is_holiday(program, calendar, day) &&
            unspend_day(program, zones, calendar, day, &at_ms, &left_ms))
            return at_ms;
    }
    return to_ms - ESC_DEADLINE_MAX_MS;
}

/* --- open or closed ----------------------------------------------------------------------------- */

/* The first row of hours that begins behind a minute of the week; hours_count when none of this week does. */
static uint32_t row_behind(const EscProgram *program, const EscCalendarRow *calendar,
                           int64_t week_minute)
{
    uint32_t low = 0, high = calendar->hours_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const EscHoursRow *hours = &program->hours[calendar->hours_first + middle];
        if ((int64_t)hours->weekday * DAY_MINUTES + hours->from_minute <= week_minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The minute at which the hours end that hold a minute; INT64_MIN when it is closed then. */
static int64_t open_until(const EscProgram *program, const EscCalendarRow *calendar, int64_t minute)
{
    int64_t day = esc_floor_divide(minute, DAY_MINUTES), time = minute - day * DAY_MINUTES;
    uint32_t weekday = esc_weekday_from_days(day);
    uint32_t row = row_behind(program, calendar, (int64_t)weekday * DAY_MINUTES + time);
    if (row == 0 || esc_calendar_is_holiday(program, calendar, day))
        return INT64_MIN;
    const EscHoursRow *hours = &program->hours[calendar->hours_first + row - 1];
    return hours->weekday == weekday && time < hours->to_minute
               ? day * DAY_MINUTES + hours->to_minute
               : INT64_MIN;
}

/* Hours that follow each other without a break are one. Those of a whole week only end at a holiday. */
static int64_t closes_behind(const EscProgram *program, const EscCalendarRow *calendar,
                             int64_t minute)
{
    int64_t week_later = minute + 7 * DAY_MINUTES, end = INT64_MIN;
    while (minute <= week_later && (end = open_until(program, calendar, minute)) != INT64_MIN)
        minute = end;
    if (end == INT64_MIN)
        return minute;
    int64_t holiday = holiday_from(program, calendar, esc_floor_divide(minute, DAY_MINUTES));
    return holiday == INT64_MAX ? INT64_MAX : holiday * DAY_MINUTES;
}

static int64_t opens_behind(const EscProgram *program, const EscCalendarRow *calendar,
                            int64_t minute)
{
    int64_t day = esc_floor_divide(minute, DAY_MINUTES), last = day + CALENDAR_DAYS_MAX;
    int64_t behind = (int64_t)esc_weekday_from_days(day) * DAY_MINUTES + minute - day * DAY_MINUTES;
    while (day <= last) {
        uint32_t row = row_behind(program, calendar, behind);
        if (row == calendar->hours_count) { /* on from the next Monday */
            day += 7 - esc_weekday_from_days(day);
            behind = -1;
            continue;
        }
        const EscHoursRow *hours = &program->hours[calendar->hours_first + row];
        day += hours->weekday - (int64_t)esc_weekday_from_days(day);
        if (!esc_calendar_is_holiday(program, calendar, day))
            return day * DAY_MINUTES + hours->from_minute;
        behind = (int64_t)hours->weekday * DAY_MINUTES + DAY_MINUTES - 1;
    }
    return INT64_MAX;
}

bool esc_calendar_look(const EscProgram *program, const EscCalendarRow *calendar, int64_t minute,
                       int64_t *until)
{
    bool is_open = open_until(program, calendar, minute) != INT64_MIN;
    *until = is_open ? closes_behind(program, calendar, minute)
                     : opens_behind(program, calendar, minute);
    return is_open;
}

bool esc_calendar_look_at(const EscProgram *program, const EscZones *zones, uint32_t calendar,
                          int64_t at_ms, int64_t *until_ms)
{
    const EscCalendarRow *row = &program->calendars[calendar];
    EscText zone = esc_calendar_zone(program, row);
    int64_t until = INT64_MAX;
    bool is_open = esc_calendar_look(program, row, esc_zone_minute(zones, zone, at_ms), &until);
    *until_ms = until == INT64_MAX ? INT64_MAX : esc_zone_instant_ms(zones, zone, until);
    return is_open;
}
