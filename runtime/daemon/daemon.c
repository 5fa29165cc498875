/* daemon.c - the door's loop, and how the rooms are put together.
 *
 * The door is one thread: it waits for sockets, signals and finished requests, and never for a workspace, a disk or a
 * receiver. What it takes in goes to shards (esc/shard.h) and comes back by the API's mailbox; a shard's commit hands
 * its news to the log and its messages to the outside (outbox.c).
 *
 * At the end, all within stop_timeout_s: no new connections; the outside finishes what is under way, in a thread beside
 * this one; what was taken is answered; every shard closes its store in its own lane. */
#define _POSIX_C_SOURCE 200809L /* strndup */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <esc/daemon.h>

#include "daemon_alarms.h"
#include "daemon_clock.h"
#include "daemon_health.h"
#include "daemon_heart.h"
#include "daemon_login.h"
#include "daemon_mail.h"
#include "daemon_tls.h"
#include "found.h"
#include "outbox.h"

#define PUMP_REAL_NS INT64_C(10000000)
#define CLIENTS_REAL_MS 2000 /* at the end: for clients to take their answers */
#define CLOSE_REAL_MS                                                                              \
    2000              /* at the end: for stores to close, when deliveries have used up the time */
#define ROUNDS_MAX 16 /* of answers between two looks at signals */

/* One workspace; at a fixed address, as lanes and the outside point to it. */
typedef struct Place {
    EscDaemon *daemon;
    EscOutbox outbox;
    EscKnown *known;           /* what services call its people and places */
    EscWorkspaceConfig config; /* when the configuration says nothing about it */
    EscClockWatch clock_watch;
    EscLiveFeed *feed; /* for boards */
    EscHealthSite *health;
} Place;

/* Tokens that a worker has read. */
typedef struct NewTokens {
    EscParcel parcel; /* first */
    EscTokens *tokens;
    EscWhy why;
} NewTokens;

struct EscDaemon {
    EscDaemonSetup setup;
    EscReactor *reactor;
    EscHttp *http;
    EscApi *api;
    EscDaemonMail *mail; /* NULL: no mail comes in */
    EscDaemonTls *tls;   /* NULL: it speaks plain HTTP */
    EscDaemonHealth *health;
    EscDaemonAlarms *alarms; /* NULL: nobody hears of what is wrong with the daemon */
    EscHeart *heart;         /* NULL: nobody outside is told that it lives */
    EscSessions *sessions;
    EscOidc *oidc; /* NULL: there is no provider */
    char *local;   /* owned: the path of its socket, to be taken away at the end; NULL: none */
    EscOutside *outside;
    EscShards shards;
    Place *places[ESC_WORKSPACES_MAX]; /* beside shards.items */
    EscLane tokens_lane;
    EscMailbox new_tokens;
    uint8_t first_tokens_hash[32]; /* as the start found them */
    uint64_t hash_seed;
    pthread_t stopper;
    atomic_bool outside_is_still, outside_is_stuck;
};

/* --- the log ---------------------------------------------------------------------------------- */

static void log_line(EscDaemon *daemon, const char *level, const char *event, EscText text)
{
    if (daemon->setup.log == NULL)
        return;
    size_t bad_at = 0;
    if (!esc_utf8_is_valid(text, &bad_at))
        text.size = bad_at; /* cut within a character */
    EscBuf line;
    esc_buf_init(&line, 8192);
    esc_buf_string(&line, "{\"at\":\"");
    /* Right or wrong: a log is laid beside those of other programs. */
    esc_time_write(&line, daemon->setup.clock->wall_ms(daemon->setup.clock->context));
    esc_buf_printf(&line, "\",\"level\":\"%s\",\"event\":\"%s\",\"text\":", level, event);
    esc_json_text(&line, text);
    esc_buf_char(&line, '}');
    daemon->setup.log(daemon->setup.context, esc_buf_as_text(&line));
    esc_buf_release(&line);
}

