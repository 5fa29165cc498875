/* files.c - the files of a workspace, its own and those of modules: numbered, and each parsed when nobody has read it yet, with its
 * faults reported. Which modules are brought in is modules.c's and libraries.c's. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"
#include "libraries.h"

static void report_fault(EscWorkspace *workspace, const EscSyntaxError *error)
{
    EscDiagnostic *diagnostic =
        esc_report(workspace, error->code, error->span, "%.*s", ESC_TEXT_ARG(error->message));
    if (error->hint.size > 0)
        esc_report_hint(workspace, diagnostic, "%.*s", ESC_TEXT_ARG(error->hint));
    if (error->related.end > 0)
        esc_report_related(workspace, diagnostic, error->related, "%.*s",
                           ESC_TEXT_ARG(error->related_label));
    if (error->has_fix)
        esc_report_edit(workspace, diagnostic, error->fix_is_guess ? ESC_EDIT_MAYBE : ESC_EDIT_SAFE,
                        error->fix_span, error->fix);
}

/* A bundle names its files, and holds nothing but UTF-8. */
static void check_name(EscWorkspace *workspace, uint32_t index)
{
    if (esc_utf8_is_valid(workspace->files[index].path, NULL))
        return;
    esc_report_hint(workspace,
                    esc_report(workspace, esc_rule_info[ESC_RULE_FILE_NAME].code,
                               (EscSpan){.file = workspace->files[index].parsed->id, .end = 0},
                               "the name of this file is not UTF-8"),
                    "rename it");
}

void esc_file_parse(EscWorkspace *workspace, uint32_t index)
{
    check_name(workspace, index);
    EscSourceFile *file = &workspace->files[index];
    EscParsed *parsed = file->parsed;
    bool was_read = false;
    EscStatus status = esc_parsed_read(parsed, &was_read);
    if (status != ESC_OK) {
        esc_workspace_fail(workspace, status);
        return;
    }
    workspace->read_count += was_read;
    file->meanings = esc_arena_alloc_array(
        workspace->arena, (size_t)parsed->tree->file.node_count + 1, sizeof *file->meanings);
    if (file->meanings != NULL) /* else the arena has failed */
        file->tree = parsed->tree;
    for (size_t i = 0; i < parsed->faults_count; ++i)
        report_fault(workspace, &parsed->faults[i]);
}

/* Room for the ids of all files, and of as many modules again before they move. */
static bool indexes_hold(EscWorkspace *workspace)
{
    if (workspace->file_id_end <= workspace->file_ids_capacity)
        return true;
    size_t capacity = 2 * (size_t)workspace->file_id_end;
    uint32_t *moved = esc_arena_alloc_array(workspace->arena, capacity, sizeof *moved);
    if (moved == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return false;
    }
    if (workspace->file_ids_capacity > 0)
        memcpy(moved, workspace->file_indexes, workspace->file_ids_capacity * sizeof *moved);
    workspace->file_indexes = moved;
    workspace->file_ids_capacity = capacity;
    return true;
}

/* From now on a span says where its file stands. */
void esc_files_number(EscWorkspace *workspace)
{
    if (!indexes_hold(workspace))
        return;
    for (uint32_t i = 0; i < workspace->files_count; ++i)
        workspace->file_indexes[workspace->files[i].parsed->id] = i;
}

uint32_t esc_module_add(EscWorkspace *workspace, EscSourceFile file)
{
    EscSourceFile *added = ESC_ARRAY_ADD(workspace, files);
    uint32_t index = workspace->files_count - 1;
    if (workspace->has_failed) {
        esc_parsed_drop(file.parsed);
        return ESC_NONE;
    }
    *added = file;
    if (!indexes_hold(workspace))
        return ESC_NONE;
    workspace->file_indexes[file.parsed->id] = index;
    EscStatus status = esc_names_put(workspace->module_names, file.path, index);
    if (status != ESC_OK) {
        esc_workspace_fail(workspace, status);
        return ESC_NONE;
    }
    ++workspace->modules_count;
    esc_file_parse(workspace, index);
    return index;
}
