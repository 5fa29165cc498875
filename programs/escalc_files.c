/* escalc_files.c - the only place of escalc that touches files: the compiler's doors, reading
 * and writing. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "composed_text.h"
#include "escalc.h"
#include "holiday_files.h"
#include "library_files.h"
#include "zone_names.h"

#define FOLDER_DEPTH_MAX 16
#define READ_PIECE ((size_t)64 << 10)

static bool ends_in_esc(const char *name)
{
    size_t size = strlen(name);
    return size > 4 && strcmp(name + size - 4, ".esc") == 0;
}

/* NULL with errno. A pipe or a device would have us wait for somebody who writes to it. */
static FILE *open_ordinary(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    errno = EINVAL;
    FILE *file = fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))
                     ? fdopen(fd, "rb")
                     : NULL;
    int error = errno;
    if (file == NULL)
        close(fd);
    errno = error;
    return file;
}

static EscStatus read_file(const char *path, EscBuf *out, EscWhy *why)
{
    FILE *file = open_ordinary(path);
    if (file == NULL && errno == EINVAL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "%s: this is no ordinary file", path);
    if (file == NULL)
        return esc_why(why, errno == ENOENT ? ESC_NOT_FOUND : ESC_IO_FAILED, "", 0, "%s: %s", path,
                       strerror(errno));
    char *piece = malloc(READ_PIECE);
    size_t got = 0;
    while (piece != NULL && out->status == ESC_OK && (got = fread(piece, 1, READ_PIECE, file)) > 0)
        esc_buf_append(out, piece, got);
    bool is_whole = piece != NULL && ferror(file) == 0;
    int error = errno;
    free(piece);
    (void)fclose(file);
    if (!is_whole)
        return esc_why(why, ESC_IO_FAILED, "", 0, "%s: %s", path, strerror(error));
    if (out->status != ESC_OK)
        return esc_why(why, out->status, "", 0, "%s: %s", path, esc_status_text(out->status));
    return ESC_OK;
}

bool escalc_read_file(const char *path, EscBuf *out)
{
    EscWhy why = {0};
    if (read_file(path, out, &why) == ESC_OK)
        return true;
    fprintf(stderr, "escalc: %s\n", why.text);
    return false;
}

bool escalc_write_file(const char *path, EscBytes bytes)
{
    char temporary[4096];
    int size = snprintf(temporary, sizeof temporary, "%s.escalc-%ld", path, (long)getpid());
    FILE *file = size > 0 && (size_t)size < sizeof temporary ? fopen(temporary, "wb") : NULL;
    bool is_written =
        file != NULL && (bytes.size == 0 || fwrite(bytes.data, 1, bytes.size, file) == bytes.size);
    if (file != NULL)
        is_written = fclose(file) == 0 && is_written;
    if (is_written && rename(temporary, path) == 0)
        return true;
    fprintf(stderr, "escalc: %s: %s\n", path, strerror(errno));
    if (file != NULL)
        (void)unlink(temporary);
    return false;
}

/* --- folders ---------------------------------------------------------------------------------- */

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Walks a folder in order of names; `at` holds the path so far. Symbolic links to folders are
 * left out. */
static bool walk(char *at, size_t at_max, unsigned depth,
                 bool (*visit)(void *context, const char *path), void *context)
{
    struct dirent **entries = NULL;
    int count = depth < FOLDER_DEPTH_MAX ? scandir(at, &entries, visible, alphasort) : -1;
    if (count < 0) {
        fprintf(stderr, "escalc: %s: %s\n", at,
                depth < FOLDER_DEPTH_MAX ? strerror(errno) : "folders lie too deep in one another");
        return false;
    }
    bool is_fine = true;
    size_t used = strlen(at);
    for (int i = 0; i < count; ++i) {
        struct stat info;
        int size = snprintf(at + used, at_max - used, "/%s", entries[i]->d_name);
        if (is_fine && size > 0 && (size_t)size < at_max - used && lstat(at, &info) == 0) {
            if (S_ISDIR(info.st_mode))
                is_fine = walk(at, at_max, depth + 1, visit, context);
            else if (ends_in_esc(at))
                is_fine = visit(context, at);
        }
        at[used] = '\0';
        free(entries[i]);
    }
    free(entries);
    return is_fine;
}

bool escalc_each_source(const char *path, bool (*visit)(void *context, const char *path),
                        void *context)
{
    if (ends_in_esc(path))
        return visit(context, path);
    char at[8192];
    int size = snprintf(at, sizeof at, "%s", path);
    if (size <= 0 || (size_t)size >= sizeof at)
        return false;
    while (size > 1 && at[size - 1] == '/')
        at[--size] = '\0';
    return walk(at, sizeof at, 0, visit, context);
}

/* --- the compiler's doors --------------------------------------------------------------------- */

typedef struct Folder {
    const char *path;
    size_t base; /* where paths below the folder begin */
    void (*put)(void *context, EscText path);
    void *put_context;
    LibraryFolders libraries;
} Folder;

