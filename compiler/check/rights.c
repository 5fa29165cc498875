/* rights.c - `allow`: what a policy lets whom do, and `handoff expects`: what a hand-off asks for when nobody says it. */
#include <stdio.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

/* Which right the words mean; ESC_RIGHT_COUNT behind a report: none. */
static EscRight right_called(EscWorkspace *workspace, EscName what)
{
    const char *words[ESC_RIGHT_COUNT + 1] = {NULL};
    for (uint32_t i = 0; i < ESC_RIGHT_COUNT; i++) {
        words[i] = esc_right_info[i].words;
        if (esc_text_equal(what.text, esc_text_from(words[i])))
            return (EscRight)i;
    }
    esc_report_word(workspace, what, "something that can be allowed", words);
    return ESC_RIGHT_COUNT;
}

/* The role that is written there; ESC_RIGHT_ROLE_COUNT: none, so it is a name. */
static EscRightRole role_of(const EscNode *grantee)
{
    const EscNode *who = grantee->grantee.who;
    bool is_word = !grantee->grantee.is_team && who->kind == ESC_NODE_PATH && who->path.count == 1;
    uint32_t role = 0;
    while (role < ESC_RIGHT_ROLE_COUNT &&
           !(is_word && esc_text_equal(who->path.parts[0].text,
                                       esc_text_from(esc_right_role_words[role]))))
        role++;
    return (EscRightRole)role;
}

/* "owner, lead or a name" */
static void hint_may_name(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscRight right)
{
    const EscRightInfo *info = &esc_right_info[right];
    char all[160] = "";
    size_t used = 0;
    for (uint32_t role = 0; role < ESC_RIGHT_ROLE_COUNT; role++) {
        if ((info->may_name & 1u << role) == 0)
            continue;
        int size = snprintf(all + used, sizeof all - used, "%s%s", used == 0 ? "" : ", ",
                            esc_right_role_words[role]);
        used += size > 0 && (size_t)size < sizeof all - used ? (size_t)size : 0;
    }
    esc_report_hint(workspace, diagnostic, "`allow %s by` takes %s%s%s", info->words, all,
                    used > 0 && info->names_allowed ? ", and " : "",
                    info->names_allowed ? "people, teams and schedules" : "");
}

static bool may_name(EscWorkspace *workspace, const EscNode *grantee, EscRight right,
                     EscRightRole role)
{
    const EscRightInfo *info = &esc_right_info[right];
    bool is_named = role == ESC_RIGHT_ROLE_COUNT;
    if (is_named ? info->names_allowed : (info->may_name & 1u << role) != 0)
        return true;
    EscDiagnostic *diagnostic =
        is_named ? esc_report(workspace, "E0438", grantee->span,
                              "`allow %s` is for a role, and not for people by name", info->words)
                 : esc_report(workspace, "E0438", grantee->span,
                              "nobody is `%s` where it is about `%s`", esc_right_role_words[role],
                              info->words);
    hint_may_name(workspace, diagnostic, right);
    return false;
}

static void grantee_put(EscWorkspace *workspace, const EscNode *item, const EscNode *grantee,
                        EscRight right)
{
    EscRightRole role = role_of(grantee);
    if (!may_name(workspace, grantee, right, role))
        return;
    EscAllowInfo allow = {.right = right, .role = role, .node = grantee, .rule = item};
    if (role == ESC_RIGHT_ROLE_COUNT) {
        EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
        unsigned can = grantee->grantee.is_team
                           ? ESC_WHO_CAN_TEAM
                           : ESC_WHO_CAN_PERSON | ESC_WHO_CAN_TEAM | ESC_WHO_CAN_SCHEDULE;
        allow.who = esc_check_who(&where, grantee->grantee.who, can, "be allowed something");
        if (allow.who == 0)
            return;
    }
    for (size_t i = 0; i < workspace->allows_count; i++) {
        const EscAllowInfo *other = &workspace->allows[i];
        if (other->right != right)
            continue;
        bool is_same = other->role == role && other->who == allow.who;
        if (!is_same && other->role != ESC_RIGHT_ROLE_ANYBODY)
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "A0318", grantee->span, "who may `%s` is said already%s",
                       esc_right_info[right].words, is_same ? "" : ": anybody may");
        esc_report_related(workspace, diagnostic, other->node->span, "here");
        return;
    }
    *ESC_ARRAY_ADD(workspace, allows) = allow;
}

void esc_check_allow(EscWorkspace *workspace, const EscNode *item)
{
    EscRight right = right_called(workspace, item->policy_allow.what);
    if (right == ESC_RIGHT_COUNT)
        return;
    ESC_EACH_NODE(grantee, item->policy_allow.by)
        grantee_put(workspace, item, grantee, right);
}

void esc_check_handoff_expects(EscWorkspace *workspace, const EscNode *item)
{
    EscPolicyRules *rules = workspace->policy;
    if (rules->handoff != NULL) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0440", item->span,
                                               "what a hand-off expects is said once");
        esc_report_related(workspace, diagnostic, rules->handoff->span, "first here");
        return;
    }
    rules->handoff = item;
    workspace->handoff_node = item;
    esc_check_deadline(workspace, item->policy_handoff.within);
}

/* --- rules that leave nobody ------------------------------------------------------------------ */

static bool has_lead(const EscWorkspace *workspace)
{
    for (size_t i = 0; i < workspace->teams_count; i++) {
        if (workspace->teams[i].lead != ESC_NONE)
            return true;
    }
    return false;
}

/* One that could not be read may be. */
static bool has_manual(const EscWorkspace *workspace)
{
    for (size_t i = 0; i < workspace->files_count; i++) {
        const EscNode *tree = workspace->files[i].tree;
        if (tree == NULL || tree->file.error_count > 0)
            return true;
    }
    for (size_t i = 0; i < workspace->templates_count; i++) {
        if (workspace->templates[i].is_manual)
            return true;
    }
    return false;
}

/* Why a role has nobody in this workspace; NULL when it may have. */
static const char *nobody_because(const EscWorkspace *workspace, EscRightRole role)
{
    if (role == ESC_RIGHT_ROLE_LEAD && !has_lead(workspace))
        return "no team has a `lead`";
    if (role == ESC_RIGHT_ROLE_STARTER && !has_manual(workspace))
        return "no template can be started by hand (`manual`)";
    return NULL;
}

/* The first rule about the right, when none of all that they name stands for anybody. */
static void right_check(EscWorkspace *workspace, EscRight right)
{
    const EscAllowInfo *first = NULL;
    const char *because = NULL;
    for (size_t i = 0; i < workspace->allows_count; i++) {
        const EscAllowInfo *allow = &workspace->allows[i];
        if (allow->right != right)
            continue;
        first = first == NULL ? allow : first;
        because = nobody_because(workspace, allow->role);
        if (because == NULL)
            return;
    }
    if (first == NULL)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0439", first->rule->span, "nobody may `%s` by this rule: %s",
                   esc_right_info[right].words, because);
    hint_may_name(workspace, diagnostic, right);
}

void esc_pass_rights(EscWorkspace *workspace)
{
    for (uint32_t right = 0; right < ESC_RIGHT_COUNT; right++)
        right_check(workspace, (EscRight)right);
}
