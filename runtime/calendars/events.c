/* events.c - from the lines of a file to its events and time zones: components within one another, and which line may stand
 * where. What the days of an event are is decided in days.c. */
#include "ics.h"

#define DEPTH_MAX 16

typedef enum Kind { CALENDAR, EVENT, ZONE, OBSERVANCE, OTHER } Kind;

typedef struct Open {
    Kind kind;
    EscText name;
    uint32_t line;
} Open;

typedef struct Walk {
    IcsReader *reader;
    IcsEvents *events;
    Open open[DEPTH_MAX];
    unsigned depth;
    bool has_calendar;
    EscText zone_name; /* of the VTIMEZONE that is open */
    IcsObservance *observances;
} Walk;

static bool is_word(EscText text, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i < size && i < text.size; ++i) {
        if (esc_ascii_lower(text.data[i]) != esc_ascii_lower(word[i]))
            return false;
    }
    return text.size == size;
}

static IcsEvent *event_now(Walk *walk)
{
    return &walk->events->items[walk->events->count - 1];
}

/* --- lines of an event ------------------------------------------------------------------------ */

static bool take_time(Walk *walk, const IcsLine *line, IcsTime *time, bool *has, uint32_t *at)
{
    if (*has) {
        ics_fault(walk->reader, line->number, "`%.*s` stands twice in this event",
                  ESC_TEXT_ARG(line->name));
        return false;
    }
    *has = true;
    *at = line->number;
    return ics_read_time(walk->reader, line, time);
}

static bool take_rule(Walk *walk, const IcsLine *line, IcsRule **rules, size_t *count,
                      size_t *capacity)
{
    IcsRule rule = {0};
    if (!ics_read_rule(walk->reader, line, &rule))
        return false;
    IcsRule *grown = esc_arena_grow(walk->reader->arena, *rules, *count, capacity, sizeof **rules);
    if (grown == NULL)
        return false;
    *rules = grown;
    grown[(*count)++] = rule;
    return true;
}

static bool take_sequence(Walk *walk, const IcsLine *line, IcsEvent *event)
{
    bool is_number = line->value.size > 0 && line->value.size <= 9;
    event->sequence = 0;
    for (size_t i = 0; i < line->value.size && is_number; ++i) {
        is_number = line->value.data[i] >= '0' && line->value.data[i] <= '9';
        event->sequence = event->sequence * 10 + line->value.data[i] - '0';
    }
    if (!is_number)
        ics_fault(walk->reader, line->number, "the value of `SEQUENCE` is no number");
    return is_number;
}

static bool take_occurrence(Walk *walk, const IcsLine *line, IcsEvent *event)
{
    if (ics_has_parameter(line, ESC_TEXT("RANGE"))) {
        ics_fault(
            walk->reader, line->number,
            "a change of all later occurrences (`RANGE`) is not read: let the series end, and "
            "write another one");
        return false;
    }
    return take_time(walk, line, &event->occurrence, &event->has_occurrence,
                     &event->occurrence_line);
}

/* Who takes part: by the address, and by the name that stands beside it. */
static bool take_attendee(Walk *walk, const IcsLine *line, IcsEvent *event)
{
    EscText address = line->value, name = ics_parameter(line, ESC_TEXT("CN"));
    if (address.size > 7 && is_word((EscText){address.data, 7}, "mailto:"))
        address = (EscText){address.data + 7, address.size - 7};
    const EscText texts[] = {address, name};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); ++i) {
        EscText *grown =
            esc_arena_grow(walk->reader->arena, event->attendees, event->attendees_count,
                           &event->attendees_capacity, sizeof *grown);
        if (grown == NULL)
            return false;
        event->attendees = grown;
        grown[event->attendees_count++] = esc_arena_text(walk->reader->arena, texts[i]);
    }
    return true;
}

/* False: there is a fault in it. Lines that say nothing about days are passed over. */
static bool event_line(Walk *walk, const IcsLine *line, IcsEvent *event)
{
    EscText name = line->name;
    if (is_word(name, "DTSTART"))
        return take_time(walk, line, &event->start, &event->has_start, &event->start_line);
    if (is_word(name, "DTEND"))
        return take_time(walk, line, &event->end, &event->has_end, &event->end_line);
    if (is_word(name, "DURATION")) {
        event->has_duration = true;
        event->end_line = line->number;
        return ics_read_duration(walk->reader, line, &event->duration_s);
    }
    if (is_word(name, "RRULE"))
        return take_rule(walk, line, &event->rules, &event->rules_count, &event->rules_capacity);
    if (is_word(name, "EXRULE"))
        return take_rule(walk, line, &event->left_out_rules, &event->left_out_rules_count,
                         &event->left_out_rules_capacity);
    if (is_word(name, "RDATE"))
        return ics_read_dates(walk->reader, line, &event->dates, &event->dates_count,
                              &event->dates_capacity);
    if (is_word(name, "EXDATE"))
        return ics_read_dates(walk->reader, line, &event->left_out, &event->left_out_count,
                              &event->left_out_capacity);
    if (is_word(name, "RECURRENCE-ID"))
        return take_occurrence(walk, line, event);
    if (is_word(name, "SEQUENCE"))
        return take_sequence(walk, line, event);
    if (is_word(name, "ATTENDEE"))
        return take_attendee(walk, line, event);
    if (is_word(name, "SUMMARY"))
        event->summary = ics_read_text(walk->reader, line);
    if (is_word(name, "UID"))
        event->uid = esc_arena_text(walk->reader->arena, line->value);
    else if (is_word(name, "STATUS"))
        event->is_cancelled = is_word(line->value, "CANCELLED");
    return true;
}

