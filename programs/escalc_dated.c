/* escalc_dated.c - a workspace compiled for the day on which a test begins: what calendar files repeat is written out around
 * the day of the build, so a test of next year's holidays would not find them, and one of last year's would lose them. */
#include "escalc_dated.h"

#include <stdio.h>

#include "escalc.h"

bool dated_compile(DatedWorkspace *dated, int64_t day)
{
    if (dated->bundle != NULL && dated->day == day)
        return true;
    dated_release(dated);
    EscWhy why = {0};
    bool is_fine =
        escalc_load_on(dated->path, dated->options, day, &dated->workspace) == ESCALC_FINE &&
        esc_workspace_build(dated->workspace, &dated->bytes, &why) == ESC_OK &&
        esc_bundle_load(esc_buf_as_bytes(&dated->bytes), &dated->bundle, &why) == ESC_OK;
    dated->day = day;
    if (!is_fine)
        fprintf(stderr, "escalc: %s: does not compile for the day of a test %s\n", dated->path,
                why.text);
    return is_fine;
}

void dated_release(DatedWorkspace *dated)
{
    esc_bundle_free(dated->bundle);
    esc_workspace_free(dated->workspace);
    if (dated->workspace != NULL)
        esc_buf_release(&dated->bytes);
    dated->bundle = NULL;
    dated->workspace = NULL;
    esc_buf_init(&dated->bytes, ESC_BUNDLE_BYTES_MAX);
}
