/* api_task_row.c - a task as people's lists and boards show it: everywhere the same members, whatever it lacks. docs/api.md says what
 * each means. */
#include <stdio.h>

#include "api_object.h"

/* --- rows ---------------------------------------------------------------------------------------- */

bool esc_api_task_keep(void *context, const EscTaskRow *row)
{
    EscApiTasks *tasks = context;
    tasks->items =
        esc_arena_grow(tasks->arena, tasks->items, tasks->count, &tasks->capacity, sizeof(*row));
    if (tasks->items == NULL)
        return false;
    EscTaskRow *copy = &tasks->items[tasks->count++];
    *copy = *row;
    EscText body = {(const char *)row->body.data, row->body.size};
    EscText *texts[] = {&copy->ticket, &copy->assignee, &copy->candidates, &body};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_arena_text(tasks->arena, *texts[i]);
    copy->body = (EscBytes){(const uint8_t *)body.data, body.size};
    return !esc_arena_failed(tasks->arena);
}

EscStatus esc_api_task_get(EscService *service, EscApiTasks *found, uint64_t escalation,
                           uint32_t number, EscWhy *why)
{
    const EscTaskFilter filter = {.escalation = escalation,
                                  .after_escalation = escalation,
                                  .after_number = number - 1,
                                  .limit = 1};
    found->count = 0;
    EscStatus status =
        esc_store_tasks(esc_service_store(service), &filter, esc_api_task_keep, found, why);
    if (status != ESC_OK || (found->count > 0 && found->items[0].number == number))
        return status;
    return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no task E-%llu-%u",
                   (unsigned long long)escalation, number);
}

/* What a person looks for beside a task's row; texts in the arena that is given. */
typedef struct Facts {
    EscText title, account, severity; /* of the ticket; empty when nobody knows them any more */
} Facts;

static EscText ticket_title(EscArena *arena, EscService *service, EscText ticket)
{
    EscTicketRow row = {.title = {0}};
    EscStatus status = ESC_OK;
    if (!esc_engine_find_ticket(esc_service_engine(service), ticket, &row))
        status = esc_store_ticket_get(esc_service_store(service), ticket, arena, &row, NULL);
    return status == ESC_OK ? esc_arena_text(arena, row.title) : (EscText){0};
}

static Facts facts_of(EscArena *arena, EscService *service, const EscTaskRow *task)
{
    EscEscalationView view = {.account = {0}};
    EscEscalationRow row;
    EscStatus status = ESC_OK;
    if (!esc_engine_find_row(esc_service_engine(service), task->escalation, &view))
        status = esc_store_escalation_get(esc_service_store(service), task->escalation, arena, &row,
                                          NULL);
    else
        row = (EscEscalationRow){.account = view.account, .severity = view.severity};
    Facts facts = {.account = {0}};
    if (status == ESC_OK) {
        facts.account = esc_arena_text(arena, row.account);
        facts.severity = esc_arena_text(arena, row.severity);
    }
    facts.title = ticket_title(arena, service, task->ticket);
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

bool esc_api_task_item(EscApiItems *items, EscArena *arena, EscService *service, EscText client,
                       const EscTaskRow *row, const EscText *history)
{
    EscTaskView view;
    char id[48];
    Facts facts = facts_of(arena, service, row);
    int64_t now_ms = esc_service_now_ms(service);
    (void)esc_task_body_show(arena, row->body, &view);
    (void)snprintf(id, sizeof(id), "E-%llu-%u", (unsigned long long)row->escalation, row->number);
    EscApiObject object = esc_object_open(items);
    esc_put_text_always(&object, "client", client);
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
    return esc_object_close(&object);
}
