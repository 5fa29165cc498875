/* proofs.c - HMACs by libcrypto, the keys of Standard Webhooks, and comparing in constant time. */
#include <esc/proofs.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const EVP_MD *digest_of(EscMacKind kind)
{
    switch (kind) {
    case ESC_MAC_SHA1:
        return EVP_sha1();
    case ESC_MAC_SHA512:
        return EVP_sha512();
    case ESC_MAC_SHA256:
        break;
    }
    return EVP_sha256();
}

/* Several parts are joined first. */
bool esc_mac_make(EscMacKind kind, EscText key, const EscText *parts, size_t count, EscMac *mac)
{
    size_t size = 1;
    unsigned made = 0;
    EscBuf joined;
    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    esc_buf_init(&joined, size);
    for (size_t i = 0; i < count && count > 1; i++)
        esc_buf_text(&joined, parts[i]);
    EscText text = count == 1 ? parts[0] : esc_buf_as_text(&joined);
    bool is_made = joined.status == ESC_OK &&
                   HMAC(digest_of(kind), key.size == 0 ? "" : key.data, (int)key.size,
                        (const uint8_t *)(text.size == 0 ? "" : text.data), text.size, mac->bytes,
                        &made) != NULL;
    esc_buf_release(&joined);
    mac->size = is_made ? made : 0;
    return is_made;
}

bool esc_mac_is_hex(const EscMac *mac, EscText given)
{
    char hex[2 * ESC_MAC_BYTES_MAX + 1], lower[2 * ESC_MAC_BYTES_MAX];
    if (mac->size == 0 || given.size != 2 * mac->size)
        return false;
    esc_hex((EscBytes){mac->bytes, mac->size}, hex);
    for (size_t i = 0; i < given.size; i++)
        lower[i] = esc_ascii_lower(given.data[i]);
    return CRYPTO_memcmp(lower, hex, given.size) == 0;
}

bool esc_mac_is_base64(const EscMac *mac, EscText given)
{
    unsigned char coded[4 * ((ESC_MAC_BYTES_MAX + 2) / 3) + 1];
    size_t size = (size_t)EVP_EncodeBlock(coded, mac->bytes, (int)mac->size);
    size_t padding = (3 - mac->size % 3) % 3;
    bool has_length = mac->size > 0 && (given.size == size || given.size == size - padding);
    return has_length && CRYPTO_memcmp(given.data, coded, given.size) == 0;
}

void esc_mac_write_hex(EscBuf *out, const EscMac *mac)
{
    char hex[2 * ESC_MAC_BYTES_MAX + 1];
    esc_hex((EscBytes){mac->bytes, mac->size}, hex);
    esc_buf_string(out, hex);
}

bool esc_webhook_key(EscText secret, EscBuf *out)
{
    EscText prefix = ESC_TEXT("whsec_");
    size_t start = out->size;
    if (esc_text_starts_with(secret, prefix)) {
        EscText coded = {secret.data + prefix.size, secret.size - prefix.size};
        if (esc_base64_read(coded, out) && out->size > start)
            return true;
        out->size = start;
    }
    esc_buf_text(out, secret);
    return out->status == ESC_OK;
}

bool esc_secrets_equal(EscText a, EscText b)
{
    uint8_t first[32], second[32]; /* of one length, whatever the texts have */
    esc_sha256((EscBytes){(const uint8_t *)a.data, a.size}, first);
    esc_sha256((EscBytes){(const uint8_t *)b.data, b.size}, second);
    return CRYPTO_memcmp(first, second, sizeof first) == 0;
}
