/* test_engine_chain.c - chains of owners: several at once, further levels, passes, turns of a team, a list of last resorts, and owners
 * that follow a schedule's shifts (M1.18, M3.4, M4.1 to M4.7, C23 to C29). Each scene restores a second engine before every input. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define OWNED(owners)                                                                              \
    "template t \"Trouble\" { start on ticket.created\nowners { " owners                           \
    " }\nsteps { page primary \"see\"  await ack  await resolved within 400d else { } }\n"         \
    "close when resolved }\n"
#define MINUTES(n) ((int64_t)(n)*ESC_MINUTE_MS)

static void open_ticket(Scene *scene, const char *ticket)
{
    assert_status(scene_event(scene, "ticket.created", ticket, "{\"title\":\"x\"}"), ESC_OK);
}

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    open_ticket(scene, "T");
    return scene;
}

/* What is due on the way fires. */
static void time_goes_to(Scene *scene, const char *time)
{
    int64_t time_ms = 0;
    assert_true(esc_time_read(esc_text_from(time), &time_ms));
    scene_after(scene, time_ms - scene_now(scene));
}

static void assert_level(Scene *scene, const char *owner, uint32_t level, uint32_t pass)
{
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.owner, owner);
    assert_int_equal(view.level, level);
    assert_int_equal(view.pass, pass);
}

/* --- several at once -------------------------------------------------------------------------- */

/* M4.1, C24: all are paged at once, the first is accountable until somebody acknowledges; who does so later is noted. */
static void several_owners_are_paged_at_once(void **state)
{
    (void)state;
    Scene *scene = begun(OWNED("primary ana, ben ack within 5m  secondary cleo ack within 5m"));
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_sent(scene, "ana", "see"), 1);
    assert_int_equal(scene_sent(scene, "ben", "see"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "see"), 0);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    assert_int_equal(scene_sent(scene, "ana", "ben is accountable"), 1);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_true(scene_outcome(scene)->is_noted);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

/* M4.2: the accountable one leaves: the next of the same turn, with the same deadline. */
static void the_next_of_the_same_turn_follows(void **state)
{
    (void)state;
    Scene *scene = begun(OWNED("primary ana, ben ack within 5m  secondary cleo ack within 5m"));
    scene_after(scene, MINUTES(2));
    int64_t due_ms = scene_view(scene, 1).ack_due_ms;
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "cleo", 0, "ana"), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    assert_true(scene_view(scene, 1).ack_due_ms == due_ms);
    scene_free(scene);
}

/* M4.2, C25: two of three are needed, one has acknowledged, the time is over. */
static void too_few_acknowledgements_are_none(void **state)
{
    (void)state;
    Scene *scene =
        begun(OWNED("primary ana, ben, cleo ack by 2 of within 5m  secondary dora ack within 5m"));
    assert_status(scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL), ESC_OK);
    assert_view_owner(scene, 1, "cleo");
    assert_false(scene_view(scene, 1).is_acked);
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_sent(scene, "cleo", "dora is accountable"), 1);
    scene_free(scene);
}

/* M1.20, C23: whoever is in no role is told how to take it over. */
static void who_is_in_no_role_takes_it_over_with_a_reason(void **state)
{
    (void)state;
    Scene *scene = begun(OWNED("primary ana ack within 5m"));
    assert_status(scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL), ESC_FORBIDDEN);
    assert_non_null(strstr(scene_why(scene), "take it over with a handoff"));
    scene_free(scene);
}

/* --- levels ----------------------------------------------------------------------------------- */

#define LEVELS                                                                                     \
    "person eva { email \"eva@x.example\" }\n"                                                     \
    "template t \"Trouble\" { start on ticket.created\n"                                           \
    "owners { escalation cleo ack within 5m  primary ana ack within 5m  secondary ben ack within " \
    "5m  escalation eva ack within 10m }\n"                                                        \
    "steps { page primary \"see\"  await resolved within 400d else { } }\n"                        \
    "on ticket.updated when ticket.title = \"up\" { handoff to escalation because \"up\" expect "  \
    "acked within 1h }\nclose when resolved }\n"

