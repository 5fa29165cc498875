/* test_engine_effects.c - what steps do to the world: what each effect changes, and what the trail says of it. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define OWNED "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define STAYS "await resolved within 30d else raise overdue"

/* A template `t` whose steps begin on line 4 of b.esc; `more` stands behind them, `before` on line 1. */
static Scene *begun_after(const char *before, const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             "%s\ntemplate t \"Trouble\" { start on ticket.created\n" OWNED "steps {%s }\n%s\n"
             "close when resolved }\n",
             before, steps, more);
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    return scene;
}

static Scene *begun(const char *steps)
{
    return begun_after("", steps, "");
}

/* --- fields --------------------------------------------------------------------------------------------------------- */

static void trail_says_what_a_field_was_and_is(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.severity to critical  " STAYS);
    assert_string_equal(scene_field(scene, "T", "severity"), "\"critical\"");
    assert_int_equal(
        scene_audit(scene, "set", "\"field\":\"severity\",\"old\":\"high\",\"new\":\"critical\""),
        1);
    assert_int_equal(scene_audit(scene, "set", "set ticket.severity from \"high\" to \"critical\""),
                     1);
    EscText changes = scene_view(scene, 1).changes_json;
    assert_true(esc_text_contains(changes, ESC_TEXT("severity")));
    scene_free(scene);
}

static void setting_again_ends_only_the_drift_of_that_field(void **state)
{
    (void)state;
    Scene *scene = begun_after(
        "event again.set { what: text }",
        "set ticket.severity to critical  set ticket.title to \"y\"  " STAYS,
        "on again.set when event.what = \"title\" { set ticket.title to \"z\" }\n"
        "on again.set when event.what = \"severity\" { set ticket.severity to critical }\n"
        "qa { check consistent within 10m else { notify room \"drift\" } }");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "again.set", "T", "{\"what\":\"title\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "drift"), 1);
    scene_free(scene);
    scene = begun_after("event again.set { what: text }", "set ticket.severity to critical  " STAYS,
                        "on again.set { set ticket.severity to critical }\n"
                        "qa { check consistent within 10m else { notify room \"drift\" } }");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "again.set", "T", "{\"what\":\"\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "drift"), 0);
    scene_free(scene);
}

/* What was recorded is what stands in the ticket, so that its echo is no other value. */
static void echo_of_a_text_that_was_cut_is_no_drift(void **state)
{
    (void)state;
    char title[501], brought[600], echo[600];
    memset(title, 'x', sizeof title - 1);
    title[sizeof title - 1] = '\0';
    snprintf(brought, sizeof brought, "{\"title\":\"%s\"}", title);
    snprintf(echo, sizeof echo, "{\"title\":\"re: %.496s\"}", title);
    Scene *scene = begun_after("", "wait 1m  set ticket.title to \"re: {ticket.title}\"  " STAYS,
                               "qa { check consistent within 10m else { notify room \"drift\" } }");
    scene_event(scene, "ticket.updated", "T", brought);
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", echo);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "drift"), 0);
    scene_free(scene);
}

