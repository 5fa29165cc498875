/* test_http.c - the HTTP server with a handler of our own, in one thread: what the handler is called for and in which order,
 * answers at once and later, clients that go away, and what never reaches the handler. */
#define _GNU_SOURCE
#include <esc/http.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "support/problem.h"

#include "http_call.h"

enum { TEXT_MAX = 65536, CLIENTS_PER_ADDRESS = 3, BODY_MAX = 1000 };

typedef struct Server {
    EscReactor *reactor;
    EscHttp *http;
    struct sockaddr_in address;
    char heard[1000];     /* "H/path " headers, "R/path:body " request, "G " gone */
    EscHttpCall *waiting; /* for "/later" */
    EscHttpMethod method; /* of the last request */
} Server;

typedef struct Client {
    int fd;
    char text[TEXT_MAX];
    size_t size;
    bool is_closed;
} Client;

/* --- the handler ------------------------------------------------------------------------------- */

static void note(Server *server, const char *what, EscText body)
{
    size_t at = strlen(server->heard);
    (void)snprintf(server->heard + at, sizeof server->heard - at, "%s:%.*s ", what,
                   ESC_TEXT_ARG(body));
}

static void answer(EscHttpCall *call, unsigned status, const char *text)
{
    EscAnswer made = {0};
    EscBuf body;
    esc_buf_init(&body, 1000);
    esc_buf_string(&body, text);
    esc_answer_json(&made, status, &body);
    esc_http_send(call, &made);
    esc_answer_release(&made);
}

static void on_headers(void *context, EscHttpCall *call)
{
    Server *server = context;
    server->method = esc_http_method(call);
    note(server, "H", esc_text_from(esc_http_path(call)));
    if (strcmp(esc_http_path(call), "/refused") == 0)
        answer(call, 403, "\"no\"");
    if (strcmp(esc_http_path(call), "/small") == 0)
        esc_http_limit_body(call, 3);
}

static void on_request(void *context, EscHttpCall *call)
{
    Server *server = context;
    EscBuf body;
    esc_http_take_body(call, &body);
    note(server, "R", esc_buf_as_text(&body));
    esc_buf_release(&body);
    if (strcmp(esc_http_path(call), "/later") == 0)
        server->waiting = call;
    else
        answer(call, 200, "\"yes\"");
}

static void on_gone(void *context, EscHttpCall *call)
{
    Server *server = context;
    note(server, "G", (EscText){0});
    if (server->waiting == call)
        server->waiting = NULL;
}

/* --- the scene --------------------------------------------------------------------------------- */

static int start(void **state)
{
    Server *server = calloc(1, sizeof *server);
    EscWhy why = {.text = ""};
    server->reactor = esc_reactor_new(false, &why);
    assert_non_null(server->reactor);
    const EscHttpSetup setup = {.reactor = server->reactor,
                                .handler = {server, on_headers, on_request, on_gone},
                                .header_bytes_max = 8192,
                                .body_bytes_max = BODY_MAX,
                                .connections_max = 10,
                                .connections_per_address_max = CLIENTS_PER_ADDRESS,
                                .request_timeout_s = 600};
    assert_status(esc_http_new(&setup, &server->http, &why), ESC_OK);
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof server->address;
    assert_int_equal(bind(listening, (struct sockaddr *)&server->address, size), 0);
    assert_int_equal(listen(listening, 16), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&server->address, &size), 0);
    assert_status(esc_http_serve(server->http, listening, false, &why), ESC_OK);
    *state = server;
    return 0;
}

static int stop(void **state)
{
    Server *server = *state;
    assert_true(esc_http_is_idle(server->http));
    esc_http_free(server->http);
    esc_reactor_free(server->reactor);
    free(server);
    return 0;
}

static void pump(Server *server)
{
    esc_http_run(server->http);
    assert_status(esc_reactor_wait(server->reactor, 1000000, NULL), ESC_OK);
}

static Client *client_new(const Server *server)
{
    Client *client = calloc(1, sizeof *client);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        connect(client->fd, (const struct sockaddr *)&server->address, sizeof server->address), 0);
    assert_int_equal(fcntl(client->fd, F_SETFL, O_NONBLOCK), 0);
    return client;
}

