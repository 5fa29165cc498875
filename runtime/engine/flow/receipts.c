/* receipts.c - what a receiver tells of a message that it took before: that it arrived, was read or answered, or did not
 * arrive after all. The message climbs the ladder of evidence, and checks on it are judged anew.
 *
 * The engine forgets a row once it is settled, so the input brings it. A message that many escalations shared (merged in
 * a storm, released at the end of a quiet time) climbs for itself: whom it counted for is not kept. Not its job: the
 * first thing that is told of a row (results.c). */
#include "results.h"

/* What this group says of the row already is newer than what the store had. */
static EscDeliveryState come_to(const EscEngine *engine, const EscReceipt *receipt)
{
    const EscGroup *group = engine->pending;
    for (size_t i = group->settled_count; i > 0; i--)
        if (group->settled[i - 1].id == receipt->row.id)
            return group->settled[i - 1].state;
    return receipt->from;
}

static uint32_t *rung_of(EscEscalation *escalation, const EscOutboxNode *node,
                         EscDeliveryState state)
{
    switch (state) {
    case ESC_DELIVERY_ACCEPTED:
        return node->contact > 0 ? &escalation->reached : &escalation->accepted;
    case ESC_DELIVERY_DELIVERED:
        return &escalation->delivered;
    case ESC_DELIVERY_DEAD:
        return &escalation->dead;
    case ESC_DELIVERY_SEEN:
    case ESC_DELIVERY_ACKED:
        return &escalation->seen;
    default:
        return NULL;
    }
}

/* It counts at one rung only, the highest. */
static void leave_rung(EscEscalation *escalation, const EscOutboxNode *node, EscDeliveryState state)
{
    uint32_t *rung = rung_of(escalation, node, state);
    if (rung != NULL && *rung > 0)
        (*rung)--;
}

/* Nobody waits for it: it is closed, or there is none. */
static void late_tell(EscEngine *engine, const EscOutboxNode *node, const EscDelivery *delivery)
{
    bool is_dead = delivery->state == ESC_DELIVERY_DEAD;
    EscText outbox = esc_turn_printf(engine, "%llu", (unsigned long long)node->id);
    EscText state = esc_text_from(esc_delivery_state_name(delivery->state));
    esc_audit_bare(
        engine, node->escalation, node->ticket,
        is_dead ? ESC_AUDIT_DELIVERY_DEAD : ESC_AUDIT_DELIVERED,
        esc_audit_data(engine, "outbox", outbox, "target", node->target, "state",
                       is_dead ? (EscText){0} : state, "detail",
                       is_dead ? esc_utf8_cut(delivery->detail, 1000) : (EscText){0}, NULL),
        "the message to %.*s %s%.*s%.*s", ESC_TEXT_ARG(node->target),
        is_dead ? "did not arrive" : "was ", ESC_TEXT_ARG(is_dead ? (EscText){0} : state),
        ESC_TEXT_ARG(esc_detail_tail(engine, delivery)));
}

static void climb(EscEngine *engine, const EscOutboxNode *node, EscDeliveryState from,
                  const EscDelivery *delivery)
{
    EscEscalation *escalation =
        node->escalation == 0 ? NULL : esc_escalation_find(engine, node->escalation);
    if (escalation == NULL || escalation->state == ESC_STATE_CLOSED) {
        late_tell(engine, node, delivery);
        return;
    }
    leave_rung(escalation, node, from);
    (void)esc_message_settled(engine, escalation, node, delivery, 1);
    esc_outcome_add(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
}

EscStatus esc_receipt_apply(EscEngine *engine, const EscReceipt *receipt, EscWhy *why)
{
    const EscOutboxRow *row = &receipt->row;
    EscText through = esc_utf8_cut(receipt->through, ESC_ID_BYTES_MAX),
            words = esc_utf8_cut(receipt->detail, 500);
    EscDelivery delivery = {.outbox = row->id,
                            .state = receipt->state,
                            .detail =
                                esc_turn_printf(engine, "told by %.*s%s%.*s", ESC_TEXT_ARG(through),
                                                esc_words_with(words, ": "), ESC_TEXT_ARG(words))};
    if (row->id == 0 || row->id >= engine->counters.next_outbox || row->kind != ESC_OUTBOX_MESSAGE)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no message %llu",
                       (unsigned long long)row->id);
    if (receipt->state == ESC_DELIVERY_QUEUED || receipt->state >= ESC_DELIVERY_STATE_COUNT)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "a receipt says how far a message has come");
    if (esc_outbox_find(engine, row->id) != NULL) /* told before the receiver's own answer */
        return esc_delivery_apply(engine, &delivery, why);
    EscDeliveryState from = come_to(engine, receipt);
    if (!esc_delivery_climbs(from, receipt->state)) {
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    esc_settled_add(engine, &delivery);
    EscOutboxNode node = esc_outbox_node(engine, row);
    climb(engine, &node, from, &delivery);
    esc_text_drop(&node.ticket);
    return ESC_OK;
}
