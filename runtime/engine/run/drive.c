/* drive.c - what goes on: whether the present wait is over, and everything that follows from it until the
 * escalation waits again. Nothing is run from within a run; what a run asked for is done here, behind it. */
#include <engine/run.h>

/* The `else` of a check that failed. */
static void otherwise_run(EscEngine *engine, EscEscalation *escalation, uint32_t check)
{
    engine->turn.missed = esc_qa_failure(engine, escalation, check);
    (void)esc_atomic_run(engine, escalation, esc_qa_otherwise(escalation, check), false, false);
    engine->turn.missed = (EscText){0};
    esc_qa_set(engine, escalation, check, ESC_CHECK_STATE_HANDLED, (EscText){0}, (EscText){0});
}

void esc_check_fire(EscEngine *engine, EscEscalation *escalation, uint32_t check)
{
    if (esc_qa_fire(engine, escalation, check))
        otherwise_run(engine, escalation, check);
}

/* At closing: true when no check is left to wait for. */
static bool checks_settle(EscEngine *engine, EscEscalation *escalation)
{
    EscSettling settling = {.next = 0};
    while (esc_qa_settle(engine, escalation, &settling))
        otherwise_run(engine, escalation, settling.check);
    return settling.is_settled;
}

/* A condition of a wait: it starts with the registers of the waiting frame (V36). */
static bool cond_at_wait(EscEngine *engine, EscEscalation *escalation, EscFrame *at,
                         uint32_t function, bool with_event)
{
    EscScratch *scratch = NULL;
    EscRun *frame = esc_run_borrow(engine, &scratch);
    EscWhy why;
    bool holds = false;
    if (esc_frame_read(escalation, at, frame, scratch, &why) == ESC_OK) {
        EscWorld world = esc_world_of(engine, escalation, function, with_event);
        world.frame = at;
        holds = esc_cond_holds(&world, frame);
        if (world.is_faulty)
            (void)esc_exception_ask_once(
                engine, escalation, ESC_EXCEPTION_ENGINE_FAULT,
                esc_turn_printf(engine, "%.*s, %.*s: %.*s", ESC_TEXT_ARG(escalation->template_name),
                                ESC_TEXT_ARG(esc_code_place(engine, escalation, function, 0)),
                                ESC_TEXT_ARG(ESC_SAYING(WAIT_NOT_JUDGED))));
    }
    esc_run_return(engine);
    return holds;
}

static EscWaitEnd question_end(const EscFrame *frame)
{
    const EscQuestion *question = frame->question;
    if (question == NULL)
        return ESC_WAIT_END_NONE;
    if (question->is_rejected)
        return ESC_WAIT_END_TIMED_OUT;
    bool is_done = question->kind == ESC_QUESTION_ASK
                       ? question->answer > 0
                       : question->approvers_count >= question->needed;
    return is_done ? ESC_WAIT_END_SATISFIED : ESC_WAIT_END_NONE;
}

static EscWaitEnd check_end(EscEngine *engine, EscEscalation *escalation, const EscWaitRow *wait)
{
    uint32_t check = wait->check - 1 - esc_escalation_template(escalation)->checks_first;
    uint8_t state = escalation->checks[check];
    if (state == ESC_CHECK_STATE_PENDING) {
        EscJudgement judgement = esc_qa_judge(engine, escalation, check, false);
        if (judgement == ESC_JUDGEMENT_OPEN)
            return ESC_WAIT_END_NONE;
        state = judgement == ESC_JUDGEMENT_PASS ? ESC_CHECK_STATE_PASSED : ESC_CHECK_STATE_FAILED;
        esc_qa_set(engine, escalation, check, (EscCheckState)state, (EscText){0}, (EscText){0});
    }
    return state == ESC_CHECK_STATE_FAILED ? ESC_WAIT_END_TIMED_OUT : ESC_WAIT_END_SATISFIED;
}

/* A closing is not held: its checks may pass whatever becomes of what it raised. */
static bool is_closing_frame(const EscEscalation *escalation, const EscFrame *frame)
{
    return esc_escalation_function(escalation, frame->function)->kind == ESC_FUNCTION_CLOSING;
}

