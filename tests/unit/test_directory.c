/* Who is it now, and when have that many open hours passed: on a small directory written out as tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esc/runtime.h>
#include <stdio.h>
#include <string.h>

#include "support/zone_files.h"

enum { ANA, BEN, CHEN, DORA, PERSONS };
enum {
    T_EMPTY,
    T_ANA,
    T_BEN,
    T_CHEN,
    T_DORA,
    T_PLATFORM,
    T_ONCALL,
    T_ZONE,
    T_OFFICE,
    T_ROUTE,
    T_COUNT
};

static const EscText TEXTS[T_COUNT] = {{"", 0},
                                       {"ana", 3},
                                       {"ben", 3},
                                       {"chen", 4},
                                       {"dora", 4},
                                       {"platform", 8},
                                       {"oncall", 6},
                                       {"Europe/Berlin", 13},
                                       {"office_hours", 12},
                                       {"support", 7}};
static const EscMetaRow META = {.timezone = T_ZONE};
static const EscPersonRow PEOPLE[PERSONS] = {
    {.name = T_ANA}, {.name = T_BEN}, {.name = T_CHEN}, {.name = T_DORA}};
static const EscTeamMemberRow MEMBERS[] = {{ANA}, {BEN}, {CHEN}};
static const EscTeamRow TEAMS[] = {{.name = T_PLATFORM, .members_count = 3, .lead = DORA + 1},
                                   {.name = T_OFFICE, .members_count = 3}};
#define PERSON(person)                                                                             \
    {                                                                                              \
        ESC_REF(ESC_REF_PERSON, person)                                                            \
    }
static const EscRotationMemberRow TURN_MEMBERS[] = {PERSON(ANA),  PERSON(BEN),  PERSON(CHEN),
                                                    PERSON(DORA), PERSON(DORA), PERSON(BEN),
                                                    PERSON(DORA), PERSON(DORA)};
static EscRotationRow rotations[2];
static EscTurnRow turns[3];
static const EscLayerRow LAYERS[] = {{.rotations_count = 1},
                                     {.rotations_first = 1, .rotations_count = 1}};
static const EscScheduleRow SCHEDULES[] = {
    {.name = T_ONCALL, .layers_count = 2, .overrides_count = 3}};
static const EscHoursRow HOURS[] = {{0, 480, 1080}, {1, 480, 1080}, {2, 480, 720},
                                    {2, 780, 1080}, {3, 480, 1080}, {4, 480, 1080}};
static EscHolidayRow holidays[1];
static const EscCalendarRow CALENDARS[] = {
    {.name = T_OFFICE, .hours_count = 6, .holidays_count = 1},
    {.name = T_ROUTE, .hours_count = 1, .hours_first = 0}};
static const EscRouteRowRow ROUTE_ROWS[] = {
    {.cond = 1, .target = ESC_REF(ESC_REF_TEAM, 0)},
    {.target = ESC_REF(ESC_REF_SCHEDULE, 0)},
    {.target = ESC_REF(ESC_REF_ROUTE, 1)},
    /* a chain of eight, from route 2 on, that ends in a person */
    {.target = ESC_REF(ESC_REF_ROUTE, 3)},
    {.target = ESC_REF(ESC_REF_ROUTE, 4)},
    {.target = ESC_REF(ESC_REF_ROUTE, 5)},
    {.target = ESC_REF(ESC_REF_ROUTE, 6)},
    {.target = ESC_REF(ESC_REF_ROUTE, 7)},
    {.target = ESC_REF(ESC_REF_ROUTE, 8)},
    {.target = ESC_REF(ESC_REF_ROUTE, 9)},
    {.target = ESC_REF(ESC_REF_PERSON, BEN)},
    {.cond = 1, .target = ESC_REF(ESC_REF_PERSON, BEN)}};
static const EscRouteRow ROUTES[] = {{.name = T_ROUTE, .rows_count = 2},
                                     {.name = T_ROUTE, .rows_first = 2, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 3, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 4, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 5, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 6, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 7, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 8, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 9, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 10, .rows_count = 1},
                                     {.name = T_ROUTE, .rows_first = 11, .rows_count = 1}};

typedef struct Host {
    bool holds;
    const char *field;
    bool absent[PERSONS];
    uint32_t deputies[PERSONS]; /* plus 1; 0: nobody */
    EscText last;               /* of the team platform */
} Host;

