/* test_kit_text.c - comparing texts, UTF-8 by the Unicode tables, and edit distances. */
#include "support/test.h"

static const EscText none = {NULL, 0};

static void from_null_is_empty(void **state)
{
    (void)state;
    assert_int_equal(esc_text_from(NULL).size, 0);
    assert_int_equal(esc_text_from("").size, 0);
    assert_int_equal(esc_text_from("role").size, 4);
}

static void equality_looks_at_size_and_bytes(void **state)
{
    (void)state;
    assert_true(esc_text_equal(none, ESC_TEXT("")));
    assert_true(esc_text_equal(ESC_TEXT("a\0b"), ESC_TEXT("a\0b")));
    assert_false(esc_text_equal(ESC_TEXT("a\0b"), ESC_TEXT("a\0c")));
    assert_false(esc_text_equal(ESC_TEXT("ab"), ESC_TEXT("abc")));
}

static void order_is_by_bytes_then_by_size(void **state)
{
    (void)state;
    assert_int_equal(esc_text_compare(none, none), 0);
    assert_true(esc_text_compare(none, ESC_TEXT("a")) < 0);
    assert_true(esc_text_compare(ESC_TEXT("ab"), ESC_TEXT("abc")) < 0);
    assert_true(esc_text_compare(ESC_TEXT("b"), ESC_TEXT("abc")) > 0);
    assert_true(esc_text_compare(ESC_TEXT("\xc3\xbc"), ESC_TEXT("z")) > 0);
}

static void mail_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "@",
                                      "a@",
                                      "@b",
                                      "ab",
                                      "a b@c.example",
                                      "J <j@c.example>",
                                      "j\xc3\xb6rg@c.example",
                                      "a@b.example,c@d.example",
                                      "a@b\r\n.example",
                                      "a@b.example\x7f",
                                      "a@@b.example",
                                      "a@b@c.example",
                                      ".a@b.example",
                                      "a.@b.example",
                                      "a..b@c.example",
                                      "a@b..example",
                                      "a@.example",
                                      "a@b.example.",
                                      "a@-b.example",
                                      "a@b-.example",
                                      "a@b_c.example",
                                      "a@127.0.0.1",
                                      "a@b/c"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        if (esc_mail_address_is_plain(esc_text_from(bad[i])))
            fail_msg("%s is no address", bad[i]);
    static const char *const good[] = {"a.b+c@d.example", "a@localhost", "a@1und1.example",
                                       "a@xn--bse-qla.example", "a_b@c-d.example"};
    for (size_t i = 0; i < ESC_COUNT_OF(good); i++)
        if (!esc_mail_address_is_plain(esc_text_from(good[i])))
            fail_msg("%s is an address", good[i]);
    char long_local[80];
    memset(long_local, 'a', sizeof long_local);
    memcpy(long_local + 64, "@b.example", 11);
    assert_true(esc_mail_address_is_plain(esc_text_from(long_local)));
    memcpy(long_local + 65, "@b.example", 11);
    long_local[64] = 'a';
    assert_false(esc_mail_address_is_plain(esc_text_from(long_local)));
    char long_label[80] = "a@";
    memset(long_label + 2, 'b', 70);
    memcpy(long_label + 65, ".c", 3);
    assert_true(esc_mail_address_is_plain(esc_text_from(long_label)));
    memcpy(long_label + 65, "b.c", 4);
    assert_false(esc_mail_address_is_plain(esc_text_from(long_label)));
    assert_false(esc_mail_address_is_plain(none));
}

static void prefixes_and_suffixes(void **state)
{
    (void)state;
    assert_true(esc_text_starts_with(ESC_TEXT("vip-1"), ESC_TEXT("vip")));
    assert_true(esc_text_starts_with(none, none));
    assert_false(esc_text_starts_with(ESC_TEXT("vi"), ESC_TEXT("vip")));
    assert_true(esc_text_ends_with(ESC_TEXT("x.esc"), ESC_TEXT(".esc")));
    assert_true(esc_text_ends_with(none, none));
    assert_true(esc_text_ends_with(ESC_TEXT("x"), none));
    assert_false(esc_text_ends_with(ESC_TEXT("esc"), ESC_TEXT(".esc")));
}

