/* answers.h - how people answer from where a message went; for plan*.c only. Pure. */
#ifndef ESC_DELIVERY_ANSWERS_H
#define ESC_DELIVERY_ANSWERS_H

#include "brief.h"
#include "planner.h"

#define ESC_BUTTON_HOLDS_S (24 * 3600)

/* Where answers and receipts come in (public_url/v1/inbound/NAME); empty: nobody answers from there. */
EscText esc_answers_url(const EscPlanner *planner, const EscEndpoint *endpoint);
/* What the reader of the row's message can answer there: none where nobody answers from. */
uint32_t esc_answers_offers(const EscPlanner *planner, const EscEndpoint *endpoint,
                            const EscMessage *message, EscOffer out[ESC_OFFERS_MAX]);

/* A button that needs no other proof: its body, and the HMAC of that by the binding's secret in hex. It says whose it is by
 * the row's medium and address, and holds for a day. */
typedef struct EscSignedButton {
    EscText body, proof;
} EscSignedButton;
EscSignedButton esc_answers_button(EscPlanner *planner, const EscEndpoint *endpoint,
                                   const EscMessage *message, const EscOffer *offer);

#endif
