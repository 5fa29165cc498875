/* list.c - what is asked for by pages, but for the audit trail (audit.c). Each list is read along an index: statements.def has a statement for each way to
 * ask, because a condition that is switched on by a parameter would make SQLite read everything. */
#include "sqlite_internal.h"

#include <string.h>

static void bind_page(EscSqliteStep *step, uint64_t from, size_t limit)
{
    esc_sqlite_bind_u64(step, from);
    esc_sqlite_bind_i64(step, (int64_t)limit);
}

/* --- escalations and tickets ------------------------------------------------------------------- */

static EscEscalationRow listed_escalation(const EscSqliteStep *step)
{
    return (EscEscalationRow){
        .id = esc_sqlite_column_u64(step, 0),
        .ticket = esc_sqlite_column_text(step, 1),
        .template_name = esc_sqlite_column_text(step, 2),
        .state = (EscState)esc_sqlite_column_i64(step, 3),
        .role = (uint32_t)esc_sqlite_column_i64(step, 4),
        .owner = esc_sqlite_column_text(step, 5),
        .is_acked = esc_sqlite_column_i64(step, 6) != 0,
        .opened_at_ms = esc_sqlite_column_i64(step, 7),
        .closed_at_ms = esc_sqlite_column_i64(step, 8),
        .outcome = esc_sqlite_column_text(step, 9),
        .step = esc_sqlite_column_text(step, 10),
        .next_due_ms = esc_sqlite_column_i64(step, 11),
    };
}

static EscStatement escalations_statement(const EscEscalationFilter *filter)
{
    if (filter->is_unclosed)
        return filter->ticket.size != 0 ? ESC_STATEMENT_ESCALATIONS_OF_TICKET_UNCLOSED
                                        : ESC_STATEMENT_ESCALATIONS_UNCLOSED;
    if (filter->ticket.size != 0)
        return filter->has_state ? ESC_STATEMENT_ESCALATIONS_OF_TICKET_AND_STATE
                                 : ESC_STATEMENT_ESCALATIONS_OF_TICKET;
    return filter->has_state ? ESC_STATEMENT_ESCALATIONS_OF_STATE
                             : ESC_STATEMENT_ESCALATIONS_BEFORE;
}

EscStatus esc_sqlite_escalations(EscStore *base, const EscEscalationFilter *filter,
                                 EscEscalationVisit *visit, void *context, EscWhy *why)
{
    EscSqliteStep get =
        esc_sqlite_step(esc_sqlite_of(base), escalations_statement(filter), "to list escalations");
    bind_page(&get, filter->before, filter->limit);
    if (filter->ticket.size != 0)
        esc_sqlite_bind_text(&get, filter->ticket);
    if (filter->has_state && !filter->is_unclosed)
        esc_sqlite_bind_i64(&get, filter->state);
    bool goes_on = true;
    while (goes_on && esc_sqlite_next(&get)) {
        EscEscalationRow row = listed_escalation(&get);
        goes_on = visit(context, &row);
    }
    return esc_sqlite_done(&get, why);
}

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
