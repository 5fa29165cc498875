/* daemon.c - the daemon: what it is made of, and one turn of it.
 *
 * A turn, in the order that everything depends on:
 *   1. take what is ready: sockets, signals, results of the outside – they put work into the queue of
 *      their workspace
 *   2. for each workspace: its queued inputs, then its due timers (a bounded number), in one
 *      transaction
 *   3. only then answer whoever waits for these inputs
 *   4. send the answers
 *   5. hand the outbox rows of the turns to the outside, which has threads of its own
 *   6. wait until something is ready or due
 * Under load step 1 finds more, so a transaction holds more; when idle an input is committed at
 * once. Timers left over from a bounded step 2 are due in the next turn, after the inputs that
 * came meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"
#include "http/api_internal.h"

/* Of one workspace; a single request may bring more than that only by itself. */
#define INPUTS_PER_TURN_MAX 4096
#define TURN_ARENA_BYTES_MAX ((size_t)64 << 20)
#define DRAIN_REAL_MS 2000 /* at the end: for clients to take their answers */
#define WAIT_REAL_MS_MAX 60000

int64_t esc_daemon_now_ms(const EscDaemon *daemon)
{
    return daemon->setup.clock->now_ms(daemon->setup.clock->context);
}

void esc_daemon_log(const EscDaemon *daemon, const char *level, const char *event,
                    const char *format, ...)
{
    if (daemon->setup.log == NULL)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    size_t bad_at = 0;
    if (!esc_utf8_is_valid(esc_text_from(text), &bad_at))
        text[bad_at] = '\0'; /* cut within a character */
    EscBuf line;
    esc_buf_init(&line, 8192);
    esc_buf_string(&line, "{\"at\":\"");
    esc_time_write(&line, esc_daemon_now_ms(daemon));
    esc_buf_printf(&line, "\",\"level\":\"%s\",\"event\":\"%s\",\"text\":", level, event);
    esc_json_text(&line, esc_text_from(text));
    esc_buf_char(&line, '}');
    daemon->setup.log(daemon->setup.context, esc_buf_as_text(&line));
    esc_buf_release(&line);
}

EscWorkspaceState *esc_daemon_workspace(const EscDaemon *daemon, EscText name)
{
    for (uint32_t i = 0; i < daemon->workspaces_count; i++)
        if (esc_text_equal(daemon->workspaces[i]->name, name))
            return daemon->workspaces[i];
    return NULL;
}

void esc_work_put(EscWorkspaceState *workspace, EscWork *work)
{
    work->next = NULL;
    if (workspace->last == NULL)
        workspace->first = work;
    else
        workspace->last->next = work;
    workspace->last = work;
    workspace->inputs_waiting += work->count;
}

static EscWork *work_take(EscWorkspaceState *workspace)
{
    EscWork *work = workspace->first;
    if (work == NULL)
        return NULL;
    workspace->first = work->next;
    if (workspace->first == NULL)
        workspace->last = NULL;
    workspace->inputs_waiting -= work->count;
    return work;
}

/* --- life ------------------------------------------------------------------------------------- */

