/* test_engine_postmortem.c - a ticket that comes again while its post-mortem is open: the evidence goes into that one. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

#define STAYS "await resolved within 30d else raise overdue"

static Scene *scene_with(const char *more)
{
    char source[1024];
    snprintf(source, sizeof source,
             "template t \"Trouble\" { start on ticket.created\n%s\n"
             "owners { primary ana ack within 1d }\nsteps { " STAYS " }\n"
             "close when resolved with postmortem by primary due 5d }\n",
             more);
    return scene_of(source);
}

/* The ticket comes, or comes again, and is resolved. */
static void come_and_go(Scene *scene, uint64_t escalation)
{
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    scene_after(scene, ESC_HOUR_MS);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", escalation, NULL), ESC_OK);
    assert_int_equal(scene_view(scene, escalation).state, ESC_STATE_CLOSED);
}

static EscStatus resolve_ticket(Scene *scene, const char *ticket)
{
    return scene_act_full(scene, &(EscAction){.verb = ESC_VERB_RESOLVE,
                                              .actor = ESC_TEXT("ana"),
                                              .ticket = esc_text_from(ticket)});
}

/* M1.24, C69 */
static void evidence_goes_into_the_one_that_is_open(void **state)
{
    (void)state;
    Scene *scene = scene_with("");
    come_and_go(scene, 1);
    assert_int_equal(scene_audit(scene, "created", "escal:T-1"), 1);
    come_and_go(scene, 2);
    assert_int_equal(scene_audit(scene, "created", ""), 1);
    assert_int_equal(
        scene_audit(scene, "postmortem",
                    "the evidence goes into the post-mortem escal:T-1, which is open still"),
        1);
    assert_int_equal(scene_sent(scene, "ana", "There is more for the post-mortem of T: escal:T-1"),
                     1);
    const char *description = scene_field(scene, "escal:T-1", "description");
    assert_non_null(strstr(description, "Once more:"));
    const EscEvidenceRow *row = scene_evidence(scene, "postmortem");
    assert_int_equal(row->escalation, 2);
    char hex[65];
    esc_hex((EscBytes){row->hash, sizeof row->hash}, hex);
    hex[12] = '\0';
    assert_non_null(strstr(scene_field(scene, "escal:T-1", "description"), hex));
    come_and_go(scene, 3);
    assert_int_equal(scene_audit(scene, "created", ""), 1);
    scene_free(scene);
}

static void one_that_is_done_stays_as_it_is(void **state)
{
    (void)state;
    Scene *scene = scene_with("");
    come_and_go(scene, 1);
    assert_status(resolve_ticket(scene, "escal:T-1"), ESC_OK);
    come_and_go(scene, 2);
    assert_int_equal(scene_audit(scene, "created", "escal:T-2"), 1);
    assert_null(strstr(scene_field(scene, "escal:T-1", "description"), "Once more:"));
    come_and_go(scene, 3); /* into the second one, which is open */
    assert_int_equal(scene_audit(scene, "created", ""), 2);
    assert_non_null(strstr(scene_field(scene, "escal:T-2", "description"), "Once more:"));
    scene_free(scene);
}

static void one_that_is_done_meanwhile_takes_nothing_more(void **state)
{
    (void)state;
    Scene *scene = scene_with("");
    come_and_go(scene, 1);
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    assert_status(resolve_ticket(scene, "escal:T-1"), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 2, NULL), ESC_OK);
    assert_int_equal(scene_audit(scene, "created", "escal:T-2"), 1);
    scene_free(scene);
}

/* The start comes by a timer, hours after anybody spoke of the ticket. */
static void a_start_that_waited_finds_it_too(void **state)
{
    (void)state;
    Scene *scene = scene_with("again after 3h");
    come_and_go(scene, 1);
    assert_status(scene_event(scene, "ticket.created", "T", "{}"), ESC_OK);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_after(scene, 3 * ESC_HOUR_MS);
    assert_int_equal(scene_audit(scene, "opened", ""), 2);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 2, NULL), ESC_OK);
    assert_int_equal(scene_audit(scene, "created", ""), 1);
    scene_free(scene);
}

static void tickets_do_not_share_one(void **state)
{
    (void)state;
    Scene *scene = scene_with("");
    come_and_go(scene, 1);
    assert_status(scene_event(scene, "ticket.created", "U", "{}"), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 2, NULL), ESC_OK);
    assert_int_equal(scene_audit(scene, "created", ""), 2);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_goes_into_the_one_that_is_open),
        cmocka_unit_test(one_that_is_done_stays_as_it_is),
        cmocka_unit_test(one_that_is_done_meanwhile_takes_nothing_more),
        cmocka_unit_test(a_start_that_waited_finds_it_too),
        cmocka_unit_test(tickets_do_not_share_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
