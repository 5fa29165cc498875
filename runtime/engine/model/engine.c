/* engine.c - an engine made and freed. What it does with an input begins in flow/apply.c. */
#include <engine/model.h>

#include <stdlib.h>

static void receivers_take(EscEngine *engine, const EscEngineConfig *config)
{
    if (config->receivers_count == 0)
        return;
    engine->receivers = esc_engine_alloc(config->receivers_count * sizeof *engine->receivers);
    for (size_t i = 0; i < config->receivers_count; i++)
        engine->receivers[engine->receivers_count++] =
            (EscReceiver){esc_engine_intern(engine, config->receivers[i].channel),
                          esc_engine_intern(engine, config->receivers[i].address)};
}

EscEngine *esc_engine_new(const EscEngineConfig *config)
{
    EscEngine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->zones = config->zones;
    engine->hash_seed = config->hash_seed;
    engine->store_tag = config->store_tag;
    engine->listener = config->listener;
    engine->tickets.names = esc_names_new(config->hash_seed);
    engine->kepts.names = esc_names_new(config->hash_seed);
    engine->interned.names = esc_names_new(config->hash_seed);
    engine->groupings.names = esc_names_new(config->hash_seed);
    engine->reaches.names = esc_names_new(config->hash_seed);
    engine->turn.arena = esc_arena_new(ESC_ENGINE_TURN_BYTES_MAX);
    engine->view = esc_arena_new(ESC_ENGINE_TURN_BYTES_MAX);
    bool has_groups = true;
    for (size_t i = 0; i < ESC_COUNT_OF(engine->groups); i++) {
        esc_group_init(&engine->groups[i], esc_arena_new(ESC_ENGINE_PENDING_BYTES_MAX));
        has_groups = has_groups && engine->groups[i].arena != NULL;
    }
    engine->pending = &engine->groups[0];
    engine->turn.emit_place = ESC_NONE;
    engine->counters = (EscCounters){
        .next_escalation = 1, .next_ticket = 1, .next_outbox = 1, .next_audit = 1, .next_timer = 1};
    bool is_complete = engine->tickets.names != NULL && engine->interned.names != NULL &&
                       engine->kepts.names != NULL && engine->groupings.names != NULL &&
                       engine->reaches.names != NULL && engine->turn.arena != NULL &&
                       engine->view != NULL && has_groups;
    if (!is_complete) {
        esc_engine_free(engine);
        return NULL;
    }
    receivers_take(engine, config);
    return engine;
}

static void bundles_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->schema.bundles_count; i++) {
        free(engine->schema.bundles[i]->slots);
        free(engine->schema.bundles[i]);
    }
    free(engine->schema.bundles);
    free(engine->schema.slot_fields);
    free(engine->schema.slots_by_name);
    free(engine->schema.numbers);
    free(engine->schema.read.items);
    free(engine->schema.postings);
    free(engine->schema.clocked);
    free(engine->schema.tallies.rows);
    free(engine->schema.tallies.first);
    free(engine->schema.silences.rows);
    free(engine->schema.silences.first);
    free(engine->schema.postings_first);
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        free(engine->schema.overdues[i]);
}

static void lists_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->outbox.count; i++)
        esc_text_drop(&engine->outbox.items[i].ticket);
    for (size_t i = 0; i < engine->interned.count; i++)
        esc_text_drop(&engine->interned.items[i]);
    esc_text_drop(&engine->last_source.name);
    free(engine->outbox.items);
    free(engine->interned.items);
    free(engine->receivers);
    free(engine->absences.items);
    free(engine->team_turns.items);
    free(engine->gaps.items);
    free(engine->tickets.items);
    free(engine->tickets.sleepers);
    free(engine->tickets.places);
    free(engine->tickets.making);
    free(engine->escalations.items);
    free(engine->escalations.closed);
    free(engine->tickets.dirty);
    free(engine->escalations.dirty);
}

void esc_engine_free(EscEngine *engine)
{
    if (engine == NULL)
        return;
    for (size_t i = 0; i < engine->escalations.count; i++) {
        if (engine->escalations.items[i].escalation != NULL)
            esc_escalation_free(engine, engine->escalations.items[i].escalation);
    }
    for (size_t i = 0; i < engine->tickets.count; i++) {
        if (engine->tickets.items[i] != NULL)
            esc_ticket_free(engine, engine->tickets.items[i]);
    }
    esc_turn_release(engine);
    esc_timers_release(engine);
    for (size_t i = 0; i < engine->tickets.count; i++)
        free(engine->tickets.sleepers[i]);
    esc_windows_release(engine);
    esc_kepts_release(engine);
    esc_opens_release(engine);
    esc_browsers_free(engine);
    esc_groups_release(engine);
    esc_reaches_release(engine);
    esc_tasks_release(engine);
    bundles_free(engine);
    lists_free(engine);
    for (uint32_t i = 0; i < ESC_ENGINE_RUN_DEPTH_MAX; i++) {
        free(engine->runs.items[i]);
        free(engine->runs.scratch[i]);
    }
    esc_names_free(engine->tickets.names);
    esc_names_free(engine->interned.names);
    esc_arena_free(engine->view);
    for (size_t i = 0; i < ESC_COUNT_OF(engine->groups); i++)
        esc_arena_free(engine->groups[i].arena);
    free(engine);
}

int64_t esc_engine_time_ms(const EscEngine *engine)
{
    return engine->now_ms;
}
