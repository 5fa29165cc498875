/* test_duty_handoff.c - hand-offs: their limit, the pages of the former owner, deadlines, expectations. */
#include "model_fixture.h"
#include "support/test.h"

static Model *model_of_ana(void)
{
    Model *model = model_new();
    model->program.roles[0].owner = ESC_REF(ESC_REF_PERSON, PERSON_ANA);
    model->program.roles[1].owner = ESC_REF(ESC_REF_PERSON, PERSON_BEN);
    model->program.roles[1].ack_calendar = 0;
    esc_role_own(model->engine, model->escalation, 0);
    return model;
}

static bool hand_to(Model *model, uint32_t person, EscExpect expect, int64_t within_ms)
{
    const EscHandoff handoff = {
        .bundle = model->escalation->bundle,
        .to = ESC_REF(ESC_REF_PERSON, person),
        .reason = ESC_TEXT("lunch"),
        .expect = expect,
        .within_ms = within_ms,
    };
    return esc_role_handoff(model->engine, model->escalation, &handoff) == ESC_HANDOFF_DONE;
}

static void the_limit_counts_within_its_window(void **state)
{
    (void)state;
    Model *model = model_of_ana();
    model->program.limits[0] =
        (EscLimitRow){ESC_LIMIT_HANDOFFS_PER_TICKET, 1, ESC_HOUR_MS, ESC_LIMIT_ACTION_RAISE, 7};
    model->program.limits_count = 1;
    program_refresh(&model->program);
    assert_true(hand_to(model, PERSON_BEN, ESC_EXPECT_ACKED, 0));
    model->engine->now_ms += ESC_HOUR_MS - 1;
    assert_false(hand_to(model, PERSON_ANA, ESC_EXPECT_ACKED, 0));
    assert_text_equal(model->escalation->owner, "ben");
    assert_true(esc_exception_is_asked(model->engine, model->escalation));
    model->engine->now_ms += 1; /* the first one is an hour ago: out of the window */
    assert_true(hand_to(model, PERSON_ANA, ESC_EXPECT_ACKED, 0));
    assert_text_equal(model->escalation->owner, "ana");
    model_free(model);
}

static void pages_of_the_former_owner_end(void **state)
{
    (void)state;
    Model *model = model_of_ana();
    esc_page_person(model->engine, model->escalation, ESC_TEXT("ana"), ESC_TEXT("help"));
    assert_int_equal(model->escalation->pages_count, 1);
    assert_true(hand_to(model, PERSON_BEN, ESC_EXPECT_ACKED, 0));
    assert_true(esc_shifts_tell(model->engine));
    assert_int_equal(model->escalation->pages_count, 0); /* ben's has no second contact method */
    assert_false(model_has_timer(model, ESC_TIMER_CONTACT, 0));
    assert_int_equal(model_audits(model, ESC_AUDIT_PAGE_STOPPED), 1);
    assert_int_equal(model_messages(model, "ben"), 1);
    model_free(model);
}

static void acked_within_is_the_deadline(void **state)
{
    (void)state;
    Model *model = model_of_ana();
    assert_true(hand_to(model, PERSON_BEN, ESC_EXPECT_ACKED, ESC_MINUTE_MS));
    const EscTimerNode *ack = esc_timer_find(model->escalation->timers, ESC_TIMER_ACK, 0);
    assert_true(ack->due_ms == MODEL_START_MS + ESC_MINUTE_MS);
    assert_int_equal(model->escalation->expectations_count, 0);
    model_free(model);
}

static void resolved_within_stands_beside_the_deadline(void **state)
{
    (void)state;
    Model *model = model_of_ana();
    assert_true(hand_to(model, PERSON_BEN, ESC_EXPECT_RESOLVED, ESC_MINUTE_MS));
    const EscTimerNode *ack = esc_timer_find(model->escalation->timers, ESC_TIMER_ACK, 0);
    assert_true(ack->due_ms == MODEL_START_MS + 5 * ESC_MINUTE_MS);
    assert_true(model_has_timer(model, ESC_TIMER_EXPECTATION, 0));
    esc_expectations_met(model->engine, model->escalation);
    assert_false(model_has_timer(model, ESC_TIMER_EXPECTATION, 0));
    assert_int_equal(model_audits(model, ESC_AUDIT_EXPECTATION_MET), 1);
    model_free(model);
}

/* --- what is expected ----------------------------------------------------------------------------- */

static const EscExpectation *expectation(const Model *model, size_t at)
{
    assert_true(at < model->escalation->expectations_count);
    return &model->escalation->expectations[at];
}

