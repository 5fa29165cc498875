/* days.c - which days the events of a file cover: whole days only, with repetitions, further and left-out dates, changed and
 * cancelled occurrences (RFC 5545, sections 3.6.1 and 3.8.5). */
#include "ics.h"

#include <stdlib.h>

/* One bit for each day, so that nothing that a file says can take more memory. An event of the last year may end a year
 * later. */
#define SET_DAYS ((ICS_LAST_YEAR + 2 - ICS_FIRST_YEAR) * 366)

typedef struct DaySet {
    uint64_t bits[(SET_DAYS + 63) / 64];
} DaySet;

typedef struct Days {
    IcsReader *reader;
    int64_t base; /* the day of the first bit */
    DaySet all;
    DaySet left_out; /* first days of occurrences of the series at hand that are not there */
    bool has_left_out;
} Days;

static void set_put(DaySet *set, int64_t base, int64_t day)
{
    if (day >= base && day < base + SET_DAYS)
        set->bits[(day - base) / 64] |= UINT64_C(1) << ((day - base) % 64);
}

static bool set_has(const DaySet *set, int64_t base, int64_t day)
{
    return day >= base && day < base + SET_DAYS &&
           (set->bits[(day - base) / 64] >> ((day - base) % 64) & 1) != 0;
}

/* --- where an event lies ---------------------------------------------------------------------- */

static void not_midnight(IcsReader *reader, uint32_t line, const char *does, const IcsTime *time,
                         EscText zone)
{
    ics_fault(reader, line, "this event %s at %02d:%02d%s%.*s, and a holiday is whole days", does,
              time->second / 3600, time->second / 60 % 60, zone.size > 0 ? " in " : "",
              ESC_TEXT_ARG(esc_utf8_cut(zone, 60)));
}

/* An event in UTC is a day where its times are midnights: in the calendar's zone, or in UTC itself. */
static bool find_zone(IcsReader *reader, IcsEvent *event)
{
    event->zone = event->start.form == ICS_ZONED ? event->start.zone : reader->reading->timezone;
    if (event->start.form != ICS_UTC)
        return true;
    IcsTime start = event->start, end = event->has_end ? event->end : event->start;
    if (!ics_zone_local(reader, event->zone, &start, event->start_line) ||
        !ics_zone_local(reader, event->zone, &end, event->end_line))
        return false;
    bool is_utc = event->start.second == 0 && (!event->has_end || event->end.second == 0);
    bool is_local = start.second == 0 && end.second == 0;
    if (is_utc && !is_local)
        event->zone = ESC_TEXT("UTC");
    bool repeats = event->rules_count + event->left_out_rules_count > 0;
    if (!is_local || is_utc || !repeats)
        return true;
    ics_fault(reader, event->start_line,
              "this repeats in UTC, where it begins at %02d:%02d: the series needs a `TZID`",
              event->start.second / 3600, event->start.second / 60 % 60);
    return false;
}

/* False with a fault: the event does not end where a day ends. */
static bool find_length(IcsReader *reader, IcsEvent *event)
{
    bool is_date = event->start.form == ICS_DATE;
    uint32_t line = event->end_line == 0 ? event->start_line : event->end_line;
    if (!event->has_end && !event->has_duration) {
        event->length = 1;
        if (!is_date)
            ics_fault(reader, line, "this event has no end");
        return is_date;
    }
    if (event->has_end && (event->end.form == ICS_DATE) != is_date) {
        ics_fault(reader, line, "one end of this event is a day, and the other one is a time");
        return false;
    }
    int64_t seconds = event->duration_s;
    if (event->has_end)
        seconds = (event->end.day - event->start.day) * ICS_DAY_S + event->end.second;
    IcsTime end = {.second = (int32_t)((seconds % ICS_DAY_S + ICS_DAY_S) % ICS_DAY_S)};
    event->length = seconds / ICS_DAY_S;
    if (seconds <= 0)
        ics_fault(reader, line, "this event ends before it has begun");
    else if (end.second != 0)
        not_midnight(reader, line, "ends", &end, event->zone);
    else if (event->length > ICS_EVENT_DAYS_MAX)
        ics_fault(reader, line, "this event lasts longer than a year");
    else
        return true;
    return false;
}

static bool place(IcsReader *reader, IcsEvent *event)
{
    if (!ics_event_is_bounded(reader, event) || !find_zone(reader, event) ||
        !ics_zone_local(reader, event->zone, &event->start, event->start_line) ||
        (event->has_end && !ics_zone_local(reader, event->zone, &event->end, event->end_line)))
        return false;
    event->first_day = event->start.day;
    if (event->start.second != 0) {
        not_midnight(reader, event->start_line, "begins", &event->start, event->zone);
        return false;
    }
    ics_event_complete(reader, event);
    return find_length(reader, event);
}

