/* test_engine_errands.c - what the system that has a ticket does beside taking back a field: comments are written there, linked tickets are made and
 * taken back, and events find them; and what a policy does with a transfer that was made there. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define HOOK "desk_hook"
#define SYSTEM_WITH(undo)                                                                          \
    "system desk {\n"                                                                              \
    "action note(id: text, words: text) undo none because \"it stays\" { POST \"/t/{id}/note\" "   \
    "json { N: words } expect 200 when body[0] contains \"noted\" }\n"                             \
    "action answer(id: text, words: text) undo none because \"it stays\" { POST "                  \
    "\"/t/{id}/answer\" json { A: words } }\n"                                                     \
    "action make(title: text, queue: text, ours: text) -> text undo none because \"it stays\" { "  \
    "POST \"/t\" json { T: title  Q: queue  R: ours } return body.id }\n"                          \
    "action set_status(id: text, status: text) undo set_status(id: id, status: previous) { PUT "   \
    "\"/t/{id}\" json { S: status } }\n"                                                           \
    "action give(id: text, who: text) undo none because \"it is only told\" { PUT \"/t/{id}\" "    \
    "json { O: who } }\n"                                                                          \
    "}\n"                                                                                          \
    "source desk_hook {\n"                                                                         \
    "verify token header \"Authorization\"  event ticket.updated  ticket.id <- body.id\n"          \
    "ticket.assignee <- body.owner  ticket.queue <- body.queue\n"                                  \
    "comment -> desk.note(id: ticket.id, words: comment.text)\n"                                   \
    "comment public -> desk.answer(id: ticket.id, words: \"[{ticket.id}] {comment.text}\")\n"      \
    "ticket -> desk.make(title: ticket.title, queue: \"{ticket.queue else \"general\"}\", "    \
    "ours: ticket.id) " undo "\n"                                                                  \
    "ticket.status -> desk.set_status(id: ticket.id, status: ticket.status)\n"                     \
    "ticket.assignee -> desk.give(id: ticket.id, who: ticket.assignee)\n"                          \
    "}\n"
#define SYSTEM SYSTEM_WITH("")
#define STAYS "await resolved within 30d else raise overdue"
#define HANDLERS                                                                                   \
    "on exception action_failed { notify room \"failed: {exception.message}\"  resume }\n"         \
    "on exception rollback_incomplete { notify room \"left: {exception.message}\"  resume }\n"     \
    "on exception transferred { notify room \"transferred: {exception.message}\"  resume }\n"      \
    "on exception routing_loop { notify room \"loop: {exception.message}\"  resume }\n"

static Scene *begun_with(const char *system, const char *steps, const char *more)
{
    char text[12000];
    snprintf(text, sizeof text,
             "%s"
             "event go.on { }\nevent go.again { }\n"
             "template work \"Work\" { manual owners { primary ben ack within 10d } steps { comment "
             "\"looked at\"  set ticket.status to pending  " STAYS " } close when resolved }\n"
             "template t \"Trouble\" { start on ticket.created when ticket.severity >= high\n"
             "owners { primary ana ack within 10d }\nsteps { %s  " STAYS " }\n%s\n%s\n"
             "close when resolved }\n",
             system, steps, HANDLERS, more);
    Scene *scene = scene_of(text);
    scene_manual_delivery(scene);
    assert_status(scene_report(scene, "ticket.created", "T", HOOK, 0,
                               "{\"title\":\"x\",\"severity\":\"high\",\"status\":\"open\"}"),
                  ESC_OK);
    return scene;
}

static Scene *begun(const char *steps, const char *more)
{
    return begun_with(SYSTEM, steps, more);
}

static EscStatus says(Scene *scene, const char *subject, const char *data)
{
    return scene_report(scene, "ticket.updated", subject, HOOK, 0, data);
}

static void answer(Scene *scene, const char *target, EscDeliveryState state, const char *reply)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    assert_status(scene_settle(scene, row->id, state, reply), ESC_OK);
}

/* --- comments --------------------------------------------------------------------------------- */

