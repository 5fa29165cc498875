/* outside_work.c - what goes between the turns of the workspaces and the outside.
 *
 * Rows of a committed group go out. Results and wants come in on threads of the outside: they wait in
 * the mailboxes of their workspace until the loop takes them. A settled row becomes an input of the next
 * turn; an attempt that failed is a row of its group; a row whose content is wanted is read again. */
#include "daemon_internal.h"

#include <stdlib.h>
#include <string.h>

#define LOAD_ROWS_MAX 1000 /* read at once */

/* A settled row on its way through a turn. */
typedef struct SettledWork {
    EscWork work; /* first */
    EscDaemon *daemon;
    EscResult *result;
    EscInput input;
} SettledWork;

typedef struct WantedRows {
    EscParcel parcel; /* first */
    size_t count;
    uint64_t ids[];
} WantedRows;

/* --- called by the outside, on its threads ------------------------------------------------------ */

static void take_result(void *context, EscResult *result)
{
    EscWorkspaceState *workspace = context;
    bool is_put = esc_mailbox_put(&workspace->results, &result->parcel, 1, SIZE_MAX);
    ESC_ASSERT(is_put);
}

static void take_want(void *context, const uint64_t *ids, size_t count)
{
    EscWorkspaceState *workspace = context;
    WantedRows *wanted = malloc(sizeof(*wanted) + count * sizeof(*ids));
    ESC_ASSERT(wanted != NULL);
    wanted->count = count;
    memcpy(wanted->ids, ids, count * sizeof(*ids));
    bool is_put = esc_mailbox_put(&workspace->wants, &wanted->parcel, 1, SIZE_MAX);
    ESC_ASSERT(is_put);
}

/* --- life --------------------------------------------------------------------------------------- */

static void log_outside(void *context, const char *level, const char *event, EscText text)
{
    esc_daemon_log(context, level, event, "%.*s", ESC_TEXT_ARG(text));
}

EscStatus esc_outside_work_new(EscDaemon *daemon, EscWhy *why)
{
    const EscDaemonSetup *setup = &daemon->setup;
    EscOutsideSetup outside = {.config = setup->config,
                               .clock = setup->clock,
                               .random = setup->random,
                               .files = setup->files,
                               .sockets = setup->sockets,
                               .data_folder = setup->data_folder,
                               .time_scale = setup->time_scale,
                               .context = daemon,
                               .log = log_outside};
    return esc_outside_new(&outside, &daemon->outside, why);
}

EscStatus esc_outside_work_add(EscDaemon *daemon, EscWorkspaceState *workspace, EscWhy *why)
{
    EscOutsideHost host = {.context = workspace, .result = take_result, .want = take_want};
    esc_mailbox_init(&workspace->results, esc_reactor_poke, daemon->reactor);
    esc_mailbox_init(&workspace->wants, esc_reactor_poke, daemon->reactor);
    return esc_outside_add(daemon->outside, workspace->name, workspace->config, &host,
                           &workspace->outside_number, why);
}

void esc_outside_work_release(EscWorkspaceState *workspace)
{
    EscParcel *next = NULL;
    for (EscParcel *one = esc_mailbox_take(&workspace->results); one != NULL; one = next) {
        next = one->next;
        esc_result_free((EscResult *)one);
    }
    for (EscParcel *one = esc_mailbox_take(&workspace->wants); one != NULL; one = next) {
        next = one->next;
        free(one);
    }
    esc_mailbox_release(&workspace->results);
    esc_mailbox_release(&workspace->wants);
}

/* --- rows go out -------------------------------------------------------------------------------- */

typedef struct Page {
    EscDaemon *daemon;
    const EscWorkspaceState *workspace;
    size_t count;
    uint64_t last_id;
} Page;

static bool put_entry(void *context, const EscOutboxEntry *entry)
{
    Page *page = context;
    esc_outside_put(page->daemon->outside, page->workspace->outside_number, entry, 1);
    page->last_id = entry->row.id;
    page->count++;
    return true;
}

EscStatus esc_outside_work_load(EscDaemon *daemon, EscWorkspaceState *workspace, EscWhy *why)
{
    EscOutboxFilter queued = {
        .has_state = true, .state = ESC_DELIVERY_QUEUED, .limit = LOAD_ROWS_MAX};
    EscStatus status = ESC_OK;
    Page page = {.daemon = daemon, .workspace = workspace, .count = LOAD_ROWS_MAX};
    while (status == ESC_OK && page.count > 0) {
        page.count = 0;
        status =
            esc_store_outbox(esc_service_store(workspace->service), &queued, put_entry, &page, why);
        queued.before = page.last_id;
    }
    return status;
}

