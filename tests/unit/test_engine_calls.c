/* test_engine_calls.c - what a request to a system says, what its inverse is, and what a rollback tells of those that it
 * could not take back. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define SYSTEM                                                                                     \
    "system crm \"CRM\" {\n"                                                                       \
    "action look(id: text) -> text { GET \"/look/{id}\" expect 200 return body }\n"                \
    "action make(id: text) undo drop(id: id) { POST \"/make/{id}\" expect 201 }\n"                 \
    "action note(id: text, body: text, count: number) { PUT \"/note/{id}\" json { body: body  "    \
    "kind: \"note\"  count: count } expect 200, 204 }\n"                                           \
    "action part(id: text) { PATCH \"/part/{id}\" json { id: id } expect 200 }\n"                  \
    "action drop(id: text) undo make(id: id) { DELETE \"/drop/{id}\" expect 204 }\n"               \
    "action told(id: text) -> text { PUT \"/told/{id}\" expect 200 when body[0] contains "         \
    "\"CHANGED "                                                                                   \
    "from\" return body[0] }\n"                                                                    \
    "action deep(id: text, etag: text?) { PUT \"/deep/{id}\" header \"If-Match\" \"{etag}\" "      \
    "header "                                                                                      \
    "\"X-Id\" \"{id} of Escal\" json { Cc: [\"a\", id, [1, true], []]  Of: { Severity: { is: id "  \
    "}  "                                                                                          \
    "none: etag }  last: {} } }\n"                                                                 \
    "action form(id: text, note: text?) { POST \"/form\" form { id: id  note: note  both: "        \
    "\"{id}: "                                                                                     \
    "{note else \"-\"}\"  count: 7  a_b: \"c&d=e \u00e4\" } }\n"                                   \
    "}\n"
#define STAYS "await resolved within 30d else raise overdue"

/* Deliveries wait for the test. */
static Scene *begun(const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             SYSTEM
             "event deploy.done { build: number }\n"
             "template t \"Trouble\" { start on ticket.created when ticket.severity >= high\n"
             "owners { primary ana ack within 1d }\nsteps { %s  " STAYS " }\n%s\n"
             "close when resolved }\n",
             steps, more);
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    return scene;
}

