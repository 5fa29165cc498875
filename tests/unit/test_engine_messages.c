/* test_engine_messages.c - messages, pages, limits and digests, and what becomes of deliveries. */
#include "engine_scene.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

#define CHAIN "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define STAYS "await resolved within 30d else raise overdue"
#define TEMPLATE(steps)                                                                            \
    "template t \"Trouble\" { start on ticket.created\n" CHAIN "steps { " steps "  " STAYS         \
    " }\nclose when resolved }\n"

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    return scene;
}

static void body_says_what_it_is_about(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("notify room \"{ticket.id} \\\"quoted\\\"\""));
    const EscOutboxRow *row = scene_last(scene, "room");
    assert_non_null(row);
    assert_text_equal(row->key, "tests/E-1/1");
    assert_text_equal(row->medium, "chat");
    assert_int_equal(row->address.size, 0);
    assert_text_equal(
        row->body,
        "{\"text\":\"T \\\"quoted\\\"\",\"own\":[[1,10]],\"subject\":\"[T] T "
        "\\\"quoted\\\"\",\"workspace\":\"tests\",\"escalation\":"
        "\"E-1\",\"ticket\":\"T\",\"template\":\"t\",\"severity\":\"high\",\"page\":false}");
    scene_free(scene);
}

/* What the ticket says is never the author's, whatever it pretends to be; what the engine says is nobody's. */
static void only_the_template_has_words_of_its_own(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        TEMPLATE("notify room \"<!here> {ticket.title}!\"  page primary \"Take {ticket.title}\"\n"
                 "ask ben \"Is it {ticket.title}?\" within 1h { guidance \"Look at "
                 "{ticket.title}\" answer yes \"Yes\" {} timeout {} }"));
    scene_event(scene, "ticket.created", "T", "{\"title\":\"\uFDD0@all\uFDD1\"}");
    assert_non_null(strstr(scene_last(scene, "room")->body.data,
                           "\"text\":\"<!here> @all!\",\"own\":[[0,8],[12,13]]"));
    assert_non_null(
        strstr(scene_last(scene, "ana")->body.data, "\"text\":\"Take @all\",\"own\":[[0,5]]"));
    assert_non_null(
        strstr(scene_last(scene, "ben")->body.data,
               "\"text\":\"Is it @all?\\nLook at @all\",\"own\":[[0,6],[10,11],[11,12],[12,20]]"));
    assert_int_equal(scene_audit(scene, "notified", "\uFDD0"), 0);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ben", "You are accountable"), 1);
    assert_null(strstr(scene_last(scene, "ben")->body.data, "\"own\""));
    scene_free(scene);
}

static void team_members_get_one_each(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("notify ops \"all of you\" via email"));
    assert_int_equal(scene_sent(scene, "ana", "all of you"), 1);
    assert_int_equal(scene_sent(scene, "ben", "all of you"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "all of you"), 1);
    assert_text_equal(scene_last(scene, "ana")->medium, "email");
    assert_text_equal(scene_last(scene, "ana")->address, "ana@x.example");
    scene_free(scene);
}

/* A limit that raises holds nothing back: the message goes out, and says once that there are too many. */
static void a_limit_that_raises_holds_nothing_back(void **state)
{
    (void)state;
    Scene *scene = begun(
        "policy p { last resort dora  limit 1 notifications per person per 1h else raise flood }\n"
        "template t \"Trouble\" { start on ticket.created\n" CHAIN
        "steps { notify cleo \"one\"  notify cleo \"two\"  notify cleo \"three\"  " STAYS
        " }\non exception flood { notify room \"too many\"  resume }\nclose when resolved }\n");
    static const char *const texts[] = {"one", "two", "three"};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        assert_int_equal(scene_sent(scene, "cleo", texts[i]), 1);
    assert_int_equal(scene_sent(scene, "room", "too many"), 1);
    assert_int_equal(scene_audit(scene, "limited", ""), 0);
    scene_free(scene);
}

static void absent_people_get_nothing(void **state)
{
    (void)state;
    Scene *scene = scene_of(TEMPLATE("notify ops \"all of you\""));
    scene_act(scene, ESC_VERB_ABSENT, "dora", 0, "cleo");
    scene_event(scene, "ticket.created", "T", "{}");
    assert_int_equal(scene_sent(scene, "cleo", ""), 0);
    assert_int_equal(scene_audit(scene, "skipped", "cleo is absent and gets no message"), 1);
    scene_free(scene);
}

