/* kill_store.c - kill -9 of a process that commits groups, at random moments, against the parent's ledger.
 *
 * The child writes the number of each group into a pipe after its commit was reported; the parent kills it at some moment,
 * then reads what is in the pipe and looks into the file. Usage: kill_store FOLDER KILLS SEED. */
#define _GNU_SOURCE
#include "sample.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMITS_MAX 100000 /* the child ends by itself when nobody kills it */
#define DELAY_MAX_NS 30000000

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

/* Goes on behind `count` groups until it is killed. */
static _Noreturn void child_run(const char *path, uint64_t count, int ledger)
{
    EscStore *store = NULL;
    EscWhy why = {.text = ""};
    Sample sample;
    sample_init(&sample);
    EscStatus status = sample_open(path, &store, &why);
    for (uint64_t n = count + 1; n < count + COMMITS_MAX && status == ESC_OK; n++) {
        status = sample_commit(store, &sample, n, &why);
        if (status == ESC_OK && write(ledger, &n, sizeof n) != (ssize_t)sizeof n)
            _exit(3);
    }
    fprintf(stderr, "kill_store: the child ended: %s\n", why.text);
    _exit(3);
}

static uint64_t read_ledger(int ledger, uint64_t count)
{
    uint64_t n;
    while (read(ledger, &n, sizeof n) == (ssize_t)sizeof n)
        count = n;
    return count;
}

/* Waits for some acknowledgements, then for a random time below one commit's, and kills. */
static uint64_t kill_at_random(pid_t child, int ledger, uint64_t count)
{
    uint64_t wanted = next_random() % 20;
    for (uint64_t i = 0; i < wanted; i++) {
        uint64_t n;
        if (read(ledger, &n, sizeof n) != (ssize_t)sizeof n)
            break;
        count = n;
    }
    struct timespec delay = {0, (long)(next_random() % DELAY_MAX_NS) >> (next_random() % 12)};
    nanosleep(&delay, NULL); /* not to wait for something, but to hit any moment of a commit */
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return read_ledger(ledger, count);
}

static bool one_kill(const char *path, uint64_t *count, EscWhy *why)
{
    int ledger[2];
    if (pipe(ledger) != 0)
        return false;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(ledger[0]);
        child_run(path, *count, ledger[1]);
    }
    close(ledger[1]);
    uint64_t acknowledged = kill_at_random(child, ledger[0], *count);
    close(ledger[0]);
    EscStore *store = NULL;
    if (sample_open(path, &store, why) != ESC_OK)
        return false;
    esc_store_close(store);
    int64_t found = sample_count(path, why);
    if (found < 0)
        return false;
    if ((uint64_t)found < acknowledged || (uint64_t)found > acknowledged + 1) {
        esc_why(why, ESC_STORE_FAILED, "", 0, "%lld groups are there, %llu acknowledged", (long long)found,
                (unsigned long long)acknowledged);
        return false;
    }
    *count = (uint64_t)found;
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: kill_store FOLDER KILLS SEED\n");
        return 2;
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/killed.db", argv[1]);
    unsigned kills = (unsigned)strtoul(argv[2], NULL, 10);
    uint64_t seed = strtoull(argv[3], NULL, 10), count = 0;
    random_state = seed * 2 + 1;
    unsigned passed = 0;
    EscWhy why = {.text = ""};
    while (passed < kills && one_kill(path, &count, &why))
        passed++;
    bool is_enough = count >= kills; /* about ten commits between two kills */
    if (passed < kills)
        printf("FAILED: kill %u, seed %llu: %s\n", passed + 1, (unsigned long long)seed, why.text);
    if (!is_enough)
        printf("FAILED: only %llu groups were committed\n", (unsigned long long)count);
    printf("kill_store: %u kills, %llu groups, seed %llu\n", kills, (unsigned long long)count, (unsigned long long)seed);
    unsigned failed = (passed < kills ? 1u : 0u) + (is_enough ? 0u : 1u);
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
