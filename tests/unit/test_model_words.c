/* test_model_words.c - parts of a sentence: what stands for an empty text or with one, what a number is followed by; whether a
 * list names somebody. */
#include <engine/model.h>

#include "support/test.h"

static const EscText none = {NULL, 0};

static void an_empty_text_is_replaced(void **state)
{
    (void)state;
    assert_text_equal(esc_text_or(ESC_TEXT("a"), ESC_TEXT("nobody")), "a");
    assert_text_equal(esc_text_or(none, ESC_TEXT("nobody")), "nobody");
    assert_int_equal(esc_text_or(none, none).size, 0);
}

static void words_stand_only_with_a_text(void **state)
{
    (void)state;
    assert_string_equal(esc_words_with(ESC_TEXT("a"), ": "), ": ");
    assert_string_equal(esc_words_with(none, ": "), "");
}

static void one_is_not_many(void **state)
{
    (void)state;
    assert_string_equal(esc_one_or_many(0, "change", "changes"), "changes");
    assert_string_equal(esc_one_or_many(1, "change", "changes"), "change");
    assert_string_equal(esc_one_or_many(2, "change", "changes"), "changes");
}

static void a_list_holds_what_stands_in_it(void **state)
{
    (void)state;
    const EscText texts[] = {ESC_TEXT("ana"), ESC_TEXT("ben"), ESC_TEXT("cleo"), ESC_TEXT("dora")};
    assert_true(esc_texts_hold(texts, 3, ESC_TEXT("ana")));
    assert_true(esc_texts_hold(texts, 3, ESC_TEXT("cleo")));
    assert_false(esc_texts_hold(texts, 3, ESC_TEXT("dora"))); /* she stands behind it */
    assert_false(esc_texts_hold(texts, 3, ESC_TEXT("an")));
    assert_false(esc_texts_hold(NULL, 0, ESC_TEXT("ana")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_is_replaced),
        cmocka_unit_test(words_stand_only_with_a_text),
        cmocka_unit_test(one_is_not_many),
        cmocka_unit_test(a_list_holds_what_stands_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
