/* test_gaps.c - owner totality (M8.8, M15.1): what is found from boundary to boundary is what a slow walk finds at every minute.
 *
 * Random directories: absences with deputies (and their deputies'), teams with and without a lead, schedules of layers with
 * hours and turns, overrides, routes, chains of several levels, and a last resort. The walk asks the directory at each minute
 * and knows of no boundary. ESC_LONG tries more of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <esc/runtime.h>

#include "support/test.h"
#include "support/zone_files.h"

#define DAY 1440
#define PEOPLE 6
#define AWAY 3 /* absences of each at most */
#define TEAMS 2
#define SCHEDULES 2
#define LAYERS 2 /* of each */
#define ROUTES 1
#define TEMPLATES 4
#define LEVELS 2 /* of each */
#define RESORTS 2
#define WALK_DAYS 24
#define ARENA_BYTES ((size_t)64 << 20)

enum { T_EMPTY, T_ZONE, T_FIRST_NAME, T_COUNT = T_FIRST_NAME + PEOPLE };

static uint64_t state;

static uint32_t chance(uint32_t count)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % count;
}

/* --- a directory ------------------------------------------------------------------------------ */

typedef struct Plan {
    EscText texts[T_COUNT];
    EscMetaRow meta;
    EscPersonRow persons[PEOPLE];
    EscAbsenceRow absences[PEOPLE * AWAY];
    EscTeamRow teams[TEAMS];
    EscTeamMemberRow team_members[TEAMS * 3];
    EscCalendarRow calendars[1];
    EscHoursRow hours[5];
    EscScheduleRow schedules[SCHEDULES];
    EscLayerRow layers[SCHEDULES * LAYERS];
    EscRotationRow rotations[SCHEDULES * LAYERS];
    EscRotationMemberRow members[SCHEDULES * LAYERS * 3 + SCHEDULES];
    EscTurnRow turns[SCHEDULES];
    EscRouteRow routes[ROUTES];
    EscRouteRowRow route_rows[ROUTES * 2];
    EscTemplateRow templates[TEMPLATES];
    EscRoleRow roles[TEMPLATES * LEVELS];
    EscRoleOwnerRow role_owners[TEMPLATES * LEVELS];
    EscResortRow resorts[RESORTS];
    EscFieldRow fields[1];
    EscProgram program;
} Plan;

static uint32_t person_but(uint32_t person)
{
    return (person + 1 + chance(PEOPLE - 1)) % PEOPLE;
}

/* Whole days and parts of days, one behind the other. */
static void add_absences(Plan *plan, uint32_t person, int64_t from)
{
    EscPersonRow *row = &plan->persons[person];
    uint32_t count = chance(AWAY + 1);
    int64_t at = from - 3 * DAY + chance(6) * DAY;
    *row = (EscPersonRow){.name = T_FIRST_NAME + person,
                          .absences_first = plan->program.absences_count,
                          .absences_count = count};
    for (uint32_t i = 0; i < count; i++) {
        int64_t begin = at + chance(5 * 24) * 60, end = begin + 60 + chance(7 * 48) * 30;
        uint32_t deputy = chance(2) == 0 ? 0 : person_but(person) + 1;
        plan->absences[plan->program.absences_count++] = (EscAbsenceRow){begin, end, deputy};
        at = end + 1;
    }
}

static void add_team(Plan *plan, uint32_t team)
{
    EscTeamRow *row = &plan->teams[team];
    row->members_first = plan->program.team_members_count;
    row->members_count = 1 + chance(3);
    for (uint32_t i = 0; i < row->members_count; i++)
        plan->team_members[plan->program.team_members_count++].person = chance(PEOPLE);
    row->lead = chance(2) == 0 ? 0 : chance(PEOPLE) + 1;
}

static EscRef somebody(void)
{
    return chance(4) == 0 ? ESC_REF(ESC_REF_TEAM, chance(TEAMS))
                          : ESC_REF(ESC_REF_PERSON, chance(PEOPLE));
}

