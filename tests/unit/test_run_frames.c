/* test_run_frames.c - frames whose bytes are damaged, and timers that fire for what is not there: what no scene of the engine
 * reaches, because restored rows are verified. */
#include <engine/run.h>

#include "model_fixture.h"
#include "support/test.h"

/* The steps have called a system and wait for its reply. */
static Model *model_of_wait(void)
{
    Model *model = model_new();
    EscEscalation *escalation = model->escalation;
    model->program.roles[0].owner = ESC_REF(ESC_REF_PERSON, PERSON_ANA);
    esc_frame_start(model->engine, escalation, &escalation->frame,
                    esc_escalation_template(escalation)->steps, NULL, 0);
    assert_non_null(escalation->frame.bytes);
    assert_int_equal(esc_frame_wait(escalation)->kind, ESC_WAIT_REPLY);
    return model;
}

#define DAMAGED "the checksum does not fit: the bytes were damaged or edited"

static void damage(Model *model)
{
    EscFrame *frame = &model->escalation->frame;
    frame->bytes[frame->size - 1] ^= 1;
}

static void assert_fault(Model *model, const char *message, bool is_step)
{
    assert_true(esc_exception_is_asked(model->engine, model->escalation));
    EscRaised *raised = esc_exception_take(model->engine, model->escalation);
    assert_int_equal(raised->exception, ESC_EXCEPTION_ENGINE_FAULT);
    assert_text_equal(esc_said(model->engine, raised->message, ESC_LANGUAGE_ENGLISH), message);
    assert_int_equal(raised->is_step, is_step);
    esc_raised_free(raised);
}

static void a_damaged_frame_ends_the_steps(void **state)
{
    (void)state;
    Model *model = model_of_wait();
    damage(model);
    esc_frame_resume(model->engine, model->escalation, &model->escalation->frame,
                     ESC_WAIT_END_SATISFIED);
    assert_fault(model, "incident, main.esc:2: the frame could not go on: " DAMAGED, true);
    assert_null(model->escalation->frame.bytes);
    assert_false(model_has_timer(model, ESC_TIMER_WAIT, ESC_WAIT_TIMER_FRAME));
    model_free(model);
}

static void what_runs_beside_a_damaged_frame_does_not(void **state)
{
    (void)state;
    Model *model = model_of_wait();
    damage(model);
    const EscProgram *program = model->escalation->bundle->program;
    assert_int_equal(
        esc_atomic_run(model->engine, model->escalation, program->reminders[0].body, false, true),
        ESC_END_FALL);
    assert_fault(model, "incident, main.esc:2: the snapshot failed verification: " DAMAGED, false);
    assert_non_null(model->escalation->frame.bytes);
    model_free(model);
}

static void timers_of_what_is_not_there(void **state)
{
    (void)state;
    Model *model = model_of_wait();
    EscEngine *engine = model->engine;
    EscEscalation *escalation = model->escalation;
    const EscMove move = {.from_ms = MODEL_START_MS, .to_ms = MODEL_START_MS + 5};
    assert_null(esc_timer_frame(escalation, ESC_WAIT_TIMER_TRIAGE));
    assert_ptr_equal(esc_timer_frame(escalation, ESC_WAIT_TIMER_FRAME), &escalation->frame);
    assert_int_equal(esc_wait_moved(escalation, ESC_WAIT_TIMER_TRIAGE, 7), 7);
    assert_int_equal(esc_wait_moved(escalation, ESC_WAIT_TIMER_FRAME, 7), escalation->frame.due_ms);
    assert_int_equal(esc_reminder_moved(engine, escalation, &move, MODEL_START_MS + 1),
                     MODEL_START_MS + 6); /* the wait has none */
    assert_int_equal(esc_qa_moved(engine, escalation, &move, 99, MODEL_START_MS + 1),
                     MODEL_START_MS + 6);
    size_t audits = engine->pending->audit_count;
    esc_wait_fire(engine, escalation, ESC_WAIT_TIMER_TRIAGE);
    esc_reminder_fire(engine, escalation, 0);
    assert_false(esc_qa_fire(engine, escalation, escalation->checks_count));
    assert_int_equal(engine->pending->audit_count, audits);
    esc_frame_timers_stop(engine, escalation, &escalation->frame);
    esc_frame_drop(&escalation->frame);
    esc_wait_fire(engine, escalation, ESC_WAIT_TIMER_FRAME);
    esc_reminder_fire(engine, escalation, 0);
    assert_int_equal(engine->pending->audit_count, audits);
    assert_int_equal(esc_reminder_moved(engine, escalation, &move, MODEL_START_MS + 1),
                     MODEL_START_MS + 6);
    model_free(model);
}

/* Where nothing else closes it, it ends with its ticket once the steps are over. */
static void without_a_condition_it_ends_with_its_ticket(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool has_steps = i % 2 == 0, is_resolved = i / 2 == 0;
        Model *model = model_of_wait();
        model->engine->schema.status_slot = ESC_NONE;
        esc_ticket_set_resolved(model->engine, model->ticket, "resolved", is_resolved);
        if (!has_steps)
            esc_steps_end(model->engine, model->escalation);
        esc_close_when(model->engine, model->escalation);
        bool is_closing = !has_steps && is_resolved;
        assert_int_equal(model->escalation->state == ESC_STATE_CLOSING, is_closing);
        assert_int_equal(model->escalation->is_closed_by_when, is_closing);
        assert_text_equal(model->escalation->outcome, is_closing ? "resolved" : "");
        model_free(model);
    }
}

/* Its steps have no time any more; chain, owner and what the frame held stay. */
static void what_is_parked_waits_for_a_person(void **state)
{
    (void)state;
    Model *model = model_of_wait();
    EscEscalation *escalation = model->escalation;
    esc_timer_put(model->engine, escalation, NULL, ESC_TIMER_REMINDER, 0, MODEL_START_MS + 5);
    assert_true(model_has_timer(model, ESC_TIMER_WAIT, ESC_WAIT_TIMER_FRAME));
    esc_escalation_park(model->engine, escalation, ESC_TEXT("nobody knows"));
    assert_int_equal(escalation->state, ESC_STATE_PARKED);
    assert_int_equal(escalation->alarms, ESC_ALARM_PARKED);
    assert_non_null(escalation->frame.bytes);
    assert_false(model_has_timer(model, ESC_TIMER_WAIT, ESC_WAIT_TIMER_FRAME));
    assert_false(model_has_timer(model, ESC_TIMER_REMINDER, 0));
    assert_true(model_has_timer(model, ESC_TIMER_ACK, 0));
    assert_int_equal(escalation->timeline[escalation->timeline_count - 1].kind, ESC_AUDIT_PARKED);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_frame_ends_the_steps),
        cmocka_unit_test(what_runs_beside_a_damaged_frame_does_not),
        cmocka_unit_test(timers_of_what_is_not_there),
        cmocka_unit_test(without_a_condition_it_ends_with_its_ticket),
        cmocka_unit_test(what_is_parked_waits_for_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
