/* health_outbox.h - what a workspace's outbox says of its health: messages that were given up, pages that wait; for daemon/ only. */
#ifndef ESC_DAEMON_HEALTH_OUTBOX_H
#define ESC_DAEMON_HEALTH_OUTBOX_H

#include <esc/causes.h>
#include <esc/store.h>

#define ESC_HEALTH_TARGETS_MAX 64 /* that are told apart; what is dead beyond them is not seen */

typedef struct EscHealthOutbox {
    EscCause dead[ESC_HEALTH_TARGETS_MAX]; /* without a client: a target each */
    size_t dead_count;
    size_t queued;     /* messages and calls that are not settled */
    size_t late_pages; /* of these pages that are older than they may be */
    EscArena *arena;   /* of the texts */
} EscHealthOutbox;

/* A target is somebody by one medium, or a channel: it is dead when the last message to it that was settled within a day was
 * given up. Times are the engine's. On ESC_OK *found is to be released. */
ESC_MUST_USE EscStatus esc_health_outbox_find(EscStore *store, int64_t now_ms, int64_t late_ms,
                                              EscHealthOutbox *found);
void esc_health_outbox_release(EscHealthOutbox *found);

#endif
