/* bench_receiver.c - takes what escald delivers, fast or as slowly as wanted, and counts.
 *
 *   bench_receiver PORT_FILE DELAY_MS
 *
 * Answers every request with 200, DELAY_MS after it was whole; connections are kept open. GET /count
 * answers at once with one line of JSON: messages, connections made, connections open, and seconds
 * from the first message to the last. Ends with SIGTERM. */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define CONNECTIONS_MAX 4096
#define REQUEST_BYTES_MAX 65536
#define ANSWER_BYTES_MAX 512

typedef struct Connection {
    bool is_open, is_count;
    unsigned generation; /* an answer that waits must not go to who has the socket later */
    size_t size;
    char bytes[REQUEST_BYTES_MAX + 1];
} Connection;

/* Answers that wait, all for the same time: the oldest is always the next. */
typedef struct Waiting {
    int socket;
    unsigned generation;
    int64_t due_ns;
} Waiting;

static struct {
    Connection *connections[CONNECTIONS_MAX]; /* by socket */
    Waiting waiting[CONNECTIONS_MAX];
    size_t waiting_first, waiting_count;
    uint64_t messages, made, open;
    int64_t first_ns, last_ns, delay_ns;
    int listener, epoll;
} receiver;

static void watch(int socket)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
    if (epoll_ctl(receiver.epoll, EPOLL_CTL_ADD, socket, &event) != 0)
        bench_fail(strerror(errno), NULL);
}

static void listen_at(const char *port_file)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    receiver.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (receiver.listener < 0 ||
        bind(receiver.listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(receiver.listener, 1024) != 0 ||
        getsockname(receiver.listener, (struct sockaddr *)&address, &size) != 0)
        bench_fail(strerror(errno), NULL);
    FILE *file = fopen(port_file, "w");
    if (file == NULL || fprintf(file, "%u\n", ntohs(address.sin_port)) < 0 || fclose(file) != 0)
        bench_fail(port_file, NULL);
    watch(receiver.listener);
}

static void take_connection(void)
{
    int one = 1, fd = accept4(receiver.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (fd >= CONNECTIONS_MAX)
        bench_fail("too many connections", NULL);
    if (receiver.connections[fd] == NULL)
        receiver.connections[fd] = calloc(1, sizeof(Connection));
    Connection *connection = receiver.connections[fd];
    ESC_ASSERT(connection != NULL);
    connection->is_open = true;
    connection->is_count = false;
    connection->size = 0;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    receiver.made++;
    receiver.open++;
    watch(fd);
}

static void drop(int socket)
{
    Connection *connection = receiver.connections[socket];
    connection->is_open = false;
    connection->generation++;
    receiver.open--;
    close(socket);
}

static void answer(int socket, const char *body)
{
    char text[ANSWER_BYTES_MAX];
    int size = snprintf(
        text, sizeof text,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(body), body);
    if (send(socket, text, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT) != size)
        drop(socket);
}

/* Who asks for the count is not counted among the connections. */
static void answer_count(int socket, Connection *connection)
{
    char body[ANSWER_BYTES_MAX / 2];
    if (!connection->is_count)
        receiver.made--;
    connection->is_count = true;
    snprintf(body, sizeof body,
             "{\"messages\": %llu, \"connections\": %llu, \"open\": %llu, \"seconds\": %.6f}\n",
             (unsigned long long)receiver.messages, (unsigned long long)receiver.made,
             (unsigned long long)receiver.open - 1,
             (double)(receiver.last_ns - receiver.first_ns) / 1e9);
    answer(socket, body);
}

static void take_request(int socket, Connection *connection)
{
    if (strncmp(connection->bytes, "GET /count ", 11) == 0) {
        answer_count(socket, connection);
        return;
    }
    int64_t now = bench_now_ns();
    receiver.first_ns = receiver.messages == 0 ? now : receiver.first_ns;
    receiver.last_ns = now;
    receiver.messages++;
    if (receiver.delay_ns == 0) {
        answer(socket, "{}");
        return;
    }
    ESC_ASSERT(receiver.waiting_count < CONNECTIONS_MAX);
    size_t last = (receiver.waiting_first + receiver.waiting_count++) % CONNECTIONS_MAX;
    receiver.waiting[last] = (Waiting){socket, connection->generation, now + receiver.delay_ns};
}

/* Size of the first request in what was received, 0 while it is incomplete. */
static size_t whole_request(const Connection *connection)
{
    const char *end = strstr(connection->bytes, "\r\n\r\n");
    if (end == NULL)
        return 0;
    const char *length = strcasestr(connection->bytes, "\r\nContent-Length:");
    size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
    size_t whole = (size_t)(end + 4 - connection->bytes) + body;
    return connection->size >= whole ? whole : 0;
}

static void receive(int socket)
{
    Connection *connection = receiver.connections[socket];
    ssize_t got = recv(socket, connection->bytes + connection->size,
                       REQUEST_BYTES_MAX - connection->size, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        drop(socket);
        return;
    }
    connection->size += (size_t)got;
    connection->bytes[connection->size] = '\0';
    for (size_t whole; connection->is_open && (whole = whole_request(connection)) != 0;) {
        take_request(socket, connection);
        connection->size -= whole;
        memmove(connection->bytes, connection->bytes + whole, connection->size + 1);
    }
}

static void answer_due(int64_t now)
{
    while (receiver.waiting_count > 0 && receiver.waiting[receiver.waiting_first].due_ns <= now) {
        Waiting due = receiver.waiting[receiver.waiting_first];
        receiver.waiting_first = (receiver.waiting_first + 1) % CONNECTIONS_MAX;
        receiver.waiting_count--;
        Connection *connection = receiver.connections[due.socket];
        if (connection->is_open && connection->generation == due.generation)
            answer(due.socket, "{}");
    }
}

static int wait_ms(void)
{
    if (receiver.waiting_count == 0)
        return -1;
    int64_t left = receiver.waiting[receiver.waiting_first].due_ns - bench_now_ns();
    return left <= 0 ? 0 : (int)(left / 1000000) + 1;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: bench_receiver PORT_FILE DELAY_MS\n");
        return 2;
    }
    receiver.delay_ns = strtoll(argv[2], NULL, 10) * 1000000;
    receiver.epoll = epoll_create1(EPOLL_CLOEXEC);
    ESC_ASSERT(receiver.epoll >= 0);
    listen_at(argv[1]);
    for (;;) {
        struct epoll_event events[256];
        int count = epoll_wait(receiver.epoll, events, ESC_COUNT_OF(events), wait_ms());
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == receiver.listener)
                take_connection();
            else if (receiver.connections[events[i].data.fd]->is_open)
                receive(events[i].data.fd);
        }
        answer_due(bench_now_ns());
    }
}
