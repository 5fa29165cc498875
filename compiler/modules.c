/* modules.c - sources to trees: reads every file that nobody has read yet, reports its faults, and brings in the modules that are
 * used: the standard library's here, those of other libraries by libraries.c. */
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

static void file_parse(EscWorkspace *workspace, uint32_t index)
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
static void number_files(EscWorkspace *workspace)
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
    file_parse(workspace, index);
    return index;
}

static void module_load(EscWorkspace *workspace, const EscStdModule *module)
{
    EscText path = esc_text_from(module->path);
    if (esc_names_find(workspace->module_names, path, NULL))
        return;
    EscParsed *parsed = workspace->std[module - esc_std_modules];
    (void)esc_module_add(workspace, (EscSourceFile){.path = path,
                                                    .text = parsed->text,
                                                    .parsed = esc_parsed_hold(parsed),
                                                    .is_std = true});
}

/* "de", where `default language de` is said by a file of the workspace. */
static EscText default_language(const EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->own_files_count; ++i) {
        if (workspace->files[i].tree == NULL)
            continue;
        ESC_EACH(declaration, workspace->files[i].tree->file.declarations) {
            if (declaration->kind != ESC_NODE_WORKSPACE)
                continue;
            ESC_EACH_NODE(setting, declaration->workspace.settings)
                if (setting->kind == ESC_NODE_SETTING &&
                    setting->setting.value->kind == ESC_NODE_PATH)
                    return setting->setting.value->path.parts[0].text;
        }
    }
    return ESC_TEXT("");
}

/* A module whose texts people read may stand there in several languages: "std.triage_de" beside "std.triage". */
static bool is_translation(const EscStdModule *module, const EscStdModule *of, EscText language)
{
    EscText name = esc_text_from(module->name), first = esc_text_from(of->name);
    return name.size == first.size + 1 + language.size && esc_text_starts_with(name, first) &&
           name.data[first.size] == '_' && esc_text_ends_with(name, language);
}

static bool is_any_translation(const EscStdModule *module)
{
    for (unsigned i = 0; i < esc_std_modules_count; ++i)
        for (uint32_t language = 0; language < ESC_LANGUAGE_COUNT; ++language)
            if (is_translation(module, &esc_std_modules[i],
                               esc_text_from(esc_language_words[language])))
                return true;
    return false;
}

/* As its people read it. */
static void module_bring_in(EscWorkspace *workspace, const EscStdModule *module)
{
    EscText language = default_language(workspace);
    for (unsigned i = 0; i < esc_std_modules_count; ++i)
        if (is_translation(&esc_std_modules[i], module, language))
            module = &esc_std_modules[i];
    module_load(workspace, module);
}

static void std_use(EscWorkspace *workspace, const EscNode *path)
{
    char buffer[ESC_PATH_TEXT_MAX];
    EscText name = esc_path_text(path, 0, path->path.count, buffer);
    EscSuggest suggest = esc_suggest(name);
    for (unsigned i = 0; i < esc_std_modules_count; ++i) {
        EscText known = esc_text_from(esc_std_modules[i].name);
        if (is_any_translation(&esc_std_modules[i]))
            continue;
        if (esc_text_equal(known, name)) {
            module_bring_in(workspace, &esc_std_modules[i]);
            return;
        }
        esc_suggest_try(&suggest, known);
    }
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0110", path->span,
                   "there is no module `%.*s` in the standard library", ESC_TEXT_ARG(name));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, path->span))
        esc_report_hint(workspace, diagnostic,
                        "all files of the workspace belong together without `use`");
}

static void modules_of_file(EscWorkspace *workspace, uint32_t index)
{
    const EscNode *tree = workspace->files[index].tree;
    uint32_t first = workspace->module_uses_count;
    if (tree == NULL)
        return;
    ESC_EACH(declaration, tree->file.declarations) {
        if (declaration->kind != ESC_NODE_USE || workspace->has_failed)
            continue;
        const EscNode *module = declaration->use.module;
        if (esc_text_equal(module->path.parts[0].text, ESC_TEXT("std")))
            std_use(workspace, module);
        else
            esc_library_use(workspace, index, module);
    }
    workspace->files[index].uses_first = first;
    workspace->files[index].uses_count = workspace->module_uses_count - first;
}

void esc_pass_modules(EscWorkspace *workspace)
{
    number_files(workspace);
    workspace->own_files_count = workspace->files_count;
    for (uint32_t i = 0; i < workspace->own_files_count && !workspace->has_failed; ++i)
        file_parse(workspace, i);
    if (workspace->has_failed)
        return;
    esc_libraries_declare(workspace);
    /* The base ticket and the human triage belong to every workspace. */
    for (unsigned i = 0; i < esc_std_modules_count; ++i) {
        const char *name = esc_std_modules[i].name;
        if (strcmp(name, "std.ticket") == 0 || strcmp(name, "std.triage") == 0)
            module_bring_in(workspace, &esc_std_modules[i]);
    }
    /* Modules may use modules: the list grows while it is walked, by at most the number of
     * modules there are. */
    for (uint32_t i = 0; i < workspace->files_count && !workspace->has_failed; ++i)
        modules_of_file(workspace, i);
    esc_libraries_circles(workspace);
}
