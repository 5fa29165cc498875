/* directory.c - who a reference means at a moment: person, team, schedule, route, ticket field.
 *
 * Pure look-ups in a program's tables. Who is accountable, and what follows when nobody is, is the engine's job. */
#include <esc/directory.h>

#include "zone.h"

#define ROUTE_DEPTH_MAX 8
#define DAY_MINUTES 1440

bool esc_directory_person(const EscProgram *program, EscText name, uint32_t *person)
{
    for (uint32_t i = 0; i < program->persons_count; i++) {
        if (esc_text_equal(program->texts[program->persons[i].name], name)) {
            *person = i;
            return true;
        }
    }
    return false;
}

EscText esc_directory_ref_name(const EscProgram *program, EscRef ref)
{
    uint32_t index = esc_ref_index(ref);
    switch (esc_ref_kind(ref)) {
    case ESC_REF_PERSON:
        return program->texts[program->persons[index].name];
    case ESC_REF_TEAM:
    case ESC_REF_TURNS:
        return program->texts[program->teams[index].name];
    case ESC_REF_SCHEDULE:
        return program->texts[program->schedules[index].name];
    case ESC_REF_ROUTE:
        return program->texts[program->routes[index].name];
    case ESC_REF_CHANNEL:
        return program->texts[program->channels[index].name];
    case ESC_REF_ROLE:
        return esc_text_from(esc_role_word(index));
    case ESC_REF_FIELD:
        return program->texts[program->fields[index].name];
    case ESC_REF_TEMPLATE:
        return program->texts[program->templates[index].name];
    case ESC_REF_TEXT:
        return program->texts[index];
    case ESC_REF_NONE:
    case ESC_REF_COUNT:
        break;
    }
    return ESC_TEXT("");
}

/* A person, team or schedule by the name that a ticket field holds. */
static EscRef ref_by_name(const EscProgram *program, EscText name)
{
    uint32_t person = 0;
    if (name.size == 0)
        return 0;
    if (esc_directory_person(program, name, &person))
        return ESC_REF(ESC_REF_PERSON, person);
    for (uint32_t i = 0; i < program->teams_count; i++)
        if (esc_text_equal(program->texts[program->teams[i].name], name))
            return ESC_REF(ESC_REF_TEAM, i);
    for (uint32_t i = 0; i < program->schedules_count; i++)
        if (esc_text_equal(program->texts[program->schedules[i].name], name))
            return ESC_REF(ESC_REF_SCHEDULE, i);
    return 0;
}

static bool has_person(const EscOwners *owners, uint32_t person)
{
    for (uint32_t i = 0; i < owners->count; i++)
        if (owners->persons[i] == person)
            return true;
    for (uint32_t i = 0; i < owners->skipped_count; i++)
        if (owners->skipped[i] == person)
            return true;
    return false;
}

/* Adds a person to the owners, or to the skipped when absent. */
static void add_person(const EscDirectoryHost *host, uint32_t person, EscOwners *owners)
{
    if (has_person(owners, person))
        return;
    if (host->is_absent(host->context, person)) {
        if (owners->skipped_count < ESC_OWNERS_MAX)
            owners->skipped[owners->skipped_count++] = person;
    } else if (owners->count < ESC_OWNERS_MAX) {
        owners->persons[owners->count++] = person;
    }
}

static void add_team(const EscProgram *program, const EscDirectoryHost *host,
                     const EscTeamRow *team, EscOwners *owners)
{
    if (team->lead != 0)
        add_person(host, team->lead - 1, owners);
    for (uint32_t i = 0; i < team->members_count; i++)
        add_person(host, program->team_members[team->members_first + i].person, owners);
}

/* The member behind the last drawn one who is there; behind a name that is no member, from the top. */
static void add_next(const EscProgram *program, const EscDirectoryHost *host,
                     const EscTeamRow *team, EscOwners *owners)
{
    EscText last = host->last_drawn == NULL
                       ? ESC_TEXT("")
                       : host->last_drawn(host->context, program->texts[team->name]);
    uint32_t first = 0, count = team->members_count;
    for (uint32_t i = 0; i < count && last.size > 0; i++)
        if (esc_text_equal(
                program->texts
                    [program->persons[program->team_members[team->members_first + i].person].name],
                last))
            first = i + 1;
    for (uint32_t i = 0; i < count && owners->count == 0; i++)
        add_person(host, program->team_members[team->members_first + (first + i) % count].person,
                   owners);
}

static EscText zone_of(const EscProgram *program, const EscScheduleRow *schedule)
{
    uint32_t text = schedule->timezone != 0 ? schedule->timezone - 1 : program->meta->timezone;
    return program->texts[text];
}

static int64_t local_minute_at(const EscZones *zones, EscText zone, int64_t time_ms)
{
    int64_t offset_s = esc_zone_offset_s(zones, zone, time_ms);
    return esc_floor_divide(esc_floor_divide(time_ms, 1000) + offset_s, 60);
}

