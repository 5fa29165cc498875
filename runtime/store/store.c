/* store.c - what is true of every store, in front of its implementation: fail-stop, the epoch, the audit trail without
 * gap, the bounds of lists. */
#include <esc/store.h>

const uint8_t *esc_store_id(const EscStore *store)
{
    return store->id;
}

uint64_t esc_store_epoch(const EscStore *store)
{
    return store->epoch;
}

EscStatus esc_store_retain(EscStore *store, int64_t before_ms, size_t rows_max, bool *has_more,
                           EscWhy *why)
{
    *has_more = false;
    if (store->has_failed)
        return esc_why(why, ESC_STORE_FAILED, "", 0,
                       "the store failed before and takes nothing more");
    EscStatus status = store->ops->retain(store, before_ms, rows_max, has_more, why);
    store->has_failed = status != ESC_OK;
    return status;
}

EscStatus esc_store_is_intact(EscStore *store, EscWhy *why)
{
    if (store->has_failed)
        return esc_why(why, ESC_STORE_FAILED, "", 0, "%s",
                       store->failure.text[0] == '\0' ? "a commit failed" : store->failure.text);
    return store->ops->is_intact(store, why);
}

EscStore *esc_store_beside(EscStore *store)
{
    return store->ops->beside(store);
}

void esc_store_close(EscStore *store)
{
    if (store != NULL)
        store->ops->close(store);
}

/* --- writing ----------------------------------------------------------------------------------- */

static EscStatus check_audit(const EscStore *store, const EscGroup *group, EscWhy *why)
{
    uint64_t due = store->next_audit;
    for (size_t i = 0; i < group->audit_count; i++, due++)
        if (group->audit[i].seq != due)
            return esc_why(why, ESC_STORE_FAILED, "", due,
                           "the audit trail would have a gap: record %llu comes where %llu is due",
                           (unsigned long long)group->audit[i].seq, (unsigned long long)due);
    if (group->counters.next_audit != due)
        return esc_why(why, ESC_STORE_FAILED, "", due,
                       "the audit counter says %llu, but %llu is due",
                       (unsigned long long)group->counters.next_audit, (unsigned long long)due);
    return ESC_OK;
}

static EscStatus check_group(const EscStore *store, const EscGroup *group, EscWhy *why)
{
    if (store->has_failed)
        return esc_why(why, ESC_STORE_FAILED, "", 0,
                       "the store failed before and takes nothing more");
    if (group->epoch != store->epoch)
        return esc_why(why, ESC_STORE_FAILED, "", group->epoch,
                       "the group is of epoch %llu, and the store has been opened for epoch %llu",
                       (unsigned long long)group->epoch, (unsigned long long)store->epoch);
    return check_audit(store, group, why);
}

EscStatus esc_store_commit(EscStore *store, const EscGroup *group, EscWhy *why)
{
    EscStatus status = check_group(store, group, why);
    if (status == ESC_OK)
        status = store->ops->commit(store, group, why);
    if (status == ESC_OK)
        store->next_audit = group->counters.next_audit;
    else
        store->has_failed = true;
    return status;
}

/* --- reading ----------------------------------------------------------------------------------- */

bool esc_store_sink_wants(const EscStoreSink *sink, EscText ticket)
{
    return sink->has_ticket == NULL || !sink->has_ticket(sink->context, ticket);
}

EscStatus esc_store_load(EscStore *store, const EscStoreSink *sink, EscWhy *why)
{
    return store->ops->load(store, sink, why);
}

EscStatus esc_store_bundles_needed(EscStore *store, EscBundleVisit *visit, void *context,
                                   EscWhy *why)
{
    return store->ops->bundles_needed(store, visit, context, why);
}

EscStatus esc_store_bundle_get(EscStore *store, const uint8_t hash[32], EscBuf *out, EscWhy *why)
{
    return store->ops->bundle_get(store, hash, out, why);
}

EscStatus esc_store_bundle_newest(EscStore *store, uint8_t hash[32], EscWhy *why)
{
    return store->ops->bundle_newest(store, hash, why);
}

EscStatus esc_store_events_find(EscStore *store, const EscEventKey *keys, size_t count,
                                EscEventKnown *known, EscWhy *why)
{
    return count == 0 ? ESC_OK : store->ops->events_find(store, keys, count, known, why);
}

EscStatus esc_store_event_get(EscStore *store, const EscEventKey *key, EscBuf *content,
                              int64_t *received_at_ms, EscWhy *why)
{
    return store->ops->event_get(store, key, content, received_at_ms, why);
}

EscStatus esc_store_start_event_get(EscStore *store, uint64_t escalation, EscBuf *content,
                                    EscWhy *why)
{
    return store->ops->start_event_get(store, escalation, content, why);
}

EscStatus esc_store_escalation_get(EscStore *store, uint64_t id, EscArena *arena,
                                   EscEscalationRow *row, EscWhy *why)
{
    return store->ops->escalation_get(store, id > INT64_MAX ? INT64_MAX : id, arena, row, why);
}

EscStatus esc_store_ticket_get(EscStore *store, EscText id, EscArena *arena, EscTicketRow *row,
                               EscWhy *why)
{
    return store->ops->ticket_get(store, id, arena, row, why);
}

