/* test_engine_drive.c - what goes on: waits that look at what steps kept, checks in place, reminders, what a closing
 * waits for, and how far one input goes. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define OWNED "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define STAYS "await resolved within 30d else raise overdue"
#define SYSTEM                                                                                     \
    "system crm \"CRM\" { action look(id: text) -> text { GET \"/look/{id}\" expect 200 return "   \
    "body } }\n"

/* A template `t` with these steps, and what stands behind them; ana has acknowledged. */
static Scene *begun(const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             SYSTEM "extend ticket { n: number default 0 }\nevent deploy.done { build: number }\n"
                    "event deploy.failed { build: number }\n"
                    "template t \"Trouble\" { start on ticket.created\n" OWNED "steps { %s }\n%s\n"
                    "close when resolved }\n",
             steps, more);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T",
                              "{\"title\":\"x\",\"severity\":\"high\",\"n\":0}"),
                  ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    return scene;
}

/* --- conditions and events ---------------------------------------------------------------------------------------- */

static void condition_reads_what_a_step_kept(void **state)
{
    (void)state;
    Scene *scene = begun("crm.look(id: ticket.id) as seen  await ticket.title = seen within 1h "
                         "else { notify room \"too late\" }  notify room \"as seen\"",
                         "");
    scene_deliver_all(scene);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"no\"}");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"ok\"}"); /* the reply */
    assert_int_equal(scene_sent(scene, "room", "as seen"), 1);
    assert_int_equal(scene_sent(scene, "room", "too late"), 0);
    scene_free(scene);
}

static void event_is_awaited_whatever_it_says(void **state)
{
    (void)state;
    Scene *scene = begun("await deploy.failed within 1h else { notify room \"too late\" }  notify "
                         "room \"failed\"",
                         "");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_event(scene, "deploy.failed", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "failed"), 1);
    scene_free(scene);
}

/* The names of events decide, not their numbers, which differ from bundle to bundle. */
static void awaited_event_has_its_name_in_a_later_bundle(void **state)
{
    (void)state;
    Scene *scene = begun("await deploy.failed when event.build > 5 within 1h else { }  notify room "
                         "\"failed\"",
                         "");
    scene_publish(scene,
                  "event alarm.rung { build: number }\nevent deploy.failed { build: number }\n"
                  "event deploy.done { build: number }\n");
    scene_event(scene, "deploy.done", "T", "{\"build\":9}");
    scene_event(scene, "alarm.rung", "T", "{\"build\":9}");
    scene_event(scene, "deploy.failed", "T", "{\"build\":5}");
    assert_int_equal(scene_sent(scene, "room", "failed"), 0);
    scene_event(scene, "deploy.failed", "T", "{\"build\":6}");
    assert_int_equal(scene_sent(scene, "room", "failed"), 1);
    scene_free(scene);
}

static void reminder_reads_what_a_step_kept(void **state)
{
    (void)state;
    Scene *scene =
        begun("crm.look(id: ticket.id) as seen\n"
              "await resolved within 4h at 50% { notify room \"half: {seen}\" } else { }",
              "");
    scene_deliver_all(scene);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "half: ok"), 1);
    assert_int_equal(scene_audit(scene, "reminder", "\"percent\":\"50\""), 1);
    assert_int_equal(scene_audit(scene, "reminder", "50% of the time for the resolution has gone"),
                     1);
    scene_free(scene);
}

/* A reminder that raises an exception is followed by its handler, in the same instant. */
static void reminder_may_interrupt_its_wait(void **state)
{
    (void)state;
    Scene *scene = begun("await resolved within 4h at 50% { raise trouble } else { }",
                         "on exception trouble { notify room \"handled\"  resume }");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "handled"), 1);
    scene_free(scene);
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

