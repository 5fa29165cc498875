/* ics.h - what the files of this folder share: the reader at work, content lines, times and rules.
 * Private to runtime/calendars/. */
#ifndef ESC_RUNTIME_ICS_H
#define ESC_RUNTIME_ICS_H

#include <esc/calendars.h>
#include <esc/directory.h>

#define ICS_DAY_S 86400
#define ICS_FIRST_YEAR 1600
#define ICS_LAST_YEAR 2400
#define ICS_EVENT_DAYS_MAX 366
#define ICS_MONDAY 0 /* days of the week are 0 (Monday) to 6 */

/* --- the reader ------------------------------------------------------------------------------- */

typedef struct IcsZone IcsZone;

typedef struct IcsReader {
    EscCalendarReading *reading;
    EscArena *arena;
    bool has_failed; /* there was no memory */
    int64_t steps_left;
    uint32_t faults;
    EscZones *zones; /* tables that were read */
    IcsZone *items;  /* by name: tables or rules of the file, see ics_zones.c */
    size_t items_count, items_capacity;
} IcsReader;

/* Tells a fault of a line. Beyond ESC_CALENDAR_FAULTS_MAX they are only counted. */
void ics_fault(IcsReader *reader, uint32_t line, const char *format, ...) ESC_PRINTF(3, 4);
/* Takes `steps` from what the file may cost; false, with a fault, when that is used up. */
bool ics_spend(IcsReader *reader, uint32_t line, int64_t steps);

/* --- lines ------------------------------------------------------------------------------------ */

/* A content line, unfolded. Its texts lie in the lines' buffer until the next one is taken. */
typedef struct IcsLine {
    uint32_t number; /* of its first line in the file */
    EscText text;    /* all of it */
    EscText name;    /* in capital letters */
    EscText value;   /* behind the colon */
} IcsLine;

typedef struct IcsLines {
    EscText rest;
    uint32_t number; /* of the line that `rest` begins with */
    EscBuf text, name;
} IcsLines;

void ics_lines_init(IcsLines *lines, EscText file);
void ics_lines_release(IcsLines *lines);
/* The next line that is not blank. False at the end, and without memory (see lines->text.status). A line without
 * a name and a colon has an empty name. */
bool ics_lines_next(IcsLines *lines, IcsLine *line);

/* --- times ------------------------------------------------------------------------------------ */

typedef enum IcsForm {
    ICS_DATE,
    ICS_FLOATING, /* local, wherever that is */
    ICS_UTC,
    ICS_ZONED
} IcsForm;

typedef struct IcsTime {
    IcsForm form;
    int32_t second; /* of the day */
    int64_t day;    /* since 1970-01-01, on the clocks of `form` */
    EscText zone;   /* ZONED; as the file writes it */
} IcsTime;

/* A further date: with an end of its own when it is a period. */
typedef struct IcsDate {
    IcsTime start, end;
    int64_t duration_s; /* 0: `end` counts */
    bool is_period;
    uint32_t line;
} IcsDate;

/* --- rules ------------------------------------------------------------------------------------ */

typedef struct IcsList {
    const int16_t *items;
    uint32_t count;
} IcsList;

typedef enum IcsPeriod { ICS_DAILY, ICS_WEEKLY, ICS_MONTHLY, ICS_YEARLY } IcsPeriod;

/* A recurrence rule over whole days. */
typedef struct IcsRule {
    IcsPeriod period;
    int32_t interval; /* at least 1 */
    int64_t count;    /* 0: without */
    bool has_until;
    IcsTime until;
    int week_start;
    /* Each empty when the rule does not name it. weekdays: day of the week + 7 × (n-th of its month or
     * year + 64), 64 for every one. */
    IcsList months, weeks, year_days, month_days, weekdays, positions;
    uint32_t line;
} IcsRule;

#define ICS_NTH_NONE 64
static inline int ics_weekday_of(int16_t item)
{
    return item % 7;
}
static inline int ics_nth_of(int16_t item)
{
    return item / 7 - ICS_NTH_NONE;
}

typedef void (*IcsVisit)(void *context, int64_t day);

/* Visits the days of a rule that begins on `start` (which counts as its first, whatever the rule says), from `from` to
 * `to` and not behind `until`, in order. A day is looked at for each step that is spent. Source: RFC 5545, section
 * 3.3.10. False with a fault when there were too many of them. */
bool ics_rule_expand(IcsReader *reader, const IcsRule *rule, int64_t start, int64_t until,
                     int64_t from, int64_t to, IcsVisit visit, void *context);
