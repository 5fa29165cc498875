/* wal_check.c - reads the write-ahead log before SQLite believes it: damage is not the end of a log.
 *
 * The format is that of sqlite.org/fileformat2.html#walformat: a header with salts, then frames; a frame's checksum goes on
 * from the one before, and a frame that ends a transaction says the size of the file behind it. SQLite takes the log up to
 * the first frame that does not fit and calls the rest unwritten. That is right for what a power cut leaves behind, and
 * silent loss of what was acknowledged for anything else. What can be told apart:
 *
 * - Every group is synced before the next one begins. So a power cut tears the last transaction only: its frames may be
 *   there in any choice and mixture, also a good one behind a bad one, but no frame of another transaction follows. A good
 *   frame behind the end of a transaction that is itself behind (or is) the first bad frame is therefore damage. A frame
 *   behind a bad one is good when its checksum goes on from the one that the bad frame says of itself: then the bad frame's
 *   header, which lies in one sector with that checksum, is as it was written, and only its page is damaged. Behind a
 *   header that is damaged too, the frames go on from the next one.
 * - The mark beside the store (mark.c) is written after the sync, so frames that it counts were synced. A bad frame among
 *   them is damage, wherever it is.
 * - The header of the log is one sector and synced before the first frame. A log with frames and no good header is damage.
 * - Damage in the last transaction, or in the header of the last frame before it, when the mark was lost by a power cut
 *   as well, looks like a torn transaction and is taken for one; and frames with other salts are of an older round of the log, which is over. */
#include "sqlite_internal.h"

#include <stdlib.h>

#define WAL_HEADER_SIZE 32
#define FRAME_HEADER_SIZE 24
#define WAL_MAGIC 0x377f0682u /* the lowest bit says that checksums are over big-endian words */
#define PAGE_SIZE_MAX 65536

typedef struct Sum {
    uint32_t a, b;
} Sum;

typedef struct Log {
    sqlite3_file *file;
    uint64_t size;
    uint32_t page_size, salts[2];
    bool is_big_endian;
    Sum sum;        /* of the header */
    uint8_t *frame; /* owned: room for one */
} Log;

typedef struct Frame {
    uint32_t size_after;  /* pages of the file when the frame ends a transaction, else 0 */
    bool is_ours;         /* of this round of the log */
    Sum stored, computed; /* computed from the one that the frame before says of itself */
} Frame;

