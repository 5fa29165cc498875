/* audit.c - the audit trail: records of one ticket that follow each other in a group are one row.
 *
 * A row says the first record's number, how many there are, the last one's time and the ticket. Its bytes: one for the
 * version of this form, then for each record its time, its escalation (unsigned LEB128 each) and kind, actor, place, text
 * and data, each behind its size. Everything that a list needs to find a row by is a column of its own. */
#include "sqlite_internal.h"

#define AUDIT_VERSION 1

/* --- packing ----------------------------------------------------------------------------------- */

static void put_number(EscBuf *out, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        esc_buf_u8(out, (uint8_t)(number | 0x80));
    esc_buf_u8(out, (uint8_t)number);
}

static void put_text(EscBuf *out, EscText text)
{
    put_number(out, text.size);
    esc_buf_text(out, text);
}

static void begin(EscBuf *out)
{
    esc_buf_clear(out);
    esc_buf_u8(out, AUDIT_VERSION);
}

static void add(EscBuf *out, const EscAuditRow *row)
{
    put_number(out, (uint64_t)row->at_ms);
    put_number(out, row->escalation);
    put_text(out, row->kind);
    put_text(out, row->actor);
    put_text(out, row->place);
    put_text(out, row->text);
    put_text(out, row->data);
}

static EscStatus write_row(EscSqlite *store, const EscAuditRow *first, size_t count, EscWhy *why)
{
    if (store->records.status != ESC_OK)
        return esc_why(why, store->records.status, "", first->seq, "no memory for audit records");
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_AUDIT_PUT, "to write the audit trail");
    esc_sqlite_bind_u64(&put, first->seq);
    esc_sqlite_bind_u64(&put, count);
    esc_sqlite_bind_i64(&put, first[count - 1].at_ms);
    esc_sqlite_bind_text(&put, first->ticket);
    esc_sqlite_bind_bytes(&put, esc_buf_as_bytes(&store->records));
    return esc_sqlite_write(&put, 1, why);
}

EscStatus esc_sqlite_audit_put(EscSqlite *store, const EscAuditRow *rows, size_t count, EscWhy *why)
{
    EscStatus status = ESC_OK;
    size_t first = 0;
    for (size_t i = 0; i < count && status == ESC_OK; i++) {
        if (rows[i].kind.size == 0)
            return esc_why(why, ESC_STORE_FAILED, "", rows[i].seq, "audit record %llu has no kind",
                           (unsigned long long)rows[i].seq);
        if (i == first)
            begin(&store->records);
        add(&store->records, &rows[i]);
        bool is_last = i + 1 == count || i + 1 - first == ESC_SQLITE_AUDIT_RECORDS_MAX ||
                       !esc_text_equal(rows[i + 1].ticket, rows[first].ticket);
        if (!is_last)
            continue;
        status = write_row(store, &rows[first], i + 1 - first, why);
        first = i + 1;
    }
    return status;
}

/* --- unpacking --------------------------------------------------------------------------------- */

static uint64_t get_number(EscCursor *cursor)
{
    uint64_t number = 0;
    uint8_t byte = 0x80;
    for (unsigned shift = 0; shift < 64 && (byte & 0x80) != 0; shift += 7) {
        byte = esc_cursor_u8(cursor);
        number |= (uint64_t)(byte & 0x7f) << shift;
    }
    return number;
}

static EscText get_text(EscCursor *cursor)
{
    uint64_t size = get_number(cursor);
    size_t left = esc_cursor_left(cursor);
    EscBytes bytes = esc_cursor_bytes(cursor, size > left ? left + 1 : (size_t)size);
    return (EscText){(const char *)bytes.data, bytes.size};
}

static EscAuditRow get_record(EscCursor *cursor, uint64_t seq, EscText ticket)
{
    EscAuditRow row = {.seq = seq, .ticket = ticket};
    row.at_ms = (int64_t)get_number(cursor);
    row.escalation = get_number(cursor);
    row.kind = get_text(cursor);
    row.actor = get_text(cursor);
    row.place = get_text(cursor);
    row.text = get_text(cursor);
    row.data = get_text(cursor);
    return row;
}

/* A list while it is given. */
typedef struct Reading {
    const EscAuditFilter *filter;
    EscAuditVisit *visit;
    void *context;
    size_t given;
    bool is_over;
} Reading;

static EscStatus give_row(const EscSqliteStep *get, Reading *reading, EscWhy *why)
{
    uint64_t seq = esc_sqlite_column_u64(get, 0), count = esc_sqlite_column_u64(get, 1);
    EscText ticket = esc_sqlite_column_text(get, 2);
    EscCursor cursor = esc_cursor(esc_sqlite_column_bytes(get, 3));
    bool is_known = esc_cursor_u8(&cursor) == AUDIT_VERSION;
    for (uint64_t i = 0; i < count && is_known && !reading->is_over; i++) {
        EscAuditRow row = get_record(&cursor, seq + i, ticket);
        if (cursor.failed)
            break;
        const EscAuditFilter *filter = reading->filter;
        if (row.seq <= filter->after ||
            (filter->escalation != 0 && row.escalation != filter->escalation))
            continue;
        reading->is_over =
            !reading->visit(reading->context, &row) || ++reading->given == filter->limit;
    }
    if (is_known && !cursor.failed)
        return ESC_OK;
    return esc_why(why, ESC_STORE_FAILED, "", seq,
                   "the store is damaged: audit records from %llu do not unpack",
                   (unsigned long long)seq);
}

EscStatus esc_sqlite_audit(EscStore *base, const EscAuditFilter *filter, EscAuditVisit *visit,
                           void *context, EscWhy *why)
{
    EscStatement statement = filter->escalation != 0    ? ESC_STATEMENT_AUDIT_OF_ESCALATION
                             : filter->ticket.size != 0 ? ESC_STATEMENT_AUDIT_OF_TICKET
                                                        : ESC_STATEMENT_AUDIT_AFTER;
    EscSqliteStep get = esc_sqlite_step(esc_sqlite_of(base), statement, "to read the audit trail");
    /* The row that holds the next record may begin this much earlier. */
    esc_sqlite_bind_i64(&get, (int64_t)filter->after - ESC_SQLITE_AUDIT_RECORDS_MAX);
    if (filter->escalation != 0)
        esc_sqlite_bind_u64(&get, filter->escalation);
    else if (filter->ticket.size != 0)
        esc_sqlite_bind_text(&get, filter->ticket);
    Reading reading = {filter, visit, context, 0, filter->limit == 0};
    EscStatus status = ESC_OK;
    while (status == ESC_OK && !reading.is_over && esc_sqlite_next(&get))
        status = give_row(&get, &reading, why);
    return esc_sqlite_finish(&get, status, why);
}
