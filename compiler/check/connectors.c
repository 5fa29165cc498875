/* connectors.c - systems and their actions: one HTTP request each, with typed parameters and an
 * inverse. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/requests.h"
#include "check/steps.h"

/* in the order of EscMethod */
static const char *const METHODS[] = {"GET", "POST", "PUT", "PATCH", "DELETE", NULL};

/* --- rows, names, parameters ------------------------------------------------------------------ */

static void system_rows(EscWorkspace *workspace, uint32_t index)
{
    const EscNode *node = workspace->systems[index].node;
    EscNames *names = esc_names_new(esc_seed());
    if (names == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return;
    }
    EscSystemInfo *system = &workspace->systems[index];
    system->action_names = names;
    system->title = esc_plain_text(workspace, node->system.title);
    system->actions_first = workspace->actions_count;
    ESC_EACH_NODE(action, node->system.actions) {
        EscName name = action->action.name;
        uint32_t first = 0;
        if (esc_names_find(names, name.text, &first)) {
            EscDiagnostic *diagnostic =
                esc_report(workspace, "E0102", name.span, "the action `%.*s` is declared twice",
                           ESC_TEXT_ARG(name.text));
            esc_report_related(workspace, diagnostic,
                               workspace->actions[first].node->action.name.span, "declared here");
        }
        EscActionInfo info = {
            .system = index, .name = name.text, .undo_action = ESC_NONE, .node = action};
        esc_params_declare(workspace, action->action.parameters, "an action", &info.params_first,
                           &info.params_count);
        *ESC_ARRAY_ADD(workspace, actions) = info;
        ++system->actions_count;
        EscStatus status = esc_names_put(names, name.text, workspace->actions_count - 1);
        if (status != ESC_OK)
            esc_workspace_fail(workspace, status);
    }
}

/* --- the request ------------------------------------------------------------------------------ */

static void check_url(EscWhere *where, const EscNode *url)
{
    EscWorkspace *workspace = where->workspace;
    esc_check_text(where, url);
    const EscNode *first = url->text.parts.first;
    bool is_path = first != NULL && first->kind == ESC_NODE_TEXT_LITERAL &&
                   first->text_literal.value.size > 0 && first->text_literal.value.data[0] == '/';
    if (!is_path)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0324", url->span,
                                   "a request names a path of the system, which begins with `/`"),
                        "the address of the system stands in the configuration of escald");
    ESC_EACH(part, url->text.parts) {
        if (part->kind != ESC_NODE_TEXT_LITERAL &&
            esc_type_is_optional(esc_node_type(workspace, part)))
            esc_must_be_present(where, part);
    }
}

static void action_statuses(EscWorkspace *workspace, EscActionInfo *action, const EscNode *reply)
{
    uint16_t *statuses =
        esc_arena_alloc_array(workspace->arena, reply->reply.codes.count, sizeof *statuses);
    const EscBoundInfo *bound = &esc_bound_info[ESC_BOUND_HTTP_STATUS];
    if (statuses == NULL)
        return;
    action->statuses_count = 0; /* a second `expect` was reported; the room is for its own codes */
    ESC_EACH_NODE(code, reply->reply.codes) {
        double value = code->number.value;
        if (value < (double)bound->low || value > (double)bound->high ||
            esc_number_floor(value) < value)
            esc_report_hint(workspace,
                            esc_report(workspace, bound->code, code->span,
                                       "this is no status of an HTTP reply"),
                            "such as 200 or 204");
        else
            statuses[action->statuses_count++] = (uint16_t)value;
    }
    action->statuses = statuses;
}

/* M11.1: what an expected status says is a success only where this holds of the reply. */
static void action_accepts(EscWorkspace *workspace, EscActionInfo *action, const EscNode *reply)
{
    EscWhere where = esc_where(workspace, ESC_FUNCTION_DOCUMENT);
    where.reads_document = true;
    esc_check_condition(&where, reply->reply.condition, ESC_USE_DOCUMENT);
    action->accepts = reply->reply.condition;
}

/* return body.items[0].id: a place in the reply. */
static void action_return(EscWorkspace *workspace, EscActionInfo *action, const EscNode *node)
{
    const EscNode *path = node->return_value.value;
    if (path->kind != ESC_NODE_PATH ||
        !esc_text_equal(path->path.parts[0].text, ESC_TEXT("body"))) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0324", path->span,
                                   "what an action gives back is its reply or a part of it"),
                        "write `return body` or `return body.NAME`");
        return;
    }
    if (action->node->action.result == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0322", node->span,
                                   "this action does not say that it gives something back"),
                        "write `-> text` behind its parameters");
    if (action->result == ESC_TYPE_WRONG)
        return;
    action->returns = path;
}

