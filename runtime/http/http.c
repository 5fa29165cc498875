/* http.c - the HTTP server: libmicrohttpd inside our loop, one EscHttpCall for each request.
 *
 * MHD calls take_request several times for a request: with the headers, with each piece of the
 * body, at its end, and once more when a suspended one is resumed. A client has request_timeout_s
 * for its headers, and again for its body: MHD's own time-out only sees silence, not a byte now and
 * then, so a sweep once a second shuts such sockets down. Not its job: which requests are ambiguous
 * or too large (http_framing.c); certificates (http_tls.c); routes, tokens, JSON (the room api); the text of answers
 * (http_answer.c). */
#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "http_call.h"

#define SWEEP_MS 1000
#define HANDSHAKE_TIMES                                                                            \
    4 /* of a client's time: so long after it nobody has a former certificate in hand */
#define HELD_MAX 64 /* answers that are held back */
/* What the library gives a connection for one request: our own limit on headers is below it, so that most of what is too
 * long is refused by us, in the words of a problem document. */
#define LIBRARY_BYTES(header_bytes_max) (2 * (header_bytes_max) + 8192)

/* A socket that is listened on; at a fixed address, as the library points to it. */
typedef struct Listener {
    EscHttp *http;
    struct MHD_Daemon *mhd;
    EscWatch *watch;
    bool is_tls;
} Listener;

struct EscHttpConnection {
    const Listener *listener;
    int fd;
    EscHttpCall *call;     /* what begin_call made; NULL between requests */
    int64_t since_real_ms; /* start of the present phase */
    bool is_served;        /* the request is ours now: no limit on the client */
    EscRing link;
};

struct EscHttp {
    EscHttpSetup setup;
    Listener listeners[ESC_HTTP_SOCKETS_MAX];
    size_t listeners_count;
    EscTls *tls,
        *former_tls; /* what clients are shown; what those may still look at who came before */
    EscRing connections;
    int64_t swept_real_ms;
    EscHttpHeld held;
    size_t calls;
    bool has_closed; /* a connection, since the last look */
    bool is_quiet;   /* no new connections */
};

static EscHttpConnection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void call_free(EscHttp *http, EscHttpCall *call)
{
    if (call == NULL)
        return;
    http->setup.handler.gone(http->setup.handler.context, call);
    esc_http_forget_held(call);
    if (call->response != NULL)
        MHD_destroy_response(call->response);
    esc_buf_release(&call->body);
    free(call->uri);
    free(call);
    http->calls--;
}

/* MHD does not tell of the end of a request that it gives up before its headers are read (no room
 * for them): the call therefore hangs on its connection, and goes with it at the latest. */
static void *begin_call(void *context, const char *uri, struct MHD_Connection *connection)
{
    const Listener *listener = context;
    EscHttp *http = listener->http;
    EscHttpConnection *one = connection_of(connection);
    EscHttpCall *call = one == NULL ? NULL : calloc(1, sizeof(*call));
    if (call == NULL)
        return NULL;
    call_free(http, one->call);
    one->call = call;
    call->http = http;
    call->is_tls = listener->is_tls;
    call->all_held = &http->held;
    esc_ring_init(&call->held);
    call->max_body = http->setup.body_bytes_max;
    call->header_bytes_max = http->setup.header_bytes_max;
    esc_buf_init(&call->body, call->max_body);
    size_t length = strnlen(uri, ESC_HTTP_URI_BYTES_MAX + 1);
    call->uri = length > ESC_HTTP_URI_BYTES_MAX ? NULL : strdup(uri);
    if (call->uri != NULL && (call->query = strchr(call->uri, '?')) != NULL)
        *call->query++ = '\0';
    http->calls++;
    return call;
}

static void end_call(void *context, struct MHD_Connection *connection, void **note,
                     enum MHD_RequestTerminationCode why)
{
    (void)why;
    *note = NULL;
    EscHttpConnection *one = connection_of(connection);
    if (one == NULL)
        return; /* without a connection of ours no call was made */
    one->since_real_ms = esc_boot_ms();
    one->is_served = false;
    call_free(((const Listener *)context)->http, one->call);
    one->call = NULL;
}

static void watch_connection(void *context, struct MHD_Connection *connection,
                             void **socket_context, enum MHD_ConnectionNotificationCode what)
{
    const Listener *listener = context;
    EscHttp *http = listener->http;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        EscHttpConnection *one = calloc(1, sizeof(*one));
        *socket_context = one;
        if (one == NULL)
            return;
        *one = (EscHttpConnection){.listener = listener,
                                   .fd = info == NULL ? -1 : info->connect_fd,
                                   .since_real_ms = esc_boot_ms()};
        esc_ring_put(&http->connections, &one->link);
        return;
    }
    EscHttpConnection *one = *socket_context;
    if (one == NULL)
        return;
    esc_ring_remove(&one->link);
    *socket_context = NULL;
    http->has_closed = true;
    call_free(http, one->call);
    free(one);
}

/* Whoever says a part of a request and leaves at once: the kernel tells of both together, and the library reads the
 * part, waits to be told of more, and keeps the connection until its time is over. */
