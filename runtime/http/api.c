/* api.c - the router: finds the route, asks for permission, and only then lets a handler see the
 * request.
 *
 * Order for every request: path known (404) → method known (405) → token valid (401) → token's
 * scope (403) → names of the query known (400) → type of the body (415) → handler. Not its job:
 * what the handlers do (api_events.c, api_actions.c, api_reads.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/api_internal.h"

#define CALL_ARENA_BYTES_MAX ((size_t)256 << 20)
#define ACTIONS_RESERVED 1000 /* inputs that a full queue still takes from people */
#define TOKEN_FILE_BYTES_MAX ((size_t)8 << 20)

struct EscApi {
    EscDaemon *daemon;
    EscTokens tokens;
};

EscDaemon *esc_api_daemon(const EscApi *api)
{
    return api->daemon;
}

EscStatus esc_api_reload(EscApi *api, EscWhy *why)
{
    const EscDaemonSetup *setup = &api->daemon->setup;
    char path[4096];
    EscText file = setup->config->token_file;
    int length = file.size > 0 ? snprintf(path, sizeof(path), "%.*s", ESC_TEXT_ARG(file))
                               : snprintf(path, sizeof(path), "%s/tokens", setup->data_folder);
    if (length < 0 || (size_t)length >= sizeof(path))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the name of the token file is too long");
    EscBuf text;
    esc_buf_init(&text, TOKEN_FILE_BYTES_MAX);
    EscTokens tokens = {0};
    EscStatus status = setup->files->read(setup->files->context, path, &text);
    if (status == ESC_NOT_FOUND && file.size == 0)
        status = esc_tokens_read(&tokens, (EscText){0}, why); /* nobody may do anything yet */
    else if (status != ESC_OK)
        status = esc_why(why, ESC_BAD_CONFIG, "", 0, "the token file %s cannot be read", path);
    else
        status = esc_tokens_read(&tokens, esc_buf_as_text(&text), why);
    esc_buf_release(&text);
    if (status != ESC_OK)
        return status;
    esc_tokens_release(&api->tokens);
    api->tokens = tokens;
    return ESC_OK;
}

EscStatus esc_api_new(EscDaemon *daemon, EscApi **out, EscWhy *why)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the API");
    (*out)->daemon = daemon;
    return esc_api_reload(*out, why);
}

void esc_api_free(EscApi *api)
{
    if (api == NULL)
        return;
    esc_tokens_release(&api->tokens);
    free(api);
}

/* --- refusals --------------------------------------------------------------------------------- */

void esc_api_refuse(EscApiCall *call, unsigned http_status, const char *code, const char *title,
                    const char *place, const char *detail)
{
    esc_http_problem(call->http, &(EscProblem){.status = http_status,
                                               .code = code,
                                               .title = title,
                                               .place = place,
                                               .detail = esc_text_from(detail),
                                               .index = -1});
}

unsigned esc_api_http_status(EscStatus status)
{
    switch (status) {
    case ESC_OK:
    case ESC_DUPLICATE:
        return 200;
    case ESC_NOT_FOUND:
        return 404;
    case ESC_CONFLICT:
        return 409;
    case ESC_FORBIDDEN:
        return 403;
    case ESC_OVER_LIMIT:
        return 413;
    case ESC_BAD_INPUT:
    case ESC_BAD_ARGUMENT:
        return 422;
    case ESC_STORE_BUSY:
        return 503;
    default:
        return 500;
    }
}

void esc_api_fail(EscApiCall *call, EscStatus status, const EscWhy *why)
{
    static const struct {
        EscStatus status;
        const char *code, *title;
    } rows[] = {
        {ESC_NOT_FOUND, "not_found", "There is no such thing"},
        {ESC_CONFLICT, "conflict", "The request does not fit the present state"},
        {ESC_FORBIDDEN, "forbidden", "This is not yours to do"},
        {ESC_OVER_LIMIT, "over_limit", "A limit was reached"},
        {ESC_BAD_INPUT, "bad_input", "The content of the request is wrong"},
        {ESC_BAD_ARGUMENT, "bad_input", "The content of the request is wrong"},
    };
    const char *code = "internal", *title = "The server failed";
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (rows[i].status == status) {
            code = rows[i].code;
            title = rows[i].title;
        }
    unsigned http_status = esc_api_http_status(status);
    esc_api_refuse(call, http_status, code, title, NULL,
                   http_status == 500 || why == NULL ? "" : why->text);
}

/* --- the queue -------------------------------------------------------------------------------- */

void esc_api_enqueue(EscApiCall *call, const EscInput *inputs, uint32_t count, bool is_action)
{
    size_t room =
        (size_t)call->api->daemon->setup.config->queue_max + (is_action ? ACTIONS_RESERVED : 0);
    if (call->workspace->inputs_waiting > 0 && call->workspace->inputs_waiting + count > room) {
        esc_http_add_header(call->http, "Retry-After", "1");
        esc_api_refuse(call, 429, "queue_full", "Too much is waiting already", NULL, "");
        return;
    }
    call->work.inputs = inputs;
    call->work.count = count;
    call->is_waiting = true;
    esc_work_put(call->workspace, &call->work);
}