static void page_ends_with_its_escalation(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("page primary \"see\""));
    scene_after(scene, ESC_MINUTE_MS);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ana", "see"), 1);
    assert_false(scene_has_timers(scene));
    scene_free(scene);
}

/* ana: chat, phone after 3m, then mail. Who cannot be called is not waited for. */
static void a_method_that_died_is_followed_at_once(void **state)
{
    (void)state;
    Scene *scene = scene_of(TEMPLATE("page primary \"see\""));
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{}");
    uint64_t chat = scene_last(scene, "ana")->id;
    assert_text_equal(scene_last(scene, "ana")->medium, "chat");
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ana", "see"), 1);
    scene_settle(scene, chat, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_sent(scene, "ana", "see"), 2);
    scene_settle(scene, chat + 1, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_sent(scene, "ana", "see"), 3);
    scene_after(scene, 4 * ESC_MINUTE_MS); /* nothing is left, and nothing comes twice */
    assert_int_equal(scene_sent(scene, "ana", "see"), 3);
    scene_free(scene);
}

/* An earlier method that dies late takes no time away from the one that rings now. */
static void a_method_that_was_followed_already_may_die(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("person eve \"Eve\" { email \"eve@x.example\" chat \"@eve\" phone \"+49 30 2\" "
                 "reach by chat, then phone after 3m, then email after 10m }\n" TEMPLATE(
                     "page eve \"see\""));
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{}");
    uint64_t chat = scene_last(scene, "eve")->id;
    scene_after(scene, 3 * ESC_MINUTE_MS);
    assert_text_equal(scene_last(scene, "eve")->medium, "phone");
    uint64_t phone = scene_last(scene, "eve")->id;
    scene_settle(scene, chat, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_sent(scene, "eve", "see"), 2);
    scene_settle(scene, phone, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_sent(scene, "eve", "see"), 3);
    assert_text_equal(scene_last(scene, "eve")->medium, "email");
    scene_free(scene);
}

static void too_many_messages_become_a_digest(void **state)
{
    (void)state;
    Scene *scene =
        begun("policy p { last resort dora  limit 3 notifications per person per 1h else digest "
              "}\n" TEMPLATE("notify ben \"one\"  notify ben \"two\"  notify ben \"three\"  notify "
                             "ben \"four\"  notify ben \"five\"  page ben \"six\""));
    assert_int_equal(scene_sent(scene, "ben", ""),
                     4); /* three, and the page: pages are never held back */
    assert_int_equal(scene_audit(scene, "limited", "four"), 1);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ben", "2 messages were held back"), 1);
    assert_int_equal(scene_sent(scene, "ben", "E-1: five"), 1);
    assert_int_equal(scene_audit(scene, "digest", "ben"), 1);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "ben", "held back"), 1);
    scene_free(scene);
}

/* What asks for an act would come when its time is over. */
static void decisions_are_never_held_back(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("policy p { last resort dora  limit 1 notifications per person per 1h else digest "
                 "}\n" TEMPLATE("notify ben \"one\"  notify ben \"two\"\n"
                                "ask ben \"Now?\" within 15m { guidance \"Look first\"  answer yes "
                                "\"Yes\" {} timeout {} }\n"
                                "approve by ben \"Really?\" within 15m else { }"));
    scene_event(scene, "ticket.created", "T", "{}");
    assert_int_equal(scene_sent(scene, "ben", "two"), 0);
    assert_int_equal(scene_sent(scene, "ben", "Now?"), 1);
    assert_non_null(strstr(scene_last(scene, "ben")->body.data, "\"subject\":\"[T] Now?\""));
    scene_act(scene, ESC_VERB_ANSWER, "ben", 1, "yes");
    assert_int_equal(scene_sent(scene, "ben", "Really?"), 1);
    scene_act(scene, ESC_VERB_HANDOFF, "ana", 1, "ben");
    assert_int_equal(scene_sent(scene, "ben", "You are accountable for T"), 1);
    scene_free(scene);
}

