/* test_engine_tasks.c - what people have to do: tasks are made where something waits for somebody, claimed, given back, completed, and
 * asked after when they are late. Each scene is restored before each input, as every scene is. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define ASK                                                                                        \
    "ask ana \"Which way?\" within 1h { guidance \"Look at the map.\"\n answer left \"Left\" { "   \
    "notify room \"left\" }\n answer right \"Right\" { }\n timeout { notify room \"late\" } }\n"

static Scene *scene_with(const char *steps, const char *behind)
{
    char source[4096];
    snprintf(source, sizeof source,
             "template t \"Trouble\" { start on ticket.created\n"
             "owners { primary ben ack within 4h }\nsteps { %s }\n%s }\n",
             steps, behind);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

#define STAYS "await resolved within 30d else raise overdue"
#define BEGUN(steps) scene_with(steps STAYS, "close when resolved")

static EscStatus act(Scene *scene, EscVerb verb, const char *actor, uint32_t task,
                     const char *target, const char *reason)
{
    return scene_act_full(scene, &(EscAction){.verb = verb,
                                              .actor = esc_text_from(actor),
                                              .escalation = 1,
                                              .task = task,
                                              .target = esc_text_from(target),
                                              .reason = esc_text_from(reason)});
}

#define assert_task(scene, number, text) assert_string_equal(scene_task(scene, 1, number), text)

/* --- questions -------------------------------------------------------------------------------- */

static void a_question_is_a_task_as_long_as_it_waits(void **state)
{
    (void)state;
    Scene *scene = BEGUN(ASK);
    assert_task(scene, 1, "question open ana [ana, ben] in 60m: Which way?");
    assert_task(scene, 2, "");
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "left"), ESC_OK);
    assert_task(
        scene, 1,
        "question done ana [ana, ben] in 60m: Which way? = left by ana, because of the test");
    assert_int_equal(scene_audit(scene, "answered", "\"task\":\"E-1-1\""), 1);
    scene_free(scene);
}

static void completing_is_answering(void **state)
{
    (void)state;
    Scene *scene = BEGUN(ASK);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "", ""), ESC_BAD_INPUT);
    assert_string_equal(scene_why(scene), "E-1-1 wants one of its answers: left, right");
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "up", ""), ESC_NOT_FOUND);
    assert_status(act(scene, ESC_VERB_COMPLETE, "cleo", 1, "left", ""), ESC_FORBIDDEN);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ben", 1, "left", "the map says so"), ESC_OK);
    assert_task(scene, 1,
                "question done ana [ana, ben] in 60m: Which way? = left by ben, the map says so");
    assert_int_equal(scene_sent(scene, "room", "left"), 1);
    assert_true(scene_view(scene, 1).is_acked); /* who is accountable has noticed it */
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "right", ""), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_string_equal(scene_outcome(scene)->note, "E-1-1 is not open any more");
    scene_free(scene);
}

static void a_question_without_an_answer_expires(void **state)
{
    (void)state;
    Scene *scene = BEGUN(ASK);
    scene_after(scene, ESC_HOUR_MS);
    assert_task(scene, 1, "question expired ana [ana, ben] in 0m: Which way?");
    assert_int_equal(scene_sent(scene, "room", "late"), 1);
    scene_free(scene);
}

static void nobody_waits_for_a_question_of_steps_that_have_ended(void **state)
{
    (void)state;
    Scene *scene = BEGUN(ASK);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_task(scene, 1, "question withdrawn ana [ana, ben] in 60m: Which way?");
    scene_free(scene);
}

static void a_question_that_comes_again_is_another_task(void **state)
{
    (void)state;
    Scene *scene = scene_with(ASK STAYS, "qa { check confirmed \"Well?\" before close }\n"
                                         "close when resolved");
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    assert_task(scene, 1, "question withdrawn ana [ana, ben] in 60m: Which way?");
    assert_task(scene, 2, "confirmation open ben [ben] in 60m: Well?");
    assert_status(scene_event(scene, "ticket.reopened", "T", "{}"), ESC_OK);
    assert_task(scene, 2, "confirmation withdrawn ben [ben] in 60m: Well?");
    assert_task(scene, 3, "question open ana [ana, ben] in 60m: Which way?");
    scene_free(scene);
}

