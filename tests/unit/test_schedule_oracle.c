/* test_schedule_oracle.c - whom a schedule means, minute by minute over years, beside an oracle that shares nothing with it.
 *
 * The oracle walks the minutes of UTC with the C library's time zones. A boundary happens at the first minute whose local
 * time has reached it, once: turns are counted, overrides go on and off, hours open and close by what happens. The
 * schedule is asked only when its last answer is over, so its "until" is held against every minute too.
 *
 * Three years of each zone; with ESC_LONG, of ten schedules in each. */
#define _DEFAULT_SOURCE /* setenv, localtime_r, tm_gmtoff */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <esc/runtime.h>

#include "support/test.h"
#include "support/zone_files.h"

#define DAY 1440
#define LAYERS 4
#define ROTATIONS 2 /* of a layer */
#define OVERRIDES 6
#define PEOPLE 7
#define NOBODY (-1)
#define WALK_DAYS (3 * 366)

enum { T_EMPTY, T_ZONE, T_COUNT };

static const char *const zone_names[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                         "Asia/Kolkata",  "America/Santiago", "Pacific/Apia"};

/* --- chance ----------------------------------------------------------------------------------- */

static uint64_t state;

static uint32_t chance(uint32_t count)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % count;
}

/* --- a schedule ------------------------------------------------------------------------------- */

typedef struct Plan {
    EscText texts[T_COUNT];
    EscMetaRow meta;
    EscPersonRow persons[PEOPLE];
    EscCalendarRow calendars[LAYERS];
    EscHoursRow hours[LAYERS * 14];
    EscHolidayRow holidays[1];
    EscScheduleRow schedule;
    EscLayerRow layers[LAYERS];
    EscRotationRow rotations[LAYERS * ROTATIONS];
    EscRotationMemberRow members[LAYERS * ROTATIONS * 4 + OVERRIDES];
    EscTurnRow turns[OVERRIDES];
    EscProgram program;
} Plan;

/* Hours of every day, or of Monday to Friday, over midnight or not: sorted, as the compiler makes them. */
static void add_hours(Plan *plan, uint32_t calendar)
{
    uint32_t from = chance(96) * 15, to = (from + 15 + chance(94) * 15 - 1) % DAY + 1,
             days = chance(2) == 0 ? 7 : 5;
    EscCalendarRow *row = &plan->calendars[calendar];
    row->hours_first = plan->program.hours_count;
    for (uint32_t day = 0; day < 7; day++) {
        bool is_day = day < days, was_day = (day + 6) % 7 < days;
        if (to <= from && was_day)
            plan->hours[plan->program.hours_count++] = (EscHoursRow){day, 0, to};
        if (is_day && to <= from)
            plan->hours[plan->program.hours_count++] = (EscHoursRow){day, from, DAY};
        else if (is_day)
            plan->hours[plan->program.hours_count++] = (EscHoursRow){day, from, to};
    }
    row->hours_count = plan->program.hours_count - row->hours_first;
}

static void add_rotation(Plan *plan, int64_t from, uint32_t calendar)
{
    static const uint32_t lengths[] = {60, 90, 480, 720, DAY, 7 * DAY, 14 * DAY};
    EscRotationRow *row = &plan->rotations[plan->program.rotations_count++];
    *row = (EscRotationRow){.from_local_minute = from,
                            .members_first = plan->program.rotation_members_count,
                            .members_count = 1 + chance(4)};
    if (chance(3) == 0)
        row->weekdays = (1u << ((from / DAY + 3) % 7)) | chance(128);
    else
        row->turn_minutes = lengths[chance(ESC_COUNT_OF(lengths))];
    row->hours = chance(2) == 0 ? 0 : calendar + 1;
    for (uint32_t i = 0; i < row->members_count; i++)
        plan->members[plan->program.rotation_members_count++].who =
            ESC_REF(ESC_REF_PERSON, chance(PEOPLE));
}

static void add_overrides(Plan *plan, int64_t from)
{
    for (uint32_t i = 0; i < OVERRIDES; i++) {
        int64_t begin = from + chance(60 * DAY), end = begin + 30 + chance(3 * DAY);
        uint32_t member = plan->program.rotation_members_count++;
        plan->members[member].who = ESC_REF(ESC_REF_PERSON, chance(PEOPLE));
        plan->turns[plan->program.turns_count++] = (EscTurnRow){begin, end, member, 1};
        from = end;
    }
}

