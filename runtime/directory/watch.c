/* watch.c - who is on duty by all that is written, until when and then who. What people say since is the engine's to know. */
#include <esc/directory.h>

#define HORIZON_MS (400 * ESC_DAY_MS)

/* Whom it means, and the first instant at which it may mean somebody else. */
static uint32_t look(EscWritten *written, uint32_t schedule, int64_t at_ms, int64_t *until_ms)
{
    EscPresence presence = esc_written_presence(written);
    EscOwners owners;
    esc_presence_look(written->program, written->zones, &presence,
                      ESC_REF(ESC_REF_SCHEDULE, schedule), at_ms, &owners);
    *until_ms = owners.until_ms;
    return owners.count == 0 ? ESC_NONE : owners.persons[0];
}

EscWatch esc_schedule_watch(const EscProgram *program, const EscZones *zones, uint32_t schedule,
                            int64_t at_ms)
{
    EscWritten written = {program, zones};
    int64_t until_ms = INT64_MAX;
    EscWatch watch = {.person = look(&written, schedule, at_ms, &until_ms), .from_ms = at_ms};
    while (until_ms <= at_ms + HORIZON_MS) { /* each round is a boundary further */
        int64_t boundary_ms = until_ms;
        if (look(&written, schedule, boundary_ms, &until_ms) != watch.person) {
            watch.until_ms = boundary_ms;
            return watch;
        }
    }
    watch.until_ms = INT64_MAX;
    return watch;
}

static EscWatch written_at(void *context, uint32_t schedule, int64_t at_ms)
{
    const EscWritten *written = context;
    return esc_schedule_watch(written->program, written->zones, schedule, at_ms);
}

bool esc_written_calendar(const EscProgram *program, const EscZones *zones, EscText name,
                          int64_t from_ms, int64_t to_ms, EscBuf *out)
{
    EscWritten written = {program, zones};
    const EscWatchSource source = {&written, written_at};
    return esc_watches_write(program, &source, name, from_ms, to_ms, out);
}
