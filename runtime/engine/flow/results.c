/* results.c - what became of outbox rows: messages delivered or dead, replies of connector actions. A row
 * is settled by the first result; a later one for the same row is accepted and changes nothing. Not its job: what a
 * receiver tells of a row that is settled (receipts.c). */
#include <engine/flow.h>

#include <string.h>

#include "results.h"

void esc_settled_add(EscEngine *engine, const EscDelivery *delivery)
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

/* Whether a handler of the author's takes it. With a `delivered` check the check reports it, unless a handler names it. */
static bool dead_raises(const EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    bool has_check = false, has_handler = false;
    for (uint32_t i = 0; i < escalation->checks_count; i++)
        has_check = has_check || program->checks[row->checks_first + i].kind == ESC_CHECK_DELIVERED;
    for (uint32_t i = 0; i + 1 < row->catches_count; i++) { /* the last one is triage */
        uint32_t exception = program->catches[row->catches_first + i].exception;
        has_handler = has_handler || exception == ESC_EXCEPTION_DELIVERY_DEAD + 1 ||
                      (exception == 0 && !has_check);
    }
    return has_handler;
}

/* Once an hour for each target; the oldest makes room. */
static bool dead_was_told(EscEngine *engine, EscEscalation *escalation, EscText target)
{
    size_t oldest = 0;
    for (size_t i = 0; i < escalation->dead_told_count; i++) {
        EscDeadTold *told = &escalation->dead_told[i];
        if (esc_text_equal(told->target, target)) {
            bool is_recent = engine->now_ms - told->at_ms < ESC_HOUR_MS;
            told->at_ms = is_recent ? told->at_ms : engine->now_ms;
            return is_recent;
        }
        if (told->at_ms < escalation->dead_told[oldest].at_ms)
            oldest = i;
    }
    if (escalation->dead_told_count < ESC_DEAD_TOLD_MAX) {
        ESC_ENGINE_GROW(escalation->dead_told, escalation->dead_told_count,
                        escalation->dead_told_capacity);
        oldest = escalation->dead_told_count++;
    }
    escalation->dead_told[oldest] = (EscDeadTold){target, engine->now_ms};
    return false;
}

/* The owner hears of it; the last resort where it is the owner who cannot be reached. */
static void dead_tell(EscEngine *engine, EscEscalation *escalation, EscText target, EscText detail)
{
    if (dead_was_told(engine, escalation, target))
        return;
    EscText ticket = escalation->ticket->id;
    EscNotice notice = {
        .marked = detail.size == 0 ? esc_say(engine, GIVEN_UP, target, ticket)
                                   : esc_say(engine, GIVEN_UP_WITH, target, ticket, detail),
        .is_due = true,
    };
    if (esc_text_equal(target, escalation->owner))
        esc_message_ref(engine, escalation, ESC_REF(ESC_REF_ROLE, 3), &notice);
    else
        esc_message_person(engine, escalation, escalation->owner, &notice);
}

/* Of a page that many share each handler hears; nobody is told, for the next of them is called already. */
static void message_died(EscEngine *engine, EscEscalation *escalation, EscText target,
                         EscText detail, bool is_merged)
{
    bool is_raised = escalation->bundle != NULL && escalation->state != ESC_STATE_PARKED &&
                     dead_raises(escalation);
    if (!is_raised && !is_merged)
        dead_tell(engine, escalation, target, detail);
    else if (is_raised)
        (void)esc_exception_ask(engine, escalation, ESC_EXCEPTION_DELIVERY_DEAD,
                                esc_say(engine, DEAD, target, detail));
}

EscText esc_detail_tail(EscEngine *engine, const EscDelivery *delivery)
{
    EscText detail = esc_utf8_cut(delivery->detail, 200);
    return esc_turn_printf(engine, "%s%.*s%s", esc_words_with(detail, " ("), ESC_TEXT_ARG(detail),
                           esc_words_with(detail, ")"));
}

