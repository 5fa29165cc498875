/* expr.c - types of expressions, and the rules about missing values. A fault gives
 * ESC_TYPE_WRONG, about which nobody complains again. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"
#include "check/tallies.h"

#define BOOL_TYPE ESC_TYPE(ESC_KIND_BOOL)
#define NUMBER_TYPE ESC_TYPE(ESC_KIND_NUMBER)
#define TEXT_TYPE ESC_TYPE(ESC_KIND_TEXT)
#define DURATION_TYPE ESC_TYPE(ESC_KIND_DURATION)
#define TIME_TYPE ESC_TYPE(ESC_KIND_TIME)
#define LIST_TYPE ESC_TYPE(ESC_KIND_LIST)

EscWhere esc_where(EscWorkspace *workspace, EscFunction body)
{
    EscWhere where = {.workspace = workspace, .body = body, .exception = ESC_NONE};
    where.facts.weakest = ESC_PROOF_COUNT;
    return where;
}

EscType esc_mark_value(EscWhere *where, const EscNode *node, EscType type)
{
    esc_mark(where->workspace, node, ESC_MEANS_VALUE, ESC_NONE, type);
    return type;
}

/* --- missing values --------------------------------------------------------------------------- */

static uint32_t prove(const EscNode *condition, bool truth, const EscNode **paths, uint32_t max,
                      uint32_t count)
{
    if (condition->kind == ESC_NODE_UNARY) {
        EscUnaryOp op = condition->unary.op;
        if (op == ESC_UNARY_NOT)
            return prove(condition->unary.operand, !truth, paths, max, count);
        bool proves =
            (op == ESC_UNARY_IS_PRESENT && truth) || (op == ESC_UNARY_IS_MISSING && !truth);
        if (proves && condition->unary.operand->kind == ESC_NODE_PATH && count < max)
            paths[count++] = condition->unary.operand;
        return count;
    }
    if (condition->kind != ESC_NODE_BINARY ||
        condition->binary.op != (truth ? ESC_BINARY_AND : ESC_BINARY_OR))
        return count;
    count = prove(condition->binary.left, truth, paths, max, count);
    return prove(condition->binary.right, truth, paths, max, count);
}

uint32_t esc_condition_proves(const EscNode *condition, bool truth, const EscNode **paths,
                              uint32_t max)
{
    return prove(condition, truth, paths, max, 0);
}

uint32_t esc_narrow(EscWhere *where, const EscNode *condition, bool truth)
{
    uint32_t mark = where->narrowed_count;
    where->narrowed_count +=
        esc_condition_proves(condition, truth, where->narrowed + mark, ESC_NARROWINGS_MAX - mark);
    uint32_t present = where->narrowed_count;
    where->narrowed_count +=
        esc_condition_keeps_from_zero(where->workspace, condition, truth, where->narrowed + present,
                                      ESC_NARROWINGS_MAX - present);
    for (uint32_t i = mark; i < where->narrowed_count; i++)
        where->is_nonzero[i] = i >= present;
    return mark;
}

/* --- arithmetic ------------------------------------------------------------------------------- */

static EscType arithmetic_type(EscBinaryOp op, EscKind left, EscKind right)
{
    if (left == ESC_KIND_NUMBER && right == ESC_KIND_NUMBER)
        return NUMBER_TYPE;
    if (op == ESC_BINARY_MULTIPLY || op == ESC_BINARY_DIVIDE)
        return left == ESC_KIND_DURATION && right == ESC_KIND_NUMBER ? DURATION_TYPE
                                                                     : ESC_TYPE_WRONG;
    if (left == ESC_KIND_DURATION && right == ESC_KIND_DURATION)
        return DURATION_TYPE;
    if (left == ESC_KIND_TIME && right == ESC_KIND_DURATION)
        return TIME_TYPE;
    if (left == ESC_KIND_TIME && right == ESC_KIND_TIME && op == ESC_BINARY_SUBTRACT)
        return DURATION_TYPE;
    return ESC_TYPE_WRONG;
}

