/* test_engine_homes.c - fields that were set here are told to where the ticket came from; what comes back from there: echoes, older
 * and later values, transfers; and what a check asks of it. M11.7, M11.8. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define HOOK "desk_hook"
#define SYSTEM                                                                                     \
    "system desk {\n"                                                                              \
    "action set_status(id: text, status: text) -> text undo set_status(id: id, status: previous) " \
    "{ PUT \"/t/{id}\" json { S: status } expect 200 when body[0] contains \"changed\" return "    \
    "body[0] }\n"                                                                                  \
    "action set_title(id: text, title: text) undo none because \"titles stay\" { PUT "             \
    "\"/t/{id}\" json { T: title } }\n"                                                            \
    "action give(id: text, who: text) undo none because \"it is only told\" { PUT \"/t/{id}\" "    \
    "json { O: who } }\n"                                                                          \
    "}\n"                                                                                          \
    "source desk_hook {\n"                                                                         \
    "verify token header \"Authorization\"  event ticket.updated  ticket.id <- body.id\n"          \
    "ticket.status <- body.status map { open: open  escalated: escalated  pending: pending  "      \
    "resolved: resolved  otherwise: open }\n"                                                      \
    "ticket.assignee <- body.owner  ticket.queue <- body.queue\n"                                  \
    "ticket.status -> desk.set_status(id: ticket.id, status: ticket.status)\n"                     \
    "ticket.title -> desk.set_title(id: ticket.id, title: ticket.title)\n"                         \
    "ticket.assignee -> desk.give(id: ticket.id, who: ticket.assignee)\n"                          \
    "}\n"                                                                                          \
    "source other { verify token header \"Authorization\"  event ticket.updated  ticket.id <- "    \
    "body.id }\n"
#define STAYS "await resolved within 30d else raise overdue"
#define HANDLERS                                                                                   \
    "on exception action_failed { notify room \"failed: {exception.message}\"  resume }\n"         \
    "on exception overtaken { notify room \"overtaken: {exception.message}\"  resume }\n"          \
    "on exception transferred { notify room \"transferred: {exception.message}\"  resume }\n"      \
    "on exception routing_loop { notify room \"loop: {exception.message}\"  resume }\n"

static EscStatus says(Scene *scene, const char *source, int64_t time_ms, const char *data)
{
    return scene_report(scene, "ticket.updated", "T", source, time_ms, data);
}

/* A ticket of the source, whose template runs the steps. Deliveries wait for the test. */
static Scene *begun(const char *steps, const char *more)
{
    char text[8192];
    snprintf(text, sizeof text,
             SYSTEM
             "event go.on { }\nevent go.again { }\n"
             "template t \"Trouble\" { start on ticket.created when ticket.severity >= high\n"
             "owners { primary ana ack within 10d }\nsteps { %s  " STAYS " }\n%s\n"
             "close when resolved }\n",
             steps, more);
    Scene *scene = scene_of(text);
    scene_manual_delivery(scene);
    assert_status(scene_report(scene, "ticket.created", "T", HOOK, 0,
                               "{\"title\":\"x\",\"severity\":\"high\",\"status\":\"open\"}"),
                  ESC_OK);
    return scene;
}

static void answer(Scene *scene, const char *target, EscDeliveryState state, const char *reply)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    assert_status(scene_settle(scene, row->id, state, reply), ESC_OK);
}

#define TAKES(scene, target) answer(scene, target, ESC_DELIVERY_DELIVERED, "[\"changed\"]")

/* --- told ----------------------------------------------------------------------------------------------------------- */

static void what_is_set_is_told_once_and_as_it_is_then(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to pending  set ticket.status to escalated", HANDLERS);
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 1);
    assert_int_equal(scene_sent(scene, "desk.set_status", "\"json\":{\"S\":\"escalated\"}"), 1);
    assert_string_equal(scene_field(scene, "T", "status"), "\"escalated\"");
    TAKES(scene, "desk.set_status");
    assert_int_equal(scene_audit(scene, "called", "tells desk_hook ticket.status"), 1);
    assert_int_equal(scene_audit(scene, "replied", "took ticket.status"), 1);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_free(scene);
}

/* One is under way at most, and a newer value takes the place of one that was not sent yet. */
static void a_newer_value_replaces_one_that_waits(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  await go.on within 1d else { }  set "
                         "ticket.status to pending  await go.again within 1d else { }  set "
                         "ticket.status to open",
                         HANDLERS);
    scene_event(scene, "go.on", "T", "{}");
    scene_event(scene, "go.again", "T", "{}");
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 1);
    TAKES(scene, "desk.set_status");
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 2);
    assert_int_equal(scene_sent(scene, "desk.set_status", "\"S\":\"open\""), 1);
    assert_int_equal(scene_sent(scene, "desk.set_status", "\"S\":\"pending\""), 0);
    TAKES(scene, "desk.set_status");
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 2);
    scene_free(scene);
}

