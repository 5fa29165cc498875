/* test_engine_frames.c - waits of all kinds, reminders, handlers, exceptions, closing, rollback. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN                                                                                      \
    "owners { primary ana ack within 5m  secondary ben ack within 5m  escalation cleo ack within " \
    "10m }\n"
#define SYSTEM                                                                                     \
    "system crm \"CRM\" {\n"                                                                       \
    "action lock(id: text) undo unlock(id: id) { POST \"/lock/{id}\" expect 200 }\n"               \
    "action unlock(id: text) undo lock(id: id) { POST \"/unlock/{id}\" expect 200 }\n"             \
    "action look(id: text) -> text { GET \"/look/{id}\" expect 200 return body }\n"                \
    "action mail(id: text) undo none because \"a mail is read\" { POST \"/mail/{id}\" expect 200 " \
    "}\n"                                                                                          \
    "action note(id: text, body: text) { PUT \"/note/{id}\" json { body: body  kind: \"note\" } "  \
    "expect 200, 204 }\n"                                                                          \
    "}\n"

/* A template `t` on ticket.created with these steps; `more` stands behind them. */
static Scene *begun_more(const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             SYSTEM "event deploy.done { build: number }\ntemplate t \"Trouble\" { start on "
                    "ticket.created\n" CHAIN "steps { %s }\n%s\n%s }\n",
             steps, more, strstr(more, "close when") == NULL ? "close when resolved" : "");
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    return scene;
}

static Scene *begun(const char *steps)
{
    return begun_more(steps, "");
}

/* The same, acknowledged: no failover disturbs long waits. */
static Scene *acked_more(const char *steps, const char *more)
{
    Scene *scene = begun_more(steps, more);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    return scene;
}

/* --- waits ----------------------------------------------------------------------------------------------------- */

static void pause_goes_on_by_itself(void **state)
{
    (void)state;
    Scene *scene = begun(
        "wait 10m  notify room \"after the pause\"  await resolved within 1d else raise overdue");
    scene_after(scene, 10 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "after the pause"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "room", "after the pause"), 1);
    scene_free(scene);
}

static void condition_ends_a_wait(void **state)
{
    (void)state;
    Scene *scene = begun("await ticket.severity = low within 1h else { notify room \"too late\" }  "
                         "notify room \"calm\"");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"medium\"}");
    assert_int_equal(scene_sent(scene, "room", "calm"), 0);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_sent(scene, "room", "calm"), 1);
    assert_int_equal(scene_sent(scene, "room", "too late"), 0);
    scene_free(scene);
}

static void condition_times_out(void **state)
{
    (void)state;
    Scene *scene = acked_more("await ticket.severity = low within 1h else { notify room \"too "
                              "late\" }  notify room \"calm\"",
                              "");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "too late"), 1);
    assert_int_equal(scene_audit(scene, "timed_out", "a condition"), 1);
    scene_free(scene);
}

static void event_ends_a_wait(void **state)
{
    (void)state;
    Scene *scene = begun("await deploy.done when event.build > 5 within 1h else { notify room "
                         "\"too late\" }  notify room \"deployed\"");
    scene_event(scene, "deploy.done", "T", "{\"build\":3}");
    assert_int_equal(scene_sent(scene, "room", "deployed"), 0);
    scene_event(scene, "deploy.done", "other", "{\"build\":9}");
    assert_int_equal(scene_sent(scene, "room", "deployed"), 0);
    scene_event(scene, "deploy.done", "T", "{\"build\":9}");
    assert_int_equal(scene_sent(scene, "room", "deployed"), 1);
    scene_free(scene);
}

static void reminders_come_at_their_share(void **state)
{
    (void)state;
    Scene *scene = acked_more("await resolved within 4h at 50% { notify room \"half\" } at 75% { "
                              "notify room \"three quarters\" }\n"
                              "else { notify room \"over\" }",
                              "");
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "half"), 1);
    assert_int_equal(scene_sent(scene, "room", "three quarters"), 0);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "three quarters"), 1);
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "room", "over"), 0);
    assert_false(scene_has_timers(scene));
    scene_free(scene);
}

