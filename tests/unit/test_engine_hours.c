/* test_engine_hours.c - dates, and hours that are counted, to the millisecond: a condition that stands turns at the instant at which
 * the same condition, judged once, begins to hold; what waits for hours when the daemon was away, the calendar is another one, or
 * the clock is corrected; clocks that stand in hours; and when whoever owns it in hours is first paged. Every input is one to an
 * engine that was restored, too. */
#include "engine_scene.h"
#include "trail.h"

#include <stdio.h>

#include "support/test.h"

/* 2026-01-05T09:00Z, when a scene begins, is a Monday. */
#define FRIDAY "2026-01-09T15:00:00Z"
#define OFFICE "calendar office { mon..fri 09:00..17:00 }\n"
#define OWNERS "owners { primary ana ack within 9d }\n"
#define SAYS(word)                                                                                 \
    "steps { notify room \"" word "\"  await resolved within 90d else close as over }\n"
#define CLOSE "close when resolved }\n"
#define NOBODY "template n \"N\" { manual\n" OWNERS SAYS("n") CLOSE

static void event(Scene *scene, const char *type, const char *data)
{
    assert_status(scene_event(scene, type, "T", data), ESC_OK);
}

/* --- a row of CLOCKS, and the code of the same condition ------------------------------------------- */

static Scene *asking(const char *condition)
{
    char source[2048];
    snprintf(source, sizeof source,
             OFFICE "event look { }\n"
                    "template t \"T\" { start on ticket.created\n" OWNERS
                    "steps { await %s within 90d else close as never  notify room \"row\"\n"
                    "  await resolved within 90d else close as over }\n"
                    "on look when %s { notify room \"code\" }\n" CLOSE,
             condition, condition);
    Scene *scene = scene_of(source);
    scene_at(scene, FRIDAY);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-13T11:00:00Z\"}");
    return scene;
}

static size_t code_says(Scene *scene)
{
    size_t before = scene_sent(scene, "room", "code");
    event(scene, "look", NULL);
    return scene_sent(scene, "room", "code") - before;
}

/* How long it takes to turn. */
static int64_t turns_after_ms(const char *condition)
{
    Scene *scene = asking(condition);
    int64_t from_ms = scene_now(scene);
    while (scene_sent(scene, "room", "row") == 0 && scene_now(scene) < from_ms + 30 * ESC_DAY_MS)
        scene_after(scene, esc_engine_next_due_ms(scene_engine(scene)) - scene_now(scene));
    int64_t after_ms = scene_now(scene) - from_ms;
    scene_free(scene);
    return after_ms;
}

