/* schedule.c - whom a schedule means at an instant, and until when: overrides, then its layers.
 *
 * Boundaries are local times that are used as instants. The clocks of a zone are therefore asked for the last local minute
 * whose instant has come (esc_zone_minute), which never runs backwards: everything below is arithmetic on that minute. Only
 * a boundary that is told becomes an instant again. Whatever a schedule looked at before it found somebody takes part in how
 * long the answer holds. */
#include "resolve.h"

#include "zone.h"

#define DAY_MINUTES 1440
#define WEEK_DAYS 7

/* One look at a schedule: the clocks that its boundaries are read on, and the earliest one ahead. */
typedef struct Look {
    const EscProgram *program;
    const EscZones *zones;
    const EscDirectoryHost *host;
    EscText zone;
    int64_t now_ms, minute;
    int64_t
        until_minute; /* of the boundaries on these clocks; those on others are in owners->until_ms */
    EscOwners *owners;
} Look;

static void note(Look *look, int64_t minute)
{
    if (minute < look->until_minute)
        look->until_minute = minute;
}

static void note_instant(Look *look, int64_t instant_ms)
{
    if (instant_ms < look->owners->until_ms)
        look->owners->until_ms = instant_ms;
}

/* --- who -------------------------------------------------------------------------------------- */

/* A team is one person: its lead or who stands in for them, else the first member who is there. */
static bool team_is_there(const Look *look, const EscTeamRow *team)
{
    EscOwners *owners = look->owners;
    if (team->lead != 0)
        esc_owners_add_named(look->host, team->lead - 1, owners);
    for (uint32_t i = 0; i < team->members_count && owners->count == 0; i++)
        esc_owners_add(look->host, look->program->team_members[team->members_first + i].person,
                       owners);
    return owners->count > 0;
}

static bool member_is_there(const Look *look, EscRef who)
{
    if (esc_ref_kind(who) == ESC_REF_TEAM)
        return team_is_there(look, &look->program->teams[esc_ref_index(who)]);
    esc_owners_add_named(look->host, esc_ref_index(who), look->owners);
    return look->owners->count > 0;
}

/* --- written-out turns ------------------------------------------------------------------------ */

/* The turn that holds a minute, or NULL; *next is where the next one stands. */
static const EscTurnRow *turn_at(const EscTurnRow *turns, uint32_t count, int64_t minute,
                                 uint32_t *next)
{
    uint32_t low = 0, high = count; /* the first that begins behind the minute */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (turns[middle].from_minute <= minute)
            low = middle + 1;
        else
            high = middle;
    }
    *next = low;
    return low > 0 && minute < turns[low - 1].to_minute ? &turns[low - 1] : NULL;
}

/* Where the first of some turns with somebody who is there is found; *ahead is the next boundary, INT64_MAX without one. */
static bool turns_have_somebody(const Look *look, uint32_t first, uint32_t count, int64_t minute,
                                int64_t *ahead)
{
    uint32_t next = 0;
    *ahead = INT64_MAX;
    if (count == 0)
        return false;
    const EscTurnRow *turns = &look->program->turns[first];
    const EscTurnRow *turn = turn_at(turns, count, minute, &next);
    if (turn != NULL)
        *ahead = turn->to_minute;
    else if (next < count)
        *ahead = turns[next].from_minute;
    for (uint32_t i = 0; turn != NULL && i < turn->members_count; i++) {
        if (member_is_there(look, look->program->rotation_members[turn->members_first + i].who))
            return true;
    }
    return false;
}

static bool overrides_have_somebody(Look *look, const EscScheduleRow *schedule)
{
    int64_t ahead = INT64_MAX;
    bool is_found = turns_have_somebody(look, schedule->overrides_first, schedule->overrides_count,
                                        look->minute, &ahead);
    note(look, ahead);
    return is_found;
}

static bool import_has_somebody(Look *look, const EscLayerRow *layer)
{
    int64_t ahead = INT64_MAX, minute = esc_floor_divide(look->now_ms, ESC_MINUTE_MS);
    bool is_found =
        turns_have_somebody(look, layer->turns_first, layer->turns_count, minute, &ahead);
    if (ahead != INT64_MAX)
        note_instant(look, ahead * ESC_MINUTE_MS);
    return is_found;
}

/* --- rotations -------------------------------------------------------------------------------- */