static void calendar_hours_count(void **state)
{
    (void)state;
    char source[2048];
    snprintf(source, sizeof source,
             "calendar office { mon..fri 08:00..18:00 }\ntemplate t \"T\" { start on "
             "ticket.created\n" CHAIN "steps { await resolved within 4h of office else { notify "
             "room \"over\" } }\nclose when resolved }\n");
    Scene *scene = scene_of(source);
    scene_at(scene, "2026-01-09T16:00:00Z"); /* Friday: two hours are left */
    scene_event(scene, "ticket.created", "T", "{}");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 2 * ESC_DAY_MS + 17 * ESC_HOUR_MS); /* Monday 09:00 */
    assert_int_equal(scene_sent(scene, "room", "over"), 0);
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "room", "over"), 1);
    scene_free(scene);
}

static void question_is_answered(void **state)
{
    (void)state;
    Scene *scene = begun("ask primary \"Which way?\" within 1h { guidance \"left is safe\"\n"
                         "answer left \"Left\" { notify room \"went left\" }  answer right "
                         "\"Right\" { notify room \"went right\" }\n"
                         "timeout { notify room \"nobody said\" } }  notify room \"behind\"");
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.question, "Which way?");
    assert_true(esc_text_contains(view.answers_json, ESC_TEXT("\"right\"")));
    assert_int_equal(scene_sent(scene, "ana", "left is safe"), 1);
    assert_int_equal(scene_sent(scene, "ana", "\"answers\":[{\"name\":\"left\""), 1);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ben", 1, "right"), ESC_FORBIDDEN);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "up"), ESC_NOT_FOUND);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "right"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "went right"), 1);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "left"), ESC_OK); /* an old button */
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

static void question_times_out(void **state)
{
    (void)state;
    Scene *scene = begun("ask primary \"Which way?\" within 2m { guidance \"g\" answer left "
                         "\"Left\" { } timeout { notify room \"nobody said\" } }");
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "nobody said"), 1);
    scene_free(scene);
}

static void new_owner_may_answer(void **state)
{
    (void)state;
    Scene *scene = begun("ask primary \"Which way?\" within 1h { guidance \"g\" answer left "
                         "\"Left\" { notify room \"left\" } timeout { } }");
    scene_after(scene, 5 * ESC_MINUTE_MS); /* ben's turn */
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ben", 1, "left"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "left"), 1);
    scene_free(scene);
}

static void approval_needs_two(void **state)
{
    (void)state;
    Scene *scene = begun("approve by 2 of ops \"Fail over?\" within 1h else { notify room "
                         "\"refused\" }  notify room \"approved\"");
    assert_status(scene_act(scene, ESC_VERB_APPROVE, "dora", 1, NULL), ESC_FORBIDDEN);
    scene_act(scene, ESC_VERB_APPROVE, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_APPROVE, "ana", 1, NULL);
    assert_true(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_sent(scene, "room", "approved"), 0);
    scene_act(scene, ESC_VERB_APPROVE, "cleo", 1, NULL);
    assert_int_equal(scene_sent(scene, "room", "approved"), 1);
    assert_int_equal(scene_sent(scene, "room", "refused"), 0);
    scene_free(scene);
}

/* People of a team come and go while it is asked, so there may be more of them than a question counts. */
static void approvals_beyond_what_is_counted_are_refused(void **state)
{
    (void)state;
    static char source[16384];
    size_t used = (size_t)snprintf(source, sizeof source, "# a crowd\n");
    for (int i = 0; i < ESC_OWNERS_MAX + 2; i++)
        used += (size_t)snprintf(source + used, sizeof source - used,
                                 "person p%d \"P\" { email \"p%d@x.example\" }\n", i, i);
    used += (size_t)snprintf(source + used, sizeof source - used, "team crowd {");
    for (int i = 0; i < ESC_OWNERS_MAX + 2; i++)
        used += (size_t)snprintf(source + used, sizeof source - used, " p%d", i);
    snprintf(
        source + used, sizeof source - used,
        " }\ntemplate t \"T\" { start on ticket.created\n" CHAIN
        "steps { approve by %d of crowd \"All?\" within 1d else { } }\nclose when resolved }\n",
        ESC_OWNERS_MAX + 2);
    Scene *scene = scene_of(source);
    scene_event(scene, "ticket.created", "T", "{}");
    char name[16];
    for (int i = 0; i < ESC_OWNERS_MAX; i++) {
        snprintf(name, sizeof name, "p%d", i);
        assert_status(scene_act(scene, ESC_VERB_APPROVE, name, 1, NULL), ESC_OK);
        assert_false(scene_outcome(scene)->is_noop);
    }
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "p0", 0, "p0"), ESC_OK);
    snprintf(name, sizeof name, "p%d", ESC_OWNERS_MAX);
    assert_status(scene_act(scene, ESC_VERB_APPROVE, name, 1, NULL), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_audit(scene, "approved", ""), ESC_OWNERS_MAX);
    scene_free(scene);
}

