/* bench_deliver - messages a second through the outside to a receiver on this machine.
 *
 *   bench_deliver [MESSAGES] [keep|close]
 *
 * The receiver is a thread with epoll that answers 200 as fast as it can; with `close` it ends each connection after its
 * answer. Messages are chat messages with bodies as the engine writes them. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <esc/delivery.h>

#include "bench.h"

#define BATCH 500

typedef struct Receiver {
    int listener, epoll;
    bool closes;
    uint16_t port;
    pthread_t thread;
} Receiver;

static atomic_size_t settled;
static EscOutside *outside;
static uint32_t number;

static void answer(const Receiver *receiver, int fd)
{
    static const char keep[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static const char close_it[] =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    char request[8192]; /* one request, which fits into one read on this machine */
    ssize_t got = read(fd, request, sizeof(request));
    if (got > 0 && receiver->closes)
        (void)!write(fd, close_it, sizeof(close_it) - 1);
    else if (got > 0)
        (void)!write(fd, keep, sizeof(keep) - 1);
    if (got <= 0 || receiver->closes)
        close(fd);
}

static void take_connection(const Receiver *receiver)
{
    int one = 1, fd = accept(receiver->listener, NULL, NULL);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    (void)epoll_ctl(receiver->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void *receive(void *context)
{
    const Receiver *receiver = context;
    struct epoll_event ready[64];
    for (;;) {
        int count = epoll_wait(receiver->epoll, ready, 64, -1);
        for (int i = 0; i < count; i++)
            if (ready[i].data.fd == receiver->listener)
                take_connection(receiver);
            else
                answer(receiver, ready[i].data.fd);
    }
    return NULL;
}

static void start_receiver(Receiver *receiver)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    receiver->listener = socket(AF_INET, SOCK_STREAM, 0);
    receiver->epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = receiver->listener};
    bool is_fine = bind(receiver->listener, (struct sockaddr *)&address, size) == 0 &&
                   listen(receiver->listener, 512) == 0 &&
                   getsockname(receiver->listener, (struct sockaddr *)&address, &size) == 0 &&
                   epoll_ctl(receiver->epoll, EPOLL_CTL_ADD, receiver->listener, &event) == 0 &&
                   pthread_create(&receiver->thread, NULL, receive, receiver) == 0;
    if (!is_fine)
        bench_fail("the receiver does not start", NULL);
    receiver->port = ntohs(address.sin_port);
}

static int64_t now_ms(void *context)
{
    (void)context;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void fill_random(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 1, size);
}

static int open_socket(void *context, const struct sockaddr *address, socklen_t size)
{
    (void)context;
    (void)size;
    return socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static void take_result(void *context, EscResult *result)
{
    (void)context;
    if (result->is_retry || result->delivery.state != ESC_DELIVERY_ACCEPTED)
        bench_fail("a message was not accepted", NULL);
    esc_result_free(result);
    atomic_fetch_add(&settled, 1);
}

static EscOutboxClaim row_of(uint64_t id)
{
    return (EscOutboxClaim){
        .row = {.id = id,
                .key = ESC_TEXT("acme/E-12/7"),
                .ticket = ESC_TEXT("INC-4711"),
                .target = ESC_TEXT("incidents"),
                .medium = ESC_TEXT("chat"),
                .body =
                    ESC_TEXT("{\"text\":\"Globex is down: checkout answers 502 for every customer "
                             "in Europe\",\"subject\":\"Globex is down\",\"workspace\":\"acme\","
                             "\"escalation\":\"E-12\",\"ticket\":\"INC-4711\",\"template\":"
                             "\"outage\",\"severity\":\"critical\",\"page\":false}"),
                .created_at_ms = now_ms(NULL)}};
}

static void put(uint64_t first, size_t count)
{
    static EscOutboxClaim rows[BATCH];
    for (size_t i = 0; i < count; i++)
        rows[i] = row_of(first + i);
    esc_outside_put(outside, number, rows, count, 0);
}

static void take_want(void *context, const uint64_t *ids, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++) {
        EscOutboxClaim row = row_of(ids[i]);
        esc_outside_put(outside, number, &row, 1, 0);
    }
}

static void start_outside(const Receiver *receiver, EscConfig *config)
{
    static EscClock clock = {.wall_ms = now_ms, .boot_ms = now_ms};
    static EscRandom random = {.fill = fill_random};
    static EscSockets sockets = {.open = open_socket};
    static EscEndpoint channel = {.name = {"incidents", 9}, .kind = ESC_ENDPOINT_CHAT};
    static EscText allowed = {"127.0.0.1", 9};
    static EscWorkspaceConfig workspace;
    static char url[64];
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/hook", receiver->port);
    channel.url = esc_text_from(url);
    workspace = (EscWorkspaceConfig){.channels = {&channel, 1}, .allowed_addresses = {&allowed, 1}};
    EscOutsideSetup setup = {.config = config,
                             .clock = &clock,
                             .random = &random,
                             .sockets = &sockets,
                             .data_folder = "/",
                             .time_scale = 1};
    EscOutsideHost host = {.result = take_result, .want = take_want};
    EscWhy why;
    if (esc_outside_new(&setup, &outside, &why) != ESC_OK ||
        esc_outside_add(outside, ESC_TEXT("acme"), &workspace, &host, &number, &why) != ESC_OK)
        bench_fail("the outside does not start", &why);
}

int main(int argc, char **argv)
{
    size_t messages = argc > 1 ? strtoul(argv[1], NULL, 10) : 50000;
    Receiver receiver = {.closes = argc > 2 && strcmp(argv[2], "close") == 0};
    EscConfig *config = esc_config_new();
    start_receiver(&receiver);
    start_outside(&receiver, config);
    struct rusage before, after;
    (void)getrusage(RUSAGE_SELF, &before);
    int64_t began_ns = bench_now_ns();
    for (size_t at = 0; at < messages; at += BATCH) {
        put(at + 1, messages - at < BATCH ? messages - at : BATCH);
        while (at > atomic_load(&settled) + 2 * (size_t)BATCH)
            (void)usleep(200); /* a turn gives some hundred rows and goes on */
    }
    while (atomic_load(&settled) < messages)
        (void)usleep(200);
    double seconds = (double)(bench_now_ns() - began_ns) / 1e9;
    (void)getrusage(RUSAGE_SELF, &after);
    double cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
                 (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6 +
                 (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
                 (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
    (void)printf(
        "%zu messages, connections %s: %.0f/s, %.0f us of processor each (with the receiver)\n",
        messages, receiver.closes ? "closed by the receiver" : "kept", (double)messages / seconds,
        cpu * 1e6 / (double)messages);
    esc_outside_free(outside);
    esc_config_free(config);
    return 0;
}
