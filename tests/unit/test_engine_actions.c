/* test_engine_actions.c - what people do: who may, which check or question is meant, what a late one gets, what is heard. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN "owners { primary ana ack within 1d  secondary ben ack within 1d }\n"
#define STAYS "await resolved within 30d else raise overdue"

/* A template with these steps and, behind them, what else it says. */
static Scene *begun(const char *steps, const char *more)
{
    char source[4096];
    snprintf(source, sizeof source,
             "event deploy.done { build: number }\ntemplate t \"Trouble\" { start on "
             "ticket.created\n" CHAIN "steps { %s }\n%s\nclose when resolved }\n",
             steps, more);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}"), ESC_OK);
    return scene;
}

static void only_somebody_of_the_directory_resolves(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "");
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "mallory", 1, NULL), ESC_FORBIDDEN);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "mallory", 1, NULL), ESC_FORBIDDEN);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void answer_says_which_ticket_and_escalation(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "");
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_string_equal(scene_outcome(scene)->ticket, "T");
    assert_int_equal(scene_outcome(scene)->escalations_count, 1);
    assert_int_equal(scene_outcome(scene)->escalations[0], 1);
    assert_false(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

static void last_resort_may_answer_a_question(void **state)
{
    (void)state;
    Scene *scene = begun("ask ana \"Which way?\" within 1h { guidance \"g\" answer left \"Left\" { "
                         "notify room \"left\" } timeout { } }  " STAYS,
                         "");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "cleo", 1, "left"), ESC_FORBIDDEN);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "dora", 1, "left"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "left"), 1);
    scene_free(scene);
}

static EscStatus only(Scene *scene, EscVerb verb, const char *actor, const char *target)
{
    return scene_act_full(scene, &(EscAction){.verb = verb,
                                              .actor = esc_text_from(actor),
                                              .target = esc_text_from(target),
                                              .is_only = true});
}

