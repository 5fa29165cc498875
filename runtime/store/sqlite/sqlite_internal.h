/* sqlite_internal.h - what the files of this store share: the connection, its prepared statements
 * and how values go in and out of them. */
#ifndef ESC_SQLITE_INTERNAL_H
#define ESC_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include <esc/store_sqlite.h>

#define ESC_SQLITE_SCHEMA_VERSION 5
#define ESC_SQLITE_APPLICATION_ID 0x45736361 /* "Esca": says in the file's header whose it is */
#define ESC_SQLITE_PAGE_SIZE 4096
/* 8 MB: a checkpoint every thousand events or so. While one is written the disk has no time for other workspaces, so that
 * a longer log would be theirs to wait for. */
#define ESC_SQLITE_CHECKPOINT_PAGES 2000
typedef enum EscStatement {
#define ESC_SQL(name, text) ESC_STATEMENT_##name,
#include "statements.def"
#undef ESC_SQL
    ESC_STATEMENT_COUNT
} EscStatement;

#define ESC_SQLITE_AUDIT_RECORDS_MAX 256 /* in one row; the schema says it too */
/* Rows that one statement writes where there are so many: to begin and to end it costs as much as a row. */
#define ESC_SQLITE_EVENTS_AT_ONCE 10
#define ESC_SQLITE_AUDIT_AT_ONCE 10
#define ESC_SQLITE_RETAINED_KINDS 4
#define ESC_SQLITE_AUDIT_BYTES_MAX ((size_t)64 << 20)

/* Where an event's content lies: the key of a row, and which one in it. */
typedef struct EscContentPlace {
    uint64_t content; /* 0: nowhere */
    uint32_t slot;
} EscContentPlace;

/* A file beside the store, by SQLite's VFS. */
typedef struct EscSqliteSide {
    char *name;         /* owned */
    sqlite3_file *file; /* owned; NULL: not open */
} EscSqliteSide;

/* How far a store has come: see mark.c. */
typedef struct EscSqliteMark {
    uint8_t id[ESC_STORE_ID_SIZE];
    uint64_t epoch, groups;
    uint32_t salts[2]; /* of the log that the frames are in */
    uint64_t frames;   /* of the log that are on the disk */
} EscSqliteMark;

/* Which file a name stands for. */
typedef struct EscSqliteIdentity {
    bool is_there;
    uint64_t device, inode;
} EscSqliteIdentity;

typedef struct EscSqlite {
    EscStore base; /* first: a pointer to it is one to the whole */
    struct EscSqlite
        *beside; /* owned: the second connection, of which the next two are all; or NULL */
    struct EscSqlite *next; /* of those that this process has open */
    sqlite3 *db;
    sqlite3_stmt *statements[ESC_STATEMENT_COUNT];
    char *path;                                   /* owned */
    uint64_t retained[ESC_SQLITE_RETAINED_KINDS]; /* the last key of each kind that was looked at */
    uint64_t groups;                              /* that were ever committed */
    uint64_t frames;                              /* of the log, after the last commit */
    EscSqliteSide mark;
    EscSqliteIdentity file_seen, log_seen;
    uint64_t next_content;   /* key of the next row of contents; never used twice */
    EscContentPlace *places; /* owned: of the events of the group that is being written */
    size_t places_capacity;
    EscBuf records;   /* audit records of the rows that are being written */
    uint8_t *content; /* owned: the row of contents that was read last, unpacked; or NULL */
    size_t content_size;
    uint64_t content_key;
} EscSqlite;

static inline EscBytes esc_sqlite_as_bytes(EscText text)
{
    return (EscBytes){(const uint8_t *)text.data, text.size};
}

static inline EscSqlite *esc_sqlite_of(EscStore *store)
{
    return (EscSqlite *)store;
}

/* Sorted by what can be done: busy, full, no memory, or failed for good. SQLITE_OK, ROW and DONE are ESC_OK. */
EscStatus esc_sqlite_status(sqlite3 *db, int rc);
/* The same, with SQLite's own words in *why. `doing` completes "the store failed …". */
EscStatus esc_sqlite_why(EscSqlite *store, int rc, const char *doing, EscWhy *why);

ESC_MUST_USE EscStatus esc_sqlite_statement_prepare(EscSqlite *store, EscStatement sql,
                                                    EscWhy *why);
ESC_MUST_USE EscStatus esc_sqlite_statements_prepare(EscSqlite *store, EscWhy *why); /* all */
void esc_sqlite_statements_finalize(EscSqlite *store);

/* A statement while its values are bound and its rows are read. Binding errors stick until the first step. */
typedef struct EscSqliteStep {
    EscSqlite *store;
    sqlite3_stmt *statement;
    const char *doing;
    int parameter; /* number of the last one bound */
    int rc;
} EscSqliteStep;