static void add_layer(Plan *plan, int64_t from)
{
    uint32_t layer = plan->program.layers_count++;
    EscRotationRow *row = &plan->rotations[layer];
    plan->layers[layer] = (EscLayerRow){.rotations_first = layer, .rotations_count = 1};
    *row = (EscRotationRow){.from_local_minute = from - 2 * DAY + chance(4) * DAY + chance(24) * 60,
                            .turn_minutes = chance(2) == 0 ? 480 : 2 * DAY,
                            .hours = chance(2),
                            .members_first = plan->program.rotation_members_count,
                            .members_count = 1 + chance(3)};
    for (uint32_t i = 0; i < row->members_count; i++)
        plan->members[plan->program.rotation_members_count++].who = somebody();
}

static void add_schedule(Plan *plan, uint32_t schedule, int64_t from)
{
    EscScheduleRow *row = &plan->schedules[schedule];
    *row = (EscScheduleRow){.layers_first = plan->program.layers_count,
                            .layers_count = 1 + chance(LAYERS),
                            .overrides_first = schedule,
                            .overrides_count = 1};
    for (uint32_t i = 0; i < row->layers_count; i++)
        add_layer(plan, from);
    int64_t begin = from + chance(10 * DAY);
    uint32_t member = plan->program.rotation_members_count++;
    plan->members[member].who = somebody();
    plan->turns[schedule] = (EscTurnRow){begin, begin + 60 + chance(3 * DAY), member, 1};
}

static EscRef owner(void)
{
    switch (chance(8)) {
    case 0:
        return ESC_REF(ESC_REF_TURNS, chance(TEAMS));
    case 1:
        return ESC_REF(ESC_REF_ROUTE, chance(ROUTES));
    case 2:
        return ESC_REF(ESC_REF_FIELD, 0);
    case 3:
    case 4:
        return ESC_REF(ESC_REF_SCHEDULE, chance(SCHEDULES));
    default:
        return somebody();
    }
}

static void add_template(Plan *plan, uint32_t template)
{
    plan->templates[template] = (EscTemplateRow){.roles_first = plan->program.roles_count,
                                                 .roles_count = 1 + chance(LEVELS)};
    for (uint32_t i = 0; i < plan->templates[template].roles_count; i++) {
        uint32_t role = plan->program.roles_count++;
        plan->roles[role] = (EscRoleRow){
            .owner = owner(), .others_first = role, .others_count = chance(3) == 0 ? 1 : 0};
        plan->role_owners[role].owner = owner();
    }
}

static void put_tables(Plan *plan)
{
    EscProgram *program = &plan->program;
    program->texts = plan->texts;
    program->texts_count = T_COUNT;
    program->meta = &plan->meta;
    program->meta_count = 1;
    program->persons = plan->persons;
    program->persons_count = PEOPLE;
    program->absences = plan->absences;
    program->teams = plan->teams;
    program->teams_count = TEAMS;
    program->team_members = plan->team_members;
    program->calendars = plan->calendars;
    program->calendars_count = 1;
    program->hours = plan->hours;
    program->hours_count = 5;
    program->schedules = plan->schedules;
    program->schedules_count = SCHEDULES;
    program->layers = plan->layers;
    program->rotations = plan->rotations;
    program->rotations_count = program->layers_count;
    program->rotation_members = plan->members;
    program->turns = plan->turns;
    program->turns_count = SCHEDULES;
    program->routes = plan->routes;
    program->routes_count = ROUTES;
    program->route_rows = plan->route_rows;
    program->templates = plan->templates;
    program->templates_count = TEMPLATES;
    program->roles = plan->roles;
    program->role_owners = plan->role_owners;
    program->fields = plan->fields;
    program->fields_count = 1;
    program->resorts = plan->resorts;
    program->resorts_count = RESORTS - 1;
}

