/* gaps.c - times to come in which nobody of a chain is there, as they were told: kept with the workspace. Who looks for them is
 * flow/gaps.c. */
#include <engine/model.h>

void esc_gap_remember(EscEngine *engine, EscToldGap gap)
{
    ESC_ENGINE_GROW(engine->gaps.items, engine->gaps.count, engine->gaps.capacity);
    engine->gaps.items[engine->gaps.count++] = gap;
}

size_t esc_engine_gaps_count(const EscEngine *engine)
{
    return engine->gaps.count;
}

int64_t esc_engine_night_ms(const EscEngine *engine)
{
    return engine->gaps.due_ms;
}
