/* test_engine_stories.c - further stories that are compared word by word (trail.h): who is on duty, what waits for the night,
 * which page is still to come, clocks of service levels, and what steps leave behind. */
#include "engine_scene.h"
#include "program_builder.h"
#include "trail.h"

#include <stdio.h>

#include "support/test.h"

#define STAYS "await resolved within 30d else raise overdue"
#define MINUTES(n) ((int64_t)(n)*ESC_MINUTE_MS)

static Scene *scene_waiting(const char *source)
{
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    return scene;
}

static void open_ticket(Scene *scene, const char *ticket)
{
    (void)scene_event(scene, "ticket.created", ticket, "{\"title\":\"x\",\"severity\":\"high\"}");
}

static void act(Scene *scene, EscVerb verb, const char *actor, const char *target)
{
    bool is_of_person = verb == ESC_VERB_ABSENT || verb == ESC_VERB_PRESENT;
    (void)scene_act(scene, verb, actor, is_of_person ? 0 : 1, target);
}

static void time_goes_to(Scene *scene, const char *time)
{
    int64_t time_ms = 0;
    assert_true(esc_time_read(esc_text_from(time), &time_ms));
    scene_after(scene, time_ms - scene_now(scene));
}

/* The last row to that target. */
static void settle(Scene *scene, const char *target, EscDeliveryState state)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    assert_status(scene_settle(scene, row->id, state, NULL), ESC_OK);
}

/* --- who is on duty ----------------------------------------------------------------------------------------------- */

#define DUTY                                                                                       \
    "schedule duty { daily from 2026-01-04T10:00 ana, ben }\n" /* ana's until Monday, 10:00 */
#define ALONE "schedule alone { daily from 2026-01-04T10:00 cleo }\n"

static void keep(Scene *scene, const char *actor)
{
    const EscAction deed = {.verb = ESC_VERB_KEEP,
                            .actor = esc_text_from(actor),
                            .escalation = 1,
                            .reason = ESC_TEXT("nearly done")};
    (void)scene_act_full(scene, &deed);
}

/* What the next one of a schedule is told, from hand to hand; who has nobody behind them may keep it as well. */
static void a_shift_ends(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        DUTY ALONE "template t \"Trouble\" { start on ticket.created\n"
                   "owners { primary duty follows shift ack within 20m  secondary alone "
                   "follows shift ack within 5m }\nsteps { await ack  " STAYS
                   " }\nqa { check confirmed \"all well\" before close }\nclose when resolved }\n");
    open_ticket(scene, "T");
    scene_after(scene, MINUTES(20));
    act(scene, ESC_VERB_ACK, "cleo", NULL);
    keep(scene, "cleo");
    keep(scene, "cleo");
    act(scene, ESC_VERB_HANDOFF, "cleo", "duty");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    scene_after(scene, MINUTES(19));
    keep(scene, "cleo");
    time_goes_to(scene, "2026-01-05T10:00:00Z");
    act(scene, ESC_VERB_ACK, "ben", NULL);
    const EscAction away = {.verb = ESC_VERB_ABSENT,
                            .actor = ESC_TEXT("ana"),
                            .target = ESC_TEXT("ana"),
                            .for_ms = 25 * ESC_HOUR_MS};
    (void)scene_act_full(scene, &away); /* nobody is there at the next end */
    time_goes_to(scene, "2026-01-06T10:00:00Z");
    act(scene, ESC_VERB_PRESENT, "ana", "ana");
    keep(scene, "ben");
    time_goes_to(scene, "2026-01-07T10:05:00Z");
    act(scene, ESC_VERB_RESOLVE, "ben", NULL);
    time_goes_to(scene, "2026-01-08T10:05:00Z");
    told(scene, "a_shift_ends");
}

/* What a template was started with, by another one and by hand; the bundle after it wants more, and older steps do not give it. */
static void started_with_values(void **state)
{
    (void)state;
#define CALL_STEPS                                                                                 \
    "{ manual\nowners { primary writer ack within 20m  secondary ben ack within 5m }\n"            \
    "steps { notify room \"call {customer} until {until as time}: {mood}, {list}\"\n"              \
    "await now > until within 3d\npage writer \"time is over\"\n" STAYS " }\n"                     \
    "close when resolved }\n"
#define CALL_PARAMS                                                                                \
    "customer: text, until: time, mood: calm < angry, list: list of text, writer: text?"
    static const char first[] =
        "template t \"Trouble\" { start on ticket.created\nowners { primary ana ack within 5m }\n"
        "steps { start template call(customer: ticket.title, until: now + 2h, mood: angry, list: "
        "ticket.tags, writer: \"cleo\")  wait 4h\n"
        "start template call(customer: ticket.title, until: now, mood: calm, list: [])  " STAYS
        " }\nclose when resolved }\n";
    char source[2000];
    (void)snprintf(source, sizeof source, "%stemplate call(" CALL_PARAMS ") \"Call\" " CALL_STEPS,
                   first);
    Scene *scene = scene_waiting(source);
    (void)scene_event(scene, "ticket.created", "T",
                      "{\"title\":\"Globex\",\"severity\":\"high\",\"tags\":[\"a\",\"b\"]}");
    scene_after(scene, MINUTES(121));
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    const EscAction without = {.verb = ESC_VERB_START,
                               .actor = ESC_TEXT("ana"),
                               .ticket = ESC_TEXT("T"),
                               .target = ESC_TEXT("call")};
    assert_status(scene_act_full(scene, &without), ESC_BAD_INPUT);
    (void)scene_event(scene, "ticket.created", "U", "{\"title\":\"Initech\"}");
    scene_publish(scene, "template call(" CALL_PARAMS ", more: number) \"Call\" " CALL_STEPS);
    scene_after(scene, 5 * ESC_HOUR_MS);
    told(scene, "started_with_values");
}

static void look_ahead(Scene *scene)
{
    (void)scene_input(scene, &(EscInput){.kind = ESC_INPUT_NIGHT});
}