static void contains_finds_overlapping_starts(void **state)
{
    (void)state;
    assert_true(esc_text_contains(none, none));
    assert_true(esc_text_contains(ESC_TEXT("a"), none));
    assert_true(esc_text_contains(ESC_TEXT("aaab"), ESC_TEXT("aab")));
    assert_true(esc_text_contains(ESC_TEXT("refund now"), ESC_TEXT("now")));
    assert_false(esc_text_contains(ESC_TEXT("refund no"), ESC_TEXT("now")));
    assert_false(esc_text_contains(none, ESC_TEXT("a")));
    assert_true(esc_text_contains(ESC_TEXT("a\0b"), ESC_TEXT("\0b")));
}

/* --- UTF-8 ------------------------------------------------------------------------------------ */

typedef struct Utf8Case {
    EscText text;
    int bad_at; /* -1: valid */
} Utf8Case;

static const Utf8Case utf8_cases[] = {
    {{"", 0}, -1},
    {{"plain", 5}, -1},
    {{"\x7f", 1}, -1},
    {{"\xc2\x80", 2}, -1},         /* U+0080, the smallest of two bytes */
    {{"\xdf\xbf", 2}, -1},         /* U+07FF */
    {{"\xe0\xa0\x80", 3}, -1},     /* U+0800 */
    {{"\xed\x9f\xbf", 3}, -1},     /* U+D7FF, last before the surrogates */
    {{"\xee\x80\x80", 3}, -1},     /* U+E000, first behind them */
    {{"\xef\xbf\xbf", 3}, -1},     /* U+FFFF */
    {{"\xf0\x90\x80\x80", 4}, -1}, /* U+10000 */
    {{"\xf4\x8f\xbf\xbf", 4}, -1}, /* U+10FFFF */
    {{"a\0b", 3}, 1},              /* NUL */
    {{"ab\x80", 3}, 2},            /* continuation alone */
    {{"\xc0\x80", 2}, 0},          /* overlong NUL */
    {{"\xc1\xbf", 2}, 0},          /* overlong */
    {{"\xe0\x9f\xbf", 3}, 0},      /* overlong of three */
    {{"\xf0\x8f\xbf\xbf", 4}, 0},  /* overlong of four */
    {{"\xed\xa0\x80", 3}, 0},      /* first surrogate */
    {{"\xed\xbf\xbf", 3}, 0},      /* last surrogate */
    {{"\xf4\x90\x80\x80", 4}, 0},  /* above U+10FFFF */
    {{"\xf5\x80\x80\x80", 4}, 0},
    {{"\xff", 1}, 0},
    {{"a\xc3", 2}, 1},         /* cut off after 1 of 2 */
    {{"a\xe2\x82", 3}, 1},     /* 2 of 3 */
    {{"a\xf0\x9f\x98", 4}, 1}, /* 3 of 4 */
    {{"\xc3\xbc", 1}, 0},      /* the rest lies behind the end */
    {{"\xe2\x82\xac", 2}, 0},
    {{"\xf0\x9f\x98\x80", 3}, 0},
    {{"\xe2\x82(", 3}, 0},     /* third byte wrong */
    {{"\xf0\x9f\x98(", 4}, 0}, /* fourth byte wrong */
};

static void utf8_is_checked_by_the_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(utf8_cases); i++) {
        size_t bad_at = 99;
        bool is_valid = esc_utf8_is_valid(utf8_cases[i].text, &bad_at);
        print_message("case %zu\n", i);
        assert_int_equal(is_valid, utf8_cases[i].bad_at < 0);
        assert_int_equal(bad_at, is_valid ? 99 : utf8_cases[i].bad_at);
    }
    assert_false(esc_utf8_is_valid(ESC_TEXT("\xff"), NULL));
}

