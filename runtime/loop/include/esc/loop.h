/* esc/loop.h - threads of the daemon, and what goes between them.
 *
 * Three kinds of threads share nothing but mailboxes: a thread with a *reactor* (epoll) for whoever waits for
 * descriptors, the workers of a *pool* for whoever computes or waits for a disk, and threads that a library
 * blocks. A *mailbox* is how anybody reaches anybody: a bounded list that its owner takes as a whole. A *lane* is
 * work that must run one piece after the other (the turns of one workspace) on whichever worker is free. */
#ifndef ESC_LOOP_H
#define ESC_LOOP_H

#include <esc/kit.h>

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nanoseconds since the machine was started, time asleep included (CLOCK_BOOTTIME): the one measure of elapsed
 * time. Never goes back, whatever happens to the wall clock. */
int64_t esc_boot_ns(void);
int64_t esc_boot_ms(void);

/* Whether the calling thread, when it wakes on a busy machine, comes before threads that compute for long. A wish: what the
 * system does not grant is left as it is. Threads that are started later have it too. */
void esc_thread_set_prompt(bool is_prompt);
int64_t esc_thread_cpu_ns(void); /* nanoseconds of a processor that the calling thread has taken */

/* --- mailboxes -------------------------------------------------------------------------------- */

/* What is sent embeds one, usually as its first member; whoever takes it owns the whole. */
typedef struct EscParcel {
    struct EscParcel *next;
} EscParcel;

typedef struct EscMailbox {
    pthread_mutex_t lock;
    EscParcel *first, *last;
    size_t weight;                 /* of what lies in it */
    void (*notify)(void *context); /* it was empty and is not any more; called without the lock */
    void *context;
} EscMailbox;

void esc_mailbox_init(EscMailbox *mailbox, void (*notify)(void *context), void *context);
void esc_mailbox_release(EscMailbox *mailbox); /* it must be empty */
/* Any thread. False when one lies there already and `weight` more would be over `room`: nothing was put, the
 * parcel stays the caller's. */
ESC_MUST_USE bool esc_mailbox_put(EscMailbox *mailbox, EscParcel *parcel, size_t weight,
                                  size_t room);
/* Any thread. What must never be refused: its number is bounded elsewhere, and it weighs nothing. */
void esc_mailbox_add(EscMailbox *mailbox, EscParcel *parcel);
/* Everything that lies there, in the order it came; NULL for nothing. The owner's alone. */
EscParcel *esc_mailbox_take(EscMailbox *mailbox);

/* --- a ring: a list from whose middle anything can be taken ------------------------------------- */

/* What stands in a ring embeds one, and so does whoever owns the ring: its head. Without a lock. */
typedef struct EscRing {
    struct EscRing *previous, *next; /* of the head: the last and the first */
} EscRing;

#define ESC_RING_OWNER(link, Type, member) ((Type *)((char *)(link)-offsetof(Type, member)))

void esc_ring_init(EscRing *ring); /* a head of nothing, or a link that stands nowhere */
void esc_ring_put(EscRing *head, EscRing *link); /* as the last */
void esc_ring_remove(EscRing *link);             /* one that stands nowhere stays there */
bool esc_ring_is_empty(const EscRing *head);

/* --- a heap: what comes first, of what has its time ------------------------------------------- */

#define ESC_HEAP_NOWHERE SIZE_MAX /* the place of an item that is in no heap */

/* A binary heap of pointers whose items know their place, so that any of them can be taken out. Without a lock. */
typedef struct EscHeap {
    void **items;
    size_t count, capacity;
    bool (*is_before)(const void *a, const void *b); /* a strict order */
    size_t *(*place)(void *item);                    /* where an item keeps its place */
} EscHeap;

void esc_heap_release(EscHeap *heap);
void *esc_heap_first(const EscHeap *heap); /* NULL when it is empty */
void esc_heap_put(EscHeap *heap, void *item);
void esc_heap_remove(EscHeap *heap, void *item); /* nothing when it is not there */
void *esc_heap_take(EscHeap *heap);              /* the first one, taken out; NULL */