static bool has_left(const EscHttpConnection *one)
{
    char byte;
    return recv(one->fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void sweep(EscHttp *http)
{
    int64_t now = esc_boot_ms();
    if (now - http->swept_real_ms < SWEEP_MS)
        return;
    http->swept_real_ms = now;
    int64_t limit = http->setup.request_timeout_s * 1000;
    esc_tls_sweep(&http->former_tls, now, HANDSHAKE_TIMES * limit);
    for (EscRing *at = http->connections.next; at != &http->connections; at = at->next) {
        EscHttpConnection *one = ESC_RING_OWNER(at, EscHttpConnection, link);
        if (!one->is_served && one->fd >= 0 && (now - one->since_real_ms > limit || has_left(one)))
            (void)shutdown(one->fd, SHUT_RDWR); /* MHD sees the end of the stream and closes */
    }
}

static void phase(EscHttpCall *call, bool is_served)
{
    EscHttpConnection *one = connection_of(call->connection);
    if (one == NULL)
        return;
    one->since_real_ms = esc_boot_ms();
    one->is_served = is_served;
}

/* The body of a refused request is read and thrown away, so that a client that sends it first and reads then sees the
 * answer; not one that is longer than any may be, and not one whose end we do not know. */
static bool must_answer_before_body(const EscHttpCall *call)
{
    const char *length = esc_http_header(call, "Content-Length");
    return call->answered_status == 501 || esc_http_header(call, "Expect") != NULL ||
           (length != NULL && (strlen(length) > ESC_HTTP_LENGTH_DIGITS_MAX ||
                               strtoull(length, NULL, 10) > call->http->setup.body_bytes_max));
}

static enum MHD_Result send_answer(EscHttpCall *call)
{
    if (call->not_before_ms > esc_boot_ms()) {
        phase(call, true);
        esc_http_hold(call);
        return MHD_YES;
    }
    call->is_queued = true;
    phase(call, call->is_stream);
    return MHD_queue_response(call->connection, call->answered_status, call->response);
}

static enum MHD_Result begin_request(EscHttp *http, EscHttpCall *call, const char *url,
                                     const char *method, const char *version)
{
    call->has_begun = true;
    bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    call->method = reads                            ? ESC_HTTP_GET
                   : strcmp(method, "POST") == 0    ? ESC_HTTP_POST
                   : strcmp(method, "OPTIONS") == 0 ? ESC_HTTP_OPTIONS
                                                    : ESC_HTTP_OTHER;
    phase(call, false);
    esc_http_check_framing(call, url, version);
    if (!esc_http_is_answered(call))
        http->setup.handler.headers(http->setup.handler.context, call);
    if (esc_http_is_answered(call) && must_answer_before_body(call))
        return send_answer(call);
    return MHD_YES;
}

static void take_piece(EscHttpCall *call, const char *data, size_t size)
{
    call->received += size;
    if (esc_http_is_answered(call))
        return; /* thrown away */
    esc_buf_append(&call->body, data, size);
    if (call->body.status != ESC_OK)
        esc_http_refuse_size(call);
}

static enum MHD_Result take_request(void *context, struct MHD_Connection *connection,
                                    const char *url, const char *method, const char *version,
                                    const char *data, size_t *data_size, void **note)
{
    EscHttp *http = ((const Listener *)context)->http;
    EscHttpCall *call = *note;
    if (call == NULL)
        return MHD_NO;
    call->connection = connection;
    if (!call->has_begun)
        return begin_request(http, call, url, method, version);
    if (*data_size > 0) {
        take_piece(call, data, *data_size);
        *data_size = 0;
        return call->received > 2 * http->setup.body_bytes_max ? MHD_NO : MHD_YES;
    }
    if (!esc_http_is_answered(call) && !call->is_dispatched) {
        call->is_dispatched = true;
        phase(call, true);
        http->setup.handler.request(http->setup.handler.context, call);
    }
    if (esc_http_is_answered(call))
        return call->is_queued ? MHD_YES : send_answer(call);
    call->is_suspended = true;
    MHD_suspend_connection(connection);
    return MHD_YES;
}

/* Paths stay as they were sent: a decoded %2F would become another segment. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static void mhd_ready(void *context, int fd, uint32_t events)
{
    (void)context;
    (void)fd;
    (void)events; /* esc_http_run follows in every turn */
}

EscStatus esc_http_new(const EscHttpSetup *setup, EscHttp **out, EscWhy *why)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the HTTP server");
    (*out)->setup = *setup;
    esc_ring_init(&(*out)->connections);
    esc_ring_init(&(*out)->held.calls);
    size_t half = setup->connections_per_address_max / 2;
    (*out)->held.count_max = half < HELD_MAX ? half : HELD_MAX;
    return ESC_OK;
}

