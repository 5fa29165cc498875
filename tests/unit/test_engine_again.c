/* test_engine_again.c - a message that was given up is sent once more: what waits again, what counts, what is left as it is. */
#include "engine_scene.h"

#include "support/test.h"

#define SOURCE                                                                                     \
    "template t \"Trouble\" { start on ticket.created\n"                                           \
    "owners { primary ana ack within 1d }\n"                                                       \
    "steps { notify room \"a\" await resolved within 30d else raise overdue }\n"                   \
    "qa { check accepted before close }\n"                                                        \
    "close when resolved }\n"

static Scene *begun(void)
{
    Scene *scene = scene_of(SOURCE);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    return scene;
}

/* As the store has the row. */
static EscAgain again_of(const EscOutboxRow *row, EscDeliveryState state)
{
    EscAgain again = {.row = *row,
                      .state = state,
                      .actor = ESC_TEXT("ben"),
                      .reason = ESC_TEXT("the chat is back")};
    again.row.message = NULL;
    return again;
}

static EscStatus ask(Scene *scene, const EscAgain *again)
{
    return scene_input(scene, &(EscInput){.kind = ESC_INPUT_AGAIN, .again = again});
}

static void a_dead_message_waits_once_more(void **state)
{
    (void)state;
    Scene *scene = begun();
    const EscOutboxRow *row = scene_last(scene, "room");
    uint64_t id = row->id;
    assert_status(scene_settle(scene, id, ESC_DELIVERY_DEAD, "no such room"), ESC_OK);
    size_t unsettled = scene_unsettled(scene);
    scene_clock(scene, 5000);
    EscAgain again = again_of(row, ESC_DELIVERY_DEAD);
    again.row.deadline_ms = 7;
    assert_status(ask(scene, &again), ESC_OK);
    assert_false(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_outcome(scene)->escalations_count, 1);
    assert_int_equal(scene_outcome(scene)->escalations[0], 1);
    assert_int_equal(scene_unsettled(scene), unsettled + 1);
    assert_int_equal(row->created_at_ms, scene_now(scene));
    assert_int_equal(row->deadline_ms, 0);
    assert_int_equal(scene_audit(scene, "sent_again",
                                 "ben has the message to room sent once more: the chat is back"),
                     1);
    assert_int_equal(scene_audit(scene, "sent_again", "\"target\":\"room\""), 1);
    /* Asked once more, it is under way. */
    assert_status(ask(scene, &again), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_string_equal(scene_outcome(scene)->note,
                        "message 1 was not given up, and is not sent once more");
    assert_int_equal(scene_audit(scene, "sent_again", ""), 1);
    assert_status(scene_settle(scene, id, ESC_DELIVERY_DELIVERED, ""), ESC_OK);
    assert_int_equal(scene_audit(scene, "delivered", "the message to room was delivered"), 1);
    /* It was dead and is no more: the check on deliveries holds once all others have arrived. */
    scene_deliver_all(scene);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, ""), ESC_OK);
    scene_deliver_all(scene);
    assert_int_equal(scene_audit(scene, "check_passed", ""), 1);
    scene_free(scene);
}

static void its_place_may_be_gone_or_not(void **state)
{
    (void)state;
    /* Many that are settled behind it give up their places; the numbers stay in order. */
    Scene *scene = begun();
    const EscOutboxRow *row = scene_last(scene, "room");
    assert_status(scene_settle(scene, row->id, ESC_DELIVERY_DEAD, ""), ESC_OK);
    for (int i = 0; i < 4; i++)
        assert_status(
            scene_event(scene, "ticket.created", (const char *[]){"A", "B", "C", "D"}[i], "{}"),
            ESC_OK);
    scene_deliver_all(scene);
    EscAgain again = again_of(row, ESC_DELIVERY_DEAD);
    assert_status(ask(scene, &again), ESC_OK);
    assert_status(scene_event(scene, "ticket.created", "E", "{}"), ESC_OK);
    assert_status(scene_settle(scene, row->id, ESC_DELIVERY_ACCEPTED, ""), ESC_OK);
    assert_false(scene_outcome(scene)->is_noop);
    scene_deliver_all(scene);
    assert_int_equal(scene_unsettled(scene), 0);
    scene_free(scene);
}