void esc_daemon_log(EscDaemon *daemon, const char *level, const char *event, EscText text)
{
    log_line(daemon, level, event, text);
}

/* Any thread. Never give a secret or an address to it. */
static void say(EscDaemon *daemon, const char *level, const char *event, const char *format, ...)
    ESC_PRINTF(4, 5);
static void say(EscDaemon *daemon, const char *level, const char *event, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    log_line(daemon, level, event, esc_text_from(text));
}

static void outside_log(void *context, const char *level, const char *event, EscText text)
{
    log_line(context, level, event, text);
}

/* --- what shards and outboxes tell, on workers ------------------------------------------------ */

/* An automation's alarm, one of the workspace's keys, or an event's that concerns too many: nobody is accountable for it, so
 * nobody is asked, and whoever watches the log has to see it. Those of escalations are asked about, and counted by /health. */
static void alarm_tell(const Place *place, const EscShard *shard, const EscAuditRow *row)
{
    EscDaemonHealth *health = place->daemon->health;
    if (esc_text_equal(row->kind, ESC_TEXT("gap_ahead")))
        say(place->daemon, "alarm", "gap_ahead", "%.*s: %.*s", ESC_TEXT_ARG(esc_shard_name(shard)),
            ESC_TEXT_ARG(row->text));
    else if (row->escalation == 0 && esc_text_equal(row->kind, ESC_TEXT("alarm"))) {
        bool is_automation = row->ticket.size > 0;
        say(place->daemon, "alarm", is_automation ? "automation" : "keys", "%.*s%s%.*s: %.*s",
            ESC_TEXT_ARG(esc_shard_name(shard)), is_automation ? ", " : "",
            ESC_TEXT_ARG(row->ticket), ESC_TEXT_ARG(row->text));
        esc_daemon_health_happened(
            health, place->health,
            is_automation ? ESC_CAUSE_AUTOMATION_REFUSED : ESC_CAUSE_TOO_MANY_KEYS,
            is_automation ? "an automation was refused: two systems correct each other"
                          : "there are too many keys of counts and silences");
    } else if (esc_text_equal(row->kind, ESC_TEXT("source_refused"))) {
        say(place->daemon, "alarm", "source_refused", "%.*s: %.*s",
            ESC_TEXT_ARG(esc_shard_name(shard)), ESC_TEXT_ARG(row->text));
        esc_daemon_health_happened(health, place->health, ESC_CAUSE_SOURCE_REFUSED,
                                   "a source was refused several times in a row");
    } else if (esc_text_equal(row->kind, ESC_TEXT("not_told")))
        say(place->daemon, "alarm", "event", "%.*s: %.*s", ESC_TEXT_ARG(esc_shard_name(shard)),
            ESC_TEXT_ARG(row->text));
}

/* To the live account and the log. */
static void tell(Place *place, EscShard *shard, EscService *service)
{
    EscDaemon *daemon = place->daemon;
    const EscAuditRow *rows = NULL;
    size_t count = 0;
    esc_service_news(service, &rows, &count);
    for (size_t i = 0; i < count; i++) {
        if (daemon->setup.news != NULL)
            daemon->setup.news(daemon->setup.context, esc_shard_name(shard), &rows[i]);
        alarm_tell(place, shard, &rows[i]);
    }
    EscServiceClock clock = esc_service_clock(service);
    esc_clock_tell(&place->clock_watch, esc_shard_name(shard), &clock, outside_log, daemon);
}

static void shard_committed(void *context, EscShard *shard, EscService *service)
{
    Place *place = context;
    tell(place, shard, service);
    esc_outbox_committed(&place->outbox, service);
    esc_api_committed(place->feed, service);
    esc_daemon_health_committed(place->health, service);
}

static void shard_rested(void *context, EscShard *shard, EscService *service)
{
    (void)shard;
    const Place *place = context;
    esc_api_rested(place->feed, service);
}

