/* test_kit_hash.c - checksums against the examples of their own standards. */
#include "support/test.h"

static EscBytes bytes_of(const char *string)
{
    return (EscBytes){(const uint8_t *)string, strlen(string)};
}

/* RFC 3720, appendix B.4. */
static void crc32c_gives_the_examples_of_rfc3720(void **state)
{
    (void)state;
    uint8_t bytes[32] = {0};
    assert_int_equal(esc_crc32c((EscBytes){bytes, 32}), 0x8A9136AA);
    memset(bytes, 0xFF, 32);
    assert_int_equal(esc_crc32c((EscBytes){bytes, 32}), 0x62A8AB43);
    for (uint8_t i = 0; i < 32; i++)
        bytes[i] = i;
    assert_int_equal(esc_crc32c((EscBytes){bytes, 32}), 0x46DD794E);
    assert_int_equal(esc_crc32c(bytes_of("123456789")), 0xE3069283);
    assert_int_equal(esc_crc32c((EscBytes){NULL, 0}), 0);
}

static void hex_is_lower_case_and_ends_with_nul(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x0F, 0xA0, 0xFF};
    char text[9] = "????????";
    esc_hex((EscBytes){bytes, 4}, text);
    assert_string_equal(text, "000fa0ff");
    esc_hex((EscBytes){NULL, 0}, text);
    assert_string_equal(text, "");
}

static void hashes_depend_on_text_size_and_seed(void **state)
{
    (void)state;
    static const char zeros[17] = {0};
    for (size_t size = 0; size < 17; size++) { /* zeros of different lengths must not meet */
        for (size_t other = 0; other < size; other++)
            assert_true(esc_hash((EscText){zeros, size}, 1) !=
                        esc_hash((EscText){zeros, other}, 1));
    }
    assert_true(esc_hash(ESC_TEXT("role"), 1) == esc_hash(ESC_TEXT("role"), 1));
    assert_true(esc_hash(ESC_TEXT("role"), 1) != esc_hash(ESC_TEXT("role"), 2));
    assert_true(esc_hash(ESC_TEXT("rolf"), 1) != esc_hash(ESC_TEXT("role"), 1));
    assert_true(esc_hash((EscText){NULL, 0}, 1) == esc_hash(ESC_TEXT(""), 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc32c_gives_the_examples_of_rfc3720),
        cmocka_unit_test(hex_is_lower_case_and_ends_with_nul),
        cmocka_unit_test(hashes_depend_on_text_size_and_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
