/* test_engine_turns.c - whose turn it is at one instant, who hears of it, and what an acknowledgement is. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define CHAIN                                                                                      \
    "owners { primary ana ack within 5m  secondary ben ack within 5m  escalation cleo ack within " \
    "10m }\n"
#define WITH(owners, steps, more)                                                                  \
    "template t \"Trouble\" { start on ticket.created\n" owners "steps { " steps " }\n" more       \
    "close when resolved }\n"
#define STAYS "await resolved within 30d else raise overdue"
#define HANDLED "on exception unowned { resume }\n"

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static EscStatus ack(Scene *scene, const char *actor)
{
    return scene_act(scene, ESC_VERB_ACK, actor, 1, NULL);
}

static EscStatus leave(Scene *scene, const char *person)
{
    return scene_act(scene, ESC_VERB_ABSENT, "helpdesk", 0, person);
}

/* --- one instant ------------------------------------------------------------------------------ */

static void an_authors_else_comes_before_the_failover(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN,
                              "await ack within 5m else { handoff to escalation because "
                              "\"no answer\" expect acked within 30m }  " STAYS,
                              ""));
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_sent(scene, "ben", ""), 0); /* not for a moment */
    assert_int_equal(scene_audit(scene, "failover", ""), 0);
    assert_int_equal(scene_audit(scene, "handoff", "handed over from ana to cleo"), 1);
    scene_free(scene);
}

/* It goes from hand to hand at one instant: those in between hear nothing. */
static void what_is_due_at_this_instant_comes_before_telling(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN,
                              "await ticket.severity = low within 5m else { handoff to secondary "
                              "because \"late\" expect acked within 30m }  " STAYS,
                              "qa { check ticket.severity = low within 5m else { handoff to "
                              "escalation because \"not low\" expect acked within 30m } }\n"));
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "handoff", ""), 2);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_sent(scene, "ben", ""), 0);
    assert_int_equal(scene_sent(scene, "cleo", "You are accountable"), 1);
    assert_int_equal(scene_sent(scene, "ana", "cleo is accountable for T now"), 1);
    scene_free(scene);
}

static void a_check_names_who_missed_it_before_the_failover(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN, STAYS, "qa { check acknowledged within 5m else failover }\n"));
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "check_failed", "ana has not acknowledged within 5m"), 1);
    assert_view_owner(scene, 1, "ben");
    assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + 5 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "ben", "You are accountable"), 1);
    scene_free(scene);
}

static void only_who_has_it_in_the_end_is_told(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN, STAYS,
                              "on ticket.updated { handoff to secondary because \"a\" expect acked "
                              "within 5m  handoff to escalation because \"b\" expect acked within "
                              "5m }\n"));
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_sent(scene, "ben", ""), 0);
    assert_int_equal(scene_sent(scene, "cleo", "You are accountable"), 1);
    assert_int_equal(scene_sent(scene, "ana", "cleo is accountable for T now"), 1);
    scene_free(scene);
}

/* After a time in which nothing ran, several things are due that were not due together. */
static void what_is_late_is_told_when_all_of_it_is_done(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN,
                              "await ack within 6m else { handoff to escalation because "
                              "\"no answer\" expect acked within 30m }  " STAYS,
                              ""));
    scene_clock(scene, ESC_HOUR_MS);
    scene_after(scene, 0);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_audit(scene, "failover", "ben (secondary)"), 1);
    assert_int_equal(scene_sent(scene, "ben", ""), 0);
    assert_int_equal(scene_sent(scene, "cleo", "You are accountable"), 1);
    assert_int_equal(scene_sent(scene, "ana", "cleo is accountable for T now"), 1);
    scene_free(scene);
}

/* The second of two things moves nothing: the first is told all the same. */
static void what_is_late_is_told_though_nothing_else_comes_of_it(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN, "await ack within 6m else { }  " STAYS, ""));
    scene_clock(scene, ESC_HOUR_MS);
    scene_after(scene, 0);
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_sent(scene, "ben", "You are accountable"), 1);
    scene_free(scene);
}

