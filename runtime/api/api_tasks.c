/* api_tasks.c - what people are to do: lists of tasks, single ones with their history, and what a rollback would do. */
#include <stdio.h>

#include "api_object.h"

#define HISTORY_MAX 500 /* records of one task that are shown */
#define ANSWER_BYTES_MAX ((size_t)64 << 20)

bool esc_request_path_task(EscRequest *request, uint64_t *escalation, uint32_t *number)
{
    if (esc_task_id_read(esc_buf_as_text(&request->parameter), escalation, number))
        return true;
    esc_request_refuse(request, 404, "not_found", "There is no such thing", NULL,
                       "a task is named like E-12-3");
    return false;
}

/* --- rows ---------------------------------------------------------------------------------------- */

/* Rows are copied first, because nothing may be asked of a store while it gives a list. */
typedef struct Rows {
    EscArena *arena;
    EscTaskRow *items;
    size_t count, capacity;
} Rows;

static bool rows_take(void *context, const EscTaskRow *row)
{
    Rows *rows = context;
    rows->items =
        esc_arena_grow(rows->arena, rows->items, rows->count, &rows->capacity, sizeof(*row));
    if (rows->items == NULL)
        return false;
    EscTaskRow *copy = &rows->items[rows->count++];
    *copy = *row;
    EscText body = {(const char *)row->body.data, row->body.size};
    EscText *texts[] = {&copy->ticket, &copy->assignee, &copy->candidates, &body};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_arena_text(rows->arena, *texts[i]);
    copy->body = (EscBytes){(const uint8_t *)body.data, body.size};
    return !esc_arena_failed(rows->arena);
}

/* What a person looks for beside a task's row; texts in the request's arena. */
typedef struct Facts {
    EscText title, account, severity; /* of the ticket; empty when nobody knows them any more */
} Facts;

static EscText ticket_title(EscRequest *request, EscService *service, EscText ticket)
{
    EscTicketRow row = {.title = {0}};
    EscStatus status = ESC_OK;
    if (!esc_engine_find_ticket(esc_service_engine(service), ticket, &row))
        status =
            esc_store_ticket_get(esc_service_store(service), ticket, request->arena, &row, NULL);
    return status == ESC_OK ? esc_arena_text(request->arena, row.title) : (EscText){0};
}

static Facts facts_of(EscRequest *request, EscService *service, const EscTaskRow *task)
{
    EscEscalationView view = {.account = {0}};
    EscEscalationRow row;
    EscStatus status = ESC_OK;
    if (!esc_engine_find_row(esc_service_engine(service), task->escalation, &view))
        status = esc_store_escalation_get(esc_service_store(service), task->escalation,
                                          request->arena, &row, NULL);
    else
        row = (EscEscalationRow){.account = view.account, .severity = view.severity};
    Facts facts = {.account = {0}};
    if (status == ESC_OK) {
        facts.account = esc_arena_text(request->arena, row.account);
        facts.severity = esc_arena_text(request->arena, row.severity);
    }
    facts.title = ticket_title(request, service, task->ticket);
    return facts;
}

static void put_names(EscApiObject *object, const char *name, EscText lines)
{
    esc_object_member(object, name);
    esc_buf_char(object->out, '[');
    for (size_t at = 1, count = 0; at < lines.size; count++) {
        size_t end = at;
        while (end < lines.size && lines.data[end] != '\n')
            end++;
        esc_buf_string(object->out, count == 0 ? "" : ",");
        esc_json_text(object->out, (EscText){lines.data + at, end - at});
        at = end + 1;
    }
    esc_buf_char(object->out, ']');
}

static void put_answers(EscApiObject *object, const EscTaskView *view)
{
    esc_object_member(object, "answers");
    esc_buf_char(object->out, '[');
    for (uint32_t i = 0; i < view->answers_count; i++) {
        EscApiObject answer = {object->out, false};
        esc_buf_string(object->out, i == 0 ? "{" : ",{");
        esc_put_text_always(&answer, "name", view->answers[i].name);
        esc_put_text_always(&answer, "title", view->answers[i].title);
        (void)esc_object_close(&answer);
    }
    esc_buf_char(object->out, ']');
}

static void put_times(EscApiObject *object, const EscTaskRow *row, const EscTaskView *view,
                      int64_t now_ms)
{
    esc_put_time_always(object, "created_at", row->created_at_ms);
    esc_put_time_always(object, "due_at", row->due_at_ms);
    esc_put_time_always(object, "claimed_at", view->claimed_ms);
    esc_put_time_always(object, "done_at", row->done_at_ms);
    esc_put_truth(object, "overdue",
                  esc_task_state_is_open(row->state) && row->due_at_ms != 0 &&
                      row->due_at_ms <= now_ms);
}

static void put_what(EscApiObject *object, const EscTaskView *view)
{
    esc_put_text_always(object, "about", view->linked);
    esc_put_text_always(object, "title", view->title);
    esc_put_text_always(object, "guidance", view->guidance);
    esc_put_raw(object, "exception",
                view->facts_json.size > 0 ? view->facts_json : ESC_TEXT("null"));
    put_answers(object, view);
}