/* Who says not which: the one that waits for them, and nobody guesses between two. */
static void the_only_one_that_waits_is_meant(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "");
    assert_status(only(scene, ESC_VERB_ACK, "ben", NULL), ESC_NOT_FOUND); /* ana has it */
    assert_status(only(scene, ESC_VERB_ACK, "ana", NULL), ESC_OK);
    assert_int_equal(scene_outcome(scene)->escalations[0], 1);
    assert_status(only(scene, ESC_VERB_ACK, "ana", NULL), ESC_NOT_FOUND); /* it is acknowledged */
    assert_status(scene_event(scene, "ticket.created", "U", "{\"severity\":\"high\"}"), ESC_OK);
    assert_status(only(scene, ESC_VERB_ACK, "ana", NULL), ESC_OK); /* and the second is not */
    assert_int_equal(scene_outcome(scene)->escalations[0], 2);
    assert_status(only(scene, ESC_VERB_RESOLVE, "ana", NULL), ESC_CONFLICT);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    assert_status(only(scene, ESC_VERB_RESOLVE, "ana", NULL), ESC_OK);
    assert_int_equal(scene_view(scene, 2).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void the_only_question_is_meant(void **state)
{
    (void)state;
    Scene *scene = begun("ask ben \"Which way?\" within 1h { guidance \"g\" answer left \"Left\" { "
                         "notify room \"left\" } timeout { } }  " STAYS,
                         "");
    assert_status(only(scene, ESC_VERB_ANSWER, "cleo", "left"), ESC_NOT_FOUND);
    assert_status(only(scene, ESC_VERB_ANSWER, "ben", "thanks"), ESC_NOT_FOUND);
    assert_status(only(scene, ESC_VERB_APPROVE, "ben", NULL), ESC_NOT_FOUND);
    assert_status(only(scene, ESC_VERB_ANSWER, "ben", "left"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "left"), 1);
    scene_free(scene);
}

/* The check that is named says which escalation of a ticket is meant. */
static void a_check_finds_its_escalation(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template a \"A\" { start on ticket.created\nowners { primary ana ack within 5h }\n"
        "steps { await resolved within 1d else { } }\nqa { check confirmed \"a\" before close }\n"
        "close when resolved }\n"
        "template b \"B\" { start on ticket.created\nowners { primary ana ack within 5h }\n"
        "steps { await resolved within 1d else { } }\nqa { check confirmed \"b\" before close }\n"
        "close when resolved }\n"
        "template c \"C\" { start on ticket.created\nowners { primary ana ack within 5h }\n"
        "steps { await resolved within 1d else { } }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    static const char *const names[] = {"b", "a"};
    for (size_t i = 0; i < ESC_COUNT_OF(names); i++) {
        EscAction confirm = {.verb = ESC_VERB_CONFIRM,
                             .actor = ESC_TEXT("ana"),
                             .ticket = ESC_TEXT("T"),
                             .target = esc_text_from(names[i])};
        assert_status(scene_act_full(scene, &confirm), ESC_OK);
        assert_false(scene_outcome(scene)->is_noop);
        char part[32];
        snprintf(part, sizeof part, "check \"%s\" passed", names[i]);
        assert_int_equal(scene_audit(scene, "check_passed", part), 1);
    }
    scene_free(scene);
}

/* A check that is settled is still that escalation's: no other one is named. */
static void a_settled_check_speaks_for_its_own_escalation(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template a \"A\" { start on ticket.created\nowners { primary ana ack within 5h }\n"
        "steps { await resolved within 1d else { } }\nclose when resolved }\n"
        "template b \"B\" { start on ticket.created\nowners { primary ana ack within 5h }\n"
        "steps { await resolved within 1d else { } }\nqa { check confirmed \"b\" before close }\n"
        "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    EscAction confirm = {.verb = ESC_VERB_CONFIRM,
                         .actor = ESC_TEXT("ana"),
                         .ticket = ESC_TEXT("T"),
                         .target = ESC_TEXT("b")};
    assert_status(scene_act_full(scene, &confirm), ESC_OK);
    assert_status(scene_act_full(scene, &confirm), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_string_equal(scene_outcome(scene)->note, "the check is not open any more");
    assert_int_equal(scene_audit(scene, "ignored", "confirm by ana changed nothing"), 1);
    confirm.target = ESC_TEXT("c");
    assert_status(scene_act_full(scene, &confirm), ESC_NOT_FOUND);
    assert_string_equal(scene_why(scene), "no open escalation of \"T\" has a check \"c\"");
    scene_free(scene);
}

/* Where none of several waits for it, none of them is said to be the one. */
static void what_none_waits_for_names_none(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template t \"T\" { start on ticket.created\n" CHAIN "steps { " STAYS
                 " }\nclose when resolved }\ntemplate u \"U\" { start on "
                 "ticket.created\n" CHAIN "steps { " STAYS " }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    static const EscVerb verbs[] = {ESC_VERB_ANSWER, ESC_VERB_APPROVE, ESC_VERB_CONFIRM};
    for (size_t i = 0; i < ESC_COUNT_OF(verbs); i++) {
        EscAction action = {.verb = verbs[i], .actor = ESC_TEXT("ana"), .ticket = ESC_TEXT("T")};
        assert_status(scene_act_full(scene, &action), ESC_OK);
        assert_true(scene_outcome(scene)->is_noop);
        assert_int_equal(scene_outcome(scene)->escalations_count, 0);
        assert_string_equal(scene_outcome(scene)->note,
                            "no open escalation of \"T\" waits for that any more");
    }
    assert_int_equal(scene_audit(scene, "ignored", ""), 0);
    scene_free(scene);
}

static EscStatus settle(Scene *scene, EscVerb verb, uint64_t escalation, const char *check)
{
    const EscAction action = {.verb = verb,
                              .actor = ESC_TEXT("ana"),
                              .escalation = escalation,
                              .ticket = ESC_TEXT("T"),
                              .target = esc_text_from(check),
                              .reason = ESC_TEXT("because")};
    return scene_act_full(scene, &action);
}

#define CHECKED                                                                                    \
    "start on ticket.created\nowners { primary ana ack within 30d }\nsteps { " STAYS               \
    " }\nqa { check confirmed \"well\" before close  check ticket.severity = low within 10m }\n"   \
    "on exception qa_failed { resume }\nclose when resolved }\n"

/* Both escalations of the ticket have that check; where one has settled it the other is meant, also when it failed. */
static void of_two_checks_the_open_one_is_meant(void **state)
{
    (void)state;
    Scene *scene = scene_of("template a \"A\" { " CHECKED "template b \"B\" { " CHECKED);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", ""), 2);
    const struct {
        EscVerb verb;
        const char *check, *kind;
    } cases[] = {{ESC_VERB_CONFIRM, "well", "check_passed"},
                 {ESC_VERB_OVERRIDE, "ticket.severity = low", "check_overridden"}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        assert_status(settle(scene, cases[i].verb, 0, cases[i].check), ESC_CONFLICT);
        assert_status(settle(scene, cases[i].verb, 1, cases[i].check), ESC_OK);
        assert_status(settle(scene, cases[i].verb, 0, cases[i].check), ESC_OK);
        assert_int_equal(scene_outcome(scene)->escalations[0], 2);
        assert_int_equal(scene_audit(scene, cases[i].kind, ""), 2);
    }
    scene_free(scene);
}

/* The answer says which of two open questions is meant; without one of its own the topmost is. */
static void an_answer_finds_its_question_below(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "event deploy.failed { build: number }\n"
        "template t \"Trouble\" { start on ticket.created\nowners { primary ana ack within 5h }\n"
        "steps { ask ana \"Which way?\" within 4h { guidance \"g\"  answer left \"Left\" { notify "
        "room \"to the left\" }  timeout { notify room \"nowhere\" } }\n"
        "await resolved within 1d else { } }\non deploy.failed { raise trouble }\n"
        "on exception trouble { ask ana \"How far?\" within 1h { guidance \"g\"  answer far "
        "\"Far\" "
        "{ notify room \"very far\" }  timeout { notify room \"not far\" } }  resume }\n"
        "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    scene_event(scene, "deploy.failed", "T", "{\"build\":1}");
    assert_text_equal(scene_view(scene, 1).question, "How far?");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "right"), ESC_NOT_FOUND);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "left"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", ""), 0); /* it counts when the steps go on */
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "far"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "very far"), 1);
    assert_int_equal(scene_sent(scene, "room", "to the left"), 1);
    scene_free(scene);
}

