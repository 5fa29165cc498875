/* escald.c - the daemon's main: reads options and configuration, compiles the workspaces, opens
 * their services, serves.
 *
 * Everything that it does while it runs is in the runtime library; here the parts are only put
 * together. */
#define _GNU_SOURCE
#include <errno.h>
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

#include "escald_doors.h"
#include "escald_follow.h"
#include "escald_options.h"
#include "escald_workspace.h"

#define STORES_CACHE_BYTES ((size_t)256 << 20) /* of pages, for all workspaces together */
#define CACHE_BYTES_MIN ((size_t)256 << 10)    /* of one; SQLite takes them when it needs them */
#define EXIT_USAGE 2
#define EXIT_INTERNAL 4
#define ESCALD_VERSION "0.1.0"
#define KEPT_BYTES (64 << 20)

typedef struct Served {
    CompiledWorkspace compiled;
    EscService *service;
} Served;

typedef struct App {
    Options options;
    EscConfig *config;
    ScaledClock scaled;
    EscClock clock;
    EscRandom random;
    EscFiles files;
    EscSockets sockets;
    EscZones *zones;
    Served served[ESC_WORKSPACES_MAX];
    uint32_t served_count;
    EscDaemon *daemon;
    Follow follow;
} App;

static void write_log(void *context, EscText line)
{
    (void)context;
    (void)fprintf(stderr, "%.*s\n", ESC_TEXT_ARG(line));
}

static void write_news(void *context, EscText workspace, const EscAuditRow *row)
{
    const App *app = context;
    if (!app->options.follow)
        return;
    EscText timezone = ESC_TEXT("UTC");
    for (uint32_t i = 0; i < app->served_count; i++)
        if (esc_text_equal(esc_text_from(app->served[i].compiled.name), workspace))
            timezone = esc_text_from(app->served[i].compiled.timezone);
    follow_row(&app->follow, workspace, timezone, row);
}

static EscStatus read_text_file(App *app, const char *path, EscBuf *out, bool may_be_missing,
                                EscWhy *why)
{
    esc_buf_init(out, ESC_CONFIG_BYTES_MAX);
    EscStatus status = app->files.read(app->files.context, path, out);
    if (status == ESC_OK || (status == ESC_NOT_FOUND && may_be_missing))
        return status;
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

/* The workspace's own part, unless the daemon's configuration has it. */
static EscStatus read_workspace_config(App *app, const char *folder, EscText name, EscWhy *why)
{
    char path[4096];
    int length = snprintf(path, sizeof(path), "%s/escald.json", folder);
    if (esc_config_workspace(app->config, name) != NULL || length < 0 ||
        (size_t)length >= sizeof(path))
        return ESC_OK;
    EscBuf text;
    EscStatus status = read_text_file(app, path, &text, true, why);
    if (status == ESC_OK)
        status = esc_config_read_workspace(app->config, name, esc_buf_as_text(&text), path, why);
    else if (status == ESC_NOT_FOUND)
        status = ESC_OK;
    esc_buf_release(&text);
    return status;
}

static EscStatus prepare(App *app, EscWhy *why)
{
    EscStatus status = read_config(app, why);
    for (uint32_t i = 0; i < app->options.workspaces_count && status == ESC_OK; i++) {
        CompiledWorkspace *compiled = &app->served[app->served_count++].compiled;
        status = workspace_compile(app->options.workspaces[i], &app->files, compiled, why);
        if (status == ESC_OK)
            status = read_workspace_config(app, app->options.workspaces[i],
                                           esc_text_from(compiled->name), why);
    }
    return status == ESC_OK ? esc_config_finish(app->config, &app->files, why) : status;
}

static bool is_in_table(const EscProgram *program, EscText name, bool is_system)
{
    for (uint32_t i = 0; i < (is_system ? program->systems_count : program->channels_count); i++) {
        uint32_t text = is_system ? program->systems[i].name : program->channels[i].name;
        if (esc_text_equal(program->texts[text], name))
            return true;
    }
    return false;
}

/* A binding that nothing uses is most likely a misspelt one; old escalations may still use it,
 * so it is no error. */
static void warn_of_bindings(const App *app, const Served *served, const EscProgram *program)
{
    const EscWorkspaceConfig *config =
        esc_config_workspace(app->config, esc_text_from(served->compiled.name));
    for (uint32_t i = 0; config != NULL && i < config->channels.count; i++)
        if (!is_in_table(program, config->channels.items[i].name, false))
            (void)fprintf(stderr, "escald: warning: workspace %s declares no channel %s\n",
                          served->compiled.name, config->channels.items[i].name.data);
    for (uint32_t i = 0; config != NULL && i < config->systems.count; i++)
        if (!is_in_table(program, config->systems.items[i].name, true))
            (void)fprintf(stderr, "escald: warning: workspace %s declares no system %s\n",
                          served->compiled.name, config->systems.items[i].name.data);
}

static EscStatus load_zones(App *app, Served *served, EscWhy *why)
{
    EscBundle *bundle = NULL;
    EscStatus status = esc_bundle_load(esc_buf_as_bytes(&served->compiled.bundle), &bundle, why);
    if (status != ESC_OK)
        return status;
    status = esc_zones_load(app->zones, esc_bundle_program(bundle), &app->files,
                            app->config->zoneinfo.data, why);
    warn_of_bindings(app, served, esc_bundle_program(bundle));
    esc_bundle_free(bundle);
    return status;
}

static EscStatus open_service(App *app, Served *served, EscWhy *why)
{
    char path[4096];
    int length = snprintf(path, sizeof(path), "%s/%s.db", app->options.data, served->compiled.name);
    if (length < 0 || (size_t)length >= sizeof(path))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the name of the data folder is too long");
    uint64_t seed = 0;
    app->random.fill(app->random.context, &seed, sizeof(seed));
    char sink[4096];
    length = snprintf(sink, sizeof(sink), "%s/%s.outbox.jsonl", app->options.data,
                      served->compiled.name);
    if (length < 0 || (size_t)length >= sizeof(sink))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the name of the data folder is too long");
    const char *const traces[] = {sink, NULL};
    size_t share = STORES_CACHE_BYTES / app->served_count;
    EscSqliteOptions options = {.path = path,
                                .workspace = esc_text_from(served->compiled.name),
                                .traces = traces,
                                .cache_bytes = share < CACHE_BYTES_MIN ? CACHE_BYTES_MIN : share};
    app->random.fill(app->random.context, options.new_id, sizeof(options.new_id));
    EscServiceConfig config = {.clock = &app->clock, .zones = app->zones, .hash_seed = seed};
    EscStatus status = esc_sqlite_open(&options, &config.store, why);
    if (status != ESC_OK)
        return status;
    status = esc_service_open(&config, esc_buf_as_bytes(&served->compiled.bundle), &served->service,
                              why);
    if (status == ESC_OK)
        scaled_clock_raise(&app->scaled, esc_engine_time_ms(esc_service_engine(served->service)));
    return status;
}

static EscStatus open_all(App *app, EscWhy *why)
{
    if (mkdir(app->options.data, 0700) != 0 && errno != EEXIST)
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the data folder %s cannot be made",
                       app->options.data);
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < app->served_count && status == ESC_OK; i++)
        status = load_zones(app, &app->served[i], why);
    for (uint32_t i = 0; i < app->served_count && status == ESC_OK; i++)
        status = open_service(app, &app->served[i], why);
    return status;
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