static void an_approval_is_a_task(void **state)
{
    (void)state;
    Scene *scene = BEGUN("approve by ana \"Shut it down\" within 1h else raise overdue\n");
    assert_task(scene, 1, "approval open ana [ana] in 60m: Shut it down");
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "yes", ""), ESC_BAD_INPUT);
    assert_string_equal(scene_why(scene), "E-1-1 wants one of its answers: approve, reject");
    assert_status(act(scene, ESC_VERB_COMPLETE, "ben", 1, "approve", ""), ESC_FORBIDDEN);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "reject", ""), ESC_BAD_INPUT);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "approve", ""), ESC_OK);
    assert_task(scene, 1, "approval done ana [ana] in 60m: Shut it down = approve by ana");
    scene_free(scene);
}

static void a_refusal_needs_words(void **state)
{
    (void)state;
    Scene *scene = BEGUN("approve by ana \"Shut it down\" within 1h else { }\n");
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "reject", "too risky"), ESC_OK);
    assert_task(scene, 1,
                "approval done ana [ana] in 60m: Shut it down = reject by ana, too risky");
    scene_free(scene);
}

/* --- claiming --------------------------------------------------------------------------------- */

static void a_claim_shows_who_is_at_it(void **state)
{
    (void)state;
    Scene *scene = BEGUN(ASK);
    assert_status(act(scene, ESC_VERB_CLAIM, "cleo", 1, "", ""), ESC_FORBIDDEN);
    assert_status(act(scene, ESC_VERB_CLAIM, "nobody", 1, "", ""), ESC_FORBIDDEN);
    assert_status(act(scene, ESC_VERB_CLAIM, "ana", 2, "", ""), ESC_NOT_FOUND);
    assert_status(act(scene, ESC_VERB_CLAIM, "ana", 1, "", "on it"), ESC_OK);
    assert_task(scene, 1, "question claimed ana [ana, ben] in 60m: Which way?");
    assert_int_equal(scene_audit(scene, "task_claimed", "ana is at E-1-1: on it: \"Which way?\""),
                     1);
    assert_status(act(scene, ESC_VERB_CLAIM, "ana", 1, "", ""), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_status(act(scene, ESC_VERB_CLAIM, "ben", 1, "", ""), ESC_OK); /* it is his to decide */
    assert_task(scene, 1, "question claimed ben [ana, ben] in 60m: Which way?");
    assert_int_equal(scene_audit(scene, "task_claimed", "instead of ana"), 1);
    assert_status(act(scene, ESC_VERB_CLAIM, "ana", 1, "", ""), ESC_CONFLICT);
    assert_status(act(scene, ESC_VERB_RELEASE, "ana", 1, "", ""), ESC_FORBIDDEN);
    assert_status(act(scene, ESC_VERB_RELEASE, "ben", 1, "", "a call"), ESC_OK);
    assert_task(scene, 1, "question open ana [ana, ben] in 60m: Which way?");
    assert_status(act(scene, ESC_VERB_RELEASE, "ben", 1, "", ""), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

static void others_may_do_what_is_claimed(void **state)
{
    (void)state;
    Scene *scene = BEGUN(ASK);
    assert_status(act(scene, ESC_VERB_CLAIM, "ana", 1, "", ""), ESC_OK);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ben", 1, "right", ""), ESC_OK);
    assert_task(scene, 1, "question done ana [ana, ben] in 60m: Which way? = right by ben");
    scene_free(scene);
}

static void who_goes_away_is_at_nothing_any_more(void **state)
{
    (void)state;
    Scene *scene = BEGUN(ASK);
    assert_status(act(scene, ESC_VERB_CLAIM, "ana", 1, "", ""), ESC_OK);
    assert_status(scene_act_full(scene, &(EscAction){.verb = ESC_VERB_ABSENT,
                                                     .actor = ESC_TEXT("ana"),
                                                     .target = ESC_TEXT("ana"),
                                                     .for_ms = ESC_HOUR_MS}),
                  ESC_OK);
    assert_task(scene, 1, "question open ana [ana, ben] in 60m: Which way?");
    assert_int_equal(scene_audit(scene, "task_released", "they are away"), 1);
    scene_free(scene);
}

/* --- confirmations ---------------------------------------------------------------------------- */

#define CHECKED "qa { check confirmed \"It is well\" before close }\nclose when resolved"

static void a_confirmation_is_a_task_and_is_asked_after(void **state)
{
    (void)state;
    Scene *scene = scene_with(STAYS, CHECKED);
    assert_task(scene, 1, "");
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    assert_task(scene, 1, "confirmation open ben [ben] in 60m: It is well");
    scene_after(scene, ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ben", "E-1-1 was due"), 1);
    assert_int_equal(scene_sent(scene, "dora", "E-1-1 was due"), 0);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ben", "E-1-1 was due"), 3);
    assert_int_equal(scene_sent(scene, "dora", "E-1-1 was due"), 1); /* the last resort */
    scene_after(scene, 23 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "dora", "E-1-1 was due"), 1);
    scene_after(scene, ESC_HOUR_MS); /* daily from now on */
    assert_int_equal(scene_sent(scene, "dora", "E-1-1 was due"), 2);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ben", 1, "", ""), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_after(scene, 30 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "dora", "E-1-1 was due"), 2);
    scene_free(scene);
}

static void a_confirmation_can_be_overridden(void **state)
{
    (void)state;
    Scene *scene = scene_with(STAYS, CHECKED);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "no", ""), ESC_BAD_INPUT);
    assert_status(act(scene, ESC_VERB_COMPLETE, "dora", 1, "override", ""), ESC_BAD_INPUT);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ana", 1, "override", "a drill"), ESC_OK);
    assert_true(scene_outcome(scene)->is_forbidden); /* completing it is overriding, with its right */
    assert_status(act(scene, ESC_VERB_COMPLETE, "dora", 1, "override", "a drill"), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_task(scene, 1,
                "confirmation done ben [ben] in 60m: It is well = override by dora, a drill");
    scene_free(scene);
}

/* --- what outlives the escalation ------------------------------------------------------------- */

#define REVIEWED "close when resolved with postmortem by primary due 5d"

static void a_postmortem_is_never_lost(void **state)
{
    (void)state;
    Scene *scene = scene_with(STAYS, REVIEWED);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL), ESC_OK);
    assert_task(scene, 1, "postmortem open ben [ben] in 7200m: Post-mortem: Trouble on T");
    scene_after(scene, 5 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "ben", "E-1-1 was due"), 1);
    assert_int_equal(scene_audit(scene, "task_chased", "E-1-1 is late, and ben is reminded"), 1);
    scene_after(scene, 2 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "dora", "E-1-1 was due"), 1);
    scene_after(scene, 20 * ESC_DAY_MS); /* once a week */
    assert_int_equal(scene_sent(scene, "dora", "E-1-1 was due"), 3);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ben", 1, "yes", ""), ESC_BAD_INPUT);
    assert_status(act(scene, ESC_VERB_COMPLETE, "ben", 1, "", "a full disk"), ESC_OK);
    assert_string_equal(scene_field(scene, "escal:T-1", "status"), "\"resolved\"");
    assert_task(scene, 1,
                "postmortem done ben [ben] in -31680m: Post-mortem: Trouble on T = done by ben, a "
                "full disk");
    scene_after(scene, 30 * ESC_DAY_MS);
    assert_int_equal(scene_sent(scene, "dora", "E-1-1 was due"), 3);
    scene_free(scene);
}

