/* test_engine_promises.c - what service levels promise: tables, events that meet a clock, pauses, reopenings, the clock of
 * messages, warnings. The rules are those of docs/language.md, section 8. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define BODY                                                                                       \
    CHAIN "steps { notify room \"started\"  await resolved within 30d else raise overdue }\n"      \
          "close when resolved }\n"
#define NOBODY "template n \"N\" { manual\n" BODY
#define TALK "event customer.wrote { }\nevent agent.wrote { }\nevent look { }\n"
#define PAUSES "pause when ticket.status in [waiting_on_customer, waiting_on_vendor]\n"

static void update(Scene *scene, const char *data)
{
    assert_status(scene_event(scene, "ticket.updated", "T", data), ESC_OK);
}

static void wait_customer(Scene *scene)
{
    update(scene, "{\"status\":\"waiting_on_customer\"}");
}

static void open_again(Scene *scene)
{
    update(scene, "{\"status\":\"open\"}");
}

static size_t breaches(const Scene *scene)
{
    return scene_audit(scene, "sla_breached", "");
}

/* Nothing was breached until then, and one clock is at that instant. */
static void assert_breach_after(Scene *scene, int64_t ms)
{
    size_t before = breaches(scene);
    scene_after(scene, ms - 1);
    assert_int_equal(breaches(scene), before);
    scene_after(scene, 1);
    assert_int_equal(breaches(scene), before + 1);
}

/* --- tables (M7.5) ---------------------------------------------------------------------------- */

static void a_table_has_a_time_for_each_value(void **state)
{
    (void)state;
    static const struct {
        const char *priority;
        int64_t hours;
    } rows[] = {{"urgent", 1}, {"high", 4}, {"normal", 9}, {"low", 9}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        Scene *scene = scene_of("sla s { resolve within ticket.priority map { high: 4h  "
                                "otherwise: 9h  urgent: 1h } }\n" NOBODY);
        scene_event(scene, "ticket.created", "T", NULL);
        char data[64];
        snprintf(data, sizeof data, "{\"priority\":\"%s\"}", rows[i].priority);
        update(scene, data);
        assert_breach_after(scene, rows[i].hours * ESC_HOUR_MS);
        scene_free(scene);
    }
}

static void none_is_a_row_without_a_clock(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { respond within 1h  resolve within ticket.priority map { low: "
                            "none  otherwise: 4h } }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", "{\"priority\":\"low\"}");
    assert_int_equal(scene_audit(scene, "sla_started", "resolve by"), 0);
    scene_event(scene, "ticket.created", "U", "{\"priority\":\"high\"}");
    assert_int_equal(scene_audit(scene, "sla_started", "resolve by"), 1);
    scene_after(scene, 30 * ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 1);
    update(scene, "{\"priority\":\"high\"}"); /* 30 days late at once */
    scene_after(scene, 0);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 2);
    scene_free(scene);
}

static void a_missing_value_and_a_truth_have_rows(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "extend ticket { vip: bool default false }\n"
        "sla s { respond within ticket.account.tier map { enterprise: 1h  pro: 2h  free: 3h  "
        "otherwise: 5h }  resolve within ticket.vip map { true: 10h  false: 20h } }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL); /* no tier */
    assert_breach_after(scene, 5 * ESC_HOUR_MS);
    assert_breach_after(scene, 15 * ESC_HOUR_MS);
    scene_event(scene, "ticket.created", "U", "{\"vip\":true,\"account\":{\"tier\":\"free\"}}");
    assert_breach_after(scene, 3 * ESC_HOUR_MS);
    assert_breach_after(scene, 7 * ESC_HOUR_MS);
    scene_free(scene);
}

