/* delivery.c - the delivery worker: claims due outbox rows, carries them out, and hands the
 * outcomes to the next turn.
 *
 * A row is in one of our transfers from its claim until its outcome is committed, so that it is
 * never under way twice. What ends without a definite answer is noted in the store with the time
 * of its next attempt; what is settled becomes an input of the engine. After a crash the
 * unsettled rows are simply due again, with the same key: at least once outside, exactly once in
 * our state. All times but the time-out of an attempt are those of the clock door. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/epoll.h>

#include "delivery/delivery_transfer.h"

/* Looks for rows that became due unnoticed, such as those of before a restart. */
#define POLL_REAL_MS 5000
#define CLAIMS_MAX 512  /* rows of one look at the store, beyond those under way */
#define RETRIES_MAX 256 /* times of next attempts that are remembered; the poll finds the others */
#define TRANSFER_ARENA_BYTES_MAX ((size_t)16 << 20)
#define CLAIM_ARENA_BYTES_MAX ((size_t)256 << 20)

struct EscEndpointState {
    struct EscEndpointState *next;
    const EscWorkspaceState *workspace;
    EscBreaker breaker;
    uint32_t under_way;
    size_t name_size;
    char name[];
};

struct EscDeliveries {
    EscDaemon *daemon;
    CURLM *multi;
    EscTransfer *transfers; /* under way, and those whose outcome waits for its commit */
    EscTransfer *for_files, *for_files_last; /* claimed, to be written together */
    size_t transfers_count;
    uint32_t under_way;
    EscEndpointState *endpoints;
    EscArena *claim_arena;
    int64_t curl_due_real_ms; /* INT64_MAX: curl waits for sockets only */
    int64_t look_due_real_ms;
    int64_t retries_ms[RETRIES_MAX]; /* when postponed rows are due again */
    size_t retries_count;
    bool has_freed; /* something ended: there is room for more */
};

/* --- libcurl in our loop ---------------------------------------------------------------------- */

