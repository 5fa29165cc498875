/* api_status.c - /status: what is open at a client, whose it is and until when, as a plain page to print or to have read
 * aloud. No script; it shows the last committed turn, and says of when it is. */
#include <esc/pages.h>

#include "api_internal.h"

#define ROWS_MAX 500 /* of a page that somebody reads; what is due first */

/* --- one client of several -------------------------------------------------------------------- */

/* A page for each client: a person who has one is shown it at once. */
static void answer_clients(EscRequest *request)
{
    if (request->who.accesses.count == 1) {
        esc_request_see_other(request, "/status/open");
        return;
    }
    EscBuf out, address;
    EscText language = esc_request_language(request);
    const EscAccesses *accesses = &request->who.accesses;
    EscPage page = {.language = language, .title = esc_word(language, ESC_WORD_STATUS_TITLE)};
    esc_buf_init(&out, ESC_PAGE_BYTES_MAX);
    esc_page_open(&out, &page);
    for (uint32_t i = 0; i < accesses->count; i++) {
        const EscAccess *access = &accesses->items[i];
        esc_buf_init(&address, ESC_PAGE_BYTES_MAX);
        esc_buf_string(&address, "/status/open?client=");
        esc_buf_percent(&address, access->client);
        esc_buf_string(&out, "<p>");
        esc_page_link(&out, esc_buf_as_text(&address),
                      access->title.size > 0 ? access->title : access->client);
        esc_buf_string(&out, "</p>\n");
        esc_buf_release(&address);
    }
    esc_page_close(&out);
    esc_answer_page(&request->answer, 200, &out);
}

/* --- the page's parts --------------------------------------------------------------------------- */

typedef struct Status {
    EscBuf out;
    EscText language;
    EscEngine *engine;
    size_t count;
} Status;

static void write_time(EscBuf *out, int64_t time_ms)
{
    EscBuf text;
    esc_buf_init(&text, 64);
    esc_time_write(&text, time_ms); /* 2026-03-02T09:05:00.000Z */
    if (text.size >= 16) {
        esc_buf_printf(out, "<time datetime=\"%.*s\">%.10s %.5s UTC</time>", (int)text.size,
                       (const char *)text.data, (const char *)text.data,
                       (const char *)text.data + 11);
    }
    esc_buf_release(&text);
}

static void write_cell(EscBuf *out, const char *tag, EscText text)
{
    esc_buf_printf(out, "<%s dir=\"auto\">", tag);
    esc_html_text(out, text);
    esc_buf_printf(out, "</%s>", tag);
}

static void write_head(Status *status, const EscWord *words, size_t count)
{
    esc_buf_string(&status->out, "<table>\n<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        esc_buf_string(&status->out, "<th scope=\"col\">");
        esc_html_text(&status->out, esc_word(status->language, words[i]));
        esc_buf_string(&status->out, "</th>");
    }
    esc_buf_string(&status->out, "</tr></thead>\n<tbody>\n");
}

static void write_title(Status *status, EscWord word)
{
    esc_buf_string(&status->out, "<h2>");
    esc_html_text(&status->out, esc_word(status->language, word));
    esc_buf_string(&status->out, "</h2>\n");
}

/* --- what is wrong ------------------------------------------------------------------------------ */

typedef struct Wrong {
    EscBuf *out;
    EscText client;
    size_t count;
} Wrong;

/* Of this client, and of the whole daemon. What it is about is shown with it: whoever reads this may see the client. */
static bool add_wrong(void *context, const EscCause *cause)
{
    Wrong *wrong = context;
    if (cause->client.size > 0 && !esc_text_equal(cause->client, wrong->client))
        return true;
    esc_buf_string(wrong->out, "<tr><td>");
    write_time(wrong->out, cause->since_ms);
    esc_buf_string(wrong->out, "</td><td dir=\"auto\">");
    esc_html_text(wrong->out, cause->sentence);
    esc_buf_string(wrong->out, "<br><small>");
    esc_html_text(wrong->out, esc_text_from(esc_cause_word(cause->code)));
    esc_buf_string(wrong->out, cause->subject.size > 0 ? " · " : "");
    esc_html_text(wrong->out, cause->subject);
    esc_buf_string(wrong->out, "</small></td></tr>\n");
    wrong->count++;
    return wrong->out->status == ESC_OK;
}

static void write_wrong(Status *status, const EscRequest *request)
{
    static const EscWord words[] = {ESC_WORD_STATUS_SINCE, ESC_WORD_STATUS_WRONG};
    EscBuf rows;
    Wrong wrong = {.out = &rows, .client = request->client};
    esc_buf_init(&rows, ESC_PAGE_BYTES_MAX / 4);
    (void)esc_causes_each(request->setup->causes, add_wrong, &wrong);
    if (wrong.count > 0) {
        write_title(status, ESC_WORD_STATUS_WRONG);
        write_head(status, words, ESC_COUNT_OF(words));
        esc_buf_text(&status->out, esc_buf_as_text(&rows));
        esc_buf_string(&status->out, "</tbody></table>\n");
    }
    esc_buf_release(&rows);
}

/* --- what is open ------------------------------------------------------------------------------ */

