/* memory_list.c - what is asked for by pages: the lists are sorted as the pages are, and walked. */
#include "memory_internal.h"

#include <stdlib.h>

EscStatus esc_memory_audit(EscStore *base, const EscAuditFilter *filter, EscAuditVisit *visit,
                           void *context, EscWhy *why)
{
    (void)why;
    const EscMemoryList *list = &esc_memory_of(base)->audit;
    uint64_t first = filter->after + 1;
    size_t given = 0;
    for (size_t i = esc_memory_place(list, esc_memory_by_number, &first);
         i < list->count && given < filter->limit; i++) {
        const EscAuditRow *row = list->rows[i];
        bool fits = filter->escalation != 0
                        ? row->escalation == filter->escalation && row->ticket.size != 0
                    : filter->ticket.size != 0 ? esc_text_equal(row->ticket, filter->ticket)
                                               : true;
        given += fits ? 1 : 0;
        if (fits && !visit(context, row))
            break;
    }
    return ESC_OK;
}

/* An escalation as lists give it. */
static EscEscalationRow listed(const EscEscalationRow *stored)
{
    EscEscalationRow row = *stored;
    row.body = (EscBytes){0};
    row.start_event = (EscText){0};
    return row;
}

EscStatus esc_memory_escalations(EscStore *base, const EscEscalationFilter *filter,
                                 EscEscalationVisit *visit, void *context, EscWhy *why)
{
    (void)why;
    const EscMemoryList *list = &esc_memory_of(base)->escalations;
    size_t given = 0;
    for (size_t i = esc_memory_place(list, esc_memory_by_number, &filter->before);
         i > 0 && given < filter->limit; i--) {
        EscEscalationRow row = listed(list->rows[i - 1]);
        bool has_state = filter->is_unclosed ? row.state != ESC_STATE_CLOSED
                                             : !filter->has_state || row.state == filter->state;
        bool fits =
            has_state && (filter->ticket.size == 0 || esc_text_equal(row.ticket, filter->ticket));
        given += fits ? 1 : 0;
        if (fits && !visit(context, &row))
            break;
    }
    return ESC_OK;
}

EscStatus esc_memory_tickets(EscStore *base, const EscTicketFilter *filter, EscTicketVisit *visit,
                             void *context, EscWhy *why)
{
    (void)why;
    const EscMemoryList *list = &esc_memory_of(base)->tickets;
    size_t at = esc_memory_place(list, esc_memory_by_ticket, &filter->after);
    if (at < list->count && esc_memory_by_ticket(list->rows[at], &filter->after) == 0)
        at++;
    for (size_t given = 0; at < list->count && given < filter->limit; at++, given++)
        if (!visit(context, list->rows[at]))
            break;
    return ESC_OK;
}

EscStatus esc_memory_outbox(EscStore *base, const EscOutboxFilter *filter, EscOutboxVisit *visit,
                            void *context, EscWhy *why)
{
    (void)why;
    const EscMemoryList *list = &esc_memory_of(base)->outbox;
    size_t given = 0;
    for (size_t i = esc_memory_place(list, esc_memory_by_number, &filter->before);
         i > 0 && given < filter->limit; i--) {
        const EscOutboxEntry *entry = list->rows[i - 1];
        bool fits = !filter->has_state || entry->state == filter->state;
        given += fits ? 1 : 0;
        if (fits && !visit(context, entry))
            break;
    }
    return ESC_OK;
}

static int by_attempt(const void *a, const void *b)
{
    const EscOutboxEntry *x = *(void *const *)a, *y = *(void *const *)b;
    if (x->next_attempt_at_ms != y->next_attempt_at_ms)
        return x->next_attempt_at_ms < y->next_attempt_at_ms ? -1 : 1;
    return (x->row.id > y->row.id) - (x->row.id < y->row.id);
}

EscStatus esc_memory_outbox_due(EscStore *base, int64_t now_ms, size_t limit, EscOutboxVisit *visit,
                                void *context, EscWhy *why)
{
    (void)why;
    const EscMemoryList *list = &esc_memory_of(base)->outbox;
    void **due = calloc(list->count + 1, sizeof *due);
    ESC_ASSERT(due != NULL);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const EscOutboxEntry *entry = list->rows[i];
        if (entry->state == ESC_DELIVERY_QUEUED && entry->next_attempt_at_ms <= now_ms)
            due[count++] = list->rows[i];
    }
    qsort(due, count, sizeof *due, by_attempt);
    for (size_t i = 0; i < count && i < limit && visit(context, due[i]); i++)
        continue;
    free(due);
    return ESC_OK;
}

EscStatus esc_memory_evidence(EscStore *base, const EscEvidenceFilter *filter,
                              EscEvidenceVisit *visit, void *context, EscWhy *why)
{
    (void)why;
    const EscMemoryList *list = &esc_memory_of(base)->evidence;
    uint64_t first = filter->after + 1;
    size_t given = 0;
    for (size_t i = esc_memory_place(list, esc_memory_by_number, &first);
         i < list->count && given < filter->limit; i++) {
        const EscEvidenceRow *row = list->rows[i];
        bool fits = row->escalation == filter->escalation;
        given += fits ? 1 : 0;
        if (fits && !visit(context, row))
            break;
    }
    return ESC_OK;
}
