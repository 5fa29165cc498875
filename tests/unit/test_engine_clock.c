/* test_engine_clock.c - the clock is corrected: nothing that runs gets more time or less, calendars follow the wall. */
#include "engine_scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

#define CHAIN                                                                                      \
    "owners { primary ana ack within 5m  secondary ben ack within 5m  escalation cleo ack within " \
    "10m }\n"
#define STAYS "await resolved within 30d else raise overdue"
#define TEMPLATE(steps)                                                                            \
    "template t \"T\" { start on ticket.created\n" CHAIN "steps { " steps                          \
    " }\nclose when resolved }\n"
#define TICKET                                                                                     \
    "{\"title\":\"x\",\"severity\":\"high\",\"priority\":\"high\",\"account\":{\"tier\":"          \
    "\"enterprise\"}}"

static const int64_t corrections[] = {ESC_HOUR_MS, -ESC_HOUR_MS, 3 * ESC_DAY_MS, -400 * ESC_DAY_MS,
                                      3652 * ESC_DAY_MS};

/* Something that happens once, so long after the ticket came: a record of that kind or a message to that target. */
typedef struct Deadline {
    const char *what, *source;
    bool is_acked;
    int64_t after_ms;
    const char *kind, *target, *part;
} Deadline;

static const Deadline deadlines[] = {
    {"acknowledgement", TEMPLATE(STAYS), false, 5 * ESC_MINUTE_MS, "failover", NULL, "ana did"},
    {"contact", TEMPLATE("page primary \"see\"  " STAYS), false, 3 * ESC_MINUTE_MS, "notified",
     NULL, "phone"},
    {"lease",
     "template t \"T\" { start on ticket.created\nowners { primary ana ack within 5m holds 2h  "
     "secondary ben ack within 5m }\nsteps { " STAYS " }\nclose when resolved }\n",
     true, 2 * ESC_HOUR_MS, "lease_ended", NULL, "ana"},
    {"pause", TEMPLATE("wait 10m  notify room \"over\"  " STAYS), true, 10 * ESC_MINUTE_MS, NULL,
     "room", "over"},
    {"wait", TEMPLATE("await resolved within 4h else { notify room \"over\" }  " STAYS), true,
     4 * ESC_HOUR_MS, NULL, "room", "over"},
    {"reminder",
     TEMPLATE("await resolved within 4h at 50% { notify room \"half\" } else raise overdue"), true,
     2 * ESC_HOUR_MS, NULL, "room", "half"},
    {"check",
     "template t \"T\" { start on ticket.created\n" CHAIN "steps { " STAYS
     " }\nqa { check ticket.severity = low within 10m else { notify room \"late\" } }\n"
     "close when resolved }\n",
     true, 10 * ESC_MINUTE_MS, NULL, "room", "late"},
    {"expectation",
     TEMPLATE("handoff to secondary because \"x\" expect resolved within 2h  " STAYS), true,
     2 * ESC_HOUR_MS, "expectation_missed", NULL, ""},
    {"expected acknowledgement",
     TEMPLATE("handoff to secondary because \"x\" expect acked within 1h  " STAYS), false,
     ESC_HOUR_MS, "failover", NULL, "ben did"},
    {"`for`",
     "template t \"T\" { start on ticket.created when ticket.severity = high for 30m\n" CHAIN
     "steps { " STAYS " }\nclose when resolved }\n",
     false, 30 * ESC_MINUTE_MS, "opened", NULL, ""},
    {"digest",
     "policy p { last resort dora  limit 1 notifications per person per 1h else digest "
     "}\n" TEMPLATE("notify ben \"one\"  notify ben \"two\"  " STAYS),
     true, ESC_HOUR_MS, "digest", NULL, "ben"},
    {"service level", "sla s { resolve within 4h }\n" TEMPLATE(STAYS), true, 4 * ESC_HOUR_MS,
     "sla_breached", NULL, ""},
    {"warning", "sla s { resolve within 4h warn at 50% }\n" TEMPLATE(STAYS), true, 2 * ESC_HOUR_MS,
     "sla_warning", NULL, ""},
    {"overdue",
     "sla s { resolve within 4h }\ntemplate t \"T\" { start after sla.resolve overdue 30m\n" CHAIN
     "steps { " STAYS " }\nclose when resolved }\n",
     false, 4 * ESC_HOUR_MS + 30 * ESC_MINUTE_MS, "opened", NULL, ""},
};

