/* bench.h - what the benchmark programs share: time, percentiles, events, a bundle from a file. */
#ifndef BENCH_H
#define BENCH_H

#include <esc/runtime.h>

int64_t bench_now_ns(void); /* monotonic */
/* Sorts and picks; percent 50 is the median. */
int64_t bench_percentile(int64_t *values, size_t count, unsigned percent);
/* Appends one ticket.created of ticket number `number`, for the queue (what starts template N is
 * "q0000N"). */
void bench_event(EscBuf *out, uint64_t number, const char *queue);
/* One event of a stream in which every `starts_every`th starts an escalation (0: none). The others
 * are new tickets that start nothing, updates of known tickets, and custom events about known and
 * new tickets. */
void bench_stream_event(EscBuf *out, uint64_t number, uint64_t starts_every);
/* One of an own event that comes once for each of so many leads, and again; of a thousand tickets. */
void bench_key_event(EscBuf *out, uint64_t number, uint64_t keys);
/* One event in the lives of many tickets, a hundred at a time: a ticket is opened (`starts_percent`
 * of them start an escalation), updated and mentioned until it has had `events_per_ticket` (2 or
 * more) events, of which the last resolves it. One in ten of those without an escalation is never
 * resolved: nobody tells the daemon that it is over. */
void bench_life_event(EscBuf *out, uint64_t number, uint64_t events_per_ticket,
                      uint64_t starts_percent);
/* Reads a bundle file and loads it; ends the program with a message when it cannot. */
EscBundle *bench_bundle(const char *path, EscBuf *bytes);
_Noreturn void bench_fail(const char *what, const EscWhy *why);

#endif
