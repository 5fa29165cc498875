/* kit_json.c - the two parts of JSON writing that are easy to get wrong: strings and numbers; and a tree that was read,
 * written again.
 *
 * Not here: reading JSON (kit_json_read.c), and the braces and commas of new documents, which whoever writes one puts
 * down itself. */
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

/* Bytes that begin a character of esc_unseen beyond ASCII. */
static bool may_be_unseen(uint8_t lead)
{
    return lead == 0xC2 || lead == 0xCD || lead == 0xD8 || (lead >= 0xE1 && lead <= 0xE3) ||
           lead == 0xEF || lead >= 0xF0;
}

static void put_unseen(EscBuf *out, uint32_t c)
{
    if (c > 0xFFFF)
        esc_buf_printf(out, "\\u%04x\\u%04x", 0xD800u + ((c - 0x10000) >> 10),
                       0xDC00u + ((c - 0x10000) & 0x3FF));
    else
        esc_buf_printf(out, "\\u%04x", c);
}

static void put_escape(EscBuf *out, uint32_t c)
{
    char escape = c < 0x80 ? escape_of((char)c) : 'u';
    if (escape == 'u') {
        put_unseen(out, c);
        return;
    }
    esc_buf_char(out, '\\');
    esc_buf_char(out, escape);
}

/* The size of the character at `at` when it has to be escaped, else 0. */
static size_t escaped_size(EscText text, size_t at, uint32_t *c)
{
    uint8_t lead = (uint8_t)text.data[at];
    *c = lead;
    if (lead < 0x80)
        return lead < 0x20 || lead == '"' || lead == '\\' || lead == 0x7F ? 1 : 0;
    if (!may_be_unseen(lead))
        return 0;
    size_t size = 0;
    *c = esc_utf8_decode(text, at, &size);
    EscUnseen unseen = esc_unseen(*c);
    return unseen == ESC_SEEN || unseen == ESC_UNSEEN_JOINER ? 0 : size;
}

void esc_json_text(EscBuf *out, EscText text)
{
    esc_buf_char(out, '"');
    size_t plain_from = 0;
    for (size_t at = 0; at < text.size;) {
        uint32_t c = 0;
        size_t size = escaped_size(text, at, &c);
        if (size == 0) {
            at++; /* nearly all */
            continue;
        }
        esc_buf_append(out, text.data + plain_from, at - plain_from);
        put_escape(out, c);
        at += size;
        plain_from = at;
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
    bool is_whole = fabs(value) >= 1 && fabs(value) < 1e15 && esc_number_floor(value) >= value;
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

/* --- a tree ------------------------------------------------------------------------------------- */

static void write_value(EscBuf *out, const EscJson *json, unsigned indent, unsigned depth);

static void put_line(EscBuf *out, unsigned columns)
{
    esc_buf_char(out, '\n');
    for (unsigned i = 0; i < columns; i++)
        esc_buf_char(out, ' ');
}

static void write_items(EscBuf *out, const EscJson *json, unsigned indent, unsigned depth)
{
    for (const EscJson *item = json->first; item != NULL; item = item->next) {
        if (item != json->first)
            esc_buf_char(out, ',');
        if (indent > 0)
            put_line(out, indent * (depth + 1));
        if (json->kind == ESC_JSON_OBJECT) {
            esc_json_text(out, item->name);
            esc_buf_string(out, indent > 0 ? ": " : ":");
        }
        write_value(out, item, indent, depth + 1);
    }
    if (indent > 0 && json->first != NULL)
        put_line(out, indent * depth);
}

/* Recursion is as deep as the tree, which its reader bounded. */
static void write_value(EscBuf *out, const EscJson *json, unsigned indent, unsigned depth)
{
    switch (json->kind) {
    case ESC_JSON_LIST:
        esc_buf_char(out, '[');
        write_items(out, json, indent, depth);
        esc_buf_char(out, ']');
        break;
    case ESC_JSON_OBJECT:
        esc_buf_char(out, '{');
        write_items(out, json, indent, depth);
        esc_buf_char(out, '}');
        break;
    case ESC_JSON_TEXT:
        esc_json_text(out, json->text);
        break;
    case ESC_JSON_NULL:
    case ESC_JSON_FALSE:
    case ESC_JSON_TRUE:
    case ESC_JSON_INTEGER:
    case ESC_JSON_REAL:
        esc_buf_text(out, json->source);
        break;
    }
}

void esc_json_write(EscBuf *out, const EscJson *json, unsigned indent)
{
    write_value(out, json, indent, 0);
}
