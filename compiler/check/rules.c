/* rules.c - a policy's rules over templates. A rule with a condition is applied to every template
 * that can start on a ticket for which the condition holds; where that cannot be decided it is
 * applied too: a rule that might be meant is kept. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"

/* --- can a template start where a rule holds? ------------------------------------------------- */

/* Why a rule is applied to a template. */
typedef struct Applied {
    const EscNode *rule;
    const EscNode *start; /* START or MANUAL that can begin there; NULL: it has no condition */
    EscExample example;   /* a ticket on which it can */
    EscArena *arena;      /* for forms that nobody needs again */
} Applied;

/* `start` is NULL for what may be started on any ticket. */
static bool can_meet(EscWorkspace *workspace, const EscNode *start, const EscNode *rule,
                     Applied *applied)
{
    const EscCondition *both[2] = {esc_condition_make(workspace, start, applied->arena),
                                   esc_condition_of(workspace, rule)};
    if ((start != NULL && both[0] == NULL) || both[1] == NULL)
        return false; /* one is wrong, which was reported */
    EscSpace *space = esc_space_new(both, 2);
    EscDiagram meeting = ESC_NEVER;
    if (space != NULL) {
        meeting = esc_space_and(space, esc_space_diagram(space, both[0]),
                                esc_space_diagram(space, both[1]));
        (void)esc_space_example(space, meeting, workspace->arena, &applied->example);
    }
    esc_judge_done(workspace, space);
    return meeting != ESC_NEVER;
}

static bool is_applied(EscWorkspace *workspace, const EscTemplateInfo *info, Applied *applied)
{
    const EscNode *condition = applied->rule->policy_require.condition;
    if (condition == NULL)
        return true;
    ESC_EACH_NODE(item, info->node->template.items) {
        if (item->kind != ESC_NODE_START && item->kind != ESC_NODE_MANUAL)
            continue;
        const EscNode *start = item->kind == ESC_NODE_START ? item->start.condition : NULL;
        applied->start = item;
        if (can_meet(workspace, start, condition, applied))
            return true;
    }
    return false;
}

/* The rule, and the way on which the template comes under it. */
static void relate_rule(EscWorkspace *workspace, EscDiagnostic *diagnostic, const Applied *applied)
{
    esc_report_related(workspace, diagnostic, applied->rule->span, "the rule");
    const EscNode *start = applied->start;
    if (start == NULL)
        return;
    esc_report_related(
        workspace, diagnostic,
        start->kind == ESC_NODE_START && start->start.condition != NULL
            ? start->start.condition->span
            : (EscSpan){start->span.file, start->span.start,
                        start->span.start + (start->kind == ESC_NODE_START ? 5u : 6u)},
        "starts on such a ticket too");
    esc_report_example(workspace, diagnostic, &applied->example);
}

/* --- the rules -------------------------------------------------------------------------------- */

static void require_owners(EscWorkspace *workspace, const EscTemplateInfo *info,
                           const Applied *applied)
{
    const EscNode *rule = applied->rule;
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
        relate_rule(workspace, diagnostic, applied);
    }
}

/* Hours of a calendar that is open always are elapsed time. */
static bool calendar_is_always_open(const EscCalendarInfo *calendar)
{
    return esc_week_minutes(calendar) == 7 * 1440 && calendar->holidays_count == 0;
}

/* Hours of a calendar pass more slowly than the clock. */
static bool is_slow(const EscWorkspace *workspace, const EscNode *within)
{
    EscMeaning meaning = esc_meaning(workspace, within);
    return meaning.means == ESC_MEANS_CALENDAR &&
           !calendar_is_always_open(&workspace->calendars[meaning.index]);
}

static EscText wanted_words(const EscWorkspace *workspace, const Applied *applied)
{
    return esc_span_text(workspace, applied->rule->policy_require.within->span);
}