static void a_postmortem_whose_ticket_is_resolved_is_done(void **state)
{
    (void)state;
    Scene *scene = scene_with(STAYS, REVIEWED);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL), ESC_OK);
    assert_status(scene_act_full(scene, &(EscAction){.verb = ESC_VERB_RESOLVE,
                                                     .actor = ESC_TEXT("cleo"),
                                                     .reason = ESC_TEXT("written"),
                                                     .ticket = ESC_TEXT("escal:T-1")}),
                  ESC_OK);
    assert_task(scene, 1,
                "postmortem done ben [ben] in 7200m: Post-mortem: Trouble on T = done by cleo, "
                "written");
    scene_free(scene);
}

/* The primary was called and never came: it is not theirs to write. */
static void the_author_is_who_handled_it(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"Trouble\" { start on ticket.created\n"
                            "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
                            "steps { " STAYS " }\n" REVIEWED " }\n");
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    scene_after(scene, 6 * ESC_MINUTE_MS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL), ESC_OK);
    assert_task(scene, 1, "postmortem open ben [ben] in 7200m: Post-mortem: Trouble on T");
    assert_string_equal(scene_field(scene, "escal:T-1", "assignee"), "\"ben\"");
    assert_int_equal(scene_sent(scene, "ana", "post-mortem"), 0);
    scene_free(scene);
}

