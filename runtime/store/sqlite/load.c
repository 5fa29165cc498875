/* load.c - the live rows for a start: counters and the workspace's body, then tickets, escalations, outbox and what is counted, in the order that
 * the sink wants. */
#include "sqlite_internal.h"

#include <string.h>

#define LOADED_ROWS 512
#define JOINED_TICKET 19 /* the first column of its ticket in ESCALATIONS_LIVE */

static EscStatus load_counters(EscSqlite *store, const EscStoreSink *sink, EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_STATE_GET, "to read its state");
    EscStatus status = ESC_OK;
    if (esc_sqlite_next(&get)) {
        EscCounters counters = {
            .next_escalation = esc_sqlite_column_u64(&get, 2),
            .next_ticket = esc_sqlite_column_u64(&get, 3),
            .next_outbox = esc_sqlite_column_u64(&get, 4),
            .next_audit = esc_sqlite_column_u64(&get, 5),
            .next_timer = esc_sqlite_column_u64(&get, 6),
            .time_ms = esc_sqlite_column_i64(&get, 7),
        };
        status = sink->counters(sink->context, &counters, esc_sqlite_column_bytes(&get, 8), why);
    }
    return esc_sqlite_finish(&get, status, why);
}

/* Pages that a start has read are read once: they go again, a few hundred rows behind, and do not fill the cache. */
static void pages_forget(EscSqlite *store, size_t rows)
{
    if (rows % LOADED_ROWS == 0)
        (void)sqlite3_db_release_memory(store->db);
}

static EscStatus load_tickets(EscSqlite *store, const EscStoreSink *sink, EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_TICKETS_LIVE, "to read tickets");
    EscStatus status = ESC_OK;
    for (size_t rows = 1; status == ESC_OK && esc_sqlite_next(&get); rows++) {
        pages_forget(store, rows);
        if (!esc_store_sink_wants(sink, esc_sqlite_column_text(&get, 0)))
            continue; /* most came with their escalations: no more of the row is read */
        EscTicketRow row = esc_sqlite_ticket_row(&get, 0);
        status = sink->ticket(sink->context, &row, why);
    }
    return esc_sqlite_finish(&get, status, why);
}

/* The ticket of an escalation comes first, to a sink that wants it by then. */
static EscStatus give_joined_ticket(const EscSqliteStep *get, const EscStoreSink *sink, EscWhy *why)
{
    EscText id = esc_sqlite_column_text(get, JOINED_TICKET);
    if (id.size == 0 || sink->has_ticket == NULL || !esc_store_sink_wants(sink, id))
        return ESC_OK;
    EscTicketRow row = esc_sqlite_ticket_row(get, JOINED_TICKET);
    return sink->ticket(sink->context, &row, why);
}

static EscStatus load_escalations(EscSqlite *store, const EscStoreSink *sink, EscWhy *why)
{
    EscSqliteStep get =
        esc_sqlite_step(store, ESC_STATEMENT_ESCALATIONS_LIVE, "to read escalations");
    EscStatus status = ESC_OK;
    for (size_t rows = 1; status == ESC_OK && esc_sqlite_next(&get); rows++) {
        pages_forget(store, rows);
        EscEscalationRow row;
        status = give_joined_ticket(&get, sink, why);
        if (status == ESC_OK)
            status = esc_sqlite_escalation_row(&get, &row, why);
        if (status == ESC_OK)
            status = sink->escalation(sink->context, &row, why);
    }
    return esc_sqlite_finish(&get, status, why);
}

static EscStatus load_outbox(EscSqlite *store, const EscStoreSink *sink, EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_OUTBOX_QUEUED, "to read the outbox");
    EscStatus status = ESC_OK;
    for (size_t rows = 1; status == ESC_OK && esc_sqlite_next(&get); rows++) {
        pages_forget(store, rows);
        EscOutboxEntry entry = esc_sqlite_outbox_entry(&get);
        status = sink->outbox(sink->context, &entry, why);
    }
    return esc_sqlite_finish(&get, status, why);
}

static EscStatus load_kept(EscSqlite *store, const EscStoreSink *sink, EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_KEPT_ALL, "to read what is counted");
    EscStatus status = ESC_OK;
    for (size_t rows = 1; status == ESC_OK && esc_sqlite_next(&get); rows++) {
        pages_forget(store, rows);
        EscBytes id = esc_sqlite_column_bytes(&get, 0);
        EscKeptRow row = {.body = esc_sqlite_column_bytes(&get, 1)};
        ESC_ASSERT(id.size == sizeof row.id); /* the schema's CHECK */
        memcpy(row.id, id.data, id.size);
        status = sink->kept(sink->context, &row, why);
    }
    return esc_sqlite_finish(&get, status, why);
}

static EscStatus load_tasks(EscSqlite *store, const EscStoreSink *sink, EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_TASKS_OPEN, "to read tasks");
    esc_sqlite_bind_u64(&get, 0);
    esc_sqlite_bind_i64(&get, 0);
    EscStatus status = ESC_OK;
    for (size_t rows = 1; status == ESC_OK && esc_sqlite_next(&get); rows++) {
        pages_forget(store, rows);
        EscTaskRow row = esc_sqlite_task_row(&get);
        status = sink->task(sink->context, &row, why);
    }
    return esc_sqlite_finish(&get, status, why);
}

EscStatus esc_sqlite_load(EscStore *base, const EscStoreSink *sink, EscWhy *why)
{
    EscSqlite *store = esc_sqlite_of(base);
    EscStatus status = load_counters(store, sink, why);
    if (status == ESC_OK && sink->has_ticket == NULL)
        status = load_tickets(store, sink, why);
    if (status == ESC_OK)
        status = load_escalations(store, sink, why);
    if (status == ESC_OK && sink->has_ticket != NULL)
        status = load_tickets(store, sink, why);
    if (status == ESC_OK)
        status = load_outbox(store, sink, why);
    if (status == ESC_OK)
        status = load_kept(store, sink, why);
    if (status == ESC_OK)
        status = load_tasks(store, sink, why);
    return status;
}

EscStatus esc_sqlite_bundles_needed(EscStore *base, EscBundleVisit *visit, void *context,
                                    EscWhy *why)
{
    EscSqliteStep get =
        esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_BUNDLES_NEEDED, "to read bundles");
    EscStatus status = ESC_OK;
    while (status == ESC_OK && esc_sqlite_next(&get)) {
        EscBytes hash = esc_sqlite_column_bytes(&get, 0);
        EscBundleRow row = {.at_ms = esc_sqlite_column_i64(&get, 1),
                            .bytes = esc_sqlite_column_bytes(&get, 2)};
        ESC_ASSERT(hash.size == sizeof row.hash); /* the schema's CHECK */
        memcpy(row.hash, hash.data, hash.size);
        status = visit(context, &row, why);
    }
    return esc_sqlite_finish(&get, status, why);
}
