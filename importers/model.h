/* model.h - what every tool of this sort has: people, teams, schedules, chains of escalation, and rules that say which
 * alert starts which chain. A reader fills it in (readers.h), settle.c makes it whole, write_*.c write it down.
 *
 * Everything lies in one arena. Things refer to each other by index, which stays; keys are what the source calls them.
 * Memory that runs out leaves by esc_model_lack, so no reader has to ask.
 *
 * Nothing may get lost: whatever the source lists is *seen* (esc_model_see) and gets a fate. What has none at the end is
 * reported as left out. */
#ifndef ESC_IMPORTERS_MODEL_H
#define ESC_IMPORTERS_MODEL_H

#include <setjmp.h>

#include <esc/importers.h>

#define MODEL_NONE UINT32_MAX
#define MODEL_LIST(Type)                                                                           \
    struct {                                                                                       \
        Type *items;                                                                               \
        size_t count, capacity;                                                                    \
    }
/* Adds a zeroed item and gives its address, which stays until the next one is added. */
#define MODEL_ADD(model, list)                                                                     \
    ((list).items = esc_model_room((model), (list).items, (list).count, &(list).capacity,          \
                                   sizeof *(list).items),                                          \
     &(list).items[(list).count++])

/* --- what was seen ------------------------------------------------------------------------------ */

typedef enum ModelFate {
    MODEL_UNSETTLED, /* nobody has said what became of it: reported as left out */
    MODEL_CARRIED,
    MODEL_CHANGED,
    MODEL_LEFT
} ModelFate;

/* A sentence about a thing of the source. It stands as a comment above what came of the thing, and in the report. */
typedef struct ModelNote {
    ModelFate
        fate; /* MODEL_CARRIED: for who reads the file alone; MODEL_CHANGED; MODEL_LEFT: a part could not be said */
    EscText text;
} ModelNote;

typedef struct ModelSeen {
    const char *what; /* "user" */
    EscText title;    /* what people call it */
    EscText place;    /* file, and where in it */
    ModelFate fate;
    MODEL_LIST(ModelNote) notes;
} ModelSeen;

/* --- people ------------------------------------------------------------------------------------- */

typedef enum ModelMedium { MODEL_EMAIL, MODEL_CHAT, MODEL_PHONE, MODEL_MEDIUMS } ModelMedium;

typedef struct ModelReach {
    ModelMedium medium;
    int64_t after_ms; /* since the contact before it; 0 for the first */
} ModelReach;

typedef struct ModelAbsence {
    uint32_t seen; /* or MODEL_NONE */
    int64_t from_ms, until_ms;
    uint32_t deputy; /* a person, or MODEL_NONE */
} ModelAbsence;

typedef struct ModelPerson {
    uint32_t seen; /* MODEL_NONE: the source does not list it */
    EscText key, title;
    EscText contact[MODEL_MEDIUMS];
    EscText timezone; /* empty: the workspace's */
    bool is_nobody;   /* stands for an empty turn, or for somebody who is gone: never there */
    bool is_senior;   /* who can be the last resort before others */
    MODEL_LIST(ModelReach) reach;
    MODEL_LIST(ModelAbsence) absences;
    EscText name; /* settle.c */
} ModelPerson;

typedef struct ModelTeam {
    uint32_t seen;
    EscText key, title;
    MODEL_LIST(uint32_t) members; /* persons */
    uint32_t lead;                /* a person, or MODEL_NONE */
    EscText name;                 /* settle.c */
} ModelTeam;

/* --- schedules ---------------------------------------------------------------------------------- */

typedef enum ModelTargetKind {
    MODEL_PERSON,
    MODEL_TEAM,
    MODEL_SCHEDULE,
    MODEL_DRAWN /* a member of a team, in turn: round_robin */
} ModelTargetKind;

typedef struct ModelTarget {
    ModelTargetKind kind;
    uint32_t index;
} ModelTarget;

/* Minutes since Monday 00:00 of the schedule's clocks; `until` is greater than `from` and may pass the end of the week:
 * up to 2 * MODEL_WEEK_MIN. */
#define MODEL_DAY_MIN (24 * 60)
#define MODEL_WEEK_MIN (7 * MODEL_DAY_MIN)
typedef struct ModelHours {
    uint32_t from, until;
} ModelHours;

