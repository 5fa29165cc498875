/* format_lines.c - where lines end, how far they are indented, and what stands between two tokens
 * of a line.
 *
 * The author decides whether a block stands in one line and where a long statement goes on in the
 * next; the rest is fixed:
 *   - a block in one line stays so if it fits into LINE_SIZE_MAX and holds no comment, and
 * otherwise has one part in a line;
 *   - two blanks a level, and two more where a statement goes on;
 *   - `{` ends the line it belongs to, `}` stands below its beginning, `else` of an `if` stands
 * behind the `}`;
 *   - at most one empty line, and one behind every declaration of several lines;
 *   - parts of a block that share a line are two blanks apart and have no commas between them. */
#include "format/format.h"

#include <string.h>

#define LINE_SIZE_MAX 120u
#define INDENT_SIZE 2u

typedef struct Block {
    bool is_multi;   /* one part in a line */
    bool is_if;      /* the block of an `if`: its `else` stays on the line of the `}` */
    uint32_t indent; /* of the line that its `{` ends */
} Block;

typedef struct Breaker {
    Format *format;
    Block blocks[ESC_NESTING_MAX + 1]; /* blocks[0] is the file */
    uint32_t depth;
    size_t previous; /* the last token that was put; count when none was */
    size_t solid;    /* behind the run of comments that is being put */
    size_t before_previous;
    uint32_t dropped_newlines; /* line ends before commas that were dropped */
    EscNodeKind item;          /* of the part that was begun last */
    bool item_is_if;
    bool is_after_multi; /* previous is the `}` of a block of several lines */
    bool is_after_if;
    uint32_t column; /* where the current line ends, without alignment */
} Breaker;

/* --- looking at tokens ------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool esc_format_is_all(const Format *format, size_t token, const char *text)
{
    if (format->tokens.items[token].kind == ESC_TOKEN_UNKNOWN)
        return false; /* what could not be read is nothing that we know */
    EscText found = esc_format_token_text(format, token);
    size_t at = 0;
    for (; *text != '\0'; text++) {
        if (at == found.size ||
            (*text == ' ' ? !is_blank(found.data[at]) : *text != found.data[at]))
            return false;
        at++;
        while (*text == ' ' && at < found.size && is_blank(found.data[at]))
            at++;
    }
    return at == found.size;
}

static bool is_comment(const Format *format, size_t token)
{
    return token < format->tokens.count && format->tokens.items[token].kind == ESC_TOKEN_COMMENT;
}

static bool is_any(const Format *format, size_t token, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (esc_format_is(format, token, texts[i]))
            return true;
    return false;
}

static size_t skip_comments(const Format *format, size_t token)
{
    while (is_comment(format, token))
        token++;
    return token;
}

static bool begins_item(const Format *format, size_t token)
{
    return token < format->tokens.count && format->items[token] != ESC_NODE_FILE;
}

/* A comma between two parts of a block says nothing. */
static bool is_idle_comma(const Format *format, size_t token)
{
    if (!esc_format_is(format, token, ","))
        return false;
    size_t next = skip_comments(format, token + 1);
    return begins_item(format, next) || esc_format_is(format, next, "}");
}

static size_t skip_to_solid(const Format *format, size_t token)
{
    while (is_comment(format, token) || is_idle_comma(format, token))
        token++;
    return token;
}

/* --- blanks between two tokens ---------------------------------------------------------------- */

/* Words after which a value begins: a `(` or `-` behind them belongs to that value. */
static const char *const value_words[] = {
    "and",        "or",       "not",     "in",     "not in",      "when",  "if",
    "match",      "to",       "attach",  "return", "for",         "on",    "starts with",
    "ends with",  "contains", "until",   "expect", "expect that", "await", "check",
    "close when", "each",     "replies", "pause",  "<-"};
static const char *const tight_signs[] = {",", ")", "]", "?", ":"};

static bool is_value_next(const Format *format, size_t previous)
{
    if (previous >= format->tokens.count)
        return true;
    if (is_any(format, previous, value_words, ESC_COUNT_OF(value_words)))
        return true;
    return format->tokens.items[previous].kind == ESC_TOKEN_PUNCTUATION &&
           !esc_format_is(format, previous, ")") && !esc_format_is(format, previous, "]") &&
           !esc_format_is(format, previous, "}") && !esc_format_is(format, previous, "?");
}