static void shard_stopped(void *context, EscShard *shard, EscText reason)
{
    const Place *place = context;
    say(place->daemon, "alarm", "workspace_stopped", "%.*s: %.*s; only a restart opens it again",
        ESC_TEXT_ARG(esc_shard_name(shard)), ESC_TEXT_ARG(reason));
}

static void shard_closed(void *context)
{
    const Place *place = context;
    esc_reactor_poke(place->daemon->reactor);
}

static void outcome_refused(void *context, EscShard *shard, uint64_t row, EscText reason)
{
    const Place *place = context;
    say(place->daemon, "error", "delivery_outcome_refused", "%.*s, row %llu: %.*s",
        ESC_TEXT_ARG(esc_shard_name(shard)), (unsigned long long)row, ESC_TEXT_ARG(reason));
}

static void endpoint_told(void *context, EscText name, bool is_open)
{
    const Place *place = context;
    esc_daemon_health_endpoint(place->health, name, is_open);
}

static void tls_log(void *context, const char *level, const char *event, EscText text)
{
    EscDaemon *daemon = context;
    log_line(daemon, level, event, text);
    esc_daemon_health_certificate(daemon->health, event);
}

/* --- tokens: read by a worker, used by the door ----------------------------------------------- */

static EscStatus load_tokens(const EscDaemon *daemon, EscTokens **out, EscWhy *why)
{
    return esc_tokens_load(daemon->setup.files, daemon->setup.config->token_file,
                           daemon->setup.data_folder, daemon->hash_seed, out, why);
}

static void tokens_run(void *context)
{
    EscDaemon *daemon = context;
    NewTokens *read = calloc(1, sizeof(*read));
    ESC_ASSERT(read != NULL);
    if (load_tokens(daemon, &read->tokens, &read->why) != ESC_OK)
        read->tokens = NULL;
    esc_mailbox_add(&daemon->new_tokens, &read->parcel);
}

static void tokens_found(EscDaemon *daemon, const EscTokens *tokens)
{
    uint8_t hash[32];
    esc_tokens_hash(tokens, hash);
    esc_found_tell(&daemon->shards, ESC_REMARK_TOKENS, hash);
}

static void take_tokens(EscDaemon *daemon)
{
    EscParcel *next = esc_mailbox_take(&daemon->new_tokens);
    while (next != NULL) {
        NewTokens *read = (NewTokens *)next; /* its first member */
        next = next->next;
        if (read->tokens != NULL) {
            tokens_found(daemon, read->tokens);
            esc_api_use_tokens(daemon->api, read->tokens);
            say(daemon, "info", "tokens_read", "the token file was read again");
        } else {
            say(daemon, "error", "tokens_refused", "%s; the old tokens stay", read->why.text);
        }
        free(read);
    }
}

/* --- life ------------------------------------------------------------------------------------- */

static EscStatus make_outside(EscDaemon *daemon, EscWhy *why)
{
    const EscDaemonSetup *setup = &daemon->setup;
    EscOutsideSetup outside = {.config = setup->config,
                               .clock = setup->clock,
                               .random = setup->random,
                               .files = setup->files,
                               .sockets = setup->sockets,
                               .data_folder = setup->data_folder,
                               .time_scale = setup->time_scale,
                               .context = daemon,
                               .log = outside_log};
    return esc_outside_new(&outside, &daemon->outside, why);
}

/* The set of shards is filled before the threads start. */
static Place *place_of(const EscDaemon *daemon, const EscShard *shard)
{
    uint32_t i = 0;
    while (daemon->shards.items[i] != shard)
        i++;
    return daemon->places[i];
}

static void send_errand(void *context, const EscShard *shard, const EscOutboxRow *row)
{
    const EscDaemon *daemon = context;
    const EscClock *clock = daemon->setup.clock;
    esc_outbox_errand(&place_of(daemon, shard)->outbox, row, clock->boot_ms(clock->context));
}

