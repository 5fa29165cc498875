/* sample.c - known groups, written and found again. What is expected of a file is said as SQL over the number of groups. */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE_ARENA_BYTES_MAX ((size_t)1 << 20)

const uint8_t sample_bundle_hash[32] = {0xE5, 0xCA, 1, 2, 3};

void sample_init(Sample *sample)
{
    *sample = (Sample){.arena = esc_arena_new(SAMPLE_ARENA_BYTES_MAX)};
    ESC_ASSERT(sample->arena != NULL);
}

void sample_release(Sample *sample)
{
    esc_arena_free(sample->arena);
}

static EscText numbered(Sample *sample, const char *format, uint64_t n)
{
    return esc_arena_printf(sample->arena, "%s%llu", format, (unsigned long long)n);
}

static EscBytes bytes(EscText text)
{
    return (EscBytes){(const uint8_t *)text.data, text.size};
}

/* The same in every group: only the first one is kept. */
static EscBundleRow bundle(void)
{
    static const uint8_t data[] = "bytes of a bundle";
    EscBundleRow row = {.at_ms = 1, .bytes = {data, sizeof data}};
    memcpy(row.hash, sample_bundle_hash, sizeof row.hash);
    return row;
}

static EscReceivedRow received(Sample *sample, uint64_t n)
{
    EscReceivedRow row = {.source = ESC_TEXT("/monitor"),
                          .id = numbered(sample, "e-", n),
                          .received_at_ms = (int64_t)n * 1000,
                          .content = numbered(sample, "event ", n)};
    memset(row.digest, (int)n, sizeof row.digest);
    return row;
}

static EscEscalationRow escalation(Sample *sample, uint64_t n, bool is_new)
{
    EscEscalationRow row = {
        .id = n,
        .ticket = numbered(sample, "T-", n),
        .template_name = ESC_TEXT("high_value_incident"),
        .state = ESC_STATE_OPEN,
        .owner = is_new ? ESC_TEXT("ana") : ESC_TEXT("ben"),
        .role = is_new ? 0 : 1,
        .is_acked = !is_new,
        .opened_at_ms = (int64_t)n * 1000,
        .outcome = ESC_TEXT(""),
        .step = ESC_TEXT("customer.esc:31 await resolved"),
        .next_due_ms = (int64_t)n * 1000 + 60000,
        .start_event = !is_new ? ESC_TEXT("") : numbered(sample, n % 2 == 1 ? "event " : "start of ", n),
    };
    memcpy(row.bundle_hash, sample_bundle_hash, sizeof row.bundle_hash);
    row.body = bytes(numbered(sample, is_new ? "body of " : "next body of ", n));
    return row;
}

static EscTicketRow ticket(Sample *sample, uint64_t n, bool is_new)
{
    return (EscTicketRow){
        .id = numbered(sample, "T-", n),
        .title = ESC_TEXT("Checkout is down"),
        .status = ESC_TEXT("open"),
        .body = bytes(numbered(sample, is_new ? "fields of " : "next fields of ", n)),
        .created_at_ms = (int64_t)n * 1000,
        .updated_at_ms = (int64_t)n * 1000,
        .is_live = true,
    };
}

static EscAuditRow audit(Sample *sample, uint64_t n, uint64_t seq)
{
    return (EscAuditRow){
        .seq = seq,
        .at_ms = (int64_t)n * 1000,
        .escalation = n,
        .ticket = numbered(sample, "T-", n),
        .kind = ESC_TEXT("opened"),
        .actor = ESC_TEXT("escal"),
        .place = ESC_TEXT("customer.esc:31"),
        .text = numbered(sample, "record ", seq),
        .data = ESC_TEXT("{\"role\":\"primary\"}"),
    };
}

static EscOutboxRow outbox(Sample *sample, uint64_t n)
{
    return (EscOutboxRow){
        .id = n,
        .key = numbered(sample, "acme/E-", n),
        .escalation = n,
        .ticket = numbered(sample, "T-", n),
        .kind = ESC_OUTBOX_MESSAGE,
        .target = ESC_TEXT("incidents"),
        .medium = ESC_TEXT("chat"),
        .address = ESC_TEXT(""),
        .body = ESC_TEXT("{\"text\":\"You own it\"}"),
        .created_at_ms = (int64_t)n * 1000,
    };
}

