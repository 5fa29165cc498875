/* unexpected.c - the one sentence for a token that does not fit.
 *
 * The parser gives the token that it got and, thanks to LAC, exactly those that it would have
 * taken. From the two it follows what the author forgot or meant: the rules below are tried from
 * the most telling to the most general one. None prints a list of tokens where a word of the
 * language says it. */
#include "unexpected.h"

#include <string.h>

#define SUGGESTION_EDITS_MAX 2u
#define EXPECTED_SHOWN_MAX 5u

typedef bool (*Rule)(const Fault *fault);

/* What the unexpected token is called in a message. */
static EscText found_text(const Fault *fault)
{
    if (esc_fault_is_end(fault))
        return ESC_TEXT("the end of the file");
    EscText shown = fault->found;
    for (size_t i = 0; i < shown.size; i++)
        if (shown.data[i] == '\n')
            shown.size = i;
    return esc_arena_printf(fault->parse->arena, "`%.*s`", ESC_TEXT_ARG(esc_utf8_cut(shown, 40)));
}

/* Aliases of words and signs are shown as code; the others ("a name") read by themselves. */
static bool is_code(const char *name)
{
    return strncmp(name, "a ", 2) != 0 && strncmp(name, "the ", 4) != 0 &&
           strncmp(name, "all (", 5) != 0;
}

/* --- braces ----------------------------------------------------------------------------------- */

static const char *const block_words[] = {"qa",           "owners",     "steps",    "on",
                                          "on exception", "close when", "start on", "start after",
                                          "again after",  "group by",   "alongside"};

static bool is_part(const Fault *fault)
{
    if (esc_fault_is(fault, "manual"))
        return true;
    for (size_t i = 0; i < ESC_COUNT_OF(block_words); i++)
        if (esc_fault_is(fault, block_words[i]))
            return true;
    return false;
}

/* Whether the line of the token is indented deeper than that of the block around it. */
static bool is_deeper(const Fault *fault)
{
    const EscParse *parse = fault->parse;
    const Bracket *open = esc_bracket_top(parse);
    return open != NULL && esc_parse_is_first_in_line(parse, parse->token.start) &&
           esc_parse_line_indent(parse, parse->token.start) >
               esc_parse_line_indent(parse, open->at);
}

/* A part of a template among steps: the block before it was not closed. */
static bool is_part_among_steps(const Fault *fault)
{
    return esc_fault_has(fault, ESC_FAULT_AT_STEP) && esc_fault_has(fault, "}") &&
           fault->parse->bracket_count >= 2 && is_part(fault) && !is_deeper(fault);
}

/* The same where the author's indentation says that it is meant to stand there. */
static bool rule_part_inside_steps(const Fault *fault)
{
    if (!esc_fault_has(fault, ESC_FAULT_AT_STEP) || !esc_fault_has(fault, "}") || !is_part(fault))
        return false;
    return esc_fault_put(
        fault, ESC_SYNTAX_UNKNOWN_WORD, fault->parse->token,
        esc_arena_printf(fault->parse->arena,
                         "%.*s begins a part of the template and does not stand among its steps",
                         ESC_TEXT_ARG(found_text(fault))),
        "move it behind the `}` of the steps");
}

static bool is_next_declaration(const Fault *fault)
{
    const EscParse *parse = fault->parse;
    if (esc_fault_is_end(fault))
        return true;
    return esc_token_is_declaration(parse->token_kind) &&
           esc_parse_is_line_start(parse, parse->token.start);
}

static bool rule_brace_missing(const Fault *fault)
{
    EscParse *parse = fault->parse;
    const Bracket *open = esc_bracket_top(parse);
    if (open == NULL || open->kind != BRACKET_BRACE ||
        !(is_next_declaration(fault) || is_part_among_steps(fault)))
        return false;
    if (!esc_fault_has(fault, "}") && !esc_fault_has(fault, "a name"))
        return false; /* something else is missing first */
    uint32_t at = parse->crooked_at != 0 ? parse->crooked_at : open->at;
    EscSyntaxError error =
        esc_syntax_error(ESC_SYNTAX_BRACE_MISSING, esc_parse_span(parse, at, at + 1),
                         ESC_TEXT("this `{` is never closed"));
    error.related = parse->token;
    error.related_label = esc_fault_is_end(fault) ? ESC_TEXT("the file ends here")
                                                  : ESC_TEXT("a `}` is missing before this");
    error.has_fix = parse->crooked_at == 0;
    error.fix_is_guess = true; /* it may be missing anywhere before */
    error.fix_span = esc_parse_span(parse, parse->token.start, parse->token.start);
    error.fix = esc_fault_is_end(fault) ? ESC_TEXT("}\n") : ESC_TEXT("}\n\n");
    if (!error.has_fix)
        error.fix = (EscText){NULL, 0};
    parse->is_part_among_steps = !is_next_declaration(fault);
    esc_syntax_put(parse, &error);
    return true;
}

