/* changes.c - what an escalation changed, recorded with what takes it back. Taking it back is in
 * run/rollback.c. */
#include <engine/model.h>

#include <string.h>

/* The ticket that a rollback would close must be in memory then, also after a restart. */
void esc_change_pin(EscEngine *engine, const EscChange *change, bool is_needed)
{
    if (change->kind == ESC_CHANGE_TICKET)
        esc_ticket_pin(engine, esc_ticket_find(engine, change->ticket), is_needed);
}

static void change_remove(EscEngine *engine, EscEscalation *escalation, size_t at)
{
    esc_change_pin(engine, &escalation->changes[at], false);
    esc_change_release(&escalation->changes[at]);
    memmove(escalation->changes + at, escalation->changes + at + 1,
            (escalation->changes_count - at - 1) * sizeof *escalation->changes);
    escalation->changes_count--;
}

void esc_change_record(EscEngine *engine, EscEscalation *escalation, EscChange *change)
{
    if (escalation->changes_count == ESC_CHANGES_MAX) {
        EscText name = escalation->changes[0].name;
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_NOT_UNDONE,
            esc_audit_data(engine, "what", name, "because", ESC_TEXT("too many changes"), NULL),
            "the change of %.*s is too long ago to be undone", ESC_TEXT_ARG(name));
        change_remove(engine, escalation, 0);
    }
    ESC_ENGINE_GROW(escalation->changes, escalation->changes_count, escalation->changes_capacity);
    esc_change_pin(engine, change, true);
    escalation->changes[escalation->changes_count++] = *change;
    esc_escalation_dirty(engine, escalation);
}

void esc_change_forget_call(EscEngine *engine, EscEscalation *escalation, uint64_t outbox)
{
    for (size_t i = 0; i < escalation->changes_count; i++) {
        if (escalation->changes[i].kind == ESC_CHANGE_CALL &&
            escalation->changes[i].outbox == outbox) {
            change_remove(engine, escalation, i);
            return;
        }
    }
}

EscChange esc_undo_take(EscEngine *engine)
{
    EscChange change = engine->turn.has_undo ? engine->turn.undo : (EscChange){.undo = ESC_NONE};
    engine->turn.has_undo = false;
    return change;
}

void esc_undo_forget(EscEngine *engine)
{
    if (engine->turn.has_undo)
        esc_change_release(&engine->turn.undo);
    engine->turn.has_undo = false;
}