static void once(EscWorkspace *workspace, const EscNode **seen, const EscNode *item,
                 const char *what)
{
    if (*seen != NULL)
        esc_report_related(workspace,
                           esc_report(workspace, "E0306", item->span, "%s is said twice", what),
                           (*seen)->span, "first here");
    *seen = item;
}

static void action_items(EscWhere *where, EscActionInfo *action)
{
    EscWorkspace *workspace = where->workspace;
    const EscNode *request = NULL, *body = NULL, *reply = NULL, *returns = NULL;
    ESC_EACH(item, action->node->action.items) {
        switch (item->kind) {
        case ESC_NODE_REQUEST: {
            once(workspace, &request, item, "the request");
            uint32_t method = 0;
            while (METHODS[method] != NULL &&
                   !esc_text_equal(item->request.method.text, esc_text_from(METHODS[method])))
                ++method;
            if (METHODS[method] == NULL)
                esc_report_word(workspace, item->request.method, "an HTTP method", METHODS);
            else
                action->method = (EscMethod)method;
            action->url = item->request.url;
            check_url(where, item->request.url);
            break;
        }
        case ESC_NODE_BODY:
            once(workspace, &body, item, "the body");
            action->body = item;
            action->body_kind = esc_check_request_body(where, item);
            break;
        case ESC_NODE_HEADER:
            esc_check_request_header(where, action->node, item);
            break;
        case ESC_NODE_REPLY:
            once(workspace, &reply, item, "`expect`");
            action_statuses(workspace, action, item);
            action_accepts(workspace, action, item);
            break;
        case ESC_NODE_RETURN:
            once(workspace, &returns, item, "`return`");
            action_return(workspace, action, item);
            break;
        default:
            ESC_ASSERT(false && "an action has no other parts");
        }
    }
    EscSpan name = action->node->action.name.span;
    if (request == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0322", name, "this action makes no request"),
                        "add `POST \"/path\"`");
    if (action->result != ESC_TYPE_WRONG && returns == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0322", action->node->action.result->span,
                                   "nothing says what this action gives back"),
                        "add `return body`");
}

/* --- the inverse ------------------------------------------------------------------------------ */

static void action_undo(EscWhere *where, EscActionInfo *action)
{
    EscWorkspace *workspace = where->workspace;
    const EscNode *undo = action->node->action.undo;
    if (undo == NULL)
        return;
    action->undo = undo;
    if (undo->undo.action == NULL) {
        esc_check_text(where, undo->undo.reason);
        return;
    }
    uint32_t inverse = esc_check_action(workspace, undo->undo.action, action->system);
    if (inverse == ESC_NONE)
        return;
    action->undo_action = inverse;
    const EscActionInfo *other = &workspace->actions[inverse];
    where->is_in_undo = true;
    esc_check_arguments(where, undo->undo.action->span, undo->undo.arguments,
                        &(EscCallee){.params = workspace->params + other->params_first,
                                     .count = other->params_count,
                                     .base = other->params_first,
                                     .whose = "the inverse",
                                     .declared = other->node->action.name.span});
    where->is_in_undo = false;
}

static void check_action(EscWorkspace *workspace, uint32_t index)
{
    EscActionInfo action = workspace->actions[index];
    EscWhere where = esc_where(workspace, ESC_FUNCTION_REQUEST);
    for (uint32_t i = 0; i < action.params_count; ++i)
        where.locals[where.locals_count++] = workspace->params[action.params_first + i].local;
    const EscNode *result = action.node->action.result;
    if (result != NULL) {
        uint32_t size_max = 0, items_max = 0;
        action.result = esc_schema_type(workspace, result, action.name, &size_max, &items_max);
        if (action.result != ESC_TYPE_WRONG && esc_type_kind(action.result) != ESC_KIND_TEXT) {
            esc_report_hint(
                workspace,
                esc_report(workspace, "E0322", result->span, "an action gives back a text"),
                "write `-> text`");
            action.result = ESC_TYPE(ESC_KIND_TEXT);
        }
    }
    action_items(&where, &action);
    action_undo(&where, &action);
    workspace->actions[index] = action;
}

void esc_pass_connectors(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->systems_count; ++i)
        system_rows(workspace, i);
    for (uint32_t i = 0; i < workspace->actions_count; ++i)
        check_action(workspace, i);
    esc_pass_sources(workspace);
}
