/* test_oidc.c - what a provider's token and its words of itself must be: the right ones, and all that somebody would try. */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "support/test.h"

#include "oidc_internal.h"

static void assert_status_not_ok(EscStatus status)
{
    assert_int_not_equal(status, ESC_OK);
}

#define NOW_S INT64_C(1767603600)
#define ISSUER "https://id.example/realm"

typedef struct World {
    EVP_PKEY *rsa, *other_rsa, *small_rsa, *ec;
    EscArena *arena;
    EscText keys; /* JWKS with rsa as "r", ec as "e" */
} World;

/* --- keys --------------------------------------------------------------------------------------- */

static void put_number(EscBuf *out, const char *name, EVP_PKEY *key, const char *parameter,
                       int size)
{
    BIGNUM *number = NULL;
    uint8_t bytes[1024];
    assert_int_equal(EVP_PKEY_get_bn_param(key, parameter, &number), 1);
    int length = size > 0 ? BN_bn2binpad(number, bytes, size) : BN_bn2bin(number, bytes);
    assert_true(length > 0);
    esc_buf_printf(out, ",\"%s\":\"", name);
    esc_base64url_write(out, (EscBytes){bytes, (size_t)length});
    esc_buf_char(out, '"');
    BN_free(number);
}

static void put_rsa(EscBuf *out, EVP_PKEY *key, const char *more)
{
    esc_buf_printf(out, "{\"kty\":\"RSA\"%s", more);
    put_number(out, "n", key, OSSL_PKEY_PARAM_RSA_N, 0);
    put_number(out, "e", key, OSSL_PKEY_PARAM_RSA_E, 0);
    esc_buf_char(out, '}');
}

static void put_ec(EscBuf *out, EVP_PKEY *key, const char *more)
{
    esc_buf_printf(out, "{\"kty\":\"EC\",\"crv\":\"P-256\"%s", more);
    put_number(out, "x", key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
    put_number(out, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    esc_buf_char(out, '}');
}

static EscText keep(World *world, EscBuf *buf)
{
    EscText text = esc_arena_text(world->arena, esc_buf_as_text(buf));
    assert_non_null(text.data);
    esc_buf_release(buf);
    return text;
}

static int setup(void **state)
{
    World *world = calloc(1, sizeof *world);
    EscBuf out;
    assert_non_null(world);
    world->arena = esc_arena_new((size_t)16 << 20);
    world->rsa = EVP_RSA_gen(2048);
    world->other_rsa = EVP_RSA_gen(2048);
    world->small_rsa = EVP_RSA_gen(1024);
    world->ec = EVP_EC_gen("P-256");
    assert_non_null(world->rsa);
    assert_non_null(world->other_rsa);
    assert_non_null(world->small_rsa);
    assert_non_null(world->ec);
    esc_buf_init(&out, 65536);
    esc_buf_string(&out, "{\"keys\":[");
    put_rsa(&out, world->rsa, ",\"kid\":\"r\",\"use\":\"sig\",\"alg\":\"RS256\"");
    esc_buf_char(&out, ',');
    put_ec(&out, world->ec, ",\"kid\":\"e\"");
    esc_buf_char(&out, ',');
    put_rsa(&out, world->small_rsa, ",\"kid\":\"small\"");
    esc_buf_char(&out, ',');
    put_rsa(&out, world->other_rsa, ",\"kid\":\"enc\",\"use\":\"enc\"");
    esc_buf_string(&out, ",{\"kty\":\"oct\",\"kid\":\"o\",\"k\":\"AAAA\"},7]}");
    world->keys = keep(world, &out);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    EVP_PKEY_free(world->rsa);
    EVP_PKEY_free(world->other_rsa);
    EVP_PKEY_free(world->small_rsa);
    EVP_PKEY_free(world->ec);
    esc_arena_free(world->arena);
    free(world);
    return 0;
}

/* --- tokens ------------------------------------------------------------------------------------- */

static void put_part(EscBuf *out, const char *json)
{
    esc_base64url_write(out, (EscBytes){(const uint8_t *)json, strlen(json)});
}

static void put_signature(EscBuf *out, EVP_PKEY *key, bool is_raw)
{
    uint8_t bytes[1024], raw[64];
    size_t size = sizeof bytes;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(context, bytes, &size, out->data, out->size), 1);
    EVP_MD_CTX_free(context);
    esc_buf_char(out, '.');
    if (!is_raw) {
        esc_base64url_write(out, (EscBytes){bytes, size});
        return;
    }
    const uint8_t *at = bytes;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
    assert_non_null(signature);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32), 32);
    esc_base64url_write(out, (EscBytes){raw, sizeof raw});
    ECDSA_SIG_free(signature);
}