static void client_free(Client *client)
{
    if (!client->is_closed)
        (void)close(client->fd);
    free(client);
}

static void say(const Client *client, const char *text)
{
    assert_int_equal(send(client->fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void hear(Client *client)
{
    ssize_t size = recv(client->fd, client->text + client->size, TEXT_MAX - 1 - client->size, 0);
    if (size > 0)
        client->size += (size_t)size;
    else if (size == 0 || (errno != EAGAIN && errno != EINTR))
        client->is_closed = true;
}

/* Lets the server work until the client has read so much, or is closed when `part` is NULL. */
static void until(Server *server, Client *client, const char *part)
{
    while (part == NULL ? !client->is_closed : strstr(client->text, part) == NULL) {
        if (part != NULL && client->is_closed)
            fail_msg("closed before \"%s\": %s", part, client->text);
        pump(server);
        hear(client);
    }
    if (client->is_closed)
        (void)close(client->fd);
}

/* --- what the handler hears -------------------------------------------------------------------- */

static void a_request_comes_with_its_body(void **state)
{
    Server *server = *state;
    Client *client = client_new(server);
    say(client, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    while (strstr(server->heard, "H:/a") == NULL)
        pump(server);
    say(client, "llo");
    until(server, client, "\"yes\"");
    assert_non_null(strstr(client->text, "HTTP/1.1 200 "));
    while (!esc_http_is_idle(server->http))
        pump(server);
    assert_string_equal(server->heard, "H:/a R:hello G: ");
    client_free(client);
}

static void a_refusal_at_the_headers_keeps_the_connection(void **state)
{
    Server *server = *state;
    Client *client = client_new(server);
    say(client, "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
    until(server, client, "\"no\"");
    assert_null(strstr(server->heard, "R:"));
    say(client, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    until(server, client, "\"yes\"");
    while (!esc_http_is_idle(server->http))
        pump(server);
    assert_string_equal(server->heard, "H:/refused G: H:/b R: G: ");
    client_free(client);
}

/* They leave before the server looks: what they said and that they left is one event for it. */
static void who_left_in_the_middle_makes_room(void **state)
{
    Server *server = *state;
    for (int i = 0; i < CLIENTS_PER_ADDRESS; i++) {
        Client *client = client_new(server);
        say(client, "GET /a HTTP/1.1\r\nHost: x\r\n");
        client_free(client);
    }
    for (bool is_served = false; !is_served;) {
        Client *client = client_new(server);
        say(client, "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        until(server, client, NULL);
        is_served = strstr(client->text, "HTTP/1.1 200 ") != NULL;
        client_free(client);
    }
    while (!esc_http_is_idle(server->http))
        pump(server);
    assert_string_equal(server->heard, "G: G: G: H:/b R: G: ");
}

static void an_answer_may_come_later_than_others(void **state)
{
    Server *server = *state;
    Client *first = client_new(server), *second = client_new(server);
    say(first, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    while (server->waiting == NULL)
        pump(server);
    say(second, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    until(server, second, "\"yes\"");
    assert_int_equal(first->size, 0);
    assert_false(esc_http_is_idle(server->http));
    answer(server->waiting, 202, "\"now\"");
    until(server, first, "\"now\"");
    while (!esc_http_is_idle(server->http))
        pump(server);
    client_free(first);
    client_free(second);
}

/* Whoever answers must not care whether the client is still there. */
static void a_client_that_left_is_answered_all_the_same(void **state)
{
    Server *server = *state;
    Client *client = client_new(server);
    say(client, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    while (server->waiting == NULL)
        pump(server);
    (void)close(client->fd);
    client->is_closed = true;
    for (int i = 0; i < 20; i++)
        pump(server);
    if (server->waiting != NULL)
        answer(server->waiting, 200, "\"late\"");
    while (!esc_http_is_idle(server->http))
        pump(server);
    assert_string_equal(server->heard, "H:/later R: G: ");
    client_free(client);
}

static void its_method_is_known(void **state)
{
    Server *server = *state;
    static const struct {
        const char *name;
        EscHttpMethod method;
    } rows[] = {{"GET", ESC_HTTP_GET},    {"HEAD", ESC_HTTP_GET},  {"POST", ESC_HTTP_POST},
                {"PUT", ESC_HTTP_OTHER},  {"get", ESC_HTTP_OTHER}, {"HEA", ESC_HTTP_OTHER},
                {"POSTS", ESC_HTTP_OTHER}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        char request[64];
        (void)snprintf(request, sizeof request,
                       "%s /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", rows[i].name);
        Client *client = client_new(server);
        say(client, request);
        until(server, client, "HTTP/1.1 200 ");
        if (server->method != rows[i].method)
            fail_msg("%s is %d", rows[i].name, server->method);
        client_free(client);
        while (!esc_http_is_idle(server->http))
            pump(server);
    }
}

/* Who is in the middle of a request is looked at now and then, and left alone until its time is over. */
static void a_slow_client_is_waited_for(void **state)
{
    Server *server = *state;
    Client *client = client_new(server), *late = client_new(server);
    say(client, "GET /a HTTP/1.1\r\n");
    say(late, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    int64_t end_ms = esc_boot_ms() + 1100; /* it looks once in a second */
    while (esc_boot_ms() < end_ms || server->waiting == NULL) {
        pump(server);
        if (server->waiting != NULL)
            assert_in_range(esc_http_wait_ms(server->http), 0, 1000);
    }
    say(client, "Host: x\r\n\r\n");
    until(server, client, "\"yes\"");
    answer(server->waiting, 200, "\"late\"");
    until(server, late, "\"late\"");
    client_free(client);
    client_free(late);
    while (!esc_http_is_idle(server->http))
        pump(server);
}

static void who_serves_nobody_has_no_time(void **state)
{
    (void)state;
    EscWhy why = {.text = ""};
    EscHttp *http = NULL;
    EscReactor *reactor = esc_reactor_new(false, &why);
    const EscHttpSetup setup = {.reactor = reactor,
                                .connections_max = 1,
                                .connections_per_address_max = 1,
                                .body_bytes_max = 1};
    assert_status(esc_http_new(&setup, &http, &why), ESC_OK);
    assert_int_equal(esc_http_wait_ms(http), INT64_MAX);
    esc_http_run(http);
    esc_http_quiesce(http);
    assert_true(esc_http_is_idle(http));
    esc_http_free(http);
    esc_reactor_free(reactor);
}

/* --- what it does not hear ----------------------------------------------------------------------- */

static void what_two_readers_would_read_differently_is_refused(void **state)
{
    Server *server = *state;
    static const char *const heads[] = {
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /a HTTP/1.1\r\n\r\n",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(heads); i++) {
        Client *client = client_new(server);
        say(client, heads[i]);
        until(server, client, NULL);
        bool is_refusal = strstr(client->text, "HTTP/1.1 4") == client->text ||
                          strstr(client->text, "HTTP/1.1 501 ") == client->text;
        if (!is_refusal)
            fail_msg("%zu: %s", i, client->text);
        client_free(client);
    }
    assert_true(strstr(server->heard, "H:") == NULL && strstr(server->heard, "R:") == NULL);
}

static void say_bytes(const Client *client, EscText bytes)
{
    assert_int_equal(send(client->fd, bytes.data, bytes.size, MSG_NOSIGNAL), bytes.size);
}

/* Waits for the refusal, and for the end of the connection: nothing behind it is read. */
static void assert_refused(Server *server, Client *client, Problem problem)
{
    until(server, client, NULL);
    unsigned status = 0;
    const char *body = strstr(client->text, "\r\n\r\n");
    if (sscanf(client->text, "HTTP/1.1 %u ", &status) != 1 || body == NULL)
        fail_msg("no answer: %s", client->text);
    assert_problem(status, esc_text_from(body + 4), &problem, client->text);
}

#define TOO_LARGE                                                                                  \
    {                                                                                              \
        413, "body_too_large", "The body is too large", NULL, NULL                                 \
    }
#define GET(rest) ESC_TEXT("GET /a HTTP/1.1\r\nHost: x\r\n" rest "\r\n\r\n")
#define POST(rest) ESC_TEXT("POST /a HTTP/1.1\r\nHost: x\r\n" rest)

static void each_refusal_says_why(void **state)
{
    Server *server = *state;
    static const char coding[] = "header:Transfer-Encoding";
    static const char both[] = "Content-Length and Transfer-Encoding must not come together";
#define AMBIGUOUS(title, place)                                                                    \
    {                                                                                              \
        400, "ambiguous_length", title, NULL, place                                                \
    }
#define HOST(code)                                                                                 \
    {                                                                                              \
        400, code, "There must be one Host header", NULL, "header:Host"                            \
    }
#define NAME                                                                                       \
    {                                                                                              \
        400, "bad_header", "A header's name has characters that it may not have", NULL, NULL       \
    }
#define ADDRESS                                                                                    \
    {                                                                                              \
        400, "bad_address", "The address of the request has white space or control characters",    \
            NULL, NULL                                                                             \
    }
    const struct {
        EscText request;
        Problem problem;
    } rows[] = {
        {POST("Content-Length: 1\r\nContent-Length: 1\r\n\r\n1"),
         AMBIGUOUS("There must be at most one Content-Length", "header:Content-Length")},
        {POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         AMBIGUOUS(both, coding)},
        {POST("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         AMBIGUOUS(both, coding)},
        {ESC_TEXT("POST /a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         AMBIGUOUS("Transfer-Encoding needs a newer version of HTTP", coding)},
        {POST("Transfer-Encoding: gzip\r\n\r\n"),
         {501, "unknown_coding", "The only transfer coding known here is chunked", NULL, coding}},
        {GET("host: x"), HOST("duplicate_host")},
        {ESC_TEXT("GET /a HTTP/1.1\r\nX: y\r\n\r\n"), HOST("missing_host")},
        {GET("X(y): z"), NAME},
        {GET("X\x7f: z"), NAME},
        {GET("X{: z"), NAME},
        {GET("X[: z"), NAME},
        {GET("X@: z"), NAME},
        {GET("X/: z"), NAME},
        {ESC_TEXT("GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n"), ADDRESS},
        {ESC_TEXT("GET /a\x7f HTTP/1.1\r\nHost: x\r\n\r\n"), ADDRESS},
        {ESC_TEXT("GET /a?b\x7f HTTP/1.1\r\nHost: x\r\n\r\n"), ADDRESS},
        {ESC_TEXT("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"), ADDRESS},
        {POST("Content-Length: 1001\r\n\r\n"), TOO_LARGE},
        {POST("Content-Length: 0000000000000001\r\n\r\n1"), TOO_LARGE}, /* of sixteen digits */
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        Client *client = client_new(server);
        say_bytes(client, rows[i].request);
        assert_refused(server, client, rows[i].problem);
        client_free(client);
    }
    assert_true(strstr(server->heard, "H:") == NULL && strstr(server->heard, "R:") == NULL);
}

static void what_all_readers_read_alike_is_taken(void **state)
{
    Server *server = *state;
    static const char *const requests[] = {
        "GET /a HTTP/1.0\r\n\r\n",
        "GET /a?b=c%20d HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nX!#$%&'*+-.^_`|~09AZaz: \xe4 y\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\ny\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(requests); i++) {
        Client *client = client_new(server);
        say(client, requests[i]);
        until(server, client, "HTTP/1.1 200 ");
        while (strstr(client->text, "\r\n\r\n") == NULL) {
            pump(server);
            hear(client);
        }
        assert_non_null(strstr(client->text, "Content-Type: application/json\r\n"));
        assert_non_null(strstr(client->text, "Cache-Control: no-store\r\n"));
        assert_non_null(strstr(client->text, "X-Content-Type-Options: nosniff\r\n"));
        client_free(client);
        while (!esc_http_is_idle(server->http))
            pump(server);
    }
}

/* Names and values with four bytes for each; the limit of this server is 8192. */
static void headers_have_their_limit(void **state)
{
    Server *server = *state;
    for (int over = 0; over <= 1; over++) {
        static char request[9000], value[5000];
        memset(value, 'v', sizeof(value));
        int left = 8192 - (4 + 1 + 4) - 2 * (1 + 4) + over, half = left / 2;
        (void)snprintf(request, sizeof(request),
                       "GET /a HTTP/1.1\r\nHost: x\r\nA: %.*s\r\nB: %.*s\r\n\r\n", half, value,
                       left - half, value);
        Client *client = client_new(server);
        say(client, request);
        if (over == 0)
            until(server, client, "HTTP/1.1 200 ");
        else
            assert_refused(server, client,
                           (Problem){.status = 431,
                                     .code = "headers_too_large",
                                     .title = "The headers of the request are too large"});
        client_free(client);
        while (!esc_http_is_idle(server->http))
            pump(server);
    }
}

static void addresses_have_their_limit(void **state)
{
    Server *server = *state;
    for (int over = 0; over <= 1; over++) {
        static char request[9000], path[9000];
        memset(path, 'p', sizeof(path));
        (void)snprintf(request, sizeof(request), "GET /%.*s HTTP/1.1\r\nHost: x\r\n\r\n",
                       ESC_HTTP_URI_BYTES_MAX - 1 + over, path);
        Client *client = client_new(server);
        say(client, request);
        if (over == 0)
            until(server, client, "HTTP/1.1 200 ");
        else
            assert_refused(server, client,
                           (Problem){.status = 414,
                                     .code = "uri_too_long",
                                     .title = "The address of the request is too long"});
        client_free(client);
        while (!esc_http_is_idle(server->http))
            pump(server);
    }
}

/* --- parts of an address, and problems --------------------------------------------------------- */

static void parameters_are_found_and_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *query, *value;
        EscStatus status;
    } rows[] = {
        {"a=b", "b", ESC_OK},
        {"x=1&a=b&y=2", "b", ESC_OK},
        {"&&a=b&&", "b", ESC_OK},
        {"a", "", ESC_OK},
        {"a=", "", ESC_OK},
        {"a==", "=", ESC_OK},
        {"a=b+c", "b c", ESC_OK},
        {"a=%41%7a", "Az", ESC_OK},
        {"a=%C3%a4", "\xc3\xa4", ESC_OK},
        {"", "", ESC_NOT_FOUND},
        {"b=a", "", ESC_NOT_FOUND},
        {"aa=b", "", ESC_NOT_FOUND},
        {"a=b&a=c", "", ESC_BAD_INPUT},
        {"a=%4", "", ESC_BAD_INPUT},
        {"a=%", "", ESC_BAD_INPUT},
        {"a=%g1", "", ESC_BAD_INPUT},
        {"a=%1g", "", ESC_BAD_INPUT},
        {"a=%ff", "", ESC_BAD_INPUT},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscBuf value;
        esc_buf_init(&value, 100);
        EscStatus status = esc_query_get(rows[i].query, "a", &value);
        if (status != rows[i].status)
            fail_msg("%s: %s", rows[i].query, esc_status_name(status));
        if (status == ESC_OK)
            assert_text_equal(esc_buf_as_text(&value), rows[i].value);
        esc_buf_release(&value);
    }
    assert_status(esc_query_get(NULL, "a", NULL), ESC_NOT_FOUND);
    for (size_t size = 4096; size <= 4097; size++) {
        char query[4200] = "a=";
        EscBuf value;
        esc_buf_init(&value, 5000);
        memset(query + 2, 'v', size);
        query[2 + size] = '\0';
        assert_status(esc_query_get(query, "a", &value), size == 4096 ? ESC_OK : ESC_BAD_INPUT);
        esc_buf_release(&value);
    }
}

static bool add_name(void *context, EscText name)
{
    esc_buf_printf(context, "%.*s;", ESC_TEXT_ARG(name));
    return !esc_text_equal(name, ESC_TEXT("stop"));
}

static void all_names_of_a_query_are_visited(void **state)
{
    (void)state;
    EscBuf names;
    esc_buf_init(&names, 100);
    esc_query_each("&a=1&b&&c=&=d&stop=1&e", add_name, &names);
    assert_text_equal(esc_buf_as_text(&names), "a;b;c;;stop;");
    esc_query_each(NULL, add_name, &names);
    assert_text_equal(esc_buf_as_text(&names), "a;b;c;;stop;");
    esc_buf_release(&names);
}

static void a_plus_is_a_space_in_a_query_only(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 4);
    assert_true(esc_percent_decode(ESC_TEXT("+"), false, &out));
    assert_true(esc_percent_decode(ESC_TEXT("+"), true, &out)); /* behind what was there */
    assert_text_equal(esc_buf_as_text(&out), "+ ");
    assert_false(esc_percent_decode(ESC_TEXT("abc"), true, &out)); /* it does not fit */
    esc_buf_release(&out);
}

static void a_problem_is_a_document(void **state)
{
    (void)state;
    EscAnswer answer = {0};
    esc_answer_problem(&answer, &(EscProblem){.status = 422, .code = "c", .title = "t"});
    assert_int_equal(answer.status, 422);
    assert_string_equal(answer.type, "application/problem+json");
    assert_int_equal(answer.headers_count, 0);
    assert_text_equal(
        esc_buf_as_text(&answer.body),
        "{\"type\":\"urn:escal:problem:c\",\"title\":\"t\",\"status\":422,\"code\":\"c\"}");
    esc_answer_release(&answer);
    answer = (EscAnswer){0};
    esc_answer_problem(&answer, &(EscProblem){.status = 400,
                                              .code = "c",
                                              .title = "t",
                                              .detail = ESC_TEXT("d"),
                                              .place = "/p",
                                              .has_index = true,
                                              .index = 0,
                                              .close = true});
    assert_int_equal(answer.headers_count, 1);
    assert_string_equal(answer.headers[0].name, "Connection");
    assert_string_equal(answer.headers[0].value, "close");
    assert_text_equal(esc_buf_as_text(&answer.body),
                      "{\"type\":\"urn:escal:problem:c\",\"title\":\"t\",\"status\":400,\"detail\":"
                      "\"d\",\"code\":\"c\",\"place\":\"/p\",\"index\":0}");
    esc_answer_release(&answer);
}

static void bodies_over_their_limit_are_refused(void **state)
{
    Server *server = *state;
    static const char *const heads[] = {
        "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1234",
        "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
        "chunked\r\n\r\n4\r\n1234\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(heads); i++) {
        Client *client = client_new(server);
        say(client, heads[i]);
        assert_refused(server, client, (Problem)TOO_LARGE);
        client_free(client);
        while (!esc_http_is_idle(server->http))
            pump(server);
    }
    assert_null(strstr(server->heard, "R:"));
    Client *client = client_new(server);
    say(client, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n123");
    until(server, client, "\"yes\"");
    assert_non_null(strstr(server->heard, "R:123"));
    while (!esc_http_is_idle(server->http))
        pump(server);
    client_free(client);
}

static void one_address_gets_so_many_connections(void **state)
{
    Server *server = *state;
    Client *clients[CLIENTS_PER_ADDRESS + 1];
    for (size_t i = 0; i < ESC_COUNT_OF(clients); i++) {
        clients[i] = client_new(server);
        say(clients[i], "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        if (i < CLIENTS_PER_ADDRESS)
            until(server, clients[i], "\"yes\"");
    }
    until(server, clients[CLIENTS_PER_ADDRESS], NULL);
    assert_null(strstr(clients[CLIENTS_PER_ADDRESS]->text, "\"yes\""));
    for (size_t i = 0; i < ESC_COUNT_OF(clients); i++)
        client_free(clients[i]);
    while (!esc_http_is_idle(server->http))
        pump(server);
}

int main(void)
{
#define SCENE(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        SCENE(a_request_comes_with_its_body),
        SCENE(a_refusal_at_the_headers_keeps_the_connection),
        SCENE(who_left_in_the_middle_makes_room),
        SCENE(an_answer_may_come_later_than_others),
        SCENE(a_client_that_left_is_answered_all_the_same),
        SCENE(its_method_is_known),
        SCENE(a_slow_client_is_waited_for),
        cmocka_unit_test(who_serves_nobody_has_no_time),
        SCENE(what_two_readers_would_read_differently_is_refused),
        SCENE(each_refusal_says_why),
        SCENE(what_all_readers_read_alike_is_taken),
        SCENE(headers_have_their_limit),
        SCENE(addresses_have_their_limit),
        cmocka_unit_test(parameters_are_found_and_decoded),
        cmocka_unit_test(all_names_of_a_query_are_visited),
        cmocka_unit_test(a_plus_is_a_space_in_a_query_only),
        cmocka_unit_test(a_problem_is_a_document),
        SCENE(bodies_over_their_limit_are_refused),
        SCENE(one_address_gets_so_many_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
