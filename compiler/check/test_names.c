/* test_names.c - what tests name against what templates can do: outcomes, answers, created tickets, notified
 * channels, calls, exceptions, reasons, roles and checks. What no step does makes an expectation that always
 * fails, and under `no` one that never does. What is not certain is taken for possible. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"

typedef struct StepNames {
    EscWorkspace *workspace;
    EscNames *names; /* "close as X", "answer X", "create X" … and its noun */
} StepNames;

/* For each noun: its key, and what is said where nothing gives the name. */
static const struct {
    const char *key, *what, *code, *hint;
} NOUNS[ESC_TEST_NOUN_COUNT] = {
    [ESC_TEST_OUTCOME] = {"closes", "no template closes as", "E0345",
                          "outcomes stand behind `close as`; `close when` gives `resolved`, "
                          "and `call off by` gives `called_off`"},
    [ESC_TEST_ANSWER] = {"asks", "no question has the answer", "E0345",
                         "answers stand in `ask … { answer NAME { … } }`"},
    [ESC_TEST_CREATED] = {"creates", "no step creates a ticket", "E0345",
                          "names of tickets stand in `create ticket NAME { … }`"},
    [ESC_TEST_NOTIFIED] = {"notifies", "no step notifies", "E0347",
                           "let a step `notify` it, or leave the expectation out"},
    [ESC_TEST_CALL] = {"calls", "no step calls", "E0347",
                       "let a step call it, or leave this out of the test"},
    [ESC_TEST_EXCEPTION] = {"raises", "no step can lead to the exception", "E0347",
                            "leave the expectation out, or expect another exception"},
    [ESC_TEST_REASON] = {"because", "no step hands over because of", "E0347",
                         "the text stands behind `handoff to … because`, or is a part of it"},
    [ESC_TEST_ROLE] = {"owners", "no template has owners with the role", "E0347",
                       "roles stand in `owners { … }`"},
    [ESC_TEST_CHECK] = {"checks", "no template checks", "E0347",
                        "checks stand in `qa { check … }`, or are steps"},
    [ESC_TEST_CONFIRMED] = {"confirms", "no check asks to confirm", "E0347",
                            "the text stands behind `check confirmed`, and is the same in both"},
    [ESC_TEST_APPROVAL] = {"approves", "no step asks for an approval", "E0347",
                           "let a step `approve by …`, or leave this out of the test"},
};

/* --- what steps do ---------------------------------------------------------------------------- */

static EscText key_of(EscWorkspace *workspace, EscTestNoun noun, EscText name)
{
    return esc_arena_printf(workspace->arena, "%s %.*s", NOUNS[noun].key, ESC_TEXT_ARG(name));
}

static void put(StepNames *found, EscTestNoun noun, EscText name)
{
    EscText key = key_of(found->workspace, noun, name);
    if (esc_names_put(found->names, key, (uint32_t)noun) != ESC_OK)
        esc_workspace_fail(found->workspace, ESC_NO_MEMORY);
}

static EscText literal_of(const EscNode *part)
{
    return part != NULL && part->kind == ESC_NODE_TEXT_LITERAL ? part->text_literal.value
                                                               : ESC_TEXT("");
}

/* Of a text that is made when the step runs, how it begins and ends is known. */
static void put_text(StepNames *found, EscTestNoun noun, const EscNode *text)
{
    if (text == NULL || text->kind != ESC_NODE_TEXT)
        return;
    if (text->text.is_plain && noun != ESC_TEST_REASON) {
        put(found, noun, text->text.plain);
        return;
    }
    if (text->text.is_plain) {
        EscStepText whole = {.noun = (uint32_t)noun, .first = text->text.plain, .is_whole = true};
        *ESC_ARRAY_ADD(found->workspace, step_texts) = whole;
        return;
    }
    const EscNode *last = NULL;
    ESC_EACH_NODE(part, text->text.parts)
        last = part;
    EscStepText made = {.noun = (uint32_t)noun,
                        .first = literal_of(text->text.parts.first),
                        .last = literal_of(last)};
    *ESC_ARRAY_ADD(found->workspace, step_texts) = made;
}

