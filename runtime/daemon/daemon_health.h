/* daemon_health.h - finds out whether the daemon is as it should be, and says so in its list of causes; for daemon/ only. */
#ifndef ESC_DAEMON_HEALTH_H
#define ESC_DAEMON_HEALTH_H

#include <esc/causes.h>
#include <esc/daemon.h>

typedef struct EscDaemonHealth EscDaemonHealth;
typedef struct EscHealthSite EscHealthSite; /* one workspace of it */

/* `setup` and `shards` are borrowed, and the set may still be filled. NULL without memory. */
EscDaemonHealth *esc_daemon_health_new(const EscDaemonSetup *setup, const EscShards *shards);
void esc_daemon_health_free(EscDaemonHealth *health); /* behind the shards; NULL is allowed */
EscCauses *esc_daemon_health_causes(const EscDaemonHealth *health);
/* Before the threads start; freed with the rest. NULL without memory. */
EscHealthSite *esc_daemon_health_add(EscDaemonHealth *health, EscShard *shard);

/* The door's thread: looks at what workspaces show of themselves, and asks for what only they can see. */
void esc_daemon_health_look(void *health);
/* The same when it is time to. */
void esc_daemon_health_run(EscDaemonHealth *health);
int64_t esc_daemon_health_wait_ms(const EscDaemonHealth *health); /* real time until then */

/* In the turn lane, after a commit. */
void esc_daemon_health_committed(EscHealthSite *site, EscService *service);
/* Any thread: the workspace is stopped. Said at once, so that no answer shows it stopped and all well. */
void esc_daemon_health_stopped(const EscHealthSite *site, EscText reason);
/* Any thread: it happened, and nobody will say that it is over: it stands for a time. NULL: of the daemon. */
void esc_daemon_health_happened(EscDaemonHealth *health, const EscHealthSite *site,
                                EscCauseCode code, const char *sentence);
/* Any thread; `site` is an EscHealthSite. */
void esc_daemon_health_endpoint(void *site, EscText name, bool is_open);
/* The same of an endpoint of the daemon's own. */
void esc_daemon_health_own_endpoint(EscDaemonHealth *health, EscText name, bool is_open);
/* Any thread: whether the data folder has taken what was written. */
void esc_daemon_health_written(EscDaemonHealth *health, bool is_written);
/* A line of the log about the daemon's certificate. */
void esc_daemon_health_certificate(EscDaemonHealth *health, const char *event);

#endif
