/* escald_doors.c - the world as the daemon sees it. Nothing else in it reads a clock, draws a
 * number or opens anything. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>

#include "escald_doors.h"

#define LISTEN_BACKLOG 512

/* --- clock ------------------------------------------------------------------------------------ */

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void scaled_clock_start(ScaledClock *clock, double scale, int64_t base_ms)
{
    clock->scale = scale;
    clock->is_time_lapse = scaled_clock_is_time_lapse(scale, base_ms);
    clock->base_ms = base_ms != 0 ? base_ms : read_clock(CLOCK_REALTIME);
    clock->started_ms = read_clock(CLOCK_BOOTTIME);
}

bool scaled_clock_is_time_lapse(double scale, int64_t base_ms)
{
    return scale > 1.0 || scale < 1.0 || base_ms != 0;
}

static int64_t scaled_boot(void *context)
{
    const ScaledClock *clock = context;
    return (int64_t)((double)(read_clock(CLOCK_BOOTTIME) - clock->started_ms) * clock->scale);
}

static int64_t scaled_wall(void *context)
{
    const ScaledClock *clock = context;
    return clock->is_time_lapse ? clock->base_ms + scaled_boot(context)
                                : read_clock(CLOCK_REALTIME);
}

static int64_t real_wall(void *context)
{
    (void)context;
    return read_clock(CLOCK_REALTIME);
}

EscClock scaled_clock_door(ScaledClock *clock)
{
    return (EscClock){
        .context = clock, .wall_ms = scaled_wall, .boot_ms = scaled_boot, .real_ms = real_wall};
}

/* --- randomness ------------------------------------------------------------------------------- */

static void fill_random(void *context, void *bytes, size_t size)
{
    (void)context;
    uint8_t *at = bytes;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        ESC_ASSERT(got > 0 || errno == EINTR);
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        }
    }
}

EscRandom system_random_door(void)
{
    return (EscRandom){.fill = fill_random};
}

/* --- files ------------------------------------------------------------------------------------ */

static EscStatus read_file(void *context, const char *path, EscBuf *out)
{
    (void)context;
    /* Ordinary files only: a pipe in a workspace's folder would have us wait for who writes to it. */
    struct stat info;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? ESC_NOT_FOUND : ESC_IO_FAILED;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return ESC_IO_FAILED;
    }
    char chunk[65536];
    ssize_t got = 0;
    while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        esc_buf_append(out, chunk, (size_t)got);
        if (out->status != ESC_OK)
            break;
    }
    close(fd);
    return got < 0 ? ESC_IO_FAILED : out->status;
}

static bool write_all(int fd, EscBytes bytes)
{
    for (size_t at = 0; at < bytes.size;) {
        ssize_t written = write(fd, bytes.data + at, bytes.size - at);
        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* A new file's name must survive a power cut too, so its folder is synced with it. */
static bool sync_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int length = slash == NULL
                     ? snprintf(folder, sizeof(folder), ".")
                     : snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + 1), path);
    if (length < 0 || (size_t)length >= sizeof(folder))
        return false;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_fine = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_fine;
}

/* What an ordinary file holds so far; *is_cut: its last line has no end. */
static bool look_at_end(int fd, const char *path, off_t *size, bool *is_cut)
{
    struct stat status;
    *size = 0;
    *is_cut = false;
    if (fstat(fd, &status) != 0)
        return false;
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return true;
    *size = status.st_size;
    char last = '\0';
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    bool is_read = reader >= 0 && pread(reader, &last, 1, status.st_size - 1) == 1;
    if (reader >= 0)
        close(reader);
    *is_cut = is_read && last != '\n';
    return is_read;
}

/* A full disk takes the beginning of a line only. It is taken back at once, so that the next line is not
 * glued to it; what a crash left there is ended first. */
static bool append_lines(int fd, const char *path, EscBytes bytes)
{
    static const uint8_t line_end[] = {'\n'};
    off_t size = 0;
    bool is_cut = false;
    if (!look_at_end(fd, path, &size, &is_cut))
        return false;
    bool is_fine = (!is_cut || write_all(fd, (EscBytes){line_end, 1})) && write_all(fd, bytes) &&
                   fdatasync(fd) == 0;
    if (!is_fine)
        (void)!ftruncate(fd, size); /* when that fails too, the next time finds the line cut */
    return is_fine;
}

static EscStatus append_file(void *context, const char *path, EscBytes bytes)
{
    (void)context;
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    bool is_new = fd < 0 && errno == ENOENT;
    if (is_new)
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return ESC_IO_FAILED;
    bool is_fine = append_lines(fd, path, bytes);
    close(fd);
    return is_fine && (!is_new || sync_folder(path)) ? ESC_OK : ESC_IO_FAILED;
}

