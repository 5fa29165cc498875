/* escald_log.c - a thread that writes lines, for streams whose reader may stop reading: a pipe into something that
 * hangs, a terminal after Ctrl-S.
 *
 * write(2) blocks there for as long as it likes, so nobody else may call it. The stream is not made non-blocking: that
 * is a property of the open file, which other processes share. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "escald_log.h"

#define WAITING_BYTES_MAX ((size_t)1 << 20)

struct LineWriter {
    int fd;
    LineWriterTell tell;
    void *context;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* something was put, or the end */
    pthread_cond_t ended;
    EscBuf waiting;
    uint64_t lost;
    bool is_ending, has_ended;
};

/* False when the stream is closed or broken: there is nobody to tell. */
static bool write_all(int fd, EscBytes bytes)
{
    for (size_t at = 0; at < bytes.size;) {
        ssize_t written = write(fd, bytes.data + at, bytes.size - at);
        if (written >= 0) {
            at += (size_t)written;
        } else if (errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLOUT};
            (void)poll(&ready, 1, -1); /* somebody else made it non-blocking */
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* Takes what waits. The line about lost ones comes behind those that were there before them. */
static EscBuf take(LineWriter *writer)
{
    EscBuf taken = writer->waiting;
    uint64_t lost = writer->lost;
    esc_buf_init(&writer->waiting, WAITING_BYTES_MAX);
    writer->lost = 0;
    if (lost > 0) {
        taken.size_max += 4096;
        taken.status = ESC_OK;
        writer->tell(writer->context, lost, &taken);
        esc_buf_char(&taken, '\n');
    }
    return taken;
}

static void *run(void *context)
{
    LineWriter *writer = context;
    (void)pthread_mutex_lock(&writer->lock);
    for (;;) {
        while (writer->waiting.size == 0 && writer->lost == 0 && !writer->is_ending)
            (void)pthread_cond_wait(&writer->changed, &writer->lock);
        if (writer->waiting.size == 0 && writer->lost == 0)
            break;
        EscBuf taken = take(writer);
        (void)pthread_mutex_unlock(&writer->lock);
        (void)write_all(writer->fd, esc_buf_as_bytes(&taken));
        esc_buf_release(&taken);
        (void)pthread_mutex_lock(&writer->lock);
    }
    writer->has_ended = true;
    (void)pthread_cond_broadcast(&writer->ended);
    (void)pthread_mutex_unlock(&writer->lock);
    return NULL;
}

static bool start(LineWriter *writer)
{
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&writer->thread, NULL, run, writer);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}

static void writer_free(LineWriter *writer)
{
    (void)pthread_cond_destroy(&writer->changed);
    (void)pthread_cond_destroy(&writer->ended);
    (void)pthread_mutex_destroy(&writer->lock);
    esc_buf_release(&writer->waiting);
    free(writer);
}

LineWriter *line_writer_new(int fd, LineWriterTell tell, void *context)
{
    LineWriter *writer = calloc(1, sizeof(*writer));
    if (writer == NULL)
        return NULL;
    writer->fd = fd;
    writer->tell = tell;
    writer->context = context;
    esc_buf_init(&writer->waiting, WAITING_BYTES_MAX);
    pthread_condattr_t monotonic;
    ESC_ASSERT(pthread_condattr_init(&monotonic) == 0);
    ESC_ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    ESC_ASSERT(pthread_cond_init(&writer->ended, &monotonic) == 0);
    (void)pthread_condattr_destroy(&monotonic);
    ESC_ASSERT(pthread_cond_init(&writer->changed, NULL) == 0);
    ESC_ASSERT(pthread_mutex_init(&writer->lock, NULL) == 0);
    if (start(writer))
        return writer;
    writer_free(writer);
    return NULL;
}

void line_writer_put(LineWriter *writer, EscText line)
{
    (void)pthread_mutex_lock(&writer->lock);
    if (writer->lost > 0 || writer->waiting.size + line.size + 1 > WAITING_BYTES_MAX) {
        writer->lost++; /* and all that follow, until the count is told: no line is out of order */
    } else {
        esc_buf_text(&writer->waiting, line);
        esc_buf_char(&writer->waiting, '\n');
    }
    (void)pthread_cond_signal(&writer->changed);
    (void)pthread_mutex_unlock(&writer->lock);
}

void line_writer_close(LineWriter *writer, int64_t patience_ms)
{
    if (writer == NULL)
        return;
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t at_ns = (int64_t)until.tv_nsec + patience_ms * 1000000;
    until.tv_sec += (time_t)(at_ns / 1000000000);
    until.tv_nsec = at_ns % 1000000000;
    (void)pthread_mutex_lock(&writer->lock);
    writer->is_ending = true;
    (void)pthread_cond_signal(&writer->changed);
    int waited = 0;
    while (!writer->has_ended && waited == 0)
        waited = pthread_cond_timedwait(&writer->ended, &writer->lock, &until);
    bool has_ended = writer->has_ended;
    (void)pthread_mutex_unlock(&writer->lock);
    if (!has_ended) {
        (void)pthread_detach(writer->thread);
        return;
    }
    (void)pthread_join(writer->thread, NULL);
    writer_free(writer);
}
