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

/* The fields of a ticket are kept by name: the first one and the last one too. */
static void change_of_any_field_is_a_change(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template a \"A\" { start on ticket.updated when ticket.account.id = "
        "\"a-1\"\n" BODY "template b \"B\" { start on ticket.updated when ticket.url starts with "
        "\"https\"\n" BODY);
    scene_event(scene, "ticket.created", "T", "{}");
    scene_event(scene, "ticket.updated", "T", "{\"account\":{\"id\":\"a-1\"}}");
    assert_text_equal(scene_view(scene, 1).template_name, "a");
    scene_event(scene, "ticket.updated", "T", "{\"url\":\"https://x.example\"}");
    assert_text_equal(scene_view(scene, 2).template_name, "b");
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
    assert_string_equal(scene_field(scene, "P-1", "title"),
                        "\"Pipe failed: slug prod-a, tries 3\"");
    scene_free(scene);
}

static void reports_are_recorded_when_they_change_something(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { manual\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_audit(scene, "ticket_opened", "ticket.created"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_audit(scene, "ticket_updated", ""), 0);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"high\"}");
    assert_int_equal(scene_audit(scene, "ticket_updated",
                                 "{\"event\":\"ticket.updated\",\"fields\":\"severity\"}"),
                     1);
    assert_int_equal(
        scene_audit(scene, "ticket_updated", "ticket.updated reported other values of severity"),
        1);
    scene_free(scene);
}

/* Type, source and id of an event without a subject name its ticket, as far as an id may be long. */
static void long_name_of_an_event_without_a_subject_is_cut(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ping { }\ntemplate t \"T\" { start on ping\n" BODY);
    char source[ESC_ID_BYTES_MAX + 1];
    memset(source, 's', sizeof source - 1);
    source[sizeof source - 1] = '\0';
    EscEngine *engine = scene_restore(scene, 3);
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    EscEvent event;
    EscWhy why = {.text = ""};
    assert_status(esc_event_make(arena, esc_engine_program(engine), ESC_TEXT("ping"),
                                 esc_text_from(source), ESC_TEXT("1"), (EscText){0}, ESC_TEXT("{}"),
                                 &event, &why),
                  ESC_OK);
    EscInput input = {.kind = ESC_INPUT_EVENT, .event = &event};
    EscOutcome outcome;
    assert_status(esc_engine_apply(engine, &input, scene_now(scene), &outcome, &why), ESC_OK);
    assert_int_equal(strlen(outcome.ticket), ESC_ID_BYTES_MAX);
    assert_memory_equal(outcome.ticket, "ping:sss", 8);
    esc_arena_free(arena);
    esc_engine_free(engine);
    scene_free(scene);
}

/* Only a ticket that comes with an event about something else gets a title from it, and only when that brings none. */
static void title_comes_from_the_event_when_nothing_else_brings_one(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ping { }\ntemplate t \"T\" { manual\n" BODY);
    scene_event(scene, "ping", "T", "{}");
    assert_string_equal(scene_field(scene, "T", "title"), "\"Ping ev-1\"");
    scene_event(scene, "ping", "U", "{\"ticket\":{\"title\":\"Its own\"}}");
    assert_string_equal(scene_field(scene, "U", "title"), "\"Its own\"");
    scene_event(scene, "ticket.reopened", "V", "{}");
    assert_string_equal(scene_field(scene, "V", "title"), "\"\"");
    scene_free(scene);
}

/* What it would be without its first event is nothing that was: all levels that hold are edges. */
static void new_ticket_is_no_change_of_its_defaults(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { start on ticket.created when ticket.severity < critical\n" BODY);
    scene_event(scene, "ticket.created", "T", "{}");
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_free(scene);
}

/* A linked ticket is work of an escalation that runs; what it starts again would never end. */
static void linked_ticket_starts_nothing(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { start on ticket.created\n" CHAIN
        "steps { create ticket task { title: \"Do it\" }  notify room \"made {task};\"  await "
        "resolved within 30d else raise overdue }\nclose when resolved }\n"
        "template u \"U\" { start on ticket.resolved\n" BODY);
    scene_event(scene, "ticket.created", "T", "{}");
    const char *linked = strstr(scene_last(scene, "room")->body.data, "made ");
    assert_non_null(linked);
    linked += strlen("made ");
    EscAction action = {.verb = ESC_VERB_RESOLVE,
                        .actor = ESC_TEXT("ana"),
                        .ticket = {linked, strcspn(linked, ";")}};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_int_equal(scene_audit(scene, "resolved", ""), 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 1); /* t itself */
    action.ticket = ESC_TEXT("T");
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_int_equal(scene_audit(scene, "opened", ""), 2);
    scene_free(scene);
}

#define TWO_TIMES                                                                                  \
    "template t \"T\" {\n"                                                                         \
    "start on ticket.created, ticket.updated when ticket.severity = critical for 30m\n"            \
    "start on ticket.created, ticket.updated when ticket.priority = urgent for 1h\n" BODY

static void second_trigger_of_a_template_waits_for_its_own_condition(void **state)
{
    (void)state;
    Scene *scene = scene_of(TWO_TIMES);
    scene_event(scene, "ticket.created", "T", "{\"priority\":\"urgent\"}");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"other\"}");
    assert_int_equal(scene_audit(scene, "disarmed", ""), 0);
    scene_after(scene, ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "opened", "held for 1h"), 1);
    scene_free(scene);
}