typedef enum ModelUnit {
    MODEL_ALWAYS, /* no turns: the first of `turns` */
    MODEL_BY_HOUR,
    MODEL_BY_DAY,
    MODEL_BY_WEEK,
    MODEL_BY_MONTH,
    MODEL_BY_WEEKDAY /* from one of `weekdays` to the next */
} ModelUnit;

typedef struct ModelRotation {
    ModelUnit unit;
    uint32_t length;               /* of a turn, in units; 1 and more */
    uint32_t weekdays;             /* MODEL_BY_WEEKDAY: bit 0 is Monday */
    int64_t from_ms;               /* the first turn begins, and is the first one's */
    int64_t until_ms;              /* nobody from then on; INT64_MAX: without an end */
    MODEL_LIST(ModelTarget) turns; /* persons and teams, in their order; a person may come again */
    MODEL_LIST(ModelHours) hours;  /* only within these; none: always */
    uint32_t
        calendar; /* settle.c: the calendar of these hours; MODEL_NONE: they are the same every day */
} ModelRotation;

/* Rotations of which a later one takes over from its beginning on. */
typedef struct ModelLayer {
    uint32_t seen; /* of what it was in the source, or MODEL_NONE */
    EscText title;
    MODEL_LIST(ModelRotation) rotations;
} ModelLayer;

/* One person at a time: the first layer that has somebody counts. */
typedef struct ModelTrack {
    uint32_t seen; /* of the rotation, or MODEL_NONE */
    EscText title;
    MODEL_LIST(ModelLayer) layers;
} ModelTrack;

typedef struct ModelOverride {
    uint32_t seen; /* or MODEL_NONE */
    int64_t from_ms, until_ms;
    ModelTarget who;
    uint32_t track; /* MODEL_NONE: of all of them */
} ModelOverride;

/* Tools that tell several people at once have several tracks. */
typedef struct ModelSchedule {
    uint32_t seen;
    EscText key, title, timezone;
    MODEL_LIST(ModelTrack) tracks;
    MODEL_LIST(ModelOverride) overrides; /* of two at once the later in the list counts */
    bool is_off;  /* switched off in the source: written, but nobody is on call in it */
    EscText name; /* settle.c, which leaves one track to each schedule */
    MODEL_LIST(uint32_t) siblings; /* settle.c: the schedules of its other tracks */
} ModelSchedule;

/* --- chains ------------------------------------------------------------------------------------- */

typedef struct ModelStep {
    int64_t at_ms;       /* since the chain began */
    bool until_resolved; /* told although somebody has acknowledged */
    MODEL_LIST(ModelTarget) targets;
    MODEL_LIST(EscText) comments; /* what could not be said of this step */
} ModelStep;

/* What settle.c makes of the steps: levels of owners, and pages beside them. */
typedef struct ModelLevel {
    int64_t at_ms, within_ms;
    MODEL_LIST(ModelTarget) targets;
    MODEL_LIST(EscText) comments;
} ModelLevel;

typedef struct ModelPage {
    int64_t at_ms;
    bool until_resolved; /* also when somebody has acknowledged */
    ModelTarget target;
} ModelPage;

typedef struct ModelChain {
    uint32_t seen;
    EscText key, title;
    MODEL_LIST(ModelStep) steps; /* in order of at_ms; settle.c sorts them */
    uint32_t repeats;            /* more times behind the first */
    int64_t
        last_ms; /* how long the last step has before the chain begins again or is over; 0: not said */
    uint32_t hours;             /* a calendar that its times count, or MODEL_NONE */
    MODEL_LIST(EscText) groups; /* fields of the ticket by which tickets share an escalation */
    bool is_called;             /* people start it themselves: no rule has to */
    int64_t holds_ms;           /* how long an acknowledgement holds; 0: not said */
    EscText name;               /* this and the rest: settle.c */
    MODEL_LIST(ModelLevel) levels;
    MODEL_LIST(ModelPage) pages;
    bool
        has_resort; /* the last level is the last resort, because there are times in which nobody else is there */
} ModelChain;

/* --- which alert starts which chain --------------------------------------------------------------- */

typedef enum ModelTestKind {
    MODEL_EVERY, /* holds always */
    MODEL_NEVER, /* what cannot be said: does not hold, and what stands behind it is asked */
    MODEL_ALL,
    MODEL_ANY,
    MODEL_NOT,
    MODEL_EQUALS,
    MODEL_CONTAINS,
    MODEL_STARTS,
    MODEL_ENDS,
    MODEL_MORE, /* fixed values with an order */
    MODEL_LESS,
    MODEL_PRESENT, /* a text that is not empty */
    MODEL_WITHIN   /* now in the hours `hours` of the intake's calendars */
} ModelTestKind;