static void people_automations_and_rollbacks_are_told_too(void **state)
{
    (void)state;
    char more[2048];
    snprintf(more, sizeof more, "%s on go.again { rollback \"back\" }\n", HANDLERS);
    Scene *scene = begun("set ticket.title to \"y\"  assign to ana", more);
    assert_int_equal(scene_sent(scene, "desk.set_title", "\"T\":\"y\""), 1);
    assert_int_equal(scene_sent(scene, "desk.give", "\"O\":\"ana\""), 1);
    TAKES(scene, "desk.set_title");
    TAKES(scene, "desk.give");
    scene_event(scene, "go.again", "T", "{}");
    assert_int_equal(scene_sent(scene, "desk.set_title", "\"T\":\"x\""), 1);
    TAKES(scene, "desk.set_title");
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    assert_int_equal(scene_sent(scene, "desk.set_status", "\"S\":\"resolved\""), 1);
    TAKES(scene, "desk.set_status");
    scene_free(scene);
}

static void what_the_source_says_itself_is_not_told_back(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"hello\"", HANDLERS);
    says(scene, HOOK, 0, "{\"status\":\"pending\",\"title\":\"theirs\"}");
    scene_report(scene, "ticket.resolved", "T", HOOK, 0, "{}");
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 0);
    assert_int_equal(scene_sent(scene, "desk.set_title", ""), 0);
    scene_free(scene);
}

/* It came from elsewhere: nothing goes anywhere. */
static void a_ticket_of_another_source_has_no_home(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(SYSTEM "template t \"Trouble\" { start on ticket.created when ticket.severity "
                        ">= high owners { primary ana ack within 1d } steps { set "
                        "ticket.status to escalated " STAYS " } close when resolved }");
    scene_manual_delivery(scene);
    scene_report(scene, "ticket.created", "T", "other", 0, "{\"severity\":\"high\"}");
    scene_report(scene, "ticket.created", "U", "test", 0, "{\"severity\":\"high\"}");
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 0);
    scene_free(scene);
}

/* --- refused -------------------------------------------------------------------------------------------------------- */

static void a_refusal_is_an_exception_of_who_set_it(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated", HANDLERS);
    answer(scene, "desk.set_status", ESC_DELIVERY_DELIVERED, "[\"Permission denied\"]");
    assert_int_equal(scene_sent(scene, "room", "failed: desk.set_status did not take status: "), 1);
    assert_int_equal(scene_audit(scene, "call_failed", "did not take ticket.status"), 1);
    assert_string_equal(scene_field(scene, "T", "status"), "\"escalated\"");
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 1); /* and not repeated */
    scene_free(scene);
}

/* Nobody answers for it any more: an alarm. */
static void a_refusal_behind_the_end_is_an_alarm(void **state)
{
    (void)state;
    Scene *scene = begun("await resolved within 30d else raise overdue", HANDLERS);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    answer(scene, "desk.set_status", ESC_DELIVERY_DEAD, "");
    assert_int_equal(scene_audit(scene, "alarm", "desk.set_status did not take status: refused"),
                     1);
    scene_free(scene);
}

/* --- said there ------------------------------------------------------------------------------------------------------ */

static void an_echo_starts_nothing(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated", HANDLERS);
    TAKES(scene, "desk.set_status");
    says(scene, HOOK, 0, "{\"status\":\"escalated\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"escalated\"");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 1);
    scene_free(scene);
}

/* While a later value is on its way, what was told before it comes back. */
static void an_echo_of_an_earlier_write_is_no_word_of_theirs(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  await go.on within 1d else { }  set "
                         "ticket.status to pending",
                         HANDLERS);
    scene_event(scene, "go.on", "T", "{}");
    says(scene, HOOK, scene_now(scene), "{\"status\":\"escalated\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"pending\"");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    TAKES(scene, "desk.set_status");
    assert_int_equal(scene_sent(scene, "desk.set_status", "\"S\":\"pending\""), 1);
    scene_free(scene);
}

/* C66 */
static void older_words_leave_the_field_for_ten_minutes(void **state)
{
    (void)state;
    Scene *scene =
        begun("await go.on within 1d else { }  set ticket.status to escalated", HANDLERS);
    int64_t before_ms = scene_now(scene);
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "go.on", "T", "{}");
    TAKES(scene, "desk.set_status");
    says(scene, HOOK, before_ms, "{\"status\":\"pending\",\"title\":\"theirs\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"escalated\"");
    assert_string_equal(scene_field(scene, "T", "title"), "\"theirs\""); /* that field alone */
    assert_int_equal(scene_audit(scene, "stale", "before it was set here"), 1);
    scene_after(scene, 10 * ESC_MINUTE_MS - 1);
    says(scene, HOOK, before_ms, "{\"status\":\"pending\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"escalated\"");
    scene_after(scene, 1); /* then the source is right: clocks differ */
    says(scene, HOOK, before_ms, "{\"status\":\"pending\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"pending\"");
    assert_int_equal(scene_sent(scene, "room", "overtaken: status was set here"), 1);
    scene_free(scene);
}