/* --- the pool ---------------------------------------------------------------------------------- */

typedef struct EscPool EscPool;

typedef struct EscPoolConfig {
    uint32_t workers; /* at the start */
    uint32_t
        workers_max; /* when workers are stuck (a disk that hangs) others take their place, up to this many */
    int64_t stuck_ms; /* a piece of work that takes longer than this counts as stuck */
} EscPoolConfig;

/* Starts the workers and a watcher; they take no signals. NULL on failure with *why. */
EscPool *esc_pool_new(const EscPoolConfig *config, EscWhy *why);
/* Waits for what runs and ends the threads. All lanes must be closed. NULL is allowed. */
void esc_pool_free(EscPool *pool);
uint32_t esc_pool_workers(EscPool *pool); /* any thread: how many there are now */

typedef enum EscLaneState {
    ESC_LANE_IDLE,
    ESC_LANE_QUEUED,
    ESC_LANE_RUNNING,
    ESC_LANE_RUNNING_AGAIN, /* woken while it ran */
    ESC_LANE_CLOSING,       /* runs for the last time */
    ESC_LANE_CLOSED
} EscLaneState;

/* Everything in it is the pool's. */
typedef struct EscLane {
    EscPool *pool;
    void (*run)(void *context);
    void *context;
    EscLaneState state;
    struct EscLane *next; /* in the pool's queue */
    int64_t cpu_ns;       /* what a run takes of a processor: see pool.c */
    int64_t due_ns;       /* of its alarm, by esc_boot_ns */
    size_t heap_place;    /* among the alarms */
} EscLane;

/* `run` does one bounded piece of work and returns; it never runs on two workers at once. Lanes that are ready
 * take their turns in order, so `run` should wake its own lane rather than go on for long. */
void esc_lane_init(EscLane *lane, EscPool *pool, void (*run)(void *context), void *context);
void esc_lane_wake(
    EscLane *lane); /* any thread: runs once more, however often it is woken before that */
/* Any thread: wakes the lane at that time; replaces the alarm that was set before. INT64_MAX: none. */
void esc_lane_wake_at(EscLane *lane, int64_t boot_ns);
/* Waits until it does not run; whatever wakes it, it never begins again. Not from within `run`. */
void esc_lane_close(EscLane *lane);

/* --- the reactor: epoll, one timer, signals ----------------------------------------------------- */

typedef struct EscReactor EscReactor; /* belongs to one thread, but for esc_reactor_poke */
typedef struct EscWatch EscWatch;     /* one watched descriptor */
typedef void (*EscWatchReady)(void *context, int fd, uint32_t events);

/* `takes_signals`: blocks SIGTERM, SIGINT and SIGHUP for the calling thread (and those it starts later) and takes
 * them in. NULL on failure. */
EscReactor *esc_reactor_new(bool takes_signals, EscWhy *why);
void esc_reactor_free(EscReactor *reactor); /* NULL is allowed */
/* `events` are EPOLLIN, EPOLLOUT …; NULL when it fails. The descriptor stays the caller's. */
EscWatch *esc_reactor_watch(EscReactor *reactor, int fd, uint32_t events, EscWatchReady ready,
                            void *context);
void esc_reactor_change(EscReactor *reactor, EscWatch *watch, uint32_t events);
/* NULL is allowed; the watch is gone afterwards. */
void esc_reactor_unwatch(EscReactor *reactor, EscWatch *watch);
/* Waits for at most wait_ns (0: only looks, INT64_MAX: for ever) and calls what is ready. */
ESC_MUST_USE EscStatus esc_reactor_wait(EscReactor *reactor, int64_t wait_ns, EscWhy *why);
/* Any thread: the present or the next esc_reactor_wait returns at once. A mailbox's notify. */
void esc_reactor_poke(void *reactor);
bool esc_reactor_is_stopping(const EscReactor *reactor); /* SIGTERM or SIGINT came */
bool esc_reactor_take_reload(EscReactor *reactor);       /* SIGHUP came since the last call */

#ifdef __cplusplus
}
#endif
#endif