static void deadlines_are_told_as_deadlines(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN, STAYS, ""));
    scene_clock(scene, 5 * ESC_MINUTE_MS + 12 * ESC_SECOND_MS);
    scene_after(scene, 0);
    assert_int_equal(scene_audit(scene, "failover",
                                 "ana did not acknowledge within 5m, 12 s late; ben (secondary)"),
                     1);
    scene_free(scene);
}

/* --- who is there ----------------------------------------------------------------------------- */

static void a_role_means_who_stands_for_it(void **state)
{
    (void)state;
    Scene *scene = scene_of(WITH(CHAIN, "page primary \"down\"  await ack  " STAYS, ""));
    assert_status(leave(scene, "ana"), ESC_OK);
    scene_event(scene, "ticket.created", "T", "{}");
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_sent(scene, "ben", "down"), 1);
    assert_int_equal(scene_audit(scene, "unreachable", ""), 0);
    scene_free(scene);
}

#define TEAM "owners { primary ops ack within 5m  secondary dora ack within 5m }\n"

static void all_of_a_role_are_paged_when_nobody_says_so(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(TEAM, "notify room \"x\"  " STAYS, ""));
    assert_int_equal(scene_sent(scene, "ana", "You are accountable for T"), 1);
    assert_int_equal(scene_sent(scene, "ben", "With you, ana is accountable for T"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "With you, ana is accountable for T"), 1);
    ack(scene, "ben");
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_sent(scene, "ana", "ben is accountable for T now"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "ben is accountable for T now"), 1);
    assert_int_equal(scene_sent(scene, "ben", "is accountable for T now"), 0);
    scene_free(scene);
}

static void who_leaves_is_followed_in_the_same_turn(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(TEAM, "page primary \"all\"  " STAYS, ""));
    int64_t due_ms = scene_view(scene, 1).ack_due_ms;
    scene_after(scene, 2 * ESC_MINUTE_MS);
    assert_status(leave(scene, "ana"), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    assert_true(scene_view(scene, 1).ack_due_ms == due_ms);
    assert_int_equal(scene_sent(scene, "ben", "You are accountable for T"), 1);
    assert_int_equal(scene_sent(scene, "cleo", ""), 1); /* they know */
    scene_free(scene);
}

static void enough_of_those_who_are_left(void **state)
{
    (void)state;
    Scene *scene = begun(WITH("owners { primary ops ack by all within 5m  secondary dora ack "
                              "within 5m }\n",
                              STAYS, ""));
    ack(scene, "ana");
    ack(scene, "ben");
    assert_false(scene_view(scene, 1).is_acked);
    assert_status(leave(scene, "cleo"), ESC_OK);
    assert_true(scene_view(scene, 1).is_acked);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

static void one_of_two_is_told_that_it_was_not_enough(void **state)
{
    (void)state;
    Scene *scene = begun(WITH("owners { primary ops ack by 2 of within 5m  secondary dora ack "
                              "within 5m }\n",
                              STAYS, ""));
    ack(scene, "ben");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_sent(scene, "ben", "dora is accountable for T now"), 1);
    assert_int_equal(scene_sent(scene, "ben", "was not joined by enough others within 5m"), 1);
    scene_free(scene);
}

/* Who comes late and takes it back to a role that needs several is not called to do what they just did. */
static void who_has_done_their_part_is_not_called(void **state)
{
    (void)state;
    Scene *scene = begun(WITH("owners { primary ops ack by 2 of within 5m  secondary dora ack "
                              "within 50m }\n",
                              STAYS, ""));
    scene_after(scene, 6 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_sent(scene, "ben", "accountable for T, to be acknowledged by"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "accountable for T, to be acknowledged by"), 1);
    ack(scene, "ben");
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_sent(scene, "ben", "accountable for T, to be acknowledged by"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "With you, ben is accountable for T"), 1);
    scene_free(scene);
}

