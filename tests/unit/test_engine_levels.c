/* test_engine_levels.c - service levels over a ticket's life, and starts that wait for their time. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define BODY                                                                                       \
    CHAIN "steps { notify room \"started\"  await resolved within 30d else raise overdue }\n"      \
          "close when resolved }\n"
#define NOBODY "template n \"N\" { manual\n" BODY

static size_t opened(const Scene *scene)
{
    return scene_audit(scene, "opened", "");
}

/* --- clocks ----------------------------------------------------------------------------------- */

static void a_resolution_meets_the_respond_clock(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { respond within 1h }\n"
                            "template t \"T\" { start after sla.respond overdue 1s\n" BODY
                            "template u \"U\" { start on sla.breached\n" BODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 30 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"closed\"}");
    assert_int_equal(scene_audit(scene, "sla_met", "respond"), 1);
    scene_after(scene, ESC_DAY_MS);
    scene_event(scene, "ticket.reopened", "T", NULL); /* it does not start again */
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 0);
    assert_int_equal(opened(scene), 0);
    scene_free(scene);
}

/* In whatever order the templates name their times, and however often. */
static void each_overdue_time_has_its_turn(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 1h }\n"
                            "template a \"A\" { start after sla.resolve overdue 2h\n" BODY
                            "template b \"B\" { start after sla.resolve overdue 1h\n" BODY
                            "template c \"C\" { start after sla.resolve overdue 2h\n" BODY
                            "template d \"D\" { start after sla.resolve overdue 3h\n" BODY);
    scene_event(scene, "ticket.created", "T", NULL);
    static const size_t then[] = {0, 0, 1, 3, 4, 4};
    for (size_t hour = 0; hour < ESC_COUNT_OF(then); hour++) {
        assert_int_equal(opened(scene), then[hour]);
        scene_after(scene, ESC_HOUR_MS - 1);
        assert_int_equal(opened(scene), then[hour]);
        scene_after(scene, 1);
    }
    scene_free(scene);
}

static void the_resolve_clock_stands_while_the_ticket_is_resolved(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 4h warn at 75% }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, 5 * ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL); /* 2h are left */
    assert_int_equal(scene_audit(scene, "sla_resumed", "resolve by"), 1);
    scene_after(scene, ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "sla_warning", "75"), 1);
    scene_after(scene, ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 1);
    scene_free(scene);
}

static void another_level_keeps_what_was_used(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla a for ticket.priority = urgent { resolve within 4h }\n"
                            "sla b { resolve within 24h }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"urgent\"}"); /* 4h, 1h is used */
    scene_after(scene, 3 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 1);
    scene_free(scene);
}

static void a_breach_is_told_once(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla a for ticket.priority = urgent { resolve within 1h }\n"
                            "sla b { resolve within 4h }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", "{\"priority\":\"urgent\"}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 1);
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"urgent\"}");
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"low\"}");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 1);
    scene_free(scene);
}

/* The time to resolve is over, then the ticket is resolved for an hour: it was late for half an hour all the while. */
static void being_late_stands_as_well(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 1h }\n"
                            "template t \"T\" { start after sla.resolve overdue 45m\n" BODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 90 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, 15 * ESC_MINUTE_MS - 1);
    assert_int_equal(opened(scene), 0);
    scene_after(scene, 1);
    assert_int_equal(opened(scene), 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 1);
    scene_free(scene);
}

static void a_clock_counts_from_when_the_source_made_the_ticket(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 1h }\n" NOBODY);
    scene_report(scene, "ticket.created", "T", "desk", scene_now(scene) - 30 * ESC_MINUTE_MS, NULL);
    scene_after(scene, 30 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 1);
    scene_free(scene);
}

/* --- late rather than never ------------------------------------------------------------------- */

static void what_comes_last_fires_an_overdue_level(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 1h }\n"
                            "template t \"T\" { start after sla.resolve overdue 30m when "
                            "ticket.priority >= high\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"priority\":\"low\"}");
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(opened(scene), 0);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"x\"}");
    assert_int_equal(opened(scene), 0);
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"urgent\"}");
    assert_int_equal(scene_audit(scene, "opened", "over by 30m"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"high\"}"); /* it held before */
    assert_int_equal(opened(scene) + scene_audit(scene, "not_started", ""), 1);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.reopened", "T", NULL); /* late still, and nobody is at it */
    assert_int_equal(opened(scene), 2);
    scene_free(scene);
}