static void show_endpoints(void *context, const EscShard *shard, EscEndpointVisit *visit,
                           void *visited)
{
    const EscDaemon *daemon = context;
    esc_outside_endpoints(daemon->outside, place_of(daemon, shard)->outbox.number, visit, visited);
}

/* Of the workspace's binding of people by push. */
static void show_push_key(void *context, const EscShard *shard, EscBuf *out)
{
    const EscConfig *config = ((const EscDaemon *)context)->setup.config;
    for (uint32_t i = 0; i < config->workspaces.count; i++) {
        const EscWorkspaceConfig *one = &config->workspaces.items[i];
        if (esc_text_equal(one->name, esc_shard_name(shard)) &&
            one->people.push.kind == ESC_ENDPOINT_WEBPUSH)
            (void)!esc_push_key_public(one->people.push.secret, out);
    }
}

static EscText address_of(void *context, const EscShard *shard, EscArena *arena, EscText prefix,
                          EscText sender)
{
    const EscDaemon *daemon = context;
    return esc_known_of(place_of(daemon, shard)->known, arena, prefix, sender);
}

static EscStatus make_api(EscDaemon *daemon, EscWhy *why)
{
    EscApiSetup api = {.shards = &daemon->shards,
                       .causes = esc_daemon_health_causes(daemon->health),
                       .look = esc_daemon_health_look,
                       .look_context = daemon->health,
                       .clock = daemon->setup.clock,
                       .random = daemon->setup.random,
                       .sessions = daemon->sessions,
                       .oidc = daemon->oidc,
                       .config = daemon->setup.config,
                       .errand = send_errand,
                       .address_of = address_of,
                       .endpoints = show_endpoints,
                       .push_key = show_push_key,
                       .log = outside_log,
                       .outside_context = daemon,
                       .boards_max = (unsigned)daemon->setup.config->connections_max / 2,
                       .queue_max = (size_t)daemon->setup.config->queue_max,
                       .started_boot_ms = esc_boot_ms(),
                       .calendars_end_day = daemon->setup.calendars_end_day,
                       .hash_seed = daemon->hash_seed,
                       .wrong_token_pause_max_ms = daemon->setup.config->wrong_token_pause_max_ms,
                       .webhook_origins = daemon->setup.config->webhook_origins.items,
                       .webhook_origins_count = daemon->setup.config->webhook_origins.count,
                       .wake = esc_reactor_poke,
                       .context = daemon->reactor};
    EscTokens *tokens = NULL;
    EscStatus status = esc_api_new(&api, &daemon->api, why);
    if (status == ESC_OK)
        status = load_tokens(daemon, &tokens, why);
    if (status == ESC_OK)
        esc_tokens_hash(tokens, daemon->first_tokens_hash);
    if (status == ESC_OK)
        esc_api_use_tokens(daemon->api, tokens);
    return status;
}

static EscStatus make_http(EscDaemon *daemon, EscWhy *why)
{
    const EscConfig *config = daemon->setup.config;
    EscHttpSetup http = {.reactor = daemon->reactor,
                         .handler = esc_api_handler(daemon->api),
                         .header_bytes_max = (size_t)config->header_bytes_max,
                         .body_bytes_max = (size_t)config->body_bytes_max,
                         .connections_max = (unsigned)config->connections_max,
                         .connections_per_address_max =
                             (unsigned)config->connections_per_address_max,
                         .request_timeout_s = config->request_timeout_s};
    return esc_http_new(&http, &daemon->http, why);
}

