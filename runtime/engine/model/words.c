/* words.c - times and durations as people read them, in the zone of the workspace. */
#include <engine/model.h>

EscText esc_local_time(EscEngine *engine, int64_t time_ms)
{
    const EscProgram *program = engine->schema.current->program;
    EscText zone = esc_program_text(program, program->meta[0].timezone);
    int64_t local_ms = time_ms + (int64_t)esc_zone_offset_s(engine->zones, zone, time_ms) * 1000;
    EscBuf buf;
    esc_buf_init(&buf, 64);
    esc_time_write(&buf, local_ms);
    ESC_ASSERT(buf.status == ESC_OK);
    buf.data[10] = ' ';
    buf.size = sizeof "2026-01-05 09:00" - 1; /* without seconds and the Z, which it is not */
    return esc_turn_take(engine, &buf);
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

EscText esc_deadline_text(EscEngine *engine, int64_t within_ms, int64_t due_ms)
{
    EscText within = esc_duration_text(engine, within_ms);
    int64_t late_ms = engine->now_ms - due_ms;
    if (late_ms < ESC_SECOND_MS)
        return esc_turn_printf(engine, "within %.*s", ESC_TEXT_ARG(within));
    if (late_ms < ESC_MINUTE_MS)
        return esc_turn_printf(engine, "within %.*s, %lld s late", ESC_TEXT_ARG(within),
                               (long long)(late_ms / ESC_SECOND_MS));
    return esc_turn_printf(engine, "within %.*s, %.*s late", ESC_TEXT_ARG(within),
                           ESC_TEXT_ARG(esc_duration_text(engine, late_ms)));
}
