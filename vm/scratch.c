/* scratch.c - the memory in which a run keeps its texts and lists; nothing in it is freed alone. */
#include <esc/vm.h>

#include <stdalign.h>
#include <string.h>

#include "vm_internal.h"

char *esc_scratch_take(EscRun *run, size_t size, size_t alignment)
{
    if (run->scratch_size == 0)
        return NULL; /* `scratch` may be NULL, and NULL + 0 is not C */
    size_t at = run->scratch_used +
                (alignment - (uintptr_t)(run->scratch + run->scratch_used) % alignment) % alignment;
    if (at > run->scratch_size || size > run->scratch_size - at)
        return NULL;
    run->scratch_used = at + size;
    return run->scratch + at;
}

static EscStatus copy_text(EscRun *run, EscText *text)
{
    char *data = esc_scratch_take(run, text->size, 1);
    if (data == NULL)
        return ESC_OVER_LIMIT;
    if (text->size > 0)
        memcpy(data, text->data, text->size);
    text->data = data;
    return ESC_OK;
}

EscStatus esc_make_list(EscRun *run, const EscValue *list, EscText item, EscValue *longer)
{
    uint32_t count = list->list.count;
    *longer = *list;
    if (count >= ESC_LIST_ITEMS_MAX)
        return ESC_OK;
    EscText *items = (void *)esc_scratch_take(run, (count + 1) * sizeof *items, alignof(EscText));
    if (items == NULL)
        return ESC_OVER_LIMIT;
    if (count > 0)
        memcpy(items, list->list.items, count * sizeof *items);
    items[count] = item;
    longer->list.items = items;
    longer->list.count = count + 1;
    return ESC_OK;
}

EscStatus esc_scratch_copy(EscRun *run, EscValue *value)
{
    EscKind kind = esc_type_kind(value->type);
    if (value->is_missing || (kind != ESC_KIND_TEXT && kind != ESC_KIND_LIST))
        return ESC_OK;
    if (kind == ESC_KIND_TEXT)
        return copy_text(run, &value->text);
    EscText *items =
        (void *)esc_scratch_take(run, value->list.count * sizeof *items, alignof(EscText));
    if (items == NULL)
        return ESC_OVER_LIMIT;
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < value->list.count && status == ESC_OK; i++) {
        items[i] = value->list.items[i];
        status = copy_text(run, &items[i]);
    }
    value->list.items = items;
    return status;
}