EscStatus esc_daemon_new(const EscDaemonSetup *setup, EscDaemon **out, EscWhy *why)
{
    EscDaemon *daemon = calloc(1, sizeof(*daemon));
    *out = NULL;
    if (daemon == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the daemon");
    daemon->setup = *setup;
    setup->random->fill(setup->random->context, &daemon->hash_seed, sizeof(daemon->hash_seed));
    daemon->reactor = esc_reactor_new(true, why); /* first: threads started later take no signals */
    esc_mailbox_init(&daemon->new_tokens, esc_reactor_poke, daemon->reactor);
    esc_lane_init(&daemon->tokens_lane, setup->pool, tokens_run, daemon);
    EscStatus status = daemon->reactor == NULL ? ESC_IO_FAILED : ESC_OK;
    daemon->health = esc_daemon_health_new(&daemon->setup, &daemon->shards);
    if (status == ESC_OK && daemon->health == NULL)
        status = esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the daemon's health");
    if (status == ESC_OK)
        status = esc_shards_init(&daemon->shards, daemon->hash_seed, why);
    if (status == ESC_OK)
        status = esc_daemon_sessions_new(&daemon->setup, &daemon->shards, daemon->reactor,
                                         outside_log, daemon, &daemon->sessions, why);
    if (status == ESC_OK)
        status = esc_daemon_oidc_new(setup, daemon->sessions, &daemon->oidc, why);
    if (status == ESC_OK)
        status = make_api(daemon, why);
    if (status == ESC_OK)
        status = make_http(daemon, why);
    if (status == ESC_OK)
        status = esc_daemon_tls_new(&daemon->setup, daemon->reactor, daemon->http, tls_log, daemon,
                                    &daemon->tls, why);
    if (status == ESC_OK)
        status = make_outside(daemon, why);
    if (status == ESC_OK)
        status = esc_daemon_alarms_new(&daemon->setup, &daemon->shards, daemon->health,
                                       daemon->outside, outside_log, daemon, &daemon->alarms, why);
    if (status == ESC_OK)
        status =
            esc_heart_new(&daemon->setup, daemon->health, daemon->outside, &daemon->heart, why);
    if (status != ESC_OK) {
        esc_daemon_free(daemon);
        return status;
    }
    *out = daemon;
    return ESC_OK;
}

/* In DATA/WORKSPACE.known.jsonl. */
static EscKnown *make_known(const EscDaemon *daemon, EscText name)
{
    char path[4096];
    const EscDaemonSetup *setup = &daemon->setup;
    int length =
        snprintf(path, sizeof(path), "%s/%.*s.known.jsonl", setup->data_folder, ESC_TEXT_ARG(name));
    return length < 0 || (size_t)length >= sizeof(path)
               ? NULL
               : esc_known_new(setup->files, setup->pool, path, daemon->hash_seed);
}

static EscStatus add_place(EscDaemon *daemon, Place *place, EscShard *shard, EscWhy *why)
{
    EscText name = esc_shard_name(shard);
    const EscWorkspaceConfig *config = esc_config_workspace(daemon->setup.config, name);
    esc_config_workspace_preset(&place->config);
    place->config.unbound = daemon->setup.config->unbound;
    place->daemon = daemon;
    place->known = make_known(daemon, name);
    place->feed = esc_api_feed(daemon->api, shard);
    place->health = esc_daemon_health_add(daemon->health, shard);
    if (place->known == NULL || place->feed == NULL || place->health == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for what services call people");
    place->outbox = (EscOutbox){.outside = daemon->outside,
                                .shard = shard,
                                .known = place->known,
                                .context = place,
                                .outcome_refused = outcome_refused,
                                .endpoint = endpoint_told};
    EscStatus status =
        esc_outbox_add(&place->outbox, config != NULL ? config : &place->config, why);
    if (status == ESC_OK)
        status = esc_shards_add(&daemon->shards, shard, why);
    if (status == ESC_OK)
        daemon->places[daemon->shards.count - 1] = place;
    return status;
}

EscStatus esc_daemon_add(EscDaemon *daemon, EscText name, EscService *service, EscText reason,
                         EscWhy *why)
{
    Place *place = calloc(1, sizeof(*place));
    if (place == NULL) {
        esc_service_close(service);
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a workspace");
    }
    EscShardSetup setup = {.name = name,
                           .notice = service == NULL ? (EscText){0} : reason,
                           .pool = daemon->setup.pool,
                           .time_scale = daemon->setup.time_scale,
                           .timers_max = (size_t)daemon->setup.config->timers_per_turn_max,
                           .context = place,
                           .committed = shard_committed,
                           .rested = shard_rested,
                           .stopped = shard_stopped,
                           .closed = shard_closed};
    EscShard *shard = NULL;
    EscStatus status = esc_shard_new(&setup, service, reason, &shard, why);
    if (status == ESC_OK)
        status = add_place(daemon, place, shard, why);
    if (status != ESC_OK) {
        esc_shard_free(shard);
        esc_known_free(place->known);
        free(place);
        return status;
    }
    if (service == NULL)
        shard_stopped(place, shard, reason);
    else
        tell(place, shard, service); /* what its start had to say */
    return ESC_OK;
}

EscStatus esc_daemon_listen(EscDaemon *daemon, const char *host, uint16_t port,
                            uint16_t *port_bound, EscWhy *why)
{
    const EscSockets *sockets = daemon->setup.sockets;
    EscWhy reason = {.text = ""};
    int fd = sockets->listen(sockets->context, host, port, port_bound, &reason);
    if (fd < 0)
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "cannot listen on %s:%u: %.150s", host,
                       (unsigned)port, reason.text);
    return esc_http_serve(daemon->http, fd, daemon->tls != NULL, why);
}

EscStatus esc_daemon_listen_local(EscDaemon *daemon, EscWhy *why)
{
    const EscConfig *config = daemon->setup.config;
    const EscSockets *sockets = daemon->setup.sockets;
    EscWhy reason = {.text = ""};
    unsigned rights = 0;
    if (config->listen_unix.size == 0)
        return ESC_OK;
    char *path = strndup(config->listen_unix.data, config->listen_unix.size);
    char *group = strndup(config->listen_unix_group.size > 0 ? config->listen_unix_group.data : "",
                          config->listen_unix_group.size);
    ESC_ASSERT(path != NULL);
    ESC_ASSERT(group != NULL);
    ESC_ASSERT(esc_rights_read(config->listen_unix_rights, &rights)); /* it was checked */
    int fd = sockets->listen_local == NULL
                 ? -1
                 : sockets->listen_local(sockets->context, path, rights, group, &reason);
    free(group);
    if (fd >= 0) {
        daemon->local = path;
        return esc_http_serve(daemon->http, fd, false, why);
    }
    free(path);
    return esc_why(why, ESC_BAD_CONFIG, "", 0, "cannot listen on %.*s: %.150s",
                   ESC_TEXT_ARG(config->listen_unix), reason.text);
}

EscStatus esc_daemon_listen_mail(EscDaemon *daemon, EscWhy *why)
{
    return esc_daemon_mail_new(daemon->setup.config, &daemon->shards, daemon->setup.sockets,
                               daemon->reactor, daemon->hash_seed, &daemon->mail, why);
}

void esc_daemon_free(EscDaemon *daemon)
{
    if (daemon == NULL)
        return;
    esc_lane_close(&daemon->tokens_lane);
    if (daemon->api != NULL)
        take_tokens(daemon);
    esc_daemon_tls_free(daemon->tls);
    esc_http_free(daemon->http);
    esc_daemon_mail_free(daemon->mail);
    esc_heart_free(daemon->heart);
    esc_outside_free(daemon->outside);
    uint32_t count = daemon->shards.count;
    esc_shards_release(&daemon->shards);
    esc_daemon_alarms_free(daemon->alarms);
    for (uint32_t i = 0; i < count; i++) {
        esc_known_free(daemon->places[i]->known);
        free(daemon->places[i]);
    }
    esc_api_free(daemon->api);
    esc_daemon_health_free(daemon->health);
    esc_oidc_free(daemon->oidc);
    esc_sessions_free(daemon->sessions);
    if (daemon->local != NULL)
        (void)unlink(daemon->local);
    free(daemon->local);
    esc_mailbox_release(&daemon->new_tokens);
    esc_reactor_free(daemon->reactor);
    free(daemon);
}

uint32_t esc_daemon_stopped_count(const EscDaemon *daemon)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < daemon->shards.count; i++)
        count += esc_shard_state(daemon->shards.items[i]) == ESC_SHARD_STOPPED;
    return count;
}

