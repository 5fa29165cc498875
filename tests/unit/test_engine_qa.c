/* test_engine_qa.c - quality checks: the five kinds, their timings, else, overrides, closing and the post-mortem. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN                                                                                      \
    "owners { primary ana ack within 5m  secondary ben ack within 5m  escalation cleo ack within " \
    "10m }\n"
#define STAYS "await resolved within 30d else raise overdue"

/* A template with these steps and this QA block; nobody has acknowledged yet. */
static Scene *begun_with(const char *steps, const char *qa, const char *closing)
{
    char source[4096];
    snprintf(source, sizeof source,
             "template t \"Trouble\" { start on ticket.created\n" CHAIN
             "steps { %s }\nqa { %s }\n%s }\n",
             steps, qa, closing);
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    return scene;
}

static Scene *begun(const char *steps, const char *qa)
{
    return begun_with(steps, qa, "close when resolved");
}

static bool check_is(Scene *scene, const char *check, const char *result)
{
    char part[200];
    EscText checks = scene_view(scene, 1).checks_json;
    snprintf(part, sizeof part, "\"check\":\"%s\"", check);
    for (size_t at = 0; at + strlen(part) <= checks.size; at++) {
        EscText rest = {checks.data + at, checks.size - at};
        if (!esc_text_starts_with(rest, esc_text_from(part)))
            continue;
        char wanted[64];
        snprintf(wanted, sizeof wanted, "\"result\":\"%s\"", result);
        size_t end = 0;
        while (end < rest.size && rest.data[end] != '}')
            end++;
        return esc_text_contains((EscText){rest.data, end}, esc_text_from(wanted));
    }
    return false;
}

static void acknowledged_in_time(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check acknowledged within 5m else failover");
    scene_after(scene, 4 * ESC_MINUTE_MS);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_true(check_is(scene, "acknowledged", "passed"));
    scene_after(scene, ESC_HOUR_MS);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

static void failover_of_a_check_does_not_double_the_chain(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check acknowledged within 5m else failover");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben"); /* one failover, though both timers came */
    assert_true(check_is(scene, "acknowledged", "handled"));
    assert_int_equal(scene_audit(scene, "check_failed", "ana has not") +
                         scene_audit(scene, "check_failed", "ben has not"),
                     1);
    scene_free(scene);
}

static void check_before_the_deadline_of_the_role_fails_over(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check acknowledged within 2m else failover");
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "cleo");
    scene_free(scene);
}

static void failed_check_without_else_raises_and_holds_the_close(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check acknowledged within 2m");
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "exception", "qa_failed"), 1);
    assert_int_equal(scene_audit(scene, "triage", ""),
                     0); /* it is told, and nothing waits for it */
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_int_equal(scene_audit(scene, "exception", "qa_failed"), 2); /* now it is in the way */
    assert_int_equal(scene_audit(scene, "triage", "ana is asked, and the closing waits"), 1);
    assert_int_equal(scene_sent(scene, "ana", "qa_failed on T: how do we go on?"), 1);
    EscAction action = {.verb = ESC_VERB_OVERRIDE,
                        .actor = ESC_TEXT("ana"),
                        .escalation = 1,
                        .target = ESC_TEXT("acknowledged")};
    assert_status(scene_act_full(scene, &action), ESC_BAD_INPUT); /* no reason */
    action.reason = ESC_TEXT("the pager was broken");
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_true(check_is(scene, "acknowledged", "overridden"));
    assert_int_equal(scene_audit(scene, "check_overridden", "the pager was broken"), 1);
    scene_free(scene);
}

/* Who missed it is named for good, not whoever has it when somebody is asked about it. */
static void a_check_that_failed_accuses_nobody_else(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check acknowledged within 2m");
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", "ana has not acknowledged within 2m"), 1);
    scene_act(scene, ESC_VERB_HANDOFF, "helpdesk", 1, "ben");
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    assert_int_equal(
        scene_sent(scene, "ben",
                   "Triage: qa_failed on T (x): check \\\"acknowledged\\\" failed: ana "
                   "did not acknowledge in time"),
        1);
    assert_int_equal(scene_audit(scene, "exception", "ben has not acknowledged"), 0);
    scene_free(scene);
}

static void accepted_passes_when_all_arrived(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"  " STAYS,
                         "check accepted within 2m else page escalation \"lost\"");
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_true(check_is(scene, "accepted", "passed"));
    assert_int_equal(scene_sent(scene, "cleo", "lost"), 0);
    scene_free(scene);
}

