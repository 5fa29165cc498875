/* escalctl.c - the tool of people on duty: one command, one request of the API, or a few that only look.
 *
 * What a command line may say stands in cli.def; here is what becomes of it. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "escalctl.h"
#include "escalctl_print.h"
#include "escalctl_when.h"

#define WATCH_S 5
#define BODY_BYTES_MAX ((size_t)8 << 20)

typedef struct Command {
    CliCommand command;
    bool is_post;
    /* %s: the first argument, encoded; an EITHER path is completed by what kind of id that is. */
    const char *path;
    const char *second; /* member that the second argument goes to */
    CtlShow show;
    int (*run)(const CtlCall *call); /* instead of the request */
    CliOption needs[4];              /* options without which the daemon would refuse it */
    size_t needs_count;
} Command;

/* Commands on one thing take the id of an escalation (E-12) or of a ticket that has one open. */
#define EITHER "ID"
#define ACT(id, path_, second_)                                                                    \
    .command = CLI_ESCALCTL_##id##_COMMAND, .is_post = true, .path = path_, .second = second_,     \
    .show = ctl_show_done

static const Command commands[] = {
    {.command = CLI_ESCALCTL_STATUS_COMMAND, .run = ctl_status},
    {.command = CLI_ESCALCTL_SHOW_COMMAND, .run = ctl_show},
    {.command = CLI_ESCALCTL_ONCALL_COMMAND, .path = "/v1/oncall", .show = ctl_show_oncall},
    {ACT(ACK, EITHER "/ack", NULL)},
    {ACT(RESOLVE, EITHER "/resolve", NULL)},
    {ACT(HANDOFF, EITHER "/handoff", NULL), .needs = {CLI_ESCALCTL_TO, CLI_ESCALCTL_REASON},
     .needs_count = 2},
    {ACT(ACCEPT, EITHER "/accept", NULL)},
    {ACT(DECLINE, EITHER "/decline", NULL), .needs = {CLI_ESCALCTL_REASON}, .needs_count = 1},
    {ACT(KEEP, EITHER "/keep", NULL), .needs = {CLI_ESCALCTL_REASON}, .needs_count = 1},
    {ACT(CALL_OFF, EITHER "/call-off", NULL), .needs = {CLI_ESCALCTL_REASON}, .needs_count = 1},
    {ACT(ANSWER, EITHER "/answer", "answer")},
    {ACT(APPROVE, EITHER "/approve", NULL)},
    {ACT(REJECT, EITHER "/reject", NULL), .needs = {CLI_ESCALCTL_REASON}, .needs_count = 1},
    {ACT(CONFIRM, EITHER "/confirm", "check")},
    {ACT(OVERRIDE, EITHER "/override", "check"), .needs = {CLI_ESCALCTL_REASON}, .needs_count = 1},
    {ACT(ROLLBACK, EITHER "/rollback", NULL), .needs = {CLI_ESCALCTL_REASON}, .needs_count = 1},
    {.command = CLI_ESCALCTL_TODO_COMMAND, .run = ctl_todo},
    {.command = CLI_ESCALCTL_TASK_COMMAND, .run = ctl_task},
    {ACT(CLAIM, "/v1/tasks/%s/claim", NULL)},
    {ACT(RELEASE, "/v1/tasks/%s/release", NULL)},
    {ACT(COMPLETE, "/v1/tasks/%s/complete", "answer")},
    {ACT(START, "/v1/templates/%s/start", NULL), .needs = {CLI_ESCALCTL_TICKET}, .needs_count = 1},
    {.command = CLI_ESCALCTL_OPEN_COMMAND, .run = ctl_open},
    {ACT(ABSENT, "/v1/people/%s/absent", NULL)},
    {ACT(PRESENT, "/v1/people/%s/present", NULL)},
    {ACT(CLOCK, "/v1/clock/%s", NULL)},
    {.command = CLI_ESCALCTL_TEST_MESSAGE_COMMAND, .run = ctl_test_message},
    {.command = CLI_ESCALCTL_AUDIT_COMMAND, .path = "/v1/audit", .show = ctl_show_audit},
    {.command = CLI_ESCALCTL_EVIDENCE_COMMAND, .run = ctl_evidence},
    {.command = CLI_ESCALCTL_OUTBOX_COMMAND, .path = "/v1/outbox", .show = ctl_show_outbox},
    {ACT(RETRY, "/v1/outbox/%s/retry", NULL)},
    {.command = CLI_ESCALCTL_ENDPOINTS_COMMAND,
     .path = "/v1/endpoints",
     .show = ctl_show_endpoints},
    {.command = CLI_ESCALCTL_SEND_COMMAND, .run = ctl_send},
    {.command = CLI_ESCALCTL_LOGIN_COMMAND, .run = ctl_login},
    {.command = CLI_ESCALCTL_LOGOUT_COMMAND, .run = ctl_logout},
    {.command = CLI_ESCALCTL_TOKEN_COMMAND,
     .run = ctl_token_new,
     .needs = {CLI_ESCALCTL_ID, CLI_ESCALCTL_WORKSPACE, CLI_ESCALCTL_PRINCIPAL,
               CLI_ESCALCTL_SCOPES},
     .needs_count = 4},
};

