/* test_calendars.c - calendar files: what days they tell, and what is refused in which line. */
#include <stdlib.h>

#include "calendar_scene.h"

typedef struct Row {
    const char *name;
    const char *lines; /* of the file, or of one event when it does not begin with BEGIN:VCALENDAR */
    const char *told;
} Row;

/* Dates are by hand, or those that RFC 5545 gives for its examples (section 3.8.5.3). */
static const Row ROWS[] = {
    {"a date is a day", "DTSTART;VALUE=DATE:20261225", "2026-12-25"},
    {"the end is not part of it", "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227", "2026-12-25 2026-12-26"},
    {"a duration in days", "DTSTART;VALUE=DATE:20261225\nDURATION:P2D", "2026-12-25 2026-12-26"},
    {"a duration in weeks", "DTSTART;VALUE=DATE:20261225\nDURATION:P1W",
     "2026-12-25 2026-12-26 2026-12-27 2026-12-28 2026-12-29 2026-12-30 2026-12-31"},
    {"a duration in hours that make days", "DTSTART;VALUE=DATE:20261225\nDURATION:PT48H", "2026-12-25 2026-12-26"},
    {"over the end of a leap year", "DTSTART;VALUE=DATE:20280228\nDTEND;VALUE=DATE:20280302", "2028-02-28 2028-02-29 2028-03-01"},
    {"small letters", "dtstart;value=date:20261225\ndtend;value=date:20261227", "2026-12-25 2026-12-26"},
    {"folded lines", "DTSTA\n RT;VAL\n\tUE=DATE:2026\n 1225", "2026-12-25"},
    {"quoted parameters with colons in them", "DTSTART;X-A=\"a:b;c\";VALUE=DATE:20261225", "2026-12-25"},
    {"lines that say nothing about days", "SUMMARY:DTSTART:20260101\nTRANSP:TRANSPARENT\nX-Y;A=b:c\nDTSTART;VALUE=DATE:20261225",
     "2026-12-25"},
    {"cancelled", "DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED", ""},
    {"cancelled in small letters", "DTSTART;VALUE=DATE:20261225\nSTATUS:cancelled", ""},
    {"tentative is not cancelled", "DTSTART;VALUE=DATE:20261225\nSTATUS:TENTATIVE", "2026-12-25"},

    /* from midnight to midnight */
    {"midnight in a zone", "DTSTART;TZID=America/New_York:20261225T000000\nDTEND;TZID=America/New_York:20261226T000000", "2026-12-25"},
    {"midnight wherever one is", "DTSTART:20261225T000000\nDTEND:20261227T000000", "2026-12-25 2026-12-26"},
    {"midnight in UTC that is midnight in the calendar's zone", "DTSTART:20261224T230000Z\nDTEND:20261225T230000Z", "2026-12-25"},
    {"the same in summer", "DTSTART:20260713T220000Z\nDTEND:20260714T220000Z", "2026-07-14"},
    {"midnight in UTC", "DTSTART:20261225T000000Z\nDTEND:20261226T000000Z", "2026-12-25"},
    {"a day of 23 hours", "DTSTART;TZID=Europe/Berlin:20260329T000000\nDTEND;TZID=Europe/Berlin:20260330T000000", "2026-03-29"},
    {"an end in UTC", "DTSTART;TZID=Europe/Berlin:20260329T000000\nDTEND:20260329T220000Z", "2026-03-29"},
    {"an end in another zone", "DTSTART;TZID=Europe/Berlin:20261225T000000\nDTEND;TZID=Europe/London:20261225T230000", "2026-12-25"},

    /* repetitions */
    {"every year", "DTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY", "2020-12-25 2026-12-25 2027-12-25"},
    {"every other year", "DTSTART;VALUE=DATE:20211225\nRRULE:FREQ=YEARLY;INTERVAL=2", "2021-12-25 2027-12-25"},
    {"only as often as it says", "DTSTART;VALUE=DATE:20251225\nRRULE:FREQ=YEARLY;COUNT=2", "2025-12-25 2026-12-25"},
    {"until a day, which is included", "DTSTART;VALUE=DATE:20251225\nRRULE:FREQ=YEARLY;UNTIL=20261225", "2025-12-25 2026-12-25"},
    {"until the day before", "DTSTART;VALUE=DATE:20251225\nRRULE:FREQ=YEARLY;UNTIL=20261224", "2025-12-25"},
    {"until an instant in UTC", "DTSTART;TZID=Europe/Berlin:20251225T000000\nDURATION:P1D\nRRULE:FREQ=YEARLY;UNTIL=20261224T230000Z",
     "2025-12-25 2026-12-25"},
    {"until a second before", "DTSTART;TZID=Europe/Berlin:20251225T000000\nDURATION:P1D\nRRULE:FREQ=YEARLY;UNTIL=20261224T225959Z",
     "2025-12-25"},
    {"until the end of time", "DTSTART;VALUE=DATE:20251225\nRRULE:FREQ=YEARLY;UNTIL=99991231", "2025-12-25 2026-12-25 2027-12-25"},
    {"small letters in a rule", "DTSTART;VALUE=DATE:20251225\nrrule:freq=yearly;until=20261225", "2025-12-25 2026-12-25"},
    {"the fourth Thursday of November", "DTSTART;VALUE=DATE:20251127\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
     "2025-11-27 2026-11-26 2027-11-25"},
    {"the last Monday of May", "DTSTART;VALUE=DATE:20250526\nRRULE:FREQ=MONTHLY;INTERVAL=12;BYDAY=-1MO",
     "2025-05-26 2026-05-25 2027-05-31"},
    {"the last workday of a month", "DTSTART;VALUE=DATE:20260130\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=4",
     "2026-01-30 2026-02-27 2026-03-31 2026-04-30"},
    {"the last day of a month", "DTSTART;VALUE=DATE:20260131\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-01-31 2026-02-28 2026-03-31"},
    {"a 31st that not every month has", "DTSTART;VALUE=DATE:20260131\nRRULE:FREQ=MONTHLY;COUNT=3", "2026-01-31 2026-03-31 2026-05-31"},
    {"29 February", "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=2", "2024-02-29"},
    {"Friday the 13th", "DTSTART;VALUE=DATE:20260213\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;UNTIL=20261231",
     "2026-02-13 2026-03-13 2026-11-13"},
    {"the week decides what every other one is",
     "DTSTART;VALUE=DATE:20260804\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "2026-08-04 2026-08-09 2026-08-18 2026-08-23"},
    {"and when it begins", "DTSTART;VALUE=DATE:20260804\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
     "2026-08-04 2026-08-16 2026-08-18 2026-08-30"},
    {"Monday of week 20", "DTSTART;VALUE=DATE:20260511\nRRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=2", "2026-05-11 2027-05-17"},
    {"days of the year", "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYYEARDAY=1,100,-1;COUNT=4",
     "2026-01-01 2026-04-10 2026-12-31 2027-01-01"},
    {"every tenth day", "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;INTERVAL=10;COUNT=3", "2026-01-01 2026-01-11 2026-01-21"},
    {"a first day that the rule does not name counts", "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3",
     "2026-01-01 2026-01-05 2026-01-12"},
    {"several days each time", "DTSTART;VALUE=DATE:20251231\nDTEND;VALUE=DATE:20260102\nRRULE:FREQ=YEARLY;COUNT=2",
     "2025-12-31 2026-01-01 2026-12-31 2027-01-01"},
    {"hours of a rule that are midnight", "DTSTART;TZID=Europe/Berlin:20261225T000000\nDURATION:P1D\nRRULE:FREQ=YEARLY;BYHOUR=0;BYMINUTE=0",
     "2026-12-25 2027-12-25"},

    /* further and left-out days */
    {"further days", "DTSTART;VALUE=DATE:20261225\nRDATE;VALUE=DATE:20270101,20270106", "2026-12-25 2027-01-01 2027-01-06"},
    {"a period", "DTSTART;TZID=Europe/Berlin:20261225T000000\nDURATION:P1D\nRDATE;TZID=Europe/Berlin;VALUE=PERIOD:20270101T000000/P2D,20270201T000000/20270202T000000",
     "2026-12-25 2027-01-01 2027-01-02 2027-02-01"},
    {"a day that is left out", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20261225", "2027-12-25"},
    {"left out twice over", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;VALUE=DATE:20261226,20261228\nEXDATE;VALUE=DATE:20261229",
     "2026-12-25 2026-12-27"},
    {"left out by an instant in UTC", "DTSTART;TZID=Europe/Berlin:20261225T000000\nDURATION:P1D\nRRULE:FREQ=YEARLY\nEXDATE:20271224T230000Z",
     "2026-12-25"},
    {"left out by a rule", "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=MONTHLY;COUNT=4\nEXRULE:FREQ=MONTHLY;INTERVAL=2", "2026-02-01 2026-04-01"},
    {"a further day that is left out", "DTSTART;VALUE=DATE:20261225\nRDATE;VALUE=DATE:20270101\nEXDATE;VALUE=DATE:20270101", "2026-12-25"},

    /* refused */
    {"no whole day", "DTSTART:20261224T120000Z\nDTEND:20261224T180000Z",
     "3: this event begins at 13:00 in Europe/Berlin, and a holiday is whole days"},
    {"an end before midnight", "DTSTART:20261224T000000\nDTEND:20261224T235900",
     "4: this event ends at 23:59 in Europe/Berlin, and a holiday is whole days"},
    {"no end", "DTSTART:20261224T000000", "3: this event has no end"},
    {"an end that is its beginning", "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224", "4: this event ends before it has begun"},
    {"a negative duration", "DTSTART;VALUE=DATE:20261224\nDURATION:-P1D", "4: this event ends before it has begun"},
    {"a duration of hours", "DTSTART;VALUE=DATE:20261224\nDURATION:PT12H", "4: this event ends at 12:00 in Europe/Berlin, and a holiday is whole days"},
    {"a duration that overflows", "DTSTART;VALUE=DATE:20261224\nDURATION:P99999999999D", "4: `DURATION:P99999999999D` is no duration such as `P1D`"},
    {"longer than a year", "DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:99990101",
     "4: `DTEND:99990101` is no day or time between the years 1600 and 2400"},
    {"two years", "DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20280101", "4: this event lasts longer than a year"},
    {"two ends", "DTSTART;VALUE=DATE:20261224\nDURATION:P1D\nDTEND;VALUE=DATE:20261225", "5: this event has `DTEND` and `DURATION`"},
    {"a day and a time", "DTSTART;VALUE=DATE:20261224\nDTEND:20261225T000000", "4: one end of this event is a day, and the other one is a time"},
    {"no beginning", "SUMMARY:x", "2: this event has no `DTSTART`"},
    {"said twice", "DTSTART;VALUE=DATE:20261224\nDTSTART;VALUE=DATE:20261225", "4: `DTSTART` stands twice in this event"},
    {"30 February", "DTSTART;VALUE=DATE:20260230", "3: `DTSTART:20260230` is no day or time between the years 1600 and 2400"},
    {"a blank in a date", "DTSTART;VALUE=DATE:202612 5", "3: `DTSTART:202612 5` is no day or time between the years 1600 and 2400"},
    {"an hour that is none", "DTSTART:20261225T250000\nDURATION:P1D", "3: `DTSTART:20261225T250000` is no day or time between the years 1600 and 2400"},
    {"a parameter that is none", "DTSTART;VALUE=DAY:20261225", "3: `DTSTART:20261225` is no day or time between the years 1600 and 2400"},
    {"a zone that nobody knows", "DTSTART;TZID=Berlin Mitte:20261225T000000\nDURATION:P1D",
     "3: the time zone `Berlin Mitte` is neither known here nor described in the file"},
    {"a zone that would be a file", "DTSTART;TZID=../../etc/passwd:20261225T000000\nDURATION:P1D",
     "3: the time zone `../../etc/passwd` is neither known here nor described in the file"},
    {"every second", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=SECONDLY", "4: this repeats within a day, and a holiday is a whole day"},
    {"every second, 30 February", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
     "4: this repeats within a day, and a holiday is a whole day"},
    {"at noon", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=DAILY;BYHOUR=0,12", "4: this repeats within a day, and a holiday is a whole day"},
    {"a part that nobody knows", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYEASTER=1", "4: `RRULE:FREQ=YEARLY;BYEASTER=1` is no rule of iCalendar"},
    {"an interval of nothing", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=DAILY;INTERVAL=0", "4: `RRULE:FREQ=DAILY;INTERVAL=0` is no rule of iCalendar"},
    {"a count that overflows", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=DAILY;COUNT=4294967297", "4: `RRULE:FREQ=DAILY;COUNT=4294967297` is no rule of iCalendar"},
    {"month 13", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=13", "4: `RRULE:FREQ=YEARLY;BYMONTH=13` is no rule of iCalendar"},
    {"parts that do not go together", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=WEEKLY;BYMONTHDAY=1", "4: `RRULE:FREQ=WEEKLY;BYMONTHDAY=1` is no rule of iCalendar"},
    {"a position in nothing", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=MONTHLY;BYSETPOS=1", "4: `RRULE:FREQ=MONTHLY;BYSETPOS=1` is no rule of iCalendar"},
    {"an n-th weekday of a week", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=WEEKLY;BYDAY=1MO", "4: `RRULE:FREQ=WEEKLY;BYDAY=1MO` is no rule of iCalendar"},
    {"days of which months", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTHDAY=25",
     "4: a yearly rule with `BYMONTHDAY` is read in two ways: say `BYMONTH` too"},
    {"another calendar", "DTSTART;VALUE=DATE:20260217\nRRULE:RSCALE=CHINESE;FREQ=YEARLY", "4: rules of other calendars (`RSCALE`) are not read"},
    {"a series in UTC", "DTSTART:20251224T230000Z\nDTEND:20251225T230000Z\nRRULE:FREQ=YEARLY",
     "3: this repeats in UTC, where it begins at 23:00: the series needs a `TZID`"},
    {"a left-out time that begins no day", "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY\nEXDATE:20271225T100000",
     "5: here it is 10:00 in Europe/Berlin, and no day begins then"},
    {"an empty item", "DTSTART;VALUE=DATE:20261225\nRDATE;VALUE=DATE:20270101,,20270106",
     "4: `RDATE:20270101,,20270106` is no list of days between the years 1600 and 2400"},
    {"an item too few", "DTSTART;VALUE=DATE:20261225\nRDATE;VALUE=DATE:20270101,",
     "4: `RDATE:20270101,` is no list of days between the years 1600 and 2400"},
    {"a period of hours", "DTSTART;TZID=Europe/Berlin:20261225T000000\nDURATION:P1D\nRDATE;TZID=Europe/Berlin;VALUE=PERIOD:20270101T000000/PT2H",
     "5: this period is not some whole days"},
    {"no line", "DTSTART;VALUE=DATE:20261225\nwhat is this", "4: this is no line of a calendar file, such as `NAME:value`"},
    {"several faults", "DTSTART;VALUE=DATE:20261325\nRRULE:FREQ=YEARLY;X=1\nEXDATE:x",
     "3: `DTSTART:20261325` is no day or time between the years 1600 and 2400; 4: `RRULE:FREQ=YEARLY;X=1` is no rule of iCalendar; "
     "5: `EXDATE:x` is no list of days between the years 1600 and 2400"},

    /* files */
    {"nothing", "", "2: this event has no `DTSTART`"},
    {"no calendar", "BEGIN:VCALENDAR", "1: the file ends (in line 1) before this does"},
    {"an empty calendar", "BEGIN:VCALENDAR\nEND:VCALENDAR", "1: there is no event in this file"},
    {"an event that does not end", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225", "2: the file ends (in line 3) before this does"},
    {"what ends was not begun", "BEGIN:VCALENDAR\nEND:VEVENT", "2: this `END` has no `BEGIN`"},
    {"small letters of components", "begin:vcalendar\nbegin:vevent\nDTSTART;VALUE=DATE:20261225\nend:vevent\nend:vcalendar", "2026-12-25"},
    {"two calendars",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR\n"
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261226\nEND:VEVENT\nEND:VCALENDAR\n\n",
     "2026-12-25 2026-12-26"},
    {"an alarm in an event is no part of it",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nBEGIN:VALARM\nDURATION:PT15M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR", "2026-12-25"},
    {"a task is no event",
     "BEGIN:VCALENDAR\nBEGIN:VTODO\nDTSTART:20261224T120000Z\nEND:VTODO\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR", "2026-12-25"},
    {"the old form", "BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR",
     "2: only version 2.0 of iCalendar is read"},
    {"a cancelling message", "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR",
     "2: this is a message that takes events back, and no calendar"},

    /* one UID */
    {"an occurrence is moved",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=MONTHLY;COUNT=3\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;VALUE=DATE:20260201\nDTSTART;VALUE=DATE:20260203\nEND:VEVENT\nEND:VCALENDAR",
     "2026-01-01 2026-02-03 2026-03-01"},
    {"the change stands first",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nRECURRENCE-ID;VALUE=DATE:20260201\nDTSTART;VALUE=DATE:20260203\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=MONTHLY;COUNT=3\nEND:VEVENT\nEND:VCALENDAR",
     "2026-01-01 2026-02-03 2026-03-01"},
    {"an occurrence is cancelled",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=MONTHLY;COUNT=3\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;VALUE=DATE:20260201\nDTSTART;VALUE=DATE:20260201\nSTATUS:CANCELLED\nEND:VEVENT\nEND:VCALENDAR",
     "2026-01-01 2026-03-01"},
    {"two occurrences are moved, one told in UTC",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Berlin:20260101T000000\nDURATION:P1D\nRRULE:FREQ=MONTHLY;COUNT=3\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20260131T230000Z\nDTSTART;VALUE=DATE:20260203\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;TZID=Europe/Berlin:20260301T000000\nDTSTART;VALUE=DATE:20260303\nEND:VEVENT\nEND:VCALENDAR",
     "2026-01-01 2026-02-03 2026-03-03"},
    {"the series is cancelled",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=MONTHLY;COUNT=3\nSTATUS:CANCELLED\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;VALUE=DATE:20260201\nDTSTART;VALUE=DATE:20260203\nEND:VEVENT\nEND:VCALENDAR",
     ""},
    {"the newer one counts",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSEQUENCE:2\nDTSTART;VALUE=DATE:20260102\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nSEQUENCE:1\nDTSTART;VALUE=DATE:20260101\nEND:VEVENT\nEND:VCALENDAR",
     "2026-01-02"},
    {"neither is newer",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260102\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260101\nEND:VEVENT\nEND:VCALENDAR",
     "6: the event of line 2 has the same `UID`, and no other `SEQUENCE`"},
    {"all later ones are moved",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=MONTHLY\nEND:VEVENT\n"
     "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260201\nDTSTART;VALUE=DATE:20260203\nEND:VEVENT\nEND:VCALENDAR",
     "9: a change of all later occurrences (`RANGE`) is not read: let the series end, and write another one"},

    /* zones of the file */
    {"a zone that the file describes",
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Haus:20260329T000000\nDTEND:20260329T220000Z\n"
     "RRULE:FREQ=DAILY;UNTIL=20260330T220000Z\nEND:VEVENT\n"
     "BEGIN:VTIMEZONE\nTZID:Haus\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
     "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
     "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\nEND:VCALENDAR",
     "2026-03-29 2026-03-30 2026-03-31"},
    {"the same in winter",
     "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Haus\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
     "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
     "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
     "BEGIN:VEVENT\nDTSTART;TZID=Haus:20261225T000000\nDTEND:20261225T230000Z\nEND:VEVENT\nEND:VCALENDAR",
     "2026-12-25"},
    {"a zone without changes", "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Haus\nEND:VTIMEZONE\nEND:VCALENDAR",
     "2: this time zone has no `STANDARD` and no `DAYLIGHT`; 1: there is no event in this file"},
};

/* A row as a file, with lines that end in `end`. */
static EscText file_of(const Row *row, const char *end, char *buffer, size_t size)
{
    bool is_event = strncmp(row->lines, "BEGIN:V", 7) != 0 && strncmp(row->lines, "begin:v", 7) != 0;
    char text[8192];
    (void)snprintf(text, sizeof text, is_event ? "BEGIN:VCALENDAR\nBEGIN:VEVENT\n%s\nEND:VEVENT\nEND:VCALENDAR\n" : "%s", row->lines);
    size_t used = 0;
    for (const char *at = text; *at != '\0'; ++at) {
        int written = *at == '\n' ? snprintf(buffer + used, size - used, "%s", end)
                                  : snprintf(buffer + used, size - used, "%c", *at);
        used += (size_t)written;
        assert_true(used < size);
    }
    return (EscText){buffer, used};
}

static void rows_tell_their_days(void **state)
{
    (void)state;
    static const char *const ends[] = {"\r\n", "\n"};
    char buffer[16384];
    uint32_t wrong = 0;
    for (size_t i = 0; i < 2 * ESC_COUNT_OF(ROWS); ++i) {
        const Row *row = &ROWS[i / 2];
        CalendarScene scene;
        calendar_read(&scene, file_of(row, ends[i % 2], buffer, sizeof buffer));
        bool is_fine = strcmp(scene.text, row->told) == 0 &&
                       scene.status == (scene.faults > 0 ? ESC_BAD_INPUT : ESC_OK) &&
                       (scene.days == 0 || scene.faults == 0);
        if (!is_fine)
            print_error("%s:\n  wanted %s\n  told   %s (%s)\n", row->name, row->told, scene.text,
                        esc_status_name(scene.status));
        wrong += !is_fine;
    }
    assert_int_equal(wrong, 0);
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    CalendarScene scene;
    calendar_read(&scene, ESC_TEXT("\xef\xbb\xbf"
                                   "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR"));
    assert_string_equal(scene.text, "2026-12-25");
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    CalendarScene scene;
    calendar_read(&scene, ESC_TEXT("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;X=\0;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR"));
    assert_int_equal(scene.status, ESC_BAD_INPUT);
}

static void what_repeats_says_so(void **state)
{
    (void)state;
    CalendarScene scene;
    calendar_read(&scene, ESC_TEXT("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR"));
    assert_false(scene.reading.repeats);
    calendar_read(&scene, ESC_TEXT("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR"));
    assert_true(scene.reading.repeats);
}

/* `count` times the same event between the ends of a calendar. Owned. */
static char *repeated(const char *event, size_t count)
{
    size_t size = strlen(event);
    char *text = malloc(size * count + 64), *at = text;
    assert_non_null(text);
    at += sprintf(at, "BEGIN:VCALENDAR\n");
    for (size_t i = 0; i < count; ++i, at += size)
        memcpy(at, event, size);
    (void)sprintf(at, "END:VCALENDAR\n");
    return text;
}

/* What would never end, or take all memory, costs a bounded number of steps and is a fault. */
static void hostile_rules_end(void **state)
{
    (void)state;
    static const char *const events[] = {
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:16000101\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9999999\nEND:VEVENT\n",
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:16000101\nRRULE:FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;COUNT=2\nEND:VEVENT\n",
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:16000101\nDURATION:P366D\nRRULE:FREQ=DAILY\nEND:VEVENT\n",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(events); ++i) {
        char *text = repeated(events[i], 5000);
        CalendarScene scene;
        calendar_read(&scene, esc_text_from(text));
        assert_int_equal(scene.status, ESC_BAD_INPUT);
        assert_non_null(strstr(scene.text, "more than can be written out"));
        assert_int_equal(scene.faults, 1);
        free(text);
    }
}

static void the_number_of_events_is_bounded(void **state)
{
    (void)state;
    static const char event[] = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\n";
    char *text = repeated(event, ESC_CALENDAR_EVENTS_MAX);
    CalendarScene scene;
    calendar_read(&scene, esc_text_from(text));
    assert_string_equal(scene.text, "2026-12-25");
    free(text);
    text = repeated(event, ESC_CALENDAR_EVENTS_MAX + 1);
    calendar_read(&scene, esc_text_from(text));
    assert_string_equal(scene.text, "30002: there are more than 10000 events in this file");
    free(text);
}

static void faults_are_told_up_to_a_number(void **state)
{
    (void)state;
    char *text = repeated("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261399\nEND:VEVENT\n", 50);
    CalendarScene scene;
    calendar_read(&scene, esc_text_from(text));
    assert_int_equal(scene.status, ESC_BAD_INPUT);
    assert_int_equal(scene.faults, ESC_CALENDAR_FAULTS_MAX);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_tell_their_days),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(what_repeats_says_so),
        cmocka_unit_test(hostile_rules_end),
        cmocka_unit_test(the_number_of_events_is_bounded),
        cmocka_unit_test(faults_are_told_up_to_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
