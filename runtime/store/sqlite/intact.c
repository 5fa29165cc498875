/* intact.c - is the file still there, and still ours? A file that was deleted or replaced can be written for as long as it
 * is open, and nobody will ever find what was written (sqlite.org/howtocorrupt.html, "unlinking or renaming a database
 * file while in use"). So names are looked up again, before a group is written and before it is acknowledged. */
#include "sqlite_internal.h"

#include <stdio.h>
#include <sys/stat.h>

EscSqliteIdentity esc_sqlite_identity(const char *path, const char *end)
{
    char name[4200];
    struct stat about;
    int length = snprintf(name, sizeof name, "%s%s", path, end);
    if (length < 0 || (size_t)length >= sizeof name || stat(name, &about) != 0 ||
        about.st_nlink == 0)
        return (EscSqliteIdentity){0};
    return (EscSqliteIdentity){true, (uint64_t)about.st_dev, (uint64_t)about.st_ino};
}

bool esc_sqlite_is_same_file(EscSqliteIdentity a, EscSqliteIdentity b)
{
    return a.is_there == b.is_there && a.device == b.device && a.inode == b.inode;
}

void esc_sqlite_intact_watch(EscSqlite *store)
{
    store->log_seen = esc_sqlite_identity(store->path, "-wal");
}

EscStatus esc_sqlite_files_intact(const EscSqlite *store, EscWhy *why)
{
    if (!esc_sqlite_is_same_file(store->file_seen, esc_sqlite_identity(store->path, "")))
        return esc_why(why, ESC_STORE_DAMAGED, "", 0,
                       "the store's file %.150s was deleted or replaced while it was open",
                       store->path);
    if (!esc_sqlite_is_same_file(store->log_seen, esc_sqlite_identity(store->path, "-wal")))
        return esc_why(why, ESC_STORE_DAMAGED, "", 0,
                       "the log of the store %.150s was deleted or replaced while it was open",
                       store->path);
    return ESC_OK;
}

EscStatus esc_sqlite_is_intact(EscStore *base, EscWhy *why)
{
    const EscSqlite *store = esc_sqlite_of(base);
    if (!store->beside->base.has_failed)
        return esc_sqlite_files_intact(store, why);
    if (why != NULL)
        *why = store->beside->base.failure;
    return ESC_STORE_FAILED;
}
