/* modules.c - sources to trees: every file of the workspace (files.c), and the modules that are used: the standard library's here,
 * those of other libraries by libraries.c. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"
#include "libraries.h"

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
    esc_files_number(workspace);
    workspace->own_files_count = workspace->files_count;
    for (uint32_t i = 0; i < workspace->own_files_count && !workspace->has_failed; ++i)
        esc_file_parse(workspace, i);
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