/* The day that begins at a time, seen from an event. */
static bool day_at(IcsReader *reader, const IcsEvent *event, IcsTime time, uint32_t line,
                   int64_t *day)
{
    bool is_own = event->start.form == ICS_DATE && time.form == ICS_ZONED && time.second == 0;
    if (!is_own && !ics_zone_local(reader, event->zone, &time, line))
        return false;
    *day = time.day;
    if (time.second == 0)
        return true;
    ics_fault(reader, line, "here it is %02d:%02d%s%.*s, and no day begins then",
              time.second / 3600, time.second / 60 % 60, event->zone.size > 0 ? " in " : "",
              ESC_TEXT_ARG(esc_utf8_cut(event->zone, 60)));
    return false;
}

/* --- series ----------------------------------------------------------------------------------- */

static bool cover(Days *days, int64_t first, int64_t length, uint32_t line)
{
    if (!ics_spend(days->reader, line, length))
        return false;
    for (int64_t day = first; day < first + length; ++day)
        set_put(&days->all, days->base, day);
    return true;
}

typedef struct Series {
    Days *days;
    const IcsEvent *event;
} Series;

static void cover_occurrence(void *context, int64_t day)
{
    const Series *series = context;
    if (!set_has(&series->days->left_out, series->days->base, day))
        (void)cover(series->days, day, series->event->length, series->event->line);
}

static void leave_out(void *context, int64_t day)
{
    const Series *series = context;
    set_put(&series->days->left_out, series->days->base, day);
    series->days->has_left_out = true;
}

static bool expand(const Series *series, const IcsRule *rules, size_t count, IcsVisit visit)
{
    Days *days = series->days;
    const EscCalendarReading *reading = days->reader->reading;
    for (size_t i = 0; i < count; ++i) {
        int64_t until = INT64_MAX;
        IcsTime time = rules[i].until;
        if (rules[i].has_until) {
            /* A day of its own for a series of days, whatever the form says. */
            if (series->event->start.form != ICS_DATE &&
                !ics_zone_local(days->reader, series->event->zone, &time, rules[i].line))
                return false;
            until = time.day;
        }
        if (!ics_rule_expand(days->reader, &rules[i], series->event->first_day, until,
                             reading->from_day - series->event->length + 1, reading->to_day, visit,
                             (void *)series))
            return false;
    }
    return true;
}

/* Occurrences that are cancelled, or told by an event of their own. */
static bool leave_out_dates(const Series *series, const IcsEvents *events)
{
    IcsReader *reader = series->days->reader;
    const IcsEvent *event = series->event;
    Series context = *series;
    int64_t day = 0;
    for (size_t i = 0; i < event->left_out_count; ++i) {
        if (!day_at(reader, event, event->left_out[i].start, event->left_out[i].line, &day))
            return false;
        leave_out(&context, day);
    }
    for (uint32_t next = event->next_change; next != 0;) {
        const IcsEvent *change = &events->items[next - 1];
        if (!day_at(reader, event, change->occurrence, change->occurrence_line, &day))
            return false;
        leave_out(&context, day);
        next = change->next_change;
    }
    return expand(series, event->left_out_rules, event->left_out_rules_count, leave_out);
}

static bool period_length(Days *days, const IcsEvent *event, const IcsDate *date, int64_t *length)
{
    IcsTime start = date->start, end = date->end;
    if (!date->is_period)
        return true;
    if (!ics_zone_local(days->reader, event->zone, &start, date->line) ||
        !ics_zone_local(days->reader, event->zone, &end, date->line))
        return false;
    int64_t seconds =
        date->duration_s > 0 ? date->duration_s : (end.day - start.day) * ICS_DAY_S + end.second;
    *length = seconds / ICS_DAY_S;
    if (seconds > 0 && seconds % ICS_DAY_S == 0 && *length <= ICS_EVENT_DAYS_MAX)
        return true;
    ics_fault(days->reader, date->line, "this period is not some whole days");
    return false;
}

static bool cover_dates(Days *days, const IcsEvent *event)
{
    for (size_t i = 0; i < event->dates_count; ++i) {
        const IcsDate *date = &event->dates[i];
        int64_t day = 0, length = event->length;
        if (!day_at(days->reader, event, date->start, date->line, &day) ||
            !period_length(days, event, date, &length))
            return false;
        if (!set_has(&days->left_out, days->base, day) && !cover(days, day, length, date->line))
            return false;
    }
    return true;
}

