/* test_engine_rounds.c - `every D at most N times`: rounds, what ends them, and what follows behind the last (M3.1 to M3.3, C30, C31).
 * Each scene restores a second engine before every input, so every test is one of resuming in the middle of a loop. */
#include "engine_scene.h"

#include "support/test.h"

#define TEMPLATE(steps)                                                                            \
    "event deploy.done { build: number }\n"                                                        \
    "template t \"Trouble\" { start on ticket.created\n"                                           \
    "owners { primary ana ack within 10h  secondary ben ack within 10h }\n"                        \
    "steps { " steps " }\non deploy.done { skip }\n"                                               \
    "on exception overdue { notify room \"overdue: {exception.message}\"  await resolved within "  \
    "1d "                                                                                          \
    "else { } }\nclose when resolved }\n"
#define REST " notify room \"behind\"  await resolved within 30d else { notify room \"late\" }"

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static size_t told(const Scene *scene, const char *text)
{
    return scene_sent(scene, "room", text);
}

/* M3.1: a round at once, one every 15m, and `else` when the 15m behind the last are over. */
static void a_round_at_once_and_then_one_each_time(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("every 15m at most 3 times until escalation.acked { notify room "
                                  "\"round\" } else { notify room \"else\" }" REST));
    for (size_t round = 1; round <= 3; round++) {
        assert_int_equal(told(scene, "round"), round);
        assert_int_equal(told(scene, "else"), 0);
        scene_after(scene, 15 * ESC_MINUTE_MS - 1);
        assert_int_equal(told(scene, "round"), round);
        scene_after(scene, 1);
    }
    assert_int_equal(told(scene, "round"), 3);
    assert_int_equal(told(scene, "else"), 1);
    assert_int_equal(told(scene, "behind"), 1);
    scene_free(scene);
}

/* M3.1: without `else` the exception `overdue` when there is an `until`; else the steps go on. */
static void without_else_until_decides_what_follows(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("every 1h at most 2 times until escalation.acked { notify room "
                                  "\"round\" }" REST));
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(told(scene, "overdue: what was waited for did not become true"), 1);
    assert_int_equal(told(scene, "behind"), 0);
    scene_free(scene);
    scene = begun(TEMPLATE("every 1h at most 2 times { notify room \"round\" }" REST));
    scene_after(scene, 2 * ESC_HOUR_MS - 1);
    assert_int_equal(told(scene, "behind"), 0);
    scene_after(scene, 1);
    assert_int_equal(told(scene, "round"), 2);
    assert_int_equal(told(scene, "overdue"), 0);
    assert_int_equal(told(scene, "behind"), 1);
    scene_free(scene);
}

/* M3.1: `until` is looked at whenever something changes, not only between rounds. */
static void until_ends_the_rounds_at_once(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("every 15m at most 8 times until escalation.acked { notify room "
                                  "\"round\" } else { notify room \"else\" }" REST));
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_int_equal(told(scene, "behind"), 0);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_int_equal(told(scene, "behind"), 1);
    scene_after(scene, 5 * ESC_HOUR_MS);
    assert_int_equal(told(scene, "round"), 2);
    assert_int_equal(told(scene, "else"), 0);
    scene_free(scene);
}

static void until_that_holds_already_makes_no_round(void **state)
{
    (void)state;
    Scene *scene =
        begun(TEMPLATE("every 15m at most 8 times until ticket.title = \"x\" { notify room "
                       "\"round\" } else { notify room \"else\" }" REST));
    assert_int_equal(told(scene, "round"), 0);
    assert_int_equal(told(scene, "else"), 0);
    assert_int_equal(told(scene, "behind"), 1);
    scene_free(scene);
}

/* M3.2: `skip` in a handler ends them like `until`. */
static void skip_ends_the_rounds(void **state)
{
    (void)state;
    Scene *scene =
        begun(TEMPLATE("every 15m at most 8 times { notify room \"round\" } else { notify "
                       "room \"else\" }" REST));
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_status(scene_event(scene, "deploy.done", "T", "{\"build\":1}"), ESC_OK);
    assert_int_equal(told(scene, "behind"), 1);
    scene_after(scene, 5 * ESC_HOUR_MS);
    assert_int_equal(told(scene, "round"), 2);
    assert_int_equal(told(scene, "else"), 0);
    scene_free(scene);
}

/* M3.2, C30: names in the body are looked up in each round. */
static void each_round_asks_whoever_has_it_then(void **state)
{
    (void)state;
    Scene *scene = begun("template t \"Trouble\" { start on ticket.created\n"
                         "owners { primary ana ack within 20m  secondary ben ack within 10h }\n"
                         "steps { every 15m at most 4 times until escalation.acked { page owner "
                         "\"still waits\" } else { } await resolved within 1d else { } }\n"
                         "close when resolved }\n");
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ben", "still waits"), 0);
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_sent(scene, "ben", "still waits"), 1);
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ben", "still waits"), 2);
    scene_free(scene);
}

