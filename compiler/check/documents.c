/* documents.c - places in JSON that came from outside: a reply of a connector, or what a source brings.
 *
 * Nothing is known of such a document, so a place in it has the type that it is used as, and may always be missing. A test
 * of what is missing is false, and `!=` and `not in` are such tests too: under `not` it would be true, so there somebody has
 * to say first that it is there, as with fields. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/names.h"

static bool is_pairs(const EscNode *node)
{
    return node->kind == ESC_NODE_CALL && esc_text_equal(node->call.name.text, ESC_TEXT("pairs"));
}

/* header "X-Event": a word and a text, whose quotes its span has; header.x and header["x"] are none. */
static bool is_written_as_header(const EscNode *path)
{
    const EscName *parts = path->path.parts;
    return path->path.count == 2 && esc_text_equal(parts[0].text, ESC_TEXT("header")) &&
           parts[1].span.end == path->span.end &&
           parts[1].span.end - parts[1].span.start > parts[1].text.size;
}

static bool is_header(const EscWhere *where, const EscNode *path)
{
    return where->reads_headers && is_written_as_header(path);
}

/* The name of the item, `body`, or a header; a name of the expression's own comes before both. */
static bool begins_in_document(const EscWhere *where, const EscNode *path)
{
    EscText root = path->path.parts[0].text;
    for (uint32_t i = 0; i < where->locals_count; ++i) {
        if (esc_text_equal(where->workspace->locals[where->locals[i]].name, root))
            return false;
    }
    return esc_text_equal(root, ESC_TEXT("body")) || is_header(where, path) ||
           (where->item.size > 0 && esc_text_equal(root, where->item));
}

bool esc_is_document(const EscWhere *where, const EscNode *node)
{
    if (!where->reads_document)
        return false;
    return is_pairs(node) || (node->kind == ESC_NODE_PATH && begins_in_document(where, node));
}

EscType esc_document_wants(const EscWhere *where, const EscNode *node, EscKind kind)
{
    return esc_is_document(where, node) ? ESC_TYPE(kind) : ESC_TYPE_ANY;
}

EscKind esc_written_kind(const EscNode *node)
{
    switch (node->kind) {
    case ESC_NODE_NUMBER:
        return ESC_KIND_NUMBER;
    case ESC_NODE_BOOL:
        return ESC_KIND_BOOL;
    case ESC_NODE_DURATION:
        return ESC_KIND_DURATION;
    default:
        return ESC_KIND_TEXT;
    }
}

/* pairs(alert.labels) */
static EscType check_pairs(EscWhere *where, const EscNode *node)
{
    const EscNode *path = node->call.arguments.first;
    bool is_fine = node->call.arguments.count == 1 && path->kind == ESC_NODE_PATH &&
                   begins_in_document(where, path) && !is_header(where, path);
    if (!is_fine) {
        esc_report_hint(where->workspace,
                        esc_report(where->workspace, "E0416", node->span,
                                   "`pairs` writes out the members of one object that comes in"),
                        "such as `pairs(body.labels)`");
        return ESC_TYPE_WRONG;
    }
    bool is_item = !esc_text_equal(path->path.parts[0].text, ESC_TEXT("body"));
    EscType type = ESC_TYPE(ESC_KIND_LIST) | ESC_TYPE_OPTIONAL;
    EscMeaning *meaning = esc_mark(where->workspace, node, ESC_MEANS_DOCUMENT,
                                   is_item ? ESC_DOCUMENT_ITEM : ESC_DOCUMENT_BODY, type);
    meaning->extra = ESC_DOCUMENT_PAIRS;
    return type;
}

static EscDocumentRoot root_of(const EscWhere *where, const EscNode *path)
{
    if (where->item.size > 0 && esc_text_equal(path->path.parts[0].text, where->item))
        return ESC_DOCUMENT_ITEM;
    return is_header(where, path) ? ESC_DOCUMENT_HEADERS : ESC_DOCUMENT_BODY;
}

