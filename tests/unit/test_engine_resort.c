/* test_engine_resort.c - behind the chain: the last resort is asked one after the other, then alarms and pages that go on
 * until somebody acknowledges. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define TEMPLATE(steps)                                                                            \
    "template t \"Trouble\" { start on ticket.created\n"                                           \
    "owners { primary ana ack within 5m }\nsteps { " steps                                         \
    " }\non exception unowned { notify room \"nobody has it\"  resume }\nclose when resolved }\n"
#define STAYS "page primary \"see\"  await resolved within 400d else raise overdue"
#define TEAM                                                                                       \
    "team bosses { dora cleo ben  lead cleo }\npolicy p { last resort bosses }\n" /* cleo, dora, ben */

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static size_t pages(const Scene *scene, const char *person)
{
    return scene_sent(scene, person, "You are accountable");
}

static void one_after_the_other_has_fifteen_minutes(void **state)
{
    (void)state;
    Scene *scene = begun(TEAM TEMPLATE(STAYS));
    const char *const people[] = {"cleo", "dora", "ben"};
    scene_after(scene, 5 * ESC_MINUTE_MS);
    for (size_t i = 0; i < ESC_COUNT_OF(people); i++) {
        assert_view_owner(scene, 1, people[i]);
        assert_int_equal(scene_view(scene, 1).role, 3);
        assert_int_equal(pages(scene, people[i]), 1);
        assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + 15 * ESC_MINUTE_MS);
        assert_false(scene_view(scene, 1).is_alarmed);
        scene_after(scene, 15 * ESC_MINUTE_MS);
    }
    assert_true(scene_view(scene, 1).is_alarmed);
    assert_view_owner(scene, 1, "cleo"); /* the first again */
    assert_int_equal(scene_audit(scene, "alarm", "ben did not acknowledge within 15m"), 1);
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    scene_free(scene);
}

static void who_is_away_is_passed_over_at_once(void **state)
{
    (void)state;
    Scene *scene = begun(TEAM TEMPLATE(STAYS));
    scene_act(scene, ESC_VERB_ABSENT, "ben", 0, "cleo");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(pages(scene, "cleo"), 0);
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "ben", 0, "dora"), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(pages(scene, "ben"), 1);
    scene_free(scene);
}

static void the_first_is_paged_every_hour_then_every_day(void **state)
{
    (void)state;
    Scene *scene = begun(TEAM TEMPLATE(STAYS));
    scene_after(scene, 50 * ESC_MINUTE_MS); /* 5 + 3 * 15: the alarm */
    assert_int_equal(pages(scene, "cleo"), 2);
    for (size_t hour = 1; hour <= 24; hour++) {
        scene_after(scene, ESC_HOUR_MS - 1);
        assert_int_equal(pages(scene, "cleo"), 1 + hour);
        scene_after(scene, 1);
        assert_int_equal(pages(scene, "cleo"), 2 + hour);
    }
    scene_after(scene, ESC_DAY_MS - 1);
    assert_int_equal(pages(scene, "cleo"), 26);
    scene_after(scene, 1);
    assert_int_equal(pages(scene, "cleo"), 27);
    scene_after(scene, 10 * ESC_DAY_MS);
    assert_int_equal(pages(scene, "cleo"), 37);
    assert_int_equal(scene_audit(scene, "alarm", ""), 36);
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    scene_free(scene);
}

#define PACED                                                                                      \
    "team bosses { dora cleo ben  lead cleo }\n"                                                   \
    "policy p { last resort bosses ack within 15m every 10m }\n"

/* With a pace all of them are asked behind the alarm, round and round, and each round is an alarm. */
static void with_a_pace_all_are_asked_round_and_round(void **state)
{
    (void)state;
    static const char *const people[] = {"cleo", "dora", "ben"};
    Scene *scene = begun(PACED TEMPLATE(STAYS));
    scene_after(scene, 50 * ESC_MINUTE_MS); /* 5 + 3 * 15: the alarm */
    for (size_t turn = 0; turn < 9; turn++) {
        assert_view_owner(scene, 1, people[turn % 3]);
        assert_int_equal(pages(scene, people[turn % 3]), 2 + turn / 3);
        assert_int_equal(scene_view(scene, 1).role, 3);
        assert_true(scene_view(scene, 1).is_alarmed);
        assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 1);
        assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + 10 * ESC_MINUTE_MS);
        assert_int_equal(scene_audit(scene, "alarm", "cleo stands as the last resort"),
                         1 + turn / 3);
        scene_after(scene, 10 * ESC_MINUTE_MS - 1);
        assert_view_owner(scene, 1, people[turn % 3]);
        scene_after(scene, 1);
    }
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    assert_status(scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL), ESC_OK);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 0);
    size_t before = pages(scene, "cleo") + pages(scene, "ben");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(pages(scene, "cleo") + pages(scene, "ben"), before);
    scene_free(scene);
}