/* --- the router ------------------------------------------------------------------------------- */

static const EscRoute *find_route(EscApiCall *call, char *allow, size_t allow_size)
{
    const char *path = esc_http_path(call->http);
    allow[0] = '\0';
    for (size_t i = 0; i < esc_routes_count; i++) {
        const EscRoute *route = &esc_routes[i];
        if (!esc_route_matches(route->path, path, &call->parameter))
            continue;
        if (route->method == esc_http_method(call->http))
            return route;
        (void)snprintf(allow, allow_size, "%s",
                       route->method == ESC_HTTP_GET ? "GET, HEAD" : "POST");
    }
    return NULL;
}

/* The one place that decides who may do what: nothing is allowed but what a token's scope names. */
static bool authorise(EscApiCall *call)
{
    if (call->route->scope == ESC_SCOPE_PUBLIC)
        return true;
    const char *header = esc_http_header(call->http, "Authorization");
    const EscToken *token = NULL;
    if (header != NULL && strncasecmp(header, "Bearer ", 7) == 0)
        token = esc_tokens_find(&call->api->tokens, esc_text_from(header + 7));
    if (token == NULL) {
        esc_http_add_header(call->http, "WWW-Authenticate", "Bearer");
        esc_api_refuse(call, 401, "unauthenticated", "A valid bearer token is needed",
                       "header:Authorization", "");
        return false;
    }
    call->workspace = esc_daemon_workspace(call->api->daemon, token->workspace);
    if ((token->scopes & call->route->scope) == 0 || call->workspace == NULL) {
        esc_api_refuse(call, 403, "forbidden", "The token does not allow this",
                       "header:Authorization", "");
        return false;
    }
    call->scopes = token->scopes;
    call->principal = esc_arena_text(call->arena, token->principal);
    return true;
}

typedef struct QueryCheck {
    EscApiCall *call;
    EscText unknown;
} QueryCheck;

static bool check_query_name(void *context, EscText name)
{
    QueryCheck *check = context;
    char padded[64];
    int length = snprintf(padded, sizeof(padded), " %.*s ", ESC_TEXT_ARG(name));
    bool is_known = check->call->route->method == ESC_HTTP_GET && name.size > 0 && length > 0 &&
                    (size_t)length < sizeof(padded) && memchr(name.data, ' ', name.size) == NULL &&
                    strstr(check->call->route->names, padded) != NULL;
    if (!is_known)
        check->unknown = name.size > 0 ? name : ESC_TEXT("=");
    return is_known;
}

static bool check_query(EscApiCall *call)
{
    QueryCheck check = {.call = call};
    esc_http_each_query(call->http, check_query_name, &check);
    if (check.unknown.size == 0)
        return true;
    esc_api_refuse(call, 400, "unknown_parameter",
                   "The query has a parameter that is not known here", NULL, "");
    return false;
}

/* "application/json; charset=utf-8" → the part before the semicolon. */
static EscText media_type(const char *header)
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

static bool check_type(EscApiCall *call)
{
    if (call->route->method != ESC_HTTP_POST)
        return true;
    const char *header = esc_http_header(call->http, "Content-Type");
    const char *length = esc_http_header(call->http, "Content-Length");
    bool is_events = call->route->handle == esc_api_events;
    if (header == NULL && !is_events && length != NULL && strcmp(length, "0") == 0)
        return true; /* an action may come without a body */
    EscText type = media_type(header);
    if (type_is(type, "application/json") ||
        (is_events && (type_is(type, "application/cloudevents+json") ||
                       type_is(type, "application/cloudevents-batch+json"))))
        return true;
    esc_api_refuse(call, 415, "unsupported_type", "The body must be JSON", "header:Content-Type",
                   "");
    return false;
}

static void route_call(EscApiCall *call)
{
    char allow[32];
    call->route = find_route(call, allow, sizeof(allow));
    if (call->route == NULL && allow[0] != '\0') {
        esc_http_add_header(call->http, "Allow", allow);
        esc_api_refuse(call, 405, "method_not_allowed", "This method is not for this address", NULL,
                       "");
    } else if (call->route == NULL) {
        esc_api_refuse(call, 404, "no_such_route", "There is nothing at this address", NULL, "");
    } else if (authorise(call) && check_query(call)) {
        (void)check_type(call);
    }
}

static void work_done(EscWork *work, const EscReply *replies);
static void work_dropped(EscWork *work);