static EscType check_arithmetic(EscWhere *where, const EscNode *node)
{
    if (esc_is_counted(node->binary.right))
        return where->reads_document ? esc_no_document(where, node, "a calendar's hours")
                                     : esc_check_counted_sum(where, node);
    const EscNode *a = node->binary.left, *b = node->binary.right;
    EscType left = esc_check_expression(where, a, esc_document_wants(where, a, ESC_KIND_NUMBER));
    EscType right = esc_check_expression(where, b, esc_document_wants(where, b, ESC_KIND_NUMBER));
    if (left == ESC_TYPE_WRONG || right == ESC_TYPE_WRONG)
        return ESC_TYPE_WRONG;
    EscType type = arithmetic_type(node->binary.op, esc_type_kind(left), esc_type_kind(right));
    if (type == ESC_TYPE_WRONG) {
        EscDiagnostic *diagnostic = esc_report(
            where->workspace, "E0210", node->span, "%s and %s cannot be put together with `%s`",
            esc_type_words(where->workspace, esc_type_plain(left)),
            esc_type_words(where->workspace, esc_type_plain(right)),
            esc_binary_op_text(node->binary.op));
        if (esc_type_kind(left) == ESC_KIND_LIST)
            esc_report_hint(where->workspace, diagnostic,
                            "a list of the ticket is changed with `add … to ticket.LIST` and "
                            "`remove … from ticket.LIST`");
        else if (esc_type_kind(left) == ESC_KIND_TEXT || esc_type_kind(right) == ESC_KIND_TEXT)
            esc_report_hint(
                where->workspace, diagnostic,
                "texts are put together inside quotes: \"{ticket.id}: {ticket.title}\"");
        return ESC_TYPE_WRONG;
    }
    EscType missing = (left | right) & ESC_TYPE_OPTIONAL;
    bool is_wrong = missing != 0 && !where->reads_document; /* of which everything may be missing */
    if (is_wrong && esc_type_is_optional(left))
        esc_must_be_present(where, node->binary.left);
    if (is_wrong && esc_type_is_optional(right))
        esc_must_be_present(where, node->binary.right);
    if (node->binary.op == ESC_BINARY_DIVIDE && !is_wrong)
        esc_check_divisor(where, node->binary.right);
    return is_wrong ? ESC_TYPE_WRONG : type | missing;
}

/* --- conditions ------------------------------------------------------------------------------- */

/* An operand of and, or, not, or a whole condition: true or false, and false when missing. */
static void check_truth(EscWhere *where, const EscNode *node)
{
    EscType type =
        esc_check_expression(where, node, esc_document_wants(where, node, ESC_KIND_BOOL));
    if (type == ESC_TYPE_WRONG)
        return;
    if (esc_type_kind(type) != ESC_KIND_BOOL) {
        EscDiagnostic *diagnostic = esc_report(
            where->workspace, "E0202", node->span, "a condition is true or false, and `%.*s` is %s",
            ESC_TEXT_ARG(esc_words_of(where, node)),
            esc_type_words(where->workspace, esc_type_plain(type)));
        if (esc_type_is_optional(type))
            esc_report_hint(where->workspace, diagnostic,
                            "say `is present`, or compare it with something");
        else
            esc_report_hint(where->workspace, diagnostic, "compare it with something");
        return;
    }
    if (esc_type_is_optional(type) && where->is_negated)
        esc_might_be_missing(where, node, "not");
}