static void a_claim_ends_with_its_time(void **state)
{
    (void)state;
    Scene *scene = scene_with(STAYS, REVIEWED);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL), ESC_OK);
    assert_status(act(scene, ESC_VERB_CLAIM, "cleo", 1, "", ""), ESC_OK);
    assert_task(scene, 1,
                "postmortem claimed cleo [ben, cleo] in 7200m: Post-mortem: Trouble on T");
    scene_after(scene, 5 * ESC_DAY_MS);
    assert_task(scene, 1, "postmortem open cleo [ben, cleo] in 0m: Post-mortem: Trouble on T");
    assert_int_equal(scene_audit(scene, "task_released", "its time is over"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "E-1-1 was due"), 1);
    scene_free(scene);
}

static void a_ticket_of_kind_task_is_a_follow_up(void **state)
{
    (void)state;
    Scene *scene = BEGUN("create ticket work { title: \"Write it down\"  kind: task  assignee: "
                         "\"cleo\" }\ncreate ticket other { title: \"No task\" }\n");
    assert_task(scene, 1, "follow_up open cleo [cleo] in 20160m: Write it down");
    assert_task(scene, 2, "");
    assert_int_equal(scene_audit(scene, "task_made", "E-1-1 is cleo's to do"), 1);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL), ESC_OK);
    assert_task(scene, 1, "follow_up open cleo [cleo] in 20160m: Write it down");
    assert_status(act(scene, ESC_VERB_COMPLETE, "cleo", 1, "", ""), ESC_OK);
    assert_string_equal(scene_field(scene, "escal:T-1", "status"), "\"resolved\"");
    scene_free(scene);
}

static void a_follow_up_that_is_taken_back_is_withdrawn(void **state)
{
    (void)state;
    Scene *scene = BEGUN("create ticket work { title: \"Write it down\"  kind: task }\n");
    assert_task(scene, 1, "follow_up open ben [ben] in 20160m: Write it down");
    assert_status(act(scene, ESC_VERB_ROLLBACK, "ben", 0, "", "a mistake"), ESC_OK);
    assert_task(scene, 1, "follow_up withdrawn ben [ben] in 20160m: Write it down");
    scene_free(scene);
}

/* --- triage ----------------------------------------------------------------------------------- */

