/* test_engine_silences.c - `start after no EVENT per KEY for TIME`: what is awaited from when, what starts when it does not
 * come, and what ends that (M5.7, M5.8). Each input is given to a restored engine as well (engine_scene.c). */
#include "engine_scene.h"

#include <engine/state.h>

#include <stdio.h>

#include "support/test.h"
#include "trail.h"

#define MINUTES(n) ((int64_t)(n)*ESC_MINUTE_MS)

#define BEAT "event agent.heartbeat \"A host lives\" { host: text  zone: text?  load: number }\n"
#define BODY                                                                                       \
    "owners { primary ana ack within 30m }\n"                                                      \
    "steps { page primary \"{event.host} at {event.load}\"  await resolved within 30d else raise " \
    "overdue }\n"                                                                                  \
    "close when resolved }\n"
#define SILENT(clause) BEAT "template silent { " clause "\n" BODY
#define USUAL SILENT("start after no agent.heartbeat per event.host for 10m")

static Scene *scene;

static void beat_of(const char *host, int load)
{
    char data[400];
    snprintf(data, sizeof data, "{\"host\":\"%s\",\"load\":%d}", host, load);
    assert_status(scene_event(scene, "agent.heartbeat", "", data), ESC_OK);
}

static void beat(const char *host)
{
    beat_of(host, 1);
}

static void assert_started(size_t count)
{
    assert_int_equal(scene_audit(scene, "opened", ""), count);
}

static uint32_t keys(void)
{
    return scene_engine(scene)->kepts.used;
}

static void woke(void)
{
    assert_status(scene_input(scene, &(EscInput){.kind = ESC_INPUT_WOKE}), ESC_OK);
}

static void resolve(const char *ticket)
{
    const EscAction action = {
        .verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("ana"), .ticket = esc_text_from(ticket)};
    assert_status(scene_act_full(scene, &action), ESC_OK);
}

/* --- when it starts ------------------------------------------------------------------------------------------ */

static void it_starts_to_the_millisecond(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    scene_after(scene, MINUTES(60)); /* nobody was ever heard */
    assert_started(0);
    beat("web-1");
    scene_after(scene, MINUTES(10) - 1);
    assert_started(0);
    scene_after(scene, 1);
    assert_started(1);
    assert_string_equal(scene_field(scene, "silence/agent.heartbeat/web-1", "title"),
                        "\"No agent.heartbeat for 10m: web-1\"");
    scene_after(scene, MINUTES(600)); /* once */
    assert_started(1);
    scene_free(scene);
}

static void the_next_one_begins_it_anew(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    beat_of("web-1", 1);
    for (int i = 2; i <= 9; i++) { /* most of these are written nowhere */
        scene_after(scene, MINUTES(2));
        beat_of("web-1", i);
    }
    scene_after(scene, MINUTES(10) - 1);
    assert_started(0);
    scene_after(scene, 1);
    assert_started(1);
    assert_int_equal(scene_sent(scene, "ana", "web-1 at 9"), 1); /* the last one's fields */
    scene_free(scene);
}

static void keys_are_awaited_apart(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    beat("web-1");
    scene_after(scene, MINUTES(4));
    beat("web-2");
    scene_after(scene, MINUTES(6));
    assert_started(1);
    scene_after(scene, MINUTES(4));
    assert_started(2);
    scene_free(scene);
}

static void many_fall_silent_at_one_instant(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    for (int i = 0; i < 20; i++) {
        char host[16];
        snprintf(host, sizeof host, "web-%d", i);
        beat(host);
    }
    scene_after(scene, MINUTES(10));
    assert_started(20);
    scene_free(scene);
}

static void a_missing_part_is_no_key(void **state)
{
    (void)state;
    scene = scene_of(SILENT("start after no agent.heartbeat per event.host, event.zone for 10m"));
    beat("web-1");
    assert_int_equal(keys(), 0);
    assert_status(
        scene_event(scene, "agent.heartbeat", "", "{\"host\":\"a/b\",\"zone\":\"c%d\",\"load\":1}"),
        ESC_OK);
    assert_status(
        scene_event(scene, "agent.heartbeat", "", "{\"host\":\"a\",\"zone\":\"b/c%d\",\"load\":1}"),
        ESC_OK);
    scene_after(scene, MINUTES(10));
    assert_started(2);
    assert_non_null(scene_field(scene, "silence/agent.heartbeat/a%2Fb/c%25d", "title"));
    assert_non_null(scene_field(scene, "silence/agent.heartbeat/a/b%2Fc%25d", "title"));
    scene_free(scene);
}

