/* fuzz_workspace.c - any bytes as the only file of a workspace: check it, show what is wrong,
 * build it if nothing is. What builds loads and can be disassembled. */
#include <esc/compiler.h>
#include <esc/vm.h>

enum { DIAGNOSTICS_BYTES_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void build_and_load(EscWorkspace *workspace)
{
    EscBuf bytes, listing;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    esc_buf_init(&listing, DIAGNOSTICS_BYTES_MAX);
    EscWhy why;
    if (esc_workspace_build(workspace, &bytes, &why) == ESC_OK) {
        EscBundle *bundle = NULL;
        ESC_ASSERT(esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, &why) == ESC_OK);
        esc_program_disassemble(esc_bundle_program(bundle), NULL, NULL, &listing);
        esc_bundle_free(bundle);
    }
    esc_buf_release(&bytes);
    esc_buf_release(&listing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscWorkspace *workspace = esc_workspace_new();
    ESC_ASSERT(workspace != NULL);
    EscBuf text;
    esc_buf_init(&text, DIAGNOSTICS_BYTES_MAX);
    EscText source = {(const char *)data, size};
    if (esc_workspace_add(workspace, ESC_TEXT("fuzz.esc"), source, false) == ESC_OK) {
        EscStatus status = esc_workspace_check(workspace);
        esc_diagnostics_write_json(workspace, &text);
        for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); i++)
            esc_diagnostic_write(workspace, esc_workspace_diagnostic(workspace, i), &text);
        ESC_ASSERT((status == ESC_OK) == (esc_workspace_error_count(workspace) == 0) ||
                   (status != ESC_OK && status != ESC_BAD_SOURCE));
        if (status == ESC_OK)
            build_and_load(workspace);
    }
    esc_buf_release(&text);
    esc_workspace_free(workspace);
    return 0;
}
