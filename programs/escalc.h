/* escalc.h - shared by the commands of escalc: options, loading of workspaces, output. */
#ifndef ESC_PROGRAMS_ESCALC_H
#define ESC_PROGRAMS_ESCALC_H

#include <esc/compiler.h>

#include "cli.h"
#include "library_files.h"

/* Exit codes of all programs. */
#define ESCALC_FINE 0
#define ESCALC_FINDINGS 1     /* errors in templates, failed tests, unformatted files */
#define ESCALC_USAGE 2        /* usage or configuration */
#define ESCALC_INCONCLUSIVE 3 /* a budget ran out */
#define ESCALC_FAILURE 4      /* internal or input/output failure */

#define ESCALC_FILE_BYTES_MAX ((size_t)128 << 20)

/* What a command line says; the rows of its options stand in cli.def. */
typedef struct EscalcOptions {
    const CliLine *line;
    const char *const *paths; /* what is no option */
    size_t paths_count;
    const char *output; /* NULL: none is named */
    bool is_json, is_junit;
    bool covers;             /* test */
    const char *covered_min; /* test: percent of coverage that is wanted; NULL: any */
    const char *only;        /* test: a part of the titles that are meant; NULL: all */
    bool writes;
    bool checks; /* fmt */
    bool lists;
    bool is_markdown;
    bool is_dry; /* fix */
    bool denies;
    const LibraryFolder *libraries; /* that the command line names */
    size_t libraries_count;
    bool plays_libraries; /* check, test: the tests of libraries too */
    int64_t at_ms;        /* check, oncall: the time that it looks from; now when none is named */
} EscalcOptions;

/* Loads and checks the workspace in a folder, or the one file when `path` ends in .esc, and
 * prints its diagnostics (text on stderr, JSON on stdout). *out is NULL only when files could
 * not be read, which was reported. Owned: esc_workspace_free. Returns the exit code. */
int escalc_load(const char *path, const EscalcOptions *options, EscWorkspace **out);
/* The same without printing anything but failures to read. */
int escalc_load_quietly(const char *path, const EscalcOptions *options, EscWorkspace **out);
/* The same as if it were another day: `today` in days since 1970-01-01. */
int escalc_load_on(const char *path, const EscalcOptions *options, int64_t today,
                   EscWorkspace **out);
/* Loads, checks and compiles to bytes, and prints the diagnostics: lowering may add some, bounds
 * that only the finished program shows. As with escalc_load, *workspace is the caller's to free,
 * and the exit code is returned. */
int escalc_compile(const char *path, const EscalcOptions *options, EscWorkspace **workspace,
                   EscBuf *bundle);
void escalc_print_diagnostics(const EscWorkspace *workspace, const EscalcOptions *options);

/* Reads a whole file; appends to *out. Writes a file so that it is whole or not there at all.
 * Both report failures on stderr. */
bool escalc_read_file(const char *path, EscBuf *out);
bool escalc_write_file(const char *path, EscBytes bytes);
/* Calls visit for every .esc file below a folder, in order of path, or for the file itself.
 * False when a folder could not be read. */
bool escalc_each_source(const char *path, bool (*visit)(void *context, const char *path),
                        void *context);

/* The worse of two exit codes. */
int escalc_worse(int a, int b);

/* escalc_gaps.c: adds a finding for each time, from at_ms on, in which nobody of a template's owners is there. */
void escalc_find_gaps(EscWorkspace *workspace, EscBytes bundle, int64_t at_ms);

/* escalc_libraries.c: what `--library` says; *items is the caller's to free. ESCALC_USAGE after saying what is wrong. */
int escalc_libraries_read(const CliLine *line, LibraryFolder **items, size_t *count);

/* The commands. */
int escalc_check(const EscalcOptions *options);
int escalc_build(const EscalcOptions *options);
int escalc_disasm(const EscalcOptions *options);
int escalc_fmt(const EscalcOptions *options);
int escalc_explain(const EscalcOptions *options);
int escalc_fix(const EscalcOptions *options);
int escalc_new(const EscalcOptions *options);    /* escalc_new.c */
int escalc_oncall(const EscalcOptions *options); /* escalc_oncall.c */
int escalc_test(const EscalcOptions *options);   /* escalc_test.c */
int escalc_import(const EscalcOptions *options); /* escalc_import.c */

#endif
