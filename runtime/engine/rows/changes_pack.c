/* changes_pack.c - in an escalation's body: what it changed and would take back, and what is told of that.
 *
 *   changes: count, for each  u8 kind  packed name, ticket, no-undo  varint outbox, undo + 1  FIELD: value before, after  ADDED, REMOVED: packed item
 *     count, values: arguments of the undoing action
 *   inverse calls: count, for each  varint outbox id  packed what   packed what a rollback has left
 *   dead messages told: count, for each  packed target  signed at   timeline: count, for each  u8 kind  signed ms from the opening  packed who */
#include <engine/rows.h>

/* --- writing ---------------------------------------------------------------------------------- */

void esc_changes_pack(EscBuf *out, const EscProgram *current, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->changes_count);
    for (size_t i = 0; i < escalation->changes_count; i++) {
        const EscChange *change = &escalation->changes[i];
        esc_buf_u8(out, (uint8_t)change->kind);
        esc_buf_packed(out, change->name);
        esc_buf_packed(out, change->ticket);
        esc_buf_packed(out, change->no_undo);
        esc_buf_varint(out, change->outbox);
        esc_buf_varint(out, change->undo == ESC_NONE ? 0 : (uint64_t)change->undo + 1);
        if (change->kind == ESC_CHANGE_FIELD) {
            esc_value_pack(out, current, change->before.value);
            esc_value_pack(out, current, change->after.value);
        }
        if (change->kind == ESC_CHANGE_ADDED || change->kind == ESC_CHANGE_REMOVED)
            esc_buf_packed(out, change->item);
        esc_values_pack(out, escalation->bundle->program, change->arguments,
                        change->arguments_count);
    }
}

void esc_history_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->inverses_count);
    for (size_t i = 0; i < escalation->inverses_count; i++) {
        esc_buf_varint(out, escalation->inverses[i].outbox);
        esc_buf_packed(out, escalation->inverses[i].what);
    }
    esc_buf_packed(out, escalation->left);
    esc_buf_varint(out, escalation->dead_told_count);
    for (size_t i = 0; i < escalation->dead_told_count; i++) {
        esc_buf_packed(out, escalation->dead_told[i].target);
        esc_buf_signed(out, escalation->dead_told[i].at_ms);
    }
    esc_buf_varint(out, escalation->timeline_count);
    for (size_t i = 0; i < escalation->timeline_count; i++) {
        const EscMoment *moment = &escalation->timeline[i];
        esc_buf_u8(out, moment->kind);
        esc_buf_signed(out, moment->at_ms - escalation->opened_at_ms);
        esc_buf_packed(out, moment->who);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The field may be gone in the current bundle: then there is nothing to take back to. */
static void change_field_unpack(EscCursor *cursor, const EscEngine *engine, EscChange *change)
{
    uint32_t slot = esc_slot_find(engine, change->name);
    EscType type = slot == ESC_NONE ? ESC_TYPE(ESC_KIND_UNSET) : esc_slot_type(engine, slot);
    change->before = esc_value_unpack(cursor, engine->schema.current->program, type);
    change->after = esc_value_unpack(cursor, engine->schema.current->program, type);
}

static void change_arguments_unpack(EscCursor *cursor, const EscProgram *program, EscChange *change)
{
    size_t count = esc_cursor_count(cursor);
    const EscActionRow *action = change->undo == ESC_NONE ? NULL : &program->actions[change->undo];
    if (count != (action == NULL ? 0 : action->params_count))
        cursor->failed = true;
    if (cursor->failed || count == 0)
        return;
    change->arguments = esc_engine_alloc(count * sizeof *change->arguments);
    for (size_t i = 0; i < count; i++)
        change->arguments[change->arguments_count++] =
            esc_value_unpack(cursor, program, program->params[action->params_first + i].type);
}

/* As esc_change_pin, but the ticket's row says it already. */
static void change_pin(EscEngine *engine, const EscChange *change)
{
    EscTicket *ticket =
        change->kind == ESC_CHANGE_TICKET ? esc_ticket_find(engine, change->ticket) : NULL;
    if (ticket != NULL)
        ticket->pins++;
}

void esc_changes_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint8_t kind = esc_cursor_u8(cursor);
        if (kind >= ESC_CHANGE_KIND_COUNT)
            cursor->failed = true;
        EscChange change = {.kind = cursor->failed ? ESC_CHANGE_FIELD : (EscChangeKind)kind};
        change.name = esc_interned_unpack(cursor, engine);
        change.ticket = esc_interned_unpack(cursor, engine);
        change.no_undo = esc_interned_unpack(cursor, engine);
        change.outbox = esc_cursor_varint(cursor);
        change.undo = esc_index_unpack(cursor, program->actions_count);
        if (change.kind == ESC_CHANGE_FIELD)
            change_field_unpack(cursor, engine, &change);
        if (change.kind == ESC_CHANGE_ADDED || change.kind == ESC_CHANGE_REMOVED)
            change.item = esc_text_own(esc_cursor_packed(cursor));
        change_arguments_unpack(cursor, program, &change);
        change_pin(engine, &change);
        ESC_ENGINE_GROW(escalation->changes, escalation->changes_count,
                        escalation->changes_capacity);
        escalation->changes[escalation->changes_count++] = change;
    }
}

static void dead_told_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->dead_told, escalation->dead_told_count,
                        escalation->dead_told_capacity);
        EscDeadTold *told = &escalation->dead_told[escalation->dead_told_count++];
        told->target = esc_interned_unpack(cursor, engine);
        told->at_ms = esc_instant_unpack(cursor);
    }
}

void esc_history_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->inverses, escalation->inverses_count,
                        escalation->inverses_capacity);
        EscInverse *inverse = &escalation->inverses[escalation->inverses_count++];
        inverse->outbox = esc_cursor_varint(cursor);
        inverse->what = esc_interned_unpack(cursor, engine);
    }
    escalation->left = esc_text_own(esc_cursor_packed(cursor));
    dead_told_unpack(cursor, engine, escalation);
    count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        EscMoment moment = {.kind = esc_cursor_u8(cursor)};
        moment.at_ms = escalation->opened_at_ms + esc_instant_unpack(cursor);
        moment.who = esc_interned_unpack(cursor, engine);
        if (moment.kind >= ESC_AUDIT_COUNT)
            cursor->failed = true;
        else
            esc_escalation_moment_add(escalation, moment);
    }
}
