/* kit_json.c - the two parts of JSON writing that are easy to get wrong: strings and numbers.
 *
 * Not here: reading JSON (kit_json_read.c), and the braces and commas, which whoever writes a document puts down
 * itself. */
#include <esc/kit.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The letter behind the backslash, or 'u' for the \u00XX form. */
static char escape_of(char c)
{
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 'u';
    }
}

void esc_json_text(EscBuf *out, EscText text)
{
    esc_buf_char(out, '"');
    size_t plain_from = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if ((uint8_t)c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
            continue; /* nearly all */
        char escape = escape_of(c);
        esc_buf_append(out, text.data + plain_from, i - plain_from);
        esc_buf_char(out, '\\');
        if (escape == 'u')
            esc_buf_printf(out, "u%04x", (unsigned)(uint8_t)c);
        else
            esc_buf_char(out, escape);
        plain_from = i + 1;
    }
    if (plain_from < text.size)
        esc_buf_append(out, text.data + plain_from, text.size - plain_from);
    esc_buf_char(out, '"');
}

static bool is_number_character(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e';
}

/* printf and strtod both use the locale's decimal point, so the test for equality holds in any
 * locale; what is then neither digit, sign nor exponent is that point, one character or several
 * bytes, and becomes '.'. */
void esc_json_number(EscBuf *out, double value)
{
    ESC_ASSERT(isfinite(value));
    bool is_whole = fabs(value) >= 1 && fabs(value) < 1e15 && fabs(value - trunc(value)) <= 0;
    if (is_whole) { /* the same digits as below, sooner */
        esc_buf_number(out, (int64_t)value);
        return;
    }
    char text[48] = "";
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double back = strtod(text, NULL);
        if (back >= value && back <= value)
            break;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (is_number_character(*at))
            esc_buf_char(out, *at);
        else if (is_number_character(at[-1]))
            esc_buf_char(out, '.');
    }
}
