/* api_refusals.c - senders who prove nothing: how many in a row, for each source and each binding of a service, and when
 * that is an alarm. On any thread. */
#include <stdlib.h>

#include "api_internal.h"

void esc_refusals_init(EscRefusals *refusals)
{
    ESC_ASSERT(pthread_mutex_init(&refusals->lock, NULL) == 0);
}

void esc_refusals_release(EscRefusals *refusals)
{
    free(refusals->items);
    (void)pthread_mutex_destroy(&refusals->lock);
}

/* Its place; NULL: no memory. Locked. There are as many as the configuration and the templates have doors. */
static EscRefusalCount *place_of(EscRefusals *refusals, uint64_t key)
{
    for (size_t i = 0; i < refusals->count; i++)
        if (refusals->items[i].key == key)
            return &refusals->items[i];
    EscRefusalCount *items =
        realloc(refusals->items, (refusals->count + 1) * sizeof *refusals->items);
    if (items == NULL)
        return NULL;
    refusals->items = items;
    items[refusals->count] = (EscRefusalCount){.key = key};
    return &items[refusals->count++];
}

uint32_t esc_refusals_count(EscRefusals *refusals, uint64_t key, bool is_refused)
{
    uint32_t count = 0;
    ESC_ASSERT(pthread_mutex_lock(&refusals->lock) == 0);
    EscRefusalCount *place = place_of(refusals, key);
    if (place != NULL)
        count = place->count = is_refused ? place->count + (place->count < UINT32_MAX) : 0;
    ESC_ASSERT(pthread_mutex_unlock(&refusals->lock) == 0);
    return count;
}

bool esc_refusals_are_told(uint32_t count)
{
    if (count < ESC_REFUSALS_TOLD)
        return false;
    while (count >= ESC_REFUSALS_TOLD && count % ESC_REFUSALS_TOLD == 0)
        count /= ESC_REFUSALS_TOLD;
    return count == 1;
}