/* C55: the new goal from the creation on, without the pause. */
static void a_change_of_goal_counts_from_the_creation(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within ticket.priority map { urgent: 4h  otherwise: "
                            "24h }\n" PAUSES "}\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    wait_customer(scene);
    scene_after(scene, 2 * ESC_HOUR_MS);
    open_again(scene);
    update(scene, "{\"priority\":\"urgent\"}");
    assert_int_equal(scene_audit(scene, "sla_started", ""), 2);
    assert_breach_after(scene, 3 * ESC_HOUR_MS);
    scene_free(scene);
}

/* M7.1: a breach that was told is not told again in the same cycle. */
static void a_breach_is_told_once_whatever_the_table_says(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within ticket.priority map { urgent: 1h  otherwise: "
                            "4h } }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", "{\"priority\":\"urgent\"}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(breaches(scene), 1);
    update(scene, "{\"priority\":\"low\"}");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(breaches(scene), 1);
    scene_free(scene);
}

/* --- respond (M7.2) --------------------------------------------------------------------------- */

static void an_event_meets_the_clock_to_respond(void **state)
{
    (void)state;
    Scene *scene = scene_of(TALK "sla s { respond within 1h met by agent.wrote, look }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_event(scene, "customer.wrote", "T", NULL);
    assert_int_equal(scene_audit(scene, "sla_met", ""), 0);
    scene_event(scene, "look", "T", NULL);
    assert_int_equal(scene_audit(scene, "sla_met", "respond"), 1);
    scene_event(scene, "agent.wrote", "T", NULL);
    assert_int_equal(scene_audit(scene, "sla_met", ""), 1);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(breaches(scene), 0);
    scene_free(scene);
}

static void it_neither_pauses_nor_starts_again(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(TALK "sla s { respond within 1h met by agent.wrote  resolve within 30d\n" PAUSES
                      "restart on ticket.reopened }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", "{\"status\":\"waiting_on_customer\"}");
    assert_breach_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.created", "U", NULL);
    scene_event(scene, "ticket.resolved", "U", NULL);
    scene_event(scene, "ticket.reopened", "U", NULL);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(breaches(scene), 1);
    scene_free(scene);
}

/* --- pauses (M7.3) ---------------------------------------------------------------------------- */

static void a_pause_stops_the_clock_to_resolve(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(TALK "sla s { resolve within 4h  warn at 50%\n" PAUSES "}\n"
                      "template t \"T\" { start on ticket.created\n" CHAIN
                      "steps { await resolved within 30d else raise overdue }\n"
                      "on look when sla.resolve.due is missing { notify room \"none\" }\n"
                      "on look when sla.resolve.due < now + 30d { notify room \"due\" }\n"
                      "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    wait_customer(scene);
    assert_int_equal(scene_audit(scene, "sla_paused", "3h left"), 1);
    scene_event(scene, "look", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "none"), 1);
    scene_after(scene, 3 * ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", "") + breaches(scene), 0);
    update(scene, "{\"status\":\"waiting_on_vendor\"}"); /* it stands on */
    assert_int_equal(scene_audit(scene, "sla_paused", ""), 1);
    open_again(scene);
    assert_int_equal(scene_audit(scene, "sla_resumed", ""), 1);
    scene_event(scene, "look", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "due"), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", "50"), 1);
    assert_breach_after(scene, 2 * ESC_HOUR_MS);
    scene_free(scene);
}

/* C56: what is overdue stands while the clock does. */
static void being_late_stands_in_a_pause(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 1h\n" PAUSES "}\n"
                            "template t \"T\" { start after sla.resolve overdue 30m\n" BODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, ESC_HOUR_MS + 10 * ESC_MINUTE_MS);
    wait_customer(scene);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    open_again(scene);
    scene_after(scene, 20 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    assert_int_equal(breaches(scene), 1);
    scene_free(scene);
}

/* A pause within the time of being resolved, and the other way round, is one time of standing. */
static void two_reasons_to_stand_are_one_pause(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("sla s { resolve within 4h\npause when ticket.priority = low\n}\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    update(scene, "{\"priority\":\"low\"}");
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL); /* paused still */
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(breaches(scene), 0);
    update(scene, "{\"priority\":\"high\"}");
    assert_breach_after(scene, 3 * ESC_HOUR_MS);
    scene_free(scene);
}

/* A goal that is over already by the time before the pause is told when the clock goes on, and not before. */
static void no_breach_is_told_in_a_pause(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within ticket.priority map { urgent: 1h  otherwise: "
                            "9h }\n" PAUSES "}\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 2 * ESC_HOUR_MS);
    wait_customer(scene);
    update(scene, "{\"priority\":\"urgent\"}");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(breaches(scene), 0);
    open_again(scene);
    scene_after(scene, 0);
    assert_int_equal(breaches(scene), 1);
    scene_free(scene);
}

static void a_ticket_may_be_paused_from_its_beginning(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 4h\n" PAUSES "}\n" NOBODY);
    scene_event(scene, "ticket.created", "T", "{\"status\":\"waiting_on_vendor\"}");
    scene_after(scene, ESC_DAY_MS);
    open_again(scene);
    assert_breach_after(scene, 4 * ESC_HOUR_MS);
    scene_free(scene);
}

/* --- reopenings (M7.3) ------------------------------------------------------------------------ */

/* C54: resolved for five hours with one left. */
static void a_clock_goes_on_with_what_was_left(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 4h  resume on ticket.reopened }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 3 * ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, 5 * ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_breach_after(scene, ESC_HOUR_MS);
    scene_free(scene);
}

/* A cycle of its own: breach and warnings are told again. */
static void a_restart_begins_a_cycle(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("sla s { resolve within 4h  warn at 50%  restart on ticket.reopened }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 5 * ESC_HOUR_MS);
    assert_int_equal(breaches(scene), 1);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_audit(scene, "sla_begun", "resolve by"), 1);
    assert_breach_after(scene, 4 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 2);
    scene_free(scene);
}

static void a_restart_while_paused_begins_when_it_goes_on(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("sla s { resolve within 4h\npause when ticket.priority = low\nrestart on "
                 "ticket.reopened }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 3 * ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    update(scene, "{\"priority\":\"low\"}");
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, ESC_DAY_MS);
    update(scene, "{\"priority\":\"high\"}");
    assert_breach_after(scene, 4 * ESC_HOUR_MS);
    scene_free(scene);
}

/* --- messages (M7.4) -------------------------------------------------------------------------- */

#define MESSAGES                                                                                   \
    TALK "sla s { update within 8h since customer.wrote met by agent.wrote  warn at 50% }\n"

/* C53: the first one's clock counts. */
static void the_oldest_message_counts(void **state)
{
    (void)state;
    Scene *scene = scene_of(MESSAGES NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(breaches(scene), 0);
    scene_event(scene, "customer.wrote", "T", NULL);
    assert_int_equal(scene_audit(scene, "sla_begun", "answer by"), 1);
    scene_after(scene, 5 * ESC_HOUR_MS);
    scene_event(scene, "customer.wrote", "T", NULL);
    assert_int_equal(scene_audit(scene, "sla_begun", ""), 1);
    assert_breach_after(scene, 3 * ESC_HOUR_MS);
    scene_event(scene, "agent.wrote", "T", NULL);
    assert_int_equal(scene_audit(scene, "sla_met", "after its breach"), 1);
    scene_event(scene, "customer.wrote", "T", NULL); /* told anew */
    assert_breach_after(scene, 8 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", "update"), 2);
    scene_free(scene);
}

static void an_answer_and_the_resolution_stop_it(void **state)
{
    (void)state;
    Scene *scene = scene_of(MESSAGES NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_event(scene, "customer.wrote", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "agent.wrote", "T", NULL);
    scene_after(scene, ESC_DAY_MS);
    scene_event(scene, "agent.wrote", "T", NULL); /* nobody waits */
    scene_event(scene, "customer.wrote", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "customer.wrote", "T", NULL); /* thanks */
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(breaches(scene), 0);
    assert_int_equal(scene_audit(scene, "sla_met", "update"), 2);
    scene_free(scene);
}

/* The customer hears from us every eight hours. */
static void what_starts_and_meets_it_begins_anew(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(TALK "sla s { update within 8h since ticket.created, agent.wrote met by "
                      "agent.wrote }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 7 * ESC_HOUR_MS);
    scene_event(scene, "agent.wrote", "T", NULL);
    assert_breach_after(scene, 8 * ESC_HOUR_MS);
    scene_event(scene, "agent.wrote", "T", NULL);
    assert_breach_after(scene, 8 * ESC_HOUR_MS);
    scene_free(scene);
}

/* It does not pause, another goal counts from the message, and a level without it forgets it. */
static void messages_under_other_levels(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        TALK
        "sla q for ticket.severity = low { respond within 30d }\n"
        "sla s { resolve within 30d  update within ticket.priority map { urgent: 2h  low: none  "
        "otherwise: 8h } since customer.wrote met by agent.wrote\n" PAUSES "}\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_event(scene, "customer.wrote", "T", NULL);
    wait_customer(scene);
    update(scene, "{\"priority\":\"low\"}");
    scene_after(scene, ESC_HOUR_MS);
    update(scene, "{\"priority\":\"urgent\"}"); /* it waited under `none` as well */
    assert_breach_after(scene, ESC_HOUR_MS);
    scene_event(scene, "agent.wrote", "T", NULL);
    scene_event(scene, "customer.wrote", "T", NULL);
    update(scene, "{\"severity\":\"low\"}");
    update(scene, "{\"severity\":\"high\"}");
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(breaches(scene), 1);
    scene_free(scene);
}

static void templates_know_the_clock_of_messages(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(TALK "sla s { update within 8h since customer.wrote met by agent.wrote }\n"
                      "template t \"T\" { start after sla.update overdue 1s\n" CHAIN
                      "steps { notify room \"late by {sla.update.overdue}\"\n"
                      "await resolved within 30d else raise overdue }\n"
                      "on look when sla.update.due < now + 30d { notify room \"due\" }\n"
                      "on look when sla.update.due is missing { notify room \"none\" }\n"
                      "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", NULL);
    scene_event(scene, "customer.wrote", "T", NULL);
    scene_after(scene, 8 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_after(scene, ESC_SECOND_MS);
    assert_int_equal(scene_sent(scene, "room", "late by 1s"), 1);
    scene_event(scene, "look", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "due"), 1);
    scene_event(scene, "agent.wrote", "T", NULL);
    scene_event(scene, "look", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "none"), 1);
    scene_free(scene);
}

/* --- warnings (M7.5, M7.6) -------------------------------------------------------------------- */

static void a_warning_before_the_end_says_how_much_has_gone(void **state)
{
    (void)state;
    Scene *scene = scene_of("calendar office { mon..fri 09:00..17:00 }\n"
                            "sla s { resolve within 8h of office  warn at 50%, 2h before due, 30m "
                            "before due }\n" NOBODY);
    scene_at(scene, "2026-01-05T15:00:00Z");
    scene_event(scene, "ticket.created", "T", NULL); /* due on Tuesday at 15:00 */
    scene_after(scene, 20 * ESC_HOUR_MS);            /* Tuesday 11:00 */
    assert_int_equal(scene_audit(scene, "sla_warning", "\"percent\":\"50\""), 1);
    scene_after(scene, 2 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 1);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "sla_warning", "\"percent\":\"75\""), 1);
    scene_after(scene, 90 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", "all but 30m of the time"), 1);
    assert_int_equal(scene_audit(scene, "sla_warning", "\"percent\":\"93\""), 1);
    scene_free(scene);
}

/* In the goal's calendar: half an hour before 09:15 is 16:45 of the day before. */
static void so_long_before_the_end_by_the_calendar(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("calendar office { mon..fri 09:00..17:00 }\n"
                 "sla s { resolve within 1h of office  warn at 30m before due }\n" NOBODY);
    scene_at(scene, "2026-01-05T16:15:00Z");
    scene_event(scene, "ticket.created", "T", NULL); /* due on Tuesday at 09:15 */
    scene_after(scene, 30 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "sla_warning", "\"percent\":\"50\""), 1);
    scene_free(scene);
}

static void what_was_told_is_not_told_again(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within ticket.priority map { urgent: 10h  otherwise: "
                            "20h }  warn at 25%, 50%, 1h before due }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", "{\"priority\":\"urgent\"}");
    scene_after(scene, 3 * ESC_HOUR_MS); /* 25 % of ten hours */
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 1);
    update(scene, "{\"priority\":\"low\"}"); /* a quarter of twenty is to come */
    scene_after(scene, 6 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 1);
    scene_after(scene, 2 * ESC_HOUR_MS); /* half of twenty: eleven hours have gone */
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 2);
    scene_free(scene);
}

/* Past when the clock was computed: half of four hours is over after three, the last hour is not. */
static void what_is_past_is_not_warned_of(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within ticket.priority map { urgent: 4h  otherwise: "
                            "20h }  warn at 50%, 30m before due }\n" NOBODY);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, 3 * ESC_HOUR_MS);
    update(scene, "{\"priority\":\"urgent\"}");
    scene_after(scene, 0);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 0);
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", "30m"), 1);
    assert_breach_after(scene, 30 * ESC_MINUTE_MS);
    scene_free(scene);
}

