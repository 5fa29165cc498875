/* missed.c - why a wait is over without what it was for, as a sentence that is not said yet: what an exception says that follows from it. */
#include <engine/run.h>

/* "within 4h of office_hours" */
static EscText within_text(EscEngine *engine, const EscProgram *program, const EscWaitRow *wait)
{
    EscText calendar = wait->calendar == 0
                           ? (EscText){0}
                           : program->texts[program->calendars[wait->calendar - 1].name];
    EscText time = esc_duration_text(engine, wait->deadline_ms);
    return calendar.size == 0 ? esc_say(engine, WITHIN, time)
                              : esc_say(engine, WITHIN_OF, time, calendar);
}

static EscText reply_text(EscEngine *engine, const EscEscalation *escalation, const EscFrame *frame,
                          const EscWaitRow *wait, EscText within)
{
    EscText called = esc_called_name(engine, escalation, wait);
    if (frame->reply != ESC_REPLY_FAILED)
        return esc_say(engine, NO_REPLY, called, within);
    return frame->reply_text.size == 0
               ? esc_say(engine, CALL_FAILED, called)
               : esc_say(engine, CALL_FAILED_WITH, called, frame->reply_text);
}

static EscText question_text(EscEngine *engine, const EscFrame *frame, EscText within)
{
    const EscQuestion *question = frame->question;
    if (question == NULL)
        return (EscText){0};
    if (question->kind == ESC_QUESTION_ASK)
        return esc_say(engine, NO_ANSWER, question->text, within);
    if (question->is_rejected)
        return esc_say(engine, REJECTED, question->by, question->text,
                       esc_turn_reason(engine, question->reason));
    EscText have = esc_say_count(engine, question->approvers_count),
            needed = esc_say_count(engine, question->needed);
    return question->needed == 1
               ? esc_say(engine, APPROVALS_ONE, question->text, have, needed, within)
               : esc_say(engine, APPROVALS_MANY, question->text, have, needed, within);
}

EscText esc_missed_text(EscEngine *engine, EscEscalation *escalation, const EscFrame *frame)
{
    const EscProgram *program = escalation->bundle->program;
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    EscText within = within_text(engine, program, wait);
    switch ((EscWait)wait->kind) {
    case ESC_WAIT_ACK:
        return esc_say(engine, NOBODY_ACKED, within);
    case ESC_WAIT_CHAIN:
        return ESC_SAYING(CHAIN_SILENT);
    case ESC_WAIT_RESOLVED:
        return esc_say(engine, NOT_RESOLVED, within);
    case ESC_WAIT_CONDITION:
        return esc_say(engine, NOT_TRUE, within);
    case ESC_WAIT_ROUND:
        return esc_say(engine, NOT_TRUE_IN_ROUNDS, within);
    case ESC_WAIT_EVENT:
        return esc_say(engine, NO_EVENT, program->texts[program->events[wait->event - 1].name],
                       within);
    case ESC_WAIT_REPLY:
        return reply_text(engine, escalation, frame, wait, within);
    case ESC_WAIT_ANSWER:
    case ESC_WAIT_APPROVAL:
        return question_text(engine, frame, within);
    case ESC_WAIT_CHECK:
        return esc_qa_failure(engine, escalation,
                              wait->check - 1 - esc_escalation_template(escalation)->checks_first);
    case ESC_WAIT_CLOSE_WHEN:
        return esc_say(engine, NOT_CLOSED, within);
    case ESC_WAIT_QA:
        return esc_say(engine, CHECKS_NOT_PASSED, within);
    case ESC_WAIT_PAUSE:
    case ESC_WAIT_RAISED:
    case ESC_WAIT_COUNT:
        break;
    }
    return (EscText){0};
}
