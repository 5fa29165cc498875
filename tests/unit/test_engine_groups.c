/* test_engine_groups.c - tickets that belong together have one escalation (M5.1 to M5.4). */
#include "engine_scene.h"
#include "trail.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

#define SCHEMA "extend ticket { service: text at most 2000?  n: number default 0 }\n"
#define OWNED "owners { primary ana ack within 10m  secondary ben ack within 10m }\n"
#define STARTS "start on ticket.created, ticket.updated when ticket.severity = high\n"
#define GROUPED "group by ticket.service\n"
#define STEPS "steps { page primary \"{ticket.title}\"  await resolved within 30d }\n"
#define DOWN SCHEMA "template down \"Down\" { " STARTS GROUPED OWNED STEPS "close when resolved }\n"
/* Whoever confirms lets it close, so it is closing for a while. */
#define CONFIRMED                                                                                  \
    SCHEMA "template down \"Down\" { " STARTS GROUPED OWNED STEPS                                  \
           "qa { check confirmed \"all is well\" before close }\nclose when resolved }\n"

static void create(Scene *scene, const char *ticket, const char *service)
{
    char data[128];
    snprintf(data, sizeof data,
             service == NULL ? "{\"title\":\"%s\",\"severity\":\"high\"}"
                             : "{\"title\":\"%s\",\"severity\":\"high\",\"service\":\"%s\"}",
             ticket, service);
    assert_status(scene_event(scene, "ticket.created", ticket, data), ESC_OK);
}

static Scene *begun(const char *source, unsigned tickets)
{
    Scene *scene = scene_of(source);
    for (unsigned i = 1; i <= tickets; i++) {
        char ticket[8];
        snprintf(ticket, sizeof ticket, "T-%u", i);
        create(scene, ticket, "db");
    }
    return scene;
}

static void resolve(Scene *scene, const char *ticket)
{
    assert_status(scene_event(scene, "ticket.resolved", ticket, NULL), ESC_OK);
}

static EscState state_of(Scene *scene, uint64_t escalation)
{
    return scene_view(scene, escalation).state;
}

static size_t opened(const Scene *scene)
{
    return scene_audit(scene, "opened", "");
}

/* --- joining ------------------------------------------------------------------------------------------------------ */

/* M5.1, M5.3: the first ticket leads; joining pages nobody, and both trails say it. */
static void further_tickets_join(void **state)
{
    (void)state;
    Scene *scene = begun(DOWN, 3);
    assert_int_equal(opened(scene), 1);
    assert_int_equal(scene_sent(scene, "ana", "T-1"), 1);
    assert_int_equal(scene_sent(scene, "ana", "T-2"), 0);
    assert_int_equal(scene_audit(scene, "joined", "T-2 joined, of the same service=\"db\""), 1);
    assert_int_equal(scene_audit(scene, "joined", "it joined E-1 (down) of T-1"), 2);
    assert_int_equal(scene_audit(scene, "joined", "3 of its 3 tickets are not resolved"), 1);
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.ticket, "T-1");
    assert_text_equal(view.group_key, "service=\"db\"");
    assert_int_equal(view.tickets_open, 3);
    assert_text_equal(view.tickets_json,
                      "[{\"id\":\"T-1\",\"resolved\":false},{\"id\":\"T-2\",\"resolved\":false},"
                      "{\"id\":\"T-3\",\"resolved\":false}]");
    assert_true(esc_engine_is_about(scene_engine(scene), 1, ESC_TEXT("T-1")));
    assert_true(esc_engine_is_about(scene_engine(scene), 1, ESC_TEXT("T-3")));
    assert_false(esc_engine_is_about(scene_engine(scene), 1, ESC_TEXT("T-4")));
    assert_false(esc_engine_is_about(scene_engine(scene), 2, ESC_TEXT("T-1")));
    scene_free(scene);
}

/* C35, M5.2: another key, and no key at all. */
static void others_have_escalations_of_their_own(void **state)
{
    (void)state;
    Scene *scene = begun(DOWN, 1);
    create(scene, "T-2", "web");
    create(scene, "T-3", NULL);
    create(scene, "T-4", NULL);
    create(scene, "T-5", ""); /* a text that is empty is one */
    create(scene, "T-6", "");
    assert_int_equal(opened(scene), 5);
    assert_int_equal(scene_view(scene, 3).group_key.size, 0);
    assert_int_equal(scene_view(scene, 5).tickets_open, 2);
    scene_free(scene);
}