static bool list_visit(void *context, const char *path)
{
    Folder *folder = context;
    folder->put(folder->put_context, esc_text_from(path + folder->base));
    return true;
}

static EscStatus list_sources(void *context, void (*put)(void *put_context, EscText path),
                              void *put_context, EscWhy *why)
{
    Folder *folder = context;
    folder->put = put;
    folder->put_context = put_context;
    if (escalc_each_source(folder->path, list_visit, folder))
        return ESC_OK;
    return esc_why(why, ESC_IO_FAILED, "", 0, "the sources below %s cannot be listed",
                   folder->path);
}

static EscStatus read_source(void *context, EscText path, EscBuf *out, EscWhy *why)
{
    const Folder *folder = context;
    char full[8192];
    int size = snprintf(full, sizeof full, "%.*s%.*s", (int)folder->base, folder->path,
                        ESC_TEXT_ARG(path));
    if (folder->base > strlen(folder->path))
        size = snprintf(full, sizeof full, "%s/%.*s", folder->path, ESC_TEXT_ARG(path));
    if (size <= 0 || (size_t)size >= sizeof full)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "a path is too long");
    return read_file(full, out, why);
}

static EscStatus read_library(void *context, EscText library, EscText folder, EscText path,
                              EscBuf *out, EscWhy *why)
{
    const Folder *workspace = context;
    return library_file_read(&workspace->libraries, library, folder, path, out, why);
}

/* A calendar file of the workspace, or of the library that names it. */
static EscStatus read_calendar(void *context, EscLibraryFile library, EscText path, EscBuf *out)
{
    EscWhy why = {0};
    return library.name.size > 0
               ? read_library(context, library.name, library.folder, path, out, &why)
               : read_source(context, path, out, &why);
}

static EscStatus read_holidays(void *context, EscHolidayFile *file)
{
    EscBuf bytes;
    esc_buf_init(&bytes, HOLIDAY_FILE_BYTES_MAX);
    EscStatus status = read_calendar(context, file->library, file->path, &bytes);
    status = holiday_file_tell(file, status, &bytes);
    esc_buf_release(&bytes);
    return status;
}

static EscStatus read_turns(void *context, EscTurnFile *file)
{
    EscBuf bytes;
    esc_buf_init(&bytes, HOLIDAY_FILE_BYTES_MAX);
    EscStatus status = read_calendar(context, file->library, file->path, &bytes);
    status = turn_file_tell(file, status, &bytes);
    esc_buf_release(&bytes);
    return status;
}

/* What the paths of a workspace are below: the folder itself, or that of its one file. */
static EscText own_folder(const char *path, size_t base)
{
    size_t size = base > 0 ? base - 1 : 0;
    if (base == 1 && path[0] == '/')
        size = 1;
    return base == 0 ? ESC_TEXT(".") : (EscText){path, size};
}

int escalc_load_quietly(const char *path, const EscalcOptions *options, EscWorkspace **out)
{
    return escalc_load_on(path, options, (int64_t)time(NULL) / 86400, out);
}

int escalc_load_on(const char *path, const EscalcOptions *options, int64_t today,
                   EscWorkspace **out)
{
    char clean[8192];
    int size = snprintf(clean, sizeof clean, "%s", path);
    while (size > 1 && (size_t)size < sizeof clean && clean[size - 1] == '/')
        clean[--size] = '\0';
    Folder folder = {.path = clean, .base = strlen(clean) + 1};
    if (ends_in_esc(clean)) {
        const char *slash = strrchr(clean, '/');
        folder.base = slash == NULL ? 0 : (size_t)(slash + 1 - clean);
    }
    folder.libraries = (LibraryFolders){.items = options->libraries,
                                        .count = options->libraries_count,
                                        .workspace_folder = own_folder(clean, folder.base),
                                        .way_out = "name its folder: `--library ",
                                        .way_out_behind = "=FOLDER`"};
    EscSourceFiles files = {.context = &folder,
                            .list = list_sources,
                            .read = read_source,
                            .zone_exists = zone_names_exists,
                            .list_zones = zone_names_list,
                            .holidays = read_holidays,
                            .compose = composed_text,
                            .turns = read_turns,
                            .library = read_library,
                            .library_tests = options->plays_libraries,
                            .today = today};
    *out = esc_workspace_new();
    EscWhy why = {0};
    EscStatus status = *out == NULL ? ESC_NO_MEMORY : esc_workspace_load(*out, &files, &why);
    if (status == ESC_OK)
        status = esc_workspace_check(*out); /* while the folder still stands on the stack */
    if (status == ESC_OK || status == ESC_BAD_SOURCE)
        return status == ESC_OK ? ESCALC_FINE : ESCALC_FINDINGS;
    fprintf(stderr, "escalc: %s: %s\n", path,
            why.text[0] != '\0' ? why.text : esc_status_text(status));
    esc_workspace_free(*out);
    *out = NULL;
    return status == ESC_NOT_FOUND ? ESCALC_USAGE : ESCALC_FAILURE;
}
