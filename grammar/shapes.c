/* shapes.c - habits.c's other half: shapes of conditions, values, fields, texts and times that other
 * tools have. */
#include "habits.h"

#include <string.h>

#define IS_AND(fault_) (esc_fault_has(fault_, "and") && esc_fault_has(fault_, "="))

static EscText printf1(const Fault *fault, const char *format, EscText word)
{
    return esc_arena_printf(fault->parse->arena, format, ESC_TEXT_ARG(word));
}

static EscText slice(const Fault *fault, uint32_t start, uint32_t end)
{
    return esc_parse_slice(fault->parse, start, end);
}

static EscText trimmed(EscText text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (EscText){text.data + 1, text.size - 1};
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool put(const Fault *fault, EscSpan span, const char *message, const char *hint)
{
    return esc_fault_put(fault, ESC_SYNTAX_UNEXPECTED, span, esc_text_from(message), hint);
}

static bool put_edit(const Fault *fault, EscSpan span, const char *message, const char *hint,
                     uint32_t start, uint32_t end, EscText text)
{
    return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, span, esc_text_from(message), hint,
                              (FaultEdit){.start = start, .end = end, .text = text});
}

/* --- texts ------------------------------------------------------------------------------------ */

/* A piece of source with one brace where there are two, and no blanks within. */
static EscText single_braces(const Fault *fault, uint32_t start, uint32_t end)
{
    char *text = esc_arena_alloc(fault->parse->arena, end - start);
    size_t size = 0;
    bool is_open = false;
    for (uint32_t at = start; text != NULL && at < end; at++) {
        char c = esc_look_at(fault, at);
        if ((c == '{' || c == '}') && esc_look_at(fault, at + 1) == c) {
            is_open = c == '{';
            at++;
        } else if (is_open && c == ' ') {
            continue;
        }
        text[size++] = c;
    }
    return (EscText){text, size};
}

/* "{{ ticket.title }}" */
static bool is_double_brace(const Fault *fault)
{
    EscParse *parse = fault->parse;
    uint32_t at = parse->token.start;
    if (!esc_fault_is(fault, "{") || at == 0 || esc_look_at(fault, at - 1) != '{' ||
        parse->previous.end != at)
        return false;
    const Bracket *text =
        parse->bracket_count >= 2 ? &parse->brackets[parse->bracket_count - 2] : NULL;
    const char *message = "a value in a text stands between single braces";
    uint32_t close = esc_look_for(fault, at, '}');
    if (text == NULL || text->kind != BRACKET_TEXT || close == UINT32_MAX ||
        esc_look_at(fault, close + 1) != '}')
        return put(fault, esc_parse_span(parse, at - 1, at + 1), message, "write `{ticket.title}`");
    uint32_t end = esc_parse_behind_text(parse, text->at);
    return put_edit(fault, esc_parse_span(parse, at - 1, close + 2), message,
                    "write `{ticket.title}`", at - 1, end, single_braces(fault, at - 1, end));
}

/* "%s is down", ticket.title and "down: " + ticket.title */
static bool is_value_behind_text(const Fault *fault)
{
    EscText before = esc_fault_before(fault);
    bool is_text = before.size > 0 && before.data[before.size - 1] == '"';
    if (!is_text || !esc_look_is_one_of(fault->found, ", + % . &") ||
        !(esc_fault_has(fault, ESC_FAULT_AT_STEP) || !esc_fault_is(fault, ",")))
        return false;
    return put(fault, fault->parse->token, "a value does not follow a text: it stands in it",
               "write the value in braces within the quotes, such as `\"{ticket.title} is down\"`");
}

/* "say "hi" to them" */
static bool is_quote_in_text(const Fault *fault)
{
    const EscParse *parse = fault->parse;
    EscText before = esc_fault_before(fault);
    if (before.size == 0 || before.data[before.size - 1] != '"' || !parse->previous.end ||
        parse->previous.end != parse->token.start || !esc_is_word_character(fault->found.data[0]))
        return false;
    return put(fault, esc_parse_span(parse, parse->previous.end - 1, parse->previous.end),
               "the text ends at this quote", "a quote within a text is written `\\\"`");
}

