/* test_engine_handoff.c - hand-offs: who may, to whom, how often, and what is expected. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN                                                                                      \
    "owners { primary ana ack within 5m  secondary ben ack within 5m  escalation cleo ack within " \
    "10m }\n"
#define TEMPLATE(steps)                                                                            \
    "template t \"Trouble\" { start on ticket.created\n" CHAIN "steps { " steps                    \
    " }\nclose when resolved }\n"
#define STAYS "await resolved within 30d else raise overdue"

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static EscStatus hand_over(Scene *scene, const char *actor, const char *target)
{
    return scene_act(scene, ESC_VERB_HANDOFF, actor, 1, target);
}

static void winner_and_loser_are_told(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(STAYS));
    assert_status(hand_over(scene, "helpdesk", "cleo"), ESC_OK);
    assert_int_equal(scene_sent(scene, "cleo",
                                "You are accountable for T, to be acknowledged by 2026-01-05 "
                                "09:10 UTC: Trouble, x: helpdesk handed it over because "),
                     1);
    assert_int_equal(scene_sent(scene, "ana", "cleo is accountable for T now"), 1);
    assert_int_equal(scene_audit(scene, "handoff", "helpdesk handed over from ana to cleo"), 1);
    scene_free(scene);
}

/* Whoever gets it is told all that is expected of them, in their own page. */
static void the_page_says_what_is_expected(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("handoff to ben because \"ben knows\" expect resolved within "
                                  "2h  " STAYS));
    assert_int_equal(scene_sent(scene, "ben",
                                "You are accountable for T, to be acknowledged by 2026-01-05 09:05 "
                                "UTC and resolved by 2026-01-05 11:00 UTC: Trouble, x: it was "
                                "handed over because ben knows"),
                     1);
    scene_free(scene);
}

/* Who has it already is told what is new: until when. What an earlier page said of that is over. */
static void who_has_it_is_told_what_is_expected(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("wait 1m  handoff to primary because \"hurry\" expect acked "
                                  "within 2m  await ack within 1h  handoff to primary because "
                                  "\"late\" expect resolved within 30m  " STAYS));
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ana",
                                "You have T already, and are expected to acknowledge it by "
                                "2026-01-05 09:03 UTC: it was handed over because hurry"),
                     1);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_int_equal(scene_sent(scene, "ana",
                                "You have T already, and are expected to resolve it by 2026-01-05 "
                                "09:31 UTC: it was handed over because late"),
                     1);
    EscAction own = {.verb = ESC_VERB_HANDOFF,
                     .actor = ESC_TEXT("ana"),
                     .escalation = 1,
                     .target = ESC_TEXT("ana"),
                     .reason = ESC_TEXT("my word"),
                     .expect = ESC_EXPECT_RESOLVED,
                     .within_ms = ESC_HOUR_MS};
    assert_status(scene_act_full(scene, &own), ESC_OK);
    assert_int_equal(scene_sent(scene, "ana", "You have T already"), 2); /* she said so herself */
    scene_free(scene);
}

static void handing_over_is_noticing(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(STAYS));
    assert_status(hand_over(scene, "ana", "ben"), ESC_OK);
    assert_int_equal(scene_audit(scene, "acked", "ana"), 1);
    assert_false(scene_view(scene, 1).is_acked);
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_sent(scene, "ana", "is accountable for T now"), 0); /* her own act */
    scene_free(scene);
}

static void to_whoever_has_it_nothing_moves(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(STAYS));
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_status(hand_over(scene, "helpdesk", "ana"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_string_equal(scene_outcome(scene)->note, "ana has it already");
    assert_true(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_view(scene, 1).handoffs, 0);
    scene_free(scene);
}

static void a_template_takes_no_acknowledgement_away(void **state)
{
    (void)state;
    Scene *scene = begun("policy p { last resort dora }\ntemplate t \"T\" { start on "
                         "ticket.created\nowners { primary ana ack within 5m }\nsteps { await "
                         "ticket.title = \"y\" within 1d else { }\nhandoff to last_resort because "
                         "\"again\" expect resolved within 2h  " STAYS
                         " }\non exception unowned { resume }\nclose when resolved }\n");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_true(scene_view(scene, 1).is_acked);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_view(scene, 1).handoffs, 0);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", "dora"), 1);
    assert_int_equal(scene_audit(scene, "exception", "dora was expected to resolve it by now"), 1);
    scene_free(scene);
}

