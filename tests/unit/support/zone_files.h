/* zone_files.h - time zones of this machine for tests of what needs no more than zones. */
#ifndef ESC_TEST_ZONE_FILES_H
#define ESC_TEST_ZONE_FILES_H

#include <esc/directory.h>

#include <stdio.h>

static inline EscStatus zone_file_read(void *context, const char *path, EscBuf *out)
{
    (void)context;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return ESC_NOT_FOUND;
    char block[4096];
    size_t size = 0;
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        esc_buf_append(out, block, size);
    fclose(file);
    return out->status;
}

/* Loads the zones that the program names; false when that fails. */
static inline bool zone_files_load(EscZones *zones, const EscProgram *program)
{
    EscFiles files = {.read = zone_file_read};
    return esc_zones_load(zones, program, &files, "/usr/share/zoneinfo", NULL) == ESC_OK;
}

#endif
