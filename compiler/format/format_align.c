/* format_align.c - columns: neighbouring lines of one kind put the same thing below the same thing.
 *
 * Only parts that stand in one line take part, and only while the widest does not push the others
 * too far to the right. */
#include "format/format.h"

#define SPREAD_MAX 60u /* blanks that alignment may add before a token */
#define STOPS_MAX 4u   /* columns in a line: 1 to 3, and the comment at its end */
#define COMMENT_STOP STOPS_MAX

/* --- which token stands in which column ------------------------------------------------------- */

/* The column of a token at the outermost level of its line, 0 when it just follows the one before.
 */
static unsigned stop_of(const Format *format, EscNodeKind kind, size_t token, size_t index)
{
    bool is_text = format->tokens.items[token].kind == ESC_TOKEN_TEXT;
    switch (kind) {
    case ESC_NODE_OWNER:
        return index == 1                              ? 1
               : esc_format_is(format, token, "ack")   ? 2
               : esc_format_is(format, token, "holds") ? 3
                                                       : 0;
    case ESC_NODE_CHECK:
        return esc_format_is(format, token, "within") ? 1
               : esc_format_is(format, token, "else") ? 2
                                                      : 0;
    case ESC_NODE_SLA_CLOCK:
        return esc_format_is(format, token, "of")        ? 1
               : esc_format_is(format, token, "warn at") ? 2
                                                         : 0;
    case ESC_NODE_ROUTE_ROW:
        return esc_format_is(format, token, "->") ? 1 : 0;
    case ESC_NODE_MATCH_ARM:
        return esc_format_is(format, token, "=>") ? 1 : 0;
    case ESC_NODE_ANSWER:
        return is_text ? 1 : 0;
    case ESC_NODE_POLICY_APPROVE:
        return esc_format_is(format, token, "by") ? 1 : 0;
    case ESC_NODE_CHANNEL:
        return is_text ? 1 : index >= 2 && !esc_format_is(format, token, "proves") ? 2 : 0;
    case ESC_NODE_PERSON:
    case ESC_NODE_TEAM:
    case ESC_NODE_CALENDAR:
    case ESC_NODE_SCHEDULE:
    case ESC_NODE_EVENT:
        return is_text ? 1 : esc_format_is(format, token, "{") ? 2 : 0;
    default:
        return 0;
    }
}

static bool opens(const Format *format, size_t token)
{
    return esc_format_is(format, token, "{") || esc_format_is(format, token, "(") ||
           esc_format_is(format, token, "[");
}

static bool closes(const Format *format, size_t token)
{
    return esc_format_is(format, token, "}") || esc_format_is(format, token, ")") ||
           esc_format_is(format, token, "]");
}

/* Finds the pieces that stand in a column: stops[n] is the piece, or SIZE_MAX. */
static void find_stops(const Format *format, const FormatLine *line, size_t stops[STOPS_MAX + 1])
{
    unsigned depth = 0, last = 0;
    for (unsigned stop = 0; stop <= STOPS_MAX; stop++)
        stops[stop] = SIZE_MAX;
    for (size_t i = 1; i < line->piece_count; i++) {
        size_t token = format->pieces[line->first_piece + i].token;
        if (closes(format, token))
            depth--;
        unsigned stop = depth > 0 ? 0 : stop_of(format, line->kind, token, i);
        if (format->tokens.items[token].kind == ESC_TOKEN_COMMENT)
            stop = COMMENT_STOP;
        if (stop > last) {
            stops[stop] = line->first_piece + i;
            last = stop;
        }
        if (opens(format, token))
            depth++;
    }
}

/* --- groups of lines -------------------------------------------------------------------------- */

/* Whether the line holds a whole part, so that nothing of it stands on the lines below. */
static bool is_whole(const Format *format, size_t index)
{
    const FormatLine *line = &format->lines[index];
    if (line->kind == ESC_NODE_FILE || line->is_continuation)
        return false;
    if (index + 1 < format->line_count && format->lines[index + 1].is_continuation &&
        format->lines[index + 1].indent >= line->indent)
        return false;
    size_t last = format->pieces[line->first_piece + line->piece_count - 1].token;
    for (size_t token = format->pieces[line->first_piece].token; token <= last; token++) {
        EscText text = esc_format_token_text(format, token);
        if (format->partners[token] > last)
            return false; /* a block that ends below */
        for (size_t i = 0; i < text.size; i++)
            if (text.data[i] == '\n')
                return false;
    }
    return true;
}

static bool is_same_group(const Format *format, size_t first, size_t index)
{
    const FormatLine *a = &format->lines[first], *b = &format->lines[index];
    return b->kind == a->kind && b->indent == a->indent && !b->has_blank_before &&
           is_whole(format, index);
}

/* The width of a line up to a piece, with the alignment that it has so far. */
static uint32_t width_before(const Format *format, const FormatLine *line, size_t piece)
{
    uint32_t width = line->indent;
    for (size_t i = line->first_piece; i < piece; i++) {
        const EscToken *token = &format->tokens.items[format->pieces[i].token];
        width += format->pieces[i].gap + token->end - token->start;
    }
    return width;
}

static void align_stop(Format *format, size_t first, size_t end, unsigned stop)
{
    uint32_t widest = 0, narrowest = UINT32_MAX;
    size_t stops[STOPS_MAX + 1];
    for (size_t i = first; i < end; i++) {
        find_stops(format, &format->lines[i], stops);
        if (stops[stop] == SIZE_MAX)
            continue;
        uint32_t width =
            width_before(format, &format->lines[i], stops[stop]) + format->pieces[stops[stop]].gap;
        widest = width > widest ? width : widest;
        narrowest = width < narrowest ? width : narrowest;
    }
    if (widest <= narrowest || widest - narrowest > SPREAD_MAX)
        return;
    for (size_t i = first; i < end; i++) {
        find_stops(format, &format->lines[i], stops);
        if (stops[stop] != SIZE_MAX)
            format->pieces[stops[stop]].gap =
                widest - width_before(format, &format->lines[i], stops[stop]);
    }
}

void esc_format_align(Format *format)
{
    size_t end = 0;
    for (size_t first = 0; first < format->line_count; first = end) {
        end = first + 1;
        if (!is_whole(format, first))
            continue;
        while (end < format->line_count && is_same_group(format, first, end))
            end++;
        for (unsigned stop = 1; stop <= STOPS_MAX && end > first + 1; stop++)
            align_stop(format, first, end, stop);
    }
}
