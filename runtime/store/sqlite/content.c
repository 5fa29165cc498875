/* content.c - the contents of events: those of a group are compressed together into one row, and an
 * event's row says where its own lies.
 *
 * A row, before zstd: a byte for the version of this form, then source, id and content of each
 * event, each behind its size in four bytes. It holds at most CONTENT_BYTES, or one event that is larger. Reading keeps the last row, as
 * escalations that started together have their start events together. */
#include "sqlite_internal.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define CONTENT_VERSION 1
#define CONTENT_BYTES ((size_t)1 << 20)
#define CONTENT_BYTES_MAX ((size_t)64 << 20) /* a row that says more is damaged */
#define CONTENT_LEVEL 1 /* higher ones cost several times as much for a tenth */

static EscStatus places_grow(EscSqlite *store, size_t count, EscWhy *why)
{
    if (count <= store->places_capacity)
        return ESC_OK;
    EscContentPlace *grown = realloc(store->places, count * sizeof *grown);
    if (grown == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the events of a group");
    store->places = grown;
    store->places_capacity = count;
    return ESC_OK;
}

static EscStatus put_row(EscSqlite *store, const EscBuf *raw, int64_t at_ms, EscWhy *why)
{
    size_t bound = ZSTD_compressBound(raw->size);
    void *packed = malloc(bound);
    if (packed == NULL || raw->status != ESC_OK) {
        free(packed);
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the events of a group");
    }
    size_t size = ZSTD_compress(packed, bound, raw->data, raw->size, CONTENT_LEVEL);
    ESC_ASSERT(!ZSTD_isError(size)); /* with room for the bound it cannot fail but for memory */
    EscSqliteStep put = esc_sqlite_step(store, ESC_STATEMENT_CONTENT_PUT, "to write events");
    esc_sqlite_bind_u64(&put, store->next_content);
    esc_sqlite_bind_i64(&put, at_ms);
    esc_sqlite_bind_u64(&put, raw->size);
    esc_sqlite_bind_bytes(&put, (EscBytes){packed, size});
    EscStatus status = esc_sqlite_write(&put, 1, why);
    free(packed);
    return status;
}

static void put_text(EscBuf *raw, EscText text)
{
    esc_buf_u32(raw, (uint32_t)text.size);
    esc_buf_text(raw, text);
}

static void begin_row(EscBuf *raw)
{
    esc_buf_clear(raw);
    esc_buf_u8(raw, CONTENT_VERSION);
}

EscStatus esc_sqlite_contents_put(EscSqlite *store, const EscGroup *group, EscWhy *why)
{
    if (group->events_count == 0)
        return ESC_OK;
    EscStatus status = places_grow(store, group->events_count, why);
    EscBuf raw;
    esc_buf_init(&raw, CONTENT_BYTES_MAX);
    begin_row(&raw);
    uint32_t slot = 0;
    for (size_t i = 0; i < group->events_count && status == ESC_OK; i++) {
        const EscReceivedRow *event = &group->events[i];
        EscText content = event->content;
        if (slot > 0 && raw.size + content.size > CONTENT_BYTES) {
            status = put_row(store, &raw, group->events[i].received_at_ms, why);
            begin_row(&raw);
            store->next_content++;
            slot = 0;
        }
        put_text(&raw, event->source);
        put_text(&raw, event->id);
        put_text(&raw, content);
        store->places[i] = (EscContentPlace){store->next_content, slot++};
    }
    if (status == ESC_OK)
        status = put_row(store, &raw, group->events[0].received_at_ms, why);
    store->next_content++;
    esc_buf_release(&raw);
    return status;
}

/* --- reading ----------------------------------------------------------------------------------- */

static EscStatus damaged(uint64_t key, EscWhy *why)
{
    return esc_why(why, ESC_STORE_FAILED, "", key,
                   "the store is damaged: events %llu do not unpack", (unsigned long long)key);
}

void esc_sqlite_content_forget(EscSqlite *store)
{
    free(store->content);
    store->content = NULL;
    store->content_size = 0;
    store->content_key = 0;
}

static EscStatus unpack(EscSqlite *store, const EscSqliteStep *get, uint64_t key, EscWhy *why)
{
    uint64_t size = esc_sqlite_column_u64(get, 0);
    EscBytes packed = esc_sqlite_column_bytes(get, 1);
    if (size == 0 || size > CONTENT_BYTES_MAX)
        return damaged(key, why);
    store->content = malloc(size);
    if (store->content == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for events");
    size_t done = ZSTD_decompress(store->content, size, packed.data, packed.size);
    if (ZSTD_isError(done) || done != size || store->content[0] != CONTENT_VERSION)
        return damaged(key, why);
    store->content_size = size;
    store->content_key = key;
    return ESC_OK;
}

/* Makes the row of this key the one that is kept. ESC_NOT_FOUND when it was forgotten. */
static EscStatus fetch(EscSqlite *store, uint64_t key, EscWhy *why)
{
    if (store->content != NULL && store->content_key == key)
        return ESC_OK;
    esc_sqlite_content_forget(store);
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_CONTENT_GET, "to read events");
    esc_sqlite_bind_u64(&get, key);
    EscStatus status = ESC_OK;
    if (esc_sqlite_next(&get))
        status = unpack(store, &get, key, why);
    else
        status =
            esc_why(why, ESC_NOT_FOUND, "", 0, "the content of that event is not kept any more");
    status = esc_sqlite_finish(&get, status, why);
    if (status != ESC_OK)
        esc_sqlite_content_forget(store);
    return status;
}

static EscText get_text(EscCursor *cursor)
{
    EscBytes bytes = esc_cursor_bytes(cursor, esc_cursor_u32(cursor));
    return (EscText){(const char *)bytes.data, bytes.size};
}

/* Behind the version and the events before the place. */
static EscCursor seek(const EscSqlite *store, uint32_t slot)
{
    EscCursor cursor = esc_cursor((EscBytes){store->content, store->content_size});
    (void)esc_cursor_u8(&cursor);
    for (uint32_t i = 0; i < 3 * slot && !cursor.failed; i++)
        (void)get_text(&cursor);
    return cursor;
}

EscStatus esc_sqlite_content_find(EscSqlite *store, EscContentPlace place, EscText *content,
                                  EscWhy *why)
{
    EscStatus status = fetch(store, place.content, why);
    if (status != ESC_OK)
        return status;
    EscCursor cursor = seek(store, place.slot);
    (void)get_text(&cursor); /* source */
    (void)get_text(&cursor); /* id */
    *content = get_text(&cursor);
    return cursor.failed ? damaged(place.content, why) : ESC_OK;
}

EscStatus esc_sqlite_content_key(EscSqlite *store, EscContentPlace place, EscEventKey *key,
                                 bool *is_there, EscWhy *why)
{
    EscStatus status = fetch(store, place.content, why);
    if (status != ESC_OK)
        return status;
    EscCursor cursor = seek(store, place.slot);
    *is_there = esc_cursor_left(&cursor) > 0 && !cursor.failed;
    if (!*is_there)
        return ESC_OK;
    key->source = get_text(&cursor);
    key->id = get_text(&cursor);
    return cursor.failed ? damaged(place.content, why) : ESC_OK;
}
