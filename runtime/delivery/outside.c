/* outside.c - the thread of the outside, and the doors into it.
 *
 * Whoever comes from another thread leaves a letter in the inbox. The thread takes all of them, lets curl
 * work, settles what is over, starts what may start, asks for contents that it will need, and waits until
 * the first of these can happen again: what it waits for is computed from what can be started, so it is
 * never awake without something to do. */
#define _GNU_SOURCE /* pthread_sigmask */
#include "outside.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define GIVE_UP_REAL_MS 2000 /* libcurl asks once a second whether to go on */
#define WAIT_REAL_MS_MAX 60000
#define IDLE_REAL_MS 60000
#define MAIL_WORKERS_FIRST 2
#define FILE_WORKERS_MAX 8
#define STUCK_REAL_MS                                                                              \
    20 /* a mail takes longer than that: then more workers come, up to the slots */

typedef struct SiteLetter {
    EscLetter letter;
    EscSite *site;
} SiteLetter;

typedef struct RowsLetter {
    EscLetter letter;
    uint32_t workspace;
    size_t count;
    EscContent *contents[];
} RowsLetter;

typedef struct DropLetter {
    EscLetter letter;
    uint32_t workspace;
    size_t count;
    uint64_t ids[];
} DropLetter;

uint64_t esc_outside_wakeups(const EscOutside *outside)
{
    return atomic_load(&outside->wakeups);
}

/* --- letters in --------------------------------------------------------------------------------- */

static void post(EscOutside *outside, EscLetter *letter, EscLetterKind kind)
{
    letter->kind = kind;
    esc_mailbox_add(&outside->inbox, &letter->parcel);
}

/* With a NUL behind it, as texts of an arena have: libcurl takes strings. */
static EscText copy(char **at, EscText text)
{
    if (text.size > 0)
        memcpy(*at, text.data, text.size);
    EscText kept = {*at, text.size};
    (*at)[text.size] = '\0';
    *at += text.size + 1;
    return kept;
}

static size_t said_size(const EscOutboxRow *row)
{
    return row->message != NULL ? esc_message_size(row->message)
           : row->call != NULL  ? esc_call_size(row->call)
                                : 0;
}

/* What the row says stands first in the block, where it is aligned; behind it its texts. */
static EscContent *content_new(const EscOutboxClaim *claim, int64_t ahead_ms)
{
    EscOutboxRow row = claim->row;
    EscText *texts[] = {&row.key, &row.ticket, &row.target, &row.medium, &row.address, &row.body};
    size_t said = said_size(&row), size = sizeof(EscContent) + said;
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        size += texts[i]->size + 1;
    EscContent *content = malloc(size);
    ESC_ASSERT(content != NULL);
    if (row.message != NULL)
        row.message = esc_message_copy(content + 1, row.message);
    else if (row.call != NULL)
        row.call = esc_call_copy(content + 1, row.call);
    char *at = (char *)(content + 1) + said;
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = copy(&at, *texts[i]);
    *content = (EscContent){.size = size,
                            .attempts = claim->attempts,
                            .next_attempt_at_ms = claim->next_attempt_at_ms - ahead_ms,
                            .ahead_ms = ahead_ms,
                            .row = row};
    return content;
}

void esc_outside_put(EscOutside *outside, uint32_t workspace, const EscOutboxClaim *rows,
                     size_t count, int64_t ahead_ms)
{
    if (count == 0)
        return;
    RowsLetter *letter = malloc(sizeof(*letter) + count * sizeof(EscContent *));
    ESC_ASSERT(letter != NULL);
    letter->workspace = workspace;
    letter->count = count;
    for (size_t i = 0; i < count; i++)
        letter->contents[i] = content_new(&rows[i], ahead_ms);
    post(outside, &letter->letter, ESC_LETTER_ROWS);
}

void esc_outside_drop(EscOutside *outside, uint32_t workspace, const uint64_t *ids, size_t count)
{
    if (count == 0)
        return;
    DropLetter *letter = malloc(sizeof(*letter) + count * sizeof(*ids));
    ESC_ASSERT(letter != NULL);
    letter->workspace = workspace;
    letter->count = count;
    memcpy(letter->ids, ids, count * sizeof(*ids));
    post(outside, &letter->letter, ESC_LETTER_DROP);
}

EscStatus esc_outside_add(EscOutside *outside, EscText workspace, const EscWorkspaceConfig *config,
                          const EscOutsideHost *host, uint32_t *number, EscWhy *why)
{
    EscSite *site = calloc(1, sizeof(*site) + workspace.size + 1);
    SiteLetter *letter = calloc(1, sizeof(*letter));
    if (site == NULL || letter == NULL) {
        free(site);
        free(letter);
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the deliveries of a workspace");
    }
    char *at = (char *)(site + 1);
    *site = (EscSite){.name = copy(&at, workspace), .config = config, .host = *host};
    letter->site = site;
    (void)pthread_mutex_lock(&outside->adding);
    *number = outside->numbers++;
    post(outside, &letter->letter, ESC_LETTER_SITE);
    (void)pthread_mutex_unlock(&outside->adding);
    return ESC_OK;
}