/* The escalation goes on with its own bundle, whose field the present one does not have. */
static void field_that_is_gone_is_left_alone(void **state)
{
    (void)state;
    Scene *scene = begun_after("extend ticket { stage: number default 0 }",
                               "wait 1m  set ticket.stage to 3  set ticket.title to \"y\"\n"
                               "create ticket task { title: \"do it\"  stage: 4 }  notify room "
                               "\"behind\"  " STAYS,
                               "");
    scene_publish(scene, "template other \"O\" { manual\n" OWNED "steps { " STAYS
                         " }\nclose when resolved }\n");
    scene_after(scene, ESC_MINUTE_MS);
    assert_string_equal(scene_field(scene, "T", "title"), "\"y\"");
    assert_string_equal(scene_field(scene, "escal:T-1", "title"), "\"do it\"");
    assert_int_equal(scene_audit(scene, "set", ""), 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
}

/* A field that is gone has not changed, and what is too long for one is cut. */
static void fields_are_judged_and_filled_as_they_are(void **state)
{
    (void)state;
    Scene *scene = begun_after("extend ticket { stage: number default 0  c: text at most 1 }",
                               "wait 1m  set ticket.c to \"{ticket.title}!\"  " STAYS,
                               "on ticket.updated when changed ticket.stage { notify room "
                               "\"stage\" }");
    scene_event(scene, "ticket.updated", "T", "{\"stage\":2}");
    assert_int_equal(scene_sent(scene, "room", "stage"), 1);
    scene_after(scene, ESC_MINUTE_MS);
    assert_string_equal(scene_field(scene, "T", "c"), "\"x\"");
    scene_publish(scene, "template other \"O\" { manual\n" OWNED "steps { " STAYS
                         " }\nclose when resolved }\n");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_int_equal(scene_sent(scene, "room", "stage"), 1);
    scene_free(scene);
}

/* Values of the escalation's own bundle go by their names into the types of the present one. */
static void values_go_by_name_into_a_later_type(void **state)
{
    (void)state;
    Scene *scene = begun_after("extend ticket { region: emea | apac | latam default emea }",
                               "wait 1m  set ticket.region to latam\n"
                               "create ticket task { title: \"do it\"  region: apac }  " STAYS,
                               "");
    scene_publish(
        scene,
        "extend ticket { zone: x | y default x  region: latam | emea | apac default emea }\n"
        "template other \"O\" { manual\n" OWNED "steps { " STAYS " }\nclose when resolved }\n");
    scene_after(scene, ESC_MINUTE_MS);
    assert_string_equal(scene_field(scene, "T", "region"), "\"latam\"");
    assert_string_equal(scene_field(scene, "escal:T-1", "region"), "\"apac\"");
    assert_int_equal(scene_audit(scene, "set", "from \"emea\" to \"latam\""), 1);
    scene_free(scene);
}

static void team_is_assigned_by_its_name(void **state)
{
    (void)state;
    Scene *scene = begun("assign to ops  " STAYS);
    assert_string_equal(scene_field(scene, "T", "assignee"), "\"ops\"");
    scene_free(scene);
    scene = begun("assign to secondary  queue back  " STAYS);
    assert_string_equal(scene_field(scene, "T", "assignee"), "\"ben\"");
    assert_string_equal(scene_field(scene, "T", "queue"), "\"back\"");
    scene_free(scene);
}

static void made_ticket_is_recorded(void **state)
{
    (void)state;
    Scene *scene =
        begun("create ticket task { title: \"do it\"  severity: low }  notify room \"see "
              "{task}\"  " STAYS);
    assert_int_equal(scene_audit(scene, "created", "\"name\":\"task\",\"ticket\":\"escal:T-1\""),
                     1);
    assert_int_equal(scene_audit(scene, "created", "made the ticket escal:T-1 (task): \"do it\""),
                     1);
    assert_int_equal(scene_sent(scene, "room", "see escal:T-1"), 1);
    assert_string_equal(scene_field(scene, "escal:T-1", "severity"), "\"low\"");
    scene_free(scene);
}

/* --- questions ------------------------------------------------------------------------------------------------------- */

static void each_question_goes_with_its_own_answers(void **state)
{
    (void)state;
    Scene *scene = begun("wait 1m  ask ana \"First?\" within 1h { guidance \"g\"  answer left "
                         "\"Left\" { } answer right \"Right\" { }  timeout { } }\n"
                         "ask ana \"Second?\" within 1h { guidance \"\"  answer up \"Up\" { }  "
                         "timeout { } }  " STAYS);
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ana", "\"text\":\"First?\\ng\""), 1);
    assert_int_equal(scene_sent(scene, "ana", "\"question\":\"First?\""), 1);
    assert_int_equal(scene_sent(scene, "ana",
                                "\"answers\":[{\"name\":\"left\",\"title\":\"Left\"},{\"name\":"
                                "\"right\",\"title\":\"Right\"}]"),
                     1);
    assert_int_equal(scene_audit(scene, "asked", "\"question\":\"First?\""), 1);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "left"), ESC_OK);
    assert_int_equal(scene_sent(scene, "ana", "\"text\":\"Second?\""), 1);
    assert_int_equal(scene_sent(scene, "ana", "\"answers\":[{\"name\":\"up\",\"title\":\"Up\"}]"),
                     1);
    assert_text_equal(scene_view(scene, 1).question, "Second?");
    scene_free(scene);
}

