/* escalctl.c - the tool of people on duty: one command, one request of the API.
 *
 * Every command is a row: its words, its request, its options and how the answer is shown. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "escalctl.h"
#include "escalctl_print.h"

typedef struct Command {
    const char *name, *arguments, *help;
    bool is_post;
    /* %s: the first argument, encoded; an EITHER path is completed by what kind of id that is. */
    const char *path;
    int required, most; /* arguments */
    const char *second; /* member that the second argument goes to */
    const char *options;
    CtlShow show;
    int (*run)(const CtlCall *call); /* instead of the request */
} Command;

/* Commands on one thing take the id of an escalation (E-12) or of a ticket that has one open. */
#define EITHER "ID"

static const Command commands[] = {
    {"status", "", "lists escalations that are not closed (--all: closed ones too)", false,
     "/v1/escalations", 0, 0, NULL, " state ticket limit before ", ctl_show_escalations, NULL},
    {"show", "ID", "shows an escalation (E-12) or a ticket", false, EITHER, 1, 1, NULL, "",
     ctl_show_one, NULL},
    {"ack", "ID", "acknowledges an escalation (E-12, or its ticket): it is yours", true,
     EITHER "/ack", 1, 1, NULL, " reason ", ctl_show_done, NULL},
    {"resolve", "ID", "says that an escalation (E-12) or a ticket is resolved", true,
     EITHER "/resolve", 1, 1, NULL, " reason ", ctl_show_done, NULL},
    {"handoff", "ID --to WHO --reason TEXT", "gives an escalation to a person, team or schedule",
     true, EITHER "/handoff", 1, 1, NULL, " reason to expect within ", ctl_show_done, NULL},
    {"answer", "ID ANSWER", "answers the question of an escalation", true, EITHER "/answer", 2, 2,
     "answer", " reason ", ctl_show_done, NULL},
    {"approve", "ID", "approves", true, EITHER "/approve", 1, 1, NULL, " reason ", ctl_show_done,
     NULL},
    {"reject", "ID --reason TEXT", "refuses an approval", true, EITHER "/reject", 1, 1, NULL,
     " reason ", ctl_show_done, NULL},
    {"confirm", "ID [CHECK]", "confirms a check", true, EITHER "/confirm", 1, 2, "check",
     " reason ", ctl_show_done, NULL},
    {"override", "ID [CHECK] --reason TEXT", "lets a failed check pass, in your name", true,
     EITHER "/override", 1, 2, "check", " reason ", ctl_show_done, NULL},
    {"start", "TEMPLATE --ticket ID", "starts a template by hand", true, "/v1/templates/%s/start",
     1, 1, NULL, " reason ticket ", ctl_show_done, NULL},
    {"absent", "PERSON --for 2d | --until TIME", "says that a person is away", true,
     "/v1/people/%s/absent", 1, 1, NULL, " reason until for ", ctl_show_done, NULL},
    {"present", "PERSON", "says that a person is back", true, "/v1/people/%s/present", 1, 1, NULL,
     " reason ", ctl_show_done, NULL},
    {"clock", "accept", "says that a wall clock which is more than a day ahead is right", true,
     "/v1/clock/%s", 1, 1, NULL, "", ctl_show_done, NULL},
    {"audit", "", "shows what happened, oldest first", false, "/v1/audit", 0, 0, NULL,
     " ticket escalation after limit ", ctl_show_audit, NULL},
    {"outbox", "", "shows what was sent, newest first", false, "/v1/outbox", 0, 0, NULL,
     " state before limit ", ctl_show_outbox, NULL},
    {"send", "FILE", "posts the events of a file (JSON; - for standard input)", true, "/v1/events",
     1, 1, NULL, "", ctl_show_events, ctl_send},
    {"token", "new --id ID --workspace NAME --principal NAME --scopes events,read,…",
     "makes a token: prints it once, and the line for the daemon's token file", false, NULL, 1, 1,
     NULL, " id workspace principal scopes ", NULL, ctl_token_new},
};

static const char *const option_names[] = {
#define CTL_OPTION_NAME(name) #name,
    CTL_OPTIONS(CTL_OPTION_NAME)
#undef CTL_OPTION_NAME
};

/* --- help ------------------------------------------------------------------------------------- */