/* Written beside and renamed: whoever reads the name finds the old bytes or the new ones. */
static EscStatus replace_file(void *context, const char *path, EscBytes bytes)
{
    (void)context;
    char beside[4096];
    int length = snprintf(beside, sizeof(beside), "%s.new", path);
    if (length < 0 || (size_t)length >= sizeof(beside))
        return ESC_IO_FAILED;
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ESC_IO_FAILED;
    bool is_fine = write_all(fd, bytes) && fsync(fd) == 0;
    is_fine = close(fd) == 0 && is_fine;
    if (is_fine && rename(beside, path) == 0)
        return sync_folder(path) ? ESC_OK : ESC_IO_FAILED;
    (void)unlink(beside);
    return ESC_IO_FAILED;
}

static bool is_open_to_others(void *context, const char *path)
{
    (void)context;
    struct stat info;
    return stat(path, &info) == 0 && (info.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

static bool others_may_change(void *context, const char *path)
{
    (void)context;
    struct stat info;
    return stat(path, &info) == 0 && (info.st_mode & S_IWOTH) != 0;
}

bool system_space(const char *path, uint64_t *left, uint64_t *all)
{
    struct statvfs info;
    if (statvfs(path, &info) != 0)
        return false;
    *left = (uint64_t)info.f_bavail * info.f_frsize;
    *all = (uint64_t)info.f_blocks * info.f_frsize;
    return true;
}

EscFiles system_files_door(void)
{
    return (EscFiles){.read = read_file,
                      .append = append_file,
                      .replace = replace_file,
                      .is_open_to_others = is_open_to_others,
                      .others_may_change = others_may_change};
}

/* --- sockets ---------------------------------------------------------------------------------- */

static int open_socket(void *context, const struct sockaddr *address, socklen_t size)
{
    (void)context;
    (void)size;
    if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
        return -1;
    return socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    memcpy(&v4, &address, sizeof(v4));
    memcpy(&v6, &address, sizeof(v6));
    return ntohs(address.ss_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

static int listen_on(void *context, const char *host, uint16_t port, uint16_t *port_bound,
                     EscWhy *why)
{
    (void)context;
    char service[8];
    (void)snprintf(service, sizeof(service), "%u", (unsigned)port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int unknown = getaddrinfo(host, service, &hints, &found);
    if (unknown != 0) {
        (void)esc_why(why, ESC_BAD_CONFIG, "", 0, "%s", gai_strerror(unknown));
        return -1;
    }
    int fd = -1, one = 1;
    for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            (void)esc_why(why, ESC_BAD_CONFIG, "", 0, "%s", strerror(errno));
            continue;
        }
        if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
            bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, LISTEN_BACKLOG) != 0) {
            (void)esc_why(why, ESC_BAD_CONFIG, "", 0, "%s", strerror(errno));
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd >= 0)
        *port_bound = bound_port(fd);
    return fd;
}

/* A socket that a former process left there; one that somebody listens on stays. */
static bool take_away(const struct sockaddr_un *address, EscWhy *why)
{
    struct stat info;
    if (lstat(address->sun_path, &info) != 0)
        return true;
    if (!S_ISSOCK(info.st_mode)) {
        (void)esc_why(why, ESC_BAD_CONFIG, "", 0, "there is a file that is no socket");
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool is_live =
        fd >= 0 &&
        (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EAGAIN);
    if (fd >= 0)
        close(fd);
    if (is_live)
        (void)esc_why(why, ESC_BAD_CONFIG, "", 0, "somebody listens there already");
    return !is_live && unlink(address->sun_path) == 0;
}

/* False: there is no such group, or it is not ours to give. */
static bool give_to_group(const char *path, const char *group)
{
    struct group entry, *found = NULL;
    char texts[16384];
    errno = 0;
    return group[0] == '\0' || (getgrnam_r(group, &entry, texts, sizeof(texts), &found) == 0 &&
                                found != NULL && chown(path, (uid_t)-1, found->gr_gid) == 0);
}

/* Nobody connects before it listens, so nobody comes in before its rights are what they should be. */
static int listen_local(void *context, const char *path, unsigned rights, const char *group,
                        EscWhy *why)
{
    (void)context;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        (void)esc_why(why, ESC_BAD_CONFIG, "", 0, "the path is longer than %zu bytes",
                      sizeof(address.sun_path) - 1);
        return -1;
    }
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (!take_away(&address, why))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        give_to_group(path, group) && chmod(path, (mode_t)rights) == 0 &&
        listen(fd, LISTEN_BACKLOG) == 0)
        return fd;
    (void)esc_why(why, ESC_BAD_CONFIG, "", 0, "%s",
                  errno != 0 ? strerror(errno) : "its group is not known");
    if (fd >= 0)
        close(fd);
    return -1;
}

EscSockets system_sockets_door(void)
{
    return (EscSockets){.open = open_socket, .listen = listen_on, .listen_local = listen_local};
}
