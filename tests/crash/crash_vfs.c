/* crash_vfs.c - see crash_vfs.h.
 *
 * A file has two images: what a program reads, and what survives a power cut. Between them stands the list of writes and
 * truncations since the last sync, in order. Sectors of 512 bytes are torn apart, never bytes within one: SQLite asks that much
 * of a disk (SQLITE_IOCAP_POWERSAFE_OVERWRITE, which the default VFS claims as well). Names and deletions are durable at
 * once, as on a journalling file system after the folder's sync. */
#include "crash_vfs.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <esc/kit.h>

#define FILES_MAX 8
#define SECTOR 512
#define NAME_MAX_BYTES 512
#define SHARED_REGIONS_MAX 64

typedef struct Change {
    struct Change *next;
    sqlite3_int64 offset;
    int size; /* -1: truncation to offset */
    unsigned char data[];
} Change;

typedef struct Image {
    unsigned char *data;
    size_t size, capacity;
} Image;

typedef struct Node {
    char name[NAME_MAX_BYTES];
    bool is_used;
    Image now, durable;
    Change *first, *last;
    int lock;                         /* highest lock that is held */
    void *shared[SHARED_REGIONS_MAX]; /* the log's index; it lives as long as somebody has it */
    int shared_users;
    int shared_locks[SQLITE_SHM_NLOCK]; /* holders; -1: one alone */
} Node;

typedef struct Handle {
    sqlite3_file base;
    Node *node;
    int lock;
    bool has_shared;
} Handle;

static Node nodes[FILES_MAX];
static CrashMode planned;
static uint64_t planned_at, operations, random_state;
static bool has_happened;

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled". */
static uint64_t next_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

/* --- images ---------------------------------------------------------------------------------------- */

static void image_resize(Image *image, size_t size)
{
    if (size > image->capacity) {
        image->capacity = 2 * size;
        image->data = realloc(image->data, image->capacity);
        ESC_ASSERT(image->data != NULL);
    }
    if (size > image->size)
        memset(image->data + image->size, 0, size - image->size);
    image->size = size;
}

static void image_write(Image *image, const unsigned char *data, size_t size, size_t offset)
{
    if (offset + size > image->size)
        image_resize(image, offset + size);
    if (size != 0)
        memcpy(image->data + offset, data, size);
}

static void image_apply(Image *image, const Change *change)
{
    if (change->size < 0)
        image_resize(image, (size_t)change->offset < image->size ? (size_t)change->offset : image->size);
    else
        image_write(image, change->data, (size_t)change->size, (size_t)change->offset);
}

/* Applies some sectors of a write and not others. */
static void image_apply_torn(Image *image, const Change *change)
{
    int at = 0;
    while (at < change->size) {
        int to_boundary = SECTOR - (int)((change->offset + at) % SECTOR);
        int piece = to_boundary < change->size - at ? to_boundary : change->size - at;
        if (next_random() % 2 == 0)
            image_write(image, change->data + at, (size_t)piece, (size_t)(change->offset + at));
        at += piece;
    }
}

static void drop_changes(Node *node)
{
    while (node->first != NULL) {
        Change *next = node->first->next;
        free(node->first);
        node->first = next;
    }
    node->last = NULL;
}

static void node_release(Node *node)
{
    drop_changes(node);
    free(node->now.data);
    free(node->durable.data);
    *node = (Node){.is_used = false};
}

static void record(Node *node, sqlite3_int64 offset, const void *data, int size)
{
    size_t bytes = size < 0 ? 0 : (size_t)size;
    Change *change = malloc(sizeof *change + bytes);
    ESC_ASSERT(change != NULL);
    *change = (Change){NULL, offset, size};
    if (bytes != 0)
        memcpy(change->data, data, bytes);
    if (node->last == NULL)
        node->first = change;
    else
        node->last->next = change;
    node->last = change;
}

static Node *node_find(const char *name)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (nodes[i].is_used && strcmp(nodes[i].name, name) == 0)
            return &nodes[i];
    return NULL;
}

static Node *node_create(const char *name)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (!nodes[i].is_used) {
            nodes[i].is_used = true;
            ESC_ASSERT(strlen(name) < sizeof nodes[i].name);
            memcpy(nodes[i].name, name, strlen(name) + 1);
            return &nodes[i];
        }
    }
    ESC_ASSERT(false && "more files than the tests use");
    return NULL;
}

/* --- the plan ---------------------------------------------------------------------------------------- */

typedef enum Operation { OPERATION_READ, OPERATION_WRITE, OPERATION_SYNC, OPERATION_LOCK, OPERATION_NAME } Operation;

