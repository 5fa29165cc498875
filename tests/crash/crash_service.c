/* crash_service.c - the whole way from event to commit, stopped anywhere: every event takes effect exactly once.
 *
 * A sender posts events and repeats what was not answered, as senders do. The power is cut at some operation, the service opens
 * again, and the sender repeats everything. Oracle: what was answered is then a duplicate, each event has opened exactly one escalation,
 * each acknowledgement counts, the audit trail has no gap. Usage: crash_service STRIDE SEED: every STRIDE-th operation. */
#include "crash_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <esc/compiler.h>
#include <esc/runtime.h>

#define EVENTS 6
#define PATH "crash_service.db"
#define START_MS INT64_C(1767603600000)

static const char source[] =
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"
    "channel incidents chat\n"
    "person ana \"Ana\" { email \"ana@acme.example\" }\n"
    "person dora \"Dora\" { email \"dora@acme.example\" }\n"
    "policy company { last resort dora }\n"
    "template trouble \"Trouble\" {\n"
    "  start on ticket.created when ticket.severity = critical\n"
    "  owners { primary ana ack within 5m }\n"
    "  steps { notify incidents \"{ticket.title}\" await ack await resolved within 4h else raise overdue }\n"
    "  close when resolved\n"
    "}\n";

static EscBuf bundle;
static EscZones *zones;
static int64_t now_ms;
static unsigned passed, failed;

static int64_t clock_now(void *context)
{
    (void)context;
    return now_ms;
}

static const EscClock test_clock = {.wall_ms = clock_now, .boot_ms = clock_now};

static void compile(void)
{
    EscWorkspace *workspace = esc_workspace_new();
    ESC_ASSERT(workspace != NULL);
    esc_buf_init(&bundle, ESC_BUNDLE_BYTES_MAX);
    bool is_built = esc_workspace_add(workspace, ESC_TEXT("test.esc"), esc_text_from(source), false) == ESC_OK &&
                    esc_workspace_check(workspace) == ESC_OK && esc_workspace_build(workspace, &bundle, NULL) == ESC_OK;
    ESC_ASSERT(is_built);
    esc_workspace_free(workspace);
}

static EscStatus open_service(EscService **service, EscWhy *why)
{
    const EscSqliteOptions options = {.path = PATH, .workspace = ESC_TEXT("acme")};
    EscServiceConfig config = {.clock = &test_clock, .zones = zones, .hash_seed = 1};
    EscStatus status = esc_sqlite_open(&options, &config.store, why);
    if (status != ESC_OK)
        return status;
    return esc_service_open(&config, esc_buf_as_bytes(&bundle), service, why);
}

/* Posts event n, then acknowledges its escalation and lets the timers of the one before run. *reply: answer to the event. */
static EscStatus post(EscService *service, EscArena *arena, unsigned n, EscReply *reply, EscWhy *why)
{
    char id[16], ticket[16];
    snprintf(id, sizeof id, "e-%u", n);
    snprintf(ticket, sizeof ticket, "T-%u", n);
    EscEvent event;
    EscStatus status = esc_event_make(arena, esc_engine_program(esc_service_engine(service)), ESC_TEXT("ticket.created"),
                                      ESC_TEXT("/test"), esc_text_from(id), esc_text_from(ticket),
                                      ESC_TEXT("{\"title\":\"Down\",\"severity\":\"critical\"}"), &event, why);
    const EscAction ack = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .ticket = esc_text_from(ticket)};
    const EscInput inputs[] = {{.kind = ESC_INPUT_EVENT, .event = &event}, {.kind = ESC_INPUT_ACTION, .action = &ack}};
    EscReply event_reply, ack_reply;
    if (status == ESC_OK)
        status = esc_service_turn(service, &inputs[0], 1, 10, &event_reply, NULL, why);
    if (status == ESC_OK)
        *reply = event_reply; /* only now: before the commit it is no answer */
    if (status == ESC_OK && n % 2 == 0)
        status = esc_service_turn(service, &inputs[1], 1, 10, &ack_reply, NULL, why);
    now_ms += 2 * ESC_MINUTE_MS; /* every third event finds the timers of an earlier one due */
    esc_arena_clear(arena);
    return status;
}