static bool holds(void *context, uint32_t function)
{
    assert_int_equal(function, 0);
    return ((Host *)context)->holds;
}

static EscText field_text(void *context, uint32_t field)
{
    assert_int_equal(field, 5);
    return esc_text_from(((Host *)context)->field);
}

static bool is_absent(void *context, uint32_t person)
{
    return ((Host *)context)->absent[person];
}

static uint32_t deputy(void *context, uint32_t person)
{
    uint32_t option = ((Host *)context)->deputies[person];
    return option == 0 ? ESC_NONE : option - 1;
}

static EscText last_drawn(void *context, EscText team)
{
    return esc_text_equal(team, ESC_TEXT("platform")) ? ((Host *)context)->last : ESC_TEXT("");
}

static EscProgram program_of(void)
{
    int64_t monday = esc_days_from_date(2026, 1, 5) * 1440 + 540; /* 2026-01-05T09:00 */
    rotations[0] =
        (EscRotationRow){.from_local_minute = monday, .turn_minutes = 7 * 1440, .members_count = 3};
    rotations[1] = (EscRotationRow){
        .from_local_minute = monday, .turn_minutes = 1440, .members_first = 3, .members_count = 1};
    int64_t christmas = esc_days_from_date(2026, 12, 24) * 1440;
    turns[0] = (EscTurnRow){christmas, christmas + 1440, 4, 1};
    turns[1] = (EscTurnRow){christmas + 1440, christmas + 2 * 1440, 5, 2}; /* ben before dora */
    turns[2] = (EscTurnRow){christmas + 2 * 1440, christmas + 4 * 1440, 7, 1};
    holidays[0].day = esc_days_from_date(2026, 1, 6);
    return (EscProgram){.texts = TEXTS,
                        .texts_count = T_COUNT,
                        .meta = &META,
                        .meta_count = 1,
                        .persons = PEOPLE,
                        .persons_count = PERSONS,
                        .teams = TEAMS,
                        .teams_count = 2,
                        .team_members = MEMBERS,
                        .team_members_count = 3,
                        .schedules = SCHEDULES,
                        .schedules_count = 1,
                        .layers = LAYERS,
                        .layers_count = 2,
                        .rotations = rotations,
                        .rotations_count = 2,
                        .rotation_members = TURN_MEMBERS,
                        .rotation_members_count = 8,
                        .turns = turns,
                        .turns_count = 3,
                        .calendars = CALENDARS,
                        .calendars_count = 2,
                        .hours = HOURS,
                        .hours_count = 6,
                        .holidays = holidays,
                        .holidays_count = 1,
                        .routes = ROUTES,
                        .routes_count = ESC_COUNT_OF(ROUTES),
                        .route_rows = ROUTE_ROWS,
                        .route_rows_count = ESC_COUNT_OF(ROUTE_ROWS)};
}

static EscProgram program;
static EscZones *zones;

static int set_up(void **unused)
{
    (void)unused;
    program = program_of();
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
    int64_t time_ms = 0;
    assert_true(esc_time_read(esc_text_from(time), &time_ms));
    return time_ms;
}

static EscOwners resolve(Host *host, EscRef ref, const char *time)
{
    EscDirectoryHost directory = {host, holds, field_text, is_absent, deputy, last_drawn};
    EscOwners owners;
    esc_directory_resolve(&program, zones, &directory, ref, at(time), &owners);
    return owners;
}

static void rotation_turns_at_the_local_hour(void **unused)
{
    (void)unused;
    Host host = {0};
    EscRef oncall = ESC_REF(ESC_REF_SCHEDULE, 0);
    assert_int_equal(resolve(&host, oncall, "2026-01-05T08:00:00Z").persons[0],
                     ANA); /* 09:00 in Berlin */
    assert_int_equal(resolve(&host, oncall, "2026-01-12T07:59:59Z").persons[0], ANA);
    assert_int_equal(resolve(&host, oncall, "2026-01-12T08:00:00Z").persons[0], BEN);
    assert_int_equal(resolve(&host, oncall, "2026-03-02T09:00:00Z").persons[0],
                     CHEN); /* the ninth week */
    assert_int_equal(resolve(&host, oncall, "2026-03-30T06:59:59Z").persons[0],
                     CHEN); /* summer time: 08:59 */
    assert_int_equal(resolve(&host, oncall, "2026-03-30T07:00:00Z").persons[0], ANA);
    assert_int_equal(resolve(&host, oncall, "2026-01-05T07:59:00Z").count,
                     0); /* before it begins */
    assert_int_equal(resolve(&host, oncall, "2026-01-05T08:00:00Z").count, 1);
}

