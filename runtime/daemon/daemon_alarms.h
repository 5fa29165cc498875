/* daemon_alarms.h - what is wrong with the daemon itself reaches somebody: as events of a workspace, whose templates escalate
 * them, or as messages to an address; for daemon/ only. */
#ifndef ESC_DAEMON_ALARMS_H
#define ESC_DAEMON_ALARMS_H

#include <esc/delivery.h>

#include "daemon_health.h"

typedef struct EscDaemonAlarms EscDaemonAlarms;
typedef void EscDaemonLog(void *context, const char *level, const char *event, EscText text);

/* *out is NULL where the configuration names nobody. All is borrowed; the set of shards may still be filled. */
ESC_MUST_USE EscStatus esc_daemon_alarms_new(const EscDaemonSetup *setup, const EscShards *shards,
                                             EscDaemonHealth *health, EscOutside *outside,
                                             EscDaemonLog *log, void *log_context,
                                             EscDaemonAlarms **out, EscWhy *why);
/* These take NULL. The first is to be called when the shards are filled: says where alarms would not be understood. */
void esc_daemon_alarms_check(EscDaemonAlarms *alarms);
void esc_daemon_alarms_run(EscDaemonAlarms *alarms);              /* the door's thread */
int64_t esc_daemon_alarms_wait_ms(const EscDaemonAlarms *alarms); /* real time; INT64_MAX: never */
void esc_daemon_alarms_free(EscDaemonAlarms *alarms); /* behind the shards */

#endif
