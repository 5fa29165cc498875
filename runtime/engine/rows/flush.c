/* flush.c - everything that changed since the last flush, as rows for the store. Audit, outbox, evidence, settled rows
 * and deleted timers stand in the pending group already, in the order they came; tickets, escalations and new timers
 * are added as they are now, and the group is handed out. The next one is collected in the other of two. */
#include <engine/rows.h>

#include <string.h>

static EscText copied(EscGroup *group, EscText text)
{
    EscText copy = esc_arena_text(group->arena, text);
    ESC_ASSERT(!esc_arena_failed(group->arena));
    return copy;
}

static EscText buf_copied(EscGroup *group, EscBuf *buf)
{
    ESC_ASSERT(buf->status == ESC_OK);
    EscText text = copied(group, esc_buf_as_text(buf));
    esc_buf_release(buf);
    return text;
}

static EscBytes bytes_copied(EscGroup *group, const EscFrame *frame)
{
    if (frame->bytes == NULL)
        return (EscBytes){0};
    EscText copy = copied(group, (EscText){(const char *)frame->bytes, frame->size});
    return (EscBytes){(const uint8_t *)copy.data, copy.size};
}

/* Room for one more row in a list of the group. */
#define ROW_ADD(group, list)                                                                       \
    ((group)->list = esc_arena_grow((group)->arena, (group)->list, (group)->list##_count,          \
                                    &(group)->list##_capacity, sizeof *(group)->list),             \
     row_room((group)->list), &(group)->list[(group)->list##_count++])

static void row_room(const void *list)
{
    ESC_ASSERT(list != NULL);
}

/* --- what is written as it is now ------------------------------------------------------------- */

void esc_ticket_row(EscEngine *engine, const EscTicket *ticket, EscGroup *group, EscTicketRow *row)
{
    EscBuf json, state;
    esc_buf_init(&json, ESC_ENGINE_TURN_BYTES_MAX);
    esc_buf_init(&state, ESC_ENGINE_TURN_BYTES_MAX);
    esc_ticket_write_json(engine, ticket, &json);
    esc_ticket_state_write(engine, ticket, &state);
    *row = (EscTicketRow){
        .id = copied(group, ticket->id),
        .title = copied(group, esc_ticket_text(engine, ticket, engine->schema.title_slot)),
        .status = copied(group, esc_ticket_status(engine, ticket)),
        .created_at_ms = ticket->created_at_ms,
        .updated_at_ms = ticket->updated_at_ms,
    };
    row->json = buf_copied(group, &json);
    row->sla_json = buf_copied(group, &state);
}

static void escalation_row(EscEngine *engine, EscEscalation *escalation, EscGroup *group,
                           EscEscalationRow *row)
{
    EscBuf state;
    esc_buf_init(&state, ESC_ENGINE_TURN_BYTES_MAX);
    esc_state_write(engine, escalation, &state);
    *row = (EscEscalationRow){
        .id = escalation->id,
        .ticket = copied(group, escalation->ticket->id),
        .template_name = copied(group, escalation->template_name),
        .state = escalation->state,
        .role = escalation->role,
        .owner = copied(group, escalation->owner),
        .is_acked = escalation->is_acked,
        .opened_at_ms = escalation->opened_at_ms,
        .closed_at_ms = escalation->closed_at_ms,
        .outcome =
            escalation->state == ESC_STATE_OPEN ? (EscText){0} : copied(group, escalation->outcome),
        .step = copied(group, esc_step_text(engine, escalation)),
        .next_due_ms = esc_timer_earliest(escalation->timers),
        .frame = bytes_copied(group, &escalation->frame),
        .below = bytes_copied(group, &escalation->below),
        .state_json = buf_copied(group, &state),
        .start_event = copied(group, escalation->is_new ? escalation->start_json : (EscText){0}),
    };
    memcpy(row->bundle_hash, escalation->bundle_hash, sizeof row->bundle_hash);
    escalation->is_new = false;
    esc_text_drop(&escalation->start_json);
}

static void tickets_flush(EscEngine *engine, EscGroup *group)
{
    for (size_t i = 0; i < engine->tickets.dirty_count; i++) {
        EscTicket *ticket = engine->tickets.dirty[i];
        esc_ticket_row(engine, ticket, group, ROW_ADD(group, tickets));
        ticket->is_dirty = false;
    }
    engine->tickets.dirty_count = 0;
}

static void escalations_flush(EscEngine *engine, EscGroup *group)
{
    for (size_t i = 0; i < engine->escalations.dirty_count; i++) {
        EscEscalation *escalation = engine->escalations.dirty[i];
        escalation_row(engine, escalation, group, ROW_ADD(group, escalations));
        escalation->is_dirty = false;
    }
    engine->escalations.dirty_count = 0;
}

static void timers_flush(EscEngine *engine, EscGroup *group)
{
    EscTimerNode *node = engine->timers.fresh_first;
    while (node != NULL) {
        EscTimerNode *after = node->fresh_after;
        const EscTicket *ticket =
            node->escalation != NULL ? node->escalation->ticket : node->ticket;
        EscTimerRow *row = ROW_ADD(group, timers_put);
        *row = (EscTimerRow){
            .due_ms = node->due_ms,
            .seq = node->seq,
            .escalation = node->escalation == NULL ? 0 : node->escalation->id,
            .ticket = ticket == NULL ? (EscText){0} : copied(group, ticket->id),
            .kind = node->kind,
            .index = node->index,
        };
        node->is_stored = true;
        node->fresh_before = node->fresh_after = NULL;
        node = after;
    }
    engine->timers.fresh_first = engine->timers.fresh_last = NULL;
}

static void absences_flush(EscEngine *engine, EscGroup *group)
{
    if (!engine->absences.is_dirty)
        return;
    EscBuf buf;
    esc_buf_init(&buf, ESC_ENGINE_TURN_BYTES_MAX);
    esc_absences_write(engine, &buf);
    group->absences = buf_copied(group, &buf);
    engine->absences.is_dirty = false;
}

EscGroup *esc_engine_flush(EscEngine *engine)
{
    EscGroup *group = engine->pending;
    esc_arena_clear(engine->turn.arena);
    engine->tickets.flushed_count += engine->tickets.dirty_count + engine->escalations.dirty_count;
    tickets_flush(engine, group);
    escalations_flush(engine, group);
    timers_flush(engine, group);
    absences_flush(engine, group);
    engine->counters.time_ms = engine->now_ms;
    group->counters = engine->counters;
    ESC_ASSERT(!esc_arena_failed(group->arena));
    engine->pending = group == &engine->groups[0] ? &engine->groups[1] : &engine->groups[0];
    esc_group_clear(engine->pending);
    return group;
}