static void settle(Scene *scene, const char *target, EscDeliveryState state)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    assert_status(scene_settle(scene, row->id, state, "ok"), ESC_OK);
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static void a_request_says_what_its_action_says(void **state)
{
    (void)state;
    static const struct {
        const char *step, *target, *body;
    } cases[] = {
        {"crm.look(id: ticket.id)", "crm.look",
         "{\"system\":\"crm\",\"action\":\"look\",\"method\":\"GET\",\"path\":\"/look/T\","
         "\"expect\":[200],\"result_path\":\"\"}"},
        {"crm.make(id: ticket.id)", "crm.make",
         "{\"system\":\"crm\",\"action\":\"make\",\"method\":\"POST\",\"path\":\"/make/"
         "T\",\"expect\":[201],\"result_path\":\"\"}"},
        {"crm.note(id: ticket.id, body: \"a\", count: 3)", "crm.note",
         "{\"system\":\"crm\",\"action\":\"note\",\"method\":\"PUT\",\"path\":\"/note/"
         "T\",\"json\":{\"body\":\"a\",\"kind\":\"note\",\"count\":3},\"expect\":[200,204],"
         "\"result_path\":\"\"}"},
        {"crm.part(id: ticket.id)", "crm.part",
         "{\"system\":\"crm\",\"action\":\"part\",\"method\":\"PATCH\",\"path\":\"/part/"
         "T\",\"json\":{\"id\":\"T\"},\"expect\":[200],\"result_path\":\"\"}"},
        {"crm.drop(id: ticket.id)", "crm.drop",
         "{\"system\":\"crm\",\"action\":\"drop\",\"method\":\"DELETE\",\"path\":\"/drop/"
         "T\",\"expect\":[204],\"result_path\":\"\"}"},
        /* M11.2: a header whose value is missing is left out */
        {"crm.deep(id: ticket.id)", "crm.deep",
         "{\"system\":\"crm\",\"action\":\"deep\",\"method\":\"PUT\",\"path\":\"/deep/"
         "T\",\"headers\":[\"X-Id: "
         "T of "
         "Escal\"],\"json\":{\"Cc\":[\"a\",\"T\",[1,true],[]],\"Of\":{\"Severity\":{\"is\":\"T\"},"
         "\"none\":null},\"last\":{}},\"expect\":[],\"result_path\":\"\"}"},
        {"crm.deep(id: ticket.id, etag: \"7\")", "crm.deep",
         "{\"system\":\"crm\",\"action\":\"deep\",\"method\":\"PUT\",\"path\":\"/deep/"
         "T\",\"headers\":[\"If-Match: 7\",\"X-Id: T of "
         "Escal\"],\"json\":{\"Cc\":[\"a\",\"T\",[1,true],[]],\"Of\":{\"Severity\":{\"is\":\"T\"},"
         "\"none\":"
         "\"7\"},\"last\":{}},\"expect\":[],\"result_path\":\"\"}"},
        {"crm.form(id: ticket.id)", "crm.form",
         "{\"system\":\"crm\",\"action\":\"form\",\"method\":\"POST\",\"path\":\"/"
         "form\",\"form\":\"id=T&both="
         "T%3A%20-&count=7&a_b=c%26d%3De%20%C3%A4\",\"expect\":[],\"result_path\":\"\"}"},
        {"crm.form(id: ticket.id, note: \"x\")", "crm.form",
         "{\"system\":\"crm\",\"action\":\"form\",\"method\":\"POST\",\"path\":\"/"
         "form\",\"form\":\"id=T&note="
         "x&both=T%3A%20x&count=7&a_b=c%26d%3De%20%C3%A4\",\"expect\":[],\"result_path\":\"\"}"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Scene *scene = begun(cases[i].step, "");
        const EscOutboxRow *row = scene_last(scene, cases[i].target);
        assert_non_null(row);
        assert_text_equal(row->body, cases[i].body);
        scene_free(scene);
    }
}

/* --- replies ------------------------------------------------------------------------------------------------------ */

/* M11.1: judged on the parsed reply; a path that is not there makes it false. */
static void a_reply_is_judged_by_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        bool is_success;
    } cases[] = {{"[\"Ticket 1: Status changed from 'open' to 'stalled'\"]", true},
                 {"[\"Ticket 1: Status 'escalated' isn't a valid status\"]", false},
                 {"[]", false},
                 {"\"changed from\"", false},
                 {"changed from", false},
                 {"", false},
                 {"[{\"a\": \"changed from\"}]", false},
                 {"[\"no\", \"changed from\"]", false}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Scene *scene = begun("crm.told(id: ticket.id) as said  notify room \"{said}\"",
                             "on exception action_failed { notify room \"failed: "
                             "{exception.message}\"  resume }");
        const EscOutboxRow *row = scene_last(scene, "crm.told");
        assert_non_null(row);
        assert_true(
            esc_text_ends_with(row->body, ESC_TEXT("\"result_path\":\"/0\",\"judged\":true}")));
        assert_status(scene_settle(scene, row->id, ESC_DELIVERY_DELIVERED, cases[i].reply), ESC_OK);
        if (scene_sent(scene, "room", "failed: crm.told failed") != (cases[i].is_success ? 0 : 1))
            fail_msg("%s: %.*s", cases[i].reply, ESC_TEXT_ARG(scene_last(scene, "room")->body));
        scene_free(scene);
    }
}

/* --- rollback ----------------------------------------------------------------------------------------------------- */

#define TELLS "on exception rollback_incomplete { notify room \"{exception.message}\"  resume }"

/* Each rollback tells of its own, not of what an earlier one left. */
static void each_rollback_tells_what_it_left_itself(void **state)
{
    (void)state;
    Scene *scene =
        begun("set ticket.severity to critical  set ticket.title to \"y\"  await deploy.done "
              "within 1h else { }  rollback \"one\"\n"
              "set ticket.title to \"z\"  await deploy.done within 1h else { }  rollback \"two\"",
              TELLS);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"high\"}");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(
        scene_sent(scene, "room", "\"not undone: severity (somebody changed it since)\""), 1);
    assert_string_equal(scene_field(scene, "T", "title"), "\"z\"");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"theirs\"}");
    scene_event(scene, "deploy.done", "T", "{\"build\":2}");
    assert_int_equal(scene_sent(scene, "room", "\"not undone: title (somebody changed it since)\""),
                     1);
    assert_int_equal(scene_sent(scene, "room", ""), 2);
    scene_free(scene);
}