static uint32_t gap_before(const Breaker *breaker, size_t token)
{
    const Format *format = breaker->format;
    size_t previous = breaker->previous;
    if (is_comment(format, token))
        return 2;
    if (begins_item(format, token))
        return esc_format_is(format, previous, "{") || format->items[token] == ESC_NODE_MEMBER ? 1
                                                                                               : 2;
    if ((breaker->item == ESC_NODE_OWNER && esc_format_is(format, token, "ack")) ||
        (breaker->item == ESC_NODE_SLA_CLOCK && esc_format_is(format, token, "warn at")))
        return 2; /* tables that are read at a glance */
    if (is_any(format, token, tight_signs, ESC_COUNT_OF(tight_signs)))
        return 0;
    if (esc_format_is(format, previous, "(") || esc_format_is(format, previous, "["))
        return 0;
    if (esc_format_is(format, token, "..") || esc_format_is(format, previous, ".."))
        return 0;
    if (esc_format_is(format, token, "("))
        return format->tokens.items[previous].kind == ESC_TOKEN_WORD &&
                       !is_value_next(format, previous)
                   ? 0
                   : 1;
    if (esc_format_is(format, previous, "-") && is_value_next(format, breaker->before_previous))
        return 0;
    return 1;
}

/* --- blocks ----------------------------------------------------------------------------------- */

static bool has_line_end(const Format *format, size_t token)
{
    EscText text = esc_format_token_text(format, token);
    return memchr(text.data, '\n', text.size) != NULL;
}

/* A block of several lines: written so, or with a comment in it, or too wide for one. */
static bool is_multi_block(const Breaker *breaker, size_t open)
{
    const Format *format = breaker->format;
    size_t close = format->partners[open];
    size_t width = breaker->column + 2;
    if (close <= open + 1)
        return false;
    for (size_t token = open + 1; token <= close; token++) {
        const EscToken *at = &format->tokens.items[token];
        if (at->newlines_before > 0 || at->kind == ESC_TOKEN_COMMENT || has_line_end(format, token))
            return true;
        if (is_idle_comma(format, token))
            continue;
        bool is_tight = is_any(format, token, tight_signs, ESC_COUNT_OF(tight_signs));
        width += at->end - at->start + (is_tight ? 0u : begins_item(format, token) ? 2u : 1u);
    }
    return width > LINE_SIZE_MAX;
}

static void open_block(Breaker *breaker, size_t token)
{
    Format *format = breaker->format;
    ESC_ASSERT(breaker->depth < ESC_NESTING_MAX);
    breaker->depth++;
    breaker->blocks[breaker->depth] =
        (Block){.is_multi = is_multi_block(breaker, token),
                .is_if = breaker->item_is_if,
                .indent = format->lines[format->line_count - 1].indent};
}

static const Block *block(const Breaker *breaker)
{
    return &breaker->blocks[breaker->depth];
}

static uint32_t content_indent(const Breaker *breaker)
{
    return breaker->depth == 0 ? 0 : block(breaker)->indent + INDENT_SIZE;
}

/* --- line ends -------------------------------------------------------------------------------- */

typedef struct Break {
    bool is_break, is_blank, is_continuation;
    uint32_t indent;
} Break;

static Break at_item(const Breaker *breaker, size_t token, uint32_t newlines)
{
    bool is_first = esc_format_is(breaker->format, breaker->previous, "{");
    bool may_share = !is_first && (breaker->format->items[token] == ESC_NODE_MEMBER ||
                                   breaker->item == ESC_NODE_TEST_AFTER);
    bool is_break = block(breaker)->is_multi && (newlines > 0 || !may_share);
    return (Break){
        .is_break = is_break, .is_blank = newlines > 1, .indent = content_indent(breaker)};
}

static Break at_comment(Breaker *breaker, size_t token, uint32_t newlines)
{
    const Format *format = breaker->format;
    if (breaker->solid <= token) /* looked up once for each run of comments */
        breaker->solid = skip_to_solid(format, token);
    size_t next = breaker->solid;
    bool is_between = next == format->tokens.count || begins_item(format, next) ||
                      esc_format_is(format, next, "}");
    uint32_t indent = content_indent(breaker) + (is_between ? 0 : INDENT_SIZE);
    return (Break){.is_break = newlines > 0,
                   .is_blank = newlines > 1,
                   .is_continuation = !is_between,
                   .indent = indent};
}

/* Signs that hold on to what is before them. */
static const char *const pulled_up[] = {"{", ",", ")", "]", "?", ":", ".."};