static void handlers_hear_that_the_owner_is_away(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "on owner.absent { notify room \"{event.person} is away\" }");
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "ben", 0, "ben"), ESC_OK); /* owns nothing */
    assert_int_equal(scene_sent(scene, "room", "is away"), 0);
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "ana", 0, "ana"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "ana is away"), 1);
    assert_view_owner(scene, 1, "dora"); /* ben is away too */
    scene_free(scene);
}

static void action_without_a_known_verb_or_an_actor_is_refused(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "");
    char name[ESC_ID_BYTES_MAX + 2];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_status(scene_act(scene, ESC_VERB_COUNT, "ana", 1, NULL), ESC_BAD_INPUT);
    assert_status(scene_act(scene, ESC_VERB_ACK, "", 1, NULL), ESC_BAD_INPUT);
    assert_status(scene_act(scene, ESC_VERB_ACK, name, 1, NULL), ESC_BAD_INPUT);
    name[ESC_ID_BYTES_MAX] = '\0';
    assert_status(scene_act(scene, ESC_VERB_ACK, name, 1, NULL), ESC_FORBIDDEN); /* nobody */
    scene_free(scene);
}

static void absence_said_again_ends_when_the_last_one_says(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "");
    EscAction action = {.verb = ESC_VERB_ABSENT,
                        .actor = ESC_TEXT("ben"),
                        .target = ESC_TEXT("ben"),
                        .until_ms = scene_now(scene) + ESC_HOUR_MS};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    action.until_ms = scene_now(scene) + 3 * ESC_HOUR_MS;
    assert_status(scene_act_full(scene, &action), ESC_OK);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_status(scene_act(scene, ESC_VERB_PRESENT, "ben", 0, "ben"), ESC_OK);
    assert_false(scene_outcome(scene)->is_noop); /* still away */
    assert_status(scene_act(scene, ESC_VERB_PRESENT, "ben", 0, "ben"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

/* --- which check -------------------------------------------------------------------------------------------------- */

static void confirmation_without_a_name_needs_a_single_open_check(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "qa { check ticket.severity = low within 5h else { }  check "
                                "confirmed \"one\" before close  check confirmed \"two\" before "
                                "close }");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_CONFLICT);
    assert_non_null(strstr(scene_why(scene), "several open checks"));
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "one"), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_OK); /* too late */
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

