/* policy.c - what a policy says: the last resort, limits at run time, and the rules that rules.c
 * applies to templates. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

static bool word_is_one_of(EscWorkspace *workspace, EscName word, const char *what,
                           const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; ++i) {
        if (esc_text_equal(word.text, esc_text_from(words[i])))
            return true;
    }
    esc_report_word(workspace, word, what, words);
    return false;
}

static void check_approve(EscWorkspace *workspace, const EscNode *item)
{
    static const char *const words[] = {"templates", "routes", "policies", NULL};
    (void)word_is_one_of(workspace, item->policy_approve.what, "something that is approved", words);
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    EscRef ref = esc_check_who(&where, item->policy_approve.by,
                               ESC_WHO_CAN_PERSON | ESC_WHO_CAN_TEAM, "approve");
    uint32_t people =
        esc_ref_kind(ref) == ESC_REF_TEAM ? workspace->teams[esc_ref_index(ref)].count : 1;
    if (ref == 0 || (item->policy_approve.count > 0 && item->policy_approve.count <= people))
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0407", item->policy_approve.by->span,
                   "%u approvals are asked for, and there are %u people to give them",
                   item->policy_approve.count, people);
    esc_report_hint(workspace, diagnostic, "ask for fewer, or name a larger team");
}

static void check_last_resort(EscWorkspace *workspace, const EscNode *item)
{
    EscPolicyRules *rules = workspace->policy;
    if (rules->last_resort != NULL) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0406", item->span, "there is one last resort only");
        esc_report_hint(workspace, diagnostic, "write them into one: `last resort dora, erik`");
        esc_report_related(workspace, diagnostic, rules->last_resort->span, "first here");
        return;
    }
    rules->last_resort = item;
    workspace->resort_node = item;
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    unsigned can = ESC_WHO_CAN_PERSON | ESC_WHO_CAN_TEAM | ESC_WHO_CAN_SCHEDULE;
    workspace->last_resort =
        esc_check_who(&where, item->last_resort.who, can, "be the last resort");
    ESC_EACH(other, item->last_resort.others)
        (void)esc_check_who(&where, other, can, "be the last resort");
    esc_check_deadline(workspace, item->last_resort.within);
    esc_check_duration(workspace, item->last_resort.pace, false, ESC_BOUND_EVERY_MS);
}

static void check_require(EscWorkspace *workspace, const EscNode *item)
{
    static const char *const checks[] = {"acknowledged", "accepted",  "delivered", "seen",
                                         "consistent",   "confirmed", NULL};
    EscPolicyRules *rules = workspace->policy;
    rules->weight += 1 + item->policy_require.names.count;
    if (!esc_bound_holds(ESC_BOUND_POLICY_RULES, rules->weight)) {
        esc_report(workspace, esc_bound_info[ESC_BOUND_POLICY_RULES].code, item->span,
                   "policies require at most %d things of every template",
                   (int)esc_bound_info[ESC_BOUND_POLICY_RULES].high);
        return;
    }
    const EscNode **grown = esc_arena_grow(workspace->arena, rules->requires, rules->count,
                                           &rules->capacity, sizeof *rules->requires);
    if (grown == NULL)
        return;
    rules->requires = grown;
    EscRequire require = item->policy_require.require;
    bool is_sound = true;
    ESC_EACH_NODE(name, item->policy_require.names) {
        if (require == ESC_REQUIRE_OWNERS)
            is_sound = word_is_one_of(workspace, name->member.name, "a role of owners",
                                      esc_owner_role_words) &&
                       is_sound;
        else if (require == ESC_REQUIRE_QA)
            is_sound =
                word_is_one_of(workspace, name->member.name, "a QA check", checks) && is_sound;
    }
    esc_check_duration(workspace, item->policy_require.within, false, ESC_BOUND_DEADLINE_MS);
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    esc_check_condition(&where, item->policy_require.condition, ESC_USE_POLICY);
    if (require == ESC_REQUIRE_UNDO)
        rules->undo = item;
    else if (is_sound)
        rules->requires[rules->count++] = item;
}

static bool limit_action(EscWorkspace *workspace, const EscNode *otherwise, EscLimitInfo *limit)
{
    limit->exception = ESC_NONE;
    if (otherwise == NULL)
        return true;
    if (otherwise->kind == ESC_NODE_DIGEST && limit->kind == ESC_LIMIT_NOTIFICATIONS_PER_PERSON) {
        limit->action = ESC_LIMIT_ACTION_DIGEST;
        return true;
    }
    if (limit->kind == ESC_LIMIT_PAGES_PER_PERSON) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0408", otherwise->span,
                                   "pages beyond their limit are merged, and nothing else"),
                        "leave the `else` away");
        return false;
    }
    if (otherwise->kind == ESC_NODE_RAISE) {
        limit->action = ESC_LIMIT_ACTION_RAISE;
        limit->exception = esc_exception_find(workspace, otherwise->raise.exception.text);
        return limit->exception != ESC_NONE;
    }
    EscDiagnostic *diagnostic = esc_report(workspace, "E0408", otherwise->span,
                                           "this cannot be done when that limit is reached");
    esc_report_hint(workspace, diagnostic,
                    limit->kind == ESC_LIMIT_NOTIFICATIONS_PER_PERSON
                        ? "say `else digest` or `else raise NAME`"
                        : "say `else raise NAME`");
    return false;
}

/* limit 100000 keys: of all counts and silences of the workspace together, at any time. */
static void check_limit_keys(EscWorkspace *workspace, const EscNode *item)
{
    static const char *const words[] = {"keys", NULL};
    if (!word_is_one_of(workspace, item->limit.what, "something that is limited without a time",
                        words))
        return;
    *ESC_ARRAY_ADD(workspace, limits) =
        (EscLimitInfo){.kind = ESC_LIMIT_KEYS, .count = item->limit.count, .exception = ESC_NONE};
}