static bool rule_brace_extra(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_is(fault, "}") || !esc_fault_has(fault, "template"))
        return false;
    if (parse->bracket_count > 0 || esc_fault_has(fault, "a name"))
        return false;
    esc_syntax_put_fix(parse, ESC_SYNTAX_BRACE_EXTRA, parse->token,
                       ESC_TEXT("this `}` closes nothing"), ESC_TEXT(""));
    return true;
}

static bool is_usual_step(const Fault *fault)
{
    static const char *const words[] = {"notify", "page", "await", "wait",
                                        "set",    "ask",  "if",    "handoff to"};
    for (size_t i = 0; i < ESC_COUNT_OF(words); i++)
        if (esc_fault_is(fault, words[i]))
            return true;
    return false;
}

/* A step among the parts of a template, or a part outside of one: a `}` before it is too many. */
static bool rule_brace_too_early(const Fault *fault)
{
    EscParse *parse = fault->parse;
    bool is_outside = esc_fault_has(fault, "policy") && esc_fault_has(fault, "template") &&
                      !esc_fault_has(fault, "a name") && parse->declarations.last != NULL &&
                      !esc_parse_is_line_start(parse, parse->token.start) &&
                      (is_part(fault) || is_usual_step(fault));
    bool is_behind_steps = esc_fault_has(fault, "start on") && is_usual_step(fault);
    if (!(is_outside || is_behind_steps) || !esc_text_equal(esc_fault_before(fault), ESC_TEXT("}")))
        return false;
    esc_parse_note_broken(parse, parse->previous.start, parse->previous.end);
    parse->is_brace_extra = is_behind_steps;
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_BRACE_EXTRA, parse->previous,
        esc_arena_printf(parse->arena, "this `}` ends %s before %.*s",
                         is_outside ? "the template" : "a block", ESC_TEXT_ARG(found_text(fault))),
        is_outside ? "leave it out" : "leave it out, or move the step into `steps { … }`",
        (FaultEdit){.start = parse->previous.start, .end = parse->previous.end, .is_guess = true});
}

static bool rule_brace_open(const Fault *fault)
{
    if (!esc_fault_has(fault, "{") || esc_fault_has(fault, "}"))
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_PART_MISSING, esc_fault_gap(fault),
                         esc_arena_printf(fault->parse->arena, "a `{` is missing after `%.*s`",
                                          ESC_TEXT_ARG(esc_fault_before(fault))),
                         "what belongs to it stands between `{` and `}`");
}

/* --- words that look like a known one --------------------------------------------------------- */

static const char *nearest(const Fault *fault)
{
    const char *best = NULL;
    unsigned best_distance = SUGGESTION_EDITS_MAX + 1;
    for (size_t i = 0; i < fault->count; i++) {
        if (!is_code(fault->expected[i]) || strlen(fault->expected[i]) < 2 || fault->found.size < 2)
            continue;
        EscText rest = esc_text_from(fault->expected[i]);
        if (esc_text_starts_with(rest, fault->found) && rest.data[fault->found.size] == ' ')
            return fault->expected[i]; /* the first of two words: `handoff x` for `handoff to x` */
        unsigned limit = fault->found.size <= 3 ? 1 : SUGGESTION_EDITS_MAX;
        unsigned distance =
            esc_text_distance(fault->found, esc_text_from(fault->expected[i]), limit);
        if (distance <= limit && distance < best_distance) {
            best_distance = distance;
            best = fault->expected[i];
        }
    }
    return best;
}

