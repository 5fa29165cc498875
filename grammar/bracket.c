/* bracket.c - which brackets and texts are open at the moment.
 *
 * The scanner needs this to know whether a `}` closes a block or goes back into a text, and the
 * reports need it to say which brace was never closed. The stack is bounded by ESC_NESTING_MAX, and
 * with it everything that is built from it. */
#include "grammar_internal.h"

bool esc_bracket_open(EscParse *parse, BracketKind kind, uint32_t at)
{
    if (parse->bracket_count == ESC_NESTING_MAX) {
        esc_syntax_put_too_deep(parse, esc_parse_span(parse, at, at + 1));
        return false;
    }
    Bracket *bracket = &parse->brackets[parse->bracket_count++];
    *bracket = (Bracket){.kind = kind, .at = at, .is_first = true};
    if (kind == BRACKET_LONG_TEXT)
        bracket->indent = esc_text_common_indent(parse, at);
    return true;
}

/* Longer lines tell nothing about indentation, and looking for their start at every brace would
 * cost the square of their length. */
#define LINE_LOOK_BACK_MAX 400u

/* How far the line of `at` is indented; UINT32_MAX when that is not known, or when `must_be_first`
 * and something stands before it. */
static uint32_t line_indent(const EscParse *parse, uint32_t at, bool must_be_first)
{
    uint32_t line = at;
    while (line > 0 && at - line < LINE_LOOK_BACK_MAX && parse->source.data[line - 1] != '\n')
        line--;
    if (at - line == LINE_LOOK_BACK_MAX)
        return UINT32_MAX;
    uint32_t end = line;
    while (end < at && (parse->source.data[end] == ' ' || parse->source.data[end] == '\t'))
        end++;
    return must_be_first && end != at ? UINT32_MAX : end - line;
}

/* A `}` that is indented otherwise than the line of its `{` probably belongs to another one. */
static void note_crooked(EscParse *parse, const Bracket *open, uint32_t at)
{
    if (parse->crooked_at != 0 || parse->source.data[at] != '}')
        return;
    uint32_t close_indent = line_indent(parse, at, true);
    uint32_t open_indent = line_indent(parse, open->at, false);
    if (close_indent != UINT32_MAX && open_indent != UINT32_MAX && close_indent < open_indent)
        parse->crooked_at = open->at;
}

bool esc_bracket_close(EscParse *parse, BracketKind kind, uint32_t at)
{
    uint32_t count = parse->bracket_count;
    while (count > 0) {
        const Bracket *bracket = &parse->brackets[count - 1];
        if (bracket->kind == BRACKET_TEXT || bracket->kind == BRACKET_LONG_TEXT)
            break;
        if (bracket->kind == kind) {
            if (kind == BRACKET_BRACE)
                note_crooked(parse, bracket, at);
            parse->bracket_count = count - 1;
            return true;
        }
        if (kind != BRACKET_BRACE)
            return false; /* a stray `)` or `]`: the parser reports it */
        count--;
    }
    if (kind == BRACKET_BRACE)
        parse->bracket_count = count;
    return false;
}

const Bracket *esc_bracket_top(const EscParse *parse)
{
    return parse->bracket_count == 0 ? NULL : &parse->brackets[parse->bracket_count - 1];
}
