/* memory.c - a store in memory: making and freeing it, and what is asked for by its key. */
#include "memory_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- by key ------------------------------------------------------------------------------------ */

static EscStatus append(EscBuf *out, const void *data, size_t size, EscWhy *why)
{
    esc_buf_append(out, data, size);
    return out->status == ESC_OK
               ? ESC_OK
               : esc_why(why, out->status, "", 0, "what is kept does not fit into its buffer");
}

static EscStatus bundle_get(EscStore *base, const uint8_t hash[32], EscBuf *out, EscWhy *why)
{
    const EscBundleRow *row = esc_memory_bundle(esc_memory_of(base), hash);
    if (row == NULL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "the store has no bundle of that hash");
    return append(out, row->bytes.data, row->bytes.size, why);
}

static EscStatus bundle_newest(EscStore *base, uint8_t hash[32], EscWhy *why)
{
    const EscMemory *memory = esc_memory_of(base);
    if (!memory->has_newest_bundle)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "the store has no bundle");
    memcpy(hash, memory->newest_bundle, sizeof memory->newest_bundle);
    return ESC_OK;
}

static EscStatus events_find(EscStore *base, const EscEventKey *keys, size_t count,
                             EscEventKnown *known, EscWhy *why)
{
    (void)why;
    for (size_t i = 0; i < count; i++) {
        const EscReceivedRow *row =
            esc_memory_find(&esc_memory_of(base)->events, esc_memory_by_event, &keys[i]);
        known[i] = (EscEventKnown){.is_known = row != NULL};
        if (row != NULL)
            memcpy(known[i].digest, row->digest, sizeof row->digest);
    }
    return ESC_OK;
}

static EscStatus event_get(EscStore *base, const EscEventKey *key, EscBuf *content,
                           int64_t *received_at_ms, EscWhy *why)
{
    const EscReceivedRow *row =
        esc_memory_find(&esc_memory_of(base)->events, esc_memory_by_event, key);
    if (row == NULL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "no such event was received");
    *received_at_ms = row->received_at_ms;
    return append(content, row->content.data, row->content.size, why);
}

static EscStatus start_event_get(EscStore *base, uint64_t escalation, EscBuf *content, EscWhy *why)
{
    const EscEscalationRow *row =
        esc_memory_find(&esc_memory_of(base)->escalations, esc_memory_by_number, &escalation);
    if (row == NULL || row->start_event.size == 0)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "nothing is kept of how that escalation started");
    return append(content, row->start_event.data, row->start_event.size, why);
}

static EscStatus escalation_get(EscStore *base, uint64_t id, EscArena *arena, EscEscalationRow *row,
                                EscWhy *why)
{
    const EscEscalationRow *stored =
        esc_memory_find(&esc_memory_of(base)->escalations, esc_memory_by_number, &id);
    *row = (EscEscalationRow){0};
    if (stored == NULL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no escalation E-%llu",
                       (unsigned long long)id);
    *row = *stored;
    row->start_event = (EscText){0};
    EscText *texts[] = {&row->ticket, &row->template_name, &row->owner,   &row->outcome,
                        &row->step,   &row->account,       &row->severity};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_arena_text(arena, *texts[i]);
    EscText body = esc_arena_text(arena, (EscText){(const char *)row->body.data, row->body.size});
    row->body = (EscBytes){(const uint8_t *)body.data, body.size};
    return esc_arena_failed(arena)
               ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an escalation")
               : ESC_OK;
}

static EscStatus ticket_get(EscStore *base, EscText id, EscArena *arena, EscTicketRow *row,
                            EscWhy *why)
{
    const EscTicketRow *stored =
        esc_memory_find(&esc_memory_of(base)->tickets, esc_memory_by_ticket, &id);
    *row = (EscTicketRow){0};
    if (stored == NULL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no ticket %.*s",
                       ESC_TEXT_ARG(esc_utf8_cut(id, ESC_ID_BYTES_MAX)));
    *row = *stored;
    EscText *texts[] = {&row->id, &row->title, &row->status};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_arena_text(arena, *texts[i]);
    EscText body = esc_arena_text(arena, (EscText){(const char *)row->body.data, row->body.size});
    row->body = (EscBytes){(const uint8_t *)body.data, body.size};
    return esc_arena_failed(arena) ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a ticket")
                                   : ESC_OK;
}

static EscStatus outbox_get(EscStore *base, const uint64_t *ids, size_t count,
                            EscOutboxVisit *visit, void *context, EscWhy *why)
{
    (void)why;
    for (size_t i = 0; i < count; i++) {
        const EscOutboxEntry *entry =
            esc_memory_find(&esc_memory_of(base)->outbox, esc_memory_by_number, &ids[i]);
        if (entry != NULL && !visit(context, entry))
            break;
    }
    return ESC_OK;
}

/* --- life -------------------------------------------------------------------------------------- */

static EscStatus is_intact(EscStore *base, EscWhy *why)
{
    (void)base, (void)why;
    return ESC_OK;
}

static void close_store(EscStore *base)
{
    EscMemory *memory = esc_memory_of(base);
    EscMemoryList *lists[] = {&memory->bundles,     &memory->events, &memory->tickets,
                              &memory->escalations, &memory->outbox, &memory->audit,
                              &memory->evidence,    &memory->kept,   &memory->tasks};
    for (size_t i = 0; i < ESC_COUNT_OF(lists); i++)
        esc_memory_list_free(lists[i]);
    free((void *)(uintptr_t)memory->body.data);
    (void)pthread_mutex_destroy(&memory->lock);
    free(memory);
}

static const EscStoreOps operations = {
    .load = esc_memory_load,
    .bundles_needed = esc_memory_bundles_needed,
    .bundle_get = bundle_get,
    .bundle_newest = bundle_newest,
    .events_find = events_find,
    .event_get = event_get,
    .start_event_get = start_event_get,
    .escalation_get = escalation_get,
    .ticket_get = ticket_get,
    .outbox_get = outbox_get,
    .outbox_due = esc_memory_outbox_due,
    .commit = esc_memory_commit,
    .audit = esc_memory_audit,
    .escalations = esc_memory_escalations,
    .tickets = esc_memory_tickets,
    .outbox = esc_memory_outbox,
    .evidence = esc_memory_evidence,
    .tasks = esc_memory_tasks,
    .retain = esc_memory_retain,
    .is_intact = is_intact,
    .beside = esc_memory_beside,
    .close = close_store,
};

EscStore *esc_store_memory_new(const uint8_t id[ESC_STORE_ID_SIZE])
{
    EscMemory *memory = calloc(1, sizeof *memory);
    if (memory == NULL)
        return NULL;
    memory->base = (EscStore){.ops = &operations, .epoch = 1, .next_audit = 1};
    memcpy(memory->base.id, id, ESC_STORE_ID_SIZE);
    esc_memory_beside_init(memory);
    memory->counters = (EscCounters){
        .next_escalation = 1, .next_ticket = 1, .next_outbox = 1, .next_audit = 1, .next_timer = 1};
    return &memory->base;
}

void esc_store_memory_reopen(EscStore *store)
{
    store->epoch++;
    store->has_failed = false;
}