/* M8.8: a time of the next days in which nobody of a chain is there is told once, and again when it is another one. */
static void a_night_looks_ahead(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "schedule duty { daily from 2026-01-04T10:00 ana, ben }\n"
        "template t \"Trouble\" { manual\nowners { primary duty ack within 20m  secondary cleo "
        "ack within 5m }\nsteps { " STAYS " }\nclose when resolved }\n"
        "template u \"Other trouble\" { manual\nowners { primary cleo ack within 20m }\n"
        "steps { " STAYS " }\nclose when resolved }\n"
        "template v \"Third\" { manual\nowners { primary cleo ack within 20m }\n"
        "steps { " STAYS " }\nclose when resolved }\n");
    look_ahead(scene); /* all are there */
    const EscAction cleo = {.verb = ESC_VERB_ABSENT,
                            .actor = ESC_TEXT("cleo"),
                            .target = ESC_TEXT("cleo"),
                            .for_ms = 3 * ESC_DAY_MS};
    (void)scene_act_full(scene, &cleo);
    look_ahead(scene); /* two templates have nobody now */
    time_goes_to(scene, "2026-01-06T03:00:00Z");
    look_ahead(scene); /* it is the same */
    int64_t from_ms = 0;
    assert_true(esc_time_read(ESC_TEXT("2026-01-07T00:00:00Z"), &from_ms));
    const EscAction ben = {.verb = ESC_VERB_ABSENT,
                           .actor = ESC_TEXT("ben"),
                           .target = ESC_TEXT("ben"),
                           .from_ms = from_ms,
                           .for_ms = 5 * ESC_DAY_MS};
    (void)scene_act_full(scene, &ben);
    look_ahead(scene); /* and the first template on ben's days, while cleo is away */
    const EscAction covered = {.verb = ESC_VERB_ABSENT,
                               .actor = ESC_TEXT("cleo"),
                               .target = ESC_TEXT("cleo"),
                               .deputy = ESC_TEXT("ana"),
                               .for_ms = 3 * ESC_DAY_MS};
    (void)scene_act_full(scene, &covered);
    look_ahead(scene); /* somebody stands in */
    assert_int_equal(esc_engine_gaps_count(scene_engine(scene)), 0);
    (void)scene_act_full(scene, &cleo);
    look_ahead(scene); /* and not any more */
    assert_int_equal(esc_engine_gaps_count(scene_engine(scene)), 2);
    told(scene, "a_night_looks_ahead");
}

/* The steps are over; the owner's shifts go on. */
static void a_shift_ends_behind_the_steps(void **state)
{
    (void)state;
    Scene *scene =
        scene_waiting(DUTY "template t \"Trouble\" { start on ticket.created\n"
                           "owners { primary duty follows shift ack within 20m }\n"
                           "steps { raise trouble  " STAYS " }\nclose when resolved }\n");
    open_ticket(scene, "T");
    act(scene, ESC_VERB_ANSWER, "ana", "handled");
    time_goes_to(scene, "2026-01-05T10:00:00Z");
    act(scene, ESC_VERB_ACK, "ben", NULL);
    scene_publish(scene, "schedule duty { daily from 2026-01-04T12:00 ana, ben }\n"
                         "template u \"U\" { manual\nowners { primary duty ack within 5m }\n"
                         "steps { " STAYS " }\nclose when resolved }\n");
    time_goes_to(scene, "2026-01-06T12:00:00Z");
    told(scene, "a_shift_ends_behind_the_steps");
}

/* Turns of teams over three passes; a team of which nobody is there draws nobody. */
static void turns_of_teams(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "event go { n: number }\nteam pair { cleo dora }\nteam three { ana ben cleo }\n"
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary round_robin(three), round_robin(pair) ack within 5m  secondary "
        "round_robin(pair) ack "
        "within 5m  escalation ben ack within 5m\nescalation cleo ack within 5m  repeat 2 times }\n"
        "steps { page primary \"come\"  page escalation \"you too\"  notify round_robin(pair) "
        "\"hello\"  await ack  assign to "
        "round_robin(three)  " STAYS
        " }\non go { page primary \"again\" }\nclose when resolved }\n");
    act(scene, ESC_VERB_ABSENT, "cleo", "cleo");
    act(scene, ESC_VERB_ABSENT, "dora", "dora");
    open_ticket(scene, "T");
    act(scene, ESC_VERB_PRESENT, "dora", "dora");
    open_ticket(scene, "U");
    scene_after(scene, MINUTES(12));
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_after(scene, MINUTES(7));
    act(scene, ESC_VERB_PRESENT, "cleo", "cleo");
    scene_after(scene, MINUTES(40));
    scene_act(scene, ESC_VERB_ACK, "cleo", 2, NULL);
    scene_after(scene, MINUTES(10));
    told(scene, "turns_of_teams");
}

/* From hand to hand: who was called in their own right, whom it was handed to as a team, and who has it already. */
static void from_hand_to_hand(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "event deploy.done { build: number }\n"
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ben ack within 5m holds 1h  secondary cleo, ana ack by all within 5m }\n"
        "steps { page ana \"see\"  await ack  " STAYS " }\n"
        "on deploy.done { handoff to cleo because \"she built it\" expect resolved within 2h "
        "}\nclose when resolved }\n");
    open_ticket(scene, "T");
    act(scene, ESC_VERB_ACK, "ben", NULL);
    act(scene, ESC_VERB_ACK, "ben", NULL);
    act(scene, ESC_VERB_HANDOFF, "ben", "ops");
    act(scene, ESC_VERB_HANDOFF, "ana", "ana");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_event(scene, "deploy.done", "T", "{\"build\":2}");
    act(scene, ESC_VERB_HANDOFF, "cleo", "ops");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    act(scene, ESC_VERB_ABSENT, "ana", "ana");
    act(scene, ESC_VERB_HANDOFF, "ben", "ben");
    act(scene, ESC_VERB_ABSENT, "ben", "ben");
    act(scene, ESC_VERB_PRESENT, "ana", "ana");
    act(scene, ESC_VERB_PRESENT, "ben", "ben");
    act(scene, ESC_VERB_HANDOFF, "ana", "cleo");
    act(scene, ESC_VERB_HANDOFF, "cleo", "ben");
    act(scene, ESC_VERB_ACK, "cleo", NULL);
    act(scene, ESC_VERB_ABSENT, "cleo", "cleo");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    scene_after(scene, 3 * ESC_HOUR_MS);
    const EscAction deed = {.verb = ESC_VERB_HANDOFF,
                            .actor = ESC_TEXT("dora"),
                            .escalation = 1,
                            .target = ESC_TEXT("ana"),
                            .reason = ESC_TEXT("hers"),
                            .within_ms = ESC_HOUR_MS,
                            .expect = ESC_EXPECT_RESOLVED};
    (void)scene_act_full(scene, &deed);
    scene_after(scene, MINUTES(30));
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    told(scene, "from_hand_to_hand");
}

