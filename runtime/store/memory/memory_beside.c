/* memory_beside.c - looks while a group is committed: one or the other has the rows. */
#include "memory_internal.h"

static EscMemory *enter(EscStore *base)
{
    EscMemory *memory = esc_memory_of(((EscMemoryDoor *)base)->rows);
    (void)pthread_mutex_lock(&memory->lock);
    return memory;
}

static EscStatus leave(EscMemory *memory, EscStatus status)
{
    (void)pthread_mutex_unlock(&memory->lock);
    return status;
}

static EscStatus events_find(EscStore *base, const EscEventKey *keys, size_t count,
                             EscEventKnown *known, EscWhy *why)
{
    EscMemory *memory = enter(base);
    return leave(memory, esc_store_events_find(&memory->base, keys, count, known, why));
}

static EscStatus escalation_get(EscStore *base, uint64_t id, EscArena *arena, EscEscalationRow *row,
                                EscWhy *why)
{
    EscMemory *memory = enter(base);
    return leave(memory, esc_store_escalation_get(&memory->base, id, arena, row, why));
}

static EscStatus ticket_get(EscStore *base, EscText id, EscArena *arena, EscTicketRow *row,
                            EscWhy *why)
{
    EscMemory *memory = enter(base);
    return leave(memory, esc_store_ticket_get(&memory->base, id, arena, row, why));
}

static const EscStoreOps operations = {
    .events_find = events_find,
    .ticket_get = ticket_get,
    .escalation_get = escalation_get,
};

void esc_memory_beside_init(EscMemory *memory)
{
    ESC_ASSERT(pthread_mutex_init(&memory->lock, NULL) == 0);
    memory->beside = (EscMemoryDoor){.base = {.ops = &operations}, .rows = &memory->base};
}

EscStore *esc_memory_beside(EscStore *store)
{
    return &esc_memory_of(store)->beside.base;
}
