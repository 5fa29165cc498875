/* ground.c - what everything in this folder stands on: arrays of a workspace that grow, how its check fails, and what
 * stands at a span. It uses nothing else of the folder. */
#include <stdlib.h>
#include <string.h>

#include "compiler_internal.h"

uint64_t esc_seed(void)
{
    return UINT64_C(0x9e3779b97f4a7c15);
}

void esc_workspace_fail(EscWorkspace *workspace, EscStatus status)
{
    if (!workspace->has_failed) {
        workspace->has_failed = true;
        workspace->failure = status;
    }
}

void *esc_array_grow(EscWorkspace *workspace, void *items, uint32_t *count, size_t *capacity,
                     size_t item_size)
{
    if (*count == *capacity) {
        size_t wanted = *capacity == 0 ? ESC_ARRAY_FIRST_CAPACITY : *capacity * 2;
        void *moved = *count < UINT32_MAX / 2 ? realloc(items, wanted * item_size) : NULL;
        if (moved == NULL) {
            esc_workspace_fail(workspace, ESC_NO_MEMORY);
            return items;
        }
        items = moved;
        *capacity = wanted;
    }
    memset((char *)items + (size_t)*count * item_size, 0, item_size);
    ++*count;
    return items;
}

void esc_buf_done(EscWorkspace *workspace, EscBuf *buf)
{
    if (buf->status == ESC_NO_MEMORY)
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    esc_buf_release(buf);
}

EscText esc_span_text(const EscWorkspace *workspace, EscSpan span)
{
    EscText text = esc_file_of(workspace, span)->text;
    if (span.end > text.size || span.start >= span.end)
        return ESC_TEXT("");
    return (EscText){text.data + span.start, span.end - span.start};
}