/* Fills in what the rule takes from its first day. */
void ics_rule_complete(IcsReader *reader, IcsRule *rule, int64_t start);

/* --- values, by libical ----------------------------------------------------------------------- */

/* Each reads the value of a line; false with a fault. */
bool ics_read_time(IcsReader *reader, const IcsLine *line, IcsTime *time);
bool ics_read_dates(IcsReader *reader, const IcsLine *line, IcsDate **dates, size_t *count,
                    size_t *capacity);
bool ics_read_duration(IcsReader *reader, const IcsLine *line, int64_t *duration_s);
bool ics_read_rule(IcsReader *reader, const IcsLine *line, IcsRule *rule);
bool ics_read_offset(IcsReader *reader, const IcsLine *line, int32_t *offset_s);
/* Whether a parameter of the line is there. */
bool ics_has_parameter(const IcsLine *line, EscText name);
/* Its value without quotes; empty when it is not there. Borrowed from the line. */
EscText ics_parameter(const IcsLine *line, EscText name);
/* The value of a line that is a text, without what protects its signs; in the reader's arena. */
EscText ics_read_text(IcsReader *reader, const IcsLine *line);

/* --- events -----------------------------------------------------------------------------------
 *
 * What stands in one VEVENT, before it is asked what it means. Arrays lie in the reader's arena. */

typedef struct IcsEvent {
    EscText uid, summary;
    EscText *attendees;
    size_t attendees_count, attendees_capacity;
    int64_t sequence;
    IcsTime start, end,
        occurrence; /* occurrence: which one of the series of this UID it is about */
    int64_t duration_s;
    bool has_start, has_end, has_duration, has_occurrence, is_cancelled;
    bool is_broken;   /* there was a fault in it */
    bool is_outdated; /* another one of the file has a higher SEQUENCE */
    IcsRule *rules, *left_out_rules;
    IcsDate *dates, *left_out;
    size_t rules_count, rules_capacity, left_out_rules_count, left_out_rules_capacity;
    size_t dates_count, dates_capacity, left_out_count, left_out_capacity;
    uint32_t line, start_line, end_line, occurrence_line;
    /* by ics_events_to_days */
    EscText zone;
    int64_t first_day, length; /* days; of turns seconds */
    uint32_t next_change;      /* of the series, plus 1; 0: none */
} IcsEvent;

typedef struct IcsEvents {
    IcsEvent *items;
    size_t count, capacity;
} IcsEvents;

/* Takes the events and the time zones out of a file. False: nothing of it can be told any further (a fault of its form, or no
 * memory). */
bool ics_events_read(IcsReader *reader, EscText file, IcsEvents *events);
/* Which events are outdated, and which are changes of the series of others. */
void ics_events_relate(IcsReader *reader, IcsEvents *events);
/* What the events mean, told to the reading unless there is a fault. */
bool ics_events_to_days(IcsReader *reader, IcsEvents *events);
bool ics_events_to_turns(IcsReader *reader, IcsEvents *events);

/* It has a beginning, and its end is said in one way at most; false with a fault. */
bool ics_event_is_bounded(IcsReader *reader, const IcsEvent *event);
/* Its rules, those of what is left out as well, take from its first day what they do not say. */
void ics_event_complete(IcsReader *reader, IcsEvent *event);

/* --- zones ------------------------------------------------------------------------------------ */

/* One change of the clocks in a VTIMEZONE: from its onsets on, clocks are offset_to_s ahead of UTC. */
typedef struct IcsObservance {
    struct IcsObservance *next;
    IcsTime start;
    int32_t offset_from_s, offset_to_s;
    IcsRule *rules;
    size_t rules_count, rules_capacity;
    IcsDate *dates;
    size_t dates_count, dates_capacity;
    bool has_start, has_from, has_to;
    uint32_t line;
} IcsObservance;

/* Takes in the rules that a file gives for a zone. */
bool ics_zone_put(IcsReader *reader, EscText name, IcsObservance *observances, uint32_t line);
/* What the clocks of a zone show at a time: *time becomes a local one. False with a fault when the zone is unknown. */
bool ics_zone_local(IcsReader *reader, EscText zone, IcsTime *time, uint32_t line);
/* The instant (seconds since 1970) of a time on a zone's clocks: the first instant behind a gap, the first of two. False with
 * a fault when the zone is unknown. */
bool ics_zone_instant(IcsReader *reader, EscText zone, int64_t local_s, uint32_t line,
                      int64_t *instant_s);

#endif