static bool add_duty(void *context, const EscDutyView *view)
{
    Status *status = context;
    EscText nobody = esc_word(status->language, ESC_WORD_STATUS_NOBODY);
    if (!view->is_schedule)
        return true;
    esc_buf_string(&status->out, "<tr>");
    write_cell(&status->out, "td", view->title.size > 0 ? view->title : view->means);
    write_cell(&status->out, "td",
               view->person.size == 0         ? nobody
               : view->person_title.size == 0 ? view->person
                                              : view->person_title);
    esc_buf_string(&status->out, "<td>");
    if (view->until_ms > 0)
        write_time(&status->out, view->until_ms);
    esc_buf_string(&status->out, "</td></tr>\n");
    return true;
}

static void write_who(Status *status, const EscEscalationView *view)
{
    EscBuf *out = &status->out;
    EscText nobody = esc_word(status->language, ESC_WORD_STATUS_NOBODY);
    EscText owner = view->owner_title.size > 0 ? view->owner_title : view->owner;
    esc_buf_string(out, "<td dir=\"auto\">");
    esc_html_text(out, owner.size > 0 ? owner : nobody);
    if (!view->is_acked && view->next_owner.size > 0) {
        esc_buf_string(out, " → ");
        esc_html_text(out, view->next_owner);
    }
    esc_buf_string(out, "<br><small>");
    esc_html_text(out, esc_word(status->language,
                                view->is_acked ? ESC_WORD_STATUS_TAKEN : ESC_WORD_STATUS_ASKED));
    esc_buf_string(out, "</small></td>");
}

static bool add_row(void *context, const EscEscalationRow *row)
{
    Status *status = context;
    EscEscalationView view;
    if (!esc_engine_find_row(status->engine, row->id, &view))
        return true;
    EscBuf *out = &status->out;
    status->count++;
    esc_buf_string(out, "<tr><td>");
    if (view.due_ms > 0)
        write_time(out, view.due_ms);
    esc_buf_printf(out, "</td><td dir=\"auto\">E-%llu · ", (unsigned long long)view.id);
    esc_html_text(out, view.ticket_title.size > 0 ? view.ticket_title : view.ticket);
    esc_buf_string(out, "<br><small>");
    esc_html_text(out, view.severity);
    esc_buf_string(out, view.severity.size > 0 && view.account.size > 0 ? " · " : "");
    esc_html_text(out, view.account);
    esc_buf_string(out, "</small></td>");
    write_who(status, &view);
    write_cell(out, "td", view.waiting_for);
    esc_buf_string(out, "</tr>\n");
    return out->status == ESC_OK;
}

static EscStatus write_open(Status *status, EscService *service, EscWhy *why)
{
    static const EscWord words[] = {ESC_WORD_STATUS_DUE, ESC_WORD_STATUS_WHAT, ESC_WORD_STATUS_WHO,
                                    ESC_WORD_STATUS_WAITS};
    EscEscalationFilter filter = {.is_unclosed = true, .sort = ESC_SORT_DUE, .limit = ROWS_MAX};
    EscListPlace next;
    write_title(status, ESC_WORD_STATUS_OPEN);
    write_head(status, words, ESC_COUNT_OF(words));
    EscStatus found =
        esc_store_escalations(esc_service_store(service), &filter, add_row, status, &next, why);
    esc_buf_string(&status->out, "</tbody></table>\n");
    if (status->count == 0)
        esc_page_text(&status->out, ESC_PAGE_SOFT,
                      esc_word(status->language, ESC_WORD_STATUS_NONE));
    if (status->count == ROWS_MAX)
        esc_page_text(&status->out, ESC_PAGE_SOFT,
                      esc_word(status->language, ESC_WORD_STATUS_MORE));
    return found;
}

static void answer_open(EscRequest *request, EscService *service)
{
    static const EscWord words[] = {ESC_WORD_STATUS_SCHEDULE, ESC_WORD_STATUS_WHO,
                                    ESC_WORD_STATUS_UNTIL};
    EscWhy why = {.text = ""};
    int64_t now_ms = esc_service_now_ms(service);
    Status status = {.language = esc_request_language(request), .engine = esc_service_engine(service)};
    EscPage page = {.language = status.language,
                    .title = esc_word(status.language, ESC_WORD_STATUS_TITLE),
                    .place = request->client};
    esc_buf_init(&status.out, ESC_PAGE_BYTES_MAX);
    esc_page_open(&status.out, &page);
    esc_buf_string(&status.out, "<p>");
    write_time(&status.out, now_ms);
    esc_buf_string(&status.out, "</p>\n");
    write_wrong(&status, request);
    write_title(&status, ESC_WORD_STATUS_ON_CALL);
    write_head(&status, words, ESC_COUNT_OF(words));
    esc_engine_each_duty(status.engine, now_ms, add_duty, &status);
    esc_buf_string(&status.out, "</tbody></table>\n");
    EscStatus found = write_open(&status, service, &why);
    esc_page_close(&status.out);
    if (found == ESC_OK)
        esc_answer_page(&request->answer, 200, &status.out);
    else
        esc_request_fail(request, found, &why);
    esc_buf_release(&status.out);
}

const EscHandler esc_handle_status = {.at_door = answer_clients, .is_page = true};
const EscHandler esc_handle_status_open = {.look = answer_open, .is_page = true};
