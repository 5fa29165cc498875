/* test_kit_time.c - durations and times as people write them; the calendar day by day over 9999
 * years. */
#include <stdio.h>

#include "support/test.h"

static void assert_duration(int64_t duration_ms, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 100);
    esc_duration_write(&out, duration_ms);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

static void durations_are_written_as_people_say_them(void **state)
{
    (void)state;
    assert_duration(0, "0s");
    assert_duration(1, "1ms");
    assert_duration(1500, "1s500ms");
    assert_duration(59 * ESC_SECOND_MS, "59s");
    assert_duration(60 * ESC_SECOND_MS, "1m");
    assert_duration(90 * ESC_SECOND_MS, "90s");
    assert_duration(119 * ESC_SECOND_MS, "119s");
    assert_duration(120 * ESC_SECOND_MS, "2m");
    assert_duration(121 * ESC_SECOND_MS, "2m1s");
    assert_duration(5 * ESC_MINUTE_MS, "5m");
    assert_duration(90 * ESC_MINUTE_MS, "1h30m");
    assert_duration(12 * ESC_HOUR_MS, "12h");
    assert_duration(48 * ESC_HOUR_MS, "2d");
    assert_duration(36 * ESC_HOUR_MS, "1d12h");
    assert_duration(ESC_YEAR_MS, "365d");
    assert_duration(-90 * ESC_MINUTE_MS, "-1h30m");
    assert_duration(INT64_MAX, "106751991167d7h12m55s807ms");
    assert_duration(INT64_MIN, "-106751991167d7h12m55s808ms");
}

/* --- the calendar ----------------------------------------------------------------------------- */

static void every_day_follows_the_one_before(void **state)
{
    (void)state;
    static const unsigned lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t expected = esc_days_from_date(1, 1, 1);
    for (int64_t year = 1; year <= 9999; year++) {
        bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (unsigned month = 1; month <= 12; month++) {
            unsigned length = lengths[month - 1] + (month == 2 && is_leap);
            for (unsigned day = 1; day <= length; day++, expected++) {
                int64_t y = 0;
                unsigned m = 0, d = 0;
                esc_date_from_days(expected, &y, &m, &d);
                if (esc_days_from_date(year, month, day) != expected || y != year || m != month ||
                    d != day)
                    fail_msg("%lld-%u-%u", (long long)year, month, day);
            }
        }
    }
}

static void known_days(void **state)
{
    (void)state;
    assert_int_equal(esc_days_from_date(1970, 1, 1), 0);
    assert_int_equal(esc_days_from_date(1969, 12, 31), -1);
    assert_int_equal(esc_days_from_date(2000, 3, 1), 11017);
    assert_int_equal(esc_days_from_date(2026, 1, 5), 20458);
    assert_int_equal(esc_weekday_from_days(20458), 0);
    assert_int_equal(esc_weekday_from_days(20457), 6);
    assert_int_equal(esc_weekday_from_days(0), 3);
    assert_int_equal(esc_weekday_from_days(-3), 0);
    assert_int_equal(esc_weekday_from_days(-4), 6);
    assert_int_equal(esc_days_from_date(-400, 3, 1), esc_days_from_date(0, 3, 1) - 146097);
    int64_t year = 0;
    unsigned month = 0, day = 0;
    esc_date_from_days(esc_days_from_date(-4, 2, 29), &year, &month, &day);
    assert_int_equal(year, -4);
    assert_int_equal(month, 2);
    assert_int_equal(day, 29);
}

/* --- times ------------------------------------------------------------------------------------ */

static void assert_time(int64_t time_ms, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 100);
    esc_time_write(&out, time_ms);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

static void times_are_written_with_milliseconds(void **state)
{
    (void)state;
    assert_time(0, "1970-01-01T00:00:00.000Z");
    assert_time(-1, "1969-12-31T23:59:59.999Z");
    assert_time(INT64_C(1767603600123), "2026-01-05T09:00:00.123Z");
    assert_time(INT64_C(-62135596800000), "0001-01-01T00:00:00.000Z");
    assert_time(INT64_C(253402300799999), "9999-12-31T23:59:59.999Z");
}