/* Several are expected to resolve it; one of them misses it, and the others are met when it is. */
static void several_expectations(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "calendar office { mon..fri 08:00..18:00 }\n"
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 30m  secondary ben ack within 30m  escalation cleo ack "
        "within 30m }\n"
        "steps { handoff to secondary because \"one\" expect resolved within 3h of office\n"
        "handoff to escalation because \"two\" expect resolved within 1h\n"
        "handoff to secondary because \"three\" expect resolved within 2h  " STAYS
        " }\non exception overdue { notify room \"{exception.message}\"  resume }\n"
        "qa { check confirmed \"all well\" before close }\nclose when resolved }\n");
    open_ticket(scene, "T");
    act(scene, ESC_VERB_ACK, "ben", NULL);
    scene_after(scene, ESC_HOUR_MS);
    act(scene, ESC_VERB_RESOLVE, "ben", NULL);
    scene_after(scene, MINUTES(10));
    scene_correct(scene, 5 * ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, MINUTES(30));
    scene_correct(scene, -ESC_HOUR_MS);
    scene_after(scene, 2 * ESC_HOUR_MS);
    act(scene, ESC_VERB_ACK, "ben", NULL);
    act(scene, ESC_VERB_RESOLVE, "ben", NULL);
    told(scene, "several_expectations");
}

/* --- pages -------------------------------------------------------------------------------------------------------- */

/* Whose method has changed meanwhile has another one to come: the turn is not over. */
static void a_method_that_is_still_to_come(void **state)
{
    (void)state;
    static const char *const before[] = {
        "workspace tests \"Tests\" { language 1 timezone \"UTC\" }\n"
        "person ana \"Ana\" { email \"ana@x.example\" chat \"@ana\" phone \"+49 30 1\" reach by "
        "email, then phone after 3m }\n"
        "person ben \"Ben\" { email \"ben@x.example\" }\nperson dora \"Dora\" { email "
        "\"dora@x.example\" }\n"
        "channel room chat\npolicy p { last resort dora }\n"
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 20m  secondary ben ack within 5m }\nsteps { page ana "
        "\"and this\"  " STAYS " }\nclose when resolved }\n",
        NULL};
    Scene *scene = scene_new(before);
    scene_manual_delivery(scene);
    open_ticket(scene, "T");
    open_ticket(scene, "U");
    scene_publish(scene, "person ana2 \"Ana2\" { email \"ana2@x.example\" }\n");
    const EscOutboxRow *row = scene_last(scene, "ana");
    for (uint64_t id = 1; id <= row->id; id++)
        (void)scene_settle(scene, id, ESC_DELIVERY_DEAD, NULL);
    scene_after(scene, MINUTES(3));
    settle(scene, "ana", ESC_DELIVERY_DEAD);
    scene_after(scene, MINUTES(3));
    told(scene, "a_method_that_is_still_to_come");
}

/* --- the night ---------------------------------------------------------------------------------------------------- */

#define NIGHT                                                                                      \
    "workspace tests \"Tests\" { language 1 timezone \"UTC\" }\n"                                  \
    "person ana \"Ana\" { email \"ana@x.example\" quiet during 22:00..07:00 }\n"                   \
    "person ben \"Ben\" { email \"ben@x.example\" quiet during 22:00..06:00 }\n"                   \
    "person dora \"Dora\" { email \"dora@x.example\" }\n"                                          \
    "calendar nights { mon..sun 20:00..07:00 }\n"                                                  \
    "channel room chat quiet during nights\nchannel side chat quiet during nights\n"               \
    "policy p { last resort dora  limit 3 notifications per person per 1h else digest }\n"
#define TOLD_AT_NIGHT                                                                              \
    "event deploy.done { build: number }\n"                                                        \
    "template t \"Trouble\" { start on ticket.created\n"                                           \
    "owners { primary ana ack within 30d  secondary dora ack within 5m }\n"                        \
    "steps { notify ana \"{ticket.title}\"  notify ben \"for ben\"  notify room \"for all\"  "     \
    "notify side \"beside\"\ncheck accepted within 2m else { notify dora \"not all arrived\" }\n"  \
    "await deploy.done within 1d else { }  notify room \"again\"  " STAYS                          \
    " }\nclose when resolved }\n"

static Scene *night(const char *template)
{
    const char *const sources[] = {NIGHT, template, NULL};
    Scene *scene = scene_new(sources);
    scene_manual_delivery(scene);
    return scene;
}

/* One message for each of them in the morning, with the state of then; checks wait for it. */
static void what_waits_for_the_morning(void **state)
{
    (void)state;
    Scene *scene = night(TOLD_AT_NIGHT);
    scene_at(scene, "2026-01-05T23:00:00Z");
    open_ticket(scene, "T");
    open_ticket(scene, "U");
    open_ticket(scene, "V");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.resolved", "U", NULL);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    time_goes_to(scene, "2026-01-06T06:00:00Z");
    time_goes_to(scene, "2026-01-06T07:00:00Z");
    settle(scene, "side", ESC_DELIVERY_DEAD);
    settle(scene, "room", ESC_DELIVERY_DELIVERED);
    scene_after(scene, MINUTES(1));
    settle(scene, "ben", ESC_DELIVERY_ACCEPTED);
    settle(scene, "ana", ESC_DELIVERY_DEAD);
    scene_after(scene, MINUTES(5));
    told(scene, "what_waits_for_the_morning");
}

/* Hours that are others, a channel and a person that are gone: what waited goes at once, or nowhere. */
static void whoever_is_gone_by_the_morning(void **state)
{
    (void)state;
    Scene *scene = night(TOLD_AT_NIGHT);
    scene_at(scene, "2026-01-05T23:00:00Z");
    open_ticket(scene, "T");
    scene_after(scene, MINUTES(10));
    scene_publish(scene,
                  "person eva \"Eva\" { email \"eva@x.example\" quiet during 22:00..07:00 }\n"
                  "template u \"U\" { manual\nowners { primary eva ack within 5m }\n"
                  "steps { " STAYS " }\nclose when resolved }\n");
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"q\"}");
    scene_after(scene, MINUTES(10));
    told(scene, "whoever_is_gone_by_the_morning");
}

/* The digest of the policy's limit asks for nothing either: it waits for the end of the quiet time. */
static void a_digest_waits_for_the_morning(void **state)
{
    (void)state;
    Scene *scene = night("template t \"Trouble\" { start on ticket.created\n"
                         "owners { primary ana ack within 5m  secondary dora ack within 5m }\n"
                         "steps { page ana \"one\"  page ana \"two\"  page ana \"three\"  " STAYS
                         " }\nclose when resolved }\n");
    scene_at(scene, "2026-01-05T21:30:00Z");
    open_ticket(scene, "T");
    scene_after(scene, MINUTES(10));
    open_ticket(scene, "U");
    time_goes_to(scene, "2026-01-05T22:30:00Z");
    scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL);
    scene_act(scene, ESC_VERB_ACK, "dora", 2, NULL);
    time_goes_to(scene, "2026-01-06T07:00:00Z");
    told(scene, "a_digest_waits_for_the_morning");
}

/* --- service levels ----------------------------------------------------------------------------------------------- */

