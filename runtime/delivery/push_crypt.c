/* push_crypt.c - Web Push: encryption for one browser (RFC 8291, 8188) and the sender's token (RFC 8292), by libcrypto. */
#include "push_crypt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <esc/proofs.h>

#include "plan.h"

#define RECORD_BYTES 4096
#define TAG_BYTES 16
#define HASH_BYTES 32

/* --- hashes ------------------------------------------------------------------------------------- */

static void hmac(EscBytes key, EscBytes text, uint8_t out[HASH_BYTES])
{
    const EscText said = {(const char *)text.data, text.size};
    EscMac mac;
    bool is_made =
        esc_mac_make(ESC_MAC_SHA256, (EscText){(const char *)key.data, key.size}, &said, 1, &mac);
    ESC_ASSERT(is_made); /* only without memory */
    memcpy(out, mac.bytes, HASH_BYTES);
}

static EscBytes bytes_of(EscText text)
{
    return (EscBytes){(const uint8_t *)text.data, text.size};
}

/* HKDF-Expand for at most one block (RFC 5869): all that is needed here. `info` has room for one byte more. */
static void expand(const uint8_t key[HASH_BYTES], EscBuf *info, uint8_t out[HASH_BYTES])
{
    esc_buf_u8(info, 1);
    hmac((EscBytes){key, HASH_BYTES}, esc_buf_as_bytes(info), out);
}

/* --- the curve ---------------------------------------------------------------------------------- */

typedef struct Curve {
    EC_GROUP *group;
    BN_CTX *numbers;
    EC_POINT *point;
    BIGNUM *scalar, *x;
} Curve;

static void curve_open(Curve *curve)
{
    curve->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    curve->numbers = BN_CTX_new();
    curve->point = curve->group == NULL ? NULL : EC_POINT_new(curve->group);
    curve->scalar = BN_new();
    curve->x = BN_new();
    ESC_ASSERT(curve->group != NULL && curve->numbers != NULL && curve->point != NULL &&
               curve->scalar != NULL && curve->x != NULL); /* only without memory */
}

static void curve_close(Curve *curve)
{
    BN_free(curve->x);
    BN_clear_free(curve->scalar);
    EC_POINT_clear_free(curve->point);
    BN_CTX_free(curve->numbers);
    EC_GROUP_free(curve->group);
}

/* From 1 to the order less one. */
static bool take_scalar(Curve *curve, EscBytes secret)
{
    return secret.size == ESC_PUSH_SCALAR_BYTES &&
           BN_bin2bn(secret.data, (int)secret.size, curve->scalar) != NULL &&
           !BN_is_zero(curve->scalar) &&
           BN_cmp(curve->scalar, EC_GROUP_get0_order(curve->group)) < 0;
}

static bool point_of(Curve *curve, EscBytes secret, uint8_t point[ESC_PUSH_POINT_BYTES])
{
    return take_scalar(curve, secret) &&
           EC_POINT_mul(curve->group, curve->point, curve->scalar, NULL, NULL, curve->numbers) ==
               1 &&
           EC_POINT_point2oct(curve->group, curve->point, POINT_CONVERSION_UNCOMPRESSED, point,
                              ESC_PUSH_POINT_BYTES, curve->numbers) == ESC_PUSH_POINT_BYTES;
}

bool esc_push_point(EscBytes secret, uint8_t point[ESC_PUSH_POINT_BYTES])
{
    Curve curve;
    curve_open(&curve);
    bool is_point = point_of(&curve, secret, point);
    curve_close(&curve);
    return is_point;
}

/* What both sides know. A point that is not on the curve is refused: with one somebody could learn our key. */
static bool agree(EscBytes secret, EscBytes receiver, uint8_t out[HASH_BYTES])
{
    Curve curve;
    curve_open(&curve);
    bool is_agreed = receiver.size == ESC_PUSH_POINT_BYTES && take_scalar(&curve, secret) &&
                     EC_POINT_oct2point(curve.group, curve.point, receiver.data, receiver.size,
                                        curve.numbers) == 1 &&
                     EC_POINT_mul(curve.group, curve.point, NULL, curve.point, curve.scalar,
                                  curve.numbers) == 1 &&
                     EC_POINT_get_affine_coordinates(curve.group, curve.point, curve.x, NULL,
                                                     curve.numbers) == 1 &&
                     BN_bn2binpad(curve.x, out, HASH_BYTES) == HASH_BYTES;
    curve_close(&curve);
    return is_agreed;
}

/* --- encryption --------------------------------------------------------------------------------- */

