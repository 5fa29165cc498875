/* test_directory_limits.c - the directory at its limits: how many days a calendar is walked, how many people are named,
 * which zones are loaded, and how big a zone's file and offset may be. */
#include "support/test.h"

#include <stdio.h>

#include <esc/directory.h>

/* --- calendars: Mondays from 08:00 to 18:00 -------------------------------------------------------------------------- */

enum { T_EMPTY, T_UTC, T_BERLIN, T_SYDNEY, T_KOLKATA, TEXTS };

static const EscText texts[TEXTS] = {
    {"", 0}, {"Etc/UTC", 7}, {"Europe/Berlin", 13}, {"Australia/Sydney", 16}, {"Asia/Kolkata", 12}};
static const EscMetaRow meta = {.timezone = T_UTC};
static const EscHoursRow hours[] = {{.weekday = 0, .from_minute = 480, .to_minute = 1080}};
static const EscCalendarRow calendars[] = {{.hours_count = 1}};

static EscProgram mondays(void)
{
    return (EscProgram){.texts = texts,
                        .texts_count = TEXTS,
                        .meta = &meta,
                        .meta_count = 1,
                        .calendars = calendars,
                        .calendars_count = 1,
                        .hours = hours,
                        .hours_count = 1};
}

static int64_t at(const char *time)
{
    int64_t time_ms = 0;
    assert_true(esc_time_read(esc_text_from(time), &time_ms));
    return time_ms;
}

#define MONDAY_MS (10 * ESC_HOUR_MS)

/* 401 days are looked at: from a Sunday on there are 58 Mondays among them, from a Saturday on 57. */
static void calendar_is_walked_for_401_days(void **state)
{
    (void)state;
    EscProgram program = mondays();
    EscZones *zones = esc_zones_new(); /* an unknown zone counts as UTC */
    int64_t sunday_ms = at("2026-01-04T00:00:00Z"), saturday_ms = at("2026-01-03T00:00:00Z");
    assert_int_equal(esc_calendar_due_ms(&program, zones, 1, sunday_ms, 58 * MONDAY_MS),
                     sunday_ms + 400 * ESC_DAY_MS + 18 * ESC_HOUR_MS);
    assert_int_equal(esc_calendar_due_ms(&program, zones, 1, saturday_ms, 58 * MONDAY_MS),
                     saturday_ms + ESC_DEADLINE_MAX_MS);
    int64_t tuesday_ms = at("2028-01-04T00:00:00Z"), wednesday_ms = tuesday_ms + ESC_DAY_MS;
    assert_int_equal(esc_calendar_since_ms(&program, zones, 1, tuesday_ms, 58 * MONDAY_MS),
                     tuesday_ms - 400 * ESC_DAY_MS + 8 * ESC_HOUR_MS);
    assert_int_equal(esc_calendar_since_ms(&program, zones, 1, wednesday_ms, 58 * MONDAY_MS),
                     wednesday_ms - ESC_DEADLINE_MAX_MS);
    esc_zones_free(zones);
}

/* One day more, as the last one may be a part of a day. */
static void open_time_is_counted_for_402_days(void **state)
{
    (void)state;
    EscProgram program = mondays();
    EscZones *zones = esc_zones_new();
    int64_t saturday_ms = at("2026-01-03T00:00:00Z"), friday_ms = saturday_ms - ESC_DAY_MS;
    assert_int_equal(
        esc_calendar_open_ms(&program, zones, 1, saturday_ms, saturday_ms + 500 * ESC_DAY_MS),
        58 * MONDAY_MS);
    assert_int_equal(
        esc_calendar_open_ms(&program, zones, 1, friday_ms, friday_ms + 500 * ESC_DAY_MS),
        57 * MONDAY_MS);
    esc_zones_free(zones);
}

/* --- people ---------------------------------------------------------------------------------------------------------- */

static bool everybody(void *context, uint32_t person)
{
    (void)person;
    return *(bool *)context;
}

/* A team of one person more than can be named, whose lead is a member too. */
static EscOwners crowd(bool is_absent)
{
    static EscTeamMemberRow members[ESC_OWNERS_MAX + 1];
    static const EscTeamRow team = {.members_count = ESC_OWNERS_MAX + 1, .lead = 1};
    for (uint32_t i = 0; i < ESC_COUNT_OF(members); i++)
        members[i].person = i;
    EscProgram program = mondays();
    program.teams = &team;
    program.teams_count = 1;
    program.team_members = members;
    program.team_members_count = ESC_COUNT_OF(members);
    EscDirectoryHost host = {.context = &is_absent, .is_absent = everybody};
    EscOwners owners;
    esc_directory_resolve(&program, NULL, &host, ESC_REF(ESC_REF_TEAM, 0), 0, &owners);
    return owners;
}

