/* memory_commit.c - a group goes in whole or not at all: everything is checked before anything is written.
 *
 * What is checked is what SQLite's schema and the counts of changed rows refuse, with the same words where people see
 * them. */
#include "memory_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- checks ------------------------------------------------------------------------------------ */

static EscStatus refused(const char *what, EscWhy *why)
{
    return esc_why(why, ESC_STORE_FAILED, "", 0, "the store failed %s", what);
}

static bool is_new_event(const EscMemory *memory, const EscGroup *group, size_t index)
{
    const EscReceivedRow *row = &group->events[index];
    EscEventKey key = {row->source, row->id};
    for (size_t i = 0; i < index; i++)
        if (esc_memory_by_event(&group->events[i], &key) == 0)
            return false;
    return esc_memory_find(&memory->events, esc_memory_by_event, &key) == NULL;
}

static bool has_bundle(const EscMemory *memory, const EscGroup *group, const uint8_t hash[32])
{
    for (size_t i = 0; i < group->bundles_count; i++)
        if (memcmp(group->bundles[i].hash, hash, sizeof group->bundles[i].hash) == 0)
            return true;
    return esc_memory_bundle(memory, hash) != NULL;
}

static bool has_outbox(const EscMemory *memory, const EscGroup *group, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (group->outbox[i].id == id)
            return true;
    return esc_memory_find(&memory->outbox, esc_memory_by_number, &id) != NULL;
}

static EscStatus check_outbox(const EscMemory *memory, const EscGroup *group, EscWhy *why)
{
    for (size_t i = 0; i < group->outbox_count; i++)
        if (has_outbox(memory, group, i, group->outbox[i].id) || group->outbox[i].key.size == 0)
            return refused("to write to the outbox: no key, or a number that is there", why);
    for (size_t i = 0; i < group->again_count; i++) {
        const EscOutboxEntry *entry =
            esc_memory_find(&memory->outbox, esc_memory_by_number, &group->again[i].id);
        if (entry == NULL || entry->state != ESC_DELIVERY_DEAD)
            return refused("to queue an outbox row once more: 0 rows changed, not 1", why);
    }
    for (size_t i = 0; i < group->settled_count; i++)
        if (!has_outbox(memory, group, group->outbox_count, group->settled[i].id))
            return refused("to settle an outbox row: 0 rows changed, not 1", why);
    for (size_t i = 0; i < group->retries_count; i++)
        if (!has_outbox(memory, group, group->outbox_count, group->retries[i].id))
            return refused("to note a failed attempt: 0 rows changed, not 1", why);
    return ESC_OK;
}

static EscStatus check_group(const EscMemory *memory, const EscGroup *group, EscWhy *why)
{
    for (size_t i = 0; i < group->events_count; i++)
        if (!is_new_event(memory, group, i))
            return refused("to record an event: it is there", why);
    for (size_t i = 0; i < group->tickets_count; i++)
        if (group->tickets[i].id.size == 0)
            return refused("to write a ticket: it has no id", why);
    for (size_t i = 0; i < group->escalations_count; i++)
        if (!has_bundle(memory, group, group->escalations[i].bundle_hash))
            return refused("to write an escalation: its bundle is not there", why);
    for (size_t i = 0; i < group->audit_count; i++)
        if (group->audit[i].kind.size == 0)
            return refused("to write the audit trail: a record has no kind", why);
    for (size_t i = 0; i < group->tasks_count; i++)
        if (group->tasks[i].number == 0)
            return refused("to write a task: it has no number", why);
    return check_outbox(memory, group, why);
}

/* --- writing ----------------------------------------------------------------------------------- */

/* In the place of the row of that key, or as a new one. */
static void put_row(EscMemoryList *list, EscMemoryCompare *compare, const void *key, void *row)
{
    size_t at = esc_memory_place(list, compare, key);
    if (at < list->count && compare(list->rows[at], key) == 0)
        esc_memory_remove(list, at);
    esc_memory_insert(list, at, row);
}

static void put_bundle(EscMemory *memory, EscBundleRow row)
{
    memcpy(memory->newest_bundle, row.hash, sizeof row.hash);
    memory->has_newest_bundle = true;
    if (esc_memory_bundle(memory, row.hash) != NULL)
        return;
    EscBundleRow *block = malloc(sizeof row + row.bytes.size + 1);
    ESC_ASSERT(block != NULL);
    *block = row;
    block->bytes.data = (uint8_t *)(block + 1);
    if (row.bytes.size != 0)
        memcpy(block + 1, row.bytes.data, row.bytes.size);
    esc_memory_insert(&memory->bundles, memory->bundles.count, block);
}