static void overrides_come_first_and_the_last_written_wins(void **unused)
{
    (void)unused;
    Host host = {0};
    EscRef oncall = ESC_REF(ESC_REF_SCHEDULE, 0);
    assert_int_equal(resolve(&host, oncall, "2026-12-24T12:00:00Z").persons[0], DORA);
    assert_int_equal(resolve(&host, oncall, "2026-12-25T12:00:00Z").persons[0], BEN);
    assert_int_equal(resolve(&host, oncall, "2026-12-25T12:00:00Z").count,
                     1); /* and no older one stands beside */
    assert_int_equal(resolve(&host, oncall, "2026-12-27T22:59:00Z").persons[0],
                     DORA); /* the end date is included */
    assert_int_not_equal(resolve(&host, oncall, "2026-12-27T23:00:00Z").persons[0],
                         DORA); /* and nothing behind it */
    assert_int_equal(resolve(&host, oncall, "2026-12-23T23:00:00Z").persons[0], DORA);
    assert_int_not_equal(resolve(&host, oncall, "2026-12-23T22:59:00Z").persons[0], DORA);
    host.absent[BEN] = true;
    EscOwners owners = resolve(&host, oncall, "2026-12-25T12:00:00Z");
    assert_int_equal(owners.persons[0], DORA);
    assert_int_equal(owners.skipped[0], BEN);
}

static void absent_people_are_skipped_and_named(void **unused)
{
    (void)unused;
    Host host = {.absent = {[CHEN] = true}};
    EscOwners owners = resolve(&host, ESC_REF(ESC_REF_SCHEDULE, 0), "2026-03-02T09:00:00Z");
    assert_int_equal(owners.count, 1);
    assert_int_equal(owners.persons[0], DORA); /* the second layer */
    assert_int_equal(owners.skipped_count, 1);
    assert_int_equal(owners.skipped[0], CHEN);
    host.absent[DORA] = true;
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_SCHEDULE, 0), "2026-03-02T09:00:00Z").count, 0);
}

/* M8.2, M8.7: a turn means the deputy of whoever is away, or the deputy's; a circle ends with the next layer. */
static void deputies_stand_in_for_a_turn(void **unused)
{
    (void)unused;
    Host host = {.absent = {[CHEN] = true}, .deputies = {[CHEN] = BEN + 1, [BEN] = ANA + 1}};
    EscRef oncall = ESC_REF(ESC_REF_SCHEDULE, 0);
    EscOwners owners = resolve(&host, oncall, "2026-03-02T09:00:00Z");
    assert_int_equal(owners.persons[0], BEN);
    assert_int_equal(owners.deputies[0], BEN);
    assert_int_equal(owners.skipped[0], CHEN);
    host.absent[BEN] = true;
    assert_int_equal(resolve(&host, oncall, "2026-03-02T09:00:00Z").persons[0], ANA);
    host.absent[ANA] = true;
    host.deputies[ANA] = CHEN + 1;
    owners = resolve(&host, oncall, "2026-03-02T09:00:00Z");
    assert_int_equal(owners.persons[0], DORA);
    assert_int_equal(owners.deputies[0], ESC_NONE);
}

/* M8.7: for a named person and a lead, not for a member of a team. */
static void deputies_stand_in_for_who_is_named(void **unused)
{
    (void)unused;
    Host host = {.absent = {[DORA] = true}, .deputies = {[DORA] = CHEN + 1, [ANA] = DORA + 1}};
    assert_int_equal(
        resolve(&host, ESC_REF(ESC_REF_PERSON, DORA), "2026-03-02T09:00:00Z").persons[0], CHEN);
    EscOwners owners = resolve(&host, ESC_REF(ESC_REF_TEAM, 0), "2026-03-02T09:00:00Z");
    assert_int_equal(owners.persons[0], CHEN); /* for the lead, and once */
    assert_int_equal(owners.count, 3);
    host.absent[DORA] = false;
    host.absent[ANA] = true;
    owners = resolve(&host, ESC_REF(ESC_REF_TEAM, 1), "2026-03-02T09:00:00Z");
    assert_int_equal(owners.count, 2);
    assert_int_equal(owners.persons[0], BEN);
}

