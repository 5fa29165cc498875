/* cli_man.c - the rows of cli.def as a page of the manual: roff with the macros of man(7). */
#include <ctype.h>
#include <string.h>

#include "cli.h"

/* Text within a line: a backslash is one, a hyphen is not broken at. What begins a line with a dot or an apostrophe
 * would be a command. */
static void put(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        (void)fputs("\\&", out);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            (void)fputs("\\e", out);
        else if (*text == '-')
            (void)fputs("\\-", out);
        else
            (void)fputc(*text, out);
    }
}

static void put_upper(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        (void)fputc(toupper((unsigned char)*text), out);
}

static const char *note_of(CliProgram program, const char *section)
{
    for (size_t i = 0; i < cli_notes_count; i++)
        if (cli_notes[i].program == program && strcmp(cli_notes[i].section, section) == 0)
            return cli_notes[i].text;
    return "";
}

static void put_option(FILE *out, const CliOptionRow *row)
{
    EscText value = esc_text_from(row->value);
    if (cli_repeats(row))
        value.size -= strlen("…");
    (void)fputs(".TP\n", out);
    if (row->letter != '\0')
        (void)fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
    (void)fputs("\\fB\\-\\-", out);
    put(out, row->name);
    (void)fprintf(out, "\\fR%s%s%.*s%s\n", value.size > 0 ? " " : "", value.size > 0 ? "\\fI" : "",
                  ESC_TEXT_ARG(value), value.size > 0 ? "\\fR" : "");
    put(out, row->help);
    (void)fputs(".\n", out);
}

static void put_options(FILE *out, CliProgram program, CliCommand command, bool globals)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
        if (cli_options[i].program == program && cli_takes((CliOption)i, command) &&
            (strcmp(cli_options[i].commands, "*") == 0) == globals)
            put_option(out, &cli_options[i]);
}

static void put_command(FILE *out, CliProgram program, CliCommand command)
{
    const CliCommandRow *row = &cli_commands[command];
    (void)fprintf(out, ".SS \"%s %s\"\n", row->name, row->arguments);
    put(out, row->summary);
    (void)fputs(".\n", out);
    if (row->more[0] != '\0') {
        put(out, row->more);
        (void)fputc('\n', out);
    }
    if (row->other[0] != '\0')
        (void)fprintf(out, "It is called \\fB%s\\fR as well.\n", row->other);
    put_options(out, program, command, false);
}

static void put_notes(FILE *out, CliProgram program)
{
    const char *section = "";
    for (size_t i = 0; i < cli_notes_count; i++) {
        const CliNoteRow *note = &cli_notes[i];
        if (note->program != program || note->term[0] == '\0')
            continue;
        if (strcmp(section, note->section) != 0) {
            (void)fputs(".SH \"", out);
            put_upper(out, note->section);
            (void)fputs("\"\n", out);
        }
        section = note->section;
        (void)fputs(".TP\n.B ", out);
        put(out, note->term);
        (void)fputc('\n', out);
        put(out, note->text);
        (void)fputs(".\n", out);
    }
}

void cli_man(CliProgram program, FILE *out)
{
    const char *name = cli_program_name(program);
    bool has_commands = cli_has_commands(program);
    (void)fputs(".TH ", out);
    put_upper(out, name);
    (void)fprintf(out, " 1 \"\" \"Escal " CLI_VERSION "\"\n.SH NAME\n%s \\- ", name);
    put(out, note_of(program, "name"));
    (void)fprintf(out, "\n.SH SYNOPSIS\n.B %s\n%s\n.SH DESCRIPTION\n", name,
                  has_commands ? "\\fICOMMAND\\fR [\\fIARGUMENT\\fR…] [\\fIOPTION\\fR…]"
                               : "[\\fIOPTION\\fR…]");
    put(out, note_of(program, "about"));
    (void)fputc('\n', out);
    if (has_commands)
        (void)fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        if (cli_commands[i].program == program)
            put_command(out, program, (CliCommand)i);
    (void)fprintf(out, ".SH %s\n", has_commands ? "\"OPTIONS OF ALL COMMANDS\"" : "OPTIONS");
    put_options(out, program, CLI_COMMAND_COUNT, has_commands);
    put_notes(out, program);
    (void)fputs(".SH \"SEE ALSO\"\n", out);
    const char *before = "";
    for (int other = 0; other < CLI_PROGRAM_COUNT; other++)
        if ((CliProgram)other != program) {
            (void)fprintf(out, "%s.BR %s (1)", before, cli_program_name((CliProgram)other));
            before = ",\n";
        }
    (void)fputc('\n', out);
}
