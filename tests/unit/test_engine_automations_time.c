/* test_engine_automations_time.c - what time alone makes automations do (M1.9, M0.2), and what holds their messages back. */
#include "engine_scene.h"

#include "support/test.h"

/* 2026-01-05T09:00Z, a Monday, is when a scene begins. */
#define NEAR                                                                                       \
    "automation near { on ticket.updated when ticket.due_at < now + 2d { add \"near\" to "         \
    "ticket.tags  notify room \"near\" } }\n"
#define OWNERS "owners { primary ana ack within 9d }\n"
#define CLOSE "close when resolved }\n"
#define DUE "{\"due_at\":\"2026-01-09T09:00:00Z\"}"

static void event(Scene *scene, const char *type, const char *data)
{
    assert_status(scene_event(scene, type, "T", data), ESC_OK);
}

static Scene *begun(const char *source, const char *data)
{
    Scene *scene = scene_of(source);
    event(scene, "ticket.created", data);
    return scene;
}

/* --- its instant -------------------------------------------------------------------------------- */

static void it_acts_at_its_instant_and_once(void **state)
{
    (void)state;
    Scene *scene = begun(NEAR, DUE);
    scene_after(scene, 2 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[]");
    scene_after(scene, 1);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"near\"]");
    scene_after(scene, 9 * ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "automated", ""), 1);
    assert_int_equal(
        scene_audit(scene, "automated", "\"automation\":\"near\",\"event\":\"ticket.updated\""), 1);
    scene_free(scene);
}

/* Automations, escalations and templates hear of what it changed, in that order (M0.2). */
static void what_it_changed_is_heard(void **state)
{
    (void)state;
    Scene *scene =
        begun(NEAR "automation hurry { on ticket.updated when ticket.tags contains \"near\" { set "
                   "ticket.priority to high } }\n"
                   "template open \"O\" { start on ticket.created\n" OWNERS
                   "steps { await resolved within 90d else close as over }\n"
                   "on ticket.updated { notify room \"heard {ticket.priority}\" }\n" CLOSE
                   "template late \"L\" { start on ticket.updated when ticket.priority = "
                   "high\n" OWNERS "steps { await resolved within 90d else close as over }\n" CLOSE
                   "template both \"B\" { start on ticket.updated when ticket.due_at < now + 2d "
                   "and ticket.tags contains \"near\"\n" OWNERS
                   "steps { await resolved within 90d else close as over }\n" CLOSE,
              DUE);
    scene_after(scene, 2 * ESC_DAY_MS + 1);
    assert_int_equal(scene_sent(scene, "room", "heard high"), 1);
    assert_int_equal(scene_sent(scene, "room", "heard"), 1);
    assert_int_equal(scene_audit(scene, "opened", "\"L\" started"), 1);
    assert_int_equal(scene_audit(scene, "opened", "\"B\" started"), 1);
    scene_free(scene);
}

/* An event that comes first is judged with the instant that is over, once, and before templates see the ticket. */
static void an_event_at_the_instant_is_judged_with_it(void **state)
{
    (void)state;
    Scene *scene =
        begun("event ticket.seen {}\n" NEAR
              "template t \"T\" { start on ticket.seen when ticket.tags contains \"near\"\n" OWNERS
              "steps { await resolved within 90d else close as over }\n" CLOSE,
              DUE);
    scene_clock(scene, 3 * ESC_DAY_MS);
    event(scene, "ticket.seen", NULL);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"near\"]");
    assert_int_equal(scene_audit(scene, "opened", "ticket.seen"), 1);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "automated", ""), 1);
    scene_free(scene);
}

/* The date moves away, is gone, or the ticket is resolved: nothing. At a reopening it is judged again (M1.3, C9). */
static void what_holds_no_more_does_nothing(void **state)
{
    (void)state;
    Scene *scene = begun(NEAR, DUE);
    event(scene, "ticket.updated", "{\"due_at\":\"2026-01-19T09:00:00Z\"}");
    scene_after(scene, 9 * ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "automated", ""), 0);
    event(scene, "ticket.resolved", NULL);
    scene_after(scene, 9 * ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "automated", ""), 0);
    event(scene, "ticket.reopened", NULL);
    assert_int_equal(scene_audit(scene, "automated", ""), 1);
    event(scene, "ticket.updated", "{\"due_at\":null}");
    assert_false(scene_has_timers(scene));
    scene_free(scene);
}

