/* store_file.h - a fresh folder with the path of a store in it, for each test. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/test.h"

typedef struct StoreFile {
    char folder[256];
    char path[300];
} StoreFile;

static inline void store_file_make(StoreFile *file)
{
    const char *base = getenv("TMPDIR");
    snprintf(file->folder, sizeof file->folder, "%s/store-XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(file->folder));
    snprintf(file->path, sizeof file->path, "%s/acme.db", file->folder);
}

static inline void store_file_remove(StoreFile *file)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-mark", "-wal.lost"};
    for (size_t i = 0; i < ESC_COUNT_OF(ends); i++) {
        char name[320];
        snprintf(name, sizeof name, "%s%s", file->path, ends[i]);
        unlink(name);
    }
    assert_int_equal(rmdir(file->folder), 0);
}

#endif