static void other_kinds_of_checks_are_not_confirmed(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "qa { check ticket.severity = low within 5h else { }  check "
                                "confirmed \"one\" before close }");
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "ticket.severity = low"),
                  ESC_NOT_FOUND);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_OK);
    assert_int_equal(scene_audit(scene, "check_passed", "one"), 1);
    scene_free(scene);
}

static void override_takes_the_first_open_check_of_its_name(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "qa { check ticket.severity = low within 1h else { }  check "
                                "ticket.severity = low within 2h else { }  check ticket.severity = "
                                "low within 3h else { notify room \"third\" } }");
    for (int i = 0; i < 2; i++) {
        assert_status(scene_act(scene, ESC_VERB_OVERRIDE, "ana", 1, "ticket.severity = low"),
                      ESC_OK);
        assert_false(scene_outcome(scene)->is_noop);
    }
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "check_overridden", ""), 2);
    assert_int_equal(scene_audit(scene, "check_handled", ""), 1);
    assert_int_equal(scene_sent(scene, "room", "third"), 1);
    assert_status(scene_act(scene, ESC_VERB_OVERRIDE, "ana", 1, "ticket.severity = low"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_status(scene_act(scene, ESC_VERB_OVERRIDE, "ana", 1, NULL), ESC_CONFLICT);
    assert_non_null(strstr(scene_why(scene), "no open check"));
    scene_free(scene);
}

/* Who answers `handled` while checks hold the closing up takes them upon themselves, by name. */
static void triage_while_closing_overrides_by_name(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.severity to critical  " STAYS,
                         "qa { check consistent  check ticket.severity = critical }");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_int_equal(scene_audit(scene, "triage", ""), 1); /* one question about both */
    assert_int_equal(scene_audit(scene, "triage_added", "qa_failed"), 1);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "handled"), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(scene_audit(scene, "check_overridden",
                                 "by the word of ana: in triage: because of the test"),
                     2);
    scene_free(scene);
}

static void who_overrides_in_triage_need_not_say_why(void **state)
{
    (void)state;
    Scene *scene =
        begun("set ticket.severity to critical  " STAYS, "qa { check ticket.severity = low }");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    EscAction action = {.verb = ESC_VERB_ANSWER,
                        .actor = ESC_TEXT("ana"),
                        .escalation = 1,
                        .target = ESC_TEXT("handled")};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_int_equal(scene_audit(scene, "check_overridden", "\"because\":\"in triage\""), 1);
    scene_free(scene);
}

/* And who answers `resume` has them judged again. */
static void triage_while_closing_judges_again(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "qa { check ticket.severity = critical }");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume"), ESC_OK);
    assert_int_equal(scene_audit(scene, "triage", ""), 2); /* it failed again */
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(scene_audit(scene, "triage_over", "withdrawn"), 1);
    scene_free(scene);
}

/* --- which escalation of a ticket --------------------------------------------------------------------------------- */

static EscStatus act_on_ticket(Scene *scene, EscVerb verb, const char *actor, const char *target)
{
    EscAction action = {.verb = verb,
                        .actor = esc_text_from(actor),
                        .ticket = ESC_TEXT("T"),
                        .target = esc_text_from(target),
                        .reason = ESC_TEXT("because of the test")};
    return scene_act_full(scene, &action);
}

/* The first one is open too; the verb says that it is not meant. */
static void verb_finds_the_escalation_it_is_about(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *target;
        EscVerb verb;
    } cases[] = {
        {"approve by ops \"Fail over?\" within 1h else { }  notify room \"found\"  " STAYS, NULL,
         ESC_VERB_APPROVE},
        {"approve by ops \"Fail over?\" within 1h else { notify room \"found\" }  " STAYS, NULL,
         ESC_VERB_REJECT},
        {"ask ana \"Which?\" within 1h { guidance \"g\" answer left \"Left\" { notify room "
         "\"found\" } timeout { } }  " STAYS,
         "left", ESC_VERB_ANSWER},
        {"await ack  notify room \"found\"  " STAYS, NULL, ESC_VERB_ACK},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char source[2048];
        snprintf(source, sizeof source,
                 "template t \"T\" { start on ticket.created\n" CHAIN "steps { " STAYS
                 " }\nclose when resolved }\ntemplate u \"U\" { start on ticket.created\n" CHAIN
                 "steps { %s }\nclose when resolved }\n",
                 cases[i].steps);
        Scene *scene = scene_of(source);
        scene_event(scene, "ticket.created", "T", "{}");
        if (cases[i].verb == ESC_VERB_ACK)
            scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
        assert_status(act_on_ticket(scene, cases[i].verb, "ana", cases[i].target), ESC_OK);
        assert_int_equal(scene_outcome(scene)->escalations[0], 2);
        assert_int_equal(scene_sent(scene, "room", "found"), 1);
        scene_free(scene);
    }
}

