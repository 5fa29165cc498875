/* tallies.h - `count`, `open` and silences: see tallies.c. */
#ifndef ESC_CHECK_TALLIES_H
#define ESC_CHECK_TALLIES_H

#include "check/where.h"

/* Whether a comparison is one of a count, on whichever side. */
bool esc_is_count_test(const EscNode *node);
/* Checks such a comparison. The number that has to be exceeded is the index of the count's meaning. */
void esc_check_count_test(EscWhere *where, const EscNode *node);
/* Checks a KEYED node that stands alone: `open(…)`. */
EscType esc_check_keyed(EscWhere *where, const EscNode *node);
/* Checks `start after no EVENT per … for …`, but for its event and its condition. */
void esc_check_silence(EscWhere *where, const EscNode *start);
/* And that its condition, which was checked, asks for nothing that a silence does not know. */
void esc_check_silence_condition(EscWhere *where, const EscNode *start);
/* Behind all templates: reports those that would hold each other back for ever. */
void esc_check_open_circles(EscWorkspace *workspace);

#endif
