/* bench_floor.c - the floor under the durable figures: SQLite alone writes what escald wrote.
 *
 *   bench_floor STORE FILE EVENTS PER_COMMIT
 *
 * STORE is escald's file after a load of EVENTS events. Its schema is made anew in FILE, and its
 * rows are written there in the order in which they came, as many of each table for an event as in
 * STORE, PER_COMMIT events a commit, with the store's settings. A table with less than a row for 100
 * events holds nothing of them (counters, the bundle): it is written before the clock starts. Rows
 * that escald wrote twice, or wrote and took away, count once or not at all: writing them is escald's
 * own cost, so this floor is rather too fast than too slow.
 *
 * One line of JSON is the result. */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#define TABLES_MAX 64
#define COLUMNS_MAX 100
#define SQL_BYTES_MAX 4096
#define EVENTS_A_ROW_MAX 100 /* a table with fewer rows holds nothing of the events */

typedef struct Table {
    char name[64];
    size_t columns, rows, written;
    int64_t bytes;          /* of values; numbers count 8 */
    sqlite3_value **values; /* rows × columns */
    sqlite3_stmt *insert;
} Table;

typedef struct Floor {
    sqlite3 *from, *to;
    Table tables[TABLES_MAX];
    size_t tables_count, events, commits, per_commit;
} Floor;

static const char settings[] =
    "PRAGMA page_size = 4096; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -262144;";

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        bench_fail(sqlite3_errmsg(db), NULL);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        bench_fail(sqlite3_errmsg(db), NULL);
    return statement;
}

/* Rows with a rowid came in its order. Without one, a counter or a time of arrival tells; the key
 * would not. */
static void order_of(sqlite3 *db, const char *table, char out[static 128])
{
    char sql[SQL_BYTES_MAX];
    snprintf(
        sql, sizeof sql,
        "SELECT c.name, t.wr FROM pragma_table_list('%s') t, pragma_table_info('%s') c "
        "WHERE c.name IN ('seq', 'received_at_ms', 'at_ms') ORDER BY c.name = 'seq' DESC LIMIT 1",
        table, table);
    sqlite3_stmt *query = prepare(db, sql);
    bool has_order = sqlite3_step(query) == SQLITE_ROW;
    if (has_order && sqlite3_column_int(query, 1) == 1)
        snprintf(out, 128, " ORDER BY \"%.100s\"", (const char *)sqlite3_column_text(query, 0));
    else
        out[0] = '\0';
    sqlite3_finalize(query);
}

static void read_rows(Floor *floor, Table *table)
{
    char sql[SQL_BYTES_MAX], order[128];
    order_of(floor->from, table->name, order);
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"%s", table->name, order);
    sqlite3_stmt *query = prepare(floor->from, sql);
    table->columns = (size_t)sqlite3_column_count(query);
    ESC_ASSERT(table->columns > 0 && table->columns <= COLUMNS_MAX);
    size_t room = 0;
    while (sqlite3_step(query) == SQLITE_ROW) {
        if (table->rows == room) {
            room = room == 0 ? 1024 : 2 * room;
            table->values = realloc(table->values, room * table->columns * sizeof(sqlite3_value *));
            ESC_ASSERT(table->values != NULL);
        }
        for (size_t i = 0; i < table->columns; i++) {
            sqlite3_value *value = sqlite3_value_dup(sqlite3_column_value(query, (int)i));
            int type = sqlite3_value_type(value);
            table->bytes +=
                type == SQLITE_BLOB || type == SQLITE_TEXT ? sqlite3_value_bytes(value) : 8;
            table->values[table->rows * table->columns + i] = value;
        }
        table->rows++;
    }
    if (sqlite3_finalize(query) != SQLITE_OK)
        bench_fail(sqlite3_errmsg(floor->from), NULL);
}

static void prepare_insert(Floor *floor, Table *table)
{
    char sql[SQL_BYTES_MAX];
    int size = snprintf(sql, sizeof sql, "INSERT INTO \"%s\" VALUES (?", table->name);
    for (size_t i = 1; i < table->columns; i++)
        size += snprintf(sql + size, sizeof sql - (size_t)size, ",?");
    snprintf(sql + size, sizeof sql - (size_t)size, ")");
    table->insert = prepare(floor->to, sql);
}

