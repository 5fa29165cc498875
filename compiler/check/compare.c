/* compare.c - comparisons: both sides of one type, an order where `<` needs one, and no condition
 * that turns true because a value is missing. */
#include <string.h>

#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

bool esc_is_single_word(const EscNode *node)
{
    return node->kind == ESC_NODE_PATH && node->path.count == 1;
}

/* A test reads an operand: fine when missing only makes it false. */
static void test_reads(EscWhere *where, const EscNode *node, EscType type, EscBinaryOp op)
{
    if (!esc_type_is_optional(type))
        return;
    /* Of a document everything may be missing: a test of it is then false, also where it says that two things differ. */
    if (op == ESC_BINARY_NOT_EQUAL && !where->reads_document)
        esc_might_be_missing(where, node, "!=");
    else if (op == ESC_BINARY_NOT_IN && !where->reads_document)
        esc_might_be_missing(where, node, "not in");
    else if (where->is_negated)
        esc_might_be_missing(where, node, "not");
}

/* A quoted text beside a field with fixed values: the most frequent slip, with a message of its
 * own. */
bool esc_quoted_member(EscWhere *where, const EscNode *text, EscType enum_type)
{
    if (text->kind != ESC_NODE_TEXT || !text->text.is_plain ||
        esc_type_kind(enum_type) != ESC_KIND_ENUM)
        return false;
    EscWorkspace *workspace = where->workspace;
    const EscEnumInfo *info = &workspace->enums[esc_type_enum(enum_type)];
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0206", text->span,
        "`%.*s` has fixed values, and they are written without quotes", ESC_TEXT_ARG(info->name));
    EscSuggest suggest = esc_suggest(text->text.plain);
    for (uint32_t i = 0; i < info->count; ++i)
        esc_suggest_try(&suggest, info->members[i]);
    if (suggest.best.size > 0)
        esc_report_edit(workspace, diagnostic,
                        suggest.best_distance == 0 ? ESC_EDIT_SAFE : ESC_EDIT_MAYBE, text->span,
                        suggest.best);
    else
        esc_report_hint(workspace, diagnostic, "say %s", esc_type_words(workspace, enum_type));
    return true;
}

/* `ticket.assignee = ""`: what holds nothing is missing, and not an empty text. */
static void empty_text(EscWhere *where, const EscNode *node, const EscNode *value,
                       const EscNode *text, EscType type)
{
    if (!esc_type_is_optional(type) || text->kind != ESC_NODE_TEXT || !text->text.is_plain ||
        text->text.plain.size > 0 || where->is_test || value->kind != ESC_NODE_PATH)
        return;
    EscWorkspace *workspace = where->workspace;
    EscText words = esc_words_of(where, value);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "A0202", node->span,
                   "a field that holds nothing is missing: it is not equal to an empty text");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_MAYBE, node->span,
                    esc_arena_printf(workspace->arena, "%.*s is missing", ESC_TEXT_ARG(words)));
}

static bool is_number(EscText text)
{
    bool has_digit = false;
    for (size_t i = 0; i < text.size; ++i) {
        bool is_digit = text.data[i] >= '0' && text.data[i] <= '9';
        if (!is_digit && (text.data[i] != '.' || i == 0 || i + 1 == text.size))
            return false;
        has_digit = has_digit || is_digit;
    }
    return has_digit;
}

/* 2026-12-24, 2026-12-24T18:00 */
static bool is_date(EscText text)
{
    static const char form[] = "0000-00-00T00:00";
    if (text.size != 10 && text.size != 16)
        return false;
    for (size_t i = 0; i < text.size; ++i) {
        bool is_digit = text.data[i] >= '0' && text.data[i] <= '9';
        if (form[i] == '0' ? !is_digit : text.data[i] != form[i])
            return false;
    }
    return true;
}

/* "1000" beside a number, "true" beside what is true or false, a date beside a time: the value is right, and the quotes are
 * not. */
