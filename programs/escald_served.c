/* escald_served.c - the workspaces of a daemon at its start: each step for all of them at a time on the pool.
 *
 * What is wrong in the configuration ends the start, as a person has to look. What is wrong with one client's templates or
 * store does not: the others are served, and so is that client with its last good templates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "escald_served.h"

#define BINDINGS_BYTES_MAX ((size_t)256 << 10)
#define STORE_CACHE_BYTES_MIN ((size_t)256 << 10) /* of one; SQLite takes them when it needs them */

static bool path_of(const Served *served, const char *ending, char *path, size_t size)
{
    int length = snprintf(path, size, "%s/%s.%s", served->serving->data_folder,
                          served->compiled.name, ending);
    return length > 0 && (size_t)length < size;
}

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

/* Whatever else is done, this one is not served. */
static void put_out(Served *served, EscStatus status)
{
    served->is_out = true;
    step_done(served, status);
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

/* A declaration that cannot be read may be that of the name: then the folder is called like its store. */
static void name_after_folder(Served *served)
{
    size_t size = strlen(served->folder);
    while (size > 1 && served->folder[size - 1] == '/')
        size--;
    EscText name = {served->folder, size};
    for (size_t i = size; i > 0; i--)
        if (served->folder[i - 1] == '/') {
            name = (EscText){served->folder + i, size - i};
            break;
        }
    (void)snprintf(served->compiled.name, sizeof(served->compiled.name), "%.*s",
                   ESC_TEXT_ARG(name));
}

static void compile_one(void *context)
{
    Served *served = context;
    const EscClock *clock = served->serving->clock;
    EscStatus status = workspace_compile(
        served->folder, served->serving->files, &served->serving->libraries,
        clock->wall_ms(clock->context) / ESC_DAY_MS, &served->compiled, &served->why);
    served->has_errors = status == ESC_BAD_SOURCE;
    if (served->has_errors && served->compiled.name[0] == '\0')
        name_after_folder(served);
    step_done(served, served->has_errors ? ESC_OK : status);
}

/* The operator's alone: what a workspace says of its own accord could be another client's folder. */
static EscStatus take_libraries(Serving *serving, EscWhy *why)
{
    const EscLibraryBindings *bound = &serving->config->libraries;
    LibraryFolder *items = calloc((size_t)bound->count + 1, sizeof(*items));
    if (items == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the libraries");
    for (uint32_t i = 0; i < bound->count; i++)
        items[i] = (LibraryFolder){.name = bound->items[i].name, .folder = bound->items[i].place};
    serving->libraries =
        (LibraryFolders){.items = items,
                         .count = bound->count,
                         .way_out = "say in the configuration of escald `\"libraries\": {\"",
                         .way_out_behind = "\": {\"folder\": \"FOLDER\"}}`"};
    return ESC_OK;
}

static EscStatus name_all(Serving *serving, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < serving->count && status == ESC_OK; i++) {
        EscText name = esc_text_from(serving->items[i].compiled.name);
        if (name.size == 0)
            continue; /* its folder could not be read at all */
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
    EscStatus taken = take_libraries(serving, why);
    if (taken != ESC_OK)
        return taken;
    ESC_ASSERT(sem_init(&serving->done, 0, 0) == 0);
    ESC_ASSERT(pthread_mutex_init(&serving->zones_lock, NULL) == 0);
    serving->count = count;
    for (uint32_t i = 0; i < count; i++) {
        serving->items[i].serving = serving;
        serving->items[i].folder = folders[i];
        esc_buf_init(&serving->items[i].bindings.unbound, BINDINGS_BYTES_MAX);
        esc_buf_init(&serving->items[i].bindings.undeclared, BINDINGS_BYTES_MAX);
    }
    for_each(serving, compile_one);
    for (uint32_t i = 0; i < count; i++)
        show(&serving->items[i].compiled.diagnostics);
    EscStatus status = first_failure(serving, why);
    EscStatus named = name_all(serving, status == ESC_OK ? why : NULL);
    return status == ESC_OK ? named : status;
}

const Served *served_find(const Serving *serving, EscText name)
{
    uint32_t index = 0;
    return esc_names_find(serving->names, name, &index) ? &serving->items[index] : NULL;
}

/* --- stores ---------------------------------------------------------------------------------- */

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

/* --- templates with errors: the last good ones ------------------------------------------------- */

static EscStatus read_newest(Served *served)
{
    uint8_t hash[32];
    EscStatus status = esc_store_bundle_newest(served->store, hash, &served->why);
    if (status == ESC_OK)
        status = esc_store_bundle_get(served->store, hash, &served->compiled.bundle, &served->why);
    return status;
}

/* A store is not made for it: what has none has no templates in it either. */
static EscStatus find_last_good(Served *served)
{
    char path[4096];
    bool has_store = path_of(served, "db", path, sizeof(path)) && access(path, F_OK) == 0;
    EscStatus status = has_store ? open_store(served, &served->store) : ESC_NOT_FOUND;
    if (status == ESC_OK)
        status = read_newest(served);
    if (status == ESC_NOT_FOUND)
        return esc_why(&served->why, ESC_BAD_SOURCE, "", 0,
                       "its templates (%s) have errors, and its store keeps no earlier ones",
                       served->folder);
    return status;
}

static void fall_back(void *context)
{
    Served *served = context;
    EscStatus status = served->has_errors ? find_last_good(served) : ESC_OK;
    if (status != ESC_OK)
        put_out(served, status);
    else
        step_done(served, ESC_OK);
}

/* --- zones and bindings ------------------------------------------------------------------------ */

static EscStatus look_at_program(Served *served, const EscProgram *program)
{
    Serving *serving = served->serving;
    (void)pthread_mutex_lock(&serving->zones_lock);
    EscStatus status = esc_zones_load(serving->zones, program, serving->files,
                                      serving->config->zoneinfo.data, &served->why);
    (void)pthread_mutex_unlock(&serving->zones_lock);
    EscText name = esc_text_from(served->compiled.name);
    if (!serving->config->is_unread)
        bindings_check(name, esc_config_workspace(serving->config, name), program,
                       &served->bindings);
    if (served->compiled.timezone[0] == '\0')
        (void)snprintf(served->compiled.timezone, sizeof(served->compiled.timezone), "%.*s",
                       ESC_TEXT_ARG(program->texts[program->meta[0].timezone]));
    return status;
}

static void look_at_one(void *context)
{
    Served *served = context;
    EscBundle *bundle = NULL;
    if (served->is_out || served->compiled.bundle.size == 0) {
        step_done(served, served->is_out ? served->status : ESC_OK);
        return;
    }
    EscStatus status =
        esc_bundle_load(esc_buf_as_bytes(&served->compiled.bundle), &bundle, &served->why);
    if (status == ESC_OK)
        status = look_at_program(served, esc_bundle_program(bundle));
    esc_bundle_free(bundle);
    if (status != ESC_OK && served->has_errors)
        put_out(served, status);
    else
        step_done(served, status);
}

EscStatus served_look(Serving *serving, bool falls_back, EscWhy *why)
{
    if (falls_back)
        for_each(serving, fall_back);
    for_each(serving, look_at_one);
    for (uint32_t i = 0; i < serving->count; i++)
        if (serving->items[i].status != ESC_OK && !serving->items[i].is_out) {
            *why = serving->items[i].why;
            return serving->items[i].status;
        }
    return ESC_OK;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Each address once for each channel that is mail. *items is the caller's to free. */
static size_t receivers_of(const EscWorkspaceConfig *config, EscReceiver **items)
{
    size_t count = 0, room = 0;
    for (uint32_t i = 0; config != NULL && i < config->channels.count; i++)
        room += config->channels.items[i].to.count;
    *items = calloc(room + 1, sizeof(**items));
    ESC_ASSERT(*items != NULL);
    for (uint32_t i = 0; config != NULL && i < config->channels.count; i++) {
        const EscEndpoint *channel = &config->channels.items[i];
        size_t first = count;
        bool is_mail = channel->kind == ESC_ENDPOINT_SMTP; /* other kinds have one place */
        for (uint32_t j = 0; is_mail && j < channel->to.count; j++) {
            bool is_known = false;
            for (size_t k = first; k < count; k++)
                is_known = is_known || esc_text_equal((*items)[k].address, channel->to.items[j]);
            if (!is_known)
                (*items)[count++] = (EscReceiver){channel->name, channel->to.items[j]};
        }
    }
    return count;
}

static EscStatus open_service(Served *served)
{
    Serving *serving = served->serving;
    EscStatus status = served->store != NULL ? ESC_OK : open_store(served, &served->store);
    if (status != ESC_OK)
        return status;
    EscRemark remarks[2];
    EscReceiver *receivers = NULL;
    EscText name = esc_text_from(served->compiled.name);
    size_t receivers_count = receivers_of(esc_config_workspace(serving->config, name), &receivers);
    EscServiceConfig config = {.clock = serving->clock,
                               .zones = serving->zones,
                               .store = served->store,
                               .clock_settle_ms = serving->config->clock_settle_ms,
                               .is_time_lapse = serving->is_time_lapse,
                               .receivers = receivers,
                               .receivers_count = receivers_count,
                               .remarks = remarks};
    if (served->loss.text[0] != '\0')
        remarks[config.remarks_count++] =
            (EscRemark){.kind = ESC_REMARK_LOSS_ACCEPTED, .what = esc_text_from(served->loss.text)};
    if (served->has_errors)
        remarks[config.remarks_count++] =
            (EscRemark){.kind = ESC_REMARK_OLD_TEMPLATES,
                        .what = esc_text_from("those of its folder have errors")};
    serving->random->fill(serving->random->context, &config.hash_seed, sizeof(config.hash_seed));
    served->store = NULL; /* the service's, also when it fails */
    status = esc_service_open(&config, esc_buf_as_bytes(&served->compiled.bundle), &served->service,
                              &served->why);
    free(receivers);
    return status;
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
    EscStatus status = served->is_out ? served->status : open_service(served);
    served->status = status;
    if (status != ESC_OK && status != ESC_BAD_SOURCE)
        name_store(served);
    esc_buf_release(&served->compiled.bundle); /* the service has its own copy */
    step_done(served, status);
}

EscStatus served_open(Serving *serving, EscWhy *why)
{
    for_each(serving, open_one);
#ifdef __GLIBC__
    (void)malloc_trim(
        0); /* reading back what is open takes more for a moment than what sleeps of it */
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
        esc_store_close(serving->items[i].store);
        esc_buf_release(&serving->items[i].bindings.unbound);
        esc_buf_release(&serving->items[i].bindings.undeclared);
        workspace_release(&serving->items[i].compiled);
    }
    if (serving->count > 0) {
        (void)sem_destroy(&serving->done);
        (void)pthread_mutex_destroy(&serving->zones_lock);
    }
    esc_names_free(serving->names);
    free(serving->items);
    /* made here; const for those who read */
    free((void *)(uintptr_t)serving->libraries.items);
}