static EscType check_binary(EscWhere *where, const EscNode *node)
{
    switch (node->binary.op) {
    case ESC_BINARY_AND:
    case ESC_BINARY_OR: {
        check_truth(where, node->binary.left);
        uint32_t mark = esc_narrow(where, node->binary.left, node->binary.op == ESC_BINARY_AND);
        check_truth(where, node->binary.right);
        where->narrowed_count = mark;
        break;
    }
    case ESC_BINARY_EQUAL:
    case ESC_BINARY_NOT_EQUAL:
    case ESC_BINARY_LESS:
    case ESC_BINARY_LESS_EQUAL:
    case ESC_BINARY_GREATER:
    case ESC_BINARY_GREATER_EQUAL:
        if (esc_is_count_test(node))
            esc_check_count_test(where, node);
        else
            esc_check_comparison(where, node);
        break;
    case ESC_BINARY_IN:
    case ESC_BINARY_NOT_IN:
        esc_check_in(where, node);
        break;
    case ESC_BINARY_STARTS_WITH:
    case ESC_BINARY_ENDS_WITH:
    case ESC_BINARY_CONTAINS:
        esc_check_text_test(where, node);
        break;
    default:
        return check_arithmetic(where, node);
    }
    return BOOL_TYPE; /* also after a fault: what is around it is a condition all the same */
}

static EscType check_presence(EscWhere *where, const EscNode *node)
{
    const EscNode *operand = node->unary.operand;
    EscType type = esc_is_document(where, operand)
                       ? esc_check_document_presence(where, operand)
                       : esc_check_expression(where, operand, ESC_TYPE_ANY);
    if (type == ESC_TYPE_WRONG || esc_type_is_optional(type))
        return BOOL_TYPE;
    EscMeaning meaning = esc_meaning(where->workspace, operand);
    if ((meaning.flags & (ESC_MEANING_NARROWED | ESC_MEANING_ASSURED)) == 0) {
        EscDiagnostic *diagnostic = esc_report(
            where->workspace, "A0201", node->span, "`%.*s` is never missing, so this is always %s",
            ESC_TEXT_ARG(esc_words_of(where, operand)),
            node->unary.op == ESC_UNARY_IS_PRESENT ? "true" : "false");
        esc_report_hint(where->workspace, diagnostic, "leave the test out");
    }
    return BOOL_TYPE;
}

static EscType check_unary(EscWhere *where, const EscNode *node)
{
    if (node->unary.op == ESC_UNARY_IS_MISSING || node->unary.op == ESC_UNARY_IS_PRESENT)
        return check_presence(where, node);
    if (node->unary.op == ESC_UNARY_NOT) {
        where->is_negated = !where->is_negated;
        check_truth(where, node->unary.operand);
        where->is_negated = !where->is_negated;
        return BOOL_TYPE;
    }
    EscType type =
        esc_check_expression(where, node->unary.operand,
                             esc_document_wants(where, node->unary.operand, ESC_KIND_NUMBER));
    if (type == ESC_TYPE_WRONG)
        return ESC_TYPE_WRONG;
    if (esc_type_kind(type) != ESC_KIND_NUMBER && esc_type_kind(type) != ESC_KIND_DURATION) {
        esc_report(where->workspace, "E0210", node->span,
                   "`-` stands before numbers and durations, and this is %s",
                   esc_type_words(where->workspace, esc_type_plain(type)));
        return ESC_TYPE_WRONG;
    }
    if (esc_type_is_optional(type) && !where->reads_document) {
        esc_must_be_present(where, node->unary.operand);
        return ESC_TYPE_WRONG;
    }
    return type;
}

