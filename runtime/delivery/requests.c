/* requests.c - requests by curl's multi interface, on the reactor of the outside's thread.
 *
 * Connections are kept and used again. A kept one was judged by the address rule when it was made, so
 * whoever uses it again must live under the same rule: workspaces share a pool of connections when their
 * allowed_addresses are the same, and no connection goes from one pool to another. Within a pool libcurl
 * uses a connection for the same host name and port only, so the judgement is the one that would be made
 * again. */
#include "outside.h"

#include <stdlib.h>

#include <sys/epoll.h>

#define KEPT_MAX 64 /* connections of one pool */

struct EscRequestPool {
    EscRequestPool *next;
    EscOutside *outside;
    const EscTexts *allowed; /* the rule */
    CURLM *multi;            /* NULL while it is idle */
    int64_t due_real_ms; /* set by curl with each request; INT64_MAX: it waits for sockets only */
    int64_t idle_since_real_ms;
    uint32_t under_way;
    bool has_lost; /* some of them end: their socket could not be watched */
};

static void socket_ready(void *context, int fd, uint32_t events)
{
    (void)events;
    const EscRequestPool *pool = context;
    int running;
    (void)curl_multi_socket_action(pool->multi, fd, 0, &running); /* it asks the socket itself */
}

static EscAttempt *attempt_of(CURL *easy)
{
    char *note = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &note);
    return (EscAttempt *)(void *)note;
}

/* libcurl would wait for a socket of which nobody tells it. An error from here would end all of its transfers, and
 * each only when its own time is over. */
static void lose(EscRequestPool *pool, CURL *easy)
{
    attempt_of(easy)->is_lost = true;
    pool->has_lost = true;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context)
{
    EscRequestPool *pool = context;
    EscReactor *reactor = pool->outside->reactor;
    EscWatch *watch = socket_context;
    if (what == CURL_POLL_REMOVE) {
        esc_reactor_unwatch(reactor, watch);
        (void)curl_multi_assign(pool->multi, fd, NULL);
        return 0;
    }
    uint32_t events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
    if (watch != NULL) {
        esc_reactor_change(reactor, watch, events);
        return 0;
    }
    watch = esc_reactor_watch(reactor, fd, events, socket_ready, pool);
    if (watch == NULL)
        lose(pool, easy);
    (void)curl_multi_assign(pool->multi, fd, watch);
    return 0;
}

static int set_timer(CURLM *multi, long wait_ms, void *context)
{
    (void)multi;
    EscRequestPool *pool = context;
    pool->due_real_ms = wait_ms < 0 ? INT64_MAX : esc_boot_ms() + wait_ms;
    return 0;
}

/* --- pools -------------------------------------------------------------------------------------- */

static bool is_same(const EscTexts *a, const EscTexts *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!esc_text_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

static EscRequestPool *pool_of(EscOutside *outside, EscSite *site)
{
    const EscTexts *allowed = &site->config->allowed_addresses;
    if (site->pool != NULL)
        return site->pool;
    for (EscRequestPool *pool = outside->pools; pool != NULL; pool = pool->next)
        if (is_same(pool->allowed, allowed))
            return site->pool = pool;
    EscRequestPool *pool = calloc(1, sizeof(*pool));
    if (pool == NULL)
        return NULL;
    *pool = (EscRequestPool){.next = outside->pools, .outside = outside, .allowed = allowed};
    outside->pools = pool;
    return site->pool = pool;
}

static bool open_pool(EscRequestPool *pool)
{
    if (pool->multi != NULL)
        return true;
    pool->multi = curl_multi_init();
    if (pool->multi == NULL)
        return false;
    (void)curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    (void)curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool);
    (void)curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool);
    (void)curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_MAX);
    /* Requests do not share a connection, or a slow one would hold up those behind it. */
    (void)curl_multi_setopt(pool->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return true;
}

static void close_pool(EscRequestPool *pool)
{
    (void)curl_multi_cleanup(pool->multi); /* none is no fault */
    pool->multi = NULL;
}