static bool quoted_value(EscWhere *where, const EscNode *text, EscType other)
{
    if (text->kind != ESC_NODE_TEXT || !text->text.is_plain)
        return false;
    EscText value = text->text.plain;
    EscKind kind = esc_type_kind(other);
    bool is_bool = kind == ESC_KIND_BOOL && (esc_text_equal(value, ESC_TEXT("true")) ||
                                             esc_text_equal(value, ESC_TEXT("false")));
    bool is_time = kind == ESC_KIND_TIME && is_date(value);
    if (!is_bool && !is_time && !(kind == ESC_KIND_NUMBER && is_number(value)))
        return false;
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0201", text->span, "%s is written without quotes",
                   is_bool   ? "what is true or false"
                   : is_time ? "a date"
                             : "a number");
    esc_report_edit(where->workspace, diagnostic, is_time ? ESC_EDIT_MAYBE : ESC_EDIT_SAFE,
                    text->span, value);
    return true;
}

static void cannot_compare(EscWhere *where, const EscNode *node, EscType left, EscType right)
{
    EscWorkspace *workspace = where->workspace;
    if (esc_quoted_member(where, node->binary.right, left) ||
        esc_quoted_member(where, node->binary.left, right) ||
        quoted_value(where, node->binary.right, left) ||
        quoted_value(where, node->binary.left, right))
        return;
    EscText left_words = esc_words_of(where, node->binary.left),
            right_words = esc_words_of(where, node->binary.right);
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0201", node->span, "`%.*s` is %s, and `%.*s` is %s: they cannot be compared",
        ESC_TEXT_ARG(left_words), esc_type_words(workspace, esc_type_plain(left)),
        ESC_TEXT_ARG(right_words), esc_type_words(workspace, esc_type_plain(right)));
    EscKind kinds[2] = {esc_type_kind(left), esc_type_kind(right)};
    bool has_number = kinds[0] == ESC_KIND_NUMBER || kinds[1] == ESC_KIND_NUMBER;
    bool has_duration = kinds[0] == ESC_KIND_DURATION || kinds[1] == ESC_KIND_DURATION;
    if (has_number && has_duration)
        esc_report_hint(workspace, diagnostic,
                        "a duration has a unit: `30m`, `2h`; or take `.minutes` of the duration");
    else if (kinds[0] == ESC_KIND_LIST)
        esc_report_hint(workspace, diagnostic, "say `contains`");
    else if (kinds[0] == ESC_KIND_TIME || kinds[1] == ESC_KIND_TIME)
        esc_report_hint(workspace, diagnostic,
                        "compare with another time, such as `now - 2h` or `2026-12-24T18:00`");
    else
        esc_report_hint(workspace, diagnostic, "both sides have one type: compare with %s",
                        esc_type_words(workspace, esc_type_plain(left)));
}

/* Takes its type from the other side: a bare word, or a document's place. */
static bool follows_other(const EscWhere *where, const EscNode *node)
{
    return esc_is_single_word(node) || esc_is_document(where, node);
}

/* Types both sides of a comparison: a bare word takes its meaning from the other side. WRONG
 * when either is. */
static bool comparison_sides(EscWhere *where, const EscNode *node, EscType *left, EscType *right)
{
    const EscNode *a = node->binary.left, *b = node->binary.right;
    if (follows_other(where, a) && !follows_other(where, b)) {
        *right = esc_check_expression(where, b, ESC_TYPE_ANY);
        *left = esc_check_expression(where, a, esc_type_plain(*right));
        /* Nothing more can be said about a word whose other side is wrong. */
    } else {
        *left = esc_check_expression(where, a, ESC_TYPE_ANY);
        if (*left == ESC_TYPE_WRONG && esc_is_single_word(b))
            return false; /* what the word would mean depends on the side that is wrong */
        *right = esc_check_expression(where, b, esc_type_plain(*left));
    }
    return *left != ESC_TYPE_WRONG && *right != ESC_TYPE_WRONG;
}