/* Whether the wait of a frame is over by what is known now. Pauses end elsewhere. */
static EscWaitEnd wait_end(EscEngine *engine, EscEscalation *escalation, EscFrame *frame)
{
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    bool is_over = false;
    if (wait == NULL)
        return ESC_WAIT_END_NONE;
    switch ((EscWait)wait->kind) {
    case ESC_WAIT_ACK:
        is_over = escalation->is_acked;
        break;
    case ESC_WAIT_CHAIN:
        if (!escalation->is_acked && escalation->is_chain_over)
            return ESC_WAIT_END_TIMED_OUT;
        is_over = escalation->is_acked;
        break;
    case ESC_WAIT_RESOLVED:
        is_over = esc_escalation_is_resolved(engine, escalation);
        break;
    case ESC_WAIT_CONDITION:
        is_over = cond_at_wait(engine, escalation, frame, wait->cond - 1, false);
        break;
    case ESC_WAIT_ROUND:
        is_over = wait->cond != 0 && cond_at_wait(engine, escalation, frame, wait->cond - 1, false);
        break;
    case ESC_WAIT_REPLY:
        if (frame->reply == ESC_REPLY_FAILED)
            return ESC_WAIT_END_TIMED_OUT;
        is_over = frame->reply == ESC_REPLY_GOOD;
        break;
    case ESC_WAIT_ANSWER:
    case ESC_WAIT_APPROVAL:
        return question_end(frame);
    case ESC_WAIT_CHECK:
        return check_end(engine, escalation, wait);
    case ESC_WAIT_RAISED:
        is_over = is_closing_frame(escalation, frame) ||
                  (frame == &escalation->frame && esc_wish_is_resumed(engine, escalation));
        break;
    case ESC_WAIT_QA:
        is_over = checks_settle(engine, escalation);
        break;
    case ESC_WAIT_EVENT:
        is_over = frame->is_heard;
        break;
    case ESC_WAIT_PAUSE:
    case ESC_WAIT_CLOSE_WHEN:
    case ESC_WAIT_COUNT:
        break;
    }
    return is_over ? ESC_WAIT_END_SATISFIED : ESC_WAIT_END_NONE;
}

/* Whether the event at hand is what the frame waits for. */
static bool is_awaited(EscEngine *engine, EscEscalation *escalation, EscFrame *frame)
{
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    if (wait == NULL || wait->kind != ESC_WAIT_EVENT)
        return false;
    const EscProgram *program = escalation->bundle->program,
                     *current = engine->schema.current->program;
    EscText wanted = program->texts[program->events[wait->event - 1].name];
    if (!esc_text_equal(wanted, current->texts[current->events[engine->turn.event->type].name]))
        return false;
    return wait->cond == 0 || cond_at_wait(engine, escalation, frame, wait->cond - 1, true);
}

void esc_frame_event(EscEngine *engine, EscEscalation *escalation)
{
    EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;) {
        if (frame->is_heard || !is_awaited(engine, escalation, frame))
            continue;
        frame->is_heard = true;
        esc_escalation_dirty(engine, escalation);
    }
}

static bool is_closing_below(const EscEscalation *escalation)
{
    return escalation->below_count > 0 && is_closing_frame(escalation, &escalation->below[0]);
}

/* The steps of a handler of an exception raised while closing are done: back to the closing. So it is when the
 * checks that were in the way are settled meanwhile. */
static bool closing_goes_on(EscEngine *engine, EscEscalation *escalation)
{
    if (!is_closing_below(escalation))
        return false;
    const EscWaitRow *wait = esc_frame_wait(escalation);
    bool is_done = wait == NULL || wait->kind == ESC_WAIT_CLOSE_WHEN;
    if (!is_done && !checks_settle(engine, escalation))
        return false;
    while (escalation->below_count > 1)
        esc_frame_pop(engine, escalation);
    esc_exception_over(engine, escalation);
    return true;
}

static bool frame_goes_on(EscEngine *engine, EscEscalation *escalation, EscFrame *frame)
{
    EscWaitEnd end = wait_end(engine, escalation, frame);
    if (end == ESC_WAIT_END_NONE)
        return false;
    esc_frame_resume(engine, escalation, frame, end);
    return true;
}