/* What the next server has taken has not arrived; what a person's contact has taken is all that it can say. */
static void each_proof_asks_for_its_rung(void **state)
{
    (void)state;
    static const struct {
        const char *asked;
        EscDeliveryState reached;
        bool holds;
    } cases[] = {
        {"accepted", ESC_DELIVERY_ACCEPTED, true},   {"accepted", ESC_DELIVERY_SEEN, true},
        {"accepted", ESC_DELIVERY_DEAD, false},      {"delivered", ESC_DELIVERY_ACCEPTED, false},
        {"delivered", ESC_DELIVERY_DELIVERED, true}, {"delivered", ESC_DELIVERY_ACKED, true},
        {"seen", ESC_DELIVERY_DELIVERED, false},     {"seen", ESC_DELIVERY_SEEN, true},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char source[500];
        (void)snprintf(
            source, sizeof source,
            "channel desk webhook proves seen\ntemplate t \"T\" { start on ticket.created\n" CHAIN
            "steps { notify desk \"a\"  " STAYS
            " }\nqa { check %s within 2m }\nclose when resolved }",
            cases[i].asked);
        Scene *scene = scene_of(source);
        scene_manual_delivery(scene);
        scene_event(scene, "ticket.created", "T", "{}");
        scene_settle(scene, scene_last(scene, "desk")->id, cases[i].reached, NULL);
        scene_after(scene, ESC_MINUTE_MS);
        scene_act(scene, ESC_VERB_HANDOFF, "ana", 1,
                  "ben"); /* pages him: the engine's own message */
        scene_settle(scene, scene_last(scene, "ben")->id, ESC_DELIVERY_ACCEPTED, NULL);
        scene_deliver_all(scene);
        scene_after(scene, ESC_MINUTE_MS);
        if (check_is(scene, cases[i].asked, "passed") != cases[i].holds)
            fail_msg("check %s, row %zu", cases[i].asked, i);
        scene_free(scene);
    }
}

static void queued_at_the_deadline_is_not_accepted(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" CHAIN
                            "steps { notify room \"a\"  " STAYS
                            " }\nqa { check accepted within 2m else page escalation \"lost\" "
                            "}\nclose when resolved }");
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{}");
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_true(check_is(scene, "accepted", "handled"));
    assert_int_equal(scene_sent(scene, "cleo", "lost"), 1);
    scene_free(scene);
}

static void closing_waits_for_deliveries(void **state)
{
    (void)state;
    Scene *scene =
        begun("notify room \"a\"  await resolved within 1d else raise overdue  notify room \"b\"",
              "check accepted");
    scene_manual_delivery(scene);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_deliver_all(scene);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_true(check_is(scene, "accepted", "passed"));
    scene_free(scene);
}

static void what_was_given_up_fails_at_the_close_without_waiting(void **state)
{
    (void)state;
    Scene *scene = begun("wait 1m  notify room \"a\"  " STAYS,
                         "check accepted else { notify ana \"one was lost\" }");
    scene_manual_delivery(scene);
    scene_after(scene, ESC_MINUTE_MS);
    scene_settle(scene, scene_last(scene, "room")->id, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_sent(scene, "ana", "one was lost"), 0);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_sent(scene, "ana", "one was lost"), 1);
    assert_true(check_is(scene, "accepted", "handled"));
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

#define DEAD_HANDLER "} on exception { notify ana \"handled: {exception.name}\"  resume "

/* Without a handler the owner is told, once an hour for each target, and nothing waits. */
static void dead_delivery_raises_only_with_a_handler(void **state)
{
    (void)state;
    const struct {
        const char *checks;
        size_t raised, told;
    } cases[] = {
        {"check consistent", 0, 1},
        {"check accepted", 0, 1},
        {"check consistent " DEAD_HANDLER, 1, 0},
        {"check accepted " DEAD_HANDLER, 0, 1}, /* the check reports it */
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Scene *scene = begun("wait 1m  notify room \"a\"  " STAYS, cases[i].checks);
        scene_manual_delivery(scene);
        scene_after(scene, ESC_MINUTE_MS);
        scene_settle(scene, scene_last(scene, "room")->id, ESC_DELIVERY_DEAD, NULL);
        assert_int_equal(scene_audit(scene, "exception", "delivery_dead"), cases[i].raised);
        assert_int_equal(scene_sent(scene, "ana", "A message to room about T was given up"),
                         cases[i].told);
        assert_int_equal(scene_audit(scene, "triage", ""), 0);
        scene_free(scene);
    }
}

