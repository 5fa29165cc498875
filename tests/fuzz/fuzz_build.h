/* fuzz_build.h - a workspace as a user meets it: checked, what is wrong with it shown, built. What must be true of every
 * workspace is asserted here. */
#ifndef ESC_FUZZ_BUILD_H
#define ESC_FUZZ_BUILD_H

#include <esc/compiler.h>
#include <esc/vm.h>

#include <stdio.h>

enum { FUZZ_TEXT_BYTES_MAX = 16 << 20 };

/* Checks it and shows all diagnostics, which are UTF-8; true when there was no error. */
static inline bool fuzz_check(EscWorkspace *workspace)
{
    EscBuf text;
    esc_buf_init(&text, FUZZ_TEXT_BYTES_MAX);
    EscStatus status = esc_workspace_check(workspace);
    esc_diagnostics_write_json(workspace, &text);
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); i++)
        esc_diagnostic_write(workspace, esc_workspace_diagnostic(workspace, i), &text);
    ESC_ASSERT(esc_utf8_is_valid(esc_buf_as_text(&text), NULL));
    ESC_ASSERT((status == ESC_OK) == (esc_workspace_error_count(workspace) == 0) ||
               (status != ESC_OK && status != ESC_BAD_SOURCE));
    esc_buf_release(&text);
    return status == ESC_OK;
}

/* What is done with a bundle that was built, before it goes. */
typedef void FuzzBuilt(const EscBundle *bundle);

/* Builds a workspace that checked. What builds loads and can be disassembled; what does not is said in a diagnostic: our
 * own loader refuses no bundle of ours. True when it was built. */
static inline bool fuzz_build(EscWorkspace *workspace, FuzzBuilt *built)
{
    EscBuf bytes, listing;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    esc_buf_init(&listing, FUZZ_TEXT_BYTES_MAX);
    EscWhy why = {0};
    EscStatus status = esc_workspace_build(workspace, &bytes, &why);
    if (status == ESC_OK) {
        EscBundle *bundle = NULL;
        ESC_ASSERT(esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, &why) == ESC_OK);
        esc_program_disassemble(esc_bundle_program(bundle), NULL, NULL, &listing);
        if (built != NULL)
            built(bundle);
        esc_bundle_free(bundle);
    } else if (status != ESC_BAD_SOURCE && status != ESC_NO_MEMORY && status != ESC_OVER_LIMIT) {
        fprintf(stderr, "%s %s\n", esc_status_name(status), why.text);
    }
    ESC_ASSERT(status == ESC_OK || status == ESC_BAD_SOURCE || status == ESC_NO_MEMORY ||
               status == ESC_OVER_LIMIT);
    ESC_ASSERT(status != ESC_BAD_SOURCE || esc_workspace_error_count(workspace) > 0);
    esc_buf_release(&bytes);
    esc_buf_release(&listing);
    return status == ESC_OK;
}

#endif
