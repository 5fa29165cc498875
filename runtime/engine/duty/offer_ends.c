/* offer_ends.c - what is offered is not any more: because it was accepted or came back (offers.c), changed hands otherwise, or
 * the escalation is over. Whoever was asked is called no more. */
#include <engine/duty.h>

void esc_offer_over(EscEngine *engine, EscEscalation *escalation)
{
    const EscOffer *offer = escalation->offer;
    for (size_t i = 0; i < offer->asked_count; i++) {
        if (!esc_text_equal(offer->asked[i], escalation->owner))
            esc_pages_stop(engine, escalation, offer->asked[i]);
    }
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_OFFER, 0);
    esc_offer_free(escalation->offer);
    escalation->offer = NULL;
    esc_escalation_dirty(engine, escalation);
}

static void ended_record(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    const EscOffer *offer = escalation->offer;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_OFFER_ENDED,
                         esc_audit_data(engine, "to", offer->to, "by", offer->by, "owner",
                                        escalation->owner, NULL),
                         "what %.*s offered to %.*s is not offered any more: %.*s",
                         ESC_TEXT_ARG(offer->by), ESC_TEXT_ARG(offer->to), ESC_TEXT_ARG(because));
}

void esc_offer_withdraw(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    if (escalation->offer == NULL)
        return;
    ended_record(engine, escalation, because);
    esc_offer_over(engine, escalation);
}

void esc_offer_moved(EscEngine *engine, EscEscalation *escalation)
{
    const EscOffer *offer = escalation->offer;
    if (offer != NULL && !esc_text_equal(offer->owner, escalation->owner))
        esc_offer_withdraw(engine, escalation, esc_say(engine, OFFER_MOVED, escalation->owner));
}