/* M0.11: what is left of the ten minutes is left when the clock is corrected, and what was before it is before it still. */
static void a_correction_of_the_clock_leaves_what_was_left(void **state)
{
    (void)state;
    Scene *scene =
        begun("await go.on within 1d else { }  set ticket.status to escalated", HANDLERS);
    int64_t before_ms = scene_now(scene);
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "go.on", "T", "{}");
    TAKES(scene, "desk.set_status");
    scene_correct(scene, ESC_HOUR_MS);
    says(scene, HOOK, before_ms + ESC_HOUR_MS, "{\"status\":\"pending\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"escalated\"");
    scene_after(scene, 9 * ESC_MINUTE_MS);
    says(scene, HOOK, before_ms + ESC_HOUR_MS, "{\"status\":\"pending\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"escalated\"");
    scene_after(scene, ESC_MINUTE_MS);
    says(scene, HOOK, before_ms + ESC_HOUR_MS, "{\"status\":\"pending\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"pending\"");
    scene_free(scene);
}

/* A source that tells all of a ticket at each change tells the old value until the new one has arrived. */
static void the_value_before_is_no_later_word_while_the_write_is_under_way(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  await go.on within 1d else { }  set "
                         "ticket.status to pending",
                         HANDLERS);
    scene_event(scene, "go.on", "T", "{}");
    scene_after(scene, 1000);
    says(scene, HOOK, scene_now(scene), "{\"status\":\"open\",\"title\":\"theirs\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"pending\"");
    assert_string_equal(scene_field(scene, "T", "title"), "\"theirs\"");
    TAKES(scene, "desk.set_status");
    TAKES(scene, "desk.set_status");
    scene_after(scene, 1000);
    says(scene, HOOK, scene_now(scene), "{\"status\":\"open\"}"); /* it has arrived: that is one */
    assert_string_equal(scene_field(scene, "T", "status"), "\"open\"");
    assert_int_equal(scene_sent(scene, "room", "overtaken: "), 1);
    scene_free(scene);
}

/* C65: what was set here and waits is dropped. */
static void later_words_stand_and_are_an_exception(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated  await go.on within 1d else { }  set "
                         "ticket.status to pending",
                         HANDLERS);
    scene_event(scene, "go.on", "T", "{}"); /* waits behind the first one */
    scene_after(scene, 1000);
    says(scene, HOOK, scene_now(scene), "{\"status\":\"waiting_on_vendor\"}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"waiting_on_vendor\"");
    assert_int_equal(scene_audit(scene, "overtaken", "ticket.status is \"waiting_on_vendor\""), 1);
    assert_int_equal(
        scene_sent(scene, "room",
                   "overtaken: status was set here, and is \\\"waiting_on_vendor\\\" in desk_hook"),
        1);
    TAKES(scene, "desk.set_status"); /* what waited is dropped */
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 1);
    scene_free(scene);
}

/* What everybody waits for contradicts nothing. */
static void a_resolution_there_is_no_exception(void **state)
{
    (void)state;
    Scene *scene = begun("set ticket.status to escalated", HANDLERS);
    TAKES(scene, "desk.set_status");
    scene_after(scene, 1000);
    says(scene, HOOK, scene_now(scene), "{\"status\":\"resolved\"}");
    assert_int_equal(scene_audit(scene, "overtaken", "resolved"), 1);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void a_transfer_there_is_told(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"hello\"", HANDLERS);
    says(scene, HOOK, 0, "{\"assignee\":\"lena\"}");
    assert_int_equal(scene_audit(scene, "transferred", "ticket.assignee was changed to \"lena\""),
                     1);
    assert_int_equal(
        scene_sent(scene, "room", "transferred: assignee was changed to \\\"lena\\\" in desk_hook"),
        1);
    says(scene, HOOK, 0, "{\"queue\":\"billing\",\"assignee\":\"lena\"}");
    assert_int_equal(scene_sent(scene, "room", "transferred: "), 2);
    scene_report(scene, "ticket.updated", "T", "other", 0, "{\"assignee\":\"kai\"}");
    assert_int_equal(scene_sent(scene, "room", "transferred: "), 2); /* not its home */
    scene_free(scene);
}

