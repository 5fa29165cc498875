/* outside_scene.h - two workspaces with an outside that has its threads, against receivers that answer, hang, refuse and close, on
 * sockets of this machine; for the tests of the outside. What is asserted is what comes before what, never how long it takes. */
#ifndef OUTSIDE_SCENE_H
#define OUTSIDE_SCENE_H

#include "support/test.h"

#include <dlfcn.h>
#include <netdb.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>

#include "outside.h"
#include "support/receiver.h"

#define PATIENCE_S 60 /* only a test that fails waits so long */
#define ROWS_MAX 2048

/* --- doors ------------------------------------------------------------------------------------ */

static inline int64_t now_ms(void *context)
{
    (void)context;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void fill_random(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 0x5a, size);
}

static inline int open_socket(void *context, const struct sockaddr *address, socklen_t size)
{
    (void)context;
    (void)size;
    return socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* A file in memory, whose disk may be full, or hang. */
typedef struct Disk {
    pthread_mutex_t lock;
    EscBuf text;
    int writes;
    char paths[8][64]; /* of the first writes */
    bool is_full;
    atomic_bool hangs;
    sem_t hung, heals;
} Disk;

static inline EscStatus append(void *context, const char *path, EscBytes bytes)
{
    Disk *disk = context;
    if (atomic_load(&disk->hangs)) {
        (void)sem_post(&disk->hung);
        (void)sem_wait(&disk->heals);
    }
    (void)pthread_mutex_lock(&disk->lock);
    bool is_full = disk->is_full;
    if (disk->writes < 8)
        (void)snprintf(disk->paths[disk->writes], sizeof(disk->paths[0]), "%s", path);
    disk->writes++;
    if (!is_full)
        esc_buf_append(&disk->text, bytes.data, bytes.size);
    (void)pthread_mutex_unlock(&disk->lock);
    return is_full ? ESC_IO_FAILED : ESC_OK;
}

/* --- a workspace ------------------------------------------------------------------------------ */

typedef struct Scene Scene;

typedef struct Host {
    Scene *scene;
    uint32_t number;
    EscWorkspaceConfig config;
    EscEndpoint channels[8];
    EscSystemBinding systems[1];
    EscText mail_to[2];
    char urls[9][128];
    EscText allowed[2];
    EscResult *results[ROWS_MAX]; /* the last one of each row */
    int results_count[ROWS_MAX];
    int settled;
    int held, back;  /* news of an endpoint */
    EscResult *news; /* the last */
} Host;

struct Scene {
    EscConfig *config;
    EscClock clock;
    EscRandom random;
    EscFiles files;
    EscSockets sockets;
    Disk disk;
    EscOutside *outside;
    pthread_mutex_t lock; /* of what hosts got */
    pthread_cond_t came;
    Host hosts[2];
    Receiver http;
    EscBuf log; /* "level event: text" and a line end, for each; under the lock */
};

static inline void take_log(void *context, const char *level, const char *event, EscText text)
{
    Scene *scene = context;
    (void)pthread_mutex_lock(&scene->lock);
    esc_buf_printf(&scene->log, "%s %s: %.*s\n", level, event, ESC_TEXT_ARG(text));
    (void)pthread_mutex_unlock(&scene->lock);
}

static inline void take_result(void *context, EscResult *result)
{
    Host *host = context;
    uint64_t id = result->is_retry ? result->retry.id : result->delivery.outbox;
    assert_true(id < ROWS_MAX);
    (void)pthread_mutex_lock(&host->scene->lock);
    if (!result->is_retry && result->delivery.news != ESC_ENDPOINT_SAME) {
        host->held += result->delivery.news == ESC_ENDPOINT_HELD;
        host->back += result->delivery.news == ESC_ENDPOINT_BACK;
        esc_result_free(host->news);
        host->news = result;
        (void)pthread_mutex_unlock(&host->scene->lock);
        return;
    }
    esc_result_free(host->results[id]);
    host->results[id] = result;
    host->results_count[id]++;
    host->settled += !result->is_retry;
    (void)pthread_cond_broadcast(&host->scene->came);
    (void)pthread_mutex_unlock(&host->scene->lock);
}

static inline void put(Host *host, uint64_t id, const char *channel);

/* The store answers at once: every row of these tests can be made again from its number. */
static inline void take_want(void *context, const uint64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(context, ids[i], "ok");
}

static inline void put_row(Host *host, const EscOutboxRow *row)
{
    EscOutboxClaim claim = {.row = *row, .next_attempt_at_ms = row->created_at_ms};
    esc_outside_put(host->scene->outside, host->number, &claim, 1, 0);
}

static inline void put(Host *host, uint64_t id, const char *channel)
{
    char key[64];
    int size = snprintf(key, sizeof(key), "acme/E-1/%llu", (unsigned long long)id);
    put_row(host, &(EscOutboxRow){.id = id,
                                  .key = {key, (size_t)size},
                                  .target = esc_text_from(channel),
                                  .medium = ESC_TEXT("chat"),
                                  .body = ESC_TEXT("{\"text\":\"hello\"}"),
                                  .created_at_ms = now_ms(NULL) - 1});
}

/* Waits for the result of a row; the lock is not held afterwards, and the result stays until the next one. */
static inline const EscResult *await(Host *host, uint64_t id)
{
    Scene *scene = host->scene;
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    (void)pthread_mutex_lock(&scene->lock);
    int failed = 0;
    while (host->results[id] == NULL && failed == 0)
        failed = pthread_cond_timedwait(&scene->came, &scene->lock, &until);
    const EscResult *result = host->results[id];
    (void)pthread_mutex_unlock(&scene->lock);
    if (result == NULL)
        fail_msg("no result of row %llu", (unsigned long long)id);
    return result;
}

static inline bool has_result(Host *host, uint64_t id)
{
    (void)pthread_mutex_lock(&host->scene->lock);
    bool has = host->results[id] != NULL;
    (void)pthread_mutex_unlock(&host->scene->lock);
    return has;
}

static inline void assert_accepted(Host *host, uint64_t id)
{
    const EscResult *result = await(host, id);
    assert_false(result->is_retry);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_ACCEPTED);
    assert_int_equal(result->rank, 1);
}

