/* shards.c - the shards of one daemon, found by name. */
#include "shard_internal.h"

EscStatus esc_shards_init(EscShards *shards, uint64_t hash_seed, EscWhy *why)
{
    shards->count = 0;
    shards->names = esc_names_new(hash_seed);
    return shards->names != NULL ? ESC_OK
                                 : esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for workspaces");
}

EscStatus esc_shards_add(EscShards *shards, EscShard *shard, EscWhy *why)
{
    EscText name = esc_shard_name(shard);
    if (shards->count == ESC_WORKSPACES_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "a daemon serves at most %d workspaces",
                       ESC_WORKSPACES_MAX);
    if (esc_names_find(shards->names, name, NULL))
        return esc_why(why, ESC_CONFLICT, "", 0, "workspace %.*s is there twice",
                       ESC_TEXT_ARG(name));
    EscStatus status = esc_names_put(shards->names, name, shards->count);
    if (status == ESC_OK)
        shards->items[shards->count++] = shard;
    return status;
}

EscShard *esc_shards_find(const EscShards *shards, EscText name)
{
    uint32_t index = 0;
    return esc_names_find(shards->names, name, &index) ? shards->items[index] : NULL;
}

void esc_shards_release(EscShards *shards)
{
    for (uint32_t i = 0; i < shards->count; i++)
        esc_shard_free(shards->items[i]);
    shards->count = 0;
    esc_names_free(shards->names);
    shards->names = NULL;
}