static void triggers_of_a_template_are_armed_beside_each_other(void **state)
{
    (void)state;
    Scene *scene = scene_of(TWO_TIMES);
    scene_event(scene, "ticket.created", "T",
                "{\"severity\":\"critical\",\"priority\":\"urgent\"}");
    assert_int_equal(scene_audit(scene, "armed", ""), 2);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_audit(scene, "disarmed", ""), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "opened", "held for 1h"), 1);
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

/* An event that does not change the ticket arms it all the same, and once: the time runs from the first one. */
static void event_waits_once_for_its_time(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ping { x: number }\n"
                            "template t \"T\" { start on ping when event.x > 2 for 30m\n" BODY);
    scene_event(scene, "ticket.created", "T", "{}");
    scene_event(scene, "ping", "T", "{\"x\":3}");
    assert_int_equal(scene_audit(scene, "armed", ""), 1);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    scene_event(scene, "ping", "T", "{\"x\":3}");
    assert_int_equal(scene_audit(scene, "armed", ""), 1);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "opened", "held for 30m"), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "not_started", ""), 0);
    scene_free(scene);
}

/* What it speaks of is true still, and there is nothing left to do. */
static void a_resolved_ticket_starts_nothing_late(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ping { x: number }\n"
                            "template t \"T\" { start on ping when event.x > 2 for 30m\n" BODY);
    scene_event(scene, "ping", "T", "{\"x\":3}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "disarmed", "does not hold any more"), 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_free(scene);
}

/* What it heard it knows when its time is over. */
static void a_late_start_knows_its_event(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "event ping { x: number }\n"
        "template t \"T\" { start on ping when event.x > 2 for 30m\n" CHAIN
        "steps { notify room \"x is {event.x}\"  await resolved within 30d else raise overdue }\n"
        "close when resolved }\n");
    scene_event(scene, "ping", "T", "{\"x\":3}");
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "x is 3"), 1);
    scene_free(scene);
}

#define ANOTHER_TEMPLATE                                                                           \
    "template u \"U\" { start on ticket.created when ticket.severity = critical\n" BODY

static void armed_trigger_that_the_new_bundle_lacks_is_dropped(void **state)
{
    (void)state;
    Scene *scene = scene_of(TWO_TIMES);
    scene_event(scene, "ticket.created", "T",
                "{\"severity\":\"critical\",\"priority\":\"urgent\"}");
    scene_publish(scene, ANOTHER_TEMPLATE);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"other\"}");
    assert_int_equal(scene_audit(scene, "disarmed", ""), 2);
    assert_true(esc_engine_next_due_ms(scene_engine(scene)) == INT64_MAX);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_free(scene);
}

/* The time is over, and nobody has looked at the trigger since the new bundle came. */
static void armed_trigger_starts_nothing_that_the_new_bundle_lacks(void **state)
{
    (void)state;
    Scene *scene = scene_of(TWO_TIMES);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    scene_publish(scene, ANOTHER_TEMPLATE);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    assert_true(esc_engine_next_due_ms(scene_engine(scene)) == INT64_MAX);
    scene_free(scene);
}

static void armed_trigger_whose_event_the_new_bundle_refuses_starts_nothing(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ping { x: number }\n"
                            "template t \"T\" { start on ping when event.x > 2 for 30m\n" BODY);
    scene_event(scene, "ping", "T", "{\"x\":3}");
    assert_int_equal(scene_audit(scene, "armed", ""), 1);
    scene_publish(scene,
                  "event ping { x: text }\n"
                  "template t \"T\" { start on ping when event.x starts with \"\" for 30m\n" BODY);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
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
    assert_int_equal(scene_audit(scene, "postponed", "again"), 1);
    scene_after(scene, ESC_MINUTE_MS - 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_after(scene, 1); /* late rather than never */
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
                NULL); /* its old clock goes on: one hour of four was used */
    scene_after(scene, 3 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 0);
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

