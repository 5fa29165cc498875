/* test_engine_wakes.c - what time alone turns: the one timer of each ticket and each escalation (M1.8 to M1.11), held against
 * a look at every minute. Every input is one to an engine that was restored, too, so no instant is forgotten by a restart. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define OWNERS "owners { primary ana ack within 9d }\n"
#define SAYS(word)                                                                                 \
    "steps { notify room \"" word "\"  await resolved within 90d else close as over }\n"
#define CLOSE "close when resolved }\n"

/* 2026-01-05T09:00Z is when a scene begins. */
#define TWO_DAYS                                                                                   \
    "template near \"N\" { start on ticket.created, ticket.updated when ticket.due_at < now + "    \
    "2d\n" OWNERS SAYS("near") CLOSE

static void event(Scene *scene, const char *type, const char *data)
{
    assert_status(scene_event(scene, type, "T", data), ESC_OK);
}

/* --- triggers ----------------------------------------------------------------------------------- */

static void a_start_comes_at_its_instant(void **state)
{
    (void)state;
    Scene *scene = scene_of(TWO_DAYS);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-09T09:00:00Z\"}");
    scene_after(scene, 2 * ESC_DAY_MS); /* two days before it is not later than now + 2d */
    assert_int_equal(scene_sent(scene, "room", "near"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "near"), 1);
    assert_int_equal(scene_audit(scene, "opened", "the time that its condition names has come"), 1);
    scene_free(scene);
}

/* C9: a timer moves with what it was set by, and goes when that is gone. */
static void a_change_sets_the_timer_anew(void **state)
{
    (void)state;
    Scene *scene = scene_of(TWO_DAYS);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-09T09:00:00Z\"}");
    event(scene, "ticket.updated", "{\"due_at\":\"2026-01-19T09:00:00Z\"}");
    scene_after(scene, 12 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "room", "near"), 0);
    event(scene, "ticket.updated", "{\"due_at\":null}");
    assert_false(scene_has_timers(scene));
    scene_after(scene, 9 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "room", "near"), 0);
    scene_free(scene);
}

/* M0.5: what comes late is judged once, on the state of now. */
static void a_late_timer_is_judged_once(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template between \"B\" { start on ticket.updated when ticket.due_at < "
                 "now and ticket.due_at > now - 1h\n" OWNERS SAYS("between") CLOSE TWO_DAYS);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-09T09:00:00Z\"}");
    scene_clock(scene, 9 * ESC_DAY_MS);
    scene_after(scene, 0);
    assert_int_equal(scene_sent(scene, "room", "near"), 1);
    assert_int_equal(scene_sent(scene, "room", "between"), 0);
    scene_free(scene);
}

/* M0.4: inputs at the door come before timers; what both make true starts once. */
static void an_event_at_the_instant_is_judged_with_it(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template near \"N\" { start on ticket.updated when ticket.due_at < now + 2d\n" OWNERS
        "steps { notify room \"near\"  close as told }\n" CLOSE);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-09T09:00:00Z\"}");
    scene_clock(scene, 3 * ESC_DAY_MS);
    event(scene, "ticket.updated", "{\"title\":\"other\"}");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "room", "near"), 1);
    scene_free(scene);
}

/* The same where the event moves the date away, or is none that the template names. */
static void an_event_before_a_late_timer_decides(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ticket.seen {}\n" TWO_DAYS);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-09T09:00:00Z\"}");
    scene_clock(scene, 3 * ESC_DAY_MS);
    event(scene, "ticket.updated", "{\"due_at\":\"2026-01-29T09:00:00Z\"}");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "room", "near"), 0);
    scene_clock(scene, 19 * ESC_DAY_MS);
    event(scene, "ticket.seen", NULL);
    assert_int_equal(scene_sent(scene, "room", "near"), 1);
    scene_free(scene);
}

/* M0.9, C7: what holds already when a template is published did not become true; what does not yet has its timer set. */
static void publishing_starts_nothing(void **state)
{
    (void)state;
    static const char idle[] =
        "template idle \"I\" { start on ticket.created\n" OWNERS SAYS("idle") CLOSE;
    char both[2048];
    snprintf(both, sizeof both, "%s%s", TWO_DAYS, idle);
    Scene *scene = scene_of(idle);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-06T09:00:00Z\"}");
    scene_event(scene, "ticket.created", "U", "{\"due_at\":\"2026-01-09T09:00:00Z\"}");
    scene_publish(scene, both);
    scene_after(scene, ESC_DAY_MS);
    event(scene, "ticket.updated", "{\"title\":\"other\"}");
    assert_int_equal(scene_sent(scene, "room", "near"), 0);
    scene_after(scene, 2 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "room", "near"), 1);
    scene_free(scene);
}

