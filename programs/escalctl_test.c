/* escalctl_test.c - is a person reached: a test message by each of their ways, and what became of it.
 *
 * The daemon queues the messages and has an outbox; here it is looked at until all of them are settled, or it takes too
 * long. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "escalctl.h"
#include "escalctl_print.h"

#define PATIENCE_MS 60000
#define PAUSE_MS 250

static void put_member(EscBuf *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    esc_buf_string(out, out->size > 1 ? ",\"" : "\"");
    esc_buf_printf(out, "%s\":", name);
    esc_json_text(out, esc_text_from(value));
}

static int ask(const CtlCall *call, CtlReply *reply)
{
    EscBuf path, body;
    int result = EXIT_FAILED;
    *reply = (CtlReply){0};
    esc_buf_init(&path, 16384);
    esc_buf_init(&body, 16384);
    esc_buf_string(&path, "/v1/people/");
    ctl_encode(&path, esc_text_from(call->line->arguments[0]));
    esc_buf_append(&path, "/test", sizeof("/test"));
    esc_buf_char(&body, '{');
    put_member(&body, "as", call->as);
    put_member(&body, "reason", cli_value(call->line, CLI_ESCALCTL_REASON));
    esc_buf_char(&body, '}');
    if (path.status != ESC_OK || body.status != ESC_OK)
        result = cli_wrong(call->line, "an argument is too long");
    else if (ctl_request(call, (const char *)path.data, "application/json", esc_buf_as_text(&body),
                         true, reply))
        result = ctl_check(reply);
    esc_buf_release(&path);
    esc_buf_release(&body);
    return result;
}

/* Whether one of the messages is in this state. */
static bool has_state(const CtlReply *reply, const char *state)
{
    for (const EscJson *item = ctl_first(reply->json, "items"); item != NULL; item = item->next)
        if (esc_text_equal(ctl_text(item, "state"), esc_text_from(state)))
            return true;
    return false;
}

/* The messages are the last ones before the number behind them. The reply is to be released. */
static int look(const CtlCall *call, int64_t first, size_t count, CtlReply *reply)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "/v1/outbox?before=%lld&limit=%zu",
                   (long long)first + (long long)count, count);
    return ctl_get(call, path, reply);
}

static int wait_for(const CtlCall *call, int64_t first, size_t count, CtlReply *reply)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    int result = look(call, first, count, reply);
    for (int waited_ms = 0;
         result == EXIT_FINE && has_state(reply, "queued") && waited_ms < PATIENCE_MS;
         waited_ms += PAUSE_MS) {
        ctl_reply_release(reply);
        (void)nanosleep(&pause, NULL);
        result = look(call, first, count, reply);
    }
    return result;
}

static void show(const CtlCall *call, const CtlReply *reply)
{
    static const CtlColumn columns[] = {{"BY", "medium", 8},
                                        {"ADDRESS", "address", 40},
                                        {"STATE", "state", 10},
                                        {"DETAIL", "detail", SIZE_MAX}};
    if (call->is_json) {
        print_json(stdout, esc_buf_as_text(&reply->body));
        return;
    }
    CtlRows rows = ctl_rows(esc_json_member(reply->json, ESC_TEXT("items")));
    for (size_t i = 0; i < rows.count; i++)
        if (esc_text_equal(ctl_text(rows.items[i].json, "state"), ESC_TEXT("dead")))
            rows.items[i].colour = CTL_RED;
    ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    ctl_rows_release(&rows);
}

int ctl_test_message(const CtlCall *call)
{
    CtlReply asked, found = {0};
    int result = ask(call, &asked);
    const EscJson *first = ctl_first(asked.json, "messages");
    size_t count = ctl_count(asked.json, "messages");
    int64_t id = first != NULL && first->kind == ESC_JSON_INTEGER ? first->integer : 0;
    ctl_reply_release(&asked);
    if (result == EXIT_FINE)
        result = wait_for(call, id, count, &found);
    if (result == EXIT_FINE) {
        show(call, &found);
        if (has_state(&found, "dead") || has_state(&found, "queued"))
            result = EXIT_REFUSED;
    }
    ctl_reply_release(&found);
    return result;
}
