/* test_engine_checks.c - quality checks when there are several: who is named, which one is meant, what each one says, and
 * what an acknowledgement or a report changes. One check alone is in test_engine_qa.c. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define OWNED "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define STAYS "await resolved within 30d else raise overdue"

/* A template `t` with these steps and this QA block; ana has acknowledged. */
static Scene *begun(const char *steps, const char *qa, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             "template t \"Trouble\" { start on ticket.created\n" OWNED "steps { %s }\n%s\n"
             "qa { %s }\nclose when resolved }\n",
             steps, more, qa);
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    return scene;
}

/* How many checks say this. */
static size_t checks_with(Scene *scene, const char *part)
{
    EscText checks = scene_view(scene, 1).checks_json, wanted = esc_text_from(part);
    size_t count = 0;
    for (size_t at = 0; at + wanted.size <= checks.size; at++)
        count += esc_text_starts_with((EscText){checks.data + at, checks.size - at}, wanted);
    return count;
}

/* --- which one is meant -------------------------------------------------------------------------------------------- */

#define TWO_QUESTIONS "check confirmed \"a\" before close  check confirmed \"b\" before close"

static void several_open_checks_have_to_be_named(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, TWO_QUESTIONS, "");
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_CONFLICT);
    assert_non_null(strstr(scene_why(scene), "several open checks"));
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "b"), ESC_OK);
    assert_int_equal(
        checks_with(scene, "\"check\":\"confirmed\",\"text\":\"b\",\"result\":\"passed\""), 1);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_OK); /* the other one */
    assert_int_equal(
        checks_with(scene, "\"check\":\"confirmed\",\"text\":\"a\",\"result\":\"passed\""), 1);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_CONFLICT);
    assert_non_null(strstr(scene_why(scene), "no open check"));
    scene_free(scene);
}

static void only_what_waits_for_somebody_is_confirmed(void **state)
{
    (void)state;
    Scene *scene = begun(
        STAYS,
        "check consistent  check confirmed \"well\" before close  check ticket.title = \"x\"", "");
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "consistent"), ESC_NOT_FOUND);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_OK);
    assert_int_equal(checks_with(scene, "\"result\":\"passed\""), 1);
    assert_int_equal(checks_with(scene, "\"text\":\"well\",\"result\":\"passed\""), 1);
    scene_free(scene);
}

static void of_two_checks_of_one_text_the_open_one_is_meant(void **state)
{
    (void)state;
    Scene *scene = begun("check confirmed \"well\" within 1h else { notify room \"no\" }  check "
                         "confirmed \"well\" within 1h else { notify room \"no\" }  notify room "
                         "\"behind\"  " STAYS,
                         "check consistent", "");
    for (size_t i = 1; i <= 2; i++) {
        assert_int_equal(scene_sent(scene, "room", ""), 0);
        assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "well"), ESC_OK);
        assert_int_equal(checks_with(scene, "\"result\":\"passed\""), i);
    }
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "well"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

/* --- judging -------------------------------------------------------------------------------------------------------- */

static void acknowledging_passes_no_other_check(void **state)
{
    (void)state;
    Scene *scene =
        begun("set ticket.severity to critical  " STAYS,
              "check ticket.severity = low within 10m else { notify room \"not low\" }  check "
              "acknowledged within 5m  check consistent within 10m else { notify room \"drift\" }",
              "");
    assert_int_equal(checks_with(scene, "\"result\":\"passed\""), 1);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"medium\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "not low"), 1);
    assert_int_equal(scene_sent(scene, "room", "drift"), 1);
    scene_free(scene);
}

static void nobody_confirms_in_time(void **state)
{
    (void)state;
    Scene *scene =
        begun(STAYS, "check confirmed \"well\" within 1h else { notify room \"ask them\" }", "");
    scene_after(scene, ESC_HOUR_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "ask them"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "ask them"), 1);
    assert_int_equal(scene_audit(scene, "check_failed", "nobody confirmed it"), 1);
    assert_int_equal(
        scene_audit(scene, "check_failed", "\"check\":\"confirmed\",\"text\":\"well\""), 1);
    assert_int_equal(scene_audit(scene, "check_handled", "\"check\":\"confirmed\""), 1);
    scene_free(scene);
}

static void confirmation_and_override_name_who_and_why(void **state)
{
    (void)state;
    Scene *scene =
        begun(STAYS, "check ticket.severity = low  check confirmed \"well\" before close", "");
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ben", 1, "well"), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_OVERRIDE, "ana", 1, "ticket.severity = low"), ESC_OK);
    assert_int_equal(scene_audit(scene, "check_passed", "\"person\":\"ben\""), 1);
    assert_int_equal(scene_audit(scene, "check_overridden",
                                 "\"because\":\"because of the test\",\"person\":\"ana\""),
                     1);
    scene_free(scene);
}

/* --- failing -------------------------------------------------------------------------------------------------------- */

enum { MANY = 66 }; /* more than the bits of a word */