static void what_an_exception_says_reaches_who_decides(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"Trouble\" { start on ticket.created\n"
                            "owners { primary ben ack within 4h }\nsteps { raise broken { message: "
                            "\"no space\" disk: \"sda1\" free: 3 } }\nclose when resolved }\n");
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    assert_string_equal(scene_task(scene, 1, 1),
                        "triage open ben [ben] in 15m: broken on T: how do we go on?");
    assert_int_equal(scene_sent(scene, "ben", "no space"), 2); /* the page and the question */
    assert_int_equal(scene_sent(scene, "ben", "disk: sda1\\nfree: 3"), 1);
    assert_non_null(strstr(scene_task_facts(scene, 1, 1),
                           "{\"exception\":\"broken\",\"message\":\"no space\",\"fields\":{"));
    assert_non_null(strstr(scene_task_facts(scene, 1, 1), "\"disk\":\"sda1\",\"free\":3"));
    scene_after(scene, 15 * ESC_MINUTE_MS); /* the last resort is asked too */
    assert_int_equal(scene_sent(scene, "dora", "disk: sda1"), 1);
    assert_string_equal(scene_task(scene, 1, 1),
                        "triage open ben [ben, dora] in 60m: broken on T: how do we go on?");
    assert_status(act(scene, ESC_VERB_COMPLETE, "dora", 1, "handled", "I do it"), ESC_OK);
    assert_string_equal(scene_task(scene, 1, 1), "triage done ben [ben, dora] in 60m: broken on T: "
                                                 "how do we go on? = handled by dora, I do it");
    assert_string_equal(scene_task(scene, 1, 2),
                        "follow_up open ben [ben] in 20160m: Learn from broken on T");
    scene_free(scene);
}

/* --- rollback by hand ------------------------------------------------------------------------- */

static EscText preview(Scene *scene)
{
    static char text[4096];
    EscBuf out;
    esc_buf_init(&out, sizeof text);
    assert_true(esc_engine_show_rollback(scene_engine(scene), 1, &out));
    memcpy(text, out.data == NULL ? "" : (const char *)out.data, out.size);
    EscText shown = {text, out.size};
    esc_buf_release(&out);
    return shown;
}

static void a_person_has_changes_taken_back(void **state)
{
    (void)state;
    Scene *scene = BEGUN("set ticket.severity to high\nset ticket.severity to critical\n"
                         "add \"paged\" to ticket.tags\n");
    assert_text_equal(preview(scene),
                      "{\"will\":\"undone\",\"what\":\"\\\"paged\\\" in tags\"},"
                      "{\"will\":\"undone\",\"what\":\"severity\",\"to\":\"high\"},"
                      "{\"will\":\"undone\",\"what\":\"severity\",\"to\":\"medium\"}");
    assert_status(act(scene, ESC_VERB_ROLLBACK, "ben", 0, "", ""), ESC_BAD_INPUT);
    assert_status(act(scene, ESC_VERB_ROLLBACK, "nobody", 0, "", "x"), ESC_OK);
    assert_true(scene_outcome(scene)->is_forbidden);
    assert_status(act(scene, ESC_VERB_ROLLBACK, "ben", 0, "", "wrong ticket"), ESC_OK);
    assert_string_equal(scene_field(scene, "T", "severity"), "\"medium\"");
    assert_string_equal(scene_field(scene, "T", "tags"), "[]");
    assert_int_equal(scene_audit(scene, "rollback", "rolls 3 changes back: wrong ticket"), 1);
    assert_text_equal(preview(scene), "");
    assert_status(act(scene, ESC_VERB_ROLLBACK, "ben", 0, "", "again"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_audit(scene, "rollback", ""), 1);
    scene_free(scene);
}

static void what_cannot_be_taken_back_is_told(void **state)
{
    (void)state;
    Scene *scene = BEGUN("set ticket.severity to high\n");
    assert_status(scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}"), ESC_OK);
    assert_text_equal(preview(scene), "{\"will\":\"left\",\"what\":\"severity\",\"because\":"
                                      "\"somebody changed it since\"}");
    assert_status(act(scene, ESC_VERB_ROLLBACK, "dora", 0, "", "a drill"), ESC_OK);
    assert_int_equal(scene_audit(scene, "not_undone", "severity is not undone"), 1);
    assert_int_equal(scene_sent(scene, "ben", "not undone: severity (somebody changed it since)"),
                     1);
    scene_free(scene);
}

static void a_closed_one_is_not_rolled_back(void **state)
{
    (void)state;
    Scene *scene = BEGUN("set ticket.severity to high\n");
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL), ESC_OK);
    EscBuf out;
    esc_buf_init(&out, 100);
    assert_false(esc_engine_show_rollback(scene_engine(scene), 1, &out));
    EscStatus status = act(scene, ESC_VERB_ROLLBACK, "ben", 0, "", "late");
    assert_true(status == ESC_CONFLICT || scene_outcome(scene)->is_noop);
    assert_string_equal(scene_field(scene, "T", "severity"), "\"high\"");
    scene_free(scene);
}

