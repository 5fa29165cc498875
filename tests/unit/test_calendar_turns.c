/* test_calendar_turns.c - whether hours are open by what the wall clock shows, and when that changes (M2.1): held against a look
 * at every minute around the changes of six zones. */
#include <stdio.h>

#include <esc/directory.h>

#include "support/test.h"
#include "support/zone_files.h"

enum { T_EMPTY, T_BERLIN, T_NEW_YORK, T_LORD_HOWE, T_HAVANA, T_KATHMANDU, T_CHATHAM, T_COUNT };
#define NAMED(text)                                                                                \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
static const EscText TEXTS[] = {
    NAMED(""),
    NAMED("Europe/Berlin"),
    NAMED("America/New_York"),
    NAMED("Australia/Lord_Howe"), /* half an hour */
    NAMED("America/Havana"),      /* at midnight */
    NAMED("Asia/Kathmandu"),      /* no change, and 45 minutes off */
    NAMED("Pacific/Chatham"),
};
static const EscMetaRow META = {.timezone = T_BERLIN};

/* Office hours with a break, hours of the night, a piece of the hour that comes twice or never, the whole day. */
static const EscHoursRow HOURS[] = {
    {0, 480, 720}, {0, 780, 1080},  {2, 480, 1080}, {4, 480, 1440},  {5, 0, 360},
    {0, 0, 360},   {0, 1320, 1440}, {6, 0, 360},    {6, 1320, 1440}, {6, 120, 135},
    {6, 150, 165}, {0, 0, 1440},    {6, 0, 1440},
};
static const struct {
    uint32_t first, count;
} SETS[] = {{0, 5}, {5, 4}, {9, 2}, {11, 2}};

static EscCalendarRow calendars[ESC_COUNT_OF(SETS) * (T_COUNT - 1)];
static const EscHolidayRow HOLIDAYS[] = {{20540}}; /* 2026-03-28 */
static EscProgram program;
static EscZones *zones;

static int set_up(void **unused)
{
    (void)unused;
    for (uint32_t i = 0; i < ESC_COUNT_OF(calendars); i++)
        calendars[i] = (EscCalendarRow){.timezone = i % (T_COUNT - 1) + T_BERLIN + 1,
                                        .hours_first = SETS[i / (T_COUNT - 1)].first,
                                        .hours_count = SETS[i / (T_COUNT - 1)].count,
                                        .holidays_count = 1};
    program = (EscProgram){.texts = TEXTS,
                           .texts_count = T_COUNT,
                           .meta = &META,
                           .meta_count = 1,
                           .calendars = calendars,
                           .calendars_count = ESC_COUNT_OF(calendars),
                           .hours = HOURS,
                           .hours_count = ESC_COUNT_OF(HOURS),
                           .holidays = HOLIDAYS,
                           .holidays_count = 1};
    zones = esc_zones_new();
    return zone_files_load(zones, &program) ? 0 : -1;
}

static int tear_down(void **unused)
{
    (void)unused;
    esc_zones_free(zones);
    return 0;
}

static int64_t at(const char *time)
{
    int64_t ms = 0;
    assert_true(esc_time_read(esc_text_from(time), &ms));
    return ms;
}

static bool opens(uint32_t set, uint32_t zone, const char *time)
{
    return esc_calendar_is_open(&program, zones, set * (T_COUNT - 1) + zone - T_BERLIN, at(time));
}

