/* zones.c - what clocks show in the time zones of a file: those that the system's tables know, and those that the file itself
 * describes (VTIMEZONE; RFC 5545, section 3.6.5). Only times of different zones in one event are ever moved; midnights stay
 * what they are. */
#include "ics.h"

#define TZIF_BYTES_MAX ((size_t)256 << 10)
#define ONSET_LOOK_DAYS                                                                            \
    800 /* no change of clocks that comes back is rarer than once in two years */

struct IcsZone {
    EscText name;
    bool has_tables, is_unknown;
    IcsObservance *observances;
};

static IcsZone *find(IcsReader *reader, EscText name)
{
    for (size_t i = 0; i < reader->items_count; ++i) {
        if (esc_text_equal(reader->items[i].name, name))
            return &reader->items[i];
    }
    return NULL;
}

static IcsZone *add(IcsReader *reader, EscText name)
{
    IcsZone *grown = esc_arena_grow(reader->arena, reader->items, reader->items_count,
                                    &reader->items_capacity, sizeof *grown);
    EscText kept = esc_arena_text(reader->arena, name);
    if (grown == NULL || kept.data == NULL)
        return NULL;
    reader->items = grown;
    grown[reader->items_count] = (IcsZone){.name = kept};
    return &grown[reader->items_count++];
}

static bool load_tables(IcsReader *reader, EscText name)
{
    EscBuf bytes;
    EscWhy why = {0};
    esc_buf_init(&bytes, TZIF_BYTES_MAX);
    bool is_there = reader->reading->read_zone(reader->reading->context, name, &bytes) &&
                    esc_zones_add(reader->zones, name, esc_buf_as_bytes(&bytes), &why) == ESC_OK;
    esc_buf_release(&bytes);
    return is_there;
}

bool ics_zone_put(IcsReader *reader, EscText name, IcsObservance *observances, uint32_t line)
{
    if (find(reader, name) != NULL) {
        ics_fault(reader, line, "the time zone `%.*s` is described twice", ESC_TEXT_ARG(name));
        return false;
    }
    IcsZone *zone = add(reader, name);
    if (zone != NULL)
        zone->observances = observances;
    return zone != NULL;
}

/* The zone with its tables, which go before what the file says: rules of its making may be old. */
static IcsZone *known(IcsReader *reader, EscText name, uint32_t line)
{
    IcsZone *zone = find(reader, name);
    if (zone == NULL)
        zone = add(reader, name);
    if (zone == NULL)
        return NULL;
    if (!zone->has_tables && !zone->is_unknown) {
        zone->has_tables = load_tables(reader, zone->name);
        zone->is_unknown = !zone->has_tables;
    }
    if (zone->has_tables || zone->observances != NULL)
        return zone;
    ics_fault(reader, line, "the time zone `%.*s` is neither known here nor described in the file",
              ESC_TEXT_ARG(esc_utf8_cut(name, 60)));
    return NULL;
}

/* --- zones of the file ------------------------------------------------------------------------ */

typedef struct Onset {
    int64_t last_day;
} Onset;

static void note_last(void *context, int64_t day)
{
    ((Onset *)context)->last_day = day;
}

/* The latest beginning of an observance not behind `to_s` (seconds since 1970 on the clocks before it); INT64_MIN: none. */
static int64_t latest_onset(IcsReader *reader, const IcsObservance *observance, int64_t to_s)
{
    int64_t second = observance->start.second, latest = INT64_MIN;
    int64_t to_day = (to_s - second) / ICS_DAY_S - ((to_s - second) % ICS_DAY_S < 0 ? 1 : 0);
    if (observance->start.day <= to_day)
        latest = observance->start.day;
    for (size_t i = 0; i < observance->dates_count; ++i) {
        int64_t day = observance->dates[i].start.day;
        latest = day <= to_day && day > latest ? day : latest;
    }
    for (size_t i = 0; i < observance->rules_count; ++i) {
        const IcsRule *rule = &observance->rules[i];
        int64_t until = INT64_MAX;
        if (rule->has_until) /* in UTC */
            until = rule->until.day +
                    (rule->until.second + observance->offset_from_s + ICS_DAY_S) / ICS_DAY_S - 1;
        int64_t from = until < to_day ? until - ONSET_LOOK_DAYS : to_day - ONSET_LOOK_DAYS;
        Onset onset = {.last_day = INT64_MIN};
        (void)ics_rule_expand(reader, rule, observance->start.day, until, from, to_day, note_last,
                              &onset);
        latest = onset.last_day > latest ? onset.last_day : latest;
    }
    return latest == INT64_MIN ? latest : latest * ICS_DAY_S + second;
}