static void put_event(EscMemory *memory, EscReceivedRow row)
{
    EscEventKey key = {row.source, row.id};
    size_t at = esc_memory_place(&memory->events, esc_memory_by_event, &key);
    EscText *texts[] = {&row.source, &row.id, &row.content};
    esc_memory_insert(&memory->events, at,
                      esc_memory_row(&row, sizeof row, texts, ESC_COUNT_OF(texts)));
}

static void put_ticket(EscMemory *memory, EscTicketRow given)
{
    EscText key = given.id;
    const EscMemoryTicket *known = esc_memory_find(&memory->tickets, esc_memory_by_ticket, &key);
    EscMemoryTicket ticket = {given, known != NULL ? known->number : ++memory->tickets_made};
    EscTicketRow *row = &ticket.row;
    EscText body = {(const char *)row->body.data, row->body.size};
    EscText *texts[] = {&row->id, &row->title, &row->status, &body};
    EscMemoryTicket *block = esc_memory_row(&ticket, sizeof ticket, texts, ESC_COUNT_OF(texts));
    block->row.body.data = (const uint8_t *)body.data;
    put_row(&memory->tickets, esc_memory_by_ticket, &key, block);
}

/* What an escalation is (ticket, template, by what it was opened) stays as it was first written. */
static void put_escalation(EscMemory *memory, EscEscalationRow row)
{
    const EscEscalationRow *known =
        esc_memory_find(&memory->escalations, esc_memory_by_number, &row.id);
    if (known != NULL) {
        row.ticket = known->ticket;
        row.template_name = known->template_name;
        row.start_event = row.start_event.size != 0 ? row.start_event : known->start_event;
    }
    EscText body = {(const char *)row.body.data, row.body.size};
    EscText *texts[] = {&row.ticket,  &row.template_name, &row.owner,
                        &row.outcome, &row.step,          &row.start_event,
                        &row.account, &row.severity,      &body};
    EscEscalationRow *block = esc_memory_row(&row, sizeof row, texts, ESC_COUNT_OF(texts));
    block->body.data = (const uint8_t *)body.data;
    put_row(&memory->escalations, esc_memory_by_number, &row.id, block);
}

static void put_entry(EscMemory *memory, EscOutboxEntry entry)
{
    EscOutboxRow *row = &entry.row;
    row->message = NULL; /* of the group: the body is what is kept */
    row->call = NULL;
    EscText *texts[] = {&row->key,     &row->ticket, &row->target, &row->medium,
                        &row->address, &row->body,   &entry.detail};
    put_row(&memory->outbox, esc_memory_by_number, &row->id,
            esc_memory_row(&entry, sizeof entry, texts, ESC_COUNT_OF(texts)));
}

/* The clock was corrected: what waits keeps the time it has left. */
static void move_outbox(EscMemory *memory, int64_t by_ms)
{
    for (size_t i = 0; i < memory->outbox.count; i++) {
        EscOutboxEntry *entry = memory->outbox.rows[i];
        if (entry->state != ESC_DELIVERY_QUEUED)
            continue;
        entry->row.created_at_ms += by_ms;
        entry->row.deadline_ms += entry->row.deadline_ms == 0 ? 0 : by_ms;
        entry->next_attempt_at_ms += by_ms;
    }
}

static void put_outbox(EscMemory *memory, const EscGroup *group)
{
    move_outbox(memory, group->outbox_moved_ms);
    for (size_t i = 0; i < group->outbox_count; i++)
        put_entry(memory, (EscOutboxEntry){.row = group->outbox[i],
                                           .next_attempt_at_ms = group->outbox[i].created_at_ms});
    for (size_t i = 0; i < group->again_count; i++) {
        const EscOutboxRow *row = &group->again[i];
        EscOutboxEntry entry = *(const EscOutboxEntry *)esc_memory_find(
            &memory->outbox, esc_memory_by_number, &row->id);
        entry.row.created_at_ms = entry.next_attempt_at_ms = row->created_at_ms;
        entry.row.deadline_ms = row->deadline_ms;
        entry.state = ESC_DELIVERY_QUEUED;
        entry.attempts = 0;
        entry.detail = (EscText){"", 0};
        put_entry(memory, entry);
    }
    for (size_t i = 0; i < group->settled_count; i++) {
        const EscOutboxSettled *settled = &group->settled[i];
        EscOutboxEntry entry = *(const EscOutboxEntry *)esc_memory_find(
            &memory->outbox, esc_memory_by_number, &settled->id);
        if (!esc_delivery_climbs(entry.state, settled->state))
            continue;
        entry.state = settled->state;
        entry.detail = settled->detail;
        put_entry(memory, entry);
    }
    for (size_t i = 0; i < group->retries_count; i++) {
        const EscOutboxRetry *retry = &group->retries[i];
        EscOutboxEntry entry = *(const EscOutboxEntry *)esc_memory_find(
            &memory->outbox, esc_memory_by_number, &retry->id);
        if (entry.state != ESC_DELIVERY_QUEUED)
            continue;
        entry.attempts = retry->attempts;
        entry.next_attempt_at_ms = retry->next_attempt_at_ms;
        entry.detail = retry->detail;
        put_entry(memory, entry);
    }
}

