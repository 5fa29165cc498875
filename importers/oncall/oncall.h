/* oncall.h - shared by the files that read Grafana OnCall's answers. */
#ifndef ESC_IMPORTERS_ONCALL_H
#define ESC_IMPORTERS_ONCALL_H

#include "shifts.h"

typedef enum OncallKind {
    ONCALL_USER,
    ONCALL_TEAM,
    ONCALL_SCHEDULE,
    ONCALL_SHIFT,
    ONCALL_CHAIN,
    ONCALL_STEP, /* an escalation policy is one step of a chain */
    ONCALL_ROUTE,
    ONCALL_INTEGRATION,
    ONCALL_RULE, /* how one person is notified */
    ONCALL_KINDS
} OncallKind;

typedef struct OncallItem {
    OncallKind kind;
    const Document *document;
    const EscJson *json;
    EscText id;
    uint32_t seen; /* MODEL_NONE until it is noted */
} OncallItem;

typedef struct Oncall {
    EscModel *model;
    const Documents *documents;
    MODEL_LIST(OncallItem) items;
} Oncall;

/* Notes an item, once. */
uint32_t oncall_see(Oncall *oncall, const OncallItem *item, const char *what);
/* The item of a kind with the next higher `position` whose member `of` is `id`: *position is moved on. NULL behind the last; begin
 * with INT64_MIN. */
const OncallItem *oncall_next(const Oncall *oncall, OncallKind kind, const char *of, EscText id,
                              int64_t *position);

void oncall_people(Oncall *oncall);    /* oncall_people.c */
void oncall_schedules(Oncall *oncall); /* oncall_schedules.c */
void oncall_chains(Oncall *oncall);    /* oncall_chains.c */
void oncall_routes(Oncall *oncall);    /* oncall_routes.c */

/* What a route's template asks, of `{{ payload.labels.severity == "critical" }}`; NULL when it cannot be said. Fields that it reads
 * are added to the ticket. */
const ModelTest *jinja_read(EscModel *model, EscText text); /* jinja.c */

#endif
