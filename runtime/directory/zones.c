/* zones.c - time zones from the bytes of TZif files.
 *
 * Reads version 2 and later (RFC 8536): the 64-bit transitions and the rule in the footer. Leap seconds are not applied, as in every
 * system clock. The files come in as bytes: who reads them is the caller's business (esc_zones_load takes the files door).
 * Why our own reader: libc's needs the process-wide TZ variable, and the other library at hand carries outdated zone data.
 * tests/unit/test_zones.c compares with libc's. */
#include <esc/directory.h>

#include "zone.h"

#include <stdlib.h>
#include <string.h>

#define TZIF_BYTES_MAX ((size_t)256 << 10)
#define TZIF_HEADER_SIZE 44
#define TRANSITIONS_MAX 4096
#define TYPES_MAX 256
#define OFFSET_S_MAX (26 * 3600)
#define ZONES_MAX 1024
#define DAY_S 86400

typedef struct Zone {
    EscText name;
    int64_t *at_s; /* ascending instants from which … */
    uint8_t *kind; /* … this one of the kinds holds */
    uint32_t count;
    ZoneTime *kinds; /* the first one holds before all transitions */
    ZoneRule rule;   /* after the last one */
} Zone;

struct EscZones {
    EscArena *arena;
    Zone *items;
    size_t count, capacity;
};

EscZones *esc_zones_new(void)
{
    EscArena *arena = esc_arena_new((size_t)ZONES_MAX * TZIF_BYTES_MAX);
    if (arena == NULL)
        return NULL;
    EscZones *zones = esc_arena_alloc(arena, sizeof *zones);
    if (zones == NULL) {
        esc_arena_free(arena);
        return NULL;
    }
    zones->arena = arena;
    return zones;
}

void esc_zones_free(EscZones *zones)
{
    if (zones != NULL)
        esc_arena_free(zones->arena);
}

static const Zone *find_zone(const EscZones *zones, EscText name)
{
    for (size_t i = 0; i < zones->count; i++)
        if (esc_text_equal(zones->items[i].name, name))
            return &zones->items[i];
    return NULL;
}

bool esc_zones_has(const EscZones *zones, EscText name)
{
    return find_zone(zones, name) != NULL;
}

/* --- reading ----------------------------------------------------------------------------------------- */

typedef struct Header {
    uint8_t version;
    uint32_t utc_count, standard_count, leap_count, time_count, type_count, char_count;
} Header;

static bool read_header(EscCursor *cursor, Header *header)
{
    EscBytes magic = esc_cursor_bytes(cursor, 4);
    if (magic.size != 4 || memcmp(magic.data, "TZif", 4) != 0)
        return false;
    header->version = esc_cursor_u8(cursor);
    (void)esc_cursor_bytes(cursor, 15);
    header->utc_count = esc_cursor_u32(cursor);
    header->standard_count = esc_cursor_u32(cursor);
    header->leap_count = esc_cursor_u32(cursor);
    header->time_count = esc_cursor_u32(cursor);
    header->type_count = esc_cursor_u32(cursor);
    header->char_count = esc_cursor_u32(cursor);
    return !cursor->failed && header->time_count <= TRANSITIONS_MAX && header->type_count >= 1 &&
           header->type_count <= TYPES_MAX;
}

/* Behind the names: leap seconds and kinds of clocks, of which there may be as many as there are bytes. */
static size_t tail_size(const Header *header, size_t time_size)
{
    return header->leap_count * (time_size + 4) + header->standard_count + header->utc_count;
}

static size_t block_size(const Header *header, size_t time_size)
{
    return header->time_count * (time_size + 1) + header->type_count * 6 + header->char_count +
           tail_size(header, time_size);
}

/* Names of kinds are places in a run of texts that end in NUL. Nothing depends on them, so a file without is no bad one. */
static bool read_kinds(EscArena *arena, EscCursor *cursor, const Header *header, Zone *zone)
{
    uint8_t names[TYPES_MAX];
    zone->kinds = esc_arena_alloc_array(arena, header->type_count, sizeof *zone->kinds);
    if (zone->kinds == NULL)
        return false;
    for (uint32_t i = 0; i < header->type_count; i++) {
        zone->kinds[i].offset_s = (int32_t)esc_cursor_u32(cursor);
        (void)esc_cursor_u8(cursor); /* daylight flag */
        names[i] = esc_cursor_u8(cursor);
        if (zone->kinds[i].offset_s < -OFFSET_S_MAX || zone->kinds[i].offset_s > OFFSET_S_MAX)
            return false;
    }
    EscBytes chars = esc_cursor_bytes(cursor, header->char_count);
    for (uint32_t i = 0; i < header->type_count && !cursor->failed; i++) {
        const uint8_t *end =
            names[i] < chars.size ? memchr(chars.data + names[i], 0, chars.size - names[i]) : NULL;
        EscText name = {(const char *)chars.data + names[i],
                        end == NULL ? 0 : (size_t)(end - chars.data) - names[i]};
        if (end != NULL && esc_utf8_is_valid(name, NULL))
            zone->kinds[i].name = esc_arena_text(arena, name);
    }
    return !cursor->failed;
}

