/* test_engine_trails.c - whole stories, and every word that the engine gave to be read of them: the trail, messages,
 * evidence, views (trail.h). */
#include "engine_scene.h"
#include "program_builder.h"
#include "trail.h"

#include <stdio.h>

#include "support/test.h"

#define STAYS "await resolved within 30d else raise overdue"

/* --- building ----------------------------------------------------------------------------------------------------- */

#define OWNED                                                                                      \
    "owners { primary ana ack within 5m holds 2h  secondary ben ack within 5m  escalation cleo "   \
    "ack within 10m }\n"
#define SYSTEM                                                                                     \
    "system crm \"CRM\" {\n"                                                                       \
    "action look(id: text) -> text { GET \"/look/{id}\" expect 200 return body }\n"                \
    "action lock(id: text) undo unlock(id: id) { POST \"/lock/{id}\" json { id: id } expect 200 }" \
    "\naction unlock(id: text) undo lock(id: id) { DELETE \"/lock/{id}\" expect 200, 204 }\n"      \
    "action mail(id: text) undo none because \"a mail is read\" { POST \"/mail/{id}\" expect 200 " \
    "}\n}\n"
#define EVENTS                                                                                     \
    "event deploy.done { build: number }\nevent deploy.failed { build: number  why: text }\n"

/* A template `t` with these steps and what stands behind them, on tickets that are high at least. */
static Scene *begun(const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             SYSTEM EVENTS "template t \"Trouble\" {\n"
                           "start on ticket.created when ticket.severity >= high\n" OWNED
                           "steps {\n%s\n}\n%s\n%s }\n",
             steps, more, strstr(more, "close when") == NULL ? "close when resolved" : "");
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T",
                              "{\"title\":\"x\",\"severity\":\"high\",\"account\":{\"name\":"
                              "\"Globex\"},\"tags\":[\"a\",\"b\"]}"),
                  ESC_OK);
    return scene;
}

static void act(Scene *scene, EscVerb verb, const char *actor, const char *target)
{
    bool is_of_person = verb == ESC_VERB_ABSENT || verb == ESC_VERB_PRESENT;
    (void)scene_act(scene, verb, actor, is_of_person ? 0 : 1, target);
}

static void settle(Scene *scene, const char *target, EscDeliveryState state, const char *reply)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    assert_status(scene_settle(scene, row->id, state, reply), ESC_OK);
}

/* The last row to that target, with a detail of one letter. */
static void settle_with(Scene *scene, const char *target, EscDeliveryState state)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    const EscDelivery delivery = {.outbox = row->id,
                                  .state = state,
                                  .http_status = 200,
                                  .detail = ESC_TEXT("d"),
                                  .reply = ESC_TEXT("r")};
    const EscInput input = {.kind = ESC_INPUT_DELIVERY, .delivery = &delivery};
    assert_status(scene_input(scene, &input), ESC_OK);
}

/* All of them for a reason of one letter. */
static void act_all(Scene *scene, const EscAction *deeds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        EscAction deed = deeds[i];
        deed.reason = ESC_TEXT("r");
        (void)scene_act_full(scene, &deed);
    }
}

/* --- stories ------------------------------------------------------------------------------------------------------ */

/* Nobody answers, up to the alarm of the last resort and some behind it. */
static void nobody_answers(void **state)
{
    (void)state;
    Scene *scene = begun("page primary \"see {ticket.title}\"  await ack  " STAYS, "");
    scene_after(scene, 3 * ESC_HOUR_MS);
    act(scene, ESC_VERB_ACK, "dora", NULL);
    scene_after(scene, 3 * ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "nobody_answers");
}

/* Nobody answers, and all of the last resort are asked round and round. */
static void nobody_answers_round_and_round(void **state)
{
    (void)state;
    Scene *scene = scene_of("policy p { last resort dora, cleo ack within 15m every 10m }\n"
                            "template t \"Trouble\" { start on ticket.created\n"
                            "owners { primary ana ack within 5m }\n"
                            "steps { page primary \"see {ticket.title}\"  " STAYS
                            " }\nclose when resolved }\n");
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    scene_after(scene, ESC_HOUR_MS);
    act(scene, ESC_VERB_ACK, "cleo", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "nobody_answers_round_and_round");
}

