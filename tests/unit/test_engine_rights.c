/* test_engine_rights.c - who may do what, by rights.def and by rules of a policy: each right against each kind of person; that
 * a refusal changes nothing and is recorded with the rule; and that rules are those of the present bundle. */
#include "engine_scene.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

#define DIRECTORY                                                                                  \
    "workspace w { language 1  timezone \"UTC\" }\n"                                               \
    "person ana { email \"ana@x.example\" }\nperson ben { email \"ben@x.example\" }\n"             \
    "person lea { email \"lea@x.example\" }\nperson leo { email \"leo@x.example\" }\n"             \
    "person olga { email \"olga@x.example\" }\nperson max { email \"max@x.example\" }\n"           \
    "person una { email \"una@x.example\" }\n"                                                     \
    "team support { ana ben  lead lea }\nteam sales { leo  lead max }\nchannel room chat\n"
#define TEMPLATE                                                                                   \
    "template t \"Trouble\" { start on ticket.created  manual\n"                                   \
    "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"                          \
    "steps { page una \"look\"  ask primary \"Really?\" within 1d { answer yes { } timeout { } }\n" \
    "await resolved within 30d else { } }\n"                                                       \
    "qa { check confirmed \"it works\" before close }\nclose when resolved }\n"

static Scene *begun(const char *policy)
{
    char text[1000];
    snprintf(text, sizeof text, "policy p { last resort olga  %s }\n", policy);
    Scene *scene = scene_new((const char *const[]){DIRECTORY, text, TEMPLATE, NULL});
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    EscAction ack = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 1};
    assert_status(scene_act_plain(scene, &ack), ESC_OK);
    return scene;
}

static EscAction act_of(EscVerb verb, const char *actor, const char *target)
{
    EscAction action = {.verb = verb,
                        .actor = esc_text_from(actor),
                        .target = esc_text_from(target),
                        .reason = ESC_TEXT("the test"),
                        .expect = ESC_EXPECT_ACKED,
                        .within_ms = 5 * ESC_MINUTE_MS};
    if (verb == ESC_VERB_ABSENT)
        action.for_ms = ESC_HOUR_MS;
    if (verb == ESC_VERB_START)
        action.ticket = ESC_TEXT("T");
    else if (verb != ESC_VERB_ABSENT && verb != ESC_VERB_TEST)
        action.escalation = 1;
    return action;
}

/* Whether the act is refused for who it is by; in a world of its own, so that no act finds what another one did. */
static bool is_forbidden(const char *policy, const EscAction *action)
{
    Scene *scene = begun(policy);
    (void)scene_act_plain(scene, action);
    const EscOutcome *outcome = scene_outcome(scene);
    bool is_refused = outcome->is_refused;
    assert_int_equal(is_refused, outcome->is_forbidden);
    assert_int_equal(is_refused, scene_audit(scene, "refused", "was refused") == 1);
    scene_free(scene);
    return is_refused;
}

/* One letter for each of `people`: may, or may not. */
static const char *const people[] = {"ana", "ben", "una", "lea", "olga", "leo", "helpdesk"};

static void who_may(const char *policy, EscVerb verb, const char *target, const char *wanted)
{
    for (size_t i = 0; i < ESC_COUNT_OF(people); i++) {
        EscAction action = act_of(verb, people[i], target);
        bool may = !is_forbidden(policy, &action);
        if (may != (wanted[i] == 'x'))
            fail_msg("%s with \"%s\": %s %s", esc_verb_name(verb), policy, people[i],
                     may ? "may" : "may not");
    }
}

static void each_right_has_a_sound_default(void **state)
{
    (void)state; /*                                  abulolh: ana ben una lea olga leo helpdesk */
    who_may("", ESC_VERB_HANDOFF, "max", "xxxxxxx");
    who_may("", ESC_VERB_RESOLVE, NULL, "xxxxxxx");
    who_may("", ESC_VERB_CALL_OFF, NULL, "xxxxx..");
    who_may("", ESC_VERB_CONFIRM, "it works", "xxxxxxx");
    who_may("", ESC_VERB_OVERRIDE, "it works", "x..xx..");
    who_may("", ESC_VERB_START, "t", "xxxxxxx");
    who_may("", ESC_VERB_ABSENT, "ben", "xxxxxxx");
    who_may("", ESC_VERB_TEST, "leo", "xxxxxxx");
}