/* C36: the key is that of the start, whatever becomes of the field. */
static void the_key_is_frozen(void **state)
{
    (void)state;
    Scene *scene = begun(DOWN, 2);
    scene_event(scene, "ticket.updated", "T-1", "{\"service\":\"web\"}");
    scene_event(scene, "ticket.updated", "T-2", "{\"service\":\"web\"}");
    create(scene, "T-3", "db");
    assert_int_equal(opened(scene), 1);
    create(scene, "T-4", "web");
    assert_int_equal(opened(scene), 2);
    scene_free(scene);
}

/* Keys are what they say, whatever their kind: numbers, fixed values, truths; and each part counts. */
static void keys_of_several_fields(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("extend ticket { n: number default 0  vip: bool default false }\n"
                 "template down \"Down\" { start on ticket.created\n"
                 "group by ticket.n, ticket.severity, ticket.vip, ticket.due_at\n" OWNED STEPS
                 "close when resolved }\n");
#define WHOLE(n, severity, vip, hour)                                                              \
    "{\"n\":" n ",\"severity\":\"" severity "\",\"vip\":" vip ",\"due_at\":\"2026-01-06T" hour     \
    ":00:00Z\"}"
    scene_event(scene, "ticket.created", "A", WHOLE("1", "high", "true", "09"));
    assert_text_equal(scene_view(scene, 1).group_key,
                      "n=1, severity=\"high\", vip=true, due_at=\"2026-01-06T09:00:00.000Z\"");
    scene_event(scene, "ticket.created", "B", WHOLE("1.0", "high", "true", "09"));
    assert_int_equal(opened(scene), 1);
    scene_event(scene, "ticket.created", "C", WHOLE("2", "high", "true", "09"));
    scene_event(scene, "ticket.created", "D", WHOLE("1", "low", "true", "09"));
    scene_event(scene, "ticket.created", "E", WHOLE("1", "high", "false", "09"));
    scene_event(scene, "ticket.created", "F", WHOLE("1", "high", "true", "10"));
    assert_int_equal(opened(scene), 5);
    scene_event(scene, "ticket.created", "G", WHOLE("0", "high", "true", "09"));
    scene_event(scene, "ticket.created", "H", WHOLE("-0.0", "high", "true", "09"));
    assert_int_equal(opened(scene), 6);
#undef WHOLE
    scene_free(scene);
}

/* What is the same in its first bytes only is not the same. */
static void long_keys_differ_behind_their_cut(void **state)
{
    (void)state;
    Scene *scene = scene_of(DOWN);
    for (char last = 'a'; last <= 'c'; last++) {
        char data[1600], ticket[] = {last, '\0'};
        int size = snprintf(data, sizeof data, "{\"severity\":\"high\",\"service\":\"");
        memset(data + size, 'x', 1000);
        snprintf(data + size + 1000, sizeof data - (size_t)size - 1000, "%c\"}",
                 last == 'c' ? 'a' : last);
        scene_event(scene, "ticket.created", ticket, data);
    }
    assert_int_equal(opened(scene), 2);
    assert_int_equal(scene_view(scene, 1).group_key.size, 400);
    assert_int_equal(scene_view(scene, 1).tickets_open, 2);
    scene_free(scene);
}

/* M5.2: `within D` from the opening, and not at D any more. */
static void joins_end_with_the_time(void **state)
{
    (void)state;
    Scene *scene = scene_of(SCHEMA "template down \"Down\" { " STARTS
                                   "group by ticket.service within 5m\n" OWNED STEPS
                                   "close when resolved }\n");
    create(scene, "T-1", "db");
    scene_after(scene, 5 * ESC_MINUTE_MS - 1);
    create(scene, "T-2", "db");
    assert_int_equal(opened(scene), 1);
    scene_after(scene, 1);
    create(scene, "T-3", "db");
    assert_int_equal(opened(scene), 2);
    create(scene, "T-4", "db"); /* the newest one takes it */
    assert_int_equal(scene_view(scene, 2).tickets_open, 2);
    /* A correction moves the opening, and the time with it. */
    scene_correct(scene, 2 * ESC_HOUR_MS);
    create(scene, "T-5", "db");
    assert_int_equal(scene_view(scene, 2).tickets_open, 3);
    scene_free(scene);
}

