/* waits.c - the timers of a wait: its deadline and its reminders. */
#include <engine/run.h>

/* Deadline and reminders that are still to come; after a resumed exception the old ones. */
void esc_frame_timers(EscEngine *engine, EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    const EscFrame *frame = &escalation->frame;
    const EscWaitRow *wait = &program->waits[frame->wait];
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_WAIT, 0, frame->due_ms);
    for (uint32_t i = 0; i < wait->reminders_count; i++) {
        int64_t share_ms =
            wait->deadline_ms / 100 * program->reminders[wait->reminders_first + i].percent;
        int64_t due_ms =
            esc_calendar_due_ms(program, engine->zones, wait->calendar, frame->began_ms, share_ms);
        if (due_ms > engine->now_ms)
            esc_timer_put(engine, escalation, NULL, ESC_TIMER_REMINDER, i, due_ms);
    }
}

void esc_frame_timers_stop(EscEngine *engine, EscEscalation *escalation)
{
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_WAIT, 0);
    esc_timer_cancel_kind(engine, escalation, NULL, ESC_TIMER_REMINDER);
}