typedef struct ModelTest {
    ModelTestKind kind;
    EscText field; /* "ticket.priority" */
    EscText value;
    bool is_word;                         /* a fixed value: written without quotes */
    const struct ModelTest *first, *next; /* parts of ALL, ANY and NOT */
    uint32_t calendar;                    /* MODEL_WITHIN */
} ModelTest;

typedef enum ModelActKind {
    MODEL_START, /* a chain */
    MODEL_TELL,  /* a channel */
    MODEL_DROP,  /* nobody is told, on purpose */
    MODEL_SET,   /* a field of the ticket */
    MODEL_PUT    /* a text more in a list of the ticket */
} ModelActKind;

typedef struct ModelAct {
    ModelActKind kind;
    uint32_t index;
    EscText field, value; /* MODEL_SET, MODEL_PUT */
    bool is_word;         /* a fixed value: written without quotes */
} ModelAct;

typedef struct ModelRule {
    uint32_t seen;
    EscText title;
    const ModelTest *when; /* NULL: always */
    MODEL_LIST(ModelAct) acts;
    bool goes_on;    /* the rules behind it are asked as well */
    bool is_written; /* settle_rules.c: there are tickets for it */
    MODEL_LIST(EscText) comments;
} ModelRule;

/* Where alerts come in: a service, a team, a routing tree. Rules are asked in their order. */
typedef struct ModelIntake {
    uint32_t seen;
    EscText key, title;
    const ModelTest *when; /* which tickets are its; NULL: all */
    MODEL_LIST(ModelRule) rules;
    bool is_written; /* settle_rules.c: some rule of it is, and does something */
    bool is_change;  /* what it does to the ticket the intakes behind it see; it starts nothing */
    EscText name;    /* settle.c */
} ModelIntake;

/* A field that the base ticket has not, and its type as it is written. A path such as "labels.team" makes a record. */
typedef struct ModelField {
    EscText path, type, comment;
} ModelField;

typedef struct ModelChannel {
    uint32_t seen;
    EscText key, title;
    EscText medium; /* chat, email, webhook, phone */
    EscText comment;
    uint32_t quiet; /* a calendar of hours in which nothing is told, or MODEL_NONE */
    EscText name;   /* settle.c */
    bool is_used;
} ModelChannel;

/* What another system sends, as a source of the language. */
typedef struct ModelSource {
    EscText key, title;
    MODEL_LIST(EscText) lines; /* of its body, in the language */
    EscText comment;
    EscText name; /* settle.c */
} ModelSource;

/* Hours with a name. */
typedef struct ModelClosed {
    int64_t from_day, until_day; /* days since 1970-01-01, both closed */
} ModelClosed;
typedef struct ModelCalendar {
    uint32_t seen;
    EscText key, title, timezone;
    MODEL_LIST(ModelHours) hours;
    MODEL_LIST(ModelClosed) closed;
    EscText name; /* settle.c */
    bool is_used;
} ModelCalendar;

typedef struct ModelFile {
    EscText name, first; /* of it, and of the file of which it is a further one */
    unsigned number;
    EscBuf text;
} ModelFile;

typedef struct EscModel {
    EscArena *arena;
    const EscImportRequest *request;
    EscText kind, name, title,
        timezone; /* of the workspace; settle.c chooses what the reader leaves empty */
    MODEL_LIST(ModelSeen) seen;
    MODEL_LIST(ModelPerson) persons;
    MODEL_LIST(ModelTeam) teams;
    MODEL_LIST(ModelSchedule) schedules;
    MODEL_LIST(ModelChain) chains;
    MODEL_LIST(ModelIntake) intakes;
    MODEL_LIST(ModelField) fields;
    MODEL_LIST(ModelChannel) channels;
    MODEL_LIST(ModelCalendar) calendars;
    MODEL_LIST(ModelSource) sources;
    MODEL_LIST(uint32_t) numbers; /* names.c: behind names that several things wish for */
    uint32_t last_resort;         /* a person; settle.c, unless the reader knows one */
    MODEL_LIST(ModelFile) files;
    EscBuf report;
    EscNames *names; /* that were given */
    EscNames *index; /* things by kind and key (model.c); both are freed by esc_imported_free */
    jmp_buf lack;
} EscModel;

/* --- model.c: filling it in ----------------------------------------------------------------------- */

