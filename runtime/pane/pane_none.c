/* pane_none.c - takes the place of the bundled files where the build leaves the web UI out. */
#include "pane_files.h"

const EscPaneFile esc_pane_files[1] = {{.path = ""}};
const size_t esc_pane_files_count = 0;