bool esc_shape_of_text(const Fault *fault)
{
    return is_double_brace(fault) || (!esc_fault_is_end(fault) && is_quote_in_text(fault)) ||
           is_value_behind_text(fault);
}

/* --- fields ----------------------------------------------------------------------------------- */

static EscText alternatives(const Fault *fault, EscText list)
{
    EscText joined = {NULL, 0};
    while (list.size > 0) {
        const char *comma = memchr(list.data, ',', list.size);
        size_t size = comma == NULL ? list.size : (size_t)(comma - list.data);
        EscText one = trimmed((EscText){list.data, size});
        if (one.size > 1 && one.data[0] == '"')
            one = (EscText){one.data + 1, one.size - 2};
        joined = joined.size == 0 ? one
                                  : esc_arena_printf(fault->parse->arena, "%.*s | %.*s",
                                                     ESC_TEXT_ARG(joined), ESC_TEXT_ARG(one));
        size += comma != NULL;
        list = (EscText){list.data + size, list.size - size};
    }
    return joined;
}

static const char *const values_message = "the values of a field stand between `|`";
static const char *const values_hint = "write `a | b`, or `a < b` where they have an order";

/* region: [emea, apac], region: (emea, apac) */
static bool is_list_of_values(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_look_is_sign(fault, "[ (") || !esc_fault_has(fault, "list of"))
        return false;
    uint32_t at = parse->token.start;
    uint32_t close = esc_look_for(fault, at, esc_fault_is(fault, "[") ? ']' : ')');
    if (close == UINT32_MAX)
        return put(fault, parse->token, values_message, values_hint);
    EscText inner = slice(fault, at + 1, close);
    EscSpan span = esc_parse_span(parse, at, close + 1);
    if (memchr(inner.data, ',', inner.size) == NULL)
        return put_edit(fault, span, "a list is written with the words `list of`", "", at,
                        close + 1, printf1(fault, "list of %.*s", trimmed(inner)));
    return put_edit(fault, span, values_message, values_hint, at, close + 1,
                    alternatives(fault, inner));
}

/* region: emea, apac, americas: the second value was taken for the next field */
static bool is_row_of_values(const Fault *fault)
{
    EscParse *parse = fault->parse;
    bool is_field =
        esc_fault_has(fault, ":") && esc_fault_has(fault, "{") && !esc_fault_has(fault, "}");
    uint32_t comma = parse->previous.start;
    while (comma > 0 && esc_look_at(fault, comma - 1) == ' ')
        comma--;
    if (!is_field || comma == 0 || esc_look_at(fault, comma - 1) != ',')
        return false;
    uint32_t start = comma - 1, end = parse->previous.end;
    while (start > 0 && esc_look_at(fault, start - 1) != ':' &&
           esc_look_at(fault, start - 1) != '\n')
        start--;
    while (esc_look_at(fault, esc_look_over_blanks(fault, end)) == ',') {
        uint32_t next = esc_look_over_blanks(fault, esc_look_over_blanks(fault, end) + 1);
        EscText name = esc_look_name_at(fault, next);
        uint32_t behind = next + (uint32_t)name.size;
        if (name.size == 0 || esc_look_at(fault, esc_look_over_blanks(fault, behind)) == ':')
            break;
        end = behind;
    }
    start = esc_look_over_blanks(fault, start);
    esc_parse_note_broken(parse, start, end); /* its first value was taken for a type */
    return put_edit(fault, esc_parse_span(parse, start, end), values_message, values_hint, start,
                    end, alternatives(fault, slice(fault, start, end)));
}

/* vip: bool = false, vip: bool default = false */
static bool is_default_sign(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_look_is_sign(fault, "= :"))
        return false;
    if (esc_text_equal(esc_fault_before(fault), ESC_TEXT("default")))
        return put_edit(fault, parse->token, "`default` is followed by the value", "leave it out",
                        parse->token.start, parse->token.end, ESC_TEXT(""));
    if (!esc_fault_has(fault, "default") || !esc_fault_is(fault, "="))
        return false;
    return put_edit(fault, parse->token,
                    "what a field holds when nobody gives it is said with `default`", "",
                    parse->token.start, parse->token.end, ESC_TEXT("default"));
}

