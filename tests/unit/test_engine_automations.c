/* test_engine_automations.c - what is done to a ticket at once and by nobody (M6.1 to M6.4, M0.2, M0.3). */
#include "engine_scene.h"
#include "trail.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

#define OWNED "owners { primary ana ack within 5m }\n"
#define STAYS "await resolved within 30d else raise overdue"
#define CREATED                                                                                    \
    "{\"title\":\"x\",\"severity\":\"high\",\"priority\":\"normal\",\"status\":\"open\"}"

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", CREATED), ESC_OK);
    return scene;
}

/* --- rounds --------------------------------------------------------------------------------------------------------- */

/* M6.2, C48 */
static void templates_see_the_ticket_behind_the_automations(void **state)
{
    (void)state;
    Scene *scene =
        begun("automation tag { on ticket.created { add \"vip\" to ticket.tags } }\n"
              "template t \"T\" { start on ticket.created when ticket.tags contains \"vip\"\n" OWNED
              "steps { " STAYS " }\nclose when resolved }\n");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"vip\"]");
    assert_int_equal(scene_audit(scene, "opened", "the event ticket.created"), 1);
    assert_int_equal(
        scene_audit(scene, "automated", "\"automation\":\"tag\",\"event\":\"ticket.created\""), 1);
    scene_free(scene);
}

/* All of a round are judged before the first one acts; what it changed is `ticket.updated` of the next one (M6.2). */
static void a_round_is_judged_before_it_acts(void **state)
{
    (void)state;
    Scene *scene = begun("automation first { on ticket.created { set ticket.priority to high } }\n"
                         "automation second { on ticket.created when ticket.priority = high { add "
                         "\"now\" to ticket.tags } }\n"
                         "automation third { on ticket.updated when ticket.priority = high { add "
                         "\"next\" to ticket.tags } }\n");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"next\"]");
    scene_free(scene);
}

static void they_act_in_the_order_of_the_text(void **state)
{
    (void)state;
    Scene *scene = begun("automation b { on ticket.created { add \"b\" to ticket.tags }\n"
                         "on ticket.created { add \"b2\" to ticket.tags } }\n"
                         "automation a { on ticket.created { add \"a\" to ticket.tags } }\n");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"b\",\"b2\",\"a\"]");
    scene_free(scene);
}

/* What makes its own condition true again does not act again in that input (M0.3). */
static void each_acts_once_in_an_input(void **state)
{
    (void)state;
    Scene *scene =
        begun("extend ticket { n: number default 0 }\n"
              "automation count { on ticket.created, ticket.updated when changed ticket.n or "
              "ticket.n = 0 { set ticket.n to ticket.n + 1 } }\n");
    assert_string_equal(scene_field(scene, "T", "n"), "1");
    scene_event(scene, "ticket.updated", "T", "{\"n\":5}");
    assert_string_equal(scene_field(scene, "T", "n"), "6");
    scene_free(scene);
}

/* An open escalation hears one event, with what the automations made of it (M0.2). */
static void escalations_hear_one_event(void **state)
{
    (void)state;
    Scene *scene = begun(
        "automation up { on ticket.updated when ticket.title = \"y\" { set ticket.priority to high "
        "} }\n"
        "automation more { on ticket.updated when ticket.priority = high { add \"seen\" to "
        "ticket.tags } }\n"
        "template t \"T\" { start on ticket.created\n" OWNED "steps { " STAYS " }\n"
        "on ticket.updated { notify room \"{ticket.title} {ticket.priority} {ticket.tags}\" }\n"
        "close when resolved }\n");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_int_equal(scene_sent(scene, "room", ""), 1);
    assert_int_equal(scene_sent(scene, "room", "y high seen"), 1);
    scene_free(scene);
}