/* --- letters opened ----------------------------------------------------------------------------- */

static void free_content(void *content)
{
    free(content);
}

static void take_site(EscOutside *outside, EscSite *site)
{
    EscSite **grown = realloc(outside->sites, (outside->sites_count + 1) * sizeof(*outside->sites));
    ESC_ASSERT(grown != NULL);
    outside->sites = grown;
    outside->sites[outside->sites_count++] = site;
    uint32_t number = esc_queues_add_workspace(outside->queues);
    ESC_ASSERT(number + 1 == outside->sites_count);
}

static int64_t deadline_of(const EscOutside *outside, const EscOutboxRow *row)
{
    return row->deadline_ms > 0
               ? row->deadline_ms
               : row->created_at_ms + outside->setup.config->delivery_lifetime_s * 1000;
}

/* What is bound to nothing waits too, in a queue of its own: it is told dead in its turn. */
static EscQueue *queue_of(EscOutside *outside, uint32_t workspace, const EscOutboxRow *row)
{
    EscQueue *known = esc_queues_find(outside->queues, workspace, row->id);
    if (known != NULL)
        return known;
    EscRoute route;
    esc_route_find(outside->sites[workspace]->config, row, &route);
    bool is_file = route.way == ESC_WAY_FILE;
    EscText name = is_file                     ? route.path
                   : route.way == ESC_WAY_NONE ? ESC_TEXT("nothing")
                                               : esc_text_from(route.name);
    return esc_queues_endpoint(outside->queues, workspace, name,
                               is_file ? ESC_QUEUE_FREE : ESC_QUEUE_COUNTED);
}

static void take_rows(EscOutside *outside, const RowsLetter *letter)
{
    for (size_t i = 0; i < letter->count; i++) {
        EscContent *content = letter->contents[i];
        const EscOutboxRow *row = &content->row;
        EscQueueRow waits = {.id = row->id,
                             .attempts = content->attempts,
                             .due_ms = content->next_attempt_at_ms,
                             .deadline_ms = deadline_of(outside, row) - content->ahead_ms,
                             .content = content,
                             .content_size = content->size};
        EscQueue *queue = queue_of(outside, letter->workspace, row);
        esc_queues_put(queue, &waits);
        esc_endpoint_look(outside, queue);
    }
}

static void take_drop(EscOutside *outside, const DropLetter *letter)
{
    for (size_t i = 0; i < letter->count; i++)
        esc_queues_drop(outside->queues, letter->workspace, letter->ids[i]);
}

static void take_letter(EscOutside *outside, EscLetter *letter)
{
    switch (letter->kind) {
    case ESC_LETTER_SITE:
        take_site(outside, ((SiteLetter *)letter)->site);
        break;
    case ESC_LETTER_ROWS:
        take_rows(outside, (RowsLetter *)letter);
        break;
    case ESC_LETTER_DROP:
        take_drop(outside, (DropLetter *)letter);
        break;
    case ESC_LETTER_MAILED:
        esc_lane_close(
            &((EscAttempt *)letter)->lane); /* it has put the letter: only its return is left */
        esc_attempt_ended((EscAttempt *)letter);
        return;
    case ESC_LETTER_WRITTEN:
        esc_batch_ended(outside, (EscBatch *)letter);
        return;
    }
    free(letter);
}

static void take_letters(EscOutside *outside)
{
    for (EscParcel *parcel = esc_mailbox_take(&outside->inbox), *next = NULL; parcel != NULL;
         parcel = next) {
        next = parcel->next;
        take_letter(outside, (EscLetter *)parcel);
    }
}

/* Of an outside whose thread has ended. Attempts and batches are in lists of their own. */
static void throw_letters_away(EscOutside *outside)
{
    for (EscParcel *parcel = esc_mailbox_take(&outside->inbox), *next = NULL; parcel != NULL;
         parcel = next) {
        next = parcel->next;
        EscLetter *letter = (EscLetter *)parcel;
        if (letter->kind == ESC_LETTER_MAILED || letter->kind == ESC_LETTER_WRITTEN)
            continue;
        if (letter->kind == ESC_LETTER_SITE)
            free(((SiteLetter *)letter)->site);
        for (size_t i = 0; letter->kind == ESC_LETTER_ROWS && i < ((RowsLetter *)letter)->count;
             i++)
            free(((RowsLetter *)letter)->contents[i]);
        free(letter);
    }
}

