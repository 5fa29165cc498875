/* esc/store.h - the system of record of one workspace, as operations on rows.
 *
 * A store is a struct of functions (EscStoreOps, its first member) with an implementation behind it: sqlite/ keeps a
 * file, memory/ nothing beyond the process. The functions below are the whole face. They hold what is true of every
 * store: the epoch, the audit trail without gap, fail-stop, the bounds of lists. A store knows rows and no engine: who
 * opens one says where rows go.
 *
 * Rows that a callback is given are borrowed until it returns. No operation may be called from inside a callback. */
#ifndef ESC_STORE_H
#define ESC_STORE_H

#include <esc/group.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_STORE_ID_SIZE 16
#define ESC_STORE_LIST_MAX 1000 /* rows of one list */
#define ESC_STORE_LOOKS_MAX                                                                        \
    20000 /* rows that are looked at for one page of it; of what is sorted by more than age ten times that */

/* --- what goes in and out --------------------------------------------------------------------- */

typedef struct EscEventKey {
    EscText source, id;
} EscEventKey;

typedef struct EscEventKnown {
    bool is_known;
    uint8_t digest[ESC_EVENT_DIGEST_SIZE]; /* of what was received under this key */
} EscEventKnown;

/* Where the live rows go at a start. Called in this order: counters once, with the workspace's body; tickets that
 * are live, in the order in which they came; escalations that are not closed, by id, without their start events, which
 * are evidence; outbox rows that are still queued, by id; what is kept beside them, by its id; tasks that are open, by
 * theirs. The first status that is not ESC_OK ends the loading.
 *
 * A sink that keeps what belongs together, so that it need not keep all at once in its largest form, says `has_ticket`: then
 * each ticket that it has not comes before the first escalation on it, and those without an open one behind all. */
typedef struct EscStoreSink {
    void *context;
    EscStatus (*counters)(void *context, const EscCounters *counters, EscBytes workspace,
                          EscWhy *why);
    EscStatus (*ticket)(void *context, const EscTicketRow *row, EscWhy *why);
    EscStatus (*escalation)(void *context, const EscEscalationRow *row, EscWhy *why);
    EscStatus (*outbox)(void *context, const EscOutboxEntry *entry, EscWhy *why);
    bool (*has_ticket)(void *context, EscText id); /* NULL: tickets come first */
    EscStatus (*kept)(void *context, const EscKeptRow *row, EscWhy *why);
    EscStatus (*task)(void *context, const EscTaskRow *row, EscWhy *why);
} EscStoreSink;
/* Whether the sink still wants this ticket. */
bool esc_store_sink_wants(const EscStoreSink *sink, EscText ticket);

/* Visitors; false ends the list. */
typedef bool EscAuditVisit(void *context, const EscAuditRow *row);
typedef bool EscEscalationVisit(void *context, const EscEscalationRow *row);
typedef bool EscTicketVisit(void *context, const EscTicketRow *row);
typedef bool EscOutboxVisit(void *context, const EscOutboxEntry *entry);
typedef bool EscEvidenceVisit(void *context, const EscEvidenceRow *row);
typedef bool EscTaskVisit(void *context, const EscTaskRow *row);
typedef EscStatus EscBundleVisit(void *context, const EscBundleRow *row, EscWhy *why);

/* Filters. An empty text and a number of 0 mean all; `limit` is cut to ESC_STORE_LIST_MAX. */
typedef struct EscAuditFilter {
    EscText ticket;
    uint64_t escalation; /* counts before ticket */
    uint64_t after;      /* seq of the last record of the page before; upwards */
    size_t limit;
} EscAuditFilter;

typedef enum EscEscalationSort {
    ESC_SORT_OPENED, /* newest first */
    ESC_SORT_DUE, /* the earliest deadline first, then what has none; only of what is not closed */
    ESC_SORT_SEVERITY, /* the worst first, then by deadline; only of what is not closed */
    ESC_SORT_COUNT
} EscEscalationSort;

/* Where a page ended: the keys of its last row, whatever became of that since. */
typedef struct EscListPlace {
    uint64_t id; /* 0: at the beginning, or behind all */
    int64_t due_ms;
    uint32_t rank;
} EscListPlace;

typedef struct EscEscalationFilter {
    bool is_unclosed; /* whatever is not closed; counts before the state */
    bool has_state;
    EscState state;
    EscText ticket; /* only with ESC_SORT_OPENED */
    EscText owner, template_name, account, severity;
    int64_t due_before_ms; /* 0: no matter */
    EscEscalationSort sort;
    EscListPlace after;
    size_t limit;
} EscEscalationFilter;
bool esc_escalation_filter_fits(const EscEscalationFilter *filter, const EscEscalationRow *row);

typedef struct EscTicketFilter {
    EscText after; /* id of the last one of the page before; by id */
    size_t limit;
} EscTicketFilter;

typedef struct EscOutboxFilter {
    bool has_state;
    EscDeliveryState state;
    uint64_t before; /* id of the last one of the page before; newest first */
    size_t limit;
} EscOutboxFilter;

