/* branches.c - if, match, for each, every. */
#include <string.h>

#include "check/expressions.h"
#include "check/lookup.h"
#include "check/steps.h"

bool esc_check_if(EscWhere *where, const EscNode *node)
{
    esc_check_condition(where, node->if_step.condition, ESC_USE_IF);
    uint32_t mark = esc_narrow(where, node->if_step.condition, true);
    bool then_ends = esc_check_steps(where, node->if_step.steps);
    where->narrowed_count = mark;
    (void)esc_narrow(where, node->if_step.condition, false);
    bool else_ends = esc_check_steps(where, node->if_step.otherwise);
    where->narrowed_count = mark;
    return then_ends && else_ends && node->if_step.has_else;
}

bool esc_check_for_each(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    EscType type = esc_check_expression(where, node->for_each.list, ESC_TYPE_ANY);
    if (type != ESC_TYPE_WRONG && esc_type_kind(type) != ESC_KIND_LIST)
        esc_report(workspace, "E0211", node->for_each.list->span,
                   "`for each` goes through a list, and this is %s",
                   esc_type_words(workspace, esc_type_plain(type)));
    else if (esc_type_is_optional(type))
        esc_must_be_present(where, node->for_each.list);
    if (node->for_each.at_most > ESC_LIST_ITEMS_MAX)
        esc_report(workspace, "E0333", node->span, "a list has at most %u items",
                   (unsigned)ESC_LIST_ITEMS_MAX);
    if (where->loop_depth >= ESC_LOOP_DEPTH_MAX)
        esc_report(workspace, "E0333", node->for_each.variable.span,
                   "loops lie at most %u deep in one another", (unsigned)ESC_LOOP_DEPTH_MAX);
    uint32_t locals = where->locals_count;
    (void)esc_where_local(where, node, node->for_each.variable, ESC_TYPE(ESC_KIND_TEXT));
    ++where->loop_depth;
    (void)esc_check_steps(where, node->for_each.steps);
    --where->loop_depth;
    where->locals_count = locals;
    return false;
}

/* --- every ------------------------------------------------------------------------------------ */

static void check_rounds(EscWorkspace *workspace, const EscNode *node)
{
    const EscBoundInfo *bound = &esc_bound_info[ESC_BOUND_EVERY_ROUNDS];
    if (esc_bound_holds(ESC_BOUND_EVERY_ROUNDS, node->every.times))
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, bound->code, node->every.period->span,
                   "`every` makes 1 to 1000 rounds, and this one %u", node->every.times);
    esc_report_hint(workspace, diagnostic, "a longer time between them needs fewer of them");
}

bool esc_check_every(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    esc_check_duration(workspace, node->every.period, true, ESC_BOUND_EVERY_MS);
    check_rounds(workspace, node);
    esc_check_condition(where, node->every.until, ESC_USE_AWAIT);
    if (where->loop_depth >= ESC_LOOP_DEPTH_MAX)
        esc_report(workspace, "E0333", node->every.period->span,
                   "loops lie at most %u deep in one another", (unsigned)ESC_LOOP_DEPTH_MAX);
    bool was_in_round = where->is_in_round;
    where->is_in_round = true;
    ++where->loop_depth;
    bool ends = esc_check_steps(where, node->every.steps);
    --where->loop_depth;
    where->is_in_round = was_in_round;
    if (ends)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0381", node->every.period->span,
                                   "no second round ever comes: the first one closes"),
                        "say it behind the rounds, or under an `if`");
    (void)esc_check_steps(where, node->every.otherwise);
    return false;
}

/* --- match ------------------------------------------------------------------------------------ */

typedef struct MatchCheck {
    EscWhere *where;
    EscType type;
    uint64_t covered; /* members of an enum; bit 0 and 1 of a bool */
    const EscNode *otherwise;
    EscSeen seen;         /* values that arms take */
    bool has_unknown_arm; /* one that was refused may have been meant for what is missing */
} MatchCheck;

/* The values of a finite type that an arm takes; 0 for other types. */
static uint64_t members_of(const MatchCheck *check, const EscNode *match, const EscNode *value)
{
    EscTest test;
    EscKind kind = esc_type_kind(check->type);
    if ((kind != ESC_KIND_ENUM && kind != ESC_KIND_BOOL) ||
        !esc_condition_equals(check->where->workspace, match->match.value, value, &test))
        return 0;
    return test.members;
}

