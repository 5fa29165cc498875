/* test_duty_sla.c - the two clocks of a ticket: due, warned, breached, met, and computed anew. */
#include "model_fixture.h"
#include "support/test.h"

/* One level, gold: respond within an hour with a warning at half of it; no resolve clock. */
static Model *model_of_gold(void)
{
    Model *model = model_new();
    TestProgram *program = &model->program;
    program->slas[0].clocks_count = 1;
    program->sla_clocks[0].warns_count = 1;
    program->goals[0] = (EscGoalRow){ESC_HOUR_MS, 0};
    program->warns[0] = (EscWarnRow){.percent = 50};
    return model;
}

static const EscSlaState *respond(const Model *model)
{
    return &model->ticket->sla[ESC_SLA_CLOCK_RESPOND];
}

static bool has_timer(const Model *model, EscTimer kind)
{
    return esc_timer_find(model->ticket->timers, kind, 0) != NULL;
}

static void breach(Model *model)
{
    model->engine->now_ms = MODEL_START_MS + ESC_HOUR_MS;
    esc_sla_due_fire(model->engine, model->ticket, ESC_SLA_CLOCK_RESPOND);
    assert_int_equal(respond(model)->state, ESC_CLOCK_BREACHED);
}

static void a_level_puts_its_timers(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    esc_sla_review(model->engine, model->ticket);
    assert_text_equal(model->ticket->sla_name, "gold");
    assert_int_equal(respond(model)->state, ESC_CLOCK_RUNNING);
    assert_true(respond(model)->due_ms == MODEL_START_MS + ESC_HOUR_MS);
    assert_true(has_timer(model, ESC_TIMER_SLA_DUE));
    assert_true(has_timer(model, ESC_TIMER_SLA_WARN));
    assert_int_equal(model->ticket->sla[ESC_SLA_CLOCK_RESOLVE].state, ESC_CLOCK_NONE);
    model_free(model);
}

/* A trigger that waits for the breach itself has its time then, and not before. */
static void late_by_nothing_is_late(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    model->engine->schema.overdues[ESC_SLA_CLOCK_RESPOND][0] = 0;
    model->engine->schema.overdues_count[ESC_SLA_CLOCK_RESPOND] = 1;
    esc_sla_review(model->engine, model->ticket);
    const EscTimerNode *timer =
        esc_timer_find(model->ticket->timers, ESC_TIMER_SLA_OVERDUE, ESC_SLA_CLOCK_RESPOND);
    assert_non_null(timer);
    assert_true(timer->due_ms == MODEL_START_MS + ESC_HOUR_MS);
    breach(model);
    esc_sla_overdue_fire(model->engine, model->ticket, ESC_SLA_CLOCK_RESPOND);
    assert_null(
        esc_timer_find(model->ticket->timers, ESC_TIMER_SLA_OVERDUE, ESC_SLA_CLOCK_RESPOND));
    model->engine->turn.asked_count = 0;
    model_free(model);
}

static void warnings_of_the_past_are_not_given(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    model->engine->now_ms += ESC_HOUR_MS / 2; /* exactly when it would have been due */
    esc_sla_review(model->engine, model->ticket);
    assert_false(has_timer(model, ESC_TIMER_SLA_WARN));
    assert_true(has_timer(model, ESC_TIMER_SLA_DUE));
    model_free(model);
}

static void a_breach_is_an_event_that_is_asked_for(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    esc_sla_review(model->engine, model->ticket);
    breach(model);
    assert_int_equal(model->engine->turn.asked_count, 1);
    assert_int_equal(model->engine->turn.asked[0].kind, ESC_ASKED_EVENT);
    assert_int_equal(model->engine->turn.asked[0].event, ESC_EVENT_SLA_BREACHED);
    assert_text_equal(model->engine->turn.asked[0].fields[0].text, "respond");
    esc_sla_due_fire(model->engine, model->ticket, ESC_SLA_CLOCK_RESPOND);
    assert_int_equal(model->engine->turn.asked_count, 1);
    model_free(model);
}

static void a_breach_is_taken_back_when_the_clock_is_longer(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    esc_sla_review(model->engine, model->ticket);
    breach(model);
    model->program.goals[0].ms = 3 * ESC_HOUR_MS;
    esc_sla_rebuild(model->engine, model->ticket);
    assert_int_equal(respond(model)->state, ESC_CLOCK_RUNNING);
    assert_true(has_timer(model, ESC_TIMER_SLA_DUE));
    model_free(model);
}

static void a_breach_is_not_told_twice(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    esc_sla_review(model->engine, model->ticket);
    breach(model);
    model->program.goals[0].ms = ESC_HOUR_MS / 2;
    esc_sla_rebuild(model->engine, model->ticket);
    assert_int_equal(respond(model)->state, ESC_CLOCK_BREACHED);
    assert_false(has_timer(model, ESC_TIMER_SLA_DUE));
    model_free(model);
}

static void overdue_times_count_from_the_new_due_time(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    esc_sla_review(model->engine, model->ticket);
    breach(model);
    model->engine->now_ms += 5000;
    esc_sla_overdue_fire(model->engine, model->ticket, ESC_SLA_CLOCK_RESPOND);
    assert_true(respond(model)->overdue_done_ms == 5000);
    const EscAsked *asked = &model->engine->turn.asked[1];
    assert_int_equal(asked->kind, ESC_ASKED_OVERDUE);
    assert_true(asked->from_ms == -1 && asked->to_ms == 5000);
    model->program.goals[0].ms = ESC_HOUR_MS / 2;
    esc_sla_rebuild(model->engine, model->ticket);
    assert_true(respond(model)->overdue_done_ms == 5000); /* it was late by so much all the time */
    model->program.goals[0].ms = ESC_HOUR_MS + 2000;
    esc_sla_rebuild(model->engine, model->ticket);
    assert_true(respond(model)->overdue_done_ms == 3000);
    model->program.goals[0].ms = 2 * ESC_HOUR_MS;
    esc_sla_rebuild(model->engine, model->ticket);
    assert_true(respond(model)->overdue_done_ms == -1); /* late again when that is over */
    model_free(model);
}

static void what_is_met_is_not_overdue(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    esc_sla_review(model->engine, model->ticket);
    esc_sla_respond_met(model->engine, model->ticket);
    assert_int_equal(respond(model)->state, ESC_CLOCK_MET);
    assert_false(has_timer(model, ESC_TIMER_SLA_DUE));
    assert_false(has_timer(model, ESC_TIMER_SLA_WARN));
    model->engine->now_ms += 2 * ESC_HOUR_MS;
    esc_sla_overdue_fire(model->engine, model->ticket, ESC_SLA_CLOCK_RESPOND);
    assert_int_equal(model->engine->turn.asked_count, 0);
    assert_true(respond(model)->overdue_done_ms == -1);
    model_free(model);
}

static void a_new_ticket_has_been_late_by_nothing_yet(void **state)
{
    (void)state;
    Model *model = model_new();
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        assert_true(model->ticket->sla[i].overdue_done_ms == -1);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_puts_its_timers),
        cmocka_unit_test(warnings_of_the_past_are_not_given),
        cmocka_unit_test(a_breach_is_an_event_that_is_asked_for),
        cmocka_unit_test(a_breach_is_taken_back_when_the_clock_is_longer),
        cmocka_unit_test(a_breach_is_not_told_twice),
        cmocka_unit_test(overdue_times_count_from_the_new_due_time),
        cmocka_unit_test(what_is_met_is_not_overdue),
        cmocka_unit_test(late_by_nothing_is_late),
        cmocka_unit_test(a_new_ticket_has_been_late_by_nothing_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