static EscStatus start(App *app, EscWhy *why)
{
    EscDaemonSetup setup = {.config = app->config,
                            .clock = &app->clock,
                            .random = &app->random,
                            .files = &app->files,
                            .sockets = &app->sockets,
                            .data_folder = app->options.data,
                            .time_scale = app->options.time_scale,
                            .context = app,
                            .log = write_log,
                            .news = write_news};
    EscStatus status = esc_daemon_new(&setup, &app->daemon, why);
    for (uint32_t i = 0; i < app->served_count && status == ESC_OK; i++)
        status = esc_daemon_add(app->daemon, esc_text_from(app->served[i].compiled.name),
                                app->served[i].service, why);
    if (status != ESC_OK)
        return status;
    char host[256];
    uint16_t port = 0, bound = 0;
    EscText address =
        app->options.listen != NULL ? esc_text_from(app->options.listen) : app->config->listen;
    if (!split_address(address, host, sizeof(host), &port))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the address to listen on must be HOST:PORT");
    status = esc_daemon_listen(app->daemon, host, port, &bound, why);
    if (status != ESC_OK)
        return status;
    (void)fprintf(stderr, "escald: listening on %s:%u\n", host, (unsigned)bound);
    return app->options.port_file == NULL ? ESC_OK
                                          : write_port_file(app->options.port_file, bound, why);
}

static void release(App *app)
{
    esc_daemon_free(app->daemon);
    for (uint32_t i = 0; i < app->served_count; i++) {
        esc_service_close(app->served[i].service);
        workspace_release(&app->served[i].compiled);
    }
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

static int run(App *app)
{
    EscWhy why = {.text = ""};
    EscStatus status = prepare(app, &why);
    if (status == ESC_OK && app->options.check_config) {
        (void)puts("the configuration and the workspaces are fine");
        return 0;
    }
    scaled_clock_start(&app->scaled, app->options.time_scale,
                       app->options.start_ms); /* compiling took none of its time */
    if (status == ESC_OK)
        status = open_all(app, &why);
    if (status == ESC_OK)
        status = start(app, &why);
    if (status != ESC_OK) {
        (void)fprintf(stderr, "escald: %s\n",
                      why.text[0] != '\0' ? why.text : esc_status_text(status));
        return exit_status(status);
    }
    status = esc_daemon_run(app->daemon, &why);
    if (status != ESC_OK) {
        /* Fail-stop: what is in memory is ahead of the file. Nothing is answered or written any
         * more. */
        (void)fprintf(stderr, "escald: stopped: %s\n", why.text);
        (void)fflush(NULL);
        _exit(EXIT_INTERNAL);
    }
    return 0;
}

int main(int argc, char **argv)
{
    App *app = calloc(1, sizeof(*app));
    if (app == NULL || !options_read(&app->options, argc, argv)) {
        free(app);
        return EXIT_USAGE;
    }
    if (app->options.help || app->options.help_config || app->options.version) {
        EscBuf text;
        esc_buf_init(&text, 65536);
        if (app->options.help)
            options_help();
        if (app->options.version)
            (void)puts("escald " ESCALD_VERSION);
        if (app->options.help_config)
            esc_config_help(&text);
        (void)printf("%.*s", ESC_TEXT_ARG(esc_buf_as_text(&text)));
        esc_buf_release(&text);
        free(app);
        return 0;
    }
    protect_memory();
    keep_memory();
    app->clock = scaled_clock_door(&app->scaled);
    app->random = system_random_door();
    app->files = system_files_door();
    app->sockets = system_sockets_door();
    app->config = esc_config_new();
    app->zones = esc_zones_new();
    app->follow = (Follow){.out = stdout,
                           .zones = app->zones,
                           .has_colours = isatty(STDOUT_FILENO) == 1,
                           .has_many = app->options.workspaces_count > 1};
    ESC_ASSERT(app->config != NULL);
    ESC_ASSERT(app->zones != NULL);
    int result = run(app);
    release(app);
    return result;
}