static EscText token(World *world, const char *header, const char *claims, EVP_PKEY *key)
{
    EscBuf out;
    esc_buf_init(&out, 65536);
    put_part(&out, header);
    esc_buf_char(&out, '.');
    put_part(&out, claims);
    if (key == NULL)
        esc_buf_char(&out, '.');
    else
        put_signature(&out, key, EVP_PKEY_get_base_id(key) == EVP_PKEY_EC);
    return keep(world, &out);
}

#define CLAIMS(more)                                                                               \
    "{\"iss\":\"" ISSUER                                                                           \
    "\",\"sub\":\"u-1\",\"aud\":\"escal\",\"nonce\":\"n\",\"iat\":1767603590,"                     \
    "\"exp\":1767604200" more "}"
#define RS "{\"alg\":\"RS256\",\"kid\":\"r\"}"
#define ES "{\"alg\":\"ES256\",\"kid\":\"e\"}"

static EscStatus verify_with(World *world, EscText keys, EscText text, EscTokenClaims *claims,
                             EscWhy *why)
{
    EscTokenWish wish = {.issuer = ESC_TEXT(ISSUER),
                         .client_id = ESC_TEXT("escal"),
                         .nonce = ESC_TEXT("n"),
                         .now_s = NOW_S};
    return esc_token_verify(world->arena, text, keys, &wish, claims, why);
}

