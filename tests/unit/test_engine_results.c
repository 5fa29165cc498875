/* test_engine_results.c - what became of messages and calls: what the record says, inverses, results that come late. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define SYSTEM                                                                                     \
    "system crm \"CRM\" {\n"                                                                       \
    "action lock(id: text) undo unlock(id: id) { POST \"/lock/{id}\" expect 200 }\n"               \
    "action unlock(id: text) undo lock(id: id) { POST \"/unlock/{id}\" expect 200 }\n"             \
    "}\n"
#define STAYS "await resolved within 30d else raise overdue"

/* Deliveries wait for the test. */
static Scene *begun(const char *steps)
{
    char source[4096];
    snprintf(source, sizeof source,
             SYSTEM "template t \"Trouble\" { start on ticket.created\n"
                    "owners { primary ana ack within 1d }\nsteps { %s  " STAYS
                    " }\non exception action_failed { notify room \"failed\"  resume }\n"
                    "close when resolved }\n",
             steps);
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    return scene;
}

static uint64_t last_id(Scene *scene, const char *target)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    return row->id;
}

/* What the first audit record says when a fresh engine hears of this result. */
static void assert_told(Scene *scene, const EscDelivery *delivery, const char *text,
                        const char *status)
{
    EscInput input = {.kind = ESC_INPUT_DELIVERY, .delivery = delivery};
    EscEngine *engine = scene_restore(scene, 5);
    EscOutcome outcome;
    EscWhy why;
    assert_status(esc_engine_apply(engine, &input, scene_now(scene), &outcome, &why), ESC_OK);
    const EscGroup *group = esc_engine_flush(engine);
    assert_text_equal(group->audit[0].text, text);
    assert_true(esc_text_contains(group->audit[0].data, ESC_TEXT("\"status\"")) ==
                (status != NULL));
    if (status != NULL)
        assert_true(esc_text_contains(group->audit[0].data, esc_text_from(status)));
    esc_engine_free(engine);
}

static void record_says_why_a_message_was_given_up(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"");
    EscDelivery delivery = {.outbox = last_id(scene, "room"), .state = ESC_DELIVERY_DEAD};
    assert_told(scene, &delivery, "the message to room was given up", NULL);
    delivery.detail = ESC_TEXT("?");
    assert_told(scene, &delivery, "the message to room was given up: ?", NULL);
    scene_free(scene);
}

static void record_says_what_a_call_got(void **state)
{
    (void)state;
    Scene *scene = begun("crm.lock(id: ticket.id)");
    EscDelivery delivery = {.outbox = last_id(scene, "crm.lock"), .state = ESC_DELIVERY_DEAD};
    assert_told(scene, &delivery, "crm.lock failed", NULL); /* nobody answered */
    delivery.detail = ESC_TEXT("?");
    delivery.http_status = 503;
    assert_told(scene, &delivery, "crm.lock failed: ?", "\"status\":\"503\"");
    delivery.state = ESC_DELIVERY_ACCEPTED;
    delivery.http_status = 200;
    assert_told(scene, &delivery, "crm.lock succeeded (?)", "\"status\":\"200\"");
    scene_free(scene);
}

/* Each inverse is waited for by its own number, in whatever order they end, and what failed is told as one. */
static void every_inverse_that_fails_raises(void **state)
{
    (void)state;
    enum { LOCKS = 8 };
    char steps[512] = "";
    for (int i = 0; i < LOCKS; i++)
        strcat(steps, "crm.lock(id: ticket.id)  ");
    strcat(steps, "rollback");
    Scene *scene = begun(steps);
    for (int i = 0; i < LOCKS; i++)
        scene_settle(scene, last_id(scene, "crm.lock"), ESC_DELIVERY_ACCEPTED, "ok");
    uint64_t last = last_id(scene, "crm.unlock");
    for (uint64_t id = last - LOCKS + 1; id < last - 1; id++)
        scene_settle(scene, id, ESC_DELIVERY_ACCEPTED, "ok");
    scene_settle(scene, last - 1, ESC_DELIVERY_DEAD, NULL);
    scene_settle(scene, last, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_audit(scene, "undone", "crm.lock"), LOCKS - 2);
    assert_int_equal(scene_audit(scene, "not_undone", "its inverse failed: refused"), 2);
    assert_int_equal(scene_audit(scene, "exception", "rollback_incomplete"), 1);
    scene_free(scene);
}

