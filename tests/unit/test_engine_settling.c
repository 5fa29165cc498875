/* test_engine_settling.c - the end of an input: escalations that wake each other until the rounds of settling are used up,
 * what is still asked for then, and inputs that are refused. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

/* As in engine/state.h. Both escalations take a step when the first event is heard, and one in each round. */
enum { ROUNDS = 16, STEPS = ROUNDS + 1 };

#define OWNED_BY(name) "owners { primary " name " ack within 1d }\n"
#define STAYS " await resolved within 30d else raise overdue }\nclose when resolved }\n"

/* Steps that wait for `from`, `from` + 2 … and make each one more: the template and its counterpart wake each other. */
static size_t steps_write(char *out, size_t size, int from, int count)
{
    size_t used = 0;
    for (int i = 0; i < count; i++)
        used += (size_t)snprintf(out + used, size - used,
                                 "await ticket.n = %d within 1d else { }  set ticket.n to %d\n",
                                 from + 2 * i, from + 2 * i + 1);
    return used;
}

/* Two templates that wake each other, `last` being what the second one does in the last round; and more templates. */
static Scene *scene_of_rounds(const char *policy, const char *last, const char *more)
{
    static char source[16384];
    size_t used = (size_t)snprintf(source, sizeof source,
                                   "extend ticket { n: number }\n%s\n"
                                   "template ping \"Ping\" { start on ticket.created\n" OWNED_BY(
                                       "ana") "steps { notify cleo \"before\"\n",
                                   policy);
    used += steps_write(source + used, sizeof source - used, 1, STEPS);
    used += (size_t)snprintf(
        source + used, sizeof source - used,
        STAYS "template pong \"Pong\" { start on ticket.created\n" OWNED_BY("ben") "steps {\n");
    used += steps_write(source + used, sizeof source - used, 2, STEPS - 1);
    snprintf(source + used, sizeof source - used,
             "await ticket.n = %d within 1d else { }  %s\n" STAYS "%s", 2 * STEPS, last, more);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"n\":0}"), ESC_OK);
    assert_status(scene_event(scene, "ticket.updated", "T", "{\"n\":1}"), ESC_OK);
    assert_string_equal(scene_field(scene, "T", "n"), "34");
    return scene;
}

/* `late` is handed over in the last round. Whose it was is told so at the end, when the engine does not look at it again,
 * and that is one message too many: the exception has to be raised all the same. */
#define FLOOD_POLICY                                                                               \
    "policy tests { last resort dora  limit 1 notifications per person per 1h else raise flood }"
#define LATE(handler)                                                                              \
    "template late \"Late\" { start on ticket.created\n" OWNED_BY(                                 \
        "cleo") "steps { await ticket.n = 34 within 1d else { }  handoff to dora because \"x\" "   \
                "expect resolved within 2d\n"                                                      \
                "await resolved within 30d else raise overdue }\n"                                 \
                "on exception flood { " handler "  resume }\nclose when resolved }\n"

static void what_is_asked_for_in_the_last_round_is_done(void **state)
{
    (void)state;
    Scene *scene = scene_of_rounds(FLOOD_POLICY, "", LATE("notify room \"flood\""));
    assert_int_equal(scene_audit(scene, "exception", "flood"), 1);
    assert_int_equal(scene_sent(scene, "room", "flood"), 1);
    assert_int_equal(scene_view(scene, 3).state, ESC_STATE_OPEN);
    scene_free(scene);
}

static void start_that_comes_too_late_is_recorded(void **state)
{
    (void)state;
    Scene *scene = scene_of_rounds(
        FLOOD_POLICY, "",
        LATE("start template later()") "template later \"Later\" { manual\n" OWNED_BY(
            "dora") "steps {" STAYS);
    assert_int_equal(scene_audit(scene, "start_asked", "later"), 1);
    assert_int_equal(scene_audit(scene, "opened", "later"), 0);
    assert_int_equal(scene_audit(scene, "not_started", "later"), 1);
    scene_free(scene);
}

static void time_of_a_refused_input_is_taken_back(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template t \"T\" { start on ticket.created\n" OWNED_BY("ana") "steps {" STAYS);
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    int64_t before_ms = esc_engine_time_ms(scene_engine(scene));
    scene_clock(scene, ESC_HOUR_MS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "nobody", 1, NULL), ESC_FORBIDDEN);
    assert_true(esc_engine_time_ms(scene_engine(scene)) == before_ms);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_true(esc_engine_time_ms(scene_engine(scene)) == before_ms + ESC_HOUR_MS);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_in_the_last_round_is_done),
        cmocka_unit_test(start_that_comes_too_late_is_recorded),
        cmocka_unit_test(time_of_a_refused_input_is_taken_back),
    };
    return cmocka_run_group_tests_name("engine_settling", tests, NULL, NULL);
}
