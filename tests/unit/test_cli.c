/* test_cli.c - the table of command lines, and what is made of it: the parser takes what the table says, help, man page and
 * completions tell that and nothing else. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#include "support/test.h"

#define WORDS_MAX 16

/* One reading: what it came to, and what was printed. */
static CliLine line;
static CliEnd end;
static char *out_text, *err_text;

static void forget(void)
{
    cli_release(&line);
    free(out_text);
    free(err_text);
    out_text = err_text = NULL;
}

static int tear_down(void **state)
{
    (void)state;
    forget();
    return 0;
}

static void read_words(CliProgram program, const char *const *words)
{
    char *argv[WORDS_MAX + 2] = {(char *)(uintptr_t)cli_program_name(program)};
    size_t out_size = 0, err_size = 0;
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    forget();
    FILE *out = open_memstream(&out_text, &out_size), *err = open_memstream(&err_text, &err_size);
    end = cli_read(program, argc, argv, &line, out, err);
    fclose(out);
    fclose(err);
}

#define READ(program, ...) read_words(program, (const char *const[]){__VA_ARGS__, NULL})

static void assert_wrong(const char *message)
{
    assert_int_equal(end, CLI_WRONG);
    assert_string_equal(out_text, "");
    assert_string_equal(err_text, message);
}

/* --- the table itself --------------------------------------------------------------------------- */

static void names_and_letters_mean_one_thing(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const CliOptionRow *a = &cli_options[i];
        assert_true(strlen(a->help) > 5);
        assert_true(a->help[strlen(a->help) - 1] != '.');
        for (size_t k = 0; k < i; k++) {
            const CliOptionRow *b = &cli_options[k];
            if (a->program != b->program)
                continue;
            assert_true(a->letter == '\0' || a->letter != b->letter);
            assert_string_not_equal(a->name, b->name);
        }
    }
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(cli_commands[i].program != cli_commands[k].program ||
                        (strcmp(cli_commands[i].name, cli_commands[k].name) != 0 &&
                         strcmp(cli_commands[i].other, cli_commands[k].name) != 0));
}

/* The words of " a b " that are no command of the program. */
static void options_name_commands_that_are_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const CliOptionRow *row = &cli_options[i];
        size_t spaces = 0, takers = 0;
        for (const char *c = row->commands; *c != '\0'; c++)
            spaces += *c == ' ';
        for (size_t k = 0; k < CLI_COMMAND_COUNT; k++)
            takers +=
                cli_commands[k].program == row->program && cli_takes((CliOption)i, (CliCommand)k);
        if (strcmp(row->commands, "*") != 0 && row->commands[0] != '\0')
            assert_int_equal(takers, spaces - 1);
        else
            assert_int_equal(row->commands[0] == '\0', !cli_has_commands(row->program));
    }
}

/* --- the parser takes what the table says ------------------------------------------------------- */

/* A value that fits the option. */
static const char *value_for(const CliOptionRow *row, char scratch[64])
{
    size_t size = strcspn(row->value, "|");
    (void)snprintf(scratch, 64, "%.*s", (int)size, row->value);
    return scratch;
}

static void read_option(CliOption option, CliCommand command, const char *word, const char *value)
{
    const char *words[WORDS_MAX] = {NULL};
    size_t count = 0;
    if (command != CLI_COMMAND_COUNT) {
        words[count++] = cli_commands[command].name;
        for (size_t i = 0; i < cli_commands[command].arguments_min; i++)
            words[count++] = "x";
    }
    words[count++] = word;
    if (value != NULL)
        words[count++] = value;
    read_words(cli_options[option].program, words);
}