/* A fixed value as a name that no other of its type has; empty for what is none. */
static EscText value_name(const EscWorkspace *workspace, const EscNode *value)
{
    EscArena *arena = workspace->arena;
    EscMeaning meaning = esc_meaning(workspace, value);
    switch (value->kind) {
    case ESC_NODE_PATH:
        if (meaning.means == ESC_MEANS_PERSON_NAME)
            return esc_arena_printf(arena, "\"%.*s",
                                    ESC_TEXT_ARG(workspace->persons[meaning.index].name));
        return value->path.parts[0].text;
    case ESC_NODE_BOOL:
        return value->boolean.value ? ESC_TEXT("true") : ESC_TEXT("false");
    case ESC_NODE_TEXT:
        return esc_arena_printf(arena, "\"%.*s", ESC_TEXT_ARG(value->text.plain));
    case ESC_NODE_DURATION:
        return esc_arena_printf(arena, "%lldms", (long long)value->duration.ms);
    case ESC_NODE_NUMBER: /* -0 is 0 */
        return esc_arena_printf(arena, "%a", value->number.value == 0 ? 0.0 : value->number.value);
    default:
        return ESC_TEXT("");
    }
}

/* The value of an arm above that is the same; NULL: there is none. */
static const EscNode *arm_above(MatchCheck *check, const EscNode *value)
{
    EscText name = value_name(check->where->workspace, value);
    return name.size == 0 ? NULL : esc_seen_before(&check->seen, name, value);
}

static void check_arm_value(MatchCheck *check, const EscNode *match, const EscNode *value)
{
    EscWorkspace *workspace = check->where->workspace;
    bool is_literal = value->kind != ESC_NODE_PATH || value->path.count == 1;
    if (!is_literal || (value->kind == ESC_NODE_TEXT && !value->text.is_plain)) {
        esc_report(workspace, "E0308", value->span, "an arm of `match` is a fixed value");
        check->has_unknown_arm = true;
        return;
    }
    if (check->type == ESC_TYPE_WRONG ||
        !esc_check_value(check->where, value, check->type, "E0201", "this `match`")) {
        check->has_unknown_arm = true;
        return;
    }
    const EscNode *above = arm_above(check, value);
    if (above != NULL) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0308", value->span, "an arm above takes this value already");
        esc_report_hint(workspace, diagnostic, "leave it out here or there");
        esc_report_related(workspace, diagnostic, above->span, "here");
    }
    check->covered |= members_of(check, match, value);
}

static void must_be_total(const MatchCheck *check, const EscNode *node)
{
    EscWorkspace *workspace = check->where->workspace;
    EscSpan span = {node->span.file, node->span.start, node->match.value->span.end};
    if (check->type == ESC_TYPE_WRONG || check->otherwise != NULL)
        return;
    uint32_t count = 0;
    if (esc_type_kind(check->type) == ESC_KIND_ENUM)
        count = workspace->enums[esc_type_enum(check->type)].count;
    else if (esc_type_kind(check->type) == ESC_KIND_BOOL)
        count = 2;
    if (count > 0 && check->has_unknown_arm)
        return;
    if (count == 0) {
        esc_report_hint(
            workspace,
            esc_report(workspace, "E0307", span, "this `match` does not cover every value"),
            "add `otherwise => { … }`");
        return;
    }
    EscBuf missing;
    esc_buf_init(&missing, 4096);
    for (uint32_t i = 0; i < count; ++i) {
        if ((check->covered >> i & 1) != 0)
            continue;
        esc_buf_string(&missing, missing.size > 0 ? ", " : "");
        if (esc_type_kind(check->type) == ESC_KIND_BOOL)
            esc_buf_string(&missing, i == 1 ? "true" : "false");
        else
            esc_buf_text(&missing, workspace->enums[esc_type_enum(check->type)].members[i]);
    }
    if (missing.size > 0) {
        EscText words = esc_buf_as_text(&missing);
        EscDiagnostic *diagnostic = esc_report(
            workspace, "E0307", span, "this `match` says nothing for %.*s", ESC_TEXT_ARG(words));
        esc_report_hint(workspace, diagnostic, "add an arm for each, or `otherwise => { … }`");
    }
    esc_buf_done(workspace, &missing);
}

bool esc_check_match(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    MatchCheck check = {.where = where,
                        .seen = {.workspace = workspace},
                        .type = esc_check_expression(where, node->match.value, ESC_TYPE_ANY)};
    if (esc_type_is_optional(check.type)) {
        esc_must_be_present(where, node->match.value);
        check.type = ESC_TYPE_WRONG;
    } else if (esc_type_kind(check.type) == ESC_KIND_LIST) {
        esc_report(workspace, "E0211", node->match.value->span,
                   "`match` takes one value, and this is a list");
        check.type = ESC_TYPE_WRONG;
    }
    bool ends = node->match.arms.count > 0;
    ESC_EACH(arm, node->match.arms) {
        if (check.otherwise != NULL) {
            EscDiagnostic *diagnostic =
                esc_report(workspace, "E0308", arm->span, "this arm is never reached");
            esc_report_related(workspace, diagnostic, check.otherwise->span,
                               "`otherwise` takes everything");
        }
        ESC_EACH(value, arm->match_arm.values)
            check_arm_value(&check, node, value);
        if (arm->match_arm.values.count == 0)
            check.otherwise = arm;
        ends = esc_check_steps(where, arm->match_arm.steps) && ends;
    }
    esc_seen_release(&check.seen);
    must_be_total(&check, node);
    return ends;
}
