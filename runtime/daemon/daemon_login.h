/* daemon_login.h - the sessions of a daemon, put together; for this folder only. */
#ifndef ESC_DAEMON_LOGIN_H
#define ESC_DAEMON_LOGIN_H

#include <esc/daemon.h>

/* In DATA/sessions. The shards are borrowed, and filled later. */
ESC_MUST_USE EscStatus esc_daemon_sessions_new(const EscDaemonSetup *setup, const EscShards *shards,
                                               EscReactor *reactor,
                                               void (*log)(void *context, const char *level,
                                                           const char *event, EscText text),
                                               void *log_context, EscSessions **out, EscWhy *why);
/* *out is NULL where the configuration has no provider. */
ESC_MUST_USE EscStatus esc_daemon_oidc_new(const EscDaemonSetup *setup, const EscSessions *sessions,
                                           EscOidc **out, EscWhy *why);
/* Tells the log of operators whom nobody serves: a client that is not there, a person whom its directory does not have. */
void esc_daemon_operators_tell(const EscConfig *config, const EscShards *shards,
                               void (*log)(void *context, const char *level, const char *event,
                                           EscText text),
                               void *log_context);

#endif
