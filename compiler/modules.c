/* modules.c - sources to trees: reads every file that nobody has read yet, reports its faults, and brings in the standard library's
 * modules that are used. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"

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

/* From now on a span says where its file stands. */
static void number_files(EscWorkspace *workspace)
{
    workspace->file_indexes = esc_arena_alloc_array(workspace->arena, workspace->file_id_end,
                                                    sizeof *workspace->file_indexes);
    if (workspace->file_indexes == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return;
    }
    for (uint32_t i = 0; i < workspace->files_count; ++i)
        workspace->file_indexes[workspace->files[i].parsed->id] = i;
}

static bool module_is_loaded(const EscWorkspace *workspace, const EscStdModule *module)
{
    for (uint32_t i = workspace->files_count; i > 0 && workspace->files[i - 1].is_std; --i) {
        if (esc_text_equal(workspace->files[i - 1].path, esc_text_from(module->path)))
            return true;
    }
    return false;
}

static void module_load(EscWorkspace *workspace, const EscStdModule *module)
{
    if (module_is_loaded(workspace, module))
        return;
    EscParsed *parsed = workspace->std[module - esc_std_modules];
    EscSourceFile *file = ESC_ARRAY_ADD(workspace, files);
    if (workspace->has_failed)
        return;
    *file = (EscSourceFile){.path = esc_text_from(module->path),
                            .text = parsed->text,
                            .parsed = esc_parsed_hold(parsed),
                            .is_std = true};
    workspace->file_indexes[parsed->id] = workspace->files_count - 1;
    file_parse(workspace, workspace->files_count - 1);
}

/* "de", where `default language de` is said by a file of the workspace. */
static EscText default_language(const EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].tree == NULL)
            continue;
        ESC_EACH(declaration, workspace->files[i].tree->file.declarations) {
            if (declaration->kind != ESC_NODE_WORKSPACE)
                continue;
            ESC_EACH_NODE(setting, declaration->workspace.settings)
                if (setting->setting.value->kind == ESC_NODE_PATH)
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

static void module_use(EscWorkspace *workspace, const EscNode *path)
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
    if (tree == NULL)
        return;
    ESC_EACH(declaration, tree->file.declarations) {
        if (declaration->kind == ESC_NODE_USE)
            module_use(workspace, declaration->use.module);
    }
}

void esc_pass_modules(EscWorkspace *workspace)
{
    number_files(workspace);
    uint32_t own = workspace->files_count;
    for (uint32_t i = 0; i < own && !workspace->has_failed; ++i)
        file_parse(workspace, i);
    if (workspace->has_failed)
        return;
    /* The base ticket and the human triage belong to every workspace. */
    for (unsigned i = 0; i < esc_std_modules_count; ++i) {
        const char *name = esc_std_modules[i].name;
        if (strcmp(name, "std.ticket") == 0 || strcmp(name, "std.triage") == 0)
            module_bring_in(workspace, &esc_std_modules[i]);
    }
    /* Modules may use modules: the list grows while it is walked, by at most the number of
     * modules there are. */
    for (uint32_t i = 0; i < workspace->files_count; ++i)
        modules_of_file(workspace, i);
}
