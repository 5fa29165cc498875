/* presence.c - whom a reference means when somebody else than the engine says who is away: as it is written in the directory, or
 * as the engine knows it of other days. Conditions of routes and fields of tickets are nobody's to judge here. */
#include "resolve.h"

/* --- as it is written ------------------------------------------------------------------------- */

static bool written_away(void *context, uint32_t person, int64_t at_ms)
{
    const EscWritten *written = context;
    EscAway away;
    return esc_person_away(written->program, written->zones, person, at_ms, &away);
}

static uint32_t written_deputy(void *context, uint32_t person, int64_t at_ms)
{
    const EscWritten *written = context;
    EscAway away;
    return esc_person_away(written->program, written->zones, person, at_ms, &away) ? away.deputy
                                                                                   : ESC_NONE;
}

static int64_t written_turns_ms(void *context, uint32_t person, int64_t at_ms)
{
    const EscWritten *written = context;
    EscAway away;
    int64_t turns_ms = INT64_MAX;
    if (esc_person_away(written->program, written->zones, person, at_ms, &away))
        turns_ms = away.to_ms;
    if (esc_person_away_next(written->program, written->zones, person, at_ms, &away) &&
        away.from_ms < turns_ms)
        turns_ms = away.from_ms;
    return turns_ms;
}

EscPresence esc_written_presence(EscWritten *written)
{
    return (EscPresence){written, written_away, written_deputy, written_turns_ms};
}

/* --- looking ---------------------------------------------------------------------------------- */

typedef struct Look {
    const EscPresence *presence;
    int64_t at_ms;
} Look;

static bool look_away(void *context, uint32_t person)
{
    const Look *look = context;
    return look->presence->is_away(look->presence->context, person, look->at_ms);
}

static uint32_t look_deputy(void *context, uint32_t person)
{
    const Look *look = context;
    return look->presence->deputy(look->presence->context, person, look->at_ms);
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

/* When the person goes away or comes back; and, while they are away, whoever stands in, and so on. */
static void take_turn(const Look *look, uint32_t person, EscOwners *owners)
{
    const EscPresence *presence = look->presence;
    for (int depth = 0; depth < ESC_DEPUTIES_MAX && person != ESC_NONE; depth++) {
        int64_t turns_ms = presence->turns_ms(presence->context, person, look->at_ms);
        if (turns_ms < owners->until_ms)
            owners->until_ms = turns_ms;
        person = presence->is_away(presence->context, person, look->at_ms)
                     ? presence->deputy(presence->context, person, look->at_ms)
                     : ESC_NONE;
    }
}

void esc_presence_look(const EscProgram *program, const EscZones *zones,
                       const EscPresence *presence, EscRef ref, int64_t at_ms, EscOwners *owners)
{
    Look look = {presence, at_ms};
    EscDirectoryHost host = {&look, no_route_holds, no_field, look_away, look_deputy, NULL};
    esc_directory_resolve(program, zones, &host, ref, at_ms, owners);
    for (uint32_t i = 0; i < owners->count; i++)
        take_turn(&look, owners->persons[i], owners);
    for (uint32_t i = 0; i < owners->skipped_count; i++)
        take_turn(&look, owners->skipped[i], owners);
    /* Of more who are away than can be listed anybody may come back. */
    for (uint32_t i = 0; owners->skipped_count == ESC_OWNERS_MAX && i < program->persons_count; i++)
        take_turn(&look, i, owners);
}
