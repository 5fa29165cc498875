/* mail_html.h - a message as the HTML part of a mail; for plan*.c only. Pure. */
#ifndef ESC_DELIVERY_MAIL_HTML_H
#define ESC_DELIVERY_MAIL_HTML_H

#include "link_offers.h"

/* `text` is the message as it is said; below it a button for each offer, and a link to all else that can be done. */
void esc_mail_html(EscBuf *out, const EscMessage *message, EscText text, const EscLinkOffer *offers,
                   uint32_t count);

#endif