/* C50 */
static void what_is_changed_back_is_no_transition(void **state)
{
    (void)state;
    Scene *scene = begun("automation shut { on ticket.reopened when ticket.tags contains \"spam\" "
                         "{ set ticket.status to resolved } }\n"
                         "template t \"T\" { start on ticket.reopened\n" OWNED "steps { " STAYS
                         " }\nclose when resolved }\n");
    scene_event(scene, "ticket.updated", "T", "{\"tags\":[\"spam\"]}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_string_equal(scene_field(scene, "T", "status"), "\"resolved\"");
    assert_int_equal(scene_audit(scene, "opened", ""), 0);
    scene_event(scene, "ticket.updated", "T", "{\"tags\":[]}");
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_free(scene);
}

/* A transition that an automation makes is heard once, by automations and by templates (M1.1). */
static void transitions_of_automations_are_heard(void **state)
{
    (void)state;
    Scene *scene =
        begun("automation solve { on ticket.updated when ticket.title = \"done\" { set "
              "ticket.status to resolved } }\n"
              "automation mark { on ticket.resolved { add \"solved\" to ticket.tags } }\n"
              "template t \"T\" { start on ticket.resolved\n" OWNED
              "steps { notify room \"asks\"  wait 1d }\n"
              "close when ticket.tags contains \"never\" }\n");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"done\"}");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"solved\"]");
    assert_int_equal(scene_audit(scene, "resolved", ""), 1);
    assert_int_equal(scene_sent(scene, "room", "asks"), 1);
    scene_free(scene);
}

/* What a template or a person changes goes through the automations too (M0.2). */
static void changes_of_others_are_acted_on(void **state)
{
    (void)state;
    Scene *scene = begun(
        "automation sorting { on ticket.updated when ticket.priority = urgent { queue hot } }\n"
        "automation late { on ticket.resolved { add \"over\" to ticket.tags } }\n"
        "template t \"T\" { start on ticket.created\n" OWNED
        "steps { set ticket.priority to urgent  " STAYS " }\nclose when resolved }\n");
    assert_string_equal(scene_field(scene, "T", "queue"), "\"hot\"");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, "");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"over\"]");
    scene_free(scene);
}

static void levels_are_judged_at_a_reopening_too(void **state)
{
    (void)state;
    Scene *scene = begun("automation open { on ticket.updated when ticket.status = open { add "
                         "\"open\" to ticket.tags } }\n");
    assert_string_equal(scene_field(scene, "T", "tags"), "[]");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"open\"]");
    scene_free(scene);
}

/* Rounds that follow from each other end at the eighth: the change stays, and there is an alarm (M0.3). */
static void rounds_end_at_eight(void **state)
{
    (void)state;
    char source[4096] = "extend ticket { n: number default 0 }\n"
                        "automation r0 { on ticket.created { set ticket.n to 1 } }\n";
    for (int i = 1; i < 12; i++)
        snprintf(source + strlen(source), sizeof source - strlen(source),
                 "automation r%d { on ticket.updated when ticket.n = %d { set ticket.n to %d } }\n",
                 i, i, i + 1);
    Scene *scene = begun(source);
    assert_string_equal(scene_field(scene, "T", "n"), "8");
    assert_int_equal(scene_audit(scene, "routing_loop", "8 rounds"), 1);
    scene_free(scene);
}

static void same_value_is_no_change(void **state)
{
    (void)state;
    Scene *scene =
        begun("automation same { on ticket.created { set ticket.severity to high } }\n"
              "automation heard { on ticket.updated { add \"heard\" to ticket.tags } }\n");
    assert_string_equal(scene_field(scene, "T", "tags"), "[]"); /* M6.3 */
    assert_int_equal(scene_audit(scene, "set", ""), 0);
    scene_free(scene);
}

/* --- bodies --------------------------------------------------------------------------------------------------------- */