void esc_outside_work_put(EscDaemon *daemon, EscWorkspaceState *workspace)
{
    const EscOutboxRow *rows = NULL;
    size_t count = 0;
    esc_service_outbox(workspace->service, &rows, &count);
    if (count == 0)
        return;
    EscOutboxClaim *claims = calloc(count, sizeof(*claims));
    ESC_ASSERT(claims != NULL);
    for (size_t i = 0; i < count; i++)
        claims[i] = (EscOutboxClaim){.row = rows[i], .next_attempt_at_ms = rows[i].created_at_ms};
    esc_outside_put(daemon->outside, workspace->outside_number, claims, count);
    free(claims);
}

typedef struct Answer {
    EscDaemon *daemon;
    const EscWorkspaceState *workspace;
    const WantedRows *wanted;
    size_t at; /* of wanted->ids */
} Answer;

/* Rows that the store does not have, or has settled, are not to be delivered. */
static void drop_until(Answer *answer, uint64_t id)
{
    for (; answer->at < answer->wanted->count && answer->wanted->ids[answer->at] != id;
         answer->at++)
        esc_outside_drop(answer->daemon->outside, answer->workspace->outside_number,
                         &answer->wanted->ids[answer->at], 1);
}

static bool answer_entry(void *context, const EscOutboxEntry *entry)
{
    Answer *answer = context;
    if (entry->state != ESC_DELIVERY_QUEUED)
        return true;
    drop_until(answer, entry->row.id);
    esc_outside_put(answer->daemon->outside, answer->workspace->outside_number, entry, 1);
    answer->at++;
    return true;
}

static EscStatus answer_want(EscDaemon *daemon, const EscWorkspaceState *workspace,
                             const WantedRows *wanted, EscWhy *why)
{
    Answer answer = {.daemon = daemon, .workspace = workspace, .wanted = wanted};
    EscStatus status = esc_store_outbox_get(esc_service_store(workspace->service), wanted->ids,
                                            wanted->count, answer_entry, &answer, why);
    if (status == ESC_OK)
        drop_until(&answer, 0); /* no row has this number */
    return status;
}

static EscStatus answer_wants(EscDaemon *daemon, EscWorkspaceState *workspace, EscWhy *why)
{
    EscStatus status = ESC_OK;
    EscParcel *next = NULL;
    for (EscParcel *one = esc_mailbox_take(&workspace->wants); one != NULL; one = next) {
        next = one->next;
        if (status == ESC_OK)
            status = answer_want(daemon, workspace, (WantedRows *)one, why);
        free(one);
    }
    return status;
}

/* --- results come in ---------------------------------------------------------------------------- */

static void settled_free(SettledWork *settled)
{
    esc_result_free(settled->result);
    free(settled);
}

static void settled_done(EscWork *work, const EscReply *replies)
{
    SettledWork *settled = (SettledWork *)work; /* its first member */
    if (replies[0].status != ESC_OK)            /* the row stays unsettled until the next start */
        esc_daemon_log(settled->daemon, "error", "delivery_outcome_refused", "outbox row %llu: %s",
                       (unsigned long long)settled->result->delivery.outbox, replies[0].why.text);
    settled_free(settled);
}

static void settled_dropped(EscWork *work)
{
    settled_free((SettledWork *)work); /* the row is due again at the next start */
}

static void put_settled(EscDaemon *daemon, EscWorkspaceState *workspace, EscResult *result)
{
    SettledWork *settled = calloc(1, sizeof(*settled));
    ESC_ASSERT(settled != NULL);
    settled->daemon = daemon;
    settled->result = result;
    settled->input = (EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &result->delivery};
    settled->work = (EscWork){
        .inputs = &settled->input, .count = 1, .done = settled_done, .dropped = settled_dropped};
    esc_work_put(workspace, &settled->work);
}

static void take_results(EscDaemon *daemon, EscWorkspaceState *workspace)
{
    EscParcel *next = NULL;
    for (EscParcel *one = esc_mailbox_take(&workspace->results); one != NULL; one = next) {
        next = one->next;
        EscResult *result = (EscResult *)one;
        if (!result->is_retry) {
            put_settled(daemon, workspace, result);
            continue;
        }
        esc_service_retry(workspace->service, &result->retry);
        workspace->has_retries = true;
        esc_result_free(result);
    }
}

EscStatus esc_outside_work_take(EscDaemon *daemon, EscWorkspaceState *workspace, EscWhy *why)
{
    take_results(daemon, workspace);
    return answer_wants(daemon, workspace, why);
}
