/* escalc.h - shared by the commands of escalc: options, loading of workspaces, output. */
#ifndef ESC_PROGRAMS_ESCALC_H
#define ESC_PROGRAMS_ESCALC_H

#include <esc/compiler.h>

/* Exit codes of all programs. */
#define ESCALC_FINE 0
#define ESCALC_FINDINGS 1     /* errors in templates, failed tests, unformatted files */
#define ESCALC_USAGE 2        /* usage or configuration */
#define ESCALC_INCONCLUSIVE 3 /* a budget ran out */
#define ESCALC_FAILURE 4      /* internal or input/output failure */

#define ESCALC_PATHS_MAX 4096
#define ESCALC_FILE_BYTES_MAX ((size_t)128 << 20)

/* The options of a command line, in any order behind the command. */
typedef struct EscalcOptions {
    const char *paths[ESCALC_PATHS_MAX]; /* what is no option */
    int paths_count;
    const char *output; /* -o FILE */
    bool is_json;       /* --format json */
    bool writes;        /* --write */
    bool checks;        /* --check */
    bool lists;         /* --list */
    bool is_markdown;   /* --markdown */
    bool denies;        /* --deny warnings */
} EscalcOptions;

/* Which of them a command takes, besides --help. */
#define ESCALC_TAKES_FORMAT 1u
#define ESCALC_TAKES_OUTPUT 2u
#define ESCALC_TAKES_WRITE 4u
#define ESCALC_TAKES_LIST 8u
#define ESCALC_TAKES_DENY 16u

/* Reads argv[1 …]; argv[0] is the command's name. Returns -1 to go on, else the exit code: a
 * fault of usage was reported on stderr, or `help` was printed on stdout because --help was
 * asked for. At least paths_min paths are needed. */
int escalc_options(int argc, char **argv, const char *help, unsigned takes, int paths_min,
                   EscalcOptions *options);

/* Loads and checks the workspace in a folder, or the one file when `path` ends in .esc, and
 * prints its diagnostics (text on stderr, JSON on stdout). *out is NULL only when files could
 * not be read, which was reported. Owned: esc_workspace_free. Returns the exit code. */
int escalc_load(const char *path, const EscalcOptions *options, EscWorkspace **out);
/* The same without printing anything but failures to read. */
int escalc_load_quietly(const char *path, EscWorkspace **out);
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

/* The commands: argv[0] is the command's name. */
int escalc_check(int argc, char **argv);
int escalc_build(int argc, char **argv);
int escalc_disasm(int argc, char **argv);
int escalc_fmt(int argc, char **argv);
int escalc_explain(int argc, char **argv);
int escalc_test(int argc, char **argv); /* escalc_test.c */

#endif