static bool cover_series(Days *days, const IcsEvents *events, const IcsEvent *event)
{
    Series series = {.days = days, .event = event};
    if (days->has_left_out)
        memset(&days->left_out, 0, sizeof days->left_out);
    days->has_left_out = false;
    if (event->rules_count > 0)
        days->reader->reading->repeats = true;
    if (!leave_out_dates(&series, events))
        return false;
    cover_occurrence(&series, event->first_day);
    return expand(&series, event->rules, event->rules_count, cover_occurrence) &&
           cover_dates(days, event);
}

/* --- events of one UID ------------------------------------------------------------------------ */

/* What tells an event from all others: its UID, and of which occurrence it is. */
static EscText key_of(IcsReader *reader, const IcsEvent *event)
{
    if (!event->has_occurrence)
        return event->uid;
    return esc_arena_printf(reader->arena, "%.*s\n%lld %d", ESC_TEXT_ARG(event->uid),
                            (long long)event->occurrence.day, event->occurrence.second);
}

/* The event with the higher SEQUENCE is the newer one. */
static void settle(IcsReader *reader, EscNames *names, IcsEvents *events, uint32_t index)
{
    IcsEvent *event = &events->items[index];
    EscText key = key_of(reader, event);
    uint32_t other_index = 0;
    if (event->uid.size == 0 || event->is_broken)
        return;
    if (esc_names_find(names, key, &other_index)) {
        IcsEvent *other = &events->items[other_index];
        if (other->sequence == event->sequence)
            ics_fault(reader, event->line,
                      "the event of line %u has the same `UID`, and no other `SEQUENCE`",
                      other->line);
        other->is_outdated = other->sequence < event->sequence;
        event->is_outdated = !other->is_outdated;
        if (event->is_outdated)
            return;
    }
    if (esc_names_put(names, key, index) != ESC_OK)
        reader->has_failed = true;
}

/* Hangs a change on its series; without one in the file it stands for itself. */
static void attach(IcsReader *reader, EscNames *names, IcsEvents *events, uint32_t index)
{
    IcsEvent *change = &events->items[index];
    uint32_t series = 0;
    if (change->rules_count + change->dates_count > 0)
        ics_fault(reader, change->line, "a single occurrence cannot repeat");
    if (change->uid.size == 0)
        ics_fault(reader, change->line, "a change of an occurrence needs the `UID` of its series");
    else if (esc_names_find(names, change->uid, &series)) {
        change->next_change = events->items[series].next_change;
        events->items[series].next_change = index + 1;
        change->is_cancelled = change->is_cancelled || events->items[series].is_cancelled;
    }
}

void ics_events_relate(IcsReader *reader, IcsEvents *events)
{
    EscNames *names = esc_names_new(0);
    if (names == NULL) {
        reader->has_failed = true;
        return;
    }
    for (uint32_t i = 0; i < events->count; ++i)
        settle(reader, names, events, i);
    for (uint32_t i = 0; i < events->count; ++i) {
        if (events->items[i].has_occurrence && !events->items[i].is_outdated &&
            !events->items[i].is_broken)
            attach(reader, names, events, i);
    }
    esc_names_free(names);
}

/* --- the file --------------------------------------------------------------------------------- */

static void tell(const Days *days)
{
    const EscCalendarReading *reading = days->reader->reading;
    for (size_t word = 0; word < ESC_COUNT_OF(days->all.bits); ++word) {
        for (unsigned bit = 0; bit < 64 && days->all.bits[word] >> bit != 0; ++bit) {
            if ((days->all.bits[word] >> bit & 1) != 0)
                reading->day(reading->context, days->base + (int64_t)(word * 64 + bit));
        }
    }
}

bool ics_events_to_days(IcsReader *reader, IcsEvents *events)
{
    Days *days = calloc(1, sizeof *days);
    if (days == NULL)
        return false;
    days->reader = reader;
    days->base = esc_days_from_date(ICS_FIRST_YEAR, 1, 1);
    ics_events_relate(reader, events);
    for (size_t i = 0; i < events->count; ++i) {
        IcsEvent *event = &events->items[i];
        event->is_broken = event->is_broken || !place(reader, event);
    }
    for (size_t i = 0; i < events->count && reader->faults < ESC_CALENDAR_FAULTS_MAX; ++i) {
        const IcsEvent *event = &events->items[i];
        if (!event->is_broken && !event->is_outdated && !event->is_cancelled)
            (void)cover_series(days, events, event);
    }
    bool is_fine = !esc_arena_failed(reader->arena) && !reader->has_failed;
    if (is_fine && reader->faults == 0)
        tell(days);
    free(days);
    return is_fine;
}
