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
    X(fields)                                                                                      \
    X(events)                                                                                      \
    X(exceptions)                                                                                  \
    X(persons)                                                                                     \
    X(teams)                                                                                       \
    X(calendars)                                                                                   \
    X(schedules) X(channels) X(systems) X(actions) X(inbounds) X(params) X(routes) X(opens)        \
        X(given_names) X(libraries) X(module_uses) X(slas) X(runbooks) X(templates) X(automations) \
            X(limits) X(allows) X(locals) X(meanings) X(conditions) X(scenarios) X(broken) X(cover)          \
                X(step_texts)

/* Takes over the references to the modules of the standard library. */
static EscWorkspace *make(EscParsed **std)
{
    EscWorkspace *workspace = calloc(1, sizeof *workspace);
    if (workspace == NULL) {
        esc_std_parsed_free(std);
        return NULL;
    }
    workspace->arena = esc_arena_new(ESC_ARENA_BYTES_MAX);
    workspace->std = std;
    workspace->names = esc_names_new(esc_seed());
    workspace->enum_shapes = esc_names_new(esc_seed());
    workspace->ticket_names = esc_names_new(esc_seed());
    workspace->exception_names = esc_names_new(esc_seed());
    workspace->exception_field_names = esc_names_new(esc_seed());
    workspace->broken_names = esc_names_new(esc_seed());
    workspace->file_names = esc_names_new(esc_seed());
    workspace->module_names = esc_names_new(esc_seed());
    workspace->hours_names = esc_names_new(esc_seed());
    bool is_whole = workspace->arena != NULL && workspace->std != NULL &&
                    workspace->names != NULL && workspace->enum_shapes != NULL &&
                    workspace->ticket_names != NULL && workspace->exception_names != NULL &&
                    workspace->exception_field_names != NULL && workspace->file_names != NULL &&
                    workspace->broken_names != NULL && workspace->hours_names != NULL &&
                    workspace->module_names != NULL;
    /* Every array has room from the start, so that adding without memory still has an item to
     * give. */
#define ARRAY_START(name)                                                                          \
    workspace->name = calloc(ESC_ARRAY_FIRST_CAPACITY, sizeof *workspace->name);                   \
    workspace->name##_capacity = ESC_ARRAY_FIRST_CAPACITY;                                         \
    is_whole = is_whole && workspace->name != NULL;
    ARRAY_LIST(ARRAY_START)
#undef ARRAY_START
    workspace->triage_runbook = ESC_NONE;
    if (!is_whole) {
        esc_workspace_free(workspace);
        return NULL;
    }
    workspace->meanings_count = 1; /* 0 is NOTHING */
    workspace->file_id_end = ESC_FILE_ID_OWN;
    return workspace;
}

EscWorkspace *esc_workspace_new(void)
{
    return make(esc_std_parsed_new());
}