/* What a parameter holds is known when it is given: it may name any channel. */
static void put_target(StepNames *found, const EscNode *to)
{
    char buffer[ESC_PATH_TEXT_MAX];
    if (to == NULL || to->kind != ESC_NODE_PATH)
        return;
    EscMeaning meaning = esc_meaning(found->workspace, to);
    bool is_given = meaning.means == ESC_MEANS_REF && esc_ref_kind(meaning.index) == ESC_REF_PARAM;
    put(found, ESC_TEST_NOTIFIED,
        is_given ? ESC_TEXT("") : esc_path_text(to, 0, to->path.count, buffer));
}

/* system.action, and the system for itself */
static void put_call(StepNames *found, const EscNode *action)
{
    char buffer[ESC_PATH_TEXT_MAX];
    if (action == NULL || action->kind != ESC_NODE_PATH || action->path.count != 2)
        return;
    put(found, ESC_TEST_CALL, action->path.parts[0].text);
    put(found, ESC_TEST_CALL, esc_path_text(action, 0, 2, buffer));
    put(found, ESC_TEST_EXCEPTION, ESC_TEXT("action_failed"));
}

/* Taking an action back calls the inverse that is declared with it. */
static void put_inverse(StepNames *found, const EscNode *system, const EscNode *action)
{
    const EscNode *undo = action->action.undo;
    const EscNode *inverse = undo == NULL ? NULL : undo->undo.action;
    if (system == NULL || system->kind != ESC_NODE_SYSTEM || inverse == NULL ||
        inverse->kind != ESC_NODE_PATH)
        return;
    put(found, ESC_TEST_CALL,
        esc_arena_printf(found->workspace->arena, "%.*s.%.*s",
                         ESC_TEXT_ARG(system->system.name.text),
                         ESC_TEXT_ARG(inverse->path.parts[inverse->path.count - 1].text)));
}

static void put_check(StepNames *found, const EscNode *check)
{
    put(found, ESC_TEST_CHECK, check->check.name.text);
    put(found, ESC_TEST_EXCEPTION, ESC_TEXT("qa_failed"));
    if (check->check.check_for == ESC_CHECK_FOR_CONFIRMED)
        put_text(found, ESC_TEST_CONFIRMED, check->check.text);
}

static void look_at_named(StepNames *found, const EscNode *node)
{
    switch (node->kind) {
    case ESC_NODE_CLOSE:
        put(found, ESC_TEST_OUTCOME, node->close.outcome.text);
        break;
    case ESC_NODE_ANSWER:
        put(found, ESC_TEST_ANSWER, node->answer.name.text);
        break;
    case ESC_NODE_CREATE:
        put(found, ESC_TEST_CREATED, node->create.name.text);
        break;
    case ESC_NODE_RAISE:
        put(found, ESC_TEST_EXCEPTION, node->raise.exception.text);
        break;
    case ESC_NODE_OWNER:
        put(found, ESC_TEST_ROLE, node->owner.role.text);
        break;
    default:
        break;
    }
}

/* Recurses as deep as the tree, which the grammar bounds. */
static void look_at(void *context, const EscNode *parent, const EscNode *node)
{
    switch (node->kind) {
    case ESC_NODE_NOTIFY:
        ESC_EACH_NODE(to, node->notify.to)
            put_target(context, to);
        break;
    case ESC_NODE_ACTION_CALL:
        put_call(context, node->action_call.action);
        break;
    case ESC_NODE_SOURCE_BACK: /* a field that is set, a comment, a ticket that is made */
        put_call(context, node->source_back.action);
        break;
    case ESC_NODE_UNDO:
        put_call(context, node->undo.action);
        break;
    case ESC_NODE_ACTION:
        put_inverse(context, parent, node);
        break;
    case ESC_NODE_HANDOFF:
        put_text(context, ESC_TEST_REASON, node->handoff.reason);
        break;
    case ESC_NODE_CHECK:
        put_check(context, node);
        break;
    case ESC_NODE_ROLLBACK:
        put(context, ESC_TEST_EXCEPTION, ESC_TEXT("rollback_incomplete"));
        break;
    case ESC_NODE_APPROVE:
    case ESC_NODE_POLICY_APPROVE:
        put(context, ESC_TEST_APPROVAL, ESC_TEXT(""));
        break;
    default:
        look_at_named(context, node);
        break;
    }
    bool is_value = node->kind >= ESC_NODE_TYPE_NAME;
    if (!is_value && node->kind != ESC_NODE_TEST)
        esc_node_each_child(node, look_at, context);
}

