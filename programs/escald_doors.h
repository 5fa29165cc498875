/* escald_doors.h - the four doors of the daemon: the real clock, randomness, files and sockets. */
#ifndef ESCALD_DOORS_H
#define ESCALD_DOORS_H

#include <esc/runtime.h>

/* The boot clock, `scale` times as fast, and the wall clock. With another scale than 1 or a base the wall clock is not the
 * machine's: it starts at the base (0: the machine's time) and goes by the boot clock, a time lapse. */
typedef struct ScaledClock {
    double scale;
    bool is_time_lapse;
    int64_t base_ms, started_ms; /* started_ms: boot clock */
} ScaledClock;

void scaled_clock_start(ScaledClock *clock, double scale, int64_t base_ms);
bool scaled_clock_is_time_lapse(double scale, int64_t base_ms);
EscClock scaled_clock_door(ScaledClock *clock);

EscRandom system_random_door(void);
EscFiles system_files_door(void);
EscSockets system_sockets_door(void);
/* As EscDaemonSetup has it. */
bool system_space(const char *path, uint64_t *left, uint64_t *all);

#endif
