/* jwt.c - an ID token (OpenID Connect Core 1.0, 3.1.3.7): its signature by a key of the provider's, and what it says.
 *
 * Two algorithms, RS256 and ES256, each with its own kind of key: a token never chooses how it is looked at, so neither
 * "none" nor a public key taken for a secret gets anybody in. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "oidc_internal.h"

#define TOKEN_BYTES_MAX ((size_t)32768)
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define P256_BYTES 32
#define SUBJECT_BYTES_MAX 255

static const EscJsonLimits limits = {.depth_max = 8, .values_max = 4096};

static EscStatus refuse(EscWhy *why, const char *what)
{
    return esc_why(why, ESC_FORBIDDEN, "", 0, "the provider's token %s", what);
}

static EscText text_of(const EscJson *object, const char *name)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(name)), (EscText){"", 0});
}

/* --- its parts ---------------------------------------------------------------------------------- */

typedef struct Parts {
    EscText signed_text;
    const EscJson *header, *claims;
    EscBytes signature;
    bool is_rsa;
} Parts;

/* Bytes in the one form that a token may have: the alphabet of addresses, without padding (RFC 7515, 2). */
static bool coded_read(EscArena *arena, EscText coded, EscBytes *out)
{
    EscBuf bytes;
    bool is_read = true;
    for (size_t i = 0; i < coded.size; i++)
        is_read = is_read && memchr("+/=", coded.data[i], 3) == NULL;
    esc_buf_init(&bytes, coded.size + 1);
    is_read = is_read && esc_base64url_read(coded, &bytes);
    EscText kept = esc_arena_text(arena, esc_buf_as_text(&bytes));
    *out = (EscBytes){(const uint8_t *)kept.data, kept.size};
    esc_buf_release(&bytes);
    return is_read && !esc_arena_failed(arena);
}

static bool read_json(EscArena *arena, EscText coded, const EscJson **out)
{
    EscBytes bytes;
    return coded_read(arena, coded, &bytes) &&
           esc_json_read(arena, (EscText){(const char *)bytes.data, bytes.size}, &limits, out,
                         NULL) == ESC_OK &&
           (*out)->kind == ESC_JSON_OBJECT;
}

static bool split(EscArena *arena, EscText token, Parts *parts)
{
    const char *first = token.size == 0 ? NULL : memchr(token.data, '.', token.size);
    const char *end = token.data + token.size;
    const char *second = first == NULL ? NULL : memchr(first + 1, '.', (size_t)(end - first - 1));
    if (second == NULL || token.size > TOKEN_BYTES_MAX)
        return false;
    EscText header = {token.data, (size_t)(first - token.data)},
            claims = {first + 1, (size_t)(second - first - 1)},
            signature = {second + 1, (size_t)(end - second - 1)};
    parts->signed_text = (EscText){token.data, (size_t)(second - token.data)};
    return read_json(arena, header, &parts->header) && read_json(arena, claims, &parts->claims) &&
           coded_read(arena, signature, &parts->signature);
}

static EscStatus check_header(Parts *parts, EscWhy *why)
{
    EscText algorithm = text_of(parts->header, "alg");
    parts->is_rsa = esc_text_equal(algorithm, ESC_TEXT("RS256"));
    if (!parts->is_rsa && !esc_text_equal(algorithm, ESC_TEXT("ES256")))
        return refuse(why, "is not signed by RS256 or ES256");
    if (esc_json_member(parts->header, ESC_TEXT("crit")) != NULL)
        return refuse(why, "wants something that is not known here (crit)");
    return ESC_OK;
}

/* --- keys --------------------------------------------------------------------------------------- */