#define AGAIN                                                                                      \
    "template t \"T\" { start on ticket.created, ticket.updated when ticket.severity = critical\n" \
    "again after 1h\n" CHAIN "steps { notify room \"started {ticket.title}\"\n"                    \
    "await resolved within 30d else { } }\n"                                                       \
    "on ticket.updated when ticket.severity < high { close as calm }  close when resolved }\n"

static void what_is_too_soon_starts_later(void **state)
{
    (void)state;
    Scene *scene = scene_of(AGAIN);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_audit(scene, "closed", "calm"), 1);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(scene_audit(scene, "postponed", ""), 1);
    scene_after(scene, 50 * ESC_MINUTE_MS - 1);
    assert_int_equal(opened(scene), 1);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "opened", "may start again"), 1);
    scene_free(scene);
}

static void what_is_too_soon_and_over_by_then_does_not_start(void **state)
{
    (void)state;
    static const char *const ends[] = {"{\"severity\":\"low\"}", "{\"status\":\"resolved\"}"};
    for (size_t i = 0; i < ESC_COUNT_OF(ends); i++) {
        Scene *scene = scene_of(AGAIN);
        scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
        scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
        scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
        scene_event(scene, "ticket.updated", "T", ends[i]);
        scene_after(scene, ESC_DAY_MS);
        assert_int_equal(opened(scene), 1);
        assert_int_equal(scene_audit(scene, "disarmed", "does not hold any more"), 1);
        scene_free(scene);
    }
}

static void the_newest_happening_waits(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ping { x: number }\n"
                            "template t \"T\" { start on ping  again after 1h\n" CHAIN
                            "steps { notify room \"ping {event.x}\" }  close when resolved }\n");
    scene_event(scene, "ping", "T", "{\"x\":1}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_event(scene, "ping", "T", "{\"x\":2}");
    scene_event(scene, "ping", "T", "{\"x\":3}");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "ping 3"), 1);
    assert_int_equal(scene_sent(scene, "room", "ping"), 2);
    scene_free(scene);
}

/* That something changed is true at the event alone, and not forgotten for being too soon. */
static void a_change_that_is_too_soon_starts_later(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template t \"T\" { start on ticket.updated when changed ticket.priority "
                 "again after 1h\n" CHAIN
                 "steps { notify room \"changed\"  close as told }  close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{\"priority\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"high\"}");
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"low\"}");
    assert_int_equal(scene_sent(scene, "room", "changed"), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "changed"), 2);
    scene_free(scene);
}

/* What a happening asks for has to go on to hold too. */
static void a_happening_waits_for_its_time(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("extend ticket { vip: bool default false }\n"
                 "event vendor.outage { x: number }\n"
                 "template t \"T\" { start on vendor.outage when ticket.vip and event.x > 1 "
                 "for 30m\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"vip\":true}");
    scene_event(scene, "vendor.outage", "T", "{\"x\":2}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"vip\":false}");
    assert_int_equal(scene_audit(scene, "disarmed", "did not hold long enough"), 1);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"vip\":true}");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(opened(scene), 0);
    scene_event(scene, "vendor.outage", "T", "{\"x\":2}");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"other\"}"); /* its x is kept */
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(opened(scene), 1);
    scene_free(scene);
}

#define TWO(first, second)                                                                         \
    "template t \"T\" { start on ticket.updated when ticket." first "\n"                           \
    "start on ticket.updated when ticket." second "\n" BODY

