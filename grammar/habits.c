/* habits.c - what authors write out of habit: words, signs and shapes of other tools.
 *
 * The grammar's next token says nothing to somebody who writes `notify: incidents "…"`; the habit
 * does. Single words stand in habits.def. A habit that is a shape (`in (a, b)`, `{{ x }}`) is a
 * function here: it looks at the source around the token that did not fit, says what is meant, and
 * gives the change where there is one right answer. shapes.c has those of conditions and values. */
#include "habits.h"

#include <string.h>

static const struct {
    const char *place, *words;
    EscSyntaxCode code;
    const char *text, *hint, *instead;
} habits[] = {
#define HABIT(place, words, code, text, hint, instead)                                             \
    {place, words, ESC_SYNTAX_##code, text, hint, instead},
#include "habits.def"
#undef HABIT
};

static bool is_same_line(const Fault *fault)
{
    const EscParse *parse = fault->parse;
    if (parse->previous.end > parse->token.start)
        return false;
    EscText between = esc_parse_slice(parse, parse->previous.end, parse->token.start);
    return between.size == 0 || memchr(between.data, '\n', between.size) == NULL;
}

static bool is_glued(const Fault *fault)
{
    return fault->parse->previous.end == fault->parse->token.start;
}

static EscText text_printf(const Fault *fault, const char *format, EscText word)
{
    return esc_arena_printf(fault->parse->arena, format, ESC_TEXT_ARG(word));
}

static FaultEdit instead_of_token(const Fault *fault, const char *text)
{
    EscSpan token = fault->parse->token;
    return (FaultEdit){.start = token.start, .end = token.end, .text = esc_text_from(text)};
}

static FaultEdit insert_at(uint32_t at, const char *text)
{
    return (FaultEdit){.start = at, .end = at, .text = esc_text_from(text)};
}

/* --- words ------------------------------------------------------------------------------------ */

/* Where any word is a name, the words of other places could stand too. */
static bool is_place(const Fault *fault, const char *place)
{
    bool is_word = strcmp(place, "policy") == 0 || strcmp(place, "nothing") == 0;
    return esc_fault_has(fault, place) && !(is_word && esc_fault_has(fault, "a name"));
}

static bool is_foreign_word(const Fault *fault)
{
    for (size_t i = 0; i < ESC_COUNT_OF(habits); i++) {
        if (!is_place(fault, habits[i].place) || !esc_look_is_one_of(fault->found, habits[i].words))
            continue;
        EscText message = esc_arena_printf(fault->parse->arena, "`%.*s` %s",
                                           ESC_TEXT_ARG(fault->found), habits[i].text);
        if (habits[i].instead == NULL)
            return esc_fault_put(fault, habits[i].code, fault->parse->token, message,
                                 habits[i].hint);
        return esc_fault_put_edit(fault, habits[i].code, fault->parse->token, message,
                                  habits[i].hint, instead_of_token(fault, habits[i].instead));
    }
    return false;
}

/* --- signs that are too many ------------------------------------------------------------------ */

/* The comment in front of the token before: `notify #incidents "…"` and then `page …` in the next
 * line, where `page` was taken for the receiver. UINT32_MAX when there is none. */
static uint32_t comment_line_above(const Fault *fault)
{
    const EscParse *parse = fault->parse;
    uint32_t line = parse->previous.start;
    if (!esc_fault_has(fault, "a text") || !esc_parse_is_first_in_line(parse, line))
        return UINT32_MAX;
    while (line > 0 && esc_look_at(fault, line - 1) != '\n')
        line--;
    uint32_t above = line > 0 ? line - 1 : 0;
    while (above > 0 && esc_look_at(fault, above - 1) != '\n')
        above--;
    uint32_t sign = esc_look_for(fault, above, '#'), quote = esc_look_for(fault, above, '"');
    bool is_receiver = sign != UINT32_MAX && sign < quote &&
                       esc_look_is_one_of(esc_look_name_before(fault, sign), "notify page ask");
    return is_receiver ? sign : UINT32_MAX;
}

/* notify #incidents "…": the rest of the line is a comment. */
static bool is_comment_sign(const Fault *fault)
{
    EscParse *parse = fault->parse;
    uint32_t at = esc_look_over_blanks(fault, parse->previous.end);
    if (esc_fault_has(fault, "}"))
        return false;
    if (esc_look_at(fault, at) != '#' || at >= parse->token.start)
        at = comment_line_above(fault);
    if (at == UINT32_MAX || !esc_is_word_character(esc_look_at(fault, at + 1)))
        return false;
    EscText name = esc_look_name_at(fault, at + 1);
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_UNEXPECTED, esc_parse_span(parse, at, at + 1 + (uint32_t)name.size),
        ESC_TEXT("`#` begins a comment, so the rest of this line is not read"),
        esc_arena_text(parse->arena, text_printf(fault, "write `%.*s` without `#`", name)).data,
        (FaultEdit){.start = at, .end = at + 1});
}