static void socket_ready(void *context, int fd, uint32_t events)
{
    EscDeliveries *deliveries = context;
    int what = ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
               ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
               ((events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    int running = 0;
    (void)curl_multi_socket_action(deliveries->multi, fd, what, &running);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context)
{
    (void)easy;
    EscDeliveries *deliveries = context;
    EscReactor *reactor = deliveries->daemon->reactor;
    EscWatch *watch = socket_context;
    if (what == CURL_POLL_REMOVE) {
        esc_reactor_unwatch(reactor, watch);
        (void)curl_multi_assign(deliveries->multi, fd, NULL);
        return 0;
    }
    uint32_t events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
    if (watch != NULL) {
        esc_reactor_change(reactor, watch, events);
        return 0;
    }
    watch = esc_reactor_watch(reactor, fd, events, socket_ready, deliveries);
    if (watch == NULL)
        return -1;
    (void)curl_multi_assign(deliveries->multi, fd, watch);
    return 0;
}

static int set_timer(CURLM *multi, long wait_ms, void *context)
{
    (void)multi;
    EscDeliveries *deliveries = context;
    deliveries->curl_due_real_ms = wait_ms < 0 ? INT64_MAX : esc_boot_ms() + wait_ms;
    return 0;
}

/* --- life ------------------------------------------------------------------------------------- */

EscStatus esc_deliveries_new(EscDaemon *daemon, EscDeliveries **out, EscWhy *why)
{
    EscDeliveries *deliveries = calloc(1, sizeof(*deliveries));
    *out = deliveries;
    if (deliveries == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the delivery worker");
    deliveries->daemon = daemon;
    deliveries->curl_due_real_ms = INT64_MAX;
    deliveries->claim_arena = esc_arena_new(CLAIM_ARENA_BYTES_MAX);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return esc_why(why, ESC_IO_FAILED, "", 0, "libcurl does not start");
    deliveries->multi = curl_multi_init();
    if (deliveries->multi == NULL || deliveries->claim_arena == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the delivery worker");
    (void)curl_multi_setopt(deliveries->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    (void)curl_multi_setopt(deliveries->multi, CURLMOPT_SOCKETDATA, deliveries);
    (void)curl_multi_setopt(deliveries->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(deliveries->multi, CURLMOPT_TIMERDATA, deliveries);
    return ESC_OK;
}

static void transfer_free(EscTransfer *transfer)
{
    EscDeliveries *deliveries = transfer->deliveries;
    if (transfer->easy != NULL)
        (void)curl_multi_remove_handle(deliveries->multi, transfer->easy);
    esc_transfer_release_curl(transfer);
    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        deliveries->transfers = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
    deliveries->transfers_count--;
    esc_arena_free(transfer->arena);
    free(transfer);
}

void esc_deliveries_free(EscDeliveries *deliveries)
{
    if (deliveries == NULL)
        return;
    while (deliveries->transfers != NULL)
        transfer_free(deliveries->transfers);
    while (deliveries->endpoints != NULL) {
        EscEndpointState *endpoint = deliveries->endpoints;
        deliveries->endpoints = endpoint->next;
        free(endpoint);
    }
    if (deliveries->multi != NULL)
        (void)curl_multi_cleanup(deliveries->multi);
    esc_arena_free(deliveries->claim_arena);
    free(deliveries);
    curl_global_cleanup();
}

static EscEndpointState *find_endpoint(EscDeliveries *deliveries,
                                       const EscWorkspaceState *workspace, EscText name)
{
    for (EscEndpointState *one = deliveries->endpoints; one != NULL; one = one->next)
        if (one->workspace == workspace &&
            esc_text_equal((EscText){one->name, one->name_size}, name))
            return one;
    EscEndpointState *added = calloc(1, sizeof(*added) + name.size + 1);
    ESC_ASSERT(added != NULL);
    added->workspace = workspace;
    added->name_size = name.size;
    if (name.size > 0)
        memcpy(added->name, name.data, name.size);
    added->next = deliveries->endpoints;
    deliveries->endpoints = added;
    return added;
}

/* --- outcomes --------------------------------------------------------------------------------- */

static void outcome_done(EscWork *work, const EscReply *replies)
{
    EscTransfer *transfer = (EscTransfer *)work; /* its first member */
    if (replies[0].status != ESC_OK) {
        /* The row stays unsettled, and this transfer stays in the list so that it is not carried
         * out again and again. */
        esc_daemon_log(transfer->deliveries->daemon, "error", "delivery_outcome_refused",
                       "%.*s: %s", ESC_TEXT_ARG(transfer->row.key), replies[0].why.text);
        return;
    }
    transfer_free(transfer);
}

static void outcome_dropped(EscWork *work)
{
    /* The daemon ends; the row is due again at the next start. */
    transfer_free((EscTransfer *)work);
}

static void release_slot(EscTransfer *transfer)
{
    if (!transfer->is_under_way)
        return;
    transfer->is_under_way = false;
    transfer->endpoint->under_way--;
    transfer->deliveries->under_way--;
    transfer->deliveries->has_freed = true;
}

static void settle(EscTransfer *transfer, EscDeliveryState state, unsigned status,
                   const char *detail, EscText reply)
{
    release_slot(transfer);
    transfer->delivery =
        (EscDelivery){.outbox = transfer->row.id,
                      .state = state,
                      .http_status = status,
                      .reply = reply,
                      .detail = esc_arena_text(transfer->arena, esc_text_from(detail))};
    transfer->input = (EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &transfer->delivery};
    transfer->work = (EscWork){
        .inputs = &transfer->input, .count = 1, .done = outcome_done, .dropped = outcome_dropped};
    if (state == ESC_DELIVERY_DEAD)
        esc_daemon_log(transfer->deliveries->daemon, "warning", "delivery_dead", "%.*s to %.*s: %s",
                       ESC_TEXT_ARG(transfer->row.key), ESC_TEXT_ARG(transfer->plan.endpoint),
                       detail);
    esc_work_put(transfer->workspace, &transfer->work);
}

static int64_t give_up_at_ms(const EscTransfer *transfer)
{
    if (transfer->row.deadline_ms > 0)
        return transfer->row.deadline_ms;
    return transfer->row.created_at_ms +
           transfer->deliveries->daemon->setup.config->delivery_lifetime_s * 1000;
}

/* Notes the next attempt in the store and forgets the transfer. */
static EscStatus postpone(EscTransfer *transfer, uint32_t attempts, int64_t next_ms,
                          const char *detail, EscWhy *why)
{
    EscDeliveries *deliveries = transfer->deliveries;
    int64_t last_ms = give_up_at_ms(transfer);
    if (next_ms > last_ms)
        next_ms = last_ms; /* then it is found dead on time */
    if (deliveries->retries_count < RETRIES_MAX)
        deliveries->retries_ms[deliveries->retries_count++] = next_ms;
    release_slot(transfer);
    EscService *service = transfer->workspace->service;
    const EscOutboxRetry retry = {transfer->row.id, attempts, next_ms, esc_text_from(detail)};
    esc_service_retry(service, &retry);
    EscStatus status = esc_service_turn(service, NULL, 0, 0, NULL, NULL, why);
    transfer_free(transfer);
    return status;
}

static EscStatus try_again(EscTransfer *transfer, int64_t floor_ms, const char *detail, EscWhy *why)
{
    const EscDaemonSetup *setup = &transfer->deliveries->daemon->setup;
    int64_t now = esc_daemon_now_ms(transfer->deliveries->daemon);
    uint32_t attempts = transfer->attempts + 1;
    if ((int64_t)attempts >= setup->config->delivery_attempts_max ||
        now >= give_up_at_ms(transfer)) {
        char text[200];
        (void)snprintf(text, sizeof(text), "given up after %u attempts: %s", attempts, detail);
        settle(transfer, ESC_DELIVERY_DEAD, 0, text, (EscText){0});
        return ESC_OK;
    }
    uint64_t random = 0;
    setup->random->fill(setup->random->context, &random, sizeof(random));
    int64_t pause = esc_backoff_ms(attempts, setup->config->backoff_base_ms,
                                   setup->config->backoff_max_ms, floor_ms, random);
    esc_daemon_log(transfer->deliveries->daemon, "info", "delivery_retry",
                   "%.*s to %.*s: %s; attempt %u in %lld ms", ESC_TEXT_ARG(transfer->row.key),
                   ESC_TEXT_ARG(transfer->plan.endpoint), detail, attempts + 1, (long long)pause);
    return postpone(transfer, attempts, now + pause, detail, why);
}

/* A sentence without any address in it: libcurl's own messages name hosts. */
static void describe(const EscTransfer *transfer, CURLcode code, long status, char *out,
                     size_t size)
{
    const char *what =
        transfer->plan.kind == ESC_PLAN_MAIL ? "the mail server answered" : "HTTP status";
    if (transfer->is_address_refused && !transfer->is_address_tried)
        (void)snprintf(out, size, "its address is not allowed by the configuration");
    else if (code == CURLE_OK || (status > 0 && code != CURLE_OPERATION_TIMEDOUT))
        (void)snprintf(out, size, "%s %ld", what, status);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        (void)snprintf(out, size, "no answer in time");
    else
        (void)snprintf(out, size, "%s", curl_easy_strerror(code));
}

static void settle_done(EscTransfer *transfer, unsigned status, const char *detail)
{
    if (!transfer->plan.is_call) {
        settle(transfer, ESC_DELIVERY_ACCEPTED, status, detail, (EscText){0});
        return;
    }
    EscBuf reply;
    esc_buf_init(&reply, ESC_TEXT_MAX);
    bool has_result =
        esc_reply_select(&reply, esc_buf_as_text(&transfer->reply), transfer->plan.result_path);
    EscText text = esc_arena_text(transfer->arena, esc_buf_as_text(&reply));
    esc_buf_release(&reply);
    settle(transfer, ESC_DELIVERY_DELIVERED, status,
           has_result ? detail : "the reply has no such member", text);
}

static EscStatus transfer_ended(EscTransfer *transfer, CURLcode code, EscWhy *why)
{
    EscDeliveries *deliveries = transfer->deliveries;
    const EscConfig *config = deliveries->daemon->setup.config;
    long status = 0;
    curl_off_t retry_after_s = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    bool is_mail = transfer->plan.kind == ESC_PLAN_MAIL;
    EscVerdict verdict =
        is_mail ? esc_verdict_mail(code == CURLE_OK, (unsigned)status)
                : esc_verdict_http(&transfer->plan, code == CURLE_OK, (unsigned)status);
    if (transfer->is_address_refused && !transfer->is_address_tried)
        verdict = ESC_VERDICT_DEAD;
    char detail[160];
    describe(transfer, code, status, detail, sizeof(detail));
    (void)curl_multi_remove_handle(deliveries->multi, transfer->easy);
    esc_breaker_note(&transfer->endpoint->breaker, verdict, esc_daemon_now_ms(deliveries->daemon),
                     config->circuit_failures, config->circuit_open_ms);
    if (verdict == ESC_VERDICT_RETRY)
        return try_again(transfer,
                         retry_after_s > 0 && retry_after_s < 86400 ? (int64_t)retry_after_s * 1000
                                                                    : 0,
                         detail, why);
    if (verdict == ESC_VERDICT_DONE)
        settle_done(transfer, (unsigned)status, detail);
    else
        settle(transfer, ESC_DELIVERY_DEAD, (unsigned)status, detail, (EscText){0});
    esc_transfer_release_curl(transfer);
    return ESC_OK;
}

/* The earliest next attempt that is remembered; INT64_MAX for none. */
static int64_t next_retry_ms(const EscDeliveries *deliveries)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < deliveries->retries_count; i++)
        if (deliveries->retries_ms[i] < next)
            next = deliveries->retries_ms[i];
    return next;
}

static void forget_retries(EscDeliveries *deliveries, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < deliveries->retries_count; i++)
        if (deliveries->retries_ms[i] > now_ms)
            deliveries->retries_ms[kept++] = deliveries->retries_ms[i];
    deliveries->retries_count = kept;
}

/* --- starting --------------------------------------------------------------------------------- */

static bool is_under_way(const EscTransfer *transfers, const EscWorkspaceState *workspace,
                         uint64_t id)
{
    for (const EscTransfer *one = transfers; one != NULL; one = one->next)
        if (one->workspace == workspace && one->row.id == id)
            return true;
    return false;
}

static EscText keep(EscArena *arena, EscText text)
{
    return text.size == 0 ? (EscText){0} : esc_arena_text(arena, text);
}

static EscTransfer *transfer_new(EscDeliveries *deliveries, EscWorkspaceState *workspace,
                                 const EscOutboxEntry *claim)
{
    EscTransfer *transfer = calloc(1, sizeof(*transfer));
    EscArena *arena = esc_arena_new(TRANSFER_ARENA_BYTES_MAX);
    ESC_ASSERT(transfer != NULL);
    ESC_ASSERT(arena != NULL);
    transfer->deliveries = deliveries;
    transfer->workspace = workspace;
    transfer->sockets = deliveries->daemon->setup.sockets;
    transfer->arena = arena;
    transfer->attempts = claim->attempts;
    transfer->row = claim->row;
    transfer->row.key = keep(arena, claim->row.key);
    transfer->row.ticket = keep(arena, claim->row.ticket);
    transfer->row.target = keep(arena, claim->row.target);
    transfer->row.medium = keep(arena, claim->row.medium);
    transfer->row.address = keep(arena, claim->row.address);
    transfer->row.body = keep(arena, claim->row.body);
    transfer->next = deliveries->transfers;
    if (transfer->next != NULL)
        transfer->next->previous = transfer;
    deliveries->transfers = transfer;
    deliveries->transfers_count++;
    return transfer;
}

/* The file of a plan: its own, or the workspace's sink. False: the name is too long. */
static bool file_of(const EscTransfer *transfer, char *path, size_t size)
{
    EscText own = transfer->plan.path;
    int length = own.size > 0 ? snprintf(path, size, "%.*s", ESC_TEXT_ARG(own))
                              : snprintf(path, size, "%s/%.*s.outbox.jsonl",
                                         transfer->deliveries->daemon->setup.data_folder,
                                         ESC_TEXT_ARG(transfer->workspace->name));
    return length > 0 && (size_t)length < size;
}

/* Takes the first of the waiting transfers and all others of the same file off the list, and
 * their lines into one text. */
static EscTransfer *take_for_one_file(EscDeliveries *deliveries, EscBuf *lines)
{
    EscTransfer *taken = NULL, **place = &deliveries->for_files;
    EscText path = deliveries->for_files->plan.path;
    const EscWorkspaceState *workspace = deliveries->for_files->workspace;
    while (*place != NULL) {
        EscTransfer *one = *place;
        if (one->workspace != workspace || !esc_text_equal(one->plan.path, path)) {
            place = &one->next_for_file;
            continue;
        }
        esc_buf_text(lines, one->plan.body);
        esc_buf_char(lines, '\n');
        *place = one->next_for_file;
        one->next_for_file = taken;
        taken = one;
    }
    return taken;
}

/* One write and one sync for all lines of a file: a sync each would hold the loop up for as long
 * as the disk takes, times the lines. */
static EscStatus write_files(EscDeliveries *deliveries, EscWhy *why)
{
    const EscFiles *files = deliveries->daemon->setup.files;
    EscStatus status = ESC_OK;
    while (deliveries->for_files != NULL && status == ESC_OK) {
        char path[4096];
        EscBuf lines;
        esc_buf_init(&lines, CLAIM_ARENA_BYTES_MAX);
        EscTransfer *taken = take_for_one_file(deliveries, &lines);
        bool is_written = file_of(taken, path, sizeof(path)) && lines.status == ESC_OK &&
                          files->append(files->context, path, esc_buf_as_bytes(&lines)) == ESC_OK;
        esc_buf_release(&lines);
        while (taken != NULL && status == ESC_OK) {
            EscTransfer *next = taken->next_for_file;
            if (is_written)
                settle(taken, taken->plan.is_call ? ESC_DELIVERY_DELIVERED : ESC_DELIVERY_ACCEPTED,
                       0, "written to a file", (EscText){0});
            else
                status = try_again(taken, 0, "the file sink cannot be written", why);
            taken = next;
        }
    }
    return status;
}

static void put_for_file(EscTransfer *transfer)
{
    EscTransfer **place = &transfer->deliveries->for_files_last;
    if (transfer->deliveries->for_files == NULL)
        transfer->deliveries->for_files = transfer;
    else
        (*place)->next_for_file = transfer;
    *place = transfer;
}

static EscStatus send_by_curl(EscTransfer *transfer, EscWhy *why)
{
    EscDeliveries *deliveries = transfer->deliveries;
    const EscConfig *config = deliveries->daemon->setup.config;
    int64_t timeout_ms =
        transfer->plan.timeout_ms > 0 ? transfer->plan.timeout_ms : config->delivery_timeout_ms;
    if (!esc_transfer_prepare(transfer, timeout_ms) ||
        curl_multi_add_handle(deliveries->multi, transfer->easy) != CURLM_OK)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a delivery");
    transfer->is_under_way = true;
    transfer->endpoint->under_way++;
    deliveries->under_way++;
    return ESC_OK;
}

static EscStatus start_row(EscDeliveries *deliveries, EscWorkspaceState *workspace,
                           const EscOutboxEntry *claim, EscWhy *why)
{
    const EscConfig *config = deliveries->daemon->setup.config;
    int64_t now = esc_daemon_now_ms(deliveries->daemon);
    EscTransfer *transfer = transfer_new(deliveries, workspace, claim);
    esc_plan_make(transfer->arena, workspace->config, &transfer->row, now, &transfer->plan);
    transfer->endpoint = find_endpoint(deliveries, workspace, transfer->plan.endpoint);
    if (transfer->plan.kind == ESC_PLAN_REFUSED) {
        settle(transfer, ESC_DELIVERY_DEAD, 0, transfer->plan.refusal.data, (EscText){0});
        return ESC_OK;
    }
    if (now >= give_up_at_ms(transfer)) {
        settle(transfer, ESC_DELIVERY_DEAD, 0, "its time was over before it could be delivered",
               (EscText){0});
        return ESC_OK;
    }
    if (transfer->plan.kind == ESC_PLAN_FILE) {
        put_for_file(transfer);
        return ESC_OK;
    }
    if ((int64_t)transfer->endpoint->under_way >= config->delivery_parallel_per_host_max) {
        transfer_free(transfer); /* stays due; taken when a place is free */
        return ESC_OK;
    }
    if (!esc_breaker_lets_through(&transfer->endpoint->breaker, now)) {
        int64_t next = transfer->endpoint->breaker.open_until_ms > now
                           ? transfer->endpoint->breaker.open_until_ms
                           : now + config->backoff_base_ms;
        return postpone(transfer, transfer->attempts, next,
                        "its endpoint failed too often; waiting", why);
    }
    return send_by_curl(transfer, why);
}

typedef struct Claims {
    EscArena *arena;
    EscOutboxEntry *entries;
    size_t count, capacity;
} Claims;

static bool claim(void *context, const EscOutboxEntry *entry)
{
    Claims *claims = context;
    EscOutboxEntry *grown = esc_arena_grow(claims->arena, claims->entries, claims->count,
                                           &claims->capacity, sizeof *grown);
    ESC_ASSERT(grown != NULL);
    claims->entries = grown;
    EscOutboxRow *row = &grown[claims->count].row;
    grown[claims->count++] = *entry;
    EscText *texts[] = {&row->key,    &row->ticket,  &row->target,
                        &row->medium, &row->address, &row->body};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_arena_text(claims->arena, *texts[i]);
    return true;
}

static EscStatus start_workspace(EscDeliveries *deliveries, EscWorkspaceState *workspace,
                                 EscWhy *why)
{
    Claims claims = {.arena = deliveries->claim_arena};
    const EscTransfer *before = deliveries->transfers; /* those of this look come in front */
    esc_arena_clear(deliveries->claim_arena);
    EscStatus status = esc_store_outbox_due(
        esc_service_store(workspace->service), esc_daemon_now_ms(deliveries->daemon),
        CLAIMS_MAX + deliveries->transfers_count, claim, &claims, why);
    ESC_ASSERT(!esc_arena_failed(deliveries->claim_arena));
    for (size_t i = 0; status == ESC_OK && i < claims.count; i++) {
        if ((int64_t)deliveries->under_way >=
            deliveries->daemon->setup.config->delivery_parallel_max)
            break;
        if (!is_under_way(before, workspace, claims.entries[i].row.id))
            status = start_row(deliveries, workspace, &claims.entries[i], why);
    }
    return status == ESC_OK ? write_files(deliveries, why) : status;
}

EscStatus esc_deliveries_start(EscDeliveries *deliveries, EscWhy *why)
{
    EscDaemon *daemon = deliveries->daemon;
    bool is_due = deliveries->has_freed || esc_boot_ms() >= deliveries->look_due_real_ms ||
                  esc_daemon_now_ms(daemon) >= next_retry_ms(deliveries);
    if ((int64_t)deliveries->under_way >= daemon->setup.config->delivery_parallel_max)
        return ESC_OK;
    EscStatus status = ESC_OK;
    if (is_due) {
        deliveries->look_due_real_ms = esc_boot_ms() + POLL_REAL_MS;
        forget_retries(deliveries, esc_daemon_now_ms(daemon));
        deliveries->has_freed = false;
    }
    for (uint32_t i = 0; status == ESC_OK && i < daemon->workspaces_count; i++) {
        EscWorkspaceState *workspace = daemon->workspaces[i];
        if (!is_due && !workspace->has_work_for_delivery)
            continue;
        workspace->has_work_for_delivery = false;
        status = start_workspace(deliveries, workspace, why);
    }
    return status;
}

EscStatus esc_deliveries_run(EscDeliveries *deliveries, EscWhy *why)
{
    int running = 0;
    if (esc_boot_ms() >= deliveries->curl_due_real_ms) {
        deliveries->curl_due_real_ms = INT64_MAX;
        (void)curl_multi_socket_action(deliveries->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    EscStatus status = ESC_OK;
    int left = 0;
    CURLMsg *message = NULL;
    while (status == ESC_OK && (message = curl_multi_info_read(deliveries->multi, &left)) != NULL) {
        char *note = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result; /* the message is gone once its handle is removed */
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &note);
        status = transfer_ended((EscTransfer *)(void *)note, code, why);
    }
    return status;
}

int64_t esc_deliveries_wait_ms(const EscDeliveries *deliveries)
{
    int64_t real = esc_boot_ms();
    int64_t wait = deliveries->look_due_real_ms - real;
    if (deliveries->curl_due_real_ms != INT64_MAX && deliveries->curl_due_real_ms - real < wait)
        wait = deliveries->curl_due_real_ms - real;
    int64_t retry_ms = next_retry_ms(deliveries);
    if (retry_ms != INT64_MAX) {
        double until = (double)(retry_ms - esc_daemon_now_ms(deliveries->daemon)) /
                       deliveries->daemon->setup.time_scale;
        if (until < (double)wait)
            wait = (int64_t)until;
    }
    bool has_room =
        (int64_t)deliveries->under_way < deliveries->daemon->setup.config->delivery_parallel_max;
    return wait < 0 || (deliveries->has_freed && has_room) ? 0 : wait;
}