#define OFFICE "calendar office { mon..fri 08:00..18:00 }\n"
#define LEVEL                                                                                      \
    "event customer.replied { }\nevent agent.replied { }\nsla s { respond within 30m of office "   \
    "met by agent.replied\n"                                                                       \
    "resolve within 4h of office  warn at 25%, 50%, 1h before due\n"                               \
    "update within 1h of office since customer.replied met by agent.replied  warn at 50%\n"        \
    "pause when ticket.status = pending }\n"
#define LATE                                                                                       \
    "template late \"Late\" { start after sla.resolve overdue 1h\n"                                \
    "owners { primary ana ack within 30d }\nsteps { " STAYS " } close when resolved }\n"           \
    "template later \"Later\" { start after sla.resolve overdue 3h\n"                              \
    "owners { primary ana ack within 30d }\nsteps { " STAYS " } close when resolved }\n"

/* The clock is corrected while all of it runs, and again when it stands and when it is late. */
static void a_level_on_a_corrected_clock(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(OFFICE LEVEL LATE);
    open_ticket(scene, "T");
    scene_event(scene, "customer.replied", "T", NULL);
    scene_after(scene, MINUTES(20));
    scene_correct(scene, MINUTES(45));
    scene_after(scene, MINUTES(20));
    scene_event(scene, "agent.replied", "T", NULL);
    scene_correct(scene, -MINUTES(30));
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"pending\"}");
    scene_after(scene, MINUTES(15));
    scene_correct(scene, 2 * ESC_HOUR_MS);
    scene_after(scene, MINUTES(15));
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    scene_event(scene, "customer.replied", "T", NULL);
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_correct(scene, ESC_DAY_MS);
    scene_after(scene, 3 * ESC_HOUR_MS);
    scene_correct(scene, -2 * ESC_HOUR_MS);
    scene_after(scene, 4 * ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "a_level_on_a_corrected_clock");
}

/* It stands many times, more than are kept one by one, before it is late and behind it. */
static void a_clock_that_stands_often(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(OFFICE LEVEL LATE);
    open_ticket(scene, "T");
    for (int i = 0; i < 84; i++) {
        scene_event(scene, "ticket.updated", "T", "{\"status\":\"pending\"}");
        scene_after(scene, MINUTES(1 + i % 3));
        scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
        scene_after(scene, MINUTES(i == 9 ? 230 : 1));
    }
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_after(scene, ESC_DAY_MS);
    scene_publish(scene, "calendar office { mon..fri 06:00..20:00 }\n" LEVEL LATE);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"high\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, ESC_DAY_MS);
    told(scene, "a_clock_that_stands_often");
}

/* Nobody was there: what is due meanwhile is told afterwards, each thing once. */
static void a_level_while_nobody_was_there(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(OFFICE LEVEL LATE);
    open_ticket(scene, "T");
    scene_clock(scene, MINUTES(130));
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"q\"}");
    scene_after(scene, 0);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"pending\"}");
    scene_clock(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_clock(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"pending\"}");
    scene_after(scene, MINUTES(5));
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    scene_clock(scene, 4 * ESC_HOUR_MS);
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"r\"}");
    scene_after(scene, 4 * ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "a_level_while_nobody_was_there");
}

/* Goals by a field, levels that come and go, and a clock that begins anew. */
static void levels_that_come_and_go(void **state)
{
    (void)state;
    static const char *const source = LATE OFFICE
        "extend ticket { vip: bool default false  size: number default 0 }\n"
        "sla gold for ticket.vip { respond within 15m  resolve within ticket.severity map { "
        "critical: 1h  high: "
        "2h  otherwise: none }  warn at 50%  resume on ticket.reopened }\n"
        "sla iron for ticket.severity >= medium { resolve within 3h of office  warn at 50%, "
        "90% }\n";
    Scene *scene = scene_waiting(source);
    scene_event(scene, "ticket.created", "T",
                "{\"title\":\"x\",\"severity\":\"high\",\"vip\":true}");
    scene_after(scene, MINUTES(70));
    scene_event(scene, "ticket.updated", "T", "{\"vip\":false}");
    scene_after(scene, MINUTES(60));
    scene_event(scene, "ticket.updated", "T", "{\"vip\":true,\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, MINUTES(60));
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, MINUTES(40));
    scene_event(scene, "ticket.updated", "T", "{\"vip\":false,\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"medium\"}");
    scene_event(scene, "ticket.updated", "T", "{\"vip\":true,\"severity\":\"critical\"}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"high\"}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_publish(scene, "sla other { resolve within 5h }\n");
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"q\"}");
    scene_after(scene, 6 * ESC_HOUR_MS);
    told(scene, "levels_that_come_and_go");
}

/* --- steps -------------------------------------------------------------------------------------------------------- */

/* A handler that ends without `resume` has taken the place of all below it: it may come again. */
static void a_handler_that_takes_the_place(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "event deploy.done { build: number }\n"
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 30d }\nsteps { " STAYS " }\n"
        "on deploy.done when event.build = 1 { raise one }\non deploy.done when event.build = 2 { "
        "raise two }\n"
        "on exception one { wait 1h  resume }\non exception two { notify room \"two\" }\n"
        "close when resolved }\n");
    open_ticket(scene, "T");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_event(scene, "deploy.done", "T", "{\"build\":2}");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "deploy.done", "T", "{\"build\":2}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "a_handler_that_takes_the_place");
}

/* Times as people read them, in what is set, attached, raised and told. */
static void times_as_they_are_read(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "extend ticket { seen_at: time? }\n"
        "template t \"Trouble\" { start on ticket.created\nowners { primary ana ack within 30d }\n"
        "steps { set ticket.seen_at to now  attach ticket.seen_at\n"
        "raise late { at: now  by: 90m  who: \"ana\" }  " STAYS " }\n"
        "on exception late { notify room \"{exception.at} {exception.by} {exception.who}\"  resume "
        "}\n"
        "close when resolved }\n");
    scene_clock(scene, 4321);
    open_ticket(scene, "T");
    told(scene, "times_as_they_are_read");
}

/* --- endings ------------------------------------------------------------------------------------------------------ */

/* The alarm of a closing that nobody looks after is over when the ticket is open again. */
static void a_closing_for_a_month(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 30d  secondary ben ack within 5m }\nsteps { await "
        "resolved within 90d else { } }\n"
        "qa { check confirmed \"all well\" before close  check ticket.severity = low }\n"
        "close when resolved }\n");
    open_ticket(scene, "T");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_after(scene, 62 * ESC_DAY_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    told(scene, "a_closing_for_a_month");
}

