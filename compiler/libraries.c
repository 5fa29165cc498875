/* libraries.c - libraries of an agency's own, which several workspaces use: where they lie, their modules, and what they may not hold.
 *
 * The program reads their files (EscSourceFiles.library); the standard library, and how a module is read, are modules.c's. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"
#include "libraries.h"

/* --- where they lie ----------------------------------------------------------------------------- */

static EscLibraryInfo *library_find(EscWorkspace *workspace, EscText name)
{
    for (uint32_t i = 0; i < workspace->libraries_count; ++i)
        if (esc_text_equal(workspace->libraries[i].name, name))
            return &workspace->libraries[i];
    return NULL;
}

/* Beside the workspace's folder: "..", as often as it is needed, and names of folders. What lies below the workspace's own folder belongs
 * to the workspace. */
static bool is_beside(EscText folder)
{
    bool goes_up = true;
    for (size_t at = 0; at < folder.size;) {
        size_t size = 0;
        while (at + size < folder.size && folder.data[at + size] != '/')
            ++size;
        EscText part = {folder.data + at, size};
        bool is_up = esc_text_equal(part, ESC_TEXT(".."));
        if (size == 0 || esc_text_equal(part, ESC_TEXT(".")) || (is_up && !goes_up) ||
            (!is_up && at == 0) || memchr(part.data, '\0', size) != NULL)
            return false;
        goes_up = is_up;
        at += size + (at + size < folder.size);
    }
    return folder.size > 0 && folder.size <= ESC_PATH_BYTES_MAX;
}

static void folder_is_wrong(EscWorkspace *workspace, const EscNode *setting)
{
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0434", setting->library.folder->span,
                   "a library lies beside the workspace's folder, and this does not lead there");
    esc_report_hint(workspace, diagnostic,
                    "say how it is reached from the workspace's folder, such as \"../library\"");
}

/* Reports a name that is taken; false: it may be declared. */
static bool name_is_taken(EscWorkspace *workspace, EscName name)
{
    const EscLibraryInfo *first = library_find(workspace, name.text);
    bool is_std = esc_text_equal(name.text, ESC_TEXT("std"));
    if (first == NULL && !is_std && workspace->libraries_count < ESC_LIBRARIES_MAX)
        return false;
    EscDiagnostic *diagnostic =
        is_std || first != NULL
            ? esc_report(workspace, "E0437", name.span, "`%.*s` is a library already",
                         ESC_TEXT_ARG(name.text))
            : esc_report(workspace, "E0437", name.span, "a workspace has at most %u libraries",
                         ESC_LIBRARIES_MAX);
    if (is_std)
        esc_report_hint(workspace, diagnostic,
                        "`std` is the standard library; choose another name");
    else if (first != NULL)
        esc_report_related(workspace, diagnostic, first->name_span, "declared here");
    return true;
}

static void declare_library(EscWorkspace *workspace, const EscNode *setting)
{
    EscName name = setting->library.name;
    EscText folder = esc_plain_text(workspace, setting->library.folder);
    if (name_is_taken(workspace, name))
        return;
    esc_check_spelling(workspace, name);
    if (!is_beside(folder)) {
        if (setting->library.folder->text.is_plain)
            folder_is_wrong(workspace, setting);
        folder = ESC_TEXT("");
    }
    *ESC_ARRAY_ADD(workspace, libraries) = (EscLibraryInfo){
        .name = name.text, .name_span = name.span, .folder = folder, .is_wrong = folder.size == 0};
}

void esc_libraries_declare(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->own_files_count; ++i) {
        if (workspace->files[i].tree == NULL)
            continue;
        ESC_EACH(declaration, workspace->files[i].tree->file.declarations) {
            if (declaration->kind != ESC_NODE_WORKSPACE)
                continue;
            ESC_EACH_NODE(setting, declaration->workspace.settings)
                if (setting->kind == ESC_NODE_LIBRARY)
                    declare_library(workspace, setting);
        }
    }
}

EscLibraryFile esc_library_file(const EscWorkspace *workspace, EscSpan span)
{
    uint32_t library = esc_file_of(workspace, span)->library;
    const EscLibraryInfo *info = library == 0 ? NULL : &workspace->libraries[library - 1];
    return info == NULL ? (EscLibraryFile){0} : (EscLibraryFile){info->name, info->folder};
}

/* --- one module --------------------------------------------------------------------------------- */

/* A `use` of a module, as it is looked for. */
typedef struct Wanted {
    EscWorkspace *workspace;
    const EscNode *use; /* PATH */
    uint32_t user;      /* the file that says it: in files */
    EscText library, path;
} Wanted;