/* --- the thread --------------------------------------------------------------------------------- */

static void settle_expired(EscOutside *outside, int64_t now_ms)
{
    for (EscQueueItem *item = esc_queues_expired(outside->queues, now_ms); item != NULL;
         item = esc_queues_expired(outside->queues, now_ms))
        esc_item_settle(outside, item, ESC_DELIVERY_DEAD, 0,
                        esc_queue_is_held(item->queue)
                            ? "its time was over while its endpoint refused us"
                            : "its time was over before it could be delivered",
                        (EscText){0});
}

static void start_all(EscOutside *outside, int64_t now_ms)
{
    for (EscQueueItem *item = esc_queues_next(outside->queues, now_ms); item != NULL;
         item = esc_queues_next(outside->queues, now_ms))
        esc_attempt_start(outside, item, now_ms);
}

static void ask_for_contents(EscOutside *outside)
{
    uint64_t ids[ESC_QUEUE_WANTS_MAX];
    uint32_t workspace;
    for (size_t count = 0;
         (count = esc_queues_wants(outside->queues, &workspace, ids, ESC_COUNT_OF(ids))) > 0;) {
        const EscOutsideHost *host = &outside->sites[workspace]->host;
        host->want(host->context, ids, count);
    }
}

static int64_t queues_wait_ms(const EscOutside *outside)
{
    int64_t due_ms = esc_queues_due_ms(outside->queues);
    if (due_ms == INT64_MAX)
        return INT64_MAX;
    double wait_ms = (double)(due_ms - esc_outside_now_ms(outside)) / outside->setup.time_scale;
    return wait_ms > WAIT_REAL_MS_MAX ? WAIT_REAL_MS_MAX : (int64_t)wait_ms + 1;
}

static int64_t stop_wait_ms(const EscOutside *outside)
{
    int64_t wait_ms = atomic_load(&outside->stop_at_real_ms) - esc_boot_ms();
    return atomic_load(&outside->is_giving_up) ? wait_ms + GIVE_UP_REAL_MS : wait_ms;
}

static int64_t wait_ns(const EscOutside *outside)
{
    bool is_stopping = atomic_load(&outside->is_stopping);
    int64_t wait_ms = is_stopping ? stop_wait_ms(outside) : queues_wait_ms(outside);
    int64_t http_ms = esc_requests_wait_ms(outside);
    wait_ms = http_ms < wait_ms ? http_ms : wait_ms;
    return wait_ms == INT64_MAX ? INT64_MAX : wait_ms * 1000000;
}

/* Somebody has what only he can give back: he may be in a write that does not end. */
static bool has_workers(const EscOutside *outside)
{
    for (EscRing *at = outside->attempts.next; at != &outside->attempts; at = at->next)
        if (ESC_RING_OWNER(at, EscAttempt, link)->route.way == ESC_WAY_MAIL)
            return true;
    return !esc_ring_is_empty(&outside->batches);
}

/* After the time for what is under way there is a moment more for workers, who are told to give up: what ends in
 * it has its result, and what they have is ours again. */
static bool is_over(EscOutside *outside)
{
    if (!atomic_load(&outside->is_stopping))
        return false;
    if (esc_queues_under_way(outside->queues) == 0)
        return true;
    int64_t stop_ms = atomic_load(&outside->stop_at_real_ms), now_ms = esc_boot_ms();
    if (now_ms < stop_ms)
        return false;
    atomic_store(&outside->is_giving_up, true);
    return !has_workers(outside) || now_ms >= stop_ms + GIVE_UP_REAL_MS;
}

static void end_requests(EscOutside *outside)
{
    EscAttempt *next = NULL;
    for (EscAttempt *attempt = esc_requests_run(outside); attempt != NULL; attempt = next) {
        next = attempt->next_ended;
        esc_attempt_ended(attempt);
    }
}

static void *run(void *context)
{
    EscOutside *outside = context;
    for (;;) {
        take_letters(outside);
        end_requests(outside);
        if (!atomic_load(&outside->is_stopping)) {
            int64_t now_ms = esc_outside_now_ms(outside);
            settle_expired(outside, now_ms);
            start_all(outside, now_ms);
            ask_for_contents(outside);
        }
        if (is_over(outside))
            return NULL;
        EscWhy why = {.text = ""};
        if (esc_reactor_wait(outside->reactor, wait_ns(outside), &why) != ESC_OK) {
            esc_outside_log(outside, "error", "delivery_failed", "%s", why.text);
            ESC_ASSERT(false); /* epoll or its timer is gone: nothing would ever be sent again */
        }
        atomic_fetch_add(&outside->wakeups, 1);
    }
}

/* --- life --------------------------------------------------------------------------------------- */

static bool start_thread(EscOutside *outside)
{
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    outside->has_thread = pthread_create(&outside->thread, NULL, run, outside) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return outside->has_thread;
}