static void whole_bodies_run(void **state)
{
    (void)state;
    Scene *scene = begun(
        "route lanes -> queue { when ticket.severity = high -> fast  otherwise -> slow }\n"
        "route helpers -> person { otherwise -> ben }\n"
        "automation all { on ticket.created {\n"
        "  queue lanes  assign to helpers\n"
        "  if ticket.severity = high { add \"a\" to ticket.tags } else { add \"b\" to ticket.tags "
        "}\n"
        "  match ticket.priority { normal => { remove \"zzz\" from ticket.tags }  otherwise => { } "
        "}\n"
        "  create ticket task { title: \"Look at {ticket.title}\"  severity: low }\n"
        "  notify ana, room \"made {task}\"  notify ticket.requester \"Hello\" via email } }\n");
    assert_string_equal(scene_field(scene, "T", "queue"), "\"fast\"");
    assert_string_equal(scene_field(scene, "T", "assignee"), "\"ben\"");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"a\"]");
    assert_string_equal(scene_field(scene, "escal:T-1", "title"), "\"Look at x\"");
    assert_int_equal(scene_sent(scene, "ana", "\"ticket\":\"T\""), 1);
    assert_int_equal(scene_sent(scene, "room", "made escal:T-1"), 1);
    assert_int_equal(scene_audit(scene, "set", "\"automation\":\"all\""), 2);
    scene_free(scene);
}

static void body_reads_its_event(void **state)
{
    (void)state;
    Scene *scene = scene_of("event lead.won { value: number }\n"
                            "automation won { on lead.won when event.value > 3 { set ticket.title "
                            "to \"{event.value}\" } }\n");
    scene_event(scene, "ticket.created", "T", CREATED);
    scene_event(scene, "lead.won", "T", "{\"value\":2}");
    assert_string_equal(scene_field(scene, "T", "title"), "\"x\"");
    scene_event(scene, "lead.won", "T", "{\"value\":4}");
    assert_string_equal(scene_field(scene, "T", "title"), "\"4\"");
    scene_free(scene);
}

/* --- routes on events ----------------------------------------------------------------------------------------------- */

#define LEADS                                                                                      \
    "event lead.won { value: number }\n"                                                           \
    "route by_value -> person { when event.value > 3 -> ana  otherwise -> ben }\n"
#define BY_VALUE "owners { primary by_value ack within 5m }\n"

