/* commit.c - a group goes in whole or not at all.
 *
 * Rows are written in the order that their references need: bundles, events with their contents, tickets, escalations,
 * outbox, audit, evidence, counters. A failure of any statement rolls all of it back. */
#include "sqlite_internal.h"

/* --- the lists of a group ------------------------------------------------------------------------ */

static EscStatus put_bundle(EscSqlite *store, const EscBundleRow *row, EscWhy *why)
{
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_BUNDLE_PUT, "to write a bundle");
    esc_sqlite_bind_bytes(&put, (EscBytes){row->hash, sizeof row->hash});
    esc_sqlite_bind_i64(&put, row->at_ms);
    esc_sqlite_bind_bytes(&put, row->bytes);
    return esc_sqlite_write(&put, 1, why); /* one that is there becomes the newest */
}

static void bind_event(EscSqliteStep *put, const EscReceivedRow *row, EscContentPlace place)
{
    esc_sqlite_bind_text(put, row->source);
    esc_sqlite_bind_text(put, row->id);
    esc_sqlite_bind_bytes(put, (EscBytes){row->digest, sizeof row->digest});
    esc_sqlite_bind_i64(put, row->received_at_ms);
    esc_sqlite_bind_u64(put, place.content);
    esc_sqlite_bind_i64(put, place.slot);
}

static EscStatus put_events(EscSqlite *store, const EscGroup *group, EscWhy *why)
{
    EscStatus status = esc_sqlite_contents_put(store, group, why);
    for (size_t done = 0, count = 0; done < group->events_count && status == ESC_OK;
         done += count) {
        bool are_many = group->events_count - done >= ESC_SQLITE_EVENTS_AT_ONCE;
        count = are_many ? ESC_SQLITE_EVENTS_AT_ONCE : 1;
        EscSqliteStep put =
            esc_sqlite_step(store, are_many ? ESC_STATEMENT_EVENTS_PUT : ESC_STATEMENT_EVENT_PUT,
                            "to record events");
        for (size_t i = done; i < done + count; i++)
            bind_event(&put, &group->events[i], store->places[i]);
        status = esc_sqlite_write(&put, (int)count, why);
    }
    return status;
}

static EscStatus put_ticket(EscSqlite *store, const EscTicketRow *row, EscWhy *why)
{
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_TICKET_PUT, "to write a ticket");
    esc_sqlite_bind_text(&put, row->id);
    esc_sqlite_bind_text(&put, row->title);
    esc_sqlite_bind_text(&put, row->status);
    esc_sqlite_bind_bytes(&put, row->body);
    esc_sqlite_bind_i64(&put, row->created_at_ms);
    esc_sqlite_bind_i64(&put, row->updated_at_ms);
    esc_sqlite_bind_i64(&put, row->is_live ? 1 : 0);
    return esc_sqlite_write(&put, 1, why);
}

/* Where the event that started an escalation lies, when it came in this group. Events and the escalations that they start
 * stand in the same order, so the search goes on behind the last one that was found. */
static EscContentPlace find_start(const EscSqlite *store, const EscGroup *group, EscText content,
                                  size_t *from)
{
    for (size_t i = 0; i < group->events_count; i++) {
        size_t at = (*from + i) % group->events_count;
        if (esc_text_equal(group->events[at].content, content)) {
            *from = at;
            return store->places[at];
        }
    }
    return (EscContentPlace){0};
}

static EscStatus put_start_event(EscSqlite *store, const EscEscalationRow *row, EscWhy *why)
{
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_START_EVENT_PUT, "to write evidence");
    esc_sqlite_bind_u64(&put, row->id);
    esc_sqlite_bind_text(&put, row->start_event);
    return esc_sqlite_write(&put, 1, why);
}

static EscStatus put_escalation(EscSqlite *store, const EscEscalationRow *row,
                                EscContentPlace start, EscWhy *why)
{
    EscSqliteStep put =
        esc_sqlite_step(store, ESC_STATEMENT_ESCALATION_PUT, "to write an escalation");
    esc_sqlite_bind_u64(&put, row->id);
    esc_sqlite_bind_text(&put, row->ticket);
    esc_sqlite_bind_text(&put, row->template_name);
    esc_sqlite_bind_bytes(&put, (EscBytes){row->bundle_hash, sizeof row->bundle_hash});
    esc_sqlite_bind_i64(&put, row->state);
    esc_sqlite_bind_i64(&put, row->role);
    esc_sqlite_bind_text(&put, row->owner);
    esc_sqlite_bind_i64(&put, row->is_acked ? 1 : 0);
    esc_sqlite_bind_i64(&put, row->opened_at_ms);
    esc_sqlite_bind_i64(&put, row->closed_at_ms);
    esc_sqlite_bind_text(&put, row->outcome);
    esc_sqlite_bind_text(&put, row->step);
    esc_sqlite_bind_i64(&put, row->next_due_ms);
    esc_sqlite_bind_bytes(&put, row->body);
    esc_sqlite_bind_u64(&put, start.content);
    esc_sqlite_bind_i64(&put, start.slot);
    esc_sqlite_bind_u64(&put, row->version);
    esc_sqlite_bind_text(&put, row->account);
    esc_sqlite_bind_text(&put, row->severity);
    esc_sqlite_bind_i64(&put, -(int64_t)row->rank);
    esc_sqlite_bind_i64(&put, row->due_ms == 0 ? INT64_MAX : row->due_ms);
    return esc_sqlite_write(&put, 1, why);
}