/* People acknowledge, hand over, go away and come back. */
static void people_take_over(void **state)
{
    (void)state;
    Scene *scene = begun("await ack  handoff to secondary because \"he knows it\" expect resolved "
                         "within 1h\n" STAYS,
                         "on deploy.failed { handoff to ops because \"{event.why}\" expect acked "
                         "within 10m }");
    act(scene, ESC_VERB_ACK, "zoe", NULL);
    act(scene, ESC_VERB_ACK, "ana", NULL);
    act(scene, ESC_VERB_ACK, "ana", NULL);
    act(scene, ESC_VERB_ABSENT, "ben", "ben");
    scene_after(scene, 30 * ESC_MINUTE_MS);
    act(scene, ESC_VERB_PRESENT, "ben", "ben");
    scene_event(scene, "deploy.failed", "T", "{\"build\":1,\"why\":\"it broke\"}");
    scene_after(scene, 3 * ESC_MINUTE_MS);
    act(scene, ESC_VERB_ACK, "cleo", NULL);
    act(scene, ESC_VERB_HANDOFF, "cleo", "ana");
    act(scene, ESC_VERB_ACK, "ben", NULL);
    scene_after(scene, ESC_HOUR_MS);
    act(scene, ESC_VERB_HANDOFF, "ben", "ben");
    act(scene, ESC_VERB_HANDOFF, "ben", "last_resort");
    act(scene, ESC_VERB_ACK, "dora", NULL);
    scene_after(scene, 4 * ESC_HOUR_MS);
    act(scene, ESC_VERB_RESOLVE, "dora", NULL);
    told(scene, "people_take_over");
}

/* Several have to acknowledge. */
static void two_of_a_team(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ops ack by 2 within 10m  secondary dora ack within 5m }\n"
        "steps { page primary \"come\"  await ack  notify owner \"thanks\" via email  " STAYS
        " }\nclose when resolved }\n");
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    act(scene, ESC_VERB_ACK, "ben", NULL);
    act(scene, ESC_VERB_ACK, "ben", NULL);
    scene_after(scene, 4 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.created", "U", "{\"title\":\"y\"}");
    act(scene, ESC_VERB_ACK, "cleo", NULL);
    scene_act(scene, ESC_VERB_ACK, "cleo", 2, NULL);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    told(scene, "two_of_a_team");
}

/* Questions, approvals, reminders, waits that are over and waits that are not. */
static void questions_and_waits(void **state)
{
    (void)state;
    Scene *scene = begun(
        "ask owner \"Which way, {ticket.title}?\" within 1h {\n"
        "guidance \"left is usual\"\nanswer left \"Left\" { notify room \"left\" }\n"
        "answer right \"Right\" { notify room \"right\" }\ntimeout { notify room \"none\" } }\n"
        "approve by 2 of ops \"Fail over?\" within 30m else { notify room \"rejected\" }\n"
        "approve by ben \"Really?\" within 30m else { notify room \"no\" }\n"
        "await deploy.done when event.build > 5 within 4h at 25% { notify owner \"a "
        "quarter\" } at 50% { notify owner \"half\" } else { notify room \"no build\" }\n"
        "wait 10m\nawait resolved within 2h at 50% { page owner \"an hour\" }\nelse { raise "
        "late { by: 3  message: \"too late\" } }",
        "on exception late { notify room \"late by {exception.by}\"  resume }");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    act(scene, ESC_VERB_ANSWER, "ana", "up");
    act(scene, ESC_VERB_ANSWER, "ana", "right");
    act(scene, ESC_VERB_APPROVE, "ana", NULL);
    act(scene, ESC_VERB_APPROVE, "ana", NULL);
    act(scene, ESC_VERB_APPROVE, "dora", NULL);
    act(scene, ESC_VERB_APPROVE, "cleo", NULL);
    act(scene, ESC_VERB_REJECT, "ben", NULL);
    scene_after(scene, 90 * ESC_MINUTE_MS);
    scene_event(scene, "deploy.done", "T", "{\"build\":5}");
    scene_after(scene, 40 * ESC_MINUTE_MS);
    scene_event(scene, "deploy.done", "T", "{\"build\":6}");
    scene_after(scene, 10 * ESC_HOUR_MS);
    told(scene, "questions_and_waits");
}

/* What steps change, and what a rollback makes of it. */
static void changes_and_rollback(void **state)
{
    (void)state;
    Scene *scene = begun(
        "set ticket.severity to critical  assign to ben  queue back\n"
        "create ticket task { title: \"Do {ticket.title}\"  severity: low }\n"
        "crm.look(id: ticket.id) as seen within 2m  attach seen\ncrm.lock(id: ticket.id)\n"
        "crm.mail(id: ticket.id)\nopen warroom \"War on {ticket.id}\"\n"
        "snapshot ticket, changes for 1h, timeline, notifications\n"
        "await deploy.done within 1d else { }\nrollback \"it was nothing\"\n" STAYS,
        "on exception rollback_incomplete { notify owner \"left: {exception.message}\"  resume }\n"
        "on exception action_failed { notify owner \"failed: {exception.message}\"  resume }");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    settle(scene, "crm.look", ESC_DELIVERY_ACCEPTED, "a reply");
    settle(scene, "crm.lock", ESC_DELIVERY_ACCEPTED, NULL);
    settle(scene, "crm.mail", ESC_DELIVERY_DEAD, NULL);
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"front\"}");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    settle(scene, "crm.unlock", ESC_DELIVERY_DEAD, NULL);
    scene_after(scene, ESC_MINUTE_MS);
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    told(scene, "changes_and_rollback");
}

