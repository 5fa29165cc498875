/* escalc_gaps.c - when nobody of a template's owners would be there, by all that is written, as findings of `escalc check`. The
 * compiler knows no time zones, so this is a program's to ask. */
#include <stdio.h>
#include <string.h>

#include "escalc.h"
#include "escalc_zones.h"

#define ZONEINFO_FOLDER "/usr/share/zoneinfo"
#define DAY_MINUTES 1440
#define HORIZON_MS (400 * ESC_DAY_MS)
#define ARENA_BYTES ((size_t)512 << 20)
#define WHY_BYTES 4096
#define TOLD_MAX 200 /* different gaps that are told */

static EscStatus read_zone_file(void *context, const char *path, EscBuf *out)
{
    (void)context;
    return escalc_read_file(path, out) ? ESC_OK : ESC_NOT_FOUND;
}

EscStatus escalc_load_zones(EscZones *zones, const EscProgram *program, EscWhy *why)
{
    EscFiles files = {.read = read_zone_file};
    return esc_zones_load(zones, program, &files, ZONEINFO_FOLDER, why);
}

typedef struct Look {
    EscWorkspace *workspace;
    const EscProgram *program;
    EscZones *zones;
    EscPresence presence;
    EscArena *arena;
    int64_t from_ms, to_ms;
} Look;

/* A gap that several templates have is told once, of the first of them. */
typedef struct Told {
    const EscGap *gap;
    EscText why;
    uint32_t others;
} Told;

/* --- words ------------------------------------------------------------------------------------ */

/* "2026-08-01T00:00", as it would be written in the workspace. */
static void write_time(const Look *look, EscBuf *out, int64_t at_ms)
{
    EscText zone = look->program->texts[look->program->meta->timezone];
    EscBuf time;
    esc_buf_init(&time, 64);
    esc_time_write(&time, at_ms + (int64_t)esc_zone_offset_s(look->zones, zone, at_ms) * 1000);
    esc_buf_text(out, esc_utf8_cut(esc_buf_as_text(&time), sizeof "2026-08-01T00:00" - 1));
    esc_buf_release(&time);
}

static void write_times(const Look *look, EscBuf *out, const EscGap *gap)
{
    esc_buf_string(out, " from ");
    write_time(look, out, gap->from_ms);
    if (gap->until_ms == look->to_ms) {
        esc_buf_string(out, " on");
        return;
    }
    esc_buf_string(out, " to ");
    write_time(look, out, gap->until_ms);
}

static void tell(const Look *look, const Told *told)
{
    const EscGap *gap = told->gap;
    EscText name = look->program->texts[look->program->templates[gap->template].name];
    EscBuf message;
    esc_buf_init(&message, 2 * WHY_BYTES);
    esc_buf_printf(&message,
                   gap->is_of_all ? "nobody at all is there for `%.*s`"
                                  : "none of the owners of `%.*s` is there",
                   ESC_TEXT_ARG(name));
    write_times(look, &message, gap);
    esc_buf_printf(&message, ": %.*s", ESC_TEXT_ARG(told->why));
    if (gap->more > 0)
        esc_buf_printf(&message, "; and so %zu times more within 400 days", gap->more);
    if (told->others > 0)
        esc_buf_printf(&message, "; %u other template%s the same", (unsigned)told->others,
                       told->others == 1 ? " has" : "s have");
    EscText hint =
        gap->is_of_all
            ? ESC_TEXT("name somebody behind the last resort, such as `last resort dora, erik`, or "
                       "a deputy: `covered by NAME`")
            : ESC_TEXT("the last resort is asked at once then; name an owner who is there, or a "
                       "deputy: `covered by NAME`");
    esc_workspace_add_finding(look->workspace, gap->is_of_all ? "E0399" : "A0316", gap->template,
                              esc_buf_as_text(&message), hint);
    esc_buf_release(&message);
}

/* --- the look --------------------------------------------------------------------------------- */

static EscText why_of(const Look *look, const EscGap *gap)
{
    EscBuf why;
    esc_buf_init(&why, WHY_BYTES);
    esc_gap_write_why(look->program, look->zones, &look->presence, gap, &why);
    EscText text = esc_arena_text(look->arena, esc_buf_as_text(&why));
    esc_buf_release(&why);
    return text;
}

static bool is_same(const Told *told, const EscGap *gap, EscText why)
{
    return told->gap->from_ms == gap->from_ms && told->gap->until_ms == gap->until_ms &&
           told->gap->is_of_all == gap->is_of_all && esc_text_equal(told->why, why);
}

static void tell_all(const Look *look, const EscGap *gaps, size_t count)
{
    Told told[TOLD_MAX];
    size_t told_count = 0;
    for (size_t i = 0; i < count; i++) {
        EscText why = why_of(look, &gaps[i]);
        size_t at = 0;
        while (at < told_count && !is_same(&told[at], &gaps[i], why))
            at++;
        if (at < told_count)
            told[at].others++;
        else if (told_count < TOLD_MAX)
            told[told_count++] = (Told){.gap = &gaps[i], .why = why};
    }
    for (size_t i = 0; i < told_count; i++)
        tell(look, &told[i]);
}

/* From the midnight before, as the workspace's clocks have it. */
static void begin_with_the_day(Look *look)
{
    EscText zone = look->program->texts[look->program->meta->timezone];
    int64_t minute = esc_zone_minute(look->zones, zone, look->from_ms);
    look->from_ms = esc_zone_instant_ms(look->zones, zone, minute - minute % DAY_MINUTES);
    look->to_ms = look->from_ms + HORIZON_MS;
}

static EscStatus search(Look *look, EscWhy *why)
{
    const EscGap *gaps = NULL;
    size_t count = 0;
    EscWritten written = {look->program, look->zones};
    look->presence = esc_written_presence(&written);
    EscStatus status = escalc_load_zones(look->zones, look->program, why);
    if (status == ESC_OK)
        begin_with_the_day(look);
    if (status == ESC_OK)
        status = esc_gaps_find(look->program, look->zones, &look->presence, look->from_ms,
                               look->to_ms, look->arena, &gaps, &count);
    if (status == ESC_OK)
        tell_all(look, gaps, count);
    return status;
}

void escalc_find_gaps(EscWorkspace *workspace, EscBytes bytes, int64_t at_ms)
{
    Look look = {.workspace = workspace, .from_ms = at_ms};
    EscBundle *bundle = NULL;
    EscWhy why = {0};
    look.zones = esc_zones_new();
    look.arena = esc_arena_new(ARENA_BYTES);
    EscStatus status = look.zones == NULL || look.arena == NULL
                           ? ESC_NO_MEMORY
                           : esc_bundle_load(bytes, &bundle, &why);
    if (status == ESC_OK) {
        look.program = esc_bundle_program(bundle);
        status = search(&look, &why);
    }
    if (status != ESC_OK)
        fprintf(stderr, "escalc: who is there on which day cannot be told: %s\n",
                why.text[0] != '\0' ? why.text : esc_status_text(status));
    esc_bundle_free(bundle);
    esc_arena_free(look.arena);
    esc_zones_free(look.zones);
}
