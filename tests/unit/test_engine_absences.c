/* test_engine_absences.c - absences as they are written and as people say: when they begin, who stands in, and what a
 * correction of the clock and another bundle make of them. Every scene is restored before each input. */
#include "engine_scene.h"

#include "support/test.h"

#define ELI(absent) "person eli { chat \"@eli\"  " absent " }\n"
#define TEMPLATE                                                                                   \
    "template t \"Trouble\" { start on ticket.created\n"                                           \
    "owners { primary eli ack within 5m holds 30d  secondary cleo ack within 5m }\n"               \
    "steps { page primary \"see\"  await ack  await resolved within 40d else raise overdue }\n"    \
    "close when resolved }\n"
#define TOMORROW "absent 2026-01-06..2026-01-06 covered by ben"

/* A ticket that eli has acknowledged, on Monday 2026-01-05. */
static Scene *taken(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    assert_view_owner(scene, 1, "eli");
    assert_status(scene_act(scene, ESC_VERB_ACK, "eli", 1, NULL), ESC_OK);
    return scene;
}

/* Whatever is due until then fires. */
static void until(Scene *scene, const char *time)
{
    int64_t time_ms = 0;
    assert_true(esc_time_read(esc_text_from(time), &time_ms));
    scene_after(scene, time_ms - scene_now(scene));
}

static EscStatus say(Scene *scene, const char *person, EscAction action)
{
    action.actor = ESC_TEXT("ana");
    action.target = esc_text_from(person);
    return scene_act_full(scene, &action);
}

static EscStatus back(Scene *scene, const char *person)
{
    return say(scene, person, (EscAction){.verb = ESC_VERB_PRESENT});
}

