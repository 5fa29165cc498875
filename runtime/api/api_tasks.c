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
    EscApiTasks rows = {.arena = request->arena};
    EscStatus status =
        esc_store_tasks(esc_service_store(service), &filter, esc_api_task_keep, &rows, &why);
    EscApiItems items;
    esc_api_items_open(&items);
    items.now_ms = esc_service_now_ms(service);
    items.you = request->principal;
    for (size_t i = 0; status == ESC_OK && i < rows.count; i++)
        (void)esc_api_task_item(&items, request->arena, service, request->client, &rows.items[i],
                                NULL);
    if (status == ESC_OK && esc_arena_failed(request->arena))
        status = esc_why(&why, ESC_OVER_LIMIT, "", 0,
                         "the answer is larger than its limit: ask for less");
    if (status == ESC_OK && rows.count > 0 && rows.count == filter.limit) {
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
        (void)esc_api_task_item(&items, request->arena, service, request->client, row, &shown);
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
    EscApiTasks rows = {.arena = request->arena};
    EscStatus status = esc_api_task_get(service, &rows, escalation, number, &why);
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