static void unknown_library(const Wanted *wanted, const EscWhy *why)
{
    EscWorkspace *workspace = wanted->workspace;
    EscSpan span = wanted->use->path.parts[0].span;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0430", span, "nobody says where the library `%.*s` lies",
                   ESC_TEXT_ARG(wanted->library));
    EscSuggest suggest = esc_suggest(wanted->library);
    esc_suggest_try(&suggest, ESC_TEXT("std"));
    for (uint32_t i = 0; i < workspace->libraries_count; ++i)
        esc_suggest_try(&suggest, workspace->libraries[i].name);
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, span))
        esc_report_hint(workspace, diagnostic,
                        "write `library %.*s \"../FOLDER\"` into the workspace's declaration%s%s",
                        ESC_TEXT_ARG(wanted->library), why->text[0] == '\0' ? "" : ", or ",
                        why->text);
}

static void cannot_be_read(const Wanted *wanted, EscStatus status, const EscWhy *why)
{
    EscDiagnostic *diagnostic = status == ESC_NOT_FOUND
                                    ? esc_report(wanted->workspace, "E0431", wanted->use->span,
                                                 "the library `%.*s` has no module of this name",
                                                 ESC_TEXT_ARG(wanted->library))
                                    : esc_report(wanted->workspace, "E0435", wanted->use->span,
                                                 "this module of the library `%.*s` cannot be read",
                                                 ESC_TEXT_ARG(wanted->library));
    if (why->text[0] != '\0')
        esc_report_hint(wanted->workspace, diagnostic, "%s", why->text);
}

/* Reads its file; the text is the caller's to release. False after a report. */
static bool read_module(const Wanted *wanted, EscText folder, EscBuf *text)
{
    EscWorkspace *workspace = wanted->workspace;
    EscWhy why = {0};
    EscStatus status = ESC_BAD_CONFIG;
    esc_buf_init(text, ESC_WORKSPACE_BYTES_MAX);
    if (workspace->io.library != NULL)
        status = workspace->io.library(workspace->io.context, wanted->library, folder, wanted->path,
                                       text, &why);
    if (status == ESC_OK)
        status = text->status;
    if (status == ESC_OK && (workspace->modules_count >= ESC_LIBRARY_MODULES_MAX ||
                             workspace->sources_bytes + text->size > ESC_WORKSPACE_BYTES_MAX))
        status =
            esc_why(&why, ESC_OVER_LIMIT, "", 0, "there are too many modules, or too much text");
    if (status == ESC_OK)
        return true;
    if (status == ESC_NO_MEMORY)
        esc_workspace_fail(workspace, status);
    else if (status == ESC_BAD_CONFIG)
        unknown_library(wanted, &why);
    else
        cannot_be_read(wanted, status, &why);
    return false;
}

/* The number of the library among those that are known; ESC_NONE: there are too many. */
static uint32_t library_number(const Wanted *wanted)
{
    EscWorkspace *workspace = wanted->workspace;
    const EscLibraryInfo *info = library_find(workspace, wanted->library);
    if (info != NULL)
        return (uint32_t)(info - workspace->libraries);
    if (name_is_taken(workspace, wanted->use->path.parts[0]))
        return ESC_NONE;
    *ESC_ARRAY_ADD(workspace, libraries) =
        (EscLibraryInfo){.name = wanted->library, .name_span = wanted->use->path.parts[0].span};
    return workspace->libraries_count - 1;
}

/* The place among the workspace's own files that brought it in. */
static EscSpan used_at(const Wanted *wanted)
{
    const EscSourceFile *user = &wanted->workspace->files[wanted->user];
    return user->library != 0 ? user->used_at : wanted->use->span;
}

static uint32_t load_module(const Wanted *wanted, EscText full)
{
    EscWorkspace *workspace = wanted->workspace;
    const EscLibraryInfo *info = library_find(workspace, wanted->library);
    if (info != NULL && info->is_wrong)
        return ESC_NONE; /* its folder was reported */
    EscBuf text;
    if (!read_module(wanted, info == NULL ? ESC_TEXT("") : info->folder, &text)) {
        esc_buf_release(&text);
        return ESC_NONE;
    }
    uint32_t library = library_number(wanted);
    if (library == ESC_NONE) {
        esc_buf_release(&text);
        return ESC_NONE;
    }
    EscParsed *parsed = esc_parsed_new(workspace->file_id_end, esc_buf_as_text(&text), text.data);
    if (parsed == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return ESC_NONE;
    }
    ++workspace->file_id_end;
    workspace->sources_bytes += parsed->text.size;
    return esc_module_add(workspace, (EscSourceFile){.path = esc_arena_text(workspace->arena, full),
                                                     .text = parsed->text,
                                                     .parsed = parsed,
                                                     .library = library + 1,
                                                     .used_at = used_at(wanted)});
}

