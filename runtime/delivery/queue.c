/* queue.c - one queue for each endpoint of each workspace; who goes next.
 *
 * Where a queue stands follows from what it holds, and is worked out anew by `place` after every
 * change of it: nothing else moves a queue between the sleepers and the rings.
 *
 *   asleep    its first row is not due, or its breaker is open: in the heap by the time it wakes
 *   ready     in the ring of its workspace (a file: in the ring of files)
 *   blocked   full, probing, empty, or its first row waits for its content */
#include "queue.h"

#include <stdlib.h>
#include <string.h>

typedef enum Stand { STAND_BLOCKED, STAND_ASLEEP, STAND_READY } Stand;

/* A ring as a list: taken at its front, put at its end. */
typedef struct Workspace {
    EscRing link; /* among the workspaces whose turn may come; first, so that a link is its owner */
    EscRing ready; /* of its queues */
    EscQueue *queues;
    bool is_in_ring;
    uint32_t under_way;
} Workspace;

struct EscQueue {
    EscRing link; /* first */
    EscQueues *queues;
    uint32_t workspace;
    EscQueueKind kind;
    Stand stand;
    int64_t wakes_ms;
    size_t place;
    EscHeap waiting; /* by due time, then id */
    size_t contents_count, contents_size, wanted_count;
    uint32_t under_way;
    EscBreaker breaker;
    size_t rows_count;     /* that wait or are under way */
    uint64_t gone_through; /* with a definite answer that was no refusal */
    void *note;
    EscQueue *next; /* of the workspace's */
    size_t name_size;
    char name[];
};

typedef struct Want {
    uint32_t workspace;
    uint64_t id;
} Want;

struct EscQueues {
    EscQueueLimits limits;
    Workspace **workspaces;
    uint32_t workspaces_count;
    EscRing ring;     /* of workspaces that have something ready and a slot left */
    EscRing files;    /* ready queues that need no slot */
    EscHeap asleep;   /* queues, by when they wake */
    EscHeap expiring; /* rows that wait, by deadline */
    EscQueueItem **buckets;
    size_t buckets_count, items_count;
    uint32_t under_way_counted, under_way_free;
    int64_t now_ms; /* the latest that a call has told */
    Want *wants;
    size_t wants_count, wants_capacity;
};

/* --- orders ------------------------------------------------------------------------------------- */

static bool is_due_before(const void *a, const void *b)
{
    const EscQueueItem *x = a, *y = b;
    return x->due_ms != y->due_ms ? x->due_ms < y->due_ms : x->id < y->id;
}

static size_t *due_place(void *item)
{
    return &((EscQueueItem *)item)->due_place;
}

static bool expires_before(const void *a, const void *b)
{
    return ((const EscQueueItem *)a)->deadline_ms < ((const EscQueueItem *)b)->deadline_ms;
}

static size_t *deadline_place(void *item)
{
    return &((EscQueueItem *)item)->deadline_place;
}

static bool wakes_before(const void *a, const void *b)
{
    return ((const EscQueue *)a)->wakes_ms < ((const EscQueue *)b)->wakes_ms;
}

static size_t *queue_place(void *queue)
{
    return &((EscQueue *)queue)->place;
}

/* --- rows by their id --------------------------------------------------------------------------- */

static size_t bucket_of(const EscQueues *queues, uint32_t workspace, uint64_t id)
{
    uint64_t mixed = (id * 64 + workspace) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 32) & (queues->buckets_count - 1);
}

static EscQueueItem *find(const EscQueues *queues, uint32_t workspace, uint64_t id)
{
    if (queues->buckets_count == 0)
        return NULL;
    EscQueueItem *item = queues->buckets[bucket_of(queues, workspace, id)];
    while (item != NULL && (item->id != id || item->queue->workspace != workspace))
        item = item->next_of_bucket;
    return item;
}

static void bucket_put(EscQueues *queues, EscQueueItem *item)
{
    size_t bucket = bucket_of(queues, item->queue->workspace, item->id);
    item->next_of_bucket = queues->buckets[bucket];
    queues->buckets[bucket] = item;
}

static void buckets_grow(EscQueues *queues)
{
    EscQueueItem **old = queues->buckets;
    size_t old_count = queues->buckets_count;
    queues->buckets_count = old_count == 0 ? 64 : 2 * old_count;
    queues->buckets = calloc(queues->buckets_count, sizeof(EscQueueItem *));
    ESC_ASSERT(queues->buckets != NULL);
    for (size_t i = 0; i < old_count; i++)
        for (EscQueueItem *item = old[i], *next = NULL; item != NULL; item = next) {
            next = item->next_of_bucket;
            bucket_put(queues, item);
        }
    free(old);
}

