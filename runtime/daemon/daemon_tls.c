/* daemon_tls.c - the certificate of a daemon. A worker reads its files, every half minute and at SIGHUP; the door shows what
 * has changed to those who come from then on. What cannot be used leaves the old one in its place, and is told once. */
#include "daemon_tls.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#define LOOK_REAL_NS INT64_C(30000000000)
#define FILE_BYTES_MAX ((size_t)1 << 20)
#define SOON_MS (14 * ESC_DAY_MS) /* before its end somebody has to look */

struct EscDaemonTls {
    const EscDaemonSetup *setup;
    EscReactor *reactor;
    EscHttp *http;
    void (*log)(void *context, const char *level, const char *event, EscText text);
    void *log_context;
    EscLane lane;
    uint8_t hash[32]; /* of what was looked at last; the lane's */
    pthread_mutex_t lock;
    EscTls *read;  /* for the door; NULL: nothing new */
    bool is_asked; /* by SIGHUP: somebody wants to hear of it */
};

static void tell(const EscDaemonTls *tls, const char *level, const char *event, const char *text)
{
    tls->log(tls->log_context, level, event, esc_text_from(text));
}

static EscStatus read_file(const EscDaemonTls *tls, EscText path, EscBuf *out, EscWhy *why)
{
    const EscFiles *files = tls->setup->files;
    esc_buf_init(out, FILE_BYTES_MAX);
    if (files->read(files->context, path.data, out) == ESC_OK)
        return ESC_OK;
    return esc_why(why, ESC_BAD_CONFIG, "", 0, "%.*s cannot be read",
                   ESC_TEXT_ARG(esc_utf8_cut(path, 200)));
}

/* Whoever may read the key is who clients think that we are. */
static EscStatus check_rights(const EscDaemonTls *tls, EscWhy *why)
{
    const EscFiles *files = tls->setup->files;
    EscText path = tls->setup->config->tls.key_file;
    if (files->is_open_to_others == NULL || !files->is_open_to_others(files->context, path.data))
        return ESC_OK;
    return esc_why(why, ESC_BAD_CONFIG, "", 0,
                   "%.*s is open to all users of the machine; take that right (chmod o=)",
                   ESC_TEXT_ARG(esc_utf8_cut(path, 160)));
}

/* *out stays NULL where the files say what they said before. */
static EscStatus look(EscDaemonTls *tls, EscTls **out, EscWhy *why)
{
    const EscTlsBinding *config = &tls->setup->config->tls;
    EscBuf certificate, key = {.data = NULL};
    uint8_t hashes[64], hash[32];
    EscStatus status = read_file(tls, config->certificate_file, &certificate, why);
    if (status == ESC_OK)
        status = read_file(tls, config->key_file, &key, why);
    if (status == ESC_OK)
        status = check_rights(tls, why);
    esc_sha256(esc_buf_as_bytes(&certificate), hashes);
    esc_sha256(esc_buf_as_bytes(&key), hashes + 32);
    hashes[0] ^= status != ESC_OK;
    esc_sha256((EscBytes){hashes, sizeof(hashes)}, hash);
    bool is_new = memcmp(hash, tls->hash, sizeof(hash)) != 0;
    memcpy(tls->hash, hash, sizeof(hash));
    if (status == ESC_OK && is_new)
        status = esc_tls_new(esc_buf_as_text(&certificate), esc_buf_as_text(&key), out, why);
    if (key.data != NULL)
        OPENSSL_cleanse(key.data, key.size);
    esc_buf_release(&certificate);
    esc_buf_release(&key);
    return is_new ? status : ESC_OK;
}