static EscType check_quantifier(EscWhere *where, const EscNode *node)
{
    EscType type =
        esc_check_expression(where, node->quantifier.list,
                             esc_document_wants(where, node->quantifier.list, ESC_KIND_LIST));
    if (type != ESC_TYPE_WRONG && esc_type_kind(type) != ESC_KIND_LIST)
        esc_report(where->workspace, "E0211", node->quantifier.list->span,
                   "`%s` goes through a list, and this is %s",
                   node->quantifier.is_all ? "all" : "any",
                   esc_type_words(where->workspace, esc_type_plain(type)));
    else if (type != ESC_TYPE_WRONG && esc_type_is_optional(type) && where->is_negated)
        esc_might_be_missing(where, node->quantifier.list, "not");
    uint32_t locals = where->locals_count;
    uint32_t index = esc_where_local(where, NULL, node->quantifier.variable, TEXT_TYPE);
    if (where->loop_depth >= ESC_LOOP_DEPTH_MAX)
        esc_report(where->workspace, "E0333", node->quantifier.variable.span,
                   "loops lie at most %u deep in one another", (unsigned)ESC_LOOP_DEPTH_MAX);
    ++where->loop_depth;
    check_truth(where, node->quantifier.condition);
    --where->loop_depth;
    where->locals_count = locals;
    esc_mark(where->workspace, node, ESC_MEANS_VALUE, index, BOOL_TYPE);
    return BOOL_TYPE;
}

/* changed ticket.severity   previous ticket.severity */
static EscType check_history(EscWhere *where, const EscNode *node)
{
    const EscNode *path = node->kind == ESC_NODE_CHANGED ? node->changed.path : node->previous.path;
    const char *word = node->kind == ESC_NODE_CHANGED ? "changed" : "previous";
    if (where->reads_document)
        return esc_no_document(where, node, "what was before");
    EscType type = esc_check_path(where, path, ESC_TYPE_ANY);
    if (type != ESC_TYPE_WRONG &&
        (esc_meaning(where->workspace, path).means != ESC_MEANS_TICKET_FIELD ||
         esc_meaning(where->workspace, path).unit != ESC_UNIT_NONE)) {
        EscDiagnostic *diagnostic = esc_report(where->workspace, "E0111", path->span,
                                               "`%s` looks back at a field of the ticket", word);
        esc_report_hint(where->workspace, diagnostic, "write `%s ticket.severity`", word);
        type = ESC_TYPE_WRONG;
    }
    if (type == ESC_TYPE_WRONG)
        return ESC_TYPE_WRONG;
    if (node->kind == ESC_NODE_CHANGED)
        return BOOL_TYPE;
    return where->workspace->fields[esc_meaning(where->workspace, path).index].type |
           ESC_TYPE_OPTIONAL;
}

/* --- texts and the rest ----------------------------------------------------------------------- */

/* "${ticket.title}": the `$` would be sent too. Before a number it may be meant. */
static void dollar_before_value(EscWhere *where, const EscNode *value, EscType type)
{
    EscText source = esc_file_of(where->workspace, value->span)->text;
    uint32_t at = value->span.start;
    while (at > 0 && source.data[at - 1] == ' ')
        --at;
    bool is_dollar = at >= 2 && source.data[at - 1] == '{' && source.data[at - 2] == '$';
    if (!is_dollar || type == ESC_TYPE_WRONG || esc_type_kind(type) == ESC_KIND_NUMBER)
        return;
    EscSpan span = {value->span.file, at - 2, at - 1};
    EscDiagnostic *diagnostic = esc_report(where->workspace, "A0203", span,
                                           "this `$` is part of the text and is sent with it");
    esc_report_edit(where->workspace, diagnostic, ESC_EDIT_MAYBE, span, ESC_TEXT(""));
}