/* note: text optional, note: text required */
static bool is_word_for_optional(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText before = esc_fault_before(fault);
    bool is_optional = esc_look_is_one_of(before, "optional nullable");
    if (!esc_fault_has(fault, ":") || !esc_fault_has(fault, "{") ||
        !(is_optional || esc_look_is_one_of(before, "required mandatory")))
        return false;
    uint32_t start = parse->previous.start;
    while (start > 0 && esc_look_at(fault, start - 1) == ' ')
        start--;
    return put_edit(fault, parse->previous,
                    is_optional ? "a field that may be missing has a `?` behind its type"
                                : "a field without `?` always has a value",
                    is_optional ? "write `?`" : "leave the word out", start, parse->previous.end,
                    is_optional ? ESC_TEXT("?") : ESC_TEXT(""));
}

/* tags: list<text>, tags: text[] */
static bool is_foreign_list(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText before = esc_fault_before(fault);
    const char *message = "a list is written with the words `list of`";
    if (esc_fault_is(fault, "[") && esc_look_at(fault, parse->token.end) == ']' &&
        esc_fault_has(fault, "?"))
        return put_edit(fault, esc_parse_span(parse, parse->previous.start, parse->token.end + 1),
                        message, "", parse->previous.start, parse->token.end + 1,
                        printf1(fault, "list of %.*s", before));
    uint32_t at = parse->previous.start;
    EscText list = at > 0 && esc_look_at(fault, at - 1) == '<' ? esc_look_name_before(fault, at - 1)
                                                               : (EscText){NULL, 0};
    if (!esc_fault_is(fault, ">") || !esc_look_is_one_of(list, "list List array Array set"))
        return false;
    uint32_t start = esc_look_offset(fault, list);
    return put_edit(fault, esc_parse_span(parse, start, parse->token.end), message, "", start,
                    parse->token.end, printf1(fault, "list of %.*s", before));
}

/* vip bool */
static bool is_colon_missing(const Fault *fault)
{
    EscParse *parse = fault->parse;
    bool is_field = esc_fault_has(fault, ":") && esc_fault_has(fault, "{") && fault->count == 2;
    uint32_t end = parse->previous.end;
    if (!is_field || !esc_fault_is(fault, "a name") ||
        esc_look_over_blanks(fault, end) != parse->token.start)
        return false;
    EscText before = esc_fault_before(fault);
    return esc_fault_put_edit(fault, ESC_SYNTAX_PART_MISSING, parse->previous,
                              printf1(fault, "`:` is missing between `%.*s` and its type", before),
                              "write `NAME: TYPE`",
                              (FaultEdit){.start = end, .end = end, .text = ESC_TEXT(":")});
}

bool esc_shape_of_field(const Fault *fault)
{
    return is_default_sign(fault) || is_word_for_optional(fault) || is_list_of_values(fault) ||
           is_row_of_values(fault) || is_foreign_list(fault) || is_colon_missing(fault);
}

/* --- conditions ------------------------------------------------------------------------------- */

/* Behind 2 of 2,5: what a comma in front of other digits than three of a group stands for is a guess. */
static bool is_decimal_comma(const Fault *fault)
{
    EscParse *parse = fault->parse;
    uint32_t at = parse->token.start, end = at + 1;
    while (is_digit(esc_look_at(fault, end)))
        end++;
    if (end == at + 1 || esc_is_word_character(esc_look_at(fault, end)))
        return false;
    EscText number =
        esc_arena_printf(parse->arena, "%.*s%s%.*s", ESC_TEXT_ARG(esc_fault_before(fault)),
                         end - at > 3 ? "" : ".", ESC_TEXT_ARG(slice(fault, at + 1, end)));
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_UNEXPECTED, esc_parse_span(parse, parse->previous.start, end),
        ESC_TEXT("a number has no `,`"),
        "the digits stand together, and a decimal point is written as `.`",
        (FaultEdit){.start = parse->previous.start, .end = end, .text = number, .is_guess = true});
}

