/* workspace_scene.h - a small workspace in memory, for tests of the compiler's passes. */
#ifndef WORKSPACE_SCENE_H
#define WORKSPACE_SCENE_H

#include <stdio.h>

#include "compiler_internal.h"
#include "support/test.h"

#define SCENE_PRELUDE                                                                              \
    "workspace scene { language 1  timezone \"Europe/Berlin\" }\n"                                 \
    "person ana \"Ana\" { email \"ana@acme.example\"  chat \"@ana\" }\n"                           \
    "person ben { chat \"@ben\" }\n"                                                               \
    "team platform { ana ben }\n"                                                                  \
    "channel incidents chat\n"                                                                     \
    "event vendor.outage { vendor: text  url: text? }\n"                                           \
    "event vendor.back { vendor: text }\n"                                                         \
    "extend ticket { note: text?  left: duration }\n"                                              \
    "policy p { last resort ana }\n"

/* A checked workspace of the prelude (a.esc) and `source` (b.esc); to be freed by the test. */
static inline EscWorkspace *scene_checked(const char *source)
{
    EscWorkspace *workspace = esc_workspace_new();
    assert_non_null(workspace);
    assert_status(esc_workspace_add(workspace, ESC_TEXT("a.esc"), ESC_TEXT(SCENE_PRELUDE), false),
                  ESC_OK);
    assert_status(esc_workspace_add(workspace, ESC_TEXT("b.esc"), esc_text_from(source), false),
                  ESC_OK);
    EscStatus status = esc_workspace_check(workspace);
    assert_true(status == ESC_OK || status == ESC_BAD_SOURCE);
    return workspace;
}

/* The same for a source without a fault; prints what is wrong otherwise. A scene need not use all
 * that it declares. */
static inline EscWorkspace *scene_sound(const char *source)
{
    EscWorkspace *workspace = scene_checked(source);
    uint32_t faults = 0;
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); ++i) {
        const EscDiagnostic *diagnostic = esc_workspace_diagnostic(workspace, i);
        if (strcmp(diagnostic->code, "A0306") == 0)
            continue;
        print_error("%s: %.*s\n", diagnostic->code, ESC_TEXT_ARG(diagnostic->message));
        ++faults;
    }
    assert_int_equal(faults, 0);
    return workspace;
}

/* The steps of the first runbook of b.esc. */
static inline const EscNode *scene_runbook(const EscWorkspace *workspace, const char *name)
{
    for (uint32_t i = 0; i < workspace->runbooks_count; ++i) {
        if (esc_text_equal(workspace->runbooks[i].name, esc_text_from(name)))
            return workspace->runbooks[i].node->runbook.steps.first;
    }
    fail_msg("no runbook %s", name);
    return NULL;
}

#endif
