/* check.c - the order of the passes over a workspace, and the diagnostics that need no pass of
 * their own. */
#include <esc/compiler.h>

#include "check/check.h"

EscStatus esc_workspace_check(EscWorkspace *workspace)
{
    if (workspace->is_checked)
        return workspace->has_failed   ? workspace->failure
               : workspace->errors > 0 ? ESC_BAD_SOURCE
                                       : ESC_OK;
    workspace->is_checked = true;
    static void (*const passes[])(EscWorkspace *) = {
        esc_pass_modules,    esc_pass_symbols,    esc_pass_schema,    esc_pass_directory,
        esc_pass_connectors, esc_pass_exceptions, esc_pass_policy,    esc_pass_services,
        esc_pass_parameters, esc_pass_runbooks,   esc_pass_templates, esc_pass_automations,
        esc_pass_receivers,  esc_pass_rights,     esc_pass_tests,     esc_pass_composed,
        esc_pass_advice,
    };
    for (size_t i = 0; i < ESC_COUNT_OF(passes); ++i) {
        if (esc_arena_failed(workspace->arena))
            esc_workspace_fail(workspace, ESC_NO_MEMORY);
        if (workspace->has_failed)
            return workspace->failure;
        passes[i](workspace);
        if (i == 0)
            esc_note_broken_parts(workspace);
    }
    esc_diagnostics_sort(workspace);
    if (esc_arena_failed(workspace->arena))
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    if (workspace->has_failed)
        return workspace->failure;
    return workspace->errors > 0 ? ESC_BAD_SOURCE : ESC_OK;
}