/* 500,000 */
static bool is_comma_in_number(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText before = esc_fault_before(fault);
    uint32_t at = parse->token.start;
    if (!esc_fault_is(fault, ",") || parse->previous.end != at || before.size == 0 ||
        !is_digit(before.data[0]))
        return false;
    EscText number = before;
    while (before.size <= 3 && esc_look_at(fault, at) == ',' &&
           is_digit(esc_look_at(fault, at + 1)) && is_digit(esc_look_at(fault, at + 2)) &&
           is_digit(esc_look_at(fault, at + 3)) &&
           !esc_is_word_character(esc_look_at(fault, at + 4))) {
        number = esc_arena_printf(parse->arena, "%.*s%.*s", ESC_TEXT_ARG(number),
                                  ESC_TEXT_ARG(slice(fault, at + 1, at + 4)));
        at += 4;
    }
    if (at == parse->token.start)
        return is_decimal_comma(fault);
    return put_edit(fault, esc_parse_span(parse, parse->previous.start, at),
                    "the digits of a number stand together, without `,`", "", parse->previous.start,
                    at, number);
}

/* in (a, b), in {a, b}, in a, b */
static bool is_list_without_brackets(const Fault *fault)
{
    EscParse *parse = fault->parse;
    const Bracket *top = esc_bracket_top(parse);
    uint32_t start = parse->token.start, end = UINT32_MAX;
    const char *message = "a list stands in square brackets", *hint = "write `in [a, b]`";
    if (esc_fault_is(fault, "{") && esc_text_equal(esc_fault_before(fault), ESC_TEXT("in"))) {
        end = esc_look_for(fault, start, '}');
    } else if (esc_fault_is(fault, ",") && top != NULL && top->kind == BRACKET_ROUND) {
        start = top->at;
        if (!esc_text_equal(esc_look_name_before(fault, start), ESC_TEXT("in")))
            return false;
        end = esc_look_for(fault, start, ')');
    } else if (esc_fault_is(fault, ",") && esc_fault_has(fault, "and")) {
        start = parse->previous.start;
        if (!esc_text_equal(esc_look_name_before(fault, start), ESC_TEXT("in")))
            return false;
        end = parse->previous.end;
        while (esc_look_at(fault, end) == ',') {
            end = esc_look_over_blanks(fault, end + 1);
            end = esc_look_at(fault, end) == '"' ? esc_parse_behind_text(parse, end)
                                                 : esc_look_over_name(fault, end);
        }
        EscText list = printf1(fault, "[%.*s]", slice(fault, start, end));
        return put_edit(fault, esc_parse_span(parse, start, end), message, hint, start, end, list);
    } else {
        return false;
    }
    if (end == UINT32_MAX)
        return put(fault, parse->token, message, hint);
    EscText list = printf1(fault, "[%.*s]", trimmed(slice(fault, start + 1, end)));
    return put_edit(fault, esc_parse_span(parse, start, end + 1), message, hint, start, end + 1,
                    list);
}

/* ticket.title like "%down%" */
static bool is_like(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_look_is_one_of(fault->found, "like LIKE Like") || !IS_AND(fault))
        return false;
    const char *message = "`like` does not compare: `contains`, `starts with` and `ends with` do";
    uint32_t at = esc_look_over_blanks(fault, parse->token.end);
    uint32_t end = esc_look_at(fault, at) == '"' ? esc_parse_behind_text(parse, at) : at;
    EscText pattern = end > at + 2 ? slice(fault, at + 1, end - 1) : (EscText){NULL, 0};
    if (pattern.size < 2)
        return put(fault, parse->token, message, "write `contains \"…\"`");
    bool is_open = pattern.data[0] == '%', is_ended = pattern.data[pattern.size - 1] == '%';
    EscText inner = {pattern.data + is_open, pattern.size - is_open - is_ended};
    const char *word = is_open == is_ended ? "contains" : is_open ? "ends with" : "starts with";
    if (memchr(inner.data, '%', inner.size) != NULL)
        return put(fault, parse->token, message, "write `contains \"…\"`");
    return put_edit(fault, parse->token, message, "", parse->token.start, end,
                    esc_arena_printf(parse->arena, "%s \"%.*s\"", word, ESC_TEXT_ARG(inner)));
}

