/* lines.c - content lines (RFC 5545, section 3.1): unfolded, with the number of the line in which each begins. What a
 * name means is not decided here. */
#include "ics.h"

void ics_lines_init(IcsLines *lines, EscText file)
{
    if (esc_text_starts_with(file,
                             ESC_TEXT("\xef\xbb\xbf"))) /* what some editors put before UTF-8 */
        file = (EscText){file.data + 3, file.size - 3};
    *lines = (IcsLines){.rest = file, .number = 1};
    esc_buf_init(&lines->text, SIZE_MAX / 2);
    esc_buf_init(&lines->name, SIZE_MAX / 2);
}

void ics_lines_release(IcsLines *lines)
{
    esc_buf_release(&lines->text);
    esc_buf_release(&lines->name);
}

/* Appends the next line of the file without its end. */
static void take_physical(IcsLines *lines)
{
    const char *end = memchr(lines->rest.data, '\n', lines->rest.size);
    size_t size = end == NULL ? lines->rest.size : (size_t)(end - lines->rest.data);
    size_t used = end == NULL ? size : size + 1;
    EscText line = {lines->rest.data, size};
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        --line.size;
    esc_buf_text(&lines->text, line);
    lines->rest = (EscText){lines->rest.data + used, lines->rest.size - used};
    ++lines->number;
}

static bool is_name_character(char c)
{
    char lower = esc_ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* Where the value begins: behind the first colon outside of quotes. 0: there is none. */
static size_t value_at(EscText text)
{
    bool is_quoted = false;
    for (size_t i = 0; i < text.size; ++i) {
        if (text.data[i] == '"')
            is_quoted = !is_quoted;
        else if (text.data[i] == ':' && !is_quoted)
            return i + 1;
    }
    return 0;
}

static void split(IcsLines *lines, IcsLine *line)
{
    size_t size = 0, value = value_at(line->text);
    esc_buf_clear(&lines->name);
    while (size < line->text.size && is_name_character(line->text.data[size])) {
        char c = line->text.data[size++];
        esc_buf_char(&lines->name, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    bool is_sound = value > 0 && size > 0 && strchr(";:", line->text.data[size]) != NULL;
    if (!is_sound)
        esc_buf_clear(&lines->name);
    line->name = esc_buf_as_text(&lines->name);
    line->value = (EscText){line->text.data + value, line->text.size - value};
}

static bool is_blank(EscText text)
{
    for (size_t i = 0; i < text.size; ++i) {
        if (text.data[i] != ' ' && text.data[i] != '\t')
            return false;
    }
    return true;
}

bool ics_lines_next(IcsLines *lines, IcsLine *line)
{
    do {
        if (lines->rest.size == 0)
            return false;
        esc_buf_clear(&lines->text);
        line->number = lines->number;
        take_physical(lines);
        while (lines->rest.size > 0 &&
               (lines->rest.data[0] == ' ' || lines->rest.data[0] == '\t')) {
            lines->rest = (EscText){lines->rest.data + 1, lines->rest.size - 1};
            take_physical(lines);
        }
        line->text = esc_buf_as_text(&lines->text);
    } while (is_blank(line->text) && lines->text.status == ESC_OK);
    split(lines, line);
    return lines->text.status == ESC_OK && lines->name.status == ESC_OK;
}