/* Hours alone make nobody act; they are asked for when the rest becomes true (M1.9). */
static void hours_alone_do_nothing(void **state)
{
    (void)state;
    Scene *scene = begun(
        "automation night { on ticket.updated when ticket.priority = high and now in 22:00..06:00 "
        "{ add \"night\" to ticket.tags } }\n"
        "automation day { on ticket.updated when ticket.due_at < now and now in 08:00..18:00 { add "
        "\"day\" to ticket.tags } }\n",
        DUE);
    event(scene, "ticket.updated", "{\"priority\":\"high\"}");
    scene_after(scene, 3 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[]");
    scene_after(scene, 2 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"day\"]");
    scene_free(scene);
}

/* `for` begins at the instant, and a time that is over again ends it. */
static void a_time_that_holds_for_long(void **state)
{
    (void)state;
    Scene *scene = begun("automation wait { on ticket.updated when ticket.due_at < now and "
                         "ticket.due_at > now - 3h for 2h { add \"long\" to ticket.tags } }\n"
                         "automation miss { on ticket.updated when ticket.due_at < now and "
                         "ticket.due_at > now - 1h for 2h { add \"short\" to ticket.tags } }\n",
                         DUE);
    scene_after(scene, 4 * ESC_DAY_MS + 2 * ESC_HOUR_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[]");
    scene_after(scene, ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"long\"]");
    assert_int_equal(scene_audit(scene, "disarmed", "miss"), 1);
    scene_free(scene);
}

/* --- a correction of the clock -------------------------------------------------------------------- */

static void a_correction_over_the_instant_acts(void **state)
{
    (void)state;
    Scene *scene = begun(NEAR "template t \"T\" { start on ticket.created\n" OWNERS
                              "steps { await resolved within 90d else close as over }\n"
                              "on ticket.updated { notify room \"heard {ticket.tags}\" }\n" CLOSE,
                         DUE);
    scene_correct(scene, 3 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"near\"]");
    assert_int_equal(scene_sent(scene, "room", "heard near"), 1);
    assert_int_equal(scene_audit(scene, "automated", ""), 1);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "automated", ""), 1);
    scene_free(scene);
}

/* What held before a correction did not become true by it. */
static void a_correction_makes_nothing_true_again(void **state)
{
    (void)state;
    Scene *scene = begun(NEAR, "{\"due_at\":\"2026-01-06T09:00:00Z\"}");
    assert_int_equal(scene_audit(scene, "automated", ""), 0); /* it was made so */
    event(scene, "ticket.updated", "{\"due_at\":\"2026-01-06T10:00:00Z\"}");
    assert_int_equal(scene_audit(scene, "automated", ""), 0);
    scene_correct(scene, ESC_HOUR_MS);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "automated", ""), 0);
    scene_free(scene);
}

/* --- messages that wait --------------------------------------------------------------------------- */

/* They wait as those of templates do, the trail of the ticket says so, and what stands for them names no escalation. */
static void a_message_waits_for_the_end_of_the_night(void **state)
{
    (void)state;
    Scene *scene =
        begun("person eve \"Eve\" { email \"eve@x.example\"  quiet during "
              "08:00..12:00 }\n"
              "automation tell { on ticket.updated { notify eve \"{ticket.title}\" } }\n",
              DUE);
    event(scene, "ticket.updated", "{\"title\":\"Radar\"}");
    assert_int_equal(scene_sent(scene, "eve", ""), 0);
    assert_int_equal(scene_audit(scene, "held", "a message to eve waits until"), 1);
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "eve", "1 message waited in your quiet time:\\nRadar"), 1);
    scene_free(scene);
}

static void a_message_over_the_limit_waits_for_the_digest(void **state)
{
    (void)state;
    Scene *scene =
        begun("policy p { last resort dora  limit 1 notifications per person per 1h else digest }\n"
              "automation tell { on ticket.updated { notify ben \"{ticket.title}\" } }\n",
              DUE);
    event(scene, "ticket.updated", "{\"title\":\"one\"}");
    event(scene, "ticket.updated", "{\"title\":\"two\"}");
    assert_int_equal(scene_sent(scene, "ben", ""), 1);
    assert_int_equal(scene_audit(scene, "limited", "a message to ben waits for the digest"), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ben", "1 message was held back:\\ntwo"), 1);
    scene_free(scene);
}

/* Whose turn it is goes on from one ticket to the next (M4.4). */
static void turns_of_a_team_are_drawn(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("automation give { on ticket.created { assign to round_robin(ops) } }\n");
    assert_status(scene_event(scene, "ticket.created", "A", DUE), ESC_OK);
    assert_status(scene_event(scene, "ticket.created", "B", DUE), ESC_OK);
    assert_string_equal(scene_field(scene, "A", "assignee"), "\"ana\"");
    assert_string_equal(scene_field(scene, "B", "assignee"), "\"ben\"");
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_acts_at_its_instant_and_once),
        cmocka_unit_test(what_it_changed_is_heard),
        cmocka_unit_test(an_event_at_the_instant_is_judged_with_it),
        cmocka_unit_test(what_holds_no_more_does_nothing),
        cmocka_unit_test(hours_alone_do_nothing),
        cmocka_unit_test(a_time_that_holds_for_long),
        cmocka_unit_test(a_correction_over_the_instant_acts),
        cmocka_unit_test(a_correction_makes_nothing_true_again),
        cmocka_unit_test(a_message_waits_for_the_end_of_the_night),
        cmocka_unit_test(a_message_over_the_limit_waits_for_the_digest),
        cmocka_unit_test(turns_of_a_team_are_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
