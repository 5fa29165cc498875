/* words.c - times and durations as people read them. */
#include <engine/model.h>

/* --- times ------------------------------------------------------------------------------------ */

/* "2026-03-02 10:05", or to the second, and the zone's abbreviation of that day. */
static EscText time_in_zone(EscEngine *engine, EscText zone, int64_t time_ms, size_t size)
{
    int64_t local_ms = time_ms + (int64_t)esc_zone_offset_s(engine->zones, zone, time_ms) * 1000;
    EscBuf buf;
    esc_buf_init(&buf, 64);
    esc_time_write(&buf, local_ms);
    ESC_ASSERT(buf.status == ESC_OK);
    buf.data[10] = ' ';
    buf.size = size; /* without the Z, which it is not */
    esc_buf_char(&buf, ' ');
    esc_buf_text(&buf, esc_zone_name(engine->zones, zone, time_ms));
    return esc_turn_take(engine, &buf);
}

static EscText workspace_zone(const EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    return esc_program_text(program, program->meta[0].timezone);
}

EscText esc_local_time(EscEngine *engine, int64_t time_ms)
{
    return time_in_zone(engine, workspace_zone(engine), time_ms, sizeof "2026-01-05 09:00" - 1);
}

EscText esc_local_second(EscEngine *engine, int64_t time_ms)
{
    bool has_seconds = time_ms / ESC_SECOND_MS % 60 != 0;
    return time_in_zone(engine, workspace_zone(engine), time_ms,
                        has_seconds ? sizeof "2026-01-05 09:00:00" - 1
                                    : sizeof "2026-01-05 09:00" - 1);
}

EscText esc_value_words(EscEngine *engine, const EscProgram *program, EscValue value)
{
    if (esc_type_kind(value.type) == ESC_KIND_TIME && !value.is_missing)
        return esc_local_second(engine, value.ms);
    EscBuf out = esc_turn_buf();
    esc_value_write_text(&out, program, value);
    return esc_turn_take(engine, &out);
}

EscText esc_person_time(EscEngine *engine, EscText person, int64_t time_ms)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t index = 0;
    EscText zone = workspace_zone(engine);
    if (esc_directory_person(program, person, &index) && program->persons[index].timezone > 0)
        zone = program->texts[program->persons[index].timezone - 1];
    return time_in_zone(engine, zone, time_ms, sizeof "2026-01-05 09:00" - 1);
}

EscText esc_duration_text(EscEngine *engine, int64_t duration_ms)
{
    if (duration_ms >= ESC_MINUTE_MS)
        duration_ms -=
            duration_ms % ESC_SECOND_MS; /* people do not read milliseconds behind minutes */
    EscBuf buf;
    esc_buf_init(&buf, 64);
    esc_duration_write(&buf, duration_ms);
    return esc_turn_take(engine, &buf);
}

EscText esc_length_text(EscEngine *engine, const EscProgram *program, int64_t ms, uint32_t calendar)
{
    EscText length = esc_duration_text(engine, ms);
    return calendar == 0 ? length
                         : esc_turn_printf(
                               engine, "%.*s of %.*s", ESC_TEXT_ARG(length),
                               ESC_TEXT_ARG(program->texts[program->calendars[calendar - 1].name]));
}

EscText esc_deadline_text(EscEngine *engine, int64_t within_ms, int64_t due_ms)
{
    EscText within = esc_duration_text(engine, within_ms);
    int64_t late_ms = engine->now_ms - due_ms;
    if (late_ms < ESC_SECOND_MS)
        return esc_say(engine, WITHIN, within);
    EscText late = late_ms < ESC_MINUTE_MS
                       ? esc_turn_printf(engine, "%lld s", (long long)(late_ms / ESC_SECOND_MS))
                       : esc_duration_text(engine, late_ms);
    return esc_say(engine, WITHIN_LATE, within, late);
}