/* Writes a code point as the Unicode standard's table 3-6 says, for any number below 2^21. */
static size_t encode(uint32_t c, char out[4])
{
    if (c < 0x80)
        return out[0] = (char)c, 1;
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00 >> size & 0xFF) | c);
    return size;
}

static void utf8_takes_every_character_and_no_surrogate(void **state)
{
    (void)state;
    for (uint32_t c = 1; c < 0x200000; c++) {
        char bytes[4];
        size_t size = 0, used = encode(c, bytes);
        bool is_character = c < 0xD800 || (c > 0xDFFF && c <= 0x10FFFF);
        if (esc_utf8_is_valid((EscText){bytes, used}, NULL) != is_character)
            fail_msg("U+%04X", (unsigned)c);
        if (is_character &&
            (esc_utf8_decode((EscText){bytes, used}, 0, &size) != c || size != used))
            fail_msg("U+%04X is read as another", (unsigned)c);
    }
}

/* All of two bytes, and each of them behind which the rest is in order: what is taken is the only way to write what it means. */
static void utf8_takes_one_way_to_write_a_character(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        char bytes[] = {(char)(pair >> 8), (char)(pair & 0xFF), (char)0xBF, (char)0x80};
        for (size_t size = 1; size <= sizeof bytes; size++) {
            EscText text = {bytes, size};
            char again[4 * sizeof bytes];
            size_t used = 0, step = 0;
            for (size_t at = 0; at < size; at += step)
                used += encode(esc_utf8_decode(text, at, &step), again + used);
            bool is_only_way =
                used == size && memcmp(bytes, again, size) == 0 && memchr(bytes, 0, size) == NULL;
            if (esc_utf8_is_valid(text, NULL) != is_only_way)
                fail_msg("%04X, %zu bytes", pair, size);
        }
    }
}

/* Wherever a byte stands among plain ones, before, on and behind the ends of eight. */
static void utf8_is_checked_at_every_place(void **state)
{
    (void)state;
    static const char bad[] = {'\0', '\x80', '\xc0', '\xff'};
    char bytes[40];
    size_t bad_at = 0;
    for (size_t size = 1; size <= sizeof bytes; size++) {
        for (size_t at = 0; at < size; at++) {
            memset(bytes, '\x7f', size);
            assert_true(esc_utf8_is_valid((EscText){bytes, size}, NULL));
            bytes[at] = '\x01';
            assert_true(esc_utf8_is_valid((EscText){bytes, size}, NULL));
            for (size_t i = 0; i < sizeof bad; i++) {
                bytes[at] = bad[i];
                assert_false(esc_utf8_is_valid((EscText){bytes, size}, &bad_at));
                assert_int_equal(bad_at, at);
            }
            if (at + 1 < size)
                memcpy(bytes + at, "\xc3\xa9", 2);
            assert_int_equal(esc_utf8_is_valid((EscText){bytes, size}, NULL), at + 1 < size);
        }
    }
}

static void cutting_keeps_characters_whole(void **state)
{
    (void)state;
    EscText text = ESC_TEXT("a\u00fc\u20ac\U0001F600"); /* 1 + 2 + 3 + 4 bytes */
    static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (size_t size_max = 0; size_max < ESC_COUNT_OF(kept); size_max++)
        assert_int_equal(esc_utf8_cut(text, size_max).size, kept[size_max]);
    assert_int_equal(esc_utf8_cut(none, 0).size, 0);
}

static void decoding_gives_code_points(void **state)
{
    (void)state;
    EscText text = ESC_TEXT("a\u00fc\u20ac\U0010FFFF");
    static const uint32_t expected[] = {'a', 0xFC, 0x20AC, 0x10FFFF};
    size_t at = 0;
    for (size_t i = 0; i < ESC_COUNT_OF(expected); i++) {
        size_t size = 0;
        assert_int_equal(esc_utf8_decode(text, at, &size), expected[i]);
        assert_int_equal(size, i + 1);
        at += size;
    }
    assert_int_equal(at, text.size);
}

