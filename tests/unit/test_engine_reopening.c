/* A ticket that was resolved is opened again: what was closing goes on where it was, and somebody looks at it. Triage
 * beside the steps. */
#include "engine_scene.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

#define OWNERS "owners { primary ana ack within 5m holds 8h  secondary ben ack within 5m }\n"

static Scene *begun(const char *steps, const char *more)
{
    char source[4096];
    snprintf(
        source, sizeof source,
        "event deploy.done { build: number }\n"
        "template t \"Trouble\" { start on ticket.created when ticket.severity >= high\n" OWNERS
        "steps { %s }\n%s\n%s }\n",
        steps, more, strstr(more, "close when") == NULL ? "close when resolved" : "");
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    return scene;
}

#define CONFIRMED                                                                                  \
    "qa { check acknowledged within 5m  check confirmed \"they are happy\" before close }"

/* --- reopening -------------------------------------------------------------------------------------------------- */

/* The steps come back with the time that they had left, and whoever's turn it was begins it anew; whatever opens it. */
static void goes_on_after(const char *event, const char *data)
{
    Scene *scene =
        begun("page primary \"see\"  await ack  await resolved within 4h else { notify room "
              "\"not in time\" }",
              CONFIRMED);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_after(scene, 2 * ESC_HOUR_MS);
    size_t pages = scene_sent(scene, "ana", "open again");
    scene_event(scene, event, "T", data);
    EscEscalationView view = scene_view(scene, 1);
    assert_int_equal(view.state, ESC_STATE_OPEN);
    assert_int_equal(view.outcome.size, 0);
    assert_text_equal(view.owner, "ana");
    assert_false(view.is_acked);
    assert_true(view.ack_due_ms == scene_now(scene) + 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ana", "open again"), pages + 1);
    assert_int_equal(scene_audit(scene, "taken_up", "wait for the resolution"), 1);
    assert_int_equal(scene_audit(scene, "check_begun", "acknowledged"),
                     0); /* what was missed or met stays */
    /* Nobody answers: the chain goes on, as at the beginning. */
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    scene_after(scene, 3 * ESC_HOUR_MS - 5 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "not in time"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "not in time"), 1);
    scene_free(scene);
}

static void what_was_closing_goes_on_where_it_was(void **state)
{
    (void)state;
    goes_on_after("ticket.reopened", NULL);
    goes_on_after("ticket.updated", "{\"status\":\"pending\"}");
}

/* C68: a confirmation speaks of what was, so it is asked for again. */
static void a_confirmation_is_void(void **state)
{
    (void)state;
    Scene *scene = begun("await ack  await resolved within 4h else { }",
                         "qa { check confirmed \"they are happy\" before close  check confirmed "
                         "\"we are too\" before close }");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "they are happy");
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "we are too"), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "they are happy");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

/* The resolution has ended the steps, and something else is to close it. */
static void ended_steps_come_back_too(void **state)
{
    (void)state;
    Scene *scene = begun("await ack  await resolved within 4h else { }  notify room \"done\"",
                         "close when resolved and ticket.severity < high");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "done"), 1);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_false(scene_view(scene, 1).is_acked);
    assert_true(esc_text_contains(scene_view(scene, 1).step, ESC_TEXT("await resolved")));
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "done"), 2);
    scene_free(scene);
}

/* Steps that the resolution did not end are at work, and are left alone. */
static void steps_at_work_are_left_alone(void **state)
{
    (void)state;
    Scene *scene =
        begun("await ack  wait 2h  notify room \"two hours\"  await resolved within 4h else { }",
              "close when resolved and ticket.severity < high");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_true(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_audit(scene, "taken_up", ""), 0);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "two hours"), 1);
    scene_free(scene);
}

/* `close as` was the author's word. */
static void close_as_is_not_taken_back(void **state)
{
    (void)state;
    Scene *scene =
        begun("await ack  await resolved within 4h else { }  close as fixed",
              "qa { check ticket.severity = low }  close when ticket.severity = critical");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_free(scene);
}

/* A question that was open when the ticket was resolved is open again, and its answer counts. */
static void a_question_comes_back(void **state)
{
    (void)state;
    Scene *scene = begun(
        "ask primary \"Which?\" within 1h { answer one \"One\" { notify room \"one\" }  answer "
        "two \"Two\" { }  timeout { notify room \"nobody\" } }",
        CONFIRMED);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "one"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_after(scene, ESC_DAY_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_text_equal(scene_view(scene, 1).question, "Which?");
    scene_after(scene, 39 * ESC_MINUTE_MS);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "one"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "one"), 1);
    scene_free(scene);
}

