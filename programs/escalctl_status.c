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
    ctl_encode(out, state);
    if (ticket != NULL) {
        esc_buf_string(out, "&ticket=");
        ctl_encode(out, ticket);
    }
    if (before != NULL) {
        esc_buf_string(out, "&before=");
        ctl_encode(out, before);
    }
    esc_buf_char(out, '\0');
}

/* Appends the items of one page; *got is their number. */
static int get_page(const CtlCall *call, const char *state, const char *before, size_t limit,
                    json_t *all, size_t *got)
{
    EscBuf path;
    json_t *page = NULL;
    esc_buf_init(&path, 16384);
    write_path(&path, call, state, before, limit);
    int result = path.status == ESC_OK ? ctl_get(call, (const char *)path.data, &page)
                                       : cli_wrong(call->line, "an argument is too long");
    json_t *items = json_object_get(page, "items");
    *got = json_array_size(items);
    if (result == EXIT_FINE) {
        (void)json_array_extend(json_object_get(all, "items"), items);
        (void)json_object_set(all, "now", json_object_get(page, "now"));
    }
    json_decref(page);
    esc_buf_release(&path);
    return result;
}

/* Pages until nothing is left, or `most` are there. */
static int get_all(const CtlCall *call, const char *state, const char *before, size_t most,
                   json_t *all)
{
    char last[32] = "";
    int result = EXIT_FINE;
    for (size_t got = PAGE, count = 0; result == EXIT_FINE && got == PAGE && count < most;) {
        size_t limit = most - count < PAGE ? most - count : PAGE;
        result = get_page(call, state, last[0] != '\0' ? last : before, limit, all, &got);
        count += got;
        const json_t *items = json_object_get(all, "items");
        EscText id = ctl_text(json_array_get(items, json_array_size(items) - 1), "id");
        (void)snprintf(last, sizeof(last), "%.*s", ESC_TEXT_ARG(id));
    }
    return result;
}

/* --- order ------------------------------------------------------------------------------------ */

static int group_of(const json_t *row)
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
static int severity_of(const json_t *row)
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
static int64_t due_of(const json_t *row)
{
    int64_t due_ms = ctl_deadline(row);
    return due_ms == 0 ? INT64_MAX : due_ms;
}

static int by_urgency(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
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

static json_t *sorted(const json_t *items)
{
    size_t count = json_array_size(items);
    json_t **rows = calloc(count + 1, sizeof(*rows)), *list = json_array();
    ESC_ASSERT(rows != NULL);
    for (size_t i = 0; i < count; i++)
        rows[i] = json_array_get(items, i);
    qsort(rows, count, sizeof(*rows), by_urgency);
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_copy(rows[i]));
    free(rows);
    return list;
}

/* --- words ------------------------------------------------------------------------------------ */

static const char *colour_of(const json_t *row, int64_t now_ms)
{
    int group = group_of(row);
    int64_t due_ms = ctl_deadline(row);
    if (group == 0 || (group < 3 && due_ms != 0 && due_ms <= now_ms))
        return "red";
    return group == 1 ? "yellow" : "";
}

static void put_words(json_t *row, int64_t now_ms)
{
    EscBuf state, age, due, next;
    EscBuf *all[] = {&state, &age, &due, &next};
    for (size_t i = 0; i < ESC_COUNT_OF(all); i++)
        esc_buf_init(all[i], 65536);
    int64_t due_ms = ctl_deadline(row), closed_ms = ctl_time(row, "closed_at");
    EscText after = ctl_text(row, "next_owner");
    ctl_write_state(&state, row);
    when_write_length(&age, (closed_ms != 0 ? closed_ms : now_ms) - ctl_time(row, "opened_at"));
    if (due_ms != 0)
        when_write_far(&due, due_ms, now_ms);
    if (group_of(row) == 1 && after.size > 0)
        esc_buf_printf(&next, "then %.*s", ESC_TEXT_ARG(after));
    else
        esc_buf_text(&next, ctl_waiting(row));
    (void)json_object_set_new(row, "colour", json_string(colour_of(row, now_ms)));
    ctl_put(row, "standing", &state);
    ctl_put(row, "age", &age);
    ctl_put(row, "due", &due);
    ctl_put(row, "then", &next);
}

static void show(const CtlCall *call, const json_t *all)
{
    static const CtlColumn columns[] = {
        {"ID", "id", 10},         {"STATE", "standing", 24},   {"SEVERITY", "severity", 10},
        {"TICKET", "ticket", 20}, {"CUSTOMER", "account", 18}, {"TITLE", "ticket_title", 36},
        {"OWNER", "owner", 14},   {"AGE", "age", 12},          {"DEADLINE", "due", 36},
        {"NEXT", "then", 60},
    };
    int64_t now_ms = ctl_now(all);
    json_t *rows = sorted(json_object_get(all, "items"));
    for (size_t i = 0; i < json_array_size(rows); i++)
        put_words(json_array_get(rows, i), now_ms);
    EscBuf stamp;
    esc_buf_init(&stamp, 256);
    when_write_stamp(&stamp, now_ms);
    if (cli_has(call->line, CLI_ESCALCTL_WATCH))
        (void)printf("%.*s\n", ESC_TEXT_ARG(esc_buf_as_text(&stamp)));
    if (json_array_size(rows) == 0)
        (void)printf("nothing is %s\n", cli_has(call->line, CLI_ESCALCTL_STATE)
                                            ? cli_value(call->line, CLI_ESCALCTL_STATE)
                                            : "open");
    else
        ctl_table(call, rows, columns, ESC_COUNT_OF(columns));
    esc_buf_release(&stamp);
    json_decref(rows);
}

static bool read_limit(const CtlCall *call, size_t *limit)
{
    const char *text = cli_value(call->line, CLI_ESCALCTL_LIMIT);
    char *end = NULL;
    *limit = text == NULL ? CLOSED_DEFAULT : strtoul(text, &end, 10);
    return text == NULL || (text[0] >= '1' && text[0] <= '9' && *end == '\0' && strlen(text) < 10);
}

int ctl_status(const CtlCall *call)
{
    const char *state = cli_value(call->line, CLI_ESCALCTL_STATE);
    const char *before = cli_value(call->line, CLI_ESCALCTL_BEFORE);
    bool is_closed = state != NULL && strcmp(state, "closed") == 0;
    size_t limit = 0;
    if (!read_limit(call, &limit))
        return cli_wrong(call->line, "--limit needs a number above 0");
    json_t *all = json_pack("{s:[]}", "items");
    ESC_ASSERT(all != NULL);
    int result = EXIT_FINE;
    if (state != NULL)
        result = get_all(call, state, before, is_closed ? limit : SIZE_MAX, all);
    else if (before == NULL)
        result = get_all(call, "unclosed", NULL, SIZE_MAX, all);
    if (result == EXIT_FINE && state == NULL &&
        (before != NULL || cli_has(call->line, CLI_ESCALCTL_ALL)))
        result = get_all(call, "closed", before, limit, all);
    char *text = call->is_json && result == EXIT_FINE ? json_dumps(all, JSON_COMPACT) : NULL;
    if (text != NULL)
        print_json(stdout, esc_text_from(text));
    else if (result == EXIT_FINE)
        show(call, all);
    free(text);
    json_decref(all);
    return result;
}