/* Also who was away for a while, and so was not the last one who had it. */
static void all_who_acknowledged_are_told(void **state)
{
    (void)state;
    Scene *scene = begun(WITH("owners { primary ops ack by all within 5m  secondary dora ack "
                              "within 5m }\n",
                              STAYS, ""));
    ack(scene, "ben");
    ack(scene, "cleo");
    assert_status(leave(scene, "ben"), ESC_OK);
    assert_view_owner(scene, 1, "cleo");
    assert_status(scene_act(scene, ESC_VERB_PRESENT, "ben", 0, "ben"), ESC_OK);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_sent(scene, "ben", "dora is accountable for T now"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "dora is accountable for T now"), 1);
    assert_int_equal(scene_sent(scene, "ana", "dora is accountable for T now"), 0);
    scene_free(scene);
}

static void another_role_takes_it_though_several_are_needed(void **state)
{
    (void)state;
    Scene *scene = begun(WITH("owners { primary ops ack by 2 of within 5m  secondary dora ack "
                              "within 5m }\n",
                              STAYS, ""));
    assert_status(ack(scene, "dora"), ESC_OK);
    assert_view_owner(scene, 1, "dora");
    assert_true(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

static void a_page_to_twenty_reaches_twenty(void **state)
{
    (void)state;
    char source[8192];
    size_t used = 0;
    for (int i = 0; i < 20; i++)
        used += (size_t)snprintf(source + used, sizeof source - used,
                                 "person p%d \"P\" { chat \"@p%d\" phone \"+49 30 %d\" reach by "
                                 "chat, then phone after 3m }\n",
                                 i, i, 100 + i);
    used += (size_t)snprintf(source + used, sizeof source - used, "team many {");
    for (int i = 0; i < 20; i++)
        used += (size_t)snprintf(source + used, sizeof source - used, " p%d", i);
    snprintf(source + used, sizeof source - used, " }\n%s",
             WITH(CHAIN, "page many \"all\"  " STAYS, ""));
    Scene *scene = begun(source);
    scene_after(scene, 3 * ESC_MINUTE_MS);
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%d", i);
        assert_int_equal(scene_sent(scene, name, "all"), 2);
        assert_text_equal(scene_last(scene, name)->medium, "phone");
    }
    scene_free(scene);
}

static void owner_absent_is_heard_once(void **state)
{
    (void)state;
#define HEARS(name)                                                                                \
    "template " name " \"T\" { start on ticket.created\n" CHAIN "steps { " STAYS                   \
    " }\non owner.absent { notify room \"" name                                                    \
    " hears {event.person}\" }\nclose when resolved }\n"
    Scene *scene = begun(HEARS("t") HEARS("u"));
    assert_status(leave(scene, "ana"), ESC_OK);
    assert_int_equal(scene_sent(scene, "room", "t hears ana"), 1);
    assert_int_equal(scene_sent(scene, "room", "u hears ana"), 1);
    assert_view_owner(scene, 1, "ben");
    assert_view_owner(scene, 2, "ben");
    scene_free(scene);
}

static void who_left_the_directory_owns_nothing(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "person kate \"Kate\" { chat \"@kate\" phone \"+49 30 2\" reach by chat, then phone after "
        "3m }\n" WITH("owners { primary kate ack within 1h  secondary ben ack within 1h }\n",
                      "page primary \"see\"  " STAYS, ""));
    scene_event(scene, "ticket.created", "T", "{}");
    scene_event(scene, "ticket.created", "U", "{}");
    scene_act(scene, ESC_VERB_ACK, "kate", 2, NULL);
    scene_publish(scene, WITH("owners { primary ben ack within 1h }\n", STAYS, ""));
    assert_status(leave(scene, "cleo"), ESC_OK); /* any input; the daemon's start is one */
    assert_view_owner(scene, 1, "ben");
    assert_view_owner(scene, 2, "ben");
    assert_false(scene_view(scene, 2).is_acked);
    assert_int_equal(scene_sent(scene, "ben", "kate is not in the directory any more"), 2);
    assert_int_equal(scene_audit(scene, "failover",
                                 "kate is not in the directory any more; ben (secondary) is "
                                 "accountable now"),
                     2); /* the record says why, of what was acknowledged too */
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_sent(scene, "kate", ""), 2); /* nothing since: no phone, no word */
    scene_free(scene);
}