static void each_person_is_named_once_and_so_many_at_most(void **state)
{
    (void)state;
    EscOwners there = crowd(false), absent = crowd(true);
    assert_int_equal(there.count, ESC_OWNERS_MAX);
    assert_int_equal(there.skipped_count, 0);
    assert_int_equal(absent.count, 0);
    assert_int_equal(absent.skipped_count, ESC_OWNERS_MAX);
    for (uint32_t i = 0; i < ESC_OWNERS_MAX; i++) {
        assert_int_equal(there.persons[i], i);
        assert_int_equal(absent.skipped[i], i);
    }
}

/* The persons from 65 on turn at 50, the others at 100 and later; who is away is said by the context. */
static bool is_away(void *context, uint32_t person, int64_t at_ms)
{
    (void)at_ms;
    return person <= ESC_OWNERS_MAX && *(bool *)context;
}

static uint32_t nobody(void *context, uint32_t person, int64_t at_ms)
{
    (void)context, (void)person, (void)at_ms;
    return ESC_NONE;
}

static int64_t turns_ms(void *context, uint32_t person, int64_t at_ms)
{
    (void)context, (void)at_ms;
    return person <= ESC_OWNERS_MAX ? 100 + (int64_t)person : 50;
}

/* Until when an answer holds depends on those who are meant; on everybody only where more are away than are listed. */
static void a_look_holds_until_somebody_turns_who_is_meant(void **state)
{
    (void)state;
    static const EscPersonRow persons[ESC_OWNERS_MAX + 2];
    static EscTeamMemberRow members[ESC_OWNERS_MAX + 1];
    static const EscTeamRow teams[] = {{.members_count = 2}, {.members_count = ESC_OWNERS_MAX + 1}};
    for (uint32_t i = 0; i < ESC_COUNT_OF(members); i++)
        members[i].person = i;
    EscProgram program = mondays();
    program.persons = persons;
    program.persons_count = ESC_COUNT_OF(persons);
    program.teams = teams;
    program.teams_count = ESC_COUNT_OF(teams);
    program.team_members = members;
    program.team_members_count = ESC_COUNT_OF(members);
    bool are_away = true;
    const EscPresence presence = {&are_away, is_away, nobody, turns_ms};
    EscOwners owners;
    esc_presence_look(&program, NULL, &presence, ESC_REF(ESC_REF_TEAM, 0), 0, &owners);
    assert_int_equal(owners.skipped_count, 2);
    assert_int_equal(owners.until_ms, 100);
    esc_presence_look(&program, NULL, &presence, ESC_REF(ESC_REF_TEAM, 1), 0, &owners);
    assert_int_equal(owners.skipped_count, ESC_OWNERS_MAX);
    assert_int_equal(owners.until_ms, 50);
    are_away = false;
    esc_presence_look(&program, NULL, &presence, ESC_REF(ESC_REF_TEAM, 1), 0, &owners);
    assert_int_equal(owners.skipped_count, 0);
    assert_int_equal(owners.until_ms, 100);
}

/* --- zones ----------------------------------------------------------------------------------------------------------- */