static void approval_says_how_many_are_needed(void **state)
{
    (void)state;
    Scene *scene = begun("approve by 2 of ops \"Fail over?\" within 1h else { }  " STAYS);
    assert_int_equal(
        scene_audit(scene, "approval_asked", "\"question\":\"Fail over?\",\"need\":\"2\""), 1);
    assert_int_equal(scene_sent(scene, "cleo", "\"question\":\"Fail over?\""), 1);
    assert_int_equal(scene_sent(scene, "cleo",
                                "\"answers\":[{\"name\":\"approve\",\"title\":\"Approve\"},{"
                                "\"name\":\"reject\",\"title\":\"Reject\"}]"),
                     1);
    scene_free(scene);
    scene =
        begun("approve by ops \"Fail over?\" within 1h else { }  notify room \"approved\"  " STAYS);
    assert_int_equal(scene_audit(scene, "approval_asked", "\"need\":\"1\""), 1);
    assert_status(scene_act(scene, ESC_VERB_APPROVE, "cleo", 1, NULL), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "approved"), 1);
    scene_free(scene);
}

/* --- ownership ------------------------------------------------------------------------------------------------------- */

static void expectation_counts_the_hours_of_its_calendar(void **state)
{
    (void)state;
    Scene *scene = begun_after("calendar office { mon..fri 08:00..18:00 }",
                               "await ack\n"
                               "handoff to secondary because \"it is his\" expect resolved within "
                               "4h of office  " STAYS,
                               "");
    scene_at(scene, "2026-01-05T09:01:00Z");
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_audit(scene, "handoff", "it is his"), 1);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    scene_after(scene, 4 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "expectation_missed", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "expectation_missed", ""), 1);
    scene_free(scene);
}

/* --- evidence -------------------------------------------------------------------------------------------------------- */

static void snapshot_takes_what_it_names(void **state)
{
    (void)state;
    Scene *scene = begun("snapshot timeline, notifications  " STAYS);
    assert_non_null(scene_evidence(scene, "timeline"));
    assert_non_null(scene_evidence(scene, "notifications"));
    assert_null(scene_evidence(scene, "ticket"));
    assert_null(scene_evidence(scene, "changes"));
    assert_int_equal(scene_audit(scene, "snapshot", "\"name\":\"timeline\",\"hash\":\""), 1);
    assert_int_equal(scene_audit(scene, "snapshot", "took a snapshot of the timeline ("), 1);
    scene_free(scene);
    scene = begun("snapshot ticket  snapshot changes for 1h  " STAYS);
    const EscEvidenceRow *row = scene_evidence(scene, "ticket");
    assert_non_null(row);
    assert_true(esc_text_contains(row->content, ESC_TEXT("\"title\":\"x\"")));
    assert_null(scene_evidence(scene, "timeline"));
    assert_null(scene_evidence(scene, "notifications"));
    char hex[65];
    for (size_t i = 0; i < sizeof row->hash; i++)
        snprintf(hex + 2 * i, 3, "%02x", row->hash[i]);
    assert_int_equal(scene_audit(scene, "snapshot", hex), 1);
    scene_free(scene);
}

