/* esc/directory.h - time zones, calendars, and who it is now. Pure but for esc_zones_load. */
#ifndef ESC_DIRECTORY_H
#define ESC_DIRECTORY_H

#include <esc/doors.h>
#include <esc/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_OWNERS_MAX 64 /* people that one reference resolves to */

/* --- time zones and calendars (pure; source of the TZif format: RFC 8536) --------------------------------- */

typedef struct EscZones EscZones; /* a set of zones, filled once, then read-only */

EscZones *esc_zones_new(void);
void esc_zones_free(EscZones *zones); /* NULL is allowed */
/* Adds a zone from the bytes of its TZif file (version 2 or later). ESC_BAD_INPUT with *why when malformed. */
ESC_MUST_USE EscStatus esc_zones_add(EscZones *zones, EscText name, EscBytes tzif, EscWhy *why);
bool esc_zones_has(const EscZones *zones, EscText name);
/* Seconds east of UTC at that instant; an unknown zone counts as UTC. */
int32_t esc_zone_offset_s(const EscZones *zones, EscText name, int64_t time_ms);
/* What people call its time at that instant: "CET", "CEST", "+03" where it has no name; empty when its file tells none. */
EscText esc_zone_name(const EscZones *zones, EscText name, int64_t time_ms);
/* A local time (minutes since 1970-01-01T00:00 local) as an instant. One that does not exist is the first instant behind
 * the gap; one that exists twice is its first occurrence. */
int64_t esc_zone_instant_ms(const EscZones *zones, EscText name, int64_t local_minute);
/* The other way round: the last local minute whose instant has come. While an hour repeats itself that is the last minute of
 * its first occurrence, so a boundary that has passed does not come back. */
int64_t esc_zone_minute(const EscZones *zones, EscText name, int64_t time_ms);
/* Loads every zone that the program names (and the workspace's) from `directory` ("/usr/share/zoneinfo") through the door. */
ESC_MUST_USE EscStatus esc_zones_load(EscZones *zones, const EscProgram *program,
                                      const EscFiles *files, const char *directory, EscWhy *why);

/* The instant at which duration_ms of a calendar's open time has passed since from_ms (calendar: OPTION column value: 0 always, else index + 1).
 * Bounded: gives from_ms + 400 days when the calendar has too few open hours. */
int64_t esc_calendar_due_ms(const EscProgram *program, const EscZones *zones,
                            uint32_t calendar_option, int64_t from_ms, int64_t duration_ms);
/* The open time of a calendar (or all of it) between two instants; what lies beyond 401 days from from_ms is not counted. */
int64_t esc_calendar_open_ms(const EscProgram *program, const EscZones *zones,
                             uint32_t calendar_option, int64_t from_ms, int64_t to_ms);
/* Whether a calendar's hours (index in CALENDARS) are open at an instant, by what the wall clock of its zone shows. */
bool esc_calendar_is_open(const EscProgram *program, const EscZones *zones, uint32_t calendar,
                          int64_t at_ms);
/* The first instant behind from_ms at which that changes, as far as 400 days ahead; from_ms + 400 days when it does not. */
int64_t esc_calendar_turns_ms(const EscProgram *program, const EscZones *zones, uint32_t calendar,
                              int64_t from_ms);
/* esc_calendar_due_ms the other way round: the latest instant since which duration_ms of open time has passed at to_ms. Bounded as it is. */
int64_t esc_calendar_since_ms(const EscProgram *program, const EscZones *zones,
                              uint32_t calendar_option, int64_t to_ms, int64_t duration_ms);

/* --- directory: who is it now ---------------------------------------------------------------------------------- */

/* Decides what the engine alone knows: route conditions (a COND function on the ticket at hand), the text of a ticket field, absences. */
typedef struct EscDirectoryHost {
    void *context;
    bool (*holds)(void *context, uint32_t function);
    EscText (*field_text)(void *context, uint32_t field);
    bool (*is_absent)(void *context, uint32_t person);
    /* Who stands in for somebody who is absent; ESC_NONE: nobody. NULL: nobody ever does. */
    uint32_t (*deputy)(void *context, uint32_t person);
    /* Who of a team was drawn last, for `round_robin(TEAM)`; empty: nobody yet. NULL: nobody ever. */
    EscText (*last_drawn)(void *context, EscText team);
} EscDirectoryHost;

typedef struct EscOwners {
    uint32_t persons
        [ESC_OWNERS_MAX]; /* indexes in PERSONS; the accountable one first; only people that are not absent */
    uint32_t count; /* 0: nobody */
    uint32_t
        skipped[ESC_OWNERS_MAX]; /* people left out because they are absent, for the audit record */
    uint32_t deputies[ESC_OWNERS_MAX]; /* who stands in for each of them; ESC_NONE: nobody */
    uint32_t skipped_count;
    /* Of a schedule: the first instant behind now_ms at which it may mean somebody else while nobody goes away or comes
     * back; else INT64_MAX. */
    int64_t until_ms;
    EscRef via; /* what it was looked up through: the person, team or schedule itself */
} EscOwners;