static void content_release(EscQueueItem *item)
{
    if (item->content != NULL)
        item->queue->queues->limits.free_content(item->content);
    item->content = NULL;
    item->content_size = 0;
}

static void item_free(EscQueueItem *item)
{
    EscQueues *queues = item->queue->queues;
    EscQueueItem **at = &queues->buckets[bucket_of(queues, item->queue->workspace, item->id)];
    while (*at != item)
        at = &(*at)->next_of_bucket;
    *at = item->next_of_bucket;
    queues->items_count--;
    item->queue->rows_count--;
    content_release(item);
    free(item);
}

/* --- life --------------------------------------------------------------------------------------- */

EscQueues *esc_queues_new(const EscQueueLimits *limits)
{
    EscQueues *queues = calloc(1, sizeof(*queues));
    if (queues == NULL)
        return NULL;
    queues->limits = *limits;
    esc_ring_init(&queues->ring);
    esc_ring_init(&queues->files);
    queues->asleep = (EscHeap){.is_before = wakes_before, .place = queue_place};
    queues->expiring = (EscHeap){.is_before = expires_before, .place = deadline_place};
    return queues;
}

static void workspace_free(Workspace *workspace)
{
    for (EscQueue *queue = workspace->queues, *next = NULL; queue != NULL; queue = next) {
        next = queue->next;
        esc_heap_release(&queue->waiting);
        free(queue);
    }
    free(workspace);
}

void esc_queues_free(EscQueues *queues)
{
    if (queues == NULL)
        return;
    for (size_t i = 0; i < queues->buckets_count; i++)
        while (queues->buckets[i] != NULL)
            item_free(queues->buckets[i]);
    ESC_ASSERT(queues->items_count == 0);
    for (uint32_t i = 0; i < queues->workspaces_count; i++)
        workspace_free(queues->workspaces[i]);
    free(queues->workspaces);
    esc_heap_release(&queues->asleep);
    esc_heap_release(&queues->expiring);
    free(queues->buckets);
    free(queues->wants);
    free(queues);
}

uint32_t esc_queues_add_workspace(EscQueues *queues)
{
    size_t size = (queues->workspaces_count + 1) * sizeof(Workspace *);
    Workspace **grown = realloc(queues->workspaces, size);
    Workspace *workspace = calloc(1, sizeof(*workspace));
    ESC_ASSERT(grown != NULL);
    ESC_ASSERT(workspace != NULL);
    esc_ring_init(&workspace->ready);
    queues->workspaces = grown;
    queues->workspaces[queues->workspaces_count] = workspace;
    return queues->workspaces_count++;
}

EscQueue *esc_queues_endpoint(EscQueues *queues, uint32_t workspace, EscText name,
                              EscQueueKind kind)
{
    ESC_ASSERT(workspace < queues->workspaces_count);
    Workspace *owner = queues->workspaces[workspace];
    for (EscQueue *one = owner->queues; one != NULL; one = one->next)
        if (one->kind == kind && esc_text_equal(esc_queue_name(one), name))
            return one;
    EscQueue *queue = calloc(1, sizeof(*queue) + name.size + 1);
    ESC_ASSERT(queue != NULL);
    esc_ring_init(&queue->link);
    queue->queues = queues;
    queue->workspace = workspace;
    queue->kind = kind;
    queue->place = ESC_HEAP_NOWHERE;
    queue->waiting = (EscHeap){.is_before = is_due_before, .place = due_place};
    queue->name_size = name.size;
    if (name.size > 0)
        memcpy(queue->name, name.data, name.size);
    queue->next = owner->queues;
    owner->queues = queue;
    return queue;
}

uint32_t esc_queue_workspace(const EscQueue *queue)
{
    return queue->workspace;
}

EscText esc_queue_name(const EscQueue *queue)
{
    return (EscText){queue->name, queue->name_size};
}

void esc_queue_set_note(EscQueue *queue, void *note)
{
    queue->note = note;
}

void *esc_queue_note(const EscQueue *queue)
{
    return queue->note;
}

/* --- contents that are not in memory ------------------------------------------------------------ */

static bool has_room_for_content(const EscQueue *queue)
{
    return queue->contents_count < ESC_QUEUE_CONTENTS_MAX &&
           queue->contents_size < ESC_QUEUE_CONTENT_BYTES_MAX;
}

