/* rollback.c - what an escalation changed is taken back: in reverse order, each change by its own inverse.
 * Replies of inverse calls are not waited for; one that fails raises action_failed. */
#include <engine/run.h>

static void undone_tell(EscEngine *engine, EscEscalation *escalation, EscText what, const char *how)
{
    esc_audit_escalation(engine, escalation, ESC_AUDIT_UNDONE,
                         esc_audit_data(engine, "what", what, NULL), "undone: %.*s %s",
                         ESC_TEXT_ARG(what), how);
}

static void field_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    uint32_t slot = esc_slot_find(engine, change->name);
    if (slot == ESC_NONE)
        return;
    const EscProgram *program =
        engine->schema.current->program; /* recorded values keep the current bundle's types */
    EscValue value =
        esc_value_convert(program, program, change->before.value, esc_slot_type(engine, slot));
    esc_ticket_set(engine, escalation->ticket, slot, value);
    undone_tell(engine, escalation, change->name, "is as it was before");
}

static void ticket_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    EscTicket *ticket = esc_ticket_find(engine, change->ticket);
    if (ticket != NULL)
        esc_ticket_set_resolved(engine, ticket, "closed", true);
    undone_tell(engine, escalation, change->ticket, "is closed");
}

static void call_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    EscValue arguments[ESC_EFFECT_ARGS_MAX];
    uint32_t count = change->arguments_count < ESC_EFFECT_ARGS_MAX ? change->arguments_count
                                                                   : ESC_EFFECT_ARGS_MAX;
    for (uint32_t i = 0; i < count; i++)
        arguments[i] = change->arguments[i].value;
    uint64_t id = esc_call_put(engine, escalation, change->undo, arguments, count);
    EscText name = esc_action_name(engine, escalation->bundle->program, change->undo);
    if (id == 0) {
        esc_exception_ask(
            engine, escalation, ESC_EXCEPTION_ACTION_FAILED,
            esc_turn_printf(engine, "the inverse %.*s could not be called", ESC_TEXT_ARG(name)));
        return;
    }
    if (escalation->inverses_count < ESC_INVERSES_MAX) {
        ESC_ENGINE_GROW(escalation->inverses, escalation->inverses_count,
                        escalation->inverses_capacity);
        escalation->inverses[escalation->inverses_count++] = id;
    }
    undone_tell(engine, escalation, change->name, "by its inverse action");
}

static void change_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    if (change->no_undo.size > 0) {
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_NOT_UNDONE,
            esc_audit_data(engine, "what", change->name, "because", change->no_undo, NULL),
            "%.*s is not undone: %.*s", ESC_TEXT_ARG(change->name), ESC_TEXT_ARG(change->no_undo));
        return;
    }
    if (change->undo != ESC_NONE)
        call_undo(engine, escalation, change);
    else if (change->kind == ESC_CHANGE_FIELD)
        field_undo(engine, escalation, change);
    else if (change->kind == ESC_CHANGE_TICKET)
        ticket_undo(engine, escalation, change);
}

void esc_rollback(EscEngine *engine, EscEscalation *escalation, EscText reason)
{
    size_t count = escalation->changes_count;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_ROLLBACK,
                         esc_audit_data(engine, "reason", reason, "count",
                                        esc_turn_printf(engine, "%zu", count), NULL),
                         "rolls %zu changes back%s%.*s", count, reason.size > 0 ? ": " : "",
                         ESC_TEXT_ARG(reason));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_ROLLBACK, (EscText){0});
    while (escalation->changes_count > 0) {
        EscChange change = escalation->changes[--escalation->changes_count];
        change_undo(engine, escalation, &change);
        esc_change_pin(engine, &change, false);
        esc_change_release(&change);
    }
    escalation->is_inconsistent = false;
}