/* M9.1: the event that started it, whatever came behind; a start by hand has none. */
static void owner_follows_from_the_event_of_the_start(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(LEADS "template won \"Won\" { start on lead.won\n" BY_VALUE
                       "steps { notify by_value \"first\"  " STAYS " }\n"
                       "on ticket.updated { notify by_value \"later\" }\nclose when resolved }\n"
                       "template hand \"By hand\" { manual\n" BY_VALUE "steps { " STAYS " }\n"
                       "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", CREATED);
    scene_event(scene, "ticket.created", "U", CREATED);
    scene_event(scene, "lead.won", "T", "{\"value\":4}");
    scene_event(scene, "lead.won", "U", "{\"value\":3}");
    assert_view_owner(scene, 1, "ana");
    assert_view_owner(scene, 2, "ben");
    assert_int_equal(scene_sent(scene, "ana", "first"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_int_equal(scene_sent(scene, "ana", "later"), 1);
    scene_free(scene);
}

static void automations_follow_routes_by_the_event_they_hear(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("event lead.won { value: number }\n"
                 "route lanes -> queue { when event.value > 3 -> fast  otherwise -> slow }\n"
                 "route people -> person { when event.value > 3 -> ana  otherwise -> ben }\n"
                 "automation w { on lead.won { queue lanes  notify people \"won\" } }\n");
    scene_event(scene, "ticket.created", "T", CREATED);
    scene_event(scene, "lead.won", "T", "{\"value\":3}");
    assert_string_equal(scene_field(scene, "T", "queue"), "\"slow\"");
    assert_int_equal(scene_sent(scene, "ben", "won"), 1);
    scene_event(scene, "lead.won", "T", "{\"value\":4}");
    assert_string_equal(scene_field(scene, "T", "queue"), "\"fast\"");
    assert_int_equal(scene_sent(scene, "ana", "won"), 1);
    scene_free(scene);
}

/* The route of the present bundle reads the event of the bundle that the escalation began with. */
static void another_bundle_follows_its_own_route(void **state)
{
    (void)state;
#define WON                                                                                        \
    "template won \"Won\" { start on lead.won\n" BY_VALUE "steps { " STAYS " }\n"                  \
    "on ticket.updated { notify by_value \"now\" }\nclose when resolved }\n"
    Scene *scene = scene_of(LEADS WON);
    scene_event(scene, "ticket.created", "T", CREATED);
    scene_event(scene, "lead.won", "T", "{\"value\":4}");
    scene_publish(
        scene, "event lead.lost { why: text }\nevent lead.won { more: text?  value: number }\n"
               "route by_value -> person { when event.value > 3 -> cleo  otherwise -> ben }\n" WON);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_int_equal(scene_sent(scene, "cleo", "now"), 1);
#undef WON
    scene_free(scene);
}

/* --- tickets and escalations ---------------------------------------------------------------------------------------- */

static void made_ticket_gets_an_escalation_of_its_own(void **state)
{
    (void)state;
    Scene *scene =
        begun("automation call { on ticket.created { create ticket back { title: \"Call back\" }\n"
              "  start template care(ticket: back) } }\n"
              "template care \"Care\" { manual\n" OWNED
              "steps { notify room \"{ticket.id}\"  " STAYS " }\nclose when resolved }\n");
    assert_text_equal(scene_view(scene, 1).ticket, "escal:T-1");
    assert_int_equal(scene_sent(scene, "room", "escal:T-1"), 1);
    assert_int_equal(scene_audit(scene, "opened", "the automation call started it"), 1);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, "");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void steps_start_templates_on_tickets_they_made(void **state)
{
    (void)state;
    Scene *scene = begun("template t \"T\" { start on ticket.created\n" OWNED
                         "steps { create ticket back { title: \"Call back\" }  start template "
                         "care(ticket: back)  " STAYS " }\nclose when resolved }\n"
                         "template care \"Care\" { manual\n" OWNED "steps { " STAYS
                         " }\nclose when resolved }\n"); /* M9.2 */
    assert_text_equal(scene_view(scene, 2).ticket, "escal:T-1");
    scene_free(scene);
}

#define CARES                                                                                      \
    "template calm \"C\" { manual\n" OWNED "steps { " STAYS " }\nclose when resolved }\n"          \
    "template hot \"H\" { manual\n" OWNED "steps { " STAYS " }\nclose when resolved }\n"           \
    "route care -> template { when ticket.priority = high -> hot  otherwise -> calm }\n"

/* A route to templates is followed when it is used, on the ticket as it is then (M9.1, M9.2). */
static void a_route_says_what_is_started(void **state)
{
    (void)state;
    Scene *scene =
        begun(CARES "automation sort { on ticket.updated { start template care() } }\n"
                    "template t \"T\" { start on ticket.created\n" OWNED
                    "steps { start template care()  " STAYS " }\nclose when resolved }\n");
    assert_int_equal(scene_audit(scene, "start_asked", "starts the template calm"), 1);
    assert_int_equal(scene_audit(scene, "opened", "\"C\" started on T: E-1 started it"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"high\"}");
    assert_int_equal(scene_audit(scene, "opened", "\"H\" started on T: the automation sort"), 1);
    scene_free(scene);
}

/* The present bundle's, and on the ticket at hand also where what starts is another's. */
static void the_present_route_is_followed(void **state)
{
    (void)state;
    Scene *scene =
        begun(CARES "template t \"T\" { start on ticket.created\n" OWNED
                    "steps { wait 1h  create ticket made { title: \"m\"  priority: high }\n"
                    "start template care(ticket: made)  " STAYS " }\n"
                    "close when resolved }\n");
    scene_publish(
        scene, "template new \"N\" { manual\n" OWNED "steps { " STAYS " }\nclose when resolved }\n"
               "route care -> template { when ticket.priority = high -> new  otherwise -> "
               "new }\n");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "opened", "\"N\" started on escal:T-1"), 1);
    scene_free(scene);
}

/* M6.4 */
static void nothing_of_it_is_taken_back(void **state)
{
    (void)state;
    Scene *scene = begun("event back.out { why: text }\n"
                         "automation tag { on ticket.created { add \"vip\" to ticket.tags  set "
                         "ticket.priority to high } }\n"
                         "template t \"T\" { start on ticket.created\n" OWNED "steps { " STAYS
                         " }\non back.out { rollback \"wrong\" }\nclose when resolved }\n");
    scene_event(scene, "back.out", "T", "{\"why\":\"\"}");
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"vip\"]");
    assert_string_equal(scene_field(scene, "T", "priority"), "\"high\"");
    scene_free(scene);
}

