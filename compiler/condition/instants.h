/* instants.h - how comparisons of times are taken apart; for the files of this folder that say when one turns. */
#ifndef ESC_INSTANTS_H
#define ESC_INSTANTS_H

#include "condition/clock.h"

/* A fact that is a duration and grows while nothing happens. */
bool esc_is_growing(EscMeaning meaning);

/* A sum of lengths without a calendar, of `now`, and of at most one time or duration that grows. */
typedef struct EscSum {
    const EscWorkspace *workspace;
    int now, source;     /* how often each is counted */
    const EscNode *path; /* of the source, or a date; NULL: none */
    int64_t ms;
} EscSum;

/* Adds a typed expression, or takes it away (sign -1); false: it is no such sum. */
bool esc_sum_add(EscSum *sum, const EscNode *node, int sign);
bool esc_is_ordering(EscBinaryOp op);
/* The source of a row: a path, or a date that is written down. */
void esc_clock_from(const EscWorkspace *workspace, const EscNode *path, EscClock *clock);

/* counted.c: the same as esc_clock_test for comparisons with a length that a calendar counts. */
bool esc_counted_test(const EscWorkspace *workspace, const EscNode *node, EscClock *clock);

#endif