/* An hour and a half into Friday's last two; Tuesday 11:00 is two hours into the office. */
static void a_row_turns_when_the_code_does(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        int64_t after_ms;
    } cases[] = {
        /* Friday 15:00 and four hours of the office: Monday 11:00 */
        {"escalation.age >= 4h of office", 68 * ESC_HOUR_MS},
        {"escalation.age > 4h of office", 68 * ESC_HOUR_MS + 1},
        {"now - escalation.opened_at >= 4h of office", 68 * ESC_HOUR_MS},
        {"4h of office < now - escalation.opened_at", 68 * ESC_HOUR_MS + 1},
        {"now >= escalation.opened_at + 4h of office", 68 * ESC_HOUR_MS},
        {"now > escalation.opened_at + 4h of office", 68 * ESC_HOUR_MS + 1},
        {"now >= escalation.opened_at + 1h + 4h of office - 30m", 68 * ESC_HOUR_MS + 1800000},
        {"now - 4h of office >= escalation.opened_at", 68 * ESC_HOUR_MS},
        {"now - 4h of office > escalation.opened_at", 68 * ESC_HOUR_MS + 1},
        /* exactly what is left of Friday: `>` has to wait for Monday's first millisecond */
        {"escalation.age >= 2h of office", 2 * ESC_HOUR_MS},
        {"escalation.age > 2h of office", 66 * ESC_HOUR_MS + 1},
        {"now > escalation.opened_at + 2h of office", 2 * ESC_HOUR_MS + 1},
        {"now - 2h of office > escalation.opened_at", 66 * ESC_HOUR_MS + 1},
        /* four hours of the office before Tuesday 11:00: Monday 15:00 */
        {"ticket.due_at < now + 4h of office", 72 * ESC_HOUR_MS + 1},
        {"ticket.due_at <= now + 4h of office", 72 * ESC_HOUR_MS},
        {"ticket.due_at is present and now >= ticket.due_at - 4h of office", 72 * ESC_HOUR_MS},
        {"ticket.due_at is present and ticket.due_at - now < 4h of office", 72 * ESC_HOUR_MS + 1},
        {"ticket.due_at is present and ticket.due_at - now <= 4h of office", 72 * ESC_HOUR_MS},
        {"ticket.due_at <= now + 30m + 4h of office + 1h", 70 * ESC_HOUR_MS + 1800000},
        /* two hours of it before: Monday 17:00, when the office closes, but the night is not theirs */
        {"ticket.due_at < now + 2h of office", 90 * ESC_HOUR_MS + 1},
        {"ticket.due_at <= now + 2h of office", 74 * ESC_HOUR_MS},
        {"ticket.due_at is present and ticket.due_at - now <= 2h of office", 74 * ESC_HOUR_MS},
        {"ticket.due_at is present and ticket.due_at - now < 2h of office", 90 * ESC_HOUR_MS + 1},
        /* dates */
        {"now >= 2026-01-11T10:00", 43 * ESC_HOUR_MS},
        {"now > 2026-01-11T10:00", 43 * ESC_HOUR_MS + 1},
        {"now >= 2026-01-11", 33 * ESC_HOUR_MS},
        {"now > 2026-01-10", 33 * ESC_HOUR_MS},
        {"2026-01-10 < now + 2h", 31 * ESC_HOUR_MS},
        {"now >= 2026-01-11 + 2h of office", 68 * ESC_HOUR_MS},
        {"now - 2h of office > 2026-01-09", 68 * ESC_HOUR_MS}, /* behind the day */
        {"now - 2026-01-11 > 10h", 43 * ESC_HOUR_MS + 1},
        {"not now <= 2026-01-10", 33 * ESC_HOUR_MS},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        int64_t after_ms = turns_after_ms(cases[i].condition);
        if (after_ms != cases[i].after_ms)
            fail_msg("%s turns after %lld ms, not %lld", cases[i].condition, (long long)after_ms,
                     (long long)cases[i].after_ms);
        Scene *scene = asking(cases[i].condition);
        scene_after(scene, after_ms - 1);
        if (scene_sent(scene, "room", "row") != 0 || code_says(scene) != 0)
            fail_msg("%s holds a millisecond too early", cases[i].condition);
        scene_after(scene, 1);
        if (scene_sent(scene, "room", "row") != 1 || code_says(scene) != 1)
            fail_msg("%s does not hold at its instant", cases[i].condition);
        scene_free(scene);
    }
}

/* --- what waits for hours ---------------------------------------------------------------------- */

#define HELD                                                                                       \
    "template held \"H\" { start on ticket.updated when ticket.status = pending for 4h of "        \
    "office\n"                                                                                     \
    "again after 4h of office\n" OWNERS SAYS("held") CLOSE

static Scene *pending(void)
{
    Scene *scene = scene_of(OFFICE HELD);
    scene_at(scene, FRIDAY);
    event(scene, "ticket.created", NULL);
    event(scene, "ticket.updated", "{\"status\":\"pending\"}");
    return scene;
}

static void assert_starts_after(Scene *scene, int64_t ms, size_t starts)
{
    scene_after(scene, ms - 1);
    assert_int_equal(scene_sent(scene, "room", "held"), starts - 1);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "held"), starts);
}

static void a_start_waits_for_hours(void **state)
{
    (void)state;
    Scene *scene = pending();
    assert_int_equal(scene_audit(scene, "armed", "2026-01-12 11:00"), 1);
    assert_starts_after(scene, 68 * ESC_HOUR_MS, 1);
    assert_int_equal(scene_audit(scene, "opened", "its condition held for 4h of office"), 1);
    scene_free(scene);
}

/* M0.8: calendars are those of the present bundle; what had waited already counts. */
static void another_calendar_counts_anew(void **state)
{
    (void)state;
    Scene *scene = pending();
    scene_after(scene, ESC_HOUR_MS);
    scene_publish(scene, "calendar office { mon..sun 09:00..17:00 }\n" HELD);
    event(scene, "ticket.updated", "{\"title\":\"x\"}");
    assert_starts_after(scene, 19 * ESC_HOUR_MS, 1); /* Saturday 11:00 */
    scene_free(scene);
}

