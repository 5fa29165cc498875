/* test_engine_words.c - who, why, until when and how: what the trail and a page say of an act and of a deadline. */
#include "engine_scene.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

static const char *const source =
    "workspace tests \"Tests\" { language 1 timezone \"Europe/Berlin\" }\n"
    "person ana \"Ana\" { email \"ana@x.example\" timezone \"Asia/Singapore\" }\n"
    "person ben \"Ben\" { email \"ben@x.example\" }\n"
    "person dora \"Dora\" { email \"dora@x.example\" }\n"
    "channel room chat\n"
    "policy p { last resort dora }\n"
    "template t \"Trouble\" { start on ticket.created\n"
    "owners { primary ana ack within 5m  secondary ben ack within 10m }\n"
    "steps { page primary \"take it\"  notify room \"trouble\"  approve by ben \"sure?\" within "
    "1h\n"
    "await resolved within 30d else raise overdue }\n"
    "close when resolved }\n";

static Scene *begun(void)
{
    const char *const sources[] = {source, NULL};
    Scene *scene = scene_new(sources);
    assert_status(scene_event(scene, "ticket.created", "T",
                              "{\"title\":\"x\",\"account\":{\"name\":\"Globex\"}}"),
                  ESC_OK);
    return scene;
}

static void act(Scene *scene, EscVerb verb, const char *actor, const char *target,
                const char *reason)
{
    bool is_about_person = verb == ESC_VERB_ABSENT || verb == ESC_VERB_PRESENT;
    const EscAction action = {
        .verb = verb,
        .actor = esc_text_from(actor),
        .by = ESC_TEXT("helpdesk"),
        .escalation = is_about_person ? 0 : 1,
        .target = esc_text_from(target),
        .reason = esc_text_from(reason),
        .for_ms = ESC_HOUR_MS,
    };
    assert_status(scene_act_full(scene, &action), ESC_OK);
}

/* A machine's lateness of a few milliseconds is nothing to read. */
static void a_duration_in_a_text_has_no_milliseconds_behind_minutes(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {59 * ESC_SECOND_MS + 999, "open for 59s999ms"},
        {ESC_MINUTE_MS + 7, "open for 1m\""},
        {30 * ESC_MINUTE_MS + 52 * ESC_SECOND_MS + 800, "open for 30m52s\""},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Scene *scene = scene_of("event deploy.done { build: number }\n"
                                "template t \"T\" { start on ticket.created\n"
                                "owners { primary ana ack within 1d }\n"
                                "steps { await resolved within 30d else { } }\non deploy.done { "
                                "notify room \"open for {now - escalation.opened_at}\" }\n"
                                "close when resolved }\n");
        scene_event(scene, "ticket.created", "T", "{}");
        scene_clock(scene, cases[i].ms);
        scene_event(scene, "deploy.done", "T", "{\"build\":1}");
        assert_int_equal(scene_sent(scene, "room", cases[i].text), 1);
        scene_free(scene);
    }
}

/* A question was sent to whoever had it then: who has it now can answer, and is told that there is one. */
static void who_takes_over_is_told_of_the_open_question(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template t \"T\" { start on ticket.created\n"
                 "owners { primary ana ack within 5m  secondary ben ack within 5m  "
                 "escalation cleo ack within 5m }\n"
                 "steps { ask ana \"Which way?\" within 4h { guidance \"g\"  answer left "
                 "\"Left\" { }  timeout { } }  await resolved within 30d else { } }\n"
                 "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ben",
                                "\"act\":\"escalctl ack E-1; a question is open, see: escalctl "
                                "show E-1\""),
                     1);
    scene_act(scene, ESC_VERB_ANSWER, "dora", 1, "left");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "cleo", "\"act\":\"escalctl ack E-1\""), 1);
    scene_free(scene);
}

/* Who acts in the name of another stands in every record of the act, and in one sentence. */
static void who_acts_for_another_is_named(void **state)
{
    (void)state;
    Scene *scene = begun();
    act(scene, ESC_VERB_ACK, "ana", "", "");
    assert_int_equal(scene_audit(scene, "acked", "{\"by\":\"helpdesk\",\"owner\":\"ana\""), 1);
    assert_int_equal(scene_audit(scene, "acked", "[helpdesk acting as ana]"), 1);
    scene_act(scene, ESC_VERB_HANDOFF, "ana", 1, "ben");
    assert_int_equal(scene_audit(scene, "handoff", "\"by\""), 0); /* she says it herself */
    scene_free(scene);
}