static EVP_PKEY *key_of(const char *kind, OSSL_PARAM *parameters)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    if (context == NULL || parameters == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *rsa_key(EscArena *arena, const EscJson *json)
{
    EscBytes n, e;
    EVP_PKEY *key = NULL;
    if (!coded_read(arena, text_of(json, "n"), &n) ||
        !coded_read(arena, text_of(json, "e"), &e) || n.size > RSA_BITS_MAX / 8 ||
        e.size == 0 || e.size > 8)
        return NULL;
    BIGNUM *modulus = BN_bin2bn(n.data, (int)n.size, NULL),
           *exponent = BN_bin2bn(e.data, (int)e.size, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    if (modulus != NULL && exponent != NULL && build != NULL &&
        BN_num_bits(modulus) >= RSA_BITS_MIN && BN_is_odd(exponent) && !BN_is_one(exponent) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
        parameters = OSSL_PARAM_BLD_to_param(build);
    key = key_of("RSA", parameters);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

static EVP_PKEY *p256_key(EscArena *arena, const EscJson *json)
{
    EscBytes x, y;
    uint8_t point[1 + 2 * P256_BYTES] = {4};
    if (!esc_text_equal(text_of(json, "crv"), ESC_TEXT("P-256")) ||
        !coded_read(arena, text_of(json, "x"), &x) ||
        !coded_read(arena, text_of(json, "y"), &y) || x.size != P256_BYTES ||
        y.size != P256_BYTES)
        return NULL;
    memcpy(point + 1, x.data, P256_BYTES);
    memcpy(point + 1 + P256_BYTES, y.data, P256_BYTES);
    char group[] = "prime256v1";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
        OSSL_PARAM_construct_end()};
    return key_of("EC", parameters); /* a point that is none of the curve is refused there */
}

/* Whether a key may be the one that the token means. */
static bool is_meant(const EscJson *key, const Parts *parts)
{
    EscText kind = text_of(key, "kty"), use = text_of(key, "use"), algorithm = text_of(key, "alg"),
            id = text_of(parts->header, "kid");
    EscText wanted = parts->is_rsa ? ESC_TEXT("RSA") : ESC_TEXT("EC");
    return esc_text_equal(kind, wanted) &&
           (use.size == 0 || esc_text_equal(use, ESC_TEXT("sig"))) &&
           (algorithm.size == 0 || esc_text_equal(algorithm, text_of(parts->header, "alg"))) &&
           (id.size == 0 || esc_text_equal(id, text_of(key, "kid")));
}

/* --- the signature ------------------------------------------------------------------------------ */

/* Two numbers of 32 bytes each, as libcrypto wants them. */
static int to_der(EscBytes raw, uint8_t *der, size_t der_max)
{
    int size = -1;
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = NULL, *s = NULL;
    if (raw.size == (size_t)2 * P256_BYTES && signature != NULL) {
        r = BN_bin2bn(raw.data, P256_BYTES, NULL);
        s = BN_bin2bn(raw.data + P256_BYTES, P256_BYTES, NULL);
    }
    if (r != NULL && s != NULL && ECDSA_SIG_set0(signature, r, s) == 1) {
        r = s = NULL; /* its own now */
        size = i2d_ECDSA_SIG(signature, NULL);
        if (size > 0 && (size_t)size <= der_max)
            size = i2d_ECDSA_SIG(signature, &der);
        else
            size = -1;
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return size;
}

static bool is_signed_by(EVP_PKEY *key, const Parts *parts)
{
    uint8_t der[128];
    const uint8_t *signature = parts->signature.data;
    size_t size = parts->signature.size;
    if (!parts->is_rsa) {
        int der_size = to_der(parts->signature, der, sizeof(der));
        signature = der;
        size = der_size > 0 ? (size_t)der_size : 0;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_right =
        context != NULL && size > 0 &&
        EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestVerify(context, signature, size, (const uint8_t *)parts->signed_text.data,
                         parts->signed_text.size) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is_right;
}

/* ESC_NOT_FOUND: no key fits. */
static EscStatus check_signature(EscArena *arena, const Parts *parts, EscText text, EscWhy *why)
{
    const EscJson *json = NULL;
    bool has_key = false;
    if (esc_json_read(arena, text, &limits, &json, NULL) != ESC_OK)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the provider's keys are no JSON");
    const EscJson *keys = esc_json_member(json, ESC_TEXT("keys"));
    if (keys == NULL || keys->kind != ESC_JSON_LIST)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the provider has no list of keys");
    for (const EscJson *one = keys->first; one != NULL; one = one->next) {
        if (one->kind != ESC_JSON_OBJECT || !is_meant(one, parts))
            continue;
        EVP_PKEY *key = parts->is_rsa ? rsa_key(arena, one) : p256_key(arena, one);
        bool is_right = key != NULL && is_signed_by(key, parts);
        has_key = has_key || key != NULL;
        EVP_PKEY_free(key);
        ERR_clear_error();
        if (is_right)
            return ESC_OK;
    }
    return has_key ? refuse(why, "is not signed by the provider")
                   : esc_why(why, ESC_NOT_FOUND, "", 0,
                             "the provider's token is signed by a key that it does not show");
}

/* --- what it says ------------------------------------------------------------------------------- */

static bool number_of(const EscJson *claims, const char *name, int64_t *out)
{
    const EscJson *value = esc_json_member(claims, esc_text_from(name));
    if (value == NULL || (value->kind != ESC_JSON_INTEGER && value->kind != ESC_JSON_REAL))
        return false;
    double real = value->kind == ESC_JSON_REAL ? value->real : 0;
    if (value->kind == ESC_JSON_REAL && (real < 0 || real > 4e9))
        return false;
    *out = value->kind == ESC_JSON_INTEGER ? value->integer : (int64_t)real;
    return *out >= 0 && *out <= INT64_C(4000000000);
}

static EscStatus check_audience(const EscJson *claims, EscText client_id, EscWhy *why)
{
    const EscJson *audience = esc_json_member(claims, ESC_TEXT("aud")),
                  *party = esc_json_member(claims, ESC_TEXT("azp"));
    EscText nobody = {"", 0};
    bool is_list = audience != NULL && audience->kind == ESC_JSON_LIST;
    bool is_ours = esc_text_equal(esc_json_text_or(audience, nobody), client_id);
    for (const EscJson *one = is_list ? audience->first : NULL; one != NULL; one = one->next)
        is_ours = is_ours || esc_text_equal(esc_json_text_or(one, nobody), client_id);
    if (!is_ours)
        return refuse(why, "is for another client (aud)");
    bool needs_party = is_list && audience->count > 1;
    if ((party != NULL || needs_party) &&
        !esc_text_equal(esc_json_text_or(party, nobody), client_id))
        return refuse(why, "was given to another client (azp)");
    return ESC_OK;
}

static EscStatus check_times(const EscJson *claims, int64_t now_s, EscWhy *why)
{
    int64_t ends_s = 0, made_s = 0, begins_s = 0;
    if (!number_of(claims, "exp", &ends_s) || !number_of(claims, "iat", &made_s))
        return refuse(why, "does not say when it was made and when it ends");
    if (now_s >= ends_s + ESC_OIDC_SKEW_S)
        return refuse(why, "is over (exp); are both clocks right?");
    if (made_s > now_s + ESC_OIDC_SKEW_S)
        return refuse(why, "comes from a time to come (iat); are both clocks right?");
    if (made_s < now_s - ESC_OIDC_TOKEN_AGE_S - ESC_OIDC_SKEW_S)
        return refuse(why, "is old (iat); are both clocks right?");
    if (esc_json_member(claims, ESC_TEXT("nbf")) != NULL &&
        (!number_of(claims, "nbf", &begins_s) || begins_s > now_s + ESC_OIDC_SKEW_S))
        return refuse(why, "does not count yet (nbf); are both clocks right?");
    return ESC_OK;
}

static EscStatus check_claims(const EscJson *claims, const EscTokenWish *wish, EscWhy *why)
{
    EscText subject = text_of(claims, "sub");
    if (!esc_text_equal(text_of(claims, "iss"), wish->issuer))
        return refuse(why, "is another provider's (iss)");
    EscStatus status = check_audience(claims, wish->client_id, why);
    if (status == ESC_OK)
        status = check_times(claims, wish->now_s, why);
    if (status == ESC_OK &&
        (wish->nonce.size == 0 || !esc_text_equal(text_of(claims, "nonce"), wish->nonce)))
        return refuse(why, "is of another login (nonce)");
    if (status == ESC_OK && (subject.size == 0 || subject.size > SUBJECT_BYTES_MAX))
        return refuse(why, "does not say who it is (sub)");
    return status;
}

void esc_claims_read(EscArena *arena, const EscJson *claims, EscTokenClaims *out)
{
    const EscJson *verified = esc_json_member(claims, ESC_TEXT("email_verified"));
    EscText mail = text_of(claims, "email");
    bool is_verified =
        verified != NULL && verified->kind == ESC_JSON_TRUE && esc_mail_address_is_plain(mail);
    *out = (EscTokenClaims){.subject = esc_arena_text(arena, text_of(claims, "sub")),
                            .mail = is_verified ? esc_arena_text(arena, mail) : (EscText){"", 0},
                            .title = esc_arena_text(arena, text_of(claims, "name"))};
}

EscStatus esc_token_verify(EscArena *arena, EscText token, EscText keys, const EscTokenWish *wish,
                           EscTokenClaims *out, EscWhy *why)
{
    Parts parts = {.signed_text = {0}};
    *out = (EscTokenClaims){.subject = {"", 0}};
    if (!split(arena, token, &parts))
        return refuse(why, "is no token (JWT)");
    EscStatus status = check_header(&parts, why);
    if (status == ESC_OK)
        status = check_signature(arena, &parts, keys, why);
    if (status == ESC_OK)
        status = check_claims(parts.claims, wish, why);
    if (status == ESC_OK)
        esc_claims_read(arena, parts.claims, out);
    return status == ESC_OK && esc_arena_failed(arena) ? ESC_NO_MEMORY : status;
}