/* --- the loop --------------------------------------------------------------------------------- */

static EscStatus pump(EscDaemon *daemon, int64_t longest_ns, EscWhy *why)
{
    int64_t wait_ms = esc_http_wait_ms(daemon->http);
    int64_t mail_ms = esc_daemon_mail_wait_ms(daemon->mail);
    wait_ms = mail_ms < wait_ms ? mail_ms : wait_ms;
    int64_t boards_ms = esc_api_wait_ms(daemon->api);
    wait_ms = boards_ms < wait_ms ? boards_ms : wait_ms;
    int64_t health_ms = esc_daemon_health_wait_ms(daemon->health);
    wait_ms = health_ms < wait_ms ? health_ms : wait_ms;
    int64_t alarms_ms = esc_daemon_alarms_wait_ms(daemon->alarms);
    wait_ms = alarms_ms < wait_ms ? alarms_ms : wait_ms;
    int64_t heart_ms = esc_heart_wait_ms(daemon->heart);
    wait_ms = heart_ms < wait_ms ? heart_ms : wait_ms;
    int64_t wait_ns = wait_ms < longest_ns / 1000000 ? wait_ms * 1000000 : longest_ns;
    EscStatus status = esc_reactor_wait(daemon->reactor, wait_ns, why);
    if (status != ESC_OK)
        return status;
    take_tokens(daemon);
    esc_daemon_tls_run(daemon->tls);
    esc_daemon_health_run(daemon->health);
    esc_daemon_alarms_run(daemon->alarms);
    esc_heart_run(daemon->heart);
    esc_daemon_mail_run(daemon->mail);
    (void)esc_api_answer(daemon->api); /* before the server looks what it has to send */
    esc_http_run(daemon->http);
    esc_api_hand_on(daemon->api);
    for (int i = 0; i < ROUNDS_MAX && esc_api_answer(daemon->api) > 0; i++) {
        esc_http_run(daemon->http); /* sends the answers, and may take more */
        esc_api_hand_on(daemon->api);
    }
    return ESC_OK;
}

