/* test_heap.c - the heap of what has its time: any order in, any item out, against a list that looks at everything. */
#include "support/test.h"

#include <stdlib.h>

#include <esc/loop.h>

enum { ITEMS = 70, STEPS = 20000 };

typedef struct Item {
    int64_t due;
    size_t place;
} Item;

static bool is_before(const void *a, const void *b)
{
    return ((const Item *)a)->due < ((const Item *)b)->due;
}

static size_t *place_of(void *item)
{
    return &((Item *)item)->place;
}

static EscHeap heap_new(void)
{
    return (EscHeap){.is_before = is_before, .place = place_of};
}

static void assert_heap(const EscHeap *heap, const Item *items)
{
    size_t in_heap = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        if (items[i].place == ESC_HEAP_NOWHERE)
            continue;
        in_heap++;
        assert_true(items[i].place < heap->count);
        assert_ptr_equal(heap->items[items[i].place], &items[i]);
        if (items[i].place > 0)
            assert_false(is_before(&items[i], heap->items[(items[i].place - 1) / 2]));
    }
    assert_int_equal(in_heap, heap->count);
}

static void items_know_their_place(void **state)
{
    (void)state;
    EscHeap heap = heap_new();
    Item items[ITEMS];
    uint64_t random = 1;
    for (size_t i = 0; i < ITEMS; i++)
        items[i].place = ESC_HEAP_NOWHERE;
    for (int step = 0; step < STEPS; step++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        Item *item = &items[(random >> 33) % ITEMS];
        if (item->place != ESC_HEAP_NOWHERE) {
            esc_heap_remove(&heap, item);
            assert_int_equal(item->place, ESC_HEAP_NOWHERE);
            esc_heap_remove(&heap, item); /* it is not there any more: nothing */
        } else {
            item->due = (int64_t)(random >> 50 & 31); /* many are equal */
            esc_heap_put(&heap, item);
        }
        assert_heap(&heap, items);
    }
    esc_heap_release(&heap);
    assert_null(esc_heap_first(&heap));
}

static void the_first_one_comes_out_first(void **state)
{
    (void)state;
    EscHeap heap = heap_new();
    Item items[ITEMS];
    assert_null(esc_heap_take(&heap));
    for (size_t i = 0; i < ITEMS; i++) {
        items[i] = (Item){.due = (int64_t)(i * 37 % ITEMS), .place = ESC_HEAP_NOWHERE};
        esc_heap_put(&heap, &items[i]);
    }
    for (int64_t due = 0; due < ITEMS; due++) {
        const Item *first = esc_heap_first(&heap);
        assert_int_equal(first->due, due);
        assert_ptr_equal(esc_heap_take(&heap), first);
    }
    assert_null(esc_heap_first(&heap));
    esc_heap_put(&heap, &items[3]); /* as good as new */
    esc_heap_release(&heap);
    assert_null(esc_heap_first(&heap));
    esc_heap_put(&heap, &items[4]);
    assert_ptr_equal(esc_heap_take(&heap), &items[4]);
    esc_heap_release(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_know_their_place),
        cmocka_unit_test(the_first_one_comes_out_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
