/* moves.c - instants when the clock is corrected, or calendars count other hours: what is left of a time stays left.
 *
 * Elapsed time moves by the correction. Time that a calendar counts keeps the open hours that have passed and those that
 * are left, and the present bundle's calendar says anew where on the corrected clock that is. */
#include <engine/model.h>

int64_t esc_move_by(const EscMove *move)
{
    return move->to_ms - move->from_ms;
}

/* Whose hours count; NULL rows and numbers that no calendar has (of a state that was written under another bundle) count
 * all time. */
static bool is_elapsed(const EscProgram *program, uint32_t calendar)
{
    return program == NULL || calendar == 0 || calendar > program->calendars_count;
}

typedef struct Hours {
    const EscProgram *program;
    uint32_t calendar; /* OPTION */
} Hours;

static Hours hours_in(const EscProgram *current, const EscProgram *own, uint32_t calendar)
{
    uint32_t index = calendar - 1;
    const EscProgram *program = current == NULL ? own : esc_calendar_in(current, own, &index);
    return (Hours){program, index + 1};
}

static Hours hours_after(const EscEngine *engine, const EscProgram *own, uint32_t calendar)
{
    return hours_in(engine->schema.current->program, own, calendar);
}

static Hours hours_before(const EscEngine *engine, const EscMove *move, const EscProgram *own,
                          uint32_t calendar)
{
    return move->is_of_calendars ? hours_in(move->before, own, calendar)
                                 : hours_after(engine, own, calendar);
}

int64_t esc_move_due(const EscEngine *engine, const EscProgram *program, const EscMove *move,
                     uint32_t calendar, int64_t due_ms)
{
    if (is_elapsed(program, calendar) || due_ms <= move->from_ms)
        return due_ms + esc_move_by(move);
    Hours before = hours_before(engine, move, program, calendar),
          after = hours_after(engine, program, calendar);
    int64_t left_ms =
        esc_calendar_open_ms(before.program, engine->zones, before.calendar, move->from_ms, due_ms);
    if (left_ms == 0)
        return due_ms + esc_move_by(move); /* a calendar that is hardly ever open */
    return esc_calendar_due_ms(after.program, engine->zones, after.calendar, move->to_ms, left_ms);
}

int64_t esc_move_since(const EscEngine *engine, const EscProgram *program, const EscMove *move,
                       uint32_t calendar, int64_t since_ms)
{
    if (is_elapsed(program, calendar) || since_ms >= move->from_ms)
        return since_ms + esc_move_by(move);
    Hours before = hours_before(engine, move, program, calendar),
          after = hours_after(engine, program, calendar);
    int64_t gone_ms = esc_calendar_open_ms(before.program, engine->zones, before.calendar, since_ms,
                                           move->from_ms);
    return esc_calendar_since_ms(after.program, engine->zones, after.calendar, move->to_ms,
                                 gone_ms);
}