static void who_is_away_is_passed_over_in_each_round(void **state)
{
    (void)state;
    Scene *scene = begun(PACED TEMPLATE(STAYS));
    scene_act(scene, ESC_VERB_ABSENT, "zoe", 0, "dora");
    scene_after(scene, 35 * ESC_MINUTE_MS); /* 5 + 2 * 15: the alarm */
    assert_view_owner(scene, 1, "cleo");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_act(scene, ESC_VERB_PRESENT, "zoe", 0, "dora");
    scene_after(scene, 10 * ESC_MINUTE_MS); /* she was not asked in this round */
    assert_view_owner(scene, 1, "dora");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_audit(scene, "alarm", ""), 2);
    scene_free(scene);
}

/* One who is alone is paged by the pace, and the end of all pages is said. */
static void one_alone_is_paged_by_the_pace_until_the_end(void **state)
{
    (void)state;
    Scene *scene = begun("policy p { last resort dora every 7d }\n" TEMPLATE(
        "page primary \"see\"  await resolved within 400d else { await resolved within 400d }"));
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_int_equal(pages(scene, "dora"), 2);
    scene_after(scene, 21 * ESC_DAY_MS);
    assert_int_equal(pages(scene, "dora"), 5);
    scene_after(scene, 500 * ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "alarm", "never"), 1);
    assert_int_equal(pages(scene, "dora"), 59); /* 2, and one a week */
    scene_free(scene);
}

/* The pace is the present policy's, as all of the last resort is. */
static void a_pace_may_be_published_later(void **state)
{
    (void)state;
    Scene *scene = begun(TEAM TEMPLATE(STAYS));
    scene_after(scene, 50 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "cleo");
    scene_publish(scene, PACED TEMPLATE(STAYS));
    scene_after(scene, ESC_HOUR_MS); /* the hour that began before */
    assert_view_owner(scene, 1, "cleo");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    scene_publish(scene, TEAM TEMPLATE(STAYS));
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "cleo");
    scene_after(scene, ESC_HOUR_MS);
    assert_view_owner(scene, 1, "cleo");
    scene_free(scene);
}

static void an_acknowledgement_ends_it(void **state)
{
    (void)state;
    Scene *scene = begun(TEAM TEMPLATE(STAYS));
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_true(scene_view(scene, 1).is_alarmed);
    assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 1);
    assert_status(scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL), ESC_OK);
    assert_view_owner(scene, 1, "dora");
    assert_false(scene_view(scene, 1).is_alarmed);
    assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 0);
    size_t before = pages(scene, "cleo");
    scene_after(scene, 60 * ESC_DAY_MS);
    assert_int_equal(pages(scene, "cleo"), before);
    assert_view_owner(scene, 1, "dora");
    scene_free(scene);
}

static void the_end_of_the_escalation_ends_it(void **state)
{
    (void)state;
    Scene *scene = begun(TEAM TEMPLATE(STAYS));
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 1);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(esc_engine_alarmed_count(scene_engine(scene)), 0);
    assert_false(scene_has_timers(scene));
    scene_free(scene);
}

static void it_ends_by_itself_after_400_days(void **state)
{
    (void)state;
    Scene *scene = begun("policy p { last resort dora }\n" TEMPLATE(
        "page primary \"see\"  await resolved within 400d else { await resolved within 400d }"));
    scene_after(scene, 399 * ESC_DAY_MS);
    size_t before = pages(scene, "dora");
    scene_after(scene, 3 * ESC_DAY_MS);
    assert_in_range(pages(scene, "dora"), before + 1, before + 2);
    before = pages(scene, "dora");
    scene_after(scene, 100 * ESC_DAY_MS);
    assert_int_equal(pages(scene, "dora"), before);
    assert_true(scene_view(scene, 1).is_alarmed);
    assert_int_equal(scene_audit(scene, "alarm", "never"), 1);
    scene_free(scene);
}

static void the_first_stands_when_all_are_away(void **state)
{
    (void)state;
    Scene *scene = begun("policy p { last resort dora }\n" TEMPLATE(STAYS));
    scene_act(scene, ESC_VERB_ABSENT, "ben", 0, "dora");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_audit(scene, "alarm", "everybody of the last resort is away"), 1);
    assert_true(scene_view(scene, 1).is_alarmed);
    assert_int_equal(pages(scene, "dora"), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(pages(scene, "dora"), 2);
    assert_status(scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL), ESC_OK); /* she stands */
    assert_false(scene_view(scene, 1).is_alarmed);
    scene_free(scene);
}

static void going_away_as_the_last_resort_is_an_alarm(void **state)
{
    (void)state;
    Scene *scene = begun("policy p { last resort dora }\n" TEMPLATE(STAYS));
    scene_after(scene, 5 * ESC_MINUTE_MS);
    scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL);
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "ben", 0, "dora"), ESC_OK);
    assert_int_equal(scene_audit(scene, "alarm", "dora"), 1);
    assert_non_null(strstr(scene_outcome(scene)->note, "nobody stands in for dora"));
    assert_false(scene_view(scene, 1).is_acked);
    assert_status(scene_act(scene, ESC_VERB_PRESENT, "ben", 0, "dora"), ESC_OK);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "alarm", "though away"), 1); /* not any more */
    scene_free(scene);
}

