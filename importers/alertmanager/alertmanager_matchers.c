/* alertmanager_matchers.c - matchers of labels, with regular expressions as far as the language can say them.
 *
 * A label that an alert has not is empty to Alertmanager, and so is a field of a ticket without `?`: both say the same.
 * Expressions are anchored at both ends (RE2). Said are alternatives of literals that may begin or end with `.*` or `.+`; the
 * others are left, and a route that has one takes nothing: its alerts go where they would go without it. */
#include "alertmanager/alertmanager.h"

#define ALTERNATIVES_MAX 64
#define VALUE_BYTES_MAX 120
#define LABELS_MAX 60 /* fields that a ticket may have more */

EscText am_label(AmReader *reader, EscText label)
{
    EscModel *model = reader->model;
    for (size_t i = 0; i < reader->labels.count; i++) {
        if (esc_text_equal(reader->labels.items[i], label))
            return reader->fields.items[i];
    }
    if (reader->labels.count == LABELS_MAX)
        return (EscText){0};
    EscText name = esc_name_of(model, label), field = {0};
    if (name.size == 0 || name.data[0] < 'a')
        name = esc_model_printf(model, "label_%.*s", ESC_TEXT_ARG(name));
    for (unsigned i = 1; field.size == 0; i++) {
        EscText path = i == 1 ? esc_model_printf(model, "labels.%.*s", ESC_TEXT_ARG(name))
                              : esc_model_printf(model, "labels.%.*s_%u", ESC_TEXT_ARG(name), i);
        bool is_taken = false;
        for (size_t f = 0; f < model->fields.count; f++)
            is_taken = is_taken || esc_text_equal(model->fields.items[f].path, path);
        if (!is_taken)
            field =
                esc_model_field(model, path, "text at most 200",
                                esc_text_equal(name, label)
                                    ? ""
                                    : "Under another name, since labels may have capital letters.");
    }
    *MODEL_ADD(model, reader->labels) = label;
    *MODEL_ADD(model, reader->fields) = field;
    return field;
}

/* --- regular expressions ------------------------------------------------------------------------------------- */

typedef struct Pieces {
    EscText items[ALTERNATIVES_MAX];
    size_t count;
    bool is_strange; /* something that cannot be said */
} Pieces;

/* The end of what stands at `at`: behind a `)`, or behind a character with its backslash. */
static size_t behind(EscText text, size_t at)
{
    size_t depth = 0;
    for (; at < text.size; at++) {
        char c = text.data[at];
        if (c == '\\')
            at++;
        else if (c == '(')
            depth++;
        else if (c == ')' && depth > 0)
            depth--;
        if (depth == 0)
            return at + 1 < text.size ? at + 1 : text.size;
    }
    return text.size;
}

/* The first `wanted` outside of groups; text.size: none. */
static size_t find_outside(EscText text, char wanted)
{
    for (size_t at = 0; at < text.size; at = behind(text, at)) {
        if (text.data[at] == wanted)
            return at;
    }
    return text.size;
}

/* Alternatives in groups become alternatives of the whole: a(b|c) is ab|ac. Depth and number are bounded. */
static void expand(EscModel *model, EscText text, Pieces *pieces, unsigned depth)
{
    size_t bar = find_outside(text, '|'), open = find_outside(text, '(');
    if (depth > 16 || pieces->count == ALTERNATIVES_MAX) {
        pieces->is_strange = true;
        return;
    }
    if (bar < text.size) {
        expand(model, (EscText){text.data, bar}, pieces, depth + 1);
        expand(model, (EscText){text.data + bar + 1, text.size - bar - 1}, pieces, depth);
        return;
    }
    if (open == text.size) {
        pieces->items[pieces->count++] = text;
        return;
    }
    size_t end = behind(text, open);
    EscText before = {text.data, open}, after = {text.data + end, text.size - end};
    EscText inside = {text.data + open + 1, end - open >= 2 ? end - open - 2 : 0};
    if (esc_text_starts_with(inside, ESC_TEXT("?:")))
        inside = (EscText){inside.data + 2, inside.size - 2};
    bool is_repeated = after.size > 0 && strchr("*+?{", after.data[0]) != NULL;
    if (is_repeated || (inside.size > 0 && inside.data[0] == '?') || end - open < 2 ||
        text.data[end - 1] != ')') {
        pieces->is_strange = true;
        return;
    }
    for (bool is_last = false; !is_last && !pieces->is_strange;) {
        size_t next = find_outside(inside, '|');
        is_last = next == inside.size;
        expand(model,
               esc_model_printf(model, "%.*s%.*s%.*s", ESC_TEXT_ARG(before), (int)next, inside.data,
                                ESC_TEXT_ARG(after)),
               pieces, depth + 1);
        if (!is_last)
            inside = (EscText){inside.data + next + 1, inside.size - next - 1};
    }
}

/* One alternative: literals between gaps. */
typedef struct Literal {
    char parts[2][VALUE_BYTES_MAX + 4];
    size_t sizes[2], count; /* of literals */
    bool has_gap[3];        /* before the first, between, behind the last */
    bool is_some[3];        /* the gap is `.+` */
    bool has_dot;           /* a `.` that was taken for itself */
} Literal;

