/* esc/daemon.h - what serves several workspaces over HTTP and carries their messages out.
 *
 * Three kinds of threads with mailboxes between them: the *door*, which is the thread that calls esc_daemon_run
 * (esc/http.h, esc/api.h); the workers of a *pool*, on which the workspaces take their turns (esc/shard.h); and the
 * *outside* (esc/delivery.h). Start reading at runtime/daemon/daemon.c. */
#ifndef ESC_DAEMON_H
#define ESC_DAEMON_H

#include <esc/api.h>
#include <esc/config.h>
#include <esc/shard.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct EscDaemon EscDaemon;

typedef struct EscDaemonSetup {
    const EscConfig *config; /* borrowed, as are the doors and the pool; used by several threads */
    const EscClock *clock;
    const EscRandom *random;
    const EscFiles *files;
    const EscSockets *sockets;
    EscPool *pool;
    uint8_t config_hash[32]; /* of all files of the configuration, for the record */
    const char *data_folder; /* file sinks: DATA/WORKSPACE.outbox.jsonl */
    /* How much faster than real time `clock` goes; only turns due times into waiting times. */
    double time_scale;
    /* Days since 1970-01-01: to here the bundles know what calendar files repeat. 0: nothing repeats. For /health. */
    int64_t calendars_end_day;
    /* Bytes that are left where a path is, and that there are; false: nobody knows. NULL: nobody asks. */
    bool (*space)(const char *path, uint64_t *left, uint64_t *all);
    void *context;                            /* of the two functions; any thread, must not block */
    void (*log)(void *context, EscText line); /* one JSON object, without line end; may be NULL */
    void (*news)(void *context, EscText workspace, const EscAuditRow *row); /* may be NULL */
} EscDaemonSetup;

/* Blocks SIGTERM, SIGINT and SIGHUP for this thread (they come in through the loop) and those that it starts, and
 * reads the token file. */
ESC_MUST_USE EscStatus esc_daemon_new(const EscDaemonSetup *setup, EscDaemon **out, EscWhy *why);
/* A line of the log, for who opens the workspaces. Never give a secret or an address to it. */
void esc_daemon_log(EscDaemon *daemon, const char *level, const char *event, EscText text);
/* Serves one more workspace, before esc_daemon_run. The service goes over to the daemon, also when this fails. NULL: it
 * could not be opened, and `reason` says why; the workspace is stopped, and its requests are refused. With a service a
 * `reason` that is not empty says why it is served otherwise than it should be: /health shows it. */
ESC_MUST_USE EscStatus esc_daemon_add(EscDaemon *daemon, EscText workspace, EscService *service,
                                      EscText reason, EscWhy *why);
/* Starts to listen through the sockets door: with TLS, when the configuration has a certificate. */
ESC_MUST_USE EscStatus esc_daemon_listen(EscDaemon *daemon, const char *host, uint16_t port,
                                         uint16_t *port_bound, EscWhy *why);
/* The same on the path of listen_unix, if the configuration has one. */
ESC_MUST_USE EscStatus esc_daemon_listen_local(EscDaemon *daemon, EscWhy *why);
/* Takes mail where lmtp_listen of the configuration says, if it says so; once all workspaces are added. */
ESC_MUST_USE EscStatus esc_daemon_listen_mail(EscDaemon *daemon, EscWhy *why);
/* Runs until SIGTERM or SIGINT, ends what was taken, and closes the stores. Another status than ESC_OK: something
 * was still stuck after stop_timeout_s, or the door failed; the process must end without esc_daemon_free. */
ESC_MUST_USE EscStatus esc_daemon_run(EscDaemon *daemon, EscWhy *why);
uint32_t esc_daemon_stopped_count(const EscDaemon *daemon); /* workspaces that are stopped */
void esc_daemon_free(EscDaemon *daemon);                    /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
