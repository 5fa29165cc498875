/* mark.c - a small file beside the store that says how far it has come: NAME.db-mark.
 *
 * It is written after each group, when the group is on the disk, and is not synced itself: after a power cut it may lag, but
 * it never says more than the store once held. A store that is behind its mark has lost groups that were acknowledged: a log
 * that is damaged or gone, or an older copy put in its place. A mark that cannot be read says nothing.
 *
 * Files are reached through SQLite's VFS, like the store's own, so that the crash tests see them. */
#include "sqlite_internal.h"

#include <stdlib.h>
#include <string.h>

#define MARK_MAGIC "EscMark1"
#define MARK_SIZE 60

/* --- files beside the store -------------------------------------------------------------------- */

static EscStatus side_failed(EscSqliteSide *side, const char *end, EscWhy *why)
{
    free(side->name);
    free(side->file);
    *side = (EscSqliteSide){0};
    return esc_why(why, ESC_IO_FAILED, "", 0, "cannot open the file %s beside the store", end);
}

EscStatus esc_sqlite_side_open(EscSqliteSide *side, const char *path, const char *end, bool is_made,
                               EscWhy *why)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    size_t room = (size_t)vfs->mxPathname + strlen(end) + 2;
    *side = (EscSqliteSide){calloc(1, room), calloc(1, (size_t)vfs->szOsFile)};
    if (side->name == NULL || side->file == NULL ||
        vfs->xFullPathname(vfs, path, vfs->mxPathname + 1, side->name) != SQLITE_OK)
        return side_failed(side, end, why);
    memcpy(side->name + strlen(side->name), end, strlen(end) + 1);
    int is_there = 0;
    if (vfs->xAccess(vfs, side->name, SQLITE_ACCESS_EXISTS, &is_there) != SQLITE_OK)
        return side_failed(side, end, why);
    if (is_there == 0 && !is_made) {
        free(side->name);
        free(side->file);
        *side = (EscSqliteSide){0};
        return ESC_OK;
    }
    /* As a log, for which the VFS takes no lock and the rights of the store's file. */
    int flags = SQLITE_OPEN_WAL |
                (is_made ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    int rc = vfs->xOpen(vfs, side->name, side->file, flags, NULL);
    if (rc != SQLITE_OK) {
        if (side->file->pMethods != NULL)
            side->file->pMethods->xClose(side->file);
        return side_failed(side, end, why);
    }
    return ESC_OK;
}

void esc_sqlite_side_close(EscSqliteSide *side)
{
    if (side->file != NULL)
        side->file->pMethods->xClose(side->file);
    free(side->name);
    free(side->file);
    *side = (EscSqliteSide){0};
}

/* --- the mark ---------------------------------------------------------------------------------- */

static bool read_mark(EscBytes bytes, EscSqliteMark *mark)
{
    EscCursor cursor = esc_cursor(bytes);
    EscBytes magic = esc_cursor_bytes(&cursor, sizeof MARK_MAGIC - 1);
    EscBytes id = esc_cursor_bytes(&cursor, ESC_STORE_ID_SIZE);
    mark->epoch = esc_cursor_u64(&cursor);
    mark->groups = esc_cursor_u64(&cursor);
    mark->salts[0] = esc_cursor_u32(&cursor);
    mark->salts[1] = esc_cursor_u32(&cursor);
    mark->frames = esc_cursor_u64(&cursor);
    EscBytes summed = {bytes.data, cursor.at};
    uint32_t sum = esc_cursor_u32(&cursor);
    if (cursor.failed || memcmp(magic.data, MARK_MAGIC, magic.size) != 0 ||
        esc_crc32c(summed) != sum)
        return false;
    memcpy(mark->id, id.data, sizeof mark->id);
    return true;
}

EscStatus esc_sqlite_mark_read(const char *path, EscSqliteMark *mark, bool *is_there, EscWhy *why)
{
    *is_there = false;
    EscSqliteSide side;
    EscStatus status = esc_sqlite_side_open(&side, path, "-mark", false, why);
    if (status != ESC_OK || side.file == NULL)
        return status;
    uint8_t bytes[MARK_SIZE];
    int rc = side.file->pMethods->xRead(side.file, bytes, sizeof bytes, 0);
    if (rc == SQLITE_OK)
        *is_there = read_mark((EscBytes){bytes, sizeof bytes}, mark);
    else if (rc != SQLITE_IOERR_SHORT_READ)
        status = esc_why(why, ESC_IO_FAILED, "", 0, "the mark beside the store cannot be read");
    esc_sqlite_side_close(&side);
    return status;
}

EscStatus esc_sqlite_mark_compare(const EscSqliteMark *mark, const EscSqlite *store, EscWhy *why)
{
    if (memcmp(mark->id, store->base.id, sizeof mark->id) != 0)
        return esc_why(
            why, ESC_STORE_DAMAGED, "", 0,
            "another store than before is in this place: the mark beside it does not fit");
    uint64_t epoch = store->base.epoch - 1; /* this opening's is not in the file yet */
    if (store->groups < mark->groups || epoch < mark->epoch)
        return esc_why(why, ESC_STORE_DAMAGED, "", store->groups,
                       "the store has lost what it held: it has %llu groups and was opened %llu "
                       "times, and the mark beside it says %llu and %llu",
                       (unsigned long long)store->groups, (unsigned long long)epoch,
                       (unsigned long long)mark->groups, (unsigned long long)mark->epoch);
    return ESC_OK;
}

/* The salts of the present round of the log, from its header; noughts when it cannot be read. */
static void read_salts(sqlite3 *db, EscSqliteMark *mark)
{
    sqlite3_file *log = NULL;
    uint8_t bytes[8] = {0};
    int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (rc == SQLITE_OK && log != NULL && log->pMethods != NULL)
        (void)log->pMethods->xRead(log, bytes, sizeof bytes, 16);
    EscCursor cursor = esc_cursor((EscBytes){bytes, sizeof bytes});
    mark->salts[0] = esc_cursor_u32(&cursor);
    mark->salts[1] = esc_cursor_u32(&cursor);
}

void esc_sqlite_mark_write(EscSqlite *store)
{
    if (store->mark.file == NULL)
        return;
    EscSqliteMark mark = {.frames = store->frames};
    read_salts(store->db, &mark);
    EscBuf out;
    esc_buf_init(&out, MARK_SIZE);
    esc_buf_string(&out, MARK_MAGIC);
    esc_buf_append(&out, store->base.id, ESC_STORE_ID_SIZE);
    esc_buf_u64(&out, store->base.epoch);
    esc_buf_u64(&out, store->groups);
    esc_buf_u32(&out, mark.salts[0]);
    esc_buf_u32(&out, mark.salts[1]);
    esc_buf_u64(&out, mark.frames);
    esc_buf_u32(&out, esc_crc32c(esc_buf_as_bytes(&out)));
    /* A mark that is not written lags, which only finds less; the group is on the disk. */
    if (out.status == ESC_OK)
        (void)store->mark.file->pMethods->xWrite(store->mark.file, out.data, (int)out.size, 0);
    esc_buf_release(&out);
}
