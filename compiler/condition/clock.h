/* clock.h - tests that time alone can turn, as rows of CLOCKS. */
#ifndef ESC_CONDITION_CLOCK_H
#define ESC_CONDITION_CLOCK_H

#include "condition/condition.h"

/* Whether a typed node reads the time: `now`, hours, or a duration that grows while nothing happens. */
bool esc_reads_clock(const EscWorkspace *workspace, const EscNode *node);
/* now in HOURS, now not in HOURS: the calendar's index. */
bool esc_is_hours_test(const EscWorkspace *workspace, const EscNode *node, uint32_t *calendar);
/* A row of CLOCKS that is not put anywhere yet. */
typedef struct EscClock {
    EscClockRow row;
    bool is_opposite;     /* the row holds where the node does not */
    const EscNode *path;  /* the time, duration or date that `now` is compared with; NULL: hours */
    int64_t local_minute; /* DATE: the row of DATES that row.index is to be */
} EscClock;

/* When a typed node without and, or, not turns. False when there is no such row: it does not read the time, or no instant can
 * be computed. */
bool esc_clock_test(const EscWorkspace *workspace, const EscNode *node, EscClock *clock);

#endif
