/* bench_floor.c - the floor under the durable figure: SQLite alone, six rows for each event, 100 events a commit.
 *
 *   bench_floor FILE BATCHES     same settings as the store; deduplication, escalation, two audit rows, outbox, timer */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#define BATCH_EVENTS 100

static const char schema[] =
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000;"
    "PRAGMA cache_size = -262144;"
    "CREATE TABLE event (source TEXT, id TEXT, at INTEGER, PRIMARY KEY (source, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE escalation (id INTEGER PRIMARY KEY, ticket TEXT, frame BLOB) STRICT;"
    "CREATE TABLE audit (seq INTEGER PRIMARY KEY, hash BLOB, text BLOB) STRICT;"
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY, body BLOB) STRICT;"
    "CREATE TABLE timer (due INTEGER, seq INTEGER, escalation INTEGER, PRIMARY KEY (due, seq)) STRICT, WITHOUT ROWID;";

static const char *const inserts[] = {
    "INSERT INTO event VALUES ('/helpdesk/eu', 'e-' || ?1, ?1)",
    "INSERT INTO escalation VALUES (?1, 'T-' || ?1, zeroblob(256))",
    "INSERT INTO audit VALUES (2 * ?1, zeroblob(32), zeroblob(100))",
    "INSERT INTO audit VALUES (2 * ?1 + 1, zeroblob(32), zeroblob(100))",
    "INSERT INTO outbox VALUES (?1, zeroblob(150))",
    "INSERT INTO timer VALUES (300000 + ?1, ?1, ?1)",
};

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        bench_fail(sqlite3_errmsg(db), NULL);
}

static void one_batch(sqlite3 *db, sqlite3_stmt **statements, int64_t first)
{
    run(db, "BEGIN IMMEDIATE");
    for (int64_t n = first; n < first + BATCH_EVENTS; n++) {
        for (size_t i = 0; i < ESC_COUNT_OF(inserts); i++) {
            sqlite3_bind_int64(statements[i], 1, n);
            if (sqlite3_step(statements[i]) != SQLITE_DONE)
                bench_fail(sqlite3_errmsg(db), NULL);
            sqlite3_reset(statements[i]);
        }
    }
    run(db, "COMMIT");
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: bench_floor FILE BATCHES\n");
        return 2;
    }
    size_t batches = strtoul(argv[2], NULL, 10);
    sqlite3 *db = NULL;
    sqlite3_stmt *statements[ESC_COUNT_OF(inserts)];
    int64_t *times = calloc(batches, sizeof *times), all = 0;
    ESC_ASSERT(times != NULL);
    if (sqlite3_open(argv[1], &db) != SQLITE_OK)
        bench_fail(argv[1], NULL);
    run(db, schema);
    for (size_t i = 0; i < ESC_COUNT_OF(inserts); i++)
        if (sqlite3_prepare_v3(db, inserts[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i], NULL) != SQLITE_OK)
            bench_fail(sqlite3_errmsg(db), NULL);
    for (size_t i = 0; i < batches; i++) {
        int64_t begin = bench_now_ns();
        one_batch(db, statements, 1 + (int64_t)i * BATCH_EVENTS);
        all += times[i] = bench_now_ns() - begin;
    }
    printf("%.0f events/s, batch p50 %.1f ms, p99 %.1f ms\n", (double)(batches * BATCH_EVENTS) * 1e9 / (double)all,
           (double)bench_percentile(times, batches, 50) / 1e6, (double)bench_percentile(times, batches, 99) / 1e6);
    for (size_t i = 0; i < ESC_COUNT_OF(inserts); i++)
        sqlite3_finalize(statements[i]);
    sqlite3_close(db);
    free(times);
    return 0;
}
