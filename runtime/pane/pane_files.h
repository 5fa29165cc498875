/* pane_files.h - the table that web/build.mjs writes; for pane*.c only. */
#ifndef ESC_PANE_FILES_H
#define ESC_PANE_FILES_H

#include <esc/kit.h>

typedef struct EscPaneFile {
    const char *path, *type;
    bool is_kept;                 /* its path has a hash of its content: whoever has it need not ask again */
    EscBytes plain, gzip, brotli; /* the same in three codings */
} EscPaneFile;

extern const EscPaneFile esc_pane_files[];
extern const size_t esc_pane_files_count; /* 0: the web UI was left out */

#endif