/* What is left is told in one sentence, in the order in which it was met: backwards. */
static void what_a_rollback_left_is_told_at_once(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.severity to critical  set ticket.title to \"y\"  await "
                         "deploy.done within 1h else { }  rollback \"one\"",
                         TELLS);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\",\"title\":\"theirs\"}");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_audit(scene, "rollback", "rolls 2 changes back: one"), 1);
    assert_int_equal(scene_audit(scene, "rollback", "\"reason\":\"one\",\"count\":\"2\""), 1);
    assert_int_equal(scene_sent(scene, "room",
                                "\"not undone: title (somebody changed it since), severity "
                                "(somebody changed it since)\""),
                     1);
    scene_free(scene);
}

/* The inverse of the action is called with its arguments, as they were then. */
static void an_inverse_has_the_arguments_of_its_action(void **state)
{
    (void)state;
    Scene *scene = begun("crm.make(id: ticket.title) within 1h  rollback", TELLS);
    settle(scene, "crm.make", ESC_DELIVERY_ACCEPTED);
    assert_int_equal(scene_sent(scene, "crm.drop", "\"path\":\"/drop/x\""), 1);
    assert_int_equal(scene_audit(scene, "undo_asked", "\"what\":\"crm.make\",\"by\":\"crm.drop\""),
                     1);
    assert_int_equal(scene_audit(scene, "undone", ""), 0);
    settle(scene, "crm.drop", ESC_DELIVERY_ACCEPTED);
    assert_int_equal(scene_audit(scene, "undone", "\"what\":\"crm.make\""), 1);
    assert_int_equal(scene_audit(scene, "undone", "undone: crm.make by its inverse action"), 1);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_free(scene);
}

/* What only reads leaves nothing behind, unless the author says how it is taken back, or that it cannot be. */
static void what_only_reads_is_no_change(void **state)
{
    (void)state;
    Scene *scene = begun("crm.look(id: ticket.id) within 1h  rollback", TELLS);
    settle(scene, "crm.look", ESC_DELIVERY_ACCEPTED);
    assert_int_equal(scene_audit(scene, "rollback", "rolls 0 changes back"), 1);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_free(scene);
    scene = begun("crm.look(id: ticket.id) within 1h undo none because \"it counts the looks\"  "
                  "rollback",
                  TELLS);
    settle(scene, "crm.look", ESC_DELIVERY_ACCEPTED);
    assert_int_equal(scene_sent(scene, "room", "\"not undone: crm.look (it counts the looks)\""),
                     1);
    scene_free(scene);
}

#define PART "crm.part(id: ticket.id) within 1h  "
#define UNDOES "rollback  if ticket.severity >= high { close as undone }"

/* Who closes right behind a rollback hears what it left, be the last inverse still under way or not. */
static void what_is_left_is_told_though_it_closes(void **state)
{
    (void)state;
    for (int has_inverse = 0; has_inverse < 2; has_inverse++) {
        Scene *scene = begun(
            has_inverse ? PART "crm.make(id: ticket.id) within 1h  " UNDOES : PART UNDOES, "");
        settle(scene, "crm.part", ESC_DELIVERY_ACCEPTED);
        if (has_inverse)
            settle(scene, "crm.make", ESC_DELIVERY_ACCEPTED);
        assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
        assert_int_equal(scene_sent(scene, "ana",
                                    "rollback_incomplete on T: not undone: crm.part (the action "
                                    "has no inverse)"),
                         1);
        scene_free(scene);
    }
}

static void a_handler_hears_what_is_left_though_it_closes(void **state)
{
    (void)state;
    Scene *scene = begun(PART UNDOES, TELLS);
    settle(scene, "crm.part", ESC_DELIVERY_ACCEPTED);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(
        scene_sent(scene, "room", "\"not undone: crm.part (the action has no inverse)\""), 1);
    scene_free(scene);
}