/* {ticket.due_at as date} */
static void check_form(EscWhere *where, const EscNode *shown, EscType type)
{
    EscWorkspace *workspace = where->workspace;
    EscName name = shown->shown.form;
    uint32_t form = 0;
    while (form < ESC_FORM_COUNT && !esc_text_equal(name.text, esc_text_from(esc_form_words[form])))
        form++;
    if (form == ESC_FORM_COUNT) {
        esc_report_word(workspace, name, "a form of a time or a duration", esc_form_words);
        return;
    }
    esc_mark(workspace, shown, ESC_MEANS_VALUE, form, TEXT_TYPE);
    EscKind wanted = esc_form_kind((EscForm)form);
    if (type == ESC_TYPE_WRONG || esc_type_kind(type) == wanted)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0210", name.span, "`as %s` writes %s, and this is %s",
                   esc_form_words[form], esc_type_words(workspace, ESC_TYPE(wanted)),
                   esc_type_words(workspace, esc_type_plain(type)));
    if (esc_type_kind(type) == ESC_KIND_TIME || esc_type_kind(type) == ESC_KIND_DURATION)
        esc_report_hint(workspace, diagnostic,
                        esc_type_kind(type) == ESC_KIND_TIME
                            ? "a time is written `as date` or `as time`"
                            : "a duration is written `as hours`, or `as days`, `as minutes` or "
                              "`as seconds`");
    else
        esc_report_hint(workspace, diagnostic, "leave `as %s` out", esc_form_words[form]);
}

/* What is read when the value is missing is never missing itself. */
static void check_otherwise(EscWhere *where, const EscNode *shown, EscType type)
{
    const EscNode *otherwise = shown->shown.otherwise;
    EscType other = esc_check_expression(where, otherwise, ESC_TYPE_ANY);
    if (other != ESC_TYPE_WRONG && esc_type_is_optional(other))
        esc_must_be_present(where, otherwise);
    if (type == ESC_TYPE_WRONG || esc_type_is_optional(type))
        return;
    EscDiagnostic *diagnostic = esc_report(where->workspace, "A0201", otherwise->span,
                                           "`%.*s` is never missing, so this is never read",
                                           ESC_TEXT_ARG(esc_words_of(where, shown->shown.value)));
    esc_report_hint(where->workspace, diagnostic, "leave `else` out");
}

/* A document's place is read as what its form shows. */
static EscType shown_type(const EscWhere *where, const EscNode *shown)
{
    EscKind kind = ESC_KIND_TEXT;
    for (uint32_t form = 0; form < ESC_FORM_COUNT; form++)
        if (esc_text_equal(shown->shown.form.text, esc_text_from(esc_form_words[form])))
            kind = esc_form_kind((EscForm)form);
    return esc_document_wants(where, shown->shown.value, kind);
}

static void check_shown(EscWhere *where, const EscNode *shown)
{
    EscType type = esc_check_expression(where, shown->shown.value, shown_type(where, shown));
    dollar_before_value(where, shown, type);
    esc_mark_value(where, shown, TEXT_TYPE);
    if (shown->shown.form.text.size > 0)
        check_form(where, shown, type);
    if (shown->shown.otherwise != NULL)
        check_otherwise(where, shown, type);
}

void esc_check_text(EscWhere *where, const EscNode *text)
{
    if (text == NULL)
        return;
    esc_mark_value(where, text, TEXT_TYPE);
    if (text->kind != ESC_NODE_TEXT)
        return;
    size_t size = 0;
    bool is_negated = where->is_negated;
    where->is_negated = false;
    ESC_EACH(part, text->text.parts) {
        if (part->kind == ESC_NODE_TEXT_LITERAL)
            size += part->text_literal.value.size;
        else if (part->kind == ESC_NODE_SHOWN)
            check_shown(where, part);
        else
            dollar_before_value(where, part, esc_check_expression(where, part, ESC_TYPE_ANY));
    }
    where->is_negated = is_negated;
    esc_check_text_size(where->workspace, text->span, size);
}

static EscType check_list(EscWhere *where, const EscNode *node)
{
    if (!esc_bound_holds(ESC_BOUND_WRITTEN_ITEMS, node->list.items.count)) {
        esc_report(where->workspace, "E0213", node->span,
                   "a list that is written down has at most %u items, and this one has %u",
                   (unsigned)ESC_WRITTEN_ITEMS_MAX, node->list.items.count);
        return ESC_TYPE_WRONG;
    }
    ESC_EACH(item, node->list.items) {
        EscType type = esc_check_expression(where, item, TEXT_TYPE);
        if (type != ESC_TYPE_WRONG && esc_type_kind(type) != ESC_KIND_TEXT)
            esc_report(where->workspace, "E0220", item->span, "a list holds texts, and this is %s",
                       esc_type_words(where->workspace, esc_type_plain(type)));
        else if (esc_type_is_optional(type))
            esc_must_be_present(where, item);
    }
    return LIST_TYPE;
}

