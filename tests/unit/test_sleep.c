/* test_sleep.c - tickets and escalations as bytes: who falls asleep, who must not, and that waking shows no difference. That
 * whole stories are the same when everything sleeps between two inputs is seen in every engine test (engine_scene.c). */
#include <engine/rows.h>

#include <esc/engine.h>

#include <stdio.h>

#include "model_fixture.h"
#include "support/test.h"

static void commit(Model *model, size_t awake)
{
    (void)esc_engine_flush(model->engine);
    esc_engine_evict(model->engine, 0);
    esc_engine_sleep(model->engine, awake);
}

/* A ticket with a timer. */
static void add(Model *model, const char *id, int64_t due_ms)
{
    EscTicket *ticket = esc_ticket_new(model->engine, esc_text_from(id), MODEL_START_MS);
    esc_timer_put(model->engine, NULL, ticket, ESC_TIMER_ARMED, 0, due_ms);
    commit(model, SIZE_MAX);
}

static bool sleeps(const Model *model, const char *id)
{
    uint32_t index = 0;
    assert_true(esc_names_find(model->engine->tickets.names, esc_text_from(id), &index));
    bool is_asleep = model->engine->tickets.sleepers[index] != NULL;
    assert_true(is_asleep == (model->engine->tickets.items[index] == NULL));
    return is_asleep;
}

static void the_longest_unwritten_sleep(void **state)
{
    (void)state;
    Model *model = model_new();
    add(model, "A", MODEL_START_MS + 1);
    add(model, "B", MODEL_START_MS + 2);
    add(model, "C", MODEL_START_MS + 3);
    esc_ticket_dirty(model->engine, esc_ticket_find(model->engine, ESC_TEXT("A")));
    commit(model, 2);
    assert_false(sleeps(model, "A"));
    assert_true(sleeps(model, "B"));
    assert_false(sleeps(model, "C"));
    model_free(model);
}

static void who_looks_for_one_finds_what_it_was(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    EscTicket *ticket = esc_ticket_new(engine, ESC_TEXT("A"), MODEL_START_MS - 5);
    ticket->updated_at_ms = MODEL_START_MS - 3;
    esc_timer_put(engine, NULL, ticket, ESC_TIMER_SLA_DUE, 1, MODEL_START_MS + 9);
    EscEscalation *escalation =
        esc_escalation_alloc(engine, 70, ticket, engine->schema.current, ESC_TEXT("incident"));
    escalation->owner = esc_engine_intern(engine, ESC_TEXT("ana"));
    escalation->is_acked = true;
    escalation->opened_at_ms = MODEL_START_MS - 4;
    escalation->handoffs = 3;
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_HOLD, 0, MODEL_START_MS + 8);
    uint64_t hold_seq = escalation->timers->seq;
    commit(model, 0);
    assert_true(sleeps(model, "A"));
    escalation = esc_escalation_find(engine, 70);
    assert_false(sleeps(model, "A"));
    assert_text_equal(escalation->owner, "ana");
    assert_true(escalation->is_acked && escalation->state == ESC_STATE_OPEN);
    assert_int_equal(escalation->handoffs, 3);
    assert_int_equal(escalation->opened_at_ms, MODEL_START_MS - 4);
    assert_int_equal(escalation->timers->due_ms, MODEL_START_MS + 8);
    assert_int_equal(escalation->timers->seq, hold_seq);
    assert_false(escalation->is_dirty || escalation->ticket->is_dirty);
    assert_ptr_equal(escalation->ticket, esc_ticket_find(engine, ESC_TEXT("A")));
    assert_int_equal(escalation->ticket->created_at_ms, MODEL_START_MS - 5);
    assert_int_equal(escalation->ticket->updated_at_ms, MODEL_START_MS - 3);
    assert_int_equal(escalation->ticket->timers->due_ms, MODEL_START_MS + 9);
    assert_int_equal(escalation->ticket->open_count, 1);
    model_free(model);
}

