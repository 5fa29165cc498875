/* test_engine_owners.c - who is accountable: failover, acknowledgements, leases, hand-offs, absences, last resort. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN                                                                                      \
    "owners { primary ana ack within 5m  secondary ben ack within 5m  escalation cleo ack within " \
    "10m }\n"
#define TEMPLATE(owners, steps)                                                                    \
    "template t \"Trouble\" { start on ticket.created\n" owners "steps { " steps                   \
    " }\n close when resolved }\n"

static const char *const usual = TEMPLATE(
    CHAIN,
    "page primary \"see {ticket.id}\"  await ack  await resolved within 4h else raise overdue");

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static void opening_pages_by_contact_order(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    assert_int_equal(scene_sent(scene, "ana", "see T"), 1);
    assert_text_equal(scene_last(scene, "ana")->medium, "chat");
    scene_after(scene, 3 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ana", "see T"), 2);
    assert_text_equal(scene_last(scene, "ana")->medium, "phone");
    scene_free(scene);
}

static void acknowledging_stops_the_page(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_after(scene, ESC_MINUTE_MS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ana", "see T"), 1);
    assert_int_equal(scene_audit(scene, "page_stopped", "ana"), 1);
    assert_true(scene_view(scene, 1).is_acked);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

static void failover_pages_each_of_the_chain(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(
        scene_audit(scene, "failover",
                    "ana did not acknowledge within 5m; ben (secondary) is accountable now"),
        1);
    assert_int_equal(scene_sent(scene, "ben", "\"page\":true"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "cleo");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    EscEscalationView view = scene_view(scene, 1);
    assert_int_equal(view.role, 3);
    assert_text_equal(view.owner, "dora");
    assert_int_equal(view.exceptions, 1);
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    assert_true(scene_sent(scene, "dora", "\"page\":true") >= 1);
    scene_free(scene);
}

static void silent_template_tells_the_owner(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(CHAIN, "await ack"));
    assert_int_equal(scene_sent(scene, "ana", "You are accountable for T"), 1);
    scene_free(scene);
}

static void another_role_may_acknowledge(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    assert_status(scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL), ESC_OK);
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.owner, "cleo");
    assert_int_equal(view.role, 2);
    assert_int_equal(view.ack_due_ms, 0);
    scene_free(scene);
}

static void second_acknowledgement_changes_nothing(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_audit(scene, "ignored", "ack by ben"), 1);
    scene_free(scene);
}

static void stranger_cannot_acknowledge(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    assert_status(scene_act(scene, ESC_VERB_ACK, "mallory", 1, NULL), ESC_FORBIDDEN);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 7, NULL), ESC_NOT_FOUND);
    assert_false(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

static void any_member_of_a_team_acknowledges(void **state)
{
    (void)state;
    Scene *scene = begun(
        TEMPLATE("owners { primary ops ack within 5m  secondary dora ack within 5m }\n",
                 "page primary \"all\"  await ack  await resolved within 4h else raise overdue"));
    assert_view_owner(scene, 1, "ana"); /* no lead: the first member */
    assert_int_equal(scene_sent(scene, "ben", "all"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "all"), 1);
    scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_view(scene, 1).role, 0);
    scene_free(scene);
}

static void two_of_a_team_are_needed(void **state)
{
    (void)state;
    Scene *scene = begun(
        TEMPLATE("owners { primary ops ack by 2 of within 5m  secondary dora ack within 5m }\n",
                 "page primary \"all\"  await ack  await resolved within 4h else raise overdue"));
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    assert_false(scene_view(scene, 1).is_acked);
    assert_view_owner(scene, 1, "ben"); /* the first of them */
    assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "ack_counted", "1 of 2"), 1);
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    assert_true(scene_outcome(scene)->is_noop);
    assert_false(scene_view(scene, 1).is_acked);
    scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL);
    assert_true(scene_view(scene, 1).is_acked);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