/* C13: a room that is dead is told of once an hour. */
static void a_dead_room_is_told_once_an_hour(void **state)
{
    (void)state;
    Scene *scene =
        begun("wait 1m  notify room \"a\"  notify room \"b\"  wait 30m  notify room \"c\"  "
              "wait 30m  notify room \"d\"  " STAYS,
              "check consistent");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_manual_delivery(scene);
    for (int i = 0; i < 4; i++) {
        scene_after(scene, i == 0 ? ESC_MINUTE_MS : 30 * ESC_MINUTE_MS);
        scene_fail_all(scene);
        assert_int_equal(scene_sent(scene, "ana", "A message to room about T was given up"),
                         i < 2 ? 1 : 2);
    }
    assert_view_owner(scene, 1, "ana");
    assert_true(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

static void drift_is_noticed(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  set ticket.severity to critical  " STAYS,
                         "check consistent within 10m else { notify room \"drift\" }");
    scene_event(scene, "ticket.updated", "T",
                "{\"status\":\"escalated\",\"severity\":\"critical\"}"); /* the echo */
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "drift"), 1);
    assert_int_equal(scene_audit(scene, "check_failed", "ticket.severity"), 1);
    scene_free(scene);
}

static void resolving_is_no_drift(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  " STAYS, "check consistent within 10m");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_true(check_is(scene, "consistent", "passed"));
    scene_free(scene);
}

/* What a resolving or reopening event says of the status is its own doing. */
static void status_in_a_resolving_event_is_no_drift(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  " STAYS, "check consistent within 10m");
    scene_event(scene, "ticket.resolved", "T", "{\"status\":\"open\"}");
    assert_int_equal(scene_audit(scene, "check_failed", ""), 0);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_true(check_is(scene, "consistent", "passed"));
    scene_free(scene);
}

static void other_fields_of_a_resolving_event_may_drift(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.severity to critical  " STAYS,
                         "check consistent within 10m else { notify room \"drift\" }");
    scene_event(scene, "ticket.resolved", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_sent(scene, "room", "drift"), 1);
    scene_free(scene);
}

static void status_in_another_event_is_drift(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  " STAYS,
                         "check consistent within 10m else { notify room \"drift\" }");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "drift"), 1);
    scene_free(scene);
}

static void report_of_another_field_leaves_the_drift(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  set ticket.severity to critical  " STAYS,
                         "check consistent within 10m else { notify room \"drift\" }");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"escalated\"}"); /* as it was set */
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", "ticket.severity"), 1);
    scene_free(scene);
}

static void time_of_a_check_counts_the_hours_of_its_calendar(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("calendar office { mon..fri 08:00..18:00 }\ntemplate t \"T\" { start on "
                 "ticket.created\n" CHAIN "steps { " STAYS
                 " }\nqa { check ticket.severity = low within 4h of "
                 "office else { notify room \"over\" } }\nclose when resolved }\n");
    scene_at(scene, "2026-01-09T16:00:00Z"); /* Friday: two hours are left */
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}");
    scene_after(scene, 2 * ESC_DAY_MS + 17 * ESC_HOUR_MS); /* Monday 09:00 */
    assert_int_equal(scene_sent(scene, "room", "over"), 0);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "over"), 1);
    scene_free(scene);
}

static void echo_of_what_was_set_is_no_drift(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  set ticket.severity to critical  " STAYS,
                         "check consistent within 10m else { notify room \"drift\" }");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"escalated\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "drift"), 0);
    scene_free(scene);
}

static void status_that_says_resolved_is_no_drift(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  " STAYS,
                         "check consistent within 10m else { notify room \"drift\" }");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"resolved\"}");
    assert_int_equal(scene_sent(scene, "room", "drift"), 0);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void condition_that_does_not_hold_fails_at_the_close(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check ticket.severity = low else { notify room \"still high\" }");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_sent(scene, "room", "still high"), 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void rolling_back_ends_the_drift(void **state)
{
    (void)state;
    Scene *scene =
        begun("set ticket.severity to critical  wait 1m  rollback \"false alarm\"  " STAYS,
              "check consistent within 10m else { notify room \"drift\" }");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "rollback", "false alarm"), 1);
    assert_int_equal(scene_sent(scene, "room", "drift"), 0);
    assert_true(check_is(scene, "consistent", "passed"));
    scene_free(scene);
}

static void confirmation_guards_the_close(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check confirmed \"they are happy\" before close");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    assert_int_equal(scene_sent(scene, "ana", "they are happy"), 1);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "something else"), ESC_NOT_FOUND);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "mallory", 1, NULL), ESC_FORBIDDEN);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL),
                  ESC_OK); /* the only open one */
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "they are happy"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

static void nobody_confirms_for_a_month(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "check confirmed \"they are happy\" before close");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    scene_after(scene, 30 * ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "exception", "qa_failed"), 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_false(scene_has_timers(scene));
    scene_free(scene);
}

