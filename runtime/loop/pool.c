/* pool.c - workers that run lanes, first come first served, and a watcher for alarms and for workers that are stuck.
 *
 * One lock guards everything here; it is held for a few pointer moves, never while a lane runs. The watcher sleeps
 * until the next alarm, or for a moment when lanes wait and nobody is free: a worker that has been in one piece of
 * work for longer than stuck_ms (a disk that hangs) no longer counts, and another one is started for it. */
#define _GNU_SOURCE
#include <esc/loop.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A lane whose runs take more of a processor than this is not prompt (slice.c): it works for many, and a lane that is woken
 * for one client may come before it. */
#define PROMPT_CPU_NS INT64_C(1000000)

/* A sleeping machine stops the clock that the watcher waits by, but not the one that alarms are set by: looking
 * again after a second bounds how late an alarm is after it woke. */
#define WATCH_NS_MAX INT64_C(1000000000)

typedef struct Worker {
    EscPool *pool;
    pthread_t thread;
    int64_t busy_since_ns; /* 0: free */
    bool is_prompt;        /* what its thread asked for */
} Worker;

struct EscPool {
    EscPoolConfig config;
    pthread_mutex_t lock;
    pthread_cond_t work;   /* a lane is ready, or the end */
    pthread_cond_t watch;  /* the watcher has to look again */
    pthread_cond_t rest;   /* a lane stopped running */
    EscLane *first, *last; /* that are ready; `last` counts when there is a first */
    uint32_t queued_count;
    EscHeap alarms; /* lanes by due_ns */
    Worker **workers;
    uint32_t workers_count;
    uint32_t
        free_count; /* workers that wait; one that was woken counts until it runs, and so does the lane it will take */
    bool has_watcher, is_ending;
    bool looks_soon; /* the watcher will look for workers that are stuck without being told */
    pthread_t watcher;
};

/* --- alarms ------------------------------------------------------------------------------------------ */

static bool is_due_before(const void *a, const void *b)
{
    return ((const EscLane *)a)->due_ns < ((const EscLane *)b)->due_ns;
}

static size_t *place_of(void *lane)
{
    return &((EscLane *)lane)->heap_place;
}

/* --- the queue of ready lanes; the lock is held ------------------------------------------------------ */

/* More lanes wait than workers do. */
static bool is_short_of_workers(const EscPool *pool)
{
    return pool->queued_count > pool->free_count;
}

/* Perhaps all others are stuck: the watcher has to look. It is woken once and not for each lane. */
static void tell_watcher(EscPool *pool)
{
    if (pool->looks_soon || !is_short_of_workers(pool))
        return;
    pool->looks_soon = true;
    (void)pthread_cond_signal(&pool->watch);
}

static void queue_put(EscPool *pool, EscLane *lane)
{
    lane->state = ESC_LANE_QUEUED;
    lane->next = NULL;
    if (pool->first == NULL)
        pool->first = lane;
    else
        pool->last->next = lane;
    pool->last = lane;
    pool->queued_count++;
    if (!is_short_of_workers(pool))
        (void)pthread_cond_signal(&pool->work);
    tell_watcher(pool);
}

static EscLane *queue_take(EscPool *pool)
{
    EscLane *lane = pool->first;
    pool->first = lane->next;
    pool->queued_count--;
    return lane;
}

static void queue_remove(EscPool *pool, const EscLane *lane)
{
    EscLane *before = NULL;
    for (EscLane *at = pool->first; at != lane; at = at->next)
        before = at;
    if (before == NULL)
        pool->first = lane->next;
    else
        before->next = lane->next;
    if (pool->last == lane)
        pool->last = before;
    pool->queued_count--;
}

static void wake(EscPool *pool, EscLane *lane)
{
    if (lane->state == ESC_LANE_IDLE)
        queue_put(pool, lane);
    else if (lane->state == ESC_LANE_RUNNING)
        lane->state = ESC_LANE_RUNNING_AGAIN;
}

/* --- threads ------------------------------------------------------------------------------------------ */

static void set_prompt(Worker *worker, bool is_prompt)
{
    if (worker->is_prompt != is_prompt)
        esc_thread_set_prompt(is_prompt);
    worker->is_prompt = is_prompt;
}

/* What is kept of a lane follows a run that took long at once, and those that did not slowly: load comes in bursts. */
static void run_lane(Worker *worker, EscLane *lane)
{
    set_prompt(worker, lane->cpu_ns <= PROMPT_CPU_NS);
    int64_t began_ns = esc_thread_cpu_ns();
    lane->run(lane->context);
    int64_t took_ns = esc_thread_cpu_ns() - began_ns;
    lane->cpu_ns = took_ns > lane->cpu_ns ? took_ns : lane->cpu_ns - (lane->cpu_ns - took_ns) / 8;
    set_prompt(worker, true); /* whatever wakes it next may be for one client */
}