static void the_last_message_is_under_way_again(void **state)
{
    (void)state;
    Scene *scene = begun();
    uint64_t last = scene_view(scene, 1).last_outbox;
    const EscOutboxRow *row = NULL;
    const char *const targets[] = {"room", "ana"};
    for (int i = 0; i < 2; i++)
        row = scene_last(scene, targets[i])->id == last ? scene_last(scene, targets[i]) : row;
    assert_non_null(row);
    assert_status(scene_settle(scene, last, ESC_DELIVERY_DEAD, "gone"), ESC_OK);
    uint64_t now_last =
        scene_view(scene, 1).last_outbox; /* whoever is told of it, may be last now */
    EscAgain again = again_of(row, ESC_DELIVERY_DEAD);
    scene_clock(scene, 1000);
    assert_status(ask(scene, &again), ESC_OK);
    if (now_last == last) {
        assert_int_equal(scene_view(scene, 1).last_state, ESC_DELIVERY_QUEUED);
        assert_int_equal(scene_view(scene, 1).last_detail.size, 0);
        assert_int_equal(scene_view(scene, 1).last_at_ms, scene_now(scene));
    } else
        assert_int_equal(scene_view(scene, 1).last_outbox, now_last);
    scene_free(scene);
}

static void what_arrived_is_not_sent_again(void **state)
{
    (void)state;
    Scene *scene = begun();
    const EscOutboxRow *row = scene_last(scene, "room");
    assert_status(scene_settle(scene, row->id, ESC_DELIVERY_ACCEPTED, ""), ESC_OK);
    EscAgain again = again_of(row, ESC_DELIVERY_ACCEPTED);
    assert_status(ask(scene, &again), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_audit(scene, "sent_again", ""), 0);
    scene_free(scene);
}

static void what_is_no_message_is_refused(void **state)
{
    (void)state;
    Scene *scene = begun();
    const EscOutboxRow *row = scene_last(scene, "room");
    assert_status(scene_settle(scene, row->id, ESC_DELIVERY_DEAD, ""), ESC_OK);
    EscAgain again = again_of(row, ESC_DELIVERY_DEAD);
    again.row.kind = ESC_OUTBOX_CALL;
    assert_status(ask(scene, &again), ESC_CONFLICT);
    assert_string_equal(scene_why(scene),
                        "1 is a call: what waited for it has gone on, and it is not made again");
    again = again_of(row, ESC_DELIVERY_DEAD);
    again.row.id = 0;
    assert_status(ask(scene, &again), ESC_NOT_FOUND);
    again.row.id = 99;
    assert_status(ask(scene, &again), ESC_NOT_FOUND);
    assert_string_equal(scene_why(scene), "there is no message 99");
    assert_int_equal(scene_audit(scene, "sent_again", ""), 0);
    scene_free(scene);
}

static void of_one_that_is_closed_it_is_sent_too(void **state)
{
    (void)state;
    Scene *scene = begun();
    const EscOutboxRow *row = scene_last(scene, "room");
    assert_status(scene_settle(scene, row->id, ESC_DELIVERY_DEAD, ""), ESC_OK);
    const EscAction call_off = {.verb = ESC_VERB_CALL_OFF,
                                .actor = ESC_TEXT("ana"),
                                .escalation = 1,
                                .reason = ESC_TEXT("x")};
    assert_status(scene_act_full(scene, &call_off), ESC_OK);
    EscAgain again = again_of(row, ESC_DELIVERY_DEAD);
    again.by = ESC_TEXT("helpdesk");
    again.reason = (EscText){0};
    assert_status(ask(scene, &again), ESC_OK);
    assert_int_equal(scene_outcome(scene)->escalations_count, 0);
    assert_int_equal(
        scene_audit(scene, "sent_again",
                    "ben has the message to room sent once more [helpdesk acting as ben]"),
        1);
    assert_status(scene_settle(scene, row->id, ESC_DELIVERY_DELIVERED, ""), ESC_OK);
    assert_int_equal(scene_audit(scene, "delivered", "room"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_message_waits_once_more),
        cmocka_unit_test(its_place_may_be_gone_or_not),
        cmocka_unit_test(the_last_message_is_under_way_again),
        cmocka_unit_test(what_arrived_is_not_sent_again),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(of_one_that_is_closed_it_is_sent_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