static uint32_t read_u32(const uint8_t *bytes, bool is_big_endian)
{
    return is_big_endian ? (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
                               (uint32_t)bytes[2] << 8 | bytes[3]
                         : (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 |
                               (uint32_t)bytes[1] << 8 | bytes[0];
}

/* The checksum of the format: Fletcher's, over pairs of words. */
static Sum sum_on(Sum sum, const uint8_t *bytes, size_t size, bool is_big_endian)
{
    for (size_t at = 0; at < size; at += 8) {
        sum.a += read_u32(bytes + at, is_big_endian) + sum.b;
        sum.b += read_u32(bytes + at + 4, is_big_endian) + sum.a;
    }
    return sum;
}

static bool is_same(Sum x, Sum y)
{
    return x.a == y.a && x.b == y.b;
}

static Sum stored_at(const uint8_t *bytes)
{
    return (Sum){read_u32(bytes, true), read_u32(bytes + 4, true)};
}

static uint64_t frame_size(const Log *log)
{
    return FRAME_HEADER_SIZE + (uint64_t)log->page_size;
}

/* False: it is not the header of a log that SQLite would read. */
static bool read_header(Log *log, int *rc)
{
    uint8_t bytes[WAL_HEADER_SIZE];
    *rc = log->file->pMethods->xRead(log->file, bytes, sizeof bytes, 0);
    if (*rc != SQLITE_OK)
        return false;
    uint32_t magic = read_u32(bytes, true);
    log->is_big_endian = (magic & 1) != 0;
    log->page_size = read_u32(bytes + 8, true);
    log->salts[0] = read_u32(bytes + 16, true);
    log->salts[1] = read_u32(bytes + 20, true);
    log->sum = sum_on((Sum){0}, bytes, 24, log->is_big_endian);
    bool is_page = log->page_size >= 512 && log->page_size <= PAGE_SIZE_MAX &&
                   (log->page_size & (log->page_size - 1)) == 0;
    return (magic & ~1u) == WAL_MAGIC && is_page && is_same(log->sum, stored_at(bytes + 24));
}

static int read_frame(const Log *log, uint64_t index, Sum before, Frame *frame)
{
    int size = (int)frame_size(log);
    sqlite3_int64 at = (sqlite3_int64)(WAL_HEADER_SIZE + index * frame_size(log));
    int rc = log->file->pMethods->xRead(log->file, log->frame, size, at);
    if (rc != SQLITE_OK)
        return rc;
    const uint8_t *bytes = log->frame;
    frame->size_after = read_u32(bytes + 4, true);
    frame->is_ours =
        read_u32(bytes + 8, true) == log->salts[0] && read_u32(bytes + 12, true) == log->salts[1];
    frame->stored = stored_at(bytes + 16);
    Sum sum = sum_on(before, bytes, 8, log->is_big_endian);
    frame->computed = sum_on(sum, bytes + FRAME_HEADER_SIZE, log->page_size, log->is_big_endian);
    return SQLITE_OK;
}

static EscStatus unreadable(EscWhy *why)
{
    return esc_why(why, ESC_IO_FAILED, "", 0, "the store's log cannot be read");
}

static EscStatus said(uint64_t bad, const char *because, EscWhy *why)
{
    return esc_why(why, ESC_STORE_DAMAGED, "", bad,
                   "the store's log is damaged: frame %llu does not fit, and %s",
                   (unsigned long long)bad + 1, because);
}

/* Looks behind the first bad frame. `frame` is that one. */
static EscStatus look_behind(const Log *log, uint64_t bad, uint64_t count, Frame frame, EscWhy *why)
{
    bool has_ended = false; /* a transaction ended at or behind the bad frame */
    bool is_known = false;  /* the header of the frame before is as it was written */
    for (uint64_t i = bad + 1; i < count; i++) {
        Frame next;
        if (read_frame(log, i, frame.stored, &next) != SQLITE_OK)
            return unreadable(why);
        bool is_good = next.is_ours && is_same(next.stored, next.computed);
        is_known = is_known || is_good;
        has_ended = has_ended || (is_known && frame.size_after != 0);
        if (is_good && has_ended)
            return said(bad, "what was written after it is there", why);
        is_known = is_good;
        frame = next;
    }
    return ESC_OK;
}

static EscStatus check_frames(const Log *log, const EscSqliteMark *mark, EscWhy *why)
{
    uint64_t count = (log->size - WAL_HEADER_SIZE) / frame_size(log);
    bool is_marked =
        mark != NULL && mark->salts[0] == log->salts[0] && mark->salts[1] == log->salts[1];
    Sum before = log->sum;
    for (uint64_t i = 0; i < count; i++) {
        Frame frame;
        if (read_frame(log, i, before, &frame) != SQLITE_OK)
            return unreadable(why); /* what was not looked at may be damaged */
        if (frame.is_ours && is_same(frame.stored, frame.computed)) {
            before = frame.stored;
            continue;
        }
        if (is_marked && i < mark->frames)
            return said(i, "it was written for good", why);
        return look_behind(log, i, count, frame, why);
    }
    if (is_marked && count < mark->frames)
        return said(count, "it was written for good", why);
    return ESC_OK;
}

static EscStatus check_log(Log *log, const EscSqliteMark *mark, EscWhy *why)
{
    int rc = SQLITE_OK;
    if (log->size < WAL_HEADER_SIZE + FRAME_HEADER_SIZE + ESC_SQLITE_PAGE_SIZE)
        return ESC_OK; /* no whole frame was ever in it */
    if (!read_header(log, &rc))
        return rc != SQLITE_OK ? unreadable(why)
                               : esc_why(why, ESC_STORE_DAMAGED, "", 0,
                                         "the store's log is damaged: its header does not fit");
    log->frame = malloc(frame_size(log));
    if (log->frame == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory to check the store's log");
    EscStatus status = check_frames(log, mark, why);
    free(log->frame);
    return status;
}

EscStatus esc_sqlite_wal_check(const char *path, const EscSqliteMark *mark, EscWhy *why)
{
    EscSqliteSide side;
    EscStatus status = esc_sqlite_side_open(&side, path, "-wal", false, why);
    if (status != ESC_OK || side.file == NULL)
        return status;
    sqlite3_int64 size = 0;
    Log log = {.file = side.file};
    if (side.file->pMethods->xFileSize(side.file, &size) != SQLITE_OK) {
        status = unreadable(why);
    } else {
        log.size = (uint64_t)size;
        status = check_log(&log, mark, why);
    }
    esc_sqlite_side_close(&side);
    return status;
}
