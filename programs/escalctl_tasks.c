/* escalctl_tasks.c - what somebody has to do, and may take; one task in full; what a rollback would do. */
#include <stdlib.h>
#include <string.h>

#include "escalctl.h"
#include "escalctl_print.h"
#include "escalctl_when.h"

#define PAGE 1000

/* --- pages ------------------------------------------------------------------------------------ */

/* One reply after the other. */
typedef struct Pages {
    CtlReply *replies;
    size_t count, capacity, items;
} Pages;

static CtlReply *page_add(Pages *pages)
{
    if (pages->count == pages->capacity) {
        pages->capacity = 2 * pages->capacity + 4;
        CtlReply *grown = realloc(pages->replies, pages->capacity * sizeof(*grown));
        ESC_ASSERT(grown != NULL);
        pages->replies = grown;
    }
    CtlReply *reply = &pages->replies[pages->count++];
    *reply = (CtlReply){0};
    return reply;
}

static void pages_release(Pages *pages)
{
    for (size_t i = 0; i < pages->count; i++)
        ctl_reply_release(&pages->replies[i]);
    free(pages->replies);
}

/* All open tasks of that `role` (assignee, candidate); NULL: everybody's. */
static int pages_get(const CtlCall *call, const char *role, Pages *pages)
{
    EscText after = {0};
    int result = EXIT_FINE;
    do {
        EscBuf path;
        esc_buf_init(&path, 16384);
        esc_buf_printf(&path, "/v1/tasks?limit=%d", PAGE);
        if (role != NULL) {
            esc_buf_printf(&path, "&%s=", role);
            ctl_encode(&path, esc_text_from(call->as != NULL ? call->as : "me"));
        }
        if (after.size > 0) {
            esc_buf_string(&path, "&after=");
            ctl_encode(&path, after);
        }
        esc_buf_char(&path, '\0');
        CtlReply *reply = page_add(pages);
        result = path.status == ESC_OK ? ctl_get(call, (const char *)path.data, reply)
                                       : cli_wrong(call->line, "an argument is too long");
        pages->items += ctl_count(reply->json, "items");
        after = ctl_text(reply->json, "next");
        esc_buf_release(&path);
    } while (result == EXIT_FINE && after.size > 0);
    return result;
}

/* --- a list ----------------------------------------------------------------------------------- */

static int64_t due_of(const EscJson *row)
{
    int64_t due_ms = ctl_time(row, "due_at");
    return due_ms == 0 ? INT64_MAX : due_ms;
}

static int by_due(const void *left, const void *right)
{
    const EscJson *a = ((const CtlRow *)left)->json, *b = ((const CtlRow *)right)->json;
    int64_t x = due_of(a), y = due_of(b);
    if (x != y)
        return x < y ? -1 : 1;
    return esc_text_compare(ctl_text(a, "id"), ctl_text(b, "id"));
}

/* Whoever may take it reads who is at it. */
static bool is_mine(const EscJson *row, EscText me)
{
    return me.size > 0 && esc_text_equal(ctl_text(row, "assignee"), me);
}

static void put_words(CtlRows *rows, CtlRow *row, int64_t now_ms)
{
    EscBuf due = ctl_new_text(), standing = ctl_new_text();
    int64_t due_ms = ctl_time(row->json, "due_at");
    EscText state = ctl_text(row->json, "state"), assignee = ctl_text(row->json, "assignee");
    if (due_ms != 0)
        when_write_far(&due, due_ms, now_ms);
    if (esc_text_equal(state, ESC_TEXT("claimed")))
        esc_buf_printf(&standing, "%.*s is at it", ESC_TEXT_ARG(assignee));
    else
        esc_buf_text(&standing, assignee);
    row->colour = ctl_is_true(row->json, "overdue") ? CTL_RED : CTL_PLAIN;
    ctl_put(rows, row, "due", &due);
    ctl_put(rows, row, "standing", &standing);
}

/* Tasks of the pages but those that are `but`'s. */
static size_t show_list(const CtlCall *call, const Pages *pages, const char *heading, EscText but)
{
    static const CtlColumn columns[] = {
        {"TASK", "id", 14},      {"KIND", "kind", 12},     {"DUE", "due", 36},
        {"WHO", "standing", 24}, {"TICKET", "ticket", 20}, {"CUSTOMER", "account", 18},
        {"WHAT", "title", 70},
    };
    CtlRows rows = ctl_rows_for(pages->items);
    int64_t now_ms = ctl_now(pages->replies[pages->count - 1].json);
    for (size_t i = 0; i < pages->count; i++) {
        const EscJson *item = ctl_first(pages->replies[i].json, "items");
        for (; item != NULL; item = item->next) {
            if (!is_mine(item, but))
                rows.items[rows.count++].json = item;
        }
    }
    qsort(rows.items, rows.count, sizeof(CtlRow), by_due);
    for (size_t i = 0; i < rows.count; i++)
        put_words(&rows, &rows.items[i], now_ms);
    if (rows.count > 0) {
        if (heading != NULL)
            (void)printf("%s\n", heading);
        ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    }
    size_t count = rows.count;
    ctl_rows_release(&rows);
    return count;
}

