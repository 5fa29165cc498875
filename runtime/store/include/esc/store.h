/* esc/store.h - the system of record of one workspace: domain operations on SQLite, one file a workspace. */
#ifndef ESC_STORE_H
#define ESC_STORE_H

#include <esc/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct EscStore EscStore;

/* Opens or creates the file, applies and asserts the settings (WAL, synchronous FULL …), checks the schema version and the workspace's name,
 * runs quick_check after an unclean stop, and takes the single-writer lock (ESC_STORE_BUSY when another process has it). */
ESC_MUST_USE EscStatus esc_store_open(const char *path, EscText workspace, EscStore **out,
                                      EscWhy *why);
void esc_store_close(EscStore *store); /* checkpoints; NULL is allowed */

ESC_MUST_USE EscStatus esc_store_begin(EscStore *store, EscWhy *why);
/* Records an event inside the open transaction. *is_new false: its (source, id) is known, and nothing is written; ESC_CONFLICT when it is known with another content. */
ESC_MUST_USE EscStatus esc_store_event_put(EscStore *store, const EscEvent *event,
                                           int64_t received_at_ms, bool *is_new, EscWhy *why);
/* Removes what esc_store_event_put recorded in this transaction, for an event that the engine refused. */
ESC_MUST_USE EscStatus esc_store_event_take_back(EscStore *store, const EscEvent *event,
                                                 EscWhy *why);
/* Writes the group and commits. On failure everything since esc_store_begin is rolled back, and the caller must stop (fail-stop). */
ESC_MUST_USE EscStatus esc_store_commit(EscStore *store, const EscGroup *group, EscWhy *why);
void esc_store_rollback(EscStore *store);

ESC_MUST_USE EscStatus esc_store_bundle_put(EscStore *store, const uint8_t hash[32], EscBytes bytes,
                                            int64_t at_ms,
                                            EscWhy *why); /* own transaction; no-op when present */
ESC_MUST_USE EscStatus esc_store_bundle_get(EscStore *store, const uint8_t hash[32], EscBuf *out,
                                            EscWhy *why);
/* Hashes of bundles that open escalations are pinned to. */
ESC_MUST_USE EscStatus esc_store_bundles_needed(EscStore *store, EscArena *arena,
                                                uint8_t (**hashes)[32], size_t *count, EscWhy *why);
/* Fills the engine: counters, absences, tickets with open escalations or clocks running, escalations that are not closed, all timers, unsettled outbox rows. */
ESC_MUST_USE EscStatus esc_store_restore(EscStore *store, EscEngine *engine, EscWhy *why);
/* Reads one ticket into the arena. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_store_ticket_get(EscStore *store, EscText id, EscArena *arena,
                                            EscTicketRow *row, EscWhy *why);

typedef struct EscOutboxClaim {
    EscOutboxRow row;
    uint32_t attempts;
    int64_t next_attempt_at_ms;
} EscOutboxClaim;
/* Unsettled rows whose next attempt is due, oldest first, at most `count_max`. */
ESC_MUST_USE EscStatus esc_store_outbox_due(EscStore *store, int64_t now_ms, size_t count_max,
                                            EscArena *arena, EscOutboxClaim **claims, size_t *count,
                                            EscWhy *why);
/* After an attempt that failed and will be tried again. Inside the open transaction or on its own. */
ESC_MUST_USE EscStatus esc_store_outbox_retry(EscStore *store, uint64_t id, uint32_t attempts,
                                              int64_t next_attempt_at_ms, EscText detail,
                                              EscWhy *why);

/* Reads for the API as JSON (arrays of objects), newest first for lists, keyset paging by `before` (0: from the newest). */
ESC_MUST_USE EscStatus esc_store_audit_json(EscStore *store, EscText ticket, uint64_t escalation,
                                            uint64_t after_seq, size_t limit, EscBuf *out,
                                            EscWhy *why); /* ascending by seq */
ESC_MUST_USE EscStatus esc_store_escalations_json(EscStore *store, EscText state, EscText ticket,
                                                  uint64_t before, size_t limit, EscBuf *out,
                                                  EscWhy *why);
ESC_MUST_USE EscStatus esc_store_tickets_json(EscStore *store, EscText after_id, size_t limit,
                                              EscBuf *out, EscWhy *why);
ESC_MUST_USE EscStatus esc_store_outbox_json(EscStore *store, EscText state, uint64_t before,
                                             size_t limit, EscBuf *out, EscWhy *why);
ESC_MUST_USE EscStatus esc_store_evidence_json(EscStore *store, uint64_t escalation, size_t limit,
                                               EscBuf *out, EscWhy *why); /* in the order kept */
/* The event that started an escalation, as received. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_store_start_event_json(EscStore *store, uint64_t escalation, EscBuf *out,
                                                  EscWhy *why);

#ifdef __cplusplus
}
#endif
#endif
