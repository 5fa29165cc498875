/* lmtp.c - connections: who comes in, what is read and written, and whose time is over.
 *
 * Nobody is waited for: sockets are read when something is there, and while a mail is not answered its connection is not read
 * at all, so the kernel holds its sender back. Not its job: commands (lmtp_command.c), the end of a mail (lmtp_data.c). */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "lmtp_internal.h"

#define SWEEP_MS 1000
#define CLOSING_MS 2000 /* for the other side to take its last answer */

/* --- connections ------------------------------------------------------------------------------ */

static void ready(void *context, int fd, uint32_t events);

static void connection_free(EscLmtpConnection *connection)
{
    EscLmtp *lmtp = connection->lmtp;
    if (connection->mail != NULL && connection->phase == ESC_LMTP_WAITS)
        connection->mail->connection = NULL; /* the owner's until it is answered */
    else
        esc_lmtp_mail_free(connection->mail);
    esc_reactor_unwatch(lmtp->setup.reactor, connection->watch);
    esc_ring_remove(&connection->link);
    esc_buf_release(&connection->out);
    close(connection->fd);
    free(connection);
    lmtp->connections_count--;
}

/* False: the connection is over, and gone. */
static bool send_out(EscLmtpConnection *connection)
{
    EscBuf *out = &connection->out;
    while (connection->out_sent < out->size) {
        ssize_t sent = send(connection->fd, out->data + connection->out_sent,
                            out->size - connection->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && out->status == ESC_OK)
            return true;
        if (sent <= 0) {
            connection_free(connection);
            return false;
        }
        connection->out_sent += (size_t)sent;
    }
    bool is_over = connection->phase == ESC_LMTP_CLOSING || out->status != ESC_OK;
    esc_buf_clear(out);
    connection->out_sent = 0;
    if (is_over)
        connection_free(connection);
    return !is_over;
}

/* What it is told of: room for what is left to be said, and new bytes while somebody wants them. */
static void rewatch(EscLmtpConnection *connection)
{
    bool has_unsent = connection->out_sent < connection->out.size;
    bool reads = connection->phase == ESC_LMTP_COMMANDS || connection->phase == ESC_LMTP_DATA;
    uint32_t events = has_unsent ? EPOLLOUT : reads ? EPOLLIN : 0;
    esc_reactor_change(connection->lmtp->setup.reactor, connection->watch, events);
}

/* The next line of commands; bytes that belong to no line yet stay. False: there is none. */
static bool take_line(EscLmtpConnection *connection, size_t *used)
{
    char *from = connection->in + *used;
    size_t left = connection->in_size - *used;
    char *end = left == 0 ? NULL : memchr(from, '\n', left);
    size_t size = end == NULL ? left : (size_t)(end - from) + 1;
    if (size > ESC_LMTP_LINE_BYTES_MAX) {
        esc_lmtp_reply(connection, 500, "5.5.2", "the line is too long");
        connection->phase = ESC_LMTP_CLOSING;
        return false;
    }
    if (end == NULL)
        return false;
    *used += size;
    size -= size > 1 && from[size - 2] == '\r' ? 2 : 1;
    connection->since_ms = esc_boot_ms();
    esc_lmtp_command(connection, (EscText){from, size});
    return true;
}

static bool take_some(EscLmtpConnection *connection, size_t *used)
{
    if (connection->phase == ESC_LMTP_COMMANDS)
        return take_line(connection, used);
    if (connection->phase != ESC_LMTP_DATA || *used == connection->in_size)
        return false;
    *used += esc_lmtp_take_data(connection, connection->in + *used, connection->in_size - *used);
    if (connection->is_ended)
        esc_lmtp_hand_over(connection);
    return true;
}

/* Works off what was read. False: the connection is gone. */
static bool work_off(EscLmtpConnection *connection)
{
    size_t used = 0;
    while (take_some(connection, &used))
        ;
    memmove(connection->in, connection->in + used, connection->in_size - used);
    connection->in_size -= used;
    if (!send_out(connection))
        return false;
    rewatch(connection);
    return true;
}

static void ready(void *context, int fd, uint32_t events)
{
    EscLmtpConnection *connection = context;
    (void)fd;
    if ((events & EPOLLOUT) != 0) {
        (void)work_off(connection); /* what was read meanwhile is still there */
        return;
    }
    size_t room = sizeof(connection->in) - connection->in_size;
    ssize_t got = recv(connection->fd, connection->in + connection->in_size, room, MSG_DONTWAIT);
    if (got > 0) {
        connection->in_size += (size_t)got;
        (void)work_off(connection);
    } else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        connection_free(connection);
    }
}

void esc_lmtp_answer(EscLmtpMail *mail, uint32_t index, const EscLmtpAnswer *answer)
{
    ESC_ASSERT(index < mail->count && mail->answers[index].code == 0 && answer->code != 0);
    EscLmtp *lmtp = mail->lmtp;
    mail->answers[index] = *answer;
    if (++mail->answered < mail->count)
        return;
    lmtp->mails--;
    EscLmtpConnection *connection = mail->connection;
    if (connection == NULL) {
        esc_lmtp_mail_free(mail);
        return;
    }
    esc_lmtp_send_answers(connection);
    if (lmtp->is_quiet) {
        esc_lmtp_reply(connection, 421, "4.3.2", "the server stops");
        connection->phase = ESC_LMTP_CLOSING;
    }
    if (!connection->is_handing) /* else whoever hands it over goes on */
        (void)work_off(connection);
}