static void want(EscQueue *queue, EscQueueItem *item)
{
    EscQueues *queues = queue->queues;
    if (queues->wants_count == queues->wants_capacity) {
        size_t capacity = queues->wants_capacity == 0 ? 64 : 2 * queues->wants_capacity;
        Want *grown = realloc(queues->wants, capacity * sizeof(*grown));
        ESC_ASSERT(grown != NULL);
        queues->wants = grown;
        queues->wants_capacity = capacity;
    }
    queues->wants[queues->wants_count++] = (Want){.workspace = queue->workspace, .id = item->id};
    item->is_wanted = true;
    queue->wanted_count++;
}

/* Asks for the contents of the first rows, those that are due, in their order. They are taken out of
 * the heap to be looked at and put back: once for many rows that then go without being asked for. */
static void want_first(EscQueue *queue, int64_t now_ms)
{
    EscQueueItem *looked[ESC_QUEUE_CONTENTS_MAX];
    size_t count = 0;
    for (EscQueueItem *item = esc_heap_first(&queue->waiting);
         item != NULL && item->due_ms <= now_ms && count < ESC_QUEUE_CONTENTS_MAX &&
         queue->wanted_count < ESC_QUEUE_WANTS_MAX;
         item = esc_heap_first(&queue->waiting)) {
        looked[count++] = esc_heap_take(&queue->waiting);
        if (item->content == NULL && !item->is_wanted)
            want(queue, item);
    }
    while (count > 0)
        esc_heap_put(&queue->waiting, looked[--count]);
}

/* --- where a queue stands ----------------------------------------------------------------------- */

static uint32_t limit_of(const EscQueue *queue)
{
    return queue->kind == ESC_QUEUE_FREE ? 1 : queue->queues->limits.endpoint;
}

/* One workspace alone never takes the last half of all slots while there are others: a client whose
 * receivers hang leaves room for those who come. */
static bool has_slot(const EscQueues *queues, const Workspace *workspace)
{
    uint32_t limit = queues->limits.workspace;
    uint32_t half = queues->limits.total / 2;
    if (queues->workspaces_count > 1 && half > 0 && limit > half)
        limit = half;
    return workspace->under_way < limit;
}

/* When the queue may start something as far as it knows itself; INT64_MAX: not before it changes. */
static int64_t starts_at_ms(const EscQueue *queue)
{
    const EscQueueItem *first = esc_heap_first(&queue->waiting);
    if (first == NULL || queue->under_way >= limit_of(queue) || first->is_wanted)
        return INT64_MAX;
    int64_t open_ms = esc_breaker_opens_at_ms(&queue->breaker);
    return first->due_ms > open_ms ? first->due_ms : open_ms;
}

static void workspace_place(EscQueues *queues, Workspace *workspace)
{
    bool belongs = !esc_ring_is_empty(&workspace->ready) && has_slot(queues, workspace);
    if (belongs && !workspace->is_in_ring)
        esc_ring_put(&queues->ring, &workspace->link);
    else if (!belongs && workspace->is_in_ring)
        esc_ring_remove(&workspace->link);
    workspace->is_in_ring = belongs;
}

static void leave(EscQueue *queue)
{
    EscQueues *queues = queue->queues;
    esc_heap_remove(&queues->asleep, queue);
    esc_ring_remove(&queue->link);
    queue->stand = STAND_BLOCKED;
}

/* A queue that stays ready keeps its place in the ring, so that what comes in cannot put it back. */
static void place(EscQueue *queue, int64_t now_ms)
{
    EscQueues *queues = queue->queues;
    Workspace *workspace = queues->workspaces[queue->workspace];
    int64_t at_ms = starts_at_ms(queue);
    queues->now_ms = now_ms > queues->now_ms ? now_ms : queues->now_ms;
    if (at_ms <= now_ms && ((EscQueueItem *)esc_heap_first(&queue->waiting))->content == NULL) {
        want_first(queue, now_ms);
        at_ms = starts_at_ms(queue);
    }
    bool is_ready = at_ms <= now_ms;
    if (!is_ready || queue->stand != STAND_READY)
        leave(queue);
    if (is_ready && queue->stand != STAND_READY) {
        queue->stand = STAND_READY;
        esc_ring_put(queue->kind == ESC_QUEUE_FREE ? &queues->files : &workspace->ready,
                     &queue->link);
    } else if (!is_ready && at_ms != INT64_MAX) {
        queue->stand = STAND_ASLEEP;
        queue->wakes_ms = at_ms;
        esc_heap_put(&queues->asleep, queue);
    }
    workspace_place(queues, workspace);
}

/* Something came or went at a time that nobody told us. The last time that was told will do: what fell
 * due since then wakes at the next call that knows better, and what is ready keeps its turn. */
static void place_soon(EscQueue *queue)
{
    place(queue, queue->queues->now_ms);
}

