/* tasks.c - tasks as records: what somebody is to do, found by escalation and number. Each is a row of its own, since a post-mortem
 * outlives its escalation. Who makes them is in run/tasks.c, who is reminded in duty/chases.c. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

/* --- the table -------------------------------------------------------------------------------- */

static size_t place_of(const EscTasks *tasks, uint64_t escalation, uint32_t number)
{
    size_t low = 0, high = tasks->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const EscTask *task = tasks->items[middle];
        if (task->escalation < escalation ||
            (task->escalation == escalation && task->number < number))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

EscTask *esc_task_find(EscEngine *engine, uint64_t escalation, uint32_t number)
{
    const EscTasks *tasks = &engine->tasks;
    size_t at = place_of(tasks, escalation, number);
    if (at == tasks->count || tasks->items[at]->escalation != escalation ||
        tasks->items[at]->number != number || !esc_task_state_is_open(tasks->items[at]->state))
        return NULL;
    return tasks->items[at];
}

EscTask *esc_task_next(EscEngine *engine, uint64_t escalation, size_t *at)
{
    const EscTasks *tasks = &engine->tasks;
    if (*at == 0)
        *at = place_of(tasks, escalation, 0) + 1;
    for (; *at <= tasks->count && tasks->items[*at - 1]->escalation == escalation; (*at)++) {
        if (esc_task_state_is_open(tasks->items[*at - 1]->state))
            return tasks->items[(*at)++ - 1];
    }
    return NULL;
}

EscTask *esc_task_place(EscEngine *engine, uint64_t escalation, uint32_t number)
{
    EscTasks *tasks = &engine->tasks;
    EscTask *task = esc_engine_alloc(sizeof *task);
    *task = (EscTask){.escalation = escalation, .number = number, .check = ESC_NONE};
    ESC_ENGINE_GROW(tasks->items, tasks->count, tasks->capacity);
    size_t at = place_of(tasks, escalation, number);
    memmove(tasks->items + at + 1, tasks->items + at, (tasks->count - at) * sizeof *tasks->items);
    tasks->items[at] = task;
    tasks->count++;
    return task;
}

EscTask *esc_task_new(EscEngine *engine, EscEscalation *escalation, EscTaskKind kind)
{
    EscTask *task = esc_task_place(engine, escalation->id, ++escalation->tasks);
    task->kind = kind;
    task->ticket = esc_text_own(escalation->ticket->id);
    task->created_ms = engine->now_ms;
    esc_escalation_dirty(engine, escalation);
    esc_task_dirty(engine, task);
    return task;
}

void esc_task_dirty(EscEngine *engine, EscTask *task)
{
    if (task->is_dirty)
        return;
    EscTasks *tasks = &engine->tasks;
    ESC_ENGINE_GROW(tasks->dirty, tasks->dirty_count, tasks->dirty_capacity);
    tasks->dirty[tasks->dirty_count++] = task;
    task->is_dirty = true;
}

static void task_free(EscTask *task)
{
    EscText *texts[] = {&task->ticket, &task->linked,  &task->title, &task->guidance,
                        &task->facts,  &task->outcome, &task->reason};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        esc_text_drop(texts[i]);
    for (uint32_t i = 0; i < task->answers_count; i++) {
        esc_text_drop(&task->answers[i].name);
        esc_text_drop(&task->answers[i].title);
    }
    free(task->answers);
    free(task);
}

void esc_tasks_written(EscEngine *engine)
{
    EscTasks *tasks = &engine->tasks;
    for (size_t i = 0; i < tasks->dirty_count; i++) {
        EscTask *task = tasks->dirty[i];
        task->is_dirty = false;
        if (esc_task_state_is_open(task->state))
            continue;
        size_t at = place_of(tasks, task->escalation, task->number);
        memmove(tasks->items + at, tasks->items + at + 1,
                (tasks->count - at - 1) * sizeof(EscTask *));
        tasks->count--;
        task_free(task);
    }
    tasks->dirty_count = 0;
}

void esc_tasks_release(EscEngine *engine)
{
    for (size_t i = 0; i < engine->tasks.count; i++)
        task_free(engine->tasks.items[i]);
    free(engine->tasks.items);
    free(engine->tasks.dirty);
}

/* --- one of them ------------------------------------------------------------------------------ */

EscText esc_task_name(EscEngine *engine, const EscTask *task)
{
    return esc_turn_printf(engine, "E-%llu-%u", (unsigned long long)task->escalation, task->number);
}

bool esc_task_outlives(const EscTask *task)
{
    return task->kind == ESC_TASK_POSTMORTEM || task->kind == ESC_TASK_FOLLOW_UP;
}

void esc_task_candidates(EscEngine *engine, EscTask *task, const EscText *names, uint32_t count)
{
    for (uint32_t i = 0; i < count && task->candidates_count < ESC_OWNERS_MAX; i++) {
        if (names[i].size > 0 &&
            !esc_texts_hold(task->candidates, task->candidates_count, names[i]))
            task->candidates[task->candidates_count++] = esc_engine_intern(engine, names[i]);
    }
    esc_task_dirty(engine, task);
}

void esc_task_unclaim(EscEngine *engine, EscTask *task)
{
    task->state = ESC_TASK_OPEN;
    task->assignee = task->meant;
    task->claimed_ms = 0;
    esc_task_dirty(engine, task);
}

void esc_task_end(EscEngine *engine, EscTask *task, EscTaskState state, EscText by, EscText outcome,
                  EscText reason)
{
    if (!esc_task_state_is_open(task->state))
        return;
    task->state = state;
    task->done_ms = engine->now_ms;
    task->done_by = by.size == 0 ? (EscText){0} : esc_engine_intern(engine, by);
    task->outcome = esc_text_own(outcome);
    task->reason = esc_text_own(reason);
    bool was_chased = task->wake_ms != 0;
    task->wake_ms = 0;
    if (was_chased)
        esc_tasks_wake_next(engine);
    esc_task_dirty(engine, task);
    EscEscalation *escalation = esc_escalation_standing(engine, task->escalation);
    if (escalation != NULL) /* how many are open is shown with it */
        esc_escalation_dirty(engine, escalation);
}

void esc_task_done(EscEngine *engine, const EscEscalation *escalation, uint32_t number, EscText by,
                   EscText outcome, EscText reason)
{
    EscTask *task = esc_task_find(engine, escalation->id, number);
    if (task != NULL)
        esc_task_end(engine, task, ESC_TASK_DONE, by, outcome, reason);
}

EscTask *esc_task_of_ticket(EscEngine *engine, EscText ticket)
{
    for (size_t i = 0; i < engine->tasks.count; i++) {
        EscTask *task = engine->tasks.items[i];
        if (esc_task_state_is_open(task->state) && task->linked.size > 0 &&
            esc_text_equal(task->linked, ticket))
            return task;
    }
    return NULL;
}

void esc_task_record(EscEngine *engine, const EscTask *task, EscAuditKind kind, EscText data,
                     const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    EscBuf buf = esc_turn_buf();
    esc_buf_vprintf(&buf, format, arguments);
    va_end(arguments);
    EscText text = esc_turn_take(engine, &buf);
    EscText with = esc_turn_printf(engine, "{\"task\":\"%.*s\"%s%.*s",
                                   ESC_TEXT_ARG(esc_task_name(engine, task)),
                                   data.size > 2 ? "," : "", (int)data.size - 1, data.data + 1);
    esc_audit_bare(engine, task->escalation, task->ticket, kind, with, "%.*s", ESC_TEXT_ARG(text));
}

/* --- when it is asked after ------------------------------------------------------------------- */

static void timer_put(EscEngine *engine, int64_t at_ms)
{
    const EscTimerNode *timer = esc_timer_find(engine->timers.own, ESC_TIMER_TASK, 0);
    if (timer == NULL || at_ms < timer->due_ms)
        esc_timer_put(engine, NULL, NULL, ESC_TIMER_TASK, 0, at_ms);
}

void esc_task_wake(EscEngine *engine, EscTask *task, int64_t at_ms)
{
    task->wake_ms = at_ms;
    esc_task_dirty(engine, task);
    if (at_ms != 0)
        timer_put(engine, at_ms);
}

void esc_tasks_wake_next(EscEngine *engine)
{
    int64_t first_ms = 0;
    for (size_t i = 0; i < engine->tasks.count; i++) {
        int64_t at_ms = engine->tasks.items[i]->wake_ms;
        if (at_ms != 0 && (first_ms == 0 || at_ms < first_ms))
            first_ms = at_ms;
    }
    if (first_ms != 0)
        timer_put(engine, first_ms);
    else
        esc_timer_cancel(engine, NULL, NULL, ESC_TIMER_TASK, 0);
}

void esc_tasks_move(EscEngine *engine, int64_t by_ms)
{
    for (size_t i = 0; i < engine->tasks.count; i++) {
        EscTask *task = engine->tasks.items[i];
        int64_t *times[] = {&task->created_ms, &task->due_ms, &task->claimed_ms, &task->wake_ms};
        if (!esc_task_state_is_open(task->state))
            continue;
        for (size_t k = 0; k < ESC_COUNT_OF(times); k++)
            *times[k] += *times[k] == 0 ? 0 : by_ms;
        esc_task_dirty(engine, task);
    }
}