static void without_a_key_there_is_one(void **state)
{
    (void)state;
    scene = scene_of(SILENT("start after no agent.heartbeat for 10m"));
    beat("web-1");
    scene_after(scene, MINUTES(8));
    beat("web-2");
    scene_after(scene, MINUTES(8));
    assert_started(0);
    scene_after(scene, MINUTES(2));
    assert_started(1);
    assert_string_equal(scene_field(scene, "silence/agent.heartbeat", "title"),
                        "\"No agent.heartbeat for 10m\"");
    scene_free(scene);
}

/* Ids of tickets have 128 bytes; two that differ behind them do not meet. */
static void long_keys_do_not_meet(void **state)
{
    (void)state;
    char host[300];
    scene = scene_of(USUAL);
    memset(host, 'x', sizeof host);
    host[sizeof host - 1] = '\0';
    beat(host);
    host[sizeof host - 2] = 'y';
    beat(host);
    assert_int_equal(keys(), 2);
    scene_after(scene, MINUTES(10));
    assert_started(2);
    beat(host);
    assert_int_equal(scene_audit(scene, "closed", ""), 1);
    scene_free(scene);
}

/* --- what ends it ---------------------------------------------------------------------------------------------- */

static void m5_7_the_next_event_resolves_it(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    beat("web-1");
    beat("web-2");
    scene_after(scene, MINUTES(10));
    assert_started(2);
    scene_after(scene, MINUTES(60));
    beat("web-1");
    assert_int_equal(scene_audit(scene, "closed", ""), 1);
    assert_string_equal(scene_field(scene, "silence/agent.heartbeat/web-1", "status"),
                        "\"resolved\"");
    assert_string_equal(scene_field(scene, "silence/agent.heartbeat/web-2", "status"), "\"open\"");
    scene_after(scene, MINUTES(10) - 1);
    assert_started(2);
    scene_after(scene, 1); /* a later silence: the same ticket, open again */
    assert_started(3);
    assert_int_equal(scene_audit(scene, "reopened", "web-1"), 1);
    assert_string_equal(scene_field(scene, "silence/agent.heartbeat/web-1", "status"), "\"open\"");
    scene_free(scene);
}

static void c43_resolved_by_hand_is_forgotten(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    beat("web-9");
    scene_after(scene, MINUTES(10));
    assert_int_equal(keys(), 1);
    resolve("silence/agent.heartbeat/web-9");
    assert_int_equal(keys(), 0);
    scene_after(scene, MINUTES(6000));
    assert_started(1);
    beat("web-9"); /* back in service */
    scene_after(scene, MINUTES(10));
    assert_started(2);
    scene_free(scene);
}

/* Both wait for one host: its silence is one ticket, and out of service is out of service. */
static void two_starts_share_a_ticket(void **state)
{
    (void)state;
    const char *source =
        BEAT "template silent { start after no agent.heartbeat per event.host for 10m\n" BODY
             "template dead { start after no agent.heartbeat per event.host for 1h\n" BODY;
    scene = scene_of(source);
    beat("web-1");
    scene_after(scene, MINUTES(60));
    assert_started(2);
    beat("web-1");
    assert_int_equal(scene_audit(scene, "closed", ""), 2);
    scene_after(scene, MINUTES(10));
    assert_started(3);
    resolve("silence/agent.heartbeat/web-1");
    scene_after(scene, MINUTES(600));
    assert_started(3);
    scene_free(scene);
}

/* The steps are over and the ticket is still open: the next event resolves it all the same. */
static void a_ticket_without_escalation_is_remembered(void **state)
{
    (void)state;
    scene =
        scene_of(BEAT "template silent { start after no agent.heartbeat per event.host for 10m\n"
                      "owners { primary ana ack within 30m }\n"
                      "steps { page primary \"x\"  close as told }\n close when resolved }\n");
    beat("web-1");
    scene_after(scene, MINUTES(10));
    assert_int_equal(scene_audit(scene, "closed", ""), 1);
    esc_engine_evict(scene_engine(scene), 0);
    beat("web-1");
    assert_string_equal(scene_field(scene, "silence/agent.heartbeat/web-1", "status"),
                        "\"resolved\"");
    esc_engine_evict(scene_engine(scene), 0);
    scene_after(scene, MINUTES(10)); /* it comes back from the store, and is no new one */
    assert_started(2);
    assert_int_equal(scene_audit(scene, "reopened", "web-1"), 1);
    scene_free(scene);
}

