/* cli_complete.c - the rows of cli.def as completions of bash and zsh. */
#include <string.h>

#include "cli.h"

/* Options of a command by their long names: "--reason --format ". */
static void put_names(FILE *out, CliProgram program, CliCommand command)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
        if (cli_options[i].program == program && cli_takes((CliOption)i, command))
            (void)fprintf(out, " --%s", cli_options[i].name);
}

static bool is_first_of_name(size_t option)
{
    for (size_t i = 0; i < option; i++)
        if (cli_options[i].program == cli_options[option].program &&
            strcmp(cli_options[i].name, cli_options[option].name) == 0)
            return false;
    return true;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* What bash offers behind an option with a value. */
static void put_value(FILE *out, const CliOptionRow *row)
{
    (void)fprintf(out, "    --%s)", row->name);
    if (starts_with(row->value, "FILE")) {
        (void)fputs(" COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", out);
    } else if (starts_with(row->value, "DIR")) {
        (void)fputs(" COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n", out);
    } else if (cli_is_choice(row)) {
        (void)fputs(" COMPREPLY=($(compgen -W \"", out);
        for (const char *c = row->value; *c != '\0'; c++)
            (void)fputc(*c == '|' ? ' ' : *c, out);
        (void)fputs("\" -- \"$word\")); return ;;\n", out);
    } else {
        (void)fputs(" return ;;\n", out);
    }
}

static void put_commands(FILE *out, CliProgram program, const char *between)
{
    const char *before = "";
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
        if (cli_commands[i].program != program)
            continue;
        (void)fprintf(out, "%s%s", before, cli_commands[i].name);
        before = between;
    }
}

static void put_bash_command(FILE *out, CliProgram program, CliCommand command)
{
    const CliCommandRow *row = &cli_commands[command];
    (void)fprintf(out, "    %s)", row->name);
    if (starts_with(row->arguments, "PATH") || starts_with(row->arguments, "FILE"))
        (void)fputs(" files=1;", out);
    (void)fputs(" words=\"", out);
    if (row->arguments[0] >= 'a' && row->arguments[0] <= 'z')
        (void)fputs(row->arguments, out);
    put_names(out, program, command);
    (void)fputs("\" ;;\n", out);
}

void cli_bash(CliProgram program, FILE *out)
{
    const char *name = cli_program_name(program);
    (void)fprintf(out,
                  "# bash completion for %s; made by `%s --help=bash`\n_%s()\n{\n"
                  "    local word=${COMP_WORDS[COMP_CWORD]} command= files= words= i\n"
                  "    COMPREPLY=()\n    case ${COMP_WORDS[COMP_CWORD-1]} in\n",
                  name, name, name);
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
        if (cli_options[i].program == program && cli_needs_value(&cli_options[i]) &&
            is_first_of_name(i))
            put_value(out, &cli_options[i]);
    (void)fputs("    esac\n", out);
    if (cli_has_commands(program)) {
        (void)fputs("    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n"
                    "        ",
                    out);
        put_commands(out, program, "|");
        (void)fputs(") command=${COMP_WORDS[i]}; break ;;\n        esac\n    done\n", out);
    }
    (void)fputs("    case $command in\n", out);
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        if (cli_commands[i].program == program)
            put_bash_command(out, program, (CliCommand)i);
    (void)fputs("    *) words=\"", out);
    put_commands(out, program, " ");
    put_names(out, program, CLI_COMMAND_COUNT);
    (void)fprintf(out,
                  "\" ;;\n    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                  "    if [[ -n $files && $word != -* ]]; then\n"
                  "        COMPREPLY+=($(compgen -f -- \"$word\"))\n    fi\n}\n"
                  "complete -o filenames -F _%s %s\n",
                  name, name);
}

/* --- zsh -------------------------------------------------------------------------------------- */

/* Within '…[…]': brackets and colons would end the description, an apostrophe the word. */
static void put_quoted(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            (void)fputs("'\\''", out);
        else if (strchr("[]:\\", *text) != NULL)
            (void)fprintf(out, "\\%c", *text);
        else
            (void)fputc(*text, out);
    }
}

static void put_zsh_option(FILE *out, const CliOptionRow *row)
{
    (void)fprintf(out, " \\\n        '%s--%s%s[", cli_repeats(row) ? "*" : "", row->name,
                  cli_needs_value(row) ? "=" : "");
    put_quoted(out, row->help);
    (void)fputc(']', out);
    if (starts_with(row->value, "FILE")) {
        (void)fputs(":file:_files", out);
    } else if (starts_with(row->value, "DIR")) {
        (void)fputs(":folder:_files -/", out);
    } else if (cli_is_choice(row)) {
        (void)fputs(":word:(", out);
        for (const char *c = row->value; *c != '\0'; c++)
            (void)fputc(*c == '|' ? ' ' : *c, out);
        (void)fputc(')', out);
    } else if (cli_needs_value(row)) {
        (void)fputs(":value: ", out);
    }
    (void)fputc('\'', out);
}

static void put_zsh_options(FILE *out, CliProgram program, CliCommand command)
{
    (void)fputs("_arguments -s", out);
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
        if (cli_options[i].program == program && cli_takes((CliOption)i, command))
            put_zsh_option(out, &cli_options[i]);
}

static void put_zsh_commands(FILE *out, CliProgram program)
{
    (void)fputs("local -a commands\ncommands=(\n", out);
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        if (cli_commands[i].program == program) {
            (void)fprintf(out, "    '%s:", cli_commands[i].name);
            put_quoted(out, cli_commands[i].summary);
            (void)fputs("'\n", out);
        }
    (void)fputs(")\nlocal command=${words[(r)(", out);
    put_commands(out, program, "|");
    (void)fputs(")]}\ncase $command in\n", out);
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        if (cli_commands[i].program == program) {
            (void)fprintf(out, "%s)\n    ", cli_commands[i].name);
            put_zsh_options(out, program, (CliCommand)i);
            (void)fputs(" \\\n        '1: :' '*:argument:_files' ;;\n", out);
        }
    (void)fputs("*)\n    _describe command commands\n    ", out);
    put_zsh_options(out, program, CLI_COMMAND_COUNT);
    (void)fputs(" ;;\nesac\n", out);
}

void cli_zsh(CliProgram program, FILE *out)
{
    const char *name = cli_program_name(program);
    (void)fprintf(out, "#compdef %s\n# made by `%s --help=zsh`\n", name, name);
    if (cli_has_commands(program)) {
        put_zsh_commands(out, program);
        return;
    }
    put_zsh_options(out, program, CLI_COMMAND_COUNT);
    (void)fputc('\n', out);
}
