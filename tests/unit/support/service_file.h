/* service_file.h - a service on a fresh file, with a compiled workspace and a clock that tests set. */
#ifndef SERVICE_FILE_H
#define SERVICE_FILE_H

#include "support/store_file.h"

#include <esc/compiler.h>
#include <esc/runtime.h>

typedef struct ServiceFile {
    StoreFile file;
    EscBuf bundle;
    EscZones *zones;
    EscClock clock;
    int64_t now_ms;         /* of both clocks */
    int64_t wall_ahead_ms;  /* and of the wall clock besides */
    int64_t settle_ms;      /* 0: the usual */
    bool is_time_lapse;
    EscService *service;
    EscArena *arena; /* of the events */
    EscWhy why;
} ServiceFile;

static inline int64_t service_file_boot(void *context)
{
    return ((ServiceFile *)context)->now_ms;
}

static inline int64_t service_file_wall(void *context)
{
    return ((ServiceFile *)context)->now_ms + ((ServiceFile *)context)->wall_ahead_ms;
}

/* Compiles one source into file->bundle, replacing what was there. */
static inline void service_file_compile(ServiceFile *file, const char *source)
{
    EscWorkspace *workspace = esc_workspace_new();
    assert_non_null(workspace);
    esc_buf_release(&file->bundle);
    esc_buf_init(&file->bundle, ESC_BUNDLE_BYTES_MAX);
    assert_status(esc_workspace_add(workspace, ESC_TEXT("test.esc"), esc_text_from(source), false), ESC_OK);
    EscStatus status = esc_workspace_check(workspace);
    if (status != ESC_OK && esc_workspace_diagnostic_count(workspace) > 0) {
        EscText message = esc_workspace_diagnostic(workspace, 0)->message;
        print_error("%.*s\n", ESC_TEXT_ARG(message));
    }
    assert_status(status, ESC_OK);
    assert_status(esc_workspace_build(workspace, &file->bundle, &file->why), ESC_OK);
    esc_workspace_free(workspace);
}

static inline void service_file_open(ServiceFile *file)
{
    EscServiceConfig config = {.clock = &file->clock, .zones = file->zones, .hash_seed = 7,
                               .clock_settle_ms = file->settle_ms, .is_time_lapse = file->is_time_lapse};
    const EscSqliteOptions options = {.path = file->file.path, .workspace = ESC_TEXT("acme"),
                                      .new_id = {1, 2, 3, 4, 5, 6, 7, 8, 9}};
    assert_status(esc_sqlite_open(&options, &config.store, &file->why), ESC_OK);
    EscStatus status = esc_service_open(&config, esc_buf_as_bytes(&file->bundle), &file->service, &file->why);
    if (status != ESC_OK)
        print_error("%s\n", file->why.text);
    assert_status(status, ESC_OK);
}

static inline void service_file_close(ServiceFile *file)
{
    esc_service_close(file->service);
    file->service = NULL;
}

static inline void service_file_make(ServiceFile *file, const char *source)
{
    *file = (ServiceFile){.now_ms = INT64_C(1767603600000), .zones = esc_zones_new()};
    file->arena = esc_arena_new((size_t)64 << 20);
    assert_non_null(file->zones);
    assert_non_null(file->arena);
    file->clock = (EscClock){
        .context = file, .wall_ms = service_file_wall, .boot_ms = service_file_boot};
    store_file_make(&file->file);
    service_file_compile(file, source);
    service_file_open(file);
}

static inline void service_file_remove(ServiceFile *file)
{
    service_file_close(file);
    esc_zones_free(file->zones);
    esc_arena_free(file->arena);
    esc_buf_release(&file->bundle);
    store_file_remove(&file->file);
}

/* A typed event in the file's arena. */
static inline EscEvent *service_file_event(ServiceFile *file, const char *type, const char *id, const char *subject,
                                           const char *data)
{
    EscEvent *event = esc_arena_alloc(file->arena, sizeof *event);
    EscStatus status = esc_event_make(file->arena, esc_engine_program(esc_service_engine(file->service)),
                                      esc_text_from(type), ESC_TEXT("/test"), esc_text_from(id), esc_text_from(subject),
                                      esc_text_from(data), event, &file->why);
    if (status != ESC_OK)
        print_error("%s\n", file->why.text);
    assert_status(status, ESC_OK);
    return event;
}

/* A turn with one event. */
static inline EscReply service_file_send(ServiceFile *file, const EscEvent *event)
{
    const EscInput input = {.kind = ESC_INPUT_EVENT, .event = event};
    EscReply reply;
    assert_status(esc_service_turn(file->service, &input, 1, 0, &reply, NULL, &file->why), ESC_OK);
    return reply;
}

#endif
