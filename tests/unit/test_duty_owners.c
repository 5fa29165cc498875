/* test_duty_owners.c - whose turn it is, how many must acknowledge, and who is passed over. */
#include "model_fixture.h"
#include "support/test.h"

static void role_set(Model *model, uint32_t position, EscRef owner, uint32_t ack_count,
                     int64_t hold_ms)
{
    EscRoleRow *row = &model->program.roles[position];
    row->owner = owner;
    row->ack_count = ack_count;
    row->ack_calendar = 0;
    row->hold_ms = hold_ms;
}

/* The ops team is primary, ben secondary; it is the team's turn. */
static Model *model_of_team(uint32_t ack_count)
{
    Model *model = model_new();
    role_set(model, 0, ESC_REF(ESC_REF_TEAM, 0), ack_count, 0);
    role_set(model, 1, ESC_REF(ESC_REF_PERSON, PERSON_BEN), 1, 0);
    esc_role_own(model->engine, model->escalation, 0);
    assert_text_equal(model->escalation->owner, "ana");
    return model;
}

static bool ack(Model *model, const char *actor)
{
    return esc_role_ack(model->engine, model->escalation, esc_text_from(actor));
}

static void no_more_acks_are_needed_than_there_are_people(void **state)
{
    (void)state;
    Model *model = model_of_team(5);
    assert_true(ack(model, "ana"));
    assert_false(model->escalation->is_acked);
    assert_true(ack(model, "ben"));
    assert_true(model->escalation->is_acked);
    assert_text_equal(model->escalation->owner, "ana"); /* the first of them */
    model_free(model);
}

static void one_person_counts_once(void **state)
{
    (void)state;
    Model *model = model_of_team(2);
    assert_true(ack(model, "ana"));
    assert_false(ack(model, "ana"));
    assert_false(model->escalation->is_acked);
    assert_int_equal(model_audits(model, ESC_AUDIT_ACK_COUNTED), 1);
    model_free(model);
}

static void acks_of_the_former_turn_do_not_count(void **state)
{
    (void)state;
    Model *model = model_of_team(2);
    assert_true(ack(model, "ana"));
    esc_role_own(model->engine, model->escalation, 0);
    assert_true(ack(model, "ben"));
    assert_false(model->escalation->is_acked);
    assert_true(ack(model, "ana"));
    assert_true(model->escalation->is_acked);
    model_free(model);
}

static void the_lease_ends_with_the_turn(void **state)
{
    (void)state;
    Model *model = model_of_team(1);
    role_set(model, 0, ESC_REF(ESC_REF_TEAM, 0), 1, ESC_HOUR_MS);
    assert_true(ack(model, "ana"));
    assert_true(model_has_timer(model, ESC_TIMER_HOLD, 0));
    assert_false(model_has_timer(model, ESC_TIMER_ACK, 0));
    esc_role_miss(model->engine, model->escalation, ESC_SAYING(IN_TIME));
    assert_false(model_has_timer(model, ESC_TIMER_HOLD, 0));
    assert_true(model_has_timer(model, ESC_TIMER_ACK, 0));
    assert_false(model->escalation->is_acked);
    assert_text_equal(model->escalation->owner, "ben");
    model_free(model);
}

static void failover_passes_over_the_same_person(void **state)
{
    (void)state;
    Model *model = model_of_team(1);
    role_set(model, 1, ESC_REF(ESC_REF_PERSON, PERSON_ANA), 1, 0);
    esc_role_miss(model->engine, model->escalation, ESC_SAYING(IN_TIME));
    assert_text_equal(model->escalation->owner, "ben"); /* the last resort */
    assert_int_equal(model->escalation->role, 3);
    assert_int_equal(model_audits(model, ESC_AUDIT_SKIPPED), 1);
    assert_true(esc_exception_is_asked(model->engine, model->escalation));
    assert_true(model_has_timer(model, ESC_TIMER_ACK, 0)); /* it is asked as well */
    model_free(model);
}