/* An escalation that is written again keeps where its start lies. */
static EscStatus put_escalations(EscSqlite *store, const EscGroup *group, EscWhy *why)
{
    EscStatus status = ESC_OK;
    size_t from = 0;
    for (size_t i = 0; i < group->escalations_count && status == ESC_OK; i++) {
        const EscEscalationRow *row = &group->escalations[i];
        EscContentPlace start = {0};
        if (row->start_event.size != 0)
            start = find_start(store, group, row->start_event, &from);
        status = put_escalation(store, row, start, why);
        if (status == ESC_OK && row->start_event.size != 0 && start.content == 0)
            status = put_start_event(store, row, why);
    }
    return status;
}

static EscStatus put_outbox(EscSqlite *store, const EscOutboxRow *row, EscWhy *why)
{
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_OUTBOX_PUT, "to write to the outbox");
    esc_sqlite_bind_u64(&put, row->id);
    esc_sqlite_bind_text(&put, row->key);
    esc_sqlite_bind_u64(&put, row->escalation);
    esc_sqlite_bind_text(&put, row->ticket);
    esc_sqlite_bind_i64(&put, row->kind);
    esc_sqlite_bind_text(&put, row->target);
    esc_sqlite_bind_text(&put, row->medium);
    esc_sqlite_bind_text(&put, row->address);
    esc_sqlite_bind_text(&put, row->body);
    esc_sqlite_bind_i64(&put, row->created_at_ms);
    esc_sqlite_bind_i64(&put, row->deadline_ms);
    return esc_sqlite_write(&put, 1, why);
}

static EscStatus put_again(EscSqlite *store, const EscOutboxRow *row, EscWhy *why)
{
    EscSqliteStep put =
        esc_sqlite_step(store, ESC_STATEMENT_OUTBOX_AGAIN, "to queue an outbox row once more");
    esc_sqlite_bind_u64(&put, row->id);
    esc_sqlite_bind_i64(&put, row->created_at_ms);
    esc_sqlite_bind_i64(&put, row->deadline_ms);
    esc_sqlite_bind_i64(&put, ESC_DELIVERY_DEAD);
    return esc_sqlite_write(&put, 1, why);
}

static int64_t states_below(EscDeliveryState to)
{
    int64_t mask = 0;
    for (int from = 0; from < ESC_DELIVERY_STATE_COUNT; from++)
        if (esc_delivery_climbs((EscDeliveryState)from, to))
            mask |= INT64_C(1) << from;
    return mask;
}

static EscStatus put_settled(EscSqlite *store, const EscOutboxSettled *row, EscWhy *why)
{
    EscSqliteStep put =
        esc_sqlite_step(store, ESC_STATEMENT_OUTBOX_SETTLE, "to settle an outbox row");
    esc_sqlite_bind_u64(&put, row->id);
    esc_sqlite_bind_i64(&put, row->state);
    esc_sqlite_bind_text(&put, row->detail);
    esc_sqlite_bind_i64(&put, states_below(row->state));
    return esc_sqlite_write(&put, 1, why);
}

/* The clock was corrected: what waits keeps the time it has left. */
static EscStatus move_outbox(EscSqlite *store, int64_t by_ms, EscWhy *why)
{
    EscSqliteStep move = esc_sqlite_step(store, ESC_STATEMENT_OUTBOX_MOVE, "to move the outbox");
    esc_sqlite_bind_i64(&move, by_ms);
    return esc_sqlite_write(&move, -1, why);
}

static EscStatus put_retry(EscSqlite *store, const EscOutboxRetry *row, EscWhy *why)
{
    EscSqliteStep put =
        esc_sqlite_step(store, ESC_STATEMENT_OUTBOX_RETRY, "to note a failed attempt");
    esc_sqlite_bind_u64(&put, row->id);
    esc_sqlite_bind_i64(&put, row->attempts);
    esc_sqlite_bind_i64(&put, row->next_attempt_at_ms);
    esc_sqlite_bind_text(&put, row->detail);
    return esc_sqlite_write(&put, 1, why);
}

static EscStatus put_evidence(EscSqlite *store, const EscEvidenceRow *row, EscWhy *why)
{
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_EVIDENCE_PUT, "to write evidence");
    esc_sqlite_bind_u64(&put, row->escalation);
    esc_sqlite_bind_text(&put, row->name);
    esc_sqlite_bind_bytes(&put, (EscBytes){row->hash, sizeof row->hash});
    esc_sqlite_bind_i64(&put, row->at_ms);
    esc_sqlite_bind_text(&put, row->content);
    return esc_sqlite_write(&put, 1, why);
}