#define POSTMORTEM(person)                                                                         \
    "event deploy.done { build: number }\n"                                                        \
    "template t \"Trouble\" { start on ticket.created, deploy.done\n"                              \
    "owners { primary ana ack within 30d  secondary " person " ack within 5m }\n"                  \
    "steps { check confirmed \"seen\" within 1h else { }  " STAYS " }\n"                           \
    "close when resolved with postmortem by secondary due 5d }\n"

/* The second post-mortem goes to whoever has the first one, or to whoever stands in for who has left. */
static void a_postmortem_comes_again(void **state)
{
    (void)state;
    static const char *const before[] = {
        "workspace tests \"Tests\" { language 1 timezone \"UTC\" }\n"
        "person ana \"Ana\" { email \"ana@x.example\" }\nperson eva \"Eva\" { email "
        "\"eva@x.example\" }\n"
        "person dora \"Dora\" { email \"dora@x.example\" }\npolicy p { last resort dora }\n",
        POSTMORTEM("eva"), NULL};
    Scene *scene = scene_new(before);
    scene_manual_delivery(scene);
    open_ticket(scene, "T");
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_act(scene, ESC_VERB_CONFIRM, "ana", 2, "seen");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 2, NULL);
    scene_publish(scene, POSTMORTEM("ben"));
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 3, NULL);
    act(scene, ESC_VERB_ABSENT, "ben", "ben");
    open_ticket(scene, "U");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 4, NULL);
    assert_non_null(strstr(scene_field(scene, "escal:T-1", "description"), "Once more:"));
    told(scene, "a_postmortem_comes_again");
}

/* --- further endings ---------------------------------------------------------------------------------------------- */

/* The last resort is asked for in triage, hands over to a team, and has it back; who stands though away keeps it. */
static void the_last_resort_is_asked_for(void **state)
{
    (void)state;
    Scene *scene =
        scene_waiting("event deploy.failed { build: number }\n"
                      "template t \"Trouble\" { start on ticket.created\n"
                      "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
                      "steps { raise trouble  " STAYS " }\n"
                      "on deploy.failed { raise broken }\nclose when resolved }\n");
    open_ticket(scene, "T");
    act(scene, ESC_VERB_ANSWER, "ana", "last_resort");
    act(scene, ESC_VERB_ACK, "dora", NULL);
    act(scene, ESC_VERB_HANDOFF, "dora", "ops");
    act(scene, ESC_VERB_ABSENT, "ana", "ana");
    scene_after(scene, MINUTES(20));
    act(scene, ESC_VERB_ABSENT, "dora", "dora");
    scene_event(scene, "deploy.failed", "T", "{\"build\":1}");
    act(scene, ESC_VERB_ANSWER, "ben", "last_resort");
    scene_after(scene, MINUTES(30));
    told(scene, "the_last_resort_is_asked_for");
}

/* Handlers stand on each other up to a depth; what they raise is asked about, and what triage holds is let go below. */
static void handlers_on_handlers(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "event go { n: number }\ntemplate t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 30d }\nsteps { raise trouble  notify room \"went on\" "
        " " STAYS " }\n"
        "on go when event.n = 1 { raise one }\non go when event.n = 2 { raise two }\n"
        "on go when event.n = 3 { raise three }\non go when event.n = 4 { raise four }\n"
        "on exception one { wait 1h  resume }\non exception two { wait 1h  raise five  resume }\n"
        "on exception three { wait 1h  resume }\non exception four { wait 1h  resume }\nclose when "
        "resolved }\n");
    open_ticket(scene, "T");
    scene_event(scene, "go", "T", "{\"n\":1}");
    act(scene, ESC_VERB_ANSWER, "ana", "resume");
    scene_event(scene, "go", "T", "{\"n\":3}");
    scene_event(scene, "go", "T", "{\"n\":2}");
    scene_event(scene, "go", "T", "{\"n\":4}");
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_after(scene, ESC_HOUR_MS);
    act(scene, ESC_VERB_ANSWER, "ana", "handled");
    scene_correct(scene, MINUTES(7));
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "handlers_on_handlers");
}

/* Handlers that stand on a closing are over when its checks are settled; a check that time turns passes at the answer. */
static void a_closing_below_handlers(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "event go { n: number }\ntemplate t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
        "steps { check acknowledged within 10m else { }  check confirmed \"seen\" within 2h else { "
        "}  " STAYS " }\n"
        "on go when event.n = 1 { raise late }\non go { raise odd }\non exception qa_failed { wait "
        "2h  resume }\non exception late { "
        "wait 1h  resume }\n"
        "qa { check ticket.severity = low  check consistent  check ticket.due_at < now  check "
        "confirmed \"all well\" before "
        "close }\n"
        "close when resolved }\n"
        "template u \"Other\" { start on ticket.created\n"
        "owners { primary ana ack within 5m  secondary ben ack within 5m }\nsteps { " STAYS " }\n"
        "qa { check acknowledged within 1m  check ticket.severity = low  check ticket.due_at < now "
        "}\n"
        "close when resolved }\n");
    (void)scene_event(
        scene, "ticket.created", "T",
        "{\"title\":\"x\",\"severity\":\"high\",\"due_at\":\"2026-01-05T10:00:00Z\"}");
    scene_after(scene, MINUTES(2));
    act(scene, ESC_VERB_ACK, "ana", NULL);
    scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_act(scene, ESC_VERB_ANSWER, "ana", 2, "resume");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "go", "T", "{\"n\":2}");
    act(scene, ESC_VERB_CONFIRM, "ana", "all well");
    scene_clock(scene, ESC_HOUR_MS);
    act(scene, ESC_VERB_ANSWER, "ana", "resume");
    scene_act(scene, ESC_VERB_ANSWER, "ana", 2, "resume");
    scene_after(scene, 3 * ESC_HOUR_MS);
    told(scene, "a_closing_below_handlers");
}

/* `close as` asks for no confirmation, but for those that the steps wait for there is nothing to ask either. */
static void closed_by_somebodys_word(void **state)
{
    (void)state;
    Scene *scene =
        scene_waiting("event go { n: number }\ntemplate t \"Trouble\" { start on ticket.created\n"
                      "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
                      "steps { check confirmed \"seen\" within 2h else { }  " STAYS " }\n"
                      "on go { close as gone }\n"
                      "qa { check confirmed \"all well\" before close  check ticket.severity = low "
                      " check acknowledged }\n"
                      "close when resolved with postmortem by primary due 5d }\n");
    open_ticket(scene, "T");
    scene_event(scene, "go", "T", "{\"n\":1}");
    act(scene, ESC_VERB_ANSWER, "ana", "handled");
    told(scene, "closed_by_somebodys_word");
}