static void dead_message_is_an_alarm(void **state)
{
    (void)state;
    Scene *scene = scene_of("automation tell { on ticket.created { notify room \"x\"  notify "
                            "ticket.assignee \"y\" } }\n");
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", CREATED);
    assert_int_equal(scene_audit(scene, "alarm", "nobody is there now"), 1);
    scene_fail_all(scene);
    assert_int_equal(scene_audit(scene, "alarm", "room was given up"), 1);
    scene_free(scene);
}

/* Its messages belong to no escalation, whatever holds them back: a person's quiet time, or the policy's limits. */
static void messages_of_it_are_held_back_as_others_are(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("person nina \"Nina\" { chat \"@nina\"  quiet during 08:00..10:00 }\n"
                 "policy noise { last resort dora\n"
                 "limit 2 notifications per person per 1h else digest\n"
                 "limit 1 notifications per person per 1h else raise noisy\n}\n"
                 "automation tell { on ticket.created { notify nina, ben \"{ticket.id}\" } }\n");
    for (int i = 0; i < 3; i++) {
        char ticket[] = {(char)('T' + i), '\0'};
        assert_status(scene_event(scene, "ticket.created", ticket, CREATED), ESC_OK);
    }
    scene_after(scene, 2 * ESC_HOUR_MS);
    told(scene, "an_automation_is_held_back");
}

/* --- limits --------------------------------------------------------------------------------------------------------- */

/* C49: two systems correct each other. */
static void twenty_an_hour_are_the_most(void **state)
{
    (void)state;
    Scene *scene = begun("automation up { on ticket.updated when ticket.priority = low { set "
                         "ticket.priority to high } }\n"
                         "automation other { on ticket.updated when ticket.priority = low { add "
                         "\"low\" to ticket.tags } }\n");
    for (int i = 0; i < 22; i++) {
        scene_after(scene, ESC_MINUTE_MS);
        scene_event(scene, "ticket.updated", "T", "{\"priority\":\"low\"}");
        assert_string_equal(scene_field(scene, "T", "priority"), i < 20 ? "\"high\"" : "\"low\"");
        scene_event(scene, "ticket.updated", "T", "{\"priority\":\"normal\"}");
    }
    assert_int_equal(scene_audit(scene, "alarm", "\"name\":\"up\""), 1); /* told once */
    scene_after(scene, 40 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.updated", "T", "{\"priority\":\"low\"}");
    assert_string_equal(scene_field(scene, "T", "priority"), "\"high\"");
    scene_free(scene);
}

static void hour_is_each_tickets_own(void **state)
{
    (void)state;
    Scene *scene = begun("automation up { on ticket.updated when ticket.priority = low { set "
                         "ticket.priority to high } }\n");
    for (int i = 0; i < 20; i++)
        scene_event(scene, "ticket.updated", "T", "{\"priority\":\"low\"}");
    scene_event(scene, "ticket.created", "U", CREATED);
    scene_event(scene, "ticket.updated", "U", "{\"priority\":\"low\"}");
    assert_string_equal(scene_field(scene, "U", "priority"), "\"high\"");
    scene_free(scene);
}

/* A body acts whole or not at all: what is over 64 in an input is refused (M6.4). */
static void effects_of_an_input_have_a_bound(void **state)
{
    (void)state;
    char source[8192] = "";
    for (int i = 0; i < 3; i++) {
        snprintf(source + strlen(source), sizeof source - strlen(source),
                 "automation a%d { on ticket.created {", i);
        for (int k = 0; k < 30; k++)
            strcat(source, " notify room \"x\"");
        strcat(source, " } }\n");
    }
    strcat(source, "automation small { on ticket.created { add \"fits\" to ticket.tags } }\n");
    Scene *scene = begun(source);
    assert_int_equal(scene_sent(scene, "room", ""), 60);
    assert_int_equal(scene_audit(scene, "alarm", "\"name\":\"a2\""), 1);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"fits\"]");
    scene_free(scene);
}