static void print_pages(const Pages *pages)
{
    EscBuf text;
    esc_buf_init(&text, SIZE_MAX / 2);
    bool is_first = true;
    esc_buf_string(&text, "{\"items\":[");
    for (size_t i = 0; i < pages->count; i++) {
        const EscJson *item = ctl_first(pages->replies[i].json, "items");
        for (; item != NULL; item = item->next) {
            esc_buf_string(&text, is_first ? "" : ",");
            esc_json_write(&text, item, 0);
            is_first = false;
        }
    }
    esc_buf_string(&text, "]}");
    print_json(stdout, esc_buf_as_text(&text));
    esc_buf_release(&text);
}

/* Yours, then what you may take. */
static void show_todo(const CtlCall *call, const Pages *mine, const Pages *may_take)
{
    EscText me =
        call->as != NULL ? esc_text_from(call->as) : ctl_text(may_take->replies[0].json, "you");
    size_t count = show_list(call, mine, NULL, (EscText){0});
    EscBuf heading = ctl_new_text();
    esc_buf_printf(&heading, "%s%s", count > 0 ? "\n" : "", "you may take");
    esc_buf_char(&heading, '\0');
    count += show_list(call, may_take, (const char *)heading.data, me);
    esc_buf_release(&heading);
    if (count == 0)
        (void)puts("nothing to do");
}

static int todo_all(const CtlCall *call)
{
    Pages pages = {0};
    int result = pages_get(call, NULL, &pages);
    if (result == EXIT_FINE && call->is_json)
        print_pages(&pages);
    else if (result == EXIT_FINE && show_list(call, &pages, NULL, (EscText){0}) == 0)
        (void)puts("nothing to do");
    pages_release(&pages);
    return result;
}

int ctl_todo(const CtlCall *call)
{
    if (cli_has(call->line, CLI_ESCALCTL_ALL))
        return todo_all(call);
    Pages mine = {0}, may_take = {0};
    int result = pages_get(call, "assignee", &mine);
    if (result == EXIT_FINE && !call->is_json)
        result = pages_get(call, "candidate", &may_take);
    if (result == EXIT_FINE && call->is_json)
        print_pages(&mine);
    else if (result == EXIT_FINE)
        show_todo(call, &mine, &may_take);
    pages_release(&mine);
    pages_release(&may_take);
    return result;
}

/* --- one -------------------------------------------------------------------------------------- */

static void show_answers(const EscJson *json)
{
    const char *label = "answers";
    for (const EscJson *one = ctl_first(json, "answers"); one != NULL; one = one->next) {
        EscText name = ctl_text(one, "name"), title = ctl_text(one, "title");
        EscBuf text = ctl_new_text();
        esc_buf_text(&text, name);
        if (title.size > 0 && !esc_text_equal(title, name))
            esc_buf_printf(&text, ": %.*s", ESC_TEXT_ARG(title));
        ctl_line_of(label, &text);
        label = "";
    }
}

static void show_names(const EscJson *json)
{
    EscBuf text = ctl_new_text();
    for (const EscJson *one = ctl_first(json, "candidates"); one != NULL; one = one->next)
        esc_buf_printf(&text, "%s%.*s", text.size == 0 ? "" : ", ",
                       ESC_TEXT_ARG(esc_json_text_or(one, (EscText){0})));
    ctl_line_of("may take it", &text);
}

/* What is known of the exception that triage is about. */
static void show_exception(const EscJson *json)
{
    const EscJson *exception = esc_json_member(json, ESC_TEXT("exception"));
    if (exception == NULL || exception->kind != ESC_JSON_OBJECT)
        return;
    ctl_line("exception", ctl_text(exception, "exception"));
    ctl_line("", ctl_text(exception, "message"));
    const EscJson *fields = esc_json_member(exception, ESC_TEXT("fields"));
    const EscJson *field = fields != NULL && fields->kind == ESC_JSON_OBJECT ? fields->first : NULL;
    for (; field != NULL; field = field->next) {
        EscBuf text = ctl_new_text();
        esc_buf_printf(&text, "%.*s: ", ESC_TEXT_ARG(field->name));
        esc_buf_text(&text, field->kind == ESC_JSON_TEXT ? field->text : field->source);
        ctl_line_of("", &text);
    }
    ctl_line("", ctl_text(exception, "place"));
}

