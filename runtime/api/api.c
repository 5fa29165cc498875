/* api.c - the door's side of a request: finds the route, asks for permission, hands the request to its workspace, and
 * answers when it comes back.
 *
 * Order for every request but the handshake of webhooks: path known (404) → method known (405) → token valid (401; a route with
 * a proof of its own asks for that when the body is there) → token's scope (403) → names of the query known (400) → type of the
 * body (415) → its size (413) → workspace stopped (503) → room in its queue (503). Not its job: what handlers do, on workers (api_events.c, api_actions.c, api_reads.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api_live.h"

#define REQUEST_ARENA_BYTES_MAX ((size_t)256 << 20)
#define ACTIONS_RESERVED 1000 /* inputs that a full queue still takes from people */

struct EscApi {
    EscApiSetup setup;
    EscDoor door;
    EscLive live;
    EscParcel *pending, *pending_last; /* to be handed on by esc_api_hand_on */
    bool is_stopping;
};

EscStatus esc_api_new(const EscApiSetup *setup, EscApi **out, EscWhy *why)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the API");
    (*out)->setup = *setup;
    esc_refusals_init(&(*out)->door.refusals);
    esc_live_init(&(*out)->live, &(*out)->setup, &(*out)->door);
    esc_mailbox_init(&(*out)->door.finished, setup->wake, setup->context);
    return ESC_OK;
}

void esc_api_use_tokens(EscApi *api, EscTokens *tokens)
{
    esc_tokens_free(api->door.tokens);
    api->door.tokens = tokens;
    esc_live_check_rights(&api->live, tokens);
}

EscLiveFeed *esc_api_feed(EscApi *api, EscShard *shard)
{
    EscLiveFeed *feed = esc_live_feed_new(&api->live.mail, shard);
    if (feed == NULL)
        return NULL;
    feed->next = api->live.feeds;
    api->live.feeds = feed;
    return feed;
}

void esc_api_set_stopping(EscApi *api)
{
    api->is_stopping = true;
    esc_live_end_all(&api->live);
    esc_oidc_give_up(api->setup.oidc);
}

void esc_api_free(EscApi *api)
{
    if (api == NULL)
        return;
    esc_tokens_free(api->door.tokens);
    esc_live_release(&api->live);
    esc_mailbox_release(&api->door.finished);
    esc_refusals_release(&api->door.refusals);
    free(api);
}

/* --- the router ------------------------------------------------------------------------------- */

static const EscRoute *find_route(EscRequest *request, char *allow, size_t allow_size)
{
    const char *path = esc_http_path(request->http);
    allow[0] = '\0';
    for (size_t i = 0; i < esc_routes_count; i++) {
        const EscRoute *route = &esc_routes[i];
        if (!esc_route_matches(route->path, path, &request->parameter))
            continue;
        if (route->method == esc_http_method(request->http))
            return route;
        size_t used = strlen(allow);
        (void)snprintf(allow + used, allow_size - used, "%s%s", used > 0 ? ", " : "",
                       route->method == ESC_HTTP_GET ? "GET, HEAD" : "POST");
    }
    return NULL;
}

/* The one place that decides who may do what: nothing is allowed but what a scope of a token or a session names. */
static bool authorise(EscRequest *request)
{
    const EscHandler *handler = request->route->handler;
    if (request->route->scope == ESC_SCOPE_PUBLIC)
        return handler->admit == NULL || handler->admit(request);
    return esc_request_identify(request) && esc_request_choose(request);
}

typedef struct QueryCheck {
    const EscRoute *route;
    bool has_unknown;
} QueryCheck;

static bool check_query_name(void *context, EscText name)
{
    QueryCheck *check = context;
    char padded[64];
    int length = snprintf(padded, sizeof(padded), " %.*s ", ESC_TEXT_ARG(name));
    bool is_client = check->route->scope != ESC_SCOPE_PUBLIC &&
                     check->route->scope != ESC_SCOPE_SIGNED_IN &&
                     esc_text_equal(name, ESC_TEXT("client"));
    bool is_known = is_client ||
                    (check->route->method == ESC_HTTP_GET && name.size > 0 && length > 0 &&
                     (size_t)length < sizeof(padded) && memchr(name.data, ' ', name.size) == NULL &&
                     strstr(check->route->names, padded) != NULL);
    check->has_unknown = !is_known;
    return is_known;
}

static bool check_query(EscRequest *request)
{
    QueryCheck check = {.route = request->route};
    if (request->route->handler->takes_any_query)
        return true;
    esc_query_each(esc_http_query(request->http), check_query_name, &check);
    if (check.has_unknown)
        esc_request_refuse(request, 400, "unknown_parameter",
                           "The query has a parameter that is not known here", NULL, "");
    return !check.has_unknown;
}

EscText esc_media_type(const char *header)
{
    EscText type = esc_text_from(header);
    const char *semicolon = type.size == 0 ? NULL : memchr(type.data, ';', type.size);
    if (semicolon != NULL)
        type.size = (size_t)(semicolon - type.data);
    while (type.size > 0 && type.data[type.size - 1] == ' ')
        type.size--;
    return type;
}

