/* test_model_timers.c - the heap's order, its ties, cancelling, and the owners' lists. */
#include "model_fixture.h"
#include "support/test.h"

static uint32_t fire(Model *model)
{
    EscTimerNode fired;
    assert_true(esc_timer_take_due(model->engine, &fired));
    return fired.index;
}

static void put(Model *model, uint32_t index, int64_t after_ms)
{
    esc_timer_put(model->engine, NULL, model->ticket, ESC_TIMER_ARMED, index,
                  MODEL_START_MS + after_ms);
}

static void fire_in_order_of_due(void **state)
{
    (void)state;
    enum { TIMERS = 500 };
    Model *model = model_new();
    uint64_t seed = 42;
    for (uint32_t i = 0; i < TIMERS; i++)
        put(model, i, (int64_t)(test_random(&seed) % 1000));
    model->engine->now_ms += 1000;
    int64_t due_ms = 0;
    uint64_t seq = 0;
    for (uint32_t i = 0; i < TIMERS; i++) {
        EscTimerNode fired;
        assert_true(esc_timer_take_due(model->engine, &fired));
        assert_true(fired.due_ms > due_ms || (fired.due_ms == due_ms && fired.seq > seq));
        due_ms = fired.due_ms;
        seq = fired.seq;
    }
    assert_null(model->ticket->timers);
    assert_true(esc_engine_next_due_ms(model->engine) == INT64_MAX);
    model_free(model);
}

static void ties_fire_in_order_of_creation(void **state)
{
    (void)state;
    Model *model = model_new();
    for (uint32_t i = 0; i < 9; i++)
        put(model, i, 0);
    for (uint32_t i = 0; i < 9; i++)
        assert_int_equal(fire(model), i);
    model_free(model);
}

static void ties_of_other_kinds_fire_by_kind(void **state)
{
    (void)state;
    static const EscTimer kinds[] = {ESC_TIMER_SLA_DUE, ESC_TIMER_REMINDER,    ESC_TIMER_WAIT,
                                     ESC_TIMER_CHECK,   ESC_TIMER_EXPECTATION, ESC_TIMER_HOLD,
                                     ESC_TIMER_ACK,     ESC_TIMER_CONTACT,     ESC_TIMER_ARMED,
                                     ESC_TIMER_DIGEST};
    Model *model = model_new();
    for (size_t i = ESC_COUNT_OF(kinds); i > 0; i--)
        esc_timer_put(model->engine, NULL, model->ticket, kinds[i - 1], 0, MODEL_START_MS);
    for (size_t i = 0; i < ESC_COUNT_OF(kinds); i++) {
        EscTimerNode fired;
        assert_true(esc_timer_take_due(model->engine, &fired));
        assert_int_equal(fired.kind, kinds[i]);
    }
    model_free(model);
}

static void not_before_they_are_due(void **state)
{
    (void)state;
    Model *model = model_new();
    EscTimerNode fired;
    put(model, 7, 1);
    assert_false(esc_timer_take_due(model->engine, &fired));
    model->engine->now_ms++;
    assert_int_equal(fire(model), 7);
    assert_false(esc_timer_take_due(model->engine, &fired));
    model_free(model);
}

static void putting_again_moves(void **state)
{
    (void)state;
    Model *model = model_new();
    put(model, 1, 10);
    put(model, 2, 20);
    put(model, 1, 30);
    model->engine->now_ms += 40;
    assert_int_equal(fire(model), 2);
    assert_int_equal(fire(model), 1);
    assert_true(esc_engine_next_due_ms(model->engine) == INT64_MAX);
    model_free(model);
}

static void cancelled_in_the_middle_of_the_heap(void **state)
{
    (void)state;
    enum { TIMERS = 64 };
    Model *model = model_new();
    for (uint32_t i = 0; i < TIMERS; i++)
        put(model, i, (i * 37) % TIMERS);
    for (uint32_t i = 0; i < TIMERS; i += 3)
        esc_timer_cancel(model->engine, NULL, model->ticket, ESC_TIMER_ARMED, i);
    model->engine->now_ms += TIMERS;
    for (uint32_t due = 0; due < TIMERS; due++) {
        for (uint32_t i = 0; i < TIMERS; i++) {
            if ((i * 37) % TIMERS == due && i % 3 != 0)
                assert_int_equal(fire(model), i);
        }
    }
    assert_null(model->ticket->timers);
    model_free(model);
}

