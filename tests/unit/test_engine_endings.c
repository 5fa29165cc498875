/* test_engine_endings.c - what ends with something else: leases and pages with the closing, what was asked for with the
 * steps that asked. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closing_ends_the_lease),
        cmocka_unit_test(a_closing_ends_the_time_to_acknowledge),
        cmocka_unit_test(a_handler_of_the_closing_opens_the_ticket),
    };
    return cmocka_run_group_tests_name("engine_endings", tests, NULL, NULL);
}