static void start_shards(EscDaemon *daemon)
{
    for (uint32_t i = 0; i < daemon->shards.count; i++) {
        if (esc_shard_state(daemon->shards.items[i]) == ESC_SHARD_SERVING)
            esc_outbox_load(&daemon->places[i]->outbox);
        esc_shard_start(daemon->shards.items[i]);
    }
}

/* --- the end ---------------------------------------------------------------------------------- */

static void *stop_outside(void *context)
{
    EscDaemon *daemon = context;
    bool is_free = esc_outside_stop(daemon->outside, daemon->setup.config->stop_timeout_s * 1000);
    atomic_store(&daemon->outside_is_stuck, !is_free);
    atomic_store(&daemon->outside_is_still, true);
    esc_reactor_poke(daemon->reactor);
    return NULL;
}

static bool all_are_over(const EscDaemon *daemon)
{
    for (uint32_t i = 0; i < daemon->shards.count; i++)
        if (!esc_shard_is_over(daemon->shards.items[i]))
            return false;
    return true;
}

/* True when nothing more is to be waited for: clients that do not take their answers have had their time. */
static bool is_drained(const EscDaemon *daemon, int64_t began_ms)
{
    bool is_patient = esc_boot_ms() - began_ms < CLIENTS_REAL_MS;
    return atomic_load(&daemon->outside_is_still) && esc_api_away(daemon->api) == 0 &&
           esc_daemon_mail_is_idle(daemon->mail) && (esc_http_is_idle(daemon->http) || !is_patient);
}

