/* tasks_pack.c - the body of a task's row: what stands beside the columns that lists are made of.
 *
 *   u8 format   packed linked ticket, title, guidance, facts, whose it is   varint check + 1 (0: none), times asked after
 *   signed claimed at, to be asked after at   packed done by, outcome, reason
 *   answers: count, for each  packed name, title */
#include <engine/rows.h>

#define FORMAT 1

/* --- writing ---------------------------------------------------------------------------------- */

void esc_task_pack(EscBuf *out, const EscTask *task)
{
    esc_buf_u8(out, FORMAT);
    esc_buf_packed(out, task->linked);
    esc_buf_packed(out, task->title);
    esc_buf_packed(out, task->guidance);
    esc_buf_packed(out, task->facts);
    esc_buf_packed(out, task->meant);
    esc_buf_varint(out, task->check == ESC_NONE ? 0 : (uint64_t)task->check + 1);
    esc_buf_varint(out, task->chased);
    esc_buf_signed(out, task->claimed_ms);
    esc_buf_signed(out, task->wake_ms);
    esc_buf_packed(out, task->done_by);
    esc_buf_packed(out, task->outcome);
    esc_buf_packed(out, task->reason);
    esc_buf_varint(out, task->answers_count);
    for (uint32_t i = 0; i < task->answers_count; i++) {
        esc_buf_packed(out, task->answers[i].name);
        esc_buf_packed(out, task->answers[i].title);
    }
}

void esc_task_candidates_write(EscBuf *out, const EscTask *task)
{
    for (uint32_t i = 0; i < task->candidates_count; i++) {
        esc_buf_char(out, '\n');
        esc_buf_text(out, task->candidates[i]);
    }
    if (task->candidates_count > 0)
        esc_buf_char(out, '\n');
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool body_read(EscCursor *cursor, EscArena *arena, EscTaskView *view)
{
    EscText *texts[] = {&view->linked, &view->title, &view->guidance, &view->facts_json,
                        &view->meant};
    bool is_known = esc_cursor_u8(cursor) == FORMAT;
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_cursor_packed(cursor);
    view->check = esc_index_unpack(cursor, UINT32_MAX - 1);
    view->chased = esc_small_unpack(cursor);
    view->claimed_ms = esc_instant_unpack(cursor);
    view->wake_ms = esc_instant_unpack(cursor);
    view->done_by = esc_cursor_packed(cursor);
    view->outcome = esc_cursor_packed(cursor);
    view->reason = esc_cursor_packed(cursor);
    size_t count = esc_cursor_count(cursor);
    EscTaskItem *answers = esc_arena_alloc_array(arena, count, sizeof *answers);
    if (cursor->failed || (count > 0 && answers == NULL))
        return false;
    for (size_t i = 0; i < count; i++) {
        answers[i].name = esc_cursor_packed(cursor);
        answers[i].title = esc_cursor_packed(cursor);
    }
    view->answers = answers;
    view->answers_count = (uint32_t)count;
    return is_known && !cursor->failed && esc_cursor_left(cursor) == 0;
}

bool esc_task_body_show(EscArena *arena, EscBytes body, EscTaskView *view)
{
    *view = (EscTaskView){.check = ESC_NONE};
    EscCursor cursor = esc_cursor(body);
    if (body_read(&cursor, arena, view))
        return true;
    *view = (EscTaskView){.check = ESC_NONE};
    return false;
}

static void candidates_read(EscEngine *engine, EscTask *task, EscText names)
{
    for (size_t at = 0; at + 1 < names.size && task->candidates_count < ESC_OWNERS_MAX;) {
        size_t end = ++at;
        while (end < names.size && names.data[end] != '\n')
            end++;
        if (end > at)
            task->candidates[task->candidates_count++] =
                esc_engine_intern(engine, (EscText){names.data + at, end - at});
        at = end;
    }
}

static EscText interned(EscEngine *engine, EscText text)
{
    return text.size == 0 ? (EscText){0} : esc_engine_intern(engine, text);
}

/* What lists are made of stays though the body cannot be read: somebody has it still to do. */
static void body_take(EscEngine *engine, EscTask *task, const EscTaskView *view)
{
    task->linked = esc_text_own(view->linked);
    task->title = esc_text_own(view->title);
    task->guidance = esc_text_own(view->guidance);
    task->facts = esc_text_own(view->facts_json);
    task->meant = interned(engine, view->meant);
    task->check = view->check;
    task->chased = view->chased;
    task->claimed_ms = view->claimed_ms;
    task->wake_ms = view->wake_ms;
    task->answers = esc_engine_alloc(view->answers_count * sizeof *task->answers);
    for (uint32_t i = 0; i < view->answers_count; i++) {
        task->answers[i].name = esc_text_own(view->answers[i].name);
        task->answers[i].title = esc_text_own(view->answers[i].title);
    }
    task->answers_count = view->answers_count;
}

EscStatus esc_engine_restore_task(EscEngine *engine, const EscTaskRow *row, EscWhy *why)
{
    if (row->number == 0 || row->kind >= ESC_TASK_KIND_COUNT ||
        !esc_task_state_is_open(row->state) ||
        esc_task_find(engine, row->escalation, row->number) != NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "the task E-%llu-%u is done or there already",
                       (unsigned long long)row->escalation, row->number);
    EscArena *arena = esc_arena_new(ESC_ENGINE_TASK_BYTES_MAX);
    ESC_ASSERT(arena != NULL);
    EscTaskView view;
    (void)esc_task_body_show(arena, row->body, &view);
    EscTask *task = esc_task_place(engine, row->escalation, row->number);
    task->kind = row->kind;
    task->state = row->state;
    task->ticket = esc_text_own(row->ticket);
    task->assignee = interned(engine, row->assignee);
    task->created_ms = row->created_at_ms;
    task->due_ms = row->due_at_ms;
    candidates_read(engine, task, row->candidates);
    body_take(engine, task, &view);
    esc_arena_free(arena);
    return ESC_OK;
}