static void lists_belong_to_their_owners(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    int64_t due_ms = MODEL_START_MS + 5;
    esc_timer_put(engine, model->escalation, NULL, ESC_TIMER_ACK, 0, due_ms);
    esc_timer_put(engine, model->escalation, NULL, ESC_TIMER_REMINDER, 0, due_ms);
    esc_timer_put(engine, model->escalation, NULL, ESC_TIMER_REMINDER, 1, due_ms - 1);
    esc_timer_put(engine, NULL, model->ticket, ESC_TIMER_ARMED, 0, due_ms);
    esc_timer_put(engine, NULL, NULL, ESC_TIMER_DIGEST, 0, due_ms);
    assert_true(esc_timer_earliest(model->escalation->timers) == due_ms - 1);
    esc_timer_cancel_kind(engine, model->escalation, NULL, ESC_TIMER_REMINDER);
    assert_false(model_has_timer(model, ESC_TIMER_REMINDER, 1));
    assert_true(model_has_timer(model, ESC_TIMER_ACK, 0));
    assert_true(esc_timer_earliest(model->escalation->timers) == due_ms);
    esc_timer_cancel_all(engine, model->escalation, NULL);
    assert_null(model->escalation->timers);
    assert_true(esc_timer_earliest(model->escalation->timers) == 0);
    assert_non_null(esc_timer_find(model->ticket->timers, ESC_TIMER_ARMED, 0));
    assert_non_null(esc_timer_find(engine->timers.own, ESC_TIMER_DIGEST, 0));
    assert_int_equal(engine->timers.heap_count, 2);
    model_free(model);
}

/* A timer stands in its owner's row, so whoever gets or loses one has to be written. */
static void owners_are_written_again(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    model->ticket->is_dirty = model->escalation->is_dirty = engine->absences.is_dirty = false;
    put(model, 1, 10);
    assert_true(model->ticket->is_dirty);
    assert_false(model->escalation->is_dirty || engine->absences.is_dirty);
    esc_timer_put(engine, model->escalation, NULL, ESC_TIMER_ACK, 0, MODEL_START_MS);
    assert_true(model->escalation->is_dirty);
    assert_false(engine->absences.is_dirty);
    esc_timer_put(engine, NULL, NULL, ESC_TIMER_DIGEST, 0, MODEL_START_MS);
    assert_true(engine->absences.is_dirty);
    model_free(model);
}

static void restored_ones_keep_their_number_and_change_nothing(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    model->ticket->is_dirty = false;
    EscTimerNode row = {.due_ms = MODEL_START_MS, .seq = 7, .kind = ESC_TIMER_ARMED, .index = 2};
    esc_timer_restore(engine, NULL, model->ticket, &row);
    assert_false(model->ticket->is_dirty);
    assert_int_equal(esc_timer_find(model->ticket->timers, ESC_TIMER_ARMED, 2)->seq, 7);
    esc_timer_cancel(engine, NULL, model->ticket, ESC_TIMER_ARMED, 2);
    assert_true(model->ticket->is_dirty);
    assert_null(model->ticket->timers);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fire_in_order_of_due),
        cmocka_unit_test(ties_fire_in_order_of_creation),
        cmocka_unit_test(ties_of_other_kinds_fire_by_kind),
        cmocka_unit_test(not_before_they_are_due),
        cmocka_unit_test(putting_again_moves),
        cmocka_unit_test(cancelled_in_the_middle_of_the_heap),
        cmocka_unit_test(lists_belong_to_their_owners),
        cmocka_unit_test(owners_are_written_again),
        cmocka_unit_test(restored_ones_keep_their_number_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
