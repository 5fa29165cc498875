/* alloc_fail.c - see alloc_fail.h. The linker's --wrap sends calls of malloc here and names the
 * real one __real_malloc. */
#include "alloc_fail.h"

#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static unsigned countdown;
static bool has_happened;

void alloc_fail_at(unsigned nth)
{
    countdown = nth;
    has_happened = false;
}

bool alloc_fail_happened(void)
{
    return has_happened;
}

static bool fails_now(void)
{
    if (countdown == 0)
        return false;
    countdown--;
    has_happened = countdown == 0;
    return has_happened;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_realloc(memory, size);
}