/* M3.2, C31: the daemon was down for two hours: one round at the start, the rest 15m apart, eight in all. */
static void after_downtime_there_is_one_round(void **state)
{
    (void)state;
    Scene *scene =
        begun(TEMPLATE("every 15m at most 8 times { notify room \"round\" } else { notify room "
                       "\"else\" }" REST));
    scene_clock(scene, 2 * ESC_HOUR_MS);
    scene_after(scene, 0);
    assert_int_equal(told(scene, "round"), 2);
    scene_after(scene, 15 * ESC_MINUTE_MS - 1);
    assert_int_equal(told(scene, "round"), 2);
    for (size_t round = 3; round <= 8; round++) {
        scene_after(scene, round == 3 ? 1 : 15 * ESC_MINUTE_MS);
        assert_int_equal(told(scene, "round"), round);
    }
    scene_after(scene, 15 * ESC_MINUTE_MS - 1);
    assert_int_equal(told(scene, "else"), 0);
    scene_after(scene, 1);
    assert_int_equal(told(scene, "round"), 8);
    assert_int_equal(told(scene, "else"), 1);
    scene_free(scene);
}

/* M3.3: the counter is in the snapshot, and further than a byte goes. */
static void a_thousand_rounds_are_counted(void **state)
{
    (void)state;
    Scene *scene =
        begun(TEMPLATE("every 1m at most 1000 times { set ticket.title to \"r\" } else { "
                       "notify room \"else\" }" REST));
    for (int hour = 0; hour < 16; hour++)
        scene_after(scene, ESC_HOUR_MS);
    assert_text_equal(scene_view(scene, 1).waiting_for,
                      "round 962 of 1000 until 2026-01-06 01:01 UTC");
    scene_after(scene, 40 * ESC_MINUTE_MS - 1);
    assert_int_equal(told(scene, "else"), 0);
    scene_after(scene, 1);
    assert_int_equal(told(scene, "else"), 1);
    scene_free(scene);
}

static void rounds_are_made_for_each_item_of_a_list(void **state)
{
    (void)state;
    Scene *scene = scene_of(TEMPLATE(
        "for each t in ticket.tags { every 10m at most 2 times { notify room \"{t}\" } }" REST));
    assert_status(scene_event(scene, "ticket.created", "T", "{\"tags\":[\"red\",\"blue\"]}"),
                  ESC_OK);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(told(scene, "red"), 2);
    assert_int_equal(told(scene, "blue"), 0);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(told(scene, "blue"), 1);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_int_equal(told(scene, "blue"), 2);
    assert_int_equal(told(scene, "behind"), 1);
    scene_free(scene);
}

/* Whoever looks sees which round comes next, and the trail says each. */
static void the_record_tells_the_rounds(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("every 15m at most 2 times until escalation.acked { notify room "
                                  "\"round\" } else { }" REST));
    assert_text_equal(scene_view(scene, 1).waiting_for, "round 2 of 2 until 2026-01-05 09:15 UTC");
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "resumed", "goes on with round 2 of 2"), 1);
    assert_text_equal(scene_view(scene, 1).waiting_for,
                      "what follows its 2 rounds until 2026-01-05 09:30 UTC");
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_int_equal(scene_audit(scene, "resumed", "goes on without what follows its 2 rounds"), 1);
    scene_free(scene);
}

/* A round that is over in the middle of a handler's wait counts when the handler is done. */
static void an_exception_between_rounds_keeps_them(void **state)
{
    (void)state;
    Scene *scene =
        begun("event vendor.down { vendor: text }\n"
              "template t \"Trouble\" { start on ticket.created\n"
              "owners { primary ana ack within 10h }\n"
              "steps { every 15m at most 3 times { notify room \"round\" } else { notify "
              "room \"else\" } await resolved within 30d else { } }\n"
              "on vendor.down { raise down }\n"
              "on exception down { wait 20m  resume }\nclose when resolved }\n");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_status(scene_event(scene, "vendor.down", "T", "{\"vendor\":\"v\"}"), ESC_OK);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_int_equal(told(scene, "round"), 2);
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_int_equal(told(scene, "round"), 3);
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_int_equal(told(scene, "else"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_at_once_and_then_one_each_time),
        cmocka_unit_test(without_else_until_decides_what_follows),
        cmocka_unit_test(until_ends_the_rounds_at_once),
        cmocka_unit_test(until_that_holds_already_makes_no_round),
        cmocka_unit_test(skip_ends_the_rounds),
        cmocka_unit_test(each_round_asks_whoever_has_it_then),
        cmocka_unit_test(after_downtime_there_is_one_round),
        cmocka_unit_test(a_thousand_rounds_are_counted),
        cmocka_unit_test(rounds_are_made_for_each_item_of_a_list),
        cmocka_unit_test(the_record_tells_the_rounds),
        cmocka_unit_test(an_exception_between_rounds_keeps_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
