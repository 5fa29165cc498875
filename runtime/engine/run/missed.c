/* missed.c - why a wait is over without what it was for, as a sentence: what an exception says that follows from it. */
#include <engine/run.h>

/* "within 4h of office_hours" */
static EscText within_text(EscEngine *engine, const EscProgram *program, const EscWaitRow *wait)
{
    EscText calendar = wait->calendar == 0
                           ? (EscText){0}
                           : program->texts[program->calendars[wait->calendar - 1].name];
    return esc_turn_printf(engine, "within %.*s%s%.*s",
                           ESC_TEXT_ARG(esc_duration_text(engine, wait->deadline_ms)),
                           esc_words_with(calendar, " of "), ESC_TEXT_ARG(calendar));
}

static EscText reply_text(EscEngine *engine, const EscEscalation *escalation, const EscFrame *frame,
                          const EscWaitRow *wait, EscText within)
{
    EscText called = esc_called_name(engine, escalation, wait);
    if (frame->reply != ESC_REPLY_FAILED)
        return esc_turn_printf(engine, "%.*s did not reply %.*s", ESC_TEXT_ARG(called),
                               ESC_TEXT_ARG(within));
    return esc_turn_printf(engine, "%.*s failed%s%.*s", ESC_TEXT_ARG(called),
                           esc_words_with(frame->reply_text, ": "),
                           ESC_TEXT_ARG(frame->reply_text));
}

static EscText question_text(EscEngine *engine, const EscFrame *frame, EscText within)
{
    const EscQuestion *question = frame->question;
    if (question == NULL)
        return (EscText){0};
    if (question->kind == ESC_QUESTION_ASK)
        return esc_turn_printf(engine, "nobody answered \"%.*s\" %.*s",
                               ESC_TEXT_ARG(question->text), ESC_TEXT_ARG(within));
    if (question->is_rejected)
        return esc_turn_printf(engine, "%.*s rejected \"%.*s\"%.*s", ESC_TEXT_ARG(question->by),
                               ESC_TEXT_ARG(question->text),
                               ESC_TEXT_ARG(esc_turn_reason(engine, question->reason)));
    return esc_turn_printf(engine, "\"%.*s\" has %u of %u %s %.*s", ESC_TEXT_ARG(question->text),
                           question->approvers_count, question->needed,
                           esc_one_or_many(question->needed, "approval", "approvals"),
                           ESC_TEXT_ARG(within));
}

EscText esc_missed_text(EscEngine *engine, EscEscalation *escalation, const EscFrame *frame)
{
    const EscProgram *program = escalation->bundle->program;
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    EscText within = within_text(engine, program, wait);
    switch ((EscWait)wait->kind) {
    case ESC_WAIT_ACK:
        return esc_turn_printf(engine, "nobody acknowledged %.*s", ESC_TEXT_ARG(within));
    case ESC_WAIT_CHAIN:
        return ESC_TEXT("nobody of the chain acknowledged");
    case ESC_WAIT_RESOLVED:
        return esc_turn_printf(engine, "it was not resolved %.*s", ESC_TEXT_ARG(within));
    case ESC_WAIT_CONDITION:
        return esc_turn_printf(engine, "what was waited for did not become true %.*s",
                               ESC_TEXT_ARG(within));
    case ESC_WAIT_ROUND:
        return esc_turn_printf(engine,
                               "what was waited for did not become true in its rounds, %.*s",
                               ESC_TEXT_ARG(within));
    case ESC_WAIT_EVENT:
        return esc_turn_printf(engine, "%.*s did not come %.*s",
                               ESC_TEXT_ARG(program->texts[program->events[wait->event - 1].name]),
                               ESC_TEXT_ARG(within));
    case ESC_WAIT_REPLY:
        return reply_text(engine, escalation, frame, wait, within);
    case ESC_WAIT_ANSWER:
    case ESC_WAIT_APPROVAL:
        return question_text(engine, frame, within);
    case ESC_WAIT_CHECK:
        return esc_qa_failure(engine, escalation,
                              wait->check - 1 - esc_escalation_template(escalation)->checks_first);
    case ESC_WAIT_CLOSE_WHEN:
        return esc_turn_printf(engine, "nothing has closed it %.*s", ESC_TEXT_ARG(within));
    case ESC_WAIT_QA:
        return esc_turn_printf(engine, "the quality checks did not pass %.*s",
                               ESC_TEXT_ARG(within));
    case ESC_WAIT_PAUSE:
    case ESC_WAIT_RAISED:
    case ESC_WAIT_COUNT:
        break;
    }
    return (EscText){0};
}