static void two_that_fit_are_not_guessed(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template t \"T\" { start on ticket.created\n" CHAIN "steps { " STAYS
                 " }\nclose when resolved }\ntemplate u \"U\" { start on "
                 "ticket.created\n" CHAIN "steps { " STAYS " }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    static const EscVerb verbs[] = {ESC_VERB_ACK, ESC_VERB_HANDOFF};
    for (size_t i = 0; i < ESC_COUNT_OF(verbs); i++) {
        assert_status(act_on_ticket(scene, verbs[i], "ana", "ben"), ESC_CONFLICT);
        assert_non_null(strstr(scene_why(scene), "E-1 or E-2"));
    }
    assert_false(scene_view(scene, 1).is_acked);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_status(act_on_ticket(scene, ESC_VERB_ACK, "ana", NULL), ESC_OK);
    assert_true(scene_view(scene, 2).is_acked);
    assert_status(act_on_ticket(scene, ESC_VERB_RESOLVE, "ana", NULL), ESC_OK);
    scene_free(scene);
}

/* The second look is not the first one's, even when a template stands between. */
static void nobody_approves_what_they_started(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template a \"A\" { manual\n" CHAIN "steps { start template b()  " STAYS
        " }\nclose when resolved }\n"
        "template b \"B\" { manual\n" CHAIN
        "steps { approve by ops \"Sure?\" within 1h else { }  notify room \"agreed\"  " STAYS
        " }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    assert_status(act_on_ticket(scene, ESC_VERB_START, "ben", "a"), ESC_OK);
    assert_text_equal(scene_view(scene, 2).template_name, "b");
    assert_status(scene_act(scene, ESC_VERB_APPROVE, "ben", 2, NULL), ESC_FORBIDDEN);
    assert_non_null(strstr(scene_why(scene), "nobody approves what they started themselves"));
    assert_int_equal(scene_sent(scene, "room", "agreed"), 0);
    assert_status(scene_act(scene, ESC_VERB_APPROVE, "ana", 2, NULL), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "agreed"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_somebody_of_the_directory_resolves),
        cmocka_unit_test(answer_says_which_ticket_and_escalation),
        cmocka_unit_test(last_resort_may_answer_a_question),
        cmocka_unit_test(the_only_one_that_waits_is_meant),
        cmocka_unit_test(the_only_question_is_meant),
        cmocka_unit_test(a_settled_check_speaks_for_its_own_escalation),
        cmocka_unit_test(what_none_waits_for_names_none),
        cmocka_unit_test(an_answer_finds_its_question_below),
        cmocka_unit_test(handlers_hear_that_the_owner_is_away),
        cmocka_unit_test(action_without_a_known_verb_or_an_actor_is_refused),
        cmocka_unit_test(absence_said_again_ends_when_the_last_one_says),
        cmocka_unit_test(confirmation_without_a_name_needs_a_single_open_check),
        cmocka_unit_test(other_kinds_of_checks_are_not_confirmed),
        cmocka_unit_test(override_takes_the_first_open_check_of_its_name),
        cmocka_unit_test(triage_while_closing_overrides_by_name),
        cmocka_unit_test(triage_while_closing_judges_again),
        cmocka_unit_test(who_overrides_in_triage_need_not_say_why),
        cmocka_unit_test(verb_finds_the_escalation_it_is_about),
        cmocka_unit_test(two_that_fit_are_not_guessed),
        cmocka_unit_test(nobody_approves_what_they_started),
        cmocka_unit_test(a_check_finds_its_escalation),
        cmocka_unit_test(of_two_checks_the_open_one_is_meant),
    };
    return cmocka_run_group_tests_name("engine_actions", tests, NULL, NULL);
}
