/* test_model_origins.c - whose word on a field counts: ages by field and source, and which one makes room. */
#include "model_fixture.h"
#include "support/test.h"

enum { SLOT = 1 };

static bool is_known(const Model *model, uint64_t source)
{
    return esc_origin_is_stale(model->ticket, SLOT, source, 0);
}

static void only_what_is_older_is_stale(void **state)
{
    (void)state;
    Model *model = model_new();
    esc_origin_put(model->engine, model->ticket, SLOT, 7, 1000);
    assert_true(esc_origin_is_stale(model->ticket, SLOT, 7, 999));
    assert_false(esc_origin_is_stale(model->ticket, SLOT, 7, 1000));
    assert_false(esc_origin_is_stale(model->ticket, SLOT + 1, 7, 999));
    assert_false(esc_origin_is_stale(model->ticket, SLOT, 8, 999));
    esc_origin_put(model->engine, model->ticket, SLOT, 7, 500); /* the last word counts */
    assert_false(esc_origin_is_stale(model->ticket, SLOT, 7, 500));
    assert_int_equal(model->ticket->origins_count, 1);
    model_free(model);
}

/* The same again is nothing that would have to be written. */
static void what_is_said_again_changes_nothing(void **state)
{
    (void)state;
    Model *model = model_new();
    esc_origin_put(model->engine, model->ticket, SLOT, 7, 1000);
    model->ticket->is_dirty = false;
    esc_origin_put(model->engine, model->ticket, SLOT, 7, 1000);
    assert_false(model->ticket->is_dirty);
    esc_origin_put(model->engine, model->ticket, SLOT, 7, 1001);
    assert_true(model->ticket->is_dirty);
    model_free(model);
}

/* Wherever it stands in the list. */
static void the_oldest_makes_room(void **state)
{
    (void)state;
    static const uint64_t oldest[] = {0, 1, ESC_ORIGINS_MAX / 2, ESC_ORIGINS_MAX - 1};
    for (size_t i = 0; i < ESC_COUNT_OF(oldest); i++) {
        Model *model = model_new();
        for (uint64_t source = 0; source < ESC_ORIGINS_MAX; source++)
            esc_origin_put(model->engine, model->ticket, SLOT, source,
                           source == oldest[i] ? 10 : 1000 - (int64_t)source);
        assert_true(is_known(model, oldest[i]));
        esc_origin_put(model->engine, model->ticket, SLOT, ESC_ORIGINS_MAX, 5);
        assert_int_equal(model->ticket->origins_count, ESC_ORIGINS_MAX);
        for (uint64_t source = 0; source <= ESC_ORIGINS_MAX; source++)
            assert_int_equal(is_known(model, source), source != oldest[i]);
        model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_older_is_stale),
        cmocka_unit_test(what_is_said_again_changes_nothing),
        cmocka_unit_test(the_oldest_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