static void a_team_puts_its_lead_first(void **unused)
{
    (void)unused;
    Host host = {0};
    EscOwners owners = resolve(&host, ESC_REF(ESC_REF_TEAM, 0), "2026-03-02T09:00:00Z");
    assert_int_equal(owners.count, 4);
    assert_int_equal(owners.persons[0], DORA);
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_TEAM, 1), "2026-03-02T09:00:00Z").persons[0],
                     ANA);
    host.absent[DORA] = true;
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_TEAM, 0), "2026-03-02T09:00:00Z").persons[0],
                     ANA);
}

static void routes_and_fields_lead_to_people(void **unused)
{
    (void)unused;
    Host host = {.holds = true};
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 0), "2026-03-02T09:00:00Z").via,
                     ESC_REF(ESC_REF_TEAM, 0));
    host.holds = false;
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 0), "2026-03-02T09:00:00Z").via,
                     ESC_REF(ESC_REF_SCHEDULE, 0));
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 1), "2026-03-02T09:00:00Z").count,
                     0); /* a route to itself ends */
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 10), "2026-03-02T09:00:00Z").count,
                     0); /* no row holds */
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 10), "2026-03-02T09:00:00Z").via, 0);
    host.holds = true;
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 10), "2026-03-02T09:00:00Z").persons[0],
                     BEN);
    host.field = "ben";
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_FIELD, 5), "2026-03-02T09:00:00Z").persons[0],
                     BEN);
    host.field = "oncall";
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_FIELD, 5), "2026-03-02T09:00:00Z").persons[0],
                     CHEN);
    host.field = "nobody";
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_FIELD, 5), "2026-03-02T09:00:00Z").count, 0);
}

static void routes_are_followed_so_far_and_no_further(void **unused)
{
    (void)unused;
    Host host = {0};
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 3), "2026-03-02T09:00:00Z").persons[0],
                     BEN); /* seven */
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 2), "2026-03-02T09:00:00Z").count,
                     0); /* eight */
    assert_int_equal(resolve(&host, ESC_REF(ESC_REF_ROUTE, 2), "2026-03-02T09:00:00Z").via, 0);
}

static void assert_due(uint32_t calendar, const char *from, int64_t duration_ms,
                       const char *expected)
{
    assert_int_equal(esc_calendar_due_ms(&program, zones, calendar, at(from), duration_ms),
                     at(expected));
}

static void open_hours_are_counted(void **unused)
{
    (void)unused;
    assert_due(0, "2026-01-05T22:00:00Z", 4 * ESC_HOUR_MS, "2026-01-06T02:00:00Z");
    assert_due(1, "2026-01-05T08:00:00Z", 4 * ESC_HOUR_MS,
               "2026-01-05T12:00:00Z"); /* Monday 09:00 to 13:00 */
    assert_due(1, "2026-01-05T16:00:00Z", ESC_HOUR_MS,
               "2026-01-05T17:00:00Z"); /* exactly until closing */
    assert_due(1, "2026-01-05T16:00:00Z", 2 * ESC_HOUR_MS,
               "2026-01-07T08:00:00Z"); /* over the holiday of Tuesday */
    assert_due(1, "2026-01-07T10:30:00Z", ESC_HOUR_MS,
               "2026-01-07T12:30:00Z"); /* over the lunch break */
    assert_due(1, "2026-01-09T20:00:00Z", ESC_HOUR_MS,
               "2026-01-12T08:00:00Z"); /* over the weekend */
    assert_due(1, "2026-03-27T16:00:00Z", 2 * ESC_HOUR_MS,
               "2026-03-30T07:00:00Z"); /* over the clock change: 09:00 summer time */
    assert_due(1, "2026-01-09T20:00:00Z", 0, "2026-01-09T20:00:00Z"); /* nothing is due at once */
    assert_due(1, "2026-01-09T20:00:00Z", 1, "2026-01-12T07:00:00.001Z"); /* anything is not */
    assert_due(0, "2026-01-09T20:00:00Z", 1, "2026-01-09T20:00:00.001Z");
    assert_int_equal(esc_calendar_due_ms(&program, zones, 0, 5, INT64_MAX - 5), INT64_MAX);
    assert_int_equal(esc_calendar_due_ms(&program, zones, 0, 5, INT64_MAX - 6), INT64_MAX - 1);
    assert_int_equal(esc_calendar_due_ms(&program, zones, 0, 5, INT64_MAX - 4), INT64_MAX);
    assert_due(1, "2026-01-05T08:00:00Z", ESC_DEADLINE_MAX_MS,
               "2027-02-09T08:00:00Z"); /* bounded */
}