/* Whom the library shakes hands with asks for the present certificate. */
static int show_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                            const gnutls_pk_algorithm_t *algorithms, int algorithms_count,
                            gnutls_pcert_st **certificates, unsigned int *certificates_count,
                            gnutls_privkey_t *key)
{
    (void)authorities;
    (void)count;
    (void)algorithms;
    (void)algorithms_count;
    struct MHD_Connection *connection = gnutls_session_get_ptr(session);
    const EscHttpConnection *one = connection == NULL ? NULL : connection_of(connection);
    const EscTls *tls = one == NULL ? NULL : one->listener->http->tls;
    if (tls == NULL)
        return -1; /* the handshake fails */
    *certificates = tls->certificates;
    *certificates_count = tls->count;
    *key = tls->key;
    return 0;
}

void esc_http_use_tls(EscHttp *http, EscTls *tls)
{
    EscTls *former = http->tls;
    http->tls = tls;
    if (former == NULL)
        return;
    former->replaced_real_ms = esc_boot_ms();
    former->next = http->former_tls;
    http->former_tls = former;
}

static struct MHD_Daemon *start(Listener *listener, int fd)
{
    const EscHttpSetup *setup = &listener->http->setup;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)show_certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)ESC_TLS_PRIORITIES},
        {MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (listener->is_tls ? MHD_USE_TLS : 0), 0, NULL,
        NULL, take_request, listener, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
        begin_call, listener, MHD_OPTION_NOTIFY_COMPLETED, end_call, listener,
        MHD_OPTION_NOTIFY_CONNECTION, watch_connection, listener, MHD_OPTION_UNESCAPE_CALLBACK,
        keep_escapes, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_CONNECTION_LIMIT,
        setup->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        setup->connections_per_address_max, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)setup->request_timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        LIBRARY_BYTES(setup->header_bytes_max), MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_ARRAY, listener->is_tls ? tls : &tls[2], MHD_OPTION_END);
}

EscStatus esc_http_serve(EscHttp *http, int fd, bool is_tls, EscWhy *why)
{
    ESC_ASSERT(http->listeners_count < ESC_HTTP_SOCKETS_MAX);
    Listener *listener = &http->listeners[http->listeners_count];
    *listener = (Listener){.http = http, .is_tls = is_tls};
    listener->mhd = start(listener, fd);
    if (listener->mhd == NULL) {
        close(fd);
        return esc_why(why, ESC_IO_FAILED, "", 0, "the HTTP server does not start");
    }
    http->listeners_count++;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(listener->mhd, MHD_DAEMON_INFO_EPOLL_FD);
    if (info != NULL)
        listener->watch =
            esc_reactor_watch(http->setup.reactor, info->epoll_fd, EPOLLIN, mhd_ready, http);
    return listener->watch != NULL
               ? ESC_OK
               : esc_why(why, ESC_IO_FAILED, "", 0, "the HTTP server cannot be watched");
}

void esc_http_run(EscHttp *http)
{
    if (http->listeners_count == 0)
        return;
    sweep(http);
    esc_http_release_held(&http->held, esc_boot_ms());
    /* A library that had no descriptor left listens again in the run after a connection was closed, and nothing else
     * may wake us for that one. */
    do {
        http->has_closed = false;
        for (size_t i = 0; i < http->listeners_count; i++)
            (void)MHD_run(http->listeners[i].mhd);
    } while (http->has_closed);
}

static int64_t library_wait_ms(const Listener *listener)
{
    MHD_UNSIGNED_LONG_LONG wait = 0;
    return MHD_get_timeout(listener->mhd, &wait) == MHD_YES && wait < INT_MAX ? (int64_t)wait
                                                                              : INT64_MAX;
}

int64_t esc_http_wait_ms(const EscHttp *http)
{
    int64_t wait_ms = esc_http_held_wait_ms(&http->held, esc_boot_ms());
    for (size_t i = 0; i < http->listeners_count; i++) {
        int64_t one_ms = library_wait_ms(&http->listeners[i]);
        wait_ms = one_ms < wait_ms ? one_ms : wait_ms;
    }
    return !esc_ring_is_empty(&http->connections) && wait_ms > SWEEP_MS ? SWEEP_MS : wait_ms;
}

void esc_http_quiesce(EscHttp *http)
{
    if (http->is_quiet)
        return;
    http->is_quiet = true;
    /* Closed at once: the kernel would go on taking connections that nobody looks at, and their clients would wait
     * for us instead of going elsewhere. */
    for (size_t i = 0; i < http->listeners_count; i++) {
        MHD_socket listen_fd = MHD_quiesce_daemon(http->listeners[i].mhd);
        if (listen_fd != MHD_INVALID_SOCKET)
            close(listen_fd);
    }
}

bool esc_http_is_idle(const EscHttp *http)
{
    return http->calls == 0;
}

void esc_http_free(EscHttp *http)
{
    if (http == NULL)
        return;
    esc_http_release_held(&http->held, INT64_MAX); /* the library ends with nobody suspended */
    for (size_t i = 0; i < http->listeners_count; i++) {
        esc_reactor_unwatch(http->setup.reactor, http->listeners[i].watch);
        MHD_stop_daemon(http->listeners[i].mhd);
    }
    esc_tls_sweep(&http->former_tls, INT64_MAX, 0);
    esc_tls_free(http->tls);
    free(http);
}
