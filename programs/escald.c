/* escald.c - the daemon's main: reads options and configuration, compiles the workspaces, opens
 * their services, serves.
 *
 * Everything that it does while it runs is in the runtime library; here the parts are only put
 * together. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "escald_check.h"
#include "escald_doors.h"
#include "escald_follow.h"
#include "escald_log.h"
#include "escald_options.h"
#include "escald_probe.h"
#include "escald_served.h"
#include "escald_tell.h"

#define EXIT_PROBED 1 /* something that is bound does not answer as it should */
#define EXIT_USAGE 2
#define EXIT_INTERNAL 4
#define KEPT_BYTES (64 << 20)
#define REASON_BYTES_MAX 8192
#define WORKERS_MIN 4
#define WORKERS_SPARE 32    /* that take the place of stuck ones */
#define STUCK_MS 1000       /* a worker that takes so long for one piece waits for a disk */
#define LOG_PATIENCE_MS 500 /* at the end: for whoever reads the log */

typedef struct App {
    Options options;
    EscConfig *config;
    uint8_t config_hash[32];
    ScaledClock scaled;
    EscClock clock;
    EscRandom random;
    EscFiles files;
    EscSockets sockets;
    EscLinkKeys links;
    EscZones *zones;
    EscPool *pool;
    Serving serving;
    EscDaemon *daemon;
    LineWriter *log, *out;
    Follow follow;
    bool are_warnings_told;
} App;

/* --- what it says ----------------------------------------------------------------------------- */

static void tell_lost_log(void *context, uint64_t lost, EscBuf *out)
{
    const App *app = context;
    esc_buf_string(out, "{\"at\":\"");
    esc_time_write(out, app->clock.wall_ms(app->clock.context));
    esc_buf_printf(out,
                   "\",\"level\":\"warning\",\"event\":\"lines_lost\",\"text\":\"%llu lines were "
                   "lost here: nobody read the log\"}",
                   (unsigned long long)lost);
}

static void tell_lost_news(void *context, uint64_t lost, EscBuf *out)
{
    (void)context;
    esc_buf_printf(out, "… %llu lines were lost here: nobody read them", (unsigned long long)lost);
}

static void write_log(void *context, EscText line)
{
    const App *app = context;
    line_writer_put(app->log, line);
}

static void write_news(void *context, EscText workspace, const EscAuditRow *row)
{
    const App *app = context;
    const Served *served = served_find(&app->serving, workspace);
    ESC_ASSERT(served != NULL);
    follow_row(&app->follow, workspace, esc_text_from(served->compiled.timezone), row);
}

static EscStatus start_writers(App *app, EscWhy *why)
{
    app->log = line_writer_new(STDERR_FILENO, tell_lost_log, app);
    if (app->options.follow)
        app->out = line_writer_new(STDOUT_FILENO, tell_lost_news, app);
    app->follow = (Follow){.out = app->out,
                           .zones = app->zones,
                           .has_colours = cli_has_colours(stdout),
                           .has_many = app->options.workspaces_count > 1};
    return app->log != NULL && (app->out != NULL || !app->options.follow)
               ? ESC_OK
               : esc_why(why, ESC_IO_FAILED, "", 0, "a thread cannot be started");
}

static void close_writers(App *app)
{
    line_writer_close(app->out, LOG_PATIENCE_MS);
    line_writer_close(app->log, LOG_PATIENCE_MS);
    app->out = app->log = NULL;
}

/* --- configuration and workspaces ------------------------------------------------------------- */

/* One hash of all files, in the order in which they are read. */
static void config_hash_add(App *app, EscBytes file)
{
    uint8_t both[64];
    memcpy(both, app->config_hash, 32);
    esc_sha256(file, both + 32);
    esc_sha256((EscBytes){both, sizeof(both)}, app->config_hash);
}

static EscStatus read_text_file(App *app, const char *path, EscBuf *out, bool may_be_missing,
                                EscWhy *why)
{
    esc_buf_init(out, ESC_CONFIG_BYTES_MAX);
    EscStatus status = app->files.read(app->files.context, path, out);
    if (status == ESC_OK)
        config_hash_add(app, esc_buf_as_bytes(out));
    if (status == ESC_OK || (status == ESC_NOT_FOUND && may_be_missing))
        return status;
    app->config->is_unread = true;
    (void)esc_config_fault(app->config, NULL, "%s: cannot be read", path);
    return esc_why(why, ESC_BAD_CONFIG, "", 0, "%s: cannot be read", path);
}

