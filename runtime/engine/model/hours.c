/* hours.c - whether a calendar's hours are open, when that turns, and where so many of them lie: those of the present bundle, by
 * name. */
#include <engine/model.h>

static EscText zone_of(const EscProgram *program, uint32_t calendar)
{
    uint32_t zone = program->calendars[calendar].timezone;
    return program->texts[zone == 0 ? program->meta->timezone : zone - 1];
}

/* By name; hours that are said in place have themselves as their name, one for each zone. */
static bool is_same_calendar(const EscProgram *a, uint32_t i, const EscProgram *b, uint32_t k)
{
    EscText name = a->texts[a->calendars[i].name];
    if (!esc_text_equal(name, b->texts[b->calendars[k].name]))
        return false;
    return !esc_text_contains(name, ESC_TEXT("..")) || esc_text_equal(zone_of(a, i), zone_of(b, k));
}

/* The calendar of that name in the present bundle; where it is gone, the one that was. */
static const EscProgram *calendar_live(const EscWorld *world, uint32_t *calendar)
{
    const EscProgram *own = world->bundle->program,
                     *current = world->engine->schema.current->program;
    if (own == current)
        return own;
    for (uint32_t i = 0; i < current->calendars_count; i++) {
        if (is_same_calendar(own, *calendar, current, i)) {
            *calendar = i;
            return current;
        }
    }
    return own;
}

bool esc_hours_open(const EscWorld *world, uint32_t calendar)
{
    const EscProgram *program = calendar_live(world, &calendar);
    int64_t at_ms = world->hours_ms != 0 ? world->hours_ms : world->engine->now_ms;
    return esc_calendar_is_open(program, world->engine->zones, calendar, at_ms);
}

int64_t esc_hours_turn_ms(const EscWorld *world, uint32_t calendar)
{
    const EscProgram *program = calendar_live(world, &calendar);
    return esc_calendar_turns_ms(program, world->engine->zones, calendar, esc_world_now_ms(world));
}

int64_t esc_hours_counted_ms(const EscWorld *world, uint32_t calendar, int64_t from_ms, int64_t ms)
{
    const EscProgram *program = calendar_live(world, &calendar);
    const EscZones *zones = world->engine->zones;
    return ms < 0 ? esc_calendar_since_ms(program, zones, calendar + 1, from_ms, -ms)
                  : esc_calendar_due_ms(program, zones, calendar + 1, from_ms, ms);
}
