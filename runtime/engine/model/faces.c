/* faces.c - what people see of an escalation in lists beside its columns: what its ticket says, until when somebody has
 * something to do, and how far its last message has come. Lists show an escalation as its row was written last, so what
 * changes them writes it again. Not its job: bytes (rows/face_pack.c), and what is looked up when somebody looks (rows/view.c). */
#include <engine/model.h>

/* --- what its ticket says ----------------------------------------------------------------------- */

EscText esc_ticket_account(const EscEngine *engine, const EscTicket *ticket)
{
    EscText account = esc_ticket_text(engine, ticket, engine->schema.account_name_slot);
    return account.size > 0 ? account
                            : esc_ticket_text(engine, ticket, engine->schema.account_slot);
}

EscText esc_ticket_severity(const EscEngine *engine, const EscTicket *ticket, uint32_t *rank)
{
    uint32_t slot = engine->schema.severity_slot;
    *rank = 0;
    if (slot == ESC_NONE || ticket->values[slot].value.is_missing)
        return (EscText){0};
    EscValue value = ticket->values[slot].value;
    if (esc_type_kind(value.type) == ESC_KIND_TEXT)
        return value.text;
    if (esc_type_kind(value.type) != ESC_KIND_ENUM)
        return (EscText){0};
    *rank = value.member + 1;
    return esc_member_name(engine->schema.current->program, value.type, value.member);
}

/* A number for all of it; the same in every process, as it is kept. */
static uint64_t shown_of(const EscEngine *engine, const EscTicket *ticket)
{
    uint32_t rank = 0;
    uint64_t hash = esc_hash(esc_ticket_text(engine, ticket, engine->schema.title_slot), 1);
    hash = esc_hash(esc_ticket_account(engine, ticket), hash);
    return esc_hash(esc_ticket_severity(engine, ticket, &rank), hash + rank);
}

void esc_faces_flush(EscEngine *engine)
{
    for (size_t i = 0; i < engine->tickets.dirty_count; i++) {
        const EscTicket *ticket = engine->tickets.dirty[i];
        uint64_t shown = ticket->open_count == 0 ? 0 : shown_of(engine, ticket);
        for (size_t k = 0; k < ticket->open_count; k++)
            if (ticket->open[k]->shown != shown)
                esc_escalation_dirty(engine, ticket->open[k]);
    }
}

void esc_face_written(EscEngine *engine, EscEscalation *escalation)
{
    escalation->version++;
    escalation->shown = shown_of(engine, escalation->ticket);
}

/* --- until when --------------------------------------------------------------------------------- */

/* What people end; the rest is for time, the engine or another system to end. That of an acknowledgement is as long as the chain
 * takes, which is nobody's deadline. */
static bool is_for_people(const EscWaitRow *wait)
{
    switch ((EscWait)wait->kind) {
    case ESC_WAIT_RESOLVED:
    case ESC_WAIT_CONDITION:
    case ESC_WAIT_EVENT:
    case ESC_WAIT_ANSWER:
    case ESC_WAIT_APPROVAL:
    case ESC_WAIT_CLOSE_WHEN:
    case ESC_WAIT_QA:
        return true;
    default:
        return false;
    }
}

static int64_t earlier(int64_t one_ms, int64_t other_ms)
{
    if (one_ms <= 0 || other_ms <= 0)
        return one_ms <= 0 ? other_ms : one_ms;
    return one_ms < other_ms ? one_ms : other_ms;
}

static int64_t frame_due_ms(const EscEscalation *escalation, const EscFrame *frame)
{
    const EscWaitRow *wait = frame->is_held ? NULL : esc_wait_of(escalation, frame);
    return wait != NULL && is_for_people(wait) ? frame->due_ms : 0;
}

int64_t esc_escalation_due_ms(const EscEscalation *escalation)
{
    int64_t due_ms = 0;
    if (escalation->state == ESC_STATE_CLOSED)
        return 0;
    for (const EscTimerNode *timer = escalation->timers; timer != NULL; timer = timer->next)
        if (timer->kind == ESC_TIMER_ACK || timer->kind == ESC_TIMER_EXPECTATION)
            due_ms = earlier(due_ms, timer->due_ms);
    due_ms = earlier(due_ms, frame_due_ms(escalation, &escalation->frame));
    if (escalation->triage != NULL)
        due_ms = earlier(due_ms, frame_due_ms(escalation, &escalation->triage->frame));
    return due_ms;
}

/* --- its last message --------------------------------------------------------------------------- */

void esc_last_message_put(EscEngine *engine, EscEscalation *escalation, uint64_t id,
                          const EscOutboxRow *row)
{
    EscLastMessage *last = &escalation->last;
    esc_text_drop(&last->detail);
    *last = (EscLastMessage){.outbox = id,
                             .to = esc_engine_intern(engine, row->target),
                             .medium = esc_engine_intern(engine, row->medium),
                             .state = ESC_DELIVERY_QUEUED,
                             .at_ms = engine->now_ms};
}

void esc_last_message_again(EscEngine *engine, EscEscalation *escalation, uint64_t id)
{
    EscLastMessage *last = &escalation->last;
    if (last->outbox != id)
        return;
    esc_text_drop(&last->detail);
    last->state = ESC_DELIVERY_QUEUED;
    last->at_ms = engine->now_ms;
}

/* One that speaks for many escalations is the last of each of them when it is told of. */
static bool is_newer(const EscLastMessage *last, const EscOutboxNode *node)
{
    return node->escalation == 0 && node->id > last->outbox;
}

void esc_last_message_settled(EscEngine *engine, EscEscalation *escalation,
                              const EscOutboxNode *node, EscDeliveryState state, EscText detail)
{
    EscLastMessage *last = &escalation->last;
    if (is_newer(last, node)) {
        last->outbox = node->id;
        last->to = node->target;
        last->medium = node->contact == 0
                           ? (EscText){0}
                           : esc_engine_intern(engine, esc_contact_word(node->contact - 1));
    }
    if (last->outbox != node->id)
        return;
    esc_text_drop(&last->detail);
    last->detail = esc_text_own(esc_utf8_cut(detail, ESC_LAST_DETAIL_MAX));
    last->state = state;
    last->at_ms = engine->now_ms;
    esc_escalation_dirty(engine, escalation);
}
