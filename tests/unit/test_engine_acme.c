/* test_engine_acme.c - the example workspace lived through, as its own tests.esc says it. */
#include "engine_scene.h"

#include "support/test.h"

#define ACME ESC_TEST_SOURCE_DIR "/examples/agency/acme"

static const char *const globex = "{\"severity\":\"critical\",\"title\":\"Down\",\"account\":{"
                                  "\"name\":\"Globex\",\"tier\":\"enterprise\"}}";

static void nobody_answers(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_at(scene, "2026-03-02T09:00:00Z");
    assert_status(scene_event(scene, "ticket.created", "G-1", globex), ESC_OK);
    assert_int_equal(scene_sent(scene, "incidents", "Globex"), 1);
    assert_view_owner(scene, 1, "chen");
    assert_int_equal(scene_view(scene, 1).role, 0);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_view(scene, 1).role, 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_view(scene, 1).role, 2);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    assert_int_equal(scene_view(scene, 1).role, 3);
    assert_int_equal(scene_audit(scene, "check_failed", "acknowledged"), 1);
    scene_free(scene);
}

static void acknowledged_resolved_confirmed(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_at(scene, "2026-03-02T09:00:00Z");
    scene_event(scene, "ticket.created", "G-1", globex);
    scene_after(scene, 3 * ESC_MINUTE_MS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "chen", 1, NULL), ESC_OK);
    scene_after(scene, ESC_HOUR_MS);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "chen", 1, "the customer confirms recovery"),
                  ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "chen", 1, NULL), ESC_OK);
    EscEscalationView view = scene_view(scene, 1);
    assert_int_equal(view.state, ESC_STATE_CLOSED);
    assert_text_equal(view.outcome, "resolved");
    assert_int_equal(scene_audit(scene, "created", "postmortem"), 1);
    assert_int_equal(scene_audit(scene, "check_passed", ""), 4);
    scene_free(scene);
}

static void lead_validated_too_late(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_event(scene, "lead.rejected", NULL,
                "{\"lead\":\"L-7\",\"reason\":\"duplicate\",\"lead_source\":\"paid_campaign\","
                "\"system\":\"crm\"}");
    assert_status(scene_act(scene, ESC_VERB_ACK, "erik", 1, NULL), ESC_OK);
    scene_after(scene, 12 * ESC_HOUR_MS);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_audit(scene, "handoff", "not validated within 12h"), 1);
    scene_free(scene);
}

static void organic_lead_starts_nothing(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_event(scene, "lead.rejected", NULL,
                "{\"lead\":\"L-8\",\"reason\":\"duplicate\",\"lead_source\":\"organic\",\"system\":"
                "\"crm\"}");
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_free(scene);
}

static void false_alarm_unlocks(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_event(scene, "content.violation", NULL,
                "{\"slug\":\"q3-report\",\"rule\":\"quotes\",\"confidence\":0.4}");
    assert_int_equal(scene_sent(scene, "cms.lock", "q3-report"), 1);
    assert_status(scene_act(scene, ESC_VERB_ACK, "fay", 1, NULL), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "fay", 1, "publish"), ESC_OK);
    assert_int_equal(scene_sent(scene, "cms.unlock", "/content/q3-report/unlock"), 1);
    assert_text_equal(scene_view(scene, 1).outcome, "false_alarm");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void dead_channel_is_noticed(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "G-1", globex);
    const EscOutboxRow *row = scene_last(scene, "incidents");
    assert_non_null(row);
    scene_settle(scene, row->id, ESC_DELIVERY_DEAD, NULL);
    scene_deliver_all(scene);
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "dora", "a notification was lost"), 1);
    scene_free(scene);
}

static void vendor_outage_runs_its_runbook(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_event(scene, "ticket.created", "G-1", globex);
    scene_act(scene, ESC_VERB_ACK, scene_view(scene, 1).owner.data, 1, NULL);
    scene_event(scene, "vendor.outage", "G-1", "{\"vendor\":\"Initech\"}");
    assert_int_equal(scene_sent(scene, "incidents", "Initech is down"), 1);
    assert_string_equal(scene_field(scene, "G-1", "status"), "\"waiting_on_vendor\"");
    assert_int_equal(scene_view(scene, 1).exceptions, 1);
    scene_free(scene);
}

static void overdue_service_level_starts_the_runbook(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_event(scene, "ticket.created", "G-2",
                "{\"priority\":\"high\",\"title\":\"Slow\",\"account\":{\"name\":\"Globex\","
                "\"tier\":\"enterprise\"}}");
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_after(scene, 4 * ESC_HOUR_MS + 29 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "opened", "sla_overdue"), 1);
    assert_int_equal(scene_sent(scene, "incidents", "G-2 is overdue by 30m"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_string_equal(scene_field(scene, "G-2", "title"), "\"[ESCALATED] Slow\"");
    scene_free(scene);
}

static void rows_stay_within_a_kibibyte(void **state)
{
    (void)state;
    Scene *scene = scene_of_folder(ACME);
    scene_event(scene, "ticket.created", "G-1", globex);
    scene_event(scene, "lead.rejected", NULL,
                "{\"lead\":\"L-7\",\"reason\":\"duplicate\",\"lead_source\":\"paid_campaign\","
                "\"system\":\"crm\"}");
    scene_event(scene, "content.violation", NULL,
                "{\"slug\":\"q3-report\",\"rule\":\"quotes\",\"confidence\":0.4}");
    scene_event(scene, "pipeline.failed", NULL,
                "{\"slug\":\"q4-report\",\"stage\":\"render\",\"error\":\"no page\"}");
    scene_after(scene, 20 * ESC_MINUTE_MS);
    print_message("largest suspended row: %zu bytes\n", scene_row_size_max(scene));
    assert_true(scene_row_size_max(scene) < 1024);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(acknowledged_resolved_confirmed),
        cmocka_unit_test(lead_validated_too_late),
        cmocka_unit_test(organic_lead_starts_nothing),
        cmocka_unit_test(false_alarm_unlocks),
        cmocka_unit_test(dead_channel_is_noticed),
        cmocka_unit_test(vendor_outage_runs_its_runbook),
        cmocka_unit_test(overdue_service_level_starts_the_runbook),
        cmocka_unit_test(rows_stay_within_a_kibibyte),
    };
    return cmocka_run_group_tests_name("engine_acme", tests, NULL, NULL);
}
