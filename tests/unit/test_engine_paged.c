/* test_engine_paged.c - pages under way: a turn that nobody can be reached in ends at once, and a merged page is a page. */
#include "engine_scene.h"
#include "trail.h"

#include <stdio.h>

#include "support/test.h"

#define STAYS "await resolved within 30d else raise overdue"
#define TEMPLATE(owners, steps, more)                                                              \
    "template t \"Trouble\" { start on ticket.created\nowners { " owners " }\nsteps { " steps      \
    "  " STAYS " }\n" more "close when resolved }\n"
#define CHAIN "primary ana ack within 20m  secondary ben ack within 20m"
#define TAKE "page primary \"take {ticket.id}\""

/* Deliveries wait for the test. */
static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static void settle_last(Scene *scene, const char *target, EscDeliveryState state)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    assert_status(scene_settle(scene, row->id, state, NULL), ESC_OK);
}

static void die(Scene *scene, const char *target)
{
    settle_last(scene, target, ESC_DELIVERY_DEAD);
}

/* --- the turn ---------------------------------------------------------------------------------- */

static void a_turn_ends_when_its_last_page_died(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(CHAIN, TAKE, "qa { check acknowledged }\n"));
    int64_t began_ms = scene_now(scene);
    die(scene, "ana");
    assert_text_equal(scene_last(scene, "ana")->medium, "phone"); /* the next way, at once */
    assert_view_owner(scene, 1, "ana");
    die(scene, "ana");
    assert_view_owner(scene, 1, "ana"); /* her mail is left */
    assert_text_equal(scene_last(scene, "ana")->medium, "email");
    die(scene, "ana");
    assert_view_owner(scene, 1, "ben");
    assert_true(scene_now(scene) == began_ms);
    assert_int_equal(scene_audit(scene, "failover",
                                 "ana could not be reached, every page was given up; ben "
                                 "(secondary) is accountable now"),
                     1);
    assert_int_equal(scene_sent(scene, "ben", "You are accountable"), 1);
    /* Who was not reached has missed nothing. */
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    assert_int_equal(scene_audit(scene, "check_passed", "acknowledged"), 1);
    scene_free(scene);
}

static void one_page_that_arrived_keeps_the_turn(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(CHAIN, TAKE, ""));
    settle_last(scene, "ana", ESC_DELIVERY_ACCEPTED);
    scene_after(scene, 3 * ESC_MINUTE_MS);
    die(scene, "ana");
    die(scene, "ana");
    assert_view_owner(scene, 1, "ana");
    scene_after(scene, 17 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

static void a_page_that_waits_keeps_the_turn(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(CHAIN, TAKE, ""));
    uint64_t chat = scene_last(scene, "ana")->id;
    scene_after(scene, 3 * ESC_MINUTE_MS);
    die(scene, "ana");
    die(scene, "ana");
    assert_status(scene_news(scene, chat, ESC_ENDPOINT_HELD, "people by chat", "HTTP status 401"),
                  ESC_OK);
    assert_view_owner(scene, 1, "ana"); /* held is not dead */
    assert_status(scene_settle(scene, chat, ESC_DELIVERY_DEAD, NULL), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

static void everybody_of_the_turn_has_to_be_out_of_reach(void **state)
{
    (void)state;
    Scene *scene = begun("team pair { ben cleo }\n" TEMPLATE(
        "primary pair ack within 20m  secondary ana ack within 20m", TAKE, ""));
    die(scene, "ben");
    assert_view_owner(scene, 1, "ben");
    die(scene, "cleo");
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_audit(scene, "failover", "ben and 1 more could not be reached"), 1);
    scene_free(scene);
}

static void pages_of_others_end_no_turn(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(CHAIN, TAKE "  page cleo \"look\"  page ben \"look\"", ""));
    die(scene, "cleo");
    uint64_t old = scene_last(scene, "ben")->id;
    assert_view_owner(scene, 1, "ana");
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    /* What was sent before the turn is of no turn. */
    assert_status(scene_settle(scene, old, ESC_DELIVERY_DEAD, NULL), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    die(scene, "ben");
    assert_view_owner(scene, 1, "dora");
    scene_free(scene);
}

static void an_acknowledged_turn_does_not_end_by_a_page(void **state)
{
    (void)state;
    Scene *scene = begun("team pair { ben cleo }\n" TEMPLATE(
        "primary pair ack within 20m  secondary ana ack within 20m", TAKE, ""));
    die(scene, "ben");
    scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL);
    die(scene, "cleo");
    assert_view_owner(scene, 1, "cleo");
    scene_free(scene);
}

