/* fields.c - a ticket's fields before anybody gave them: missing, the defaults of the schema, or nothing of their type. Which
 * values are defaults still is kept, so that nobody takes them for a report. */
#include <engine/model.h>

bool esc_ticket_is_assumed(const EscTicket *ticket, uint32_t slot)
{
    return (ticket->assumed[slot / 64] >> (slot % 64) & 1) != 0;
}

void esc_ticket_set_assumed(EscTicket *ticket, uint32_t slot, bool is_assumed)
{
    uint64_t bit = UINT64_C(1) << (slot % 64);
    if (is_assumed)
        ticket->assumed[slot / 64] |= bit;
    else
        ticket->assumed[slot / 64] &= ~bit;
}

void esc_ticket_values_make(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t count = engine->schema.slots_count;
    ticket->values = esc_engine_alloc(count * sizeof *ticket->values);
    ticket->assumed = esc_engine_alloc((count / 64 + 1) * sizeof *ticket->assumed);
    for (uint32_t i = 0; i < count; i++) {
        const EscFieldRow *field = &program->fields[engine->schema.slot_fields[i]];
        ticket->values[i].value = esc_field_default(field);
        esc_ticket_set_assumed(ticket, i, field->has_default != 0);
    }
}