static void assert_open(const char *from, const char *to, int64_t open_ms)
{
    assert_true(esc_calendar_open_ms(&program, zones, 1, at(from), at(to)) == open_ms);
}

static void open_time_between_two_instants(void **state)
{
    (void)state;
    assert_open("2026-03-04T07:00:00Z", "2026-03-04T08:00:00Z",
                ESC_HOUR_MS); /* Wednesday, in Berlin */
    assert_open("2026-03-04T10:30:00Z", "2026-03-04T12:30:00Z", ESC_HOUR_MS); /* its break */
    assert_open("2026-03-04T16:00:00Z", "2026-03-05T08:00:00Z",
                2 * ESC_HOUR_MS); /* over the night */
    assert_open("2026-03-06T16:00:00Z", "2026-03-09T08:00:00Z",
                2 * ESC_HOUR_MS); /* over the weekend */
    assert_open("2026-03-07T00:00:00Z", "2026-03-08T23:00:00Z", 0);
    assert_true(esc_calendar_open_ms(&program, zones, 0, at("2026-03-07T00:00:00Z"),
                                     at("2026-03-08T00:00:00Z")) == ESC_DAY_MS);
    assert_true(esc_calendar_open_ms(&program, zones, 1, at("2026-03-06T16:00:00Z"),
                                     at("2026-03-06T16:00:00Z")) == 0);
    assert_true(esc_calendar_open_ms(&program, zones, 1, at("2026-03-06T16:00:01Z"),
                                     at("2026-03-06T16:00:00Z")) == -1000);
    assert_open("2026-03-06T16:00:00Z", "2026-03-06T16:00:00.001Z", 1);
    assert_open("2026-03-02T07:00:00Z", "2026-03-03T07:00:00Z",
                10 * ESC_HOUR_MS); /* from an opening to the next */
}

/* Forward and back are the same way, from wherever it begins. */
static void since_is_due_the_other_way_round(void **state)
{
    (void)state;
    int64_t from_ms = at("2026-03-02T00:00:00Z");
    for (int i = 0; i < 400; i++, from_ms += 47 * ESC_MINUTE_MS) {
        int64_t length_ms = (i % 37 + 1) * 23 * ESC_MINUTE_MS;
        int64_t due_ms = esc_calendar_due_ms(&program, zones, 1, from_ms, length_ms);
        int64_t since_ms = esc_calendar_since_ms(&program, zones, 1, due_ms, length_ms);
        assert_true(since_ms >= from_ms);
        assert_true(esc_calendar_open_ms(&program, zones, 1, from_ms, since_ms) == 0);
        assert_true(esc_calendar_open_ms(&program, zones, 1, since_ms, due_ms) == length_ms);
        assert_true(esc_calendar_due_ms(&program, zones, 1, since_ms, length_ms) == due_ms);
    }
}

static void assert_since(uint32_t calendar, const char *to, int64_t duration_ms,
                         const char *expected)
{
    assert_int_equal(esc_calendar_since_ms(&program, zones, calendar, at(to), duration_ms),
                     at(expected));
}

static void since_goes_back_over_closed_time(void **state)
{
    (void)state;
    assert_since(0, "2026-01-05T22:00:00Z", ESC_DAY_MS, "2026-01-04T22:00:00Z");
    assert_since(0, "2026-01-05T22:00:00Z", 0, "2026-01-05T22:00:00Z");
    assert_since(1, "2026-01-10T12:00:00Z", 0, "2026-01-10T12:00:00Z");
    assert_since(1, "2026-01-10T12:00:00Z", 1, "2026-01-09T16:59:59.999Z");
    assert_since(1, "2026-01-10T12:00:00Z", ESC_HOUR_MS, "2026-01-09T16:00:00Z");
    assert_since(1, "2026-01-07T12:30:00Z", ESC_HOUR_MS,
                 "2026-01-07T10:30:00Z"); /* over the lunch break */
    assert_since(1, "2026-01-07T08:00:00Z", 2 * ESC_HOUR_MS,
                 "2026-01-05T16:00:00Z"); /* over a holiday */
    assert_since(1, "2026-01-07T08:00:00Z", ESC_DEADLINE_MAX_MS,
                 "2024-12-03T08:00:00Z"); /* bounded */
}

