/* commit.c - transactions: a group of changes goes in whole or not at all.
 *
 * Rows are written in the order that their references need: tickets, escalations, timers (gone before new), outbox, audit,
 * evidence, counters. A failure of any statement rolls back everything since esc_store_begin and leaves the store
 * failed: nothing is written any more, because the engine's memory is now ahead of the file. */
#include "store_internal.h"

#include <string.h>

static EscStatus fail(EscStore *store, EscStatus status)
{
    esc_store_rollback(store);
    store->has_failed = true;
    return status;
}

EscStatus esc_store_begin(EscStore *store, EscWhy *why)
{
    ESC_ASSERT(!store->is_in_transaction);
    if (store->has_failed)
        return esc_why(why, ESC_STORE_FAILED, "", 0, "the store failed before and takes nothing more");
    EscStoreStep begin = esc_store_step(store, ESC_STORE_SQL_BEGIN, "to begin a transaction");
    EscStatus status = esc_store_write(&begin, -1, why);
    store->is_in_transaction = status == ESC_OK;
    return status;
}

void esc_store_rollback(EscStore *store)
{
    if (!store->is_in_transaction)
        return;
    store->is_in_transaction = false;
    store->next_audit = store->next_audit_kept;
    if (sqlite3_get_autocommit(store->db) != 0)
        return; /* the failure has rolled back by itself */
    EscStoreStep rollback = esc_store_step(store, ESC_STORE_SQL_ROLLBACK, "to roll back");
    if (esc_store_write(&rollback, -1, NULL) != ESC_OK)
        store->has_failed = true; /* closing the connection will do it */
}

/* --- events ------------------------------------------------------------------------------------ */

static void digest_of(const EscEvent *event, uint8_t digest[32])
{
    esc_sha256((EscBytes){(const uint8_t *)event->json.data, event->json.size}, digest);
}

static EscStatus compare_known(EscStore *store, const EscEvent *event, const uint8_t *digest,
                               EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_EVENT_GET, "to read an event");
    esc_store_bind_text(&get, event->source);
    esc_store_bind_text(&get, event->id);
    bool is_same = false;
    if (esc_store_next(&get)) {
        EscBytes known = esc_store_column_bytes(&get, 0);
        is_same = known.size == ESC_STORE_DIGEST_SIZE &&
                  memcmp(known.data, digest, ESC_STORE_DIGEST_SIZE) == 0;
    }
    EscStatus status = esc_store_done(&get, why);
    if (status == ESC_OK && !is_same)
        status = esc_why(why, ESC_CONFLICT, "", 0,
                         "event %.*s of source %.*s was received before with another content",
                         ESC_TEXT_ARG(esc_utf8_cut(event->id, 64)),
                         ESC_TEXT_ARG(esc_utf8_cut(event->source, 64)));
    return status;
}

EscStatus esc_store_event_put(EscStore *store, const EscEvent *event, int64_t received_at_ms,
                              bool *is_new, EscWhy *why)
{
    ESC_ASSERT(store->is_in_transaction);
    *is_new = false;
    uint8_t digest[32];
    digest_of(event, digest);
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_EVENT_PUT, "to record an event");
    esc_store_bind_text(&put, event->source);
    esc_store_bind_text(&put, event->id);
    esc_store_bind_bytes(&put, (EscBytes){digest, ESC_STORE_DIGEST_SIZE});
    esc_store_bind_i64(&put, received_at_ms);
    EscStatus status = esc_store_write(&put, -1, why);
    if (status != ESC_OK)
        return status;
    if (sqlite3_changes(store->db) == 0)
        return compare_known(store, event, digest, why);
    *is_new = true;
    return ESC_OK;
}

EscStatus esc_store_event_take_back(EscStore *store, const EscEvent *event, EscWhy *why)
{
    ESC_ASSERT(store->is_in_transaction);
    EscStoreStep take = esc_store_step(store, ESC_STORE_SQL_EVENT_DELETE, "to take an event back");
    esc_store_bind_text(&take, event->source);
    esc_store_bind_text(&take, event->id);
    return esc_store_write(&take, 1, why);
}

/* --- the lists of a group ------------------------------------------------------------------------ */