/* notify: incidents "…", steps: { */
static bool is_word_with_colon(const Fault *fault)
{
    EscParse *parse = fault->parse;
    uint32_t colon = esc_look_over_blanks(fault, parse->token.end);
    bool is_known = false;
    for (size_t i = 0; i < fault->count && !is_known; i++)
        is_known = esc_text_equal(esc_text_from(fault->expected[i]), fault->found);
    if (!is_known || !esc_fault_is(fault, "a name") || esc_look_at(fault, colon) != ':')
        return false;
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_UNEXPECTED, esc_parse_span(parse, parse->token.start, colon + 1),
        text_printf(fault, "`%.*s` goes without `:`", fault->found), "leave the `:` out",
        (FaultEdit){.start = parse->token.end, .end = colon + 1});
}

/* The rest of a block in one line without the signs that do not belong there: who writes one of them
 * writes all of them. Empty when something else than words and texts stands there. */
static EscText without_signs(const Fault *fault, uint32_t start, uint32_t *end)
{
    EscParse *parse = fault->parse;
    uint32_t stop = esc_look_line_end(fault, start);
    char *text = esc_arena_alloc(parse->arena, stop - start + 1);
    size_t size = 0;
    uint32_t at = start;
    while (text != NULL && at < stop && esc_look_at(fault, at) != '}') {
        char c = esc_look_at(fault, at);
        uint32_t behind = c == '"' ? esc_parse_behind_text(parse, at) : at + 1;
        if (c != '"' && c != ' ' && strchr(":=,", c) == NULL && !esc_is_word_character(c))
            return (EscText){NULL, 0};
        for (; at < behind && at < stop; at++)
            if (c == '"' || strchr(":=,", c) == NULL)
                text[size++] = esc_look_at(fault, at);
    }
    while (size > 0 && text[size - 1] == ' ' && size-- > 0)
        at--;
    *end = at;
    return (EscText){text, size};
}

/* email: "…", email = "…", steps = { */
static bool is_sign_behind_word(const Fault *fault)
{
    static const char *const values[] = {"a text", "a duration", "a date", "a time of day",
                                         "a name", "a whole number", "{"};
    if (!esc_look_is_sign(fault, ": =") || esc_fault_has(fault, "and") ||
        esc_fault_has(fault, "}") || !is_same_line(fault))
        return false;
    EscText before = esc_fault_before(fault);
    bool is_value_next = false;
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++)
        is_value_next = is_value_next || esc_fault_has(fault, values[i]);
    if (!is_value_next || before.size == 0 || !esc_is_word_character(before.data[before.size - 1]))
        return false;
    EscText message = esc_arena_printf(fault->parse->arena, "no `%.*s` stands behind `%.*s`",
                                       ESC_TEXT_ARG(fault->found), ESC_TEXT_ARG(before));
    FaultEdit edit = instead_of_token(fault, "");
    uint32_t end = 0;
    EscText rest = without_signs(fault, edit.start, &end);
    if (rest.size > 0) {
        edit.end = end;
        edit.text = rest;
    }
    return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, fault->parse->token, message,
                              "leave it out", edit);
}

