/* cli.c - reads a command line against the rows of cli.def.
 *
 * Twice: first each word is found to be a command, an argument, an option or its value, for which no command need be
 * known, since an option of one name has a value in all commands or in none. Then what was found is held against the
 * command. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "escalctl_print.h"

#define NEAR_MAX 2 /* edits between what was written and what may have been meant */

/* --- saying what is wrong --------------------------------------------------------------------- */

/* "escalctl ack: " or "escald: " */
static void print_who(const CliLine *line, FILE *err)
{
    (void)fputs(cli_program_name(line->program), err);
    if (line->command != CLI_COMMAND_COUNT)
        (void)fprintf(err, " %s", cli_commands[line->command].name);
    (void)fputs(": ", err);
}

static void print_where(const CliLine *line, FILE *err)
{
    const char *program = cli_program_name(line->program);
    if (line->command != CLI_COMMAND_COUNT)
        (void)fprintf(err, " (`%s help %s` says more)\n", program,
                      cli_commands[line->command].name);
    else
        (void)fprintf(err, " (`%s --help` says more)\n", program);
}

/* `text` may hold what somebody typed: it is shown, never obeyed. */
static CliEnd say(const CliLine *line, FILE *err, const char *format, va_list arguments)
{
    EscBuf text;
    esc_buf_init(&text, (size_t)1 << 20); /* an argument is never longer */
    esc_buf_vprintf(&text, format, arguments);
    print_who(line, err);
    print_safe(err, esc_buf_as_text(&text), false);
    print_where(line, err);
    esc_buf_release(&text);
    return CLI_WRONG;
}

static ESC_PRINTF(3, 4) CliEnd wrong(const CliLine *line, FILE *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    CliEnd end = say(line, err, format, arguments);
    va_end(arguments);
    return end;
}

int cli_wrong(const CliLine *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)say(line, stderr, format, arguments);
    va_end(arguments);
    return CLI_USAGE;
}

/* The nearer of two names to what was written. */
typedef struct Near {
    EscText written;
    const char *name;
    unsigned distance;
} Near;

static void near_look(Near *near, const char *name)
{
    EscText text = esc_text_from(name);
    unsigned distance = esc_text_distance(near->written, text, NEAR_MAX);
    bool begins = near->written.size >= 3 && esc_text_starts_with(text, near->written);
    if (begins && distance > NEAR_MAX)
        distance = NEAR_MAX; /* an abbreviation is not taken, but understood */
    if (distance < near->distance && distance < text.size) {
        near->name = name;
        near->distance = distance;
    }
}

/* --- words ------------------------------------------------------------------------------------ */

typedef struct Reading {
    CliLine *line;
    FILE *err;
    char **argv;
    int argc, at;
    const char *help; /* what stood behind --help=; NULL: it was not asked for */
    bool wants_version;
} Reading;

static bool command_find(CliProgram program, const char *name, CliCommand *command)
{
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
        const CliCommandRow *row = &cli_commands[i];
        if (row->program == program && (strcmp(row->name, name) == 0 ||
                                        (row->other[0] != '\0' && strcmp(row->other, name) == 0))) {
            *command = (CliCommand)i;
            return true;
        }
    }
    return false;
}

static CliEnd no_command(const Reading *reading, const char *name)
{
    Near near = {.written = esc_text_from(name), .distance = NEAR_MAX + 1};
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        if (cli_commands[i].program == reading->line->program)
            near_look(&near, cli_commands[i].name);
    if (near.name != NULL)
        return wrong(reading->line, reading->err, "there is no command `%s`; did you mean `%s`?",
                     name, near.name);
    return wrong(reading->line, reading->err, "there is no command `%s`", name);
}

static bool option_find(CliProgram program, EscText name, CliOption *option)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
        if (cli_options[i].program == program &&
            esc_text_equal(esc_text_from(cli_options[i].name), name)) {
            *option = (CliOption)i;
            return true;
        }
    return false;
}

static CliEnd no_option(const Reading *reading, EscText name)
{
    Near near = {.written = name, .distance = NEAR_MAX + 1};
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
        if (cli_options[i].program == reading->line->program)
            near_look(&near, cli_options[i].name);
    if (near.name != NULL)
        return wrong(reading->line, reading->err, "there is no option --%.*s; did you mean --%s?",
                     ESC_TEXT_ARG(name), near.name);
    return wrong(reading->line, reading->err, "there is no option --%.*s", ESC_TEXT_ARG(name));
}