static size_t happened(const Scene *scene, const Deadline *deadline)
{
    return deadline->kind != NULL ? scene_audit(scene, deadline->kind, deadline->part)
                                  : scene_sent(scene, deadline->target, deadline->part);
}

static Scene *scene_begun(const Deadline *deadline)
{
    Scene *scene = scene_of(deadline->source);
    scene_event(scene, "ticket.created", "T", TICKET);
    if (deadline->is_acked)
        assert_status(scene_act(scene, ESC_VERB_ACK,
                                strstr(deadline->source, "handoff") == NULL ? "ana" : "ben", 1,
                                NULL),
                      ESC_OK);
    return scene;
}

static void every_deadline_keeps_what_it_has_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(deadlines); i++) {
        const Deadline *deadline = &deadlines[i];
        for (size_t j = 0; j < ESC_COUNT_OF(corrections); j++) {
            print_message("%s, %lld ms\n", deadline->what, (long long)corrections[j]);
            Scene *scene = scene_begun(deadline);
            scene_after(scene, deadline->after_ms / 3);
            scene_correct(scene, corrections[j]);
            scene_after(scene, deadline->after_ms - deadline->after_ms / 3 - 1);
            assert_int_equal(happened(scene, deadline), 0);
            scene_after(scene, 1);
            assert_int_equal(happened(scene, deadline), 1);
            scene_free(scene);
        }
    }
}

static void corrections_that_cancel_leave_no_trace(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(deadlines); i++) {
        const Deadline *deadline = &deadlines[i];
        Scene *scene = scene_begun(deadline);
        scene_after(scene, deadline->after_ms / 3);
        scene_correct(scene, -ESC_HOUR_MS);
        scene_after(scene, deadline->after_ms / 3);
        scene_correct(scene, ESC_HOUR_MS);
        scene_after(scene, deadline->after_ms - 2 * (deadline->after_ms / 3) - 1);
        assert_int_equal(happened(scene, deadline), 0);
        scene_after(scene, 1);
        assert_int_equal(happened(scene, deadline), 1);
        scene_free(scene);
    }
}

/* What was met waits without a timer for being open again: it has the time that it had left then. */
static void what_was_met_keeps_the_time_that_was_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(corrections); i++) {
        Scene *scene =
            scene_of("template t \"T\" { start on ticket.created\n" CHAIN
                     "steps { handoff to secondary because \"x\" expect resolved within 2h  " STAYS
                     " }\nqa { check confirmed \"fine\" before close }\nclose when resolved }\n");
        scene_event(scene, "ticket.created", "T", TICKET);
        assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
        scene_after(scene, 30 * ESC_MINUTE_MS);
        scene_event(scene, "ticket.resolved", "T", NULL);
        assert_int_equal(scene_audit(scene, "expectation_met", "ben"), 1);
        scene_after(scene, 10 * ESC_MINUTE_MS);
        scene_correct(scene, corrections[i]);
        scene_after(scene, 10 * ESC_MINUTE_MS);
        scene_event(scene, "ticket.reopened", "T", NULL);
        scene_after(scene, 90 * ESC_MINUTE_MS - 1);
        assert_int_equal(scene_audit(scene, "expectation_missed", ""), 0);
        scene_after(scene, 1);
        assert_int_equal(scene_audit(scene, "expectation_missed", ""), 1);
        scene_free(scene);
    }
}

/* --- what is no timer ------------------------------------------------------------------------- */