#define CHECKS                                                                                     \
    "qa { check acknowledged within 5m\ncheck accepted within 10m else { notify owner \"not all "  \
    "arrived\" }\ncheck consistent\ncheck confirmed \"all well\" before close\ncheck "             \
    "ticket.severity = low }\n"

/* A closing that is held up, what its checks say, and the post-mortem. */
static void a_closing_and_its_postmortem(void **state)
{
    (void)state;
    Scene *scene =
        begun("set ticket.severity to critical  notify room \"seen\"  check ticket.tags contains "
              "\"z\" within 20m else { notify room \"no z\" }\n" STAYS,
              CHECKS "on exception qa_failed { notify owner \"{exception.message}\"  resume }\n"
                     "close when resolved with postmortem by secondary due 5d");
    settle(scene, "room", ESC_DELIVERY_DEAD, NULL);
    scene_after(scene, 6 * ESC_MINUTE_MS);
    act(scene, ESC_VERB_ACK, "ben", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"medium\"}");
    act(scene, ESC_VERB_RESOLVE, "ben", NULL);
    act(scene, ESC_VERB_CONFIRM, "ben", "nothing");
    act(scene, ESC_VERB_CONFIRM, "ben", "all well");
    act(scene, ESC_VERB_OVERRIDE, "ben", "consistent");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    act(scene, ESC_VERB_OVERRIDE, "ben", "consistent");
    told(scene, "a_closing_and_its_postmortem");
}

/* What nobody handles is asked about; what comes meanwhile is told; nobody answers for long. */
static void triage_goes_on(void **state)
{
    (void)state;
    Scene *scene = begun("raise trouble { message: \"it rains\" }  notify room \"behind\"\n" STAYS,
                         "on deploy.failed { raise broken { message: event.why } }");
    act(scene, ESC_VERB_ACK, "ana", NULL);
    scene_event(scene, "deploy.failed", "T", "{\"build\":1,\"why\":\"a\"}");
    scene_after(scene, 80 * ESC_MINUTE_MS);
    act(scene, ESC_VERB_ANSWER, "dora", "left");
    act(scene, ESC_VERB_ANSWER, "dora", "resume");
    scene_event(scene, "deploy.failed", "T", "{\"build\":2,\"why\":\"b\"}");
    act(scene, ESC_VERB_ANSWER, "ana", "handled");
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "triage_goes_on");
}

/* Opened again while it closes. */
static void opened_again(void **state)
{
    (void)state;
    Scene *scene = begun("await ack  await resolved within 4h at 50% { notify room \"half\" } else "
                         "{ notify room \"late\" }",
                         CHECKS);
    act(scene, ESC_VERB_ACK, "ana", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_deliver_all(scene);
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    scene_after(scene, ESC_HOUR_MS);
    act(scene, ESC_VERB_CONFIRM, "ana", "all well");
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, 90 * ESC_MINUTE_MS);
    act(scene, ESC_VERB_ACK, "dora", NULL);
    scene_after(scene, 2 * ESC_HOUR_MS);
    act(scene, ESC_VERB_RESOLVE, "dora", NULL);
    told(scene, "opened_again");
}

#define SHORT "owners { primary ana ack within 30d }\nsteps { " STAYS " } close when resolved }\n"

/* Service levels, and templates that start by them, by changes, with their time, by hand and not at all. */
static void levels_and_starts(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "calendar office { mon..fri 08:00..18:00 }\n"
        "sla gold for ticket.severity >= high { respond within 15m  resolve within 4h of office  "
        "warn at 50%, 80% }\nsla iron { resolve within 2d }\n"
        "template late \"Late\" { start after sla.resolve overdue 1h\n" SHORT
        "template breach \"Breach\" { start on sla.breached\n" SHORT
        "template idle \"Idle\" { start on ticket.updated when ticket.status = pending for "
        "30m\n" SHORT "template hand \"By hand\" { manual\n" SHORT);
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}");
    scene_event(scene, "ticket.created", "U", "{\"title\":\"y\",\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"pending\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    scene_event(scene, "ticket.updated", "U", "{\"status\":\"pending\"}");
    scene_after(scene, 6 * ESC_HOUR_MS);
    EscAction start = {.verb = ESC_VERB_START,
                       .actor = ESC_TEXT("ben"),
                       .ticket = ESC_TEXT("U"),
                       .target = ESC_TEXT("hand"),
                       .reason = ESC_TEXT("I want to")};
    (void)scene_act_full(scene, &start);
    (void)scene_act_full(scene, &start);
    scene_event(scene, "ticket.updated", "U", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, 3 * ESC_DAY_MS);
    told(scene, "levels_and_starts");
}

