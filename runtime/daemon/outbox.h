/* outbox.h - between a workspace and the outside: new rows out, outcomes back; for daemon/ only. */
#ifndef ESC_DAEMON_OUTBOX_H
#define ESC_DAEMON_OUTBOX_H

#include <esc/delivery.h>
#include <esc/shard.h>

#include <stdatomic.h>

/* Of one workspace; used by workers and threads of the outside. */
typedef struct EscOutbox {
    EscOutside *outside;
    uint32_t number; /* the workspace's, for the outside */
    EscShard *shard;
    EscKnown *known;
    void *context;
    /* The engine refused an outcome: its row stays unsettled until the next start. */
    void (*outcome_refused)(void *context, EscShard *shard, uint64_t row, EscText reason);
    void (*endpoint)(void *context, EscText name, bool is_open); /* as EscOutsideHost has it */
    atomic_ullong errands; /* so many were sent since the start */
} EscOutbox;

/* Introduces the workspace to the outside; everything else of the outbox is filled in before. */
ESC_MUST_USE EscStatus esc_outbox_add(EscOutbox *outbox, const EscWorkspaceConfig *config,
                                      EscWhy *why);
/* Puts the first job of a shard, before it is started: unsettled rows of before the start. */
void esc_outbox_load(EscOutbox *outbox);
/* In the turn lane, after a commit: hands on the rows that it wrote. */
void esc_outbox_committed(EscOutbox *outbox, EscService *service);
/* Any thread: something to be sent that no engine knows of (ESC_ERRAND_FIRST). `boot_ms`: now, by the boot clock. */
void esc_outbox_errand(EscOutbox *outbox, const EscOutboxRow *row, int64_t boot_ms);

#endif
