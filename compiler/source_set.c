/* source_set.c - sources that stay while workspaces made of them come and go: paths, their present texts, and former ones that may
 * come back. What a text means is a workspace's matter. */
#include <esc/compiler.h>

#include <stdlib.h>
#include <string.h>

#include "compiler_internal.h"
#include "source_set.h"

/* A path, and the texts that were there last: the present one first. */
typedef struct SourceSlot {
    EscText path;
    char *
        owned_path; /* what it lies in: an arena that once had no memory would refuse all later paths */
    EscParsed *versions[ESC_SOURCE_VERSIONS_MAX];
    bool is_there;
    bool is_listed; /* while files are loaded: it is still among them */
} SourceSlot;

struct EscSources {
    EscNames *names; /* path → index in slots; what was removed keeps its slot */
    SourceSlot *slots;
    uint32_t count, there_count;
    size_t capacity, bytes;
    EscParsed **std; /* one for each module */
};

EscParsed **esc_std_parsed_new(void)
{
    EscParsed **std = calloc(esc_std_modules_count, sizeof(EscParsed *));
    for (unsigned i = 0; std != NULL && i < esc_std_modules_count; ++i) {
        EscText text = {(const char *)esc_std_modules[i].data, esc_std_modules[i].size};
        std[i] = esc_parsed_new(ESC_FILE_ID_STD + i, text, NULL);
        if (std[i] == NULL) {
            esc_std_parsed_free(std);
            return NULL;
        }
    }
    return std;
}

void esc_std_parsed_free(EscParsed **std)
{
    for (unsigned i = 0; std != NULL && i < esc_std_modules_count; ++i)
        esc_parsed_drop(std[i]);
    free(std);
}

EscSources *esc_sources_new(void)
{
    EscSources *sources = calloc(1, sizeof *sources);
    if (sources == NULL)
        return NULL;
    sources->names = esc_names_new(esc_seed());
    sources->std = esc_std_parsed_new();
    if (sources->names == NULL || sources->std == NULL) {
        esc_sources_free(sources);
        return NULL;
    }
    return sources;
}

static void slot_release(SourceSlot *slot)
{
    for (unsigned i = 0; i < ESC_SOURCE_VERSIONS_MAX; ++i)
        esc_parsed_drop(slot->versions[i]);
    free(slot->owned_path);
}

void esc_sources_free(EscSources *sources)
{
    if (sources == NULL)
        return;
    for (uint32_t i = 0; i < sources->count; ++i)
        slot_release(&sources->slots[i]);
    free(sources->slots);
    esc_std_parsed_free(sources->std);
    esc_names_free(sources->names);
    free(sources);
}

/* --- texts ------------------------------------------------------------------------------------ */

/* The slot of a path, with no text yet when it is new; NULL when there is no memory. */
static SourceSlot *slot_of(EscSources *sources, EscText path)
{
    uint32_t index = 0;
    if (esc_names_find(sources->names, path, &index))
        return &sources->slots[index];
    if (sources->count == sources->capacity) {
        size_t wanted = sources->capacity == 0 ? 16 : 2 * sources->capacity;
        SourceSlot *moved = realloc(sources->slots, wanted * sizeof *moved);
        if (moved == NULL)
            return NULL;
        sources->slots = moved;
        sources->capacity = wanted;
    }
    char *owned = malloc(path.size);
    if (owned == NULL)
        return NULL;
    memcpy(owned, path.data, path.size);
    EscText kept = {owned, path.size};
    if (esc_names_put(sources->names, kept, sources->count) != ESC_OK) {
        free(owned);
        return NULL;
    }
    SourceSlot *slot = &sources->slots[sources->count++];
    *slot = (SourceSlot){.path = kept, .owned_path = owned};
    return slot;
}

/* Which of the texts that were there this is; ESC_SOURCE_VERSIONS_MAX: a new one. */
static unsigned version_of(const SourceSlot *slot, EscText text)
{
    uint64_t hash = esc_parsed_hash(text);
    unsigned at = 0;
    while (at < ESC_SOURCE_VERSIONS_MAX &&
           (slot->versions[at] == NULL || slot->versions[at]->hash != hash ||
            !esc_text_equal(slot->versions[at]->text, text)))
        ++at;
    return at;
}

/* Puts a version in front of those before it; what falls out behind is dropped. */
static void bring_forward(SourceSlot *slot, EscParsed *version, unsigned from)
{
    if (from == ESC_SOURCE_VERSIONS_MAX)
        esc_parsed_drop(slot->versions[--from]);
    memmove(slot->versions + 1, slot->versions, from * sizeof(EscParsed *));
    slot->versions[0] = version;
}

static EscStatus slot_fill(EscSources *sources, SourceSlot *slot, EscText text)
{
    size_t before = slot->is_there ? slot->versions[0]->text.size : 0;
    if ((!slot->is_there && sources->there_count >= ESC_WORKSPACE_FILES_MAX) ||
        sources->bytes - before + text.size > ESC_WORKSPACE_BYTES_MAX)
        return ESC_OVER_LIMIT;
    unsigned at = version_of(slot, text);
    EscParsed *version =
        at < ESC_SOURCE_VERSIONS_MAX
            ? slot->versions[at]
            : esc_parsed_copy(ESC_FILE_ID_OWN + (uint32_t)(slot - sources->slots), text);
    if (version == NULL)
        return ESC_NO_MEMORY;
    bring_forward(slot, version, at);
    sources->bytes += text.size - before;
    sources->there_count += !slot->is_there;
    slot->is_there = true;
    return ESC_OK;
}

