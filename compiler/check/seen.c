/* seen.c - what stood in a list before: names that are said twice, and sets of numbers in order. Most lists are short and
 * are looked through; a long one gets a map, so that nothing an author lists costs more than its length. */
#include <stdlib.h>

#include "check/names.h"

enum { SEEN_WALKED_MAX = 16 };

static EscStatus seen_index(EscSeen *seen, uint32_t from)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = from; i < seen->count && status == ESC_OK; ++i)
        status = esc_names_put(seen->names, seen->items[i].name, i);
    return status;
}

/* The map is made when the list has become long, and then grows with it. */
static void seen_grown(EscSeen *seen)
{
    if (seen->count <= SEEN_WALKED_MAX)
        return;
    bool is_new = seen->names == NULL;
    if (is_new)
        seen->names = esc_names_new(esc_seed());
    EscStatus status =
        seen->names == NULL ? ESC_NO_MEMORY : seen_index(seen, is_new ? 0 : seen->count - 1);
    if (status != ESC_OK)
        esc_workspace_fail(seen->workspace, status);
}

const EscNode *esc_seen_find(const EscSeen *seen, EscText name)
{
    uint32_t at = 0;
    if (seen->names != NULL)
        return esc_names_find(seen->names, name, &at) ? seen->items[at].node : NULL;
    for (; at < seen->count; ++at) {
        if (esc_text_equal(seen->items[at].name, name))
            return seen->items[at].node;
    }
    return NULL;
}

const EscNode *esc_seen_before(EscSeen *seen, EscText name, const EscNode *node)
{
    const EscNode *before = esc_seen_find(seen, name);
    if (before != NULL)
        return before;
    EscSeenItem *grown = esc_arena_grow(seen->workspace->arena, seen->items, seen->count,
                                        &seen->capacity, sizeof *grown);
    if (grown == NULL)
        return NULL; /* the check ends in ESC_NO_MEMORY */
    seen->items = grown;
    seen->items[seen->count++] = (EscSeenItem){.name = name, .node = node};
    seen_grown(seen);
    return NULL;
}

void esc_seen_release(EscSeen *seen)
{
    esc_names_free(seen->names);
    seen->names = NULL;
}

static int number_order(const void *left, const void *right)
{
    return ESC_ORDER(*(const uint32_t *)left, *(const uint32_t *)right);
}

uint32_t esc_sort_unique(uint32_t *numbers, uint32_t count)
{
    uint32_t unique = 0;
    if (count > 0)
        qsort(numbers, count, sizeof *numbers, number_order);
    for (uint32_t i = 0; i < count; ++i) {
        if (unique == 0 || numbers[unique - 1] != numbers[i])
            numbers[unique++] = numbers[i];
    }
    return unique;
}

void esc_entry_once(EscSeen *seen, const EscNode *entry)
{
    EscName name = entry->entry.name;
    const EscNode *other = esc_seen_before(seen, name.text, entry);
    if (other == NULL)
        return;
    EscDiagnostic *diagnostic = esc_report(seen->workspace, "E0219", name.span,
                                           "`%.*s` is given twice", ESC_TEXT_ARG(name.text));
    esc_report_related(seen->workspace, diagnostic, other->entry.name.span, "first here");
}
