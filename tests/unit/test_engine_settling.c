/* test_engine_settling.c - the end of an input: escalations that wake each other until the rounds of settling are used up,
 * what is still asked for then, and inputs that are refused. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

enum {
    STARTS_MAX = 64,
    WAKES = 200
}; /* ESC_ENGINE_STARTS_MAX of engine/state.h; more than an input has rounds for */
#define LAST                                                                                       \
    "153" /* 16 rounds, and a last look; in each of them one step, and 8 that follow from it */

#define OWNED_BY(name) "owners { primary " name " ack within 1d }\n"
#define STAYS " await resolved within 30d else raise overdue }\nclose when resolved }\n"

/* So many templates that start each other in a row once the ticket says n = 1; `last` is what the last one does. */
static Scene *scene_of_row(int count, const char *policy, const char *last, const char *more)
{
    static char source[32768];
    size_t used =
        (size_t)snprintf(source, sizeof source,
                         "extend ticket { n: number default 0 }\n%s\n"
                         "template r0 \"R\" { start on ticket.updated when ticket.n = 1\n" OWNED_BY(
                             "cleo") "steps { notify cleo \"before\"  start template r1() " STAYS,
                         policy);
    for (int i = 1; i < count; i++) {
        char next[32];
        snprintf(next, sizeof next, "start template r%d()", i + 1);
        used +=
            (size_t)snprintf(source + used, sizeof source - used,
                             "template r%d \"R\" { manual\n" OWNED_BY("cleo") "steps { %s " STAYS,
                             i, i + 1 < count ? next : last);
    }
    snprintf(source + used, sizeof source - used, "%s", more);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", NULL), ESC_OK);
    assert_status(scene_event(scene, "ticket.updated", "T", "{\"n\":1}"), ESC_OK);
    assert_int_equal(scene_audit(scene, "opened", "\"R\""), (size_t)count);
    return scene;
}

/* `late` is handed over in the last round. Whose it was is told so at the end, when the engine does not look at it again,
 * and that is one message too many: the exception has to be raised all the same. */
#define FLOOD_POLICY                                                                               \
    "policy tests { last resort dora  limit 2 notifications per person per 1h else raise flood }"
#define LATE(handler)                                                                              \
    "template late \"Late\" { start on ticket.created\n" OWNED_BY(                                 \
        "cleo") "steps { await ticket.n = 2 within 1d else { }\n"                                  \
                "handoff to dora because \"x\" expect resolved within 2d\n"                        \
                "await resolved within 30d else raise overdue }\n"                                 \
                "on exception flood { " handler "  resume }\nclose when resolved }\n"

