/* escalctl_print.c - text for terminals. A title such as "\033[2J" is shown, never obeyed. */
#include <string.h>

#include "escalctl_print.h"

static bool is_unsafe(uint32_t c)
{
    EscUnseen unseen = esc_unseen(c);
    return unseen != ESC_SEEN && unseen != ESC_UNSEEN_JOINER;
}

/* One character as it is shown; gives its width in columns. */
static size_t put_character(FILE *out, EscText text, size_t at, size_t size, uint32_t c)
{
    char escaped[16];
    int width = 1;
    if (!is_unsafe(c)) {
        if (out != NULL)
            (void)fwrite(text.data + at, 1, size, out);
        return 1;
    }
    width = c < 0x100 ? snprintf(escaped, sizeof(escaped), "\\x%02x", (unsigned)c)
                      : snprintf(escaped, sizeof(escaped), "\\u{%x}", (unsigned)c);
    if (out != NULL)
        (void)fputs(escaped, out);
    return width > 0 ? (size_t)width : 0;
}

void print_safe(FILE *out, EscText text, bool lines)
{
    size_t size = 0;
    if (!esc_utf8_is_valid(text, NULL))
        text = ESC_TEXT("(not UTF-8)");
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        if (c == '\n' && lines)
            (void)fputc('\n', out);
        else
            (void)put_character(out, text, at, size, c);
    }
}

size_t print_width(EscText text)
{
    size_t width = 0, size = 0;
    if (!esc_utf8_is_valid(text, NULL))
        text = ESC_TEXT("(not UTF-8)");
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        width += put_character(NULL, text, at, size, c);
    }
    return width;
}

void print_cell(FILE *out, EscText text, size_t width)
{
    size_t used = 0, size = 0;
    if (!esc_utf8_is_valid(text, NULL))
        text = ESC_TEXT("(not UTF-8)");
    bool is_cut = print_width(text) > width;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        size_t wide = put_character(NULL, text, at, size, c);
        if (used + wide > width - (is_cut && width > 0 ? 1 : 0))
            break;
        used += put_character(out, text, at, size, c);
    }
    if (is_cut && width > 0) {
        (void)fputs("…", out);
        used++;
    }
    for (; used < width; used++)
        (void)fputc(' ', out);
}

void print_json(FILE *out, EscText json)
{
    size_t size = 0;
    for (size_t at = 0; at < json.size; at += size) {
        uint32_t c = esc_utf8_decode(json, at, &size);
        if (c == '\n' || !is_unsafe(c))
            (void)fwrite(json.data + at, 1, size, out);
        else if (c <= 0xffff)
            (void)fprintf(out, "\\u%04x", (unsigned)c);
        else
            (void)fprintf(out, "\\u%04x\\u%04x", 0xd800u + ((c - 0x10000) >> 10),
                          0xdc00u + ((c - 0x10000) & 0x3ff));
    }
    (void)fputc('\n', out);
}