static void draw(Plan *plan, int64_t from)
{
    static const char *const names[PEOPLE] = {"ana", "ben", "chen", "dora", "erik", "fay"};
    memset(plan, 0, sizeof *plan);
    plan->texts[T_ZONE] = ESC_TEXT("Europe/Berlin");
    plan->fields[0].name = T_FIRST_NAME;
    plan->meta.timezone = T_ZONE;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        plan->texts[T_FIRST_NAME + i] = esc_text_from(names[i]);
        add_absences(plan, i, from);
    }
    for (uint32_t i = 0; i < TEAMS; i++)
        add_team(plan, i);
    plan->calendars[0] = (EscCalendarRow){.hours_count = 5};
    for (uint32_t i = 0; i < 5; i++)
        plan->hours[i] = (EscHoursRow){i, 9 * 60, 17 * 60};
    for (uint32_t i = 0; i < SCHEDULES; i++)
        add_schedule(plan, i, from);
    plan->routes[0] = (EscRouteRow){.rows_count = 2};
    plan->route_rows[0] = (EscRouteRowRow){.cond = 1, .target = somebody()};
    plan->route_rows[1].target = ESC_REF(ESC_REF_SCHEDULE, chance(SCHEDULES));
    for (uint32_t i = 0; i < TEMPLATES; i++)
        add_template(plan, i);
    plan->meta.last_resort = ESC_REF(ESC_REF_PERSON, chance(PEOPLE));
    plan->meta.resorts_count = chance(RESORTS);
    plan->resorts[0].who = ESC_REF(ESC_REF_PERSON, chance(PEOPLE));
    put_tables(plan);
}

/* --- the slow walk ---------------------------------------------------------------------------- */

typedef struct Walk {
    const Plan *plan;
    const EscZones *zones;
    int64_t at_ms;
} Walk;

static bool is_away(void *context, uint32_t person)
{
    const Walk *walk = context;
    EscAway away;
    return esc_person_away(&walk->plan->program, walk->zones, person, walk->at_ms, &away);
}

static uint32_t deputy(void *context, uint32_t person)
{
    const Walk *walk = context;
    EscAway away;
    return esc_person_away(&walk->plan->program, walk->zones, person, walk->at_ms, &away)
               ? away.deputy
               : ESC_NONE;
}

static bool means_somebody(Walk *walk, EscRef ref)
{
    EscDirectoryHost host = {.context = walk, .is_absent = is_away, .deputy = deputy};
    EscOwners owners;
    if (esc_ref_kind(ref) == ESC_REF_ROUTE) /* whichever row holds */
        return means_somebody(walk, walk->plan->route_rows[0].target) &&
               means_somebody(walk, walk->plan->route_rows[1].target);
    esc_directory_resolve(&walk->plan->program, walk->zones, &host, ref, walk->at_ms, &owners);
    return owners.count > 0;
}

/* One reference of a chain; a field names nobody who could be counted on. */
static void ask(Walk *walk, EscRef ref, bool *is_written, bool *is_there)
{
    if (esc_ref_kind(ref) == ESC_REF_FIELD)
        return;
    *is_written = true;
    *is_there = *is_there || means_somebody(walk, ref);
}

typedef struct Found {
    bool is_gap, is_of_all;
} Found;

static Found at_minute(Walk *walk, uint32_t template)
{
    const Plan *plan = walk->plan;
    const EscTemplateRow *row = &plan->templates[template];
    bool is_written = false, is_there = false, is_resort = false;
    for (uint32_t i = row->roles_first; i < row->roles_first + row->roles_count; i++) {
        ask(walk, plan->roles[i].owner, &is_written, &is_there);
        if (plan->roles[i].others_count > 0)
            ask(walk, plan->role_owners[i].owner, &is_written, &is_there);
    }
    is_resort = means_somebody(walk, plan->meta.last_resort);
    for (uint32_t i = 0; i < plan->meta.resorts_count; i++)
        is_resort = is_resort || means_somebody(walk, plan->resorts[i].who);
    return (Found){is_written && !is_there, !is_there && !is_resort};
}

/* --- both together ---------------------------------------------------------------------------- */

typedef struct Wanted {
    int64_t from_ms, until_ms; /* 0: there is none */
    size_t count;
    bool is_open;
} Wanted;