static void what_is_asked_for_in_the_last_round_is_done(void **state)
{
    (void)state;
    Scene *scene =
        scene_of_row(16, FLOOD_POLICY, "set ticket.n to 2", LATE("notify room \"flood\""));
    assert_int_equal(scene_audit(scene, "exception", "flood"), 1);
    assert_int_equal(scene_sent(scene, "room", "flood"), 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    scene_free(scene);
}

static void start_that_comes_too_late_is_recorded(void **state)
{
    (void)state;
    Scene *scene = scene_of_row(
        STARTS_MAX + 1, "policy tests { last resort dora }", "start template straggler()",
        "template straggler \"S\" { manual\n" OWNED_BY("cleo") "steps {" STAYS);
    assert_int_equal(scene_audit(scene, "start_asked", "straggler"), 1);
    assert_int_equal(scene_audit(scene, "opened", "straggler"), 0);
    assert_int_equal(scene_audit(scene, "not_started", "straggler"), 1);
    scene_free(scene);
}

/* Two escalations that wait for what the other one sets, and set the next number; `more` are other templates. */
static Scene *scene_of_two(const char *more)
{
    static char source[32768];
    size_t used = (size_t)snprintf(source, sizeof source,
                                   "extend ticket { n: number default 0  m: number default 0 }\n");
    for (int side = 1; side <= 2; side++) {
        used += (size_t)snprintf(
            source + used, sizeof source - used,
            "template t%d \"T\" { start on ticket.created\n" OWNED_BY("ana") "steps {\n", side);
        for (int n = side; n < WAKES; n += 2)
            used += (size_t)snprintf(source + used, sizeof source - used,
                                     "await ticket.n = %d within 1d else { }  set ticket.n to %d\n",
                                     n, n + 1);
        used += (size_t)snprintf(source + used, sizeof source - used, STAYS);
    }
    snprintf(source + used, sizeof source - used, "%s", more);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", NULL), ESC_OK);
    assert_status(scene_event(scene, "ticket.updated", "T", "{\"n\":1}"), ESC_OK);
    return scene;
}

/* They go on until the rounds are used up, and people are asked. */
static void escalations_that_wake_each_other_come_to_an_end(void **state)
{
    (void)state;
    Scene *scene = scene_of_two("");
    assert_int_equal(scene_audit(scene, "routing_loop", "T followed from changes"),
                     3); /* of 49 such changes: once for each who made them */
    assert_int_equal(scene_audit(scene, "exception",
                                 "exception routing_loop: changes of T "
                                 "followed from changes 8 deep"),
                     1); /* asked about once, however often it happens */
    assert_string_equal(scene_field(scene, "T", "n"), LAST);
    scene_free(scene);
}

/* What only the last look set in motion: nobody hears of the change, and nothing starts. The record says so, and whoever
 * made it is told. */
static void what_the_last_look_sets_in_motion_is_refused(void **state)
{
    (void)state;
    Scene *scene = scene_of_two("template t3 \"Three\" { start on ticket.created\n" OWNED_BY(
        "ben") "steps { await ticket.n = " LAST " within 1d else { }  set ticket.m to 1\n"
               "await resolved within 30d else raise overdue }\n"
               "on exception routing_loop { notify room \"loop\"  start template straggler()  "
               "resume }\nclose when resolved }\n"
               "template t4 \"Four\" { start on ticket.created\n" OWNED_BY(
                   "ben") "steps { await ticket.n = " LAST " within 1d else { }  start template "
                          "straggler()\n" STAYS
                          "template straggler \"S\" { manual\n" OWNED_BY("cleo") "steps {" STAYS);
    assert_int_equal(scene_sent(scene, "room", "loop"), 1);
    assert_int_equal(scene_audit(scene, "start_asked", "straggler"), 2);
    assert_int_equal(scene_audit(scene, "opened", "\"S\""), 0);
    assert_int_equal(scene_audit(scene, "not_started",
                                 "straggler did not start: escalations had woken each other in 16 "
                                 "rounds by then"),
                     2);
    assert_string_equal(scene_field(scene, "T", "m"), "1");
    assert_status(scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}"), ESC_OK);
    assert_int_equal(scene_audit(scene, "opened", "\"S\""), 0);
    scene_free(scene);
}

/* Who is told at the end of an input may be told too much: what its handler starts then does start. */
static void a_start_behind_the_last_message_is_one(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(FLOOD_POLICY "\ntemplate late \"Late\" { start on ticket.created\n" OWNED_BY(
            "cleo") "steps { notify cleo \"one\"  notify cleo \"two\"\n"
                    "await ticket.severity = low within 1d else { }\n"
                    "handoff to dora because \"x\" expect resolved within 2d\n"
                    "await resolved within 30d else raise overdue }\n"
                    "on exception flood { start template next()  resume }\nclose when resolved }\n"
                    "template next \"Next\" { manual\n" OWNED_BY("ana") "steps {" STAYS);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}"), ESC_OK);
    assert_status(scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}"), ESC_OK);
    assert_int_equal(scene_audit(scene, "exception", "flood"), 1);
    assert_int_equal(scene_audit(scene, "opened", "\"Next\""), 1);
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
        cmocka_unit_test(escalations_that_wake_each_other_come_to_an_end),
        cmocka_unit_test(what_the_last_look_sets_in_motion_is_refused),
        cmocka_unit_test(a_start_behind_the_last_message_is_one),
        cmocka_unit_test(time_of_a_refused_input_is_taken_back),
    };
    return cmocka_run_group_tests_name("engine_settling", tests, NULL, NULL);
}
