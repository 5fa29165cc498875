/* notices.c - in whose trail it stands what becomes of a message. What an escalation says is its own; what an automation says
 * belongs to the ticket; a digest stands for many and has a record of its own. */
#include <engine/duty.h>

void esc_notice_record(EscEngine *engine, EscEscalation *escalation, const EscNotice *notice,
                       EscAuditKind kind, EscText data, EscText text)
{
    if (escalation != NULL)
        esc_audit_escalation(engine, escalation, kind, data, "%.*s", ESC_TEXT_ARG(text));
    else if (notice->ticket != NULL)
        esc_audit_ticket(engine, notice->ticket, kind, data, "%.*s", ESC_TEXT_ARG(text));
}