/* M0.11: the hours that are left are left. */
static void a_correction_leaves_the_hours_that_are_left(void **state)
{
    (void)state;
    Scene *scene = pending();
    scene_after(scene, ESC_HOUR_MS);        /* Friday 16:00, three hours are left */
    scene_correct(scene, -2 * ESC_HOUR_MS); /* 14:00 */
    assert_starts_after(scene, 3 * ESC_HOUR_MS, 1);
    scene_free(scene);
}

/* M1.6: `again after` counts from the closing. */
static void another_start_waits_for_hours(void **state)
{
    (void)state;
    Scene *scene = pending();
    scene_after(scene, 68 * ESC_HOUR_MS); /* Monday 11:00 */
    event(scene, "ticket.resolved", NULL);
    scene_after(scene, 2 * ESC_HOUR_MS); /* 13:00 */
    event(scene, "ticket.reopened", "{\"status\":\"pending\"}");
    assert_starts_after(scene, 4 * ESC_HOUR_MS, 2); /* 17:00; it might have from 15:00 on */
    event(scene, "ticket.resolved", NULL);
    event(scene, "ticket.reopened", "{\"status\":\"pending\"}");
    scene_publish(scene, "calendar office { mon..fri 09:00..11:00 }\n" HELD);
    event(scene, "ticket.updated", "{\"title\":\"x\"}");
    assert_starts_after(scene, 42 * ESC_HOUR_MS, 3); /* Wednesday 11:00 */
    scene_free(scene);
}

#define DEADLINES(hours)                                                                           \
    "calendar office { mon..fri " hours " }\n"                                                     \
    "template t \"T\" { start on ticket.created\n"                                                 \
    "owners { primary ana ack within 4h of office  secondary ben ack within 9d }\n"                \
    "steps { await resolved within 6h of office at 50% { notify room \"half\" }\n"                 \
    "  else { notify room \"over\" }  await resolved within 90d else close as over }\n"            \
    "qa { check acknowledged within 5h of office else { notify room \"unchecked\" } }\n" CLOSE

static void assert_comes_after(Scene *scene, int64_t ms, const char *target, const char *text)
{
    scene_after(scene, ms - 1);
    assert_int_equal(scene_sent(scene, target, text), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, target, text), 1);
}

/* M0.8: every deadline of an escalation keeps the hours that are left, and counts them as the present bundle does. */
static void deadlines_follow_another_calendar(void **state)
{
    (void)state;
    Scene *scene = scene_of(DEADLINES("09:00..17:00"));
    scene_at(scene, FRIDAY);
    event(scene, "ticket.created", NULL);
    scene_after(scene, ESC_HOUR_MS); /* 16:00 */
    scene_publish(scene, DEADLINES("09:00..16:30"));
    event(scene, "ticket.updated", "{\"title\":\"x\"}"); /* half an hour of Friday is left */
    assert_comes_after(scene, 66 * ESC_HOUR_MS + 30 * ESC_MINUTE_MS, "room",
                       "half"); /* Monday 10:30 */
    scene_publish(scene, DEADLINES("12:00..20:00"));
    event(scene, "ticket.updated",
          "{\"title\":\"y\"}"); /* 10:30: an hour, two and three are left */
    assert_comes_after(scene, 150 * ESC_MINUTE_MS, "ben", "");   /* 13:00 */
    assert_comes_after(scene, ESC_HOUR_MS, "room", "unchecked"); /* 14:00 */
    assert_comes_after(scene, ESC_HOUR_MS, "room", "over");      /* 15:00 */
    scene_free(scene);
}

/* The present bundle's calendar counts what begins later, too; and a correction goes by it. */
static void new_deadlines_count_the_present_hours(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        OFFICE "template t \"T\" { start on ticket.created\n" OWNERS
               "steps { wait 1h  await resolved within 2h of office else { notify room \"over\" }\n"
               "  await resolved within 90d else close as over }\n" CLOSE);
    event(scene, "ticket.created", NULL); /* Monday 09:00 */
    scene_publish(scene, "calendar office { mon..fri 14:00..17:00 }\n" NOBODY);
    event(scene, "ticket.updated", "{\"title\":\"x\"}");
    scene_after(scene, 6 * ESC_HOUR_MS); /* 15:00 */
    scene_correct(scene, -3 * ESC_HOUR_MS);
    assert_comes_after(scene, 3 * ESC_HOUR_MS, "room",
                       "over"); /* 12:00 is 14:00 less two hours: an hour is left */
    scene_free(scene);
}

