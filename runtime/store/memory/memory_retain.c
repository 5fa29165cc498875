/* memory_retain.c - forgets what is older than it must be kept, by the rules of sqlite/retain.c. */
#include "memory_internal.h"

typedef struct Retain {
    EscMemory *memory;
    int64_t before_ms;
    size_t rows_max;
    bool has_more;
} Retain;

static bool is_live_escalation(const EscMemory *memory, uint64_t id)
{
    const EscEscalationRow *row = esc_memory_find(&memory->escalations, esc_memory_by_number, &id);
    return row != NULL && row->state != ESC_STATE_CLOSED;
}

/* Is an escalation open that has this ticket, or started with this event? */
static bool is_of_live(const EscMemory *memory, EscText ticket, EscText start)
{
    for (size_t i = 0; i < memory->escalations.count; i++) {
        const EscEscalationRow *row = memory->escalations.rows[i];
        if (row->state != ESC_STATE_CLOSED &&
            ((ticket.size > 0 && esc_text_equal(row->ticket, ticket)) ||
             (start.size > 0 && esc_text_equal(row->start_event, start))))
            return true;
    }
    return false;
}

static bool is_old_record(const Retain *retain, const void *row)
{
    const EscAuditRow *record = row;
    return record->at_ms < retain->before_ms &&
           !is_of_live(retain->memory, record->ticket, (EscText){0});
}

static bool is_old_entry(const Retain *retain, const void *row)
{
    const EscOutboxEntry *entry = row;
    return entry->row.created_at_ms < retain->before_ms && entry->state != ESC_DELIVERY_QUEUED &&
           !is_live_escalation(retain->memory, entry->row.escalation);
}

static bool has_open_task(const EscMemory *memory, uint64_t escalation)
{
    for (size_t i = 0; i < memory->tasks.count; i++) {
        const EscTaskRow *task = memory->tasks.rows[i];
        if (task->escalation == escalation && esc_task_state_is_open(task->state))
            return true;
    }
    return false;
}

static bool is_old_escalation(const Retain *retain, const void *row)
{
    const EscEscalationRow *escalation = row;
    return escalation->state == ESC_STATE_CLOSED && escalation->closed_at_ms < retain->before_ms &&
           !has_open_task(retain->memory, escalation->id);
}

static bool is_old_event(const Retain *retain, const void *row)
{
    const EscReceivedRow *event = row;
    return event->received_at_ms < retain->before_ms &&
           !is_of_live(retain->memory, (EscText){0}, event->content);
}

static bool is_gone(const Retain *retain, uint64_t escalation)
{
    return esc_memory_find(&retain->memory->escalations, esc_memory_by_number, &escalation) == NULL;
}

static bool is_orphan(const Retain *retain, const void *row)
{
    return is_gone(retain, ((const EscEvidenceRow *)row)->escalation);
}

static bool is_task_of_none(const Retain *retain, const void *row)
{
    return is_gone(retain, ((const EscTaskRow *)row)->escalation);
}

typedef bool IsOld(const Retain *retain, const void *row);

static void forget(Retain *retain, EscMemoryList *list, IsOld *is_old, size_t rows_max)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count;) {
        if (!is_old(retain, list->rows[i])) {
            i++;
        } else if (count == rows_max) {
            retain->has_more = true;
            return;
        } else {
            esc_memory_remove(list, i);
            count++;
        }
    }
}

EscStatus esc_memory_retain(EscStore *base, int64_t before_ms, size_t rows_max, bool *has_more,
                            EscWhy *why)
{
    (void)why;
    EscMemory *memory = esc_memory_of(base);
    Retain retain = {memory, before_ms, rows_max, false};
    forget(&retain, &memory->audit, is_old_record, rows_max);
    forget(&retain, &memory->outbox, is_old_entry, rows_max);
    forget(&retain, &memory->escalations, is_old_escalation, rows_max);
    forget(&retain, &memory->evidence, is_orphan, SIZE_MAX);
    forget(&retain, &memory->tasks, is_task_of_none, SIZE_MAX);
    forget(&retain, &memory->events, is_old_event, rows_max);
    *has_more = retain.has_more;
    return ESC_OK;
}