static void all_of_a_team_are_needed(void **state)
{
    (void)state;
    Scene *scene = begun(
        TEMPLATE("owners { primary ops ack by all within 5m  secondary dora ack within 5m }\n",
                 "page primary \"all\"  await ack  await resolved within 4h else raise overdue"));
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    assert_false(scene_view(scene, 1).is_acked);
    scene_after(scene, 5 * ESC_MINUTE_MS); /* two of three are not enough */
    assert_view_owner(scene, 1, "dora");
    scene_free(scene);
}

static void absent_people_are_passed_over(void **state)
{
    (void)state;
    Scene *scene = scene_of(usual);
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "dora", 0, "ana"), ESC_OK);
    scene_event(scene, "ticket.created", "T", "{}");
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_audit(scene, "skipped", "ana is absent and was passed over as primary"),
                     1);
    scene_free(scene);
}

static void absence_hands_on_and_ends(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "dora", 0, "ana"), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    assert_false(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_audit(scene, "absent", "ana is away"), 1);
    assert_status(scene_act(scene, ESC_VERB_PRESENT, "dora", 0, "ana"), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_PRESENT, "dora", 0, "ana"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_audit(scene, "present", "ana"), 1);
    scene_free(scene);
}

static void last_resort_stands_even_when_absent(void **state)
{
    (void)state;
    Scene *scene = scene_of(usual);
    const char *const everybody[] = {"ana", "ben", "cleo", "dora"};
    for (size_t i = 0; i < ESC_COUNT_OF(everybody); i++)
        scene_act(scene, ESC_VERB_ABSENT, "dora", 0, everybody[i]);
    scene_event(scene, "ticket.created", "T", "{}");
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_view(scene, 1).role, 3);
    scene_free(scene);
}

static void lease_ends_when_nothing_happens(void **state)
{
    (void)state;
    Scene *scene = begun(
        TEMPLATE("owners { primary ana ack within 5m holds 2h  secondary ben ack within 5m }\n",
                 "page primary \"see\"  await ack  await resolved within 2d else raise overdue"));
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.updated", "T",
                "{\"title\":\"y\"}"); /* something happens: the lease begins anew */
    scene_after(scene, ESC_HOUR_MS + 59 * ESC_MINUTE_MS);
    assert_true(scene_view(scene, 1).is_acked);
    scene_after(scene, ESC_MINUTE_MS);
    assert_false(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_audit(scene, "lease_ended", "ana"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

static void person_hands_over_with_a_reason(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = ESC_TEXT("ana"),
                        .escalation = 1,
                        .target = ESC_TEXT("dora")};
    assert_status(scene_act_full(scene, &action), ESC_BAD_INPUT);
    action.reason = ESC_TEXT("my shift is over");
    action.target = ESC_TEXT("nobody");
    assert_status(scene_act_full(scene, &action), ESC_NOT_FOUND);
    action.target = ESC_TEXT("dora");
    action.within_ms = 7 * ESC_MINUTE_MS;
    assert_status(scene_act_full(scene, &action), ESC_OK);
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.owner, "dora");
    assert_false(view.is_acked);
    assert_int_equal(view.handoffs, 1);
    assert_true(view.ack_due_ms == scene_now(scene) + 7 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "dora", "my shift is over"), 1);
    scene_after(scene, 7 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben"); /* not acknowledged: the chain goes on */
    scene_free(scene);
}

static void template_hands_over_and_expects(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(
        CHAIN, "page primary \"see\"  await ack  await resolved within 1h\n"
               "else { handoff to escalation because \"too slow\" expect resolved within 2h\n"
               "await resolved within 1d else raise overdue }"));
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_audit(scene, "handoff", "too slow"), 1);
    scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", "cleo"), 1);
    assert_int_equal(scene_audit(scene, "exception", "overdue: cleo was expected to resolve it"),
                     1);
    assert_int_equal(scene_sent(scene, "cleo", "overdue on T: cleo was expected to resolve it"), 1);
    assert_int_equal(scene_audit(scene, "triage", ""), 0); /* told, and holds nothing */
    assert_view_owner(scene, 1, "cleo");                   /* ownership stays */
    scene_free(scene);
}