/* email "…", chat "…" */
static bool is_comma_between_parts(const Fault *fault)
{
    if (!esc_fault_is(fault, ",") || !esc_fault_has(fault, "}"))
        return false;
    char next = esc_look_at(fault, fault->parse->token.end);
    bool is_apart = next == ' ' || next == '\t' || next == '\n' || next == '\r';
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_UNEXPECTED, fault->parse->token,
        ESC_TEXT("the parts of a block stand one after the other, without `,`"), "leave it out",
        instead_of_token(fault, is_apart ? "" : " "));
}

/* notify to ana, wait for 5m */
static bool is_filler(const Fault *fault)
{
    EscText before = esc_fault_before(fault);
    if (!esc_look_is_sign(fault, "to for at") || !is_same_line(fault) ||
        !esc_look_is_one_of(before, "notify page ask wait raise set queue"))
        return false;
    return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, fault->parse->token,
                              esc_arena_printf(fault->parse->arena, "`%.*s` goes without `%.*s`",
                                               ESC_TEXT_ARG(before), ESC_TEXT_ARG(fault->found)),
                              "", instead_of_token(fault, ""));
}

/* --- names ------------------------------------------------------------------------------------ */

/* platform-team */
static bool is_hyphen_in_name(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText before = esc_fault_before(fault);
    if (!esc_fault_is(fault, "-") || !is_glued(fault) || esc_fault_has(fault, "..") ||
        !esc_is_word_character(esc_look_at(fault, parse->token.end)) || before.size == 0 ||
        !esc_is_word_character(before.data[before.size - 1]) ||
        (before.data[0] >= '0' && before.data[0] <= '9'))
        return false;
    uint32_t end = parse->token.end;
    while (esc_is_word_character(esc_look_at(fault, end)) || esc_look_at(fault, end) == '-')
        end++;
    char *name = esc_arena_alloc(parse->arena, end - parse->previous.start);
    if (name == NULL)
        return true;
    EscText written = esc_parse_slice(parse, parse->previous.start, end);
    for (size_t i = 0; i < written.size; i++)
        name[i] = written.data[i] == '-' ? '_' : written.data[i];
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_UNEXPECTED, esc_parse_span(parse, parse->previous.start, end),
        ESC_TEXT("a name is made of small letters, digits and `_`, without `-`"), "",
        (FaultEdit){.start = parse->previous.start, .end = end, .text = {name, written.size}});
}

static bool is_name(EscText text)
{
    if (text.size == 0 || text.size > ESC_NAME_SIZE_MAX ||
        (text.data[0] >= '0' && text.data[0] <= '9'))
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!esc_is_word_character(text.data[i]) && text.data[i] != '.')
            return false;
    return true;
}

/* notify "ops@example.com" "…", notify "#ops" "…", notify "ana" "…" */
static bool is_quoted_name(const Fault *fault)
{
    if (!esc_fault_is(fault, "a text") || !esc_fault_has(fault, "a name") ||
        esc_fault_has(fault, "a text") || fault->found.size < 3 || fault->found.data[0] != '"')
        return false;
    EscText inside = {fault->found.data + 1, fault->found.size - 2};
    EscText bare = inside.data[0] == '#' || inside.data[0] == '@'
                       ? (EscText){inside.data + 1, inside.size - 1}
                       : inside;
    if (is_name(bare)) {
        FaultEdit edit = instead_of_token(fault, "");
        edit.text = bare;
        return esc_fault_put_edit(fault, ESC_SYNTAX_QUOTED_NAME, fault->parse->token,
                                  ESC_TEXT("a name is written without quotes"), "", edit);
    }
    bool is_address = memchr(inside.data, '@', inside.size) != NULL;
    return esc_fault_put(
        fault, ESC_SYNTAX_QUOTED_NAME, fault->parse->token,
        is_address ? ESC_TEXT("an address cannot stand here: people and channels have names")
                   : ESC_TEXT("a text cannot stand here: people and channels have names"),
        "declare `person NAME { email \"…\" }` or `channel NAME email`, and write the name");
}

/* --- steps ------------------------------------------------------------------------------------ */