/* Nobody is announced who will be passed over, and nothing is said of an acknowledgement that there was. */
static void who_left_the_directory_is_not_next(void **state)
{
    (void)state;
    Scene *scene = scene_of("person kate \"Kate\" { chat \"@kate\" }\n" WITH(
        "owners { primary ana ack within 1h  secondary kate ack within 1h  escalation cleo ack "
        "within 1h }\n",
        STAYS, ""));
    scene_event(scene, "ticket.created", "T", "{}");
    assert_text_equal(scene_view(scene, 1).next_owner, "kate");
    scene_publish(scene, WITH("owners { primary ben ack within 1h }\n", STAYS, ""));
    assert_status(leave(scene, "ben"), ESC_OK); /* any input */
    assert_text_equal(scene_view(scene, 1).next_owner, "cleo");
    assert_status(leave(scene, "cleo"), ESC_OK);
    assert_text_equal(scene_view(scene, 1).next_owner, "dora");
    ack(scene, "ana");
    assert_status(leave(scene, "ana"), ESC_OK);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_audit(scene, "exception", "ana is away; dora is the last resort"), 1);
    scene_free(scene);
}

/* --- acknowledging ---------------------------------------------------------------------------- */

static void who_was_called_beside_is_not_called_again(void **state)
{
    (void)state;
    Scene *scene =
        begun(WITH(CHAIN, "page primary \"take\"  page secondary \"help\"  await ack  " STAYS, ""));
    assert_status(ack(scene, "ben"), ESC_OK);
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_sent(scene, "ana", ""), 1);
    assert_int_equal(scene_sent(scene, "ben", ""), 1);
    scene_free(scene);
}

static void who_comes_too_late_is_told_who_has_it(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN, STAYS, ""));
    ack(scene, "ana");
    assert_status(ack(scene, "ben"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_string_equal(scene_outcome(scene)->note, "ana has it (primary) and has acknowledged it");
    scene_free(scene);
}

static void who_is_away_says_first_that_they_are_back(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN, STAYS, ""));
    assert_status(leave(scene, "ben"), ESC_OK);
    assert_status(ack(scene, "ben"), ESC_FORBIDDEN);
    assert_non_null(strstr(scene_why(scene), "away until"));
    assert_status(scene_act(scene, ESC_VERB_PRESENT, "ben", 0, "ben"), ESC_OK);
    assert_status(ack(scene, "ben"), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

static void a_second_acknowledgement_renews_the_lease(void **state)
{
    (void)state;
    Scene *scene = begun(WITH("owners { primary ana ack within 5m holds 2h  secondary ben ack "
                              "within 5m }\n",
                              STAYS, ""));
    ack(scene, "ana");
    scene_after(scene, ESC_HOUR_MS);
    assert_status(ack(scene, "ana"), ESC_OK);
    assert_false(scene_outcome(scene)->is_noop);
    assert_int_equal(scene_audit(scene, "ack_renewed", "until 2026-01-05 12:00 UTC"), 1);
    scene_after(scene, 2 * ESC_HOUR_MS - 1);
    assert_int_equal(scene_audit(scene, "lease_ended", ""), 0);
    assert_status(ack(scene, "ben"), ESC_OK); /* nothing of his renews it */
    assert_true(scene_outcome(scene)->is_noop);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "lease_ended", "ana"), 1);
    assert_int_equal(scene_sent(scene, "ana", "nothing has happened since"), 1);
    scene_free(scene);
}

static void answering_is_acknowledging(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(
        CHAIN,
        "ask owner \"Was it right?\" within 12h { answer yes \"Yes\" { }  timeout { } }  " STAYS,
        "qa { check acknowledged }\n"));
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "yes"), ESC_OK);
    assert_true(scene_view(scene, 1).is_acked);
    scene_after(scene, ESC_HOUR_MS);
    assert_view_owner(scene, 1, "ana");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    assert_int_equal(scene_audit(scene, "check_passed", "acknowledged"), 1);
    scene_free(scene);
}

