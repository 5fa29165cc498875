/* test_push_crypt.c - the examples of RFC 8188, 8291 and 8292, and what is no key. */
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "support/test.h"

#include "push_crypt.h"

/* RFC 8291, appendix A. */
#define SENDER_PRIVATE "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
#define SENDER_POINT                                                                               \
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
#define RECEIVER_POINT                                                                             \
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define AUTH "BTBZMqHH6r4Tts7J_aSIgg"
#define SALT "DGv6ra1nlYgDCS1FRnbzlw"
#define TEXT "When I grow up, I want to be a watermelon"
#define SEALED                                                                                     \
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_"                                               \
    "c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6T"                                             \
    "lzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_"     \
    "Qulcy4"                                                                                       \
    "a-fN"

/* base64url, into static memory that the next call but three takes again. */
static EscBytes bytes_of(const char *text)
{
    static uint8_t rooms[4][256];
    static unsigned next;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t *room = rooms[next++ % 4];
    uint32_t group = 0;
    unsigned bits = 0;
    size_t size = 0;
    for (; *text != '\0'; text++) {
        group = group << 6 | (uint32_t)(strchr(digits, *text) - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            room[size++] = (uint8_t)(group >> bits);
        }
    }
    return (EscBytes){room, size};
}

static void assert_coded(const EscBuf *buf, const char *expected)
{
    EscBuf coded;
    esc_buf_init(&coded, 8192);
    esc_base64url_write(&coded, esc_buf_as_bytes(buf));
    assert_text_equal(esc_buf_as_text(&coded), expected);
    esc_buf_release(&coded);
}

static EscPushKeys example_keys(void)
{
    EscPushKeys keys = {.receiver = bytes_of(RECEIVER_POINT), .auth = bytes_of(AUTH)};
    memcpy(keys.sender, bytes_of(SENDER_PRIVATE).data, sizeof(keys.sender));
    memcpy(keys.salt, bytes_of(SALT).data, sizeof(keys.salt));
    return keys;
}

static void the_coding_is_that_of_rfc_8188(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 8192);
    EscBytes salt = bytes_of("I1BsxtFttlv3u_Oo94xnmw"), key = bytes_of("yqdlZ-tYemfogSmv7Ws5PQ");
    assert_true(esc_aes128gcm_write(&out, salt.data, (EscBytes){NULL, 0}, key,
                                    ESC_TEXT("I am the walrus")));
    assert_coded(&out, "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg");
    esc_buf_release(&out);
}

static void the_encryption_is_that_of_rfc_8291(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 8192);
    EscPushKeys keys = example_keys();
    assert_true(esc_push_encrypt(&out, &keys, ESC_TEXT(TEXT)));
    assert_coded(&out, SEALED);
    esc_buf_release(&out);
}

static void a_private_key_has_one_point(void **state)
{
    (void)state;
    uint8_t point[ESC_PUSH_POINT_BYTES];
    assert_true(esc_push_point(bytes_of(SENDER_PRIVATE), point));
    assert_memory_equal(point, bytes_of(SENDER_POINT).data, sizeof(point));
    uint8_t nothing[32] = {0}, order[32];
    memset(order, 0xff, sizeof(order));
    assert_false(esc_push_point((EscBytes){nothing, 32}, point));
    assert_false(esc_push_point((EscBytes){order, 32}, point)); /* above the order of the curve */
    assert_false(esc_push_point((EscBytes){order, 31}, point));
    nothing[31] = 1;
    assert_true(esc_push_point((EscBytes){nothing, 32}, point));
}

static void a_text_fits_into_one_record_or_is_refused(void **state)
{
    (void)state;
    static char text[ESC_PUSH_TEXT_BYTES_MAX + 1];
    memset(text, 'x', sizeof(text));
    EscPushKeys keys = example_keys();
    EscBuf out;
    esc_buf_init(&out, 8192);
    assert_true(esc_push_encrypt(&out, &keys, (EscText){text, ESC_PUSH_TEXT_BYTES_MAX}));
    assert_int_equal(out.size, 4096); /* the record with the head before it */
    assert_false(esc_push_encrypt(&out, &keys, (EscText){text, sizeof(text)}));
    assert_false(esc_push_encrypt(&out, &keys, (EscText){text, 0}));
    esc_buf_release(&out);
}

/* Somebody who may choose any point could learn our key from what comes of it. */
static void a_point_that_is_not_on_the_curve_is_refused(void **state)
{
    (void)state;
    EscPushKeys keys = example_keys();
    uint8_t point[ESC_PUSH_POINT_BYTES];
    memcpy(point, keys.receiver.data, sizeof(point));
    keys.receiver = (EscBytes){point, sizeof(point)};
    EscBuf out;
    esc_buf_init(&out, 8192);
    point[64] ^= 1;
    assert_false(esc_push_encrypt(&out, &keys, ESC_TEXT(TEXT)));
    point[64] ^= 1;
    keys.receiver.size = 33; /* a compressed one is none here */
    assert_false(esc_push_encrypt(&out, &keys, ESC_TEXT(TEXT)));
    memset(point, 0, sizeof(point)); /* the point at infinity */
    keys.receiver = (EscBytes){point, 1};
    assert_false(esc_push_encrypt(&out, &keys, ESC_TEXT(TEXT)));
    assert_int_equal(out.size, 0);
    esc_buf_release(&out);
}

