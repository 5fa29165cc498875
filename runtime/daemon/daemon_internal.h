/* daemon_internal.h - the queue of each workspace and the daemon around them; for daemon/ and http/.
 *
 * The loop knows file descriptors, the turn knows workspaces, and what waits for a turn is an
 * EscWork: an HTTP request or the outcome of a delivery, each embedded in a struct of its owner. */
#ifndef ESC_DAEMON_INTERNAL_H
#define ESC_DAEMON_INTERNAL_H

#include <esc/daemon.h>
#include <esc/delivery.h>
#include <esc/loop.h>

/* --- what waits for a turn -------------------------------------------------------------------- */

typedef struct EscWork EscWork;
struct EscWork {
    EscWork *next;
    const EscInput *inputs; /* the owner's, until done or dropped is called */
    uint32_t count;
    /* Exactly one of the two is called, and the owner may free the work in it. */
    void (*done)(EscWork *work,
                 const EscReply *replies); /* committed; replies hold during the call */
    void (*dropped)(EscWork *work);        /* the daemon ends; nothing was done */
};

typedef struct EscWorkspaceState {
    EscText name;
    EscService *service;
    const EscWorkspaceConfig *config;
    EscWorkspaceConfig default_config; /* when the configuration says nothing about it */
    EscWork *first, *last;
    size_t inputs_waiting;
    uint32_t outside_number;   /* what the outside calls it */
    EscMailbox results, wants; /* from the outside */
    bool has_retries; /* failed attempts are to be noted by the next turn */
    EscArena *arena;           /* of a turn's arrays */
} EscWorkspaceState;

void esc_work_put(EscWorkspaceState *workspace, EscWork *work);

/* --- the daemon ------------------------------------------------------------------------------- */

struct EscHttp;
struct EscApi;

struct EscDaemon {
    EscDaemonSetup setup;
    EscReactor *reactor;
    struct EscHttp *http;
    struct EscApi *api;
    EscOutside *outside;
    EscWorkspaceState *workspaces[ESC_WORKSPACES_MAX];
    uint32_t workspaces_count;
    int64_t started_real_ms;
    uint64_t turns, inputs_done, timers_fired; /* for /health */
};

int64_t esc_daemon_now_ms(const EscDaemon *daemon); /* through the clock door */
EscWorkspaceState *esc_daemon_workspace(const EscDaemon *daemon,
                                        EscText name); /* NULL when it is not served */
/* Writes one line of the log, a JSON object. `event` is a fixed word; never give a secret or an
 * address to it. */
void esc_daemon_log(const EscDaemon *daemon, const char *level, const char *event,
                    const char *format, ...) ESC_PRINTF(4, 5);

/* --- what goes between turns and the outside (outside_work.c) ----------------------------------- */

ESC_MUST_USE EscStatus esc_outside_work_new(EscDaemon *daemon, EscWhy *why);
ESC_MUST_USE EscStatus esc_outside_work_add(EscDaemon *daemon, EscWorkspaceState *workspace,
                                            EscWhy *why);
void esc_outside_work_release(EscWorkspaceState *workspace); /* after the outside ended */
/* Puts the unsettled rows of the store; once, before the first turn. */
ESC_MUST_USE EscStatus esc_outside_work_load(EscDaemon *daemon, EscWorkspaceState *workspace,
                                             EscWhy *why);
/* Puts the rows of the turn that was just committed. */
void esc_outside_work_put(EscDaemon *daemon, EscWorkspaceState *workspace);
/* Takes results into the workspace's queue and the next group, and answers what is wanted. */
ESC_MUST_USE EscStatus esc_outside_work_take(EscDaemon *daemon, EscWorkspaceState *workspace,
                                             EscWhy *why);

#endif