/* A lease counts hours too. */
static void a_lease_ends_by_its_hours(void **state)
{
    (void)state;
    Scene *scene = scene_of(OFFICE "template t \"T\" { start on ticket.created\nowners { primary "
                                   "ana ack within 5m holds 4h of office }\n" SAYS("t") CLOSE);
    scene_at(scene, FRIDAY);
    event(scene, "ticket.created", NULL);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    size_t pages = scene_sent(scene, "ana", "");
    scene_after(scene, ESC_HOUR_MS);
    scene_correct(scene, -ESC_HOUR_MS); /* it is 15:00 again, and three hours are left */
    scene_after(scene, 67 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_sent(scene, "ana", ""), pages);
    scene_after(scene, 1); /* Monday 10:00 */
    assert_true(scene_sent(scene, "ana", "") > pages);
    scene_free(scene);
}

/* C56 by hours: what the clock stood behind its end is not counted. */
static void late_by_hours_without_what_it_stood(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(OFFICE "sla s { resolve within 1h  pause when ticket.status = pending }\n"
                        "template late \"L\" { start after sla.resolve overdue 2h of office\n"
                        "steps { notify room \"held\"  await resolved within 90d else "
                        "close as over }\n" OWNERS CLOSE);
    scene_at(scene, FRIDAY);
    event(scene, "ticket.created", NULL);
    scene_after(scene, 90 * ESC_MINUTE_MS); /* 16:30: late for half an hour */
    event(scene, "ticket.updated", "{\"status\":\"pending\"}");
    scene_after(scene, 66 * ESC_HOUR_MS); /* Monday 10:30 */
    event(scene, "ticket.updated", "{\"status\":\"open\"}");
    assert_starts_after(scene, 90 * ESC_MINUTE_MS, 1);
    assert_int_equal(scene_audit(scene, "opened", "over by 2h of office"), 1);
    scene_free(scene);
}

/* --- clocks that stand in hours (M7.3) ------------------------------------------------------------ */

#define NIGHTS                                                                                     \
    "calendar nights { mon..sun 20:00..06:00 }\n"                                                  \
    "sla s { resolve within 4h  pause when now in nights or ticket.due_at > now + 30d }\n" NOBODY

static size_t breaches(const Scene *scene)
{
    return scene_audit(scene, "sla_breached", "");
}

static void a_clock_stands_at_night(void **state)
{
    (void)state;
    Scene *scene = scene_of(NIGHTS);
    scene_at(scene, "2026-01-05T18:00:00Z");
    event(scene, "ticket.created", NULL);
    scene_after(scene, 14 * ESC_HOUR_MS - 1); /* two hours until 20:00, two from 06:00 on */
    assert_int_equal(breaches(scene), 0);
    scene_after(scene, 1);
    assert_int_equal(breaches(scene), 1);
    assert_int_equal(scene_audit(scene, "sla_paused", "2h left"), 1);
    assert_int_equal(scene_audit(scene, "sla_resumed", "2026-01-06 08:00"), 1);
    scene_free(scene);
}

/* M0.5: the night that the daemon was away for counts as a night. */
static void a_night_without_the_daemon_is_a_night(void **state)
{
    (void)state;
    for (int with_event = 0; with_event < 2; with_event++) {
        Scene *scene = scene_of(NIGHTS);
        scene_at(scene, "2026-01-05T18:00:00Z");
        event(scene, "ticket.created", NULL);
        scene_clock(scene, 37 * ESC_HOUR_MS + 30 * ESC_MINUTE_MS); /* Wednesday 07:30 */
        if (with_event)
            event(scene, "ticket.updated", "{\"due_at\":\"2026-01-08T09:00:00Z\"}");
        scene_after(scene, 0);
        assert_int_equal(breaches(scene), 1); /* Tuesday 08:00 */
        scene_free(scene);
        scene = scene_of(NIGHTS);
        scene_at(scene, "2026-01-05T18:00:00Z");
        event(scene, "ticket.created", NULL);
        scene_clock(scene, 13 * ESC_HOUR_MS + 30 * ESC_MINUTE_MS); /* Tuesday 07:30 */
        if (with_event)
            event(scene, "ticket.updated", "{\"due_at\":\"2026-01-08T09:00:00Z\"}");
        scene_after(scene, 30 * ESC_MINUTE_MS - 1);
        assert_int_equal(breaches(scene), 0);
        scene_after(scene, 1);
        assert_int_equal(breaches(scene), 1);
        scene_free(scene);
    }
}

