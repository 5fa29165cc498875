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

const EscProgram *esc_calendar_in(const EscProgram *current, const EscProgram *own,
                                  uint32_t *calendar)
{
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

static const EscProgram *calendar_live(const EscWorld *world, uint32_t *calendar)
{
    return esc_calendar_in(world->engine->schema.current->program, world->bundle->program,
                           calendar);
}

static bool is_same_hours(const EscProgram *a, const EscCalendarRow *x, const EscProgram *b,
                          const EscCalendarRow *y)
{
    bool is_same = x->hours_count == y->hours_count && x->holidays_count == y->holidays_count;
    for (uint32_t i = 0; is_same && i < x->hours_count; i++) {
        const EscHoursRow *m = &a->hours[x->hours_first + i], *n = &b->hours[y->hours_first + i];
        is_same = m->weekday == n->weekday && m->from_minute == n->from_minute &&
                  m->to_minute == n->to_minute;
    }
    for (uint32_t i = 0; is_same && i < x->holidays_count; i++)
        is_same = a->holidays[x->holidays_first + i].day == b->holidays[y->holidays_first + i].day;
    return is_same;
}

bool esc_calendars_equal(const EscProgram *a, const EscProgram *b)
{
    bool is_same = true;
    for (uint32_t i = 0; i < a->calendars_count && is_same; i++) {
        uint32_t k = i;
        const EscProgram *other = esc_calendar_in(b, a, &k);
        is_same = (other == b || a == b) && esc_text_equal(zone_of(a, i), zone_of(other, k)) &&
                  is_same_hours(a, &a->calendars[i], other, &other->calendars[k]);
    }
    return is_same;
}

int64_t esc_hours_due_ms(const EscEngine *engine, const EscProgram *own, uint32_t calendar,
                         int64_t from_ms, int64_t length_ms)
{
    if (own == NULL || calendar == 0 || calendar > own->calendars_count)
        return from_ms + length_ms;
    uint32_t index = calendar - 1;
    const EscProgram *program = esc_calendar_in(engine->schema.current->program, own, &index);
    return esc_calendar_due_ms(program, engine->zones, index + 1, from_ms, length_ms);
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
