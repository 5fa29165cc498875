/* escald_workspace.h - a workspace's folder, compiled. */
#ifndef ESCALD_WORKSPACE_H
#define ESCALD_WORKSPACE_H

#include <esc/runtime.h>

#include "library_files.h"

typedef struct CompiledWorkspace {
    char name[ESC_ID_BYTES_MAX + 1];
    char timezone[128];
    int64_t
        calendars_end_day; /* what its calendar files repeat is written out to here; 0: they repeat nothing */
    EscBuf bundle;
    EscBuf diagnostics; /* on ESC_BAD_SOURCE: what is wrong, for people */
} CompiledWorkspace;

/* Compiles all .esc files below `folder` and the modules of `libraries` that they use, for `today` (days since 1970-01-01). Released by workspace_release, also when it fails. */
ESC_MUST_USE EscStatus workspace_compile(const char *folder, const EscFiles *files,
                                         const LibraryFolders *libraries, int64_t today,
                                         CompiledWorkspace *out, EscWhy *why);
void workspace_release(CompiledWorkspace *workspace);

#endif
