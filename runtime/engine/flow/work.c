/* work.c - what outlives its escalation is done: by an act on the task, or because its ticket is resolved. */
#include <engine/flow.h>

void esc_work_done(EscEngine *engine, EscTask *task, EscText by, EscText reason)
{
    esc_task_record(engine, task, ESC_AUDIT_TASK_DONE,
                    esc_audit_data(engine, "person", by, "reason", reason, NULL),
                    "%.*s is done%s%.*s%.*s: \"%.*s\"", ESC_TEXT_ARG(esc_task_name(engine, task)),
                    esc_words_with(by, " by "), ESC_TEXT_ARG(by),
                    ESC_TEXT_ARG(esc_turn_reason(engine, reason)), ESC_TEXT_ARG(task->title));
    esc_task_end(engine, task, ESC_TASK_DONE, by, ESC_TEXT("done"), reason);
}

void esc_work_ticket_look(EscEngine *engine, const EscTicket *ticket, EscText by, EscText reason)
{
    EscTask *task = ticket->is_linked && esc_ticket_is_resolved(engine, ticket)
                        ? esc_task_of_ticket(engine, ticket->id)
                        : NULL;
    if (task != NULL)
        esc_work_done(engine, task, by, reason);
}