/* The rotation that counts at a minute: the last one that has begun; NULL before all of them. */
static const EscRotationRow *rotation_at(Look *look, const EscLayerRow *layer)
{
    const EscRotationRow *rotations = &look->program->rotations[layer->rotations_first];
    uint32_t low = 0, high = layer->rotations_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rotations[middle].from_local_minute <= look->minute)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < layer->rotations_count)
        note(look, rotations[low].from_local_minute);
    return low == 0 ? NULL : &rotations[low - 1];
}

static uint32_t days_count(uint32_t days)
{
    uint32_t count = 0;
    for (; days != 0; days &= days - 1)
        count++;
    return count;
}

/* The number of a turn, and the minute at which the next one begins. Turns begin on days of the week, of which the day of
 * the start is one: counted from there, bit 0 is that day. */
static int64_t weekday_turn(const EscRotationRow *rotation, int64_t minute, int64_t *end)
{
    int64_t from = rotation->from_local_minute, day = (minute - from) / DAY_MINUTES;
    uint32_t first = esc_weekday_from_days(esc_floor_divide(from, DAY_MINUTES));
    uint32_t days = (rotation->weekdays >> first | rotation->weekdays << (WEEK_DAYS - first)) & 127;
    uint32_t at = (uint32_t)(day % WEEK_DAYS), ahead = at + 1;
    while (ahead < WEEK_DAYS && (days >> ahead & 1) == 0)
        ahead++;
    *end = from + (day - at + ahead) * DAY_MINUTES;
    return day / WEEK_DAYS * days_count(days) + days_count(days & ((2u << at) - 1)) - 1;
}

static int64_t turn_of(const EscRotationRow *rotation, int64_t minute, int64_t *end)
{
    int64_t from = rotation->from_local_minute;
    *end = INT64_MAX;
    if (rotation->weekdays != 0)
        return weekday_turn(rotation, minute, end);
    if (rotation->turn_minutes == 0)
        return 0;
    int64_t turn = (minute - from) / rotation->turn_minutes;
    *end = from + (turn + 1) * rotation->turn_minutes;
    return turn;
}

static bool is_in_hours(Look *look, const EscRotationRow *rotation)
{
    int64_t until = INT64_MAX;
    if (rotation->hours == 0)
        return true;
    const EscCalendarRow *calendar = &look->program->calendars[rotation->hours - 1];
    bool is_open = false;
    if (esc_text_equal(esc_calendar_zone(look->program, calendar), look->zone)) {
        is_open = esc_calendar_look(look->program, calendar, look->minute, &until);
        note(look, until);
    } else {
        is_open = esc_calendar_look_at(look->program, look->zones, rotation->hours - 1,
                                       look->now_ms, &until);
        note_instant(look, until);
    }
    return is_open;
}

static bool layer_has_somebody(Look *look, const EscLayerRow *layer)
{
    if (layer->rotations_count == 0)
        return import_has_somebody(look, layer);
    const EscRotationRow *rotation = rotation_at(look, layer);
    if (rotation == NULL || !is_in_hours(look, rotation))
        return false;
    int64_t end = INT64_MAX, turn = turn_of(rotation, look->minute, &end);
    if (rotation->members_count > 1)
        note(look, end);
    uint32_t member = (uint32_t)(turn % rotation->members_count);
    return member_is_there(look,
                           look->program->rotation_members[rotation->members_first + member].who);
}

void esc_schedule_resolve(const EscProgram *program, const EscZones *zones,
                          const EscDirectoryHost *host, uint32_t schedule, int64_t now_ms,
                          EscOwners *owners)
{
    const EscScheduleRow *row = &program->schedules[schedule];
    uint32_t zone = row->timezone != 0 ? row->timezone - 1 : program->meta->timezone;
    Look look = {.program = program,
                 .zones = zones,
                 .host = host,
                 .zone = program->texts[zone],
                 .now_ms = now_ms,
                 .until_minute = INT64_MAX,
                 .owners = owners};
    look.minute = esc_zone_minute(zones, look.zone, now_ms);
    bool is_found = overrides_have_somebody(&look, row);
    for (uint32_t i = 0; i < row->layers_count && !is_found; i++)
        is_found = layer_has_somebody(&look, &program->layers[row->layers_first + i]);
    if (look.until_minute != INT64_MAX)
        note_instant(&look, esc_zone_instant_ms(zones, look.zone, look.until_minute));
}