/* --- request ---------------------------------------------------------------------------------- */

void ctl_encode(EscBuf *out, EscText text)
{
    esc_buf_percent(out, text);
}

bool ctl_is_escalation(const char *text)
{
    return text[0] == 'E' && text[1] == '-' && text[2] != '\0' &&
           strspn(text + 2, "0123456789") == strlen(text + 2);
}

/* Options that the daemon is told of: as parameters of the query, or as members of the body. */
static bool is_sent(const CliGiven *given)
{
    const CliOptionRow *row = &cli_options[given->option];
    return given->value != NULL && strcmp(row->commands, "*") != 0 &&
           given->option != CLI_ESCALCTL_WITH;
}

static void write_path(EscBuf *out, const Command *command, const CtlCall *call)
{
    const CliLine *line = call->line;
    const char *path = command->path, *hole = strstr(path, "%s");
    if (strncmp(path, EITHER, strlen(EITHER)) == 0) {
        esc_buf_string(out,
                       ctl_is_escalation(line->arguments[0]) ? "/v1/escalations/" : "/v1/tickets/");
        ctl_encode(out, esc_text_from(line->arguments[0]));
        esc_buf_string(out, path + strlen(EITHER));
    } else if (hole == NULL) {
        esc_buf_string(out, path);
    } else {
        esc_buf_append(out, path, (size_t)(hole - path));
        ctl_encode(out, esc_text_from(line->arguments[0]));
        esc_buf_string(out, hole + 2);
    }
    char separator = '?';
    for (size_t i = 0; !command->is_post && i < line->given_count; i++) {
        if (!is_sent(&line->given[i]))
            continue;
        esc_buf_printf(out, "%c%s=", separator, cli_options[line->given[i].option].name);
        ctl_encode(out, esc_text_from(line->given[i].value));
        separator = '&';
    }
    esc_buf_char(out, '\0');
}

bool ctl_put_member(EscBuf *out, const char *name, const char *value)
{
    esc_buf_string(out, out->size > 1 ? "," : "");
    esc_json_text(out, esc_text_from(name));
    esc_buf_char(out, ':');
    esc_json_text(out, esc_text_from(value));
    return esc_utf8_is_valid(esc_text_from(value), NULL);
}

/* --with NAME=VALUE: the name; the value stands behind its `=`. */
static EscText with_name(const CliGiven *given)
{
    EscText text = esc_text_from(given->value);
    const char *end = memchr(text.data, '=', text.size);
    return (EscText){text.data, end == NULL ? text.size : (size_t)(end - text.data)};
}

/* The next --with of that name from `at` on; given_count: there is none. */
static size_t with_next(const CliLine *line, EscText name, size_t at)
{
    while (at < line->given_count && (line->given[at].option != CLI_ESCALCTL_WITH ||
                                      !esc_text_equal(with_name(&line->given[at]), name)))
        at++;
    return at;
}