static void run_one(EscPool *pool, Worker *worker)
{
    EscLane *lane = queue_take(pool);
    lane->state = ESC_LANE_RUNNING;
    worker->busy_since_ns = esc_boot_ns();
    tell_watcher(pool); /* a worker less, and others may wait behind this lane */
    (void)pthread_mutex_unlock(&pool->lock);
    run_lane(worker, lane);
    (void)pthread_mutex_lock(&pool->lock);
    worker->busy_since_ns = 0;
    bool again = lane->state == ESC_LANE_RUNNING_AGAIN;
    lane->state = lane->state == ESC_LANE_CLOSING ? ESC_LANE_CLOSED : ESC_LANE_IDLE;
    if (again)
        queue_put(pool, lane);
    (void)pthread_cond_broadcast(&pool->rest);
}

static void *work(void *context)
{
    Worker *worker = context;
    EscPool *pool = worker->pool;
    set_prompt(worker, true);
    (void)pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->first == NULL && !pool->is_ending) {
            pool->free_count++;
            (void)pthread_cond_wait(&pool->work, &pool->lock);
            pool->free_count--;
        }
        if (pool->first == NULL)
            break;
        run_one(pool, worker);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Threads of the library take no signals: those are for whoever asked for them. */
static bool start_thread(pthread_t *thread, void *(*run)(void *), void *context)
{
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, context);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}

static bool start_worker(EscPool *pool)
{
    Worker *worker = calloc(1, sizeof(*worker));
    if (worker == NULL)
        return false;
    worker->pool = pool;
    pool->workers[pool->workers_count] = worker;
    if (!start_thread(&worker->thread, work, worker)) {
        free(worker);
        return false;
    }
    pool->workers_count++;
    return true;
}

static bool all_are_stuck(const EscPool *pool, int64_t now_ns)
{
    for (uint32_t i = 0; i < pool->workers_count; i++) {
        int64_t since = pool->workers[i]->busy_since_ns;
        if (since == 0 || now_ns - since < pool->config.stuck_ms * 1000000)
            return false;
    }
    return true;
}

static void wait_watch(EscPool *pool, int64_t wait_ns)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t at = (int64_t)until.tv_sec * 1000000000 + until.tv_nsec + wait_ns;
    until = (struct timespec){.tv_sec = (time_t)(at / 1000000000), .tv_nsec = at % 1000000000};
    (void)pthread_cond_timedwait(&pool->watch, &pool->lock, &until);
}

static int64_t next_look_ns(const EscPool *pool, int64_t now_ns)
{
    const EscLane *first = esc_heap_first(&pool->alarms);
    int64_t wait_ns = first == NULL ? INT64_MAX : first->due_ns - now_ns;
    bool may_be_stuck = is_short_of_workers(pool) && pool->workers_count < pool->config.workers_max;
    if (may_be_stuck && wait_ns > pool->config.stuck_ms * 1000000)
        wait_ns = pool->config.stuck_ms * 1000000;
    return wait_ns != INT64_MAX && wait_ns > WATCH_NS_MAX ? WATCH_NS_MAX : wait_ns;
}

static void wake_due(EscPool *pool, int64_t now_ns)
{
    for (EscLane *lane = esc_heap_first(&pool->alarms); lane != NULL && lane->due_ns <= now_ns;
         lane = esc_heap_first(&pool->alarms)) {
        esc_heap_remove(&pool->alarms, lane);
        wake(pool, lane);
    }
}

