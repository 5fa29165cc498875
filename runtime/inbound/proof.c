/* proof.c - whether a request is signed by who shares a secret with us, and when. */
#include <esc/inbound.h>
#include <esc/proofs.h>

bool esc_proof_hex(EscText secret, const EscText *parts, size_t count, EscText given)
{
    EscMac mac;
    return esc_mac_make(ESC_MAC_SHA256, secret, parts, count, &mac) && esc_mac_is_hex(&mac, given);
}

bool esc_proof_sha1_base64(EscText secret, EscText text, EscText given)
{
    EscMac mac;
    return esc_mac_make(ESC_MAC_SHA1, secret, &text, 1, &mac) && esc_mac_is_base64(&mac, given);
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