/* M5.3: the template is open on a member too, so it starts nothing there, and nothing later. */
static void a_member_has_it_open(void **state)
{
    (void)state;
    Scene *scene = begun(DOWN, 2);
    scene_event(scene, "ticket.updated", "T-2", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T-2", "{\"severity\":\"high\"}");
    assert_int_equal(opened(scene), 1);
    assert_int_equal(scene_audit(scene, "not_started", "E-1 is still open"), 1);
    resolve(scene, "T-1");
    resolve(scene, "T-2");
    assert_int_equal(state_of(scene, 1), ESC_STATE_CLOSED);
    assert_int_equal(scene_audit(scene, "left", "E-1 of T-1"), 1);
    scene_event(scene, "ticket.reopened", "T-2", NULL); /* closed is closed, so anew (M1.23) */
    assert_int_equal(opened(scene), 2);
    assert_text_equal(scene_view(scene, 2).ticket, "T-2");
    scene_free(scene);
}

/* M5.4: started by hand, by a template, and behind `for`. */
static void other_starts_group_too(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        SCHEMA "template down \"Down\" { manual\n" GROUPED OWNED STEPS "close when resolved }\n"
               "template asks \"Asks\" { start on ticket.created when ticket.severity = "
               "high\n" OWNED "steps { start template down()  await resolved within 30d }\n"
               "close when resolved }\n"
               "template held \"Held\" { start on ticket.created when ticket.severity = "
               "high for 10m\n" GROUPED OWNED STEPS "close when resolved }\n");
    create(scene, "T-1", "db");
    create(scene, "T-2", "db");
    assert_int_equal(scene_audit(scene, "joined", "it joined E-2 (down) of T-1"), 1);
    scene_event(scene, "ticket.created", "T-3", "{\"service\":\"db\"}");
    const EscAction start = {.verb = ESC_VERB_START,
                             .actor = ESC_TEXT("ben"),
                             .ticket = ESC_TEXT("T-3"),
                             .target = ESC_TEXT("down")};
    assert_status(scene_act_full(scene, &start), ESC_OK);
    assert_int_equal(scene_audit(scene, "joined", "ben started it"), 2);
    assert_int_equal(scene_view(scene, 2).tickets_open, 3);
    assert_status(scene_act_full(scene, &start), ESC_CONFLICT); /* open on that ticket */
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "opened", "\"Held\""), 1);
    assert_int_equal(scene_audit(scene, "joined", "(held) of T-1"), 1);
    scene_free(scene);
}

/* --- all of them are resolved --------------------------------------------------------------------------------------- */

/* C33, M5.1: whichever is first; one that is open again before the end counts again. */
static void it_is_resolved_when_all_are(void **state)
{
    (void)state;
    Scene *scene = begun(DOWN, 3);
    resolve(scene, "T-1");
    assert_int_equal(state_of(scene, 1), ESC_STATE_OPEN);
    resolve(scene, "T-3");
    assert_int_equal(
        scene_audit(scene, "member", "T-3 is resolved: 1 of its 3 tickets is not resolved"), 1);
    scene_event(scene, "ticket.updated", "T-3", "{\"status\":\"pending\"}");
    assert_int_equal(scene_audit(scene, "member", "T-3 is open again: 2 of its 3 tickets are not"),
                     1);
    resolve(scene, "T-2");
    assert_int_equal(scene_view(scene, 1).tickets_open, 1);
    assert_int_equal(state_of(scene, 1), ESC_STATE_OPEN);
    scene_event(scene, "ticket.closed", "T-3", NULL); /* closed is resolved as well */
    assert_int_equal(state_of(scene, 1), ESC_STATE_CLOSED);
    assert_text_equal(scene_view(scene, 1).outcome, "resolved");
    scene_free(scene);
}

/* A wait for the resolution, `resolved` in conditions, the fact: all of them speak of the group. */
static void waits_and_conditions_speak_of_all(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(SCHEMA "template down \"Down\" { " STARTS GROUPED OWNED
                        "steps { await escalation.tickets > 1 within 30d  notify room \"two\"\n"
                        "await resolved within 30d  notify room \"{escalation.tickets} left\" }\n"
                        "close when escalation.tickets = 0 and not ticket.severity = low }\n");
    create(scene, "T-1", "db");
    assert_int_equal(scene_sent(scene, "room", "two"), 0);
    create(scene, "T-2", "db");
    assert_int_equal(scene_sent(scene, "room", "two"), 1);
    scene_event(scene, "ticket.updated", "T-1", "{\"severity\":\"low\"}");
    resolve(scene, "T-1");
    assert_int_equal(scene_sent(scene, "room", "left"), 0);
    resolve(scene, "T-2");
    assert_int_equal(scene_sent(scene, "room", "0 left"), 1);
    assert_int_equal(state_of(scene, 1), ESC_STATE_OPEN);
    scene_event(scene, "ticket.updated", "T-1", "{\"severity\":\"high\"}");
    assert_int_equal(state_of(scene, 1), ESC_STATE_CLOSED);
    scene_free(scene);
}