static void put_unknown(const Fault *fault, EscSyntaxCode code, EscText message, const char *hint)
{
    EscParse *parse = fault->parse;
    EscSyntaxError error = esc_syntax_error(code, parse->token, message);
    error.hint = esc_text_from(hint);
    const char *suggestion = nearest(fault);
    if (suggestion != NULL) {
        error.hint = esc_arena_printf(parse->arena, "did you mean `%s`?", suggestion);
        error.has_fix = error.fix_is_guess = true;
        error.fix_span = parse->token;
        error.fix = esc_text_from(suggestion);
    }
    esc_syntax_put(parse, &error);
}

static bool rule_unknown_declaration(const Fault *fault)
{
    if (!esc_fault_has(fault, "template") || !esc_fault_has(fault, "policy") ||
        esc_fault_has(fault, "a name"))
        return false;
    put_unknown(
        fault, ESC_SYNTAX_UNKNOWN_DECLARATION,
        esc_arena_printf(fault->parse->arena, "%.*s does not begin a declaration",
                         ESC_TEXT_ARG(found_text(fault))),
        "declarations begin with a word such as `template`, `person`, `route`, `policy` or `test`");
    return true;
}

/* What may stand in the block around, by a word that stands in none of those behind it. */
static const struct {
    const char *word, *noun, *hint;
} blocks[] = {
    {"expect that", "a statement of a test",
     "statements begin with `given`, `on`, `after`, `ack by`, `resolve by` or `expect`"},
    {ESC_FAULT_AT_STEP, "a step",
     "steps begin with a word such as `notify`, `page`, `await`, `wait`, `set`, `ask`, `handoff "
     "to` "
     "or `if`"},
    {"start on", "a part of a template",
     "its parts are `start on`, `owners`, `steps`, `on`, `on exception`, `qa` and `close when`"},
    {"last resort", "a rule of a policy",
     "rules begin with `last resort`, `require`, `approve`, `allow`, `limit` or `retain`"},
    {"action", "an action of a system", "write `action NAME(PARAMETER: TYPE) { … }`"},
    {"every", "a part of a schedule",
     "its parts begin with `layer`, `weekly`, `daily`, `every`, `always`, `override`, `import` or "
     "`timezone`"},
};

static bool rule_unknown_word(const Fault *fault)
{
    if (!esc_fault_has(fault, "}") || esc_fault_is(fault, "}"))
        return false;
    for (size_t i = 0; i < ESC_COUNT_OF(blocks); i++) {
        bool is_word = strcmp(blocks[i].word, "action") == 0;
        if (!esc_fault_has(fault, blocks[i].word) || (is_word && esc_fault_has(fault, "a name")))
            continue;
        put_unknown(fault, ESC_SYNTAX_UNKNOWN_WORD,
                    esc_arena_printf(fault->parse->arena, "%.*s does not begin %s",
                                     ESC_TEXT_ARG(found_text(fault)), blocks[i].noun),
                    blocks[i].hint);
        return true;
    }
    return false;
}

/* A connecting word that is almost right: `witin 5m`. */
static bool rule_misspelt(const Fault *fault)
{
    if (!esc_fault_is(fault, "a name") || esc_fault_has(fault, "}") ||
        esc_fault_has(fault, "policy") || nearest(fault) == NULL)
        return false;
    put_unknown(fault, ESC_SYNTAX_UNEXPECTED,
                esc_arena_printf(fault->parse->arena, "%.*s cannot stand here",
                                 ESC_TEXT_ARG(found_text(fault))),
                "");
    return true;
}

static bool rule_set_equals(const Fault *fault)
{
    if (!esc_fault_is(fault, "=") || !esc_fault_has(fault, "to"))
        return false;
    esc_syntax_put_fix(fault->parse, ESC_SYNTAX_UNEXPECTED, fault->parse->token,
                       ESC_TEXT("a field is set with `to`: `set ticket.status to open`"),
                       ESC_TEXT("to"));
    return true;
}

/* --- missing parts ---------------------------------------------------------------------------- */