/* M4.3: roles in their order, further levels in the order of the text. */
static void levels_follow_each_other(void **state)
{
    (void)state;
    Scene *scene = begun(LEVELS);
    assert_level(scene, "ana", 1, 1);
    assert_int_equal(scene_view(scene, 1).levels, 4);
    scene_after(scene, MINUTES(5));
    assert_level(scene, "ben", 2, 1);
    scene_after(scene, MINUTES(5));
    assert_level(scene, "cleo", 3, 1);
    assert_int_equal(scene_view(scene, 1).role, 2);
    assert_text_equal(scene_view(scene, 1).next_owner, "eva");
    scene_after(scene, MINUTES(5));
    assert_level(scene, "eva", 4, 1);
    assert_int_equal(scene_view(scene, 1).role, 2);
    scene_after(scene, MINUTES(10) - 1);
    assert_level(scene, "eva", 4, 1);
    scene_after(scene, 1);
    assert_level(scene, "dora", 5, 1);
    scene_free(scene);
}

/* M4.3: `escalation` is the next such level above the present one, or the last. */
static void escalation_means_the_next_level_above(void **state)
{
    (void)state;
    Scene *scene = begun(LEVELS);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"up\"}");
    assert_level(scene, "cleo", 3, 1);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"down\"}");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"up\"}");
    assert_level(scene, "eva", 4, 1);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"down\"}");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"up\"}");
    assert_level(scene, "eva", 4, 1);
    assert_int_equal(scene_audit(scene, "handoff", ""), 2);
    scene_free(scene);
}

/* M1.20: somebody of a later level acknowledges: it moves there. */
static void a_later_level_acknowledges(void **state)
{
    (void)state;
    Scene *scene = begun(LEVELS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "eva", 1, NULL), ESC_OK);
    assert_level(scene, "eva", 4, 1);
    scene_free(scene);
}

static void the_page_says_level_pass_and_who_is_next(void **state)
{
    (void)state;
    Scene *scene = begun("person eva { email \"eva@x.example\" }\n" OWNED(
        "primary ana ack within 5m  secondary ben ack within 5m  escalation cleo ack within 5m  "
        "escalation eva ack within 5m  repeat 1 times"));
    scene_after(scene, MINUTES(15));
    assert_int_equal(scene_sent(scene, "eva", "(level 4 of 4, pass 1 of 2)"), 1);
    assert_int_equal(scene_sent(scene, "eva", "ana (primary, pass 2 of 2)"), 1);
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.next_owner, "ana");
    assert_int_equal(view.next_pass, 2);
    assert_int_equal(view.passes, 2);
    scene_free(scene);
}

/* --- passes ----------------------------------------------------------------------------------- */

#define REPEATED                                                                                   \
    "template t \"Trouble\" { start on ticket.created\n"                                           \
    "owners { primary ana ack within 5m holds 1h  secondary ben ack within 5m  repeat 2 times }\n" \
    "steps { page primary \"see\"  await ack else { notify room \"nobody\" }\n"                    \
    "await resolved within 400d else { } }\n"                                                      \
    "on ticket.updated when ticket.title = \"up\" { handoff to primary because \"up\" expect "     \
    "acked "                                                                                       \
    "within 5m }\nclose when resolved }\n"

/* M3.4: N more passes, then the last resort; M1.19: only then `await ack` is over. */
static void the_chain_is_gone_through_again(void **state)
{
    (void)state;
    Scene *scene = begun(REPEATED);
    for (uint32_t pass = 1; pass <= 3; pass++) {
        assert_level(scene, "ana", 1, pass);
        scene_after(scene, MINUTES(5));
        assert_level(scene, "ben", 2, pass);
        assert_int_equal(scene_audit(scene, "exception", "unowned"), 0);
        assert_int_equal(scene_sent(scene, "room", "nobody"), 0);
        scene_after(scene, MINUTES(5));
    }
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_audit(scene, "repeated", "pass 2 of 3"), 1);
    assert_int_equal(scene_audit(scene, "repeated", "pass 3 of 3"), 1);
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    assert_int_equal(scene_sent(scene, "room", "nobody"), 1);
    scene_free(scene);
}

/* M3.4: an acknowledgement starts the count anew. */
static void an_acknowledgement_starts_the_count_anew(void **state)
{
    (void)state;
    Scene *scene = begun(REPEATED);
    scene_after(scene, MINUTES(10));
    assert_level(scene, "ana", 1, 2);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    assert_level(scene, "ana", 1, 1);
    scene_after(scene, MINUTES(60)); /* the lease ends */
    for (uint32_t pass = 1; pass <= 3; pass++) {
        assert_level(scene, "ana", 1, pass);
        scene_after(scene, MINUTES(10));
    }
    assert_view_owner(scene, 1, "dora");
    scene_free(scene);
}

