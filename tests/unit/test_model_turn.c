/* test_model_turn.c - what one input leaves for later: exceptions that are asked for, what acts once, what the answer says. */
#include "model_fixture.h"
#include "support/test.h"

static EscRaised *ask(Model *model, uint32_t exception, const char *message)
{
    return esc_exception_ask(model->engine, model->escalation, exception, esc_text_from(message));
}

static EscRaised *find(Model *model, uint32_t exception, const char *message)
{
    return esc_exception_ask_once(model->engine, model->escalation, exception,
                                  esc_text_from(message));
}

/* A fault that stands is found again whenever somebody looks, and told once. */
static void a_fault_is_asked_about_once(void **state)
{
    (void)state;
    Model *model = model_new();
    EscRaised *first = find(model, ESC_EXCEPTION_ENGINE_FAULT, "a");
    assert_non_null(first);
    assert_text_equal(first->message, "a");
    assert_int_equal(first->place, ESC_NONE);
    assert_null(find(model, ESC_EXCEPTION_ENGINE_FAULT, "a"));
    assert_non_null(find(model, ESC_EXCEPTION_ENGINE_FAULT, "b"));
    assert_null(find(model, ESC_EXCEPTION_ENGINE_FAULT, "b"));
    assert_non_null(find(model, ESC_EXCEPTION_OVERDUE, "a"));
    assert_non_null(ask(model, ESC_EXCEPTION_OVERDUE, "a")); /* what is raised was not found */
    assert_non_null(ask(model, ESC_EXCEPTION_ENGINE_FAULT, "b"));
    assert_ptr_equal(esc_exception_take(model->engine, model->escalation), first);
    assert_non_null(find(model, ESC_EXCEPTION_ENGINE_FAULT, "a")); /* it was dealt with */
    esc_wish_forget(model->engine, model->escalation);
    model->escalation->triage = esc_engine_alloc(sizeof *model->escalation->triage);
    model->escalation->triage->frame.raised = first;
    assert_null(find(model, ESC_EXCEPTION_ENGINE_FAULT, "a")); /* somebody is asked about it */
    assert_non_null(find(model, ESC_EXCEPTION_ENGINE_FAULT, "b"));
    esc_wish_forget(model->engine, model->escalation);
    first->exception = ESC_EXCEPTION_OVERDUE;
    assert_non_null(find(model, ESC_EXCEPTION_ENGINE_FAULT, "a"));
    esc_wish_forget(model->engine, model->escalation);
    model_free(model);
}

static void what_is_over_or_parked_raises_nothing(void **state)
{
    (void)state;
    Model *model = model_new();
    static const EscState states[] = {ESC_STATE_OPEN, ESC_STATE_CLOSING, ESC_STATE_PARKED,
                                      ESC_STATE_CLOSED};
    for (size_t i = 0; i < ESC_COUNT_OF(states); i++) {
        model->escalation->state = states[i];
        assert_int_equal(ask(model, ESC_EXCEPTION_OVERDUE, "a") != NULL, i < 2);
    }
    esc_wish_forget(model->engine, model->escalation);
    assert_false(esc_exception_is_asked(model->engine, model->escalation));
    model->escalation->state = ESC_STATE_OPEN;
    model_free(model);
}

static void wishes_are_each_their_own(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    EscEscalation *escalation = model->escalation;
    assert_false(esc_close_is_asked(engine, escalation));
    assert_false(esc_closing_is_again(engine, escalation));
    esc_wish_set_resumed(engine, escalation, false); /* makes none */
    assert_int_equal(engine->turn.wishes_count, 0);
    esc_close_ask(engine, escalation, ESC_TEXT("done"));
    assert_true(esc_close_is_asked(engine, escalation));
    assert_false(esc_exception_is_asked(engine, escalation));
    assert_false(esc_wish_is_resumed(engine, escalation));
    assert_false(esc_closing_is_again(engine, escalation));
    assert_text_equal(escalation->outcome, "done");
    assert_true(esc_wish_is_open(esc_wish_of(engine, escalation)));
    esc_close_take(engine, escalation);
    assert_false(esc_wish_is_open(esc_wish_of(engine, escalation)));
    esc_wish_set_resumed(engine, escalation, true);
    assert_true(esc_wish_is_resumed(engine, escalation));
    assert_true(esc_wish_is_open(esc_wish_of(engine, escalation)));
    esc_wish_set_resumed(engine, escalation, false);
    esc_wish_of(engine, escalation)->is_closing_again = true;
    assert_true(esc_closing_is_again(engine, escalation));
    assert_true(esc_wish_is_open(esc_wish_of(engine, escalation)));
    esc_wish_forget(engine, escalation);
    assert_false(esc_wish_is_open(esc_wish_of(engine, escalation)));
    assert_int_equal(engine->turn.wishes_count, 1);
    model_free(model);
}

static void who_has_acted_acts_no_more(void **state)
{
    (void)state;
    Model *model = model_new();
    const char owners[2] = {0};
    for (uint32_t i = 0; i < 8; i++)
        assert_true(esc_act_once(model->engine, &owners[i & 1], i >> 1 & 1, i >> 2));
    for (uint32_t i = 0; i < 8; i++)
        assert_false(esc_act_once(model->engine, &owners[i & 1], i >> 1 & 1, i >> 2));
    esc_turn_end(model->engine);
    assert_true(esc_act_once(model->engine, owners, 0, 0));
    model_free(model);
}

/* The first eight, each once. */
static void an_answer_names_eight(void **state)
{
    (void)state;
    Model *model = model_new();
    EscOutcome outcome = {.is_noop = false};
    uint64_t id = model->escalation->id;
    esc_outcome_add(model->engine, model->escalation); /* nobody asks */
    model->engine->turn.outcome = &outcome;
    for (uint64_t i = 1; i <= 9; i++) {
        model->escalation->id = i;
        esc_outcome_add(model->engine, model->escalation);
        esc_outcome_add(model->engine, model->escalation);
        assert_int_equal(outcome.escalations_count, i < 9 ? i : 8);
    }
    for (uint64_t i = 0; i < 8; i++)
        assert_int_equal(outcome.escalations[i], i + 1);
    model->escalation->id = id;
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_is_asked_about_once),
        cmocka_unit_test(what_is_over_or_parked_raises_nothing),
        cmocka_unit_test(wishes_are_each_their_own),
        cmocka_unit_test(who_has_acted_acts_no_more),
        cmocka_unit_test(an_answer_names_eight),
    };
    return cmocka_run_group_tests_name("model_turn", tests, NULL, NULL);
}
