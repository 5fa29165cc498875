/* notices.c - the words of a message, and in whose trail it stands what becomes of it. What an escalation says is its own; what an
 * automation says belongs to the ticket; a digest stands for many and has a record of its own. */
#include <engine/duty.h>

EscWords esc_message_words(EscEngine *engine, EscText marked)
{
    EscWords words;
    bool is_split = esc_words_split(engine->turn.arena, marked, &words);
    ESC_ASSERT(is_split);
    return words;
}

EscWords esc_notice_words(EscEngine *engine, const EscNotice *notice, EscLanguage language)
{
    return esc_message_words(engine, esc_said(engine, notice->marked, language));
}

void esc_notice_record(EscEngine *engine, EscEscalation *escalation, const EscNotice *notice,
                       EscAuditKind kind, EscText data, EscText text)
{
    if (escalation != NULL)
        esc_audit_escalation(engine, escalation, kind, data, "%.*s", ESC_TEXT_ARG(text));
    else if (notice->ticket != NULL)
        esc_audit_ticket(engine, notice->ticket, kind, data, "%.*s", ESC_TEXT_ARG(text));
}