/* Two that set it against each other: noticed, and not told any more. */
static void a_contest_ends(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"hello\"",
                         HANDLERS "on ticket.updated when ticket.status = open { set ticket.status "
                                  "to escalated }\n");
    for (int i = 0; i < 8; i++) {
        scene_after(scene, 1000);
        says(scene, HOOK, scene_now(scene),
             i % 2 == 0 ? "{\"status\":\"pending\"}" : "{\"status\":\"open\"}");
        if (scene_sent(scene, "room", "loop: ") == 0 && i % 2 == 1)
            TAKES(scene, "desk.set_status");
    }
    for (int i = 0; i < 8; i++) {
        scene_after(scene, 1000);
        says(scene, HOOK, scene_now(scene),
             i % 2 == 0 ? "{\"status\":\"pending\"}" : "{\"status\":\"open\"}");
    }
    assert_true(scene_sent(scene, "desk.set_status", "") <= 5);
    assert_true(scene_audit(scene, "write_held", "against each other") >= 1);
    assert_true(scene_sent(scene, "room",
                           "loop: status is set here and in desk_hook against each other") >= 1);
    scene_free(scene);
}

/* --- as a check asks ---------------------------------------------------------------------------------------------- */

static Scene *checked(const char *step)
{
    char steps[512];
    snprintf(steps, sizeof steps,
             "%s  check consistent within 1h else { notify room \"inconsistent\" }  notify room "
             "\"gone on\"",
             step);
    return begun(steps, HANDLERS);
}

/* M11.8 */
static void a_check_waits_for_what_is_reported(void **state)
{
    (void)state;
    Scene *scene = checked("set ticket.status to escalated");
    assert_int_equal(scene_sent(scene, "room", "gone on"), 0);
    TAKES(scene, "desk.set_status"); /* accepted: and its source would say so */
    assert_int_equal(scene_sent(scene, "room", "gone on"), 0);
    says(scene, HOOK, 0, "{\"status\":\"escalated\"}");
    assert_int_equal(scene_sent(scene, "room", "gone on"), 1);
    assert_int_equal(scene_sent(scene, "room", "inconsistent"), 0);
    scene_free(scene);
}

/* C67: a source that brings the field would say so. */
static void a_check_fails_when_nothing_is_reported(void **state)
{
    (void)state;
    Scene *scene = checked("set ticket.status to escalated");
    TAKES(scene, "desk.set_status");
    scene_after(scene, ESC_HOUR_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "inconsistent"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "inconsistent"), 1);
    scene_free(scene);
}

/* C67: the source brings no title, so the system's word is all there is. */
static void a_check_takes_what_is_accepted_where_nothing_is_reported(void **state)
{
    (void)state;
    Scene *scene = checked("set ticket.title to \"y\"");
    assert_int_equal(scene_sent(scene, "room", "gone on"), 0);
    TAKES(scene, "desk.set_title");
    assert_int_equal(scene_sent(scene, "room", "gone on"), 1);
    scene_free(scene);
}

static void a_check_fails_with_a_write_and_with_its_time(void **state)
{
    (void)state;
    Scene *scene = checked("set ticket.title to \"y\"");
    answer(scene, "desk.set_title", ESC_DELIVERY_DEAD, "");
    assert_int_equal(scene_audit(scene, "check_failed", "title has not arrived in desk_hook"), 1);
    assert_int_equal(scene_sent(scene, "room", "inconsistent"), 1);
    scene_free(scene);
    scene = checked("set ticket.title to \"y\"");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "inconsistent"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_set_is_told_once_and_as_it_is_then),
        cmocka_unit_test(a_newer_value_replaces_one_that_waits),
        cmocka_unit_test(people_automations_and_rollbacks_are_told_too),
        cmocka_unit_test(what_the_source_says_itself_is_not_told_back),
        cmocka_unit_test(a_ticket_of_another_source_has_no_home),
        cmocka_unit_test(a_refusal_is_an_exception_of_who_set_it),
        cmocka_unit_test(a_refusal_behind_the_end_is_an_alarm),
        cmocka_unit_test(an_echo_starts_nothing),
        cmocka_unit_test(an_echo_of_an_earlier_write_is_no_word_of_theirs),
        cmocka_unit_test(older_words_leave_the_field_for_ten_minutes),
        cmocka_unit_test(the_value_before_is_no_later_word_while_the_write_is_under_way),
        cmocka_unit_test(a_correction_of_the_clock_leaves_what_was_left),
        cmocka_unit_test(later_words_stand_and_are_an_exception),
        cmocka_unit_test(a_resolution_there_is_no_exception),
        cmocka_unit_test(a_transfer_there_is_told),
        cmocka_unit_test(a_contest_ends),
        cmocka_unit_test(a_check_waits_for_what_is_reported),
        cmocka_unit_test(a_check_fails_when_nothing_is_reported),
        cmocka_unit_test(a_check_takes_what_is_accepted_where_nothing_is_reported),
        cmocka_unit_test(a_check_fails_with_a_write_and_with_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
