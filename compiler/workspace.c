/* workspace.c - a workspace's memory: its sources, its arrays, and what callers may ask about
 * them. What sources mean is decided by the passes that check.c runs. */
#include <esc/compiler.h>

#include <stdlib.h>
#include <string.h>

#include "check/expressions.h"

/* Arrays of the workspace, for what is done to all of them. */
#define ARRAY_LIST(X)                                                                              \
    X(files)                                                                                       \
    X(diagnostics)                                                                                 \
    X(symbols)                                                                                     \
    X(enums)                                                                                       \
    X(fields) X(events) X(exceptions) X(persons) X(teams) X(calendars) X(schedules) X(channels)    \
        X(systems) X(actions) X(params) X(routes) X(slas) X(runbooks) X(templates) X(limits)       \
            X(locals) X(meanings) X(conditions) X(scenarios) X(broken) X(cover) X(step_texts)

EscWorkspace *esc_workspace_new(void)
{
    EscWorkspace *workspace = calloc(1, sizeof *workspace);
    if (workspace == NULL)
        return NULL;
    workspace->arena = esc_arena_new(ESC_ARENA_BYTES_MAX);
    workspace->names = esc_names_new(esc_seed());
    workspace->enum_shapes = esc_names_new(esc_seed());
    workspace->ticket_names = esc_names_new(esc_seed());
    workspace->exception_names = esc_names_new(esc_seed());
    workspace->exception_field_names = esc_names_new(esc_seed());
    workspace->broken_names = esc_names_new(esc_seed());
    workspace->file_names = esc_names_new(esc_seed());
    bool is_whole = workspace->arena != NULL && workspace->names != NULL &&
                    workspace->enum_shapes != NULL && workspace->ticket_names != NULL &&
                    workspace->exception_names != NULL &&
                    workspace->exception_field_names != NULL && workspace->file_names != NULL &&
                    workspace->broken_names != NULL;
    /* Every array has room from the start, so that adding without memory still has an item to
     * give. */
#define ARRAY_START(name)                                                                          \
    workspace->name = calloc(ESC_ARRAY_FIRST_CAPACITY, sizeof *workspace->name);                       \
    workspace->name##_capacity = ESC_ARRAY_FIRST_CAPACITY;                                             \
    is_whole = is_whole && workspace->name != NULL;
    ARRAY_LIST(ARRAY_START)
#undef ARRAY_START
    workspace->triage_runbook = ESC_NONE;
    if (!is_whole) {
        esc_workspace_free(workspace);
        return NULL;
    }
    workspace->meanings_count = 1; /* 0 is NOTHING */
    return workspace;
}

void esc_workspace_free(EscWorkspace *workspace)
{
    if (workspace == NULL)
        return;
    if (workspace->files != NULL) {
        for (uint32_t i = 0; i < workspace->files_count; ++i) {
            free(workspace->files[i].owned);
            free(workspace->files[i].line_starts);
            free(workspace->files[i].column_marks);
        }
    }
    if (workspace->events != NULL) {
        for (uint32_t i = 0; i < workspace->events_count; ++i)
            esc_names_free(workspace->events[i].field_names);
    }
    if (workspace->exceptions != NULL) {
        for (uint32_t i = 0; i < workspace->exceptions_count; ++i)
            esc_names_free(workspace->exceptions[i].field_names);
    }
    if (workspace->systems != NULL) {
        for (uint32_t i = 0; i < workspace->systems_count; ++i)
            esc_names_free(workspace->systems[i].action_names);
    }
#define ARRAY_FREE(name) free(workspace->name);
    ARRAY_LIST(ARRAY_FREE)
#undef ARRAY_FREE
    esc_names_free(workspace->names);
    esc_names_free(workspace->enum_shapes);
    esc_names_free(workspace->ticket_names);
    esc_names_free(workspace->exception_names);
    esc_names_free(workspace->exception_field_names);
    esc_names_free(workspace->file_names);
    esc_event_lookup_free(workspace->event_lookup);
    esc_names_free(workspace->broken_names);
    esc_names_free(workspace->step_names);
    esc_arena_free(workspace->arena);
    free(workspace);
}

/* --- sources ---------------------------------------------------------------------------------- */

static EscSourceFile *file_find(EscWorkspace *workspace, EscText path)
{
    uint32_t index = 0;
    return esc_names_find(workspace->file_names, path, &index) ? &workspace->files[index] : NULL;
}

/* Puts a text into a file row. `source` is copied unless `owned` (malloc memory that it lies in)
 * is handed over. */
static EscStatus file_fill(EscWorkspace *workspace, EscSourceFile *file, EscText source,
                           uint8_t *owned)
{
    if (owned == NULL && source.size > 0) {
        owned = malloc(source.size);
        if (owned == NULL)
            return ESC_NO_MEMORY;
        memcpy(owned, source.data, source.size);
    }
    workspace->sources_bytes += source.size - file->text.size;
    free(file->owned);
    file->owned = owned;
    file->text = (EscText){(const char *)owned, source.size};
    return ESC_OK;
}

/* The new row of `path`, or NULL when there is no memory. */
static EscSourceFile *file_append(EscWorkspace *workspace, EscText path)
{
    EscText kept = esc_arena_text(workspace->arena, path);
    if (kept.data == NULL)
        return NULL;
    EscSourceFile *file = ESC_ARRAY_ADD(workspace, files);
    if (workspace->has_failed)
        return NULL;
    file->path = kept;
    EscStatus status = esc_names_put(workspace->file_names, kept, workspace->files_count - 1);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
    return workspace->has_failed ? NULL : file;
}

