/* clock.h - tests that time alone can turn, as rows of CLOCKS. */
#ifndef ESC_CONDITION_CLOCK_H
#define ESC_CONDITION_CLOCK_H

#include "condition/condition.h"

/* Whether a typed node reads the time: `now`, hours, or a duration that grows while nothing happens. */
bool esc_reads_clock(const EscWorkspace *workspace, const EscNode *node);
/* now in HOURS, now not in HOURS: the calendar's index. */
bool esc_is_hours_test(const EscWorkspace *workspace, const EscNode *node, uint32_t *calendar);
/* The row that says when a typed node without and, or, not turns; *is_opposite: the row holds where the node does not. False
 * when there is none: it does not read the time, or no instant can be computed. */
bool esc_clock_test(const EscWorkspace *workspace, const EscNode *node, EscClockRow *row,
                    bool *is_opposite);
/* The time or growing duration that such a node compares `now` with; NULL: none, or a unit of one. */
const EscNode *esc_clock_path(const EscWorkspace *workspace, const EscNode *node);

#endif