/* What no system has answered was written to a file: nothing was done. */
static const char *done_word(const EscDelivery *delivery)
{
    return delivery->http_status == 0 ? "counts as done" : "succeeded";
}

void esc_arrival_count(EscEscalation *escalation, const EscOutboxNode *node, EscDeliveryState state,
                       uint32_t count)
{
    if (state == ESC_DELIVERY_DEAD)
        escalation->dead += count;
    else if (state == ESC_DELIVERY_DELIVERED)
        escalation->delivered += count;
    else if (state != ESC_DELIVERY_ACCEPTED)
        escalation->seen += count;
    else if (node->contact > 0)
        escalation->reached += count;
    else
        escalation->accepted += count;
}

bool esc_message_settled(EscEngine *engine, EscEscalation *escalation, const EscOutboxNode *node,
                         const EscDelivery *delivery, uint32_t told)
{
    EscText outbox = esc_turn_printf(engine, "%llu", (unsigned long long)node->id),
            target = node->target;
    bool is_dead = delivery->state == ESC_DELIVERY_DEAD,
         is_merged = node->escalation == 0 && told == 0;
    uint32_t pages = esc_paged_settled(engine, escalation, node->id, is_dead);
    const char *what = is_merged ? "the merged page" : "the message";
    esc_arrival_count(escalation, node, delivery->state, is_merged ? pages : told);
    esc_last_message_settled(engine, escalation, node, delivery->state, delivery->detail);
    if (!is_dead) {
        EscText state = esc_text_from(esc_delivery_state_name(delivery->state));
        esc_audit_escalation(engine, escalation, ESC_AUDIT_DELIVERED,
                             esc_audit_data(engine, "outbox", outbox, "target", target, "state",
                                            state, "detail", esc_utf8_cut(delivery->detail, 1000),
                                            NULL),
                             "%s to %.*s was %.*s%.*s", what, ESC_TEXT_ARG(target),
                             ESC_TEXT_ARG(state), ESC_TEXT_ARG(esc_detail_tail(engine, delivery)));
        return false;
    }
    EscText detail = esc_utf8_cut(delivery->detail, 1000);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_DELIVERY_DEAD,
        esc_audit_data(engine, "outbox", outbox, "target", target, "detail", detail, NULL),
        "%s to %.*s was given up%s%.*s", what, ESC_TEXT_ARG(target), esc_words_with(detail, ": "),
        ESC_TEXT_ARG(detail));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_DELIVERY_DEAD, target);
    bool goes_on = esc_page_died(engine, escalation, target, node->contact);
    if (pages > 0)
        esc_role_page_died(engine, escalation);
    message_died(engine, escalation, target, detail, is_merged);
    return goes_on;
}

/* It belongs to no escalation, and is a page of every one that it named. */
static void merged_settled(EscEngine *engine, const EscOutboxNode *node,
                           const EscDelivery *delivery)
{
    size_t count;
    bool goes_on = false;
    const uint64_t *ids = esc_storm_escalations(engine, node->target, &count);
    for (size_t i = 0; i < count; i++) {
        EscEscalation *escalation = esc_escalation_find(engine, ids[i]);
        if (escalation == NULL || escalation->state == ESC_STATE_CLOSED ||
            !esc_paged_is_of(escalation, node->id))
            continue;
        goes_on = esc_message_settled(engine, escalation, node, delivery, 0) || goes_on;
        esc_outcome_add(engine, escalation);
        esc_ticket_touch(engine, escalation->ticket);
    }
    if (goes_on)
        esc_storm_hurry(engine, node->target);
}

static uint32_t occurrences(const uint64_t *ids, size_t count, uint64_t id)
{
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++)
        number += ids[i] == id;
    return number;
}