/* Behind the alarm pages come by the hour, however quickly each of them dies. */
static void the_last_resorts_ladder_stands(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("primary ben ack within 20m  secondary ben ack within 20m", TAKE,
                                  "on exception unowned { resume }\n"));
    die(scene, "ben");
    assert_view_owner(scene, 1, "dora");
    die(scene, "dora");
    assert_int_equal(scene_audit(scene, "alarm", "dora stands as the last resort"), 1);
    for (int i = 0; i < 3; i++)
        scene_fail_all(scene);
    assert_int_equal(scene_audit(scene, "alarm", ""), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "alarm", ""), 2);
    scene_free(scene);
}

/* A chain that cannot be reached at all is run through once, and handing it back has a bound. */
static void a_handler_cannot_make_a_circle_of_dead_pages(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("primary ben ack within 20m  secondary cleo ack within 20m", TAKE,
                                  "on exception unowned { handoff to primary because \"again\" "
                                  "expect acked within 10m  resume }\n"));
    for (int i = 0; i < 200 && scene_unsettled(scene) > 0; i++)
        scene_fail_all(scene);
    assert_int_equal(scene_unsettled(scene), 0);
    assert_true(scene_audit(scene, "handoff", "") <= 20);
    scene_free(scene);
}

/* --- merged pages ------------------------------------------------------------------------------ */

#define ONE_PAGE "policy p { last resort dora  limit 1 pages per person per 1h }\n"

/* S-1 is paged, the page of S-2 waits for the merged one. */
static Scene *storm_of(const char *source)
{
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "S-1", "{\"title\":\"one\"}"), ESC_OK);
    assert_status(scene_event(scene, "ticket.created", "S-2", "{\"title\":\"two\"}"), ESC_OK);
    return scene;
}

static void a_merged_page_that_died_is_followed_by_the_next_way(void **state)
{
    (void)state;
    Scene *scene = storm_of(
        ONE_PAGE "person emil \"Emil\" { chat \"@emil\" phone \"+49 30 2\" reach by chat, then "
                 "phone after 30m }\n" TEMPLATE(
                     "primary emil ack within 1h  secondary ben ack within 1h", TAKE, ""));
    settle_last(scene, "emil", ESC_DELIVERY_ACCEPTED);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_text_equal(scene_last(scene, "emil")->medium, "chat");
    int64_t died_ms = scene_now(scene);
    die(scene, "emil");
    scene_after(scene, 0);
    assert_true(scene_now(scene) == died_ms);
    assert_text_equal(scene_last(scene, "emil")->medium, "phone");
    assert_int_equal(scene_sent(scene, "emil", "2 escalations wait for an acknowledgement"), 2);
    assert_int_equal(scene_audit(scene, "delivery_dead", "the merged page to emil was given up"),
                     1); /* it was no page of E-1 by chat: that one had come */
    assert_view_owner(scene, 2, "emil");
    die(scene, "emil");
    assert_view_owner(scene, 2, "ben"); /* every way of E-2 */
    assert_view_owner(scene, 1, "emil");
    scene_free(scene);
}