/* 02:00 to 03:00 comes twice on 2026-10-25 in Berlin, and never on 2026-03-29; both are Sundays. */
static void the_hour_that_comes_twice_counts_twice(void **state)
{
    (void)state;
    assert_true(opens(2, T_BERLIN, "2026-10-25T00:00:00Z"));  /* 02:00, the first time */
    assert_false(opens(2, T_BERLIN, "2026-10-25T00:15:00Z")); /* half open */
    assert_true(opens(2, T_BERLIN, "2026-10-25T00:30:00Z"));
    assert_true(opens(2, T_BERLIN, "2026-10-25T01:00:00Z")); /* 02:00 again */
    assert_true(opens(2, T_BERLIN, "2026-10-25T01:14:59.999Z"));
    assert_false(opens(2, T_BERLIN, "2026-10-25T01:15:00Z"));
    for (int minute = 0; minute < 60;
         minute++) { /* 01:30 to 03:30 on the wall, without the hour between */
        char time[32];
        snprintf(time, sizeof time, "2026-03-29T%02d:%02d:00Z", minute < 30 ? 0 : 1,
                 minute < 30 ? minute + 30 : minute - 30);
        assert_false(opens(2, T_BERLIN, time));
    }
}

static void a_holiday_is_closed_from_midnight_to_midnight(void **state)
{
    (void)state;
    assert_true(opens(0, T_BERLIN, "2026-03-27T22:59:59Z"));  /* Friday 23:59 */
    assert_false(opens(0, T_BERLIN, "2026-03-27T23:00:00Z")); /* Saturday, a holiday */
    assert_true(opens(0, T_BERLIN, "2026-04-03T22:00:00Z"));  /* the Saturday behind it */
}

static void changes_are_those_that_a_look_at_each_minute_finds(uint32_t calendar, int64_t from_ms)
{
    int64_t end_ms = from_ms + 9 * ESC_DAY_MS, asked_ms = from_ms;
    bool was_open = esc_calendar_is_open(&program, zones, calendar, from_ms);
    for (int64_t now_ms = from_ms + ESC_MINUTE_MS; now_ms < end_ms; now_ms += ESC_MINUTE_MS) {
        bool is_now = esc_calendar_is_open(&program, zones, calendar, now_ms);
        if (is_now == was_open)
            continue;
        was_open = is_now;
        assert_int_equal(esc_calendar_turns_ms(&program, zones, calendar, asked_ms), now_ms);
        assert_int_equal(esc_calendar_turns_ms(&program, zones, calendar, now_ms - 1), now_ms);
        asked_ms = now_ms;
    }
    assert_true(esc_calendar_turns_ms(&program, zones, calendar, asked_ms) >= end_ms);
}

static void changes_around_those_of_the_zones(void **state)
{
    (void)state;
    static const char *const weeks[] = {"2026-03-04T00:00:00Z", "2026-03-25T00:00:00Z",
                                        "2026-04-01T00:00:00Z", "2026-09-23T00:00:00Z",
                                        "2026-10-21T00:00:00Z", "2026-10-29T00:00:00Z"};
    for (uint32_t calendar = 0; calendar < program.calendars_count; calendar++)
        for (size_t i = 0; i < ESC_COUNT_OF(weeks); i++)
            changes_are_those_that_a_look_at_each_minute_finds(calendar, at(weeks[i]));
}

/* Hours that never change again are looked at once more in 400 days. */
static void what_never_changes_is_bounded(void **state)
{
    (void)state;
    static const EscHoursRow always[] = {{0, 0, 1440}, {1, 0, 1440}, {2, 0, 1440}, {3, 0, 1440},
                                         {4, 0, 1440}, {5, 0, 1440}, {6, 0, 1440}};
    EscProgram whole = program;
    EscCalendarRow calendar = {.hours_count = 7};
    whole.hours = always;
    whole.hours_count = 7;
    whole.calendars = &calendar;
    whole.calendars_count = 1;
    assert_int_equal(esc_calendar_turns_ms(&whole, zones, 0, at("2026-03-04T00:00:00Z")),
                     at("2026-03-04T00:00:00Z") + 400 * ESC_DAY_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hour_that_comes_twice_counts_twice),
        cmocka_unit_test(a_holiday_is_closed_from_midnight_to_midnight),
        cmocka_unit_test(changes_around_those_of_the_zones),
        cmocka_unit_test(what_never_changes_is_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
