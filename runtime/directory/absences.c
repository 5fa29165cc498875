/* absences.c - when people are away as it is written in the directory: whole days or times on their own clocks. What people
 * say later is the engine's to know. */
#include <esc/directory.h>

static EscText zone_of(const EscProgram *program, const EscPersonRow *person)
{
    return program->texts[person->timezone != 0 ? person->timezone - 1 : program->meta->timezone];
}

static EscAway instants(const EscZones *zones, EscText zone, const EscAbsenceRow *row)
{
    return (EscAway){.from_ms = esc_zone_instant_ms(zones, zone, row->from_local_minute),
                     .to_ms = esc_zone_instant_ms(zones, zone, row->to_local_minute),
                     .deputy = row->deputy == 0 ? ESC_NONE : row->deputy - 1};
}

/* The first of a person's absences that begins behind a minute. */
static uint32_t first_behind(const EscAbsenceRow *rows, uint32_t count, int64_t minute)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rows[middle].from_local_minute <= minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool esc_person_away(const EscProgram *program, const EscZones *zones, uint32_t person,
                     int64_t at_ms, EscAway *away)
{
    const EscPersonRow *row = &program->persons[person];
    if (row->absences_count == 0)
        return false;
    EscText zone = zone_of(program, row);
    const EscAbsenceRow *rows = &program->absences[row->absences_first];
    int64_t minute = esc_zone_minute(zones, zone, at_ms);
    uint32_t next = first_behind(rows, row->absences_count, minute);
    if (next == 0 || minute >= rows[next - 1].to_local_minute)
        return false;
    *away = instants(zones, zone, &rows[next - 1]);
    return true;
}

bool esc_person_away_next(const EscProgram *program, const EscZones *zones, uint32_t person,
                          int64_t after_ms, EscAway *away)
{
    const EscPersonRow *row = &program->persons[person];
    if (row->absences_count == 0)
        return false;
    EscText zone = zone_of(program, row);
    const EscAbsenceRow *rows = &program->absences[row->absences_first];
    uint32_t next = first_behind(rows, row->absences_count, esc_zone_minute(zones, zone, after_ms));
    if (next == row->absences_count)
        return false;
    *away = instants(zones, zone, &rows[next]);
    return true;
}
