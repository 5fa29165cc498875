/* test_clock_time.c - clocks of service levels held against a slow oracle that walks minute by minute.
 *
 * The oracle asks the C library what the wall clock shows at each minute, and counts those that are open and not paused.
 * It shares nothing with the code under test but the opening hours. Two years of dates in six zones, so both changes of the
 * clock in each that has them; holidays, lunch breaks, hours over midnight. ESC_LONG holds many more clocks against it. */
#define _GNU_SOURCE

#include <engine/duty.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/test.h"
#include "support/zone_files.h"

enum {
    ZONES = 6,
    CALENDARS = 4,
    HOURS_MAX = 64,
    PAUSES_MAX = 70,
    DAY_MINUTES = 1440,
    HOLIDAYS = 6,
    CLOCKS = 12,       /* of each zone and calendar */
    CLOCKS_LONG = 400, /* the same with ESC_LONG */
    GOAL_MINUTES_MAX = 40 * 60
};

static const char *const ZONE_NAMES[ZONES] = {"Europe/Berlin",       "America/New_York",
                                              "Australia/Lord_Howe", "Asia/Kolkata",
                                              "America/St_Johns",    "Pacific/Auckland"};

/* --- calendars -------------------------------------------------------------------------------- */

static EscText texts[1 + ZONES];
static EscHoursRow hours[HOURS_MAX];
static uint32_t hours_count;
static EscHolidayRow holidays[HOLIDAYS];
static EscCalendarRow calendars[ZONES * CALENDARS];
static EscProgram program;
static EscZones *zones;

static void hours_add(uint32_t first_day, uint32_t last_day, uint32_t from, uint32_t to)
{
    for (uint32_t day = first_day; day <= last_day; day++)
        hours[hours_count++] = (EscHoursRow){day, from, to};
}

/* Office hours; with a lunch break; nights and all of Sunday; two parts of each day. No hours begin or end where clocks
 * change: what an hour means that is there twice is decided where calendars are tested. */
static void hours_make(uint32_t first[CALENDARS + 1])
{
    hours_count = first[0] = 0;
    hours_add(0, 4, 540, 1020);
    first[1] = hours_count;
    for (uint32_t day = 0; day < 5; day++) {
        hours_add(day, day, 480, 720);
        hours_add(day, day, 765, 1050);
    }
    first[2] = hours_count;
    for (uint32_t day = 0; day < 6; day++) {
        hours_add(day, day, 0, 360);
        hours_add(day, day, 1320, 1440);
    }
    hours_add(6, 6, 0, 1440);
    first[3] = hours_count;
    for (uint32_t day = 0; day < 7; day++) {
        hours_add(day, day, 37, 59);
        hours_add(day, day, 1001, 1439);
    }
    first[4] = hours_count;
}

static int set_up(void **state)
{
    (void)state;
    uint32_t first[CALENDARS + 1];
    hours_make(first);
    static const unsigned dates[HOLIDAYS][3] = {{2025, 12, 24}, {2025, 12, 25}, {2026, 4, 3},
                                                {2026, 5, 1},   {2026, 10, 26}, {2027, 3, 29}};
    for (size_t i = 0; i < HOLIDAYS; i++)
        holidays[i].day = esc_days_from_date(dates[i][0], dates[i][1], dates[i][2]);
    for (uint32_t zone = 0; zone < ZONES; zone++) {
        texts[1 + zone] = esc_text_from(ZONE_NAMES[zone]);
        for (uint32_t i = 0; i < CALENDARS; i++)
            calendars[zone * CALENDARS + i] =
                (EscCalendarRow){.timezone = 1 + zone + 1,
                                 .hours_first = first[i],
                                 .hours_count = first[i + 1] - first[i],
                                 .holidays_count = i == 3 ? 0 : HOLIDAYS};
    }
    static const EscMetaRow meta = {.timezone = 1};
    program = (EscProgram){.texts = texts,
                           .texts_count = 1 + ZONES,
                           .meta = &meta,
                           .meta_count = 1,
                           .calendars = calendars,
                           .calendars_count = ZONES * CALENDARS,
                           .hours = hours,
                           .hours_count = hours_count,
                           .holidays = holidays,
                           .holidays_count = HOLIDAYS};
    zones = esc_zones_new();
    return zone_files_load(zones, &program) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    esc_zones_free(zones);
    return 0;
}