static void wake(EscQueues *queues, int64_t now_ms)
{
    for (EscQueue *queue = esc_heap_first(&queues->asleep);
         queue != NULL && queue->wakes_ms <= now_ms; queue = esc_heap_first(&queues->asleep))
        place(queue, now_ms);
}

/* --- rows come ---------------------------------------------------------------------------------- */

EscQueue *esc_queues_find(const EscQueues *queues, uint32_t workspace, uint64_t id)
{
    const EscQueueItem *item = find(queues, workspace, id);
    return item == NULL ? NULL : item->queue;
}

static void unwant(EscQueueItem *item)
{
    if (item->is_wanted)
        item->queue->wanted_count--;
    item->is_wanted = false;
}

/* The content stays where it is needed, or where there is room. */
static void content_put(EscQueueItem *item, void *content, size_t size)
{
    EscQueue *queue = item->queue;
    bool stays = content != NULL && item->content == NULL &&
                 (item->is_wanted || has_room_for_content(queue));
    if (!stays) {
        if (content != NULL)
            queue->queues->limits.free_content(content);
        return;
    }
    item->content = content;
    item->content_size = size;
    queue->contents_count++;
    queue->contents_size += size;
    unwant(item);
}

static void content_leaves(EscQueueItem *item)
{
    if (item->content == NULL)
        return;
    item->queue->contents_count--;
    item->queue->contents_size -= item->content_size;
}

static void wait_in(EscQueueItem *item)
{
    EscQueues *queues = item->queue->queues;
    esc_heap_put(&item->queue->waiting, item);
    esc_heap_put(&queues->expiring, item);
}

static void wait_out(EscQueueItem *item)
{
    esc_heap_remove(&item->queue->waiting, item);
    esc_heap_remove(&item->queue->queues->expiring, item);
    content_leaves(item);
    unwant(item);
}

static EscQueueItem *item_new(EscQueue *queue, const EscQueueRow *row)
{
    EscQueues *queues = queue->queues;
    if (queues->items_count >= queues->buckets_count)
        buckets_grow(queues);
    EscQueueItem *item = calloc(1, sizeof(*item));
    ESC_ASSERT(item != NULL);
    *item = (EscQueueItem){.queue = queue,
                           .id = row->id,
                           .attempts = row->attempts,
                           .due_ms = row->due_ms,
                           .deadline_ms = row->deadline_ms,
                           .due_place = ESC_HEAP_NOWHERE,
                           .deadline_place = ESC_HEAP_NOWHERE};
    bucket_put(queues, item);
    queues->items_count++;
    queue->rows_count++;
    return item;
}

void esc_queues_put(EscQueue *queue, const EscQueueRow *row)
{
    EscQueueItem *item = find(queue->queues, queue->workspace, row->id);
    if (item == NULL) {
        item = item_new(queue, row);
        wait_in(item);
    }
    content_put(item, row->content, row->content_size);
    place_soon(item->queue);
}

void esc_queues_drop(EscQueues *queues, uint32_t workspace, uint64_t id)
{
    EscQueueItem *item = find(queues, workspace, id);
    if (item == NULL || item->is_under_way)
        return;
    EscQueue *queue = item->queue;
    wait_out(item);
    item_free(item);
    place_soon(queue);
}

/* --- rows go ------------------------------------------------------------------------------------ */

static EscQueue *take_turn(EscQueues *queues)
{
    if (!esc_ring_is_empty(
            &queues->files)) /* which leaves the ring: it has one under way at most */
        return (EscQueue *)queues->files.next;
    if (esc_ring_is_empty(&queues->ring) || queues->under_way_counted >= queues->limits.total)
        return NULL;
    Workspace *workspace = (Workspace *)queues->ring.next;
    EscQueue *queue = (EscQueue *)workspace->ready.next;
    esc_ring_remove(&workspace->link); /* to the end of the ring, when something is left for it */
    workspace->is_in_ring = false;
    leave(queue);
    return queue;
}

static EscQueueItem *take_first(EscQueue *queue, int64_t now_ms)
{
    EscQueueItem *item = esc_heap_first(&queue->waiting);
    wait_out(item);
    item->is_under_way = true;
    if (queue->contents_count < ESC_QUEUE_CONTENTS_MAX / 2 && queue->wanted_count == 0 &&
        queue->waiting.count > queue->contents_count)
        want_first(queue, now_ms); /* early, so that the receiver need not wait for the store */
    return item;
}