/* --- time ----------------------------------------------------------------------------------------------------------- */

#define BUMP                                                                                       \
    "automation bump { on ticket.updated when ticket.status = waiting_on_customer for 4d "         \
    "{ add \"bumped\" to ticket.tags } }\n"

static void what_held_for_long_is_acted_on(void **state)
{
    (void)state;
    Scene *scene =
        begun(BUMP "template t \"T\" { start on ticket.updated when ticket.tags contains "
                   "\"bumped\"\n" OWNED "steps { " STAYS " }\nclose when resolved }\n");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"waiting_on_customer\"}");
    assert_int_equal(scene_audit(scene, "armed", "bump acts at"), 1);
    scene_after(scene, 2 * ESC_DAY_MS);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"another\"}"); /* it goes on to hold */
    scene_after(scene, 2 * ESC_DAY_MS - 1);
    assert_string_equal(scene_field(scene, "T", "tags"), "[]");
    scene_after(scene, 1);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"bumped\"]");
    assert_int_equal(scene_audit(scene, "opened", ""), 1); /* templates hear of it */
    scene_free(scene);
}

static void break_begins_the_time_anew(void **state)
{
    (void)state;
    Scene *scene = begun(BUMP);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"waiting_on_customer\"}");
    scene_after(scene, 3 * ESC_DAY_MS);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"waiting_on_customer\"}");
    scene_after(scene, 2 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[]");
    scene_after(scene, 2 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"bumped\"]");
    scene_free(scene);
}

/* What follows from it at that instant: rounds, and what templates hear (M6.2). */
static void rounds_follow_from_a_time_that_is_over(void **state)
{
    (void)state;
    Scene *scene = begun(
        BUMP "automation mark { on ticket.updated when ticket.tags contains \"bumped\" { set "
             "ticket.priority to low } }\n"
             "template t \"T\" { start on ticket.created\n" OWNED "steps { " STAYS " }\n"
             "on ticket.updated when ticket.priority = low { notify room \"{ticket.tags}\" }\n"
             "close when resolved }\n");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"waiting_on_customer\"}");
    scene_after(scene, 4 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "priority"), "\"low\"");
    assert_int_equal(scene_sent(scene, "room", "bumped"), 1);
    scene_free(scene);
}

