/* flush.c - everything that changed since the last flush, as rows for the store. Audit, outbox, evidence and settled
 * rows stand in the pending group already, in the order they came; tickets and escalations are added as they are now,
 * with their timers in their bodies, and the group is handed out. The next one is collected in another of three, so that one can
 * be on its way to the disk while the next is flushed. */
#include <engine/rows.h>

#include <stdlib.h>
#include <string.h>

#define BODY_BYTES_USUAL 512

static EscText copied(EscGroup *group, EscText text)
{
    EscText copy = esc_arena_text(group->arena, text);
    ESC_ASSERT(!esc_arena_failed(group->arena));
    return copy;
}

static EscBytes body_copied(EscGroup *group, EscBuf *buf)
{
    ESC_ASSERT(buf->status == ESC_OK);
    EscText text = copied(group, esc_buf_as_text(buf));
    esc_buf_release(buf);
    return (EscBytes){(const uint8_t *)text.data, text.size};
}

/* Room for one more row in a list of the group. */
#define ROW_ADD(group, list)                                                                       \
    ((group)->list = esc_arena_grow((group)->arena, (group)->list, (group)->list##_count,          \
                                    &(group)->list##_capacity, sizeof *(group)->list),             \
     row_room((group)->list), &(group)->list[(group)->list##_count++])

static void row_room(const void *list)
{
    ESC_ASSERT(list != NULL);
}

void esc_body_keep(EscText *kept, EscBytes body)
{
    esc_text_drop(kept);
    *kept = esc_text_own((EscText){(const char *)body.data, body.size});
}

/* --- what is written as it is now ------------------------------------------------------------- */

void esc_ticket_row(const EscEngine *engine, const EscTicket *ticket, EscGroup *group,
                    EscTicketRow *row)
{
    EscBuf body = esc_turn_buf();
    esc_buf_reserve(&body, BODY_BYTES_USUAL);
    esc_ticket_pack(&body, engine, ticket);
    *row = (EscTicketRow){
        .id = copied(group, ticket->id),
        .title = copied(group, esc_ticket_text(engine, ticket, engine->schema.title_slot)),
        .status = copied(group, esc_ticket_status(engine, ticket)),
        .body = body_copied(group, &body),
        .created_at_ms = ticket->created_at_ms,
        .updated_at_ms = ticket->updated_at_ms,
        .is_live = esc_ticket_is_live(ticket),
    };
}

static void escalation_row(EscEngine *engine, EscEscalation *escalation, EscGroup *group,
                           EscEscalationRow *row)
{
    EscBuf body = esc_turn_buf();
    esc_buf_reserve(&body, BODY_BYTES_USUAL);
    esc_escalation_pack(&body, engine, escalation);
    *row = (EscEscalationRow){
        .id = escalation->id,
        .ticket = copied(group, escalation->ticket->id),
        .template_name = copied(group, escalation->template_name),
        .state = escalation->state,
        .role = escalation->role,
        .owner = copied(group, escalation->owner),
        .is_acked = escalation->is_acked,
        .opened_at_ms = escalation->opened_at_ms,
        .closed_at_ms = escalation->closed_at_ms,
        .outcome =
            escalation->state == ESC_STATE_OPEN ? (EscText){0} : copied(group, escalation->outcome),
        .step = copied(group, esc_step_text(engine, escalation)),
        .next_due_ms = esc_timer_earliest(escalation->timers),
        .body = body_copied(group, &body),
        .start_event = copied(group, escalation->is_new ? escalation->start_json : (EscText){0}),
        .version = escalation->version,
        .account = copied(group, esc_ticket_account(engine, escalation->ticket)),
        .due_ms = esc_escalation_due_ms(escalation),
    };
    row->severity = copied(group, esc_ticket_severity(engine, escalation->ticket, &row->rank));
    memcpy(row->bundle_hash, escalation->bundle_hash, sizeof row->bundle_hash);
    escalation->is_new = false;
    esc_text_drop(&escalation->start_json);
}

static void tickets_flush(EscEngine *engine, EscGroup *group)
{
    for (size_t i = 0; i < engine->tickets.dirty_count; i++) {
        EscTicket *ticket = engine->tickets.dirty[i];
        EscTicketRow *row = ROW_ADD(group, tickets);
        esc_ticket_row(engine, ticket, group, row);
        ticket->is_dirty = false;
        if (row->is_live)
            esc_body_keep(&ticket->body, row->body);
        esc_ticket_written(engine, ticket);
    }
    engine->tickets.dirty_count = 0;
}

static void escalations_flush(EscEngine *engine, EscGroup *group)
{
    for (size_t i = 0; i < engine->escalations.dirty_count; i++) {
        EscEscalation *escalation = engine->escalations.dirty[i];
        EscEscalationRow *row = ROW_ADD(group, escalations);
        esc_face_written(engine, escalation);
        escalation_row(engine, escalation, group, row);
        escalation->is_dirty = false;
        if (escalation->state != ESC_STATE_CLOSED)
            esc_body_keep(&escalation->body, row->body);
        esc_escalation_written(engine, escalation);
    }
    engine->escalations.dirty_count = 0;
}

static void kept_row_add(EscGroup *group, const uint8_t *id, EscBuf *body)
{
    EscKeptRow *row = ROW_ADD(group, kept);
    *row = (EscKeptRow){.body = body == NULL ? (EscBytes){NULL, 0} : body_copied(group, body)};
    memcpy(row->id, id, sizeof row->id);
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const EscKeptId *)a)->bytes, ((const EscKeptId *)b)->bytes, ESC_KEPT_ID_SIZE);
}