static void first_answer_is_an_answer(void **state)
{
    (void)state;
    Scene *scene = begun("ask ana \"Which way?\" within 1h { guidance \"g\" answer left \"Left\" { "
                         "notify room \"left\" } answer right \"Right\" { notify room \"right\" } "
                         "timeout { } }",
                         "");
    scene_event(scene, "ticket.updated", "T", "{\"n\":1}");
    assert_int_equal(scene_sent(scene, "room", ""), 0); /* nobody has said anything */
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "left"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "left"), 1);
    scene_free(scene);
}

/* --- checks in place ---------------------------------------------------------------------------------------------- */

#define TWO_CHECKS                                                                                 \
    "check ticket.severity = low within 10m else { notify room \"not low\" }  notify room "        \
    "\"between\"\n"                                                                                \
    "check ticket.n = 5 within 10m else { notify room \"not five\" }  notify room \"behind\" "     \
    " " STAYS
#define QA "qa { check consistent  check confirmed \"all well\" before close }"

static void each_check_in_place_is_judged_by_its_own_condition(void **state)
{
    (void)state;
    Scene *scene = begun(TWO_CHECKS, QA);
    scene_event(scene, "ticket.updated", "T", "{\"n\":5}");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_event(scene, "ticket.updated", "T", "{\"n\":4,\"severity\":\"low\"}");
    assert_int_equal(scene_sent(scene, "room", "between"), 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 0);
    scene_event(scene, "ticket.updated", "T", "{\"n\":5}");
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_int_equal(scene_sent(scene, "room", "not"), 0);
    assert_int_equal(scene_audit(scene, "check_passed", ""), 2);
    scene_free(scene);
}

static void second_check_in_place_has_its_own_time(void **state)
{
    (void)state;
    Scene *scene = begun(TWO_CHECKS, QA);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "not five"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "not five"), 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_int_equal(scene_audit(scene, "check_begun", "\"check\":\"ticket."), 2);
    scene_free(scene);
}

/* What can only get worse is not waited for. */
static void check_in_place_that_has_failed_does_not_wait(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.severity to critical  await deploy.done within 1d else { }\n"
                         "check consistent within 10m else { notify room \"drift\" }  notify room "
                         "\"behind\"  " STAYS,
                         "");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "drift"), 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_int_equal(scene_audit(scene, "check_failed", "ticket.severity"), 1);
    scene_free(scene);
}

static void check_in_place_is_confirmed(void **state)
{
    (void)state;
    Scene *scene = begun("check confirmed \"it is back\" within 1h else { notify room \"no\" }  "
                         "notify room \"behind\"  " STAYS,
                         "");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "it is back"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_int_equal(scene_sent(scene, "room", "no"), 0);
    scene_free(scene);
}

