/* migrate.c - a file of an older schema becomes one of ours, inside the transaction that opening runs in.
 *
 * Version 2 lacks a table, which is made, version 3 columns of escalations, and version 4 the table of tasks. Of version 1 the old tables are renamed, the new ones made as for a new file, the rows copied, the old ones dropped. Audit records are
 * packed; the rest is copied as it is: contents of events that were never kept stay unkept, and starts of escalations stay
 * in start_event. Bodies of that time are JSON: the engine reads the fields of a ticket from it, and parks an escalation
 * that it finds open, for a person to go on. Timers and absences are not taken over. The log grows by about the size of the file meanwhile. */
#include "sqlite_internal.h"

#include <stdlib.h>

static const char set_aside[] =
    "DROP INDEX escalation_by_state; DROP INDEX escalation_by_ticket; DROP INDEX outbox_unsettled;"
    "DROP INDEX audit_by_ticket; DROP INDEX evidence_by_escalation;"
    "ALTER TABLE state RENAME TO old_state; ALTER TABLE bundle RENAME TO old_bundle;"
    "ALTER TABLE event RENAME TO old_event; ALTER TABLE ticket RENAME TO old_ticket;"
    "ALTER TABLE escalation RENAME TO old_escalation;"
    "ALTER TABLE start_event RENAME TO old_start_event; ALTER TABLE timer RENAME TO old_timer;"
    "ALTER TABLE outbox RENAME TO old_outbox; ALTER TABLE audit RENAME TO old_audit;"
    "ALTER TABLE evidence RENAME TO old_evidence;";

static const char copy[] =
    "INSERT INTO bundle (key, hash, at_ms, bytes) SELECT key, hash, at_ms, bytes FROM old_bundle;"
    "INSERT INTO event (source, id, digest, received_at_ms, content, slot) "
    "SELECT source, id, digest, received_at_ms, 0, 0 FROM old_event;"
    "INSERT INTO ticket (key, id, title, status, body, created_at_ms, updated_at_ms, is_live) "
    "SELECT key, id, title, status, CAST(fields AS BLOB), created_at_ms, updated_at_ms, "
    "id IN (SELECT ticket FROM old_escalation WHERE state < 3) FROM old_ticket;"
    "INSERT INTO escalation (id, ticket, template, bundle, state, role, owner, is_acked, "
    "opened_at_ms, closed_at_ms, outcome, step, next_due_ms, body, start, start_slot) "
    "SELECT id, ticket, template, bundle, state, role, owner, is_acked, opened_at_ms, "
    "closed_at_ms, outcome, step, next_due_ms, CAST(engine AS BLOB), 0, 0 "
    "FROM old_escalation;"
    "INSERT INTO start_event (escalation, json) SELECT escalation, json FROM old_start_event;"
    "INSERT INTO outbox (id, key, escalation, ticket, kind, target, medium, address, body, "
    "created_at_ms, deadline_ms, state, attempts, next_attempt_at_ms, detail) "
    "SELECT id, key, escalation, ticket, kind, target, medium, address, body, created_at_ms, "
    "deadline_ms, state, attempts, next_attempt_at_ms, detail FROM old_outbox;"
    "INSERT INTO evidence (key, escalation, name, hash, at_ms, content) "
    "SELECT key, escalation, name, hash, at_ms, content FROM old_evidence;";

static const char drop[] =
    "DROP TABLE old_escalation; DROP TABLE old_bundle; DROP TABLE old_event; DROP TABLE old_ticket;"
    "DROP TABLE old_start_event; DROP TABLE old_timer; DROP TABLE old_outbox; DROP TABLE old_audit;"
    "DROP TABLE old_evidence; DROP TABLE old_state;";

static EscStatus run(EscSqlite *store, const char *sql, EscWhy *why)
{
    int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ESC_OK : esc_sqlite_why(store, rc, "to migrate its tables", why);
}

/* --- state --------------------------------------------------------------------------------------- */

