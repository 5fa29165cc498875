/* audit.c - the audit trail: records of one ticket that follow each other in a group are one row.
 *
 * A row says the first record's number, how many there are, the last one's time and the ticket. Its bytes: one for the
 * version of this form, then for each record its time, its escalation (unsigned LEB128 each) and kind, actor, place, text
 * and data, each behind its size. Everything that a list needs to find a row by is a column of its own. */
#include "sqlite_internal.h"

#define AUDIT_VERSION 1
#define RECORDS_BYTES_SOON ((size_t)1 << 20) /* so many do not wait for more */

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

/* Rows that wait to be written by one statement. */
typedef struct Rows {
    struct {
        const EscAuditRow *first;
        size_t count, from, to; /* bytes of store->records */
    } items[ESC_SQLITE_AUDIT_AT_ONCE];
    size_t count;
} Rows;

static void bind_row(EscSqliteStep *put, const Rows *rows, size_t i)
{
    const EscAuditRow *first = rows->items[i].first;
    size_t count = rows->items[i].count, from = rows->items[i].from;
    esc_sqlite_bind_u64(put, first->seq);
    esc_sqlite_bind_u64(put, count);
    esc_sqlite_bind_i64(put, first[count - 1].at_ms);
    esc_sqlite_bind_text(put, first->ticket);
    esc_sqlite_bind_bytes(put,
                          (EscBytes){put->store->records.data + from, rows->items[i].to - from});
}

/* Those that wait: all by one statement when there are as many as it takes, or one by one. */
static EscStatus write_rows(EscSqlite *store, Rows *rows, EscWhy *why)
{
    bool are_many = rows->count == ESC_SQLITE_AUDIT_AT_ONCE;
    EscStatus status = store->records.status;
    if (status != ESC_OK)
        return esc_why(why, status, "", rows->items[0].first->seq, "no memory for audit records");
    for (size_t done = 0, count = 0; done < rows->count && status == ESC_OK; done += count) {
        count = are_many ? rows->count : 1;
        EscSqliteStep put =
            esc_sqlite_step(store, are_many ? ESC_STATEMENT_AUDITS_PUT : ESC_STATEMENT_AUDIT_PUT,
                            "to write the audit trail");
        for (size_t i = done; i < done + count; i++)
            bind_row(&put, rows, i);
        status = esc_sqlite_write(&put, (int)count, why);
    }
    rows->count = 0;
    esc_buf_clear(&store->records);
    return status;
}

/* `count` records of one ticket as the next row. */
static EscStatus put_row(EscSqlite *store, Rows *rows, const EscAuditRow *first, size_t count,
                         EscWhy *why)
{
    size_t from = store->records.size;
    esc_buf_u8(&store->records, AUDIT_VERSION);
    for (size_t i = 0; i < count; i++)
        add(&store->records, &first[i]);
    rows->items[rows->count].first = first;
    rows->items[rows->count].count = count;
    rows->items[rows->count].from = from;
    rows->items[rows->count++].to = store->records.size;
    bool is_full =
        rows->count == ESC_SQLITE_AUDIT_AT_ONCE || store->records.size > RECORDS_BYTES_SOON;
    return is_full ? write_rows(store, rows, why) : ESC_OK;
}

static size_t of_one_ticket(const EscAuditRow *rows, size_t count)
{
    size_t alike = 1;
    while (alike < count && alike < ESC_SQLITE_AUDIT_RECORDS_MAX &&
           esc_text_equal(rows[alike].ticket, rows[0].ticket))
        alike++;
    return alike;
}

static EscStatus check_kinds(const EscAuditRow *rows, size_t count, EscWhy *why)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].kind.size == 0)
            return esc_why(why, ESC_STORE_FAILED, "", rows[i].seq, "audit record %llu has no kind",
                           (unsigned long long)rows[i].seq);
    }
    return ESC_OK;
}

EscStatus esc_sqlite_audit_put(EscSqlite *store, const EscAuditRow *rows, size_t count, EscWhy *why)
{
    Rows waiting = {.count = 0};
    EscStatus status = check_kinds(rows, count, why);
    esc_buf_clear(&store->records);
    for (size_t done = 0, alike = 0; done < count && status == ESC_OK; done += alike) {
        alike = of_one_ticket(rows + done, count - done);
        status = put_row(store, &waiting, rows + done, alike, why);
    }
    return status == ESC_OK ? write_rows(store, &waiting, why) : status;
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
