/* test_engine_opens.c - `open(TEMPLATE per FIELD)`: what is open for which value, what it holds back, and when that is judged
 * again (M5.9, M5.10). Each input is given to a restored engine as well (engine_scene.c). */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"
#include "trail.h"

#define MINUTES(n) ((int64_t)(n)*ESC_MINUTE_MS)

#define FIELDS                                                                                     \
    "extend ticket { site: text?  floor: number? }\nevent alert.firing { service: text }\n"
#define BODY                                                                                       \
    "owners { primary ana ack within 30m }\n"                                                      \
    "steps { page primary \"{ticket.title}\"  await resolved within 30d else raise overdue }\n"    \
    "close when resolved }\n"
#define DOWN FIELDS "template site_down { start on ticket.created when ticket.kind = problem\n" BODY
#define LINK(rest)                                                                                 \
    "template link_down { start on ticket.created, ticket.updated when " rest "\n" BODY
#define USUAL DOWN LINK("ticket.severity = medium and not open(site_down per ticket.site)")

static Scene *scene;

static void report(const char *type, const char *ticket, const char *data)
{
    assert_status(scene_event(scene, type, ticket, data), ESC_OK);
}

static void down(const char *ticket, const char *site)
{
    char data[128];
    snprintf(data, sizeof data,
             "{\"kind\":\"problem\",\"severity\":\"critical\",\"title\":\"down\",\"site\":\"%s\"}",
             site);
    report("ticket.created", ticket, data);
}

static void link_of(const char *ticket, const char *site)
{
    char data[128];
    snprintf(data, sizeof data, "{\"severity\":\"medium\",\"title\":\"link\",\"site\":\"%s\"}",
             site);
    report("ticket.created", ticket, data);
}

static void resolve(const char *ticket)
{
    report("ticket.resolved", ticket, "{}");
}

static void assert_started(const char *template, size_t count)
{
    char part[64];
    snprintf(part, sizeof part, "\"%s\"", template);
    assert_int_equal(scene_audit(scene, "opened", part), count);
}

/* --- what is open ------------------------------------------------------------------------------------------ */

static void m5_9_the_same_value_holds_back(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    link_of("T-2", "kiel");
    assert_started("link_down", 0);
    assert_int_equal(scene_audit(scene, "held_back", "E-1"), 1);
    link_of("T-3", "bonn");
    assert_started("link_down", 1);
    scene_free(scene);
}

static void m5_9_what_is_missing_holds_nothing_back(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    report("ticket.created", "T-1", "{\"kind\":\"problem\",\"severity\":\"critical\"}");
    report("ticket.created", "T-2", "{\"severity\":\"medium\"}");
    assert_started("link_down", 1);
    down("T-3", "kiel");
    report("ticket.created", "T-4", "{\"severity\":\"medium\"}");
    assert_started("link_down", 2);
    scene_free(scene);
}

static void m5_9_the_value_is_that_of_the_start(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    report("ticket.updated", "T-1", "{\"site\":\"bonn\"}");
    link_of("T-2", "bonn");
    assert_started("link_down", 1);
    link_of("T-3", "kiel");
    assert_started("link_down", 1);
    scene_free(scene);
}

static void c45_symptom_and_cause_in_one_event(void **state)
{
    (void)state;
    for (int is_first = 0; is_first <= 1; is_first++) { /* whatever stands first in the text */
        const char *link = LINK("ticket.severity = medium and not open(site_down per ticket.site)");
        const char *cause =
            "template site_down { start on ticket.created when ticket.kind = problem\n" BODY;
        char source[2000];
        snprintf(source, sizeof source, "%s%s%s", FIELDS, is_first ? link : cause,
                 is_first ? cause : link);
        scene = scene_of(source);
        report("ticket.created", "T-1",
               "{\"kind\":\"problem\",\"severity\":\"medium\",\"site\":\"kiel\"}");
        assert_started("site_down", 1);
        assert_started("link_down", 0);
        assert_int_equal(scene_audit(scene, "held_back", ""), 1);
        scene_free(scene);
    }
}