/* Who answered, and why, for what follows from it when the code is done with the answer. */
static bool triage_goes_on(EscEngine *engine, EscEscalation *escalation)
{
    EscTriage *triage = escalation->triage;
    if (triage == NULL)
        return false;
    const EscQuestion *question = triage->frame.question;
    if (question != NULL && question->answer > 0) {
        triage->by = question->by;
        triage->reason = esc_turn_text(engine, question->reason);
    }
    return frame_goes_on(engine, escalation, &triage->frame);
}

static bool drive_once(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->state == ESC_STATE_CLOSED || escalation->state == ESC_STATE_PARKED) {
        esc_wish_forget(engine, escalation);
        return false;
    }
    if (esc_reopening_look(engine, escalation))
        return true;
    if (esc_close_is_asked(engine, escalation)) {
        esc_close_take(engine, escalation);
        esc_escalation_close_as(engine, escalation, escalation->outcome, false);
        return true;
    }
    if (esc_exception_is_asked(engine, escalation)) {
        esc_exception_raise(engine, escalation);
        return true;
    }
    if (escalation->triage != NULL && escalation->triage->end != ESC_TRIAGE_OPEN) {
        esc_triage_end(engine, escalation);
        return true;
    }
    if (esc_closing_is_again(engine, escalation)) {
        esc_closing_again(engine, escalation);
        return true;
    }
    if (frame_goes_on(engine, escalation, &escalation->frame) || triage_goes_on(engine, escalation))
        return true;
    return esc_exception_is_asked(engine, escalation) || esc_close_is_asked(engine, escalation) ||
           closing_goes_on(engine, escalation);
}

static void drive(EscEngine *engine, EscEscalation *escalation)
{
    for (int i = 0; i < ESC_ENGINE_RESUMES_MAX; i++) {
        if (!drive_once(engine, escalation))
            return;
    }
    esc_wish_forget(engine, escalation);
    esc_steps_end(engine, escalation);
    EscRaised *raised =
        esc_exception_ask_once(engine, escalation, ESC_EXCEPTION_ENGINE_FAULT,
                               esc_say(engine, IN_CIRCLES, escalation->template_name));
    if (raised != NULL)
        esc_exception_raise(engine, escalation);
}

void esc_frame_drive(EscEngine *engine, EscEscalation *escalation)
{
    drive(engine, escalation);
    esc_tasks_look(engine, escalation);
}

/* A check in place whose message waits for the end of a quiet time: its own time begins then. */
static bool is_postponed(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                         uint32_t index)
{
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    if (wait->kind != ESC_WAIT_CHECK)
        return false;
    uint32_t check = wait->check - 1 - esc_escalation_template(escalation)->checks_first;
    int64_t from_ms = esc_qa_begins_ms(engine, escalation, check);
    int64_t due_ms = esc_hours_due_ms(engine, escalation->bundle->program, wait->calendar, from_ms,
                                      wait->deadline_ms);
    if (due_ms <= engine->now_ms)
        return false;
    frame->due_ms = due_ms;
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_WAIT, index, due_ms);
    return true;
}

void esc_wait_fire(EscEngine *engine, EscEscalation *escalation, uint32_t index)
{
    EscFrame *frame = esc_timer_frame(escalation, index);
    const EscWaitRow *wait = frame == NULL ? NULL : esc_wait_of(escalation, frame);
    if (wait == NULL ||
        (index == ESC_WAIT_TIMER_TRIAGE && esc_triage_overdue(engine, escalation)) ||
        is_postponed(engine, escalation, frame, index))
        return;
    esc_frame_resume(engine, escalation, frame, ESC_WAIT_END_TIMED_OUT);
}

void esc_reminder_fire(EscEngine *engine, EscEscalation *escalation, uint32_t index)
{
    const EscWaitRow *wait = esc_frame_wait(escalation);
    if (wait == NULL || index >= wait->reminders_count)
        return;
    const EscReminderRow *row =
        &escalation->bundle->program->reminders[wait->reminders_first + index];
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_REMINDER,
        esc_audit_data(engine, "percent", esc_turn_printf(engine, "%u", row->percent), NULL),
        "%u%% of the time for %.*s has gone", row->percent,
        ESC_TEXT_ARG(esc_wait_name(engine, escalation)));
    (void)esc_atomic_run(engine, escalation, row->body, false, true);
}