/* One value, or a list of those that a name has. */
static bool put_with(EscBuf *out, const CliLine *line, size_t first)
{
    EscText name = with_name(&line->given[first]);
    bool is_list = with_next(line, name, first + 1) < line->given_count, is_fine = true;
    esc_json_text(out, name);
    esc_buf_string(out, is_list ? ":[" : ":");
    for (size_t at = first; at < line->given_count; at = with_next(line, name, at + 1)) {
        EscText value = esc_text_from(line->given[at].value + name.size + 1);
        esc_buf_string(out, at > first ? "," : "");
        esc_json_text(out, value);
        is_fine = is_fine && esc_utf8_is_valid(value, NULL);
    }
    esc_buf_string(out, is_list ? "]" : "");
    return is_fine && esc_utf8_is_valid(name, NULL);
}

bool ctl_write_with(EscBuf *out, const CliLine *line, const char *member)
{
    bool is_fine = true;
    if (!cli_has(line, CLI_ESCALCTL_WITH))
        return true;
    esc_buf_printf(out, "%s\"%s\":{", out->size > 1 ? "," : "", member);
    size_t put = 0;
    for (size_t i = 0; i < line->given_count; i++) {
        bool is_with = line->given[i].option == CLI_ESCALCTL_WITH;
        if (!is_with || with_next(line, with_name(&line->given[i]), 0) < i)
            continue; /* another option, or one of a list that was put */
        esc_buf_string(out, put++ > 0 ? "," : "");
        is_fine &= put_with(out, line, i);
    }
    esc_buf_char(out, '}');
    return is_fine;
}

static bool write_body(EscBuf *out, const Command *command, const CtlCall *call)
{
    const CliLine *line = call->line;
    bool is_fine = true;
    esc_buf_char(out, '{');
    if (call->as != NULL)
        is_fine &= ctl_put_member(out, "as", call->as);
    if (command->second != NULL && line->arguments_count > 1)
        is_fine &= ctl_put_member(out, command->second, line->arguments[1]);
    for (size_t i = 0; i < line->given_count; i++)
        if (is_sent(&line->given[i]))
            is_fine &=
                ctl_put_member(out, cli_options[line->given[i].option].name, line->given[i].value);
    is_fine &= ctl_write_with(out, line, "with");
    esc_buf_char(out, '}');
    return is_fine;
}

static int run_request(const Command *command, const CtlCall *call)
{
    EscBuf path, body;
    esc_buf_init(&path, 16384);
    esc_buf_init(&body, BODY_BYTES_MAX);
    bool is_text = !command->is_post || write_body(&body, command, call);
    write_path(&path, command, call);
    CtlReply reply;
    int result = EXIT_FAILED;
    if (!is_text) {
        result = cli_wrong(call->line, "an argument is not UTF-8");
    } else if (path.status != ESC_OK || body.status != ESC_OK) {
        result = cli_wrong(call->line, "an argument is too long");
    } else if (ctl_request(call, (const char *)path.data, "application/json",
                           esc_buf_as_text(&body), command->is_post, &reply)) {
        result = ctl_check(&reply);
        if (result == EXIT_FINE && call->is_json)
            print_json(stdout, esc_buf_as_text(&reply.body));
        else if (result == EXIT_FINE)
            command->show(call, reply.json);
        ctl_reply_release(&reply);
    }
    esc_buf_release(&path);
    esc_buf_release(&body);
    return result;
}

/* --- command line ----------------------------------------------------------------------------- */

static int run_once(const Command *command, const CtlCall *call)
{
    if (cli_has(call->line, CLI_ESCALCTL_DRY_RUN))
        return ctl_rollback_look(call);
    return command->run != NULL ? command->run(call) : run_request(command, call);
}

/* Until it is interrupted, or asking again would be refused again. A daemon that does not answer may be back. */
static int watch(const Command *command, const CtlCall *call)
{
    bool is_terminal = isatty(STDOUT_FILENO) == 1;
    for (;;) {
        if (is_terminal)
            (void)fputs("\033[H\033[2J", stdout);
        int result = run_once(command, call);
        if (result == EXIT_REFUSED || result == EXIT_USAGE || fflush(stdout) != 0)
            return result;
        (void)sleep(WATCH_S);
    }
}

