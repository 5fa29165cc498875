/* test_engine_lists.c - one text more or less in a list of the ticket, and what takes it back (M10.2). */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define OWNED "owners { primary ana ack within 5m }\n"
#define STAYS "await resolved within 30d else raise overdue"

static Scene *begun(const char *before, const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             "%s\ntemplate t \"Trouble\" { start on ticket.created\n" OWNED "steps { %s  " STAYS
             " }\n%s\nclose when resolved }\n",
             before, steps, more);
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T",
                    "{\"title\":\"x\",\"severity\":\"high\",\"tags\":[\"first\",\"second\"]}"),
        ESC_OK);
    return scene;
}

static void text_is_put_behind_the_others(void **state)
{
    (void)state;
    Scene *scene = begun("", "add \"vip\" to ticket.tags  remove \"first\" from ticket.tags", "");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"second\",\"vip\"]");
    assert_int_equal(scene_audit(scene, "added", "\"field\":\"tags\",\"item\":\"vip\""), 1);
    assert_int_equal(scene_audit(scene, "removed", "ticket.tags: \"first\" is removed"), 1);
    EscText changes = scene_view(scene, 1).changes_json;
    assert_true(esc_text_contains(
        changes, ESC_TEXT("{\"kind\":\"added\",\"name\":\"tags\",\"item\":\"vip\"}")));
    scene_free(scene);
}

static void what_is_there_or_is_not_is_no_change(void **state)
{
    (void)state;
    Scene *scene = begun("", "add \"first\" to ticket.tags  remove \"third\" from ticket.tags",
                         "on ticket.updated { notify room \"changed\" }");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"first\",\"second\"]");
    assert_int_equal(scene_audit(scene, "added", ""), 0);
    assert_int_equal(scene_audit(scene, "removed", ""), 0);
    assert_int_equal(scene_sent(scene, "room", "changed"), 0);
    scene_free(scene);
}

static void text_of_the_ticket_goes_into_a_list(void **state)
{
    (void)state;
    Scene *scene = begun("extend ticket { marks: list of text at most 3 at most 4 }",
                         "add \"{ticket.title}öö\" to ticket.marks", "");
    assert_string_equal(scene_field(scene, "T", "marks"), "[\"xö\"]"); /* cut between characters */
    scene_free(scene);
}