/* It belongs to no escalation, and is what each whose messages waited for the end of a quiet time was to tell. */
static void released_settled(EscEngine *engine, const EscOutboxNode *node,
                             const EscDelivery *delivery)
{
    size_t count;
    const uint64_t *ids = esc_released_take(engine, node->id, &count);
    for (size_t i = 0; i < count; i++) {
        EscEscalation *escalation = esc_escalation_find(engine, ids[i]);
        if (escalation == NULL || escalation->state == ESC_STATE_CLOSED ||
            occurrences(ids, i, ids[i]) > 0)
            continue;
        (void)esc_message_settled(engine, escalation, node, delivery,
                                  occurrences(ids, count, ids[i]));
        esc_outcome_add(engine, escalation);
        esc_ticket_touch(engine, escalation->ticket);
    }
}

/* The frame that waits for this reply, at work or not: what comes back after a reopening waits for it too. */
static void reply_keep(EscEngine *engine, EscEscalation *escalation, const EscDelivery *delivery)
{
    EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, true, &at)) != NULL;) {
        if (frame->reply != ESC_REPLY_PENDING || frame->reply_outbox != delivery->outbox)
            continue;
        bool is_dead = delivery->state == ESC_DELIVERY_DEAD;
        frame->reply = is_dead ? ESC_REPLY_FAILED : ESC_REPLY_GOOD;
        esc_text_drop(&frame->reply_text);
        EscText said = is_dead ? esc_unmarked(engine, esc_utf8_cut(delivery->detail, 1000))
                               : esc_utf8_cut(delivery->reply, ESC_TEXT_MAX);
        frame->reply_text = esc_text_own(said);
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
    if (esc_room_is_asked_by(node)) {
        esc_room_settled(engine, escalation, node, delivery);
        return;
    }
    reply_keep(engine, escalation, delivery);
    if (delivery->state != ESC_DELIVERY_DEAD) {
        esc_audit_escalation(engine, escalation, ESC_AUDIT_REPLIED,
                             esc_audit_data(engine, "outbox", outbox, "action", target, "status",
                                            http, "detail", detail, NULL),
                             "%.*s %s%.*s", ESC_TEXT_ARG(target), done_word(delivery),
                             ESC_TEXT_ARG(esc_detail_tail(engine, delivery)));
        (void)esc_rollback_replied(engine, escalation, node->id, true, (EscText){0});
        return;
    }
    esc_change_forget_call(engine, escalation, node->id);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_CALL_FAILED,
                         esc_audit_data(engine, "outbox", outbox, "action", target, "status", http,
                                        "detail", detail, NULL),
                         "%.*s failed%s%.*s", ESC_TEXT_ARG(target), esc_words_with(detail, ": "),
                         ESC_TEXT_ARG(detail));
    (void)esc_rollback_replied(engine, escalation, node->id, false, detail);
}

/* Nobody owns what is closed: the last resort decides about what was left. */
static void late_left_tell(EscEngine *engine, const EscOutboxNode *node, EscText detail)
{
    EscPeople people;
    esc_people_resort(engine, &people);
    EscText name = esc_turn_printf(engine, "E-%llu", (unsigned long long)node->escalation);
    EscText text = esc_say(engine, LEFT_BY_INVERSE, node->target, node->undoes, name, node->ticket,
                           detail, node->undoes);
    EscNotice notice = {.marked = text, .is_due = true};
    for (uint32_t i = 0; i < people.count; i++)
        esc_message_person(engine, NULL, people.names[i], &notice);
    esc_audit_bare(engine, node->escalation, node->ticket, ESC_AUDIT_NOT_UNDONE,
                   esc_audit_data(engine, "what", node->undoes, "by", node->target, NULL),
                   "%.*s is not undone: %.*s was given up after E-%llu was closed%.*s; %.*s, the "
                   "last resort, decides what is done about it",
                   ESC_TEXT_ARG(node->undoes), ESC_TEXT_ARG(node->target),
                   (unsigned long long)node->escalation, ESC_TEXT_ARG(detail),
                   ESC_TEXT_ARG(people.names[0]));
}

