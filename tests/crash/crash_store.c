/* crash_store.c - stops a store at every operation of a small workload, and fails every operation once.
 *
 * Oracle: what was acknowledged is there; what was not is there whole or not at all; integrity_check is content; the store
 * opens again and takes the next group. Usage: crash_store SEEDS, the number of power cuts of different taste for each operation. */
#include "crash_vfs.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

#define GROUPS 6
#define GROUPS_BEFORE_REOPEN 3
#define PATH "crash.db"

static unsigned passed, failed;

static void report(bool is_good, const char *mode, uint64_t nth, uint64_t seed, const char *text)
{
    if (is_good) {
        passed++;
        return;
    }
    failed++;
    if (failed <= 20)
        printf("FAILED: %s at operation %llu, seed %llu: %s\n", mode, (unsigned long long)nth,
               (unsigned long long)seed, text);
}

/* Opens, commits groups and closes, twice. *acknowledged: the last group whose commit was reported as done; *begun: the
 * last one that was tried. Stops at the first failure. */
static EscStatus work(uint64_t *acknowledged, uint64_t *begun)
{
    Sample sample;
    sample_init(&sample);
    EscStore *store = NULL;
    EscStatus status = ESC_OK;
    *acknowledged = *begun = 0;
    for (uint64_t n = 1; n <= GROUPS && status == ESC_OK; n++) {
        if (n == 1 || n == GROUPS_BEFORE_REOPEN + 1) {
            esc_store_close(store);
            store = NULL;
            status = sample_open(PATH, &store, NULL);
        }
        if (status != ESC_OK)
            break;
        *begun = n;
        status = sample_commit(store, &sample, n, NULL);
        if (status == ESC_OK)
            *acknowledged = n;
    }
    esc_store_close(store);
    sample_release(&sample);
    return status;
}

/* The store opens again, takes one more group, and its file is whole. */
static bool recovers(uint64_t acknowledged, uint64_t begun, EscWhy *why)
{
    EscStore *store = NULL;
    if (sample_open(PATH, &store, why) != ESC_OK)
        return false;
    esc_store_close(store);
    int64_t count = sample_count(PATH, why);
    if (count < 0)
        return false;
    if ((uint64_t)count < acknowledged || (uint64_t)count > begun) {
        esc_why(why, ESC_STORE_FAILED, "", 0, "%lld groups are there, %llu acknowledged, %llu begun", (long long)count,
                (unsigned long long)acknowledged, (unsigned long long)begun);
        return false;
    }
    Sample sample;
    sample_init(&sample);
    EscStatus status = sample_open(PATH, &store, why);
    if (status == ESC_OK)
        status = sample_commit(store, &sample, (uint64_t)count + 1, why);
    esc_store_close(store);
    sample_release(&sample);
    return status == ESC_OK && sample_count(PATH, why) == count + 1;
}

static void cut_power_at(uint64_t nth, uint64_t seed)
{
    uint64_t acknowledged, begun;
    crash_vfs_reset(seed);
    crash_vfs_plan(CRASH_STOP, nth);
    EscStatus status = work(&acknowledged, &begun);
    bool was_noticed = status != ESC_OK || acknowledged == GROUPS;
    crash_vfs_power_cut();
    EscWhy why = {.text = "the stop went unnoticed"};
    report(was_noticed && recovers(acknowledged, begun, &why), "power cut", nth, seed, why.text);
}

/* After a single failure the process would stop; nothing was lost from memory, so no write is missing. */
static bool fail_once_at(CrashMode mode, const char *name, uint64_t nth)
{
    uint64_t acknowledged, begun;
    crash_vfs_reset(nth);
    crash_vfs_plan(mode, nth);
    EscStatus status = work(&acknowledged, &begun);
    bool has_happened = crash_vfs_happened();
    EscWhy why = {.text = "a failure that made groups fail was reported as success"};
    bool is_said = status != ESC_OK || acknowledged == GROUPS;
    if (mode == CRASH_FAIL_FULL && status != ESC_OK)
        is_said = status == ESC_STORE_FULL;
    if (mode == CRASH_FAIL_BUSY && status != ESC_OK)
        is_said = status == ESC_STORE_BUSY;
    crash_vfs_plan(CRASH_NONE, 0);
    if (has_happened)
        report(is_said && recovers(acknowledged, begun, &why), name, nth, nth, why.text);
    return has_happened;
}