EscStatus esc_store_outbox_get(EscStore *store, const uint64_t *ids, size_t count,
                               EscOutboxVisit *visit, void *context, EscWhy *why)
{
    return store->ops->outbox_get(store, ids, count, visit, context, why);
}

EscStatus esc_store_outbox_due(EscStore *store, int64_t now_ms, size_t limit, EscOutboxVisit *visit,
                               void *context, EscWhy *why)
{
    return store->ops->outbox_due(store, now_ms, limit, visit, context, why);
}

/* --- lists ------------------------------------------------------------------------------------- */

static size_t limit_of(size_t limit)
{
    return limit > ESC_STORE_LIST_MAX ? ESC_STORE_LIST_MAX : limit;
}

/* Numbers in a store are at most INT64_MAX, which so stands for "from the newest". */
static uint64_t before_of(uint64_t before)
{
    return before == 0 || before > INT64_MAX ? INT64_MAX : before;
}

static uint64_t number_of(uint64_t number)
{
    return number > INT64_MAX ? INT64_MAX : number;
}

EscStatus esc_store_audit(EscStore *store, const EscAuditFilter *filter, EscAuditVisit *visit,
                          void *context, EscWhy *why)
{
    EscAuditFilter bounded = *filter;
    bounded.limit = limit_of(filter->limit);
    bounded.after = number_of(filter->after);
    bounded.escalation = number_of(filter->escalation);
    return store->ops->audit(store, &bounded, visit, context, why);
}

static bool is_or_any(EscText wanted, EscText text)
{
    return wanted.size == 0 || esc_text_equal(wanted, text);
}

bool esc_escalation_filter_fits(const EscEscalationFilter *filter, const EscEscalationRow *row)
{
    bool has_state = filter->is_unclosed ? row->state != ESC_STATE_CLOSED
                                         : !filter->has_state || row->state == filter->state;
    bool is_due =
        filter->due_before_ms == 0 || (row->due_ms != 0 && row->due_ms < filter->due_before_ms);
    return has_state && is_due && is_or_any(filter->ticket, row->ticket) &&
           is_or_any(filter->owner, row->owner) &&
           is_or_any(filter->template_name, row->template_name) &&
           is_or_any(filter->account, row->account) && is_or_any(filter->severity, row->severity);
}

EscStatus esc_store_escalations(EscStore *store, const EscEscalationFilter *filter,
                                EscEscalationVisit *visit, void *context, EscListPlace *next,
                                EscWhy *why)
{
    EscEscalationFilter bounded = *filter;
    EscListPlace ignored;
    bounded.limit = limit_of(filter->limit);
    if (filter->sort == ESC_SORT_OPENED)
        bounded.after.id = before_of(filter->after.id);
    else /* what is closed has no deadline and is in no such order */
        bounded.is_unclosed = bounded.is_unclosed || !bounded.has_state;
    return store->ops->escalations(store, &bounded, visit, context, next == NULL ? &ignored : next,
                                   why);
}

EscStatus esc_store_tickets(EscStore *store, const EscTicketFilter *filter, EscTicketVisit *visit,
                            void *context, EscWhy *why)
{
    EscTicketFilter bounded = *filter;
    bounded.limit = limit_of(filter->limit);
    return store->ops->tickets(store, &bounded, visit, context, why);
}

EscStatus esc_store_outbox(EscStore *store, const EscOutboxFilter *filter, EscOutboxVisit *visit,
                           void *context, EscWhy *why)
{
    EscOutboxFilter bounded = *filter;
    bounded.limit = limit_of(filter->limit);
    bounded.before = before_of(filter->before);
    return store->ops->outbox(store, &bounded, visit, context, why);
}

EscStatus esc_store_evidence(EscStore *store, const EscEvidenceFilter *filter,
                             EscEvidenceVisit *visit, void *context, EscWhy *why)
{
    EscEvidenceFilter bounded = *filter;
    bounded.limit = limit_of(filter->limit);
    bounded.after = number_of(filter->after);
    bounded.escalation = number_of(filter->escalation);
    return store->ops->evidence(store, &bounded, visit, context, why);
}

bool esc_task_fits(const EscTaskFilter *filter, const EscTaskRow *row)
{
    if (filter->escalation != 0 && row->escalation != filter->escalation)
        return false;
    if (filter->is_open ? !esc_task_state_is_open(row->state)
                        : filter->has_state && row->state != filter->state)
        return false;
    if (filter->assignee.size != 0 && !esc_text_equal(row->assignee, filter->assignee))
        return false;
    if (filter->candidate.size != 0 && !esc_task_is_candidate(row->candidates, filter->candidate))
        return false;
    return filter->due_before_ms == 0 ||
           (row->due_at_ms != 0 && row->due_at_ms < filter->due_before_ms);
}

EscStatus esc_store_tasks(EscStore *store, const EscTaskFilter *filter, EscTaskVisit *visit,
                          void *context, EscWhy *why)
{
    EscTaskFilter bounded = *filter;
    bounded.limit = limit_of(filter->limit);
    bounded.escalation = number_of(filter->escalation);
    bounded.after_escalation = number_of(filter->after_escalation);
    return store->ops->tasks(store, &bounded, visit, context, why);
}