/* Resolves person, team, schedule, route and field references (roles are the engine's own). Routes are followed at most 8 deep.
 * For a named person, a team's lead and whose turn it is the deputy stands in, or the deputy's (8 deep, nobody twice); not
 * for another member of a team. */
void esc_directory_resolve(const EscProgram *program, const EscZones *zones,
                           const EscDirectoryHost *host, EscRef ref, int64_t now_ms,
                           EscOwners *owners);

/* An absence that is written in the directory, as instants. */
typedef struct EscAway {
    int64_t from_ms, to_ms;
    uint32_t deputy; /* ESC_NONE: nobody */
} EscAway;

/* The absence of a person at an instant; false: there is none. */
bool esc_person_away(const EscProgram *program, const EscZones *zones, uint32_t person,
                     int64_t at_ms, EscAway *away);
/* The first absence of a person that begins behind an instant; false: there is none. */
bool esc_person_away_next(const EscProgram *program, const EscZones *zones, uint32_t person,
                          int64_t after_ms, EscAway *away);

/* A time in which a schedule means one person, by all that is written: overrides, layers, absences and deputies. */
typedef struct EscWatch {
    uint32_t person;           /* ESC_NONE: nobody */
    int64_t from_ms, until_ms; /* until somebody else is meant; INT64_MAX: no end within 400 days */
} EscWatch;

/* The watch at an instant, which is its from_ms; the next one is that at until_ms. */
EscWatch esc_schedule_watch(const EscProgram *program, const EscZones *zones, uint32_t schedule,
                            int64_t at_ms);
/* Where watches come from: from what is written alone, or from what an engine knows beside it. */
typedef struct EscWatchSource {
    void *context;
    EscWatch (*at)(void *context, uint32_t schedule, int64_t at_ms); /* as esc_schedule_watch */
} EscWatchSource;

/* Appends a calendar (iCalendar, RFC 5545) of the watches between two instants: of the schedule of that name, or of the
 * person of that name in all schedules. False: there is neither, and nothing was appended. */
bool esc_watches_write(const EscProgram *program, const EscWatchSource *source, EscText name,
                       int64_t from_ms, int64_t to_ms, EscBuf *out);
/* The same by what is written alone. */
bool esc_written_calendar(const EscProgram *program, const EscZones *zones, EscText name,
                          int64_t from_ms, int64_t to_ms, EscBuf *out);
/* --- when nobody would be there ------------------------------------------------------------------------------------ */

#define ESC_DEPUTIES_MAX 8 /* who stands in for whoever stands in, and so on */

/* Who is away when, as whoever asks knows it. */
typedef struct EscPresence {
    void *context;
    bool (*is_away)(void *context, uint32_t person, int64_t at_ms);
    uint32_t (*deputy)(void *context, uint32_t person,
                       int64_t at_ms); /* of somebody who is away then; ESC_NONE: nobody */
    /* The first instant behind at_ms at which the person goes away or comes back; INT64_MAX: never. */
    int64_t (*turns_ms)(void *context, uint32_t person, int64_t at_ms);
} EscPresence;

/* By what is written alone. */
typedef struct EscWritten {
    const EscProgram *program;
    const EscZones *zones;
} EscWritten;
EscPresence esc_written_presence(EscWritten *written); /* which is borrowed */
/* Resolves as esc_directory_resolve does; a route whose rows have conditions leads to its last row, and a field to nobody.
 * owners->until_ms: until then it means the same whatever happens that is known, also to whoever stands in. */
void esc_presence_look(const EscProgram *program, const EscZones *zones,
                       const EscPresence *presence, EscRef ref, int64_t at_ms, EscOwners *owners);

/* A time in which nobody of a template's chain is there. */
typedef struct EscGap {
    uint32_t template;         /* index in TEMPLATES */
    int64_t from_ms, until_ms; /* within what was looked at */
    size_t more;               /* further ones of the same template and kind behind it */
    bool is_of_all;            /* nor is anybody of the last resort */
} EscGap;

/* The first gaps of each template between two instants: of its chain, and of all. Fields and parameters may name anybody or
 * nobody: they fill no gap, and a chain of nothing else has none of its own. *gaps is in the arena. ESC_NO_MEMORY. */
ESC_MUST_USE EscStatus esc_gaps_find(const EscProgram *program, const EscZones *zones,
                                     const EscPresence *presence, int64_t from_ms, int64_t to_ms,
                                     EscArena *arena, const EscGap **gaps, size_t *count);
/* "ana is away and nobody stands in; nobody is on call in nights": who is missing when it begins. */
void esc_gap_write_why(const EscProgram *program, const EscZones *zones,
                       const EscPresence *presence, const EscGap *gap, EscBuf *out);

/* Index in PERSONS by name; false when there is none. */
bool esc_directory_person(const EscProgram *program, EscText name, uint32_t *person);
/* The first of a person's ways by which they can read and open a link; NULL: none, as on a telephone. */
const EscContactRow *esc_directory_link_contact(const EscProgram *program, uint32_t person);
EscText esc_directory_ref_name(const EscProgram *program,
                               EscRef ref); /* "platform_oncall"; empty for none */

#ifdef __cplusplus
}
#endif
#endif
