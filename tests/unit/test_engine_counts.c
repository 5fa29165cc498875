/* test_engine_counts.c - `count(EVENT per KEY within TIME) > N`: which event makes it fire, what is counted, and for how long
 * it is kept (M5.5, M5.6). Each input is given to a restored engine as well (engine_scene.c), so every test is one of
 * restarts in its middle. */
#include "engine_scene.h"

#include <engine/state.h>

#include <stdio.h>

#include "support/test.h"
#include "trail.h"

#define MINUTES(n) ((int64_t)(n)*ESC_MINUTE_MS)

#define WORLD                                                                                      \
    "event alert.firing { service: text  region: text? }\n"                                        \
    "extend ticket { site: text? }\n"
#define BODY                                                                                       \
    "owners { primary ana ack within 30m }\n"                                                      \
    "steps { page primary \"{event.service}\"  await resolved within 30d else raise overdue }\n"   \
    "close when resolved }\n"
#define STORM(condition) WORLD "template storm { start on alert.firing when " condition "\n" BODY

static Scene *scene;

static void alert(const char *service)
{
    char data[96];
    snprintf(data, sizeof data, "{\"service\":\"%s\"}", service);
    assert_status(scene_event(scene, "alert.firing", "", data), ESC_OK);
}

static void alerts(const char *service, int count)
{
    for (int i = 0; i < count; i++)
        alert(service);
}

static void assert_started(size_t count)
{
    assert_int_equal(scene_audit(scene, "opened", ""), count);
}

static uint32_t keys(void)
{
    return scene_engine(scene)->kepts.used;
}

/* --- which event fires ---------------------------------------------------------------------------------- */

/* All of them come at one instant, as after a network cut (C40). */
static void c39_the_fifth_does_not_fire_again(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 3"));
    alerts("db", 3);
    assert_started(0);
    alert("db");
    assert_started(1);
    alerts("db", 3);
    assert_started(1);
    scene_after(scene, MINUTES(10)); /* all are gone */
    alerts("db", 3);
    assert_started(1);
    alert("db");
    assert_started(2);
    scene_free(scene);
}

/* It fell to 3 when the first was ten minutes old: the next one makes it 4 again. */
static void it_fires_again_when_it_has_fallen(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 3"));
    alert("db");
    scene_after(scene, MINUTES(5));
    alerts("db", 3);
    assert_started(1);
    scene_after(scene, MINUTES(5) - 1);
    alert("db");
    assert_started(1);
    scene_after(scene, MINUTES(6)); /* only the last one is left */
    alerts("db", 2);
    assert_started(1);
    alert("db");
    assert_started(2);
    scene_free(scene);
}

static void m5_5_the_window_is_open_at_its_beginning(void **state)
{
    (void)state;
    for (int64_t late_ms = -1; late_ms <= 0; late_ms++) {
        scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 1"));
        alert("db");
        scene_after(scene, MINUTES(10) + late_ms);
        alert("db");
        assert_started(late_ms < 0 ? 1 : 0);
        scene_free(scene);
    }
}

static void at_least_is_one_less(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) >= 3"));
    alerts("db", 2);
    assert_started(0);
    alert("db");
    assert_started(1);
    scene_free(scene);
}

/* `> 0`: the first of a quiet time. */
static void one_is_enough(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 0"));
    alerts("db", 3);
    assert_started(1);
    alert("web");
    assert_started(2);
    scene_after(scene, MINUTES(10));
    alert("db");
    assert_started(3);
    scene_free(scene);
}

/* --- what is counted ------------------------------------------------------------------------------------- */

static void keys_are_counted_apart(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 1"));
    alert("db");
    alert("web");
    alert("d");
    assert_started(0);
    alert("db");
    assert_started(1);
    scene_free(scene);
}

static void without_a_key_there_is_one(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing within 10m) > 1"));
    alert("db");
    alert("web");
    assert_started(1);
    assert_int_equal(keys(), 1);
    scene_free(scene);
}

/* "a" and "bc" are not "ab" and "c"; a missing part is no key. */
static void m5_6_parts_of_a_key_are_told_apart(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service, event.region within 10m) > 1"));
    assert_status(scene_event(scene, "alert.firing", "", "{\"service\":\"a\",\"region\":\"bc\"}"),
                  ESC_OK);
    assert_status(scene_event(scene, "alert.firing", "", "{\"service\":\"ab\",\"region\":\"c\"}"),
                  ESC_OK);
    alerts("a", 4);
    assert_started(0);
    assert_int_equal(keys(), 2);
    assert_status(scene_event(scene, "alert.firing", "", "{\"service\":\"a\",\"region\":\"bc\"}"),
                  ESC_OK);
    assert_started(1);
    scene_free(scene);
}