static EscStatus put_ticket(EscStore *store, const EscTicketRow *row, EscWhy *why)
{
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_TICKET_PUT, "to write a ticket");
    esc_store_bind_text(&put, row->id);
    esc_store_bind_text(&put, row->title);
    esc_store_bind_text(&put, row->status);
    esc_store_bind_text(&put, row->json);
    esc_store_bind_i64(&put, row->created_at_ms);
    esc_store_bind_i64(&put, row->updated_at_ms);
    esc_store_bind_text(&put, row->sla_json);
    return esc_store_write(&put, 1, why);
}

static EscStatus put_start_event(EscStore *store, const EscEscalationRow *row, EscWhy *why)
{
    if (row->start_event.size == 0)
        return ESC_OK; /* an older one stays */
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_START_EVENT_PUT, "to write evidence");
    esc_store_bind_u64(&put, row->id);
    esc_store_bind_text(&put, row->start_event);
    return esc_store_write(&put, 1, why);
}

static EscStatus put_escalation(EscStore *store, const EscEscalationRow *row, EscWhy *why)
{
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_ESCALATION_PUT, "to write an escalation");
    esc_store_bind_u64(&put, row->id);
    esc_store_bind_text(&put, row->ticket);
    esc_store_bind_text(&put, row->template_name);
    esc_store_bind_bytes(&put, (EscBytes){row->bundle_hash, sizeof row->bundle_hash});
    esc_store_bind_i64(&put, row->state);
    esc_store_bind_i64(&put, row->role);
    esc_store_bind_text(&put, row->owner);
    esc_store_bind_i64(&put, row->is_acked ? 1 : 0);
    esc_store_bind_i64(&put, row->opened_at_ms);
    esc_store_bind_i64(&put, row->closed_at_ms);
    esc_store_bind_text(&put, row->outcome);
    esc_store_bind_text(&put, row->step);
    esc_store_bind_i64(&put, row->next_due_ms);
    esc_store_bind_bytes(&put, row->frame);
    esc_store_bind_bytes(&put, row->below);
    esc_store_bind_text(&put, row->state_json);
    EscStatus status = esc_store_write(&put, 1, why);
    return status == ESC_OK ? put_start_event(store, row, why) : status;
}

/* changes() = 1 is the exactly-once check: a timer that fired is there to be deleted once. */
static EscStatus write_timer(EscStore *store, EscStoreSql sql, const char *doing,
                             const EscTimerRow *row, EscWhy *why)
{
    EscStoreStep write = esc_store_step(store, sql, doing);
    esc_store_bind_i64(&write, row->due_ms);
    esc_store_bind_u64(&write, row->seq);
    esc_store_bind_u64(&write, row->escalation);
    esc_store_bind_text(&write, row->ticket);
    esc_store_bind_i64(&write, row->kind);
    esc_store_bind_i64(&write, row->index);
    return esc_store_write(&write, 1, why);
}

static EscStatus put_outbox(EscStore *store, const EscOutboxRow *row, EscWhy *why)
{
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_OUTBOX_PUT, "to write to the outbox");
    esc_store_bind_u64(&put, row->id);
    esc_store_bind_text(&put, row->key);
    esc_store_bind_u64(&put, row->escalation);
    esc_store_bind_text(&put, row->ticket);
    esc_store_bind_i64(&put, row->kind);
    esc_store_bind_text(&put, row->target);
    esc_store_bind_text(&put, row->medium);
    esc_store_bind_text(&put, row->address);
    esc_store_bind_text(&put, row->body);
    esc_store_bind_i64(&put, row->created_at_ms);
    esc_store_bind_i64(&put, row->deadline_ms);
    return esc_store_write(&put, 1, why);
}

static EscStatus put_settled(EscStore *store, const EscOutboxSettled *row, EscWhy *why)
{
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_OUTBOX_SETTLE, "to settle an outbox row");
    esc_store_bind_u64(&put, row->id);
    esc_store_bind_i64(&put, row->state);
    esc_store_bind_text(&put, row->detail);
    return esc_store_write(&put, 1, why);
}

static EscStatus put_audit(EscStore *store, const EscAuditRow *row, EscWhy *why)
{
    if (row->seq != store->next_audit)
        return esc_why(why, ESC_STORE_FAILED, "", row->seq,
                       "the audit trail would have a gap: record %llu comes where %llu is due",
                       (unsigned long long)row->seq, (unsigned long long)store->next_audit);
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_AUDIT_PUT, "to write the audit trail");
    esc_store_bind_u64(&put, row->seq);
    esc_store_bind_i64(&put, row->at_ms);
    esc_store_bind_u64(&put, row->escalation);
    esc_store_bind_text(&put, row->ticket);
    esc_store_bind_text(&put, row->kind);
    esc_store_bind_text(&put, row->actor);
    esc_store_bind_text(&put, row->place);
    esc_store_bind_text(&put, row->text);
    esc_store_bind_text(&put, row->data);
    store->next_audit++;
    return esc_store_write(&put, 1, why);
}

