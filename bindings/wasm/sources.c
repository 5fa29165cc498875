/* sources.c - a workspace's files and the names of time zones, held in memory for the compiler. */
#include "sources.h"

#include <stdlib.h>

static struct TextItem *find(const Texts *texts, EscText name)
{
    uint32_t at = 0;
    bool is_known = texts->numbers != NULL && esc_names_find(texts->numbers, name, &at);
    return is_known && texts->items[at].is_there ? &texts->items[at] : NULL;
}

const EscText *texts_find(const Texts *texts, EscText name)
{
    const struct TextItem *item = find(texts, name);
    return item == NULL ? NULL : &item->text;
}

/* One block with both; the NULs behind them are for nobody. */
static bool copy(EscText name, EscText text, struct TextItem *item)
{
    char *block = malloc(name.size + text.size + 1);
    if (block == NULL)
        return false;
    if (name.size > 0)
        memcpy(block, name.data, name.size);
    if (text.size > 0)
        memcpy(block + name.size, text.data, text.size);
    *item = (struct TextItem){{block, name.size}, {block + name.size, text.size}, true};
    return true;
}

static bool has_room(Texts *texts)
{
    if (texts->numbers == NULL)
        texts->numbers = esc_names_new(0);
    if (texts->count == texts->capacity) {
        size_t capacity = texts->capacity == 0 ? 16 : 2 * texts->capacity;
        struct TextItem *grown = capacity > SIZE_MAX / sizeof *grown
                                     ? NULL
                                     : realloc(texts->items, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        texts->items = grown;
        texts->capacity = capacity;
    }
    return texts->numbers != NULL;
}

EscStatus texts_put(Texts *texts, EscText name, EscText text)
{
    struct TextItem item;
    uint32_t at = 0;
    if (!has_room(texts) || !copy(name, text, &item))
        return ESC_NO_MEMORY;
    bool is_known = esc_names_find(texts->numbers, name, &at);
    if (!is_known) {
        at = (uint32_t)texts->count;
        EscStatus status = esc_names_put(texts->numbers, item.name, at);
        if (status != ESC_OK) {
            free((char *)item.name.data);
            return status;
        }
        texts->count++;
    } else {
        (void)esc_names_rekey(texts->numbers, item.name); /* it borrowed what goes now */
        free((char *)texts->items[at].name.data);
    }
    texts->items[at] = item;
    return ESC_OK;
}

/* The name stays, so that its number does. */
void texts_remove(Texts *texts, EscText name)
{
    struct TextItem *item = find(texts, name);
    if (item != NULL)
        item->is_there = false;
}

void texts_release(Texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free((char *)texts->items[i].name.data);
    free(texts->items);
    esc_names_free(texts->numbers);
    *texts = (Texts){0};
}

/* --- the compiler's doors ----------------------------------------------------------------------- */

static EscStatus list_files(void *context, void (*put)(void *put_context, EscText path),
                            void *put_context, EscWhy *why)
{
    const Sources *sources = context;
    (void)why;
    for (size_t i = 0; i < sources->files.count; i++) {
        const struct TextItem *item = &sources->files.items[i];
        if (item->is_there && esc_text_ends_with(item->name, ESC_TEXT(".esc")))
            put(put_context, item->name);
    }
    return ESC_OK;
}

static EscStatus read_file(void *context, EscText path, EscBuf *out, EscWhy *why)
{
    const Sources *sources = context;
    const EscText *text = texts_find(&sources->files, path);
    if (text == NULL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "%.*s: there is no such file",
                       ESC_TEXT_ARG(path));
    esc_buf_text(out, *text);
    if (out->status != ESC_OK)
        return esc_why(why, out->status, "", 0, "%.*s: %s", ESC_TEXT_ARG(path),
                       esc_status_text(out->status));
    return ESC_OK;
}

static bool zone_exists(void *context, EscText name)
{
    const Sources *sources = context;
    return texts_find(&sources->zones, name) != NULL;
}

static void list_zones(void *context, void (*put)(void *put_context, EscText name),
                       void *put_context)
{
    const Sources *sources = context;
    for (size_t i = 0; i < sources->zones.count; i++)
        put(put_context, sources->zones.items[i].name);
}

EscSourceFiles sources_doors(Sources *sources, int64_t today)
{
    EscSourceFiles doors = {
        .context = sources, .list = list_files, .read = read_file, .today = today};
    if (sources->zones.count > 0) {
        doors.zone_exists = zone_exists;
        doors.list_zones = list_zones;
    }
    return doors;
}
