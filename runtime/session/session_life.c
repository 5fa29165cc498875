/* session_life.c - the sessions of a daemon from its start to its end, and the file that they are kept in.
 *
 * A file and no database: there are few of them, all are in memory, and they change when somebody logs in or out. The file is
 * written anew as a whole, beside the old one and then in its place (EscFiles.replace), so a power cut leaves the one or the
 * other; a lane of the pool does it, and what changes meanwhile goes with the next one. */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "session_internal.h"

static void tell(const EscSessions *sessions, const char *level, const char *event,
                 const char *text)
{
    if (sessions->setup.log != NULL)
        sessions->setup.log(sessions->setup.log_context, level, event, esc_text_from(text));
}

/* --- the file ----------------------------------------------------------------------------------- */

static void write_file(void *context)
{
    EscSessions *sessions = context;
    const EscFiles *files = sessions->setup.files;
    (void)pthread_mutex_lock(&sessions->lock);
    EscBuf bytes = sessions->bytes;
    uint64_t number = sessions->bytes_number;
    esc_buf_init(&sessions->bytes, ESC_SESSION_FILE_BYTES_MAX);
    (void)pthread_mutex_unlock(&sessions->lock);
    if (bytes.size == 0)
        return; /* an earlier run took it along */
    bool is_fine =
        bytes.status == ESC_OK && files->replace != NULL &&
        files->replace(files->context, sessions->path, esc_buf_as_bytes(&bytes)) == ESC_OK;
    OPENSSL_cleanse(bytes.data, bytes.size);
    esc_buf_release(&bytes);
    (void)pthread_mutex_lock(&sessions->lock);
    sessions->written = is_fine ? number : sessions->written;
    sessions->has_failed = !is_fine;
    (void)pthread_mutex_unlock(&sessions->lock);
    if (!is_fine)
        tell(sessions, "error", "sessions_not_kept",
             "the file of sessions cannot be written: whoever logs in now is not logged in after a "
             "restart");
    if (sessions->setup.wake != NULL)
        sessions->setup.wake(sessions->setup.wake_context);
}

uint64_t esc_sessions_keep(EscSessions *sessions)
{
    if (sessions->changes == sessions->begun)
        return sessions->begun;
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_SESSION_FILE_BYTES_MAX);
    esc_session_file_write(sessions, &bytes);
    sessions->begun = sessions->changes;
    (void)pthread_mutex_lock(&sessions->lock);
    esc_buf_release(&sessions->bytes);
    sessions->bytes = bytes;
    sessions->bytes_number = sessions->begun;
    sessions->has_failed = false;
    (void)pthread_mutex_unlock(&sessions->lock);
    if (sessions->setup.pool != NULL)
        esc_lane_wake(&sessions->lane);
    else
        write_file(sessions);
    return sessions->begun;
}

uint64_t esc_sessions_written(EscSessions *sessions, bool *has_failed)
{
    (void)pthread_mutex_lock(&sessions->lock);
    uint64_t written = sessions->written;
    *has_failed = sessions->has_failed;
    (void)pthread_mutex_unlock(&sessions->lock);
    return written;
}

const uint8_t *esc_sessions_key(const EscSessions *sessions)
{
    return sessions->key;
}

/* --- life --------------------------------------------------------------------------------------- */

static void read_file(EscSessions *sessions)
{
    EscBuf bytes;
    bool has_key = false;
    const EscFiles *files = sessions->setup.files;
    esc_buf_init(&bytes, ESC_SESSION_FILE_BYTES_MAX);
    EscStatus status = files->read(files->context, sessions->path, &bytes);
    size_t wrong =
        status == ESC_OK ? esc_session_file_read(sessions, esc_buf_as_text(&bytes), &has_key) : 0;
    if (wrong > 0 || (status != ESC_OK && status != ESC_NOT_FOUND))
        tell(sessions, "error", "sessions_lost",
             "the file of sessions is damaged or cannot be read: some people have to log in again");
    if (!has_key) {
        const EscRandom *random = sessions->setup.random;
        random->fill(random->context, sessions->key, sizeof(sessions->key));
    }
    if (bytes.data != NULL)
        OPENSSL_cleanse(bytes.data, bytes.size);
    esc_buf_release(&bytes);
}

EscStatus esc_sessions_new(const EscSessionsSetup *setup, EscSessions **out, EscWhy *why)
{
    EscSessions *sessions = calloc(1, sizeof(*sessions));
    *out = sessions;
    if (sessions == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the sessions");
    sessions->setup = *setup;
    sessions->path = strdup(setup->path);
    if (sessions->path == NULL) {
        free(sessions);
        *out = NULL;
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the sessions");
    }
    ESC_ASSERT(pthread_mutex_init(&sessions->lock, NULL) == 0);
    esc_buf_init(&sessions->bytes, ESC_SESSION_FILE_BYTES_MAX);
    if (setup->pool != NULL)
        esc_lane_init(&sessions->lane, setup->pool, write_file, sessions);
    read_file(sessions);
    return ESC_OK;
}

void esc_sessions_free(EscSessions *sessions)
{
    if (sessions == NULL)
        return;
    (void)esc_sessions_keep(sessions);
    if (sessions->setup.pool != NULL)
        esc_lane_close(&sessions->lane);
    sessions->setup.wake = NULL; /* nobody waits any more */
    write_file(sessions);        /* what the lane did not come to */
    esc_asks_release(sessions);
    esc_session_release_all(sessions);
    esc_buf_release(&sessions->bytes);
    (void)pthread_mutex_destroy(&sessions->lock);
    OPENSSL_cleanse(sessions->key, sizeof(sessions->key));
    free(sessions->path);
    free(sessions);
}
