/* escalc_options.c - the command line behind a command. */
#include <stdio.h>
#include <string.h>

#include "escalc.h"

static int usage_fault(const char *command, const char *what, const char *word)
{
    fprintf(stderr, "escalc %s: %s%s; `escalc %s --help` says more\n", command, what, word,
            command);
    return ESCALC_USAGE;
}

/* The value of an option that needs one: `--format json` or `--format=json`; NULL when there is
 * none. */
static const char *value_of(const char *argument, size_t name_size, char **argv, int argc, int *at)
{
    if (argument[name_size] == '=')
        return argument + name_size + 1;
    if (argument[name_size] != '\0' || *at + 1 >= argc)
        return NULL;
    return argv[++*at];
}

static bool is_option(const char *argument, const char *name)
{
    size_t size = strlen(name);
    return strncmp(argument, name, size) == 0 && (argument[size] == '\0' || argument[size] == '=');
}

/* One option; false when it is unknown, or its value is. */
static bool take_option(int argc, char **argv, int *at, unsigned takes, EscalcOptions *options)
{
    const char *argument = argv[*at];
    if ((takes & ESCALC_TAKES_FORMAT) != 0 && is_option(argument, "--format")) {
        const char *value = value_of(argument, strlen("--format"), argv, argc, at);
        options->is_json = value != NULL && strcmp(value, "json") == 0;
        return options->is_json || (value != NULL && strcmp(value, "text") == 0);
    }
    if ((takes & ESCALC_TAKES_DENY) != 0 && is_option(argument, "--deny")) {
        const char *value = value_of(argument, strlen("--deny"), argv, argc, at);
        options->denies = value != NULL && strcmp(value, "warnings") == 0;
        return options->denies;
    }
    if ((takes & ESCALC_TAKES_OUTPUT) != 0 &&
        (is_option(argument, "--output") || strcmp(argument, "-o") == 0)) {
        options->output =
            value_of(argument, argument[1] == 'o' ? 2 : strlen("--output"), argv, argc, at);
        return options->output != NULL;
    }
    struct {
        const char *name;
        unsigned bit;
        bool *flag;
    } flags[] = {
        {"--write", ESCALC_TAKES_WRITE, &options->writes},
        {"--check", ESCALC_TAKES_WRITE, &options->checks},
        {"--list", ESCALC_TAKES_LIST, &options->lists},
        {"--markdown", ESCALC_TAKES_LIST, &options->is_markdown},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(flags); ++i) {
        if ((takes & flags[i].bit) != 0 && strcmp(argument, flags[i].name) == 0) {
            *flags[i].flag = true;
            return true;
        }
    }
    return false;
}

int escalc_options(int argc, char **argv, const char *help, unsigned takes, int paths_min,
                   EscalcOptions *options)
{
    *options = (EscalcOptions){0};
    bool may_be_option = true;
    for (int i = 1; i < argc; ++i) {
        const char *argument = argv[i];
        if (may_be_option && strcmp(argument, "--") == 0) {
            may_be_option = false;
        } else if (may_be_option &&
                   (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)) {
            fputs(help, stdout);
            return ESCALC_FINE;
        } else if (may_be_option && argument[0] == '-' && argument[1] != '\0') {
            if (!take_option(argc, argv, &i, takes, options))
                return usage_fault(argv[0], "bad option ", argument);
        } else if (options->paths_count == ESCALC_PATHS_MAX) {
            return usage_fault(argv[0], "too many paths", "");
        } else {
            options->paths[options->paths_count++] = argument;
        }
    }
    if (options->paths_count < paths_min && !options->lists && !options->is_markdown)
        return usage_fault(argv[0], "say what to work on", "");
    return -1;
}

int escalc_worse(int a, int b)
{
    return a > b ? a : b;
}