/* C16: closing makes triage moot; should the ticket be opened again, it is asked anew. */
static void triage_is_withdrawn_and_comes_back(void **state)
{
    (void)state;
    Scene *scene = begun("raise strange  notify room \"behind\"", CONFIRMED);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_int_equal(scene_sent(scene, "ana", "Triage: strange"), 1);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_audit(scene, "triage_over", "withdrawn"), 1);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_sent(scene, "ana", "Triage: strange"), 2);
    assert_int_equal(scene_sent(scene, "room", "behind"), 0);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
}

/* --- triage beside the steps ------------------------------------------------------------------------------------- */

/* C21: a chain that is exhausted holds nothing; the author's ladder goes on. */
static void an_exhausted_chain_holds_nothing(void **state)
{
    (void)state;
    Scene *scene =
        begun("page primary \"see\"  await ack  await resolved within 4h else { notify room "
              "\"not in 4h\" }",
              "");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    assert_int_equal(scene_audit(scene, "triage", ""), 0);
    scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL);
    scene_after(scene, 4 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "not in 4h"), 1);
    assert_true(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

/* The wait for an acknowledgement ends with the last turn, not by a clock of its own: a handler that hands over again
 * begins another one. */
static void await_ack_ends_with_the_last_turn(void **state)
{
    (void)state;
    Scene *scene = begun("await ack  notify room \"as if acknowledged\"",
                         "on exception unowned { handoff to primary because \"again\" expect acked "
                         "within 1h  resume }");
    scene_after(scene, 12 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_sent(scene, "room", "as if acknowledged"), 0);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_int_equal(scene_sent(scene, "room", "as if acknowledged"), 1);
    scene_free(scene);
}

/* Nobody answers: the last resort is asked too, then an alarm stands, and who has acknowledged keeps the ticket. */
static void nobody_answers_triage(void **state)
{
    (void)state;
    Scene *scene = begun("raise strange  notify room \"behind\"", "");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "dora", "strange on T: how do we go on?"), 1);
    assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 0);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "alarm", "strange"), 1);
    assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 1);
    assert_view_owner(scene, 1, "ana");
    assert_true(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_audit(scene, "handoff", ""), 0);
    assert_int_equal(scene_sent(scene, "room", "behind"), 0);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "dora", 1, "resume"), ESC_OK);
    assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 0);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_string_equal(scene_field(scene, "escal:T-1", "title"), "\"Learn from strange on T\"");
    scene_free(scene);
}

/* C15: one question that can be answered; what comes while it is open is told. */
static void one_question_at_a_time(void **state)
{
    (void)state;
    Scene *scene = begun("raise strange  notify room \"behind\"", "on deploy.done { raise other }");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    for (int i = 0; i < 10; i++)
        scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_audit(scene, "triage", "strange"), 1);
    assert_int_equal(scene_audit(scene, "triage_added", "other"), 10);
    assert_int_equal(scene_audit(scene, "asked", ""), 1);
    assert_int_equal(scene_sent(scene, "ana", "Also on T, other"), 10);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
}

/* The engine's own faults are found anew at every look, and asked about once; an author who raises one means each. */
static void an_author_raises_a_fault_as_often_as_it_happens(void **state)
{
    (void)state;
    Scene *scene = begun("await resolved within 1d else raise overdue",
                         "on deploy.done { raise engine_fault { message: \"odd\" } }");
    for (int i = 0; i < 3; i++)
        scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_audit(scene, "exception", "engine_fault: odd"), 3);
    assert_int_equal(scene_audit(scene, "triage_added", "engine_fault"), 2);
    scene_free(scene);
}

/* By hand the steps end, and nothing else: owner, deadlines and what closes it stay. */
static void by_hand_ends_the_steps_only(void **state)
{
    (void)state;
    Scene *scene =
        begun("raise strange  notify room \"behind\"", "on deploy.done { notify room \"heard\" }");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "dora", 1, "handled"), ESC_OK);
    assert_text_equal(scene_view(scene, 1).step, "by hand");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "heard"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben"); /* the chain goes on */
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(scene_sent(scene, "room", "behind"), 0);
    scene_free(scene);
}

static void by_hand_closes_with_its_ticket(void **state)
{
    (void)state;
    Scene *scene = begun("raise strange  close as fine", "close when ticket.severity = low");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "undo"), ESC_OK);
    assert_int_equal(scene_audit(scene, "rollback", "undone in triage"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

/* C18: an exception with a handler while another one is with triage does not let the held steps go on. */
static void a_handler_above_held_steps_does_not_release_them(void **state)
{
    (void)state;
    Scene *scene = begun(
        "raise strange  notify room \"behind\"",
        "on deploy.done { raise other }  on exception other { notify room \"other\"  resume }");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "other"), 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 0);
    assert_text_equal(scene_view(scene, 1).waiting_for, "an answer in triage");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
}