/* ticket.revenue between 1 and 5 */
static bool is_between(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_look_is_one_of(fault->found, "between BETWEEN") || !IS_AND(fault))
        return false;
    const char *message = "`between` does not compare: two bounds are two conditions";
    uint32_t low_at = esc_look_over_blanks(fault, parse->token.end);
    EscText low = esc_look_name_at(fault, low_at);
    uint32_t and_at = esc_look_over_blanks(fault, low_at + (uint32_t)low.size);
    EscText joint = esc_look_name_at(fault, and_at);
    uint32_t high_at = esc_look_over_blanks(fault, and_at + (uint32_t)joint.size);
    EscText high = esc_look_name_at(fault, high_at), value = esc_fault_before(fault);
    if (low.size == 0 || high.size == 0 || !esc_look_is_one_of(joint, "and AND"))
        return put(fault, parse->token, message, "write `VALUE >= LOW and VALUE <= HIGH`");
    EscText change = esc_arena_printf(parse->arena, ">= %.*s and %.*s <= %.*s", ESC_TEXT_ARG(low),
                                      ESC_TEXT_ARG(value), ESC_TEXT_ARG(high));
    return put_edit(fault, parse->token, message, "", parse->token.start,
                    high_at + (uint32_t)high.size, change);
}

/* ticket.tags contains any ["a", "b"] */
static bool is_contains_any(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText before = esc_fault_before(fault);
    EscText verb = esc_look_name_before(fault, parse->previous.start);
    if (!esc_fault_is(fault, "[") || !esc_look_is_one_of(before, "any all one") ||
        !esc_look_is_one_of(verb, "contains in"))
        return false;
    const char *message = "the items of a list are asked for one by one";
    const char *hint = "write `any(t in LIST: t in [a, b])`";
    EscText list = esc_look_name_before(fault, esc_look_offset(fault, verb));
    uint32_t close = esc_look_for(fault, parse->token.start, ']');
    if (list.size == 0 || close == UINT32_MAX || esc_text_equal(before, ESC_TEXT("all")))
        return put(fault, parse->token, message, hint);
    uint32_t start = esc_look_offset(fault, list);
    EscText change = esc_arena_printf(parse->arena, "any(t in %.*s: t in %.*s)", ESC_TEXT_ARG(list),
                                      ESC_TEXT_ARG(slice(fault, parse->token.start, close + 1)));
    return put_edit(fault, esc_parse_span(parse, start, close + 1), message, hint, start, close + 1,
                    change);
}

/* ticket.title not contains "x" */
static bool is_not_too_late(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_is(fault, "not") || !IS_AND(fault))
        return false;
    EscText value = esc_fault_before(fault);
    return put_edit(fault, parse->token, "`not` stands before the condition that it denies", "",
                    parse->previous.start, parse->token.end, printf1(fault, "not %.*s", value));
}

/* a =< b */
static bool is_turned_sign(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_look_is_sign(fault, "< >") || parse->previous.end != parse->token.start ||
        !esc_text_equal(esc_fault_before(fault), ESC_TEXT("=")))
        return false;
    return put_edit(fault, esc_parse_span(parse, parse->previous.start, parse->token.end),
                    "the sign for `or equal` stands behind", "", parse->previous.start,
                    parse->token.end, printf1(fault, "%.*s=", fault->found));
}

/* The rest of the line with all arrows of this kind changed, up to the last one. */
static EscText other_arrows(const Fault *fault, const char *arrow, uint32_t *end)
{
    EscParse *parse = fault->parse;
    uint32_t at = parse->token.start, stop = esc_look_line_end(fault, at), from = at;
    EscText text = {NULL, 0};
    for (; at + 2 <= stop; at++) {
        if (esc_look_at(fault, at) == '"')
            at = esc_parse_behind_text(parse, at) - 1;
        if (at + 2 > stop || !esc_text_equal(slice(fault, at, at + 2), fault->found))
            continue;
        text = esc_arena_printf(parse->arena, "%.*s%.*s%s", ESC_TEXT_ARG(text),
                                ESC_TEXT_ARG(slice(fault, from, at)), arrow);
        *end = from = at + 2;
    }
    return text;
}