static int check_needs(const Command *command, const CliLine *line)
{
    bool only_looks = cli_has(line, CLI_ESCALCTL_DRY_RUN);
    for (size_t i = 0; i < command->needs_count && !only_looks; i++)
        if (!cli_has(line, command->needs[i]))
            return cli_wrong(line, "--%s is missing", cli_options[command->needs[i]].name);
    if (line->command == CLI_ESCALCTL_ABSENT_COMMAND &&
        cli_has(line, CLI_ESCALCTL_FOR) == cli_has(line, CLI_ESCALCTL_UNTIL))
        return cli_wrong(line, "an absence has either --for or --until");
    for (size_t i = 0; i < line->given_count; i++)
        if (line->given[i].option == CLI_ESCALCTL_WITH && strchr(line->given[i].value, '=') == NULL)
            return cli_wrong(line,
                             "--with names a parameter or field and what it holds: NAME=VALUE");
    if (line->command == CLI_ESCALCTL_CLOCK_COMMAND && strcmp(line->arguments[0], "accept") != 0)
        return cli_wrong(line, "the only word of it is `accept`");
    if (line->command == CLI_ESCALCTL_TOKEN_COMMAND && strcmp(line->arguments[0], "new") != 0)
        return cli_wrong(line, "the only word of it is `new`");
    return EXIT_FINE;
}

/* A token goes where it is from and nowhere else; one that is given comes before one that is kept. */
static void use_login(CtlCall *call, const CtlLogin *login, const char *url)
{
    bool is_meant = login->url != NULL && (url == NULL || strcmp(url, login->url) == 0);
    if (!is_meant)
        return;
    call->url = login->url;
    if (call->ca_file == NULL)
        call->ca_file = login->ca_file;
    call->is_login = call->token_file == NULL && getenv("ESCAL_TOKEN") == NULL;
    call->token = call->is_login ? login->token : NULL;
}

static int run(const CliLine *line)
{
    const char *url = cli_value(line, CLI_ESCALCTL_URL),
               *client = cli_value(line, CLI_ESCALCTL_CLIENT),
               *format = cli_value(line, CLI_ESCALCTL_FORMAT);
    CtlLogin login;
    if (url == NULL)
        url = getenv("ESCAL_URL");
    if (client == NULL)
        client = getenv("ESCAL_CLIENT");
    CtlCall call = {.line = line,
                    .url = url != NULL ? url : "http://127.0.0.1:8080",
                    .token_file = cli_value(line, CLI_ESCALCTL_TOKEN_FILE),
                    .as = cli_value(line, CLI_ESCALCTL_AS),
                    .client = client,
                    .ca_file = cli_value(line, CLI_ESCALCTL_CA_FILE),
                    .is_json = format != NULL && strcmp(format, "json") == 0,
                    .has_colours = cli_has_colours(stdout)};
    const Command *command = commands;
    while (command->command != line->command)
        command++; /* cli_read knows only what is in both tables */
    int result = check_needs(command, line);
    if (result != EXIT_FINE)
        return result;
    bool is_read = ctl_login_load(&login);
    if (!is_read && line->command != CLI_ESCALCTL_LOGIN_COMMAND && call.token_file == NULL &&
        getenv("ESCAL_TOKEN") == NULL)
        return EXIT_USAGE;
    use_login(&call, &login, url);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    result = cli_has(line, CLI_ESCALCTL_WATCH) ? watch(command, &call) : run_once(command, &call);
    curl_global_cleanup();
    ctl_login_release(&login);
    return result;
}

int main(int argc, char **argv)
{
    CliLine line;
    CliEnd end = cli_read(CLI_ESCALCTL, argc, argv, &line, stdout, stderr);
    int result = end == CLI_GO_ON ? run(&line) : end == CLI_DONE ? EXIT_FINE : EXIT_USAGE;
    cli_release(&line);
    return fflush(stdout) == 0 ? result : EXIT_FAILED;
}