/* escalation.owner = dora: a person's name where a text is compared. */
static bool is_person_word(EscWhere *where, const EscNode *node, EscType expected)
{
    if (!esc_is_single_word(node) || esc_type_kind(expected) != ESC_KIND_TEXT)
        return false;
    const EscSymbol *symbol = esc_symbol_find(where->workspace, node->path.parts[0].text);
    if (symbol == NULL || symbol->kind != ESC_SYMBOL_PERSON)
        return false;
    esc_mark(where->workspace, node, ESC_MEANS_PERSON_NAME, symbol->index, TEXT_TYPE);
    return true;
}

static EscType misplaced(EscWhere *where, const EscNode *node)
{
    const char *what = node->kind == ESC_NODE_PERCENT       ? "a percentage"
                       : node->kind == ESC_NODE_TIME_OF_DAY ? "a time of day"
                       : node->kind == ESC_NODE_RECORD      ? "a record"
                       : node->kind == ESC_NODE_CALL        ? "a call"
                                                            : "this";
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0226", node->span,
                   "%s has no value that can be compared or calculated with", what);
    if (node->kind == ESC_NODE_TIME_OF_DAY)
        esc_report_hint(where->workspace, diagnostic, "hours of the day belong in a calendar");
    else if (node->kind == ESC_NODE_PERCENT)
        esc_report_edit(where->workspace, diagnostic, ESC_EDIT_MAYBE, node->span,
                        esc_arena_printf(where->workspace->arena, "%.15g", node->percent.value));
    else if (node->kind == ESC_NODE_CALL)
        esc_report_hint(
            where->workspace, diagnostic,
            "a condition calls nothing; `any(t in LIST: …)` and `all(t in LIST: …)` ask "
            "for the items of a list");
    return ESC_TYPE_WRONG;
}

static EscType expression_type(EscWhere *where, const EscNode *node, EscType expected)
{
    switch (node->kind) {
    case ESC_NODE_NUMBER:
        return NUMBER_TYPE;
    case ESC_NODE_BOOL:
        return BOOL_TYPE;
    case ESC_NODE_LOCAL_TIME:
        if (where->reads_document)
            return esc_no_document(where, node, "a date on the workspace's clocks");
        esc_check_date(where->workspace, node);
        return TIME_TYPE;
    case ESC_NODE_NOW:
        return TIME_TYPE;
    case ESC_NODE_DURATION:
        if (esc_is_counted(node))
            return where->reads_document ? esc_no_document(where, node, "a calendar's hours")
                                         : esc_check_counted(where, node);
        esc_check_duration(where->workspace, node, false, ESC_BOUND_SPAN_MS);
        return DURATION_TYPE;
    case ESC_NODE_TEXT:
        esc_check_text(where, node);
        return TEXT_TYPE;
    case ESC_NODE_LIST:
        return check_list(where, node);
    case ESC_NODE_BINARY:
        return check_binary(where, node);
    case ESC_NODE_KEYED:
        if (where->reads_document)
            return esc_no_document(where, node, "a count");
        return esc_check_keyed(where, node);
    case ESC_NODE_UNARY:
        return check_unary(where, node);
    case ESC_NODE_CHANGED:
    case ESC_NODE_PREVIOUS:
        return check_history(where, node);
    default:
        break;
    }
    (void)expected;
    return misplaced(where, node);
}

