/* crash_vfs.h - a file system in memory that fails or loses power at the n-th operation.
 *
 * Every read, write, truncate, sync, lock, open and delete counts as one operation. After a stop all operations fail, as they
 * would for a process that is gone; crash_vfs_power_cut then settles what was written and not synced: each write is
 * kept, lost or torn, in any mixture. One thread. */
#ifndef CRASH_VFS_H
#define CRASH_VFS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum CrashMode {
    CRASH_NONE,
    CRASH_STOP,       /* the n-th operation and all after it fail */
    CRASH_FAIL_IO,    /* the n-th operation alone fails: input/output error */
    CRASH_FAIL_FULL,  /* … the disk is full (writes only) */
    CRASH_FAIL_BUSY,  /* … somebody has the lock (locks only) */
    CRASH_MODE_COUNT
} CrashMode;

void crash_vfs_register(void);                       /* as SQLite's default */
void crash_vfs_reset(uint64_t seed);                 /* no files, no plan, the count at 0 */
void crash_vfs_plan(CrashMode mode, uint64_t nth);   /* counts from 1 from now on */
uint64_t crash_vfs_operations(void);                 /* since the last plan; of a single failure: those it can befall */
bool crash_vfs_happened(void);                       /* what was planned has come */
void crash_vfs_power_cut(void);

#endif
