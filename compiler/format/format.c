/* format.c - the one layout of a source: `escalc fmt`.
 *
 * It works on tokens, and the tree only tells where the parts of blocks begin, so no token and no
 * comment can get lost. The lines are built first, then their columns are lined up, then they are
 * written. */
#include <esc/compiler.h>
#include <esc/grammar.h>

#include <string.h>

#include "format/format.h"

/* A source is at most 1 MiB; tree and tokens take up to some hundred times that. */
#define FORMAT_MEMORY_MAX (512u << 20)

/* --- long texts ------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t leading_blanks(EscText line)
{
    size_t count = 0;
    while (count < line.size && is_blank(line.data[count]))
        count++;
    return count;
}

/* The next line of *rest, without its end. */
static EscText take_line(EscText *rest)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    EscText line = {rest->data, size};
    rest->data += end == NULL ? size : size + 1;
    rest->size -= end == NULL ? size : size + 1;
    return line;
}

/* A {…} over several lines: its lines are not indented text, so such a text stays as it is. */
static bool has_wide_hole(EscText text)
{
    unsigned depth = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\\')
            i++;
        else if (c == '{')
            depth++;
        else if (c == '}' && depth > 0)
            depth--;
        else if (c == '\n' && depth > 0)
            return true;
    }
    return false;
}

static size_t common_indent(EscText body)
{
    size_t common = SIZE_MAX;
    while (body.size > 0) {
        EscText line = take_line(&body);
        size_t blanks = leading_blanks(line);
        bool is_closing = body.size == 0;
        if (blanks < line.size && !(is_closing && blanks == line.size - 3) && blanks < common)
            common = blanks;
    }
    return common;
}