EscType esc_check_expression(EscWhere *where, const EscNode *node, EscType expected)
{
    if (esc_is_document(where, node))
        return esc_check_document(where, node, expected);
    if (node->kind == ESC_NODE_PATH)
        return is_person_word(where, node, expected) ? TEXT_TYPE
                                                     : esc_check_path(where, node, expected);
    if (node->kind == ESC_NODE_QUANTIFIER)
        return check_quantifier(where, node);
    EscType type = expression_type(where, node, expected);
    return type == ESC_TYPE_WRONG ? type : esc_mark_value(where, node, type);
}

void esc_check_condition(EscWhere *where, const EscNode *node, EscConditionUse use)
{
    if (node == NULL)
        return;
    EscWorkspace *workspace = where->workspace;
    uint32_t errors = workspace->errors;
    where->is_negated = false;
    check_truth(where, node);
    if (use == ESC_USE_DOCUMENT)
        return; /* nothing is known of what others send, so nothing of it can be weighed */
    if (workspace->errors == errors)
        esc_check_standing(where, node, use);
    if (workspace->errors != errors || use == ESC_USE_TEST)
        return;
    esc_condition_passed(workspace, node);
    esc_judge_condition(workspace, node, use);
}

bool esc_check_value(EscWhere *where, const EscNode *node, EscType expected, const char *code,
                     const char *place)
{
    if (expected ==
        ESC_TYPE_WRONG) { /* the place itself was reported; look for faults within the value */
        if (node->kind != ESC_NODE_PATH)
            (void)esc_check_expression(where, node, ESC_TYPE_ANY);
        return false;
    }
    EscType type = esc_check_expression(where, node, esc_type_plain(expected));
    if (type == ESC_TYPE_WRONG)
        return false;
    if (esc_type_plain(type) != esc_type_plain(expected)) {
        if (!esc_quoted_member(where, node, expected)) {
            EscDiagnostic *diagnostic =
                esc_report(where->workspace, code, node->span, "%s wants %s, and this is %s", place,
                           esc_type_words(where->workspace, esc_type_plain(expected)),
                           esc_type_words(where->workspace, esc_type_plain(type)));
            if (esc_type_kind(expected) == ESC_KIND_TEXT && node->kind != ESC_NODE_LIST)
                esc_report_hint(where->workspace, diagnostic, "put it into a text: \"{%.*s}\"",
                                ESC_TEXT_ARG(esc_words_of(where, node)));
        }
        return false;
    }
    if (esc_type_is_optional(type) && !esc_type_is_optional(expected)) {
        esc_must_be_present(where, node);
        return false;
    }
    return true;
}

uint32_t esc_local_add(EscWorkspace *workspace, EscText name, EscType type, EscSpan span)
{
    *ESC_ARRAY_ADD(workspace, locals) = (EscLocal){.name = name, .type = type, .span = span};
    return workspace->locals_count - 1;
}

uint32_t esc_where_local(EscWhere *where, const EscNode *declares, EscName name, EscType type)
{
    esc_check_spelling(where->workspace, name);
    EscWorkspace *workspace = where->workspace;
    uint32_t index = esc_local_add(workspace, name.text, type, name.span);
    if (declares != NULL)
        esc_mark(workspace, declares, ESC_MEANS_LOCAL, index, type);
    for (uint32_t i = 0; i < where->locals_count; ++i) {
        const EscLocal *other = &workspace->locals[where->locals[i]];
        if (!esc_text_equal(other->name, name.text))
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0112", name.span, "`%.*s` has a meaning here already",
                       ESC_TEXT_ARG(name.text));
        esc_report_hint(workspace, diagnostic, "choose another name");
        esc_report_related(workspace, diagnostic, other->span, "declared here");
        return index;
    }
    if (where->locals_count < ESC_SCOPE_LOCALS_MAX)
        where->locals[where->locals_count++] = index;
    else
        esc_report(workspace, "E0333", name.span, "more than %u names are in use at once",
                   ESC_SCOPE_LOCALS_MAX);
    return index;
}