static void a_clock_stands_until_a_date_is_near(void **state)
{
    (void)state;
    Scene *scene = scene_of(NIGHTS);
    event(scene, "ticket.created", "{\"due_at\":\"2026-02-04T12:00:00Z\"}"); /* 30 d and 3 h */
    scene_after(scene, 7 * ESC_HOUR_MS - 1);
    assert_int_equal(breaches(scene), 0);
    scene_after(scene, 1);
    assert_int_equal(breaches(scene), 1);
    scene_free(scene);
}

/* M0.9, M0.11: other hours, and another time. */
static void other_hours_and_another_time_are_looked_at(void **state)
{
    (void)state;
    Scene *scene = scene_of(NIGHTS);
    scene_at(scene, "2026-01-05T19:00:00Z");
    event(scene, "ticket.created", NULL);
    scene_correct(scene, 2 * ESC_HOUR_MS); /* 21:00 */
    assert_int_equal(scene_audit(scene, "sla_paused", "4h left"), 1);
    scene_publish(scene, "calendar nights { mon..sun 23:00..06:00 }\n"
                         "sla s { resolve within 4h  pause when now in nights }\n" NOBODY);
    event(scene, "ticket.updated", "{\"title\":\"x\"}");
    assert_int_equal(scene_audit(scene, "sla_resumed", "2026-01-06 01:00"), 1);
    scene_after(scene, 11 * ESC_HOUR_MS - 1); /* two hours until 23:00, two from 06:00 on */
    assert_int_equal(breaches(scene), 0);
    scene_after(scene, 1);
    assert_int_equal(breaches(scene), 1);
    scene_free(scene);
}

/* --- who is asked first --------------------------------------------------------------------------- */

#define QUIETLY(steps)                                                                             \
    OFFICE "template t \"T\" { start on ticket.created\n"                                          \
           "owners { primary ana ack within 4h of office  secondary ben ack within 1h }\n"         \
           "steps { " steps "  await resolved within 90d else close as over }\n" CLOSE
#define SATURDAY "2026-01-10T12:00:00Z"

static Scene *on_saturday(const char *source)
{
    Scene *scene = scene_of(source);
    scene_at(scene, SATURDAY);
    event(scene, "ticket.created", NULL);
    return scene;
}