static void assert_change(const char *after, const char *expected)
{
    EscBuf buf;
    esc_buf_init(&buf, 100);
    Host host = {0};
    int64_t change_ms = resolve(&host, ESC_REF(ESC_REF_SCHEDULE, 0), after).until_ms;
    if (change_ms != INT64_MAX)
        esc_time_write(&buf, change_ms);
    assert_int_equal(buf.size, strlen(expected));
    assert_memory_equal(buf.data == NULL ? (const uint8_t *)"" : buf.data, expected, buf.size);
    esc_buf_release(&buf);
}

static void a_schedule_changes_at_turns_and_overrides(void **unused)
{
    (void)unused;
    assert_change("2026-01-01T00:00:00Z",
                  "2026-01-05T08:00:00.000Z"); /* it begins: Monday 09:00 in Berlin */
    assert_change(
        "2026-01-05T08:00:00Z",
        "2026-01-12T08:00:00.000Z"); /* of the weekly rotation: nobody asks the daily one */
    assert_change("2026-01-12T07:59:59Z", "2026-01-12T08:00:00.000Z");
    assert_change("2026-03-28T09:00:00Z", "2026-03-30T07:00:00.000Z"); /* at 09:00 of summer time */
    assert_change("2026-12-23T09:00:00Z",
                  "2026-12-23T23:00:00.000Z"); /* an override begins at midnight */
    assert_change("2026-12-24T08:00:00Z", "2026-12-24T23:00:00.000Z"); /* another one within it */
    assert_change("2026-12-27T08:00:00Z", "2026-12-27T23:00:00.000Z"); /* the first one ends */
    assert_change("2026-12-30T08:00:00Z", "2027-01-04T08:00:00.000Z");
}

/* M4.4, M4.5: the member behind the last drawn one who is there; from the top behind nobody, and behind a name that is no member. */
static void members_of_a_team_take_turns(void **unused)
{
    (void)unused;
    Host host = {0};
    EscRef in_turn = ESC_REF(ESC_REF_TURNS, 0);
    static const uint32_t next[] = {ANA, BEN, CHEN, ANA, ANA};
    static const char *const last[] = {"", "ana", "ben", "chen", "dora"};
    for (size_t i = 0; i < sizeof next / sizeof *next; i++) {
        host.last = esc_text_from(last[i]);
        EscOwners owners = resolve(&host, in_turn, "2026-01-05T09:00:00Z");
        assert_int_equal(owners.count, 1);
        assert_int_equal(owners.persons[0], next[i]);
        assert_int_equal(owners.skipped_count, 0);
        assert_int_equal(owners.via, in_turn);
    }
    host.absent[CHEN] = true;
    host.last = ESC_TEXT("ben");
    EscOwners owners = resolve(&host, in_turn, "2026-01-05T09:00:00Z");
    assert_int_equal(owners.persons[0], ANA);
    assert_int_equal(owners.skipped_count, 1);
    assert_int_equal(owners.skipped[0], CHEN);
    host.absent[ANA] = host.absent[BEN] = true;
    owners = resolve(&host, in_turn, "2026-01-05T09:00:00Z");
    assert_int_equal(owners.count, 0);
    assert_int_equal(owners.skipped_count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rotation_turns_at_the_local_hour),
        cmocka_unit_test(open_time_between_two_instants),
        cmocka_unit_test(a_schedule_changes_at_turns_and_overrides),
        cmocka_unit_test(since_is_due_the_other_way_round),
        cmocka_unit_test(since_goes_back_over_closed_time),
        cmocka_unit_test(overrides_come_first_and_the_last_written_wins),
        cmocka_unit_test(absent_people_are_skipped_and_named),
        cmocka_unit_test(deputies_stand_in_for_a_turn),
        cmocka_unit_test(deputies_stand_in_for_who_is_named),
        cmocka_unit_test(a_team_puts_its_lead_first),
        cmocka_unit_test(members_of_a_team_take_turns),
        cmocka_unit_test(routes_and_fields_lead_to_people),
        cmocka_unit_test(routes_are_followed_so_far_and_no_further),
        cmocka_unit_test(open_hours_are_counted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