/* The owner whose time ends too late: the first, or, with those before it, one behind it. */
static void owner_is_late(EscWorkspace *workspace, const Applied *applied, const EscNode *within,
                          bool is_first, int64_t sum_ms)
{
    EscText wanted = wanted_words(workspace, applied);
    bool is_by_calendar = is_slow(workspace, within);
    EscBuf sum;
    esc_buf_init(&sum, 64);
    esc_duration_write(&sum, sum_ms);
    EscDiagnostic *diagnostic =
        is_by_calendar
            ? esc_report(workspace, "E0403", within->span,
                         "the policy wants an acknowledgement within %.*s here, and hours of a "
                         "calendar can take longer",
                         ESC_TEXT_ARG(wanted))
        : is_first
            ? esc_report(workspace, "E0403", within->span,
                         "the policy wants an acknowledgement within %.*s here",
                         ESC_TEXT_ARG(wanted))
            : esc_report(workspace, "E0403", within->span,
                         "the policy wants an acknowledgement within %.*s here, and this owner is "
                         "waited for until %.*s have gone",
                         ESC_TEXT_ARG(wanted), ESC_TEXT_ARG(esc_buf_as_text(&sum)));
    esc_report_hint(workspace, diagnostic,
                    is_first ? "write `ack within %.*s`"
                             : "let the times of the whole chain make %.*s together",
                    ESC_TEXT_ARG(wanted));
    esc_buf_done(workspace, &sum);
    relate_rule(workspace, diagnostic, applied);
}

static void passes_are_late(EscWorkspace *workspace, const Applied *applied, const EscNode *repeat,
                            int64_t all_ms)
{
    EscText wanted = wanted_words(workspace, applied);
    EscBuf all;
    esc_buf_init(&all, 64);
    esc_duration_write(&all, all_ms);
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0403", repeat->span,
        "the policy wants an acknowledgement within %.*s here, and all passes together take %.*s",
        ESC_TEXT_ARG(wanted), ESC_TEXT_ARG(esc_buf_as_text(&all)));
    esc_report_hint(workspace, diagnostic,
                    "repeat the chain fewer times, or give its owners less time");
    esc_buf_done(workspace, &all);
    relate_rule(workspace, diagnostic, applied);
}

/* Until the last one was asked in vain, in the last pass: people of one level are asked at once, and share its time. */
static void require_ack(EscWorkspace *workspace, const EscTemplateInfo *info,
                        const Applied *applied)
{
    const EscNode *wanted = applied->rule->policy_require.within;
    int64_t sum_ms = 0;
    if (wanted == NULL)
        return;
    for (uint32_t level = 0; level < info->levels_count; ++level) {
        const EscNode *within = info->levels[level]->owner.within;
        if (within == NULL || !esc_bound_holds(ESC_BOUND_DEADLINE_MS, within->duration.ms))
            return; /* reported */
        sum_ms += within->duration.ms;
        if (sum_ms <= wanted->duration.ms && !is_slow(workspace, within))
            continue;
        owner_is_late(workspace, applied, within, level == 0, sum_ms);
        return;
    }
    int64_t passes = info->repeat == NULL ? 1 : (int64_t)info->repeat->repeat.times + 1;
    if (sum_ms * passes > wanted->duration.ms && passes > 1)
        passes_are_late(workspace, applied, info->repeat, sum_ms * passes);
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

static void require_qa(EscWorkspace *workspace, const EscTemplateInfo *info, const Applied *applied)
{
    const EscNode *rule = applied->rule;
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
        relate_rule(workspace, diagnostic, applied);
    }
}

static void apply(EscWorkspace *workspace, const EscTemplateInfo *info, Applied *applied)
{
    if (!is_applied(workspace, info, applied))
        return;
    EscRequire require = applied->rule->policy_require.require;
    if (require == ESC_REQUIRE_OWNERS)
        require_owners(workspace, info, applied);
    else if (require == ESC_REQUIRE_ACK)
        require_ack(workspace, info, applied);
    else if (require == ESC_REQUIRE_QA)
        require_qa(workspace, info, applied);
}

void esc_apply_policy(EscWorkspace *workspace, const EscTemplateInfo *info)
{
    const EscPolicyRules *rules = workspace->policy;
    if (rules == NULL || rules->count == 0)
        return;
    EscArena *arena = esc_arena_new(ESC_FORM_BYTES_MAX);
    if (arena == NULL)
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    for (uint32_t i = 0; arena != NULL && i < rules->count; ++i)
        apply(workspace, info, &(Applied){.rule = rules->requires[i], .arena = arena});
    esc_arena_free(arena);
}
