/* results.c - what became of outbox rows: messages delivered or dead, replies of connector actions. A row
 * is settled by the first result; a later one for the same row is accepted and changes nothing. */
#include <engine/flow.h>

#include <string.h>

static void settled_add(EscEngine *engine, const EscDelivery *delivery)
{
    EscGroup *group = engine->pending;
    group->settled = esc_arena_grow(group->arena, group->settled, group->settled_count,
                                    &group->settled_capacity, sizeof *group->settled);
    ESC_ASSERT(group->settled != NULL);
    EscText detail = esc_arena_text(group->arena, esc_utf8_cut(delivery->detail, 1000));
    ESC_ASSERT(!esc_arena_failed(group->arena));
    group->settled[group->settled_count++] =
        (EscOutboxSettled){.id = delivery->outbox, .state = delivery->state, .detail = detail};
}

static bool has_named_catch(const EscEscalation *escalation, uint32_t exception)
{
    const EscProgram *program = escalation->bundle->program;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    for (uint32_t i = 0; i < row->catches_count; i++) {
        if (program->catches[row->catches_first + i].exception == exception + 1)
            return true;
    }
    return false;
}

/* With a `delivered` check the check reports it, unless the template has a handler of its own for it. */
static bool dead_raises(const EscEscalation *escalation)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    bool has_check = false;
    for (uint32_t i = 0; i < escalation->checks_count; i++)
        has_check = has_check || escalation->bundle->program->checks[row->checks_first + i].kind ==
                                     ESC_CHECK_DELIVERED;
    return !has_check || has_named_catch(escalation, ESC_EXCEPTION_DELIVERY_DEAD);
}

static void message_settled(EscEngine *engine, EscEscalation *escalation, const EscOutboxNode *node,
                            const EscDelivery *delivery)
{
    EscText outbox = esc_turn_printf(engine, "%llu", (unsigned long long)node->id),
            target = node->target;
    if (delivery->state != ESC_DELIVERY_DEAD) {
        bool is_accepted = delivery->state == ESC_DELIVERY_ACCEPTED,
             is_delivered = delivery->state == ESC_DELIVERY_DELIVERED;
        escalation->accepted += is_accepted && node->contact == 0;
        escalation->reached += is_accepted && node->contact > 0;
        escalation->delivered += is_delivered;
        escalation->seen += !is_accepted && !is_delivered;
        EscText state = esc_text_from(esc_delivery_state_name(delivery->state));
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_DELIVERED,
            esc_audit_data(engine, "outbox", outbox, "target", target, "state", state, NULL),
            "the message to %.*s was %.*s", ESC_TEXT_ARG(target), ESC_TEXT_ARG(state));
        return;
    }
    escalation->dead++;
    EscText detail = esc_utf8_cut(delivery->detail, 1000);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_DELIVERY_DEAD,
        esc_audit_data(engine, "outbox", outbox, "target", target, "detail", detail, NULL),
        "the message to %.*s was given up%s%.*s", ESC_TEXT_ARG(target), detail.size > 0 ? ": " : "",
        ESC_TEXT_ARG(detail));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_DELIVERY_DEAD, target);
    if (node->contact > 0)
        esc_page_died(engine, escalation, target, node->contact - 1);
    if (escalation->state != ESC_STATE_PARKED && escalation->bundle != NULL &&
        dead_raises(escalation))
        esc_exception_ask(engine, escalation, ESC_EXCEPTION_DELIVERY_DEAD,
                          esc_turn_printf(engine, "the message to %.*s was given up: %.*s",
                                          ESC_TEXT_ARG(target), ESC_TEXT_ARG(detail)));
}

static bool inverse_remove(EscEscalation *escalation, uint64_t outbox)
{
    for (size_t i = 0; i < escalation->inverses_count; i++) {
        if (escalation->inverses[i] != outbox)
            continue;
        memmove(escalation->inverses + i, escalation->inverses + i + 1,
                (escalation->inverses_count - i - 1) * sizeof *escalation->inverses);
        escalation->inverses_count--;
        return true;
    }
    return false;
}

/* The frame that waits for this reply: the present one, or the one below an exception's handler. */
static void reply_keep(EscEscalation *escalation, const EscDelivery *delivery)
{
    EscFrame *frames[] = {&escalation->frame, &escalation->below};
    for (size_t i = 0; i < ESC_COUNT_OF(frames); i++) {
        EscFrame *frame = frames[i];
        if (frame->reply != ESC_REPLY_PENDING || frame->reply_outbox != delivery->outbox)
            continue;
        frame->reply = delivery->state == ESC_DELIVERY_DEAD ? ESC_REPLY_FAILED : ESC_REPLY_GOOD;
        esc_text_drop(&frame->reply_text);
        frame->reply_text = esc_text_own(esc_utf8_cut(delivery->reply, ESC_TEXT_MAX));
    }
}

