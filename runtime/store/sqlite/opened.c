/* opened.c - which files this process has open as stores.
 *
 * The VFS keeps other processes out and lets connections of this one in, as a store has two. So a second store on the same
 * file is refused here. Files are told by what they are and not by their names. */
#include "sqlite_internal.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static EscSqlite *first;

static bool is_open(EscSqliteIdentity file)
{
    for (const EscSqlite *store = first; store != NULL; store = store->next)
        if (esc_sqlite_is_same_file(store->file_seen, file))
            return true;
    return false;
}

EscStatus esc_sqlite_opened_add(EscSqlite *store)
{
    EscSqliteIdentity file = esc_sqlite_identity(store->path, "");
    (void)pthread_mutex_lock(&lock);
    bool is_taken = is_open(file);
    if (!is_taken) {
        store->file_seen = file;
        store->next = first;
        first = store;
    }
    (void)pthread_mutex_unlock(&lock);
    return is_taken ? ESC_STORE_BUSY : ESC_OK;
}

void esc_sqlite_opened_remove(EscSqlite *store)
{
    (void)pthread_mutex_lock(&lock);
    for (EscSqlite **at = &first; *at != NULL; at = &(*at)->next) {
        if (*at == store) {
            *at = store->next;
            break;
        }
    }
    (void)pthread_mutex_unlock(&lock);
}