/* --- attempts ----------------------------------------------------------------------------------- */

bool esc_request_start(EscAttempt *attempt)
{
    EscOutside *outside = attempt->outside;
    EscSite *site = outside->sites[esc_queue_workspace(attempt->item->queue)];
    EscRequestPool *pool = pool_of(outside, site);
    if (pool == NULL || !open_pool(pool) ||
        curl_multi_add_handle(pool->multi, attempt->easy) != CURLM_OK)
        return false;
    attempt->pool = pool;
    pool->under_way++;
    return true;
}

void esc_request_give_up(EscAttempt *attempt)
{
    EscRequestPool *pool = attempt->pool;
    ESC_ASSERT(pool != NULL);
    (void)curl_multi_remove_handle(pool->multi, attempt->easy);
    pool->under_way--;
    pool->idle_since_real_ms = esc_boot_ms();
    attempt->pool = NULL;
}

/* Appends what has ended to a list and gives its new end. */
static EscAttempt **take_ended(const EscRequestPool *pool, EscAttempt **end)
{
    int left;
    for (CURLMsg *message = curl_multi_info_read(pool->multi, &left); message != NULL;
         message = curl_multi_info_read(pool->multi, &left)) {
        ESC_ASSERT(message->msg == CURLMSG_DONE); /* there is no other message */
        CURLcode code = message->data.result; /* the message is gone once its handle is removed */
        EscAttempt *attempt = attempt_of(message->easy_handle);
        attempt->code = code;
        (void)curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &attempt->status);
        esc_request_give_up(attempt);
        *end = attempt;
        end = &attempt->next_ended;
    }
    return end;
}

/* As take_ended. Those that ended by themselves have no pool any more. */
static EscAttempt **take_lost(EscRequestPool *pool, EscAttempt **end)
{
    EscRing *attempts = &pool->outside->attempts;
    for (EscRing *at = attempts->next; pool->has_lost && at != attempts; at = at->next) {
        EscAttempt *one = ESC_RING_OWNER(at, EscAttempt, link);
        if (!one->is_lost || one->pool != pool)
            continue;
        one->code = CURLE_OUT_OF_MEMORY;
        esc_request_give_up(one);
        *end = one;
        end = &one->next_ended;
    }
    pool->has_lost = false;
    return end;
}

EscAttempt *esc_requests_run(EscOutside *outside)
{
    EscAttempt *ended = NULL, **end = &ended;
    for (EscRequestPool *pool = outside->pools; pool != NULL; pool = pool->next) {
        if (pool->multi == NULL)
            continue;
        int running;
        if (esc_boot_ms() >= pool->due_real_ms) {
            pool->due_real_ms = INT64_MAX;
            (void)curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        end = take_lost(pool, take_ended(pool, end));
        if (pool->under_way == 0 &&
            esc_boot_ms() - pool->idle_since_real_ms >= outside->idle_real_ms)
            close_pool(pool);
    }
    return ended;
}

int64_t esc_requests_wait_ms(const EscOutside *outside)
{
    int64_t now_ms = esc_boot_ms(), wait_ms = INT64_MAX;
    for (const EscRequestPool *pool = outside->pools; pool != NULL; pool = pool->next) {
        if (pool->multi == NULL)
            continue;
        int64_t due_ms = pool->due_real_ms;
        if (pool->under_way == 0 && pool->idle_since_real_ms + outside->idle_real_ms < due_ms)
            due_ms = pool->idle_since_real_ms + outside->idle_real_ms;
        if (due_ms != INT64_MAX && due_ms - now_ms < wait_ms)
            wait_ms = due_ms > now_ms ? due_ms - now_ms : 0;
    }
    return wait_ms;
}

void esc_requests_free(EscOutside *outside)
{
    while (outside->pools != NULL) {
        EscRequestPool *pool = outside->pools;
        outside->pools = pool->next;
        close_pool(pool);
        free(pool);
    }
}
