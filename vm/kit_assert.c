/* kit_assert.c - the end of a program whose own assumption does not hold. */
#include <esc/kit.h>

#include <stdio.h>
#include <stdlib.h>

void esc_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: this must hold and does not: %s\n", file, line, condition);
    abort();
}