EscQueueItem *esc_queues_next(EscQueues *queues, int64_t now_ms)
{
    wake(queues, now_ms);
    EscQueue *queue = take_turn(queues);
    if (queue == NULL)
        return NULL;
    EscQueueItem *item = take_first(queue, now_ms);
    queue->under_way++;
    esc_breaker_start(&queue->breaker);
    if (queue->kind == ESC_QUEUE_FREE) {
        queues->under_way_free++;
    } else {
        queues->under_way_counted++;
        queues->workspaces[queue->workspace]->under_way++;
    }
    place(queue, now_ms);
    return item;
}

EscQueueItem *esc_queue_more(EscQueue *queue, int64_t now_ms)
{
    const EscQueueItem *first = esc_heap_first(&queue->waiting);
    if (first == NULL || first->due_ms > now_ms || first->content == NULL)
        return NULL;
    EscQueueItem *item = take_first(queue, now_ms);
    place(queue, now_ms);
    return item;
}

void esc_queue_gave_back(EscQueue *queue, int64_t now_ms)
{
    EscQueues *queues = queue->queues;
    ESC_ASSERT(queue->under_way > 0);
    queue->under_way--;
    queue->breaker.is_probing = false;
    if (queue->kind == ESC_QUEUE_FREE) {
        queues->under_way_free--;
    } else {
        queues->under_way_counted--;
        queues->workspaces[queue->workspace]->under_way--;
    }
    place(queue, now_ms);
}

void esc_queue_ended(EscQueue *queue, EscVerdict verdict, int64_t now_ms)
{
    const EscQueueLimits *limits = &queue->queues->limits;
    queue->gone_through += verdict == ESC_VERDICT_DONE;
    esc_breaker_note(&queue->breaker, verdict, now_ms, limits->circuit_failures,
                     limits->circuit_open_ms);
    esc_queue_gave_back(queue, now_ms);
}

void esc_queue_settled(EscQueueItem *item)
{
    ESC_ASSERT(item->is_under_way);
    item_free(item);
}

void esc_queue_again(EscQueueItem *item, uint32_t attempts, int64_t due_ms)
{
    ESC_ASSERT(item->is_under_way);
    EscQueue *queue = item->queue;
    void *content = item->content;
    item->content = NULL;
    item->is_under_way = false;
    item->attempts = attempts;
    item->due_ms = due_ms;
    wait_in(item);
    content_put(item, content, item->content_size);
    place_soon(queue);
}

void esc_queue_hold(EscQueueItem *item, int64_t due_ms)
{
    item->held_at = item->queue->gone_through + 1;
    esc_queue_again(item, item->attempts, due_ms);
}

bool esc_queue_is_items_own(const EscQueueItem *item)
{
    return item->held_at != 0 && item->queue->gone_through + 1 != item->held_at;
}

bool esc_queue_is_open(const EscQueue *queue)
{
    return queue->breaker.open_until_ms != 0;
}

size_t esc_queue_rows(const EscQueue *queue)
{
    return queue->rows_count;
}

int64_t esc_queue_closed_until_ms(const EscQueue *queue)
{
    return queue->breaker.open_until_ms;
}

bool esc_queue_is_held(const EscQueue *queue)
{
    return queue->breaker.is_held;
}

EscQueueItem *esc_queues_expired(EscQueues *queues, int64_t now_ms)
{
    EscQueueItem *item = esc_heap_first(&queues->expiring);
    if (item == NULL || item->deadline_ms > now_ms)
        return NULL;
    wait_out(item);
    item->is_under_way = true;
    place(item->queue, now_ms);
    return item;
}

size_t esc_queues_wants(EscQueues *queues, uint32_t *workspace, uint64_t *ids, size_t ids_max)
{
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < queues->wants_count; i++) {
        const Want *one = &queues->wants[i];
        const EscQueueItem *item = find(queues, one->workspace, one->id);
        if (item == NULL || !item->is_wanted)
            continue; /* its time was over, or its content came by itself */
        if (count == 0)
            *workspace = one->workspace;
        if (one->workspace == *workspace && count < ids_max)
            ids[count++] = one->id;
        else
            queues->wants[kept++] = *one;
    }
    queues->wants_count = kept;
    return count;
}

int64_t esc_queues_due_ms(const EscQueues *queues)
{
    const EscQueue *first = esc_heap_first(&queues->asleep);
    const EscQueueItem *expiring = esc_heap_first(&queues->expiring);
    int64_t due_ms = first == NULL ? INT64_MAX : first->wakes_ms;
    return expiring != NULL && expiring->deadline_ms < due_ms ? expiring->deadline_ms : due_ms;
}

uint32_t esc_queues_under_way(const EscQueues *queues)
{
    return queues->under_way_counted + queues->under_way_free;
}

size_t esc_queues_waiting(const EscQueues *queues)
{
    return queues->expiring.count;
}