static bool read_literal(EscText text, Literal *literal)
{
    *literal = (Literal){0};
    for (size_t at = 0; at < text.size; at++) {
        char c = text.data[at];
        bool is_gap = c == '.' && at + 1 < text.size &&
                      (text.data[at + 1] == '*' || text.data[at + 1] == '+');
        if (is_gap) {
            if (literal->has_gap[literal->count])
                return false;
            literal->has_gap[literal->count] = true;
            literal->is_some[literal->count] = text.data[at + 1] == '+';
            at++;
            continue;
        }
        bool is_escaped = c == '\\' && at + 1 < text.size;
        if (is_escaped)
            c = text.data[++at];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if ((is_escaped && is_letter) || (!is_escaped && strchr("*+?[]{}()|^$", c) != NULL))
            return false;
        literal->has_dot = literal->has_dot || (c == '.' && !is_escaped);
        if (literal->count == 0 || literal->has_gap[literal->count])
            literal->count++;
        if (literal->count > 2 || literal->sizes[literal->count - 1] == VALUE_BYTES_MAX)
            return false;
        literal->parts[literal->count - 1][literal->sizes[literal->count - 1]++] = c;
    }
    return true;
}

static EscText part_text(EscModel *model, const Literal *literal, size_t number)
{
    EscText part = {literal->parts[number], literal->sizes[number]};
    return esc_utf8_is_valid(part, NULL) ? esc_text_on_line(model, part, VALUE_BYTES_MAX + 4)
                                         : (EscText){0};
}

static const ModelTest *literal_test(AmReader *reader, EscText field, const Literal *literal,
                                     uint32_t seen)
{
    EscModel *model = reader->model;
    EscText first = literal->count > 0 ? part_text(model, literal, 0) : (EscText){0},
            last = literal->count > 1 ? part_text(model, literal, 1) : first;
    if (literal->has_dot)
        esc_model_change(model, seen, "in a regular expression `.` is taken for a full stop");
    if (literal->count == 0 && !literal->has_gap[0])
        return esc_test_of(model, MODEL_EQUALS, field, (EscText){0}, false);
    if (literal->count == 0)
        return literal->is_some[0] ? esc_test_of(model, MODEL_PRESENT, field, (EscText){0}, false)
                                   : esc_test_of(model, MODEL_EVERY, field, (EscText){0}, false);
    bool begins = !literal->has_gap[0], ends = !literal->has_gap[literal->count];
    if (literal->count == 1 && begins && ends)
        return esc_test_of(model, MODEL_EQUALS, field, first, false);
    if (literal->count == 1 && !begins && !ends)
        esc_model_change(model, seen,
                         "a part of a text is looked for in capital and small letters");
    if (literal->count == 1)
        return esc_test_of(model,
                           begins ? MODEL_STARTS
                           : ends ? MODEL_ENDS
                                  : MODEL_CONTAINS,
                           field, first, false);
    if (!begins || !ends)
        return NULL;
    return esc_test_both(model, MODEL_ALL, esc_test_of(model, MODEL_STARTS, field, first, false),
                         esc_test_of(model, MODEL_ENDS, field, last, false));
}

/* NULL when it cannot be said. */
static const ModelTest *regex_test(AmReader *reader, EscText field, EscText pattern, uint32_t seen)
{
    EscModel *model = reader->model;
    Pieces pieces = {.count = 0};
    const ModelTest *any = NULL;
    if (pattern.size > 0 && pattern.data[0] == '^')
        pattern = (EscText){pattern.data + 1, pattern.size - 1};
    if (pattern.size > 0 && pattern.data[pattern.size - 1] == '$' &&
        (pattern.size < 2 || pattern.data[pattern.size - 2] != '\\'))
        pattern.size--;
    if (pattern.size > 4000)
        return NULL;
    expand(model, pattern, &pieces, 0);
    for (size_t i = 0; i < pieces.count && !pieces.is_strange; i++) {
        Literal literal;
        const ModelTest *test = read_literal(pieces.items[i], &literal)
                                    ? literal_test(reader, field, &literal, seen)
                                    : NULL;
        if (test == NULL)
            return NULL;
        any = any == NULL ? test : esc_test_both(model, MODEL_ANY, any, test);
    }
    return pieces.is_strange ? NULL : any;
}

/* --- one matcher ------------------------------------------------------------------------------------------------ */