static void make_lists(Sample *sample, uint64_t n)
{
    EscGroup *group = &sample->group;
    group->bundles = esc_arena_alloc_array(sample->arena, 1, sizeof *group->bundles);
    group->events = esc_arena_alloc_array(sample->arena, 1, sizeof *group->events);
    group->tickets = esc_arena_alloc_array(sample->arena, 2, sizeof *group->tickets);
    group->escalations = esc_arena_alloc_array(sample->arena, 2, sizeof *group->escalations);
    group->outbox = esc_arena_alloc_array(sample->arena, 1, sizeof *group->outbox);
    group->settled = esc_arena_alloc_array(sample->arena, 1, sizeof *group->settled);
    group->audit = esc_arena_alloc_array(sample->arena, 2, sizeof *group->audit);
    group->evidence = esc_arena_alloc_array(sample->arena, 1, sizeof *group->evidence);
    ESC_ASSERT(!esc_arena_failed(sample->arena));
    group->bundles[group->bundles_count++] = bundle();
    group->events[group->events_count++] = received(sample, n);
    group->tickets[group->tickets_count++] = ticket(sample, n, true);
    group->escalations[group->escalations_count++] = escalation(sample, n, true);
    group->outbox[group->outbox_count++] = outbox(sample, n);
    group->audit[group->audit_count++] = audit(sample, n, 2 * n - 1);
    group->audit[group->audit_count++] = audit(sample, n, 2 * n);
    group->evidence[group->evidence_count++] = (EscEvidenceRow){
        .escalation = n, .name = ESC_TEXT("ticket"), .content = numbered(sample, "evidence ", n), .at_ms = (int64_t)n};
}

/* What group n changes of group n-1. */
static void make_changes(Sample *sample, uint64_t n)
{
    EscGroup *group = &sample->group;
    if (n == 1)
        return;
    group->escalations[group->escalations_count++] = escalation(sample, n - 1, false);
    group->tickets[group->tickets_count++] = ticket(sample, n - 1, false);
    group->settled[group->settled_count++] =
        (EscOutboxSettled){n - 1, ESC_DELIVERY_ACCEPTED, numbered(sample, "settled ", n - 1)};
}

void sample_make(Sample *sample, uint64_t n)
{
    esc_arena_clear(sample->arena);
    sample->group = (EscGroup){.arena = sample->arena};
    make_lists(sample, n);
    make_changes(sample, n);
    sample->group.counters = (EscCounters){
        .next_escalation = n + 1, .next_ticket = 1, .next_outbox = n + 1, .next_audit = 2 * n + 1,
        .next_timer = 2 * n + 1, .time_ms = (int64_t)n * 1000};
    sample->group.workspace = bytes(numbered(sample, "body ", n));
    sample->key = (EscEventKey){sample->group.events[0].source, sample->group.events[0].id};
    ESC_ASSERT(!esc_arena_failed(sample->arena));
}

EscStatus sample_open(const char *path, EscStore **store, EscWhy *why)
{
    EscSqliteOptions options = {.path = path, .workspace = SAMPLE_WORKSPACE, .new_id = {7}};
    return esc_sqlite_open(&options, store, why);
}

EscStatus sample_commit(EscStore *store, Sample *sample, uint64_t n, EscWhy *why)
{
    sample_make(sample, n);
    sample->group.epoch = esc_store_epoch(store);
    EscEventKnown known = {.is_known = false};
    EscStatus status = esc_store_events_find(store, &sample->key, 1, &known, why);
    if (status == ESC_OK && known.is_known)
        status = esc_why(why, ESC_CONFLICT, "", n, "event %llu was there before", (unsigned long long)n);
    return status == ESC_OK ? esc_store_commit(store, &sample->group, why) : status;
}

/* --- finding again ---------------------------------------------------------------------------------- */

