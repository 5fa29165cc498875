/* reply.h - what stands in a peer's reply. Pure; for this folder only. */
#ifndef ESC_DELIVERY_REPLY_H
#define ESC_DELIVERY_REPLY_H

#include "plan.h"

/* What the action returns: the member that an RFC 6901 pointer names, or the whole body. False: there
 * is no such member, or the body is not JSON; *why says which. */
bool esc_reply_select(EscBuf *out, EscText body, EscText pointer, EscWhy *why);

/* How far a message has come, by what the receiver's reply says: {"state": "seen"} what it says, a message's id that it
 * has arrived, anything else that the next server has taken it. *is_refused: a chat says in a 2xx that it did not
 * ({"ok": false}). */
EscDeliveryState esc_reply_state(EscText reply, bool is_chat, bool *is_refused);

/* Appends what the peer says of its answer: the member that is usually called so ("message", "error" …), or the whole
 * reply when it has none. In the peer's own words: neither cut nor made harmless. */
void esc_reply_words(EscBuf *out, EscText reply);

#endif
