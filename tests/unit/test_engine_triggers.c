/* test_engine_triggers.c - what starts a template: edges, `for`, again, service levels; which ticket an event is about. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define BODY                                                                                       \
    CHAIN "steps { notify room \"started {escalation.attempt}\"  await resolved within 30d else "  \
          "raise overdue }\nclose when resolved }\n"

static void level_starts_at_its_edge(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created, ticket.updated when "
                            "ticket.severity = critical\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"high\"}");
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"other\"}"); /* still holds: no edge */
    assert_int_equal(scene_audit(scene, "opened", "") + scene_audit(scene, "not_started", ""), 1);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T",
                "{\"severity\":\"critical\"}"); /* an edge, but one is open */
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    assert_int_equal(scene_audit(scene, "not_started", "E-1 is still open"), 1);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    scene_event(scene, "ticket.reopened", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(scene_audit(scene, "opened", ""), 2);
    assert_int_equal(scene_sent(scene, "room", "started 2"), 1);
    scene_free(scene);
}

static void every_matching_event_is_an_edge_of_its_own(void **state)
{
    (void)state;
    Scene *scene = scene_of("event pipe.failed { slug: text  tries: number }\n"
                            "template t \"T\" { start on pipe.failed when event.tries > 2 and "
                            "event.slug starts with \"prod\"\n" BODY);
    scene_event(scene, "pipe.failed", NULL, "{\"slug\":\"prod-a\",\"tries\":2}");
    scene_event(scene, "pipe.failed", NULL, "{\"slug\":\"test-a\",\"tries\":3}");
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_event(scene, "pipe.failed", NULL, "{\"slug\":\"prod-a\",\"tries\":3}");
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    assert_text_equal(scene_view(scene, 1).ticket, "pipe.failed:test:ev-3");
    scene_event(scene, "pipe.failed", "P-1", "{\"slug\":\"prod-a\",\"tries\":3}");
    assert_text_equal(scene_view(scene, 2).ticket, "P-1");
    assert_string_equal(scene_field(scene, "P-1", "title"), "\"pipe.failed ev-4\"");
    scene_free(scene);
}

static void condition_must_hold_for_its_time(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created, ticket.updated when "
                            "ticket.severity = critical for 30m\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    scene_after(scene, 20 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_audit(scene, "disarmed", ""), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    scene_after(scene, 30 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "opened", "held for 30m"), 1);
    scene_free(scene);
}

static void again_waits(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("event ping { }\ntemplate t \"T\" { start on ping again after 1h\n" BODY);
    scene_event(scene, "ping", "T", NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, 59 * ESC_MINUTE_MS);
    scene_event(scene, "ping", "T", NULL);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    assert_int_equal(scene_audit(scene, "not_started", "again"), 1);
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "ping", "T", NULL);
    assert_int_equal(scene_audit(scene, "opened", ""), 2);
    scene_free(scene);
}

static void person_starts_what_is_manual(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { manual\n" BODY
        "template u \"U\" { start on ticket.created when ticket.severity = critical\n" BODY);
    scene_event(scene, "ticket.created", "T", "{}");
    EscAction action = {.verb = ESC_VERB_START,
                        .actor = ESC_TEXT("robot"),
                        .ticket = ESC_TEXT("T"),
                        .target = ESC_TEXT("u")};
    assert_status(scene_act_full(scene, &action), ESC_FORBIDDEN);
    action.target = ESC_TEXT("v");
    assert_status(scene_act_full(scene, &action), ESC_NOT_FOUND);
    action.target = ESC_TEXT("t");
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_int_equal(scene_outcome(scene)->escalations[0], 1);
    assert_int_equal(scene_audit(scene, "opened", "robot started it"), 1);
    assert_status(scene_act_full(scene, &action), ESC_CONFLICT);
    scene_free(scene);
}

/* --- service levels ------------------------------------------------------------------------------------------------ */

#define LEVELS                                                                                     \
    "sla gold for ticket.account.tier = enterprise { respond within 15m  resolve within 4h warn "  \
    "at 50% }\n"                                                                                   \
    "sla iron for ticket.account.tier < enterprise { respond within 4h  resolve within 2d }\n"

