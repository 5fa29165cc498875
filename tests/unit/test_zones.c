/* Time zones: against libc's own reading of the same files, and every way a file can be damaged. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esc/runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/zone_files.h"
#include "zone.h"

static const char *const ZONES[] = {
    "Europe/Berlin",     "America/New_York", "Asia/Singapore", "Australia/Lord_Howe",
    "Africa/Casablanca", "Europe/Dublin",    "Asia/Gaza",      "Pacific/Chatham",
    "Antarctica/Troll",  "America/Asuncion", "Asia/Kolkata",   "Etc/UTC",
};

static void read_zone(const char *name, EscBuf *out)
{
    char path[128];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    esc_buf_init(out, 1 << 20);
    assert_int_equal(zone_file_read(NULL, path, out), ESC_OK);
}

static EscZones *zones_of(const char *const *names, size_t count)
{
    EscZones *zones = esc_zones_new();
    for (size_t i = 0; i < count; i++) {
        EscBuf bytes;
        EscWhy why;
        read_zone(names[i], &bytes);
        assert_int_equal(
            esc_zones_add(zones, esc_text_from(names[i]), esc_buf_as_bytes(&bytes), &why), ESC_OK);
        esc_buf_release(&bytes);
    }
    return zones;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void agrees_with_libc(void **unused)
{
    (void)unused;
    uint64_t random = 20261123;
    EscZones *zones = zones_of(ZONES, ESC_COUNT_OF(ZONES));
    for (size_t z = 0; z < ESC_COUNT_OF(ZONES); z++) {
        setenv("TZ", ZONES[z], 1);
        tzset();
        for (int i = 0; i < 20000; i++) {
            time_t at_s = (time_t)(next_random(&random) % UINT64_C(4102444800)); /* 1970 to 2100 */
            struct tm local;
            localtime_r(&at_s, &local);
            assert_int_equal(
                esc_zone_offset_s(zones, esc_text_from(ZONES[z]), (int64_t)at_s * 1000),
                local.tm_gmtoff);
            EscText name = esc_zone_name(zones, esc_text_from(ZONES[z]), (int64_t)at_s * 1000);
            assert_int_equal(name.size, strlen(local.tm_zone));
            assert_memory_equal(name.data, local.tm_zone, name.size);
        }
    }
    unsetenv("TZ");
    esc_zones_free(zones);
}

static int64_t local_minute(int64_t year, unsigned month, unsigned day, int64_t hour,
                            int64_t minute)
{
    return esc_days_from_date(year, month, day) * 1440 + hour * 60 + minute;
}

static void assert_instant(const EscZones *zones, int64_t minute, const char *expected)
{
    EscBuf text;
    esc_buf_init(&text, 64);
    esc_time_write(&text, esc_zone_instant_ms(zones, ESC_TEXT("Europe/Berlin"), minute));
    esc_buf_char(&text, '\0');
    assert_string_equal((const char *)text.data, expected);
    esc_buf_release(&text);
}

static void local_times_become_instants(void **unused)
{
    (void)unused;
    EscZones *zones = zones_of(ZONES, 1);
    assert_instant(zones, local_minute(2026, 1, 5, 9, 0), "2026-01-05T08:00:00.000Z");
    assert_instant(zones, local_minute(2026, 7, 1, 9, 0), "2026-07-01T07:00:00.000Z");
    assert_instant(zones, local_minute(2026, 3, 29, 2, 30),
                   "2026-03-29T01:00:00.000Z"); /* M8.1, gap: behind it, 03:00 summer time */
    assert_instant(zones, local_minute(2026, 3, 29, 1, 59), "2026-03-29T00:59:00.000Z");
    assert_instant(zones, local_minute(2026, 3, 29, 3, 0), "2026-03-29T01:00:00.000Z");
    assert_instant(zones, local_minute(2026, 10, 25, 2, 30),
                   "2026-10-25T00:30:00.000Z"); /* fold: the first */
    assert_instant(zones, local_minute(2026, 10, 25, 3, 0), "2026-10-25T02:00:00.000Z");
    assert_instant(zones, local_minute(2050, 7, 1, 12, 0),
                   "2050-07-01T10:00:00.000Z"); /* by the footer's rule */
    esc_zones_free(zones);
}

