/* requests.c - what the request of an action holds: headers, and a body as JSON or as a form. Values are parameters and
 * constants; whose names and addresses they are put behind is connectors.c's question. */
#include <string.h>

#include "check/expressions.h"
#include "check/names.h"
#include "check/requests.h"

/* --- bodies ----------------------------------------------------------------------------------- */

typedef struct Body {
    EscWhere *where;
    bool is_form;
    uint32_t parts;
} Body;

static void check_part(Body *body, const EscNode *value, unsigned depth);

/* True when another member of the record has this name before it: some systems take the first, others the last. */
static void said_once(EscWorkspace *workspace, const EscNode *record, const EscNode *entry)
{
    ESC_EACH_NODE(before, record->record.entries) {
        if (before == entry)
            return;
        if (!esc_text_equal(before->entry.name.text, entry->entry.name.text))
            continue;
        esc_report_related(workspace,
                           esc_report(workspace, "E0306", entry->entry.name.span,
                                      "the member `%.*s` is said twice",
                                      ESC_TEXT_ARG(entry->entry.name.text)),
                           before->entry.name.span, "first here");
        return;
    }
}

static void check_members(Body *body, const EscNode *record, unsigned depth)
{
    EscWorkspace *workspace = body->where->workspace;
    ESC_EACH_NODE(entry, record->record.entries) {
        said_once(workspace, record, entry);
        if (entry->entry.name.text.size == 0)
            esc_report_hint(
                workspace,
                esc_report(workspace, "E0324", entry->entry.name.span, "a member has a name"),
                "write it in front of the `:`");
        check_part(body, entry->entry.value, depth);
    }
}

static void check_holder(Body *body, const EscNode *value, unsigned depth)
{
    EscWorkspace *workspace = body->where->workspace;
    if (body->is_form) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0420", value->span,
                                   "a form is flat: each of its members is one text"),
                        "send `json { … }`, or write the members one beside the other");
        return;
    }
    if (!esc_bound_holds(ESC_BOUND_REQUEST_DEPTH, depth + 1)) {
        if (depth + 1 == (unsigned)esc_bound_info[ESC_BOUND_REQUEST_DEPTH].high + 1)
            esc_report(workspace, "E0333", value->span,
                       "objects and lists of a request stand within each other %lld deep at most",
                       (long long)esc_bound_info[ESC_BOUND_REQUEST_DEPTH].high);
        return;
    }
    if (value->kind == ESC_NODE_RECORD) {
        check_members(body, value, depth + 1);
        return;
    }
    ESC_EACH_NODE(item, value->list.items)
        check_part(body, item, depth + 1);
}

/* As deep as the bound on what stands within each other. */
static void check_part(Body *body, const EscNode *value, unsigned depth)
{
    body->parts++;
    if (value->kind == ESC_NODE_RECORD || value->kind == ESC_NODE_LIST) {
        check_holder(body, value, depth);
        return;
    }
    EscWorkspace *workspace = body->where->workspace;
    EscType type = esc_check_expression(body->where, value, ESC_TYPE_ANY);
    if (type != ESC_TYPE_WRONG && body->is_form && esc_type_kind(type) == ESC_KIND_LIST)
        esc_report_hint(
            workspace,
            esc_report(workspace, "E0420", value->span, "a form is flat, and this is a list"),
            "send `json { … }`");
}

EscBody esc_check_request_body(EscWhere *where, const EscNode *node)
{
    static const char *const formats[] = {"json", "form", NULL};
    EscText format = node->body.format.text;
    Body body = {.where = where, .is_form = esc_text_equal(format, ESC_TEXT("form"))};
    if (!body.is_form && !esc_text_equal(format, ESC_TEXT("json"))) {
        esc_report_word(where->workspace, node->body.format, "a kind of body", formats);
        return ESC_BODY_NONE;
    }
    if (node->body.value == NULL || node->body.value->kind != ESC_NODE_RECORD)
        return ESC_BODY_NONE; /* it could not be read, which was reported */
    check_members(&body, node->body.value, 0);
    if (!esc_bound_holds(ESC_BOUND_REQUEST_PARTS, body.parts))
        esc_report(where->workspace, "E0333", node->body.format.span,
                   "a body has %lld members and items at most, and this one %u",
                   (long long)esc_bound_info[ESC_BOUND_REQUEST_PARTS].high, body.parts);
    return body.is_form ? ESC_BODY_FORM : ESC_BODY_JSON;
}

/* --- headers ---------------------------------------------------------------------------------- */

static void check_name(EscWorkspace *workspace, const EscNode *name)
{
    EscHeaderFault fault =
        name->text.is_plain ? esc_header_fault(name->text.plain) : ESC_HEADER_NO_NAME;
    if (fault == ESC_HEADER_FINE)
        return;
    EscDiagnostic *diagnostic =
        name->text.is_plain
            ? esc_report(workspace, "E0421", name->span, "the header `%.*s` %s",
                         ESC_TEXT_ARG(name->text.plain), esc_header_fault_words(fault))
            : esc_report(workspace, "E0421", name->span,
                         "the name of a header has no values in it");
    if (fault == ESC_HEADER_SECRET)
        esc_report_hint(workspace, diagnostic,
                        "the configuration of escald says how a system is signed in to: "
                        "`auth` or `headers` of the system");
}

/* A line break would begin another header. */
static void check_value(EscWorkspace *workspace, const EscNode *value)
{
    ESC_EACH(part, value->text.parts) {
        if (part->kind != ESC_NODE_TEXT_LITERAL)
            continue;
        EscText text = part->text_literal.value;
        for (size_t i = 0; i < text.size; i++)
            if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f) {
                esc_report(workspace, "E0421", value->span,
                           "the value of a header has no line breaks or control characters");
                return;
            }
    }
}

/* Said before in the same action; in any case of letters it is the same header. */
static void said_before(EscWorkspace *workspace, const EscNode *action, const EscNode *header)
{
    ESC_EACH_NODE(item, action->action.items) {
        if (item == header)
            return;
        if (item->kind != ESC_NODE_HEADER || !item->header.name->text.is_plain ||
            !esc_header_names_equal(item->header.name->text.plain, header->header.name->text.plain))
            continue;
        esc_report_related(
            workspace, esc_report(workspace, "E0306", header->span, "this header is said twice"),
            item->span, "first here");
        return;
    }
}

void esc_check_request_header(EscWhere *where, const EscNode *action, const EscNode *header)
{
    check_name(where->workspace, header->header.name);
    if (header->header.name->text.is_plain)
        said_before(where->workspace, action, header);
    esc_check_text(where, header->header.value);
    check_value(where->workspace, header->header.value);
}