static void decoding_steps_over_a_malformed_byte(void **state)
{
    (void)state;
    size_t size = 0;
    assert_int_equal(esc_utf8_decode(ESC_TEXT("\xe2\x82"), 0, &size), 0xFFFD);
    assert_int_equal(size, 1);
}

/* --- distance --------------------------------------------------------------------------------- */

static void distance_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(esc_text_distance(ESC_TEXT("severity"), ESC_TEXT("severity"), 3), 0);
    assert_int_equal(esc_text_distance(ESC_TEXT("severty"), ESC_TEXT("severity"), 3), 1);
    assert_int_equal(esc_text_distance(ESC_TEXT("sevreity"), ESC_TEXT("severity"), 3),
                     1); /* swap */
    assert_int_equal(esc_text_distance(ESC_TEXT("xeverity"), ESC_TEXT("severity"), 3), 1);
    assert_int_equal(esc_text_distance(ESC_TEXT("severityy"), ESC_TEXT("severity"), 3), 1);
    assert_int_equal(esc_text_distance(ESC_TEXT("kitten"), ESC_TEXT("sitting"), 3), 3);
    assert_int_equal(esc_text_distance(none, ESC_TEXT("abc"), 3), 3);
    assert_int_equal(esc_text_distance(none, none, 0), 0);
    assert_int_equal(esc_text_distance(ESC_TEXT("gr\u00fcn"), ESC_TEXT("grun"), 3),
                     1); /* characters, not bytes */
}

static void distance_over_the_limit_is_limit_plus_one(void **state)
{
    (void)state;
    assert_int_equal(esc_text_distance(ESC_TEXT("kitten"), ESC_TEXT("sitting"), 2), 3);
    assert_int_equal(esc_text_distance(ESC_TEXT("a"), ESC_TEXT("b"), 0), 1);
}

static void characters_that_are_not_just_seen_are_known(void **state)
{
    (void)state;
    static const struct {
        uint32_t c;
        EscUnseen unseen;
    } cases[] = {
        {'a', ESC_SEEN},
        {' ', ESC_SEEN},
        {'~', ESC_SEEN},
        {0xa0, ESC_SEEN},
        {0x1f600, ESC_SEEN},
        {0x9fff, ESC_SEEN},
        {'\t', ESC_UNSEEN_CONTROL},
        {'\n', ESC_UNSEEN_LINE},
        {'\r', ESC_UNSEEN_LINE},
        {0x0e, ESC_UNSEEN_CONTROL},
        {0x1b, ESC_UNSEEN_CONTROL},
        {0x7f, ESC_UNSEEN_CONTROL},
        {0x84, ESC_UNSEEN_CONTROL},
        {0x85, ESC_UNSEEN_LINE},
        {0x86, ESC_UNSEEN_CONTROL},
        {0x9f, ESC_UNSEEN_CONTROL},
        {0xad, ESC_UNSEEN_BLANK},
        {0x200a, ESC_SEEN},
        {0x200b, ESC_UNSEEN_BLANK},
        {0x200c, ESC_UNSEEN_JOINER},
        {0x200d, ESC_UNSEEN_JOINER},
        {0x200e, ESC_UNSEEN_TURN},
        {0x2010, ESC_SEEN},
        {0x2027, ESC_SEEN},
        {0x2028, ESC_UNSEEN_LINE},
        {0x2029, ESC_UNSEEN_LINE},
        {0x202a, ESC_UNSEEN_TURN},
        {0x202e, ESC_UNSEEN_TURN},
        {0x202f, ESC_SEEN},
        {0x2066, ESC_UNSEEN_TURN},
        {0x2069, ESC_UNSEEN_TURN},
        {0x206a, ESC_UNSEEN_BLANK},
        {0x2070, ESC_SEEN},
        {0xfdcf, ESC_SEEN},
        {0xfdd0, ESC_UNSEEN_BLANK},
        {0xfe0f, ESC_UNSEEN_JOINER},
        {0xfeff, ESC_UNSEEN_BLANK},
        {0xfffc, ESC_SEEN},
        {0xffff, ESC_UNSEEN_BLANK},
        {0x1fffe, ESC_UNSEEN_BLANK},
        {0x1fffd, ESC_SEEN},
        {0xe0041, ESC_UNSEEN_BLANK},
        {0xe0100, ESC_UNSEEN_JOINER},
        {0x10ffff, ESC_UNSEEN_BLANK},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++)
        if (esc_unseen(cases[i].c) != cases[i].unseen)
            fail_msg("U+%04X is %d", (unsigned)cases[i].c, (int)esc_unseen(cases[i].c));
}

