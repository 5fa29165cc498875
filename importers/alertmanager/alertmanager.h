/* alertmanager.h - shared by the files that read an alertmanager.yml: the routing tree, receivers, matchers, time intervals.
 *
 * Alertmanager knows no people: who is paged is a placeholder that stands for whoever was behind the pager. Names of members are
 * those of docs/configuration.md of prometheus/alertmanager. */
#ifndef ESC_IMPORTERS_ALERTMANAGER_H
#define ESC_IMPORTERS_ALERTMANAGER_H

#include "documents.h"
#include "model.h"

/* Hours in which a route tells anybody, as one calendar; `quiet` is the rest of the week. */
typedef struct AmHours {
    uint32_t open, quiet; /* calendars, or MODEL_NONE: always open, never quiet */
    bool has_dates;       /* days by date are closed too, which only `open` says */
} AmHours;

typedef struct AmReader {
    EscModel *model;
    Document *document;
    const EscJson *root;
    MODEL_LIST(EscText) labels; /* in the spelling of Prometheus; their fields at the same place */
    MODEL_LIST(EscText) fields;
    MODEL_LIST(uint32_t) routes; /* what was seen of each, in the order of the walk */
} AmReader;

/* alertmanager_matchers.c: the condition of a route, or of a list of matchers; NULL: every alert. What cannot be said is MODEL_NEVER, with
 * a note at `seen`. */
const ModelTest *am_route_test(AmReader *reader, const EscJson *route, uint32_t seen);
/* The ticket's field of a label. */
EscText am_label(AmReader *reader, EscText label);

/* alertmanager_times.c: the hours that a route's `active_time_intervals` and `mute_time_intervals` leave. */
AmHours am_hours(AmReader *reader, const EscJson *route, uint32_t seen);
void am_see_intervals(AmReader *reader);

/* alertmanager_receivers.c: what a receiver does, for a route with these hours and these labels to group by. */
void am_see_receivers(AmReader *reader);
void am_acts(AmReader *reader, EscText receiver, AmHours hours, const EscJson *group_by,
             ModelRule *rule);

#endif