/* "agency.paths.incident" is paths/incident.esc in the folder of `agency`, and agency/paths/incident.esc in messages and bundles, wherever
 * that folder lies: so a bundle is the same on every machine. */
void esc_library_use(EscWorkspace *workspace, uint32_t user, const EscNode *use)
{
    EscText library = use->path.parts[0].text;
    if (use->path.count == 1) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0431", use->span,
                                   "this names a library, and a module of it is wanted"),
                        "say which one, such as `use %.*s.paths`", ESC_TEXT_ARG(library));
        return;
    }
    EscBuf full;
    esc_buf_init(&full, ESC_PATH_TEXT_MAX + sizeof ".esc");
    for (uint32_t i = 0; i < use->path.count; ++i) {
        esc_buf_string(&full, i == 0 ? "" : "/");
        esc_buf_text(&full, use->path.parts[i].text);
    }
    esc_buf_string(&full, ".esc");
    EscText path = esc_buf_as_text(&full);
    Wanted wanted = {.workspace = workspace,
                     .use = use,
                     .user = user,
                     .library = library,
                     .path = {path.data + library.size + 1, path.size - library.size - 1}};
    uint32_t file = ESC_NONE;
    if (full.status != ESC_OK)
        esc_workspace_fail(workspace, full.status);
    else if (esc_names_find(workspace->file_names, path, NULL))
        esc_report_hint(
            workspace,
            esc_report(workspace, "E0437", use->span,
                       "`%.*s` is a file of the workspace too, so nobody could tell them apart",
                       ESC_TEXT_ARG(path)),
            "give the library or the folder another name");
    else if (!esc_names_find(workspace->module_names, path, &file))
        file = load_module(&wanted, path);
    if (file != ESC_NONE && workspace->files[user].library != 0)
        *ESC_ARRAY_ADD(workspace, module_uses) = (EscModuleUse){.to = file, .use = use};
    esc_buf_release(&full);
}

/* --- circles ------------------------------------------------------------------------------------ */

/* A module that is looked at, and which of its uses comes next. */
typedef struct Visit {
    uint32_t file, next;
} Visit;

typedef enum Seen { SEEN_NOT, SEEN_OPEN, SEEN_DONE } Seen;

static void report_circle(EscWorkspace *workspace, const EscModuleUse *use)
{
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0433", use->use->span,
                   "`%.*s` is used by a module that it uses itself, so neither comes first",
                   ESC_TEXT_ARG(workspace->files[use->to].path));
    esc_report_hint(workspace, diagnostic, "put what both need into a module of its own");
}

static void visit_from(EscWorkspace *workspace, uint32_t root, Visit *stack, Seen *seen)
{
    uint32_t depth = 0;
    stack[depth++] = (Visit){root, 0};
    seen[root] = SEEN_OPEN;
    while (depth > 0) {
        Visit *top = &stack[depth - 1];
        const EscSourceFile *file = &workspace->files[top->file];
        if (top->next == file->uses_count) {
            seen[top->file] = SEEN_DONE;
            --depth;
            continue;
        }
        const EscModuleUse *use = &workspace->module_uses[file->uses_first + top->next++];
        if (seen[use->to] == SEEN_OPEN)
            report_circle(workspace, use);
        if (seen[use->to] != SEEN_NOT)
            continue;
        seen[use->to] = SEEN_OPEN;
        stack[depth++] = (Visit){use->to, 0};
    }
}

void esc_libraries_circles(EscWorkspace *workspace)
{
    if (workspace->module_uses_count == 0)
        return;
    size_t count = workspace->files_count;
    Visit *stack = esc_arena_alloc_array(workspace->arena, count, sizeof *stack);
    Seen *seen = esc_arena_alloc_array(workspace->arena, count, sizeof *seen);
    if (stack == NULL || seen == NULL)
        return; /* the arena has failed */
    for (uint32_t i = workspace->own_files_count; i < workspace->files_count; ++i)
        if (seen[i] == SEEN_NOT && workspace->files[i].library != 0)
            visit_from(workspace, i, stack, seen);
}

/* --- what they hold ----------------------------------------------------------------------------- */

bool esc_library_may_hold(EscWorkspace *workspace, const EscNode *declaration)
{
    bool is_refused =
        declaration->kind == ESC_NODE_WORKSPACE || declaration->kind == ESC_NODE_POLICY;
    if (!is_refused || esc_file_of(workspace, declaration->span)->library == 0)
        return true;
    bool is_policy = declaration->kind == ESC_NODE_POLICY;
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0432",
        is_policy ? declaration->policy.name.span : declaration->workspace.name.span,
        is_policy ? "a library has no policy: what a client is promised stands in its workspace"
                  : "a library is used by workspaces, and is none itself");
    esc_report_hint(workspace, diagnostic, "leave it out here, and write it in the workspace");
    return false;
}