/* --- the clock, and a store that is damaged --------------------------------------------------- */

static void tasks_keep_their_time_when_the_clock_is_corrected(void **state)
{
    (void)state;
    Scene *scene = scene_with(STAYS, REVIEWED);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL), ESC_OK);
    scene_after(scene, ESC_DAY_MS);
    scene_correct(scene, 3 * ESC_DAY_MS);
    assert_task(scene, 1, "postmortem open ben [ben] in 5760m: Post-mortem: Trouble on T");
    scene_after(scene, 4 * ESC_DAY_MS - 1);
    assert_int_equal(scene_sent(scene, "ben", "E-1-1 was due"), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_sent(scene, "ben", "E-1-1 was due"), 1);
    scene_free(scene);
}

static void a_task_that_cannot_be_read_is_still_to_be_done(void **state)
{
    (void)state;
    Scene *scene = BEGUN("");
    EscEngine *engine = scene_restore(scene, 3);
    static const uint8_t bad[] = {9, 9, 9};
    EscTaskRow row = {.escalation = 7,
                      .number = 2,
                      .kind = ESC_TASK_POSTMORTEM,
                      .ticket = ESC_TEXT("T"),
                      .assignee = ESC_TEXT("ana"),
                      .candidates = ESC_TEXT("\nana\nben\n"),
                      .body = {bad, sizeof bad}};
    assert_status(esc_engine_restore_task(engine, &row, NULL), ESC_OK);
    assert_status(esc_engine_restore_task(engine, &row, NULL), ESC_CONFLICT);
    row.number = 0;
    assert_status(esc_engine_restore_task(engine, &row, NULL), ESC_CONFLICT);
    row.number = 3;
    row.state = ESC_TASK_DONE;
    assert_status(esc_engine_restore_task(engine, &row, NULL), ESC_CONFLICT);
    esc_engine_free(engine);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_a_task_as_long_as_it_waits),
        cmocka_unit_test(completing_is_answering),
        cmocka_unit_test(a_question_without_an_answer_expires),
        cmocka_unit_test(nobody_waits_for_a_question_of_steps_that_have_ended),
        cmocka_unit_test(a_question_that_comes_again_is_another_task),
        cmocka_unit_test(an_approval_is_a_task),
        cmocka_unit_test(a_refusal_needs_words),
        cmocka_unit_test(a_claim_shows_who_is_at_it),
        cmocka_unit_test(others_may_do_what_is_claimed),
        cmocka_unit_test(who_goes_away_is_at_nothing_any_more),
        cmocka_unit_test(a_confirmation_is_a_task_and_is_asked_after),
        cmocka_unit_test(a_confirmation_can_be_overridden),
        cmocka_unit_test(a_postmortem_is_never_lost),
        cmocka_unit_test(a_postmortem_whose_ticket_is_resolved_is_done),
        cmocka_unit_test(the_author_is_who_handled_it),
        cmocka_unit_test(a_claim_ends_with_its_time),
        cmocka_unit_test(a_ticket_of_kind_task_is_a_follow_up),
        cmocka_unit_test(a_follow_up_that_is_taken_back_is_withdrawn),
        cmocka_unit_test(what_an_exception_says_reaches_who_decides),
        cmocka_unit_test(a_person_has_changes_taken_back),
        cmocka_unit_test(what_cannot_be_taken_back_is_told),
        cmocka_unit_test(a_closed_one_is_not_rolled_back),
        cmocka_unit_test(tasks_keep_their_time_when_the_clock_is_corrected),
        cmocka_unit_test(a_task_that_cannot_be_read_is_still_to_be_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