static void the_trail_says_so(void **state)
{
    (void)state;
    Scene *scene = scene_of(TEMPLATE(STAYS));
    scene_event(scene, "ticket.created", "T", TICKET);
    scene_correct(scene, -ESC_HOUR_MS);
    scene_correct(scene, 90 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "clock_corrected", "the clock was moved 1h back"), 1);
    assert_int_equal(scene_audit(scene, "clock_corrected", "\"by_ms\":\"-3600000\""), 1);
    assert_int_equal(scene_audit(scene, "clock_corrected", "the clock was moved 1h30m forward"), 1);
    scene_free(scene);
}

static void times_that_are_told_are_those_that_passed(void **state)
{
    (void)state;
    Scene *scene = scene_of(TEMPLATE(STAYS));
    scene_event(scene, "ticket.created", "T", TICKET);
    scene_after(scene, ESC_MINUTE_MS);
    scene_correct(scene, 3 * ESC_HOUR_MS);
    scene_after(scene, 4 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "failover", "did not acknowledge within 5m;"), 1);
    scene_correct(scene, -7 * ESC_HOUR_MS);
    scene_after(scene, ESC_MINUTE_MS);
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    assert_int_equal(scene_audit(scene, "acked", "acknowledged after 6m "), 1);
    scene_correct(scene, 9 * ESC_DAY_MS);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    assert_int_equal(scene_audit(scene, "closed", "after 6m"), 1);
    scene_free(scene);
}

static void limits_count_the_time_that_passed(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "policy p { last resort dora  limit 1 handoffs per ticket per 2h else raise routing_loop "
        "}\n" TEMPLATE(STAYS));
    EscAction handoff = {.verb = ESC_VERB_HANDOFF,
                         .actor = ESC_TEXT("ana"),
                         .escalation = 1,
                         .target = ESC_TEXT("ben"),
                         .reason = ESC_TEXT("x")};
    scene_event(scene, "ticket.created", "T", TICKET);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_status(scene_act_full(scene, &handoff), ESC_OK);
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL);
    scene_correct(scene, ESC_DAY_MS); /* not a day since the last one */
    handoff.actor = ESC_TEXT("ben");
    handoff.target = ESC_TEXT("cleo");
    assert_status(scene_act_full(scene, &handoff), ESC_OK);
    assert_int_equal(scene_audit(scene, "limited", "1 hand-off of T"), 1);
    scene_free(scene);
}

static void again_after_counts_the_time_that_passed(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created, ticket.reopened  again "
                            "after 1h\n" CHAIN "steps { " STAYS " }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", TICKET);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_correct(scene, ESC_DAY_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_audit(scene, "postponed", "may start again from"), 1);
    scene_correct(scene, -2 * ESC_DAY_MS);
    scene_after(scene, ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 2);
    scene_free(scene);
}

static EscStatus away(Scene *scene, int64_t until_ms, int64_t for_ms)
{
    const EscAction action = {.verb = ESC_VERB_ABSENT,
                              .actor = ESC_TEXT("dora"),
                              .target = ESC_TEXT("ana"),
                              .until_ms = until_ms,
                              .for_ms = for_ms};
    return scene_act_full(scene, &action);
}

/* Who is accountable for a ticket that comes now. */
static const char *owner_now(Scene *scene, const char *ticket)
{
    static char name[64];
    scene_event(scene, "ticket.created", ticket, TICKET);
    EscEscalationView view = scene_view(scene, scene_counters(scene).next_escalation - 1);
    snprintf(name, sizeof name, "%.*s", ESC_TEXT_ARG(view.owner));
    scene_event(scene, "ticket.resolved", ticket, NULL);
    return name;
}