/* One page of E-1 is under way by itself, another one with the merged page: each has its own end. */
static void a_merged_page_speaks_for_those_that_waited(void **state)
{
    (void)state;
    Scene *scene =
        storm_of(ONE_PAGE TEMPLATE("primary ben ack within 1h  secondary ana ack within 1h",
                                   TAKE "  page primary \"and this\"", ""));
    uint64_t alone = scene_last(scene, "ben")->id;
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_not_equal(scene_last(scene, "ben")->id, alone);
    die(scene, "ben");
    assert_view_owner(scene, 1, "ben");
    assert_view_owner(scene, 2, "ana");
    assert_status(scene_settle(scene, alone, ESC_DELIVERY_DEAD, NULL), ESC_OK);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

/* There is no other way: those who wait for the next merged page get it when it is due. */
static void a_merged_page_that_died_hurries_nobody_else(void **state)
{
    (void)state;
    Scene *scene = storm_of(
        ONE_PAGE TEMPLATE("primary ben ack within 1h  secondary ana ack within 1h", TAKE, ""));
    settle_last(scene, "ben", ESC_DELIVERY_ACCEPTED);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_status(scene_event(scene, "ticket.created", "S-3", "{\"title\":\"three\"}"), ESC_OK);
    die(scene, "ben");
    scene_after(scene, 5 * ESC_MINUTE_MS - ESC_SECOND_MS);
    assert_view_owner(scene, 2, "ana");
    assert_int_equal(scene_sent(scene, "ben", "E-3 S-3"), 0);
    scene_after(scene, ESC_SECOND_MS);
    assert_int_equal(scene_sent(scene, "ben", "E-3 S-3"), 1);
    scene_free(scene);
}

static void a_merged_page_counts_for_checks(void **state)
{
    (void)state;
    Scene *scene = storm_of(
        ONE_PAGE TEMPLATE("primary ben ack within 1h", TAKE, "qa { check accepted within 10m }\n"));
    settle_last(scene, "ben", ESC_DELIVERY_ACCEPTED);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    settle_last(scene, "ben", ESC_DELIVERY_ACCEPTED);
    assert_int_equal(scene_audit(scene, "delivered", "the merged page to ben was accepted"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_passed", ""), 2);
    scene_free(scene);
}

static void a_merged_page_that_is_not_accepted_fails_checks(void **state)
{
    (void)state;
    Scene *scene = storm_of(ONE_PAGE TEMPLATE("primary ben ack within 1h", TAKE,
                                              "qa { check accepted within 10m }\n"
                                              "on exception qa_failed { resume }\n"));
    settle_last(scene, "ben", ESC_DELIVERY_ACCEPTED);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_passed", ""), 1);
    assert_int_equal(scene_audit(scene, "check_failed", "1 of 1 notification was not accepted"),
                     1);
    scene_free(scene);
}

/* Nobody needs the page any more that was to come: it is no message that is missing. */
static void a_page_that_need_not_come_is_no_message(void **state)
{
    (void)state;
    Scene *scene =
        storm_of(ONE_PAGE TEMPLATE("primary ben ack within 1h", TAKE, "qa { check accepted }\n"));
    settle_last(scene, "ben", ESC_DELIVERY_ACCEPTED);
    scene_act(scene, ESC_VERB_ACK, "ben", 2, NULL);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ben", "1 escalation waits for an acknowledgement:"), 1);
    assert_int_equal(scene_sent(scene, "ben", "E-2 S-2"), 0);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 2, NULL);
    assert_int_equal(scene_view(scene, 2).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

/* It was acknowledged while the merged page was under way: the result still comes to it. */
static void a_merged_page_under_way_is_waited_for(void **state)
{
    (void)state;
    Scene *scene =
        storm_of(ONE_PAGE TEMPLATE("primary ben ack within 1h", TAKE, "qa { check accepted }\n"));
    settle_last(scene, "ben", ESC_DELIVERY_ACCEPTED);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    uint64_t merged = scene_last(scene, "ben")->id;
    scene_act(scene, ESC_VERB_ACK, "ben", 2, NULL);
    scene_event(scene, "ticket.created", "S-3", "{\"title\":\"three\"}");
    scene_after(scene, 5 * ESC_MINUTE_MS); /* another one, which does not name it */
    assert_int_equal(scene_sent(scene, "ben", "E-2"), 1);
    assert_status(scene_settle(scene, merged, ESC_DELIVERY_ACCEPTED, NULL), ESC_OK);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 2, NULL);
    assert_int_equal(scene_audit(scene, "check_passed", "accepted"), 1);
    assert_int_equal(scene_view(scene, 2).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

#define EMIL(contacts)                                                                             \
    ONE_PAGE "person emil \"Emil\" { " contacts                                                    \
             " }\n" TEMPLATE("primary emil ack within 1h", TAKE,                                   \
                             "qa { check queued within 10m }\n"                                    \
                             "on exception qa_failed { resume }\n")

/* The way by which it was to go has left the directory meanwhile: it is a message that went nowhere. */
static void a_merged_page_without_its_way_is_dead(void **state)
{
    (void)state;
    Scene *scene = storm_of(EMIL("chat \"@emil\" phone \"+49 30 2\" reach by chat, phone"));
    scene_publish(scene, EMIL("chat \"@emil\""));
    settle_last(scene, "emil", ESC_DELIVERY_ACCEPTED);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_text_equal(scene_last(scene, "emil")->medium, "chat");
    settle_last(scene, "emil", ESC_DELIVERY_ACCEPTED);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", "1 of 2 notifications was not queued"), 2);
    told(scene, "a_merged_page_without_its_way");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_ends_when_its_last_page_died),
        cmocka_unit_test(one_page_that_arrived_keeps_the_turn),
        cmocka_unit_test(a_page_that_waits_keeps_the_turn),
        cmocka_unit_test(everybody_of_the_turn_has_to_be_out_of_reach),
        cmocka_unit_test(pages_of_others_end_no_turn),
        cmocka_unit_test(an_acknowledged_turn_does_not_end_by_a_page),
        cmocka_unit_test(the_last_resorts_ladder_stands),
        cmocka_unit_test(a_handler_cannot_make_a_circle_of_dead_pages),
        cmocka_unit_test(a_merged_page_that_died_is_followed_by_the_next_way),
        cmocka_unit_test(a_merged_page_speaks_for_those_that_waited),
        cmocka_unit_test(a_merged_page_that_died_hurries_nobody_else),
        cmocka_unit_test(a_merged_page_counts_for_checks),
        cmocka_unit_test(a_merged_page_that_is_not_accepted_fails_checks),
        cmocka_unit_test(a_page_that_need_not_come_is_no_message),
        cmocka_unit_test(a_merged_page_under_way_is_waited_for),
        cmocka_unit_test(a_merged_page_without_its_way_is_dead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
