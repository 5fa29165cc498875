/* resolve.h - what the files that find people share. Private to runtime/directory/. */
#ifndef ESC_RUNTIME_RESOLVE_H
#define ESC_RUNTIME_RESOLVE_H

#include <esc/directory.h>

/* Adds a person to the owners, or to those who were passed over when absent; one who is there already is not added again. */
void esc_owners_add(const EscDirectoryHost *host, uint32_t person, EscOwners *owners);
/* The same of a person who is named: when absent, whoever stands in is added too. */
void esc_owners_add_named(const EscDirectoryHost *host, uint32_t person, EscOwners *owners);

/* Adds whom a schedule means, at most one person, and lowers owners->until_ms. */
void esc_schedule_resolve(const EscProgram *program, const EscZones *zones,
                          const EscDirectoryHost *host, uint32_t schedule, int64_t now_ms,
                          EscOwners *owners);

/* The zone in which a calendar's hours are meant. */
EscText esc_calendar_zone(const EscProgram *program, const EscCalendarRow *calendar);
bool esc_calendar_is_holiday(const EscProgram *program, const EscCalendarRow *calendar,
                             int64_t day); /* since 1970-01-01 */
/* Whether a calendar is open at a minute of its own clocks, and the first minute behind it at which that changes;
 * INT64_MAX: never, as far as 400 days tell. */
bool esc_calendar_look(const EscProgram *program, const EscCalendarRow *calendar, int64_t minute,
                       int64_t *until);
/* The same at an instant, for hours of a schedule on other clocks than its own. Their ends are instants, as all boundaries of a
 * schedule: what the wall clock shows twice does not begin again (esc_calendar_is_open counts it twice). */
bool esc_calendar_look_at(const EscProgram *program, const EscZones *zones, uint32_t calendar,
                          int64_t at_ms, int64_t *until_ms);

#endif
