/* ast.c - the constructors that do more than fill in a node.
 *
 * They only look at the tree they are given: nothing here knows which names exist. */
#include "ast.h"

#define COUNT_MAX 1000000.0
#define ELSE_IF_FIX_MAX 4096u /* bytes: a longer one is for the author to mend */

EscName esc_name_empty(void)
{
    return (EscName){.text = {NULL, 0}};
}

EscSpan esc_span_join(EscSpan first, EscSpan last)
{
    return (EscSpan){.file = first.file, .start = first.start, .end = last.end};
}

EscNode *esc_path_one(EscParse *parse, EscName name)
{
    EscName *part = esc_arena_alloc(parse->arena, sizeof *part);
    if (part == NULL)
        return NULL;
    *part = name;
    return esc_node_put(
        parse,
        &(EscNode){.kind = ESC_NODE_PATH, .span = name.span, .path = {.parts = part, .count = 1}});
}

/* A word and what a text names: header "X-Event". */
EscNode *esc_path_two(EscParse *parse, EscSpan span, EscName word, const EscNode *text)
{
    EscName *parts = esc_arena_alloc_array(parse->arena, 2, sizeof *parts);
    if (parts == NULL || text == NULL)
        return NULL;
    parts[0] = word;
    parts[1] =
        (EscName){.text = esc_utf8_cut(text->text.plain, ESC_NAME_SIZE_MAX), .span = text->span};
    if (text->text.plain.size > ESC_NAME_SIZE_MAX)
        esc_literal_too_long(parse, text->span, true);
    return esc_node_put(
        parse,
        &(EscNode){.kind = ESC_NODE_PATH, .span = span, .path = {.parts = parts, .count = 2}});
}

/* --- expressions ------------------------------------------------------------------------------ */

/* A depth above the limit, which was reported already. */
enum { TOO_DEEP = ESC_EXPRESSION_DEPTH_MAX + 1 };

static uint16_t depth_of(const EscNode *node)
{
    return node == NULL ? 0 : node->depth;
}

/* Passes over the tree recurse into expressions, so their height is bounded here, where they are
 * built. */
static uint16_t depth_above(EscParse *parse, EscSpan span, const EscNode *a, const EscNode *b)
{
    uint16_t depth = depth_of(a) > depth_of(b) ? depth_of(a) : depth_of(b);
    if (depth < ESC_EXPRESSION_DEPTH_MAX)
        return (uint16_t)(depth + 1);
    parse->is_expression_too_deep = true;
    if (depth == ESC_EXPRESSION_DEPTH_MAX) {
        EscSyntaxError error = esc_syntax_error(ESC_SYNTAX_EXPRESSION_TOO_DEEP, span,
                                                ESC_TEXT("this expression has too many parts"));
        error.hint = ESC_TEXT(
            "at most 200 may follow one another; `x in [a, b, c]` says many equalities at once");
        esc_syntax_put(parse, &error);
    }
    return TOO_DEEP;
}

EscNode *esc_ast_unary(EscParse *parse, EscSpan span, EscUnaryOp op, EscNode *operand)
{
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_UNARY,
                                          .depth = depth_above(parse, span, operand, NULL),
                                          .span = span,
                                          .unary = {.op = op, .operand = operand}});
}

EscNode *esc_ast_binary(EscParse *parse, EscSpan span, EscBinaryOp op, EscNode *left,
                        EscNode *right)
{
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_BINARY,
                                          .depth = depth_above(parse, span, left, right),
                                          .span = span,
                                          .binary = {.op = op, .left = left, .right = right}});
}

EscNode *esc_ast_folded(EscParse *parse, EscSpan span, EscBinaryOp op, EscNode *left,
                        EscNode *right)
{
    EscNode *node = esc_ast_binary(parse, span, op, left, right);
    if (node != NULL)
        node->binary.ignores_case = true;
    return node;
}

EscNode *esc_ast_quantifier(EscParse *parse, EscSpan span, bool is_all, EscName variable,
                            EscNode *list, EscNode *condition)
{
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_QUANTIFIER,
                                          .depth = depth_above(parse, span, list, condition),
                                          .span = span,
                                          .quantifier = {.is_all = is_all,
                                                         .variable = variable,
                                                         .list = list,
                                                         .condition = condition}});
}

EscNode *esc_ast_text(EscParse *parse, EscSpan span, EscNode *start, EscNodeList parts,
                      EscNode *end)
{
    EscNodeList all = esc_list_one(start);
    if (all.first == NULL) {
        all = parts;
    } else {
        esc_node_link(all.last, parts.first);
        all.last = parts.last;
        all.count += parts.count;
    }
    all = esc_list_append(all, end);
    return esc_node_put(
        parse,
        &(EscNode){.kind = ESC_NODE_TEXT, .span = span, .text = {.parts = all, .is_plain = false}});
}

