/* sign.c - signatures of outgoing webhooks (Standard Webhooks 1.0). */
#include <openssl/crypto.h>

#include <esc/proofs.h>

#include "plan.h"

void esc_webhook_sign(EscBuf *out, EscText secret, EscText id, int64_t timestamp_s, EscText body)
{
    char stamp[32];
    EscMac mac;
    EscBuf key;
    (void)snprintf(stamp, sizeof stamp, ".%lld.", (long long)timestamp_s);
    esc_buf_init(&key, secret.size + 1);
    const EscText parts[] = {id, esc_text_from(stamp), body};
    bool is_made =
        esc_webhook_key(secret, &key) &&
        esc_mac_make(ESC_MAC_SHA256, esc_buf_as_text(&key), parts, ESC_COUNT_OF(parts), &mac);
    ESC_ASSERT(is_made); /* only without memory */
    OPENSSL_cleanse(key.data, key.size);
    esc_buf_release(&key);
    esc_buf_string(out, "v1,");
    esc_base64_write(out, (EscBytes){mac.bytes, mac.size});
}