static void an_unknown_zone_counts_as_utc(void **unused)
{
    (void)unused;
    EscZones *zones = esc_zones_new();
    assert_int_equal(esc_zone_offset_s(zones, ESC_TEXT("Mars/Olympus"), 0), 0);
    assert_int_equal(esc_zone_instant_ms(zones, ESC_TEXT("Mars/Olympus"), 10), 600000);
    assert_false(esc_zones_has(zones, ESC_TEXT("Mars/Olympus")));
    esc_zones_free(zones);
}

static void every_cut_and_flip_is_refused_or_read_safely(void **unused)
{
    (void)unused;
    EscBuf bytes;
    read_zone("Europe/Berlin", &bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        EscZones *zones = esc_zones_new();
        assert_int_equal(esc_zones_add(zones, ESC_TEXT("x"), (EscBytes){bytes.data, size}, NULL),
                         ESC_BAD_INPUT);
        esc_zones_free(zones);
    }
    for (size_t at = 0; at < bytes.size; at++) {
        EscZones *zones = esc_zones_new();
        bytes.data[at] ^= 0x81;
        if (esc_zones_add(zones, ESC_TEXT("x"), esc_buf_as_bytes(&bytes), NULL) == ESC_OK)
            (void)esc_zone_instant_ms(zones, ESC_TEXT("x"), local_minute(2040, 6, 1, 0, 0));
        bytes.data[at] ^= 0x81;
        esc_zones_free(zones);
    }
    esc_buf_release(&bytes);
}

typedef struct Counts {
    uint32_t utcs, standards, leaps, times, types, chars;
} Counts;

static void put_header(EscBuf *out, const Counts *counts)
{
    esc_buf_string(out, "TZif2");
    for (int i = 0; i < 15; i++)
        esc_buf_u8(out, 0);
    esc_buf_u32(out, counts->utcs);
    esc_buf_u32(out, counts->standards);
    esc_buf_u32(out, counts->leaps);
    esc_buf_u32(out, counts->times);
    esc_buf_u32(out, counts->types);
    esc_buf_u32(out, counts->chars);
}

static void put_zeros(EscBuf *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        esc_buf_u8(out, 0);
}

/* A file of so many of everything, whose one kind of time is called "X". */
static EscStatus add_made(EscZones *zones, const Counts *first, const Counts *counts,
                          int32_t offset_s)
{
    EscBuf out;
    EscWhy why;
    esc_buf_init(&out, 1 << 20);
    put_header(&out, first);
    put_zeros(&out, (size_t)first->times * 5 + first->types * 6 + first->chars + first->leaps * 8 +
                        first->standards + first->utcs);
    put_header(&out, counts);
    for (uint32_t i = 0; i < counts->times; i++)
        esc_buf_u64(&out, i * UINT64_C(100));
    put_zeros(&out, counts->times);
    for (uint32_t i = 0; i < counts->types; i++) {
        esc_buf_u32(&out, (uint32_t)offset_s);
        put_zeros(&out, 2);
    }
    if (counts->chars > 0)
        esc_buf_char(&out, 'X');
    put_zeros(&out, counts->chars > 0 ? counts->chars - 1 : 0);
    put_zeros(&out, (size_t)counts->leaps * 12 + counts->standards + counts->utcs);
    esc_buf_string(&out, "\n\n");
    EscStatus status = esc_zones_add(zones, ESC_TEXT("made"), esc_buf_as_bytes(&out), &why);
    esc_buf_release(&out);
    return status;
}