static void marks_are_found(void **state)
{
    (void)state;
    assert_int_equal(esc_mark_find(ESC_TEXT("")), 0);
    assert_int_equal(esc_mark_find(ESC_TEXT("plain \xef\xb7\x95 \xef\xb7\x8f \xef\xb7")), 16);
    assert_int_equal(esc_mark_find(ESC_TEXT("a" ESC_MARK_SAY)), 1);
    assert_int_equal(esc_mark_find(ESC_TEXT("a" ESC_MARK_SAID)), 1);
    assert_int_equal(esc_mark_find(ESC_TEXT(ESC_MARK_END)), 0);
    assert_int_equal(esc_mark_find(ESC_TEXT("a\xef\xb7" ESC_MARK_OWN "b")), 3);
}

static void distance_of_long_texts_is_far(void **state)
{
    (void)state;
    char text[65];
    memset(text, 'a', sizeof text);
    EscText longest = {text, 64};
    EscText too_long = {text, 65};
    assert_int_equal(esc_text_distance(longest, longest, 2), 0);
    assert_int_equal(esc_text_distance(too_long, too_long, 2), 3);
    assert_int_equal(esc_text_distance(longest, too_long, 2), 3);
}

static void mend(const char *bytes, size_t size, const char *wanted)
{
    char text[32];
    memcpy(text, bytes, size);
    esc_utf8_mend(text, size);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(text, wanted, size);
}

static void bytes_that_are_no_characters_are_mended(void **state)
{
    (void)state;
    mend("", 0, "");
    mend("caf\xc3\xa9", 5, "café");
    mend("caf\xe9", 4, "caf?");
    mend("\xff\xfe", 2, "??");
    mend("a\0b", 3, "a?b");
    mend("\xe2\x82 \xe2\x82\xac", 6, "?? €");
    mend("\xed\xa0\x80", 3, "???"); /* half of a pair */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_null_is_empty),
        cmocka_unit_test(equality_looks_at_size_and_bytes),
        cmocka_unit_test(order_is_by_bytes_then_by_size),
        cmocka_unit_test(mail_addresses),
        cmocka_unit_test(prefixes_and_suffixes),
        cmocka_unit_test(contains_finds_overlapping_starts),
        cmocka_unit_test(utf8_is_checked_by_the_tables),
        cmocka_unit_test(utf8_takes_every_character_and_no_surrogate),
        cmocka_unit_test(utf8_takes_one_way_to_write_a_character),
        cmocka_unit_test(utf8_is_checked_at_every_place),
        cmocka_unit_test(cutting_keeps_characters_whole),
        cmocka_unit_test(decoding_gives_code_points),
        cmocka_unit_test(decoding_steps_over_a_malformed_byte),
        cmocka_unit_test(characters_that_are_not_just_seen_are_known),
        cmocka_unit_test(marks_are_found),
        cmocka_unit_test(distance_counts_edits),
        cmocka_unit_test(distance_over_the_limit_is_limit_plus_one),
        cmocka_unit_test(bytes_that_are_no_characters_are_mended),
        cmocka_unit_test(distance_of_long_texts_is_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
