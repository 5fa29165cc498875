/* signposts.c - the id by which another system knows a ticket that was made there from here. It is a ticket's row of its own that has nothing
 * but whose id it is, so that whoever looks for that id, in memory or in the store, finds the linked ticket: an event, a person, a
 * page of the API. */
#include <engine/model.h>

EscTicket *esc_ticket_itself(EscEngine *engine, EscText id)
{
    uint32_t index = 0;
    return esc_names_find(engine->tickets.names, id, &index) ? esc_ticket_at(engine, index) : NULL;
}

EscTicket *esc_ticket_find(EscEngine *engine, EscText id)
{
    EscTicket *ticket = esc_ticket_itself(engine, id);
    bool is_signpost = ticket != NULL && ticket->stands_for.size > 0;
    return is_signpost ? esc_ticket_itself(engine, ticket->stands_for) : ticket;
}

bool esc_signpost_put(EscEngine *engine, EscTicket *ticket, EscText id)
{
    esc_text_drop(&ticket->there);
    ticket->there = esc_text_own(id);
    esc_ticket_dirty(engine, ticket);
    EscTicket *signpost = esc_ticket_itself(engine, id);
    if (signpost == NULL) {
        signpost = esc_ticket_new(engine, id, engine->now_ms);
        signpost->stands_for = esc_text_own(ticket->id);
        esc_ticket_dirty(engine, signpost);
    }
    return esc_text_equal(signpost->stands_for, ticket->id);
}

void esc_signpost_remove(EscEngine *engine, EscTicket *ticket)
{
    EscTicket *signpost = esc_ticket_itself(engine, ticket->there);
    if (signpost != NULL && esc_text_equal(signpost->stands_for, ticket->id)) {
        esc_text_drop(&signpost->stands_for);
        esc_ticket_dirty(engine, signpost);
    }
    esc_text_drop(&ticket->there);
    esc_ticket_dirty(engine, ticket);
}

static EscText title_said(const EscEngine *engine, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < event->patches_count; i++)
        if (program->fields[event->patches[i].field].slot == engine->schema.title_slot)
            return event->patches[i].value.text;
    return (EscText){0};
}

EscTicket *esc_ticket_awaited(EscEngine *engine, const EscEvent *event)
{
    EscText title =
        engine->schema.title_slot == ESC_NONE ? (EscText){0} : title_said(engine, event);
    for (size_t i = 0; i < engine->tickets.making_count && title.size > 0; i++) {
        EscTicket *ticket = engine->tickets.making[i];
        const EscErrand *errand = esc_errand_find(ticket, ESC_ERRAND_TICKET);
        if (errand->state == ESC_ERRAND_STATE_TOLD && ticket->there.size == 0 &&
            esc_text_equal(ticket->home, event->source) &&
            esc_text_equal(esc_ticket_text(engine, ticket, engine->schema.title_slot), title))
            return ticket;
    }
    return NULL;
}

EscText esc_made_id(const EscDelivery *delivery)
{
    EscText id = delivery->state == ESC_DELIVERY_DEAD ? (EscText){0} : delivery->reply;
    bool is_id = id.size <= ESC_ID_BYTES_MAX && !esc_text_starts_with(id, ESC_TEXT(ESC_OWN_TICKETS));
    for (size_t i = 0; i < id.size && is_id; i++)
        is_id = (uint8_t)id.data[i] >= 0x20 && (uint8_t)id.data[i] != 0x7f;
    return is_id ? id : (EscText){0};
}