static void no_order(EscWhere *where, const EscNode *node, EscType type)
{
    EscWorkspace *workspace = where->workspace;
    EscDiagnostic *diagnostic = NULL;
    if (esc_type_kind(type) == ESC_KIND_ENUM) {
        const EscEnumInfo *info = &workspace->enums[esc_type_enum(type)];
        diagnostic = esc_report(workspace, "E0203", node->span,
                                "the values of `%.*s` have no order", ESC_TEXT_ARG(info->name));
        esc_report_hint(workspace, diagnostic,
                        "use `=` or `in […]`, or declare them with `<` between them");
        esc_report_related(workspace, diagnostic, info->span, "declared here");
        return;
    }
    diagnostic = esc_report(workspace, "E0203", node->span, "%s has no order",
                            esc_type_words(workspace, esc_type_plain(type)));
    esc_report_hint(workspace, diagnostic,
                    "`<` compares numbers, durations, times and ordered values");
}

static bool has_order(const EscWorkspace *workspace, EscType type)
{
    switch (esc_type_kind(type)) {
    case ESC_KIND_NUMBER:
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        return true;
    case ESC_KIND_ENUM:
        return workspace->enums[esc_type_enum(type)].is_ordered;
    default:
        return false;
    }
}

void esc_check_comparison(EscWhere *where, const EscNode *node)
{
    bool is_counted = esc_is_counted(node->binary.right) || esc_is_counted(node->binary.left);
    if (is_counted && where->reads_document) {
        (void)esc_no_document(where, node, "a calendar's hours");
        return;
    }
    if (esc_is_counted(node->binary.right)) {
        esc_check_counted_comparison(where, node, node->binary.left, node->binary.right);
        return;
    }
    if (esc_is_counted(node->binary.left)) {
        esc_check_counted_comparison(where, node, node->binary.right, node->binary.left);
        return;
    }
    EscType left = ESC_TYPE_WRONG, right = ESC_TYPE_WRONG;
    if (!comparison_sides(where, node, &left, &right))
        return;
    EscBinaryOp op = node->binary.op;
    bool is_order = op != ESC_BINARY_EQUAL && op != ESC_BINARY_NOT_EQUAL;
    bool is_list = esc_type_kind(left) == ESC_KIND_LIST && (!where->is_test || is_order);
    if (esc_type_plain(left) != esc_type_plain(right) || is_list) {
        cannot_compare(where, node, left, right);
        return;
    }
    if (op == ESC_BINARY_EQUAL) {
        empty_text(where, node, node->binary.left, node->binary.right, left);
        empty_text(where, node, node->binary.right, node->binary.left, right);
    }
    if (is_order && !has_order(where->workspace, left)) {
        no_order(where, node, left);
        return;
    }
    test_reads(where, node->binary.left, left, op);
    test_reads(where, node->binary.right, right, op);
}

static void hours_of_what(EscWhere *where, const EscNode *node)
{
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0232", node->span, "only `now` lies in hours or not");
    esc_report_hint(where->workspace, diagnostic, "write `now in %.*s`",
                    ESC_TEXT_ARG(esc_words_of(where, node->binary.right)));
}

static void hours_end(EscWhere *where, const EscNode *hours)
{
    esc_report_hint(where->workspace,
                    esc_report(where->workspace, "E0232", hours->span, "these are no hours"),
                    "write when they begin and end, without quotes: `now in 22:00..06:00`");
}

static bool is_calendar(const EscWorkspace *workspace, const EscNode *node)
{
    if (node->kind == ESC_NODE_HOURS)
        return true;
    const EscSymbol *symbol =
        esc_is_single_word(node) ? esc_symbol_find(workspace, node->path.parts[0].text) : NULL;
    return symbol != NULL && symbol->kind == ESC_SYMBOL_CALENDAR;
}

/* now in office_hours, now in 22:00..06:00 */
static bool check_hours(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    const EscNode *left = node->binary.left, *hours = node->binary.right;
    bool is_now = left->kind == ESC_NODE_NOW;
    if (is_now && (hours->kind == ESC_NODE_TIME_OF_DAY || hours->kind == ESC_NODE_TEXT)) {
        hours_end(where, hours);
        return true;
    }
    if (!is_calendar(workspace, hours) && !(is_now && esc_is_single_word(hours)))
        return false;
    if (where->reads_document) {
        (void)esc_no_document(where, node, "hours");
        return true;
    }
    if (!is_now) {
        hours_of_what(where, node);
        return true;
    }
    (void)esc_mark_value(where, left, ESC_TYPE(ESC_KIND_TIME));
    if (hours->kind == ESC_NODE_HOURS) {
        (void)esc_check_hours(workspace, hours, ESC_TEXT(""));
        return true;
    }
    uint32_t index = esc_find_calendar(workspace, hours->path.parts[0]);
    if (index != ESC_NONE)
        (void)esc_mark(workspace, hours, ESC_MEANS_CALENDAR, index, ESC_TYPE(ESC_KIND_BOOL));
    return true;
}