static void rejection_takes_the_other_way(void **state)
{
    (void)state;
    Scene *scene =
        begun("approve by ops \"Fail over?\" within 1h else { notify room \"refused\" }");
    EscAction action = {.verb = ESC_VERB_REJECT, .actor = ESC_TEXT("ana"), .escalation = 1};
    assert_status(scene_act_full(scene, &action), ESC_BAD_INPUT); /* no reason */
    action.reason = ESC_TEXT("too risky");
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "refused"), 1);
    assert_int_equal(scene_audit(scene, "rejected", "ana rejected \"Fail over?\": too risky"), 1);
    scene_free(scene);
}

/* --- connectors -------------------------------------------------------------------------------------------------- */

static void reply_is_kept(void **state)
{
    (void)state;
    Scene *scene = begun("crm.look(id: ticket.id) as seen within 2m else { notify room \"no "
                         "reply\" }  attach seen  notify room \"seen: {seen}\"");
    assert_int_equal(scene_sent(scene, "crm.look", "\"method\":\"GET\",\"path\":\"/look/T\""), 1);
    assert_int_equal(scene_sent(scene, "room", "seen: ok"), 1);
    const EscEvidenceRow *row = scene_evidence(scene, "attachment");
    assert_non_null(row);
    assert_text_equal(row->content, "ok");
    scene_free(scene);
}

static void request_has_a_json_body(void **state)
{
    (void)state;
    Scene *scene = begun(
        "crm.note(id: ticket.id, body: \"say \\\"hi\\\"\") undo none because \"a note stays\"");
    assert_int_equal(
        scene_sent(scene, "crm.note",
                   "\"json\":{\"body\":\"say \\\"hi\\\"\",\"kind\":\"note\"},\"expect\":[200,204]"),
        1);
    scene_free(scene);
}

static void failed_action_takes_its_else(void **state)
{
    (void)state;
    Scene *scene = begun("wait 1m  crm.look(id: ticket.id) as seen else { notify room \"no reply\" "
                         "}  notify room \"on: {seen}\"");
    scene_manual_delivery(scene);
    scene_after(scene, ESC_MINUTE_MS);
    scene_fail_all(scene);
    assert_int_equal(scene_sent(scene, "room", "no reply"), 1);
    assert_int_equal(scene_sent(scene, "room", "on: (none)"), 1);
    scene_free(scene);
}

static void failed_action_without_else_raises(void **state)
{
    (void)state;
    Scene *scene = begun_more("wait 1m  crm.lock(id: ticket.id)  notify room \"locked\"",
                              "on exception action_failed { notify room \"runbook\" }");
    scene_manual_delivery(scene);
    scene_after(scene, ESC_MINUTE_MS);
    scene_fail_all(scene);
    assert_int_equal(scene_audit(scene, "exception", "action_failed"), 1);
    assert_int_equal(scene_sent(scene, "room", "runbook"), 1);
    assert_int_equal(scene_sent(scene, "room", "locked"), 0);
    assert_text_equal(scene_view(scene, 1).changes_json, "[]"); /* what failed needs no inverse */
    scene_free(scene);
}

static void reply_after_the_deadline_changes_nothing(void **state)
{
    (void)state;
    Scene *scene = begun("wait 1m  crm.look(id: ticket.id) as seen within 1m else { notify room "
                         "\"no reply\" }  await resolved within 1d else raise overdue");
    scene_deliver_all(scene);
    scene_manual_delivery(scene);
    scene_after(scene, 2 * ESC_MINUTE_MS);
    const EscOutboxRow *row = scene_last(scene, "crm.look");
    assert_non_null(row);
    assert_true(row->deadline_ms == row->created_at_ms + ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "no reply"), 1);
    assert_status(scene_settle(scene, row->id, ESC_DELIVERY_ACCEPTED, "late"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "no reply"), 1);
    assert_status(scene_settle(scene, row->id, ESC_DELIVERY_DEAD, NULL),
                  ESC_OK); /* a second result */
    assert_true(scene_outcome(scene)->is_noop);
    assert_status(scene_settle(scene, 999, ESC_DELIVERY_DEAD, NULL), ESC_NOT_FOUND);
    scene_free(scene);
}

