/* test_engine_rooms.c - war rooms: who is asked for one, and what becomes of its address. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define STAYS "await resolved within 30d else raise overdue"

static Scene *begun(const char *channel, const char *steps)
{
    char source[4096];
    snprintf(source, sizeof source,
             "%s template t \"Trouble\" { start on ticket.created\n"
             "owners { primary ana ack within 1d }\nsteps { %s  " STAYS
             " }\non go { notify ana \"news\"  open warroom \"again\" }\nclose when resolved }\n"
             "event go { n: number? }\n",
             channel, steps);
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    return scene;
}

static uint64_t row_to(Scene *scene, const char *target)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    assert_text_equal(row->medium, "room");
    return row->id;
}

static uint64_t row_of(Scene *scene)
{
    return row_to(scene, "warroom");
}

#define OPEN "channel warroom chat\n", "open warroom \"War on {ticket.id}\""

static void a_room_is_asked_for_and_told_of(void **state)
{
    (void)state;
    Scene *scene = begun(OPEN);
    assert_int_equal(scene_sent(scene, "warroom",
                                "\"json\":{\"room\":\"tests-e-1\",\"title\":\"War on T\","
                                "\"escalation\":\"E-1\",\"ticket\":\"T\"}"),
                     1);
    assert_int_equal(scene_audit(scene, "warroom", "asks for a war room (\"War on T\")"), 1);
    assert_text_equal(scene_view(scene, 1).room, "");
    assert_status(scene_settle(scene, row_of(scene), ESC_DELIVERY_DELIVERED, "https://meet/r1"),
                  ESC_OK);
    assert_text_equal(scene_view(scene, 1).room, "https://meet/r1");
    assert_int_equal(scene_audit(scene, "warroom", "its war room is https://meet/r1"), 1);
    assert_int_equal(scene_sent(scene, "ana", "The war room for T is https://meet/r1"), 1);
    /* who has it is called into it, and nobody waits for that */
    assert_int_equal(scene_sent(scene, "warroom ana",
                                "\"json\":{\"room\":\"tests-e-1\",\"address\":\"https://meet/r1\","
                                "\"people\":[\"@ana\"],"),
                     1);
    assert_status(scene_settle(scene, row_to(scene, "warroom ana"), ESC_DELIVERY_DELIVERED, "@ana"),
                  ESC_OK);
    assert_int_equal(scene_audit(scene, "warroom", "called into its war room: @ana"), 1);
    assert_text_equal(scene_last(scene, "warroom ana")->medium, "room");
    assert_text_equal(scene_view(scene, 1).room, "https://meet/r1");
    /* and it stands below what is told from then on */
    assert_status(scene_event(scene, "go", "T", "{}"), ESC_OK);
    assert_int_equal(scene_sent(scene, "ana", "\"text\":\"news\""), 1);
    assert_int_equal(scene_sent(scene, "ana", "\"room\":\"https://meet/r1\""), 2);
    scene_free(scene);
}

/* A second one would part those who talk. */
static void an_escalation_has_one_room(void **state)
{
    (void)state;
    Scene *scene = begun(OPEN);
    assert_status(scene_event(scene, "go", "T", "{}"), ESC_OK); /* it is under way */
    assert_status(scene_settle(scene, row_of(scene), ESC_DELIVERY_DELIVERED, "https://meet/r1"),
                  ESC_OK);
    assert_status(scene_event(scene, "go", "T", "{}"), ESC_OK);
    assert_int_equal(scene_audit(scene, "warroom", "has one already"), 2);
    assert_int_equal(scene_sent(scene, "warroom", "\"action\":\"open\""), 1);
    assert_status(scene_settle(scene, row_to(scene, "warroom ana"), ESC_DELIVERY_DEAD, ""), ESC_OK);
    assert_int_equal(scene_audit(scene, "warroom", "ana was not called into its war room"), 1);
    assert_text_equal(scene_view(scene, 1).room, "https://meet/r1");
    scene_free(scene);
}