/* `failover` of a check: only the role that was to act loses its turn by it. */
static void failover_of_a_check(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 30m  secondary ben ack within 30m }\nsteps { " STAYS " }\n"
        "qa { check ticket.severity = low within 10m else failover }\nclose when resolved }\n");
    open_ticket(scene, "T");
    open_ticket(scene, "U");
    open_ticket(scene, "V");
    open_ticket(scene, "W");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    scene_act(scene, ESC_VERB_HANDOFF, "ana", 2, "ana");
    scene_act(scene, ESC_VERB_HANDOFF, "ana", 2, "ben");
    scene_act(scene, ESC_VERB_HANDOFF, "ben", 2, "ana");
    scene_act(scene, ESC_VERB_ACK, "ben", 3, NULL);
    scene_after(scene, MINUTES(10));
    told(scene, "failover_of_a_check");
}

#define SYSTEM                                                                                     \
    "system crm \"CRM\" {\n"                                                                       \
    "action lock(id: text) undo unlock(id: id) { POST \"/lock/{id}\" expect 200 }\n"               \
    "action unlock(id: text) undo lock(id: id) { DELETE \"/lock/{id}\" expect 200, 204 }\n}\n"

/* Of several inverses one replies before another; what somebody has worked on stays. */
static void inverses_in_any_order(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        SYSTEM
        "event deploy.done { n: number }\ntemplate t \"Trouble\" { start on ticket.created when "
        "ticket.kind "
        "= incident\n"
        "owners { primary ana ack within 30d }\n"
        "steps { crm.lock(id: \"a\") within 10m else { }  crm.lock(id: \"b\") within 10m else { }\n"
        "crm.lock(id: \"c\") within 10m else { }  create ticket task { title: \"made\"  kind: task "
        "}\n"
        "create ticket other { title: \"other\"  kind: problem }\n"
        "await deploy.done within 1d else { }  rollback \"it was nothing\"\n" STAYS " }\n"
        "on exception rollback_incomplete { notify owner \"{exception.message}\"  resume }\n"
        "close when resolved }\n"
        "template w \"Work\" { manual\n"
        "owners { primary ben ack within 30d }\nsteps { set ticket.severity to low  " STAYS
        " }\nclose when resolved }\n");
    (void)scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"kind\":\"incident\"}");
    for (int i = 0; i < 3; i++)
        settle(scene, "crm.lock", ESC_DELIVERY_ACCEPTED);
    const EscAction work = {.verb = ESC_VERB_START,
                            .actor = ESC_TEXT("ben"),
                            .ticket = ESC_TEXT("escal:T-1"),
                            .target = ESC_TEXT("w"),
                            .reason = ESC_TEXT("mine")};
    (void)scene_act_full(scene, &work);
    scene_event(scene, "deploy.done", "T", "{\"n\":1}");
    uint64_t last = scene_last(scene, "crm.unlock")->id;
    (void)scene_settle(scene, last - 1, ESC_DELIVERY_DEAD, NULL);
    (void)scene_settle(scene, last, ESC_DELIVERY_ACCEPTED, NULL);
    (void)scene_settle(scene, last - 2, ESC_DELIVERY_ACCEPTED, NULL);
    told(scene, "inverses_in_any_order");
}

/* A team that the workspace does not name any more is looked up in the escalation's own, without who has left. */
static void a_team_that_is_not_named_any_more(void **state)
{
    (void)state;
    static const char *const before[] = {
        "workspace tests \"Tests\" { language 1 timezone \"UTC\" }\n"
        "person ana \"Ana\" { email \"ana@x.example\" }\nperson eva \"Eva\" { email "
        "\"eva@x.example\" }\n"
        "person ben \"Ben\" { email \"ben@x.example\" }\nperson dora \"Dora\" { email "
        "\"dora@x.example\" }\n"
        "team crew { eva ben ana }\nchannel room chat\npolicy p { last resort dora }\n"
        "template t \"Trouble\" { start on ticket.created\nowners { primary dora ack within 5m  "
        "secondary crew ack "
        "within 5m }\nsteps { notify room \"first\"  await ack  notify crew \"second\"  " STAYS
        " }\nclose when resolved }\n",
        NULL};
    Scene *scene = scene_new(before);
    scene_manual_delivery(scene);
    open_ticket(scene, "T");
    settle(scene, "room", ESC_DELIVERY_DEAD);
    scene_correct(scene, MINUTES(1));
    scene_publish(scene,
                  "template u \"U\" { manual\nowners { primary ben ack within 5m }\nsteps { " STAYS
                  " }\nclose when resolved }\n");
    scene_after(scene, MINUTES(6));
    act(scene, ESC_VERB_ACK, "ben", NULL);
    told(scene, "a_team_that_is_not_named_any_more");
}

/* Who has acknowledged is reached, and who has left the turn does not keep it: pages of two of three die. */
static void pages_of_several_die(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ben, cleo, dora ack by 2 within 30m  secondary ana ack within 5m }\n"
        "steps { page primary \"come\"  page ana \"look\"  " STAYS " }\nclose when resolved }\n");
    open_ticket(scene, "T");
    open_ticket(scene, "U");
    act(scene, ESC_VERB_ACK, "ben", NULL);
    (void)scene_settle(scene, 2, ESC_DELIVERY_DEAD, NULL);
    (void)scene_settle(scene, 3, ESC_DELIVERY_DEAD, NULL);
    act(scene, ESC_VERB_ABSENT, "ben", "ben");
    uint64_t last = scene_last(scene, "cleo")->id;
    for (uint64_t id = 6; id <= last; id++)
        if (id != 8) /* ana's, of no turn; that to ben is under way as well */
            (void)scene_settle(scene, id, ESC_DELIVERY_DEAD, NULL);
    told(scene, "pages_of_several_die");
}

/* The same promise by other hours, a level that says of answers what the ticket is worth, and a reopening that stands. */
static void promises_that_change(void **state)
{
    (void)state;
    static const char *const levels = "event customer.replied { }\nevent agent.replied { }\n"
                                      "sla s { resolve within 4h of %s  warn at 50%%\n"
                                      "update within ticket.severity map { critical: 1h  high: 2h  "
                                      "otherwise: none } since customer.replied met by "
                                      "agent.replied\npause when ticket.status = pending }\n";
    char source[2048];
    snprintf(source, sizeof source, levels, "office");
    char first[4096], second[4096];
    snprintf(first, sizeof first, OFFICE "%s", source);
    snprintf(source, sizeof source, levels, "day");
    snprintf(second, sizeof second, "calendar day { mon..fri 08:00..12:00 }\n%s", source);
    Scene *scene = scene_waiting(first);
    open_ticket(scene, "T");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "customer.replied", "T", NULL);
    scene_event(scene, "agent.replied", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    scene_event(scene, "customer.replied", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"high\"}");
    scene_after(scene, MINUTES(30));
    scene_clock(scene, ESC_HOUR_MS);
    scene_correct(scene, ESC_HOUR_MS);
    scene_clock(scene, ESC_HOUR_MS);
    scene_correct(scene, MINUTES(1));
    scene_after(scene, MINUTES(30));
    scene_publish(scene, second);
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"q\"}");
    scene_after(scene, 3 * ESC_HOUR_MS);
    scene_correct(scene, ESC_DAY_MS);
    scene_after(scene, ESC_DAY_MS);
    scene_publish(scene, first);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"pending\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"pending\"}");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    scene_after(scene, ESC_DAY_MS);
    told(scene, "promises_that_change");
}