/* --- handlers ------------------------------------------------------------------------------------------------------ */

static void handler_lets_the_wait_go_on(void **state)
{
    (void)state;
    Scene *scene = begun_more("await resolved within 1d else raise overdue",
                              "on ticket.updated when changed ticket.severity { notify room "
                              "\"{previous ticket.severity} to {ticket.severity}\" }");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    assert_int_equal(scene_sent(scene, "room", "high to low"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_int_equal(scene_audit(scene, "handler", ""), 1);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    scene_free(scene);
}

static void handler_skips_and_closes(void **state)
{
    (void)state;
    Scene *scene =
        begun_more("wait 1d  notify room \"on\"  await resolved within 1d else raise overdue",
                   "on deploy.done when event.build = 1 { skip }  on deploy.done when event.build "
                   "= 2 { close as deployed }");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "on"), 1);
    scene_event(scene, "deploy.done", "T", "{\"build\":2}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_text_equal(scene_view(scene, 1).outcome, "deployed");
    scene_free(scene);
}

static void skipped_question_goes_the_way_without_an_answer(void **state)
{
    (void)state;
    Scene *scene =
        begun_more("ask primary \"Which way?\" within 1h { guidance \"g\" answer left \"Left\" { "
                   "notify room \"went left\" } timeout { notify room \"nobody said\" } }",
                   "on deploy.done { skip }");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "nobody said"), 1);
    assert_int_equal(scene_sent(scene, "room", "went left"), 0);
    scene_free(scene);
}

static void skipped_approval_is_not_given(void **state)
{
    (void)state;
    Scene *scene = begun_more("approve by ops \"Fail over?\" within 1h else { notify room "
                              "\"refused\" }",
                              "on deploy.done { skip }");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "refused"), 1);
    scene_free(scene);
}

static void skipped_wait_counts_as_satisfied(void **state)
{
    (void)state;
    Scene *scene = begun_more("await ack within 1h else { notify room \"too late\" }  notify room "
                              "\"behind\"",
                              "on deploy.done { skip }");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "too late"), 0);
    assert_int_equal(scene_sent(scene, "room", "behind"), 1);
    scene_free(scene);
}

/* --- exceptions -------------------------------------------------------------------------------------------------------- */

static void handled_exception_resumes(void **state)
{
    (void)state;
    Scene *scene = begun_more(
        "raise trouble { vendor: \"Initech\" }  notify room \"resumed\"  await resolved within 1d "
        "else raise overdue",
        "on exception trouble { notify room \"from {exception.vendor}\"  wait 5m  resume }");
    assert_int_equal(scene_sent(scene, "room", "from Initech"), 1);
    assert_int_equal(scene_sent(scene, "room", "resumed"), 0);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "resumed"), 1);
    assert_int_equal(scene_audit(scene, "exception_over", "trouble"), 1);
    scene_free(scene);
}

static void interrupted_wait_keeps_its_deadline(void **state)
{
    (void)state;
    Scene *scene = acked_more(
        "await resolved within 1h at 50% { notify room \"half\" } else { notify room \"over\" }",
        "on deploy.done { raise trouble }  on exception trouble { wait 20m  resume }");
    scene_after(scene, 15 * ESC_MINUTE_MS);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_after(scene, 20 * ESC_MINUTE_MS); /* resumed at 0:35: the reminder at 0:30 is over */
    assert_int_equal(scene_sent(scene, "room", "half"), 0);
    scene_after(scene, 25 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "over"), 1);
    scene_free(scene);
}

static void reply_comes_while_an_exception_is_handled(void **state)
{
    (void)state;
    Scene *scene =
        acked_more("wait 1m  crm.look(id: ticket.id) as seen within 2h else { notify room \"no "
                   "reply\" }  notify room \"seen: {seen}\"",
                   "on deploy.done { raise trouble }  on exception trouble { wait 20m  resume }");
    scene_manual_delivery(scene);
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_audit(scene, "exception", "trouble"), 1);
    scene_settle(scene, scene_last(scene, "crm.look")->id, ESC_DELIVERY_ACCEPTED, "there");
    assert_int_equal(scene_sent(scene, "room", "seen"), 0);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "seen: there"), 1);
    scene_free(scene);
}

