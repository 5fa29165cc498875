/* engine.c - an engine made and freed. What it does with an input begins in flow/apply.c. */
#include <engine/model.h>

#include <stdlib.h>

EscEngine *esc_engine_new(const EscEngineConfig *config)
{
    EscEngine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->zones = config->zones;
    engine->hash_seed = config->hash_seed;
    engine->ticket_names = esc_names_new(config->hash_seed);
    engine->intern_names = esc_names_new(config->hash_seed);
    engine->turn = esc_arena_new(ESC_ENGINE_TURN_BYTES_MAX);
    engine->view = esc_arena_new(ESC_ENGINE_TURN_BYTES_MAX);
    engine->pending_arena = esc_arena_new(ESC_ENGINE_PENDING_BYTES_MAX);
    engine->emit_place = ESC_NONE;
    engine->counters = (EscCounters){
        .next_escalation = 1, .next_ticket = 1, .next_outbox = 1, .next_audit = 1, .next_timer = 1};
    bool is_complete = engine->ticket_names != NULL && engine->intern_names != NULL &&
                       engine->turn != NULL && engine->view != NULL &&
                       engine->pending_arena != NULL;
    if (!is_complete) {
        esc_engine_free(engine);
        return NULL;
    }
    esc_group_init(&engine->pending, engine->pending_arena);
    return engine;
}

static void bundles_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->bundles_count; i++) {
        free(engine->bundles[i]->slots);
        free(engine->bundles[i]);
    }
    free(engine->bundles);
    free(engine->slot_fields);
    free(engine->slots_by_name);
    free(engine->before);
    free(engine->postings);
    free(engine->postings_first);
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        free(engine->overdues[i]);
}

static void lists_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->outbox_count; i++)
        esc_text_drop(&engine->outbox[i].ticket);
    for (size_t i = 0; i < engine->interned_count; i++)
        esc_text_drop(&engine->interned[i]);
    free(engine->outbox);
    free(engine->interned);
    free(engine->absences);
    free(engine->tickets);
    free(engine->tickets_free);
    free(engine->escalations);
    free(engine->dirty_tickets);
    free(engine->dirty_escalations);
    free(engine->touched);
    free(engine->garbage);
    free(engine->starts);
    free(engine->asked);
}

void esc_engine_free(EscEngine *engine)
{
    if (engine == NULL)
        return;
    for (size_t i = 0; i < engine->escalations_count; i++)
        esc_escalation_free(engine, engine->escalations[i]);
    for (size_t i = 0; i < engine->tickets_count; i++) {
        if (engine->tickets[i] != NULL)
            esc_ticket_free(engine, engine->tickets[i]);
    }
    esc_garbage_free(engine);
    esc_timers_release(engine);
    esc_windows_release(engine);
    bundles_free(engine);
    lists_free(engine);
    for (uint32_t i = 0; i < ESC_ENGINE_RUN_DEPTH_MAX; i++) {
        free(engine->runs[i]);
        free(engine->scratch[i]);
    }
    esc_names_free(engine->ticket_names);
    esc_names_free(engine->intern_names);
    esc_arena_free(engine->turn);
    esc_arena_free(engine->view);
    esc_arena_free(engine->pending_arena);
    free(engine);
}

int64_t esc_engine_time_ms(const EscEngine *engine)
{
    return engine->now_ms;
}
