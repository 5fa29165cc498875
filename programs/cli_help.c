/* cli_help.c - the rows of cli.def as help on a terminal. */
#include <string.h>

#include "cli.h"

#define COLUMNS 79
#define INDENT_MAX 24 /* where the words on an option begin, at most */
#define TERM_INDENT 6 /* of what a term has beyond its first line */

static size_t columns_of(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* Words of a text, broken between them. The first line goes on where `used` columns are taken; further ones are
 * indented. */
static void print_wrapped(FILE *out, const char *text, size_t indent, size_t used)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        char word[256];
        (void)snprintf(word, sizeof(word), "%.*s", (int)size, text);
        size_t width = columns_of(word);
        if (used > indent && used + 1 + width > COLUMNS) {
            (void)fprintf(out, "\n%*s", (int)indent, "");
            used = indent;
        }
        (void)fprintf(out, "%s%s", used > indent ? " " : "", word);
        used += width + (used > indent ? 1 : 0);
        text += size + (text[size] == ' ');
    }
    (void)fputc('\n', out);
}

/* A term; one that a line does not hold goes on behind a `|`. Gives how many columns of the last line it takes. */
static size_t put_term(FILE *out, const char *term)
{
    size_t used = 2;
    (void)fputs("  ", out);
    while (*term != '\0') {
        size_t size = strcspn(term, "|");
        size += term[size] == '|';
        if (used + size > COLUMNS) {
            (void)fprintf(out, "\n%*s", TERM_INDENT, "");
            used = TERM_INDENT;
        }
        (void)fprintf(out, "%.*s", (int)size, term);
        for (size_t i = 0; i < size; i++)
            used += ((unsigned char)term[i] & 0xc0) != 0x80;
        term += size;
    }
    return used;
}

/* A term, and what it means beside it. */
static void print_term(FILE *out, const char *term, size_t indent, const char *text)
{
    size_t used = put_term(out, term);
    if (used + 2 > indent) {
        (void)fputc('\n', out);
        used = 0;
    }
    (void)fprintf(out, "%*s", (int)(indent - used), "");
    print_wrapped(out, text, indent, indent);
}

/* "-o, --output FILE" */
static void option_term(const CliOptionRow *row, char *term, size_t size)
{
    char letter[8] = "";
    EscText value = esc_text_from(row->value);
    if (cli_repeats(row))
        value.size -= strlen("…");
    if (row->letter != '\0')
        (void)snprintf(letter, sizeof(letter), "-%c, ", row->letter);
    (void)snprintf(term, size, "%s--%s%s%.*s", letter, row->name, value.size > 0 ? " " : "",
                   ESC_TEXT_ARG(value));
}

static bool is_global(const CliOptionRow *row)
{
    return strcmp(row->commands, "*") == 0;
}

/* Those of a command, or those of all commands. */
static void print_options(FILE *out, CliProgram program, CliCommand command, bool globals,
                          const char *title)
{
    size_t indent = 0;
    char term[256];
    for (int is_measured = 0; is_measured < 2; is_measured++) {
        for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
            const CliOptionRow *row = &cli_options[i];
            if (row->program != program || is_global(row) != globals ||
                !cli_takes((CliOption)i, command))
                continue;
            option_term(row, term, sizeof(term));
            if (is_measured == 0) {
                size_t wanted = columns_of(term) + 4;
                indent = wanted > indent && wanted <= INDENT_MAX ? wanted : indent;
                continue;
            }
            (void)fprintf(out, "%s", title);
            title = "";
            print_term(out, term, indent == 0 ? INDENT_MAX : indent, row->help);
        }
    }
}

static void print_notes(FILE *out, CliProgram program)
{
    const char *section = "";
    for (size_t i = 0; i < cli_notes_count; i++) {
        const CliNoteRow *note = &cli_notes[i];
        if (note->program != program || note->term[0] == '\0')
            continue;
        if (strcmp(section, note->section) != 0)
            (void)fprintf(out, "\n%s:\n", note->section);
        section = note->section;
        print_term(out, note->term, 20, note->text);
    }
}

static void print_about(FILE *out, CliProgram program)
{
    for (size_t i = 0; i < cli_notes_count; i++)
        if (cli_notes[i].program == program && strcmp(cli_notes[i].section, "about") == 0)
            print_wrapped(out, cli_notes[i].text, 0, 0);
}

static void print_commands(FILE *out, CliProgram program)
{
    (void)fputs("\ncommands:\n", out);
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        if (cli_commands[i].program == program)
            print_term(out, cli_commands[i].name, 13, cli_commands[i].summary);
}

static void print_program(FILE *out, CliProgram program)
{
    const char *name = cli_program_name(program);
    if (!cli_has_commands(program)) {
        (void)fprintf(out, "usage: %s [OPTION…]\n\n", name);
        print_about(out, program);
        print_options(out, program, CLI_COMMAND_COUNT, false, "\noptions:\n");
    } else {
        (void)fprintf(out, "usage: %s COMMAND [ARGUMENT…] [OPTION…]\n\n", name);
        print_about(out, program);
        print_commands(out, program);
        print_options(out, program, CLI_COMMAND_COUNT, true, "\noptions of all commands:\n");
        (void)fprintf(out, "\n`%s help COMMAND` says more about one.\n", name);
    }
    print_notes(out, program);
}

static void print_command(FILE *out, CliProgram program, CliCommand command)
{
    const CliCommandRow *row = &cli_commands[command];
    (void)fprintf(out, "usage: %s %s%s%s [OPTION…]\n\n", cli_program_name(program), row->name,
                  row->arguments[0] == '\0' ? "" : " ", row->arguments);
    (void)fprintf(out, "%s: %s.\n", row->name, row->summary);
    if (row->more[0] != '\0')
        print_wrapped(out, row->more, 0, 0);
    if (row->other[0] != '\0')
        (void)fprintf(out, "It is called `%s` as well.\n", row->other);
    print_options(out, program, command, false, "\noptions:\n");
    print_options(out, program, command, true, "\noptions of all commands:\n");
}

void cli_help(CliProgram program, CliCommand command, FILE *out)
{
    if (command == CLI_COMMAND_COUNT)
        print_program(out, program);
    else
        print_command(out, program, command);
}
