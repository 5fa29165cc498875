/* slice.c - what a thread has taken of a processor, and how soon one that wakes gets it when all of them are busy.
 *
 * Linux gives whoever is ready a slice of a processor in turn, and lets a thread that wakes break into another one's when it
 * asked for shorter slices (EEVDF, sched(7); since 6.12). So threads that are woken to do a little ask for short ones, and
 * whoever computes for long leaves them as the system has them: both get the same share of the processor, the short ones
 * sooner. An older kernel takes the wish and ignores it, and so does a sandbox that forbids it: then threads are served as
 * the system sees fit.
 *
 * Not its job: who is prompt (pool.c for lanes; the program for its own thread). */
#define _GNU_SOURCE
#include <esc/loop.h>

#include <time.h>

#include <sys/syscall.h>
#include <unistd.h>

#define PROMPT_SLICE_NS UINT64_C(100000)

/* As in sched_setattr(2); the headers of Debian 12 declare neither the call nor, beside <sched.h>, its argument. */
typedef struct SchedAttributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns, deadline_ns, period_ns;
} SchedAttributes;

int64_t esc_thread_cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void esc_thread_set_prompt(bool is_prompt)
{
    SchedAttributes attributes = {.size = 0};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0)
        return;
    attributes.size = sizeof attributes;
    attributes.runtime_ns = is_prompt ? PROMPT_SLICE_NS : 0; /* 0: the system's own */
    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}