static void print_help(FILE *out)
{
    (void)fputs("usage: escalctl COMMAND [ARGUMENT …] [--OPTION VALUE …]\n\n", out);
    for (size_t i = 0; i < ESC_COUNT_OF(commands); i++)
        (void)fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
    (void)fputs("\noptions of all commands:\n"
                "  --url URL          the daemon (default: ESCAL_URL, else http://127.0.0.1:8080)\n"
                "  --token-file FILE  file that holds the token (default: the token itself in "
                "ESCAL_TOKEN)\n"
                "  --as PERSON        acts for that person, if the token may\n"
                "  --format text|json how to print the answer\n"
                "  --help             help for a command\n"
                "\nexit status: 0 done, 1 refused, 2 usage or permission, 3 try again later, 4 no "
                "answer or the server failed\n",
                out);
}

static void print_command_help(const Command *command)
{
    (void)printf("usage: escalctl %s %s\n\n%s\n", command->name, command->arguments, command->help);
    bool has_title = false;
    for (size_t i = 0; i < CTL_OPTION_COUNT; i++) {
        char padded[32];
        (void)snprintf(padded, sizeof(padded), " %s ", option_names[i]);
        if (strstr(command->options, padded) == NULL)
            continue;
        (void)printf("%s  --%s\n", has_title ? "" : "\noptions:\n", option_names[i]);
        has_title = true;
    }
}

static int usage(const char *message, const char *value)
{
    (void)fputs("escalctl: ", stderr);
    (void)fputs(message, stderr);
    if (value != NULL) {
        (void)fputs(": ", stderr);
        print_safe(stderr, esc_text_from(value), false);
    }
    (void)fputs(" (escalctl --help)\n", stderr);
    return EXIT_USAGE;
}

/* --- command line ----------------------------------------------------------------------------- */