static void unknown_exception_goes_to_triage(void **state)
{
    (void)state;
    Scene *scene = begun("raise strange  notify room \"resumed\"");
    assert_int_equal(scene_sent(scene, "ana", "Triage: strange on T"), 1);
    assert_true(scene_view(scene, 1).question.size > 0);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "resumed"), 1);
    scene_free(scene);
}

/* What a test keeps away from zero can be divided by, and nothing else can: so there is no fault at night. */
static void arithmetic_has_no_faults(void **state)
{
    (void)state;
    Scene *scene = begun("wait 1m  if escalation.handoffs != 0 and 1 / escalation.handoffs > 2 { "
                         "notify room \"odd\" } else { notify room \"none yet\" }");
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "none yet"), 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_free(scene);
}

/* 400 years are the end of durations: the record says where one got there. */
static void what_leaves_the_range_stays_at_its_end(void **state)
{
    (void)state;
    Scene *scene = begun(
        "wait 1m  if (now - escalation.opened_at) * 1000000000000 > 1h { notify room \"long\" }");
    scene_after(scene, ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "long"), 1);
    assert_int_equal(scene_audit(scene, "clamped", "left its range at b.esc:"), 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_free(scene);
}

/* However many they are, each is handled, and none counts towards anything. */
static void handled_exceptions_never_park(void **state)
{
    (void)state;
    Scene *scene = begun_more("await resolved within 30d else raise overdue",
                              "on deploy.done { raise trouble }  on exception trouble { resume }");
    for (int i = 0; i < 20; i++)
        scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    assert_int_equal(scene_view(scene, 1).exceptions, 20);
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_sent(scene, "dora", ""), 0);
    scene_free(scene);
}

/* Handlers stand on each other: the one below goes on when the one above resumes. */
static void handlers_stand_on_each_other(void **state)
{
    (void)state;
    Scene *scene =
        acked_more("wait 1h  notify room \"steps went on\"",
                   "on deploy.done when event.build = 1 { raise trouble }  on deploy.done when "
                   "event.build = 2 "
                   "{ raise more }\n"
                   "on exception trouble { wait 30m  notify room \"handler went on\"  resume }\n"
                   "on exception more { wait 5m  resume }");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_after(scene, ESC_MINUTE_MS);
    scene_event(scene, "deploy.done", "T", "{\"build\":2}");
    assert_int_equal(scene_view(scene, 1).exceptions, 2);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "exception_over", "more"), 1);
    scene_after(scene, 24 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_sent(scene, "room", "handler went on"), 0);
    scene_after(scene, 1); /* its own 30 minutes, from when they began */
    assert_int_equal(scene_sent(scene, "room", "handler went on"), 1);
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "steps went on"), 1);
    scene_free(scene);
}

/* A handler is in the stack once: what it raises of its own kind is nobody's, and is asked about. */
static void what_does_not_fit_goes_to_triage(void **state)
{
    (void)state;
    Scene *scene = acked_more("wait 1h  notify room \"steps went on\"",
                              "on deploy.done { raise trouble }\n"
                              "on exception trouble { wait 30m  resume }");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_event(scene, "deploy.done", "T", "{\"build\":2}");
    assert_int_equal(scene_audit(scene, "triage", "trouble"), 1);
    assert_int_equal(scene_sent(scene, "ana", "Triage: trouble on T"), 1);
    scene_after(scene, ESC_HOUR_MS); /* and holds nothing */
    assert_int_equal(scene_sent(scene, "room", "steps went on"), 1);
    scene_free(scene);
}

static void an_awaited_event_is_heard_below_a_handler(void **state)
{
    (void)state;
    Scene *scene = acked_more("await deploy.done within 2h else { notify room \"never\" }  notify "
                              "room \"deployed\"",
                              "on ticket.updated { raise trouble }\n"
                              "on exception trouble { wait 30m  resume }");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_sent(scene, "room", "deployed"), 0);
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "deployed"), 1);
    assert_int_equal(scene_sent(scene, "room", "never"), 0);
    scene_free(scene);
}