static void approving_and_rejecting_are_acknowledging(void **state)
{
    (void)state;
    const EscVerb verbs[] = {ESC_VERB_APPROVE, ESC_VERB_REJECT};
    for (size_t i = 0; i < ESC_COUNT_OF(verbs); i++) {
        Scene *scene =
            begun(WITH(CHAIN, "approve by ana \"Restart?\" within 30m else { }  " STAYS, ""));
        assert_status(scene_act(scene, verbs[i], "ana", 1, NULL), ESC_OK);
        assert_true(scene_view(scene, 1).is_acked);
        scene_free(scene);
    }
}

static void confirming_is_acknowledging(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(CHAIN, STAYS, "qa { check confirmed \"it runs\" before close }\n"));
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, "it runs"), ESC_OK);
    assert_int_equal(scene_audit(scene, "acked", "ana"), 1);
    scene_free(scene);
}

static void what_others_answer_acknowledges_nothing(void **state)
{
    (void)state;
    Scene *scene = begun(WITH(
        CHAIN,
        "ask cleo \"Was it right?\" within 12h { answer yes \"Yes\" { }  timeout { } }  " STAYS,
        ""));
    assert_status(scene_act(scene, ESC_VERB_ANSWER, "cleo", 1, "yes"), ESC_OK);
    assert_false(scene_view(scene, 1).is_acked);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

/* --- `check acknowledged` --------------------------------------------------------------------- */

static void in_time_means_that_nobody_missed_it(void **state)
{
    (void)state;
    Scene *scene =
        begun(WITH(CHAIN, STAYS, "qa { check acknowledged else { notify room \"late\" } }\n"));
    scene_after(scene, 10 * ESC_MINUTE_MS);
    ack(scene, "cleo");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_audit(scene, "check_failed", "ana, ben did not acknowledge in time"), 1);
    assert_int_equal(scene_sent(scene, "room", "late"), 1);
    scene_free(scene);
}

static void what_was_missed_later_is_not_held_against_it(void **state)
{
    (void)state;
    Scene *scene = begun(WITH("owners { primary ana ack within 5m holds 1h  secondary ben ack "
                              "within 5m }\n",
                              STAYS, "qa { check acknowledged }\n"));
    ack(scene, "ana");
    scene_after(scene, ESC_HOUR_MS + 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_audit(scene, "check_passed", "acknowledged"), 1);
    scene_free(scene);
}

/* --- `await ack` ------------------------------------------------------------------------------ */

static void it_waits_for_as_long_as_somebody_is_asked(void **state)
{
    (void)state;
    Scene *scene = begun("extend ticket { b: text }\n" WITH(
        "owners { primary ana ack within 5m  secondary ben ack within 5m }\n",
        "await ack  set ticket.b to \"on\"  " STAYS, HANDLED));
    assert_text_equal(scene_view(scene, 1).waiting_for,
                      "acknowledgement by ana until 2026-01-05 09:05 UTC");
    const EscAction until_0905 = {.verb = ESC_VERB_HANDOFF,
                                  .actor = ESC_TEXT("helpdesk"),
                                  .escalation = 1,
                                  .target = ESC_TEXT("cleo"),
                                  .reason = ESC_TEXT("because"),
                                  .within_ms = 5 * ESC_MINUTE_MS};
    assert_status(scene_act_plain(scene, &until_0905), ESC_OK); /* the chain goes on then */
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    assert_string_equal(scene_field(scene, "T", "b"), "\"\"");
    scene_after(scene, 4 * ESC_MINUTE_MS);
    ack(scene, "ben");
    assert_string_equal(scene_field(scene, "T", "b"), "\"on\"");
    assert_int_equal(scene_audit(scene, "exception", ""), 0);
    scene_free(scene);
}

