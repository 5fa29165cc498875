/* delivery_sign.c - signatures of outgoing webhooks (Standard Webhooks 1.0) and the base64 that
 * they and mail need. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "plan.h"

void esc_base64_write(EscBuf *out, EscBytes bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        if (left > 1)
            group |= (uint32_t)bytes.data[i + 1] << 8;
        if (left > 2)
            group |= bytes.data[i + 2];
        esc_buf_char(out, digits[group >> 18]);
        esc_buf_char(out, digits[(group >> 12) & 63]);
        esc_buf_char(out, left > 1 ? digits[(group >> 6) & 63] : '=');
        esc_buf_char(out, left > 2 ? digits[group & 63] : '=');
    }
}

/* The key of a secret: whsec_<base64> is decoded, anything else is taken as it is. */
static size_t secret_key(EscText secret, uint8_t key[ESC_SECRET_BYTES_MAX])
{
    EscText prefix = ESC_TEXT("whsec_");
    if (esc_text_starts_with(secret, prefix) && secret.size - prefix.size <= ESC_SECRET_BYTES_MAX) {
        EscText coded = {secret.data + prefix.size, secret.size - prefix.size};
        int size = EVP_DecodeBlock(key, (const unsigned char *)coded.data, (int)coded.size);
        for (size_t i = coded.size; size > 0 && coded.data[i - 1] == '='; i--)
            size--; /* EVP_DecodeBlock counts the padding as bytes */
        if (size > 0)
            return (size_t)size;
    }
    size_t size = secret.size < ESC_SECRET_BYTES_MAX ? secret.size : ESC_SECRET_BYTES_MAX;
    memcpy(key, secret.data, size);
    return size;
}

void esc_webhook_sign(EscBuf *out, EscText secret, EscText id, int64_t timestamp_s, EscText body)
{
    uint8_t key[ESC_SECRET_BYTES_MAX];
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned mac_size;
    size_t key_size = secret_key(secret, key);
    EscBuf text;
    esc_buf_init(&text, body.size + id.size + 64);
    esc_buf_printf(&text, "%.*s.%lld.", ESC_TEXT_ARG(id), (long long)timestamp_s);
    esc_buf_text(&text, body);
    bool is_made = text.status == ESC_OK && HMAC(EVP_sha256(), key, (int)key_size, text.data,
                                                 text.size, mac, &mac_size) != NULL;
    ESC_ASSERT(is_made); /* only without memory */
    OPENSSL_cleanse(key, sizeof(key));
    esc_buf_release(&text);
    esc_buf_string(out, "v1,");
    esc_base64_write(out, (EscBytes){mac, mac_size});
}
