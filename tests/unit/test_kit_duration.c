/* test_kit_duration.c - durations as people write them and as programs do (ISO 8601), and what is no duration. */
#include "support/test.h"

#define MINUTE ESC_MINUTE_MS
#define HOUR (60 * MINUTE)

static void assert_read(const char *text, int64_t expected_ms)
{
    int64_t ms = -1;
    if (!esc_duration_read(esc_text_from(text), ESC_SPAN_MAX_MS, &ms) || ms != expected_ms)
        fail_msg("`%s` is read as %lld ms, not %lld", text, (long long)ms, (long long)expected_ms);
}

static void assert_not_read(const char *text, int64_t max_ms)
{
    int64_t ms = -1;
    if (esc_duration_read(esc_text_from(text), max_ms, &ms))
        fail_msg("`%s` is read as %lld ms", text, (long long)ms);
}

static void units_of_the_language_go_down(void **state)
{
    (void)state;
    assert_read("0s", 0);
    assert_read("90s", 90 * ESC_SECOND_MS);
    assert_read("1h30m", 90 * MINUTE);
    assert_read("1y1w1d1h1m1s", ESC_YEAR_MS + 8 * ESC_DAY_MS + HOUR + MINUTE + ESC_SECOND_MS);
    assert_read("1.5s", 1500);
    assert_read("1.25s", 1250);
    assert_read("0.001s", 1);
    assert_read("2m0.05s", 2 * MINUTE + 50);
    static const char *const bad[] = {"",    "5",       "m",    "5x",   "5m ",    " 5m",
                                      "-5m", "1m1h",    "5m5m", "1.5m", "1.5h1s", "1.s",
                                      ".5s", "1.0001s", "5 m",  "1h30"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        assert_not_read(bad[i], ESC_SPAN_MAX_MS);
}

static void durations_of_programs_begin_with_p(void **state)
{
    (void)state;
    assert_read("P1D", ESC_DAY_MS);
    assert_read("P2W", 14 * ESC_DAY_MS);
    assert_read("PT5M", 5 * MINUTE);
    assert_read("PT1H30M", 90 * MINUTE);
    assert_read("P1DT12H", 36 * HOUR);
    assert_read("PT1M1.5S", MINUTE + 1500);
    assert_read("PT0S", 0);
    static const char *const bad[] = {"P",    "PT",    "P1",     "P1H",      "PT1D",
                                      "P1DT", "P1D1H", "PT1M1H", "1PD",      "p1d",
                                      "PP1D", "P1DX",  "PT5M ",  "P1D PT1H", "P1.5D"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        assert_not_read(bad[i], ESC_SPAN_MAX_MS);
}

/* The most itself is read, and a second more, in one piece or in two, is not. */
static void none_is_longer_than_the_most(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_true(esc_duration_read(ESC_TEXT("1h"), HOUR, &ms) && ms == HOUR);
    assert_true(esc_duration_read(ESC_TEXT("59m60s"), HOUR, &ms) && ms == HOUR);
    assert_true(esc_duration_read(ESC_TEXT("PT60M"), HOUR, &ms) && ms == HOUR);
    assert_not_read("1h1s", HOUR);
    assert_not_read("61m", HOUR);
    assert_not_read("3600.001s", HOUR);
    assert_not_read("PT3601S", HOUR);
    assert_not_read("99999999999999999999999s", ESC_SPAN_MAX_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_of_the_language_go_down),
        cmocka_unit_test(durations_of_programs_begin_with_p),
        cmocka_unit_test(none_is_longer_than_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
