/* rules.c - a policy's rules over templates, as far as the text alone decides them. A rule with
 * a condition holds for a template whose trigger says at least what the condition says; where
 * that cannot be seen, nothing is reported. */
#include <string.h>

#include "check/check.h"

#define CONJUNCTS_MAX 32u

/* --- does a trigger imply a condition? -------------------------------------------------------- */

static uint32_t conjuncts(const EscNode *node, const EscNode **out, uint32_t count)
{
    if (node == NULL || count >= CONJUNCTS_MAX)
        return count;
    if (node->kind == ESC_NODE_BINARY && node->binary.op == ESC_BINARY_AND) {
        /* at most ESC_EXPRESSION_DEPTH_MAX deep */
        count = conjuncts(node->binary.left, out, count);
        return conjuncts(node->binary.right, out, count);
    }
    out[count++] = node;
    return count;
}

/* The members that a test of one enum field allows, as bits; false when it is another kind of
 * test. */
static bool enum_test(const EscWorkspace *workspace, const EscNode *node, uint32_t *field,
                      uint64_t *mask)
{
    if (node->kind != ESC_NODE_BINARY || node->binary.left->kind != ESC_NODE_PATH)
        return false;
    EscMeaning left = esc_meaning(workspace, node->binary.left);
    if (left.means != ESC_MEANS_TICKET_FIELD || esc_type_kind(left.type) != ESC_KIND_ENUM)
        return false;
    uint32_t count = workspace->enums[esc_type_enum(left.type)].count;
    *field = left.index;
    *mask = 0;
    if (node->binary.op == ESC_BINARY_IN && node->binary.right->kind == ESC_NODE_LIST) {
        ESC_EACH_NODE(item, node->binary.right->list.items) {
            EscMeaning member = esc_meaning(workspace, item);
            if (member.means != ESC_MEANS_MEMBER)
                return false;
            *mask |= UINT64_C(1) << member.index;
        }
        return true;
    }
    EscMeaning right = esc_meaning(workspace, node->binary.right);
    if (right.means != ESC_MEANS_MEMBER)
        return false;
    for (uint32_t i = 0; i < count; ++i) {
        bool holds = false;
        switch (node->binary.op) {
        case ESC_BINARY_EQUAL:
            holds = i == right.index;
            break;
        case ESC_BINARY_NOT_EQUAL:
            holds = i != right.index;
            break;
        case ESC_BINARY_LESS:
            holds = i < right.index;
            break;
        case ESC_BINARY_LESS_EQUAL:
            holds = i <= right.index;
            break;
        case ESC_BINARY_GREATER:
            holds = i > right.index;
            break;
        case ESC_BINARY_GREATER_EQUAL:
            holds = i >= right.index;
            break;
        default:
            return false;
        }
        *mask |= holds ? UINT64_C(1) << i : 0;
    }
    return true;
}

static EscText source_of(const EscWorkspace *workspace, const EscNode *node)
{
    return (EscText){workspace->files[node->span.file].text.data + node->span.start,
                     node->span.end - node->span.start};
}

static bool is_implied(const EscWorkspace *workspace, const EscNode *wanted,
                       const EscNode *const *known, uint32_t count)
{
    uint32_t field = 0, other = 0;
    uint64_t mask = 0, allowed = UINT64_MAX;
    if (!enum_test(workspace, wanted, &field, &mask)) {
        for (uint32_t i = 0; i < count; ++i) {
            if (esc_text_equal(source_of(workspace, wanted), source_of(workspace, known[i])))
                return true;
        }
        return false;
    }
    bool is_known = false;
    for (uint32_t i = 0; i < count; ++i) {
        uint64_t one = 0;
        if (!enum_test(workspace, known[i], &other, &one) || other != field)
            continue;
        allowed &= one;
        is_known = true;
    }
    return is_known && (allowed & ~mask) == 0;
}

static bool start_implies(const EscWorkspace *workspace, const EscNode *start,
                          const EscNode *condition)
{
    const EscNode *wanted[CONJUNCTS_MAX], *known[CONJUNCTS_MAX];
    uint32_t wanted_count = conjuncts(condition, wanted, 0);
    uint32_t known_count = conjuncts(start->start.condition, known, 0);
    for (uint32_t i = 0; i < wanted_count; ++i) {
        if (!is_implied(workspace, wanted[i], known, known_count))
            return false;
    }
    return true;
}

/* True when some trigger of the template only fires where the condition holds. */
static bool rule_holds_for(const EscWorkspace *workspace, const EscTemplateInfo *info,
                           const EscNode *condition)
{
    if (condition == NULL)
        return true;
    ESC_EACH_NODE(item, info->node->template.items) {
        if (item->kind == ESC_NODE_START && start_implies(workspace, item, condition))
            return true;
    }
    return false;
}

/* --- the rules -------------------------------------------------------------------------------- */

