/* test_engine_missed.c - waits that end without what they were for: what the exception behind them says, and the record. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define STAYS "await resolved within 30d else { }"

/* Deliveries wait for the test. */
static Scene *begun(const char *steps, const char *more)
{
    char source[4096];
    snprintf(
        source, sizeof source,
        "system crm \"CRM\" { action make(id: text) undo drop(id: id) { POST \"/make/{id}\" }\n"
        "action drop(id: text) { DELETE \"/make/{id}\" } }\n"
        "event deploy.done { build: number }\n"
        "calendar daily { mon..sun 00:00..24:00 }\n"
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 30d }\nsteps { %s  " STAYS " }\n"
        "on exception { notify room \"<{exception.name}: {exception.message}>\"  resume }\n%s\n"
        "close when resolved }\n",
        steps, more);
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}"), ESC_OK);
    return scene;
}

static void assert_room(Scene *scene, const char *text)
{
    if (scene_sent(scene, "room", text) != 1)
        fail_msg("the room did not hear %s; the story is\n%.*s", text,
                 ESC_TEXT_ARG(scene_trail(scene)));
}

static void a_wait_whose_time_is_over_says_what_it_was_for(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *text;
    } cases[] = {
        {"await ack within 3m", "<unowned: nobody acknowledged within 3m>"},
        {"await resolved within 4h", "<overdue: it was not resolved within 4h>"},
        {"await resolved within 4h of daily else raise overdue",
         "<overdue: it was not resolved within 4h of daily>"},
        {"await ticket.severity = low within 1h",
         "<overdue: what was waited for did not become true within 1h>"},
        {"await deploy.done within 1h else { notify ana \"late\"  raise late }",
         "<late: deploy.done did not come within 1h>"},
        {"crm.make(id: ticket.id) within 2m", "<action_failed: crm.make did not reply within 2m>"},
        {"ask ana \"Which way?\" within 1h { guidance \"g\"  answer left \"Left\" { }  timeout { "
         "raise overdue } }",
         "<overdue: nobody answered \\\"Which way?\\\" within 1h>"},
        {"approve by 2 of ops \"Fail over?\" within 1h",
         "<overdue: \\\"Fail over?\\\" has 0 of 2 approvals within 1h>"},
        {"check confirmed \"it is back\" within 1h",
         "<qa_failed: check \\\"it is back\\\" failed: nobody confirmed it>"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Scene *scene = begun(cases[i].steps, "");
        scene_after(scene, 5 * ESC_HOUR_MS);
        assert_room(scene, cases[i].text);
        scene_free(scene);
    }
}

static void an_action_that_failed_says_why(void **state)
{
    (void)state;
    Scene *scene = begun("crm.make(id: ticket.id)", "");
    scene_settle(scene, scene_last(scene, "crm.make")->id, ESC_DELIVERY_DEAD, "no such lead");
    assert_room(scene, "<action_failed: crm.make failed: refused>");
    assert_int_equal(scene_audit(scene, "timed_out", "goes on without the reply of crm.make"), 1);
    scene_free(scene);
}

static void a_rejection_says_whose_and_why(void **state)
{
    (void)state;
    Scene *scene = begun("approve by ops \"Fail over?\" within 1h", "");
    const EscAction reject = {.verb = ESC_VERB_REJECT,
                              .actor = ESC_TEXT("ben"),
                              .escalation = 1,
                              .reason = ESC_TEXT("not at noon")};
    assert_status(scene_act_full(scene, &reject), ESC_OK);
    assert_room(scene, "<overdue: ben rejected \\\"Fail over?\\\": not at noon>");
    scene_free(scene);
}

/* Of what the author says himself nothing is made up: his message, else his fields. */
static void what_the_author_says_comes_first(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *text;
    } cases[] = {
        {"await resolved within 1h else raise late { message: \"nobody came\"  by: \"ana\" }",
         "<late: nobody came>"},
        {"await resolved within 1h else raise late { by: \"ana\"  count: 2 }",
         "<late: by ana, count 2>"},
        {"raise late", "<late: >"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Scene *scene = begun(cases[i].steps, "");
        scene_after(scene, 2 * ESC_HOUR_MS);
        assert_room(scene, cases[i].text);
        scene_free(scene);
    }
}

/* The reason is the wait's, and gone when the steps wait again. */
static void a_reason_is_not_kept_for_later(void **state)
{
    (void)state;
    Scene *scene = begun("await resolved within 1h else { }  wait 1h  raise late", "");
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_room(scene, "<late: >");
    scene_free(scene);
}

static void the_else_of_a_check_says_which_check(void **state)
{
    (void)state;
    Scene *scene = begun("", "qa { check acknowledged within 1h else raise alone }\n");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_room(scene,
                "<alone: check \\\"acknowledged\\\" failed: ana did not acknowledge in time>");
    scene_free(scene);
}

/* Steps that are done wait to be closed, and not for ever. */
static void what_nothing_closes_is_overdue_in_the_end(void **state)
{
    (void)state;
    Scene *scene = begun("", "");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 430 * ESC_DAY_MS - 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_after(scene, 1);
    assert_room(scene, "<overdue: nothing has closed it within 400d>");
    scene_free(scene);
}

static void a_closing_asks_and_then_alarms(void **state)
{
    (void)state;
    Scene *scene = begun("", "qa { check confirmed \"fine\" before close }");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, 30 * ESC_DAY_MS - 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_after(scene, 1);
    assert_room(scene, "<qa_failed: the quality checks did not pass within 30d>");
    scene_after(scene, 30 * ESC_DAY_MS - 1);
    assert_int_equal(scene_audit(scene, "alarm", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "alarm", "the quality checks have not passed for long"), 1);
    scene_free(scene);
}

/* A pause waits for its own end, so its end is what it waited for. */
static void a_pause_that_ends_has_come(void **state)
{
    (void)state;
    Scene *scene = begun("wait 5m  notify room \"rested\"", "");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_room(scene, "rested");
    assert_int_equal(scene_audit(scene, "resumed", "goes on after a pause"), 1);
    assert_int_equal(scene_audit(scene, "timed_out", ""), 0);
    scene_free(scene);
}

static void a_check_that_failed_was_not_left_out(void **state)
{
    (void)state;
    Scene *scene = begun("check confirmed \"it is back\" within 1h else { }", "");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "timed_out", "goes on after a quality check that failed"),
                     1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_whose_time_is_over_says_what_it_was_for),
        cmocka_unit_test(an_action_that_failed_says_why),
        cmocka_unit_test(a_rejection_says_whose_and_why),
        cmocka_unit_test(what_the_author_says_comes_first),
        cmocka_unit_test(a_reason_is_not_kept_for_later),
        cmocka_unit_test(the_else_of_a_check_says_which_check),
        cmocka_unit_test(a_pause_that_ends_has_come),
        cmocka_unit_test(what_nothing_closes_is_overdue_in_the_end),
        cmocka_unit_test(a_closing_asks_and_then_alarms),
        cmocka_unit_test(a_check_that_failed_was_not_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
