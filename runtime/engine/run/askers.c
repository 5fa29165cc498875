/* askers.c - who wants something of the system that has a ticket: in whose trail it stands, and who hears that it failed. */
#include <engine/run.h>

EscEscalation *esc_home_asker(EscEngine *engine, uint64_t escalation)
{
    EscEscalation *asker = escalation == 0 ? NULL : esc_escalation_find(engine, escalation);
    bool is_open = asker != NULL && esc_escalation_is_open(asker) && asker->bundle != NULL &&
                   asker->state != ESC_STATE_PARKED;
    return is_open ? asker : NULL;
}

void esc_home_record(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                     EscAuditKind kind, EscText data, EscText text)
{
    if (escalation != NULL)
        esc_audit_escalation(engine, escalation, kind, data, "%.*s", ESC_TEXT_ARG(text));
    else
        esc_audit_ticket(engine, ticket, kind, data, "%.*s", ESC_TEXT_ARG(text));
}

void esc_home_record_answer(EscEngine *engine, EscTicket *ticket, EscEscalation *asker,
                            const EscOutboxNode *node, const EscDelivery *delivery, EscText what,
                            const char *name, EscText value)
{
    EscText outbox = esc_turn_printf(engine, "%llu", (unsigned long long)node->id),
            detail = esc_utf8_cut(delivery->detail, 1000);
    EscText http = delivery->http_status == 0
                       ? (EscText){0}
                       : esc_turn_printf(engine, "%u", delivery->http_status);
    bool is_dead = delivery->state == ESC_DELIVERY_DEAD;
    esc_home_record(engine, ticket, asker, is_dead ? ESC_AUDIT_CALL_FAILED : ESC_AUDIT_REPLIED,
                    esc_audit_data(engine, "outbox", outbox, "action", node->target, "status", http,
                                   "detail", detail, name, value, NULL),
                    esc_turn_printf(engine, "%.*s %s %.*s%s%.*s", ESC_TEXT_ARG(node->target),
                                    is_dead ? "did not take" : "took", ESC_TEXT_ARG(what),
                                    esc_words_with(detail, ": "), ESC_TEXT_ARG(detail)));
}

/* One that can answer may be of another ticket: the one that made this one. */
void esc_home_raise(EscEngine *engine, EscTicket *ticket, EscEscalation *by, uint32_t exception,
                    EscText text)
{
    bool is_asked = by != NULL;
    if (by != NULL)
        (void)esc_exception_ask(engine, by, exception, text);
    for (size_t i = 0; i < ticket->open_count && by == NULL; i++) {
        EscEscalation *escalation = ticket->open[i];
        if (escalation->bundle == NULL || escalation->state == ESC_STATE_PARKED ||
            !esc_escalation_is_open(escalation))
            continue;
        (void)esc_exception_ask(engine, escalation, exception, text);
        is_asked = true;
    }
    if (is_asked)
        return;
    EscText said = esc_said(engine, text, ESC_LANGUAGE_ENGLISH),
            name = esc_text_from(esc_exception_words[exception]);
    esc_audit_bare(engine, 0, ticket->id, ESC_AUDIT_ALARM,
                   esc_audit_data(engine, "name", name, "because", said, NULL), "%.*s: %.*s",
                   ESC_TEXT_ARG(ticket->id), ESC_TEXT_ARG(said));
}