static void show_history(const EscJson *json, int64_t now_ms)
{
    const char *label = "history";
    for (const EscJson *one = ctl_first(json, "history"); one != NULL; one = one->next) {
        EscBuf when = ctl_new_text();
        when_write(&when, ctl_time(one, "at"), now_ms);
        ctl_line_at(label, &when, ctl_text(one, "text"));
        label = "";
    }
}

static void show_task(const EscJson *json)
{
    int64_t now_ms = ctl_now(json);
    EscBuf title = ctl_new_text(), ticket = ctl_new_text();
    EscText name = ctl_text(json, "ticket_title");
    esc_buf_printf(&title, "%.*s  %.*s", ESC_TEXT_ARG(ctl_text(json, "id")),
                   ESC_TEXT_ARG(ctl_text(json, "title")));
    print_safe(stdout, esc_buf_as_text(&title), false);
    (void)fputc('\n', stdout);
    esc_buf_release(&title);
    esc_buf_printf(&ticket, "%.*s%s%.*s", ESC_TEXT_ARG(ctl_text(json, "ticket")),
                   name.size > 0 ? ": " : "", ESC_TEXT_ARG(name));
    ctl_line("kind", ctl_text(json, "kind"));
    ctl_line("escalation", ctl_text(json, "escalation"));
    ctl_line_of("ticket", &ticket);
    ctl_line("customer", ctl_text(json, "account"));
    ctl_line("severity", ctl_text(json, "severity"));
    ctl_line("about", ctl_text(json, "about"));
    ctl_line("state", ctl_text(json, "state"));
    ctl_line("whose", ctl_text(json, "assignee"));
    show_names(json);
    ctl_line_time("due", "", ctl_time(json, "due_at"), now_ms);
    ctl_line_time("claimed", "", ctl_time(json, "claimed_at"), now_ms);
    ctl_line_time("done", "", ctl_time(json, "done_at"), now_ms);
    ctl_line("done by", ctl_text(json, "done_by"));
    ctl_line("outcome", ctl_text(json, "outcome"));
    ctl_line("reason", ctl_text(json, "reason"));
    show_exception(json);
    ctl_line("guidance", ctl_text(json, "guidance"));
    show_answers(json);
    show_history(json, now_ms);
}

static int get_and_show(const CtlCall *call, const char *before, const char *behind,
                        void (*show)(const CtlCall *call, const EscJson *json))
{
    EscBuf path = ctl_new_text();
    CtlReply reply = {0};
    esc_buf_string(&path, before);
    ctl_encode(&path, esc_text_from(call->line->arguments[0]));
    esc_buf_string(&path, behind);
    esc_buf_char(&path, '\0');
    int result = path.status == ESC_OK ? ctl_get(call, (const char *)path.data, &reply)
                                       : cli_wrong(call->line, "an argument is too long");
    if (result == EXIT_FINE && call->is_json)
        print_json(stdout, esc_buf_as_text(&reply.body));
    else if (result == EXIT_FINE)
        show(call, reply.json);
    ctl_reply_release(&reply);
    esc_buf_release(&path);
    return result;
}

static void show_one(const CtlCall *call, const EscJson *json)
{
    (void)call;
    show_task(json);
}

int ctl_task(const CtlCall *call)
{
    return get_and_show(call, "/v1/tasks/", "", show_one);
}

/* --- what a rollback would do ----------------------------------------------------------------- */

static void show_steps(const CtlCall *call, const EscJson *json)
{
    static const CtlColumn columns[] = {
        {"WOULD BE", "will", 10}, {"WHAT", "what", 60},       {"BY", "by", 30},
        {"TO", "to", 40},         {"BECAUSE", "because", 60},
    };
    CtlRows rows = ctl_rows(esc_json_member(json, ESC_TEXT("items")));
    if (rows.count == 0)
        (void)puts("it has changed nothing that is not taken back already");
    else
        ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    ctl_rows_release(&rows);
}

int ctl_rollback_look(const CtlCall *call)
{
    if (!ctl_is_escalation(call->line->arguments[0]))
        return cli_wrong(call->line, "--dry-run looks at an escalation, such as E-12");
    return get_and_show(call, "/v1/escalations/", "/rollback", show_steps);
}