static void to_somebody_away_it_is_refused(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(STAYS));
    scene_act(scene, ESC_VERB_ABSENT, "helpdesk", 0, "ben");
    assert_status(hand_over(scene, "ana", "ben"), ESC_CONFLICT);
    assert_non_null(strstr(scene_why(scene), "ben is away until 2026-01-06 09:00 UTC"));
    assert_view_owner(scene, 1, "ana");
    assert_false(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_view(scene, 1).handoffs, 0);
    scene_free(scene);
}

static void a_template_goes_on_to_the_next_role(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        TEMPLATE("await resolved within 1h else { handoff to secondary because \"slow\" expect "
                 "acked within 20m }  " STAYS));
    scene_act(scene, ESC_VERB_ABSENT, "helpdesk", 0, "ben");
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_view(scene, 1).role, 2);
    assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + 20 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "cleo", "it was handed over because slow"), 1);
    assert_int_equal(scene_audit(scene, "skipped", ""), 1); /* nobody looks at that role again */
    scene_free(scene);
}

static void who_owns_nothing_any_more_hands_nothing_over(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(STAYS));
    assert_status(hand_over(scene, "ana", "ben"), ESC_OK);
    assert_status(hand_over(scene, "ana", "cleo"), ESC_CONFLICT);
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_view(scene, 1).handoffs, 1);
    assert_status(hand_over(scene, "ana", "ana"), ESC_OK); /* but may take it back */
    assert_view_owner(scene, 1, "ana");
    assert_true(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

static void others_take_it_over_with_a_reason(void **state)
{
    (void)state;
    Scene *scene = begun("policy p { last resort cleo }\ntemplate t \"T\" { start on "
                         "ticket.created\nowners { primary ana ack within 5m }\nsteps { " STAYS
                         " }\nclose when resolved }\n");
    assert_status(scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL), ESC_FORBIDDEN);
    assert_non_null(strstr(scene_why(scene), "ana is accountable"));
    assert_non_null(strstr(scene_why(scene), "handoff to dora"));
    assert_status(hand_over(scene, "dora", "dora"), ESC_OK);
    assert_view_owner(scene, 1, "dora");
    assert_true(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_sent(scene, "ana", "dora is accountable for T now"), 1);
    scene_free(scene);
}

static void twenty_a_day_without_a_word_of_the_policy(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(STAYS));
    for (int i = 0; i < 20; i++) {
        assert_status(hand_over(scene, "helpdesk", i % 2 == 0 ? "ben" : "cleo"), ESC_OK);
        assert_false(scene_outcome(scene)->is_refused);
    }
    assert_status(hand_over(scene, "helpdesk", "ben"), ESC_OK);
    assert_true(scene_outcome(scene)->is_refused);
    assert_non_null(strstr(scene_outcome(scene)->note, "no more hand-offs"));
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_audit(scene, "limited", "20 hand-offs of T within 1d"), 1);
    assert_int_equal(scene_audit(scene, "exception", "\"name\":\"routing_loop\""), 1);
    assert_int_equal(scene_audit(scene, "triage", "nothing handles routing_loop"), 1);
    assert_int_equal(scene_audit(scene, "exception", "engine_fault"), 0);
    scene_after(scene, ESC_DAY_MS);
    assert_status(hand_over(scene, "helpdesk", "ben"), ESC_OK);
    assert_false(scene_outcome(scene)->is_refused);
    scene_free(scene);
}

/* It is an exception of the language, so that an author can handle it whether or not a limit names it. */
static void too_many_handoffs_can_be_handled(void **state)
{
    (void)state;
    Scene *scene = begun("template t \"Trouble\" { start on ticket.created\n" CHAIN "steps { " STAYS
                         " }\non exception routing_loop { notify room \"{exception.message}\"  "
                         "resume }\nclose when resolved }\n");
    for (int i = 0; i < 21; i++)
        assert_status(hand_over(scene, "helpdesk", i % 2 == 0 ? "ben" : "cleo"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "20 hand-offs of T within 1d are the limit"), 1);
    assert_int_equal(scene_audit(scene, "triage", ""), 0);
    scene_free(scene);
}