/* C32: everything else speaks of the lead. */
static void a_members_events_are_not_heard(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        SCHEMA
        "template down \"Down\" { " STARTS GROUPED OWNED
        "steps { await ticket.updated when ticket.n > 5 within 30d  notify room \"awaited\"\n"
        "await resolved within 30d }\n"
        "on ticket.updated, ticket.resolved when ticket.n > 1 { notify room \"heard\" }\n"
        "close when resolved or ticket.n > 9 }\n");
    create(scene, "T-1", "db");
    create(scene, "T-2", "db");
    scene_event(scene, "ticket.updated", "T-2", "{\"n\":10}");
    resolve(scene, "T-2");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    assert_int_equal(state_of(scene, 1), ESC_STATE_OPEN);
    scene_event(scene, "ticket.updated", "T-1", "{\"n\":6}");
    assert_int_equal(scene_sent(scene, "room", "heard"), 1);
    assert_int_equal(scene_sent(scene, "room", "awaited"), 1);
    scene_free(scene);
}

/* C38: what the steps changed is the lead's. */
static void rollback_is_the_leads(void **state)
{
    (void)state;
    Scene *scene = scene_of(SCHEMA "template down \"Down\" { " STARTS GROUPED OWNED
                                   "steps { set ticket.n to 7  await ack  rollback  await resolved "
                                   "within 30d }\nclose when resolved }\n");
    create(scene, "T-1", "db");
    create(scene, "T-2", "db");
    scene_event(scene, "ticket.updated", "T-2", "{\"n\":7}");
    assert_string_equal(scene_field(scene, "T-1", "n"), "7");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_string_equal(scene_field(scene, "T-1", "n"), "0");
    assert_string_equal(scene_field(scene, "T-2", "n"), "7");
    scene_free(scene);
}

/* --- closing -------------------------------------------------------------------------------------------------------- */

/* C34, M5.2, M1.23: it is open again, the steps go on, the owner is paged and has the whole time. */
static void a_join_opens_what_was_closing(void **state)
{
    (void)state;
    Scene *scene = begun(CONFIRMED, 2);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    resolve(scene, "T-1");
    resolve(scene, "T-2");
    assert_int_equal(state_of(scene, 1), ESC_STATE_CLOSING);
    scene_after(scene, ESC_HOUR_MS);
    size_t pages = scene_sent(scene, "ana", "");
    create(scene, "T-3", "db");
    assert_int_equal(opened(scene), 1);
    assert_int_equal(state_of(scene, 1), ESC_STATE_OPEN);
    assert_int_equal(scene_audit(scene, "taken_up", ""), 1);
    assert_int_equal(scene_sent(scene, "ana", ""), pages + 1);
    assert_false(scene_view(scene, 1).is_acked);
    assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + 10 * ESC_MINUTE_MS);
    resolve(scene, "T-3");
    assert_int_equal(state_of(scene, 1), ESC_STATE_CLOSING);
    /* A member that is open again does the same. */
    scene_event(scene, "ticket.reopened", "T-2", NULL);
    assert_int_equal(state_of(scene, 1), ESC_STATE_OPEN);
    scene_free(scene);
}

/* M5.2: somebody's word stands, so the next one begins anew; so it is where the end did not wait for the resolution. */
static void closing_for_good_takes_nobody(const char *steps, const char *close_when)
{
    char source[1024];
    snprintf(source, sizeof source,
             SCHEMA "template down \"Down\" { " STARTS GROUPED OWNED "steps { %s }\n"
                    "qa { check ticket.n > 0 }\nclose when %s }\n",
             steps, close_when);
    Scene *scene = scene_of(source);
    create(scene, "T-1", "db");
    scene_event(scene, "ticket.updated", "T-1", "{\"title\":\"enough\"}");
    assert_int_equal(state_of(scene, 1), ESC_STATE_CLOSING);
    create(scene, "T-2", "db");
    assert_int_equal(opened(scene), 2);
    create(scene, "T-3", "db");
    assert_int_equal(scene_view(scene, 2).tickets_open, 2);
    scene_free(scene);
}

