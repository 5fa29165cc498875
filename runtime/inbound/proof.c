/* proof.c - what proves that a request comes from who shares a secret with us: HMAC-SHA256 (and HMAC-SHA1 where a service has no other), compared in constant time. Pure. */
#include <esc/inbound.h>

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define MAC_SIZE 32
#define SHA1_MAC_SIZE 20

/* False without memory: then nothing is proven. */
static bool mac_of(EscText secret, const EscText *parts, size_t count, uint8_t mac[MAC_SIZE])
{
    EscBuf text;
    size_t size = 0;
    unsigned mac_size = 0;
    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    esc_buf_init(&text, size + 1);
    for (size_t i = 0; i < count; i++)
        esc_buf_text(&text, parts[i]);
    bool is_made = text.status == ESC_OK && HMAC(EVP_sha256(), secret.data, (int)secret.size,
                                                 text.size == 0 ? (const uint8_t *)"" : text.data,
                                                 text.size, mac, &mac_size) != NULL;
    esc_buf_release(&text);
    return is_made && mac_size == MAC_SIZE;
}

bool esc_proof_hex(EscText secret, const EscText *parts, size_t count, EscText given)
{
    uint8_t mac[MAC_SIZE];
    char hex[2 * MAC_SIZE + 1], lower[2 * MAC_SIZE];
    if (!mac_of(secret, parts, count, mac) || given.size != sizeof(lower))
        return false;
    esc_hex((EscBytes){mac, sizeof(mac)}, hex);
    for (size_t i = 0; i < sizeof(lower); i++)
        lower[i] = esc_ascii_lower(given.data[i]);
    return CRYPTO_memcmp(hex, lower, sizeof(lower)) == 0;
}

bool esc_proof_base64(EscText secret, const EscText *parts, size_t count, EscText given)
{
    uint8_t mac[MAC_SIZE];
    unsigned char coded[4 * ((MAC_SIZE + 2) / 3) + 1];
    if (!mac_of(secret, parts, count, mac))
        return false;
    int size = EVP_EncodeBlock(coded, mac, sizeof(mac));
    return size > 0 && given.size == (size_t)size &&
           CRYPTO_memcmp(coded, given.data, (size_t)size) == 0;
}

bool esc_proof_sha1_base64(EscText secret, EscText text, EscText given)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned char coded[4 * ((SHA1_MAC_SIZE + 2) / 3) + 1];
    unsigned size = 0;
    if (HMAC(EVP_sha1(), secret.data, (int)secret.size, (const uint8_t *)text.data, text.size, mac,
             &size) == NULL ||
        size != SHA1_MAC_SIZE)
        return false;
    int coded_size = EVP_EncodeBlock(coded, mac, SHA1_MAC_SIZE);
    return coded_size > 0 && given.size == (size_t)coded_size &&
           CRYPTO_memcmp(coded, given.data, given.size) == 0;
}

bool esc_proof_equal(EscText a, EscText b)
{
    uint8_t first[32], second[32]; /* of one length, whatever the texts have */
    esc_sha256((EscBytes){(const uint8_t *)a.data, a.size}, first);
    esc_sha256((EscBytes){(const uint8_t *)b.data, b.size}, second);
    return CRYPTO_memcmp(first, second, sizeof(first)) == 0;
}

bool esc_proof_is_fresh(EscText seconds, int64_t wall_ms)
{
    int64_t at_s = 0;
    if (seconds.size == 0 || seconds.size > 12)
        return false;
    for (size_t i = 0; i < seconds.size; i++) {
        if (seconds.data[i] < '0' || seconds.data[i] > '9')
            return false;
        at_s = at_s * 10 + (seconds.data[i] - '0');
    }
    int64_t age_ms = wall_ms - at_s * 1000;
    return age_ms <= ESC_INBOUND_AGE_MS_MAX && age_ms >= -ESC_INBOUND_AGE_MS_MAX;
}