EscNode *esc_ast_duration_of(EscSpan span, EscNode *duration, EscName calendar)
{
    if (duration != NULL) {
        duration->duration.calendar = calendar;
        duration->span = span;
    }
    return duration;
}

/* --- parts whose meaning depends on what is in them ------------------------------------------- */

EscNode *esc_ast_record_field(EscParse *parse, EscSpan span, EscName name, EscSpan type_span,
                              EscNodeList fields, bool is_optional)
{
    EscNode *type = esc_node_put(parse, &(EscNode){.kind = ESC_NODE_TYPE_RECORD,
                                                   .span = type_span,
                                                   .type_record = {.fields = fields}});
    return esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_FIELD,
                          .span = span,
                          .field = {.name = name, .type = type, .is_optional = is_optional}});
}

EscNode *esc_ast_list_of(EscParse *parse, EscSpan span, EscNode *item, EscSpan item_span,
                         uint32_t size, uint32_t count)
{
    EscTypeListNode list = {.item = item, .at_most = count};
    if (item != NULL && item->kind == ESC_NODE_TYPE_NAME)
        list.item = esc_node_put(
            parse, &(EscNode){.kind = ESC_NODE_TYPE_NAME,
                              .span = item_span,
                              .type_name = {.name = item->type_name.name, .at_most = size}});
    return esc_node_put(parse,
                        &(EscNode){.kind = ESC_NODE_TYPE_LIST, .span = span, .type_list = list});
}

EscNode *esc_ast_header(EscParse *parse, EscSpan span, EscName word, EscNode *name, EscNode *value)
{
    if (!esc_text_equal(word.text, ESC_TEXT("header"))) {
        EscSyntaxError error = esc_syntax_error(ESC_SYNTAX_UNKNOWN_WORD, word.span,
                                                ESC_TEXT("only `header` is followed by two texts"));
        esc_syntax_put(parse, &error);
    }
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_HEADER,
                                          .span = span,
                                          .header = {.name = name, .value = value}});
}

EscNode *esc_ast_mapped(EscParse *parse, EscSpan span, EscName name, EscSpan mapped, EscNode *value,
                        EscName way, EscNodeList entries)
{
    EscNode *node = esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_MAPPED,
                          .span = mapped,
                          .mapped = {.value = value, .way = way, .entries = entries}});
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_ENTRY,
                                          .span = span,
                                          .entry = {.name = name, .value = node}});
}

static bool is_one_word(const EscNode *node, EscText word)
{
    return node != NULL && node->kind == ESC_NODE_PATH && node->path.count == 1 &&
           esc_text_equal(node->path.parts[0].text, word);
}

EscNode *esc_ast_await(EscParse *parse, EscSpan span, EscNode *what, EscNode *within,
                       EscNodeList reminders, EscBranch otherwise)
{
    EscAwaitNode await = {.wait_for = ESC_AWAIT_CONDITION,
                          .condition = what,
                          .within = within,
                          .reminders = reminders,
                          .otherwise = otherwise.steps,
                          .has_else = otherwise.is_written};
    if (is_one_word(what, ESC_TEXT("resolved"))) {
        await.wait_for = ESC_AWAIT_RESOLVED;
        await.condition = NULL;
    }
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_AWAIT, .span = span, .await = await});
}

static const struct {
    EscText word;
    EscCheckFor check_for;
} known_checks[] = {
    {{"acknowledged", 12}, ESC_CHECK_FOR_ACKNOWLEDGED},
    {{"consistent", 10}, ESC_CHECK_FOR_CONSISTENT},
    {{"delivered", 9}, ESC_CHECK_FOR_DELIVERED},
    {{"accepted", 8}, ESC_CHECK_FOR_DELIVERED},
    {{"queued", 6}, ESC_CHECK_FOR_DELIVERED},
    {{"seen", 4}, ESC_CHECK_FOR_DELIVERED},
};

EscNode *esc_ast_check(EscParse *parse, EscSpan span, EscNode *what, EscNode *within,
                       bool is_before_close, EscBranch otherwise)
{
    EscCheckNode check = {.check_for = ESC_CHECK_FOR_CONDITION,
                          .condition = what,
                          .within = within,
                          .is_before_close = is_before_close,
                          .otherwise = otherwise.steps,
                          .has_else = otherwise.is_written};
    for (size_t i = 0; i < ESC_COUNT_OF(known_checks); i++) {
        if (!is_one_word(what, known_checks[i].word))
            continue;
        check.check_for = known_checks[i].check_for;
        check.name = what->path.parts[0];
        check.condition = NULL;
    }
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_CHECK, .span = span, .check = check});
}

EscNode *esc_ast_denied(EscSpan span, EscNode *fact)
{
    if (fact != NULL) {
        fact->fact.is_negated = !fact->fact.is_negated;
        fact->span = span;
    }
    return fact;
}