/* Leaves the run with ESC_NO_MEMORY. Everything lies in the arena, so nothing is left behind. */
ESC_NO_RETURN void esc_model_lack(EscModel *model);
void *esc_model_room(EscModel *model, void *items, size_t count, size_t *capacity, size_t size);
/* What a buffer holds, in the arena. Where that lacks memory the buffer is released first. */
EscText esc_model_keep(EscModel *model, EscBuf *buf);
EscText esc_model_printf(EscModel *model, const char *format, ...) ESC_PRINTF(2, 3);

/* Notes that the source has a thing: `what` is its kind in the source's words ("rotation"), `place` the file and where in
 * it. Gives the number that the other calls take. */
uint32_t esc_model_see(EscModel *model, const char *what, EscText title, EscText place);
/* What became of it. The worst that was said stands, but for LEFT behind CARRIED or CHANGED, which makes it CHANGED: a part of it is
 * missing. `text` is one sentence without its full stop that says what differs and why; each is told once. */
void esc_model_carry(EscModel *model, uint32_t seen);
void esc_model_change(EscModel *model, uint32_t seen, const char *format, ...) ESC_PRINTF(3, 4);
void esc_model_leave(EscModel *model, uint32_t seen, const char *format, ...) ESC_PRINTF(3, 4);
/* The thing as a whole is left out, whatever was said before. */
void esc_model_drop(EscModel *model, uint32_t seen, const char *format, ...) ESC_PRINTF(3, 4);
/* A sentence for who reads the file alone: it changes no fate and is not in the report's lists. */
void esc_model_remark(EscModel *model, uint32_t seen, const char *format, ...) ESC_PRINTF(3, 4);

/* Puts a key into the index of its kind, a letter, unless it is there; the number that it has there now. An empty key has none. */
uint32_t esc_model_index(EscModel *model, char kind, EscText key, uint32_t number);
/* MODEL_NONE when it is not there. */
uint32_t esc_model_indexed(const EscModel *model, char kind, EscText key);
/* The thing with this key; MODEL_NONE when there is none. */
uint32_t esc_model_person(const EscModel *model, EscText key);
uint32_t esc_model_team(const EscModel *model, EscText key);
uint32_t esc_model_schedule(const EscModel *model, EscText key);
uint32_t esc_model_chain(const EscModel *model, EscText key);
/* Each adds one with its key; a second one with the same key is a thing of its own, which no key finds. */
ModelPerson *esc_model_person_add(EscModel *model, uint32_t seen, EscText key, EscText title);
ModelTeam *esc_model_team_add(EscModel *model, uint32_t seen, EscText key, EscText title);
ModelSchedule *esc_model_schedule_add(EscModel *model, uint32_t seen, EscText key, EscText title,
                                      EscText timezone);
ModelChain *esc_model_chain_add(EscModel *model, uint32_t seen, EscText key, EscText title);
ModelIntake *esc_model_intake_add(EscModel *model, uint32_t seen, EscText key, EscText title);
ModelChannel *esc_model_channel_add(EscModel *model, uint32_t seen, EscText key, EscText title,
                                    const char *medium);
ModelCalendar *esc_model_calendar_add(EscModel *model, uint32_t seen, EscText key, EscText title,
                                      EscText timezone);
/* Whoever stands for a turn that the source leaves empty. */
uint32_t esc_model_nobody(EscModel *model);
/* Whoever stands for somebody whom the source names and does not list. Made once for each key. */
uint32_t esc_model_gone(EscModel *model, EscText key, EscText title);
/* Adds a contact behind those that are there, unless it has that medium already or the text cannot be one (false). */
bool esc_model_contact(EscModel *model, ModelPerson *person, ModelMedium medium, EscText text,
                       int64_t after_ms);
/* A schedule of whoever is next (1) or was before (-1) in each rotation of another one; made once. */
uint32_t esc_model_shifted(EscModel *model, uint32_t schedule, int shift);
/* A field of the ticket beyond the base ticket; once for each path. Its full path: "ticket.labels.team". */
EscText esc_model_field(EscModel *model, EscText path, const char *type, const char *comment);

/* conditions.c: parts of conditions. A NULL part counts as MODEL_EVERY; what is made is simple, so a list that nothing can pass is
 * MODEL_NEVER. */
const ModelTest *esc_test_of(EscModel *model, ModelTestKind kind, EscText field, EscText value,
                             bool is_word);