/* --- when C ----------------------------------------------------------------------------------------------------- */

#define NIGHT                                                                                      \
    SILENT("start after no agent.heartbeat per event.host for 10m when now in 10:00..12:00")

/* The scene begins at 09:00. */
static void c44_judged_when_its_hours_open(void **state)
{
    (void)state;
    scene = scene_of(NIGHT);
    beat("web-1");
    beat("web-2");
    beat("web-3");
    scene_after(scene, MINUTES(50));
    assert_started(0);
    beat("web-2"); /* back in time; its own ten minutes begin */
    scene_after(scene, MINUTES(10) - 1);
    assert_started(0);
    scene_after(scene, 1);
    assert_started(3);
    scene_free(scene);
}

static void a_silence_that_ends_before_its_hours_starts_nothing(void **state)
{
    (void)state;
    scene = scene_of(NIGHT);
    scene_after(scene, MINUTES(60 * 3)); /* 12:00 */
    beat("web-1");
    scene_after(scene, MINUTES(60));
    beat("web-1");
    for (int i = 0; i < 4; i++) {
        scene_after(scene, MINUTES(60 * 5));
        beat("web-1");
    }
    assert_started(0); /* 09:00 of the next day */
    scene_after(scene, MINUTES(60));
    assert_started(1);
    scene_free(scene);
}

static void what_else_is_asked_for_is_of_the_last_event(void **state)
{
    (void)state;
    scene = scene_of(
        SILENT("start after no agent.heartbeat per event.host for 10m when event.load > 5"));
    beat_of("web-1", 9);
    scene_after(scene, MINUTES(5));
    beat_of("web-1", 1);
    scene_after(scene, MINUTES(600));
    assert_started(0);
    beat_of("web-1", 9);
    scene_after(scene, MINUTES(10));
    assert_started(1);
    scene_free(scene);
}

/* --- restarts, clocks, bundles ------------------------------------------------------------------------------------ */

static void m5_8_each_has_all_its_time_after_a_restart(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    beat("web-1");
    scene_after(scene, MINUTES(2));
    beat("web-2");
    scene_after(scene, MINUTES(4)); /* half of web-1's time and more */
    beat("web-1");
    scene_clock(scene, MINUTES(180));
    woke();
    scene_after(scene, MINUTES(9));
    beat("web-1");
    scene_after(scene, MINUTES(1) - 1);
    assert_started(0);
    scene_after(scene, 1);
    assert_started(1); /* web-2 is still silent */
    scene_after(scene, MINUTES(9));
    assert_started(2);
    woke();
    scene_after(scene, MINUTES(600));
    assert_started(2); /* told is told */
    scene_free(scene);
}

static void what_waits_for_its_hours_has_all_its_time_too(void **state)
{
    (void)state;
    scene = scene_of(NIGHT);
    beat("web-1");
    scene_after(scene, MINUTES(55)); /* over, and its hours are not open */
    woke();
    scene_after(scene, MINUTES(10) - 1); /* 10:05 */
    assert_started(0);
    scene_after(scene, 1);
    assert_started(1);
    scene_free(scene);
}

static void m0_11_a_silence_keeps_what_it_has_left(void **state)
{
    (void)state;
    for (int64_t by_ms = -MINUTES(120); by_ms <= MINUTES(120); by_ms += MINUTES(240)) {
        scene = scene_of(USUAL);
        beat("web-1");
        scene_after(scene, MINUTES(6));
        scene_correct(scene, by_ms);
        scene_after(scene, MINUTES(4) - 1);
        assert_started(0);
        scene_after(scene, 1);
        assert_started(1);
        scene_free(scene);
    }
}

/* Its hours follow the wall. */
static void a_corrected_clock_opens_hours(void **state)
{
    (void)state;
    scene = scene_of(NIGHT);
    beat("web-1");
    scene_after(scene, MINUTES(30));
    assert_started(0);
    scene_correct(scene, MINUTES(60)); /* 10:30 */
    scene_after(scene, 0);
    assert_started(1);
    scene_free(scene);
}

