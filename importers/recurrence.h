/* recurrence.h - the few rules of RFC 5545 that schedules of turns are made of. */
#ifndef ESC_IMPORTERS_RECURRENCE_H
#define ESC_IMPORTERS_RECURRENCE_H

#include "shifts.h"

typedef enum RecurrenceUnit {
    RECURRENCE_HOURLY,
    RECURRENCE_DAILY,
    RECURRENCE_WEEKLY,
    RECURRENCE_MONTHLY
} RecurrenceUnit;

/* When something happens, and for how long. Local times are those of `zone`. */
typedef struct Recurrence {
    RecurrenceUnit unit;
    int64_t interval;
    unsigned weekdays;   /* of a week or a month's days: bit 0 is Monday; 0: none is named */
    int64_t start_ms;    /* of the first one */
    int64_t duration_ms; /* of each */
    int64_t until_ms;    /* INT64_MAX: without an end */
    bool has_more;       /* it says more than this: parts of the rule that are not understood */
    unsigned week_start; /* 0 is Monday: which weeks count, where not every one does */
} Recurrence;

/* "RRULE:FREQ=WEEKLY;BYDAY=MO,TU;INTERVAL=2", with or without the word in front. False when it is no rule. */
bool recurrence_read(EscText rule, Recurrence *recurrence);

/* Makes a rotation in which each of `turns`, which are there already, has `occurrences` of them one after the other (0: as many as one
 * interval has). False when turns of the language cannot say it; *why is then a sentence. */
bool recurrence_rotation(EscModel *model, EscText zone, const Recurrence *recurrence,
                         int64_t occurrences, ModelRotation *rotation, const char **why);

#endif