/* --- coming in -------------------------------------------------------------------------------- */

static EscLmtpConnection *connection_new(EscLmtp *lmtp, int fd)
{
    EscLmtpConnection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL)
        return NULL;
    connection->lmtp = lmtp;
    connection->fd = fd;
    connection->since_ms = esc_boot_ms();
    esc_buf_init(&connection->out, ESC_LMTP_OUT_BYTES_MAX);
    connection->watch = esc_reactor_watch(lmtp->setup.reactor, fd, EPOLLIN, ready, connection);
    if (connection->watch == NULL) {
        free(connection);
        return NULL;
    }
    esc_ring_put(&lmtp->connections, &connection->link);
    lmtp->connections_count++;
    return connection;
}

static void come_in(EscLmtp *lmtp, int fd)
{
    static const char full[] = "421 4.3.2 too many connections just now\r\n";
    EscLmtpConnection *connection =
        lmtp->connections_count < lmtp->setup.connections_max ? connection_new(lmtp, fd) : NULL;
    if (connection == NULL) {
        (void)!send(fd, full, sizeof(full) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        close(fd);
        return;
    }
    esc_buf_string(&connection->out, "220 escal LMTP\r\n");
    if (send_out(connection))
        rewatch(connection);
}

static void accept_ready(void *context, int fd, uint32_t events)
{
    EscLmtp *lmtp = context;
    (void)events;
    int one = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (one >= 0)
        come_in(lmtp, one);
}

/* --- life ------------------------------------------------------------------------------------- */

EscStatus esc_lmtp_new(const EscLmtpSetup *setup, EscLmtp **out, EscWhy *why)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the mail door");
    (*out)->setup = *setup;
    (*out)->listen_fd = -1;
    esc_ring_init(&(*out)->connections);
    return ESC_OK;
}

EscStatus esc_lmtp_serve(EscLmtp *lmtp, int listen_fd, EscWhy *why)
{
    lmtp->listen_fd = listen_fd;
    lmtp->watch = esc_reactor_watch(lmtp->setup.reactor, listen_fd, EPOLLIN, accept_ready, lmtp);
    return lmtp->watch != NULL
               ? ESC_OK
               : esc_why(why, ESC_IO_FAILED, "", 0, "the mail door cannot be watched");
}

static bool is_over_time(const EscLmtpConnection *connection, int64_t now_ms)
{
    int64_t limit_ms = connection->phase == ESC_LMTP_CLOSING
                           ? CLOSING_MS
                           : connection->lmtp->setup.timeout_s * 1000;
    return connection->phase != ESC_LMTP_WAITS && now_ms - connection->since_ms > limit_ms;
}

static void end_connection(EscLmtpConnection *connection, const char *words)
{
    if (connection->phase == ESC_LMTP_CLOSING) {
        connection_free(connection);
        return;
    }
    esc_lmtp_reply(connection, 421, "4.4.2", words);
    connection->phase = ESC_LMTP_CLOSING;
    connection->since_ms = esc_boot_ms();
    if (send_out(connection))
        rewatch(connection);
}

void esc_lmtp_run(EscLmtp *lmtp)
{
    int64_t now_ms = esc_boot_ms();
    if (now_ms - lmtp->swept_ms < SWEEP_MS)
        return;
    lmtp->swept_ms = now_ms;
    for (EscRing *at = lmtp->connections.next, *next; at != &lmtp->connections; at = next) {
        EscLmtpConnection *connection = ESC_RING_OWNER(at, EscLmtpConnection, link);
        next = at->next;
        if (is_over_time(connection, now_ms))
            end_connection(connection, "the time for it is over");
    }
}

int64_t esc_lmtp_wait_ms(const EscLmtp *lmtp)
{
    return esc_ring_is_empty(&lmtp->connections) ? INT64_MAX : SWEEP_MS;
}

void esc_lmtp_quiesce(EscLmtp *lmtp)
{
    if (lmtp->is_quiet)
        return;
    lmtp->is_quiet = true;
    esc_reactor_unwatch(lmtp->setup.reactor, lmtp->watch);
    lmtp->watch = NULL;
    if (lmtp->listen_fd >= 0)
        close(lmtp->listen_fd);
    lmtp->listen_fd = -1;
    for (EscRing *at = lmtp->connections.next, *next; at != &lmtp->connections; at = next) {
        EscLmtpConnection *connection = ESC_RING_OWNER(at, EscLmtpConnection, link);
        next = at->next;
        if (connection->phase != ESC_LMTP_WAITS)
            end_connection(connection, "the server stops");
    }
}

bool esc_lmtp_is_idle(const EscLmtp *lmtp)
{
    return lmtp->mails == 0;
}

void esc_lmtp_free(EscLmtp *lmtp)
{
    if (lmtp == NULL)
        return;
    ESC_ASSERT(lmtp->mails == 0);
    esc_lmtp_quiesce(lmtp);
    for (EscRing *at = lmtp->connections.next, *next; at != &lmtp->connections; at = next) {
        next = at->next;
        connection_free(ESC_RING_OWNER(at, EscLmtpConnection, link));
    }
    free(lmtp);
}