static void absences_end_at_their_date_or_after_their_time(void **state)
{
    (void)state;
    Scene *scene = scene_of(TEMPLATE(STAYS));
    assert_status(away(scene, 0, 2 * ESC_HOUR_MS), ESC_OK);
    assert_string_equal(owner_now(scene, "T-1"), "ben");
    scene_correct(scene, 5 * ESC_HOUR_MS);
    assert_string_equal(owner_now(scene, "T-2"), "ben");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_string_equal(owner_now(scene, "T-3"), "ana");
    assert_status(away(scene, scene_now(scene) + 2 * ESC_HOUR_MS, 0), ESC_OK);
    assert_string_equal(owner_now(scene, "T-4"), "ben");
    scene_correct(scene, 2 * ESC_HOUR_MS);
    assert_string_equal(owner_now(scene, "T-5"), "ana");
    assert_status(away(scene, 0, 0), ESC_BAD_INPUT);
    assert_status(away(scene, 0, -1), ESC_BAD_INPUT);
    assert_status(away(scene, 0, ESC_DEADLINE_MAX_MS + 1), ESC_BAD_INPUT);
    scene_free(scene);
}

static void an_events_own_time_is_not_believed_when_it_is_to_come(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 4h }\n" TEMPLATE(STAYS));
    scene_event(scene, "ticket.created", "past", "{\"created_at\":\"2026-01-05T08:00:00Z\"}");
    scene_event(scene, "ticket.created", "now", "{\"created_at\":\"2026-01-05T09:00:00Z\"}");
    scene_event(scene, "ticket.created", "future", "{\"created_at\":\"2036-01-05T09:00:00Z\"}");
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 1);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 3);
    scene_free(scene);
}

/* --- calendars -------------------------------------------------------------------------------- */

/* Not the first one: the number of a calendar is none of anything else. */
#define OFFICE                                                                                     \
    "calendar always { mon..sun 00:00..24:00 }\ncalendar night { mon..sun 00:00..04:00 }\n"        \
    "calendar office { mon..fri 08:00..18:00 }\n"

static void assert_due(Scene *scene, const char *time)
{
    int64_t expected_ms = 0;
    assert_true(esc_time_read(esc_text_from(time), &expected_ms));
    assert_true(esc_engine_next_due_ms(scene_engine(scene)) == expected_ms);
}

/* On a Friday at 17:00, an hour of open time after the ticket came. */
static Scene *friday(const char *source)
{
    Scene *scene = scene_of(source);
    scene_at(scene, "2026-01-09T16:00:00Z");
    scene_event(scene, "ticket.created", "T", TICKET);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    return scene;
}

static void waits_of_a_calendar_keep_their_open_time(void **state)
{
    (void)state;
    Scene *scene = friday(
        OFFICE TEMPLATE("await resolved within 4h of office at 50% { notify room \"half\" } else { "
                        "notify room \"over\" }  " STAYS));
    assert_due(scene, "2026-01-09T18:00:00Z");
    scene_correct(scene, ESC_HOUR_MS); /* 18:00: one of two hours to the reminder is left */
    assert_due(scene, "2026-01-12T09:00:00Z");
    scene_correct(scene, -ESC_HOUR_MS);
    assert_due(scene, "2026-01-09T18:00:00Z");
    scene_correct(scene, 3 * ESC_DAY_MS); /* Monday 17:00 */
    assert_due(scene, "2026-01-12T18:00:00Z");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "half"), 1);
    assert_due(scene, "2026-01-13T10:00:00Z");
    scene_correct(scene, ESC_HOUR_MS); /* 19:00, closed: nothing is lost */
    assert_due(scene, "2026-01-13T10:00:00Z");
    scene_after(scene, 15 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "over"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "over"), 1);
    scene_free(scene);
}

static void service_levels_of_a_calendar_keep_their_open_time(void **state)
{
    (void)state;
    Scene *scene =
        friday(OFFICE "sla s { resolve within 4h of office  warn at 50% }\n" TEMPLATE(STAYS));
    scene_correct(scene, ESC_HOUR_MS);
    assert_due(scene,
               "2026-01-12T09:00:00Z"); /* and the restored engine rebuilds nothing: compared */
    scene_after(scene, 63 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_warning", ""), 1);
    assert_due(scene, "2026-01-12T11:00:00Z");
    scene_correct(scene, ESC_DAY_MS);
    assert_due(scene, "2026-01-13T11:00:00Z");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 1);
    scene_correct(scene, 30 * ESC_MINUTE_MS); /* over as it is, it stays told once */
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_int_equal(scene_audit(scene, "sla_started", ""), 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 1);
    scene_free(scene);
}