static void check_option(CliOption option, CliCommand command)
{
    const CliOptionRow *row = &cli_options[option];
    char name[64], scratch[64], joined[160];
    const char *value = cli_needs_value(row) ? value_for(row, scratch) : NULL;
    (void)snprintf(name, sizeof name, "--%s", row->name);
    bool is_told = strcmp(row->name, "help") == 0 || strcmp(row->name, "version") == 0;
    read_option(option, command, name, value);
    if (!cli_takes(option, command)) {
        assert_int_equal(end, CLI_WRONG);
        return;
    }
    assert_int_equal(end, is_told ? CLI_DONE : CLI_GO_ON);
    if (!is_told) {
        assert_true(cli_has(&line, option));
        assert_int_equal(line.given_count, 1);
        assert_true((value == NULL) == (cli_value(&line, option) == NULL));
    }
    if (value == NULL)
        return;
    (void)snprintf(joined, sizeof joined, "--%s=%s", row->name, value);
    read_option(option, command, joined, NULL);
    assert_int_equal(end, CLI_GO_ON);
    assert_string_equal(cli_value(&line, option), value);
    read_option(option, command, name, NULL); /* the value is missing */
    assert_int_equal(end, CLI_WRONG);
}

static void each_option_is_taken_by_its_commands_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (!cli_has_commands(cli_options[i].program))
            check_option((CliOption)i, CLI_COMMAND_COUNT);
        for (size_t k = 0; k < CLI_COMMAND_COUNT; k++)
            if (cli_commands[k].program == cli_options[i].program)
                check_option((CliOption)i, (CliCommand)k);
    }
}

static void letters_are_taken_as_their_options(void **state)
{
    (void)state;
    READ(CLI_ESCALC, "build", "-o", "out.escb", "w");
    assert_string_equal(cli_value(&line, CLI_ESCALC_OUTPUT), "out.escb");
    READ(CLI_ESCALC, "build", "-oout.escb", "w");
    assert_string_equal(cli_value(&line, CLI_ESCALC_OUTPUT), "out.escb");
    READ(CLI_ESCALCTL, "status", "-aw");
    assert_int_equal(end, CLI_GO_ON);
    assert_true(cli_has(&line, CLI_ESCALCTL_ALL));
    assert_true(cli_has(&line, CLI_ESCALCTL_WATCH));
    READ(CLI_ESCALCTL, "status", "-aqw");
    assert_wrong("escalctl status: there is no option -qw (`escalctl help status` says more)\n");
}

static void nothing_is_abbreviated(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
        for (size_t size = 1; size < strlen(cli_options[i].name); size++) {
            char word[64];
            (void)snprintf(word, sizeof word, "--%.*s", (int)size, cli_options[i].name);
            size_t k = 0;
            while (k < CLI_OPTION_COUNT && (cli_options[k].program != cli_options[i].program ||
                                            strcmp(cli_options[k].name, word + 2) != 0))
                k++;
            if (k < CLI_OPTION_COUNT)
                continue; /* another option is called so */
            read_words(cli_options[i].program, (const char *const[]){word, "x", NULL});
            assert_int_equal(end, CLI_WRONG);
            assert_non_null(strstr(err_text, "there is no option --"));
        }
}

static void options_stand_before_or_behind_the_command(void **state)
{
    (void)state;
    READ(CLI_ESCALCTL, "--url", "http://x", "--reason=late", "ack", "E-1", "--as", "ana");
    assert_int_equal(end, CLI_GO_ON);
    assert_int_equal(line.command, CLI_ESCALCTL_ACK_COMMAND);
    assert_string_equal(cli_value(&line, CLI_ESCALCTL_URL), "http://x");
    assert_string_equal(cli_value(&line, CLI_ESCALCTL_REASON), "late");
    assert_string_equal(cli_value(&line, CLI_ESCALCTL_AS), "ana");
    assert_int_equal(line.arguments_count, 1);
    assert_string_equal(line.arguments[0], "E-1");
    READ(CLI_ESCALCTL, "ack", "--", "--url");
    assert_string_equal(line.arguments[0], "--url");
    READ(CLI_ESCALCTL, "send", "-");
    assert_string_equal(line.arguments[0], "-");
    READ(CLI_ESCALCTL, "log");
    assert_int_equal(line.command, CLI_ESCALCTL_AUDIT_COMMAND);
}

static void options_that_repeat(void **state)
{
    (void)state;
    READ(CLI_ESCALD, "--workspace", "a", "-w", "b", "--data", "d");
    assert_int_equal(end, CLI_GO_ON);
    assert_string_equal(line.given[0].value, "a");
    assert_string_equal(line.given[1].value, "b");
    READ(CLI_ESCALD, "--data", "a", "--data", "b");
    assert_wrong("escald: --data is there twice (`escald --help` says more)\n");
}

