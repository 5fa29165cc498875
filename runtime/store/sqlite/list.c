/* list.c - what is asked for by pages, but for the audit trail (audit.c). Each list is read along an index: statements.def has a statement for each way to
 * ask, because a condition that is switched on by a parameter would make SQLite read everything. */
#include "sqlite_internal.h"

#include <string.h>

static void bind_page(EscSqliteStep *step, uint64_t from, size_t limit)
{
    esc_sqlite_bind_u64(step, from);
    esc_sqlite_bind_i64(step, (int64_t)limit);
}

/* --- escalations --------------------------------------------------------------------------------- */

static EscStatement way_of(const EscEscalationFilter *filter)
{
    if (filter->sort == ESC_SORT_DUE)
        return ESC_STATEMENT_ESCALATIONS_BY_DUE;
    if (filter->sort == ESC_SORT_SEVERITY)
        return ESC_STATEMENT_ESCALATIONS_BY_RANK;
    if (filter->ticket.size != 0)
        return ESC_STATEMENT_ESCALATIONS_OF_TICKET;
    if (filter->is_unclosed)
        return ESC_STATEMENT_ESCALATIONS_UNCLOSED;
    return filter->has_state ? ESC_STATEMENT_ESCALATIONS_OF_STATE
                             : ESC_STATEMENT_ESCALATIONS_BEFORE;
}

static EscSqliteStep way_begin(EscStore *base, const EscEscalationFilter *filter)
{
    const EscListPlace *after = &filter->after;
    EscSqliteStep get = esc_sqlite_step(esc_sqlite_of(base), way_of(filter), "to list escalations");
    esc_sqlite_bind_u64(&get, after->id);
    if (filter->sort == ESC_SORT_OPENED) {
        if (filter->ticket.size != 0)
            esc_sqlite_bind_text(&get, filter->ticket);
        else if (filter->has_state && !filter->is_unclosed)
            esc_sqlite_bind_i64(&get, filter->state);
        return get;
    }
    bool is_first = after->id == 0;
    esc_sqlite_bind_i64(&get, is_first             ? INT64_MIN
                              : after->due_ms == 0 ? INT64_MAX
                                                   : after->due_ms);
    if (filter->sort == ESC_SORT_SEVERITY)
        esc_sqlite_bind_i64(&get, is_first ? INT64_MIN : -(int64_t)after->rank);
    return get;
}

/* What the filter asks of a row on the way. */
static EscEscalationRow passed(const EscSqliteStep *step)
{
    int64_t due_ms = esc_sqlite_column_i64(step, 2);
    return (EscEscalationRow){
        .id = esc_sqlite_column_u64(step, 0),
        .rank = (uint32_t)-esc_sqlite_column_i64(step, 1),
        .due_ms = due_ms == INT64_MAX ? 0 : due_ms,
        .state = (EscState)esc_sqlite_column_i64(step, 3),
        .owner = esc_sqlite_column_text(step, 4),
        .template_name = esc_sqlite_column_text(step, 5),
        .account = esc_sqlite_column_text(step, 6),
        .severity = esc_sqlite_column_text(step, 7),
    };
}

typedef struct Page {
    uint64_t ids[ESC_STORE_LIST_MAX];
    size_t count;
    EscListPlace next; /* id 0: there is nothing behind it */
} Page;

/* The ids of the page. Rows are read later, each by its id: on the way most are passed by. */
static EscStatus page_find(EscStore *base, const EscEscalationFilter *filter, Page *page,
                           EscWhy *why)
{
    size_t looks = 0,
           looks_max = ESC_STORE_LOOKS_MAX * (filter->sort == ESC_SORT_OPENED ? 1u : 10u);
    EscListPlace last = {0};
    EscSqliteStep get = way_begin(base, filter);
    while (esc_sqlite_next(&get)) {
        if (page->count == filter->limit || looks == looks_max) {
            page->next = last;
            break;
        }
        EscEscalationRow row = passed(&get);
        bool is_behind = filter->sort == ESC_SORT_DUE && filter->due_before_ms != 0 &&
                         (row.due_ms == 0 || row.due_ms >= filter->due_before_ms);
        if (is_behind)
            break;
        looks++;
        last = (EscListPlace){row.id, row.due_ms, row.rank};
        row.ticket = filter->ticket; /* its way has no others */
        if (esc_escalation_filter_fits(filter, &row))
            page->ids[page->count++] = row.id;
    }
    return esc_sqlite_done(&get, why);
}

static EscStatus give(EscStore *base, uint64_t id, EscEscalationVisit *visit, void *context,
                      bool *goes_on, EscWhy *why)
{
    EscSqliteStep get =
        esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_ESCALATION_GET, "to list escalations");
    EscEscalationRow row;
    esc_sqlite_bind_u64(&get, id);
    EscStatus status = ESC_OK;
    if (esc_sqlite_next(&get)) {
        status = esc_sqlite_escalation_row(&get, &row, why);
        *goes_on = status == ESC_OK && visit(context, &row);
    }
    return esc_sqlite_finish(&get, status, why);
}

