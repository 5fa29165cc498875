/* escalctl_print.c - text for terminals. A title such as "\033[2J" is shown, never obeyed, and what cannot be seen is made
 * visible. Everything that came from elsewhere goes through here. */
#include <string.h>

#include "escalctl_print.h"

#define LINE_END 0x0a
#define JOINER_FROM                                                                                \
    0x0600 /* scripts behind Latin, Greek, Cyrillic, and emoji: where joiners are spelling */

/* Commands, changes of direction, and what takes no room. */
static bool is_unsafe(uint32_t c)
{
    EscUnseen unseen = esc_unseen(c);
    return unseen != ESC_SEEN && unseen != ESC_UNSEEN_JOINER;
}

static bool is_joiner(uint32_t c)
{
    return esc_unseen(c) == ESC_UNSEEN_JOINER;
}

static bool is_selector(uint32_t c)
{
    return is_joiner(c) && c != 0x200c && c != 0x200d;
}

/* A text, character by character. */
typedef struct Walk {
    EscText text;
    size_t at, size; /* of the character at hand */
    uint32_t c, before;
} Walk;

static Walk walk_begin(EscText text)
{
    return (Walk){.text = esc_utf8_is_valid(text, NULL) ? text : ESC_TEXT("(not UTF-8)")};
}

static bool walk_next(Walk *walk)
{
    walk->at += walk->size;
    if (walk->at >= walk->text.size)
        return false;
    walk->before = walk->c;
    walk->c = esc_utf8_decode(walk->text, walk->at, &walk->size);
    return true;
}

/* 0 behind the last one. */
static uint32_t character_behind(const Walk *walk)
{
    size_t size = 0, at = walk->at + walk->size;
    return at < walk->text.size ? esc_utf8_decode(walk->text, at, &size) : 0;
}

/* A joiner is spelling between two characters of such scripts, and a selector behind one. Elsewhere it only makes two
 * titles look the same. */
static bool is_spelling(const Walk *walk)
{
    bool is_behind_one = walk->before >= JOINER_FROM && esc_unseen(walk->before) == ESC_SEEN;
    if (is_selector(walk->c))
        return is_behind_one;
    uint32_t behind = character_behind(walk);
    return (is_behind_one || is_selector(walk->before)) && behind >= JOINER_FROM &&
           esc_unseen(behind) == ESC_SEEN;
}

/* The character at hand as it is shown; gives its width in columns. `out` NULL: only measures. */
static size_t put_character(FILE *out, const Walk *walk)
{
    char escaped[16];
    bool is_shown = !is_unsafe(walk->c) && (!is_joiner(walk->c) || is_spelling(walk));
    if (is_shown) {
        if (out != NULL)
            (void)fwrite(walk->text.data + walk->at, 1, walk->size, out);
        return 1;
    }
    if (walk->c == LINE_END)
        (void)snprintf(escaped, sizeof(escaped), "↵");
    else
        (void)snprintf(escaped, sizeof(escaped), walk->c < 0x100 ? "\\x%02x" : "\\u{%x}",
                       (unsigned)walk->c);
    if (out != NULL)
        (void)fputs(escaped, out);
    return walk->c == LINE_END ? 1 : strlen(escaped);
}

void print_safe(FILE *out, EscText text, bool lines)
{
    for (Walk walk = walk_begin(text); walk_next(&walk);) {
        if (walk.c == LINE_END && lines)
            (void)fputc('\n', out);
        else
            (void)put_character(out, &walk);
    }
}

static EscText without_line_ends(EscText text)
{
    while (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
        text.size--;
    return text;
}

void print_lines(FILE *out, EscText text, size_t indent)
{
    for (Walk walk = walk_begin(without_line_ends(text)); walk_next(&walk);) {
        bool ends_line = walk.c == '\r' && walk.at + 1 < walk.text.size &&
                         walk.text.data[walk.at + 1] == '\n'; /* the line end behind it counts */
        if (walk.c == LINE_END)
            (void)fprintf(out, "\n%*s", (int)indent, "");
        else if (!ends_line)
            (void)put_character(out, &walk);
    }
}

size_t print_width(EscText text)
{
    size_t width = 0;
    for (Walk walk = walk_begin(text); walk_next(&walk);)
        width += put_character(NULL, &walk);
    return width;
}

void print_cell(FILE *out, EscText text, size_t width)
{
    size_t used = 0;
    bool is_cut = print_width(text) > width;
    size_t room = width - (is_cut && width > 0 ? 1 : 0);
    for (Walk walk = walk_begin(text); walk_next(&walk);) {
        if (used + put_character(NULL, &walk) > room)
            break;
        used += put_character(out, &walk);
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
    for (Walk walk = walk_begin(json); walk_next(&walk);) {
        if (walk.c == '\n' || (!is_unsafe(walk.c) && !is_joiner(walk.c)))
            (void)fwrite(walk.text.data + walk.at, 1, walk.size, out);
        else if (walk.c <= 0xffff)
            (void)fprintf(out, "\\u%04x", (unsigned)walk.c);
        else
            (void)fprintf(out, "\\u%04x\\u%04x", 0xd800u + ((unsigned)(walk.c - 0x10000) >> 10),
                          0xdc00u + ((unsigned)(walk.c - 0x10000) & 0x3ff));
    }
    (void)fputc('\n', out);
}
