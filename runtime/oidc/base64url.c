/* base64url.c - base64url without padding (RFC 4648, 5), read strictly: a token has one form. */
#include "oidc_internal.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void esc_base64url_put(EscBuf *out, EscBytes bytes)
{
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        group |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        group |= left > 2 ? bytes.data[i + 2] : 0;
        esc_buf_char(out, digits[group >> 18]);
        esc_buf_char(out, digits[(group >> 12) & 63]);
        if (left > 1)
            esc_buf_char(out, digits[(group >> 6) & 63]);
        if (left > 2)
            esc_buf_char(out, digits[group & 63]);
    }
}

static int value_of(char c)
{
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

bool esc_base64url_get(EscArena *arena, EscText text, EscBytes *out)
{
    uint8_t *bytes = esc_arena_alloc(arena, text.size / 4 * 3 + 3);
    uint32_t group = 0;
    unsigned bits = 0;
    size_t size = 0;
    if (bytes == NULL || text.size % 4 == 1)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        int value = value_of(text.data[i]);
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[size++] = (uint8_t)(group >> bits);
            group &= (1u << bits) - 1;
        }
    }
    *out = (EscBytes){bytes, size};
    return group == 0; /* what is left over says nothing */
}
