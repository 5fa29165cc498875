/* test_kit_status.c - the status table, and the sentence that goes with a failure. */
#include "support/test.h"

static void every_status_has_name_text_and_remedy(void **state)
{
    (void)state;
    for (int i = 0; i < ESC_STATUS_COUNT; i++) {
        assert_string_not_equal(esc_status_name((EscStatus)i), "UNKNOWN");
        assert_true(strlen(esc_status_text((EscStatus)i)) > 0);
    }
    assert_string_equal(esc_status_name(ESC_BAD_BUNDLE), "BAD_BUNDLE");
    assert_string_equal(esc_status_text(ESC_STORE_FULL), "the disk is full");
    assert_int_equal(esc_status_remedy(ESC_OK), ESC_REMEDY_NONE);
    assert_int_equal(esc_status_remedy(ESC_STORE_BUSY), ESC_REMEDY_RETRY);
    assert_int_equal(esc_status_remedy(ESC_OVER_LIMIT), ESC_REMEDY_REDUCE);
}

static void numbers_outside_the_table_are_answered(void **state)
{
    (void)state;
    assert_string_equal(esc_status_name(ESC_STATUS_COUNT), "UNKNOWN");
    assert_string_equal(esc_status_name((EscStatus)-1), "UNKNOWN");
    assert_string_equal(esc_status_text((EscStatus)9999), "an unknown status");
    assert_int_equal(esc_status_remedy((EscStatus)9999), ESC_REMEDY_GIVE_UP);
}

static void why_is_filled_in_and_the_status_returned(void **state)
{
    (void)state;
    EscWhy why = {.check = "old", .offset = 9, .text = "old"};
    assert_status(esc_why(&why, ESC_BAD_BUNDLE, "V17", 40, "jump to %d", 7), ESC_BAD_BUNDLE);
    assert_string_equal(why.check, "V17");
    assert_int_equal(why.offset, 40);
    assert_string_equal(why.text, "jump to 7");
}

static void why_may_be_null(void **state)
{
    (void)state;
    assert_status(esc_why(NULL, ESC_TRAP, "", 0, "nobody %s", "reads this"), ESC_TRAP);
}

static void a_long_check_name_is_cut(void **state)
{
    (void)state;
    EscWhy why;
    (void)esc_why(&why, ESC_TRAP, "V123456789", 0, "x");
    assert_string_equal(why.check, "V123456");
    (void)esc_why(&why, ESC_TRAP, NULL, 0, "x");
    assert_string_equal(why.check, "");
}

/* 231 bytes fit. A character that would be split is left out as a whole. */
static void a_long_sentence_is_cut_between_characters(void **state)
{
    (void)state;
    EscWhy why;
    char exact[232];
    memset(exact, 'a', 231);
    exact[231] = '\0';
    (void)esc_why(&why, ESC_TRAP, "", 0, "%s", exact);
    assert_string_equal(why.text, exact);

    exact[229] = '\0';
    (void)esc_why(&why, ESC_TRAP, "", 0, "%s\u20ac and more", exact);
    assert_string_equal(why.text, exact);
    (void)esc_why(&why, ESC_TRAP, "", 0, "%s\u00fc and more", exact);
    assert_int_equal(strlen(why.text), 231);
    (void)esc_why(&why, ESC_TRAP, "", 0, "%s\U0001F600 and more", exact);
    assert_string_equal(why.text, exact);
}

static void hostile_bytes_in_a_sentence_become_question_marks(void **state)
{
    (void)state;
    EscWhy why;
    (void)esc_why(&why, ESC_BAD_INPUT, "", 0, "%s", "\xff field \xc3( \xed\xa0\x80 end\xe2\x82");
    assert_string_equal(why.text, "? field ?( ??? end??");
    assert_true(esc_utf8_is_valid(esc_text_from(why.text), NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_name_text_and_remedy),
        cmocka_unit_test(numbers_outside_the_table_are_answered),
        cmocka_unit_test(why_is_filled_in_and_the_status_returned),
        cmocka_unit_test(why_may_be_null),
        cmocka_unit_test(a_long_check_name_is_cut),
        cmocka_unit_test(a_long_sentence_is_cut_between_characters),
        cmocka_unit_test(hostile_bytes_in_a_sentence_become_question_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
