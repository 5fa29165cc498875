/* goalert.h - shared by the files that read a GoAlert answer. */
#ifndef ESC_IMPORTERS_GOALERT_H
#define ESC_IMPORTERS_GOALERT_H

#include "shifts.h"

/* A channel that a step of a chain tells. */
typedef struct GoalertChannel {
    uint32_t chain, channel;
} GoalertChannel;

/* What was noted of a rotation, which several schedules may have. */
typedef struct GoalertSeen {
    const EscJson *node;
    uint32_t seen;
} GoalertSeen;

typedef struct Goalert {
    EscModel *model;
    const Documents *documents;
    MODEL_LIST(GoalertChannel) channels;
    MODEL_LIST(GoalertSeen) rotations;
} Goalert;

/* Goes through the nodes of a list of all answers: *document says which one, node is NULL behind the last. */
typedef struct GoalertWalk {
    const Goalert *goalert;
    const char *list;
    size_t at;
    const Document *document;
    const EscJson *node;
} GoalertWalk;
GoalertWalk goalert_first(const Goalert *goalert, const char *list);
void goalert_next(GoalertWalk *walk);
/* What people call a node; its id when that is empty. */
EscText goalert_title(const EscJson *node);
/* Notes a node. */
uint32_t goalert_see(const Goalert *goalert, const GoalertWalk *walk, const char *what);

void goalert_schedules(Goalert *goalert); /* goalert_schedules.c */
/* The schedule that stands for a rotation which a chain names by itself. MODEL_NONE when there is no such rotation. */
uint32_t goalert_rotation_schedule(Goalert *goalert, EscText id);

#endif