/* Makes each table and index of the store anew, and reads the tables' rows. */
static void copy_shape(Floor *floor)
{
    sqlite3_stmt *query =
        prepare(floor->from, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL "
                             "AND name NOT LIKE 'sqlite_%' ORDER BY type = 'table' DESC, rowid");
    while (sqlite3_step(query) == SQLITE_ROW) {
        run(floor->to, (const char *)sqlite3_column_text(query, 2));
        if (strcmp((const char *)sqlite3_column_text(query, 0), "table") != 0)
            continue;
        ESC_ASSERT(floor->tables_count < TABLES_MAX);
        Table *table = &floor->tables[floor->tables_count++];
        snprintf(table->name, sizeof table->name, "%s",
                 (const char *)sqlite3_column_text(query, 1));
        read_rows(floor, table);
        prepare_insert(floor, table);
    }
    sqlite3_finalize(query);
}

static void write_rows(Floor *floor, Table *table, size_t until)
{
    for (; table->written < until; table->written++) {
        for (size_t i = 0; i < table->columns; i++)
            sqlite3_bind_value(table->insert, (int)i + 1,
                               table->values[table->written * table->columns + i]);
        if (sqlite3_step(table->insert) != SQLITE_DONE)
            bench_fail(sqlite3_errmsg(floor->to), NULL);
        sqlite3_reset(table->insert);
    }
}

static bool is_of_events(const Floor *floor, const Table *table)
{
    return table->rows * EVENTS_A_ROW_MAX >= floor->events;
}

static void write_rest(Floor *floor)
{
    run(floor->to, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < floor->tables_count; i++)
        if (!is_of_events(floor, &floor->tables[i]))
            write_rows(floor, &floor->tables[i], floor->tables[i].rows);
    run(floor->to, "COMMIT");
}

static void write_commit(Floor *floor, size_t number)
{
    run(floor->to, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < floor->tables_count; i++)
        if (is_of_events(floor, &floor->tables[i]))
            write_rows(floor, &floor->tables[i],
                       floor->tables[i].rows * (number + 1) / floor->commits);
    run(floor->to, "COMMIT");
}

static int64_t processor_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void report(Floor *floor, int64_t *times, int64_t all, int64_t processor)
{
    double events = (double)floor->events;
    size_t rows = 0;
    int64_t bytes = 0;
    printf("{\"rate\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"processor_us\": %.2f, "
           "\"tables\": {",
           events * 1e9 / (double)all, (double)bench_percentile(times, floor->commits, 50) / 1e6,
           (double)bench_percentile(times, floor->commits, 99) / 1e6,
           (double)processor / 1e3 / events);
    for (size_t i = 0; i < floor->tables_count; i++) {
        const Table *table = &floor->tables[i];
        if (!is_of_events(floor, table))
            continue;
        printf("%s\"%s\": %.3f", rows == 0 ? "" : ", ", table->name, (double)table->rows / events);
        rows += table->rows;
        bytes += table->bytes;
    }
    printf("}, \"rows_per_event\": %.3f, \"bytes_per_event\": %.1f}\n", (double)rows / events,
           (double)bytes / events);
}

static void release(Floor *floor)
{
    for (size_t i = 0; i < floor->tables_count; i++) {
        Table *table = &floor->tables[i];
        sqlite3_finalize(table->insert);
        for (size_t n = 0; n < table->rows * table->columns; n++)
            sqlite3_value_free(table->values[n]);
        free(table->values);
    }
    sqlite3_close(floor->from);
    sqlite3_close(floor->to);
}

int main(int argc, char **argv)
{
    static Floor floor;
    if (argc != 5) {
        (void)fprintf(stderr, "usage: bench_floor STORE FILE EVENTS PER_COMMIT\n");
        return 2;
    }
    floor.events = strtoul(argv[3], NULL, 10);
    floor.per_commit = strtoul(argv[4], NULL, 10);
    if (floor.events == 0 || floor.per_commit == 0)
        bench_fail("the numbers are out of range", NULL);
    floor.commits = (floor.events + floor.per_commit - 1) / floor.per_commit;
    if (sqlite3_open_v2(argv[1], &floor.from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        bench_fail(argv[1], NULL);
    if (sqlite3_open(argv[2], &floor.to) != SQLITE_OK)
        bench_fail(argv[2], NULL);
    run(floor.to, settings);
    copy_shape(&floor);
    write_rest(&floor);
    int64_t *times = calloc(floor.commits, sizeof *times), all = 0, processor = processor_ns();
    ESC_ASSERT(times != NULL);
    for (size_t i = 0; i < floor.commits; i++) {
        int64_t begin = bench_now_ns();
        write_commit(&floor, i);
        all += times[i] = bench_now_ns() - begin;
    }
    report(&floor, times, all, processor_ns() - processor);
    free(times);
    release(&floor);
    return 0;
}