/* Like the number that deterministic signatures draw (RFC 6979): from what nobody else knows, and all that is said. */
static void draw(EscBytes secret, const char *what, EscText message_key, EscText text,
                 uint8_t out[HASH_BYTES])
{
    EscBuf said;
    uint8_t digest[HASH_BYTES];
    esc_sha256(bytes_of(text), digest);
    esc_buf_init(&said, message_key.size + HASH_BYTES + 64);
    esc_buf_printf(&said, "escal push %s", what);
    esc_buf_u8(&said, 0);
    esc_buf_text(&said, message_key);
    esc_buf_u8(&said, 0);
    esc_buf_append(&said, digest, sizeof(digest));
    ESC_ASSERT(said.status == ESC_OK);
    hmac(secret, esc_buf_as_bytes(&said), out);
    esc_buf_release(&said);
}

void esc_push_draw(EscPushKeys *keys, EscBytes secret, EscText message_key, EscText text)
{
    uint8_t salt[HASH_BYTES];
    draw(secret, "sender", message_key, text, keys->sender);
    draw(secret, "salt", message_key, text, salt);
    memcpy(keys->salt, salt, ESC_PUSH_SALT_BYTES);
}

/* RFC 8291, 3.4: from the agreed secret to the keying material of the content. */
static void keying_material(const EscPushKeys *keys, const uint8_t agreed[HASH_BYTES],
                            const uint8_t sender_point[ESC_PUSH_POINT_BYTES],
                            uint8_t out[HASH_BYTES])
{
    uint8_t first[HASH_BYTES];
    EscBuf info;
    hmac(keys->auth, (EscBytes){agreed, HASH_BYTES}, first);
    esc_buf_init(&info, 256);
    esc_buf_append(&info, "WebPush: info", 14); /* with the NUL behind it */
    esc_buf_append(&info, keys->receiver.data, keys->receiver.size);
    esc_buf_append(&info, sender_point, ESC_PUSH_POINT_BYTES);
    expand(first, &info, out);
    esc_buf_release(&info);
    OPENSSL_cleanse(first, sizeof(first));
}

/* `what` with the NUL behind it. */
static void derive(const uint8_t key[HASH_BYTES], const char *what, size_t size,
                   uint8_t out[HASH_BYTES])
{
    EscBuf info;
    esc_buf_init(&info, 64);
    esc_buf_append(&info, what, size);
    expand(key, &info, out);
    esc_buf_release(&info);
}

/* One record, the last: the text, a 2 behind it, and the tag. */
static bool seal(EscBuf *out, const uint8_t key[HASH_BYTES], const uint8_t nonce[HASH_BYTES],
                 EscText text)
{
    static const uint8_t last = 2;
    uint8_t sealed[ESC_PUSH_TEXT_BYTES_MAX + 1], tag[TAG_BYTES];
    int size = 0, more = 0, none = 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    bool is_sealed =
        cipher != NULL && EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), NULL, key, nonce) == 1 &&
        EVP_EncryptUpdate(cipher, sealed, &size, (const uint8_t *)text.data, (int)text.size) == 1 &&
        EVP_EncryptUpdate(cipher, sealed + size, &more, &last, 1) == 1 &&
        EVP_EncryptFinal_ex(cipher, sealed + size + more, &none) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1;
    EVP_CIPHER_CTX_free(cipher);
    if (!is_sealed)
        return false;
    esc_buf_append(out, sealed, (size_t)(size + more));
    esc_buf_append(out, tag, sizeof(tag));
    return true;
}

bool esc_aes128gcm_write(EscBuf *out, const uint8_t salt[ESC_PUSH_SALT_BYTES], EscBytes key_id,
                         EscBytes material, EscText text)
{
    uint8_t first[HASH_BYTES], key[HASH_BYTES], nonce[HASH_BYTES];
    if (text.size == 0 || text.size > ESC_PUSH_TEXT_BYTES_MAX || key_id.size > UINT8_MAX)
        return false;
    hmac((EscBytes){salt, ESC_PUSH_SALT_BYTES}, material, first);
    derive(first, "Content-Encoding: aes128gcm", 28, key);
    derive(first, "Content-Encoding: nonce", 24, nonce);
    esc_buf_append(out, salt, ESC_PUSH_SALT_BYTES);
    esc_buf_u32(out, RECORD_BYTES);
    esc_buf_u8(out, (uint8_t)key_id.size);
    esc_buf_append(out, key_id.data, key_id.size);
    bool is_sealed = seal(out, key, nonce, text);
    OPENSSL_cleanse(first, sizeof(first));
    OPENSSL_cleanse(key, sizeof(key));
    return is_sealed;
}