static const Command *find_command(const char *name)
{
    for (size_t i = 0; i < ESC_COUNT_OF(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

enum { OPTION_URL = 1000, OPTION_TOKEN_FILE, OPTION_AS, OPTION_FORMAT, OPTION_HELP, OPTION_ALL };

static int take_option(CtlCall *call, const Command *command, int which, const char *value)
{
    if (which >= 0 && which < CTL_OPTION_COUNT) {
        char padded[32];
        (void)snprintf(padded, sizeof(padded), " %s ", option_names[which]);
        if (strstr(command->options, padded) == NULL)
            return usage("this command has no such option", option_names[which]);
        call->options[which] = value;
        return EXIT_FINE;
    }
    if (which == OPTION_URL)
        call->url = value;
    else if (which == OPTION_TOKEN_FILE)
        call->token_file = value;
    else if (which == OPTION_AS)
        call->as = value;
    else if (which == OPTION_ALL)
        call->all = true;
    else if (which == OPTION_FORMAT && (strcmp(value, "json") == 0 || strcmp(value, "text") == 0))
        call->is_json = strcmp(value, "json") == 0;
    else
        return usage(which == OPTION_FORMAT ? "--format is text or json"
                                            : "the command line is wrong",
                     NULL);
    return EXIT_FINE;
}

/* EXIT_FINE, an error, or -1: help was asked for and given. */
static int read_command_line(CtlCall *call, const Command *command, int argc, char **argv)
{
    struct option rows[CTL_OPTION_COUNT + 7] = {{0}};
    for (int i = 0; i < CTL_OPTION_COUNT; i++)
        rows[i] = (struct option){option_names[i], required_argument, NULL, i};
    rows[CTL_OPTION_COUNT] = (struct option){"url", required_argument, NULL, OPTION_URL};
    rows[CTL_OPTION_COUNT + 1] =
        (struct option){"token-file", required_argument, NULL, OPTION_TOKEN_FILE};
    rows[CTL_OPTION_COUNT + 2] = (struct option){"as", required_argument, NULL, OPTION_AS};
    rows[CTL_OPTION_COUNT + 3] = (struct option){"format", required_argument, NULL, OPTION_FORMAT};
    rows[CTL_OPTION_COUNT + 4] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    rows[CTL_OPTION_COUNT + 5] = (struct option){"all", no_argument, NULL, OPTION_ALL};
    int which = 0;
    while ((which = getopt_long(argc, argv, "", rows, NULL)) != -1) {
        if (which == OPTION_HELP) {
            print_command_help(command);
            return -1;
        }
        int result = take_option(call, command, which, optarg);
        if (result != EXIT_FINE)
            return result;
    }
    call->arguments_count = argc - optind;
    if (call->arguments_count < command->required || call->arguments_count > command->most)
        return usage("wrong number of arguments; usage", command->arguments);
    for (int i = 0; i < call->arguments_count; i++)
        call->arguments[i] = argv[optind + i];
    return EXIT_FINE;
}

/* --- request ---------------------------------------------------------------------------------- */

static void put_encoded(EscBuf *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        bool is_plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
                        (*c >= 'a' && *c <= 'z') || strchr("-_.~", *c) != NULL;
        if (is_plain)
            esc_buf_char(out, *c);
        else
            esc_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*c);
    }
}

static bool is_escalation_id(const char *text)
{
    return text[0] == 'E' && text[1] == '-' && text[2] != '\0' &&
           strspn(text + 2, "0123456789") == strlen(text + 2);
}

/* The part of a path before the id. */
static const char *base_of(const CtlCall *call)
{
    return is_escalation_id(call->arguments[0]) ? "/v1/escalations/" : "/v1/tickets/";
}

static void write_path(EscBuf *out, const Command *command, const CtlCall *call)
{
    const char *path = command->path;
    const char *hole = strstr(path, "%s");
    if (strncmp(path, EITHER, strlen(EITHER)) == 0) {
        esc_buf_string(out, base_of(call));
        put_encoded(out, call->arguments[0]);
        esc_buf_string(out, path + strlen(EITHER));
    } else if (hole == NULL) {
        esc_buf_string(out, path);
    } else {
        esc_buf_append(out, path, (size_t)(hole - path));
        put_encoded(out, call->arguments[0]);
        esc_buf_string(out, hole + 2);
    }
    char separator = '?';
    for (size_t i = 0; !command->is_post && i < CTL_OPTION_COUNT; i++) {
        if (call->options[i] == NULL)
            continue;
        esc_buf_char(out, separator);
        esc_buf_printf(out, "%s=", option_names[i]);
        put_encoded(out, call->options[i]);
        separator = '&';
    }
    esc_buf_char(out, '\0');
}

static char *write_body(const Command *command, const CtlCall *call)
{
    json_t *body = json_object();
    int failed = body == NULL;
    if (call->as != NULL)
        failed |= json_object_set_new(body, "as", json_string(call->as));
    if (command->second != NULL && call->arguments_count > 1)
        failed |= json_object_set_new(body, command->second, json_string(call->arguments[1]));
    for (size_t i = 0; i < CTL_OPTION_COUNT; i++)
        if (call->options[i] != NULL)
            failed |= json_object_set_new(body, option_names[i], json_string(call->options[i]));
    char *text = failed ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    return text;
}

static int run_request(const Command *command, const CtlCall *call)
{
    char *body = command->is_post ? write_body(command, call) : NULL;
    if (command->is_post && body == NULL)
        return usage("an argument is not UTF-8", NULL);
    EscBuf path;
    esc_buf_init(&path, 16384);
    write_path(&path, command, call);
    CtlReply reply;
    int result = EXIT_FAILED;
    if (path.status != ESC_OK)
        result = usage("an argument is too long", NULL);
    else if (ctl_request(call, (const char *)path.data, "application/json", esc_text_from(body),
                         command->is_post, &reply)) {
        result = ctl_check(&reply);
        if (result == EXIT_FINE && call->is_json)
            print_json(stdout, esc_buf_as_text(&reply.body));
        else if (result == EXIT_FINE)
            command->show(call, reply.json);
        ctl_reply_release(&reply);
    }
    esc_buf_release(&path);
    free(body);
    return result;
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : EXIT_FINE;
    }
    const Command *command = find_command(argv[1]);
    if (command == NULL)
        return usage("there is no such command", argv[1]);
    CtlCall call = {.url = getenv("ESCAL_URL")};
    if (call.url == NULL)
        call.url = "http://127.0.0.1:8080";
    int result = read_command_line(&call, command, argc - 1, argv + 1);
    if (result != EXIT_FINE)
        return result < 0 ? EXIT_FINE : result;
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    result = command->run != NULL ? command->run(&call) : run_request(command, &call);
    curl_global_cleanup();
    return fflush(stdout) == 0 ? result : EXIT_FAILED;
}