/* --- lines of other components ---------------------------------------------------------------- */

static void observance_line(Walk *walk, const IcsLine *line)
{
    IcsObservance *observance = walk->observances;
    if (is_word(line->name, "DTSTART"))
        observance->has_start = ics_read_time(walk->reader, line, &observance->start);
    else if (is_word(line->name, "TZOFFSETFROM"))
        observance->has_from = ics_read_offset(walk->reader, line, &observance->offset_from_s);
    else if (is_word(line->name, "TZOFFSETTO"))
        observance->has_to = ics_read_offset(walk->reader, line, &observance->offset_to_s);
    else if (is_word(line->name, "RRULE"))
        (void)take_rule(walk, line, &observance->rules, &observance->rules_count,
                        &observance->rules_capacity);
    else if (is_word(line->name, "RDATE"))
        (void)ics_read_dates(walk->reader, line, &observance->dates, &observance->dates_count,
                             &observance->dates_capacity);
}

static void calendar_line(Walk *walk, const IcsLine *line)
{
    if (is_word(line->name, "CALSCALE") && !is_word(line->value, "GREGORIAN"))
        ics_fault(walk->reader, line->number, "only the Gregorian calendar is read");
    if (is_word(line->name, "VERSION") && !is_word(line->value, "2.0"))
        ics_fault(walk->reader, line->number, "only version 2.0 of iCalendar is read");
    if (is_word(line->name, "METHOD") && is_word(line->value, "CANCEL"))
        ics_fault(walk->reader, line->number,
                  "this is a message that takes events back, and no calendar");
}

static void take_line(Walk *walk, const IcsLine *line)
{
    switch (walk->open[walk->depth - 1].kind) {
    case EVENT:
        if (!event_line(walk, line, event_now(walk)))
            event_now(walk)->is_broken = true;
        return;
    case OBSERVANCE:
        observance_line(walk, line);
        return;
    case ZONE:
        if (is_word(line->name, "TZID"))
            walk->zone_name = esc_arena_text(walk->reader->arena, line->value);
        return;
    case CALENDAR:
        calendar_line(walk, line);
        return;
    case OTHER: /* tasks, notes, alarms: they say nothing about days */
        return;
    }
}

/* --- components ------------------------------------------------------------------------------- */

static Kind kind_of(const Walk *walk, EscText name)
{
    Kind within = walk->depth == 0 ? OTHER : walk->open[walk->depth - 1].kind;
    if (walk->depth == 0)
        return is_word(name, "VCALENDAR") ? CALENDAR : OTHER;
    if (within == CALENDAR && is_word(name, "VEVENT"))
        return EVENT;
    if (within == CALENDAR && is_word(name, "VTIMEZONE"))
        return ZONE;
    bool is_change = is_word(name, "STANDARD") || is_word(name, "DAYLIGHT");
    return within == ZONE && is_change ? OBSERVANCE : OTHER;
}

static bool event_begin(Walk *walk, uint32_t line)
{
    IcsEvents *events = walk->events;
    if (events->count == ESC_CALENDAR_EVENTS_MAX) {
        ics_fault(walk->reader, line, "there are more than %u events in this file",
                  ESC_CALENDAR_EVENTS_MAX);
        return false;
    }
    IcsEvent *grown = esc_arena_grow(walk->reader->arena, events->items, events->count,
                                     &events->capacity, sizeof *grown);
    if (grown == NULL)
        return false;
    events->items = grown;
    grown[events->count++] = (IcsEvent){.line = line};
    return true;
}

static bool observance_begin(Walk *walk, uint32_t line)
{
    IcsObservance *observance = esc_arena_alloc(walk->reader->arena, sizeof *observance);
    if (observance == NULL)
        return false;
    *observance = (IcsObservance){.line = line, .next = walk->observances};
    walk->observances = observance;
    return true;
}