static void check_limit(EscWorkspace *workspace, const EscNode *item)
{
    static const char *const words[] = {"notifications", "pages", "handoffs", NULL};
    EscName what = item->limit.what, per = item->limit.per;
    EscLimitInfo limit = {.count = item->limit.count};
    if (item->limit.window == NULL) {
        check_limit_keys(workspace, item);
        return;
    }
    esc_check_duration(workspace, item->limit.window, false, ESC_BOUND_WINDOW_MS);
    limit.window_ms = item->limit.window->duration.ms;
    if (!word_is_one_of(workspace, what, "something that can be limited", words))
        return;
    bool is_handoffs = esc_text_equal(what.text, ESC_TEXT("handoffs"));
    limit.kind = is_handoffs ? ESC_LIMIT_HANDOFFS_PER_TICKET : ESC_LIMIT_NOTIFICATIONS_PER_PERSON;
    if (esc_text_equal(what.text, ESC_TEXT("pages")))
        limit.kind = ESC_LIMIT_PAGES_PER_PERSON;
    if (!esc_text_equal(per.text, is_handoffs ? ESC_TEXT("ticket") : ESC_TEXT("person"))) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0408", per.text.size > 0 ? per.span : what.span,
                       "%.*s are counted for each %s", ESC_TEXT_ARG(what.text),
                       is_handoffs ? "ticket" : "person");
        esc_report_hint(workspace, diagnostic, "say `per %s`", is_handoffs ? "ticket" : "person");
        return;
    }
    if (limit_action(workspace, item->limit.otherwise, &limit))
        *ESC_ARRAY_ADD(workspace, limits) = limit;
}

static void check_retain(EscWorkspace *workspace, const EscNode *item)
{
    static const char *const words[] = {"audit", NULL};
    if (!word_is_one_of(workspace, item->retain.what, "something that is kept", words))
        return;
    esc_check_duration(workspace, item->retain.duration, false, ESC_BOUND_RETAIN_MS);
    *ESC_ARRAY_ADD(workspace, limits) =
        (EscLimitInfo){.kind = ESC_LIMIT_RETAIN_AUDIT,
                       .count = 1,
                       .window_ms = item->retain.duration->duration.ms,
                       .exception = ESC_NONE};
}

/* Whether a source gives back that field of the ticket. */
static bool goes_back(const EscWorkspace *workspace, EscText field)
{
    for (uint32_t i = 0; i < workspace->inbounds_count; ++i)
        ESC_EACH_NODE(item, workspace->inbounds[i].node->source.items)
            if (item->kind == ESC_NODE_SOURCE_BACK && item->source_back.field->path.count == 2 &&
                esc_text_equal(item->source_back.field->path.parts[1].text, field))
                return true;
    return false;
}