/* An hour had gone on Friday, and it has on Monday: also when the clock has stood meanwhile. */
static void a_corrected_service_level_goes_on_with_what_was_left(void **state)
{
    (void)state;
    Scene *scene = friday(OFFICE "sla s { resolve within 4h of office }\n" TEMPLATE(STAYS));
    scene_correct(scene, 63 * ESC_HOUR_MS); /* Monday 08:00 */
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_audit(scene, "sla_resumed", "resolve by 2026-01-12 11:00 UTC"), 1);
    scene_free(scene);
}

static void acknowledgements_and_hand_offs_of_a_calendar_too(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        OFFICE "template t \"T\" { start on ticket.created\nowners { primary cleo ack within 3h of "
               "office  secondary ben ack within 5m }\nsteps { " STAYS
               " }\nqa { check ticket.severity = low within 2h of office else { notify room "
               "\"late\" } }\nclose when resolved }\n");
    scene_at(scene, "2026-01-09T17:00:00Z");
    scene_event(scene, "ticket.created", "T", TICKET);
    assert_due(scene, "2026-01-12T09:00:00Z");
    scene_correct(scene, -2 * ESC_HOUR_MS);
    assert_due(scene, "2026-01-09T17:00:00Z"); /* the check */
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "late"), 1);
    assert_due(scene, "2026-01-09T18:00:00Z"); /* the acknowledgement */
    scene_correct(scene, ESC_HOUR_MS);
    assert_due(scene, "2026-01-12T09:00:00Z");
    scene_free(scene);
    scene =
        friday(OFFICE TEMPLATE("await resolved within 1h else { handoff to secondary because \"x\" "
                               "expect resolved within 3h of office }  " STAYS));
    scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL); /* 17:00; it begins here */
    assert_due(scene, "2026-01-12T10:00:00Z");
    scene_correct(scene, -ESC_HOUR_MS);
    assert_due(scene, "2026-01-12T09:00:00Z");
    scene_correct(scene, 3 * ESC_HOUR_MS);
    assert_due(scene, "2026-01-12T11:00:00Z");
    scene_free(scene);
}

/* --- every instant there is ------------------------------------------------------------------- */