static bool read_transitions(EscArena *arena, EscCursor *cursor, const Header *header, Zone *zone)
{
    zone->count = header->time_count;
    zone->at_s = esc_arena_alloc_array(arena, zone->count, sizeof *zone->at_s);
    zone->kind = esc_arena_alloc_array(arena, zone->count, sizeof *zone->kind);
    if (zone->at_s == NULL || zone->kind == NULL)
        return false;
    for (uint32_t i = 0; i < zone->count; i++) {
        zone->at_s[i] = (int64_t)esc_cursor_u64(cursor);
        if (i > 0 && zone->at_s[i] <= zone->at_s[i - 1])
            return false;
    }
    for (uint32_t i = 0; i < zone->count; i++) {
        zone->kind[i] = esc_cursor_u8(cursor);
        if (zone->kind[i] >= header->type_count)
            return false;
    }
    return read_kinds(arena, cursor, header, zone);
}

static bool read_footer(EscArena *arena, EscCursor *cursor, ZoneRule *rule)
{
    EscBytes rest = esc_cursor_bytes(cursor, esc_cursor_left(cursor));
    if (rest.size < 2 || rest.data[0] != '\n' || rest.data[rest.size - 1] != '\n')
        return false;
    if (rest.size == 2)
        return true; /* an empty rule: the last offset holds for ever */
    EscText text = esc_arena_text(arena, (EscText){(const char *)rest.data + 1, rest.size - 2});
    return esc_utf8_is_valid(text, NULL) && esc_zone_rule_read(text, rule);
}

EscStatus esc_zones_add(EscZones *zones, EscText name, EscBytes tzif, EscWhy *why)
{
    if (zones->count >= ZONES_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "more than %d time zones", ZONES_MAX);
    EscCursor cursor = esc_cursor(tzif);
    Header header;
    if (tzif.size > TZIF_BYTES_MAX || !read_header(&cursor, &header) || header.version < '2')
        return esc_why(why, ESC_BAD_INPUT, "", 0,
                       "zone %.*s: not a TZif file of version 2 or later", ESC_TEXT_ARG(name));
    (void)esc_cursor_bytes(&cursor, block_size(&header, 4));
    if (cursor.failed || !read_header(&cursor, &header))
        return esc_why(why, ESC_BAD_INPUT, "", cursor.at, "zone %.*s: its second header is damaged",
                       ESC_TEXT_ARG(name));
    Zone zone = {.name = esc_arena_text(zones->arena, name)};
    if (!read_transitions(zones->arena, &cursor, &header, &zone))
        return esc_why(why, ESC_BAD_INPUT, "", cursor.at, "zone %.*s: its transitions are damaged",
                       ESC_TEXT_ARG(name));
    (void)esc_cursor_bytes(&cursor, tail_size(&header, 8));
    if (cursor.failed || !read_footer(zones->arena, &cursor, &zone.rule))
        return esc_why(why, ESC_BAD_INPUT, "", cursor.at, "zone %.*s: its footer is damaged",
                       ESC_TEXT_ARG(name));
    Zone *items = zones->items;
    if (zones->count == zones->capacity)
        items = esc_arena_grow(zones->arena, zones->items, zones->count, &zones->capacity,
                               sizeof *items);
    if (items == NULL || esc_arena_failed(zones->arena))
        return ESC_NO_MEMORY;
    zones->items = items;
    zones->items[zones->count++] = zone;
    return ESC_OK;
}

/* Zone names are file names below the zone folder: nothing else may be reached through them. */
static bool is_zone_name(EscText name)
{
    if (name.size == 0 || name.size > 64 || name.data[0] == '/' ||
        esc_text_contains(name, ESC_TEXT("..")))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '_' || c == '-' || c == '+';
        if (!is_fine)
            return false;
    }
    return true;
}

static EscStatus load_zone(EscZones *zones, EscText name, const EscFiles *files,
                           const char *directory, EscWhy *why)
{
    char path[512];
    if (esc_zones_has(zones, name))
        return ESC_OK;
    if (!is_zone_name(name) || strlen(directory) > 400)
        return esc_why(why, ESC_BAD_INPUT, "", 0,
                       "'%.*s' is no time zone name such as Europe/Berlin",
                       ESC_TEXT_ARG(esc_utf8_cut(name, 64)));
    size_t directory_size = strlen(directory);
    memcpy(path, directory, directory_size);
    path[directory_size] = '/';
    memcpy(path + directory_size + 1, name.data, name.size);
    path[directory_size + 1 + name.size] = '\0';
    EscBuf bytes;
    esc_buf_init(&bytes, TZIF_BYTES_MAX);
    EscStatus status = files->read(files->context, path, &bytes);
    if (status != ESC_OK)
        status = esc_why(why, status, "", 0,
                         "time zone %.*s cannot be read from %s (is tzdata installed?)",
                         ESC_TEXT_ARG(name), directory);
    else
        status = esc_zones_add(zones, name, esc_buf_as_bytes(&bytes), why);
    esc_buf_release(&bytes);
    return status;
}

