/* answers.h - how people answer from where a message went; for plan*.c only. Pure. */
#ifndef ESC_DELIVERY_ANSWERS_H
#define ESC_DELIVERY_ANSWERS_H

#include "brief.h"
#include "buttons.h"
#include "planner.h"

#define ESC_BUTTON_HOLDS_S (24 * 3600)

/* Where answers and receipts come in (public_url/v1/inbound/NAME); empty: nobody answers from there. */
EscText esc_answers_url(const EscPlanner *planner, const EscEndpoint *endpoint);
#define ESC_OFFERS_MAX 9 /* a key of a telephone each */
/* What is asked of the reader: their buttons (buttons.h) but for resolving, which a slip of a finger must not do. */
uint32_t esc_offers_of(const EscMessage *message, const EscOutboxRow *row,
                       EscOffered out[ESC_BUTTONS_MAX]);
/* Those that can be answered from there: none where nobody answers from, and none of a channel, which is nobody. */
uint32_t esc_answers_offers(const EscPlanner *planner, const EscEndpoint *endpoint,
                            const EscMessage *message, EscOffered out[ESC_BUTTONS_MAX]);

/* A button that needs no other proof: its body, and the HMAC of that by the binding's secret in hex. It says whose it is by
 * the row's medium and address, and holds for a day. */
typedef struct EscSignedButton {
    EscText body, proof;
} EscSignedButton;
EscSignedButton esc_answers_button(EscPlanner *planner, const EscEndpoint *endpoint,
                                   const EscOffered *offer);

#endif
