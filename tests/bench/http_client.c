/* http_client.c - see http_client.h. It reads only what a server of these benchmarks sends: an
 * answer has a Content-Length, or no body. */
#define _GNU_SOURCE
#include "http_client.h"

#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

void http_connect(HttpConnection *connection, uint16_t port)
{
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        bench_fail(strerror(errno), NULL);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connection->socket = fd;
    connection->request = (EscText){NULL, 0};
    connection->answer_size = 0;
}

static void send_more(HttpConnection *connection)
{
    EscText left = connection->request;
    ssize_t sent = send(connection->socket, left.data, left.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN)
        bench_fail(strerror(errno), NULL);
    if (sent > 0)
        connection->request = (EscText){left.data + sent, left.size - (size_t)sent};
}

void http_begin(HttpConnection *connection, EscText request)
{
    connection->request = request;
    connection->answer_size = 0;
    send_more(connection);
}

static bool is_whole(HttpConnection *connection)
{
    connection->answer[connection->answer_size] = '\0';
    const char *end = strstr(connection->answer, "\r\n\r\n");
    if (end == NULL)
        return false;
    const char *length = strcasestr(connection->answer, "Content-Length:");
    size_t body = length != NULL && length < end ? strtoul(length + 15, NULL, 10) : 0;
    return connection->answer_size >= (size_t)(end + 4 - connection->answer) + body;
}

int http_go_on(HttpConnection *connection)
{
    if (connection->request.size != 0)
        send_more(connection);
    size_t room = HTTP_ANSWER_BYTES_MAX - 1 - connection->answer_size;
    ssize_t got =
        recv(connection->socket, connection->answer + connection->answer_size, room, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return 0;
    if (got <= 0)
        bench_fail("the connection was closed", NULL);
    connection->answer_size += (size_t)got;
    if (!is_whole(connection))
        return 0;
    if (strncmp(connection->answer, "HTTP/1.1 ", 9) != 0)
        bench_fail("that is no answer of HTTP/1.1", NULL);
    return (int)strtol(connection->answer + 9, NULL, 10);
}
