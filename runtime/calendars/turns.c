/* turns.c - which turns the events of a file are: from a local time to a local time, with repetitions, further and left-out
 * dates, changed and cancelled occurrences (RFC 5545, sections 3.6.1 and 3.8.5). Whom a turn means is not decided here.
 *
 * An occurrence is found by its day, on the clocks of its event. Its end is as far behind its beginning as in the first one,
 * on the same clocks: a night from 22:00 to 06:00 ends at 06:00, whether the clocks change in it or not. */
#include "ics.h"

#include <stdlib.h>

typedef struct Turn {
    int64_t from_minute, to_minute;
    uint32_t event;
} Turn;

typedef struct Turns {
    IcsReader *reader;
    const IcsEvents *events;
    uint32_t at;       /* the event at hand … */
    int64_t *left_out; /* … and the days on which its series has no turn */
    size_t left_out_count, left_out_capacity;
    Turn *items;
    size_t count, capacity;
} Turns;

static const IcsEvent *event_of(const Turns *turns)
{
    return &turns->events->items[turns->at];
}

/* --- where an event lies ---------------------------------------------------------------------- */

/* Brings a time to the clocks of the event. */
static bool to_zone(IcsReader *reader, const IcsEvent *event, IcsTime *time, uint32_t line)
{
    if (time->form == ICS_UTC && esc_text_equal(event->zone, ESC_TEXT("UTC")))
        return true;
    return ics_zone_local(reader, event->zone, time, line);
}

static bool find_length(IcsReader *reader, IcsEvent *event)
{
    bool is_date = event->start.form == ICS_DATE;
    uint32_t line = event->end_line == 0 ? event->start_line : event->end_line;
    event->length = is_date ? ICS_DAY_S : 0;
    if (event->has_end && (event->end.form == ICS_DATE) != is_date) {
        ics_fault(reader, line, "one end of this event is a day, and the other one is a time");
        return false;
    }
    if (event->has_end)
        event->length = (event->end.day - event->start.day) * ICS_DAY_S + event->end.second -
                        event->start.second;
    else if (event->has_duration)
        event->length = event->duration_s;
    else if (!is_date)
        ics_fault(reader, line, "this event has no end");
    if (event->length < 0 || (event->length == 0 && (event->has_end || event->has_duration)))
        ics_fault(reader, line, "this event ends before it has begun");
    else if (event->length > (int64_t)ICS_EVENT_DAYS_MAX * ICS_DAY_S)
        ics_fault(reader, line, "this event lasts longer than a year");
    else if (event->start.second % 60 != 0 || event->length % 60 != 0)
        ics_fault(reader, line, "a turn begins and ends at a whole minute");
    else
        return event->length > 0;
    return false;
}

static bool place(IcsReader *reader, IcsEvent *event)
{
    if (!ics_event_is_bounded(reader, event))
        return false;
    event->zone = event->start.form == ICS_ZONED ? event->start.zone
                  : event->start.form == ICS_UTC ? ESC_TEXT("UTC")
                                                 : reader->reading->timezone;
    if (event->has_end && !to_zone(reader, event, &event->end, event->end_line))
        return false;
    event->first_day = event->start.day;
    ics_event_complete(reader, event);
    return find_length(reader, event);
}

/* --- turns ------------------------------------------------------------------------------------ */

static bool put(Turns *turns, int64_t local_s, int64_t length_s, uint32_t line)
{
    IcsReader *reader = turns->reader;
    EscText zone = event_of(turns)->zone;
    int64_t from_s = 0, to_s = 0;
    if (!ics_zone_instant(reader, zone, local_s, line, &from_s) ||
        !ics_zone_instant(reader, zone, local_s + length_s, line, &to_s))
        return false;
    if (to_s <= from_s) /* all of it in an hour that does not exist */
        return true;
    if (turns->count >= ESC_CALENDAR_TURNS_MAX) {
        ics_fault(reader, line, "there are more than %u turns in this file",
                  ESC_CALENDAR_TURNS_MAX);
        return false;
    }
    Turn *grown =
        esc_arena_grow(reader->arena, turns->items, turns->count, &turns->capacity, sizeof *grown);
    if (grown == NULL)
        return false;
    turns->items = grown;
    grown[turns->count++] = (Turn){(from_s - (from_s % 60 + 60) % 60) / 60,
                                   (to_s - (to_s % 60 + 60) % 60) / 60, turns->at};
    return true;
}