/* M3.4: a person's handoff does, too; a template's does not. */
static void a_persons_handoff_starts_the_count_anew(void **state)
{
    (void)state;
    Scene *scene = begun(REPEATED);
    scene_after(scene, MINUTES(15));
    assert_level(scene, "ben", 2, 2);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"up\"}");
    assert_level(scene, "ana", 1, 2);
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = ESC_TEXT("cleo"),
                        .escalation = 1,
                        .target = ESC_TEXT("ben"),
                        .reason = ESC_TEXT("he knows")};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_int_equal(scene_view(scene, 1).pass, 1);
    scene_free(scene);
}

/* M3.4: people are looked up anew, and a pass in which nobody was there is the last. */
static void a_pass_of_nobody_is_the_last(void **state)
{
    (void)state;
    Scene *scene = begun(REPEATED);
    scene_after(scene, MINUTES(9));
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "cleo", 0, "ana"), ESC_OK);
    scene_after(scene, MINUTES(1));
    assert_level(scene, "ben", 2, 2); /* the only one there */
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "cleo", 0, "ben"), ESC_OK);
    assert_view_owner(scene, 1, "dora");
    assert_int_equal(scene_audit(scene, "exception", "unowned"), 1);
    scene_free(scene);
}

/* --- turns of a team -------------------------------------------------------------------------- */

#define TURNS                                                                                      \
    "team support { cleo ben }\n"                                                                  \
    "template t \"Trouble\" { start on ticket.created\n"                                           \
    "owners { primary ana ack within 5m  secondary round_robin(support) ack within 5m }\n"         \
    "steps { page primary \"see\"  await resolved within 400d else { } }\nclose when resolved }\n"

/* M4.4: one after the other over escalations; who is only named as next is not drawn by that. */
static void a_team_takes_turns_over_escalations(void **state)
{
    (void)state;
    Scene *scene = begun(TURNS);
    assert_text_equal(scene_view(scene, 1).next_owner, "cleo");
    assert_int_equal(scene_audit(scene, "drawn", ""), 0);
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 1, "cleo");
    open_ticket(scene, "U");
    open_ticket(scene, "V");
    assert_text_equal(scene_view(scene, 2).next_owner, "ben");
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 2, "ben");
    assert_view_owner(scene, 3, "cleo");
    assert_int_equal(scene_audit(scene, "drawn", "support"), 3);
    scene_free(scene);
}

/* M4.4, C27: who is away is passed over, without making up for it. */
static void who_is_away_misses_the_turn(void **state)
{
    (void)state;
    Scene *scene = begun(TURNS);
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "ana", 0, "cleo"), ESC_OK);
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 1, "ben");
    assert_status(scene_act(scene, ESC_VERB_PRESENT, "ana", 0, "cleo"), ESC_OK);
    open_ticket(scene, "U");
    open_ticket(scene, "V");
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 2, "cleo");
    assert_view_owner(scene, 3, "ben");
    scene_free(scene);
}

/* M4.4: once for each escalation, role and pass, and kept; C28: the same person after a restart, which every scene makes. */
static void whoever_was_drawn_keeps_the_turn(void **state)
{
    (void)state;
    Scene *scene = begun("team support { cleo ben }\n" OWNED(
        "primary round_robin(support) ack within 5m holds 1h  secondary ana ack within 5m"));
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_sent(scene, "cleo", "see"), 1);
    open_ticket(scene, "U");
    assert_view_owner(scene, 2, "ben");
    assert_status(scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL), ESC_OK);
    scene_after(scene, MINUTES(60));
    assert_view_owner(scene, 1, "cleo"); /* her lease has ended, and the role is looked up again */
    scene_free(scene);
}

/* C26: the second pass draws the next member. */
static void the_next_pass_draws_the_next_member(void **state)
{
    (void)state;
    Scene *scene = begun("team support { cleo ben }\n" OWNED(
        "primary round_robin(support) ack within 5m  secondary ana ack within 5m  repeat 2 times"));
    assert_view_owner(scene, 1, "cleo");
    scene_after(scene, MINUTES(5));
    assert_text_equal(scene_view(scene, 1).next_owner, "ben");
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 1, "ben");
    scene_after(scene, MINUTES(10));
    assert_view_owner(scene, 1, "cleo");
    scene_free(scene);
}