static EscQueueLimits limits_of(const EscConfig *config)
{
    return (EscQueueLimits){.total = (uint32_t)config->delivery_parallel_max,
                            .workspace = (uint32_t)config->delivery_parallel_per_workspace_max,
                            .endpoint = (uint32_t)config->delivery_parallel_per_host_max,
                            .circuit_failures = config->circuit_failures,
                            .circuit_open_ms = config->circuit_open_ms,
                            .free_content = free_content};
}

/* As many workers for mail as there are slots, at most: whoever has a slot has a worker. */
static EscStatus make_parts(EscOutside *outside, EscWhy *why)
{
    const EscConfig *config = outside->setup.config;
    uint32_t slots = (uint32_t)config->delivery_parallel_max;
    EscQueueLimits limits = limits_of(config);
    EscPoolConfig mail = {.workers = slots < MAIL_WORKERS_FIRST ? slots : MAIL_WORKERS_FIRST,
                          .workers_max = slots,
                          .stuck_ms = STUCK_REAL_MS};
    EscPoolConfig file = {.workers = 1, .workers_max = FILE_WORKERS_MAX, .stuck_ms = STUCK_REAL_MS};
    outside->queues = esc_queues_new(&limits);
    outside->reactor = esc_reactor_new(false, why);
    esc_mailbox_init(&outside->inbox, esc_reactor_poke, outside->reactor);
    if (outside->queues == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the deliveries");
    if (outside->reactor == NULL)
        return ESC_IO_FAILED;
    outside->mail_pool = esc_pool_new(&mail, why);
    outside->file_pool = outside->mail_pool == NULL ? NULL : esc_pool_new(&file, why);
    if (outside->file_pool == NULL)
        return ESC_IO_FAILED;
    return start_thread(outside) ? ESC_OK
                                 : esc_why(why, ESC_IO_FAILED, "", 0,
                                           "the thread of the deliveries cannot be started");
}

EscStatus esc_outside_new(const EscOutsideSetup *setup, EscOutside **out, EscWhy *why)
{
    *out = NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return esc_why(why, ESC_IO_FAILED, "", 0, "libcurl does not start");
    if ((curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS) == 0) {
        curl_global_cleanup();
        return esc_why(why, ESC_IO_FAILED, "", 0,
                       "libcurl waits for names in the thread that asks");
    }
    EscOutside *outside = calloc(1, sizeof(*outside)); /* its atomics begin at nought */
    if (outside == NULL) {
        curl_global_cleanup();
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the deliveries");
    }
    outside->setup = *setup;
    outside->idle_real_ms = IDLE_REAL_MS;
    esc_ring_init(&outside->attempts);
    esc_ring_init(&outside->batches);
    outside->retries = (EscRetryRules){.attempts_max = setup->config->delivery_attempts_max,
                                       .base_ms = setup->config->backoff_base_ms,
                                       .max_ms = setup->config->backoff_max_ms};
    ESC_ASSERT(pthread_mutex_init(&outside->adding, NULL) == 0);
    esc_endpoints_init(outside);
    EscStatus status = make_parts(outside, why);
    if (status == ESC_OK)
        *out = outside;
    else
        esc_outside_free(outside);
    return status;
}

bool esc_outside_stop(EscOutside *outside, int64_t timeout_ms)
{
    if (outside->has_thread) {
        atomic_store(&outside->stop_at_real_ms, esc_boot_ms() + timeout_ms);
        atomic_store(&outside->is_stopping, true);
        esc_reactor_poke(outside->reactor);
        (void)pthread_join(outside->thread, NULL);
    }
    outside->has_thread = false;
    atomic_store(&outside->is_giving_up, true);
    return !has_workers(outside);
}

static void free_sites(EscOutside *outside)
{
    for (uint32_t i = 0; i < outside->sites_count; i++)
        free(outside->sites[i]);
    free(outside->sites);
}

/* Workers first: after that nobody but us knows anything of it. */
void esc_outside_free(EscOutside *outside)
{
    if (outside == NULL)
        return;
    (void)esc_outside_stop(outside, 0);
    esc_attempts_close(outside);
    esc_sinks_close(outside);
    throw_letters_away(outside);
    esc_mailbox_release(&outside->inbox);
    esc_attempts_free(outside);
    esc_system_tokens_free(outside);
    esc_sinks_free(outside);
    esc_requests_free(outside);
    esc_endpoints_free(outside);
    esc_pool_free(outside->mail_pool);
    esc_pool_free(outside->file_pool);
    esc_queues_free(outside->queues);
    esc_reactor_free(outside->reactor);
    free_sites(outside);
    (void)pthread_mutex_destroy(&outside->adding);
    free(outside);
    curl_global_cleanup();
}