EscSqliteStep esc_sqlite_step(EscSqlite *store, EscStatement sql, const char *doing);
/* Each binds the next parameter. Texts and bytes are borrowed until the step is done. */
void esc_sqlite_bind_text(EscSqliteStep *step, EscText text);
void esc_sqlite_bind_bytes(EscSqliteStep *step, EscBytes bytes);
void esc_sqlite_bind_i64(EscSqliteStep *step, int64_t value);
void esc_sqlite_bind_u64(EscSqliteStep *step, uint64_t value);
/* True while there is a row to read. */
bool esc_sqlite_next(EscSqliteStep *step);
/* Ends the step in any state and makes the statement ready for the next. */
ESC_MUST_USE EscStatus esc_sqlite_done(EscSqliteStep *step, EscWhy *why);
/* For a statement without rows: steps and ends it. changes_wanted -1: any number of changed rows. */
ESC_MUST_USE EscStatus esc_sqlite_write(EscSqliteStep *step, int changes_wanted, EscWhy *why);

/* One that needs no values and gives none. */
ESC_MUST_USE EscStatus esc_sqlite_run(EscSqlite *store, EscStatement sql, const char *doing,
                                      EscWhy *why);

/* Columns of the present row; what they point to holds until the next step. */
EscText esc_sqlite_column_text(const EscSqliteStep *step, int column);
EscBytes esc_sqlite_column_bytes(const EscSqliteStep *step, int column);
int64_t esc_sqlite_column_i64(const EscSqliteStep *step, int column);
uint64_t esc_sqlite_column_u64(const EscSqliteStep *step, int column);

/* settings.c: applies the settings to a new connection, then reads each one back. */
ESC_MUST_USE EscStatus esc_sqlite_settings_apply(sqlite3 *db, size_t cache_bytes, EscWhy *why);
ESC_MUST_USE EscStatus esc_sqlite_settings_only_read(sqlite3 *db, EscWhy *why);
/* The VFS that a store's connections are opened by: one that keeps other processes out. */
const char *esc_sqlite_vfs_name(void);
/* After the schema stands: no definition, ATTACH or PRAGMA can be prepared any more. */
ESC_MUST_USE EscStatus esc_sqlite_settings_lock(sqlite3 *db, EscWhy *why);
/* place.c: refuses network file systems, and creates the file for its owner alone when there is
 * none and no trace of one. */
ESC_MUST_USE EscStatus esc_sqlite_place_check(const EscSqliteOptions *options, EscWhy *why);

/* migrate.c: inside the transaction of opening. A store that had no id gets this one. */
/* From version 2, 3, or 4. */
ESC_MUST_USE EscStatus esc_sqlite_migrate_2(EscSqlite *store, EscWhy *why);
ESC_MUST_USE EscStatus esc_sqlite_migrate_3(EscSqlite *store, EscWhy *why);
ESC_MUST_USE EscStatus esc_sqlite_migrate_4(EscSqlite *store, EscWhy *why);
ESC_MUST_USE EscStatus esc_sqlite_migrate(EscSqlite *store, const uint8_t id[ESC_STORE_ID_SIZE],
                                          EscWhy *why);

/* mark.c: opens NAME.db with `end` behind it. Without `is_made` a missing file is no failure, and side->file NULL. */
ESC_MUST_USE EscStatus esc_sqlite_side_open(EscSqliteSide *side, const char *path, const char *end,
                                            bool is_made, EscWhy *why);
void esc_sqlite_side_close(EscSqliteSide *side);
/* *is_there false: there is none, or it says nothing. */
ESC_MUST_USE EscStatus esc_sqlite_mark_read(const char *path, EscSqliteMark *mark, bool *is_there,
                                            EscWhy *why);
/* ESC_STORE_DAMAGED when the store is not the marked one, or behind. */
ESC_MUST_USE EscStatus esc_sqlite_mark_compare(const EscSqliteMark *mark, const EscSqlite *store,
                                               EscWhy *why);
void esc_sqlite_mark_write(EscSqlite *store);
/* wal_check.c: while this process has the lock, before SQLite writes. `mark` may be NULL. */
ESC_MUST_USE EscStatus esc_sqlite_wal_check(const char *path, const EscSqliteMark *mark,
                                            EscWhy *why);
/* intact.c */
EscSqliteIdentity esc_sqlite_identity(const char *path,
                                      const char *end); /* of PATH with `end` behind it */
bool esc_sqlite_is_same_file(EscSqliteIdentity a, EscSqliteIdentity b);
void esc_sqlite_intact_watch(EscSqlite *store); /* this log, from now on */
ESC_MUST_USE EscStatus esc_sqlite_files_intact(const EscSqlite *store, EscWhy *why);
EscStatus esc_sqlite_is_intact(EscStore *store, EscWhy *why); /* and no look beside met damage */
/* opened.c: ESC_STORE_BUSY when this process has the file open already. Removing what is not there does nothing. */
ESC_MUST_USE EscStatus esc_sqlite_opened_add(EscSqlite *store);
void esc_sqlite_opened_remove(EscSqlite *store);
/* beside.c: when the store is open; what has begun is closed in any case. `cache_bytes` are the store's. */
ESC_MUST_USE EscStatus esc_sqlite_beside_open(EscSqlite *store, size_t cache_bytes, EscWhy *why);
void esc_sqlite_beside_close(EscSqlite *store);
EscStore *esc_sqlite_beside(EscStore *store);

