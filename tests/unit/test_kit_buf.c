/* test_kit_buf.c - the buffer at its maximum and one past it, and reads at the end of a cursor. */
#include "support/alloc_fail.h"
#include "support/test.h"

static void an_empty_buffer_owns_nothing(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 10);
    assert_null(buf.data);
    assert_int_equal(esc_buf_as_text(&buf).size, 0);
    esc_buf_text(&buf, (EscText){NULL, 0});
    esc_buf_string(&buf, "");
    esc_buf_string(&buf, NULL);
    assert_null(buf.data);
    assert_status(buf.status, ESC_OK);
    esc_buf_release(&buf);
}

static void pieces_follow_each_other(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 1000);
    esc_buf_string(&buf, "await ");
    esc_buf_text(&buf, ESC_TEXT("resolved"));
    esc_buf_char(&buf, ' ');
    esc_buf_printf(&buf, "within %dh", 4);
    esc_buf_append(&buf, "!?", 1);
    assert_text_equal(esc_buf_as_text(&buf), "await resolved within 4h!");
    esc_buf_release(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.size, 0);
}

static void the_maximum_fits_and_one_more_does_not(void **state)
{
    (void)state;
    for (size_t size_max = 0; size_max < 200; size_max++) {
        EscBuf buf;
        esc_buf_init(&buf, size_max);
        for (size_t i = 0; i < size_max; i++)
            esc_buf_char(&buf, 'x');
        assert_status(buf.status, ESC_OK);
        assert_int_equal(buf.size, size_max);
        esc_buf_char(&buf, 'y');
        assert_status(buf.status, ESC_OVER_LIMIT);
        assert_int_equal(buf.size, size_max);
        esc_buf_release(&buf);
    }
}

static void failure_sticks_until_clear(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 4);
    esc_buf_string(&buf, "abc");
    esc_buf_string(&buf, "de");
    esc_buf_string(&buf, "f"); /* would fit, but the text would then have a hole */
    esc_buf_printf(&buf, "g");
    assert_text_equal(esc_buf_as_text(&buf), "abc");
    assert_status(buf.status, ESC_OVER_LIMIT);
    esc_buf_clear(&buf);
    esc_buf_string(&buf, "wxyz");
    assert_text_equal(esc_buf_as_text(&buf), "wxyz");
    assert_status(buf.status, ESC_OK);
    esc_buf_release(&buf);
}

static void numbers_are_decimal(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 100);
    const int64_t numbers[] = {0, 7, -10, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < ESC_COUNT_OF(numbers); i++) {
        esc_buf_number(&buf, numbers[i]);
        esc_buf_char(&buf, ' ');
    }
    assert_true(esc_text_equal(esc_buf_as_text(&buf),
                               ESC_TEXT("0 7 -10 9223372036854775807 -9223372036854775808 ")));
    esc_buf_release(&buf);
}

static void printf_reaches_exactly_the_maximum(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 100);
    esc_buf_printf(&buf, "%100d", 1);
    assert_status(buf.status, ESC_OK);
    assert_int_equal(buf.size, 100);
    esc_buf_printf(&buf, "%s", "");
    assert_status(buf.status, ESC_OK);
    esc_buf_clear(&buf);
    esc_buf_printf(&buf, "%101d", 1);
    assert_status(buf.status, ESC_OVER_LIMIT);
    assert_int_equal(buf.size, 0);
    esc_buf_release(&buf);
}

static void texts_are_printed_as_printf_prints_them(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 1000);
    esc_buf_printf(&buf, "%.*s%.*s has %d%% of %.*s", 2, "abc", 0, "", 50, 9, "nul\0behind");
    assert_text_equal(esc_buf_as_text(&buf), "ab has 50% of nul");
    esc_buf_clear(&buf);
    esc_buf_printf(&buf, "%.*s, %.2s", ESC_TEXT_ARG(ESC_TEXT("all")), "cut");
    esc_buf_printf(&buf, " end");
    assert_text_equal(esc_buf_as_text(&buf), "all, cu end");
    esc_buf_release(&buf);
    esc_buf_init(&buf, 10);
    esc_buf_printf(&buf, "%.*s", ESC_TEXT_ARG(ESC_TEXT("before")));
    esc_buf_printf(&buf, "%.*s%d", ESC_TEXT_ARG(ESC_TEXT("123")), 45);
    assert_status(buf.status, ESC_OVER_LIMIT);
    assert_text_equal(esc_buf_as_text(&buf), "before");
    esc_buf_release(&buf);
}