/* Of more than are kept the oldest are forgotten; pauses behind those that are kept still count. */
static void pauses_that_are_not_kept_one_by_one_count_by_the_calendar(void **state)
{
    (void)state;
    Scene *scene = scene_of("calendar office { mon..fri 09:00..17:00 }\n"
                            "sla s { resolve within 100h of office\n" PAUSES "}\n" NOBODY);
    scene_at(scene, "2026-01-05T09:00:00Z");
    scene_event(scene, "ticket.created", "T", NULL);
    for (int i = 0; i < 70; i++) { /* an hour from 09:00 on, then not until the next day */
        scene_after(scene, ESC_HOUR_MS);
        wait_customer(scene);
        scene_after(scene, 23 * ESC_HOUR_MS);
        open_again(scene);
    }
    /* An hour of each of 50 working days was used; 50 are left, from a Monday's 09:00 on. */
    assert_breach_after(scene, 8 * ESC_DAY_MS + 2 * ESC_HOUR_MS);
    scene_free(scene);
}

/* --- publishing and corrections --------------------------------------------------------------- */

#define LEVEL(text) "calendar office { mon..fri 09:00..17:00 }\nsla s { " text " }\n" NOBODY

/* M0.9: set anew for all open tickets; a warning that is pending stays. */
static void another_bundle_computes_clocks_anew(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVEL("resolve within 4h warn at 50%\n" PAUSES));
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    wait_customer(scene);
    scene_publish(scene, LEVEL("resolve within 3h warn at 40%, 50%"));
    scene_event(scene, "ticket.created", "U", NULL); /* does what is due with another bundle */
    assert_int_equal(scene_audit(scene, "sla_resumed", ""), 1);
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 2);
    assert_breach_after(scene, 90 * ESC_MINUTE_MS);
    scene_free(scene);
}