/* Each of three asks for the one before: the middle one is held back, so nothing holds back the last. */
static void causes_come_before_consequences(void **state)
{
    (void)state;
    scene = scene_of(
        FIELDS
        "template third { start on ticket.created when not open(second per ticket.site)\n" BODY
        "template second { start on ticket.created when not open(first per ticket.site)\n" BODY
        "template first { start on ticket.created\n" BODY);
    link_of("T-1", "kiel");
    assert_started("first", 1);
    assert_started("second", 0);
    assert_started("third", 1);
    resolve("T-1");
    link_of("T-2", "bonn");
    assert_started("second", 0);
    scene_free(scene);
}

static void numbers_are_compared_as_numbers(void **state)
{
    (void)state;
    scene =
        scene_of(DOWN LINK("ticket.severity = medium and not open(site_down per ticket.floor)"));
    report("ticket.created", "T-1", "{\"kind\":\"problem\",\"severity\":\"critical\",\"floor\":3}");
    report("ticket.created", "T-2", "{\"severity\":\"medium\",\"floor\":3.0}");
    report("ticket.created", "T-3", "{\"severity\":\"medium\",\"floor\":4}");
    assert_started("link_down", 1);
    scene_free(scene);
}

/* Without `not`: only while it is open. Nothing waits for it to begin. */
static void a_start_that_wants_it_open(void **state)
{
    (void)state;
    scene = scene_of(DOWN LINK("ticket.severity = medium and open(site_down per ticket.site)"));
    link_of("T-1", "kiel");
    down("T-2", "kiel");
    assert_started("link_down", 0);
    link_of("T-3", "kiel");
    assert_started("link_down", 1);
    resolve("T-2");
    link_of("T-4", "kiel");
    assert_started("link_down", 1);
    assert_int_equal(scene_audit(scene, "held_back", ""), 0);
    scene_free(scene);
}

/* --- judged again ------------------------------------------------------------------------------------------ */

static void c47_it_starts_when_the_last_one_is_closed(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    down("T-2", "kiel");
    link_of("T-3", "kiel");
    link_of("T-4", "kiel");
    resolve("T-1");
    assert_started("link_down", 0);
    resolve("T-2");
    assert_started("link_down", 2);
    scene_after(scene, MINUTES(600));
    assert_started("link_down", 2);
    scene_free(scene);
}

static void what_does_not_hold_any_more_is_dropped(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    link_of("T-2", "kiel");
    link_of("T-3", "kiel");
    report("ticket.updated", "T-2", "{\"severity\":\"low\"}");
    resolve("T-3");
    resolve("T-1");
    assert_started("link_down", 0);
    assert_int_equal(scene_audit(scene, "disarmed", "does not hold any more"), 2);
    report("ticket.updated", "T-2", "{\"severity\":\"medium\"}"); /* it became true */
    assert_started("link_down", 1);
    scene_free(scene);
}

/* Its own ticket's event may set it free, and another one may hold it back then. */
static void another_value_is_another_question(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    down("T-2", "bonn");
    link_of("T-3", "kiel");
    report("ticket.updated", "T-3", "{\"site\":\"bonn\"}");
    assert_started("link_down", 0);
    resolve("T-1");
    assert_started("link_down", 0);
    report("ticket.updated", "T-3", "{\"site\":\"ulm\"}");
    assert_started("link_down", 1);
    resolve("T-2");
    assert_started("link_down", 1);
    scene_free(scene);
}

static void m5_10_what_runs_is_not_ended(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    link_of("T-1", "kiel");
    assert_started("link_down", 1);
    down("T-2", "kiel");
    report("ticket.updated", "T-1", "{\"title\":\"still dark\"}");
    assert_int_equal(scene_audit(scene, "closed", ""), 0);
    scene_free(scene);
}

/* `for 30s` waits for the cause. */
static void c46_a_symptom_before_its_cause(void **state)
{
    (void)state;
    scene = scene_of(
        DOWN LINK("ticket.severity = medium and not open(site_down per ticket.site) for 30s"));
    link_of("T-1", "kiel");
    scene_after(scene, 5 * ESC_SECOND_MS);
    down("T-2", "kiel");
    report("ticket.updated", "T-1", "{\"title\":\"still dark\"}");
    scene_after(scene, MINUTES(10));
    assert_started("link_down", 0);
    assert_int_equal(scene_audit(scene, "held_back", "E-1"), 1);
    resolve("T-2");
    scene_after(scene, 30 * ESC_SECOND_MS - 1);
    assert_started("link_down", 0); /* its condition has been true since */
    scene_after(scene, 1);
    assert_started("link_down", 1);
    scene_free(scene);
}