/* A limit of the present policy has a name that the bundle of an older escalation does not know. */
static void a_limit_that_came_later_has_its_exception(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(STAYS));
    scene_publish(scene, "policy p { last resort dora  limit 1 handoffs per ticket per 1h else "
                         "raise to_and_fro }\n" TEMPLATE(STAYS));
    assert_status(hand_over(scene, "helpdesk", "ben"), ESC_OK);
    assert_status(hand_over(scene, "helpdesk", "cleo"), ESC_OK);
    assert_int_equal(scene_audit(scene, "exception", "\"name\":\"routing_loop\""), 1);
    scene_free(scene);
}

static void every_expectation_is_judged(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(STAYS));
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = ESC_TEXT("helpdesk"),
                        .escalation = 1,
                        .reason = ESC_TEXT("x"),
                        .expect = ESC_EXPECT_RESOLVED};
    for (int i = 0; i < 19; i++) {
        action.target = i % 2 == 0 ? ESC_TEXT("ben") : ESC_TEXT("cleo");
        action.within_ms = (i + 1) * ESC_SECOND_MS;
        assert_status(scene_act_full(scene, &action), ESC_OK);
    }
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", ""), 19);
    scene_free(scene);
}

/* Whoever resolves it has done what was expected, whatever the escalation itself still waits for; reopened, it is expected
 * again, with the time that was left. */
