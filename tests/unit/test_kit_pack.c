/* test_kit_pack.c - packed numbers and texts, there and back, and everything that no writer writes. */
#include "support/test.h"

#include <math.h>

static const uint64_t numbers[] = {
    0, 1, 0x7f, 0x80, 0x3fff, 0x4000, UINT32_MAX, UINT64_C(1) << 62, UINT64_C(1) << 63, UINT64_MAX};

static void numbers_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(numbers); i++) {
        EscBuf buf;
        esc_buf_init(&buf, 64);
        int64_t number = (int64_t)numbers[i];
        esc_buf_varint(&buf, numbers[i]);
        esc_buf_signed(&buf, number);
        esc_buf_signed(&buf, number == INT64_MIN ? INT64_MAX : -number);
        EscCursor cursor = esc_cursor(esc_buf_as_bytes(&buf));
        assert_true(esc_cursor_varint(&cursor) == numbers[i]);
        assert_true(esc_cursor_signed(&cursor) == number);
        assert_true(esc_cursor_signed(&cursor) == (number == INT64_MIN ? INT64_MAX : -number));
        assert_false(cursor.failed);
        assert_int_equal(esc_cursor_left(&cursor), 0);
        esc_buf_release(&buf);
    }
}

static void small_numbers_are_short(void **state)
{
    (void)state;
    const struct {
        int64_t number;
        size_t size;
    } cases[] = {{0, 1}, {-1, 1}, {63, 1}, {-64, 1}, {64, 2}, {-65, 2}, {INT64_MIN, 10}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscBuf buf;
        esc_buf_init(&buf, 64);
        esc_buf_signed(&buf, cases[i].number);
        assert_int_equal(buf.size, cases[i].size);
        esc_buf_release(&buf);
    }
}

static void refuse(const uint8_t *bytes, size_t size)
{
    EscCursor cursor = esc_cursor((EscBytes){bytes, size});
    assert_true(esc_cursor_varint(&cursor) == 0);
    assert_true(cursor.failed);
}

static void no_number_has_two_forms(void **state)
{
    (void)state;
    refuse((const uint8_t[]){0x80, 0x00}, 2);       /* 0 with a byte too many */
    refuse((const uint8_t[]){0xff, 0x80, 0x00}, 3); /* 127 */
    refuse((const uint8_t[]){0x80}, 1);             /* cut off */
    refuse((const uint8_t[]){0x80}, 0);
    refuse((const uint8_t[]){0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, 10);
    refuse((const uint8_t[]){0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, 11);
}

static void texts_come_back_and_do_not_run_past_the_end(void **state)
{
    (void)state;
    EscBuf buf;
    esc_buf_init(&buf, 64);
    esc_buf_packed(&buf, ESC_TEXT("grüße"));
    esc_buf_packed(&buf, (EscText){0});
    EscCursor cursor = esc_cursor(esc_buf_as_bytes(&buf));
    assert_text_equal(esc_cursor_packed(&cursor), "grüße");
    assert_int_equal(esc_cursor_packed(&cursor).size, 0);
    assert_false(cursor.failed);
    cursor = esc_cursor((EscBytes){buf.data, 7});
    assert_int_equal(esc_cursor_packed(&cursor).size, 0);
    assert_true(cursor.failed);
    assert_int_equal(esc_cursor_packed(&cursor).size, 0); /* and stays so */
    esc_buf_release(&buf);
}

static void a_count_is_not_believed(void **state)
{
    (void)state;
    const uint8_t bytes[] = {3, 1, 2, 3};
    EscCursor cursor = esc_cursor((EscBytes){bytes, sizeof bytes});
    assert_int_equal(esc_cursor_count(&cursor), 3);
    assert_false(cursor.failed);
    cursor = esc_cursor((EscBytes){bytes, sizeof bytes - 1});
    assert_int_equal(esc_cursor_count(&cursor), 0);
    assert_true(cursor.failed);
    cursor = esc_cursor((EscBytes){bytes, 0});
    assert_int_equal(esc_cursor_count(&cursor), 0);
    assert_true(cursor.failed);
}

static void doubles_keep_every_bit(void **state)
{
    (void)state;
    const double values[] = {0.0, -0.0, 1.5, INFINITY, 5e-324};
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++) {
        EscBuf buf;
        esc_buf_init(&buf, 8);
        esc_buf_double(&buf, values[i]);
        EscCursor cursor = esc_cursor(esc_buf_as_bytes(&buf));
        double value = esc_cursor_double(&cursor);
        assert_memory_equal(&value, &values[i], sizeof value);
        esc_buf_release(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(small_numbers_are_short),
        cmocka_unit_test(no_number_has_two_forms),
        cmocka_unit_test(texts_come_back_and_do_not_run_past_the_end),
        cmocka_unit_test(a_count_is_not_believed),
        cmocka_unit_test(doubles_keep_every_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
