/* shifts.h - schedules of tools in which duties lie over one another or beside one another, as tracks of one person at a time. */
#ifndef ESC_IMPORTERS_SHIFTS_H
#define ESC_IMPORTERS_SHIFTS_H

#include "documents.h"
#include "model.h"

/* One duty of a schedule: whose turn it is, in which hours, and how much it counts. */
typedef struct Shift {
    uint32_t seen; /* of the thing that it is in the source, or MODEL_NONE */
    EscText title;
    int64_t
        level; /* where several have somebody, only those of the highest level count; all of these do */
    ModelRotation rotation;
} Shift;

typedef struct Shifts {
    Shift *items;
    size_t count, capacity;
} Shifts;

/* Makes the tracks of a schedule. At every instant they have the people whom the shifts have, and nobody else; the same person
 * may stand in several. What is more than SHIFTS_TRACKS_MAX people at once is noted. */
#define SHIFTS_TRACKS_MAX 8u
void shifts_put(EscModel *model, uint32_t schedule, const Shifts *shifts);

/* Says something of a shift: in the report under its own name, and as a comment where its schedule is written. */
void shift_change(EscModel *model, uint32_t schedule, const Shift *shift, const char *text);
void shift_leave(EscModel *model, uint32_t schedule, const Shift *shift, const char *text);

/* --- rotations ------------------------------------------------------------------------------------- */

/* Turns of so many seconds: whole weeks, days or hours. False when they are none; then they are rounded to the hour. */
bool rotation_length(ModelRotation *rotation, int64_t seconds);
/* Whose turn it is at `at_ms` becomes the first, at its boundary: from_ms is a boundary at which the first of `turns` begins. Local
 * times are those of `zone`. Only for turns of a fixed number of hours, days or weeks, and for months. */
void rotation_forward(EscModel *model, EscText zone, ModelRotation *rotation, int64_t at_ms);
/* A turn for the person with this key; for one whom the export does not list, for somebody who is never there. True when the
 * person is listed. */
bool rotation_turn(EscModel *model, ModelRotation *rotation, EscText key, EscText title);
void rotation_nobody(EscModel *model, ModelRotation *rotation);
/* Hours of one day of the week (0 is Monday), from a minute of the day on; up to a week long. */
void rotation_hours(EscModel *model, ModelRotation *rotation, unsigned day, int64_t minute,
                    int64_t minutes);

/* "09:00", "09:00:00", "09:00:00Z": minutes since midnight; -1 for anything else. */
int64_t minute_of_day(EscText text);
/* Days of the week as calendars write them ("MO"): 0 is Monday; -1 for anything else. */
int weekday_of(EscText text);

#endif
