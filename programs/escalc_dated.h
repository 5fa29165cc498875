/* escalc_dated.h - a workspace as it is compiled on the day of a test. */
#ifndef ESC_PROGRAMS_ESCALC_DATED_H
#define ESC_PROGRAMS_ESCALC_DATED_H

#include <esc/compiler.h>
#include <esc/vm.h>

#include "escalc.h"

/* The workspace of one day at a time. Begins as {.path = …, .options = …}; released by dated_release. */
typedef struct DatedWorkspace {
    const char *path;
    const EscalcOptions *options;
    int64_t day; /* since 1970-01-01 */
    EscWorkspace *workspace;
    EscBundle *bundle;
    EscBuf bytes; /* that the bundle was loaded from */
} DatedWorkspace;

/* Compiles the workspace for a day, unless it is there. False: it does not compile any more, which was reported. */
bool dated_compile(DatedWorkspace *dated, int64_t day);
void dated_release(DatedWorkspace *dated);

#endif