static void a_comment_is_written_where_the_ticket_is(void **state)
{
    (void)state;
    Scene *scene = begun("comment \"we look at {ticket.title}\"", "");
    assert_int_equal(scene_sent(scene, "desk.note", "\"N\":\"we look at x\""), 1);
    assert_int_equal(scene_sent(scene, "desk.note", "/t/T/note"), 1);
    assert_int_equal(scene_audit(scene, "comment", "comments in desk_hook"), 1);
    answer(scene, "desk.note", ESC_DELIVERY_DELIVERED, "[\"noted\"]");
    assert_int_equal(scene_audit(scene, "replied", "took a comment"), 1);
    assert_int_equal(scene_sent(scene, "desk.note", ""), 1);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_free(scene);
}

static void one_for_the_customer_goes_the_other_way(void **state)
{
    (void)state;
    Scene *scene = begun("comment public \"hello\"", "");
    assert_int_equal(scene_sent(scene, "desk.answer", "\"A\":\"[T] hello\""), 1);
    assert_int_equal(scene_sent(scene, "desk.note", ""), 0);
    scene_free(scene);
}

static void comments_are_told_in_their_order(void **state)
{
    (void)state;
    Scene *scene = begun("comment \"one\"  comment public \"two\"  comment \"three\"", "");
    assert_int_equal(scene_sent(scene, "desk.note", ""), 1);
    assert_int_equal(scene_sent(scene, "desk.answer", ""), 0);
    answer(scene, "desk.note", ESC_DELIVERY_DELIVERED, "[\"noted\"]");
    assert_int_equal(scene_sent(scene, "desk.answer", "two"), 1);
    assert_int_equal(scene_sent(scene, "desk.note", "three"), 0);
    answer(scene, "desk.answer", ESC_DELIVERY_DELIVERED, "");
    assert_int_equal(scene_sent(scene, "desk.note", "three"), 1);
    scene_free(scene);
}

static void a_comment_that_is_refused_is_an_exception_and_keeps_no_other_up(void **state)
{
    (void)state;
    Scene *scene = begun("comment \"one\"  comment \"two\"", "");
    answer(scene, "desk.note", ESC_DELIVERY_DELIVERED, "[\"no permission\"]");
    assert_int_equal(scene_sent(scene, "room", "failed: desk.note did not take a comment"), 1);
    assert_int_equal(scene_sent(scene, "desk.note", "two"), 1);
    assert_int_equal(scene_sent(scene, "desk.note", "one"), 1); /* and is not repeated */
    answer(scene, "desk.note", ESC_DELIVERY_DEAD, "");
    assert_int_equal(scene_sent(scene, "room", "failed: desk.note did not take a comment"), 2);
    scene_free(scene);
}

static void an_automation_comments_too(void **state)
{
    (void)state;
    Scene *scene = scene_of(SYSTEM "automation seen \"Seen\" { on ticket.created { comment "
                                   "\"{ticket.title} was seen\" } }");
    scene_manual_delivery(scene);
    scene_report(scene, "ticket.created", "T", HOOK, 0, "{\"title\":\"x\"}");
    assert_int_equal(scene_sent(scene, "desk.note", "x was seen"), 1);
    answer(scene, "desk.note", ESC_DELIVERY_DEAD, "");
    assert_int_equal(scene_audit(scene, "alarm", "desk.note did not take a comment"), 1);
    scene_free(scene);
}

/* Nobody who has it takes comments. */
static void a_comment_without_a_home_is_in_the_trail_alone(void **state)
{
    (void)state;
    Scene *scene = scene_of(SYSTEM
                            "template t \"Trouble\" { start on ticket.created when ticket.severity "
                            ">= high owners { primary ana ack within 1d } steps { comment \"hello\" " STAYS
                            " } close when resolved }");
    scene_manual_delivery(scene);
    scene_report(scene, "ticket.created", "U", "elsewhere", 0, "{\"severity\":\"high\"}");
    assert_int_equal(scene_sent(scene, "desk.note", ""), 0);
    assert_int_equal(scene_audit(scene, "comment", "comments here alone"), 1);
    scene_free(scene);
}

