/* daemon_tls.h - the certificate of a daemon: read at the start, and again when it has changed; for this folder only. */
#ifndef ESC_DAEMON_TLS_H
#define ESC_DAEMON_TLS_H

#include <esc/daemon.h>

typedef struct EscDaemonTls EscDaemonTls;

/* *out is NULL where the configuration has none. ESC_BAD_CONFIG: what it names cannot be used. */
ESC_MUST_USE EscStatus esc_daemon_tls_new(const EscDaemonSetup *setup, EscReactor *reactor,
                                          EscHttp *http,
                                          void (*log)(void *context, const char *level,
                                                      const char *event, EscText text),
                                          void *log_context, EscDaemonTls **out, EscWhy *why);
/* These take NULL. */
void esc_daemon_tls_reload(EscDaemonTls *tls); /* looks at the files soon, and says what it found */
void esc_daemon_tls_run(EscDaemonTls *tls);    /* on the door's thread: uses what was read */
void esc_daemon_tls_free(EscDaemonTls *tls);   /* before the server */

#endif
