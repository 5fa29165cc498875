/* kit_percent.c - texts in addresses and forms: RFC 3986. */
#include <esc/kit.h>

bool esc_is_unreserved(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void esc_buf_percent(EscBuf *buf, EscText text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (esc_is_unreserved(c))
            esc_buf_char(buf, (char)c);
        else
            esc_buf_printf(buf, "%%%02X", (unsigned)c);
    }
}
