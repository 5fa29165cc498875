/* text.c - what stands between quotes: escapes, common indentation, pieces between {…}. */
#include "ast.h"

#include <string.h>

static EscNode *put_literal(EscParse *parse, EscSpan span, EscText value)
{
    return esc_node_put(
        parse,
        &(EscNode){.kind = ESC_NODE_TEXT_LITERAL, .span = span, .text_literal = {.value = value}});
}

EscNode *esc_literal_whole(EscParse *parse, EscSpan span, EscNode *piece)
{
    EscTextNode text = {.is_plain = true};
    if (piece != NULL) {
        text.parts = esc_list_one(piece);
        text.plain = piece->text_literal.value;
    }
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_TEXT, .span = span, .text = text});
}

EscNode *esc_literal_text(EscParse *parse, EscSpan span, uint32_t start, uint32_t end)
{
    EscNode *piece = NULL;
    if (end > start)
        piece = put_literal(parse, esc_parse_span(parse, start, end),
                            esc_parse_slice(parse, start, end));
    return esc_literal_whole(parse, span, piece);
}

/* --- indentation of long texts ---------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The first line counts only from its text on, so it never takes part; lines of blanks do not
 * either. */
uint32_t esc_text_common_indent(const EscParse *parse, uint32_t at)
{
    EscText source = parse->source;
    uint32_t common = UINT32_MAX, indent = 0;
    bool is_at_line_start = false;
    for (size_t i = (size_t)at + 3; i < source.size; i++) {
        char c = source.data[i];
        bool is_closing =
            c == '"' && source.size - i >= 3 && memcmp(source.data + i, "\"\"\"", 3) == 0;
        if (is_closing)
            break;
        if (c == '\n') {
            is_at_line_start = true;
            indent = 0;
        } else if (is_at_line_start && is_blank(c)) {
            indent++;
        } else {
            if (is_at_line_start && indent < common)
                common = indent;
            is_at_line_start = false;
            if (c == '\\')
                i++;
        }
    }
    return common == UINT32_MAX ? 0 : common;
}

/* --- decoding --------------------------------------------------------------------------------- */

/* \" \\ \n \{ \} \t; anything else is reported and kept as it was written. */
static char decode_escape(EscParse *parse, uint32_t at)
{
    char c = parse->source.data[at + 1];
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '"':
    case '\\':
    case '{':
    case '}':
        return c;
    default:
        break;
    }
    EscSyntaxError error =
        esc_syntax_error(ESC_SYNTAX_UNKNOWN_ESCAPE, esc_parse_span(parse, at, at + 2),
                         ESC_TEXT("this backslash means nothing"));
    error.hint = ESC_TEXT("a text knows `\\\"`, `\\\\`, `\\n`, `\\t` and `\\{`");
    esc_syntax_put(parse, &error);
    return c;
}

/* The line end behind the opening quotes of a long text does not belong to it. */
static uint32_t skip_first_line_end(const EscParse *parse, uint32_t start, uint32_t end)
{
    uint32_t at = start;
    while (at < end && is_blank(parse->source.data[at]))
        at++;
    return at < end && parse->source.data[at] == '\n' ? at : start;
}

/* Neither does the line end before the closing ones, when they stand alone in their line. */
static uint32_t cut_last_line_end(const EscParse *parse, uint32_t start, uint32_t end)
{
    uint32_t at = end;
    while (at > start && is_blank(parse->source.data[at - 1]))
        at--;
    if (at == start || parse->source.data[at - 1] != '\n')
        return end;
    at--;
    return at > start && parse->source.data[at - 1] == '\r' ? at - 1 : at;
}

static EscText decode(EscParse *parse, uint32_t start, uint32_t end, bool is_long, uint32_t indent)
{
    char *out = esc_arena_alloc(parse->arena, end - start);
    if (out == NULL)
        return (EscText){NULL, 0};
    size_t size = 0;
    for (uint32_t at = start; at < end; at++) {
        char c = parse->source.data[at];
        if (c == '\\' && at + 1 < end) {
            out[size++] = decode_escape(parse, at);
            at++;
        } else if (is_long && c == '\r' && at + 1 < end && parse->source.data[at + 1] == '\n') {
            continue;
        } else {
            out[size++] = c;
        }
        if (!is_long || c != '\n')
            continue;
        for (uint32_t i = 0; i < indent && at + 1 < end && is_blank(parse->source.data[at + 1]);
             i++)
            at++;
    }
    return (EscText){out, size};
}

EscNode *esc_literal_piece(EscParse *parse, const Bracket *text, uint32_t start, uint32_t end,
                           bool is_last)
{
    bool is_long = text->kind == BRACKET_LONG_TEXT;
    uint32_t from = start, to = end;
    if (is_long && is_last)
        to = cut_last_line_end(parse, from, to);
    if (is_long && text->is_first && from < to)
        from = skip_first_line_end(parse, from, to);
    if (from >= to)
        return NULL;
    EscText raw = esc_parse_slice(parse, from, to);
    bool is_plain = memchr(raw.data, '\\', raw.size) == NULL &&
                    (!is_long || memchr(raw.data, '\n', raw.size) == NULL);
    EscText value = is_plain ? raw : decode(parse, from, to, is_long, text->indent);
    if (is_long && text->is_first && value.size > 0 && raw.data[0] == '\n')
        value = (EscText){value.data + 1,
                          value.size -
                              1}; /* its indentation was taken away together with the line end */
    return value.size == 0 ? NULL : put_literal(parse, esc_parse_span(parse, from, to), value);
}
