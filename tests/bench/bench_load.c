/* bench_load.c - posts batches of events over HTTP/1.1 and measures how long each answer takes.
 *
 *   bench_load PORT TOKEN BATCHES CONNECTIONS SERIES STARTS PID
 *
 * 100 events a batch; each connection has one request under way; events of another series have other ids; every STARTSth event
 * starts an escalation (0: none does); PID is the server, whose processor time is read from /proc.
 *
 * All bodies are written before the clock starts, and one thread with poll serves all connections, so that the generator
 * takes little of the machine that it measures. An answer other than 2xx ends it. */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define BATCH_EVENTS 100
#define CONNECTIONS_MAX 64
#define SERIES_EVENTS 100000000
#define ANSWER_BYTES_MAX 262144

typedef struct Connection {
    int socket;
    EscText request; /* what is still to be sent */
    int64_t begin_ns;
    char answer[ANSWER_BYTES_MAX];
    size_t answer_size;
    bool is_busy;
} Connection;

typedef struct Load {
    EscBuf *requests;
    size_t batches, next, done;
    int64_t *times;
    Connection connections[CONNECTIONS_MAX];
    size_t connections_count;
} Load;

static void make_request(EscBuf *out, const char *token, uint64_t first, uint64_t starts_every)
{
    EscBuf body;
    esc_buf_init(&body, (size_t)8 << 20);
    for (size_t i = 0; i < BATCH_EVENTS; i++) {
        esc_buf_char(&body, i == 0 ? '[' : ',');
        bench_stream_event(&body, first + i, starts_every);
    }
    esc_buf_char(&body, ']');
    esc_buf_init(out, (size_t)8 << 20);
    esc_buf_printf(out,
                   "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/cloudevents-batch+json\r\nContent-Length: %zu\r\n\r\n",
                   token, body.size);
    esc_buf_text(out, esc_buf_as_text(&body));
    esc_buf_release(&body);
    if (out->status != ESC_OK)
        bench_fail("a request does not fit", NULL);
}

static int connect_to(uint16_t port)
{
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        bench_fail(strerror(errno), NULL);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void begin_next(Load *load, Connection *connection)
{
    connection->is_busy = load->next < load->batches;
    if (!connection->is_busy)
        return;
    connection->request = esc_buf_as_text(&load->requests[load->next++]);
    connection->answer_size = 0;
    connection->begin_ns = bench_now_ns();
}

static void send_more(Connection *connection)
{
    ssize_t sent = send(connection->socket, connection->request.data, connection->request.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN)
        bench_fail(strerror(errno), NULL);
    if (sent > 0)
        connection->request = (EscText){connection->request.data + sent, connection->request.size - (size_t)sent};
}

/* Size of a whole answer, 0 while it is incomplete. */
static size_t whole_answer(Connection *connection)
{
    connection->answer[connection->answer_size] = '\0';
    const char *end = strstr(connection->answer, "\r\n\r\n");
    if (end == NULL)
        return 0;
    const char *length = strcasestr(connection->answer, "Content-Length:");
    size_t body = length != NULL && length < end ? strtoul(length + 15, NULL, 10) : 0;
    size_t whole = (size_t)(end + 4 - connection->answer) + body;
    return connection->answer_size >= whole ? whole : 0;
}

static void receive_more(Load *load, Connection *connection)
{
    size_t room = ANSWER_BYTES_MAX - 1 - connection->answer_size;
    ssize_t got = recv(connection->socket, connection->answer + connection->answer_size, room, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        bench_fail("the connection was closed", NULL);
    connection->answer_size += (size_t)got;
    if (whole_answer(connection) == 0)
        return;
    if (strncmp(connection->answer, "HTTP/1.1 2", 10) != 0) {
        (void)fprintf(stderr, "%.600s\n", connection->answer);
        bench_fail("a batch was refused", NULL);
    }
    load->times[load->done++] = bench_now_ns() - connection->begin_ns;
    begin_next(load, connection);
}

static void serve(Load *load)
{
    struct pollfd polls[CONNECTIONS_MAX];
    while (load->done < load->batches) {
        for (size_t i = 0; i < load->connections_count; i++) {
            Connection *connection = &load->connections[i];
            short events = connection->request.size != 0 ? POLLIN | POLLOUT : POLLIN;
            polls[i] = (struct pollfd){.fd = connection->is_busy ? connection->socket : -1, .events = events};
        }
        if (poll(polls, load->connections_count, 60000) <= 0)
            bench_fail("no answer within a minute", NULL);
        for (size_t i = 0; i < load->connections_count; i++) {
            if ((polls[i].revents & POLLOUT) != 0)
                send_more(&load->connections[i]);
            if ((polls[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
                receive_more(load, &load->connections[i]);
        }
    }
}

/* Processor time that a process has taken, in seconds. */
static double processor_seconds(const char *pid)
{
    char path[64], line[1024];
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        bench_fail(path, NULL);
    fclose(file);
    const char *end = strrchr(line, ')'); /* of the name; utime and stime are the 12th and 13th behind it */
    if (end == NULL || sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
        bench_fail(path, NULL);
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

int main(int argc, char **argv)
{
    static Load load;
    if (argc != 8) {
        (void)fprintf(stderr, "usage: bench_load PORT TOKEN BATCHES CONNECTIONS SERIES STARTS PID\n");
        return 2;
    }
    load.batches = strtoul(argv[3], NULL, 10);
    load.connections_count = strtoul(argv[4], NULL, 10);
    if (load.batches == 0 || load.connections_count == 0 || load.connections_count > CONNECTIONS_MAX)
        bench_fail("the numbers are out of range", NULL);
    load.requests = calloc(load.batches, sizeof *load.requests);
    load.times = calloc(load.batches, sizeof *load.times);
    ESC_ASSERT(load.requests != NULL && load.times != NULL);
    uint64_t first = strtoull(argv[5], NULL, 10) * SERIES_EVENTS;
    for (size_t i = 0; i < load.batches; i++)
        make_request(&load.requests[i], argv[2], first + i * BATCH_EVENTS, strtoull(argv[6], NULL, 10));
    for (size_t i = 0; i < load.connections_count; i++)
        load.connections[i].socket = connect_to((uint16_t)strtoul(argv[1], NULL, 10));

    double processor = processor_seconds(argv[7]);
    int64_t begin = bench_now_ns();
    for (size_t i = 0; i < load.connections_count; i++)
        begin_next(&load, &load.connections[i]);
    serve(&load);
    double seconds = (double)(bench_now_ns() - begin) / 1e9;
    processor = processor_seconds(argv[7]) - processor;

    double events = (double)(load.batches * BATCH_EVENTS);
    printf("%.0f events/s over %zu connection%s, batch p50 %.1f ms, p99 %.1f ms, processor %.0f us per event\n", events / seconds,
           load.connections_count, load.connections_count == 1 ? "" : "s",
           (double)bench_percentile(load.times, load.batches, 50) / 1e6,
           (double)bench_percentile(load.times, load.batches, 99) / 1e6, processor * 1e6 / events);
    for (size_t i = 0; i < load.batches; i++)
        esc_buf_release(&load.requests[i]);
    for (size_t i = 0; i < load.connections_count; i++)
        close(load.connections[i].socket);
    free(load.requests);
    free(load.times);
    return 0;
}
