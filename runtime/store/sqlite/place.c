/* place.c - where a store's file may be: on a local file system, and readable by its owner alone. */
#define _GNU_SOURCE
#include "sqlite_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Locks and syncs of these promise less than the write-ahead log needs. Magic numbers: statfs(2). FUSE is not
 * listed: the same number stands for local and for remote ones. */
static const char *network_name(unsigned long magic)
{
    switch (magic) {
    case 0x6969:
        return "NFS";
    case 0x517B:
    case 0xFF534D42:
    case 0xFE534D42:
        return "SMB";
    case 0x5346414F:
    case 0x6B414653:
        return "AFS";
    case 0x73757245:
        return "Coda";
    case 0x00C36400:
        return "Ceph";
    case 0x01161970:
        return "GFS2";
    case 0x0BD00BD0:
        return "Lustre";
    default:
        return NULL;
    }
}

static EscStatus folder_of(const char *path, char folder[PATH_MAX], EscWhy *why)
{
    if (strlen(path) >= PATH_MAX)
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the store's path is too long");
    char copy[PATH_MAX];
    memcpy(copy, path, strlen(path) + 1);
    const char *name = dirname(copy); /* may point into copy */
    memmove(folder, name, strlen(name) + 1);
    return ESC_OK;
}

/* SQLite would create the file with everybody's rights, and does not sync the folder for it. */
static EscStatus create_file(const char *path, const char *folder, EscWhy *why)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) {
        if (errno == EEXIST)
            return ESC_OK;
        return esc_why(why, ESC_IO_FAILED, "", 0, "cannot create %.150s: %s", path,
                       strerror(errno));
    }
    close(file);
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_synced = directory >= 0 && fsync(directory) == 0;
    int error = errno;
    if (directory >= 0)
        close(directory);
    if (!is_synced)
        return esc_why(why, ESC_IO_FAILED, "", 0, "cannot sync %.150s: %s", folder,
                       strerror(error));
    return ESC_OK;
}

/* A name that stands for a file which was left by a store of this place; NULL: none. */
static const char *find_trace(const EscSqliteOptions *options, char name[PATH_MAX + 8])
{
    static const char *const ends[] = {"-wal", "-mark"};
    struct stat about;
    for (size_t i = 0; i < ESC_COUNT_OF(ends); i++) {
        (void)snprintf(name, PATH_MAX + 8, "%s%s", options->path, ends[i]);
        if (stat(name, &about) == 0 && about.st_size > 0)
            return name;
    }
    for (size_t i = 0; options->traces != NULL && options->traces[i] != NULL; i++)
        if (stat(options->traces[i], &about) == 0 && about.st_size > 0)
            return options->traces[i];
    return NULL;
}

/* A log without its file would be taken for a log of the new one. */
static EscStatus put_log_aside(const char *path, EscWhy *why)
{
    char from[PATH_MAX + 8], to[PATH_MAX + 16];
    (void)snprintf(from, sizeof from, "%s-wal", path);
    (void)snprintf(to, sizeof to, "%s-wal.lost", path);
    if (rename(from, to) == 0 || errno == ENOENT)
        return ESC_OK;
    return esc_why(why, ESC_IO_FAILED, "", 0, "cannot rename %.150s: %s", from, strerror(errno));
}

static EscStatus check_missing(const EscSqliteOptions *options, EscWhy *why)
{
    struct stat about;
    if (stat(options->path, &about) == 0 || errno != ENOENT)
        return ESC_OK;
    if (options->accepts_loss)
        return put_log_aside(options->path, why);
    char name[PATH_MAX + 8];
    const char *trace = find_trace(options, name);
    return trace == NULL
               ? ESC_OK
               : esc_why(why, ESC_STORE_DAMAGED, "", 0,
                         "the store's file is missing, and there was one: %.150s is left", trace);
}

EscStatus esc_sqlite_place_check(const EscSqliteOptions *options, EscWhy *why)
{
    char folder[PATH_MAX];
    EscStatus status = folder_of(options->path, folder, why);
    if (status != ESC_OK)
        return status;
    struct statfs about;
    if (statfs(folder, &about) != 0)
        return esc_why(why, ESC_IO_FAILED, "", 0, "cannot use %.150s: %s", folder, strerror(errno));
    const char *network = network_name((unsigned long)about.f_type & 0xFFFFFFFFul);
    if (network != NULL)
        return esc_why(why, ESC_BAD_CONFIG, "", 0,
                       "%.150s is on %s: a store needs a local file system", options->path,
                       network);
    status = check_missing(options, why);
    return status == ESC_OK ? create_file(options->path, folder, why) : status;
}
