/* test_kit_arena.c - alignment, the maximum, what survives a clear, and every allocation failing
 * in turn. */
#include "support/alloc_fail.h"
#include "support/test.h"

#include <stdalign.h>
#include <wchar.h>

static bool is_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(1 << 20);
    for (size_t size = 1; size < 300; size += 7) {
        uint8_t *bytes = esc_arena_alloc(arena, size);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
        assert_true(is_zero(bytes, size));
        memset(bytes, 0xAA, size);
    }
    esc_arena_free(arena);
    esc_arena_free(NULL);
}

static void size_zero_gives_a_pointer(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(0);
    assert_non_null(esc_arena_alloc(arena, 0));
    assert_non_null(esc_arena_alloc_array(arena, 0, 8));
    assert_int_equal(esc_arena_used(arena), 0);
    assert_false(esc_arena_failed(arena));
    esc_arena_free(arena);
}

static void the_maximum_is_exact_and_failure_sticks(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(4096);
    assert_non_null(esc_arena_alloc(arena, 4000));
    assert_non_null(esc_arena_alloc(arena, 96));
    assert_int_equal(esc_arena_used(arena), 4096);
    assert_null(esc_arena_alloc(arena, 1));
    assert_true(esc_arena_failed(arena));
    assert_null(esc_arena_alloc(arena, 0));
    assert_int_equal(esc_arena_used(arena), 4096);
    esc_arena_free(arena);
}

static void clear_makes_it_as_new(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(100000);
    for (int i = 0; i < 3; i++) {
        uint8_t *small = esc_arena_alloc(arena, 64);
        uint8_t *large = esc_arena_alloc(arena, 50000);
        assert_true(is_zero(small, 64));
        assert_true(is_zero(large, 50000));
        memset(small, 1, 64);
        memset(large, 1, 50000);
        assert_null(esc_arena_alloc(arena, 100000));
        esc_arena_clear(arena);
        assert_int_equal(esc_arena_used(arena), 0);
        assert_false(esc_arena_failed(arena));
    }
    esc_arena_free(arena);
}

static void sizes_that_overflow_fail(void **state)
{
    (void)state;
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 32, SIZE_MAX / 2,
                                   SIZE_MAX / 4 + 2}; /* times 4 would wrap to 4 */
    for (size_t i = 0; i < ESC_COUNT_OF(sizes); i++) {
        EscArena *arena = esc_arena_new(1 << 20);
        assert_null(esc_arena_alloc(arena, sizes[i]));
        assert_true(esc_arena_failed(arena));
        esc_arena_clear(arena);
        assert_null(esc_arena_alloc_array(arena, sizes[i], 4));
        assert_true(esc_arena_failed(arena));
        esc_arena_clear(arena);
        assert_null(esc_arena_text(arena, (EscText){"x", sizes[i]}).data);
        assert_true(esc_arena_failed(arena));
        esc_arena_free(arena);
    }
}

static void texts_are_copied_with_a_nul(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(1 << 16);
    char source[] = "primary";
    EscText copy = esc_arena_text(arena, (EscText){source, 4});
    source[0] = 'X';
    assert_text_equal(copy, "prim");
    assert_int_equal(copy.data[4], '\0');
    EscText empty = esc_arena_text(arena, (EscText){NULL, 0});
    assert_int_equal(empty.size, 0);
    assert_string_equal(empty.data, "");
    esc_arena_free(arena);
}

static void printf_measures_first(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(1 << 16);
    EscText text = esc_arena_printf(arena, "%s owns %d", "primary", 42);
    assert_text_equal(text, "primary owns 42");
    assert_int_equal(text.data[text.size], '\0');
    EscText wide = esc_arena_printf(arena, "%9000d", 1);
    assert_int_equal(wide.size, 9000);
    assert_null(esc_arena_printf(arena, "%99999d", 1).data);
    assert_true(esc_arena_failed(arena));
    esc_arena_free(arena);
}

static void printf_gives_an_empty_text_a_place(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(1 << 16);
    EscText empty = esc_arena_printf(arena, "%s", "");
    assert_non_null(empty.data);
    assert_text_equal(empty, "");
    assert_int_equal(empty.data[0], '\0');
    assert_false(esc_arena_failed(arena));
    esc_arena_free(arena);
}

/* Around the size up to which a text is printed only once. */
static void printf_loses_no_character(void **state)
{
    (void)state;
    for (int size = 254; size <= 258; size++) {
        EscArena *arena = esc_arena_new(1 << 16);
        EscText text = esc_arena_printf(arena, "%*d", size, 12345);
        assert_int_equal(text.size, size);
        EscText end = {text.data + size - 6, 6};
        assert_text_equal(end, " 12345");
        assert_int_equal(text.data[size], '\0');
        esc_arena_free(arena);
    }
}

static void printf_of_what_is_no_text_fails(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(1 << 16);
    EscText none = esc_arena_printf(arena, "%lc", (wint_t)0x7fffffff);
    assert_null(none.data);
    assert_int_equal(none.size, 0);
    assert_true(esc_arena_failed(arena));
    esc_arena_free(arena);
}

static void growing_keeps_the_items(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(1 << 20);
    uint32_t *items = NULL;
    size_t capacity = 0;
    for (uint32_t count = 0; count < 1000; count++) {
        items = esc_arena_grow(arena, items, count, &capacity, sizeof *items);
        assert_non_null(items);
        assert_true(capacity > count);
        items[count] = count;
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
    esc_arena_free(arena);
}

static void growing_past_the_maximum_keeps_the_capacity(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(128);
    size_t capacity = 0;
    uint64_t *items = esc_arena_grow(arena, NULL, 0, &capacity, sizeof *items);
    assert_int_equal(capacity, 8);
    assert_null(esc_arena_grow(arena, items, 8, &capacity, sizeof *items));
    assert_int_equal(capacity, 8);
    size_t most = SIZE_MAX;
    assert_ptr_equal(esc_arena_grow(arena, items, 8, &most, sizeof *items), items);
    capacity = SIZE_MAX / 2 + 1;
    assert_null(esc_arena_grow(arena, items, SIZE_MAX / 2 + 1, &capacity, sizeof *items));
    esc_arena_free(arena);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        EscArena *arena = esc_arena_new(1 << 20);
        bool is_whole = arena != NULL;
        for (int i = 0; arena != NULL && i < 20; i++)
            is_whole = esc_arena_alloc(arena, 1000) != NULL && is_whole;
        bool happened = alloc_fail_happened();
        assert_int_equal(is_whole, !happened);
        if (arena != NULL)
            assert_int_equal(esc_arena_failed(arena), happened);
        esc_arena_free(arena);
        alloc_fail_at(0);
        if (!happened) {
            assert_true(nth > 3);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(size_zero_gives_a_pointer),
        cmocka_unit_test(the_maximum_is_exact_and_failure_sticks),
        cmocka_unit_test(clear_makes_it_as_new),
        cmocka_unit_test(sizes_that_overflow_fail),
        cmocka_unit_test(texts_are_copied_with_a_nul),
        cmocka_unit_test(printf_measures_first),
        cmocka_unit_test(printf_gives_an_empty_text_a_place),
        cmocka_unit_test(printf_loses_no_character),
        cmocka_unit_test(printf_of_what_is_no_text_fails),
        cmocka_unit_test(growing_keeps_the_items),
        cmocka_unit_test(growing_past_the_maximum_keeps_the_capacity),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