/* A loop of somebody's: what is too much is told of, and nothing grows without end. */
static void more_comments_than_can_wait_are_told_of(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"hello\"", "on ticket.updated { comment \"again\" }\n");
    for (int i = 0; i < 70; i++) {
        char data[64];
        snprintf(data, sizeof data, "{\"title\":\"x%d\"}", i);
        assert_status(says(scene, "T", data), ESC_OK);
    }
    assert_int_equal(scene_sent(scene, "desk.note", ""), 1); /* under way; the others wait */
    assert_true(scene_sent(scene, "room", "failed: a comment was not written in desk_hook") > 0);
    scene_free(scene);
}

/* --- tickets ---------------------------------------------------------------------------------- */

#define MAKES "create ticket task in desk { title: \"Look\"  queue: \"second\" }"

static void a_ticket_is_made_there_and_linked_both_ways(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES, "");
    assert_int_equal(scene_sent(scene, "desk.make", "\"T\":\"Look\",\"Q\":\"second\",\"R\":\"escal:T-1\""),
                     1);
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    assert_int_equal(scene_audit(scene, "linked", "escal:T-1 is 17 in desk_hook"), 1);
    assert_status(says(scene, "17", "{\"title\":\"Look at it\"}"), ESC_OK);
    assert_string_equal(scene_field(scene, "escal:T-1", "title"), "\"Look at it\"");
    assert_string_equal(scene_field(scene, "17", "title"), "\"Look at it\""); /* the same one */
    assert_string_equal(scene_field(scene, "17", "parent"), "\"T\"");
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_free(scene);
}

/* The system tells of what was made for us: nothing starts by that. */
static void what_was_made_there_starts_nothing(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES, "");
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    scene_report(scene, "ticket.created", "17", HOOK, 0, "{\"title\":\"Look\",\"severity\":\"high\"}");
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_OPEN);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_free(scene);
}

/* A hook is often faster than the answer. */
static void an_event_before_the_answer_is_known_by_its_title(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES, "");
    scene_report(scene, "ticket.created", "17", HOOK, 0, "{\"title\":\"Look\",\"severity\":\"high\"}");
    assert_int_equal(scene_audit(scene, "linked", "an event told of it"), 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    assert_int_equal(scene_audit(scene, "linked", ""), 1);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_free(scene);
}

static void another_ticket_of_that_title_is_let_go_again(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES, "");
    says(scene, "16", "{\"title\":\"Look\"}");
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    assert_int_equal(scene_sent(scene, "room", "failed: 16 was taken for escal:T-1"), 1);
    says(scene, "16", "{\"title\":\"Another\"}");
    says(scene, "17", "{\"title\":\"Ours\"}");
    assert_string_equal(scene_field(scene, "16", "title"), "\"Another\"");
    assert_string_equal(scene_field(scene, "escal:T-1", "title"), "\"Ours\"");
    scene_free(scene);
}

/* Another title: it is somebody else's, and stays so when the answer names it. */
static void an_id_that_another_ticket_has_is_told_of(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES, "");
    says(scene, "17", "{\"title\":\"Theirs\"}");
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    assert_int_equal(
        scene_sent(scene, "room", "failed: desk.make made escal:T-1 as 17, which is a ticket here"),
        1);
    assert_string_equal(scene_field(scene, "17", "title"), "\"Theirs\"");
    scene_free(scene);
}

static void what_is_said_of_it_waits_until_it_is_there(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES "  start template work(ticket: task)", "");
    assert_int_equal(scene_sent(scene, "desk.note", ""), 0);
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 0);
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    assert_int_equal(scene_sent(scene, "desk.note", "/t/17/note"), 1); /* by its id there */
    assert_int_equal(scene_sent(scene, "desk.set_status", "/t/17"), 1);
    assert_int_equal(scene_sent(scene, "desk.set_status", "\"S\":\"pending\""), 1);
    scene_free(scene);
}

