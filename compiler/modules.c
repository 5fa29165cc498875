/* modules.c - sources to trees: parses every file and brings in the standard library's modules
 * that are used. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"

static void syntax_put(void *context, const EscSyntaxError *error)
{
    EscWorkspace *workspace = context;
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
                               (EscSpan){.file = index, .end = 0},
                               "the name of this file is not UTF-8"),
                    "rename it");
}

static void file_parse(EscWorkspace *workspace, uint32_t index)
{
    check_name(workspace, index);
    EscSyntaxSink sink = {.put = syntax_put, .context = workspace};
    EscNode *tree = esc_source_parse(workspace->arena, index, workspace->files[index].text, &sink);
    if (tree == NULL)
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    workspace->files[index].tree = tree;
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
    EscSourceFile *file = ESC_ARRAY_ADD(workspace, files);
    file->path = esc_text_from(module->path);
    file->text = (EscText){(const char *)module->data, module->size};
    file->is_std = true;
    file_parse(workspace, workspace->files_count - 1);
}

static void module_use(EscWorkspace *workspace, EscNode *path)
{
    char buffer[ESC_PATH_TEXT_MAX];
    EscText name = esc_path_text(path, 0, path->path.count, buffer);
    EscSuggest suggest = esc_suggest(name);
    for (unsigned i = 0; i < esc_std_modules_count; ++i) {
        EscText known = esc_text_from(esc_std_modules[i].name);
        if (esc_text_equal(known, name)) {
            module_load(workspace, &esc_std_modules[i]);
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
    EscNode *tree = workspace->files[index].tree;
    if (tree == NULL)
        return;
    ESC_EACH(declaration, tree->file.declarations) {
        if (declaration->kind == ESC_NODE_USE)
            module_use(workspace, declaration->use.module);
    }
}

void esc_pass_modules(EscWorkspace *workspace)
{
    uint32_t own = workspace->files_count;
    for (uint32_t i = 0; i < own; ++i)
        file_parse(workspace, i);
    /* The base ticket and the human triage belong to every workspace. */
    for (unsigned i = 0; i < esc_std_modules_count; ++i) {
        const char *name = esc_std_modules[i].name;
        if (strcmp(name, "std.ticket") == 0 || strcmp(name, "std.triage") == 0)
            module_load(workspace, &esc_std_modules[i]);
    }
    /* Modules may use modules: the list grows while it is walked, by at most the number of
     * modules there are. */
    for (uint32_t i = 0; i < workspace->files_count; ++i)
        modules_of_file(workspace, i);
}