/* ticket.priority = high, ticket.seats += 1 */
static bool is_assignment(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText before = esc_fault_before(fault);
    bool is_sum = esc_look_is_sign(fault, "+ -") && esc_look_at(fault, parse->token.end) == '=';
    bool is_step = fault->count == 1 && esc_fault_has(fault, "(");
    bool is_set = esc_fault_has(fault, "to") && is_sum;
    if (!(esc_fault_is(fault, "=") || esc_fault_is(fault, ":") || is_sum) || !(is_step || is_set))
        return false;
    uint32_t end = parse->token.end + (is_sum ? 1 : 0);
    EscText change =
        esc_arena_printf(parse->arena, "%s%.*s to", is_set ? "" : "set ", ESC_TEXT_ARG(before));
    if (is_sum)
        change = esc_arena_printf(parse->arena, "%.*s %.*s %.*s", ESC_TEXT_ARG(change),
                                  ESC_TEXT_ARG(before), ESC_TEXT_ARG(fault->found));
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_UNEXPECTED, esc_parse_span(parse, parse->previous.start, end),
        ESC_TEXT("a field is changed with `set FIELD to VALUE`"), "",
        (FaultEdit){.start = parse->previous.start, .end = end, .text = change});
}

/* The verb whose receiver was just read, on this line: notify or page. */
static EscText receiving_verb(const Fault *fault)
{
    EscText verb = esc_look_name_before(fault, fault->parse->previous.start);
    return esc_look_is_one_of(verb, "notify page ask") ? verb : (EscText){NULL, 0};
}

/* `notify a, b "x"` as one step for each receiver; empty when it goes on otherwise. */
static EscText steps_of_receivers(const Fault *fault, EscText verb, uint32_t *end)
{
    EscParse *parse = fault->parse;
    uint32_t text_at = esc_look_for(fault, parse->token.end, '"');
    if (text_at == UINT32_MAX)
        return (EscText){NULL, 0};
    *end = esc_parse_behind_text(parse, text_at);
    EscText text = esc_parse_slice(parse, text_at, *end);
    EscText steps = esc_arena_printf(parse->arena, "%.*s %.*s %.*s", ESC_TEXT_ARG(verb),
                                     ESC_TEXT_ARG(esc_fault_before(fault)), ESC_TEXT_ARG(text));
    uint32_t indent = esc_parse_line_indent(parse, parse->token.start);
    for (uint32_t at = parse->token.end; at < text_at;) {
        at = esc_look_over_blanks(fault, at);
        EscText name = esc_look_name_at(fault, at);
        if (name.size == 0)
            return (EscText){NULL, 0};
        if (!esc_text_equal(name, ESC_TEXT("and")))
            steps = esc_arena_printf(parse->arena, "%.*s\n%*s%.*s %.*s %.*s", ESC_TEXT_ARG(steps),
                                     (int)(indent > 120 ? 0 : indent), "", ESC_TEXT_ARG(verb),
                                     ESC_TEXT_ARG(name), ESC_TEXT_ARG(text));
        at = esc_look_over_blanks(fault, at + (uint32_t)name.size);
        at += esc_look_at(fault, at) == ',';
    }
    return steps;
}

/* notify incidents, "…" */
static bool is_comma_before_text(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscSpan comma = parse->previous;
    EscText receiver = esc_look_name_before(fault, comma.start);
    if (esc_look_at(fault, parse->token.start) != '"' ||
        !esc_text_equal(esc_fault_before(fault), ESC_TEXT(",")) || receiver.size == 0 ||
        !esc_look_is_one_of(esc_look_name_before(fault, esc_look_offset(fault, receiver)),
                            "notify"))
        return false;
    return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, comma,
                              ESC_TEXT("the text follows its receiver without `,`"), "leave it out",
                              (FaultEdit){.start = comma.start, .end = comma.end});
}

