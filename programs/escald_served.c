/* escald_served.c - the workspaces of a daemon at its start: each step for all of them at a time on the pool.
 *
 * What is wrong in a template or in the configuration ends the start, as a person has to look. What is wrong with one
 * store does not: the others are served. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "escald_served.h"

#define WARNINGS_BYTES_MAX ((size_t)64 << 10)
#define STORE_CACHE_BYTES_MIN ((size_t)256 << 10) /* of one; SQLite takes them when it needs them */

/* Runs a step for each workspace on the pool, and waits for them all. */
static void for_each(Serving *serving, void (*step)(void *served))
{
    for (uint32_t i = 0; i < serving->count; i++) {
        esc_lane_init(&serving->items[i].lane, serving->pool, step, &serving->items[i]);
        esc_lane_wake(&serving->items[i].lane);
    }
    for (uint32_t i = 0; i < serving->count; i++)
        while (sem_wait(&serving->done) != 0)
            ; /* interrupted by a signal */
    for (uint32_t i = 0; i < serving->count; i++)
        esc_lane_close(&serving->items[i].lane);
}

static void step_done(Served *served, EscStatus status)
{
    served->status = status;
    (void)sem_post(&served->serving->done);
}

static EscStatus first_failure(const Serving *serving, EscWhy *why)
{
    for (uint32_t i = 0; i < serving->count; i++)
        if (serving->items[i].status != ESC_OK) {
            *why = serving->items[i].why;
            return serving->items[i].status;
        }
    return ESC_OK;
}

static void show(const EscBuf *text)
{
    (void)fwrite(text->data == NULL ? (const void *)"" : text->data, 1, text->size, stderr);
}

/* --- compiling -------------------------------------------------------------------------------- */

static void compile_one(void *context)
{
    Served *served = context;
    step_done(served, workspace_compile(served->folder, served->serving->files, &served->compiled,
                                        &served->why));
}

static EscStatus name_all(Serving *serving, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < serving->count && status == ESC_OK; i++) {
        EscText name = esc_text_from(serving->items[i].compiled.name);
        status = esc_names_find(serving->names, name, NULL)
                     ? esc_why(why, ESC_CONFLICT, "", 0, "workspace %.*s is there twice",
                               ESC_TEXT_ARG(name))
                     : esc_names_put(serving->names, name, i);
    }
    return status;
}