static void what_is_wrong_is_said_in_one_style(void **state)
{
    (void)state;
    READ(CLI_ESCALC, "chek", "x");
    assert_wrong(
        "escalc: there is no command `chek`; did you mean `check`? (`escalc --help` says more)\n");
    READ(CLI_ESCALC, "frobnicate", "x");
    assert_wrong("escalc: there is no command `frobnicate` (`escalc --help` says more)\n");
    READ(CLI_ESCALD, "--workspac", "x");
    assert_wrong("escald: there is no option --workspac; did you mean --workspace? (`escald "
                 "--help` says more)\n");
    READ(CLI_ESCALCTL, "--data", "x", "status");
    assert_wrong("escalctl: there is no option --data (`escalctl --help` says more)\n");
    READ(CLI_ESCALCTL, "status", "--reason", "x");
    assert_int_equal(end, CLI_WRONG);
    assert_non_null(strstr(
        err_text,
        "escalctl status: this command has no option --reason; it is one of `ack`, `resolve`, "));
    READ(CLI_ESCALCTL, "status", "--format", "xml");
    assert_wrong(
        "escalctl status: --format is text|json, not `xml` (`escalctl help status` says more)\n");
    READ(CLI_ESCALCTL, "status", "--all=yes");
    assert_wrong("escalctl status: --all takes no value (`escalctl help status` says more)\n");
    READ(CLI_ESCALCTL, "answer", "E-1");
    assert_wrong("escalctl answer: something is missing: escalctl answer ID ANSWER (`escalctl help "
                 "answer` says more)\n");
    READ(CLI_ESCALCTL, "ack", "E-1", "E-2");
    assert_wrong(
        "escalctl ack: `E-2` is too much: escalctl ack ID (`escalctl help ack` says more)\n");
    READ(CLI_ESCALCTL, "--format", "json");
    assert_wrong("escalctl: say what to do (`escalctl --help` says more)\n");
    READ(CLI_ESCALD, "status");
    assert_wrong("escald: `status` is no option (`escald --help` says more)\n");
    READ(CLI_ESCALCTL, "st\033[2Jatus\n");
    assert_wrong("escalctl: there is no command `st\\x1b[2Jatus↵` (`escalctl --help` says more)\n");
}

/* --- what is told ------------------------------------------------------------------------------- */

static void read_help(CliProgram program, const char *form, CliCommand command)
{
    const char *words[] = {form, command == CLI_COMMAND_COUNT ? NULL : cli_commands[command].name,
                           NULL};
    read_words(program, words);
    assert_int_equal(end, CLI_DONE);
    assert_string_equal(err_text, "");
}

/* Whether `--NAME` stands in a text, and no longer name there. */
static bool tells_option(const char *text, const char *name)
{
    char word[64];
    (void)snprintf(word, sizeof word, "--%s", name);
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        char behind = at[strlen(word)];
        bool goes_on = behind == '-' || (behind >= 'a' && behind <= 'z');
        if (!goes_on && (at == text || strchr(" \"'(*\n", at[-1]) != NULL))
            return true;
    }
    return false;
}

/* `told`: the part of help that speaks of options. */
static const char *options_part(const char *help)
{
    const char *part = strstr(help, "\noptions");
    return part != NULL ? part : "";
}

static void check_help(CliProgram program, CliCommand command)
{
    read_help(program, "--help", command);
    const char *options = options_part(out_text);
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (cli_options[i].program != program)
            continue;
        assert_int_equal(tells_option(options, cli_options[i].name),
                         cli_takes((CliOption)i, command));
    }
    for (const char *l = out_text; *l != '\0';) { /* it fits a terminal */
        size_t size = strcspn(l, "\n"), columns = 0;
        for (size_t k = 0; k < size; k++)
            columns += ((unsigned char)l[k] & 0xc0) != 0x80;
        assert_true(columns < 80);
        assert_true(size == 0 || l[size - 1] != ' ');
        l += size + (l[size] == '\n');
    }
}

static void help_tells_each_option_where_it_is_taken(void **state)
{
    (void)state;
    for (int program = 0; program < CLI_PROGRAM_COUNT; program++)
        check_help((CliProgram)program, CLI_COMMAND_COUNT);
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        check_help(cli_commands[i].program, (CliCommand)i);
}

