/* escalctl_open.c - `escalctl open`: a person opens a ticket.
 *
 * The request has a key, so that whoever gets no answer can say the same again without opening a second one. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "escalctl.h"
#include "escalctl_print.h"

#define BODY_BYTES_MAX ((size_t)1 << 20)
#define KEY_BYTES_MAX 128

static bool write_body(EscBuf *out, const CtlCall *call)
{
    static const struct {
        CliOption option;
        const char *member;
    } members[] = {{CLI_ESCALCTL_SEVERITY, "severity"},
                   {CLI_ESCALCTL_ACCOUNT, "account.name"},
                   {CLI_ESCALCTL_REASON, "reason"}};
    const CliLine *line = call->line;
    esc_buf_char(out, '{');
    bool is_fine = ctl_put_member(out, "title", line->arguments[0]);
    if (call->as != NULL)
        is_fine &= ctl_put_member(out, "as", call->as);
    for (size_t i = 0; i < ESC_COUNT_OF(members); i++)
        if (cli_has(line, members[i].option))
            is_fine &= ctl_put_member(out, members[i].member, cli_value(line, members[i].option));
    is_fine &= ctl_write_with(out, line, "fields");
    esc_buf_char(out, '}');
    return is_fine;
}

/* False: there is no randomness, and nothing is sent without a key. */
static bool make_key(char key[33])
{
    uint8_t bytes[16];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    esc_hex((EscBytes){bytes, sizeof(bytes)}, key);
    return true;
}

static void show(const CtlCall *call, const EscJson *json)
{
    (void)fputs(ctl_is_true(json, "noop") ? "it was opened already: " : "opened ", stdout);
    print_safe(stdout, ctl_text(json, "ticket"), false);
    (void)fputs(ctl_count(json, "escalations") == 0 && !ctl_is_true(json, "noop")
                    ? "; nothing started on it\n"
                    : "\n",
                stdout);
    ctl_show_states(call, json);
}

static int send_body(CtlCall *call, EscText body)
{
    CtlReply reply;
    int result = EXIT_FAILED;
    if (ctl_request(call, "/v1/tickets", "application/json", body, true, &reply)) {
        result = ctl_check(&reply);
        if (result == EXIT_FINE && call->is_json)
            print_json(stdout, esc_buf_as_text(&reply.body));
        else if (result == EXIT_FINE)
            show(call, reply.json);
        ctl_reply_release(&reply);
    }
    if (result == EXIT_FAILED)
        (void)fprintf(stderr, "escalctl: it may be open all the same: say it again with --key %s\n",
                      call->key);
    return result;
}

int ctl_open(const CtlCall *given)
{
    char key[33];
    CtlCall call = *given;
    call.key = cli_value(call.line, CLI_ESCALCTL_KEY);
    if (call.key == NULL && !make_key(key)) {
        (void)fputs("escalctl: the system gives no random bytes\n", stderr);
        return EXIT_FAILED;
    }
    call.key = call.key == NULL ? key : call.key;
    size_t size = strlen(call.key);
    if (size == 0 || size > KEY_BYTES_MAX || strspn(call.key, CTL_KEY_LETTERS) != size)
        return cli_wrong(call.line, "--key has 1 to %d letters, digits, dots and dashes",
                         KEY_BYTES_MAX);
    EscBuf body;
    esc_buf_init(&body, BODY_BYTES_MAX);
    bool is_text = write_body(&body, &call);
    int result = !is_text                ? cli_wrong(call.line, "an argument is not UTF-8")
                 : body.status != ESC_OK ? cli_wrong(call.line, "an argument is too long")
                                         : send_body(&call, esc_buf_as_text(&body));
    esc_buf_release(&body);
    return result;
}