static void each_of_many_checks_is_raised_once(void **state)
{
    (void)state;
    static char qa[8192];
    static const int failing[] = {0, 1, 63, 64};
    size_t used = 0;
    for (int i = 0; i < MANY; i++) {
        bool fails = false;
        for (size_t k = 0; k < ESC_COUNT_OF(failing); k++)
            fails = fails || failing[k] == i;
        used += (size_t)snprintf(qa + used, sizeof qa - used, "check ticket.severity = %s\n",
                                 fails ? "low within 1h" : "high");
    }
    Scene *scene = begun(STAYS, qa, "on exception qa_failed { resume }");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "check_failed", ""), ESC_COUNT_OF(failing));
    assert_int_equal(scene_audit(scene, "exception", "qa_failed"), ESC_COUNT_OF(failing));
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"z\"}");
    assert_int_equal(scene_audit(scene, "check_failed", ""), ESC_COUNT_OF(failing));
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(checks_with(scene, "\"result\":\"passed\""), MANY);
    scene_free(scene);
}

/* --- closing -------------------------------------------------------------------------------------------------------- */

static void owner_is_told_once_what_the_closing_waits_for(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check consistent  " TWO_QUESTIONS, "");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_int_equal(scene_sent(scene, "ana", "T closes when somebody confirms: a"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "b"), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_int_equal(scene_sent(scene, "ana", "closes when somebody confirms"), 1);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "a"), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void what_was_confirmed_before_is_not_asked_for_at_the_closing(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, TWO_QUESTIONS, "");
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "a"), ESC_OK);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_sent(scene, "ana", "closes when somebody confirms: b"), 1);
    scene_free(scene);
}

static void closing_runs_each_else_and_does_not_wait_for_it(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS,
                         "check ticket.severity = low else { notify room \"not low\" }  check "
                         "consistent  check ticket.severity = medium else { notify room \"not "
                         "medium\" }",
                         "");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(scene_sent(scene, "room", "not low"), 1);
    assert_int_equal(scene_sent(scene, "room", "not medium"), 1);
    assert_int_equal(checks_with(scene, "\"check\":\"consistent\",\"text\":\"\",\"result\":"
                                        "\"passed\""),
                     1);
    scene_free(scene);
}

static void check_that_holds_up_one_closing_is_judged_again(void **state)
{
    (void)state;
    Scene *scene =
        begun(STAYS, "check consistent  check ticket.severity = low  check ticket.title = \"x\"",
              "on exception qa_failed { resume }");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_int_equal(checks_with(scene, "\"result\":\"failed\""), 1);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(checks_with(scene, "\"result\":\"passed\""), 3);
    scene_free(scene);
}

/* --- what the source system reports ---------------------------------------------------------------------------------- */

#define DRIFT "check consistent within 10m else { notify room \"drift\" }"

static bool drifts(const char *steps, const char *reported)
{
    char all[512];
    snprintf(all, sizeof all, "%s  " STAYS, steps);
    Scene *scene = begun(all, DRIFT, "");
    scene_event(scene, "ticket.updated", "T", reported);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    bool is_told = scene_sent(scene, "room", "drift") == 1;
    scene_free(scene);
    return is_told;
}

static void last_value_that_was_set_counts(void **state)
{
    (void)state;
    static const char *const steps =
        "set ticket.severity to low  set ticket.severity to critical  set ticket.title to \"z\"";
    assert_false(drifts(steps, "{\"severity\":\"critical\"}"));
    assert_true(drifts(steps, "{\"severity\":\"low\"}"));
}

static void closed_as_well_as_resolved_contradicts_no_status(void **state)
{
    (void)state;
    static const char *const set_status = "set ticket.status to escalated";
    assert_true(drifts(set_status, "{\"status\":\"open\"}"));
    Scene *scene = begun("set ticket.status to escalated  " STAYS, DRIFT, "");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"closed\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "drift"), 0);
    scene_free(scene);
}

/* A made ticket may have the name of a field; it is no change of that field. */
static void made_ticket_of_a_fields_name_is_no_change_of_the_field(void **state)
{
    (void)state;
    assert_false(drifts("create ticket severity { title: \"y\" }", "{\"severity\":\"low\"}"));
}

static void drift_ends_when_the_field_is_reported_as_set(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.severity to critical  " STAYS, DRIFT, "");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "drift"), 0);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_open_checks_have_to_be_named),
        cmocka_unit_test(only_what_waits_for_somebody_is_confirmed),
        cmocka_unit_test(of_two_checks_of_one_text_the_open_one_is_meant),
        cmocka_unit_test(acknowledging_passes_no_other_check),
        cmocka_unit_test(nobody_confirms_in_time),
        cmocka_unit_test(confirmation_and_override_name_who_and_why),
        cmocka_unit_test(each_of_many_checks_is_raised_once),
        cmocka_unit_test(owner_is_told_once_what_the_closing_waits_for),
        cmocka_unit_test(what_was_confirmed_before_is_not_asked_for_at_the_closing),
        cmocka_unit_test(closing_runs_each_else_and_does_not_wait_for_it),
        cmocka_unit_test(check_that_holds_up_one_closing_is_judged_again),
        cmocka_unit_test(last_value_that_was_set_counts),
        cmocka_unit_test(closed_as_well_as_resolved_contradicts_no_status),
        cmocka_unit_test(made_ticket_of_a_fields_name_is_no_change_of_the_field),
        cmocka_unit_test(drift_ends_when_the_field_is_reported_as_set),
    };
    return cmocka_run_group_tests_name("engine_checks", tests, NULL, NULL);
}
