/* esc/proofs.h - what proves that bytes come from who shares a secret with us: keyed hashes, made and held against what was
 * given. Pure; it knows no request and no service. */
#ifndef ESC_PROOFS_H
#define ESC_PROOFS_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_MAC_BYTES_MAX 64

typedef enum EscMacKind { ESC_MAC_SHA1, ESC_MAC_SHA256, ESC_MAC_SHA512 } EscMacKind;

typedef struct EscMac {
    uint8_t bytes[ESC_MAC_BYTES_MAX];
    size_t size; /* 20, 32 or 64 */
} EscMac;

/* HMAC (RFC 2104) of the parts, one behind the other, with the bytes of `key`. False without memory: then nothing is proven. */
ESC_MUST_USE bool esc_mac_make(EscMacKind kind, EscText key, const EscText *parts, size_t count,
                               EscMac *mac);
/* Whether `given` is that, as hexadecimal digits of either case. In constant time, as the others. */
bool esc_mac_is_hex(const EscMac *mac, EscText given);
/* The same as base64; its padding may be left out. */
bool esc_mac_is_base64(const EscMac *mac, EscText given);
/* Appends all of it as hexadecimal digits of lower case. */
void esc_mac_write_hex(EscBuf *out, const EscMac *mac);

/* The key that a secret of Standard Webhooks stands for, into `out`: behind whsec_ it is base64, anything else, and what is
 * no base64 there, is taken as it is. False: no memory, or there is no room in `out`. Who owns `out` cleans it. */
ESC_MUST_USE bool esc_webhook_key(EscText secret, EscBuf *out);

/* Two texts of any length, in a time that does not depend on where they differ. */
bool esc_secrets_equal(EscText a, EscText b);

#ifdef __cplusplus
}
#endif
#endif
