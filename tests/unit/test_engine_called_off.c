/* test_engine_called_off.c - an escalation that was a mistake is called off; an act by a link or button is about what its
 * message asked; and whoever is called and acts has noticed it. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN "owners { primary ana ack within 1h  secondary ben ack within 1h }\n"
#define STAYS "await resolved within 30d else raise overdue"
#define ASKS(text)                                                                                 \
    "ask ana \"" text "\" within 1h { guidance \"g\" answer left \"Left\" { } answer right "       \
    "\"Right\" { } timeout { } }  "

static Scene *begun(const char *steps, const char *more)
{
    char source[4096];
    snprintf(source, sizeof source,
             "template t \"Trouble\" { start on ticket.created\n" CHAIN
             "steps { %s }\n%s\nclose when resolved }\n",
             steps, more);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}"), ESC_OK);
    return scene;
}

static EscStatus call_off(Scene *scene, const char *who, const char *reason)
{
    return scene_act_full(scene, &(EscAction){.verb = ESC_VERB_CALL_OFF,
                                              .actor = esc_text_from(who),
                                              .escalation = 1,
                                              .reason = esc_text_from(reason)});
}

/* --- calling off -------------------------------------------------------------------------------- */

static void a_mistake_ends_apart_from_a_resolution(void **state)
{
    (void)state;
    Scene *scene = begun("page primary \"Come\"  await ack  " STAYS,
                         "qa { check confirmed \"It runs\" before close }");
    assert_status(call_off(scene, "ben", "a drill"), ESC_OK);
    EscEscalationView view = scene_view(scene, 1);
    assert_int_equal(view.state, ESC_STATE_CLOSED);
    assert_text_equal(view.outcome, "called_off");
    assert_int_equal(scene_audit(scene, "called_off", "ben called it off as a mistake: a drill"),
                     1);
    assert_int_equal(scene_audit(scene, "closed", "closed as called_off"), 1);
    assert_int_equal(scene_audit(scene, "check_not_asked", "It runs"), 1);
    assert_int_equal(scene_audit(scene, "resolved", ""), 0);
    assert_false(scene_has_timers(scene));
    scene_free(scene);
}

static void it_needs_a_reason_and_somebody_of_the_directory(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "");
    assert_status(call_off(scene, "ana", ""), ESC_BAD_INPUT);
    assert_string_equal(scene_why(scene), "call-off needs a reason");
    assert_status(call_off(scene, "mallory", "x"), ESC_OK);
    assert_true(scene_outcome(scene)->is_forbidden);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    assert_status(call_off(scene, "ana", "x"), ESC_OK);
    assert_status(call_off(scene, "ana", "x"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_audit(scene, "called_off", ""), 1);
    scene_free(scene);
}

static void whoever_was_called_hears_of_it(void **state)
{
    (void)state;
    Scene *scene = begun("page primary \"Come\"  await ack  " STAYS, "");
    scene_after(scene, ESC_HOUR_MS); /* ana has missed it, and ben is called */
    assert_view_owner(scene, 1, "ben");
    assert_status(call_off(scene, "ben", "a drill"), ESC_OK);
    assert_int_equal(scene_sent(scene, "ana", "was called off by ben as a mistake: a drill"), 1);
    assert_int_equal(scene_sent(scene, "ben", "was called off"), 0);
    assert_int_equal(scene_audit(scene, "called_off", "\"told\":\"ana\""), 1);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "dora", ""), 0);
    scene_free(scene);
}

static void what_it_changed_is_taken_back(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.severity to low  await ack  " STAYS, "");
    assert_string_equal(scene_field(scene, "T", "severity"), "\"low\"");
    assert_status(call_off(scene, "ana", "a drill"), ESC_OK);
    assert_string_equal(scene_field(scene, "T", "severity"), "\"high\"");
    assert_int_equal(scene_audit(scene, "undone", "severity"), 1);
    scene_free(scene);
}

/* What cannot be taken back is told to whoever had it: nothing is raised in what is closed. */
static void what_is_left_is_told(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.severity to low  await ack  " STAYS, "");
    assert_status(scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}"), ESC_OK);
    assert_status(call_off(scene, "ben", "a drill"), ESC_OK);
    assert_int_equal(scene_audit(scene, "not_undone", "severity"), 1);
    assert_int_equal(scene_sent(scene, "ana", "rollback_incomplete"), 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    assert_text_equal(scene_view(scene, 1).outcome, "called_off");
    scene_free(scene);
}

/* While its checks hold the closing up it can still have been a mistake; so while people are asked about an exception. */
static void also_while_it_closes_and_in_triage(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "qa { check confirmed \"It runs\" before close }");
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_status(call_off(scene, "ana", "a drill"), ESC_OK);
    assert_text_equal(scene_view(scene, 1).outcome, "called_off");
    scene_free(scene);
    scene = begun("await ack  await resolved within 1h else raise overdue", "");
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "triage", "overdue"), 1);
    assert_status(call_off(scene, "ana", "a drill"), ESC_OK);
    assert_int_equal(scene_audit(scene, "triage_over", "withdrawn"), 1);
    assert_text_equal(scene_view(scene, 1).outcome, "called_off");
    scene_free(scene);
}