/* Whoever sleeps fires in its turn among those that do not: by time, then by age. */
static void timers_fire_in_order_of_all(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    static const char *const ids[] = {"A", "B", "C", "D"};
    static const int64_t dues_ms[] = {3, 1, 3, 2};
    for (size_t i = 0; i < 4; i++)
        add(model, ids[i], MODEL_START_MS + dues_ms[i]);
    commit(model, 2); /* A and B, and the fixture's own, sleep */
    assert_true(sleeps(model, "A") && sleeps(model, "B"));
    assert_false(sleeps(model, "C") || sleeps(model, "D"));
    assert_int_equal(esc_engine_next_due_ms(engine), MODEL_START_MS + 1);
    EscTimerNode fired;
    engine->now_ms = MODEL_START_MS;
    assert_false(esc_timer_take_due(engine, &fired));
    assert_true(sleeps(model, "B"));
    engine->now_ms = MODEL_START_MS + 3;
    static const char *const wanted[] = {"B", "D", "A", "C"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(esc_timer_take_due(engine, &fired));
        assert_text_equal(fired.ticket->id, wanted[i]);
    }
    assert_false(esc_timer_take_due(engine, &fired));
    model_free(model);
}

static void who_visits_all_wakes_all(void **state)
{
    (void)state;
    Model *model = model_new();
    for (uint64_t id = 70; id < 75; id++) {
        char name[8];
        snprintf(name, sizeof name, "R-%u", (unsigned)id);
        EscTicket *ticket = esc_ticket_new(model->engine, esc_text_from(name), MODEL_START_MS);
        esc_escalation_dirty(model->engine, esc_escalation_alloc(model->engine, id, ticket,
                                                                 model->engine->schema.current,
                                                                 ESC_TEXT("incident")));
    }
    commit(model, 0);
    EscEscalation *escalation = NULL;
    uint64_t wanted = model->escalation == NULL ? 70 : 0, count = 0;
    for (size_t at = 0; (escalation = esc_escalation_next(model->engine, &at)) != NULL; count++)
        assert_true(escalation->id >= wanted);
    assert_int_equal(count, 6); /* and the fixture's */
    assert_false(sleeps(model, "R-70") || sleeps(model, "R-74"));
    model_free(model);
}

static void some_must_stay_awake(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    add(model, "pinned", MODEL_START_MS + 1);
    const EscChange pin = {.kind = ESC_CHANGE_TICKET, .ticket = ESC_TEXT("pinned")};
    esc_change_pin(engine, &pin, true);
    EscTicket *ticket = esc_ticket_new(engine, ESC_TEXT("parked"), MODEL_START_MS);
    EscEscalation *parked =
        esc_escalation_alloc(engine, 70, ticket, engine->schema.current, ESC_TEXT("incident"));
    parked->state = ESC_STATE_PARKED;
    esc_escalation_dirty(engine, parked);
    commit(model, 0);
    assert_false(sleeps(model, "pinned") || sleeps(model, "parked"));
    esc_change_pin(engine, &pin, false);
    commit(model, 0);
    assert_true(sleeps(model, "pinned"));
    EscTicket *dirty = esc_ticket_find(engine, ESC_TEXT("pinned"));
    esc_ticket_dirty(engine, dirty);
    esc_engine_sleep(engine, 0); /* not flushed yet */
    assert_false(sleeps(model, "pinned"));
    model_free(model);
}

/* What must stay awake is passed over so many times in one call, and no more. */
static void a_call_passes_over_1024(void **state)
{
    (void)state;
    for (int restless = 1023; restless <= 1024; restless++) {
        Model *model = model_new();
        char id[16];
        for (int i = 0; i < restless; i++) {
            snprintf(id, sizeof id, "r%d", i);
            EscTicket *ticket = esc_ticket_new(model->engine, esc_text_from(id), MODEL_START_MS);
            esc_ticket_written(model->engine, ticket);
            ticket->pins = 1;
            esc_ticket_written(model->engine, ticket); /* live, and nothing that may sleep */
        }
        add(model, "Z", MODEL_START_MS + 1);
        commit(model, 0);
        assert_int_equal(sleeps(model, "Z"), restless < 1024);
        model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_unwritten_sleep),
        cmocka_unit_test(who_looks_for_one_finds_what_it_was),
        cmocka_unit_test(timers_fire_in_order_of_all),
        cmocka_unit_test(who_visits_all_wakes_all),
        cmocka_unit_test(some_must_stay_awake),
        cmocka_unit_test(a_call_passes_over_1024),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