/* on transfer put back | take over | ask owner */
static void check_transfer(EscWorkspace *workspace, const EscNode *item)
{
    static const char *const whats[] = {"transfer", NULL};
    static const char *const words[ESC_TRANSFER_COUNT][2] = {
        [ESC_TRANSFER_ASK] = {"ask", "owner"},
        [ESC_TRANSFER_PUT_BACK] = {"put", "back"},
        [ESC_TRANSFER_TAKE_OVER] = {"take", "over"}};
    if (!word_is_one_of(workspace, item->policy_transfer.what, "something that a policy answers",
                        whats))
        return;
    uint32_t found = 0;
    while (found < ESC_TRANSFER_COUNT &&
           !(esc_text_equal(item->policy_transfer.verb.text, esc_text_from(words[found][0])) &&
             esc_text_equal(item->policy_transfer.rest.text, esc_text_from(words[found][1]))))
        found++;
    if (found == ESC_TRANSFER_COUNT) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0425", item->span,
                                   "this is no answer to a transfer that was made elsewhere"),
                        "write `on transfer put back`, `on transfer take over` or `on transfer ask "
                        "owner`");
        return;
    }
    if (workspace->transfer_node != NULL) {
        esc_report_related(workspace,
                           esc_report(workspace, "E0306", item->span,
                                      "what becomes of a transfer is said twice"),
                           workspace->transfer_node->span, "first here");
        return;
    }
    workspace->transfer_node = item;
    workspace->transfer = (EscTransfer)found;
    if (found == ESC_TRANSFER_PUT_BACK && !goes_back(workspace, ESC_TEXT("assignee")) &&
        !goes_back(workspace, ESC_TEXT("queue")))
        esc_report_hint(workspace,
                        esc_report(workspace, "A0317", item->span,
                                   "no source gives the assignee or the queue back, so the owner is "
                                   "asked all the same"),
                        "add `ticket.assignee -> SYSTEM.ACTION(…)` to the source");
}

static void check_policy(EscWorkspace *workspace, const EscNode *node)
{
    (void)esc_plain_text(workspace, node->policy.title);
    ESC_EACH(item, node->policy.items) {
        switch (item->kind) {
        case ESC_NODE_POLICY_APPROVE:
            check_approve(workspace, item);
            break;
        case ESC_NODE_POLICY_REQUIRE:
            check_require(workspace, item);
            break;
        case ESC_NODE_LAST_RESORT:
            check_last_resort(workspace, item);
            break;
        case ESC_NODE_LIMIT:
            check_limit(workspace, item);
            break;
        case ESC_NODE_POLICY_TRANSFER:
            check_transfer(workspace, item);
            break;
        case ESC_NODE_POLICY_ALLOW:
            esc_check_allow(workspace, item);
            break;
        case ESC_NODE_POLICY_HANDOFF:
            esc_check_handoff_expects(workspace, item);
            break;
        case ESC_NODE_RETAIN:
            check_retain(workspace, item);
            break;
        default:
            break;
        }
    }
}

void esc_pass_policy(EscWorkspace *workspace)
{
    workspace->policy = esc_arena_alloc(workspace->arena, sizeof *workspace->policy);
    if (workspace->policy == NULL)
        return;
    bool may_be_broken = false;
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        may_be_broken = may_be_broken || workspace->files[i].tree == NULL ||
                        workspace->files[i].tree->file.error_count > 0;
        if (workspace->files[i].tree == NULL || workspace->files[i].library != 0)
            continue;
        ESC_EACH(node, workspace->files[i].tree->file.declarations) {
            if (node->kind == ESC_NODE_POLICY)
                check_policy(workspace, node);
        }
    }
    esc_check_late_schedules(workspace);
    if (workspace->policy->last_resort != NULL || workspace->templates_count == 0 || may_be_broken)
        return;
    EscSpan span = workspace->node != NULL ? workspace->node->workspace.name.span
                                           : workspace->templates[0].node->template.name.span;
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0401", span, "no policy names a last resort, so a ticket could have nobody");
    esc_report_hint(workspace, diagnostic, "write `policy NAME { last resort PERSON }`");
}