static void rules_take_the_place_of_defaults(void **state)
{
    (void)state;
    who_may("allow handoff by lead", ESC_VERB_HANDOFF, "max", "...x...");
    who_may("allow handoff by owner, participant, operator", ESC_VERB_HANDOFF, "max", "xxx.x..");
    who_may("allow call off by anybody", ESC_VERB_CALL_OFF, NULL, "xxxxxxx");
    who_may("allow resolve by owner  allow resolve by team sales", ESC_VERB_RESOLVE, NULL,
            "x....x.");
    who_may("allow confirm by participant", ESC_VERB_CONFIRM, "it works", "xxx.x..");
    who_may("allow override by leo, ben", ESC_VERB_OVERRIDE, "it works", ".x...x.");
    who_may("allow start by support, operator", ESC_VERB_START, "t", "xx.xx..");
    who_may("allow operate by leo", ESC_VERB_OVERRIDE, "it works", "x..x.x.");
    who_may("allow absent by self", ESC_VERB_ABSENT, "ben", ".x.....");
    who_may("allow absent by self, lead, operator", ESC_VERB_ABSENT, "ben", ".x.xx..");
    who_may("allow test by self, lead, operator", ESC_VERB_TEST, "leo", "....xx.");
}

/* By a handoff to oneself, whatever one may else. */
static void taking_over_is_a_right_of_its_own(void **state)
{
    (void)state;
    const char *const policies[] = {"", "allow takeover by support"};
    for (size_t i = 0; i < ESC_COUNT_OF(policies); i++) {
        EscAction by_lea = act_of(ESC_VERB_HANDOFF, "lea", "lea"),
                  by_leo = act_of(ESC_VERB_HANDOFF, "leo", "leo");
        assert_false(is_forbidden(policies[i], &by_lea));
        assert_int_equal(is_forbidden(policies[i], &by_leo), i == 1);
    }
}

static void an_operators_token_is_one(void **state)
{
    (void)state;
    EscAction action = act_of(ESC_VERB_HANDOFF, "helpdesk", "leo");
    static const char by_operators[] = "allow handoff by owner, operator";
    assert_true(is_forbidden(by_operators, &action));
    action.is_operator = true;
    assert_false(is_forbidden(by_operators, &action));
    assert_true(is_forbidden("allow handoff by owner", &action));
}