static bool rule_deadline(const Fault *fault)
{
    if (esc_fault_has(fault, "}") || esc_fault_has(fault, "a name"))
        return false;
    if (esc_fault_has(fault, "ack"))
        return esc_fault_put(fault, ESC_SYNTAX_DEADLINE_MISSING, esc_fault_gap(fault),
                             ESC_TEXT("a deadline such as `ack within 5m` is missing"),
                             "every owner has a time in which to acknowledge");
    /* a clock of a service level could be called `pause`, and nobody means that */
    bool is_pause = fault->count == 2 && esc_fault_has(fault, "when");
    if (!esc_fault_has(fault, "within") || is_pause)
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_DEADLINE_MISSING, esc_fault_gap(fault),
                         ESC_TEXT("a deadline such as `within 5m` is missing"),
                         "nothing waits without an end");
}

static bool rule_reason(const Fault *fault)
{
    if (esc_fault_has(fault, "}") || !esc_fault_has(fault, "because"))
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_REASON_MISSING, esc_fault_gap(fault),
                         ESC_TEXT("a reason such as `because \"not resolved in 4h\"` is missing"),
                         "");
}

static bool rule_expectation(const Fault *fault)
{
    if (esc_fault_has(fault, "}") ||
        !(esc_fault_has(fault, "expect") || esc_fault_has(fault, "resolved")) ||
        esc_fault_has(fault, "a name"))
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_EXPECTATION_MISSING, esc_fault_gap(fault),
                         ESC_TEXT("an expectation such as `expect resolved within 2h` is missing"),
                         "who hands over says what is expected, and by when");
}

static bool rule_duration(const Fault *fault)
{
    if (!esc_fault_has(fault, "a duration") || esc_fault_has(fault, "a text") ||
        esc_fault_has(fault, "a name"))
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_DURATION_MISSING, esc_fault_gap(fault),
                         esc_arena_printf(fault->parse->arena,
                                          "a duration such as `5m` is missing after `%.*s`",
                                          ESC_TEXT_ARG(esc_fault_before(fault))),
                         "durations look like `90s`, `5m`, `12h`, `2d` or `1h30m`");
}

static bool rule_text(const Fault *fault)
{
    if (!esc_fault_has(fault, "a text") || esc_fault_has(fault, "a name") ||
        esc_fault_has(fault, "}"))
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_TEXT_MISSING, esc_fault_gap(fault),
                         esc_arena_printf(fault->parse->arena,
                                          "a text in quotes is missing after `%.*s`",
                                          ESC_TEXT_ARG(esc_fault_before(fault))),
                         "write it in double quotes, such as `\"{ticket.id}: {ticket.title}\"`");
}

static bool rule_value(const Fault *fault)
{
    if (!esc_fault_has(fault, "a name") || !esc_fault_has(fault, "[") ||
        !esc_fault_has(fault, "now"))
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_VALUE_MISSING, esc_fault_gap(fault),
                         esc_arena_printf(fault->parse->arena, "a value is missing after `%.*s`",
                                          ESC_TEXT_ARG(esc_fault_before(fault))),
                         "write a field, a fixed value, a number, a text or a list");
}

/* `when ticket.x =` and then `steps {` below: the word was taken for the value, and the brace
 * tells. */
static bool rule_value_before_block(const Fault *fault)
{
    EscParse *parse = fault->parse;
    if (!esc_fault_is(fault, "{"))
        return false;
    for (size_t i = 0; i < ESC_COUNT_OF(block_words); i++) {
        if (!esc_text_equal(esc_fault_before(fault), esc_text_from(block_words[i])))
            continue;
        return esc_fault_put(
            fault, ESC_SYNTAX_VALUE_MISSING, parse->previous,
            esc_arena_printf(parse->arena, "a value is missing before `%s`", block_words[i]), "");
    }
    return false;
}

static const char *const connectors[] = {"]", ")", "from", "to", "in", "=>", "->", "<-", "by", "("};

/* A word or arrow that joins two things can be put in; where a bracket closes is for the author. */
static bool put_connector(const Fault *fault, const char *connector)
{
    EscParse *parse = fault->parse;
    EscText message = esc_arena_printf(parse->arena, "`%s` is missing after `%.*s`", connector,
                                       ESC_TEXT_ARG(esc_fault_before(fault)));
    EscSpan gap = esc_fault_gap(fault);
    EscText hint = esc_arena_printf(parse->arena, "write `%s` between them", connector);
    bool is_joint = strchr("()[]", connector[0]) == NULL && gap.start == parse->token.start &&
                    !is_code(fault->unexpected);
    if (!is_joint)
        return esc_fault_put(fault, ESC_SYNTAX_PART_MISSING, gap, message,
                             strchr(")]", connector[0]) != NULL ? "write it where the list ends"
                                                                : "");
    return esc_fault_put_edit(
        fault, ESC_SYNTAX_PART_MISSING, gap, message, esc_arena_text(parse->arena, hint).data,
        (FaultEdit){.start = parse->token.start,
                    .end = parse->token.start,
                    .text = esc_arena_printf(parse->arena, "%s ", connector)});
}