static void what_is_not_made_is_told_and_can_be_asked_for_again(void **state)
{
    (void)state;
    Scene *scene = begun(OPEN);
    assert_status(scene_settle(scene, row_of(scene), ESC_DELIVERY_DEAD, ""), ESC_OK);
    assert_int_equal(scene_audit(scene, "warroom", "no war room was made"), 1);
    assert_int_equal(scene_sent(scene, "ana", "No war room for T was made"), 1);
    assert_text_equal(scene_view(scene, 1).room, "");
    assert_status(scene_event(scene, "go", "T", "{}"), ESC_OK);
    assert_int_equal(scene_sent(scene, "warroom", ""), 2);
    /* a line in a file makes nothing */
    assert_status(scene_settle(scene, row_of(scene), ESC_DELIVERY_ACCEPTED, ""), ESC_OK);
    assert_int_equal(scene_audit(scene, "warroom", "no war room was made"), 2);
    assert_int_equal(scene_sent(scene, "ana", "No war room for T was made"), 1);
    scene_free(scene);
}

static void without_a_channel_nothing_is_made(void **state)
{
    (void)state;
    Scene *scene = begun("", "open warroom \"War\"");
    assert_int_equal(
        scene_audit(scene, "warroom", "no channel is called warroom, so none was made"), 1);
    assert_null(scene_last(scene, "warroom"));
    scene_free(scene);
}

/* The answer of a room that is not needed any more changes nothing. */
static void an_answer_behind_the_end_is_recorded(void **state)
{
    (void)state;
    Scene *scene = begun(OPEN);
    uint64_t row = row_of(scene);
    assert_status(scene_event(scene, "ticket.resolved", "T", "{}"), ESC_OK);
    assert_status(scene_settle(scene, row, ESC_DELIVERY_DELIVERED, "https://meet/r1"), ESC_OK);
    assert_int_equal(scene_audit(scene, "replied", "after it was closed"), 1);
    assert_int_equal(scene_audit(scene, "warroom", "https://meet/r1"), 0);
    scene_free(scene);
}

/* Each is called by a row of their own; who has no chat is named. */
static void one_who_cannot_be_called_keeps_nobody_out(void **state)
{
    (void)state;
    Scene *scene = scene_of("channel warroom chat\n"
                            "person eve { email \"eve@x.example\" }\n"
                            "template t \"Trouble\" { start on ticket.created\n"
                            "owners { primary eve ack within 1d  secondary ben ack within 1d }\n"
                            "steps { open warroom \"War\"  " STAYS " }\nclose when resolved }\n");
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    assert_status(scene_settle(scene, row_of(scene), ESC_DELIVERY_DELIVERED, "https://meet/r1"),
                  ESC_OK);
    assert_int_equal(scene_audit(scene, "warroom",
                                 "eve was not called into its war room: the directory has no chat "
                                 "address of theirs"),
                     1);
    assert_null(scene_last(scene, "warroom eve"));
    scene_free(scene);
}

/* Who is in it hears the end. A room that was never made hears nothing. */
static void a_room_hears_the_end(void **state)
{
    (void)state;
    Scene *scene = begun(OPEN);
    assert_status(scene_settle(scene, row_of(scene), ESC_DELIVERY_DELIVERED, "https://meet/r1"),
                  ESC_OK);
    assert_status(scene_event(scene, "ticket.resolved", "T", "{}"), ESC_OK);
    assert_int_equal(scene_sent(scene, "warroom",
                                "\"json\":{\"room\":\"tests-e-1\",\"address\":\"https://meet/r1\","
                                "\"words\":\"E-1 of T is closed as resolved after "),
                     1);
    assert_int_equal(scene_audit(scene, "warroom", "its war room is told of the end"), 1);
    assert_status(scene_settle(scene, row_of(scene), ESC_DELIVERY_DELIVERED, ""), ESC_OK);
    scene_free(scene);
    scene = begun("channel warroom chat\n", "notify ana \"x\"");
    assert_status(scene_event(scene, "ticket.resolved", "T", "{}"), ESC_OK);
    assert_null(scene_last(scene, "warroom"));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_room_is_asked_for_and_told_of),
        cmocka_unit_test(an_escalation_has_one_room),
        cmocka_unit_test(what_is_not_made_is_told_and_can_be_asked_for_again),
        cmocka_unit_test(without_a_channel_nothing_is_made),
        cmocka_unit_test(an_answer_behind_the_end_is_recorded),
        cmocka_unit_test(one_who_cannot_be_called_keeps_nobody_out),
        cmocka_unit_test(a_room_hears_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