/* --config, or escald.json in the data folder when there is one. */
static EscStatus read_config(App *app, EscWhy *why)
{
    char path[4096];
    const char *given = app->options.config;
    int length = given != NULL ? snprintf(path, sizeof(path), "%s", given)
                               : snprintf(path, sizeof(path), "%s/escald.json", app->options.data);
    if (length < 0 || (size_t)length >= sizeof(path))
        return esc_why(why, ESC_BAD_CONFIG, "", 0,
                       "the name of the configuration file is too long");
    EscBuf text;
    EscStatus status = read_text_file(app, path, &text, given == NULL, why);
    if (status == ESC_OK)
        status = esc_config_read(app->config, esc_buf_as_text(&text), path, why);
    else if (status == ESC_NOT_FOUND)
        status = ESC_OK;
    esc_buf_release(&text);
    return status;
}

/* What the workspace's own folder says: read whatever it may say, so that nothing of it is ignored in silence. */
static EscStatus read_workspace_config(App *app, const char *folder, EscText name, EscWhy *why)
{
    char path[4096];
    int length = snprintf(path, sizeof(path), "%s/escald.json", folder);
    if (length < 0 || (size_t)length >= sizeof(path))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the name of a workspace's folder is too long");
    EscBuf text;
    EscStatus status = read_text_file(app, path, &text, true, why);
    if (status == ESC_OK)
        status = esc_config_read_workspace(app->config, name, esc_buf_as_text(&text), path, why);
    else if (status == ESC_NOT_FOUND)
        status = ESC_OK;
    esc_buf_release(&text);
    return status;
}

static EscStatus make_pool(App *app, EscWhy *why)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t workers = (uint32_t)app->config->workers;
    if (workers == 0)
        workers = processors + 2 > WORKERS_MIN ? (uint32_t)processors + 2 : WORKERS_MIN;
    EscPoolConfig config = {
        .workers = workers, .workers_max = workers + WORKERS_SPARE, .stuck_ms = STUCK_MS};
    app->pool = esc_pool_new(&config, why);
    return app->pool == NULL ? ESC_IO_FAILED : ESC_OK;
}

/* Behind a part that is wrong the next one is looked at all the same: one run finds all that is wrong. */
static void look_at(EscStatus *all, EscWhy *why, EscStatus one, const EscWhy *its)
{
    if (*all != ESC_OK || one == ESC_OK)
        return;
    *all = one;
    *why = *its;
}

static EscStatus read_folders(App *app, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < app->serving.count; i++) {
        EscWhy one = {.text = ""};
        EscText name = esc_text_from(app->serving.items[i].compiled.name);
        if (name.size > 0)
            look_at(&status, why,
                    read_workspace_config(app, app->options.workspaces[i], name, &one), &one);
    }
    return status;
}

/* Templates with errors are no fault of the daemon's start, but what --check-config is there to find. */
static EscStatus check_sources(const App *app, EscWhy *why)
{
    for (uint32_t i = 0; i < app->serving.count; i++)
        if (app->serving.items[i].has_errors)
            return esc_why(why, ESC_BAD_SOURCE, "", 0, "the workspace %s has errors",
                           app->serving.items[i].folder);
    return ESC_OK;
}

static EscStatus read_options(App *app, EscWhy *why)
{
    const char *unbound = app->options.unbound;
    return unbound == NULL ? ESC_OK
                           : esc_config_set_unbound(app->config, esc_text_from(unbound), why);
}

/* What every file says by itself. */
static EscStatus read_all(App *app, EscWhy *why)
{
    EscWhy config = {.text = ""}, options = config, pool = config, source = config,
           folders = config, all = config;
    EscStatus status = ESC_OK;
    app->config->has_virtual_clock = app->serving.is_time_lapse;
    app->config->is_only_checked = app->options.check_config;
    look_at(&status, why, read_config(app, &config), &config);
    look_at(&status, why, read_options(app, &options), &options);
    if (make_pool(app, &pool) != ESC_OK) {
        *why = pool;
        return ESC_IO_FAILED;
    }
    app->serving.pool = app->pool;
    look_at(&status, why,
            served_compile(&app->serving, app->options.workspaces, app->options.workspaces_count,
                           &source),
            &source);
    look_at(&status, why, read_folders(app, &folders), &folders);
    look_at(&status, why, esc_config_finish(app->config, &app->files, &all), &all);
    return status;
}