static Scene *storm_of(const char *policy, unsigned count)
{
    char source[700], id[16];
    (void)snprintf(source, sizeof source, "%s\n" TEMPLATE("page primary \"take {ticket.title}\""),
                   policy);
    Scene *scene = scene_of(source);
    for (unsigned i = 1; i <= count; i++) {
        (void)snprintf(id, sizeof id, "S-%u", i);
        scene_event(scene, "ticket.created", id, "{\"title\":\"power\\nis out\"}");
    }
    return scene;
}

/* Twenty pages, then one every five minutes for all that nobody has taken; by each kind of contact that was due. */
static void pages_are_merged_in_a_storm(void **state)
{
    (void)state;
    Scene *scene = storm_of("", 24);
    assert_int_equal(scene_sent(scene, "ana", "take power"), 20);
    assert_int_equal(scene_audit(scene, "limited", "the page to ana is merged with others at"), 4);
    scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 3, NULL);
    scene_after(scene, 4 * ESC_MINUTE_MS + 59 * ESC_SECOND_MS);
    assert_int_equal(scene_sent(scene, "ana", "wait for an acknowledgement"), 0);
    scene_after(scene, ESC_SECOND_MS);
    assert_int_equal(
        scene_sent(
            scene, "ana",
            "22 escalations wait for an acknowledgement:\\nE-1 S-1: power\\nis out\\nE-4 S-4"),
        2);
    assert_text_equal(scene_last(scene, "ana")->medium, "phone");
    assert_int_equal(scene_sent(scene, "ana", "E-2 S-2"), 0);
    assert_int_equal(scene_audit(scene, "digest", "ana is paged once for 22 escalations"), 1);
    scene_free(scene);
}

static void a_storm_that_somebody_took_ends(void **state)
{
    (void)state;
    Scene *scene = storm_of("policy p { last resort dora  limit 2 pages per person per 10m }", 3);
    assert_int_equal(scene_sent(scene, "ana", "take power"), 2);
    for (uint64_t i = 1; i <= 3; i++)
        scene_act(scene, ESC_VERB_ACK, "ana", i, NULL);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ana", "wait for an acknowledgement"), 0);
    scene_event(scene, "ticket.created", "S-9", "{\"title\":\"power\"}");
    assert_int_equal(scene_sent(scene, "ana", "take power"), 3);
    scene_free(scene);
}

static void a_merged_page_names_fifty(void **state)
{
    (void)state;
    Scene *scene = storm_of("policy p { last resort dora  limit 1 pages per person per 1h }", 60);
    scene_after(scene, 5 * ESC_MINUTE_MS - ESC_SECOND_MS);
    scene_after(scene, ESC_SECOND_MS);
    assert_int_equal(scene_sent(scene, "ana", "E-50 S-50: power"), 2);
    assert_int_equal(scene_sent(scene, "ana", "E-51 S-51: power"), 0);
    assert_int_equal(scene_sent(scene, "ana", "\\nand 10 more"), 2);
    scene_free(scene);
}

static void window_begins_anew(void **state)
{
    (void)state;
    Scene *scene =
        begun("policy p { last resort dora  limit 1 notifications per person per 1h else digest "
              "}\n" TEMPLATE("notify ben \"one\"  wait 61m  notify ben \"two\""));
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 61 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ben", "\"text\":\"two\""), 1);
    assert_int_equal(scene_audit(scene, "limited", ""), 0);
    scene_free(scene);
}