/* --- the oracle ------------------------------------------------------------------------------- */

typedef struct Oracle {
    uint32_t calendar; /* OPTION */
    int64_t begin;     /* minutes since 1970, as all of these */
    EscPause pauses[PAUSES_MAX];
    size_t pauses_count;
} Oracle;

static bool is_paused(const Oracle *oracle, int64_t minute)
{
    for (size_t i = 0; i < oracle->pauses_count; i++)
        if (minute >= oracle->pauses[i].from_ms / ESC_MINUTE_MS &&
            minute < oracle->pauses[i].to_ms / ESC_MINUTE_MS)
            return true;
    return false;
}

/* By what the wall clock shows, in the zone that TZ says. */
static bool is_open(const Oracle *oracle, int64_t minute)
{
    if (oracle->calendar == 0)
        return true;
    const EscCalendarRow *calendar = &calendars[oracle->calendar - 1];
    time_t second = (time_t)(minute * 60);
    struct tm wall;
    assert_non_null(localtime_r(&second, &wall));
    for (uint32_t i = 0; i < calendar->holidays_count; i++)
        if (holidays[i].day == esc_days_from_date(wall.tm_year + 1900, (unsigned)wall.tm_mon + 1,
                                                  (unsigned)wall.tm_mday))
            return false;
    uint32_t weekday = (uint32_t)(wall.tm_wday + 6) % 7;
    uint32_t at = (uint32_t)(wall.tm_hour * 60 + wall.tm_min);
    for (uint32_t i = 0; i < calendar->hours_count; i++) {
        const EscHoursRow *row = &hours[calendar->hours_first + i];
        if (row->weekday == weekday && at >= row->from_minute && at < row->to_minute)
            return true;
    }
    return false;
}

/* --- what is held against it ------------------------------------------------------------------ */

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static int64_t below(uint64_t *random, int64_t limit)
{
    return (int64_t)(next(random) % (uint64_t)limit);
}

static EscClockTime time_of(const Oracle *oracle)
{
    return (EscClockTime){.program = &program,
                          .zones = zones,
                          .calendar = oracle->calendar,
                          .begin_ms = oracle->begin * ESC_MINUTE_MS,
                          .pauses = oracle->pauses,
                          .pauses_count = oracle->pauses_count};
}

/* One walk from the beginning to the end of the goal; on the way the time used is asked for now and then. */
static void hold(const Oracle *oracle, int64_t goal, uint64_t *random)
{
    EscClockTime time = time_of(oracle);
    int64_t used = 0, minute = oracle->begin;
    for (; used < goal; minute++) {
        if (below(random, 200) == 0)
            assert_int_equal(esc_clock_time_used_ms(&time, minute * ESC_MINUTE_MS),
                             used * ESC_MINUTE_MS);
        used += is_open(oracle, minute) && !is_paused(oracle, minute);
    }
    int64_t due = esc_clock_time_reaches_ms(&time, goal * ESC_MINUTE_MS);
    if (due != minute * ESC_MINUTE_MS)
        fail_msg("calendar %u from %" PRId64 " with %zu pauses, %" PRId64
                 " minutes: due at %" PRId64 ", and the oracle says %" PRId64,
                 oracle->calendar, oracle->begin, oracle->pauses_count, goal, due / ESC_MINUTE_MS,
                 minute);
    /* Without its pauses it would have begun later: the clock and a correction take them so. */
    int64_t begun = esc_clock_time_begun_ms(&time, due, goal * ESC_MINUTE_MS);
    time.begin_ms = begun;
    time.pauses_count = 0;
    assert_int_equal(esc_clock_time_used_ms(&time, due), goal * ESC_MINUTE_MS);
    assert_int_equal(esc_clock_time_reaches_ms(&time, goal * ESC_MINUTE_MS), due);
}