static void tell_end(const EscDaemonTls *tls, const EscTls *read)
{
    char text[128], end[64];
    EscBuf at;
    int64_t left_ms = esc_tls_ends_ms(read) - esc_clock_real_ms(tls->setup->clock);
    esc_buf_init(&at, sizeof(end));
    esc_time_write(&at, esc_tls_ends_ms(read));
    (void)snprintf(end, sizeof(end), "%.*s", ESC_TEXT_ARG(esc_buf_as_text(&at)));
    esc_buf_release(&at);
    (void)snprintf(text, sizeof(text), "the certificate is valid until %s", end);
    tell(tls, left_ms < SOON_MS ? "alarm" : "info",
         left_ms < SOON_MS ? "certificate_ends" : "certificate_read", text);
}

static void take(EscDaemonTls *tls, EscTls *read)
{
    (void)pthread_mutex_lock(&tls->lock);
    EscTls *unseen = tls->read;
    tls->read = read;
    (void)pthread_mutex_unlock(&tls->lock);
    esc_tls_free(unseen);
    esc_reactor_poke(tls->reactor);
}

static void run(void *context)
{
    EscDaemonTls *tls = context;
    EscTls *read = NULL;
    EscWhy why = {.text = ""};
    char text[320];
    (void)pthread_mutex_lock(&tls->lock);
    bool is_asked = tls->is_asked;
    tls->is_asked = false;
    (void)pthread_mutex_unlock(&tls->lock);
    EscStatus status = look(tls, &read, &why);
    if (read != NULL) {
        tell_end(tls, read);
        take(tls, read);
    } else if (status != ESC_OK) {
        (void)snprintf(text, sizeof(text), "%s; the old certificate stays", why.text);
        tell(tls, "error", "certificate_refused", text);
    } else if (is_asked) {
        tell(tls, "info", "certificate_same", "the files of the certificate have not changed");
    }
    esc_lane_wake_at(&tls->lane, esc_boot_ns() + LOOK_REAL_NS);
}

EscStatus esc_daemon_tls_new(const EscDaemonSetup *setup, EscReactor *reactor, EscHttp *http,
                             void (*log)(void *context, const char *level, const char *event,
                                         EscText text),
                             void *log_context, EscDaemonTls **out, EscWhy *why)
{
    EscTls *first = NULL;
    *out = NULL;
    if (setup->config->tls.certificate_file.size == 0)
        return ESC_OK;
    EscDaemonTls *tls = calloc(1, sizeof(*tls));
    if (tls == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the certificate");
    *tls = (EscDaemonTls){
        .setup = setup, .reactor = reactor, .http = http, .log = log, .log_context = log_context};
    EscWhy reason = {.text = ""};
    EscStatus status = look(tls, &first, &reason);
    if (status != ESC_OK) {
        free(tls);
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "tls: %.240s", reason.text);
    }
    ESC_ASSERT(pthread_mutex_init(&tls->lock, NULL) == 0);
    esc_http_use_tls(http, first);
    tell_end(tls, first);
    esc_lane_init(&tls->lane, setup->pool, run, tls);
    esc_lane_wake_at(&tls->lane, esc_boot_ns() + LOOK_REAL_NS);
    *out = tls;
    return ESC_OK;
}

void esc_daemon_tls_reload(EscDaemonTls *tls)
{
    if (tls == NULL)
        return;
    (void)pthread_mutex_lock(&tls->lock);
    tls->is_asked = true;
    (void)pthread_mutex_unlock(&tls->lock);
    esc_lane_wake(&tls->lane);
}

void esc_daemon_tls_run(EscDaemonTls *tls)
{
    if (tls == NULL)
        return;
    (void)pthread_mutex_lock(&tls->lock);
    EscTls *read = tls->read;
    tls->read = NULL;
    (void)pthread_mutex_unlock(&tls->lock);
    if (read != NULL)
        esc_http_use_tls(tls->http, read);
}

void esc_daemon_tls_free(EscDaemonTls *tls)
{
    if (tls == NULL)
        return;
    esc_lane_close(&tls->lane);
    esc_tls_free(tls->read);
    (void)pthread_mutex_destroy(&tls->lock);
    free(tls);
}