/* Limits on notifications and pages. */
static void limits_and_storms(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "policy p { last resort dora  limit 2 notifications per person per 1h else digest  limit 2 "
        "pages per person per 1h  limit 1 handoffs per ticket per 1h else raise routing_loop "
        "}\n" EVENTS "template t \"Trouble\" { start on ticket.created\n" OWNED
        "steps { notify ben \"about {ticket.title}\"  page primary \"come\"  await ack  " STAYS
        " }\non deploy.done { handoff to cleo because \"the build\" expect acked within 5m }\n"
        "close when resolved }\n");
    scene_manual_delivery(scene);
    for (int i = 0; i < 4; i++) {
        char id[8], data[64];
        snprintf(id, sizeof id, "T%d", i);
        snprintf(data, sizeof data, "{\"title\":\"number %d\"}", i);
        scene_event(scene, "ticket.created", id, data);
        scene_after(scene, 10 * ESC_SECOND_MS);
    }
    scene_act(scene, ESC_VERB_ACK, "ana", 3, NULL);
    scene_after(scene, 6 * ESC_MINUTE_MS);
    scene_event(scene, "deploy.done", "T1", "{\"build\":1}");
    scene_act(scene, ESC_VERB_HANDOFF, "cleo", 2, "ben");
    scene_after(scene, 70 * ESC_MINUTE_MS);
    told(scene, "limits_and_storms");
}

/* What became of messages and calls. */
static void what_became_of_it(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"  page ana \"b\"\ncrm.lock(id: ticket.id) within 10m "
                         "else { notify ana \"not locked\" }\n" STAYS,
                         "");
    uint64_t room = scene_last(scene, "room")->id, ana = scene_last(scene, "ana")->id,
             lock = scene_last(scene, "crm.lock")->id;
    scene_news(scene, room, ESC_ENDPOINT_HELD, "chat.x.example", "401");
    scene_news(scene, room, ESC_ENDPOINT_BACK, "chat.x.example", NULL);
    scene_settle(scene, room, ESC_DELIVERY_DELIVERED, NULL);
    scene_settle(scene, ana, ESC_DELIVERY_DEAD, NULL);
    scene_settle(scene, lock, ESC_DELIVERY_DEAD, NULL);
    settle(scene, "ana", ESC_DELIVERY_SEEN, NULL);
    scene_settle(scene, lock, ESC_DELIVERY_ACCEPTED, NULL);
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    scene_fail_all(scene);
    told(scene, "what_became_of_it");
}

/* The clock is corrected, and another version of the workspace is current. */
static void corrected_and_published(void **state)
{
    (void)state;
    Scene *scene = begun("await ack within 4m else { notify room \"no ack\" }\n" STAYS, CHECKS);
    scene_after(scene, ESC_MINUTE_MS);
    scene_correct(scene, ESC_HOUR_MS);
    scene_after(scene, 4 * ESC_MINUTE_MS);
    scene_correct(scene, -ESC_DAY_MS);
    scene_publish(scene, "template other \"Other\" { start on ticket.created\n" SHORT);
    scene_event(scene, "ticket.created", "U", "{\"title\":\"y\"}");
    scene_after(scene, ESC_HOUR_MS);
    act(scene, ESC_VERB_RESOLVE, "dora", NULL);
    scene_after(scene, ESC_HOUR_MS);
    told(scene, "corrected_and_published");
}

