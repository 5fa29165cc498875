/* watch.c - who is on duty by all that is written, until when and then who. What people say since is the engine's to know. */
#include <esc/directory.h>

#define HORIZON_MS (400 * ESC_DAY_MS)

typedef struct Written {
    const EscProgram *program;
    const EscZones *zones;
    int64_t at_ms;
} Written;

static bool is_away(void *context, uint32_t person)
{
    const Written *written = context;
    EscAway away;
    return esc_person_away(written->program, written->zones, person, written->at_ms, &away);
}

static uint32_t deputy(void *context, uint32_t person)
{
    const Written *written = context;
    EscAway away;
    return esc_person_away(written->program, written->zones, person, written->at_ms, &away)
               ? away.deputy
               : ESC_NONE;
}

static bool no_route_holds(void *context, uint32_t function)
{
    (void)context;
    (void)function;
    return false;
}

static EscText no_field(void *context, uint32_t field)
{
    (void)context;
    (void)field;
    return ESC_TEXT("");
}

/* --- watches ---------------------------------------------------------------------------------- */

/* When somebody goes away or comes back. */
static void take_absence(const Written *written, uint32_t person, int64_t *until_ms)
{
    EscAway away;
    if (esc_person_away(written->program, written->zones, person, written->at_ms, &away) &&
        away.to_ms < *until_ms)
        *until_ms = away.to_ms;
    if (esc_person_away_next(written->program, written->zones, person, written->at_ms, &away) &&
        away.from_ms < *until_ms)
        *until_ms = away.from_ms;
}

/* Whom it means, and the first instant at which it may mean somebody else. */
static uint32_t look(const Written *written, uint32_t schedule, int64_t *until_ms)
{
    EscDirectoryHost host = {(void *)written, no_route_holds, no_field, is_away, deputy, NULL};
    EscOwners owners;
    esc_directory_resolve(written->program, written->zones, &host,
                          ESC_REF(ESC_REF_SCHEDULE, schedule), written->at_ms, &owners);
    *until_ms = owners.until_ms;
    for (uint32_t i = 0; i < owners.count; i++)
        take_absence(written, owners.persons[i], until_ms);
    for (uint32_t i = 0; i < owners.skipped_count; i++)
        take_absence(written, owners.skipped[i], until_ms);
    return owners.count == 0 ? ESC_NONE : owners.persons[0];
}

EscWatch esc_schedule_watch(const EscProgram *program, const EscZones *zones, uint32_t schedule,
                            int64_t at_ms)
{
    Written written = {program, zones, at_ms};
    int64_t until_ms = INT64_MAX;
    EscWatch watch = {.person = look(&written, schedule, &until_ms), .from_ms = at_ms};
    while (until_ms <= at_ms + HORIZON_MS) { /* each round is a boundary further */
        written.at_ms = until_ms;
        if (look(&written, schedule, &until_ms) != watch.person) {
            watch.until_ms = written.at_ms;
            return watch;
        }
    }
    watch.until_ms = INT64_MAX;
    return watch;
}

static EscWatch written_at(void *context, uint32_t schedule, int64_t at_ms)
{
    const Written *written = context;
    return esc_schedule_watch(written->program, written->zones, schedule, at_ms);
}

bool esc_written_calendar(const EscProgram *program, const EscZones *zones, EscText name,
                          int64_t from_ms, int64_t to_ms, EscBuf *out)
{
    Written written = {program, zones, from_ms};
    const EscWatchSource source = {&written, written_at};
    return esc_watches_write(program, &source, name, from_ms, to_ms, out);
}