static void the_lease_starts_anew_when_something_happens(void **state)
{
    (void)state;
    Model *model = model_of_team(1);
    role_set(model, 0, ESC_REF(ESC_REF_TEAM, 0), 1, ESC_HOUR_MS);
    assert_true(ack(model, "ana"));
    model->engine->now_ms += ESC_MINUTE_MS;
    esc_role_active(model->engine, model->escalation);
    const EscTimerNode *hold = esc_timer_find(model->escalation->timers, ESC_TIMER_HOLD, 0);
    assert_true(hold->due_ms == MODEL_START_MS + ESC_MINUTE_MS + ESC_HOUR_MS);
    model_free(model);
}

static void who_acknowledges_from_another_role_takes_it(void **state)
{
    (void)state;
    Model *model = model_new();
    role_set(model, 0, ESC_REF(ESC_REF_PERSON, PERSON_ANA), 1, 0);
    role_set(model, 1, ESC_REF(ESC_REF_PERSON, PERSON_BEN), 1, 0);
    esc_role_own(model->engine, model->escalation, 0);
    assert_true(ack(model, "ben"));
    assert_int_equal(model->escalation->role_row, 1);
    assert_text_equal(model->escalation->owner, "ben");
    EscWhy why;
    assert_status(esc_role_check_ack(model->engine, model->escalation, ESC_TEXT("stranger"), &why),
                  ESC_FORBIDDEN);
    model_free(model);
}

static void the_absent_are_passed_over(void **state)
{
    (void)state;
    Model *model = model_of_team(1);
    EscEngine *engine = model->engine;
    ESC_ENGINE_GROW(engine->absences.items, engine->absences.count, engine->absences.capacity);
    engine->absences.items[engine->absences.count++] = (EscAbsence){
        .person = esc_engine_intern(engine, ESC_TEXT("ana")), .until_ms = engine->now_ms + 1};
    esc_role_own(engine, model->escalation, 0);
    assert_text_equal(model->escalation->owner, "ben");
    assert_int_equal(model_audits(model, ESC_AUDIT_SKIPPED), 1);
    engine->now_ms++;
    assert_false(esc_person_absent(engine, ESC_TEXT("ana")));
    esc_role_own(engine, model->escalation, 0);
    assert_text_equal(model->escalation->owner, "ana");
    model_free(model);
}

/* The role that the code names, or the first one where the template has none of it. */
static void code_says_which_role_owns_first(void **state)
{
    (void)state;
    static const struct {
        uint32_t role;
        const char *owner;
        uint32_t position;
    } cases[] = {{0, "ana", 0}, {1, "ben", 1}, {2, "ana", 0}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Model *model = model_new();
        role_set(model, 0, ESC_REF(ESC_REF_PERSON, PERSON_ANA), 1, 0);
        role_set(model, 1, ESC_REF(ESC_REF_PERSON, PERSON_BEN), 1, 0);
        esc_role_own(model->engine, model->escalation, cases[i].role);
        assert_text_equal(model->escalation->owner, cases[i].owner);
        assert_int_equal(model->escalation->role_row, cases[i].position);
        model_free(model);
    }
}

/* A role that the template has not is the place behind all of them. */
static void where_a_role_stands(void **state)
{
    (void)state;
    Model *model = model_of_team(1);
    assert_int_equal(esc_role_position(model->escalation, 0), 0);
    assert_int_equal(esc_role_position(model->escalation, 1), 1);
    assert_int_equal(esc_role_position(model->escalation, ESC_ROLE_ESCALATION), 2);
    model->program.roles[1].role = ESC_ROLE_ESCALATION;
    assert_int_equal(esc_role_position(model->escalation, 1), 1);
    assert_int_equal(esc_role_position(model->escalation, ESC_ROLE_ESCALATION), 1);
    model->escalation->role_row = 1;
    assert_int_equal(esc_role_position(model->escalation, ESC_ROLE_ESCALATION), 1);
    model_free(model);
}