static void creation_time_that_is_to_come_does_not_count(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVELS "template t \"T\" { manual\n" BODY);
    scene_event(scene, "ticket.created", "T",
                "{\"created_at\":\"2026-01-05T12:00:00Z\",\"account\":{\"name\":\"G\",\"tier\":"
                "\"enterprise\"}}");
    scene_after(scene, 15 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", "respond"), 1);
    scene_free(scene);
}

static void overdue_trigger_waits_for_its_condition(void **state)
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
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    assert_text_equal(scene_view(scene, 1).template_name, "t");
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 2);
    assert_text_equal(scene_view(scene, 2).template_name, "u");
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

/* Conditions that are looked at only when their field has one of their values: those at both ends count. */
static void condition_on_any_of_many_members_starts(void **state)
{
    (void)state;
    enum { MEMBERS = 64 };
    char source[4096], data[64];
    size_t used = (size_t)snprintf(source, sizeof source, "extend ticket { part: p0");
    for (int i = 1; i < MEMBERS; i++)
        used += (size_t)snprintf(source + used, sizeof source - used, " | p%d", i);
    snprintf(
        source + used, sizeof source - used,
        " default p0 }\ntemplate t \"T\" { start on ticket.created when ticket.part = p0\n" BODY
        "template u \"U\" { start on ticket.created when ticket.part = p%d\n" BODY,
        MEMBERS - 1);
    Scene *scene = scene_of(source);
    scene_event(scene, "ticket.created", "T", "{\"part\":\"p0\"}");
    assert_text_equal(scene_view(scene, 1).template_name, "t");
    snprintf(data, sizeof data, "{\"part\":\"p%d\"}", MEMBERS - 1);
    scene_event(scene, "ticket.created", "U", data);
    assert_text_equal(scene_view(scene, 2).template_name, "u");
    assert_int_equal(scene_audit(scene, "opened", ""), 2);
    scene_free(scene);
}

static void overdue_trigger_starts_what_stands_first(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVELS "template t \"T\" { start after sla.respond overdue 5m\n" BODY
                                   "template u \"U\" { start after sla.resolve overdue 5m\n" BODY);
    scene_event(scene, "ticket.created", "T",
                "{\"account\":{\"name\":\"G\",\"tier\":\"enterprise\"}}");
    scene_after(scene, 20 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "opened", "the time to respond is over by 5m"), 1);
    assert_text_equal(scene_view(scene, 1).template_name, "t");
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
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
        cmocka_unit_test(change_of_any_field_is_a_change),
        cmocka_unit_test(every_matching_event_is_an_edge_of_its_own),
        cmocka_unit_test(reports_are_recorded_when_they_change_something),
        cmocka_unit_test(long_name_of_an_event_without_a_subject_is_cut),
        cmocka_unit_test(title_comes_from_the_event_when_nothing_else_brings_one),
        cmocka_unit_test(new_ticket_is_no_change_of_its_defaults),
        cmocka_unit_test(linked_ticket_starts_nothing),
        cmocka_unit_test(second_trigger_of_a_template_waits_for_its_own_condition),
        cmocka_unit_test(triggers_of_a_template_are_armed_beside_each_other),
        cmocka_unit_test(event_waits_once_for_its_time),
        cmocka_unit_test(a_resolved_ticket_starts_nothing_late),
        cmocka_unit_test(armed_trigger_that_the_new_bundle_lacks_is_dropped),
        cmocka_unit_test(armed_trigger_starts_nothing_that_the_new_bundle_lacks),
        cmocka_unit_test(armed_trigger_whose_event_the_new_bundle_refuses_starts_nothing),
        cmocka_unit_test(condition_must_hold_for_its_time),
        cmocka_unit_test(again_waits),
        cmocka_unit_test(person_starts_what_is_manual),
        cmocka_unit_test(clocks_run_warn_and_breach),
        cmocka_unit_test(acknowledgement_and_resolution_stop_the_clocks),
        cmocka_unit_test(another_level_counts_from_the_creation),
        cmocka_unit_test(overdue_trigger_waits_for_its_condition),
        cmocka_unit_test(warnings_are_those_of_the_own_level),
        cmocka_unit_test(condition_on_any_of_many_members_starts),
        cmocka_unit_test(overdue_trigger_starts_what_stands_first),
        cmocka_unit_test(a_late_start_knows_its_event),
        cmocka_unit_test(creation_time_of_the_source_counts),
        cmocka_unit_test(creation_time_that_is_to_come_does_not_count),
    };
    return cmocka_run_group_tests_name("engine_triggers", tests, NULL, NULL);
}