/* M0.11: dates stay where they are, lengths keep what is left of them. */
static void a_correction_fires_what_it_makes_true(void **state)
{
    (void)state;
    Scene *scene = scene_of(TWO_DAYS);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-09T09:00:00Z\"}");
    scene_after(scene, ESC_DAY_MS);
    scene_correct(scene, 25 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "near"), 1);
    scene_free(scene);
}

static void a_correction_moves_the_instant(void **state)
{
    (void)state;
    static const int64_t corrections[] = {-5 * ESC_HOUR_MS, 5 * ESC_HOUR_MS};
    for (size_t i = 0; i < ESC_COUNT_OF(corrections); i++) {
        Scene *scene = scene_of(TWO_DAYS);
        event(scene, "ticket.created", "{\"due_at\":\"2026-01-09T09:00:00Z\"}");
        scene_after(scene, ESC_DAY_MS);
        scene_correct(scene, corrections[i]);
        scene_after(scene, ESC_DAY_MS - corrections[i]);
        assert_int_equal(scene_sent(scene, "room", "near"), 0);
        scene_after(scene, 1);
        assert_int_equal(scene_sent(scene, "room", "near"), 1);
        scene_free(scene);
    }
}

static void an_age_keeps_what_is_left_of_it(void **state)
{
    (void)state;
    Scene *scene = scene_of("template aged \"A\" { start on ticket.created\n" OWNERS
                            "steps { await escalation.age >= 4h within 5d  notify room \"aged\"  "
                            "await resolved within 90d }\n" CLOSE);
    event(scene, "ticket.created", "{}");
    scene_after(scene, ESC_HOUR_MS);
    scene_correct(scene, 7 * ESC_HOUR_MS);
    scene_after(scene, 3 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "aged"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "aged"), 1);
    scene_free(scene);
}

/* M1.5: `for` is held without a break, also by the clock alone. */
static void time_alone_breaks_what_is_held(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ticket.seen { until: time }\n"
                            "template held \"H\" { start on ticket.seen when event.until > now for "
                            "2h\n" OWNERS SAYS("held") CLOSE);
    event(scene, "ticket.seen", "{\"until\":\"2026-01-05T10:00:00Z\"}");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "disarmed", "did not hold long enough"), 1);
    event(scene, "ticket.seen", "{\"until\":\"2026-01-06T10:00:00Z\"}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "held"), 1);
    scene_free(scene);
}

/* M1.9: hours are asked for when the rest becomes true, and `for` waits beyond their end. */
static void hours_are_asked_for_once(void **state)
{
    (void)state;
    Scene *scene = scene_of("template day \"D\" { start on ticket.created when now in 08:00..10:00 "
                            "for 2h\n" OWNERS SAYS("day") CLOSE);
    event(scene, "ticket.created", "{}");
    event(scene, "ticket.updated", "{\"title\":\"other\"}");
    scene_clock(scene, 90 * ESC_MINUTE_MS);
    event(scene, "ticket.updated", "{\"title\":\"another\"}");
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "day"), 1);
    scene_event(scene, "ticket.created", "U", "{}"); /* at 11:00 */
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "room", "day"), 1);
    scene_free(scene);
}

/* M1.7 with a time: whichever comes last. */
static void a_late_clock_waits_for_its_time(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 1h }\n"
                            "template late \"L\" { start after sla.resolve overdue 30m when "
                            "ticket.due_at < now\n" OWNERS SAYS("late") CLOSE);
    event(scene, "ticket.created", "{\"due_at\":\"2026-01-05T12:00:00Z\"}");
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "late"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "late"), 1);
    scene_free(scene);
}

/* --- waits, closings, checks -------------------------------------------------------------------- */

static void overdue_has_an_instant(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("sla s { resolve within 1h }\n"
                 "template t \"T\" { start on ticket.created\n" OWNERS
                 "steps { await sla.resolve.overdue is present within 5d  notify room \"late\"\n"
                 "await sla.resolve.overdue.minutes > 4 within 5d  notify room \"five\"\n"
                 "await resolved within 90d }\n" CLOSE);
    event(scene, "ticket.created", "{}");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "late"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "late"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS - 2);
    assert_int_equal(scene_sent(scene, "room", "five"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "five"), 1);
    scene_free(scene);
}