static void what_waits_for_again_after_is_held_back_then(void **state)
{
    (void)state;
    scene = scene_of(
        DOWN
        "template link_down { start on ticket.created, ticket.updated when "
        "ticket.severity = medium and not open(site_down per ticket.site)\nagain after 1h\n" BODY);
    link_of("T-1", "kiel");
    resolve("T-1");
    down("T-2", "kiel");
    report("ticket.reopened", "T-1", "{}");
    assert_started("link_down", 1);
    scene_after(scene, MINUTES(60));
    resolve("T-2");
    assert_started("link_down", 2);
    scene_free(scene);
}

/* The newest happening's fields count. */
static void a_happening_is_held_back_with_its_event(void **state)
{
    (void)state;
    scene = scene_of(
        DOWN
        "template alarm { start on alert.firing when not open(site_down per ticket.site)\n"
        "owners { primary ana ack within 30m }\n"
        "steps { page primary \"{event.service}\"  await resolved within 30d else raise overdue }\n"
        "close when resolved }\n");
    down("T-1", "kiel");
    report("ticket.created", "T-2", "{\"site\":\"kiel\"}");
    report("alert.firing", "T-2", "{\"service\":\"db\"}");
    report("alert.firing", "T-2", "{\"service\":\"web\"}");
    assert_started("alarm", 0);
    resolve("T-1");
    assert_started("alarm", 1);
    assert_int_equal(scene_sent(scene, "ana", "web"), 1);
    scene_free(scene);
}

static void a_level_that_time_turns_is_held_back(void **state)
{
    (void)state;
    scene =
        scene_of("extend ticket { site: text? }\n"
                 "template site_down { start on ticket.created when ticket.kind = problem\n" BODY
                 "template late { start on ticket.updated when ticket.due_at < now and "
                 "not open(site_down per ticket.site)\n" BODY);
    down("T-1", "kiel");
    report("ticket.created", "T-2", "{\"site\":\"kiel\",\"due_at\":\"2026-01-05T09:30:00Z\"}");
    report("ticket.created", "T-3", "{\"site\":\"bonn\",\"due_at\":\"2026-01-05T09:30:00Z\"}");
    scene_after(scene, MINUTES(31));
    assert_started("late", 1);
    resolve("T-1");
    assert_started("late", 2);
    scene_free(scene);
}

static void an_overdue_clock_is_held_back(void **state)
{
    (void)state;
    scene = scene_of(DOWN "sla s for ticket.severity = medium { resolve within 1h }\n"
                          "template late { start after sla.resolve overdue 30m when "
                          "not open(site_down per ticket.site)\n" BODY);
    down("T-1", "kiel");
    link_of("T-2", "kiel");
    link_of("T-3", "bonn");
    scene_after(scene, MINUTES(90));
    assert_started("late", 1);
    resolve("T-1");
    assert_started("late", 2);
    scene_free(scene);
}

/* --- restarts and bundles ------------------------------------------------------------------------------------ */

static void what_is_held_back_sleeps_and_wakes(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    for (int i = 2; i < 12; i++) {
        char ticket[16];
        snprintf(ticket, sizeof ticket, "T-%d", i);
        link_of(ticket, "kiel");
    }
    esc_engine_evict(scene_engine(scene), 0);
    esc_engine_sleep(scene_engine(scene), 0);
    resolve("T-1");
    assert_started("link_down", 10);
    scene_free(scene);
}

/* Of very many the first are judged at once, the others as timers that are due. */
static void very_many_are_let_go_step_by_step(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    for (int i = 0; i < 105; i++) {
        char ticket[16];
        snprintf(ticket, sizeof ticket, "L-%03d", i);
        link_of(ticket, "kiel");
    }
    report("ticket.updated", "L-104", "{\"severity\":\"low\"}");
    resolve("T-1");
    assert_started("link_down", 100);
    scene_after(scene, 0);
    assert_started("link_down", 104);
    assert_int_equal(scene_audit(scene, "disarmed", "does not hold any more"), 1);
    scene_free(scene);
}