/* M4.4: a draw counts though the drawn one never has the turn: naming the role in a step is its first use. */
static void naming_the_role_in_a_step_draws(void **state)
{
    (void)state;
    Scene *scene =
        begun("team support { cleo ben }\n"
              "template t \"Trouble\" { start on ticket.created\n"
              "owners { primary ana ack within 5m  secondary round_robin(support) ack within "
              "5m }\nsteps { page secondary \"soon\"  await resolved within 400d else { } }\n"
              "close when resolved }\n");
    assert_int_equal(scene_sent(scene, "cleo", "soon"), 1);
    open_ticket(scene, "U");
    assert_int_equal(scene_sent(scene, "ben", "soon"), 1);
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 1, "cleo");
    assert_view_owner(scene, 2, "ben");
    scene_free(scene);
}

/* M4.4: outside of a role once each time that it is said; M4.5: a name that left starts at the top. */
static void assigning_draws_each_time(void **state)
{
    (void)state;
    static const char *const template_of =
        "template t \"Trouble\" { start on ticket.created\nowners { primary ana ack within 5m }\n"
        "steps { assign to round_robin(support)  await resolved within 400d else { } }\n"
        "close when resolved }\n";
    char source[600];
    snprintf(source, sizeof source, "team support { cleo ben dora }\n%s", template_of);
    Scene *scene = begun(source);
    assert_string_equal(scene_field(scene, "T", "assignee"), "\"cleo\"");
    open_ticket(scene, "U");
    assert_string_equal(scene_field(scene, "U", "assignee"), "\"ben\"");
    snprintf(source, sizeof source, "team support { cleo dora }\n%s", template_of);
    scene_publish(scene, source);
    open_ticket(scene, "V");
    assert_string_equal(scene_field(scene, "V", "assignee"), "\"cleo\"");
    scene_free(scene);
}

/* --- the last resort as a list ---------------------------------------------------------------- */

/* M1.18: one after the other has the time that `ack within` says; behind the last an alarm, and the first again every hour. */
static void the_list_is_asked_one_after_the_other(void **state)
{
    (void)state;
    Scene *scene = begun(
        "policy p { last resort dora, cleo ack within 10m }\n" OWNED("primary ana ack within 5m"));
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 1, "dora");
    scene_after(scene, MINUTES(10) - 1);
    assert_view_owner(scene, 1, "dora");
    scene_after(scene, 1);
    assert_view_owner(scene, 1, "cleo");
    assert_false(scene_view(scene, 1).is_alarmed);
    scene_after(scene, MINUTES(10));
    assert_view_owner(scene, 1, "dora");
    assert_true(scene_view(scene, 1).is_alarmed);
    size_t pages = scene_sent(scene, "dora", "You are accountable");
    scene_after(scene, MINUTES(60));
    assert_int_equal(scene_sent(scene, "dora", "You are accountable"), pages + 1);
    scene_free(scene);
}

/* M1.18: who is away gives way to the next at once; C22: all are away, so the first stands, with an alarm. */
static void who_of_the_list_is_away_gives_way(void **state)
{
    (void)state;
    Scene *scene =
        begun("policy p { last resort dora, cleo }\n" OWNED("primary ana ack within 5m"));
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "ana", 0, "dora"), ESC_OK);
    scene_after(scene, MINUTES(5));
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_sent(scene, "dora", "accountable"), 0);
    assert_status(scene_act(scene, ESC_VERB_ABSENT, "ana", 0, "cleo"), ESC_OK);
    assert_view_owner(scene, 1, "dora");
    assert_true(scene_view(scene, 1).is_alarmed);
    scene_free(scene);
}

