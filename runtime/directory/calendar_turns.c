/* calendar_turns.c - whether hours are open at an instant, and when that changes next.
 *
 * What counts is what the wall clock shows: an hour that is shown twice counts twice, one that is never shown not at all
 * (half open: the last minute is not included). So the answer changes at the instants at which the clock shows an end of some
 * hours or midnight, each as often as it shows it, and at those at which the zone changes its offset. */
#include "resolve.h"

#include "zone.h"

enum { DAYS_MAX = 401, DAY_MINUTES = 1440, DAY_S = 86400 };

typedef struct Hours {
    const EscProgram *program;
    const EscZones *zones;
    const EscCalendarRow *row;
    EscText zone;
} Hours;

static Hours hours_of(const EscProgram *program, const EscZones *zones, uint32_t calendar)
{
    const EscCalendarRow *row = &program->calendars[calendar];
    uint32_t zone = row->timezone != 0 ? row->timezone - 1 : program->meta->timezone;
    return (Hours){.program = program, .zones = zones, .row = row, .zone = program->texts[zone]};
}

static int64_t local_s(const Hours *hours, int64_t at_ms)
{
    return esc_floor_divide(at_ms, 1000) + esc_zone_offset_s(hours->zones, hours->zone, at_ms);
}

static bool is_open(const Hours *hours, int64_t at_ms)
{
    int64_t shown_s = local_s(hours, at_ms), day = esc_floor_divide(shown_s, DAY_S);
    int64_t minute = (shown_s - day * DAY_S) / 60;
    uint32_t weekday = esc_weekday_from_days(day);
    if (esc_calendar_is_holiday(hours->program, hours->row, day))
        return false;
    for (uint32_t i = 0; i < hours->row->hours_count; i++) {
        const EscHoursRow *row = &hours->program->hours[hours->row->hours_first + i];
        if (row->weekday == weekday && row->from_minute <= minute && minute < row->to_minute)
            return true;
    }
    return false;
}

bool esc_calendar_is_open(const EscProgram *program, const EscZones *zones, uint32_t calendar,
                          int64_t at_ms)
{
    Hours hours = hours_of(program, zones, calendar);
    return is_open(&hours, at_ms);
}

/* The first change behind from_ms that was found. */
typedef struct Search {
    const Hours *hours;
    int64_t from_ms, found_ms;
    bool was_open;
} Search;

static void try_instant(Search *search, int64_t at_ms)
{
    if (at_ms > search->from_ms && at_ms < search->found_ms &&
        is_open(search->hours, at_ms) != search->was_open)
        search->found_ms = at_ms;
}

/* When the clock shows that minute of the day, once or twice. */
static void try_minute(Search *search, int64_t day, int64_t minute)
{
    const Hours *hours = search->hours;
    int64_t shown = day * DAY_MINUTES + minute;
    int64_t first_ms = esc_zone_instant_ms(hours->zones, hours->zone, shown);
    int64_t later_s = esc_zone_offset_s(hours->zones, hours->zone, first_ms + ESC_DAY_MS / 4);
    int64_t second_ms = (shown * 60 - later_s) * 1000;
    try_instant(search, first_ms);
    if (second_ms != first_ms && local_s(hours, second_ms) == shown * 60)
        try_instant(search, second_ms);
}

/* Where the zone changes its offset between two instants, the later one of which lies behind one change. */
static void try_change(Search *search, int64_t low_ms, int64_t high_ms)
{
    const Hours *hours = search->hours;
    int32_t offset_s = esc_zone_offset_s(hours->zones, hours->zone, low_ms);
    if (esc_zone_offset_s(hours->zones, hours->zone, high_ms) == offset_s)
        return;
    while (high_ms - low_ms > 1) {
        int64_t middle_ms = low_ms + (high_ms - low_ms) / 2;
        if (esc_zone_offset_s(hours->zones, hours->zone, middle_ms) == offset_s)
            low_ms = middle_ms;
        else
            high_ms = middle_ms;
    }
    try_instant(search, high_ms);
}

static void try_day(Search *search, int64_t day)
{
    const Hours *hours = search->hours;
    int64_t noon_ms = (day * DAY_S + DAY_S / 2) * 1000; /* near it, whatever the zone */
    try_minute(search, day, 0);
    try_change(search, noon_ms - ESC_DAY_MS, noon_ms);
    try_change(search, noon_ms, noon_ms + ESC_DAY_MS);
    for (uint32_t i = 0; i < hours->row->hours_count; i++) {
        const EscHoursRow *row = &hours->program->hours[hours->row->hours_first + i];
        if (row->weekday != esc_weekday_from_days(day))
            continue;
        try_minute(search, day, row->from_minute);
        try_minute(search, day, row->to_minute);
    }
}

int64_t esc_calendar_turns_ms(const EscProgram *program, const EscZones *zones, uint32_t calendar,
                              int64_t from_ms)
{
    Hours hours = hours_of(program, zones, calendar);
    Search search = {.hours = &hours,
                     .from_ms = from_ms,
                     .found_ms = from_ms + ESC_DEADLINE_MAX_MS,
                     .was_open = is_open(&hours, from_ms)};
    int64_t first = esc_floor_divide(local_s(&hours, from_ms), DAY_S) - 1;
    for (int64_t day = first; day <= first + DAYS_MAX; day++) {
        bool was_found = search.found_ms < from_ms + ESC_DEADLINE_MAX_MS;
        try_day(&search, day);
        if (was_found && day > first + 1) /* one day more: clocks go back over midnight too */
            break;
    }
    return search.found_ms;
}