EscStatus esc_sqlite_escalations(EscStore *base, const EscEscalationFilter *filter,
                                 EscEscalationVisit *visit, void *context, EscListPlace *next,
                                 EscWhy *why)
{
    Page page;
    page.count = 0;
    page.next = (EscListPlace){0};
    EscStatus status = page_find(base, filter, &page, why);
    bool goes_on = true;
    for (size_t i = 0; status == ESC_OK && goes_on && i < page.count; i++)
        status = give(base, page.ids[i], visit, context, &goes_on, why);
    *next = page.next;
    return status;
}

/* --- tickets -------------------------------------------------------------------------------------- */

EscStatus esc_sqlite_tickets(EscStore *base, const EscTicketFilter *filter, EscTicketVisit *visit,
                             void *context, EscWhy *why)
{
    EscSqliteStep get =
        esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_TICKETS_AFTER, "to list tickets");
    esc_sqlite_bind_text(&get, filter->after);
    esc_sqlite_bind_i64(&get, (int64_t)filter->limit);
    bool goes_on = true;
    while (goes_on && esc_sqlite_next(&get)) {
        EscTicketRow row = esc_sqlite_ticket_row(&get, 0);
        goes_on = visit(context, &row);
    }
    return esc_sqlite_done(&get, why);
}

/* --- outbox and evidence ----------------------------------------------------------------------- */

static EscStatus visit_entries(EscSqliteStep *get, EscOutboxVisit *visit, void *context,
                               EscWhy *why)
{
    bool goes_on = true;
    while (goes_on && esc_sqlite_next(get)) {
        EscOutboxEntry entry = esc_sqlite_outbox_entry(get);
        goes_on = visit(context, &entry);
    }
    return esc_sqlite_done(get, why);
}

EscStatus esc_sqlite_outbox(EscStore *base, const EscOutboxFilter *filter, EscOutboxVisit *visit,
                            void *context, EscWhy *why)
{
    EscStatement statement =
        filter->has_state ? ESC_STATEMENT_OUTBOX_OF_STATE : ESC_STATEMENT_OUTBOX_BEFORE;
    EscSqliteStep get = esc_sqlite_step(esc_sqlite_of(base), statement, "to list the outbox");
    bind_page(&get, filter->before, filter->limit);
    if (filter->has_state)
        esc_sqlite_bind_i64(&get, filter->state);
    return visit_entries(&get, visit, context, why);
}

EscStatus esc_sqlite_outbox_due(EscStore *base, int64_t now_ms, size_t limit, EscOutboxVisit *visit,
                                void *context, EscWhy *why)
{
    EscSqliteStep get =
        esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_OUTBOX_DUE, "to read the outbox");
    esc_sqlite_bind_i64(&get, now_ms);
    esc_sqlite_bind_i64(&get, limit > INT32_MAX ? INT32_MAX : (int64_t)limit);
    return visit_entries(&get, visit, context, why);
}

static EscEvidenceRow evidence_row(const EscSqliteStep *step)
{
    EscEvidenceRow row = {
        .number = esc_sqlite_column_u64(step, 0),
        .escalation = esc_sqlite_column_u64(step, 1),
        .name = esc_sqlite_column_text(step, 2),
        .at_ms = esc_sqlite_column_i64(step, 4),
        .content = esc_sqlite_column_text(step, 5),
    };
    EscBytes hash = esc_sqlite_column_bytes(step, 3);
    ESC_ASSERT(hash.size == sizeof row.hash); /* the schema's CHECK */
    memcpy(row.hash, hash.data, hash.size);
    return row;
}

EscStatus esc_sqlite_evidence(EscStore *base, const EscEvidenceFilter *filter,
                              EscEvidenceVisit *visit, void *context, EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_EVIDENCE_OF_ESCALATION,
                                        "to read evidence");
    esc_sqlite_bind_u64(&get, filter->escalation);
    bind_page(&get, filter->after, filter->limit);
    bool goes_on = true;
    while (goes_on && esc_sqlite_next(&get)) {
        EscEvidenceRow row = evidence_row(&get);
        goes_on = visit(context, &row);
    }
    return esc_sqlite_done(&get, why);
}

/* --- tasks ------------------------------------------------------------------------------------- */

/* What else is asked for than the way along an index is held against each row: those that are open are few. */
EscStatus esc_sqlite_tasks(EscStore *base, const EscTaskFilter *filter, EscTaskVisit *visit,
                           void *context, EscWhy *why)
{
    EscStatement statement = filter->escalation != 0 ? ESC_STATEMENT_TASKS_OF_ESCALATION
                             : filter->is_open       ? ESC_STATEMENT_TASKS_OPEN
                                                     : ESC_STATEMENT_TASKS_AFTER;
    EscSqliteStep get = esc_sqlite_step(esc_sqlite_of(base), statement, "to list tasks");
    esc_sqlite_bind_u64(&get, filter->after_escalation);
    esc_sqlite_bind_i64(&get, filter->after_number);
    if (filter->escalation != 0)
        esc_sqlite_bind_u64(&get, filter->escalation);
    bool goes_on = filter->limit > 0;
    for (size_t given = 0; goes_on && esc_sqlite_next(&get);) {
        EscTaskRow row = esc_sqlite_task_row(&get);
        if (!esc_task_fits(filter, &row))
            continue;
        goes_on = visit(context, &row) && ++given < filter->limit;
    }
    return esc_sqlite_done(&get, why);
}