static bool is_help(CliOption option)
{
    return option == CLI_ESCALC_HELP || option == CLI_ESCALD_HELP || option == CLI_ESCALCTL_HELP;
}

static bool is_version(CliOption option)
{
    return option == CLI_ESCALC_VERSION || option == CLI_ESCALD_VERSION ||
           option == CLI_ESCALCTL_VERSION;
}

/* `value`: what stood behind = or the letter; NULL: nothing did. */
static CliEnd take_option(Reading *reading, CliOption option, const char *value)
{
    const CliOptionRow *row = &cli_options[option];
    if (is_help(option)) {
        reading->help = value == NULL ? "text" : value;
        return CLI_GO_ON;
    }
    if (value != NULL && !cli_needs_value(row))
        return wrong(reading->line, reading->err, "--%s takes no value", row->name);
    if (value == NULL && cli_needs_value(row)) {
        if (reading->at + 1 >= reading->argc)
            return wrong(reading->line, reading->err, "--%s needs a value: %s", row->name,
                         row->value);
        value = reading->argv[++reading->at];
    }
    reading->wants_version = reading->wants_version || is_version(option);
    reading->line->given[reading->line->given_count++] = (CliGiven){option, value};
    return CLI_GO_ON;
}

static CliEnd take_long(Reading *reading, const char *word)
{
    const char *equals = strchr(word, '=');
    EscText name = {word, equals == NULL ? strlen(word) : (size_t)(equals - word)};
    CliOption option = CLI_OPTION_COUNT;
    if (!option_find(reading->line->program, name, &option))
        return no_option(reading, name);
    return take_option(reading, option, equals == NULL ? NULL : equals + 1);
}

/* -o FILE, -oFILE; letters without a value may stand together. */
static CliEnd take_letters(Reading *reading, const char *letters)
{
    CliEnd end = CLI_GO_ON;
    while (end == CLI_GO_ON && *letters != '\0') {
        size_t i = 0;
        while (i < CLI_OPTION_COUNT && (cli_options[i].program != reading->line->program ||
                                        cli_options[i].letter != *letters))
            i++;
        if (i == CLI_OPTION_COUNT)
            return wrong(reading->line, reading->err, "there is no option -%s", letters);
        letters++;
        bool has_value = cli_needs_value(&cli_options[i]) && *letters != '\0';
        end = take_option(reading, (CliOption)i, has_value ? letters : NULL);
        if (has_value)
            break;
    }
    return end;
}

static CliEnd take_word(Reading *reading, const char *word)
{
    CliLine *line = reading->line;
    if (!cli_has_commands(line->program))
        return wrong(line, reading->err, "`%s` is no option", word);
    if (line->command != CLI_COMMAND_COUNT) {
        line->arguments[line->arguments_count++] = word;
        return CLI_GO_ON;
    }
    if (strcmp(word, "help") == 0 && reading->help == NULL) {
        reading->help = "text"; /* a command may follow */
        return CLI_GO_ON;
    }
    return command_find(line->program, word, &line->command) ? CLI_GO_ON
                                                             : no_command(reading, word);
}

static CliEnd take_words(Reading *reading)
{
    bool may_be_option = true;
    CliEnd end = CLI_GO_ON;
    for (reading->at = 1; end == CLI_GO_ON && reading->at < reading->argc; reading->at++) {
        const char *word = reading->argv[reading->at];
        if (may_be_option && strcmp(word, "--") == 0)
            may_be_option = false;
        else if (may_be_option && word[0] == '-' && word[1] == '-')
            end = take_long(reading, word + 2);
        else if (may_be_option && word[0] == '-' && word[1] != '\0')
            end = take_letters(reading, word + 1);
        else
            end = take_word(reading, word);
    }
    return end;
}

/* --- against the command ---------------------------------------------------------------------- */

static bool is_among(const char *choices, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = choices; *at != '\0';) {
        size_t length = strcspn(at, "|");
        if (length == size && memcmp(at, word, size) == 0)
            return true;
        at += length + (at[length] == '|');
    }
    return false;
}

/* "of `ack`, `resolve`" */
static void commands_list(const char *commands, EscBuf *out)
{
    for (const char *at = commands; *at != '\0';) {
        size_t length = strcspn(at, " ");
        if (length > 0)
            esc_buf_printf(out, "%s`%.*s`", out->size == 0 ? "" : ", ", (int)length, at);
        at += length + (at[length] == ' ');
    }
}