static void a_refusal_names_the_rule_and_changes_nothing(void **state)
{
    (void)state;
    Scene *scene = begun("\n allow resolve by lead, max");
    EscAction action = act_of(ESC_VERB_RESOLVE, "ben", NULL);
    assert_status(scene_act_plain(scene, &action), ESC_OK);
    assert_true(scene_outcome(scene)->is_forbidden);
    assert_string_equal(scene_outcome(scene)->note,
                        "b.esc:2 allows `resolve` by lead, max, and ben is none of these");
    assert_int_equal(scene_audit(scene, "refused", "resolve by ben was refused: b.esc:2"), 1);
    assert_int_equal(scene_audit(scene, "resolved", ""), 0);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

static void a_refusal_says_the_way(void **state)
{
    (void)state;
    Scene *scene = begun("");
    EscAction action = act_of(ESC_VERB_CALL_OFF, "leo", NULL);
    assert_status(scene_act_plain(scene, &action), ESC_OK);
    assert_string_equal(scene_outcome(scene)->note,
                        "without a rule of the policy `call off` is for owner, participant, lead, "
                        "operator, starter, and leo is none of these; ana has it: take it over "
                        "first, with a handoff to leo that says why");
    scene_free(scene);
}

/* A ticket is guarded by what it has open, and by nothing when it has nothing. */
static void a_ticket_without_an_escalation_is_anybodys(void **state)
{
    (void)state;
    Scene *scene = begun("allow resolve by owner, participant");
    EscAction action = act_of(ESC_VERB_RESOLVE, "leo", NULL);
    action.escalation = 0;
    action.ticket = ESC_TEXT("T");
    assert_status(scene_act_plain(scene, &action), ESC_OK);
    assert_true(scene_outcome(scene)->is_forbidden);
    EscAction own = act_of(ESC_VERB_RESOLVE, "ana", NULL);
    EscAction check = act_of(ESC_VERB_CONFIRM, "ana", "it works");
    assert_status(scene_act_plain(scene, &own), ESC_OK);
    assert_status(scene_act_plain(scene, &check), ESC_OK);
    assert_status(scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}"), ESC_OK);
    assert_status(scene_act_plain(scene, &action), ESC_OK);
    assert_false(scene_outcome(scene)->is_forbidden);
    scene_free(scene);
}

static void who_started_it_may_not_approve_but_by_the_policys_word(void **state)
{
    (void)state;
    for (int is_allowed = 0; is_allowed < 2; is_allowed++) {
        char policy[100];
        snprintf(policy, sizeof policy, "policy p { last resort olga %s }\n",
                 is_allowed ? "allow approve by starter" : "");
        Scene *scene = scene_new((const char *const[]){
            DIRECTORY, policy,
            "template t \"T\" { manual\nowners { primary ana ack within 5m }\nsteps { approve by "
            "lea \"Go?\" within 1d else { } }\nclose when resolved }\n",
            NULL});
        (void)scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
        EscAction start = act_of(ESC_VERB_START, "lea", "t");
        assert_status(scene_act_plain(scene, &start), ESC_OK);
        EscAction approve = act_of(ESC_VERB_APPROVE, "lea", NULL);
        assert_status(scene_act_plain(scene, &approve), is_allowed ? ESC_OK : ESC_FORBIDDEN);
        scene_free(scene);
    }
}

/* Who was called in vain, and whoever had it, are still of it. */
static void who_had_it_stays_a_participant(void **state)
{
    (void)state;
    Scene *scene = begun("allow resolve by participant");
    EscAction to_leo = act_of(ESC_VERB_HANDOFF, "ana", "leo"),
              on = act_of(ESC_VERB_HANDOFF, "leo", "max"),
              resolve = act_of(ESC_VERB_RESOLVE, "leo", NULL);
    assert_status(scene_act_plain(scene, &to_leo), ESC_OK);
    assert_status(scene_act_plain(scene, &on), ESC_OK);
    assert_view_owner(scene, 1, "max");
    assert_status(scene_act_plain(scene, &resolve), ESC_OK);
    assert_false(scene_outcome(scene)->is_refused);
    scene_free(scene);
}

/* What runs already is judged by the rules of now. */
static void rules_are_those_of_the_present_bundle(void **state)
{
    (void)state;
    Scene *scene = begun("");
    scene_publish(scene, "policy p { last resort dora  allow resolve by cleo }\ntemplate t "
                         "\"Trouble\" { start on ticket.created\nowners { primary ana ack within "
                         "5m }\nsteps { await ack }\nclose when resolved }\n");
    EscAction by_ana = act_of(ESC_VERB_RESOLVE, "ana", NULL),
              by_cleo = act_of(ESC_VERB_RESOLVE, "cleo", NULL);
    assert_status(scene_act_plain(scene, &by_ana), ESC_OK);
    assert_true(scene_outcome(scene)->is_forbidden);
    assert_status(scene_act_plain(scene, &by_cleo), ESC_OK);
    assert_false(scene_outcome(scene)->is_refused);
    scene_free(scene);
}

/* Where the act says nothing of it the policy does, and else it is refused. */
static void a_handoff_says_what_is_expected_or_the_policy_does(void **state)
{
    (void)state;
    EscAction action = act_of(ESC_VERB_HANDOFF, "ana", "leo");
    action.within_ms = 0;
    const EscInput input = {.kind = ESC_INPUT_ACTION, .action = &action};
    Scene *scene = begun("");
    assert_status(scene_input(scene, &input), ESC_BAD_INPUT);
    assert_non_null(strstr(scene_why(scene), "a handoff says what is expected and by when"));
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
    scene = begun("handoff expects resolved within 2h");
    assert_status(scene_input(scene, &input), ESC_OK);
    assert_view_owner(scene, 1, "leo");
    assert_int_equal(scene_audit(scene, "handoff", "to be resolved by 2026-01-05 11:00 UTC"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_right_has_a_sound_default),
        cmocka_unit_test(rules_take_the_place_of_defaults),
        cmocka_unit_test(taking_over_is_a_right_of_its_own),
        cmocka_unit_test(an_operators_token_is_one),
        cmocka_unit_test(a_refusal_names_the_rule_and_changes_nothing),
        cmocka_unit_test(a_refusal_says_the_way),
        cmocka_unit_test(a_ticket_without_an_escalation_is_anybodys),
        cmocka_unit_test(who_started_it_may_not_approve_but_by_the_policys_word),
        cmocka_unit_test(who_had_it_stays_a_participant),
        cmocka_unit_test(rules_are_those_of_the_present_bundle),
        cmocka_unit_test(a_handoff_says_what_is_expected_or_the_policy_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