/* --- what a link or a button is about ------------------------------------------------------------ */

static EscStatus by_link(Scene *scene, EscVerb verb, const char *who, EscMeant meant)
{
    meant.is_set = true;
    return scene_act_full(scene, &(EscAction){.verb = verb,
                                              .actor = esc_text_from(who),
                                              .through = ESC_TEXT("link"),
                                              .escalation = 1,
                                              .reason = ESC_TEXT("because"),
                                              .meant = meant});
}

static void an_answer_is_of_the_question_that_was_asked(void **state)
{
    (void)state;
    Scene *scene = begun(ASKS("First?") ASKS("Second?") STAYS, "");
    assert_status(by_link(scene, ESC_VERB_ANSWER, "ana", (EscMeant){.question = 1, .item = 2}),
                  ESC_OK);
    assert_int_equal(scene_audit(scene, "answered", "ana answered right to \"First?\""), 1);
    assert_text_equal(scene_view(scene, 1).question, "Second?");
    assert_status(by_link(scene, ESC_VERB_ANSWER, "ana", (EscMeant){.question = 1, .item = 1}),
                  ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_string_equal(scene_outcome(scene)->note, scenes_are_german()
                                                        ? "die Frage ist nicht mehr offen"
                                                        : "the question is not open any more");
    assert_int_equal(scene_audit(scene, "answered", ""), 1);
    assert_status(by_link(scene, ESC_VERB_ANSWER, "ana", (EscMeant){.question = 2, .item = 1}),
                  ESC_OK);
    assert_int_equal(scene_audit(scene, "answered", "left"), 1);
    assert_status(by_link(scene, ESC_VERB_ANSWER, "ana", (EscMeant){.question = 2, .item = 9}),
                  ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

static void an_answer_that_the_question_has_not_is_refused(void **state)
{
    (void)state;
    Scene *scene = begun(ASKS("First?") STAYS, "");
    assert_status(by_link(scene, ESC_VERB_ANSWER, "ana", (EscMeant){.question = 1, .item = 3}),
                  ESC_NOT_FOUND);
    assert_int_equal(scene_audit(scene, "answered", ""), 0);
    scene_free(scene);
}

static void what_was_handed_over_since_is_others(void **state)
{
    (void)state;
    static const EscVerb verbs[] = {ESC_VERB_ACK, ESC_VERB_RESOLVE, ESC_VERB_CALL_OFF};
    Scene *scene = begun("page primary \"Come\"  await ack  " STAYS, "");
    assert_status(scene_act_full(scene, &(EscAction){.verb = ESC_VERB_HANDOFF,
                                                     .actor = ESC_TEXT("ana"),
                                                     .escalation = 1,
                                                     .target = ESC_TEXT("cleo"),
                                                     .reason = ESC_TEXT("x")}),
                  ESC_OK);
    for (size_t i = 0; i < ESC_COUNT_OF(verbs); i++) {
        assert_status(by_link(scene, verbs[i], "ana", (EscMeant){.handoffs = 0}), ESC_OK);
        assert_true(scene_outcome(scene)->is_noop);
        assert_non_null(strstr(scene_outcome(scene)->note, "cleo"));
    }
    assert_view_owner(scene, 1, "cleo");
    assert_status(by_link(scene, ESC_VERB_ACK, "cleo", (EscMeant){.handoffs = 1}), ESC_OK);
    assert_false(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_audit(scene, "acked", "\"through\":\"link\""), 1);
    scene_free(scene);
}

/* Whoever acts by the API reads English, whatever they are written to in. */
static void refusals_are_in_the_language_of_who_acts(void **state)
{
    (void)state;
    bool was_german = scenes_are_german();
    scenes_in_german(true);
    Scene *scene = begun("approve by ben \"Sure?\" within 1h else { }  " STAYS, "");
    assert_status(scene_act(scene, ESC_VERB_APPROVE, "ana", 1, NULL), ESC_FORBIDDEN);
    assert_string_equal(scene_why(scene), "ana was not asked");
    assert_status(by_link(scene, ESC_VERB_APPROVE, "ana", (EscMeant){.question = 1}),
                  ESC_FORBIDDEN);
    assert_string_equal(scene_why(scene), "ana wurde nicht gefragt");
    scene_free(scene);
    scenes_in_german(was_german);
}

static void a_message_says_what_it_asks_and_of_which_question(void **state)
{
    (void)state;
    Scene *scene = begun("page primary \"Come\"  " ASKS("First?") STAYS, "");
    assert_int_equal(scene_sent(scene, "ana", "\"asks\":{\"what\":\"ack\",\"due\":"), 1);
    assert_int_equal(scene_sent(scene, "ana", "\"asks\":{\"what\":\"answer\",\"due\":"), 1);
    assert_int_equal(scene_sent(scene, "ana", "\"question\":1}"), 1);
    assert_int_equal(scene_sent(scene, "ana", "\"by\":\""), 1);
    scene_free(scene);
}

/* --- noticing ------------------------------------------------------------------------------------ */

static void an_answer_of_who_has_it_is_an_acknowledgement(void **state)
{
    (void)state;
    Scene *scene = begun("page primary \"Come\"  " ASKS("First?") STAYS, "");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "left"), ESC_OK);
    assert_true(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_audit(scene, "acked", "ana acknowledged by answering after"), 1);
    assert_int_equal(scene_audit(scene, "acked", "\"noticed\":\"by answering\""), 1);
    scene_free(scene);
}

/* Who is paged beside the owner, and may take it, takes it by answering. */
static void so_is_that_of_who_was_paged_beside_them(void **state)
{
    (void)state;
    Scene *scene = begun("page secondary \"Come\"  ask ben \"First?\" within 1h { guidance \"g\" "
                         "answer left \"Left\" { } timeout { } }  " STAYS,
                         "");
    scene_free(scene);
    scene = scene_of("template t \"Trouble\" { start on ticket.created\n"
                     "owners { primary ana, ben ack within 1h }\n"
                     "steps { page primary \"Come\"  ask ben \"First?\" within 1h { guidance \"g\" "
                     "answer left \"Left\" { } timeout { } }  " STAYS "}\nclose when resolved }\n");
    assert_status(scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}"), ESC_OK);
    assert_view_owner(scene, 1, "ana");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ben", 1, "left"), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    assert_true(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

/* Who was only asked, and is called by nobody, takes nothing by their answer. */
static void an_answer_of_who_was_not_called_takes_nothing(void **state)
{
    (void)state;
    Scene *scene = begun("page primary \"Come\"  ask cleo \"First?\" within 1h { guidance \"g\" "
                         "answer left \"Left\" { } timeout { } }  " STAYS,
                         "");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "cleo", 1, "left"), ESC_OK);
    assert_view_owner(scene, 1, "ana");
    assert_false(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

static void whoever_starts_what_calls_them_has_noticed_it(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"Trouble\" { manual\n" CHAIN
                            "steps { page primary \"Come\"  await ack  " STAYS "}\n"
                            "close when resolved }\n");
    assert_status(scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}"), ESC_OK);
    assert_status(scene_act_full(scene, &(EscAction){.verb = ESC_VERB_START,
                                                     .actor = ESC_TEXT("ana"),
                                                     .ticket = ESC_TEXT("T"),
                                                     .target = ESC_TEXT("t")}),
                  ESC_OK);
    assert_true(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_audit(scene, "acked", "by starting it"), 1);
    scene_free(scene);
}

/* --- hands --------------------------------------------------------------------------------------- */

static void candidates_are_who_is_there(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "");
    EscCandidate out[ESC_CANDIDATES_MAX];
    size_t count = esc_engine_candidates(scene_engine(scene), 1, ESC_TEXT("ana"), out);
    assert_true(count >= 2);
    assert_text_equal(out[0].name, "ben");
    assert_true(out[0].is_next);
    for (size_t i = 0; i < count; i++) {
        assert_false(esc_text_equal(out[i].name, ESC_TEXT("ana")));
        assert_int_equal(out[i].is_next, i == 0);
        for (size_t k = 0; k < i; k++)
            assert_false(esc_text_equal(out[i].name, out[k].name));
    }
    assert_int_equal(esc_engine_candidates(scene_engine(scene), 9, ESC_TEXT("ana"), out), 0);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_ends_apart_from_a_resolution),
        cmocka_unit_test(it_needs_a_reason_and_somebody_of_the_directory),
        cmocka_unit_test(whoever_was_called_hears_of_it),
        cmocka_unit_test(what_it_changed_is_taken_back),
        cmocka_unit_test(what_is_left_is_told),
        cmocka_unit_test(also_while_it_closes_and_in_triage),
        cmocka_unit_test(an_answer_is_of_the_question_that_was_asked),
        cmocka_unit_test(an_answer_that_the_question_has_not_is_refused),
        cmocka_unit_test(what_was_handed_over_since_is_others),
        cmocka_unit_test(refusals_are_in_the_language_of_who_acts),
        cmocka_unit_test(a_message_says_what_it_asks_and_of_which_question),
        cmocka_unit_test(an_answer_of_who_has_it_is_an_acknowledgement),
        cmocka_unit_test(so_is_that_of_who_was_paged_beside_them),
        cmocka_unit_test(an_answer_of_who_was_not_called_takes_nothing),
        cmocka_unit_test(whoever_starts_what_calls_them_has_noticed_it),
        cmocka_unit_test(candidates_are_who_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
