/* results.h - what results of deliveries and later receipts share; private to this folder. */
#ifndef ESC_ENGINE_RESULTS_H
#define ESC_ENGINE_RESULTS_H

#include <engine/flow.h>

/* Notes for the store that the row has come so far. */
void esc_settled_add(EscEngine *engine, const EscDelivery *delivery);
/* Counts messages of the escalation at the rung that one row has come to. `count`: how many of them the row was. */
void esc_arrival_count(EscEscalation *escalation, const EscOutboxNode *node, EscDeliveryState state,
                       uint32_t count);
/* A message has come so far: counted, recorded, and what follows from a dead one. True when a page goes on by the
 * person's next way. `told`: how many messages of the escalation the row stood for, beside pages. */
bool esc_message_settled(EscEngine *engine, EscEscalation *escalation, const EscOutboxNode *node,
                         const EscDelivery *delivery, uint32_t told);
/* "2f3a… 77b0…": browsers of the person that take no more pushes, as their push services say (subscriptions.c). */
void esc_browsers_gone(EscEngine *engine, EscText person, EscText ids);
/* " (written to a file)": what stands behind the word. */
EscText esc_detail_tail(EscEngine *engine, const EscDelivery *delivery);

#endif