static void what_closes_for_good_takes_nobody(void **state)
{
    (void)state;
    closing_for_good_takes_nobody("await ticket.title = \"enough\" within 30d  close as enough",
                                  "resolved");
    closing_for_good_takes_nobody("await resolved within 30d", "ticket.title = \"enough\"");
}

/* M5.3: `again after` counts for the key, whichever ticket it was on. */
static void again_after_counts_for_the_key(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(SCHEMA "template down \"Down\" { " STARTS "again after 1h\n" GROUPED OWNED STEPS
                        "close when resolved }\n");
    create(scene, "T-1", "db");
    create(scene, "T-2", "db"); /* joins at once */
    resolve(scene, "T-1");
    resolve(scene, "T-2");
    create(scene, "T-3", "web");
    assert_int_equal(opened(scene), 2);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    create(scene, "T-4", "db");
    create(scene, "T-5", "db");
    create(scene, "T-6", NULL); /* no key: its own */
    assert_int_equal(opened(scene), 3);
    assert_int_equal(scene_audit(scene, "postponed", "down may start again"), 2);
    scene_correct(scene, -ESC_DAY_MS); /* what is left is left */
    scene_after(scene, 40 * ESC_MINUTE_MS - 1);
    assert_int_equal(opened(scene), 3);
    scene_after(scene, 1);
    assert_int_equal(opened(scene), 4);
    assert_int_equal(scene_audit(scene, "joined", "it joined E-4 (down) of T-4"), 1);
    scene_free(scene);
}

/* --- who has it ----------------------------------------------------------------------------------------------------- */

#define PROMISED                                                                                   \
    "sla s { respond within 1h }\n" SCHEMA "template down \"Down\" { " STARTS GROUPED OWNED STEPS  \
    "close when resolved }\n"

/* M5.3: whoever looks at one looks at all of them. */
static void an_acknowledgement_meets_the_members_clocks(void **state)
{
    (void)state;
    Scene *scene = begun(PROMISED, 2);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_int_equal(scene_audit(scene, "sla_met", "respond"), 2);
    create(scene, "T-3", "db");
    assert_int_equal(scene_audit(scene, "sla_met", "respond"), 3);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 0);
    scene_free(scene);
}

/* People may say it by any of its tickets. */
static void acts_by_a_members_ticket(void **state)
{
    (void)state;
    Scene *scene = begun(CONFIRMED, 2);
    EscAction act = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .ticket = ESC_TEXT("T-2")};
    assert_status(scene_act_full(scene, &act), ESC_OK);
    assert_true(scene_view(scene, 1).is_acked);
    act.verb = ESC_VERB_RESOLVE; /* that is about the ticket */
    assert_status(scene_act_full(scene, &act), ESC_OK);
    assert_int_equal(scene_view(scene, 1).tickets_open, 1);
    resolve(scene, "T-1");
    act.verb = ESC_VERB_CONFIRM;
    act.target = ESC_TEXT("all is well");
    assert_status(scene_act_full(scene, &act), ESC_OK);
    assert_int_equal(state_of(scene, 1), ESC_STATE_CLOSED);
    act = (EscAction){.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .ticket = ESC_TEXT("T-2")};
    assert_status(scene_act_full(scene, &act), ESC_CONFLICT);
    scene_free(scene);
}

/* Of two that a ticket could mean, one of which it joined, nobody guesses. */
static void two_that_could_be_meant(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        SCHEMA "template down \"Down\" { " STARTS GROUPED OWNED STEPS "close when resolved }\n"
               "template own \"Own\" { start on ticket.created when ticket.title "
               "= \"T-2\"\n" OWNED STEPS "close when resolved }\n");
    create(scene, "T-1", "db");
    create(scene, "T-2", "db");
    const EscAction act = {
        .verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .ticket = ESC_TEXT("T-2")};
    assert_status(scene_act_full(scene, &act), ESC_CONFLICT);
    assert_non_null(strstr(scene_why(scene), "E-2 or E-1"));
    scene_free(scene);
}

/* --- another bundle --------------------------------------------------------------------------------------------------- */

