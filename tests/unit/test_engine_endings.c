/* test_engine_endings.c - what ends with something else: leases with the closing, times with their wait, what a handler
 * interrupts with the handler. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define STAYS "await resolved within 30d else raise overdue"
#define CONFIRMED "qa { check confirmed \"all well\" before close }\n"

/* A template `t` of whose closing somebody has to confirm that all is well. */
static Scene *begun(const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             "event deploy.done { build: number }\n"
             "template t \"Trouble\" { start on ticket.created when ticket.severity >= high\n"
             "owners { primary ana ack within 5m holds 2h  secondary ben ack within 5m }\n"
             "steps { %s }\n%s\nclose when resolved }\n",
             steps, more);
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    return scene;
}

/* --- closing --------------------------------------------------------------------------------------------------------- */

static void a_closing_ends_the_lease(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, CONFIRMED);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "lease_ended", ""), 0);
    assert_true(scene_view(scene, 1).is_acked);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

static void a_closing_ends_the_time_to_acknowledge(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, CONFIRMED);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "failover", ""), 0);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

/* The closing has raised an exception, whose handler opens the ticket: what comes back are the steps, and nothing is left
 * over of the closing that was to go on. */
static void a_handler_of_the_closing_opens_the_ticket(void **state)
{
    (void)state;
    Scene *scene =
        begun("await deploy.done within 90d else { }  notify room \"deployed\"  " STAYS,
              CONFIRMED "on exception qa_failed { set ticket.status to open  resume }\n");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    for (int day = 0; day < 400 && scene_view(scene, 1).state == ESC_STATE_CLOSING; day++)
        scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    assert_int_equal(scene_audit(scene, "taken_up", "deploy.done"), 1);
    assert_int_equal(scene_sent(scene, "room", "deployed"), 0);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "deployed"), 1);
    scene_free(scene);
}

/* --- waits ----------------------------------------------------------------------------------------------------------- */

/* What is due next is nothing of a wait that is over. */
static void reminders_end_with_their_wait(void **state)
{
    (void)state;
    Scene *scene =
        begun("await deploy.done within 4h at 25% { notify room \"a quarter\" } at 50% { "
              "notify room \"half\" } else { }\n"
              "await resolved within 100m at 90% { notify room \"soon\" } else { }\n"
              "notify room \"over\"",
              "");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 50 * ESC_MINUTE_MS);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_true(scene_view(scene, 1).next_due_ms == scene_now(scene) + 90 * ESC_MINUTE_MS);
    assert_true(scene_view(scene, 1).wait_due_ms == scene_now(scene) + 100 * ESC_MINUTE_MS);
    scene_after(scene, 90 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "soon"), 1);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "over"), 1);
    assert_int_equal(scene_sent(scene, "room", ""), 2);
    scene_free(scene);
}

/* The time of a wait stands while a handler is above it; the handler's own wait has none of it. */
static void the_time_of_a_wait_is_not_its_handlers(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "event deploy.failed { build: number }\n"
        "template t \"Trouble\" { start on ticket.created\nowners { primary ana ack within 5h }\n"
        "steps { await resolved within 1h at 50% { notify room \"half\" } else { notify room "
        "\"late\" } }\non deploy.failed { raise trouble }\n"
        "on exception trouble { await ack  notify room \"acknowledged\"  resume }\n"
        "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "deploy.failed", "T", "{\"build\":1}");
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_int_equal(scene_sent(scene, "room", "acknowledged"), 1);
    assert_int_equal(scene_sent(scene, "room", "half"), 0); /* its time has passed */
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "\"late\""), 1);
    scene_free(scene);
}

/* Two exceptions at once: the steps that the first interrupted do not go on below the handler of the second. */
static void what_a_handler_gives_back_waits_for_the_next_one(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "event deploy.failed { build: number }\n"
        "template t \"Trouble\" { start on ticket.created\nowners { primary ana ack within 5h }\n"
        "steps { raise first  notify room \"behind\"  " STAYS " }\n"
        "on exception first { wait 1h  resume }\n"
        "on exception second { wait 1h  notify room \"second\"  resume }\n"
        "on deploy.failed { raise second }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "deploy.failed", "T", "{\"build\":1}");
    scene_after(scene, 59 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "second"), 1);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
}

/* Steps at their end are what a handler goes back to, like any others. */
static void steps_at_their_end_are_gone_back_to(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"steps\"",
                         "on deploy.done { raise trouble }\n"
                         "on exception trouble { wait 1h  notify room \"handled\"  resume }");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_text_equal(scene_view(scene, 1).waiting_for, "what closes it");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_true(esc_text_contains(scene_view(scene, 1).waiting_for, ESC_TEXT("a pause")));
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "handled"), 1);
    assert_int_equal(scene_audit(scene, "exception_over", "what it interrupted goes on"), 1);
    assert_text_equal(scene_view(scene, 1).waiting_for, "what closes it");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closing_ends_the_lease),
        cmocka_unit_test(a_closing_ends_the_time_to_acknowledge),
        cmocka_unit_test(a_handler_of_the_closing_opens_the_ticket),
        cmocka_unit_test(reminders_end_with_their_wait),
        cmocka_unit_test(the_time_of_a_wait_is_not_its_handlers),
        cmocka_unit_test(what_a_handler_gives_back_waits_for_the_next_one),
        cmocka_unit_test(steps_at_their_end_are_gone_back_to),
    };
    return cmocka_run_group_tests_name("engine_endings", tests, NULL, NULL);
}
