/* memory_internal.h - the rows of a store in memory, as its files share them.
 *
 * Each list is sorted by the key that SQLite's table has, and found by halves. A row is one block: the struct with its
 * texts behind it. Where there is no memory the process ends, as for the engine that stands beside it. */
#ifndef ESC_MEMORY_INTERNAL_H
#define ESC_MEMORY_INTERNAL_H

#include <pthread.h>

#include <esc/store_memory.h>

/* Rows by key. `rows` owns what it points to. */
typedef struct EscMemoryList {
    void **rows;
    size_t count, capacity;
} EscMemoryList;

/* A second store on the rows of another one. */
typedef struct EscMemoryDoor {
    EscStore base; /* first */
    EscStore *rows;
} EscMemoryDoor;

typedef struct EscMemory {
    EscStore base;        /* first: a pointer to it is one to the whole */
    EscMemoryDoor beside; /* for looks while a group is committed */
    pthread_mutex_t lock; /* of those looks and the commit */
    EscCounters counters;
    EscBytes body;             /* of the workspace; owned */
    EscMemoryList bundles;     /* EscBundleRow, in the order kept */
    uint8_t newest_bundle[32]; /* the hash of the one that was brought last */
    bool has_newest_bundle;
    EscMemoryList events;      /* EscReceivedRow by source and id */
    EscMemoryList tickets;     /* EscTicketRow by id */
    EscMemoryList escalations; /* EscEscalationRow by id */
    EscMemoryList outbox;      /* EscOutboxEntry by id */
    EscMemoryList audit;       /* EscAuditRow by number */
    EscMemoryList evidence;    /* EscEvidenceRow by number */
    EscMemoryList kept;        /* EscKeptRow by id */
    EscMemoryList tasks;       /* EscTaskRow by escalation and number */
    uint64_t next_evidence;
    uint64_t tickets_made; /* a ticket's place in the order of creation, for loading */
} EscMemory;

static inline EscMemory *esc_memory_of(EscStore *store)
{
    return (EscMemory *)store;
}

/* A ticket and when it came, which is the order in which tickets are loaded. */
typedef struct EscMemoryTicket {
    EscTicketRow row; /* first */
    uint64_t number;
} EscMemoryTicket;

/* --- memory_rows.c ----------------------------------------------------------------------------- */

/* Compares a row with a key, as strcmp does. */
typedef int EscMemoryCompare(const void *row, const void *key);

int esc_memory_by_number(const void *row, const void *key); /* rows that begin with a uint64_t */
int esc_memory_by_ticket(const void *row, const void *key);
int esc_memory_by_kept(const void *row, const void *key);  /* rows that begin with their id */
int esc_memory_by_task(const void *row, const void *key);  /* key: EscTaskRow, its first two */
int esc_memory_by_event(const void *row, const void *key); /* key: EscEventKey */

/* The place of the first row that is not before the key. */
size_t esc_memory_place(const EscMemoryList *list, EscMemoryCompare *compare, const void *key);
/* The row of that key, or NULL. */
void *esc_memory_find(const EscMemoryList *list, EscMemoryCompare *compare, const void *key);
/* Takes over a block as the row at a place. */
void esc_memory_insert(EscMemoryList *list, size_t at, void *row);
void esc_memory_remove(EscMemoryList *list, size_t at); /* frees the row */
void esc_memory_list_free(EscMemoryList *list);
/* A block with a copy of a row and of what its texts (or bytes) point to. The texts lie in the row. */
void *esc_memory_row(const void *row, size_t size, EscText *const *texts, size_t count);
const EscBundleRow *esc_memory_bundle(const EscMemory *memory, const uint8_t hash[32]);

/* --- the operations ---------------------------------------------------------------------------- */

/* memory_commit.c */
EscStatus esc_memory_commit(EscStore *store, const EscGroup *group, EscWhy *why);
/* memory_beside.c */
void esc_memory_beside_init(EscMemory *memory);
EscStore *esc_memory_beside(EscStore *store);
/* memory_load.c */
EscStatus esc_memory_load(EscStore *store, const EscStoreSink *sink, EscWhy *why);
EscStatus esc_memory_bundles_needed(EscStore *store, EscBundleVisit *visit, void *context,
                                    EscWhy *why);
/* memory_retain.c */
EscStatus esc_memory_retain(EscStore *store, int64_t before_ms, size_t rows_max, bool *has_more,
                            EscWhy *why);
/* memory_list.c */
EscStatus esc_memory_audit(EscStore *store, const EscAuditFilter *filter, EscAuditVisit *visit,
                           void *context, EscWhy *why);
EscStatus esc_memory_escalations(EscStore *store, const EscEscalationFilter *filter,
                                 EscEscalationVisit *visit, void *context, EscListPlace *next,
                                 EscWhy *why);
EscStatus esc_memory_tickets(EscStore *store, const EscTicketFilter *filter, EscTicketVisit *visit,
                             void *context, EscWhy *why);
EscStatus esc_memory_outbox(EscStore *store, const EscOutboxFilter *filter, EscOutboxVisit *visit,
                            void *context, EscWhy *why);
EscStatus esc_memory_outbox_due(EscStore *store, int64_t now_ms, size_t limit,
                                EscOutboxVisit *visit, void *context, EscWhy *why);
EscStatus esc_memory_tasks(EscStore *store, const EscTaskFilter *filter, EscTaskVisit *visit,
                           void *context, EscWhy *why);
EscStatus esc_memory_evidence(EscStore *store, const EscEvidenceFilter *filter,
                              EscEvidenceVisit *visit, void *context, EscWhy *why);

#endif