EscStatus esc_zones_load(EscZones *zones, const EscProgram *program, const EscFiles *files,
                         const char *directory, EscWhy *why)
{
    EscStatus status =
        load_zone(zones, program->texts[program->meta->timezone], files, directory, why);
    for (uint32_t i = 0; i < program->persons_count && status == ESC_OK; i++)
        if (program->persons[i].timezone != 0)
            status = load_zone(zones, program->texts[program->persons[i].timezone - 1], files,
                               directory, why);
    for (uint32_t i = 0; i < program->calendars_count && status == ESC_OK; i++)
        if (program->calendars[i].timezone != 0)
            status = load_zone(zones, program->texts[program->calendars[i].timezone - 1], files,
                               directory, why);
    for (uint32_t i = 0; i < program->schedules_count && status == ESC_OK; i++)
        if (program->schedules[i].timezone != 0)
            status = load_zone(zones, program->texts[program->schedules[i].timezone - 1], files,
                               directory, why);
    return status;
}

/* --- asking --------------------------------------------------------------------------------------------- */

static ZoneTime zone_at(const Zone *zone, int64_t time_s)
{
    if (zone->count == 0)
        return zone->rule.is_present ? esc_zone_rule_at(&zone->rule, time_s) : zone->kinds[0];
    if (time_s < zone->at_s[0])
        return zone->kinds[0];
    uint32_t low = 0, high = zone->count - 1; /* at_s[low] <= time_s < at_s[high] */
    if (time_s >= zone->at_s[high])
        return zone->rule.is_present ? esc_zone_rule_at(&zone->rule, time_s)
                                     : zone->kinds[zone->kind[high]];
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->at_s[middle] <= time_s)
            low = middle;
        else
            high = middle;
    }
    return zone->kinds[zone->kind[low]];
}

static int32_t zone_offset_s(const Zone *zone, int64_t time_s)
{
    return zone_at(zone, time_s).offset_s;
}

int32_t esc_zone_offset_s(const EscZones *zones, EscText name, int64_t time_ms)
{
    const Zone *zone = find_zone(zones, name);
    return zone == NULL ? 0 : zone_offset_s(zone, esc_floor_divide(time_ms, 1000));
}

EscText esc_zone_name(const EscZones *zones, EscText name, int64_t time_ms)
{
    const Zone *zone = find_zone(zones, name);
    return zone == NULL ? ESC_TEXT("UTC") : zone_at(zone, esc_floor_divide(time_ms, 1000)).name;
}

/* The second at which clocks go from one offset to the other; before it, at before_s, the first one holds. */
static int64_t change_between(const Zone *zone, int64_t before_s, int64_t after_s)
{
    int32_t offset_s = zone_offset_s(zone, before_s);
    while (after_s - before_s > 1) { /* at most 18 rounds: they are not more than two days apart */
        int64_t middle_s = before_s + (after_s - before_s) / 2;
        if (zone_offset_s(zone, middle_s) == offset_s)
            before_s = middle_s;
        else
            after_s = middle_s;
    }
    return after_s;
}

int64_t esc_zone_instant_ms(const EscZones *zones, EscText name, int64_t local_minute)
{
    const Zone *zone = find_zone(zones, name);
    int64_t local_s = local_minute * 60;
    if (zone == NULL)
        return local_s * 1000;
    /* The offsets a day earlier and later are the only candidates: no zone changes twice within two days. */
    int32_t before_s = zone_offset_s(zone, local_s - DAY_S);
    int32_t after_s = zone_offset_s(zone, local_s + DAY_S);
    int64_t by_before = local_s - before_s, by_after = local_s - after_s;
    bool fits_before = zone_offset_s(zone, by_before) == before_s;
    bool fits_after = zone_offset_s(zone, by_after) == after_s;
    if (fits_before && fits_after)
        return (by_before < by_after ? by_before : by_after) * 1000; /* fold: the first */
    if (fits_before || fits_after)
        return (fits_before ? by_before : by_after) * 1000;
    return change_between(zone, by_after < by_before ? by_after : by_before,
                          by_after < by_before ? by_before : by_after) *
           1000; /* a gap: behind it */
}

int64_t esc_zone_minute(const EscZones *zones, EscText name, int64_t time_ms)
{
    const Zone *zone = find_zone(zones, name);
    int64_t time_s = esc_floor_divide(time_ms, 1000);
    if (zone == NULL)
        return esc_floor_divide(time_s, 60);
    int32_t offset_s = zone_offset_s(zone, time_s), former_s = zone_offset_s(zone, time_s - DAY_S);
    int64_t back_s = (int64_t)former_s - offset_s;
    if (back_s <= 0 || zone_offset_s(zone, time_s - back_s) != former_s)
        return esc_floor_divide(time_s + offset_s, 60);
    int64_t turned_back_s = change_between(zone, time_s - back_s, time_s);
    return esc_floor_divide(turned_back_s + former_s - 1, 60);
}