static void late_undone(EscEngine *engine, const EscOutboxNode *node, const EscDelivery *delivery)
{
    EscText detail = esc_detail_tail(engine, delivery);
    if (delivery->state == ESC_DELIVERY_DEAD) {
        late_left_tell(engine, node, detail);
        return;
    }
    esc_audit_bare(engine, node->escalation, node->ticket, ESC_AUDIT_UNDONE,
                   esc_audit_data(engine, "what", node->undoes, "by", node->target, NULL),
                   "undone: %.*s by %.*s, which %s after E-%llu was closed%.*s",
                   ESC_TEXT_ARG(node->undoes), ESC_TEXT_ARG(node->target), done_word(delivery),
                   (unsigned long long)node->escalation, ESC_TEXT_ARG(detail));
}

/* The escalation is closed: the result is told, and nothing follows from it but that an inverse is decided on. */
static void late_settled(EscEngine *engine, const EscOutboxNode *node, const EscDelivery *delivery)
{
    if (node->undoes.size > 0) {
        late_undone(engine, node, delivery);
        return;
    }
    bool is_dead = delivery->state == ESC_DELIVERY_DEAD,
         is_message = node->kind == ESC_OUTBOX_MESSAGE;
    EscAuditKind kind = is_message ? (is_dead ? ESC_AUDIT_DELIVERY_DEAD : ESC_AUDIT_DELIVERED)
                                   : (is_dead ? ESC_AUDIT_CALL_FAILED : ESC_AUDIT_REPLIED);
    EscText outbox = esc_turn_printf(engine, "%llu", (unsigned long long)node->id);
    const char *word =
        is_dead ? "was given up"
        : is_message
            ? esc_turn_printf(engine, "was %s", esc_delivery_state_name(delivery->state)).data
            : done_word(delivery);
    esc_audit_bare(engine, node->escalation, node->ticket, kind,
                   esc_audit_data(engine, "outbox", outbox, is_message ? "target" : "action",
                                  node->target, NULL),
                   "%s%.*s %s%.*s%s", is_message ? "the message to " : "",
                   ESC_TEXT_ARG(node->target), word,
                   ESC_TEXT_ARG(esc_detail_tail(engine, delivery)),
                   is_message ? "" : ", after it was closed: nothing follows from it");
    if (is_dead && node->escalation == 0 && node->ticket.size > 0) /* it has no owner to tell */
        esc_audit_bare(engine, 0, node->ticket, ESC_AUDIT_ALARM,
                       esc_audit_data(engine, "name", node->target, "because",
                                      ESC_TEXT("an automation's message was given up"), NULL),
                       "an automation's message to %.*s was given up", ESC_TEXT_ARG(node->target));
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

EscStatus esc_delivery_apply(EscEngine *engine, const EscDelivery *given, EscWhy *why)
{
    EscDelivery judged = *given;
    const EscDelivery *delivery = &judged;
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
    if (node.contact == ESC_CONTACT_PUSH + 1)
        esc_browsers_gone(engine, node.target, delivery->reply);
    esc_reply_judge(engine, &node, &judged);
    esc_settled_add(engine, delivery);
    EscEscalation *escalation =
        node.escalation == 0 ? NULL : esc_escalation_find(engine, node.escalation);
    if (esc_home_answered(engine, &node, delivery)) {
        esc_text_drop(&node.ticket);
        return ESC_OK;
    }
    if (escalation == NULL || escalation->state == ESC_STATE_CLOSED) {
        late_settled(engine, &node, delivery);
        esc_text_drop(&node.ticket);
        if (node.escalation == 0 && node.contact > 0)
            merged_settled(engine, &node, delivery);
        if (node.escalation == 0)
            released_settled(engine, &node, delivery);
        return ESC_OK;
    }
    esc_text_drop(&node.ticket);
    if (node.kind == ESC_OUTBOX_MESSAGE)
        (void)esc_message_settled(engine, escalation, &node, delivery, 1);
    else
        call_settled(engine, escalation, &node, delivery);
    esc_outcome_add(engine, escalation);
    memcpy(engine->turn.outcome->ticket, escalation->ticket->id.data, escalation->ticket->id.size);
    esc_ticket_touch(engine, escalation->ticket);
    return ESC_OK;
}