/* Seconds that the clocks of a zone of the file are ahead at an instant; before all of its changes those of the first one. */
static int32_t offset_at(IcsReader *reader, const IcsZone *zone, int64_t instant_s)
{
    int64_t best = INT64_MIN;
    int32_t offset = zone->observances->offset_from_s;
    for (const IcsObservance *at = zone->observances; at != NULL; at = at->next) {
        int64_t onset = latest_onset(reader, at, instant_s + at->offset_from_s);
        if (onset != INT64_MIN && onset - at->offset_from_s > best) {
            best = onset - at->offset_from_s;
            offset = at->offset_to_s;
        }
    }
    return offset;
}

static int32_t zone_offset_s(IcsReader *reader, const IcsZone *zone, int64_t instant_s)
{
    return zone->has_tables ? esc_zone_offset_s(reader->zones, zone->name, instant_s * 1000)
                            : offset_at(reader, zone, instant_s);
}

/* --- moving a time ---------------------------------------------------------------------------- */

static void set_local(IcsTime *time, int64_t local_s)
{
    int64_t second = (local_s % ICS_DAY_S + ICS_DAY_S) % ICS_DAY_S;
    time->second = (int32_t)second;
    time->day = (local_s - second) / ICS_DAY_S;
}

bool ics_zone_local(IcsReader *reader, EscText name, IcsTime *time, uint32_t line)
{
    if (time->form == ICS_DATE || time->form == ICS_FLOATING)
        return true;
    const IcsZone *zone = known(reader, name, line);
    if (zone == NULL)
        return false;
    if (time->form == ICS_ZONED && esc_text_equal(time->zone, name))
        return true;
    int64_t instant_s = time->day * ICS_DAY_S + time->second;
    if (time->form == ICS_ZONED) {
        const IcsZone *own = known(reader, time->zone, line);
        if (own == NULL)
            return false;
        int64_t guess_s = instant_s - zone_offset_s(reader, own, instant_s);
        instant_s -= zone_offset_s(reader, own, guess_s);
        zone = find(reader, name); /* the list may have moved */
    }
    set_local(time, instant_s + zone_offset_s(reader, zone, instant_s));
    time->form = ICS_ZONED;
    time->zone = name;
    return true;
}

/* The second at which a zone goes from the offset at before_s to that at after_s. */
static int64_t change_between(IcsReader *reader, const IcsZone *zone, int64_t before_s,
                              int64_t after_s)
{
    int32_t offset_s = zone_offset_s(reader, zone, before_s);
    while (after_s - before_s > 1) { /* at most 18 rounds: they are not more than two days apart */
        int64_t middle_s = before_s + (after_s - before_s) / 2;
        if (zone_offset_s(reader, zone, middle_s) == offset_s)
            before_s = middle_s;
        else
            after_s = middle_s;
    }
    return after_s;
}

bool ics_zone_instant(IcsReader *reader, EscText name, int64_t local_s, uint32_t line,
                      int64_t *instant_s)
{
    *instant_s = local_s;
    if (esc_text_equal(name, ESC_TEXT("UTC")))
        return true;
    const IcsZone *zone = known(reader, name, line);
    if (zone == NULL)
        return false;
    int32_t before_s = zone_offset_s(reader, zone, local_s - ICS_DAY_S);
    int32_t after_s = zone_offset_s(reader, zone, local_s + ICS_DAY_S);
    int64_t by_before = local_s - before_s, by_after = local_s - after_s;
    bool fits_before = zone_offset_s(reader, zone, by_before) == before_s;
    bool fits_after = zone_offset_s(reader, zone, by_after) == after_s;
    int64_t first = by_before < by_after ? by_before : by_after,
            second = by_before < by_after ? by_after : by_before;
    if (fits_before && fits_after)
        *instant_s = first;
    else if (fits_before || fits_after)
        *instant_s = fits_before ? by_before : by_after;
    else
        *instant_s = change_between(reader, zone, first, second);
    return true;
}
