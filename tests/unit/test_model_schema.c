/* test_model_schema.c - which bundle of several is the current one. */
#include "model_fixture.h"
#include "support/test.h"

/* The builder's program with a name of its own, so that its hash is one too. */
static EscBundle *bundle_named(TestProgram *program, const char *name)
{
    program_begin(program);
    program->fields[FIELD_NOTE].name = program_text(program, name);
    program_finish(program);
    return program_load(program);
}

/* The fields of each bundle by name, in the current one's ticket; what has another name there has no place. */
static void assert_mapped(const EscEngine *engine, const EscBundle *current)
{
    for (size_t i = 0; i < engine->schema.bundles_count; i++) {
        const EscEngineBundle *bundle = engine->schema.bundles[i];
        assert_non_null(bundle->slots);
        assert_int_equal(bundle->slots[FIELD_ID], bundle->program->fields[FIELD_ID].slot);
        uint32_t note = bundle->program->fields[FIELD_NOTE].slot;
        assert_int_equal(bundle->slots[FIELD_NOTE], bundle->bundle == current ? note : ESC_NONE);
    }
}

static void the_current_bundle_stays_until_another_is(void **state)
{
    (void)state;
    enum { COUNT = 3 };
    static const char *const names[COUNT] = {"one", "two", "three"};
    TestProgram programs[COUNT];
    EscBundle *bundles[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        bundles[i] = bundle_named(&programs[i], names[i]);
    EscZones *zones = esc_zones_new();
    EscEngineConfig config = {.zones = zones, .hash_seed = 1};
    EscEngine *engine = esc_engine_new(&config);
    assert_null(esc_engine_program(engine));
    const struct {
        size_t bundle;
        bool is_current;
        size_t then;
    } steps[] = {{0, false, 0}, /* serves until the real one comes */
                 {1, true, 1},  {2, false, 1}, {0, false, 1}, {2, true, 2}, {2, true, 2}};
    for (size_t i = 0; i < ESC_COUNT_OF(steps); i++) {
        assert_status(
            esc_engine_add_bundle(engine, bundles[steps[i].bundle], steps[i].is_current, NULL),
            ESC_OK);
        assert_ptr_equal(esc_engine_program(engine), esc_bundle_program(bundles[steps[i].then]));
        assert_mapped(engine, bundles[steps[i].then]);
    }
    assert_int_equal(engine->schema.bundles_count, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_ptr_equal(esc_engine_bundle(engine, esc_bundle_hash(bundles[i])), bundles[i]);
    esc_engine_free(engine);
    esc_zones_free(zones);
    for (size_t i = 0; i < COUNT; i++) {
        esc_bundle_free(bundles[i]);
        program_release(&programs[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_current_bundle_stays_until_another_is),
    };
    return cmocka_run_group_tests_name("model_schema", tests, NULL, NULL);
}