static void a_field_of_the_ticket_is_a_key(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per ticket.site within 10m) > 1"));
    (void)scene_event(scene, "ticket.created", "T-1", "{\"site\":\"kiel\"}");
    (void)scene_event(scene, "ticket.created", "T-2", "{\"site\":\"kiel\"}");
    (void)scene_event(scene, "ticket.created", "T-3", "{}");
    assert_status(scene_event(scene, "alert.firing", "T-3", "{\"service\":\"x\"}"), ESC_OK);
    assert_status(scene_event(scene, "alert.firing", "T-3", "{\"service\":\"x\"}"), ESC_OK);
    assert_status(scene_event(scene, "alert.firing", "T-1", "{\"service\":\"x\"}"), ESC_OK);
    assert_started(0);
    assert_status(scene_event(scene, "alert.firing", "T-2", "{\"service\":\"x\"}"), ESC_OK);
    assert_started(1);
    scene_free(scene);
}

/* What else is asked for decides about the start, not about the count. */
static void every_event_counts_whatever_else_is_asked_for(void **state)
{
    (void)state;
    scene = scene_of(STORM("event.region is present and event.region = \"eu\" and "
                           "count(alert.firing per event.service within 10m) > 1"));
    alert("db");
    assert_status(scene_event(scene, "alert.firing", "", "{\"service\":\"db\",\"region\":\"eu\"}"),
                  ESC_OK);
    assert_started(1);
    scene_free(scene);
}

static void transitions_and_changes_count_too(void **state)
{
    (void)state;
    scene = scene_of(WORLD
                     "template flapping { start on ticket.reopened when "
                     "count(ticket.reopened per ticket.id within 1h) > 1\n"
                     "owners { primary ana ack within 30m }\n"
                     "steps { page primary \"x\"  await resolved within 30d else raise overdue }\n"
                     "close when resolved }\n");
    (void)scene_event(scene, "ticket.created", "T-1", "{}");
    for (int i = 0; i < 2; i++) {
        (void)scene_event(scene, "ticket.resolved", "T-1", "{}");
        (void)scene_event(scene, "ticket.resolved", "T-1", "{}"); /* a report: no transition */
        (void)scene_event(scene, "ticket.reopened", "T-1", "{}");
        assert_started(i == 0 ? 0 : 1);
    }
    scene_free(scene);
}

/* --- what is kept, and for how long ------------------------------------------------------------------------ */

static void no_more_instants_than_are_asked_for(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 3"));
    alerts("db", 20);
    const EscKepts *kepts = &scene_engine(scene)->kepts;
    assert_int_equal(kepts->used, 1);
    assert_int_equal(kepts->items[0].count, 3); /* and the last one */
    scene_free(scene);
}

static void expired_keys_go_with_others_of_the_same_count(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 3"));
    alert("a");
    alert("b");
    alert("c");
    assert_int_equal(keys(), 3);
    scene_clock(scene, MINUTES(10)); /* nothing fires */
    alert("d");
    assert_int_equal(keys(), 2); /* two of the old ones went */
    alert("d");
    assert_int_equal(keys(), 1);
    scene_free(scene);
}

static void expired_keys_go_by_themselves(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 3"));
    for (int i = 0; i < 300; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", i);
        alert(name);
    }
    assert_int_equal(keys(), 300);
    scene_after(scene, MINUTES(10));
    assert_int_equal(keys(), 300 - 256); /* a step */
    scene_after(scene, ESC_SECOND_MS);
    assert_int_equal(keys(), 0);
    assert_false(scene_has_timers(scene) && scene_engine(scene)->timers.own != NULL);
    scene_free(scene);
}

static void m5_6_the_key_that_was_silent_longest_makes_room(void **state)
{
    (void)state;
    scene = scene_of("policy p { last resort dora  limit 3 keys }\n" STORM(
        "count(alert.firing per event.service within 10m) > 1"));
    alert("a");
    scene_after(scene, 1);
    alert("b");
    scene_after(scene, 1);
    alert("c");
    scene_after(scene, 1);
    alert("a"); /* so that b is silent longest; it fires */
    assert_started(1);
    assert_int_equal(scene_audit(scene, "alarm", "3 keys"), 0);
    alert("d");
    assert_int_equal(keys(), 3);
    assert_int_equal(scene_audit(scene, "alarm", "3 keys"), 1);
    alert("b"); /* it counts from one again, and c goes */
    assert_started(1);
    alert("b");
    assert_started(2);
    alert("e");
    assert_int_equal(scene_audit(scene, "alarm", "3 keys"), 1); /* once an hour */
    scene_after(scene, MINUTES(60));
    for (int i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        alert(name);
    }
    assert_int_equal(keys(), 3);
    assert_int_equal(scene_audit(scene, "alarm", "3 keys"), 2);
    scene_free(scene);
}

/* --- clocks and bundles -------------------------------------------------------------------------------------- */

static void m0_11_a_window_keeps_what_it_has_left(void **state)
{
    (void)state;
    for (int64_t by_ms = -MINUTES(120); by_ms <= MINUTES(120); by_ms += MINUTES(240)) {
        scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 1"));
        alert("db");
        scene_after(scene, MINUTES(6));
        scene_correct(scene, by_ms);
        scene_after(scene, MINUTES(4) - 1);
        alert("db");
        assert_started(1);
        scene_after(scene, MINUTES(5));
        scene_correct(scene, by_ms);
        scene_after(scene, MINUTES(5));
        alert("db");
        assert_started(1); /* ten minutes later there is one */
        scene_free(scene);
    }
}

