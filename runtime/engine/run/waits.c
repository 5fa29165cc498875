/* waits.c - the timers of a wait: its deadline and its reminders. */
#include <engine/run.h>

static int64_t reminder_due_ms(const EscEngine *engine, const EscProgram *program,
                               const EscFrame *frame, uint32_t reminder)
{
    const EscWaitRow *wait = &program->waits[frame->wait];
    const EscReminderRow *row = &program->reminders[wait->reminders_first + reminder];
    int64_t gone_ms = esc_moment_ms(wait->deadline_ms, row->percent, row->before_ms);
    return esc_hours_due_ms(engine, program, wait->calendar, frame->began_ms, gone_ms);
}

/* Index of ESC_TIMER_WAIT. */
static uint32_t timer_index(const EscEscalation *escalation, const EscFrame *frame)
{
    bool is_triage = escalation->triage != NULL && frame == &escalation->triage->frame;
    return is_triage ? ESC_WAIT_TIMER_TRIAGE : ESC_WAIT_TIMER_FRAME;
}

EscFrame *esc_timer_frame(EscEscalation *escalation, uint32_t index)
{
    if (index == ESC_WAIT_TIMER_TRIAGE)
        return escalation->triage == NULL ? NULL : &escalation->triage->frame;
    return &escalation->frame;
}

/* Deadline and reminders that are still to come; after a resumed exception the old ones. A frame that is held, and a
 * wait for the chain's turns, have no time of their own. */
void esc_frame_timers(EscEngine *engine, EscEscalation *escalation, const EscFrame *frame)
{
    const EscProgram *program = escalation->bundle->program;
    const EscWaitRow *wait = &program->waits[frame->wait];
    if (wait->kind != ESC_WAIT_RAISED && wait->kind != ESC_WAIT_CHAIN)
        esc_timer_put(engine, escalation, NULL, ESC_TIMER_WAIT, timer_index(escalation, frame),
                      frame->due_ms);
    for (uint32_t i = 0; frame == &escalation->frame && i < wait->reminders_count; i++) {
        int64_t due_ms = reminder_due_ms(engine, program, frame, i);
        if (due_ms > engine->now_ms)
            esc_timer_put(engine, escalation, NULL, ESC_TIMER_REMINDER, i, due_ms);
    }
}

void esc_frame_timers_stop(EscEngine *engine, EscEscalation *escalation, const EscFrame *frame)
{
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_WAIT, timer_index(escalation, frame));
    if (frame == &escalation->frame)
        esc_timer_cancel_kind(engine, escalation, NULL, ESC_TIMER_REMINDER);
}

/* --- the clock is corrected ------------------------------------------------------------------- */

static void frame_move(const EscEngine *engine, const EscEscalation *escalation, EscFrame *frame,
                       const EscMove *move)
{
    if (frame->bytes == NULL)
        return;
    const EscProgram *program = escalation->bundle->program;
    uint32_t calendar = program->waits[frame->wait].calendar;
    bool is_late = frame->due_ms <= move->from_ms;
    frame->began_ms =
        esc_move_since(engine, program, move, is_late ? 0 : calendar, frame->began_ms);
    frame->due_ms = esc_move_due(engine, program, move, calendar, frame->due_ms);
}

void esc_frames_move(const EscEngine *engine, EscEscalation *escalation, const EscMove *move)
{
    EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, true, &at)) != NULL;)
        frame_move(engine, escalation, frame, move);
    if (escalation->copy != NULL)
        escalation->copy->at_ms += esc_move_by(move);
    for (size_t i = 0; i < escalation->dead_told_count; i++)
        escalation->dead_told[i].at_ms += esc_move_by(move);
}

int64_t esc_wait_moved(EscEscalation *escalation, uint32_t index, int64_t otherwise)
{
    const EscFrame *frame = esc_timer_frame(escalation, index);
    return frame == NULL ? otherwise : frame->due_ms;
}

int64_t esc_reminder_moved(const EscEngine *engine, const EscEscalation *escalation,
                           const EscMove *move, int64_t due_ms)
{
    const EscWaitRow *wait = esc_frame_wait(escalation);
    uint32_t calendar = wait == NULL ? 0 : wait->calendar;
    return esc_move_due(engine, escalation->bundle->program, move, calendar, due_ms);
}