/* Another arrow than the one that belongs here. */
static bool is_other_arrow(const Fault *fault)
{
    static const char *const arrows[] = {"=>", "->", "<-"};
    EscParse *parse = fault->parse;
    for (size_t i = 0; i < ESC_COUNT_OF(arrows); i++) {
        if (!esc_fault_has(fault, arrows[i]) || !esc_look_is_sign(fault, "-> => <- : ="))
            continue;
        uint32_t end = parse->token.end;
        EscText text = esc_text_from(arrows[i]);
        EscText hint = esc_arena_text(parse->arena, printf1(fault, "write `%.*s`", text));
        if (fault->found.size == 2)
            text = other_arrows(fault, arrows[i], &end);
        return esc_fault_put_edit(
            fault, ESC_SYNTAX_PART_MISSING, parse->token,
            esc_arena_printf(parse->arena, "`%s` stands here, not `%.*s`", arrows[i],
                             ESC_TEXT_ARG(fault->found)),
            hint.data, (FaultEdit){.start = parse->token.start, .end = end, .text = text});
    }
    return false;
}

/* { title = "…" } */
static bool is_other_colon(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_is(fault, "=") || !esc_fault_has(fault, ":") || fault->count > 2)
        return false;
    uint32_t start = parse->previous.end;
    return put_edit(fault, parse->token, "a name and its value are joined by `:`", "", start,
                    parse->token.end, ESC_TEXT(":"));
}

bool esc_shape_of_condition(const Fault *fault)
{
    return is_comma_in_number(fault) || is_list_without_brackets(fault) || is_like(fault) ||
           is_between(fault) || is_contains_any(fault) || is_not_too_late(fault) ||
           is_turned_sign(fault) || is_other_arrow(fault) || is_other_colon(fault);
}

/* --- times ------------------------------------------------------------------------------------ */

/* Behind `fri` of `mon-fri 08:00-18:00`: a second range with the same mistake. */
static uint32_t over_second_range(const Fault *fault, uint32_t at, EscText *text)
{
    uint32_t from = esc_look_over_blanks(fault, esc_look_over_name(fault, at)), sign = from;
    while (is_digit(esc_look_at(fault, sign)) || esc_look_at(fault, sign) == ':')
        sign++;
    uint32_t minus = esc_look_over_blanks(fault, sign);
    uint32_t to = esc_look_over_blanks(fault, minus + 1);
    if (sign == from || esc_look_at(fault, minus) != '-' || !is_digit(esc_look_at(fault, to)))
        return at;
    *text = printf1(fault, "..%.*s..", slice(fault, at, sign));
    return to;
}

/* mon-fri, 08:00 to 18:00 */
static bool is_other_range(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_has(fault, "..") ||
        !esc_look_is_one_of(fault->found, "- -- to until till through bis"))
        return false;
    if (parse->token.start < parse->half_day_end)
        return true; /* 8am - 6pm: told with its hours */
    EscText text = ESC_TEXT("..");
    uint32_t end = esc_look_over_blanks(fault, parse->token.end);
    end = over_second_range(fault, end, &text);
    return put_edit(fault, parse->token, "from one to the other is written with `..`", "write `..`",
                    parse->previous.end, end, text);
}

/* within 0:05 */
static bool is_clock_as_duration(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_is(fault, "a time of day"))
        return false;
    unsigned numbers[2] = {0, 0};
    for (size_t i = 0, k = 0; i < fault->found.size; i++) {
        char c = fault->found.data[i];
        k += c == ':';
        numbers[k] = is_digit(c) ? numbers[k] * 10 + (unsigned)(c - '0') : numbers[k];
    }
    EscText text = numbers[0] == 0 ? esc_arena_printf(parse->arena, "%um", numbers[1])
                   : numbers[1] == 0
                       ? esc_arena_printf(parse->arena, "%uh", numbers[0])
                       : esc_arena_printf(parse->arena, "%uh%um", numbers[0], numbers[1]);
    return put_edit(fault, parse->token, "this is a time of day, and a length of time is wanted",
                    "", parse->token.start, parse->token.end, text);
}