/* What people are told when what they ask for is not done. */
static void what_is_refused(void **state)
{
    (void)state;
    Scene *scene =
        begun("await ack  ask ana \"Which way?\" within 1h { guidance \"g\"  answer left "
              "\"Left\" { }  timeout { } }  approve by ben \"Really?\" within 1h else { }\n" STAYS,
              CHECKS);
    const EscAction deeds[] = {
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("zoe"), .escalation = 1},
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 9},
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .ticket = ESC_TEXT("V")},
        {.verb = ESC_VERB_ACK, .escalation = 1},
        {.verb = ESC_VERB_ANSWER, .actor = ESC_TEXT("ana"), .escalation = 1},
        {.verb = ESC_VERB_APPROVE, .actor = ESC_TEXT("ana"), .escalation = 1},
        {.verb = ESC_VERB_ABSENT, .actor = ESC_TEXT("ana"), .target = ESC_TEXT("zoe"), .for_ms = 1},
        {.verb = ESC_VERB_ABSENT, .actor = ESC_TEXT("ana"), .target = ESC_TEXT("ana")},
        {.verb = ESC_VERB_ABSENT, .actor = ESC_TEXT("a"), .target = ESC_TEXT("ana"), .for_ms = -1},
        {.verb = ESC_VERB_PRESENT, .actor = ESC_TEXT("ana"), .target = ESC_TEXT("ana")},
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("dora"), .escalation = 1},
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .ticket = ESC_TEXT("T")},
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ben"), .escalation = 1},
        {.verb = ESC_VERB_ANSWER, .actor = ESC_TEXT("ben"), .escalation = 1},
        {.verb = ESC_VERB_ANSWER,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("right")},
        {.verb = ESC_VERB_ANSWER,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("left")},
        {.verb = ESC_VERB_APPROVE, .actor = ESC_TEXT("ana"), .escalation = 1},
        {.verb = ESC_VERB_REJECT, .actor = ESC_TEXT("ben"), .escalation = 1},
        {.verb = ESC_VERB_REJECT,
         .actor = ESC_TEXT("ben"),
         .escalation = 1,
         .reason = ESC_TEXT("no")},
        {.verb = ESC_VERB_HANDOFF, .actor = ESC_TEXT("ana"), .escalation = 1},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("zoe"),
         .reason = ESC_TEXT("why")},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("ben"),
         .reason = ESC_TEXT("why"),
         .within_ms = -1},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("ben"),
         .reason = ESC_TEXT("why"),
         .within_ms = 1000 * ESC_DAY_MS},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("ana"),
         .reason = ESC_TEXT("why")},
        {.verb = ESC_VERB_ABSENT,
         .actor = ESC_TEXT("ana"),
         .by = ESC_TEXT("the chat"),
         .target = ESC_TEXT("ben"),
         .for_ms = ESC_HOUR_MS},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("ben"),
         .reason = ESC_TEXT("why")},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ana"),
         .by = ESC_TEXT("the chat"),
         .escalation = 1,
         .target = ESC_TEXT("cleo"),
         .reason = ESC_TEXT("why")},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("dora"),
         .reason = ESC_TEXT("why")},
        {.verb = ESC_VERB_CONFIRM,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         .target = ESC_TEXT("accepted")},
        {.verb = ESC_VERB_CONFIRM, .actor = ESC_TEXT("zoe"), .escalation = 1},
        {.verb = ESC_VERB_OVERRIDE, .actor = ESC_TEXT("cleo"), .escalation = 1},
        {.verb = ESC_VERB_OVERRIDE,
         .actor = ESC_TEXT("cleo"),
         .escalation = 1,
         .reason = ESC_TEXT("why")},
        {.verb = ESC_VERB_START,
         .actor = ESC_TEXT("ana"),
         .ticket = ESC_TEXT("T"),
         .target = ESC_TEXT("t")},
        {.verb = ESC_VERB_START,
         .actor = ESC_TEXT("ana"),
         .ticket = ESC_TEXT("T"),
         .target = ESC_TEXT("nothing")},
        {.verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("zoe"), .escalation = 1},
        {.verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("ana"), .escalation = 1},
        {.verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("ana"), .ticket = ESC_TEXT("T")},
        {.verb = ESC_VERB_CONFIRM, .actor = ESC_TEXT("ana"), .escalation = 1},
        {.verb = ESC_VERB_CONFIRM, .actor = ESC_TEXT("ana"), .escalation = 1},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(deeds); i++)
        (void)scene_act_full(scene, &deeds[i]);
    EscDelivery unknown = {.outbox = 999, .state = ESC_DELIVERY_DELIVERED};
    EscInput input = {.kind = ESC_INPUT_DELIVERY, .delivery = &unknown};
    (void)scene_input(scene, &input);
    unknown.outbox = 1;
    unknown.state = ESC_DELIVERY_QUEUED;
    (void)scene_input(scene, &input);
    told(scene, "what_is_refused");
}

