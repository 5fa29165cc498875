/* esc/calendars.h - calendar files (iCalendar, RFC 5545) as days on which nothing is open, or as turns of people.
 *
 * Repetitions, further and left-out dates, changed and cancelled occurrences count. What is not understood is a fault with
 * its line and never left out in silence. Holidays are whole days: events with dates, and events from midnight to midnight.
 * A turn begins and ends at whole minutes; of a repetition both are local times, so it lasts as long on the clocks of its
 * zone every time, as if they never changed.
 *
 * Opens no file: the tables of time zones come in through a function. Several threads may read at
 * the same time. */
#ifndef ESC_CALENDARS_H
#define ESC_CALENDARS_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_CALENDAR_FAULTS_MAX 10      /* told of one file; behind them reading stops */
#define ESC_CALENDAR_EVENTS_MAX 10000u  /* in one file */
#define ESC_CALENDAR_STEPS_MAX 10000000 /* days that one file's repetitions may look at */
#define ESC_CALENDAR_TURNS_MAX 100000u  /* that one file may be written out to */

/* A turn; all of it is borrowed for the length of the call. */
typedef struct EscCalendarTurn {
    int64_t from_minute, to_minute; /* since 1970-01-01T00:00 UTC; the second one is exclusive */
    uint32_t line;                  /* of its event */
    EscText summary;                /* SUMMARY, empty: none */
    const EscText *attendees;       /* ATTENDEE: the address without `mailto:`, and the name (CN) */
    uint32_t attendees_count;
} EscCalendarTurn;

typedef struct EscCalendarReading {
    EscText timezone;         /* where a day of the file begins, if it does not say so itself */
    int64_t from_day, to_day; /* repetitions are written out from … to, both included; days since
                                 1970-01-01. What has a date of its own is not bounded by them */
    void *context;            /* of the functions below, which may not be NULL */
    /* Appends the tables of a time zone (TZif, RFC 8536); false when there is none of that name. */
    bool (*read_zone)(void *context, EscText name, EscBuf *out);
    void (*day)(void *context,
                int64_t day); /* in order, each once; not called when there was a fault */
    /* Not NULL: the events are turns, and there are no days. Those of one event follow each other. */
    void (*turn)(void *context, const EscCalendarTurn *turn);
    /* What is wrong in which line (from 1): a clause without full stop, valid UTF-8, borrowed. */
    void (*fault)(void *context, uint32_t line, EscText message);
    /* Out: something repeats, so the days depend on from_day and to_day. */
    bool repeats;
} EscCalendarReading;

/* Reads the bytes of a file. ESC_OK: every day was told. ESC_BAD_INPUT: every fault was told, at
 * least one. ESC_NO_MEMORY: nothing is known. The time that it takes is bounded by the size of the file
 * and ESC_CALENDAR_STEPS_MAX, whatever repeats how often. */
ESC_MUST_USE EscStatus esc_calendar_read(EscText file, EscCalendarReading *reading);

#ifdef __cplusplus
}
#endif
#endif
