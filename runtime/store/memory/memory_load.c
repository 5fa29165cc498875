/* memory_load.c - the live rows for a start, by the same rules as the statements of sqlite/statements.def: tickets
 * that the engine called live, in the order in which they came; escalations that are not closed; outbox rows that are
 * still queued; all that is kept beside them; tasks that are open. */
#include "memory_internal.h"

#include <stdlib.h>
#include <string.h>

static int by_age(const void *a, const void *b)
{
    const EscMemoryTicket *x = *(void *const *)a, *y = *(void *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

static EscStatus load_tickets(const EscMemory *memory, const EscStoreSink *sink, EscWhy *why)
{
    void **live = calloc(memory->tickets.count + 1, sizeof *live);
    ESC_ASSERT(live != NULL);
    size_t count = 0;
    for (size_t i = 0; i < memory->tickets.count; i++) {
        const EscTicketRow *row = memory->tickets.rows[i];
        if (row->is_live && esc_store_sink_wants(sink, row->id))
            live[count++] = memory->tickets.rows[i];
    }
    qsort(live, count, sizeof *live, by_age);
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < count && status == ESC_OK; i++)
        status = sink->ticket(sink->context, live[i], why);
    free(live);
    return status;
}

/* The ticket of an escalation comes first, to a sink that wants it by then. */
static EscStatus give_ticket(const EscMemory *memory, EscText id, const EscStoreSink *sink,
                             EscWhy *why)
{
    const EscTicketRow *row = esc_memory_find(&memory->tickets, esc_memory_by_ticket, &id);
    if (row == NULL || sink->has_ticket == NULL || !esc_store_sink_wants(sink, id))
        return ESC_OK;
    return sink->ticket(sink->context, row, why);
}

static EscStatus load_escalations(const EscMemory *memory, const EscStoreSink *sink, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < memory->escalations.count && status == ESC_OK; i++) {
        EscEscalationRow row = *(const EscEscalationRow *)memory->escalations.rows[i];
        row.start_event = (EscText){0}; /* evidence: asked for by itself */
        if (row.state == ESC_STATE_CLOSED)
            continue;
        status = give_ticket(memory, row.ticket, sink, why);
        if (status == ESC_OK)
            status = sink->escalation(sink->context, &row, why);
    }
    return status;
}

EscStatus esc_memory_load(EscStore *base, const EscStoreSink *sink, EscWhy *why)
{
    const EscMemory *memory = esc_memory_of(base);
    EscStatus status = sink->counters(sink->context, &memory->counters, memory->body, why);
    if (status == ESC_OK && sink->has_ticket == NULL)
        status = load_tickets(memory, sink, why);
    if (status == ESC_OK)
        status = load_escalations(memory, sink, why);
    if (status == ESC_OK && sink->has_ticket != NULL)
        status = load_tickets(memory, sink, why);
    for (size_t i = 0; i < memory->outbox.count && status == ESC_OK; i++) {
        const EscOutboxEntry *entry = memory->outbox.rows[i];
        if (entry->state == ESC_DELIVERY_QUEUED)
            status = sink->outbox(sink->context, entry, why);
    }
    for (size_t i = 0; i < memory->kept.count && status == ESC_OK; i++)
        status = sink->kept(sink->context, memory->kept.rows[i], why);
    for (size_t i = 0; i < memory->tasks.count && status == ESC_OK; i++) {
        const EscTaskRow *row = memory->tasks.rows[i];
        if (esc_task_state_is_open(row->state))
            status = sink->task(sink->context, row, why);
    }
    return status;
}

static bool is_needed(const EscMemory *memory, const EscBundleRow *bundle)
{
    for (size_t i = 0; i < memory->escalations.count; i++) {
        const EscEscalationRow *row = memory->escalations.rows[i];
        if (row->state != ESC_STATE_CLOSED &&
            memcmp(row->bundle_hash, bundle->hash, sizeof bundle->hash) == 0)
            return true;
    }
    return false;
}

EscStatus esc_memory_bundles_needed(EscStore *base, EscBundleVisit *visit, void *context,
                                    EscWhy *why)
{
    const EscMemory *memory = esc_memory_of(base);
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < memory->bundles.count && status == ESC_OK; i++)
        if (is_needed(memory, memory->bundles.rows[i]))
            status = visit(context, memory->bundles.rows[i], why);
    return status;
}
