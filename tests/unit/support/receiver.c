/* receiver.c - small servers for tests of the outside. */
#define _GNU_SOURCE
#include "support/receiver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <esc/kit.h>

typedef struct Connection {
    Receiver *receiver;
    int fd;
    char buffer[65536];
    size_t size;
} Connection;

static void say(const Connection *connection, const char *text)
{
    (void)!send(connection->fd, text, strlen(text), MSG_NOSIGNAL);
}

static void hold(Receiver *receiver)
{
    (void)sem_post(&receiver->held);
    (void)pthread_mutex_lock(&receiver->lock);
    while (!receiver->is_released)
        (void)pthread_cond_wait(&receiver->released, &receiver->lock);
    (void)pthread_mutex_unlock(&receiver->lock);
}

static bool read_more(Connection *connection)
{
    if (connection->size + 1 >= sizeof(connection->buffer))
        return false;
    ssize_t got = recv(connection->fd, connection->buffer + connection->size,
                       sizeof(connection->buffer) - connection->size - 1, 0);
    if (got <= 0)
        return false;
    connection->size += (size_t)got;
    connection->buffer[connection->size] = '\0';
    return true;
}

static void forget(Connection *connection, size_t size)
{
    memmove(connection->buffer, connection->buffer + size, connection->size - size + 1);
    connection->size -= size;
}

/* One request with its body, in the buffer; its size, or 0 at the end. */
static size_t read_request(Connection *connection)
{
    connection->buffer[connection->size] = '\0';
    for (;;) {
        const char *head = strstr(connection->buffer, "\r\n\r\n");
        const char *length = strcasestr(connection->buffer, "\r\nContent-Length:");
        if (head != NULL) {
            size_t body = length == NULL ? 0 : strtoul(length + 17, NULL, 10);
            size_t size = (size_t)(head - connection->buffer) + 4 + body;
            if (connection->size >= size)
                return size;
        }
        if (!read_more(connection))
            return 0;
    }
}

static void keep(Receiver *receiver, const char *request, size_t size)
{
    (void)pthread_mutex_lock(&receiver->lock);
    free(receiver->request);
    receiver->request = strndup(request, size);
    ESC_ASSERT(receiver->request != NULL);
    (void)pthread_mutex_unlock(&receiver->lock);
}

static void say_what_is_said(const Connection *connection)
{
    Receiver *receiver = connection->receiver;
    (void)pthread_mutex_lock(&receiver->lock);
    const char *answer = receiver->answer;
    receiver->answer = receiver->then != NULL ? receiver->then : answer;
    receiver->then = NULL;
    (void)pthread_mutex_unlock(&receiver->lock);
    say(connection, answer);
}

