/* escalc.c - the operators' and reviewers' program: finds the command and hands over. */
#include <stdio.h>
#include <string.h>

#include "escalc.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} COMMANDS[] = {
    {"check", escalc_check, "find what is wrong in workspaces"},
    {"build", escalc_build, "compile a workspace to a bundle"},
    {"test", escalc_test, "play the tests of workspaces on a virtual clock"},
    {"fmt", escalc_fmt, "print or rewrite sources in the one layout"},
    {"disasm", escalc_disasm, "show a bundle or workspace as program text"},
    {"explain", escalc_explain, "explain a diagnostic code"},
};

static void print_help(FILE *to)
{
    fprintf(to, "usage: escalc COMMAND [OPTION…] PATH…\n\n"
                "A PATH is the folder of a workspace, or one .esc file that is a whole "
                "workspace.\n\ncommands:\n");
    for (size_t i = 0; i < ESC_COUNT_OF(COMMANDS); ++i)
        fprintf(to, "  %-8s %s\n", COMMANDS[i].name, COMMANDS[i].what);
    fprintf(to, "\n`escalc COMMAND --help` says more about one.\n\n"
                "exit status: 0 fine, 1 findings, 2 usage, 3 inconclusive, 4 failure to read, "
                "write or work\n");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return ESCALC_USAGE;
    }
    const char *command = argv[1];
    if (strcmp(command, "--help") == 0 || strcmp(command, "help") == 0) {
        print_help(stdout);
        return ESCALC_FINE;
    }
    if (strcmp(command, "--version") == 0) {
        printf("escalc 0.1.0, language 1\n");
        return ESCALC_FINE;
    }
    for (size_t i = 0; i < ESC_COUNT_OF(COMMANDS); ++i) {
        if (strcmp(command, COMMANDS[i].name) == 0)
            return COMMANDS[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "escalc: there is no command `%s`; `escalc --help` lists them\n", command);
    return ESCALC_USAGE;
}
