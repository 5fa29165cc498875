/* kit_names.c - text to number: open addressing with linear probing.
 *
 * Removing moves the followers of a run back (Knuth, volume 3, 6.4, algorithm R) and so leaves
 * no tombstones. The hash is keyed: names come from people's files, and a crafted set must not
 * make one long run. */
#include <esc/kit.h>

#include <stdlib.h>

#ifdef ESC_STRESS
enum { SLOTS_MIN = 4 };
#else
enum { SLOTS_MIN = 16 };
#endif

#define SLOTS_MAX (UINT32_C(1) << 30)

typedef struct NameSlot {
    EscText key;
    uint64_t hash;
    uint32_t value;
    bool is_used;
} NameSlot;

struct EscNames {
    NameSlot *slots; /* NULL until the first put */
    uint32_t slot_count, count;
    uint64_t seed;
};

EscNames *esc_names_new(uint64_t seed)
{
    EscNames *names = calloc(1, sizeof *names);
    if (names != NULL)
        names->seed = seed;
    return names;
}

void esc_names_free(EscNames *names)
{
    if (names == NULL)
        return;
    free(names->slots);
    free(names);
}

uint32_t esc_names_count(const EscNames *names)
{
    return names->count;
}

static uint32_t home_of(const EscNames *names, uint64_t hash)
{
    return (uint32_t)hash & (names->slot_count - 1);
}

static uint32_t next_of(const EscNames *names, uint32_t index)
{
    return (index + 1) & (names->slot_count - 1);
}

/* The slot that holds key, or the free one where its run ends. The table is never full, so the
 * walk ends. */
static uint32_t slot_of(const EscNames *names, EscText key, uint64_t hash)
{
    uint32_t index = home_of(names, hash);
    while (names->slots[index].is_used) {
        const NameSlot *slot = &names->slots[index];
        if (slot->hash == hash && esc_text_equal(slot->key, key))
            break;
        index = next_of(names, index);
    }
    return index;
}

bool esc_names_find(const EscNames *names, EscText key, uint32_t *value)
{
    if (names->count == 0)
        return false;
    const NameSlot *slot = &names->slots[slot_of(names, key, esc_hash(key, names->seed))];
    if (slot->is_used && value != NULL)
        *value = slot->value;
    return slot->is_used;
}

static EscStatus double_slots(EscNames *names)
{
    if (names->slot_count >= SLOTS_MAX)
        return ESC_OVER_LIMIT;
    EscNames larger = *names;
    larger.slot_count = names->slot_count == 0 ? SLOTS_MIN : 2 * names->slot_count;
    larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
    if (larger.slots == NULL)
        return ESC_NO_MEMORY;
    for (uint32_t i = 0; i < names->slot_count; i++) {
        const NameSlot *slot = &names->slots[i];
        if (slot->is_used)
            larger.slots[slot_of(&larger, slot->key, slot->hash)] = *slot;
    }
    free(names->slots);
    *names = larger;
    return ESC_OK;
}

EscStatus esc_names_put(EscNames *names, EscText key, uint32_t value)
{
    uint64_t hash = esc_hash(key, names->seed);
    if (names->count > 0) {
        NameSlot *present = &names->slots[slot_of(names, key, hash)];
        if (present->is_used) {
            present->value = value;
            return ESC_OK;
        }
    }
    if (names->count >= names->slot_count / 4 * 3) {
        EscStatus status = double_slots(names);
        if (status != ESC_OK)
            return status;
    }
    names->slots[slot_of(names, key, hash)] =
        (NameSlot){.key = key, .hash = hash, .value = value, .is_used = true};
    names->count++;
    return ESC_OK;
}

bool esc_names_rekey(EscNames *names, EscText key)
{
    if (names->count == 0)
        return false;
    NameSlot *slot = &names->slots[slot_of(names, key, esc_hash(key, names->seed))];
    if (slot->is_used)
        slot->key = key;
    return slot->is_used;
}

bool esc_names_remove(EscNames *names, EscText key)
{
    if (names->count == 0)
        return false;
    uint32_t hole = slot_of(names, key, esc_hash(key, names->seed));
    if (!names->slots[hole].is_used)
        return false;
    names->count--;
    for (uint32_t at = next_of(names, hole); names->slots[at].is_used; at = next_of(names, at)) {
        /* A follower may fill the hole unless its home lies behind the hole, cyclically in
         * (hole, at]. */
        uint32_t home = home_of(names, names->slots[at].hash);
        uint32_t from_home = (at - home) & (names->slot_count - 1);
        uint32_t from_hole = (at - hole) & (names->slot_count - 1);
        if (from_home >= from_hole) {
            names->slots[hole] = names->slots[at];
            hole = at;
        }
    }
    names->slots[hole] = (NameSlot){.is_used = false};
    return true;
}