static void late_results_are_told_and_nothing_follows(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"  crm.lock(id: ticket.id) within 30d");
    uint64_t message = last_id(scene, "room"), call = last_id(scene, "crm.lock"),
             told = last_id(scene, "ana");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_settle(scene, message, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_audit(scene, "delivery_dead", "the message to room was given up"), 1);
    scene_settle(scene, told, ESC_DELIVERY_DELIVERED, NULL);
    assert_int_equal(scene_audit(scene, "delivered", "the message to ana was delivered"), 1);
    scene_settle(scene, call, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_audit(scene, "call_failed", "crm.lock was given up"), 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_free(scene);
}

/* A reply that comes when all is closed says what it means, and somebody has to hear of what was left. */
static void a_late_inverse_says_what_it_means(void **state)
{
    (void)state;
    for (int is_lost = 0; is_lost < 2; is_lost++) {
        Scene *scene = begun("crm.lock(id: ticket.id)  rollback");
        scene_settle(scene, last_id(scene, "crm.lock"), ESC_DELIVERY_ACCEPTED, "ok");
        uint64_t inverse = last_id(scene, "crm.unlock");
        assert_true(esc_text_contains(scene_last(scene, "crm.unlock")->body,
                                      ESC_TEXT("\"undoes\":\"crm.lock\"")));
        scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
        assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
        scene_settle(scene, inverse, is_lost ? ESC_DELIVERY_DEAD : ESC_DELIVERY_ACCEPTED, "ok");
        assert_int_equal(scene_audit(scene, "undone",
                                     "undone: crm.lock by crm.unlock, which succeeded after E-1 "
                                     "was closed"),
                         !is_lost);
        assert_int_equal(scene_audit(scene, "not_undone",
                                     "crm.lock is not undone: crm.unlock was given up after E-1 "
                                     "was closed (refused); dora, the last resort, decides what is "
                                     "done about it"),
                         is_lost);
        assert_int_equal(scene_sent(scene, "dora", "crm.unlock was to undo crm.lock of E-1 (T)"),
                         is_lost);
        scene_free(scene);
    }
}

static void a_late_call_says_that_nothing_follows(void **state)
{
    (void)state;
    Scene *scene = begun("crm.lock(id: ticket.id) within 30d");
    uint64_t call = last_id(scene, "crm.lock");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    scene_settle(scene, call, ESC_DELIVERY_ACCEPTED, "ok");
    assert_int_equal(
        scene_audit(scene, "replied",
                    "crm.lock succeeded, after it was closed: nothing follows from it"),
        1);
    scene_free(scene);
}

/* An endpoint that refuses us takes nothing away from the message, and the trail says whose fault it is. */
static void an_endpoint_that_refuses_us_is_told(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"");
    uint64_t id = scene_last(scene, "room")->id;
    assert_status(
        scene_news(scene, id, ESC_ENDPOINT_HELD, "channel room", "HTTP status 401: token_revoked"),
        ESC_OK);
    assert_int_equal(scene_audit(scene, "endpoint_held",
                                 "channel room refuses us, and what is sent there waits: HTTP "
                                 "status 401: token_revoked"),
                     1);
    assert_int_equal(scene_audit(scene, "delivery_dead", ""), 0);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    assert_status(scene_news(scene, id, ESC_ENDPOINT_BACK, "channel room", ""), ESC_OK);
    assert_int_equal(scene_audit(scene, "endpoint_back", "channel room takes messages again"), 1);
    assert_status(scene_settle(scene, id, ESC_DELIVERY_ACCEPTED, NULL), ESC_OK);
    assert_int_equal(scene_audit(scene, "delivered", "the message to room was accepted"), 1);
    assert_status(scene_news(scene, id, ESC_ENDPOINT_HELD, "channel room", "late"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_audit(scene, "endpoint_held", ""), 1);
    scene_free(scene);
}

/* --- what is told of it later ----------------------------------------------------------------- */

static EscStatus tell_of(Scene *scene, const char *target, uint64_t id, EscDeliveryState from,
                         EscDeliveryState state)
{
    const EscReceipt receipt = {.row = {.id = id,
                                        .escalation = 1,
                                        .kind = ESC_OUTBOX_MESSAGE,
                                        .ticket = ESC_TEXT("T"),
                                        .target = esc_text_from(target),
                                        .medium = ESC_TEXT("chat")},
                                .from = from,
                                .state = state,
                                .through = ESC_TEXT("acme-slack")};
    return scene_input(scene, &(EscInput){.kind = ESC_INPUT_RECEIPT, .receipt = &receipt});
}

static EscStatus tell(Scene *scene, uint64_t id, EscDeliveryState from, EscDeliveryState state)
{
    return tell_of(scene, "room", id, from, state);
}

