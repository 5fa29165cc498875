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

static int64_t or_never(int64_t due_ms)
{
    return due_ms == 0 ? INT64_MAX : due_ms;
}

/* As strcmp does: which of two comes first in lists that are sorted by severity, or by deadline alone. */
static int by_place(const EscListPlace *x, const EscListPlace *y, bool is_ranked)
{
    if (is_ranked && x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    int64_t x_ms = or_never(x->due_ms), y_ms = or_never(y->due_ms);
    return x_ms != y_ms ? (x_ms > y_ms) - (x_ms < y_ms) : (x->id > y->id) - (x->id < y->id);
}

static EscListPlace place_of(const void *row)
{
    const EscEscalationRow *escalation = row;
    return (EscListPlace){escalation->id, escalation->due_ms, escalation->rank};
}

static int by_rank(const void *a, const void *b)
{
    EscListPlace x = place_of(*(void *const *)a), y = place_of(*(void *const *)b);
    return by_place(&x, &y, true);
}

static int by_due(const void *a, const void *b)
{
    EscListPlace x = place_of(*(void *const *)a), y = place_of(*(void *const *)b);
    return by_place(&x, &y, false);
}

static int by_age(const void *a, const void *b)
{
    EscListPlace x = place_of(*(void *const *)a), y = place_of(*(void *const *)b);
    return (x.id < y.id) - (x.id > y.id);
}

static bool is_after(const EscEscalationFilter *filter, const EscEscalationRow *row)
{
    EscListPlace place = place_of(row);
    if (filter->sort == ESC_SORT_OPENED)
        return row->id < filter->after.id;
    return filter->after.id == 0 ||
           by_place(&place, &filter->after, filter->sort == ESC_SORT_SEVERITY) > 0;
}

EscStatus esc_memory_escalations(EscStore *base, const EscEscalationFilter *filter,
                                 EscEscalationVisit *visit, void *context, EscListPlace *next,
                                 EscWhy *why)
{
    (void)why;
    static int (*const orders[ESC_SORT_COUNT])(const void *, const void *) = {
        [ESC_SORT_OPENED] = by_age, [ESC_SORT_DUE] = by_due, [ESC_SORT_SEVERITY] = by_rank};
    const EscMemoryList *list = &esc_memory_of(base)->escalations;
    void **fitting = calloc(list->count + 1, sizeof *fitting);
    ESC_ASSERT(fitting != NULL);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (is_after(filter, list->rows[i]) && esc_escalation_filter_fits(filter, list->rows[i]))
            fitting[count++] = list->rows[i];
    qsort(fitting, count, sizeof *fitting, orders[filter->sort]);
    *next = (EscListPlace){0};
    bool goes_on = true;
    for (size_t i = 0; i < count && i < filter->limit && goes_on; i++) {
        EscEscalationRow row = *(const EscEscalationRow *)fitting[i];
        row.start_event = (EscText){0};
        goes_on = visit(context, &row);
    }
    if (filter->limit > 0 && count > filter->limit)
        *next = place_of(fitting[filter->limit - 1]);
    free(fitting);
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

EscStatus esc_memory_tasks(EscStore *base, const EscTaskFilter *filter, EscTaskVisit *visit,
                           void *context, EscWhy *why)
{
    (void)why;
    const EscMemoryList *list = &esc_memory_of(base)->tasks;
    EscTaskRow after = {.escalation = filter->after_escalation, .number = filter->after_number};
    size_t given = 0, at = esc_memory_place(list, esc_memory_by_task, &after);
    if (at < list->count && esc_memory_by_task(list->rows[at], &after) == 0)
        at++;
    for (; at < list->count && given < filter->limit; at++) {
        const EscTaskRow *row = list->rows[at];
        bool fits = esc_task_fits(filter, row);
        given += fits ? 1 : 0;
        if (fits && !visit(context, row))
            break;
    }
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