EscStatus served_compile(Serving *serving, const char *const *folders, uint32_t count, EscWhy *why)
{
    uint64_t seed = 0;
    serving->random->fill(serving->random->context, &seed, sizeof(seed));
    serving->names = esc_names_new(seed);
    serving->items = calloc(count, sizeof(*serving->items));
    if (serving->names == NULL || serving->items == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the workspaces");
    ESC_ASSERT(sem_init(&serving->done, 0, 0) == 0);
    ESC_ASSERT(pthread_mutex_init(&serving->zones_lock, NULL) == 0);
    serving->count = count;
    for (uint32_t i = 0; i < count; i++) {
        serving->items[i].serving = serving;
        serving->items[i].folder = folders[i];
        esc_buf_init(&serving->items[i].warnings, WARNINGS_BYTES_MAX);
    }
    for_each(serving, compile_one);
    for (uint32_t i = 0; i < count; i++)
        show(&serving->items[i].compiled.diagnostics);
    EscStatus status = first_failure(serving, why);
    return status == ESC_OK ? name_all(serving, why) : status;
}

const Served *served_find(const Serving *serving, EscText name)
{
    uint32_t index = 0;
    return esc_names_find(serving->names, name, &index) ? &serving->items[index] : NULL;
}

/* --- zones and warnings ----------------------------------------------------------------------- */

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
static void warn_of_bindings(Served *served, const EscProgram *program)
{
    const EscWorkspaceConfig *config =
        esc_config_workspace(served->serving->config, esc_text_from(served->compiled.name));
    for (uint32_t i = 0; config != NULL && i < config->channels.count; i++)
        if (!is_in_table(program, config->channels.items[i].name, false))
            esc_buf_printf(&served->warnings,
                           "escald: warning: workspace %s declares no channel %s\n",
                           served->compiled.name, config->channels.items[i].name.data);
    for (uint32_t i = 0; config != NULL && i < config->systems.count; i++)
        if (!is_in_table(program, config->systems.items[i].name, true))
            esc_buf_printf(&served->warnings,
                           "escald: warning: workspace %s declares no system %s\n",
                           served->compiled.name, config->systems.items[i].name.data);
}

static void load_zones_of_one(void *context)
{
    Served *served = context;
    Serving *serving = served->serving;
    EscBundle *bundle = NULL;
    EscStatus status =
        esc_bundle_load(esc_buf_as_bytes(&served->compiled.bundle), &bundle, &served->why);
    if (status == ESC_OK) {
        (void)pthread_mutex_lock(&serving->zones_lock);
        status = esc_zones_load(serving->zones, esc_bundle_program(bundle), serving->files,
                                serving->config->zoneinfo.data, &served->why);
        (void)pthread_mutex_unlock(&serving->zones_lock);
        warn_of_bindings(served, esc_bundle_program(bundle));
        esc_bundle_free(bundle);
    }
    step_done(served, status);
}

/* --- opening ---------------------------------------------------------------------------------- */

static bool path_of(const Served *served, const char *ending, char *path, size_t size)
{
    int length = snprintf(path, size, "%s/%s.%s", served->serving->data_folder,
                          served->compiled.name, ending);
    return length > 0 && (size_t)length < size;
}

/* All stores share what is kept of their pages: one more workspace costs the others a little room, not the machine. */
static size_t cache_share(const Serving *serving)
{
    size_t share = ((size_t)serving->config->store_cache_mib << 20) / serving->count;
    return share < STORE_CACHE_BYTES_MIN ? STORE_CACHE_BYTES_MIN : share;
}

bool served_accepts_loss(const Served *served)
{
    const Serving *serving = served->serving;
    for (uint32_t i = 0; i < serving->accept_loss_count; i++)
        if (strcmp(serving->accept_loss[i], served->compiled.name) == 0)
            return true;
    return false;
}

/* What it has lost is found out first, so that the operator's word is on record with it. */
static EscStatus open_lossy(Served *served, EscSqliteOptions *options, EscStore **store)
{
    EscStatus status = esc_sqlite_open(options, store, &served->why);
    if (status != ESC_STORE_DAMAGED || !served_accepts_loss(served))
        return status;
    served->loss = served->why;
    options->accepts_loss = true;
    return esc_sqlite_open(options, store, &served->why);
}

static EscStatus open_store(Served *served, EscStore **store)
{
    Serving *serving = served->serving;
    char path[4096], sink[4096];
    if (!path_of(served, "db", path, sizeof(path)) ||
        !path_of(served, "outbox.jsonl", sink, sizeof(sink)))
        return esc_why(&served->why, ESC_BAD_CONFIG, "", 0,
                       "the name of the data folder is too long");
    const char *const traces[] = {sink, NULL};
    EscSqliteOptions options = {.path = path,
                                .workspace = esc_text_from(served->compiled.name),
                                .traces = traces,
                                .cache_bytes = cache_share(serving)};
    serving->random->fill(serving->random->context, options.new_id, sizeof(options.new_id));
    return open_lossy(served, &options, store);
}

static EscStatus open_service(Served *served)
{
    Serving *serving = served->serving;
    EscServiceConfig config = {.clock = serving->clock,
                               .zones = serving->zones,
                               .clock_settle_ms = serving->config->clock_settle_ms,
                               .is_time_lapse = serving->is_time_lapse};
    serving->random->fill(serving->random->context, &config.hash_seed, sizeof(config.hash_seed));
    EscStatus status = open_store(served, &config.store);
    if (status != ESC_OK)
        return status;
    EscRemark loss = {.kind = ESC_REMARK_LOSS_ACCEPTED, .what = esc_text_from(served->loss.text)};
    config.remarks = &loss;
    config.remarks_count = loss.what.size > 0;
    return esc_service_open(&config, esc_buf_as_bytes(&served->compiled.bundle), &served->service,
                            &served->why);
}

/* Whoever has to look needs to know at which file. */
static void name_store(Served *served)
{
    char path[4096];
    EscWhy why = served->why;
    if (path_of(served, "db", path, sizeof(path)) && strstr(why.text, path) == NULL)
        (void)snprintf(served->why.text, sizeof(served->why.text), "%.100s: %.120s", path,
                       why.text[0] != '\0' ? why.text : esc_status_text(served->status));
}

static void open_one(void *context)
{
    Served *served = context;
    EscStatus status = open_service(served);
    served->status = status;
    if (status != ESC_OK)
        name_store(served);
    esc_buf_release(&served->compiled.bundle); /* the service has its own copy */
    step_done(served, status);
}

EscStatus served_open(Serving *serving, EscWhy *why)
{
    for_each(serving, load_zones_of_one);
    for (uint32_t i = 0; i < serving->count; i++)
        show(&serving->items[i].warnings);
    EscStatus status = first_failure(serving, why);
    if (status != ESC_OK)
        return status;
    for_each(serving, open_one);
#ifdef __GLIBC__
    (void)malloc_trim(0); /* reading back what is open takes more for a moment than what sleeps of it */
#endif
    bool any_is_open = false;
    for (uint32_t i = 0; i < serving->count; i++) {
        const Served *served = &serving->items[i];
        any_is_open = any_is_open || served->service != NULL;
        if (served->status == ESC_BAD_CONFIG) {
            *why = served->why;
            return served->status;
        }
    }
    return any_is_open ? ESC_OK : first_failure(serving, why);
}

void served_release(Serving *serving)
{
    for (uint32_t i = 0; i < serving->count; i++) {
        esc_service_close(serving->items[i].service);
        esc_buf_release(&serving->items[i].warnings);
        workspace_release(&serving->items[i].compiled);
    }
    if (serving->count > 0) {
        (void)sem_destroy(&serving->done);
        (void)pthread_mutex_destroy(&serving->zones_lock);
    }
    esc_names_free(serving->names);
    free(serving->items);
}
