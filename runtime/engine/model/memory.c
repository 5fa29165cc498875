/* memory.c - memory of the engine. An input that has begun cannot be taken back half way, so memory that
 * is not there ends the process (engine.h says so at esc_engine_apply); the next start goes on from the store. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

void *esc_engine_alloc(size_t size)
{
    void *block = calloc(1, size == 0 ? 1 : size);
    ESC_ASSERT(block != NULL);
    return block;
}

/* Most lists of a ticket or an escalation hold one or two items, and there are as many of these as there are open
 * escalations; so large items begin with room for one. */
#define LARGE_ITEM_BYTES 32

void esc_engine_grow(void **items, size_t count, size_t *capacity, size_t item_size)
{
    if (count < *capacity)
        return;
    size_t first = item_size >= LARGE_ITEM_BYTES ? 1 : 4;
    size_t wanted = *capacity == 0 ? first : 2 * *capacity;
    ESC_ASSERT(wanted <= SIZE_MAX / item_size);
    void *grown = realloc(*items, wanted * item_size);
    ESC_ASSERT(grown != NULL);
    *items = grown;
    *capacity = wanted;
}

EscText esc_text_own(EscText text)
{
    if (text.size == 0)
        return (EscText){0};
    char *data = esc_engine_alloc(text.size + 1); /* with a NUL behind it, as an arena's */
    memcpy(data, text.data, text.size);
    return (EscText){data, text.size};
}

void esc_text_drop(EscText *text)
{
    if (text->size > 0)
        free((void *)(uintptr_t)text->data);
    *text = (EscText){0};
}

EscText esc_engine_intern(EscEngine *engine, EscText text)
{
    if (text.size == 0)
        return (EscText){0};
    uint32_t index = 0;
    if (esc_names_find(engine->interned.names, text, &index))
        return engine->interned.items[index];
    ESC_ENGINE_GROW(engine->interned.items, engine->interned.count, engine->interned.capacity);
    EscText owned = esc_text_own(text);
    engine->interned.items[engine->interned.count] = owned;
    EscStatus status =
        esc_names_put(engine->interned.names, owned, (uint32_t)engine->interned.count);
    ESC_ASSERT(status == ESC_OK);
    engine->interned.count++;
    return owned;
}

static EscOwned list_copy(EscValue value)
{
    size_t size = value.list.count * sizeof(EscText);
    for (uint32_t i = 0; i < value.list.count; i++)
        size += value.list.items[i].size;
    uint8_t *block = esc_engine_alloc(size);
    EscText *items = (EscText *)(void *)block;
    char *bytes = (char *)block + value.list.count * sizeof(EscText);
    for (uint32_t i = 0; i < value.list.count; i++) {
        EscText item = value.list.items[i];
        if (item.size > 0)
            memcpy(bytes, item.data, item.size);
        items[i] = (EscText){bytes, item.size};
        bytes += item.size;
    }
    value.list.items = items;
    return (EscOwned){value, block};
}

EscOwned esc_owned_copy(EscValue value)
{
    EscKind kind = esc_type_kind(value.type);
    if (value.is_missing)
        return (EscOwned){value, NULL};
    if (kind == ESC_KIND_TEXT && value.text.size > 0) {
        value.text = esc_text_own(value.text);
        return (EscOwned){value, (void *)(uintptr_t)value.text.data};
    }
    if (kind == ESC_KIND_LIST && value.list.count > 0)
        return list_copy(value);
    return (EscOwned){value, NULL};
}

void esc_owned_release(EscOwned *owned)
{
    free(owned->block);
    *owned = (EscOwned){0};
}

void esc_engine_discard(EscEngine *engine, void *block)
{
    if (block == NULL)
        return;
    ESC_ENGINE_GROW(engine->turn.garbage, engine->turn.garbage_count,
                    engine->turn.garbage_capacity);
    engine->turn.garbage[engine->turn.garbage_count++] = block;
}

void *esc_turn_alloc(EscEngine *engine, size_t size)
{
    void *block = esc_arena_alloc(engine->turn.arena, size);
    ESC_ASSERT(block != NULL);
    return block;
}

EscText esc_turn_text(EscEngine *engine, EscText text)
{
    EscText copy = esc_arena_text(engine->turn.arena, text);
    ESC_ASSERT(!esc_arena_failed(engine->turn.arena));
    return copy;
}

EscBuf esc_turn_buf(void)
{
    EscBuf buf;
    esc_buf_init(&buf, ESC_ENGINE_TURN_BYTES_MAX);
    return buf;
}

EscText esc_turn_printf(EscEngine *engine, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    EscBuf buf = esc_turn_buf();
    esc_buf_vprintf(&buf, format, arguments);
    va_end(arguments);
    return esc_turn_take(engine, &buf);
}

EscText esc_turn_reason(EscEngine *engine, EscText reason)
{
    return esc_turn_printf(engine, "%s%.*s", esc_words_with(reason, ": "), ESC_TEXT_ARG(reason));
}

EscText esc_turn_take(EscEngine *engine, EscBuf *buf)
{
    ESC_ASSERT(buf->status == ESC_OK);
    EscText text = esc_turn_text(engine, esc_buf_as_text(buf));
    esc_buf_release(buf);
    return text;
}

void esc_garbage_free(EscEngine *engine)
{
    for (size_t i = 0; i < engine->turn.garbage_count; i++)
        free(engine->turn.garbage[i]);
    engine->turn.garbage_count = 0;
}

EscText esc_turn_cut(EscEngine *engine, EscText text, size_t size_max)
{
    static const char ellipsis[] = "\xe2\x80\xa6";
    if (text.size <= size_max)
        return text;
    return esc_turn_printf(engine, "%.*s%s",
                           ESC_TEXT_ARG(esc_utf8_cut(text, size_max - strlen(ellipsis))), ellipsis);
}
