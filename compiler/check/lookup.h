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
/* The action that a PATH of two words names, or of one within `system` (ESC_NONE: two are
 * needed); marks it. ESC_NONE after a report. */
uint32_t esc_check_action(EscWorkspace *workspace, const EscNode *path, uint32_t system);
/* An event that a PATH names; marks it. ESC_NONE after a report. */
uint32_t esc_check_event(EscWorkspace *workspace, const EscNode *path);
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
/* That `count` people can be asked for something (ACK_PEOPLE or APPROVALS, `what` in words), and that `ref` is as
 * many where that is known; 0: an unknown name, which was reported. */
void esc_check_people(EscWorkspace *workspace, EscBound bound, uint32_t count, EscRef ref,
                      EscSpan span, const char *what);
void esc_check_deadline(EscWorkspace *workspace, const EscNode *node); /* NULL is fine */
/* A whole percentage from 1 to 99, above *previous, which it replaces. */
void esc_check_percent(EscWorkspace *workspace, const EscNode *percent, double *previous);

#endif
