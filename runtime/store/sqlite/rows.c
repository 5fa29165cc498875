/* rows.c - rows of escalations, tickets and the outbox as the structs of the interface, and the end of a reading. */
#include "sqlite_internal.h"

#include <string.h>

EscStatus esc_sqlite_finish(EscSqliteStep *step, EscStatus said, EscWhy *why)
{
    EscStatus status = esc_sqlite_done(step, said == ESC_OK ? why : NULL);
    return said != ESC_OK ? said : status;
}

EscTicketRow esc_sqlite_ticket_row(const EscSqliteStep *step, int first)
{
    return (EscTicketRow){
        .id = esc_sqlite_column_text(step, first),
        .title = esc_sqlite_column_text(step, first + 1),
        .status = esc_sqlite_column_text(step, first + 2),
        .body = esc_sqlite_column_bytes(step, first + 3),
        .created_at_ms = esc_sqlite_column_i64(step, first + 4),
        .updated_at_ms = esc_sqlite_column_i64(step, first + 5),
        .is_live = esc_sqlite_column_i64(step, first + 6) != 0,
    };
}

EscOutboxEntry esc_sqlite_outbox_entry(const EscSqliteStep *step)
{
    EscOutboxRow row = {
        .id = esc_sqlite_column_u64(step, 0),
        .key = esc_sqlite_column_text(step, 1),
        .escalation = esc_sqlite_column_u64(step, 2),
        .ticket = esc_sqlite_column_text(step, 3),
        .kind = (EscOutboxKind)esc_sqlite_column_i64(step, 4),
        .target = esc_sqlite_column_text(step, 5),
        .medium = esc_sqlite_column_text(step, 6),
        .address = esc_sqlite_column_text(step, 7),
        .body = esc_sqlite_column_text(step, 8),
        .created_at_ms = esc_sqlite_column_i64(step, 9),
        .deadline_ms = esc_sqlite_column_i64(step, 10),
    };
    return (EscOutboxEntry){
        .row = row,
        .attempts = (uint32_t)esc_sqlite_column_i64(step, 11),
        .next_attempt_at_ms = esc_sqlite_column_i64(step, 12),
        .state = (EscDeliveryState)esc_sqlite_column_i64(step, 13),
        .detail = esc_sqlite_column_text(step, 14),
    };
}

EscTaskRow esc_sqlite_task_row(const EscSqliteStep *step)
{
    return (EscTaskRow){
        .escalation = esc_sqlite_column_u64(step, 0),
        .number = (uint32_t)esc_sqlite_column_i64(step, 1),
        .kind = (EscTaskKind)esc_sqlite_column_i64(step, 2),
        .state = (EscTaskState)esc_sqlite_column_i64(step, 3),
        .ticket = esc_sqlite_column_text(step, 4),
        .assignee = esc_sqlite_column_text(step, 5),
        .candidates = esc_sqlite_column_text(step, 6),
        .created_at_ms = esc_sqlite_column_i64(step, 7),
        .due_at_ms = esc_sqlite_column_i64(step, 8),
        .done_at_ms = esc_sqlite_column_i64(step, 9),
        .body = esc_sqlite_column_bytes(step, 10),
    };
}

EscStatus esc_sqlite_escalation_row(const EscSqliteStep *step, EscEscalationRow *row, EscWhy *why)
{
    *row = (EscEscalationRow){
        .id = esc_sqlite_column_u64(step, 0),
        .ticket = esc_sqlite_column_text(step, 1),
        .template_name = esc_sqlite_column_text(step, 2),
        .state = (EscState)esc_sqlite_column_i64(step, 4),
        .role = (uint32_t)esc_sqlite_column_i64(step, 5),
        .owner = esc_sqlite_column_text(step, 6),
        .is_acked = esc_sqlite_column_i64(step, 7) != 0,
        .opened_at_ms = esc_sqlite_column_i64(step, 8),
        .closed_at_ms = esc_sqlite_column_i64(step, 9),
        .outcome = esc_sqlite_column_text(step, 10),
        .step = esc_sqlite_column_text(step, 11),
        .next_due_ms = esc_sqlite_column_i64(step, 12),
        .body = esc_sqlite_column_bytes(step, 13),
        .version = esc_sqlite_column_u64(step, 14),
        .account = esc_sqlite_column_text(step, 15),
        .severity = esc_sqlite_column_text(step, 16),
        .rank = (uint32_t)-esc_sqlite_column_i64(step, 17),
        .due_ms = esc_sqlite_column_i64(step, 18),
    };
    if (row->due_ms == INT64_MAX)
        row->due_ms = 0;
    EscBytes hash = esc_sqlite_column_bytes(step, 3);
    if (hash.size == 0) /* somebody has deleted what the schema refers to */
        return esc_why(why, ESC_STORE_DAMAGED, "", row->id,
                       "escalation E-%llu is pinned to a bundle that the store has lost",
                       (unsigned long long)row->id);
    ESC_ASSERT(hash.size == sizeof row->bundle_hash); /* the schema's CHECK */
    memcpy(row->bundle_hash, hash.data, hash.size);
    return ESC_OK;
}