static bool rule_connector(const Fault *fault)
{
    if (esc_fault_has(fault, "}"))
        return false;
    for (size_t i = 0; i < ESC_COUNT_OF(connectors); i++) {
        if (!esc_fault_has(fault, connectors[i]))
            continue;
        if (strcmp(connectors[i], "in") == 0 &&
            (esc_fault_has(fault, "and") || esc_fault_has(fault, "{")))
            continue; /* only one of many ways to go on with a condition */
        if (strcmp(connectors[i], "(") == 0 && fault->count > 1)
            continue; /* nor does every name want arguments */
        return put_connector(fault, connectors[i]);
    }
    return false;
}

static bool rule_name(const Fault *fault)
{
    if (!esc_fault_has(fault, "a name") || esc_fault_has(fault, "}"))
        return false;
    return esc_fault_put(fault, ESC_SYNTAX_NAME_MISSING, esc_fault_gap(fault),
                         esc_arena_printf(fault->parse->arena, "a name is missing after `%.*s`",
                                          ESC_TEXT_ARG(esc_fault_before(fault))),
                         is_code(fault->unexpected) && fault->found.size > 1
                             ? "words of the language are names only after a dot and before a colon"
                             : "");
}

/* --- whatever is left ------------------------------------------------------------------------- */

static void append_expected(const Fault *fault, EscBuf *out)
{
    for (size_t i = 0; i < fault->count; i++) {
        bool is_last = i + 1 == fault->count;
        esc_buf_string(out, i == 0 ? "" : is_last ? " or " : ", ");
        esc_buf_printf(out, is_code(fault->expected[i]) ? "`%s`" : "%s", fault->expected[i]);
    }
}

static void put_general(const Fault *fault)
{
    EscParse *parse = fault->parse;
    EscBuf hint;
    esc_buf_init(&hint, 1024);
    if (fault->count > 0 && fault->count <= EXPECTED_SHOWN_MAX) {
        esc_buf_string(&hint, "here stands ");
        append_expected(fault, &hint);
    }
    EscSyntaxError error = esc_syntax_error(
        ESC_SYNTAX_UNEXPECTED, parse->token,
        esc_fault_is_end(fault) ? ESC_TEXT("the file ends too early")
                                : esc_arena_printf(parse->arena, "%.*s cannot stand here",
                                                   ESC_TEXT_ARG(found_text(fault))));
    const char *suggestion = nearest(fault);
    error.hint = suggestion != NULL
                     ? esc_arena_printf(parse->arena, "did you mean `%s`?", suggestion)
                     : esc_buf_as_text(&hint);
    if (suggestion != NULL) {
        error.has_fix = error.fix_is_guess = true;
        error.fix_span = parse->token;
        error.fix = esc_text_from(suggestion);
    }
    esc_syntax_put(parse, &error);
    esc_buf_release(&hint);
}

static const Rule rules[] = {
    rule_brace_missing,      rule_brace_extra,   rule_brace_too_early,
    rule_part_inside_steps,  esc_fault_is_habit, rule_misspelt,
    rule_set_equals,         rule_reason,        rule_expectation,
    rule_deadline,           rule_value,         rule_connector,
    rule_duration,           rule_text,          rule_unknown_declaration,
    rule_value_before_block, rule_unknown_word,  rule_name,
    rule_brace_open,
};

void esc_syntax_put_unexpected(EscParse *parse, const char *unexpected, const char *const *expected,
                               size_t count)
{
    Fault fault = {.parse = parse,
                   .unexpected = unexpected,
                   .expected = expected,
                   .count = count,
                   .found = esc_parse_slice(parse, parse->token.start, parse->token.end)};
    for (size_t i = 0; i < ESC_COUNT_OF(rules); i++)
        if (rules[i](&fault))
            return;
    put_general(&fault);
}