/* The same key with another text would give both away. */
static void what_is_drawn_follows_from_all_that_is_said(void **state)
{
    (void)state;
    EscBytes secret = bytes_of(SENDER_PRIVATE);
    EscPushKeys first = {.sender = {0}}, again = first, other = first;
    esc_push_draw(&first, secret, ESC_TEXT("a/E-1/1"), ESC_TEXT("text"));
    esc_push_draw(&again, secret, ESC_TEXT("a/E-1/1"), ESC_TEXT("text"));
    assert_memory_equal(first.sender, again.sender, sizeof(first.sender));
    assert_memory_equal(first.salt, again.salt, sizeof(first.salt));
    assert_memory_not_equal(first.sender, first.salt, sizeof(first.salt));
    esc_push_draw(&other, secret, ESC_TEXT("a/E-1/1"), ESC_TEXT("texT"));
    assert_memory_not_equal(first.sender, other.sender, sizeof(first.sender));
    assert_memory_not_equal(first.salt, other.salt, sizeof(first.salt));
    esc_push_draw(&other, secret, ESC_TEXT("a/E-1/2"), ESC_TEXT("text"));
    assert_memory_not_equal(first.salt, other.salt, sizeof(first.salt));
    esc_push_draw(&other, bytes_of(AUTH), ESC_TEXT("a/E-1/1"), ESC_TEXT("text"));
    assert_memory_not_equal(first.salt, other.salt, sizeof(first.salt));
}

/* --- the sender's token --------------------------------------------------------------------------- */

static EVP_PKEY *public_key(EscBytes point)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){"prime256v1"}, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point.data,
                                          point.size),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

static bool is_signed(EscBytes point, EscText text, EscBytes signature)
{
    unsigned char *der = NULL;
    ECDSA_SIG *numbers = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature.data, 32, NULL), *s = BN_bin2bn(signature.data + 32, 32, NULL);
    assert_int_equal(ECDSA_SIG_set0(numbers, r, s), 1);
    int size = i2d_ECDSA_SIG(numbers, &der);
    EVP_PKEY *key = public_key(point);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, key), 1);
    bool is_right =
        EVP_DigestVerify(digest, der, (size_t)size, (const uint8_t *)text.data, text.size) == 1;
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(key);
    ECDSA_SIG_free(numbers);
    OPENSSL_free(der);
    return is_right;
}

static void the_sender_says_who_it_is(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 8192);
    assert_true(esc_push_vapid(&out, bytes_of(SENDER_PRIVATE), ESC_TEXT("https://push.example"),
                               ESC_TEXT("mailto:a@x.example"), 1453523768));
    esc_buf_char(&out, '\0');
    char *text = (char *)out.data;
    /* the claims of RFC 8292, 2.4, in our order */
    const char *head = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9."
                       "eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZSIsImV4cCI6MTQ1MzUyMzc2OCwic3ViIjoibWF"
                       "pbHRvOmFAeC5leGFtcGxlIn0.";
    assert_memory_equal(text, head, strlen(head));
    char *signature = text + strlen(head), *key = strstr(text, ", k=");
    assert_non_null(key);
    assert_string_equal(key + 4, SENDER_POINT);
    *key = '\0';
    assert_int_equal(strlen(signature), 86);
    EscText said = {text + 8, strlen(head) - 9};
    EscBytes coded = bytes_of(signature);
    assert_true(is_signed(bytes_of(SENDER_POINT), said, coded));
    said.size--;
    assert_false(is_signed(bytes_of(SENDER_POINT), said, coded));
    esc_buf_release(&out);
    uint8_t nothing[32] = {0};
    assert_false(esc_push_vapid(&out, (EscBytes){nothing, 32}, ESC_TEXT("https://x"),
                                ESC_TEXT("mailto:a@x"), 1));
    assert_int_equal(out.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_coding_is_that_of_rfc_8188),
        cmocka_unit_test(the_encryption_is_that_of_rfc_8291),
        cmocka_unit_test(a_private_key_has_one_point),
        cmocka_unit_test(a_text_fits_into_one_record_or_is_refused),
        cmocka_unit_test(a_point_that_is_not_on_the_curve_is_refused),
        cmocka_unit_test(what_is_drawn_follows_from_all_that_is_said),
        cmocka_unit_test(the_sender_says_who_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
