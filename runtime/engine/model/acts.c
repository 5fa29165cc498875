/* acts.c - how often automations have acted on a ticket within the last hour. Two systems that correct each other without
 * end are stopped there, and told apart from a busy day. */
#include <engine/model.h>

#include <string.h>

static EscActs *acts_find(EscTicket *ticket, EscText automation)
{
    for (size_t i = 0; i < ticket->acts_count; i++)
        if (esc_text_equal(ticket->acts[i].automation, automation))
            return &ticket->acts[i];
    return NULL;
}

/* Instants that are an hour old say nothing any more, nor does an automation without any. */
static void acts_prune(EscTicket *ticket, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < ticket->acts_count; i++) {
        EscActs *acts = &ticket->acts[i];
        uint32_t old = 0;
        while (old < acts->count && acts->at_ms[old] <= now_ms - ESC_HOUR_MS)
            old++;
        memmove(acts->at_ms, acts->at_ms + old, (acts->count - old) * sizeof acts->at_ms[0]);
        memset(acts->at_ms + acts->count - old, 0, old * sizeof acts->at_ms[0]);
        acts->count -= old;
        acts->is_told = acts->is_told && old == 0;
        if (acts->count > 0)
            ticket->acts[kept++] = *acts;
    }
    ticket->acts_count = kept;
}

EscActsEnd esc_acts_note(EscEngine *engine, EscTicket *ticket, EscText automation)
{
    acts_prune(ticket, engine->now_ms);
    esc_ticket_dirty(engine, ticket);
    EscActs *acts = acts_find(ticket, automation);
    if (acts != NULL && acts->count == ESC_AUTOMATION_HOUR_MAX) {
        bool was_told = acts->is_told;
        acts->is_told = true;
        return was_told ? ESC_ACTS_REFUSED_AGAIN : ESC_ACTS_REFUSED;
    }
    if (acts == NULL) {
        ESC_ENGINE_GROW(ticket->acts, ticket->acts_count, ticket->acts_capacity);
        acts = &ticket->acts[ticket->acts_count++];
        *acts = (EscActs){.automation = esc_engine_intern(engine, automation)};
    }
    acts->at_ms[acts->count++] = engine->now_ms;
    return ESC_ACTS_FINE;
}