/* C37, M5.4: running groups keep their members, and new ones begin. */
static void another_group_by(void **state)
{
    (void)state;
    Scene *scene = begun(DOWN, 2);
    scene_publish(scene, SCHEMA "template down \"Down\" { " STARTS
                                "group by ticket.severity\n" OWNED STEPS "close when resolved }\n");
    create(scene, "T-3", "db");
    create(scene, "T-4", "web");
    assert_int_equal(opened(scene), 2);
    assert_int_equal(scene_view(scene, 1).tickets_open, 2);
    assert_int_equal(scene_view(scene, 2).tickets_open, 2);
    resolve(scene, "T-2");
    resolve(scene, "T-1");
    assert_int_equal(state_of(scene, 1), ESC_STATE_CLOSED);
    /* The same fields again: the group goes on. */
    scene_publish(scene, DOWN);
    create(scene, "T-5", "db");
    assert_int_equal(opened(scene), 3);
    scene_publish(scene,
                  SCHEMA "template down \"Down\" { " STARTS OWNED STEPS "close when resolved }\n");
    create(scene, "T-6", "db");
    assert_int_equal(opened(scene), 4);
    scene_free(scene);
}

/* --- what is to be read --------------------------------------------------------------------------------------------- */

static void the_story_of_a_group(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("sla s { respond within 1h  resolve within 8h }\n" SCHEMA
                 "template down \"A service is down\" { " STARTS
                 "again after 1h\ngroup by ticket.service, ticket.account.id within "
                 "30m\n" OWNED "steps { page primary \"{ticket.service else \"nothing\"}: "
                 "{escalation.tickets}\"\nawait ack  notify room \"taken: "
                 "{escalation.tickets}\"  await resolved within 8h }\n"
                 "qa { check confirmed \"it is up\" before close }\n"
                 "close when resolved }\n");
    scene_manual_delivery(scene);
#define OF(title, account)                                                                         \
    "{\"title\":\"" title                                                                          \
    "\",\"severity\":\"high\",\"service\":\"db\",\"account\":{\"id\":\"" account "\"}}"
    scene_event(scene, "ticket.created", "T-1", OF("5xx", "A"));
    scene_after(scene, 2 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.created", "T-2", OF("slow", "A"));
    scene_event(scene, "ticket.created", "T-3", OF("slow", "B"));
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.resolved", "T-1", NULL);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.resolved", "T-2", NULL);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.created", "T-4", OF("down", "A")); /* it was closing */
    scene_after(scene, 5 * ESC_MINUTE_MS);
    scene_event(scene, "ticket.reopened", "T-1", NULL);
    scene_event(scene, "ticket.resolved", "T-4", NULL);
    scene_event(scene, "ticket.resolved", "T-1", NULL);
    scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "it is up");
    scene_event(scene, "ticket.reopened", "T-2", NULL); /* too soon for its key */
    scene_after(scene, 2 * ESC_HOUR_MS);
#undef OF
    told(scene, "a_group_of_tickets");
}

/* M5.3: the lead and 999 more. */
static void the_thousandth_ticket_is_the_last(void **state)
{
    (void)state;
    Scene *scene = begun(DOWN, 999);
    assert_int_equal(opened(scene), 1);
    create(scene, "T-1000", "db");
    assert_int_equal(opened(scene), 1);
    create(scene, "T-1001", "db");
    assert_int_equal(opened(scene), 2);
    create(scene, "T-1002", "db");
    assert_int_equal(opened(scene), 2);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(further_tickets_join),
        cmocka_unit_test(others_have_escalations_of_their_own),
        cmocka_unit_test(the_key_is_frozen),
        cmocka_unit_test(keys_of_several_fields),
        cmocka_unit_test(long_keys_differ_behind_their_cut),
        cmocka_unit_test(joins_end_with_the_time),
        cmocka_unit_test(a_member_has_it_open),
        cmocka_unit_test(other_starts_group_too),
        cmocka_unit_test(it_is_resolved_when_all_are),
        cmocka_unit_test(waits_and_conditions_speak_of_all),
        cmocka_unit_test(a_members_events_are_not_heard),
        cmocka_unit_test(rollback_is_the_leads),
        cmocka_unit_test(a_join_opens_what_was_closing),
        cmocka_unit_test(what_closes_for_good_takes_nobody),
        cmocka_unit_test(again_after_counts_for_the_key),
        cmocka_unit_test(an_acknowledgement_meets_the_members_clocks),
        cmocka_unit_test(acts_by_a_members_ticket),
        cmocka_unit_test(two_that_could_be_meant),
        cmocka_unit_test(another_group_by),
        cmocka_unit_test(the_story_of_a_group),
        cmocka_unit_test(the_thousandth_ticket_is_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