static void draw(Plan *plan, const char *zone, int64_t from)
{
    memset(plan, 0, sizeof *plan);
    plan->texts[T_ZONE] = esc_text_from(zone);
    plan->meta.timezone = T_ZONE;
    plan->holidays[0].day = from / DAY + 40;
    for (uint32_t i = 0; i < LAYERS; i++) {
        plan->calendars[i].holidays_count = i == 0;
        add_hours(plan, i);
        plan->layers[i] = (EscLayerRow){.rotations_first = plan->program.rotations_count};
        int64_t begin = from - chance(20) * DAY + chance(96) * 15;
        uint32_t count = 1 + chance(ROTATIONS);
        for (uint32_t k = 0; k < count; k++, begin += 15 + (int64_t)chance(80 * 96) * 15)
            add_rotation(plan, begin, i);
        plan->layers[i].rotations_count = count;
    }
    add_overrides(plan, from);
    plan->schedule = (EscScheduleRow){.layers_count = LAYERS, .overrides_count = OVERRIDES};
    plan->program.texts = plan->texts;
    plan->program.texts_count = T_COUNT;
    plan->program.meta = &plan->meta;
    plan->program.meta_count = 1;
    plan->program.persons = plan->persons;
    plan->program.persons_count = PEOPLE;
    plan->program.calendars = plan->calendars;
    plan->program.calendars_count = LAYERS;
    plan->program.hours = plan->hours;
    plan->program.holidays = plan->holidays;
    plan->program.holidays_count = 1;
    plan->program.schedules = &plan->schedule;
    plan->program.schedules_count = 1;
    plan->program.layers = plan->layers;
    plan->program.layers_count = LAYERS;
    plan->program.rotations = plan->rotations;
    plan->program.rotation_members = plan->members;
    plan->program.turns = plan->turns;
}

/* --- the oracle ------------------------------------------------------------------------------- */

typedef struct Rota {
    int64_t next; /* the boundary that has not happened yet */
    int64_t turn; /* -1: it has not begun */
} Rota;

typedef struct Oracle {
    const Plan *plan;
    int64_t reached; /* the last local minute that happened */
    Rota rotas[LAYERS * ROTATIONS];
    bool is_open[LAYERS];
    bool is_overridden[OVERRIDES];
} Oracle;

static uint32_t weekday(int64_t minute)
{
    return (uint32_t)((minute / DAY + 3) % 7);
}

static bool hours_hold(const Plan *plan, uint32_t calendar, int64_t minute)
{
    const EscCalendarRow *row = &plan->calendars[calendar];
    for (uint32_t i = 0; i < row->holidays_count; i++)
        if (plan->holidays[i].day == minute / DAY)
            return false;
    for (uint32_t i = row->hours_first; i < row->hours_first + row->hours_count; i++) {
        const EscHoursRow *hours = &plan->hours[i];
        if (hours->weekday == weekday(minute) && minute % DAY >= hours->from_minute &&
            minute % DAY < hours->to_minute)
            return true;
    }
    return false;
}

static void happen(Oracle *oracle, int64_t minute)
{
    const Plan *plan = oracle->plan;
    for (uint32_t i = 0; i < plan->program.rotations_count; i++) {
        const EscRotationRow *row = &plan->rotations[i];
        Rota *rota = &oracle->rotas[i];
        if (minute != rota->next)
            continue;
        rota->turn++;
        rota->next += row->weekdays == 0 ? row->turn_minutes : DAY;
        while (row->weekdays != 0 && (row->weekdays >> weekday(rota->next) & 1) == 0)
            rota->next += DAY;
    }
    for (uint32_t i = 0; i < LAYERS; i++)
        oracle->is_open[i] = hours_hold(plan, i, minute);
    for (uint32_t i = 0; i < OVERRIDES; i++) {
        if (minute == plan->turns[i].from_minute)
            oracle->is_overridden[i] = true;
        if (minute == plan->turns[i].to_minute)
            oracle->is_overridden[i] = false;
    }
}

static int person_of(const Plan *plan, uint32_t member)
{
    return (int)esc_ref_index(plan->members[member].who);
}

