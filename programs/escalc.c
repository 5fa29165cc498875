/* escalc.c - the operators' and reviewers' program: reads the command line and hands over. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escalc.h"

/* Memory of one file serves the next: given back, it would have to be cleared again by the system, a third of fmt's time. */
enum { KEPT_BYTES = 64 << 20, OWN_BLOCK_BYTES = 4 << 20 };

static const struct {
    CliCommand command;
    int (*run)(const EscalcOptions *options);
} COMMANDS[] = {
    {CLI_ESCALC_CHECK_COMMAND, escalc_check},   {CLI_ESCALC_BUILD_COMMAND, escalc_build},
    {CLI_ESCALC_TEST_COMMAND, escalc_test},     {CLI_ESCALC_FMT_COMMAND, escalc_fmt},
    {CLI_ESCALC_DISASM_COMMAND, escalc_disasm}, {CLI_ESCALC_EXPLAIN_COMMAND, escalc_explain},
    {CLI_ESCALC_FIX_COMMAND, escalc_fix},       {CLI_ESCALC_ONCALL_COMMAND, escalc_oncall},
    {CLI_ESCALC_NEW_COMMAND, escalc_new},       {CLI_ESCALC_IMPORT_COMMAND, escalc_import},
};

int escalc_worse(int a, int b)
{
    return a > b ? a : b;
}

static EscalcOptions options_of(const CliLine *line)
{
    const char *format = cli_value(line, CLI_ESCALC_FORMAT);
    return (EscalcOptions){
        .line = line,
        .paths = line->arguments,
        .paths_count = line->arguments_count,
        .output = cli_value(line, CLI_ESCALC_OUTPUT),
        .is_json = format != NULL && strcmp(format, "json") == 0,
        .is_junit = format != NULL && strcmp(format, "junit") == 0,
        .covers = cli_has(line, CLI_ESCALC_COVER) || cli_has(line, CLI_ESCALC_COVER_MIN),
        .covered_min = cli_value(line, CLI_ESCALC_COVER_MIN),
        .only = cli_value(line, CLI_ESCALC_ONLY),
        .writes = cli_has(line, CLI_ESCALC_WRITE),
        .checks = cli_has(line, CLI_ESCALC_LAYOUT),
        .lists = cli_has(line, CLI_ESCALC_LIST),
        .is_markdown = cli_has(line, CLI_ESCALC_MARKDOWN),
        .is_dry = cli_has(line, CLI_ESCALC_DRY_RUN),
        .denies = cli_has(line, CLI_ESCALC_DENY),
        .plays_libraries = cli_has(line, CLI_ESCALC_LIBRARY_TESTS),
        .at_ms = (int64_t)time(NULL) * 1000,
    };
}

/* What --at names instead of now. */
static bool read_time(const CliLine *line, EscalcOptions *options)
{
    const char *at = cli_value(line, CLI_ESCALC_AT);
    return at == NULL || esc_time_read(esc_text_from(at), &options->at_ms);
}

static int (*command(CliCommand which))(const EscalcOptions *options)
{
    for (size_t i = 0; i < ESC_COUNT_OF(COMMANDS); ++i)
        if (COMMANDS[i].command == which)
            return COMMANDS[i].run;
    ESC_ASSERT(false); /* cli_read knows only what is in both tables */
    return NULL;
}

static int run(const CliLine *line)
{
    EscalcOptions options = options_of(line);
    if (!read_time(line, &options))
        return cli_wrong(line, "`%s` is no time such as 2026-01-05T09:00:00Z",
                         cli_value(line, CLI_ESCALC_AT));
    if (options.is_junit && line->command != CLI_ESCALC_TEST_COMMAND) {
        fprintf(stderr, "escalc: --format junit goes with `escalc test` only\n");
        return ESCALC_USAGE;
    }
    LibraryFolder *libraries = NULL;
    int code = escalc_libraries_read(line, &libraries, &options.libraries_count);
    options.libraries = libraries;
    if (code == ESCALC_FINE)
        code = command(line->command)(&options);
    free(libraries);
    return code;
}

static void keep_memory(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, OWN_BLOCK_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

int main(int argc, char **argv)
{
    keep_memory();
    CliLine line;
    CliEnd end = cli_read(CLI_ESCALC, argc, argv, &line, stdout, stderr);
    int code = end == CLI_GO_ON ? run(&line) : end == CLI_DONE ? ESCALC_FINE : ESCALC_USAGE;
    cli_release(&line);
    return fflush(stdout) == 0 ? code : ESCALC_FAILURE;
}
