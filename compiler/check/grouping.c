/* grouping.c - `group by` of a template: what makes a key, and endings that ask for one ticket of the group alone. */
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"

/* --- keys ------------------------------------------------------------------------------------- */

static void no_key(EscWorkspace *workspace, const EscNode *key, const char *what)
{
    EscDiagnostic *diagnostic =
        esc_report(workspace, esc_rule_info[ESC_RULE_GROUP_KEY].code, key->span, "%s", what);
    esc_report_hint(workspace, diagnostic,
                    "name a field of the ticket with one value, such as `ticket.account.id`");
}

/* A word alone that is a field, and a field of the event: what is meant is known, so nothing else is said of them. */
static bool is_meant_otherwise(EscWorkspace *workspace, const EscNode *key)
{
    EscText first = key->path.parts[0].text;
    uint32_t index = 0;
    if (esc_text_equal(first, ESC_TEXT("event"))) {
        no_key(workspace, key,
               "an event has no place here: tickets are grouped by fields of theirs");
        return true;
    }
    if (key->path.count > 1 || !esc_names_find(workspace->ticket_names, first, &index))
        return false;
    EscDiagnostic *diagnostic = esc_report(workspace, esc_rule_info[ESC_RULE_GROUP_KEY].code,
                                           key->span, "tickets are grouped by fields of theirs");
    esc_report_hint(workspace, diagnostic, "write `ticket.%.*s`", ESC_TEXT_ARG(first));
    return true;
}

/* A field that may be missing is fine: what is missing is no key. */
static bool check_key(EscWhere *where, const EscNode *key)
{
    if (is_meant_otherwise(where->workspace, key))
        return false;
    EscType type = esc_check_path(where, key, ESC_TYPE_ANY);
    if (type == ESC_TYPE_WRONG)
        return false;
    EscMeaning meaning = esc_meaning(where->workspace, key);
    if (meaning.means != ESC_MEANS_TICKET_FIELD || meaning.unit != ESC_UNIT_NONE) {
        no_key(where->workspace, key, "tickets are grouped by fields of theirs");
        return false;
    }
    if (esc_type_kind(type) != ESC_KIND_LIST)
        return true;
    no_key(where->workspace, key, "a list has many values, and a key is one");
    return false;
}

static void key_is_new(EscWorkspace *workspace, const EscNode *group, const EscNode *key)
{
    ESC_EACH(other, group->group.keys) {
        if (other == key)
            return;
        if (!esc_paths_equal(other, key))
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, esc_rule_info[ESC_RULE_GROUP_KEY].code, key->span,
                       "this field is a part of the key already");
        esc_report_related(workspace, diagnostic, other->span, "first here");
        return;
    }
}

void esc_check_grouping(EscWorkspace *workspace, const EscNode *group)
{
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    uint32_t count = 0;
    ESC_EACH(key, group->group.keys) {
        if (!esc_bound_holds(ESC_BOUND_GROUP_KEYS, ++count)) {
            esc_report(workspace, esc_bound_info[ESC_BOUND_GROUP_KEYS].code, key->span,
                       "at most %d fields make one group",
                       (int)esc_bound_info[ESC_BOUND_GROUP_KEYS].high);
            break;
        }
        if (check_key(&where, key))
            key_is_new(workspace, group, key);
    }
    esc_check_duration(workspace, group->group.within, false, ESC_BOUND_GROUP_MS);
}

/* --- the end of a group ----------------------------------------------------------------------- */

static bool is_status(const EscWorkspace *workspace, const EscNode *node)
{
    EscMeaning meaning = esc_meaning(workspace, node);
    return node->kind == ESC_NODE_PATH && meaning.means == ESC_MEANS_TICKET_FIELD &&
           esc_text_equal(workspace->fields[meaning.index].name, ESC_TEXT("status"));
}

static void visit_status(void *context, const EscNode *parent, const EscNode *node)
{
    EscWorkspace *workspace = context;
    (void)parent;
    if (is_status(workspace, node)) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "A0314", node->span,
                       "this is the status of the first ticket of the group alone");
        esc_report_hint(workspace, diagnostic,
                        "say `resolved`, which all of them have to be, or ask for "
                        "`escalation.tickets`");
    }
    esc_node_each_child(node, visit_status, context);
}

void esc_check_group_closing(EscWorkspace *workspace, const EscNode *closing)
{
    visit_status(workspace, NULL, closing->closing.condition);
}
