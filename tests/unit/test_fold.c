/* test_fold.c - texts without regard to case, and the table behind them against another library's (M10.3). */
#include <esc/vm.h>

#include <unicode/uchar.h>

#include "support/test.h"

/* What a later Unicode adds is no part of the table. */
static bool is_of_the_table(UChar32 character)
{
    UVersionInfo age;
    u_charAge(character, age);
    return age[0] > 0 && age[0] <= 15 && (age[0] < 15 || age[1] == 0);
}

static void table_is_that_of_unicode_15(void **state)
{
    (void)state;
    for (UChar32 c = 0; c <= 0x10ffff; c++) {
        uint32_t wanted =
            is_of_the_table(c) ? (uint32_t)u_foldCase(c, U_FOLD_CASE_DEFAULT) : (uint32_t)c;
        if (esc_fold((uint32_t)c) != wanted)
            fail_msg("U+%04X becomes U+%04X, and should become U+%04X", (unsigned)c,
                     (unsigned)esc_fold((uint32_t)c), (unsigned)wanted);
    }
}

static void texts_are_compared_by_what_they_become(void **state)
{
    (void)state;
    assert_true(esc_text_equal_folded(ESC_TEXT("Straße"), ESC_TEXT("STRAßE")));
    assert_false(esc_text_equal_folded(ESC_TEXT("Straße"), ESC_TEXT("STRASSE"))); /* one to one */
    assert_true(esc_text_equal_folded(ESC_TEXT("ΣΊΣΥΦΟΣ"), ESC_TEXT("σίσυφος")));
    assert_false(esc_text_equal_folded(ESC_TEXT("abc"), ESC_TEXT("ab")));
    assert_true(esc_text_equal_folded(ESC_TEXT(""), ESC_TEXT("")));
    assert_true(esc_text_contains_folded(ESC_TEXT("Sehr DRINGEND: Öl"), ESC_TEXT("dringend: ÖL")));
    assert_true(esc_text_contains_folded(ESC_TEXT("x"), ESC_TEXT("")));
    assert_false(esc_text_contains_folded(ESC_TEXT("urgen"), ESC_TEXT("URGENT")));
    assert_true(esc_text_starts_folded(ESC_TEXT("ÄRGER mit"), ESC_TEXT("ärger")));
    assert_false(esc_text_starts_folded(ESC_TEXT("mit ÄRGER"), ESC_TEXT("ärger")));
    assert_true(esc_text_ends_folded(ESC_TEXT("mit ÄRGER"), ESC_TEXT("ärger")));
    assert_false(esc_text_ends_folded(ESC_TEXT("ÄRGER mit"), ESC_TEXT("ärger")));
}

/* U+023A, of two bytes, becomes U+2C65, of three: the longest text still has room. */
static void longest_text_grows_without_being_cut(void **state)
{
    (void)state;
    static char text[ESC_TEXT_MAX];
    for (size_t i = 0; i < sizeof text; i += 2) {
        text[i] = (char)0xc8;
        text[i + 1] = (char)0xba;
    }
    text[sizeof text - 2] = 'X';
    text[sizeof text - 1] = 'Y';
    assert_true(esc_text_ends_folded((EscText){text, sizeof text}, ESC_TEXT("xy")));
    assert_true(esc_text_contains_folded((EscText){text, sizeof text}, ESC_TEXT("\u2c65xY")));
}

/* The compiler looks for parts in texts that it put together from many. */
static void part_is_found_in_a_text_longer_than_a_value(void **state)
{
    (void)state;
    static char text[3 * ESC_TEXT_MAX];
    memset(text, 'x', sizeof text);
    text[sizeof text - 2] = 'Y';
    EscText whole = {text, sizeof text};
    assert_true(esc_text_contains_folded(whole, ESC_TEXT("XyX")));
    assert_true(esc_text_contains_folded(whole, ESC_TEXT("")));
    assert_false(esc_text_contains_folded(whole, ESC_TEXT("yxx")));
    assert_false(esc_text_contains_folded(whole, ESC_TEXT("z")));
}

static void list_is_looked_through(void **state)
{
    (void)state;
    const EscText items[] = {ESC_TEXT("Vip"), ESC_TEXT("Öl")};
    EscValue list = {.type = ESC_TYPE(ESC_KIND_LIST), .list = {items, 2}};
    assert_true(esc_list_has_folded(&list, ESC_TEXT("VIP")));
    assert_true(esc_list_has_folded(&list, ESC_TEXT("öL")));
    assert_false(esc_list_has_folded(&list, ESC_TEXT("vi")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_that_of_unicode_15),
        cmocka_unit_test(texts_are_compared_by_what_they_become),
        cmocka_unit_test(longest_text_grows_without_being_cut),
        cmocka_unit_test(part_is_found_in_a_text_longer_than_a_value),
        cmocka_unit_test(list_is_looked_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