/* What the engine does by itself. */
static void put_given(StepNames *found)
{
    static const struct {
        EscTestNoun noun;
        const char *name;
    } given[] = {
        {ESC_TEST_OUTCOME, "resolved"},        {ESC_TEST_OUTCOME, "closed"},
        {ESC_TEST_CREATED, "postmortem"},      {ESC_TEST_EXCEPTION, "unowned"},
        {ESC_TEST_EXCEPTION, "delivery_dead"}, {ESC_TEST_EXCEPTION, "overdue"},
        {ESC_TEST_EXCEPTION, "engine_fault"},  {ESC_TEST_EXCEPTION, "routing_loop"},
        {ESC_TEST_EXCEPTION, "overtaken"},     {ESC_TEST_EXCEPTION, "transferred"},
        {ESC_TEST_ROLE, "last_resort"},        {ESC_TEST_OUTCOME, "called_off"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(given); ++i)
        put(found, given[i].noun, esc_text_from(given[i].name));
}

static void collect(EscWorkspace *workspace)
{
    workspace->step_names = esc_names_new(esc_seed());
    StepNames found = {.workspace = workspace, .names = workspace->step_names};
    if (found.names == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return;
    }
    put_given(&found);
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].tree != NULL)
            esc_node_each_child(workspace->files[i].tree, look_at, &found);
    }
}

/* --- what tests name -------------------------------------------------------------------------- */

static bool is_given(const EscWorkspace *workspace, EscText key)
{
    return esc_names_find(workspace->step_names, key, NULL);
}

/* A part of a reason is enough: of one that is made when its step runs, a part of its words, or what begins or ends as it does. */
static bool fits_reason(const EscStepText *made, EscText text)
{
    return esc_text_contains(made->first, text) || esc_text_contains(made->last, text) ||
           (!made->is_whole && ((made->first.size > 0 && esc_text_starts_with(text, made->first)) ||
                                (made->last.size > 0 && esc_text_ends_with(text, made->last))));
}

static bool fits_made(const EscStepText *made, EscText text)
{
    if (made->noun == ESC_TEST_REASON && fits_reason(made, text))
        return true;
    return !made->is_whole && text.size >= made->first.size + made->last.size &&
           esc_text_starts_with(text, made->first) && esc_text_ends_with(text, made->last);
}

static bool may_be_made(const EscWorkspace *workspace, EscTestNoun noun, EscText text)
{
    for (uint32_t i = 0; i < workspace->step_texts_count; ++i) {
        const EscStepText *made = &workspace->step_texts[i];
        if (made->noun == (uint32_t)noun && fits_made(made, text))
            return true;
    }
    return false;
}

void esc_check_test_name(EscWorkspace *workspace, EscName name, EscTestNoun noun)
{
    if (workspace->step_names == NULL)
        collect(workspace);
    bool is_text = noun == ESC_TEST_REASON || noun == ESC_TEST_CONFIRMED;
    if (workspace->step_names == NULL || is_given(workspace, key_of(workspace, noun, name.text)) ||
        (is_text && may_be_made(workspace, noun, name.text)) ||
        (noun == ESC_TEST_NOTIFIED && is_given(workspace, key_of(workspace, noun, ESC_TEXT("")))))
        return;
    EscDiagnostic *diagnostic = NULL;
    if (name.text.size == 0)
        diagnostic = esc_report(workspace, NOUNS[noun].code, name.span, "%s", NOUNS[noun].what);
    else
        diagnostic = esc_report(workspace, NOUNS[noun].code, name.span,
                                is_text ? "%s \"%.*s\"" : "%s `%.*s`", NOUNS[noun].what,
                                ESC_TEXT_ARG(name.text));
    esc_report_hint(workspace, diagnostic, "%s", NOUNS[noun].hint);
}
