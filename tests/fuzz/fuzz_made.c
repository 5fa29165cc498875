/* fuzz_made.c - any bytes as choices: a whole workspace with every verb, which is checked, shown, built (fuzz_build.h) and run by
 * both interpreters, one of which sleeps at each wait, within the bounds that were stated (fuzz_run.h). Most workspaces are right; a
 * maker that only makes wrong ones would test nothing, so that is counted. */
#include <stdlib.h>

#include "fuzz_build.h"
#include "fuzz_run.h"
#include "workspace_maker.h"

enum { SOURCE_BYTES_MAX = 1 << 20, COUNTED_MIN = 100 };

static unsigned made, checked, built, slept;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_maker(void)
{
    fprintf(stderr, "%u workspaces made, %u without an error, %u built, %u sleeps\n", made, checked,
            built, slept);
    if (made >= COUNTED_MIN && (checked * 2 < made || built * 4 < checked * 3 || slept < built)) {
        fprintf(stderr, "the maker knows the language no more: see workspace_maker.c\n");
        abort();
    }
}

/* Before it is judged, which may be the end of the process. */
static void show_source(const EscBuf *source)
{
    if (getenv("ESC_SHOW") == NULL)
        return;
    printf("%.*s\n", (int)source->size, (const char *)source->data);
    (void)fflush(stdout);
}

static void show_faults(const EscWorkspace *workspace)
{
    if (getenv("ESC_SHOW") == NULL)
        return;
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); i++) {
        const EscDiagnostic *diagnostic = esc_workspace_diagnostic(workspace, i);
        printf("FAULT %s %.*s\n", diagnostic->code, ESC_TEXT_ARG(diagnostic->message));
    }
}

static void at_wait(EscRun *run, uint64_t *seed)
{
    (void)seed;
    slept++;
    fuzz_sleep(run);
}

/* The hash is the seed: a bundle runs the same way whatever order it comes in. */
static void run_all(const EscBundle *bundle)
{
    uint64_t seed = 0;
    memcpy(&seed, esc_bundle_hash(bundle), sizeof seed);
    fuzz_run(bundle, seed, at_wait);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscWorkspace *workspace = esc_workspace_new();
    EscBuf source;
    esc_buf_init(&source, SOURCE_BYTES_MAX);
    workspace_make((EscBytes){data, size}, &source);
    ESC_ASSERT(workspace != NULL && source.status == ESC_OK);
    ESC_ASSERT(esc_workspace_add(workspace, ESC_TEXT("made.esc"), esc_buf_as_text(&source),
                                 false) == ESC_OK);
    if (made++ == 0)
        (void)atexit(judge_maker);
    show_source(&source);
    if (fuzz_check(workspace)) {
        checked++;
        built += fuzz_build(workspace, run_all);
    }
    show_faults(workspace);
    esc_buf_release(&source);
    esc_workspace_free(workspace);
    return 0;
}