static void call_settled(EscEngine *engine, EscEscalation *escalation, const EscOutboxNode *node,
                         const EscDelivery *delivery)
{
    EscText outbox = esc_turn_printf(engine, "%llu", (unsigned long long)node->id),
            target = node->target;
    EscText http = delivery->http_status == 0
                       ? (EscText){0}
                       : esc_turn_printf(engine, "%u", delivery->http_status);
    EscText detail = esc_utf8_cut(delivery->detail, 1000);
    bool is_inverse = inverse_remove(escalation, node->id);
    reply_keep(escalation, delivery);
    if (delivery->state != ESC_DELIVERY_DEAD) {
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_REPLIED,
            esc_audit_data(engine, "outbox", outbox, "action", target, "status", http, NULL),
            "%.*s succeeded", ESC_TEXT_ARG(target));
        return;
    }
    esc_change_forget_call(engine, escalation, node->id);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_CALL_FAILED,
                         esc_audit_data(engine, "outbox", outbox, "action", target, "status", http,
                                        "detail", detail, NULL),
                         "%.*s failed%s%.*s", ESC_TEXT_ARG(target), detail.size > 0 ? ": " : "",
                         ESC_TEXT_ARG(detail));
    if (is_inverse && esc_escalation_is_open(escalation))
        esc_exception_ask(engine, escalation, ESC_EXCEPTION_ACTION_FAILED,
                          esc_turn_printf(engine, "the inverse %.*s failed: %.*s",
                                          ESC_TEXT_ARG(target), ESC_TEXT_ARG(detail)));
}

/* The escalation is closed: the result is told, and nothing follows from it. */
static void late_settled(EscEngine *engine, const EscOutboxNode *node, const EscDelivery *delivery)
{
    bool is_dead = delivery->state == ESC_DELIVERY_DEAD,
         is_message = node->kind == ESC_OUTBOX_MESSAGE;
    EscAuditKind kind = is_message ? (is_dead ? ESC_AUDIT_DELIVERY_DEAD : ESC_AUDIT_DELIVERED)
                                   : (is_dead ? ESC_AUDIT_CALL_FAILED : ESC_AUDIT_REPLIED);
    EscText outbox = esc_turn_printf(engine, "%llu", (unsigned long long)node->id);
    esc_audit_bare(engine, node->escalation, node->ticket, kind,
                   esc_audit_data(engine, "outbox", outbox, is_message ? "target" : "action",
                                  node->target, NULL),
                   "%s%.*s %s", is_message ? "the message to " : "", ESC_TEXT_ARG(node->target),
                   is_dead ? "was given up" : "went through");
}

/* In the trail of the escalation whose message met it, once for each time that an endpoint is ill. */
static void endpoint_tell(EscEngine *engine, const EscOutboxNode *node, const EscDelivery *delivery)
{
    bool is_held = delivery->news == ESC_ENDPOINT_HELD;
    EscText detail = esc_utf8_cut(delivery->detail, 1000);
    esc_audit_bare(engine, node->escalation, node->ticket,
                   is_held ? ESC_AUDIT_ENDPOINT_HELD : ESC_AUDIT_ENDPOINT_BACK,
                   esc_audit_data(engine, "endpoint", delivery->reply, "detail", detail, NULL),
                   "%.*s %s%s%.*s", ESC_TEXT_ARG(delivery->reply),
                   is_held ? "refuses us, and what is sent there waits" : "takes messages again",
                   is_held ? ": " : "", ESC_TEXT_ARG(is_held ? detail : (EscText){0}));
}

EscStatus esc_delivery_apply(EscEngine *engine, const EscDelivery *delivery, EscWhy *why)
{
    if (delivery->outbox == 0 || delivery->outbox >= engine->counters.next_outbox)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no outbox row %llu",
                       (unsigned long long)delivery->outbox);
    if (delivery->news != ESC_ENDPOINT_SAME) {
        const EscOutboxNode *told = esc_outbox_find(engine, delivery->outbox);
        engine->turn.outcome->is_noop = told == NULL;
        if (told != NULL)
            endpoint_tell(engine, told, delivery);
        return ESC_OK;
    }
    if (delivery->state == ESC_DELIVERY_QUEUED || delivery->state >= ESC_DELIVERY_STATE_COUNT)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "a result is accepted, delivered or dead");
    EscOutboxNode *found = esc_outbox_find(engine, delivery->outbox);
    if (found == NULL) {
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    EscOutboxNode node = *found;
    esc_outbox_remove(engine, found);
    settled_add(engine, delivery);
    EscEscalation *escalation =
        node.escalation == 0 ? NULL : esc_escalation_find(engine, node.escalation);
    if (escalation == NULL || escalation->state == ESC_STATE_CLOSED) {
        late_settled(engine, &node, delivery);
        esc_text_drop(&node.ticket);
        return ESC_OK;
    }
    esc_text_drop(&node.ticket);
    if (node.kind == ESC_OUTBOX_MESSAGE)
        message_settled(engine, escalation, &node, delivery);
    else
        call_settled(engine, escalation, &node, delivery);
    esc_outcome_add(engine, escalation);
    memcpy(engine->turn.outcome->ticket, escalation->ticket->id.data, escalation->ticket->id.size);
    esc_ticket_touch(engine, escalation->ticket);
    return ESC_OK;
}