/* Automations are live: what waits is found again by its text, and goes when that is gone (M0.8, M1.6). */
static void another_bundle_finds_what_waits(void **state)
{
    (void)state;
    Scene *scene = begun(BUMP);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"waiting_on_customer\"}");
    scene_publish(
        scene,
        "automation other { on ticket.created { add \"o\" to ticket.tags } }\n"
        "automation bump { on ticket.updated when ticket.status = waiting_on_customer for 4d "
        "{ add \"new\" to ticket.tags } }\n");
    scene_after(scene, 4 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"new\"]");
    scene_free(scene);
    scene = begun(BUMP);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"waiting_on_customer\"}");
    scene_publish(
        scene,
        "automation bump { on ticket.updated when ticket.status = waiting_on_customer for 5d "
        "{ add \"new\" to ticket.tags } }\n");
    scene_after(scene, 6 * ESC_DAY_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[]");
    assert_int_equal(scene_audit(scene, "disarmed", "not the same any more"), 1);
    scene_free(scene);
}

/* Two handlers that wait for the same are two. */
static void handlers_that_begin_alike_are_told_apart(void **state)
{
    (void)state;
    Scene *scene = begun(
        "automation both {\n"
        "on ticket.updated when ticket.status = open for 1h { add \"a\" to ticket.tags }\n"
        "on ticket.updated when ticket.status = open for 1h { add \"b\" to ticket.tags } }\n");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"escalated\"}");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    scene_after(scene, ESC_HOUR_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"a\",\"b\"]");
    scene_free(scene);
}

/* An event of a service level, and what it leads to. */
static void events_of_service_levels_are_acted_on(void **state)
{
    (void)state;
    Scene *scene = begun(
        "sla all { resolve within 1h }\n"
        "automation late { on sla.breached { add \"late\" to ticket.tags } }\n"
        "template t \"T\" { start on ticket.updated when ticket.tags contains \"late\"\n" OWNED
        "steps { " STAYS " }\nclose when resolved }\n");
    scene_after(scene, ESC_HOUR_MS);
    assert_string_equal(scene_field(scene, "T", "tags"), "[\"late\"]");
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_see_the_ticket_behind_the_automations),
        cmocka_unit_test(a_round_is_judged_before_it_acts),
        cmocka_unit_test(they_act_in_the_order_of_the_text),
        cmocka_unit_test(each_acts_once_in_an_input),
        cmocka_unit_test(escalations_hear_one_event),
        cmocka_unit_test(what_is_changed_back_is_no_transition),
        cmocka_unit_test(transitions_of_automations_are_heard),
        cmocka_unit_test(changes_of_others_are_acted_on),
        cmocka_unit_test(levels_are_judged_at_a_reopening_too),
        cmocka_unit_test(rounds_end_at_eight),
        cmocka_unit_test(same_value_is_no_change),
        cmocka_unit_test(whole_bodies_run),
        cmocka_unit_test(body_reads_its_event),
        cmocka_unit_test(owner_follows_from_the_event_of_the_start),
        cmocka_unit_test(automations_follow_routes_by_the_event_they_hear),
        cmocka_unit_test(another_bundle_follows_its_own_route),
        cmocka_unit_test(made_ticket_gets_an_escalation_of_its_own),
        cmocka_unit_test(steps_start_templates_on_tickets_they_made),
        cmocka_unit_test(a_route_says_what_is_started),
        cmocka_unit_test(the_present_route_is_followed),
        cmocka_unit_test(nothing_of_it_is_taken_back),
        cmocka_unit_test(dead_message_is_an_alarm),
        cmocka_unit_test(messages_of_it_are_held_back_as_others_are),
        cmocka_unit_test(twenty_an_hour_are_the_most),
        cmocka_unit_test(hour_is_each_tickets_own),
        cmocka_unit_test(effects_of_an_input_have_a_bound),
        cmocka_unit_test(what_held_for_long_is_acted_on),
        cmocka_unit_test(break_begins_the_time_anew),
        cmocka_unit_test(rounds_follow_from_a_time_that_is_over),
        cmocka_unit_test(another_bundle_finds_what_waits),
        cmocka_unit_test(handlers_that_begin_alike_are_told_apart),
        cmocka_unit_test(events_of_service_levels_are_acted_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
