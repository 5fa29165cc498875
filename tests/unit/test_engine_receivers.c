/* test_engine_receivers.c - a message to a channel that is mail is one for each of its receivers. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define TEXT(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

#define STAYS "await resolved within 30d else raise overdue"

static const EscReceiver receivers[] = {
    {TEXT("managers"), TEXT("eva@x.example")},
    {TEXT("others"), TEXT("nobody@x.example")},
    {TEXT("managers"), TEXT("ole@x.example")},
};

/* Deliveries wait for the test. */
static Scene *begun(const char *more)
{
    char source[1024];
    snprintf(source, sizeof source,
             "channel managers email\ntemplate t \"Trouble\" { start on ticket.created\n"
             "owners { primary ana ack within 1d }\nsteps { notify managers \"look\"  " STAYS
             " }\n%s\nclose when resolved }\n",
             more);
    Scene *scene = scene_of_receivers(source, receivers, ESC_COUNT_OF(receivers));
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static void each_receiver_gets_a_row_of_their_own(void **state)
{
    (void)state;
    Scene *scene = begun("");
    assert_int_equal(scene_sent(scene, "managers", "look"), 2);
    const EscOutboxRow *last = scene_last(scene, "managers");
    assert_text_equal(last->key, "tests/E-1/2");
    assert_text_equal(last->medium, "mail");
    assert_text_equal(last->address, "ole@x.example");
    assert_false(esc_text_contains(last->body, ESC_TEXT("\"act\""))); /* for no one person */
    assert_int_equal(scene_audit(scene, "notified", "notified managers (eva@x.example) by mail"),
                     1);
    assert_int_equal(scene_audit(scene, "notified", "notified managers (ole@x.example) by mail"),
                     1);
    scene_free(scene);
}

/* What becomes of one is judged for that one. */
static void a_fault_of_one_touches_that_one(void **state)
{
    (void)state;
    Scene *scene = begun("qa { check accepted within 5m }\non exception qa_failed { resume }");
    uint64_t first = scene_last(scene, "managers")->id - 1;
    scene_settle(scene, scene_last(scene, "ana")->id, ESC_DELIVERY_ACCEPTED, NULL);
    scene_settle(scene, first, ESC_DELIVERY_DEAD, NULL);
    scene_settle(scene, first + 1, ESC_DELIVERY_ACCEPTED, NULL);
    assert_int_equal(
        scene_audit(scene, "delivery_dead", "the message to managers (eva@x.example) was given up"),
        1);
    assert_int_equal(
        scene_audit(scene, "delivered", "the message to managers (ole@x.example) was accepted"), 1);
    assert_int_equal(scene_sent(scene, "ana", "A message to managers (eva@x.example)"), 1);
    assert_int_equal(scene_sent(scene, "ana", "ole@x.example"), 0);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", "notifications were not accepted"), 1);
    scene_free(scene);
}

/* It is told once an hour for each of them. */
static void each_receiver_is_told_of_on_their_own(void **state)
{
    (void)state;
    Scene *scene = begun("on ticket.updated { notify managers \"again\" }");
    scene_fail_all(scene);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    scene_fail_all(scene);
    assert_int_equal(scene_sent(scene, "ana", "A message to managers (eva@x.example)"), 1);
    assert_int_equal(scene_sent(scene, "ana", "A message to managers (ole@x.example)"), 1);
    scene_free(scene);
}

static void a_channel_without_receivers_is_one_row(void **state)
{
    (void)state;
    Scene *scene = begun("on ticket.updated { notify room \"again\" }");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_int_equal(scene_sent(scene, "room", "again"), 1);
    assert_int_equal(scene_last(scene, "room")->address.size, 0);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_receiver_gets_a_row_of_their_own),
        cmocka_unit_test(a_fault_of_one_touches_that_one),
        cmocka_unit_test(each_receiver_is_told_of_on_their_own),
        cmocka_unit_test(a_channel_without_receivers_is_one_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