/* SQLITE_OK, or how this operation fails. Operations that the planned failure cannot befall are not counted. */
static int operate(Operation operation, int code)
{
    bool fits = (planned != CRASH_FAIL_FULL || operation == OPERATION_WRITE) &&
                (planned != CRASH_FAIL_BUSY || operation == OPERATION_LOCK);
    operations += fits ? 1 : 0;
    if (planned == CRASH_NONE || !fits || operations < planned_at || (has_happened && planned != CRASH_STOP))
        return SQLITE_OK;
    has_happened = true;
    if (planned == CRASH_STOP)
        return code;
    return planned == CRASH_FAIL_FULL ? SQLITE_FULL : planned == CRASH_FAIL_BUSY ? SQLITE_BUSY : code;
}

static bool is_stopped(void)
{
    return planned == CRASH_STOP && has_happened;
}

/* --- file methods -------------------------------------------------------------------------------------- */

static int file_close(sqlite3_file *file)
{
    Handle *handle = (Handle *)file;
    if (handle->node != NULL)
        handle->node->lock = 0;
    return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    const Image *image = &((Handle *)file)->node->now;
    int rc = operate(OPERATION_READ, SQLITE_IOERR_READ);
    if (rc != SQLITE_OK)
        return rc;
    size_t there = (size_t)offset < image->size ? image->size - (size_t)offset : 0;
    size_t taken = there < (size_t)size ? there : (size_t)size;
    if (taken != 0)
        memcpy(data, image->data + offset, taken);
    memset((char *)data + taken, 0, (size_t)size - taken);
    return taken < (size_t)size ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

/* The write that is cut off by the stop itself may still reach the disk, whole or in part. */
static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    Node *node = ((Handle *)file)->node;
    bool was_stopped = is_stopped();
    int rc = operate(OPERATION_WRITE, SQLITE_IOERR_WRITE);
    if (rc == SQLITE_OK)
        image_write(&node->now, data, (size_t)size, (size_t)offset);
    if (rc == SQLITE_OK || (is_stopped() && !was_stopped))
        record(node, offset, data, size);
    return rc;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    Node *node = ((Handle *)file)->node;
    int rc = operate(OPERATION_WRITE, SQLITE_IOERR_TRUNCATE);
    if (rc != SQLITE_OK)
        return rc;
    record(node, size, NULL, -1);
    image_apply(&node->now, node->last);
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    Node *node = ((Handle *)file)->node;
    int rc = operate(OPERATION_SYNC, SQLITE_IOERR_FSYNC);
    if (rc != SQLITE_OK)
        return rc;
    for (const Change *change = node->first; change != NULL; change = change->next)
        image_apply(&node->durable, change);
    drop_changes(node);
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)((Handle *)file)->node->now.size;
    return operate(OPERATION_READ, SQLITE_IOERR_FSTAT);
}

static int file_lock(sqlite3_file *file, int level)
{
    Handle *handle = (Handle *)file;
    int rc = operate(OPERATION_LOCK, SQLITE_IOERR_LOCK);
    if (rc != SQLITE_OK)
        return rc;
    if (handle->node->lock > SQLITE_LOCK_SHARED && handle->lock == SQLITE_LOCK_NONE)
        return SQLITE_BUSY;
    handle->lock = level;
    if (level > handle->node->lock)
        handle->node->lock = level;
    return SQLITE_OK;
}

static int file_unlock(sqlite3_file *file, int level)
{
    Handle *handle = (Handle *)file;
    if (handle->node->lock == handle->lock)
        handle->node->lock = level;
    handle->lock = level;
    return SQLITE_OK;
}

static int file_check_lock(sqlite3_file *file, int *is_reserved)
{
    *is_reserved = ((Handle *)file)->node->lock >= SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    (void)file, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR;
}

