/* sources.c - inbound mappings: that they name real events, fields and values. The JSON that
 * comes in has no types here. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

typedef struct SourceCheck {
    EscWorkspace *workspace;
    uint32_t event;   /* or ESC_NONE */
    EscText variable; /* of `each … as`, or empty */
} SourceCheck;

/* Paths into the reply begin with body or the variable of `each`. */
static void check_json_path(const SourceCheck *check, const EscNode *path)
{
    if (path == NULL || path->kind != ESC_NODE_PATH)
        return;
    EscText root = path->path.parts[0].text;
    if (esc_text_equal(root, ESC_TEXT("body")) ||
        (check->variable.size > 0 && esc_text_equal(root, check->variable)))
        return;
    EscDiagnostic *diagnostic = esc_report(check->workspace, "E0114", path->span,
                                           "`%.*s` is nothing that comes in", ESC_TEXT_ARG(root));
    if (check->variable.size > 0)
        esc_report_hint(check->workspace, diagnostic, "begin with `body` or `%.*s`",
                        ESC_TEXT_ARG(check->variable));
    else
        esc_report_hint(check->workspace, diagnostic, "begin with `body`");
}

/* The type of what a row writes: a field of the ticket or of the event. */
static EscType target_type(const SourceCheck *check, const EscNode *target)
{
    EscWhere where = esc_where(check->workspace, ESC_FUNCTION_COND);
    uint32_t event = check->event;
    where.has_event = event != ESC_NONE;
    where.events = &event;
    where.events_count = where.has_event ? 1 : 0;
    EscText root = target->path.parts[0].text;
    if (esc_text_equal(root, ESC_TEXT("ticket")) || esc_text_equal(root, ESC_TEXT("event")))
        return esc_check_path(&where, target, ESC_TYPE_ANY);
    esc_report_hint(check->workspace,
                    esc_report(check->workspace, "E0114", target->span,
                               "a source fills fields of the ticket and of the event"),
                    "write `ticket.… <- …`");
    return ESC_TYPE_WRONG;
}

static void check_map(const SourceCheck *check, const EscNode *node)
{
    EscType type = target_type(check, node->source_map.target);
    check_json_path(check, node->source_map.value);
    bool has_default = false;
    EscWhere where = esc_where(check->workspace, ESC_FUNCTION_COND);
    ESC_EACH(entry, node->source_map.entries) {
        has_default = has_default || esc_text_equal(entry->entry.name.text, ESC_TEXT("otherwise"));
        (void)esc_check_value(&where, entry->entry.value, esc_type_plain(type), "E0209",
                              "this field");
    }
    if (node->source_map.has_map && !has_default)
        esc_report_hint(check->workspace,
                        esc_report(check->workspace, "E0309", node->span,
                                   "this table says nothing about other values"),
                        "end it with `otherwise: …`");
}

static void check_source(EscWorkspace *workspace, const EscNode *node)
{
    SourceCheck check = {.workspace = workspace, .event = ESC_NONE};
    (void)esc_plain_text(workspace, node->source.title);
    ESC_EACH(item, node->source.items) {
        if (item->kind == ESC_NODE_SOURCE_EACH) {
            check_json_path(&check, item->source_each.list);
            check.variable = item->source_each.variable.text;
        } else if (item->kind == ESC_NODE_SOURCE_EVENT) {
            check.event = esc_check_event(workspace, item->source_event.event);
        }
    }
    ESC_EACH(item, node->source.items) {
        if (item->kind == ESC_NODE_SOURCE_MAP)
            check_map(&check, item);
    }
    EscDiagnostic *diagnostic = esc_report(workspace, "A0301", node->source.name.span,
                                           "a source is checked, but nothing reads it yet");
    esc_report_hint(workspace, diagnostic, "send events to escald as CloudEvents for now");
}

void esc_pass_sources(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].tree == NULL)
            continue;
        ESC_EACH(node, workspace->files[i].tree->file.declarations) {
            if (node->kind == ESC_NODE_SOURCE)
                check_source(workspace, node);
        }
    }
}