EscStatus esc_sources_put(EscSources *sources, EscText path, EscText source)
{
    if (path.size == 0 || path.size > ESC_PATH_BYTES_MAX)
        return ESC_BAD_ARGUMENT;
    SourceSlot *slot = slot_of(sources, path);
    return slot == NULL ? ESC_NO_MEMORY : slot_fill(sources, slot, source);
}

static void slot_empty(EscSources *sources, SourceSlot *slot)
{
    sources->bytes -= slot->versions[0]->text.size;
    --sources->there_count;
    slot->is_there = false;
}

EscStatus esc_sources_remove(EscSources *sources, EscText path)
{
    uint32_t index = 0;
    if (!esc_names_find(sources->names, path, &index) || !sources->slots[index].is_there)
        return ESC_NOT_FOUND;
    slot_empty(sources, &sources->slots[index]);
    return ESC_OK;
}

/* --- files ------------------------------------------------------------------------------------ */

static EscStatus load_one(EscSources *sources, const EscSourceFiles *files, EscText path,
                          EscWhy *why)
{
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_WORKSPACE_BYTES_MAX);
    EscStatus status = files->read(files->context, path, &bytes, why);
    if (status == ESC_OK)
        status = bytes.status;
    if (status == ESC_OK)
        status = esc_sources_put(sources, path, esc_buf_as_text(&bytes));
    esc_buf_release(&bytes);
    if (status == ESC_OK)
        slot_of(sources, path)->is_listed = true;
    return status == ESC_OVER_LIMIT
               ? esc_why(why, status, "", 0, "the sources are larger than %zu bytes together",
                         ESC_WORKSPACE_BYTES_MAX)
               : status;
}

static void forget_unlisted(EscSources *sources)
{
    for (uint32_t i = 0; i < sources->count; ++i) {
        SourceSlot *slot = &sources->slots[i];
        if (slot->is_there && !slot->is_listed)
            slot_empty(sources, slot);
    }
}

EscStatus esc_sources_load(EscSources *sources, const EscSourceFiles *files, EscWhy *why)
{
    EscArena *arena = esc_arena_new(ESC_ARENA_BYTES_MAX);
    if (arena == NULL)
        return ESC_NO_MEMORY;
    EscSourcePaths paths;
    EscStatus status = esc_source_paths(files, arena, &paths, why);
    for (uint32_t i = 0; i < sources->count; ++i)
        sources->slots[i].is_listed = false;
    for (size_t i = 0; i < paths.count && status == ESC_OK; ++i)
        status = load_one(sources, files, paths.items[i], why);
    if (status == ESC_OK)
        forget_unlisted(sources);
    esc_arena_free(arena);
    return status;
}

typedef struct PathList {
    EscSourcePaths paths;
    EscArena *arena;
    size_t capacity;
    EscStatus status;
} PathList;

static void path_put(void *context, EscText path)
{
    PathList *list = context;
    if (list->status != ESC_OK || path.size == 0 || path.size > ESC_PATH_BYTES_MAX)
        return;
    if (list->paths.count >= ESC_WORKSPACE_FILES_MAX) {
        list->status = ESC_OVER_LIMIT;
        return;
    }
    EscText *grown = esc_arena_grow(list->arena, list->paths.items, list->paths.count,
                                    &list->capacity, sizeof *grown);
    EscText kept = esc_arena_text(list->arena, path);
    if (grown == NULL || kept.data == NULL) {
        list->status = ESC_NO_MEMORY;
        return;
    }
    list->paths.items = grown;
    list->paths.items[list->paths.count++] = kept;
}

static int path_order(const void *a, const void *b)
{
    return esc_text_compare(*(const EscText *)a, *(const EscText *)b);
}

EscStatus esc_source_paths(const EscSourceFiles *files, EscArena *arena, EscSourcePaths *out,
                           EscWhy *why)
{
    PathList list = {.arena = arena, .status = ESC_OK};
    *out = (EscSourcePaths){NULL, 0};
    EscStatus status = files->list(files->context, path_put, &list, why);
    if (status != ESC_OK)
        return status;
    if (list.status == ESC_OVER_LIMIT)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "more than %u source files",
                       ESC_WORKSPACE_FILES_MAX);
    if (list.status == ESC_OK && list.paths.count == 0)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no .esc file");
    if (list.status != ESC_OK)
        return list.status;
    qsort(list.paths.items, list.paths.count, sizeof *list.paths.items, path_order);
    *out = list.paths;
    return ESC_OK;
}

/* --- for a workspace -------------------------------------------------------------------------- */

static int slot_order(const void *a, const void *b)
{
    return esc_text_compare((*(const SourceSlot *const *)a)->path,
                            (*(const SourceSlot *const *)b)->path);
}

EscStatus esc_sources_each(const EscSources *sources,
                           EscStatus (*take)(void *context, EscText path, EscParsed *parsed),
                           void *context)
{
    const SourceSlot **order = malloc(((size_t)sources->there_count + 1) * sizeof *order);
    if (order == NULL)
        return ESC_NO_MEMORY;
    size_t count = 0;
    for (uint32_t i = 0; i < sources->count; ++i) {
        if (sources->slots[i].is_there)
            order[count++] = &sources->slots[i];
    }
    qsort(order, count, sizeof *order, slot_order);
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < count && status == ESC_OK; ++i)
        status = take(context, order[i]->path, order[i]->versions[0]);
    free(order);
    return status;
}

EscParsed *const *esc_sources_std(const EscSources *sources)
{
    return sources->std;
}

uint32_t esc_sources_id_end(const EscSources *sources)
{
    return ESC_FILE_ID_OWN + sources->count;
}
