/* test_calendar_values.c - values of content lines at their limits, and one past each. */
#include "support/test.h"

#include "ics.h"

static int told; /* faults in the right words */

static void take_fault(void *context, uint32_t line, EscText text)
{
    (void)context, (void)line;
    told += esc_text_ends_with(text, ESC_TEXT("is no distance from UTC such as `+0100`"));
}

static bool read_offset(const char *value, int32_t *offset_s)
{
    EscCalendarReading reading = {.fault = take_fault};
    IcsReader reader = {.reading = &reading};
    told = 0;
    const IcsLine line = {.number = 1, .name = ESC_TEXT("TZOFFSETTO"), .value = esc_text_from(value)};
    return ics_read_offset(&reader, &line, offset_s);
}

static void distances_from_utc(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int32_t offset_s;
    } fine[] = {{"+0000", 0},       {"-0000", 0},         {"+0100", 3600},    {"-0100", -3600},
                {"+2359", 86340},   {"+235959", 86399},   {"-235959", -86399}, {"+001020", 620}};
    for (size_t i = 0; i < ESC_COUNT_OF(fine); i++) {
        int32_t offset_s = -1;
        if (!read_offset(fine[i].value, &offset_s) || offset_s != fine[i].offset_s)
            fail_msg("%s is %d", fine[i].value, offset_s);
        assert_int_equal(told, 0);
    }
    static const char *const wrong[] = {"",       "+",       "+010",   "+01000",  "+0100000", "0100",   "01000",
                                        "+2400",  "+0060",   "+000060", "+0a00",  "+00/0",    "+00:0", "*0100"};
    for (size_t i = 0; i < ESC_COUNT_OF(wrong); i++) {
        int32_t offset_s = 0;
        if (read_offset(wrong[i], &offset_s))
            fail_msg("%s is %d", wrong[i], offset_s);
        assert_int_equal(told, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_from_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