static int layer_means(const Oracle *oracle, uint32_t layer)
{
    const Plan *plan = oracle->plan;
    const EscLayerRow *row = &plan->layers[layer];
    for (uint32_t i = row->rotations_count; i > 0; i--) { /* the last one that has begun */
        uint32_t at = row->rotations_first + i - 1;
        const EscRotationRow *rotation = &plan->rotations[at];
        if (oracle->rotas[at].turn < 0)
            continue;
        if (rotation->hours != 0 && !oracle->is_open[rotation->hours - 1])
            return NOBODY;
        return person_of(plan, rotation->members_first +
                                   (uint32_t)(oracle->rotas[at].turn % rotation->members_count));
    }
    return NOBODY;
}

static int oracle_means(const Oracle *oracle)
{
    int person = NOBODY;
    for (uint32_t i = 0; i < OVERRIDES; i++)
        if (oracle->is_overridden[i])
            person = person_of(oracle->plan, oracle->plan->turns[i].members_first);
    for (uint32_t i = 0; i < LAYERS && person == NOBODY; i++)
        person = layer_means(oracle, i);
    return person;
}

/* Local minutes of the C library, which knows nothing of ours. */
static int64_t libc_minute(int64_t utc_minute)
{
    time_t seconds = (time_t)(utc_minute * 60);
    struct tm tm;
    assert_non_null(localtime_r(&seconds, &tm));
    return utc_minute + tm.tm_gmtoff / 60;
}

/* --- both together ---------------------------------------------------------------------------- */

static bool nobody_is_absent(void *context, uint32_t person)
{
    (void)context;
    (void)person;
    return false;
}

static void walk(const Plan *plan, const EscZones *zones, int64_t from, int64_t minutes)
{
    Oracle oracle = {.plan = plan, .reached = libc_minute(from) - 1};
    EscDirectoryHost host = {.is_absent = nobody_is_absent};
    EscOwners owners = {.until_ms = INT64_MIN};
    for (uint32_t i = 0; i < plan->program.rotations_count; i++)
        oracle.rotas[i] = (Rota){plan->rotations[i].from_local_minute, -1};
    for (int64_t minute = from; minute < from + minutes; minute++) {
        int64_t local = libc_minute(minute);
        while (oracle.reached < local)
            happen(&oracle, ++oracle.reached);
        int wanted = oracle_means(&oracle);
        if (minute * ESC_MINUTE_MS >= owners.until_ms)
            esc_directory_resolve(&plan->program, zones, &host, ESC_REF(ESC_REF_SCHEDULE, 0),
                                  minute * ESC_MINUTE_MS, &owners);
        int found = owners.count == 0 ? NOBODY : (int)owners.persons[0];
        if (wanted != found)
            print_message("at minute %lld: %d wanted, %d found\n", (long long)minute, wanted,
                          found);
        assert_int_equal(wanted, found);
        assert_true(owners.count <= 1);
        assert_true(owners.until_ms > minute * ESC_MINUTE_MS);
    }
}

/* From before a change of clocks on; Apia left a whole day out at the end of 2011. */
static void walk_zone(Plan *plan, const char *zone)
{
    int64_t start = strcmp(zone, "Pacific/Apia") == 0
                        ? esc_days_from_date(2011, 9, 1)
                        : esc_days_from_date(2026, chance(2) == 0 ? 2 : 8, 15);
    assert_int_equal(setenv("TZ", zone, 1), 0);
    tzset();
    draw(plan, zone, start * DAY + 30 * DAY);
    EscZones *zones = esc_zones_new();
    assert_non_null(zones);
    assert_true(zone_files_load(zones, &plan->program));
    walk(plan, zones, start * DAY, (int64_t)WALK_DAYS * DAY);
    esc_zones_free(zones);
}

/* M8.1, M8.2, M8.3 at every minute. */
static void every_minute_means_whom_the_oracle_says(void **unused)
{
    (void)unused;
    int rounds = getenv("ESC_LONG") == NULL ? 1 : 10;
    const char *seed = getenv("ESC_SEED");
    state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    print_message("ESC_SEED=%s\n", seed == NULL ? "1" : seed);
    Plan *plan = calloc(1, sizeof *plan);
    assert_non_null(plan);
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < ESC_COUNT_OF(zone_names); i++)
            walk_zone(plan, zone_names[i]);
    }
    free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_minute_means_whom_the_oracle_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