static CliEnd not_of_command(const Reading *reading, const CliOptionRow *row)
{
    EscBuf commands;
    esc_buf_init(&commands, 1024);
    commands_list(row->commands, &commands);
    CliEnd end =
        wrong(reading->line, reading->err, "this command has no option --%s; it is one of %.*s",
              row->name, ESC_TEXT_ARG(esc_buf_as_text(&commands)));
    esc_buf_release(&commands);
    return end;
}

static CliEnd check_given(const Reading *reading)
{
    const CliLine *line = reading->line;
    for (size_t i = 0; i < line->given_count; i++) {
        const CliGiven *given = &line->given[i];
        const CliOptionRow *row = &cli_options[given->option];
        if (!cli_takes(given->option, line->command))
            return not_of_command(reading, row);
        if (given->value != NULL && cli_is_choice(row) && !is_among(row->value, given->value))
            return wrong(line, reading->err, "--%s is %s, not `%s`", row->name, row->value,
                         given->value);
        for (size_t k = 0; k < i && !cli_repeats(row); k++)
            if (line->given[k].option == given->option)
                return wrong(line, reading->err, "--%s is there twice", row->name);
    }
    return CLI_GO_ON;
}

static CliEnd check_arguments(const Reading *reading)
{
    const CliLine *line = reading->line;
    if (!cli_has_commands(line->program))
        return CLI_GO_ON;
    if (line->command == CLI_COMMAND_COUNT)
        return wrong(line, reading->err, "say what to do");
    const CliCommandRow *row = &cli_commands[line->command];
    if (line->arguments_count < row->arguments_min)
        return wrong(line, reading->err, "something is missing: %s %s %s",
                     cli_program_name(line->program), row->name, row->arguments);
    if (line->arguments_count > row->arguments_max)
        return wrong(line, reading->err, "`%s` is too much: %s %s%s%s",
                     line->arguments[row->arguments_max], cli_program_name(line->program),
                     row->name, row->arguments[0] == '\0' ? "" : " ", row->arguments);
    return CLI_GO_ON;
}

static CliEnd tell_help(const Reading *reading, FILE *out)
{
    static const struct {
        const char *name;
        void (*print)(CliProgram program, FILE *out);
    } forms[] = {{"man", cli_man}, {"bash", cli_bash}, {"zsh", cli_zsh}};
    if (strcmp(reading->help, "text") == 0) {
        cli_help(reading->line->program, reading->line->command, out);
        return CLI_DONE;
    }
    for (size_t i = 0; i < ESC_COUNT_OF(forms); i++)
        if (strcmp(reading->help, forms[i].name) == 0) {
            forms[i].print(reading->line->program, out);
            return CLI_DONE;
        }
    return wrong(reading->line, reading->err, "--help is text, man, bash or zsh, not `%s`",
                 reading->help);
}

CliEnd cli_read(CliProgram program, int argc, char **argv, CliLine *line, FILE *out, FILE *err)
{
    size_t room = 1;
    for (int i = 1; i < argc; i++) /* each letter may be an option */
        room += strlen(argv[i]);
    *line = (CliLine){.program = program, .command = CLI_COMMAND_COUNT};
    line->given = calloc(room, sizeof(*line->given));
    line->arguments = calloc((size_t)(argc > 0 ? argc : 1), sizeof(*line->arguments));
    ESC_ASSERT(line->given != NULL);
    ESC_ASSERT(line->arguments != NULL);
    Reading reading = {.line = line, .err = err, .argv = argv, .argc = argc};
    if (argc < 2 && cli_has_commands(program)) {
        cli_help(program, CLI_COMMAND_COUNT, err);
        return CLI_WRONG;
    }
    CliEnd end = take_words(&reading);
    if (end == CLI_GO_ON && reading.help != NULL)
        return tell_help(&reading, out);
    if (end == CLI_GO_ON && reading.wants_version) {
        (void)fprintf(out, "%s " CLI_VERSION ", language 1\n", cli_program_name(program));
        return CLI_DONE;
    }
    if (end == CLI_GO_ON)
        end = check_arguments(&reading);
    return end == CLI_GO_ON ? check_given(&reading) : end;
}

void cli_release(CliLine *line)
{
    free(line->given);
    free(line->arguments);
    *line = (CliLine){.program = line->program, .command = line->command};
}

const char *cli_value(const CliLine *line, CliOption option)
{
    for (size_t i = line->given_count; i > 0; i--)
        if (line->given[i - 1].option == option)
            return line->given[i - 1].value;
    return NULL;
}

bool cli_has(const CliLine *line, CliOption option)
{
    for (size_t i = 0; i < line->given_count; i++)
        if (line->given[i].option == option)
            return true;
    return false;
}