/* M1.20, M1.21, C29: any of the list may acknowledge; a handoff to the last resort who has it moves nothing. */
static void any_of_the_list_may_acknowledge(void **state)
{
    (void)state;
    Scene *scene =
        begun("policy p { last resort dora, cleo }\n"
              "template t \"Trouble\" { start on ticket.created\n"
              "owners { primary ana ack within 5m }\nsteps { page primary \"see\"  await "
              "resolved within 400d else { } }\n"
              "on ticket.updated { handoff to last_resort because \"up\" expect resolved "
              "within 1h }\nclose when resolved }\n");
    assert_status(scene_act(scene, ESC_VERB_ACK, "cleo", 1, NULL), ESC_OK);
    assert_view_owner(scene, 1, "cleo");
    assert_int_equal(scene_view(scene, 1).role, 3);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_view_owner(scene, 1, "cleo");
    assert_true(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

/* --- shifts ----------------------------------------------------------------------------------- */

#define SHIFTS(follows)                                                                                       \
    "schedule duty { daily from 2026-01-04T10:00 ana, ben }\n" /* a Sunday; ana has it until Monday, 10:00 */ \
        OWNED("primary duty " follows " ack within 20m  secondary cleo ack within 5m")

/* M4.7: whoever is next becomes accountable, is told what was tried, and has the full time; the one before is told. */
static void the_end_of_a_shift_hands_over(void **state)
{
    (void)state;
    Scene *scene = begun(SHIFTS("follows shift"));
    assert_view_owner(scene, 1, "ana");
    scene_after(scene, MINUTES(5));
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    time_goes_to(scene, "2026-01-05T09:59:59Z");
    assert_view_owner(scene, 1, "ana");
    time_goes_to(scene, "2026-01-05T10:00:00Z");
    assert_view_owner(scene, 1, "ben");
    assert_false(scene_view(scene, 1).is_acked);
    assert_true(scene_view(scene, 1).ack_due_ms == scene_now(scene) + MINUTES(20));
    assert_int_equal(
        scene_sent(scene, "ben", "the shift of ana has ended; so far acknowledged by ana"), 1);
    assert_int_equal(scene_sent(scene, "ben", "it waits for the resolution"), 1);
    assert_int_equal(scene_sent(scene, "ana", "ben is accountable"), 1);
    assert_int_equal(scene_audit(scene, "shift_ended", "duty"), 1);
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    time_goes_to(scene, "2026-01-06T10:00:00Z");
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

/* M4.6: without it the end of a shift moves nothing by itself. */
static void the_end_of_a_shift_alone_moves_nothing(void **state)
{
    (void)state;
    Scene *scene = begun(SHIFTS(""));
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    time_goes_to(scene, "2026-01-07T10:00:00Z");
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

/* M4.7: an end within the time of a turn that nobody acknowledged moves nothing: that turn runs out first. */
static void a_turn_that_nobody_acknowledged_runs_out_first(void **state)
{
    (void)state;
    Scene *scene = scene_of(SHIFTS("follows shift"));
    time_goes_to(scene, "2026-01-05T09:50:00Z");
    open_ticket(scene, "T");
    time_goes_to(scene, "2026-01-05T10:05:00Z");
    assert_view_owner(scene, 1, "ana");
    time_goes_to(scene, "2026-01-05T10:10:00Z");
    assert_view_owner(scene, 1, "cleo");
    scene_free(scene);
}

static void who_acknowledges_late_keeps_it_for_the_next_shift(void **state)
{
    (void)state;
    Scene *scene = scene_of(SHIFTS("follows shift"));
    time_goes_to(scene, "2026-01-05T09:50:00Z");
    open_ticket(scene, "T");
    time_goes_to(scene, "2026-01-05T10:05:00Z");
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    time_goes_to(scene, "2026-01-06T09:59:59Z");
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

/* M4.7: who holds it may keep it, with a reason. */
static void who_has_it_may_keep_it(void **state)
{
    (void)state;
    Scene *scene = begun(SHIFTS("follows shift"));
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    EscAction keep = {.verb = ESC_VERB_KEEP, .actor = ESC_TEXT("ana"), .escalation = 1};
    assert_status(scene_act_full(scene, &keep), ESC_BAD_INPUT);
    keep.reason = ESC_TEXT("nearly done");
    keep.actor = ESC_TEXT("cleo");
    assert_status(scene_act_full(scene, &keep), ESC_FORBIDDEN);
    keep.actor = ESC_TEXT("ana");
    assert_status(scene_act_full(scene, &keep), ESC_OK);
    assert_int_equal(scene_audit(scene, "shift_kept", "nearly done"), 1);
    time_goes_to(scene, "2026-01-06T12:00:00Z");
    assert_view_owner(scene, 1, "ana");
    assert_status(scene_act_full(scene, &keep), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    scene_free(scene);
}

static void there_is_nothing_to_keep_without_shifts(void **state)
{
    (void)state;
    Scene *scene = begun(SHIFTS(""));
    EscAction keep = {.verb = ESC_VERB_KEEP,
                      .actor = ESC_TEXT("ana"),
                      .escalation = 1,
                      .reason = ESC_TEXT("nearly done")};
    assert_status(scene_act_full(scene, &keep), ESC_CONFLICT);
    scene_free(scene);
}

/* A handoff is somebody's own: no schedule takes it away. */
static void what_was_handed_over_follows_no_shift(void **state)
{
    (void)state;
    Scene *scene = begun(SHIFTS("follows shift"));
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = ESC_TEXT("ana"),
                        .escalation = 1,
                        .target = ESC_TEXT("dora"),
                        .reason = ESC_TEXT("she knows")};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_ACK, "dora", 1, NULL), ESC_OK);
    time_goes_to(scene, "2026-01-06T12:00:00Z");
    assert_view_owner(scene, 1, "dora");
    scene_free(scene);
}

/* Another bundle has another schedule: the end is looked up anew. */
static void another_schedule_ends_at_another_time(void **state)
{
    (void)state;
    Scene *scene = begun(SHIFTS("follows shift"));
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
    scene_publish(scene, "schedule duty { daily from 2026-01-04T12:00 ana, ben }\n" OWNED(
                             "primary duty follows shift ack within 20m"));
    time_goes_to(scene, "2026-01-05T11:59:59Z");
    assert_view_owner(scene, 1, "ana");
    time_goes_to(scene, "2026-01-05T12:00:00Z");
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

/* M4.6: a missed `expect resolved within D` is the side exception `overdue`; the owner stays. */
static void an_expectation_that_is_missed_moves_nobody(void **state)
{
    (void)state;
    Scene *scene =
        begun("template t \"Trouble\" { start on ticket.created\n"
              "owners { primary ana ack within 5m  secondary ben ack within 10h }\nsteps { handoff "
              "to secondary because \"up\" expect resolved within 1h  await resolved within "
              "400d else { } }\non exception overdue { notify room \"late\"  resume }\n"
              "close when resolved }\n");
    assert_status(scene_act(scene, ESC_VERB_ACK, "ben", 1, NULL), ESC_OK);
    scene_after(scene, MINUTES(60));
    assert_int_equal(scene_sent(scene, "room", "late"), 1);
    assert_view_owner(scene, 1, "ben");
    assert_true(scene_view(scene, 1).is_acked);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_owners_are_paged_at_once),
        cmocka_unit_test(the_next_of_the_same_turn_follows),
        cmocka_unit_test(too_few_acknowledgements_are_none),
        cmocka_unit_test(who_is_in_no_role_takes_it_over_with_a_reason),
        cmocka_unit_test(levels_follow_each_other),
        cmocka_unit_test(escalation_means_the_next_level_above),
        cmocka_unit_test(a_later_level_acknowledges),
        cmocka_unit_test(the_page_says_level_pass_and_who_is_next),
        cmocka_unit_test(the_chain_is_gone_through_again),
        cmocka_unit_test(an_acknowledgement_starts_the_count_anew),
        cmocka_unit_test(a_persons_handoff_starts_the_count_anew),
        cmocka_unit_test(a_pass_of_nobody_is_the_last),
        cmocka_unit_test(a_team_takes_turns_over_escalations),
        cmocka_unit_test(who_is_away_misses_the_turn),
        cmocka_unit_test(whoever_was_drawn_keeps_the_turn),
        cmocka_unit_test(the_next_pass_draws_the_next_member),
        cmocka_unit_test(naming_the_role_in_a_step_draws),
        cmocka_unit_test(assigning_draws_each_time),
        cmocka_unit_test(the_list_is_asked_one_after_the_other),
        cmocka_unit_test(who_of_the_list_is_away_gives_way),
        cmocka_unit_test(any_of_the_list_may_acknowledge),
        cmocka_unit_test(the_end_of_a_shift_hands_over),
        cmocka_unit_test(the_end_of_a_shift_alone_moves_nothing),
        cmocka_unit_test(a_turn_that_nobody_acknowledged_runs_out_first),
        cmocka_unit_test(who_acknowledges_late_keeps_it_for_the_next_shift),
        cmocka_unit_test(who_has_it_may_keep_it),
        cmocka_unit_test(there_is_nothing_to_keep_without_shifts),
        cmocka_unit_test(what_was_handed_over_follows_no_shift),
        cmocka_unit_test(another_schedule_ends_at_another_time),
        cmocka_unit_test(an_expectation_that_is_missed_moves_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
