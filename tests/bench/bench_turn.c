/* bench_turn.c - whole turns of a service on disk without HTTP: parse, decide, commit; then bytes of what stands suspended.
 *
 *   bench_turn BUNDLE FOLDER BATCHES     100 events a batch, each starts an escalation that then waits */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#define BATCH_EVENTS 100
#define NOW_MS INT64_C(1767603600000)

static int64_t fixed_now(void *context)
{
    (void)context;
    return NOW_MS;
}

static void one_batch(EscService *service, EscArena *arena, EscText json, int64_t *parse_ns)
{
    EscWhy why = {.text = ""};
    EscParsedEvent *events;
    uint32_t count;
    int64_t begin = bench_now_ns();
    if (esc_event_parse_batch(arena, esc_engine_program(esc_service_engine(service)), json, &events, &count, &why) != ESC_OK)
        bench_fail("a batch", &why);
    *parse_ns += bench_now_ns() - begin;
    EscInput inputs[BATCH_EVENTS];
    EscReply replies[BATCH_EVENTS];
    ESC_ASSERT(count == BATCH_EVENTS);
    for (uint32_t i = 0; i < count; i++)
        inputs[i] = (EscInput){.kind = ESC_INPUT_EVENT, .event = &events[i].event};
    if (esc_service_turn(service, inputs, count, 100, replies, NULL, &why) != ESC_OK)
        bench_fail("a turn", &why);
    for (uint32_t i = 0; i < count; i++)
        if (replies[i].status != ESC_OK)
            bench_fail("an event was refused", &replies[i].why);
    esc_arena_clear(arena);
}

static void make_batch(EscBuf *json, uint64_t first)
{
    esc_buf_clear(json);
    for (uint64_t i = 0; i < BATCH_EVENTS; i++) {
        esc_buf_char(json, i == 0 ? '[' : ',');
        bench_event(json, first + i, "q00001");
    }
    esc_buf_char(json, ']');
}

static void run(EscService *service, size_t batches)
{
    EscArena *arena = esc_arena_new((size_t)64 << 20);
    int64_t *times = calloc(batches, sizeof *times);
    ESC_ASSERT(times != NULL);
    EscBuf json;
    esc_buf_init(&json, (size_t)8 << 20);
    int64_t all = 0, parse = 0;
    for (size_t i = 0; i < batches; i++) {
        make_batch(&json, 1 + i * BATCH_EVENTS);
        int64_t begin = bench_now_ns();
        one_batch(service, arena, esc_buf_as_text(&json), &parse);
        all += times[i] = bench_now_ns() - begin;
    }
    double events = (double)(batches * BATCH_EVENTS);
    printf("%.0f events/s, %.1f us per event (of these %.1f us parsing), batch p50 %.1f ms, p99 %.1f ms\n",
           events * 1e9 / (double)all, (double)all / events / 1000, (double)parse / events / 1000,
           (double)bench_percentile(times, batches, 50) / 1e6, (double)bench_percentile(times, batches, 99) / 1e6);
    esc_buf_release(&json);
    free(times);
    esc_arena_free(arena);
}

static double ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *query = NULL;
    double answer = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW)
        answer = sqlite3_column_double(query, 0);
    sqlite3_finalize(query);
    if (answer < 0)
        bench_fail(sqlite3_errmsg(db), NULL);
    return answer;
}

/* Payload of the rows, for one escalation; integers count 8 bytes each, which is more than SQLite takes. */
static void report_bytes(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        bench_fail(path, NULL);
    double row = ask(db, "SELECT avg(8 * 8 + length(ticket) + length(template) + length(owner) + length(outcome) + "
                         "length(step) + length(body)) FROM escalation");
    double body = ask(db, "SELECT avg(length(body)) FROM escalation");
    double ticket = ask(db, "SELECT avg(length(body)) FROM ticket");
    double per_event = ask(db, "SELECT 1.0 * page_count * page_size / (SELECT count(*) FROM escalation) "
                               "FROM pragma_page_count, pragma_page_size");
    printf("suspended escalation: %.0f bytes, of it body %.0f; body of its ticket %.0f\n", row, body, ticket);
    printf("whole file with events, tickets, outbox, audit and evidence: %.0f bytes per escalation\n", per_event);
    sqlite3_close(db);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: bench_turn BUNDLE FOLDER BATCHES\n");
        return 2;
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/bench.db", argv[2]);
    EscBuf bytes;
    esc_bundle_free(bench_bundle(argv[1], &bytes));
    const EscClock clock = {.wall_ms = fixed_now, .boot_ms = fixed_now};
    EscZones *zones = esc_zones_new();
    const EscSqliteOptions options = {.path = path, .workspace = ESC_TEXT("bench")};
    EscServiceConfig config = {.clock = &clock, .zones = zones, .hash_seed = 1};
    EscService *service = NULL;
    EscWhy why = {.text = ""};
    if (esc_sqlite_open(&options, &config.store, &why) != ESC_OK)
        bench_fail("the store", &why);
    if (esc_service_open(&config, esc_buf_as_bytes(&bytes), &service, &why) != ESC_OK)
        bench_fail("the service", &why);
    run(service, strtoul(argv[3], NULL, 10));
    esc_service_close(service);
    esc_zones_free(zones);
    esc_buf_release(&bytes);
    report_bytes(path);
    return 0;
}