/* M8.8 */
static void a_written_absence_begins_by_itself(void **state)
{
    (void)state;
    Scene *scene = taken(ELI(TOMORROW) TEMPLATE);
    until(scene, "2026-01-05T23:59:59Z");
    assert_view_owner(scene, 1, "eli");
    until(scene, "2026-01-06T00:00:00Z");
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_audit(scene, "absent", "eli is away until"), 1);
    assert_int_equal(scene_audit(scene, "absent", "and ben stands in"), 1);
    assert_false(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

/* The end of an absence moves nothing: whoever has it keeps it. */
static void who_comes_back_gets_nothing_taken_away(void **state)
{
    (void)state;
    Scene *scene = taken(ELI(TOMORROW) TEMPLATE);
    until(scene, "2026-01-06T00:00:00Z");
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    until(scene, "2026-01-07T12:00:00Z");
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

static void a_planned_absence_begins_and_names_a_deputy(void **state)
{
    (void)state;
    Scene *scene = taken(ELI("") TEMPLATE);
    int64_t now_ms = scene_now(scene);
    EscAction plan = {.verb = ESC_VERB_ABSENT,
                      .from_ms = now_ms + ESC_HOUR_MS,
                      .until_ms = now_ms + 3 * ESC_HOUR_MS,
                      .deputy = ESC_TEXT("dora")};
    assert_status(say(scene, "eli", plan), ESC_OK);
    assert_int_equal(scene_audit(scene, "absent", "eli will be away from"), 1);
    assert_view_owner(scene, 1, "eli");
    scene_after(scene, ESC_HOUR_MS);
    assert_view_owner(scene, 1, "dora");
    scene_free(scene);
}

/* M8.7, at the moment of use: a page, a handoff. */
static void the_deputy_gets_what_is_for_them(void **state)
{
    (void)state;
    Scene *scene = taken(ELI("") TEMPLATE);
    EscAction away = {
        .verb = ESC_VERB_ABSENT, .for_ms = 5 * ESC_HOUR_MS, .deputy = ESC_TEXT("dora")};
    assert_status(say(scene, "eli", away), ESC_OK);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_audit(scene, "skipped", "dora stands in"), 0);
    assert_status(scene_event(scene, "ticket.created", "U", "{\"title\":\"x\"}"), ESC_OK);
    assert_view_owner(scene, 2, "dora");
    assert_int_equal(scene_sent(scene, "dora", "see"), 1);
    assert_int_equal(scene_audit(scene, "skipped",
                                 "eli is absent and was passed over as primary: "
                                 "dora stands in"),
                     1);
    scene_free(scene);
}

static void what_people_say_goes_before_what_is_written(void **state)
{
    (void)state;
    Scene *scene = taken(ELI(TOMORROW) TEMPLATE);
    until(scene, "2026-01-06T08:00:00Z");
    assert_status(back(scene, "eli"), ESC_OK);
    assert_int_equal(scene_audit(scene, "present", "eli is back"), 1);
    assert_status(scene_event(scene, "ticket.created", "U", "{\"title\":\"x\"}"), ESC_OK);
    assert_view_owner(scene, 2, "eli");
    EscAction away = {.verb = ESC_VERB_ABSENT, .for_ms = ESC_HOUR_MS};
    assert_status(say(scene, "eli", away), ESC_OK); /* with nobody to stand in */
    assert_view_owner(scene, 2, "cleo");
    assert_status(back(scene, "eli"), ESC_OK);
    assert_status(back(scene, "eli"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

static void nobody_stands_in_for_themselves_or_for_ever(void **state)
{
    (void)state;
    Scene *scene = taken(ELI("") TEMPLATE);
    EscAction away = {.verb = ESC_VERB_ABSENT, .for_ms = ESC_HOUR_MS, .deputy = ESC_TEXT("eli")};
    assert_status(say(scene, "eli", away), ESC_BAD_INPUT);
    away.deputy = ESC_TEXT("stranger");
    assert_status(say(scene, "eli", away), ESC_NOT_FOUND);
    away.deputy = ESC_TEXT("ben");
    away.from_ms = scene_now(scene) + 2 * ESC_HOUR_MS;
    away.until_ms = scene_now(scene) + ESC_HOUR_MS;
    assert_status(say(scene, "eli", away), ESC_BAD_INPUT);
    assert_view_owner(scene, 1, "eli");
    scene_free(scene);
}

static void so_many_absences_to_come_and_no_more(void **state)
{
    (void)state;
    Scene *scene = taken(ELI("") TEMPLATE);
    EscStatus status = ESC_OK;
    int said = 0;
    for (; status == ESC_OK && said < 100; said++) {
        EscAction plan = {.verb = ESC_VERB_ABSENT,
                          .from_ms = scene_now(scene) + (2 * said + 1) * ESC_DAY_MS,
                          .until_ms = scene_now(scene) + (2 * said + 2) * ESC_DAY_MS};
        status = say(scene, "eli", plan);
    }
    assert_status(status, ESC_CONFLICT);
    assert_int_equal(said, 65);
    scene_free(scene);
}

/* M0.9, M0.8: who is away by the new bundle is passed over at once. */
static void publishing_an_absence_moves_what_they_have(void **state)
{
    (void)state;
    Scene *scene = taken(ELI("") TEMPLATE);
    scene_publish(scene, ELI("absent 2026-01-05..2026-01-05 covered by ben") TEMPLATE);
    scene_after(scene, ESC_MINUTE_MS);
    assert_status(scene_event(scene, "ticket.created", "U", "{\"title\":\"x\"}"), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    assert_view_owner(scene, 2, "ben");
    scene_free(scene);
}

/* M0.8, M0.9, C63: who is no longer in the directory is absent for ever, whatever the bundle of the start says of them. */
static void who_leaves_the_directory_loses_what_they_have(void **state)
{
    (void)state;
    Scene *scene = taken(ELI("") TEMPLATE);
    assert_status(scene_event(scene, "ticket.created", "U", "{\"title\":\"x\"}"), ESC_OK);
    assert_view_owner(scene, 2, "eli");
    scene_publish(scene, "template t \"Trouble\" { start on ticket.created\n"
                         "owners { primary ana ack within 5m }  steps { await ack }\n"
                         "close when resolved }\n");
    assert_status(scene_event(scene, "ticket.updated", "U", "{\"title\":\"y\"}"), ESC_OK);
    assert_view_owner(scene, 1, "cleo"); /* acknowledged or not */
    assert_view_owner(scene, 2, "cleo");
    assert_int_equal(scene_sent(scene, "cleo", "eli is not in the directory any more"), 2);
    size_t before = scene_sent(scene, "eli", "");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "eli", ""), before);
    scene_free(scene);
}

/* M0.11: dates stay; one that comes once more begins once more. */
static void a_correction_of_the_clock_lets_dates_stay(void **state)
{
    (void)state;
    Scene *scene = taken(ELI(TOMORROW) TEMPLATE);
    until(scene, "2026-01-05T23:30:00Z");
    scene_correct(scene, ESC_HOUR_MS);
    scene_after(scene, 1);
    assert_view_owner(scene, 1, "ben");
    scene_correct(scene, -2 * ESC_HOUR_MS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    assert_status(scene_event(scene, "ticket.created", "U", "{\"title\":\"x\"}"), ESC_OK);
    assert_view_owner(scene, 2, "eli");
    assert_status(scene_act(scene, ESC_VERB_ACK, "eli", 2, NULL), ESC_OK);
    until(scene, "2026-01-06T00:00:00Z");
    assert_view_owner(scene, 2, "ben");
    scene_free(scene);
}

/* --- as a calendar ---------------------------------------------------------------------------- */

static EscStatus calendar_of(Scene *scene, const char *name, EscBuf *out)
{
    esc_buf_init(out, (size_t)16 << 20);
    int64_t from_ms = scene_now(scene);
    return esc_engine_duty_calendar(scene_engine(scene), esc_text_from(name), from_ms,
                                    from_ms + 92 * ESC_DAY_MS, out);
}

static void assert_calendar_has(Scene *scene, const char *name, const char *part, bool has)
{
    EscBuf out;
    assert_status(calendar_of(scene, name, &out), ESC_OK);
    assert_int_equal(esc_text_contains(esc_buf_as_text(&out), esc_text_from(part)), has);
    esc_buf_release(&out);
}

static void a_calendar_has_what_is_written_and_what_was_said(void **state)
{
    (void)state;
    Scene *scene =
        taken(ELI(TOMORROW) TEMPLATE "schedule turns { weekly from 2026-01-05 eli, cleo }\n");
    assert_calendar_has(scene, "turns", "DTEND:20260106T000000Z\r\nSUMMARY:eli\r\n", true);
    assert_calendar_has(scene, "turns",
                        "DTSTART:20260106T000000Z\r\nDTEND:20260107T000000Z\r\nSUMMARY:ben\r\n",
                        true);
    until(scene, "2026-01-06T00:00:00Z");
    assert_status(back(scene, "eli"), ESC_OK);
    assert_calendar_has(scene, "turns", "SUMMARY:ben", false);
    assert_calendar_has(scene, "eli", "DTEND:20260112T000000Z\r\nSUMMARY:turns\r\n", true);
    assert_calendar_has(scene, "ben", "VEVENT", false);
    EscBuf out;
    assert_status(calendar_of(scene, "nobody", &out), ESC_NOT_FOUND);
    esc_buf_release(&out);
    scene_free(scene);
}

/* What a calendar costs is bounded, whatever somebody wrote. */
static void a_calendar_of_too_many_turns_is_refused(void **state)
{
    (void)state;
    EscBuf source, out;
    esc_buf_init(&source, 65536);
    esc_buf_string(&source, ELI("") TEMPLATE);
    for (int i = 0; i < 60; i++)
        esc_buf_printf(&source, "schedule s%d { every 1h from 2026-01-05 cleo, ben }\n", i);
    esc_buf_char(&source, '\0');
    Scene *scene = taken((const char *)source.data);
    assert_status(calendar_of(scene, "eli", &out), ESC_OVER_LIMIT);
    esc_buf_release(&out);
    assert_calendar_has(scene, "s59", "SUMMARY:cleo", true);
    scene_free(scene);
    esc_buf_release(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_absence_begins_by_itself),
        cmocka_unit_test(who_comes_back_gets_nothing_taken_away),
        cmocka_unit_test(a_planned_absence_begins_and_names_a_deputy),
        cmocka_unit_test(the_deputy_gets_what_is_for_them),
        cmocka_unit_test(what_people_say_goes_before_what_is_written),
        cmocka_unit_test(nobody_stands_in_for_themselves_or_for_ever),
        cmocka_unit_test(so_many_absences_to_come_and_no_more),
        cmocka_unit_test(publishing_an_absence_moves_what_they_have),
        cmocka_unit_test(who_leaves_the_directory_loses_what_they_have),
        cmocka_unit_test(a_correction_of_the_clock_lets_dates_stay),
        cmocka_unit_test(a_calendar_has_what_is_written_and_what_was_said),
        cmocka_unit_test(a_calendar_of_too_many_turns_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