static void assert_verdict(World *world, EscText text, EscStatus wanted, const char *words)
{
    EscTokenClaims claims;
    EscWhy why = {.text = ""};
    assert_status(verify_with(world, world->keys, text, &claims, &why), wanted);
    if (words != NULL && strstr(why.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why.text, words);
    if (wanted != ESC_OK)
        assert_int_equal(claims.subject.size + claims.mail.size, 0);
}

static void right_tokens_are_taken(void **state)
{
    World *world = *state;
    EscTokenClaims claims;
    EscText text = token(world, RS,
                         CLAIMS(",\"email\":\"ana@x.example\",\"email_verified\":true,"
                                "\"name\":\"Ana\",\"aud2\":1"),
                         world->rsa);
    assert_status(verify_with(world, world->keys, text, &claims, NULL), ESC_OK);
    assert_text_equal(claims.subject, "u-1");
    assert_text_equal(claims.mail, "ana@x.example");
    assert_text_equal(claims.title, "Ana");
    assert_verdict(world, token(world, ES, CLAIMS(""), world->ec), ESC_OK, NULL);
    assert_verdict(world, token(world, "{\"alg\":\"RS256\"}", CLAIMS(""), world->rsa), ESC_OK,
                   NULL); /* without a name of its key: the one that fits */
    static const char *const unverified[] = {
        CLAIMS(",\"email\":\"ana@x.example\""),
        CLAIMS(",\"email\":\"ana@x.example\",\"email_verified\":false"),
        CLAIMS(",\"email\":\"ana@x.example\",\"email_verified\":\"true\""),
        CLAIMS(",\"email\":\"ana@x.example\",\"email_verified\":1"),
        CLAIMS(",\"email\":\"Ana <ana@x.example>\",\"email_verified\":true"),
        CLAIMS(",\"email\":[\"ana@x.example\"],\"email_verified\":true")};
    for (size_t i = 0; i < ESC_COUNT_OF(unverified); i++) {
        text = token(world, RS, unverified[i], world->rsa);
        assert_status(verify_with(world, world->keys, text, &claims, NULL), ESC_OK);
        assert_int_equal(claims.mail.size, 0);
    }
}

static void nothing_gets_in_without_a_signature_of_the_provider(void **state)
{
    World *world = *state;
    const char *claims = CLAIMS("");
    assert_verdict(world, token(world, "{\"alg\":\"none\"}", claims, NULL), ESC_FORBIDDEN, "RS256");
    assert_verdict(world, token(world, "{\"alg\":\"None\",\"kid\":\"r\"}", claims, NULL),
                   ESC_FORBIDDEN, "RS256");
    assert_verdict(world, token(world, "{}", claims, world->rsa), ESC_FORBIDDEN, "RS256");
    assert_verdict(world, token(world, RS, claims, NULL), ESC_FORBIDDEN, "signed");
    assert_verdict(world, token(world, RS, claims, world->other_rsa), ESC_FORBIDDEN, "signed");
    assert_verdict(world, token(world, "{\"alg\":\"RS256\",\"kid\":\"e\"}", claims, world->rsa),
                   ESC_NOT_FOUND, NULL); /* a key of another kind */
    assert_verdict(world, token(world, "{\"alg\":\"ES256\",\"kid\":\"r\"}", claims, world->ec),
                   ESC_NOT_FOUND, NULL);
    assert_verdict(world, token(world, "{\"alg\":\"RS256\",\"kid\":\"new\"}", claims, world->rsa),
                   ESC_NOT_FOUND, "does not show");
    assert_verdict(world,
                   token(world, "{\"alg\":\"RS256\",\"kid\":\"small\"}", claims, world->small_rsa),
                   ESC_NOT_FOUND, NULL);
    assert_verdict(world,
                   token(world, "{\"alg\":\"RS256\",\"kid\":\"enc\"}", claims, world->other_rsa),
                   ESC_NOT_FOUND, NULL); /* it is not for signatures */
    assert_verdict(
        world,
        token(world, "{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}", claims, world->rsa),
        ESC_FORBIDDEN, "crit");
}

/* A public key is no secret: whoever signs with it by HMAC is nobody. */
static void a_public_key_is_no_secret(void **state)
{
    World *world = *state;
    uint8_t mac[64];
    unsigned size = 0;
    static const char *const headers[] = {"{\"alg\":\"HS256\",\"kid\":\"r\"}",
                                          "{\"alg\":\"RS256\",\"kid\":\"o\"}"};
    for (size_t i = 0; i < ESC_COUNT_OF(headers); i++) {
        EscBuf out;
        esc_buf_init(&out, 65536);
        put_part(&out, headers[i]);
        esc_buf_char(&out, '.');
        put_part(&out, CLAIMS(""));
        assert_non_null(HMAC(EVP_sha256(), world->keys.data, (int)world->keys.size, out.data,
                             out.size, mac, &size));
        esc_buf_char(&out, '.');
        esc_base64url_write(&out, (EscBytes){mac, size});
        EscTokenClaims claims;
        assert_status_not_ok(verify_with(world, world->keys, keep(world, &out), &claims, NULL));
    }
}

static void what_it_says_must_be_meant_for_us_and_now(void **state)
{
    World *world = *state;
    static const struct {
        const char *claims, *words;
    } cases[] = {
        {"{\"iss\":\"https://evil.example\",\"sub\":\"u\",\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":1767603590,\"exp\":1767604200}",
         "(iss)"},
        {"{\"iss\":\"" ISSUER "/\",\"sub\":\"u\",\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":1767603590,\"exp\":1767604200}",
         "(iss)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":\"other\",\"nonce\":\"n\","
         "\"iat\":1767603590,\"exp\":1767604200}",
         "(aud)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"nonce\":\"n\",\"iat\":1767603590,"
         "\"exp\":1767604200}",
         "(aud)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":[\"other\",\"escal\"],\"nonce\":\"n\","
         "\"iat\":1767603590,\"exp\":1767604200}",
         "(azp)"},
        {CLAIMS(",\"azp\":\"other\""), "(azp)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":\"escal\",\"nonce\":\"m\","
         "\"iat\":1767603590,\"exp\":1767604200}",
         "(nonce)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":\"escal\",\"iat\":1767603590,"
         "\"exp\":1767604200}",
         "(nonce)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"\",\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":1767603590,\"exp\":1767604200}",
         "(sub)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":7,\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":1767603590,\"exp\":1767604200}",
         "(sub)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":1767602000,\"exp\":1767603480}",
         "(exp)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":1767603721,\"exp\":1767604200}",
         "(iat)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":1767602579,\"exp\":1767604200}",
         "(iat)"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":\"1767603590\",\"exp\":1767604200}",
         "when it was made"},
        {"{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":\"escal\",\"nonce\":\"n\","
         "\"iat\":1767603590,\"exp\":1e300}",
         "when it was made"},
        {CLAIMS(",\"nbf\":1767603721"), "(nbf)"},
        {"[1]", "no token"},
        {"{\"iss\":1", "no token"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++)
        assert_verdict(world, token(world, RS, cases[i].claims, world->rsa), ESC_FORBIDDEN,
                       cases[i].words);
    static const char *const fine[] = {
        "{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":[\"escal\"],\"nonce\":\"n\","
        "\"iat\":1767603720,\"exp\":1767603481,\"nbf\":1767603720}", /* within the skew */
        "{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"aud\":[\"escal\",\"x\"],\"azp\":\"escal\","
        "\"nonce\":\"n\",\"iat\":1767603590.5,\"exp\":1767604200}"};
    for (size_t i = 0; i < ESC_COUNT_OF(fine); i++)
        assert_verdict(world, token(world, RS, fine[i], world->rsa), ESC_OK, NULL);
}

/* Every byte of a token counts, and none of them makes anything fall over. */
static void no_byte_can_be_changed(void **state)
{
    World *world = *state;
    EscTokenClaims claims;
    EscText texts[] = {token(world, RS, CLAIMS(""), world->rsa),
                       token(world, ES, CLAIMS(""), world->ec)};
    for (size_t k = 0; k < ESC_COUNT_OF(texts); k++)
        for (size_t i = 0; i < texts[k].size; i += 3) {
            EscText changed = esc_arena_text(world->arena, texts[k]);
            char *at = (char *)(uintptr_t)changed.data + i;
            *at = *at == 'A' ? 'B' : 'A';
            assert_status_not_ok(verify_with(world, world->keys, changed, &claims, NULL));
            changed = (EscText){texts[k].data, i};
            assert_status_not_ok(verify_with(world, world->keys, changed, &claims, NULL));
        }
    static const char *const bad_keys[] = {
        "",
        "{}",
        "{\"keys\":{}}",
        "{\"keys\":[]}",
        "{\"keys\":[{}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"\",\"e\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"!\",\"e\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":7,\"e\":7}]}"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad_keys); i++)
        assert_status_not_ok(
            verify_with(world, esc_text_from(bad_keys[i]), texts[0], &claims, NULL));
    static const char *const points[] = {
        "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]"
        "}",
        "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-384\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]"
        "}",
        "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\","
        "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\","
        "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}]}"}; /* not of the curve */
    for (size_t i = 0; i < ESC_COUNT_OF(points); i++)
        assert_status_not_ok(verify_with(world, esc_text_from(points[i]), texts[1], &claims, NULL));
}

/* A coding with padding, of the other alphabet, or with bits that say nothing is another token than the one that was signed,
 * though it says the same bytes. */
static void a_signature_has_one_form(void **state)
{
    World *world = *state;
    EscText good = token(world, ES, CLAIMS(""), world->ec);
    char *changed = malloc(good.size + 3);
    size_t last = good.size - 1;
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert_non_null(changed);
    memcpy(changed, good.data, good.size);
    memcpy(changed + good.size, "==", 3);
    assert_verdict(world, (EscText){changed, good.size}, ESC_OK, NULL);
    assert_verdict(world, (EscText){changed, good.size + 1}, ESC_FORBIDDEN, NULL);
    assert_verdict(world, (EscText){changed, good.size + 2}, ESC_FORBIDDEN, NULL);
    const char *letter = strchr(letters, changed[last]);
    assert_non_null(letter);
    changed[last] = letters[(letter - letters) | 1]; /* 64 bytes end with four bits that are 0 */
    assert_verdict(world, (EscText){changed, good.size}, ESC_FORBIDDEN, NULL);
    changed[last] = *letter;
    for (size_t i = last; changed[i] != '.'; i--) {
        if (changed[i] != '-' && changed[i] != '_')
            continue;
        changed[i] = changed[i] == '-' ? '+' : '/';
        assert_verdict(world, (EscText){changed, good.size}, ESC_FORBIDDEN, NULL);
        break;
    }
    free(changed);
}

/* --- what a provider says of itself --------------------------------------------------------------- */

#define DOCUMENT(issuer, scheme, more)                                                             \
    "{\"issuer\":\"" issuer "\",\"authorization_endpoint\":\"" scheme "id.example/auth\","         \
    "\"token_endpoint\":\"" scheme "id.example/token\",\"jwks_uri\":\"" scheme                     \
    "id.example/keys\"" more "}"

static void a_provider_says_who_it_is(void **state)
{
    World *world = *state;
    EscProvider provider;
    EscWhy why;
    EscText issuer = ESC_TEXT(ISSUER);
    assert_status(esc_provider_read(world->arena,
                                    ESC_TEXT(DOCUMENT(ISSUER, "https://",
                                                      ",\"userinfo_endpoint\":\"https://u\"")),
                                    issuer, &provider, &why),
                  ESC_OK);
    assert_text_equal(provider.token_url, "https://id.example/token");
    assert_text_equal(provider.userinfo_url, "https://u");
    assert_true(provider.takes_basic);
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        DOCUMENT("https://evil.example", "https://", ""),
        DOCUMENT(ISSUER "/", "https://", ""),
        DOCUMENT(ISSUER, "http://", ""),
        DOCUMENT(ISSUER, "file://", ""),
        DOCUMENT(ISSUER, "https:// ", ""),
        DOCUMENT(ISSUER, "https://", ",\"response_types_supported\":[\"id_token\"]"),
        DOCUMENT(ISSUER, "https://", ",\"code_challenge_methods_supported\":[\"plain\"]")};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        assert_status(
            esc_provider_read(world->arena, esc_text_from(bad[i]), issuer, &provider, &why),
            ESC_BAD_INPUT);
    assert_status(esc_provider_read(world->arena,
                                    ESC_TEXT(DOCUMENT("http://127.0.0.1", "http://",
                                                      ",\"token_endpoint_auth_methods_supported\":"
                                                      "[\"client_secret_post\"]")),
                                    ESC_TEXT("http://127.0.0.1"), &provider, &why),
                  ESC_OK);
    assert_false(provider.takes_basic);
    assert_true(provider.takes_post);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_tokens_are_taken),
        cmocka_unit_test(nothing_gets_in_without_a_signature_of_the_provider),
        cmocka_unit_test(a_public_key_is_no_secret),
        cmocka_unit_test(what_it_says_must_be_meant_for_us_and_now),
        cmocka_unit_test(no_byte_can_be_changed),
        cmocka_unit_test(a_signature_has_one_form),
        cmocka_unit_test(a_provider_says_who_it_is),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