/* At each limit and one past it; leap seconds and kinds of clocks are passed over in both blocks. */
static void a_file_has_its_limits(void **unused)
{
    (void)unused;
    static const Counts small = {.types = 1, .chars = 2};
    static const struct {
        Counts counts;
        int32_t offset_s;
        bool is_first; /* of two blocks */
        EscStatus status;
    } cases[] = {
        {{0, 0, 0, 1, 1, 2}, 3600, false, ESC_OK},
        {{3, 2, 5, 1, 1, 2}, 3600, false, ESC_OK},
        {{3, 2, 5, 1, 1, 2}, 3600, true, ESC_OK},
        {{0, 0, 0, 4096, 1, 2}, 3600, false, ESC_OK},
        {{0, 0, 0, 4097, 1, 2}, 3600, false, ESC_BAD_INPUT},
        {{0, 0, 0, 1, 256, 2}, 3600, false, ESC_OK},
        {{0, 0, 0, 1, 257, 2}, 3600, false, ESC_BAD_INPUT},
        {{0, 0, 0, 0, 0, 2}, 3600, false, ESC_BAD_INPUT},
        {{0, 0, 0, 0, 1, 0}, 3600, false, ESC_OK},
        {{0, 0, 0, 0, 1, 2}, 26 * 3600, false, ESC_OK},
        {{0, 0, 0, 0, 1, 2}, -26 * 3600, false, ESC_OK},
        {{0, 0, 0, 0, 1, 2}, 26 * 3600 + 1, false, ESC_BAD_INPUT},
        {{0, 0, 0, 0, 1, 2}, -26 * 3600 - 1, false, ESC_BAD_INPUT},
        {{0, 0, 0, 0, 1, (256 << 10) - 44 - 8 - 44 - 6 - 2},
         3600,
         false,
         ESC_OK}, /* the largest file */
        {{0, 0, 0, 0, 1, (256 << 10) - 44 - 8 - 44 - 6 - 1}, 3600, false, ESC_BAD_INPUT},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscZones *zones = esc_zones_new();
        const Counts *first = cases[i].is_first ? &cases[i].counts : &small;
        const Counts *second = cases[i].is_first ? &small : &cases[i].counts;
        EscStatus status = add_made(zones, first, second, cases[i].offset_s);
        if (status != cases[i].status)
            fail_msg("case %zu: %s", i, esc_status_name(status));
        if (status == ESC_OK) {
            assert_int_equal(esc_zone_offset_s(zones, ESC_TEXT("made"), 1000), cases[i].offset_s);
            EscText name = esc_zone_name(zones, ESC_TEXT("made"), 1000);
            assert_int_equal(name.size, second->chars > 0);
        }
        esc_zones_free(zones);
    }
}

static void rules_of_the_footer(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"",
                                      "C",
                                      "CET",
                                      "CET-",
                                      "CET-1CEST",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M13.5.0,M10.5.0/3",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-1CEST,J0,J1",
                                      "CET-1CEST,M3.5.0,M10.5.0/3x",
                                      "CET-25",
                                      "<CET-1"};
    ZoneRule rule;
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        assert_false(esc_zone_rule_read(esc_text_from(bad[i]), &rule));
    assert_true(esc_zone_rule_read(ESC_TEXT("<+0330>-3:30"), &rule));
    assert_int_equal(esc_zone_rule_at(&rule, 0).offset_s, 12600);
    assert_true(esc_zone_rule_read(ESC_TEXT("AEST-10AEDT,M10.1.0,M4.1.0/3"),
                                   &rule)); /* summer over the new year */
    assert_int_equal(esc_zone_rule_at(&rule, 1767225600).offset_s, 39600); /* 2026-01-01 */
    assert_int_equal(esc_zone_rule_at(&rule, 1782864000).offset_s, 36000); /* 2026-07-01 */
    assert_true(esc_zone_rule_read(ESC_TEXT("XXX0YYY,M12.5.0/0,M3.1.0/0"),
                                   &rule)); /* the last Sunday of a December */
    assert_int_equal(esc_zone_rule_at(&rule, 1798329599).offset_s, 0); /* 2026-12-26T23:59:59Z */
    assert_int_equal(esc_zone_rule_at(&rule, 1798329600).offset_s, 3600);
    assert_true(esc_zone_rule_read(ESC_TEXT("XXX3YYY,J60,300/-1"), &rule));
    assert_int_equal(esc_zone_rule_at(&rule, 1767225600).offset_s, -10800);
    assert_int_equal(esc_zone_rule_at(&rule, 1782864000).offset_s, -7200);
    static const int64_t changes[] = {
        1772341200, 1793149200,
        1835499600}; /* 2026-03-01T05Z, 2026-10-28T01Z, 2028-03-01T05Z: a leap year's first of March */
    for (size_t i = 0; i < ESC_COUNT_OF(changes); i++) {
        assert_int_equal(esc_zone_rule_at(&rule, changes[i] - 1).offset_s, i == 1 ? -7200 : -10800);
        assert_int_equal(esc_zone_rule_at(&rule, changes[i]).offset_s, i == 1 ? -10800 : -7200);
    }
}

