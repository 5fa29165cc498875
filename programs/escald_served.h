/* escald_served.h - all workspaces of the command line: compiled and opened, many at a time. */
#ifndef ESCALD_SERVED_H
#define ESCALD_SERVED_H

#include <semaphore.h>

#include "escald_bindings.h"
#include "escald_workspace.h"

typedef struct Serving Serving;

typedef struct Served {
    Serving *serving;
    const char *folder;
    CompiledWorkspace compiled;
    bool has_errors; /* its templates: what is served are the last good ones, out of its store */
    bool is_out;     /* it cannot be served: `status` and `why` say why, whatever else is done */
    EscStore *store; /* open, until the service has it */
    EscService *service; /* NULL: not opened, and `status` and `why` say why not */
    EscStatus status;
    EscWhy why;
    EscWhy loss;            /* what its store has lost, by the operator's word; empty: nothing */
    BindingFaults bindings; /* what is not bound, and bound for nothing */
    EscLane lane;
} Served;

/* What all of them share; filled in by main, borrowed. */
struct Serving {
    EscPool *pool;
    const EscConfig *config;
    const EscClock *clock;
    bool is_time_lapse; /* of that clock */
    const EscRandom *random;
    const EscFiles *files;
    LibraryFolders libraries; /* that workspaces may use */
    const char *data_folder;
    const char *const *accept_loss; /* workspaces whose stores may have lost something */
    uint32_t accept_loss_count;
    EscZones *zones;
    pthread_mutex_t zones_lock;
    EscNames *names; /* of workspaces: index in items */
    Served *items;
    uint32_t count;
    sem_t done;
};

bool served_accepts_loss(const Served *served);
/* Compiles the folders. Templates with errors are noted, and the diagnostics are on stderr. */
ESC_MUST_USE EscStatus served_compile(Serving *serving, const char *const *folders, uint32_t count,
                                      EscWhy *why);
/* Loads the zones of all templates and holds the configuration against them. `falls_back`: in place of templates with
 * errors the last good ones are taken out of their store; else they are left out. */
ESC_MUST_USE EscStatus served_look(Serving *serving, bool falls_back, EscWhy *why);
/* Opens their services. A workspace that cannot be opened has no service then; only when the configuration is wrong, or
 * when none could be opened, this fails. */
ESC_MUST_USE EscStatus served_open(Serving *serving, EscWhy *why);
const Served *served_find(const Serving *serving, EscText name); /* NULL: there is none */
void served_release(Serving *serving);

#endif
