/* library_files.c - see library_files.h. A file is reached folder by folder from the library's own, and no link is followed on the way:
 * so a path leads nowhere else, also while somebody changes the folders. */
#define _GNU_SOURCE
#include "library_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)16 << 10)

/* --- the library's folder --------------------------------------------------------------------- */

static const LibraryFolder *told(const LibraryFolders *folders, EscText library)
{
    for (size_t i = 0; i < folders->count; i++)
        if (esc_text_equal(folders->items[i].name, library))
            return &folders->items[i];
    return NULL;
}

static EscStatus way_out(const LibraryFolders *folders, EscText library, EscStatus status,
                         const char *before, EscWhy *why)
{
    return esc_why(why, status, "", 0, "%s%s%.*s%s", before, folders->way_out,
                   ESC_TEXT_ARG(library), folders->way_out_behind);
}

/* A file that is looked for: the folder as it was said, for messages. */
typedef struct Wanted {
    EscText folder, path;
    EscWhy *why;
} Wanted;

/* The name of the folder, to be opened; *said is how it was said. */
static EscStatus root_of(const LibraryFolders *folders, EscText library, EscText folder, char *root,
                         size_t root_max, EscText *said, EscWhy *why)
{
    const LibraryFolder *known = told(folders, library);
    int size = 0;
    *said = known != NULL ? known->folder : folder;
    if (known != NULL)
        size = snprintf(root, root_max, "%.*s", ESC_TEXT_ARG(known->folder));
    else if (folder.size == 0)
        return way_out(folders, library, ESC_BAD_CONFIG, "", why);
    else if (folders->workspace_folder.size == 0)
        return way_out(folders, library, ESC_FORBIDDEN,
                       "a workspace does not decide alone which folders are read here: ", why);
    else
        size = snprintf(root, root_max, "%.*s/%.*s", ESC_TEXT_ARG(folders->workspace_folder),
                        ESC_TEXT_ARG(folder));
    return size > 0 && (size_t)size < root_max
               ? ESC_OK
               : esc_why(why, ESC_OVER_LIMIT, "", 0, "the name of its folder is too long");
}

/* --- a file below it -------------------------------------------------------------------------- */

static EscStatus say(const Wanted *wanted, EscStatus status, const char *what)
{
    return esc_why(wanted->why, status, "", 0, "%.*s/%.*s %s", ESC_TEXT_ARG(wanted->folder),
                   ESC_TEXT_ARG(wanted->path), what);
}

/* Why `name` in the folder `at` could not be opened. */
static EscStatus not_opened(const Wanted *wanted, int at, const char *name, int error)
{
    struct stat info;
    bool is_there = fstatat(at, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (is_there && S_ISLNK(info.st_mode))
        return say(wanted, ESC_FORBIDDEN,
                   "leads through a symbolic link, which is not followed in a library");
    if (!is_there || error == ENOTDIR)
        return say(wanted, ESC_NOT_FOUND, "is not there");
    return say(wanted, ESC_IO_FAILED, strerror(error));
}

/* The part of a path that begins at `from`. False: no file of a library is called so. */
static bool part_of(EscText path, size_t from, char *name, size_t name_max, bool *is_last)
{
    const char *rest = path.data + from, *slash = memchr(rest, '/', path.size - from);
    size_t size = slash == NULL ? path.size - from : (size_t)(slash - rest);
    *is_last = slash == NULL;
    if (size == 0 || size >= name_max || rest[0] == '.' || memchr(rest, '\0', size) != NULL)
        return false;
    memcpy(name, rest, size);
    name[size] = '\0';
    return true;
}

/* Goes from `at`, which it closes, to the file; -1 after saying why. */
static int open_below(const Wanted *wanted, int at, EscStatus *status)
{
    size_t from = 0;
    bool is_last = false;
    while (at >= 0 && !is_last) {
        char name[256];
        int next = -1;
        if (!part_of(wanted->path, from, name, sizeof name, &is_last)) {
            *status = say(wanted, ESC_NOT_FOUND, "is not there");
        } else {
            int flags = is_last ? O_NONBLOCK : O_DIRECTORY;
            next = openat(at, name, flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
            if (next < 0)
                *status = not_opened(wanted, at, name, errno);
            from += strlen(name) + 1;
        }
        (void)close(at);
        at = next;
    }
    return at;
}

static EscStatus read_whole(const Wanted *wanted, int file, EscBuf *out)
{
    char piece[PIECE_BYTES];
    struct stat info;
    ssize_t got = 0;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode))
        return say(wanted, ESC_FORBIDDEN, "is no ordinary file");
    do {
        got = read(file, piece, sizeof piece);
        if (got > 0)
            esc_buf_append(out, piece, (size_t)got);
    } while ((got > 0 && out->status == ESC_OK) || (got < 0 && errno == EINTR));
    if (got < 0)
        return say(wanted, ESC_IO_FAILED, strerror(errno));
    return out->status == ESC_OK ? ESC_OK : say(wanted, out->status, esc_status_text(out->status));
}

EscStatus library_file_read(const LibraryFolders *folders, EscText library, EscText folder,
                            EscText path, EscBuf *out, EscWhy *why)
{
    char root[4096];
    Wanted wanted = {.path = path, .why = why};
    EscStatus status = root_of(folders, library, folder, root, sizeof root, &wanted.folder, why);
    if (status != ESC_OK)
        return status;
    int at = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return esc_why(why, ESC_IO_FAILED, "", 0, "its folder %.*s: %s",
                       ESC_TEXT_ARG(wanted.folder), strerror(errno));
    int file = open_below(&wanted, at, &status);
    if (file < 0)
        return status;
    status = read_whole(&wanted, file, out);
    (void)close(file);
    return status;
}