typedef struct EscEvidenceFilter {
    uint64_t escalation;
    uint64_t after; /* number of the last one of the page before; in the order kept */
    size_t limit;
} EscEvidenceFilter;

typedef struct EscTaskFilter {
    bool is_open; /* open or claimed; counts before the state */
    bool has_state;
    EscTaskState state;
    EscText assignee, candidate;
    uint64_t escalation;
    int64_t due_before_ms;     /* 0: whenever, or never */
    uint64_t after_escalation; /* the last one of the page before; by escalation and number */
    uint32_t after_number;
    size_t limit;
} EscTaskFilter;
/* Whether a task is asked for, wherever its page begins. */
bool esc_task_fits(const EscTaskFilter *filter, const EscTaskRow *row);

/* --- the face --------------------------------------------------------------------------------- */

typedef struct EscStore EscStore;

/* What an implementation fills in; each is described at the function of its name. The lists come with limits in bounds
 * and `before` never 0, the commit with a group whose epoch and audit numbers are right. */
typedef struct EscStoreOps {
    EscStatus (*load)(EscStore *store, const EscStoreSink *sink, EscWhy *why);
    EscStatus (*bundles_needed)(EscStore *store, EscBundleVisit *visit, void *context, EscWhy *why);
    EscStatus (*bundle_get)(EscStore *store, const uint8_t hash[32], EscBuf *out, EscWhy *why);
    EscStatus (*bundle_newest)(EscStore *store, uint8_t hash[32], EscWhy *why);
    EscStatus (*events_find)(EscStore *store, const EscEventKey *keys, size_t count,
                             EscEventKnown *known, EscWhy *why);
    EscStatus (*event_get)(EscStore *store, const EscEventKey *key, EscBuf *content,
                           int64_t *received_at_ms, EscWhy *why);
    EscStatus (*start_event_get)(EscStore *store, uint64_t escalation, EscBuf *content,
                                 EscWhy *why);
    EscStatus (*escalation_get)(EscStore *store, uint64_t id, EscArena *arena,
                                EscEscalationRow *row, EscWhy *why);
    EscStatus (*ticket_get)(EscStore *store, EscText id, EscArena *arena, EscTicketRow *row,
                            EscWhy *why);
    EscStatus (*outbox_get)(EscStore *store, const uint64_t *ids, size_t count,
                            EscOutboxVisit *visit, void *context, EscWhy *why);
    EscStatus (*outbox_due)(EscStore *store, int64_t now_ms, size_t limit, EscOutboxVisit *visit,
                            void *context, EscWhy *why);
    EscStatus (*commit)(EscStore *store, const EscGroup *group, EscWhy *why);
    EscStatus (*audit)(EscStore *store, const EscAuditFilter *filter, EscAuditVisit *visit,
                       void *context, EscWhy *why);
    EscStatus (*escalations)(EscStore *store, const EscEscalationFilter *filter,
                             EscEscalationVisit *visit, void *context, EscListPlace *next,
                             EscWhy *why);
    EscStatus (*tickets)(EscStore *store, const EscTicketFilter *filter, EscTicketVisit *visit,
                         void *context, EscWhy *why);
    EscStatus (*outbox)(EscStore *store, const EscOutboxFilter *filter, EscOutboxVisit *visit,
                        void *context, EscWhy *why);
    EscStatus (*evidence)(EscStore *store, const EscEvidenceFilter *filter, EscEvidenceVisit *visit,
                          void *context, EscWhy *why);
    EscStatus (*tasks)(EscStore *store, const EscTaskFilter *filter, EscTaskVisit *visit,
                       void *context, EscWhy *why);
    EscStatus (*retain)(EscStore *store, int64_t before_ms, size_t rows_max, bool *has_more,
                        EscWhy *why);
    EscStatus (*is_intact)(EscStore *store, EscWhy *why);
    EscStore *(*beside)(EscStore *store);
    void (*close)(EscStore *store);
} EscStoreOps;

/* The part that every store begins with. An implementation fills it when it opens and leaves it alone then. */
struct EscStore {
    const EscStoreOps *ops;
    uint8_t id[ESC_STORE_ID_SIZE];
    uint64_t epoch;
    uint64_t next_audit; /* the sequence number that the next audit record must have */
    bool has_failed;     /* a commit failed, or a reading met damage: nothing more is written */
    EscWhy failure;      /* of a reading that met damage */
};

/* Random and made once, when the store was: what is derived from it is not repeated by a store that takes the place of a
 * lost one. */
const uint8_t *esc_store_id(const EscStore *store);
/* Raised by each opening. A group carries it, so that one of a former opening is refused. */
uint64_t esc_store_epoch(const EscStore *store);

/* Gives all live rows: see EscStoreSink. */
ESC_MUST_USE EscStatus esc_store_load(EscStore *store, const EscStoreSink *sink, EscWhy *why);
/* Visits the bundles that escalations which are not closed are pinned to, in the order in which they were kept. */
ESC_MUST_USE EscStatus esc_store_bundles_needed(EscStore *store, EscBundleVisit *visit,
                                                void *context, EscWhy *why);