static void clocks_run_warn_and_breach(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVELS "template w \"W\" { start on sla.warning\n" BODY
                                   "template b \"B\" { start on sla.breached when event.clock = "
                                   "\"resolve\"\n" BODY);
    scene_event(scene, "ticket.created", "T",
                "{\"account\":{\"name\":\"G\",\"tier\":\"enterprise\"}}");
    assert_int_equal(scene_audit(scene, "sla_started", "gold"), 1);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", "respond"), 1);
    assert_int_equal(scene_audit(scene, "sla_warning", "50"), 1);
    assert_text_equal(scene_view(scene, 1).template_name, "w");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 1);
    assert_text_equal(scene_view(scene, 2).template_name, "b");
    scene_free(scene);
}

static void acknowledgement_and_resolution_stop_the_clocks(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVELS "template t \"T\" { start on ticket.created\n" BODY);
    scene_event(scene, "ticket.created", "T",
                "{\"account\":{\"name\":\"G\",\"tier\":\"enterprise\"}}");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_int_equal(scene_audit(scene, "sla_met", "respond"), 1);
    scene_after(scene, ESC_HOUR_MS);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_audit(scene, "sla_met", "resolve"), 1);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 0);
    assert_false(scene_has_timers(scene));
    scene_event(scene, "ticket.reopened", "T",
                NULL); /* its old clock goes on, and is over at once */
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 1);
    scene_free(scene);
}

static void another_level_counts_from_the_creation(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVELS "template t \"T\" { manual\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"account\":{\"name\":\"G\",\"tier\":\"pro\"}}");
    scene_after(scene, 3 * ESC_HOUR_MS);
    scene_event(scene, "ticket.updated", "T", "{\"account\":{\"tier\":\"enterprise\"}}");
    assert_int_equal(scene_audit(scene, "sla_started", "gold"), 1);
    scene_after(scene, 1); /* 15 minutes to respond were over long ago */
    assert_int_equal(scene_audit(scene, "sla_breached", "respond"), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 1);
    scene_free(scene);
}

static void overdue_trigger_judges_when_it_fires(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        LEVELS
        "template t \"T\" { start after sla.resolve overdue 30m when ticket.priority = high\n" BODY
        "template u \"U\" { start after sla.resolve overdue 1h when ticket.priority = high\n" BODY);
    scene_event(scene, "ticket.created", "T",
                "{\"account\":{\"name\":\"G\",\"tier\":\"enterprise\"}}");
    scene_after(scene, 4 * ESC_HOUR_MS + 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 0); /* not of high priority then */
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"high\"}");
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    assert_text_equal(scene_view(scene, 1).template_name, "u");
    scene_free(scene);
}

static void warnings_are_those_of_the_own_level(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("sla a for ticket.priority = urgent { resolve within 1h warn at 10%, 20% }\n"
                 "sla b for ticket.priority = high { resolve within 10h warn at 30%, 60% }\n"
                 "template t \"T\" { manual\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"priority\":\"high\"}");
    scene_after(scene, 7 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", "30% of the time to resolve of b"), 1);
    assert_int_equal(scene_audit(scene, "sla_warning", "60% of the time to resolve of b"), 1);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 2);
    scene_free(scene);
}

static void creation_time_of_the_source_counts(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVELS "template t \"T\" { manual\n" BODY);
    scene_event(scene, "ticket.created", "T",
                "{\"created_at\":\"2026-01-05T07:00:00Z\",\"account\":{\"name\":\"G\",\"tier\":"
                "\"enterprise\"}}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(level_starts_at_its_edge),
        cmocka_unit_test(every_matching_event_is_an_edge_of_its_own),
        cmocka_unit_test(condition_must_hold_for_its_time),
        cmocka_unit_test(again_waits),
        cmocka_unit_test(person_starts_what_is_manual),
        cmocka_unit_test(clocks_run_warn_and_breach),
        cmocka_unit_test(acknowledgement_and_resolution_stop_the_clocks),
        cmocka_unit_test(another_level_counts_from_the_creation),
        cmocka_unit_test(overdue_trigger_judges_when_it_fires),
        cmocka_unit_test(warnings_are_those_of_the_own_level),
        cmocka_unit_test(creation_time_of_the_source_counts),
    };
    return cmocka_run_group_tests_name("engine_triggers", tests, NULL, NULL);
}