static void explicit_close_asks_for_no_confirmation(void **state)
{
    (void)state;
    Scene *scene = begun("wait 1m  close as cancelled",
                         "check confirmed \"they are happy\" before close  check consistent");
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_true(check_is(scene, "confirmed", "not asked"));
    assert_true(check_is(scene, "consistent", "passed"));
    scene_free(scene);
}

static void condition_is_judged_at_its_time(void **state)
{
    (void)state;
    Scene *scene =
        begun(STAYS, "check ticket.severity < high within 10m else { notify room \"still high\" }");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "still high"), 1);
    assert_true(check_is(scene, "condition", "handled"));
    scene_free(scene);
}

static void check_in_place_waits_and_fails(void **state)
{
    (void)state;
    Scene *scene = begun("check ticket.severity = low within 10m else { notify room \"no\" }  "
                         "notify room \"behind\"  " STAYS,
                         "check consistent");
    assert_int_equal(scene_sent(scene, "room", "behind"), 0);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "no"), 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
    scene = begun("check ticket.severity = low within 10m else { notify room \"no\" }  notify room "
                  "\"behind\"  " STAYS,
                  "check consistent");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_int_equal(scene_sent(scene, "room", "no"), 0);
    scene_free(scene);
}

static void postmortem_is_made_from_the_evidence(void **state)
{
    (void)state;
    Scene *scene = begun_with("snapshot ticket  notify room \"a\"  " STAYS,
                              "check acknowledged within 5m  check accepted",
                              "close when resolved with postmortem by primary due 5d");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_HANDOFF, "ana", 1, "ben");
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    const EscEvidenceRow *row = scene_evidence(scene, "postmortem");
    assert_non_null(row);
    assert_true(esc_text_contains(row->content, ESC_TEXT("\"handoffs\":1")));
    assert_true(esc_text_contains(row->content, ESC_TEXT("\"kind\":\"snapshot\"")));
    assert_string_equal(scene_field(scene, "escal:T-1", "kind"), "\"postmortem\"");
    assert_string_equal(scene_field(scene, "escal:T-1", "assignee"), "\"ana\"");
    assert_non_null(strstr(scene_field(scene, "escal:T-1", "description"), "Hand-offs: 1"));
    assert_non_null(strstr(scene_field(scene, "escal:T-1", "description"), "acknowledged: passed"));
    assert_string_equal(scene_field(scene, "escal:T-1", "due_at"), "\"2026-01-10T09:00:00.000Z\"");
    assert_int_equal(scene_sent(scene, "ana", "The post-mortem of T is yours"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledged_in_time),
        cmocka_unit_test(failover_of_a_check_does_not_double_the_chain),
        cmocka_unit_test(check_before_the_deadline_of_the_role_fails_over),
        cmocka_unit_test(failed_check_without_else_raises_and_holds_the_close),
        cmocka_unit_test(a_check_that_failed_accuses_nobody_else),
        cmocka_unit_test(accepted_passes_when_all_arrived),
        cmocka_unit_test(each_proof_asks_for_its_rung),
        cmocka_unit_test(queued_at_the_deadline_is_not_accepted),
        cmocka_unit_test(closing_waits_for_deliveries),
        cmocka_unit_test(what_was_given_up_fails_at_the_close_without_waiting),
        cmocka_unit_test(dead_delivery_raises_only_with_a_handler),
        cmocka_unit_test(a_dead_room_is_told_once_an_hour),
        cmocka_unit_test(drift_is_noticed),
        cmocka_unit_test(resolving_is_no_drift),
        cmocka_unit_test(status_in_a_resolving_event_is_no_drift),
        cmocka_unit_test(other_fields_of_a_resolving_event_may_drift),
        cmocka_unit_test(status_in_another_event_is_drift),
        cmocka_unit_test(report_of_another_field_leaves_the_drift),
        cmocka_unit_test(time_of_a_check_counts_the_hours_of_its_calendar),
        cmocka_unit_test(echo_of_what_was_set_is_no_drift),
        cmocka_unit_test(status_that_says_resolved_is_no_drift),
        cmocka_unit_test(condition_that_does_not_hold_fails_at_the_close),
        cmocka_unit_test(rolling_back_ends_the_drift),
        cmocka_unit_test(confirmation_guards_the_close),
        cmocka_unit_test(nobody_confirms_for_a_month),
        cmocka_unit_test(explicit_close_asks_for_no_confirmation),
        cmocka_unit_test(condition_is_judged_at_its_time),
        cmocka_unit_test(check_in_place_waits_and_fails),
        cmocka_unit_test(postmortem_is_made_from_the_evidence),
    };
    return cmocka_run_group_tests_name("engine_qa", tests, NULL, NULL);
}
