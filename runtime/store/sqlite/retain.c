/* retain.c - forgets what is older than it must be kept, a few rows at a time.
 *
 * Each kind of row is walked in the order of its key, which is the order of its age, up to the first that is young. What is
 * live is stepped over: an escalation that is not closed or has an open task, its ticket's records, its messages, the event that it started
 * with. Where the walk stands is in memory: a new opening begins again, and looks at the few old rows that stay. */
#include "sqlite_internal.h"

#define ROWS_MAX 512 /* of each kind in one step */

/* `find` gives key, when it came, when it ended, and whether it is live, for keys above ?1. */
typedef struct Kind {
    EscStatement find;
    EscStatement forget[4];
    size_t forget_count;
} Kind;

static const Kind kinds[ESC_SQLITE_RETAINED_KINDS] = {
    {ESC_STATEMENT_AUDIT_OLD, {ESC_STATEMENT_AUDIT_FORGET}, 1},
    {ESC_STATEMENT_OUTBOX_OLD, {ESC_STATEMENT_OUTBOX_FORGET}, 1},
    {ESC_STATEMENT_ESCALATIONS_OLD,
     {ESC_STATEMENT_EVIDENCE_FORGET, ESC_STATEMENT_TASKS_FORGET, ESC_STATEMENT_START_EVENT_FORGET,
      ESC_STATEMENT_ESCALATION_FORGET},
     4},
    {ESC_STATEMENT_CONTENTS_OLD, {ESC_STATEMENT_CONTENT_FORGET}, 1},
};

typedef struct Found {
    uint64_t keys[ROWS_MAX];
    size_t count, seen;
    bool is_over; /* no older row is left behind the cursor */
} Found;

static EscStatus find(EscSqlite *store, const Kind *kind, uint64_t *cursor, int64_t before_ms,
                      size_t rows_max, Found *found, EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(store, kind->find, "to look for what is old");
    esc_sqlite_bind_u64(&get, *cursor);
    esc_sqlite_bind_i64(&get, (int64_t)rows_max);
    while (!found->is_over && esc_sqlite_next(&get)) {
        found->is_over = esc_sqlite_column_i64(&get, 1) >= before_ms;
        if (found->is_over)
            break;
        found->seen++;
        *cursor = esc_sqlite_column_u64(&get, 0);
        bool is_kept =
            esc_sqlite_column_i64(&get, 2) >= before_ms || esc_sqlite_column_i64(&get, 3) != 0;
        if (!is_kept)
            found->keys[found->count++] = *cursor;
    }
    found->is_over = found->is_over || found->seen < rows_max;
    return esc_sqlite_done(&get, why);
}

/* The keys of the events whose contents go: they may come again then. */
static EscStatus forget_events(EscSqlite *store, uint64_t content, EscWhy *why)
{
    EscStatus status = ESC_OK;
    EscEventKey key;
    for (uint32_t slot = 0; status == ESC_OK; slot++) {
        bool is_there = false;
        status =
            esc_sqlite_content_key(store, (EscContentPlace){content, slot}, &key, &is_there, why);
        if (status != ESC_OK || !is_there)
            break;
        EscSqliteStep forget =
            esc_sqlite_step(store, ESC_STATEMENT_EVENT_FORGET, "to forget an event");
        esc_sqlite_bind_text(&forget, key.source);
        esc_sqlite_bind_text(&forget, key.id);
        status = esc_sqlite_write(&forget, 1, why);
    }
    esc_sqlite_content_forget(store);
    return status;
}

static EscStatus forget(EscSqlite *store, const Kind *kind, uint64_t key, EscWhy *why)
{
    EscStatus status = ESC_OK;
    if (kind->find == ESC_STATEMENT_CONTENTS_OLD)
        status = forget_events(store, key, why);
    for (size_t i = 0; i < kind->forget_count && status == ESC_OK; i++) {
        EscSqliteStep step = esc_sqlite_step(store, kind->forget[i], "to forget what is old");
        esc_sqlite_bind_u64(&step, key);
        status = esc_sqlite_write(&step, -1, why);
    }
    return status;
}

static EscStatus retain_kind(EscSqlite *store, size_t number, int64_t before_ms, size_t rows_max,
                             bool *has_more, EscWhy *why)
{
    Found found = {.count = 0};
    uint64_t *cursor = &store->retained[number];
    EscStatus status = find(store, &kinds[number], cursor, before_ms, rows_max, &found, why);
    for (size_t i = 0; i < found.count && status == ESC_OK; i++)
        status = forget(store, &kinds[number], found.keys[i], why);
    if (found.is_over)
        *cursor = 0;
    *has_more = *has_more || !found.is_over;
    return status;
}

static EscStatus end(EscSqlite *store, EscStatement statement, EscWhy *why)
{
    EscSqliteStep step = esc_sqlite_step(store, statement, "to end forgetting");
    return esc_sqlite_write(&step, -1, why);
}

EscStatus esc_sqlite_retain(EscStore *base, int64_t before_ms, size_t rows_max, bool *has_more,
                            EscWhy *why)
{
    EscSqlite *store = esc_sqlite_of(base);
    EscStatus status = end(store, ESC_STATEMENT_BEGIN, why);
    if (status != ESC_OK)
        return status;
    if (rows_max > ROWS_MAX)
        rows_max = ROWS_MAX;
    for (size_t i = 0; i < ESC_COUNT_OF(kinds) && status == ESC_OK; i++)
        status = retain_kind(store, i, before_ms, rows_max, has_more, why);
    if (status == ESC_OK)
        return end(store, ESC_STATEMENT_COMMIT, why);
    EscStatus rolled_back = end(store, ESC_STATEMENT_ROLLBACK, NULL);
    (void)rolled_back;
    return status;
}
