/* test_engine_offers.c - a hand-off that is offered: until when who has it stays, who may accept, and how it ends. Every scene
 * restores an engine before each input, so what is offered survives a kill at any moment. */
#include "engine_scene.h"

#include <string.h>

#include "support/test.h"

#define TEMPLATE                                                                                   \
    "policy p { last resort dora }\n"                                                              \
    "template t \"Trouble\" { start on ticket.created\nowners { primary ana ack within 5m  "       \
    "secondary ben ack within 5m }\nsteps { await resolved within 30d else { } }\nclose when "     \
    "resolved }\n"

static Scene *begun(void)
{
    Scene *scene = scene_of(TEMPLATE);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static EscStatus offer(Scene *scene, const char *actor, const char *to, EscExpect expect)
{
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = esc_text_from(actor),
                        .escalation = 1,
                        .target = esc_text_from(to),
                        .reason = ESC_TEXT("lunch"),
                        .expect = expect,
                        .within_ms = 2 * ESC_HOUR_MS,
                        .offer_ms = 10 * ESC_MINUTE_MS};
    return scene_act_full(scene, &action);
}

static EscStatus say(Scene *scene, EscVerb verb, const char *actor)
{
    return scene_act(scene, verb, actor, 1, NULL);
}

static void who_offers_keeps_it_until_it_is_accepted(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(offer(scene, "ana", "cleo", ESC_EXPECT_RESOLVED), ESC_OK);
    assert_view_owner(scene, 1, "ana");
    assert_true(scene_view(scene, 1).is_acked); /* who offers it has noticed it */
    assert_int_equal(scene_view(scene, 1).handoffs, 0);
    assert_int_equal(scene_sent(scene, "cleo",
                                "ana offers you T until 2026-01-05 09:10 UTC (to be resolved "
                                "within 2h): Trouble, x, because lunch"),
                     1);
    assert_int_equal(scene_sent(scene, "cleo", "escalctl accept E-1, or escalctl decline E-1"), 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_status(say(scene, ESC_VERB_ACCEPT, "cleo"), ESC_OK);
    assert_view_owner(scene, 1, "cleo");
    assert_true(scene_view(scene, 1).is_acked);
    assert_int_equal(scene_view(scene, 1).handoffs, 1);
    assert_int_equal(scene_audit(scene, "handoff",
                                 "cleo accepted what ana offered: handed over from ana to cleo"),
                     1);
    assert_int_equal(scene_sent(scene, "ana", "cleo is accountable for T now, to be resolved by "
                                              "2026-01-05 11:05 UTC"),
                     1);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "offer_ended", ""), 0);
    scene_after(scene, 2 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", "cleo"), 1);
    assert_int_equal(scene_sent(scene, "ana", "You expected cleo to resolve T"), 1);
    assert_int_equal(scene_sent(scene, "cleo", "T was expected to be resolved by"), 1);
    scene_free(scene);
}