static void put_audit(EscMemory *memory, EscAuditRow row)
{
    EscText *texts[] = {&row.ticket, &row.kind, &row.actor, &row.place, &row.text, &row.data};
    esc_memory_insert(&memory->audit, memory->audit.count,
                      esc_memory_row(&row, sizeof row, texts, ESC_COUNT_OF(texts)));
}

static void put_evidence(EscMemory *memory, EscEvidenceRow row)
{
    row.number = ++memory->next_evidence;
    EscText *texts[] = {&row.name, &row.content};
    esc_memory_insert(&memory->evidence, memory->evidence.count,
                      esc_memory_row(&row, sizeof row, texts, ESC_COUNT_OF(texts)));
}

/* What a task is (its kind, its ticket) stays as it was first written. */
static void put_task(EscMemory *memory, EscTaskRow row)
{
    const EscTaskRow *known = esc_memory_find(&memory->tasks, esc_memory_by_task, &row);
    if (known != NULL) {
        row.kind = known->kind;
        row.ticket = known->ticket;
    }
    EscText body = {(const char *)row.body.data, row.body.size};
    EscText *texts[] = {&row.ticket, &row.assignee, &row.candidates, &body};
    EscTaskRow *block = esc_memory_row(&row, sizeof row, texts, ESC_COUNT_OF(texts));
    block->body.data = (const uint8_t *)body.data;
    put_row(&memory->tasks, esc_memory_by_task, &row, block);
}

static void put_kept(EscMemory *memory, EscKeptRow row)
{
    size_t at = esc_memory_place(&memory->kept, esc_memory_by_kept, row.id);
    if (at < memory->kept.count && esc_memory_by_kept(memory->kept.rows[at], row.id) == 0)
        esc_memory_remove(&memory->kept, at);
    if (row.body.size == 0)
        return;
    EscText body = {(const char *)row.body.data, row.body.size};
    EscText *texts[] = {&body};
    EscKeptRow *block = esc_memory_row(&row, sizeof row, texts, 1);
    block->body.data = (const uint8_t *)body.data;
    esc_memory_insert(&memory->kept, at, block);
}

static void put_body(EscMemory *memory, EscBytes body)
{
    if (body.size == 0)
        return;
    uint8_t *copy = malloc(body.size);
    ESC_ASSERT(copy != NULL);
    memcpy(copy, body.data, body.size);
    free((void *)(uintptr_t)memory->body.data);
    memory->body = (EscBytes){copy, body.size};
}

static void put_group(EscMemory *memory, const EscGroup *group)
{
    for (size_t i = 0; i < group->bundles_count; i++)
        put_bundle(memory, group->bundles[i]);
    for (size_t i = 0; i < group->events_count; i++)
        put_event(memory, group->events[i]);
    for (size_t i = 0; i < group->tickets_count; i++)
        put_ticket(memory, group->tickets[i]);
    for (size_t i = 0; i < group->escalations_count; i++)
        put_escalation(memory, group->escalations[i]);
    put_outbox(memory, group);
    for (size_t i = 0; i < group->audit_count; i++)
        put_audit(memory, group->audit[i]);
    for (size_t i = 0; i < group->evidence_count; i++)
        put_evidence(memory, group->evidence[i]);
    for (size_t i = 0; i < group->tasks_count; i++)
        put_task(memory, group->tasks[i]);
    for (size_t i = 0; i < group->kept_count; i++)
        put_kept(memory, group->kept[i]);
    put_body(memory, group->workspace);
    memory->counters = group->counters;
}

EscStatus esc_memory_commit(EscStore *base, const EscGroup *group, EscWhy *why)
{
    EscMemory *memory = esc_memory_of(base);
    EscStatus status = check_group(memory, group, why);
    if (status != ESC_OK)
        return status;
    (void)pthread_mutex_lock(&memory->lock);
    put_group(memory, group);
    (void)pthread_mutex_unlock(&memory->lock);
    return ESC_OK;
}