static void *watch(void *context)
{
    EscPool *pool = context;
    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->is_ending) {
        int64_t now_ns = esc_boot_ns();
        wake_due(pool, now_ns);
        if (pool->first != NULL && pool->workers_count < pool->config.workers_max &&
            all_are_stuck(pool, now_ns))
            (void)start_worker(pool); /* tried again at the next look when it fails */
        int64_t wait_ns = next_look_ns(pool, now_ns);
        pool->looks_soon = is_short_of_workers(pool); /* then it waits for stuck_ms at most */
        if (wait_ns == INT64_MAX)
            (void)pthread_cond_wait(&pool->watch, &pool->lock);
        else if (wait_ns > 0)
            wait_watch(pool, wait_ns);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* --- the pool -------------------------------------------------------------------------------------------- */

static void init_conditions(EscPool *pool)
{
    pthread_condattr_t monotonic;
    ESC_ASSERT(pthread_condattr_init(&monotonic) == 0);
    ESC_ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    ESC_ASSERT(pthread_cond_init(&pool->watch, &monotonic) == 0);
    (void)pthread_condattr_destroy(&monotonic);
    ESC_ASSERT(pthread_cond_init(&pool->work, NULL) == 0);
    ESC_ASSERT(pthread_cond_init(&pool->rest, NULL) == 0);
    ESC_ASSERT(pthread_mutex_init(&pool->lock, NULL) == 0);
}

EscPool *esc_pool_new(const EscPoolConfig *config, EscWhy *why)
{
    ESC_ASSERT(config->workers > 0);
    ESC_ASSERT(config->workers_max >= config->workers);
    EscPool *pool = calloc(1, sizeof(*pool));
    Worker **workers = calloc(config->workers_max, sizeof(Worker *));
    if (pool == NULL || workers == NULL) {
        free(pool);
        free(workers);
        (void)esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the workers");
        return NULL;
    }
    pool->config = *config;
    pool->workers = workers;
    pool->alarms = (EscHeap){.is_before = is_due_before, .place = place_of};
    init_conditions(pool);
    (void)pthread_mutex_lock(&pool->lock);
    bool is_fine = true;
    while (is_fine && pool->workers_count < config->workers)
        is_fine = start_worker(pool);
    (void)pthread_mutex_unlock(&pool->lock);
    pool->has_watcher = is_fine && start_thread(&pool->watcher, watch, pool);
    if (pool->has_watcher)
        return pool;
    (void)esc_why(why, ESC_IO_FAILED, "", 0, "a thread cannot be started");
    esc_pool_free(pool);
    return NULL;
}

void esc_pool_free(EscPool *pool)
{
    if (pool == NULL)
        return;
    (void)pthread_mutex_lock(&pool->lock);
    pool->is_ending = true;
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_cond_broadcast(&pool->watch);
    (void)pthread_mutex_unlock(&pool->lock);
    if (pool->has_watcher)
        (void)pthread_join(pool->watcher, NULL); /* after it nobody starts workers */
    for (uint32_t i = 0; i < pool->workers_count; i++) {
        (void)pthread_join(pool->workers[i]->thread, NULL);
        free(pool->workers[i]);
    }
    ESC_ASSERT(pool->first == NULL);
    ESC_ASSERT(pool->alarms.count == 0);
    (void)pthread_mutex_destroy(&pool->lock);
    (void)pthread_cond_destroy(&pool->work);
    (void)pthread_cond_destroy(&pool->watch);
    (void)pthread_cond_destroy(&pool->rest);
    esc_heap_release(&pool->alarms);
    free(pool->workers);
    free(pool);
}

uint32_t esc_pool_workers(EscPool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    uint32_t count = pool->workers_count;
    (void)pthread_mutex_unlock(&pool->lock);
    return count;
}

/* --- lanes ------------------------------------------------------------------------------------------------ */

void esc_lane_init(EscLane *lane, EscPool *pool, void (*run)(void *context), void *context)
{
    *lane = (EscLane){.pool = pool,
                      .run = run,
                      .context = context,
                      .state = ESC_LANE_IDLE,
                      .heap_place = ESC_HEAP_NOWHERE};
}

void esc_lane_wake(EscLane *lane)
{
    EscPool *pool = lane->pool;
    (void)pthread_mutex_lock(&pool->lock);
    wake(pool, lane);
    (void)pthread_mutex_unlock(&pool->lock);
}

void esc_lane_wake_at(EscLane *lane, int64_t boot_ns)
{
    EscPool *pool = lane->pool;
    (void)pthread_mutex_lock(&pool->lock);
    esc_heap_remove(&pool->alarms, lane);
    lane->due_ns = boot_ns;
    bool may_run = lane->state != ESC_LANE_CLOSING && lane->state != ESC_LANE_CLOSED;
    if (boot_ns != INT64_MAX && may_run) {
        esc_heap_put(&pool->alarms, lane);
        if (esc_heap_first(&pool->alarms) == lane)
            (void)pthread_cond_signal(&pool->watch);
    }
    (void)pthread_mutex_unlock(&pool->lock);
}

void esc_lane_close(EscLane *lane)
{
    EscPool *pool = lane->pool;
    if (pool == NULL)
        return; /* never initialised */
    (void)pthread_mutex_lock(&pool->lock);
    esc_heap_remove(&pool->alarms, lane);
    if (lane->state == ESC_LANE_QUEUED)
        queue_remove(pool, lane);
    bool is_running = lane->state == ESC_LANE_RUNNING || lane->state == ESC_LANE_RUNNING_AGAIN;
    lane->state = is_running ? ESC_LANE_CLOSING : ESC_LANE_CLOSED;
    while (lane->state == ESC_LANE_CLOSING)
        (void)pthread_cond_wait(&pool->rest, &pool->lock);
    (void)pthread_mutex_unlock(&pool->lock);
}