EscStatus esc_daemon_new(const EscDaemonSetup *setup, EscDaemon **out, EscWhy *why)
{
    EscDaemon *daemon = calloc(1, sizeof(*daemon));
    *out = NULL;
    if (daemon == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the daemon");
    daemon->setup = *setup;
    daemon->started_real_ms = esc_boot_ms();
    daemon->reactor = esc_reactor_new(true, why);
    EscStatus status = daemon->reactor == NULL ? ESC_IO_FAILED : ESC_OK;
    if (status == ESC_OK)
        status = esc_api_new(daemon, &daemon->api, why);
    if (status == ESC_OK) {
        EscHttpHandler handler = esc_api_handler(daemon->api);
        status = esc_http_new(daemon, &handler, &daemon->http, why);
    }
    if (status == ESC_OK)
        status = esc_outside_work_new(daemon, why);
    if (status != ESC_OK) {
        esc_daemon_free(daemon);
        return status;
    }
    *out = daemon;
    return ESC_OK;
}

EscStatus esc_daemon_add(EscDaemon *daemon, EscText name, EscService *service, EscWhy *why)
{
    if (daemon->workspaces_count == ESC_WORKSPACES_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "a daemon serves at most %d workspaces",
                       ESC_WORKSPACES_MAX);
    if (esc_daemon_workspace(daemon, name) != NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "workspace %.*s is there twice",
                       ESC_TEXT_ARG(name));
    EscWorkspaceState *workspace = calloc(1, sizeof(*workspace));
    EscArena *arena = esc_arena_new(TURN_ARENA_BYTES_MAX);
    char *copy = malloc(name.size + 1);
    if (workspace == NULL || arena == NULL || copy == NULL) {
        free(copy);
        esc_arena_free(arena);
        free(workspace);
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a workspace");
    }
    memcpy(copy, name.data, name.size);
    copy[name.size] = '\0';
    workspace->name = (EscText){copy, name.size};
    workspace->service = service;
    workspace->arena = arena;
    esc_config_preset(CONFIG_GROUP_WORKSPACE, &workspace->default_config);
    workspace->config = esc_config_workspace(daemon->setup.config, name);
    if (workspace->config == NULL)
        workspace->config = &workspace->default_config;
    daemon->workspaces[daemon->workspaces_count++] = workspace;
    return esc_outside_work_add(daemon, workspace, why);
}

EscStatus esc_daemon_listen(EscDaemon *daemon, const char *host, uint16_t port,
                            uint16_t *port_bound, EscWhy *why)
{
    return esc_http_listen(daemon->http, host, port, port_bound, why);
}

static void drop_work(EscDaemon *daemon)
{
    for (uint32_t i = 0; i < daemon->workspaces_count; i++)
        for (EscWork *work = NULL; (work = work_take(daemon->workspaces[i])) != NULL;)
            work->dropped(work);
}

void esc_daemon_free(EscDaemon *daemon)
{
    if (daemon == NULL)
        return;
    drop_work(daemon);
    if (daemon->http != NULL)
        esc_http_run(daemon->http); /* nothing may be suspended when the server stops */
    esc_http_free(daemon->http);
    esc_outside_free(daemon->outside);
    esc_api_free(daemon->api);
    for (uint32_t i = 0; i < daemon->workspaces_count; i++) {
        esc_outside_work_release(daemon->workspaces[i]);
        esc_arena_free(daemon->workspaces[i]->arena);
        free((void *)(uintptr_t)daemon->workspaces[i]->name.data);
        free(daemon->workspaces[i]);
    }
    esc_reactor_free(daemon->reactor);
    free(daemon);
}

/* --- a turn of one workspace ------------------------------------------------------------------ */

static void tell_news(EscDaemon *daemon, EscWorkspaceState *workspace)
{
    const EscAuditRow *rows = NULL;
    size_t count = 0;
    esc_service_news(workspace->service, &rows, &count);
    for (size_t i = 0; i < count && daemon->setup.news != NULL; i++)
        daemon->setup.news(daemon->setup.context, workspace->name, &rows[i]);
}

/* Moves works from the queue to `list` as long as their inputs fit a turn; gives the number of
 * inputs. */
static size_t collect(EscWorkspaceState *workspace, EscWork **list)
{
    size_t count = 0;
    EscWork **end = list;
    while (workspace->first != NULL &&
           (count == 0 || count + workspace->first->count <= INPUTS_PER_TURN_MAX)) {
        EscWork *work = work_take(workspace);
        count += work->count;
        work->next = NULL;
        *end = work;
        end = &work->next;
    }
    return count;
}

static EscInput *flatten(EscWorkspaceState *workspace, const EscWork *list, size_t count)
{
    EscInput *inputs = esc_arena_alloc_array(workspace->arena, count, sizeof(*inputs));
    ESC_ASSERT(inputs != NULL);
    size_t at = 0;
    for (const EscWork *work = list; work != NULL; work = work->next) {
        memcpy(&inputs[at], work->inputs, work->count * sizeof(*inputs));
        at += work->count;
    }
    return inputs;
}

/* The fail-stop: an uncommitted turn is never answered; whoever asked sees the connection end
 * and asks again. */
static EscStatus fail(EscDaemon *daemon, EscWorkspaceState *workspace, EscWork *list,
                      EscStatus status, const EscWhy *why)
{
    esc_daemon_log(daemon, "error", "store_failed", "%.*s: %s: %s", ESC_TEXT_ARG(workspace->name),
                   esc_status_text(status), why == NULL ? "" : why->text);
    while (list != NULL) {
        EscWork *next = list->next;
        esc_work_put(workspace, list);
        list = next;
    }
    return status;
}

static EscStatus turn_workspace(EscDaemon *daemon, EscWorkspaceState *workspace, EscWhy *why)
{
    bool is_due =
        esc_engine_next_due_ms(esc_service_engine(workspace->service)) <= esc_daemon_now_ms(daemon);
    if (workspace->first == NULL && !is_due && !workspace->has_retries)
        return ESC_OK;
    EscWork *list = NULL;
    size_t count = collect(workspace, &list);
    esc_arena_clear(workspace->arena);
    EscInput *inputs = flatten(workspace, list, count);
    EscReply *replies = esc_arena_alloc_array(workspace->arena, count, sizeof(*replies));
    ESC_ASSERT(replies != NULL);

    size_t fired = 0;
    size_t timers_max = (size_t)daemon->setup.config->timers_per_turn_max;
    EscStatus status =
        esc_service_turn(workspace->service, inputs, count, timers_max, replies, &fired, why);
    if (status != ESC_OK)
        return fail(daemon, workspace, list, status, why);

    size_t at = 0;
    while (list != NULL) {
        EscWork *work = list;
        list = work->next;
        size_t next_at = at + work->count; /* the work may be gone after `done` */
        work->done(work, &replies[at]);
        at = next_at;
    }
    workspace->has_retries = false;
    daemon->turns++;
    daemon->inputs_done += count;
    daemon->timers_fired += fired;
    esc_outside_work_put(daemon, workspace);
    tell_news(daemon, workspace);
    return ESC_OK;
}

/* --- the loop --------------------------------------------------------------------------------- */

static int64_t engine_wait_ns(const EscDaemon *daemon)
{
    int64_t due = INT64_MAX;
    for (uint32_t i = 0; i < daemon->workspaces_count; i++) {
        const EscWorkspaceState *workspace = daemon->workspaces[i];
        int64_t next = esc_engine_next_due_ms(esc_service_engine(workspace->service));
        due = workspace->first != NULL ? INT64_MIN : next < due ? next : due;
        if (due == INT64_MIN)
            return 0;
    }
    if (due == INT64_MAX)
        return INT64_MAX;
    double wait_ns = (double)(due - esc_daemon_now_ms(daemon)) * 1e6 / daemon->setup.time_scale;
    if (wait_ns <= 0)
        return 0;
    return wait_ns > 1e6 * WAIT_REAL_MS_MAX ? INT64_MAX : (int64_t)wait_ns + 1;
}

static int64_t wait_ns(const EscDaemon *daemon)
{
    int64_t wait = engine_wait_ns(daemon);
    int64_t other_ms = esc_http_wait_ms(daemon->http);
    if (other_ms > WAIT_REAL_MS_MAX)
        other_ms = WAIT_REAL_MS_MAX; /* a clock that was set is noticed within a minute */
    return other_ms * 1000000 < wait ? other_ms * 1000000 : wait;
}

static EscStatus turn(EscDaemon *daemon, int64_t longest_ns, EscWhy *why)
{
    /* 6 of the turn before, and 1: sockets and signals */
    EscStatus status = esc_reactor_wait(daemon->reactor, longest_ns, why);
    if (status != ESC_OK)
        return status;
    esc_http_run(daemon->http);
    for (uint32_t i = 0; status == ESC_OK && i < daemon->workspaces_count; i++)
        status = esc_outside_work_take(daemon, daemon->workspaces[i], why);

    /* 2, 3 and 5 */
    for (uint32_t i = 0; status == ESC_OK && i < daemon->workspaces_count; i++)
        status = turn_workspace(daemon, daemon->workspaces[i], why);
    if (status != ESC_OK)
        return status;

    /* 4 */
    esc_http_run(daemon->http);
    return ESC_OK;
}

/* Starts no more deliveries, waits for those under way and commits what became of them, so that the
 * next start does not send them again. */
static EscStatus end_deliveries(EscDaemon *daemon, EscWhy *why)
{
    esc_outside_stop(daemon->outside, daemon->setup.config->stop_timeout_s * 1000);
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; status == ESC_OK && i < daemon->workspaces_count; i++) {
        EscWorkspaceState *workspace = daemon->workspaces[i];
        status = esc_outside_work_take(daemon, workspace, why);
        while (status == ESC_OK && (workspace->first != NULL || workspace->has_retries))
            status = turn_workspace(daemon, workspace, why);
    }
    return status;
}