/* A header is one line of text, and secrets are not read: they would stand in trails and messages. */
static void check_header(EscWhere *where, const EscNode *path, EscType type)
{
    EscName name = path->path.parts[1];
    EscHeaderFault fault = esc_header_fault(name.text);
    EscKind kind = esc_type_kind(type);
    bool is_secret =
        fault == ESC_HEADER_SECRET || esc_header_names_equal(name.text, where->secret_header);
    bool is_text = kind != ESC_KIND_NUMBER && kind != ESC_KIND_BOOL && kind != ESC_KIND_LIST;
    if (fault == ESC_HEADER_NO_NAME)
        esc_report_hint(
            where->workspace,
            esc_report(where->workspace, "E0426", name.span, "this is no name of a header"),
            "such as `header \"X-GitHub-Event\"`");
    else if (is_secret)
        esc_report_hint(where->workspace,
                        esc_report(where->workspace, "E0426", path->span,
                                   "the header `%.*s` says who is calling, and is no value",
                                   ESC_TEXT_ARG(name.text)),
                        "`verify` asks for it");
    else if (!is_text)
        esc_report_hint(where->workspace,
                        esc_report(where->workspace, "E0426", path->span,
                                   "a header is a text, and is held against one"),
                        "write the value in quotes");
}

static EscType mark_place(EscWhere *where, const EscNode *path, EscType type, EscDocumentForm form)
{
    const EscDocumentRoot root = root_of(where, path);
    uint8_t flags = 0;
    type |= ESC_TYPE_OPTIONAL;
    if (esc_type_kind(type) == ESC_KIND_TEXT && esc_is_narrowed(where, path, path->path.count)) {
        type = esc_type_plain(type);
        flags = ESC_MEANING_NARROWED;
    }
    if (root == ESC_DOCUMENT_HEADERS)
        check_header(where, path, type);
    EscMeaning *meaning = esc_mark(where->workspace, path, ESC_MEANS_DOCUMENT, root, type);
    meaning->extra = (uint8_t)form;
    meaning->flags = flags;
    return type;
}

EscType esc_check_document(EscWhere *where, const EscNode *node, EscType expected)
{
    if (node->kind == ESC_NODE_CALL)
        return check_pairs(where, node);
    EscKind kind = esc_type_kind(expected);
    if (kind == ESC_KIND_UNSET || kind == ESC_KIND_REF)
        expected = ESC_TYPE(ESC_KIND_TEXT);
    /* The whole of it has no value but what it says. */
    bool is_whole = node->path.count == 1 && esc_type_kind(expected) == ESC_KIND_TEXT;
    return mark_place(where, node, esc_type_plain(expected),
                      is_whole ? ESC_DOCUMENT_JSON : ESC_DOCUMENT_VALUE);
}

EscType esc_check_document_presence(EscWhere *where, const EscNode *node)
{
    if (node->kind == ESC_NODE_CALL)
        return check_pairs(where, node);
    return mark_place(where, node, ESC_TYPE(ESC_KIND_TEXT), ESC_DOCUMENT_JSON);
}

EscType esc_no_document(EscWhere *where, const EscNode *node, const char *what)
{
    esc_report_hint(where->workspace,
                    esc_report(where->workspace, "E0411", node->span,
                               "%s cannot be asked for where a document is read", what),
                    "a document is held against values that are written down and against itself");
    return ESC_TYPE_WRONG;
}

bool esc_report_place(EscWhere *where, const EscNode *path)
{
    if (is_written_as_header(path) && !where->reads_headers) {
        esc_report_hint(where->workspace,
                        esc_report(where->workspace, "E0426", path->span,
                                   "headers are read where a source says what came in"),
                        "give a field its value there: `ticket.… <- header \"…\"`");
        return true;
    }
    for (uint32_t i = 0; i < path->path.count; i++) {
        EscName part = path->path.parts[i];
        if (!esc_name_is_place(part.text))
            continue;
        esc_report_hint(where->workspace,
                        esc_report(where->workspace, "E0410", part.span,
                                   "only what comes from outside has places in brackets"),
                        "`any(t in LIST: …)` asks for the items of a list");
        return true;
    }
    return false;
}

bool esc_report_outside(EscWhere *where, const EscNode *path, EscType expected)
{
    EscText root = path->path.parts[0].text;
    bool is_name = path->path.count == 1 && (esc_type_kind(expected) == ESC_KIND_ENUM ||
                                             !esc_text_equal(root, ESC_TEXT("resolved")));
    if (!where->reads_document || is_name)
        return false;
    EscDiagnostic *diagnostic = esc_report(where->workspace, "E0114", path->span,
                                           "`%.*s` is nothing that comes in", ESC_TEXT_ARG(root));
    if (where->item.size > 0)
        esc_report_hint(where->workspace, diagnostic, "begin with `body` or `%.*s`",
                        ESC_TEXT_ARG(where->item));
    else
        esc_report_hint(where->workspace, diagnostic, "begin with `body`");
    return true;
}