static void a_check_that_holds_closing_up_is_judged_again(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" OWNERS SAYS(
        "made") "qa { check escalation.age >= 2h before close }\n"
                "on exception qa_failed { notify room \"too young\"  await escalation.age >= 2h "
                "within 5d  resume }\n" CLOSE);
    event(scene, "ticket.created", "{}");
    event(scene, "ticket.resolved", "{}");
    assert_int_equal(scene_sent(scene, "room", "too young"), 1);
    scene_after(scene, 2 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSING);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "closed", ""), 1);
    scene_free(scene);
}

static void a_wait_under_a_handler_goes_on_behind_it(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" OWNERS
                            "steps { await escalation.age > 1h within 5d  notify room \"old\"  "
                            "await resolved within 90d }\n"
                            "on ticket.updated { raise odd }\n"
                            "on exception odd { wait 3h  resume }\n" CLOSE);
    event(scene, "ticket.created", "{}");
    event(scene, "ticket.updated", "{\"title\":\"other\"}");
    scene_after(scene, 3 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "old"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "old"), 1);
    scene_free(scene);
}

/* --- quiet time --------------------------------------------------------------------------------- */

#define QUIET                                                                                      \
    "workspace tests \"Tests\" { language 1 timezone \"UTC\" }\n"                                  \
    "person ana \"Ana\" { email \"ana@x.example\" quiet during 22:00..07:00 }\n"                   \
    "person dora \"Dora\" { email \"dora@x.example\" }\n"                                          \
    "channel room chat quiet during nights\n"                                                      \
    "calendar nights { mon..sun 20:00..07:00 }\n"                                                  \
    "policy tests { last resort dora }\n"

static Scene *quiet_scene(const char *template)
{
    const char *const sources[] = {QUIET, template, NULL};
    Scene *scene = scene_new(sources);
    scene_at(scene, "2026-01-05T23:00:00Z");
    return scene;
}

/* M2.3, C57: what asks for an act goes at once. */
static void only_what_is_told_waits(void **state)
{
    (void)state;
    Scene *scene = quiet_scene(
        "template t \"T\" { start on ticket.created\n" OWNERS
        "steps { notify ana \"for the log\"  notify room \"for the log\"  page ana \"come\"\n"
        "ask ana \"Is it serious?\" within 15m { answer yes { notify ana \"thanks\" } timeout { } "
        "}\n"
        "await resolved within 90d }\n" CLOSE);
    event(scene, "ticket.created", "{}");
    assert_int_equal(scene_sent(scene, "ana", "for the log"), 0);
    assert_int_equal(scene_sent(scene, "room", "for the log"), 0);
    assert_int_equal(scene_sent(scene, "ana", "come"), 1);
    assert_int_equal(scene_sent(scene, "ana", "Is it serious?"), 1);
    assert_int_equal(scene_audit(scene, "held", "until their quiet time is over"), 2);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 8 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_sent(scene, "ana", "for the log"), 0);
    scene_after(scene, 1); /* 07:00, with the state of then (M2.4) */
    assert_int_equal(scene_sent(scene, "ana", "(ana has it): for the log"), 1);
    assert_int_equal(scene_sent(scene, "room", "(ana has it): for the log"), 1);
    assert_int_equal(scene_audit(scene, "digest", "what waited in their quiet time: 1"), 2);
    scene_free(scene);
}