static Break at_other(const Breaker *breaker, size_t token, uint32_t newlines)
{
    const Format *format = breaker->format;
    bool is_pulled = is_any(format, token, pulled_up, ESC_COUNT_OF(pulled_up)) ||
                     esc_format_is(format, breaker->previous, "(") ||
                     esc_format_is(format, breaker->previous, "[") ||
                     (breaker->is_after_if && esc_format_is(format, token, "else"));
    return (Break){.is_break = newlines > 0 && !is_pulled,
                   .is_continuation = true,
                   .indent = content_indent(breaker) + INDENT_SIZE};
}

static Break break_before(Breaker *breaker, size_t token)
{
    const Format *format = breaker->format;
    uint32_t newlines = format->tokens.items[token].newlines_before + breaker->dropped_newlines;
    Break here;
    if (esc_format_is(format, token, "}"))
        here = (Break){.is_break = block(breaker)->is_multi,
                       .is_continuation = true,
                       .indent = block(breaker)->indent};
    else if (is_comment(format, token))
        here = at_comment(breaker, token, newlines);
    else if (begins_item(format, token))
        here = at_item(breaker, token, newlines);
    else
        here = at_other(breaker, token, newlines);
    if (is_comment(format, breaker->previous))
        here.is_break = true;
    if (breaker->depth == 0 && breaker->is_after_multi && !here.is_continuation)
        here.is_blank = true;
    return here;
}

/* --- putting it together ---------------------------------------------------------------------- */

static bool begin_line(Breaker *breaker, size_t token, Break here)
{
    Format *format = breaker->format;
    if (format->line_count == format->line_capacity) {
        FormatLine *grown = esc_arena_grow(format->arena, format->lines, format->line_count,
                                           &format->line_capacity, sizeof *grown);
        if (grown == NULL)
            return false;
        format->lines = grown;
    }
    FormatLine *line = &format->lines[format->line_count];
    *line = (FormatLine){.first_piece = format->piece_count,
                         .indent = here.indent,
                         .has_blank_before = here.is_blank && format->line_count > 0,
                         .is_continuation = here.is_continuation,
                         .kind = format->items[token]};
    format->line_count++;
    breaker->column = here.indent;
    return true;
}

static bool put_piece(Breaker *breaker, size_t token, uint32_t gap)
{
    Format *format = breaker->format;
    if (format->piece_count == format->piece_capacity) {
        FormatPiece *grown = esc_arena_grow(format->arena, format->pieces, format->piece_count,
                                            &format->piece_capacity, sizeof *grown);
        if (grown == NULL)
            return false;
        format->pieces = grown;
    }
    format->pieces[format->piece_count++] = (FormatPiece){.token = (uint32_t)token, .gap = gap};
    format->lines[format->line_count - 1].piece_count++;
    breaker->column += gap + format->tokens.items[token].end - format->tokens.items[token].start;
    return true;
}

static bool put_token(Breaker *breaker, size_t token)
{
    Format *format = breaker->format;
    Break here = break_before(breaker, token);
    bool is_line_start = here.is_break || format->line_count == 0;
    if (is_line_start && !begin_line(breaker, token, here))
        return false;
    if (!put_piece(breaker, token, is_line_start ? 0 : gap_before(breaker, token)))
        return false;
    if (begins_item(format, token)) {
        breaker->item = format->items[token];
        breaker->item_is_if = breaker->item == ESC_NODE_IF;
    }
    breaker->is_after_multi = breaker->is_after_if = false;
    if (esc_format_is(format, token, "{")) {
        open_block(breaker, token);
    } else if (esc_format_is(format, token, "}")) {
        breaker->is_after_multi = block(breaker)->is_multi;
        breaker->is_after_if = breaker->item_is_if = block(breaker)->is_if;
        breaker->item = ESC_NODE_FILE;
        breaker->depth--;
    }
    breaker->before_previous = breaker->previous;
    breaker->previous = token;
    breaker->dropped_newlines = 0;
    return true;
}

bool esc_format_break_lines(Format *format)
{
    Breaker breaker = {.format = format,
                       .previous = format->tokens.count,
                       .before_previous = format->tokens.count,
                       .item = ESC_NODE_FILE};
    breaker.blocks[0].is_multi = true;
    for (size_t token = 0; token < format->tokens.count; token++) {
        if (is_idle_comma(format, token)) {
            breaker.dropped_newlines += format->tokens.items[token].newlines_before;
            continue;
        }
        if (!put_token(&breaker, token))
            return false;
    }
    return true;
}
