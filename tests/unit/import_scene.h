/* import_scene.h - what the importers get from their program, for tests: UTC, a zone two hours east, one with a summer time. */
#ifndef IMPORT_SCENE_H
#define IMPORT_SCENE_H

#include <esc/importers.h>

#include "model.h"

#define IMPORT_NOW_MS INT64_C(1795964400000) /* 2026-11-29T15:00:00Z */
/* "Test/Summer" goes from one hour east to two on 2026-03-29 at 01:00 UTC, and back on 2026-10-25 at 01:00 UTC. */
#define IMPORT_SUMMER_MS INT64_C(1774746000000)
#define IMPORT_WINTER_MS INT64_C(1792890000000)

static inline bool import_is_zone(void *context, EscText zone)
{
    (void)context;
    return esc_text_equal(zone, ESC_TEXT("UTC")) || esc_text_starts_with(zone, ESC_TEXT("Test/"));
}

static inline int64_t import_offset_s(void *context, EscText zone, int64_t at_ms)
{
    (void)context;
    if (esc_text_equal(zone, ESC_TEXT("Test/East")))
        return 7200;
    if (esc_text_equal(zone, ESC_TEXT("Test/Summer")))
        return at_ms >= IMPORT_SUMMER_MS && at_ms < IMPORT_WINTER_MS ? 7200 : 3600;
    return 0;
}

static inline EscStatus import_compose(void *context, EscText text, EscBuf *out)
{
    (void)context;
    esc_buf_text(out, text);
    return out->status;
}

static inline bool import_is_free(void *context, EscText word)
{
    (void)context;
    return !esc_text_equal(word, ESC_TEXT("person")) && !esc_text_equal(word, ESC_TEXT("team"));
}

static inline EscImportRequest import_request(const EscImportFile *files, size_t count)
{
    return (EscImportRequest){
        .files = files,
        .files_count = count,
        .doors = {.is_zone = import_is_zone,
                  .offset_s = import_offset_s,
                  .compose = import_compose,
                  .is_free = import_is_free},
        .now_ms = IMPORT_NOW_MS,
    };
}

#endif
