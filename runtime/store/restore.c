/* restore.c - fills an engine from the file: counters and absences, then tickets, escalations, timers, outbox.
 *
 * The engine copies what it keeps: rows are borrowed from the statement until its next step. */
#include "store_internal.h"

#include <string.h>

/* Ends a reading: what the engine said counts before what SQLite says. */
static EscStatus finish(EscStoreStep *step, EscStatus said, EscWhy *why)
{
    EscStatus status = esc_store_done(step, said == ESC_OK ? why : NULL);
    return said != ESC_OK ? said : status;
}

static EscStatus restore_counters(EscStore *store, EscEngine *engine, EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_STATE_GET, "to read its state");
    if (esc_store_next(&get)) {
        EscCounters counters = {
            .next_escalation = esc_store_column_u64(&get, 2),
            .next_ticket = esc_store_column_u64(&get, 3),
            .next_outbox = esc_store_column_u64(&get, 4),
            .next_audit = esc_store_column_u64(&get, 5),
            .next_timer = esc_store_column_u64(&get, 6),
            .time_ms = esc_store_column_i64(&get, 7),
        };
        esc_engine_restore_counters(engine, &counters, esc_store_column_text(&get, 8));
    }
    return finish(&get, ESC_OK, why);
}

static EscStatus restore_tickets(EscStore *store, EscEngine *engine, EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_TICKETS_LIVE, "to read tickets");
    EscStatus status = ESC_OK;
    while (status == ESC_OK && esc_store_next(&get)) {
        EscTicketRow row = esc_store_ticket_row(&get);
        status = esc_engine_restore_ticket(engine, &row, why);
    }
    return finish(&get, status, why);
}

static EscEscalationRow escalation_row(const EscStoreStep *step)
{
    EscEscalationRow row = {
        .id = esc_store_column_u64(step, 0),
        .ticket = esc_store_column_text(step, 1),
        .template_name = esc_store_column_text(step, 2),
        .state = (EscState)esc_store_column_i64(step, 4),
        .role = (uint32_t)esc_store_column_i64(step, 5),
        .owner = esc_store_column_text(step, 6),
        .is_acked = esc_store_column_i64(step, 7) != 0,
        .opened_at_ms = esc_store_column_i64(step, 8),
        .closed_at_ms = esc_store_column_i64(step, 9),
        .outcome = esc_store_column_text(step, 10),
        .step = esc_store_column_text(step, 11),
        .next_due_ms = esc_store_column_i64(step, 12),
        .frame = esc_store_column_bytes(step, 13),
        .below = esc_store_column_bytes(step, 14),
        .state_json = esc_store_column_text(step, 15),
        .start_event = esc_store_column_text(step, 16),
    };
    EscBytes hash = esc_store_column_bytes(step, 3);
    if (hash.size == sizeof row.bundle_hash)
        memcpy(row.bundle_hash, hash.data, hash.size); /* any other hash is that of no bundle: parked */
    return row;
}

static EscStatus restore_escalations(EscStore *store, EscEngine *engine, EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_ESCALATIONS_LIVE, "to read escalations");
    EscStatus status = ESC_OK;
    while (status == ESC_OK && esc_store_next(&get)) {
        EscEscalationRow row = escalation_row(&get);
        status = esc_engine_restore_escalation(engine, &row, why);
    }
    return finish(&get, status, why);
}

static EscStatus restore_timers(EscStore *store, EscEngine *engine, EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_TIMERS, "to read timers");
    EscStatus status = ESC_OK;
    while (status == ESC_OK && esc_store_next(&get)) {
        EscTimerRow row = {
            .due_ms = esc_store_column_i64(&get, 0),
            .seq = esc_store_column_u64(&get, 1),
            .escalation = esc_store_column_u64(&get, 2),
            .ticket = esc_store_column_text(&get, 3),
            .kind = (uint32_t)esc_store_column_i64(&get, 4),
            .index = (uint32_t)esc_store_column_i64(&get, 5),
        };
        status = esc_engine_restore_timer(engine, &row);
        if (status != ESC_OK)
            esc_why(why, status, "", row.seq, "the engine refused timer %llu",
                    (unsigned long long)row.seq);
    }
    return finish(&get, status, why);
}

static EscStatus restore_outbox(EscStore *store, EscEngine *engine, EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_OUTBOX_UNSETTLED, "to read the outbox");
    EscStatus status = ESC_OK;
    while (status == ESC_OK && esc_store_next(&get)) {
        EscOutboxRow row = esc_store_outbox_row(&get);
        status = esc_engine_restore_outbox(engine, &row);
        if (status != ESC_OK)
            esc_why(why, status, "", row.id, "the engine refused outbox row %llu",
                    (unsigned long long)row.id);
    }
    return finish(&get, status, why);
}

EscStatus esc_store_restore(EscStore *store, EscEngine *engine, EscWhy *why)
{
    EscStatus status = restore_counters(store, engine, why);
    if (status == ESC_OK)
        status = restore_tickets(store, engine, why);
    if (status == ESC_OK)
        status = restore_escalations(store, engine, why);
    if (status == ESC_OK)
        status = restore_timers(store, engine, why);
    if (status == ESC_OK)
        status = restore_outbox(store, engine, why);
    return status;
}
