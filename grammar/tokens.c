/* tokens.c - a file as a list of tokens with nothing lost: for the formatter and for editors.
 *
 * It is the parser's own scanner with comments kept and reports off, so the two can never disagree
 * about what a token is. A text with {…} in it becomes one token here. */
#include "ast.h"
#include "escal_parser.h"

typedef struct Tokens {
    EscParse *parse;
    EscToken *items;
    size_t count, capacity;
} Tokens;

static uint32_t count_line_ends(EscText source, uint32_t start, uint32_t end)
{
    uint32_t count = 0;
    for (uint32_t at = start; at < end; at++)
        count += source.data[at] == '\n';
    return count;
}

static bool append(Tokens *tokens, EscTokenKind kind, uint32_t start, uint32_t end)
{
    EscParse *parse = tokens->parse;
    if (tokens->count == tokens->capacity) {
        EscToken *grown = esc_arena_grow(parse->arena, tokens->items, tokens->count,
                                         &tokens->capacity, sizeof *grown);
        if (grown == NULL)
            return false;
        tokens->items = grown;
    }
    uint32_t before = tokens->count == 0 ? 0 : tokens->items[tokens->count - 1].end;
    tokens->items[tokens->count++] =
        (EscToken){.kind = kind,
                   .start = start,
                   .end = end,
                   .newlines_before = count_line_ends(parse->source, before, start)};
    return true;
}

static EscTokenKind kind_of(int token)
{
    switch (token) {
    case T_COMMENT:
        return ESC_TOKEN_COMMENT;
    case T_UNKNOWN:
    case T_ESC_YYerror:
        return ESC_TOKEN_UNKNOWN;
    case T_TEXT:
        return ESC_TOKEN_TEXT;
    case T_INTEGER:
    case T_DECIMAL:
    case T_PERCENT:
    case T_DURATION:
    case T_LOCAL_TIME:
    case T_TIME_OF_DAY:
        return ESC_TOKEN_LITERAL;
    case T_NAME:
    case T_PATH:
        return ESC_TOKEN_WORD;
    default:
        return token >= T_BRACE_OPEN && token <= T_SLASH ? ESC_TOKEN_PUNCTUATION : ESC_TOKEN_WORD;
    }
}

static EscStatus read_tokens(Tokens *tokens)
{
    EscParse *parse = tokens->parse;
    uint32_t text_at = 0;
    unsigned depth = 0; /* texts inside one another */
    for (;;) {
        ESC_YYSTYPE value;
        EscSpan span;
        int token = esc_yylex(&value, &span, parse);
        if (token == T_YYEOF)
            break;
        if (token == T_ESC_YYerror) { /* nested too deep: what was begun becomes one unknown token */
            parse->bracket_count = 0;
            span.start = depth > 0 ? text_at : span.start;
            depth = 0;
        }
        if (token == T_TEXT_START && depth++ == 0)
            text_at = span.start;
        if (token == T_TEXT_END && depth > 0 && --depth == 0) {
            token = T_TEXT;
            span.start = text_at;
        }
        if (depth == 0 && span.end > span.start &&
            !append(tokens, kind_of(token), span.start, span.end))
            return ESC_NO_MEMORY;
    }
    uint32_t size = (uint32_t)parse->source.size;
    if (depth > 0 && !append(tokens, ESC_TOKEN_UNKNOWN, text_at, size)) /* a text that never ends */
        return ESC_NO_MEMORY;
    return ESC_OK;
}

EscStatus esc_source_tokens(EscArena *arena, EscText source, EscTokenList *out)
{
    *out = (EscTokenList){NULL, 0};
    if (source.size > ESC_SOURCE_SIZE_MAX)
        return ESC_OVER_LIMIT;
    EscParse *parse = esc_arena_alloc(arena, sizeof *parse);
    if (parse == NULL)
        return ESC_NO_MEMORY;
    *parse = (EscParse){.arena = arena, .source = source, .is_quiet = true, .keeps_comments = true};
    if (esc_scanner_open(parse) != ESC_OK)
        return ESC_NO_MEMORY;
    Tokens tokens = {.parse = parse};
    EscStatus status = read_tokens(&tokens);
    esc_scanner_close(parse);
    if (status == ESC_OK)
        *out = (EscTokenList){tokens.items, tokens.count};
    return status;
}