static inline void wait_for(sem_t *what)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    assert_int_equal(sem_timedwait(what, &until), 0);
}

static inline void wait_held(Receiver *receiver)
{
    wait_for(&receiver->held);
}

/* --- the scene -------------------------------------------------------------------------------- */

static inline void configure(Host *host, uint16_t port)
{
    static const char *const paths[] = {"ok", "bye", "no", "cut", "hold"};
    for (size_t i = 0; i < ESC_COUNT_OF(paths); i++) {
        (void)snprintf(host->urls[i], sizeof(host->urls[i]), "http://127.0.0.1:%u/%s", port,
                       paths[i]);
        host->channels[i] = (EscEndpoint){.name = esc_text_from(paths[i]),
                                          .kind = ESC_ENDPOINT_WEBHOOK,
                                          .url = esc_text_from(host->urls[i])};
    }
    host->channels[5] = (EscEndpoint){
        .name = ESC_TEXT("mail"), .kind = ESC_ENDPOINT_SMTP, .to = {host->mail_to, 1}};
    host->channels[6] = (EscEndpoint){.name = ESC_TEXT("refused"),
                                      .kind = ESC_ENDPOINT_WEBHOOK,
                                      .url = ESC_TEXT("http://127.0.0.1:1/")};
    (void)snprintf(host->urls[8], sizeof(host->urls[8]), "http://127.0.0.1:%u/said", port);
    host->channels[7] = (EscEndpoint){
        .name = ESC_TEXT("said"), .kind = ESC_ENDPOINT_CHAT, .url = esc_text_from(host->urls[8])};
    host->systems[0] =
        (EscSystemBinding){.name = ESC_TEXT("crm"), .base_url = esc_text_from(host->urls[8])};
    host->mail_to[0] = ESC_TEXT("boss@acme.example");
    host->mail_to[1] = ESC_TEXT("gone@acme.example");
    host->allowed[0] = ESC_TEXT("127.0.0.1");
    host->allowed[1] = ESC_TEXT("10.0.0.0/8");
    host->config = (EscWorkspaceConfig){
        .name = ESC_TEXT("acme"),
        .channels = {host->channels, 8},
        .systems = {host->systems, 1},
        .mail = {.from = ESC_TEXT("escal@acme.example"), .tls = ESC_TEXT("none")},
        .allowed_addresses = {host->allowed, 1},
        .unbound = ESC_TEXT("file")};
}