/* It wakes, and nothing is judged before the queue had its chance. */
static void queue_is_tried(Scene *scene, bool is_lost)
{
    EscInput woke = {.kind = ESC_INPUT_WOKE};
    assert_status(scene_input(scene, &woke), ESC_OK);
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", ""), 0);
    if (is_lost)
        scene_fail_all(scene);
    else
        scene_deliver_all(scene);
    scene_after(scene, ESC_MINUTE_MS);
}

/* The daemon was away for longer than a check gives: the queue has its chance first. */
static void deliveries_are_judged_after_the_queue_was_tried(void **state)
{
    (void)state;
    for (int is_lost = 0; is_lost < 2; is_lost++) {
        Scene *scene =
            begun("wait 1m  notify room \"down\"  await resolved within 1d else { }",
                  "qa { check accepted within 2m else { notify ana \"one was lost\" } }");
        scene_manual_delivery(scene);
        scene_after(scene, ESC_MINUTE_MS);
        scene_clock(scene, 3 * ESC_MINUTE_MS);
        queue_is_tried(scene, is_lost);
        assert_int_equal(scene_audit(scene, "check_failed", "accepted"), is_lost);
        scene_free(scene);
    }
}

/* The same of a check that is a step. */
static void a_step_that_waits_for_deliveries_waits_for_the_queue(void **state)
{
    (void)state;
    for (int is_lost = 0; is_lost < 2; is_lost++) {
        Scene *scene = begun("notify room \"down\"  check accepted within 2m else { notify ben "
                             "\"one was lost\" }  await resolved within 1d else { }",
                             "");
        scene_manual_delivery(scene);
        scene_event(scene, "ticket.created", "U", "{\"severity\":\"high\"}");
        scene_clock(scene, ESC_HOUR_MS);
        queue_is_tried(scene, is_lost);
        assert_int_equal(scene_sent(scene, "ben", "one was lost"), is_lost);
        scene_free(scene);
    }
}

/* Whoever it was handed to had it for as long as the ticket was open: the role begins its turn. */
static void what_was_handed_over_comes_back_to_the_role(void **state)
{
    (void)state;
    Scene *scene = begun("await ack  await resolved within 4h else { }", CONFIRMED);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_HANDOFF, "ana", 1, "cleo");
    scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "cleo", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_sent(scene, "ana", "open again"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

/* Nobody is paged for it any more, so no count of pages leads to it: what it has sent does. */
static void what_nobody_is_paged_for_waits_for_the_queue_too(void **state)
{
    (void)state;
    for (int is_lost = 0; is_lost < 2; is_lost++) {
        Scene *scene = begun("await ack  wait 2h  notify room \"down\"  await resolved within 1d "
                             "else { }",
                             "qa { check accepted within 150m else { notify ana \"lost\" } }");
        scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
        scene_after(scene, 90 * ESC_MINUTE_MS);
        scene_event(scene, "ticket.created", "U", "{\"severity\":\"high\"}");
        scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
        scene_manual_delivery(scene);
        scene_after(scene, 30 * ESC_MINUTE_MS);
        assert_int_equal(scene_sent(scene, "room", "down"), 1);
        scene_clock(scene, ESC_HOUR_MS);
        queue_is_tried(scene, is_lost);
        scene_after(scene, 3 * ESC_MINUTE_MS); /* it has had the five minutes that it gets */
        assert_int_equal(scene_audit(scene, "check_failed", "accepted"), is_lost);
        scene_free(scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_closing_goes_on_where_it_was),
        cmocka_unit_test(a_confirmation_is_void),
        cmocka_unit_test(ended_steps_come_back_too),
        cmocka_unit_test(steps_at_work_are_left_alone),
        cmocka_unit_test(close_as_is_not_taken_back),
        cmocka_unit_test(a_question_comes_back),
        cmocka_unit_test(triage_is_withdrawn_and_comes_back),
        cmocka_unit_test(an_exhausted_chain_holds_nothing),
        cmocka_unit_test(await_ack_ends_with_the_last_turn),
        cmocka_unit_test(nobody_answers_triage),
        cmocka_unit_test(one_question_at_a_time),
        cmocka_unit_test(an_author_raises_a_fault_as_often_as_it_happens),
        cmocka_unit_test(by_hand_ends_the_steps_only),
        cmocka_unit_test(by_hand_closes_with_its_ticket),
        cmocka_unit_test(a_handler_above_held_steps_does_not_release_them),
        cmocka_unit_test(deliveries_are_judged_after_the_queue_was_tried),
        cmocka_unit_test(a_step_that_waits_for_deliveries_waits_for_the_queue),
        cmocka_unit_test(what_was_handed_over_comes_back_to_the_role),
        cmocka_unit_test(what_nobody_is_paged_for_waits_for_the_queue_too),
    };
    return cmocka_run_group_tests_name("engine_reopening", tests, NULL, NULL);
}