static EscText cut_carriage_return(EscText line)
{
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

static void write_blanks(EscBuf *out, uint32_t count)
{
    static const char blanks[] = "                                ";
    for (; count > sizeof blanks - 1; count -= (uint32_t)(sizeof blanks - 1))
        esc_buf_append(out, blanks, sizeof blanks - 1);
    esc_buf_append(out, blanks, count);
}

/* Moves the lines of a long text so that they stand one level inside the line that it belongs to.
 * The language takes common indentation away, so what it says stays the same. */
static void write_long_text(EscBuf *out, EscText text, uint32_t indent)
{
    EscText rest = text;
    EscText first = take_line(&rest);
    size_t common = common_indent(rest);
    esc_buf_text(out, cut_carriage_return(first));
    while (rest.size > 0) {
        EscText line = take_line(&rest);
        size_t blanks = leading_blanks(line);
        bool is_closing = rest.size == 0 && line.size - blanks == 3;
        size_t cut = common < blanks ? common : blanks;
        if (is_closing)
            cut = blanks;
        line = cut_carriage_return((EscText){line.data + cut, line.size - cut});
        esc_buf_char(out, '\n');
        if (line.size > 0)
            write_blanks(out, indent + (is_closing || common == SIZE_MAX ? 0 : 2));
        esc_buf_text(out, line);
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Words that belong together are one blank apart. */
static void write_word(EscBuf *out, EscText text)
{
    size_t plain = 0; /* most are one word */
    while (plain < text.size && !is_blank(text.data[plain]))
        plain++;
    esc_buf_append(out, text.data, plain);
    for (size_t i = plain; i < text.size; i++) {
        if (!is_blank(text.data[i]))
            esc_buf_char(out, text.data[i]);
        else if (!is_blank(text.data[i - 1]))
            esc_buf_char(out, ' ');
    }
}

static void write_token(EscBuf *out, const Format *format, size_t token, uint32_t indent)
{
    EscText text = esc_format_token_text(format, token);
    switch (format->tokens.items[token].kind) {
    case ESC_TOKEN_WORD:
        write_word(out, text);
        return;
    case ESC_TOKEN_COMMENT:
        while (text.size > 0 && is_blank(text.data[text.size - 1]))
            text.size--;
        break;
    case ESC_TOKEN_TEXT:
        if (esc_text_starts_with(text, ESC_TEXT("\"\"\"")) &&
            memchr(text.data, '\n', text.size) != NULL && !has_wide_hole(text)) {
            write_long_text(out, text, indent);
            return;
        }
        break;
    default:
        break;
    }
    esc_buf_text(out, text);
}

static void write_lines(EscBuf *out, const Format *format)
{
    for (size_t i = 0; i < format->line_count; i++) {
        const FormatLine *line = &format->lines[i];
        if (line->has_blank_before)
            esc_buf_char(out, '\n');
        write_blanks(out, line->indent);
        for (size_t k = 0; k < line->piece_count; k++) {
            const FormatPiece *piece = &format->pieces[line->first_piece + k];
            write_blanks(out, piece->gap);
            write_token(out, format, piece->token, line->indent);
        }
        esc_buf_char(out, '\n');
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

/* --- what could not be read ------------------------------------------------------------------- */

/* Every one of them is a fault, but for parts that are noted twice. */
#define BROKEN_MAX (3 * ESC_SYNTAX_ERRORS_MAX)

/* Places of parts and declarations that could not be read. */
typedef struct Broken {
    EscSpan items[BROKEN_MAX];
    size_t count;
} Broken;

static void note(Broken *broken, uint32_t start, uint32_t end)
{
    if (end > start && broken->count < BROKEN_MAX)
        broken->items[broken->count++] = (EscSpan){.start = start, .end = end};
}

static void collect_broken(Broken *broken, const EscNode *file)
{
    broken->count = 0;
    ESC_EACH_NODE(part, file->file.broken) {
        if (part->span.end > part->span.start + 1) /* else a brace that has no other one */
            note(broken, part->span.start, part->span.end);
    }
    ESC_EACH_NODE(declaration, file->file.declarations) {
        const EscNode *next = declaration->next; /* nobody knows where a lost one ended */
        if (declaration->kind == ESC_NODE_BROKEN)
            note(broken, declaration->span.start, next == NULL ? file->span.end : next->span.start);
    }
}

/* The end of what could not be read at `at`; 0 when it could. */
static uint32_t broken_end(const Broken *broken, uint32_t at)
{
    uint32_t end = 0;
    for (size_t i = 0; i < broken->count; i++) {
        const EscSpan *span = &broken->items[i];
        if (at >= span->start && at < span->end && span->end > end)
            end = span->end;
    }
    return end;
}

/* Makes one token of each, so that it stays as it is. */
static void keep_broken(Format *format, const Broken *broken)
{
    EscTokenList *tokens = &format->tokens;
    size_t count = 0;
    for (size_t i = 0; i < tokens->count;) {
        EscToken token = tokens->items[i++];
        uint32_t end = broken_end(broken, token.start);
        if (end > 0)
            token.kind = ESC_TOKEN_UNKNOWN;
        for (; i < tokens->count && tokens->items[i].start < end; i++)
            token.end = tokens->items[i].end;
        tokens->items[count++] = token;
    }
    tokens->count = count;
}

/* Each of them begins a line, as the part would. */
static void mark_broken(Format *format, const Broken *broken)
{
    for (size_t i = 0; i < format->tokens.count; i++)
        if (broken_end(broken, format->tokens.items[i].start) > 0)
            format->items[i] = ESC_NODE_BROKEN;
}

/* --- brackets --------------------------------------------------------------------------------- */

/* What closes an opening bracket; '\0' when it is none. */
static char closing(char open)
{
    return open == '{' ? '}' : open == '(' ? ')' : open == '[' ? ']' : '\0';
}

/* Pairs the brackets. False when they do not match, which is only where the source does not parse. */
static bool pair_brackets(Format *format)
{
    uint32_t open[ESC_NESTING_MAX];
    char wanted[ESC_NESTING_MAX];
    uint32_t depth = 0;
    for (uint32_t token = 0; token < format->tokens.count; token++) {
        EscText text = esc_format_token_text(format, token);
        format->items[token] = ESC_NODE_FILE;
        format->partners[token] = token;
        if (format->tokens.items[token].kind != ESC_TOKEN_PUNCTUATION || text.size != 1)
            continue;
        if (closing(text.data[0]) != '\0') {
            if (depth == ESC_NESTING_MAX)
                return false;
            wanted[depth] = closing(text.data[0]);
            open[depth++] = token;
        } else if (strchr("})]", text.data[0]) != NULL) {
            if (depth == 0 || wanted[depth - 1] != text.data[0])
                return false;
            depth--;
            format->partners[token] = open[depth];
            format->partners[open[depth]] = token;
        }
    }
    return depth == 0;
}

static EscStatus format_into(EscArena *arena, EscText source, EscBuf *out)
{
    const EscNode *file = esc_source_parse(arena, 0, source, NULL);
    if (file == NULL)
        return ESC_NO_MEMORY;
    Broken broken;
    collect_broken(&broken, file);
    Format format = {.arena = arena, .source = source};
    EscStatus status = esc_source_tokens(arena, source, &format.tokens);
    if (status != ESC_OK)
        return status;
    keep_broken(&format, &broken);
    format.items = esc_arena_alloc_array(arena, format.tokens.count, sizeof *format.items);
    format.partners = esc_arena_alloc_array(arena, format.tokens.count, sizeof *format.partners);
    if (format.items == NULL || format.partners == NULL)
        return ESC_NO_MEMORY;
    if (!pair_brackets(&format))
        return ESC_BAD_SOURCE;
    esc_format_mark_items(&format, file);
    mark_broken(&format, &broken);
    if (!esc_format_break_lines(&format))
        return ESC_NO_MEMORY;
    esc_format_align(&format);
    write_lines(out, &format);
    return out->status == ESC_OK && file->file.error_count > 0 ? ESC_BAD_SOURCE : out->status;
}

EscStatus esc_source_format(EscText source, EscBuf *out)
{
    EscArena *arena = esc_arena_new(FORMAT_MEMORY_MAX);
    if (arena == NULL)
        return ESC_NO_MEMORY;
    size_t size_before = out->size;
    EscStatus status = format_into(arena, source, out);
    esc_arena_free(arena);
    bool is_made = status == ESC_OK || (status == ESC_BAD_SOURCE && out->status == ESC_OK);
    if (is_made && out->size - size_before > ESC_SOURCE_SIZE_MAX)
        status = ESC_OVER_LIMIT; /* indentation made it longer than what can be read again */
    if (!is_made || status == ESC_OVER_LIMIT)
        out->size = size_before;
    return status;
}