static void loading_takes_only_zone_names(void **unused)
{
    (void)unused;
    EscText texts[] = {ESC_TEXT(""), ESC_TEXT("Europe/Berlin"), ESC_TEXT("../../../etc/passwd"),
                       ESC_TEXT("Europe/Nowhere")};
    EscMetaRow meta = {.timezone = 1};
    EscPersonRow person = {.timezone = 0};
    EscProgram program = {.meta = &meta,
                          .meta_count = 1,
                          .texts = texts,
                          .texts_count = 4,
                          .persons = &person,
                          .persons_count = 1};
    EscFiles files = {.read = zone_file_read};
    EscWhy why;
    EscZones *zones = esc_zones_new();
    assert_int_equal(esc_zones_load(zones, &program, &files, "/usr/share/zoneinfo", &why), ESC_OK);
    assert_true(esc_zones_has(zones, ESC_TEXT("Europe/Berlin")));
    person.timezone = 3;
    assert_int_equal(esc_zones_load(zones, &program, &files, "/usr/share/zoneinfo", &why),
                     ESC_BAD_INPUT);
    person.timezone = 4;
    assert_int_equal(esc_zones_load(zones, &program, &files, "/usr/share/zoneinfo", &why),
                     ESC_NOT_FOUND);
    assert_non_null(strstr(why.text, "Europe/Nowhere"));
    static const char *const fine[] = {"a", "z",   "A",   "Z",   "0",
                                       "9", "a/b", "a_b", "a-b", "a+b"}; /* only not there */
    static const char *const wrong[] = {"`",  "{", "@",   "[",   ":",  "/",
                                        "/a", ".", "a.b", "a..", "a b"};
    for (size_t i = 0; i < ESC_COUNT_OF(fine) + ESC_COUNT_OF(wrong); i++) {
        bool is_fine = i < ESC_COUNT_OF(fine);
        texts[3] = esc_text_from(is_fine ? fine[i] : wrong[i - ESC_COUNT_OF(fine)]);
        EscStatus status = esc_zones_load(zones, &program, &files, "/nowhere", &why);
        if (status != (is_fine ? ESC_NOT_FOUND : ESC_BAD_INPUT))
            fail_msg("\"%s\": %s", texts[3].data, esc_status_name(status));
    }
    esc_zones_free(zones);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_libc),
        cmocka_unit_test(local_times_become_instants),
        cmocka_unit_test(an_unknown_zone_counts_as_utc),
        cmocka_unit_test(every_cut_and_flip_is_refused_or_read_safely),
        cmocka_unit_test(a_file_has_its_limits),
        cmocka_unit_test(rules_of_the_footer),
        cmocka_unit_test(loading_takes_only_zone_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