static void who_has_hours_is_paged_when_they_open(void **state)
{
    (void)state;
    Scene *scene = on_saturday(QUIETLY("notify room \"x\""));
    scene_after(scene, 45 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_sent(scene, "ana", ""), 0);
    assert_true(scene_has_timers(scene));
    scene_after(scene, 1); /* Monday 09:00 */
    assert_int_equal(scene_sent(scene, "ana", "You are accountable"), 1);
    scene_after(scene, 4 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ben", "You are accountable"), 1);
    scene_free(scene);
}

static void what_the_steps_say_then_is_enough(void **state)
{
    (void)state;
    Scene *scene = on_saturday(QUIETLY("await now in office within 9d  page primary \"go\""));
    scene_after(scene, 45 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ana", "go"), 1);
    assert_int_equal(scene_sent(scene, "ana", ""), 1);
    scene_free(scene);
    scene = on_saturday(QUIETLY("page primary \"now\"")); /* the author says so */
    assert_int_equal(scene_sent(scene, "ana", "now"), 1);
    scene_after(scene, 47 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ana", "You are accountable"), 0);
    scene_free(scene);
    scene = on_saturday(QUIETLY("wait 1h  page primary \"later\""));
    scene_manual_delivery(scene);
    scene_after(scene, 47 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ana", "later"), 3); /* by each of her ways */
    assert_int_equal(scene_sent(scene, "ana", "You are accountable"), 0);
    scene_free(scene);
}

static void who_has_it_already_is_not_asked(void **state)
{
    (void)state;
    Scene *scene = on_saturday(QUIETLY("notify room \"x\""));
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    scene_after(scene, 9 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "ana", "You are accountable"), 0);
    scene_free(scene);
    scene = on_saturday(QUIETLY("notify room \"x\""));
    event(scene, "ticket.resolved", NULL);
    scene_after(scene, 9 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "ana", "You are accountable"), 0);
    scene_free(scene);
}

/* A handoff is somebody's word: whom it concerns hears of it at once. */
static void a_handoff_waits_for_no_hours(void **state)
{
    (void)state;
    Scene *scene = on_saturday(QUIETLY("notify room \"x\""));
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = ESC_TEXT("ana"),
                        .escalation = 1,
                        .target = ESC_TEXT("cleo"),
                        .reason = ESC_TEXT("you are there"),
                        .within_ms = ESC_HOUR_MS};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_int_equal(scene_sent(scene, "cleo", "You are accountable"), 1);
    scene_free(scene);
}

/* Inside of the hours nothing waits, and a correction into them is their beginning. */
static void hours_that_are_open_hold_nothing(void **state)
{
    (void)state;
    Scene *scene = scene_of(QUIETLY("notify room \"x\""));
    event(scene, "ticket.created", NULL); /* Monday 09:00 */
    assert_int_equal(scene_sent(scene, "ana", "You are accountable"), 1);
    scene_free(scene);
    scene = on_saturday(QUIETLY("notify room \"x\""));
    scene_correct(scene, 45 * ESC_HOUR_MS);
    scene_after(scene, 0);
    assert_int_equal(scene_sent(scene, "ana", "You are accountable"), 1);
    scene_free(scene);
}

/* --- word by word ------------------------------------------------------------------------------------ */

#define STORY(hours)                                                                               \
    "calendar office { mon..fri " hours " }\n"                                                     \
    "sla s { resolve within 6h  pause when now in 20:00..06:00 }\n"                                \
    "template held \"Held\" { start on ticket.updated when ticket.status = pending for 4h of "     \
    "office\nagain after 1d of office\n"                                                           \
    "owners { primary ana ack within 4h of office holds 8h of office  secondary ben ack within "   \
    "9d }\nsteps { await now > 2026-01-13 within 9d  set ticket.due_at to now + 4h of office\n"    \
    "  notify room \"until {ticket.due_at}\"  await resolved within 90d else close as over }\n"    \
    "close when resolved with postmortem by primary due 4h of office }\n"                          \
    "template late \"Late\" { start after sla.resolve overdue 2h of office\n" OWNERS               \
    "steps { await resolved within 90d else close as over }\n" CLOSE

/* A weekend: what waits for hours, a night that nobody was there for, other hours, another time. */
static void a_weekend_of_the_office(void **state)
{
    (void)state;
    Scene *scene = scene_of(STORY("09:00..17:00"));
    scene_at(scene, FRIDAY);
    event(scene, "ticket.created", "{\"title\":\"the pump\"}");
    event(scene, "ticket.updated", "{\"status\":\"pending\"}");
    scene_after(scene, ESC_HOUR_MS);
    scene_clock(scene, 17 * ESC_HOUR_MS); /* Saturday 09:00 */
    scene_after(scene, ESC_HOUR_MS);
    scene_publish(scene, STORY("10:00..18:00"));
    event(scene, "ticket.updated", "{\"title\":\"the other pump\"}");
    scene_after(scene, 50 * ESC_HOUR_MS); /* Monday 12:00 */
    scene_correct(scene, -ESC_HOUR_MS);
    scene_after(scene, 8 * ESC_HOUR_MS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL), ESC_OK);
    scene_after(scene, 2 * ESC_DAY_MS);
    event(scene, "ticket.resolved", NULL);
    event(scene, "ticket.reopened", "{\"status\":\"pending\"}");
    scene_after(scene, 3 * ESC_DAY_MS);
    told(scene, "a_weekend_of_the_office");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_turns_when_the_code_does),
        cmocka_unit_test(a_start_waits_for_hours),
        cmocka_unit_test(another_calendar_counts_anew),
        cmocka_unit_test(a_correction_leaves_the_hours_that_are_left),
        cmocka_unit_test(another_start_waits_for_hours),
        cmocka_unit_test(deadlines_follow_another_calendar),
        cmocka_unit_test(new_deadlines_count_the_present_hours),
        cmocka_unit_test(a_lease_ends_by_its_hours),
        cmocka_unit_test(late_by_hours_without_what_it_stood),
        cmocka_unit_test(a_clock_stands_at_night),
        cmocka_unit_test(a_night_without_the_daemon_is_a_night),
        cmocka_unit_test(a_clock_stands_until_a_date_is_near),
        cmocka_unit_test(other_hours_and_another_time_are_looked_at),
        cmocka_unit_test(who_has_hours_is_paged_when_they_open),
        cmocka_unit_test(what_the_steps_say_then_is_enough),
        cmocka_unit_test(who_has_it_already_is_not_asked),
        cmocka_unit_test(a_handoff_waits_for_no_hours),
        cmocka_unit_test(hours_that_are_open_hold_nothing),
        cmocka_unit_test(a_weekend_of_the_office),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