static void help_is_asked_for_in_many_ways(void **state)
{
    (void)state;
    READ(CLI_ESCALCTL, "help", "ack");
    assert_int_equal(end, CLI_DONE);
    char *first = strdup(out_text);
    const char *const ways[][4] = {{"ack", "--help"},
                                   {"ack", "-h"},
                                   {"-h", "ack"},
                                   {"ack", "E-1", "--help"},
                                   {"--help=text", "ack"}};
    for (size_t i = 0; i < ESC_COUNT_OF(ways); i++) {
        read_words(CLI_ESCALCTL, ways[i]);
        assert_int_equal(end, CLI_DONE);
        assert_string_equal(out_text, first);
    }
    free(first);
    READ(CLI_ESCALCTL, "help", "acc");
    assert_int_equal(end, CLI_WRONG);
    READ(CLI_ESCALCTL, "--help=html");
    assert_wrong(
        "escalctl: --help is text, man, bash or zsh, not `html` (`escalctl --help` says more)\n");
    for (int program = 0; program < CLI_PROGRAM_COUNT; program++) {
        const char *const versions[][2] = {{"--version"}, {"-V"}};
        for (size_t i = 0; i < ESC_COUNT_OF(versions); i++) {
            read_words((CliProgram)program, versions[i]);
            assert_int_equal(end, CLI_DONE);
            assert_non_null(strstr(out_text, cli_program_name((CliProgram)program)));
            assert_non_null(strstr(out_text, CLI_VERSION));
        }
    }
}

/* A page of man(7) writes hyphens as \-. */
static void the_man_page_tells_all(void **state)
{
    (void)state;
    for (int program = 0; program < CLI_PROGRAM_COUNT; program++) {
        read_help((CliProgram)program, "--help=man", CLI_COMMAND_COUNT);
        char *plain = strdup(out_text), *to = plain;
        for (const char *from = out_text; *from != '\0'; from++)
            if (*from != '\\')
                *to++ = *from;
        *to = '\0';
        assert_int_equal(strncmp(out_text, ".TH ESCAL", 9), 0);
        for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
            if (cli_options[i].program == (CliProgram)program) {
                char word[64];
                (void)snprintf(word, sizeof word, "fB--%sfR", cli_options[i].name);
                assert_non_null(strstr(plain, word));
                assert_non_null(strstr(plain, cli_options[i].help));
            }
        for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
            if (cli_commands[i].program == (CliProgram)program)
                assert_non_null(strstr(plain, cli_commands[i].summary));
        free(plain);
    }
}

static void completions_offer_all(void **state)
{
    (void)state;
    static const char *const forms[] = {"--help=bash", "--help=zsh"};
    for (int program = 0; program < CLI_PROGRAM_COUNT; program++)
        for (size_t f = 0; f < ESC_COUNT_OF(forms); f++) {
            read_help((CliProgram)program, forms[f], CLI_COMMAND_COUNT);
            for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
                if (cli_options[i].program == (CliProgram)program)
                    assert_true(tells_option(out_text, cli_options[i].name));
            for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
                if (cli_commands[i].program == (CliProgram)program)
                    assert_non_null(strstr(out_text, cli_commands[i].name));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_letters_mean_one_thing),
        cmocka_unit_test(options_name_commands_that_are_there),
        cmocka_unit_test_teardown(each_option_is_taken_by_its_commands_alone, tear_down),
        cmocka_unit_test_teardown(letters_are_taken_as_their_options, tear_down),
        cmocka_unit_test_teardown(nothing_is_abbreviated, tear_down),
        cmocka_unit_test_teardown(options_stand_before_or_behind_the_command, tear_down),
        cmocka_unit_test_teardown(options_that_repeat, tear_down),
        cmocka_unit_test_teardown(what_is_wrong_is_said_in_one_style, tear_down),
        cmocka_unit_test_teardown(help_tells_each_option_where_it_is_taken, tear_down),
        cmocka_unit_test_teardown(help_is_asked_for_in_many_ways, tear_down),
        cmocka_unit_test_teardown(the_man_page_tells_all, tear_down),
        cmocka_unit_test_teardown(completions_offer_all, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