static EscStatus prepare(App *app, EscWhy *why)
{
    app->serving = (Serving){
        .config = app->config,
        .clock = &app->clock,
        .is_time_lapse = scaled_clock_is_time_lapse(app->options.time_scale, app->options.start_ms),
        .random = &app->random,
        .files = &app->files,
        .data_folder = app->options.data,
        .accept_loss = app->options.accept_loss,
        .accept_loss_count = app->options.accept_loss_count,
        .zones = app->zones};
    EscWhy look = {.text = ""}, together = look, sources = look;
    EscStatus status = read_all(app, why);
    if (app->serving.names == NULL)
        return status; /* there is nothing to look at */
    bool only_checks = app->options.check_config;
    look_at(&status, why, served_look(&app->serving, status == ESC_OK && !only_checks, &look),
            &look);
    look_at(&status, why, check_together(&app->serving, app->config, &app->options, &together),
            &together);
    if (only_checks)
        look_at(&status, why, check_sources(app, &sources), &sources);
    return status;
}

static EscStatus open_all(App *app, EscWhy *why)
{
    if (mkdir(app->options.data, 0700) != 0 && errno != EEXIST)
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the data folder %s cannot be made",
                       app->options.data);
    return served_open(&app->serving, why);
}

/* "127.0.0.1:8080", "[::1]:0". */
static bool split_address(EscText address, char *host, size_t host_size, uint16_t *port)
{
    const char *colon = address.size == 0 ? NULL : memrchr(address.data, ':', address.size);
    if (colon == NULL)
        return false;
    EscText name = {address.data, (size_t)(colon - address.data)};
    if (name.size > 2 && name.data[0] == '[' && name.data[name.size - 1] == ']')
        name = (EscText){name.data + 1, name.size - 2};
    long number = 0;
    for (const char *c = colon + 1; c < address.data + address.size; c++) {
        if (*c < '0' || *c > '9' || number > 65535)
            return false;
        number = number * 10 + (*c - '0');
    }
    if (name.size == 0 || name.size >= host_size || colon + 1 == address.data + address.size ||
        number > 65535)
        return false;
    memcpy(host, name.data, name.size);
    host[name.size] = '\0';
    *port = (uint16_t)number;
    return true;
}

/* Written beside and renamed, so that who waits for the file never reads half of it. */
static EscStatus write_port_file(const char *path, uint16_t port, EscWhy *why)
{
    char beside[4096];
    int length = snprintf(beside, sizeof(beside), "%s.new", path);
    FILE *file = length > 0 && (size_t)length < sizeof(beside) ? fopen(beside, "we") : NULL;
    bool is_fine = file != NULL && fprintf(file, "%u\n", (unsigned)port) > 0;
    if (file != NULL)
        is_fine = fclose(file) == 0 && is_fine;
    if (!is_fine || rename(beside, path) != 0)
        return esc_why(why, ESC_IO_FAILED, "", 0, "the port file %s cannot be written", path);
    return ESC_OK;
}

static void log_warnings(App *app)
{
    EscText lines = esc_buf_as_text(&app->config->warnings), line;
    app->are_warnings_told = true;
    while (tell_next_line(&lines, &line))
        esc_daemon_log(app->daemon, "warning", "configuration", line);
}

static EscStatus add_all(App *app, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < app->serving.count && status == ESC_OK; i++) {
        Served *served = &app->serving.items[i];
        EscService *service = served->service;
        EscBuf reason;
        esc_buf_init(&reason, REASON_BYTES_MAX);
        served->service = NULL; /* the daemon's from here on */
        tell_start(app->daemon, served);
        tell_reason(served, service != NULL, &reason);
        status = esc_daemon_add(app->daemon, esc_text_from(served->compiled.name), service,
                                esc_buf_as_text(&reason), why);
        esc_buf_release(&reason);
    }
    return status;
}

