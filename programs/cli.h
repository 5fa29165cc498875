/* cli.h - the command lines of the three programs, from one table (cli.def).
 *
 * What a row says is what the parser takes, what help, man page and completion tell, and nothing else. An option may
 * stand before or behind the command; its name is never abbreviated. Start reading at cli_read. */
#ifndef ESC_PROGRAMS_CLI_H
#define ESC_PROGRAMS_CLI_H

#include <stdio.h>

#include <esc/kit.h>

#include "new/kinds.h" /* words of an option */

#define CLI_VERSION "0.1.0"
#define CLI_MANY 65535 /* arguments: as many as there are */
#define CLI_USAGE 2    /* exit status of a wrong command line, in every program */

typedef enum CliProgram { CLI_ESCALC, CLI_ESCALD, CLI_ESCALCTL, CLI_PROGRAM_COUNT } CliProgram;

/* CLI_ESCALCTL_STATUS_COMMAND … */
typedef enum CliCommand {
#define CLI_COMMAND(program, id, name, other, arguments, min, max, summary, more)                  \
    CLI_##program##_##id##_COMMAND,
#include "cli.def"
    CLI_COMMAND_COUNT
} CliCommand;

/* CLI_ESCALCTL_REASON … */
typedef enum CliOption {
#define CLI_OPTION(program, id, name, letter, value, commands, help) CLI_##program##_##id,
#include "cli.def"
    CLI_OPTION_COUNT
} CliOption;

typedef struct CliCommandRow {
    CliProgram program;
    const char *name, *other; /* other: "" when it has one name */
    const char *arguments;
    size_t arguments_min, arguments_max;
    const char *summary, *more;
} CliCommandRow;

typedef struct CliOptionRow {
    CliProgram program;
    const char *name;
    char letter; /* 0: none */
    const char *value, *commands, *help;
} CliOptionRow;

typedef struct CliNoteRow {
    CliProgram program;
    const char *section, *term, *text;
} CliNoteRow;

extern const CliCommandRow cli_commands[CLI_COMMAND_COUNT];
extern const CliOptionRow cli_options[CLI_OPTION_COUNT];
extern const CliNoteRow cli_notes[];
extern const size_t cli_notes_count;

const char *cli_program_name(CliProgram program);
bool cli_has_commands(CliProgram program);
/* Whether a command of the option's program takes it; CLI_COMMAND_COUNT stands for a program without commands, or for
 * none given. */
bool cli_takes(CliOption option, CliCommand command);
/* What may stand behind an option. */
bool cli_needs_value(const CliOptionRow *row);
bool cli_repeats(const CliOptionRow *row);
bool cli_is_choice(const CliOptionRow *row); /* "a|b": one of these words */

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct CliGiven {
    CliOption option;
    const char *value; /* NULL: an option without one */
} CliGiven;

/* What a command line says; borrows from argv. */
typedef struct CliLine {
    CliProgram program;
    CliCommand command; /* CLI_COMMAND_COUNT: of a program without commands */
    CliGiven *given;    /* in the order given; owned */
    size_t given_count;
    const char **arguments; /* owned */
    size_t arguments_count;
} CliLine;

typedef enum CliEnd {
    CLI_GO_ON, /* the line is right */
    CLI_DONE,  /* help or version were asked for and printed on `out`: the exit status is 0 */
    CLI_WRONG  /* what is wrong was said on `err`: the exit status is CLI_USAGE */
} CliEnd;

/* Reads argv[1 …]. *line is to be released whatever comes of it. */
CliEnd cli_read(CliProgram program, int argc, char **argv, CliLine *line, FILE *out, FILE *err);
void cli_release(CliLine *line);
bool cli_has(const CliLine *line, CliOption option);
const char *cli_value(const CliLine *line, CliOption option); /* the last one given; NULL: none */
/* Says on stderr what is wrong with a line beyond the table, in the style of the parser. Gives CLI_USAGE. */
int cli_wrong(const CliLine *line, const char *format, ...) ESC_PRINTF(2, 3);

/* --- telling ---------------------------------------------------------------------------------- */

/* Help on a program (CLI_COMMAND_COUNT) or one of its commands. */
void cli_help(CliProgram program, CliCommand command, FILE *out);
void cli_man(CliProgram program, FILE *out);  /* a page of section 1, as roff */
void cli_bash(CliProgram program, FILE *out); /* a script to be sourced */
void cli_zsh(CliProgram program, FILE *out);  /* a file for zsh's fpath */

/* Whether colours may be written there: a terminal that knows them, and nobody has set NO_COLOR. */
bool cli_has_colours(FILE *out);

#endif
