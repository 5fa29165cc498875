/* own_site.h - what the daemon itself tells somebody: a place of the outside that is no workspace's; for daemon/ only.
 *
 * Its messages are kept by nobody but the outside. What they say is said again by who lives, or is too old to be said. */
#ifndef ESC_DAEMON_OWN_SITE_H
#define ESC_DAEMON_OWN_SITE_H

#include <esc/daemon.h>
#include <esc/delivery.h>

#include <stdatomic.h>

#include "daemon_health.h"

typedef struct EscOwnSite {
    const EscDaemonSetup *setup;
    EscDaemonHealth *health;
    EscOutside *outside;
    EscText name;
    uint32_t number;
    atomic_ullong sent;
} EscOwnSite;

/* Stays where it is; `name` is a literal, and all else is borrowed. */
ESC_MUST_USE EscStatus esc_own_site_open(EscOwnSite *site, EscText name,
                                         const EscWorkspaceConfig *config, EscWhy *why);
/* Any thread, never blocks: to a channel of the configuration, given up after so long in real time. */
void esc_own_site_send(EscOwnSite *site, EscText channel, EscText subject, EscText text,
                       int64_t lifetime_real_ms);

#endif
