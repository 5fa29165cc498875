/* buttons.h - what can be done by a button below a message; for plan*.c only. Pure. */
#ifndef ESC_DELIVERY_BUTTONS_H
#define ESC_DELIVERY_BUTTONS_H

#include "plan.h"

#define ESC_BUTTONS_MAX 25 /* of one message, as Slack has it; of more answers the first ones */

typedef struct EscOffered {
    EscButton does;
    EscText label; /* in the reader's language */
    bool is_first_choice;
} EscOffered;

/* The answers of a question, or acknowledging and resolving; in a message to a person only what is asked of them. 0: the
 * message asks for nothing, or belongs to no escalation. */
uint32_t esc_buttons_of(const EscMessage *message, const EscOutboxRow *row,
                        EscOffered out[ESC_BUTTONS_MAX]);

#endif
