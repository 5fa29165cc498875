/* store_internal.h - what the files of the store share: the connection, its prepared statements and how values
 * go in and out of them. */
#ifndef ESC_STORE_INTERNAL_H
#define ESC_STORE_INTERNAL_H

#include <sqlite3.h>

#include <esc/store.h>

#define ESC_STORE_SCHEMA_VERSION 1
#define ESC_STORE_APPLICATION_ID 0x45736361 /* "Esca": says in the file's header whose it is */
#define ESC_STORE_PAGE_SIZE 4096
#define ESC_STORE_CHECKPOINT_PAGES 8000 /* 32 MB: a checkpoint every few thousand events, not every few hundred */
#define ESC_STORE_CACHE_KIB (256 * 1024)
#define ESC_STORE_LIST_MAX 1000         /* rows of one reading for the API */
#define ESC_STORE_DIGEST_SIZE 16        /* of an event; collisions matter within one (source, id) only */

typedef enum EscStoreSql {
#define ESC_SQL(name, text) ESC_STORE_SQL_##name,
#include "statements.def"
#undef ESC_SQL
    ESC_STORE_SQL_COUNT
} EscStoreSql;

struct EscStore {
    sqlite3 *db;
    sqlite3_stmt *statements[ESC_STORE_SQL_COUNT];
    uint64_t next_audit;      /* the sequence number that the next audit row must have */
    uint64_t next_audit_kept; /* as of the last commit, for a rollback */
    bool is_in_transaction;
    bool has_failed;          /* a write failed: nothing more is written, and the file is not marked clean */
};

/* Sorted by what can be done: busy, full, no memory, or failed for good. SQLITE_OK, ROW and DONE are ESC_OK. */
EscStatus esc_store_status(sqlite3 *db, int rc);
/* The same, with SQLite's own words in *why. `doing` completes "the store failed …". */
EscStatus esc_store_why(EscStore *store, int rc, const char *doing, EscWhy *why);

ESC_MUST_USE EscStatus esc_store_statements_prepare(EscStore *store, EscWhy *why);
void esc_store_statements_finalize(EscStore *store);

/* A statement while its values are bound and its rows are read. Binding errors stick until the first step. */
typedef struct EscStoreStep {
    EscStore *store;
    sqlite3_stmt *statement;
    const char *doing;
    int parameter; /* number of the last one bound */
    int rc;
} EscStoreStep;

EscStoreStep esc_store_step(EscStore *store, EscStoreSql sql, const char *doing);
/* Each binds the next parameter. Texts and bytes are borrowed until the step is done. */
void esc_store_bind_text(EscStoreStep *step, EscText text);
void esc_store_bind_bytes(EscStoreStep *step, EscBytes bytes);
void esc_store_bind_i64(EscStoreStep *step, int64_t value);
void esc_store_bind_u64(EscStoreStep *step, uint64_t value);
/* True while there is a row to read. */
bool esc_store_next(EscStoreStep *step);
/* Ends the step in any state and makes the statement ready for the next. */
ESC_MUST_USE EscStatus esc_store_done(EscStoreStep *step, EscWhy *why);
/* For a statement without rows: steps and ends it. changes_wanted -1: any number of changed rows. */
ESC_MUST_USE EscStatus esc_store_write(EscStoreStep *step, int changes_wanted, EscWhy *why);

/* Columns of the present row; what they point to holds until the next step. */
EscText esc_store_column_text(const EscStoreStep *step, int column);
EscBytes esc_store_column_bytes(const EscStoreStep *step, int column);
int64_t esc_store_column_i64(const EscStoreStep *step, int column);
uint64_t esc_store_column_u64(const EscStoreStep *step, int column);

/* settings.c: applies the settings to a new connection, then reads each one back. */
ESC_MUST_USE EscStatus esc_store_settings_apply(sqlite3 *db, EscWhy *why);
/* After the schema stands: no definition, ATTACH or PRAGMA can be prepared any more. */
ESC_MUST_USE EscStatus esc_store_settings_lock(sqlite3 *db, EscWhy *why);
/* place.c: refuses network file systems, and creates the file for its owner alone when there is none. */
ESC_MUST_USE EscStatus esc_store_place_check(const char *path, EscWhy *why);

/* Rows of these statements as the structs of the interface; texts hold until the next step. */
EscTicketRow esc_store_ticket_row(const EscStoreStep *step);
EscOutboxRow esc_store_outbox_row(const EscStoreStep *step);

extern const char esc_store_schema_sql[]; /* schema.sql */

#endif