/* What waits before it starts, and what becomes of it. */
static void starts_that_wait(void **state)
{
    (void)state;
    static const char *const source =
        "event ping { n: number }\nevent pong { n: number }\n"
        "template again \"Again\" { start on ping, pong when event.n > 1\nagain after 1h\n" SHORT
        "template held \"Held\" { start on ticket.updated when ticket.severity = critical for "
        "30m\n" SHORT
        "template moment \"Moment\" { start on ticket.updated when changed ticket.queue and "
        "previous ticket.queue = \"a\"\nagain after 2h\n" SHORT
        "template over \"Over\" { start on ticket.resolved, ticket.closed\nagain after 10m\n" SHORT
        "template starter \"Starter\" { start on pong when event.n = 7\n"
        "owners { primary ana ack within 30d }\nsteps { start template hand()  close as done "
        "}\nclose when "
        "resolved }\n"
        "template rung \"Rung\" { start on ping when event.n > 100 for 30m\nagain after 1h\n" SHORT
        "template shut \"Shut\" { start on ticket.closed for 10m\n" SHORT
        "template seldom \"Seldom\" { manual\nagain after 1h\n" SHORT
        "template hand \"By hand\" { manual\n" SHORT;
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"queue\":\"a\"}");
    scene_event(scene, "ping", "T", "{\"n\":1}");
    scene_event(scene, "ping", "T", "{\"n\":2}");
    scene_event(scene, "pong", "T", "{\"n\":3}");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_event(scene, "pong", "T", "{\"n\":4}");
    scene_event(scene, "pong", "T", "{\"n\":7}");
    scene_event(scene, "pong", "T", "{\"n\":7}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\",\"queue\":\"b\"}");
    scene_after(scene, 20 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_event(scene, "ticket.closed", "T", NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_event(scene, "ping", "T", "{\"n\":9}");
    const EscAction seldom = {.verb = ESC_VERB_START,
                              .actor = ESC_TEXT("ben"),
                              .ticket = ESC_TEXT("V"),
                              .target = ESC_TEXT("seldom")};
    scene_event(scene, "ticket.created", "V", "{\"title\":\"z\"}");
    scene_event(scene, "ping", "V", "{\"n\":101}");
    (void)scene_act_full(scene, &seldom);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_event(scene, "ping", "V", "{\"n\":102}");
    scene_after(scene, 20 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "V", "{\"status\":\"closed\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.reopened", "V", NULL);
    (void)scene_act_full(scene, &seldom);
    scene_event(scene, "ping", "V", "{\"n\":103}");
    scene_after(scene, 30 * ESC_MINUTE_MS);
    scene_event(scene, "ping", "V", "{\"n\":104}");
    scene_after(scene, ESC_HOUR_MS);
    scene_publish(scene, "event ping { n: number }\ntemplate hand \"By hand\" { manual\n" SHORT);
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_event(scene, "ping", NULL, "{\"n\":9}");
    told(scene, "starts_that_wait");
}

/* Events of the engine's own, and changes that follow from changes. */
static void events_of_events(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "event go { n: number }\nextend ticket { n: number default 0 }\n"
        "sla s { respond within 20m  resolve within 40m  warn at 50% }\n"
        "template watch \"Watch\" { start on ticket.created\nowners { primary ops ack within 1h  "
        "secondary dora ack within 1h }\nsteps { " STAYS " }\n"
        "on owner.absent { notify room \"{event.person} is away\" }\n"
        "on sla.warning { notify room \"{event.clock} {event.percent}\" }\n"
        "on sla.breached { notify room \"{event.clock} is over\" }\n"
        "on ticket.updated when ticket.n > 0 { set ticket.n to ticket.n + 1 }\n"
        "on go when event.n = 1 { skip }\non go { close as went }\nclose when resolved }\n"
        "template warned \"Warned\" { start on sla.warning when event.percent = 50\n" SHORT
        "template away \"Away\" { start on owner.absent\n" SHORT
        "template counted \"Counted\" { start on ticket.updated when ticket.n > 1\n"
        "owners { primary ana ack within 30d }\nsteps { set ticket.n to ticket.n + 10  " STAYS
        " }\non ticket.updated { set ticket.n to ticket.n + 100 }\nclose when resolved }\n");
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    act(scene, ESC_VERB_ABSENT, "dora", "ana");
    scene_after(scene, 45 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"n\":1}");
    scene_event(scene, "go", "T", "{\"n\":1}");
    scene_event(scene, "go", "T", "{\"n\":2}");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"closed\",\"n\":3}");
    told(scene, "events_of_events");
}

/* A schema that has none of the fields that the engine knows by name: it keeps what it has to know by itself. */
static void a_bare_schema(void **state)
{
    (void)state;
    static const uint32_t known[] = {FIELD_ID, FIELD_SEVERITY, FIELD_STATUS};
    TestProgram program;
    program_begin(&program);
    for (size_t i = 0; i < ESC_COUNT_OF(known); i++) {
        char name[8];
        snprintf(name, sizeof name, "x%zu", i);
        program.fields[known[i]].name = program_text(&program, name);
    }
    program_finish(&program);
    Scene *scene = scene_of_program(&program.program);
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"note\":\"a\",\"count\":1}");
    scene_event(scene, "lead.rejected", "T", "{\"percent\":3}");
    scene_event(scene, "ticket.updated", "T", "{\"note\":\"b\",\"x1\":\"high\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"count\":2}");
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_report(scene, "ticket.closed", "T", "other", scene_now(scene) - 5, NULL);
    scene_report(scene, "ticket.reopened", "T", "other", scene_now(scene) - 9, NULL);
    scene_event(scene, "ticket.created", "T", NULL);
    scene_event(scene, "lead.rejected", NULL, "{\"percent\":4}");
    scene_after(scene, 2 * ESC_HOUR_MS);
    act(scene, ESC_VERB_RESOLVE, "ana", NULL);
    program_release(&program);
    told(scene, "a_bare_schema");
}