/* A call that failed has done nothing, so there is nothing to take back. */
static void a_call_that_failed_is_no_change(void **state)
{
    (void)state;
    Scene *scene = begun("crm.make(id: ticket.id) within 1h  rollback",
                         TELLS "on exception action_failed { resume }");
    settle(scene, "crm.make", ESC_DELIVERY_DEAD);
    assert_int_equal(scene_audit(scene, "rollback", "rolls 0 changes back"), 1);
    assert_int_equal(scene_audit(scene, "rollback", "changes back:"), 0); /* no reason was given */
    assert_int_equal(scene_sent(scene, "crm.drop", ""), 0);
    scene_free(scene);
}

/* `undo` at the step takes the place of what the action declares, for that call alone. */
static void an_inverse_at_the_step_is_of_that_call_alone(void **state)
{
    (void)state;
    Scene *scene = begun("crm.make(id: \"a\") within 1h undo crm.drop(id: \"b\")\n"
                         "crm.make(id: \"c\") within 1h  rollback",
                         TELLS);
    settle(scene, "crm.make", ESC_DELIVERY_ACCEPTED);
    settle(scene, "crm.make", ESC_DELIVERY_ACCEPTED);
    assert_int_equal(scene_sent(scene, "crm.drop", "\"path\":\"/drop/b\""), 1);
    assert_int_equal(scene_sent(scene, "crm.drop", "\"path\":\"/drop/c\""), 1);
    assert_int_equal(scene_sent(scene, "crm.drop", ""), 2);
    scene_free(scene);
}

static void an_action_without_an_inverse_is_told(void **state)
{
    (void)state;
    Scene *scene = begun("crm.part(id: ticket.id) within 1h  rollback", TELLS);
    settle(scene, "crm.part", ESC_DELIVERY_ACCEPTED);
    assert_int_equal(scene_sent(scene, "room", "not undone: crm.part (the action has no inverse)"),
                     1);
    scene_free(scene);
}

/* The escalation's bundle has fields that tickets have no more, of types that are gone with them. */
static void a_field_that_is_gone_is_left(void **state)
{
    (void)state;
    const char *const owned = "owners { primary ana ack within 1d }\n";
    char source[4096], later[1024];
    snprintf(source, sizeof source,
             "extend ticket { count: number default 0  stage: first < second < third default "
             "first }\n"
             "template t \"Trouble\" { start on ticket.created\n%s"
             "steps { set ticket.count to 3  set ticket.stage to third  wait 1h  rollback  " STAYS
             " }\n" TELLS " close when resolved }\n",
             owned);
    snprintf(later, sizeof later,
             "template other \"O\" { manual %s steps { " STAYS " } close when resolved }\n", owned);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    scene_publish(scene, later);
    assert_true(esc_text_contains(scene_view(scene, 1).changes_json, ESC_TEXT("stage")));
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room",
                                "\"not undone: stage (tickets have no such field any more), count "
                                "(tickets have no such field any more)\""),
                     1);
    assert_int_equal(scene_audit(scene, "undone", ""), 0);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_judged_by_what_it_says),
        cmocka_unit_test(a_request_says_what_its_action_says),
        cmocka_unit_test(each_rollback_tells_what_it_left_itself),
        cmocka_unit_test(what_a_rollback_left_is_told_at_once),
        cmocka_unit_test(an_inverse_has_the_arguments_of_its_action),
        cmocka_unit_test(what_only_reads_is_no_change),
        cmocka_unit_test(what_is_left_is_told_though_it_closes),
        cmocka_unit_test(a_handler_hears_what_is_left_though_it_closes),
        cmocka_unit_test(a_call_that_failed_is_no_change),
        cmocka_unit_test(an_inverse_at_the_step_is_of_that_call_alone),
        cmocka_unit_test(an_action_without_an_inverse_is_told),
        cmocka_unit_test(a_field_that_is_gone_is_left),
    };
    return cmocka_run_group_tests_name("engine_calls", tests, NULL, NULL);
}