/* Each gives 1 when a file with ?1 groups is as it must be. */
static const struct {
    const char *what, *sql;
} facts[] = {
    {"events", "SELECT count(*) = ?1 AND total(id = 'e-' || (received_at_ms / 1000)) = ?1 FROM event"},
    {"tickets", "SELECT count(*) = ?1 AND total(id = 'T-' || (created_at_ms / 1000)) = ?1 FROM ticket"},
    {"escalations", "SELECT count(*) = ?1 AND coalesce(max(id), 0) = ?1 FROM escalation"},
    {"acknowledgements", "SELECT coalesce(min(is_acked = (id < ?1) AND owner = iif(id < ?1, 'ben', 'ana')), 1) "
                         "FROM escalation"},
    {"bodies", "SELECT coalesce(min(CAST(body AS TEXT) = iif(id < ?1, 'next body of ', 'body of ') || id), 1) "
               "FROM escalation"},
    {"start events", "SELECT count(*) = ?1 / 2 AND coalesce(min(json = 'start of ' || escalation), 1) FROM start_event"},
    {"starts", "SELECT total(start > 0) = (?1 + 1) / 2 AND "
               "coalesce(min(start = 0 OR start = (SELECT content FROM event AS v WHERE v.id = 'e-' || e.id)), 1) "
               "FROM escalation AS e"},
    {"contents", "SELECT count(*) = ?1 AND total(key IN (SELECT content FROM event)) = ?1 FROM content"},
    {"bodies of tickets", "SELECT total(is_live) = ?1 AND coalesce(min(CAST(body AS TEXT) = "
                          "iif(created_at_ms < 1000 * ?1, 'next fields of ', 'fields of ') || (created_at_ms / 1000)), 1) "
                          "FROM ticket"},
    {"outbox", "SELECT count(*) = ?1 AND coalesce(min(state = (id < ?1) AND "
               "detail = iif(id < ?1, 'settled ' || id, '')), 1) FROM outbox"},
    {"audit", "SELECT count(*) = ?1 AND total(count) = 2 * ?1 AND coalesce(max(seq), -1) = 2 * ?1 - 1 AND "
              "coalesce(min(instr(records, CAST('record ' || seq AS BLOB)) > 0 AND "
              "instr(records, CAST('record ' || (seq + 1) AS BLOB)) > 0), 1) FROM audit"},
    {"evidence", "SELECT count(*) = ?1 AND coalesce(min(content = 'evidence ' || escalation), 1) FROM evidence"},
    {"counters", "SELECT next_escalation = ?1 + 1 AND next_outbox = ?1 + 1 AND next_audit = 2 * ?1 + 1 AND "
                 "next_timer = 2 * ?1 + 1 AND time_ms = 1000 * ?1 AND CAST(body AS TEXT) = iif(?1 = 0, '', 'body ' || ?1) FROM state"},
};

static int64_t ask(sqlite3 *db, const char *sql, int64_t argument)
{
    sqlite3_stmt *query = NULL;
    int64_t answer = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(query, 1, argument);
        if (sqlite3_step(query) == SQLITE_ROW)
            answer = sqlite3_column_int64(query, 0);
    }
    sqlite3_finalize(query);
    return answer;
}

static int64_t count_groups(sqlite3 *db, EscWhy *why)
{
    if (ask(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check(1)", 0) != 1) {
        esc_why(why, ESC_STORE_FAILED, "", 0, "integrity_check: %s", sqlite3_errmsg(db));
        return -1;
    }
    int64_t count = ask(db, "SELECT next_escalation - 1 FROM state", 0);
    for (size_t i = 0; i < ESC_COUNT_OF(facts); i++) {
        if (ask(db, facts[i].sql, count) == 1)
            continue;
        esc_why(why, ESC_STORE_FAILED, "", 0, "%s are not those of %lld groups", facts[i].what, (long long)count);
        return -1;
    }
    return count;
}

int64_t sample_count(const char *path, EscWhy *why)
{
    sqlite3 *db = NULL;
    int64_t count = -1;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
        esc_why(why, ESC_STORE_FAILED, "", 0, "cannot open the file again: %s", sqlite3_errmsg(db));
    else
        count = count_groups(db, why);
    sqlite3_close(db);
    return count;
}
