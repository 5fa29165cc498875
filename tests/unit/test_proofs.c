/* test_proofs.c - HMACs by the vectors of RFC 2202 and RFC 4231, keys of Standard Webhooks, and comparing. */
#include <stdio.h>
#include <string.h>

#include <esc/proofs.h>

#include "support/test.h"

typedef struct Vector {
    EscMacKind kind;
    const char *hex, *base64;
} Vector;

static const Vector vectors[] = {
    {ESC_MAC_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "7/zfauXrL6LSdBbV8YTfnCWafHk="},
    {ESC_MAC_SHA256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
     "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="},
    {ESC_MAC_SHA512,
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
     "Fkt6e/z4GeLjlfvnO1bgo4e9ZCIugx/WECcM1+olBVSXWL91wFqZSm0DT2X48Ob9yuqxo01Ka0tjbgcKOLznNw=="},
};

static void macs_are_those_of_the_standard(void **state)
{
    (void)state;
    const EscText parts[] = {ESC_TEXT("what do ya want "), ESC_TEXT("for nothing?")};
    for (size_t i = 0; i < ESC_COUNT_OF(vectors); i++) {
        EscMac mac;
        char upper[2 * ESC_MAC_BYTES_MAX + 1], other[2 * ESC_MAC_BYTES_MAX + 1];
        const Vector *one = &vectors[i];
        assert_true(esc_mac_make(one->kind, ESC_TEXT("Jefe"), parts, 2, &mac));
        assert_int_equal(mac.size, strlen(one->hex) / 2);
        assert_true(esc_mac_is_hex(&mac, esc_text_from(one->hex)));
        assert_true(esc_mac_is_base64(&mac, esc_text_from(one->base64)));
        for (size_t k = 0; k <= strlen(one->hex); k++)
            upper[k] = one->hex[k] >= 'a' ? (char)(one->hex[k] - 'a' + 'A') : one->hex[k];
        assert_true(esc_mac_is_hex(&mac, esc_text_from(upper)));
        EscText bare = esc_text_from(one->base64);
        while (bare.data[bare.size - 1] == '=')
            bare.size--;
        assert_true(esc_mac_is_base64(&mac, bare)); /* some senders leave the padding out */
        assert_false(esc_mac_is_base64(&mac, (EscText){bare.data, bare.size - 1}));
        for (size_t k = 0; k < 2 * mac.size; k++) {
            (void)snprintf(other, sizeof other, "%s", one->hex);
            other[k] = other[k] == '0' ? '1' : '0';
            assert_false(esc_mac_is_hex(&mac, esc_text_from(other)));
        }
        assert_false(esc_mac_is_hex(&mac, (EscText){one->hex, 2 * mac.size - 1}));
        assert_false(esc_mac_is_hex(&mac, (EscText){0}));
        assert_false(esc_mac_is_base64(&mac, (EscText){0}));
    }
}

static void another_key_or_text_is_another_mac(void **state)
{
    (void)state;
    EscMac mac;
    const EscText parts[] = {ESC_TEXT("what do ya want "), ESC_TEXT("for nothing?")};
    EscText hex = esc_text_from(vectors[1].hex);
    assert_true(esc_mac_make(ESC_MAC_SHA256, ESC_TEXT("jefe"), parts, 2, &mac));
    assert_false(esc_mac_is_hex(&mac, hex));
    assert_true(esc_mac_make(ESC_MAC_SHA256, ESC_TEXT("Jefe"), parts, 1, &mac));
    assert_false(esc_mac_is_hex(&mac, hex));
    const EscText whole = ESC_TEXT("what do ya want for nothing?"), none = {0};
    assert_true(esc_mac_make(ESC_MAC_SHA256, ESC_TEXT("Jefe"), &whole, 1, &mac));
    assert_true(esc_mac_is_hex(&mac, hex));
    /* of no bytes, with no key */
    assert_true(esc_mac_make(ESC_MAC_SHA256, none, &none, 1, &mac));
    assert_true(esc_mac_is_hex(
        &mac, ESC_TEXT("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")));
    EscBuf out;
    esc_buf_init(&out, 100);
    esc_mac_write_hex(&out, &mac);
    assert_true(esc_mac_is_hex(&mac, esc_buf_as_text(&out)));
    esc_buf_release(&out);
}

static void a_key_behind_whsec_is_base64(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"whsec_Zm9v", "foo"}, {"Zm9v", "Zm9v"}, {"whsec_!", "whsec_!"}, {"whsec_", "whsec_"}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscBuf key;
        esc_buf_init(&key, 16);
        assert_true(esc_webhook_key(esc_text_from(rows[i][0]), &key));
        assert_text_equal(esc_buf_as_text(&key), rows[i][1]);
        esc_buf_release(&key);
    }
    EscBuf small;
    esc_buf_init(&small, 2);
    assert_false(esc_webhook_key(ESC_TEXT("abc"), &small));
    esc_buf_release(&small);
}

static void secrets_are_equal_or_not(void **state)
{
    (void)state;
    assert_true(esc_secrets_equal(ESC_TEXT("a"), ESC_TEXT("a")));
    assert_false(esc_secrets_equal(ESC_TEXT("a"), ESC_TEXT("ab")));
    assert_false(esc_secrets_equal(ESC_TEXT("a"), (EscText){"", 0}));
    assert_true(esc_secrets_equal((EscText){0}, (EscText){"", 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(macs_are_those_of_the_standard),
        cmocka_unit_test(another_key_or_text_is_another_mac),
        cmocka_unit_test(a_key_behind_whsec_is_base64),
        cmocka_unit_test(secrets_are_equal_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
