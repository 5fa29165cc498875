/* escalctl_status.c - what is open, however much is closed: all pages of it, the most urgent first. */
#include <stdlib.h>
#include <string.h>

#include "escalctl.h"
#include "escalctl_print.h"
#include "escalctl_when.h"

#define PAGE 1000
#define CLOSED_DEFAULT 100

/* --- asking ----------------------------------------------------------------------------------- */

static void write_path(EscBuf *out, const CtlCall *call, const char *state, const char *before,
                       size_t limit)
{
    const char *ticket = cli_value(call->line, CLI_ESCALCTL_TICKET);
    esc_buf_printf(out, "/v1/escalations?limit=%zu&state=", limit);
    ctl_encode(out, esc_text_from(state));
    if (ticket != NULL) {
        esc_buf_string(out, "&ticket=");
        ctl_encode(out, esc_text_from(ticket));
    }
    if (before != NULL) {
        esc_buf_string(out, "&before=");
        ctl_encode(out, esc_text_from(before));
    }
    esc_buf_char(out, '\0');
}

/* One reply after the other; rows are of all their items. */
typedef struct Pages {
    CtlReply *replies;
    EscText *clients; /* of each; empty: there is one, and nobody names it */
    EscText client;   /* of the next ones */
    size_t count, capacity;
    size_t items; /* of all */
} Pages;

static CtlReply *add_page(Pages *pages)
{
    if (pages->count == pages->capacity) {
        pages->capacity = 2 * pages->capacity + 4;
        CtlReply *grown = realloc(pages->replies, pages->capacity * sizeof(*grown));
        EscText *clients = realloc(pages->clients, pages->capacity * sizeof(*clients));
        ESC_ASSERT(grown != NULL);
        ESC_ASSERT(clients != NULL);
        pages->replies = grown;
        pages->clients = clients;
    }
    pages->clients[pages->count] = pages->client;
    CtlReply *reply = &pages->replies[pages->count++];
    *reply = (CtlReply){0};
    return reply;
}

static void release_pages(Pages *pages)
{
    for (size_t i = 0; i < pages->count; i++)
        ctl_reply_release(&pages->replies[i]);
    free(pages->replies);
    free(pages->clients);
}

/* Asks for one more page, which *page is then. */
static int get_page(const CtlCall *call, const char *state, const char *before, size_t limit,
                    Pages *pages, const EscJson **page)
{
    EscBuf path;
    esc_buf_init(&path, 16384);
    write_path(&path, call, state, before, limit);
    CtlReply *reply = add_page(pages);
    int result = path.status == ESC_OK ? ctl_get(call, (const char *)path.data, reply)
                                       : cli_wrong(call->line, "an argument is too long");
    *page = result == EXIT_FINE ? reply->json : NULL;
    pages->items += ctl_count(*page, "items");
    esc_buf_release(&path);
    return result;
}

static EscText last_id(const EscJson *page)
{
    EscText id = {0};
    for (const EscJson *item = ctl_first(page, "items"); item != NULL; item = item->next)
        id = ctl_text(item, "id");
    return id;
}

/* Pages until nothing is left, or `most` items are there. */
static int get_all(const CtlCall *call, const char *state, const char *before, size_t most,
                   Pages *pages)
{
    char last[32] = "";
    int result = EXIT_FINE;
    for (size_t got = PAGE, count = 0; result == EXIT_FINE && got == PAGE && count < most;) {
        size_t limit = most - count < PAGE ? most - count : PAGE;
        const EscJson *page = NULL;
        result = get_page(call, state, last[0] != '\0' ? last : before, limit, pages, &page);
        got = ctl_count(page, "items");
        count += got;
        (void)snprintf(last, sizeof(last), "%.*s", ESC_TEXT_ARG(last_id(page)));
    }
    return result;
}

/* --- order ------------------------------------------------------------------------------------ */

static int group_of(const EscJson *row)
{
    static const char *const groups[] = {"parked", "asked", "taken", "closing"};
    EscBuf state;
    esc_buf_init(&state, 256);
    ctl_write_state(&state, row);
    int group = 0;
    while (group < (int)ESC_COUNT_OF(groups) &&
           !esc_text_equal(esc_buf_as_text(&state), esc_text_from(groups[group])))
        group++;
    esc_buf_release(&state);
    return group;
}