static void times_outside_the_years_are_clamped(void **state)
{
    (void)state;
    assert_time(INT64_C(-62135596800001), "0001-01-01T00:00:00.000Z");
    assert_time(INT64_C(253402300800000), "9999-12-31T23:59:59.999Z");
    assert_time(INT64_MIN, "0001-01-01T00:00:00.000Z");
    assert_time(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

typedef struct TimeCase {
    const char *text;
    const char *as_utc; /* NULL: refused */
} TimeCase;

static const TimeCase time_cases[] = {
    {"2026-01-05T09:00:00Z", "2026-01-05T09:00:00.000Z"},
    {"2026-01-05t09:00:00z", "2026-01-05T09:00:00.000Z"},
    {"2026-01-05T09:00:00.5Z", "2026-01-05T09:00:00.500Z"},
    {"2026-01-05T09:00:00.0019999Z", "2026-01-05T09:00:00.001Z"},
    {"2026-01-05T09:00:00.123456789012345678901234567890123456789012Z", "2026-01-05T09:00:00.123Z"},
    {"2026-01-05T09:00:00.1234567890123456789012345678901234567890123456Z",
     NULL}, /* over 64 bytes */
    {"2026-01-05T09:00:00+01:30", "2026-01-05T07:30:00.000Z"},
    {"2026-01-05T09:00:00-00:00", "2026-01-05T09:00:00.000Z"},
    {"2025-12-31T23:30:00-01:00", "2026-01-01T00:30:00.000Z"},
    {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"},
    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
    {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
    {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
    {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
    {"2023-02-29T00:00:00Z", NULL},
    {"1900-02-29T00:00:00Z", NULL},
    {"2026-04-31T00:00:00Z", NULL},
    {"2026-00-01T00:00:00Z", NULL},
    {"2026-13-01T00:00:00Z", NULL},
    {"2026-01-00T00:00:00Z", NULL},
    {"0000-01-01T00:00:00Z", NULL},
    {"0001-01-01T00:00:00+00:01", NULL}, /* before the first year in UTC */
    {"9999-12-31T23:59:59-00:01", NULL},
    {"2026-01-05T24:00:00Z", NULL},
    {"2026-01-05T09:60:00Z", NULL},
    {"2026-01-05T09:00:61Z", NULL},
    {"2026-01-05T09:00:00+24:00", NULL},
    {"2026-01-05T09:00:00+01:60", NULL},
    {"2026-01-05T09:00:00.Z", NULL},
    {"2026-01-05T09:00:00", NULL},
    {"2026-01-05T09:00Z", NULL},
    {"2026-01-05 09:00:00Z", NULL},
    {"2026-01-05T09:00:00Zx", NULL},
    {"2026-01-05T09:00:00+0100", NULL},
    {" 2026-01-05T09:00:00Z", NULL},
    {"2026-1-5T09:00:00Z", NULL},
    {"+026-01-05T09:00:00Z", NULL},
    {"", NULL},
};

static void times_are_read_as_rfc3339(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(time_cases); i++) {
        int64_t time_ms = 4711;
        bool is_read = esc_time_read(esc_text_from(time_cases[i].text), &time_ms);
        print_message("%s\n", time_cases[i].text);
        assert_int_equal(is_read, time_cases[i].as_utc != NULL);
        if (is_read)
            assert_time(time_ms, time_cases[i].as_utc);
        else
            assert_int_equal(time_ms, 4711);
    }
}

static void months_end_with_their_last_day(void **state)
{
    static const unsigned lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    (void)state;
    for (unsigned month = 1; month <= 12; month++) {
        for (unsigned day = 1; day <= 32; day++) {
            char text[32];
            int64_t time_ms = 0;
            assert_in_range(snprintf(text, sizeof text, "2024-%02u-%02uT00:00:00Z", month, day), 1,
                            sizeof text - 1);
            assert_int_equal(esc_time_read(esc_text_from(text), &time_ms),
                             day <= lengths[month - 1]);
        }
    }
}

static void a_time_cut_anywhere_is_refused(void **state)
{
    (void)state;
    EscText whole = ESC_TEXT("2026-01-05T09:00:00.123+01:00");
    int64_t time_ms = 0;
    for (size_t size = 0; size < whole.size; size++)
        assert_false(esc_time_read((EscText){whole.data, size}, &time_ms));
    assert_true(esc_time_read(whole, &time_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_written_as_people_say_them),
        cmocka_unit_test(every_day_follows_the_one_before),
        cmocka_unit_test(known_days),
        cmocka_unit_test(times_are_written_with_milliseconds),
        cmocka_unit_test(times_outside_the_years_are_clamped),
        cmocka_unit_test(times_are_read_as_rfc3339),
        cmocka_unit_test(months_end_with_their_last_day),
        cmocka_unit_test(a_time_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