static void keys_are_found_by_the_text_of_their_count(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 2"));
    alerts("db", 2);
    scene_publish(scene, "# a comment, and another line\n" STORM(
                             "count(alert.firing   per event.service within 10m)   > 2"));
    assert_int_equal(keys(), 1);
    alert("db");
    assert_started(1);
    scene_publish(scene, STORM("count(alert.firing per event.service within 20m) > 2"));
    alert("db"); /* the first of another count */
    assert_int_equal(keys(), 1);
    alert("db");
    assert_started(1);
    scene_publish(scene, STORM("event.service = \"db\""));
    alert("web");
    assert_int_equal(keys(), 0);
    scene_free(scene);
}

/* --- starts that wait ------------------------------------------------------------------------------------------ */

/* M1.6: what came too soon starts when its time has come, if the number is still exceeded then. */
/* Each event hears the counts that are of it. */
static void counts_of_several_events(void **state)
{
    (void)state;
    static const char *const events[] = {"dock.full", "dock.late", "dock.shut", "dock.wet"};
    char source[4096] = "";
    size_t size = 0;
    for (size_t i = 0; i < ESC_COUNT_OF(events); i++)
        size += (size_t)snprintf(
            source + size, sizeof source - size,
            "event %s { service: text }\n"
            "template t%zu { start on %s when count(%s per event.service within 10m) > %zu\n" BODY,
            events[i], i, events[i], events[i], i + 1);
    scene = scene_of(source);
    for (size_t i = 0; i < ESC_COUNT_OF(events); i++)
        for (size_t n = 0; n < i + 2; n++) {
            assert_started(i);
            assert_status(scene_event(scene, events[i], "", "{\"service\":\"db\"}"), ESC_OK);
        }
    assert_started(ESC_COUNT_OF(events));
    scene_free(scene);
}

static void again_after_asks_for_the_number_then(void **state)
{
    (void)state;
    for (int goes_on = 0; goes_on <= 1; goes_on++) {
        scene = scene_of(WORLD "template storm { start on alert.firing when "
                               "count(alert.firing per ticket.id within 10m) > 1\n"
                               "again after 1h\n" BODY);
        for (int round = 0; round <= 1 + goes_on; round++) {
            (void)scene_event(scene, "alert.firing", "T-1", "{\"service\":\"db\"}");
            (void)scene_event(scene, "alert.firing", "T-1", "{\"service\":\"db\"}");
            assert_started(1);
            if (round == 0) {
                (void)scene_event(scene, "ticket.resolved", "T-1", "{}");
                (void)scene_event(scene, "ticket.reopened", "T-1", "{}");
            }
            scene_after(scene, round == 0 ? MINUTES(30) : MINUTES(25)); /* 30, 55 */
        }
        scene_after(scene, MINUTES(5));
        assert_started(goes_on ? 2 : 1);
        assert_int_equal(scene_audit(scene, "disarmed", "does not hold"), goes_on ? 0 : 1);
        scene_free(scene);
    }
}

static void a_storm(void **state)
{
    (void)state;
    scene = scene_of(STORM("count(alert.firing per event.service within 10m) > 2"));
    alerts("db", 2);
    alert("web");
    scene_after(scene, MINUTES(2));
    alert("db");
    (void)scene_act(scene, ESC_VERB_ACK, "ana", 1, "");
    alert("db");
    scene_after(scene, MINUTES(30));
    told(scene, "a_storm_of_alerts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c39_the_fifth_does_not_fire_again),
        cmocka_unit_test(it_fires_again_when_it_has_fallen),
        cmocka_unit_test(m5_5_the_window_is_open_at_its_beginning),
        cmocka_unit_test(at_least_is_one_less),
        cmocka_unit_test(one_is_enough),
        cmocka_unit_test(keys_are_counted_apart),
        cmocka_unit_test(without_a_key_there_is_one),
        cmocka_unit_test(m5_6_parts_of_a_key_are_told_apart),
        cmocka_unit_test(a_field_of_the_ticket_is_a_key),
        cmocka_unit_test(every_event_counts_whatever_else_is_asked_for),
        cmocka_unit_test(transitions_and_changes_count_too),
        cmocka_unit_test(no_more_instants_than_are_asked_for),
        cmocka_unit_test(expired_keys_go_with_others_of_the_same_count),
        cmocka_unit_test(expired_keys_go_by_themselves),
        cmocka_unit_test(m5_6_the_key_that_was_silent_longest_makes_room),
        cmocka_unit_test(m0_11_a_window_keeps_what_it_has_left),
        cmocka_unit_test(keys_are_found_by_the_text_of_their_count),
        cmocka_unit_test(counts_of_several_events),
        cmocka_unit_test(again_after_asks_for_the_number_then),
        cmocka_unit_test(a_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