static void each_expectation_has_its_timer(void **state)
{
    (void)state;
    Model *model = model_of_ana();
    EscEscalation *escalation = model->escalation;
    for (int64_t i = 0; i < 3; i++)
        esc_expectation_put(model->engine, escalation, MODEL_START_MS + (3 - i) * ESC_HOUR_MS, 0, (EscText){0});
    assert_int_equal(esc_expected_by_ms(escalation, ESC_TEXT("ana")), MODEL_START_MS + ESC_HOUR_MS);
    assert_int_equal(esc_expected_by_ms(escalation, ESC_TEXT("ben")), 0);
    assert_int_equal(esc_expectation_due_ms(escalation, 1, 7), MODEL_START_MS + 2 * ESC_HOUR_MS);
    assert_int_equal(esc_expectation_due_ms(escalation, 3, 7),
                     7); /* there is none of that number */
    esc_expectation_fire(model->engine, escalation, 3);
    assert_int_equal(escalation->expectations_count, 3);
    esc_expectation_fire(model->engine, escalation, 1);
    assert_int_equal(escalation->expectations_count, 2);
    assert_int_equal(expectation(model, 0)->number, 0);
    assert_int_equal(expectation(model, 1)->number, 2);
    assert_int_equal(model_audits(model, ESC_AUDIT_EXPECTATION_MISSED), 1);
    model_free(model);
}

/* Nobody looks at one that is parked before its timer does. */
static void of_a_resolved_ticket_all_are_met(void **state)
{
    (void)state;
    Model *model = model_of_ana();
    EscEscalation *escalation = model->escalation;
    esc_expectation_put(model->engine, escalation, MODEL_START_MS + ESC_HOUR_MS, 0, (EscText){0});
    esc_expectation_put(model->engine, escalation, MODEL_START_MS + 2 * ESC_HOUR_MS, 0, (EscText){0});
    model->engine->schema.status_slot = ESC_NONE; /* the engine knows by itself */
    esc_ticket_set_resolved(model->engine, model->ticket, "resolved", true);
    model->engine->now_ms += ESC_HOUR_MS;
    esc_expectation_fire(model->engine, escalation, 0);
    assert_int_equal(escalation->expectations_count, 2);
    assert_int_equal(expectation(model, 0)->met_ms, model->engine->now_ms);
    assert_int_equal(expectation(model, 1)->met_ms, model->engine->now_ms);
    assert_false(model_has_timer(model, ESC_TIMER_EXPECTATION, 1));
    assert_int_equal(model_audits(model, ESC_AUDIT_EXPECTATION_MISSED), 0);
    assert_int_equal(esc_expected_by_ms(escalation, ESC_TEXT("ana")), 0);
    esc_expectation_put(model->engine, escalation, MODEL_START_MS + 9 * ESC_HOUR_MS, 0, (EscText){0});
    model->engine->now_ms += ESC_HOUR_MS;
    const EscMove move = {.from_ms = model->engine->now_ms, .to_ms = model->engine->now_ms + 5};
    esc_expectations_move(model->engine, escalation, &move);
    assert_int_equal(expectation(model, 1)->met_ms, MODEL_START_MS + ESC_HOUR_MS + 5);
    assert_int_equal(expectation(model, 1)->due_ms, MODEL_START_MS + 2 * ESC_HOUR_MS + 5);
    assert_int_equal(expectation(model, 2)->due_ms, MODEL_START_MS + 9 * ESC_HOUR_MS + 5);
    esc_expectations_go_on(model->engine, escalation); /* what was never met goes on as it was */
    assert_int_equal(model_audits(model, ESC_AUDIT_EXPECTATION_AGAIN), 2);
    assert_int_equal(expectation(model, 2)->due_ms, MODEL_START_MS + 9 * ESC_HOUR_MS + 5);
    model_free(model);
}

/* A limit may ask for nothing but an end of it. */
static void a_limit_without_an_exception_only_stops(void **state)
{
    (void)state;
    Model *model = model_of_ana();
    model->program.limits[0] =
        (EscLimitRow){ESC_LIMIT_NOTIFICATIONS_PER_PERSON, 0, ESC_HOUR_MS, 0, 0};
    model->program.limits[1] = (EscLimitRow){ESC_LIMIT_HANDOFFS_PER_TICKET, 1, ESC_HOUR_MS, 0, 0};
    model->program.limits_count = 2;
    program_refresh(&model->program);
    assert_true(hand_to(model, PERSON_BEN, ESC_EXPECT_ACKED, 0));
    assert_false(hand_to(model, PERSON_ANA, ESC_EXPECT_ACKED, 0));
    assert_false(esc_exception_is_asked(model->engine, model->escalation));
    assert_int_equal(model_audits(model, ESC_AUDIT_LIMITED), 1);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_counts_within_its_window),
        cmocka_unit_test(pages_of_the_former_owner_end),
        cmocka_unit_test(acked_within_is_the_deadline),
        cmocka_unit_test(resolved_within_stands_beside_the_deadline),
        cmocka_unit_test(each_expectation_has_its_timer),
        cmocka_unit_test(of_a_resolved_ticket_all_are_met),
        cmocka_unit_test(a_limit_without_an_exception_only_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