static void nobody_of_the_chain_at_the_beginning(void **state)
{
    (void)state;
    Scene *scene = scene_of("policy p { last resort dora }\n" TEMPLATE(STAYS));
    scene_act(scene, ESC_VERB_ABSENT, "ben", 0, "ana");
    scene_event(scene, "ticket.created", "T", "{}");
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_sent(scene, "room", "nobody has it"), 1);
    assert_int_equal(scene_sent(scene, "dora", "see"),
                     1); /* `page primary` means who stands for it */
    scene_free(scene);
}

static void the_chain_may_still_take_it(void **state)
{
    (void)state;
    Scene *scene = begun("policy p { last resort dora }\n" TEMPLATE(STAYS));
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_view(scene, 1).role, 0);
    assert_int_equal(scene_sent(scene, "dora", "ana is accountable for T now"), 1);
    size_t before = pages(scene, "dora");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(pages(scene, "dora"), before);
    scene_free(scene);
}

#define RESORT(person, directory) directory "policy p { last resort " person " }\n" TEMPLATE(STAYS)

/* Behind the alarm, too: who has left the directory is followed at once, not with the next page. */
static void another_last_resort_is_paged_at_once(void **state)
{
    (void)state;
    Scene *scene = begun(RESORT("emil", "person emil \"Emil\" { email \"emil@x.example\" }\n"));
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "alarm", "emil stands as the last resort"), 1);
    scene_publish(scene, RESORT("dora", ""));
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"other\"}");
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(pages(scene, "dora"), 1);
    assert_int_equal(
        scene_audit(scene, "alarm", "emil is not in the directory any more; dora stands"), 1);
    assert_true(scene_view(scene, 1).is_alarmed);
    assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + ESC_HOUR_MS);
    scene_free(scene);
}

/* A workspace without templates need not have one: that of the escalation's own bundle is asked. */
static void without_a_last_resort_the_former_one_is_asked(void **state)
{
    (void)state;
    Scene *scene = begun(RESORT("cleo", ""));
    scene_publish(scene, "# no policy and no template\n");
    scene_after(scene, ESC_HOUR_MS);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_view(scene, 1).role, 3);
    scene_free(scene);
}

/* A schedule that has nobody stands by its name, whatever is published. */
static void who_stands_is_not_passed_over_for_themselves(void **state)
{
    (void)state;
    static const char *const rota = "schedule rota { weekly from 2030-01-07T09:00 cleo, ben }\n";
    char source[2048];
    Scene *scene = NULL;
    for (int i = 0; i < 2; i++) {
        snprintf(source, sizeof source, "%s" RESORT("rota", "") "channel extra%d chat\n", rota, i);
        if (scene == NULL)
            scene = begun(source);
        else
            scene_publish(scene, source);
        scene_after(scene, ESC_MINUTE_MS * 30);
        scene_event(scene, "ticket.updated", "T",
                    i == 0 ? "{\"title\":\"a\"}" : "{\"title\":\"b\"}");
        assert_view_owner(scene, 1, "rota");
        assert_int_equal(scene_audit(scene, "alarm", ""), 1);
    }
    scene_free(scene);
}

static void a_late_daemon_counts_on_from_now(void **state)
{
    (void)state;
    Scene *scene = begun("policy p { last resort dora }\n" TEMPLATE(STAYS));
    scene_after(scene, 5 * ESC_MINUTE_MS);
    scene_clock(scene, 5 * ESC_HOUR_MS + 12 * ESC_SECOND_MS);
    scene_after(scene, 0);
    assert_int_equal(scene_audit(scene, "alarm", "within 15m, 4h45m12s late"), 1);
    assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + ESC_HOUR_MS);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other_has_fifteen_minutes),
        cmocka_unit_test(who_is_away_is_passed_over_at_once),
        cmocka_unit_test(the_first_is_paged_every_hour_then_every_day),
        cmocka_unit_test(with_a_pace_all_are_asked_round_and_round),
        cmocka_unit_test(who_is_away_is_passed_over_in_each_round),
        cmocka_unit_test(one_alone_is_paged_by_the_pace_until_the_end),
        cmocka_unit_test(a_pace_may_be_published_later),
        cmocka_unit_test(an_acknowledgement_ends_it),
        cmocka_unit_test(the_end_of_the_escalation_ends_it),
        cmocka_unit_test(it_ends_by_itself_after_400_days),
        cmocka_unit_test(the_first_stands_when_all_are_away),
        cmocka_unit_test(going_away_as_the_last_resort_is_an_alarm),
        cmocka_unit_test(nobody_of_the_chain_at_the_beginning),
        cmocka_unit_test(the_chain_may_still_take_it),
        cmocka_unit_test(another_last_resort_is_paged_at_once),
        cmocka_unit_test(without_a_last_resort_the_former_one_is_asked),
        cmocka_unit_test(who_stands_is_not_passed_over_for_themselves),
        cmocka_unit_test(a_late_daemon_counts_on_from_now),
    };
    return cmocka_run_group_tests_name("engine_resort", tests, NULL, NULL);
}
