/* bench_compile.c - processor time, seconds and peak memory of a program: bench_compile ROUNDS PROGRAM ARGUMENT…
 *
 * Prints the medians of processor time and of the wall clock, and the largest resident set of the rounds. */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define ROUNDS_MAX 100

static int64_t ns_of(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

static int64_t run_once(char **command, int64_t *processor_ns, long *peak_kib)
{
    int64_t begin = bench_now_ns();
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(nowhere, STDOUT_FILENO);
        execv(command[0], command);
        _exit(127);
    }
    struct rusage usage;
    int status = 0;
    if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0)
        bench_fail(command[0], NULL);
    if (usage.ru_maxrss > *peak_kib)
        *peak_kib = usage.ru_maxrss;
    *processor_ns = ns_of(usage.ru_utime) + ns_of(usage.ru_stime);
    return bench_now_ns() - begin;
}

int main(int argc, char **argv)
{
    int64_t times[ROUNDS_MAX], processor[ROUNDS_MAX];
    size_t rounds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
    if (rounds == 0 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr, "usage: bench_compile ROUNDS PROGRAM ARGUMENT…\n");
        return 2;
    }
    long peak_kib = 0;
    for (size_t i = 0; i < rounds; i++)
        times[i] = run_once(argv + 2, &processor[i], &peak_kib);
    printf("%.2f s of processor, %.2f s, peak %ld MiB (median of %zu rounds)\n",
           (double)bench_percentile(processor, rounds, 50) / 1e9,
           (double)bench_percentile(times, rounds, 50) / 1e9, peak_kib / 1024, rounds);
    return 0;
}
