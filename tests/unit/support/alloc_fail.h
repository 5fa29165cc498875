/* alloc_fail.h - lets one allocation fail, for tests that walk through every failure path.
 *
 * A test that links esc_alloc_fail has malloc, calloc and realloc of its own code and of the
 * static libraries under test replaced; shared libraries keep theirs. For each n from 1:
 * alloc_fail_at(n), run the code, check what it says and that nothing leaks, until
 * alloc_fail_happened() is false. */
#ifndef ALLOC_FAIL_H
#define ALLOC_FAIL_H

#include <stdbool.h>

void alloc_fail_at(unsigned nth); /* the nth allocation from now on gives NULL; 0: none */
bool alloc_fail_happened(void);   /* since the last alloc_fail_at */

#endif