bool esc_push_encrypt(EscBuf *out, const EscPushKeys *keys, EscText text)
{
    uint8_t agreed[HASH_BYTES], material[HASH_BYTES], point[ESC_PUSH_POINT_BYTES];
    EscBytes sender = {keys->sender, ESC_PUSH_SCALAR_BYTES};
    if (!esc_push_point(sender, point) || !agree(sender, keys->receiver, agreed))
        return false;
    keying_material(keys, agreed, point, material);
    bool is_sealed = esc_aes128gcm_write(out, keys->salt, (EscBytes){point, sizeof(point)},
                                         (EscBytes){material, sizeof(material)}, text);
    OPENSSL_cleanse(agreed, sizeof(agreed));
    OPENSSL_cleanse(material, sizeof(material));
    return is_sealed;
}

/* --- the sender's token --------------------------------------------------------------------------- */

static EVP_PKEY *private_key(EscBytes secret, const uint8_t point[ESC_PUSH_POINT_BYTES])
{
    EVP_PKEY *key = NULL;
    BIGNUM *scalar = BN_bin2bn(secret.data, (int)secret.size, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (scalar != NULL && build != NULL && context != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
                                         ESC_PUSH_POINT_BYTES) == 1)
        parameters = OSSL_PARAM_BLD_to_param(build);
    if (parameters != NULL && EVP_PKEY_fromdata_init(context) == 1)
        (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(context);
    BN_clear_free(scalar);
    return key;
}

/* A signature as two numbers of 32 bytes, from the form that libcrypto gives it (RFC 7518, 3.4). */
static bool plain_signature(const uint8_t *der, size_t size, uint8_t out[2 * HASH_BYTES])
{
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)size);
    bool is_plain =
        signature != NULL &&
        BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, HASH_BYTES) == HASH_BYTES &&
        BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + HASH_BYTES, HASH_BYTES) == HASH_BYTES;
    ECDSA_SIG_free(signature);
    return is_plain;
}

static bool sign(EscBytes secret, const uint8_t point[ESC_PUSH_POINT_BYTES], EscBytes text,
                 uint8_t out[2 * HASH_BYTES])
{
    uint8_t der[128];
    size_t size = sizeof(der);
    EVP_PKEY *key = private_key(secret, point);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool is_signed = key != NULL && digest != NULL &&
                     EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, key) == 1 &&
                     EVP_DigestSign(digest, der, &size, text.data, text.size) == 1 &&
                     plain_signature(der, size, out);
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(key);
    return is_signed;
}

static void put_claims(EscBuf *out, EscText audience, EscText contact, int64_t until_s)
{
    EscBuf claims;
    esc_buf_init(&claims, ESC_PUSH_TEXT_BYTES_MAX);
    esc_buf_string(&claims, "{\"aud\":");
    esc_json_text(&claims, audience);
    esc_buf_printf(&claims, ",\"exp\":%lld,\"sub\":", (long long)until_s);
    esc_json_text(&claims, contact);
    esc_buf_char(&claims, '}');
    esc_base64url_write(out, esc_buf_as_bytes(&claims));
    esc_buf_release(&claims);
}

bool esc_push_vapid(EscBuf *out, EscBytes secret, EscText audience, EscText contact,
                    int64_t until_s)
{
    uint8_t point[ESC_PUSH_POINT_BYTES], signature[2 * HASH_BYTES];
    EscBuf token;
    esc_buf_init(&token, 2 * ESC_PUSH_TEXT_BYTES_MAX);
    esc_base64url_write(&token, bytes_of(ESC_TEXT("{\"typ\":\"JWT\",\"alg\":\"ES256\"}")));
    esc_buf_char(&token, '.');
    put_claims(&token, audience, contact, until_s);
    bool is_signed = token.status == ESC_OK && esc_push_point(secret, point) &&
                     sign(secret, point, esc_buf_as_bytes(&token), signature);
    if (is_signed) {
        esc_buf_string(out, "vapid t=");
        esc_buf_text(out, esc_buf_as_text(&token));
        esc_buf_char(out, '.');
        esc_base64url_write(out, (EscBytes){signature, sizeof(signature)});
        esc_buf_string(out, ", k=");
        esc_base64url_write(out, (EscBytes){point, sizeof(point)});
    }
    esc_buf_release(&token);
    return is_signed;
}
