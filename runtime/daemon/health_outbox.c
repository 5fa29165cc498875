/* health_outbox.c - what a workspace's outbox says of its health: messages that were given up, pages that wait.
 *
 * Given up is seen to when something reached the same target since, or a day later: by then somebody has read the record, or
 * nobody is going to. Calls are left to the steps that made them. */
#include "health_outbox.h"

#include <esc/message.h>

#define ARENA_BYTES_MAX ((size_t)16 << 20)
#define ROWS_MAX ((size_t)1000) /* looked at, of each kind */

typedef struct Search {
    EscHealthOutbox *found;
    int64_t now_ms, late_ms;
    EscText targets
        [ESC_HEALTH_TARGETS_MAX]; /* of which something was settled: only the newest counts */
    size_t targets_count;
} Search;

static bool is_known(const Search *search, EscText subject)
{
    for (size_t i = 0; i < search->targets_count; i++)
        if (esc_text_equal(search->targets[i], subject))
            return true;
    return false;
}

static bool add_settled(void *context, const EscOutboxEntry *entry)
{
    Search *search = context;
    EscHealthOutbox *found = search->found;
    const EscOutboxRow *row = &entry->row;
    if (row->created_at_ms < search->now_ms - ESC_DAY_MS ||
        search->targets_count == ESC_HEALTH_TARGETS_MAX)
        return false;
    if (row->kind != ESC_OUTBOX_MESSAGE || entry->state == ESC_DELIVERY_QUEUED)
        return true;
    EscText subject = esc_arena_printf(found->arena, "%.*s by %.*s", ESC_TEXT_ARG(row->target),
                                       ESC_TEXT_ARG(row->medium));
    if (is_known(search, subject))
        return true;
    search->targets[search->targets_count++] = subject;
    if (entry->state == ESC_DELIVERY_DEAD)
        found->dead[found->dead_count++] =
            (EscCause){.code = ESC_CAUSE_DELIVERY_DEAD,
                       .subject = subject,
                       .sentence = ESC_TEXT("messages do not arrive: the last one was given up"),
                       .since_ms = row->created_at_ms};
    return !esc_arena_failed(found->arena);
}

static bool is_page(EscArena *arena, const EscOutboxRow *row)
{
    EscMessage message;
    return esc_message_read_json(arena, row->body, &message) && message.page;
}

static bool add_queued(void *context, const EscOutboxEntry *entry)
{
    Search *search = context;
    EscHealthOutbox *found = search->found;
    const EscOutboxRow *row = &entry->row;
    found->queued++;
    if (row->kind == ESC_OUTBOX_MESSAGE && row->created_at_ms < search->now_ms - search->late_ms &&
        is_page(found->arena, row))
        found->late_pages++;
    return !esc_arena_failed(found->arena);
}

EscStatus esc_health_outbox_find(EscStore *store, int64_t now_ms, int64_t late_ms,
                                 EscHealthOutbox *found)
{
    *found = (EscHealthOutbox){.arena = esc_arena_new(ARENA_BYTES_MAX)};
    if (found->arena == NULL)
        return ESC_NO_MEMORY;
    Search search = {.found = found, .now_ms = now_ms, .late_ms = late_ms};
    const EscOutboxFilter newest = {.limit = ROWS_MAX};
    EscStatus status = esc_store_outbox(store, &newest, add_settled, &search, NULL);
    if (status == ESC_OK)
        status = esc_store_outbox_due(store, INT64_MAX, ROWS_MAX, add_queued, &search, NULL);
    if (status == ESC_OK && esc_arena_failed(found->arena))
        status = ESC_NO_MEMORY;
    if (status != ESC_OK)
        esc_health_outbox_release(found);
    return status;
}

void esc_health_outbox_release(EscHealthOutbox *found)
{
    esc_arena_free(found->arena);
    *found = (EscHealthOutbox){.arena = NULL};
}