static bool type_is(EscText type, const char *wanted)
{
    return type.size == strlen(wanted) && strncasecmp(type.data, wanted, type.size) == 0;
}

static bool is_in_list(EscText type, const char *list)
{
    while (list != NULL && *(list += strspn(list, " ")) != '\0') {
        size_t size = strcspn(list, " ");
        if (type.size == size && strncasecmp(type.data, list, size) == 0)
            return true;
        list += size;
    }
    return false;
}

static bool check_type(EscRequest *request)
{
    const EscHandler *handler = request->route->handler;
    if (request->route->method != ESC_HTTP_POST || handler->takes_any_type)
        return true;
    const char *header = esc_http_header(request->http, "Content-Type");
    const char *length = esc_http_header(request->http, "Content-Length");
    if (header == NULL && handler->may_be_empty && length != NULL && strcmp(length, "0") == 0)
        return true;
    if (handler->takes_binary && esc_request_take_binary(request))
        return request->answer.status == 0;
    EscText type = esc_media_type(header);
    if (type_is(type, "application/json") || is_in_list(type, handler->types)) {
        request->type = esc_arena_text(request->arena, type);
        return true;
    }
    esc_request_refuse(request, 415, "unsupported_type", "The body must be JSON",
                       "header:Content-Type", "");
    return false;
}

static bool check_shard(EscRequest *request)
{
    if (request->shard == NULL || esc_shard_state(request->shard) == ESC_SHARD_SERVING)
        return true;
    esc_request_stopped(request, esc_shard_reason(request->shard));
    return false;
}

static void route_request(EscRequest *request)
{
    char allow[32];
    if (esc_request_shake_hands(request))
        return;
    request->route = find_route(request, allow, sizeof(allow));
    if (request->route == NULL && allow[0] != '\0') {
        esc_answer_header(&request->answer, "Allow", allow);
        esc_request_refuse(request, 405, "method_not_allowed",
                           "This method is not for this address", NULL, "");
    } else if (request->route == NULL) {
        esc_request_refuse(request, 404, "no_such_route", "There is nothing at this address", NULL,
                           "");
    } else if (authorise(request) && check_query(request) && check_type(request) &&
               request->route->handler->body_bytes_max > 0) {
        esc_http_limit_body(request->http, request->route->handler->body_bytes_max);
    }
    if (request->answer.status == 0 && request->route != NULL &&
        request->route->handler->headers != NULL)
        request->route->handler->headers(request);
    if (request->answer.status == 0 && !esc_http_is_answered(request->http))
        (void)check_shard(request);
}

/* --- the steps of a job, on workers ----------------------------------------------------------- */

static bool job_parse(EscJob *job, const EscProgram *program)
{
    EscRequest *request = (EscRequest *)job; /* its first member */
    request->route->handler->parse(request, program);
    ESC_ASSERT(request->answer.status != 0 || request->job.inputs_count > 0);
    return request->answer.status == 0;
}

static bool job_look(EscJob *job, EscService *service)
{
    EscRequest *request = (EscRequest *)job;
    request->route->handler->look(request, service);
    ESC_ASSERT(request->answer.status != 0);
    return false;
}

/* Behind `parse`, with the committed state before it: completes the inputs. */
static bool job_complete(EscJob *job, EscService *service)
{
    EscRequest *request = (EscRequest *)job;
    request->route->handler->look(request, service);
    return false;
}

static void job_decided(EscJob *job, EscService *service, const EscReply *replies)
{
    EscRequest *request = (EscRequest *)job;
    if (request->route->handler->decided != NULL)
        request->route->handler->decided(request, service, replies);
}

static void job_committed(EscJob *job, const EscReply *replies)
{
    EscRequest *request = (EscRequest *)job;
    request->route->handler->committed(request, replies);
    ESC_ASSERT(request->answer.status != 0);
}

static void job_refused(EscJob *job, EscRefusal refusal, EscText reason)
{
    EscRequest *request = (EscRequest *)job;
    if (refusal == ESC_REFUSED_STOPPED)
        esc_request_stopped(request, reason);
    else
        esc_request_refuse(request, 503, "stopping", "The server is stopping; nothing was done",
                           NULL, "");
}

static void job_over(EscJob *job)
{
    EscRequest *request = (EscRequest *)job;
    esc_mailbox_add(&request->door->finished, &job->parcel);
}

static const EscJobSteps parse_steps = {
    .parse = job_parse, .decided = job_decided, .committed = job_committed, .refused = job_refused, .over = job_over};
static const EscJobSteps both_steps = {.parse = job_parse,
                                       .look = job_complete,
                                       .committed = job_committed,
                                       .refused = job_refused,
                                       .over = job_over};
static const EscJobSteps look_steps = {.look = job_look, .refused = job_refused, .over = job_over};

/* --- the server's calls ----------------------------------------------------------------------- */

static void send_answer(EscRequest *request)
{
    if (request->answer.status != 0 && !request->is_away && !esc_http_is_answered(request->http))
        esc_http_send(request->http, &request->answer);
}