static void every_act_keeps_its_reason(void **state)
{
    (void)state;
    static const struct {
        EscVerb verb;
        const char *actor, *target, *kind, *sentence;
    } acts[] = {
        {ESC_VERB_ACK, "ana", "", "acked", "is accountable (primary): why not"},
        {ESC_VERB_ABSENT, "dora", "dora", "absent",
         "dora is away until 2026-01-05 11:00 CET: why not"},
        {ESC_VERB_PRESENT, "dora", "dora", "present", "dora is back: why not"},
        {ESC_VERB_APPROVE, "ben", "", "approved", "ben approved \"sure?\", 1 of 1: why not"},
        {ESC_VERB_RESOLVE, "ana", "", "resolved", "ana resolved T: why not"},
    };
    Scene *scene = begun();
    for (size_t i = 0; i < ESC_COUNT_OF(acts); i++) {
        act(scene, acts[i].verb, acts[i].actor, acts[i].target, "why not");
        assert_int_equal(scene_audit(scene, acts[i].kind, acts[i].sentence), 1);
        assert_int_equal(scene_audit(scene, acts[i].kind, "\"reason\":\"why not\""), 1);
    }
    scene_free(scene);
}

/* A page says until when in the reader's own zone; the trail, which many read, says it in the workspace's. */
static void a_page_says_all_that_its_reader_needs(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_int_equal(scene_audit(scene, "owner", "has until 2026-01-05 10:05 CET"), 1);
    assert_int_equal(scene_sent(scene, "ana",
                                "\"customer\":\"Globex\",\"until\":\"2026-01-05 17:05 +08\","
                                "\"next\":\"ben (secondary)\",\"act\":\"escalctl ack E-1\""),
                     1);
    assert_int_equal(scene_sent(scene, "room", "\"customer\":\"Globex\""), 1);
    assert_int_equal(scene_sent(scene, "room", "\"act\""), 0); /* a room acts for nobody */
    assert_int_equal(scene_sent(scene, "ben", "escalctl approve E-1, or: escalctl reject E-1"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "failover",
                                 "ben (secondary) is accountable now and has until 2026-01-05 "
                                 "10:15 CET to acknowledge"),
                     1);
    assert_int_equal(scene_sent(scene, "ben", "\"next\":\"dora (last resort)\""), 1);
    scene_free(scene);
}

/* In a text the author's times are the workspace's, for it has many readers; those of the engine are the reader's. */
static void times_say_whose_zone_they_are_in(void **state)
{
    (void)state;
    const char *const sources[] = {
        "workspace tests \"Tests\" { language 1 timezone \"Europe/Berlin\" }\n"
        "person ana \"Ana\" { email \"ana@x.example\" timezone \"Asia/Singapore\" }\n"
        "person dora \"Dora\" { email \"dora@x.example\" timezone \"America/New_York\" }\n"
        "policy p { last resort dora }\n"
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 5m }\n"
        "steps { notify ana \"since {now}, for 90 s until {now + 90s}\"\n"
        "await resolved within 30d else raise overdue }\n"
        "close when resolved }\n",
        NULL};
    Scene *scene = scene_new(sources);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    assert_int_equal(scene_sent(scene, "ana",
                                "since 2026-01-05 10:00 CET, for 90 s until 2026-01-05 "
                                "10:01:30 CET"),
                     1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "dora",
                                "You are accountable for T, to be acknowledged by 2026-01-05 "
                                "04:20 EST"),
                     1);
    scene_free(scene);
}

static void an_old_button_is_told_how_it_ended(void **state)
{
    (void)state;
    Scene *scene = begun();
    act(scene, ESC_VERB_APPROVE, "ben", "", "");
    act(scene, ESC_VERB_RESOLVE, "ana", "", "");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    act(scene, ESC_VERB_ACK, "ana", "", "");
    assert_true(scene_outcome(scene)->is_noop);
    assert_string_equal(scene_outcome(scene)->note,
                        "E-1 (T, x) was closed as resolved at 2026-01-05 10:00 CET");
    assert_status(scene_act(scene, ESC_VERB_HANDOFF, "ana", 1, "ben"), ESC_CONFLICT);
    assert_string_equal(scene_why(scene),
                        "E-1 (T, x) was closed as resolved at 2026-01-05 10:00 CET");
    scene_free(scene);
}

/* What it is about, for people; its number only where it says nothing else. */
static void a_declared_events_ticket_has_a_title_for_people(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "event content.violation { slug: text  lead_source: text?  rule: text  confidence: number "
        "loud: bool }\n"
        "event line.down \"A line is down\" { line: text }\nevent test.ping { }\n"
        "template t \"Trouble\" { start on content.violation, line.down, test.ping\n"
        "owners { primary ana ack within 5m }\nsteps { await resolved within 1d else { } }\n"
        "close when resolved }\n");
    scene_event(scene, "content.violation", "V",
                "{\"slug\":\"q3-report\",\"rule\":\"quotes\",\"confidence\":0.4,\"loud\":true}");
    assert_string_equal(scene_field(scene, "V", "title"),
                        "\"Content violation: slug q3-report, rule quotes, confidence 0.4\"");
    scene_event(scene, "content.violation", "W", "{\"loud\":true}");
    assert_string_equal(scene_field(scene, "W", "title"), "\"Content violation: loud true\"");
    scene_event(scene, "line.down", "L", "{\"line\":\"7\"}");
    assert_string_equal(scene_field(scene, "L", "title"), "\"A line is down: line 7\"");
    scene_event(scene, "test.ping", "P", NULL);
    assert_non_null(strstr(scene_field(scene, "P", "title"), "\"Test ping "));
    scene_free(scene);
}

