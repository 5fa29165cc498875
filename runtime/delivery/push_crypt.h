/* push_crypt.h - what a browser's push is encrypted and signed with; for plan_webpush.c only. Pure but for the numbers that
 * a signature draws.
 *
 *   RFC 8188  the coding aes128gcm of HTTP contents
 *   RFC 8291  its key, from a browser's point and secret
 *   RFC 8292  who sends it (VAPID): a JSON Web Token with ES256 */
#ifndef ESC_DELIVERY_PUSH_CRYPT_H
#define ESC_DELIVERY_PUSH_CRYPT_H

#include <esc/kit.h>

#define ESC_PUSH_SCALAR_BYTES 32
#define ESC_PUSH_POINT_BYTES 65
#define ESC_PUSH_AUTH_BYTES 16
#define ESC_PUSH_SALT_BYTES 16
/* Of a text that fits into the one record of 4096 bytes that a push service takes. */
#define ESC_PUSH_TEXT_BYTES_MAX 3993

typedef struct EscPushKeys {
    EscBytes receiver;                     /* the browser's point */
    EscBytes auth;                         /* and its secret */
    uint8_t sender[ESC_PUSH_SCALAR_BYTES]; /* for this message alone */
    uint8_t salt[ESC_PUSH_SALT_BYTES];     /* for this message alone */
} EscPushKeys;
/* Fills in `sender` and `salt` from our own key, the message's key and its text: the same message is the same bytes however
 * often it is sent, and no other text is ever encrypted with them. */
void esc_push_draw(EscPushKeys *keys, EscBytes secret, EscText message_key, EscText text);
/* Appends the encrypted text as one record. False: the browser's point is none, or the text is too long. */
ESC_MUST_USE bool esc_push_encrypt(EscBuf *out, const EscPushKeys *keys, EscText text);

/* Appends the text as the one record of a content in the coding aes128gcm. False: it is empty or too long. */
ESC_MUST_USE bool esc_aes128gcm_write(EscBuf *out, const uint8_t salt[ESC_PUSH_SALT_BYTES],
                                      EscBytes key_id, EscBytes material, EscText text);

/* The point of a private key. False: it is none. */
ESC_MUST_USE bool esc_push_point(EscBytes secret, uint8_t point[ESC_PUSH_POINT_BYTES]);
/* Appends "vapid t=…, k=…". False: the key is none. */
ESC_MUST_USE bool esc_push_vapid(EscBuf *out, EscBytes secret, EscText audience, EscText contact,
                                 int64_t until_s);

#endif
