/* verbs.c - what somebody can do from elsewhere, and what a button of ours says. Pure. */
#include <esc/inbound.h>

bool esc_inbound_verb(EscText word, EscVerb *verb)
{
    static const EscVerb verbs[] = {ESC_VERB_ACK,     ESC_VERB_RESOLVE, ESC_VERB_ANSWER,
                                    ESC_VERB_APPROVE, ESC_VERB_REJECT,  ESC_VERB_CONFIRM,
                                    ESC_VERB_CALL_OFF, ESC_VERB_ACCEPT,  ESC_VERB_DECLINE};
    for (size_t i = 0; i < ESC_COUNT_OF(verbs); i++)
        if (esc_text_equal(word, esc_text_from(esc_verb_name(verbs[i])))) {
            *verb = verbs[i];
            return true;
        }
    return false;
}

bool esc_inbound_button(EscArena *arena, EscText value, EscInboundItem *item)
{
    EscButton button;
    if (!esc_button_read(arena, value, &button) || !esc_inbound_verb(button.verb, &item->verb))
        return false;
    item->is_act = true;
    item->escalation = button.escalation;
    item->target = button.answer;
    item->outbox = button.outbox;
    item->question = button.question;
    item->channel = button.channel;
    item->person = button.person;
    return true;
}