static const ModelTest *matcher_test(AmReader *reader, EscText label, EscText value, bool is_regex,
                                     bool is_negated, uint32_t seen)
{
    EscModel *model = reader->model;
    const ModelTest *test = NULL;
    EscText clean = value.size <= VALUE_BYTES_MAX ? esc_text_on_line(model, value, VALUE_BYTES_MAX)
                                                  : (EscText){0};
    if (label.size > 0 && is_regex)
        test = regex_test(reader, am_label(reader, label), value, seen);
    else if (label.size > 0 && esc_text_equal(clean, value))
        test = esc_test_of(model, MODEL_EQUALS, am_label(reader, label), clean, false);
    if (test == NULL) {
        esc_model_leave(model, seen,
                        "no ticket can be asked for %.*s%s%s\"%.*s\": what it is for goes where it "
                        "would go without this route",
                        ESC_TEXT_ARG(esc_utf8_cut(label, 60)), is_negated ? "!" : "",
                        is_regex ? "~" : "=", ESC_TEXT_ARG(esc_utf8_cut(value, 200)));
        return esc_test_of(model, MODEL_NEVER, (EscText){0}, (EscText){0}, false);
    }
    return is_negated ? esc_test_not(model, test) : test;
}

static size_t behind_blanks(EscText text, size_t at)
{
    while (at < text.size && strchr(" \t\n\r", text.data[at]) != NULL)
        at++;
    return at;
}

/* A value in quotes with its escapes, or up to a comma. */
static EscText read_value(EscModel *model, EscText text, size_t *at, bool *is_fine)
{
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 16);
    *at = behind_blanks(text, *at);
    bool is_quoted = *at < text.size && text.data[*at] == '"';
    for (*at += is_quoted; *at < text.size && text.data[*at] != (is_quoted ? '"' : ','); ++*at) {
        bool is_escaped = is_quoted && text.data[*at] == '\\' && *at + 1 < text.size;
        char next = is_escaped ? text.data[*at + 1] : '\0';
        if (is_escaped && (next == '"' || next == '\\'))
            ++*at;
        esc_buf_char(&out, text.data[*at]);
    }
    *is_fine = !is_quoted || *at < text.size;
    *at += is_quoted && *at < text.size;
    while (!is_quoted && out.size > 0 &&
           (out.data[out.size - 1] == ' ' || out.data[out.size - 1] == '}'))
        out.size--;
    EscText value = esc_model_keep(model, &out);
    esc_buf_release(&out);
    return value;
}

static bool is_label(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':' || c == '.' || c == '-';
}

/* `severity="critical", job=~"a|b"`, also in braces. */
static const ModelTest *read_matchers(AmReader *reader, EscText text, const ModelTest *whole,
                                      uint32_t seen)
{
    EscModel *model = reader->model;
    size_t at = behind_blanks(text, 0);
    at += at < text.size && text.data[at] == '{';
    while ((at = behind_blanks(text, at)) < text.size && text.data[at] != '}') {
        bool is_quoted = text.data[at] == '"', is_fine = true;
        size_t begin = at;
        while (!is_quoted && at < text.size && is_label(text.data[at]))
            at++;
        EscText label = is_quoted ? read_value(model, text, &at, &is_fine)
                                  : (EscText){text.data + begin, at - begin};
        at = behind_blanks(text, at);
        bool is_negated = at < text.size && text.data[at] == '!';
        at += is_negated;
        bool is_equal = at < text.size && text.data[at] == '=';
        at += is_equal;
        bool is_regex = at < text.size && text.data[at] == '~';
        at += is_regex;
        if (label.size == 0 || !is_fine || (!is_equal && !(is_negated && is_regex))) {
            esc_model_leave(model, seen, "a matcher that is none: %.*s",
                            ESC_TEXT_ARG(esc_utf8_cut(text, 200)));
            return esc_test_of(model, MODEL_NEVER, (EscText){0}, (EscText){0}, false);
        }
        EscText value = read_value(model, text, &at, &is_fine);
        const ModelTest *test = matcher_test(reader, label, value, is_regex, is_negated, seen);
        whole = whole == NULL ? test : esc_test_both(model, MODEL_ALL, whole, test);
        at = behind_blanks(text, at);
        at += at < text.size && text.data[at] == ',';
    }
    return whole;
}

static const ModelTest *read_old(AmReader *reader, const EscJson *old, bool is_regex,
                                 const ModelTest *whole, uint32_t seen)
{
    EscModel *model = reader->model;
    for (const EscJson *member = old == NULL ? NULL : old->first; member != NULL;
         member = member->next) {
        const ModelTest *test = matcher_test(
            reader, member->name, esc_json_text_or(member, (EscText){0}), is_regex, false, seen);
        whole = whole == NULL ? test : esc_test_both(model, MODEL_ALL, whole, test);
    }
    return whole;
}

const ModelTest *am_route_test(AmReader *reader, const EscJson *route, uint32_t seen)
{
    const ModelTest *whole = NULL;
    const EscJson *matchers = esc_json_member(route, ESC_TEXT("matchers"));
    whole = read_old(reader, json_object(route, "match"), false, whole, seen);
    whole = read_old(reader, json_object(route, "match_re"), true, whole, seen);
    if (matchers != NULL && matchers->kind == ESC_JSON_TEXT)
        return read_matchers(reader, matchers->text, whole, seen);
    for (const EscJson *item = json_list(route, "matchers"); item != NULL; item = item->next)
        whole = read_matchers(reader, esc_json_text_or(item, ESC_TEXT("?")), whole, seen);
    return whole;
}