/* What is gone first: its id may have come again. In an order that a restart does not change. */
static void kepts_flush(EscEngine *engine, EscGroup *group)
{
    EscKepts *kepts = &engine->kepts;
    if (kepts->gone_count > 1)
        qsort(kepts->gone, kepts->gone_count, sizeof *kepts->gone, by_id);
    for (size_t i = 0; i < kepts->gone_count; i++)
        kept_row_add(group, kepts->gone[i].bytes, NULL);
    for (size_t i = 0; i < kepts->dirty_count; i++) {
        EscKept *kept = &kepts->items[kepts->dirty[i]];
        if (!kept->is_dirty) /* it is gone, or another one took its place and was written */
            continue;
        EscBuf body = esc_turn_buf();
        esc_kept_pack(&body, engine, kept);
        kept_row_add(group, kept->id, &body);
        kept->is_dirty = 0;
        if (kepts->clauses[kept->clause].is_silence)
            kept->silence->written_ms = kept->last_ms;
    }
    if (kepts->is_told_dirty) {
        EscKeptId id;
        EscBuf body = esc_turn_buf();
        esc_kepts_told_row(engine, &id, &body);
        kept_row_add(group, id.bytes, &body);
    }
    kepts->is_told_dirty = false;
    kepts->gone_count = kepts->dirty_count = 0;
}

/* A number is never used twice, so none of these comes again once it is gone; one that came and went is not written. */
static void opens_flush(EscEngine *engine, EscGroup *group)
{
    EscOpenIndex *opens = &engine->opens;
    for (size_t i = 0; i < opens->dirty_count; i++) {
        EscOpen *open = &opens->items[opens->dirty[i]];
        if (!open->is_dirty) /* it came and went */
            continue;
        EscBuf body = esc_turn_buf();
        esc_open_pack(&body, open);
        kept_row_add(group, open->row.bytes, &body);
        open->is_dirty = false;
    }
    opens->dirty_count = 0;
}

static void tasks_flush(EscEngine *engine, EscGroup *group)
{
    for (size_t i = 0; i < engine->tasks.dirty_count; i++) {
        const EscTask *task = engine->tasks.dirty[i];
        EscTaskRow *row = ROW_ADD(group, tasks);
        EscBuf body = esc_turn_buf(), candidates = esc_turn_buf();
        esc_task_pack(&body, task);
        esc_task_candidates_write(&candidates, task);
        *row = (EscTaskRow){
            .escalation = task->escalation,
            .number = task->number,
            .kind = task->kind,
            .state = task->state,
            .ticket = copied(group, task->ticket),
            .assignee = copied(group, task->assignee),
            .candidates = copied(group, esc_buf_as_text(&candidates)),
            .created_at_ms = task->created_ms,
            .due_at_ms = task->due_ms,
            .done_at_ms = task->done_ms,
            .body = body_copied(group, &body),
        };
        esc_buf_release(&candidates);
    }
    esc_tasks_written(engine);
}

static void browsers_flush(EscEngine *engine, EscGroup *group)
{
    EscBrowsers *browsers = &engine->browsers;
    for (size_t i = 0; i < browsers->count && browsers->is_dirty; i++) {
        EscBrowserNode *browser = &browsers->items[i];
        if (!browser->is_dirty)
            continue;
        EscBuf body = esc_turn_buf();
        esc_browser_pack(&body, browser);
        kept_row_add(group, browser->id.bytes, &body);
        browser->is_dirty = false;
    }
    browsers->is_dirty = false;
}

static void workspace_flush(EscEngine *engine, EscGroup *group)
{
    if (!engine->absences.is_dirty)
        return;
    EscBuf body = esc_turn_buf();
    esc_workspace_pack(&body, engine);
    group->workspace = body_copied(group, &body);
    engine->absences.is_dirty = false;
}

EscGroup *esc_engine_flush(EscEngine *engine)
{
    EscGroup *group = engine->pending;
    esc_arena_clear(engine->turn.arena);
    esc_postmortems_hold(engine);
    esc_faces_flush(engine);
    tickets_flush(engine, group);
    escalations_flush(engine, group);
    kepts_flush(engine, group);
    opens_flush(engine, group);
    browsers_flush(engine, group);
    tasks_flush(engine, group);
    workspace_flush(engine, group);
    engine->counters.time_ms = engine->now_ms;
    group->counters = engine->counters;
    ESC_ASSERT(!esc_arena_failed(group->arena));
    EscGroup *next = group + 1, *behind = engine->groups + ESC_COUNT_OF(engine->groups);
    engine->pending = next == behind ? engine->groups : next;
    esc_group_clear(engine->pending);
    return group;
}
