/* library_files.h - files in the folders of libraries, for the compiler: whose folder it is, and nothing beyond it. */
#ifndef ESC_PROGRAMS_LIBRARY_FILES_H
#define ESC_PROGRAMS_LIBRARY_FILES_H

#include <esc/compiler.h>

/* The folder of a library, as whoever runs the program said it. */
typedef struct LibraryFolder {
    EscText name, folder;
} LibraryFolder;

/* Where libraries lie. All texts are borrowed. */
typedef struct LibraryFolders {
    const LibraryFolder *items; /* they go before what a workspace says */
    size_t count;
    /* What a workspace says of its own accord is followed from this folder; empty: it is not, as its author may be another than
     * who runs the program. */
    EscText workspace_folder;
    /* How whoever runs the program says a folder: the words before the name of the library, and behind it. */
    const char *way_out, *way_out_behind;
} LibraryFolders;

/* Appends a file of a library, as EscSourceFiles.library has to. Symbolic links below the library's folder are not followed. */
EscStatus library_file_read(const LibraryFolders *folders, EscText library, EscText folder,
                            EscText path, EscBuf *out, EscWhy *why);

#endif