static EscStatus close_shards(EscDaemon *daemon, int64_t until_ms, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < daemon->shards.count; i++)
        esc_shard_close(daemon->shards.items[i]);
    while (status == ESC_OK && !all_are_over(daemon) && esc_boot_ms() < until_ms)
        status = pump(daemon, PUMP_REAL_NS, why);
    for (uint32_t i = 0; i < daemon->shards.count; i++) {
        if (status != ESC_OK || esc_shard_is_over(daemon->shards.items[i]))
            continue;
        EscText name = esc_shard_name(daemon->shards.items[i]);
        say(daemon, "alarm", "stop_timeout", "%.*s is stuck; the process ends without it",
            ESC_TEXT_ARG(name));
        status = esc_why(why, ESC_IO_FAILED, "", 0, "workspace %.*s is stuck", ESC_TEXT_ARG(name));
    }
    return status == ESC_OK ? pump(daemon, 0, why) : status; /* the last answers */
}

/* After the stores are closed. The rows of what is stuck are unsettled, and go out again after the next start. */
static EscStatus leave_outside(EscDaemon *daemon, EscWhy *why)
{
    say(daemon, "alarm", "stop_timeout",
        "a file of messages cannot be written; the process ends without it");
    return esc_why(why, ESC_IO_FAILED, "", 0, "a file of messages cannot be written");
}

static EscStatus drain(EscDaemon *daemon, EscWhy *why)
{
    int64_t began_ms = esc_boot_ms();
    int64_t until_ms = began_ms + daemon->setup.config->stop_timeout_s * 1000;
    esc_api_set_stopping(daemon->api);
    esc_http_quiesce(daemon->http);
    esc_daemon_mail_quiesce(daemon->mail);
    if (pthread_create(&daemon->stopper, NULL, stop_outside, daemon) != 0)
        return esc_why(why, ESC_IO_FAILED, "", 0, "a thread cannot be started");
    EscStatus status = ESC_OK;
    while (status == ESC_OK && !is_drained(daemon, began_ms) && esc_boot_ms() < until_ms)
        status = pump(daemon, PUMP_REAL_NS, why);
    (void)pthread_join(daemon->stopper, NULL); /* it keeps to the same time */
    int64_t close_ms = esc_boot_ms() + CLOSE_REAL_MS;
    if (status == ESC_OK)
        status = close_shards(daemon, close_ms > until_ms ? close_ms : until_ms, why);
    return status == ESC_OK && atomic_load(&daemon->outside_is_stuck) ? leave_outside(daemon, why)
                                                                      : status;
}

static void reload(EscDaemon *daemon)
{
    esc_lane_wake(&daemon->tokens_lane);
    esc_daemon_tls_reload(daemon->tls);
}

EscStatus esc_daemon_run(EscDaemon *daemon, EscWhy *why)
{
    esc_thread_set_prompt(true); /* this thread is who all clients wait for */
    esc_daemon_alarms_check(daemon->alarms);
    esc_daemon_operators_tell(daemon->setup.config, &daemon->shards, outside_log, daemon);
    start_shards(daemon);
    esc_found_tell(&daemon->shards, ESC_REMARK_CONFIGURATION, daemon->setup.config_hash);
    esc_found_tell(&daemon->shards, ESC_REMARK_TOKENS, daemon->first_tokens_hash);
    EscStatus status = ESC_OK;
    while (status == ESC_OK && !esc_reactor_is_stopping(daemon->reactor)) {
        status = pump(daemon, INT64_MAX, why);
        if (esc_reactor_take_reload(daemon->reactor))
            reload(daemon);
    }
    return status == ESC_OK ? drain(daemon, why) : status;
}