const ModelTest *esc_test_within(EscModel *model, uint32_t calendar);
/* Whether a value of its field, as text, passes a single test. */
bool esc_model_test_holds(const EscModel *model, const ModelTest *test, EscText value);
/* The type of a field as it is written; empty for texts of the base ticket. Its fixed values one by one, and its default. */
EscText esc_field_type(const EscModel *model, EscText field);
bool esc_type_word(EscText *type, EscText *word);
EscText esc_type_default(const EscModel *model, EscText field);
const ModelTest *esc_test_not(EscModel *model, const ModelTest *test);
const ModelTest *esc_test_both(EscModel *model, ModelTestKind all_or_any, const ModelTest *a,
                               const ModelTest *b);

/* --- clock.c: local times, by the zones of the request -------------------------------------------- */

/* Milliseconds since 1970-01-01T00:00 that a clock of the zone shows, and back: of a time that does not exist the first
 * instant behind the gap, of one that exists twice the first. An unknown zone counts as UTC. */
int64_t esc_clock_local(const EscModel *model, EscText zone, int64_t at_ms);
int64_t esc_clock_instant(const EscModel *model, EscText zone, int64_t local_ms);
/* Reads a time in any of the forms that exports have: RFC 3339, with or without seconds, zone (then UTC) and "T"; a date
 * alone; milliseconds or seconds since 1970. False for anything else. */
bool esc_clock_read(EscText text, int64_t *at_ms);

/* --- evaluate.c: who is on call by the model -------------------------------------------------------- */

/* Who stands for a target at that instant, persons in their order, each once; `max` at most. Written for the tests that
 * are generated, from what the source means, and knows nothing of how a workspace is compiled. */
size_t esc_evaluate(const EscModel *model, ModelTarget target, int64_t at_ms, uint32_t *persons,
                    size_t max);
/* The next instant behind at_ms at which that may change; INT64_MAX: never. */
int64_t esc_evaluate_next(const EscModel *model, ModelTarget target, int64_t at_ms);

/* When the turn of a rotation that has begun by then ends; INT64_MAX: never. */
int64_t esc_rotation_turn_end(const EscModel *model, EscText zone, const ModelRotation *rotation,
                              int64_t at_ms);

/* --- names.c ------------------------------------------------------------------------------------------ */

/* Small letters, digits and `_` made of a title in any script, 40 bytes at most; empty when nothing of it can be said so. */
EscText esc_name_of(EscModel *model, EscText title);
/* A text on one line, without quotes around it: what cannot be seen becomes a blank, and `size_max` bytes are kept. */
EscText esc_text_on_line(EscModel *model, EscText text, size_t size_max);
/* Gives every thing a name that the language takes and nothing else has. */
void esc_names_give(EscModel *model);

/* --- hours.c: hours of a week ----------------------------------------------------------------------------- */

/* Marks the minutes that are open with 1. `hours` may overlap and pass the end of the week. */
void esc_hours_mark(const ModelHours *hours, size_t count, uint8_t minutes[MODEL_WEEK_MIN]);
/* Whether every day has the same one span, which may pass midnight, and which. */
bool esc_hours_daily(const uint8_t minutes[MODEL_WEEK_MIN], uint32_t *from, uint32_t *until);
/* Lines of a calendar: "mon..fri 08:00..18:00". Nothing when no minute is open. */
void esc_hours_write(EscBuf *out, const uint8_t minutes[MODEL_WEEK_MIN]);
void esc_minute_write(EscBuf *out, uint32_t minute); /* of a day: "08:00" */
/* Calendars for the hours of rotations that are not the same every day; the same hours have one. */
void esc_hours_settle(EscModel *model);

/* --- settle.c, chains.c, write_*.c, report.c ------------------------------------------------------------------- */

/* Whether nothing that is written says that they are ever away, and they have an address. */
bool esc_person_is_always_there(const EscModel *model, uint32_t person);
/* A placeholder for somebody who can always be reached, where the export has nobody. Made once. */
uint32_t esc_model_operator(EscModel *model);
/* Levels and pages of every chain, from its steps. */
void esc_chains_settle(EscModel *model);
/* Which rules are written, and a start for every chain (settle_rules.c). */
void esc_rules_settle(EscModel *model);
/* Makes a whole workspace of what a reader found: names, a zone, a last resort, somebody for every chain, what uses what. */
void esc_model_settle(EscModel *model);
void esc_write_workspace(EscModel *model);
void esc_write_tests(EscModel *model);
void esc_write_report(EscModel *model);

#endif