static const char *const one_letter_directory =
    "workspace w \"W\" { language 1 timezone \"UTC\" }\n"
    "person a \"A\" { chat \"a\" email \"a@x.example\" reach by chat, then email after 1m }\n"
    "person b \"B\" { chat \"b\" }\nperson c \"C\" { chat \"c\" }\n"
    "person d \"D\" { chat \"d\" }\nteam o { b c }\nchannel r chat\n"
    "policy p { last resort d  limit 4 notifications per person per 1h else digest }\n";

/* Whatever has a name, a title, a reason or a text has one letter for it: that is something, not nothing. */
static void in_one_letter(void **state)
{
    (void)state;
    static const char *const sources[] = {
        one_letter_directory,
        "event e.e { n: text }\nevent f.f { n: text }\nevent g.g { n: text }\n"
        "system s \"S\" {\n"
        "action k(i: text) undo u(i: i) { POST \"/k/{i}\" json { i: i } expect 200 }\n"
        "action u(i: text) undo k(i: i) { POST \"/u/{i}\" expect 200 } }\n"
        "template t \"T\" { start on ticket.created\n"
        "owners { primary a ack within 5m holds 1h  secondary o ack within 5m }\n"
        "steps { notify r \"m\"  page primary \"p\"\n"
        "ask owner \"q\" within 1h { guidance \"g\"  answer y \"Y\" { }  answer n \"N\" { }  "
        "timeout "
        "{ } }\napprove by b \"q\" within 1h else { notify r \"n\" }\n"
        "s.k(i: ticket.id) within 10m else { notify r \"k\" }\n"
        "set ticket.title to \"y\"  assign to c  queue q  create ticket l { title: \"l\" }\n"
        "await e.e within 1d else { }  rollback \"r\"\n"
        "handoff to b because \"r\" expect resolved within 1h  await f.f within 1d else { }\n"
        "raise x { message: \"m\" }  " STAYS " }\n"
        "on g.g { raise z { message: event.n } }\n"
        "on exception z { notify owner \"{exception.message}\"  resume }\n"
        "qa { check confirmed \"c\" before close  check ticket.title = \"z\" }\nclose when "
        "resolved "
        "with postmortem by primary due 1d }\n",
        NULL};
    const EscAction deeds[] = {
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("a"), .escalation = 1},
        {.verb = ESC_VERB_ANSWER,
         .actor = ESC_TEXT("a"),
         .ticket = ESC_TEXT("T"),
         .target = ESC_TEXT("y")},
        {.verb = ESC_VERB_REJECT, .actor = ESC_TEXT("b"), .by = ESC_TEXT("h"), .escalation = 1},
    };
    const EscAction later[] = {
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("b"), .escalation = 1},
        {.verb = ESC_VERB_ANSWER,
         .actor = ESC_TEXT("b"),
         .escalation = 1,
         .target = ESC_TEXT("handled")},
        {.verb = ESC_VERB_ABSENT,
         .actor = ESC_TEXT("b"),
         .target = ESC_TEXT("b"),
         .for_ms = ESC_MINUTE_MS},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("c"),
         .by = ESC_TEXT("h"),
         .escalation = 1,
         .target = ESC_TEXT("o")},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("c"),
         .escalation = 1,
         .target = ESC_TEXT("a")},
        {.verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("a"), .escalation = 1},
        {.verb = ESC_VERB_OVERRIDE,
         .actor = ESC_TEXT("a"),
         .escalation = 1,
         .target = ESC_TEXT("z")},
        {.verb = ESC_VERB_CONFIRM,
         .actor = ESC_TEXT("a"),
         .escalation = 1,
         .target = ESC_TEXT("c")},
        {.verb = ESC_VERB_OVERRIDE, .actor = ESC_TEXT("a"), .escalation = 1},
    };
    Scene *scene = scene_new(sources);
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"account\":{\"name\":\"A\"}}");
    settle_with(scene, "r", ESC_DELIVERY_DEAD);
    act_all(scene, deeds, ESC_COUNT_OF(deeds));
    settle_with(scene, "s.k", ESC_DELIVERY_ACCEPTED);
    scene_event(scene, "g.g", "T", "{\"n\":\"n\"}");
    scene_event(scene, "g.g", "T", "{\"n\":\"\"}");
    scene_event(scene, "e.e", "T", "{\"n\":\"n\"}");
    settle_with(scene, "s.u", ESC_DELIVERY_DEAD);
    scene_event(scene, "f.f", "T", "{\"n\":\"n\"}");
    act_all(scene, later, ESC_COUNT_OF(later));
    scene_after(scene, 2 * ESC_HOUR_MS);
    scene_event(scene, "e.e", NULL, "{\"n\":\"n\"}");
    settle_with(scene, "a", ESC_DELIVERY_DEAD);
    const char *postmortem = scene_field(scene, "escal:T-3", "description");
    assert_non_null(strstr(postmortem, "UTC acked a\\n"));
    told(scene, "in_one_letter");
}