static void serve_http(Connection *connection)
{
    for (size_t size = read_request(connection); size > 0; size = read_request(connection)) {
        const char *path = strchr(connection->buffer, ' ') + 1;
        atomic_fetch_add(&connection->receiver->requests, 1);
        if (strncmp(path, "/cut ", 5) == 0)
            return;
        if (strncmp(path, "/hold ", 6) == 0)
            hold(connection->receiver);
        bool is_last = strncmp(path, "/bye ", 5) == 0;
        if (strncmp(path, "/said", 5) == 0) {
            keep(connection->receiver, connection->buffer, size);
            say_what_is_said(connection);
        } else if (strncmp(path, "/no ", 4) == 0)
            say(connection, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
        else if (is_last)
            say(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        else
            say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        if (is_last)
            return;
        forget(connection, size);
    }
}

/* One line in the buffer; its size with its end, or 0. */
static size_t read_line(Connection *connection)
{
    connection->buffer[connection->size] = '\0';
    for (;;) {
        const char *end = strchr(connection->buffer, '\n');
        if (end != NULL)
            return (size_t)(end - connection->buffer) + 1;
        if (!read_more(connection))
            return 0;
    }
}

/* Up to its end; gives it to the receiver. */
static void read_mail(Connection *connection)
{
    char *mail = NULL;
    size_t mail_size = 0;
    FILE *out = open_memstream(&mail, &mail_size);
    ESC_ASSERT(out != NULL);
    for (size_t size = read_line(connection); size > 0; size = read_line(connection)) {
        bool is_end = size == 3 && connection->buffer[0] == '.';
        (void)fwrite(connection->buffer, 1, is_end ? 0 : size, out);
        forget(connection, size);
        if (is_end)
            break;
    }
    (void)fclose(out);
    keep(connection->receiver, mail, mail_size);
    free(mail);
}

/* AUTH PLAIN of RFC 4616: NUL, user, NUL, password. */
static void take_login(Connection *connection)
{
    say(connection, "334 \r\n");
    size_t size = read_line(connection);
    bool is_right = strncmp(connection->buffer, "AGFuYQBwdw==", 12) == 0,
         is_later = strncmp(connection->buffer, "AGFuYQBsYXRlcg==", 16) == 0;
    forget(connection, size);
    say(connection, is_right   ? "235 welcome\r\n"
                    : is_later ? "454 not now\r\n"
                               : "535 who are you\r\n");
}

static void serve_smtp(Connection *connection)
{
    Receiver *receiver = connection->receiver;
    say_what_is_said(connection);
    for (size_t size = read_line(connection); size > 0; size = read_line(connection)) {
        const char *line = connection->buffer;
        bool is_data = strncmp(line, "DATA", 4) == 0, is_quit = strncmp(line, "QUIT", 4) == 0;
        bool is_gone = strncmp(line, "RCPT TO:<gone", 13) == 0,
             is_later = strncmp(line, "RCPT TO:<later", 14) == 0;
        bool is_login = strncmp(line, "AUTH PLAIN", 10) == 0,
             offers_login = strncmp(line, "EHLO", 4) == 0 && receiver->mode == RECEIVER_SMTP_LOGIN;
        forget(connection, size);
        if (is_login) {
            take_login(connection);
            continue;
        }
        if (offers_login) {
            say(connection, "250-receiver\r\n250 AUTH PLAIN\r\n");
            continue;
        }
        if (is_data) {
            say(connection, "354 go on\r\n");
            read_mail(connection);
            if (receiver->mode == RECEIVER_SMTP_DATA_HOLDS)
                hold(receiver);
            atomic_fetch_add(&receiver->mails, 1);
        }
        if (is_quit && receiver->mode == RECEIVER_SMTP_QUIT_HOLDS)
            hold(receiver);
        say(connection, is_gone    ? "550-no such\r\n550 mailbox\r\n"
                        : is_later ? "451 try later\r\n"
                                   : "250 ok\r\n");
        if (is_quit)
            return;
    }
}

static void *serve(void *context)
{
    Connection *connection = context;
    if (connection->receiver->mode == RECEIVER_HTTP)
        serve_http(connection);
    else
        serve_smtp(connection);
    (void)shutdown(connection->fd, SHUT_RDWR); /* closed by receiver_stop */
    (void)sem_post(&connection->receiver->closed);
    free(connection);
    return NULL;
}

static void *accept_all(void *context)
{
    Receiver *receiver = context;
    for (;;) {
        int fd = accept(receiver->listener, NULL, NULL);
        if (fd < 0 || receiver->threads_count == RECEIVER_CONNECTIONS_MAX)
            return NULL;
        int one = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        Connection *connection = calloc(1, sizeof(*connection));
        ESC_ASSERT(connection != NULL);
        connection->receiver = receiver;
        connection->fd = fd;
        atomic_fetch_add(&receiver->connections, 1);
        atomic_store(&receiver->fds[receiver->threads_count], fd);
        ESC_ASSERT(pthread_create(&receiver->threads[receiver->threads_count++], NULL, serve,
                                  connection) == 0);
    }
}

void receiver_start(Receiver *receiver, ReceiverMode mode)
{
    memset(receiver, 0, sizeof(*receiver));
    receiver->mode = mode;
    receiver->answer = mode == RECEIVER_SMTP_CLOSED ? "554 go away\r\n" : "220 receiver\r\n";
    ESC_ASSERT(sem_init(&receiver->held, 0, 0) == 0);
    ESC_ASSERT(sem_init(&receiver->closed, 0, 0) == 0);
    ESC_ASSERT(pthread_mutex_init(&receiver->lock, NULL) == 0);
    ESC_ASSERT(pthread_cond_init(&receiver->released, NULL) == 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    receiver->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ESC_ASSERT(bind(receiver->listener, (struct sockaddr *)&address, size) == 0);
    ESC_ASSERT(listen(receiver->listener, 512) == 0);
    ESC_ASSERT(getsockname(receiver->listener, (struct sockaddr *)&address, &size) == 0);
    receiver->port = ntohs(address.sin_port);
    ESC_ASSERT(pthread_create(&receiver->acceptor, NULL, accept_all, receiver) == 0);
}

void receiver_say(Receiver *receiver, const char *answer)
{
    (void)pthread_mutex_lock(&receiver->lock);
    receiver->answer = answer;
    (void)pthread_mutex_unlock(&receiver->lock);
}

void receiver_say_then(Receiver *receiver, const char *answer, const char *then)
{
    (void)pthread_mutex_lock(&receiver->lock);
    receiver->answer = answer;
    receiver->then = then;
    (void)pthread_mutex_unlock(&receiver->lock);
}

bool receiver_got(Receiver *receiver, const char *words)
{
    (void)pthread_mutex_lock(&receiver->lock);
    bool has = receiver->request != NULL && strstr(receiver->request, words) != NULL;
    (void)pthread_mutex_unlock(&receiver->lock);
    return has;
}

size_t receiver_got_bytes(Receiver *receiver)
{
    (void)pthread_mutex_lock(&receiver->lock);
    size_t size = receiver->request == NULL ? 0 : strlen(receiver->request);
    (void)pthread_mutex_unlock(&receiver->lock);
    return size;
}

void receiver_release(Receiver *receiver)
{
    (void)pthread_mutex_lock(&receiver->lock);
    receiver->is_released = true;
    (void)pthread_cond_broadcast(&receiver->released);
    (void)pthread_mutex_unlock(&receiver->lock);
}

void receiver_stop(Receiver *receiver)
{
    receiver_release(receiver);
    (void)shutdown(receiver->listener, SHUT_RDWR);
    (void)pthread_join(receiver->acceptor, NULL);
    for (int i = 0; i < receiver->threads_count; i++)
        (void)shutdown(atomic_load(&receiver->fds[i]), SHUT_RDWR);
    for (int i = 0; i < receiver->threads_count; i++) {
        (void)pthread_join(receiver->threads[i], NULL);
        close(atomic_load(&receiver->fds[i]));
    }
    close(receiver->listener);
    (void)sem_destroy(&receiver->held);
    (void)sem_destroy(&receiver->closed);
    (void)pthread_mutex_destroy(&receiver->lock);
    (void)pthread_cond_destroy(&receiver->released);
    free(receiver->request);
}