/* page ana, ben "…", notify incidents and ana "…" */
static bool is_second_receiver(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscText verb = receiving_verb(fault);
    if (esc_look_is_one_of(verb, "notify") && esc_fault_is(fault, "and"))
        return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, parse->token,
                                  ESC_TEXT("receivers of `notify` stand with `,` between them"), "",
                                  (FaultEdit){.start = parse->previous.end,
                                              .end = parse->token.end,
                                              .text = ESC_TEXT(",")});
    if (verb.size == 0 || !esc_look_is_sign(fault, ", and") || !esc_fault_has(fault, "a text"))
        return false;
    if (esc_look_at(fault, esc_look_over_blanks(fault, parse->token.end)) == '"')
        return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, parse->token,
                                  ESC_TEXT("the text follows its receiver without `,`"), "",
                                  instead_of_token(fault, ""));
    EscText message = text_printf(fault, "one `%.*s` has one receiver", verb);
    const char *hint = "write a step for each of them, or name a team or a channel";
    uint32_t end = 0, start = esc_look_offset(fault, verb);
    EscText steps = steps_of_receivers(fault, verb, &end);
    if (steps.size == 0)
        return esc_fault_put(fault, ESC_SYNTAX_UNEXPECTED, parse->token, message, hint);
    return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, parse->token, message, hint,
                              (FaultEdit){.start = start, .end = end, .text = steps});
}

/* notify ana via email "…" */
static bool is_via_too_early(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_is(fault, "via") || !esc_fault_has(fault, "a text"))
        return false;
    uint32_t word_at = esc_look_over_blanks(fault, parse->token.end);
    EscText word = esc_look_name_at(fault, word_at);
    uint32_t text_at = esc_look_over_blanks(fault, word_at + (uint32_t)word.size);
    if (word.size == 0 || esc_look_at(fault, text_at) != '"')
        return false;
    uint32_t end = esc_parse_behind_text(parse, text_at);
    EscText change =
        esc_arena_printf(parse->arena, "%.*s via %.*s",
                         ESC_TEXT_ARG(esc_parse_slice(parse, text_at, end)), ESC_TEXT_ARG(word));
    return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, parse->token,
                              ESC_TEXT("the text stands before `via`"), "",
                              (FaultEdit){.start = parse->token.start, .end = end, .text = change});
}

/* if ticket.vip then notify …, if ticket.vip: */
static bool is_if_without_block(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_look_is_sign(fault, "then : do") || !esc_fault_has(fault, "{") ||
        !esc_fault_has(fault, "and"))
        return false;
    EscText message = ESC_TEXT("what depends on a condition stands in a block");
    uint32_t start = esc_look_over_blanks(fault, parse->token.end);
    uint32_t end = esc_look_line_end(fault, start);
    EscText rest = esc_parse_slice(parse, start, end);
    while (rest.size > 0 && (rest.data[rest.size - 1] == ' ' || rest.data[rest.size - 1] == '\r'))
        rest.size--;
    if (rest.size > 0 && rest.data[0] == '{')
        return esc_fault_put_edit(fault, ESC_SYNTAX_PART_MISSING, parse->token, message, "",
                                  instead_of_token(fault, ""));
    const char *hint = "write `if CONDITION { … }`";
    bool is_plain = rest.size > 0 && memchr(rest.data, '#', rest.size) == NULL &&
                    !esc_text_contains(rest, ESC_TEXT("else")) && rest.data[rest.size - 1] != '}';
    if (!is_plain)
        return esc_fault_put(fault, ESC_SYNTAX_PART_MISSING, parse->token, message, hint);
    EscText block = esc_arena_printf(parse->arena, "%s{ %.*s }",
                                     esc_fault_is(fault, ":") ? " " : "", ESC_TEXT_ARG(rest));
    return esc_fault_put_edit(fault, ESC_SYNTAX_PART_MISSING, parse->token, message, hint,
                              (FaultEdit){.start = parse->token.start,
                                          .end = start + (uint32_t)rest.size,
                                          .text = block});
}

/* owners { notify ana "…" } */
static bool is_step_among_owners(const Fault *fault)
{
    EscText verb = receiving_verb(fault);
    if (verb.size == 0 || !esc_fault_has(fault, "ack") || esc_fault_has(fault, "}"))
        return false;
    uint32_t at = esc_look_offset(fault, verb);
    return esc_fault_put(
        fault, ESC_SYNTAX_UNKNOWN_WORD, esc_parse_span(fault->parse, at, at + (uint32_t)verb.size),
        text_printf(fault, "`%.*s` is a step, and steps do not stand among the owners", verb),
        "move it into `steps { … }`, beside `owners { … }`");
}