static int file_device(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* --- the log's index: memory of this process, so nothing of it fails, and nothing survives -------------- */

static int shared_map(sqlite3_file *file, int region, int size, int may_extend, void volatile **out)
{
    Handle *handle = (Handle *)file;
    Node *node = handle->node;
    ESC_ASSERT(region < SHARED_REGIONS_MAX);
    node->shared_users += handle->has_shared ? 0 : 1;
    handle->has_shared = true;
    if (node->shared[region] == NULL && may_extend != 0) {
        node->shared[region] = calloc(1, (size_t)size);
        ESC_ASSERT(node->shared[region] != NULL);
    }
    *out = node->shared[region];
    return SQLITE_OK;
}

static bool shared_may(const Node *node, int first, int count, bool is_exclusive)
{
    for (int i = first; i < first + count; i++)
        if (node->shared_locks[i] < 0 || (is_exclusive && node->shared_locks[i] > 0))
            return false;
    return true;
}

static int shared_lock(sqlite3_file *file, int first, int count, int flags)
{
    Node *node = ((Handle *)file)->node;
    bool is_exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0, is_unlocked = (flags & SQLITE_SHM_UNLOCK) != 0;
    if (!is_unlocked && !shared_may(node, first, count, is_exclusive))
        return SQLITE_BUSY;
    for (int i = first; i < first + count; i++)
        node->shared_locks[i] += is_exclusive == is_unlocked ? 1 : -1;
    return SQLITE_OK;
}

static void shared_barrier(sqlite3_file *file)
{
    (void)file; /* one thread */
}

static int shared_unmap(sqlite3_file *file, int is_deleted)
{
    (void)is_deleted;
    Handle *handle = (Handle *)file;
    Node *node = handle->node;
    node->shared_users -= handle->has_shared ? 1 : 0;
    handle->has_shared = false;
    for (size_t i = 0; i < SHARED_REGIONS_MAX && node->shared_users == 0; i++) {
        free(node->shared[i]);
        node->shared[i] = NULL;
    }
    return SQLITE_OK;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = shared_map,
    .xShmLock = shared_lock,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = shared_unmap,
};

/* --- the file system ------------------------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
    (void)vfs;
    Handle *handle = (Handle *)file;
    *handle = (Handle){.base.pMethods = NULL};
    int rc = operate(OPERATION_NAME, SQLITE_CANTOPEN);
    if (rc != SQLITE_OK)
        return rc;
    ESC_ASSERT(name != NULL); /* temp_store is memory: nothing else asks for a nameless file */
    Node *node = node_find(name);
    if (node == NULL && (flags & SQLITE_OPEN_CREATE) == 0)
        return SQLITE_CANTOPEN;
    handle->node = node != NULL ? node : node_create(name);
    handle->base.pMethods = &file_methods;
    if (flags_out != NULL)
        *flags_out = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)sync;
    int rc = operate(OPERATION_NAME, SQLITE_IOERR_DELETE);
    Node *node = node_find(name);
    if (rc != SQLITE_OK)
        return rc;
    if (node == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    node_release(node);
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer)
{
    (void)vfs;
    const Node *node = node_find(name);
    *answer = node != NULL && (flags != SQLITE_ACCESS_EXISTS || node->now.size != 0);
    return operate(OPERATION_NAME, SQLITE_IOERR_ACCESS);
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    for (int i = 0; i < size; i++)
        out[i] = (char)next_random();
    return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds; /* time is not part of these tests */
}

static int vfs_time(sqlite3_vfs *vfs, double *days)
{
    (void)vfs;
    *days = 2461045.5;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    if (size > 0)
        out[0] = '\0';
    return 0;
}

static sqlite3_vfs crash_vfs = {
    .iVersion = 1,
    .szOsFile = (int)sizeof(Handle),
    .mxPathname = NAME_MAX_BYTES - 1,
    .zName = "crash",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_path,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time,
    .xGetLastError = vfs_last_error,
};

void crash_vfs_register(void)
{
    int rc = sqlite3_vfs_register(&crash_vfs, 1);
    ESC_ASSERT(rc == SQLITE_OK);
}

void crash_vfs_reset(uint64_t seed)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (nodes[i].is_used)
            node_release(&nodes[i]);
    random_state = seed * 2 + 1;
    crash_vfs_plan(CRASH_NONE, 0);
}

void crash_vfs_plan(CrashMode mode, uint64_t nth)
{
    planned = mode;
    planned_at = nth;
    operations = 0;
    has_happened = false;
}

uint64_t crash_vfs_operations(void)
{
    return operations;
}

bool crash_vfs_happened(void)
{
    return has_happened;
}

/* Each unsynced change is kept, lost or torn, whatever became of the ones before it: disks reorder. */
void crash_vfs_power_cut(void)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        Node *node = &nodes[i];
        if (!node->is_used)
            continue;
        for (const Change *change = node->first; change != NULL; change = change->next) {
            uint64_t fate = next_random() % 3;
            if (fate == 0)
                image_apply(&node->durable, change);
            else if (fate == 1 && change->size > 0)
                image_apply_torn(&node->durable, change);
        }
        drop_changes(node);
        free(node->now.data);
        node->now = (Image){NULL, 0, 0};
        image_write(&node->now, node->durable.data, node->durable.size, 0);
        node->lock = 0;
    }
    crash_vfs_plan(CRASH_NONE, 0);
}