static EscStatus copy_state(EscSqlite *store, const uint8_t *id, EscWhy *why)
{
    sqlite3_stmt *insert = NULL;
    int rc = sqlite3_prepare_v2(
        store->db,
        "INSERT INTO state (id, workspace, store_id, epoch, groups, is_clean, next_escalation, "
        "next_ticket, next_outbox, next_audit, next_timer, next_content, time_ms, body) "
        "SELECT 1, workspace, ?1, 0, 0, is_clean, next_escalation, next_ticket, next_outbox, "
        "next_audit, next_timer, 1, time_ms, x'' FROM old_state",
        -1, &insert, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_blob(insert, 1, id, ESC_STORE_ID_SIZE, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(insert);
    EscStatus status =
        rc == SQLITE_DONE ? ESC_OK : esc_sqlite_why(store, rc, "to migrate its state", why);
    sqlite3_finalize(insert);
    return status;
}

/* --- audit --------------------------------------------------------------------------------------- */

/* Records of one ticket that follow each other. */
typedef struct Run {
    EscArena *arena;
    EscAuditRow rows[ESC_SQLITE_AUDIT_RECORDS_MAX];
    size_t count;
} Run;

static EscText column(EscArena *arena, sqlite3_stmt *query, int number)
{
    const void *data = sqlite3_column_blob(query, number);
    return esc_arena_text(arena, (EscText){data, (size_t)sqlite3_column_bytes(query, number)});
}

static EscStatus flush_run(EscSqlite *store, Run *records, EscWhy *why)
{
    if (esc_arena_failed(records->arena))
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory to migrate the audit trail");
    EscStatus status = esc_sqlite_audit_put(store, records->rows, records->count, why);
    records->count = 0;
    esc_arena_clear(records->arena);
    return status;
}

static EscStatus add_record(EscSqlite *store, Run *records, sqlite3_stmt *query, EscWhy *why)
{
    EscText ticket = {sqlite3_column_blob(query, 3), (size_t)sqlite3_column_bytes(query, 3)};
    bool is_full = records->count == ESC_SQLITE_AUDIT_RECORDS_MAX;
    EscStatus status = ESC_OK;
    if (is_full || (records->count > 0 && !esc_text_equal(records->rows[0].ticket, ticket)))
        status = flush_run(store, records, why);
    records->rows[records->count++] = (EscAuditRow){
        .seq = (uint64_t)sqlite3_column_int64(query, 0),
        .at_ms = sqlite3_column_int64(query, 1),
        .escalation = (uint64_t)sqlite3_column_int64(query, 2),
        .ticket = column(records->arena, query, 3),
        .kind = column(records->arena, query, 4),
        .actor = column(records->arena, query, 5),
        .place = column(records->arena, query, 6),
        .text = column(records->arena, query, 7),
        .data = column(records->arena, query, 8),
    };
    return status;
}

static EscStatus copy_records(EscSqlite *store, Run *records, EscWhy *why)
{
    sqlite3_stmt *query = NULL;
    int rc = sqlite3_prepare_v2(store->db,
                                "SELECT seq, at_ms, escalation, ticket, kind, actor, place, text, "
                                "data FROM old_audit ORDER BY seq",
                                -1, &query, NULL);
    EscStatus status = ESC_OK;
    while (rc == SQLITE_OK && status == ESC_OK) {
        int step = sqlite3_step(query);
        if (step != SQLITE_ROW) {
            rc = step;
            break;
        }
        status = add_record(store, records, query, why);
    }
    if (status == ESC_OK && rc != SQLITE_DONE)
        status = esc_sqlite_why(store, rc, "to migrate the audit trail", why);
    sqlite3_finalize(query);
    return status == ESC_OK ? flush_run(store, records, why) : status;
}

static EscStatus copy_audit(EscSqlite *store, EscWhy *why)
{
    Run *records = calloc(1, sizeof *records);
    EscArena *arena = esc_arena_new(ESC_SQLITE_AUDIT_BYTES_MAX);
    EscStatus status =
        records == NULL || arena == NULL
            ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory to migrate the audit trail")
            : esc_sqlite_statements_prepare(store, why);
    if (status == ESC_OK) {
        records->arena = arena;
        status = copy_records(store, records, why);
    }
    esc_sqlite_statements_finalize(store);
    esc_arena_free(arena);
    free(records);
    return status;
}

/* As schema.sql says it. */
EscStatus esc_sqlite_migrate_2(EscSqlite *store, EscWhy *why)
{
    return run(store,
               "CREATE TABLE kept (id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), "
               "body BLOB NOT NULL) STRICT, WITHOUT ROWID",
               why);
}

/* What lists are filtered by is in no body of that time: it is there when the row is written next. */
EscStatus esc_sqlite_migrate_3(EscSqlite *store, EscWhy *why)
{
    return run(
        store,
        "ALTER TABLE escalation ADD COLUMN version INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE escalation ADD COLUMN account TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE escalation ADD COLUMN severity TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE escalation ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE escalation ADD COLUMN due_ms INTEGER NOT NULL DEFAULT 9223372036854775807;"
        "CREATE INDEX escalation_by_due ON escalation (due_ms, id, rank, state, owner, template, "
        "account, severity) WHERE state < 3;"
        "CREATE INDEX escalation_by_rank ON escalation (rank, due_ms, id, state, owner, template, "
        "account, severity) WHERE state < 3",
        why);
}

EscStatus esc_sqlite_migrate_4(EscSqlite *store, EscWhy *why)
{
    return run(
        store,
        "CREATE TABLE task (key INTEGER PRIMARY KEY, escalation INTEGER NOT NULL, "
        "number INTEGER NOT NULL CHECK (number > 0), "
        "kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 5), "
        "state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4), ticket TEXT NOT NULL, "
        "assignee TEXT NOT NULL, candidates TEXT NOT NULL, created_at_ms INTEGER NOT NULL, "
        "due_at_ms INTEGER NOT NULL, done_at_ms INTEGER NOT NULL, body BLOB NOT NULL, "
        "UNIQUE (escalation, number)) STRICT;"
        "CREATE INDEX task_open ON task (escalation, number) WHERE state < 2",
        why);
}

EscStatus esc_sqlite_migrate(EscSqlite *store, const uint8_t id[ESC_STORE_ID_SIZE], EscWhy *why)
{
    EscStatus status = run(store, set_aside, why);
    if (status == ESC_OK)
        status = run(store, esc_sqlite_schema_sql, why);
    if (status == ESC_OK)
        status = run(store, copy, why);
    if (status == ESC_OK)
        status = copy_state(store, id, why);
    if (status == ESC_OK)
        status = copy_audit(store, why);
    if (status == ESC_OK)
        status = run(store, drop, why);
    return status;
}