/* crm.requeue("L-7"), crm.requeue(ticket.id) */
static bool is_positional_argument(const Fault *fault)
{
    EscText before = esc_fault_before(fault);
    bool is_text = fault->count == 1 && esc_fault_has(fault, ":") && before.size > 0 &&
                   before.data[0] == '"' && esc_look_is_sign(fault, ", )");
    bool is_other = esc_fault_has(fault, "a name") && esc_fault_has(fault, "a text") &&
                    !esc_fault_has(fault, "a dotted name") && !esc_fault_has(fault, "}") &&
                    esc_look_is_one_of(before, "( ,");
    if (!is_text && !is_other)
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_UNEXPECTED,
                         is_text ? fault->parse->previous : fault->parse->token,
                         ESC_TEXT("an argument is given with the name of its parameter"),
                         "write `PARAMETER: VALUE`, such as `lead: \"L-7\"`");
}

/* --- parts of templates and tests ------------------------------------------------------------- */

/* start when …, start ticket.created */
static bool is_start_without_event(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_text_equal(esc_fault_before(fault), ESC_TEXT("start")) ||
        !esc_fault_has(fault, "manual"))
        return false;
    if (esc_fault_is(fault, "when") || esc_fault_is(fault, "if")) {
        FaultEdit edit = instead_of_token(fault, "on ticket.created when");
        edit.is_guess = true;
        return esc_fault_put_edit(fault, ESC_SYNTAX_PART_MISSING, parse->token,
                                  ESC_TEXT("a trigger names the event at which it looks"),
                                  "write `start on EVENT when …`, such as `start on ticket.created "
                                  "when …`",
                                  edit);
    }
    if (!esc_fault_is(fault, "a dotted name"))
        return false;
    return esc_fault_put_edit(fault, ESC_SYNTAX_PART_MISSING, parse->token,
                              ESC_TEXT("`on` is missing before the event"), "write `start on`",
                              insert_at(parse->token.start, "on "));
}

/* start on ticket.created or ticket.updated */
static bool is_event_joined_by_word(const Fault *fault)
{
    if (!esc_look_is_sign(fault, "or and | +") || !esc_fault_has(fault, ",") ||
        !esc_fault_has(fault, "when"))
        return false;
    FaultEdit edit = instead_of_token(fault, ",");
    edit.start = fault->parse->previous.end;
    return esc_fault_put_edit(fault, ESC_SYNTAX_UNEXPECTED, fault->parse->token,
                              ESC_TEXT("events are joined with `,`"), "write `,`", edit);
}

/* An event without fields and braces. */
static bool is_event_without_braces(const Fault *fault)
{
    EscParse *parse = fault->parse;
    bool is_event =
        esc_text_equal(esc_look_name_at(fault, parse->declaration_at), ESC_TEXT("event"));
    bool is_next = esc_fault_is_end(fault) || (esc_token_is_declaration(parse->token_kind) &&
                                               esc_parse_is_line_start(parse, parse->token.start));
    if (!is_event || !is_next || !esc_fault_has(fault, "{") || parse->declaration_token == 0)
        return false;
    return esc_fault_put_edit(fault, ESC_SYNTAX_PART_MISSING, parse->previous,
                              ESC_TEXT("an event says its fields in braces, also when it has none"),
                              "write `{ }` behind it", insert_at(parse->previous.end, " { }"));
}

/* --- the list --------------------------------------------------------------------------------- */

bool esc_fault_is_habit(const Fault *fault)
{
    static bool (*const shapes[])(const Fault *) = {
        is_comment_sign,
        esc_shape_of_text,
        is_comma_before_text,
        is_quoted_name,
        is_word_with_colon,
        is_start_without_event,
        is_event_joined_by_word,
        esc_shape_of_fact,
        is_step_among_owners,
        is_assignment,
        is_second_receiver,
        is_via_too_early,
        is_if_without_block,
        is_positional_argument,
        esc_shape_of_field,
        esc_shape_of_condition,
        esc_shape_of_time,
        is_hyphen_in_name,
        is_filler,
        is_event_without_braces,
        is_sign_behind_word,
        is_foreign_word,
        is_comma_between_parts,
    };
    for (size_t i = 0; i < ESC_COUNT_OF(shapes); i++)
        if (shapes[i](fault))
            return true;
    return false;
}