static void a_resolution_meets_what_was_expected(void **state)
{
    (void)state;
    Scene *scene = begun("template t \"Trouble\" { start on ticket.created\n" CHAIN "steps { " STAYS
                         " }\nclose when ticket.status = closed }\n");
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = ESC_TEXT("helpdesk"),
                        .escalation = 1,
                        .target = ESC_TEXT("ben"),
                        .reason = ESC_TEXT("x"),
                        .expect = ESC_EXPECT_RESOLVED,
                        .within_ms = ESC_HOUR_MS};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    scene_after(scene, 40 * ESC_MINUTE_MS);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    assert_int_equal(scene_audit(scene, "expectation_met", "as was expected of ben"), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", ""), 0);
    scene_event(scene, "ticket.reopened", "T", "{}");
    assert_int_equal(scene_audit(scene, "expectation_again",
                                 "ben is expected again to resolve it, by 2026-01-05 11:00 UTC"),
                     1);
    scene_after(scene, 19 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", ""), 0);
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", "ben was expected to resolve"), 1);
    scene_free(scene);
}

/* So it is when the resolution closes it, and is taken back before that is done. */
static void what_was_expected_stands_again_out_of_a_closing(void **state)
{
    (void)state;
    Scene *scene = begun("template t \"Trouble\" { start on ticket.created\n" CHAIN
                         "steps { await ack  handoff to ben because \"x\" expect resolved within "
                         "1h  " STAYS " }\nqa { check confirmed \"it is back\" before close }\n"
                         "close when resolved }\n");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    scene_after(scene, 40 * ESC_MINUTE_MS);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_after(scene, 40 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.reopened", "T", "{}");
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", "ben was expected to resolve"), 1);
    scene_free(scene);
}

/* Nothing is expected of whom no time was given. */
static void an_expectation_needs_a_time(void **state)
{
    (void)state;
    static const struct {
        int64_t within_ms;
        EscExpect expect;
        EscStatus status;
    } cases[] = {{-1, ESC_EXPECT_RESOLVED, ESC_BAD_INPUT},
                 {0, ESC_EXPECT_RESOLVED, ESC_BAD_INPUT},
                 {1, ESC_EXPECT_RESOLVED, ESC_OK},
                 {ESC_DEADLINE_MAX_MS, ESC_EXPECT_RESOLVED, ESC_OK},
                 {ESC_DEADLINE_MAX_MS + 1, ESC_EXPECT_RESOLVED, ESC_BAD_INPUT},
                 {1, ESC_EXPECT_COUNT, ESC_BAD_INPUT}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Scene *scene = begun(TEMPLATE(STAYS));
        const EscAction action = {.verb = ESC_VERB_HANDOFF,
                                  .actor = ESC_TEXT("ana"),
                                  .escalation = 1,
                                  .target = ESC_TEXT("ben"),
                                  .reason = ESC_TEXT("because"),
                                  .within_ms = cases[i].within_ms,
                                  .expect = cases[i].expect};
        bool is_expected = cases[i].status == ESC_OK && cases[i].within_ms > 0;
        assert_status(scene_act_plain(scene, &action), cases[i].status);
        assert_int_equal(scene_audit(scene, "handoff", "expected to be resolved by"), is_expected);
        scene_after(scene, 1);
        assert_int_equal(scene_audit(scene, "expectation_missed", ""),
                         cases[i].within_ms == 1 && is_expected);
        scene_free(scene);
    }
}

static void pages_of_others_go_on(void **state)
{
    (void)state;
    Scene *scene = begun(
        "person kate \"Kate\" { chat \"@kate\" phone \"+49 30 2\" reach by chat, then phone after "
        "3m }\n" TEMPLATE("page primary \"yours\"  page kate \"look\"  " STAYS));
    scene_after(scene, ESC_MINUTE_MS);
    assert_status(hand_over(scene, "ana", "ben"), ESC_OK);
    scene_after(scene, 3 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "kate", "look"), 2);
    assert_int_equal(scene_sent(scene, "ana", "yours"), 1);
    scene_free(scene);
}

/* Nobody of whom it goes to is there, and nobody stands behind them: then the last resort does. */
static void a_handoff_to_nobody_ends_at_the_last_resort(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { start on ticket.updated\nowners { primary ana ack within 5m }\n"
        "steps { handoff to ben because \"he knows it\" expect acked within 10m  await resolved "
        "within 1d else { } }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "ben", 0, "ben"), ESC_OK);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_view(scene, 1).role, 3);
    assert_int_equal(scene_audit(scene, "skipped", "ben is absent and was passed over"), 1);
    assert_int_equal(scene_audit(scene, "skipped", ""), 1);
    assert_int_equal(scene_sent(scene, "dora", "You are accountable"), 1);
    scene_free(scene);
}

/* A check that fails over does so for the first turn only; whoever it was handed to has a time of their own. */
static void a_check_fails_over_nobody_it_was_handed_to(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template t \"T\" { start on ticket.created\n"
                 "owners { primary ana ack within 1h  secondary ben ack within 1h }\n"
                 "steps { await resolved within 1d else { } }\n"
                 "qa { check acknowledged within 10m else failover }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    const EscAction action = {.verb = ESC_VERB_HANDOFF,
                              .actor = ESC_TEXT("dora"),
                              .escalation = 1,
                              .target = ESC_TEXT("cleo"),
                              .reason = ESC_TEXT("because"),
                              .within_ms = ESC_HOUR_MS};
    assert_status(scene_act_plain(scene, &action), ESC_OK);
    assert_view_owner(scene, 1, "cleo");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", "acknowledged"), 1);
    assert_view_owner(scene, 1, "cleo");
    scene_after(scene, 50 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(winner_and_loser_are_told),
        cmocka_unit_test(the_page_says_what_is_expected),
        cmocka_unit_test(who_has_it_is_told_what_is_expected),
        cmocka_unit_test(handing_over_is_noticing),
        cmocka_unit_test(to_whoever_has_it_nothing_moves),
        cmocka_unit_test(a_template_takes_no_acknowledgement_away),
        cmocka_unit_test(to_somebody_away_it_is_refused),
        cmocka_unit_test(a_template_goes_on_to_the_next_role),
        cmocka_unit_test(who_owns_nothing_any_more_hands_nothing_over),
        cmocka_unit_test(others_take_it_over_with_a_reason),
        cmocka_unit_test(twenty_a_day_without_a_word_of_the_policy),
        cmocka_unit_test(too_many_handoffs_can_be_handled),
        cmocka_unit_test(a_limit_that_came_later_has_its_exception),
        cmocka_unit_test(every_expectation_is_judged),
        cmocka_unit_test(a_resolution_meets_what_was_expected),
        cmocka_unit_test(what_was_expected_stands_again_out_of_a_closing),
        cmocka_unit_test(an_expectation_needs_a_time),
        cmocka_unit_test(pages_of_others_go_on),
        cmocka_unit_test(a_handoff_to_nobody_ends_at_the_last_resort),
        cmocka_unit_test(a_check_fails_over_nobody_it_was_handed_to),
    };
    return cmocka_run_group_tests_name("engine_handoff", tests, NULL, NULL);
}