static void overridden_check_in_place_lets_the_steps_go_on(void **state)
{
    (void)state;
    Scene *scene = begun("check ticket.severity = low within 1h else { notify room \"no\" }  "
                         "notify room \"behind\"  " STAYS,
                         "");
    assert_status(scene_act(scene, ESC_VERB_OVERRIDE, "ana", 1, "ticket.severity = low"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_int_equal(scene_sent(scene, "room", "no"), 0);
    scene_free(scene);
}

/* --- closing ------------------------------------------------------------------------------------------------------ */

/* Only the checks of `qa` guard the closing; who is asked among the steps is asked there. */
static void check_in_place_does_not_hold_the_closing_up(void **state)
{
    (void)state;
    Scene *scene = begun("check confirmed \"it is back\" within 1h else { }  " STAYS, "");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(scene_sent(scene, "ana", "closes when somebody confirms"), 0);
    scene_free(scene);
}

static void closing_goes_on_when_its_exception_is_handled(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "on exception qa_failed { notify room \"look at it\"  resume }\n"
                                "qa { check ticket.n = 5 }");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "look at it"), 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_event(scene, "ticket.updated", "T", "{\"n\":5}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(scene_sent(scene, "room", "look at it"), 1); /* raised once */
    assert_false(scene_has_timers(scene));
    scene_free(scene);
}

static void handler_at_the_closing_need_not_say_resume(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "on exception qa_failed { set ticket.severity to low }\n"
                                "qa { check ticket.severity = low }");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void handler_at_the_closing_has_its_time(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "on exception qa_failed { wait 1h  notify room \"an hour later\" "
                                "resume }\nqa { check ticket.n = 5 }");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"n\":4}");
    scene_after(scene, 50 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "an hour later"), 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_event(scene, "ticket.updated", "T", "{\"n\":5}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

/* Behind a handled exception the steps go on; the checks of the closing have nothing to do with it. */
static void handled_exception_judges_no_check(void **state)
{
    (void)state;
    Scene *scene = begun("raise trouble  notify room \"resumed\"  " STAYS,
                         "on exception trouble { resume }\nqa { check ticket.n = 5 else { notify "
                         "room \"judged\" }  check confirmed \"well\" before close }");
    assert_int_equal(scene_sent(scene, "room", "resumed"), 1);
    assert_int_equal(scene_sent(scene, "room", "judged"), 0);
    scene_free(scene);
}

/* --- how far one input goes ------------------------------------------------------------------------------------------ */

/* As in engine/state.h: so often may an escalation look whether it goes on, within one input. */
enum { RESUMES = 512 };

/* Waits that are over as soon as they begin: 7 × 8 × 9 in loops, and more behind them. */
static Scene *scene_of_waits(int count)
{
    static char steps[8192];
    size_t used = (size_t)snprintf(
        steps, sizeof steps,
        "await deploy.done within 1d else { }  for each a in ticket.tags at most 7 { for each b in "
        "ticket.tags at most 8 { for each c in ticket.tags at most 9 { await ticket.n = 0 within "
        "1h else { } } } }\n");
    for (int i = 7 * 8 * 9; i < count; i++)
        used += (size_t)snprintf(steps + used, sizeof steps - used,
                                 "await ticket.n = 0 within 1h else { }\n");
    snprintf(steps + used, sizeof steps - used, "notify room \"behind\"  " STAYS);
    Scene *scene = begun(steps, "");
    scene_event(scene, "ticket.updated", "T",
                "{\"tags\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]}");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    return scene;
}

static void many_waits_that_are_over_at_once_take_one_input(void **state)
{
    (void)state;
    Scene *scene = scene_of_waits(RESUMES - 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    scene_free(scene);
}

static void escalation_that_never_rests_is_stopped(void **state)
{
    (void)state;
    Scene *scene = scene_of_waits(RESUMES + 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 0);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(condition_reads_what_a_step_kept),
        cmocka_unit_test(event_is_awaited_whatever_it_says),
        cmocka_unit_test(awaited_event_has_its_name_in_a_later_bundle),
        cmocka_unit_test(reminder_reads_what_a_step_kept),
        cmocka_unit_test(reminder_may_interrupt_its_wait),
        cmocka_unit_test(first_answer_is_an_answer),
        cmocka_unit_test(each_check_in_place_is_judged_by_its_own_condition),
        cmocka_unit_test(second_check_in_place_has_its_own_time),
        cmocka_unit_test(check_in_place_that_has_failed_does_not_wait),
        cmocka_unit_test(check_in_place_is_confirmed),
        cmocka_unit_test(overridden_check_in_place_lets_the_steps_go_on),
        cmocka_unit_test(check_in_place_does_not_hold_the_closing_up),
        cmocka_unit_test(closing_goes_on_when_its_exception_is_handled),
        cmocka_unit_test(handler_at_the_closing_need_not_say_resume),
        cmocka_unit_test(handler_at_the_closing_has_its_time),
        cmocka_unit_test(handled_exception_judges_no_check),
        cmocka_unit_test(many_waits_that_are_over_at_once_take_one_input),
        cmocka_unit_test(escalation_that_never_rests_is_stopped),
    };
    return cmocka_run_group_tests_name("engine_drive", tests, NULL, NULL);
}