/* ESC_NOT_FOUND; ESC_OVER_LIMIT when it does not fit into `out`. */
ESC_MUST_USE EscStatus esc_store_bundle_get(EscStore *store, const uint8_t hash[32], EscBuf *out,
                                            EscWhy *why);

/* The hash of the bundle that a group brought last, whether it was there before or not: the one that was in force. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_store_bundle_newest(EscStore *store, uint8_t hash[32], EscWhy *why);

/* Says of all keys at once which are known. `known` has `count` items. */
ESC_MUST_USE EscStatus esc_store_events_find(EscStore *store, const EscEventKey *keys, size_t count,
                                             EscEventKnown *known, EscWhy *why);
/* Appends an event's content as it was received. ESC_NOT_FOUND also when its content was forgotten. */
ESC_MUST_USE EscStatus esc_store_event_get(EscStore *store, const EscEventKey *key, EscBuf *content,
                                           int64_t *received_at_ms, EscWhy *why);
/* Appends the event that started an escalation. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_store_start_event_get(EscStore *store, uint64_t escalation,
                                                 EscBuf *content, EscWhy *why);

/* Reads one escalation into the arena, with its body and without its start event. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_store_escalation_get(EscStore *store, uint64_t id, EscArena *arena,
                                                EscEscalationRow *row, EscWhy *why);
/* Reads one ticket into the arena. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_store_ticket_get(EscStore *store, EscText id, EscArena *arena,
                                            EscTicketRow *row, EscWhy *why);
/* Visits the rows of these ids that are there, in the order of `ids`. */
ESC_MUST_USE EscStatus esc_store_outbox_get(EscStore *store, const uint64_t *ids, size_t count,
                                            EscOutboxVisit *visit, void *context, EscWhy *why);
/* Visits queued rows whose next attempt is due: first what was due first. */
ESC_MUST_USE EscStatus esc_store_outbox_due(EscStore *store, int64_t now_ms, size_t limit,
                                            EscOutboxVisit *visit, void *context, EscWhy *why);

/* Writes the group, whole or not at all, and for good: it is there after a power cut. On failure nothing of it is there,
 * the store takes nothing more, and the caller must stop (its memory is ahead of the store). */
ESC_MUST_USE EscStatus esc_store_commit(EscStore *store, const EscGroup *group, EscWhy *why);

/* Lists for people. Escalations come without their start event. */
ESC_MUST_USE EscStatus esc_store_audit(EscStore *store, const EscAuditFilter *filter,
                                       EscAuditVisit *visit, void *context, EscWhy *why);
/* *next: where to go on (may be NULL); its id is 0 when this was all. A page may hold fewer than were asked for, or none, and go
 * on: no more than ESC_STORE_LOOKS_MAX rows are looked at for one. */
ESC_MUST_USE EscStatus esc_store_escalations(EscStore *store, const EscEscalationFilter *filter,
                                             EscEscalationVisit *visit, void *context,
                                             EscListPlace *next, EscWhy *why);
ESC_MUST_USE EscStatus esc_store_tickets(EscStore *store, const EscTicketFilter *filter,
                                         EscTicketVisit *visit, void *context, EscWhy *why);
ESC_MUST_USE EscStatus esc_store_outbox(EscStore *store, const EscOutboxFilter *filter,
                                        EscOutboxVisit *visit, void *context, EscWhy *why);
ESC_MUST_USE EscStatus esc_store_evidence(EscStore *store, const EscEvidenceFilter *filter,
                                          EscEvidenceVisit *visit, void *context, EscWhy *why);

/* A single one is asked for by its escalation and the number before it, with a limit of 1. */
ESC_MUST_USE EscStatus esc_store_tasks(EscStore *store, const EscTaskFilter *filter,
                                       EscTaskVisit *visit, void *context, EscWhy *why);

/* Forgets what came before an instant: audit records, outbox rows that are settled, escalations that were closed before it
 * with their evidence and tasks, events with their contents and keys (they may come again then). Nothing that is live: an escalation
 * that is not closed, or has an open task, stays; one that is not closed keeps its ticket's records, its messages and its start event; tickets stay. A transaction of its own,
 * between groups; at most `rows_max` rows of each kind. *has_more: call again. On failure the store takes nothing more. */
ESC_MUST_USE EscStatus esc_store_retain(EscStore *store, int64_t before_ms, size_t rows_max,
                                        bool *has_more, EscWhy *why);
/* ESC_OK while what the store writes to is still there and still its own; else ESC_STORE_DAMAGED. A commit asks by itself. */
ESC_MUST_USE EscStatus esc_store_is_intact(EscStore *store, EscWhy *why);
/* A second door to the same rows, the store's own, for one other thread while esc_store_commit runs: what
 * esc_store_events_find, esc_store_ticket_get and esc_store_escalation_get say there is of all groups that were committed
 * before, and of the one under way whole or not at all. It has no other operations. When nothing is being committed the
 * store itself answers sooner, as it keeps more in memory. A reading that met damage is known to esc_store_is_intact. */
EscStore *esc_store_beside(EscStore *store);
void esc_store_close(EscStore *store); /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