/* A dead room is told of once an hour, also when the clock is corrected in between; so is a storm's next page. */
static void told_once_an_hour(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "policy p { last resort dora  limit 1 pages per person per 1h }\n"
        "event go { n: number }\ntemplate t \"Trouble\" { start on ticket.created\n"
        "owners { primary ben ack within 30d }\nsteps { notify room \"one\"  " STAYS " }\n"
        "on go { notify room \"more\" }\nclose when resolved }\n");
    open_ticket(scene, "T");
    settle(scene, "room", ESC_DELIVERY_DEAD);
    scene_event(scene, "go", "T", "{\"n\":1}");
    settle(scene, "room", ESC_DELIVERY_DEAD);
    scene_after(scene, MINUTES(30));
    scene_correct(scene, MINUTES(45));
    scene_event(scene, "go", "T", "{\"n\":1}");
    settle(scene, "room", ESC_DELIVERY_DEAD);
    scene_after(scene, MINUTES(30));
    scene_event(scene, "go", "T", "{\"n\":1}");
    settle(scene, "room", ESC_DELIVERY_DEAD);
    open_ticket(scene, "U");
    open_ticket(scene, "V");
    scene_after(scene, MINUTES(2));
    scene_correct(scene, -MINUTES(20));
    scene_after(scene, MINUTES(3));
    settle(scene, "ben", ESC_DELIVERY_DEAD);
    told(scene, "told_once_an_hour");
}

/* What is due when nobody was there stays due under a level that promises the same. */
static void the_same_promise_of_another_level(void **state)
{
    (void)state;
    Scene *scene =
        scene_waiting("extend ticket { vip: bool default false }\n"
                      "sla gold for ticket.vip { resolve within 4h  warn at 25%, 50%, 75% }\n"
                      "sla iron { resolve within 4h  warn at 25%, 50%, 90% }\n");
    open_ticket(scene, "T");
    scene_clock(scene, MINUTES(130));
    scene_event(scene, "ticket.updated", "T", "{\"vip\":true}");
    scene_after(scene, 3 * ESC_HOUR_MS);
    told(scene, "the_same_promise_of_another_level");
}

/* Somebody of another role takes it at the very instant at which something else is due: who was called beside them by the steps
 * hears nothing of it, now or later. */
static void acknowledged_at_the_last_moment(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 20m  secondary ben ack within 5m }\n"
        "steps { page primary \"come\"  page secondary \"you too\"  "
        "await ticket.severity = low within 5m else { notify room \"not low\" }  " STAYS
        " }\nclose when resolved }\n");
    open_ticket(scene, "T");
    scene_clock(scene, MINUTES(5));
    act(scene, ESC_VERB_ACK, "ben", NULL);
    scene_after(scene, MINUTES(30));
    told(scene, "acknowledged_at_the_last_moment");
}

/* Enough have acknowledged when the others go away; what is queued is enough for a check that asks for no more; the steps that
 * triage held go on behind the handler that stood on them. */
static void enough_for_now(void **state)
{
    (void)state;
    Scene *scene =
        scene_waiting("event go { n: number }\ntemplate t \"Trouble\" { start on ticket.created\n"
                      "owners { primary ops ack by 2 within 30m  secondary dora ack within 5m }\n"
                      "steps { await ack  raise trouble  notify room \"went on\"  " STAYS " }\n"
                      "on go { raise one }\non exception one { wait 1h  resume }\n"
                      "qa { check queued within 1m }\nclose when resolved }\n"
                      "template u \"Other\" { start on ticket.created\n"
                      "owners { primary ops ack by 2 within 30m  secondary dora ack within 5m }\n"
                      "steps { " STAYS " }\nclose when escalation.acked }\n");
    open_ticket(scene, "T");
    scene_after(scene, MINUTES(1));
    act(scene, ESC_VERB_ACK, "ana", NULL);
    scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
    act(scene, ESC_VERB_ABSENT, "ben", "ben");
    act(scene, ESC_VERB_ABSENT, "cleo", "cleo");
    scene_event(scene, "go", "T", "{\"n\":1}");
    act(scene, ESC_VERB_ANSWER, "ana", "resume");
    scene_after(scene, ESC_HOUR_MS);
    told(scene, "enough_for_now");
}

/* An alarm of the last resort is over when it is handed over; the next time all of them are asked anew. */
static void an_alarm_is_handed_over(void **state)
{
    (void)state;
    Scene *scene = scene_waiting(
        "event go { n: number }\ntemplate t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
        "steps { " STAYS " }\n"
        "on go { handoff to secondary because \"it is his\" expect acked within 10m }\n"
        "close when resolved }\n");
    open_ticket(scene, "T");
    scene_after(scene, MINUTES(30));
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_after(scene, MINUTES(30));
    act(scene, ESC_VERB_ACK, "dora", NULL);
    told(scene, "an_alarm_is_handed_over");
}

/* A check that has passed is open again with the ticket, and has what is left of its time. */
static void opened_again_in_time(void **state)
{
    (void)state;
    Scene *scene =
        scene_waiting("template t \"Trouble\" { start on ticket.created\n"
                      "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
                      "steps { notify room \"one\"  " STAYS " }\n"
                      "qa { check accepted within 10m  check acknowledged within 20m  check "
                      "confirmed \"all well\" before close }\n"
                      "close when resolved }\n");
    open_ticket(scene, "T");
    scene_deliver_all(scene);
    scene_after(scene, MINUTES(1));
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    scene_deliver_all(scene);
    scene_after(scene, MINUTES(3));
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, MINUTES(30));
    told(scene, "opened_again_in_time");
}

/* A wait of a handler reads what the exception brought; handler and steps come back when the ticket is opened again. */
static void a_handler_comes_back(void **state)
{
    (void)state;
    Scene *scene =
        scene_waiting("event go { n: number }\ntemplate t \"Trouble\" { start on ticket.created\n"
                      "owners { primary ana ack within 30d }\nsteps { await resolved within 2h "
                      "else { notify room \"late\" }  " STAYS " }\n"
                      "on go { raise one { who: \"back\" } }\n"
                      "on exception one { await ticket.queue = exception.who within 1h else { "
                      "notify room \"not back\" }  resume }\n"
                      "qa { check confirmed \"all well\" before close }\nclose when resolved }\n");
    open_ticket(scene, "T");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_after(scene, MINUTES(10));
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    scene_after(scene, MINUTES(10));
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"front\"}");
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"back\"}");
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"front\"}");
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_after(scene, 3 * ESC_HOUR_MS);
    told(scene, "a_handler_comes_back");
}