static EscStatus put_task(EscSqlite *store, const EscTaskRow *row, EscWhy *why)
{
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_TASK_PUT, "to write a task");
    esc_sqlite_bind_u64(&put, row->escalation);
    esc_sqlite_bind_i64(&put, row->number);
    esc_sqlite_bind_i64(&put, row->kind);
    esc_sqlite_bind_i64(&put, row->state);
    esc_sqlite_bind_text(&put, row->ticket);
    esc_sqlite_bind_text(&put, row->assignee);
    esc_sqlite_bind_text(&put, row->candidates);
    esc_sqlite_bind_i64(&put, row->created_at_ms);
    esc_sqlite_bind_i64(&put, row->due_at_ms);
    esc_sqlite_bind_i64(&put, row->done_at_ms);
    esc_sqlite_bind_bytes(&put, row->body);
    return esc_sqlite_write(&put, 1, why);
}

/* One that came and went within a group was never there. */
static EscStatus put_kept(EscSqlite *store, const EscKeptRow *row, EscWhy *why)
{
    bool is_gone = row->body.size == 0;
    EscSqliteStep put =
        esc_sqlite_step(store, is_gone ? ESC_STATEMENT_KEPT_FORGET : ESC_STATEMENT_KEPT_PUT,
                        "to write what is counted");
    esc_sqlite_bind_bytes(&put, (EscBytes){row->id, sizeof row->id});
    if (!is_gone)
        esc_sqlite_bind_bytes(&put, row->body);
    return esc_sqlite_write(&put, is_gone ? -1 : 1, why);
}

static EscStatus put_counters(EscSqlite *store, const EscGroup *group, EscWhy *why)
{
    const EscCounters *counters = &group->counters;
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_STATE_PUT, "to write its counters");
    esc_sqlite_bind_u64(&put, counters->next_escalation);
    esc_sqlite_bind_u64(&put, counters->next_ticket);
    esc_sqlite_bind_u64(&put, counters->next_outbox);
    esc_sqlite_bind_u64(&put, counters->next_audit);
    esc_sqlite_bind_u64(&put, counters->next_timer);
    esc_sqlite_bind_i64(&put, counters->time_ms);
    esc_sqlite_bind_u64(&put, store->next_content);
    esc_sqlite_bind_u64(&put, store->groups + 1);
    EscStatus status = esc_sqlite_write(&put, 1, why);
    if (status != ESC_OK || group->workspace.size == 0)
        return status;
    EscSqliteStep body = esc_sqlite_step(store, ESC_STATEMENT_STATE_BODY, "to write absences");
    esc_sqlite_bind_bytes(&body, group->workspace);
    return esc_sqlite_write(&body, 1, why);
}

/* Writes each row of a list of the group until one fails. */
#define PUT_ALL(store, group, list, put, why)                                                      \
    for (size_t i = 0; i < (group)->list##_count && status == ESC_OK; i++)                         \
    status = put(store, &(group)->list[i], why)

static EscStatus put_group(EscSqlite *store, const EscGroup *group, EscWhy *why)
{
    EscStatus status = ESC_OK;
    PUT_ALL(store, group, bundles, put_bundle, why);
    if (status == ESC_OK)
        status = put_events(store, group, why);
    PUT_ALL(store, group, tickets, put_ticket, why);
    if (status == ESC_OK)
        status = put_escalations(store, group, why);
    if (status == ESC_OK && group->outbox_moved_ms != 0)
        status = move_outbox(store, group->outbox_moved_ms, why);
    PUT_ALL(store, group, outbox, put_outbox, why);
    PUT_ALL(store, group, again, put_again, why);
    PUT_ALL(store, group, settled, put_settled, why);
    PUT_ALL(store, group, retries, put_retry, why);
    if (status == ESC_OK)
        status = esc_sqlite_audit_put(store, group->audit, group->audit_count, why);
    PUT_ALL(store, group, evidence, put_evidence, why);
    PUT_ALL(store, group, tasks, put_task, why);
    PUT_ALL(store, group, kept, put_kept, why);
    return status == ESC_OK ? put_counters(store, group, why) : status;
}

EscStatus esc_sqlite_commit(EscStore *base, const EscGroup *group, EscWhy *why)
{
    EscSqlite *store = esc_sqlite_of(base);
    EscStatus status = esc_sqlite_files_intact(store, why);
    if (status == ESC_OK)
        status = esc_sqlite_run(store, ESC_STATEMENT_BEGIN, "to begin a transaction", why);
    if (status != ESC_OK)
        return status;
    status = put_group(store, group, why);
    if (status == ESC_OK)
        status = esc_sqlite_run(store, ESC_STATEMENT_COMMIT, "to commit", why);
    if (status == ESC_OK) {
        store->groups++;
        esc_sqlite_mark_write(store);
        return esc_sqlite_files_intact(store, why); /* or it went where nobody will find it */
    }
    /* Some failures roll back by themselves. If this one cannot, closing the connection does it. */
    if (sqlite3_get_autocommit(store->db) == 0) {
        EscStatus rolled_back = esc_sqlite_run(store, ESC_STATEMENT_ROLLBACK, "to roll back", NULL);
        (void)rolled_back;
    }
    return status;
}