/* Nothing waits for ever: who is held back for the longest time is looked at again. */
static void after_the_longest_time_it_is_judged_again(void **state)
{
    (void)state;
    scene = scene_of(FIELDS
                     "template site_down { start on ticket.created when ticket.kind = problem\n"
                     "owners { primary ana ack within 300d }\n"
                     "steps { page primary \"x\"  await resolved within 400d else raise overdue }\n"
                     "close when resolved }\n" LINK(
                         "ticket.severity = medium and not open(site_down per ticket.site)"));
    scene_manual_delivery(scene);
    down("T-1", "kiel");
    link_of("T-2", "kiel");
    scene_clock(scene, 399 * ESC_DAY_MS);
    report("ticket.updated", "T-2", "{\"title\":\"dark\"}");
    assert_started("link_down", 0);
    scene_clock(scene, 2 * ESC_DAY_MS);
    EscInput timer = {.kind = ESC_INPUT_TIMER};
    while (esc_engine_next_due_ms(scene_engine(scene)) <= scene_now(scene))
        assert_status(scene_input(scene, &timer), ESC_OK);
    assert_started("link_down", 0); /* it is still open */
    resolve("T-1");
    assert_started("link_down", 1);
    scene_free(scene);
}

static void a_new_bundle_asks_for_what_runs(void **state)
{
    (void)state;
    scene = scene_of(DOWN LINK("ticket.severity = medium"));
    down("T-1", "kiel");
    scene_publish(scene, USUAL); /* nobody asked for it when it started */
    report("ticket.created", "T-9", "{\"severity\":\"low\"}");
    link_of("T-2", "kiel");
    assert_started("link_down", 0);
    scene_publish(scene, DOWN LINK("ticket.severity = medium and ticket.title = \"x\""));
    report("ticket.updated", "T-9", "{\"title\":\"y\"}");
    assert_int_equal(scene_audit(scene, "disarmed", "not the same"), 1);
    resolve("T-1");
    assert_started("link_down", 0);
    scene_free(scene);
}

static void a_correction_of_the_clock_frees_nobody(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    link_of("T-2", "kiel");
    scene_correct(scene, MINUTES(120));
    assert_started("link_down", 0);
    resolve("T-1");
    assert_started("link_down", 1);
    scene_free(scene);
}

static void a_link_of_a_site(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    down("T-1", "kiel");
    scene_after(scene, MINUTES(1));
    link_of("T-2", "kiel");
    (void)scene_act(scene, ESC_VERB_ACK, "ana", 1, "");
    scene_after(scene, MINUTES(20));
    resolve("T-1");
    scene_after(scene, MINUTES(1));
    told(scene, "a_link_of_a_site_that_is_down");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(m5_9_the_same_value_holds_back),
        cmocka_unit_test(m5_9_what_is_missing_holds_nothing_back),
        cmocka_unit_test(m5_9_the_value_is_that_of_the_start),
        cmocka_unit_test(c45_symptom_and_cause_in_one_event),
        cmocka_unit_test(causes_come_before_consequences),
        cmocka_unit_test(numbers_are_compared_as_numbers),
        cmocka_unit_test(a_start_that_wants_it_open),
        cmocka_unit_test(c47_it_starts_when_the_last_one_is_closed),
        cmocka_unit_test(what_does_not_hold_any_more_is_dropped),
        cmocka_unit_test(another_value_is_another_question),
        cmocka_unit_test(m5_10_what_runs_is_not_ended),
        cmocka_unit_test(c46_a_symptom_before_its_cause),
        cmocka_unit_test(what_waits_for_again_after_is_held_back_then),
        cmocka_unit_test(a_happening_is_held_back_with_its_event),
        cmocka_unit_test(a_level_that_time_turns_is_held_back),
        cmocka_unit_test(an_overdue_clock_is_held_back),
        cmocka_unit_test(what_is_held_back_sleeps_and_wakes),
        cmocka_unit_test(very_many_are_let_go_step_by_step),
        cmocka_unit_test(after_the_longest_time_it_is_judged_again),
        cmocka_unit_test(a_new_bundle_asks_for_what_runs),
        cmocka_unit_test(a_correction_of_the_clock_frees_nobody),
        cmocka_unit_test(a_link_of_a_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