/* C20: the deadline of what was interrupted passed meanwhile, and counts when it goes on. */
static void a_deadline_that_passed_below_counts_at_once(void **state)
{
    (void)state;
    Scene *scene = acked_more("await deploy.done within 10m else { notify room \"never\" }",
                              "on ticket.updated { raise trouble }\n"
                              "on exception trouble { wait 30m  resume }");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "never"), 0);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "room", "never"), 1);
    scene_free(scene);
}

static void steps_done_wait_for_what_closes(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"one\"");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, 399 * ESC_DAY_MS); /* nobody put a deadline on it */
    assert_int_equal(scene_audit(scene, "exception", "overdue"), 0);
    scene_after(scene, ESC_DAY_MS);
    assert_int_equal(scene_audit(scene, "exception", "overdue"), 1);
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume"), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN); /* the ticket is not resolved */
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

/* --- changes and rollback -------------------------------------------------------------------------------------------------- */

static void rollback_goes_backwards(void **state)
{
    (void)state;
    Scene *scene = begun(
        "set ticket.severity to low  crm.lock(id: ticket.id)  set ticket.severity to critical\n"
        "create ticket task { title: \"Do it\" }  assign to ben  rollback \"false alarm\"  wait 1m "
        " "
        "close as false_alarm");
    scene_after(scene, ESC_MINUTE_MS); /* the inverse call is undone when its reply says so */
    assert_string_equal(scene_field(scene, "T", "severity"), "\"high\"");
    assert_string_equal(scene_field(scene, "T", "assignee"), "null");
    assert_string_equal(scene_field(scene, "escal:T-1", "status"), "\"closed\"");
    assert_int_equal(scene_sent(scene, "crm.unlock", "/unlock/T"), 1);
    assert_int_equal(scene_audit(scene, "undone", ""), 5);
    assert_text_equal(scene_view(scene, 1).outcome, "false_alarm");
    scene_free(scene);
}

static void failing_inverse_raises(void **state)
{
    (void)state;
    Scene *scene = begun_more("crm.lock(id: ticket.id)  wait 1m  rollback \"undo\"  await resolved "
                              "within 1d else raise overdue",
                              "on exception rollback_incomplete { notify room \"left: "
                              "{exception.message}\"  resume }");
    scene_manual_delivery(scene);
    scene_deliver_all(scene);
    scene_after(scene, ESC_MINUTE_MS);
    assert_non_null(scene_last(scene, "crm.unlock"));
    assert_int_equal(scene_audit(scene, "undo_asked", "crm.lock"), 1);
    assert_int_equal(scene_audit(scene, "undone", ""), 0); /* it is not, yet */
    scene_settle(scene, scene_last(scene, "crm.unlock")->id, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_audit(scene, "undone", ""), 0);
    assert_int_equal(scene_audit(scene, "not_undone", "crm.lock is not undone: its inverse failed"),
                     1);
    assert_int_equal(
        scene_sent(scene, "room", "left: not undone: crm.lock (its inverse failed: refused)"), 1);
    scene_free(scene);
}

/* What somebody set in between is theirs. */
static void rollback_leaves_what_others_changed(void **state)
{
    (void)state;
    Scene *scene =
        begun("set ticket.severity to low  assign to ben  wait 1m  rollback \"undo\"  await "
              "resolved within 1d else raise overdue");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    scene_after(scene, ESC_MINUTE_MS);
    assert_string_equal(scene_field(scene, "T", "severity"), "\"critical\"");
    assert_string_equal(scene_field(scene, "T", "assignee"), "null");
    assert_int_equal(scene_audit(scene, "undone", "assignee"), 1);
    assert_int_equal(scene_audit(scene, "exception", "rollback_incomplete"), 1);
    assert_int_equal(scene_sent(scene, "ana", "not undone: severity (somebody changed it since)"),
                     1);
    assert_int_equal(scene_audit(scene, "triage", ""), 0); /* told, and the steps go on */
    scene_free(scene);
}

/* A restart in between loads what a rollback may need: every input of a scene comes to a restored engine as well. */
static void rollback_closes_a_ticket_after_a_restart(void **state)
{
    (void)state;
    Scene *scene =
        begun("create ticket task { title: \"Do it\" }  wait 1m  rollback  await resolved "
              "within 1d else raise overdue");
    scene_after(scene, ESC_MINUTE_MS);
    assert_string_equal(scene_field(scene, "escal:T-1", "status"), "\"closed\"");
    assert_int_equal(scene_audit(scene, "undone", "escal:T-1 is closed"), 1);
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_free(scene);
}