/* Behind the stores, whose locks say that the data folder is nobody else's. */
static EscStatus open_links(App *app, EscWhy *why)
{
    if (app->config->public_url.size == 0)
        return ESC_OK;
    EscStatus status = esc_link_keys_open(&app->files, &app->random, app->options.data,
                                          app->options.new_link_key, &app->links, why);
    if (status == ESC_OK)
        esc_config_use_links(app->config, &app->links);
    return status;
}

static EscStatus open_push_key(App *app, EscWhy *why)
{
    uint8_t key[ESC_PUSH_KEY_BYTES];
    if (!esc_config_wants_push_key(app->config))
        return ESC_OK;
    EscStatus status =
        esc_push_key_open(&app->files, &app->random, app->options.data, key, why);
    if (status == ESC_OK)
        esc_config_use_push_key(app->config, (EscText){(const char *)key, sizeof(key)});
    explicit_bzero(key, sizeof(key));
    return status;
}

/* Of all workspaces the first; 0: no calendar file repeats anything. */
static int64_t calendars_end_day(const App *app)
{
    int64_t first = 0;
    for (uint32_t i = 0; i < app->serving.count; i++) {
        int64_t day = app->serving.items[i].compiled.calendars_end_day;
        if (day != 0 && (first == 0 || day < first))
            first = day;
    }
    return first;
}

static EscStatus listen_for_clients(App *app, EscWhy *why)
{
    char host[256], line[320];
    uint16_t port = 0, bound = 0;
    EscText address =
        app->options.listen != NULL ? esc_text_from(app->options.listen) : app->config->listen;
    EscStatus local = esc_daemon_listen_local(app->daemon, why);
    if (local != ESC_OK)
        return local;
    if (app->config->listen_unix.size > 0) {
        char path[320];
        (void)snprintf(path, sizeof(path), "escald: listening on unix:%.*s",
                       ESC_TEXT_ARG(esc_utf8_cut(app->config->listen_unix, 256)));
        line_writer_put(app->log, esc_text_from(path));
    }
    if (address.size == 0)
        return ESC_OK;
    if (!split_address(address, host, sizeof(host), &port))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the address to listen on must be HOST:PORT");
    EscStatus status = esc_daemon_listen(app->daemon, host, port, &bound, why);
    if (status != ESC_OK)
        return status;
    (void)snprintf(line, sizeof(line), "escald: listening on %s:%u", host, (unsigned)bound);
    line_writer_put(app->log, esc_text_from(line));
    return app->options.port_file == NULL ? ESC_OK
                                          : write_port_file(app->options.port_file, bound, why);
}

static EscStatus start(App *app, EscWhy *why)
{
    EscDaemonSetup setup = {.config = app->config,
                            .clock = &app->clock,
                            .random = &app->random,
                            .files = &app->files,
                            .sockets = &app->sockets,
                            .pool = app->pool,
                            .data_folder = app->options.data,
                            .time_scale = app->options.time_scale,
                            .calendars_end_day = calendars_end_day(app),
                            .space = system_space,
                            .context = app,
                            .log = write_log,
                            .news = app->options.follow ? write_news : NULL};
    memcpy(setup.config_hash, app->config_hash, sizeof(setup.config_hash));
    EscStatus status = start_writers(app, why);
    if (status == ESC_OK)
        status = esc_daemon_new(&setup, &app->daemon, why);
    if (status != ESC_OK)
        return status;
    log_warnings(app);
    status = add_all(app, why);
    if (status == ESC_OK)
        status = esc_daemon_listen_mail(app->daemon, why);
    return status == ESC_OK ? listen_for_clients(app, why) : status;
}

static void release(App *app)
{
    esc_daemon_free(app->daemon);
    served_release(&app->serving);
    esc_pool_free(app->pool);
    close_writers(app);
    esc_zones_free(app->zones);
    esc_config_free(app->config);
    free(app);
}

static int exit_status(EscStatus status)
{
    switch (status) {
    case ESC_OK:
        return 0;
    case ESC_BAD_CONFIG:
    case ESC_BAD_SOURCE:
    case ESC_BAD_ARGUMENT:
    case ESC_CONFLICT:
    case ESC_NOT_FOUND:
    case ESC_STORE_BUSY:
        return EXIT_USAGE;
    default:
        return EXIT_INTERNAL;
    }
}