/* Who reads it sees that something is not there, and the trail says how much of it and where it was made. */
static void a_text_that_outgrows_its_room_says_so(void **state)
{
    (void)state;
    static char data[5000];
    Scene *scene =
        scene_of("template t \"Trouble\" { start on ticket.created\n"
                 "owners { primary ana ack within 5m }\n"
                 "steps { wait 1m\nnotify room \"short\"\n"
                 "notify room \"{ticket.description}{ticket.description}{ticket.description}\"  "
                 "await resolved within 1d else { } }\nclose when resolved }\n");
    const size_t size = 1900;
    size_t at = (size_t)snprintf(data, sizeof data, "{\"description\":\"");
    memset(data + at, 'x', size);
    snprintf(data + at + size, sizeof data - at - size, "\"}");
    assert_status(scene_event(scene, "ticket.created", "T", data), ESC_OK);
    scene_after(scene, ESC_MINUTE_MS);
    size_t kept = strlen(scene_field(scene, "T", "description")) - 2;
    assert_true(3 * kept > ESC_TEXT_MAX);
    char told[128];
    snprintf(told, sizeof told, "a text outgrew %d bytes at b.esc:5, in t: %zu bytes were left out",
             ESC_TEXT_MAX, 3 * kept - (ESC_TEXT_MAX - 3));
    assert_int_equal(scene_sent(scene, "room", "xxx…\""), 1);
    assert_int_equal(scene_audit(scene, "cut", told), 1);
    scene_free(scene);
}

/* Its wait and its turn are over at one instant: the wait's handoff comes first, and the turn was missed all the same. */
static void who_missed_a_turn_is_named_when_it_is_handed_over(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"Trouble\" { start on ticket.created\n"
        "owners { primary ana ack within 5m  secondary ben ack within 10m }\n"
        "steps { await ack within 5m else { handoff to secondary because \"no ack\" expect ack "
        "within 10m }  await resolved within 30d else raise overdue }\n"
        "qa { check acknowledged }  close when resolved }\n");
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    assert_int_equal(scene_audit(scene, "check_failed", "failed: ana did not acknowledge in time"),
                     1);
    scene_free(scene);
}

static EscStatus find(Scene *scene, EscRemarkKind kind, uint8_t byte)
{
    uint8_t hash[32];
    memset(hash, byte, sizeof hash);
    const EscRemark remark = {.kind = kind, .hash = hash};
    const EscInput input = {.kind = ESC_INPUT_REMARK, .remark = &remark};
    return scene_input(scene, &input);
}

/* The first one is no change; afterwards each other one is, once, with both hashes. */
static void what_the_operator_changed_is_in_the_trail(void **state)
{
    (void)state;
    Scene *scene = begun();
    for (int i = 0; i < 2; i++)
        assert_status(find(scene, ESC_REMARK_CONFIGURATION, 0xaa), ESC_OK);
    assert_status(find(scene, ESC_REMARK_TOKENS, 0xcc), ESC_OK);
    assert_int_equal(scene_audit(scene, "changed", ""), 0);
    for (int i = 0; i < 2; i++)
        assert_status(find(scene, ESC_REMARK_CONFIGURATION, 0xbb), ESC_OK);
    assert_status(find(scene, ESC_REMARK_TOKENS, 0xdd), ESC_OK);
    assert_int_equal(scene_audit(scene, "changed",
                                 "the configuration changed from aaaaaaaaaaaa to bbbbbbbbbbbb"),
                     1);
    assert_int_equal(
        scene_audit(scene, "changed", "the token file changed from cccccccccccc to dddddddddddd"),
        1);
    scene_publish(scene, "policy p { last resort dora }\n");
    assert_status(find(scene, ESC_REMARK_TOKENS, 0xdd), ESC_OK);
    assert_int_equal(scene_audit(scene, "changed", "the workspace changed from "), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_in_a_text_has_no_milliseconds_behind_minutes),
        cmocka_unit_test(who_takes_over_is_told_of_the_open_question),
        cmocka_unit_test(who_acts_for_another_is_named),
        cmocka_unit_test(every_act_keeps_its_reason),
        cmocka_unit_test(a_page_says_all_that_its_reader_needs),
        cmocka_unit_test(times_say_whose_zone_they_are_in),
        cmocka_unit_test(an_old_button_is_told_how_it_ended),
        cmocka_unit_test(a_declared_events_ticket_has_a_title_for_people),
        cmocka_unit_test(a_text_that_outgrows_its_room_says_so),
        cmocka_unit_test(what_the_operator_changed_is_in_the_trail),
        cmocka_unit_test(who_missed_a_turn_is_named_when_it_is_handed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
