/* format.h - what the parts of the formatter share. Private to this folder. */
#ifndef ESC_COMPILER_FORMAT_H
#define ESC_COMPILER_FORMAT_H

#include <esc/grammar.h>

/* A token in its line. */
typedef struct FormatPiece {
    uint32_t token;
    uint32_t gap; /* blanks before it; alignment adds to them */
} FormatPiece;

typedef struct FormatLine {
    size_t first_piece, piece_count;
    uint32_t indent;
    bool has_blank_before;
    bool is_continuation; /* goes on with the item of the line before */
    EscNodeKind kind;     /* of the item that begins here; ESC_NODE_FILE when none does */
} FormatLine;

/* The layout of one file, built in an arena. */
typedef struct Format {
    EscArena *arena;
    EscText source;
    EscTokenList tokens;
    EscNodeKind
        *items; /* for each token: the kind of the item that begins there, or ESC_NODE_FILE */
    uint32_t *partners; /* for each bracket: the token of the other one; otherwise its own number */
    FormatPiece *pieces;
    size_t piece_count, piece_capacity;
    FormatLine *lines;
    size_t line_count, line_capacity;
} Format;

/* Marks where the parts of blocks begin (format_items.c). */
void esc_format_mark_items(Format *format, const EscNode *file);
/* Breaks the tokens into lines (format_lines.c). False without memory. */
bool esc_format_break_lines(Format *format);
/* Lines up the columns of neighbouring lines of one kind (format_align.c). */
void esc_format_align(Format *format);

static inline EscText esc_format_token_text(const Format *format, size_t token)
{
    const EscToken *at = &format->tokens.items[token];
    return (EscText){format->source.data + at->start, at->end - at->start};
}

/* Whether a token that begins like it is this sign or word. */
bool esc_format_is_all(const Format *format, size_t token, const char *text);

/* Whether token is this sign or word, however blanks stand between its words. Asked of every token many times, and mostly denied by
 * the first character. */
static inline bool esc_format_is(const Format *format, size_t token, const char *text)
{
    return token < format->tokens.count &&
           format->source.data[format->tokens.items[token].start] == text[0] &&
           esc_format_is_all(format, token, text);
}

#endif
