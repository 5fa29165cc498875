/* esc/doors.h - the four doors through which the world comes in: clock, randomness, files, sockets.
 *
 * The program's main fills them in; a simulator or a test takes their place without touching anything
 * else. The engine sees none of them. */
#ifndef ESC_DOORS_H
#define ESC_DOORS_H

#include <esc/kit.h>

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Two clocks, of which only one can be trusted. Elapsed time is measured by the boot clock alone; what time it is for a
 * workspace says its service (esc/service.h), which is the only one to follow the wall clock. */
typedef struct EscClock {
    void *context;
    int64_t (*wall_ms)(void *context); /* UTC since 1970; people and NTP set it, forward and back */
    int64_t (*boot_ms)(void *context); /* since some instant; never goes back, runs on in suspend */
    /* As wall_ms, but never faster than time goes: what people outside live by, such as how long they stay logged in. NULL:
     * wall_ms does not go faster either. */
    int64_t (*real_ms)(void *context);
} EscClock;
static inline int64_t esc_clock_real_ms(const EscClock *clock)
{
    return clock->real_ms != NULL ? clock->real_ms(clock->context) : clock->wall_ms(clock->context);
}

typedef struct EscRandom {
    void *context;
    void (*fill)(void *context, void *bytes, size_t size);
} EscRandom;

typedef struct EscFiles {
    void *context;
    /* Whole file into out (whose size_max bounds it). ESC_NOT_FOUND, ESC_IO_FAILED, ESC_OVER_LIMIT. */
    EscStatus (*read)(void *context, const char *path, EscBuf *out);
    /* Appends a line durably (file sink); creates the file. */
    EscStatus (*append)(void *context, const char *path, EscBytes bytes);
    /* The file has these bytes and no others, or is as it was, whenever the power fails; only its owner may read it. NULL:
     * nothing can be replaced. */
    EscStatus (*replace)(void *context, const char *path, EscBytes bytes);
    /* Whether users of the machine who are neither a file's owner nor of its group may read or change it; false too when
     * that cannot be told. NULL: nobody asks. */
    bool (*is_open_to_others)(void *context, const char *path);
    bool (*others_may_change)(void *context, const char *path); /* the same for changing alone */
} EscFiles;

typedef struct EscSockets {
    void *context;
    int (*open)(
        void *context, const struct sockaddr *address,
        socklen_t size); /* an unconnected outgoing socket, or -1 when the address is not allowed */
    /* A listening socket, or -1 with the system's words in *why; port 0 picks one. */
    int (*listen)(void *context, const char *host, uint16_t port, uint16_t *port_bound,
                  EscWhy *why);
    /* The same on a path of this machine's, in the place of a socket that nobody listens on: with these rights, and of this
     * group (empty: the process's). NULL: there are none. */
    int (*listen_local)(void *context, const char *path, unsigned rights, const char *group,
                        EscWhy *why);
} EscSockets;

#ifdef __cplusplus
}
#endif
#endif
