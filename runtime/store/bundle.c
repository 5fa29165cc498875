/* bundle.c - bundles by hash: kept for as long as an escalation is pinned to them. */
#include "store_internal.h"

#include <string.h>

EscStatus esc_store_bundle_put(EscStore *store, const uint8_t hash[32], EscBytes bytes,
                               int64_t at_ms, EscWhy *why)
{
    if (store->has_failed)
        return esc_why(why, ESC_STORE_FAILED, "", 0, "the store failed before and takes nothing more");
    EscStoreStep put = esc_store_step(store, ESC_STORE_SQL_BUNDLE_PUT, "to write a bundle");
    esc_store_bind_bytes(&put, (EscBytes){hash, 32});
    esc_store_bind_i64(&put, at_ms);
    esc_store_bind_bytes(&put, bytes);
    return esc_store_write(&put, -1, why);
}

EscStatus esc_store_bundle_get(EscStore *store, const uint8_t hash[32], EscBuf *out, EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_BUNDLE_GET, "to read a bundle");
    esc_store_bind_bytes(&get, (EscBytes){hash, 32});
    bool is_found = esc_store_next(&get);
    if (is_found) {
        EscBytes bytes = esc_store_column_bytes(&get, 0);
        esc_buf_append(out, bytes.data, bytes.size);
    }
    EscStatus status = esc_store_done(&get, why);
    if (status != ESC_OK)
        return status;
    if (!is_found)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "the store has no bundle of that hash");
    return out->status == ESC_OK
               ? ESC_OK
               : esc_why(why, out->status, "", 0, "the bundle does not fit into its buffer");
}

EscStatus esc_store_bundles_needed(EscStore *store, EscArena *arena, uint8_t (**hashes)[32],
                                   size_t *count, EscWhy *why)
{
    *hashes = NULL;
    *count = 0;
    size_t capacity = 0;
    bool is_full = false;
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_BUNDLES_NEEDED, "to list bundles");
    while (!is_full && esc_store_next(&get)) {
        uint8_t(*grown)[32] = esc_arena_grow(arena, *hashes, *count, &capacity, sizeof **hashes);
        is_full = grown == NULL;
        EscBytes hash = esc_store_column_bytes(&get, 0);
        if (!is_full && hash.size == sizeof **hashes) {
            *hashes = grown;
            memcpy(grown[(*count)++], hash.data, hash.size);
        }
    }
    EscStatus status = esc_store_done(&get, why);
    if (status == ESC_OK && is_full)
        status = esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the list of bundles");
    return status;
}