/* A made ticket that somebody has worked on is theirs too. */
static void rollback_leaves_a_ticket_that_others_worked_on(void **state)
{
    (void)state;
    Scene *scene =
        begun("create ticket task { title: \"Do it\" }  wait 1m  rollback  await resolved "
              "within 1d else raise overdue");
    EscAction action = {
        .verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("ben"), .ticket = ESC_TEXT("escal:T-1")};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    scene_after(scene, ESC_MINUTE_MS);
    assert_string_equal(scene_field(scene, "escal:T-1", "status"), "\"resolved\"");
    assert_int_equal(scene_audit(scene, "undone", ""), 0);
    assert_int_equal(scene_audit(scene, "not_undone", "escal:T-1"), 1);
    scene_free(scene);
}

static void what_has_no_inverse_says_why(void **state)
{
    (void)state;
    Scene *scene = begun("crm.note(id: ticket.id, body: \"x\") undo none because \"a note stays\"  "
                         "rollback  close as done");
    assert_int_equal(scene_audit(scene, "not_undone", "a note stays"), 1);
    scene_free(scene);
    /* or the action itself */
    scene = begun("crm.mail(id: ticket.id)  rollback  close as done");
    assert_int_equal(scene_audit(scene, "not_undone", "crm.mail is not undone: a mail is read"), 1);
    scene_free(scene);
}

static void linked_ticket_room_and_snapshot(void **state)
{
    (void)state;
    Scene *scene =
        begun("snapshot ticket, changes for 24h  create ticket incident { title: \"I: "
              "{ticket.title}\"  severity: critical }\n"
              "open warroom \"War\"  queue sdr  await resolved within 1d else raise overdue");
    assert_string_equal(scene_field(scene, "escal:T-1", "title"), "\"I: x\"");
    assert_string_equal(scene_field(scene, "escal:T-1", "severity"), "\"critical\"");
    assert_string_equal(scene_field(scene, "T", "queue"), "\"sdr\"");
    assert_non_null(scene_evidence(scene, "ticket"));
    assert_non_null(scene_evidence(scene, "changes"));
    assert_int_equal(scene_audit(scene, "warroom", "tests-e-1"), 1);
    scene_free(scene);
}

static void snapshot_shows_what_changed(void **state)
{
    (void)state;
    Scene *scene =
        begun("wait 1h  snapshot changes for 24h  await resolved within 2d else raise overdue");
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_after(scene, ESC_HOUR_MS);
    const EscEvidenceRow *row = scene_evidence(scene, "changes");
    assert_non_null(row);
    assert_text_equal(row->content, "[{\"at\":\"2026-01-05T09:00:00.000Z\",\"field\":\"severity\","
                                    "\"before\":\"high\",\"after\":\"low\"}]");
    scene_free(scene);
}

static void what_is_set_is_cut_to_its_field(void **state)
{
    (void)state;
    char title[481], data[520];
    memset(title, 'x', sizeof title - 1);
    title[sizeof title - 1] = '\0';
    snprintf(data, sizeof data, "{\"title\":\"%s\"}", title);
    Scene *scene =
        scene_of("template t \"T\" { start on ticket.created\n" CHAIN
                 "steps { set ticket.title to \"[ESCALATED BY ESCAL] {ticket.title}\" "
                 "await resolved within 1d else raise overdue }\nclose when resolved }\n");
    scene_event(scene, "ticket.created", "T", data);
    assert_int_equal(strlen(scene_field(scene, "T", "title")), 502); /* 500 and its quotes */
    scene_free(scene);
}

