/* esc/daemon.h - what serves several workspaces over HTTP and carries their messages out. */
#ifndef ESC_DAEMON_H
#define ESC_DAEMON_H

#include <esc/config.h>
#include <esc/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_BODY_BYTES_MAX ((size_t)8 << 20) /* one HTTP body */
#define ESC_WORKSPACES_MAX 64                /* served by one daemon */
#define ESC_TOKENS_MAX 10000

/* Bearer tokens, each of one workspace and one principal. */
typedef enum EscScopeBit {
    ESC_SCOPE_BIT_EVENTS = 1,
    ESC_SCOPE_BIT_READ = 2,
    ESC_SCOPE_BIT_ACT = 4,
    ESC_SCOPE_BIT_START = 8,
    ESC_SCOPE_BIT_PEOPLE = 16,
    ESC_SCOPE_BIT_AUDIT = 32,
    ESC_SCOPE_BIT_ACT_AS = 64
} EscScopeBit;
/* "events,read,act" as bits; false when a word is unknown. */
bool esc_scopes_read(EscText text, uint32_t *scopes);
/* Makes a token from 32 random bytes: `token` gets what its holder keeps (esc_ID_…), `line` what
 * goes into the token file. */
ESC_MUST_USE EscStatus esc_token_make(const uint8_t random[32], EscText id, EscText workspace,
                                      EscText principal, EscText scopes, EscBuf *token,
                                      EscBuf *line, EscWhy *why);

/* The daemon: one thread that serves several workspaces. Start reading at
 * runtime/daemon/daemon.c. */
typedef struct EscDaemon EscDaemon;

typedef struct EscDaemonSetup {
    const EscConfig *config; /* borrowed, as are the doors */
    const EscClock *clock;
    const EscRandom *random;
    const EscFiles *files;
    const EscSockets *sockets;
    const char *data_folder; /* file sinks: DATA/WORKSPACE.outbox.jsonl */
    /* How much faster than real time `clock` goes; only turns due times into waiting times. */
    double time_scale;
    void *context;                            /* of the two functions; both may be NULL */
    void (*log)(void *context, EscText line); /* one JSON object, without line end */
    void (*news)(void *context, EscText workspace, const EscAuditRow *row);
} EscDaemonSetup;

/* Blocks SIGTERM, SIGINT and SIGHUP for the process (they come in through the loop) and reads
 * the token file. */
ESC_MUST_USE EscStatus esc_daemon_new(const EscDaemonSetup *setup, EscDaemon **out, EscWhy *why);
/* Serves one more workspace. The service stays the caller's and must outlive the daemon. */
ESC_MUST_USE EscStatus esc_daemon_add(EscDaemon *daemon, EscText workspace, EscService *service,
                                      EscWhy *why);
/* Starts to listen through the sockets door. */
ESC_MUST_USE EscStatus esc_daemon_listen(EscDaemon *daemon, const char *host, uint16_t port,
                                         uint16_t *port_bound, EscWhy *why);
/* Runs until SIGTERM or SIGINT (ESC_OK) or until a store fails (its status; nothing is answered,
 * the process must stop). */
ESC_MUST_USE EscStatus esc_daemon_run(EscDaemon *daemon, EscWhy *why);
void esc_daemon_free(EscDaemon *daemon); /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
