/* kit_base64.c - bytes as base64 and back: RFC 4648, with the alphabet of section 4 and that of section 5, which addresses take. */
#include <esc/kit.h>

static void write_groups(EscBuf *out, EscBytes bytes, const char digits[64], bool is_padded)
{
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        if (left > 1)
            group |= (uint32_t)bytes.data[i + 1] << 8;
        if (left > 2)
            group |= bytes.data[i + 2];
        esc_buf_char(out, digits[group >> 18]);
        esc_buf_char(out, digits[(group >> 12) & 63]);
        if (left > 1 || is_padded)
            esc_buf_char(out, left > 1 ? digits[(group >> 6) & 63] : '=');
        if (left > 2 || is_padded)
            esc_buf_char(out, left > 2 ? digits[group & 63] : '=');
    }
}

void esc_base64_write(EscBuf *out, EscBytes bytes)
{
    write_groups(out, bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                 true);
}

void esc_base64url_write(EscBuf *out, EscBytes bytes)
{
    write_groups(out, bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
                 false);
}

/* -1 for what is no digit. Both alphabets agree in the first 62. */
static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static size_t padding_of(EscText coded)
{
    size_t padding = 0;
    while (padding < 2 && padding < coded.size && coded.data[coded.size - 1 - padding] == '=')
        padding++;
    return padding;
}

/* Digits alone. What is left of the last one stands in *rest. */
static bool read_digits(EscText digits, EscBuf *out, uint32_t *rest)
{
    uint32_t group = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = digit_of(digits.data[i]);
        if (digit < 0)
            return false;
        group = group << 6 | (uint32_t)digit;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            esc_buf_u8(out, (uint8_t)(group >> bits));
            group &= (1u << bits) - 1;
        }
    }
    *rest = group;
    return bits < 6 && out->status == ESC_OK; /* one digit alone is no byte */
}

bool esc_base64_read(EscText coded, EscBuf *out)
{
    uint32_t rest = 0;
    for (size_t i = 0; i < coded.size; i++)
        if (coded.data[i] == '-' || coded.data[i] == '_')
            return false;
    return coded.size % 4 == 0 &&
           read_digits((EscText){coded.data, coded.size - padding_of(coded)}, out, &rest);
}

bool esc_base64url_read(EscText coded, EscBuf *out)
{
    uint32_t rest = 0;
    return read_digits((EscText){coded.data, coded.size - padding_of(coded)}, out, &rest) &&
           rest == 0;
}