/* Numbers of the rows that are instants: as many digits as milliseconds since 1970 have in our century. */
static size_t instants(EscText rows, int64_t *list, size_t count_max)
{
    size_t count = 0;
    for (size_t i = 0; i < rows.size;) {
        size_t size = 0;
        while (i + size < rows.size && rows.data[i + size] >= '0' && rows.data[i + size] <= '9')
            size++;
        if (size == 13) {
            assert_true(count < count_max);
            list[count++] = strtoll(rows.data + i, NULL, 10);
        }
        i += size > 0 ? size : 1;
    }
    return count;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

#define RICH                                                                                       \
    "policy p { last resort dora  limit 1 notifications per person per 1h else digest  limit 9 "   \
    "handoffs per ticket per 24h else raise routing_loop }\n"                                      \
    "event ping { }\n"                                                                             \
    "sla s { respond within 15m  resolve within 4h  warn at 50%, 80% }\n"                          \
    "template t \"T\" { start on ticket.created, ticket.reopened  again after 1h\n"                \
    "owners { primary ana ack within 50m holds 2h  secondary ben ack within 5m holds 3h  "         \
    "escalation cleo ack within 10m }\n"                                                           \
    "steps { page primary \"see\"  notify ben \"one\"  notify ben \"two\"\n"                       \
    "await resolved within 4h at 50% { notify room \"half\" } else raise overdue }\n"              \
    "on ping { raise odd }\n"                                                                      \
    "on exception odd { wait 40m  resume }\n"                                                      \
    "qa { check ticket.severity = low within 10m else { notify room \"late\" } }\n"                \
    "close when resolved }\n"                                                                      \
    "template u \"U\" { start on ticket.created when ticket.severity = high for 30m\n" CHAIN       \
    "steps { await ack  " STAYS " }\nclose when resolved }\n"                                      \
    "template v \"V\" { start after sla.resolve overdue 30m\n" CHAIN "steps { " STAYS              \
    " }\nclose when resolved }\n"

/* The store's rows before and after a correction, number by number. Who adds an instant that is kept finds this test red
 * until flow/clock.c knows of it. */
static void every_instant_in_the_rows_moves(void **state)
{
    (void)state;
    Scene *scene = scene_of(RICH);
    scene_manual_delivery(scene); /* the outbox stays full */
    scene_event(scene, "ticket.created", "T", TICKET);
    scene_after(scene, ESC_MINUTE_MS);
    assert_status(away(scene, 0, 9 * ESC_HOUR_MS), ESC_OK); /* ana: the turn passes to ben */
    EscAction handoff = {.verb = ESC_VERB_HANDOFF,
                         .actor = ESC_TEXT("ben"),
                         .escalation = 1,
                         .target = ESC_TEXT("cleo"),
                         .reason = ESC_TEXT("x"),
                         .expect = ESC_EXPECT_RESOLVED,
                         .within_ms = ESC_HOUR_MS};
    assert_status(scene_act_full(scene, &handoff), ESC_OK);
    scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    scene_event(scene, "ping", "T", NULL); /* a frame below another */
    scene_event(scene, "ticket.created", "T-2", TICKET);
    scene_event(scene, "ticket.created", "T-3", TICKET);
    scene_event(scene, "ticket.resolved", "T-3", NULL);
    scene_event(scene, "ticket.reopened", "T-3", NULL); /* closed once, waits for its `for` */
    static int64_t before[4096], after[4096];
    EscBuf rows;
    esc_buf_init(&rows, (size_t)1 << 20);
    scene_rows(scene, &rows);
    size_t count = instants(esc_buf_as_text(&rows), before, ESC_COUNT_OF(before));
    assert_true(count > 60);
    const int64_t by_ms = 12345678;
    scene_correct(scene, by_ms);
    esc_buf_clear(&rows);
    scene_rows(scene, &rows);
    EscText text = esc_buf_as_text(&rows);
    assert_int_equal(instants(text, after, ESC_COUNT_OF(after)), count);
    qsort(before, count, sizeof before[0], by_size);
    qsort(after, count, sizeof after[0], by_size);
    for (size_t i = 0; i < count; i++) {
        if (after[i] != before[i] + by_ms)
            fail_msg("instant %zu of %zu: %lld became %lld\n%.*s", i, count, (long long)before[i],
                     (long long)after[i], ESC_TEXT_ARG(text));
    }
    esc_buf_release(&rows);
    scene_free(scene);
}

/* --- lives with corrections are the lives without ------------------------------------------------ */

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t below(uint64_t *state, uint64_t limit)
{
    return next(state) % limit;
}

static void random_step(Scene *scene, uint64_t *state)
{
    static const char *const people[] = {"ana", "ben", "cleo", "dora"};
    static const char *const types[] = {"ticket.created", "ticket.updated", "ticket.resolved",
                                        "ticket.reopened", "ping"};
    static const int64_t lengths[] = {1,           ESC_SECOND_MS,  ESC_MINUTE_MS, 7 * ESC_MINUTE_MS,
                                      ESC_HOUR_MS, 5 * ESC_HOUR_MS};
    static const EscVerb verbs[] = {ESC_VERB_ACK, ESC_VERB_HANDOFF, ESC_VERB_RESOLVE,
                                    ESC_VERB_ABSENT, ESC_VERB_PRESENT};
    char subject[16], data[128];
    snprintf(subject, sizeof subject, "G-%u", (unsigned)below(state, 3));
    snprintf(data, sizeof data, "{\"title\":\"t%u\",\"severity\":\"%s\"}",
             (unsigned)below(state, 4), below(state, 2) == 0 ? "high" : "low");
    uint64_t kind = below(state, 4);
    if (kind == 0) {
        const char *type = types[below(state, ESC_COUNT_OF(types))];
        scene_event(scene, type, subject, strcmp(type, "ping") == 0 ? NULL : data);
    } else if (kind == 1) {
        uint64_t count = scene_counters(scene).next_escalation;
        EscAction action = {.verb = verbs[below(state, ESC_COUNT_OF(verbs))],
                            .actor = esc_text_from(people[below(state, 4)]),
                            .target = esc_text_from(people[below(state, 4)]),
                            .escalation = count < 2 ? 1 : 1 + below(state, count - 1),
                            .reason = ESC_TEXT("x"),
                            .for_ms = lengths[below(state, ESC_COUNT_OF(lengths))],
                            .expect = below(state, 2) == 0 ? ESC_EXPECT_ACKED : ESC_EXPECT_RESOLVED,
                            .within_ms = 20 * ESC_MINUTE_MS};
        (void)scene_act_full(scene, &action);
    } else {
        scene_after(scene, lengths[below(state, ESC_COUNT_OF(lengths))]);
    }
}

/* A life of 150 steps; `corrects`: with corrections in between, drawn apart so that the steps are the same. */
static Scene *life(uint64_t seed, bool corrects)
{
    Scene *scene = scene_of(RICH);
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 1, other = ~state;
    for (int i = 0; i < 150; i++) {
        random_step(scene, &state);
        if (corrects && below(&other, 4) == 0)
            scene_correct(scene, (int64_t)below(&other, 20 * ESC_DAY_MS) - 10 * ESC_DAY_MS);
    }
    return scene;
}

static void assert_told(const Scene *scene, const Scene *other)
{
    EscText a = scene_told(scene), b = scene_told(other);
    size_t at = 0, line = 0;
    while (at < a.size && at < b.size && a.data[at] == b.data[at])
        line = a.data[at++] == '\n' ? at : line;
    if (at < a.size || at < b.size)
        fail_msg("without: %.300s\nwith:    %.300s", a.data + line, b.data + line);
}

static void a_life_with_corrections_is_the_life_without(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        Scene *plain = life(seed, false), *corrected = life(seed, true);
        assert_true(scene_told(plain).size > 2000);
        assert_true(scene_audit(corrected, "clock_corrected", "") > 10);
        assert_told(plain, corrected);
        scene_free(plain);
        scene_free(corrected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_deadline_keeps_what_it_has_left),
        cmocka_unit_test(corrections_that_cancel_leave_no_trace),
        cmocka_unit_test(what_was_met_keeps_the_time_that_was_left),
        cmocka_unit_test(the_trail_says_so),
        cmocka_unit_test(times_that_are_told_are_those_that_passed),
        cmocka_unit_test(limits_count_the_time_that_passed),
        cmocka_unit_test(again_after_counts_the_time_that_passed),
        cmocka_unit_test(absences_end_at_their_date_or_after_their_time),
        cmocka_unit_test(an_events_own_time_is_not_believed_when_it_is_to_come),
        cmocka_unit_test(waits_of_a_calendar_keep_their_open_time),
        cmocka_unit_test(service_levels_of_a_calendar_keep_their_open_time),
        cmocka_unit_test(acknowledgements_and_hand_offs_of_a_calendar_too),
        cmocka_unit_test(every_instant_in_the_rows_moves),
        cmocka_unit_test(a_life_with_corrections_is_the_life_without),
        cmocka_unit_test(a_corrected_service_level_goes_on_with_what_was_left),
    };
    return cmocka_run_group_tests_name("engine_clock", tests, NULL, NULL);
}
