/* test_duty_sla.c - the two clocks of a ticket: due, warned, breached, met, and computed anew. */
#include "model_fixture.h"
#include "sla_internal.h"
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
    model->engine->schema.overdues[ESC_SLA_CLOCK_RESPOND][0] = (EscLateness){0};
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

/* A timer that fires for what is not there any more says nothing. */
static void a_warning_of_nothing_is_not_told(void **state)
{
    (void)state;
    static const struct {
        uint32_t index;
        bool is_met, is_gone, is_told;
        size_t told;
    } cases[] = {
        {0, false, false, false, 1},
        {0, true, false, false, 0},                        /* the clock has stopped */
        {0, false, true, false, 0},                        /* no level is of that name */
        {0, false, false, true, 0},                        /* it was told before */
        {1, false, false, false, 0},                       /* there is no second one */
        {ESC_CLOCK_WARNS_MAX, false, false, false, 0},     /* the level has no such clock */
        {3 * ESC_CLOCK_WARNS_MAX, false, false, false, 0}, /* nor any level */
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Model *model = model_of_gold();
        esc_sla_review(model->engine, model->ticket);
        EscSlaState *clock = &model->ticket->sla[ESC_SLA_CLOCK_RESPOND];
        clock->is_met = cases[i].is_met;
        if (cases[i].is_gone)
            model->ticket->sla_name = ESC_TEXT("silver");
        if (cases[i].is_told)
            esc_sla_warn_fire(model->engine, model->ticket, 0);
        size_t before = model_audits(model, ESC_AUDIT_SLA_WARNING);
        esc_sla_warn_fire(model->engine, model->ticket, cases[i].index);
        assert_int_equal(model_audits(model, ESC_AUDIT_SLA_WARNING) - before, cases[i].told);
        assert_int_equal(model->engine->turn.asked_count, before + cases[i].told);
        model_free(model);
    }
}

/* The oldest is forgotten where no more fit. */
static void the_last_warnings_are_known(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    esc_sla_review(model->engine, model->ticket);
    EscSlaState *clock = &model->ticket->sla[ESC_SLA_CLOCK_RESPOND];
    for (int32_t i = 0; i < ESC_TOLD_MAX - 1; i++)
        clock->told[clock->told_count++] = i + 100;
    esc_sla_warn_fire(model->engine, model->ticket, 0);
    assert_int_equal(clock->told_count, ESC_TOLD_MAX);
    assert_int_equal(clock->told[0], 100);
    assert_int_equal(clock->told[ESC_TOLD_MAX - 1], 50);
    model->program.warns[0].percent = 60;
    esc_sla_warn_fire(model->engine, model->ticket, 0);
    assert_int_equal(clock->told_count, ESC_TOLD_MAX);
    assert_int_equal(clock->told[0], 101);
    assert_int_equal(clock->told[ESC_TOLD_MAX - 2], 50);
    assert_int_equal(clock->told[ESC_TOLD_MAX - 1], 60);
    model_free(model);
}

static void what_stands_is_not_due(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    model->program.slas[0].clocks_count = 2;
    esc_sla_review(model->engine, model->ticket);
    model->ticket->stands_since_ms = model->engine->now_ms;
    esc_sla_due_fire(model->engine, model->ticket, ESC_SLA_CLOCK_RESOLVE);
    assert_int_equal(model->ticket->sla[ESC_SLA_CLOCK_RESOLVE].state, ESC_CLOCK_RUNNING);
    model->ticket->stands_since_ms = 0;
    esc_sla_due_fire(model->engine, model->ticket, ESC_SLA_CLOCK_RESOLVE);
    assert_int_equal(model->ticket->sla[ESC_SLA_CLOCK_RESOLVE].state, ESC_CLOCK_BREACHED);
    assert_int_equal(model_audits(model, ESC_AUDIT_SLA_BREACHED), 1);
    model_free(model);
}

/* Each value of the field has its goal, a missing one the last, and one that must be there and is not the first. */
static void goals_go_by_the_fields_value(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    TestProgram *program = &model->program;
    for (uint32_t i = 0; i < 4; i++)
        program->goals[10 + i].ms = (i + 1) * ESC_HOUR_MS;
    EscSlaClockRow *row = &program->sla_clocks[0];
    row->goals_first = 10;
    const struct {
        uint32_t field, goals_count;
        EscValue value;
        int64_t hours;
    } cases[] = {
        {FIELD_SEVERITY, 3, {.type = ESC_TYPE_ENUM(ENUM_SEVERITY), .member = 0}, 1},
        {FIELD_SEVERITY, 3, {.type = ESC_TYPE_ENUM(ENUM_SEVERITY), .member = 2}, 3},
        {FIELD_SEVERITY, 3, {.type = ESC_TYPE_ENUM(ENUM_SEVERITY), .is_missing = true}, 1},
        {FIELD_FLAG, 2, {.type = ESC_TYPE(ESC_KIND_BOOL), .truth = true}, 2},
        {FIELD_FLAG, 2, {.type = ESC_TYPE(ESC_KIND_BOOL), .truth = false}, 1},
        {FIELD_NOTE, 4, {.type = ESC_TYPE(ESC_KIND_TEXT), .is_missing = true}, 4},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        row->field = cases[i].field + 1;
        row->goals_count = cases[i].goals_count;
        model->ticket->values[program->fields[cases[i].field].slot].value = cases[i].value;
        assert_int_equal(esc_sla_goal(model->engine, model->ticket, row).ms,
                         cases[i].hours * ESC_HOUR_MS);
    }
    assert_int_equal(esc_sla_goal(model->engine, model->ticket, NULL).ms, 0);
    model_free(model);
}