/* Secrets must not end in a core file. The address sanitizer's leak check needs to look at the
 * process, so it keeps its right. */
static void protect_memory(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    (void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* A turn takes and gives back a few MiB. Handing them to the kernel each time would cost a fault
 * for each page of them. */
static void keep_memory(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

/* Each workspace needs a few descriptors, and so does each client. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Each line of a text, as a message of ours. */
static void print_lines(const char *before, EscText lines)
{
    EscText line;
    while (tell_next_line(&lines, &line))
        (void)fprintf(stderr, "escald: %s%.*s\n", before, ESC_TEXT_ARG(line));
}

static int fail(App *app, EscStatus status, const EscWhy *why)
{
    close_writers(app); /* what they have comes first */
    if (!app->are_warnings_told)
        print_lines("warning: ", esc_buf_as_text(&app->config->warnings));
    EscText faults = esc_buf_as_text(&app->config->faults);
    const char *text = why->text[0] != '\0' ? why->text : esc_status_text(status);
    print_lines("", faults);
    if (!esc_text_contains(faults, esc_text_from(text)))
        (void)fprintf(stderr, "escald: %s\n", text);
    return exit_status(status);
}

static int probe(const App *app)
{
    const EscOutsideSetup setup = {.config = app->config,
                                   .clock = &app->clock,
                                   .random = &app->random,
                                   .files = &app->files,
                                   .sockets = &app->sockets,
                                   .data_folder = app->options.data,
                                   .time_scale = 1.0};
    return probe_all(&setup) == 0 ? 0 : EXIT_PROBED;
}

static int run(App *app)
{
    EscWhy why = {.text = ""};
    EscStatus status = prepare(app, &why);
    if (status == ESC_OK && app->options.check_config) {
        print_lines("warning: ", esc_buf_as_text(&app->config->warnings));
        (void)puts("the configuration and the workspaces are fine");
        return app->options.probe ? probe(app) : 0;
    }
    scaled_clock_start(&app->scaled, app->options.time_scale,
                       app->options.start_ms); /* compiling took none of its time */
    if (status == ESC_OK)
        status = open_all(app, &why);
    if (status == ESC_OK)
        status = open_links(app, &why);
    if (status == ESC_OK)
        status = open_push_key(app, &why);
    if (status == ESC_OK)
        status = start(app, &why);
    if (status != ESC_OK)
        return fail(app, status, &why);
    status = esc_daemon_run(app->daemon, &why);
    if (status != ESC_OK) {
        /* Something is stuck and holds what it holds: only the end of the process frees it. What was answered is in
         * the stores. */
        char line[320];
        (void)snprintf(line, sizeof(line), "escald: stopped: %s", why.text);
        line_writer_put(app->log, esc_text_from(line));
        close_writers(app);
        _exit(EXIT_INTERNAL);
    }
    return esc_daemon_stopped_count(app->daemon) > 0 ? EXIT_INTERNAL : 0;
}

static void print_config_help(void)
{
    EscBuf text;
    esc_buf_init(&text, 65536);
    esc_config_help(&text);
    (void)printf("%.*s", ESC_TEXT_ARG(esc_buf_as_text(&text)));
    esc_buf_release(&text);
}

int main(int argc, char **argv)
{
    App *app = calloc(1, sizeof(*app));
    ESC_ASSERT(app != NULL);
    CliEnd end = options_read(&app->options, argc, argv);
    if (end != CLI_GO_ON || app->options.help_config) {
        if (end == CLI_GO_ON)
            print_config_help();
        free(app);
        return end == CLI_WRONG ? EXIT_USAGE : 0;
    }
    (void)signal(SIGXFSZ, SIG_IGN); /* a write beyond a limit on files fails, as on a full disk */
    protect_memory();
    keep_memory();
    raise_descriptors();
    app->clock = scaled_clock_door(&app->scaled);
    app->random = system_random_door();
    app->files = system_files_door();
    app->sockets = system_sockets_door();
    app->config = esc_config_new();
    app->zones = esc_zones_new();
    ESC_ASSERT(app->config != NULL);
    ESC_ASSERT(app->zones != NULL);
    int result = run(app);
    release(app);
    return result;
}