static void take_headers(void *context, EscHttpCall *http)
{
    EscRequest *request = calloc(1, sizeof(*request));
    EscArena *arena = request == NULL ? NULL : esc_arena_new(REQUEST_ARENA_BYTES_MAX);
    if (arena == NULL) {
        free(request);
        esc_http_problem(http, &(EscProblem){.status = 503,
                                             .code = "no_memory",
                                             .title = "The server is out of memory",
                                             .close = true});
        return;
    }
    EscApi *api = context;
    request->api = api;
    request->door = &api->door;
    request->live = &api->live;
    request->setup = &api->setup;
    request->is_stopping = api->is_stopping;
    request->http = http;
    request->arena = arena;
    esc_buf_init(&request->parameter, ESC_ID_BYTES_MAX);
    esc_buf_init(&request->row, (size_t)1 << 20);
    *esc_http_note(http) = request;
    route_request(request);
    send_answer(request);
}

/* 503 when there is no room; nobody has looked into the body yet, so it counts as one input. */
static bool let_in(EscRequest *request)
{
    const EscHandler *handler = request->route->handler;
    if (handler->parse == NULL)
        return true;
    size_t room = request->api->setup.queue_max + (handler->has_reserve ? ACTIONS_RESERVED : 0);
    if (!esc_shard_let_in(request->shard, 1, 0, room)) {
        esc_request_queue_full(request);
        return false;
    }
    request->let_in = 1;
    return true;
}

static void hand_on(EscRequest *request)
{
    EscApi *api = request->api;
    const EscHandler *handler = request->route->handler;
    const EscJobSteps *steps = handler->parse == NULL  ? &look_steps
                               : handler->look == NULL ? &parse_steps
                                                       : &both_steps;
    request->job = (EscJob){.steps = steps,
                            .unparsed_bytes = handler->parses_apart ? request->body.size + 1 : 0};
    esc_request_leave(request);
    if (api->pending_last == NULL)
        api->pending = &request->job.parcel;
    else
        api->pending_last->next = &request->job.parcel;
    api->pending_last = &request->job.parcel;
}

static bool proves_itself(EscRequest *request)
{
    const EscHandler *handler = request->route->handler;
    return handler->prove == NULL || handler->prove(request);
}

static void take_request(void *context, EscHttpCall *http)
{
    (void)context;
    EscRequest *request = *esc_http_note(http);
    const char *query = esc_http_query(http);
    esc_http_take_body(http, &request->body);
    if (query != NULL)
        request->query = esc_arena_text(request->arena, esc_text_from(query));
    if (esc_arena_failed(request->arena))
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
    else if (request->route->handler->at_door != NULL)
        request->route->handler->at_door(request);
    else if (proves_itself(request) && check_shard(request) && let_in(request))
        hand_on(request);
    ESC_ASSERT(request->is_away || request->answer.status != 0 || request->board != NULL);
    send_answer(request);
}

static void take_gone(void *context, EscHttpCall *http)
{
    (void)context;
    EscRequest *request = *esc_http_note(http);
    if (request == NULL)
        return;
    ESC_ASSERT(
        /* a request that is away is suspended, and a suspended connection does not end */
        !request->is_away);
    esc_live_forget(request);
    esc_answer_release(&request->answer);
    esc_buf_release(&request->parameter);
    esc_buf_release(&request->body);
    esc_buf_release(&request->row);
    esc_arena_free(request->arena);
    free(request);
}

EscHttpHandler esc_api_handler(EscApi *api)
{
    return (EscHttpHandler){
        .context = api, .headers = take_headers, .request = take_request, .gone = take_gone};
}

/* --- to the shards and back ------------------------------------------------------------------- */

void esc_api_hand_on(EscApi *api)
{
    EscParcel *next = api->pending;
    api->pending = api->pending_last = NULL;
    while (next != NULL) {
        EscRequest *request = (EscRequest *)next;
        next = next->next; /* the mailbox sets it anew */
        if (!esc_shard_put(request->shard, &request->job)) {
            esc_request_queue_full(request);
            job_over(&request->job);
        }
    }
    if (api->setup.sessions != NULL)
        (void)esc_sessions_keep(api->setup.sessions); /* when which was used */
}

size_t esc_api_answer(EscApi *api)
{
    esc_live_run(&api->live);
    size_t count = esc_door_answer_kept(&api->door, api->setup.sessions);
    EscParcel *next = esc_mailbox_take(&api->door.finished);
    for (; next != NULL; count++) {
        EscRequest *request = (EscRequest *)next;
        next = next->next; /* the request may be gone once it is answered */
        esc_request_return(request);
        if (request->let_in > 0)
            esc_shard_let_out(request->shard, request->let_in);
        if (esc_request_resume(request))
            esc_http_send(request->http, &request->answer);
    }
    return count;
}

int64_t esc_api_wait_ms(const EscApi *api)
{
    return esc_live_wait_ms(&api->live);
}

size_t esc_api_away(const EscApi *api)
{
    return api->door.away;
}