/* A store of some groups whose process is gone, so that its log is still there. */
static void leave_behind(uint64_t groups)
{
    Sample sample;
    EscStore *store = NULL;
    crash_vfs_reset(1);
    sample_init(&sample);
    EscStatus status = sample_open(PATH, &store, NULL);
    for (uint64_t n = 1; n <= groups && status == ESC_OK; n++)
        status = sample_commit(store, &sample, n, NULL);
    ESC_ASSERT(status == ESC_OK);
    crash_vfs_plan(CRASH_STOP, 1);
    esc_store_close(store);
    crash_vfs_plan(CRASH_NONE, 0);
    sample_release(&sample);
}

static void lose_log(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    ESC_ASSERT(vfs->xDelete(vfs, PATH "-wal", 0) == SQLITE_OK);
}

/* What an opening survives: a mark that cannot be written (two operations; it lags, which only finds less), and SQLite's
 * look at how long its log has become, which it takes for no failure. */
#define OPENINGS_DESPITE_FAILURE_MAX 3

static unsigned openings_despite_failure;

/* One operation of an opening fails. A store that has lost what it held is not opened all the same; one that is whole
 * opens the next time, and says now that it cannot. */
static bool fail_opening_at(bool is_lost, uint64_t nth)
{
    EscStore *store = NULL;
    EscWhy why = {.text = "a store that lost its log was opened"};
    leave_behind(GROUPS_BEFORE_REOPEN);
    if (is_lost)
        lose_log();
    crash_vfs_plan(CRASH_FAIL_IO, nth);
    EscStatus status = sample_open(PATH, &store, NULL);
    bool has_happened = crash_vfs_happened();
    esc_store_close(store);
    crash_vfs_plan(CRASH_NONE, 0);
    bool is_good = is_lost ? status != ESC_OK : recovers(GROUPS_BEFORE_REOPEN, GROUPS_BEFORE_REOPEN, &why);
    openings_despite_failure += has_happened && status == ESC_OK;
    if (has_happened)
        report(is_good, is_lost ? "opening a lost store" : "opening a whole store", nth, 1, why.text);
    return has_happened;
}

int main(int argc, char **argv)
{
    uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t first_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    crash_vfs_register();
    crash_vfs_reset(first_seed);
    crash_vfs_plan(CRASH_NONE, 0);
    uint64_t acknowledged, begun;
    EscStatus status = work(&acknowledged, &begun);
    uint64_t operations = crash_vfs_operations();
    report(status == ESC_OK && sample_count(PATH, NULL) == GROUPS, "no fault", 0, 0, "the workload itself fails");

    for (uint64_t nth = 1; nth <= operations; nth++)
        for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++)
            cut_power_at(nth, seed * 1000003 + nth);
    unsigned cuts = passed + failed - 1;
    for (uint64_t nth = 1; fail_once_at(CRASH_FAIL_IO, "input/output error", nth); nth++)
        continue;
    for (uint64_t nth = 1; fail_once_at(CRASH_FAIL_FULL, "full disk", nth); nth++)
        continue;
    for (uint64_t nth = 1; fail_once_at(CRASH_FAIL_BUSY, "busy file", nth); nth++)
        continue;
    for (uint64_t nth = 1; fail_opening_at(true, nth); nth++)
        continue;
    for (uint64_t nth = 1; fail_opening_at(false, nth); nth++)
        continue;
    report(openings_despite_failure <= OPENINGS_DESPITE_FAILURE_MAX, "openings", openings_despite_failure, 1,
           "failures of an opening went unnoticed");
    crash_vfs_reset(1);

    /* Fewer than these, and the plan no longer reaches the operations that it is for. */
    bool is_enough = operations >= 200 && cuts == operations * seeds;
    report(is_enough, "counts", operations, first_seed, "fewer operations than expected");
    printf("crash_store: %llu operations, %u power cuts, %u single failures, first seed %llu\n",
           (unsigned long long)operations, cuts, passed + failed - cuts - 3, (unsigned long long)first_seed);
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
