/* cli_table.c - the rows of cli.def as arrays, and what they say. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

const CliCommandRow cli_commands[CLI_COMMAND_COUNT] = {
#define CLI_COMMAND(program, id, name, other, arguments, min, max, summary, more)                  \
    {CLI_##program, name, other, arguments, min, max, summary, more},
#include "cli.def"
};

const CliOptionRow cli_options[CLI_OPTION_COUNT] = {
#define CLI_OPTION(program, id, name, letter, value, commands, help)                               \
    {CLI_##program, name, letter, value, commands, help},
#include "cli.def"
};

const CliNoteRow cli_notes[] = {
#define CLI_NOTE(program, section, term, text) {CLI_##program, section, term, text},
#include "cli.def"
};
const size_t cli_notes_count = ESC_COUNT_OF(cli_notes);

const char *cli_program_name(CliProgram program)
{
    static const char *const names[CLI_PROGRAM_COUNT] = {"escalc", "escald", "escalctl"};
    ESC_ASSERT(program < CLI_PROGRAM_COUNT);
    return names[program];
}

bool cli_has_commands(CliProgram program)
{
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        if (cli_commands[i].program == program)
            return true;
    return false;
}

bool cli_takes(CliOption option, CliCommand command)
{
    const CliOptionRow *row = &cli_options[option];
    if (row->commands[0] == '\0' || strcmp(row->commands, "*") == 0)
        return true;
    char padded[64];
    if (command == CLI_COMMAND_COUNT)
        return false;
    (void)snprintf(padded, sizeof(padded), " %s ", cli_commands[command].name);
    return cli_commands[command].program == row->program && strstr(row->commands, padded) != NULL;
}

bool cli_needs_value(const CliOptionRow *row)
{
    return row->value[0] != '\0';
}

bool cli_repeats(const CliOptionRow *row)
{
    return esc_text_ends_with(esc_text_from(row->value), ESC_TEXT("…"));
}

bool cli_is_choice(const CliOptionRow *row)
{
    return row->value[0] >= 'a' && row->value[0] <= 'z';
}

bool cli_has_colours(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return (no_colour == NULL || no_colour[0] == '\0') &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0) && isatty(fileno(out)) == 1;
}