static EscStatus note_read(void *context, const char *path, EscBuf *out)
{
    (void)out;
    EscBuf *asked = context;
    esc_buf_printf(asked, "%s\n", path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char block[8192];
    size_t size = 0;
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        esc_buf_append(out, block, size);
    fclose(file);
    return ESC_OK;
}

/* Those that somebody lives in or that count hours, each once; the workspace's comes first. */
static void zones_that_are_named_are_loaded(void **state)
{
    (void)state;
    static const EscPersonRow people[] = {{0}, {.timezone = T_BERLIN + 1}, {.timezone = T_UTC + 1}};
    static const EscCalendarRow two[] = {{0}, {.timezone = T_SYDNEY + 1}};
    static const EscScheduleRow schedules[] = {{0}, {.timezone = T_KOLKATA + 1}};
    EscProgram program = mondays();
    program.persons = people, program.persons_count = 3;
    program.calendars = two, program.calendars_count = 2;
    program.schedules = schedules, program.schedules_count = 2;
    EscBuf asked;
    esc_buf_init(&asked, 4096);
    EscFiles files = {.context = &asked, .read = note_read};
    EscZones *zones = esc_zones_new();
    EscWhy why;
    assert_status(esc_zones_load(zones, &program, &files, "/usr/share/zoneinfo", &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&asked), "/usr/share/zoneinfo/Etc/UTC\n"
                                               "/usr/share/zoneinfo/Europe/Berlin\n"
                                               "/usr/share/zoneinfo/Australia/Sydney\n"
                                               "/usr/share/zoneinfo/Asia/Kolkata\n");
    for (uint32_t i = T_UTC; i < TEXTS; i++)
        assert_true(esc_zones_has(zones, texts[i]));
    esc_zones_free(zones);
    esc_buf_release(&asked);
}

static void u32_put(EscBuf *out, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        esc_buf_char(out, (char)(number >> shift & 0xff));
}

/* A header and its block: no transition, one type, `chars` bytes of names. */
static void part_put(EscBuf *out, uint32_t chars, int32_t offset_s)
{
    static const char zeros[16] = {0};
    esc_buf_append(out, "TZif2", 5);
    esc_buf_append(out, zeros, 15);
    for (int i = 0; i < 4; i++)
        u32_put(out, 0);
    u32_put(out, 1);
    u32_put(out, chars);
    u32_put(out, (uint32_t)offset_s);
    esc_buf_append(out, zeros, 2);
    for (uint32_t i = 0; i < chars; i++)
        esc_buf_char(out, 'x');
}

static EscStatus zone_add(EscZones *zones, uint32_t chars, int32_t offset_s, size_t *size)
{
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 20);
    part_put(&out, chars, 0);
    part_put(&out, 1, offset_s);
    esc_buf_string(&out, "\n\n");
    *size = out.size;
    char name[16];
    (void)snprintf(name, sizeof name, "Z/%d", offset_s);
    EscWhy why;
    EscStatus status = esc_zones_add(zones, esc_text_from(name), esc_buf_as_bytes(&out), &why);
    esc_buf_release(&out);
    return status;
}

static void zone_is_at_most_26_hours_away(void **state)
{
    (void)state;
    enum { MOST_S = 26 * 3600 };
    EscZones *zones = esc_zones_new();
    size_t size = 0;
    assert_status(zone_add(zones, 1, MOST_S, &size), ESC_OK);
    assert_status(zone_add(zones, 1, -MOST_S, &size), ESC_OK);
    assert_status(zone_add(zones, 1, MOST_S + 1, &size), ESC_BAD_INPUT);
    assert_status(zone_add(zones, 1, -MOST_S - 1, &size), ESC_BAD_INPUT);
    assert_int_equal(esc_zone_offset_s(zones, ESC_TEXT("Z/93600"), 0), MOST_S);
    assert_int_equal(esc_zone_offset_s(zones, ESC_TEXT("Z/-93600"), 0), -MOST_S);
    esc_zones_free(zones);
}

static void file_of_a_zone_has_at_most_256_kib(void **state)
{
    (void)state;
    EscZones *zones = esc_zones_new();
    size_t least = 0, size = 0;
    assert_status(zone_add(zones, 0, 1, &least), ESC_OK);
    uint32_t most = (uint32_t)(((size_t)256 << 10) - least);
    assert_status(zone_add(zones, most, 2, &size), ESC_OK);
    assert_int_equal(size, 256 << 10);
    assert_status(zone_add(zones, most + 1, 3, &size), ESC_BAD_INPUT);
    esc_zones_free(zones);
}

static void at_most_1024_zones_are_kept(void **state)
{
    (void)state;
    EscZones *zones = esc_zones_new();
    size_t size = 0;
    for (int32_t i = 0; i < 1024; i++)
        assert_status(zone_add(zones, 1, i, &size), ESC_OK);
    assert_status(zone_add(zones, 1, 1024, &size), ESC_OVER_LIMIT);
    assert_int_equal(esc_zone_offset_s(zones, ESC_TEXT("Z/1023"), 0), 1023);
    esc_zones_free(zones);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_is_walked_for_401_days),
        cmocka_unit_test(open_time_is_counted_for_402_days),
        cmocka_unit_test(each_person_is_named_once_and_so_many_at_most),
        cmocka_unit_test(a_look_holds_until_somebody_turns_who_is_meant),
        cmocka_unit_test(zones_that_are_named_are_loaded),
        cmocka_unit_test(zone_is_at_most_26_hours_away),
        cmocka_unit_test(file_of_a_zone_has_at_most_256_kib),
        cmocka_unit_test(at_most_1024_zones_are_kept),
    };
    return cmocka_run_group_tests_name("directory_limits", tests, NULL, NULL);
}