/* Posts all events; *answered gets a bit for each that was. Stops at the first failure. */
static EscStatus post_all(uint64_t *answered, uint64_t *duplicates, EscWhy *why)
{
    EscService *service = NULL;
    EscArena *arena = esc_arena_new(1 << 20);
    ESC_ASSERT(arena != NULL);
    EscStatus status = open_service(&service, why);
    for (unsigned n = 1; n <= EVENTS && status == ESC_OK; n++) {
        EscReply reply = {.status = ESC_TRAP};
        status = post(service, arena, n, &reply, why);
        if (reply.status == ESC_OK || reply.status == ESC_DUPLICATE)
            *answered |= UINT64_C(1) << n;
        if (reply.status == ESC_DUPLICATE)
            *duplicates |= UINT64_C(1) << n;
    }
    esc_service_close(service);
    esc_arena_free(arena);
    return status;
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *query = NULL;
    int64_t answer = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW)
        answer = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return answer;
}

/* Each gives 1 when the file is as it must be after every event was answered. */
static const struct {
    const char *what, *sql;
} facts[] = {
    {"pages", "SELECT integrity_check = 'ok' FROM pragma_integrity_check(1)"},
    {"events", "SELECT count(*) = 6 FROM event"},
    {"escalations", "SELECT count(*) = 6 AND count(DISTINCT ticket) = 6 AND max(id) = 6 FROM escalation"},
    {"opened records", /* the kind of a record stands behind its size */
     "SELECT count(DISTINCT ticket) = 6 AND total(length(hex(records)) - "
     "length(replace(hex(records), '06' || hex('opened'), ''))) = 6 * 14 FROM audit"},
    {"acknowledgements", "SELECT total(is_acked) = 3 FROM escalation WHERE CAST(substr(ticket, 3) AS INTEGER) % 2 = 0"},
    {"audit", "SELECT total(count) + 1 = (SELECT next_audit FROM state) AND min(seq) = 1 AND "
              "max(seq + count) = (SELECT next_audit FROM state) FROM audit"},
    {"outbox keys", "SELECT count(*) = count(DISTINCT key) AND count(*) = max(id) FROM outbox"},
    {"messages", "SELECT count(*) = 6 FROM outbox WHERE target = 'incidents'"},
};

static bool is_whole(EscWhy *why)
{
    sqlite3 *db = NULL;
    bool is_good = sqlite3_open_v2(PATH, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                   sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK;
    for (size_t i = 0; i < ESC_COUNT_OF(facts) && is_good; i++) {
        is_good = ask(db, facts[i].sql) == 1;
        if (!is_good)
            esc_why(why, ESC_STORE_FAILED, "", 0, "%s are not what they must be", facts[i].what);
    }
    sqlite3_close(db);
    return is_good;
}

static void report(bool is_good, uint64_t nth, const char *text)
{
    if (is_good) {
        passed++;
        return;
    }
    failed++;
    if (failed <= 20)
        printf("FAILED: power cut at operation %llu: %s\n", (unsigned long long)nth, text);
}

static void cut_power_at(uint64_t nth, uint64_t seed)
{
    uint64_t answered = 0, duplicates = 0, again = 0, known = 0;
    EscWhy why = {.text = "an answered event was new again"};
    now_ms = START_MS;
    crash_vfs_reset(seed);
    crash_vfs_plan(CRASH_STOP, nth);
    EscStatus stopped = post_all(&answered, &duplicates, NULL);
    bool was_noticed = stopped != ESC_OK || answered == (UINT64_C(1) << (EVENTS + 1)) - 2;
    crash_vfs_power_cut();
    EscStatus status = post_all(&again, &known, &why);
    report(was_noticed && status == ESC_OK && (answered & ~known) == 0 && is_whole(&why), nth, why.text);
}

int main(int argc, char **argv)
{
    uint64_t stride = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (stride == 0)
        return 2;
    zones = esc_zones_new();
    ESC_ASSERT(zones != NULL);
    compile();
    crash_vfs_register();
    crash_vfs_reset(seed);
    now_ms = START_MS;
    uint64_t answered = 0, duplicates = 0;
    EscWhy why = {.text = ""};
    EscStatus status = post_all(&answered, &duplicates, &why);
    uint64_t operations = crash_vfs_operations(), cuts = 0;
    report(status == ESC_OK && duplicates == 0 && is_whole(&why), 0, why.text);
    for (uint64_t nth = 1 + seed % stride; nth <= operations; nth += stride, cuts++)
        cut_power_at(nth, seed * 1000003 + nth);
    report(operations >= 100 && cuts >= operations / stride, 0, "fewer operations than expected");
    crash_vfs_reset(1);
    esc_buf_release(&bundle);
    esc_zones_free(zones);
    printf("crash_service: %llu operations, %llu power cuts, seed %llu\n", (unsigned long long)operations, (unsigned long long)cuts,
           (unsigned long long)seed);
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