/* What was taken is finished and answered; what was not is the client's to send again. */
static EscStatus drain(EscDaemon *daemon, EscWhy *why)
{
    int64_t until = esc_boot_ms() + DRAIN_REAL_MS;
    esc_http_quiesce(daemon->http);
    EscStatus status = ESC_OK;
    while (status == ESC_OK && !esc_http_is_idle(daemon->http) && esc_boot_ms() < until) {
        status = esc_reactor_wait(daemon->reactor, 10000000, why);
        if (status == ESC_OK)
            esc_http_run(daemon->http);
        for (uint32_t i = 0; status == ESC_OK && i < daemon->workspaces_count; i++)
            if (daemon->workspaces[i]->first != NULL)
                status = turn_workspace(daemon, daemon->workspaces[i], why);
        esc_http_run(daemon->http);
    }
    return status;
}

static void reload(EscDaemon *daemon)
{
    EscWhy why = {.text = ""};
    if (esc_api_reload(daemon->api, &why) == ESC_OK)
        esc_daemon_log(daemon, "info", "tokens_read", "the token file was read again");
    else
        esc_daemon_log(daemon, "error", "tokens_refused", "%s; the old tokens stay", why.text);
}

EscStatus esc_daemon_run(EscDaemon *daemon, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; status == ESC_OK && i < daemon->workspaces_count; i++)
        status = esc_outside_work_load(daemon, daemon->workspaces[i], why);
    if (status == ESC_OK)
        status = turn(daemon, 0, why); /* what came while we were away, and what fell due */
    while (status == ESC_OK && !esc_reactor_is_stopping(daemon->reactor)) {
        status = turn(daemon, wait_ns(daemon), why);
        if (esc_reactor_take_reload(daemon->reactor))
            reload(daemon);
    }
    if (status == ESC_OK)
        status = drain(daemon, why);
    if (status == ESC_OK)
        status = end_deliveries(daemon, why);
    return status;
}
