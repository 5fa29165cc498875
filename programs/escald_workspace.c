/* escald_workspace.c - compiles a workspace's folder: lists its files, calls the compiler, writes
 * its diagnostics. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include <esc/compiler.h>

#include "composed_text.h"
#include "escald_workspace.h"
#include "holiday_files.h"
#include "library_files.h"
#include "zone_names.h"

#define FOLDER_DEPTH_MAX 16
#define DIAGNOSTICS_BYTES_MAX ((size_t)4 << 20)

typedef struct Folder {
    const char *root;
    const EscFiles *files;
    const LibraryFolders *libraries;
    void (*put)(void *put_context, EscText path);
    void *put_context;
    int64_t calendars_end_day; /* of what repeats in calendar files */
} Folder;

/* Depth is bounded by FOLDER_DEPTH_MAX; hidden folders and symbolic links to folders are left
 * out. */
static EscStatus list_folder(const Folder *folder, const char *below, unsigned depth, EscWhy *why)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder->root, below);
    DIR *handle = opendir(path);
    if (handle == NULL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "the folder %s cannot be read", path);
    EscStatus status = ESC_OK;
    const struct dirent *entry = NULL;
    while (status == ESC_OK && (entry = readdir(handle)) != NULL) {
        char name[4096];
        struct stat info;
        int length = snprintf(name, sizeof(name), "%s%s%s", below, below[0] == '\0' ? "" : "/",
                              entry->d_name);
        if (entry->d_name[0] == '.' || length < 0 || (size_t)length >= sizeof(name) ||
            fstatat(dirfd(handle), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISDIR(info.st_mode))
            status = depth == FOLDER_DEPTH_MAX ? esc_why(why, ESC_OVER_LIMIT, "", 0,
                                                         "folders are nested too deep at %s", name)
                                               : list_folder(folder, name, depth + 1, why);
        else if (esc_text_ends_with(esc_text_from(name), ESC_TEXT(".esc")))
            folder->put(folder->put_context, esc_text_from(name));
    }
    closedir(handle);
    return status;
}

static EscStatus list_files(void *context, void (*put)(void *put_context, EscText path),
                            void *put_context, EscWhy *why)
{
    Folder *folder = context;
    folder->put = put;
    folder->put_context = put_context;
    return list_folder(folder, "", 0, why);
}

static EscStatus read_source(void *context, EscText path, EscBuf *out, EscWhy *why)
{
    const Folder *folder = context;
    char full[4096];
    int length = snprintf(full, sizeof(full), "%s/%.*s", folder->root, ESC_TEXT_ARG(path));
    if (length < 0 || (size_t)length >= sizeof(full))
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "the name %.*s is too long", ESC_TEXT_ARG(path));
    EscStatus status = folder->files->read(folder->files->context, full, out);
    return status == ESC_OK ? ESC_OK : esc_why(why, status, "", 0, "%s cannot be read", full);
}

static EscStatus read_library(void *context, EscText library, EscText folder, EscText path,
                              EscBuf *out, EscWhy *why)
{
    const Folder *workspace = context;
    return library_file_read(workspace->libraries, library, folder, path, out, why);
}

/* A calendar file of the workspace, or of the library that names it. */
static EscStatus read_calendar(void *context, EscLibraryFile library, EscText path, EscBuf *out)
{
    return library.name.size > 0
               ? read_library(context, library.name, library.folder, path, out, NULL)
               : read_source(context, path, out, NULL);
}

static EscStatus read_holidays(void *context, EscHolidayFile *file)
{
    Folder *folder = context;
    EscBuf bytes;
    esc_buf_init(&bytes, HOLIDAY_FILE_BYTES_MAX);
    EscStatus status =
        holiday_file_tell(file, read_calendar(context, file->library, file->path, &bytes), &bytes);
    esc_buf_release(&bytes);
    if (status == ESC_OK && file->repeats)
        folder->calendars_end_day = file->to_day; /* the same for each file of a compilation */
    return status;
}

static EscStatus read_turns(void *context, EscTurnFile *file)
{
    Folder *folder = context;
    EscBuf bytes;
    esc_buf_init(&bytes, HOLIDAY_FILE_BYTES_MAX);
    EscStatus status =
        turn_file_tell(file, read_calendar(context, file->library, file->path, &bytes), &bytes);
    esc_buf_release(&bytes);
    if (status == ESC_OK && file->repeats)
        folder->calendars_end_day = file->to_day;
    return status;
}

static void write_diagnostics(const EscWorkspace *workspace, EscBuf *out)
{
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); i++)
        if (esc_workspace_diagnostic(workspace, i)->severity == ESC_SEVERITY_ERROR)
            esc_diagnostic_write(workspace, esc_workspace_diagnostic(workspace, i), out);
}

EscStatus workspace_compile(const char *folder_name, const EscFiles *files,
                            const LibraryFolders *libraries, int64_t today, CompiledWorkspace *out,
                            EscWhy *why)
{
    memset(out, 0, sizeof(*out));
    esc_buf_init(&out->bundle, ESC_BUNDLE_BYTES_MAX);
    esc_buf_init(&out->diagnostics, DIAGNOSTICS_BYTES_MAX);
    Folder folder = {.root = folder_name, .files = files, .libraries = libraries};
    EscSourceFiles sources = {.context = &folder,
                              .list = list_files,
                              .read = read_source,
                              .zone_exists = zone_names_exists,
                              .list_zones = zone_names_list,
                              .holidays = read_holidays,
                              .compose = composed_text,
                              .turns = read_turns,
                              .library = read_library,
                              .today = today};
    EscWorkspace *workspace = esc_workspace_new();
    if (workspace == NULL)
        return ESC_NO_MEMORY;
    EscStatus status = esc_workspace_load(workspace, &sources, why);
    if (status == ESC_OK)
        status = esc_workspace_check(workspace);
    if (status == ESC_OK)
        status = esc_workspace_build(workspace, &out->bundle, why);
    if (status == ESC_BAD_SOURCE) {
        write_diagnostics(workspace, &out->diagnostics);
        (void)esc_why(why, status, "", 0, "the workspace %s has errors", folder_name);
    }
    (void)snprintf(out->name, sizeof(out->name), "%.*s",
                   ESC_TEXT_ARG(esc_workspace_name(workspace)));
    (void)snprintf(out->timezone, sizeof(out->timezone), "%.*s",
                   ESC_TEXT_ARG(esc_workspace_timezone(workspace)));
    out->calendars_end_day = folder.calendars_end_day;
    esc_workspace_free(workspace);
    return status;
}

void workspace_release(CompiledWorkspace *workspace)
{
    esc_buf_release(&workspace->bundle);
    esc_buf_release(&workspace->diagnostics);
}