static void digest_is_bounded(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "policy p { last resort dora  limit 1 notifications per person per 1h else digest }\n"
        "event ping { }\ntemplate t \"T\" { start on ticket.created\n" CHAIN "steps { " STAYS " }\n"
        "on ping { notify ben \"ping\" }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    for (int i = 0; i < 60; i++)
        scene_event(scene, "ping", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ben", "59 messages were held back"), 1);
    assert_int_equal(scene_sent(scene, "ben", "and 9 more"), 1);
    scene_free(scene);
}

static void results_in_any_order(void **state)
{
    (void)state;
    Scene *scene = scene_of(TEMPLATE("notify room \"a\"  notify room \"b\"  notify room \"c\""));
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{}");
    assert_int_equal(scene_unsettled(scene), 4); /* and the owner was told */
    assert_status(scene_settle(scene, 3, ESC_DELIVERY_DELIVERED, NULL), ESC_OK);
    assert_status(scene_settle(scene, 1, ESC_DELIVERY_ACCEPTED, NULL), ESC_OK);
    assert_status(scene_settle(scene, 1, ESC_DELIVERY_DEAD, NULL),
                  ESC_OK); /* the first result stands */
    assert_true(scene_outcome(scene)->is_noop);
    assert_status(scene_settle(scene, 2, ESC_DELIVERY_QUEUED, NULL), ESC_BAD_INPUT);
    assert_int_equal(scene_audit(scene, "delivered", ""), 2);
    assert_int_equal(scene_audit(scene, "delivery_dead", ""), 0);
    scene_free(scene);
}

static void result_after_the_close_is_only_told(void **state)
{
    (void)state;
    Scene *scene = scene_of(TEMPLATE("notify room \"a\""));
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{}");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_fail_all(scene);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    assert_true(scene_audit(scene, "delivery_dead", "") >= 1);
    scene_free(scene);
}

static void message_to_nobody_is_a_dead_one(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { start on ticket.created\n"
        "owners { primary dora ack within 5m  secondary dora ack within 1h }\n"
        "steps { notify ops \"hear me\"  " STAYS " }\n"
        "qa { check accepted within 2m else page dora \"lost\" }\nclose when resolved }\n");
    const char *const ops[] = {"ana", "ben", "cleo"};
    for (size_t i = 0; i < ESC_COUNT_OF(ops); i++)
        scene_act(scene, ESC_VERB_ABSENT, "dora", 0, ops[i]);
    scene_event(scene, "ticket.created", "T", "{}");
    assert_int_equal(scene_audit(scene, "unreachable", "ops"), 1);
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "dora", "lost"), 1);
    scene_free(scene);
}

/* --- addresses in fields (M10.1) ---------------------------------------------------------------------------------- */

static Scene *requested(const char *steps, const char *before, const char *requester)
{
    char source[4096], data[1024];
    snprintf(source, sizeof source,
             "%s\ntemplate t \"Trouble\" { start on ticket.created\n" CHAIN "steps { %s  " STAYS
             " }\nclose when resolved }\n",
             before, steps);
    snprintf(data, sizeof data, "{\"title\":\"x\",\"severity\":\"high\",\"requester\":\"%s\"}",
             requester);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", data), ESC_OK);
    return scene;
}

static void address_in_a_field_gets_a_mail(void **state)
{
    (void)state;
    Scene *scene = requested("notify ticket.requester \"We look at {ticket.title}\" via email\n"
                             "notify ticket.requester \"And again\"",
                             "", "kim@customer.example");
    const EscOutboxRow *row = scene_last(scene, "ticket.requester");
    assert_non_null(row);
    assert_text_equal(row->medium, "email");
    assert_text_equal(row->address, "kim@customer.example");
    assert_int_equal(scene_sent(scene, "ticket.requester", "We look at x"), 1);
    assert_int_equal(scene_sent(scene, "ticket.requester", "\"page\":true"), 0);
    scene_free(scene);
}

static void hostile_address_is_refused_and_told(void **state)
{
    (void)state;
    static const char *const hostile[] = {"kim@customer.example, all@x.example",
                                          "kim@customer.example\\nBcc: all@x.example",
                                          "<kim@customer.example>",
                                          "kim@",
                                          "@customer.example",
                                          "kim@customer..example"};
    for (size_t i = 0; i < ESC_COUNT_OF(hostile); i++) {
        Scene *scene = requested("notify ticket.requester \"Hello\" via email", "", hostile[i]);
        assert_int_equal(scene_sent(scene, "ticket.requester", ""), 0);
        assert_int_equal(scene_audit(scene, "unreachable", "no mail address"), 1);
        scene_free(scene);
    }
}

static void name_in_a_field_is_somebody_of_the_directory(void **state)
{
    (void)state;
    Scene *scene = requested("notify ticket.requester \"Hello\" via email", "", "ben");
    assert_int_equal(scene_sent(scene, "ben", "Hello"), 1);
    scene_free(scene);
}

static void address_is_not_paged(void **state)
{
    (void)state;
    Scene *scene = requested("page ticket.requester \"Hello\"", "", "kim@customer.example");
    assert_int_equal(scene_sent(scene, "ticket.requester", ""), 0);
    assert_int_equal(scene_audit(scene, "unreachable", ""), 1);
    scene_free(scene);
}