void esc_workspace_free(EscWorkspace *workspace)
{
    if (workspace == NULL)
        return;
    if (workspace->files != NULL) {
        for (uint32_t i = 0; i < workspace->files_count; ++i)
            esc_parsed_drop(workspace->files[i].parsed);
    }
    esc_std_parsed_free(workspace->std);
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
    esc_names_free(workspace->module_names);
    esc_names_free(workspace->hours_names);
    esc_names_free(workspace->called);
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

/* Puts a text, read or not, into a file row, which takes the caller's reference over. */
static EscStatus file_fill(EscWorkspace *workspace, EscSourceFile *file, EscParsed *parsed)
{
    if (parsed == NULL)
        return ESC_NO_MEMORY;
    workspace->sources_bytes += parsed->text.size - file->text.size;
    esc_parsed_drop(file->parsed);
    file->parsed = parsed;
    file->text = parsed->text;
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
    ESC_ASSERT(!workspace->is_checked && !workspace->is_of_sources);
    if (path.size == 0 || path.size > ESC_PATH_BYTES_MAX)
        return ESC_BAD_ARGUMENT;
    EscSourceFile *file = file_find(workspace, path);
    if (file != NULL)
        return replace ? file_fill(workspace, file, esc_parsed_copy(file->parsed->id, source))
                       : ESC_CONFLICT;
    if (workspace->files_count >= ESC_WORKSPACE_FILES_MAX ||
        workspace->sources_bytes + source.size > ESC_WORKSPACE_BYTES_MAX)
        return ESC_OVER_LIMIT;
    EscParsed *parsed = esc_parsed_copy(workspace->file_id_end, source);
    file = parsed == NULL ? NULL : file_append(workspace, path);
    if (file == NULL) {
        esc_parsed_drop(parsed);
        return ESC_NO_MEMORY;
    }
    ++workspace->file_id_end;
    return file_fill(workspace, file, parsed);
}

static EscStatus file_read(EscWorkspace *workspace, EscText path, EscWhy *why)
{
    EscBuf bytes;
    /* More than a file may have, so that a file that is too big is a diagnostic and not a failure to
     * read. */
    esc_buf_init(&bytes, ESC_WORKSPACE_BYTES_MAX);
    EscStatus status = workspace->io.read(workspace->io.context, path, &bytes, why);
    if (status == ESC_OK)
        status = bytes.status;
    if (status == ESC_OK && workspace->sources_bytes + bytes.size > ESC_WORKSPACE_BYTES_MAX)
        status = esc_why(why, ESC_OVER_LIMIT, "", 0,
                         "the sources are larger than %zu bytes together", ESC_WORKSPACE_BYTES_MAX);
    EscSourceFile *file = status == ESC_OK ? file_append(workspace, path) : NULL;
    if (file == NULL) {
        esc_buf_release(&bytes);
        return status == ESC_OK ? ESC_NO_MEMORY : status;
    }
    /* the file owns the bytes now */
    return file_fill(workspace, file,
                     esc_parsed_new(workspace->file_id_end++, esc_buf_as_text(&bytes), bytes.data));
}

EscStatus esc_workspace_load(EscWorkspace *workspace, const EscSourceFiles *files, EscWhy *why)
{
    ESC_ASSERT(!workspace->is_checked && !workspace->is_of_sources);
    workspace->io = *files;
    EscSourcePaths paths;
    EscStatus status = esc_source_paths(files, workspace->arena, &paths, why);
    for (size_t i = 0; i < paths.count && status == ESC_OK; ++i)
        status = file_read(workspace, paths.items[i], why);
    return status;
}

static EscStatus take_source(void *context, EscText path, EscParsed *parsed)
{
    EscWorkspace *workspace = context;
    EscSourceFile *file = file_append(workspace, path);
    return file == NULL ? ESC_NO_MEMORY : file_fill(workspace, file, esc_parsed_hold(parsed));
}

static EscParsed **hold_std(const EscSources *sources)
{
    EscParsed *const *from = esc_sources_std(sources);
    EscParsed **held = calloc(esc_std_modules_count, sizeof *held);
    for (unsigned i = 0; held != NULL && i < esc_std_modules_count; ++i)
        held[i] = esc_parsed_hold(from[i]);
    return held;
}

EscWorkspace *esc_workspace_of_sources(const EscSources *sources, const EscSourceFiles *files)
{
    EscWorkspace *workspace = make(hold_std(sources));
    if (workspace == NULL)
        return NULL;
    if (files != NULL)
        workspace->io = *files;
    workspace->is_of_sources = true;
    workspace->file_id_end = esc_sources_id_end(sources);
    if (esc_sources_each(sources, take_source, workspace) != ESC_OK) {
        esc_workspace_free(workspace);
        return NULL;
    }
    return workspace;
}

uint32_t esc_workspace_read_count(const EscWorkspace *workspace)
{
    return workspace->read_count;
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

bool esc_workspace_file_is_own(const EscWorkspace *workspace, uint32_t file)
{
    return file < workspace->files_count && esc_file_is_own(&workspace->files[file]);
}

static bool is_own(const EscWorkspace *workspace, const EscNode *node)
{
    return node == NULL || esc_file_is_own(esc_file_of(workspace, node->span));
}

/* How many rows of an array are declared in the workspace's own files, or built in. */
#define COUNT_OWN(array)                                                                           \
    for (uint32_t i = 0; i < workspace->array##_count; ++i)                                        \
        counts.array += is_own(workspace, workspace->array[i].node);

EscWorkspaceCounts esc_workspace_counts(const EscWorkspace *workspace)
{
    EscWorkspaceCounts counts = {.tests = workspace->scenarios_count};
    COUNT_OWN(persons)
    COUNT_OWN(teams)
    COUNT_OWN(schedules)
    COUNT_OWN(channels)
    COUNT_OWN(systems)
    COUNT_OWN(events)
    COUNT_OWN(templates)
    COUNT_OWN(runbooks)
    COUNT_OWN(routes)
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (!esc_file_is_own(&workspace->files[i]))
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