/* It counts at the highest rung it has come to and at no other, and a check that waits for the evidence sees it. */
static void a_receipt_climbs_the_ladder(void **state)
{
    (void)state;
    Scene *scene = scene_of("channel desk webhook proves seen\ntemplate t \"Trouble\" { start on ticket.created\n"
                            "owners { primary ana ack within 1d }\n"
                            "steps { notify desk \"a\"  " STAYS " }\n"
                            "qa { check seen within 2h }\nclose when resolved }\n");
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    uint64_t id = last_id(scene, "desk");
    assert_status(scene_settle(scene, id, ESC_DELIVERY_ACCEPTED, NULL), ESC_OK);
    assert_status(scene_settle(scene, last_id(scene, "ana"), ESC_DELIVERY_ACCEPTED, NULL), ESC_OK);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_status(tell_of(scene, "desk", id, ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_DELIVERED), ESC_OK);
    assert_int_equal(
        scene_audit(scene, "delivered", "the message to desk was delivered (told by acme-slack)"),
        1);
    assert_int_equal(scene_audit(scene, "check_passed", ""), 0);
    assert_status(tell_of(scene, "desk", id, ESC_DELIVERY_DELIVERED, ESC_DELIVERY_DELIVERED), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_status(tell_of(scene, "desk", id, ESC_DELIVERY_DELIVERED, ESC_DELIVERY_SEEN), ESC_OK);
    assert_int_equal(
        scene_audit(scene, "delivered", "the message to desk was seen (told by acme-slack)"), 1);
    assert_int_equal(scene_audit(scene, "check_passed", ""), 1);
    assert_status(tell_of(scene, "desk", id, ESC_DELIVERY_SEEN, ESC_DELIVERY_DELIVERED), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop); /* never down */
    assert_status(tell_of(scene, "desk", id, ESC_DELIVERY_SEEN, ESC_DELIVERY_DEAD), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop); /* what was seen has arrived */
    scene_free(scene);
}

/* The receiver's word overtakes its own answer: then it is the first result, and the answer changes nothing. */
static void a_receipt_may_come_first(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"");
    uint64_t id = last_id(scene, "room");
    assert_status(tell(scene, id, ESC_DELIVERY_QUEUED, ESC_DELIVERY_SEEN), ESC_OK);
    assert_int_equal(
        scene_audit(scene, "delivered", "the message to room was seen (told by acme-slack)"), 1);
    assert_status(scene_settle(scene, id, ESC_DELIVERY_ACCEPTED, NULL), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

/* A gateway takes it and says later that it could not be delivered: as if it had been given up at once. */
static void a_late_failure_is_one(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"");
    uint64_t id = last_id(scene, "room");
    assert_status(scene_settle(scene, id, ESC_DELIVERY_ACCEPTED, NULL), ESC_OK);
    assert_status(tell(scene, id, ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_DEAD), ESC_OK);
    assert_int_equal(
        scene_audit(scene, "delivery_dead", "the message to room was given up: told by acme-slack"),
        1);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_status(tell(scene, id, ESC_DELIVERY_DELIVERED, ESC_DELIVERY_SEEN), ESC_OK);
    assert_int_equal(
        scene_audit(scene, "delivered", "the message to room was seen (told by acme-slack)"), 1);
    scene_free(scene);
}

static void a_receipt_of_nothing_is_refused(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"");
    uint64_t id = last_id(scene, "room");
    assert_status(tell(scene, 0, ESC_DELIVERY_QUEUED, ESC_DELIVERY_SEEN), ESC_NOT_FOUND);
    assert_status(tell(scene, id + 99, ESC_DELIVERY_QUEUED, ESC_DELIVERY_SEEN), ESC_NOT_FOUND);
    assert_status(tell(scene, id, ESC_DELIVERY_QUEUED, ESC_DELIVERY_QUEUED), ESC_BAD_INPUT);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_says_why_a_message_was_given_up),
        cmocka_unit_test(record_says_what_a_call_got),
        cmocka_unit_test(every_inverse_that_fails_raises),
        cmocka_unit_test(late_results_are_told_and_nothing_follows),
        cmocka_unit_test(a_late_inverse_says_what_it_means),
        cmocka_unit_test(a_late_call_says_that_nothing_follows),
        cmocka_unit_test(an_endpoint_that_refuses_us_is_told),
        cmocka_unit_test(a_receipt_climbs_the_ladder),
        cmocka_unit_test(a_receipt_may_come_first),
        cmocka_unit_test(a_late_failure_is_one),
        cmocka_unit_test(a_receipt_of_nothing_is_refused),
    };
    return cmocka_run_group_tests_name("engine_results", tests, NULL, NULL);
}
