/* memory_rows.c - rows as blocks of their own, in lists that are sorted by key. */
#include "memory_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- order ------------------------------------------------------------------------------------- */

int esc_memory_by_number(const void *row, const void *key)
{
    uint64_t a = *(const uint64_t *)row, b = *(const uint64_t *)key;
    return (a > b) - (a < b);
}

int esc_memory_by_ticket(const void *row, const void *key)
{
    return esc_text_compare(((const EscTicketRow *)row)->id, *(const EscText *)key);
}

int esc_memory_by_event(const void *row, const void *key)
{
    const EscReceivedRow *a = row;
    const EscEventKey *b = key;
    int order = esc_text_compare(a->source, b->source);
    return order != 0 ? order : esc_text_compare(a->id, b->id);
}

int esc_memory_by_task(const void *row, const void *key)
{
    const EscTaskRow *a = row, *b = key;
    if (a->escalation != b->escalation)
        return a->escalation < b->escalation ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

int esc_memory_by_kept(const void *row, const void *key)
{
    return memcmp(((const EscKeptRow *)row)->id, key, ESC_KEPT_ID_SIZE);
}

size_t esc_memory_place(const EscMemoryList *list, EscMemoryCompare *compare, const void *key)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(list->rows[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void *esc_memory_find(const EscMemoryList *list, EscMemoryCompare *compare, const void *key)
{
    size_t at = esc_memory_place(list, compare, key);
    return at < list->count && compare(list->rows[at], key) == 0 ? list->rows[at] : NULL;
}

const EscBundleRow *esc_memory_bundle(const EscMemory *memory, const uint8_t hash[32])
{
    for (size_t i = 0; i < memory->bundles.count; i++) {
        const EscBundleRow *row = memory->bundles.rows[i];
        if (memcmp(row->hash, hash, sizeof row->hash) == 0)
            return row;
    }
    return NULL;
}

/* --- lists ------------------------------------------------------------------------------------- */

void esc_memory_insert(EscMemoryList *list, size_t at, void *row)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        void **grown = realloc(list->rows, capacity * sizeof *grown);
        ESC_ASSERT(grown != NULL);
        list->rows = grown;
        list->capacity = capacity;
    }
    memmove(list->rows + at + 1, list->rows + at, (list->count - at) * sizeof *list->rows);
    list->rows[at] = row;
    list->count++;
}

void esc_memory_remove(EscMemoryList *list, size_t at)
{
    free(list->rows[at]);
    list->count--;
    memmove(list->rows + at, list->rows + at + 1, (list->count - at) * sizeof *list->rows);
}

void esc_memory_list_free(EscMemoryList *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->rows[i]);
    free(list->rows);
    *list = (EscMemoryList){0};
}

void *esc_memory_row(const void *row, size_t size, EscText *const *texts, size_t count)
{
    size_t bytes = size;
    for (size_t i = 0; i < count; i++)
        bytes += texts[i]->size + 1;
    char *block = malloc(bytes);
    ESC_ASSERT(block != NULL);
    char *end = block + size;
    for (size_t i = 0; i < count; i++) { /* in the row first, so that the copy points to copies */
        if (texts[i]->size != 0)
            memcpy(end, texts[i]->data, texts[i]->size);
        texts[i]->data = end;
        end += texts[i]->size;
        *end++ = '\0';
    }
    memcpy(block, row, size);
    return block;
}