static void take_headers(void *context, EscHttpCall *http)
{
    EscApi *api = context;
    EscApiCall *call = calloc(1, sizeof(*call));
    if (call != NULL)
        call->arena = esc_arena_new(CALL_ARENA_BYTES_MAX);
    if (call == NULL || call->arena == NULL) {
        free(call);
        esc_http_problem(http, &(EscProblem){.status = 503,
                                             .code = "no_memory",
                                             .title = "The server is out of memory",
                                             .index = -1,
                                             .close = true});
        return;
    }
    call->api = api;
    call->http = http;
    call->work.done = work_done;
    call->work.dropped = work_dropped;
    esc_buf_init(&call->parameter, ESC_ID_BYTES_MAX);
    *esc_http_note(http) = call;
    route_call(call);
}

static void take_request(void *context, EscHttpCall *http)
{
    (void)context;
    EscApiCall *call = *esc_http_note(http);
    call->route->handle(call);
    ESC_ASSERT(call->is_waiting || esc_http_is_answered(http));
}

static void take_gone(void *context, EscHttpCall *http)
{
    (void)context;
    EscApiCall *call = *esc_http_note(http);
    if (call == NULL)
        return;
    ESC_ASSERT(
        /* a waiting call is suspended, and a suspended connection does not end */
        !call->is_waiting);
    esc_buf_release(&call->parameter);
    esc_arena_free(call->arena);
    free(call);
}

EscHttpHandler esc_api_handler(EscApi *api)
{
    return (EscHttpHandler){
        .context = api, .headers = take_headers, .request = take_request, .gone = take_gone};
}

/* --- after the turn --------------------------------------------------------------------------- */

static void write_outcome(EscBuf *out, const EscOutcome *outcome)
{
    esc_buf_string(out, "\"escalations\":[");
    for (uint32_t i = 0; i < outcome->escalations_count && i < ESC_COUNT_OF(outcome->escalations);
         i++)
        esc_buf_printf(out, "%s\"E-%llu\"", i == 0 ? "" : ",",
                       (unsigned long long)outcome->escalations[i]);
    esc_buf_string(out, "],\"ticket\":");
    esc_json_text(out, esc_text_from(outcome->ticket));
}

static void answer_action(EscApiCall *call, const EscReply *reply)
{
    if (reply->status != ESC_OK) {
        esc_api_fail(call, reply->status, &reply->why);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, 4096);
    esc_buf_char(&out, '{');
    write_outcome(&out, &reply->outcome);
    esc_buf_printf(&out, ",\"noop\":%s}", reply->outcome.is_noop ? "true" : "false");
    esc_http_answer(call->http, 200, NULL, esc_buf_as_text(&out));
    esc_buf_release(&out);
}

static void write_event_result(EscBuf *out, const EscEvent *event, const EscReply *reply)
{
    bool is_fine = reply->status == ESC_OK || reply->status == ESC_DUPLICATE;
    esc_buf_string(out, "{\"source\":");
    esc_json_text(out, event->source);
    esc_buf_string(out, ",\"id\":");
    esc_json_text(out, event->id);
    esc_buf_printf(out, ",\"status\":\"%s\"",
                   reply->status == ESC_OK          ? "accepted"
                   : reply->status == ESC_DUPLICATE ? "duplicate"
                                                    : "refused");
    if (reply->status == ESC_OK) {
        esc_buf_char(out, ',');
        write_outcome(out, &reply->outcome);
    }
    if (!is_fine) {
        esc_buf_string(out, ",\"detail\":");
        esc_json_text(out, esc_text_from(reply->why.text));
    }
    esc_buf_char(out, '}');
}

/* 202 when something was new, 200 when all was known already; a refusal of them all has the
 * first one's status. */
static void answer_events(EscApiCall *call, const EscReply *replies)
{
    bool has_new = false, has_known = false;
    for (uint32_t i = 0; i < call->events_count; i++) {
        has_new = has_new || replies[i].status == ESC_OK;
        has_known = has_known || replies[i].status == ESC_DUPLICATE;
    }
    if (!has_new && !has_known && call->events_count > 0) {
        esc_api_fail(call, replies[0].status, &replies[0].why);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, (size_t)64 << 20);
    esc_buf_string(&out, "{\"events\":[");
    for (uint32_t i = 0; i < call->events_count; i++) {
        if (i > 0)
            esc_buf_char(&out, ',');
        write_event_result(&out, &call->events[i], &replies[i]);
    }
    esc_buf_string(&out, "]}");
    esc_http_answer(call->http, has_new ? 202 : 200, NULL, esc_buf_as_text(&out));
    esc_buf_release(&out);
}

static void work_done(EscWork *work, const EscReply *replies)
{
    EscApiCall *call = (EscApiCall *)work; /* its first member */
    call->is_waiting = false;
    if (call->route->handle == esc_api_events)
        answer_events(call, replies);
    else
        answer_action(call, &replies[0]);
}

static void work_dropped(EscWork *work)
{
    EscApiCall *call = (EscApiCall *)work;
    call->is_waiting = false;
    esc_api_refuse(call, 503, "stopping", "The server is stopping; nothing was done", NULL, "");
}