static void limit_counts_for_an_address_too(void **state)
{
    (void)state;
    Scene *scene = requested("notify ticket.requester \"one\" via email\n"
                             "notify ticket.requester \"two\" via email\n"
                             "notify ticket.requester \"three\" via email",
                             "policy tests { last resort dora\n"
                             "limit 1 notifications per person per 1h else digest }",
                             "kim@customer.example");
    assert_int_equal(scene_sent(scene, "ticket.requester", ""), 1);
    assert_int_equal(scene_audit(scene, "limited", "kim@customer.example"), 2);
    scene_after(scene, ESC_HOUR_MS);
    const EscOutboxRow *row = scene_last(scene, "kim@customer.example"); /* the digest */
    assert_non_null(row);
    assert_text_equal(row->address, "kim@customer.example");
    assert_non_null(strstr(row->body.data, "2 messages were held back"));
    scene_free(scene);
}

/* --- several receivers (M10.1) -------------------------------------------------------------------------------------- */

static void each_of_several_gets_a_message(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("notify ana, room, ben \"{ticket.title} is down\""));
    assert_int_equal(scene_sent(scene, "ana", "x is down"), 1);
    assert_int_equal(scene_sent(scene, "ben", "x is down"), 1);
    assert_int_equal(scene_sent(scene, "room", "x is down"), 1);
    scene_free(scene);
}

/* Whether somebody is reached is tried without any escalation, and says so. */
static void a_test_message_goes_by_each_way(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("notify room \"a\""));
    uint64_t before = scene_last(scene, "room")->id;
    assert_status(scene_act(scene, ESC_VERB_TEST, "dora", 0, "ben"), ESC_OK);
    const EscOutcome *outcome = scene_outcome(scene);
    assert_true(outcome->messages_count > 0);
    assert_true(outcome->messages_first > before);
    const EscOutboxRow *row = scene_last(scene, "ben");
    assert_int_equal(row->id, outcome->messages_first + outcome->messages_count - 1);
    assert_int_equal(row->escalation, 0);
    assert_true(esc_text_contains(
        row->body,
        ESC_TEXT(
            "This is a test, sent by dora: nothing has happened, and nothing is to be done.")));
    assert_int_equal(scene_audit(scene, "tested", "a test message is sent to ben by "), 1);
    assert_status(scene_act(scene, ESC_VERB_TEST, "dora", 0, "nobody"), ESC_NOT_FOUND);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_says_what_it_is_about),
        cmocka_unit_test(only_the_template_has_words_of_its_own),
        cmocka_unit_test(team_members_get_one_each),
        cmocka_unit_test(a_limit_that_raises_holds_nothing_back),
        cmocka_unit_test(absent_people_get_nothing),
        cmocka_unit_test(page_ends_with_its_escalation),
        cmocka_unit_test(a_method_that_died_is_followed_at_once),
        cmocka_unit_test(a_method_that_was_followed_already_may_die),
        cmocka_unit_test(too_many_messages_become_a_digest),
        cmocka_unit_test(decisions_are_never_held_back),
        cmocka_unit_test(pages_are_merged_in_a_storm),
        cmocka_unit_test(a_storm_that_somebody_took_ends),
        cmocka_unit_test(a_merged_page_names_fifty),
        cmocka_unit_test(window_begins_anew),
        cmocka_unit_test(digest_is_bounded),
        cmocka_unit_test(results_in_any_order),
        cmocka_unit_test(result_after_the_close_is_only_told),
        cmocka_unit_test(message_to_nobody_is_a_dead_one),
        cmocka_unit_test(address_in_a_field_gets_a_mail),
        cmocka_unit_test(hostile_address_is_refused_and_told),
        cmocka_unit_test(name_in_a_field_is_somebody_of_the_directory),
        cmocka_unit_test(address_is_not_paged),
        cmocka_unit_test(limit_counts_for_an_address_too),
        cmocka_unit_test(each_of_several_gets_a_message),
        cmocka_unit_test(a_test_message_goes_by_each_way),
    };
    return cmocka_run_group_tests_name("engine_messages", tests, NULL, NULL);
}
