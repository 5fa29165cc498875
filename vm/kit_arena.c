/* kit_arena.c - memory that is released all at once: a list of blocks, each filled from its
 * start.
 *
 * A compile makes one arena and drops it at the end, so no error path of a pass can leak. Under
 * AddressSanitizer everything that was not handed out is poisoned, and a gap is left behind each
 * item: an overrun is found here as it would be with malloc. */
#include <esc/kit.h>

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
enum { GAP_SIZE = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
enum { GAP_SIZE = 0 };
#endif

enum { ALIGNMENT = alignof(max_align_t), GROW_COUNT_MIN = 8 };

/* Blocks double from the one to the other; a larger item gets a block of its own. */
#ifdef ESC_STRESS
enum { BLOCK_SIZE_MIN = 64, BLOCK_SIZE_MAX = 256 };
#else
enum { BLOCK_SIZE_MIN = 4096, BLOCK_SIZE_MAX = 1 << 20 };
#endif

typedef struct ArenaBlock {
    struct ArenaBlock *next; /* older */
    size_t size, used;       /* of `bytes` */
    alignas(max_align_t) uint8_t bytes[];
} ArenaBlock;

struct EscArena {
    ArenaBlock *newest;
    size_t used, size_max;
    bool has_failed;
};

EscArena *esc_arena_new(size_t size_max)
{
    EscArena *arena = calloc(1, sizeof *arena);
    if (arena != NULL)
        arena->size_max = size_max;
    return arena;
}

static void block_free(ArenaBlock *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
    free(block);
}

void esc_arena_free(EscArena *arena)
{
    if (arena == NULL)
        return;
    while (arena->newest != NULL) {
        ArenaBlock *block = arena->newest;
        arena->newest = block->next;
        block_free(block);
    }
    free(arena);
}

void esc_arena_clear(EscArena *arena)
{
    while (arena->newest != NULL && arena->newest->next != NULL) {
        ArenaBlock *block = arena->newest;
        arena->newest = block->next;
        block_free(block);
    }
    if (arena->newest != NULL) {
        arena->newest->used = 0;
        ASAN_POISON_MEMORY_REGION(arena->newest->bytes, arena->newest->size);
    }
    arena->used = 0;
    arena->has_failed = false;
}

size_t esc_arena_used(const EscArena *arena)
{
    return arena->used;
}

bool esc_arena_failed(const EscArena *arena)
{
    return arena->has_failed;
}

static bool block_add(EscArena *arena, size_t size_needed)
{
    size_t size = arena->newest == NULL ? BLOCK_SIZE_MIN : 2 * arena->newest->size;
    if (size > BLOCK_SIZE_MAX)
        size = BLOCK_SIZE_MAX;
    if (size < size_needed)
        size = size_needed;
    if (size > SIZE_MAX - sizeof(ArenaBlock))
        return false;
    ArenaBlock *block = malloc(sizeof *block + size);
    if (block == NULL)
        return false;
    block->next = arena->newest;
    block->size = size;
    block->used = 0;
    ASAN_POISON_MEMORY_REGION(block->bytes, size);
    arena->newest = block;
    return true;
}

static void *fail(EscArena *arena)
{
    arena->has_failed = true;
    return NULL;
}

/* Memory as it comes. */
static void *take(EscArena *arena, size_t size)
{
    if (arena->has_failed || size > SIZE_MAX - ALIGNMENT - GAP_SIZE)
        return fail(arena);
    size_t counted = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (counted > arena->size_max - arena->used)
        return fail(arena);
    size_t taken = counted + GAP_SIZE;
    const ArenaBlock *newest = arena->newest;
    bool fits = newest != NULL && taken <= newest->size - newest->used;
    if (!fits && !block_add(arena, taken))
        return fail(arena);

    void *memory = arena->newest->bytes + arena->newest->used;
    arena->newest->used += taken;
    arena->used += counted;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memory;
}

void *esc_arena_alloc(EscArena *arena, size_t size)
{
    void *memory = take(arena, size);
    return memory == NULL ? NULL : memset(memory, 0, size);
}

void *esc_arena_alloc_array(EscArena *arena, size_t count, size_t item_size)
{
    if (item_size != 0 && count > SIZE_MAX / item_size)
        return fail(arena);
    return esc_arena_alloc(arena, count * item_size);
}

EscText esc_arena_text(EscArena *arena, EscText text)
{
    if (text.size == SIZE_MAX) {
        fail(arena);
        return (EscText){NULL, 0};
    }
    char *copy = take(arena, text.size + 1);
    if (copy == NULL)
        return (EscText){NULL, 0};
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return (EscText){copy, text.size};
}

EscText esc_arena_printf(EscArena *arena, const char *format, ...)
{
    char most[256]; /* what fits here is printed only once */
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(most, sizeof most, format, arguments);
    va_end(arguments);

    EscText text = {NULL, 0};
    char *copy = size < 0 ? fail(arena) : esc_arena_alloc(arena, (size_t)size + 1);
    if (copy != NULL) {
        if ((size_t)size < sizeof most)
            memcpy(copy, most, (size_t)size);
        else
            vsnprintf(copy, (size_t)size + 1, format, again);
        text = (EscText){copy, (size_t)size};
    }
    va_end(again);
    return text;
}

void *esc_arena_grow(EscArena *arena, void *items, size_t count, size_t *capacity, size_t item_size)
{
    ESC_ASSERT(item_size > 0);
    if (count < *capacity)
        return items;
    if (count > SIZE_MAX / 2)
        return fail(arena);
    size_t grown = count < GROW_COUNT_MIN / 2 ? GROW_COUNT_MIN : 2 * count;
    void *moved = esc_arena_alloc_array(arena, grown, item_size);
    if (moved == NULL)
        return NULL;
    if (count > 0)
        memcpy(moved, items, count * item_size);
    *capacity = grown;
    return moved;
}