static void attached_value_is_evidence(void **state)
{
    (void)state;
    Scene *scene = begun("attach ticket.title  attach ticket.queue  " STAYS);
    assert_int_equal(scene_audit(scene, "attached", "\"name\":\"attachment\",\"hash\":\""), 2);
    assert_int_equal(scene_audit(scene, "attached", "it is missing"), 1);
    assert_int_equal(scene_audit(scene, "attached", "kept attachment as evidence ("), 2);
    scene_free(scene);
}

static void room_is_named_after_the_escalation(void **state)
{
    (void)state;
    Scene *scene = begun("open warroom \"War on {ticket.id}\"  " STAYS);
    assert_int_equal(scene_audit(scene, "warroom", "\"room\":\"tests-e-1\",\"title\":\"War on T\""),
                     1);
    scene_free(scene);
}

static void timeline_tells_of_snapshots_and_attachments(void **state)
{
    (void)state;
    Scene *scene = begun("snapshot ticket  attach ticket.title  snapshot timeline  " STAYS);
    const EscEvidenceRow *row = scene_evidence(scene, "timeline");
    assert_non_null(row);
    assert_true(
        esc_text_contains(row->content, ESC_TEXT("\"kind\":\"snapshot\",\"who\":\"ticket\"")));
    assert_true(
        esc_text_contains(row->content, ESC_TEXT("\"kind\":\"attached\",\"who\":\"attachment\"")));
    scene_free(scene);
}

/* --- control --------------------------------------------------------------------------------------------------------- */

static void exception_brings_its_message_and_its_fields(void **state)
{
    (void)state;
    Scene *scene = begun_after(
        "", "raise trouble { vendor: \"Initech\"  message: \"it rains\"  since: 3 }  " STAYS,
        "on exception trouble { notify room \"{exception.vendor} {exception.since} "
        "{exception.message}\"  resume }");
    assert_int_equal(scene_audit(scene, "exception", "exception trouble: it rains"), 1);
    assert_int_equal(scene_sent(scene, "room", "Initech 3 it rains"), 1);
    scene_free(scene);
}

static void exception_may_bring_its_message_alone(void **state)
{
    (void)state;
    Scene *scene = begun_after("", "raise trouble { message: \"it rains\" }  " STAYS,
                               "on exception trouble { resume }");
    assert_int_equal(scene_audit(scene, "exception", "exception trouble: it rains"), 1);
    scene_free(scene);
}

/* The `else` of two checks raise, and nothing runs in between. */
static void first_exception_of_an_input_keeps_its_fields(void **state)
{
    (void)state;
    static const char *const second[] = {"trouble", "other"};
    for (size_t i = 0; i < ESC_COUNT_OF(second); i++) {
        char more[1024];
        snprintf(more, sizeof more,
                 "on exception trouble { notify room \"trouble {exception.vendor}\"  resume }\n"
                 "on exception { resume }\n"
                 "qa { check ticket.severity = low else raise trouble { vendor: \"first\" }\n"
                 "check ticket.title = \"y\" else raise %s { vendor: \"second\" } }",
                 second[i]);
        Scene *scene = begun_after("", STAYS, more);
        scene_event(scene, "ticket.resolved", "T", NULL);
        assert_int_equal(scene_sent(scene, "room", "trouble first"), 1);
        scene_free(scene);
    }
}

static void started_template_says_who_started_it(void **state)
{
    (void)state;
    Scene *scene = begun_after("template b \"B\" { manual\n" OWNED "steps { " STAYS
                               " }\nclose when resolved }",
                               "start template b()  " STAYS, "");
    assert_int_equal(scene_audit(scene, "start_asked", "\"template\":\"b\""), 1);
    assert_int_equal(scene_audit(scene, "opened", "E-1 started it"), 1);
    scene_free(scene);
}