/* Under another bundle, until the clock is computed anew. */
static void without_its_calendar_all_time_counts(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    EscSlaState *clock = &model->ticket->sla[ESC_SLA_CLOCK_RESPOND];
    clock->calendar = ESC_TEXT("office");
    assert_int_equal(esc_sla_time(model->engine, model->ticket, ESC_SLA_CLOCK_RESPOND).calendar, 1);
    clock->calendar = ESC_TEXT("offices");
    assert_int_equal(esc_sla_time(model->engine, model->ticket, ESC_SLA_CLOCK_RESPOND).calendar, 0);
    clock->calendar = (EscText){0};
    assert_int_equal(esc_sla_time(model->engine, model->ticket, ESC_SLA_CLOCK_RESPOND).calendar, 0);
    model_free(model);
}

/* A warning that is computed from its clock, and those that only go along with the clock of the machine. */
static void timers_of_warnings_move(void **state)
{
    (void)state;
    const EscMove move = {.from_ms = MODEL_START_MS + ESC_MINUTE_MS,
                          .to_ms = MODEL_START_MS + ESC_HOUR_MS};
    const int64_t by_ms = ESC_HOUR_MS - ESC_MINUTE_MS, due_ms = MODEL_START_MS + 2 * ESC_MINUTE_MS,
                  computed_ms = MODEL_START_MS + ESC_HOUR_MS / 2;
    const struct {
        uint32_t index;
        bool is_kept, is_gone;
        int64_t due_ms, moved_ms;
    } cases[] = {
        {0, false, false, due_ms, computed_ms},
        {0, true, false, due_ms, due_ms + by_ms},
        {0, false, true, due_ms, due_ms + by_ms},
        {0, false, false, move.from_ms, move.to_ms},
        {0, false, false, move.from_ms + 1, computed_ms},
        {1, false, false, due_ms, due_ms + by_ms},
        {ESC_CLOCK_WARNS_MAX, false, false, due_ms, due_ms + by_ms},
        {3 * ESC_CLOCK_WARNS_MAX, false, false, due_ms, due_ms + by_ms},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Model *model = model_of_gold();
        esc_sla_review(model->engine, model->ticket);
        model->ticket->sla[ESC_SLA_CLOCK_RESPOND].is_kept = cases[i].is_kept;
        if (cases[i].is_gone)
            model->ticket->sla_name = ESC_TEXT("silver");
        assert_int_equal(esc_sla_timer_moved(model->engine, model->ticket, &move,
                                             ESC_TIMER_SLA_WARN, cases[i].index, cases[i].due_ms),
                         cases[i].moved_ms);
        model_free(model);
    }
}

/* What was late stays as late when a time in which it stood, and that lay behind, is not kept any more. */
static void an_old_pause_behind_the_due_time(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    model->program.slas[0].clocks_count = 2;
    model->program.goals[1] = (EscGoalRow){ESC_HOUR_MS, 0};
    esc_sla_review(model->engine, model->ticket);
    EscTicket *ticket = model->ticket;
    EscSlaState *clock = &ticket->sla[ESC_SLA_CLOCK_RESOLVE];
    model->engine->now_ms = clock->due_ms;
    esc_sla_due_fire(model->engine, ticket, ESC_SLA_CLOCK_RESOLVE);
    for (int i = 0; i <= ESC_PAUSES_MAX; i++) {
        esc_sla_stand(model->engine, ticket, true, model->engine->now_ms);
        model->engine->now_ms += ESC_MINUTE_MS;
        esc_sla_stand(model->engine, ticket, false, model->engine->now_ms);
        model->engine->now_ms += ESC_MINUTE_MS;
    }
    assert_int_equal(ticket->pauses_count, ESC_PAUSES_MAX);
    assert_int_equal(ticket->pauses_old_ms, ESC_MINUTE_MS);
    assert_int_equal(ticket->pauses[0].from_ms, MODEL_START_MS + ESC_HOUR_MS + 2 * ESC_MINUTE_MS);
    assert_int_equal(clock->due_ms, MODEL_START_MS + ESC_HOUR_MS + ESC_MINUTE_MS);
    assert_int_equal(clock->moved_ms, ESC_MINUTE_MS);
    assert_true(clock->is_kept);
    esc_sla_begin(model->engine, ticket, ESC_SLA_CLOCK_RESOLVE);
    assert_int_equal(ticket->pauses_count + (size_t)ticket->pauses_old_ms, 0);
    assert_int_equal(clock->moved_ms, 0);
    assert_int_equal(clock->origin_ms, model->engine->now_ms);
    assert_int_equal(clock->overdue_done_ms, -1);
    assert_int_equal(clock->cycle, 1);
    model_free(model);
}

/* Once late it stays so when it was met, however long its time is made. */
static void what_was_met_late_stays_late(void **state)
{
    (void)state;
    Model *model = model_of_gold();
    esc_sla_review(model->engine, model->ticket);
    breach(model);
    esc_sla_respond_met(model->engine, model->ticket);
    model->program.goals[0].ms = 9 * ESC_HOUR_MS;
    esc_sla_rebuild(model->engine, model->ticket);
    assert_int_equal(respond(model)->state, ESC_CLOCK_BREACHED);
    assert_int_equal(respond(model)->due_ms, MODEL_START_MS + 9 * ESC_HOUR_MS);
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
        cmocka_unit_test(a_warning_of_nothing_is_not_told),
        cmocka_unit_test(the_last_warnings_are_known),
        cmocka_unit_test(what_stands_is_not_due),
        cmocka_unit_test(goals_go_by_the_fields_value),
        cmocka_unit_test(without_its_calendar_all_time_counts),
        cmocka_unit_test(timers_of_warnings_move),
        cmocka_unit_test(an_old_pause_behind_the_due_time),
        cmocka_unit_test(what_was_met_late_stays_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
