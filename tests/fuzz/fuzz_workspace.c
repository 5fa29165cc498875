/* fuzz_workspace.c - any bytes as the only file of a workspace: check it, show what is wrong,
 * build it if nothing is (fuzz_build.h). */
#include "fuzz_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscWorkspace *workspace = esc_workspace_new();
    ESC_ASSERT(workspace != NULL);
    EscText source = {(const char *)data, size};
    if (esc_workspace_add(workspace, ESC_TEXT("fuzz.esc"), source, false) == ESC_OK &&
        fuzz_check(workspace))
        (void)fuzz_build(workspace, NULL);
    esc_workspace_free(workspace);
    return 0;
}
