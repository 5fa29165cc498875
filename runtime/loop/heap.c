/* heap.c - a binary heap whose items know their place. */
#include <esc/loop.h>

#include <stdlib.h>

void esc_heap_release(EscHeap *heap)
{
    free(heap->items);
    heap->items = NULL;
    heap->count = heap->capacity = 0;
}

void *esc_heap_first(const EscHeap *heap)
{
    return heap->count == 0 ? NULL : heap->items[0];
}

static void set(EscHeap *heap, size_t place, void *item)
{
    heap->items[place] = item;
    *heap->place(item) = place;
}

static void rise(EscHeap *heap, size_t place, void *item)
{
    while (place > 0 && heap->is_before(item, heap->items[(place - 1) / 2])) {
        set(heap, place, heap->items[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    set(heap, place, item);
}

static void sink(EscHeap *heap, size_t place, void *item)
{
    for (size_t child = 2 * place + 1; child < heap->count; child = 2 * place + 1) {
        if (child + 1 < heap->count && heap->is_before(heap->items[child + 1], heap->items[child]))
            child++;
        if (!heap->is_before(heap->items[child], item))
            break;
        set(heap, place, heap->items[child]);
        place = child;
    }
    set(heap, place, item);
}

void esc_heap_put(EscHeap *heap, void *item)
{
    if (heap->count == heap->capacity) {
        size_t capacity = heap->capacity == 0 ? 16 : 2 * heap->capacity;
        void **grown = realloc(heap->items, capacity * sizeof(*grown));
        ESC_ASSERT(grown != NULL);
        heap->items = grown;
        heap->capacity = capacity;
    }
    rise(heap, heap->count++, item);
}

void esc_heap_remove(EscHeap *heap, void *item)
{
    size_t place = *heap->place(item);
    if (place == ESC_HEAP_NOWHERE)
        return;
    ESC_ASSERT(place < heap->count);
    void *last = heap->items[--heap->count];
    *heap->place(item) = ESC_HEAP_NOWHERE;
    if (last == item)
        return;
    if (place > 0 && heap->is_before(last, heap->items[(place - 1) / 2]))
        rise(heap, place, last);
    else
        sink(heap, place, last);
}

void *esc_heap_take(EscHeap *heap)
{
    void *first = esc_heap_first(heap);
    if (first != NULL)
        esc_heap_remove(heap, first);
    return first;
}