/* One task, with the same members whatever it lacks. `history`: the items of its list; NULL: not shown. */
static void show(EscApiItems *items, EscRequest *request, EscService *service,
                 const EscTaskRow *row, const EscText *history)
{
    EscTaskView view;
    char id[48];
    Facts facts = facts_of(request, service, row);
    int64_t now_ms = esc_service_now_ms(service);
    (void)esc_task_body_show(request->arena, row->body, &view);
    (void)snprintf(id, sizeof(id), "E-%llu-%u", (unsigned long long)row->escalation, row->number);
    EscApiObject object = esc_object_open(items);
    esc_put_text_always(&object, "client", request->client);
    esc_put_text_always(&object, "id", esc_text_from(id));
    esc_put_text_always(&object, "kind", esc_text_from(esc_task_kind_name(row->kind)));
    esc_put_text_always(&object, "state", esc_text_from(esc_task_state_name(row->state)));
    esc_put_escalation(&object, "escalation", row->escalation);
    esc_put_text_always(&object, "ticket", row->ticket);
    esc_put_text_always(&object, "ticket_title", facts.title);
    esc_put_text_always(&object, "account", facts.account);
    esc_put_text_always(&object, "severity", facts.severity);
    put_what(&object, &view);
    esc_put_text_always(&object, "assignee", row->assignee);
    put_names(&object, "candidates", row->candidates);
    put_times(&object, row, &view, now_ms);
    esc_put_text_always(&object, "done_by", view.done_by);
    esc_put_text_always(&object, "outcome", view.outcome);
    esc_put_text_always(&object, "reason", view.reason);
    if (history != NULL) {
        esc_object_member(&object, "history");
        esc_buf_printf(object.out, "[%.*s]", ESC_TEXT_ARG(*history));
        esc_put_time(&object, "now", now_ms);
    }
    (void)esc_object_close(&object);
}

/* --- a list -------------------------------------------------------------------------------------- */

/* `open` is whatever is to be done, claimed or not; `unclaimed` what nobody is at. */
static bool read_state(EscRequest *request, EscTaskFilter *filter)
{
    EscText state;
    if (!esc_request_text(request, "state", &state))
        return false;
    if (state.size == 0 || esc_text_equal(state, ESC_TEXT("open"))) {
        filter->is_open = true;
        return true;
    }
    if (esc_text_equal(state, ESC_TEXT("all")))
        return true;
    filter->has_state = true;
    if (esc_text_equal(state, ESC_TEXT("unclaimed"))) {
        filter->state = ESC_TASK_OPEN;
        return true;
    }
    if (esc_task_state_find(state, &filter->state))
        return true;
    esc_request_refuse_parameter(
        request, "state", "must be open, unclaimed, claimed, done, expired, withdrawn or all");
    return false;
}

/* `me` is whoever asks. */
static bool read_person(EscRequest *request, const char *name, EscText *person)
{
    if (!esc_request_text(request, name, person))
        return false;
    if (esc_text_equal(*person, ESC_TEXT("me")))
        *person = request->principal;
    return true;
}

static bool read_filter(EscRequest *request, EscTaskFilter *filter)
{
    EscText due, after;
    if (!read_state(request, filter) || !read_person(request, "assignee", &filter->assignee) ||
        !read_person(request, "candidate", &filter->candidate) ||
        !esc_request_escalation(request, "escalation", &filter->escalation) ||
        !esc_request_text(request, "due_before", &due) ||
        !esc_request_text(request, "after", &after) || !esc_request_limit(request, &filter->limit))
        return false;
    if (due.size > 0 && !esc_time_read(due, &filter->due_before_ms)) {
        esc_request_refuse_parameter(request, "due_before",
                                     "must be a time such as 2026-01-05T09:00:00Z");
        return false;
    }
    if (after.size > 0 &&
        !esc_task_id_read(after, &filter->after_escalation, &filter->after_number)) {
        esc_request_refuse_parameter(request, "after", "must be a task such as E-12-3");
        return false;
    }
    return true;
}

static void answer_tasks(EscRequest *request, EscService *service)
{
    EscTaskFilter filter = {.limit = 0};
    if (!read_filter(request, &filter))
        return;
    EscWhy why = {.text = ""};
    char next[64];
    Rows rows = {.arena = request->arena};
    EscStatus status = esc_store_tasks(esc_service_store(service), &filter, rows_take, &rows, &why);
    EscApiItems items;
    esc_api_items_open(&items);
    items.now_ms = esc_service_now_ms(service);
    items.you = request->principal;
    for (size_t i = 0; status == ESC_OK && i < rows.count; i++)
        show(&items, request, service, &rows.items[i], NULL);
    if (status == ESC_OK && esc_arena_failed(request->arena))
        status = esc_why(&why, ESC_OVER_LIMIT, "", 0,
                         "the answer is larger than its limit: ask for less");
    if (status == ESC_OK && rows.count == filter.limit) {
        const EscTaskRow *last = &rows.items[rows.count - 1];
        (void)snprintf(next, sizeof(next), "E-%llu-%u", (unsigned long long)last->escalation,
                       last->number);
        items.next = esc_text_from(next);
    }
    esc_api_items_answer(request, &items, status, &why);
}

