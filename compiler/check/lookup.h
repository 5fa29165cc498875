/* lookup.h - what a workspace declares, where one kind of thing is wanted, and times within their bounds.
 *
 * lookup.c, times.c, hours.c, exceptions.c, directory.c, calls.c, who.c */
#ifndef ESC_CHECK_LOOKUP_H
#define ESC_CHECK_LOOKUP_H

#include "compiler_internal.h"

uint32_t esc_contact_kind(EscText word);                         /* EscContact or ESC_NONE */
uint32_t esc_find_person(EscWorkspace *workspace, EscName name); /* ESC_NONE after a report */
/* The persons that the MEMBER nodes of a list name, without the unknown ones, which are
 * reported. */
const uint32_t *esc_find_persons(EscWorkspace *workspace, EscNodeList items, uint32_t *count);
uint32_t esc_exception_find(const EscWorkspace *workspace, EscText name); /* or ESC_NONE */
/* True when no field of the exception waits for a `raise` that was not checked yet; of any exception where there is none of
 * this name. */
bool esc_exception_is_typed(const EscWorkspace *workspace, EscText name);
/* The action that a PATH of two words names, or of one within `system` (ESC_NONE: two are
 * needed); marks it. ESC_NONE after a report. */
uint32_t esc_check_action(EscWorkspace *workspace, const EscNode *path, uint32_t system);
/* An event that a PATH names; marks it. ESC_NONE after a report. */
uint32_t esc_check_event(EscWorkspace *workspace, const EscNode *path);
/* The events of a list of PATHs, sorted and unique, without the unknown ones, which are reported. */
const uint32_t *esc_check_events(EscWorkspace *workspace, EscNodeList paths, uint32_t *count);
/* A symbol of one kind that a PATH names; NULL after a report, or for a broken declaration. */
const EscSymbol *esc_check_symbol(EscWorkspace *workspace, const EscNode *path, EscSymbolKind kind);
uint32_t esc_find_calendar(EscWorkspace *workspace, EscName name); /* ESC_NONE after a report */
/* HOURS that are said in place (`office_hours`, `22:00..06:00`): marks the node with its calendar, which is the row's
 * index too, and gives it; ESC_NONE after a report. Two times of day are hours of every day in `timezone` (empty: the
 * workspace's); a calendar keeps its own zone. */
uint32_t esc_check_hours(EscWorkspace *workspace, const EscNode *hours, EscText timezone);
/* A DURATION: its calendar, and that it is within a bound in ms. */
void esc_check_duration(EscWorkspace *workspace, const EscNode *node, bool may_have_calendar,
                        EscBound bound);
/* How many people a reference is at most; ESC_NONE where that depends on the ticket, or it is 0: an unknown name, which was reported. */
uint32_t esc_people_at_most(const EscWorkspace *workspace, EscRef ref);
/* That `count` people can be asked for something (ACK_PEOPLE or APPROVALS, `what` in words), and that `people` are as
 * many where that is known. */
void esc_check_people(EscWorkspace *workspace, EscBound bound, uint32_t count, uint32_t people,
                      EscSpan span, const char *what);
/* A date in a condition or a value. */
void esc_check_date(EscWorkspace *workspace, const EscNode *node);
void esc_check_deadline(EscWorkspace *workspace, const EscNode *node); /* NULL is fine */
/* A whole percentage from 1 to 99, above *previous, which it replaces. */
void esc_check_percent(EscWorkspace *workspace, const EscNode *percent, double *previous);
/* What stands before the moment at hand in a list of them: {0} where it begins. */
typedef struct EscMoments {
    double percent;
    int64_t before_ms; /* 0: none yet */
} EscMoments;
/* A PERCENT or BEFORE_DUE, behind those of its own kind that *moments has, and adds it. */
void esc_check_moment(EscWorkspace *workspace, const EscNode *moment, EscMoments *moments);

#endif
