/* libraries.h - what the passes ask about libraries: modules that several workspaces use. libraries.c, files.c */
#ifndef ESC_LIBRARIES_H
#define ESC_LIBRARIES_H

#include "compiler_internal.h"

/* Reads the `library` settings of the workspace's declaration. When its own files are read, before any `use` is looked at. */
void esc_libraries_declare(EscWorkspace *workspace);
/* Brings in the module of a library that `use` (its PATH, said in the file `user`) names, once. */
void esc_library_use(EscWorkspace *workspace, uint32_t user, const EscNode *use);
/* Reports modules that use each other in a circle. When all of them are there. */
void esc_libraries_circles(EscWorkspace *workspace);
/* Reports a declaration that no library may hold; true: it may, or the file is no library's. */
bool esc_library_may_hold(EscWorkspace *workspace, const EscNode *declaration);

/* files.c: from now on a span says where its file stands. */
void esc_files_number(EscWorkspace *workspace);
/* Parses a file that nobody has read yet, and reports its faults. */
void esc_file_parse(EscWorkspace *workspace, uint32_t index);
/* Reads a module and makes it one of the workspace's files, whose number in `files` it gives; ESC_NONE without memory. Takes
 * the reference to file.parsed over. */
uint32_t esc_module_add(EscWorkspace *workspace, EscSourceFile file);

#endif
