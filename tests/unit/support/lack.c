/* lack.c - see lack.h. The linker's --wrap sends calls here and names the real ones __real_. */
#include "lack.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <esc/kit.h>

enum { PLACES_MAX = 4096, PRINTED_MAX = 8192 };

void *__real_esc_arena_alloc(EscArena *arena, size_t size);
void *__real_esc_arena_alloc_array(EscArena *arena, size_t count, size_t item_size);
void *__real_esc_arena_grow(EscArena *arena, void *items, size_t count, size_t *capacity,
                            size_t item_size);
EscText __real_esc_arena_text(EscArena *arena, EscText text);
EscStatus __real_esc_names_put(EscNames *names, EscText key, uint32_t value);
void *__wrap_esc_arena_alloc(EscArena *arena, size_t size);
void *__wrap_esc_arena_alloc_array(EscArena *arena, size_t count, size_t item_size);
void *__wrap_esc_arena_grow(EscArena *arena, void *items, size_t count, size_t *capacity,
                            size_t item_size);
EscText __wrap_esc_arena_text(EscArena *arena, EscText text);
EscText __wrap_esc_arena_printf(EscArena *arena, const char *format, ...) ESC_PRINTF(2, 3);
EscStatus __wrap_esc_names_put(EscNames *names, EscText key, uint32_t value);

static const void *places[PLACES_MAX];
static uint32_t places_count;
static uint32_t refused = UINT32_MAX;
static bool has_happened;

uint32_t lack_places(void)
{
    return places_count;
}

void lack_at(uint32_t place)
{
    refused = place;
    has_happened = false;
}

bool lack_end(void)
{
    refused = UINT32_MAX;
    return has_happened;
}

/* Places are noted while nobody is refused: what only asks where something failed is not asked when another place fails. */
static uint32_t place_of(const void *caller)
{
    for (uint32_t i = 0; i < places_count; i++)
        if (places[i] == caller)
            return i;
    if (refused != UINT32_MAX)
        return UINT32_MAX;
    ESC_ASSERT(places_count < PLACES_MAX);
    places[places_count] = caller;
    return places_count++;
}

/* Whether this caller gets nothing. Once is enough: an arena that had no memory has none any more. */
static bool is_refused(const void *caller)
{
    uint32_t place = place_of(caller);
    if (refused == UINT32_MAX || place != refused || has_happened)
        return false;
    has_happened = true;
    return true;
}

/* More than an arena can hold: it fails, and stays so. */
static void use_up(EscArena *arena)
{
    (void)__real_esc_arena_alloc(arena, SIZE_MAX / 2);
}

void *__wrap_esc_arena_alloc(EscArena *arena, size_t size)
{
    if (is_refused(__builtin_return_address(0)))
        use_up(arena);
    return __real_esc_arena_alloc(arena, size);
}

void *__wrap_esc_arena_alloc_array(EscArena *arena, size_t count, size_t item_size)
{
    if (is_refused(__builtin_return_address(0)))
        use_up(arena);
    return __real_esc_arena_alloc_array(arena, count, item_size);
}

void *__wrap_esc_arena_grow(EscArena *arena, void *items, size_t count, size_t *capacity,
                            size_t item_size)
{
    if (is_refused(__builtin_return_address(0)))
        use_up(arena);
    return __real_esc_arena_grow(arena, items, count, capacity, item_size);
}

EscText __wrap_esc_arena_text(EscArena *arena, EscText text)
{
    if (is_refused(__builtin_return_address(0)))
        use_up(arena);
    return __real_esc_arena_text(arena, text);
}

EscText __wrap_esc_arena_printf(EscArena *arena, const char *format, ...)
{
    char printed[PRINTED_MAX];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(printed, sizeof printed, format, arguments);
    va_end(arguments);
    ESC_ASSERT(size >= 0 && (size_t)size < sizeof printed);
    if (is_refused(__builtin_return_address(0)))
        use_up(arena);
    return __real_esc_arena_text(arena, (EscText){printed, (size_t)size});
}

EscStatus __wrap_esc_names_put(EscNames *names, EscText key, uint32_t value)
{
    if (is_refused(__builtin_return_address(0)))
        return ESC_NO_MEMORY;
    return __real_esc_names_put(names, key, value);
}