static bool begin(Walk *walk, const IcsLine *line)
{
    Kind kind = kind_of(walk, line->value);
    if (walk->depth == DEPTH_MAX || (walk->depth == 0 && kind != CALENDAR)) {
        ics_fault(walk->reader, line->number,
                  walk->depth == 0 ? "a calendar file begins with `BEGIN:VCALENDAR`"
                                   : "components lie too deep in one another");
        return false;
    }
    walk->has_calendar = true;
    if (kind == EVENT && !event_begin(walk, line->number))
        return false;
    if (kind == OBSERVANCE && !observance_begin(walk, line->number))
        return false;
    if (kind == ZONE) {
        walk->observances = NULL;
        walk->zone_name = ESC_TEXT("");
    }
    EscText name = esc_arena_text(walk->reader->arena, line->value);
    walk->open[walk->depth++] = (Open){kind, name, line->number};
    return name.data != NULL;
}

static void observance_end(Walk *walk)
{
    IcsObservance *observance = walk->observances;
    for (size_t i = 0; i < observance->rules_count; ++i)
        ics_rule_complete(walk->reader, &observance->rules[i], observance->start.day);
    if (!observance->has_start || !observance->has_from || !observance->has_to)
        ics_fault(walk->reader, observance->line,
                  "a part of a time zone needs `DTSTART`, `TZOFFSETFROM` and `TZOFFSETTO`");
}

static bool end(Walk *walk, const IcsLine *line)
{
    EscText wanted = walk->depth == 0 ? ESC_TEXT("") : walk->open[walk->depth - 1].name;
    bool is_it = wanted.size > 0 && wanted.size == line->value.size;
    for (size_t i = 0; is_it && i < wanted.size; ++i)
        is_it = esc_ascii_lower(wanted.data[i]) == esc_ascii_lower(line->value.data[i]);
    if (!is_it) {
        ics_fault(walk->reader, line->number, "this `END` has no `BEGIN`");
        return false;
    }
    const Open *open = &walk->open[--walk->depth];
    if (open->kind == OBSERVANCE)
        observance_end(walk);
    if (open->kind == ZONE && walk->observances == NULL)
        ics_fault(walk->reader, open->line, "this time zone has no `STANDARD` and no `DAYLIGHT`");
    else if (open->kind == ZONE)
        (void)ics_zone_put(walk->reader, walk->zone_name, walk->observances, open->line);
    return true;
}

/* --- the file --------------------------------------------------------------------------------- */

static bool walk_line(Walk *walk, const IcsLine *line)
{
    if (line->name.size == 0) {
        ics_fault(walk->reader, line->number,
                  walk->has_calendar ? "this is no line of a calendar file, such as `NAME:value`"
                                     : "a calendar file begins with `BEGIN:VCALENDAR`");
        return walk->has_calendar;
    }
    if (is_word(line->name, "BEGIN"))
        return begin(walk, line);
    if (is_word(line->name, "END"))
        return end(walk, line);
    if (walk->depth == 0) {
        ics_fault(walk->reader, line->number,
                  walk->has_calendar ? "this stands behind the end of the calendar"
                                     : "a calendar file begins with `BEGIN:VCALENDAR`");
        return false;
    }
    take_line(walk, line);
    return true;
}

/* What is missing when the file is over. */
static bool finish(Walk *walk, uint32_t last_line)
{
    if (walk->depth > 0) {
        const Open *open = &walk->open[walk->depth - 1];
        ics_fault(walk->reader, open->line, "the file ends (in line %u) before this does",
                  last_line);
        return false;
    }
    if (!walk->has_calendar)
        ics_fault(walk->reader, 1, "a calendar file begins with `BEGIN:VCALENDAR`");
    else if (walk->events->count == 0)
        ics_fault(walk->reader, 1, "there is no event in this file");
    return walk->events->count > 0;
}

bool ics_events_read(IcsReader *reader, EscText file, IcsEvents *events)
{
    Walk walk = {.reader = reader, .events = events};
    IcsLines lines;
    IcsLine line;
    ics_lines_init(&lines, file);
    bool is_fine = true;
    while (is_fine && reader->faults < ESC_CALENDAR_FAULTS_MAX && ics_lines_next(&lines, &line))
        is_fine = walk_line(&walk, &line);
    if (is_fine && reader->faults < ESC_CALENDAR_FAULTS_MAX)
        is_fine = finish(&walk, lines.number - 1) && lines.text.status == ESC_OK &&
                  lines.name.status == ESC_OK;
    ics_lines_release(&lines);
    return is_fine && !esc_arena_failed(reader->arena);
}

/* --- what days and turns have in common ------------------------------------------------------- */

bool ics_event_is_bounded(IcsReader *reader, const IcsEvent *event)
{
    if (!event->has_start) {
        ics_fault(reader, event->line, "this event has no `DTSTART`");
        return false;
    }
    if (event->has_end && event->has_duration) {
        ics_fault(reader, event->end_line, "this event has `DTEND` and `DURATION`");
        return false;
    }
    return true;
}

void ics_event_complete(IcsReader *reader, IcsEvent *event)
{
    for (size_t i = 0; i < event->rules_count; ++i)
        ics_rule_complete(reader, &event->rules[i], event->first_day);
    for (size_t i = 0; i < event->left_out_rules_count; ++i)
        ics_rule_complete(reader, &event->left_out_rules[i], event->first_day);
}
