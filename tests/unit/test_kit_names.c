/* test_kit_names.c - the name table against a plain array as its model. */
#include "support/alloc_fail.h"
#include "support/test.h"

#include <stdio.h>

enum { KEY_COUNT = 500 };

static char keys[KEY_COUNT][8];

static EscText key(size_t i)
{
    snprintf(keys[i], sizeof keys[i], "n%zu", i);
    return esc_text_from(keys[i]);
}

static void an_empty_table_finds_nothing(void **state)
{
    (void)state;
    EscNames *names = esc_names_new(1);
    uint32_t value = 77;
    assert_false(esc_names_find(names, ESC_TEXT("x"), &value));
    assert_int_equal(value, 77);
    assert_false(esc_names_remove(names, ESC_TEXT("x")));
    assert_int_equal(esc_names_count(names), 0);
    esc_names_free(names);
    esc_names_free(NULL);
}

static void put_replaces(void **state)
{
    (void)state;
    EscNames *names = esc_names_new(1);
    assert_status(esc_names_put(names, ESC_TEXT("role"), 1), ESC_OK);
    assert_status(esc_names_put(names, ESC_TEXT("role"), 2), ESC_OK);
    assert_status(esc_names_put(names, (EscText){NULL, 0}, 3), ESC_OK);
    uint32_t value = 0;
    assert_true(esc_names_find(names, ESC_TEXT("role"), &value));
    assert_int_equal(value, 2);
    assert_true(esc_names_find(names, ESC_TEXT(""), &value));
    assert_int_equal(value, 3);
    assert_true(esc_names_find(names, ESC_TEXT("role"), NULL));
    assert_int_equal(esc_names_count(names), 2);
    esc_names_free(names);
}

static void a_key_may_move(void **state)
{
    (void)state;
    char first[] = "role", second[] = "role";
    EscNames *names = esc_names_new(1);
    assert_false(esc_names_rekey(names, ESC_TEXT("role")));
    assert_status(esc_names_put(names, esc_text_from(first), 1), ESC_OK);
    assert_false(esc_names_rekey(names, ESC_TEXT("rope")));
    assert_true(esc_names_rekey(names, esc_text_from(second)));
    first[0] = 'x';
    uint32_t value = 0;
    assert_true(esc_names_find(names, ESC_TEXT("role"), &value));
    assert_int_equal(value, 1);
    assert_int_equal(esc_names_count(names), 1);
    esc_names_free(names);
}

/* Puts and removes in an order that a small generator decides, and compares with the model after
 * each step's neighbourhood; at the end with the whole model. */
static void it_agrees_with_a_plain_array(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++) {
        EscNames *names = esc_names_new(seed);
        uint32_t model[KEY_COUNT] = {0}; /* 0: absent */
        uint32_t count = 0;
        uint64_t random = seed + 1;
        for (uint32_t step = 1; step <= 6000; step++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            size_t i = (size_t)(random >> 33) % KEY_COUNT;
            if ((random >> 60) % 2 == 0) {
                count += model[i] == 0;
                model[i] = step;
                assert_status(esc_names_put(names, key(i), step), ESC_OK);
            } else {
                assert_int_equal(esc_names_remove(names, key(i)), model[i] != 0);
                count -= model[i] != 0;
                model[i] = 0;
            }
            assert_int_equal(esc_names_count(names), count);
        }
        for (size_t i = 0; i < KEY_COUNT; i++) {
            uint32_t value = 0;
            assert_int_equal(esc_names_find(names, key(i), &value), model[i] != 0);
            assert_int_equal(value, model[i]);
        }
        esc_names_free(names);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        EscNames *names = esc_names_new(5);
        uint32_t put = 0;
        for (; names != NULL && put < 100; put++) {
            EscStatus status = esc_names_put(names, key(put), put);
            if (status != ESC_OK) {
                assert_status(status, ESC_NO_MEMORY);
                break;
            }
        }
        bool happened = alloc_fail_happened();
        alloc_fail_at(0);
        for (uint32_t i = 0; i < put; i++) { /* what was there before the failure still is */
            uint32_t value = 0;
            assert_true(esc_names_find(names, key(i), &value));
            assert_int_equal(value, i);
        }
        if (names != NULL)
            assert_int_equal(esc_names_count(names), put);
        esc_names_free(names);
        if (!happened) {
            assert_int_equal(put, 100);
            assert_true(nth > 4);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_finds_nothing),
        cmocka_unit_test(put_replaces),
        cmocka_unit_test(a_key_may_move),
        cmocka_unit_test(it_agrees_with_a_plain_array),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