static void what_nobody_accepts_comes_back(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(offer(scene, "ana", "cleo", ESC_EXPECT_ACKED), ESC_OK);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_sent(scene, "ana", "T stays with ana: cleo did not accept it in time"),
                     1);
    assert_status(say(scene, ESC_VERB_ACCEPT, "cleo"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_string_equal(scene_outcome(scene)->note, "nothing is offered any more, and ana has it");
    scene_free(scene);
}

/* To a team: each may take it, and it comes back when the last of them has declined. */
static void a_team_is_asked_together(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(offer(scene, "ana", "ops", ESC_EXPECT_ACKED), ESC_OK);
    assert_int_equal(scene_sent(scene, "ben", "ana offers you T"), 1);
    assert_int_equal(scene_sent(scene, "ana", "ana offers you T"), 0);
    assert_status(say(scene, ESC_VERB_DECLINE, "ben"), ESC_OK);
    assert_int_equal(scene_audit(scene, "offer_ended", ""), 0);
    assert_status(say(scene, ESC_VERB_ACCEPT, "ben"), ESC_FORBIDDEN);
    assert_status(say(scene, ESC_VERB_DECLINE, "cleo"), ESC_OK);
    assert_int_equal(scene_audit(scene, "offer_ended", "cleo declined"), 1);
    assert_int_equal(scene_sent(scene, "ana", "cleo declined because because of the test"), 1);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

static void only_who_is_asked_accepts(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(offer(scene, "ana", "cleo", ESC_EXPECT_ACKED), ESC_OK);
    assert_status(say(scene, ESC_VERB_ACCEPT, "dora"), ESC_FORBIDDEN);
    assert_non_null(strstr(scene_why(scene), "E-1 is offered to cleo, not to dora"));
    assert_status(say(scene, ESC_VERB_ACCEPT, "helpdesk"), ESC_FORBIDDEN);
    assert_status(offer(scene, "ana", "ana", ESC_EXPECT_ACKED), ESC_CONFLICT);
    assert_view_owner(scene, 1, "ana");
    scene_free(scene);
}

/* Each way in which it is over without being accepted: whoever was asked is called no more. */
static void it_ends_with_what_happens_otherwise(void **state)
{
    (void)state;
    const struct {
        EscVerb verb;
        const char *actor, *target, *because;
    } cases[] = {
        {ESC_VERB_HANDOFF, "ben", "ben", "ben has it now"},
        {ESC_VERB_ABSENT, "cleo", "cleo", "cleo is away"},
        {ESC_VERB_RESOLVE, "ana", NULL, "it is over"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Scene *scene = begun();
        assert_status(offer(scene, "ana", "cleo", ESC_EXPECT_ACKED), ESC_OK);
        bool is_about_person = cases[i].verb == ESC_VERB_ABSENT;
        assert_status(scene_act(scene, cases[i].verb, cases[i].actor, is_about_person ? 0 : 1,
                                cases[i].target),
                      ESC_OK);
        assert_int_equal(scene_audit(scene, "offer_ended", cases[i].because), 1);
        scene_after(scene, ESC_HOUR_MS);
        assert_int_equal(scene_audit(scene, "offer_ended", ""), 1);
        scene_free(scene);
    }
}

static void a_new_offer_takes_the_place_of_the_old_one(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(offer(scene, "ana", "cleo", ESC_EXPECT_ACKED), ESC_OK);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_status(offer(scene, "ana", "ben", ESC_EXPECT_ACKED), ESC_OK);
    assert_int_equal(scene_audit(scene, "offer_ended", "it is offered to ben"), 1);
    assert_status(say(scene, ESC_VERB_ACCEPT, "cleo"), ESC_FORBIDDEN);
    scene_after(scene, 5 * ESC_MINUTE_MS); /* the time of the first one */
    assert_status(say(scene, ESC_VERB_ACCEPT, "ben"), ESC_OK);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

/* A lead offers what somebody else has: both hear that it stays. */
static void whoever_has_it_hears_too(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(offer(scene, "ben", "cleo", ESC_EXPECT_ACKED), ESC_OK); /* a participant */
    assert_false(scene_view(scene, 1).is_acked);
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    assert_status(say(scene, ESC_VERB_DECLINE, "cleo"), ESC_OK);
    assert_int_equal(scene_sent(scene, "ana", "T stays with ana: cleo declined"), 1);
    assert_int_equal(scene_sent(scene, "ben", "T stays with ana: cleo declined"), 1);
    scene_free(scene);
}

static void a_correction_of_the_clock_leaves_it_its_time(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(offer(scene, "ana", "cleo", ESC_EXPECT_ACKED), ESC_OK);
    scene_correct(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "offer_ended", ""), 0);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "offer_ended", "cleo did not accept it in time"), 1);
    scene_free(scene);
}

/* Who handed it over for an acknowledgement hears that none came. */
static void a_missed_acknowledgement_is_told(void **state)
{
    (void)state;
    Scene *scene = begun();
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = ESC_TEXT("ana"),
                        .escalation = 1,
                        .target = ESC_TEXT("cleo"),
                        .reason = ESC_TEXT("lunch"),
                        .expect = ESC_EXPECT_ACKED,
                        .within_ms = 20 * ESC_MINUTE_MS};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "expectation_missed", "cleo was expected to acknowledge"),
                     1);
    assert_int_equal(
        scene_sent(scene, "ana", "cleo, to whom you handed T over, did not acknowledge within 20m"),
        1);
    assert_view_owner(scene, 1, "ben"); /* the chain goes on */
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_offers_keeps_it_until_it_is_accepted),
        cmocka_unit_test(what_nobody_accepts_comes_back),
        cmocka_unit_test(a_team_is_asked_together),
        cmocka_unit_test(only_who_is_asked_accepts),
        cmocka_unit_test(it_ends_with_what_happens_otherwise),
        cmocka_unit_test(a_new_offer_takes_the_place_of_the_old_one),
        cmocka_unit_test(whoever_has_it_hears_too),
        cmocka_unit_test(a_correction_of_the_clock_leaves_it_its_time),
        cmocka_unit_test(a_missed_acknowledgement_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
