/* chains.c - several numbers under one key, found by it. The key is a hash already (model/tallies.c). */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 16u

static uint32_t *bucket_of(const EscChains *chains, const EscKeptId *key)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < sizeof key->bytes; i++) /* of an id of another kind all bytes count */
        hash = hash * 31 + key->bytes[i];
    return &chains->buckets[hash & (chains->buckets_count - 1)];
}

static void buckets_grow(EscChains *chains)
{
    if (chains->used < chains->buckets_count)
        return;
    free(chains->buckets);
    chains->buckets_count = chains->buckets_count == 0 ? BUCKETS_MIN : 2 * chains->buckets_count;
    chains->buckets = esc_engine_alloc(chains->buckets_count * sizeof *chains->buckets);
    for (size_t i = 0; i < chains->count; i++) {
        EscLink *link = &chains->items[i];
        if (!link->is_used)
            continue;
        link->next = *bucket_of(chains, &link->key);
        *bucket_of(chains, &link->key) = (uint32_t)i + 1;
    }
}

bool esc_chain_next(const EscChains *chains, const EscKeptId *key, uint32_t *at, uint64_t *value)
{
    if (chains->used == 0)
        return false;
    uint32_t place = *at == 0 ? *bucket_of(chains, key) : chains->items[*at - 1].next;
    while (place != 0 &&
           memcmp(chains->items[place - 1].key.bytes, key->bytes, sizeof key->bytes) != 0)
        place = chains->items[place - 1].next;
    *at = place;
    if (place != 0)
        *value = chains->items[place - 1].value;
    return place != 0;
}

bool esc_chain_has(const EscChains *chains, const EscKeptId *key, uint64_t value)
{
    uint64_t found = 0;
    for (uint32_t at = 0; esc_chain_next(chains, key, &at, &found);)
        if (found == value)
            return true;
    return false;
}

void esc_chain_add(EscChains *chains, const EscKeptId *key, uint64_t value)
{
    if (esc_chain_has(chains, key, value))
        return;
    buckets_grow(chains);
    uint32_t place = chains->free_first;
    if (place != 0) {
        chains->free_first = chains->items[place - 1].next;
    } else {
        ESC_ENGINE_GROW(chains->items, chains->count, chains->capacity);
        place = (uint32_t)++chains->count;
    }
    uint32_t *bucket = bucket_of(chains, key);
    chains->items[place - 1] =
        (EscLink){.key = *key, .value = value, .next = *bucket, .is_used = true};
    *bucket = place;
    chains->used++;
}

void esc_chain_remove(EscChains *chains, const EscKeptId *key, uint64_t value)
{
    if (!esc_chain_has(chains, key, value))
        return;
    uint32_t *link = bucket_of(chains, key);
    for (;; link = &chains->items[*link - 1].next) {
        const EscLink *item = &chains->items[*link - 1];
        if (item->value == value && memcmp(item->key.bytes, key->bytes, sizeof key->bytes) == 0)
            break;
    }
    uint32_t place = *link;
    *link = chains->items[place - 1].next;
    chains->items[place - 1] = (EscLink){.next = chains->free_first};
    chains->free_first = place;
    chains->used--;
}

void esc_chains_release(EscChains *chains)
{
    free(chains->items);
    free(chains->buckets);
    *chains = (EscChains){.items = NULL};
}