static Oracle oracle_make(uint32_t calendar, uint64_t *random)
{
    /* from 1 December 2025 on, for two years */
    Oracle oracle = {.calendar = calendar,
                     .begin = esc_days_from_date(2025, 12, 1) * DAY_MINUTES +
                              below(random, 730 * DAY_MINUTES)};
    int64_t at = oracle.begin;
    int64_t pauses = below(random, 4) == 0 ? below(random, PAUSES_MAX) : below(random, 5);
    for (int64_t i = 0; i < pauses; i++) {
        at += below(random, 900);
        int64_t length = 1 + below(random, below(random, 5) == 0 ? 5 * DAY_MINUTES : 600);
        oracle.pauses[oracle.pauses_count++] =
            (EscPause){at * ESC_MINUTE_MS, (at + length) * ESC_MINUTE_MS};
        at += length + 1;
    }
    return oracle;
}

static void clocks_are_those_of_a_slow_count(void **state)
{
    (void)state;
    const char *seed = getenv("ESC_SEED");
    bool is_long = getenv("ESC_LONG") != NULL;
    uint64_t random = (seed == NULL ? 1 : strtoull(seed, NULL, 10)) * 0x9e3779b97f4a7c15u + 1;
    print_message("ESC_SEED=%s\n", seed == NULL ? "1" : seed);
    for (uint32_t zone = 0; zone < ZONES; zone++) {
        assert_int_equal(setenv("TZ", ZONE_NAMES[zone], 1), 0);
        tzset();
        for (uint32_t i = 0; i <= CALENDARS; i++) {
            uint32_t calendar = i == CALENDARS ? 0 : zone * CALENDARS + i + 1;
            for (int clock = 0; clock < (is_long ? CLOCKS_LONG : CLOCKS); clock++) {
                Oracle oracle = oracle_make(calendar, &random);
                hold(&oracle, 1 + below(&random, GOAL_MINUTES_MAX), &random);
            }
        }
    }
}

/* Days on which the clock changes, one by one: a clock that begins at each hour of the day before. */
static void changes_of_the_clock_are_counted(void **state)
{
    (void)state;
    static const struct {
        uint32_t zone;
        int year;
        unsigned month, day;
    } changes[] = {{0, 2026, 3, 29}, {0, 2026, 10, 25}, {1, 2026, 3, 8}, {1, 2026, 11, 1},
                   {2, 2026, 4, 5},  {2, 2026, 10, 4},  {4, 2026, 3, 8}, {4, 2026, 11, 1},
                   {5, 2026, 4, 5},  {5, 2026, 9, 27}};
    uint64_t random = 7;
    for (size_t i = 0; i < ESC_COUNT_OF(changes); i++) {
        assert_int_equal(setenv("TZ", ZONE_NAMES[changes[i].zone], 1), 0);
        tzset();
        int64_t day = esc_days_from_date(changes[i].year, changes[i].month, changes[i].day);
        for (uint32_t kind = 0; kind < CALENDARS; kind++) {
            for (int64_t hour = -36; hour < 24; hour += 3) {
                Oracle oracle = {.calendar = changes[i].zone * CALENDARS + kind + 1,
                                 .begin = day * DAY_MINUTES + hour * 60};
                hold(&oracle, 60 + below(&random, 12 * 60), &random);
            }
        }
    }
}

/* A goal that is reached in the very moment in which the clock stands was reached before it stood. */
static void what_is_reached_as_it_stands_is_reached(void **state)
{
    (void)state;
    const EscPause pause = {4 * ESC_HOUR_MS, 9 * ESC_HOUR_MS};
    EscClockTime time = {.program = &program, .zones = zones, .pauses = &pause, .pauses_count = 1};
    assert_int_equal(esc_clock_time_reaches_ms(&time, 4 * ESC_HOUR_MS), 4 * ESC_HOUR_MS);
    assert_int_equal(esc_clock_time_reaches_ms(&time, 4 * ESC_HOUR_MS + 1), 9 * ESC_HOUR_MS + 1);
    assert_int_equal(esc_clock_time_used_ms(&time, 5 * ESC_HOUR_MS), 4 * ESC_HOUR_MS);
    assert_int_equal(esc_clock_time_used_ms(&time, 10 * ESC_HOUR_MS), 5 * ESC_HOUR_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_are_those_of_a_slow_count),
        cmocka_unit_test(changes_of_the_clock_are_counted),
        cmocka_unit_test(what_is_reached_as_it_stands_is_reached),
    };
    return cmocka_run_group_tests_name("clock_time", tests, set_up, tear_down);
}
