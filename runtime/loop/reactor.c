/* reactor.c - one thread, one epoll: descriptors and who is called for them, one timer, signals.
 *
 * Not its job: what its owner does between two waits. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include <esc/loop.h>

#define READY_MAX 256 /* events taken in one look; the rest is there at the next one */

struct EscWatch {
    int fd;
    EscWatchReady ready; /* NULL: given up, to be freed after the present round */
    void *context;
    EscWatch *next_dead;
};

struct EscReactor {
    int epoll_fd, timer_fd, poke_fd;
    int signal_fd; /* -1: it takes no signals */
    EscWatch *timer, *poke, *signals;
    EscWatch *dead;
    bool is_stopping, wants_reload;
};

static void timer_ready(void *context, int fd, uint32_t events)
{
    (void)context;
    (void)events;
    uint64_t count = 0;
    (void)!read(fd, &count,
                sizeof(count)); /* only wakes the loop; what is due is looked up by the turn */
}

static void poke_ready(void *context, int fd, uint32_t events)
{
    timer_ready(context, fd, events); /* a number to be read away, as a timer's */
}

static void signal_ready(void *context, int fd, uint32_t events)
{
    (void)events;
    EscReactor *reactor = context;
    struct signalfd_siginfo info;
    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            reactor->wants_reload = true;
        else
            reactor->is_stopping = true;
    }
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    (void)signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool open_all(EscReactor *reactor, bool takes_signals)
{
    reactor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    reactor->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    reactor->poke_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    reactor->signal_fd = takes_signals ? open_signals() : -1;
    return reactor->epoll_fd >= 0 && reactor->timer_fd >= 0 && reactor->poke_fd >= 0 &&
           (reactor->signal_fd >= 0 || !takes_signals);
}

static bool watch_all(EscReactor *reactor)
{
    reactor->timer = esc_reactor_watch(reactor, reactor->timer_fd, EPOLLIN, timer_ready, reactor);
    reactor->poke = esc_reactor_watch(reactor, reactor->poke_fd, EPOLLIN, poke_ready, reactor);
    if (reactor->signal_fd >= 0)
        reactor->signals =
            esc_reactor_watch(reactor, reactor->signal_fd, EPOLLIN, signal_ready, reactor);
    return reactor->timer != NULL && reactor->poke != NULL &&
           (reactor->signals != NULL || reactor->signal_fd < 0);
}

EscReactor *esc_reactor_new(bool takes_signals, EscWhy *why)
{
    EscReactor *reactor = calloc(1, sizeof(*reactor));
    if (reactor == NULL) {
        (void)esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the event loop");
        return NULL;
    }
    if (open_all(reactor, takes_signals) && watch_all(reactor))
        return reactor;
    (void)esc_why(why, ESC_IO_FAILED, "", 0, "the event loop cannot be made: %s", strerror(errno));
    esc_reactor_free(reactor);
    return NULL;
}

static void free_dead(EscReactor *reactor)
{
    while (reactor->dead != NULL) {
        EscWatch *watch = reactor->dead;
        reactor->dead = watch->next_dead;
        free(watch);
    }
}

void esc_reactor_free(EscReactor *reactor)
{
    if (reactor == NULL)
        return;
    esc_reactor_unwatch(reactor, reactor->timer);
    esc_reactor_unwatch(reactor, reactor->poke);
    esc_reactor_unwatch(reactor, reactor->signals);
    free_dead(reactor);
    int fds[] = {reactor->signal_fd, reactor->poke_fd, reactor->timer_fd, reactor->epoll_fd};
    for (size_t i = 0; i < ESC_COUNT_OF(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(reactor);
}

EscWatch *esc_reactor_watch(EscReactor *reactor, int fd, uint32_t events, EscWatchReady ready,
                            void *context)
{
    ESC_ASSERT(ready != NULL);
    EscWatch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL)
        return NULL;
    *watch = (EscWatch){.fd = fd, .ready = ready, .context = context};
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(reactor->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        free(watch);
        return NULL;
    }
    return watch;
}

void esc_reactor_change(EscReactor *reactor, EscWatch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    (void)epoll_ctl(reactor->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

/* The present round may still hold an event for it, so the memory goes at the end of the round. */
void esc_reactor_unwatch(EscReactor *reactor, EscWatch *watch)
{
    if (watch == NULL || watch->ready == NULL)
        return;
    /* Fails when the owner closed it first. */
    (void)epoll_ctl(reactor->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->ready = NULL;
    watch->next_dead = reactor->dead;
    reactor->dead = watch;
}

static EscStatus arm_timer(EscReactor *reactor, int64_t wait_ns, EscWhy *why)
{
    struct itimerspec when = {0};
    if (wait_ns > 0 && wait_ns != INT64_MAX) {
        when.it_value.tv_sec = (time_t)(wait_ns / 1000000000);
        when.it_value.tv_nsec = (long)(wait_ns % 1000000000);
    }
    if (timerfd_settime(reactor->timer_fd, 0, &when, NULL) != 0)
        return esc_why(why, ESC_IO_FAILED, "", 0, "the timer cannot be set: %s", strerror(errno));
    return ESC_OK;
}

EscStatus esc_reactor_wait(EscReactor *reactor, int64_t wait_ns, EscWhy *why)
{
    EscStatus status = arm_timer(reactor, wait_ns, why);
    if (status != ESC_OK)
        return status;
    struct epoll_event ready[READY_MAX];
    int count = epoll_wait(reactor->epoll_fd, ready, READY_MAX, wait_ns <= 0 ? 0 : -1);
    if (count < 0 && errno != EINTR)
        return esc_why(why, ESC_IO_FAILED, "", 0, "waiting failed: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        EscWatch *watch = ready[i].data.ptr;
        if (watch->ready != NULL)
            watch->ready(watch->context, watch->fd, ready[i].events);
    }
    free_dead(reactor);
    return ESC_OK;
}

void esc_reactor_poke(void *context)
{
    const EscReactor *reactor = context;
    uint64_t one = 1;
    (void)!write(reactor->poke_fd, &one, sizeof(one)); /* fails only when it is poked already */
}

bool esc_reactor_is_stopping(const EscReactor *reactor)
{
    return reactor->is_stopping;
}

bool esc_reactor_take_reload(EscReactor *reactor)
{
    bool wants = reactor->wants_reload;
    reactor->wants_reload = false;
    return wants;
}