static void require_owners(EscWorkspace *workspace, const EscTemplateInfo *info,
                           const EscNode *rule)
{
    ESC_EACH_NODE(name, rule->policy_require.names) {
        uint32_t role = esc_role_number(name->member.name.text);
        if (role >= ESC_ROLES_MAX || info->owners[role] != NULL ||
            (role == 0 && info->owners[0] == NULL))
            continue; /* without a primary it is no template at all, and that was said */
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0402", info->node->template.name.span,
                       "the policy wants a%s %.*s owner, and `%.*s` has none", role == 2 ? "n" : "",
                       ESC_TEXT_ARG(name->member.name.text), ESC_TEXT_ARG(info->name));
        esc_report_hint(workspace, diagnostic, "add `%.*s NAME ack within 15m` to its owners",
                        ESC_TEXT_ARG(name->member.name.text));
        esc_report_related(workspace, diagnostic, rule->span, "the rule");
    }
}

/* Hours of a calendar that is open always are elapsed time. */
static bool calendar_is_always_open(const EscCalendarInfo *calendar)
{
    uint32_t minutes = 0;
    for (uint32_t i = 0; i < calendar->hours_count; ++i)
        minutes += (uint32_t)(calendar->hours[i].to_minute - calendar->hours[i].from_minute);
    return minutes == 7 * 1440 && calendar->holidays_count == 0;
}

static void require_ack(EscWorkspace *workspace, const EscTemplateInfo *info, const EscNode *rule)
{
    const EscNode *owner = info->owners[0];
    if (owner == NULL || owner->owner.within == NULL || rule->policy_require.within == NULL)
        return;
    const EscNode *within = owner->owner.within;
    EscMeaning meaning = esc_meaning(workspace, within);
    bool may_take_longer = meaning.means == ESC_MEANS_CALENDAR &&
                           !calendar_is_always_open(&workspace->calendars[meaning.index]);
    if (within->duration.ms <= rule->policy_require.within->duration.ms && !may_take_longer)
        return;
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0403", within->span, "the policy wants an acknowledgement within %.*s here%s",
        ESC_TEXT_ARG(source_of(workspace, rule->policy_require.within)),
        may_take_longer ? ", and hours of a calendar can take longer" : "");
    esc_report_hint(workspace, diagnostic, "write `ack within %.*s`",
                    ESC_TEXT_ARG(source_of(workspace, rule->policy_require.within)));
    esc_report_related(workspace, diagnostic, rule->span, "the rule");
}

/* 0: no evidence of notifications. */
static int evidence_of(EscText check)
{
    static const char *const levels[] = {"accepted", "delivered", "seen"};
    for (size_t i = 0; i < ESC_COUNT_OF(levels); i++)
        if (esc_text_equal(check, esc_text_from(levels[i])))
            return (int)i + 1;
    return 0;
}

static bool qa_has(const EscTemplateInfo *info, EscText name)
{
    if (info->qa == NULL)
        return false;
    ESC_EACH_NODE(check, info->qa->qa.checks) {
        if (esc_text_equal(check->check.name.text, name))
            return true;
        if (check->check.check_for == ESC_CHECK_FOR_DELIVERED &&
            evidence_of(check->check.name.text) > evidence_of(name) && evidence_of(name) > 0)
            return true; /* what was seen was delivered, and what was delivered was accepted */
    }
    return false;
}

static void require_qa(EscWorkspace *workspace, const EscTemplateInfo *info, const EscNode *rule)
{
    ESC_EACH_NODE(name, rule->policy_require.names) {
        if (qa_has(info, name->member.name.text))
            continue;
        EscSpan span = info->node->template.name.span;
        if (info->qa != NULL)
            span = (EscSpan){info->qa->span.file, info->qa->span.start, info->qa->span.start + 2};
        EscDiagnostic *diagnostic = esc_report(
            workspace, "E0404", span, "the policy wants `check %.*s` in the QA of `%.*s`",
            ESC_TEXT_ARG(name->member.name.text), ESC_TEXT_ARG(info->name));
        esc_report_hint(workspace, diagnostic, "add `check %.*s` to `qa { … }`",
                        ESC_TEXT_ARG(name->member.name.text));
        esc_report_related(workspace, diagnostic, rule->span, "the rule");
    }
}

void esc_apply_policy(EscWorkspace *workspace, const EscTemplateInfo *info)
{
    const EscPolicyRules *rules = workspace->policy;
    for (uint32_t i = 0; rules != NULL && i < rules->count; ++i) {
        const EscNode *rule = rules->requires[i];
        if (!rule_holds_for(workspace, info, rule->policy_require.condition))
            continue;
        if (rule->policy_require.require == ESC_REQUIRE_OWNERS)
            require_owners(workspace, info, rule);
        else if (rule->policy_require.require == ESC_REQUIRE_ACK)
            require_ack(workspace, info, rule);
        else if (rule->policy_require.require == ESC_REQUIRE_QA)
            require_qa(workspace, info, rule);
    }
}