EscNode *esc_ast_refused(EscSpan span, EscNode *act)
{
    if (act != NULL) {
        act->test_act.is_refused = true;
        act->span = span;
    }
    return act;
}

EscNode *esc_ast_counted(EscSpan span, EscNode *fact, uint32_t times)
{
    if (fact != NULL) {
        fact->fact.times = times;
        fact->span = span;
    }
    return fact;
}

EscName esc_ast_text_name(const EscNode *text)
{
    if (text == NULL)
        return esc_name_empty();
    return (EscName){.text = text->text.plain, .span = text->span};
}

uint32_t esc_ast_count(EscParse *parse, const EscNode *number)
{
    if (number == NULL)
        return 1;
    double value = number->number.value;
    if (value >= 1 && value <= COUNT_MAX)
        return (uint32_t)value;
    EscSyntaxError error = esc_syntax_error(ESC_SYNTAX_BAD_LITERAL, number->span,
                                            ESC_TEXT("this count must be from 1 to 1000000"));
    esc_syntax_put(parse, &error);
    return 1;
}

/* --- mistakes --------------------------------------------------------------------------------- */

static EscNode *put_minute(EscParse *parse, EscSpan span)
{
    return esc_node_put(
        parse,
        &(EscNode){.kind = ESC_NODE_DURATION, .span = span, .duration = {.ms = ESC_MINUTE_MS}});
}

EscNode *esc_ast_unit_missing(EscParse *parse, EscNode *number)
{
    if (number == NULL)
        return NULL;
    EscText digits = esc_parse_slice(parse, number->span.start, number->span.end);
    for (size_t i = 0; i < digits.size; i++)
        if (digits.data[i] > '9')
            return put_minute(
                parse, number->span); /* letters in it: no number either, and the scanner said so */
    EscSyntaxError error = esc_syntax_error(ESC_SYNTAX_UNIT_MISSING, number->span,
                                            ESC_TEXT("this duration has no unit"));
    error.hint =
        esc_arena_printf(parse->arena, "`%.*ss`, `%.*sm`, `%.*sh` or `%.*sd`", ESC_TEXT_ARG(digits),
                         ESC_TEXT_ARG(digits), ESC_TEXT_ARG(digits), ESC_TEXT_ARG(digits));
    error.has_fix = error.fix_is_guess = true;
    error.fix_span = number->span;
    error.fix = esc_arena_printf(parse->arena, "%.*sm", ESC_TEXT_ARG(digits));
    esc_syntax_put(parse, &error);
    return put_minute(parse, number->span);
}

EscName esc_ast_unquoted(EscParse *parse, const EscNode *text)
{
    EscName name = esc_ast_text_name(text);
    if (text != NULL)
        esc_syntax_put_fix(parse, ESC_SYNTAX_QUOTED_NAME, name.span,
                           ESC_TEXT("a name is written without quotes"), name.text);
    return name;
}

/* `otherwise` goes from `else` or `elif` to the end. */
static void put_else_if(EscParse *parse, EscSpan otherwise, EscSpan nested)
{
    EscText inner = esc_parse_slice(parse, nested.start, nested.end);
    bool is_elif = nested.start > otherwise.start && !esc_text_starts_with(inner, ESC_TEXT("if"));
    EscSyntaxError error =
        esc_syntax_error(ESC_SYNTAX_ELSE_IF,
                         esc_parse_span(parse, otherwise.start, nested.start + (is_elif ? 0 : 2)),
                         ESC_TEXT("`else` is followed by a block"));
    error.hint = ESC_TEXT("`else { if … { … } }`, or `match` when one value decides");
    if (inner.size <= ELSE_IF_FIX_MAX) {
        error.has_fix = true;
        error.fix_span = otherwise;
        error.fix = esc_arena_printf(parse->arena, "else { %s%.*s }", is_elif ? "if " : "",
                                     ESC_TEXT_ARG(inner));
    }
    esc_syntax_put(parse, &error);
}

EscNode *esc_ast_spanned(EscNode *node, EscSpan span)
{
    if (node != NULL)
        node->span = span;
    return node;
}

EscNode *esc_ast_else_if(EscParse *parse, EscSpan span, EscNode *condition, EscNodeList steps,
                         EscSpan otherwise, EscNode *nested)
{
    EscNode *node = esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_IF,
                          .span = span,
                          .if_step = {.condition = condition, .steps = steps, .has_else = true}});
    if (node == NULL || nested == NULL)
        return node;
    put_else_if(parse, otherwise, nested->span);
    /* A long chain nests without brackets: what is beyond the limit is left out, as the file is
     * wrong anyway. */
    if (nested->depth < ESC_NESTING_MAX) {
        node->depth = (uint16_t)(nested->depth + 1);
        node->if_step.otherwise = esc_list_one(nested);
    }
    return node;
}
