/* daemon_heart.h - the dead man's switch: a monitor outside hears of a daemon that is alive and well, and raises its alarm when
 * it does not; for daemon/ only. */
#ifndef ESC_DAEMON_HEART_H
#define ESC_DAEMON_HEART_H

#include <esc/delivery.h>

#include "daemon_health.h"

typedef struct EscHeart EscHeart;

/* *out is NULL where the configuration has no heartbeat. All is borrowed. */
ESC_MUST_USE EscStatus esc_heart_new(const EscDaemonSetup *setup, EscDaemonHealth *health,
                                     EscOutside *outside, EscHeart **out, EscWhy *why);
/* These take NULL. */
void esc_heart_run(EscHeart *heart);              /* the door's thread: beats when it is time to */
int64_t esc_heart_wait_ms(const EscHeart *heart); /* real time until then; INT64_MAX: never */
void esc_heart_free(EscHeart *heart);             /* before the outside */

#endif