EscStatus esc_workspace_add(EscWorkspace *workspace, EscText path, EscText source, bool replace)
{
    ESC_ASSERT(!workspace->is_checked);
    if (path.size == 0 || path.size > ESC_PATH_BYTES_MAX)
        return ESC_BAD_ARGUMENT;
    EscSourceFile *file = file_find(workspace, path);
    if (file != NULL)
        return replace ? file_fill(workspace, file, source, NULL) : ESC_CONFLICT;
    if (workspace->files_count >= ESC_WORKSPACE_FILES_MAX ||
        workspace->sources_bytes + source.size > ESC_WORKSPACE_BYTES_MAX)
        return ESC_OVER_LIMIT;
    file = file_append(workspace, path);
    return file == NULL ? ESC_NO_MEMORY : file_fill(workspace, file, source, NULL);
}

typedef struct PathList {
    EscArena *arena;
    EscText *items;
    size_t count, capacity;
    bool has_failed;
} PathList;

static void path_put(void *context, EscText path)
{
    PathList *list = context;
    if (list->has_failed || path.size == 0 || path.size > ESC_PATH_BYTES_MAX)
        return;
    EscText *grown = list->count < ESC_WORKSPACE_FILES_MAX
                         ? esc_arena_grow(list->arena, list->items, list->count, &list->capacity,
                                          sizeof *list->items)
                         : NULL;
    EscText kept = esc_arena_text(list->arena, path);
    if (grown == NULL || kept.data == NULL) {
        list->has_failed = true;
        return;
    }
    list->items = grown;
    list->items[list->count++] = kept;
}

static int path_order(const void *a, const void *b)
{
    return esc_text_compare(*(const EscText *)a, *(const EscText *)b);
}

static EscStatus file_read(EscWorkspace *workspace, EscText path, EscWhy *why)
{
    EscBuf bytes;
    /* One byte more than a file may have, so that a file that is too big is a diagnostic and not
     * a failure to read. */
    esc_buf_init(&bytes, ESC_WORKSPACE_BYTES_MAX);
    EscStatus status = workspace->io.read(workspace->io.context, path, &bytes, why);
    if (status == ESC_OK)
        status = bytes.status;
    if (status == ESC_OK && workspace->sources_bytes + bytes.size > ESC_WORKSPACE_BYTES_MAX)
        status = esc_why(why, ESC_OVER_LIMIT, "", 0,
                         "the sources are larger than %zu bytes together", ESC_WORKSPACE_BYTES_MAX);
    if (status == ESC_OK) {
        EscSourceFile *file = file_append(workspace, path);
        status = file == NULL ? ESC_NO_MEMORY
                              : file_fill(workspace, file, esc_buf_as_text(&bytes), bytes.data);
        if (status == ESC_OK)
            return ESC_OK; /* the file owns the bytes now */
    }
    esc_buf_release(&bytes);
    return status;
}

EscStatus esc_workspace_load(EscWorkspace *workspace, const EscSourceFiles *files, EscWhy *why)
{
    ESC_ASSERT(!workspace->is_checked);
    workspace->io = *files;
    PathList paths = {.arena = workspace->arena};
    EscStatus status = files->list(files->context, path_put, &paths, why);
    if (status != ESC_OK)
        return status;
    if (paths.has_failed)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "more than %u source files",
                       ESC_WORKSPACE_FILES_MAX);
    if (paths.count == 0)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no .esc file");
    qsort(paths.items, paths.count, sizeof *paths.items, path_order);
    for (size_t i = 0; i < paths.count && status == ESC_OK; ++i)
        status = file_read(workspace, paths.items[i], why);
    return status;
}

/* --- questions -------------------------------------------------------------------------------- */

EscText esc_workspace_name(const EscWorkspace *workspace)
{
    return workspace->name;
}

bool esc_workspace_depends_on_today(const EscWorkspace *workspace)
{
    return workspace->depends_on_today;
}

EscText esc_workspace_timezone(const EscWorkspace *workspace)
{
    return workspace->timezone.size > 0 ? workspace->timezone : ESC_TEXT("UTC");
}

uint32_t esc_workspace_file_count(const EscWorkspace *workspace)
{
    return workspace->files_count;
}

EscText esc_workspace_file_path(const EscWorkspace *workspace, uint32_t file)
{
    return file < workspace->files_count ? workspace->files[file].path : ESC_TEXT("");
}

EscText esc_workspace_file_source(const EscWorkspace *workspace, uint32_t file)
{
    return file < workspace->files_count ? workspace->files[file].text : ESC_TEXT("");
}

bool esc_workspace_file_is_std(const EscWorkspace *workspace, uint32_t file)
{
    return file < workspace->files_count && workspace->files[file].is_std;
}

EscWorkspaceCounts esc_workspace_counts(const EscWorkspace *workspace)
{
    EscWorkspaceCounts counts = {
        .persons = workspace->persons_count,
        .teams = workspace->teams_count,
        .schedules = workspace->schedules_count,
        .channels = workspace->channels_count,
        .systems = workspace->systems_count,
        .events = workspace->events_count,
        .templates = workspace->templates_count,
        .routes = workspace->routes_count,
        .tests = workspace->scenarios_count,
    };
    for (uint32_t i = 0; i < workspace->runbooks_count; ++i)
        counts.runbooks += !workspace->files[workspace->runbooks[i].node->span.file].is_std;
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].is_std)
            continue;
        ++counts.files;
        counts.bytes += (uint32_t)workspace->files[i].text.size;
    }
    return counts;
}

uint32_t esc_workspace_scenario_count(const EscWorkspace *workspace)
{
    return workspace->scenarios_count;
}

const EscScenario *esc_workspace_scenario(const EscWorkspace *workspace, uint32_t index)
{
    ESC_ASSERT(index < workspace->scenarios_count);
    return &workspace->scenarios[index];
}