static void trail_names_the_line_of_each_effect(void **state)
{
    (void)state;
    Scene *scene =
        begun("\nset ticket.severity to low\nnotify room \"one\"\n\nattach ticket.title\n"
              "raise trouble\n" STAYS);
    assert_int_equal(scene_audit_at(scene, "set", "b.esc:5"), 1);
    assert_int_equal(scene_audit_at(scene, "notified", "b.esc:6"), 1);
    assert_int_equal(scene_audit_at(scene, "attached", "b.esc:8"), 1);
    assert_int_equal(scene_audit_at(scene, "exception", "b.esc:9"), 1);
    scene_free(scene);
}

/* Not the line of the wait that the exception interrupts. */
static void exception_of_a_handler_names_the_line_of_its_raise(void **state)
{
    (void)state;
    Scene *scene = begun_after("event deploy.failed { n: number }", STAYS,
                               "on deploy.failed {\nraise trouble }\n"
                               "on exception trouble { resume }");
    scene_event(scene, "deploy.failed", "T", "{\"n\":1}");
    assert_int_equal(scene_audit_at(scene, "exception", "b.esc:6"), 1);
    scene_free(scene);
}

/* What was changed under one bundle is taken back under the next one, texts and lists as well. */
static void changes_are_taken_back_under_a_later_bundle(void **state)
{
    (void)state;
    static const char *const source =
        "event undo.it { }\ntemplate t \"Trouble\" { start on ticket.created\n" OWNED
        "steps { set ticket.title to \"%s\"  set ticket.severity to critical  assign to ben  " STAYS
        " }\non undo.it { rollback \"it was nothing\" }\nclose when resolved }\n";
    char first[1024], second[1024];
    snprintf(first, sizeof first, source, "another title than before");
    snprintf(second, sizeof second, source, "a third one");
    Scene *scene = scene_of(first);
    scene_event(
        scene, "ticket.created", "T",
        "{\"title\":\"the title of before\",\"severity\":\"high\",\"assignee\":\"a long name\"}");
    assert_string_equal(scene_field(scene, "T", "title"), "\"another title than before\"");
    scene_publish(scene, second);
    scene_event(scene, "undo.it", "T", NULL);
    assert_string_equal(scene_field(scene, "T", "title"), "\"the title of before\"");
    assert_string_equal(scene_field(scene, "T", "severity"), "\"high\"");
    assert_string_equal(scene_field(scene, "T", "assignee"), "\"a long name\"");
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trail_says_what_a_field_was_and_is),
        cmocka_unit_test(setting_again_ends_only_the_drift_of_that_field),
        cmocka_unit_test(echo_of_a_text_that_was_cut_is_no_drift),
        cmocka_unit_test(field_that_is_gone_is_left_alone),
        cmocka_unit_test(values_go_by_name_into_a_later_type),
        cmocka_unit_test(fields_are_judged_and_filled_as_they_are),
        cmocka_unit_test(team_is_assigned_by_its_name),
        cmocka_unit_test(made_ticket_is_recorded),
        cmocka_unit_test(each_question_goes_with_its_own_answers),
        cmocka_unit_test(approval_says_how_many_are_needed),
        cmocka_unit_test(expectation_counts_the_hours_of_its_calendar),
        cmocka_unit_test(snapshot_takes_what_it_names),
        cmocka_unit_test(attached_value_is_evidence),
        cmocka_unit_test(room_is_named_after_the_escalation),
        cmocka_unit_test(timeline_tells_of_snapshots_and_attachments),
        cmocka_unit_test(exception_brings_its_message_and_its_fields),
        cmocka_unit_test(exception_may_bring_its_message_alone),
        cmocka_unit_test(first_exception_of_an_input_keeps_its_fields),
        cmocka_unit_test(started_template_says_who_started_it),
        cmocka_unit_test(trail_names_the_line_of_each_effect),
        cmocka_unit_test(exception_of_a_handler_names_the_line_of_its_raise),
        cmocka_unit_test(changes_are_taken_back_under_a_later_bundle),
    };
    return cmocka_run_group_tests_name("engine_effects", tests, NULL, NULL);
}
