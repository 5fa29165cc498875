/* queue.h - what waits to be delivered, and what may go next; for this folder only.
 *
 * Pure: no clock, thread, socket or configuration. One queue for each (workspace, endpoint). Who may
 * start is found without looking at who may not: an endpoint is asleep until its first row is due
 * (or its breaker lets a probe through), or ready and in its workspace's ring, or blocked until
 * something of it ends. Two rings give the turns: one of the workspaces, and in each one of its
 * endpoints, so that neither a client nor a channel with a backlog takes another one's turn. */
#ifndef ESC_DELIVERY_QUEUE_H
#define ESC_DELIVERY_QUEUE_H

#include <esc/loop.h>

#include "verdict.h"

/* Rows of one endpoint whose content stays in memory; of the others only what the order needs. */
#define ESC_QUEUE_CONTENTS_MAX 256
#define ESC_QUEUE_CONTENT_BYTES_MAX ((size_t)4 << 20)
/* Contents that are asked for at once; they come on top of the former. */
#define ESC_QUEUE_WANTS_MAX 128

typedef struct EscQueues EscQueues;
typedef struct EscQueue EscQueue; /* of one endpoint of one workspace */

/* One row that waits or is under way. */
typedef struct EscQueueItem {
    EscQueue *queue;
    uint64_t id; /* of the row; unique in its workspace */
    uint32_t attempts;
    int64_t due_ms;      /* next attempt */
    int64_t deadline_ms; /* nothing is sent from this instant on */
    void *content;       /* NULL: not kept */
    size_t content_size;
    bool is_wanted; /* its content was asked for */
    bool is_under_way;
    uint64_t
        held_at; /* how many had gone through, + 1, when its endpoint's fault held it; 0: never */
    size_t due_place, deadline_place;
    struct EscQueueItem *next_of_bucket;
} EscQueueItem;

typedef struct EscQueueLimits {
    uint32_t total, workspace, endpoint; /* under way at once */
    int64_t circuit_failures, circuit_open_ms;
    void (*free_content)(void *content);
} EscQueueLimits;

typedef enum EscQueueKind {
    ESC_QUEUE_COUNTED, /* its attempts count against all three limits */
    ESC_QUEUE_FREE     /* one at a time, whatever the others do: a file */
} EscQueueKind;

/* What came in: the row's own values and its content, which goes over to the queues. */
typedef struct EscQueueRow {
    uint64_t id;
    uint32_t attempts;
    int64_t due_ms, deadline_ms;
    void *content; /* NULL: not kept */
    size_t content_size;
} EscQueueRow;

EscQueues *esc_queues_new(const EscQueueLimits *limits); /* NULL without memory */
void esc_queues_free(EscQueues *queues);                 /* NULL is allowed */
uint32_t esc_queues_add_workspace(EscQueues *queues);
/* Finds or makes the queue of an endpoint. */
EscQueue *esc_queues_endpoint(EscQueues *queues, uint32_t workspace, EscText name,
                              EscQueueKind kind);
uint32_t esc_queue_workspace(const EscQueue *queue);
EscText esc_queue_name(const EscQueue *queue);
void esc_queue_set_note(EscQueue *queue, void *note); /* the owner's */
void *esc_queue_note(const EscQueue *queue);

/* The queue that a row of the workspace is in; NULL when it is in none. */
EscQueue *esc_queues_find(const EscQueues *queues, uint32_t workspace, uint64_t id);
/* A row that is known already gets its content back when it has none; otherwise nothing happens to
 * it: what is under way is never put twice, and what the queues know of attempts is newer. */
void esc_queues_put(EscQueue *queue, const EscQueueRow *row);
/* Forgets a row that waits: the store has it no more. */
void esc_queues_drop(EscQueues *queues, uint32_t workspace, uint64_t id);

/* The next row that may start at now_ms, under way from here on and with its slot; NULL: none. */
EscQueueItem *esc_queues_next(EscQueues *queues, int64_t now_ms);
/* One more row of the same queue for the attempt that was begun with esc_queues_next, without a slot
 * of its own; NULL: none is due. */
EscQueueItem *esc_queue_more(EscQueue *queue, int64_t now_ms);
/* The attempt that took a slot of the queue has ended; its rows are settled or tried again before. */
void esc_queue_ended(EscQueue *queue, EscVerdict verdict, int64_t now_ms);
/* The slot was not needed after all: the endpoint was not asked for anything. */
void esc_queue_gave_back(EscQueue *queue, int64_t now_ms);
/* Forgets a row that is under way. */
void esc_queue_settled(EscQueueItem *item);

/* As esc_queue_again, with the attempts that it has: the endpoint is at fault. It comes behind those that wait. */
void esc_queue_hold(EscQueueItem *item, int64_t due_ms);
/* True when it was held before and others have gone through since: then the fault is its own. */
bool esc_queue_is_items_own(const EscQueueItem *item);
size_t esc_queue_rows(const EscQueue *queue);              /* that wait or are under way */
int64_t esc_queue_closed_until_ms(const EscQueue *queue);  /* its breaker lets nothing through before; 0: it is closed */
bool esc_queue_is_held(const EscQueue *queue); /* its endpoint refuses us as such */
bool esc_queue_is_open(
    const EscQueue *queue); /* its breaker is: held, or too many failures in a row */
/* A row that was under way waits again until due_ms; its content goes with it when there is room. */
void esc_queue_again(EscQueueItem *item, uint32_t attempts, int64_t due_ms);

/* A row that waits and whose time is over, given up by the queues: under way, without a slot, and to
 * be settled. NULL: none. */
EscQueueItem *esc_queues_expired(EscQueues *queues, int64_t now_ms);

/* Moves ids whose content is needed to `ids`, all of one workspace, at most ids_max. 0: none. */
size_t esc_queues_wants(EscQueues *queues, uint32_t *workspace, uint64_t *ids, size_t ids_max);

/* When esc_queues_next, _expired or _wants may next give something, by themselves: INT64_MAX when only
 * an end or a new row can change anything. Call it when all three have given nothing. */
int64_t esc_queues_due_ms(const EscQueues *queues);
uint32_t esc_queues_under_way(const EscQueues *queues); /* slots that are taken, of both kinds */
size_t esc_queues_waiting(const EscQueues *queues);

#endif
