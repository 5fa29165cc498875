/* tests.h - one test from one node of a checked tree; for the files of this folder. */
#ifndef ESC_TESTS_H
#define ESC_TESTS_H

#include "condition/subject.h"

/* What `node` (no and, or, not) tests. `sense` false: under `not`. False where it is not typed. */
bool esc_test_make(const EscMaker *maker, const EscNode *node, bool sense, EscTest *test);

#endif