/* Another order of the same is the same; another text is another start. */
static void what_waits_is_found_by_its_text(void **state)
{
    (void)state;
    Scene *scene = scene_of(TWO("severity = critical for 1h", "priority = urgent for 2h"));
    scene_event(scene, "ticket.created", "A", NULL);
    scene_event(scene, "ticket.created", "B", NULL);
    scene_event(scene, "ticket.updated", "A", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.updated", "B", "{\"priority\":\"urgent\"}");
    scene_publish(scene, TWO("priority = urgent for 3h", "severity = critical for 1h"));
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(opened(scene), 1);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(opened(scene), 1);
    assert_int_equal(scene_audit(scene, "disarmed", "not the same any more"), 1);
    scene_free(scene);
}

/* More warnings than there are clocks: each says how much has gone, and nothing else follows from it. */
static void every_warning_is_told(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("sla s { respond within 10h  resolve within 20h  warn at 10%, 20%, 30%, 40%, 50% "
                 "}\ntemplate t \"T\" { start after sla.respond overdue 1s\n" BODY);
    static const char *const percents[] = {"10", "20", "30", "40", "50"};
    scene_event(scene, "ticket.created", "T", NULL);
    for (size_t i = 0; i < ESC_COUNT_OF(percents); i++) {
        char data[32];
        snprintf(data, sizeof data, "\"percent\":\"%s\"", percents[i]);
        scene_after(scene, 2 * ESC_HOUR_MS - 1);
        assert_int_equal(scene_audit(scene, "sla_warning", data), 0);
        scene_after(scene, 1);
        assert_int_equal(scene_audit(scene, "sla_warning", data), 1);
    }
    assert_int_equal(scene_audit(scene, "sla_warning", ""), ESC_COUNT_OF(percents));
    assert_int_equal(opened(scene), 0);
    scene_after(scene, ESC_SECOND_MS);
    assert_int_equal(opened(scene), 1);
    scene_free(scene);
}

/* By how much it is late is asked for anew at every event. */
static void conditions_know_each_clock(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("event look { }\nsla s { respond within 1h  resolve within 3h }\n"
                 "template t \"T\" { start on ticket.created\n"
                 "owners { primary ana ack within 30d }\n"
                 "steps { await resolved within 30d else raise overdue }\n"
                 "on look when sla.respond.overdue > 30m { notify room \"respond late\" }\n"
                 "on look when sla.resolve.overdue > 30m { notify room \"resolve late\" }\n"
                 "on look when sla.respond.due < now + 30m { notify room \"respond soon\" }\n"
                 "on look when sla.resolve.due < now + 30m { notify room \"resolve soon\" }\n"
                 "close when resolved }\n");
    static const struct {
        int minutes, respond_soon, respond_late, resolve_soon, resolve_late;
    } looks[] = {{30, 0, 0, 0, 0},  {31, 1, 0, 0, 0},  {90, 1, 0, 0, 0},  {91, 1, 1, 0, 0},
                 {150, 1, 1, 0, 0}, {151, 1, 1, 1, 0}, {210, 1, 1, 1, 0}, {211, 1, 1, 1, 1}};
    scene_event(scene, "ticket.created", "T", NULL);
    int64_t began_ms = scene_now(scene);
    size_t sent[4] = {0};
    for (size_t i = 0; i < ESC_COUNT_OF(looks); i++) {
        scene_after(scene, began_ms + looks[i].minutes * ESC_MINUTE_MS - scene_now(scene));
        scene_event(scene, "look", "T", NULL);
        const char *const texts[] = {"respond soon", "respond late", "resolve soon",
                                     "resolve late"};
        const int counts[] = {looks[i].respond_soon, looks[i].respond_late, looks[i].resolve_soon,
                              looks[i].resolve_late};
        for (size_t j = 0; j < ESC_COUNT_OF(texts); j++) {
            sent[j] += (size_t)counts[j];
            assert_int_equal(scene_sent(scene, "room", texts[j]), sent[j]);
        }
    }
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resolution_meets_the_respond_clock),
        cmocka_unit_test(the_resolve_clock_stands_while_the_ticket_is_resolved),
        cmocka_unit_test(another_level_keeps_what_was_used),
        cmocka_unit_test(a_breach_is_told_once),
        cmocka_unit_test(being_late_stands_as_well),
        cmocka_unit_test(a_clock_counts_from_when_the_source_made_the_ticket),
        cmocka_unit_test(what_comes_last_fires_an_overdue_level),
        cmocka_unit_test(what_is_too_soon_starts_later),
        cmocka_unit_test(what_is_too_soon_and_over_by_then_does_not_start),
        cmocka_unit_test(the_newest_happening_waits),
        cmocka_unit_test(a_change_that_is_too_soon_starts_later),
        cmocka_unit_test(a_happening_waits_for_its_time),
        cmocka_unit_test(what_waits_is_found_by_its_text),
        cmocka_unit_test(each_overdue_time_has_its_turn),
        cmocka_unit_test(every_warning_is_told),
        cmocka_unit_test(conditions_know_each_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