/* Timers that fire for what somebody has done, or undone, meanwhile. */
static void what_is_over_moves_nothing(void **state)
{
    (void)state;
    Model *model = model_of_team(1);
    esc_role_lease_end(model->engine, model->escalation);
    esc_follow_fire(model->engine, model->escalation); /* its role follows no shifts */
    assert_text_equal(model->escalation->owner, "ana");
    assert_int_equal(model_audits(model, ESC_AUDIT_LEASE_ENDED), 0);
    assert_false(model_has_timer(model, ESC_TIMER_SHIFT, 0));
    assert_true(ack(model, "ana"));
    esc_role_ack_due(model->engine, model->escalation, MODEL_START_MS);
    assert_text_equal(model->escalation->owner, "ana");
    assert_int_equal(model_audits(model, ESC_AUDIT_FAILOVER), 0);
    model_free(model);
}

/* What follows shifts does so while it is open or parked. */
static void shifts_are_followed_until_the_closing(void **state)
{
    (void)state;
    Model *model = model_of_team(1);
    role_set(model, 0, ESC_REF(ESC_REF_SCHEDULE, 0), 1, 0);
    assert_false(esc_follow_is_on(model->escalation));
    assert_int_equal(esc_follow_due_ms(model->engine, model->escalation, 7), 7);
    model->program.roles[0].follows_shift = 1;
    static const struct {
        EscState state;
        bool is_on;
    } cases[] = {{ESC_STATE_OPEN, true},
                 {ESC_STATE_PARKED, true},
                 {ESC_STATE_CLOSING, false},
                 {ESC_STATE_CLOSED, false}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        model->escalation->state = cases[i].state;
        assert_int_equal(esc_follow_is_on(model->escalation), cases[i].is_on);
    }
    model->escalation->state = ESC_STATE_OPEN;
    esc_follow_timer(model->engine, model->escalation);
    assert_true(model_has_timer(model, ESC_TIMER_SHIFT, 0));
    assert_true(esc_follow_due_ms(model->engine, model->escalation, 7) > MODEL_START_MS);
    model->escalation->role_row = 2; /* the last resort's turn */
    assert_false(esc_follow_is_on(model->escalation));
    esc_follow_timer(model->engine, model->escalation);
    assert_false(model_has_timer(model, ESC_TIMER_SHIFT, 0));
    model_free(model);
}

/* Each who was to acknowledge and did not, the first of them as well. */
static void whoever_did_not_join_has_missed_it(void **state)
{
    (void)state;
    Model *model = model_of_team(2);
    assert_true(ack(model, "ben"));
    esc_role_misses_note(model->engine, model->escalation);
    const EscEscalation *escalation = model->escalation;
    assert_int_equal(escalation->formers_count, 1);
    assert_text_equal(escalation->formers[0].person, "ana");
    assert_true(escalation->formers[0].has_missed);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_acks_are_needed_than_there_are_people),
        cmocka_unit_test(one_person_counts_once),
        cmocka_unit_test(acks_of_the_former_turn_do_not_count),
        cmocka_unit_test(the_lease_ends_with_the_turn),
        cmocka_unit_test(failover_passes_over_the_same_person),
        cmocka_unit_test(the_lease_starts_anew_when_something_happens),
        cmocka_unit_test(who_acknowledges_from_another_role_takes_it),
        cmocka_unit_test(the_absent_are_passed_over),
        cmocka_unit_test(code_says_which_role_owns_first),
        cmocka_unit_test(where_a_role_stands),
        cmocka_unit_test(what_is_over_moves_nothing),
        cmocka_unit_test(shifts_are_followed_until_the_closing),
        cmocka_unit_test(whoever_did_not_join_has_missed_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