static inline void bind_mail(Host *host, const Receiver *mail)
{
    (void)snprintf(host->urls[7], sizeof(host->urls[7]), "smtp://127.0.0.1:%u", mail->port);
    host->config.mail.server = esc_text_from(host->urls[7]);
}

static inline Scene *scene_new(void)
{
    Scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    scene->config = esc_config_new();
    scene->config->backoff_base_ms = scene->config->backoff_max_ms = 86400000;
    scene->clock = (EscClock){.wall_ms = now_ms, .boot_ms = now_ms};
    scene->random = (EscRandom){.fill = fill_random};
    scene->files = (EscFiles){.context = &scene->disk, .append = append};
    scene->sockets = (EscSockets){.open = open_socket};
    esc_buf_init(&scene->disk.text, (size_t)1 << 20);
    esc_buf_init(&scene->log, (size_t)4 << 20);
    assert_int_equal(pthread_mutex_init(&scene->disk.lock, NULL), 0);
    assert_int_equal(sem_init(&scene->disk.hung, 0, 0), 0);
    assert_int_equal(sem_init(&scene->disk.heals, 0, 0), 0);
    assert_int_equal(pthread_mutex_init(&scene->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&scene->came, NULL), 0);
    receiver_start(&scene->http, RECEIVER_HTTP);
    for (size_t i = 0; i < 2; i++) {
        scene->hosts[i].scene = scene;
        configure(&scene->hosts[i], scene->http.port);
    }
    return scene;
}

static inline void scene_start(Scene *scene)
{
    EscOutsideSetup setup = {.config = scene->config,
                             .clock = &scene->clock,
                             .random = &scene->random,
                             .files = &scene->files,
                             .sockets = &scene->sockets,
                             .data_folder = "/data",
                             .time_scale = 1,
                             .context = scene,
                             .log = take_log};
    EscWhy why;
    assert_status(esc_outside_new(&setup, &scene->outside, &why), ESC_OK);
    for (size_t i = 0; i < 2; i++) {
        Host *host = &scene->hosts[i];
        EscOutsideHost told = {.context = host, .result = take_result, .want = take_want};
        assert_status(esc_outside_add(scene->outside, host->config.name, &host->config, &told,
                                      &host->number, &why),
                      ESC_OK);
    }
}

static inline void scene_free(Scene *scene);

/* Of a scene in which nothing hangs: every slot was given back, and nothing is left of any attempt. */
static inline void scene_end(Scene *scene)
{
    assert_true(esc_outside_stop(scene->outside, PATIENCE_S * 1000));
    assert_true(esc_ring_is_empty(&scene->outside->attempts));
    assert_true(esc_ring_is_empty(&scene->outside->batches));
    assert_int_equal(esc_queues_under_way(scene->outside->queues), 0);
    uint32_t spare_count = 0;
    for (const EscAttempt *spare = scene->outside->spare; spare != NULL; spare = spare->next_spare)
        spare_count++;
    assert_int_equal(scene->outside->spare_count, spare_count);
    scene_free(scene);
}

static inline void scene_free(Scene *scene)
{
    esc_outside_free(scene->outside);
    receiver_stop(&scene->http);
    for (size_t i = 0; i < 2; i++) {
        esc_result_free(scene->hosts[i].news);
        for (size_t k = 0; k < ROWS_MAX; k++)
            esc_result_free(scene->hosts[i].results[k]);
    }
    esc_buf_release(&scene->disk.text);
    esc_buf_release(&scene->log);
    esc_config_free(scene->config);
    free(scene);
}

#endif
