/* joins.c - tickets that belong together have one escalation: which one a further ticket joins, and what becomes of it when
 * one of its tickets is resolved or open again. Members say no more than that; everything else speaks of the first. */
#include <engine/flow.h>

#include <string.h>

/* --- joining ---------------------------------------------------------------------------------- */

/* What somebody closed, and what is closing for another reason than the resolution, cannot be opened again by a ticket. */
static bool is_closing_for_good(const EscEngine *engine, const EscEscalation *escalation)
{
    return esc_close_is_asked(engine, escalation) ||
           (escalation->state == ESC_STATE_CLOSING &&
            (!escalation->is_closed_by_when || escalation->copy == NULL));
}

static bool may_join(const EscEngine *engine, const EscEscalation *escalation)
{
    if (!esc_escalation_is_open(escalation) || escalation->bundle == NULL ||
        escalation->members_count + 1 >= ESC_GROUP_TICKETS_MAX)
        return false;
    const EscGroupingRow *row =
        esc_grouping_of(escalation->bundle->program, escalation->template_index);
    bool is_in_time = row != NULL && (row->within_ms == 0 ||
                                      engine->now_ms - escalation->opened_at_ms < row->within_ms);
    return is_in_time && !is_closing_for_good(engine, escalation);
}

EscEscalation *esc_group_to_join(EscEngine *engine, const EscTicket *ticket,
                                 uint32_t template_index)
{
    const EscProgram *program = engine->schema.current->program;
    EscText key = esc_group_key(engine, ticket, template_index);
    if (key.size == 0)
        return NULL;
    EscEscalation *escalation =
        esc_group_open(engine, program->texts[program->templates[template_index].name], key);
    return escalation != NULL && may_join(engine, escalation) ? escalation : NULL;
}

void esc_group_join(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                    EscText because)
{
    EscText name = esc_escalation_name(engine, escalation), key = escalation->group_key;
    esc_member_add(engine, escalation, ticket);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_JOINED,
        esc_audit_data(engine, "ticket", ticket->id, "key", key, "because", because, NULL),
        "%.*s joined, of the same %.*s: %.*s", ESC_TEXT_ARG(ticket->id), ESC_TEXT_ARG(key),
        ESC_TEXT_ARG(esc_tickets_text(engine, escalation)));
    esc_audit_ticket(engine, ticket, ESC_AUDIT_JOINED,
                     esc_audit_data(engine, "escalation", name, "ticket", escalation->ticket->id,
                                    "key", key, "because", because, NULL),
                     "it joined %.*s (%.*s) of %.*s, of the same %.*s: %.*s", ESC_TEXT_ARG(name),
                     ESC_TEXT_ARG(escalation->template_name), ESC_TEXT_ARG(escalation->ticket->id),
                     ESC_TEXT_ARG(key), ESC_TEXT_ARG(because));
    if (escalation->state != ESC_STATE_PARKED) /* opened again, somebody has to acknowledge again */
        (void)esc_reopening_look(engine, escalation);
    if (escalation->is_acked)
        esc_sla_respond_met(engine, ticket);
    esc_outcome_add(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
    esc_ticket_touch(engine, ticket);
}

/* --- a member changes ------------------------------------------------------------------------- */

static void member_hear(EscEngine *engine, EscEscalation *escalation, const EscTicket *ticket)
{
    if (!esc_member_look(engine, escalation, ticket))
        return;
    bool is_resolved = esc_ticket_is_resolved(engine, ticket);
    EscText open = esc_turn_printf(engine, "%u", esc_escalation_tickets(engine, escalation));
    esc_audit_escalation(engine, escalation, ESC_AUDIT_MEMBER,
                         esc_audit_data(engine, "ticket", ticket->id, "open", open, NULL),
                         "%.*s is %s: %.*s", ESC_TEXT_ARG(ticket->id),
                         is_resolved ? "resolved" : "open again",
                         ESC_TEXT_ARG(esc_tickets_text(engine, escalation)));
    esc_outcome_add(engine, escalation);
    if (escalation->state != ESC_STATE_PARKED)
        (void)esc_reopening_look(engine, escalation);
    esc_frame_drive(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
}

/* Which one it joined changes when one of them is closed meanwhile. */
void esc_members_hear(EscEngine *engine, EscTicket *ticket)
{
    size_t count = ticket->joined_count;
    uint64_t *joined = esc_arena_alloc_array(engine->turn.arena, count, sizeof *joined);
    ESC_ASSERT(joined != NULL);
    for (size_t i = 0; i < count; i++)
        joined[i] = ticket->joined[i].escalation;
    for (size_t i = 0; i < count; i++) {
        EscEscalation *escalation = esc_escalation_find(engine, joined[i]);
        if (escalation != NULL && esc_escalation_is_open(escalation))
            member_hear(engine, escalation, ticket);
    }
}