/* content.c: writes the contents of a group's events and fills store->places. */
ESC_MUST_USE EscStatus esc_sqlite_contents_put(EscSqlite *store, const EscGroup *group,
                                               EscWhy *why);
/* Borrowed until the next call or esc_sqlite_content_forget. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_sqlite_content_find(EscSqlite *store, EscContentPlace place,
                                               EscText *content, EscWhy *why);
/* The key of the event at a place; *is_there false behind the last one. Borrowed in the same way. */
ESC_MUST_USE EscStatus esc_sqlite_content_key(EscSqlite *store, EscContentPlace place,
                                              EscEventKey *key, bool *is_there, EscWhy *why);
void esc_sqlite_content_forget(EscSqlite *store); /* frees what was read last */

/* audit.c: records as rows. */
ESC_MUST_USE EscStatus esc_sqlite_audit_put(EscSqlite *store, const EscAuditRow *rows, size_t count,
                                            EscWhy *why);
EscStatus esc_sqlite_audit(EscStore *store, const EscAuditFilter *filter, EscAuditVisit *visit,
                           void *context, EscWhy *why);

/* retain.c */
EscStatus esc_sqlite_retain(EscStore *store, int64_t before_ms, size_t rows_max, bool *has_more,
                            EscWhy *why);

/* commit.c */
EscStatus esc_sqlite_commit(EscStore *store, const EscGroup *group, EscWhy *why);
/* load.c */
EscStatus esc_sqlite_load(EscStore *store, const EscStoreSink *sink, EscWhy *why);
EscStatus esc_sqlite_bundles_needed(EscStore *store, EscBundleVisit *visit, void *context,
                                    EscWhy *why);
/* find.c: what is asked for by its key */
EscStatus esc_sqlite_bundle_get(EscStore *store, const uint8_t hash[32], EscBuf *out, EscWhy *why);
EscStatus esc_sqlite_bundle_newest(EscStore *store, uint8_t hash[32], EscWhy *why);
EscStatus esc_sqlite_events_find(EscStore *store, const EscEventKey *keys, size_t count,
                                 EscEventKnown *known, EscWhy *why);
EscStatus esc_sqlite_event_get(EscStore *store, const EscEventKey *key, EscBuf *content,
                               int64_t *received_at_ms, EscWhy *why);
EscStatus esc_sqlite_start_event_get(EscStore *store, uint64_t escalation, EscBuf *content,
                                     EscWhy *why);
EscStatus esc_sqlite_escalation_get(EscStore *store, uint64_t id, EscArena *arena,
                                    EscEscalationRow *row, EscWhy *why);
EscStatus esc_sqlite_ticket_get(EscStore *store, EscText id, EscArena *arena, EscTicketRow *row,
                                EscWhy *why);
EscStatus esc_sqlite_outbox_get(EscStore *store, const uint64_t *ids, size_t count,
                                EscOutboxVisit *visit, void *context, EscWhy *why);
/* list.c: what is asked for by pages */
EscStatus esc_sqlite_outbox_due(EscStore *store, int64_t now_ms, size_t limit,
                                EscOutboxVisit *visit, void *context, EscWhy *why);
EscStatus esc_sqlite_escalations(EscStore *store, const EscEscalationFilter *filter,
                                 EscEscalationVisit *visit, void *context, EscListPlace *next,
                                 EscWhy *why);
EscStatus esc_sqlite_tickets(EscStore *store, const EscTicketFilter *filter, EscTicketVisit *visit,
                             void *context, EscWhy *why);
EscStatus esc_sqlite_outbox(EscStore *store, const EscOutboxFilter *filter, EscOutboxVisit *visit,
                            void *context, EscWhy *why);
EscStatus esc_sqlite_evidence(EscStore *store, const EscEvidenceFilter *filter,
                              EscEvidenceVisit *visit, void *context, EscWhy *why);

EscStatus esc_sqlite_tasks(EscStore *store, const EscTaskFilter *filter, EscTaskVisit *visit,
                           void *context, EscWhy *why);

/* rows.c: the present row of a statement as a struct of the interface; texts hold until the next
 * step. The columns are those of the statements TICKET_GET, TICKETS_…, and of OUTBOX_…. */
/* Of ESCALATION_GET and …_LIVE. ESC_STORE_DAMAGED: the bundle that it is pinned to is not there. */
EscStatus esc_sqlite_escalation_row(const EscSqliteStep *step, EscEscalationRow *row, EscWhy *why);
EscTicketRow esc_sqlite_ticket_row(const EscSqliteStep *step, int first); /* its first column */
EscOutboxEntry esc_sqlite_outbox_entry(const EscSqliteStep *step);
EscTaskRow esc_sqlite_task_row(const EscSqliteStep *step); /* of TASKS_… */
/* Ends a reading: what a callback said counts before what SQLite says. */
EscStatus esc_sqlite_finish(EscSqliteStep *step, EscStatus said, EscWhy *why);

extern const char esc_sqlite_schema_sql[]; /* schema.sql */

#endif
