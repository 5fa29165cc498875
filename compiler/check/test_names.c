/* test_names.c - names that steps give and tests expect: outcomes, answers, created tickets. A
 * misspelt one would make an expectation that always fails, and under `no` one that never does. */
#include <string.h>

#include "check/check.h"

typedef struct StepNames {
    EscWorkspace *workspace;
    EscNames *names; /* "close as X", "answer X", "create X": which kind and which name */
} StepNames;

static const char *words_of(EscNodeKind kind)
{
    return kind == ESC_NODE_CLOSE ? "closes" : kind == ESC_NODE_ANSWER ? "asks" : "creates";
}

static void put(StepNames *found, EscNodeKind kind, EscText name)
{
    if (name.size == 0)
        return;
    EscText key =
        esc_arena_printf(found->workspace->arena, "%s %.*s", words_of(kind), ESC_TEXT_ARG(name));
    if (esc_names_put(found->names, key, (uint32_t)kind) != ESC_OK)
        esc_workspace_fail(found->workspace, ESC_NO_MEMORY);
}

/* Recurses as deep as the tree, which the grammar bounds. */
static void look_at(void *context, const EscNode *parent, const EscNode *node)
{
    (void)parent;
    if (node->kind == ESC_NODE_CLOSE)
        put(context, ESC_NODE_CLOSE, node->close.outcome.text);
    else if (node->kind == ESC_NODE_ANSWER)
        put(context, ESC_NODE_ANSWER, node->answer.name.text);
    else if (node->kind == ESC_NODE_CREATE)
        put(context, ESC_NODE_CREATE, node->create.name.text);
    bool is_value = node->kind >= ESC_NODE_TYPE_NAME;
    if (!is_value)
        esc_node_each_child(node, look_at, context);
}

static void collect(EscWorkspace *workspace)
{
    static const struct {
        EscNodeKind kind;
        EscText name;
    } given[] = {
        {ESC_NODE_CLOSE, {"resolved", 8}},
        {ESC_NODE_CLOSE, {"closed", 6}},
        {ESC_NODE_CREATE, {"postmortem", 10}},
    };
    workspace->step_names = esc_names_new(esc_seed());
    StepNames found = {.workspace = workspace, .names = workspace->step_names};
    if (found.names == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return;
    }
    for (size_t i = 0; i < ESC_COUNT_OF(given); ++i)
        put(&found, given[i].kind, given[i].name);
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].tree != NULL)
            esc_node_each_child(workspace->files[i].tree, look_at, &found);
    }
}

void esc_check_test_name(EscWorkspace *workspace, EscName name, EscNodeKind kind)
{
    if (workspace->step_names == NULL)
        collect(workspace);
    EscText key =
        esc_arena_printf(workspace->arena, "%s %.*s", words_of(kind), ESC_TEXT_ARG(name.text));
    if (workspace->step_names == NULL || esc_names_find(workspace->step_names, key, NULL))
        return;
    const char *what = kind == ESC_NODE_CLOSE    ? "no template closes as"
                       : kind == ESC_NODE_ANSWER ? "no question has the answer"
                                                 : "no step creates a ticket";
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0345", name.span, "%s `%.*s`", what, ESC_TEXT_ARG(name.text));
    esc_report_hint(workspace, diagnostic, "%s",
                    kind == ESC_NODE_CLOSE ? "outcomes stand behind `close as`; `close when` gives "
                                             "`resolved`"
                    : kind == ESC_NODE_ANSWER
                        ? "answers stand in `ask … { answer NAME { … } }`"
                        : "names of tickets stand in `create ticket NAME { … }`");
}