/* within PT5M: ISO 8601 */
static bool is_iso_duration(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText iso = fault->found;
    if (iso.size < 3 || iso.data[0] != 'P' || !(is_digit(iso.data[1]) || iso.data[1] == 'T'))
        return false;
    char *text = esc_arena_alloc(parse->arena, iso.size);
    size_t size = 0;
    for (size_t i = 1; text != NULL && i < iso.size; i++)
        if (iso.data[i] != 'T')
            text[size++] = is_digit(iso.data[i]) ? iso.data[i] : (char)(iso.data[i] | 0x20);
    return put_edit(fault, parse->token, "a length of time is a number and its unit", "",
                    parse->token.start, parse->token.end, (EscText){text, text == NULL ? 0 : size});
}

/* ack in 5m, ack 5m */
static bool is_other_within(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_has(fault, "within") || esc_fault_has(fault, "a name"))
        return false;
    uint32_t at = parse->token.start;
    if (esc_fault_is(fault, "a duration"))
        return esc_fault_put_edit(
            fault, ESC_SYNTAX_DEADLINE_MISSING, parse->token,
            ESC_TEXT("a deadline begins with `within`"),
            esc_arena_text(parse->arena, printf1(fault, "write `within %.*s`", fault->found)).data,
            (FaultEdit){.start = at, .end = at, .text = ESC_TEXT("within ")});
    if (!esc_look_is_sign(fault, "in for until after") ||
        !is_digit(esc_look_at(fault, esc_look_over_blanks(fault, parse->token.end))))
        return false;
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_DEADLINE_MISSING, parse->token,
        ESC_TEXT("a deadline begins with `within`"), "",
        (FaultEdit){.start = at, .end = parse->token.end, .text = ESC_TEXT("within")});
}

static bool is_date(EscText text)
{
    return text.size == 10 && text.data[4] == '-' && text.data[7] == '-';
}

/* 2026-01-05 09:00 */
static bool is_time_behind_date(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText date = esc_fault_before(fault);
    if (!esc_fault_is(fault, "a time of day") || !is_date(date))
        return false;
    EscText text = esc_arena_printf(parse->arena, "%.*sT%s%.*s", ESC_TEXT_ARG(date),
                                    fault->found.size < 5 ? "0" : "", ESC_TEXT_ARG(fault->found));
    return put_edit(fault, esc_parse_span(parse, parse->previous.start, parse->token.end),
                    "a date and its time of day are joined by `T`", "", parse->previous.start,
                    parse->token.end, text);
}

/* weekly from 2026-01-05T09:00 and nobody */
static bool is_nobody(const Fault *fault)
{
    EscText before = esc_fault_before(fault);
    bool is_turn = before.size >= 10 && is_date((EscText){before.data, 10});
    if (!is_turn || !esc_fault_has(fault, "a name") || esc_fault_has(fault, "}"))
        return false;
    return esc_fault_put(
        fault, ESC_SYNTAX_NAME_MISSING, fault->parse->previous,
        ESC_TEXT("nobody is named who takes turns"),
        "write the names behind the date: `weekly from 2026-01-05T09:00 ana, ben`");
}

/* from monday */
static bool is_other_date(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_has(fault, "a date") || esc_fault_has(fault, "a name"))
        return false;
    const char *message = "a date is written as year, month and day";
    const char *hint = "such as `2026-01-05`, or `2026-01-05T09:00` with the time of day";
    return put(fault, parse->token, message, hint);
}

/* every 15m { … }: without end. */
static bool is_every_without_end(const Fault *fault)
{
    if (!esc_fault_has(fault, "at most") || esc_fault_has(fault, "{") ||
        esc_fault_has(fault, "}") || esc_fault_has(fault, ")")) /* a text has `at most` as well */
        return false;
    return put(fault, fault->parse->token,
               "`every` makes rounds, and says how many there are at most",
               "write `every 15m at most 8 times until CONDITION { … }`; `until` may be left out");
}

bool esc_shape_of_time(const Fault *fault)
{
    if (is_every_without_end(fault) || is_other_range(fault) || is_time_behind_date(fault) ||
        is_other_within(fault) || is_other_date(fault) || is_nobody(fault))
        return true;
    if (!esc_fault_has(fault, "a duration") || esc_fault_has(fault, "a text"))
        return false;
    return is_clock_as_duration(fault) || is_iso_duration(fault);
}