static void a_ticket_that_is_refused_is_an_exception(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES "  start template work(ticket: task)", "");
    answer(scene, "desk.make", ESC_DELIVERY_DEAD, "");
    assert_int_equal(scene_sent(scene, "room", "failed: desk.make did not make escal:T-1: refused"),
                     1);
    assert_int_equal(scene_sent(scene, "desk.note", ""), 0); /* where there is nothing */
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 0);
    assert_int_equal(scene_sent(scene, "desk.make", ""), 1);
    scene_free(scene);
}

static void one_without_an_id_is_told_of(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES, "");
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "");
    assert_int_equal(scene_sent(scene, "room", "failed: desk.make made escal:T-1, and did not say"),
                     1);
    scene_free(scene);
}

/* As a daemon that is away for a while finds them. */
static void the_answer_comes_days_later(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES, "");
    scene_after(scene, 5 * ESC_DAY_MS);
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    says(scene, "17", "{\"title\":\"Look at it\"}");
    assert_string_equal(scene_field(scene, "escal:T-1", "title"), "\"Look at it\"");
    scene_free(scene);
}

/* --- taken back ------------------------------------------------------------------------------- */

#define BACK "on go.again { rollback \"a mistake\" }\n"

static void a_rollback_closes_it_there_by_its_status(void **state)
{
    (void)state;
    Scene *scene = begun(MAKES, BACK);
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    scene_event(scene, "go.again", "T", "{}");
    assert_int_equal(scene_sent(scene, "desk.set_status", "\"S\":\"closed\""), 1);
    assert_int_equal(scene_sent(scene, "desk.set_status", "/t/17"), 1);
    assert_int_equal(scene_sent(scene, "room", "left: "), 0);
    scene_free(scene);
}

static void a_declared_inverse_takes_it_back_instead(void **state)
{
    (void)state;
    Scene *scene =
        begun_with(SYSTEM_WITH("undo desk.set_status(id: ticket.id, status: \"void\")"), MAKES, BACK);
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    scene_event(scene, "go.again", "T", "{}");
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 1);
    assert_int_equal(scene_sent(scene, "desk.set_status", "\"S\":\"void\""), 1);
    answer(scene, "desk.set_status", ESC_DELIVERY_DELIVERED, "");
    assert_int_equal(scene_audit(scene, "undone", "escal:T-1 is taken back in desk_hook"), 1);
    assert_int_equal(scene_sent(scene, "room", "left: "), 0);
    scene_free(scene);
}

static void an_inverse_waits_for_what_it_takes_back(void **state)
{
    (void)state;
    Scene *scene =
        begun_with(SYSTEM_WITH("undo desk.set_status(id: ticket.id, status: \"void\")"), MAKES, BACK);
    scene_event(scene, "go.again", "T", "{}");
    assert_int_equal(scene_sent(scene, "desk.set_status", ""), 0);
    answer(scene, "desk.make", ESC_DELIVERY_DELIVERED, "17");
    assert_int_equal(scene_sent(scene, "desk.set_status", "/t/17"), 1);
    answer(scene, "desk.set_status", ESC_DELIVERY_DEAD, "");
    assert_int_equal(scene_sent(scene, "room", "left: not undone: escal:T-1"), 1);
    scene_free(scene);
}

/* --- transfers -------------------------------------------------------------------------------- */

static Scene *ruled(const char *rule)
{
    char system[8192];
    snprintf(system, sizeof system, "%spolicy p { last resort dora  %s }\n", SYSTEM, rule);
    Scene *scene = begun_with(system, "notify room \"hello\"", "");
    says(scene, "T", "{\"assignee\":\"ana\"}");
    return scene;
}

static void without_a_word_of_the_policy_the_owner_is_asked(void **state)
{
    (void)state;
    Scene *scene = ruled("on transfer ask owner");
    assert_int_equal(scene_sent(scene, "room", "transferred: assignee was changed to"), 1);
    assert_int_equal(scene_sent(scene, "desk.give", ""), 0);
    scene_free(scene);
}