static void add_on_call(const EscProgram *program, const EscZones *zones,
                        const EscDirectoryHost *host, const EscScheduleRow *schedule,
                        int64_t now_ms, EscOwners *owners)
{
    int64_t local_minute = local_minute_at(zones, zone_of(program, schedule), now_ms);
    for (uint32_t i = schedule->overrides_count; i > 0 && owners->count == 0;
         i--) { /* the last written one wins */
        const EscOverrideRow *override = &program->overrides[schedule->overrides_first + i - 1];
        if (local_minute >= override->from_local_minute && local_minute < override->to_local_minute)
            add_person(host, override->person, owners);
    }
    for (uint32_t i = 0; i < schedule->rotations_count && owners->count == 0; i++) {
        const EscRotationRow *rotation = &program->rotations[schedule->rotations_first + i];
        if (local_minute < rotation->from_local_minute)
            continue;
        int64_t turn = (local_minute - rotation->from_local_minute) /
                       ((int64_t)rotation->shift_days * DAY_MINUTES);
        uint32_t member = (uint32_t)(turn % rotation->members_count);
        add_person(host, program->rotation_members[rotation->members_first + member].person,
                   owners);
    }
}

static EscRef route_target(const EscProgram *program, const EscDirectoryHost *host,
                           const EscRouteRow *route)
{
    for (uint32_t i = 0; i < route->rows_count; i++) {
        const EscRouteRowRow *row = &program->route_rows[route->rows_first + i];
        if (row->cond == 0 || host->holds(host->context, row->cond - 1))
            return row->target;
    }
    return 0;
}

/* Follows routes and fields to the person, team or schedule that they end in; 0 when there is none. */
static EscRef follow(const EscProgram *program, const EscDirectoryHost *host, EscRef ref)
{
    for (int depth = 0; depth < ROUTE_DEPTH_MAX; depth++) {
        if (esc_ref_kind(ref) == ESC_REF_ROUTE)
            ref = route_target(program, host, &program->routes[esc_ref_index(ref)]);
        else if (esc_ref_kind(ref) == ESC_REF_FIELD)
            ref = ref_by_name(program, host->field_text(host->context, esc_ref_index(ref)));
        else
            return ref;
    }
    return 0;
}

void esc_directory_resolve(const EscProgram *program, const EscZones *zones,
                           const EscDirectoryHost *host, EscRef ref, int64_t now_ms,
                           EscOwners *owners)
{
    *owners = (EscOwners){0};
    owners->via = follow(program, host, ref);
    uint32_t index = esc_ref_index(owners->via);
    if (esc_ref_kind(owners->via) == ESC_REF_PERSON)
        add_person(host, index, owners);
    else if (esc_ref_kind(owners->via) == ESC_REF_TEAM)
        add_team(program, host, &program->teams[index], owners);
    else if (esc_ref_kind(owners->via) == ESC_REF_TURNS)
        add_next(program, host, &program->teams[index], owners);
    else if (esc_ref_kind(owners->via) == ESC_REF_SCHEDULE)
        add_on_call(program, zones, host, &program->schedules[index], now_ms, owners);
}

/* --- when it changes ------------------------------------------------------------------------------ */

static void take_earlier(int64_t *earliest, int64_t minute, int64_t after)
{
    if (minute > after && minute < *earliest)
        *earliest = minute;
}

static int64_t turn_end(const EscRotationRow *rotation, int64_t after)
{
    int64_t from = rotation->from_local_minute;
    int64_t turn = (int64_t)rotation->shift_days * DAY_MINUTES;
    return after < from ? from : from + ((after - from) / turn + 1) * turn;
}

int64_t esc_schedule_change_ms(const EscProgram *program, const EscZones *zones, uint32_t schedule,
                               int64_t after_ms)
{
    const EscScheduleRow *row = &program->schedules[schedule];
    EscText zone = zone_of(program, row);
    int64_t after = local_minute_at(zones, zone, after_ms), earliest = INT64_MAX;
    for (uint32_t i = 0; i < row->rotations_count; i++)
        take_earlier(&earliest, turn_end(&program->rotations[row->rotations_first + i], after),
                     after);
    for (uint32_t i = 0; i < row->overrides_count; i++) {
        const EscOverrideRow *override = &program->overrides[row->overrides_first + i];
        take_earlier(&earliest, override->from_local_minute, after);
        take_earlier(&earliest, override->to_local_minute, after);
    }
    if (earliest == INT64_MAX)
        return INT64_MAX;
    /* In an hour that comes twice a local time means its first coming, which may be over. */
    int64_t change_ms = esc_zone_instant_ms(zones, zone, earliest);
    return change_ms > after_ms ? change_ms : after_ms + ESC_MINUTE_MS;
}