static void room_is_made_at_once(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 1000);
    esc_buf_reserve(&buf, 700);
    assert_true(buf.capacity >= 700);
    assert_int_equal(buf.size, 0);
    const uint8_t *at = buf.data;
    for (int i = 0; i < 700; i++)
        esc_buf_u8(&buf, (uint8_t)i);
    assert_ptr_equal(buf.data, at);
    esc_buf_reserve(&buf, 301);
    assert_status(buf.status, ESC_OVER_LIMIT);
    assert_int_equal(buf.size, 700);
    esc_buf_release(&buf);
}

static void without_a_maximum_sizes_still_cannot_wrap(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, SIZE_MAX);
    esc_buf_string(&buf, "abc");
    esc_buf_append(&buf, "x", SIZE_MAX - 2);
    assert_status(buf.status, ESC_OVER_LIMIT);
    assert_text_equal(esc_buf_as_text(&buf), "abc");
    esc_buf_release(&buf);
}

static void integers_are_big_endian_and_read_back(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 15);
    esc_buf_u8(&buf, 0x01);
    esc_buf_u16(&buf, 0x0203);
    esc_buf_u32(&buf, 0x04050607);
    esc_buf_u64(&buf, UINT64_C(0x08090A0B0C0D0EFF));
    static const uint8_t expected[15] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255};
    assert_int_equal(buf.size, 15);
    assert_memory_equal(buf.data, expected, 15);

    EscCursor cursor = esc_cursor(esc_buf_as_bytes(&buf));
    assert_int_equal(esc_cursor_u8(&cursor), 0x01);
    assert_int_equal(esc_cursor_u16(&cursor), 0x0203);
    assert_int_equal(esc_cursor_u32(&cursor), 0x04050607);
    assert_int_equal(esc_cursor_left(&cursor), 8);
    assert_true(esc_cursor_u64(&cursor) == UINT64_C(0x08090A0B0C0D0EFF));
    assert_int_equal(esc_cursor_left(&cursor), 0);
    assert_false(cursor.failed);
    esc_buf_release(&buf);
}

static void a_read_past_the_end_fails_and_sticks(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3};
    EscCursor cursor = esc_cursor((EscBytes){bytes, 3});
    assert_int_equal(esc_cursor_u32(&cursor), 0);
    assert_true(cursor.failed);
    assert_int_equal(esc_cursor_u8(&cursor), 0); /* one byte is there, but the reader is lost */
    assert_int_equal(esc_cursor_left(&cursor), 0);
    assert_null(esc_cursor_bytes(&cursor, 0).data);
}

static void bytes_are_borrowed_from_the_input(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3};
    EscCursor cursor = esc_cursor((EscBytes){bytes, 3});
    assert_int_equal(esc_cursor_u8(&cursor), 1);
    EscBytes rest = esc_cursor_bytes(&cursor, 2);
    assert_ptr_equal(rest.data, bytes + 1);
    assert_int_equal(esc_cursor_bytes(&cursor, 0).size, 0);
    assert_false(cursor.failed);
    assert_null(esc_cursor_bytes(&cursor, SIZE_MAX).data);
    assert_true(cursor.failed);
}

static void a_cursor_over_nothing_fails_at_once(void **state)
{
    (void)state;
    EscCursor cursor = esc_cursor((EscBytes){NULL, 0});
    assert_int_equal(esc_cursor_bytes(&cursor, 0).size, 0);
    assert_false(cursor.failed);
    assert_int_equal(esc_cursor_u64(&cursor), 0);
    assert_true(cursor.failed);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        EscBuf buf;
        esc_buf_init(&buf, 10000);
        size_t written = 0;
        for (; written < 5000 && buf.status == ESC_OK; written += 10)
            esc_buf_string(&buf, "0123456789");
        bool happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(buf.status, happened ? ESC_NO_MEMORY : ESC_OK);
        assert_int_equal(buf.size, happened ? written - 10 : 5000);
        esc_buf_release(&buf);
        if (!happened) {
            assert_true(nth > 3);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_owns_nothing),
        cmocka_unit_test(pieces_follow_each_other),
        cmocka_unit_test(the_maximum_fits_and_one_more_does_not),
        cmocka_unit_test(failure_sticks_until_clear),
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(printf_reaches_exactly_the_maximum),
        cmocka_unit_test(texts_are_printed_as_printf_prints_them),
        cmocka_unit_test(room_is_made_at_once),
        cmocka_unit_test(without_a_maximum_sizes_still_cannot_wrap),
        cmocka_unit_test(integers_are_big_endian_and_read_back),
        cmocka_unit_test(a_read_past_the_end_fails_and_sticks),
        cmocka_unit_test(bytes_are_borrowed_from_the_input),
        cmocka_unit_test(a_cursor_over_nothing_fails_at_once),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