/* The same of starts and what waits before them, and of people of another role. */
static void started_in_one_letter(void **state)
{
    (void)state;
    static const char *const sources[] = {
        one_letter_directory,
        "event e { n: text }\nevent f \"F\" { n: text }\nextend ticket { z: text }\n"
        "template t \"T\" { start on e when event.n = \"o\" for 5m  again after 10m\n"
        "owners { primary a ack within 30d  secondary b ack within 5m }\nsteps { " STAYS
        " }\nclose when resolved }\n"
        "template u \"U\" { start on f\nowners { primary a ack within 5m }\nsteps { " STAYS
        " }\nclose when resolved }\n"
        "template m \"M\" { manual\nowners { primary c ack within 5m }\n"
        "steps { approve by o \"q\" within 1h else { }  " STAYS " }\nclose when resolved }\n",
        NULL};
    const EscAction deeds[] = {
        {.verb = ESC_VERB_START,
         .actor = ESC_TEXT("b"),
         .ticket = ESC_TEXT("T"),
         .target = ESC_TEXT("m")},
        {.verb = ESC_VERB_APPROVE, .actor = ESC_TEXT("b"), .escalation = 1},
        {.verb = ESC_VERB_APPROVE, .actor = ESC_TEXT("c"), .escalation = 1},
        {.verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("a"), .ticket = ESC_TEXT("T")},
    };
    const EscAction later[] = {
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("b"), .escalation = 2},
        {.verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("b"), .escalation = 2},
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("b"), .escalation = 2},
    };
    Scene *scene = scene_new(sources);
    scene_manual_delivery(scene);
    scene_report(scene, "ticket.created", "T", "s", scene_now(scene) - 5,
                 "{\"title\":\"x\",\"z\":\"1\"}");
    act_all(scene, deeds, ESC_COUNT_OF(deeds));
    scene_report(scene, "ticket.updated", "T", "s", scene_now(scene) - 3, "{\"z\":\"2\"}");
    scene_report(scene, "ticket.updated", "T", "s", scene_now(scene) - 4, "{\"z\":\"3\"}");
    scene_event(scene, "e", "V", "{\"n\":\"o\",\"ticket\":{\"title\":\"v\"}}");
    scene_event(scene, "f", NULL, "{\"n\":\"o\"}");
    scene_event(scene, "f", "X", "{\"n\":\"o\",\"ticket\":{\"title\":\"x\"}}");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    act_all(scene, later, ESC_COUNT_OF(later));
    scene_event(scene, "ticket.reopened", "V", NULL);
    scene_event(scene, "e", "V", "{\"n\":\"o\"}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    const EscClockChange change = {.ahead_ms = 1, .actor = ESC_TEXT("a")};
    const EscInput input = {.kind = ESC_INPUT_CLOCK, .clock = &change};
    assert_status(scene_input(scene, &input), ESC_OK);
    scene_publish(scene, "template w \"W\" { manual\n" SHORT);
    scene_event(scene, "ticket.updated", "V", "{\"title\":\"w\"}");
    told(scene, "started_in_one_letter");
}

/* The same stories among people who read German: what they are told is German, and the trail is the same. */
static void they_are_told_in_german(void **state)
{
    void (*const stories[])(void **) = {
        nobody_answers,      people_take_over,  two_of_a_team,
        questions_and_waits, triage_goes_on,    changes_and_rollback,
        opened_again,        limits_and_storms, a_closing_and_its_postmortem,
        what_became_of_it,
    };
    scenes_in_german(true);
    for (size_t i = 0; i < ESC_COUNT_OF(stories); i++)
        stories[i](state);
    scenes_in_german(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_answers_round_and_round),
        cmocka_unit_test(nobody_answers),          cmocka_unit_test(people_take_over),
        cmocka_unit_test(two_of_a_team),           cmocka_unit_test(questions_and_waits),
        cmocka_unit_test(changes_and_rollback),    cmocka_unit_test(a_closing_and_its_postmortem),
        cmocka_unit_test(triage_goes_on),          cmocka_unit_test(opened_again),
        cmocka_unit_test(levels_and_starts),       cmocka_unit_test(limits_and_storms),
        cmocka_unit_test(what_became_of_it),       cmocka_unit_test(corrected_and_published),
        cmocka_unit_test(what_is_refused),         cmocka_unit_test(starts_that_wait),
        cmocka_unit_test(events_of_events),        cmocka_unit_test(a_bare_schema),
        cmocka_unit_test(in_one_letter),           cmocka_unit_test(started_in_one_letter),
        cmocka_unit_test(they_are_told_in_german),
    };
    return cmocka_run_group_tests_name("engine_trails", tests, NULL, NULL);
}
