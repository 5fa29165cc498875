/* outbox.c - what is still to be delivered, and when the next attempt is due.
 *
 * Settling a row is part of a group (commit.c): it is the engine that hears of a delivery first. */
#include "store_internal.h"

static void keep_texts(EscArena *arena, EscOutboxRow *row)
{
    row->key = esc_arena_text(arena, row->key);
    row->ticket = esc_arena_text(arena, row->ticket);
    row->target = esc_arena_text(arena, row->target);
    row->medium = esc_arena_text(arena, row->medium);
    row->address = esc_arena_text(arena, row->address);
    row->body = esc_arena_text(arena, row->body);
}

EscStatus esc_store_outbox_due(EscStore *store, int64_t now_ms, size_t count_max, EscArena *arena,
                               EscOutboxClaim **claims, size_t *count, EscWhy *why)
{
    *claims = NULL;
    *count = 0;
    size_t capacity = 0;
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_OUTBOX_DUE, "to read the outbox");
    esc_store_bind_i64(&get, now_ms);
    esc_store_bind_i64(&get, count_max > INT32_MAX ? INT32_MAX : (int64_t)count_max);
    while (!esc_arena_failed(arena) && esc_store_next(&get)) {
        EscOutboxClaim *grown = esc_arena_grow(arena, *claims, *count, &capacity, sizeof **claims);
        if (grown == NULL)
            break;
        *claims = grown;
        EscOutboxClaim *claim = &grown[(*count)++];
        claim->row = esc_store_outbox_row(&get);
        keep_texts(arena, &claim->row);
        claim->attempts = (uint32_t)esc_store_column_i64(&get, 11);
        claim->next_attempt_at_ms = esc_store_column_i64(&get, 12);
    }
    EscStatus status = esc_store_done(&get, why);
    if (status == ESC_OK && esc_arena_failed(arena))
        status = esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for what is due in the outbox");
    return status;
}

EscStatus esc_store_outbox_retry(EscStore *store, uint64_t id, uint32_t attempts,
                                 int64_t next_attempt_at_ms, EscText detail, EscWhy *why)
{
    if (store->has_failed)
        return esc_why(why, ESC_STORE_FAILED, "", 0, "the store failed before and takes nothing more");
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_OUTBOX_RETRY, "to note a failed attempt");
    esc_store_bind_u64(&put, id);
    esc_store_bind_i64(&put, attempts);
    esc_store_bind_i64(&put, next_attempt_at_ms);
    esc_store_bind_text(&put, detail);
    return esc_store_write(&put, 1, why);
}
