/* heap.h - a binary heap of pointers whose items know their place, so that any of them can be taken
 * out; for this folder only. */
#ifndef ESC_DELIVERY_HEAP_H
#define ESC_DELIVERY_HEAP_H

#include <esc/kit.h>

#define ESC_HEAP_NOWHERE SIZE_MAX /* the place of an item that is in no heap */

typedef struct EscHeap {
    void **items;
    size_t count, capacity;
    bool (*is_before)(const void *a, const void *b); /* a strict order */
    size_t *(*place)(void *item);                    /* where an item keeps its place */
} EscHeap;

void esc_heap_release(EscHeap *heap);
void *esc_heap_first(const EscHeap *heap); /* NULL when it is empty */
void esc_heap_put(EscHeap *heap, void *item);
void esc_heap_remove(EscHeap *heap, void *item); /* nothing when it is not there */
void *esc_heap_take(EscHeap *heap);              /* the first one, taken out; NULL */

#endif