/* --- one ----------------------------------------------------------------------------------------- */

/* What the trail of its escalation says of it. */
typedef struct History {
    EscBuf out;
    EscText mark; /* "task":"E-12-3" */
    uint64_t last;
    size_t seen, count;
} History;

static bool history_take(void *context, const EscAuditRow *row)
{
    History *history = context;
    history->seen++;
    history->last = row->seq;
    if (!esc_text_contains(row->data, history->mark))
        return true;
    esc_buf_string(&history->out, history->count++ == 0 ? "{\"at\":\"" : ",{\"at\":\"");
    esc_time_write(&history->out, row->at_ms);
    esc_buf_string(&history->out, "\",\"kind\":");
    esc_json_text(&history->out, row->kind);
    esc_buf_string(&history->out, ",\"actor\":");
    esc_json_text(&history->out, row->actor);
    esc_buf_string(&history->out, ",\"text\":");
    esc_json_text(&history->out, row->text);
    esc_buf_char(&history->out, '}');
    return history->count < HISTORY_MAX;
}

static EscStatus history_of(EscService *service, const EscTaskRow *row, History *history,
                            EscWhy *why)
{
    EscStatus status = ESC_OK;
    do {
        EscAuditFilter filter = {
            .escalation = row->escalation, .after = history->last, .limit = ESC_STORE_LIST_MAX};
        history->seen = 0;
        status = esc_store_audit(esc_service_store(service), &filter, history_take, history, why);
    } while (status == ESC_OK && history->seen == ESC_STORE_LIST_MAX &&
             history->count < HISTORY_MAX);
    return status;
}

static void answer_shown(EscRequest *request, EscService *service, const EscTaskRow *row)
{
    char mark[64];
    EscWhy why = {.text = ""};
    (void)snprintf(mark, sizeof(mark), "\"task\":\"E-%llu-%u\"",
                   (unsigned long long)row->escalation, row->number);
    History history = {.mark = esc_text_from(mark)};
    esc_buf_init(&history.out, ANSWER_BYTES_MAX / 4);
    EscApiItems items = {.now_ms = esc_service_now_ms(service)};
    esc_buf_init(&items.out, ANSWER_BYTES_MAX);
    EscStatus status = history_of(service, row, &history, &why);
    EscText shown = esc_buf_as_text(&history.out);
    if (status == ESC_OK)
        show(&items, request, service, row, &shown);
    if (status == ESC_OK)
        status = items.out.status;
    if (status == ESC_OK)
        esc_answer_json(&request->answer, 200, &items.out);
    else
        esc_request_fail(request, status, &why);
    esc_buf_release(&history.out);
    esc_buf_release(&items.out);
}

static void answer_task(EscRequest *request, EscService *service)
{
    uint64_t escalation = 0;
    uint32_t number = 0;
    EscWhy why = {.text = ""};
    if (!esc_request_path_task(request, &escalation, &number))
        return;
    const EscTaskFilter filter = {.escalation = escalation,
                                  .after_escalation = escalation,
                                  .after_number = number - 1,
                                  .limit = 1};
    Rows rows = {.arena = request->arena};
    EscStatus status = esc_store_tasks(esc_service_store(service), &filter, rows_take, &rows, &why);
    if (status == ESC_OK && (rows.count == 0 || rows.items[0].number != number))
        status = esc_why(&why, ESC_NOT_FOUND, "", 0, "there is no task E-%llu-%u",
                         (unsigned long long)escalation, number);
    if (status == ESC_OK)
        answer_shown(request, service, &rows.items[0]);
    else
        esc_request_fail(request, status, &why);
}

/* --- what a rollback would do --------------------------------------------------------------------- */

static void answer_rollback(EscRequest *request, EscService *service)
{
    uint64_t id = 0;
    if (!esc_request_path_escalation(request, &id))
        return;
    EscWhy why = {.text = ""};
    EscApiItems items;
    esc_api_items_open(&items);
    items.now_ms = esc_service_now_ms(service);
    EscEngine *engine = esc_service_engine(service);
    EscEscalationView view;
    EscStatus status = ESC_OK;
    if (!esc_engine_show_rollback(engine, id, &items.out))
        status = esc_engine_find_escalation(engine, id, &view)
                     ? esc_why(&why, ESC_CONFLICT, "", 0, "E-%llu cannot be rolled back any more",
                               (unsigned long long)id)
                     : esc_why(&why, ESC_NOT_FOUND, "", 0, "there is no open escalation E-%llu",
                               (unsigned long long)id);
    esc_api_items_answer(request, &items, status, &why);
}

const EscHandler esc_handle_tasks = {.look = answer_tasks};
const EscHandler esc_handle_task = {.look = answer_task};
const EscHandler esc_handle_rollback = {.look = answer_rollback};