/* Hand-made code that no template of the language has: fields that the schema lacks are left alone, and triage that asks
 * nothing is over in its time. */
static void hand_made_code(void **state)
{
    (void)state;
    static const EscInstr steps[] = {OP(OWN, 0, 0, 0, 0),
                                     OP(EMIT, 0, 0, 0, SITE_ASSIGN),
                                     OP(EMIT, 0, 0, 0, SITE_QUEUE),
                                     OP(CONST, 0, 0, 0, CONST_TEXT),
                                     OP(EMIT, 0, 0, 1, SITE_RAISE),
                                     OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_RAISED, 6)),
                                     OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 7)),
                                     OP(CLOSE, 0, 0, 0, 0)};
    static const EscInstr pause[] = {OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_PAUSE, 1)),
                                     OP(END, 0, 0, 0, ESC_END_RESUME)};
    TestProgram program;
    program_begin(&program);
    program.bodies[BODY_STEPS] = BODY(steps);
    program.bodies[BODY_CATCH] = BODY(pause);
    program_finish(&program);
    Scene *scene = scene_of_program(&program.program);
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"note\":\"a\",\"tags\":[\"x\",\"y\"]}");
    const EscAction start = {.verb = ESC_VERB_START,
                             .actor = ESC_TEXT("ana"),
                             .ticket = ESC_TEXT("T"),
                             .target = ESC_TEXT("incident"),
                             .reason = ESC_TEXT("by hand")};
    (void)scene_act_full(scene, &start);
    scene_after(scene, 4 * ESC_HOUR_MS);
    program_release(&program);
    told(scene, "hand_made_code");
}

/* --- in German ---------------------------------------------------------------------------------------------------- */

/* A ticket has many readers: what stands in one that the engine makes is in the workspace's language. */
static void a_postmortem_in_german(void **state)
{
    (void)state;
    static const char *const sources[] = {
        "workspace tests \"Tests\" { language 1  timezone \"UTC\"  default language de }\n"
        "person ana \"Ana\" { email \"ana@x.example\" }\n"
        "person ben \"Ben\" { email \"ben@x.example\"  language en }\n"
        "policy p { last resort ana }\n"
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
        "steps { await ack  " STAYS " }\nqa { check acknowledged within 5m else { } }\n"
        "close when resolved with postmortem by primary due 5d }\n",
        NULL};
    Scene *scene = scene_new(sources);
    open_ticket(scene, "T");
    scene_after(scene, MINUTES(6));
    act(scene, ESC_VERB_ACK, "ben", NULL);
    act(scene, ESC_VERB_RESOLVE, "ben", NULL);
    assert_string_equal(scene_field(scene, "escal:T-1", "title"), "\"Post-mortem: Trouble bei T\"");
    const char *description = scene_field(scene, "escal:T-1", "description");
    static const char *const words[] = {
        "\"Trouble bei T wurde nach 6m als resolved geschlossen. Fällig 2026-01-10 09:06 UTC. "
        "Nachweis ",
        ".\\n\\nVerlauf:\\n- 2026-01-05 09:00 UTC eröffnet\\n- 2026-01-05 09:05 UTC weitergegeben "
        "an "
        "ben\\n- 2026-01-05 09:06 UTC bestätigt von ben\\n",
        "Übergaben: 0. Ausnahmen: 0.\\n\\nQualitätsprüfungen:\\n- ",
        ": nicht bestanden und behandelt\\n\"",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(words); i++)
        if (strstr(description, words[i]) == NULL)
            fail_msg("no %s in %s", words[i], description);
    assert_int_equal(
        scene_sent(scene, "ben",
                   "The post-mortem of T is yours until 2026-01-10 09:06 UTC: escal:T-1"),
        1); /* ana was called and never came */
    assert_int_equal(scene_sent(scene, "ben", "ana did not acknowledge within 5m"), 1);
    scene_free(scene);
}

static void they_are_told_in_german(void **state)
{
    scenes_in_german(true);
    a_shift_ends(state);
    from_hand_to_hand(state);
    several_expectations(state);
    scenes_in_german(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shift_ends),
        cmocka_unit_test(started_with_values),
        cmocka_unit_test(a_night_looks_ahead),
        cmocka_unit_test(a_shift_ends_behind_the_steps),
        cmocka_unit_test(turns_of_teams),
        cmocka_unit_test(from_hand_to_hand),
        cmocka_unit_test(several_expectations),
        cmocka_unit_test(a_method_that_is_still_to_come),
        cmocka_unit_test(what_waits_for_the_morning),
        cmocka_unit_test(whoever_is_gone_by_the_morning),
        cmocka_unit_test(a_digest_waits_for_the_morning),
        cmocka_unit_test(a_level_on_a_corrected_clock),
        cmocka_unit_test(a_clock_that_stands_often),
        cmocka_unit_test(a_level_while_nobody_was_there),
        cmocka_unit_test(levels_that_come_and_go),
        cmocka_unit_test(a_handler_that_takes_the_place),
        cmocka_unit_test(times_as_they_are_read),
        cmocka_unit_test(a_closing_for_a_month),
        cmocka_unit_test(a_postmortem_comes_again),
        cmocka_unit_test(the_last_resort_is_asked_for),
        cmocka_unit_test(handlers_on_handlers),
        cmocka_unit_test(a_closing_below_handlers),
        cmocka_unit_test(closed_by_somebodys_word),
        cmocka_unit_test(failover_of_a_check),
        cmocka_unit_test(inverses_in_any_order),
        cmocka_unit_test(a_team_that_is_not_named_any_more),
        cmocka_unit_test(pages_of_several_die),
        cmocka_unit_test(promises_that_change),
        cmocka_unit_test(told_once_an_hour),
        cmocka_unit_test(the_same_promise_of_another_level),
        cmocka_unit_test(acknowledged_at_the_last_moment),
        cmocka_unit_test(enough_for_now),
        cmocka_unit_test(an_alarm_is_handed_over),
        cmocka_unit_test(opened_again_in_time),
        cmocka_unit_test(a_handler_comes_back),
        cmocka_unit_test(hand_made_code),
        cmocka_unit_test(a_postmortem_in_german),
        cmocka_unit_test(they_are_told_in_german),
    };
    return cmocka_run_group_tests_name("engine_stories", tests, NULL, NULL);
}