static void note(Wanted *wanted, bool is_gap, int64_t at_ms)
{
    if (is_gap && !wanted->is_open && wanted->count++ == 0)
        wanted->from_ms = at_ms;
    if (!is_gap && wanted->is_open && wanted->count == 1)
        wanted->until_ms = at_ms;
    wanted->is_open = is_gap;
}

static const EscGap *found_of(const EscGap *gaps, size_t count, uint32_t template, bool is_of_all)
{
    for (size_t i = 0; i < count; i++)
        if (gaps[i].template == template && gaps[i].is_of_all == is_of_all)
            return &gaps[i];
    return NULL;
}

static void compare(const Wanted *wanted, const EscGap *found)
{
    if (wanted->count == 0) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_int_equal(found->from_ms, wanted->from_ms);
    assert_int_equal(found->until_ms, wanted->until_ms);
    assert_int_equal(found->more, wanted->count - 1);
}

static void walk_template(Walk *walk, uint32_t template, int64_t from_ms, int64_t to_ms,
                          const EscGap *gaps, size_t count)
{
    Wanted chain = {0}, all = {0};
    for (walk->at_ms = from_ms; walk->at_ms < to_ms; walk->at_ms += ESC_MINUTE_MS) {
        Found found = at_minute(walk, template);
        note(&chain, found.is_gap, walk->at_ms);
        note(&all, found.is_of_all, walk->at_ms);
    }
    note(&chain, false, to_ms);
    note(&all, false, to_ms);
    compare(&all, found_of(gaps, count, template, true));
    const EscGap *of_chain = found_of(gaps, count, template, false);
    if (of_chain == NULL && all.count > 0 && all.from_ms == chain.from_ms)
        return; /* the worse one says it */
    compare(&chain, of_chain);
}

static size_t walk_plan(const Plan *plan, const EscZones *zones, int64_t from_ms)
{
    int64_t to_ms = from_ms + WALK_DAYS * ESC_DAY_MS;
    EscWritten written = {&plan->program, zones};
    EscPresence presence = esc_written_presence(&written);
    EscArena *arena = esc_arena_new(ARENA_BYTES);
    const EscGap *gaps = NULL;
    size_t count = 0;
    assert_non_null(arena);
    assert_status(
        esc_gaps_find(&plan->program, zones, &presence, from_ms, to_ms, arena, &gaps, &count),
        ESC_OK);
    Walk walk = {plan, zones, 0};
    for (uint32_t i = 0; i < TEMPLATES; i++)
        walk_template(&walk, i, from_ms, to_ms, gaps, count);
    for (size_t i = 0; i < count; i++) {
        EscBuf why;
        esc_buf_init(&why, 4096);
        esc_gap_write_why(&plan->program, zones, &presence, &gaps[i], &why);
        assert_status(why.status, ESC_OK);
        assert_true(why.size > 0);
        esc_buf_release(&why);
    }
    esc_arena_free(arena);
    return count;
}

/* Across both changes of the clocks. */
static void every_minute_is_as_the_boundaries_say(void **unused)
{
    (void)unused;
    int rounds = getenv("ESC_LONG") == NULL ? 12 : 200;
    const char *seed = getenv("ESC_SEED");
    state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    print_message("ESC_SEED=%s\n", seed == NULL ? "1" : seed);
    Plan *plan = calloc(1, sizeof *plan);
    assert_non_null(plan);
    size_t gaps = 0;
    for (int round = 0; round < rounds; round++) {
        int64_t day = esc_days_from_date(2026, round % 2 == 0 ? 3 : 10, 15);
        draw(plan, day * DAY);
        EscZones *zones = esc_zones_new();
        assert_non_null(zones);
        assert_true(zone_files_load(zones, &plan->program));
        gaps += walk_plan(plan, zones, day * ESC_DAY_MS);
        esc_zones_free(zones);
    }
    assert_true(gaps > (size_t)rounds); /* there was something to find */
    free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_minute_is_as_the_boundaries_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
