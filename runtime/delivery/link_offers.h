/* link_offers.h - what the reader of a message can do by a link; for plan*.c only. Pure. */
#ifndef ESC_DELIVERY_LINK_OFFERS_H
#define ESC_DELIVERY_LINK_OFFERS_H

#include <esc/links.h>

#include "buttons.h"
#include "planner.h"

typedef struct EscLinkOffer {
    EscText label, url; /* the label in the reader's language */
    bool is_first_choice;
} EscLinkOffer;

/* Whether links stand in it: it asks one person of the directory for something, and there are an address and a key. */
bool esc_link_is_offered(const EscPlanner *planner, const EscMessage *message);
/* The address of a page with all that can be done; empty: none is offered. */
EscText esc_link_page(EscPlanner *planner, const EscMessage *message);
/* One for each act that is asked for, as buttons.h has them but for resolving, and no page of all. 0: none is offered. */
uint32_t esc_link_offers(EscPlanner *planner, const EscMessage *message,
                         EscLinkOffer out[ESC_BUTTONS_MAX]);

#endif