static void expectation_is_met(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE(
        CHAIN, "page primary \"see\"  await ack  await resolved within 1h\n"
               "else { handoff to escalation because \"too slow\" expect resolved within 2h\n"
               "await resolved within 1d else raise overdue }"));
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_act(scene, ESC_VERB_RESOLVE, "cleo", 1, NULL);
    assert_int_equal(scene_audit(scene, "expectation_met", "cleo"), 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_false(scene_has_timers(scene));
    scene_free(scene);
}

static void too_many_handoffs_raise(void **state)
{
    (void)state;
    char source[4096];
    snprintf(source, sizeof source,
             "policy p { last resort dora  limit 2 handoffs per ticket per 24h else raise "
             "routing_loop }\n%s",
             usual);
    Scene *scene = begun(source);
    for (int i = 0; i < 3; i++)
        assert_status(
            scene_act(scene, ESC_VERB_HANDOFF, "helpdesk", 1, i % 2 == 0 ? "ben" : "cleo"), ESC_OK);
    assert_true(scene_outcome(scene)->is_refused);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_view(scene, 1).handoffs, 2);
    assert_int_equal(scene_audit(scene, "limited", "hand-offs"), 1);
    assert_int_equal(scene_audit(scene, "exception", "routing_loop"), 1);
    scene_free(scene);
}

static void owner_from_a_field_and_a_route(void **state)
{
    (void)state;
    Scene *scene = begun("team solo { dora }\nroute who -> team { when ticket.severity = critical "
                         "-> solo  otherwise -> ops }\n" TEMPLATE(
                             "owners { primary who ack within 5m  secondary ben ack within 5m }\n",
                             "page primary \"see\"  await ack"));
    assert_view_owner(scene, 1, "ana");
    scene_event(scene, "ticket.created", "U", "{\"severity\":\"critical\"}");
    assert_view_owner(scene, 2, "dora");
    scene_free(scene);
}

static void schedule_is_looked_up_at_the_moment_of_use(void **state)
{
    (void)state;
    Scene *scene = begun("schedule rota { weekly from 2026-01-05T09:00 ana, ben, cleo }\n" TEMPLATE(
        "owners { primary rota ack within 5m holds 8d  secondary dora ack within 5m }\n",
        "page primary \"see\"  await ack  await resolved "
        "within 30d else raise overdue"));
    assert_view_owner(scene, 1, "ana");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 8 * ESC_DAY_MS); /* the lease ends in ben's week */
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_pages_by_contact_order),
        cmocka_unit_test(acknowledging_stops_the_page),
        cmocka_unit_test(failover_pages_each_of_the_chain),
        cmocka_unit_test(silent_template_tells_the_owner),
        cmocka_unit_test(another_role_may_acknowledge),
        cmocka_unit_test(second_acknowledgement_changes_nothing),
        cmocka_unit_test(stranger_cannot_acknowledge),
        cmocka_unit_test(any_member_of_a_team_acknowledges),
        cmocka_unit_test(two_of_a_team_are_needed),
        cmocka_unit_test(all_of_a_team_are_needed),
        cmocka_unit_test(absent_people_are_passed_over),
        cmocka_unit_test(absence_hands_on_and_ends),
        cmocka_unit_test(last_resort_stands_even_when_absent),
        cmocka_unit_test(lease_ends_when_nothing_happens),
        cmocka_unit_test(person_hands_over_with_a_reason),
        cmocka_unit_test(template_hands_over_and_expects),
        cmocka_unit_test(expectation_is_met),
        cmocka_unit_test(too_many_handoffs_raise),
        cmocka_unit_test(owner_from_a_field_and_a_route),
        cmocka_unit_test(schedule_is_looked_up_at_the_moment_of_use),
    };
    return cmocka_run_group_tests_name("engine_owners", tests, NULL, NULL);
}