/* Words that helpdesks use; where a workspace has others, its severities do not decide. */
static int severity_of(const EscJson *row)
{
    static const char *const words[] = {"critical", "high", "medium", "low"};
    EscText severity = ctl_text(row, "severity");
    int rank = 0;
    while (rank < (int)ESC_COUNT_OF(words) && !esc_text_equal(severity, esc_text_from(words[rank])))
        rank++;
    return rank;
}

static int compare(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* No deadline is as good as one that is far away. */
static int64_t due_of(const EscJson *row)
{
    int64_t due_ms = ctl_deadline(row);
    return due_ms == 0 ? INT64_MAX : due_ms;
}

static int by_urgency(const void *left, const void *right)
{
    const EscJson *a = ((const CtlRow *)left)->json, *b = ((const CtlRow *)right)->json;
    bool is_closed = group_of(a) > 3;
    int order = compare(group_of(a), group_of(b));
    if (order == 0 && is_closed)
        return compare(ctl_time(b, "closed_at"), ctl_time(a, "closed_at"));
    if (order == 0)
        order = compare(due_of(a), due_of(b));
    if (order == 0)
        order = compare(severity_of(a), severity_of(b));
    return order != 0 ? order : compare(ctl_time(a, "opened_at"), ctl_time(b, "opened_at"));
}

static CtlRows sorted(const Pages *pages)
{
    CtlRows rows = ctl_rows_for(pages->items);
    for (size_t i = 0; i < pages->count; i++) {
        const EscJson *item = ctl_first(pages->replies[i].json, "items");
        for (; item != NULL; item = item->next) {
            EscBuf client;
            CtlRow *row = &rows.items[rows.count++];
            row->json = item;
            if (pages->clients[i].size == 0)
                continue;
            esc_buf_init(&client, 1024);
            esc_buf_text(&client, pages->clients[i]);
            ctl_put(&rows, row, "of_client", &client);
        }
    }
    qsort(rows.items, rows.count, sizeof(CtlRow), by_urgency);
    return rows;
}

/* --- words ------------------------------------------------------------------------------------ */

static CtlColour colour_of(const EscJson *row, int64_t now_ms)
{
    int group = group_of(row);
    int64_t due_ms = ctl_deadline(row);
    if (group == 0 || (group < 3 && due_ms != 0 && due_ms <= now_ms))
        return CTL_RED;
    return group == 1 ? CTL_YELLOW : CTL_PLAIN;
}

static void put_words(CtlRows *rows, CtlRow *row, int64_t now_ms)
{
    const EscJson *json = row->json;
    EscBuf state, age, due, next;
    EscBuf *all[] = {&state, &age, &due, &next};
    for (size_t i = 0; i < ESC_COUNT_OF(all); i++)
        esc_buf_init(all[i], 65536);
    int64_t due_ms = ctl_deadline(json), closed_ms = ctl_time(json, "closed_at");
    EscText after = ctl_text(json, "next_owner");
    ctl_write_state(&state, json);
    when_write_length(&age, (closed_ms != 0 ? closed_ms : now_ms) - ctl_time(json, "opened_at"));
    if (due_ms != 0)
        when_write_far(&due, due_ms, now_ms);
    if (group_of(json) == 1 && after.size > 0)
        esc_buf_printf(&next, "then %.*s", ESC_TEXT_ARG(after));
    else
        esc_buf_text(&next, ctl_waiting(json));
    row->colour = colour_of(json, now_ms);
    ctl_put(rows, row, "standing", &state);
    ctl_put(rows, row, "age", &age);
    ctl_put(rows, row, "due", &due);
    ctl_put(rows, row, "then", &next);
}

static void show(const CtlCall *call, const Pages *pages)
{
    static const CtlColumn columns[] = {
        {"CLIENT", "of_client", 16},   {"ID", "id", 10},         {"STATE", "standing", 24},
        {"SEVERITY", "severity", 10},  {"TICKET", "ticket", 20}, {"CUSTOMER", "account", 18},
        {"TITLE", "ticket_title", 36}, {"OWNER", "owner", 14},   {"AGE", "age", 12},
        {"DEADLINE", "due", 36},       {"NEXT", "then", 60},
    };
    int64_t now_ms = ctl_now(pages->count == 0 ? NULL : pages->replies[pages->count - 1].json);
    CtlRows rows = sorted(pages);
    for (size_t i = 0; i < rows.count; i++)
        put_words(&rows, &rows.items[i], now_ms);
    EscBuf stamp;
    esc_buf_init(&stamp, 256);
    when_write_stamp(&stamp, now_ms);
    if (cli_has(call->line, CLI_ESCALCTL_WATCH))
        (void)printf("%.*s\n", ESC_TEXT_ARG(esc_buf_as_text(&stamp)));
    if (rows.count == 0)
        (void)printf("nothing is %s\n", cli_has(call->line, CLI_ESCALCTL_STATE)
                                            ? cli_value(call->line, CLI_ESCALCTL_STATE)
                                            : "open");
    else
        ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    esc_buf_release(&stamp);
    ctl_rows_release(&rows);
}

/* All pages as one. */
static void show_json(const Pages *pages)
{
    EscBuf text;
    esc_buf_init(&text, SIZE_MAX / 2);
    const EscJson *now = NULL;
    bool is_first = true;
    esc_buf_string(&text, "{\"items\":[");
    for (size_t i = 0; i < pages->count; i++) {
        const EscJson *page = pages->replies[i].json, *item = ctl_first(page, "items");
        now = esc_json_member(page, ESC_TEXT("now"));
        for (; item != NULL; item = item->next) {
            esc_buf_string(&text, is_first ? "" : ",");
            esc_json_write(&text, item, 0);
            is_first = false;
        }
    }
    esc_buf_char(&text, ']');
    if (now != NULL) {
        esc_buf_string(&text, ",\"now\":");
        esc_json_write(&text, now, 0);
    }
    esc_buf_char(&text, '}');
    ESC_ASSERT(text.status == ESC_OK);
    print_json(stdout, esc_buf_as_text(&text));
    esc_buf_release(&text);
}

static bool read_limit(const CtlCall *call, size_t *limit)
{
    const char *text = cli_value(call->line, CLI_ESCALCTL_LIMIT);
    char *end = NULL;
    *limit = text == NULL ? CLOSED_DEFAULT : strtoul(text, &end, 10);
    return text == NULL || (text[0] >= '1' && text[0] <= '9' && *end == '\0' && strlen(text) < 10);
}

/* What is asked for, of one client. */
static int get_client(const CtlCall *call, size_t limit, Pages *pages)
{
    const char *state = cli_value(call->line, CLI_ESCALCTL_STATE);
    const char *before = cli_value(call->line, CLI_ESCALCTL_BEFORE);
    bool is_closed = state != NULL && strcmp(state, "closed") == 0;
    int result = EXIT_FINE;
    if (state != NULL)
        result = get_all(call, state, before, is_closed ? limit : SIZE_MAX, pages);
    else if (before == NULL)
        result = get_all(call, "unclosed", NULL, SIZE_MAX, pages);
    if (result == EXIT_FINE && state == NULL &&
        (before != NULL || cli_has(call->line, CLI_ESCALCTL_ALL)))
        result = get_all(call, "closed", before, limit, pages);
    return result;
}

/* Of each client of whoever logged in. */
static int get_clients(const CtlCall *call, size_t limit, Pages *pages, CtlReply *who)
{
    int result = ctl_get(call, "/v1/session", who);
    size_t count = result == EXIT_FINE ? ctl_count(who->json, "clients") : 0;
    const EscJson *one = count == 0 ? NULL : ctl_first(who->json, "clients");
    for (; one != NULL && result == EXIT_FINE; one = one->next) {
        char name[256];
        CtlCall its = *call;
        EscText client = ctl_text(one, "client");
        (void)snprintf(name, sizeof(name), "%.*s", ESC_TEXT_ARG(client));
        its.client = name;
        pages->client = count > 1 ? client : (EscText){"", 0};
        result = get_client(&its, limit, pages);
    }
    return result;
}

int ctl_status(const CtlCall *call)
{
    size_t limit = 0;
    CtlReply who = {0};
    Pages pages = {0};
    if (!read_limit(call, &limit))
        return cli_wrong(call->line, "--limit needs a number above 0");
    int result = call->is_login && call->client == NULL ? get_clients(call, limit, &pages, &who)
                                                        : get_client(call, limit, &pages);
    if (result == EXIT_FINE && call->is_json)
        show_json(&pages);
    else if (result == EXIT_FINE)
        show(call, &pages);
    release_pages(&pages);
    ctl_reply_release(&who);
    return result;
}