/* M2.4: one message, which repeats fifty and counts the rest. */
static void the_rest_is_counted(void **state)
{
    (void)state;
    Scene *scene =
        quiet_scene("template t \"T\" { start on ticket.updated when changed ticket.title\n" OWNERS
                    "steps { notify room \"one: {ticket.title}\"  close as told }\n" CLOSE);
    event(scene, "ticket.created", "{}");
    for (int i = 0; i < 53; i++) {
        char data[64];
        snprintf(data, sizeof data, "{\"title\":\"number %d\"}", i);
        event(scene, "ticket.updated", data);
    }
    scene_after(scene, 8 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", ""), 1);
    assert_int_equal(scene_sent(scene, "room", "53 messages waited in your quiet time:"), 1);
    assert_int_equal(scene_sent(scene, "room", "one: number 49"), 1);
    assert_int_equal(scene_sent(scene, "room", "one: number 50"), 0);
    assert_int_equal(scene_sent(scene, "room", "and 3 more"), 1);
    scene_free(scene);
}

#define PROVED                                                                                     \
    "template t \"T\" { start on ticket.created\n" OWNERS                                          \
    "steps { notify room \"for the log\"  await resolved within 90d }\n"                           \
    "qa { check accepted within 2m }\n" CLOSE

/* C58: the time for the evidence begins at the release. */
static void evidence_is_asked_for_behind_the_release(void **state)
{
    (void)state;
    Scene *scene = quiet_scene(PROVED);
    scene_manual_delivery(scene);
    event(scene, "ticket.created", "{}");
    scene_after(scene, 8 * ESC_HOUR_MS + 2 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_audit(scene, "check_failed", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "check_failed", "notifications were not accepted"), 1);
    scene_free(scene);
}

static void what_becomes_of_the_digest_is_the_messages_own(void **state)
{
    (void)state;
    Scene *scene = quiet_scene(PROVED);
    event(scene, "ticket.created", "{}");
    scene_after(scene, 8 * ESC_HOUR_MS + 2 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", ""), 0);
    assert_int_equal(scene_audit(scene, "check_passed", ""), 1);
    scene_free(scene);
}

/* Hours that are gone keep nothing back. */
static void publishing_other_hours_releases(void **state)
{
    (void)state;
    Scene *scene = quiet_scene(PROVED);
    event(scene, "ticket.created", "{}");
    scene_publish(scene, PROVED);
    event(scene, "ticket.updated", "{\"title\":\"other\"}");
    scene_after(scene, 0);
    assert_int_equal(scene_sent(scene, "room", "for the log"), 1);
    scene_free(scene);
}

/* M0.11: the wall decides when it is quiet. */
static void a_correction_ends_quiet_time(void **state)
{
    (void)state;
    Scene *scene = quiet_scene(PROVED);
    event(scene, "ticket.created", "{}");
    scene_correct(scene, 9 * ESC_HOUR_MS);
    scene_after(scene, 0);
    assert_int_equal(scene_sent(scene, "room", "for the log"), 1);
    scene_free(scene);
}

/* --- minute by minute ----------------------------------------------------------------------------- */

enum { TRIALS = 24, MINUTES = 3 * 24 * 60 };

/* `ticket.due_at < now + lead`, `ticket.due_at >= now - lead`, with and without hours, against a look at every minute. */
typedef struct Trial {
    int64_t due_minute, lead_minutes; /* of the scene */
    bool is_before;                   /* it holds from then on; else until then */
    bool has_hours;
    int from_hour, to_hour;
} Trial;

static uint64_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static Trial trial_of(uint64_t *state)
{
    Trial trial = {.due_minute = (int64_t)(draw(state) % MINUTES),
                   .lead_minutes = (int64_t)(draw(state) % (24 * 60)),
                   .is_before = draw(state) % 3 > 0,
                   .has_hours = draw(state) % 2 == 0};
    trial.from_hour = (int)(draw(state) % 24);
    trial.to_hour = (trial.from_hour + 1 + (int)(draw(state) % 22)) % 24;
    return trial;
}

static bool is_open(const Trial *trial, int64_t minute)
{
    int64_t hour = (9 * 60 + minute) / 60 % 24;
    bool is_over_midnight = trial->to_hour <= trial->from_hour;
    return is_over_midnight ? hour >= trial->from_hour || hour < trial->to_hour
                            : hour >= trial->from_hour && hour < trial->to_hour;
}

/* What a wait waits for, at the full minute. */
static bool holds(const Trial *trial, int64_t minute)
{
    bool is_near = trial->due_minute <= minute + trial->lead_minutes;
    return is_near == trial->is_before && (!trial->has_hours || is_open(trial, minute));
}

static Scene *trial_scene(const Trial *trial)
{
    char source[1024], hours[64] = "", data[96];
    if (trial->has_hours)
        snprintf(hours, sizeof hours, " and now in %02d:00..%02d:00", trial->from_hour,
                 trial->to_hour);
    snprintf(
        source, sizeof source,
        "template waits \"W\" { start on ticket.created\n" OWNERS
        "steps { await ticket.due_at %s now + %lldm%s within 9d  notify room \"waited\"\n"
        "await resolved within 90d }\n" CLOSE
        "template starts \"S\" { start on ticket.updated when ticket.due_at %s now + %lldm\n" OWNERS
            SAYS("started") CLOSE,
        trial->is_before ? "<=" : ">", (long long)trial->lead_minutes, hours,
        trial->is_before ? "<=" : ">", (long long)trial->lead_minutes);
    Scene *scene = scene_of(source);
    int64_t due_ms = scene_now(scene) + trial->due_minute * ESC_MINUTE_MS;
    EscBuf time;
    esc_buf_init(&time, 64);
    esc_time_write(&time, due_ms);
    snprintf(data, sizeof data, "{\"due_at\":\"%.*s\"}", ESC_TEXT_ARG(esc_buf_as_text(&time)));
    esc_buf_release(&time);
    event(scene, "ticket.created", data);
    return scene;
}

/* The first minute at which the wait is over; MINUTES + 1: none of these. */
static int64_t first_minute(const Trial *trial)
{
    int64_t minute = 0;
    while (minute <= MINUTES && !holds(trial, minute))
        minute++;
    return minute;
}

static void waits_end_at_the_minute_that_a_look_at_each_finds(void **state)
{
    (void)state;
    uint64_t seed = 20260105;
    for (int i = 0; i < TRIALS; i++) {
        Trial trial = trial_of(&seed);
        int64_t minute = first_minute(&trial);
        print_message("due %lld, lead %lld, before %d, hours %d %d..%d: minute %lld\n",
                      (long long)trial.due_minute, (long long)trial.lead_minutes, trial.is_before,
                      trial.has_hours, trial.from_hour, trial.to_hour, (long long)minute);
        Scene *scene = trial_scene(&trial);
        if (minute > 0 && minute <= MINUTES) {
            scene_after(scene, minute * ESC_MINUTE_MS - 1);
            assert_int_equal(scene_sent(scene, "room", "waited"), 0);
            scene_after(scene, 1);
        } else if (minute > MINUTES) {
            scene_after(scene, MINUTES * ESC_MINUTE_MS);
        }
        assert_int_equal(scene_sent(scene, "room", "waited"), minute <= MINUTES);
        scene_free(scene);
    }
}

/* A level that begins true did not become true by the clock; one that becomes so does once. */
static void starts_come_at_the_minute_that_a_look_at_each_finds(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int i = 0; i < TRIALS; i++) {
        Trial trial = trial_of(&seed);
        trial.has_hours = false;
        int64_t minute = first_minute(&trial);
        Scene *scene = trial_scene(&trial);
        bool begins = minute > 0 && minute <= MINUTES;
        if (begins) {
            scene_after(scene, minute * ESC_MINUTE_MS - 1);
            assert_int_equal(scene_sent(scene, "room", "started"), 0);
            scene_after(scene, 1);
            assert_int_equal(scene_sent(scene, "room", "started"), 1);
        }
        scene_after(scene, MINUTES * ESC_MINUTE_MS);
        assert_int_equal(scene_sent(scene, "room", "started"), begins);
        scene_free(scene);
    }
}

/* --- a life of changes, downtime and corrections -------------------------------------------------- */

enum { LIVES = 12, STEPS = 120, LEAD_MINUTES = 90 };

/* What the ticket is, and how often `ticket.due_at <= now + 90m` became true by a look at every minute that was lived. */
typedef struct Life {
    Scene *scene;
    uint64_t seed;
    int64_t minute, due_minute; /* of the scene, as its clock says */
    bool has_due, was_near;
    size_t starts;
} Life;

static void look(Life *life)
{
    bool is_near = life->has_due && life->due_minute <= life->minute + LEAD_MINUTES;
    life->starts += is_near && !life->was_near;
    life->was_near = is_near;
}

static void change(Life *life)
{
    char data[96] = "{\"due_at\":null}";
    life->has_due = draw(&life->seed) % 6 > 0;
    life->due_minute = life->minute - 200 + (int64_t)(draw(&life->seed) % 600);
    if (life->has_due) {
        EscBuf time;
        esc_buf_init(&time, 64);
        esc_time_write(&time,
                       scene_now(life->scene) + (life->due_minute - life->minute) * ESC_MINUTE_MS);
        snprintf(data, sizeof data, "{\"due_at\":\"%.*s\"}", ESC_TEXT_ARG(esc_buf_as_text(&time)));
        esc_buf_release(&time);
    }
    event(life->scene, "ticket.updated", data);
    look(life);
}

static void live(Life *life, int64_t minutes)
{
    scene_after(life->scene, minutes * ESC_MINUTE_MS);
    for (int64_t i = 0; i < minutes; i++) {
        life->minute++;
        look(life);
    }
}

/* Nothing runs for so long; then a timer comes first, or an event that changes something else, or the date. */
static void be_away(Life *life, int64_t minutes)
{
    char data[64];
    scene_clock(life->scene, minutes * ESC_MINUTE_MS);
    life->minute += minutes;
    switch (draw(&life->seed) % 3) {
    case 0:
        scene_after(life->scene, 0);
        look(life);
        break;
    case 1:
        snprintf(data, sizeof data, "{\"title\":\"at %lld\"}", (long long)life->minute);
        event(life->scene, "ticket.updated", data);
        look(life);
        break;
    default:
        change(life);
        break;
    }
}

static void correct(Life *life, int64_t minutes)
{
    scene_correct(life->scene, minutes * ESC_MINUTE_MS);
    life->minute += minutes;
    look(life);
}

static void live_a_step(Life *life)
{
    int64_t minutes = (int64_t)(draw(&life->seed) % 300);
    switch (draw(&life->seed) % 8) {
    case 0:
    case 1:
    case 2:
        change(life);
        break;
    case 3:
        be_away(life, minutes);
        break;
    case 4:
        correct(life, minutes - 150);
        break;
    default:
        live(life, minutes);
        break;
    }
}

/* A ticket that nothing runs for is not in memory when the clock goes back. */
#define KEEPER                                                                                     \
    "template keeper \"K\" { start on ticket.created\n" OWNERS                                     \
    "steps { await resolved within 400d else { } }\n" CLOSE

static void no_instant_is_forgotten_in_a_life(void **state)
{
    (void)state;
    size_t starts = 0;
    for (uint64_t seed = 1; seed <= LIVES; seed++) {
        Life life = {.seed = seed * 7919};
        life.scene = scene_of("template near \"N\" { start on ticket.updated when ticket.due_at <= "
                              "now + 90m\n" OWNERS
                              "steps { notify room \"near\"  close as told }\n" CLOSE KEEPER);
        event(life.scene, "ticket.created", "{}");
        for (int step = 0; step < STEPS; step++) {
            live_a_step(&life);
            size_t sent = scene_sent(life.scene, "room", "near");
            if (sent != life.starts)
                fail_msg("seed %llu, step %d: %zu starts, and %zu by a look at each minute",
                         (unsigned long long)seed, step, sent, life.starts);
        }
        starts += life.starts;
        scene_free(life.scene);
    }
    assert_true(starts > LIVES * 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_comes_at_its_instant),
        cmocka_unit_test(a_change_sets_the_timer_anew),
        cmocka_unit_test(a_late_timer_is_judged_once),
        cmocka_unit_test(an_event_at_the_instant_is_judged_with_it),
        cmocka_unit_test(an_event_before_a_late_timer_decides),
        cmocka_unit_test(publishing_starts_nothing),
        cmocka_unit_test(a_correction_fires_what_it_makes_true),
        cmocka_unit_test(a_correction_moves_the_instant),
        cmocka_unit_test(an_age_keeps_what_is_left_of_it),
        cmocka_unit_test(time_alone_breaks_what_is_held),
        cmocka_unit_test(hours_are_asked_for_once),
        cmocka_unit_test(a_late_clock_waits_for_its_time),
        cmocka_unit_test(overdue_has_an_instant),
        cmocka_unit_test(a_check_that_holds_closing_up_is_judged_again),
        cmocka_unit_test(a_wait_under_a_handler_goes_on_behind_it),
        cmocka_unit_test(only_what_is_told_waits),
        cmocka_unit_test(the_rest_is_counted),
        cmocka_unit_test(evidence_is_asked_for_behind_the_release),
        cmocka_unit_test(what_becomes_of_the_digest_is_the_messages_own),
        cmocka_unit_test(publishing_other_hours_releases),
        cmocka_unit_test(a_correction_ends_quiet_time),
        cmocka_unit_test(waits_end_at_the_minute_that_a_look_at_each_finds),
        cmocka_unit_test(starts_come_at_the_minute_that_a_look_at_each_finds),
        cmocka_unit_test(no_instant_is_forgotten_in_a_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