static void keys_are_found_by_the_text_of_their_start(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    beat("web-1");
    beat("web-2");
    scene_after(scene, MINUTES(5));
    scene_publish(scene, "# the same\n" USUAL);
    assert_int_equal(keys(), 2);
    scene_after(scene, MINUTES(5));
    assert_started(2);
    scene_publish(scene, SILENT("start after no agent.heartbeat per event.host for 20m"));
    beat("web-1"); /* another start: armed by this one; the old one's ticket stays as it is */
    assert_int_equal(keys(), 1);
    scene_after(scene, MINUTES(20));
    assert_started(2); /* its escalation is still open */
    scene_free(scene);
}

static void m5_8_armed_ones_are_never_dropped(void **state)
{
    (void)state;
    scene = scene_of("policy p { last resort dora  limit 2 keys }\n" USUAL);
    beat("web-1");
    beat("web-2");
    beat("web-3");
    assert_int_equal(keys(), 2);
    assert_int_equal(scene_audit(scene, "alarm", "2 keys"), 1);
    beat("web-4");
    assert_int_equal(scene_audit(scene, "alarm", "2 keys"), 1);
    scene_after(scene, MINUTES(10));
    assert_started(2);
    scene_free(scene);
}

/* --- what is written ------------------------------------------------------------------------------------------------ */

static void m5_8_written_at_most_once_in_half_the_time(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    beat("web-1");
    const EscKept *kept = &scene_engine(scene)->kepts.items[0];
    int64_t first_ms = kept->silence->written_ms;
    assert_int_equal(first_ms, kept->last_ms);
    scene_after(scene, MINUTES(5) - 1);
    beat("web-1");
    assert_int_equal(kept->silence->written_ms, first_ms);
    scene_after(scene, 1);
    beat("web-1");
    assert_int_equal(kept->silence->written_ms, first_ms + MINUTES(5));
    scene_free(scene);
}

/* M0.4: behind an escalation's own deadlines of the same instant. */
static void a_silence_comes_behind_deadlines(void **state)
{
    (void)state;
    scene = scene_of(
        BEAT "template t { start on ticket.created\nowners { primary ana ack within 10m }\n"
             "steps { page primary \"x\"  await resolved within 30d else raise overdue }\nclose "
             "when resolved }\n"
             "template silent { start after no agent.heartbeat per event.host for 10m\n" BODY);
    beat("web-1");
    (void)scene_event(scene, "ticket.created", "T-1", "{}");
    scene_after(scene, MINUTES(10));
    told(scene, "a_silence_behind_deadlines");
}

static void a_host_falls_silent(void **state)
{
    (void)state;
    scene = scene_of(USUAL);
    beat_of("web-1", 3);
    scene_after(scene, MINUTES(10));
    (void)scene_act(scene, ESC_VERB_ACK, "ana", 1, "");
    scene_after(scene, MINUTES(5));
    beat_of("web-1", 4);
    scene_after(scene, MINUTES(10));
    resolve("silence/agent.heartbeat/web-1");
    scene_after(scene, MINUTES(60));
    told(scene, "a_host_falls_silent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_to_the_millisecond),
        cmocka_unit_test(the_next_one_begins_it_anew),
        cmocka_unit_test(keys_are_awaited_apart),
        cmocka_unit_test(many_fall_silent_at_one_instant),
        cmocka_unit_test(a_missing_part_is_no_key),
        cmocka_unit_test(without_a_key_there_is_one),
        cmocka_unit_test(long_keys_do_not_meet),
        cmocka_unit_test(m5_7_the_next_event_resolves_it),
        cmocka_unit_test(c43_resolved_by_hand_is_forgotten),
        cmocka_unit_test(two_starts_share_a_ticket),
        cmocka_unit_test(a_ticket_without_escalation_is_remembered),
        cmocka_unit_test(c44_judged_when_its_hours_open),
        cmocka_unit_test(a_silence_that_ends_before_its_hours_starts_nothing),
        cmocka_unit_test(what_else_is_asked_for_is_of_the_last_event),
        cmocka_unit_test(m5_8_each_has_all_its_time_after_a_restart),
        cmocka_unit_test(what_waits_for_its_hours_has_all_its_time_too),
        cmocka_unit_test(m0_11_a_silence_keeps_what_it_has_left),
        cmocka_unit_test(a_corrected_clock_opens_hours),
        cmocka_unit_test(keys_are_found_by_the_text_of_their_start),
        cmocka_unit_test(m5_8_armed_ones_are_never_dropped),
        cmocka_unit_test(m5_8_written_at_most_once_in_half_the_time),
        cmocka_unit_test(a_silence_comes_behind_deadlines),
        cmocka_unit_test(a_host_falls_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