static void a_transfer_is_put_back(void **state)
{
    (void)state;
    Scene *scene = ruled("on transfer put back");
    assert_int_equal(scene_audit(scene, "put_back", "puts ticket.assignee back"), 1);
    assert_int_equal(scene_sent(scene, "room", "transferred: "), 0);
    assert_string_equal(scene_field(scene, "T", "assignee"), "null");
    assert_int_equal(scene_sent(scene, "room", "loop: "), 0);
    says(scene, "T", "{\"queue\":\"billing\"}"); /* goes nowhere, so it is asked about */
    assert_int_equal(scene_sent(scene, "room", "transferred: queue was changed to"), 1);
    scene_free(scene);
}

/* Somebody insists. */
static void what_is_put_back_again_and_again_is_noticed(void **state)
{
    (void)state;
    Scene *scene = begun_with(SYSTEM "policy p { last resort dora  on transfer put back }\n",
                              "assign to ana", "");
    answer(scene, "desk.give", ESC_DELIVERY_DELIVERED, "");
    for (int i = 0; i < 8; i++) {
        scene_after(scene, 1000);
        says(scene, "T", "{\"assignee\":\"lena\"}");
        if (scene_sent(scene, "room", "loop: ") == 0)
            answer(scene, "desk.give", ESC_DELIVERY_DELIVERED, "");
    }
    assert_true(scene_sent(scene, "desk.give", "\"O\":\"ana\"") > 1);
    assert_true(scene_sent(scene, "desk.give", "") <= 5);
    assert_true(scene_sent(scene, "room", "loop: assignee is set here and in desk_hook") >= 1);
    scene_free(scene);
}

static void a_transfer_is_taken_over(void **state)
{
    (void)state;
    Scene *scene = ruled("on transfer take over");
    assert_view_owner(scene, 1, "ana");
    says(scene, "T", "{\"assignee\":\"ben\"}");
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_audit(scene, "taken_over", "ben has it and no longer ana"), 1);
    assert_int_equal(scene_sent(scene, "room", "transferred: "), 0);
    says(scene, "T", "{\"assignee\":\"a stranger\"}"); /* nobody whom it could be handed to */
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_sent(scene, "room", "transferred: assignee was changed to"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_is_written_where_the_ticket_is),
        cmocka_unit_test(one_for_the_customer_goes_the_other_way),
        cmocka_unit_test(comments_are_told_in_their_order),
        cmocka_unit_test(a_comment_that_is_refused_is_an_exception_and_keeps_no_other_up),
        cmocka_unit_test(an_automation_comments_too),
        cmocka_unit_test(a_comment_without_a_home_is_in_the_trail_alone),
        cmocka_unit_test(more_comments_than_can_wait_are_told_of),
        cmocka_unit_test(a_ticket_is_made_there_and_linked_both_ways),
        cmocka_unit_test(what_was_made_there_starts_nothing),
        cmocka_unit_test(an_event_before_the_answer_is_known_by_its_title),
        cmocka_unit_test(another_ticket_of_that_title_is_let_go_again),
        cmocka_unit_test(an_id_that_another_ticket_has_is_told_of),
        cmocka_unit_test(what_is_said_of_it_waits_until_it_is_there),
        cmocka_unit_test(a_ticket_that_is_refused_is_an_exception),
        cmocka_unit_test(one_without_an_id_is_told_of),
        cmocka_unit_test(the_answer_comes_days_later),
        cmocka_unit_test(a_rollback_closes_it_there_by_its_status),
        cmocka_unit_test(a_declared_inverse_takes_it_back_instead),
        cmocka_unit_test(an_inverse_waits_for_what_it_takes_back),
        cmocka_unit_test(without_a_word_of_the_policy_the_owner_is_asked),
        cmocka_unit_test(a_transfer_is_put_back),
        cmocka_unit_test(what_is_put_back_again_and_again_is_noticed),
        cmocka_unit_test(a_transfer_is_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
