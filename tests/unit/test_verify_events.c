/* test_verify_events.c - for event_fields.c: what a function may count on when it reads a field of an event, of short and long
 * lists of events, against the definition. */
#include <string.h>

#include "support/test.h"
#include "vm_internal.h"

enum { FIELDS = 130, EVENTS = 40, ROWS_MAX = EVENTS * FIELDS };

/* Around the ends of words of bits: in every event, in none, and in some. */
static bool has_field(uint32_t event, uint32_t field)
{
    if (field == 0 || field == 63 || field == 64 || field == 127 || field == 128)
        return true;
    if (field == 1 || field == 62 || field == 65 || field == 126 || field == 129)
        return false;
    return (event * 7 + field) % 11 < 5 || (field == 66 && event < 16);
}

typedef struct Scene {
    EscBundle bundle;
    EscFieldRow fields[FIELDS];
    EscEventRow events[EVENTS];
    EscEventFieldRow event_fields[ROWS_MAX];
    EscFunctionEventRow function_events[4 * EVENTS];
    EscFunctionRow functions[8];
} Scene;

static Scene scene;

static void add_function(uint32_t events_first, uint32_t events_count, bool may_be_missing)
{
    EscProgram *program = &scene.bundle.program;
    scene.functions[program->functions_count++] =
        (EscFunctionRow){.events_first = events_first,
                         .events_count = events_count,
                         .event_may_be_missing = may_be_missing};
}

static void begin(void)
{
    memset(&scene, 0, sizeof scene);
    EscProgram *program = &scene.bundle.program;
    uint32_t rows = 0;
    for (uint32_t f = 0; f < FIELDS; f++)
        scene.fields[f].type = ESC_TYPE(f % 2 == 0 ? ESC_KIND_NUMBER : ESC_KIND_TEXT);
    for (uint32_t e = 0; e < EVENTS; e++) {
        scene.events[e].fields_first = rows;
        for (uint32_t f = 0; f < FIELDS; f++)
            if (has_field(e, f))
                scene.event_fields[rows++].field = f;
        scene.events[e].fields_count = rows - scene.events[e].fields_first;
    }
    program->fields = scene.fields;
    program->fields_count = FIELDS;
    program->events = scene.events;
    program->events_count = EVENTS;
    program->event_fields = scene.event_fields;
    program->event_fields_count = rows;
    program->function_events = scene.function_events;
    program->functions = scene.functions;
    scene.bundle.arena = esc_arena_new(1 << 20);
}

static void put_events(uint32_t first, uint32_t count, uint32_t step)
{
    for (uint32_t i = 0; i < count; i++)
        scene.function_events[first + i].event = i * step;
    scene.bundle.program.function_events_count = first + count;
}

static EscType defined_type(const EscFunctionRow *function, uint32_t field)
{
    bool is_in_all = true, is_in_any = false;
    for (uint32_t i = 0; i < function->events_count; i++) {
        bool has = has_field(scene.function_events[function->events_first + i].event, field);
        is_in_all = is_in_all && has;
        is_in_any = is_in_any || has;
    }
    bool is_sure = is_in_all && function->event_may_be_missing == 0;
    return !is_in_any ? 0 : scene.fields[field].type | (is_sure ? 0 : ESC_TYPE_OPTIONAL);
}

static void assert_as_defined(const uint32_t *steps)
{
    const EscProgram *program = &scene.bundle.program;
    assert_status(esc_event_fields_make(&scene.bundle), ESC_OK);
    for (uint32_t f = 0; f < program->functions_count; f++) {
        assert_int_equal(esc_event_load_steps(&scene.bundle, f), steps[f]);
        for (uint32_t field = 0; field < FIELDS; field++)
            assert_int_equal(esc_event_load_type(&scene.bundle, f, field),
                             defined_type(&scene.functions[f], field));
    }
    esc_arena_free(scene.bundle.arena);
}

static void loads_have_the_type_that_all_events_give(void **state)
{
    (void)state;
    begin();
    put_events(0, 16, 1);
    put_events(16, 17, 2);
    put_events(33, 40, 1);
    put_events(73, 1, 1);
    add_function(0, 16, false);
    add_function(16, 17, false);
    add_function(33, 40, true);
    add_function(73, 1, false);
    add_function(73, 1, true);
    add_function(16, 17, true); /* the same list as another function's */
    add_function(0, 0, false);
    assert_as_defined((const uint32_t[]){16, 1, 1, 1, 1, 1, 0});
}

/* Lists that overlap have no rows of their own beyond the length of their table. */
static void lists_that_overlap_are_walked(void **state)
{
    (void)state;
    begin();
    put_events(0, 40, 1);
    add_function(0, 40, false);
    add_function(1, 39, false);
    add_function(0, 39, false); /* begins where a longer one does */
    assert_as_defined((const uint32_t[]){1, 39, 39});
    begin();
    put_events(0, 40, 1);
    add_function(0, 20, false);
    add_function(10, 20, false);
    add_function(20, 20, false);
    assert_as_defined((const uint32_t[]){1, 1, 20});
}

static void an_event_of_a_function_is_found(void **state)
{
    (void)state;
    begin();
    put_events(0, 13, 3); /* 0, 3 … 36 */
    put_events(13, 1, 1);
    add_function(0, 13, false);
    add_function(13, 1, false);
    add_function(5, 0, false);
    for (uint32_t event = 0; event < EVENTS; event++) {
        const EscProgram *program = &scene.bundle.program;
        assert_int_equal(esc_function_has_event(program, &scene.functions[0], event),
                         event % 3 == 0 && event <= 36);
        assert_int_equal(esc_function_has_event(program, &scene.functions[1], event), event == 0);
        assert_false(esc_function_has_event(program, &scene.functions[2], event));
    }
    esc_arena_free(scene.bundle.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_have_the_type_that_all_events_give),
        cmocka_unit_test(lists_that_overlap_are_walked),
        cmocka_unit_test(an_event_of_a_function_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