/* Seventeen texts of 4 KiB do not fit into a snapshot. */
static void state_too_big_to_keep_is_a_fault(void **state)
{
    (void)state;
    char source[8192], long_text[4001];
    memset(long_text, 'y', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    size_t used = (size_t)snprintf(source, sizeof source,
                                   SYSTEM "template t \"T\" { start on ticket.created\n" CHAIN
                                          "steps { wait 1m\n");
    for (int i = 0; i < 18; i++)
        used += (size_t)snprintf(source + used, sizeof source - used,
                                 "crm.look(id: ticket.id) as r%d else { }\n", i);
    for (int i = 0; i < 18; i++)
        used += (size_t)snprintf(source + used, sizeof source - used, "attach r%d\n", i);
    snprintf(source + used, sizeof source - used,
             "}\non exception engine_fault { notify room \"too big\" }\nclose when resolved }\n");
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{}");
    scene_after(scene, ESC_MINUTE_MS);
    for (int i = 0; i < 18 && scene_sent(scene, "room", "too big") == 0; i++)
        scene_settle(scene, scene_last(scene, "crm.look")->id, ESC_DELIVERY_ACCEPTED, long_text);
    assert_int_equal(scene_sent(scene, "room", "too big"), 1);
    /* with the template, the file and the line */
    assert_int_equal(scene_audit(scene, "exception", "engine_fault: t, b.esc:"), 1);
    assert_int_equal(scene_audit(scene, "parked", ""), 0);
    scene_free(scene);
}

static void template_starts_another(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template a \"A\" { start on ticket.created\n" CHAIN
                 "steps { start template b()  await resolved within 1d else raise "
                 "overdue }\nclose when resolved }\n"
                 "template b \"B\" { manual\n" CHAIN
                 "steps { notify room \"b runs\"  await resolved within 1d else raise overdue }\n"
                 "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    assert_int_equal(scene_sent(scene, "room", "b runs"), 1);
    assert_text_equal(scene_view(scene, 2).template_name, "b");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(scene_view(scene, 2).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pause_goes_on_by_itself),
        cmocka_unit_test(condition_ends_a_wait),
        cmocka_unit_test(condition_times_out),
        cmocka_unit_test(event_ends_a_wait),
        cmocka_unit_test(reminders_come_at_their_share),
        cmocka_unit_test(calendar_hours_count),
        cmocka_unit_test(question_is_answered),
        cmocka_unit_test(question_times_out),
        cmocka_unit_test(new_owner_may_answer),
        cmocka_unit_test(approval_needs_two),
        cmocka_unit_test(approvals_beyond_what_is_counted_are_refused),
        cmocka_unit_test(rejection_takes_the_other_way),
        cmocka_unit_test(reply_is_kept),
        cmocka_unit_test(request_has_a_json_body),
        cmocka_unit_test(failed_action_takes_its_else),
        cmocka_unit_test(failed_action_without_else_raises),
        cmocka_unit_test(reply_after_the_deadline_changes_nothing),
        cmocka_unit_test(handler_lets_the_wait_go_on),
        cmocka_unit_test(handler_skips_and_closes),
        cmocka_unit_test(skipped_question_goes_the_way_without_an_answer),
        cmocka_unit_test(skipped_approval_is_not_given),
        cmocka_unit_test(skipped_wait_counts_as_satisfied),
        cmocka_unit_test(handled_exception_resumes),
        cmocka_unit_test(interrupted_wait_keeps_its_deadline),
        cmocka_unit_test(reply_comes_while_an_exception_is_handled),
        cmocka_unit_test(unknown_exception_goes_to_triage),
        cmocka_unit_test(arithmetic_has_no_faults),
        cmocka_unit_test(what_leaves_the_range_stays_at_its_end),
        cmocka_unit_test(handled_exceptions_never_park),
        cmocka_unit_test(handlers_stand_on_each_other),
        cmocka_unit_test(what_does_not_fit_goes_to_triage),
        cmocka_unit_test(an_awaited_event_is_heard_below_a_handler),
        cmocka_unit_test(a_deadline_that_passed_below_counts_at_once),
        cmocka_unit_test(steps_done_wait_for_what_closes),
        cmocka_unit_test(rollback_goes_backwards),
        cmocka_unit_test(failing_inverse_raises),
        cmocka_unit_test(what_has_no_inverse_says_why),
        cmocka_unit_test(rollback_leaves_what_others_changed),
        cmocka_unit_test(rollback_closes_a_ticket_after_a_restart),
        cmocka_unit_test(rollback_leaves_a_ticket_that_others_worked_on),
        cmocka_unit_test(linked_ticket_room_and_snapshot),
        cmocka_unit_test(snapshot_shows_what_changed),
        cmocka_unit_test(what_is_set_is_cut_to_its_field),
        cmocka_unit_test(state_too_big_to_keep_is_a_fault),
        cmocka_unit_test(template_starts_another),
    };
    return cmocka_run_group_tests_name("engine_frames", tests, NULL, NULL);
}