void esc_check_in(EscWhere *where, const EscNode *node)
{
    const EscNode *list = node->binary.right;
    if (check_hours(where, node))
        return;
    const EscNode *first = list->kind == ESC_NODE_LIST ? list->list.items.first : NULL;
    EscKind kind = first == NULL ? ESC_KIND_TEXT : esc_written_kind(first);
    EscType left = esc_check_expression(where, node->binary.left,
                                        esc_document_wants(where, node->binary.left, kind));
    if (left == ESC_TYPE_WRONG)
        return;
    test_reads(where, node->binary.left, left, node->binary.op);
    if (list->kind != ESC_NODE_LIST) {
        EscType right =
            esc_check_expression(where, list, esc_document_wants(where, list, ESC_KIND_LIST));
        if (right == ESC_TYPE_WRONG)
            return;
        if (esc_type_kind(right) != ESC_KIND_LIST || esc_type_kind(left) != ESC_KIND_TEXT) {
            EscDiagnostic *diagnostic =
                esc_report(where->workspace, "E0211", list->span, "`in` wants a list of %s here",
                           esc_type_words(where->workspace, esc_type_plain(left)));
            esc_report_hint(where->workspace, diagnostic,
                            "write the values in brackets: `in [a, b]`");
            return;
        }
        test_reads(where, list, right, node->binary.op);
        return;
    }
    esc_mark_value(where, list, ESC_TYPE(ESC_KIND_LIST));
    if (list->list.items.count == 0)
        esc_report(where->workspace, "E0220", list->span,
                   "this list is empty, so nothing is ever in it");
    ESC_EACH(item, list->list.items) {
        EscType type = esc_check_expression(where, item, esc_type_plain(left));
        if (type == ESC_TYPE_WRONG || esc_type_plain(type) == esc_type_plain(left) ||
            esc_quoted_member(where, item, left))
            continue;
        esc_report(where->workspace, "E0220", item->span, "`%.*s` is %s, and the list is about %s",
                   ESC_TEXT_ARG(esc_words_of(where, item)),
                   esc_type_words(where->workspace, esc_type_plain(type)),
                   esc_type_words(where->workspace, esc_type_plain(left)));
    }
}

void esc_check_text_test(EscWhere *where, const EscNode *node)
{
    EscType left = esc_check_expression(where, node->binary.left, ESC_TYPE_ANY);
    EscType right = esc_check_expression(where, node->binary.right, ESC_TYPE(ESC_KIND_TEXT));
    if (left == ESC_TYPE_WRONG || right == ESC_TYPE_WRONG)
        return;
    bool is_contains = node->binary.op == ESC_BINARY_CONTAINS;
    bool left_fits = esc_type_kind(left) == ESC_KIND_TEXT ||
                     (is_contains && esc_type_kind(left) == ESC_KIND_LIST);
    if (!left_fits || esc_type_kind(right) != ESC_KIND_TEXT) {
        const EscNode *culprit = left_fits ? node->binary.right : node->binary.left;
        EscDiagnostic *diagnostic = esc_report(
            where->workspace, "E0201", culprit->span, "`%s` looks into texts%s, and this is %s",
            esc_binary_op_text(node->binary.op), is_contains ? " and lists of texts" : "",
            esc_type_words(where->workspace, esc_type_plain(left_fits ? right : left)));
        if (esc_type_kind(left_fits ? right : left) == ESC_KIND_ENUM)
            esc_report_hint(where->workspace, diagnostic, "compare it with `=` or `in […]`");
        return;
    }
    test_reads(where, node->binary.left, left, node->binary.op);
    test_reads(where, node->binary.right, right, node->binary.op);
}