static void full_list_takes_nothing_more(void **state)
{
    (void)state;
    Scene *scene = begun("extend ticket { marks: list of text at most 2 }",
                         "add \"a\" to ticket.marks  add \"b\" to ticket.marks\n"
                         "add \"c\" to ticket.marks  notify room \"behind\"",
                         "");
    assert_string_equal(scene_field(scene, "T", "marks"), "[\"a\",\"b\"]");
    assert_int_equal(scene_audit(scene, "list_full", "\"item\":\"c\""), 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
}

static void rollback_takes_back_the_item_only(void **state)
{
    (void)state;
    Scene *scene = begun("event back.out { why: text }",
                         "add \"vip\" to ticket.tags  remove \"first\" from ticket.tags",
                         "on back.out { rollback \"wrong\" }");
    scene_event(scene, "ticket.updated", "T", "{\"tags\":[\"theirs\",\"second\",\"vip\"]}");
    scene_event(scene, "back.out", "T", "{\"why\":\"\"}");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"theirs\",\"second\",\"first\"]");
    assert_int_equal(scene_audit(scene, "undone", "\"vip\" in tags is taken back"), 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_free(scene);
}

static void what_others_took_back_is_done(void **state)
{
    (void)state;
    Scene *scene = begun("event back.out { why: text }", "add \"vip\" to ticket.tags",
                         "on back.out { rollback \"wrong\" }");
    scene_event(scene, "ticket.updated", "T", "{\"tags\":[\"second\"]}");
    scene_event(scene, "back.out", "T", "{\"why\":\"\"}");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"second\"]");
    assert_int_equal(scene_audit(scene, "undone", "somebody else"), 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_free(scene);
}

static void no_room_to_put_it_back_is_told(void **state)
{
    (void)state;
    Scene *scene = begun("event back.out { why: text }\n"
                         "extend ticket { marks: list of text at most 2 }",
                         "set ticket.marks to [\"a\", \"b\"]  remove \"a\" from ticket.marks",
                         "on back.out { rollback \"wrong\" }");
    scene_event(scene, "ticket.updated", "T", "{\"marks\":[\"c\",\"d\"]}");
    scene_event(scene, "back.out", "T", "{\"why\":\"\"}");
    assert_string_equal(scene_field(scene, "T", "marks"), "[\"c\",\"d\"]");
    assert_int_equal(scene_audit(scene, "not_undone", "the list is full"), 1);
    assert_int_equal(scene_audit(scene, "exception", "rollback_incomplete"), 1);
    scene_free(scene);
}

/* Of what the source reports our texts have to be there; what else is there is the others' business. */
static void report_without_ours_is_a_drift(void **state)
{
    (void)state;
    static const char *const reports[] = {"{\"tags\":[\"second\",\"vip\",\"theirs\"]}",
                                          "{\"tags\":[\"second\",\"theirs\"]}",
                                          "{\"tags\":[\"first\",\"vip\"]}", "{\"tags\":[\"vip\"]}"};
    static const size_t drifts[] = {0, 1, 1, 0};
    for (size_t i = 0; i < ESC_COUNT_OF(reports); i++) {
        Scene *scene = begun("", "add \"vip\" to ticket.tags  remove \"first\" from ticket.tags",
                             "qa { check consistent within 10m else { notify room \"drift\" } }");
        scene_event(scene, "ticket.updated", "T", reports[i]);
        scene_after(scene, 10 * ESC_MINUTE_MS);
        assert_int_equal(scene_sent(scene, "room", "drift"), drifts[i]);
        scene_free(scene);
    }
}

static void list_that_was_set_and_changed_is_judged_by_both(void **state)
{
    (void)state;
    static const char *const reports[] = {"{\"tags\":[\"b\",\"c\"]}", "{\"tags\":[\"c\"]}",
                                          "{\"tags\":[\"a\",\"b\",\"c\"]}"};
    static const size_t drifts[] = {0, 1, 1};
    for (size_t i = 0; i < ESC_COUNT_OF(reports); i++) {
        Scene *scene = begun("",
                             "set ticket.tags to [\"a\", \"b\"]  remove \"a\" from ticket.tags\n"
                             "add \"c\" to ticket.tags",
                             "qa { check consistent within 10m else { notify room \"drift\" } }");
        scene_event(scene, "ticket.updated", "T", reports[i]);
        scene_after(scene, 10 * ESC_MINUTE_MS);
        assert_int_equal(scene_sent(scene, "room", "drift"), drifts[i]);
        scene_free(scene);
    }
}

static void written_list_is_a_value(void **state)
{
    (void)state;
    Scene *scene = begun("",
                         "set ticket.tags to [\"a\", ticket.title, \"{ticket.id}!\"]\n"
                         "create ticket task { title: \"t\"  tags: [\"x\", \"y\"] }\n"
                         "set ticket.title to \"{[\"p\", ticket.id]}\"",
                         "");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"a\",\"x\",\"T!\"]");
    assert_string_equal(scene_field(scene, "escal:T-1", "tags"), "[\"x\",\"y\"]");
    assert_string_equal(scene_field(scene, "T", "title"), "\"p, T\"");
    scene_free(scene);
}

static void list_that_is_longer_than_its_field_is_cut(void **state)
{
    (void)state;
    Scene *scene = begun("extend ticket { marks: list of text at most 1 at most 2 }",
                         "set ticket.marks to ticket.tags", "");
    assert_string_equal(scene_field(scene, "T", "marks"), "[\"f\",\"s\"]");
    scene_free(scene);
}

/* The escalation goes on with its own bundle; the present one has no such list. */
static void list_that_is_gone_is_left_alone(void **state)
{
    (void)state;
    Scene *scene = begun("extend ticket { marks: list of text at most 4 }",
                         "add \"a\" to ticket.marks  wait 1m  add \"b\" to ticket.marks\n"
                         "rollback \"wrong\"  notify room \"behind\"",
                         "");
    scene_publish(scene, "extend ticket { marks: number default 0 }\n"
                         "template other \"O\" { manual\n" OWNED "steps { " STAYS
                         " }\nclose when resolved }\n");
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "not_undone", "tickets have no such list any more"), 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_put_behind_the_others),
        cmocka_unit_test(what_is_there_or_is_not_is_no_change),
        cmocka_unit_test(text_of_the_ticket_goes_into_a_list),
        cmocka_unit_test(full_list_takes_nothing_more),
        cmocka_unit_test(rollback_takes_back_the_item_only),
        cmocka_unit_test(what_others_took_back_is_done),
        cmocka_unit_test(no_room_to_put_it_back_is_told),
        cmocka_unit_test(report_without_ours_is_a_drift),
        cmocka_unit_test(list_that_was_set_and_changed_is_judged_by_both),
        cmocka_unit_test(written_list_is_a_value),
        cmocka_unit_test(list_that_is_longer_than_its_field_is_cut),
        cmocka_unit_test(list_that_is_gone_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