static void it_ends_with_the_chain(void **state)
{
    (void)state;
    const char *const ends[] = {"await ack", "await ack else { notify room \"otherwise\" }"};
    for (size_t i = 0; i < ESC_COUNT_OF(ends); i++) {
        char source[1024];
        snprintf(source, sizeof source,
                 WITH("owners { primary ana ack within 5m }\n",
                      "%s  notify room \"step two\"  " STAYS, HANDLED),
                 ends[i]);
        Scene *scene = begun(source);
        scene_after(scene, 5 * ESC_MINUTE_MS - 1);
        assert_int_equal(scene_sent(scene, "room", ""), 0);
        scene_after(scene, 1);
        assert_int_equal(scene_sent(scene, "room", "otherwise"), i);
        assert_int_equal(scene_sent(scene, "room", "step two"), 1);
        assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
        scene_free(scene);
    }
}

static void what_has_ended_is_not_entered_again(void **state)
{
    (void)state;
    Scene *scene = begun(WITH("owners { primary ana ack within 5m holds 1h  secondary ben ack "
                              "within 5m }\n",
                              "await ack  notify room \"step two\"  " STAYS, HANDLED));
    ack(scene, "ana");
    scene_after(scene, ESC_HOUR_MS + ESC_MINUTE_MS);
    assert_false(scene_view(scene, 1).is_acked);
    assert_text_equal(scene_view(scene, 1).waiting_for,
                      "the resolution until 2026-02-04 09:00 UTC");
    ack(scene, "ana");
    assert_int_equal(scene_sent(scene, "room", "step two"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_authors_else_comes_before_the_failover),
        cmocka_unit_test(what_is_due_at_this_instant_comes_before_telling),
        cmocka_unit_test(a_check_names_who_missed_it_before_the_failover),
        cmocka_unit_test(only_who_has_it_in_the_end_is_told),
        cmocka_unit_test(what_is_late_is_told_when_all_of_it_is_done),
        cmocka_unit_test(what_is_late_is_told_though_nothing_else_comes_of_it),
        cmocka_unit_test(deadlines_are_told_as_deadlines),
        cmocka_unit_test(a_role_means_who_stands_for_it),
        cmocka_unit_test(all_of_a_role_are_paged_when_nobody_says_so),
        cmocka_unit_test(who_leaves_is_followed_in_the_same_turn),
        cmocka_unit_test(enough_of_those_who_are_left),
        cmocka_unit_test(one_of_two_is_told_that_it_was_not_enough),
        cmocka_unit_test(who_has_done_their_part_is_not_called),
        cmocka_unit_test(all_who_acknowledged_are_told),
        cmocka_unit_test(another_role_takes_it_though_several_are_needed),
        cmocka_unit_test(a_page_to_twenty_reaches_twenty),
        cmocka_unit_test(owner_absent_is_heard_once),
        cmocka_unit_test(who_left_the_directory_owns_nothing),
        cmocka_unit_test(who_left_the_directory_is_not_next),
        cmocka_unit_test(who_was_called_beside_is_not_called_again),
        cmocka_unit_test(who_comes_too_late_is_told_who_has_it),
        cmocka_unit_test(who_is_away_says_first_that_they_are_back),
        cmocka_unit_test(a_second_acknowledgement_renews_the_lease),
        cmocka_unit_test(answering_is_acknowledging),
        cmocka_unit_test(approving_and_rejecting_are_acknowledging),
        cmocka_unit_test(confirming_is_acknowledging),
        cmocka_unit_test(what_others_answer_acknowledges_nothing),
        cmocka_unit_test(in_time_means_that_nobody_missed_it),
        cmocka_unit_test(what_was_missed_later_is_not_held_against_it),
        cmocka_unit_test(it_waits_for_as_long_as_somebody_is_asked),
        cmocka_unit_test(it_ends_with_the_chain),
        cmocka_unit_test(what_has_ended_is_not_entered_again),
    };
    return cmocka_run_group_tests_name("engine_turns", tests, NULL, NULL);
}