static int day_order(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static bool is_left_out(const Turns *turns, int64_t day)
{
    return turns->left_out_count > 0 &&
           bsearch(&day, turns->left_out, turns->left_out_count, sizeof day, day_order) != NULL;
}

static void take_occurrence(void *context, int64_t day)
{
    Turns *turns = context;
    const IcsEvent *event = event_of(turns);
    if (!is_left_out(turns, day) && turns->reader->faults < ESC_CALENDAR_FAULTS_MAX)
        (void)put(turns, day * ICS_DAY_S + event->start.second, event->length, event->line);
}

static void leave_out(void *context, int64_t day)
{
    Turns *turns = context;
    int64_t *grown = esc_arena_grow(turns->reader->arena, turns->left_out, turns->left_out_count,
                                    &turns->left_out_capacity, sizeof *grown);
    if (grown == NULL)
        return;
    turns->left_out = grown;
    grown[turns->left_out_count++] = day;
}

/* The day of the occurrence that begins at a time; a day alone means the one of that day. */
static bool day_at(Turns *turns, IcsTime time, uint32_t line, int64_t *day)
{
    const IcsEvent *event = event_of(turns);
    if (time.form == ICS_DATE) {
        *day = time.day;
        return true;
    }
    if (!to_zone(turns->reader, event, &time, line))
        return false;
    *day = time.day;
    if (time.second == event->start.second)
        return true;
    ics_fault(turns->reader, line, "here it is %02d:%02d, and no turn of this event begins then",
              time.second / 3600, time.second / 60 % 60);
    return false;
}

/* --- series ----------------------------------------------------------------------------------- */

/* The last day on which an occurrence may begin by a rule. */
static bool until_day(Turns *turns, const IcsRule *rule, int64_t *day)
{
    const IcsEvent *event = event_of(turns);
    IcsTime time = rule->until;
    *day = INT64_MAX;
    if (!rule->has_until)
        return true;
    if (time.form != ICS_DATE && event->start.form != ICS_DATE &&
        !to_zone(turns->reader, event, &time, rule->line))
        return false;
    bool is_over =
        time.form != ICS_DATE && event->start.form != ICS_DATE && time.second < event->start.second;
    *day = time.day - is_over;
    return true;
}

static bool expand(Turns *turns, const IcsRule *rules, size_t count, IcsVisit visit)
{
    const EscCalendarReading *reading = turns->reader->reading;
    const IcsEvent *event = event_of(turns);
    int64_t from = reading->from_day - event->length / ICS_DAY_S - 1, until = 0;
    for (size_t i = 0; i < count; ++i) {
        if (!until_day(turns, &rules[i], &until) ||
            !ics_rule_expand(turns->reader, &rules[i], event->first_day, until, from,
                             reading->to_day, visit, turns))
            return false;
    }
    return true;
}

static bool leave_out_dates(Turns *turns)
{
    const IcsEvent *event = event_of(turns);
    int64_t day = 0;
    turns->left_out_count = 0;
    for (size_t i = 0; i < event->left_out_count; ++i) {
        if (!day_at(turns, event->left_out[i].start, event->left_out[i].line, &day))
            return false;
        leave_out(turns, day);
    }
    for (uint32_t next = event->next_change; next != 0;) {
        const IcsEvent *change = &turns->events->items[next - 1];
        if (!day_at(turns, change->occurrence, change->occurrence_line, &day))
            return false;
        leave_out(turns, day);
        next = change->next_change;
    }
    if (!expand(turns, event->left_out_rules, event->left_out_rules_count, leave_out))
        return false;
    if (turns->left_out_count > 1)
        qsort(turns->left_out, turns->left_out_count, sizeof *turns->left_out, day_order);
    return true;
}

static bool date_length(Turns *turns, const IcsDate *date, const IcsTime *start, int64_t *length)
{
    IcsTime end = date->end;
    *length = event_of(turns)->length;
    if (!date->is_period)
        return true;
    *length = date->duration_s;
    if (date->duration_s == 0) {
        if (!to_zone(turns->reader, event_of(turns), &end, date->line))
            return false;
        *length = (end.day - start->day) * ICS_DAY_S + end.second - start->second;
    }
    if (*length > 0 && *length % 60 == 0 && *length <= (int64_t)ICS_EVENT_DAYS_MAX * ICS_DAY_S)
        return true;
    ics_fault(turns->reader, date->line, "this period is not some whole minutes");
    return false;
}

static bool take_dates(Turns *turns)
{
    const IcsEvent *event = event_of(turns);
    for (size_t i = 0; i < event->dates_count; ++i) {
        const IcsDate *date = &event->dates[i];
        IcsTime start = date->start;
        int64_t length = 0;
        if (start.form == ICS_DATE)
            start.second = event->start.second;
        else if (!to_zone(turns->reader, event, &start, date->line))
            return false;
        if (start.second % 60 != 0) {
            ics_fault(turns->reader, date->line, "a turn begins and ends at a whole minute");
            return false;
        }
        if (!date_length(turns, date, &start, &length))
            return false;
        bool is_out = start.second == event->start.second && is_left_out(turns, start.day);
        if (!is_out && !put(turns, start.day * ICS_DAY_S + start.second, length, date->line))
            return false;
    }
    return true;
}

static bool take_series(Turns *turns)
{
    const IcsEvent *event = event_of(turns);
    if (!leave_out_dates(turns))
        return false;
    if (event->rules_count > 0)
        turns->reader->reading->repeats = true;
    else
        take_occurrence(turns, event->first_day);
    return expand(turns, event->rules, event->rules_count, take_occurrence) && take_dates(turns);
}

/* --- the file --------------------------------------------------------------------------------- */

static int turn_order(const void *left, const void *right)
{
    const Turn *a = left, *b = right;
    if (a->event != b->event)
        return a->event < b->event ? -1 : 1;
    if (a->from_minute != b->from_minute)
        return a->from_minute < b->from_minute ? -1 : 1;
    return (a->to_minute > b->to_minute) - (a->to_minute < b->to_minute);
}

/* Two rules of one event may give the same turn. */
static void tell(Turns *turns)
{
    const EscCalendarReading *reading = turns->reader->reading;
    if (turns->count > 1)
        qsort(turns->items, turns->count, sizeof *turns->items, turn_order);
    for (size_t i = 0; i < turns->count; ++i) {
        const Turn *turn = &turns->items[i];
        const IcsEvent *event = &turns->events->items[turn->event];
        if (i > 0 && turn_order(turn - 1, turn) == 0)
            continue;
        const EscCalendarTurn told = {.from_minute = turn->from_minute,
                                      .to_minute = turn->to_minute,
                                      .line = event->line,
                                      .summary = event->summary,
                                      .attendees = event->attendees,
                                      .attendees_count = (uint32_t)event->attendees_count};
        reading->turn(reading->context, &told);
    }
}

bool ics_events_to_turns(IcsReader *reader, IcsEvents *events)
{
    Turns turns = {.reader = reader, .events = events};
    ics_events_relate(reader, events);
    for (size_t i = 0; i < events->count; ++i) {
        IcsEvent *event = &events->items[i];
        event->is_broken = event->is_broken || !place(reader, event);
    }
    for (size_t i = 0; i < events->count && reader->faults < ESC_CALENDAR_FAULTS_MAX; ++i) {
        const IcsEvent *event = &events->items[i];
        turns.at = (uint32_t)i;
        if (!event->is_broken && !event->is_outdated && !event->is_cancelled)
            (void)take_series(&turns);
    }
    bool is_fine = !esc_arena_failed(reader->arena) && !reader->has_failed;
    if (is_fine && reader->faults == 0)
        tell(&turns);
    return is_fine;
}
