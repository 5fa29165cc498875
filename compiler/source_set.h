/* source_set.h - what a workspace asks of a set of sources. */
#ifndef ESC_SOURCE_SET_H
#define ESC_SOURCE_SET_H

#include <esc/compiler.h>

#include "parsed.h"

/* --- how spans name files ---------------------------------------------------------------------- */

/* EscSpan.file is an id that a file keeps while others come and go; where it stands in a workspace is another number
 * (esc_file_index). 0 is no file: what is said of it is said of the first one. */
#define ESC_FILE_ID_STD 1u /* and the modules of the standard library */
#define ESC_FILE_ID_OWN (ESC_FILE_ID_STD + esc_std_modules_count) /* and all other files */

/* The embedded standard library (made from stdlib/ by embed.cmake). */
typedef struct EscStdModule {
    const char *name; /* "std.triage" */
    const char *path; /* "std/triage.esc" */
    const unsigned char *data;
    size_t size;
} EscStdModule;

extern const EscStdModule esc_std_modules[];
extern const unsigned esc_std_modules_count;

/* The modules, none of them read yet; NULL without memory. */
EscParsed **esc_std_parsed_new(void);
void esc_std_parsed_free(EscParsed **std); /* drops a reference of each; NULL is allowed */

/* --- the set ------------------------------------------------------------------------------------ */

typedef struct EscSourcePaths {
    EscText *items; /* in order */
    size_t count;
} EscSourcePaths;

/* Asks for the paths of all files; they live in the arena. ESC_NOT_FOUND when there is none. */
ESC_MUST_USE EscStatus esc_source_paths(const EscSourceFiles *files, EscArena *arena,
                                        EscSourcePaths *out, EscWhy *why);

/* Calls take for every file, in order of paths, until it fails. Path and *parsed are the set's. */
ESC_MUST_USE EscStatus esc_sources_each(const EscSources *sources,
                                        EscStatus (*take)(void *context, EscText path,
                                                          EscParsed *parsed),
                                        void *context);
EscParsed *const *esc_sources_std(const EscSources *sources);
uint32_t esc_sources_id_end(const EscSources *sources); /* no file has this id or a greater one */

#endif