/* What was used of a calendar's hours stays used, also of a clock that stands, and of one that stood. */
static void a_correction_keeps_what_was_used(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(LEVEL("resolve within 6h of office warn at 50%, 1h before due\n" PAUSES));
    scene_at(scene, "2026-01-09T13:00:00Z"); /* a Friday */
    scene_event(scene, "ticket.created", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    wait_customer(scene);
    scene_after(scene, ESC_HOUR_MS);
    scene_correct(scene, 63 * ESC_HOUR_MS); /* from Friday 15:00 to Monday 06:00 */
    open_again(scene);
    assert_int_equal(scene_audit(scene, "sla_resumed", "resolve by 2026-01-12 14:00"), 1);
    scene_after(scene, 4 * ESC_HOUR_MS);   /* 10:00: two hours are used */
    scene_correct(scene, 2 * ESC_HOUR_MS); /* 12:00 */
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", "50%"), 1);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", "1h"), 1);
    assert_breach_after(scene, ESC_HOUR_MS);
    scene_free(scene);
}

/* --- reminders of a wait ---------------------------------------------------------------------- */

static void a_wait_reminds_before_it_is_over(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "calendar office { mon..fri 09:00..17:00 }\n"
        "template t \"T\" { start on ticket.created\nowners { primary ana ack within 30d }\n"
        "steps { await resolved within 8h of office at 4h before due { notify room \"four\" } at "
        "30m "
        "before due { notify room \"soon\" } at 50% { notify room \"half\" } else { notify room "
        "\"over\" } }\nclose when resolved }\n");
    scene_at(scene, "2026-01-05T15:00:00Z");
    scene_event(scene, "ticket.created", "T", NULL); /* until Tuesday 15:00 */
    scene_after(scene, 20 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "half"), 1);
    assert_int_equal(scene_sent(scene, "room", "four"), 1);
    scene_after(scene, 210 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "soon"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "soon"), 1);
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "over"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_a_time_for_each_value),
        cmocka_unit_test(none_is_a_row_without_a_clock),
        cmocka_unit_test(a_missing_value_and_a_truth_have_rows),
        cmocka_unit_test(a_change_of_goal_counts_from_the_creation),
        cmocka_unit_test(a_breach_is_told_once_whatever_the_table_says),
        cmocka_unit_test(an_event_meets_the_clock_to_respond),
        cmocka_unit_test(it_neither_pauses_nor_starts_again),
        cmocka_unit_test(a_pause_stops_the_clock_to_resolve),
        cmocka_unit_test(being_late_stands_in_a_pause),
        cmocka_unit_test(two_reasons_to_stand_are_one_pause),
        cmocka_unit_test(no_breach_is_told_in_a_pause),
        cmocka_unit_test(a_ticket_may_be_paused_from_its_beginning),
        cmocka_unit_test(a_clock_goes_on_with_what_was_left),
        cmocka_unit_test(a_restart_begins_a_cycle),
        cmocka_unit_test(a_restart_while_paused_begins_when_it_goes_on),
        cmocka_unit_test(the_oldest_message_counts),
        cmocka_unit_test(an_answer_and_the_resolution_stop_it),
        cmocka_unit_test(what_starts_and_meets_it_begins_anew),
        cmocka_unit_test(messages_under_other_levels),
        cmocka_unit_test(templates_know_the_clock_of_messages),
        cmocka_unit_test(a_warning_before_the_end_says_how_much_has_gone),
        cmocka_unit_test(so_long_before_the_end_by_the_calendar),
        cmocka_unit_test(what_was_told_is_not_told_again),
        cmocka_unit_test(what_is_past_is_not_warned_of),
        cmocka_unit_test(pauses_that_are_not_kept_one_by_one_count_by_the_calendar),
        cmocka_unit_test(another_bundle_computes_clocks_anew),
        cmocka_unit_test(a_correction_keeps_what_was_used),
        cmocka_unit_test(a_wait_reminds_before_it_is_over),
    };
    return cmocka_run_group_tests_name("engine_promises", tests, NULL, NULL);
}
