/* escald_doors.h - the four doors of the daemon: the real clock, randomness, files and sockets. */
#ifndef ESCALD_DOORS_H
#define ESCALD_DOORS_H

#include <esc/runtime.h>

/* now = base + scale * elapsed. With scale 1 the elapsed time is that of the wall clock, so that
 * its corrections are followed; faster clocks go by the monotonic one. */
typedef struct ScaledClock {
    double scale;
    int64_t base_ms, started_ms;
} ScaledClock;

void scaled_clock_start(ScaledClock *clock, double scale,
                        int64_t base_ms); /* base 0: the wall clock's time */
void scaled_clock_raise(ScaledClock *clock,
                        int64_t time_ms); /* goes on from time_ms when it is behind */
EscClock scaled_clock_door(ScaledClock *clock);

EscRandom system_random_door(void);
EscFiles system_files_door(void);
EscSockets system_sockets_door(void);

#endif