static EscStatus put_evidence(EscStore *store, const EscEvidenceRow *row, EscWhy *why)
{
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_EVIDENCE_PUT, "to write evidence");
    esc_store_bind_u64(&put, row->escalation);
    esc_store_bind_text(&put, row->name);
    esc_store_bind_bytes(&put, (EscBytes){row->hash, sizeof row->hash});
    esc_store_bind_i64(&put, row->at_ms);
    esc_store_bind_text(&put, row->content);
    return esc_store_write(&put, 1, why);
}

static EscStatus put_counters(EscStore *store, const EscGroup *group, EscWhy *why)
{
    const EscCounters *counters = &group->counters;
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_STATE_PUT, "to write its counters");
    esc_store_bind_u64(&put, counters->next_escalation);
    esc_store_bind_u64(&put, counters->next_ticket);
    esc_store_bind_u64(&put, counters->next_outbox);
    esc_store_bind_u64(&put, counters->next_audit);
    esc_store_bind_u64(&put, counters->next_timer);
    esc_store_bind_i64(&put, counters->time_ms);
    EscStatus status = esc_store_write(&put, 1, why);
    if (status != ESC_OK || group->absences.size == 0)
        return status;
    EscStoreStep absences = esc_store_step(store, ESC_STORE_SQL_STATE_ABSENCES, "to write absences");
    esc_store_bind_text(&absences, group->absences);
    return esc_store_write(&absences, 1, why);
}

static EscStatus put_timers(EscStore *store, const EscGroup *group, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < group->timers_deleted_count && status == ESC_OK; i++)
        status = write_timer(store, ESC_STORE_SQL_TIMER_DELETE, "to delete a timer",
                             &group->timers_deleted[i], why);
    for (size_t i = 0; i < group->timers_put_count && status == ESC_OK; i++)
        status = write_timer(store, ESC_STORE_SQL_TIMER_PUT, "to write a timer",
                             &group->timers_put[i], why);
    return status;
}

static EscStatus put_group(EscStore *store, const EscGroup *group, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < group->tickets_count && status == ESC_OK; i++)
        status = put_ticket(store, &group->tickets[i], why);
    for (size_t i = 0; i < group->escalations_count && status == ESC_OK; i++)
        status = put_escalation(store, &group->escalations[i], why);
    if (status == ESC_OK)
        status = put_timers(store, group, why);
    for (size_t i = 0; i < group->outbox_count && status == ESC_OK; i++)
        status = put_outbox(store, &group->outbox[i], why);
    for (size_t i = 0; i < group->settled_count && status == ESC_OK; i++)
        status = put_settled(store, &group->settled[i], why);
    for (size_t i = 0; i < group->audit_count && status == ESC_OK; i++)
        status = put_audit(store, &group->audit[i], why);
    for (size_t i = 0; i < group->evidence_count && status == ESC_OK; i++)
        status = put_evidence(store, &group->evidence[i], why);
    if (status == ESC_OK && group->counters.next_audit != store->next_audit)
        status = esc_why(why, ESC_STORE_FAILED, "", 0,
                         "the audit counter says %llu, but %llu is due",
                         (unsigned long long)group->counters.next_audit,
                         (unsigned long long)store->next_audit);
    return status == ESC_OK ? put_counters(store, group, why) : status;
}

EscStatus esc_store_commit(EscStore *store, const EscGroup *group, EscWhy *why)
{
    ESC_ASSERT(store->is_in_transaction);
    EscStatus status = put_group(store, group, why);
    if (status != ESC_OK)
        return fail(store, status);
    EscStoreStep commit = esc_store_step(store, ESC_STORE_SQL_COMMIT, "to commit");
    status = esc_store_write(&commit, -1, why);
    if (status != ESC_OK)
        return fail(store, status);
    store->is_in_transaction = false;
    store->next_audit_kept = store->next_audit;
    return ESC_OK;
}
